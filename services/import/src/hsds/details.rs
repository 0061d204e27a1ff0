//! Tables that say more about a service or a place: languages, accessibility, eligibility, telephones, costs, documents.

use std::collections::{BTreeMap, HashMap};

use super::places::Places;
use super::services::Service;
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};

/// Columns that only link a row.
pub(super) const KEYS: &[&str] = &[
    "id",
    "service_id",
    "location_id",
    "organization_id",
    "service_at_location_id",
    "contact_id",
    "phone_id",
    "program_id",
    "taxonomy_id",
    "taxonomy_term_id",
    "link_id",
    "link_entity",
    "link_type",
];

/// The tables of this module.
const KINDS: [Kind; 9] = [
    Kind::ServiceArea,
    Kind::Eligibility,
    Kind::Language,
    Kind::Accessibility,
    Kind::Address,
    Kind::Phone,
    Kind::CostOption,
    Kind::RequiredDocument,
    Kind::Schedule,
];

/// What a resource is made of, by key.
#[derive(Clone, Copy)]
pub(super) struct Target<'k> {
    pub service: &'k str,
    pub location: &'k str,
    pub service_at_location: &'k str,
}

/// The rows of one table by what they belong to.
pub(super) struct Details<'a> {
    by_key: HashMap<(&'static str, &'a str), Vec<Row<'a>>>,
}

impl<'a> Details<'a> {
    /// Indexes a table. Rows that belong to nothing or say nothing are set aside here.
    pub(super) fn new(tables: &'a Tables, kind: Kind, ledger: &mut Ledger) -> Self {
        let mut by_key: HashMap<(&'static str, &'a str), Vec<Row<'a>>> = HashMap::new();
        for row in tables.rows(kind) {
            let keys = [
                ("service_at_location_id", row.key("service_at_location_id")),
                ("service_id", row.key("service_id")),
                ("location_id", row.key("location_id")),
            ];
            let elsewhere = ["organization_id", "contact_id", "phone_id"].iter().any(|key| !row.key(key).is_empty());
            let anything = keys.iter().any(|(_, key)| !key.is_empty()) || elsewhere;
            if row.is_empty_but(KEYS) {
                ledger.set_aside(row.id, "", &row.words(), Rule::RowEmpty);
            } else if !anything {
                let (column, value) = row.first(&[
                    "eligibility",
                    "language",
                    "name",
                    "number",
                    "accessibility",
                    "document",
                    "description",
                ]);
                ledger.set_aside(row.id, column, value, Rule::RowNoKey);
            } else if let Some((column, key)) = keys.into_iter().find(|(_, key)| !key.is_empty()) {
                by_key.entry((column, key)).or_default().push(row);
            }
        }
        Self { by_key }
    }

    /// The rows that belong to a resource, those for this very service at this place first.
    pub(super) fn of(&self, target: Target<'_>) -> impl Iterator<Item = Row<'a>> {
        let levels = [
            ("service_at_location_id", target.service_at_location),
            ("service_id", target.service),
            ("location_id", target.location),
        ];
        let rows: Vec<Row<'a>> = levels
            .into_iter()
            .filter_map(|level| self.by_key.get(&level))
            .flatten()
            .filter(|row| {
                let here = |column, key: &str| row.key(column).is_empty() || row.key(column) == key;
                here("service_id", target.service) && here("location_id", target.location)
            })
            .copied()
            .collect();
        rows.into_iter()
    }
}

/// Values in the order in which they come, each once whatever its case. A row that repeats a value is merged into the first.
#[derive(Default)]
pub(super) struct Once {
    values: Vec<String>,
    seen: BTreeMap<String, RowId>,
}

impl Once {
    pub(super) fn add(&mut self, row: &Row<'_>, value: String, ledger: &mut Ledger) {
        match self.seen.get(&value.to_lowercase()) {
            Some(first) if *first != row.id && !ledger.is_taken(row.id) => {
                ledger.merge(row.id, Rule::RowDuplicate, *first)
            }
            Some(_) => {}
            None => {
                ledger.take(row.id);
                self.seen.insert(value.to_lowercase(), row.id);
                self.values.push(value);
            }
        }
    }

    pub(super) fn join(self, separator: &str) -> String {
        self.values.join(separator)
    }
}

/// Says of rows that nobody took what they belong to that is not there.
pub(super) fn explain_unused(
    tables: &Tables,
    services: &BTreeMap<String, Service<'_>>,
    places: &Places<'_>,
    ledger: &mut Ledger,
) {
    for kind in KINDS {
        for row in tables.rows(kind) {
            if ledger.is_out(row.id) || ledger.is_taken(row.id) {
                continue;
            }
            let (service, location) = (row.key("service_id"), row.key("location_id"));
            if !service.is_empty() && !services.contains_key(service) {
                ledger.set_aside(row.id, "service_id", service, Rule::ServiceUnknown);
            } else if !location.is_empty() && places.get(location).is_none() {
                ledger.set_aside(row.id, "location_id", location, Rule::LocationUnknown);
            } else if kind == Kind::Schedule
                && (!service.is_empty() || places.get(location).is_some_and(|p| ledger.is_taken(p.row.id)))
            {
                ledger.set_aside(row.id, "", &row.words(), Rule::ScheduleSuperseded);
            }
        }
    }
}
