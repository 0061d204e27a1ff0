//! The periods that share an instant with the window, worked out once per query and rule.

use crate::capacity::period_at;
use crate::context::Context;
use crate::snapshot::pool::{PoolRow, Renewal};

/// A period. Instants in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeriodSpan {
    /// First day, since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// Most periods of a window that are told apart; what lies beyond counts with the pool's own figure.
const PERIODS_MAX: usize = 800;

/// The periods of the window, by rule.
#[derive(Debug, Default)]
pub(crate) struct PeriodMemo {
    query: u32,
    by_rule: Vec<(u32, Vec<PeriodSpan>)>,
}

impl PeriodMemo {
    /// Forgets everything, for the next query.
    pub(crate) fn begin(&mut self) {
        self.query = self.query.wrapping_add(1);
        if self.query == 0 {
            self.by_rule.clear();
            self.query = 1;
        }
    }

    /// The periods that share an instant with the window, in order.
    pub(crate) fn spans(&mut self, context: &Context<'_>, rule: u16) -> &[PeriodSpan] {
        let at = usize::from(rule);
        if self.by_rule.len() <= at && at < context.tables.pools.rules.len() {
            self.by_rule.resize_with(at + 1, Default::default);
        }
        let Some((query, spans)) = self.by_rule.get_mut(at) else { return &[] };
        if *query != self.query {
            *query = self.query;
            spans.clear();
            let mut from = context.window.start;
            while from < context.window.end && spans.len() < PERIODS_MAX {
                let Some(span) = period_at(context, rule, from) else { break };
                from = span.end.max(from + 1);
                spans.push(span);
            }
        }
        spans
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
