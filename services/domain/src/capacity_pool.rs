//! Capacity pools: how much there is, an entity that several resources may draw on.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{CapacityPoolId, ExternalId, OrganizationId, Version};
use crate::unit::Unit;

/// How a pool behaves when something is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// Consumed: what is delivered is gone.
    Stock,
    /// Renewed each period.
    Slots,
    /// So many at once; a place comes back when the case closes.
    Caseload,
    /// Money, in minor units.
    Budget,
    /// No limit, for example a policy.
    Unbounded,
}

/// How long a period of a [`PoolKind::Slots`] pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodLength {
    /// A calendar day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
}

/// The periods of a pool, in the time zone of its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PeriodRule {
    /// How long.
    pub length: PeriodLength,
    /// IANA time zone in which a period begins at midnight.
    pub time_zone: String,
}

/// Figures of a pool, or of one of its periods, in the pool's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Figures {
    /// How much there is; none when nobody said.
    pub total: Option<i64>,
    /// Taken outside Wishwell.
    #[serde(default)]
    pub used_elsewhere: i64,
    /// Held, not yet accepted.
    #[serde(default)]
    pub pending: i64,
    /// Held and accepted.
    #[serde(default)]
    pub committed: i64,
}

impl Figures {
    /// What is left; none when the total is unknown. Never negative.
    #[must_use]
    pub fn remaining(&self) -> Option<i64> {
        let taken = self.used_elsewhere.saturating_add(self.pending).saturating_add(self.committed);
        self.total.map(|total| total.saturating_sub(taken).max(0))
    }
}

/// Figures of one period that differ from the pool's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PeriodFigures {
    /// First day of the period.
    pub period_start: Date,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How much there is of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityPool {
    /// Identifier.
    pub id: CapacityPoolId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// How it behaves.
    pub kind: PoolKind,
    /// Unit it is counted in.
    pub unit: Unit,
    /// ISO 4217 code, for [`PoolKind::Budget`] only.
    pub currency: Option<String>,
    /// Periods, for [`PoolKind::Slots`] only.
    pub period: Option<PeriodRule>,
    /// The pool's figures; for SLOTS those of every period that has none of its own.
    #[serde(flatten)]
    pub figures: Figures,
    /// Periods that differ, by date, each at most once.
    #[serde(default)]
    pub periods: Vec<PeriodFigures>,
    /// When somebody last said that the figures are true.
    pub confirmed_at: Timestamp,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
