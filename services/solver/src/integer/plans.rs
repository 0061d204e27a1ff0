//! Plans that the tree of decisions is cut short with: from the flow of a node, by local search, by dives, and window by window.

use wishwell_allocation::{Objective, Plan};

use super::construct::{Order, Work};
use super::dive::dive;
use super::divide::divide;
use super::improve::Search;
use super::index::Index;
use super::relaxation::relax;
use super::search::{Kind, Tree};
use super::state::State;
use super::window::{Window, around};
use crate::control::Cancelled;
use crate::simplex::Outcome;

/// Tries of the local search at the root, for each arc, at least and at most.
const TRIES_PER_ARC: u64 = 16;
pub(super) const TRIES_MIN: u64 = 4_096;
const TRIES_MAX: u64 = 1 << 18;

/// Most arcs for all kinds of dives at the root.
const DIVES_ARCS_MAX: usize = 4_096;

/// Windows of a plan that are solved: pools of each, nodes of each, and most of them in all.
const WINDOW_POOLS: usize = 4;
const WINDOW_NODES: u64 = 200;
const WINDOWS_MAX: usize = 1_000;

impl<'a> Tree<'a> {
    /// Makes plans of the root's flow, and of the one to start from, with all that the local search can do.
    pub(super) fn begin(&mut self, root: usize, start: Option<&Plan>) -> Result<(), Cancelled> {
        let Kind::Leaf(proof, bound) = &self.nodes[root].state else { return Ok(()) };
        if *bound <= self.best.0 {
            return Ok(());
        }
        let (proof, bound) = (proof.clone(), bound.clone());
        let work = Work::of(self.index, &proof.prices);
        let nothing = Plan::default();
        let firsts = [
            (&proof.flow, Order::LargestFirst),
            (&proof.flow, Order::SmallestFirst),
            (&nothing, Order::LargestFirst),
            (&nothing, Order::SmallestFirst),
        ];
        let tries = (TRIES_PER_ARC * self.index.item_of.len() as u64).clamp(TRIES_MIN, TRIES_MAX);
        let thorough = self.thorough;
        let starts = firsts.into_iter().filter(|_| thorough);
        for (flow, order) in starts.chain(start.map(|start| (start, Order::LargestFirst))) {
            if self.control.stopped() {
                return Err(Cancelled);
            }
            let mut plan = work.follow(flow, order);
            Search { work: &work, tries }.improve(&mut plan);
            self.offer(&plan);
        }
        if self.thorough && bound > self.best.0 {
            let few = self.index.item_of.len() <= DIVES_ARCS_MAX;
            for one_in in if few { &[1, 2, 3, 5, 8, 1_000][..] } else { &[1, 2, 5] } {
                self.plunge(&work, root, *one_in, tries)?;
            }
            self.windows(&work)?;
            self.polish()?;
        }
        self.open.push((bound, 0, root));
        Ok(())
    }

    /// Dives from a node for a better plan, and improves it.
    pub(super) fn plunge(&mut self, work: &Work<'a>, node: usize, one_in: usize, tries: u64) -> Result<(), Cancelled> {
        let path = self.path(self.nodes[node].above);
        if let Some(flow) = dive(self.index, path, &self.best.0, one_in, self.control)? {
            let mut plan = work.follow(&flow, Order::LargestFirst);
            Search { work, tries }.improve(&mut plan);
            self.offer(&plan);
        }
        Ok(())
    }

    /// Solves windows of the best plan, one after the other, as long as that improves it.
    pub(super) fn windows(&mut self, work: &Work<'a>) -> Result<(), Cancelled> {
        let mut state = State::nobody(self.index);
        for (arc, units) in self.best.1.flows() {
            state.set(*arc, *units);
        }
        state.keep();
        let pools = self.index.parts().pools.len() as u32;
        let mut left = WINDOWS_MAX;
        let mut improved = true;
        while std::mem::take(&mut improved) {
            for pool in 0..pools {
                if left == 0 {
                    break;
                }
                let Some(window) = Window::of(work, &state, &around(work, pool, WINDOW_POOLS)) else { continue };
                left -= 1;
                let index = Index::of(&window.problem);
                let found = Tree::light(&index, self.control).search(WINDOW_NODES, Some(&window.plan))?;
                if found.objective > Objective::of(&window.problem, &window.plan) {
                    improved |= window.put(work, &mut state, &found.plan);
                }
            }
        }
        self.offer(&state);
        Ok(())
    }

    pub(super) fn offer(&mut self, state: &State<'_>) {
        let plan = state.plan();
        let objective = Objective::of(self.index.problem, &plan);
        if objective > self.best.0 {
            self.best = (objective, plan);
        }
    }

    /// Keeps what the best plan decides of whole items, bundles, partners and contacts, and serves all others as well as can be.
    pub(super) fn polish(&mut self) -> Result<(), Cancelled> {
        if !(0..self.index.parts().items.len() as u32).any(|item| self.index.plain(item)) {
            return Ok(());
        }
        let path = super::keep::decisions(self.index, &self.best.1);
        let relaxed = relax(self.index, &path);
        if let Ok(relaxed) = relaxed
            && let Outcome::Optimal(flow, _) = relaxed.solve(self.index.problem, self.control)?
            && divide(self.index, &path, &flow).is_none()
        {
            let objective = Objective::of(self.index.problem, &flow);
            if objective > self.best.0 {
                self.best = (objective, flow);
            }
        }
        Ok(())
    }
}
