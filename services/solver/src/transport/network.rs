//! One component in the shape that the search reads: flat, and as small as its numbers allow.

use wishwell_allocation::{Level, Problem};

use super::cost::Cost;
use crate::components::Components;

/// What the levels of a whole problem come to, for pools and items without caps and groups.
pub(super) struct Levels {
    /// Whether every tier precedes distance and load: then only the order of what items are worth matters.
    tiers_first: bool,
    distance_first: bool,
    /// Rank, from 1, of each (tier, worth) that is there among what a unit can be worth.
    ranks: Vec<u32>,
    highest_rank: u32,
    tier_weights: Vec<i128>,
    pub(super) distance: i128,
    pub(super) load: i128,
}

const WORTHS: usize = wishwell_allocation::limits::WORTH_MAX as usize + 1;

impl Levels {
    pub(super) fn of(problem: &Problem) -> Self {
        let (parts, weights) = (problem.parts(), problem.weights());
        let tiers = wishwell_allocation::limits::TIERS_MAX;
        let tier_weights: Vec<i128> = (0..tiers).map(|tier| weights.weight(Level::Tier(tier))).collect();
        let mut there = vec![false; usize::from(tiers) * WORTHS];
        for item in &parts.items {
            there[usize::from(item.tier) * WORTHS + item.worth as usize] = true;
        }
        let mut worths: Vec<(i128, usize)> = (0..there.len())
            .filter(|at| there[*at])
            .map(|at| (tier_weights[at / WORTHS] * (at % WORTHS) as i128, at))
            .collect();
        worths.sort_unstable();
        let mut ranks = vec![0; there.len()];
        let mut highest_rank = 0;
        let mut last = 0;
        for (worth, at) in worths {
            if worth != last {
                highest_rank += 1;
                last = worth;
            }
            ranks[at] = highest_rank;
        }
        let place = |level: Level| parts.levels.iter().position(|of| *of == level);
        let (distance, load) = (place(Level::Distance), place(Level::Load));
        let last_tier = parts.levels.iter().rposition(|level| matches!(level, Level::Tier(_)));
        Self {
            tiers_first: last_tier < distance && last_tier < load,
            distance_first: distance < load,
            ranks,
            highest_rank,
            tier_weights,
            distance: weights.weight(Level::Distance),
            load: weights.weight(Level::Load),
        }
    }

    /// What a unit of an item is worth in the weights of the whole.
    pub(super) fn worth(&self, item: &wishwell_allocation::Item) -> i128 {
        self.tier_weights[usize::from(item.tier)] * i128::from(item.worth)
    }

    fn rank(&self, item: &wishwell_allocation::Item) -> u32 {
        self.ranks[usize::from(item.tier) * WORTHS + item.worth as usize]
    }
}

/// What the figures of one component weigh.
pub(super) enum Scale {
    /// Small weights of its own. A simple cycle without groups passes two items at the most on their sides to the source, so that of
    /// what units are worth only the order matters; the rest is [`wishwell_allocation::PriceWeights`] for a network of this size.
    Own { rank: i64, distance: i64, load: i64 },
    /// The whole problem's weights.
    Whole,
}

impl Scale {
    pub(super) fn of(problem: &Problem, levels: &Levels, components: &Components, component: u32) -> Self {
        let parts = problem.parts();
        let (items, pools) = (components.items(component), components.pools(component));
        let distances = items.iter().filter_map(|item| parts.arc_distance[problem.arcs(*item)].iter().max());
        let dearest = i128::from(distances.max().copied().unwrap_or(0));
        let prices = pools.iter().filter_map(|pool| parts.pools[*pool as usize].segments.last());
        let price = i128::from(prices.map(|segment| segment.price).max().unwrap_or(0));
        let distance_steepest = (2 * items.len().min(pools.len()) as i128 + 2) * dearest;
        let load_steepest = 2 * price;
        let (distance, load, range) = if levels.distance_first {
            let weight = load_steepest + 1;
            (weight, 1, load_steepest + weight * distance_steepest)
        } else {
            let weight = distance_steepest + 1;
            (1, weight, distance_steepest + weight * load_steepest)
        };
        let rank = range + 1;
        // Room for a few such paths added up.
        let room = rank.saturating_mul(i128::from(levels.highest_rank) + 2).saturating_mul(16);
        match (levels.tiers_first && room < i128::from(i64::MAX), rank.try_into(), distance.try_into(), load.try_into())
        {
            (true, Ok(rank), Ok(distance), Ok(load)) => Self::Own { rank, distance, load },
            _ => Self::Whole,
        }
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
    /// What a unit of each item is worth, above 0.
    pub(super) worth: Vec<C>,
    /// First segment of each pool, and one more.
    pub(super) first_segment: Vec<u32>,
    /// (units of this segment and those before, price).
    pub(super) segments: Vec<(u64, C)>,
    /// What a unit of distance costs.
    pub(super) distance: C,
}

impl<C: Cost> Network<C> {
    /// The component in numbers of this kind; `weights` are those of (an item, distance, load).
    pub(super) fn of(
        problem: &Problem,
        components: &Components,
        component: u32,
        worth: impl Fn(&wishwell_allocation::Item) -> C,
        distance: C,
        load: C,
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
            worth: items.iter().map(|item| worth(of(item))).collect(),
            first_segment: vec![0],
            segments: Vec::new(),
            distance,
        };
        for pool in pools {
            let mut units = 0;
            for segment in &parts.pools[*pool as usize].segments {
                units += segment.units;
                network.segments.push((units, load * C::from(segment.price)));
            }
            network.first_segment.push(network.segments.len() as u32);
        }
        network
    }

    pub(super) fn ranked(
        problem: &Problem,
        levels: &Levels,
        components: &Components,
        component: u32,
        (rank, distance, load): (C, C, C),
    ) -> Self {
        Self::of(problem, components, component, |item| rank * C::from(levels.rank(item)), distance, load)
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
        self.distance * C::from(arc.distance)
    }

    pub(super) fn segments(&self, pool: u32) -> &[(u64, C)] {
        &self.segments[self.first_segment[pool as usize] as usize..self.first_segment[pool as usize + 1] as usize]
    }

    /// Price of the next unit and how many there are at that price, when a pool gives so much already; none, when it is exhausted.
    pub(super) fn next(&self, pool: u32, load: u64) -> Option<(C, u64)> {
        self.segments(pool).iter().find(|(units, _)| *units > load).map(|(units, price)| (*price, units - load))
    }

    /// Price of the last unit and how many there are at that price, when a pool gives so much; none, when it gives nothing.
    pub(super) fn last(&self, pool: u32, load: u64) -> Option<(C, u64)> {
        let mut before = 0;
        for (units, price) in self.segments(pool) {
            if *units >= load {
                return (load > before).then_some((*price, load - before));
            }
            before = *units;
        }
        None
    }
}
