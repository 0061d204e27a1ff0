//! What was asked, what was answered, and what the log says: all that is known of a campaign, in values alone.

mod told;

use std::collections::BTreeSet;
use std::fmt;

use uuid::Uuid;
use wishwell_domain::referral::hold::Amounts;

pub(crate) use told::need_state;

/// The calls of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `SubmitNeed`.
    SubmitNeed,
    /// `UpdateNeed`.
    UpdateNeed,
    /// `WithdrawNeed`.
    WithdrawNeed,
    /// `CloseNeed`.
    CloseNeed,
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
    /// `CreateRound`.
    CreateRound,
    /// `CancelRound`.
    CancelRound,
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
    /// What is to be true of what it is about, once it is answered.
    pub meant: Meant,
    /// When it was sent, in microseconds of the campaign.
    pub invoked: u64,
    /// When it was answered, or given up, in microseconds of the campaign.
    pub ended: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a request is to make true. What is none is left to the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    /// Of a need: so much is asked of each item, over all occurrences.
    pub asked: Option<Vec<i64>>,
    /// Of a need: help is of use in this time.
    pub useful: Option<Useful>,
    /// Of a need or a round: it stands there.
    pub state: Option<&'static str>,
}

/// When help is of use, in microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Useful {
    /// Not before.
    pub from: Option<i64>,
    /// Not after.
    pub until: Option<i64>,
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
    /// A round.
    Round(RoundSeen),
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
    /// Units of these that had arrived when it ended early.
    pub arrived: i64,
    /// Units of these that were there still when a dispute was settled.
    pub returned: i64,
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
    /// Whether that was the end of the need.
    pub ended_with_need: bool,
    /// Name of whoever took the last step.
    pub by: String,
    /// Whether it is for something that is needed again and again.
    pub recurs: bool,
    /// When the help is to have arrived, by the database's clock, in microseconds since 1970.
    pub due_at: i64,
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
    /// Stable name of the state.
    pub state: String,
    /// When help is of use.
    pub useful: Useful,
    /// Its items, the first one first.
    pub items: Vec<ItemSeen>,
}

impl NeedSeen {
    /// How it was ended before all of it was served; none when it was not.
    #[must_use]
    pub fn ending(&self) -> Option<&str> {
        Some(self.state.as_str()).filter(|state| ["withdrawn", "closed"].contains(state))
    }

    /// What is asked of each item, over all occurrences.
    #[must_use]
    pub fn asked(&self) -> Vec<i64> {
        self.items.iter().map(|item| item.asked).collect()
    }
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

/// A round as an answer or an event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundSeen {
    /// `rounds/{uuid}`.
    pub name: String,
    /// Version, counted from 1.
    pub version: i64,
    /// Stable name of the state.
    pub state: String,
    /// Whether it offers nothing.
    pub dry_run: bool,
    /// Name of who asked for it, and in whose name it offers.
    pub requested_by: String,
    /// Times that somebody began or took it up again.
    pub attempts: u64,
    /// Plans that were made.
    pub passes: u64,
    /// Offers that its plans asked for.
    pub planned: u64,
    /// Those that were made.
    pub made: u64,
    /// Those that were refused.
    pub refused: u64,
}

/// What a round keeps of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeKept {
    /// `rounds/{uuid}`.
    pub round: String,
    /// `needs/{uuid}`.
    pub need: String,
    /// Which item.
    pub item: u16,
    /// Referrals that were made, each with the units that the round says it offered.
    pub made: Vec<(String, i64)>,
    /// Offers that were refused.
    pub refused: u64,
    /// Those that its plan asks for, and of which nothing became.
    pub open: u64,
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
    /// A round; its watchers are not told of it.
    Round(RoundSeen),
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
    /// The state of the need after it, for needs.
    pub need_state: Option<String>,
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
    /// Rounds whose results are kept.
    pub results_kept: BTreeSet<String>,
    /// What these keep of their items.
    pub outcomes: Vec<OutcomeKept>,
    /// Whether rounds were waited for until they ended.
    pub rounds_over: bool,
    /// What the ledger's own verification found.
    pub discrepancies: Vec<String>,
}
