//! What a round comes to: its objective, totals, gaps of supply, fairness and scarcity.

use serde::{Deserialize, Serialize};

use super::outcome::{ItemOutcome, LevelPrice, PoolPeriod, RoundLevel, UnservedReason};
use crate::beneficiary::GroupTag;
use crate::ids::{CategoryCode, DivisionCode, ResourceId};

/// A level of the objective: what the plan reaches, and what no plan can exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelFigure {
    /// The level.
    pub level: RoundLevel,
    /// What the plan reaches; distance and load count negatively. In the counting of the round; pinned parts are not in it.
    pub reached: i128,
    /// What no plan that is as good on the levels above exceeds. Where `reached` is lower on a level above, it is not to be compared.
    pub bound: i128,
}

/// How much of something was asked and served. Items are counted once: wholly, partly or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Items.
    pub items: u64,
    /// Items served wholly.
    pub served: u64,
    /// Items served partly.
    pub partly: u64,
    /// Items not served at all.
    pub unserved: u64,
    /// Units asked, over all occurrences.
    pub units_asked: i64,
    /// Units served, over all occurrences.
    pub units_served: i64,
}

impl Tally {
    /// Counts an item.
    pub fn add(&mut self, outcome: &ItemOutcome) {
        let (asked, served) = (outcome.units_asked(), outcome.units_served());
        self.items += 1;
        self.units_asked = self.units_asked.saturating_add(asked);
        self.units_served = self.units_served.saturating_add(served);
        match (served, outcome.unserved.is_some()) {
            (_, false) => self.served += 1,
            (0, true) => self.unserved += 1,
            (_, true) => self.partly += 1,
        }
    }
}

/// The tally of one urgency tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierTally {
    /// Tier, 1 the most urgent.
    pub tier: u8,
    /// Its tally.
    #[serde(flatten)]
    pub tally: Tally,
}

/// How many items were not or only partly served for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// The reason.
    pub reason: UnservedReason,
    /// Items.
    pub items: u64,
    /// Units of them, over all occurrences.
    pub units: i64,
}

/// The totals of a round.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoundTotals {
    /// Of all items.
    pub all: Tally,
    /// By tier, ascending.
    pub tiers: Vec<TierTally>,
    /// By reason, in the order of [`UnservedReason::ALL`]; without those that no item has.
    pub reasons: Vec<ReasonCount>,
    /// Units served times metres, where the distance is known.
    pub unit_metres: i128,
    /// Organizations that are asked about something.
    pub organizations: u64,
}

impl RoundTotals {
    /// Whether the parts add up: served, partly served and unserved items to all items, tiers to the whole, reasons to what is left.
    #[must_use]
    pub fn reconcile(&self) -> bool {
        let whole = |tally: &Tally| tally.served + tally.partly + tally.unserved == tally.items;
        let mut sum = Tally::default();
        for TierTally { tally, .. } in &self.tiers {
            sum.items += tally.items;
            sum.served += tally.served;
            sum.partly += tally.partly;
            sum.unserved += tally.unserved;
            sum.units_asked = sum.units_asked.saturating_add(tally.units_asked);
            sum.units_served = sum.units_served.saturating_add(tally.units_served);
        }
        let items: u64 = self.reasons.iter().map(|reason| reason.items).sum();
        let units = self.reasons.iter().map(|reason| reason.units).fold(0, i64::saturating_add);
        whole(&self.all)
            && self.tiers.iter().all(|tier| whole(&tier.tally))
            && sum == self.all
            && items == self.all.partly + self.all.unserved
            && units == self.all.units_asked - self.all.units_served
    }
}

/// Where capacity is missing: each of the next `units` units there serves one unit more of the tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyGap {
    /// What is missing.
    pub category: CategoryCode,
    /// Where: the county (or what is above it) of those who would be served; none where their division is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<DivisionCode>,
    /// Tier of what each further unit serves in addition, 1 the most urgent.
    pub tier: u8,
    /// The pool and period that would need more; none when nothing there is reachable at all, and a new resource is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<PoolPeriod>,
    /// A resource that draws on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
    /// What the first unit more gains, by level, most important first: above zero is a gain, on distance and load as well. Empty
    /// where a new resource is needed.
    pub price: Vec<LevelPrice>,
    /// For so many units it is true; the next one would serve nobody more of the tier.
    pub units: i64,
    /// Whether `units` is exact. Where something of the round needs whole numbers it is what the flow without them says.
    pub exact: bool,
}

/// Whom a figure of fairness is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// Needs with a tag; a need with several counts for each.
    GroupTag(GroupTag),
    /// Needs without any tag.
    NoGroupTag,
    /// Needs of a county (or what is above it), with everything below it.
    Division(DivisionCode),
    /// Needs whose division is not known.
    NoDivision,
}

/// How a cohort fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FairnessFigure {
    /// Who.
    pub cohort: Cohort,
    /// What they asked and got.
    #[serde(flatten)]
    pub tally: Tally,
    /// Items served, those in part in proportion, in thousandths of all; rounded down.
    pub share_permille: u32,
    /// Mean waiting of items served wholly or partly, in seconds; none without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_waiting_served_seconds: Option<i64>,
    /// Mean waiting of items not served at all, in seconds; none without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_waiting_unserved_seconds: Option<i64>,
    /// Mean distance of items, each counting for as much as is served of it, in metres, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_distance_metres: Option<u32>,
}

/// The lowest and the highest figure of some cohorts. Its width is the spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spread {
    /// Lowest share, in thousandths.
    pub share_permille_min: u32,
    /// Highest share, in thousandths.
    pub share_permille_max: u32,
    /// Shortest mean waiting of those served, in seconds.
    pub waiting_seconds_min: i64,
    /// Longest mean waiting of those served, in seconds.
    pub waiting_seconds_max: i64,
    /// Shortest mean distance, in metres.
    pub distance_metres_min: u32,
    /// Longest mean distance, in metres.
    pub distance_metres_max: u32,
}

/// How fairly a round shares out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fairness {
    /// By group tag, in their order.
    pub by_group_tag: Vec<FairnessFigure>,
    /// By county, in the order of codes.
    pub by_division: Vec<FairnessFigure>,
    /// Over the tags.
    pub group_tag_spread: Spread,
    /// Over the counties.
    pub division_spread: Spread,
}

/// What a unit of a pool was worth to the round, for whoever decides single needs until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScarcityPrice {
    /// Of what.
    #[serde(flatten)]
    pub at: PoolPeriod,
    /// What one unit more would have brought, in millionths of what serving an emergency's item does: 0 is plenty.
    pub scarcity_millionths: u32,
}
