//! Answers, events and what the store keeps, as a history has them.

use wishwell_api::v1;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::event::{Change, Event};
use wishwell_domain::need::{Need, Timing};
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::referral::{HoldLine, LineState, Referral, StepReason};
use wishwell_domain::round::{OfferFate, Round, RoundOutcome};

use super::{
    Fact, FiguresSeen, ItemSeen, LineSeen, Logged, NeedSeen, OutcomeKept, PoolSeen, ReferralLogged, ReferralSeen,
    RoundSeen, Useful,
};

/// The domain's name of a word of the wire, such as `in_progress` for `REFERRAL_STATE_IN_PROGRESS`.
fn plain(word: &str, prefix: &str) -> String {
    word.trim_start_matches(prefix).to_ascii_lowercase()
}

fn version(etag: &str) -> i64 {
    etag.parse().unwrap_or_default()
}

impl From<&v1::Referral> for ReferralSeen {
    fn from(told: &v1::Referral) -> Self {
        Self {
            name: told.name.clone(),
            version: version(&told.etag),
            state: plain(told.state().as_str_name(), "REFERRAL_STATE_"),
            units: told.units,
            arrived: told.arrived_units,
            returned: told.returned_units,
        }
    }
}

impl From<&v1::CapacityPool> for PoolSeen {
    fn from(told: &v1::CapacityPool) -> Self {
        let own = FiguresSeen {
            period: String::new(),
            total: told.total,
            used_elsewhere: told.used_elsewhere,
            pending: told.pending,
            committed: told.committed,
            consumed: told.consumed,
        };
        let periods = told.overrides.iter().map(|period| FiguresSeen {
            period: period.period_start.clone(),
            total: period.total,
            used_elsewhere: period.used_elsewhere,
            pending: period.pending,
            committed: period.committed,
            consumed: period.consumed,
        });
        let own = (told.kind() != v1::CapacityKind::Slots).then_some(own);
        Self {
            name: told.name.clone(),
            version: version(&told.etag),
            figures: own.into_iter().chain(periods).collect(),
        }
    }
}

impl From<&v1::Need> for NeedSeen {
    fn from(told: &v1::Need) -> Self {
        let item = |item: &v1::NeedItem| ItemSeen {
            asked: item.quantity.as_ref().map_or(0, |quantity| quantity.value)
                * item.recurrence.as_ref().map_or(1, |recurrence| i64::from(recurrence.occurrences)),
            referred: item.referred_units,
            served: item.served_units,
        };
        let instant = |told: &Option<prost_types::Timestamp>| told.as_ref().map(microseconds);
        let window = told.window.as_ref();
        Self {
            name: told.name.clone(),
            version: version(&told.etag),
            state: plain(told.state().as_str_name(), "NEED_STATE_"),
            useful: Useful {
                from: window.and_then(|window| instant(&window.start_time)),
                until: window.map_or_else(|| instant(&told.deadline), |window| instant(&window.end_time)),
            },
            items: told.items.iter().map(item).collect(),
        }
    }
}

/// Where a need stands, if it was said.
pub(crate) fn need_state(told: v1::NeedState) -> Option<String> {
    (told != v1::NeedState::Unspecified).then(|| plain(told.as_str_name(), "NEED_STATE_"))
}

/// An instant of the wire, in microseconds since 1970.
fn microseconds(at: &prost_types::Timestamp) -> i64 {
    at.seconds * 1_000_000 + i64::from(at.nanos / 1_000)
}

impl From<&v1::Round> for RoundSeen {
    fn from(told: &v1::Round) -> Self {
        let progress = told.progress.unwrap_or_default();
        let count = |figure: i64| u64::try_from(figure).unwrap_or_default();
        Self {
            name: told.name.clone(),
            version: version(&told.etag),
            state: plain(told.state().as_str_name(), "ROUND_STATE_"),
            dry_run: told.dry_run,
            requested_by: told.requested_by.clone(),
            attempts: count(progress.attempts.into()),
            passes: count(progress.passes.into()),
            planned: count(progress.planned_offers),
            made: count(progress.made_offers),
            refused: count(progress.refused_offers),
        }
    }
}

impl From<&RoundOutcome> for OutcomeKept {
    fn from(kept: &RoundOutcome) -> Self {
        let made = kept.offers.iter().filter_map(|offer| match &offer.fate {
            OfferFate::Offered(referral) => Some((referral.name(), kept.units_of(offer).offered)),
            OfferFate::Refused(_) => None,
        });
        let made: Vec<(String, i64)> = made.collect();
        let count = |offers: usize| u64::try_from(offers).unwrap_or(u64::MAX);
        Self {
            round: String::new(),
            need: kept.need().name(),
            item: kept.item_ordinal(),
            refused: count(kept.offers.len() - made.len()),
            made,
            open: count(kept.to_offer().count()),
        }
    }
}

impl From<&Event> for Logged {
    fn from(event: &Event) -> Self {
        let (at, fact) = (event.at.as_microsecond(), Fact::from(&event.change));
        Self { position: event.position.0, at, subject: event.change.subject(), fact }
    }
}

impl From<&Change> for Fact {
    fn from(change: &Change) -> Self {
        match change {
            Change::Referral(referral) => Self::Referral(referral_logged(referral)),
            Change::CapacityPool(pool) => Self::Pool(pool_logged(pool)),
            Change::Need(need) => Self::Need(need_logged(need)),
            Change::Round(round) => Self::Round(round_logged(round)),
            _ => Self::Other,
        }
    }
}

fn referral_logged(referral: &Referral) -> ReferralLogged {
    ReferralLogged {
        seen: ReferralSeen {
            name: referral.id.name(),
            version: referral.version.0,
            state: referral.state.name().to_owned(),
            units: referral.units,
            arrived: referral.arrived,
            returned: referral.returned,
        },
        need: referral.need.name(),
        item: referral.item_ordinal,
        previous: referral.previous.map(|previous| previous.name()),
        consequence: matches!(referral.last.reason, Some(StepReason::Shortfall | StepReason::NeedClosed)),
        ended_with_need: referral.last.reason == Some(StepReason::NeedClosed),
        by: referral.last.by.clone(),
        recurs: referral.every.is_some(),
        due_at: referral.due_at.as_microsecond(),
        expires_at: referral.expires_at.as_microsecond(),
        stepped_at: referral.last.at.as_microsecond(),
        lines: referral.lines.iter().map(line_seen).collect(),
    }
}

fn line_seen(line: &HoldLine) -> LineSeen {
    let quantity = line.units * line.quantity_per_unit;
    let amounts = match line.state {
        LineState::Pending => Amounts { pending: quantity, ..Amounts::default() },
        LineState::Committed => Amounts { committed: quantity, ..Amounts::default() },
        LineState::Consumed => Amounts { consumed: quantity, ..Amounts::default() },
        LineState::Released | LineState::Returned => Amounts::default(),
    };
    let period = line.period_start.map_or_else(String::new, |start| start.to_string());
    LineSeen { pool: line.pool.name(), period, amounts }
}

fn pool_logged(pool: &CapacityPool) -> PoolSeen {
    let seen = |period: String, figures: &wishwell_domain::capacity_pool::Figures| FiguresSeen {
        period,
        total: figures.total,
        used_elsewhere: figures.used_elsewhere,
        pending: figures.pending,
        committed: figures.committed,
        consumed: figures.consumed,
    };
    let own = (pool.kind != PoolKind::Slots).then(|| seen(String::new(), &pool.figures));
    let periods = pool.periods.iter().map(|period| seen(period.period_start.to_string(), &period.figures));
    PoolSeen { name: pool.id.name(), version: pool.version.0, figures: own.into_iter().chain(periods).collect() }
}

fn need_logged(need: &Need) -> NeedSeen {
    let item = |item: &wishwell_domain::need::NeedItem| ItemSeen {
        asked: item.asked(),
        referred: item.referred,
        served: item.served,
    };
    let useful = match need.timing {
        None => Useful::default(),
        Some(Timing::Deadline(until)) => Useful { from: None, until: Some(until.as_microsecond()) },
        Some(Timing::Window { start, end }) => {
            Useful { from: Some(start.as_microsecond()), until: Some(end.as_microsecond()) }
        }
    };
    NeedSeen {
        name: need.id.name(),
        version: need.version.0,
        state: need.state.name().to_owned(),
        useful,
        items: need.items.iter().map(item).collect(),
    }
}

fn round_logged(round: &Round) -> RoundSeen {
    RoundSeen {
        name: round.id.name(),
        version: round.version.0,
        state: round.state.name().to_owned(),
        dry_run: round.dry_run,
        requested_by: round.requested_by.clone(),
        attempts: u64::from(round.progress.attempts),
        passes: u64::from(round.progress.passes),
        planned: round.progress.planned,
        made: round.progress.offered,
        refused: round.progress.refused,
    }
}
