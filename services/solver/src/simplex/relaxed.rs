//! The flow that is left of an allocation once some arcs are forbidden, some items required and some capacities shortened.

use wishwell_allocation::{Cut, Plan, Prices, Problem, ProblemParts, Segment};

use super::cost::Cost;
use super::pivot::{Arcs, Simplex, Stopped, UNBOUNDED};
use super::start::{Filling, Link, Start, Used};
use super::tree::Tree;
use crate::control::{Cancelled, Control};

/// What is left of a problem: a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxed {
    /// Arcs that may be used, ascending; `None`, all.
    pub usable: Option<Vec<u32>>,
    /// Which items must be served wholly; `None`, no one.
    pub required: Option<Vec<bool>>,
    /// What each pool can give; where less than its segments hold, the last segments are shorter. At least 0.
    pub pools: Vec<u64>,
    /// What can pass each cap, likewise.
    pub caps: Vec<u64>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An optimal flow with prices that prove it.
    Optimal(Plan, Prices),
    /// The required items cannot all be served.
    Impossible(Cut),
}

fn capacity(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.units).sum()
}

impl Relaxed {
    /// The whole problem, with all that needs whole numbers forgotten.
    #[must_use]
    pub fn all_of(problem: &Problem) -> Self {
        let parts = problem.parts();
        Self {
            usable: None,
            required: None,
            pools: parts.pools.iter().map(|pool| capacity(&pool.segments)).collect(),
            caps: parts.caps.iter().map(|cap| capacity(&cap.segments)).collect(),
        }
    }

    /// An optimal flow with its prices, or why there is none; the same one each time.
    ///
    /// # Errors
    ///
    /// When it was asked to stop.
    pub fn solve(&self, problem: &Problem, control: &dyn Control) -> Result<Outcome, Cancelled> {
        self.solve_from(problem, &Plan::default(), control)
    }

    /// The same, sooner if the plan to start from is near the optimum. It may be any: what of it is a flow here is taken over.
    ///
    /// # Errors
    ///
    /// When it was asked to stop.
    pub fn solve_from(&self, problem: &Problem, start: &Plan, control: &dyn Control) -> Result<Outcome, Cancelled> {
        // Dearer than any simple way through the network.
        let dear = problem.weights().range() + 1;
        if dear <= <i64 as Cost>::FAR {
            Layout::<i64>::of(problem, self, start, dear).solve(control)
        } else {
            Layout::<i128>::of(problem, self, start, dear).solve(control)
        }
    }
}

/// An allocation as a network, whose nodes are its items, groups, pools, caps and the sink, in this order.
///
/// Every item gives its quantity: what is served leaves over a pool, what is not over the item's groups, which counts a guarantee from
/// the other side: as long as so many stay unserved that the guarantee is not reached, each of them costs what it would earn. So
/// nobody served is feasible, the sink the root of a basis, and whoever fits can be served from there.
struct Layout<'a, C> {
    problem: &'a Problem,
    relaxed: &'a Relaxed,
    /// Pools and caps that nothing can pass are no nodes of the network.
    open_pools: Vec<bool>,
    open_caps: Vec<bool>,
    groups: u32,
    pools: u32,
    caps: u32,
    root: u32,
    dear: C,
    arcs: Arcs<C>,
    /// The problem's arc of each of the first arcs.
    of: Vec<u32>,
    /// Of each item, the first of its arcs; and one more.
    starts: Vec<u32>,
    tree: Tree<C>,
}

impl<'a, C: Cost> Layout<'a, C> {
    fn of(problem: &'a Problem, relaxed: &'a Relaxed, start: &Plan, dear: i128) -> Self {
        let parts = problem.parts();
        let mut open_caps: Vec<bool> = relaxed.caps.iter().map(|units| *units > 0).collect();
        for nth in 0..parts.caps.len() {
            open_caps[nth] &= parts.caps[nth].cap.is_none_or(|above| open_caps[above as usize]);
        }
        let open_pools = parts
            .pools
            .iter()
            .zip(&relaxed.pools)
            .map(|(pool, units)| *units > 0 && pool.cap.is_none_or(|cap| open_caps[cap as usize]))
            .collect();
        let groups = parts.items.len() as u32;
        let pools = groups + parts.groups.len() as u32;
        let caps = pools + parts.pools.len() as u32;
        let root = caps + parts.caps.len() as u32;
        let arcs = relaxed.usable.as_ref().map_or(parts.arc_pool.len(), Vec::len) + 2 * root as usize;
        let mut layout = Self {
            problem,
            relaxed,
            open_pools,
            open_caps,
            groups,
            pools,
            caps,
            root,
            dear: C::of(dear),
            arcs: Arcs::with_capacity(arcs),
            of: Vec::new(),
            starts: vec![0],
            tree: Tree::of(root as usize + 1),
        };
        layout.add_arcs();
        let first = layout.start(start);
        layout.add_caps_and_pools(&first);
        layout.add_groups(&first);
        layout.add_unserved(&first);
        let settled = layout.tree.settle(root, &layout.arcs.costs);
        let closed = layout.open_pools.iter().chain(&layout.open_caps).filter(|open| !**open).count();
        debug_assert_eq!(settled + closed, root as usize + 1, "everything hangs from the sink");
        layout
    }

    /// A feasible flow to start from: the plan's, and whatever else fits.
    fn start(&mut self, plan: &Plan) -> Start {
        let mut filling = Filling::new(self.problem, self.relaxed, &self.open_pools);
        let mut order: Vec<u32> =
            (0..self.groups).filter(|item| self.starts[*item as usize] < self.starts[*item as usize + 1]).collect();
        let mut planned = vec![0_u64; self.of.len()];
        let mut arc = 0;
        for (of, units) in plan.flows() {
            while arc < self.of.len() && self.of[arc] < *of {
                arc += 1;
            }
            if arc < self.of.len() && self.of[arc] == *of {
                planned[arc] = *units;
            }
        }
        // Those whom the plan serves over one arc first: the others find full then what is full in the plan. Then those it does not serve.
        let kind = |item: u32| match (self.arcs_of(item)).filter(|arc| planned[*arc] > 0).count() {
            1 => 0,
            0 => 2,
            _ => 1,
        };
        order
            .sort_by_cached_key(|item| (kind(*item), self.arcs_of(*item).map(|arc| self.arcs.costs[arc]).min(), *item));
        for item in order {
            let mut arcs: Vec<usize> = self.arcs_of(item).filter(|arc| self.arcs.costs[*arc] < C::ZERO).collect();
            arcs.sort_by_key(|arc| (std::cmp::Reverse(planned[*arc]), self.arcs.costs[*arc]));
            filling.serve(item, arcs.into_iter().map(|arc| (arc as u32, self.of[arc])));
        }
        let start = filling.start;
        for of in start.items.iter().zip(0_u32..).filter_map(|(of, item)| Some((item, of.upwards?))) {
            let (item, (arc, units)) = of;
            self.tree.hang(item, self.arcs.heads[arc as usize], arc, true, units as i64);
        }
        for (item, arc, units) in &start.filled {
            self.tree.hang(self.arcs.heads[*arc as usize], *item, *arc, false, *units as i64);
        }
        start
    }

    /// The network's arcs of an item.
    fn arcs_of(&self, item: u32) -> std::ops::Range<usize> {
        self.starts[item as usize] as usize..self.starts[item as usize + 1] as usize
    }

    const fn parts(&self) -> &'a ProblemParts {
        self.problem.parts()
    }

    fn required(&self, item: usize) -> bool {
        self.relaxed.required.as_ref().is_some_and(|required| required[item])
    }

    fn usable(&self, item: u32) -> impl Iterator<Item = u32> + 'a {
        let range = self.problem.arcs(item);
        let chosen = self.relaxed.usable.as_deref().map(|usable| {
            let from = usable.partition_point(|arc| (*arc as usize) < range.start);
            let to = usable.partition_point(|arc| (*arc as usize) < range.end);
            &usable[from..to]
        });
        let all = if chosen.is_some() { 0..0 } else { range.start as u32..range.end as u32 };
        all.chain(chosen.unwrap_or_default().iter().copied())
    }

    fn add_arcs(&mut self) {
        let parts = self.parts();
        let weights = self.problem.weights();
        let distance = weights.weight(wishwell_allocation::Level::Distance);
        for (nth, item) in parts.items.iter().enumerate() {
            let worth = weights.unit(item.tier, item.worth);
            for arc in self.usable(nth as u32) {
                let pool = parts.arc_pool[arc as usize];
                if self.open_pools[pool as usize] {
                    let cost = distance * i128::from(parts.arc_distance[arc as usize]) - worth;
                    self.arcs.push(nth as u32, self.pools + pool, C::of(cost), UNBOUNDED);
                    self.of.push(arc);
                }
            }
            self.starts.push(self.of.len() as u32);
        }
    }

    fn add_caps_and_pools(&mut self, first: &Start) {
        let parts = self.parts();
        let (pools, caps, root) = (self.pools, self.caps, self.root);
        let above = |cap: Option<u32>| cap.map_or(root, |cap| caps + cap);
        for nth in 0..parts.caps.len() {
            if self.open_caps[nth] {
                let cap = &parts.caps[nth];
                let node = (caps + nth as u32, above(cap.cap));
                self.add_segments(node, &cap.segments, self.relaxed.caps[nth], &first.caps[nth]);
            }
        }
        for nth in 0..parts.pools.len() {
            if self.open_pools[nth] {
                let pool = &parts.pools[nth];
                let node = (pools + nth as u32, above(pool.cap));
                self.add_segments(node, &pool.segments, self.relaxed.pools[nth], &first.pools[nth]);
            }
        }
    }

    /// Segments filled from the first by what is used. The one that joins the node with the one above: with room left for what hangs
    /// from it, or with units in it where the one above hangs from this.
    fn add_segments(&mut self, (node, above): (u32, u32), segments: &[Segment], most: u64, used: &Used) {
        let load = self.problem.weights().weight(wishwell_allocation::Level::Load);
        let mut left = most;
        let mut units_left = used.units;
        let mut joined = false;
        for segment in segments {
            let length = segment.units.min(left);
            if length == 0 {
                break;
            }
            let units = units_left.min(length);
            let arc = self.arcs.push(node, above, C::of(load * i128::from(segment.price)), length as i64);
            left -= length;
            units_left -= units;
            let joins = match used.link {
                Link::Above => units < length,
                Link::Below => false,
                Link::Between => units_left == 0,
            };
            if joins && !joined {
                joined = true;
                match used.link {
                    Link::Above => self.tree.hang(node, above, arc, true, units as i64),
                    _ => self.tree.hang(above, node, arc, false, units as i64),
                }
            } else if units == length {
                self.arcs.fill(arc);
            }
        }
    }

    /// Units of each group's items, the groups below included.
    fn asked(&self) -> Vec<i64> {
        let parts = self.parts();
        let mut asked = vec![0_i64; parts.groups.len()];
        for item in &parts.items {
            if let Some(group) = item.group {
                asked[group as usize] += item.quantity as i64;
            }
        }
        for nth in (0..asked.len()).rev() {
            if let Some(above) = parts.groups[nth].group {
                asked[above as usize] += asked[nth];
            }
        }
        asked
    }

    fn add_groups(&mut self, first: &Start) {
        let parts = self.parts();
        let guarantee = C::of(self.problem.weights().weight(wishwell_allocation::Level::Guarantee));
        // Required items are served, or left over apart: no group has them unserved.
        let mut unserved = vec![0_i64; parts.groups.len()];
        for (nth, item) in parts.items.iter().enumerate() {
            if let Some(group) = item.group
                && !self.required(nth)
            {
                unserved[group as usize] += (item.quantity - first.items[nth].served) as i64;
            }
        }
        let asked = self.asked();
        for nth in (0..parts.groups.len()).rev() {
            if let Some(above) = parts.groups[nth].group {
                unserved[above as usize] += unserved[nth];
            }
        }
        for (nth, group) in parts.groups.iter().enumerate() {
            let node = self.groups + nth as u32;
            let above = group.group.map_or(self.root, |above| self.groups + above);
            // So many may stay unserved with the guarantee reached.
            let free = match group.guarantee as i64 {
                0 => UNBOUNDED,
                units => (asked[nth] - units).max(0),
            };
            let mut left = unserved[nth];
            if free > 0 {
                let arc = self.arcs.push(node, above, C::ZERO, free);
                if left < free {
                    self.tree.hang(node, above, arc, true, left);
                } else {
                    self.arcs.fill(arc);
                }
                left -= free;
            }
            if free < UNBOUNDED {
                let arc = self.arcs.push(node, above, guarantee, UNBOUNDED);
                if left >= 0 {
                    self.tree.hang(node, above, arc, true, left);
                }
            }
        }
    }

    /// Ways around all pools: for items that need not be served, over their groups; for those that must, at a price that nothing else
    /// reaches.
    fn add_unserved(&mut self, first: &Start) {
        for (nth, item) in self.parts().items.iter().enumerate() {
            let (above, cost) = if self.required(nth) {
                (self.root, self.dear)
            } else {
                (item.group.map_or(self.root, |group| self.groups + group), C::ZERO)
            };
            let arc = self.arcs.push(nth as u32, above, cost, UNBOUNDED);
            let of = &first.items[nth];
            if of.upwards.is_none() {
                self.tree.hang(nth as u32, above, arc, true, (item.quantity - of.served) as i64);
            }
        }
    }

    fn solve(mut self, control: &dyn Control) -> Result<Outcome, Cancelled> {
        let root = self.root;
        let mut simplex = Simplex::new(std::mem::replace(&mut self.arcs, Arcs::with_capacity(0)), self.tree);
        self.tree = Tree::of(0);
        simplex.optimize(control).map_err(|stopped| {
            // No arc costs less than nothing without an item's quantity behind it.
            debug_assert_eq!(stopped, Stopped::Cancelled);
            Cancelled
        })?;
        debug_assert_eq!(simplex.price(root), C::ZERO);
        let flows = simplex.flows();
        let found = super::reading::Found {
            problem: self.problem,
            relaxed: self.relaxed,
            open_pools: &self.open_pools,
            open_caps: &self.open_caps,
            of: &self.of,
            flows: &flows,
        };
        let unserved = &flows[flows.len() - self.parts().items.len()..];
        let unmet: Vec<u32> = (0..self.parts().items.len())
            .filter(|item| self.required(*item) && unserved[*item] > 0)
            .map(|item| item as u32)
            .collect();
        if !unmet.is_empty() {
            return Ok(Outcome::Impossible(found.cut(&unmet)));
        }
        let price = |node: u32| simplex.price(node).wide();
        let prices = Prices {
            pools: (self.pools..self.caps).map(price).collect(),
            caps: (self.caps..root).map(price).collect(),
            groups: (self.groups..self.pools).map(|node| -price(node)).collect(),
        };
        Ok(Outcome::Optimal(found.plan(), found.prices(prices)))
    }
}
