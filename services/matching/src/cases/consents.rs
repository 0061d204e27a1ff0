//! What is not done for somebody any more who has taken the consent to it back. Whoever never said anything about a purpose is served.

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, ConsentPurpose};
use wishwell_domain::error::Precondition;

/// Refuses a wish of somebody who has taken back the consent to publish it.
pub(crate) fn must_let_publish(beneficiary: &Beneficiary) -> Result<(), Error> {
    must_stand(beneficiary, ConsentPurpose::WishPublication, "publish wishes")
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
