//! The lowest and the highest prices that prove a flow optimal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cost::Cost;
use super::flow::{Flow, NONE, SEVERAL};
use super::incoming::Incoming;
use super::weights::Levels;

/// What holds a price up.
#[derive(Clone, Copy)]
enum Support {
    /// Nothing: nobody pays for a unit more.
    Ground,
    /// The price of the last unit given, as the problem tells it.
    Load(u32),
    /// An item that lacks units would take one over this arc.
    Lacking { item: u32, arc: u32 },
    /// An item served from this pool would rather be served here.
    Served { pool: u32, from: u32, to: u32 },
}

/// The prices of an optimal flow, lowered as far as they prove it and told in the whole problem's weights: what a unit more at
/// each pool would bring. Lowest prices are what they are whatever way led to the flow.
///
/// A price can fall until something holds it up; how far, are shortest paths (Dijkstra 1959) over what would hold it.
pub(super) fn lowest<C: Cost>(flow: &Flow<C>, levels: &Levels) -> Vec<i128> {
    let network = &flow.network;
    let pools = network.pools();
    let mut fall = vec![C::FAR; pools];
    let mut support = vec![Support::Ground; pools];
    for pool in 0..pools {
        let held = network.last(pool as u32, flow.load[pool]);
        let floor = held.map_or(C::ZERO, |(price, _)| network.priced(price));
        fall[pool] = flow.price[pool] - floor;
        support[pool] = held.map_or(Support::Ground, |(price, _)| Support::Load(price));
    }
    for item in 0..network.items() as u32 {
        if flow.lacking[item as usize] > 0 {
            for nth in network.arcs(item) {
                let arc = network.arcs[nth];
                let slack = network.cost(arc) + flow.price[arc.pool as usize] - network.worth(item);
                if slack < fall[arc.pool as usize] {
                    fall[arc.pool as usize] = slack;
                    support[arc.pool as usize] = Support::Lacking { item, arc: nth as u32 };
                }
            }
        }
    }
    let mut heap: BinaryHeap<_> = (0..pools as u32).map(|pool| Reverse((fall[pool as usize], pool))).collect();
    let mut order = Vec::with_capacity(pools);
    while let Some(Reverse((by, pool))) = heap.pop() {
        if by > fall[pool as usize] {
            continue;
        }
        order.push(pool);
        for piece in &flow.pieces[pool as usize] {
            let base = by - flow.price[pool as usize] - network.cost(network.arcs[piece.arc as usize]);
            for nth in network.arcs(piece.item) {
                let arc = network.arcs[nth];
                let slack = base + network.cost(arc) + flow.price[arc.pool as usize];
                if slack < fall[arc.pool as usize] {
                    fall[arc.pool as usize] = slack;
                    support[arc.pool as usize] = Support::Served { pool, from: piece.arc, to: nth as u32 };
                    heap.push(Reverse((slack, arc.pool)));
                }
            }
        }
    }
    let mut prices = vec![0_i128; pools];
    let distance = |arc: u32| levels.distance * i128::from(network.arcs[arc as usize].distance);
    for pool in order {
        prices[pool as usize] = match support[pool as usize] {
            Support::Ground => 0,
            Support::Load(price) => levels.load * i128::from(price),
            Support::Lacking { item, arc } => levels.worths[network.rank[item as usize] as usize] - distance(arc),
            Support::Served { pool, from, to } => prices[pool as usize] + distance(from) - distance(to),
        };
    }
    prices
}

/// Raises the prices of a flow as far as they go with it. Then something holds each price down without a gap: a unit that the pool has
/// left, an item that would rather go without, or one that would rather be served where that is so; and a search for the cheapest end of a
/// path meets hardly a pool besides those on the way.
///
/// A price can rise until the first of these; how far, are shortest paths (Dijkstra 1959) from there.
pub(super) fn raise<C: Cost>(flow: &mut Flow<C>, incoming: &Incoming) {
    let network = &flow.network;
    let mut rise: Vec<C> = (0..network.pools()).map(|pool| end(flow, pool)).collect();
    let reached = |(pool, rise): (u32, &C)| (*rise < C::FAR).then_some(Reverse((*rise, pool)));
    let mut heap: BinaryHeap<_> = (0..).zip(&rise).filter_map(reached).collect();
    let mut uses = uses(flow);
    while let Some(Reverse((by, pool))) = heap.pop() {
        if by > rise[pool as usize] {
            continue;
        }
        let price = flow.price[pool as usize];
        for inbound in incoming.arcs(pool) {
            let used = &mut uses[inbound.item as usize];
            let total = by + price + network.cost_of(inbound.distance);
            let mut hold = |pool: u32, here: C| {
                let least = total - here;
                if least < rise[pool as usize] {
                    rise[pool as usize] = least;
                    heap.push(Reverse((least, pool)));
                }
            };
            if used.pool == SEVERAL {
                for from in flow.carriers(inbound.item).filter(|from| *from != inbound.arc) {
                    let arc = network.arcs[from as usize];
                    used.elsewhere = used.elsewhere.min(total);
                    hold(arc.pool, network.cost(arc) + flow.price[arc.pool as usize]);
                }
            } else if used.pool != NONE && used.pool != pool {
                used.elsewhere = used.elsewhere.min(total);
                hold(used.pool, used.here);
            }
        }
    }
    // What nobody could be given any more is worth more than anybody would pay.
    let dearest = network.weights.worths.iter().copied().fold(C::ZERO, Ord::max);
    for (price, rise) in flow.price.iter_mut().zip(rise) {
        *price = if rise < C::FAR { *price + rise } else { dearest.max(*price) };
    }
    for piece in flow.pieces.iter_mut().flatten() {
        piece.stays_below = uses[piece.item as usize].elsewhere - network.cost(network.arcs[piece.arc as usize]);
    }
}

/// What serves an item, in one place for whoever comes to it from all sides.
#[derive(Clone, Copy)]
struct Use<C> {
    /// The pool, `NONE` or `SEVERAL`.
    pool: u32,
    /// What a unit of it costs from the one pool, before prices rise.
    here: C,
    /// The least it would cost from another, once they have.
    elsewhere: C,
}

fn uses<C: Cost>(flow: &Flow<C>) -> Vec<Use<C>> {
    let network = &flow.network;
    let mut uses = vec![Use { pool: NONE, here: C::ZERO, elsewhere: C::FAR }; network.items()];
    for (pool, pieces) in (0..).zip(&flow.pieces) {
        for piece in pieces {
            let used = &mut uses[piece.item as usize];
            used.here = network.cost(network.arcs[piece.arc as usize]) + flow.price[pool as usize];
            used.pool = if used.pool == NONE { pool } else { SEVERAL };
        }
    }
    uses
}

/// How far a pool's price can rise until the pool gives a unit more, or one of those it gives is not worth it.
fn end<C: Cost>(flow: &Flow<C>, pool: usize) -> C {
    let (price, ask) = (flow.price[pool], flow.ask[pool]);
    let room = if ask < C::FAR { (ask - price).max(C::ZERO) } else { C::FAR };
    flow.pieces[pool].iter().map(|piece| piece.goes_at - price).fold(room, Ord::min)
}
