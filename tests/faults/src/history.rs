//! What was asked, what was answered, and what the log says: all that is known of a campaign, in values alone.

use std::fmt;

use uuid::Uuid;
use wishwell_api::v1;
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::event::{Change, Event};
use wishwell_domain::need::Need;
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::referral::{HoldLine, LineState, Referral, StepReason};

/// The calls of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `SubmitNeed`.
    SubmitNeed,
    /// `CreateReferral`.
    CreateReferral,
    /// `AutoRefer`.
    AutoRefer,
    /// `ClaimWish`.
    ClaimWish,
    /// `AcceptReferral`.
    Accept,
    /// `DeclineReferral`.
    Decline,
    /// `WithdrawReferral`.
    Withdraw,
    /// `StartReferral`.
    Start,
    /// `DeliverReferral`.
    Deliver,
    /// `ConfirmReferral`.
    Confirm,
    /// `DisputeReferral`.
    Dispute,
    /// `CancelReferral`.
    Cancel,
    /// `FailReferral`.
    Fail,
    /// `SetCapacity`.
    SetCapacity,
    /// `GetReferral`.
    GetReferral,
    /// `GetCapacityPool`.
    GetPool,
    /// `ListWishes`.
    ListWishes,
}

impl Kind {
    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::GetReferral | Self::GetPool | Self::ListWishes)
    }
}

/// One sending of a request. A request that is sent again is another attempt with the same `request`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The caller's request id.
    pub request: Uuid,
    /// What was called.
    pub kind: Kind,
    /// When it was sent, in microseconds of the campaign.
    pub invoked: u64,
    /// When it was answered, or given up, in microseconds of the campaign.
    pub ended: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Answered.
    Done(Answer),
    /// Refused: it had no effect.
    Refused(Refusal),
    /// Nobody knows whether it happened.
    Unknown(Refusal),
}

/// A status: its code and the reason that came with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Name of the gRPC code.
    pub code: String,
    /// The enumerated reason; empty when there was none.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.reason)
    }
}

/// What an answer told.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The log position that a write reached; 0 for reads.
    pub position: i64,
    /// The entity it told of.
    pub seen: Seen,
}

/// An entity as somebody saw it.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// A referral.
    Referral(ReferralSeen),
    /// A pool.
    Pool(PoolSeen),
    /// A need.
    Need(NeedSeen),
    /// Something that is not looked into.
    Nothing,
}

/// A referral as an answer or an event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralSeen {
    /// `referrals/{uuid}`.
    pub name: String,
    /// Version, counted from 1.
    pub version: i64,
    /// Stable name of the state.
    pub state: String,
    /// Units that count now.
    pub units: i64,
}

/// What only the log tells of a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralLogged {
    /// As everybody sees it.
    pub seen: ReferralSeen,
    /// `needs/{uuid}`.
    pub need: String,
    /// Which item.
    pub item: u16,
    /// The offer that it follows, in which case time may have made it.
    pub previous: Option<String>,
    /// Whether the last step was the server's own consequence of something else.
    pub consequence: bool,
    /// When the offer lapses unanswered, by the database's clock, in microseconds since 1970.
    pub expires_at: i64,
    /// When its last step was taken, by the same clock.
    pub stepped_at: i64,
    /// What it holds.
    pub lines: Vec<LineSeen>,
}

/// What a referral holds of a pool, or of one of its periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSeen {
    /// `capacityPools/{uuid}`.
    pub pool: String,
    /// First day; empty for the pool itself.
    pub period: String,
    /// So much.
    pub amounts: Amounts,
}

/// Figures of a pool, or of one of its periods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FiguresSeen {
    /// First day; empty for the pool itself.
    pub period: String,
    /// Total; none when unknown.
    pub total: Option<i64>,
    /// Taken outside.
    pub used_elsewhere: i64,
    /// Held.
    pub pending: i64,
    /// Promised.
    pub committed: i64,
    /// Gone.
    pub consumed: i64,
}

/// A pool as an answer or an event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSeen {
    /// `capacityPools/{uuid}`.
    pub name: String,
    /// Version, counted from 1.
    pub version: i64,
    /// Its figures; for slots those of each period that has some.
    pub figures: Vec<FiguresSeen>,
}

/// A need as an answer or an event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedSeen {
    /// `needs/{uuid}`.
    pub name: String,
    /// Version, counted from 1.
    pub version: i64,
    /// Its items, the first one first.
    pub items: Vec<ItemSeen>,
}

/// Figures of a need's item, over all occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemSeen {
    /// Asked for.
    pub asked: i64,
    /// Offered or promised.
    pub referred: i64,
    /// Arrived.
    pub served: i64,
}

/// One event of the log as the store has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Its position.
    pub position: i64,
    /// The instant of its transaction, in microseconds since 1970.
    pub at: i64,
    /// Full resource name of what changed.
    pub subject: String,
    /// What it became.
    pub fact: Fact,
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A referral.
    Referral(ReferralLogged),
    /// A pool.
    Pool(PoolSeen),
    /// A need.
    Need(NeedSeen),
    /// Something that is not looked into.
    Other,
}

/// One event as a watcher got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its position.
    pub position: i64,
    /// Full resource name of what changed.
    pub subject: String,
    /// The referral after it, for referrals.
    pub referral: Option<ReferralSeen>,
}

/// Everything that is known when the storm is over.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Every sending of every request, in the order in which they ended.
    pub attempts: Vec<Attempt>,
    /// The log after `start`, as the store has it.
    pub log: Vec<Logged>,
    /// The log after `start`, as a watcher that resumed over all faults got it.
    pub watched: Vec<Watched>,
    /// Log position when the campaign began.
    pub start: i64,
    /// Log position up to which the watcher watched.
    pub watched_to: i64,
    /// An instant of the database's clock, in microseconds since 1970: every offer that had lapsed by then was let go.
    pub let_go_by: i64,
    /// What the ledger's own verification found.
    pub discrepancies: Vec<String>,
}

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
        Self { name: told.name.clone(), version: version(&told.etag), items: told.items.iter().map(item).collect() }
    }
}

impl From<&Event> for Logged {
    fn from(event: &Event) -> Self {
        let fact = match &event.change {
            Change::Referral(referral) => Fact::Referral(referral_logged(referral)),
            Change::CapacityPool(pool) => Fact::Pool(pool_logged(pool)),
            Change::Need(need) => Fact::Need(need_logged(need)),
            _ => Fact::Other,
        };
        Self { position: event.position.0, at: event.at.as_microsecond(), subject: event.change.subject(), fact }
    }
}

fn referral_logged(referral: &Referral) -> ReferralLogged {
    ReferralLogged {
        seen: ReferralSeen {
            name: referral.id.name(),
            version: referral.version.0,
            state: referral.state.name().to_owned(),
            units: referral.units,
        },
        need: referral.need.name(),
        item: referral.item_ordinal,
        previous: referral.previous.map(|previous| previous.name()),
        consequence: matches!(referral.last.reason, Some(StepReason::Shortfall | StepReason::NeedClosed)),
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
    NeedSeen { name: need.id.name(), version: need.version.0, items: need.items.iter().map(item).collect() }
}
