//! The primal simplex method for transportation problems.
//!
//! Sources: G. B. Dantzig, "Application of the simplex method to a transportation problem" (1951); R. K. Ahuja, T. L. Magnanti and
//! J. B. Orlin, "Network Flows" (1993), chapter 11, for the tree and the strongly feasible bases that keep the method from cycling
//! (W. H. Cunningham 1976). Most items are at one place. They are no nodes of the tree, so that moving one of them as a whole changes
//! flows alone.
//!
//! The network runs from items over pools to the root; an item's units that nobody serves go to the root directly, at what they are
//! worth. A pool's segments are parallel arcs to the root, of which at most one is in the tree.

use super::cost::Cost;
use super::estimate::Estimate;
use super::flow::{Flow, NONE};
use super::network::{Arc, Network, least};
use super::tree::Tree;
use crate::control::{Cancelled, Control};

/// A capacity without bound.
const UNBOUNDED: u64 = u64::MAX;
/// Items looked at together.
const BLOCK: usize = 64;
/// How many of a block get their way, once everybody has been looked at.
const MOST_GAINING: usize = 8;

/// Where an item's price comes from: of its units' one place, at what a unit costs there, or its own node.
#[derive(Clone, Copy, Debug)]
struct At<C> {
    cost: C,
    node: u32,
    /// The arc to the one place; [`NONE`] if that is the root.
    arc: u32,
}

/// An arc that enters the tree.
#[derive(Clone, Copy, Debug)]
struct Entering<C> {
    /// A unit more comes from here,
    source: u32,
    /// and goes there.
    target: u32,
    arc: u32,
    /// What the source's price becomes, less the target's.
    cost: C,
    /// How much more fits.
    room: u64,
}

/// The narrowest place of one side of a cycle.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    room: u64,
    node: u32,
}

/// The cycle that an entering arc closes.
#[derive(Clone, Copy, Debug)]
struct Cycle {
    apex: u32,
    down: Narrow,
    up: Narrow,
}

/// A component with a feasible basis, on its way to an optimal one.
#[derive(Debug)]
pub(super) struct Primal<'a, C> {
    network: &'a Network<C>,
    tree: Tree<C>,
    root: u32,
    items: Vec<At<C>>,
    /// Of each pool the segment whose arc is in the tree; if none is, those before it are full.
    segment: Vec<u32>,
    /// Units of each segment.
    sizes: Vec<u64>,
    /// The item of each node behind the root.
    divided: Vec<u32>,
    /// Nodes behind the root that stand alone.
    free: Vec<u32>,
}

impl<'a, C: Cost> Primal<'a, C> {
    /// Nobody served.
    pub(super) fn new(network: &'a Network<C>) -> Self {
        let pools = network.pools();
        let root = pools as u32;
        let mut tree = Tree::of(pools + 1);
        let mut sizes = Vec::with_capacity(network.segments.len());
        for pool in 0..root {
            let mut before = 0;
            for (units, _) in network.segments(pool) {
                sizes.push(units - before);
                before = *units;
            }
            match network.segments(pool).first() {
                Some((_, price)) => tree.hang(pool, root, NONE, 0, network.priced(*price)),
                // Nobody can afford it, so that it is not in the tree.
                None => tree.prices[pool as usize] = C::FAR,
            }
        }
        let unserved = |item| At { cost: network.worth(item), node: root, arc: NONE };
        Self {
            network,
            tree,
            root,
            items: (0..network.items() as u32).map(unserved).collect(),
            segment: network.first_segment[..pools].to_vec(),
            sizes,
            divided: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Pivots until nothing improves.
    ///
    /// At first items go, in this order, where an estimate of the prices sends them or, without one, wherever they are served better;
    /// later, only those of a block who gain most move, in the order of the network, which is that of memory.
    pub(super) fn optimize(&mut self, order: &[u32], control: &dyn Control) -> Result<(), Cancelled> {
        match Estimate::of(self.network, order) {
            Some(estimate) => self.follow(&estimate, order, control)?,
            None => _ = self.improve(order, BLOCK, control)?,
        }
        let all: Vec<u32> = (0..order.len() as u32).collect();
        while self.improve(&all, MOST_GAINING, control)? {}
        Ok(())
    }

    /// Looks at items in this order, lets so many of each block go where they gain most, and looks at the pools; whether anything
    /// improved.
    fn improve(&mut self, order: &[u32], most: usize, control: &dyn Control) -> Result<bool, Cancelled> {
        let mut gains = Vec::with_capacity(BLOCK);
        let mut improved = false;
        for block in order.chunks(BLOCK) {
            if control.stopped() {
                return Err(Cancelled);
            }
            gains.clear();
            gains.extend(block.iter().filter_map(|item| Some((self.gain(*item)?, *item))));
            gains.sort_unstable_by(|one, other| other.cmp(one));
            for (_, item) in gains.iter().take(most) {
                // It may be different by now.
                if let Some(arc) = self.best(*item) {
                    if control.stopped() {
                        return Err(Cancelled);
                    }
                    self.enter_item(*item, arc);
                    improved = true;
                }
            }
        }
        for pool in 0..self.root {
            improved |= self.enter_pool(pool);
        }
        Ok(improved)
    }

    /// Brings the arcs into the tree, or to what they can carry, that an estimate says are best.
    fn follow(&mut self, estimate: &Estimate<C>, order: &[u32], control: &dyn Control) -> Result<(), Cancelled> {
        for block in order.chunks(BLOCK) {
            if control.stopped() {
                return Err(Cancelled);
            }
            for item in block {
                let arc = estimate.best(*item);
                if arc != NONE {
                    self.enter_item(*item, arc);
                }
            }
        }
        Ok(())
    }

    /// What a unit of an item costs now, and what it could cost.
    ///
    /// This is where most of the time goes: least costs alone, without where they come from, need no branches.
    fn costs(&self, item: u32) -> (C, C) {
        let at = &self.items[item as usize];
        let now = at.cost + self.tree.prices[at.node as usize];
        let arcs = &self.network.arcs[self.network.arcs(item)];
        let total = |arc: &Arc| self.network.cost(*arc) + self.tree.prices[arc.pool as usize];
        (now, least(arcs, self.network.worth(item), total))
    }

    /// What an item gains per unit by its best arc, if it gains anything.
    fn gain(&self, item: u32) -> Option<C> {
        let (now, best) = self.costs(item);
        (best < now).then(|| now - best)
    }

    /// The arc over which a unit of an item costs least, [`NONE`] for going without; if it gains anything.
    fn best(&self, item: u32) -> Option<u32> {
        let (now, best) = self.costs(item);
        if best >= now {
            return None;
        }
        let total = |nth: &usize| {
            let arc = self.network.arcs[*nth];
            self.network.cost(arc) + self.tree.prices[arc.pool as usize]
        };
        Some(self.network.arcs(item).find(|nth| total(nth) == best).map_or(NONE, |nth| nth as u32))
    }

    /// What a unit of an item costs over an arc, and where it goes.
    fn leads(&self, item: u32, arc: u32) -> (C, u32) {
        match self.network.arcs.get(arc as usize) {
            Some(arc) => (self.network.cost(*arc), arc.pool),
            None => (self.network.worth(item), self.root),
        }
    }

    fn enter_item(&mut self, item: u32, arc: u32) {
        let (cost, target) = self.leads(item, arc);
        let at = self.items[item as usize];
        if at.node > self.root {
            let entering = Entering { source: at.node, target, arc, cost, room: UNBOUNDED };
            let cycle = self.cycle(at.node, target, UNBOUNDED);
            self.pivot(entering, cycle);
            return;
        }
        let quantity = self.network.quantity[item as usize];
        let cycle = self.cycle(at.node, target, quantity);
        if cycle.down.node == NONE && cycle.up.room > quantity {
            self.send(at.node, cycle.apex, false, quantity);
            self.send(target, cycle.apex, true, quantity);
            self.items[item as usize] = At { cost, node: target, arc };
            return;
        }
        let source = self.divide(item, at, quantity);
        self.pivot(Entering { source, target, arc, cost, room: UNBOUNDED }, cycle);
    }

    /// Makes an item that is at one place a node of the tree.
    fn divide(&mut self, item: u32, at: At<C>, quantity: u64) -> u32 {
        let node = self.free.pop().unwrap_or_else(|| {
            self.divided.push(NONE);
            self.tree.grow()
        });
        self.divided[(node - self.root) as usize - 1] = item;
        let price = at.cost + self.tree.prices[at.node as usize];
        self.tree.hang(node, at.node, at.arc, quantity, price);
        self.items[item as usize] = At { cost: C::ZERO, node, arc: NONE };
        node
    }

    /// Takes a node whose item is at one place again out of the tree.
    fn unite(&mut self, node: u32) {
        let item = self.divided[(node - self.root) as usize - 1];
        let arc = self.tree.nodes[node as usize].arc;
        let (cost, place) = self.leads(item, arc);
        self.items[item as usize] = At { cost, node: place, arc };
        self.tree.take(node);
        self.free.push(node);
    }

    /// Brings a pool's next or last segment into the tree, if that improves.
    fn enter_pool(&mut self, pool: u32) -> bool {
        let segments = self.network.first_segment[pool as usize]..self.network.first_segment[pool as usize + 1];
        let in_tree = self.tree.nodes[pool as usize].parent == self.root;
        if segments.is_empty() || in_tree {
            return false;
        }
        let price = self.tree.prices[pool as usize];
        let cost = |segment: u32| self.network.priced(self.network.segments[segment as usize].1);
        let segment = self.segment[pool as usize];
        let (source, target, segment) = if segment < segments.end && cost(segment) < price {
            (pool, self.root, segment)
        } else if segment > segments.start && price < cost(segment - 1) {
            (self.root, pool, segment - 1)
        } else {
            return false;
        };
        self.segment[pool as usize] = segment;
        let cost = if source == pool { cost(segment) } else { -cost(segment) };
        let room = self.sizes[segment as usize];
        let cycle = self.cycle(source, target, UNBOUNDED);
        self.pivot(Entering { source, target, arc: NONE, cost, room }, cycle);
        true
    }

    /// Whether the arc between a node and its parent runs upwards: from items, and to the root.
    fn upwards(&self, node: u32) -> bool {
        node > self.root || self.tree.nodes[node as usize].parent == self.root
    }

    /// How much more fits between a node and its parent, in the direction asked.
    fn room(&self, node: u32, towards_parent: bool) -> u64 {
        let place = &self.tree.nodes[node as usize];
        if self.upwards(node) != towards_parent {
            place.flow
        } else if node < self.root && towards_parent {
            self.sizes[self.segment[node as usize] as usize] - place.flow
        } else {
            UNBOUNDED
        }
    }

    /// The cycle that source and target close, and its narrowest places on the way down from the apex to the source, and up from the
    /// target. An item that is at one place has no node, and is the first to be narrow.
    fn cycle(&self, source: u32, target: u32, quantity: u64) -> Cycle {
        let mut down = Narrow { room: quantity, node: NONE };
        let mut up = Narrow { room: UNBOUNDED, node: NONE };
        let (mut from, mut to) = (source, target);
        while from != to {
            let nodes = &self.tree.nodes;
            if nodes[from as usize].depth >= nodes[to as usize].depth {
                let room = self.room(from, false);
                if room < down.room {
                    down = Narrow { room, node: from };
                }
                from = nodes[from as usize].parent;
            } else {
                let room = self.room(to, true);
                if room <= up.room {
                    up = Narrow { room, node: to };
                }
                to = nodes[to as usize].parent;
            }
        }
        Cycle { apex: from, down, up }
    }

    fn send(&mut self, from: u32, apex: u32, towards_parent: bool, units: u64) {
        let mut node = from;
        while node != apex {
            let more = self.upwards(node) == towards_parent;
            let place = &mut self.tree.nodes[node as usize];
            place.flow = if more { place.flow + units } else { place.flow - units };
            node = place.parent;
        }
    }

    /// Sends what fits along the cycle, and brings the arc into the tree for the one that is full or empty then.
    ///
    /// The cycle runs from the apex down to the source, over the entering arc to the target, and up again. Of those that block, the last
    /// leaves: that keeps the tree strongly feasible (from every node something can still be sent to the root).
    fn pivot(&mut self, entering: Entering<C>, Cycle { apex, down, up }: Cycle) {
        let Entering { source, target, arc, cost, room: own } = entering;
        let (mut room, mut leaving) = (own, None);
        if down.node != NONE && down.room < room {
            (room, leaving) = (down.room, Some((down.node, false)));
        }
        if up.node != NONE && up.room <= room {
            (room, leaving) = (up.room, Some((up.node, true)));
        }
        if room > 0 {
            self.send(source, apex, false, room);
            self.send(target, apex, true, room);
        }
        let Some((cut, on_the_way_up)) = leaving else {
            // A segment is filled or emptied in one go.
            if target == self.root {
                self.segment[source as usize] += 1;
            }
            return;
        };
        let old_parent = self.tree.nodes[cut as usize].parent;
        if cut < self.root && old_parent == self.root && on_the_way_up {
            self.segment[cut as usize] += 1;
        }
        let (entry, parent) = if on_the_way_up { (target, source) } else { (source, target) };
        let reduced = cost + self.tree.prices[target as usize] - self.tree.prices[source as usize];
        let shift = if on_the_way_up { -reduced } else { reduced };
        let flow = if source == self.root { own - room } else { room };
        self.tree.move_below((cut, entry, parent), arc, flow, shift);
        let item = if cut > self.root { cut } else { old_parent };
        if item > self.root && self.tree.nodes[item as usize].first == NONE {
            self.unite(item);
        }
    }

    /// Leaves the optimum to a flow: prices of its pools, and what they give to whom.
    pub(super) fn leave(&self) -> Outcome<C> {
        let mut pieces = Vec::with_capacity(self.items.len() + self.divided.len());
        let mut put = |item: u32, arc: u32, units: u64| {
            if arc != NONE && units > 0 {
                pieces.push((item, arc, units));
            }
        };
        for (item, at) in (0..).zip(&self.items) {
            if at.node <= self.root {
                put(item, at.arc, self.network.quantity[item as usize]);
                continue;
            }
            let node = &self.tree.nodes[at.node as usize];
            put(item, node.arc, node.flow);
            let mut child = node.first;
            while child != NONE {
                let node = &self.tree.nodes[child as usize];
                put(item, node.arc, node.flow);
                child = node.next;
            }
        }
        Outcome { pieces, prices: self.prices() }
    }

    /// Prices of the pools; of one that has nothing to give, what somebody would pay.
    fn prices(&self) -> Vec<C> {
        let mut prices: Vec<C> = self.tree.prices[..self.root as usize].to_vec();
        let none = |pool: u32| self.network.segments(pool).is_empty();
        if (0..self.root).any(none) {
            for pool in (0..self.root).filter(|pool| none(*pool)) {
                prices[pool as usize] = C::ZERO;
            }
            for (item, at) in (0..).zip(&self.items) {
                let now = at.cost + self.tree.prices[at.node as usize];
                for arc in &self.network.arcs[self.network.arcs(item)] {
                    if none(arc.pool) {
                        let price = &mut prices[arc.pool as usize];
                        *price = (*price).max(now - self.network.cost(*arc));
                    }
                }
            }
        }
        // Less than nothing is the price of a unit only where nobody has one.
        prices.into_iter().map(|price| price.max(C::ZERO)).collect()
    }
}

/// An optimum: (item, arc, units), and prices of the pools.
#[derive(Debug)]
pub(super) struct Outcome<C> {
    pieces: Vec<(u32, u32, u64)>,
    prices: Vec<C>,
}

impl<C: Cost> Outcome<C> {
    /// Leaves it to a flow that gives nothing yet.
    pub(super) fn leave(self, flow: &mut Flow<C>) {
        flow.price = self.prices;
        for (item, arc, units) in self.pieces {
            let pool = flow.network.arcs[arc as usize].pool;
            flow.shift_load(pool, units, 0);
            flow.lacking[item as usize] -= units;
            flow.put(pool, item, arc, units);
        }
    }
}
