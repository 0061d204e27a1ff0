//! What is known of all needs of a round, read many at a time.

use std::collections::HashMap;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{GroupTag, Household, PersonalFields};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, NeedId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::need::{Need, NeedPersonal, NeedState};
use wishwell_domain::round::Scope;
use wishwell_engine::Snapshot;
use wishwell_store::{NeedFilter, PageRequest};

use crate::cases::find::facts_with;
use crate::cases::needs::sealed_for;
use crate::cases::{Caller, Platform};

/// Facts, groups and households of needs.
#[derive(Default)]
pub(super) struct KnownOfNeeds {
    pub(super) facts: HashMap<NeedId, Facts>,
    /// Those of needs whose beneficiary or household belongs to more groups than the need says.
    pub(super) group_tags: HashMap<NeedId, Vec<GroupTag>>,
    /// Those of needs whose beneficiary has one, and that do not name one themselves.
    pub(super) households: HashMap<NeedId, HouseholdId>,
}

impl Platform {
    /// What is known of the open needs of a scope.
    pub(super) async fn known_of_needs(
        &self,
        caller: &Caller,
        scope: &Scope,
        snapshot: &Snapshot,
    ) -> Result<KnownOfNeeds, Error> {
        let mut known = KnownOfNeeds::default();
        if scope.needs.is_empty() {
            let filter = NeedFilter {
                states: vec![NeedState::Open, NeedState::PartlyServed],
                divisions: scope.divisions.iter().flat_map(|code| snapshot.division_subtree(code)).collect(),
                categories: scope.categories.iter().flat_map(|code| snapshot.category_subtree(code)).collect(),
                ..NeedFilter::default()
            };
            let mut page = PageRequest { after: None, limit: PAGE_SIZE_MAX };
            loop {
                let found = self.store.list_needs(caller.tenant(), &filter, &page).await?;
                self.add_known(caller, found.entries, &mut known).await?;
                page.after = found.next_after;
                if page.after.is_none() {
                    break;
                }
            }
        } else {
            for ids in scope.needs.chunks(PAGE_SIZE_MAX) {
                let found = self.store.needs(caller.tenant(), ids).await?;
                self.add_known(caller, found, &mut known).await?;
            }
        }
        Ok(known)
    }

    async fn add_known(&self, caller: &Caller, needs: Vec<Need>, known: &mut KnownOfNeeds) -> Result<(), Error> {
        let (store, tenant) = (&self.store, caller.tenant());
        let mut people: Vec<BeneficiaryId> = needs.iter().filter_map(|need| need.beneficiary).collect();
        people.sort_unstable();
        people.dedup();
        let beneficiaries = store.beneficiaries(tenant, &people).await?;
        let beneficiaries: HashMap<_, _> = beneficiaries.into_iter().map(|found| (found.id, found)).collect();
        let homes = self.households_of(caller, &needs).await?;
        let mut subjects: Vec<String> = needs.iter().filter(|need| need.personal.is_some()).map(sealed_for).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let sealing = store.keys(tenant, &subjects).await?;
        let names: Vec<String> = people.iter().map(BeneficiaryId::name).collect();
        let personal_keys = store.keys(tenant, &names).await?;
        let keys = self.keys(caller);
        for need in needs {
            let subject = sealed_for(&need);
            let facts = match (&need.personal, sealing.get(&subject)) {
                (Some(sealed), Some(wrapped)) => {
                    keys.unwrap_key(&subject, wrapped)?.open::<NeedPersonal>(sealed)?.facts
                }
                _ => Facts::default(),
            };
            let beneficiary = need.beneficiary.and_then(|id| beneficiaries.get(&id));
            let personal = match beneficiary.and_then(|found| Some((found, found.personal.as_ref()?))) {
                Some((found, sealed)) => match personal_keys.get(&found.id.name()) {
                    Some(wrapped) => keys.unwrap_key(&found.id.name(), wrapped)?.open::<PersonalFields>(sealed)?,
                    None => PersonalFields::default(),
                },
                None => PersonalFields::default(),
            };
            if need.household.is_none()
                && let Some(household) = beneficiary.and_then(|found| found.household)
            {
                known.households.insert(need.id, household);
            }
            let household = need.household.filter(|_| beneficiary.is_none()).and_then(|id| homes.get(&id));
            let beneficiary = beneficiary.map(|found| (found, personal));
            let (id, own) = (need.id, need.group_tags.len());
            let (need, facts) = facts_with(need, facts, beneficiary, household);
            if need.group_tags.len() > own {
                known.group_tags.insert(id, need.group_tags);
            }
            if !facts.0.is_empty() {
                known.facts.insert(id, facts);
            }
        }
        Ok(())
    }

    /// The households of needs that are for no single beneficiary.
    async fn households_of(&self, caller: &Caller, needs: &[Need]) -> Result<HashMap<HouseholdId, Household>, Error> {
        let of_all = needs.iter().filter(|need| need.beneficiary.is_none());
        let mut ids: Vec<HouseholdId> = of_all.filter_map(|need| need.household).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.households(caller.tenant(), &ids).await?;
        Ok(found.into_iter().map(|household| (household.id, household)).collect())
    }
}
