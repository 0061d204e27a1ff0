//! The spanning tree of a transportation problem's basis: who hangs from whom, with how much flow, at what price.
//!
//! Its nodes are the pools, the root and those items whose units are divided. An item that is at one place is no node: its arc is implied.

use super::cost::Cost;
use super::flow::NONE;

/// A node's place in the tree, with the flow of the arc to its parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Flow of the arc to the parent.
    pub(super) flow: u64,
    /// The node above; [`NONE`] at the root, and of what is not in the tree.
    pub(super) parent: u32,
    /// The problem's arc to the parent; [`NONE`] where the root is the parent.
    pub(super) arc: u32,
    /// Arcs to the root.
    pub(super) depth: u32,
    /// The first of the children, and the neighbours among the parent's.
    pub(super) first: u32,
    pub(super) next: u32,
    previous: u32,
}

impl Node {
    const ALONE: Self = Self { flow: 0, parent: NONE, arc: NONE, depth: 0, first: NONE, next: NONE, previous: NONE };
}

/// A spanning tree with its prices.
#[derive(Debug)]
pub(super) struct Tree<C> {
    pub(super) nodes: Vec<Node>,
    /// What a unit costs from each node to the root, over the tree.
    pub(super) prices: Vec<C>,
}

impl<C: Cost> Tree<C> {
    /// So many nodes that stand alone yet.
    pub(super) fn of(nodes: usize) -> Self {
        Self { nodes: vec![Node::ALONE; nodes], prices: vec![C::ZERO; nodes] }
    }

    /// Adds a node that stands alone.
    pub(super) fn grow(&mut self) -> u32 {
        self.nodes.push(Node::ALONE);
        self.prices.push(C::ZERO);
        self.nodes.len() as u32 - 1
    }

    /// Hangs a node that stands alone, and has no children, below another.
    pub(super) fn hang(&mut self, node: u32, parent: u32, arc: u32, flow: u64, price: C) {
        self.attach(node, parent, arc, flow);
        self.nodes[node as usize].depth = self.nodes[parent as usize].depth + 1;
        self.prices[node as usize] = price;
    }

    /// Takes a node without children out of the tree.
    pub(super) fn take(&mut self, node: u32) {
        self.detach(node);
        self.nodes[node as usize] = Node::ALONE;
    }

    fn attach(&mut self, node: u32, parent: u32, arc: u32, flow: u64) {
        let next = std::mem::replace(&mut self.nodes[parent as usize].first, node);
        if next != NONE {
            self.nodes[next as usize].previous = node;
        }
        let of = &mut self.nodes[node as usize];
        (of.parent, of.arc, of.flow, of.next, of.previous) = (parent, arc, flow, next, NONE);
    }

    fn detach(&mut self, node: u32) {
        let Node { parent, next, previous, .. } = self.nodes[node as usize];
        if previous == NONE {
            self.nodes[parent as usize].first = next;
        } else {
            self.nodes[previous as usize].next = next;
        }
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
    }

    /// Cuts `cut` from its parent and hangs what was below it from `parent`, by its node `entry`; the prices of all that moves change
    /// by `shift`.
    pub(super) fn move_below(&mut self, (cut, entry, parent): (u32, u32, u32), arc: u32, flow: u64, shift: C) {
        let (mut node, mut above, mut link, mut carried) = (entry, parent, arc, flow);
        loop {
            let old = self.nodes[node as usize];
            self.detach(node);
            self.attach(node, above, link, carried);
            if node == cut {
                break;
            }
            (link, carried, above, node) = (old.arc, old.flow, node, old.parent);
        }
        self.refresh(entry, shift);
    }

    /// Depths and prices at and below `top`, whose parent's are right.
    fn refresh(&mut self, top: u32, shift: C) {
        let mut node = top;
        loop {
            let Node { parent, first, .. } = self.nodes[node as usize];
            self.nodes[node as usize].depth = self.nodes[parent as usize].depth + 1;
            self.prices[node as usize] += shift;
            if first != NONE {
                node = first;
                continue;
            }
            while node != top && self.nodes[node as usize].next == NONE {
                node = self.nodes[node as usize].parent;
            }
            if node == top {
                return;
            }
            node = self.nodes[node as usize].next;
        }
    }
}
