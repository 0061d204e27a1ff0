//! The Lagrangian relaxation of "each job exactly once": a knapsack an agent, whose sum bounds the cost from below whatever the
//! multipliers are.
//!
//! Multipliers are integers in units of `1 / scale`, so the bound is exact. A capacity too large for a table is divided, and with it
//! the weights, rounded down: what fits still fits, so the knapsack's value can only grow and the bound stays a bound.

use super::instance::Instance;
use super::knapsack::{Forced, Item, Knapsack};
use super::state::State;

/// Most numbers in the table of one knapsack, and in those of all agents together.
const TABLE_MAX: usize = 1 << 22;
const TABLES_MAX: usize = 1 << 26;

/// Largest capacity of a table that is not divided.
const CAPACITY_EXACT_MAX: usize = 1 << 14;

/// Smallest capacity a divided one is left with, and what it is left with for each job.
const CAPACITY_MIN: usize = 256;
const CAPACITY_OF_JOB: usize = 32;

/// Most halvings of the unit of a multiplier.
const SHIFT_MAX: u32 = 12;

/// A pair still open, as the relaxation sees it.
#[derive(Clone, Copy)]
struct Pair {
    job: u32,
    weight: usize,
    cost: i64,
}

pub(super) struct Relaxation {
    /// Multipliers and scaled costs are in units of `1 / scale`.
    scale: i64,
    /// What each agent's weights and capacity are divided by.
    divisors: Vec<i64>,
    /// Largest absolute value of a multiplier.
    multiplier_max: i64,
    /// The open pairs of each agent, and its capacity in units of its table.
    agents: Vec<(Vec<Pair>, usize)>,
    /// All pairs there are, agent-major.
    pairs_all: Vec<Pair>,
    /// Scaled cost of what is assigned.
    cost: i64,
    /// Which jobs are not assigned.
    waiting: Vec<u32>,
    /// How often each job is taken at the multipliers looked at last.
    taken: Vec<u32>,
    /// Which pairs are taken at the multipliers looked at last: agent and job.
    pairs: Vec<(u32, u32)>,
    knapsack: Knapsack,
    items: Vec<Item>,
    items_jobs: Vec<u32>,
    others: Vec<Item>,
    others_jobs: Vec<u32>,
    chosen: Vec<bool>,
    forced: Forced,
}

/// What each open pair adds to its agent's part of the bound when it is decided, agent-major, in units of `1 / scale`.
#[derive(Default)]
pub(super) struct Pegs {
    jobs: usize,
    take: Vec<i64>,
    leave: Vec<i64>,
}

impl Pegs {
    /// What it adds that the agent must not take the job.
    pub(super) fn leave(&self, agent: usize, job: usize) -> i64 {
        self.leave[agent * self.jobs + job]
    }

    /// What it adds that no agent takes the job.
    pub(super) fn leave_all(&self, state: &State<'_>, job: usize) -> i64 {
        state.options(job).map(|agent| self.leave(agent, job)).sum()
    }

    /// What it adds that this agent takes the job and no other does, where `leave_all` is what no agent at all adds.
    pub(super) fn taking(&self, agent: usize, job: usize, leave_all: i64) -> i64 {
        leave_all - self.leave(agent, job) + self.take[agent * self.jobs + job]
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "jobs are few, weights were divided")]
impl Relaxation {
    pub(super) fn new(instance: &Instance) -> Self {
        let jobs = instance.jobs().max(1) as i64;
        let cost_max = (0..instance.agents())
            .flat_map(|agent| (0..instance.jobs()).map(move |job| instance.cost(agent, job).abs()))
            .max()
            .unwrap_or(0);
        // Multipliers grow to sixteen times the dearest cost, and twice their sum stays below 2^62.
        let room = (1_i64 << 57) / jobs / (cost_max + 1);
        let shift = room.ilog2().min(SHIFT_MAX);
        let divisors: Vec<i64> = (0..instance.agents()).map(|agent| divisor(instance, agent)).collect();
        let pair = |agent: usize, job: usize| Pair {
            job: job as u32,
            weight: (instance.weight(agent, job) / divisors[agent]) as usize,
            cost: instance.cost(agent, job) << shift,
        };
        let pairs_all = (0..instance.agents()).flat_map(|agent| (0..instance.jobs()).map(move |job| (agent, job)));
        let pairs_all = pairs_all.map(|(agent, job)| pair(agent, job)).collect();
        Self {
            scale: 1 << shift,
            divisors,
            multiplier_max: ((cost_max + 1) << shift) * 16,
            agents: vec![(Vec::new(), 0); instance.agents()],
            pairs_all,
            cost: 0,
            waiting: Vec::new(),
            taken: vec![0; instance.jobs()],
            pairs: Vec::new(),
            knapsack: Knapsack::default(),
            items: Vec::new(),
            items_jobs: Vec::new(),
            others: Vec::new(),
            others_jobs: Vec::new(),
            chosen: Vec::new(),
            forced: Forced::default(),
        }
    }

    /// Multipliers and bounds are in units of one over this.
    pub(super) fn scale(&self) -> i64 {
        self.scale
    }

    /// What each agent's weights and capacity are divided by, rounded down.
    pub(super) fn divisors(&self) -> &[i64] {
        &self.divisors
    }

    /// The jobs not assigned in the state looked at.
    pub(super) fn waiting(&self) -> &[u32] {
        &self.waiting
    }

    /// How often the job is taken at the multipliers looked at last.
    pub(super) fn taken(&self, job: u32) -> u32 {
        self.taken[job as usize]
    }

    /// Which pairs of agent and job are taken at the multipliers looked at last.
    pub(super) fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// How many numbers of tables were computed so far.
    pub(super) fn work(&self) -> u64 {
        self.knapsack.work()
    }

    /// A multiplier kept within what the sums can hold.
    pub(super) fn clamped(&self, multiplier: i64) -> i64 {
        multiplier.clamp(-self.multiplier_max, self.multiplier_max)
    }

    /// Looks at another state.
    pub(super) fn look_at(&mut self, state: &State<'_>) {
        let instance = state.instance;
        self.cost = state.cost() * self.scale;
        self.waiting.clear();
        self.waiting.extend((0..instance.jobs()).filter(|&job| state.assigned(job).is_none()).map(|job| job as u32));
        for (agent, (pairs, capacity)) in self.agents.iter_mut().enumerate() {
            let divisor = self.divisors[agent];
            pairs.clear();
            let mut weights = 0;
            for &job in &self.waiting {
                if state.is_open(agent, job as usize) {
                    let pair = self.pairs_all[agent * instance.jobs() + job as usize];
                    weights += pair.weight;
                    pairs.push(pair);
                }
            }
            *capacity = (state.left(agent) / divisor).min(weights as i64) as usize;
        }
    }

    /// The bound at the multipliers, in units of `1 / scale`; what is taken is then in `taken` and `pairs`.
    pub(super) fn bound(&mut self, multipliers: &[i64]) -> i64 {
        let mut bound = self.cost + self.waiting.iter().map(|&job| multipliers[job as usize]).sum::<i64>();
        for &job in &self.waiting {
            self.taken[job as usize] = 0;
        }
        self.pairs.clear();
        for agent in 0..self.agents.len() {
            self.sort_out(agent, multipliers);
            bound -= self.knapsack.best(&self.items, self.agents[agent].1, &mut self.chosen);
            for (&job, _) in self.items_jobs.iter().zip(&self.chosen).filter(|&(_, &chosen)| chosen) {
                self.taken[job as usize] += 1;
                self.pairs.push((agent as u32, job));
            }
        }
        bound
    }

    /// The bound at the multipliers, and what deciding each open pair adds to it: exactly, as far as that is at most `slack`.
    pub(super) fn pegs(&mut self, multipliers: &[i64], slack: i64, pegs: &mut Pegs) -> i64 {
        let jobs = self.taken.len();
        pegs.jobs = jobs;
        pegs.take.resize(self.agents.len() * jobs, 0);
        pegs.leave.resize(self.agents.len() * jobs, 0);
        let mut bound = self.cost + self.waiting.iter().map(|&job| multipliers[job as usize]).sum::<i64>();
        for agent in 0..self.agents.len() {
            self.sort_out(agent, multipliers);
            let capacity = self.agents[agent].1;
            let best = self.knapsack.forced(&self.items, &self.others, capacity, slack, &mut self.forced);
            bound -= best;
            for (k, &job) in self.items_jobs.iter().enumerate() {
                pegs.take[agent * jobs + job as usize] = best - self.forced.with[k];
                pegs.leave[agent * jobs + job as usize] = best - self.forced.without[k];
            }
            for (k, &job) in self.others_jobs.iter().enumerate() {
                pegs.take[agent * jobs + job as usize] = best - self.forced.others_with[k];
                pegs.leave[agent * jobs + job as usize] = 0;
            }
        }
        bound
    }

    /// What an agent loses at the multipliers with its share of the assignment, against its best knapsack of the whole instance, in
    /// units of `1 / scale`; the jobs of that knapsack are then in `wanted`.
    pub(super) fn loss(
        &mut self,
        instance: &Instance,
        multipliers: &[i64],
        assignment: &[usize],
        agent: usize,
        wanted: &mut Vec<u32>,
    ) -> i64 {
        let divisor = self.divisors[agent];
        let mut own = 0;
        self.items.clear();
        self.items_jobs.clear();
        for (job, &multiplier) in multipliers.iter().enumerate() {
            let profit = multiplier - instance.cost(agent, job) * self.scale;
            if assignment[job] == agent {
                own += profit;
            }
            let weight = instance.weight(agent, job);
            if profit > 0 && weight <= instance.capacity(agent) {
                self.items.push(Item { weight: (weight / divisor) as usize, profit });
                self.items_jobs.push(job as u32);
            }
        }
        let weights: usize = self.items.iter().map(|item| item.weight).sum();
        let capacity = (instance.capacity(agent) / divisor).min(weights as i64);
        let best = self.knapsack.best(&self.items, capacity as usize, &mut self.chosen);
        wanted.clear();
        wanted.extend(self.items_jobs.iter().zip(&self.chosen).filter(|&(_, &chosen)| chosen).map(|(&job, _)| job));
        best - own
    }

    /// Divides the agent's pairs into those worth taking and the others.
    fn sort_out(&mut self, agent: usize, multipliers: &[i64]) {
        self.items.clear();
        self.items_jobs.clear();
        self.others.clear();
        self.others_jobs.clear();
        for pair in &self.agents[agent].0 {
            let item = Item { weight: pair.weight, profit: multipliers[pair.job as usize] - pair.cost };
            if item.profit > 0 {
                self.items.push(item);
                self.items_jobs.push(pair.job);
            } else {
                self.others.push(item);
                self.others_jobs.push(pair.job);
            }
        }
    }
}

/// What to divide the agent's weights by: what all of them share, times what makes its table small enough.
fn divisor(instance: &Instance, agent: usize) -> i64 {
    let weights = || (0..instance.jobs()).map(|job| instance.weight(agent, job));
    let shared = weights().fold(0, greatest_common_divisor).max(1);
    let capacity = instance.capacity(agent).min(weights().sum()) / shared;
    let room = (TABLES_MAX / instance.agents()).min(TABLE_MAX) / (instance.jobs() + 1);
    // A coarse table costs precision, a fine one time at every node: beyond what is cheap, both grow with the jobs alone.
    let exact_max = room.clamp(CAPACITY_MIN, CAPACITY_EXACT_MAX) as i64;
    if capacity <= exact_max {
        return shared;
    }
    let capacity_max = (CAPACITY_OF_JOB * instance.jobs()).clamp(CAPACITY_MIN, exact_max as usize) as i64;
    shared * (capacity / capacity_max + 1)
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
