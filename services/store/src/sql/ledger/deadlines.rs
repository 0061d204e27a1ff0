//! What is live for needs that are wanted by another time than before, in the transaction that says so.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{NeedId, TenantId};
use wishwell_domain::ledger::{Changed, retimed};
use wishwell_domain::need::Need;
use wishwell_domain::referral::Referral;

use super::load::{find, live_of_needs, offerings};
use super::saving_referrals;
use crate::sql::record::{Reading, Record as _};
use crate::sql::session::{Failure, Session};
use crate::sql::steps;

/// Lets live referrals follow needs whose timing was changed; answers those that changed with it, as they are now. The needs' rows are
/// locked, so that nothing is offered for them meanwhile.
pub(in crate::sql) async fn follow_needs(
    session: &mut Session,
    tenant: &TenantId,
    now: Timestamp,
    needs: &[&Need],
) -> Result<Vec<Change>, Failure> {
    let referred = needs.iter().filter(|need| need.items.iter().any(|item| item.referred > 0));
    let needs: HashMap<NeedId, &Need> = referred.map(|need| (need.id, *need)).collect();
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let live = live_of_needs(session, tenant, needs.keys().map(NeedId::as_uuid).collect()).await?;
    let referrals: Vec<Referral> = find(session, tenant, &live.into_iter().collect(), Reading::ForUpdate).await?;
    let resources: BTreeSet<_> = referrals.iter().map(|referral| referral.resource.as_uuid()).collect();
    let offerings = offerings(session, tenant, &resources).await?;
    let follow = |referral: Referral| {
        let offering = offerings.iter().find(|offering| offering.resource == referral.resource);
        let mut after = retimed(&referral, needs.get(&referral.need)?, offering, now)?;
        after.settle();
        Some(Changed { before: Some(Arc::new(referral)), after })
    };
    let changed: Vec<Changed<Referral>> = referrals.into_iter().filter_map(follow).collect();
    steps::run(session, saving_referrals(session.dialect(), tenant, &changed)?).await?;
    Ok(changed.into_iter().map(|changed| changed.after.into_change()).collect())
}
