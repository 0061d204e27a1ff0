//! The transportation solver against the obvious slow ways.

mod random;
mod slow;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use random::{Kind, Random};
use wishwell_allocation::{Item, Level, Objective, Plan, Problem, ProblemParts, Segment, limits};
use wishwell_solver::transport::{Standing, Start};
use wishwell_solver::{Cancelled, Control, Unwatched, Watch, transport};

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

/// Hundreds of equal units that compete for as many equal places: nearly every basis is degenerate.
const CROWDED: Kind = Kind { items: 300, pools: 150, quantity: 1, capacity: 2, arcs: 12, ..EVEN };
/// Quantities that fill pools exactly, or are as large as the limit, in more levels than 64 bits hold.
const BROAD: Kind = Kind { items: 300, pools: 60, arcs: 12, ..HUGE };

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
fn shortest_paths_from_nothing_and_the_simplex_method_agree_on_crowded_and_broad_problems() {
    let wide = Kind { items: 300, pools: 60, arcs: 12, ..WIDE };
    for (kind, name) in [(&CROWDED, "crowded"), (&BROAD, "broad"), (&wide, "wide")] {
        for seed in 0..40 {
            let problem = problem(seed, kind);
            let simplex = transport::solve(&problem, 1, &Unwatched).unwrap();
            let paths = transport::solve_from(&problem, Some(&Start::default()), 1, &Unwatched).unwrap();
            let objective = |plan| Objective::of(&problem, plan);
            assert_eq!(objective(&simplex.plan), objective(&paths.plan), "{name} seed {seed}");
            assert_eq!(simplex.prices, paths.prices, "{name} seed {seed}");
            slow::assert_proven(&problem, &simplex.plan, &simplex.prices, &format!("{name} seed {seed}"));
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

/// Asks to stop when it has been asked so often.
struct Impatient(AtomicU64);

impl Control for Impatient {
    fn stopped(&self) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn a_solve_that_is_asked_to_stop_gives_no_answer_or_the_right_one() {
    let mut stopped = 0;
    for seed in 0..300 {
        let problem = problem(seed, &WIDE);
        let right = transport::solve(&problem, 1, &Unwatched).unwrap();
        match transport::solve(&problem, 2, &Impatient(AtomicU64::new(seed / 16))) {
            Ok(solution) => assert_eq!(solution, right, "seed {seed}"),
            Err(Cancelled) => stopped += 1,
        }
    }
    assert!((20..280).contains(&stopped), "both were seen: stopped {stopped} times");
}

#[test]
fn all_items_are_told_of_as_settled() {
    for seed in 0..50 {
        let problem = problem(seed, &WIDE);
        let watch = Watch::default();
        transport::solve(&problem, 2, &watch).unwrap();
        assert_eq!(watch.items_settled(), problem.parts().items.len() as u64, "seed {seed}");
    }
}

#[test]
fn any_start_leads_to_the_optimum_and_its_lowest_prices() {
    for (kind, name) in [(&EVEN, "even"), (&WIDE, "wide"), (&HUGE, "huge")] {
        for seed in 0..300 {
            let problem = problem(seed, kind);
            let cold = transport::solve(&problem, 1, &Unwatched).unwrap();
            // Prices from right to absurd, and a plan of anything.
            let random = &mut Random(seed);
            let spread = 1 + random.below(1 << 40);
            let mut prices = cold.prices.pools.clone();
            for price in &mut prices {
                match random.below(3) {
                    0 => *price += i128::from(random.below(spread)) - i128::from(spread / 2),
                    1 => *price = 0,
                    _ => {}
                }
            }
            let arcs = problem.parts().arc_pool.len() as u64;
            let mut flows: Vec<_> = cold.plan.flows().iter().filter(|_| !random.once_in(4)).copied().collect();
            flows.extend((0..random.below(9).min(arcs)).map(|_| (random.below(arcs) as u32, 1 + random.below(9))));
            let start = Start::new(&Plan::new(flows), &prices);
            let warm = transport::solve_from(&problem, Some(&start), 1, &Unwatched).unwrap();
            let objective = |plan| Objective::of(&problem, plan);
            assert_eq!(objective(&warm.plan), objective(&cold.plan), "{name} seed {seed}");
            assert_eq!(warm.prices, cold.prices, "{name} seed {seed}");
            slow::assert_proven(&problem, &warm.plan, &warm.prices, &format!("{name} seed {seed}"));
        }
    }
}

/// Takes an item's arcs and its own figures over to other parts; arcs to pools beyond what is there fall away.
fn take_over(from: &ProblemParts, item: usize, to: &mut ProblemParts, pool: impl Fn(u32) -> Option<u32>) {
    let arcs = from.first[item] as usize..from.first[item + 1] as usize;
    let mut pairs: Vec<(u32, u32)> =
        arcs.filter_map(|arc| Some((pool(from.arc_pool[arc])?, from.arc_distance[arc]))).collect();
    pairs.sort_unstable();
    to.items.push(from.items[item]);
    to.arc_pool.extend(pairs.iter().map(|(pool, _)| *pool));
    to.arc_distance.extend(pairs.iter().map(|(_, distance)| *distance));
    to.first.push(to.arc_pool.len() as u32);
}

#[test]
fn an_earlier_answer_carried_over_to_a_changed_problem_leads_to_its_optimum() {
    for (kind, name) in [(&EVEN, "even"), (&WIDE, "wide"), (&HUGE, "huge")] {
        for seed in 0..300 {
            let random = &mut Random(seed);
            let earlier = problem(seed, kind);
            let answer = transport::solve(&earlier, 1, &Unwatched).unwrap();
            let before = earlier.parts();
            // Pools in reverse order, one gone; items shuffled by dropping and doubling.
            let pools: Vec<Option<u32>> = (0..before.pools.len() as u32).rev().skip(1).map(Some).collect();
            let mut parts = ProblemParts { levels: before.levels.clone(), first: vec![0], ..ProblemParts::default() };
            parts.pools = pools.iter().flatten().map(|pool| before.pools[*pool as usize].clone()).collect();
            let mut items = Vec::new();
            for nth in 0..before.items.len() {
                let item = random.below(before.items.len() as u64) as usize;
                let known = !random.once_in(8) && !items.contains(&Some(item as u32));
                items.push(known.then_some(item as u32));
                let at = |pool: u32| pools.iter().position(|of| *of == Some(pool)).map(|at| at as u32);
                take_over(before, item, &mut parts, at);
                if random.once_in(4) {
                    parts.items[nth].quantity = 1 + random.below(kind.quantity);
                }
            }
            let now = Problem::new(parts).unwrap();
            let start = Start::carried(&earlier, &answer, &now, &items, &pools);
            let warm = transport::solve_from(&now, Some(&start), 2, &Unwatched).unwrap();
            let cold = transport::solve(&now, 1, &Unwatched).unwrap();
            let objective = |plan| Objective::of(&now, plan);
            assert_eq!(objective(&warm.plan), objective(&cold.plan), "{name} seed {seed}");
            assert_eq!(warm.prices, cold.prices, "{name} seed {seed}");
        }
    }
}

#[test]
fn a_standing_answer_that_is_changed_step_by_step_stays_the_optimum() {
    for (kind, name) in [(&EVEN, "even"), (&WIDE, "wide"), (&HUGE, "huge")] {
        for seed in 0..200 {
            let random = &mut Random(seed);
            let first = problem(seed, kind);
            let arrivals = problem(seed + 1_000_000, kind);
            let answer = transport::solve(&first, 1, &Unwatched).unwrap();
            let Some(mut standing) = Standing::new(&first, &answer) else {
                assert!(!matches!(first.parts().levels[0], Level::Tier(_)), "{name} seed {seed}");
                continue;
            };
            let mut parts = first.parts().clone();
            for step in 0..6 {
                let count = parts.items.len() as u64;
                match random.below(4) {
                    0 if !parts.pools.is_empty() => {
                        let pool = random.below(parts.pools.len() as u64) as usize;
                        let segments = random::segments(random, kind.capacity, kind.segments, kind.price);
                        standing.set_capacity(pool as u32, &segments).unwrap();
                        parts.pools[pool].segments = segments;
                    }
                    1 if count > 0 => {
                        let item = random.below(count) as usize;
                        // Nobody asks for nothing in a problem; an item without arcs gets nothing.
                        if random.once_in(2) {
                            standing.set_quantity(item as u32, 0).unwrap();
                            parts.items[item].quantity = 0;
                        } else {
                            let quantity = 1 + random.below(kind.quantity);
                            standing.set_quantity(item as u32, quantity).unwrap();
                            parts.items[item].quantity = quantity;
                        }
                    }
                    _ => {
                        for item in 0..arrivals.parts().items.len().min(3) {
                            let pools = parts.pools.len() as u32;
                            take_over(arrivals.parts(), item, &mut parts, |pool| (pool < pools).then_some(pool));
                            let new = parts.items[parts.items.len() - 1];
                            let arcs = parts.first[parts.items.len() - 1] as usize..parts.arc_pool.len();
                            let arcs: Vec<_> = arcs.map(|arc| (parts.arc_pool[arc], parts.arc_distance[arc])).collect();
                            let number = standing.add(new.quantity, new.tier, new.worth, &arcs).unwrap();
                            assert_eq!(number as usize + 1, parts.items.len());
                        }
                    }
                }
                if random.once_in(3) {
                    // Several changes at once, and one that was interrupted.
                    let _ = standing.solve(&Impatient(AtomicU64::new(random.below(4))));
                    continue;
                }
                standing.solve(&Unwatched).unwrap();
                let mut now = ProblemParts {
                    levels: parts.levels.clone(),
                    pools: parts.pools.clone(),
                    first: vec![0],
                    ..ProblemParts::default()
                };
                let there: Vec<u32> =
                    (0..parts.items.len() as u32).filter(|item| parts.items[*item as usize].quantity > 0).collect();
                for item in &there {
                    take_over(&parts, *item as usize, &mut now, Some);
                }
                let now = Problem::new(now).unwrap();
                let warm = standing.answer(&now, &there).unwrap();
                let cold = transport::solve(&now, 1, &Unwatched).unwrap();
                let objective = |plan| Objective::of(&now, plan);
                assert_eq!(objective(&warm.plan), objective(&cold.plan), "{name} seed {seed} step {step}");
                assert_eq!(warm.prices, cold.prices, "{name} seed {seed} step {step}");
                slow::assert_proven(&now, &warm.plan, &warm.prices, &format!("{name} seed {seed} step {step}"));
            }
        }
    }
}

#[test]
fn a_standing_answer_takes_arrivals_from_farther_away_than_anybody_before() {
    for seed in 0..100 {
        let first = problem(seed, &EVEN);
        let answer = transport::solve(&first, 1, &Unwatched).unwrap();
        let mut parts = first.parts().clone();
        if parts.pools.is_empty() || parts.items.is_empty() {
            continue;
        }
        let Some(mut standing) = Standing::new(&first, &answer) else { continue };
        for (distance, price) in [(limits::DISTANCE_MAX, 0), (limits::DISTANCE_MAX - 1, limits::SEGMENT_PRICE_MAX)] {
            let arcs: Vec<(u32, u32)> = (0..parts.pools.len() as u32).map(|pool| (pool, distance - pool)).collect();
            let tier = parts.items[0].tier;
            standing.add(2, tier, 1, &arcs).unwrap();
            parts.items.push(Item { quantity: 2, tier, worth: 1, ..parts.items[0] });
            parts.arc_pool.extend(arcs.iter().map(|(pool, _)| *pool));
            parts.arc_distance.extend(arcs.iter().map(|(_, distance)| *distance));
            parts.first.push(parts.arc_pool.len() as u32);
            parts.pools[0].segments.push(Segment { units: 1, price });
            parts.pools[0].segments.sort_by_key(|segment| segment.price);
            standing.set_capacity(0, &parts.pools[0].segments).unwrap();
            standing.solve(&Unwatched).unwrap();
            let now = Problem::new(parts.clone()).unwrap();
            let all: Vec<u32> = (0..parts.items.len() as u32).collect();
            let warm = standing.answer(&now, &all).unwrap();
            let cold = transport::solve(&now, 1, &Unwatched).unwrap();
            assert_eq!(Objective::of(&now, &warm.plan), Objective::of(&now, &cold.plan), "seed {seed} price {price}");
            assert_eq!(warm.prices, cold.prices, "seed {seed} price {price}");
        }
    }
}

#[test]
fn a_standing_answer_refuses_what_no_problem_may_have() {
    let first = problem(1, &WIDE);
    let answer = transport::solve(&first, 1, &Unwatched).unwrap();
    let standing = &mut Standing::new(&first, &answer).unwrap();
    for (quantity, tier, worth, arcs) in [
        (0, 0, 1, vec![(0, 0)]),
        ((1 << 40) + 1, 0, 1, vec![(0, 0)]),
        (1, 7, 1, vec![(0, 0)]),
        (1, 0, 0, vec![(0, 0)]),
        (1, 0, 2_521, vec![(0, 0)]),
        (1, 0, 1, vec![(0, 0), (0, 1)]),
        (1, 0, 1, vec![(99, 0)]),
        (1, 0, 1, vec![(0, (1 << 30) + 1)]),
    ] {
        assert!(standing.add(quantity, tier, worth, &arcs).is_err(), "{quantity} {tier} {worth} {arcs:?}");
    }
    assert!(standing.set_quantity(1_000, 1).is_err());
    assert!(standing.set_quantity(0, (1 << 40) + 1).is_err());
    let segment = |units, price| Segment { units, price };
    for segments in [[segment(1, 2), segment(1, 1)], [segment(0, 0), segment(1, 1)], [segment(1, 0), segment(1, 1_025)]]
    {
        assert!(standing.set_capacity(0, &segments).is_err(), "{segments:?}");
    }
    assert!(standing.set_capacity(99, &[]).is_err());
    standing.solve(&Unwatched).unwrap();
    let all: Vec<u32> = (0..first.parts().items.len() as u32).collect();
    assert_eq!(standing.answer(&first, &all).unwrap().prices, answer.prices, "nothing has changed");
}
