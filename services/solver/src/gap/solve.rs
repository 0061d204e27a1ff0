//! The solve as a whole: root bound, first assignment, then search and neighbourhoods in turns until they meet.

use crate::control::Control;

use super::dual::{Ascent, Directions, Effort, ascend};
use super::instance::Instance;
use super::local::Local;
use super::neighbourhood::Neighbourhoods;
use super::random::Random;
use super::relaxation::Relaxation;
use super::search::{Found, Search, Searched};
use super::state::State;

/// Fewest and most evaluations of the bound at the root; between them, as many as the work allows.
const ROOT_STEPS_MIN: u64 = 100;
const ROOT_STEPS_MAX: u64 = 5_000;
const ROOT_WORK_MAX: u64 = 4_000_000_000;

/// Local optima looked at before the search begins.
const LOCAL_OPTIMA: u32 = 200;

/// Work of one turn.
const TURN: u64 = 20_000_000;

/// Work in vain after which the neighbourhoods get a smaller part of the turns.
const STALE: u64 = 4_000_000_000;

/// Work below which a goal was out of reach so plainly that the next one lies twice as far above.
const PLAIN: u64 = 5_000_000;

/// How long a solve may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most work of search and neighbourhoods together, in numbers of knapsack tables computed: some billions a second of one core. Where work ends does not depend on the machine.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { work: u64::MAX }
    }
}

/// What proves the bound at the root: for multipliers `u` in units of `1 / scale`, no assignment costs less, in those units, than the
/// sum of `u` less, for each agent, the most that jobs can bring at `u - scale * cost` each within its capacity, where weights and
/// capacity may be divided by the agent's divisor and rounded down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootBound {
    /// Units of a multiplier in a unit of cost: a power of two.
    pub scale: i64,
    /// Of each job.
    pub multipliers: Vec<i64>,
    /// Of each agent, at least 1. A divisor that divides all weights of its agent loses nothing.
    pub divisors: Vec<i64>,
    /// The bound, in units of `1 / scale`.
    pub bound: i64,
}

/// What a solve found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The cheapest assignment found: the agent of each job.
    pub assignment: Option<Vec<usize>>,
    /// What it costs.
    pub cost: Option<i64>,
    /// No assignment costs less. `None` when there is proof that there is no assignment at all.
    pub bound: Option<i64>,
    /// The question is answered: the assignment is an optimum, or without one, there is none.
    pub proven: bool,
    /// What proves the part of the bound that needs no search; `None` when the weights alone leave no assignment.
    pub root: Option<RootBound>,
    /// Nodes of the search and of the neighbourhoods.
    pub nodes: u64,
    /// Numbers of knapsack tables computed.
    pub work: u64,
}

/// Finds the cheapest assignment, or how near the cheapest found is to it.
///
/// When the work is used up or the control stops the solve, the outcome holds the best assignment and the best bound so far. Without
/// either it runs until the optimum is proven, which may be long.
#[must_use]
pub fn solve(instance: &Instance, limits: &Limits, control: &dyn Control) -> Outcome {
    let Ok(state) = State::new(instance) else {
        return Outcome { assignment: None, cost: None, bound: None, proven: true, root: None, nodes: 0, work: 0 };
    };
    let mut solver = Solver::at_root(state, control);
    if !solver.is_done() && solver.state.settle().is_err() {
        solver.bound = solver.ceiling();
    }
    if !solver.is_done() {
        solver.find_first();
    }
    if !solver.is_done() {
        solver.take_turns(limits);
    }
    solver.outcome()
}

struct Solver<'a> {
    instance: &'a Instance,
    control: &'a dyn Control,
    state: State<'a>,
    relaxation: Relaxation,
    root: RootBound,
    /// No assignment costs less.
    bound: i64,
    /// No assignment costs more.
    cost_max: i64,
    best: Option<Found>,
    nodes: u64,
    /// Work of the neighbourhoods.
    work_aside: u64,
}

impl<'a> Solver<'a> {
    /// Raises the bound at the root.
    fn at_root(state: State<'a>, control: &'a dyn Control) -> Self {
        let instance = state.instance;
        let mut relaxation = Relaxation::new(instance);
        relaxation.look_at(&state);
        let cost_max = cost_max(&state);
        let mut multipliers = first_multipliers(&state, relaxation.scale());
        let scale = relaxation.scale();
        let first = relaxation.bound(&multipliers);
        let steps = (ROOT_WORK_MAX / relaxation.work().max(1)).clamp(ROOT_STEPS_MIN, ROOT_STEPS_MAX);
        let effort = Effort {
            steps: steps as u32,
            reach: (((cost_max * scale - first) / 8).max(scale)) as f64,
            patience: 15,
            close: scale as f64 / 128.0,
        };
        let target = cost_max * scale;
        let mut keep_on = || !control.stopped();
        let ascent =
            ascend(&mut relaxation, &mut multipliers, target, &effort, &mut Directions::default(), &mut keep_on);
        let mut best = None;
        if let Ascent::Met = ascent {
            let assignment = relaxed_assignment(&state, &relaxation);
            best = instance.cost_of(&assignment).map(|cost| Found { assignment, cost });
        }
        let bound = relaxation.bound(&multipliers);
        let root = RootBound { scale, multipliers, divisors: relaxation.divisors().to_vec(), bound };
        let bound = -(-bound).div_euclid(scale);
        Self { instance, control, state, relaxation, root, bound, cost_max, best, nodes: 0, work_aside: 0 }
    }

    /// The least cost known, or one more than any assignment can cost.
    fn ceiling(&self) -> i64 {
        self.best.as_ref().map_or(self.cost_max + 1, |best| best.cost)
    }

    fn is_done(&self) -> bool {
        self.bound >= self.ceiling()
    }

    /// A first assignment by local search from what the relaxation takes.
    fn find_first(&mut self) {
        self.relaxation.look_at(&self.state);
        self.relaxation.bound(&self.root.multipliers);
        let start = relaxed_assignment(&self.state, &self.relaxation);
        let jobs = self.instance.jobs();
        let closed: Vec<bool> = (0..self.instance.agents() * jobs)
            .map(|pair| {
                let (agent, job) = (pair / jobs, pair % jobs);
                !self.state.is_open(agent, job) && self.state.assigned(job) != Some(agent)
            })
            .collect();
        let found = Local::new(self.instance, &closed, start).run(LOCAL_OPTIMA, &mut Random::new(0), self.control);
        self.learn(found);
    }

    /// Keeps the assignment if it is cheaper; whether it is.
    fn learn(&mut self, found: Option<Found>) -> bool {
        let ceiling = self.ceiling();
        let better = found.filter(|found| found.cost < ceiling);
        let is_better = better.is_some();
        if is_better {
            self.best = better;
        }
        is_better
    }

    /// Search from below and neighbourhoods from above, until they meet or the limits are reached.
    fn take_turns(&mut self, limits: &Limits) {
        let mut neighbourhoods: Option<Neighbourhoods<'a>> = None;
        let mut stride = 1;
        let mut improved_at = 0;
        let mut owed = 0;
        while !self.is_done() {
            let goal = (self.bound.saturating_add(stride - 1)).min(self.ceiling() - 1);
            let mut search = Search::new(self.root.multipliers.clone(), goal);
            let began = self.relaxation.work();
            loop {
                let turn_end = self.relaxation.work() + TURN;
                let searched = search.run(&mut self.state, &mut self.relaxation, turn_end, self.control);
                self.learn(search.found.take());
                search.goal = search.goal.min(self.ceiling() - 1);
                if searched == Searched::Exhausted {
                    break;
                }
                let work = self.relaxation.work() + self.work_aside;
                owed += if work - improved_at > STALE { TURN / 8 } else { TURN * 2 };
                // A single neighbourhood may take more than a turn: then the next ones wait until the search has caught up.
                if self.work_aside < owed && self.improve(&mut neighbourhoods, owed - self.work_aside) {
                    improved_at = work;
                    search.goal = search.goal.min(self.ceiling() - 1);
                }
                if work >= limits.work || self.control.stopped() {
                    self.nodes += search.nodes + neighbourhoods.map_or(0, |all| all.nodes());
                    return;
                }
            }
            self.nodes += search.nodes;
            self.bound = (goal + 1).min(self.ceiling());
            if self.relaxation.work() - began < PLAIN {
                stride = stride.saturating_mul(2);
            }
        }
        self.nodes += neighbourhoods.map_or(0, |all| all.nodes());
    }

    /// A turn of the neighbourhoods of the best assignment; whether it became cheaper.
    fn improve(&mut self, neighbourhoods: &mut Option<Neighbourhoods<'a>>, work: u64) -> bool {
        let Some(best) = &self.best else { return false };
        let around = match neighbourhoods {
            Some(around) => around,
            None => {
                let Ok(mut state) = State::new(self.instance) else { return false };
                if state.settle().is_err() {
                    return false;
                }
                let multipliers = self.root.multipliers.clone();
                neighbourhoods.insert(Neighbourhoods::new(
                    state,
                    Relaxation::new(self.instance),
                    multipliers,
                    best.clone(),
                ))
            }
        };
        if best.cost < around.best().cost {
            around.move_to(best.clone());
        }
        let before = around.work();
        around.run(work, self.control);
        self.work_aside += around.work() - before;
        let found = around.best().clone();
        self.learn(Some(found))
    }

    fn outcome(self) -> Outcome {
        let proven = self.bound >= self.ceiling();
        Outcome {
            bound: (self.best.is_some() || !proven).then_some(self.bound),
            proven,
            nodes: self.nodes,
            work: self.relaxation.work() + self.work_aside,
            root: Some(self.root),
            cost: self.best.as_ref().map(|best| best.cost),
            assignment: self.best.map(|best| best.assignment),
        }
    }
}

/// What an assignment costs at most.
fn cost_max(state: &State<'_>) -> i64 {
    let dearest = |job| state.options(job).map(|agent| state.instance.cost(agent, job)).max().unwrap_or(0);
    state.cost() + (0..state.instance.jobs()).map(dearest).sum::<i64>()
}

/// Multipliers to start from: a job's second cheapest cost, so that its cheapest agent wants it.
fn first_multipliers(state: &State<'_>, scale: i64) -> Vec<i64> {
    (0..state.instance.jobs())
        .map(|job| {
            let mut costs: Vec<i64> = state.options(job).map(|agent| state.instance.cost(agent, job)).collect();
            costs.sort_unstable();
            costs.get(1).or(costs.first()).map_or(0, |&cost| cost * scale)
        })
        .collect()
}

/// What the relaxation takes, made an assignment: of several agents the cheapest, of none the cheapest open one. It may not fit.
fn relaxed_assignment(state: &State<'_>, relaxation: &Relaxation) -> Vec<usize> {
    let instance = state.instance;
    let mut takers: Vec<Option<usize>> = (0..instance.jobs()).map(|job| state.assigned(job)).collect();
    for &(agent, job) in relaxation.pairs() {
        let (agent, job) = (agent as usize, job as usize);
        let taker = &mut takers[job];
        if taker.is_none_or(|other| instance.cost(agent, job) < instance.cost(other, job)) {
            *taker = Some(agent);
        }
    }
    takers
        .into_iter()
        .enumerate()
        .map(|(job, taker)| {
            taker.or_else(|| state.options(job).min_by_key(|&agent| instance.cost(agent, job))).unwrap_or(0)
        })
        .collect()
}
