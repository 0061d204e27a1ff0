//! A solved problem that changes a little, and is solved again by what changed alone.

mod kept;

use std::fmt;

use wishwell_allocation::{Plan, Prices, Problem, Segment, limits};

use super::Solution;
use super::network::{Arc, Network};
use super::weights::{Levels, Size, Weights};
use crate::control::{Cancelled, Control};
use kept::{Kept, Optimum};

/// A solved transportation problem, kept to be changed. [`Standing::solve`] makes it optimal again in a time that depends on what has
/// changed and not on how large the problem is.
///
/// Items and pools keep the numbers they have in the problem; items added later are numbered on. A removed item's number stays its own.
#[derive(Debug)]
pub struct Standing {
    /// In numbers for what is there and some more; wider ones take their place when they do not suffice any more.
    kept: Box<dyn Kept>,
    levels: Levels,
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
    /// Keeps a problem and its answer. None, if [`super::handles`] refuses the problem, a tier comes after distance or load among its
    /// levels, or a unit is worth more than an item counts in the usual parts ([`limits::ITEM_PARTS`]).
    ///
    /// An answer that is not optimal costs time in the next [`Standing::solve`], nothing else.
    #[must_use]
    pub fn new(problem: &Problem, answer: &Solution) -> Option<Self> {
        if !super::handles(problem) || problem.parts().items.iter().any(|item| item.worth > Levels::COMPLETE_MAX) {
            return None;
        }
        let levels = Levels::complete(problem);
        let network = Network::whole(problem, &levels);
        let is = network.size();
        let size = Size { across: network.pools(), dearest: is.dearest.saturating_mul(2), ..is };
        let parts = problem.parts();
        let whole_levels = Levels::of(problem);
        let whole = Weights::whole(&whole_levels);
        let prices = answer.prices.pools.iter().map(|told| levels.translated(whole.apart(*told), &whole_levels));
        let flows = answer.plan.flows().iter().scan(0, |item, (arc, units)| {
            *item += parts.first[*item as usize + 1..].iter().take_while(|first| *first <= arc).count() as u32;
            Some((*item, *arc, *units))
        });
        let flows = flows.take_while(|(item, ..)| (*item as usize) < parts.items.len());
        let kept: Box<dyn Kept> = if let Some(weights) = Weights::<i64>::own(&levels, size) {
            Box::new(Optimum::new(network.weighed(weights), size, prices, flows))
        } else {
            let weights = Weights::<i128>::own(&levels, Size::LARGEST)?;
            Box::new(Optimum::new(network.weighed(weights), Size::LARGEST, prices, flows))
        };
        Some(Self { kept, levels })
    }

    /// Adds an item with arcs of (pool, distance), in any order; tells its number.
    ///
    /// # Errors
    ///
    /// Where it would violate what [`wishwell_allocation::ProblemParts`] promises.
    pub fn add(&mut self, quantity: u64, tier: u8, worth: u64, arcs: &[(u32, u32)]) -> Result<u32, Unfit> {
        let rank = self.levels.rank(tier, worth);
        if !(1..=limits::UNITS_MAX).contains(&quantity) || rank == 0 {
            return Err(Unfit("quantity, tier and worth must be within their limits, the tier one of the levels"));
        }
        if self.kept.items() >= limits::ITEMS_MAX || self.kept.arcs() + arcs.len() > limits::ARCS_MAX {
            return Err(Unfit("there must be no more items and arcs than their limits"));
        }
        let mut arcs: Vec<Arc> = arcs.iter().map(|(pool, distance)| Arc { pool: *pool, distance: *distance }).collect();
        arcs.sort_unstable_by_key(|arc| arc.pool);
        let fits = |arc: &Arc| (arc.pool as usize) < self.kept.pools() && arc.distance <= limits::DISTANCE_MAX;
        if !arcs.is_sorted_by(|one, next| one.pool < next.pool) || !arcs.iter().all(fits) {
            return Err(Unfit("arcs must lead to pools, to each once, within the limit of distance"));
        }
        self.make_count(arcs.iter().map(|arc| arc.distance).max().unwrap_or(0), 0)?;
        Ok(self.kept.add(quantity, rank, &arcs))
    }

    /// Changes how many units an item asks for; 0 removes it.
    ///
    /// # Errors
    ///
    /// Where there is no such item, or the quantity exceeds its limit.
    pub fn set_quantity(&mut self, item: u32, quantity: u64) -> Result<(), Unfit> {
        if item as usize >= self.kept.items() || quantity > limits::UNITS_MAX {
            return Err(Unfit("must be an item, and a quantity within its limit"));
        }
        self.kept.set_quantity(item, quantity);
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
        if pool as usize >= self.kept.pools()
            || units > limits::UNITS_MAX
            || !segments.iter().all(fits)
            || !segments.is_sorted_by(|one, next| one.price <= next.price)
        {
            return Err(Unfit("must be a pool, and segments within their limits that never fall in price"));
        }
        self.make_count(0, segments.last().map_or(0, |segment| segment.price))?;
        self.kept.set_capacity(pool, segments);
        Ok(())
    }

    /// Takes wider numbers where those there would overflow.
    fn make_count(&mut self, dearest: u32, highest_price: u32) -> Result<(), Unfit> {
        if !self.kept.counts(dearest, highest_price) {
            self.kept = self.kept.widened(&self.levels).ok_or(Unfit("must be within what can be counted"))?;
        }
        Ok(())
    }

    /// Makes it optimal again.
    ///
    /// # Errors
    ///
    /// [`Cancelled`], if `control` asked to stop. Another call goes on from there.
    pub fn solve(&mut self, control: &dyn Control) -> Result<(), Cancelled> {
        self.kept.solve(control)
    }

    /// What serves an item, as of the last [`Standing::solve`]: (pool, units).
    pub fn served(&self, item: u32) -> impl Iterator<Item = (u32, u64)> {
        let known = (item as usize) < self.kept.items();
        known.then(|| self.kept.served(item)).into_iter().flatten()
    }

    /// The answer told in the arcs and weights of the problem as it is now, with lowest prices as [`super::solve`] gives them: takes a
    /// look at all of it. `items` names the number here of each of the problem's items, whose arcs must be those it has here; its
    /// pools must be those here.
    ///
    /// # Errors
    ///
    /// Where items, arcs or levels are others.
    pub fn answer(&self, problem: &Problem, items: &[u32]) -> Result<Solution, Unfit> {
        let parts = problem.parts();
        let levels = Levels::complete(problem);
        let pools = self.kept.pools();
        if parts.pools.len() != pools || parts.items.len() != items.len() || !levels.ranks_like(&self.levels) {
            return Err(Unfit("must be the problem as it is now"));
        }
        let mut flows = Vec::new();
        for (nth, item) in (0..).zip(items) {
            if *item as usize >= self.kept.items() {
                return Err(Unfit("must be the problem as it is now"));
            }
            let arcs = problem.arcs(nth);
            for (pool, units) in self.served(*item) {
                let place = parts.arc_pool[arcs.clone()].binary_search(&pool);
                let place = place.map_err(|_| Unfit("must be the problem as it is now"))?;
                flows.push(((arcs.start + place) as u32, units));
            }
        }
        let prices = self.kept.lowest(&levels);
        Ok(Solution { plan: Plan::new(flows), prices: Prices { pools: prices, caps: Vec::new(), groups: Vec::new() } })
    }
}
