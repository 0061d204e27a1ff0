//! What needs whole numbers, against all plans there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod all_plans;
mod random;

use all_plans::{best_of_all, feasible};
use random::{Kind, Random, bind, transport};
use wishwell_allocation::{
    Bundle, Certificate, Component, Item, Level, Objective, Plan, Pool, Problem, ProblemParts, Segment, Split, check,
    limits,
};
use wishwell_solver::integer::{Answer, solve_as_large};
use wishwell_solver::simplex::{Outcome, Relaxed};
use wishwell_solver::{Control, Options, SolveError, Unwatched, solve};

const TINY: Kind = Kind {
    items: 4,
    pools: 3,
    tiers: 2,
    worths: &[1, 2],
    quantity: 3,
    capacity: 5,
    segments: 2,
    price: 2,
    arcs: 3,
    distance: 4,
};

const SMALL: Kind = Kind {
    items: 14,
    pools: 6,
    tiers: 2,
    worths: &[420, 504, 630, 840, 1260, 2520],
    quantity: 9,
    capacity: 16,
    segments: 2,
    price: 3,
    arcs: 4,
    distance: 30,
};

fn options(nodes_max: u64) -> Options {
    Options { threads: 1, nodes_max }
}

fn random_parts(random: &mut Random, kind: &Kind) -> ProblemParts {
    let mut parts = transport(random, kind);
    bind(random, &mut parts);
    // Anything may be missing.
    if random.once_in(2) {
        parts.draws.clear();
    }
    if random.once_in(2) {
        parts.bundles.clear();
    }
    if random.once_in(2) {
        parts.partners.clear();
    }
    if random.once_in(2) {
        parts.contacts.clear();
    }
    for bound in &mut parts.partners {
        bound.most = (1 + random.below(2) as u32).max(bound.already.len() as u32);
    }
    for bound in &mut parts.contacts {
        bound.most = random.below(4) as u32;
    }
    parts
}

#[test]
fn no_plan_of_all_there_are_is_better_and_the_check_agrees() {
    let mut random = Random(17);
    let mut integer = 0;
    for _ in 0..3_000 {
        let problem = Problem::new(random_parts(&mut random, &TINY)).unwrap();
        integer += u32::from(!problem.is_flow());
        let best = best_of_all(&problem, &vec![1; problem.parts().items.len()]);
        let found = solve(&problem, &options(10_000), None, &Unwatched).unwrap();
        assert!(feasible(&problem, found.plan.flows()), "{problem:?} {found:?}");
        assert_eq!(found.objective, best, "{problem:?} {found:?}");
        assert!(found.optimal, "{problem:?} {found:?}");
        let verdict = check(&problem, &found.plan, &found.certificate);
        let verdict = verdict.unwrap_or_else(|faults| panic!("{faults:?} {problem:?} {found:?}"));
        assert!(verdict.optimal);
        assert_eq!(verdict.bound, found.bound);
    }
    assert!(integer > 1_500, "{integer}");
}

#[test]
fn a_search_that_ends_early_tells_a_bound_that_holds() {
    let mut random = Random(19);
    let mut gaps = 0;
    for _ in 0..300 {
        let problem = Problem::new(random_parts(&mut random, &SMALL)).unwrap();
        let mut last: Option<wishwell_solver::Solution> = None;
        for nodes_max in [1, 5, 40, 1_000] {
            let found = solve(&problem, &options(nodes_max), last.as_ref().map(|last| &last.plan), &Unwatched).unwrap();
            assert!(feasible(&problem, found.plan.flows()), "{problem:?} {found:?}");
            let verdict = check(&problem, &found.plan, &found.certificate);
            let verdict = verdict.unwrap_or_else(|faults| panic!("{faults:?} {problem:?} {found:?}"));
            assert_eq!((&verdict.bound, verdict.optimal), (&found.bound, found.optimal));
            assert_eq!(verdict.objective, found.objective);
            assert!(found.objective <= found.bound);
            if let Some(last) = &last {
                assert!(found.objective >= last.objective && found.bound <= last.bound);
            }
            gaps += u32::from(!found.optimal);
            last = Some(found);
        }
    }
    assert!(gaps > 60, "{gaps}");
}

#[test]
fn answers_are_the_same_on_any_number_of_threads() {
    let mut random = Random(23);
    for _ in 0..60 {
        let problem = Problem::new(random_parts(&mut random, &SMALL)).unwrap();
        let one = solve(&problem, &options(50), None, &Unwatched).unwrap();
        for threads in [2, 5] {
            assert_eq!(solve(&problem, &Options { threads, nodes_max: 50 }, None, &Unwatched).unwrap(), one);
        }
    }
}

/// Items of these quantities, all of one tier and worth, each with an arc to every pool of these capacities.
fn dense(quantities: &[u64], capacities: &[u64], split: Split) -> ProblemParts {
    let mut parts = ProblemParts {
        levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
        first: vec![0],
        ..ProblemParts::default()
    };
    for quantity in quantities {
        parts.items.push(Item { quantity: *quantity, tier: 0, worth: 1, group: None, split });
        parts.arc_pool.extend(0..capacities.len() as u32);
        parts.first.push(parts.arc_pool.len() as u32);
    }
    for (partner, units) in (0..).zip(capacities) {
        parts.pools.push(Pool { segments: vec![Segment { units: *units, price: 0 }], cap: None, partner });
    }
    parts.arc_distance = vec![1; parts.arc_pool.len()];
    parts
}

#[test]
fn whole_items_of_the_largest_quantities_are_packed_exactly() {
    let most = limits::UNITS_MAX;
    let parts = dense(&[most, most / 2, most / 2, most / 2 + 1], &[most, most / 2 + 1], Split::Whole);
    let problem = Problem::new(parts).unwrap();
    let found = solve(&problem, &options(1_000), None, &Unwatched).unwrap();
    assert!(found.optimal);
    assert_eq!(found.objective.0[0], i128::from(most) + i128::from(most / 2) + 1);
    assert!(check(&problem, &found.plan, &found.certificate).unwrap().optimal);
}

#[test]
fn a_bundle_that_can_never_fit_keeps_nobody_from_the_rest() {
    let mut parts = dense(&[5, 5, 2], &[9], Split::Any);
    parts.bundles.push(Bundle { items: vec![0, 1] });
    let problem = Problem::new(parts).unwrap();
    let found = solve(&problem, &options(100), None, &Unwatched).unwrap();
    assert!(found.optimal);
    assert_eq!(found.plan.flows(), [(2, 2)]);
    assert!(check(&problem, &found.plan, &found.certificate).unwrap().optimal);
}

#[test]
fn whole_items_of_one_size_need_no_decision() {
    let problem = Problem::new(dense(&[3; 40], &[8, 10, 5, 7], Split::Whole)).unwrap();
    let found = solve(&problem, &options(1), None, &Unwatched).unwrap();
    assert!(found.optimal);
    assert_eq!((found.nodes, found.objective.0[0]), (1, 3 * (2 + 3 + 1 + 2)));
}

#[test]
fn a_bound_between_two_people_served_is_the_lower_one() {
    let mut parts = dense(&[5, 5, 4], &[9, 4], Split::Whole);
    for item in &mut parts.items {
        item.worth = 2_520 / item.quantity;
    }
    let problem = Problem::new(parts).unwrap();
    let flow = Relaxed::all_of(&problem).solve(&problem, &Unwatched).unwrap();
    let Outcome::Optimal(flow, _) = flow else { panic!("nobody is required") };
    assert_eq!(Objective::of(&problem, &flow).0[0], 2_520 + 9 * 504);
    let found = solve(&problem, &options(1), None, &Unwatched).unwrap();
    assert_eq!((found.objective.0[0], found.bound.0[0]), (2 * 2_520, 2 * 2_520));
    assert_eq!(check(&problem, &found.plan, &found.certificate).unwrap().bound, found.bound);
}

#[test]
fn a_tree_as_deep_as_may_be_ends_and_is_checked() {
    // Many near-equal sizes that fill no pool: the bound stays above every plan.
    let quantities: Vec<u64> = (0..60).map(|nth| 1_000 + 2 * nth).collect();
    let problem = Problem::new(dense(&quantities, &[5_001; 9], Split::Whole)).unwrap();
    let found = solve(&problem, &options(3_000), None, &Unwatched).unwrap();
    assert!(feasible(&problem, found.plan.flows()));
    let verdict = check(&problem, &found.plan, &found.certificate).unwrap();
    assert_eq!(verdict.bound, found.bound);
}

struct Stop;

impl Control for Stop {
    fn stopped(&self) -> bool {
        true
    }
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let problem = Problem::new(dense(&[3, 4, 5, 6], &[8, 9], Split::Whole)).unwrap();
    assert_eq!(solve(&problem, &options(1_000), None, &Stop), Err(SolveError::Cancelled));
}

#[test]
fn a_plan_to_start_from_is_taken_over_as_far_as_it_is_one() {
    let mut random = Random(29);
    for _ in 0..100 {
        let problem = Problem::new(random_parts(&mut random, &SMALL)).unwrap();
        let good = solve(&problem, &options(200), None, &Unwatched).unwrap();
        let again = solve(&problem, &options(1), Some(&good.plan), &Unwatched).unwrap();
        assert!(again.objective >= good.objective);
        let wild = (0..problem.parts().arc_pool.len() as u32).map(|arc| (arc, random.below(20))).collect();
        let from_wild = solve(&problem, &options(1), Some(&Plan::new(wild)), &Unwatched).unwrap();
        assert!(check(&problem, &from_wild.plan, &from_wild.certificate).is_ok());
    }
}

/// The certificate of one component that is all of the problem.
fn of_all(problem: &Problem, answer: &Answer) -> Certificate {
    let parts = problem.parts();
    let all = |count: usize| (0..count as u32).collect();
    let component = Component {
        items: all(parts.items.len()),
        pools: all(parts.pools.len()),
        caps: all(parts.caps.len()),
        groups: all(parts.groups.len()),
        root: answer.root.clone(),
        priced: answer.priced.clone(),
        above: answer.above.clone(),
    };
    Certificate { components: vec![component] }
}

#[test]
fn what_large_components_are_solved_by_bounds_all_plans_there_are() {
    let mut random = Random(31);
    let (mut whole, mut proven, mut credited) = (0, 0, 0);
    for _ in 0..3_000 {
        let problem = Problem::new(random_parts(&mut random, &TINY)).unwrap();
        let Some(answer) = solve_as_large(&problem, 1_000, None, &Unwatched).unwrap() else { continue };
        let best = best_of_all(&problem, &vec![1; problem.parts().items.len()]);
        assert!(feasible(&problem, answer.plan.flows()), "{problem:?} {answer:?}");
        assert!(answer.objective <= best && best <= answer.bound, "{best:?} {problem:?} {answer:?}");
        let verdict = check(&problem, &answer.plan, &of_all(&problem, &answer));
        let verdict = verdict.unwrap_or_else(|faults| panic!("{faults:?} {problem:?} {answer:?}"));
        assert_eq!((&verdict.objective, &verdict.bound), (&answer.objective, &answer.bound), "{problem:?}");
        if !problem.is_flow() {
            whole += 1;
            proven += u32::from(verdict.optimal);
            credited += u32::from(answer.priced.is_some_and(|prices| !prices.credits.is_empty()));
        }
    }
    assert!(whole > 1_500 && 2 * proven > whole && credited > 300, "{whole} {proven} {credited}");
}

#[test]
fn a_large_component_is_answered_alike_on_any_number_of_threads_and_checked() {
    let kind = Kind { items: 2_500, pools: 300, arcs: 9, quantity: 2, distance: 1_000, ..SMALL };
    let mut random = Random(37);
    let mut parts = transport(&mut random, &kind);
    while parts.arc_pool.len() <= 8_192 || !matches!(parts.levels[1], Level::Tier(1)) {
        parts = transport(&mut random, &kind);
    }
    let pools = parts.pools.len() as u64;
    for item in 0..parts.items.len() {
        for arc in parts.first[item]..parts.first[item + 1] {
            let further = random.below(pools) as u32;
            if random.once_in(3) && further != parts.arc_pool[arc as usize] {
                parts.items[item].split = Split::Whole;
                parts.draws.push((arc, further));
            }
        }
    }
    let problem = Problem::new(parts).unwrap();
    let one = solve(&problem, &options(50), None, &Unwatched).unwrap();
    let verdict = check(&problem, &one.plan, &one.certificate).unwrap();
    assert_eq!(verdict.bound, one.bound);
    assert!(one.certificate.components.iter().any(|component| component.priced.is_some()));
    assert_eq!(solve(&problem, &Options { threads: 2, nodes_max: 50 }, None, &Unwatched).unwrap(), one);
    let again = solve(&problem, &options(50), Some(&one.plan), &Unwatched).unwrap();
    assert!(again.objective >= one.objective);
}
