//! When a resource can help: the moments in which it is open and every renewed pool that it draws on has enough.
//!
//! What is drawn from several pools is drawn for one visit: a nurse's hour of Tuesday does not go with a car's of Friday. So a
//! moment is looked for in which all of them have it, and their periods are those that the moment lies in.

use jiff::Timestamp;
use jiff::civil::Date;

use super::plan::{Ask, covers, exhausted};
use crate::capacity_pool::CapacityPool;
use crate::compiled_schedule::CompiledSchedule;
use crate::error::Error;
use crate::period::Periods;
use crate::zone::Zone;

/// A pool of slots that a resource draws on.
pub(super) struct Renewed<'p> {
    pub(super) pool: &'p CapacityPool,
    pub(super) periods: Periods,
    pub(super) quantity_per_unit: i64,
}

/// One occurrence: the period of the item it is for, when recurring, and that of each pool.
pub(super) struct Occurrence {
    pub(super) period: Option<Date>,
    pub(super) of_pools: Vec<Date>,
}

/// The moment of each occurrence, the earliest that is possible. Periods of a recurring item in which the resource is closed are
/// left out; where it is open and a pool has not enough, nothing is held at all, unless the item may be served in part: then these are left
/// out as well. Without renewed pools nothing but hours counts.
pub(super) fn occurrences(
    renewed: &[Renewed<'_>],
    schedule: Option<&CompiledSchedule>,
    zone: &Zone,
    ask: &Ask<'_>,
) -> Result<Vec<Occurrence>, Error> {
    let Some(first) = renewed.first() else { return Ok(in_open_periods(schedule, zone, ask)) };
    let search = Search { renewed, first, schedule, quantity: ask.quantity };
    let mut found: Vec<Occurrence> = Vec::with_capacity(ask.periods.len().max(1));
    let mut left_out: Option<NoMoment<'_>> = None;
    for (period, start, end) in spans(ask, zone) {
        match search.moment(start, end, &found) {
            Ok(of_pools) => found.push(Occurrence { period, of_pools }),
            Err(none) if period.is_some() && (ask.in_part || !none.open) => {
                // Told is one in which it is open, if there is one.
                left_out = left_out.filter(|known| known.open || !none.open).or(Some(none));
            }
            Err(none) => return Err(none.into_error(ask.quantity)),
        }
    }
    match left_out.filter(|_| found.is_empty()) {
        Some(none) => Err(none.into_error(ask.quantity)),
        None => Ok(found),
    }
}

/// Occurrences of what draws on no renewed pool: where it is open; all of them where it is closed all the time.
fn in_open_periods(schedule: Option<&CompiledSchedule>, zone: &Zone, ask: &Ask<'_>) -> Vec<Occurrence> {
    let (open, closed): (Vec<_>, Vec<_>) = spans(ask, zone)
        .into_iter()
        .partition(|(_, start, end)| schedule.is_none_or(|schedule| schedule.open_between(*start, *end)));
    let kept = if open.is_empty() { closed } else { open };
    kept.into_iter().map(|(period, ..)| Occurrence { period, of_pools: Vec::new() }).collect()
}

/// When each occurrence may be; those that would begin at the end or after it are left out.
fn spans(ask: &Ask<'_>, zone: &Zone) -> Vec<(Option<Date>, Timestamp, Timestamp)> {
    let is_before_end = |(_, start, end): &(Option<Date>, Timestamp, Timestamp)| start < end;
    let Some(every) = ask.every else {
        return Some((None, ask.start, ask.end)).filter(is_before_end).into_iter().collect();
    };
    let span = |day: &Date| {
        let (start, end) = (zone.start_of(*day).max(ask.start), zone.start_of(every.next_start(*day)).min(ask.end));
        (Some(*day), start, end)
    };
    ask.periods.iter().map(span).filter(is_before_end).collect()
}

struct Search<'s> {
    renewed: &'s [Renewed<'s>],
    /// The first of them.
    first: &'s Renewed<'s>,
    schedule: Option<&'s CompiledSchedule>,
    quantity: i64,
}

/// That there is no moment: whether the resource was open in one, and a pool and period without enough.
struct NoMoment<'s> {
    open: bool,
    pool: &'s Renewed<'s>,
    date: Date,
}

impl NoMoment<'_> {
    fn into_error(self, quantity: i64) -> Error {
        exhausted(self.pool.pool, Some(self.date), quantity.saturating_mul(self.pool.quantity_per_unit))
    }
}

impl<'s> Search<'s> {
    /// The first stretch of time within which no pool changes its period, in which the resource is open and every pool has enough
    /// beside what earlier occurrences take.
    fn moment(&self, start: Timestamp, end: Timestamp, earlier: &[Occurrence]) -> Result<Vec<Date>, NoMoment<'s>> {
        // Told is where it is open and there is not enough, if there is such a place.
        let mut none = NoMoment { open: false, pool: self.first, date: self.first.periods.period_start(start) };
        let mut from = start;
        loop {
            let dates: Vec<Date> = self.renewed.iter().map(|renewed| renewed.periods.period_start(from)).collect();
            let ends = self.renewed.iter().zip(&dates).map(|(renewed, date)| renewed.periods.bounds(*date).1);
            let until = ends.min().unwrap_or(end).min(end);
            let open = self.schedule.is_none_or(|schedule| schedule.open_between(from, until));
            match self.lacking(&dates, earlier) {
                None if open => return Ok(dates),
                Some((pool, date)) if open && !none.open => none = NoMoment { open, pool, date },
                _ => {}
            }
            if until <= from || until >= end {
                return Err(none);
            }
            from = until;
        }
    }

    /// The first pool that has not enough, and its period.
    fn lacking(&self, dates: &[Date], earlier: &[Occurrence]) -> Option<(&'s Renewed<'s>, Date)> {
        self.renewed.iter().zip(dates).enumerate().find_map(|(at, (renewed, date))| {
            let also = earlier.iter().filter(|known| known.of_pools.get(at) == Some(date)).count();
            let times = i64::try_from(also).unwrap_or(i64::MAX).saturating_add(1);
            let asked = self.quantity.saturating_mul(renewed.quantity_per_unit).saturating_mul(times);
            (covers(renewed.pool, Some(*date), asked) == Some(false)).then_some((renewed, *date))
        })
    }
}
