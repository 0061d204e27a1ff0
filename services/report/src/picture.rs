//! What a page shows: figures, names of divisions, categories and organizations, and nothing else.

use serde::Serialize;
use wishwell_domain::text::LocalizedText;

/// How many need items came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Items that get all that they ask.
    pub served: u64,
    /// Items that get some of it.
    pub partly: u64,
    /// Items that get none.
    pub unserved: u64,
}

impl Outcome {
    /// All items.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.served + self.partly + self.unserved
    }

    /// Both together.
    #[must_use]
    pub const fn and(&self, other: &Self) -> Self {
        Self {
            served: self.served + other.served,
            partly: self.partly + other.partly,
            unserved: self.unserved + other.unserved,
        }
    }
}

/// What became of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundKind {
    /// Planned; nothing was offered.
    DryRun,
    /// Planned; the offers are still to be made, some or all of them.
    Committing,
    /// Planned and offered to the partners.
    Committed,
    /// Called off; offers made before that stand.
    Cancelled,
    /// A what-if of which nothing was stored.
    WhatIf,
}

/// A division, where it is and what is above it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DivisionPlace {
    /// Statistical division code.
    pub code: String,
    /// Name.
    pub name: LocalizedText,
    /// The division above, by its index; before this one.
    pub parent: Option<usize>,
    /// Latitude and longitude of its point in degrees, WGS-84, where known.
    pub centre: Option<(f64, f64)>,
}

/// How the needs of a division came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DivisionFigures {
    /// The division, by its index; none for needs without one.
    pub division: Option<usize>,
    /// Its items.
    pub outcome: Outcome,
}

/// How the needs of an urgency tier came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierFigures {
    /// The tier, from 1, the most urgent.
    pub tier: u8,
    /// Its name.
    pub name: LocalizedText,
    /// Its items.
    pub outcome: Outcome,
}

/// A place that help comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupplyPlace {
    /// The organization.
    pub organization: LocalizedText,
    /// Latitude and longitude in degrees, WGS-84; none for help by telephone or online, and where the place is not known.
    pub point: Option<(f64, f64)>,
}

/// So much of something, in the unit in which people count it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// The unit.
    pub unit: LocalizedText,
    /// In parts of it.
    pub units: u64,
    /// So many parts are one of the unit: 100 for money in its main unit, 1 for what is counted whole.
    pub per: u64,
}

/// Help that goes from a place to a division.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The place, by its index.
    pub place: usize,
    /// The division, by its index; none for needs without one.
    pub division: Option<usize>,
    /// Allocations: an item that is served from two places counts at both.
    pub allocations: u64,
    /// How much, by unit.
    pub quantities: Vec<Amount>,
    /// Mean distance of items, each for as much as goes this way, in metres, where it is known.
    pub distance_metres: Option<u64>,
}

/// Why items got nothing, or not all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonFigures {
    /// Stable name of the reason.
    pub code: String,
    /// What it says.
    pub text: LocalizedText,
    /// Items with this main reason.
    pub items: u64,
}

/// Where capacity is missing: each of the next `units` units there serves one more unit of the tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GapFigures {
    /// What is missing.
    pub category: LocalizedText,
    /// Where those live who would be served; none where that is not known.
    pub division: Option<LocalizedText>,
    /// In which unit people count it.
    pub unit: LocalizedText,
    /// So many of `units` are one of it: 100 for money in its main unit, 1 for what is counted whole.
    pub per: u64,
    /// Tier of what each further unit serves, from 1.
    pub tier: u8,
    /// The tier's name.
    pub tier_name: LocalizedText,
    /// The resource that would need more; none when nothing there is reachable at all and a new one is needed.
    pub resource: Option<LocalizedText>,
    /// First day of the period that would need more, for what is renewed each period.
    pub period: Option<String>,
    /// It holds for so many units.
    pub units: u64,
    /// Whether `units` is exact; otherwise it is what the plan would allow if nothing needed whole numbers.
    pub exact: bool,
}

/// How one group or division fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FairnessRow {
    /// Who.
    pub name: LocalizedText,
    /// Their items.
    pub items: u64,
    /// Items served, those in part in proportion, in thousandths of all.
    pub share_permille: u32,
    /// Mean waiting of the items that are served, wholly or partly, in seconds; none without any.
    pub waiting_served_seconds: Option<u64>,
    /// Mean waiting of the items that get nothing, in seconds; none without any.
    pub waiting_unserved_seconds: Option<u64>,
    /// Mean distance of items, each for as much as is served of it, in metres, where it is known.
    pub distance_metres: Option<u64>,
}

/// Whether help is spread fairly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FairnessFigures {
    /// Everybody together; what the parts are compared with.
    pub overall: FairnessRow,
    /// By group tag; a need may have several.
    pub by_group: Vec<FairnessRow>,
    /// By division.
    pub by_division: Vec<FairnessRow>,
}

/// What became of the offers that a round's plans asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferFigures {
    /// Offers asked for, by all plans.
    pub planned: u64,
    /// Those made.
    pub made: u64,
    /// Those among them that were made of less than planned, because something had changed since.
    pub short: u64,
    /// Those refused, because something had changed since the plan was made, by reason.
    pub refused: Vec<ReasonFigures>,
}

/// A level of the objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelKind {
    /// What is served of a tier.
    Tier(u8),
    /// What is served within guarantees.
    Guarantee,
    /// Distance, in metres summed over units, below zero.
    Distance,
    /// The price of load, below zero.
    Load,
}

/// What is reached on a level, and what no plan exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LevelFigures {
    /// The level.
    pub kind: LevelKind,
    /// Reached.
    pub reached: i128,
    /// No plan that is as good on the levels above exceeds it.
    pub bound: i128,
    /// On a tier: so many are one item where people count, 1 where units count.
    pub per: u64,
}

/// What was checked of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certified {
    /// The independent check found it feasible and its bound proven.
    Verified,
    /// The check refused it.
    Refused,
    /// It was not checked.
    Unchecked,
}

/// Everything a page about a round shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoundPicture {
    /// The round's name, `rounds/...`; empty for a what-if.
    pub name: String,
    /// When it was planned, as a clock on the wall shows it, with its zone.
    pub planned_at: String,
    /// What became of it.
    pub kind: RoundKind,
    /// What it was limited to: divisions, categories, groups; empty for everything.
    pub scope: Vec<LocalizedText>,
    /// The rules it was made by, in words, where they are not the usual ones.
    pub rules: Vec<LocalizedText>,
    /// Needs in it.
    pub needs: u64,
    /// Items in it, as they came out: of a round that makes offers, by what was offered.
    pub outcome: Outcome,
    /// What became of its offers; none where nothing was to be offered.
    pub offers: Option<OfferFigures>,
    /// Allocations in the plan; of a round that makes offers, those made.
    pub allocations: u64,
    /// Mean distance of items, each for as much as is served of it, in metres, where it is known.
    pub distance_metres: Option<u64>,
    /// By urgency tier, the most urgent first.
    pub tiers: Vec<TierFigures>,
    /// The divisions that are referred to, what is above them, and others that place them on the map.
    pub divisions: Vec<DivisionPlace>,
    /// By division.
    pub by_division: Vec<DivisionFigures>,
    /// Where help comes from.
    pub places: Vec<SupplyPlace>,
    /// Where it goes.
    pub flows: Vec<Flow>,
    /// Why not everything is served.
    pub reasons: Vec<ReasonFigures>,
    /// Where a little more would help most, the most helpful first.
    pub gaps: Vec<GapFigures>,
    /// Whether it is fair.
    pub fairness: FairnessFigures,
    /// The objective, the most important level first.
    pub levels: Vec<LevelFigures>,
    /// Whether no plan is better.
    pub optimal: bool,
    /// Whether the proof was verified.
    pub certified: Certified,
    /// Version of the engine.
    pub engine_version: String,
}

impl RoundPicture {
    /// Whether no plan is better by the division of some pool that was made before the plan, which might have been made better.
    pub(crate) fn is_best_of_a_division(&self) -> bool {
        !self.optimal && self.levels.iter().all(|level| level.reached == level.bound)
    }
}
