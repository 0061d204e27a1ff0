//! What a put may say of a pool's periods: as many as there may be with those that are kept, and none that was forgotten.

use jiff::Timestamp;
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::error::Violation;
use wishwell_domain::ids::TenantId;

use super::ledger::using_up;
use super::session::{Failure, Session};
use crate::error::StoreError;

/// Refuses pools that list too many periods, or one that was forgotten with what was used up in it, which its figures would not say.
pub(super) async fn refuse<'p>(
    session: &mut Session,
    tenant: &TenantId,
    now: Timestamp,
    before: &[CapacityPool],
    put: impl Iterator<Item = &'p CapacityPool>,
) -> Result<(), Failure> {
    for pool in put {
        let Some(known) = before.iter().find(|known| known.id == pool.id) else { continue };
        pool.must_keep_to_the_bound(known).map_err(refusal)?;
        let starts = pool.periods.iter().map(|period| period.period_start);
        for start in starts.filter(|start| known.may_have_forgotten(*start, now)) {
            if !using_up(session, tenant, pool.id.as_uuid(), Some(start)).await?.is_empty() {
                return Err(refusal(pool.is_forgotten("overrides", start)));
            }
        }
    }
    Ok(())
}

fn refusal(violation: Violation) -> Failure {
    StoreError::Refused(Box::new(Error::from(violation))).into()
}
