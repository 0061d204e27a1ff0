//! One component in the shape that the search reads: flat, and as small as its numbers allow.

use wishwell_allocation::{Item, Level, Problem, limits};

use super::cost::Cost;
use crate::components::Components;

/// What the levels of a whole problem come to, for pools and items without caps and groups.
pub(super) struct Levels {
    /// Whether every tier precedes distance and load: then only the order of what units are worth matters.
    tiers_first: bool,
    distance_first: bool,
    /// Rank of each (tier, worth) that is there among what a unit can be worth.
    ranks: Vec<u32>,
    /// What a unit of each rank is worth in the whole's weights; rank 0 is worth nothing.
    pub(super) worths: Vec<i128>,
    pub(super) distance: i128,
    pub(super) load: i128,
}

const WORTHS: usize = limits::WORTH_MAX as usize + 1;

impl Levels {
    pub(super) fn of(problem: &Problem) -> Self {
        let (parts, weights) = (problem.parts(), problem.weights());
        let mut there = vec![false; usize::from(limits::TIERS_MAX) * WORTHS];
        for item in &parts.items {
            there[Self::at(item)] = true;
        }
        let worth = |at: usize| weights.weight(Level::Tier((at / WORTHS) as u8)) * (at % WORTHS) as i128;
        let mut worths: Vec<(i128, usize)> =
            (0..there.len()).filter(|at| there[*at]).map(|at| (worth(at), at)).collect();
        worths.sort_unstable();
        let mut ranks = vec![0; there.len()];
        let mut distinct = vec![0];
        for (worth, at) in worths {
            if distinct.last() != Some(&worth) {
                distinct.push(worth);
            }
            ranks[at] = distinct.len() as u32 - 1;
        }
        let place = |level: Level| parts.levels.iter().position(|of| *of == level);
        let (distance, load) = (place(Level::Distance), place(Level::Load));
        let last_tier = parts.levels.iter().rposition(|level| matches!(level, Level::Tier(_)));
        Self {
            tiers_first: last_tier < distance && last_tier < load,
            distance_first: distance < load,
            ranks,
            worths: distinct,
            distance: weights.weight(Level::Distance),
            load: weights.weight(Level::Load),
        }
    }

    fn at(item: &Item) -> usize {
        usize::from(item.tier) * WORTHS + item.worth as usize
    }

    fn rank(&self, item: &Item) -> u32 {
        self.ranks[Self::at(item)]
    }
}

/// What a price is made of: the worth of a rank, so much distance, and so much of the price of load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) rank: usize,
    pub(super) distance: i128,
    pub(super) load: i128,
}

/// What the figures of one component weigh, in numbers of one kind.
#[derive(Clone, Debug)]
pub(super) struct Weights<C> {
    /// What a unit of each rank is worth.
    pub(super) worths: Vec<C>,
    pub(super) distance: C,
    pub(super) load: C,
    distance_first: bool,
}

impl<C: Cost> Weights<C> {
    pub(super) fn put_together(&self, digits: Digits) -> Option<C> {
        let worth: i128 = self.worths[digits.rank].into();
        let distance = digits.distance.checked_mul(self.distance.into())?;
        let load = digits.load.checked_mul(self.load.into())?;
        C::try_from(worth.checked_add(distance)?.checked_add(load)?).ok().filter(|sum| *sum < C::FAR && -C::FAR < *sum)
    }

    /// Takes a price apart: this worth, and of the rest the nearest digits.
    pub(super) fn apart_from(&self, rank: usize, price: C) -> Digits {
        let rest: i128 = (price - self.worths[rank]).into();
        let nearest = |of: i128, weight: i128| (of + of.signum() * (weight / 2)) / weight;
        let (by_distance, by_load): (i128, i128) = (self.distance.into(), self.load.into());
        if self.distance_first {
            let distance = nearest(rest, by_distance);
            Digits { rank, distance, load: nearest(rest - distance * by_distance, by_load) }
        } else {
            let load = nearest(rest, by_load);
            Digits { rank, distance: nearest(rest - load * by_load, by_distance), load }
        }
    }
}

impl Weights<i128> {
    /// The whole problem's weights.
    pub(super) fn whole(levels: &Levels) -> Self {
        Self {
            worths: levels.worths.clone(),
            distance: levels.distance,
            load: levels.load,
            distance_first: levels.distance_first,
        }
    }
}

/// How large a component and its figures are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Items or pools, whichever are fewer.
    pub(super) across: usize,
    pub(super) dearest: u32,
    pub(super) highest_price: u32,
}

impl Size {
    pub(super) fn of(problem: &Problem, components: &Components, component: u32) -> Self {
        let parts = problem.parts();
        let (items, pools) = (components.items(component), components.pools(component));
        let distances = items.iter().filter_map(|item| parts.arc_distance[problem.arcs(*item)].iter().max());
        let prices = pools.iter().filter_map(|pool| parts.pools[*pool as usize].segments.last());
        Self {
            across: items.len().min(pools.len()),
            dearest: distances.max().copied().unwrap_or(0),
            highest_price: prices.map(|segment| segment.price).max().unwrap_or(0),
        }
    }
}

impl Weights<i64> {
    /// Weights for a component of this size alone, if 64 bits are enough. A simple cycle without groups passes two items at the most
    /// on their sides to the source, so that of what units are worth only the order matters; the rest is
    /// [`wishwell_allocation::PriceWeights`] for a network of this size.
    pub(super) fn own(levels: &Levels, size: Size) -> Option<Self> {
        let along = (2 * size.across as i128 + 2) * i128::from(size.dearest);
        let twice_load = 2 * i128::from(size.highest_price);
        let (distance, load) = if levels.distance_first { (twice_load + 1, 1) } else { (1, along + 1) };
        let gap = distance * along + load * twice_load + 1;
        // Room for a few paths added up.
        let most = gap.checked_mul(16 * (levels.worths.len() as i128 + 2))?;
        if !levels.tiers_first || most >= i128::from(i64::MAX) {
            return None;
        }
        Self::stepped(levels, gap, distance, load)
    }

    /// Weights that are right unless a path leads over many long arcs, but as small as that: for prices that are a good guess.
    pub(super) fn rough(levels: &Levels, size: Size) -> Option<Self> {
        let (dearest, price) = (i128::from(size.dearest.max(1)), i128::from(size.highest_price));
        let (distance, load) = if levels.distance_first { (2 * price + 1, 1) } else { (1, 4 * dearest) };
        if !levels.tiers_first {
            return None;
        }
        Self::stepped(levels, 3 * (distance * dearest + load * price), distance, load)
    }

    fn stepped(levels: &Levels, gap: i128, distance: i128, load: i128) -> Option<Self> {
        let worths = (0..levels.worths.len() as i128).map(|rank| i64::try_from(rank.checked_mul(gap)?).ok());
        Some(Self {
            worths: worths.collect::<Option<_>>()?,
            distance: distance.try_into().ok()?,
            load: load.try_into().ok()?,
            distance_first: levels.distance_first,
        })
    }
}

/// An arc: where to, and at what distance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub(super) pool: u32,
    pub(super) distance: u32,
}

/// One component.
pub(super) struct Network<C> {
    /// First arc of each item, and one more.
    pub(super) first: Vec<u32>,
    pub(super) arcs: Vec<Arc>,
    /// Units each item asks for.
    pub(super) quantity: Vec<u64>,
    /// Rank of what a unit of each item is worth.
    pub(super) rank: Vec<u32>,
    /// First segment of each pool, and one more.
    pub(super) first_segment: Vec<u32>,
    /// (units of this segment and those before, price).
    pub(super) segments: Vec<(u64, u32)>,
    pub(super) weights: Weights<C>,
}

impl<C: Cost> Network<C> {
    pub(super) fn of(
        problem: &Problem,
        levels: &Levels,
        components: &Components,
        component: u32,
        weights: Weights<C>,
    ) -> Self {
        let parts = problem.parts();
        let (items, pools) = (components.items(component), components.pools(component));
        let mut first = Vec::with_capacity(items.len() + 1);
        let mut arcs = Vec::with_capacity(components.arcs(component) as usize);
        first.push(0);
        for item in items {
            let range = problem.arcs(*item);
            let pairs = parts.arc_pool[range.clone()].iter().zip(&parts.arc_distance[range]);
            arcs.extend(pairs.map(|(pool, distance)| Arc { pool: components.pool_place(*pool), distance: *distance }));
            first.push(arcs.len() as u32);
        }
        let of = |item: &u32| &parts.items[*item as usize];
        let mut network = Self {
            first,
            arcs,
            quantity: items.iter().map(|item| of(item).quantity).collect(),
            rank: items.iter().map(|item| levels.rank(of(item))).collect(),
            first_segment: Vec::with_capacity(pools.len() + 1),
            segments: Vec::new(),
            weights,
        };
        network.first_segment.push(0);
        for pool in pools {
            let mut units = 0;
            for segment in &parts.pools[*pool as usize].segments {
                units += segment.units;
                network.segments.push((units, segment.price));
            }
            network.first_segment.push(network.segments.len() as u32);
        }
        network
    }

    pub(super) fn items(&self) -> usize {
        self.quantity.len()
    }

    pub(super) fn pools(&self) -> usize {
        self.first_segment.len() - 1
    }

    pub(super) fn arcs(&self, item: u32) -> std::ops::Range<usize> {
        self.first[item as usize] as usize..self.first[item as usize + 1] as usize
    }

    pub(super) fn cost(&self, arc: Arc) -> C {
        self.weights.distance * C::from(arc.distance)
    }

    /// What a unit of an item is worth.
    pub(super) fn worth(&self, item: u32) -> C {
        self.weights.worths[self.rank[item as usize] as usize]
    }

    pub(super) fn segments(&self, pool: u32) -> &[(u64, u32)] {
        &self.segments[self.first_segment[pool as usize] as usize..self.first_segment[pool as usize + 1] as usize]
    }

    /// Price (as the problem tells it) of the next unit and how many there are at that price, when a pool gives so much already; none,
    /// when it is exhausted.
    pub(super) fn next(&self, pool: u32, load: u64) -> Option<(u32, u64)> {
        self.segments(pool).iter().find(|(units, _)| *units > load).map(|(units, price)| (*price, units - load))
    }

    /// Price (as the problem tells it) of the last unit and how many there are at that price, when a pool gives so much; none, when
    /// it gives nothing.
    pub(super) fn last(&self, pool: u32, load: u64) -> Option<(u32, u64)> {
        let mut before = 0;
        for (units, price) in self.segments(pool) {
            if *units >= load {
                return (load > before).then_some((*price, load - before));
            }
            before = *units;
        }
        None
    }

    /// Units of a pool that cost no more than this.
    pub(super) fn within(&self, pool: u32, price: C) -> u64 {
        let fits = |(_, of): &&(u64, u32)| self.priced(*of) <= price;
        self.segments(pool).iter().take_while(fits).last().map_or(0, |(units, _)| *units)
    }

    /// What a unit at this price costs.
    pub(super) fn priced(&self, price: u32) -> C {
        self.weights.load * C::from(price)
    }
}
