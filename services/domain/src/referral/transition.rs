//! The life of a referral as one table of cases.

use serde::{Deserialize, Serialize};

use super::ReferralState::{
    self, Accepted, Cancelled, Confirmed, Declined, Delivered, Disputed, Expired, Failed, InProgress, Offered,
    Withdrawn,
};
use crate::principal::Role;

/// A step of a referral after its offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The provider promises to help.
    Accept,
    /// The provider says no.
    Decline,
    /// The offer's time is over.
    Expire,
    /// The offering side takes the offer back.
    Withdraw,
    /// The provider begins.
    Start,
    /// The provider says that the help has arrived.
    Deliver,
    /// The beneficiary's side says so too, or that a dispute is settled.
    Confirm,
    /// The beneficiary's side says that it has not.
    Dispute,
    /// Either side calls it off after acceptance.
    Cancel,
    /// It is settled that the help did not come about, or not all of it.
    Fail,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 10] = [
        Self::Accept,
        Self::Decline,
        Self::Expire,
        Self::Withdraw,
        Self::Start,
        Self::Deliver,
        Self::Confirm,
        Self::Dispute,
        Self::Cancel,
        Self::Fail,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Expire => "expire",
            Self::Withdraw => "withdraw",
            Self::Start => "start",
            Self::Deliver => "deliver",
            Self::Confirm => "confirm",
            Self::Dispute => "dispute",
            Self::Cancel => "cancel",
            Self::Fail => "fail",
        }
    }
}

/// On whose side a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who gives the help.
    Provider,
    /// Who offered the need to the provider.
    Arranger,
    /// Who speaks for the beneficiary. Never the provider: nobody confirms its own work.
    Recipient,
    /// The database's clock.
    Clock,
}

impl Side {
    /// Whether a role may speak for this side. A case worker may also speak for a provider that answers by telephone.
    #[must_use]
    pub const fn may_be(self, role: Role) -> bool {
        match self {
            Self::Provider => matches!(role, Role::Partner | Role::CaseWorker),
            Self::Arranger => matches!(role, Role::InternalService | Role::CaseWorker | Role::Operator),
            Self::Recipient => matches!(role, Role::InternalService | Role::CaseWorker),
            Self::Clock => false,
        }
    }
}

/// What a step does with the capacity held. How that looks for each kind of pool, [`super::hold`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moves {
    /// Nothing.
    Nothing,
    /// Pending becomes committed; what was not accepted is given back.
    Commit,
    /// Pending is given back.
    Release,
    /// Committed is used up; what was not delivered is given back.
    Consume,
    /// It ends early: what had arrived of committed is used up, the rest is given back.
    Return,
    /// The case closes: a place in a caseload is given back.
    Close,
    /// What was said to be delivered was not, or not all of it: what is there still is given back, the rest stays used up. The case closes.
    Settle,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// From here.
    pub from: ReferralState,
    /// By this step.
    pub action: Action,
    /// To there.
    pub to: ReferralState,
    /// Taken by one of these sides.
    pub by: &'static [Side],
    /// What happens to the capacity held.
    pub moves: Moves,
}

const fn line(from: ReferralState, action: Action, to: ReferralState, by: &'static [Side], moves: Moves) -> Transition {
    Transition { from, action, to, by, moves }
}

const PROVIDER: &[Side] = &[Side::Provider];
const RECIPIENT: &[Side] = &[Side::Recipient];
// Whoever may speak for both sides speaks for the last of them, unless it says otherwise.
const EITHER: &[Side] = &[Side::Provider, Side::Arranger];

/// Everything that can happen to a referral. What is not here, cannot.
pub const TRANSITIONS: &[Transition] = &[
    line(Offered, Action::Accept, Accepted, PROVIDER, Moves::Commit),
    line(Offered, Action::Decline, Declined, PROVIDER, Moves::Release),
    line(Offered, Action::Expire, Expired, &[Side::Clock], Moves::Release),
    line(Offered, Action::Withdraw, Withdrawn, &[Side::Arranger], Moves::Release),
    line(Accepted, Action::Start, InProgress, PROVIDER, Moves::Nothing),
    line(Accepted, Action::Deliver, Delivered, PROVIDER, Moves::Consume),
    line(Accepted, Action::Cancel, Cancelled, EITHER, Moves::Return),
    line(Accepted, Action::Fail, Failed, EITHER, Moves::Return),
    line(InProgress, Action::Deliver, Delivered, PROVIDER, Moves::Consume),
    line(InProgress, Action::Cancel, Cancelled, EITHER, Moves::Return),
    line(InProgress, Action::Fail, Failed, EITHER, Moves::Return),
    line(Delivered, Action::Confirm, Confirmed, RECIPIENT, Moves::Close),
    line(Delivered, Action::Dispute, Disputed, RECIPIENT, Moves::Nothing),
    line(Disputed, Action::Confirm, Confirmed, RECIPIENT, Moves::Close),
    line(Disputed, Action::Fail, Failed, RECIPIENT, Moves::Settle),
];

/// The line for a step from a state; none when the step cannot be taken there.
#[must_use]
pub fn transition(from: ReferralState, action: Action) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|line| line.from == from && line.action == action)
}

impl Transition {
    /// Whether the step ends what was promised before all of it arrived: whoever takes it may say how much had.
    #[must_use]
    pub const fn ends_early(&self) -> bool {
        matches!(self.to, Cancelled | Failed)
    }

    /// Whether the step settles that what was said to be delivered was not, or not all of it: whoever takes it may say how much is there still.
    #[must_use]
    pub const fn settles(&self) -> bool {
        matches!(self.moves, Moves::Settle)
    }

    /// Whether a role may take the step.
    #[must_use]
    pub fn may_be_taken_by(&self, role: Role) -> bool {
        self.side_of(role, false).is_some()
    }

    /// On whose side a role takes the step; none when it may not. A case worker who calls off what was promised does so for the offering
    /// side, to whom it is left to ask somebody else, unless it was the provider who said so.
    #[must_use]
    pub fn side_of(&self, role: Role, by_provider: bool) -> Option<Side> {
        let meant = |side: &&Side| side.may_be(role) && (!by_provider || **side == Side::Provider);
        self.by.iter().rfind(meant).copied()
    }
}
