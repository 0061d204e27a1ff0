//! The capacity over all occurrences of a recurring item.
//!
//! Occurrences are calendar periods, from the one in which the window starts, by the zone of the resource's schedule. One is covered
//! when the resource is offered and open in it, at a moment in which every renewed pool has the quantity left; the earliest such
//! moment is taken. A first period that has begun and cannot be covered any more is passed over. What is consumed (STOCK, BUDGET)
//! must last for all covered occurrences; what comes back (CASELOAD) is taken once.
//!
//! A resource that covers every occurrence in which it is open is a candidate, with the number it covers in the answer: a partner
//! closed for a holiday week still visits in the others. What lies after the end of a need's window counts as closed.

use jiff::civil::Date;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::limits::LOOK_AHEAD_DAYS_MAX;
use wishwell_domain::period::Periods;
use wishwell_domain::zone::{Zone, day_of_date};

use crate::capacity::{View, When, draws, left_in};
use crate::context::{Context, Span, instant};
use crate::snapshot::pool::{Left, PoolRow, Renewal, UNKNOWN, UNLIMITED};
use crate::snapshot::row::Row;

pub(crate) fn recurring(context: &Context<'_>, row: &Row, when: When<'_>) -> View {
    recurring_with_days(context, row, when).0
}

/// [`recurring`], with the periods taken: of each renewed pool its place, and the first days, one for each occurrence covered.
pub(crate) fn recurring_with_days(context: &Context<'_>, row: &Row, when: When<'_>) -> (View, Vec<(u32, Vec<i32>)>) {
    let draws = draws(context, row);
    let draws = draws.as_slice();
    let pools =
        || draws.iter().filter_map(|(place, per_unit)| Some((context.tables.pools.rows.get(*place)?, *per_unit)));
    let mut view = if draws.is_empty() { View::NOBODY_SAID } else { View::EVERYTHING };
    let mut occurrences_max = u32::MAX;
    for (pool, per_unit) in pools() {
        view.take(pool.left, per_unit, pool.confirmed_hour);
        occurrences_max = occurrences_max.min(times(context, pool, per_unit));
    }
    view.unknown = draws.is_empty();
    let mut taking = Taking::of(context, draws, when);
    let (mut covered, mut open) = (0, 0);
    let mut left = context.recurrence.map_or(1, |recurrence| recurrence.occurrences.max(1));
    for (begun, span) in spans(context, when) {
        if left == 0 {
            break;
        }
        let span = taking.open(span);
        let taken = span.is_some_and(|span| taking.take(span));
        if begun && !taken {
            continue;
        }
        left -= 1;
        open += u32::from(span.is_some());
        covered += u32::from(taken);
    }
    view.unknown |= taking.unknown;
    for (pool, _) in pools() {
        view.unknown |= pool.renewal != Renewal::EachPeriod && pool.left.remaining == UNKNOWN;
    }
    view.occurrences = covered.min(occurrences_max);
    view.open_occurrences = open;
    view.served = if view.occurrences > 0 { view.served.max(context.quantity) } else { 0 };
    let days = |renewed: Renewed<'_>| {
        let covered = renewed.used.into_iter().take(view.occurrences as usize);
        (renewed.place, covered.collect())
    };
    (view, taking.renewed.into_iter().map(days).collect())
}

/// How many occurrences a pool is enough for, where it does not say so by its periods.
fn times(context: &Context<'_>, pool: &PoolRow, per_unit: i64) -> u32 {
    let Left { remaining, .. } = pool.left;
    if pool.renewal == Renewal::EachPeriod || remaining < 0 || remaining == UNLIMITED {
        return u32::MAX;
    }
    let times = remaining / context.quantity.saturating_mul(per_unit).max(1);
    let lasts = pool.renewal == Renewal::Returned && times > 0;
    if lasts { u32::MAX } else { u32::try_from(times).unwrap_or(u32::MAX) }
}

/// First day of the first period after the one in which the window starts that would do as the first: it is covered and, unless the item
/// may be split, so are all that are asked from it on in which the resource is open. As far as the look-ahead, whenever the window ends;
/// none when there is no such period, or nobody said how much there is.
pub(crate) fn next_free(context: &Context<'_>, row: &Row, when: When<'_>) -> Option<Date> {
    let asked = context.recurrence.map_or(1, |recurrence| recurrence.occurrences.max(1));
    let wanted = if context.splittable { 1 } else { asked };
    let draws = draws(context, row);
    let draws = draws.as_slice();
    let lasts = |(place, per_unit): &(u32, i64)| {
        context.tables.pools.rows.get(*place).is_some_and(|pool| times(context, pool, *per_unit) >= wanted)
    };
    if !draws.iter().all(lasts) {
        return None;
    }
    let last = context.window.start.saturating_add(LOOK_AHEAD_DAYS_MAX * DAY);
    let later = || spans(context, when).skip(1).map(|(_, span)| span);
    let starts = later().take_while(|span| span.start <= last).count();
    let periods: Vec<Span> = later().take(starts + wanted as usize).collect();
    let mut taking = Taking::of(context, draws, when);
    let mut first = 0;
    while let Some(start) = periods.get(first).filter(|_| first < starts) {
        let mut run = periods.iter().skip(first).take(wanted as usize).enumerate();
        let gap = run.find(|(nth, span)| taking.open(**span).map_or(*nth == 0, |open| !taking.take(open)));
        let Some((nth, span)) = gap else {
            let zone = Zone::of_places();
            let zone = when.schedule.map_or(&*zone, |schedule| schedule.zone());
            return (!taking.unknown).then(|| zone.date_at(instant(start.start)));
        };
        taking.forget();
        // What is too little by itself is a gap of every run that meets it; what earlier occurrences took may be left by the next run.
        let enough_alone = taking.open(*span).is_some_and(|open| taking.take(open));
        taking.forget();
        first += if enough_alone { 1 } else { nth + 1 };
    }
    None
}

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// The periods from the one in which the window starts to the end of the calendar, each with whether it had begun before.
fn spans(context: &Context<'_>, when: When<'_>) -> impl Iterator<Item = (bool, Span)> {
    let default = Zone::of_places();
    let zone = when.schedule.map_or(&*default, |schedule| schedule.zone());
    let every = context.recurrence.map_or(PeriodLength::Day, |recurrence| recurrence.every);
    let start = context.window.start;
    let mut date = every.start_of(zone.date_at(instant(start)));
    let mut from = zone.start_of(date).as_microsecond();
    std::iter::from_fn(move || {
        date = every.next_start(date);
        let end = when.schedule.map_or(&*default, |schedule| schedule.zone()).start_of(date).as_microsecond();
        let span = (from < start, Span { start: from.max(start), end });
        let goes_on = end > from;
        from = end;
        goes_on.then_some(span)
    })
}

/// A renewed pool that is drawn on.
struct Renewed<'c> {
    place: u32,
    pool: &'c PoolRow,
    periods: &'c Periods,
    /// For each occurrence.
    needed: i64,
    /// What earlier occurrences took, by the first days of their periods.
    used: Vec<i32>,
}

impl<'c> Renewed<'c> {
    fn of(context: &Context<'c>, place: u32, per_unit: i64) -> Option<Self> {
        let pool = context.tables.pools.rows.get(place)?;
        let rule =
            (pool.renewal == Renewal::EachPeriod).then(|| context.tables.pools.rules.get(usize::from(pool.rule)));
        let (_, periods) = rule.flatten()?;
        Some(Self { place, pool, periods, needed: context.quantity.saturating_mul(per_unit), used: Vec::new() })
    }
}

struct Taking<'c> {
    renewed: Vec<Renewed<'c>>,
    when: When<'c>,
    /// Whether something was taken that nobody said a total of.
    unknown: bool,
}

impl<'c> Taking<'c> {
    fn of(context: &Context<'c>, draws: &[(u32, i64)], when: When<'c>) -> Self {
        let renewed = draws.iter().filter_map(|(place, per_unit)| Renewed::of(context, *place, *per_unit));
        Self { renewed: renewed.collect(), when, unknown: false }
    }

    /// Nothing is taken any more.
    fn forget(&mut self) {
        self.renewed.iter_mut().for_each(|renewed| renewed.used.clear());
        self.unknown = false;
    }

    /// What of a period the resource is offered in, where it is open in it.
    fn open(&self, span: Span) -> Option<Span> {
        span.and(self.when.offered).filter(|span| self.when.open_in(*span))
    }

    /// Takes the quantity for one occurrence from every renewed pool, at the first moment at which all have it; answers whether
    /// there is one.
    fn take(&mut self, span: Span) -> bool {
        let mut days: Vec<(i32, i64)> = Vec::with_capacity(self.renewed.len());
        let mut from = span.start;
        while from < span.end {
            let (mut until, mut enough) = (span.end, true);
            days.clear();
            for Renewed { pool, periods, needed, used, .. } in &self.renewed {
                let date = periods.period_start(instant(from));
                until = until.min(periods.bounds(date).1.as_microsecond());
                let day = i32::try_from(day_of_date(date)).unwrap_or(i32::MAX);
                let left = left_in(pool, day).remaining;
                let times = used.iter().filter(|used| **used == day).count() + 1;
                let needed = needed.saturating_mul(i64::try_from(times).unwrap_or(i64::MAX));
                enough &= left == UNKNOWN || left == UNLIMITED || left >= needed;
                days.push((day, left));
            }
            if enough && self.when.open_in(Span { start: from, end: until }) {
                for (renewed, (day, left)) in self.renewed.iter_mut().zip(&days) {
                    renewed.used.push(*day);
                    self.unknown |= *left == UNKNOWN;
                }
                return true;
            }
            if until <= from {
                // The calendar ends here.
                break;
            }
            from = until;
        }
        false
    }
}
