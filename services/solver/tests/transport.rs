//! The transportation solver against the obvious slow ways.

mod random;
mod slow;

use random::{Kind, Random};
use wishwell_allocation::{Objective, Problem};
use wishwell_solver::{Unwatched, transport};

const TINY: Kind = Kind {
    items: 3,
    pools: 3,
    tiers: 2,
    worths: &[1],
    quantity: 3,
    capacity: 3,
    segments: 2,
    price: 3,
    arcs: 3,
    distance: 5,
};
/// Ties everywhere.
const EVEN: Kind = Kind { items: 14, pools: 6, tiers: 3, distance: 2, arcs: 4, capacity: 6, ..TINY };
const WIDE: Kind = Kind {
    items: 40,
    pools: 14,
    tiers: 4,
    worths: &[2_520, 1_260, 840, 630, 504],
    quantity: 5,
    capacity: 7,
    distance: 100_000,
    arcs: 6,
    ..TINY
};
/// What needs 128 bits, and quantities up to the limit.
const HUGE: Kind = Kind {
    items: 20,
    pools: 8,
    tiers: 5,
    worths: &[1, 2_519, 2_520],
    quantity: 1 << 40,
    capacity: 1 << 40,
    price: 1 << 10,
    distance: 1 << 30,
    arcs: 5,
    segments: 4,
};

#[expect(clippy::unwrap_used, reason = "random parts are valid by construction")]
fn problem(seed: u64, kind: &Kind) -> Problem {
    Problem::new(random::transport(&mut Random(seed), kind)).unwrap()
}

#[test]
fn no_plan_of_any_tiny_problem_is_better() {
    for seed in 0..4_000 {
        let problem = problem(seed, &TINY);
        let solution = transport::solve(&problem, 1, &Unwatched).unwrap();
        assert_eq!(Objective::of(&problem, &solution.plan), slow::exhaustive(&problem), "seed {seed}");
        slow::assert_proven(&problem, &solution.plan, &solution.prices, &format!("seed {seed}"));
    }
}

#[test]
fn successive_shortest_paths_find_no_better_plan() {
    for (kind, name) in [(&EVEN, "even"), (&WIDE, "wide"), (&HUGE, "huge")] {
        for seed in 0..500 {
            let problem = problem(seed, kind);
            let solution = transport::solve(&problem, 1, &Unwatched).unwrap();
            let slow = slow::successive_paths(&problem);
            let objective = |plan| Objective::of(&problem, plan);
            assert_eq!(objective(&solution.plan), objective(&slow), "{name} seed {seed}");
            slow::assert_proven(&problem, &solution.plan, &solution.prices, &format!("{name} seed {seed}"));
        }
    }
}

#[test]
fn threads_change_nothing() {
    for seed in 0..200 {
        let problem = problem(seed, &WIDE);
        let one = transport::solve(&problem, 1, &Unwatched).unwrap();
        assert_eq!(transport::solve(&problem, 2, &Unwatched).unwrap(), one, "seed {seed}");
        assert_eq!(transport::solve(&problem, 5, &Unwatched).unwrap(), one, "seed {seed}");
    }
}
