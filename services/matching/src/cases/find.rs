//! What a need is asked with: itself, its facts, and those of the people it is for.

use std::sync::Arc;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, GroupTag, Household, PersonalFields};
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::ids::{BeneficiaryId, DivisionCode, HouseholdId, NeedId, ResourceId};
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
    /// A stored need with what its caller may know for eligibility. Whoever does not see personal fields asks without the exact place and
    /// without what is sealed: who fits, in what order and by how much would tell both, to whoever chooses places and rules of resources.
    pub(crate) async fn need_with_facts(
        &self,
        caller: &Caller,
        id: NeedId,
        snapshot: &Snapshot,
    ) -> Result<(Need, Facts), Error> {
        let sees = caller.sees_personal();
        let KnownNeed { need, facts, .. } = self.known_as_far(caller, id, snapshot, sees).await?;
        Ok((Need { place: need.place.filter(|_| sees), ..need }, facts))
    }

    /// A stored need with all that is known for eligibility: the need's own facts before its beneficiary's. Refused, CONSENT_MISSING, once
    /// its beneficiary, or a member of the household that it names alone, has taken the consent to matching back: whatever is offered for it,
    /// or could be, is asked with this.
    pub(crate) async fn known_need(
        &self,
        caller: &Caller,
        id: NeedId,
        snapshot: &Snapshot,
    ) -> Result<KnownNeed, Error> {
        self.known_as_far(caller, id, snapshot, true).await
    }

    /// As [`Platform::known_need`], with what is sealed `opened` or left out.
    async fn known_as_far(
        &self,
        caller: &Caller,
        id: NeedId,
        snapshot: &Snapshot,
        opened: bool,
    ) -> Result<KnownNeed, Error> {
        let stored = self
            .store
            .need(caller.tenant(), id)
            .await?
            .filter(|need| caller.works_in(need.division.as_ref(), snapshot))
            .ok_or_else(|| Error::NotFound { name: id.name() })?;
        let beneficiary = match stored.beneficiary {
            Some(id) => self.store.beneficiary(caller.tenant(), id).await?,
            None => None,
        };
        if let Some(beneficiary) = &beneficiary {
            consents::must_let_match(beneficiary)?;
        }
        let members = match stored.household_alone() {
            Some(id) => self.members_that_let_match(caller, id).await?,
            None => Vec::new(),
        };
        let household_id = household_of(&stored, beneficiary.as_ref());
        let household = match household_id {
            Some(id) => self.store.household(caller.tenant(), id).await?,
            None => None,
        };
        let facts = match opened {
            true => self.need_personal(caller, &stored).await?.map(|personal| personal.facts).unwrap_or_default(),
            false => Facts::default(),
        };
        let personal = match beneficiary.as_ref().filter(|_| opened) {
            Some(beneficiary) => self.personal_fields(caller, beneficiary).await?.unwrap_or_default(),
            None => PersonalFields::default(),
        };
        let beneficiary = beneficiary.as_ref().map(|beneficiary| (beneficiary, personal));
        let (need, facts) = facts_with(stored.clone(), facts, beneficiary, household.as_ref());
        let position = snapshot.position();
        Ok(KnownNeed { stored: Arc::new(stored), need, facts, household: household_id, members, position })
    }

    /// The members of a household that nobody of them withholds from matching.
    async fn members_that_let_match(&self, caller: &Caller, id: HouseholdId) -> Result<Vec<BeneficiaryId>, Error> {
        let members = self.members(caller, id).await?;
        consents::members_must_let_match(id, &members)?;
        Ok(members.into_iter().map(|member| member.id).collect())
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
        } else if let Some(household) = &whom.household {
            Box::pin(self.members_that_let_match(caller, household.id)).await?;
        }
        let personal = match &whom.beneficiary {
            // Most questions name nobody, and have no need of the room that this takes.
            Some(beneficiary) => Box::pin(self.disclosed(caller, beneficiary)).await?,
            None => PersonalFields::default(),
        };
        let household = match (whom.household, whom.beneficiary.as_ref().and_then(|beneficiary| beneficiary.household))
        {
            (None, Some(id)) => self.store.household(caller.tenant(), id).await?,
            (named, _) => named,
        };
        let beneficiary = whom.beneficiary.as_ref().map(|beneficiary| (beneficiary, personal));
        Ok(facts_with(need, facts, beneficiary, household.as_ref()))
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

/// The household whose record counts for a need: the one that it names, or else its beneficiary's.
pub(crate) fn household_of(need: &Need, beneficiary: Option<&Beneficiary>) -> Option<HouseholdId> {
    need.household.or_else(|| beneficiary.and_then(|beneficiary| beneficiary.household))
}

/// A need with all that is known for eligibility: its own facts, then those of its beneficiary, then what is on record of the beneficiary
/// and of the household ([`household_of`]); with groups of either.
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
        add_recorded(&mut facts, beneficiary.residence_division.as_ref(), beneficiary.registration_division.as_ref());
        add_groups(&mut need, beneficiary.group_tags.iter());
    }
    if let Some(household) = household {
        add_recorded(&mut facts, household.residence_division.as_ref(), household.registration_division.as_ref());
        // A need that names the household is the household's. Of one person, its record tells what is true of all of them: that it is in
        // difficulty, but not who in it is old or disabled.
        let is_named = need.household.is_some();
        let counts = |tag: &&GroupTag| is_named || matches!(tag, GroupTag::InDifficulty);
        add_groups(&mut need, household.group_tags.iter().filter(counts));
    }
    (need, facts)
}

/// Who belongs to a group belongs to it whether or not each need says so.
fn add_groups<'g>(need: &mut Need, groups: impl Iterator<Item = &'g GroupTag>) {
    need.group_tags.extend(groups);
    need.group_tags.sort_unstable();
    need.group_tags.dedup();
}

/// What the record of a person or a household says counts as a fact, unless a fact, or a record before it, says otherwise.
fn add_recorded(facts: &mut Facts, residence: Option<&DivisionCode>, registration: Option<&DivisionCode>) {
    let mut record = |key: &str, code: Option<&DivisionCode>| {
        if let Some(code) = code {
            facts.0.entry(key.to_owned()).or_insert_with(|| FactValue::Text(code.to_string()));
        }
    };
    record("residence_division", residence);
    record("registration_division", registration);
}
