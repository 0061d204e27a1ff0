//! Prices of levels and what is more urgent by itself: what they are said to bound, they bound.

use super::super::fault::Faults;
use super::super::part::{Part, Places, Ties};
use super::super::priced::bound;
use super::super::steps::WholeSteps;
use super::super::{Fault, Rule, check};
use super::network::{certify, certify_together, together};
use super::random::{Chance, best, whole_problem};
use super::{item, parts, pool};
use crate::certificate::{Branch, Certificate, Component, LevelPrices};
use crate::plan::Plan;
use crate::problem::{Item, Problem, Split};

/// Two visits that draw on the same two pools in different order, which have room for one.
fn two_visits(tiers: [u8; 2]) -> Problem {
    let visit = |tier| Item { split: Split::Whole, ..item(1, tier, None) };
    let mut parts = parts(
        vec![(visit(tiers[0]), vec![(0, 3)]), (visit(tiers[1]), vec![(1, 2)])],
        vec![pool(&[(1, 0)], None, 0), pool(&[(1, 0)], None, 0)],
        vec![],
        vec![],
    );
    parts.draws = vec![(0, 1), (1, 0)];
    Problem::new(parts).unwrap()
}

/// Two levels of tiers, guarantees, distance and load: what the first pool costs.
fn prices(first: [i64; 5], parts: u32) -> Option<Box<LevelPrices>> {
    let pools = first.into_iter().chain([0; 5]).collect();
    Some(Box::new(LevelPrices { parts, pools, caps: Vec::new(), groups: Vec::new(), credits: Vec::new() }))
}

fn only(certificate: &mut Certificate) -> &mut Component {
    &mut certificate.components[0]
}

#[test]
fn what_draws_on_one_pool_pays_for_it_and_the_bound_is_what_fits() {
    let problem = two_visits([0, 0]);
    let plan = Plan::new(vec![(1, 1)]);
    let mut certificate = certify_together(&problem);
    assert_eq!(check(&problem, &plan, &certificate).unwrap().bound.0, [2, 0, 0, -5, 0]);
    // At a unit of the tier less 3 of distance nobody gains but the nearer one, by 1.
    only(&mut certificate).priced = prices([1, 0, 0, -3, 0], 1);
    let verdict = check(&problem, &plan, &certificate).unwrap();
    assert_eq!(verdict.bound.0, [1, 0, 0, -2, 0]);
    assert!(verdict.optimal);
    // The same in quarters; and a quarter too cheap, which leaves two quarters over that nobody can reach.
    only(&mut certificate).priced = prices([4, 0, 0, -12, 0], 4);
    assert!(check(&problem, &plan, &certificate).unwrap().optimal);
    only(&mut certificate).priced = prices([3, 0, 0, 0, 0], 4);
    assert_eq!(check(&problem, &plan, &certificate).unwrap().bound.0, [1, 0, 0, 0, 0]);
}

#[test]
fn what_is_above_bounds_its_levels_and_credits_bound_the_next() {
    let problem = two_visits([0, 1]);
    let plan = Plan::new(vec![(0, 1)]);
    let mut certificate = certify_together(&problem);
    let urgent = Component { items: vec![0], ..together(&problem).remove(0) };
    only(&mut certificate).above = certify(&problem, vec![urgent], |_, _| None).components;
    assert_eq!(check(&problem, &plan, &certificate).unwrap().bound.0, [1, 1, 0, -5, 0]);
    // One urgent visit earns a credit of two others, which it pays for at the pool; nobody else gains there.
    let mut priced = prices([0, 2, 0, -3, 0], 1).unwrap();
    priced.credits = vec![0, 2, 0, 0, 0];
    only(&mut certificate).priced = Some(priced);
    let verdict = check(&problem, &plan, &certificate).unwrap();
    assert_eq!(verdict.bound.0, [1, 0, 0, -3, 0]);
    assert!(verdict.optimal);
}

#[test]
fn what_does_not_belong_there_is_refused_and_named() {
    let problem = two_visits([0, 1]);
    let plan = Plan::new(vec![(0, 1)]);
    let sound = certify_together(&problem);
    let refused = |plant: &dyn Fn(&mut Component)| -> Vec<Rule> {
        let mut certificate = sound.clone();
        plant(only(&mut certificate));
        let faults: Vec<Fault> = check(&problem, &plan, &certificate).unwrap_err();
        faults.into_iter().map(|fault| fault.rule).collect()
    };
    let all = together(&problem).remove(0);
    let above = |items: Vec<u32>| certify(&problem, vec![Component { items, ..all.clone() }], |_, _| None).components;
    assert!(refused(&|of| of.priced = prices([0; 5], 0)).contains(&Rule::Parts(0)));
    let lengths = Rule::Lengths { of: "pools", expected: 10, found: 9 };
    let short = |of: &mut Component| {
        of.priced = prices([0; 5], 1);
        of.priced.as_mut().unwrap().pools.pop();
    };
    assert!(refused(&short).contains(&lengths));
    let credits = |of: &mut Component| {
        of.priced = prices([0; 5], 1);
        of.priced.as_mut().unwrap().credits = vec![0; 5];
    };
    assert!(refused(&credits).contains(&Rule::Lengths { of: "credits", expected: 0, found: 5 }), "nothing is above");
    assert!(refused(&|of| of.above = above(vec![0, 1])).contains(&Rule::NotApart(super::super::Node::Item(1))));
    assert!(refused(&|of| of.above = above(vec![])).contains(&Rule::LeftOut(super::super::Node::Item(0))));
    // Where guarantees go before tiers, what is more urgent does not decide by itself.
    let mut parts = problem.parts().clone();
    parts.levels.swap(1, 2);
    let guarantee_first = Problem::new(parts).unwrap();
    let mut certificate = certify_together(&guarantee_first);
    only(&mut certificate).above = above(vec![0]);
    let faults = check(&guarantee_first, &plan, &certificate).unwrap_err();
    assert!(faults.iter().any(|fault| fault.rule == Rule::NothingAbove), "{faults:?}");
}

/// Figures near those that prove the tree's flow.
fn near(chance: &mut Chance, problem: &Problem, prices: &[i128], parts: u32) -> Vec<i64> {
    let figures = prices.iter().flat_map(|price| problem.weights().apart(*price));
    let figures = figures.map(|figure| figure.clamp(-9_999, 9_999) as i64 * i64::from(parts));
    figures.map(|figure| figure + [0, 0, 0, 0, 1, -1, 2][chance.below(7) as usize]).collect()
}

#[test]
fn no_prices_and_nothing_above_give_a_false_bound() {
    let (mut told, mut met) = (0, 0);
    for seed in 0..6_000 {
        let mut chance = Chance(seed);
        let problem = whole_problem(&mut chance);
        let levels = problem.parts().levels.len();
        let mut certificate = certify_together(&problem);
        let component = only(&mut certificate);
        let Branch::Leaf(proof) = &component.root else { continue };
        let (parts, proof) = (1 + chance.below(3) as u32, proof.prices.clone());
        let groups = near(&mut chance, &problem, &proof.groups, parts);
        let mut priced = LevelPrices {
            parts,
            pools: near(&mut chance, &problem, &proof.pools, parts),
            caps: near(&mut chance, &problem, &proof.caps, parts),
            groups: if chance.once_in(2) { vec![0; groups.len()] } else { groups },
            credits: Vec::new(),
        };
        let tier = |item: &u32| problem.parts().items[*item as usize].tier;
        let urgent: Vec<u32> = component.items.iter().copied().filter(|item| tier(item) == 0).collect();
        if !urgent.is_empty() && urgent.len() < component.items.len() && chance.once_in(2) {
            let urgent = Component { items: urgent, ..together(&problem).remove(0) };
            component.above = certify(&problem, vec![urgent], |_, _| None).components;
            let credit = |_| chance.below(5) as i64 - 1;
            priced.credits = (0..levels).map(credit).collect();
        }
        component.priced = Some(Box::new(priced));
        let (objective, plan) = best(&problem);
        let Ok(verdict) = check(&problem, &plan, &certificate) else { continue };
        assert!(verdict.bound >= objective, "seed {seed}: {certificate:?}");
        told += 1;
        // What the prices say without the tree, which may say more.
        let component = only(&mut certificate);
        let places = Places::of(&problem, std::slice::from_ref(component), &mut Faults::new()).unwrap();
        let ties = Ties::of(problem.parts());
        let part = Part::new(&problem, component, 0, &places, &ties);
        let first = (!component.above.is_empty()).then(|| objective.0[..1].to_vec());
        let prices = component.priced.as_ref().unwrap();
        let steps = WholeSteps::of(&part);
        let bound = bound(&part, prices, first.as_deref(), &steps, &mut Faults::new()).unwrap();
        assert!(bound >= objective, "seed {seed}: {bound:?} {objective:?} {prices:?} {problem:?}");
        met += u32::from(bound.0[0] == objective.0[0]);
    }
    assert!(told > 2_000 && met > 500, "{told} told, {met} met on the first level");
}
