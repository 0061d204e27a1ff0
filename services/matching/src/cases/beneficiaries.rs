//! Beneficiaries and households. Personal fields are sealed here, before anything is kept.

use uuid::Uuid;
use wishwell_domain::beneficiary::{Beneficiary, Household, PersonalFields, Sealed};
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, DivisionCode, ExternalId, HouseholdId, Version};
use wishwell_domain::limits::{HOUSEHOLD_MEMBERS_MAX, PAGE_SIZE_MAX};
use wishwell_domain::need::Need;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::Snapshot;
use wishwell_store::{BeneficiaryFilter, Effect, Mutation, NeedFilter, PageRequest, StoreError, WriteMode, Written};

use super::{Caller, Platform, put, put_key, references};
use crate::privacy::SubjectKey;

impl Platform {
    /// A beneficiary in the caller's divisions; others do not exist for it.
    pub(crate) async fn beneficiary(&self, caller: &Caller, id: BeneficiaryId) -> Result<Beneficiary, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let found = self.store.beneficiary(caller.tenant(), id).await?;
        found
            .filter(|beneficiary| caller.works_in(beneficiary.residence_division.as_ref(), &snapshot))
            .ok_or_else(|| Error::NotFound { name: id.name() })
    }

    /// The personal fields, opened; none once erased.
    pub(crate) async fn personal_fields(
        &self,
        caller: &Caller,
        beneficiary: &Beneficiary,
    ) -> Result<Option<PersonalFields>, Error> {
        let Some(sealed) = &beneficiary.personal else { return Ok(None) };
        match self.key(caller, &beneficiary.id.name()).await? {
            Some(key) => key.open(sealed).map(Some),
            None => Ok(None),
        }
    }

    /// Creates a beneficiary that was checked, or answers the known one with the same external identity.
    pub(crate) async fn create_beneficiary(
        &self,
        caller: &Caller,
        mut beneficiary: Beneficiary,
        mut personal: PersonalFields,
    ) -> Result<Written, Error> {
        let mut mutations = Vec::with_capacity(2);
        if !self.is_known(caller, "beneficiary", beneficiary.external.as_ref()).await? {
            let name = beneficiary.id.name();
            let keys = self.keys(caller);
            let (key, wrapped) = keys.new_key(&name)?;
            seal(&key, &mut beneficiary, &mut personal)?;
            beneficiary.identity_digest = keys.identity_digest(&personal.id_number);
            mutations.push(put_key(name, wrapped));
            if beneficiary.withholds_wishes() && beneficiary.household.is_some() {
                return self.withhold_wishes(caller, beneficiary, WriteMode::CreateOrGet, mutations).await;
            }
        }
        mutations.push(put(Change::Beneficiary(beneficiary), WriteMode::CreateOrGet));
        self.write(caller, mutations).await
    }

    /// Changes a beneficiary as it was checked; everything that was not changed is in `beneficiary` and `personal` as it was read.
    pub(crate) async fn update_beneficiary(
        &self,
        caller: &Caller,
        mut beneficiary: Beneficiary,
        mut personal: PersonalFields,
        expected: Version,
    ) -> Result<Written, Error> {
        let key = self.beneficiary_key(caller, beneficiary.id).await?;
        seal(&key, &mut beneficiary, &mut personal)?;
        beneficiary.identity_digest = self.keys(caller).identity_digest(&personal.id_number);
        let mode = WriteMode::Update { expected: Some(expected) };
        if beneficiary.withholds_wishes() {
            return self.withhold_wishes(caller, beneficiary, mode, Vec::new()).await;
        }
        self.write(caller, vec![put(Change::Beneficiary(beneficiary), mode)]).await
    }

    /// Puts a beneficiary that takes the consent to wishes back, after what it asks for, and its wishes and those of its household out of
    /// the pool, whatever consent each was published with.
    async fn withhold_wishes(
        &self,
        caller: &Caller,
        beneficiary: Beneficiary,
        mode: WriteMode,
        asked_for: Vec<Mutation>,
    ) -> Result<Written, Error> {
        let own_name = beneficiary.id.name();
        let mut attempts = super::UPDATE_ATTEMPTS_MAX;
        loop {
            attempts -= 1;
            let mut mutations = asked_for.clone();
            mutations.extend(self.needs_changed(caller, of_beneficiary(beneficiary.id), Need::unpublish).await?);
            if let Some(household) = beneficiary.household {
                mutations.extend(self.wishes_of_household_taken_back(caller, household).await?);
            }
            mutations.push(put(Change::Beneficiary(beneficiary.clone()), mode));
            let written = match self.store_write(caller, mutations).await {
                // The caller said nothing of versions of needs.
                Err(StoreError::VersionMismatch { name, .. }) if name != own_name => Err(StoreError::Outdated),
                written => written,
            };
            match written {
                // A need was written, or came, since they were read.
                Err(StoreError::Outdated) if attempts > 0 => {}
                written => return Ok(self.published(caller, written?)),
            }
        }
    }

    /// The wishes of a household that no single beneficiary has, out of the pool.
    async fn wishes_of_household_taken_back(&self, caller: &Caller, id: HouseholdId) -> Result<Vec<Mutation>, Error> {
        let filter = NeedFilter { household: Some(id), ..NeedFilter::default() };
        self.needs_changed(caller, filter, |need| need.beneficiary.is_none() && need.unpublish()).await
    }

    /// Needs as `change` leaves them, where it changes anything.
    async fn needs_changed(
        &self,
        caller: &Caller,
        filter: NeedFilter,
        change: impl Fn(&mut Need) -> bool,
    ) -> Result<Vec<Mutation>, Error> {
        let mut page = PageRequest { after: None, limit: PAGE_SIZE_MAX };
        let mut mutations = Vec::new();
        loop {
            let found = self.store.list_needs(caller.tenant(), &filter, &page).await?;
            for mut need in found.entries {
                let mode = WriteMode::Update { expected: Some(need.version) };
                if change(&mut need) {
                    mutations.push(put(Change::Need(Box::new(need)), mode));
                }
            }
            page.after = found.next_after;
            if page.after.is_none() {
                return Ok(mutations);
            }
        }
    }

    /// Whether an external identity is known already: what carries it is then neither changed nor given a key.
    pub(crate) async fn is_known(
        &self,
        caller: &Caller,
        kind: &'static str,
        external: Option<&ExternalId>,
    ) -> Result<bool, Error> {
        let Some(external) = external else { return Ok(false) };
        Ok(self.called(caller, kind, external).await?.is_some())
    }

    /// The household that an external identity names, in the caller's divisions; others do not exist for it.
    pub(crate) async fn household_called(
        &self,
        caller: &Caller,
        external: &ExternalId,
    ) -> Result<Option<HouseholdId>, Error> {
        let Some(id) = self.called(caller, "household", external).await?.map(HouseholdId::from_uuid) else {
            return Ok(None);
        };
        let snapshot = self.fresh_snapshot(caller).await?;
        let found = self.store.household(caller.tenant(), id).await?;
        let found = found.filter(|found| caller.works_in(found.residence_division.as_ref(), &snapshot));
        Ok(found.map(|found| found.id))
    }

    /// The beneficiary that an external identity names, in the caller's divisions; others do not exist for it.
    pub(crate) async fn beneficiary_called(
        &self,
        caller: &Caller,
        external: &ExternalId,
    ) -> Result<Option<BeneficiaryId>, Error> {
        let Some(id) = self.called(caller, "beneficiary", external).await?.map(BeneficiaryId::from_uuid) else {
            return Ok(None);
        };
        let snapshot = self.fresh_snapshot(caller).await?;
        let found = self.store.beneficiary(caller.tenant(), id).await?;
        let found = found.filter(|found| caller.works_in(found.residence_division.as_ref(), &snapshot));
        Ok(found.map(|found| found.id))
    }

    async fn called(&self, caller: &Caller, kind: &'static str, external: &ExternalId) -> Result<Option<Uuid>, Error> {
        let found = self.store.resolve_external(caller.tenant(), kind, std::slice::from_ref(external)).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// What a write answers, unless it found something known outside the caller's divisions: that is not shown.
    pub(crate) async fn within_reach(&self, caller: &Caller, written: Written) -> Result<Written, Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let known = written.outcomes.iter().filter(|outcome| outcome.effect == Effect::Unchanged);
        for change in known.filter_map(|outcome| outcome.after.as_ref()) {
            let (division, external, request_id) = match change {
                Change::Beneficiary(found) => (&found.residence_division, &found.external, None),
                Change::Household(found) => (&found.residence_division, &found.external, None),
                Change::Need(found) => (&found.division, &found.external, found.request_id),
                _ => continue,
            };
            if !caller.works_in(division.as_ref(), &snapshot) {
                // Refused as one that contradicts it: neither tells whoever guesses an id what came in under it.
                if let Some(request_id) = request_id.filter(|known| caller.request_id() == Some(*known)) {
                    return Err(Error::RequestIdReused { request_id: request_id.to_string() });
                }
                let name = external.as_ref().map_or_else(String::new, |e| format!("{}/{}", e.source, e.external_id));
                return Err(Error::AlreadyExists { name });
            }
        }
        Ok(written)
    }

    /// Destroys a beneficiary's key and what hangs on it.
    pub(crate) async fn erase_beneficiary(
        &self,
        caller: &Caller,
        id: BeneficiaryId,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let beneficiary = self.beneficiary(caller, id).await?;
            if let Some(expected) = expected.filter(|expected| *expected != beneficiary.version) {
                let (expected, actual) = (expected.0, beneficiary.version.0);
                return Err(Error::EtagMismatch { name: id.name(), expected, actual });
            }
            let mut attempts = super::UPDATE_ATTEMPTS_MAX;
            loop {
                attempts -= 1;
                // The place of a need is where somebody lives, and a wish was consented to by somebody who is forgotten now.
                let forgotten = |need: &mut Need| {
                    let sealed = need.personal.take().is_some();
                    let placed = need.division.is_some() && need.place.take().is_some();
                    need.unpublish() || placed || sealed
                };
                let mut mutations = self.needs_changed(caller, of_beneficiary(id), forgotten).await?;
                mutations.push(Mutation::EraseBeneficiary { id });
                match self.store_write(caller, mutations).await {
                    // A need was written, or came, since they were read.
                    Err(StoreError::Outdated | StoreError::VersionMismatch { .. }) if attempts > 0 => {}
                    written => return Ok(self.published(caller, written?)),
                }
            }
        })
        .await
    }

    /// The key of a beneficiary that was not erased.
    pub(crate) async fn beneficiary_key(&self, caller: &Caller, id: BeneficiaryId) -> Result<SubjectKey, Error> {
        let name = id.name();
        self.key(caller, &name).await?.ok_or_else(|| Error::FailedPrecondition {
            precondition: Precondition::Erased,
            message: format!("{name} was erased"),
            name: name.clone(),
        })
    }

    /// Checks what a beneficiary refers to, newly where it changes a stored one, and tells it with what was found wrong before.
    pub(crate) async fn check_beneficiary(
        &self,
        caller: &Caller,
        beneficiary: &Beneficiary,
        stored: Option<&Beneficiary>,
        mut violations: Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        must_work_at(caller, "beneficiary", beneficiary.residence_division.as_ref(), &snapshot, &violations)?;
        let (residence, registration) = (&beneficiary.residence_division, &beneficiary.registration_division);
        references::division("beneficiary.residence_division", residence.as_ref(), &snapshot, &mut violations);
        references::division("beneficiary.registration_division", registration.as_ref(), &snapshot, &mut violations);
        if let Some(household) = beneficiary.household.filter(|new| stored.and_then(|s| s.household) != Some(*new)) {
            let found = self.store.household(caller.tenant(), household).await?;
            let found = found.filter(|found| caller.works_in(found.residence_division.as_ref(), &snapshot));
            violations.require(found.is_some(), || references::dangling("beneficiary.household", household.name()));
            let full = found.is_some() && self.members(caller, household).await?.len() >= HOUSEHOLD_MEMBERS_MAX;
            violations.require(!full, || {
                let message = format!("has {HOUSEHOLD_MEMBERS_MAX} members already");
                Violation::new("beneficiary.household", "household.members", message).with_value(household.name())
            });
        }
        violations.into_result()
    }

    /// A household in the caller's divisions, with its members.
    pub(crate) async fn household(
        &self,
        caller: &Caller,
        id: HouseholdId,
    ) -> Result<(Household, Vec<BeneficiaryId>), Error> {
        let snapshot = self.snapshot(caller, None).await?;
        let found = self.store.household(caller.tenant(), id).await?;
        let household = found
            .filter(|household| caller.works_in(household.residence_division.as_ref(), &snapshot))
            .ok_or_else(|| Error::NotFound { name: id.name() })?;
        Ok((household, self.members(caller, id).await?.iter().map(|member| member.id).collect()))
    }

    pub(crate) async fn members(&self, caller: &Caller, id: HouseholdId) -> Result<Vec<Beneficiary>, Error> {
        let filter = BeneficiaryFilter { households: vec![id], ..BeneficiaryFilter::default() };
        let page = PageRequest { after: None, limit: HOUSEHOLD_MEMBERS_MAX };
        Ok(self.store.list_beneficiaries(caller.tenant(), &filter, &page).await?.entries)
    }

    /// What puts a household and, where members are named, makes exactly these its members, all in one write. What was found wrong
    /// with it so far is told together with what is found here.
    pub(crate) async fn check_household(
        &self,
        caller: &Caller,
        household: Household,
        members: Option<&[BeneficiaryId]>,
        mode: WriteMode,
        mut violations: Violations,
    ) -> Result<Vec<Mutation>, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        must_work_at(caller, "household", household.residence_division.as_ref(), &snapshot, &violations)?;
        let (residence, registration) = (&household.residence_division, &household.registration_division);
        references::division("household.residence_division", residence.as_ref(), &snapshot, &mut violations);
        references::division("household.registration_division", registration.as_ref(), &snapshot, &mut violations);
        let id = household.id;
        let known =
            mode == WriteMode::CreateOrGet && self.is_known(caller, "household", household.external.as_ref()).await?;
        let mut mutations = vec![put(Change::Household(household), mode)];
        if let Some(members) = members.filter(|_| !known) {
            self.change_members(caller, id, members, &snapshot, &mut mutations, &mut violations).await?;
        }
        violations.into_result()?;
        Ok(mutations)
    }

    async fn change_members(
        &self,
        caller: &Caller,
        id: HouseholdId,
        members: &[BeneficiaryId],
        snapshot: &Snapshot,
        mutations: &mut Vec<Mutation>,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let mut move_to = |mut beneficiary: Beneficiary, household| {
            let mode = WriteMode::Update { expected: Some(beneficiary.version) };
            beneficiary.household = household;
            mutations.push(put(Change::Beneficiary(beneficiary), mode));
        };
        // Who is not among those that could be read may be among the others: nobody is taken out for it.
        let all_are_read = !violations.tells_of("household.members");
        let before = if all_are_read { self.members(caller, id).await? } else { Vec::new() };
        for former in before {
            if !members.contains(&former.id) {
                caller.must_work_in(former.residence_division.as_ref(), snapshot)?;
                move_to(former, None);
            }
        }
        let mut withheld = false;
        for (index, member) in members.iter().enumerate() {
            let found = self.store.beneficiary(caller.tenant(), *member).await?;
            match found.filter(|found| caller.works_in(found.residence_division.as_ref(), snapshot)) {
                Some(found) if found.household == Some(id) => {}
                Some(found) => {
                    withheld |= found.withholds_wishes_of_household();
                    move_to(found, Some(id));
                }
                None => {
                    violations.add(references::dangling(format_args!("household.members[{index}]"), member.name()));
                }
            }
        }
        if withheld {
            // Whoever joins withholds what the household wishes for: out of the pool with it, after the household and before who joins.
            let taken_back = self.wishes_of_household_taken_back(caller, id).await?;
            mutations.splice(1..1, taken_back);
        }
        Ok(())
    }

    /// Opens what was sealed for a beneficiary under its key, none once it is erased.
    pub(crate) async fn open_sealed<T: serde::de::DeserializeOwned>(
        &self,
        caller: &Caller,
        subject: &str,
        sealed: Option<&Sealed>,
    ) -> Result<Option<T>, Error> {
        let Some(sealed) = sealed else { return Ok(None) };
        match self.key(caller, subject).await? {
            Some(key) => key.open(sealed).map(Some),
            None => Ok(None),
        }
    }
}

fn of_beneficiary(id: BeneficiaryId) -> NeedFilter {
    NeedFilter { beneficiary: Some(id), ..NeedFilter::default() }
}

/// Holds a caller to its divisions by where somebody lives. Where that could not be read, it is told, and nobody knows whose it is.
fn must_work_at(
    caller: &Caller,
    field: &str,
    division: Option<&DivisionCode>,
    snapshot: &Snapshot,
    violations: &Violations,
) -> Result<(), Error> {
    if division.is_none() && violations.tells_of(format_args!("{field}.residence_division")) {
        return Ok(());
    }
    caller.must_work_in(division, snapshot)
}

/// Seals the personal fields, and with them who gave the consents.
fn seal(key: &SubjectKey, beneficiary: &mut Beneficiary, personal: &mut PersonalFields) -> Result<(), Error> {
    let givers = beneficiary.consents.iter_mut().map(|consent| std::mem::take(&mut consent.given_by));
    personal.consent_givers = givers.collect();
    beneficiary.personal = Some(key.seal(personal)?);
    Ok(())
}
