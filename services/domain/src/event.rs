//! The event log's words: each write leaves one or more events that carry the after-image of what changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::beneficiary::{Beneficiary, Household};
use crate::capacity_pool::CapacityPool;
use crate::category::Category;
use crate::division::Division;
use crate::ids::{BeneficiaryId, LogPosition};
use crate::need::Need;
use crate::notification::Subscription;
use crate::organization::Organization;
use crate::referral::Referral;
use crate::resource::Resource;
use crate::round::Round;

/// What changed, as the whole entity after the change: applying it twice is applying it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "after", rename_all = "snake_case")]
pub enum Change {
    /// A category was put.
    Category(Category),
    /// A division was put.
    Division(Division),
    /// An organization was put.
    Organization(Organization),
    /// A resource was put.
    Resource(Box<Resource>),
    /// A capacity pool was put, or its figures changed.
    CapacityPool(CapacityPool),
    /// A beneficiary was put. Personal fields are sealed.
    Beneficiary(Beneficiary),
    /// A beneficiary's key was destroyed: what was sealed for it can no longer be read.
    BeneficiaryErased {
        /// Whose key.
        id: BeneficiaryId,
        /// When.
        at: Timestamp,
    },
    /// A household was put.
    Household(Household),
    /// A need was put. Free text and facts are sealed.
    Need(Box<Need>),
    /// A referral was made, or took a step. The ledger's movements are the differences between a referral's lines in two
    /// successive events.
    Referral(Box<Referral>),
    /// A round was asked for, or went on. What it decided for each item is not here: it follows from what the round was decided upon.
    Round(Box<Round>),
    /// A subscription was put. Its secret is not here, nor are the notifications it leads to: they say nothing that the log does not.
    Subscription(Box<Subscription>),
}

impl Change {
    /// Whether it tells of an erasure: what was read before it may hold what is gone.
    #[must_use]
    pub fn is_erasure(&self) -> bool {
        match self {
            Self::BeneficiaryErased { .. } => true,
            Self::Need(need) => need.erased_at == Some(need.updated_at),
            _ => false,
        }
    }

    /// Stable name of the kind, as in the log.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Category(_) => "category",
            Self::Division(_) => "division",
            Self::Organization(_) => "organization",
            Self::Resource(_) => "resource",
            Self::CapacityPool(_) => "capacity_pool",
            Self::Beneficiary(_) => "beneficiary",
            Self::BeneficiaryErased { .. } => "beneficiary_erased",
            Self::Household(_) => "household",
            Self::Need(_) => "need",
            Self::Referral(_) => "referral",
            Self::Round(_) => "round",
            Self::Subscription(_) => "subscription",
        }
    }

    /// Full resource name of what changed.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Category(category) => format!("categories/{}", category.code),
            Self::Division(division) => format!("divisions/{}", division.code),
            Self::Organization(organization) => organization.id.name(),
            Self::Resource(resource) => resource.id.name(),
            Self::CapacityPool(pool) => pool.id.name(),
            Self::Beneficiary(beneficiary) => beneficiary.id.name(),
            Self::BeneficiaryErased { id, .. } => id.name(),
            Self::Household(household) => household.id.name(),
            Self::Need(need) => need.id.name(),
            Self::Referral(referral) => referral.id.name(),
            Self::Round(round) => round.id.name(),
            Self::Subscription(subscription) => subscription.id.name(),
        }
    }
}

/// One entry of a tenant's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Gap-free position.
    pub position: LogPosition,
    /// When it was written, by the database's clock.
    pub at: Timestamp,
    /// Who wrote it: the principal's name, never a beneficiary.
    pub principal: String,
    /// What changed.
    pub change: Change,
}

impl Event {
    /// What cannot come twice of it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { at: self.at, subject: self.change.subject() }
    }
}

/// What cannot come twice of the event at a position of a log: when it was written, and of what it tells. Logs that have the same there
/// are the same up to there: a store that is restored from a backup gives the position to another event, written at another time. It
/// outlasts an erasure, which takes nothing but content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When the event was written, by the database's clock.
    pub at: Timestamp,
    /// Full resource name of what changed.
    pub subject: String,
}
