//! Brings into the books what chosen offers concern, as it is remembered and without locks: what is written demands the versions
//! that were decided upon.

use std::sync::Arc;

use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{Books, Command};
use wishwell_domain::need::Need;
use wishwell_domain::referral::Origin;

use super::Asked;
use super::load::{Wanted, find, offerings};
use super::memory::Memory;
use crate::sql::record::Reading;
use crate::sql::session::{Failure, Session};

/// Whether nothing but offers is asked for that somebody or a round chose and that follow none: what those change has no history to be read.
/// How much an organization may be sent automatically, and claim, has one.
pub(super) fn can_be_recalled(asked: &[Arc<Asked>]) -> bool {
    let fresh = |command: &Command| match command {
        Command::Offer(offer) => offer.previous.is_none() && matches!(offer.origin, Origin::Chosen | Origin::Round),
        _ => false,
    };
    asked.iter().flat_map(|asked| &asked.commands).all(fresh)
}

/// Brings what offers concern as it is remembered, and what is not from the tables, without locks: versions guard what is written.
pub(super) async fn recall(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    asked: &[&Asked],
    memory: &mut Memory,
) -> Result<(), Failure> {
    let mut wanted = Wanted::of(asked);
    let unknown = wanted.resources.iter().filter(|id| !memory.offerings.contains_key(id)).copied().collect();
    for offering in offerings(session, tenant, &unknown).await? {
        memory.offerings.insert(offering.resource.as_uuid(), Arc::new(offering));
    }
    for offering in wanted.resources.iter().filter_map(|id| memory.offerings.get(id)) {
        wanted.pools.extend(offering.draws.iter().map(|draw| draw.pool.as_uuid()));
        books.bring_offering(Arc::clone(offering));
    }
    let unknown = wanted.pools.iter().filter(|id| !memory.pools.contains_key(id)).copied().collect();
    for pool in find::<CapacityPool>(session, tenant, &unknown, Reading::Whole).await? {
        memory.pools.insert(pool.id.as_uuid(), Arc::new(pool));
    }
    let unknown = wanted.needs.iter().filter(|id| !memory.needs.contains_key(id)).copied().collect();
    for need in find::<Need>(session, tenant, &unknown, Reading::Whole).await? {
        memory.needs.insert(need.id.as_uuid(), Arc::new(need));
    }
    wanted.pools.iter().filter_map(|id| memory.pools.get(id)).for_each(|pool| books.bring_pool(Arc::clone(pool)));
    wanted.needs.iter().filter_map(|id| memory.needs.get(id)).for_each(|need| books.bring_need(Arc::clone(need)));
    Ok(())
}
