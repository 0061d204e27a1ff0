//! Capacity from the entities, stretch by stretch.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind, Remaining};
use wishwell_domain::compiled_schedule::CompiledSchedule;
use wishwell_domain::ids::{CapacityPoolId, ResourceId};
use wishwell_domain::limits::LOOK_AHEAD_DAYS_MAX;
use wishwell_domain::need::Recurrence;
use wishwell_domain::period::Periods;
use wishwell_domain::resource::Resource;
use wishwell_domain::zone::{Zone, day_of_date};

use super::BruteForce;
use crate::query::Query;

/// What a resource offers in some stretch of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    /// None for no limit.
    pub(super) served: Option<i64>,
    pub(super) unknown: bool,
    /// Least share left: left, of total.
    pub(super) share: (i64, i64),
    /// Oldest confirmation; none counts as ancient when unknown.
    pub(super) confirmed: Option<Timestamp>,
    pub(super) period_start: Option<Date>,
    pub(super) occurrences: u32,
    pub(super) open_occurrences: u32,
}

const NOTHING_KNOWN: Offer = Offer {
    served: None,
    unknown: true,
    share: (1, 1),
    confirmed: None,
    period_start: None,
    occurrences: 1,
    open_occurrences: 1,
};

impl BruteForce {
    /// Pools with what one unit takes from each; a pool named twice takes both.
    fn draws(&self, resource: &Resource) -> Vec<(CapacityPoolId, i64)> {
        let mut draws: Vec<(CapacityPoolId, i64)> = Vec::new();
        for draw in &resource.draws {
            match draws.iter_mut().find(|(pool, _)| *pool == draw.pool) {
                Some((_, quantity)) => *quantity += draw.quantity_per_unit,
                None => draws.push((draw.pool, draw.quantity_per_unit)),
            }
        }
        draws
    }

    /// The best of all stretches within which no pool changes its period.
    pub(super) fn best_offer(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        (start, end): (Timestamp, Timestamp),
        schedule: Option<&CompiledSchedule>,
    ) -> Offer {
        let draws = self.draws(resource);
        if draws.is_empty() {
            return NOTHING_KNOWN;
        }
        let mut cuts = vec![start, end];
        for periods in draws.iter().filter_map(|(pool, _)| periods_of(self.pools.get(pool)?)) {
            cuts.extend(periods.starts_between(start, end).map(|date| periods.bounds(date).0));
        }
        cuts.retain(|cut| (start..=end).contains(cut));
        cuts.sort_unstable();
        cuts.dedup();
        let stretches = cuts.windows(2).map(|pair| (pair[0], pair[1]));
        let open = stretches.filter(|(from, to)| schedule.is_none_or(|schedule| schedule.open_between(*from, *to)));
        let offers = open.map(|(from, _)| self.offer_at(&draws, from));
        let best = offers.reduce(|best, other| if better(&other, &best, query.quantity) { other } else { best });
        best.unwrap_or(NOTHING_KNOWN)
    }

    fn offer_at(&self, draws: &[(CapacityPoolId, i64)], at: Timestamp) -> Offer {
        let mut offer = Offer { unknown: false, ..NOTHING_KNOWN };
        let mut oldest: Option<Timestamp> = None;
        for (id, per_unit) in draws {
            let Some(pool) = self.pools.get(id) else {
                offer.unknown = true;
                continue;
            };
            oldest = Some(oldest.map_or(pool.confirmed_at, |oldest| oldest.min(pool.confirmed_at)));
            let period = periods_of(pool).map(|periods| periods.period_start(at));
            offer.period_start = offer.period_start.or(period);
            let figures = pool
                .periods
                .iter()
                .find(|own| Some(own.period_start) == period)
                .map_or(&pool.figures, |own| &own.figures);
            match period.map_or(pool.remaining(), |date| pool.remaining_in(date)) {
                Remaining::Unknown => offer.unknown = true,
                Remaining::Unlimited => {}
                Remaining::Known(left) => {
                    let units = left / per_unit;
                    offer.served = Some(offer.served.map_or(units, |served| served.min(units)));
                    let share = (left, figures.total.unwrap_or(0));
                    if smaller(share, offer.share) {
                        offer.share = share;
                    }
                }
            }
        }
        offer.confirmed = oldest;
        offer
    }

    /// When a resource will have enough of everything after the window, of an item that comes once: the first day of the first stretch in
    /// which it has, is offered and is open. Not for what draws on no renewed pool.
    #[must_use]
    pub fn next_free(&self, id: ResourceId, query: &Query<'_>) -> Option<Date> {
        let resource = self.resources.get(&id)?;
        let draws = self.draws(resource);
        let pools: Vec<&CapacityPool> = draws.iter().filter_map(|(pool, _)| self.pools.get(pool)).collect();
        let renewed: Vec<Periods> = pools.iter().filter_map(|pool| periods_of(pool)).collect();
        let schedule = resource.schedule.as_ref().and_then(|schedule| schedule.compile().ok());
        let (offered_from, offered_before) = super::judge::validity(resource);
        let change_after = |at: Timestamp| renewed.iter().map(|of| of.bounds(of.period_start(at)).1).min();
        let moment = SignedDuration::from_micros(1);
        let end = query.window.end.max(query.window.start.max(query.now) + SignedDuration::from_secs(1));
        let mut from = change_after(end - moment)?;
        let starts = |at: Timestamp| {
            renewed.iter().map(|of| of.period_start(at)).zip(&renewed).find(|(start, of)| of.bounds(*start).0 == at)
        };
        let first = starts(from)?.0;
        loop {
            let (date, to) = (starts(from)?.0, change_after(from)?);
            if day_of_date(date) - day_of_date(first) > LOOK_AHEAD_DAYS_MAX {
                return None;
            }
            let suffices = draws.iter().all(|(id, per_unit)| {
                self.pools.get(id).is_some_and(|pool| {
                    let period = periods_of(pool).map(|periods| periods.period_start(from));
                    let left = period.map_or(pool.remaining(), |start| pool.remaining_in(start));
                    left.covers(query.quantity * per_unit) == Some(true)
                })
            });
            let (opens, closes) = (from.max(offered_from), to.min(offered_before));
            let open = opens < closes && schedule.as_ref().is_none_or(|schedule| schedule.open_between(opens, closes));
            if suffices && open {
                return Some(date);
            }
            from = to;
        }
    }

    pub(super) fn recurring_offer_any_time(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        recurrence: Recurrence,
        start: Timestamp,
        offered: (Timestamp, Timestamp),
        schedule: Option<&CompiledSchedule>,
    ) -> Offer {
        let zone = zone_of(None);
        let _ = schedule;
        Offer { open_occurrences: 0, ..self.recurring(resource, query, recurrence, start, offered, None, &zone) }
    }

    pub(super) fn recurring_offer(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        recurrence: Recurrence,
        start: Timestamp,
        offered: (Timestamp, Timestamp),
        schedule: Option<&CompiledSchedule>,
    ) -> Offer {
        let zone = zone_of(resource.schedule.as_ref().map(|schedule| schedule.time_zone.as_str()));
        self.recurring(resource, query, recurrence, start, offered, schedule, &zone)
    }

    #[allow(clippy::too_many_arguments)]
    fn recurring(
        &self,
        resource: &Resource,
        query: &Query<'_>,
        recurrence: Recurrence,
        start: Timestamp,
        offered: (Timestamp, Timestamp),
        schedule: Option<&CompiledSchedule>,
        zone: &Zone,
    ) -> Offer {
        let draws = self.draws(resource);
        let mut offer = NOTHING_KNOWN;
        if !draws.is_empty() {
            // The share and its age are those of the pools' own figures.
            offer = self.own_figures(&draws);
        }
        offer.unknown = draws.is_empty();
        let (mut covered, mut open, mut counted) = (0, 0, 0);
        let mut taken: Vec<(CapacityPoolId, Date)> = Vec::new();
        let mut date = recurrence.every.start_of(zone.date_at(start));
        while counted < recurrence.occurrences {
            let begun = zone.start_of(date) < start;
            let next = recurrence.every.next_start(date);
            let span = (zone.start_of(date).max(start).max(offered.0), zone.start_of(next).min(offered.1));
            date = next;
            let is_open = span.0 < span.1 && schedule.is_none_or(|schedule| schedule.open_between(span.0, span.1));
            let found = if is_open { self.moment(&draws, span, query.quantity, schedule, &taken) } else { None };
            // What has begun and comes too late is not the first: the next one is.
            if begun && found.is_none() {
                continue;
            }
            counted += 1;
            open += u32::from(is_open);
            if let Some(periods) = found {
                covered += 1;
                let unknown = |(id, date): &(CapacityPoolId, Date)| {
                    self.pools.get(id).is_some_and(|pool| pool.remaining_in(*date) == Remaining::Unknown)
                };
                offer.unknown |= periods.iter().any(unknown);
                taken.extend(periods);
            }
        }
        for (id, per_unit) in &draws {
            let Some(pool) = self.pools.get(id) else {
                offer.unknown = true;
                continue;
            };
            if periods_of(pool).is_some() {
                continue;
            }
            let needed = query.quantity * per_unit;
            match (pool.remaining(), pool.kind) {
                (Remaining::Unknown, _) => offer.unknown = true,
                (Remaining::Unlimited, _) => {}
                (Remaining::Known(left), PoolKind::Stock | PoolKind::Budget) => {
                    covered = covered.min(u32::try_from(left / needed).unwrap_or(u32::MAX));
                }
                (Remaining::Known(left), _) if left < needed => covered = 0,
                (Remaining::Known(_), _) => {}
            }
        }
        let served = if covered == 0 { Some(0) } else { offer.served.map(|served| served.max(query.quantity)) };
        Offer { served, occurrences: covered, open_occurrences: open, period_start: None, ..offer }
    }

    /// Period of each renewed pool in the first stretch of a span within which none changes its period, all have enough beside what
    /// is taken, and it is open.
    fn moment(
        &self,
        draws: &[(CapacityPoolId, i64)],
        span: (Timestamp, Timestamp),
        quantity: i64,
        schedule: Option<&CompiledSchedule>,
        taken: &[(CapacityPoolId, Date)],
    ) -> Option<Vec<(CapacityPoolId, Date)>> {
        let pools = draws.iter().filter_map(|(id, per_unit)| Some((*id, per_unit, self.pools.get(id)?)));
        let renewed: Vec<_> =
            pools.filter_map(|(id, per_unit, pool)| Some((id, per_unit, pool, periods_of(pool)?))).collect();
        let mut cuts = vec![span.0, span.1];
        for (.., periods) in &renewed {
            cuts.extend(periods.starts_between(span.0, span.1).map(|date| periods.bounds(date).0));
        }
        cuts.retain(|cut| (span.0..=span.1).contains(cut));
        cuts.sort_unstable();
        cuts.dedup();
        let mut open = cuts
            .windows(2)
            .filter(|stretch| schedule.is_none_or(|schedule| schedule.open_between(stretch[0], stretch[1])));
        open.find_map(|stretch| {
            let with_enough = renewed.iter().map(|(id, per_unit, pool, periods)| {
                let date = periods.period_start(stretch[0]);
                let before = taken.iter().filter(|other| **other == (*id, date)).count() as i64;
                let needed = quantity * *per_unit * (before + 1);
                (pool.remaining_in(date).covers(needed) != Some(false)).then_some((*id, date))
            });
            with_enough.collect::<Option<Vec<_>>>()
        })
    }

    fn own_figures(&self, draws: &[(CapacityPoolId, i64)]) -> Offer {
        let pools = draws.iter().filter_map(|(id, _)| self.pools.get(id));
        let without_periods = |pool: &CapacityPool| (pool.id, CapacityPool { periods: Vec::new(), ..pool.clone() });
        let alone = Self { pools: pools.map(without_periods).collect(), ..Self::default() };
        alone.offer_at(draws, Timestamp::UNIX_EPOCH)
    }
}

fn zone_of(name: Option<&str>) -> std::sync::Arc<Zone> {
    Zone::named("zone", name.unwrap_or("Asia/Shanghai")).unwrap_or_else(|_| Zone::utc())
}

fn periods_of(pool: &CapacityPool) -> Option<Periods> {
    pool.period.as_ref().filter(|_| pool.kind == PoolKind::Slots)?.compile().ok()
}

fn smaller(a: (i64, i64), b: (i64, i64)) -> bool {
    i128::from(a.0) * i128::from(b.1) < i128::from(b.0) * i128::from(a.1)
}

/// Enough goes before not enough, known before unknown, a larger share before a smaller one.
fn better(offer: &Offer, than: &Offer, quantity: i64) -> bool {
    let enough = |offer: &Offer| offer.served.unwrap_or(i64::MAX).min(quantity);
    if enough(offer) != enough(than) {
        return enough(offer) > enough(than);
    }
    if offer.unknown != than.unknown {
        return than.unknown;
    }
    smaller(than.share, offer.share)
}
