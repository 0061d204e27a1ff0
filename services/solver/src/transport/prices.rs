//! The lowest prices that prove a flow optimal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cost::Cost;
use super::flow::Flow;
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

/// Lowers the prices of an optimal flow as far as they prove it, and tells them in the whole problem's weights: what a unit more at
/// each pool would bring. Lowest prices are what they are whatever way led to the flow.
///
/// A price can fall until something holds it up; how far, are shortest paths (Dijkstra 1959) over what would hold it.
pub(super) fn lowest<C: Cost>(flow: &mut Flow<C>, levels: &Levels) -> Vec<i128> {
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
    for (price, fall) in flow.price.iter_mut().zip(&fall) {
        *price -= *fall;
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
