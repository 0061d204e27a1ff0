//! What levels weigh, for the whole problem and for a component alone.

use std::collections::BTreeSet;

use wishwell_allocation::{Level, Problem, limits};

use super::cost::Cost;

/// What the levels of a whole problem come to, for pools and items without caps and groups.
#[derive(Debug)]
pub(super) struct Levels {
    /// Whether every tier precedes distance and load: then only the order of what units are worth matters.
    tiers_first: bool,
    distance_first: bool,
    /// Importance of each tier, above 0; 0 of those that are no level.
    importance: [usize; limits::TIERS_MAX as usize],
    /// What stands behind each rank, ascending: the tier's importance, and the worth.
    kinds: Vec<(usize, u64)>,
    /// What a unit of each rank is worth in the whole's weights; rank 0 is worth nothing.
    pub(super) worths: Vec<i128>,
    pub(super) distance: i128,
    pub(super) load: i128,
}

impl Levels {
    /// Up to so much a unit may be worth where ranks stand for all that one could be worth.
    pub(super) const COMPLETE_MAX: u64 = limits::ITEM_PARTS as u64;

    /// With a rank for each worth of the problem's items.
    pub(super) fn of(problem: &Problem) -> Self {
        Self::ranked(problem, problem.parts().items.iter().map(|item| (item.tier, item.worth)))
    }

    /// With a rank for each worth up to [`Self::COMPLETE_MAX`] that items of the problem's tiers could have: the same ranks wherever the
    /// levels are the same.
    pub(super) fn complete(problem: &Problem) -> Self {
        let worths = |tier: u8| (1..=Self::COMPLETE_MAX).map(move |worth| (tier, worth));
        Self::ranked(problem, (0..limits::TIERS_MAX).flat_map(worths))
    }

    fn ranked(problem: &Problem, worths: impl Iterator<Item = (u8, u64)>) -> Self {
        let (parts, weights) = (problem.parts(), problem.weights());
        let place = |level: Level| parts.levels.iter().position(|of| *of == level);
        let mut importance = [0; limits::TIERS_MAX as usize];
        for (tier, of) in (0..).zip(&mut importance) {
            *of = place(Level::Tier(tier)).map_or(0, |place| parts.levels.len() - place);
        }
        // Within a tier by worth. One by one: there are few different ones among many.
        let mut there: BTreeSet<(usize, u64, u8)> = BTreeSet::new();
        for (tier, worth) in worths.filter(|(tier, _)| importance[usize::from(*tier)] > 0) {
            there.insert((importance[usize::from(tier)], worth, tier));
        }
        let mut levels = Self {
            tiers_first: false,
            distance_first: place(Level::Distance) < place(Level::Load),
            importance,
            kinds: vec![(0, 0)],
            worths: vec![0],
            distance: weights.weight(Level::Distance),
            load: weights.weight(Level::Load),
        };
        for (importance, worth, tier) in there {
            levels.kinds.push((importance, worth));
            levels.worths.push(weights.unit(tier, worth));
        }
        let last_tier = parts.levels.iter().rposition(|level| matches!(level, Level::Tier(_)));
        levels.tiers_first = last_tier < place(Level::Distance) && last_tier < place(Level::Load);
        levels
    }

    /// Whether the ranks are the same, and stand for the same.
    pub(super) fn ranks_like(&self, other: &Self) -> bool {
        self.kinds == other.kinds && self.distance_first == other.distance_first
    }

    /// Digits told in these levels, from those told in others with tiers in the same order.
    pub(super) fn translated(&self, digits: Digits, from: &Self) -> Digits {
        let kind = from.kinds[digits.rank];
        Digits { rank: self.kinds.partition_point(|of| *of < kind).min(self.kinds.len() - 1), ..digits }
    }

    /// Rank of an item's worth; 0, if it was not counted on.
    pub(super) fn rank(&self, tier: u8, worth: u64) -> u32 {
        let importance = self.importance.get(usize::from(tier)).copied().unwrap_or(0);
        self.kinds.binary_search(&(importance, worth)).map_or(0, |rank| rank as u32)
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

    /// Takes a price apart: the nearest worth, and of the rest the nearest digits.
    pub(super) fn apart(&self, price: C) -> Digits {
        let above = self.worths.partition_point(|worth| *worth < price).min(self.worths.len() - 1);
        let below = above.saturating_sub(1);
        let rank = if self.worths[above] - price < price - self.worths[below] { above } else { below };
        self.apart_from(rank, price)
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

impl Weights<()> {
    /// None yet.
    pub(super) const fn none() -> Self {
        Self { worths: Vec::new(), distance: (), load: (), distance_first: false }
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
    /// As large as a problem may be.
    pub(super) const LARGEST: Self =
        Self { across: limits::POOLS_MAX, dearest: limits::DISTANCE_MAX, highest_price: limits::SEGMENT_PRICE_MAX };
}

impl<C: Cost> Weights<C> {
    /// Weights for a component of this size alone, if the numbers are large enough. A simple cycle without groups passes two items at the most
    /// on their sides to the source, so that of what units are worth only the order matters; the rest is
    /// [`wishwell_allocation::PriceWeights`] for a network of this size.
    pub(super) fn own(levels: &Levels, size: Size) -> Option<Self> {
        let along = (2 * size.across as i128 + 2) * i128::from(size.dearest);
        let twice_load = 2 * i128::from(size.highest_price);
        let (distance, load) = if levels.distance_first { (twice_load + 1, 1) } else { (1, along + 1) };
        let gap = distance * along + load * twice_load + 1;
        // Room for a few paths added up.
        let most = gap.checked_mul(16 * (levels.worths.len() as i128 + 2))?;
        if !levels.tiers_first || most >= C::FAR.into() {
            return None;
        }
        Self::stepped(levels, gap, distance, load)
    }

    fn stepped(levels: &Levels, gap: i128, distance: i128, load: i128) -> Option<Self> {
        let worths = (0..levels.worths.len() as i128).map(|rank| C::try_from(rank.checked_mul(gap)?).ok());
        Some(Self {
            worths: worths.collect::<Option<_>>()?,
            distance: distance.try_into().ok()?,
            load: load.try_into().ok()?,
            distance_first: levels.distance_first,
        })
    }
}
