//! The primal network simplex method on a feasible basis.
//!
//! Sources: R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows" (1993), chapter 11: the method, and the strongly feasible
//! trees that keep it from cycling (W. H. Cunningham 1976); Z. Király and P. Kovács, "Efficient implementations of minimum-cost flow
//! algorithms", Acta Universitatis Sapientiae, Informatica 4 (2012): block search for the entering arc.

use super::cost::Cost;
use super::tree::{NONE, Tree};
use crate::control::Control;

/// Pivots between two questions whether to stop.
const PIVOTS_UNASKED: u64 = 1 << 10;

/// A capacity without bound.
pub(super) const UNBOUNDED: i64 = i64::MAX;

/// Where an arc stands: in the tree, empty, or full.
const TREE: i8 = 0;
const EMPTY: i8 = 1;
const FULL: i8 = -1;

/// The arcs of a network, in columns.
#[derive(Clone, Debug)]
pub(super) struct Arcs<C> {
    pub(super) tails: Vec<u32>,
    pub(super) heads: Vec<u32>,
    pub(super) costs: Vec<C>,
    pub(super) capacities: Vec<i64>,
    states: Vec<i8>,
}

impl<C: Cost> Arcs<C> {
    pub(super) fn with_capacity(arcs: usize) -> Self {
        Self {
            tails: Vec::with_capacity(arcs),
            heads: Vec::with_capacity(arcs),
            costs: Vec::with_capacity(arcs),
            capacities: Vec::with_capacity(arcs),
            states: Vec::with_capacity(arcs),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.tails.len()
    }

    /// One more arc, empty; its index.
    pub(super) fn push(&mut self, tail: u32, head: u32, cost: C, capacity: i64) -> u32 {
        let arc = self.tails.len() as u32;
        self.tails.push(tail);
        self.heads.push(head);
        self.costs.push(cost);
        self.capacities.push(capacity);
        self.states.push(EMPTY);
        arc
    }

    /// Fills an arc outside the tree.
    pub(super) fn fill(&mut self, arc: u32) {
        self.states[arc as usize] = FULL;
    }
}

/// Why the method ended without an optimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The caller stopped it.
    Cancelled,
    /// A cycle without a bound costs less than nothing.
    Unbounded,
}

/// A network with a feasible basis, on its way to an optimal one.
#[derive(Clone, Debug)]
pub(super) struct Simplex<C> {
    pub(super) arcs: Arcs<C>,
    pub(super) tree: Tree<C>,
    pub(super) pivots: u64,
    /// Where the search for an entering arc goes on.
    next: usize,
}

/// The narrowest place of one side of a cycle.
#[derive(Clone, Copy)]
struct Narrow {
    room: i64,
    node: u32,
}

impl<C: Cost> Simplex<C> {
    /// The basis whose tree is given: arcs outside it are empty, or filled already.
    pub(super) fn new(mut arcs: Arcs<C>, tree: Tree<C>) -> Self {
        for place in tree.places.iter().filter(|place| place.parent != NONE) {
            arcs.states[place.arc() as usize] = TREE;
        }
        Self { arcs, tree, pivots: 0, next: 0 }
    }

    /// Pivots until no arc improves.
    pub(super) fn optimize(&mut self, control: &dyn Control) -> Result<(), Stopped> {
        let block = ((self.arcs.len() as f64).sqrt() as usize).max(16);
        while let Some(entering) = self.entering(block) {
            self.pivot(entering)?;
            self.pivots += 1;
            if self.pivots.is_multiple_of(PIVOTS_UNASKED) && control.stopped() {
                return Err(Stopped::Cancelled);
            }
        }
        Ok(())
    }

    /// What a unit more over the arc changes.
    fn reduced(&self, arc: usize) -> C {
        self.arcs.costs[arc] + self.price(self.arcs.heads[arc]) - self.price(self.arcs.tails[arc])
    }

    /// What a unit costs from a node to the root.
    pub(super) fn price(&self, node: u32) -> C {
        self.tree.price(node, &self.arcs.costs)
    }

    /// The arc that gains most in the first block, from where the last search ended, in which any gains.
    fn entering(&mut self, block: usize) -> Option<u32> {
        let total = self.arcs.len();
        let mut best = (C::ZERO, NONE);
        let mut looked = 0;
        while looked < total {
            let end = (self.next + block).min(total);
            // The arcs of an item follow each other.
            let mut tail = (NONE, C::ZERO);
            for arc in self.next..end {
                let state = self.arcs.states[arc];
                if state == TREE {
                    continue;
                }
                if tail.0 != self.arcs.tails[arc] {
                    tail = (self.arcs.tails[arc], self.price(self.arcs.tails[arc]));
                }
                let reduced = self.arcs.costs[arc] + self.price(self.arcs.heads[arc]) - tail.1;
                let change = if state == EMPTY { reduced } else { -reduced };
                if change < best.0 {
                    best = (change, arc as u32);
                }
            }
            looked += end - self.next;
            self.next = if end == total { 0 } else { end };
            if best.1 != NONE {
                return Some(best.1);
            }
        }
        None
    }

    /// How much more fits between a node and its parent, in the direction asked.
    fn room(&self, node: u32, towards_parent: bool) -> i64 {
        let place = &self.tree.places[node as usize];
        if place.upwards() == towards_parent {
            match self.arcs.capacities[place.arc() as usize] {
                UNBOUNDED => UNBOUNDED,
                capacity => capacity - place.flow,
            }
        } else {
            place.flow
        }
    }

    /// Sends what fits along the cycle that the arc closes, and brings the arc into the tree for the one that is full or empty then.
    ///
    /// The cycle runs from the apex down to `source`, over the entering arc to `target`, and up again. Of those that block, the last
    /// leaves: that keeps the tree strongly feasible (from every node something can still be sent to the root).
    fn pivot(&mut self, entering: u32) -> Result<(), Stopped> {
        let arc = entering as usize;
        let empty = self.arcs.states[arc] == EMPTY;
        let (tail, head) = (self.arcs.tails[arc], self.arcs.heads[arc]);
        let (source, target) = if empty { (tail, head) } else { (head, tail) };
        let (apex, down, up) = self.narrowest(source, target);
        let own = self.arcs.capacities[arc];
        let mut room = own;
        let mut leaving = None;
        if down.room < room {
            room = down.room;
            leaving = Some((down.node, false));
        }
        if up.node != NONE && up.room <= room {
            room = up.room;
            leaving = Some((up.node, true));
        }
        if room == UNBOUNDED {
            return Err(Stopped::Unbounded);
        }
        if room > 0 {
            self.send(source, apex, false, room);
            self.send(target, apex, true, room);
        }
        let Some((cut, on_the_way_up)) = leaving else {
            self.arcs.states[arc] = -self.arcs.states[arc];
            return Ok(());
        };
        let place = self.tree.places[cut as usize];
        let filled = place.upwards() == on_the_way_up;
        self.arcs.states[place.arc() as usize] = if filled { FULL } else { EMPTY };
        self.arcs.states[arc] = TREE;
        let (entry, parent) = if on_the_way_up { (target, source) } else { (source, target) };
        let reduced = self.reduced(arc);
        let shift = if entry == tail { reduced } else { -reduced };
        let flow = if empty { room } else { own - room };
        self.tree.move_below((cut, entry, parent), (entering, entry == tail), flow, shift, &self.arcs.costs);
        Ok(())
    }

    /// The apex of the cycle that source and target close, and the narrowest places on the way down and on the way up.
    fn narrowest(&self, source: u32, target: u32) -> (u32, Narrow, Narrow) {
        let mut down = Narrow { room: UNBOUNDED, node: NONE };
        let mut up = Narrow { room: UNBOUNDED, node: NONE };
        let (mut from, mut to) = (source, target);
        while from != to {
            let places = &self.tree.places;
            if self.tree.depth(from) >= self.tree.depth(to) {
                let room = self.room(from, false);
                if room < down.room {
                    down = Narrow { room, node: from };
                }
                from = places[from as usize].parent;
            } else {
                let room = self.room(to, true);
                if room <= up.room {
                    up = Narrow { room, node: to };
                }
                to = places[to as usize].parent;
            }
        }
        (from, down, up)
    }

    fn send(&mut self, from: u32, apex: u32, towards_parent: bool, units: i64) {
        let mut node = from;
        while node != apex {
            let place = &mut self.tree.places[node as usize];
            if place.upwards() == towards_parent {
                place.flow += units;
            } else {
                place.flow -= units;
            }
            node = place.parent;
        }
    }

    /// The flow of each arc.
    pub(super) fn flows(&self) -> Vec<i64> {
        let mut flows: Vec<i64> = self
            .arcs
            .states
            .iter()
            .zip(&self.arcs.capacities)
            .map(|(state, capacity)| if *state == FULL { *capacity } else { 0 })
            .collect();
        for place in self.tree.places.iter().filter(|place| place.parent != NONE) {
            flows[place.arc() as usize] = place.flow;
        }
        flows
    }
}
