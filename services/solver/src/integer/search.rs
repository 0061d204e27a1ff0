//! Branch and bound: the tree of decisions whose leaves prove how good the best plan found is.
//!
//! Best bound first, but a node's better child is looked at right away: dives find plans, and the best bound is what is proven if the
//! search ends early. Sources: A. H. Land and A. G. Doig (1960); the order is that of J. T. Linderoth and M. W. P. Savelsbergh, "A
//! computational study of search strategies for mixed integer programming", INFORMS Journal on Computing 11 (1999).

use std::collections::BinaryHeap;

use wishwell_allocation::{Branch, Decision, Objective, Plan, Prices, Proof};

use super::construct::{Order, Work};
use super::divide::divide;
use super::index::Index;
use super::plans::TRIES_MIN;
use super::relaxation::{Path, relax};
use super::steps;
use crate::control::{Cancelled, Control};
use crate::simplex::Outcome;

/// Longest chain of decisions.
const DEPTH_MAX: usize = 256;

/// Most figures (units of flows, prices) that the leaves of one tree hold together.
const FIGURES_MAX: usize = 1 << 24;

/// Nodes between two dives for plans.
const NODES_UNDIVED: usize = 64;

/// A node of the tree.
pub(super) struct Node {
    pub(super) above: Option<(usize, Decision, bool)>,
    depth: usize,
    pub(super) state: Kind,
}

/// What a node is: a leaf with its bound, a kind that no plan is of, or two kinds.
pub(super) enum Kind {
    Leaf(Box<Proof>, Objective),
    Impossible(Box<wishwell_allocation::Cut>),
    Fork(Decision, usize, usize),
}

/// The best plan found and the tree that bounds it.
pub(super) struct Found {
    pub(super) plan: Plan,
    pub(super) objective: Objective,
    pub(super) bound: Objective,
    pub(super) root: Branch,
    pub(super) nodes: u64,
}

/// A tree that grows, and the best plan found.
pub(super) struct Tree<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) control: &'a dyn Control,
    pub(super) nodes: Vec<Node>,
    /// Leaves that may hold better plans: bound, depth, node.
    pub(super) open: BinaryHeap<(Objective, usize, usize)>,
    pub(super) best: (Objective, Plan),
    /// Whether all is done to find plans.
    pub(super) thorough: bool,
    nothing: Plan,
}

impl<'a> Tree<'a> {
    pub(super) fn new(index: &'a Index<'a>, control: &'a dyn Control) -> Self {
        let nobody = Plan::default();
        let best = (Objective::of(index.problem, &nobody), nobody);
        Self {
            index,
            control,
            nodes: Vec::new(),
            open: BinaryHeap::new(),
            best,
            thorough: true,
            nothing: Plan::default(),
        }
    }

    /// A search that begins with nothing but a plan to start from.
    pub(super) fn light(index: &'a Index<'a>, control: &'a dyn Control) -> Self {
        Self { thorough: false, ..Self::new(index, control) }
    }

    /// Searches until the best plan is proven, or so many nodes were looked at.
    pub(super) fn search(mut self, nodes_max: u64, start: Option<&Plan>) -> Result<Found, Cancelled> {
        let root = self.look(None)?;
        self.begin(root, start)?;
        let most = self.nodes_fit().min(usize::try_from(nodes_max).unwrap_or(usize::MAX));
        let mut undived = NODES_UNDIVED;
        while self.nodes.len() + 2 <= most {
            let Some((bound, _, node)) = self.open.pop() else { break };
            if bound <= self.best.0 {
                break;
            }
            if self.thorough && self.nodes.len() >= undived {
                undived = self.nodes.len() + NODES_UNDIVED;
                let work = self.work(node);
                self.plunge(&work, node, 2, TRIES_MIN)?;
            }
            self.descend(node, most)?;
        }
        let bounds = self.nodes.iter().filter_map(|node| match &node.state {
            Kind::Leaf(_, bound) => Some(steps::bound(self.index, bound)),
            _ => None,
        });
        let bound = bounds.max().unwrap_or_else(|| self.best.0.clone());
        let nodes = self.nodes.len() as u64;
        let mut kinds: Vec<Option<Kind>> = self.nodes.into_iter().map(|node| Some(node.state)).collect();
        let root = branch(&mut kinds, root);
        Ok(Found { plan: self.best.1, objective: self.best.0, bound, root, nodes })
    }

    /// How many nodes' proofs may be kept.
    fn nodes_fit(&self) -> usize {
        let parts = self.index.parts();
        FIGURES_MAX / (parts.items.len() + parts.pools.len() + parts.caps.len() + parts.groups.len() + 1)
    }

    /// Forks a node, and on and on its better child.
    fn descend(&mut self, from: usize, most: usize) -> Result<(), Cancelled> {
        let mut node = from;
        while self.nodes.len() + 2 <= most && self.nodes[node].depth < DEPTH_MAX {
            let Some(on) = self.division(node) else { return Ok(()) };
            let yes = self.look(Some((node, on, true)))?;
            let no = self.look(Some((node, on, false)))?;
            self.nodes[node].state = Kind::Fork(on, yes, no);
            let bound = |node: usize| match &self.nodes[node].state {
                Kind::Leaf(_, bound) if *bound > self.best.0 => Some(bound),
                _ => None,
            };
            let (next, other) = if bound(no) > bound(yes) { (no, yes) } else { (yes, no) };
            if let Some(bound) = bound(other).cloned() {
                self.open.push((bound, self.nodes[other].depth, other));
            }
            if bound(next).is_none() {
                return Ok(());
            }
            node = next;
        }
        // What is too deep to be forked stays a leaf.
        if let Kind::Leaf(_, bound) = &self.nodes[node].state
            && self.nodes[node].depth < DEPTH_MAX
        {
            self.open.push((bound.clone(), self.nodes[node].depth, node));
        }
        Ok(())
    }

    /// How the prices of a leaf rank the arcs.
    fn work(&self, node: usize) -> Work<'a> {
        match &self.nodes[node].state {
            Kind::Leaf(proof, _) => Work::of(self.index, &proof.prices),
            _ => Work::of(
                self.index,
                &Prices { pools: vec![0; self.index.parts().pools.len()], caps: Vec::new(), groups: Vec::new() },
            ),
        }
    }

    /// The flow of the node above, to start from.
    fn flow(&self, above: Option<(usize, Decision, bool)>) -> &Plan {
        match above.map(|(node, ..)| &self.nodes[node].state) {
            Some(Kind::Leaf(proof, _)) => &proof.flow,
            _ => &self.nothing,
        }
    }

    fn division(&self, node: usize) -> Option<Decision> {
        match &self.nodes[node].state {
            Kind::Leaf(proof, _) => divide(self.index, &self.path(self.nodes[node].above), &proof.flow),
            _ => None,
        }
    }

    pub(super) fn path(&self, above: Option<(usize, Decision, bool)>) -> Path {
        let mut path = Path::new();
        let mut next = above;
        while let Some((node, on, holds)) = next {
            path.push((on, holds));
            next = self.nodes[node].above;
        }
        path.reverse();
        path
    }

    /// Bounds a kind of plans, and tries to make a plan of the flow that bounds it.
    fn look(&mut self, above: Option<(usize, Decision, bool)>) -> Result<usize, Cancelled> {
        if self.control.stopped() {
            return Err(Cancelled);
        }
        let path = self.path(above);
        let outcome = match relax(self.index, &path) {
            Ok(relaxed) => relaxed.solve_from(self.index.problem, self.flow(above), self.control)?,
            Err(cut) => Outcome::Impossible(cut),
        };
        let state = match outcome {
            Outcome::Impossible(cut) => Kind::Impossible(Box::new(cut)),
            Outcome::Optimal(flow, prices) => {
                let bound = Objective::of(self.index.problem, &flow);
                if bound > self.best.0 {
                    if divide(self.index, &path, &flow).is_none() {
                        self.best = (bound.clone(), flow.clone());
                    } else if above.is_some() {
                        let plan = Work::of(self.index, &prices).follow(&flow, Order::LargestFirst);
                        self.offer(&plan);
                    }
                }
                Kind::Leaf(Box::new(Proof { flow, prices }), bound)
            }
        };
        let depth = above.map_or(0, |(node, ..)| self.nodes[node].depth + 1);
        self.nodes.push(Node { above, depth, state });
        Ok(self.nodes.len() - 1)
    }
}

/// The branch that hangs from a node.
fn branch(kinds: &mut [Option<Kind>], node: usize) -> Branch {
    match kinds[node].take() {
        Some(Kind::Leaf(proof, _)) => Branch::Leaf(proof),
        Some(Kind::Impossible(cut)) => Branch::Impossible(cut),
        Some(Kind::Fork(on, yes, no)) => {
            Branch::Fork { on, yes: Box::new(branch(kinds, yes)), no: Box::new(branch(kinds, no)) }
        }
        None => unreachable!("a node hangs from one other"),
    }
}
