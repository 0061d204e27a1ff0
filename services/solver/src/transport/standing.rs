//! A solved problem that changes a little, and is solved again by what changed alone.

use std::fmt;

use wishwell_allocation::{Plan, Prices, Problem, Segment, limits};

use super::Solution;
use super::fill::Incoming;
use super::flow::Flow;
use super::network::{Arc, Network};
use super::prices;
use super::search::Search;
use super::weights::{Levels, Size, Weights};
use crate::control::{Cancelled, Control};

/// So much of what there is fits in besides before everything has to be moved: an eighth.
const ROOM: usize = 8;

/// A solved transportation problem, kept to be changed. [`Standing::solve`] makes it optimal again in a time that depends on what has
/// changed and not on how large the problem is.
///
/// Items and pools keep the numbers they have in the problem; items added later are numbered on. A removed item's number stays its own.
#[derive(Debug)]
pub struct Standing {
    flow: Flow<i128>,
    search: Search<i128>,
    incoming: Incoming,
    levels: Levels,
    /// Items that may lack units which would bring something.
    open: Vec<u32>,
}

/// Why a change was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(&'static str);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unfit {}

impl Standing {
    /// Keeps a problem and its answer. None, if [`super::handles`] refuses the problem or a tier comes after distance or load among
    /// its levels.
    ///
    /// An answer that is not optimal costs time in the next [`Standing::solve`], nothing else.
    #[must_use]
    pub fn new(problem: &Problem, answer: &Solution) -> Option<Self> {
        if !super::handles(problem) {
            return None;
        }
        let levels = Levels::complete(problem);
        // Weights for whatever may come.
        let size =
            Size { across: limits::POOLS_MAX, dearest: limits::DISTANCE_MAX, highest_price: limits::SEGMENT_PRICE_MAX };
        let network = Network::whole(problem, &levels).weighed(Weights::own(&levels, size)?);
        let incoming = Incoming::of(&network);
        let search = Search::new(network.pools());
        let mut flow = Flow::new(network);
        let parts = problem.parts();
        flow.reserve(parts.items.len() / ROOM, parts.arc_pool.len() / ROOM);
        let whole_levels = Levels::of(problem);
        let whole = Weights::whole(&whole_levels);
        for (price, told) in flow.price.iter_mut().zip(&answer.prices.pools) {
            let digits = levels.translated(whole.apart(*told), &whole_levels);
            *price = flow.network.weights.put_together(digits).unwrap_or(0);
        }
        let mut item = 0;
        for (arc, units) in answer.plan.flows() {
            while flow.network.first.get(item as usize + 1).is_some_and(|next| next <= arc) {
                item += 1;
            }
            if (item as usize) < flow.network.items() {
                flow.give_if_best(item, *arc, *units);
            }
        }
        let open = (0..flow.network.items() as u32).filter(|item| flow.wants(*item)).collect();
        Some(Self { flow, search, incoming, levels, open })
    }

    /// Adds an item with arcs of (pool, distance), in any order; tells its number.
    ///
    /// # Errors
    ///
    /// Where it would violate what [`wishwell_allocation::ProblemParts`] promises.
    pub fn add(&mut self, quantity: u64, tier: u8, worth: u32, arcs: &[(u32, u32)]) -> Result<u32, Unfit> {
        let network = &mut self.flow.network;
        let rank = self.levels.rank(tier, worth);
        if !(1..=limits::UNITS_MAX).contains(&quantity) || rank == 0 {
            return Err(Unfit("quantity, tier and worth must be within their limits, the tier one of the levels"));
        }
        if network.items() >= limits::ITEMS_MAX || network.arcs.len() + arcs.len() > limits::ARCS_MAX {
            return Err(Unfit("there must be no more items and arcs than their limits"));
        }
        let mut arcs: Vec<Arc> = arcs.iter().map(|(pool, distance)| Arc { pool: *pool, distance: *distance }).collect();
        arcs.sort_unstable_by_key(|arc| arc.pool);
        let fits = |arc: &Arc| (arc.pool as usize) < network.pools() && arc.distance <= limits::DISTANCE_MAX;
        if !arcs.is_sorted_by(|one, next| one.pool < next.pool) || !arcs.iter().all(fits) {
            return Err(Unfit("arcs must lead to pools, to each once, within the limit of distance"));
        }
        let item = network.items() as u32;
        for arc in &arcs {
            self.incoming.add(arc.pool, item, network.arcs.len() as u32);
            network.arcs.push(*arc);
        }
        network.first.push(network.arcs.len() as u32);
        network.quantity.push(quantity);
        network.rank.push(rank);
        self.flow.add_item(quantity);
        self.open.push(item);
        Ok(item)
    }

    /// Changes how many units an item asks for; 0 removes it.
    ///
    /// # Errors
    ///
    /// Where there is no such item, or the quantity exceeds its limit.
    pub fn set_quantity(&mut self, item: u32, quantity: u64) -> Result<(), Unfit> {
        if item as usize >= self.flow.network.items() || quantity > limits::UNITS_MAX {
            return Err(Unfit("must be an item, and a quantity within its limit"));
        }
        self.flow.set_quantity(item, quantity);
        self.open.push(item);
        Ok(())
    }

    /// Changes what a pool has to give.
    ///
    /// # Errors
    ///
    /// Where there is no such pool, or the segments are not what [`wishwell_allocation::Pool`] promises.
    pub fn set_capacity(&mut self, pool: u32, segments: &[Segment]) -> Result<(), Unfit> {
        let units = segments.iter().fold(0_u64, |sum, segment| sum.saturating_add(segment.units));
        let fits = |segment: &Segment| segment.units > 0 && segment.price <= limits::SEGMENT_PRICE_MAX;
        if pool as usize >= self.flow.network.pools()
            || units > limits::UNITS_MAX
            || !segments.iter().all(fits)
            || !segments.is_sorted_by(|one, next| one.price <= next.price)
        {
            return Err(Unfit("must be a pool, and segments within their limits that never fall in price"));
        }
        self.flow.network.set_segments(pool, segments);
        self.flow.fit_load(pool, &mut self.open);
        Ok(())
    }

    /// Makes it optimal again.
    ///
    /// # Errors
    ///
    /// [`Cancelled`], if `control` asked to stop. Another call goes on from there.
    pub fn solve(&mut self, control: &dyn Control) -> Result<(), Cancelled> {
        let ranks = &self.flow.network.rank;
        self.open.sort_by_key(|item| (std::cmp::Reverse(ranks[*item as usize]), *item));
        self.open.dedup();
        let open = std::mem::take(&mut self.open);
        for (nth, item) in open.iter().enumerate() {
            if control.stopped() {
                self.open.extend_from_slice(&open[nth..]);
                return Err(Cancelled);
            }
            self.search.place(&mut self.flow, *item);
        }
        for pool in 0..self.flow.network.pools() as u32 {
            if self.flow.ask[pool as usize] < self.flow.price[pool as usize] {
                if control.stopped() {
                    return Err(Cancelled);
                }
                self.search.fill(&mut self.flow, &self.incoming, pool);
            }
        }
        control.settled(open.len() as u64);
        Ok(())
    }

    /// What serves an item, as of the last [`Standing::solve`]: (pool, units).
    pub fn served(&self, item: u32) -> impl Iterator<Item = (u32, u64)> {
        let known = (item as usize) < self.flow.network.items();
        let carriers = known.then(|| self.flow.carriers(item)).into_iter().flatten();
        carriers.map(|arc| (self.flow.network.arcs[arc as usize].pool, self.flow.carried(arc)))
    }

    /// The answer told in the arcs and weights of the problem as it is now, with lowest prices as [`super::solve`] gives them: takes a
    /// look at all of it. `items` names the number here of each of the problem's items, whose arcs must be those it has here; its
    /// pools must be those here.
    ///
    /// # Errors
    ///
    /// Where items, arcs or levels are others.
    pub fn answer(&mut self, problem: &Problem, items: &[u32]) -> Result<Solution, Unfit> {
        let parts = problem.parts();
        let levels = Levels::complete(problem);
        let pools = self.flow.network.pools();
        if parts.pools.len() != pools || parts.items.len() != items.len() || !levels.ranks_like(&self.levels) {
            return Err(Unfit("must be the problem as it is now"));
        }
        let mut flows = Vec::new();
        for (nth, item) in (0..).zip(items) {
            if *item as usize >= self.flow.network.items() {
                return Err(Unfit("must be the problem as it is now"));
            }
            let arcs = problem.arcs(nth);
            for (pool, units) in self.served(*item) {
                let place = parts.arc_pool[arcs.clone()].binary_search(&pool);
                let place = place.map_err(|_| Unfit("must be the problem as it is now"))?;
                flows.push(((arcs.start + place) as u32, units));
            }
        }
        let prices = prices::lowest(&mut self.flow, &levels);
        Ok(Solution { plan: Plan::new(flows), prices: Prices { pools: prices, caps: Vec::new(), groups: Vec::new() } })
    }
}
