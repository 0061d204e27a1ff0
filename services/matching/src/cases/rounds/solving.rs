//! Making a plan: picture and facts, problem, solver, checker, and what it all means.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use wishwell_allocation::check;
use wishwell_domain::Error;
use wishwell_domain::ids::OrganizationId;
use wishwell_domain::round::{
    ItemOutcome, RoundFailure, RoundOutcome, RoundProgress, RoundReached, RoundReport, RoundResult, RoundRules,
    RoundStep,
};
use wishwell_engine::Snapshot;
use wishwell_engine::round::{DraftError, Given, Solved, draft, tell};
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
        let result = self.plan(self.round.rules.clone(), HashMap::new()).await?;
        let reached = RoundReached::of(&result, true, digest(&result.outcomes)?);
        let report = RoundReport { gaps: result.gaps, fairness: result.fairness, scarcity: result.scarcity };
        let outcomes: Vec<RoundOutcome> = (1..)
            .zip(with_bundles_together(result.outcomes))
            .map(|(ordinal, item)| RoundOutcome { ordinal, pass: 1, item, offers: Vec::new() })
            .collect();
        self.keep_outcomes(&outcomes).await?;
        let kept = self.platform.store.put_round_report(self.caller.tenant(), id, holder, &report).await;
        Self::must_hold(kept.map_err(Error::from)?)?;
        self.round.progress = RoundProgress {
            attempts: self.round.progress.attempts,
            passes: 1,
            items: outcomes.len() as u64,
            planned: outcomes.iter().map(|outcome| outcome.to_offer().count() as u64).sum(),
            ..RoundProgress::default()
        };
        self.round.reached = Some(reached);
        self.step(RoundStep::Solve).await
    }

    /// Makes a plan by these rules on the picture of now, and has it checked. `contacted` says about how many items organizations were
    /// asked by earlier plans of the round.
    pub(super) async fn plan(
        &self,
        rules: RoundRules,
        contacted: HashMap<OrganizationId, u32>,
    ) -> Result<RoundResult, Stopped> {
        let platform = &self.platform;
        let snapshot = platform.fresh_snapshot(&self.caller).await?;
        let known = platform.known_of_round(&self.caller, &rules, &snapshot).await?;
        // As precise as it is kept.
        let at = platform.clock.now();
        let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
        let watch = Arc::clone(&self.watch);
        let question = Question { snapshot, rules, known, contacted, at, threads: platform.round_threads, watch };
        let span = tracing::Span::current();
        // It keeps processors busy for long; nothing of it waits.
        let decided = tokio::task::spawn_blocking(move || span.in_scope(|| decide(&question))).await;
        decided.unwrap_or_else(|_| Err(Stopped::Failed(RoundFailure::Internal, "the solver has panicked".to_owned())))
    }
}

/// Drafts, solves, checks and tells. The same question has the same answer.
#[tracing::instrument(name = "round.plan", skip_all)]
pub(crate) fn decide(question: &Question) -> Result<RoundResult, Stopped> {
    let Question { snapshot, rules, known, contacted, at, threads, watch } = question;
    let given = Given {
        at: *at,
        threads: *threads,
        facts: &known.facts,
        group_tags: &known.group_tags,
        households: &known.households,
        contacted,
        helping: &known.helping,
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
    let result = tracing::info_span!("round.tell").in_scope(|| tell(&draft, solved, &**watch))?;
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

/// SHA-256 of outcomes, in hexadecimal digits.
pub(crate) fn digest(outcomes: &[ItemOutcome]) -> Result<String, Error> {
    let mut context = Context::new(&SHA256);
    for outcome in outcomes {
        let bytes = serde_json::to_vec(outcome)
            .map_err(|error| Error::Internal(format!("an outcome cannot be written down: {error}")))?;
        context.update(&bytes);
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}
