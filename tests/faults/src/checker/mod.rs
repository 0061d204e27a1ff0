//! Looks for what must never be, in the evidence of a campaign. It shares no code with what it judges.

mod answers;
mod books;
mod holds;
mod log;
mod needs;
mod rounds;
#[cfg(test)]
mod tests;

use std::fmt;

use uuid::Uuid;
use wishwell_domain::referral::hold::Amounts;

use crate::history::{Attempt, Evidence, FiguresSeen, Kind, Logged, ReferralSeen, Refusal, RoundSeen};

/// Something that must never be.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// The log has a gap, or goes back.
    LogGap {
        /// The position before.
        after: i64,
        /// The one that follows.
        next: i64,
    },
    /// An event never reached the watcher.
    WatcherMissed(i64),
    /// An event reached the watcher twice, or after a later one.
    WatcherDoubled(i64),
    /// The watcher was told something else than the log says.
    WatcherDiffers(i64),
    /// More is taken of a pool than there is.
    Overcommitted {
        /// The pool.
        pool: String,
        /// What was seen.
        figures: FiguresSeen,
    },
    /// A figure below zero.
    Negative {
        /// Of what.
        name: String,
        /// What was seen.
        figures: String,
    },
    /// More is referred and served of an item than was asked.
    BeyondAsked {
        /// The need and its item.
        item: String,
        /// Asked.
        asked: i64,
        /// Referred and served.
        counted: i64,
        /// The last log position before it was seen.
        position: i64,
    },
    /// A figure of an item is not the sum of its referrals.
    ItemMiscounted {
        /// The need and its item.
        item: String,
        /// As it is written in the need.
        written: i64,
        /// The sum.
        summed: i64,
        /// Log position.
        position: i64,
    },
    /// A referral went somewhere it cannot go.
    IllegalStep {
        /// The referral.
        referral: String,
        /// From; empty when it is new.
        from: String,
        /// To.
        to: String,
        /// Log position.
        position: i64,
    },
    /// A hold was resolved more than once.
    ResolvedTwice {
        /// The referral.
        referral: String,
        /// Log position of the second time.
        position: i64,
    },
    /// A figure of a pool is not the sum of what its referrals hold.
    PoolMiscounted {
        /// The pool.
        pool: String,
        /// As it is written in the pool.
        written: FiguresSeen,
        /// The sums.
        summed: Amounts,
        /// Log position.
        position: i64,
    },
    /// An offer was accepted when its time was over.
    AcceptedLate {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// An offer lapsed before its time was over.
    LapsedEarly {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// An offer lapsed, and lapsed again.
    LapsedTwice {
        /// The referral.
        referral: String,
        /// Log position of the second time.
        position: i64,
    },
    /// An offer came to nothing and holds something still.
    HeldAfterItsEnd {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// Something else came back of what was used up than was said to be there still when a dispute was settled.
    GivenBackOtherwise {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// The time of an offer is long over, and nobody let it go.
    NeverLapsed {
        /// The referral.
        referral: String,
    },
    /// A version is missing, or there twice.
    VersionSkipped {
        /// Of what.
        subject: String,
        /// Version before.
        before: i64,
        /// Version after.
        after: i64,
    },
    /// What was answered is not in the log.
    LostAnswer {
        /// The request.
        request: Uuid,
        /// What was called.
        kind: Kind,
        /// What was answered.
        subject: String,
    },
    /// The log tells it otherwise than the answer did.
    AnswerDiffersFromLog {
        /// The request.
        request: Uuid,
        /// As answered.
        answered: ReferralSeen,
    },
    /// One request, two answers.
    TwoAnswers {
        /// The request.
        request: Uuid,
        /// What was called.
        kind: Kind,
    },
    /// Two requests were told that they did the same thing.
    OneEffectForTwo {
        /// What was done.
        subject: String,
        /// Its version.
        version: i64,
    },
    /// The log tells of a step that nobody who was answered has asked for.
    EffectOfNobody {
        /// Log position.
        position: i64,
        /// What changed.
        subject: String,
    },
    /// A read did not show what was answered before it was sent.
    StaleRead {
        /// What was read.
        subject: String,
        /// Version that was read.
        read: i64,
        /// Version that was answered before.
        answered: i64,
    },
    /// A write was answered after another one was, and stands before it in the log.
    OutOfOrder {
        /// The request.
        request: Uuid,
        /// Its position.
        position: i64,
        /// A position that was answered before the request was sent.
        answered: i64,
    },
    /// A request of which nobody knows what became of it, even after the storm.
    NeverKnown {
        /// The request.
        request: Uuid,
        /// What was called.
        kind: Kind,
        /// The last answer.
        last: Refusal,
    },
    /// The server said that it is broken.
    Defect {
        /// What was called.
        kind: Kind,
        /// What it said.
        refusal: Refusal,
    },
    /// An answer says something else than was asked.
    NotAsAsked {
        /// The request.
        request: Uuid,
        /// What was called.
        kind: Kind,
    },
    /// A need was withdrawn or closed, and something is under way for it still, or again.
    LiveAfterEnd {
        /// The need.
        need: String,
        /// What is under way.
        referral: String,
        /// Log position at which it was.
        position: i64,
    },
    /// A need that was withdrawn or closed stands elsewhere again.
    OpenedAgain {
        /// The need.
        need: String,
        /// From.
        from: String,
        /// To.
        to: String,
        /// Log position.
        position: i64,
    },
    /// A referral was called off because its need had ended, which it had not at that moment.
    CalledOffWithoutEnd {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// Help is due at another time than its need said when it was offered, or says since.
    DueOtherwise {
        /// The referral.
        referral: String,
        /// When it is due.
        due_at: i64,
        /// When the need says.
        until: i64,
        /// Log position.
        position: i64,
    },
    /// Somebody was given more time to answer than there was.
    GivenMoreTime {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// A round went somewhere it cannot go.
    RoundAstray {
        /// The round.
        round: String,
        /// From; empty when it is new.
        from: String,
        /// To.
        to: String,
        /// Log position.
        position: i64,
    },
    /// A round that nobody finishes.
    RoundNeverEnds {
        /// The round.
        round: String,
        /// Where it stands.
        state: String,
    },
    /// One offer that rounds made twice.
    OfferedTwice {
        /// The round that names it the second time.
        round: String,
        /// The referral.
        referral: String,
    },
    /// A round says that it made an offer, and did not, or another one, or one of another quantity.
    NeverOffered {
        /// The round.
        round: String,
        /// The referral.
        referral: String,
    },
    /// An offer in the name of a round that none knows of.
    OfferOfNoRound {
        /// The referral.
        referral: String,
        /// Log position.
        position: i64,
    },
    /// The figures of a round are not those of what it keeps, or something that it was to offer was left.
    RoundMiscounted {
        /// The round.
        round: String,
        /// As it says.
        written: RoundSeen,
        /// Offers made, as it keeps them.
        made: u64,
        /// Offers refused, as it keeps them.
        refused: u64,
        /// Offers of which nothing became.
        open: u64,
    },
    /// The ledger's figures do not add up.
    Books(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Everything that must never be and was.
#[must_use]
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = log::check(evidence);
    found.extend(books::check(evidence));
    found.extend(holds::check(evidence));
    found.extend(needs::check(evidence));
    found.extend(rounds::check(evidence));
    found.extend(answers::check(evidence));
    found.extend(evidence.discrepancies.iter().cloned().map(Violation::Books));
    found
}

/// What was answered and is not in the log, which is known from its beginning.
#[must_use]
pub fn lost(attempts: &[Attempt], log: &[Logged]) -> Vec<Violation> {
    answers::lost(attempts, log)
}
