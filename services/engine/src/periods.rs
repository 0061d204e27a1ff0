//! The periods that share an instant with the window. They depend on rules only, so that they are kept from query to query.

use std::sync::Arc;

use wishwell_domain::capacity_pool::PeriodRule;
use wishwell_domain::period::Periods;
use wishwell_domain::zone::day_of_date;

use crate::context::{Context, Span, instant};
use crate::snapshot::pool::{PoolRow, Renewal};

/// A period. Instants in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeriodSpan {
    /// First day, since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// Most periods that are told apart; what lies beyond counts with the pool's own figure.
const PERIODS_MAX: usize = 800;
/// How far beyond a window periods are worked out at once: 30 days, in microseconds.
const AHEAD: i64 = 30 * 86_400_000_000;

/// The periods around the latest windows, by rule.
#[derive(Debug, Default)]
pub(crate) struct PeriodMemo {
    rules: Arc<Vec<(PeriodRule, Periods)>>,
    by_rule: Vec<RulePeriods>,
    query: u32,
}

/// The periods of one rule.
#[derive(Debug, Default)]
struct RulePeriods {
    spans: Vec<PeriodSpan>,
    /// Which query `window` is for.
    query: u32,
    /// Those of the query's window.
    window: std::ops::Range<usize>,
}

impl PeriodMemo {
    /// Forgets what was worked out for other rules.
    pub(crate) fn begin(&mut self, context: &Context<'_>) {
        let rules = &context.tables.pools.rules;
        if !Arc::ptr_eq(rules, &self.rules) {
            self.rules = Arc::clone(rules);
            self.by_rule.clear();
            self.by_rule.resize_with(rules.len(), RulePeriods::default);
        }
        self.query = self.query.wrapping_add(1);
    }

    /// The periods that share an instant with the window, in order.
    pub(crate) fn spans(&mut self, context: &Context<'_>, rule: u16) -> &[PeriodSpan] {
        let at = usize::from(rule);
        let Some(known) = self.by_rule.get_mut(at) else { return &[] };
        if known.query != self.query || known.spans.is_empty() {
            let Some((_, periods)) = self.rules.get(at) else { return &[] };
            known.query = self.query;
            known.select(periods, context.window);
        }
        known.spans.get(known.window.clone()).unwrap_or_default()
    }

    /// The period of a renewed pool that an instant of the window lies in; none for other pools.
    pub(crate) fn span_at(&mut self, context: &Context<'_>, pool: &PoolRow, at: i64) -> Option<PeriodSpan> {
        if pool.renewal != Renewal::EachPeriod {
            return None;
        }
        let spans = self.spans(context, pool.rule);
        spans.get(spans.partition_point(|span| span.end <= at)).copied()
    }
}

impl RulePeriods {
    /// Finds the periods of a window, working them out when they are not yet.
    fn select(&mut self, periods: &Periods, window: Span) {
        let covered = self.spans.first().is_some_and(|first| first.start <= window.start)
            && self.spans.last().is_some_and(|last| last.end >= window.end || self.spans.len() >= PERIODS_MAX);
        if !covered {
            work_out(periods, window, &mut self.spans);
        }
        let from = self.spans.partition_point(|span| span.end <= window.start);
        self.window = from..self.spans.partition_point(|span| span.start < window.end);
    }
}

fn work_out(periods: &Periods, window: Span, spans: &mut Vec<PeriodSpan>) {
    spans.clear();
    let mut date = periods.period_start(instant(window.start));
    let mut start = periods.bounds(date).0.as_microsecond();
    while start < window.end.saturating_add(AHEAD) && spans.len() < PERIODS_MAX {
        let end = periods.bounds(date).1.as_microsecond();
        spans.push(PeriodSpan { day: i32::try_from(day_of_date(date)).unwrap_or(i32::MAX), start, end });
        let next = periods.next_period_start(date);
        if next <= date {
            break;
        }
        (date, start) = (next, end);
    }
}
