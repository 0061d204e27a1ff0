//! A pool's figures: what may be said of them, and what stays.

use jiff::civil::Date;

use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PoolKind};
use wishwell_domain::error::Precondition;
use wishwell_domain::limits::{DATE_YEAR_MAX, DATE_YEAR_MIN, POOL_PERIODS_MAX};
use wishwell_domain::{Error, Violation, Violations};

/// New figures of a pool or of one of its periods.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFigures {
    pub(crate) period_start: Option<Date>,
    /// What the total becomes: unchanged, unknown, or so much.
    pub(crate) total: NewTotal,
    pub(crate) used_elsewhere: Option<i64>,
}

/// What becomes of a total.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NewTotal {
    Unchanged,
    Unknown,
    Known(i64),
}

/// Whose a pool is and what it counts is settled when it is created: resources draw on it.
pub(super) fn check_same_pool(field: &str, pool: &CapacityPool, known: &CapacityPool, violations: &mut Violations) {
    let settled = [
        ("organization", pool.organization == known.organization),
        ("kind", pool.kind == known.kind),
        ("unit", pool.unit == known.unit),
        ("period", pool.period == known.period),
        ("currency", pool.currency == known.currency),
    ];
    for (name, same) in settled {
        violations.require(same, || {
            let message = format!("cannot change: {} has another", known.id.name());
            Violation::new(format!("{field}.{name}"), "pool.immutable", message)
        });
    }
}

/// Whether an entry says of a pool what is known; what is held is not the entry's to say.
pub(super) fn same_figures(known: &CapacityPool, pool: &CapacityPool) -> bool {
    let said = |figures: &Figures| (figures.total, figures.used_elsewhere);
    let periods = |pool: &CapacityPool| {
        let mut periods: Vec<_> = pool.periods.iter().map(|p| (p.period_start, said(&p.figures))).collect();
        periods.sort_unstable_by_key(|period| period.0);
        periods
    };
    said(&known.figures) == said(&pool.figures) && periods(known) == periods(pool)
}

/// Puts new figures into a pool.
pub(super) fn set_figures(pool: &mut CapacityPool, new: NewFigures) -> Result<(), Error> {
    let (name, unbounded) = (pool.id.name(), pool.kind == PoolKind::Unbounded);
    if unbounded && matches!(new.total, NewTotal::Known(_)) {
        return Err(Violation::new("total", "pool.unbounded_total", "must not be set on an unbounded pool").into());
    }
    let figures = match new.period_start {
        None => &mut pool.figures,
        Some(period_start) => figures_of_period(pool, period_start)?,
    };
    let held = figures.pending.saturating_add(figures.committed);
    change_figures(figures, new);
    let used = held.saturating_add(figures.used_elsewhere);
    let becomes = match figures.total {
        Some(total) if total < used => total.to_string(),
        None if held > 0 && !unbounded => "unknown".to_owned(),
        _ => return Ok(()),
    };
    Err(Error::FailedPrecondition {
        precondition: Precondition::CapacityBelowCommitted,
        message: format!("{name} has {used} used or promised, so its total cannot become {becomes}"),
        name,
    })
}

/// The figures of one period, from now on its own.
fn figures_of_period(pool: &mut CapacityPool, period_start: Date) -> Result<&mut Figures, Error> {
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
    let index = match pool.periods.iter().position(|period| period.period_start == period_start) {
        Some(index) => index,
        None => {
            make_room(pool);
            // Nothing is held in a period without figures of its own: what is held is held in some period.
            let figures = Figures { pending: 0, committed: 0, ..pool.figures };
            pool.periods.push(PeriodFigures { period_start, figures });
            pool.periods.len() - 1
        }
    };
    let full = pool.periods.len() > POOL_PERIODS_MAX;
    match pool.periods.get_mut(index).filter(|_| !full) {
        Some(period) => Ok(&mut period.figures),
        None => Err(Violation::new(
            "period_start",
            "list.max_items",
            format!("would be one more than the {POOL_PERIODS_MAX} periods with figures of their own"),
        )
        .into()),
    }
}

/// Forgets the oldest period in which nothing is held, when there are as many as there may be: whoever sets figures day by
/// day must not come to an end after a year.
fn make_room(pool: &mut CapacityPool) {
    if pool.periods.len() < POOL_PERIODS_MAX {
        return;
    }
    let free = |period: &PeriodFigures| period.figures.pending == 0 && period.figures.committed == 0;
    // Confirmed a moment ago.
    let today = jiff::tz::Offset::UTC.to_datetime(pool.confirmed_at).date();
    let oldest = pool.periods.iter().filter(|period| free(period) && period.period_start < today);
    if let Some(oldest) = oldest.map(|period| period.period_start).min() {
        pool.periods.retain(|period| period.period_start != oldest);
    }
}

fn change_figures(figures: &mut Figures, new: NewFigures) {
    match new.total {
        NewTotal::Unchanged => {}
        NewTotal::Unknown => figures.total = None,
        NewTotal::Known(total) => figures.total = Some(total),
    }
    if let Some(used_elsewhere) = new.used_elsewhere {
        figures.used_elsewhere = used_elsewhere;
    }
}
