//! What is open as a problem of the allocator itself, and its plan as shipments.

use wishwell_allocation::{
    Branch, Certificate, Component, Item, Level, Plan, Pool, Problem, ProblemParts, Proof, Segment, Split, check,
};
use wishwell_solver::simplex::{Outcome, Relaxed};
use wishwell_solver::{Options, Unwatched};

use super::clock::{Ask, Offer, Shipment};
use super::distances::MILE;
use super::pairs::{Pairs, number};

/// The problem of serving as much as can be of what a unit's worth says, then with the least distance.
pub(super) fn problem(pairs: &Pairs, worth: impl Fn(u32, &Ask) -> u64) -> Problem {
    let item = |(category, ask): &(u32, Ask)| Item {
        quantity: ask.left,
        tier: 0,
        worth: worth(*category, ask),
        group: None,
        split: Split::Any,
    };
    let pool = |(_, offer): &(u32, Offer)| Pool {
        segments: vec![Segment { units: offer.units, price: 0 }],
        cap: None,
        partner: offer.donor,
    };
    let mut first = vec![0; pairs.asks.len() + 1];
    for (ask, _, _) in &pairs.pairs {
        first[*ask as usize + 1] += 1;
    }
    for nth in 1..first.len() {
        first[nth] += first[nth - 1];
    }
    let parts = ProblemParts {
        levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
        items: pairs.asks.iter().map(item).collect(),
        pools: pairs.offers.iter().map(pool).collect(),
        first,
        arc_pool: pairs.pairs.iter().map(|(_, offer, _)| *offer).collect(),
        arc_distance: pairs.pairs.iter().map(|(_, _, distance)| *distance).collect(),
        ..ProblemParts::default()
    };
    Problem::new(parts).unwrap_or_else(|error| panic!("{error}"))
}

/// The same where each ask counts alike, as the service counts where people do.
#[cfg(test)]
pub(super) fn problem_of_people(pairs: &Pairs) -> Problem {
    let mut parts = problem(pairs, |_, _| 1).into_parts();
    parts.count_items_alike();
    Problem::new(parts).unwrap_or_else(|error| panic!("{error}"))
}

/// A plan's shipments.
pub(super) fn shipments(pairs: &Pairs, plan: &Plan) -> Vec<Shipment> {
    let shipment = |(arc, units): &(u32, u64)| {
        let (ask, offer, _) = pairs.pairs[*arc as usize];
        let (category, offer) = pairs.offers[offer as usize];
        Shipment { category, donor: offer.donor, recipient: pairs.asks[ask as usize].1.recipient, units: *units }
    };
    plan.flows().iter().map(shipment).collect()
}

/// The best plan, accepted by the checker.
pub(super) fn solve(problem: &Problem) -> Plan {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { threads, ..Options::default() };
    let solution = wishwell_solver::solve(problem, &options, None, &Unwatched).expect("nobody stops it");
    accepted(problem, &solution.plan, &solution.certificate);
    solution.plan
}

/// The best plan of a [`priced_problem`], accepted by the checker. By the network simplex: shortest paths from pools take minutes where
/// one of them takes whatever nobody serves.
pub(super) fn solve_priced(problem: &Problem) -> Plan {
    let (plan, prices) = match Relaxed::all_of(problem).solve(problem, &Unwatched) {
        Ok(Outcome::Optimal(plan, prices)) => (plan, prices),
        other => panic!("a flow without requirements has an optimum: {other:?}"),
    };
    let all = |count: usize| (0..number(count)).collect();
    let root = Branch::Leaf(Box::new(Proof { flow: plan.clone(), prices }));
    let (items, pools) = (all(problem.parts().items.len()), all(problem.parts().pools.len()));
    let component =
        Component { items, pools, caps: Vec::new(), groups: Vec::new(), root, priced: None, above: Vec::new() };
    accepted(problem, &plan, &Certificate { components: vec![component] });
    plan
}

fn accepted(problem: &Problem, plan: &Plan, certificate: &Certificate) {
    if let Err(faults) = check(problem, plan, certificate) {
        panic!("the plan is not what it is said to be: {faults:?}");
    }
}

/// What serving nobody costs where miles have a price: no unit is worth more.
const NOTHING: u64 = 1 << 30;
/// What the most valuable unit is worth at most.
pub(super) const VALUE_MAX: u64 = 1 << 29;

/// The problem of serving what is worth more than the way there costs: the greatest value less miles at a price, in one sum instead of
/// level by level. `value` is of (category, units asked), at most [`VALUE_MAX`]; the price is of a mile, in the same coin. What is not
/// served goes to a pool of its own, the last one, at the price of nothing.
pub(super) fn priced_problem(pairs: &Pairs, value: impl Fn(u32, u64) -> u64, mile: f64) -> Problem {
    let everything = pairs.asks.iter().map(|(_, ask)| ask.left).sum();
    let nobody = u32::try_from(pairs.offers.len()).expect("few donations");
    let mut parts = problem(pairs, |_, _| 1).into_parts();
    parts.pools.push(Pool { segments: vec![Segment { units: everything, price: 0 }], cap: None, partner: u32::MAX });
    let (arc_pool, arc_distance) = (std::mem::take(&mut parts.arc_pool), std::mem::take(&mut parts.arc_distance));
    let mut first = vec![0];
    for (nth, (category, ask)) in pairs.asks.iter().enumerate() {
        let value = value(*category, ask.asked);
        for arc in parts.first[nth] as usize..parts.first[nth + 1] as usize {
            let way = (mile * f64::from(arc_distance[arc]) / f64::from(MILE)).floor() as u64;
            if way < value {
                parts.arc_pool.push(arc_pool[arc]);
                parts.arc_distance.push((NOTHING - value + way) as u32);
            }
        }
        parts.arc_pool.push(nobody);
        parts.arc_distance.push(NOTHING as u32);
        first.push(number(parts.arc_pool.len()));
    }
    parts.first = first;
    Problem::new(parts).unwrap_or_else(|error| panic!("{error}"))
}

/// The shipments of a plan of [`priced_problem`].
pub(super) fn priced_shipments(pairs: &Pairs, problem: &Problem, plan: &Plan) -> Vec<Shipment> {
    let parts = problem.parts();
    let mut ask = 0;
    let mut shipments = Vec::new();
    for (arc, units) in plan.flows() {
        while parts.first[ask + 1] <= *arc {
            ask += 1;
        }
        if let Some((category, offer)) = pairs.offers.get(parts.arc_pool[*arc as usize] as usize) {
            let recipient = pairs.asks[ask].1.recipient;
            shipments.push(Shipment { category: *category, donor: offer.donor, recipient, units: *units });
        }
    }
    shipments
}

/// Value less the price of the ways that a plan of [`priced_problem`] has.
pub(super) fn gain(problem: &Problem, plan: &Plan) -> u128 {
    let gain = |arc: u32| u128::from(NOTHING - u64::from(problem.parts().arc_distance[arc as usize]));
    plan.flows().iter().map(|(arc, units)| u128::from(*units) * gain(*arc)).sum()
}
