//! Follows the log for new wishes and offers. One replica at a time does it for a tenant, under a lease that another takes over when it
//! falls silent. What was found is kept with the position it was found at, so that a crash between two steps neither loses nor doubles
//! anything: the place of a wish, or of an offer, and an organization is a key of the table.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::ledger::CLOCK_PRINCIPAL;
use wishwell_domain::limits::{
    LOG_PAGE_EVENTS_MAX, NOTICE_LEASE_SECONDS, NOTICE_POLL_MILLISECONDS, NOTICE_WAIT_DAYS_MAX,
};
use wishwell_domain::principal::{Principal, Role};

use super::finding::{self, News};
use super::telling;
use crate::cases::{Caller, Platform};
use crate::trouble::Work;

/// How often what waits is looked at though nothing has happened: a day may have begun.
const TELL_INTERVAL: Duration = Duration::from_secs(30);
/// The name under which what follows from time is written.
const METHOD: &str = "wishwell.notices/Follow";

/// Up to where this replica knows that nothing is to be done.
struct Seen {
    position: LogPosition,
    at: Instant,
}

/// Follows the logs of all tenants until told to stop.
pub(crate) async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    let holder = platform.new_uuid();
    let mut seen: HashMap<TenantId, Seen> = HashMap::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(NOTICE_POLL_MILLISECONDS)) => {}
        }
        for tenant in platform.snapshots.tenants() {
            let looked = look(&platform, &tenant, holder, &mut seen).await;
            if let Err(error) = &looked {
                tracing::debug!(%tenant, %error, "looking for new wishes and offers failed and is tried again");
            }
            platform.troubles.note(Work::Notices, &tenant, looked);
            if stop.is_cancelled() {
                return;
            }
        }
    }
}

/// In whose name it happens.
pub(crate) fn caller_of(tenant: &TenantId) -> Caller {
    let principal = Principal {
        tenant: tenant.clone(),
        name: CLOCK_PRINCIPAL.to_owned(),
        role: Role::InternalService,
        organization: None,
        divisions: Vec::new(),
    };
    Caller { principal: Arc::new(principal), method: METHOD, request: None }
}

async fn look(
    platform: &Arc<Platform>,
    tenant: &TenantId,
    holder: Uuid,
    seen: &mut HashMap<TenantId, Seen>,
) -> Result<(), Error> {
    let caller = caller_of(tenant);
    let position = platform.snapshot(&caller, None).await?.position();
    let fresh = seen.get(tenant).is_some_and(|seen| seen.position == position && seen.at.elapsed() < TELL_INTERVAL);
    if fresh {
        return Ok(());
    }
    if follow(platform, &caller, holder).await? {
        seen.insert(tenant.clone(), Seen { position, at: Instant::now() });
    }
    Ok(())
}

/// Finds and tells. Answers whether it is done with what there was.
async fn follow(platform: &Arc<Platform>, caller: &Caller, holder: Uuid) -> Result<bool, Error> {
    let (tenant, store) = (caller.tenant(), &platform.store);
    let is_subscribed = platform.has_active_subscriptions(caller).await?;
    // What was found before the last of them was paused is told all the same, or dropped one day.
    if !is_subscribed && !telling::has_waiting(platform, caller).await? {
        return Ok(true);
    }
    let Some(position) = store.lease_notices(tenant, holder, NOTICE_LEASE_SECONDS).await? else {
        // Somebody else is at it. Should it fall silent, the next look takes over.
        return Ok(false);
    };
    if is_subscribed && !find_all(platform, caller, holder, position).await? {
        return Ok(false);
    }
    if !telling::tell_all(platform, caller, holder).await? {
        return Ok(false);
    }
    let waits = SignedDuration::from_hours(24 * NOTICE_WAIT_DAYS_MAX);
    store.drop_old_fits(tenant, platform.clock.now() - waits).await?;
    Ok(true)
}

/// Finds what fits in the log after `position`. Answers whether `holder` still had the lease at the end.
async fn find_all(
    platform: &Arc<Platform>,
    caller: &Caller,
    holder: Uuid,
    mut position: LogPosition,
) -> Result<bool, Error> {
    let (tenant, store) = (caller.tenant(), &platform.store);
    loop {
        let events = store.events(tenant, position, LOG_PAGE_EVENTS_MAX).await?;
        let (count, Some(last)) = (events.len(), events.last()) else { break };
        position = last.position;
        let news = News::among(events);
        let fits = if news.is_empty() {
            Vec::new()
        } else {
            let snapshot = platform.snapshot(caller, Some(position)).await?;
            // After the events, which are not looked at again: whoever had subscribed before one of them is among these.
            let subscriptions = platform.active_subscriptions(caller).await?;
            finding::find(snapshot, subscriptions, news, platform.clock.now()).await?
        };
        if !store.keep_fits(tenant, holder, position, &fits).await? {
            return Ok(false);
        }
        if count < LOG_PAGE_EVENTS_MAX {
            break;
        }
        if store.lease_notices(tenant, holder, NOTICE_LEASE_SECONDS).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
