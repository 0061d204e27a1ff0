//! Checks what is claimed of a generalised assignment problem: that the assignment fits and costs what it is said to cost, and what
//! of the bound follows from multipliers alone.
//!
//! The bound is the Lagrangian one: a job's multiplier is paid for it once, and each agent earns the most it can from multipliers
//! less costs within its capacity; what is paid and not earned, every assignment costs. The most an agent can earn is found here by
//! lists of undominated pairs of weight and profit (Nemhauser and Ullmann, "Discrete dynamic programming and capital allocation",
//! Management Science 15, 1969).

use std::fmt;

/// A generalised assignment problem: each job wholly to one agent, no agent beyond its capacity.
#[derive(Clone, Copy, Debug)]
pub struct AssignmentProblem<'a> {
    /// How many agents there are.
    pub agents: usize,
    /// How many jobs there are.
    pub jobs: usize,
    /// What each pair costs, agent-major.
    pub costs: &'a [i64],
    /// What each pair weighs, agent-major, not negative.
    pub weights: &'a [i64],
    /// What each agent's jobs may weigh together, not negative.
    pub capacities: &'a [i64],
}

/// Multipliers that bound the cost of every assignment.
#[derive(Clone, Copy, Debug)]
pub struct AssignmentMultipliers<'a> {
    /// Units of a multiplier in a unit of cost, at least 1.
    pub scale: i64,
    /// Of each job.
    pub of_jobs: &'a [i64],
    /// What each agent's weights and capacity may be divided by, rounded down, at least 1: what fits still fits then, so the bound
    /// holds, and is the weaker the larger the divisor.
    pub divisors: &'a [i64],
}

/// What is claimed.
#[derive(Clone, Copy, Debug)]
pub struct AssignmentClaim<'a> {
    /// The agent of each job, and what that costs.
    pub assignment: Option<(&'a [usize], i64)>,
    /// No assignment costs less.
    pub bound: Option<i64>,
    /// What proves the bound, as far as it does.
    pub multipliers: Option<AssignmentMultipliers<'a>>,
}

/// What of a claim was seen to be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedAssignment {
    /// What the assignment costs; it fits.
    pub cost: Option<i64>,
    /// No assignment costs less: seen here, from the multipliers.
    pub bound_checked: Option<i64>,
    /// No assignment costs less, says the claim: this rests on a search that is not repeated here. `None` when the claimed bound
    /// follows from the multipliers.
    pub bound_searched: Option<i64>,
    /// There is no assignment: seen here, because a job fits no agent or the bound exceeds what any assignment could cost.
    pub impossible: bool,
}

/// Why a claim is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentFault {
    /// A field has another length than its shape says.
    Length(&'static str),
    /// A weight or capacity is negative, or a scale or divisor is below 1.
    Range(&'static str),
    /// The job's agent does not exist.
    Agent {
        /// The job.
        job: usize,
    },
    /// The agent's jobs weigh more than its capacity.
    Overload {
        /// The agent.
        agent: usize,
    },
    /// The assignment costs something else than claimed.
    Cost {
        /// What it costs.
        found: i128,
    },
    /// The claimed bound exceeds the cost of an assignment.
    Bound {
        /// What that costs.
        cost: i64,
    },
}

impl fmt::Display for AssignmentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length(field) => write!(f, "{field}: another length than its shape says"),
            Self::Range(field) => write!(f, "{field}: a value is too small"),
            Self::Agent { job } => write!(f, "assignment[{job}]: no such agent"),
            Self::Overload { agent } => write!(f, "assignment: agent {agent} is overloaded"),
            Self::Cost { found } => write!(f, "cost: the assignment costs {found}"),
            Self::Bound { cost } => write!(f, "bound: exceeds the cost {cost}"),
        }
    }
}

impl std::error::Error for AssignmentFault {}

/// Checks a claim. Time and memory grow with the jobs times the divided capacities at most.
///
/// # Errors
/// The first thing found that is not as claimed.
pub fn check_assignment(
    problem: &AssignmentProblem<'_>,
    claim: &AssignmentClaim<'_>,
) -> Result<CheckedAssignment, AssignmentFault> {
    check_shape(problem)?;
    let cost = claim.assignment.map(|(agents, cost)| check_fit(problem, agents, cost)).transpose()?;
    let scaled = claim.multipliers.as_ref().map(|multipliers| lagrangian(problem, multipliers)).transpose()?;
    // A cost is a whole number: what it reaches at least, rounded up, it reaches too.
    let bound_checked = scaled.map(|(bound, scale)| -(-bound).div_euclid(scale));
    let impossible = is_impossible(problem, bound_checked);
    if let (Some(cost), Some(bound)) = (cost, claim.bound)
        && bound > cost
    {
        return Err(AssignmentFault::Bound { cost });
    }
    let follows = |bound: i64| bound_checked.is_some_and(|checked| checked >= i128::from(bound));
    Ok(CheckedAssignment {
        cost,
        bound_checked: bound_checked.map(saturated),
        bound_searched: claim.bound.filter(|&bound| !follows(bound)),
        impossible,
    })
}

fn saturated(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value > 0 { i64::MAX } else { i64::MIN })
}

fn check_shape(problem: &AssignmentProblem<'_>) -> Result<(), AssignmentFault> {
    let pairs = problem.agents.checked_mul(problem.jobs);
    if pairs != Some(problem.costs.len()) {
        return Err(AssignmentFault::Length("costs"));
    }
    if pairs != Some(problem.weights.len()) {
        return Err(AssignmentFault::Length("weights"));
    }
    if problem.capacities.len() != problem.agents {
        return Err(AssignmentFault::Length("capacities"));
    }
    if problem.weights.iter().any(|&weight| weight < 0) {
        return Err(AssignmentFault::Range("weights"));
    }
    if problem.capacities.iter().any(|&capacity| capacity < 0) {
        return Err(AssignmentFault::Range("capacities"));
    }
    Ok(())
}

fn check_fit(problem: &AssignmentProblem<'_>, agents: &[usize], claimed: i64) -> Result<i64, AssignmentFault> {
    if agents.len() != problem.jobs {
        return Err(AssignmentFault::Length("assignment"));
    }
    let mut loads = vec![0_i128; problem.agents];
    let mut cost = 0_i128;
    for (job, &agent) in agents.iter().enumerate() {
        let load = loads.get_mut(agent).ok_or(AssignmentFault::Agent { job })?;
        *load += i128::from(problem.weights[agent * problem.jobs + job]);
        cost += i128::from(problem.costs[agent * problem.jobs + job]);
    }
    for (agent, (&load, &capacity)) in loads.iter().zip(problem.capacities).enumerate() {
        if load > i128::from(capacity) {
            return Err(AssignmentFault::Overload { agent });
        }
    }
    if cost == i128::from(claimed) { Ok(claimed) } else { Err(AssignmentFault::Cost { found: cost }) }
}

/// The bound in units of one over the scale, and the scale.
fn lagrangian(
    problem: &AssignmentProblem<'_>,
    multipliers: &AssignmentMultipliers<'_>,
) -> Result<(i128, i128), AssignmentFault> {
    if multipliers.of_jobs.len() != problem.jobs {
        return Err(AssignmentFault::Length("multipliers"));
    }
    if multipliers.divisors.len() != problem.agents {
        return Err(AssignmentFault::Length("divisors"));
    }
    if multipliers.scale < 1 {
        return Err(AssignmentFault::Range("scale"));
    }
    if multipliers.divisors.iter().any(|&divisor| divisor < 1) {
        return Err(AssignmentFault::Range("divisors"));
    }
    let scale = i128::from(multipliers.scale);
    let mut bound: i128 = multipliers.of_jobs.iter().map(|&multiplier| i128::from(multiplier)).sum();
    for agent in 0..problem.agents {
        let divisor = multipliers.divisors[agent];
        let capacity = problem.capacities[agent];
        let offers = (0..problem.jobs).filter_map(|job| {
            let pair = agent * problem.jobs + job;
            let profit = i128::from(multipliers.of_jobs[job]) - i128::from(problem.costs[pair]) * scale;
            (profit > 0 && problem.weights[pair] <= capacity).then_some((problem.weights[pair] / divisor, profit))
        });
        bound -= most_earned(offers, capacity / divisor);
    }
    Ok((bound, scale))
}

/// The most that offers of weight and profit can bring within the capacity.
fn most_earned(offers: impl Iterator<Item = (i64, i128)>, capacity: i64) -> i128 {
    // Undominated: both weight and profit rise from one to the next.
    let mut reached: Vec<(i64, i128)> = vec![(0, 0)];
    for (weight, profit) in offers {
        let with = reached
            .iter()
            .filter(|&&(before, _)| weight <= capacity - before)
            .map(|&(before, earned)| (before + weight, earned + profit))
            .collect::<Vec<_>>();
        let mut merged: Vec<(i64, i128)> = Vec::with_capacity(reached.len() + with.len());
        let (mut left, mut right) = (reached.iter().peekable(), with.iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(&&a), Some(&&b)) if (a.0, -a.1) <= (b.0, -b.1) => left.next(),
                (_, Some(_)) => right.next(),
                (_, None) => left.next(),
            };
            let Some(&next) = next else { break };
            if merged.last().is_none_or(|last| next.1 > last.1) {
                merged.push(next);
            }
        }
        reached = merged;
    }
    reached.last().map_or(0, |&(_, earned)| earned)
}

/// Whether a job fits no agent, or the bound exceeds what any assignment could cost.
fn is_impossible(problem: &AssignmentProblem<'_>, bound: Option<i128>) -> bool {
    let mut most = 0;
    for job in 0..problem.jobs {
        let dearest = (0..problem.agents)
            .filter(|agent| problem.weights[agent * problem.jobs + job] <= problem.capacities[*agent])
            .map(|agent| i128::from(problem.costs[agent * problem.jobs + job]))
            .max();
        let Some(dearest) = dearest else { return true };
        most += dearest;
    }
    bound.is_some_and(|bound| bound > most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBLEM: AssignmentProblem<'static> = AssignmentProblem {
        agents: 2,
        jobs: 3,
        costs: &[1, 2, 3, 3, 2, 1],
        weights: &[2, 2, 2, 3, 3, 3],
        capacities: &[4, 3],
    };

    const MULTIPLIERS: AssignmentMultipliers<'static> =
        AssignmentMultipliers { scale: 2, of_jobs: &[4, 4, 4], divisors: &[2, 3] };

    fn claim(agents: &'static [usize], cost: i64, bound: i64) -> AssignmentClaim<'static> {
        AssignmentClaim { assignment: Some((agents, cost)), bound: Some(bound), multipliers: Some(MULTIPLIERS) }
    }

    #[test]
    fn a_true_claim_is_accepted_and_its_bound_told_apart() {
        let checked = check_assignment(&PROBLEM, &claim(&[0, 0, 1], 4, 4));
        let expected =
            CheckedAssignment { cost: Some(4), bound_checked: Some(4), bound_searched: None, impossible: false };
        assert_eq!(checked, Ok(expected));
        let weak = AssignmentMultipliers { of_jobs: &[2, 4, 2], ..MULTIPLIERS };
        let checked =
            check_assignment(&PROBLEM, &AssignmentClaim { multipliers: Some(weak), ..claim(&[0, 0, 1], 4, 4) });
        assert_eq!(checked.map(|checked| (checked.bound_checked, checked.bound_searched)), Ok((Some(4), None)));
        let none = AssignmentMultipliers { of_jobs: &[0, 0, 0], ..MULTIPLIERS };
        let checked =
            check_assignment(&PROBLEM, &AssignmentClaim { multipliers: Some(none), ..claim(&[0, 0, 1], 4, 4) });
        assert_eq!(checked.map(|checked| (checked.bound_checked, checked.bound_searched)), Ok((Some(0), Some(4))));
    }

    #[test]
    fn every_false_claim_is_refused_by_its_name() {
        let short = AssignmentMultipliers { of_jobs: &[4, 4], ..MULTIPLIERS };
        let nothing = AssignmentMultipliers { divisors: &[0, 3], ..MULTIPLIERS };
        let flat = AssignmentMultipliers { scale: 0, ..MULTIPLIERS };
        let with = |multipliers| AssignmentClaim { multipliers: Some(multipliers), ..claim(&[0, 0, 1], 4, 4) };
        let cases = [
            (claim(&[0, 0], 3, 3), AssignmentFault::Length("assignment")),
            (claim(&[0, 0, 2], 4, 4), AssignmentFault::Agent { job: 2 }),
            (claim(&[0, 0, 0], 6, 4), AssignmentFault::Overload { agent: 0 }),
            (claim(&[1, 0, 1], 6, 4), AssignmentFault::Overload { agent: 1 }),
            (claim(&[0, 0, 1], 3, 3), AssignmentFault::Cost { found: 4 }),
            (claim(&[0, 0, 1], 4, 5), AssignmentFault::Bound { cost: 4 }),
            (with(short), AssignmentFault::Length("multipliers")),
            (with(nothing), AssignmentFault::Range("divisors")),
            (with(flat), AssignmentFault::Range("scale")),
        ];
        for (claim, fault) in cases {
            assert_eq!(check_assignment(&PROBLEM, &claim), Err(fault));
        }
    }

    #[test]
    fn a_problem_of_another_shape_is_refused() {
        let cases = [
            (AssignmentProblem { costs: &[1], ..PROBLEM }, AssignmentFault::Length("costs")),
            (AssignmentProblem { weights: &[1], ..PROBLEM }, AssignmentFault::Length("weights")),
            (AssignmentProblem { capacities: &[1], ..PROBLEM }, AssignmentFault::Length("capacities")),
            (AssignmentProblem { capacities: &[1, -1], ..PROBLEM }, AssignmentFault::Range("capacities")),
            (AssignmentProblem { weights: &[2, 2, 2, 3, -3, 3], ..PROBLEM }, AssignmentFault::Range("weights")),
        ];
        for (problem, fault) in cases {
            assert_eq!(check_assignment(&problem, &claim(&[0, 0, 1], 4, 4)), Err(fault));
        }
    }

    #[test]
    fn a_job_that_fits_nobody_or_a_bound_beyond_every_cost_leaves_no_assignment() {
        let nothing = AssignmentClaim { assignment: None, bound: None, multipliers: None };
        let impossible = |problem, claim| check_assignment(&problem, &claim).map(|checked| checked.impossible);
        assert_eq!(impossible(PROBLEM, nothing), Ok(false));
        assert_eq!(impossible(AssignmentProblem { capacities: &[1, 2], ..PROBLEM }, nothing), Ok(true));
        // Each job fits somebody, all three together do not: high multipliers say so.
        let tight = AssignmentProblem { capacities: &[2, 3], ..PROBLEM };
        let high = AssignmentMultipliers { of_jobs: &[100, 100, 100], ..MULTIPLIERS };
        assert_eq!(impossible(tight, AssignmentClaim { multipliers: Some(high), ..nothing }), Ok(true));
    }

    #[test]
    fn the_most_earned_is_what_trying_every_choice_finds() {
        let offers = [(3, 7), (2, 4), (0, 1), (4, 9), (2, 5), (5, 9)];
        for capacity in 0..=16 {
            let brute = (0_u32..1 << offers.len())
                .map(|choice| {
                    let chosen =
                        || offers.iter().enumerate().filter(|(k, _)| choice >> k & 1 == 1).map(|(_, offer)| offer);
                    (chosen().map(|offer| offer.0).sum::<i64>(), chosen().map(|offer| offer.1).sum::<i128>())
                })
                .filter(|&(weight, _)| weight <= capacity)
                .map(|(_, profit)| profit)
                .max();
            assert_eq!(Some(most_earned(offers.into_iter(), capacity)), brute, "capacity {capacity}");
        }
    }
}
