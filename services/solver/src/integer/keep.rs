//! The decisions that a plan has taken.

use std::collections::BTreeSet;

use wishwell_allocation::{Decision, Plan};

use super::index::Index;
use super::relaxation::Path;

/// All that a plan decides of whole items, bundles, partners and contacts; what is left undecided is a flow.
pub(super) fn decisions(index: &Index<'_>, plan: &Plan) -> Path {
    let parts = index.parts();
    let mut path = Path::new();
    let mut served = vec![false; parts.items.len()];
    for (arc, _) in plan.flows() {
        let item = index.item_of[*arc as usize];
        served[item as usize] = true;
        if !index.plain(item) {
            path.push((Decision::Arc(*arc), true));
        }
    }
    for item in (0..parts.items.len() as u32).filter(|item| !index.plain(*item) && !served[*item as usize]) {
        path.push((Decision::Item(item), false));
    }
    for (nth, bundle) in (0_u32..).zip(&parts.bundles) {
        path.push((Decision::Bundle(nth), bundle.items.iter().all(|item| served[*item as usize])));
    }
    let touching = |item: u32| plan_arcs(plan, index, item);
    for (nth, bound) in (0_u32..).zip(&parts.partners) {
        let used: BTreeSet<u32> =
            bound.items.iter().flat_map(|item| touching(*item)).flat_map(|arc| index.partners(arc)).collect();
        let all = bound.items.iter().flat_map(|item| index.problem.arcs(*item));
        let possible: BTreeSet<u32> = all.flat_map(|arc| index.partners(arc as u32)).collect();
        path.extend(possible.iter().map(|partner| (Decision::Partner(nth, *partner), used.contains(partner))));
    }
    for (nth, bound) in (0_u32..).zip(&parts.contacts) {
        let meets = |arc: u32| index.touches(arc, bound.partner);
        for item in 0..parts.items.len() as u32 {
            if index.problem.arcs(item).any(|arc| meets(arc as u32)) {
                path.push((Decision::Contact(nth, item), touching(item).any(meets)));
            }
        }
    }
    path
}

/// The arcs of an item that carry units in a plan.
fn plan_arcs<'a>(plan: &'a Plan, index: &Index<'_>, item: u32) -> impl Iterator<Item = u32> + 'a {
    let range = index.problem.arcs(item);
    let from = plan.flows().partition_point(|(arc, _)| (*arc as usize) < range.start);
    let to = plan.flows().partition_point(|(arc, _)| (*arc as usize) < range.end);
    plan.flows()[from..to].iter().map(|(arc, _)| *arc)
}
