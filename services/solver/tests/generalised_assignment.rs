//! The generalised assignment solver against trying every assignment, and against the check that shares nothing with it.
#![allow(clippy::unwrap_used)]

mod random;

use std::sync::atomic::{AtomicU32, Ordering};

use random::Random;
use wishwell_allocation::assignment_check::{
    AssignmentClaim, AssignmentMultipliers, AssignmentProblem, CheckedAssignment, check_assignment,
};
use wishwell_solver::gap::{Instance, InstanceError, Limits, Outcome, limits, solve};
use wishwell_solver::{Control, Unwatched};

/// The numbers of an instance.
#[derive(Clone, Debug)]
struct Numbers {
    agents: usize,
    jobs: usize,
    costs: Vec<i64>,
    weights: Vec<i64>,
    capacities: Vec<i64>,
}

impl Numbers {
    fn instance(&self) -> Instance {
        let Self { agents, jobs, costs, weights, capacities } = self.clone();
        Instance::new(agents, jobs, costs, weights, capacities).unwrap()
    }

    /// The least cost, by trying every assignment.
    fn brute_force(&self) -> Option<i64> {
        let instance = self.instance();
        let mut assignment = vec![0; self.jobs];
        let mut best: Option<i64> = None;
        loop {
            if let Some(cost) = instance.cost_of(&assignment) {
                best = Some(best.map_or(cost, |best| best.min(cost)));
            }
            let Some(job) = assignment.iter().position(|&agent| agent + 1 < self.agents) else { return best };
            assignment[job] += 1;
            assignment[..job].fill(0);
        }
    }

    fn check(&self, outcome: &Outcome) -> CheckedAssignment {
        let problem = AssignmentProblem {
            agents: self.agents,
            jobs: self.jobs,
            costs: &self.costs,
            weights: &self.weights,
            capacities: &self.capacities,
        };
        let multipliers = outcome.root.as_ref().map(|root| AssignmentMultipliers {
            scale: root.scale,
            of_jobs: &root.multipliers,
            divisors: &root.divisors,
        });
        let claim = AssignmentClaim {
            assignment: outcome.assignment.as_deref().zip(outcome.cost),
            bound: outcome.bound,
            multipliers,
        };
        let checked =
            check_assignment(&problem, &claim).unwrap_or_else(|fault| panic!("{fault}: {self:?} {outcome:?}"));
        if let Some(root) = &outcome.root {
            assert_eq!(checked.bound_checked, Some(-(-root.bound).div_euclid(root.scale)), "{self:?}");
        }
        checked
    }

    /// Solves to the end, and compares with trying everything.
    fn solve_and_compare(&self) -> Outcome {
        let outcome = solve(&self.instance(), &Limits::default(), &Unwatched);
        let best = self.brute_force();
        assert!(outcome.proven, "{self:?}");
        assert_eq!(outcome.cost, best, "{self:?}");
        assert_eq!(outcome.bound, best, "{self:?}");
        self.check(&outcome);
        outcome
    }
}

/// Every list of so many values out of these.
fn every(values: &[i64], length: usize) -> Vec<Vec<i64>> {
    (0..length).fold(vec![Vec::new()], |lists, _| {
        let longer =
            |list: &Vec<i64>| values.iter().map(|&value| [list.as_slice(), &[value]].concat()).collect::<Vec<_>>();
        lists.iter().flat_map(longer).collect()
    })
}

#[test]
fn every_tiny_instance_is_solved_to_its_optimum() {
    for (agents, jobs) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        for costs in every(&[0, 3], agents * jobs) {
            for weights in every(&[0, 1, 2], agents * jobs) {
                for capacities in every(&[0, 1, 2], agents) {
                    let numbers = Numbers { agents, jobs, costs: costs.clone(), weights: weights.clone(), capacities };
                    numbers.solve_and_compare();
                }
            }
        }
    }
}

/// A random instance whose capacities hold about `fill` percent of what the jobs weigh.
fn random(random: &mut Random, agents: usize, jobs: usize, weight_max: u64, cost_max: u64, fill: u64) -> Numbers {
    let pairs = agents * jobs;
    let signed = |value: u64| i64::try_from(value).unwrap();
    let weights: Vec<i64> = (0..pairs).map(|_| signed(random.below(weight_max + 1))).collect();
    // Dear where light, as in the hard instances of the literature, and below nothing now and then.
    let costs =
        weights.iter().map(|weight| (signed(weight_max) - weight) / 2 + signed(random.below(cost_max)) - 2).collect();
    let total = weights.iter().sum::<i64>().unsigned_abs();
    let share = total * fill / 100 / (agents * agents) as u64;
    let capacities = (0..agents).map(|_| signed(share / 2 + random.below(share + 1))).collect();
    Numbers { agents, jobs, costs, weights, capacities }
}

#[test]
fn random_small_instances_are_solved_to_their_optimum() {
    let mut numbers = Random(7);
    let (mut possible, mut impossible) = (0, 0);
    for round in 0..1_500 {
        let agents = 1 + numbers.below(4) as usize;
        let jobs = numbers.below(if agents < 4 { 9 } else { 7 }) as usize;
        let (weight_max, cost_max) = [(3, 4), (20, 30), (100, 9), (1_000_000_007, 1_000_000)][round % 4];
        let fill = 60 + numbers.below(100);
        let outcome = random(&mut numbers, agents, jobs, weight_max, cost_max, fill).solve_and_compare();
        if outcome.cost.is_some() { possible += 1 } else { impossible += 1 }
    }
    assert!(possible > 400 && impossible > 100, "{possible} possible, {impossible} not");
}

#[test]
fn capacities_too_large_for_a_table_still_give_the_optimum() {
    let mut numbers = Random(11);
    for _ in 0..40 {
        let instance = random(&mut numbers, 3, 9, 1 << 38, 1 << 20, 110);
        let outcome = instance.solve_and_compare();
        assert!(outcome.root.is_none_or(|root| root.divisors.iter().all(|&divisor| divisor > 1)));
    }
}

#[test]
fn medium_instances_are_proven_and_checked() {
    let mut numbers = Random(3);
    for _ in 0..12 {
        let instance = random(&mut numbers, 5, 30, 40, 30, 105);
        let outcome = solve(&instance.instance(), &Limits::default(), &Unwatched);
        assert!(outcome.proven);
        instance.check(&outcome);
    }
}

#[test]
fn an_instance_without_an_assignment_is_told_as_such() {
    // Each fits alone, two of three share an agent in any assignment.
    let tight = Numbers { agents: 2, jobs: 3, costs: vec![1; 6], weights: vec![2; 6], capacities: vec![3, 3] };
    let outcome = tight.solve_and_compare();
    assert!(tight.check(&outcome).impossible);
    let nobody = Numbers { agents: 2, jobs: 1, costs: vec![1; 2], weights: vec![4; 2], capacities: vec![3, 3] };
    let outcome = nobody.solve_and_compare();
    assert_eq!(outcome.root, None);
    assert!(nobody.check(&outcome).impossible);
}

#[test]
fn degenerate_instances_are_solved() {
    let nothing = Numbers { agents: 3, jobs: 0, costs: vec![], weights: vec![], capacities: vec![0; 3] };
    assert_eq!(nothing.solve_and_compare().assignment, Some(vec![]));
    let weightless = Numbers {
        agents: 2,
        jobs: 4,
        costs: vec![5, 1, 4, 2, 3, 3, 3, 3],
        weights: vec![0; 8],
        capacities: vec![0; 2],
    };
    assert_eq!(weightless.solve_and_compare().cost, Some(3 + 1 + 3 + 2));
    let alone = Numbers { agents: 1, jobs: 3, costs: vec![-5, 1, 4], weights: vec![1, 2, 3], capacities: vec![6] };
    assert_eq!(alone.solve_and_compare().cost, Some(0));
    let equal = Numbers { agents: 3, jobs: 8, costs: vec![7; 24], weights: vec![1; 24], capacities: vec![3, 3, 2] };
    assert_eq!(equal.solve_and_compare().cost, Some(56));
}

#[test]
fn numbers_at_their_limits_are_solved_exactly() {
    let cost = i64::try_from(limits::COST_SUM_MAX / 4).unwrap();
    let dear = Numbers {
        agents: 2,
        jobs: 4,
        costs: vec![cost, cost - 1, -cost, 1 - cost, cost, cost - 3, 1 - cost, -cost],
        weights: vec![limits::WEIGHT_MAX; 8],
        capacities: vec![2 * limits::WEIGHT_MAX, i64::MAX],
    };
    dear.solve_and_compare();
}

#[test]
fn what_is_no_instance_is_refused_by_field() {
    let message = |agents, jobs, costs: &[i64], weights: &[i64], capacities: &[i64]| {
        Instance::new(agents, jobs, costs.to_vec(), weights.to_vec(), capacities.to_vec())
            .map_err(|error: InstanceError| error.to_string())
            .unwrap_err()
    };
    assert_eq!(message(0, 1, &[], &[], &[]), "agents: at least one is needed");
    assert_eq!(message(1, 2, &[1], &[1, 1], &[1]), "costs: 1 values instead of 2");
    assert_eq!(message(1, 2, &[1, 1], &[1], &[1]), "weights: 1 values instead of 2");
    assert_eq!(message(1, 1, &[1], &[1], &[]), "capacities: 0 values instead of 1");
    assert_eq!(message(1, 1, &[1], &[-1], &[1]), "weights[0]: -1 is not between 0 and 1099511627776");
    assert_eq!(
        message(1, 1, &[1], &[i64::MAX], &[1]),
        "weights[0]: 9223372036854775807 is not between 0 and 1099511627776"
    );
    assert_eq!(message(1, 1, &[1], &[1], &[-7]), "capacities[0]: -7 is negative");
    for cost in [i64::MIN, i64::MAX, (1 << 49) + 1] {
        let expected = format!("costs[1]: {cost} times the number of jobs exceeds 1125899906842624 in absolute value");
        assert_eq!(message(1, 2, &[1, cost], &[1, 1], &[1]), expected);
    }
    assert!(message(1 << 11, 1 << 10, &[], &[], &[]).starts_with("agents times jobs: 2048 times 1024 exceeds"));
    assert!(message(usize::MAX, 2, &[], &[], &[]).starts_with("agents times jobs"));
}

/// An instance that takes many nodes.
fn hard() -> Numbers {
    random(&mut Random(5), 8, 60, 100, 20, 103)
}

#[test]
fn the_same_instance_gives_the_same_outcome() {
    let limits = Limits { work: 200_000_000 };
    let first = solve(&hard().instance(), &limits, &Unwatched);
    assert_eq!(first, solve(&hard().instance(), &limits, &Unwatched));
    hard().check(&first);
}

#[test]
fn a_solve_that_is_stopped_says_how_far_it_is() {
    struct After(AtomicU32);
    impl Control for After {
        fn stopped(&self) -> bool {
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(1))) == Ok(0)
        }
    }
    let whole = solve(&hard().instance(), &Limits { work: 400_000_000 }, &Unwatched);
    for calls in [0, 1, 10, 1_000, 3_000] {
        let outcome = solve(&hard().instance(), &Limits::default(), &After(AtomicU32::new(calls)));
        hard().check(&outcome);
        if let (Some(bound), Some(cost)) = (outcome.bound, whole.cost) {
            assert!(bound <= cost, "{bound} bounds {cost}");
        }
        if calls == 0 {
            assert!(!outcome.proven);
        }
    }
}
