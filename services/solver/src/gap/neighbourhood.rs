//! Large neighbourhoods: a few agents share their jobs anew, as cheaply as can be, while the others keep theirs.
//!
//! At given multipliers an assignment's distance from the bound is the sum over its agents of what each loses against its best
//! knapsack. Agents that lose much are where something can be gained, so they are drawn more often; those that lose less than a unit
//! of cost together cannot gain anything. The more often nothing is gained, the more agents share.

use crate::control::Control;

use super::instance::Instance;
use super::random::Random;
use super::relaxation::Relaxation;
use super::search::{Found, Search};
use super::state::{Contradiction, State};

/// Fewest agents that share anew.
const AGENTS_MIN: usize = 3;

/// Draws in vain after which one more agent shares.
const PATIENCE: u32 = 30;

/// Most nodes of the search of one neighbourhood.
const NODES_MAX: u64 = 100;

/// Most draws of one stretch.
const DRAWS_MAX: u32 = 1_000;

pub(super) struct Neighbourhoods<'a> {
    instance: &'a Instance,
    state: State<'a>,
    relaxation: Relaxation,
    multipliers: Vec<i64>,
    /// The cheapest assignment known.
    pub(super) best: Found,
    /// What each agent loses with it.
    losses: Vec<i64>,
    agents: usize,
    failures: u32,
    random: Random,
    pub(super) nodes: u64,
}

impl<'a> Neighbourhoods<'a> {
    /// Around an assignment that fits and follows the state.
    pub(super) fn new(state: State<'a>, mut relaxation: Relaxation, multipliers: Vec<i64>, best: Found) -> Self {
        let instance = state.instance;
        let losses = losses(&mut relaxation, instance, &multipliers, &best);
        Self {
            instance,
            state,
            relaxation,
            multipliers,
            best,
            losses,
            agents: AGENTS_MIN,
            failures: 0,
            random: Random::new(1),
            nodes: 0,
        }
    }

    /// How many numbers of tables were computed so far.
    pub(super) fn work(&self) -> u64 {
        self.relaxation.work()
    }

    /// Goes around another assignment from now on.
    pub(super) fn move_to(&mut self, best: Found) {
        self.losses = losses(&mut self.relaxation, self.instance, &self.multipliers, &best);
        self.best = best;
        self.failures = 0;
        self.agents = AGENTS_MIN.max(self.agents.saturating_sub(1));
    }

    /// Looks for cheaper assignments until `work` is done.
    pub(super) fn run(&mut self, work: u64, control: &dyn Control) {
        let work_max = self.relaxation.work() + work;
        for _ in 0..DRAWS_MAX {
            if self.relaxation.work() >= work_max || control.stopped() {
                return;
            }
            if let Some(found) = self.share_anew(control) {
                self.move_to(found);
            } else {
                self.failures += 1;
            }
            if self.failures >= PATIENCE {
                self.failures = 0;
                self.agents = (self.agents + 1).min(self.instance.agents().max(AGENTS_MIN));
            }
        }
    }

    fn share_anew(&mut self, control: &dyn Control) -> Option<Found> {
        let free = self.draw();
        let loss: i64 = free.iter().map(|&agent| self.losses[agent]).sum();
        if loss < self.relaxation.scale() {
            return None;
        }
        let mark = self.state.mark();
        let mut found = None;
        if self.release(&free).is_ok() {
            let mut search = Search::new(self.multipliers.clone(), self.best.cost - 1);
            search.nodes_max = NODES_MAX;
            search.run(&mut self.state, &mut self.relaxation, u64::MAX, control);
            self.nodes += search.nodes;
            found = search.found;
        }
        self.state.return_to(mark);
        found
    }

    /// Leaves open only who of the agents given takes their jobs.
    fn release(&mut self, free: &[usize]) -> Result<(), Contradiction> {
        let mut is_free = vec![false; self.instance.agents()];
        for &agent in free {
            is_free[agent] = true;
        }
        for (job, &agent) in self.best.assignment.iter().enumerate() {
            if !is_free[agent] {
                self.state.assign(agent, job)?;
                continue;
            }
            for (other, _) in is_free.iter().enumerate().filter(|&(_, &free)| !free) {
                self.state.close(other, job)?;
            }
        }
        Ok(())
    }

    /// Draws agents one after another with chances in proportion to their losses.
    fn draw(&mut self) -> Vec<usize> {
        let mut chances: Vec<u64> = self.losses.iter().map(|&loss| loss.max(0).unsigned_abs() + 1).collect();
        let mut drawn = Vec::new();
        while drawn.len() < self.agents.min(chances.len()) {
            let mut place = self.random.below(chances.iter().sum());
            for (agent, chance) in chances.iter_mut().enumerate() {
                if place < *chance {
                    drawn.push(agent);
                    *chance = 0;
                    break;
                }
                place -= *chance;
            }
        }
        drawn
    }
}

fn losses(relaxation: &mut Relaxation, instance: &Instance, multipliers: &[i64], found: &Found) -> Vec<i64> {
    (0..instance.agents()).map(|agent| relaxation.loss(instance, multipliers, &found.assignment, agent)).collect()
}
