//! The closed set of ways in which a request can fail. Mapped once to gRPC, in the matching room.

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The path of a field in a request, for example `need.items[2].quantity`: a text, or `format_args!` of one. It is written down only
/// when a violation names it, because most requests have none and paths cost more than most checks.
pub trait Field: fmt::Display + Copy {}

impl<T: fmt::Display + Copy> Field for T {}

/// Whether a path names a field, or a part of it. Every path is within itself; the empty one names the request as a whole.
#[must_use]
pub fn is_within(path: &str, field: &str) -> bool {
    field.is_empty() || path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// One broken rule: which field, which rule, and the value unless it is sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error(
    "{field}{}{message}{}",
    if field.is_empty() { "" } else { ": " },
    value.as_ref().map(|v| format!(" (got {v:?})")).unwrap_or_default()
)]
pub struct Violation {
    /// Path of the field in the request, for example `need.items[2].quantity`; empty for the request as a whole.
    pub field: String,
    /// Stable identifier of the rule, for example `quantity.positive`.
    pub rule: String,
    /// What is required, in words: short, lower-case, no full stop.
    pub message: String,
    /// The offending value, shortened; absent when the field is sensitive.
    pub value: Option<String>,
}

impl Violation {
    /// A violation without a value.
    pub fn new(field: impl fmt::Display, rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.to_string(), rule: rule.into(), message: message.into(), value: None }
    }

    /// Adds the offending value, shortened to [`crate::limits::VIOLATION_VALUE_CHARS_MAX`] characters.
    #[must_use]
    pub fn with_value(mut self, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        let max = crate::limits::VIOLATION_VALUE_CHARS_MAX;
        self.value = Some(if text.chars().count() > max {
            text.chars().take(max).chain(std::iter::once('…')).collect()
        } else {
            text
        });
        self
    }
}

/// Collects violations, so that all are told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    found: Vec<Violation>,
    /// Lists with entries that could not be read, and where those that could were sent.
    gaps: Vec<(String, Vec<usize>)>,
}

impl Violations {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one violation; beyond [`crate::limits::VIOLATIONS_MAX`] the rest is dropped (the first ones say enough).
    pub fn add(&mut self, violation: Violation) {
        if self.found.len() < crate::limits::VIOLATIONS_MAX {
            let field = self.as_sent(violation.field);
            self.found.push(Violation { field, ..violation });
        }
    }

    /// Says that a list goes on without those of its entries that could not be read: from now on its `n`th one is that which was sent
    /// at `places[n]`, and is told of there. Entries of a list within a list are read, and this is said of it, before the outer one's.
    pub fn leave_out(&mut self, list: impl Field, places: Vec<usize>) {
        self.gaps.push((list.to_string(), places));
    }

    /// A path into what was read, as a path into what was sent.
    fn as_sent(&self, mut field: String) -> String {
        for (list, places) in self.gaps.iter().rev() {
            let entry = field.strip_prefix(list.as_str()).and_then(|rest| rest.strip_prefix('[')?.split_once(']'));
            let Some((number, rest)) = entry else { continue };
            if let Some(place) = number.parse().ok().and_then(|number: usize| places.get(number)) {
                field = format!("{list}[{place}]{rest}");
            }
        }
        field
    }

    /// Adds a violation when `ok` is false.
    pub fn require(&mut self, ok: bool, violation: impl FnOnce() -> Violation) {
        if !ok {
            self.add(violation());
        }
    }

    /// Keeps the value of a check, or its violation.
    pub fn take<T>(&mut self, result: Result<T, Violation>) -> Option<T> {
        result.map_err(|violation| self.add(violation)).ok()
    }

    /// Adds all of `other`, under the same bound.
    pub fn extend(&mut self, other: Self) {
        for violation in other.found {
            self.add(violation);
        }
    }

    /// Keeps the value of a check, or all its violations.
    pub fn take_all<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        result.map_err(|violations| self.extend(violations)).ok()
    }

    /// Whether a field, or a part of it, is told of already: what could not be read is not to be told of again as missing or unknown.
    #[must_use]
    pub fn tells_of(&self, field: impl Field) -> bool {
        if self.found.is_empty() {
            return false;
        }
        if self.found.len() >= crate::limits::VIOLATIONS_MAX {
            // Whatever was dropped may have been of it.
            return true;
        }
        let field = self.as_sent(field.to_string());
        self.found.iter().any(|violation| is_within(&violation.field, &field))
    }

    /// The violations so far, in the order they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.found
    }

    /// Whether nothing was violated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The violations, in the order they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.found
    }

    /// `Ok` when nothing was violated, otherwise all of it as an [`Error::InvalidArgument`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with every violation.
    pub fn into_result(self) -> Result<(), Error> {
        if self.found.is_empty() { Ok(()) } else { Err(Error::InvalidArgument(self.found)) }
    }
}

/// Why a precondition did not hold. Each becomes a `FAILED_PRECONDITION` with a reason of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precondition {
    /// The need was withdrawn or closed and takes no more changes.
    NeedNotOpen,
    /// The beneficiary, or the need itself, was erased: personal fields are gone for good.
    Erased,
    /// The need names a beneficiary, whose key seals it: it is erased with the beneficiary, not by itself.
    NeedOfBeneficiary,
    /// An organization cannot make this step from its state (for example verify a suspended one without saying so).
    OrganizationState,
    /// The resource is not offered now.
    ResourceNotOffered,
    /// Nobody is left who could be asked.
    NobodyLeftToAsk,
    /// Whatever could serve is worth as much to others, by the prices of the last round: it is left to the next one.
    LeftToNextRound,
    /// An entity is still referred to by others.
    StillReferenced,
    /// A required consent is not on record.
    ConsentMissing,
    /// Who the organization is was verified, and the caller is not one who verifies.
    VerifiedIdentity,
    /// The results of a round are not kept any more.
    ResultsNotKept,
}

/// Every way a call can fail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The request breaks rules; all of them are listed.
    #[error("{} field violation(s), first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    InvalidArgument(Vec<Violation>),
    /// No such entity for this caller.
    #[error("{name} was not found")]
    NotFound {
        /// Full resource name asked for.
        name: String,
    },
    /// An entity with this identity exists already with other content.
    #[error("{name} already exists")]
    AlreadyExists {
        /// Full resource name, or `source/external_id`.
        name: String,
    },
    /// The etag sent is not the entity's current one.
    #[error("{name} was changed meanwhile: etag {expected} was sent, {actual} is current")]
    EtagMismatch {
        /// Full resource name.
        name: String,
        /// Version the caller believed in.
        expected: i64,
        /// Version in the store.
        actual: i64,
    },
    /// The same request id came before with another body, or with a need that is another one, or none that the caller may read: which of
    /// these is not told.
    #[error("request_id {request_id} was used before for something else")]
    RequestIdReused {
        /// The identifier sent.
        request_id: String,
    },
    /// The state of things does not allow the step.
    #[error("{message}")]
    FailedPrecondition {
        /// Which precondition.
        precondition: Precondition,
        /// Full resource name.
        name: String,
        /// In words, with the current state.
        message: String,
    },
    /// A referral cannot take this step where it stands.
    #[error("{name} is {state}: it cannot {action} any more, or not yet")]
    IllegalStep {
        /// Full resource name.
        name: String,
        /// Where it stands.
        state: &'static str,
        /// The step asked for.
        action: &'static str,
    },
    /// A pool has not enough left. Nothing was held.
    #[error(
        "{pool} has {left} left{}, {asked} asked",
        period_start.map(|start| format!(" in the period from {start}")).unwrap_or_default()
    )]
    CapacityExhausted {
        /// Full resource name of the pool.
        pool: String,
        /// First day of the period, for slots.
        period_start: Option<Date>,
        /// Asked for, in the pool's unit.
        asked: i64,
        /// What is left, in the pool's unit.
        left: i64,
    },
    /// The item is referred or served already, up to what is left.
    #[error("item {item} of {name} has {left} unit(s) left to refer, {asked} asked")]
    ItemCovered {
        /// Full resource name of the need.
        name: String,
        /// Which item, counted from 1.
        item: u16,
        /// Asked for, over all occurrences.
        asked: i64,
        /// Neither referred nor served, over all occurrences; 0 where all of these would begin after the end of the need's window.
        left: i64,
    },
    /// A resource does not fit the item, for reasons other than capacity.
    #[error("{name} cannot serve this item: {}", if reasons.is_empty() { "it does not fit".to_owned() } else { reasons.join(", ") })]
    ResourceDoesNotFit {
        /// Full resource name.
        name: String,
        /// Codes of the constraints it fails; empty where the caller may not know them.
        reasons: Vec<&'static str>,
    },
    /// An organization may not promise this, nor learn how to reach whom it promised it to: it is not verified now, or not vetted for how the
    /// help would come.
    #[error(
        "{name} is not cleared for this: {}",
        if reasons.is_empty() { "it lacks a vetting that this asks for".to_owned() } else { reasons.join(", ") }
    )]
    OrganizationNotCleared {
        /// Full resource name of the organization.
        name: String,
        /// Codes of what it lacks, without those that the caller may not know.
        reasons: Vec<&'static str>,
    },
    /// What a resource draws on for an item has more pools and periods than one hold has lines.
    #[error("{name} would need {lines} lines of a hold for this item, one for each pool and period: {max} is the most")]
    TooManyHoldLines {
        /// Full resource name.
        name: String,
        /// Lines needed.
        lines: usize,
        /// Most there may be.
        max: usize,
    },
    /// Of several offers that were asked for at once one is refused, and so are all of them.
    #[error("entry {index}: {error}")]
    OneOfSeveral {
        /// Which, from 0.
        index: usize,
        /// Why.
        error: Box<Self>,
    },
    /// A watcher did not keep up with the log.
    #[error("the watcher read too slowly: watch again after log position {position}")]
    WatchTooSlow {
        /// The last position that was sent.
        position: i64,
    },
    /// What was followed up to a position is another log than this: the store was restored from a backup, or lost its last writes.
    #[error(
        "the log has another event at position {position} now, or none: the store was restored; drop what came by the log and begin again"
    )]
    LogReplaced {
        /// The position up to which another log was followed.
        position: i64,
    },
    /// The new total lies below what is promised.
    #[error("{name} has {taken} used or promised, so its total cannot become {becomes}")]
    CapacityHeld {
        /// Full resource name of the pool.
        name: String,
        /// What is used or promised.
        taken: i64,
        /// The total asked for, `unknown` for none.
        becomes: String,
        /// Full resource names of the referrals in the way, those that would be called off first first.
        referrals: Vec<String>,
    },
    /// No or unknown credentials.
    #[error("credentials are missing or not known")]
    Unauthenticated,
    /// A token that was good once. Its holder gets a new one where this one came from.
    #[error("the token has expired")]
    TokenExpired,
    /// A token signed with a key that is not known, or not yet: its issuer may have changed keys a moment ago.
    #[error("the key that the token was signed with is not known")]
    TokenKeyUnknown,
    /// The caller's role may not do this.
    #[error("{role} may not call {method}{}{how}", if how.is_empty() { "" } else { " " })]
    PermissionDenied {
        /// The caller's role.
        role: &'static str,
        /// Full method name.
        method: String,
        /// With or by what it was called, in words, where the role may call it otherwise; empty where it may not at all.
        how: &'static str,
    },
    /// No call has that name here: a newer caller's, perhaps.
    #[error("{method} is not a call of this service")]
    UnknownMethod {
        /// Full method name, as it was called.
        method: String,
    },
    /// More is under way at once than a named bound allows. It passes.
    #[error("limit {limit} reached ({max})")]
    TooMuchAtOnce {
        /// Name of the bound.
        limit: &'static str,
        /// Its value.
        max: i64,
    },
    /// As much is kept as a named bound allows. Waiting makes no room.
    #[error("limit {limit} reached ({max}): {instead}")]
    NoRoom {
        /// Name of the bound.
        limit: &'static str,
        /// Its value.
        max: usize,
        /// What to do, in words.
        instead: &'static str,
    },
    /// More was sent than a named bound allows. It stays too much.
    #[error("more was sent than limit {limit} allows ({max}): send less at once")]
    SentTooMuch {
        /// Name of the bound.
        limit: &'static str,
        /// Its value.
        max: usize,
    },
    /// The answer would be longer than who asks may take. Nothing was changed.
    #[error("the answer has more than {max} bytes: {instead}")]
    AnswerTooLarge {
        /// Most bytes of it.
        max: usize,
        /// What to ask instead, in words.
        instead: &'static str,
    },
    /// An organization claims more than it may: it waits, or delivers first what it has claimed.
    #[error("limit {limit} reached ({max}){}", if wait.is_none() { ": deliver some of them first" } else { "" })]
    TooManyClaims {
        /// Name of the bound.
        limit: &'static str,
        /// Its value.
        max: i64,
        /// After how long it may claim again; none where that lies with it.
        wait: Option<SignedDuration>,
    },
    /// An organization got as many automatic offers within a day as it may get; told of a need, all who could be asked for it did.
    #[error("no more automatic offers for {name} before {free_at}: so many a day are enough for an organization")]
    ContactBudgetSpent {
        /// Full resource name of the organization, or of the need.
        name: String,
        /// When the first of them will be a day ago.
        free_at: Timestamp,
    },
    /// The asked log position was not reached within the bound.
    #[error("log position {asked} not reached, this replica is at {reached}")]
    PositionNotReached {
        /// Position asked for.
        asked: i64,
        /// Position this replica has.
        reached: i64,
    },
    /// The call's deadline passed.
    #[error("deadline exceeded")]
    DeadlineExceeded,
    /// The server is stopping; another one, or this one when it is back, goes on.
    #[error("this server is stopping; try again, or another")]
    NotServing,
    /// Temporarily not able to serve; trying again is right.
    #[error("temporarily unavailable: {0}")]
    Unavailable(String),
    /// The store has no space left or may not write. Nothing was written.
    #[error("the store cannot write: {0}")]
    StoreFull(String),
    /// Stored data cannot be read: damaged or from a newer version.
    #[error("stored data cannot be read: {0}")]
    DataLoss(String),
    /// A defect in Wishwell. The detail goes to the log, not to the caller.
    #[error("internal error")]
    Internal(String),
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self { found: vec![violation], gaps: Vec::new() }
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::InvalidArgument(violations.found)
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::InvalidArgument(vec![violation])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_told_of_by_itself_and_by_its_parts_and_by_nothing_that_only_begins_like_it() {
        let mut violations = Violations::new();
        assert!(!violations.tells_of("need.place"));
        for (told, tells) in [
            ("need", false),
            ("need.placement", false),
            ("need.plac", false),
            ("wish.need.place", false),
            ("need.place", true),
            ("need.place.datum", true),
            ("need.place[0]", true),
        ] {
            assert_eq!(
                Violations::from(Violation::new(told, "rule", "is wrong")).tells_of("need.place"),
                tells,
                "{told}"
            );
        }
        while violations.as_slice().len() < crate::limits::VIOLATIONS_MAX {
            assert!(!violations.tells_of("need.place"));
            violations.add(Violation::new("need.facts", "rule", "is wrong"));
        }
        assert!(violations.tells_of("need.place"), "it may have been dropped");
        let violations = Violations::from(Violation::new("need.items[1].category", "rule", "is wrong"));
        assert!(violations.tells_of(format_args!("need.items[{}]", 1)));
        assert!(!violations.tells_of("need.items[10]"));
    }

    #[test]
    fn what_is_found_of_a_list_with_gaps_is_told_where_it_was_sent() {
        let wrong = |field: &str| Violation::new(field, "rule", "is wrong");
        let mut violations = Violations::from(wrong("plans[1].pins[0].need"));
        violations.leave_out("plans[1].pins", vec![1, 2]);
        violations.add(wrong("plans[0].code"));
        violations.leave_out("plans", vec![1, 4]);
        for (read, sent) in [
            ("plans[0].pins[1].quantity", "plans[1].pins[2].quantity"),
            ("plans[1].pins[1].quantity", "plans[4].pins[1].quantity"),
            ("plans[1]", "plans[4]"),
            ("plans_before[0]", "plans_before[0]"),
            ("title", "title"),
        ] {
            let mut violations = violations.clone();
            assert!(!violations.tells_of(read), "{read}");
            violations.add(wrong(read));
            assert!(violations.tells_of(read), "{read}");
            assert_eq!(violations.as_slice().last().map(|told| told.field.as_str()), Some(sent));
        }
    }
}
