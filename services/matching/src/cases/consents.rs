//! What is not done for somebody any more who has taken the consent to it back. Whoever never said anything about a purpose is served.
//! What a household lacks concerns all its members: any of them may withhold it.

use std::collections::HashSet;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, ConsentPurpose, PersonalFields};
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::need::Need;
use wishwell_store::{BeneficiaryFilter, PageRequest};

use super::{Caller, Platform};

/// What consents are asked for, in words.
const TO_BE_MATCHED: &str = "be matched";
const TO_PUBLISH: &str = "publish wishes";

/// Refuses to look for help, or to offer it, for somebody who has taken the consent to matching back.
pub(crate) fn must_let_match(beneficiary: &Beneficiary) -> Result<(), Error> {
    must_stand(beneficiary, ConsentPurpose::Matching, TO_BE_MATCHED)
}

/// As [`must_let_match`], for a household by its members.
pub(crate) fn members_must_let_match(household: HouseholdId, members: &[Beneficiary]) -> Result<(), Error> {
    members_must_stand(household, members, ConsentPurpose::Matching, TO_BE_MATCHED)
}

/// Refuses a wish of somebody who has taken back the consent to publish it, or to matching, which a wish asks for.
pub(crate) fn must_let_publish(beneficiary: &Beneficiary) -> Result<(), Error> {
    must_stand(beneficiary, ConsentPurpose::WishPublication, TO_PUBLISH)?;
    must_let_match(beneficiary)
}

fn must_stand(beneficiary: &Beneficiary, purpose: ConsentPurpose, what: &str) -> Result<(), Error> {
    if !beneficiary.withholds(purpose) {
        return Ok(());
    }
    Err(Error::FailedPrecondition {
        precondition: Precondition::ConsentMissing,
        message: format!("{} has withdrawn its consent to {what}", beneficiary.id),
        name: beneficiary.id.name(),
    })
}

fn members_must_stand(
    household: HouseholdId,
    members: &[Beneficiary],
    purpose: ConsentPurpose,
    what: &str,
) -> Result<(), Error> {
    if !members.iter().any(|member| member.withholds_of_household(purpose)) {
        return Ok(());
    }
    Err(Error::FailedPrecondition {
        precondition: Precondition::ConsentMissing,
        message: format!("a member of {household} has withdrawn its consent to {what}"),
        name: household.name(),
    })
}

impl Platform {
    /// Refuses a wish that is withheld by its beneficiary, or by a member of the household that its need names alone.
    pub(super) async fn must_let_wish(
        &self,
        caller: &Caller,
        need: &Need,
        beneficiary: Option<&Beneficiary>,
    ) -> Result<(), Error> {
        if need.wish.is_none() {
            return Ok(());
        }
        if let Some(household) = need.household_alone() {
            let members = self.members(caller, household).await?;
            members_must_stand(household, &members, ConsentPurpose::WishPublication, TO_PUBLISH)?;
            return members_must_let_match(household, &members);
        }
        beneficiary.map_or(Ok(()), must_let_publish)
    }

    /// Leaves out needs of those who have taken the consent to matching back.
    pub(super) async fn keep_matchable(&self, caller: &Caller, needs: &mut Vec<Need>) -> Result<(), Error> {
        let mut people: Vec<BeneficiaryId> = needs.iter().filter_map(|need| need.beneficiary).collect();
        people.sort_unstable();
        people.dedup();
        let found = match people.is_empty() {
            true => Vec::new(),
            false => self.store.beneficiaries(caller.tenant(), &people).await?,
        };
        let withholding = found.into_iter().filter(|found| found.withholds(ConsentPurpose::Matching));
        let withholding: HashSet<BeneficiaryId> = withholding.map(|found| found.id).collect();
        let households = self.households_withholding(caller, needs).await?;
        needs.retain(|need| {
            need.beneficiary.is_none_or(|id| !withholding.contains(&id))
                && need.household_alone().is_none_or(|id| !households.contains(&id))
        });
        Ok(())
    }

    /// The households of needs that name them alone of which a member has taken the consent to matching back.
    pub(super) async fn households_withholding(
        &self,
        caller: &Caller,
        needs: &[Need],
    ) -> Result<HashSet<HouseholdId>, Error> {
        let mut households: Vec<HouseholdId> = needs.iter().filter_map(Need::household_alone).collect();
        households.sort_unstable();
        households.dedup();
        let mut withholding = HashSet::new();
        for households in households.chunks(PAGE_SIZE_MAX) {
            let filter = BeneficiaryFilter { households: households.to_vec(), ..BeneficiaryFilter::default() };
            let mut page = PageRequest { after: None, limit: PAGE_SIZE_MAX };
            loop {
                let found = self.store.list_beneficiaries(caller.tenant(), &filter, &page).await?;
                withholding.extend(withholding_of(&found.entries));
                page.after = found.next_after;
                if page.after.is_none() {
                    break;
                }
            }
        }
        Ok(withholding)
    }

    /// The member of a household through whom it can be reached, with what is sealed of it: of those who consent to share contact data at
    /// this moment the first by name, one with a telephone before others.
    pub(super) async fn reachable_member(
        &self,
        caller: &Caller,
        household: HouseholdId,
    ) -> Result<Option<(BeneficiaryId, PersonalFields)>, Error> {
        let now = self.clock.now();
        let mut reachable = Vec::new();
        for member in self.members(caller, household).await? {
            if member.erased_at.is_none() && member.consents_to(ConsentPurpose::ContactSharing, now) {
                let personal = self.personal_fields(caller, &member).await?;
                reachable.extend(personal.map(|personal| (member.id, personal)));
            }
        }
        Ok(reachable.into_iter().min_by(|(a_id, a), (b_id, b)| {
            let rank = |personal: &PersonalFields| (personal.phone.is_empty(), personal.name.is_empty());
            (rank(a), &a.name, a_id).cmp(&(rank(b), &b.name, b_id))
        }))
    }
}

/// The households from which members withhold that they are matched.
pub(crate) fn withholding_of<'m>(
    members: impl IntoIterator<Item = &'m Beneficiary>,
) -> impl Iterator<Item = HouseholdId> {
    let withholding = members.into_iter().filter(|member| member.withholds_of_household(ConsentPurpose::Matching));
    withholding.filter_map(|member| member.household)
}
