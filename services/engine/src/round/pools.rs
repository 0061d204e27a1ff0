//! The pools of a round: each pool and period that something draws on, with what is left of it as the price of giving it.
//!
//! A pool is counted in units of what is taken of it for a unit of an item. Where that differs, as of a fund that pays for grants by the fen
//! and for kits of 180 yuan, each quantity has a lane of the pool by itself; [`super::lanes`] says what of the pool each may take.

use wishwell_allocation::{Segment, limits::UNITS_MAX};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId};
use wishwell_domain::round::{LoadStep, PoolPeriod};
use wishwell_domain::zone::date_of_day;

use super::pairs::Taker;
use super::ways::{Key, NO_DAY};
use crate::capacity::{draws_in, left_in};
use crate::snapshot::pool::{Left, UNLIMITED};
use crate::snapshot::row::NONE;
use crate::snapshot::{ResourceRef, Snapshot};

/// A pool in a period, for those who take as much of it for each unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundPool {
    pub(super) key: Key,
    pub(super) id: CapacityPoolId,
    /// Who offers it, by its place among the round's partners.
    pub(super) partner: u32,
    /// What is taken of the pool for each unit.
    pub(super) per_unit: i64,
    /// The first lane of the pool in the period, and how many there are: one for each quantity that is taken for a unit, ascending.
    pub(super) lanes: (u32, u32),
    /// What is decided already in all lanes, as the pool counts.
    pub(super) pinned: i64,
    /// What of the pool the lane may take, as the pool counts, where there are others.
    pub(super) share: Option<i64>,
    /// Whether the lanes together ask for more than there is, so that what each may take was decided before the plan.
    pub(super) divided: bool,
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
    /// Those of these keys, each of which is given once. Whoever could take of a pool, had it anything left, matters where nobody takes
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
        let mut pools: Vec<RoundPool> = Vec::with_capacity(keys.len());
        for key in &keys {
            let at = key.0 as usize;
            let draws = takers.draws(key.0);
            let lanes = (count(pools.len()), count(draws.len()));
            if let Some(places) = rank.get(at).and_then(|rank| first.get_mut(*rank as usize + 1)) {
                *places += lanes.1;
            }
            let (id, partner) = (id_of(key.0), takers.of.get(at).copied().unwrap_or(0));
            let lane = |(_, per_unit): &(u32, i64)| RoundPool {
                key: *key,
                id,
                partner,
                per_unit: (*per_unit).max(1),
                lanes,
                pinned: 0,
                share: None,
                divided: false,
            };
            pools.extend(draws.iter().map(lane));
        }
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

    /// Whether what some lanes may take was decided before the plan.
    pub(super) fn is_divided(&self) -> bool {
        self.pools.iter().any(|pool| pool.divided)
    }

    /// The lane of a resource, of a pool and period by the place of any of its lanes.
    pub(super) fn lane(&self, snapshot: &Snapshot, place: u32, resource: ResourceRef) -> u32 {
        let Some(RoundPool { key: (pool, _), lanes: (first, count), .. }) = self.pools.get(place as usize) else {
            return place;
        };
        if *count <= 1 {
            return place;
        }
        let draws = snapshot.row(resource).map(|row| draws_in(&snapshot.tables, row));
        let draw = draws.and_then(|draws| draws.as_slice().iter().find(|(at, _)| at == pool).map(|(_, k)| (*k).max(1)));
        let mut lanes = *first..first + count;
        lanes.find(|lane| self.pools.get(*lane as usize).map(|pool| pool.per_unit) == draw).unwrap_or(place)
    }

    /// Takes so many units of a lane off what is left of its pool.
    pub(super) fn pin(&mut self, lane: u32, units: u64) {
        let Some(RoundPool { per_unit, lanes: (first, count), .. }) = self.pools.get(lane as usize).copied() else {
            return;
        };
        let taken = i64::try_from(units).unwrap_or(i64::MAX).saturating_mul(per_unit);
        for pool in self.pools.iter_mut().skip(first as usize).take(count as usize) {
            pool.pinned = pool.pinned.saturating_add(taken);
        }
    }

    /// The place of a pool and period: of its first lane.
    pub(super) fn place(&self, key: Key) -> Option<u32> {
        let rank = *self.rank.get(key.0 as usize)?;
        let (from, to) = (*self.first.get(rank as usize)?, *self.first.get(rank as usize + 1)?);
        let periods = self.pools.get(from as usize..to as usize)?;
        let at = periods.partition_point(|pool| pool.key.1 < key.1);
        periods.get(at).filter(|pool| pool.key.1 == key.1)?;
        Some(from + u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// What is left of a pool for all its lanes, as it counts; none where there is no limit.
    pub(super) fn amount(snapshot: &Snapshot, pool: &RoundPool) -> Option<i64> {
        let left = figures(snapshot, pool.key).remaining;
        (left != UNLIMITED).then(|| left.max(0).saturating_sub(pool.pinned).max(0))
    }

    /// What is left of a pool, in units; [`UNITS_MAX`] where there is no limit.
    pub(super) fn left(snapshot: &Snapshot, pool: &RoundPool) -> u64 {
        let amount = Self::amount(snapshot, pool).map(|amount| pool.share.unwrap_or(amount));
        amount.map_or(UNITS_MAX, |amount| (amount / pool.per_unit).unsigned_abs().min(UNITS_MAX))
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

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// Who offers each pool, and what is taken of it for each unit.
struct Takers {
    partners: Vec<(OrganizationId, u32)>,
    /// Partner by place in the tables.
    of: Vec<u32>,
    /// Place and quantity for each unit, ascending, each once.
    draws: Vec<(u32, i64)>,
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
        let mut of = vec![NONE; pools];
        let mut draws: Vec<(u32, i64)> = Vec::new();
        let mut own = |pool: u32, organization: u32| {
            let partner = of_place.get(organization as usize).copied().unwrap_or(NONE);
            if let Some(owner) = of.get_mut(pool as usize) {
                // Where several organizations offer one pool, the first in order answers for it.
                *owner = partner.min(*owner);
            }
        };
        for (pool, organization, per_unit) in takers {
            own(*pool, *organization);
            draws.push((*pool, *per_unit));
        }
        draws.sort_unstable();
        draws.dedup();
        // Of those alone who would take of a pool, the most that is taken tells what its unit is.
        let taken = draws.len();
        for (pool, organization, per_unit) in would_take {
            if draws[..taken].binary_search_by_key(pool, |(of, _)| *of).is_err() {
                own(*pool, *organization);
                draws.push((*pool, *per_unit));
            }
        }
        draws[taken..].sort_unstable_by_key(|(pool, per_unit)| (*pool, std::cmp::Reverse(*per_unit)));
        let mut would = draws.split_off(taken);
        would.dedup_by_key(|(pool, _)| *pool);
        draws.append(&mut would);
        draws.sort_unstable();
        Self { partners, of, draws }
    }

    /// What is taken of a pool for each unit, with its place.
    fn draws(&self, pool: u32) -> &[(u32, i64)] {
        let from = self.draws.partition_point(|(of, _)| *of < pool);
        let to = self.draws.partition_point(|(of, _)| *of <= pool);
        if from == to { &[(NONE, 1)] } else { &self.draws[from..to] }
    }
}
