//! HSDS tables, 1.x and 3.x alike, to a directory.

mod areas;
mod categories;
mod details;
mod hours;
mod organizations;
mod places;
mod resources;
mod services;
mod vocabulary;

use std::collections::BTreeMap;

pub(crate) use resources::{age_limits, bounded};

use crate::clean::text::{self, Kind as TextKind};
use crate::directory::{Directory, Format};
use crate::error::ImportError;
use crate::options::{KEY_CHARS_MAX, Options, TITLE_CHARS_MAX};
use crate::report::Ledger;
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};

/// Cleans HSDS tables.
///
/// # Errors
/// [`ImportError::TimeZoneRequired`] when hours are given and nothing tells their zone.
pub(crate) fn build(
    tables: &Tables,
    format: Format,
    source: &str,
    options: &Options,
    ledger: &mut Ledger,
) -> Result<Directory, ImportError> {
    let mut organizations = organizations::read(tables, ledger);
    let services = services::read(tables, &organizations, ledger);
    let places = places::read(tables, ledger);
    let hours = hours::read(tables, ledger);
    let categories = categories::read(tables, options, ledger);
    let zones = hours::Zones::new(options, &places, hours.any())?;
    let inputs = resources::Inputs {
        tables,
        source,
        services: &services,
        places: &places,
        hours: &hours,
        categories: &categories,
        zones: &zones,
    };
    let resources = resources::build(&inputs, &organizations, ledger);
    organizations::add_contacts(tables, &mut organizations, &places, ledger);
    details::explain_unused(tables, &services, &places, ledger);
    tables.close(ledger);
    let organizations = organizations.into_values().map(|entry| entry.organization).collect();
    let categories = categories.into_list(&resources);
    let left_out = services::left_out(tables, &resources);
    Ok(Directory { format, source: source.to_owned(), categories, organizations, resources, left_out })
}

/// The rows of a kind by their key, in the order of keys. A row without a key or with a key that is too long is set aside; one
/// with a key that was there before is merged into the first.
fn by_key<'a>(tables: &'a Tables, kind: Kind, ledger: &mut Ledger) -> BTreeMap<String, Row<'a>> {
    let mut rows: BTreeMap<String, Row<'a>> = BTreeMap::new();
    for row in tables.rows(kind) {
        let key = row.key("id");
        if key.is_empty() {
            ledger.set_aside(row.id, "id", "", Rule::RowNoKey);
        } else if key.chars().count() > KEY_CHARS_MAX {
            ledger.set_aside(row.id, "id", key, Rule::KeyTooLong);
        } else if let Some(first) = rows.get(key) {
            ledger.merge(row.id, Rule::RowDuplicate, first.id);
        } else {
            rows.insert(key.to_owned(), row);
        }
    }
    rows
}

/// A cleaned title, cut to the longest that is taken.
fn title(row: &Row<'_>, ledger: &mut Ledger, column: &str) -> String {
    let title = row.text(ledger, column, TextKind::Line);
    match text::cut(&title, TITLE_CHARS_MAX) {
        None => title,
        Some(cut) => {
            ledger.repair(row.id, column, &title, Rule::TextTooLong, &cut);
            cut
        }
    }
}

/// The code under which a term of a vocabulary is stored.
pub(crate) fn category_code(prefix: &str, term: &str) -> String {
    vocabulary::code(prefix, term).0
}
