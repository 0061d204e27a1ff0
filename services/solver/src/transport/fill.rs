//! Shortest paths to a pool that has units left although they have a price.

use std::cmp::Reverse;

use super::cost::Cost;
use super::flow::{Flow, NONE};
use super::incoming::Incoming;
use super::search::{Search, Step};

/// Where the cheapest path begins.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// The pool itself: its price falls to what it asks.
    Here,
    /// At a pool that gives less.
    Less(u32),
    /// At an item that lacks units, which come over this arc.
    Lacking(u32, u32),
}

impl<C: Cost> Search<C> {
    /// Finds the best use of what a pool has left at less than its price: lowers prices and changes who is served where, until the
    /// pool asks no less than its price.
    pub(super) fn fill(&mut self, flow: &mut Flow<C>, incoming: &Incoming, pool: u32) {
        while flow.ask[pool as usize] < flow.price[pool as usize] {
            self.fell = true;
            match self.origin(flow, incoming, pool) {
                Origin::Here => return,
                Origin::Less(from) => {
                    let held = flow.network.last(from, flow.load[from as usize]).map_or(0, |(_, units)| units);
                    let units = self.fitting(flow, pool, from, held);
                    flow.shift_load(from, 0, units);
                    self.draw(flow, pool, from, units);
                }
                Origin::Lacking(item, arc) => {
                    let to = flow.network.arcs[arc as usize].pool;
                    let units = self.fitting(flow, pool, to, flow.lacking[item as usize]);
                    flow.lacking[item as usize] -= units;
                    self.draw(flow, pool, to, units);
                    flow.put(to, item, arc, units);
                }
            }
        }
    }

    /// Labels are what a unit more at the pool in question brings less than a unit more there. A step tells over which arc an item
    /// moves on, and which arc of its serves it before.
    fn origin(&mut self, flow: &mut Flow<C>, incoming: &Incoming, start: u32) -> Origin {
        let network = &flow.network;
        let mut best = flow.price[start as usize] - flow.ask[start as usize];
        let mut origin = Origin::Here;
        self.reach(start, C::ZERO, Step { pool: NONE, nth: 0, arc: 0 });
        while let Some(Reverse((label, pool, _))) = self.heap.pop() {
            if label >= best {
                break;
            }
            if label > self.label[pool as usize] {
                continue;
            }
            let price = flow.price[pool as usize];
            if pool != start
                && let Some((last, _)) = network.last(pool, flow.load[pool as usize])
            {
                let cost = label + (price - network.priced(last)).max(C::ZERO);
                if cost < best {
                    (best, origin) = (cost, Origin::Less(pool));
                }
            }
            for inbound in incoming.arcs(pool) {
                let item = inbound.item;
                let total = label + price + network.cost_of(inbound.distance);
                if flow.lacking[item as usize] > 0 {
                    let cost = total - network.worth(item);
                    if cost < best {
                        (best, origin) = (cost, Origin::Lacking(item, inbound.arc));
                    }
                }
                for by in flow.carriers(item) {
                    let arc = network.arcs[by as usize];
                    let label = total - network.cost(arc) - flow.price[arc.pool as usize];
                    if label < best && arc.pool != pool {
                        self.reach(arc.pool, label, Step { pool, nth: by, arc: inbound.arc });
                    }
                }
            }
        }
        self.heap.clear();
        for pool in self.touched.drain(..) {
            let label = &mut self.label[pool as usize];
            if *label < best {
                flow.price[pool as usize] -= best - *label;
            }
            *label = C::FAR;
        }
        origin
    }

    /// How many of so many units fit along the path from one pool to the pool in question.
    fn fitting(&self, flow: &Flow<C>, start: u32, from: u32, units: u64) -> u64 {
        let mut units = units.min(flow.room(start));
        let mut pool = from;
        while pool != start {
            let step = self.step[pool as usize];
            units = units.min(flow.carried(step.nth));
            pool = step.pool;
        }
        units
    }

    /// Moves units along the path from one pool to the pool in question.
    fn draw(&self, flow: &mut Flow<C>, start: u32, from: u32, units: u64) {
        flow.shift_load(start, units, 0);
        let mut pool = from;
        while pool != start {
            let step = self.step[pool as usize];
            flow.move_over(step.nth, step.arc, units);
            pool = step.pool;
        }
    }
}
