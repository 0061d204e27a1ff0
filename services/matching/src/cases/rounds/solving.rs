//! Making a plan: picture and facts, problem, solver, checker, and what it all means.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use wishwell_allocation::check;
use wishwell_domain::Error;
use wishwell_domain::ids::OrganizationId;
use wishwell_domain::round::{
    Bundling, ItemOutcome, RoundFailure, RoundOutcome, RoundProgress, RoundReached, RoundReport, RoundResult,
    RoundRules, RoundStep,
};
use wishwell_engine::Snapshot;
use wishwell_engine::round::{DraftError, Given, Solved, draft, tell_each};
use wishwell_solver::{Options, SolveError, Watch, solve};

use super::worker::{Held, Stopped};
use crate::cases::known_of_needs::KnownOfNeeds;

/// Most nodes of each component's tree of decisions: what needs whole numbers is as good as can be found in seconds.
const NODES_MAX: u64 = 2_000;

/// All that a plan is made of.
pub(crate) struct Question {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) rules: RoundRules,
    pub(crate) known: KnownOfNeeds,
    /// About how many items earlier plans of the round asked organizations.
    pub(crate) contacted: HashMap<OrganizationId, u32>,
    pub(crate) at: Timestamp,
    pub(crate) threads: usize,
    pub(crate) watch: Arc<Watch>,
}

impl Held {
    /// Makes the round's first plan, and keeps what it decides and what that comes to.
    pub(super) async fn solve(&mut self) -> Result<(), Stopped> {
        let (id, holder) = (self.round.id, self.holder);
        // What another has left behind of a plan that it did not finish.
        let cleared = self.platform.store.clear_round(self.caller.tenant(), id, holder).await;
        Self::must_hold(cleared.map_err(Error::from)?)?;
        let done = self.plan_and_keep().await;
        if matches!(done, Err(Stopped::Failed(..))) {
            // What was kept before it failed belongs to no plan.
            let cleared = self.platform.store.clear_round(self.caller.tenant(), id, holder).await;
            Self::must_hold(cleared.map_err(Error::from)?)?;
        }
        let (result, kept) = done?;
        let Kept { digest, items, planned } = kept;
        let reached = RoundReached::of(&result, true, digest.finish());
        let report = RoundReport { gaps: result.gaps, fairness: result.fairness, scarcity: result.scarcity };
        let written = self.platform.store.put_round_report(self.caller.tenant(), id, holder, &report).await;
        Self::must_hold(written.map_err(Error::from)?)?;
        self.round.progress = RoundProgress {
            attempts: self.round.progress.attempts,
            passes: 1,
            items: u64::from(items),
            planned,
            ..RoundProgress::default()
        };
        self.round.reached = Some(reached);
        self.step(RoundStep::Solve).await
    }

    /// Makes the first plan, and keeps what becomes of items as it is told, so that it is never in memory all at once; but where
    /// bundles have to be put together.
    async fn plan_and_keep(&self) -> Result<(RoundResult, Kept), Stopped> {
        let question = self.question(self.round.rules.clone(), HashMap::new()).await?;
        let (tell, mut told) = tokio::sync::mpsc::channel(TOLD_WAITING_MAX);
        let planning = in_background(move || decide_each(&question, &mut |some| tell.blocking_send(some).is_ok()));
        let together = self.round.rules.bundling != Bundling::Items;
        let (mut kept, mut all) = (Kept::default(), Vec::new());
        while let Some(outcomes) = told.recv().await {
            kept.digest.add(&outcomes)?;
            if together {
                all.extend(outcomes);
            } else {
                kept.add(self, outcomes).await?;
            }
        }
        let result = planning.await?;
        kept.add(self, with_bundles_together(all)).await?;
        Ok((result, kept))
    }

    /// Makes a plan by these rules on the picture of now, and has it checked. `contacted` says about how many items organizations were
    /// asked by earlier plans of the round.
    pub(super) async fn plan(
        &self,
        rules: RoundRules,
        contacted: HashMap<OrganizationId, u32>,
    ) -> Result<RoundResult, Stopped> {
        let question = self.question(rules, contacted).await?;
        in_background(move || {
            let mut outcomes = Vec::new();
            let result = decide_each(&question, &mut |some| {
                outcomes.extend(some);
                true
            })?;
            Ok(RoundResult { outcomes, ..result })
        })
        .await
    }

    /// What to plan, on the picture of now.
    async fn question(&self, rules: RoundRules, contacted: HashMap<OrganizationId, u32>) -> Result<Question, Stopped> {
        let platform = &self.platform;
        let snapshot = platform.fresh_snapshot(&self.caller).await?;
        let known = platform.known_of_round(&self.caller, &rules, &snapshot).await?;
        // As precise as it is kept.
        let at = platform.clock.now();
        let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
        let watch = Arc::clone(&self.watch);
        Ok(Question { snapshot, rules, known, contacted, at, threads: platform.round_threads, watch })
    }
}

/// Batches of outcomes that may wait to be kept.
const TOLD_WAITING_MAX: usize = 2;

/// What was kept of a plan.
#[derive(Default)]
struct Kept {
    /// Of what was decided, in the order in which it was.
    digest: Digest,
    items: u32,
    /// Offers to make.
    planned: u64,
}

impl Kept {
    /// Keeps what became of the next items.
    async fn add(&mut self, held: &Held, outcomes: Vec<ItemOutcome>) -> Result<(), Stopped> {
        let before = self.items;
        let outcomes: Vec<RoundOutcome> = (before + 1..)
            .zip(outcomes)
            .map(|(ordinal, item)| RoundOutcome { ordinal, pass: 1, item, offers: Vec::new() })
            .collect();
        self.items = outcomes.last().map_or(before, |last| last.ordinal);
        self.planned += outcomes.iter().map(|outcome| outcome.to_offer().count() as u64).sum::<u64>();
        held.keep_outcomes(&outcomes).await
    }
}

/// Does what keeps processors busy for long where nothing waits for it. It begins at once.
fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Stopped> + Send + 'static,
) -> impl Future<Output = Result<T, Stopped>> {
    let span = tracing::Span::current();
    let working = tokio::task::spawn_blocking(move || span.in_scope(work));
    async move {
        let panicked = || Stopped::Failed(RoundFailure::Internal, "the solver has panicked".to_owned());
        working.await.unwrap_or_else(|_| Err(panicked()))
    }
}

/// Drafts, solves, checks and tells: hands over to `keep` what becomes of items, in their order, as long as it wants more. The same
/// question has the same answer.
#[tracing::instrument(name = "round.plan", skip_all)]
pub(crate) fn decide_each(
    question: &Question,
    keep: &mut dyn FnMut(Vec<ItemOutcome>) -> bool,
) -> Result<RoundResult, Stopped> {
    let Question { snapshot, rules, known, contacted, at, threads, watch } = question;
    let given = Given {
        at: *at,
        threads: *threads,
        facts: &known.facts,
        group_tags: &known.group_tags,
        households: &known.households,
        contacted,
        helping: &known.helping,
        withheld: &known.withheld,
        distances: None,
    };
    let draft = tracing::info_span!("round.draft").in_scope(|| draft(snapshot, rules, &given, &**watch))?;
    let problem = draft.problem();
    let options = Options { threads: *threads, nodes_max: NODES_MAX };
    let solution = tracing::info_span!("round.solve").in_scope(|| solve(problem, &options, None, &**watch))?;
    let verdict = tracing::info_span!("round.check")
        .in_scope(|| check(problem, &solution.plan, &solution.certificate))
        .map_err(|faults| Stopped::Failed(RoundFailure::Uncertified, format!("{:?}", faults.first())))?;
    let solved = Solved { plan: &solution.plan, certificate: &solution.certificate, bound: &verdict.bound };
    let result = tracing::info_span!("round.tell").in_scope(|| tell_each(&draft, solved, &**watch, keep))?;
    if !result.totals.reconcile() {
        return Err(Stopped::Failed(RoundFailure::Internal, "the totals do not add up".to_owned()));
    }
    Ok(result)
}

impl From<DraftError> for Stopped {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Stopped => Self::Left,
            DraftError::TooLarge { .. } => Self::Failed(RoundFailure::TooLarge, error.to_string()),
            DraftError::Invalid(_) | DraftError::Problem(_) => Self::Failed(RoundFailure::Rules, error.to_string()),
        }
    }
}

impl From<SolveError> for Stopped {
    fn from(error: SolveError) -> Self {
        match error {
            SolveError::Cancelled => Self::Left,
            SolveError::Component(_) => Self::Failed(RoundFailure::Internal, error.to_string()),
        }
    }
}

/// The same outcomes in their order, each bundle at the place of its first item, so that it is met as a whole.
fn with_bundles_together(outcomes: Vec<ItemOutcome>) -> Vec<ItemOutcome> {
    let mut first: HashMap<u32, usize> = HashMap::new();
    let mut placed: Vec<(usize, ItemOutcome)> = Vec::with_capacity(outcomes.len());
    for (at, outcome) in outcomes.into_iter().enumerate() {
        placed.push((outcome.bundle.map_or(at, |bundle| *first.entry(bundle).or_insert(at)), outcome));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, outcome)| outcome).collect()
}

/// SHA-256 of outcomes, one after the other.
pub(crate) struct Digest(Context);

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digest {
    /// Adds the next outcomes.
    pub(crate) fn add(&mut self, outcomes: &[ItemOutcome]) -> Result<(), Error> {
        for outcome in outcomes {
            let bytes = serde_json::to_vec(outcome)
                .map_err(|error| Error::Internal(format!("an outcome cannot be written down: {error}")))?;
            self.0.update(&bytes);
        }
        Ok(())
    }

    /// In hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        self.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
