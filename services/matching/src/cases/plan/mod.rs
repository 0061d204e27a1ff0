//! Stateless plans: what needs and resources that a caller brings would come to. Nothing is looked up and nothing is stored.

mod gathering;
mod planners;
mod problem;
mod telling;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use wishwell_allocation::check;
use wishwell_domain::Error;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::TenantId;
use wishwell_domain::round::{Aim, Counting, LevelFigure, LevelPrice, LoadStep, Tally, TierTally, UnservedReason};
use wishwell_solver::{Options, SolveError, Watch, solve};

use super::Platform;

pub(crate) use gathering::{Gathering, NeedSent, ResourceSent};
pub(crate) use planners::Planners;

/// Most nodes of each component's tree of decisions: a caller waits for the answer.
const NODES_MAX: u64 = 500;

/// What is to be reached and what binds.
#[derive(Debug, Clone)]
pub(crate) struct PlanRules {
    pub(crate) counting: Counting,
    pub(crate) aims: Vec<Aim>,
    pub(crate) guarantee_first: bool,
    /// Names of groups, each once, and the share of what they ask that they get.
    pub(crate) guarantees: Vec<(String, u16)>,
    pub(crate) load_steps: Vec<LoadStep>,
    /// Names of organizations, each once, and the most they give.
    pub(crate) organization_caps: Vec<(String, u64)>,
    pub(crate) partners_per_need_max: Option<u32>,
    pub(crate) contacts_per_organization_max: Option<u32>,
    /// How long a need waits to count one tier more urgent.
    pub(crate) aging: Option<Duration>,
    pub(crate) given_pairs_only: bool,
    pub(crate) distance_max: Option<f64>,
    /// Longest answer that the caller takes.
    pub(crate) answer_bytes_max: usize,
}

/// Something asked for, without its name.
#[derive(Debug, Clone)]
pub(crate) struct PlanNeed {
    /// Numbers of categories; none for any.
    categories: Vec<u32>,
    quantity: u64,
    /// 0 is the most urgent, aged by waiting.
    tier: u8,
    place: Option<Point>,
    group: Option<u32>,
    whole: bool,
    bundle: Option<u32>,
}

/// Something that gives, without its name.
#[derive(Debug, Clone)]
pub(crate) struct PlanResource {
    /// Numbers of categories; none for all.
    categories: Vec<u32>,
    capacity: u64,
    /// Number of the organization.
    organization: u32,
    place: Option<Point>,
}

/// All that was gathered.
#[derive(Debug)]
pub(crate) struct PlanQuestion {
    rules: PlanRules,
    needs: Vec<PlanNeed>,
    resources: Vec<PlanResource>,
    /// (need, resource, distance), by need and resource, each once.
    pairs: Vec<(u32, u32, f64)>,
    category_count: u32,
    organization_count: u32,
    bundle_count: u32,
    /// Places of the rules' guarantees, by the numbers of their groups.
    guaranteed: HashMap<u32, u32>,
    /// Places of the rules' caps, by the numbers of their organizations.
    capped: HashMap<u32, u32>,
}

/// Who serves whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlanServing {
    pub(crate) need: u32,
    pub(crate) resource: u32,
    pub(crate) units: u64,
    pub(crate) distance: f64,
}

/// What is left of a need, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlanUnserved {
    pub(crate) need: u32,
    pub(crate) units: u64,
    pub(crate) reason: UnservedReason,
}

/// What one unit more of a resource would be worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanPrice {
    pub(crate) resource: u32,
    pub(crate) price: Vec<LevelPrice>,
}

/// A resource of which more would serve more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanGap {
    pub(crate) resource: u32,
    /// From 1.
    pub(crate) tier: u8,
    /// Whom the first unit more serves.
    pub(crate) need: u32,
    pub(crate) price: Vec<LevelPrice>,
    pub(crate) units: u64,
    pub(crate) exact: bool,
}

/// What a plan comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlanAnswer {
    pub(crate) levels: Vec<LevelFigure>,
    pub(crate) optimal: bool,
    pub(crate) is_flow: bool,
    pub(crate) pairs: usize,
    pub(crate) servings: Vec<PlanServing>,
    pub(crate) unserved: Vec<PlanUnserved>,
    pub(crate) tally: Tally,
    pub(crate) tiers: Vec<TierTally>,
    /// Of a flow alone, by resource.
    pub(crate) prices: Vec<PlanPrice>,
    /// Of a flow alone, the most urgent and dearest first.
    pub(crate) gaps: Vec<PlanGap>,
}

/// Stops the solver when nobody waits for the answer any more.
struct StopWhenDropped(Arc<Watch>);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl PlanQuestion {
    /// Longest answer that the caller takes.
    pub(crate) const fn answer_bytes_max(&self) -> usize {
        self.rules.answer_bytes_max
    }
}

impl Platform {
    /// Plans when it is the tenant's turn, and has the plan checked.
    pub(crate) async fn plan_allocation(&self, tenant: &TenantId, question: PlanQuestion) -> Result<PlanAnswer, Error> {
        let _turn = self.planners.turn(tenant).await?;
        let watch = Arc::new(Watch::default());
        let _stop = StopWhenDropped(Arc::clone(&watch));
        let (threads, span) = (self.round_threads, tracing::Span::current());
        let planned = tokio::task::spawn_blocking(move || span.in_scope(|| answer(&question, threads, &watch))).await;
        planned.unwrap_or_else(|_| Err(Error::Internal("the solver has panicked".to_owned())))
    }
}

#[tracing::instrument(name = "plan.solve", skip_all)]
fn answer(question: &PlanQuestion, threads: usize, watch: &Watch) -> Result<PlanAnswer, Error> {
    let drawn = question.draw()?;
    let options = Options { threads, nodes_max: NODES_MAX };
    let solution = solve(&drawn.problem, &options, None, watch).map_err(|error| match error {
        SolveError::Cancelled => Error::DeadlineExceeded,
        SolveError::Component(_) => Error::Internal(error.to_string()),
    })?;
    let verdict = check(&drawn.problem, &solution.plan, &solution.certificate)
        .map_err(|faults| Error::Internal(format!("the check refused the certificate: {:?}", faults.first())))?;
    Ok(question.tell(&drawn, &solution, &verdict, threads))
}
