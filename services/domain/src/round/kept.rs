//! What is kept of a round: with the round itself what it reached, and apart from it, because there may be much of it, what became of
//! each item and its report.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fairness, ItemOutcome, LevelFigure, RoundResult, RoundTotals, ScarcityPrice, SupplyGap};
use crate::ids::{LogPosition, NeedId, ReferralId, ResourceId};

/// What a round's first plan reaches, how good it is proven to be, and what it was decided upon: enough to decide it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundReached {
    /// The log position of the picture it was decided upon.
    pub position: LogPosition,
    /// The time it was decided at.
    pub evaluated_at: Timestamp,
    /// Version of the engine's rules of decision.
    pub engine_version: u32,
    /// The objective, most important level first.
    pub levels: Vec<LevelFigure>,
    /// Whether no plan is better, and nothing was divided up before the plan that might have been divided better.
    pub optimal: bool,
    /// Whether nothing in it needed whole numbers, so that prices and ranges are exact.
    pub is_flow: bool,
    /// Pairs of an item and a resource among which it was decided.
    pub pairs: u64,
    /// Sums that add up.
    pub totals: RoundTotals,
    /// Whether the check accepted the certificate. Nothing is offered otherwise.
    pub certificate_verified: bool,
    /// SHA-256 of the outcomes as they were decided, in hexadecimal digits: the same decision has the same.
    pub outcomes_digest: String,
}

impl RoundReached {
    /// What is kept of a result with the round.
    #[must_use]
    pub fn of(result: &RoundResult, certificate_verified: bool, outcomes_digest: String) -> Self {
        Self {
            position: result.position,
            evaluated_at: result.evaluated_at,
            engine_version: result.engine_version,
            levels: result.levels.clone(),
            optimal: result.optimal,
            is_flow: result.is_flow,
            pairs: result.pairs,
            totals: result.totals.clone(),
            certificate_verified,
            outcomes_digest,
        }
    }
}

/// Where capacity is missing, how fairly the round shares out, and what was scarce, all by its first plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoundReport {
    /// Where capacity is missing, the most urgent and largest first; at most `ROUND_SUPPLY_GAPS_MAX`.
    pub gaps: Vec<SupplyGap>,
    /// How fairly it shares out.
    pub fairness: Fairness,
    /// Scarce pools and periods, by their ids; what is not in it is plenty.
    pub scarcity: Vec<ScarcityPrice>,
}

/// Whether an item is served by a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// Wholly.
    Served,
    /// Partly.
    PartlyServed,
    /// Not at all.
    Unserved,
}

impl OutcomeState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Served, Self::PartlyServed, Self::Unserved];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::PartlyServed => "partly_served",
            Self::Unserved => "unserved",
        }
    }
}

/// What became of a planned offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferFate {
    /// It was made.
    Offered(ReferralId),
    /// The ledger refused it, because something had changed since the plan was made: name of the reason, as errors carry it.
    Refused(String),
}

/// Units of an offer over all occurrences, 0 or more. Of what recurs and can be split the ledger holds the occurrences that have enough when it
/// is offered, which may be others than those when it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferUnits {
    /// Those that the plan asked for.
    pub planned: i64,
    /// Those that were offered; 0 when it was refused.
    pub offered: i64,
}

/// A planned offer of a round and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundOffer {
    /// Which plan asked for it, from 1.
    pub pass: u32,
    /// To which resource.
    pub resource: ResourceId,
    /// Quantity of each occurrence.
    pub quantity: i64,
    /// How much was planned and how much was offered; none where it was made before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<OfferUnits>,
    /// What became of it.
    pub fate: OfferFate,
}

impl RoundOffer {
    /// Whether it was made, of whatever part.
    #[must_use]
    pub const fn is_made(&self) -> bool {
        matches!(self.fate, OfferFate::Offered(_))
    }

    /// Whether it was made, and of less than was planned.
    #[must_use]
    pub const fn came_short(&self) -> bool {
        match self.units {
            Some(OfferUnits { planned, offered }) => self.is_made() && offered < planned,
            None => false,
        }
    }
}

/// What a round decided for one item, and what became of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundOutcome {
    /// Place in the round, from 1.
    pub ordinal: u32,
    /// Which plan decided it, from 1: of what was refused, a later one.
    pub pass: u32,
    /// What was decided.
    pub item: ItemOutcome,
    /// Offers made or refused so far, of all plans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<RoundOffer>,
}

impl RoundOutcome {
    /// The need.
    #[must_use]
    pub const fn need(&self) -> NeedId {
        self.item.need
    }

    /// Which of its items, counted from 1.
    #[must_use]
    pub const fn item_ordinal(&self) -> u16 {
        self.item.item_ordinal
    }

    /// Whether the plan serves it.
    #[must_use]
    pub fn state(&self) -> OutcomeState {
        match (self.item.unserved.is_some(), self.item.servings.is_empty()) {
            (false, _) => OutcomeState::Served,
            (true, false) => OutcomeState::PartlyServed,
            (true, true) => OutcomeState::Unserved,
        }
    }

    /// Units of one of its offers: as kept, or of one from before they were, as many as the plan that is known asks of that resource, all
    /// occurrences of the item where another plan asked for it.
    #[must_use]
    pub fn units_of(&self, offer: &RoundOffer) -> OfferUnits {
        offer.units.unwrap_or_else(|| {
            let serving = self.item.servings.iter().find(|serving| serving.resource == offer.resource);
            let occurrences = serving
                .filter(|_| offer.pass == self.pass)
                .map_or(self.item.occurrences, |serving| serving.occurrences);
            let planned = offer.quantity.saturating_mul(i64::from(occurrences));
            OfferUnits { planned, offered: if offer.is_made() { planned } else { 0 } }
        })
    }

    /// The offers of the plan that decided it, in order.
    pub fn offers_of_plan(&self) -> impl Iterator<Item = &RoundOffer> {
        self.offers.iter().filter(|offer| offer.pass == self.pass)
    }

    /// Whether something of the plan that decided it was refused, wholly or in part.
    #[must_use]
    pub fn is_to_plan_anew(&self) -> bool {
        self.offers_of_plan().any(|offer| !offer.is_made() || offer.came_short())
    }

    /// Servings of the plan for which no offer was made or refused yet, in order.
    pub fn to_offer(&self) -> impl Iterator<Item = &super::Serving> {
        self.item.servings.iter().skip(self.offers_of_plan().count())
    }
}
