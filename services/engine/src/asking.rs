//! Whom to ask for an item of a need, one after the other: the best first, never the same one twice, nobody more often than its contact
//! budget allows. What others need as much, by the prices of the last round, is left to the next one. Values alone: whoever asks brings
//! what is known, sends the offers, and says how each was refused.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::error::Precondition;
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_domain::ledger::Offer;
use wishwell_domain::limits::{AUTO_REFER_ATTEMPTS_MAX, TOP_K_MAX};
use wishwell_domain::need::{Need, NeedItem};
use wishwell_domain::referral::{Decision, Origin, Referral};

use crate::answer::Candidate;
use crate::query::{Query, QueryError, Scratch, Wanted};
use crate::score::ScoringRules;
use crate::snapshot::Snapshot;

/// An item of a need with what is known for it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The need.
    pub need: &'s Need,
    /// The item of it.
    pub item: &'s NeedItem,
    /// What is known for eligibility.
    pub facts: &'s Facts,
}

/// A resource that could be asked: copied out of the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// Which.
    pub resource: ResourceId,
    /// Whose.
    pub organization: OrganizationId,
    /// The quantity it can serve, each time when recurring.
    pub serves: i64,
    /// Whether others gain as much by the same capacity, by the prices of the last round.
    pub better_left: bool,
    /// The record of why it is asked.
    pub decision: Decision,
}

impl Candidate {
    /// Puts what it was worth into the record of a decision; `rank` counts from 1, none for what somebody chose.
    pub fn put_into(&self, decision: &mut Decision, rank: Option<u32>) {
        decision.rank = rank;
        decision.score = Some(self.score);
        decision.terms = self.terms.0.to_vec();
    }
}

impl Snapshot {
    /// The resources that could serve what is outstanding of an item, at most [`TOP_K_MAX`], the best first. `blank` is the record of the
    /// decision before what was decided is put into it: its instant is the present, and its round the one whose prices the rules look at.
    ///
    /// # Errors
    /// [`QueryError`] for a category or division that the catalogue does not have.
    pub fn chances(
        &self,
        rules: &ScoringRules,
        subject: Subject<'_>,
        blank: &Decision,
    ) -> Result<Vec<Chance>, QueryError> {
        let wanted = Wanted { top_k: TOP_K_MAX, near_misses: 0, quantity: None };
        let question = Query::of_item(subject.need, subject.item, subject.facts, blank.evaluated_at, wanted);
        let mut scratch = Scratch::default();
        let answer = self.find(&question, rules, &mut scratch)?;
        let chance = |(rank, candidate): (u32, &Candidate)| {
            let mut decision = blank.clone();
            candidate.put_into(&mut decision, Some(rank));
            Chance {
                resource: self.resource_id(candidate.resource),
                organization: self.organization_id(candidate.resource),
                serves: candidate.serves,
                better_left: blank.prices.is_some() && candidate.is_better_left(question.worth),
                decision,
            }
        };
        Ok((1..).zip(&answer.candidates).map(chance).collect())
    }
}

/// What follows a refused offer.
#[derive(Debug, Clone, PartialEq)]
pub enum Onward {
    /// Somebody else may be asked.
    Next,
    /// What is left is to be judged anew, upon the need as it is now.
    Anew,
    /// Nobody can be asked, whoever it is: the reason.
    End(Error),
}

/// Who is still to be asked for an item.
#[derive(Debug)]
pub struct Asking {
    need: NeedId,
    item_ordinal: u16,
    splittable: bool,
    /// Units, over all occurrences.
    wanted: i64,
    /// Of these, what was neither referred nor served when the need was read.
    left: i64,
    answer_within: SignedDuration,
    previous: Option<ReferralId>,
    chances: std::vec::IntoIter<Chance>,
    /// Whose resource was offered to last.
    last: Option<OrganizationId>,
    asked_enough: HashSet<OrganizationId>,
    /// When the first of those may be asked again.
    free_at: Option<Timestamp>,
    left_to_next_round: bool,
}

impl Asking {
    /// Whom to ask among `chances`, the best first, when `tried` are all referrals of the item so far. `previous` is the referral
    /// whose next offer is due; without one, a chain whose next offer is due is taken on.
    #[must_use]
    pub fn among(chances: Vec<Chance>, subject: Subject<'_>, tried: &[Referral], previous: Option<ReferralId>) -> Self {
        let Subject { need, item, .. } = subject;
        // What helps is no attempt in vain: many may give of what can be shared.
        let in_vain = |referral: &&Referral| referral.covered_units() == 0;
        let automatic = tried.iter().filter(|referral| referral.origin == Origin::Automatic);
        let attempts = automatic.filter(in_vain).count();
        let asked: HashSet<ResourceId> = tried.iter().map(|referral| referral.resource).collect();
        let any_left = attempts < AUTO_REFER_ATTEMPTS_MAX as usize;
        let chances: Vec<Chance> =
            chances.into_iter().filter(|chance| any_left && !asked.contains(&chance.resource)).collect();
        Self {
            need: need.id,
            item_ordinal: item.ordinal,
            splittable: item.splittable,
            wanted: item.asked(),
            left: item.left(),
            answer_within: need.urgency.answer_within(),
            previous: previous.or_else(|| tried.iter().find(|referral| referral.next_is_due).map(|due| due.id)),
            chances: chances.into_iter(),
            last: None,
            asked_enough: HashSet::new(),
            free_at: None,
            left_to_next_round: false,
        }
    }

    /// The next offer to make, under this identifier; none when nobody is left: see [`Asking::nobody_left`].
    pub fn next_offer(&mut self, id: ReferralId) -> Option<Offer> {
        for chance in self.chances.by_ref() {
            if self.asked_enough.contains(&chance.organization) {
                continue;
            }
            if chance.better_left {
                self.left_to_next_round = true;
                continue;
            }
            self.last = Some(chance.organization);
            return Some(Offer {
                id,
                need: self.need,
                item_ordinal: self.item_ordinal,
                resource: chance.resource,
                // Of what can be split, a resource gives what it has.
                quantity: self.splittable.then_some(chance.serves),
                origin: Origin::Automatic,
                round: None,
                answer_within: self.answer_within,
                decision: Some(chance.decision),
                previous: self.previous,
                wish: None,
                refusal: None,
            });
        }
        None
    }

    /// What follows when the last offer was refused for this reason.
    pub fn refused(&mut self, error: Error) -> Onward {
        match error {
            // Taken, asked by somebody else or paused since they were looked at: the next one then.
            Error::CapacityExhausted { .. } | Error::AlreadyExists { .. } => Onward::Next,
            // It has enough, but not in one hold.
            Error::TooManyHoldLines { .. } => Onward::Next,
            Error::ContactBudgetSpent { free_at, .. } => {
                self.asked_enough.extend(self.last);
                self.free_at = Some(self.free_at.map_or(free_at, |first| first.min(free_at)));
                Onward::Next
            }
            Error::FailedPrecondition { precondition: Precondition::ResourceNotOffered, .. } => Onward::Next,
            // Others took of it since the need was read. What they left is to be offered still.
            Error::ItemCovered { left, .. } if left > 0 => Onward::Anew,
            error => Onward::End(error),
        }
    }

    /// Why nobody is asked any more.
    #[must_use]
    pub fn nobody_left(&self) -> Error {
        let (need, item) = (self.need, self.item_ordinal);
        // An item that is covered needs nobody. Only said here: an offer that has lapsed may still count in what was read.
        if self.left <= 0 {
            return Error::ItemCovered { name: need.name(), item, asked: self.wanted, left: 0 };
        }
        // Whoever was asked enough may be asked again, unless a round is to say first who is.
        if let Some(free_at) = self.free_at.filter(|_| !self.left_to_next_round) {
            return Error::ContactBudgetSpent { name: need.name(), free_at };
        }
        let (precondition, message) = if self.left_to_next_round {
            let left = format!(
                "what could serve item {item} of {need} is worth as much to others: it is left to the next round"
            );
            (Precondition::LeftToNextRound, left)
        } else {
            (Precondition::NobodyLeftToAsk, format!("nobody is left who could be asked for item {item} of {need}"))
        };
        Error::FailedPrecondition { precondition, message, name: need.name() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uuid::Uuid;
    use wishwell_domain::ids::LogPosition;

    use super::*;

    /// A chance at a resource of an organization, both by their numbers.
    fn chance(resource: u128, organization: u128, better_left: bool) -> Chance {
        let decision = Decision {
            position: LogPosition(1),
            need_version: None,
            asked: None,
            evaluated_at: Timestamp::UNIX_EPOCH,
            engine_version: String::new(),
            prices: None,
            rank: None,
            score: None,
            terms: Vec::new(),
            erased: false,
        };
        let (resource, organization) = (Uuid::from_u128(resource), Uuid::from_u128(organization));
        let (resource, organization) = (ResourceId::from_uuid(resource), OrganizationId::from_uuid(organization));
        Chance { resource, organization, serves: 3, better_left, decision }
    }

    fn asking(chances: Vec<Chance>, left: i64) -> Asking {
        Asking {
            need: NeedId::from_uuid(Uuid::nil()),
            item_ordinal: 1,
            splittable: true,
            wanted: 5,
            left,
            answer_within: SignedDuration::from_mins(60),
            previous: None,
            chances: chances.into_iter(),
            last: None,
            asked_enough: HashSet::new(),
            free_at: None,
            left_to_next_round: false,
        }
    }

    /// The number of the resource that is offered to next.
    fn next(asking: &mut Asking) -> Option<u128> {
        let offer = asking.next_offer(ReferralId::from_uuid(Uuid::nil()))?;
        assert_eq!((offer.quantity, offer.origin), (Some(3), Origin::Automatic));
        Some(offer.resource.as_uuid().as_u128())
    }

    fn reason(asking: &Asking) -> Option<Precondition> {
        match asking.nobody_left() {
            Error::FailedPrecondition { precondition, .. } => Some(precondition),
            Error::ItemCovered { left: 0, asked: 5, .. } => None,
            other => panic!("{other}"),
        }
    }

    /// That an organization was asked enough until so many seconds from the beginning of time.
    fn enough(until: i64) -> Error {
        Error::ContactBudgetSpent { name: String::new(), free_at: Timestamp::from_second(until).unwrap() }
    }

    #[test]
    fn whoever_was_asked_enough_is_passed_over_and_the_others_are_asked_in_order() {
        let mut asking = asking([(1, 1), (2, 1), (3, 2)].map(|(r, o)| chance(r, o, false)).into(), 5);
        assert_eq!(next(&mut asking), Some(1));
        assert_eq!(asking.refused(enough(90)), Onward::Next);
        assert_eq!(next(&mut asking), Some(3), "the second one is of the same organization");
        assert_eq!(asking.refused(enough(60)), Onward::Next);
        assert_eq!(next(&mut asking), None);
        assert_eq!(
            asking.nobody_left(),
            Error::ContactBudgetSpent { name: asking.need.name(), free_at: Timestamp::from_second(60).unwrap() }
        );
    }

    #[test]
    fn whom_a_round_is_left_to_say_is_not_waited_for() {
        let mut asking = asking(vec![chance(1, 1, false), chance(2, 2, true)], 5);
        assert_eq!(next(&mut asking), Some(1));
        assert_eq!(asking.refused(enough(90)), Onward::Next);
        assert_eq!((next(&mut asking), reason(&asking)), (None, Some(Precondition::LeftToNextRound)));
    }

    #[test]
    fn where_all_were_asked_nobody_is_left() {
        let mut asking = asking(vec![chance(1, 1, false)], 5);
        assert_eq!(next(&mut asking), Some(1));
        assert_eq!(asking.refused(Error::AlreadyExists { name: String::new() }), Onward::Next);
        assert_eq!((next(&mut asking), reason(&asking)), (None, Some(Precondition::NobodyLeftToAsk)));
    }

    #[test]
    fn what_others_need_as_much_is_left_to_the_next_round() {
        let mut asking = asking(vec![chance(1, 1, true), chance(2, 2, false)], 5);
        assert_eq!(next(&mut asking), Some(2));
        assert_eq!((next(&mut asking), reason(&asking)), (None, Some(Precondition::LeftToNextRound)));
    }

    #[test]
    fn what_was_taken_meanwhile_is_judged_anew_and_what_is_covered_needs_nobody() {
        let covered = |left| Error::ItemCovered { name: String::new(), item: 1, asked: 5, left };
        let mut asking = asking(vec![chance(1, 1, false)], 0);
        assert_eq!(next(&mut asking), Some(1), "a lapsed offer may still count in what was read");
        assert_eq!(asking.refused(covered(1)), Onward::Anew);
        assert_eq!(asking.refused(covered(0)), Onward::End(covered(0)));
        assert_eq!(asking.refused(Error::NotServing), Onward::End(Error::NotServing));
        assert_eq!((next(&mut asking), reason(&asking)), (None, None));
    }
}
