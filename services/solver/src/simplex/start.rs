//! A basis to start from: items served one after the other, each where there is room, so that what carries units is always a tree.
//!
//! An item that fits hangs from its pool. One that fills a pool carries it from then on: the pool hangs from the item, which goes on
//! to its next pool, or hangs from the way around all pools. The same holds for caps: the last unit below a full cap carries it, over
//! its pool and all caps between. Whatever hangs so can send something towards the sink: the tree is strongly feasible.

use wishwell_allocation::Problem;

use super::relaxed::Relaxed;

/// What joins a pool or cap to the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// It hangs from what is above it.
    Above,
    /// It hangs from below, and nothing hangs from it but what uses it.
    Below,
    /// It hangs from below, and what is above it hangs from it.
    Between,
}

/// How much passes a pool or cap, and what joins it to the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    pub(super) units: u64,
    pub(super) link: Link,
}

/// How much of an item is served, and over which arc it hangs from a pool, with how many units; from the way around all pools, if none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    pub(super) served: u64,
    pub(super) upwards: Option<(u32, u64)>,
}

/// A feasible flow that is a tree.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) items: Vec<Served>,
    pub(super) pools: Vec<Used>,
    pub(super) caps: Vec<Used>,
    /// Items with the arcs to the pools that hang from them, and the units these carry.
    pub(super) filled: Vec<(u32, u32, u64)>,
}

/// A start that is being made.
pub(super) struct Filling<'a> {
    problem: &'a Problem,
    relaxed: &'a Relaxed,
    open_pools: &'a [bool],
    pub(super) start: Start,
}

impl<'a> Filling<'a> {
    pub(super) fn new(problem: &'a Problem, relaxed: &'a Relaxed, open_pools: &'a [bool]) -> Self {
        let parts = problem.parts();
        let unused = Used { units: 0, link: Link::Above };
        let start = Start {
            items: vec![Served::default(); parts.items.len()],
            pools: vec![unused; parts.pools.len()],
            caps: vec![unused; parts.caps.len()],
            filled: Vec::new(),
        };
        Self { problem, relaxed, open_pools, start }
    }

    /// Serves an item over these arcs of the network, given with the problem's, as far as there is room.
    pub(super) fn serve(&mut self, item: u32, arcs: impl Iterator<Item = (u32, u32)>) {
        let parts = self.problem.parts();
        let mut left = parts.items[item as usize].quantity;
        for (arc, of) in arcs {
            let pool = parts.arc_pool[of as usize];
            let room = self.room(pool);
            let units = left.min(room);
            if units == 0 {
                continue;
            }
            left -= units;
            self.start.items[item as usize].served += units;
            if self.pass(pool, units) {
                self.start.filled.push((item, arc, units));
            } else {
                // There is room for more than was left.
                self.start.items[item as usize].upwards = Some((arc, units));
                return;
            }
        }
    }

    fn room(&self, pool: u32) -> u64 {
        if !self.open_pools[pool as usize] {
            return 0;
        }
        let mut room = self.relaxed.pools[pool as usize] - self.start.pools[pool as usize].units;
        let mut cap = self.problem.parts().pools[pool as usize].cap;
        while let Some(nth) = cap {
            room = room.min(self.relaxed.caps[nth as usize] - self.start.caps[nth as usize].units);
            cap = self.problem.parts().caps[nth as usize].cap;
        }
        room
    }

    /// Units over a pool and all caps above it. Whether that filled one of them: then the pool, and what is between it and the highest
    /// full cap, hang from below.
    fn pass(&mut self, pool: u32, units: u64) -> bool {
        let parts = self.problem.parts();
        let used = &mut self.start.pools[pool as usize];
        used.units += units;
        let full_pool = used.units == self.relaxed.pools[pool as usize];
        let mut highest = None;
        let mut cap = parts.pools[pool as usize].cap;
        while let Some(nth) = cap {
            let used = &mut self.start.caps[nth as usize];
            used.units += units;
            if used.units == self.relaxed.caps[nth as usize] {
                highest = Some(nth);
            }
            cap = parts.caps[nth as usize].cap;
        }
        let Some(highest) = highest else {
            if full_pool {
                self.start.pools[pool as usize].link = Link::Below;
            }
            return full_pool;
        };
        self.start.pools[pool as usize].link = Link::Between;
        let mut cap = parts.pools[pool as usize].cap;
        while let Some(nth) = cap.filter(|nth| *nth != highest) {
            self.start.caps[nth as usize].link = Link::Between;
            cap = parts.caps[nth as usize].cap;
        }
        self.start.caps[highest as usize].link = Link::Below;
        true
    }
}
