//! Shortest paths over the pools of one component.
//!
//! Successive shortest paths (Jewell 1958; Busacker and Gowen 1960) with node potentials (Edmonds and Karp 1972), as in the assignment
//! algorithm of Jonker and Volgenant (1987): a search ends where its cheapest end is certain, and only what it reached changes its
//! price. Items are no nodes: what they would be labelled with follows from the pools that serve them.
//!
//! A path on which nothing but its first arc costs anything is the cheapest; one is looked for first, depth first, as in the primal-dual
//! method (Ford and Fulkerson 1957).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cost::Cost;
use super::flow::{Flow, NONE};
use super::network::{Arc, least};

/// How a label was reached: from this pool's n-th piece, whose item moves over this arc.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) pool: u32,
    pub(super) nth: u32,
    pub(super) arc: u32,
}

/// Where the cheapest path ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The item goes without.
    Nowhere,
    /// At a pool that has room.
    Room(u32),
    /// At a pool whose n-th piece's item goes without.
    Drop(u32, u32),
}

/// Room for searches, kept from one to the next.
#[derive(Debug)]
pub(super) struct Search<C> {
    pub(super) label: Vec<C>,
    pub(super) step: Vec<Step>,
    pub(super) touched: Vec<u32>,
    pub(super) heap: BinaryHeap<Reverse<(C, u32, u32)>>,
    /// Pools yet to be looked at, of a search depth first.
    stack: Vec<u32>,
    /// Whether prices fell since the last path was looked for.
    pub(super) fell: bool,
}

impl<C: Cost> Search<C> {
    pub(super) fn new(pools: usize) -> Self {
        Self {
            label: vec![C::FAR; pools],
            step: vec![Step { pool: NONE, nth: 0, arc: 0 }; pools],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            stack: Vec::new(),
            fell: false,
        }
    }

    /// Finds the best use of every unit an item lacks: raises prices and changes who is served where, until the item is served or no
    /// pool is worth its price.
    pub(super) fn place(&mut self, flow: &mut Flow<C>, item: u32) {
        if std::mem::take(&mut self.fell) {
            flow.forget_stays();
        }
        while flow.lacking[item as usize] > 0 {
            let end = self.free(flow, item).unwrap_or_else(|| self.cheapest(flow, item));
            match end {
                End::Nowhere => return,
                End::Room(pool) => self.augment(flow, item, pool, None),
                End::Drop(pool, nth) => self.augment(flow, item, pool, Some(nth)),
            }
        }
    }

    pub(super) fn reach(&mut self, pool: u32, label: C, step: Step) {
        let at = &mut self.label[pool as usize];
        if label < *at {
            if *at == C::FAR {
                self.touched.push(pool);
            }
            *at = label;
            self.step[pool as usize] = step;
            self.heap.push(Reverse((label, pool, NONE)));
        }
    }

    /// The end of a path that costs nothing after its first arc, if there is one: prices stay as they are.
    fn free(&mut self, flow: &mut Flow<C>, item: u32) -> Option<End> {
        let Flow { network, price, ask, pieces, .. } = flow;
        let total = |arc: Arc| network.cost(arc) + price[arc.pool as usize];
        let first = least(&network.arcs[network.arcs(item)], network.worth(item), |arc| total(*arc));
        if first == network.worth(item) {
            return Some(End::Nowhere);
        }
        for at in network.arcs(item).filter(|at| total(network.arcs[*at]) == first) {
            self.enter(network.arcs[at].pool, Step { pool: NONE, nth: 0, arc: at as u32 });
        }
        let mut end = None;
        while let Some(pool) = self.stack.pop() {
            let (price, pieces) = (price[pool as usize], &mut pieces[pool as usize]);
            if ask[pool as usize] <= price {
                end = Some(End::Room(pool));
                break;
            }
            if let Some(nth) = pieces.iter().position(|piece| piece.goes_at <= price) {
                end = Some(End::Drop(pool, nth as u32));
                break;
            }
            for (nth, piece) in (0..).zip(pieces).filter(|(_, piece)| piece.stays_below <= price) {
                let here = network.cost(network.arcs[piece.arc as usize]);
                let mut elsewhere = C::FAR;
                for at in network.arcs(piece.item).filter(|at| *at != piece.arc as usize) {
                    let there = total(network.arcs[at]);
                    elsewhere = elsewhere.min(there);
                    if there <= here + price {
                        self.enter(network.arcs[at].pool, Step { pool, nth, arc: at as u32 });
                    }
                }
                piece.stays_below = elsewhere - here;
            }
        }
        self.stack.clear();
        for pool in self.touched.drain(..) {
            self.label[pool as usize] = C::FAR;
        }
        end
    }

    fn enter(&mut self, pool: u32, step: Step) {
        if self.label[pool as usize] == C::FAR {
            self.label[pool as usize] = C::ZERO;
            self.step[pool as usize] = step;
            self.touched.push(pool);
            self.stack.push(pool);
        }
    }

    fn cheapest(&mut self, flow: &mut Flow<C>, item: u32) -> End {
        let mut best = flow.network.worth(item);
        let mut end = End::Nowhere;
        for nth in flow.network.arcs(item) {
            let arc = flow.network.arcs[nth];
            let label = flow.network.cost(arc) + flow.price[arc.pool as usize];
            if label < best {
                self.reach(arc.pool, label, Step { pool: NONE, nth: 0, arc: nth as u32 });
            }
        }
        while let Some(Reverse((least, pool, moved))) = self.heap.pop() {
            if least >= best {
                break;
            }
            let label = self.label[pool as usize];
            if moved != NONE {
                self.pass_on(flow, (pool, moved), label, best);
                continue;
            }
            if least > label {
                continue;
            }
            let (price, ask) = (flow.price[pool as usize], flow.ask[pool as usize]);
            if ask < C::FAR {
                let cost = label + (ask - price).max(C::ZERO);
                if cost < best {
                    (best, end) = (cost, End::Room(pool));
                }
            }
            for (nth, piece) in (0..).zip(&flow.pieces[pool as usize]) {
                let dropped = label - price + piece.goes_at;
                if dropped < best {
                    (best, end) = (dropped, End::Drop(pool, nth));
                }
            }
            for (nth, piece) in (0..).zip(&flow.pieces[pool as usize]) {
                let least = label + (piece.stays_below - price).max(C::ZERO);
                if least < best {
                    self.heap.push(Reverse((least, pool, nth)));
                }
            }
        }
        self.heap.clear();
        for pool in self.touched.drain(..) {
            let label = &mut self.label[pool as usize];
            if *label < best {
                flow.price[pool as usize] += best - *label;
            }
            *label = C::FAR;
        }
        end
    }

    /// Reaches from a pool's piece, whose item moves on, wherever else that could be, and notes how near the nearest is.
    fn pass_on(&mut self, flow: &mut Flow<C>, (pool, nth): (u32, u32), label: C, best: C) {
        let network = &flow.network;
        let piece = &mut flow.pieces[pool as usize][nth as usize];
        let here = network.cost(network.arcs[piece.arc as usize]);
        let base = label - flow.price[pool as usize] - here;
        let mut elsewhere = C::FAR;
        for at in network.arcs(piece.item).filter(|at| *at != piece.arc as usize) {
            let arc = network.arcs[at];
            let there = network.cost(arc) + flow.price[arc.pool as usize];
            elsewhere = elsewhere.min(there);
            if base + there < best {
                self.reach(arc.pool, base + there, Step { pool, nth, arc: at as u32 });
            }
        }
        piece.stays_below = elsewhere - here;
    }

    /// Moves as many units as fit along the path that ends at this pool.
    fn augment(&self, flow: &mut Flow<C>, item: u32, end: u32, dropped: Option<u32>) {
        let mut units = flow.lacking[item as usize].min(match dropped {
            None => flow.room(end),
            Some(nth) => flow.pieces[end as usize][nth as usize].units,
        });
        let mut step = self.step[end as usize];
        while step.pool != NONE {
            units = units.min(flow.pieces[step.pool as usize][step.nth as usize].units);
            step = self.step[step.pool as usize];
        }
        match dropped {
            None => flow.shift_load(end, units, 0),
            Some(nth) => {
                let item = flow.pieces[end as usize][nth as usize].item;
                flow.lacking[item as usize] += units;
                flow.withdraw(end, nth as usize, units);
            }
        }
        let mut pool = end;
        loop {
            let step = self.step[pool as usize];
            if step.pool == NONE {
                flow.lacking[item as usize] -= units;
                flow.put(pool, item, step.arc, units);
                return;
            }
            let moved = flow.pieces[step.pool as usize][step.nth as usize].item;
            flow.withdraw(step.pool, step.nth as usize, units);
            flow.put(pool, moved, step.arc, units);
            pool = step.pool;
        }
    }
}
