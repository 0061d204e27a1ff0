//! Diving: decide what a relaxed flow nearly decides by itself, solve what is left, and again, until the flow is a plan.
//!
//! Source: guided rounding by linear programming, e.g. T. Berthold, "Primal heuristics for mixed integer programs" (2006), chapter 3.

use std::collections::BTreeSet;

use wishwell_allocation::{Decision, Level, Objective, Plan};

use super::divide::divide;
use super::index::Index;
use super::relaxation::{Path, relax};
use crate::control::{Cancelled, Control};
use crate::simplex::Outcome;

/// Most flows that one dive solves, and how many arcs they may have together where that is less; but some are solved in any case.
const FLOWS_MAX: usize = 200;
const FLOWS_MIN: usize = 4;
const ARCS_MAX: usize = 1 << 21;

/// An item that a flow serves in part, or over several arcs: how urgent it is, which part of it its largest arc carries, that arc.
struct Torn {
    tier: i128,
    units: u64,
    quantity: u64,
    arc: u32,
}

/// A plan, or a flow near one, that follows the decisions of a path and reaches more than `floor`; none, if there is no way to.
/// Of the torn items of a tier, one in `one_in` is decided at a time.
pub(super) fn dive(
    index: &Index<'_>,
    mut path: Path,
    floor: &Objective,
    one_in: usize,
    control: &dyn Control,
) -> Result<Option<Plan>, Cancelled> {
    let mut batch = 0;
    let nothing = Plan::default();
    let mut last: Option<Plan> = None;
    let mut held = vec![false; index.parts().items.len()];
    for _ in 0..(ARCS_MAX / (index.item_of.len() + 1)).clamp(FLOWS_MIN, FLOWS_MAX) {
        let outcome = match relax(index, &path) {
            Ok(relaxed) => relaxed.solve_from(index.problem, last.as_ref().unwrap_or(&nothing), control)?,
            Err(cut) => Outcome::Impossible(cut),
        };
        let flow = match outcome {
            Outcome::Optimal(flow, _) if Objective::of(index.problem, &flow) > *floor => flow,
            // Too much at once: take back all but the first of the last decisions; and that one too, if it was alone.
            _ if batch > 1 => {
                path.truncate(path.len() + 1 - batch);
                batch = 1;
                continue;
            }
            _ => match path.pop() {
                Some((on, true)) if batch == 1 => {
                    path.push((on, false));
                    batch = 0;
                    continue;
                }
                _ => return Ok(last),
            },
        };
        let Some(on) = divide(index, &path, &flow) else { return Ok(Some(flow)) };
        hold(index, &flow, &mut held, &mut path);
        let before = path.len();
        last = Some(flow);
        let Some(flow) = &last else { break };
        match on {
            Decision::Item(_) | Decision::Arc(_) => mend(index, flow, one_in, on, &mut path),
            _ => path.push((on, true)),
        }
        batch = path.len() - before;
    }
    Ok(last)
}

/// Decides on the arcs of some of the most urgent torn items, those that are nearly whole first.
fn mend(index: &Index<'_>, flow: &Plan, one_in: usize, on: Decision, path: &mut Path) {
    let mut torn = torn(index, flow);
    let Some(tier) = torn.iter().map(|of| of.tier).max() else {
        path.push((on, true));
        return;
    };
    torn.retain(|of| of.tier == tier);
    torn.sort_by(|one, other| {
        let share = |of: &Torn, by: &Torn| u128::from(of.units) * u128::from(by.quantity);
        share(other, one).cmp(&share(one, other)).then(one.arc.cmp(&other.arc))
    });
    let count = torn.len().div_ceil(one_in);
    // One at a time in a pool: the next may not fit beside it.
    let mut taken = BTreeSet::new();
    torn.retain(|of| {
        let free = index.touched(of.arc).all(|pool| !taken.contains(&pool));
        taken.extend(index.touched(of.arc));
        free
    });
    path.extend(torn.iter().take(count).map(|of| (Decision::Arc(of.arc), true)));
}

/// Decides that whole items stay served which are more urgent than all torn ones.
fn hold(index: &Index<'_>, flow: &Plan, held: &mut [bool], path: &mut Path) {
    let Some(tier) = torn(index, flow).iter().map(|of| of.tier).max() else { return };
    for (arc, units) in flow.flows() {
        let item = index.item_of[*arc as usize];
        let of = &index.parts().items[item as usize];
        let urgent = index.problem.weights().weight(Level::Tier(of.tier)) > tier;
        if urgent && index.whole(item) && *units == of.quantity && !held[item as usize] {
            held[item as usize] = true;
            path.push((Decision::Item(item), true));
        }
    }
}

fn torn(index: &Index<'_>, flow: &Plan) -> Vec<Torn> {
    let mut torn = Vec::new();
    for served in flow.flows().chunk_by(|one, other| index.item_of[one.0 as usize] == index.item_of[other.0 as usize]) {
        let item = index.item_of[served[0].0 as usize];
        let quantity = index.quantity(item);
        let Some((arc, units)) = served.iter().max_by_key(|(arc, units)| (*units, u32::MAX - arc)) else { continue };
        if index.whole(item) && *units < quantity {
            let tier = index.parts().items[item as usize].tier;
            torn.push(Torn {
                tier: index.problem.weights().weight(Level::Tier(tier)),
                units: *units,
                quantity,
                arc: *arc,
            });
        }
    }
    torn
}
