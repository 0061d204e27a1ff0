//! What is not done for somebody any more who has taken the consent to it back. Whoever never said anything about a purpose is served.

use std::collections::HashSet;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, ConsentPurpose};
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::BeneficiaryId;
use wishwell_domain::need::Need;

use super::{Caller, Platform};

/// Refuses to look for help, or to offer it, for somebody who has taken the consent to matching back.
pub(crate) fn must_let_match(beneficiary: &Beneficiary) -> Result<(), Error> {
    must_stand(beneficiary, ConsentPurpose::Matching, "be matched")
}

/// Refuses a wish of somebody who has taken back the consent to publish it, or to matching, which a wish asks for.
pub(crate) fn must_let_publish(beneficiary: &Beneficiary) -> Result<(), Error> {
    must_stand(beneficiary, ConsentPurpose::WishPublication, "publish wishes")?;
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

impl Platform {
    /// Leaves out needs of those who have taken the consent to matching back.
    pub(super) async fn keep_matchable(&self, caller: &Caller, needs: &mut Vec<Need>) -> Result<(), Error> {
        let mut people: Vec<BeneficiaryId> = needs.iter().filter_map(|need| need.beneficiary).collect();
        if people.is_empty() {
            return Ok(());
        }
        people.sort_unstable();
        people.dedup();
        let found = self.store.beneficiaries(caller.tenant(), &people).await?;
        let withholding = found.into_iter().filter(|found| found.withholds(ConsentPurpose::Matching));
        let withholding: HashSet<BeneficiaryId> = withholding.map(|found| found.id).collect();
        needs.retain(|need| need.beneficiary.is_none_or(|id| !withholding.contains(&id)));
        Ok(())
    }
}
