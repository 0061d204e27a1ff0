//! What an offer would hold: the pools a resource draws on, and in which of their periods.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Offering;
use super::moment::{Renewed, occurrences};
use crate::capacity_pool::{CapacityPool, PeriodLength, PoolKind, Remaining};
use crate::compiled_schedule::CompiledSchedule;
use crate::error::Error;
use crate::ids::CapacityPoolId;
use crate::limits::{HOLD_LINES_MAX, QUANTITY_MAX};
use crate::referral::{HoldLine, LineState};
use crate::resource::Draw;

/// What is wanted of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Quantity of each occurrence, in units of the item.
    pub quantity: i64,
    /// Once in each of `periods`, when recurring.
    pub every: Option<PeriodLength>,
    /// First days of the periods, in order; empty when not recurring.
    pub periods: &'a [Date],
    /// Not before.
    pub start: Timestamp,
    /// Before this; the end of time where what recurs has none.
    pub end: Timestamp,
    /// Of what recurs, whether periods without enough left may be left to others, as those are in which the resource is closed.
    pub in_part: bool,
}

/// What an offer holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// All pending.
    pub lines: Vec<HoldLine>,
    /// Whether they ask rather than promise: some total is unknown, or nothing says what the resource draws on.
    pub enquiry: bool,
    /// The periods of a recurring item that it is for: those in which the resource is open.
    pub periods: Vec<Date>,
}

/// The lines that hold what is asked.
///
/// STOCK, BUDGET and UNBOUNDED are taken from for every occurrence, a CASELOAD once for all of them, SLOTS of all pools at the
/// first moment of the window, or of each occurrence, in which the resource is open and all of them have enough left. Nothing is held for
/// what comes after the last day on which the resource is offered. Of what may be served in part are as many occurrences, the earliest of those
/// that have enough, as all pools last for.
///
/// # Errors
/// [`Error::CapacityExhausted`] names the first pool and period without enough; [`Error::TooManyHoldLines`] when more than
/// [`HOLD_LINES_MAX`] lines would be needed; [`Error::FailedPrecondition`] when all that is asked comes after that day.
pub fn plan<'p>(
    offering: &Offering,
    ask: &Ask<'_>,
    pool_of: impl Fn(CapacityPoolId) -> Option<&'p CapacityPool>,
) -> Result<Plan, Error> {
    let schedule = offering.schedule.as_ref().and_then(|schedule| CompiledSchedule::new(schedule).ok());
    let (mut drawn, mut renewed) = (Vec::with_capacity(offering.draws.len()), Vec::new());
    for Draw { pool, quantity_per_unit } in offering.draws.iter().copied() {
        let pool = pool_of(pool).ok_or_else(|| Error::NotFound { name: pool.name() })?;
        let rule = pool.period.as_ref().filter(|_| pool.kind == PoolKind::Slots);
        let place = rule.and_then(|rule| rule.compile().ok()).map(|periods| {
            renewed.push(Renewed { pool, periods, quantity_per_unit });
            renewed.len() - 1
        });
        drawn.push((pool, quantity_per_unit, place));
    }
    let ask = &Ask { end: ask.end.min(offering.ends()), ..*ask };
    let mut occurrences = occurrences(&renewed, schedule.as_ref(), &offering.zone(), ask)?;
    if occurrences.is_empty() {
        return Err(offering.not_offered());
    }
    if ask.in_part {
        let used_up = drawn.iter().filter(|(pool, _, place)| place.is_none() && pool.kind != PoolKind::Caseload);
        let often = used_up.map(|(pool, per_unit, _)| lasts(pool, ask.quantity.saturating_mul(*per_unit))).min();
        occurrences.truncate(often.unwrap_or(usize::MAX).max(1));
    }
    let times = i64::try_from(occurrences.len()).unwrap_or(i64::MAX);
    let mut plan = Plan {
        lines: Vec::new(),
        enquiry: drawn.is_empty(),
        periods: occurrences.iter().filter_map(|occurrence| occurrence.period).collect(),
    };
    for (pool, quantity_per_unit, place) in drawn {
        let line = |period_start, units| HoldLine {
            pool: pool.id,
            kind: pool.kind,
            period_start,
            quantity_per_unit,
            units,
            state: LineState::Pending,
        };
        let planned = match (place, pool.kind) {
            (Some(place), _) => {
                let dates = occurrences.iter().filter_map(|occurrence| occurrence.of_pools.get(place));
                dates.map(|date| line(Some(*date), ask.quantity)).collect()
            }
            (None, PoolKind::Caseload) => vec![line(None, ask.quantity)],
            (None, _) => vec![line(None, ask.quantity.saturating_mul(times))],
        };
        for line in &planned {
            let asked = line.units.saturating_mul(line.quantity_per_unit);
            match covers(pool, line.period_start, asked) {
                Some(true) => {}
                None => plan.enquiry = true,
                Some(false) => return Err(exhausted(pool, line.period_start, asked)),
            }
        }
        plan.lines.extend(merged(planned));
    }
    let lines = plan.lines.len();
    if lines > HOLD_LINES_MAX {
        return Err(Error::TooManyHoldLines { name: offering.resource.name(), lines, max: HOLD_LINES_MAX });
    }
    Ok(plan)
}

/// Whether enough is left. What has no total is bounded as well, so that no sum of figures ever overflows.
pub(super) fn covers(pool: &CapacityPool, period_start: Option<Date>, asked: i64) -> Option<bool> {
    if asked > countable(pool, period_start) { Some(false) } else { left(pool, period_start).covers(asked) }
}

/// How often there is so much in a pool that is not renewed.
fn lasts(pool: &CapacityPool, asked: i64) -> usize {
    let countable = countable(pool, None);
    let most = match left(pool, None) {
        Remaining::Known(left) => left.min(countable),
        Remaining::Unknown | Remaining::Unlimited => countable,
    };
    usize::try_from(most / asked.max(1)).unwrap_or_default()
}

/// What can still be counted, whatever the total.
fn countable(pool: &CapacityPool, period_start: Option<Date>) -> i64 {
    QUANTITY_MAX.saturating_sub(pool.figures_in(period_start).taken())
}

fn left(pool: &CapacityPool, period_start: Option<Date>) -> Remaining {
    period_start.map_or_else(|| pool.remaining(), |start| pool.remaining_in(start))
}

pub(super) fn exhausted(pool: &CapacityPool, period_start: Option<Date>, asked: i64) -> Error {
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
