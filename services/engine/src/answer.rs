//! What is answered: plain values that refer into the snapshot.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::ids::NeedId;
use wishwell_domain::need::Urgency;

use crate::reason::{FactSet, ModeSet, Reason};
use crate::round::TIER_MILLIONTHS;
use crate::score::{Millionths, Terms};
use crate::snapshot::ResourceRef;

/// What is known of a resource's capacity for the item asked, in the item's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capacity {
    /// Nobody said: a hold on it is an enquiry.
    Unknown,
    /// Without limit.
    Unbounded,
    /// So much.
    Known {
        /// Left, in the best period of the window for pools that renew.
        remaining: i64,
        /// First day of that period.
        period_start: Option<Date>,
    },
}

/// What is known of eligibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EligibilityState {
    /// Anyone may have it.
    Anyone,
    /// The facts given satisfy the rule.
    Eligible,
    /// The facts given do not settle it.
    Unknown {
        /// Facts not given that still matter.
        missing: FactSet,
    },
}

/// A resource that could serve the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Which: names and texts are asked from the snapshot.
    pub resource: ResourceRef,
    /// The sum of the terms.
    pub score: Millionths,
    /// Each term.
    pub terms: Terms,
    /// How far, in metres, where both places are known.
    pub distance_metres: Option<u32>,
    /// The modes by which it can reach the beneficiary.
    pub modes: ModeSet,
    /// What is known of its capacity.
    pub capacity: Capacity,
    /// The quantity it can serve (each time when recurring): all that was asked, or less when splittable.
    pub serves: i64,
    /// Occurrences it covers, 1 when not recurring.
    pub occurrences: u32,
    /// What is known of eligibility.
    pub eligibility: EligibilityState,
    /// Levels its nearest category lies below the one asked, 0 for the very one.
    pub category_levels_below: u8,
    /// What others would lose by a unit of it, by the prices of the last round, in millionths of an emergency's item; whether or not
    /// the rules look at it.
    pub scarcity_millionths: Millionths,
}

impl Candidate {
    /// Whether a need that counts so much is better left to the next round than to take this: others gain as much by the same unit.
    /// Nobody is ahead of an emergency, which waits for nothing.
    #[must_use]
    pub fn is_better_left(&self, worth: Millionths) -> bool {
        worth < TIER_MILLIONTHS[0] && self.scarcity_millionths >= worth
    }
}

/// A resource that would have been among the candidates, had it not failed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearMiss {
    /// Which.
    pub resource: ResourceRef,
    /// The score it would have if it fitted.
    pub score_if_it_fitted: Millionths,
    /// How far, in metres, where both places are known.
    pub distance_metres: Option<u32>,
    pub(crate) reasons_start: u32,
    pub(crate) reasons_end: u32,
}

/// The answer to a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Best first: score descending, then distance ascending (unknown last), then identifier ascending.
    pub candidates: Vec<Candidate>,
    /// Fewest failed constraints first, then by the score they would have, then as candidates.
    pub near_misses: Vec<NearMiss>,
    /// Resources in the category and below it.
    pub considered: u32,
    pub(crate) reasons: Vec<Reason>,
}

impl Answer {
    /// All constraints a near miss fails.
    #[must_use]
    pub fn reasons(&self, near_miss: &NearMiss) -> &[Reason] {
        self.reasons.get(near_miss.reasons_start as usize..near_miss.reasons_end as usize).unwrap_or_default()
    }
}

/// Where an open need item stands among those that a resource can serve. No two items stand at the same place, and at one
/// instant an item keeps its place until its need or the resource changes, whatever becomes of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NeedRank {
    /// Urgency, aged by waiting: the most urgent come first.
    pub effective_urgency: Urgency,
    /// How far, in metres, `u32::MAX` where a place is not known: the nearest come first.
    pub distance_metres: u32,
    /// Since when the need waits, of a wish since the week of its publication: the longest waiting come first.
    pub waiting_since: Timestamp,
    /// A wish's lot, nil for needs: the order of their ids is that of their submission, which no wish tells.
    pub lot: Uuid,
    /// Which need.
    pub need: NeedId,
    /// Which of its items.
    pub item_ordinal: u16,
}

/// An open need item that a resource can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedMatch {
    /// Which item of which need, and where it stands.
    pub rank: NeedRank,
    /// How far, in metres, where both places are known.
    pub distance_metres: Option<u32>,
    /// The quantity the resource can serve each time.
    pub serves: i64,
    /// How many of the item's occurrences it can serve; 1 when the item does not recur.
    pub occurrences: u32,
    /// What is known of eligibility. The needs' sealed facts are not in the snapshot, so most rules stay open.
    pub eligibility: EligibilityState,
    /// The modes by which the resource can reach the beneficiary.
    pub modes: ModeSet,
    /// Whether the need has a published wish.
    pub has_wish: bool,
}

/// The answer to the reverse question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedsAnswer {
    /// In the order of their ranks.
    pub matches: Vec<NeedMatch>,
    /// Whether there are more after these.
    pub more: bool,
    /// Open items in categories the resource serves.
    pub considered: u32,
}
