//! Capacity pools in the form the search reads.

use std::sync::Arc;

use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodRule, PoolKind};
use wishwell_domain::ids::CapacityPoolId;
use wishwell_domain::period::Periods;
use wishwell_domain::round::ScarcityPrice;
use wishwell_domain::zone::day_of_date;

use super::chunked::Chunked;
use super::lookup::Lookup;
use super::row::NONE;

/// What is left of an unknown total.
pub(crate) const UNKNOWN: i64 = -1;
/// What is left without limit.
pub(crate) const UNLIMITED: i64 = i64::MAX;

/// What is left, of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// In the pool's unit, or [`UNKNOWN`] or [`UNLIMITED`].
    pub(crate) remaining: i64,
    /// The total, where known.
    pub(crate) total: i64,
}

impl Left {
    const NOBODY_SAID: Self = Self { remaining: UNKNOWN, total: 0 };

    fn of(kind: PoolKind, figures: &Figures) -> Self {
        match (kind, figures.remaining()) {
            (PoolKind::Unbounded, _) => Self { remaining: UNLIMITED, total: UNLIMITED },
            (_, Some(remaining)) => Self { remaining, total: figures.total.unwrap_or_default() },
            (_, None) => Self::NOBODY_SAID,
        }
    }
}

/// How a pool's figure relates to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// What is taken is gone: each occurrence takes anew.
    Consumed,
    /// Comes back when the case closes: all occurrences take once.
    Returned,
    /// Renewed each period.
    EachPeriod,
}

/// What the search reads of a pool.
#[derive(Debug, Clone)]
pub(crate) struct PoolRow {
    /// The pool's own figure; for renewed pools that of a period without one of its own.
    pub(crate) left: Left,
    /// When the figure was confirmed, in hours since 1970.
    pub(crate) confirmed_hour: u32,
    /// The periods that differ, in order of days.
    pub(crate) overrides: Option<Arc<[PeriodLeft]>>,
    /// Place of the period rule; `u16::MAX` for none.
    pub(crate) rule: u16,
    pub(crate) renewal: Renewal,
    /// Whether it was pledged, and nothing of it is there for anybody else.
    pub(crate) pledged: bool,
}

const _: () = assert!(size_of::<PoolRow>() <= 40, "a pool is less than a cache line");

/// The figure of a period that has one of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PeriodLeft {
    /// First day, since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) left: Left,
}

/// All pools.
#[derive(Debug, Clone, Default)]
pub(crate) struct PoolTable {
    pub(crate) rows: Chunked<PoolRow>,
    places: Lookup<CapacityPoolId>,
    /// Distinct rules: a handful, a tenant has few zones.
    pub(crate) rules: Arc<Vec<(PeriodRule, Periods)>>,
    /// What a unit of each pool was worth in the last round, by place, in millionths of an emergency's item; what is beyond the end,
    /// nothing.
    pub(crate) scarcity: Arc<Vec<u32>>,
}

impl PoolTable {
    /// The place of a pool, kept for it, of unknown total, when it is not known yet.
    pub(crate) fn place(&mut self, id: CapacityPoolId) -> u32 {
        self.places.get(&id).unwrap_or_else(|| {
            let at = self.rows.push(PoolRow {
                left: Left::NOBODY_SAID,
                confirmed_hour: 0,
                overrides: None,
                rule: u16::MAX,
                renewal: Renewal::Consumed,
                pledged: false,
            });
            self.places.insert(id, at);
            at
        })
    }

    /// Puts a pool.
    pub(crate) fn put(&mut self, pool: &CapacityPool) {
        let at = self.place(pool.id);
        let rule = pool
            .period
            .as_ref()
            .filter(|_| pool.kind == PoolKind::Slots)
            .map_or(u16::MAX, |rule| self.rule_place(rule));
        let overrides = if rule == u16::MAX { None } else { overrides(pool) };
        let renewal = match pool.kind {
            PoolKind::Slots if rule != u16::MAX => Renewal::EachPeriod,
            PoolKind::Caseload | PoolKind::Unbounded | PoolKind::Slots => Renewal::Returned,
            PoolKind::Stock | PoolKind::Budget => Renewal::Consumed,
        };
        let confirmed_hour = hour(pool.confirmed_at);
        let left = Left::of(pool.kind, &pool.figures);
        if let Some(row) = self.rows.get_mut(at) {
            *row = PoolRow { left, confirmed_hour, overrides, rule, renewal, pledged: pool.pledged };
        }
    }

    fn rule_place(&mut self, rule: &PeriodRule) -> u16 {
        if let Some(at) = self.rules.iter().position(|(known, _)| known == rule) {
            return u16::try_from(at).unwrap_or(u16::MAX);
        }
        let Ok(periods) = rule.compile() else { return u16::MAX };
        Arc::make_mut(&mut self.rules).push((rule.clone(), periods));
        u16::try_from(self.rules.len() - 1).unwrap_or(u16::MAX)
    }

    /// Puts the prices of the last round in the place of those before: of a pool's periods the dearest.
    pub(crate) fn put_scarcity(&mut self, prices: &[ScarcityPrice]) {
        let mut scarcity = Vec::new();
        for price in prices {
            let Some(at) = self.places.get(&price.at.pool) else { continue };
            let at = at as usize;
            scarcity.resize(scarcity.len().max(at + 1), 0);
            scarcity[at] = price.scarcity_millionths.max(scarcity[at]);
        }
        self.scarcity = Arc::new(scarcity);
    }

    /// The identifier of each pool, by place.
    pub(crate) fn ids(&self) -> Vec<CapacityPoolId> {
        let mut ids = vec![CapacityPoolId::from_uuid(Default::default()); self.rows.len()];
        for (id, at) in self.places.iter() {
            if let Some(place) = ids.get_mut(at as usize) {
                *place = *id;
            }
        }
        ids
    }

    /// Numbers the pools anew in the order of `order`, those it does not name after them. Answers the new place of each old one.
    pub(crate) fn reorder(&mut self, order: impl Iterator<Item = u32>) -> Vec<u32> {
        let count = self.rows.len();
        let mut places = vec![NONE; count];
        let mut rows: Chunked<PoolRow> = Chunked::default();
        for old in order.chain((0..count).filter_map(|at| u32::try_from(at).ok())) {
            if let (Some(place @ &mut NONE), Some(row)) = (places.get_mut(old as usize), self.rows.get(old)) {
                *place = rows.push(row.clone());
            }
        }
        self.rows = rows;
        self.places.renumber(&places);
        places
    }

    pub(crate) fn recent_len(&self) -> usize {
        self.places.recent_len()
    }

    pub(crate) fn fold(&mut self) {
        self.places.fold();
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let overrides = self.rows.iter().filter_map(|row| row.overrides.as_ref());
        let overrides: usize = overrides.map(|periods| size_of_val(&**periods) + 16).sum();
        self.rows.memory_bytes() + self.places.memory_bytes() + overrides + self.scarcity.capacity() * 4
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.shrink();
    }
}

/// Whole hours since 1970, 0 before.
pub(crate) fn hour(at: jiff::Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0) / 3600).unwrap_or(u32::MAX)
}

fn overrides(pool: &CapacityPool) -> Option<Arc<[PeriodLeft]>> {
    let mut periods: Vec<PeriodLeft> = pool
        .periods
        .iter()
        .map(|period| PeriodLeft {
            // Dates lie within years -9999 to 9999.
            day: i32::try_from(day_of_date(period.period_start)).unwrap_or(i32::MAX),
            left: Left::of(pool.kind, &period.figures),
        })
        .collect();
    periods.sort_by_key(|period| period.day);
    (!periods.is_empty()).then(|| periods.into())
}
