//! The spanning tree of a basis: who hangs from whom over which arc, with how much flow, at what price.
//!
//! Most nodes of an allocation are items that nothing hangs from. These leaves are in no list of children, and their prices follow from
//! the nodes that they hang from: a pivot walks through the inner nodes of what it moves, and through no others.

use super::cost::Cost;

/// No node, no arc.
pub(super) const NONE: u32 = u32::MAX;

/// A node's place in the tree. The flow of a tree arc is kept here, at the lower of its ends; arcs outside the tree are empty or full
/// and need none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Flow of the arc to the parent.
    pub(super) flow: i64,
    /// The node above; [`NONE`] at the root.
    pub(super) parent: u32,
    /// The arc to the parent, doubled, and one more where it runs upwards, from this node to the parent.
    link: u32,
    /// The first inner node among the children, and an inner node's neighbours among its parent's.
    first: u32,
    next: u32,
    previous: u32,
    /// Arcs to the root, of an inner node.
    depth: u32,
}

impl Place {
    const ALONE: Self = Self { flow: 0, parent: NONE, link: NONE, first: NONE, next: NONE, previous: NONE, depth: 0 };

    /// The arc to the parent.
    pub(super) const fn arc(&self) -> u32 {
        self.link >> 1
    }

    /// Whether the arc to the parent runs from this node to it.
    pub(super) const fn upwards(&self) -> bool {
        self.link & 1 == 1
    }
}

/// A spanning tree with its prices: along each tree arc, the price of its tail is the price of its head and the arc's cost.
#[derive(Clone, Debug)]
pub(super) struct Tree<C> {
    pub(super) places: Vec<Place>,
    /// Children of each node.
    children: Vec<u32>,
    /// What a unit costs from each inner node to the root, over the tree.
    prices: Vec<C>,
}

impl<C: Cost> Tree<C> {
    /// `nodes` nodes that all stand alone yet.
    pub(super) fn of(nodes: usize) -> Self {
        Self { places: vec![Place::ALONE; nodes], children: vec![0; nodes], prices: vec![C::ZERO; nodes] }
    }

    /// Hangs a node that stands alone below another; depths and prices are wrong until the tree is settled.
    pub(super) fn hang(&mut self, node: u32, parent: u32, arc: u32, upwards: bool, flow: i64) {
        self.attach(node, parent, arc << 1 | u32::from(upwards), flow);
    }

    /// Depths and prices of all that hangs from the root, from the arcs' costs; how many nodes that is, the root included.
    pub(super) fn settle(&mut self, root: u32, costs: &[C]) -> usize {
        let mut settled = 1 + self.children[root as usize] as usize;
        let mut node = self.places[root as usize].first;
        while node != NONE {
            settled += self.children[node as usize] as usize;
            self.derive(node, costs);
            if self.places[node as usize].first != NONE {
                node = self.places[node as usize].first;
                continue;
            }
            while node != root && self.places[node as usize].next == NONE {
                node = self.places[node as usize].parent;
            }
            node = if node == root { NONE } else { self.places[node as usize].next };
        }
        settled
    }

    /// Depth and price of a node from those of its parent.
    fn derive(&mut self, node: u32, costs: &[C]) {
        let parent = self.places[node as usize].parent;
        self.prices[node as usize] = self.derived(node, costs);
        self.places[node as usize].depth = self.places[parent as usize].depth + 1;
    }

    fn derived(&self, node: u32, costs: &[C]) -> C {
        let place = &self.places[node as usize];
        let (above, cost) = (self.prices[place.parent as usize], costs[place.arc() as usize]);
        if place.upwards() { above + cost } else { above - cost }
    }

    const fn is_leaf(&self, node: u32) -> bool {
        self.children.as_slice()[node as usize] == 0 && self.places.as_slice()[node as usize].parent != NONE
    }

    /// What a unit costs from a node to the root.
    pub(super) fn price(&self, node: u32, costs: &[C]) -> C {
        if self.is_leaf(node) { self.derived(node, costs) } else { self.prices[node as usize] }
    }

    /// Arcs from a node to the root.
    pub(super) fn depth(&self, node: u32) -> u32 {
        let place = &self.places[node as usize];
        if self.is_leaf(node) { self.places[place.parent as usize].depth + 1 } else { place.depth }
    }

    fn attach(&mut self, node: u32, parent: u32, link: u32, flow: i64) {
        let place = &mut self.places[node as usize];
        place.parent = parent;
        place.link = link;
        place.flow = flow;
        if self.children[node as usize] > 0 {
            self.enlist(node);
        }
        self.children[parent as usize] += 1;
        if self.children[parent as usize] == 1 && self.places[parent as usize].parent != NONE {
            self.enlist(parent);
        }
    }

    fn detach(&mut self, node: u32) {
        if self.children[node as usize] > 0 {
            self.delist(node);
        }
        let parent = self.places[node as usize].parent;
        self.children[parent as usize] -= 1;
        if self.children[parent as usize] == 0 && self.places[parent as usize].parent != NONE {
            self.delist(parent);
        }
    }

    /// Puts a node into the list of its parent's inner children.
    fn enlist(&mut self, node: u32) {
        let parent = self.places[node as usize].parent;
        let first = std::mem::replace(&mut self.places[parent as usize].first, node);
        if first != NONE {
            self.places[first as usize].previous = node;
        }
        let place = &mut self.places[node as usize];
        place.next = first;
        place.previous = NONE;
    }

    fn delist(&mut self, node: u32) {
        let Place { parent, next, previous, .. } = self.places[node as usize];
        if previous == NONE {
            self.places[parent as usize].first = next;
        } else {
            self.places[previous as usize].next = next;
        }
        if next != NONE {
            self.places[next as usize].previous = previous;
        }
    }

    /// Cuts `cut` from its parent and hangs what was below it from `parent`, by its node `entry` and the arc `arc`; the prices of all
    /// that moves change by `shift`.
    pub(super) fn move_below(
        &mut self,
        (cut, entry, parent): (u32, u32, u32),
        (arc, upwards): (u32, bool),
        flow: i64,
        shift: C,
        costs: &[C],
    ) {
        // These two may become inner nodes.
        for node in [entry, parent] {
            if self.is_leaf(node) {
                self.derive(node, costs);
            }
        }
        let mut node = entry;
        let mut above = parent;
        let mut link = arc << 1 | u32::from(upwards);
        let mut carried = flow;
        loop {
            let old = self.places[node as usize];
            self.detach(node);
            self.attach(node, above, link, carried);
            if node == cut {
                break;
            }
            // What led up leads down now.
            link = old.link ^ 1;
            carried = old.flow;
            above = node;
            node = old.parent;
        }
        if !self.is_leaf(entry) {
            self.refresh(entry, shift);
        }
    }

    /// Depths and prices of the inner nodes at and below `top`, whose parent's are right.
    fn refresh(&mut self, top: u32, shift: C) {
        let mut node = top;
        loop {
            let Place { parent, first, .. } = self.places[node as usize];
            self.places[node as usize].depth = self.places[parent as usize].depth + 1;
            self.prices[node as usize] = self.prices[node as usize] + shift;
            if first != NONE {
                node = first;
                continue;
            }
            while node != top && self.places[node as usize].next == NONE {
                node = self.places[node as usize].parent;
            }
            if node == top {
                return;
            }
            node = self.places[node as usize].next;
        }
    }
}
