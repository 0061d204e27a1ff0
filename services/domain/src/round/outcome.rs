//! What became of an item in a round.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{CapacityPoolId, CategoryCode, DivisionCode, NeedId, OrganizationId, ResourceId};

/// A level of a round's objective, each infinitely more important than those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundLevel {
    /// What is served of an urgency tier, 1 the most urgent, as [`crate::need::Urgency::tier`].
    Tier(u8),
    /// Units served within guarantees.
    Guarantee,
    /// Distance, in metres summed over units.
    Distance,
    /// Price of load.
    Load,
}

/// A price on one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelPrice {
    /// The level.
    pub level: RoundLevel,
    /// On it, for each unit: above zero is a loss where a price is asked, a gain where a gain is. On a tier in the counting of the round: where people count, an item served
    /// wholly is 2520, and what is less than a part of it is told as one.
    pub amount: i64,
}

/// What is taken of a pool: the quantity of the serving, in units of the item, each occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PoolPeriod {
    /// The pool.
    pub pool: CapacityPoolId,
    /// First day of the period; for SLOTS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_start: Option<Date>,
}

/// Another resource that could have served the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Which.
    pub resource: ResourceId,
    /// How far, in metres, where both places are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<u32>,
    /// What the round would lose, at the most, with the first unit served by it instead, by level, most important first; levels without a loss or gain
    /// are left out. Empty: it is as good.
    pub price: Vec<LevelPrice>,
}

/// A resource that serves an item, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// Which resource.
    pub resource: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Quantity of each occurrence, in units of the item.
    pub quantity: i64,
    /// Occurrences it covers, 1 when not recurring.
    pub occurrences: u32,
    /// What it draws on, in order.
    pub pools: Vec<PoolPeriod>,
    /// How far, in metres, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<u32>,
    /// Whether eligibility is open: some fact that matters is not known.
    pub eligibility_open: bool,
    /// Whether it was decided before the round.
    pub pinned: bool,
    /// Why this one: the nearest others with what they would cost, the cheapest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
}

/// Why an item, or the rest of it, was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnservedReason {
    /// No resource fits: near misses say what each fails.
    NoCandidate,
    /// Resources fit, but none says how much it has: they can be asked, and promise nothing.
    OnlyUnknownCapacity,
    /// Resources fit, but take from their pools in a way that a round does not count: see `docs/allocation.md`.
    NotCountable,
    /// What fits went to others, in the round or before it.
    Capacity,
    /// What is left is too little for the whole quantity, and the item is not to be split.
    Whole,
    /// The organizations that have something left have reached their caps.
    OrganizationCap,
    /// The organizations that have something left are asked about as many items as they may be.
    Contacts,
    /// Another organization would be one too many for the need.
    Partners,
    /// Another item that it is bundled with cannot be served.
    Bundle,
    /// What fits went to others that are guaranteed it.
    Guarantee,
    /// Whoever serves it is closed, or has nothing left, in the other occurrences.
    Occurrences,
    /// The round was stopped, or its solver gave up, before it could look at the item: a better plan may serve it.
    NotProven,
}

impl UnservedReason {
    /// Every reason.
    pub const ALL: [Self; 12] = [
        Self::NoCandidate,
        Self::OnlyUnknownCapacity,
        Self::NotCountable,
        Self::Capacity,
        Self::Whole,
        Self::OrganizationCap,
        Self::Contacts,
        Self::Partners,
        Self::Bundle,
        Self::Guarantee,
        Self::Occurrences,
        Self::NotProven,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCandidate => "NO_CANDIDATE",
            Self::OnlyUnknownCapacity => "ONLY_UNKNOWN_CAPACITY",
            Self::NotCountable => "NOT_COUNTABLE",
            Self::Capacity => "CAPACITY",
            Self::Whole => "WHOLE",
            Self::OrganizationCap => "ORGANIZATION_CAP",
            Self::Contacts => "CONTACTS",
            Self::Partners => "PARTNERS",
            Self::Bundle => "BUNDLE",
            Self::Guarantee => "GUARANTEE",
            Self::Occurrences => "OCCURRENCES",
            Self::NotProven => "NOT_PROVEN",
        }
    }
}

/// The capacity an item lost to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostTo {
    /// The resource that could have served it.
    pub resource: ResourceId,
    /// What of it went to others.
    pub at: PoolPeriod,
    /// What the round would lose with the first unit taken from those who have it for this item, by level, most important first.
    pub price: Vec<LevelPrice>,
}

/// One constraint that a resource fails, with what would have to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedConstraint {
    /// Stable name of the constraint, as in the near misses of a search: `TOO_FAR`, `OUTSIDE_AREA`, `NO_CAPACITY`, ...
    pub code: String,
    /// So many metres too far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres_too_far: Option<u32>,
    /// The day from which on it would fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fits_from: Option<Date>,
    /// So much it could serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<i64>,
}

/// A resource of the category that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Which.
    pub resource: ResourceId,
    /// How far, in metres, where both places are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<u32>,
    /// All constraints it fails.
    pub constraints: Vec<MissedConstraint>,
}

/// A change after which the item could be served, all else the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Looking, travelling or serving so much farther.
    Radius {
        /// Which resource is in reach then.
        resource: ResourceId,
        /// How much farther, in metres.
        more_metres: u32,
    },
    /// Waiting until a later day.
    Date {
        /// Which resource has enough then.
        resource: ResourceId,
        /// First day.
        date: Date,
    },
    /// Asking for less.
    Quantity {
        /// Which resource has so much.
        resource: ResourceId,
        /// Each occurrence, at least 1.
        quantity: i64,
    },
    /// More capacity.
    Units {
        /// Of which resource.
        resource: ResourceId,
        /// In which pool and period.
        at: PoolPeriod,
        /// So many units of the item more.
        units: i64,
    },
    /// A higher cap, or more contacts, of an organization.
    Organization {
        /// Which.
        organization: OrganizationId,
        /// So many units or contacts more.
        more: i64,
    },
}

/// Why a part of an item was not served, and what would serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unserved {
    /// Units over all occurrences.
    pub units: i64,
    /// Why.
    pub reason: UnservedReason,
    /// Resources that fit but do not say how much they have: they can be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub can_be_asked: Vec<ResourceId>,
    /// What it lost to others, the least price first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_to: Vec<LostTo>,
    /// The nearest misses, where nothing fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<Miss>,
    /// The smallest changes that would serve it, of each kind the smallest; each would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOutcome {
    /// The need.
    pub need: NeedId,
    /// Which of its items, counted from 1.
    pub item_ordinal: u16,
    /// What is asked.
    pub category: CategoryCode,
    /// Where it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<DivisionCode>,
    /// Urgency tier, aged by waiting, 1 the most urgent.
    pub tier: u8,
    /// Quantity of each occurrence that was still to be served.
    pub quantity: i64,
    /// Occurrences, 1 when not recurring.
    pub occurrences: u32,
    /// Since when the need has been waiting, in seconds.
    pub waiting_seconds: i64,
    /// Which bundle of the plan it is in: items with the same number are served together or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<u32>,
    /// Who serves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servings: Vec<Serving>,
    /// What is left of it, and why; none when all is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unserved: Option<Unserved>,
}

impl Serving {
    /// Units of the item that it serves, over all occurrences.
    #[must_use]
    pub fn units(&self) -> i64 {
        self.quantity.saturating_mul(i64::from(self.occurrences))
    }
}

impl ItemOutcome {
    /// Units asked, over all occurrences.
    #[must_use]
    pub fn units_asked(&self) -> i64 {
        self.quantity.saturating_mul(i64::from(self.occurrences))
    }

    /// Units served, over all occurrences.
    #[must_use]
    pub fn units_served(&self) -> i64 {
        self.servings.iter().map(Serving::units).fold(0, i64::saturating_add)
    }

    /// Takes out what tells how near somebody lives: distances, and what is priced by them; answers whether there was any.
    pub fn erase(&mut self) -> bool {
        let before = self.clone();
        for serving in &mut self.servings {
            serving.distance_metres = None;
            for alternative in &mut serving.alternatives {
                alternative.distance_metres = None;
                without_distance(&mut alternative.price);
            }
        }
        if let Some(unserved) = &mut self.unserved {
            unserved.lost_to.iter_mut().for_each(|lost| without_distance(&mut lost.price));
            for miss in &mut unserved.near_misses {
                miss.distance_metres = None;
                miss.constraints.iter_mut().for_each(|constraint| constraint.metres_too_far = None);
            }
            unserved.changes.retain(|change| !matches!(change, Change::Radius { .. }));
        }
        *self != before
    }
}

fn without_distance(prices: &mut Vec<LevelPrice>) {
    prices.retain(|price| price.level != RoundLevel::Distance);
}
