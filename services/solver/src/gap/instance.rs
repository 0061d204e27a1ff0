//! What the generalised assignment problem asks: the instance, checked once when it is made.

use std::fmt;

/// Named bounds of an instance.
pub mod limits {
    /// Most pairs of an agent and a job.
    pub const PAIRS_MAX: usize = 1 << 20;
    /// Most that the largest absolute cost times the number of jobs may be, so that every sum of an assignment, scaled for its
    /// bound, fits 64 bits.
    pub const COST_SUM_MAX: u64 = 1 << 50;
    /// Heaviest weight; a capacity is cut to the sum of its agent's weights, which then fits 64 bits too.
    pub const WEIGHT_MAX: i64 = 1 << 40;
}

/// Each of the jobs goes wholly to one agent; an agent's jobs weigh no more than its capacity; the sum of costs is to be least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    agents: usize,
    jobs: usize,
    costs: Vec<i64>,
    weights: Vec<i64>,
    capacities: Vec<i64>,
}

/// Why numbers make no instance. Each names the field and the rule it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceError {
    /// There is no agent.
    NoAgents,
    /// More pairs of agent and job than [`limits::PAIRS_MAX`].
    TooLarge {
        /// Agents asked for.
        agents: usize,
        /// Jobs asked for.
        jobs: usize,
    },
    /// A field holds another number of values than its shape says.
    Length {
        /// The field.
        field: &'static str,
        /// Values that its shape asks for.
        expected: usize,
        /// Values it holds.
        found: usize,
    },
    /// A cost is so large that a sum over the jobs could exceed [`limits::COST_SUM_MAX`].
    Cost {
        /// Its index, agent-major.
        index: usize,
        /// The cost.
        value: i64,
    },
    /// A weight is negative or exceeds [`limits::WEIGHT_MAX`].
    Weight {
        /// Its index, agent-major.
        index: usize,
        /// The weight.
        value: i64,
    },
    /// A capacity is negative.
    Capacity {
        /// The agent.
        agent: usize,
        /// The capacity.
        value: i64,
    },
}

impl fmt::Display for InstanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoAgents => write!(f, "agents: at least one is needed"),
            Self::TooLarge { agents, jobs } => {
                write!(f, "agents times jobs: {agents} times {jobs} exceeds {}", limits::PAIRS_MAX)
            }
            Self::Length { field, expected, found } => write!(f, "{field}: {found} values instead of {expected}"),
            Self::Cost { index, value } => write!(
                f,
                "costs[{index}]: {value} times the number of jobs exceeds {} in absolute value",
                limits::COST_SUM_MAX
            ),
            Self::Weight { index, value } => {
                write!(f, "weights[{index}]: {value} is not between 0 and {}", limits::WEIGHT_MAX)
            }
            Self::Capacity { agent, value } => write!(f, "capacities[{agent}]: {value} is negative"),
        }
    }
}

impl std::error::Error for InstanceError {}

impl Instance {
    /// An instance of `agents` times `jobs` costs and weights, both agent-major (all jobs of the first agent first), and as many
    /// capacities as agents. Costs may be negative, weights and capacities may be 0.
    ///
    /// # Errors
    /// When a field has another length than its shape says, or holds a value out of its [`limits`].
    pub fn new(
        agents: usize,
        jobs: usize,
        costs: Vec<i64>,
        weights: Vec<i64>,
        capacities: Vec<i64>,
    ) -> Result<Self, InstanceError> {
        if agents == 0 {
            return Err(InstanceError::NoAgents);
        }
        let pairs = agents
            .checked_mul(jobs)
            .filter(|&pairs| pairs <= limits::PAIRS_MAX && agents <= limits::PAIRS_MAX)
            .ok_or(InstanceError::TooLarge { agents, jobs })?;
        let shapes = [
            ("costs", pairs, costs.len()),
            ("weights", pairs, weights.len()),
            ("capacities", agents, capacities.len()),
        ];
        for (field, expected, found) in shapes {
            if expected != found {
                return Err(InstanceError::Length { field, expected, found });
            }
        }
        let cost_max = limits::COST_SUM_MAX / jobs.max(1) as u64;
        if let Some((index, &value)) = costs.iter().enumerate().find(|(_, cost)| cost.unsigned_abs() > cost_max) {
            return Err(InstanceError::Cost { index, value });
        }
        let weight_fits = |weight: &i64| (0..=limits::WEIGHT_MAX).contains(weight);
        if let Some((index, &value)) = weights.iter().enumerate().find(|&(_, weight)| !weight_fits(weight)) {
            return Err(InstanceError::Weight { index, value });
        }
        if let Some((agent, &value)) = capacities.iter().enumerate().find(|&(_, &capacity)| capacity < 0) {
            return Err(InstanceError::Capacity { agent, value });
        }
        Ok(Self { agents, jobs, costs, weights, capacities })
    }

    /// How many agents there are, at least 1.
    #[must_use]
    pub fn agents(&self) -> usize {
        self.agents
    }

    /// How many jobs there are.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.jobs
    }

    /// What the agent doing the job costs.
    #[must_use]
    pub fn cost(&self, agent: usize, job: usize) -> i64 {
        self.costs[agent * self.jobs + job]
    }

    /// What the job takes of the agent's capacity.
    #[must_use]
    pub fn weight(&self, agent: usize, job: usize) -> i64 {
        self.weights[agent * self.jobs + job]
    }

    /// What the agent's jobs may weigh together.
    #[must_use]
    pub fn capacity(&self, agent: usize) -> i64 {
        self.capacities[agent]
    }

    /// What an assignment (the agent of each job) costs; `None` when it does not name an agent for each job or an agent's jobs
    /// weigh more than its capacity.
    #[must_use]
    pub fn cost_of(&self, assignment: &[usize]) -> Option<i64> {
        if assignment.len() != self.jobs || assignment.iter().any(|&agent| agent >= self.agents) {
            return None;
        }
        let mut left = self.capacities.clone();
        let mut cost = 0;
        for (job, &agent) in assignment.iter().enumerate() {
            left[agent] -= self.weight(agent, job);
            if left[agent] < 0 {
                return None;
            }
            cost += self.cost(agent, job);
        }
        Some(cost)
    }
}
