//! Referrals: a need item sent to a resource with its capacity held, followed to its end.

pub mod hold;
pub mod transition;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::capacity_pool::PeriodLength;
use crate::ids::{
    CategoryCode, DivisionCode, LogPosition, NeedId, OrganizationId, ReferralId, ResourceId, RoundId, Version,
};
use crate::need::Urgency;
use crate::occurrence::{TakenPeriod, spread};
use crate::unit::Unit;

pub use hold::{HoldLine, LineState, Movement};
pub use transition::{Action, Moves, Side, Transition};

/// Where a referral stands. Which step leads where, [`transition::TRANSITIONS`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferralState {
    /// Capacity is held; the provider has not answered.
    Offered,
    /// The provider has promised to help.
    Accepted,
    /// The provider has said no.
    Declined,
    /// The provider did not answer in time.
    Expired,
    /// Taken back by the offering side before the provider answered.
    Withdrawn,
    /// The provider has begun.
    InProgress,
    /// The provider says that the help has arrived.
    Delivered,
    /// The beneficiary's side says so too.
    Confirmed,
    /// The beneficiary's side says that it has not.
    Disputed,
    /// Called off after acceptance.
    Cancelled,
    /// The help did not come about.
    Failed,
}

impl ReferralState {
    /// Every state, in the order of a referral's life.
    pub const ALL: [Self; 11] = [
        Self::Offered,
        Self::Accepted,
        Self::Declined,
        Self::Expired,
        Self::Withdrawn,
        Self::InProgress,
        Self::Delivered,
        Self::Confirmed,
        Self::Disputed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::InProgress => "in_progress",
            Self::Delivered => "delivered",
            Self::Confirmed => "confirmed",
            Self::Disputed => "disputed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether help is still to come: its units count as referred.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted | Self::InProgress)
    }

    /// Whether help has arrived, as far as the provider says: its units count as served. A dispute does not open the item again
    /// before it is settled.
    #[must_use]
    pub const fn is_served(self) -> bool {
        matches!(self, Self::Delivered | Self::Confirmed | Self::Disputed)
    }
}

/// How a referral came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody chose the resource; or a round did, before [`Origin::Round`] was kept.
    Chosen,
    /// Offered to the best candidate, and to the next one when that comes to nothing.
    Automatic,
    /// The partner picked a wish.
    Claim,
    /// The partner picked a wish and brought a resource that was in no catalogue.
    Pledge,
    /// A round allocated it among many.
    Round,
}

/// Why a step was taken: a closed set, because free text would tell about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepReason {
    /// The provider has nothing left after all.
    NoCapacity,
    /// Too far, or not where the provider works.
    OutsideArea,
    /// The rules of the provider do not allow it.
    NotEligible,
    /// The beneficiary could not be reached.
    NotReachable,
    /// It is not what was asked for.
    WrongService,
    /// No time that suits both.
    NoSuitableTime,
    /// The beneficiary does not want it, or no longer.
    NotWanted,
    /// The need was withdrawn or closed.
    NeedClosed,
    /// The provider's total was lowered below what it had promised.
    Shortfall,
    /// The help was of poor quality or incomplete.
    PoorQuality,
    /// The help did not arrive.
    NotDelivered,
    /// Something else.
    Other,
}

/// The last step of a referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastStep {
    /// Which; none for the offer itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Why, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<StepReason>,
    /// On whose side; none for the offer itself, and where the step was taken before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// When, by the database's clock.
    pub at: Timestamp,
    /// The principal's name.
    pub by: String,
}

/// What a referral was decided upon, so that the decision can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The log position the snapshot showed.
    pub position: LogPosition,
    /// Version of the need that was read beside the snapshot, earlier or later; where it was not recorded, the one of that position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_version: Option<Version>,
    /// How much was asked for; where it was not recorded, what is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedFor>,
    /// The present for that question.
    pub evaluated_at: Timestamp,
    /// Version of engine and scoring rules.
    pub engine_version: String,
    /// The round by whose prices it was decided; none where nothing was looked ahead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<RoundId>,
    /// Place among the candidates, from 1; none when the resource was no candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Score in millionths; none when the resource was no candidate, or when it was taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
    /// The score's terms in millionths, in the order in which the engine names them.
    pub terms: Vec<u32>,
    /// Whether score and terms were taken out, by [`Decision::erase`].
    #[serde(default, skip_serializing_if = "is_not_erased")]
    pub erased: bool,
}

impl Decision {
    /// Takes out score and terms, which tell how near somebody lives; answers whether there were any.
    pub fn erase(&mut self) -> bool {
        let had_any = self.score.is_some() || !self.terms.is_empty();
        self.score = None;
        self.terms.clear();
        self.erased |= had_any;
        had_any
    }
}

/// Whether nothing is to be kept of whether it was erased.
#[allow(clippy::trivially_copy_pass_by_ref)] // As serde passes it.
const fn is_not_erased(erased: &bool) -> bool {
    !*erased
}

/// How much a decision was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedFor {
    /// What the item had left.
    Left,
    /// So much of each occurrence, at least 1.
    Quantity(i64),
}

impl AskedFor {
    /// The quantity of each occurrence; none for what is left.
    #[must_use]
    pub const fn quantity(self) -> Option<i64> {
        match self {
            Self::Left => None,
            Self::Quantity(quantity) => Some(quantity),
        }
    }
}

impl From<Option<i64>> for AskedFor {
    fn from(quantity: Option<i64>) -> Self {
        quantity.map_or(Self::Left, Self::Quantity)
    }
}

/// As what a need that is offered was published. It stays as it was then: were it to follow the need, whoever looks at an offer would see
/// in which moment its wish comes, goes and is published again, and which one it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAs {
    /// Name of the wish that was claimed; none for what was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Uuid>,
    /// The place that the wish showed; none when it showed none, or when there was no wish any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<DivisionCode>,
}

/// A need item sent to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Identifier.
    pub id: ReferralId,
    /// The need.
    pub need: NeedId,
    /// Which of its items, counted from 1.
    pub item_ordinal: u16,
    /// The resource.
    pub resource: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Category that the item asked for when it was offered; none where that was before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryCode>,
    /// Division of the need, for lists and watchers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<DivisionCode>,
    /// What the pool had shown of the need when it was offered; none when it was never published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_as: Option<SeenAs>,
    /// Urgency of the need when it was offered.
    pub urgency: Urgency,
    /// How it came about.
    pub origin: Origin,
    /// The round that made it; there exactly where that is how it came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundId>,
    /// Whether it asks rather than promises: some pool's total is unknown.
    pub enquiry: bool,
    /// Unit of the quantities below.
    pub unit: Unit,
    /// Quantity of each occurrence.
    pub quantity: i64,
    /// How often, 1 when not recurring.
    pub occurrences: u32,
    /// Once in each of these, when recurring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<PeriodLength>,
    /// First days of the periods it is for, in order; empty when not recurring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<Date>,
    /// Units that count now, over all occurrences: offered, accepted or delivered ones. What was called off or failed keeps those it was for,
    /// and counts for none but those that had arrived.
    pub units: i64,
    /// Units of these that had arrived when it was called off or failed, fewer than all; 0 of whatever else, and where none had.
    #[serde(default, skip_serializing_if = "is_none_of_them")]
    pub arrived: i64,
    /// Units of these that had not arrived and were there still, with the provider or back with it, when a dispute was settled as failed: its
    /// pools have them again. 0 of whatever else, and where nobody said so.
    #[serde(default, skip_serializing_if = "is_none_of_them")]
    pub returned: i64,
    /// Where it stands.
    pub state: ReferralState,
    /// What is held of which pool.
    pub lines: Vec<HoldLine>,
    /// When the offer lapses unanswered: never after the help is due, but for [`crate::limits::ANSWER_MINUTES_MIN`].
    pub expires_at: Timestamp,
    /// When the help is to have arrived. It follows the need's deadline as long as the referral is live.
    pub due_at: Timestamp,
    /// The last step.
    pub last: LastStep,
    /// What it was decided upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The offer that comes before this one in a chain of offers for the same item. No two have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ReferralId>,
    /// Which offer of a chain it is, from 1.
    pub attempt: u32,
    /// Whether the next candidate is still to be asked: instead of what came to nothing, or for the rest of what it gives a part of.
    pub next_is_due: bool,
    /// When the provider said yes or no to the offer; none for what was claimed, where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was escalated last: once when it was late or its deadline passed before it was answered, and once when nobody was left to ask
    /// instead, or for the rest, or for long. Of promised help that was not due by then it is the latter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Timestamp>,
    /// How the beneficiary's side rates the help, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Whether its provider left a note when it delivered. What it says is sealed with the need, and may be gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noted: bool,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was offered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Referral {
    /// Units of the item that it was offered for, whatever has become of them since.
    #[must_use]
    pub fn offered_units(&self) -> i64 {
        self.quantity.saturating_mul(i64::from(self.occurrences))
    }

    /// Units of the item that it reserves: none once it came to nothing.
    #[must_use]
    pub const fn referred_units(&self) -> i64 {
        if self.state.is_live() { self.units } else { 0 }
    }

    /// Units of the item that it has served: also those that had arrived when it ended early.
    #[must_use]
    pub const fn served_units(&self) -> i64 {
        if self.state.is_served() { self.units } else { self.arrived }
    }

    /// Units of the item that it reserves or has served: none where it came to nothing at all.
    #[must_use]
    pub const fn covered_units(&self) -> i64 {
        self.referred_units() + self.served_units()
    }

    /// Whether help comes of it, or is to come. What was called off or failed is given up, also where a part had arrived.
    #[must_use]
    pub const fn is_of_use(&self) -> bool {
        self.state.is_live() || self.state.is_served()
    }

    /// Whether no help comes of it, or no more, on its provider's side: an offer was declined or lapsed, a promise was called off or failed, or
    /// there was less than was said. What the offering side takes back is not this, nor what the beneficiary's side says did not arrive.
    #[must_use]
    pub const fn was_let_down(&self) -> bool {
        !self.is_of_use() && matches!(self.last.side, Some(Side::Provider | Side::Clock))
    }

    /// What it takes of each period of a recurring item: less than it was offered for, the earliest of it.
    pub fn taken(&self) -> impl Iterator<Item = TakenPeriod> + use<'_> {
        spread(&self.periods, self.quantity, self.covered_units())
    }

    /// Whether the offer has lapsed at `now`, swept or not.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.state == ReferralState::Offered && self.expires_at <= now
    }

    /// Whether help was promised and should have arrived by `now`. What was delivered has arrived, as its provider says: `due_at` says
    /// nothing of when somebody is to confirm it, and a case may go on for months before it closes.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        matches!(self.state, ReferralState::Accepted | ReferralState::InProgress) && self.due_at <= now
    }
}

/// Whether nothing is to be kept of a count.
#[allow(clippy::trivially_copy_pass_by_ref)] // As serde passes it.
const fn is_none_of_them(units: &i64) -> bool {
    *units == 0
}
