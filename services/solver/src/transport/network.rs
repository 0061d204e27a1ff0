//! One component in the shape that the search reads: flat, and as small as its numbers allow.

use wishwell_allocation::{Problem, Segment};

use super::cost::Cost;
use super::weights::{Levels, Size, Weights};
use crate::components::Components;

/// An arc: where to, and at what distance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub(super) pool: u32,
    pub(super) distance: u32,
}

/// The least of what arcs come to, or this, if it is less. Four at a time, none of which waits for the one before.
pub(super) fn least<T: Copy + PartialOrd>(arcs: &[Arc], or: T, total: impl Fn(&Arc) -> T) -> T {
    let lesser = |one: T, other: T| if other < one { other } else { one };
    let (fours, rest) = arcs.as_chunks::<4>();
    let of_four = |[a, b, c, d]: &[Arc; 4]| lesser(lesser(total(a), total(b)), lesser(total(c), total(d)));
    let least = fours.iter().map(of_four).fold(or, lesser);
    rest.iter().map(total).fold(least, lesser)
}

fn added_up(segments: &[Segment]) -> impl Iterator<Item = (u64, u32)> {
    segments.iter().scan(0, |units, segment| {
        *units += segment.units;
        Some((*units, segment.price))
    })
}

/// One component; with `()`, what its figures weigh is not known yet.
#[derive(Debug)]
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

impl Network<()> {
    /// One component, with numbers of its own for items and pools.
    pub(super) fn of(problem: &Problem, levels: &Levels, components: &Components, component: u32) -> Self {
        let (items, pools) = (components.items(component), components.pools(component));
        let arcs = components.arcs(component) as usize;
        Self::made_of(problem, levels, arcs, items.iter().copied(), pools.iter().copied(), |pool| {
            components.pool_place(pool)
        })
    }

    /// The whole problem, with its own numbers.
    pub(super) fn whole(problem: &Problem, levels: &Levels) -> Self {
        let parts = problem.parts();
        let (items, pools) = (0..parts.items.len() as u32, 0..parts.pools.len() as u32);
        Self::made_of(problem, levels, parts.arc_pool.len(), items, pools, |pool| pool)
    }

    fn made_of(
        problem: &Problem,
        levels: &Levels,
        arcs: usize,
        items: impl ExactSizeIterator<Item = u32> + Clone,
        pools: impl ExactSizeIterator<Item = u32>,
        place: impl Fn(u32) -> u32,
    ) -> Self {
        let parts = problem.parts();
        let of = |item: u32| &parts.items[item as usize];
        let mut network = Self {
            first: Vec::with_capacity(items.len() + 1),
            arcs: Vec::with_capacity(arcs),
            quantity: items.clone().map(|item| of(item).quantity).collect(),
            rank: items.clone().map(|item| levels.rank(of(item).tier, of(item).worth)).collect(),
            first_segment: Vec::with_capacity(pools.len() + 1),
            segments: Vec::new(),
            weights: Weights::none(),
        };
        network.first.push(0);
        for item in items {
            let range = problem.arcs(item);
            let pairs = parts.arc_pool[range.clone()].iter().zip(&parts.arc_distance[range]);
            network.arcs.extend(pairs.map(|(pool, distance)| Arc { pool: *pool, distance: *distance }));
            network.first.push(network.arcs.len() as u32);
        }
        // Apart from the copying, which waits for memory.
        for arc in &mut network.arcs {
            arc.pool = place(arc.pool);
        }
        network.first_segment.push(0);
        for pool in pools {
            network.segments.extend(added_up(&parts.pools[pool as usize].segments));
            network.first_segment.push(network.segments.len() as u32);
        }
        network
    }

    /// How large it and its figures are.
    pub(super) fn size(&self) -> Size {
        Size {
            across: self.quantity.len().min(self.first_segment.len() - 1),
            dearest: self.arcs.iter().fold(0, |most, arc| arc.distance.max(most)),
            highest_price: self.segments.iter().fold(0, |most, (_, price)| *price.max(&most)),
        }
    }

    /// The same with weights.
    pub(super) fn weighed<C>(self, weights: Weights<C>) -> Network<C> {
        let Self { first, arcs, quantity, rank, first_segment, segments, weights: _ } = self;
        Network { first, arcs, quantity, rank, first_segment, segments, weights }
    }
}

impl<C> Network<C> {
    pub(super) fn items(&self) -> usize {
        self.quantity.len()
    }

    pub(super) fn pools(&self) -> usize {
        self.first_segment.len() - 1
    }

    pub(super) fn arcs(&self, item: u32) -> std::ops::Range<usize> {
        self.first[item as usize] as usize..self.first[item as usize + 1] as usize
    }
}

impl<C: Cost> Network<C> {
    /// A copy with other weights.
    pub(super) fn weighed_anew<W>(&self, weights: Weights<W>) -> Network<W> {
        let Self { first, arcs, quantity, rank, first_segment, segments, weights: _ } = self;
        Network {
            first: first.clone(),
            arcs: arcs.clone(),
            quantity: quantity.clone(),
            rank: rank.clone(),
            first_segment: first_segment.clone(),
            segments: segments.clone(),
            weights,
        }
    }

    /// Changes what a pool has to give.
    pub(super) fn set_segments(&mut self, pool: u32, segments: &[Segment]) {
        let at = pool as usize;
        let range = self.first_segment[at] as usize..self.first_segment[at + 1] as usize;
        let (before, now) = (range.len() as u32, segments.len() as u32);
        self.segments.splice(range, added_up(segments));
        for first in &mut self.first_segment[at + 1..] {
            *first = *first - before + now;
        }
    }

    pub(super) fn cost(&self, arc: Arc) -> C {
        self.cost_of(arc.distance)
    }

    pub(super) fn cost_of(&self, distance: u32) -> C {
        self.weights.distance * C::from(distance)
    }

    /// What a unit of an item is worth.
    pub(super) fn worth(&self, item: u32) -> C {
        self.weights.worths[self.rank[item as usize] as usize]
    }

    pub(super) fn segments(&self, pool: u32) -> &[(u64, u32)] {
        &self.segments[self.first_segment[pool as usize] as usize..self.first_segment[pool as usize + 1] as usize]
    }

    /// All that a pool has to give.
    pub(super) fn units(&self, pool: u32) -> u64 {
        self.segments(pool).last().map_or(0, |(units, _)| *units)
    }

    /// Whether any pool asks for more than nothing.
    pub(super) fn has_prices(&self) -> bool {
        self.segments.iter().any(|(_, price)| *price > 0)
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
