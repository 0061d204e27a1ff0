//! What the check accepts is true, and what is proven it accepts.

use super::super::check;
use super::network::{certify, certify_together, flow, together};
use super::random::{Chance, best, components, decision, flow_problem, plans, whole_problem};
use super::{cap, item, pool, problem};
use crate::objective::Objective;
use crate::plan::Plan;
use crate::problem::{Group, Problem};

#[test]
fn the_optimum_of_a_problem_solved_by_hand_is_accepted() {
    // Two units for three: the urgent one first, then the nearer of the others, over the cheaper stretch.
    let problem = problem(
        vec![(item(1, 0, None), vec![(0, 7)]), (item(1, 1, None), vec![(0, 3)]), (item(1, 1, None), vec![(0, 2)])],
        vec![pool(&[(1, 0), (1, 5)], None, 0)],
        vec![],
        vec![],
    );
    let certificate = certify_together(&problem);
    let verdict = check(&problem, &Plan::new(vec![(0, 1), (2, 1)]), &certificate).unwrap();
    assert_eq!(verdict.objective, Objective(vec![1, 1, 0, -9, -5]));
    assert!(verdict.optimal);
    assert_eq!(verdict.gap, vec![0; 5]);
    assert_eq!(verdict.leaves, 1);
    // The farther one instead is feasible, and a unit of distance short.
    let verdict = check(&problem, &Plan::new(vec![(0, 1), (1, 1)]), &certificate).unwrap();
    assert!(!verdict.optimal);
    assert_eq!(verdict.gap, [0, 0, 0, 1, 0]);
}

#[test]
fn a_guarantee_goes_before_distance_and_behind_urgency() {
    // One unit; the far group is guaranteed one.
    let far_group = vec![Group { guarantee: 1, group: None }];
    let items = |tier| vec![(item(1, 0, None), vec![(0, 1)]), (item(1, tier, Some(0)), vec![(0, 9)])];
    let same_tier = problem(items(0), vec![pool(&[(1, 0)], None, 0)], vec![], far_group.clone());
    let certificate = certify_together(&same_tier);
    let verdict = check(&same_tier, &Plan::new(vec![(1, 1)]), &certificate).unwrap();
    assert_eq!(verdict.bound, Objective(vec![1, 0, 1, -9, 0]));
    assert!(verdict.optimal);
    let less_urgent = problem(items(1), vec![pool(&[(1, 0)], None, 0)], vec![], far_group);
    let certificate = certify_together(&less_urgent);
    let verdict = check(&less_urgent, &Plan::new(vec![(0, 1)]), &certificate).unwrap();
    assert_eq!(verdict.bound, Objective(vec![1, 0, 0, -1, 0]));
}

#[test]
fn a_cap_over_two_pools_binds_the_flow_and_is_proven() {
    let problem = problem(
        vec![(item(3, 0, None), vec![(0, 1), (1, 2)])],
        vec![pool(&[(3, 0)], Some(0), 0), pool(&[(3, 0)], Some(0), 0)],
        vec![cap(&[(2, 0)], None)],
        vec![],
    );
    let verdict = check(&problem, &Plan::new(vec![(0, 2)]), &certify_together(&problem)).unwrap();
    assert_eq!(verdict.bound, Objective(vec![2, 0, 0, -2, 0]));
    assert!(verdict.optimal);
}

#[test]
fn every_flow_that_is_proven_is_the_best_of_all_plans() {
    for seed in 0..1_500 {
        let problem = Problem::new(flow_problem(&mut Chance(seed))).unwrap();
        let certificate = certify_together(&problem);
        let verdict = check(&problem, &flow(&certificate), &certificate);
        let verdict = verdict.unwrap_or_else(|faults| panic!("seed {seed}: {faults:?}"));
        assert!(verdict.optimal, "seed {seed}");
        assert_eq!(verdict.objective, best(&problem).0, "seed {seed}");
    }
}

#[test]
fn bounds_of_components_add_up_to_the_bound_of_all() {
    let mut several = 0;
    for seed in 0..800 {
        let problem = Problem::new(flow_problem(&mut Chance(seed))).unwrap();
        let plan = flow(&certify_together(&problem));
        let certificate = certify(&problem, components(&problem), |_, _| None);
        several += usize::from(certificate.components.len() > 1);
        let verdict = check(&problem, &plan, &certificate);
        let verdict = verdict.unwrap_or_else(|faults| panic!("seed {seed}: {faults:?}"));
        assert!(verdict.optimal, "seed {seed}");
    }
    assert!(several > 200, "{several} of them have several components");
}

#[test]
fn no_plan_of_a_problem_with_whole_numbers_exceeds_an_accepted_bound() {
    let (mut proven, mut leaves) = (0, 0);
    for seed in 0..4_000 {
        let mut chance = Chance(seed);
        let problem = whole_problem(&mut chance);
        let parts = if chance.once_in(2) { components(&problem) } else { together(&problem) };
        let depth = chance.below(6) as usize;
        let listed = parts.clone();
        let certificate = certify(&problem, parts, |number, path| {
            let component = &listed[number];
            (path.len() < depth).then(|| decision(&mut chance, &problem, component)).flatten()
        });
        let (objective, plan) = best(&problem);
        let verdict = check(&problem, &plan, &certificate);
        let verdict = verdict.unwrap_or_else(|faults| panic!("seed {seed}: {faults:?}"));
        assert_eq!(verdict.objective, objective, "seed {seed}");
        assert!(verdict.bound >= objective, "seed {seed}");
        proven += usize::from(verdict.optimal);
        leaves += verdict.leaves;
    }
    assert!(proven > 1_000, "{proven} of them are proven optimal");
    assert!(leaves > 8_000, "there are {leaves} leaves");
}

#[test]
fn a_plan_is_accepted_exactly_if_it_is_one_of_all_plans() {
    let (mut feasible, mut infeasible) = (0, 0);
    for seed in 0..600 {
        let mut chance = Chance(seed);
        let problem = whole_problem(&mut chance);
        let (all, certificate) = (plans(&problem), certify_together(&problem));
        let arcs = problem.parts().arc_pool.len() as u64;
        for _ in 0..20 {
            let flows = (0..arcs as u32).map(|arc| (arc, chance.below(2) * chance.below(4))).collect();
            let plan = Plan::new(flows);
            let is_one = all.contains(&plan);
            let verdict = check(&problem, &plan, &certificate);
            assert_eq!(verdict.is_ok(), is_one, "seed {seed}: {plan:?} {verdict:?}");
            feasible += usize::from(is_one);
            infeasible += usize::from(!is_one);
        }
        for plan in &all {
            assert_eq!(check(&problem, plan, &certificate).unwrap().objective, Objective::of(&problem, plan));
        }
    }
    assert!(feasible > 500 && infeasible > 500, "{feasible} feasible, {infeasible} not");
}
