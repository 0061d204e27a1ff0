//! Local search that may overload agents at a price, and so finds its way to assignments that fit.
//!
//! Shifts of one job and swaps of two, on the cost plus a price for every unit of overload. At each local optimum the prices of the
//! overloaded agents rise and the others fall, after Yagiura, Ibaraki and Glover, "An ejection chain approach for the generalized
//! assignment problem" (INFORMS Journal on Computing 16, 2004).

use crate::control::Control;

use super::instance::Instance;
use super::random::Random;
use super::search::Found;

/// Prices are in units of `1 / PRICE_UNIT`.
const PRICE_UNIT: i64 = 256;

/// Most other jobs a job is compared with for swaps in one pass.
const SWAPS_MAX: usize = 1_000;

/// Moves looked at after which an assignment that fits is good enough to go on from.
const LOOKED_AT_MAX: u64 = 100_000_000;

pub(super) struct Local<'a> {
    instance: &'a Instance,
    /// The pairs not to enter, agent-major.
    closed: &'a [bool],
    assignment: Vec<usize>,
    /// What is left of each capacity; negative when overloaded.
    left: Vec<i64>,
    cost: i64,
    /// Of a unit of overload of each agent.
    prices: Vec<i64>,
    /// How many moves were looked at.
    looked_at: u64,
}

impl<'a> Local<'a> {
    /// Starts from an assignment that may overload agents. `closed` says agent-major which
    /// pairs not to enter.
    pub(super) fn new(instance: &'a Instance, closed: &'a [bool], assignment: Vec<usize>) -> Self {
        let mut left: Vec<i64> = (0..instance.agents()).map(|agent| instance.capacity(agent)).collect();
        let mut cost = 0;
        for (job, &agent) in assignment.iter().enumerate() {
            left[agent] -= instance.weight(agent, job);
            cost += instance.cost(agent, job);
        }
        let prices = vec![PRICE_UNIT; instance.agents()];
        Self { instance, closed, assignment, left, cost, prices, looked_at: 0 }
    }

    /// Searches through `optima` local optima and keeps the cheapest assignment that fits.
    pub(super) fn run(&mut self, optima: u32, random: &mut Random, control: &dyn Control) -> Option<Found> {
        let mut best: Option<Found> = None;
        for _ in 0..optima {
            self.descend(random, control);
            let fits = self.left.iter().all(|&left| left >= 0);
            if fits && best.as_ref().is_none_or(|best| self.cost < best.cost) {
                best = Some(Found { assignment: self.assignment.clone(), cost: self.cost });
            }
            self.change_prices(fits);
            if control.stopped() || (best.is_some() && self.looked_at > LOOKED_AT_MAX) {
                break;
            }
        }
        best
    }

    fn change_prices(&mut self, fits: bool) {
        for (price, &left) in self.prices.iter_mut().zip(&self.left) {
            if fits {
                *price = (*price - *price / 8).max(1);
            } else if left < 0 {
                *price = (*price + *price / 4 + 1).min(1 << 40);
            }
        }
    }

    /// Moves as long as a pass over all jobs finds something better.
    fn descend(&mut self, random: &mut Random, control: &dyn Control) {
        let jobs = self.instance.jobs();
        let mut idle = 0;
        let mut job = random.below(jobs as u64) as usize;
        while idle < jobs && !control.stopped() {
            if self.shift(job) || self.swap(job, random) {
                idle = 0;
            } else {
                idle += 1;
            }
            job = if job + 1 == jobs { 0 } else { job + 1 };
        }
    }

    /// What an agent's overload costs more when it has `change` more left.
    fn price_change(&self, agent: usize, change: i64) -> i128 {
        let before = self.left[agent].min(0);
        let after = (self.left[agent] + change).min(0);
        i128::from(before - after) * i128::from(self.prices[agent])
    }

    fn shift(&mut self, job: usize) -> bool {
        let from = self.assignment[job];
        let jobs = self.instance.jobs();
        self.looked_at += self.instance.agents() as u64;
        let gain_from = self.price_change(from, self.instance.weight(from, job));
        let mut best = (0, from);
        for to in 0..self.instance.agents() {
            if to == from || self.closed[to * jobs + job] {
                continue;
            }
            let cost = self.instance.cost(to, job) - self.instance.cost(from, job);
            let change =
                i128::from(cost * PRICE_UNIT) + gain_from + self.price_change(to, -self.instance.weight(to, job));
            best = best.min((change, to));
        }
        if best.0 < 0 {
            self.move_job(job, best.1)
        }
        best.0 < 0
    }

    fn swap(&mut self, job: usize, random: &mut Random) -> bool {
        let jobs = self.instance.jobs();
        let from = self.assignment[job];
        let tries = jobs.min(SWAPS_MAX);
        self.looked_at += tries as u64;
        let mut other = if tries < jobs { random.below(jobs as u64) as usize } else { 0 };
        let mut best = (0, job);
        for _ in 0..tries {
            let to = self.assignment[other];
            if to != from && !self.closed[to * jobs + job] && !self.closed[from * jobs + other] {
                let cost = self.instance.cost(to, job) - self.instance.cost(from, job)
                    + self.instance.cost(from, other)
                    - self.instance.cost(to, other);
                let change = i128::from(cost * PRICE_UNIT)
                    + self.price_change(from, self.instance.weight(from, job) - self.instance.weight(from, other))
                    + self.price_change(to, self.instance.weight(to, other) - self.instance.weight(to, job));
                best = best.min((change, other));
            }
            other = if other + 1 == jobs { 0 } else { other + 1 };
        }
        if best.0 < 0 {
            let to = self.assignment[best.1];
            self.move_job(job, to);
            self.move_job(best.1, from);
        }
        best.0 < 0
    }

    fn move_job(&mut self, job: usize, to: usize) {
        let from = std::mem::replace(&mut self.assignment[job], to);
        self.left[from] += self.instance.weight(from, job);
        self.left[to] -= self.instance.weight(to, job);
        self.cost += self.instance.cost(to, job) - self.instance.cost(from, job);
    }
}
