//! Beneficiaries and households in tables. What is personal is ciphertext here.

use jiff::Timestamp;
use wishwell_domain::beneficiary::{Beneficiary, Consent, GroupTag, Household, Sealed};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, ExternalId, HouseholdId, Version};

use super::record::{Key, Part, Record, Reference, entity_identity, external_values, read_external, settled};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::contract::BeneficiaryFilter;
use crate::error::StoreError;

const GROUP_TAGS: usize = 0;
const CONSENTS: usize = 1;

impl Record for Beneficiary {
    entity_identity!(Beneficiary, "beneficiary", Beneficiary);

    const TABLE: &'static str = "beneficiaries";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "personal",
        "identity_digest",
        "residence_division_code",
        "registration_division_code",
        "household_id",
        "erased_at",
        "version",
        "created_at",
        "updated_at",
    ];
    const PARTS: &'static [Part] = &[
        Part { table: "beneficiary_group_tags", owner: "beneficiary_id", columns: &["ordinal", "group_tag"] },
        Part {
            table: "beneficiary_consents",
            owner: "beneficiary_id",
            columns: &["ordinal", "purpose", "given_at", "given_by", "withdrawn_at"],
        },
    ];

    fn settle(&mut self) {
        for consent in &mut self.consents {
            consent.given_at = settled(consent.given_at);
            consent.withdrawn_at = consent.withdrawn_at.map(settled);
        }
        // A beneficiary is erased by a mutation of its own, never by being put.
        self.erased_at = None;
    }

    fn is_erased(&self) -> bool {
        self.erased_at.is_some()
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::Bytes(self.personal.as_ref().map(|sealed| sealed.0.clone())),
            Value::opt_text(self.identity_digest.as_deref()),
            Value::opt_text(self.residence_division.as_ref().map(|code| code.as_str())),
            Value::opt_text(self.registration_division.as_ref().map(|code| code.as_str())),
            Value::Uuid(self.household.map(|id| id.as_uuid())),
            Value::opt_time(self.erased_at),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: BeneficiaryId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            personal: fields.opt_bytes()?.map(Sealed),
            identity_digest: fields.opt_text()?,
            residence_division: fields.opt_parse()?,
            registration_division: fields.opt_parse()?,
            household: fields.opt_uuid()?.map(HouseholdId::from_uuid),
            group_tags: Vec::new(),
            consents: Vec::new(),
            erased_at: fields.opt_time()?,
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }

    fn part_rows(&self, part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        match part {
            GROUP_TAGS => group_tag_rows(&self.group_tags),
            _ => (1..)
                .zip(&self.consents)
                .map(|(ordinal, consent)| {
                    Ok(vec![
                        Value::Int(Some(ordinal)),
                        Value::word(consent.purpose)?,
                        Value::time(consent.given_at),
                        Value::text(&consent.given_by),
                        Value::opt_time(consent.withdrawn_at),
                    ])
                })
                .collect(),
        }
    }

    fn read_part(&mut self, part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let _ordinal = fields.int()?;
        match part {
            GROUP_TAGS => self.group_tags.push(fields.word()?),
            CONSENTS => self.consents.push(Consent {
                purpose: fields.word()?,
                given_at: fields.time()?,
                given_by: fields.text()?,
                withdrawn_at: fields.opt_time()?,
            }),
            _ => {}
        }
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        let division = self.residence_division.iter();
        let household = self.household.iter();
        division
            .map(|code| Reference::code("residence_division", "divisions", code.as_str()))
            .chain(household.map(|id| Reference::id("household", "households", id.as_uuid())))
            .collect()
    }
}

impl Record for Household {
    entity_identity!(Household, "household", Household);

    const TABLE: &'static str = "households";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "external_id",
        "residence_division_code",
        "registration_division_code",
        "version",
        "created_at",
        "updated_at",
    ];
    const PARTS: &'static [Part] =
        &[Part { table: "household_group_tags", owner: "household_id", columns: &["ordinal", "group_tag"] }];

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        let [source, external_id] = external_values(self.external.as_ref());
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            source,
            external_id,
            Value::opt_text(self.residence_division.as_ref().map(|code| code.as_str())),
            Value::opt_text(self.registration_division.as_ref().map(|code| code.as_str())),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: HouseholdId::from_uuid(fields.uuid()?),
            external: read_external(fields)?,
            residence_division: fields.opt_parse()?,
            registration_division: fields.opt_parse()?,
            group_tags: Vec::new(),
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }

    fn part_rows(&self, _part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        group_tag_rows(&self.group_tags)
    }

    fn read_part(&mut self, _part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let _ordinal = fields.int()?;
        self.group_tags.push(fields.word()?);
        Ok(())
    }

    fn references(&self) -> Vec<Reference> {
        let division = self.residence_division.iter();
        division.map(|code| Reference::code("residence_division", "divisions", code.as_str())).collect()
    }
}

/// Group tags as rows of a part, in their order.
pub(crate) fn group_tag_rows(tags: &[GroupTag]) -> Result<Vec<Vec<Value>>, StoreError> {
    (1..).zip(tags).map(|(ordinal, tag)| Ok(vec![Value::Int(Some(ordinal)), Value::word(tag)?])).collect()
}

impl BeneficiaryFilter {
    pub(crate) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(external) = &self.external {
            statement.push(" AND ").push_external(external);
        }
        if !self.households.is_empty() {
            let households = self.households.iter().map(|household| household.as_uuid()).collect();
            statement.push(" AND ").push_in_uuids("household_id", households);
        }
        if !self.residence_divisions.is_empty() {
            statement.push(" AND ").push_in_texts("residence_division_code", super::texts(&self.residence_divisions));
        }
        if let Some(digest) = &self.identity_digest {
            statement.push(" AND identity_digest = ").bind(Value::text(digest));
        }
        if let Some(tag) = self.group_tag {
            statement.push(
                " AND EXISTS (SELECT 1 FROM beneficiary_group_tags AS part WHERE part.tenant = beneficiaries.tenant \
                 AND part.beneficiary_id = beneficiaries.id AND part.group_tag = ",
            );
            statement.bind(Value::word(tag)?).push(")");
        }
        Ok(())
    }
}
