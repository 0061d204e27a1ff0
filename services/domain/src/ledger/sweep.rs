//! What is asked of the ledger about what time made of referrals: lapsed offers, overdue help, chains of offers. Each is a step that the
//! ledger takes once, so that two who sweep do no more than one.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Command, Escalation, later};
use crate::error::Error;
use crate::ids::{ReferralId, Version};
use crate::need::Urgency;

/// Lets lapsed offers go, all of them in one request.
#[must_use]
pub fn let_go(lapsed: impl IntoIterator<Item = ReferralId>) -> Vec<Command> {
    lapsed.into_iter().map(|referral| Command::Look { referral }).collect()
}

/// Tells that promised help is overdue, or that nobody is left to ask for what came to nothing or is left.
#[must_use]
pub fn escalate(referral: ReferralId, why: Escalation) -> Vec<Command> {
    vec![Command::Escalate { referral, why }]
}

/// Tells that a chain of offers waits for long. It goes on when it can.
#[must_use]
pub fn tell_of_waiting(referral: ReferralId) -> Vec<Command> {
    vec![Command::TellOfWaiting { referral }]
}

/// Whether whoever could be asked may be asked only after the time that somebody would have had to answer, had they been asked when the next
/// offer became due: that is to be told of, however little of the wait is left.
#[must_use]
pub fn waits_for_long(why: &Error, urgency: Urgency, since: Timestamp) -> bool {
    let until = later(since, urgency.answer_within());
    matches!(why, Error::ContactBudgetSpent { free_at, .. } if *free_at > until)
}

/// The request under which the next candidate is asked after that version of a referral: the same for whoever sweeps, and another one after
/// the next step, also within one tick of the clock. Of an offer that was accepted for a part the rest is offered first, and what its
/// provider gives up later.
#[must_use]
pub fn follow_id(referral: ReferralId, Version(version): Version) -> Uuid {
    // Into the random part of the identifier.
    let version = u128::try_from(version).unwrap_or_default() & ((1 << 62) - 1);
    Uuid::from_u128(referral.as_uuid().as_u128() ^ version)
}

/// What kept a sweep from a step. Where it kept the next candidate from being asked and does not pass, somebody is told that nobody is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The same may go well later: the store is away or full, the server stops, too much is asked at once, or whoever could be asked was
    /// asked enough for a day.
    Passing,
    /// How chains end: nobody is left, or nobody but those whom others need as much; the need is closed or covered, or somebody went on
    /// with it. The ledger knows what remains to be done.
    Usual,
    /// Anything else, which somebody has to look at.
    Unexpected,
}

impl Obstacle {
    /// The kind of an error.
    #[must_use]
    pub const fn of(error: &Error) -> Self {
        match error {
            Error::Unavailable(_)
            | Error::NotServing
            | Error::StoreFull(_)
            | Error::DeadlineExceeded
            | Error::PositionNotReached { .. }
            | Error::ContactBudgetSpent { .. }
            | Error::TooManyClaims { .. }
            | Error::TooMuchAtOnce { .. } => Self::Passing,
            Error::FailedPrecondition { .. }
            | Error::OrganizationNotCleared { .. }
            | Error::ItemCovered { .. }
            | Error::IllegalStep { .. }
            | Error::InvalidArgument(_)
            | Error::NotFound { .. } => Self::Usual,
            _ => Self::Unexpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn who_waits_longer_than_anybody_may_take_to_answer_is_told_of() {
        let at = |hours: i64| Timestamp::from_second(hours * 3_600).expect("a time");
        let free = |hours| Error::ContactBudgetSpent { name: "needs/1".to_owned(), free_at: at(hours) };
        let cases = [
            (Urgency::Emergency, 1, false),
            (Urgency::Emergency, 2, true),
            (Urgency::Urgent, 12, false),
            (Urgency::Urgent, 13, true),
            (Urgency::Normal, 24, false),
            (Urgency::Low, 24, false),
        ];
        for (urgency, hours, long) in cases {
            assert_eq!(waits_for_long(&free(hours), urgency, at(0)), long, "{urgency:?} {hours}");
        }
        // Others were faster each time that somebody could be asked: ten minutes are left, after two hours.
        let soon = Error::ContactBudgetSpent {
            name: "needs/1".to_owned(),
            free_at: later(at(2), SignedDuration::from_mins(10)),
        };
        assert!(waits_for_long(&soon, Urgency::Emergency, at(0)));
        assert!(!waits_for_long(&soon, Urgency::Urgent, at(0)));
        assert!(!waits_for_long(&Error::NotServing, Urgency::Emergency, at(0)), "that is no day's budget");
    }

    #[test]
    fn whoever_sweeps_asks_once_after_each_step() {
        let referral = ReferralId::from_uuid(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(follow_id(referral, Version(7)), follow_id(referral, Version(7)));
        assert_ne!(follow_id(referral, Version(7)), follow_id(referral, Version(8)));
        assert_eq!(follow_id(referral, Version(7)).get_version_num(), 7);
    }

    #[test]
    fn what_passes_is_tried_again_and_whatever_else_stops_a_chain_ends_it() {
        let name = || "resources/1".to_owned();
        let cases = [
            (Error::Unavailable("away".to_owned()), Obstacle::Passing),
            (Error::NotServing, Obstacle::Passing),
            (Error::StoreFull("no space is left".to_owned()), Obstacle::Passing),
            (Error::DeadlineExceeded, Obstacle::Passing),
            (Error::PositionNotReached { asked: 2, reached: 1 }, Obstacle::Passing),
            (Error::TooMuchAtOnce { limit: "ledger_queue_requests_max", max: 4_096 }, Obstacle::Passing),
            (Error::ContactBudgetSpent { name: name(), free_at: jiff::Timestamp::UNIX_EPOCH }, Obstacle::Passing),
            (Error::NotFound { name: name() }, Obstacle::Usual),
            (Error::ItemCovered { name: name(), item: 1, asked: 2, left: 0 }, Obstacle::Usual),
            (Error::DataLoss("sealed fields do not open with their key".to_owned()), Obstacle::Unexpected),
            (Error::Internal("a defect".to_owned()), Obstacle::Unexpected),
            (Error::TooManyHoldLines { name: name(), lines: 900, max: 800 }, Obstacle::Unexpected),
        ];
        for (error, kind) in cases {
            assert_eq!(Obstacle::of(&error), kind, "{error}");
        }
    }
}
