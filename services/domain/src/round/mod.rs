//! Rounds: one allocation of many open needs at once, as values. What is asked of it ([`RoundRules`]), what became of each item
//! ([`ItemOutcome`]), and what it comes to ([`RoundResult`]).

pub mod entity;
mod figures;
pub mod kept;
mod outcome;
mod rules;
pub mod transition;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::LogPosition;

pub use entity::{Round, RoundFailure, RoundProgress, RoundState};
pub use figures::{
    Cohort, Fairness, FairnessFigure, LevelFigure, ReasonCount, RoundTotals, ScarcityPrice, Spread, SupplyGap, Tally,
    TierTally,
};
pub use kept::{OfferFate, OfferUnits, OutcomeState, RoundOffer, RoundOutcome, RoundReached, RoundReport};
pub use outcome::{
    Alternative, Change, ItemOutcome, LevelPrice, LostTo, Miss, MissedConstraint, PoolPeriod, RoundLevel, Serving,
    Unserved, UnservedReason,
};
pub use rules::{Aim, Bundling, Counting, Guarantee, LoadStep, Minimum, OrganizationCap, Pin, RoundRules, Scope};
pub use transition::{RoundStep, RoundTransition};

/// What a round decided, why, and how good it is proven to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundResult {
    /// The log position of the picture it was decided upon.
    pub position: LogPosition,
    /// The time it was decided at.
    pub evaluated_at: Timestamp,
    /// Version of the engine's rules of decision.
    pub engine_version: u32,
    /// The objective, most important level first.
    pub levels: Vec<LevelFigure>,
    /// Whether no plan is better: what is reached is the bound on every level.
    pub optimal: bool,
    /// Whether nothing in it needed whole numbers, so that prices and ranges are exact.
    pub is_flow: bool,
    /// Pairs of an item and a resource (with its period) among which it was decided.
    pub pairs: u64,
    /// What became of each item, by need and ordinal.
    pub outcomes: Vec<ItemOutcome>,
    /// Sums that add up.
    pub totals: RoundTotals,
    /// Where capacity is missing, the most urgent and largest first; at most `ROUND_SUPPLY_GAPS_MAX`.
    pub gaps: Vec<SupplyGap>,
    /// How fairly it shares out.
    pub fairness: Fairness,
    /// Scarce pools and periods, by their ids; what is not in it is plenty.
    pub scarcity: Vec<ScarcityPrice>,
}
