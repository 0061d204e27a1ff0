//! Lets time do its part: lapsed offers, overdue help, next candidates. Every replica does, at its own pace: each step is one that
//! the ledger takes once, so that two of them do no more than one. A sweeper that stands still changes no figure: whoever takes
//! from a pool lets its lapsed offers go first. What is asked of the ledger is the domain's to say ([`wishwell_domain::ledger::sweep`]).

mod progress;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use wishwell_domain::Error;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::sweep::{self, Obstacle};
use wishwell_domain::ledger::{CLOCK_PRINCIPAL, Escalation};
use wishwell_domain::limits::{SWEEP_INTERVAL_MILLISECONDS, SWEEP_REFERRALS_MAX};
use wishwell_domain::principal::{Principal, Role};
use wishwell_store::{Due, DueReferral, RequestKey};

use self::progress::Progress;
use crate::cases::{Caller, Platform};
use crate::trouble::Work;

/// The name under which a sweeper's requests are kept, so that two replicas have one effect.
const METHOD: &str = "wishwell.sweeper/Follow";

/// How far the sweeps of a tenant have come with what is due.
#[derive(Debug, Default)]
struct Sweeps {
    lapsed: Progress,
    overdue: Progress,
    to_follow: Progress,
}

/// Sweeps all tenants until told to stop.
pub(crate) async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    let mut sweeps: HashMap<TenantId, Sweeps> = HashMap::new();
    loop {
        // Not all replicas at once: they would only be in each other's way.
        let wait = Duration::from_millis(SWEEP_INTERVAL_MILLISECONDS + jitter());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        for tenant in platform.snapshots.tenants() {
            sweep(&platform, &tenant, sweeps.entry(tenant.clone()).or_default()).await;
        }
    }
}

fn jitter() -> u64 {
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ()) % (SWEEP_INTERVAL_MILLISECONDS / 2)
}

/// What one part of it fails at does not keep the next from what it finds.
async fn sweep(platform: &Platform, tenant: &TenantId, sweeps: &mut Sweeps) {
    let caller = clock(tenant);
    let lapsed = let_lapsed_go(platform, &caller, &mut sweeps.lapsed).await;
    let overdue = escalate_overdue(platform, &caller, &mut sweeps.overdue).await;
    let followed = follow_chains(platform, &caller, &mut sweeps.to_follow).await;
    for (part, outcome, progress) in [
        (Work::LapsedOffers, lapsed, &mut sweeps.lapsed),
        (Work::OverdueHelp, overdue, &mut sweeps.overdue),
        (Work::Chains, followed, &mut sweeps.to_follow),
    ] {
        if let Err(error) = &outcome {
            tracing::debug!(%tenant, part = part.name(), %error, "a sweep failed and is tried again");
            progress.turn_back();
        }
        platform.troubles.note(part, tenant, outcome);
    }
}

/// What a sweep is to look at of what is due.
async fn find(
    platform: &Platform,
    caller: &Caller,
    due: Due,
    progress: &mut Progress,
) -> Result<Vec<DueReferral>, Error> {
    let page = platform.store.due(caller.tenant(), due, progress.after(), SWEEP_REFERRALS_MAX).await?;
    Ok(progress.turn(page, platform.clock.now()))
}

async fn let_lapsed_go(platform: &Platform, caller: &Caller, progress: &mut Progress) -> Result<(), Error> {
    let lapsed = find(platform, caller, Due::Lapsed, progress).await?;
    if lapsed.is_empty() {
        return Ok(());
    }
    match platform.carry_out(caller, sweep::let_go(lapsed.iter().map(|referral| referral.id))).await {
        Err(error) if Obstacle::of(&error) != Obstacle::Passing => {}
        together => return together.map(drop),
    }
    // One of them stops all: it alone is left.
    for referral in lapsed {
        let outcome = platform.carry_out(caller, sweep::let_go([referral.id])).await.map(drop);
        costs_one_alone(platform, caller, progress, &referral, outcome).await?;
    }
    Ok(())
}

async fn escalate_overdue(platform: &Platform, caller: &Caller, progress: &mut Progress) -> Result<(), Error> {
    for referral in find(platform, caller, Due::Overdue, progress).await? {
        let outcome = escalate(platform, caller, &referral, Escalation::Overdue).await;
        costs_one_alone(platform, caller, progress, &referral, outcome).await?;
    }
    Ok(())
}

async fn follow_chains(platform: &Platform, caller: &Caller, progress: &mut Progress) -> Result<(), Error> {
    for referral in find(platform, caller, Due::ToFollow, progress).await? {
        let outcome = follow(platform, caller, &referral).await;
        costs_one_alone(platform, caller, progress, &referral, outcome).await?;
    }
    Ok(())
}

/// Goes on to the next referral whatever became of this one, as long as the store answers: while it is away, each of the others would
/// only wait for it as long. What does not pass, such as a damaged row, is told once and left alone for a while; so is, without a word, a
/// chain whose next was asked enough for a day.
async fn costs_one_alone(
    platform: &Platform,
    caller: &Caller,
    progress: &mut Progress,
    referral: &DueReferral,
    outcome: Result<(), Error>,
) -> Result<(), Error> {
    let Err(error) = outcome else { return Ok(()) };
    if matches!(error, Error::StoreFull(_)) {
        // It answers, and takes nothing from the others either.
        return Err(error);
    }
    let (tenant, referral, why) = (caller.tenant(), referral.id, told(&error));
    match Obstacle::of(&error) {
        Obstacle::Passing => {
            tracing::debug!(%tenant, %referral, why, "a referral was not swept and is tried again");
            if matches!(error, Error::ContactBudgetSpent { .. }) {
                progress.set_aside(referral, platform.clock.now());
            }
        }
        Obstacle::Usual | Obstacle::Unexpected => {
            tracing::warn!(%tenant, %referral, why, "a referral cannot be swept and is left alone for a while");
            progress.set_aside(referral, platform.clock.now());
        }
    }
    platform.store.position(tenant).await.map(drop).map_err(Error::from)
}

/// Asks the next candidate, for what came to nothing or is left, or escalates when there is none, or none will ever be found.
async fn follow(platform: &Platform, caller: &Caller, referral: &DueReferral) -> Result<(), Error> {
    let request = RequestKey {
        method: METHOD,
        request_id: sweep::follow_id(referral.id, referral.version),
        body_digest: [0; 32],
    };
    let follower = Caller { request: Some(request), ..caller.clone() };
    let error = match platform.auto_refer(&follower, referral.need, referral.item_ordinal, Some(referral.id)).await {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let obstacle = Obstacle::of(&error);
    if obstacle == Obstacle::Passing {
        if matches!(error, Error::ContactBudgetSpent { .. }) {
            tell_of_waiting(platform, caller, referral, &error).await?;
        }
        return Err(error);
    }
    escalate(platform, caller, referral, Escalation::NobodyLeft).await?;
    if obstacle == Obstacle::Unexpected {
        let (tenant, referral, why) = (caller.tenant(), referral.id, told(&error));
        tracing::warn!(%tenant, %referral, why, "nobody can be asked for what came to nothing or is left");
    }
    Ok(())
}

/// Tells of a chain that waits for a contact budget, from when its next offer became due, for longer than its urgency gives anybody to answer.
async fn tell_of_waiting(
    platform: &Platform,
    caller: &Caller,
    referral: &DueReferral,
    why: &Error,
) -> Result<(), Error> {
    let Some(waiting) = platform.store.referral(caller.tenant(), referral.id).await? else { return Ok(()) };
    let told_already = waiting.escalated_at.is_some();
    if told_already || !sweep::waits_for_long(why, waiting.urgency, referral.since) {
        return Ok(());
    }
    platform.carry_out(caller, sweep::tell_of_waiting(referral.id)).await.map(drop)
}

async fn escalate(platform: &Platform, caller: &Caller, referral: &DueReferral, why: Escalation) -> Result<(), Error> {
    platform.carry_out(caller, sweep::escalate(referral.id, why)).await.map(drop)
}

/// An error for the log, a defect with its detail.
fn told(error: &Error) -> String {
    match error {
        Error::Internal(detail) => format!("{error}: {detail}"),
        _ => error.to_string(),
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
