//! What is known of many needs at once: facts, groups and households of whom they are for.

use std::collections::{BTreeMap, HashMap, HashSet};

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, ConsentPurpose, GroupTag, Household, PersonalFields};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, NeedId, OrganizationId, TenantId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::need::{Need, NeedPersonal, NeedState};
use wishwell_domain::referral::ReferralState;
use wishwell_domain::round::RoundRules;
use wishwell_engine::Snapshot;
use wishwell_store::{NeedFilter, PageRequest, ReferralFilter, Store};

use crate::cases::find::{facts_with, household_of};
use crate::cases::needs::sealed_for;
use crate::cases::{Caller, Platform};
use crate::privacy::TenantKeys;

/// Facts, groups and households of needs.
#[derive(Default)]
pub(crate) struct KnownOfNeeds {
    pub(crate) facts: HashMap<NeedId, Facts>,
    /// Those of needs whose beneficiary or household belongs to more groups than the need says.
    pub(crate) group_tags: HashMap<NeedId, Vec<GroupTag>>,
    /// Those of needs whose beneficiary has one, and that do not name one themselves.
    pub(crate) households: HashMap<NeedId, HouseholdId>,
    /// Who helps needs already; empty where nobody asks for it.
    pub(crate) helping: HashMap<NeedId, Vec<OrganizationId>>,
    /// Those whose beneficiary, or a member of whose household, has taken the consent to matching back; nothing else is known of them.
    pub(crate) withheld: HashSet<NeedId>,
    /// Whether facts of some need cannot be read any more, because somebody, or a need, was erased.
    pub(crate) erased: bool,
}

/// Whom needs are for: as they are, or as they were.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People<'p> {
    pub(crate) beneficiaries: &'p HashMap<BeneficiaryId, Beneficiary>,
    pub(crate) households: &'p HashMap<HouseholdId, Household>,
    /// Of which a member has taken the consent to matching back.
    pub(crate) withholding: &'p HashSet<HouseholdId>,
}

impl KnownOfNeeds {
    /// The groups that count for a need.
    pub(super) fn tags<'k>(&'k self, need: &'k Need) -> &'k [GroupTag] {
        self.group_tags.get(&need.id).unwrap_or(&need.group_tags)
    }

    /// The facts known for a need.
    pub(super) fn facts_of(&self, need: NeedId) -> &Facts {
        static NONE: Facts = Facts(BTreeMap::new());
        self.facts.get(&need).unwrap_or(&NONE)
    }

    /// Adds what is known of needs of these people, as far as there are keys to read it with.
    pub(crate) async fn add(
        &mut self,
        store: &dyn Store,
        tenant: &TenantId,
        keys: &TenantKeys,
        needs: Vec<Need>,
        people: People<'_>,
    ) -> Result<(), Error> {
        let person = |need: &Need| need.beneficiary.and_then(|id| people.beneficiaries.get(&id));
        let mut subjects: Vec<String> = needs.iter().map(sealed_for).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut wrapped = HashMap::with_capacity(subjects.len());
        for subjects in subjects.chunks(PAGE_SIZE_MAX) {
            wrapped.extend(store.keys(tenant, subjects).await?);
        }
        // With a key, what it sealed goes from the log too.
        self.erased |= wrapped.len() < subjects.len();
        for need in needs {
            let subject = sealed_for(&need);
            let beneficiary = person(&need);
            let of_household = need.household_alone().is_some_and(|id| people.withholding.contains(&id));
            if of_household || beneficiary.is_some_and(|found| found.withholds(ConsentPurpose::Matching)) {
                self.withheld.insert(need.id);
                continue;
            }
            let (mut facts, mut personal) = (Facts::default(), PersonalFields::default());
            if let Some(wrapped) = wrapped.get(&subject) {
                let key = keys.unwrap_key(&subject, wrapped)?;
                if let Some(sealed) = &need.personal {
                    facts = key.open::<NeedPersonal>(sealed)?.facts;
                }
                if let Some(sealed) = beneficiary.and_then(|found| found.personal.as_ref()) {
                    personal = key.open(sealed)?;
                }
            }
            self.add_one(need, facts, beneficiary.map(|found| (found, personal)), people);
        }
        Ok(())
    }

    /// Notes that an organization helps a need.
    pub(crate) fn add_helping(&mut self, need: NeedId, organization: OrganizationId) {
        let helping = self.helping.entry(need).or_default();
        if let Err(place) = helping.binary_search(&organization) {
            helping.insert(place, organization);
        }
    }

    fn add_one(
        &mut self,
        need: Need,
        facts: Facts,
        beneficiary: Option<(&Beneficiary, PersonalFields)>,
        people: People<'_>,
    ) {
        let of_person = beneficiary.as_ref().and_then(|(found, _)| found.household);
        if let Some(household) = of_person.filter(|_| need.household.is_none()) {
            self.households.insert(need.id, household);
        }
        let household = household_of(&need, beneficiary.as_ref().map(|(found, _)| *found));
        let household = household.and_then(|id| people.households.get(&id));
        let (id, own) = (need.id, need.group_tags.len());
        let (need, facts) = facts_with(need, facts, beneficiary, household);
        if need.group_tags.len() > own {
            self.group_tags.insert(id, need.group_tags);
        }
        if !facts.0.is_empty() {
            self.facts.insert(id, facts);
        }
    }
}

impl Platform {
    /// What is known of the open needs of a round.
    pub(super) async fn known_of_round(
        &self,
        caller: &Caller,
        rules: &RoundRules,
        snapshot: &Snapshot,
    ) -> Result<KnownOfNeeds, Error> {
        let scope = &rules.scope;
        let counts_partners = rules.partners_per_need_max.is_some();
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
                self.add_of_round(caller, found.entries, counts_partners, &mut known).await?;
                page.after = found.next_after;
                if page.after.is_none() {
                    break;
                }
            }
        } else {
            for ids in scope.needs.chunks(PAGE_SIZE_MAX) {
                let found = self.store.needs(caller.tenant(), ids).await?;
                self.add_of_round(caller, found, counts_partners, &mut known).await?;
            }
        }
        Ok(known)
    }

    async fn add_of_round(
        &self,
        caller: &Caller,
        needs: Vec<Need>,
        counts_partners: bool,
        known: &mut KnownOfNeeds,
    ) -> Result<(), Error> {
        if counts_partners {
            let is_taken = |need: &&Need| need.items.iter().any(|item| item.left() < item.asked());
            for need in needs.iter().filter(is_taken) {
                self.add_who_helps(caller, need.id, known).await?;
            }
        }
        self.add_known(caller, needs, true, known).await
    }

    async fn add_who_helps(&self, caller: &Caller, need: NeedId, known: &mut KnownOfNeeds) -> Result<(), Error> {
        // Of what ended early a part may have arrived.
        let may_help = |state: &ReferralState| {
            state.is_live() || state.is_served() || matches!(state, ReferralState::Cancelled | ReferralState::Failed)
        };
        let states = ReferralState::ALL.into_iter().filter(may_help);
        let filter = ReferralFilter { need: Some(need), states: states.collect(), ..ReferralFilter::default() };
        let mut page = PageRequest { after: None, limit: PAGE_SIZE_MAX };
        loop {
            let found = self.store.list_referrals(caller.tenant(), &filter, &page).await?;
            let helping = found.entries.iter().filter(|referral| referral.covered_units() > 0);
            helping.for_each(|referral| known.add_helping(need, referral.organization));
            page.after = found.next_after;
            if page.after.is_none() {
                return Ok(());
            }
        }
    }

    /// What is known of these needs, to a caller that does not see personal fields without what is sealed.
    pub(super) async fn known_of_needs(&self, caller: &Caller, mut needs: Vec<Need>) -> Result<KnownOfNeeds, Error> {
        let (mut known, opened) = (KnownOfNeeds::default(), caller.sees_personal());
        needs.iter_mut().filter(|_| !opened).for_each(|need| need.personal = None);
        self.add_known(caller, needs, opened, &mut known).await?;
        Ok(known)
    }

    async fn add_known(
        &self,
        caller: &Caller,
        needs: Vec<Need>,
        opened: bool,
        known: &mut KnownOfNeeds,
    ) -> Result<(), Error> {
        let (store, tenant) = (&self.store, caller.tenant());
        let mut people: Vec<BeneficiaryId> = needs.iter().filter_map(|need| need.beneficiary).collect();
        people.sort_unstable();
        people.dedup();
        let mut beneficiaries = store.beneficiaries(tenant, &people).await?;
        beneficiaries.iter_mut().filter(|_| !opened).for_each(|beneficiary| beneficiary.personal = None);
        let beneficiaries = beneficiaries.into_iter().map(|found| (found.id, found)).collect();
        let people = People {
            beneficiaries: &beneficiaries,
            households: &self.households_of(caller, &needs, &beneficiaries).await?,
            withholding: &self.households_withholding(caller, &needs).await?,
        };
        known.add(store.as_ref(), tenant, &self.keys(caller), needs, people).await
    }

    /// The households that count for needs.
    async fn households_of(
        &self,
        caller: &Caller,
        needs: &[Need],
        beneficiaries: &HashMap<BeneficiaryId, Beneficiary>,
    ) -> Result<HashMap<HouseholdId, Household>, Error> {
        let person = |need: &Need| need.beneficiary.and_then(|id| beneficiaries.get(&id));
        let mut ids: Vec<HouseholdId> = needs.iter().filter_map(|need| household_of(need, person(need))).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.households(caller.tenant(), &ids).await?;
        Ok(found.into_iter().map(|household| (household.id, household)).collect())
    }
}
