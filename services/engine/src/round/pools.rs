//! The pools of a round: each pool and period that something draws on, with what is left of it as the price of giving it.

use wishwell_allocation::{Segment, limits::UNITS_MAX};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId};
use wishwell_domain::round::{LoadStep, PoolPeriod};
use wishwell_domain::zone::date_of_day;

use super::pairs::Taker;
use super::ways::{Key, NO_DAY};
use crate::capacity::left_in;
use crate::snapshot::Snapshot;
use crate::snapshot::pool::{Left, UNLIMITED};
use crate::snapshot::row::NONE;

/// A pool in a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundPool {
    pub(super) key: Key,
    pub(super) id: CapacityPoolId,
    /// Who offers it, by its place among the round's partners.
    pub(super) partner: u32,
    /// Most that is taken of the pool for each unit.
    pub(super) per_unit: i64,
    /// What is decided already, in units.
    pub(super) pinned: u64,
}

impl RoundPool {
    pub(super) fn at(&self) -> PoolPeriod {
        let (_, day) = self.key;
        PoolPeriod { pool: self.id, period_start: (day != NO_DAY).then(|| date_of_day(i64::from(day))) }
    }
}

/// All of them, by identifier and period, so that a round is the same however its picture came about.
#[derive(Debug, Default)]
pub(super) struct RoundPools {
    pub(super) pools: Vec<RoundPool>,
    /// Organizations in the order of their identifiers, with their places in the tables.
    pub(super) partners: Vec<(OrganizationId, u32)>,
    /// Of a place in the tables, its place in the order of identifiers among the pools drawn on.
    rank: Vec<u32>,
    /// Where the periods of each of those begin.
    first: Vec<u32>,
}

impl RoundPools {
    /// Those of these keys, each of which is there once. Whoever could take of a pool, had it anything left, matters where nobody takes
    /// of it: what has nothing left must not change how the rest is counted.
    pub(super) fn new(snapshot: &Snapshot, keys: &[Key], takers: &[Taker], would_take: &[Taker]) -> Self {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        let ids = snapshot.tables.pools.ids();
        let id_of = |place: u32| ids.get(place as usize).copied().unwrap_or_else(|| nobody(place));
        let mut places: Vec<u32> = keys.iter().map(|(place, _)| *place).collect();
        places.dedup();
        places.sort_unstable_by_key(|place| id_of(*place));
        let mut rank = vec![NONE; ids.len()];
        for (at, place) in (0..).zip(&places) {
            if let Some(slot) = rank.get_mut(*place as usize) {
                *slot = at;
            }
        }
        let takers = Takers::new(snapshot, takers, would_take, rank.len());
        keys.sort_unstable_by_key(|(place, day)| (rank.get(*place as usize).copied(), *day));
        let mut first = vec![0; places.len() + 1];
        let pools: Vec<RoundPool> = keys
            .iter()
            .map(|key| {
                let at = key.0 as usize;
                if let Some(count) = rank.get(at).and_then(|rank| first.get_mut(*rank as usize + 1)) {
                    *count += 1;
                }
                let (partner, per_unit) = takers.of.get(at).copied().unwrap_or((0, 1));
                RoundPool { key: *key, id: id_of(key.0), partner, per_unit: per_unit.max(1), pinned: 0 }
            })
            .collect();
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        Self { pools, partners: takers.partners, rank, first }
    }

    /// The place of an organization among the partners; none where the round draws on nothing of it.
    pub(super) fn partner(&self, organization: OrganizationId) -> Option<u32> {
        let at = self.partners.binary_search_by_key(&organization, |(id, _)| *id).ok()?;
        u32::try_from(at).ok()
    }

    /// The place of a pool and period.
    pub(super) fn place(&self, key: Key) -> Option<u32> {
        let rank = *self.rank.get(key.0 as usize)?;
        let (from, to) = (*self.first.get(rank as usize)?, *self.first.get(rank as usize + 1)?);
        let periods = self.pools.get(from as usize..to as usize)?;
        let at = periods.binary_search_by_key(&key.1, |pool| pool.key.1).ok()?;
        Some(from + u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// What is left of a pool, in units; [`UNITS_MAX`] where there is no limit.
    pub(super) fn left(snapshot: &Snapshot, pool: &RoundPool) -> u64 {
        let left = figures(snapshot, pool.key);
        let units = if left.remaining == UNLIMITED { i64::MAX } else { left.remaining.max(0) / pool.per_unit };
        units.unsigned_abs().min(UNITS_MAX).saturating_sub(pool.pinned)
    }

    /// What is left of a pool as the price of giving it: by the utilisation of its total, what is taken already counting.
    pub(super) fn segments(snapshot: &Snapshot, pool: &RoundPool, steps: &[LoadStep]) -> Vec<Segment> {
        let figures = figures(snapshot, pool.key);
        let left = Self::left(snapshot, pool);
        if left == 0 {
            return Vec::new();
        }
        if figures.remaining == UNLIMITED {
            return vec![Segment { units: left, price: 0 }];
        }
        let total = (figures.total.max(0) / pool.per_unit).unsigned_abs().clamp(left, UNITS_MAX);
        let mut segments: Vec<Segment> = Vec::with_capacity(steps.len() + 1);
        let mut from = total - left;
        let mut price = 0;
        let thresholds = steps.iter().map(|step| (total * u64::from(step.from_permille) / 1_000, step.price));
        for (until, next) in thresholds.chain(std::iter::once((total, 0))) {
            if until > from {
                match segments.last_mut().filter(|last| last.price == price) {
                    Some(last) => last.units += until - from,
                    None => segments.push(Segment { units: until - from, price }),
                }
                from = until;
            }
            price = next;
        }
        segments
    }
}

fn nobody(place: u32) -> CapacityPoolId {
    CapacityPoolId::from_uuid(uuid::Uuid::from_u128(u128::from(place)))
}

fn figures(snapshot: &Snapshot, (place, day): Key) -> Left {
    let pool = snapshot.tables.pools.rows.get(place);
    pool.map_or(Left { remaining: 0, total: 0 }, |pool| if day == NO_DAY { pool.left } else { left_in(pool, day) })
}

/// Who offers each pool, and the most that is taken of it for each unit.
struct Takers {
    partners: Vec<(OrganizationId, u32)>,
    /// By place in the tables: partner and quantity per unit.
    of: Vec<(u32, i64)>,
}

impl Takers {
    fn new(snapshot: &Snapshot, takers: &[Taker], would_take: &[Taker], pools: usize) -> Self {
        let organizations = &snapshot.tables.organizations_cold;
        let id_of = |place: u32| {
            let known = organizations.get(place).map(|organization| organization.id);
            known.unwrap_or_else(|| OrganizationId::from_uuid(Default::default()))
        };
        let mut places: Vec<u32> = takers.iter().chain(would_take).map(|(_, organization, _)| *organization).collect();
        places.sort_unstable();
        places.dedup();
        let mut partners: Vec<(OrganizationId, u32)> = places.into_iter().map(|place| (id_of(place), place)).collect();
        partners.sort_unstable();
        let mut of_place = vec![NONE; organizations.len()];
        for (at, (_, place)) in (0..).zip(&partners) {
            if let Some(slot) = of_place.get_mut(*place as usize) {
                *slot = at;
            }
        }
        let owners = |takers: &[Taker]| {
            let mut of = vec![(NONE, 0); pools];
            for (pool, organization, per_unit) in takers {
                let partner = of_place.get(*organization as usize).copied().unwrap_or(NONE);
                if let Some((owner, most)) = of.get_mut(*pool as usize) {
                    // Where several organizations offer one pool, the first in order answers for it.
                    *owner = partner.min(*owner);
                    *most = (*per_unit).max(*most);
                }
            }
            of
        };
        let mut of = owners(takers);
        if !would_take.is_empty() {
            let nobody = |(of, _): &(&mut (u32, i64), (u32, i64))| of.1 == 0;
            of.iter_mut().zip(owners(would_take)).filter(nobody).for_each(|(of, would)| *of = would);
        }
        Self { partners, of }
    }
}
