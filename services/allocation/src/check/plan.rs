//! What a plan must respect: quantities and capacities, and what needs whole numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Faults, Node, Rule};
use super::part::{Part, Places, Ties, further, partners_of};
use super::totals::{Totals, length};
use crate::certificate::{Branch, Component, Cut};
use crate::objective::Objective;
use crate::plan::Plan;
use crate::problem::{Problem, ProblemParts, Split};

/// What a feasible plan reaches on each level. Nothing, if it cannot even be counted; otherwise the faults say whether it is feasible.
pub(super) fn verify(problem: &Problem, plan: &Plan, faults: &mut Faults) -> Option<Objective> {
    let parts = problem.parts();
    // The plan is one of the whole problem: of a component of all nodes, where each node's place is its index.
    let all = everything(parts);
    let (places, ties) = (Places::of(problem, std::slice::from_ref(&all), faults)?, Ties::default());
    let part = Part::new(problem, &all, 0, &places, &ties);
    faults.about(super::Subject::Plan);
    let totals = Totals::of(&part, plan, faults)?;
    quantities(parts, &totals, faults);
    capacities(parts, plan, &totals, faults);
    whole(parts, plan, &totals, faults);
    bundles(parts, &totals, faults);
    partners_and_contacts(parts, plan, faults);
    let objective = totals.objective(&part);
    if objective.is_none() {
        faults.say(Rule::Overflow(Node::Item(0)));
    }
    objective
}

fn everything(parts: &ProblemParts) -> Component {
    let all = |count: usize| (0..count as u32).collect::<Vec<u32>>();
    Component {
        items: all(parts.items.len()),
        pools: all(parts.pools.len()),
        caps: all(parts.caps.len()),
        groups: all(parts.groups.len()),
        root: Branch::Impossible(Box::new(Cut { items: Vec::new(), pools: Vec::new(), caps: Vec::new() })),
        priced: None,
        above: Vec::new(),
    }
}

/// No item gets more than it asks for.
fn quantities(parts: &ProblemParts, totals: &Totals, faults: &mut Faults) {
    for (nth, (item, units)) in parts.items.iter().zip(&totals.items).enumerate() {
        if *units > item.quantity {
            faults.say(Rule::TooMuch { node: Node::Item(nth), units: *units, most: item.quantity });
        }
    }
}

/// No pool or cap gives more than it has. Further draws take as much of their pools, and of the caps above, as the arc carries.
fn capacities(parts: &ProblemParts, plan: &Plan, totals: &Totals, faults: &mut Faults) {
    let (mut pools, mut caps) = (totals.pools.clone(), totals.caps.clone());
    let drawing = if parts.draws.is_empty() { &[] } else { plan.flows() };
    for (arc, units) in drawing {
        for (_, drawn) in further(parts, *arc as usize) {
            let drawn = *drawn as usize;
            // What does not fit a number does not fit a capacity either.
            pools[drawn] = pools[drawn].saturating_add(*units);
            let mut above = parts.pools[drawn].cap;
            while let Some(cap) = above {
                caps[cap as usize] = caps[cap as usize].saturating_add(*units);
                above = parts.caps[cap as usize].cap;
            }
        }
    }
    let pools = pools.iter().zip(&parts.pools).enumerate();
    let pools = pools.map(|(nth, (units, pool))| (Node::Pool(nth), *units, length(&pool.segments)));
    let caps = caps.iter().zip(&parts.caps).enumerate();
    let caps = caps.map(|(nth, (units, cap))| (Node::Cap(nth), *units, length(&cap.segments)));
    for (node, units, most) in pools.chain(caps) {
        if units > most {
            faults.say(Rule::TooMuch { node, units, most });
        }
    }
}

/// A whole item is served over one arc with all it asks, or not at all.
fn whole(parts: &ProblemParts, plan: &Plan, totals: &Totals, faults: &mut Faults) {
    let mut flows = plan.flows().iter().peekable();
    for (nth, item) in parts.items.iter().enumerate() {
        let mut arcs = 0;
        while flows.next_if(|(arc, _)| *arc < parts.first[nth + 1]).is_some() {
            arcs += 1;
        }
        let divided = arcs > 1 || (arcs == 1 && totals.items[nth] != item.quantity);
        if item.split == Split::Whole && divided {
            faults.say(Rule::Divided(nth));
        }
    }
}

/// A bundle's items are all served wholly, or none is at all.
fn bundles(parts: &ProblemParts, totals: &Totals, faults: &mut Faults) {
    for (nth, bundle) in parts.bundles.iter().enumerate() {
        let served = |item: &u32| totals.items[*item as usize];
        let all = bundle.items.iter().all(|item| served(item) == parts.items[*item as usize].quantity);
        let none = bundle.items.iter().all(|item| served(item) == 0);
        if !all && !none {
            faults.say(Rule::Torn(nth));
        }
    }
}

/// No need has more partners, those that help it already among them, and no partner is asked about more items, than it may. A partner
/// serves an item if one of the item's arcs with a quantity touches a pool of the partner, further draws included.
fn partners_and_contacts(parts: &ProblemParts, plan: &Plan, faults: &mut Faults) {
    if parts.partners.is_empty() && parts.contacts.is_empty() {
        return;
    }
    let mut partners_of_item: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut items_of_partner: BTreeMap<u32, usize> = BTreeMap::new();
    let mut item = 0_u32;
    for (arc, _) in plan.flows() {
        while parts.first[item as usize + 1] <= *arc {
            item += 1;
        }
        for partner in partners_of(parts, *arc as usize) {
            if partners_of_item.entry(item).or_default().insert(partner) {
                *items_of_partner.entry(partner).or_default() += 1;
            }
        }
    }
    for (bound, need) in parts.partners.iter().enumerate() {
        let serving = need.items.iter().filter_map(|item| partners_of_item.get(item)).flatten();
        let partners = serving.chain(&need.already).collect::<BTreeSet<_>>().len();
        if partners > need.most as usize {
            faults.say(Rule::TooManyPartners { bound, partners });
        }
    }
    for (bound, contacts) in parts.contacts.iter().enumerate() {
        let items = items_of_partner.get(&contacts.partner).copied().unwrap_or(0);
        if items > contacts.most as usize {
            faults.say(Rule::TooManyContacts { bound, items });
        }
    }
}
