//! The spanning tree of a basis: who hangs from whom over which arc, with how much flow, at what price.

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
    first: u32,
    next: u32,
    previous: u32,
    /// Arcs to the root.
    pub(super) depth: u32,
}

impl Place {
    const ROOT: Self = Self { flow: 0, parent: NONE, link: NONE, first: NONE, next: NONE, previous: NONE, depth: 0 };

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
    /// What a unit costs from each node to the root, over the tree.
    pub(super) prices: Vec<C>,
}

impl<C: Cost> Tree<C> {
    /// A tree of `nodes` nodes that all stand alone yet; `root` is the one that everything is to be hung from.
    pub(super) fn of(nodes: usize) -> Self {
        Self { places: vec![Place::ROOT; nodes], prices: vec![C::ZERO; nodes] }
    }

    /// Hangs a node that stands alone below a parent that is in the tree already.
    pub(super) fn hang(&mut self, node: u32, parent: u32, arc: u32, upwards: bool, flow: i64, cost: C) {
        self.attach(node, parent, arc << 1 | u32::from(upwards), flow);
        self.places[node as usize].depth = self.places[parent as usize].depth + 1;
        let above = self.prices[parent as usize];
        self.prices[node as usize] = if upwards { above + cost } else { above - cost };
    }

    fn attach(&mut self, node: u32, parent: u32, link: u32, flow: i64) {
        let first = self.places[parent as usize].first;
        if first != NONE {
            self.places[first as usize].previous = node;
        }
        self.places[parent as usize].first = node;
        let place = &mut self.places[node as usize];
        place.parent = parent;
        place.link = link;
        place.flow = flow;
        place.next = first;
        place.previous = NONE;
    }

    fn detach(&mut self, node: u32) {
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
        cut: u32,
        entry: u32,
        parent: u32,
        (arc, upwards): (u32, bool),
        flow: i64,
        shift: C,
    ) {
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
        self.refresh(entry, shift);
    }

    /// Depths and prices below and at `top`, whose parent's are right.
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
