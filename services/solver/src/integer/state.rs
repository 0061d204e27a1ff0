//! A plan that respects all whole numbers, while it is changed step by step.

use std::collections::HashMap;

use wishwell_allocation::{Plan, Segment};

use super::index::Index;
use super::score::{Places, Score, priced};

/// A feasible plan, but that bundles may be served in part for a while.
#[derive(Clone, Debug)]
pub(super) struct State<'a> {
    pub(super) index: &'a Index<'a>,
    places: Places,
    flows: Vec<u64>,
    served: Vec<u64>,
    /// Units from each pool and through each cap that count as load.
    given: Vec<u64>,
    passed: Vec<u64>,
    /// What is left of each pool and cap, further draws counted.
    left: Vec<u64>,
    left_below: Vec<u64>,
    reached: Vec<u64>,
    /// Arcs that carry units and touch each pool.
    users: Vec<Vec<u32>>,
    /// Of each bound on partners, how many arcs touch which partner, and one more for who helps already.
    partners: Vec<HashMap<u32, u32>>,
    /// Of each bound on contacts, how many of which item's arcs touch the partner.
    contacts: Vec<HashMap<u32, u32>>,
    score: Score,
    /// Changes made: arc, units before.
    journal: Vec<(u32, u64)>,
}

fn capacity(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.units).sum()
}

impl<'a> State<'a> {
    /// The plan that serves nobody.
    pub(super) fn nobody(index: &'a Index<'a>) -> Self {
        let parts = index.parts();
        Self {
            index,
            places: Places::of(parts),
            flows: vec![0; parts.arc_pool.len()],
            served: vec![0; parts.items.len()],
            given: vec![0; parts.pools.len()],
            passed: vec![0; parts.caps.len()],
            left: parts.pools.iter().map(|pool| capacity(&pool.segments)).collect(),
            left_below: parts.caps.iter().map(|cap| capacity(&cap.segments)).collect(),
            reached: vec![0; parts.groups.len()],
            users: vec![Vec::new(); parts.pools.len()],
            // Who helps already is among them once, and so never stops being.
            partners: parts.partners.iter().map(|of| of.already.iter().map(|who| (*who, 1)).collect()).collect(),
            contacts: vec![HashMap::new(); parts.contacts.len()],
            score: Score::default(),
            journal: Vec::new(),
        }
    }

    pub(super) const fn score(&self) -> Score {
        self.score
    }

    pub(super) fn flow(&self, arc: u32) -> u64 {
        self.flows[arc as usize]
    }

    pub(super) fn served(&self, item: u32) -> u64 {
        self.served[item as usize]
    }

    /// Arcs that carry units and touch a pool, in no particular order, but the same each time.
    pub(super) fn users(&self, pool: u32) -> &[u32] {
        &self.users[pool as usize]
    }

    /// What is left of a pool.
    pub(super) fn left(&self, pool: u32) -> u64 {
        self.left[pool as usize]
    }

    /// What is left below a cap.
    pub(super) fn left_below(&self, cap: u32) -> u64 {
        self.left_below[cap as usize]
    }

    /// Units from a pool that count as its load.
    pub(super) fn given(&self, pool: u32) -> u64 {
        self.given[pool as usize]
    }

    /// Units through a cap that count as its load.
    pub(super) fn passed(&self, cap: u32) -> u64 {
        self.passed[cap as usize]
    }

    /// Units that reach a group.
    pub(super) fn reached(&self, group: u32) -> u64 {
        self.reached[group as usize]
    }

    /// The items that a partner with bounded contacts is asked about, by the bound, in no particular order.
    pub(super) fn asked(&self, bound: u32) -> impl Iterator<Item = &u32> {
        self.contacts[bound as usize].keys()
    }

    /// Arcs that were changed since the mark, some several times.
    pub(super) fn changed(&self, mark: usize) -> impl Iterator<Item = u32> + '_ {
        self.journal[mark..].iter().map(|(arc, _)| *arc)
    }

    /// How much more an arc can carry, of any quantity.
    pub(super) fn room(&self, arc: u32) -> u64 {
        if self.flows[arc as usize] == 0 && !self.welcome(arc) {
            return 0;
        }
        if self.index.draws(arc).is_empty() {
            let pool = self.index.parts().arc_pool[arc as usize];
            let caps = self.index.caps_above(pool).map(|cap| self.left_below[cap as usize]);
            return caps.fold(self.left[pool as usize], u64::min);
        }
        let mut room = u64::MAX;
        let mut times: HashMap<u32, u64> = HashMap::new();
        for pool in self.index.touched(arc) {
            room = room.min(self.left[pool as usize]);
            for cap in self.index.caps_above(pool) {
                *times.entry(cap).or_default() += 1;
            }
        }
        times.iter().fold(room, |room, (cap, times)| room.min(self.left_below[*cap as usize] / times))
    }

    /// Whether the bounds on partners and contacts allow one more arc.
    fn welcome(&self, arc: u32) -> bool {
        let parts = self.index.parts();
        let item = self.index.item_of[arc as usize];
        let bounds = self.index.bounds_of.of(item);
        let partners = bounds.iter().all(|bound| {
            let among = &self.partners[*bound as usize];
            let new = self.index.partners(arc).filter(|partner| !among.contains_key(partner)).count();
            among.len() + new <= parts.partners[*bound as usize].most as usize
        });
        partners
            && self.index.partners(arc).all(|partner| {
                self.index.contacts_of(partner).iter().all(|bound| {
                    let among = &self.contacts[*bound as usize];
                    among.contains_key(&item) || among.len() < parts.contacts[*bound as usize].most as usize
                })
            })
    }

    /// Makes an arc carry so much; the caller has made sure that it fits.
    pub(super) fn set(&mut self, arc: u32, units: u64) {
        let before = self.flows[arc as usize];
        if before != units {
            self.journal.push((arc, before));
            self.carry(arc, units);
        }
    }

    /// Where the plan stands, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Undoes all changes since the mark.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.journal.len() > mark {
            if let Some((arc, before)) = self.journal.pop() {
                self.carry(arc, before);
            }
        }
    }

    /// Forgets how to undo what was done.
    pub(super) fn keep(&mut self) {
        self.journal.clear();
    }

    fn carry(&mut self, arc: u32, units: u64) {
        let before = std::mem::replace(&mut self.flows[arc as usize], units);
        if (before == 0) != (units == 0) {
            self.enlist(arc, units > 0);
        }
        let index = self.index;
        let parts = index.parts();
        let item = index.item_of[arc as usize];
        let more = i128::from(units) - i128::from(before);
        let change = |of: &mut u64, by: i128| *of = (i128::from(*of) + by) as u64;
        let of = &parts.items[item as usize];
        change(&mut self.served[item as usize], more);
        self.score.add(self.places.tier(of.tier), more * i128::from(of.worth));
        self.score.add(self.places.distance, -more * i128::from(parts.arc_distance[arc as usize]));
        for group in index.groups_above(item) {
            let guarantee = parts.groups[group as usize].guarantee;
            let reached = &mut self.reached[group as usize];
            let old = (*reached).min(guarantee);
            change(reached, more);
            self.score.add(self.places.guarantee, i128::from((*reached).min(guarantee)) - i128::from(old));
        }
        for (nth, pool) in index.touched(arc).enumerate() {
            change(&mut self.left[pool as usize], -more);
            for cap in index.caps_above(pool) {
                change(&mut self.left_below[cap as usize], -more);
            }
            if nth > 0 {
                continue;
            }
            let load = |segments: &[Segment], of: &mut u64| {
                let old = priced(segments, *of);
                change(of, more);
                old - priced(segments, *of)
            };
            self.score
                .add(self.places.load, load(&parts.pools[pool as usize].segments, &mut self.given[pool as usize]));
            for cap in index.caps_above(pool) {
                let gained = load(&parts.caps[cap as usize].segments, &mut self.passed[cap as usize]);
                self.score.add(self.places.load, gained);
            }
        }
    }

    /// Counts an arc among those of its pools and bounds, or no longer.
    fn enlist(&mut self, arc: u32, carries: bool) {
        let index = self.index;
        let item = index.item_of[arc as usize];
        for pool in index.touched(arc) {
            let users = &mut self.users[pool as usize];
            if carries {
                users.push(arc);
            } else if let Some(place) = users.iter().position(|user| *user == arc) {
                users.swap_remove(place);
            }
        }
        let count = |among: &mut HashMap<u32, u32>, who: u32| {
            let times = among.entry(who).or_default();
            *times = if carries { *times + 1 } else { *times - 1 };
            if *times == 0 {
                among.remove(&who);
            }
        };
        for partner in index.partners(arc) {
            for bound in index.bounds_of.of(item) {
                count(&mut self.partners[*bound as usize], partner);
            }
            for bound in index.contacts_of(partner) {
                count(&mut self.contacts[*bound as usize], item);
            }
        }
    }

    /// The plan as it stands.
    pub(super) fn plan(&self) -> Plan {
        Plan::new(
            (0_u32..).zip(&self.flows).filter(|(_, units)| **units > 0).map(|(arc, units)| (arc, *units)).collect(),
        )
    }
}
