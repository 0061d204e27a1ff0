//! What a plan leaves: room in pools and caps, contacts, partners of needs and bundles.

use std::collections::HashMap;

use wishwell_allocation::{Plan, Problem, Split};

use super::sides::CapOf;
use crate::snapshot::row::NONE;

/// What keeps an arc from carrying what is still asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// A pool has not enough left; so many units there are.
    Pool(u32, u64),
    /// An organization's cap has not.
    Cap(CapOf, u64),
    /// The organization, by its place among the partners, would be asked about one item too many.
    Contacts(u32),
    /// It would be one partner too many.
    Partners,
    /// Nothing.
    None,
}

/// What a plan leaves.
pub(super) struct Room<'a> {
    problem: &'a Problem,
    caps: &'a [CapOf],
    pools: Vec<u64>,
    above: Vec<u64>,
    /// Units served by row.
    pub(super) served: Vec<u64>,
    /// Items each partner with a bound is still asked about.
    contacts: HashMap<u32, u32>,
    /// By row with a bound on partners: those that serve the need or help it already, and how many more there may be.
    partners: HashMap<u32, (Vec<u32>, u32)>,
    bundle_of: Vec<u32>,
    /// By pool, the least urgent tier of those who have it because it is guaranteed to them.
    guaranteed: HashMap<u32, u8>,
    further: HashMap<u32, Vec<u32>>,
}

impl<'a> Room<'a> {
    pub(super) fn new(problem: &'a Problem, caps: &'a [CapOf], plan: &Plan, groups: &[i128]) -> Self {
        let parts = problem.parts();
        let length = |segments: &[wishwell_allocation::Segment]| segments.iter().map(|segment| segment.units).sum();
        let mut further: HashMap<u32, Vec<u32>> = HashMap::new();
        for (arc, pool) in &parts.draws {
            further.entry(*arc).or_default().push(*pool);
        }
        let mut room = Self {
            problem,
            caps,
            pools: parts.pools.iter().map(|pool| length(&pool.segments)).collect(),
            above: parts.caps.iter().map(|cap| length(&cap.segments)).collect(),
            served: vec![0; parts.items.len()],
            contacts: parts.contacts.iter().map(|bound| (bound.partner, bound.most)).collect(),
            partners: HashMap::new(),
            bundle_of: vec![NONE; parts.items.len()],
            guaranteed: HashMap::new(),
            further,
        };
        for (at, bundle) in (0..).zip(&parts.bundles) {
            for row in &bundle.items {
                room.bundle_of[*row as usize] = at;
            }
        }
        // Who serves whom matters to bounds on partners and contacts alone.
        let bounded = !parts.partners.is_empty() || !parts.contacts.is_empty();
        let mut by_row: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut row = 0_u32;
        for (arc, units) in plan.flows() {
            while parts.first[row as usize + 1] <= *arc {
                row += 1;
            }
            room.served[row as usize] += units;
            let item = parts.items[row as usize];
            let guaranteed = item.group.is_some_and(|group| groups[group as usize] < 0);
            for pool in room.pools_of(*arc) {
                room.take(pool, *units);
                if guaranteed {
                    let tier = room.guaranteed.entry(pool).or_insert(item.tier);
                    *tier = item.tier.max(*tier);
                }
                if !bounded {
                    continue;
                }
                let partner = parts.pools[pool as usize].partner;
                let known = by_row.entry(row).or_default();
                if !known.contains(&partner) {
                    known.push(partner);
                    room.contacts.entry(partner).and_modify(|left| *left = left.saturating_sub(1));
                }
            }
        }
        for bound in &parts.partners {
            let mut serving: Vec<u32> =
                bound.items.iter().filter_map(|row| by_row.get(row)).flatten().chain(&bound.already).copied().collect();
            serving.sort_unstable();
            serving.dedup();
            let left = bound.most.saturating_sub(u32::try_from(serving.len()).unwrap_or(u32::MAX));
            for row in &bound.items {
                room.partners.insert(*row, (serving.clone(), left));
            }
        }
        room
    }

    /// The pools an arc draws on, its own first.
    pub(super) fn pools_of(&self, arc: u32) -> Vec<u32> {
        let own = self.problem.parts().arc_pool[arc as usize];
        let mut pools = vec![own];
        pools.extend(self.further.get(&arc).into_iter().flatten());
        pools
    }

    fn take(&mut self, pool: u32, units: u64) {
        self.pools[pool as usize] = self.pools[pool as usize].saturating_sub(units);
        let mut cap = self.problem.parts().pools[pool as usize].cap;
        while let Some(at) = cap {
            self.above[at as usize] = self.above[at as usize].saturating_sub(units);
            cap = self.problem.parts().caps[at as usize].cap;
        }
    }

    /// Units that are still asked for a row.
    pub(super) fn asked(&self, row: u32) -> u64 {
        self.problem.parts().items[row as usize].quantity - self.served[row as usize]
    }

    /// Units left of a pool.
    pub(super) fn left(&self, pool: u32) -> u64 {
        self.pools[pool as usize]
    }

    /// Units that the plan takes of a pool.
    pub(super) fn given(&self, pool: u32) -> u64 {
        let segments = &self.problem.parts().pools[pool as usize].segments;
        segments.iter().map(|segment| segment.units).sum::<u64>().saturating_sub(self.pools[pool as usize])
    }

    /// The least urgent tier of those who have something of a pool because it is guaranteed to them.
    pub(super) fn guaranteed(&self, pool: u32) -> Option<u8> {
        self.guaranteed.get(&pool).copied()
    }

    /// The bundle that a row is in, if any.
    pub(super) fn bundle(&self, row: u32) -> Option<u32> {
        Some(self.bundle_of[row as usize]).filter(|bundle| *bundle != NONE)
    }

    fn is_below(&self, pool: u32, cap: u32) -> bool {
        let parts = self.problem.parts();
        let above = |at: &u32| parts.caps[*at as usize].cap;
        std::iter::successors(parts.pools[pool as usize].cap, above).any(|at| at == cap)
    }

    /// What keeps an arc of a row from carrying a unit more, or all of it where it is not to be split.
    pub(super) fn obstacle(&self, row: u32, arc: u32) -> Obstacle {
        let parts = self.problem.parts();
        let whole = parts.items[row as usize].split == Split::Whole;
        let needed = if whole { self.asked(row) } else { 1 };
        let pools = self.pools_of(arc);
        for pool in &pools {
            if self.pools[*pool as usize] < needed {
                return Obstacle::Pool(*pool, self.pools[*pool as usize]);
            }
        }
        let serves_already =
            |partner: u32| self.partners.get(&row).is_some_and(|(serving, _)| serving.contains(&partner));
        for pool in &pools {
            let mut cap = parts.pools[*pool as usize].cap;
            while let Some(at) = cap {
                let times = pools.iter().filter(|pool| self.is_below(**pool, at)).count();
                if self.above[at as usize] < needed.saturating_mul(times as u64) {
                    return Obstacle::Cap(self.caps[at as usize], self.above[at as usize]);
                }
                cap = parts.caps[at as usize].cap;
            }
        }
        let mut partners: Vec<u32> = pools.iter().map(|pool| parts.pools[*pool as usize].partner).collect();
        partners.sort_unstable();
        partners.dedup();
        let full = |partner: &&u32| {
            self.contacts.get(partner).is_some_and(|left| *left == 0) && self.served[row as usize] == 0
        };
        if let Some(partner) = partners.iter().find(full) {
            return Obstacle::Contacts(*partner);
        }
        let new = partners.iter().filter(|partner| !serves_already(**partner)).count();
        if self.partners.get(&row).is_some_and(|(_, left)| new as u64 > u64::from(*left)) {
            return Obstacle::Partners;
        }
        Obstacle::None
    }
}
