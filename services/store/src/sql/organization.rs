//! Organizations in tables.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{ExternalId, OrganizationId, Version};
use wishwell_domain::organization::{Contact, Organization, Vetting};
use wishwell_domain::text::LocalizedText;

use super::record::{Key, Record, Reference, entity_identity, external_values, read_external};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::contract::OrganizationFilter;
use crate::error::StoreError;

impl Record for Organization {
    entity_identity!(Organization, "organization", Organization);

    const TABLE: &'static str = "organizations";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "name_zh",
        "name_en",
        "kind",
        "state",
        "social_credit_code",
        "division_code",
        "phone",
        "email",
        "url",
        "address",
        "vetted_for_minors_note",
        "vetted_for_minors_until",
        "vetted_for_home_visits_note",
        "vetted_for_home_visits_until",
        "suspension_reason",
        "version",
        "created_at",
        "updated_at",
    ];

    fn keep(&mut self, known: &Self) {
        self.state = known.state;
        self.suspension_reason = known.suspension_reason.clone();
        self.vetted_for_minors = known.vetted_for_minors.clone();
        self.vetted_for_home_visits = known.vetted_for_home_visits.clone();
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        let [minors_note, minors_until] = vetting_values(self.vetted_for_minors.as_ref());
        let [visits_note, visits_until] = vetting_values(self.vetted_for_home_visits.as_ref());
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::text(&self.name.zh),
            Value::text(&self.name.en),
            Value::word(self.kind)?,
            Value::word(self.state)?,
            Value::opt_text(self.social_credit_code.as_ref().map(|code| code.as_str())),
            Value::opt_text(self.division.as_ref().map(|code| code.as_str())),
            Value::text(&self.contact.phone),
            Value::text(&self.contact.email),
            Value::text(&self.contact.url),
            Value::text(&self.contact.address),
            minors_note,
            minors_until,
            visits_note,
            visits_until,
            Value::text(&self.suspension_reason),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: OrganizationId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            name: LocalizedText { zh: fields.text()?, en: fields.text()? },
            kind: fields.word()?,
            state: fields.word()?,
            social_credit_code: fields.opt_word()?,
            division: fields.opt_parse()?,
            contact: Contact {
                phone: fields.text()?,
                email: fields.text()?,
                url: fields.text()?,
                address: fields.text()?,
            },
            vetted_for_minors: read_vetting(fields)?,
            vetted_for_home_visits: read_vetting(fields)?,
            suspension_reason: fields.text()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }

    fn references(&self) -> Vec<Reference> {
        self.division.iter().map(|code| Reference::code("division", "divisions", code.as_str())).collect()
    }
}

fn vetting_values(vetting: Option<&Vetting>) -> [Value; 2] {
    [
        Value::opt_text(vetting.map(|vetting| vetting.note.as_str())),
        Value::opt_date(vetting.and_then(|vetting| vetting.valid_until)),
    ]
}

fn read_vetting(fields: &mut Fields<'_>) -> Result<Option<Vetting>, StoreError> {
    let note = fields.opt_text()?;
    let valid_until: Option<Date> = fields.opt_date()?;
    Ok(note.map(|note| Vetting { valid_until, note }))
}

impl OrganizationFilter {
    pub(crate) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(external) = &self.external {
            statement.push(" AND ").push_external(external);
        }
        if let Some(state) = self.state {
            statement.push(" AND state = ").bind(Value::word(state)?);
        }
        if let Some(kind) = self.kind {
            statement.push(" AND kind = ").bind(Value::word(kind)?);
        }
        if !self.divisions.is_empty() {
            statement.push(" AND ").push_in_texts("division_code", super::texts(&self.divisions));
        }
        if let Some(source) = &self.source {
            statement.push(" AND source = ").bind(Value::text(source));
        }
        if let Some(part) = &self.name_contains {
            statement.push(" AND ").push_contains(["name_zh", "name_en"], part);
        }
        Ok(())
    }
}
