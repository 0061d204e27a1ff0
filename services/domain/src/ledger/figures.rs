//! New figures of a pool: what may be said of them, what stays, and what is in the way.

use jiff::Timestamp;
use jiff::civil::Date;

use super::books::{Books, Done};
use super::{NewTotal, Refusal, SetFigures};
use crate::capacity_pool::{CapacityPool, Figures, PeriodFigures, PoolKind};
use crate::error::{Error, Violation};
use crate::ids::ReferralId;
use crate::limits::{
    DATE_YEAR_MAX, DATE_YEAR_MIN, LEDGER_HELD_LINES_MAX, POOL_PERIODS_MAX, QUANTITY_MAX, REFERRALS_IN_THE_WAY_MAX,
};
use crate::referral::hold::Amounts;
use crate::referral::{HoldLine, ReferralState, Side, StepReason};

/// Sets figures, calls off what they no longer cover when forced to.
pub(super) fn set(books: &mut Books, principal: &str, set: &SetFigures) -> Result<Done, Refusal> {
    let now = books.now;
    books.pool_must_be_current(set.pool, set.expected)?;
    let before = books.pool(set.pool)?.clone();
    if let Some(start) = set.period_start.filter(|start| books.forgotten.contains(&(set.pool, *start))) {
        return Err(Error::from(before.is_forgotten("period_start", start)).into());
    }
    let pool = books.change_pool(set.pool)?;
    pool.confirmed_at = now;
    change(pool, set, now)?;
    while let Some(short) = shortfall(&before, books.pool(set.pool)?) {
        let in_the_way = in_the_way(books, set, short.period_start)?;
        let mut can_be_called_off = in_the_way.iter().filter(|found| set.force && found.is_live).peekable();
        if can_be_called_off.peek().is_none() {
            return Err(refused(books, set, short, &in_the_way)?.into());
        }
        for found in can_be_called_off {
            books.call_off(principal, found.referral, Side::Provider, (StepReason::Shortfall, 0))?;
            let left = shortfall(&before, books.pool(set.pool)?);
            if left.is_none_or(|left| left.period_start != short.period_start) {
                break;
            }
        }
    }
    books.change_pool(set.pool)?.settle_pledge();
    Ok(Done::Pool(set.pool))
}

/// Where a total no longer covers what is taken.
struct Short {
    period_start: Option<Date>,
    taken: i64,
    becomes: String,
}

/// A referral that has something of what becomes too little.
struct InTheWay {
    /// What can be called off comes before what has arrived, offers before promises, the newest first.
    rank: (bool, bool, ReferralId),
    referral: ReferralId,
    /// Whether it can be called off: the help has not arrived yet.
    is_live: bool,
    /// How much it holds.
    held: i64,
}

/// Who is in the way; when it takes more than can be called off at once, that.
fn refused(books: &Books, set: &SetFigures, short: Short, in_the_way: &[InTheWay]) -> Result<Error, Error> {
    let known: i64 = in_the_way.iter().map(|found| found.held).sum();
    if set.force && known < books.pool(set.pool)?.figures_in(short.period_start).held() {
        let message = format!("would call off more than the newest {LEDGER_HELD_LINES_MAX} holds: lower it in steps");
        return Ok(Violation::new("total", "pool.shortfall_steps", message).with_value(short.becomes).into());
    }
    Ok(Error::CapacityHeld {
        name: set.pool.name(),
        taken: short.taken,
        becomes: short.becomes,
        referrals: in_the_way.iter().take(REFERRALS_IN_THE_WAY_MAX).map(|found| found.referral.name()).collect(),
    })
}

fn shortfall(before: &CapacityPool, pool: &CapacityPool) -> Option<Short> {
    let unbounded = pool.kind == PoolKind::Unbounded;
    let short = |period_start: Option<Date>, figures: &Figures| {
        let becomes = match figures.total {
            Some(total) if figures.is_overdrawn() => total.to_string(),
            // What was promised of a known total must not become a question.
            None if before.figures_in(period_start).total.is_some() && figures.held() > 0 && !unbounded => {
                "unknown".to_owned()
            }
            _ => return None,
        };
        Some(Short { period_start, taken: figures.taken(), becomes })
    };
    let periods = pool.periods.iter();
    short(None, &pool.figures)
        .or_else(|| periods.into_iter().find_map(|period| short(Some(period.period_start), &period.figures)))
}

/// Where new figures of a pool would not cover what is used up, whatever is called off: the pool itself, then its periods in order.
pub(super) fn used_beyond(pool: &CapacityPool, set: &SetFigures, now: Timestamp) -> Option<(Option<Date>, Figures)> {
    let mut after = pool.clone();
    change(&mut after, set, now).ok()?;
    after.used_beyond()
}

/// Referrals that hold of the pool or period, whether their help has arrived or not: a delivered case has its place until it closes. Those
/// that used it up as well, where that alone is more than there shall be.
fn in_the_way(books: &Books, set: &SetFigures, period_start: Option<Date>) -> Result<Vec<InTheWay>, Error> {
    let used_beyond = books.pool(set.pool)?.figures_in(period_start).is_used_beyond();
    let found = books.referrals.iter().filter_map(|referral| {
        let of_it = |line: &&HoldLine| line.pool == set.pool && line.period_start == period_start;
        let amounts =
            referral.lines.iter().filter(of_it).map(HoldLine::amounts).fold(Amounts::default(), Amounts::plus);
        let (is_live, is_offer) = (referral.state.is_live(), referral.state == ReferralState::Offered);
        let rank = (is_live, is_offer, referral.id);
        let counts = amounts.held() > 0 || (used_beyond && amounts.consumed > 0);
        counts.then_some(InTheWay { rank, referral: referral.id, is_live, held: amounts.held() })
    });
    let mut found: Vec<InTheWay> = found.collect();
    found.sort_unstable_by_key(|found| std::cmp::Reverse(found.rank));
    Ok(found)
}

fn change(pool: &mut CapacityPool, set: &SetFigures, now: Timestamp) -> Result<(), Error> {
    if pool.kind == PoolKind::Unbounded && matches!(set.total, NewTotal::Known(_)) {
        return Err(Violation::new("total", "pool.unbounded_total", "must not be set on an unbounded pool").into());
    }
    let total = if let NewTotal::Known(total) = set.total { Some(total) } else { None };
    for (field, figure) in [("total", total), ("used_elsewhere", set.used_elsewhere)] {
        if let Some(figure) = figure.filter(|figure| !(0..=QUANTITY_MAX).contains(figure)) {
            let message = format!("must be 0 to {QUANTITY_MAX}");
            return Err(Violation::new(field, "pool.figure_range", message).with_value(figure).into());
        }
    }
    match set.period_start {
        None => {
            change_figures(&mut pool.figures, set);
            pool.pass_usual_figures_on(now);
        }
        Some(period_start) => change_figures(figures_of_period(pool, period_start, now)?, set),
    }
    Ok(())
}

/// The figures of one period, from now on its own.
fn figures_of_period(pool: &mut CapacityPool, period_start: Date, now: Timestamp) -> Result<&mut Figures, Error> {
    let Some(rule) = pool.period.as_ref().filter(|_| pool.kind == PoolKind::Slots) else {
        return Err(Violation::new("period_start", "period.kind", "must be empty: only slots have periods").into());
    };
    let first_day = rule.length.start_of(period_start);
    if first_day != period_start {
        let message = format!("must be the first day of its period, {first_day}");
        return Err(Violation::new("period_start", "pool.period_start", message).with_value(period_start).into());
    }
    if !(DATE_YEAR_MIN..=DATE_YEAR_MAX).contains(&period_start.year()) {
        let message = format!("must lie between the years {DATE_YEAR_MIN} and {DATE_YEAR_MAX}");
        return Err(Violation::new("period_start", "date.range", message).with_value(period_start).into());
    }
    let known = pool.periods.iter().any(|period| period.period_start == period_start);
    if !known {
        pool.make_room(now);
        let figures = pool.figures_in(Some(period_start));
        let at = pool.periods.partition_point(|period| period.period_start < period_start);
        pool.periods.insert(at, PeriodFigures { period_start, inherits: false, figures });
    }
    let full = !known && pool.periods.len() > POOL_PERIODS_MAX;
    let period = pool.periods.iter_mut().find(|period| period.period_start == period_start && !full);
    let period = period.ok_or_else(|| {
        let message = format!("would be one more than the {POOL_PERIODS_MAX} periods with figures of their own");
        Violation::new("period_start", "list.max_items", message)
    })?;
    period.inherits = false;
    Ok(&mut period.figures)
}

fn change_figures(figures: &mut Figures, set: &SetFigures) {
    match set.total {
        NewTotal::Unchanged => {}
        NewTotal::Unknown => figures.total = None,
        NewTotal::Known(total) => figures.total = Some(total),
    }
    if let Some(used_elsewhere) = set.used_elsewhere {
        figures.used_elsewhere = used_elsewhere;
    }
}
