//! Needs in tables, with their items and group tags.

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::beneficiary::Sealed;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, ExternalId, HouseholdId, NeedId, Version};
use wishwell_domain::need::{Departure, Mobility, Need, NeedItem, Recurrence, Timing, Wish};
use wishwell_domain::publication::Publication;

use super::beneficiary::group_tag_rows;
use super::record::{
    Key, Part, Record, Reference, entity_identity, external_values, point_values, read_external, read_point, settled,
};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::contract::NeedFilter;
use crate::error::StoreError;

const ITEMS: usize = 0;

impl Record for Need {
    entity_identity!(Need, "need", Need, Box, follow);

    const TABLE: &'static str = "needs";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "beneficiary_id",
        "household_id",
        "urgency",
        "deadline_at",
        "window_start_at",
        "window_end_at",
        "latitude_e7",
        "longitude_e7",
        "division_code",
        "max_travel_metres",
        "home_visit",
        "delivery",
        "remote",
        "involves_minors",
        "channel",
        "wish_title",
        "wish_consented_at",
        "wish_consent_given_by",
        "wish_published_at",
        "wish_division_code",
        "wish_lot",
        "first_published_at",
        "last_published_version",
        "last_wish_lot",
        "wish_sharing",
        "untold_after_version",
        "request_id",
        "left_division_code",
        "left_at_version",
        "erased_at",
        "state",
        "version",
        "created_at",
        "updated_at",
        "personal",
    ];
    const LEFT_OUT_OF_CATALOG: &'static [(&'static str, &'static str)] =
        &[("personal", "NULL"), ("wish_sharing", "NULL")];
    const PARTS: &'static [Part] = &[
        Part {
            table: "need_items",
            owner: "need_id",
            columns: &[
                "ordinal",
                "category_code",
                "quantity",
                "unit",
                "recurrence_every",
                "recurrence_occurrences",
                "splittable",
                "referred",
                "served",
                "taken",
            ],
        },
        Part { table: "need_group_tags", owner: "need_id", columns: &["ordinal", "group_tag"] },
    ];

    /// What is referred and served of an item stays so.
    fn keep_ledger(&mut self, known: &Self, _now: Timestamp) {
        for item in &mut self.items {
            let known = known.items.iter().find(|known| known.ordinal == item.ordinal);
            (item.referred, item.served) = known.map_or((0, 0), |known| (known.referred, known.served));
            item.taken = known.map_or_else(Vec::new, |known| known.taken.clone());
        }
    }

    fn settle(&mut self) {
        self.timing = self.timing.map(|timing| match timing {
            Timing::Deadline(deadline) => Timing::Deadline(settled(deadline)),
            Timing::Window { start, end } => Timing::Window { start: settled(start), end: settled(end) },
        });
        if let Some(wish) = &mut self.wish {
            wish.consented_at = settled(wish.consented_at);
            wish.published_at = settled(wish.published_at);
        }
        if let Some(publication) = &mut self.publication {
            publication.first_at = settled(publication.first_at);
        }
        self.items.sort_by_key(|item| item.ordinal);
        // A need is erased by a mutation of its own, never by being put.
        self.erased_at = None;
    }

    fn is_erased(&self) -> bool {
        self.erased_at.is_some()
    }

    fn request_id(&self) -> Option<Uuid> {
        self.request_id
    }

    fn may_be(&self, submitted: &Self) -> bool {
        Self::may_be(self, submitted)
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        let [latitude, longitude] = point_values(self.place);
        let (deadline, start, end) = match self.timing {
            None => (None, None, None),
            Some(Timing::Deadline(deadline)) => (Some(deadline), None, None),
            Some(Timing::Window { start, end }) => (None, Some(start), Some(end)),
        };
        let (wish, known, left) = (self.wish.as_ref(), self.publication.as_ref(), self.departure.as_ref());
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::Uuid(self.beneficiary.map(|id| id.as_uuid())),
            Value::Uuid(self.household.map(|id| id.as_uuid())),
            Value::word(self.urgency)?,
            Value::opt_time(deadline),
            Value::opt_time(start),
            Value::opt_time(end),
            latitude,
            longitude,
            Value::opt_text(self.division.as_ref().map(|code| code.as_str())),
            Value::Int(self.mobility.max_travel_metres.map(i64::from)),
            Value::Bool(self.mobility.home_visit),
            Value::Bool(self.mobility.delivery),
            Value::Bool(self.mobility.remote),
            Value::Bool(self.involves_minors),
            Value::word(self.channel)?,
            Value::opt_text(wish.map(|wish| wish.title.as_str())),
            Value::opt_time(wish.map(|wish| wish.consented_at)),
            Value::opt_text(wish.map(|wish| wish.consent_given_by.as_str())),
            Value::opt_time(wish.map(|wish| wish.published_at)),
            Value::opt_text(wish.and_then(|wish| wish.place.as_ref()).map(|code| code.as_str())),
            Value::Uuid(wish.and_then(|wish| wish.lot)),
            Value::opt_time(known.map(|known| known.first_at)),
            Value::Int(known.and_then(|known| known.last_version).map(|version| version.0)),
            Value::Uuid(known.and_then(|known| known.last_lot)),
            known.and_then(|known| known.sharing.as_ref()).map_or(Ok(Value::Json(None)), Value::json)?,
            Value::Int(known.and_then(|known| known.untold_after).map(|version| version.0)),
            Value::Uuid(self.request_id),
            Value::opt_text(left.map(|left| left.division.as_str())),
            Value::Int(left.map(|left| left.version.0)),
            Value::opt_time(self.erased_at),
            Value::word(self.state)?,
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
            Value::Bytes(self.personal.as_ref().map(|sealed| sealed.0.clone())),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: NeedId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            beneficiary: fields.opt_uuid()?.map(BeneficiaryId::from_uuid),
            household: fields.opt_uuid()?.map(HouseholdId::from_uuid),
            urgency: fields.word()?,
            timing: {
                let deadline = fields.opt_time()?.map(Timing::Deadline);
                let window = fields.opt_time()?.zip(fields.opt_time()?);
                deadline.or(window.map(|(start, end)| Timing::Window { start, end }))
            },
            place: read_point(fields)?,
            division: fields.opt_parse()?,
            mobility: Mobility {
                max_travel_metres: fields.opt_number()?,
                home_visit: fields.bool()?,
                delivery: fields.bool()?,
                remote: fields.bool()?,
            },
            involves_minors: fields.bool()?,
            channel: fields.word()?,
            wish: {
                let title = fields.opt_text()?;
                let consented_at = fields.opt_time()?;
                let given_by = fields.opt_text()?;
                let published_at = fields.opt_time()?;
                let (place, lot) = (fields.opt_parse()?, fields.opt_uuid()?);
                title.zip(consented_at).zip(given_by.zip(published_at)).map(
                    |((title, consented_at), (consent_given_by, published_at))| Wish {
                        title,
                        consented_at,
                        consent_given_by,
                        published_at,
                        place,
                        lot,
                    },
                )
            },
            publication: {
                let (first_at, last_version) = (fields.opt_time()?, fields.opt_int()?.map(Version));
                let (last_lot, sharing, untold_after) =
                    (fields.opt_uuid()?, fields.opt_json()?, fields.opt_int()?.map(Version));
                first_at.map(|first_at| Publication { first_at, last_version, last_lot, sharing, untold_after })
            },
            request_id: fields.opt_uuid()?,
            departure: {
                let (division, version) = (fields.opt_parse()?, fields.opt_int()?.map(Version));
                division.zip(version).map(|(division, version)| Departure { division, version })
            },
            erased_at: fields.opt_time()?,
            state: fields.word()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
            personal: fields.opt_bytes()?.map(Sealed),
            items: Vec::new(),
            group_tags: Vec::new(),
        })
    }

    fn part_rows(&self, part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        match part {
            ITEMS => self.items.iter().map(item_values).collect(),
            _ => group_tag_rows(&self.group_tags),
        }
    }

    fn read_part(&mut self, part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let ordinal = fields.number()?;
        match part {
            ITEMS => self.items.push(NeedItem {
                ordinal,
                category: fields.parse()?,
                quantity: fields.int()?,
                unit: fields.word()?,
                recurrence: {
                    let every = fields.opt_word()?;
                    let occurrences = fields.opt_number()?;
                    every.zip(occurrences).map(|(every, occurrences)| Recurrence { every, occurrences })
                },
                splittable: fields.bool()?,
                referred: fields.int()?,
                served: fields.int()?,
                taken: fields.opt_json()?.unwrap_or_default(),
            }),
            _ => self.group_tags.push(fields.word()?),
        }
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        references.extend(self.beneficiary.map(|id| Reference::id("beneficiary", "beneficiaries", id.as_uuid())));
        references.extend(self.household.map(|id| Reference::id("household", "households", id.as_uuid())));
        references.extend(self.division.iter().map(|d| Reference::code("division", "divisions", d.as_str())));
        references
            .extend(self.items.iter().map(|i| Reference::code("items.category", "categories", i.category.as_str())));
        references
    }
}

fn item_values(item: &NeedItem) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        Value::Int(Some(i64::from(item.ordinal))),
        Value::text(item.category.as_str()),
        Value::Int(Some(item.quantity)),
        Value::text(item.unit.code()),
        Value::opt_word(item.recurrence.map(|recurrence| recurrence.every))?,
        Value::Int(item.recurrence.map(|recurrence| i64::from(recurrence.occurrences))),
        Value::Bool(item.splittable),
        Value::Int(Some(item.referred)),
        Value::Int(Some(item.served)),
        if item.taken.is_empty() { Value::Json(None) } else { Value::json(&item.taken)? },
    ])
}

/// Adds that a need has an item in any of these categories, if some are given, that wants something still, if it must.
pub(crate) fn push_item_in(statement: &mut Statement, categories: Vec<String>, wanting: bool) {
    statement.push(
        " AND EXISTS (SELECT 1 FROM need_items AS part WHERE part.tenant = needs.tenant AND part.need_id = needs.id",
    );
    if !categories.is_empty() {
        statement.push(" AND ").push_in_texts("part.category_code", categories);
    }
    if wanting {
        statement.push(" AND part.referred + part.served < part.quantity * COALESCE(part.recurrence_occurrences, 1)");
    }
    statement.push(")");
}

impl NeedFilter {
    pub(crate) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(external) = &self.external {
            statement.push(" AND ").push_external(external);
        }
        if let Some(request_id) = self.request_id {
            statement.push(" AND request_id = ").bind(Value::Uuid(Some(request_id)));
        }
        if !self.states.is_empty() {
            let states = self.states.iter().map(serde_json::to_value).filter_map(Result::ok);
            let words = states.filter_map(|state| state.as_str().map(str::to_owned)).collect();
            statement.push(" AND ").push_in_texts("state", words);
        }
        if let Some(urgency) = self.urgency {
            statement.push(" AND urgency = ").bind(Value::word(urgency)?);
        }
        if let Some(channel) = self.channel {
            statement.push(" AND channel = ").bind(Value::word(channel)?);
        }
        if self.wanting_only || !self.categories.is_empty() {
            push_item_in(statement, super::texts(&self.categories), self.wanting_only);
        }
        if !self.divisions.is_empty() {
            statement.push(" AND ").push_in_texts("division_code", super::texts(&self.divisions));
        }
        if let Some(beneficiary) = self.beneficiary {
            statement.push(" AND beneficiary_id = ").bind(Value::Uuid(Some(beneficiary.as_uuid())));
        }
        if let Some(household) = self.household {
            statement.push(" AND household_id = ").bind(Value::Uuid(Some(household.as_uuid())));
        }
        if self.without_division {
            statement.push(" AND division_code IS NULL");
        }
        if self.overdue_only {
            statement.push(" AND state IN ('open', 'partly_served') AND COALESCE(deadline_at, window_end_at) <= ");
            statement.push_now();
        }
        if let Some(disputed) = self.disputed {
            statement.push(if disputed { " AND EXISTS" } else { " AND NOT EXISTS" });
            statement.push(
                " (SELECT 1 FROM referrals AS part WHERE part.tenant = needs.tenant AND part.need_id = needs.id \
                 AND part.state = 'disputed')",
            );
        }
        if self.wishes_only {
            statement.push(" AND wish_title IS NOT NULL");
        }
        if !self.wish_divisions.is_empty() {
            statement.push(" AND ").push_in_texts("wish_division_code", super::texts(&self.wish_divisions));
        }
        Ok(())
    }
}
