//! Lets time do its part: lapsed offers, overdue help, next candidates. Every replica does, at its own pace: each step is one that
//! the ledger takes once, so that two of them do no more than one. A sweeper that stands still changes no figure: whoever takes
//! from a pool lets its lapsed offers go first.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use wishwell_domain::Error;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{CLOCK_PRINCIPAL, Command};
use wishwell_domain::limits::{SWEEP_INTERVAL_MILLISECONDS, SWEEP_REFERRALS_MAX};
use wishwell_domain::principal::{Principal, Role};
use wishwell_domain::referral::Referral;
use wishwell_store::{Due, RequestKey};

use crate::cases::{Caller, Platform};

/// The name under which a sweeper's requests are kept, so that two replicas have one effect.
const METHOD: &str = "wishwell.sweeper/Follow";

/// Sweeps all tenants until told to stop.
pub(crate) async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    loop {
        // Not all replicas at once: they would only be in each other's way.
        let wait = Duration::from_millis(SWEEP_INTERVAL_MILLISECONDS + jitter());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        for tenant in platform.snapshots.tenants() {
            if let Err(error) = sweep(&platform, &tenant).await {
                tracing::debug!(%tenant, %error, "a sweep failed and is tried again");
            }
        }
    }
}

fn jitter() -> u64 {
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ()) % (SWEEP_INTERVAL_MILLISECONDS / 2)
}

async fn sweep(platform: &Platform, tenant: &TenantId) -> Result<(), Error> {
    let caller = clock(tenant);
    let lapsed = platform.store.due(tenant, Due::Lapsed, SWEEP_REFERRALS_MAX).await?;
    if !lapsed.is_empty() {
        let look = |referral: &Referral| Command::Look { referral: referral.id };
        platform.carry_out(&caller, lapsed.iter().map(look).collect()).await?;
    }
    for referral in platform.store.due(tenant, Due::Overdue, SWEEP_REFERRALS_MAX).await? {
        platform.carry_out(&caller, vec![Command::Escalate { referral: referral.id }]).await?;
    }
    for referral in platform.store.due(tenant, Due::ToFollow, SWEEP_REFERRALS_MAX).await? {
        follow(platform, &caller, &referral).await?;
    }
    Ok(())
}

/// Asks the next candidate, or escalates when there is none.
async fn follow(platform: &Platform, caller: &Caller, referral: &Referral) -> Result<(), Error> {
    let request = RequestKey { method: METHOD, request_id: referral.id.as_uuid(), body_digest: [0; 32] };
    let caller = Caller { request: Some(request), ..caller.clone() };
    match platform.auto_refer(&caller, referral.need, referral.item_ordinal, Some(referral.id)).await {
        Ok(_) => Ok(()),
        // Nobody is left, or nobody but those whom others need as much; the need is closed or covered, or somebody went on with it: the
        // ledger knows what remains to be done.
        Err(
            Error::FailedPrecondition { .. }
            | Error::ItemCovered { .. }
            | Error::IllegalStep { .. }
            | Error::InvalidArgument(_)
            | Error::NotFound { .. },
        ) => {
            let caller = Caller { request: None, ..caller };
            platform.carry_out(&caller, vec![Command::Escalate { referral: referral.id }]).await.map(drop)
        }
        Err(error) => Err(error),
    }
}

fn clock(tenant: &TenantId) -> Caller {
    let principal = Principal {
        tenant: tenant.clone(),
        name: CLOCK_PRINCIPAL.to_owned(),
        role: Role::InternalService,
        organization: None,
        divisions: Vec::new(),
    };
    Caller { principal: Arc::new(principal), method: METHOD, request: None }
}
