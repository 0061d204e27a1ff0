//! Depth-first search for an assignment that costs no more than a goal, with variable fixing at each node.
//!
//! The design follows Posta, Ferland and Michelon, "An exact method with variable fixing for solving the generalized assignment
//! problem" (Computational Optimization and Applications 52, 2012): the question is always whether anything as cheap as the goal
//! exists, and a Lagrangian bound at each node closes every pair that the goal cannot afford. A pair's bound adds to the knapsack
//! with the pair what the knapsacks of the job's other agents lose without it.

use std::cmp::Reverse;

use crate::control::Control;

use super::dual::{Ascent, Directions, Effort, ascend};
use super::relaxation::{Pegs, Relaxation};
use super::state::{Contradiction, State};

/// Most evaluations of the bound when a node is looked at first. Few are enough: the parent's multipliers are nearly the best.
const STEPS_FIRST: u32 = 8;

/// Most evaluations after pairs were closed at the node.
const STEPS_AGAIN: u32 = 4;

/// How often a node is looked at as long as pairs are closed.
const ROUNDS_MAX: u32 = 2;

/// Most multipliers kept for nodes to come back to: 128 MiB.
const MULTIPLIERS_KEPT_MAX: usize = 1 << 24;

/// An assignment and its cost.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) assignment: Vec<usize>,
    pub(super) cost: i64,
}

/// How a search, or a stretch of one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Searched {
    /// Everything was looked at: nothing as cheap as the goal exists any more.
    Exhausted,
    /// There is more to look at.
    Paused,
}

/// A search that can be paused between any two nodes.
pub(super) struct Search {
    /// The costliest assignment of interest: falls below each one found.
    pub(super) goal: i64,
    /// The cheapest assignment found.
    pub(super) found: Option<Found>,
    pub(super) nodes: u64,
    /// Nodes after which the search pauses.
    pub(super) nodes_max: u64,
    multipliers: Vec<i64>,
    /// Where the state stood when the search began.
    base: Option<usize>,
    frames: Vec<Frame>,
    directions: Directions,
    pegs: Pegs,
}

/// A node whose second choice is still to be looked at, or was.
struct Frame {
    mark: usize,
    /// The node's own; where they would take too much room, whatever is at hand serves as well for a bound, only not as closely.
    multipliers: Option<Vec<i64>>,
    second: Option<Choice>,
}

/// A decision to take at a node: the agent takes the job, or must not.
#[derive(Clone, Copy)]
struct Choice {
    agent: usize,
    job: usize,
    take: bool,
}

impl Choice {
    fn apply(self, state: &mut State<'_>) -> Result<(), Contradiction> {
        if self.take { state.assign(self.agent, self.job) } else { state.close(self.agent, self.job) }
    }
}

impl Search {
    /// A search for what costs at most `goal`, which starts from these multipliers.
    pub(super) fn new(multipliers: Vec<i64>, goal: i64) -> Self {
        Self {
            goal,
            found: None,
            nodes: 0,
            nodes_max: u64::MAX,
            multipliers,
            base: None,
            frames: Vec::new(),
            directions: Directions::default(),
            pegs: Pegs::default(),
        }
    }

    /// Goes on until everything was looked at, the relaxation has done `work_max` or the caller wants it to stop. The state is to be
    /// the one the last stretch left; an exhausted search leaves it as it was before.
    pub(super) fn run(
        &mut self,
        state: &mut State<'_>,
        relaxation: &mut Relaxation,
        work_max: u64,
        control: &dyn Control,
    ) -> Searched {
        let base = *self.base.get_or_insert(state.mark());
        while relaxation.work() < work_max && self.nodes < self.nodes_max && !control.stopped() {
            self.nodes += 1;
            let goes_deeper = match self.visit(state, relaxation) {
                Ok(Some(choice)) => {
                    let second = Choice { take: !choice.take, ..choice };
                    let is_room = self.frames.len() * self.multipliers.len() < MULTIPLIERS_KEPT_MAX;
                    let multipliers = is_room.then(|| self.multipliers.clone());
                    self.frames.push(Frame { mark: state.mark(), multipliers, second: Some(second) });
                    choice.apply(state).is_ok()
                }
                Ok(None) | Err(Contradiction) => false,
            };
            if !goes_deeper && !self.turn_back(state) {
                state.return_to(base);
                return Searched::Exhausted;
            }
        }
        Searched::Paused
    }

    /// Back to the deepest node with a second choice, which is then taken.
    fn turn_back(&mut self, state: &mut State<'_>) -> bool {
        while let Some(frame) = self.frames.last_mut() {
            state.return_to(frame.mark);
            let Some(choice) = frame.second.take() else {
                self.frames.pop();
                continue;
            };
            if let Some(multipliers) = frame.multipliers.take() {
                self.multipliers = multipliers;
            }
            if choice.apply(state).is_ok() {
                return true;
            }
        }
        false
    }

    /// Bounds the node and closes what the goal cannot afford. What to decide next, or nothing when the node is done with.
    fn visit(&mut self, state: &mut State<'_>, relaxation: &mut Relaxation) -> Result<Option<Choice>, Contradiction> {
        let scale = relaxation.scale();
        let mut slack = i64::MAX;
        for round in 0..ROUNDS_MAX {
            if state.waiting() == 0 {
                break;
            }
            relaxation.look_at(state);
            let effort = Effort {
                steps: if round == 0 { STEPS_FIRST } else { STEPS_AGAIN },
                reach: 3.0 * scale as f64,
                // So few steps are best spent without ever turning back.
                patience: u32::MAX,
                close: 0.0,
            };
            let target = self.goal * scale;
            match ascend(relaxation, &mut self.multipliers, target, &effort, &mut self.directions, &mut || true) {
                Ascent::Passed => return Err(Contradiction),
                Ascent::Met => {
                    // Optimal here if it fits, which a divided capacity does not promise.
                    if self.record_relaxed(state, relaxation) {
                        return Ok(None);
                    }
                }
                Ascent::Spent(bound) => slack = target.saturating_sub(bound),
            }
            if !self.close_what_is_too_dear(state, relaxation, slack, target)? {
                return Ok(self.choice(state, relaxation));
            }
        }
        if state.waiting() == 0 {
            self.record(state);
            return Ok(None);
        }
        relaxation.look_at(state);
        if relaxation.pegs(&self.multipliers, slack, &mut self.pegs) > self.goal * scale {
            return Err(Contradiction);
        }
        Ok(self.choice(state, relaxation))
    }

    /// Keeps an assignment that is as cheap as the goal.
    fn keep(&mut self, assignment: Vec<usize>, cost: i64) {
        if cost <= self.goal {
            self.goal = cost - 1;
            self.found = Some(Found { assignment, cost });
        }
    }

    fn record(&mut self, state: &State<'_>) {
        let assignment: Option<Vec<usize>> = (0..state.instance.jobs()).map(|job| state.assigned(job)).collect();
        if let Some(assignment) = assignment {
            self.keep(assignment, state.cost());
        }
    }

    /// Keeps what the relaxation took, each waiting job once; whether it fits.
    fn record_relaxed(&mut self, state: &State<'_>, relaxation: &Relaxation) -> bool {
        let mut assignment: Vec<usize> =
            (0..state.instance.jobs()).map(|job| state.assigned(job).unwrap_or(usize::MAX)).collect();
        for &(agent, job) in relaxation.pairs() {
            assignment[job as usize] = agent as usize;
        }
        let cost = state.instance.cost_of(&assignment);
        if let Some(cost) = cost {
            self.keep(assignment, cost);
        }
        cost.is_some()
    }

    /// Closes every pair that the goal cannot afford, where the bound was within `slack` of it; whether there was one.
    fn close_what_is_too_dear(
        &mut self,
        state: &mut State<'_>,
        relaxation: &mut Relaxation,
        slack: i64,
        target: i64,
    ) -> Result<bool, Contradiction> {
        let bound = relaxation.pegs(&self.multipliers, slack, &mut self.pegs);
        if bound > target {
            return Err(Contradiction);
        }
        let mark = state.mark();
        for &job in relaxation.waiting() {
            let job = job as usize;
            let leave_all = self.pegs.leave_all(state, job);
            for agent in 0..state.instance.agents() {
                if state.is_open(agent, job) && bound + self.pegs.taking(agent, job, leave_all) > target {
                    state.close(agent, job)?;
                }
            }
        }
        Ok(state.mark() > mark)
    }

    /// The job that fewest agents may still take, of those the one that adds most whoever takes it, and its cheapest agent first.
    fn choice(&self, state: &State<'_>, relaxation: &Relaxation) -> Option<Choice> {
        let mut best: Option<((Reverse<usize>, i64), Choice)> = None;
        for &job in relaxation.waiting() {
            let job = job as usize;
            let leave_all = self.pegs.leave_all(state, job);
            let mut options = 0;
            let mut cheapest = (i64::MAX, 0);
            for agent in state.options(job) {
                options += 1;
                cheapest = cheapest.min((self.pegs.taking(agent, job, leave_all), agent));
            }
            let key = (Reverse(options), cheapest.0);
            if options > 0 && best.as_ref().is_none_or(|(other, _)| key > *other) {
                best = Some((key, Choice { agent: cheapest.1, job, take: true }));
            }
        }
        best.map(|(_, choice)| choice)
    }
}
