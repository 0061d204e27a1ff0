//! What a flow does that no plan may, and the decision that divides the plans on it.

use std::collections::{BTreeMap, BTreeSet};

use wishwell_allocation::{Decision, Plan, Segment};

use super::index::Index;

/// A decision that divides what a relaxed flow leaves undecided; none, if the flow is a plan.
///
/// What weighs most is decided first: bundles, then whole items by urgency, worth and quantity, then partners and contacts, then
/// further draws.
pub(super) fn divide(index: &Index<'_>, path: &[(Decision, bool)], flow: &Plan) -> Option<Decision> {
    let mut served = vec![0_u64; index.parts().items.len()];
    for (arc, units) in flow.flows() {
        served[index.item_of[*arc as usize] as usize] += units;
    }
    bundle(index, &served)
        .or_else(|| whole(index, &served, flow))
        .or_else(|| partner(index, path, flow))
        .or_else(|| contact(index, path, flow))
        .or_else(|| draw(index, path, flow))
}

/// How much deciding on an item matters: its tier's weight, then what it is worth, then its place.
type Weight = (i128, i128, u32);

fn weight(index: &Index<'_>, item: u32) -> Weight {
    let of = &index.parts().items[item as usize];
    let tier = index.problem.weights().weight(wishwell_allocation::Level::Tier(of.tier));
    (tier, i128::from(of.worth) * i128::from(of.quantity), u32::MAX - item)
}

fn bundle(index: &Index<'_>, served: &[u64]) -> Option<Decision> {
    let partly = (0_u32..).zip(&index.parts().bundles).filter(|(_, bundle)| {
        let mut full = bundle.items.iter().map(|item| served[*item as usize] == index.quantity(*item));
        let any = bundle.items.iter().any(|item| served[*item as usize] > 0);
        any && !full.all(|full| full)
    });
    let heaviest = |bundle: &wishwell_allocation::Bundle| bundle.items.iter().map(|item| weight(index, *item)).max();
    partly.max_by_key(|(_, bundle)| heaviest(bundle)).map(|(nth, _)| Decision::Bundle(nth))
}

fn whole(index: &Index<'_>, served: &[u64], flow: &Plan) -> Option<Decision> {
    let mut worst: Option<(Weight, Decision)> = None;
    let mut at = 0;
    let flows = flow.flows();
    while at < flows.len() {
        let item = index.item_of[flows[at].0 as usize];
        let from = at;
        while at < flows.len() && index.item_of[flows[at].0 as usize] == item {
            at += 1;
        }
        let split = at - from > 1;
        let partly = served[item as usize] < index.quantity(item);
        if !index.whole(item) || !(split || partly) {
            continue;
        }
        let largest = flows[from..at].iter().max_by_key(|(arc, units)| (*units, u32::MAX - arc))?;
        let on = if partly { Decision::Item(item) } else { Decision::Arc(largest.0) };
        let weight = weight(index, item);
        if worst.as_ref().is_none_or(|(of, _)| weight > *of) {
            worst = Some((weight, on));
        }
    }
    worst.map(|(_, on)| on)
}

/// Of who is among more than a bound allows, the one with most units that nothing is decided of.
fn undecided(among: BTreeMap<u32, u64>, decided: &BTreeSet<u32>) -> Option<u32> {
    let open = among.into_iter().filter(|(who, _)| !decided.contains(who));
    open.max_by_key(|(who, units)| (*units, u32::MAX - who)).map(|(who, _)| who)
}

fn partner(index: &Index<'_>, path: &[(Decision, bool)], flow: &Plan) -> Option<Decision> {
    let mut among: BTreeMap<u32, BTreeMap<u32, u64>> = BTreeMap::new();
    for (arc, units) in flow.flows() {
        for bound in index.bounds_of.of(index.item_of[*arc as usize]) {
            for partner in index.partners(*arc) {
                *among.entry(*bound).or_default().entry(partner).or_default() += units;
            }
        }
    }
    among.into_iter().find_map(|(bound, mut among)| {
        let of = &index.parts().partners[bound as usize];
        among.extend(of.already.iter().map(|who| (*who, 0)));
        if among.len() <= of.most as usize {
            return None;
        }
        let mut decided: BTreeSet<u32> = of.already.iter().copied().collect();
        for (on, holds) in path {
            match *on {
                Decision::Partner(of, partner) if of == bound => drop(decided.insert(partner)),
                Decision::Arc(arc) if *holds && index.bounds_of.of(index.item_of[arc as usize]).contains(&bound) => {
                    decided.extend(index.partners(arc));
                }
                _ => {}
            }
        }
        undecided(among, &decided).map(|partner| Decision::Partner(bound, partner))
    })
}

fn contact(index: &Index<'_>, path: &[(Decision, bool)], flow: &Plan) -> Option<Decision> {
    let mut among: BTreeMap<u32, BTreeMap<u32, u64>> = BTreeMap::new();
    for (arc, units) in flow.flows() {
        for partner in index.partners(*arc) {
            for bound in index.contacts_of(partner) {
                *among.entry(*bound).or_default().entry(index.item_of[*arc as usize]).or_default() += units;
            }
        }
    }
    among.into_iter().find_map(|(bound, among)| {
        let of = &index.parts().contacts[bound as usize];
        if among.len() <= of.most as usize {
            return None;
        }
        let mut decided = BTreeSet::new();
        for (on, holds) in path {
            match *on {
                Decision::Contact(of, item) if of == bound => drop(decided.insert(item)),
                Decision::Arc(arc) if *holds && index.touches(arc, of.partner) => {
                    decided.insert(index.item_of[arc as usize]);
                }
                _ => {}
            }
        }
        undecided(among, &decided).map(|item| Decision::Contact(bound, item))
    })
}

/// The heaviest undecided arc that draws on a pool or below a cap which the flow, with all its draws, asks too much of.
fn draw(index: &Index<'_>, path: &[(Decision, bool)], flow: &Plan) -> Option<Decision> {
    let parts = index.parts();
    let mut pools = vec![0_u64; parts.pools.len()];
    let mut caps = vec![0_u64; parts.caps.len()];
    for (arc, units) in flow.flows() {
        for pool in index.touched(*arc) {
            pools[pool as usize] += units;
            for cap in index.caps_above(pool) {
                caps[cap as usize] += units;
            }
        }
    }
    let over = |segments: &[Segment], units: u64| units > segments.iter().map(|segment| segment.units).sum();
    let chosen: BTreeSet<u32> = path
        .iter()
        .filter_map(|(on, holds)| if let (Decision::Arc(arc), true) = (on, holds) { Some(*arc) } else { None })
        .collect();
    let strained = |arc: u32| {
        index.draws(arc).iter().any(|pool| {
            over(&parts.pools[*pool as usize].segments, pools[*pool as usize])
                || index.caps_above(*pool).any(|cap| over(&parts.caps[cap as usize].segments, caps[cap as usize]))
        })
    };
    let open = flow.flows().iter().map(|(arc, _)| *arc).filter(|arc| !chosen.contains(arc) && strained(*arc));
    open.max_by_key(|arc| weight(index, index.item_of[*arc as usize])).map(Decision::Arc)
}
