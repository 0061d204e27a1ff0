//! Items that count alike whatever they ask: amounts of money beside things, against all plans there are, and against what is plain.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod all_plans;
mod random;

use all_plans::{best_of_all, feasible};
use random::{Kind, Random, bind, transport};
use wishwell_allocation::limits::{ITEM_PARTS, UNITS_MAX};
use wishwell_allocation::{Cap, Item, Level, Plan, Pool, Problem, ProblemParts, Segment, Split, check};
use wishwell_solver::{Options, Solution, Unwatched, solve};

const TINY: Kind = Kind {
    items: 4,
    pools: 3,
    tiers: 2,
    worths: &[1],
    quantity: 3,
    capacity: 5,
    segments: 2,
    price: 2,
    arcs: 3,
    distance: 4,
};

fn solved(problem: &Problem) -> Solution {
    let found = solve(problem, &Options { threads: 1, nodes_max: 10_000 }, None, &Unwatched).unwrap();
    assert!(feasible(problem, found.plan.flows()), "{problem:?} {found:?}");
    let verdict = check(problem, &found.plan, &found.certificate);
    let verdict = verdict.unwrap_or_else(|faults| panic!("{faults:?} {problem:?} {found:?}"));
    assert_eq!((&verdict.objective, &verdict.bound), (&found.objective, &found.bound));
    found
}

/// Some pools give, and those who are served by them ask, so many times as much; nobody is served by both kinds. Answers with the grain
/// of each item.
fn enlarge(random: &mut Random, parts: &mut ProblemParts, grain: u64) -> Vec<u64> {
    let large: Vec<bool> = parts.pools.iter().map(|_| random.once_in(2)).collect();
    for (pool, large) in parts.pools.iter_mut().zip(&large) {
        if *large {
            pool.segments.iter_mut().for_each(|segment| segment.units *= grain);
            // What is capped together is counted in the same units.
            pool.cap = None;
        }
    }
    let mut grains = Vec::new();
    let (mut first, mut arc_pool, mut arc_distance, mut draws) = (vec![0], Vec::new(), Vec::new(), Vec::new());
    for (nth, item) in parts.items.iter_mut().enumerate() {
        let arcs = parts.first[nth] as usize..parts.first[nth + 1] as usize;
        let is_large = arcs.clone().next().is_some_and(|arc| large[parts.arc_pool[arc] as usize]);
        for arc in arcs.filter(|arc| large[parts.arc_pool[*arc] as usize] == is_large) {
            let further =
                parts.draws.iter().filter(|(of, pool)| *of as usize == arc && large[*pool as usize] == is_large);
            draws.extend(further.map(|(_, pool)| (arc_pool.len() as u32, *pool)));
            arc_pool.push(parts.arc_pool[arc]);
            arc_distance.push(parts.arc_distance[arc]);
        }
        first.push(arc_pool.len() as u32);
        if is_large {
            item.quantity *= grain;
            item.group = None;
        }
        grains.push(if is_large { grain } else { 1 });
    }
    (parts.first, parts.arc_pool, parts.arc_distance, parts.draws) = (first, arc_pool, arc_distance, draws);
    grains
}

#[test]
fn no_plan_of_all_there_are_is_better_for_money_beside_things() {
    let mut random = Random(29);
    let (mut integer, mut both) = (0, 0);
    for nth in 0..2_000 {
        let mut parts = transport(&mut random, &TINY);
        if parts.pools.is_empty() {
            continue;
        }
        bind(&mut random, &mut parts);
        if random.once_in(2) {
            parts.groups.clear();
            parts.items.iter_mut().for_each(|item| item.group = None);
        }
        let grain = [3_000, 30_007, 1_000_003, 1 << 36][random.below(4) as usize];
        let grains = enlarge(&mut random, &mut parts, grain);
        parts.count_items_alike();
        let problem = Problem::new(parts).unwrap();
        let found = solved(&problem);
        assert_eq!(found.objective, best_of_all(&problem, &grains), "{nth}: {problem:?} {found:?}");
        assert!(found.optimal, "{nth}: {problem:?} {found:?}");
        integer += u32::from(!problem.is_flow());
        both += u32::from(grains.contains(&1) && grains.contains(&grain));
    }
    assert!(integer > 500 && both > 300, "{integer} {both}");
}

/// Items that ask 1 to a million million of one pool, alone or below a cap.
fn of_one_pool(random: &mut Random) -> ProblemParts {
    let levels = (0..4).map(Level::Tier).chain([Level::Guarantee, Level::Distance, Level::Load]);
    let mut parts = ProblemParts { levels: levels.collect(), first: vec![0], ..ProblemParts::default() };
    for nth in 0..1 + random.below(40) as u32 {
        let digits = 1 + random.below(12) as u32;
        let quantity = 1 + random.below(10_u64.pow(digits));
        let tier = random.below(4) as u8;
        parts.items.push(Item { quantity, tier, worth: 1, group: None, split: Split::Any });
        parts.arc_pool.push(0);
        parts.arc_distance.push(100);
        parts.first.push(nth + 1);
    }
    let asked: u64 = parts.items.iter().map(|item| item.quantity).sum();
    let units = (1 + random.below(asked)).min(UNITS_MAX);
    let segments = vec![Segment { units, price: 0 }];
    if random.once_in(2) {
        parts.caps.push(Cap { segments: segments.clone(), cap: None });
    }
    parts.pools.push(Pool { segments, cap: (!parts.caps.is_empty()).then_some(0), partner: 0 });
    parts
}

#[test]
fn who_asks_for_less_is_served_first_in_each_tier_and_nothing_is_lost_of_what_there_is() {
    let mut random = Random(31);
    for _ in 0..300 {
        let mut parts = of_one_pool(&mut random);
        parts.count_items_alike();
        let problem = Problem::new(parts).unwrap();
        let found = solved(&problem);
        let parts = problem.parts();
        let units = parts.pools[0].segments[0].units;
        let asked: u64 = parts.items.iter().map(|item| item.quantity).sum();
        assert_eq!(found.plan.flows().iter().map(|(_, units)| units).sum::<u64>(), units.min(asked));
        let mut order: Vec<&Item> = parts.items.iter().collect();
        order.sort_by_key(|item| (item.tier, item.quantity));
        let mut left = units;
        let mut reached = [0_i128; 4];
        for item in order {
            let served = left.min(item.quantity);
            reached[usize::from(item.tier)] += i128::from(served) * i128::from(item.worth);
            left -= served;
        }
        assert_eq!(found.objective.0[..4], reached, "{problem:?}");
        assert!(found.optimal);
    }
}

#[test]
fn marks_prove_what_weights_that_hold_all_worths_would_and_no_other_plan() {
    // Two of five yuan instead of one of ten thousand: 1,000 fen are two thousandths of the one, and two of the others.
    let mut parts = ProblemParts {
        levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
        items: [1_000_000, 500, 500]
            .map(|quantity| Item { quantity, tier: 0, worth: 1, group: None, split: Split::Any })
            .to_vec(),
        pools: vec![Pool { segments: vec![Segment { units: 1_000, price: 0 }], cap: None, partner: 0 }],
        first: vec![0, 1, 2, 3],
        arc_pool: vec![0; 3],
        arc_distance: vec![0, 9_000, 9_000],
        ..ProblemParts::default()
    };
    parts.count_items_alike();
    let whole = i128::from(ITEM_PARTS) * i128::from(parts.finer);
    let problem = Problem::new(parts).unwrap();
    let found = solved(&problem);
    assert_eq!(found.plan.flows(), [(1, 500), (2, 500)]);
    assert_eq!(found.objective.0[0], 2 * whole);
    assert_eq!(
        problem.weights().apart(problem.weights().unit(0, problem.parts().items[0].worth))[0],
        whole / 1_000_000
    );
    let nearer = Plan::new(vec![(0, 1_000)]);
    let verdict = check(&problem, &nearer, &found.certificate).unwrap();
    assert_eq!((verdict.bound, verdict.optimal), (found.bound, false), "it does not reach what is proven");
}
