//! How much a resource can serve, within the window.

use jiff::civil::Date;
use wishwell_domain::compiled_schedule::CompiledSchedule;
use wishwell_domain::limits::LOOK_AHEAD_DAYS_MAX;
use wishwell_domain::period::Periods;
use wishwell_domain::zone::{date_of_day, day_of_date};

use crate::context::{Context, Span};
use crate::periods::{PeriodMemo, PeriodSpan};
use crate::snapshot::pool::{Left, PeriodLeft, PoolRow, Renewal, UNKNOWN, UNLIMITED};
use crate::snapshot::row::{NONE, Row};
use crate::snapshot::tables::Tables;

/// What is known of a resource's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    /// Units it can serve; `i64::MAX` without a limit, also when unknown. When recurring: each time.
    pub(crate) served: i64,
    /// Whether a total that matters is unknown.
    pub(crate) unknown: bool,
    /// What is left of what, of the pool with the least share left.
    pub(crate) share: Left,
    /// When the oldest figure was confirmed, in hours since 1970.
    pub(crate) confirmed_hour: u32,
    /// First day of the period it is about.
    pub(crate) day: Option<i32>,
    /// Occurrences covered, 1 when not recurring.
    pub(crate) occurrences: u32,
    /// Occurrences in which it is open.
    pub(crate) open_occurrences: u32,
}

impl View {
    pub(crate) const NOBODY_SAID: Self = Self {
        served: UNLIMITED,
        unknown: true,
        share: FULL,
        confirmed_hour: 0,
        day: None,
        occurrences: 1,
        open_occurrences: 1,
    };

    pub(crate) const EVERYTHING: Self = Self { unknown: false, confirmed_hour: u32::MAX, ..Self::NOBODY_SAID };

    /// Adds what one pool has.
    pub(crate) fn take(&mut self, left: Left, per_unit: i64, confirmed_hour: u32) {
        self.confirmed_hour = self.confirmed_hour.min(confirmed_hour);
        match left.remaining {
            UNKNOWN => self.unknown = true,
            UNLIMITED => {}
            remaining => {
                self.served = self.served.min(if per_unit <= 1 { remaining } else { remaining / per_unit });
                if less_share(left, self.share) {
                    self.share = left;
                }
            }
        }
    }

    /// What to prefer: enough, then known, then the larger share.
    fn better_than(&self, other: &Self, quantity: i64) -> bool {
        let (served, others) = (self.served.min(quantity), other.served.min(quantity));
        if served != others {
            return served > others;
        }
        if self.unknown != other.unknown {
            return other.unknown;
        }
        less_share(other.share, self.share)
    }
}

const FULL: Left = Left { remaining: 1, total: 1 };

/// Whether `a` has less left of its total than `b`. Totals are at most `QUANTITY_MAX`, so that products fit.
fn less_share(a: Left, b: Left) -> bool {
    if a.total == b.total {
        return a.remaining < b.remaining;
    }
    i128::from(a.remaining) * i128::from(b.total) < i128::from(b.remaining) * i128::from(a.total)
}

/// The draws of a row.
pub(crate) fn draws<'c>(context: &Context<'c>, row: &Row) -> Draws<'c> {
    draws_in(context.tables, row)
}

/// The draws of a row, by the tables that it refers into.
pub(crate) fn draws_in<'t>(tables: &'t Tables, row: &Row) -> Draws<'t> {
    if row.draw == NONE {
        Draws::One(None)
    } else if row.quantity_per_unit > 0 {
        Draws::One(Some((row.draw, i64::from(row.quantity_per_unit))))
    } else {
        Draws::Many(tables.draw_sets.get(row.draw).map_or(&[][..], |set| set))
    }
}

/// Whether a row draws on a pledge. It was given once: that it has nothing left is no want of anything.
pub(crate) fn is_pledged(context: &Context<'_>, row: &Row) -> bool {
    let pools = &context.tables.pools.rows;
    draws(context, row).as_slice().iter().any(|(place, _)| pools.get(*place).is_some_and(|pool| pool.pledged))
}

/// Pools and quantities per unit.
pub(crate) enum Draws<'c> {
    One(Option<(u32, i64)>),
    Many(&'c [(u32, i64)]),
}

impl Draws<'_> {
    pub(crate) fn as_slice(&self) -> &[(u32, i64)] {
        match self {
            Self::One(one) => one.as_slice(),
            Self::Many(many) => many,
        }
    }
}

/// When a resource can serve: when it is offered, and its hours where they count.
#[derive(Clone, Copy)]
pub(crate) struct When<'c> {
    pub(crate) offered: Span,
    pub(crate) schedule: Option<&'c CompiledSchedule>,
}

impl When<'_> {
    pub(crate) fn open_in(&self, span: Span) -> bool {
        let Some(schedule) = self.schedule else { return true };
        let (start, end) = span.instants();
        schedule.open_between(start, end)
    }
}

/// The capacity, where it is the same at any time of the window; none when it takes a look at periods. Its period is left out.
#[inline]
pub(crate) fn at_any_time(
    context: &Context<'_>,
    pool: Option<&PoolRow>,
    row: &Row,
    memo: &mut PeriodMemo,
) -> Option<View> {
    if row.draw == NONE {
        return Some(View::NOBODY_SAID);
    }
    let pool = pool?;
    if let Some(overrides) = &pool.overrides
        && may_override(overrides, memo.spans(context, pool.rule))
    {
        return None;
    }
    let mut view = View::EVERYTHING;
    view.take(pool.left, i64::from(row.quantity_per_unit), pool.confirmed_hour);
    Some(view)
}

/// The single pool that a row draws on; none when it has none or several.
#[inline]
pub(crate) fn single_pool<'c>(context: &Context<'c>, row: &Row) -> Option<&'c PoolRow> {
    if row.quantity_per_unit == 0 { None } else { context.tables.pools.rows.get(row.draw) }
}

/// Whether figures can belong to periods among `spans`, at first sight: the last one is not asked, it may lie in memory of its own.
#[inline]
fn may_override(overrides: &[PeriodLeft], spans: &[PeriodSpan]) -> bool {
    overrides.first().zip(spans.last()).is_some_and(|(own, last)| own.day <= last.day)
}

/// The capacity in the best moment of the time it is offered.
pub(crate) fn at_best(context: &Context<'_>, row: &Row, when: When<'_>, memo: &mut PeriodMemo) -> View {
    if row.draw == NONE {
        return View::NOBODY_SAID;
    }
    if let Some(pool) = single_pool(context, row)
        && when.offered == context.window
        && pool.overrides.is_some()
    {
        let spans = memo.spans(context, pool.rule);
        // The best period is mostly an open one, so that hours are asked for once; otherwise for every one that is better.
        let best = best_period(context, pool, row, spans, |_| true);
        let best = best.filter(|(_, span)| when.open_in(*span));
        let best = best.or_else(|| best_period(context, pool, row, spans, |span| when.open_in(span)));
        if let Some((view, _)) = best {
            return view;
        }
    }
    best_moment(context, row, when, memo)
}

/// [`best_moment`] for a single renewed pool over the whole window, among periods whose share of the window passes `open`.
fn best_period(
    context: &Context<'_>,
    pool: &PoolRow,
    row: &Row,
    spans: &[PeriodSpan],
    open: impl Fn(Span) -> bool,
) -> Option<(View, Span)> {
    let mut overrides = pool.overrides.as_deref().unwrap_or_default();
    let mut best: Option<(View, Left, Span)> = None;
    for span in spans {
        while let Some((own, rest)) = overrides.split_first()
            && own.day < span.day
        {
            overrides = rest;
        }
        let left = overrides.first().filter(|own| own.day == span.day).map_or(pool.left, |own| own.left);
        if best.is_some_and(|(_, known, _)| known == left) {
            continue;
        }
        let mut view = View { day: Some(span.day), ..View::EVERYTHING };
        view.take(left, i64::from(row.quantity_per_unit), pool.confirmed_hour);
        if best.is_none_or(|(best, ..)| view.better_than(&best, context.quantity)) {
            let shared = Span { start: span.start.max(context.window.start), end: span.end.min(context.window.end) };
            if open(shared) {
                best = Some((view, left, shared));
            }
        }
    }
    best.map(|(view, _, span)| (view, span))
}

/// First day of the period that [`best_moment`] is in.
pub(crate) fn best_day(context: &Context<'_>, row: &Row, when: When<'_>, memo: &mut PeriodMemo) -> Option<i32> {
    if let Some(pool) = single_pool(context, row)
        && when.offered == context.window
    {
        let spans = memo.spans(context, pool.rule);
        if let Some((view, _)) = best_period(context, pool, row, spans, |span| when.open_in(span)) {
            return view.day;
        }
    }
    best_moment(context, row, when, memo).day
}

/// Whether any pool that the row draws on is renewed each period.
pub(crate) fn is_renewed(context: &Context<'_>, row: &Row) -> bool {
    let renewed = |(place, _): &(u32, i64)| {
        context.tables.pools.rows.get(*place).is_some_and(|pool| pool.renewal == Renewal::EachPeriod)
    };
    draws(context, row).as_slice().iter().any(renewed)
}

/// The best stretch of the window within which no pool changes its period, the earliest of equals.
pub(crate) fn best_moment(context: &Context<'_>, row: &Row, when: When<'_>, memo: &mut PeriodMemo) -> View {
    let draws = draws(context, row);
    let draws = draws.as_slice();
    let mut best: Option<View> = None;
    let mut first: Option<View> = None;
    let mut from = when.offered.start;
    while from < when.offered.end {
        let mut view = View::EVERYTHING;
        let mut until = when.offered.end;
        for (place, per_unit) in draws {
            let Some(pool) = context.tables.pools.rows.get(*place) else { continue };
            let left = match memo.span_at(context, pool, from) {
                Some(span) => {
                    until = until.min(span.end);
                    view.day = view.day.or(Some(span.day));
                    left_in(pool, span.day)
                }
                None => pool.left,
            };
            view.take(left, *per_unit, pool.confirmed_hour);
        }
        first.get_or_insert(view);
        let better = best.is_none_or(|best| view.better_than(&best, context.quantity));
        if better && when.open_in(Span { start: from, end: until }) {
            best = Some(view);
        }
        from = until.max(from + 1);
    }
    best.or(first).unwrap_or(View::NOBODY_SAID)
}

/// What a pool has left in the period that begins on `day`.
pub(crate) fn left_in(pool: &PoolRow, day: i32) -> Left {
    let overrides = pool.overrides.as_deref().unwrap_or_default();
    let own = overrides.binary_search_by_key(&day, |period| period.day).ok().and_then(|at| overrides.get(at));
    own.map_or(pool.left, |PeriodLeft { left, .. }| *left)
}

/// First day of the first stretch after the window in which every pool that is drawn on has enough for the quantity asked, and the resource
/// is offered and open, within the look-ahead. A stretch ends where a renewed pool changes its period; none without such a pool, and
/// where one that is not renewed has too little.
pub(crate) fn next_free(context: &Context<'_>, row: &Row, when: When<'_>) -> Option<Date> {
    let mut renewed: Vec<Renewed<'_>> = Vec::new();
    for (place, per_unit) in draws(context, row).as_slice() {
        let pool = context.tables.pools.rows.get(*place)?;
        let rule = context.tables.pools.rules.get(usize::from(pool.rule));
        let enough = Enough { quantity: context.quantity, per_unit: *per_unit };
        match rule.filter(|_| pool.renewal == Renewal::EachPeriod) {
            Some((_, periods)) => renewed.push(Renewed { pool, periods, enough }),
            None if enough.is_in(pool.left) => {}
            None => return None,
        }
    }
    let in_window = crate::context::instant(context.window.end - 1);
    let next = |of: &Renewed<'_>| of.periods.bounds(of.periods.period_start(in_window)).1.as_microsecond();
    let mut at = renewed.iter().map(next).min()?;
    let mut last = None;
    loop {
        let (mut date, mut until, mut with_enough) = (None, i64::MAX, at);
        for of in &renewed {
            let start = of.periods.period_start(crate::context::instant(at));
            let (from, to) = of.periods.bounds(start);
            until = until.min(to.as_microsecond());
            date = date.or(Some(start).filter(|_| from.as_microsecond() == at));
            if !of.has_enough(start) {
                with_enough = with_enough.max(of.next_with_enough(start, at)?);
            }
        }
        let date = date?;
        if day_of_date(date) > *last.get_or_insert(day_of_date(date) + LOOK_AHEAD_DAYS_MAX) {
            return None;
        }
        let stretch = Span { start: at, end: until };
        if with_enough == at && stretch.and(when.offered).is_some_and(|span| when.open_in(span)) {
            return Some(date);
        }
        let next = if with_enough == at { until } else { with_enough };
        if next <= at {
            // The calendar ends here.
            return None;
        }
        at = next;
    }
}

/// Whether a pool has enough for what is asked of it; not when nobody said how much there is.
#[derive(Clone, Copy)]
struct Enough {
    quantity: i64,
    per_unit: i64,
}

impl Enough {
    fn is_in(self, left: Left) -> bool {
        left.remaining != UNKNOWN && left.remaining / self.per_unit.max(1) >= self.quantity
    }
}

/// A renewed pool that is drawn on.
struct Renewed<'c> {
    pool: &'c PoolRow,
    periods: &'c Periods,
    enough: Enough,
}

impl Renewed<'_> {
    fn has_enough(&self, start: Date) -> bool {
        i32::try_from(day_of_date(start)).is_ok_and(|day| self.enough.is_in(left_in(self.pool, day)))
    }

    /// First instant of the next period after the one of `start` that may have enough, after `at`.
    fn next_with_enough(&self, start: Date, at: i64) -> Option<i64> {
        let begins = |date: Date| self.periods.bounds(date).0.as_microsecond();
        if self.enough.is_in(self.pool.left) {
            return Some(self.periods.bounds(start).1.as_microsecond());
        }
        // Only periods with figures of their own can have it.
        let own = self.pool.overrides.as_deref().unwrap_or_default().iter().filter(|own| self.enough.is_in(own.left));
        own.map(|own| begins(date_of_day(i64::from(own.day)))).find(|start| *start > at)
    }
}
