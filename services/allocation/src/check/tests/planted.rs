//! One thing wrong at a time: each is refused, and for that reason.

use super::super::fault::{Node, Rule, Subject};
use super::super::{Fault, check};
use super::network::{certify, certify_together, flow, nothing, together};
use super::{cap, item, parts, pool, problem};
use crate::certificate::{Branch, Certificate, Cut, Decision, Prices, Proof};
use crate::plan::Plan;
use crate::problem::{Bundle, Contacts, Group, Item, Partners, Problem, Split};

/// Ten units are asked for, under caps of nine in all, eight of them below one cap; every kind of node is there.
fn everything() -> Problem {
    problem(
        vec![
            (item(3, 0, Some(1)), vec![(0, 1), (1, 4)]),
            (item(3, 1, None), vec![(0, 2), (1, 3)]),
            (item(2, 1, Some(0)), vec![(1, 1), (2, 6)]),
            (item(2, 1, Some(2)), vec![(2, 9)]),
        ],
        vec![pool(&[(4, 0), (2, 3)], Some(1), 0), pool(&[(2, 1), (4, 2)], Some(1), 0), pool(&[(5, 0)], Some(0), 1)],
        vec![cap(&[(9, 0)], None), cap(&[(4, 0), (4, 1)], Some(0))],
        vec![
            Group { guarantee: 1, group: None },
            Group { guarantee: 5, group: Some(0) },
            Group { guarantee: 2, group: None },
        ],
    )
}

fn refused(problem: &Problem, plan: &Plan, certificate: &Certificate) -> Vec<Fault> {
    check(problem, plan, certificate).expect_err("it is refused")
}

fn proof(certificate: &mut Certificate) -> &mut Proof {
    let Branch::Leaf(proof) = &mut certificate.components[0].root else { panic!("a leaf") };
    proof
}

/// A fault, and what must be said of it.
type Planted = (&'static str, fn(&mut Plan, &mut Certificate), Rule);

fn with(plan: &Plan, flows: &[(u32, u64)]) -> Plan {
    Plan::new([plan.flows(), flows].concat())
}

#[test]
fn every_planted_fault_of_a_flow_is_refused_and_named() {
    let problem = everything();
    let sound = certify_together(&problem);
    let best = flow(&sound);
    assert!(check(&problem, &best, &sound).unwrap().optimal);
    assert_eq!(best.flows(), [(0, 3), (2, 2), (4, 2), (6, 2)]);
    let too_much = |node, units, most| Rule::TooMuch { node, units, most };
    let lengths = |of, expected, found| Rule::Lengths { of, expected, found };
    let planted: Vec<Planted> = vec![
        ("an arc that is not there", |plan, _| *plan = with(plan, &[(7, 1)]), Rule::NoSuchArc(7)),
        ("an arc far out", |plan, _| *plan = with(plan, &[(u32::MAX, 1)]), Rule::NoSuchArc(u32::MAX)),
        ("more than is asked", |plan, _| *plan = with(plan, &[(0, 1)]), too_much(Node::Item(0), 4, 3)),
        ("more than a pool has", |plan, _| *plan = with(plan, &[(0, 9)]), too_much(Node::Pool(0), 14, 6)),
        ("more than a cap has", |plan, _| *plan = with(plan, &[(2, 2)]), too_much(Node::Cap(1), 9, 8)),
        ("more than the cap above has", |plan, _| *plan = with(plan, &[(6, 1)]), too_much(Node::Cap(0), 10, 9)),
        ("units beyond all numbers", |plan, _| *plan = with(plan, &[(1, u64::MAX)]), Rule::Overflow(Node::Item(0))),
        (
            "a flow over an arc that is not there",
            |_, of| proof(of).flow = with(&proof(of).flow, &[(7, 1)]),
            Rule::NoSuchArc(7),
        ),
        (
            "a flow of more than is asked",
            |_, of| proof(of).flow = with(&proof(of).flow, &[(0, 1)]),
            too_much(Node::Item(0), 4, 3),
        ),
        (
            "a flow of more than there is",
            |_, of| proof(of).flow = with(&proof(of).flow, &[(6, 1)]),
            too_much(Node::Cap(0), 10, 9),
        ),
        (
            "a flow beyond all numbers",
            |_, of| proof(of).flow = with(&proof(of).flow, &[(1, u64::MAX)]),
            Rule::Overflow(Node::Item(0)),
        ),
        ("a flow that leaves room", |_, of| proof(of).flow = Plan::default(), Rule::WorthServing(0)),
        (
            "a flow over the farther of two arcs",
            |_, of| proof(of).flow = Plan::new(vec![(0, 2), (1, 1), (2, 2), (4, 2), (6, 2)]),
            Rule::NotTheBestArc(1),
        ),
        (
            "a flow that serves who should not be",
            |_, of| proof(of).flow = Plan::new(vec![(0, 3), (2, 3), (4, 1), (6, 2)]),
            Rule::WorthServing(2),
        ),
        ("a price of a pool too many", |_, of| proof(of).prices.pools.push(0), lengths("pools", 3, 4)),
        ("a price of a pool missing", |_, of| proof(of).prices.pools.truncate(2), lengths("pools", 3, 2)),
        ("a price of a cap missing", |_, of| proof(of).prices.caps.truncate(1), lengths("caps", 2, 1)),
        ("a price of a cap too many", |_, of| proof(of).prices.caps.push(0), lengths("caps", 2, 3)),
        ("a price of a group missing", |_, of| proof(of).prices.groups.truncate(2), lengths("groups", 3, 2)),
        ("a price of a group too many", |_, of| proof(of).prices.groups.push(0), lengths("groups", 3, 4)),
        ("a pool a bit too dear", |_, of| proof(of).prices.pools[0] += 1, Rule::PriceTooHigh(Node::Pool(0))),
        ("a pool a bit too cheap", |_, of| proof(of).prices.pools[0] -= 1, Rule::PriceTooLow(Node::Pool(0))),
        ("a lower cap too cheap", |_, of| proof(of).prices.caps[1] -= 1 << 60, Rule::PriceTooLow(Node::Cap(1))),
        ("an upper cap too cheap", |_, of| proof(of).prices.caps[0] = -1, Rule::PriceTooLow(Node::Cap(0))),
        ("a group a bit too dear", |_, of| proof(of).prices.groups[1] += 1, Rule::PriceTooHigh(Node::Group(1))),
        ("a group a bit too cheap", |_, of| proof(of).prices.groups[1] -= 1, Rule::PriceTooLow(Node::Group(1))),
        (
            "a group that pays beyond its guarantee",
            |_, of| proof(of).prices.groups[0] = -1,
            Rule::PriceTooLow(Node::Group(0)),
        ),
        ("a price beyond all numbers", |_, of| proof(of).prices.pools[2] = i128::MIN, Rule::Overflow(Node::Pool(2))),
        ("a cap's beyond all numbers", |_, of| proof(of).prices.caps[1] = i128::MIN, Rule::Overflow(Node::Cap(1))),
        (
            "a group's beyond all numbers",
            |_, of| proof(of).prices.groups[0] = i128::MAX,
            Rule::PriceTooHigh(Node::Group(0)),
        ),
        ("no component at all", |_, of| of.components.clear(), Rule::LeftOut(Node::Item(0))),
        ("an item left out", |_, of| of.components[0].items.truncate(3), Rule::LeftOut(Node::Item(3))),
        ("a pool left out", |_, of| of.components[0].pools.truncate(2), Rule::NotApart(Node::Item(2))),
        ("a cap left out", |_, of| of.components[0].caps.truncate(1), Rule::NotApart(Node::Pool(0))),
        ("the cap above left out", |_, of| _ = of.components[0].caps.remove(0), Rule::NotApart(Node::Cap(1))),
        ("a group left out", |_, of| of.components[0].groups.truncate(2), Rule::NotApart(Node::Item(3))),
        ("the group above left out", |_, of| _ = of.components[0].groups.remove(0), Rule::NotApart(Node::Group(1))),
        ("an item twice", |_, of| of.components[0].items.insert(1, 0), Rule::Listed("items")),
        ("pools in disorder", |_, of| of.components[0].pools.reverse(), Rule::Listed("pools")),
        ("a cap that is not there", |_, of| of.components[0].caps.push(2), Rule::Listed("caps")),
        ("a group that is not there", |_, of| of.components[0].groups.push(u32::MAX), Rule::Listed("groups")),
        ("a component twice", |_, of| of.components.push(of.components[0].clone()), Rule::Listed("items")),
        ("everything impossible", |_, of| of.components[0].root = nothing(), Rule::CutGives { room: 0, asked: 0 }),
        (
            "a cut of items that need not be served",
            |_, of| {
                let cut = Cut { items: vec![0, 1, 2, 3], pools: vec![0], caps: vec![] };
                of.components[0].root = Branch::Impossible(Box::new(cut));
            },
            Rule::CutListed("items"),
        ),
    ];
    for (name, plant, rule) in planted {
        let (mut plan, mut certificate) = (best.clone(), sound.clone());
        plant(&mut plan, &mut certificate);
        let faults = refused(&problem, &plan, &certificate);
        assert!(faults.iter().any(|fault| fault.rule == rule), "{name}: {faults:?}");
        assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
    }
}

#[test]
fn every_price_that_is_raised_or_lowered_beyond_the_range_is_refused() {
    let problem = everything();
    let sound = certify_together(&problem);
    let plan = flow(&sound);
    let beyond = 2 * problem.weights().range() + 2;
    for change in [beyond, -beyond] {
        let kinds: [fn(&mut Prices) -> &mut Vec<i128>; 3] =
            [|prices| &mut prices.pools, |prices| &mut prices.caps, |prices| &mut prices.groups];
        for (kind, list) in kinds.into_iter().enumerate() {
            for at in 0..list(&mut proof(&mut sound.clone()).prices).len() {
                let mut certificate = sound.clone();
                list(&mut proof(&mut certificate).prices)[at] += change;
                assert!(check(&problem, &plan, &certificate).is_err(), "kind {kind}, {at}, by {change}");
            }
        }
    }
}

/// A household's two items, both whole; two of the partners that serve them have all they need.
fn household() -> Problem {
    let whole = |quantity| Item { split: Split::Whole, ..item(quantity, 0, None) };
    let mut parts = parts(
        vec![(whole(2), vec![(0, 1), (1, 5)]), (whole(3), vec![(0, 1), (1, 5)]), (item(1, 1, None), vec![(2, 0)])],
        vec![pool(&[(4, 0)], None, 0), pool(&[(5, 0)], None, 1), pool(&[(9, 0)], None, 2)],
        vec![],
        vec![],
    );
    parts.bundles.push(Bundle { items: vec![0, 1] });
    parts.partners.push(Partners { items: vec![0, 1], most: 2, already: Vec::new() });
    parts.contacts.push(Contacts { partner: 1, most: 2 });
    parts.draws.push((3, 2));
    Problem::new(parts).unwrap()
}

#[test]
fn every_broken_whole_number_of_a_plan_is_refused_and_named() {
    let problem = household();
    let certificate = certify_together(&problem);
    assert!(check(&problem, &Plan::new(vec![(1, 2), (3, 3), (4, 1)]), &certificate).is_ok());
    for (name, flows, rule) in [
        ("a whole item in part", vec![(1, 1), (3, 3)], Rule::Divided(0)),
        ("a whole item over two arcs", vec![(0, 1), (1, 1), (3, 3)], Rule::Divided(0)),
        ("half a bundle", vec![(1, 2)], Rule::Torn(0)),
        ("three partners for two", vec![(0, 2), (3, 3)], Rule::TooManyPartners { bound: 0, partners: 3 }),
    ] {
        let faults = refused(&problem, &Plan::new(flows), &certificate);
        let fault = Fault { subject: Subject::Plan, rule };
        assert!(faults.contains(&fault), "{name}: {faults:?}");
    }
    let mut tighter = problem.into_parts();
    tighter.contacts[0].most = 1;
    tighter.pools[2].segments[0].units = 3;
    let problem = Problem::new(tighter).unwrap();
    let faults = refused(&problem, &Plan::new(vec![(1, 2), (3, 3), (4, 1)]), &certify_together(&problem));
    let rules: Vec<&Rule> = faults.iter().map(|fault| &fault.rule).collect();
    assert!(rules.contains(&&Rule::TooManyContacts { bound: 0, items: 2 }), "{rules:?}");
    assert!(rules.contains(&&Rule::TooMuch { node: Node::Pool(2), units: 4, most: 3 }), "a further draw: {rules:?}");
}

/// What a tree of one decision may look like, and what must be said of it.
fn forked(problem: &Problem, on: Decision, plant: impl FnOnce(&mut Branch, &mut Branch)) -> Vec<Rule> {
    let mut certificate = certify(problem, together(problem), |_, path| path.is_empty().then_some(on));
    let plan = Plan::default();
    check(problem, &plan, &certificate).unwrap_or_else(|faults| panic!("{on:?}: {faults:?}"));
    let Branch::Fork { yes, no, .. } = &mut certificate.components[0].root else { panic!("a fork") };
    plant(yes, no);
    refused(problem, &plan, &certificate).into_iter().map(|fault| fault.rule).collect()
}

#[test]
fn a_leaf_stands_on_its_own_side_of_a_decision_alone() {
    let problem = household();
    for on in
        [Decision::Bundle(0), Decision::Item(1), Decision::Arc(3), Decision::Partner(0, 1), Decision::Contact(0, 1)]
    {
        let rules = forked(&problem, on, |yes, no| *no = yes.clone());
        assert!(rules.iter().any(|rule| matches!(rule, Rule::Forbidden(_))), "{on:?}: {rules:?}");
    }
    let not_served = Rule::Unserved(1);
    for (on, rule) in [
        (Decision::Bundle(0), not_served.clone()),
        (Decision::Item(1), not_served),
        (Decision::Arc(3), Rule::Forbidden(2)),
    ] {
        let rules = forked(&problem, on, |yes, no| *yes = no.clone());
        assert!(rules.contains(&rule), "{on:?}: {rules:?}");
    }
}

#[test]
fn decisions_about_nothing_and_decisions_that_leave_plans_out_are_refused() {
    let problem = household();
    let certificate = certify(&problem, together(&problem), |_, path| path.is_empty().then_some(Decision::Bundle(0)));
    for (on, rule) in [
        (Decision::Item(3), Rule::NoSuchDecision(Decision::Item(3))),
        (Decision::Arc(5), Rule::NoSuchDecision(Decision::Arc(5))),
        (Decision::Bundle(1), Rule::NoSuchDecision(Decision::Bundle(1))),
        (Decision::Partner(1, 0), Rule::NoSuchDecision(Decision::Partner(1, 0))),
        (Decision::Contact(1, 0), Rule::NoSuchDecision(Decision::Contact(1, 0))),
        (Decision::Contact(0, 9), Rule::NoSuchDecision(Decision::Contact(0, 9))),
    ] {
        let mut planted = certificate.clone();
        let Branch::Fork { on: decision, .. } = &mut planted.components[0].root else { panic!("a fork") };
        *decision = on;
        let faults = refused(&problem, &Plan::default(), &planted);
        assert!(faults.iter().any(|fault| fault.rule == rule), "{on:?}: {faults:?}");
    }
    let divisible = everything();
    let leaf = certify_together(&divisible).components.remove(0).root;
    for on in [Decision::Item(0), Decision::Arc(1)] {
        let mut planted = certify_together(&divisible);
        planted.components[0].root = Branch::Fork { on, yes: Box::new(leaf.clone()), no: Box::new(leaf.clone()) };
        let faults = refused(&divisible, &Plan::default(), &planted);
        assert!(faults.iter().any(|fault| fault.rule == Rule::LeavesOut(on)), "{on:?}: {faults:?}");
    }
}

#[test]
fn a_cut_is_believed_only_if_it_closes_and_gives_too_little() {
    let whole = |quantity| Item { split: Split::Whole, ..item(quantity, 0, None) };
    let mut parts = parts(
        vec![(item(2, 0, None), vec![(0, 1), (1, 1)]), (whole(3), vec![(1, 5)])],
        vec![pool(&[(2, 0)], Some(0), 0), pool(&[(3, 0)], Some(0), 0)],
        vec![cap(&[(4, 0)], None)],
        vec![],
    );
    parts.bundles.push(Bundle { items: vec![0, 1] });
    let problem = Problem::new(parts).unwrap();
    let sound = certify(&problem, together(&problem), |_, path| path.is_empty().then_some(Decision::Bundle(0)));
    assert!(check(&problem, &Plan::default(), &sound).unwrap().optimal);
    let Branch::Fork { yes, .. } = &sound.components[0].root else { panic!("a fork") };
    let right = Cut { items: vec![0, 1], pools: vec![], caps: vec![0] };
    assert_eq!(**yes, Branch::Impossible(Box::new(right.clone())));
    for (name, cut, rule) in [
        ("fewer items", Cut { items: vec![1], ..right.clone() }, Rule::CutGives { room: 4, asked: 3 }),
        ("items twice", Cut { items: vec![1, 1], ..right.clone() }, Rule::CutListed("items")),
        ("an item that is not there", Cut { items: vec![0, 1, 2], ..right.clone() }, Rule::CutListed("items")),
        ("a way round", Cut { caps: vec![], pools: vec![0], ..right.clone() }, Rule::CutOpen(1)),
        ("no cap", Cut { caps: vec![], pools: vec![0, 1], ..right.clone() }, Rule::CutGives { room: 5, asked: 5 }),
        ("a cap that is not there", Cut { caps: vec![0, 1], ..right.clone() }, Rule::CutListed("caps")),
        ("a pool that is not there", Cut { pools: vec![7], ..right }, Rule::CutListed("pools")),
    ] {
        let rules = forked(&problem, Decision::Bundle(0), |yes, _| *yes = Branch::Impossible(Box::new(cut)));
        assert!(rules.contains(&rule), "{name}: {rules:?}");
    }
}

#[test]
fn what_ties_items_of_two_components_is_refused() {
    let two = || {
        parts(
            vec![(item(1, 0, None), vec![(0, 1)]), (item(1, 0, None), vec![(1, 1)])],
            vec![pool(&[(1, 0)], None, 0), pool(&[(1, 0)], None, 0)],
            vec![],
            vec![],
        )
    };
    let mut bundled = two();
    bundled.bundles.push(Bundle { items: vec![0, 1] });
    let mut one_partner = two();
    one_partner.partners.push(Partners { items: vec![0, 1], most: 1, already: Vec::new() });
    let mut one_contact = two();
    one_contact.contacts.push(Contacts { partner: 0, most: 1 });
    let apart = super::random::components(&Problem::new(two()).unwrap());
    assert_eq!(apart.len(), 2);
    for (by, parts) in [("bundles", bundled), ("partners", one_partner), ("contacts", one_contact)] {
        let problem = Problem::new(parts).unwrap();
        let certificate = certify(&problem, apart.clone(), |_, _| None);
        let faults = refused(&problem, &Plan::default(), &certificate);
        assert!(faults.iter().any(|fault| fault.rule == Rule::TiedApart { by, nth: 0 }), "{by}: {faults:?}");
    }
}

#[test]
fn a_choice_taken_twice_is_one_choice() {
    // Two partners may serve; having chosen one of them twice must not exclude the other.
    let mut parts = parts(
        vec![(item(2, 0, None), vec![(0, 1), (1, 1)])],
        vec![pool(&[(1, 0)], None, 0), pool(&[(1, 0)], None, 1)],
        vec![],
        vec![],
    );
    parts.partners.push(Partners { items: vec![0], most: 2, already: Vec::new() });
    parts.contacts.push(Contacts { partner: 0, most: 2 });
    let problem = Problem::new(parts).unwrap();
    for on in [Decision::Partner(0, 0), Decision::Contact(0, 0)] {
        let certificate = certify(&problem, together(&problem), |_, path| (path.len() < 2).then_some(on));
        let verdict = check(&problem, &Plan::new(vec![(0, 1), (1, 1)]), &certificate).unwrap();
        assert!(verdict.optimal, "{on:?}");
    }
}
