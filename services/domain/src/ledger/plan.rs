//! What an offer would hold: the pools a resource draws on, and in which of their periods.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Offering;
use crate::capacity_pool::{CapacityPool, PeriodLength, PoolKind, Remaining};
use crate::compiled_schedule::CompiledSchedule;
use crate::error::Error;
use crate::ids::CapacityPoolId;
use crate::limits::{HOLD_LINES_MAX, QUANTITY_MAX};
use crate::period::Periods;
use crate::referral::{HoldLine, LineState};

/// What is wanted of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Quantity of each occurrence, in units of the item.
    pub quantity: i64,
    /// How often, at least 1.
    pub occurrences: u32,
    /// Once in each of these, when recurring.
    pub every: Option<PeriodLength>,
    /// Not before.
    pub start: Timestamp,
    /// Before this, when not recurring.
    pub end: Timestamp,
}

/// The lines that hold what is asked, all pending, and whether they ask rather than promise (some total is unknown, or nothing
/// says what the resource draws on).
///
/// STOCK, BUDGET and UNBOUNDED are taken from for every occurrence, a CASELOAD once for all of them, SLOTS in the first period
/// of the window, or of each occurrence, in which the resource is open and enough is left. Occurrences are calendar periods of
/// the pool's zone, counted from the one in which the window starts.
///
/// # Errors
/// [`Error::CapacityExhausted`] names the first pool and period without enough; [`Error::LimitReached`] when more than
/// `HOLD_LINES_MAX` lines would be needed.
pub fn plan<'p>(
    offering: &Offering,
    ask: &Ask,
    pool_of: impl Fn(CapacityPoolId) -> Option<&'p CapacityPool>,
) -> Result<(Vec<HoldLine>, bool), Error> {
    let schedule = offering.schedule.as_ref().and_then(|schedule| CompiledSchedule::new(schedule).ok());
    let mut lines = Vec::new();
    let mut enquiry = offering.draws.is_empty();
    for draw in &offering.draws {
        let pool = pool_of(draw.pool).ok_or_else(|| Error::NotFound { name: draw.pool.name() })?;
        let line = |period_start, units| HoldLine {
            pool: pool.id,
            kind: pool.kind,
            period_start,
            quantity_per_unit: draw.quantity_per_unit,
            units,
            state: LineState::Pending,
        };
        let planned = match (pool.kind, pool.period.as_ref().and_then(|rule| rule.compile().ok())) {
            (PoolKind::Slots, Some(periods)) => slots(pool, &periods, schedule.as_ref(), ask, draw.quantity_per_unit)?
                .into_iter()
                .map(|period| line(Some(period), ask.quantity))
                .collect(),
            (PoolKind::Caseload, _) => vec![line(None, ask.quantity)],
            _ => vec![line(None, ask.quantity.saturating_mul(i64::from(ask.occurrences)))],
        };
        for line in &planned {
            let asked = line.units.saturating_mul(line.quantity_per_unit);
            match covers(pool, line.period_start, asked) {
                Some(true) => {}
                None => enquiry = true,
                Some(false) => return Err(exhausted(pool, line.period_start, asked)),
            }
        }
        lines.extend(merged(planned));
    }
    if lines.len() > HOLD_LINES_MAX {
        return Err(Error::LimitReached { limit: "hold_lines_max", max: i64::try_from(HOLD_LINES_MAX).unwrap_or(0) });
    }
    Ok((lines, enquiry))
}

/// Whether enough is left. What has no total is bounded as well, so that no sum of figures ever overflows.
fn covers(pool: &CapacityPool, period_start: Option<Date>, asked: i64) -> Option<bool> {
    if asked > countable(pool, period_start) { Some(false) } else { left(pool, period_start).covers(asked) }
}

/// What can still be counted, whatever the total.
fn countable(pool: &CapacityPool, period_start: Option<Date>) -> i64 {
    QUANTITY_MAX.saturating_sub(pool.figures_in(period_start).taken())
}

fn left(pool: &CapacityPool, period_start: Option<Date>) -> Remaining {
    period_start.map_or_else(|| pool.remaining(), |start| pool.remaining_in(start))
}

fn exhausted(pool: &CapacityPool, period_start: Option<Date>, asked: i64) -> Error {
    let left = match left(pool, period_start) {
        Remaining::Known(left) => left,
        Remaining::Unknown | Remaining::Unlimited => countable(pool, period_start),
    };
    Error::CapacityExhausted { pool: pool.id.name(), period_start, asked, left }
}

/// Lines of the same period as one.
fn merged(lines: Vec<HoldLine>) -> Vec<HoldLine> {
    let mut merged: Vec<HoldLine> = Vec::with_capacity(lines.len());
    for line in lines {
        match merged.last_mut().filter(|last| last.period_start == line.period_start) {
            Some(last) => last.units = last.units.saturating_add(line.units),
            None => merged.push(line),
        }
    }
    merged
}

/// The period of each occurrence.
fn slots(
    pool: &CapacityPool,
    periods: &Periods,
    schedule: Option<&CompiledSchedule>,
    ask: &Ask,
    quantity_per_unit: i64,
) -> Result<Vec<Date>, Error> {
    let asked = ask.quantity.saturating_mul(quantity_per_unit);
    let mut taken: Vec<Date> = Vec::with_capacity(ask.occurrences as usize);
    let mut first_day = ask.every.map(|every| every.start_of(periods.date_at(ask.start)));
    for _ in 0..ask.occurrences.max(1) {
        let (start, end) = match (ask.every, first_day) {
            (Some(every), Some(day)) => {
                let next = every.next_start(day);
                first_day = Some(next);
                (periods.start_of_day(day).max(ask.start), periods.start_of_day(next))
            }
            _ => (ask.start, ask.end),
        };
        // What earlier occurrences take of a period is no longer there for this one.
        let also_taken = |date: Date| {
            let before = taken.iter().filter(|known| **known == date).count();
            asked.saturating_mul(i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1))
        };
        let mut closed_or_full = None;
        let found = periods.starts_between(start, end).find(|date| {
            let (opens, closes) = periods.bounds(*date);
            let open = schedule.is_none_or(|schedule| schedule.open_between(opens.max(start), closes.min(end)));
            closed_or_full.get_or_insert(*date);
            open && covers(pool, Some(*date), also_taken(*date)) != Some(false)
        });
        match found {
            Some(date) => taken.push(date),
            None => return Err(exhausted(pool, closed_or_full, asked)),
        }
    }
    Ok(taken)
}
