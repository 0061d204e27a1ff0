//! Capacities that have nothing left, and who would take from them: no plan can draw on them, so that they are no part of the problem's
//! arcs, and yet it is they that are missed most.
//!
//! Each is a pool of the problem without a unit, and each item that it would serve is a row of it, with arcs or without. The pairs of
//! both lie beside the problem. What a unit more would bring follows from the prices that prove the plan: see [`super::prices`].

use std::ops::Range;

use wishwell_allocation::limits::DISTANCE_MAX;

use crate::snapshot::{ResourceRef, Snapshot};

/// A pair of a row and a pool that has nothing left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) pool: u32,
    pub(super) metres: u32,
    pub(super) resource: ResourceRef,
}

/// Pairs with what has nothing left, of items or of rows that follow one another: a few bytes each.
#[derive(Debug, Default)]
pub(super) struct Exhausted {
    /// Where the pairs of each begin, but for the first.
    ends: Vec<u32>,
    pub(super) pools: Vec<u32>,
    metres: Vec<u32>,
    resources: Vec<ResourceRef>,
    /// Items or rows, ascending, that draw on several pools or periods at once, of which a pair names the first that has nothing left.
    pub(super) partial: Vec<u32>,
    /// Rows, ascending, that one unit more may not serve although it is worth it: they take all or nothing, or a bound that says nothing
    /// of the plan would say something then.
    pub(super) unsure: Vec<u32>,
    /// Pools, ascending, of which the same is true for all rows.
    pub(super) unsure_pools: Vec<u32>,
}

impl Exhausted {
    /// How many pairs there are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.pools.len()).unwrap_or(u32::MAX)
    }

    /// The pairs of an item or row.
    pub(super) fn of(&self, at: usize) -> Range<usize> {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_else(|| self.len()) as usize;
        at.checked_sub(1).map_or(0, end)..end(at)
    }

    /// One of them.
    pub(super) fn pair(&self, nth: usize) -> Pair {
        Pair { pool: self.pools[nth], metres: self.metres[nth], resource: self.resources[nth] }
    }

    /// The item or row of a pair.
    pub(super) fn owner(&self, nth: u32) -> u32 {
        u32::try_from(self.ends.partition_point(|end| *end <= nth)).unwrap_or(u32::MAX)
    }

    /// Pools and distances of all pairs.
    pub(super) fn arcs(&self) -> impl Iterator<Item = (&u32, &u32)> {
        self.pools.iter().zip(&self.metres)
    }

    /// The largest distance.
    pub(super) fn farthest(&self) -> u32 {
        self.metres.iter().copied().max().unwrap_or(0)
    }

    /// Adds a pair to the next item or row.
    pub(super) fn push(&mut self, pair: Pair) {
        self.pools.push(pair.pool);
        self.metres.push(pair.metres.min(DISTANCE_MAX));
        self.resources.push(pair.resource);
    }

    /// Ends the next item or row.
    pub(super) fn end(&mut self) {
        self.ends.push(self.len());
    }

    /// Notes that the next item or row draws on more than its pairs name.
    pub(super) fn be_partial(&mut self) {
        self.partial.extend(u32::try_from(self.ends.len()));
    }

    /// Whether an item or row draws on more than its pairs name.
    pub(super) fn is_partial(&self, at: usize) -> bool {
        u32::try_from(at).is_ok_and(|at| self.partial.binary_search(&at).is_ok())
    }

    /// Notes the pools of which one unit more may not serve anybody although it is worth it.
    pub(super) fn be_unsure_of(&mut self, is_unsure: impl Fn(u32) -> bool) {
        self.unsure_pools = self.pools.iter().copied().filter(|pool| is_unsure(*pool)).collect();
        self.unsure_pools.sort_unstable();
        self.unsure_pools.dedup();
    }

    /// Adds those of the next items, whose pools have these numbers.
    pub(super) fn extend(&mut self, piece: &Self, number: impl Fn(u32) -> u32, expected: usize) {
        let offset = self.len();
        let needed = self.pools.len() + piece.pools.len();
        if self.pools.capacity() < needed {
            let more = expected.max(needed) - self.pools.len();
            self.pools.reserve_exact(more);
            self.metres.reserve_exact(more);
            self.resources.reserve_exact(more);
        }
        let before = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.partial.extend(piece.partial.iter().map(|at| before + at));
        self.ends.extend(piece.ends.iter().map(|end| offset + end));
        self.pools.extend(piece.pools.iter().map(|pool| number(*pool)));
        self.metres.extend_from_slice(&piece.metres);
        self.resources.extend_from_slice(&piece.resources);
    }
}

/// Pairs of rows that are put together from those of items, over which they are written: two sets of millions would be one too many.
pub(super) struct ByRow {
    of: Exhausted,
    /// Items read, and where the pairs of the next one begin.
    items: usize,
    read: usize,
    written: usize,
    rows: usize,
    partial: Vec<u32>,
    unsure: Vec<u32>,
    /// Rows with more pairs than there was room for.
    over: Vec<(usize, Vec<Pair>)>,
}

impl ByRow {
    /// None yet, over these of items.
    pub(super) fn over(of: Exhausted) -> Self {
        let (partial, unsure, over) = (Vec::new(), Vec::new(), Vec::new());
        Self { of, items: 0, read: 0, written: 0, rows: 0, partial, unsure, over }
    }

    /// The pairs of the next item, and whether it draws on more than they name.
    pub(super) fn next(&mut self) -> (impl Iterator<Item = Pair> + '_, bool) {
        let from = self.read;
        self.read = self.of.ends.get(self.items).map_or(self.of.pools.len(), |end| *end as usize);
        let partial = self.of.is_partial(self.items);
        self.items += 1;
        ((from..self.read).map(|nth| self.of.pair(nth)), partial)
    }

    /// Makes the pairs those of the next row, with what is known of it.
    pub(super) fn row(&mut self, pairs: &mut Vec<Pair>, partial: bool, unsure: bool) {
        let row = self.rows;
        let (partial, unsure) = (partial && !pairs.is_empty(), unsure && !pairs.is_empty());
        self.partial.extend(u32::try_from(row).ok().filter(|_| partial));
        self.unsure.extend(u32::try_from(row).ok().filter(|_| unsure));
        if self.written + pairs.len() > self.read {
            self.over.push((row, std::mem::take(pairs)));
        }
        for pair in pairs.drain(..) {
            self.of.pools[self.written] = pair.pool;
            self.of.metres[self.written] = pair.metres;
            self.of.resources[self.written] = pair.resource;
            self.written += 1;
        }
        let end = u32::try_from(self.written).unwrap_or(u32::MAX);
        // There are no more rows than items read.
        if let Some(slot) = self.of.ends.get_mut(row) {
            *slot = end;
        }
        self.rows += 1;
    }

    /// Those of all rows.
    pub(super) fn finish(self) -> Exhausted {
        let Self { mut of, written, rows, partial, unsure, over, .. } = self;
        of.pools.truncate(written);
        of.metres.truncate(written);
        of.resources.truncate(written);
        of.ends.truncate(rows);
        if !over.is_empty() {
            let mut over = over.into_iter().peekable();
            let mut all = Exhausted::default();
            for row in 0..rows {
                of.of(row).map(|nth| of.pair(nth)).for_each(|pair| all.push(pair));
                let more = over.next_if(|(at, _)| *at == row).map(|(_, pairs)| pairs);
                more.into_iter().flatten().for_each(|pair| all.push(pair));
                all.end();
            }
            of = all;
        }
        Exhausted { partial, unsure, ..of }
    }
}

/// What is used up for one item, of the pairs that it came with and of choices that turned out to have nothing left: of each pool the
/// nearest, by pools.
pub(super) fn settle(snapshot: &Snapshot, pairs: &mut Vec<Pair>) {
    pairs.sort_unstable_by_key(|pair| (pair.pool, pair.metres, snapshot.resource_id(pair.resource)));
    pairs.dedup_by_key(|pair| pair.pool);
}
