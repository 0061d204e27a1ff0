//! Shortest paths over the pools of one component.
//!
//! Successive shortest paths (Jewell 1958; Busacker and Gowen 1960) with node potentials (Edmonds and Karp 1972), as in the assignment
//! algorithm of Jonker and Volgenant (1987): a search ends where its cheapest end is certain, and only what it reached changes its
//! price. Items are no nodes: what they would be labelled with follows from the pools that serve them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cost::Cost;
use super::flow::{Flow, NONE};

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
    pub(super) heap: BinaryHeap<Reverse<(C, u32)>>,
}

impl<C: Cost> Search<C> {
    pub(super) fn new(pools: usize) -> Self {
        Self {
            label: vec![C::FAR; pools],
            step: vec![Step { pool: NONE, nth: 0, arc: 0 }; pools],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Finds the best use of every unit an item lacks: raises prices and changes who is served where, until the item is served or no
    /// pool is worth its price.
    pub(super) fn place(&mut self, flow: &mut Flow<C>, item: u32) {
        while flow.lacking[item as usize] > 0 {
            let end = self.cheapest(flow, item);
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
            self.heap.push(Reverse((label, pool)));
        }
    }

    fn cheapest(&mut self, flow: &mut Flow<C>, item: u32) -> End {
        let network = &flow.network;
        let mut best = network.worth(item);
        let mut end = End::Nowhere;
        for nth in network.arcs(item) {
            let arc = network.arcs[nth];
            let label = network.cost(arc) + flow.price[arc.pool as usize];
            if label < best {
                self.reach(arc.pool, label, Step { pool: NONE, nth: 0, arc: nth as u32 });
            }
        }
        while let Some(Reverse((label, pool))) = self.heap.pop() {
            if label >= best {
                break;
            }
            if label > self.label[pool as usize] {
                continue;
            }
            let price = flow.price[pool as usize];
            let ask = flow.ask[pool as usize];
            if ask < C::FAR {
                let cost = label + (ask - price).max(C::ZERO);
                if cost < best {
                    (best, end) = (cost, End::Room(pool));
                    if best == label {
                        break;
                    }
                }
            }
            for (nth, piece) in flow.pieces[pool as usize].iter().enumerate() {
                let base = label - price - network.cost(network.arcs[piece.arc as usize]);
                let dropped = base + network.worth(piece.item);
                if dropped < best {
                    (best, end) = (dropped, End::Drop(pool, nth as u32));
                }
                for at in network.arcs(piece.item) {
                    let arc = network.arcs[at];
                    let label = base + network.cost(arc) + flow.price[arc.pool as usize];
                    if label < best {
                        self.reach(arc.pool, label, Step { pool, nth: nth as u32, arc: at as u32 });
                    }
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
