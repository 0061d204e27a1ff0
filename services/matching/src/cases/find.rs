//! What a need is asked with: itself, its facts, and those of the people it is for.

use std::sync::Arc;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, GroupTag, Household, PersonalFields};
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::ids::{DivisionCode, NeedId, ResourceId};
use wishwell_domain::need::Need;
use wishwell_engine::{QueryError, Snapshot};

use super::needs::Whom;
use super::{Caller, Platform, consents};
use crate::known_needs::KnownNeed;

/// What the engine cannot answer, as an error of the call.
pub(crate) fn query_error(field: &str, error: QueryError) -> Error {
    use wishwell_domain::Violation;
    match error {
        QueryError::UnknownCategory(code) => {
            let field = format!("{field}.category");
            Violation::new(field, "category.unknown", "is not a category of the catalogue").with_value(code).into()
        }
        QueryError::UnknownDivision(code) => {
            Violation::new("inline_need.division", "division.unknown", "is not a division of the catalogue")
                .with_value(code)
                .into()
        }
        QueryError::UnknownResource(id) => Error::NotFound { name: id.name() },
    }
}

impl Platform {
    /// A stored need with all that is known for eligibility: the need's own facts before its beneficiary's. Refused, CONSENT_MISSING, once
    /// its beneficiary has taken the consent to matching back: whatever is offered for it, or could be, is asked with this.
    pub(crate) async fn need_with_facts(
        &self,
        caller: &Caller,
        id: NeedId,
        snapshot: &Snapshot,
    ) -> Result<(Need, Facts), Error> {
        let known = self.known_need(caller, id, snapshot).await?;
        Ok((known.need, known.facts))
    }

    /// As [`Platform::need_with_facts`], with what it was made of.
    pub(crate) async fn known_need(
        &self,
        caller: &Caller,
        id: NeedId,
        snapshot: &Snapshot,
    ) -> Result<KnownNeed, Error> {
        let stored = self
            .store
            .need(caller.tenant(), id)
            .await?
            .filter(|need| caller.works_in(need.division.as_ref(), snapshot))
            .ok_or_else(|| Error::NotFound { name: id.name() })?;
        let facts = self.need_personal(caller, &stored).await?.map(|personal| personal.facts).unwrap_or_default();
        let beneficiary = match stored.beneficiary {
            Some(id) => self.store.beneficiary(caller.tenant(), id).await?,
            None => None,
        };
        if let Some(beneficiary) = &beneficiary {
            consents::must_let_match(beneficiary)?;
        }
        let household = match stored.household.filter(|_| beneficiary.is_none()) {
            Some(id) => self.store.household(caller.tenant(), id).await?,
            None => None,
        };
        let personal = match &beneficiary {
            Some(beneficiary) => self.personal_fields(caller, beneficiary).await?.unwrap_or_default(),
            None => PersonalFields::default(),
        };
        let beneficiary = beneficiary.as_ref().map(|beneficiary| (beneficiary, personal));
        let (need, facts) = facts_with(stored.clone(), facts, beneficiary, household.as_ref());
        Ok(KnownNeed { stored: Arc::new(stored), need, facts, position: snapshot.position() })
    }

    /// A need that is not stored, with all that is known for eligibility of whom it names.
    pub(crate) async fn inline_need(
        &self,
        caller: &Caller,
        (need, facts): (Need, Facts),
        whom: Whom,
    ) -> Result<(Need, Facts), Error> {
        if let Some(beneficiary) = &whom.beneficiary {
            consents::must_let_match(beneficiary)?;
        }
        let personal = match &whom.beneficiary {
            // Most questions name nobody, and have no need of the room that this takes.
            Some(beneficiary) => Box::pin(self.disclosed(caller, beneficiary)).await?,
            None => PersonalFields::default(),
        };
        let beneficiary = whom.beneficiary.as_ref().map(|beneficiary| (beneficiary, personal));
        Ok(facts_with(need, facts, beneficiary, whom.household.as_ref()))
    }

    /// What is sealed of a beneficiary that a question names. That it was asked for leaves a trace.
    async fn disclosed(&self, caller: &Caller, beneficiary: &Beneficiary) -> Result<PersonalFields, Error> {
        caller.record_disclosure(&beneficiary.id.name());
        // Whoever was erased cannot be asked about, no more than a need can be submitted for them.
        let key = self.beneficiary_key(caller, beneficiary.id).await?;
        beneficiary.personal.as_ref().map_or_else(|| Ok(PersonalFields::default()), |sealed| key.open(sealed))
    }

    /// The resource, if the caller may ask for its needs: partners ask for their own.
    pub(crate) fn resource_to_ask_for(
        &self,
        caller: &Caller,
        id: ResourceId,
        snapshot: &Snapshot,
    ) -> Result<(), Error> {
        let found = snapshot.resource(id).ok_or_else(|| Error::NotFound { name: id.name() })?;
        caller.may_keep(snapshot.organization_id(found))
    }
}

/// A need with all that is known for eligibility: its own facts, then those of its beneficiary; groups of its beneficiary, or of its
/// household.
pub(crate) fn facts_with(
    mut need: Need,
    mut facts: Facts,
    beneficiary: Option<(&Beneficiary, PersonalFields)>,
    household: Option<&Household>,
) -> (Need, Facts) {
    if let Some((beneficiary, personal)) = beneficiary {
        for (key, value) in personal.facts.0 {
            facts.0.entry(key).or_insert(value);
        }
        add_recorded(&mut facts, beneficiary);
        add_groups(&mut need, &beneficiary.group_tags);
    } else if let Some(household) = household {
        add_groups(&mut need, &household.group_tags);
    }
    (need, facts)
}

/// Who belongs to a group belongs to it whether or not each need says so.
fn add_groups(need: &mut Need, groups: &[GroupTag]) {
    need.group_tags.extend_from_slice(groups);
    need.group_tags.sort_unstable();
    need.group_tags.dedup();
}

/// What the record of a beneficiary says counts as a fact, unless a fact says otherwise.
fn add_recorded(facts: &mut Facts, beneficiary: &Beneficiary) {
    let mut record = |key: &str, code: Option<&DivisionCode>| {
        if let Some(code) = code {
            facts.0.entry(key.to_owned()).or_insert_with(|| FactValue::Text(code.to_string()));
        }
    };
    record("residence_division", beneficiary.residence_division.as_ref());
    record("registration_division", beneficiary.registration_division.as_ref());
}
