//! Works on rounds: one at a time on each replica, under a lease that another takes over when this one falls silent.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{RoundId, TenantId};
use wishwell_domain::limits::{
    ROUND_ATTEMPTS_MAX, ROUND_HEARTBEAT_MILLISECONDS, ROUND_LEASE_SECONDS, ROUND_POLL_MILLISECONDS,
    ROUND_RESULTS_KEPT_MAX,
};
use wishwell_domain::principal::{Principal, Role};
use wishwell_domain::round::{Round, RoundFailure, RoundState, RoundStep};
use wishwell_solver::Watch;
use wishwell_store::WriteMode;

use crate::cases::{Caller, Platform, put};
use crate::snapshots::pricing_round;
use crate::trouble::Work;

/// The name under which a round's requests are kept, so that work that is done again has one effect.
pub(super) const METHOD: &str = "wishwell.rounds/Work";

/// Wakes the worker of this replica when a round was asked for here.
#[derive(Debug, Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    /// Somebody asked for a round.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Why work on a round ends before its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It was called off, another holds it, or this process is to end: whoever looks next knows what to do.
    Left,
    /// It has failed.
    Failed(RoundFailure, String),
    /// Something was in the way that may pass: it is taken up again later.
    Trouble(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            // Somebody has changed the round: called it off, or taken it up.
            Error::EtagMismatch { .. } => Self::Left,
            error => Self::Trouble(error),
        }
    }
}

/// Looks for rounds that nobody works on until told to stop.
pub(crate) async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    let holder = platform.new_uuid();
    loop {
        let wait = Duration::from_millis(ROUND_POLL_MILLISECONDS);
        tokio::select! {
            () = stop.cancelled() => return,
            () = platform.bell.0.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        for tenant in platform.snapshots.tenants() {
            let taken = take_one(&platform, &tenant, holder, &stop).await;
            platform.troubles.note(Work::Rounds, &tenant, taken.as_ref().map(|_| ()));
            match taken {
                // There may be more of it.
                Ok(true) => platform.bell.ring(),
                Ok(false) => {}
                Err(error) => tracing::debug!(%tenant, %error, "looking for rounds failed and is tried again"),
            }
        }
    }
}

/// Works on one round, if there is one; answers whether there was.
async fn take_one(
    platform: &Arc<Platform>,
    tenant: &TenantId,
    holder: Uuid,
    stop: &CancellationToken,
) -> Result<bool, Error> {
    if stop.is_cancelled() {
        return Ok(false);
    }
    let Some(round) = platform.store.lease_round(tenant, holder, ROUND_LEASE_SECONDS).await? else {
        return Ok(false);
    };
    let id = round.id;
    let caller = caller_of(tenant, &round);
    let watch = Arc::new(Watch::default());
    let done = CancellationToken::new();
    let held = Held {
        platform: Arc::clone(platform),
        caller,
        holder,
        pass: round.progress.passes,
        round,
        watch: Arc::clone(&watch),
    };
    let pulse = tokio::spawn(beat(Arc::clone(platform), tenant.clone(), id, holder, watch, stop.clone(), done.clone()));
    let span = tracing::info_span!("round", wishwell.round = %id);
    work(held).instrument(span).await;
    done.cancel();
    // It ends with the token; it cannot fail.
    let _ = pulse.await;
    platform.store.renew_round_lease(tenant, id, holder, 0).await?;
    let pricing = pricing_round(platform.store.as_ref(), tenant).await?;
    platform.store.drop_old_round_results(tenant, ROUND_RESULTS_KEPT_MAX, pricing).await?;
    Ok(true)
}

/// Offers are made in the name of who asked for the round.
fn caller_of(tenant: &TenantId, round: &Round) -> Caller {
    let principal = Principal {
        tenant: tenant.clone(),
        name: round.requested_by.clone(),
        role: Role::InternalService,
        organization: None,
        divisions: Vec::new(),
    };
    Caller { principal: Arc::new(principal), method: METHOD, request: None }
}

/// Says again and again that somebody works on a round, until it is done; stops the work when the round is not to go on here.
async fn beat(
    platform: Arc<Platform>,
    tenant: TenantId,
    id: RoundId,
    holder: Uuid,
    watch: Arc<Watch>,
    stop: CancellationToken,
    done: CancellationToken,
) {
    let mut stopping = false;
    loop {
        tokio::select! {
            () = done.cancelled() => return,
            () = stop.cancelled(), if !stopping => {
                watch.stop();
                stopping = true;
            }
            () = tokio::time::sleep(Duration::from_millis(ROUND_HEARTBEAT_MILLISECONDS)) => {
                match platform.store.renew_round_lease(&tenant, id, holder, ROUND_LEASE_SECONDS).await {
                    Ok(Some(RoundState::Cancelled)) | Ok(None) => watch.stop(),
                    Ok(Some(_)) => {}
                    // The lease lasts for several of these.
                    Err(error) => tracing::debug!(%error, "a round's lease was not renewed and is tried again"),
                }
            }
        }
    }
}

/// A round that this replica works on.
pub(super) struct Held {
    pub(super) platform: Arc<Platform>,
    pub(super) caller: Caller,
    pub(super) holder: Uuid,
    pub(super) round: Round,
    /// The plan whose offers are made. What the round says it has planned stays behind it while a plan is taken up of which the round does
    /// not know yet: from there on, what was refused was not planned anew, and whoever takes the round up next has to know that.
    pub(super) pass: u32,
    pub(super) watch: Arc<Watch>,
}

impl Held {
    pub(super) fn is_stopped(&self) -> bool {
        wishwell_solver::Control::stopped(&*self.watch)
    }

    /// Takes a step and keeps the round.
    pub(super) async fn step(&mut self, step: RoundStep) -> Result<(), Stopped> {
        self.round.step(step, self.platform.clock.now())?;
        self.save().await
    }

    /// Keeps the round as it is now; only from the version that was read.
    pub(super) async fn save(&mut self) -> Result<(), Stopped> {
        let mode = WriteMode::Update { expected: Some(self.round.version) };
        let change = Change::Round(Box::new(self.round.clone()));
        let written = self.platform.write(&self.caller, vec![put(change, mode)]).await?;
        for outcome in written.outcomes {
            if let Some(Change::Round(round)) = outcome.after {
                self.round = *round;
            }
        }
        Ok(())
    }

    /// What was written under the lease was written, or another holds it.
    pub(super) fn must_hold(held: bool) -> Result<(), Stopped> {
        if held { Ok(()) } else { Err(Stopped::Left) }
    }
}

impl Held {
    /// Of a round that was called off while offers were made, notes how many stand.
    async fn count_what_stands(&mut self) -> Result<(), Stopped> {
        let found = self.platform.store.round(self.caller.tenant(), self.round.id).await.map_err(Error::from)?;
        let Some(round) = found.filter(|round| round.state == RoundState::Cancelled && round.reached.is_some()) else {
            return Ok(());
        };
        self.round = round;
        let before = self.round.progress;
        self.round.progress.passes = self.count_offers().await?;
        if self.round.progress == before { Ok(()) } else { self.save().await }
    }
}

async fn work(mut held: Held) {
    let id = held.round.id;
    match go_on(&mut held).await {
        Ok(()) => tracing::info!(round = %id, state = held.round.state.name(), "a round has ended"),
        Err(Stopped::Left) => {
            tracing::info!(round = %id, "a round was left");
            if let Err(stopped) = held.count_what_stands().await {
                tracing::debug!(round = %id, ?stopped, "the offers of a round were not counted");
            }
        }
        Err(Stopped::Trouble(error)) => {
            tracing::warn!(round = %id, %error, "work on a round stopped and is taken up again")
        }
        Err(Stopped::Failed(failure, reason)) => {
            tracing::warn!(round = %id, failure = failure.name(), reason, "a round has failed");
            let failed = held.round.fail(failure, held.platform.clock.now());
            if let Err(stopped) = match failed {
                Ok(()) => held.save().await,
                Err(error) => Err(error.into()),
            } {
                tracing::debug!(round = %id, ?stopped, "a failure was not noted");
            }
        }
    }
}

/// From where it stands to its end.
async fn go_on(held: &mut Held) -> Result<(), Stopped> {
    if held.round.progress.attempts >= ROUND_ATTEMPTS_MAX {
        if held.round.state == RoundState::Committing {
            // Whoever was stopped last may not have said what stands.
            held.round.progress.passes = held.count_offers().await?;
        }
        return Err(Stopped::Failed(RoundFailure::Interrupted, format!("{ROUND_ATTEMPTS_MAX} attempts were made")));
    }
    let first = if held.round.state == RoundState::Pending { RoundStep::Begin } else { RoundStep::Resume };
    let resumed = held.round.state;
    held.step(first).await?;
    if held.round.state == RoundState::Running {
        held.solve().await?;
    }
    if held.round.is_finished() {
        return Ok(());
    }
    if held.round.state == RoundState::Solved {
        held.step(RoundStep::Commit).await?;
    }
    held.pass = held.round.progress.passes;
    if resumed == RoundState::Committing {
        held.pass = held.count_offers().await?;
    }
    held.commit().await
}
