//! Whatever is claimed, the check answers, and what it accepts is true.

use super::super::check;
use super::network::{certify, nothing, together};
use super::random::{Chance, best, components, decision, flow_problem, whole_problem};
use super::{item, pool, problem};
use crate::certificate::{Branch, Certificate, Component, Cut, Decision, Prices, Proof};
use crate::plan::Plan;
use crate::problem::Problem;

fn price(chance: &mut Chance) -> i128 {
    match chance.below(8) {
        0 => i128::MAX,
        1 => i128::MIN,
        2 => -1,
        3 => i128::from(chance.next()) << chance.below(64),
        4 => -(i128::from(chance.next()) << chance.below(63)),
        5 => 1 << 125,
        _ => i128::from(chance.below(40)) - 20,
    }
}

fn number(chance: &mut Chance) -> u32 {
    if chance.once_in(9) { chance.next() as u32 } else { chance.below(6) as u32 }
}

fn plan(chance: &mut Chance) -> Plan {
    let units = |chance: &mut Chance| if chance.once_in(6) { chance.next() } else { chance.below(4) };
    Plan::new((0..chance.below(6)).map(|_| (number(chance), units(chance))).collect())
}

fn list<T>(chance: &mut Chance, mut one: impl FnMut(&mut Chance) -> T) -> Vec<T> {
    (0..chance.below(5)).map(|_| one(chance)).collect()
}

fn branch(chance: &mut Chance, depth: u32) -> Branch {
    match chance.below(4) {
        0 if depth > 0 => Branch::Fork {
            on: match chance.below(5) {
                0 => Decision::Item(number(chance)),
                1 => Decision::Arc(number(chance)),
                2 => Decision::Bundle(number(chance)),
                3 => Decision::Partner(number(chance), number(chance)),
                _ => Decision::Contact(number(chance), number(chance)),
            },
            yes: Box::new(branch(chance, depth - 1)),
            no: Box::new(branch(chance, depth - 1)),
        },
        1 => Branch::Impossible(Box::new(Cut {
            items: list(chance, number),
            pools: list(chance, number),
            caps: list(chance, number),
        })),
        _ => Branch::Leaf(Box::new(Proof {
            flow: plan(chance),
            prices: Prices { pools: list(chance, price), caps: list(chance, price), groups: list(chance, price) },
        })),
    }
}

#[test]
fn garbage_is_answered_and_never_gives_a_false_bound() {
    for seed in 0..20_000 {
        let mut chance = Chance(seed);
        let problem = whole_problem(&mut chance);
        let components = if chance.once_in(2) {
            components(&problem)
        } else {
            list(&mut chance, |chance| Component {
                items: list(chance, number),
                pools: list(chance, number),
                caps: list(chance, number),
                groups: list(chance, number),
                root: nothing(),
                priced: None,
                above: Vec::new(),
            })
        };
        let mut certificate = Certificate { components };
        for component in &mut certificate.components {
            component.root = branch(&mut chance, 3);
        }
        if let Ok(verdict) = check(&problem, &plan(&mut chance), &certificate) {
            assert!(verdict.bound >= best(&problem).0, "seed {seed}");
        }
    }
}

#[test]
fn a_sound_certificate_with_one_thing_changed_is_refused_or_still_true() {
    let (mut refused, mut accepted) = (0, 0);
    for seed in 0..1_000 {
        let mut chance = Chance(seed);
        let (problem, depth) = if chance.once_in(2) {
            (Problem::new(flow_problem(&mut chance)).unwrap(), 0)
        } else {
            (whole_problem(&mut chance), chance.below(4) as usize)
        };
        let listed = together(&problem);
        let sound = certify(&problem, listed.clone(), |number, path| {
            (path.len() < depth).then(|| decision(&mut chance, &problem, &listed[number])).flatten()
        });
        let (objective, plan) = best(&problem);
        for _ in 0..30 {
            let mut changed = sound.clone();
            change(&mut chance, &problem, &mut changed.components[0].root);
            match check(&problem, &plan, &changed) {
                Ok(verdict) => {
                    assert!(verdict.bound >= objective, "seed {seed}: {changed:?}");
                    accepted += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 5_000 && accepted > 1_000, "{refused} refused, {accepted} accepted");
}

/// Changes a price by as much as prices differ, a flow by some units, a decision, or what is on a side of one.
fn change(chance: &mut Chance, problem: &Problem, branch: &mut Branch) {
    match branch {
        Branch::Fork { on, yes, no } => match chance.below(5) {
            0 => std::mem::swap(yes, no),
            1 => *on = decision(chance, problem, &together(problem)[0]).unwrap_or(Decision::Item(0)),
            2 => change(chance, problem, no),
            _ => change(chance, problem, yes),
        },
        Branch::Impossible(cut) => {
            let list = match chance.below(3) {
                0 => &mut cut.items,
                1 => &mut cut.pools,
                _ => &mut cut.caps,
            };
            if list.pop().is_none() || chance.once_in(2) {
                list.push(chance.below(4) as u32);
            }
        }
        Branch::Leaf(proof) => {
            let prices = &mut proof.prices;
            let list = match chance.below(4) {
                0 => &mut prices.pools,
                1 => &mut prices.caps,
                2 => &mut prices.groups,
                _ => {
                    let arc = chance.below(problem.parts().arc_pool.len().max(1) as u64) as u32;
                    let mut flows = proof.flow.flows().to_vec();
                    match flows.iter_mut().find(|(of, _)| *of == arc) {
                        Some((_, units)) if chance.once_in(2) => *units -= 1,
                        Some((_, units)) => *units += 1,
                        None => flows.push((arc, 1)),
                    }
                    proof.flow = Plan::new(flows);
                    return;
                }
            };
            let weights = problem.weights().levels();
            let step = weights[chance.below(weights.len() as u64) as usize].1;
            if let Some(price) = list.first_mut() {
                *price += if chance.once_in(2) { step } else { -step };
            }
        }
    }
}

#[test]
fn a_tree_deeper_than_the_stack_is_gone_through() {
    const DEPTH: usize = 3_000;
    let problem = problem(vec![(item(1, 0, None), vec![(0, 1)])], vec![pool(&[(1, 0)], None, 0)], vec![], vec![]);
    let on = Decision::Item(0);
    let mut certificate = certify(&problem, together(&problem), |_, path| path.is_empty().then_some(on));
    // What was decided to be served is asked about again and again; to refuse it then is impossible.
    let refused = Branch::Impossible(Box::new(Cut { items: vec![0], pools: vec![], caps: vec![] }));
    let Branch::Fork { yes, .. } = &mut certificate.components[0].root else { panic!("a fork") };
    for _ in 0..DEPTH {
        let served = std::mem::replace(&mut **yes, nothing());
        **yes = Branch::Fork { on, yes: Box::new(served), no: Box::new(refused.clone()) };
    }
    let plan = Plan::new(vec![(0, 1)]);
    let verdict = std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(128 << 10);
        small.spawn_scoped(scope, || check(&problem, &plan, &certificate)).unwrap().join().unwrap()
    });
    let verdict = verdict.unwrap();
    assert!(verdict.optimal);
    assert_eq!(verdict.leaves, DEPTH + 2);
}
