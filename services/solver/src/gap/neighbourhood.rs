//! Large neighbourhoods: a few agents share their jobs anew, as cheaply as can be, while the others keep theirs.
//!
//! At given multipliers an assignment's distance from the bound is the sum over its agents of what each loses against its best
//! knapsack. Agents that lose much are where something can be gained, so they are drawn more often, and with them those whose jobs
//! they want or who want theirs; agents that lose less than a unit of cost together cannot gain anything. The more often nothing is
//! gained, the more agents share. Half of the draws accept another assignment of the same cost, which leads off plateaus.

use crate::control::Control;

use super::instance::Instance;
use super::random::Random;
use super::relaxation::Relaxation;
use super::search::{Found, Search};
use super::state::{Contradiction, State};

/// Fewest agents that share anew.
const AGENTS_MIN: usize = 3;

/// Draws in vain after which one more agent shares.
const PATIENCE: u32 = 15;

/// Most nodes of the search of one neighbourhood.
const NODES_MAX: u64 = 200;

/// Most draws of one stretch.
const DRAWS_MAX: u32 = 1_000;

/// How many times likelier each wanted job between two agents makes it that one is drawn after the other.
const LINK: u64 = 4;

pub(super) struct Neighbourhoods<'a> {
    instance: &'a Instance,
    state: State<'a>,
    relaxation: Relaxation,
    multipliers: Vec<i64>,
    /// The cheapest assignment known.
    best: Found,
    /// What each agent loses with it.
    losses: Vec<i64>,
    /// How many jobs of one each two agents would have at the other, agent-major.
    links: Vec<u32>,
    agents: usize,
    failures: u32,
    random: Random,
    nodes: u64,
}

impl<'a> Neighbourhoods<'a> {
    /// Around an assignment that fits and follows the state.
    pub(super) fn new(state: State<'a>, relaxation: Relaxation, multipliers: Vec<i64>, best: Found) -> Self {
        let instance = state.instance;
        let mut around = Self {
            instance,
            state,
            relaxation,
            multipliers,
            losses: vec![0; instance.agents()],
            links: Vec::new(),
            agents: AGENTS_MIN,
            failures: 0,
            random: Random::new(1),
            nodes: 0,
            best,
        };
        around.look_around();
        around
    }

    /// The cheapest assignment known.
    pub(super) fn best(&self) -> &Found {
        &self.best
    }

    /// Nodes of all searches so far.
    pub(super) fn nodes(&self) -> u64 {
        self.nodes
    }

    /// How many numbers of tables were computed so far.
    pub(super) fn work(&self) -> u64 {
        self.relaxation.work()
    }

    /// Goes around another assignment from now on.
    pub(super) fn move_to(&mut self, best: Found) {
        if best.cost < self.best.cost {
            self.failures = 0;
            self.agents = AGENTS_MIN.max(self.agents - 1);
        } else {
            self.failures += 1;
        }
        self.best = best;
        self.look_around();
    }

    /// Looks for cheaper assignments until `work` is done.
    pub(super) fn run(&mut self, work: u64, control: &dyn Control) {
        let work_max = self.relaxation.work() + work;
        for _ in 0..DRAWS_MAX {
            if self.relaxation.work() >= work_max || control.stopped() {
                return;
            }
            match self.share_anew(control) {
                Some(found) => self.move_to(found),
                None => self.failures += 1,
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
            let less = i64::from(self.random.below(2) == 0);
            let mut search = Search::new(self.multipliers.clone(), self.best.cost - less);
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

    /// Draws agents one after another with chances in proportion to their losses and to what links them with those drawn before.
    fn draw(&mut self) -> Vec<usize> {
        let agents = self.instance.agents();
        let mut chances: Vec<u128> =
            self.losses.iter().map(|&loss| u128::from(loss.max(0).unsigned_abs() >> 8) + 1).collect();
        let mut drawn = Vec::new();
        while drawn.len() < self.agents.min(agents) {
            let agent = self.draw_one(&chances);
            chances[agent] = 0;
            drawn.push(agent);
            for (other, chance) in chances.iter_mut().enumerate() {
                *chance *= u128::from(1 + LINK * u64::from(self.links[agent * agents + other]));
            }
            // Only proportions count: keep the products within their type.
            while chances.iter().any(|&chance| chance > u128::from(u32::MAX)) {
                chances.iter_mut().filter(|chance| **chance > 0).for_each(|chance| *chance = (*chance >> 8).max(1));
            }
        }
        drawn
    }

    fn draw_one(&mut self, chances: &[u128]) -> usize {
        let sum = chances.iter().sum::<u128>();
        let mut place = u128::from(self.random.below(u64::try_from(sum).unwrap_or(u64::MAX)));
        for (agent, &chance) in chances.iter().enumerate() {
            if place < chance {
                return agent;
            }
            place -= chance;
        }
        0
    }

    /// What each agent loses with the assignment, and which jobs of others it would rather have.
    fn look_around(&mut self) {
        let agents = self.instance.agents();
        self.links.clear();
        self.links.resize(agents * agents, 0);
        let mut wanted = Vec::new();
        for agent in 0..agents {
            let assignment = &self.best.assignment;
            self.losses[agent] = self.relaxation.loss(self.instance, &self.multipliers, assignment, agent, &mut wanted);
            for &job in &wanted {
                let holder = assignment[job as usize];
                self.links[agent * agents + holder] += 1;
                self.links[holder * agents + agent] += 1;
            }
        }
    }
}
