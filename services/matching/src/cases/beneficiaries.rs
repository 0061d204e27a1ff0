//! Beneficiaries and households. Personal fields are sealed here, before anything is kept.

use wishwell_domain::beneficiary::{Beneficiary, Household, PersonalFields, Sealed};
use wishwell_domain::error::Precondition;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, Version};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_engine::Snapshot;
use wishwell_store::{BeneficiaryFilter, Mutation, PageRequest, WriteMode, Written};

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

    /// Creates a beneficiary, or answers the known one with the same external identity.
    pub(crate) async fn create_beneficiary(
        &self,
        caller: &Caller,
        mut beneficiary: Beneficiary,
        personal: &PersonalFields,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        self.check_beneficiary(caller, &beneficiary).await?;
        let name = beneficiary.id.name();
        let keys = self.keys(caller);
        let (key, wrapped) = keys.new_key(&name)?;
        beneficiary.personal = Some(key.seal(personal)?);
        beneficiary.identity_digest = keys.identity_digest(&personal.id_number);
        let mutations = vec![put_key(name, wrapped), put(Change::Beneficiary(beneficiary), WriteMode::CreateOrGet)];
        self.write(caller, mutations).await
    }

    /// Changes a beneficiary; everything that was not changed is in `beneficiary` and `personal` as it was read.
    pub(crate) async fn update_beneficiary(
        &self,
        caller: &Caller,
        mut beneficiary: Beneficiary,
        personal: &PersonalFields,
        expected: Version,
    ) -> Result<Written, Error> {
        self.check_beneficiary(caller, &beneficiary).await?;
        let key = self.beneficiary_key(caller, beneficiary.id).await?;
        beneficiary.personal = Some(key.seal(personal)?);
        beneficiary.identity_digest = self.keys(caller).identity_digest(&personal.id_number);
        let mode = WriteMode::Update { expected: Some(expected) };
        self.write(caller, vec![put(Change::Beneficiary(beneficiary), mode)]).await
    }

    /// Destroys a beneficiary's key and what hangs on it.
    pub(crate) async fn erase_beneficiary(
        &self,
        caller: &Caller,
        id: BeneficiaryId,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        let beneficiary = self.beneficiary(caller, id).await?;
        if let Some(expected) = expected.filter(|expected| *expected != beneficiary.version) {
            let (expected, actual) = (expected.0, beneficiary.version.0);
            return Err(Error::EtagMismatch { name: id.name(), expected, actual });
        }
        self.write(caller, vec![Mutation::EraseBeneficiary { id }]).await
    }

    /// The key of a beneficiary that was not erased.
    pub(crate) async fn beneficiary_key(&self, caller: &Caller, id: BeneficiaryId) -> Result<SubjectKey, Error> {
        let name = id.name();
        self.key(caller, &name).await?.ok_or_else(|| Error::FailedPrecondition {
            precondition: Precondition::BeneficiaryErased,
            message: format!("{name} was erased"),
            name: name.clone(),
        })
    }

    async fn check_beneficiary(&self, caller: &Caller, beneficiary: &Beneficiary) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        caller.must_work_in(beneficiary.residence_division.as_ref(), &snapshot)?;
        let mut violations = Violations::new();
        let (residence, registration) = (&beneficiary.residence_division, &beneficiary.registration_division);
        references::division("beneficiary.residence_division", residence.as_ref(), &snapshot, &mut violations);
        references::division("beneficiary.registration_division", registration.as_ref(), &snapshot, &mut violations);
        if let Some(household) = beneficiary.household
            && self.store.household(caller.tenant(), household).await?.is_none()
        {
            violations.add(
                Violation::new("beneficiary.household", "reference", "refers to something that does not exist")
                    .with_value(household),
            );
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
        let filter = BeneficiaryFilter { household: Some(id), ..BeneficiaryFilter::default() };
        let page = PageRequest { after: None, limit: wishwell_domain::limits::HOUSEHOLD_MEMBERS_MAX };
        Ok(self.store.list_beneficiaries(caller.tenant(), &filter, &page).await?.entries)
    }

    /// Puts a household and makes exactly the named beneficiaries its members, all in one write.
    pub(crate) async fn put_household(
        &self,
        caller: &Caller,
        household: Household,
        members: Option<&[BeneficiaryId]>,
        mode: WriteMode,
    ) -> Result<Written, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        caller.must_work_in(household.residence_division.as_ref(), &snapshot)?;
        let mut violations = Violations::new();
        let (residence, registration) = (&household.residence_division, &household.registration_division);
        references::division("household.residence_division", residence.as_ref(), &snapshot, &mut violations);
        references::division("household.registration_division", registration.as_ref(), &snapshot, &mut violations);
        let id = household.id;
        let mut mutations = vec![put(Change::Household(household), mode)];
        if let Some(members) = members {
            self.change_members(caller, id, members, &snapshot, &mut mutations, &mut violations).await?;
        }
        violations.into_result()?;
        self.write(caller, mutations).await
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
        for former in self.members(caller, id).await? {
            if !members.contains(&former.id) {
                move_to(former, None);
            }
        }
        for (index, member) in members.iter().enumerate() {
            let found = self.store.beneficiary(caller.tenant(), *member).await?;
            match found.filter(|found| caller.works_in(found.residence_division.as_ref(), snapshot)) {
                Some(found) if found.household == Some(id) => {}
                Some(found) => move_to(found, Some(id)),
                None => violations.add(
                    Violation::new(
                        format!("household.members[{index}]"),
                        "reference",
                        "refers to something that does not exist",
                    )
                    .with_value(member),
                ),
            }
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
