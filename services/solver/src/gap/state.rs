//! What the search has decided so far: which pairs are still open, what is assigned, what is left of each capacity. Every change can
//! be taken back.

use super::instance::Instance;

/// No agent.
pub(super) const NOBODY: u32 = u32::MAX;

/// The decisions have become impossible: some job has no agent left, or some agent too much to carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

#[derive(Clone, Copy, Debug)]
enum Change {
    Closed { agent: u32, job: u32 },
    Assigned { agent: u32, job: u32 },
}

pub(super) struct State<'a> {
    pub(super) instance: &'a Instance,
    /// Whether the job may go to the agent and is not assigned yet, agent-major.
    open: Vec<bool>,
    /// How many agents each job that is not assigned may go to.
    options: Vec<u32>,
    /// The agent of each job, or [`NOBODY`] yet.
    assigned: Vec<u32>,
    /// What is left of each capacity.
    left: Vec<i64>,
    /// Cost of what is assigned.
    cost: i64,
    /// How many jobs are not assigned.
    waiting: usize,
    trail: Vec<Change>,
    /// Jobs with one agent left, and agents with less room: what still follows from the last decision.
    lonely: Vec<u32>,
    fuller: Vec<u32>,
}

#[expect(clippy::cast_possible_truncation, reason = "an instance has at most `PAIRS_MAX` pairs")]
impl<'a> State<'a> {
    /// Nothing decided: open is what fits. What follows from jobs that one agent alone can take waits for [`Self::settle`].
    pub(super) fn new(instance: &'a Instance) -> Result<Self, Contradiction> {
        let (agents, jobs) = (instance.agents(), instance.jobs());
        let mut state = Self {
            instance,
            open: vec![true; agents * jobs],
            options: vec![agents as u32; jobs],
            assigned: vec![NOBODY; jobs],
            left: (0..agents).map(|agent| instance.capacity(agent)).collect(),
            cost: 0,
            waiting: jobs,
            trail: Vec::new(),
            lonely: if agents == 1 { (0..jobs as u32).collect() } else { Vec::new() },
            fuller: Vec::new(),
        };
        for agent in 0..agents {
            state.shut_what_does_not_fit(agent)?;
        }
        Ok(state)
    }

    pub(super) fn is_open(&self, agent: usize, job: usize) -> bool {
        self.open[agent * self.instance.jobs() + job]
    }

    pub(super) fn assigned(&self, job: usize) -> Option<usize> {
        (self.assigned[job] != NOBODY).then_some(self.assigned[job] as usize)
    }

    pub(super) fn left(&self, agent: usize) -> i64 {
        self.left[agent]
    }

    pub(super) fn cost(&self) -> i64 {
        self.cost
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// The agents the job may go to.
    pub(super) fn options(&self, job: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.instance.agents()).filter(move |&agent| self.is_open(agent, job))
    }

    /// A place to come back to.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Forbids the pair, and follows what that decides.
    pub(super) fn close(&mut self, agent: usize, job: usize) -> Result<(), Contradiction> {
        if !self.is_open(agent, job) {
            return if self.assigned(job) == Some(agent) { Err(Contradiction) } else { Ok(()) };
        }
        self.shut(agent, job)?;
        self.settle()
    }

    /// Gives the job to the agent, and follows what that decides.
    pub(super) fn assign(&mut self, agent: usize, job: usize) -> Result<(), Contradiction> {
        if !self.is_open(agent, job) {
            return if self.assigned(job) == Some(agent) { Ok(()) } else { Err(Contradiction) };
        }
        self.give(agent, job)?;
        self.settle()
    }

    /// Takes back everything since the mark.
    pub(super) fn return_to(&mut self, mark: usize) {
        while self.trail.len() > mark {
            match self.trail.pop() {
                Some(Change::Closed { agent, job }) => {
                    self.open[agent as usize * self.instance.jobs() + job as usize] = true;
                    self.options[job as usize] += 1;
                }
                Some(Change::Assigned { agent, job }) => {
                    let (agent, job) = (agent as usize, job as usize);
                    self.assigned[job] = NOBODY;
                    self.left[agent] += self.instance.weight(agent, job);
                    self.cost -= self.instance.cost(agent, job);
                    self.waiting += 1;
                }
                None => return,
            }
        }
    }

    /// Follows what the last changes decide, until nothing more follows.
    pub(super) fn settle(&mut self) -> Result<(), Contradiction> {
        let outcome = self.follow();
        self.lonely.clear();
        self.fuller.clear();
        outcome
    }

    fn follow(&mut self) -> Result<(), Contradiction> {
        loop {
            if let Some(job) = self.lonely.pop() {
                let job = job as usize;
                if self.assigned(job).is_none() {
                    let last = self.options(job).next().ok_or(Contradiction)?;
                    self.give(last, job)?;
                }
            } else if let Some(agent) = self.fuller.pop() {
                self.shut_what_does_not_fit(agent as usize)?;
            } else {
                return Ok(());
            }
        }
    }

    fn shut_what_does_not_fit(&mut self, agent: usize) -> Result<(), Contradiction> {
        for job in 0..self.instance.jobs() {
            if self.is_open(agent, job) && self.instance.weight(agent, job) > self.left[agent] {
                self.shut(agent, job)?;
            }
        }
        Ok(())
    }

    fn shut(&mut self, agent: usize, job: usize) -> Result<(), Contradiction> {
        self.open[agent * self.instance.jobs() + job] = false;
        self.options[job] -= 1;
        self.trail.push(Change::Closed { agent: agent as u32, job: job as u32 });
        match self.options[job] {
            0 => return Err(Contradiction),
            1 => self.lonely.push(job as u32),
            _ => {}
        }
        Ok(())
    }

    fn give(&mut self, agent: usize, job: usize) -> Result<(), Contradiction> {
        let weight = self.instance.weight(agent, job);
        if weight > self.left[agent] {
            return Err(Contradiction);
        }
        for other in 0..self.instance.agents() {
            let pair = other * self.instance.jobs() + job;
            if self.open[pair] {
                self.open[pair] = false;
                self.options[job] -= 1;
                self.trail.push(Change::Closed { agent: other as u32, job: job as u32 });
            }
        }
        self.assigned[job] = agent as u32;
        self.left[agent] -= weight;
        self.cost += self.instance.cost(agent, job);
        self.waiting -= 1;
        self.trail.push(Change::Assigned { agent: agent as u32, job: job as u32 });
        if weight > 0 {
            self.fuller.push(agent as u32);
        }
        Ok(())
    }
}
