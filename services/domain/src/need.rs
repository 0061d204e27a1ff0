//! Needs: what a beneficiary or household lacks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::beneficiary::{GroupTag, Sealed};
use crate::capacity_pool::PeriodLength;
use crate::fact::Facts;
use crate::geo::Point;
use crate::ids::{BeneficiaryId, CategoryCode, DivisionCode, ExternalId, HouseholdId, NeedId, Version};
use crate::unit::Unit;

/// Urgency tier, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Tier 1: life or safety at risk.
    Emergency,
    /// Tier 2: harm within days.
    Urgent,
    /// Tier 3: the usual.
    Normal,
    /// Tier 4: can wait.
    Low,
}

/// When help is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// At the latest then.
    Deadline(Timestamp),
    /// Between the two, `start` before `end`.
    Window {
        /// Not before.
        start: Timestamp,
        /// Not after.
        end: Timestamp,
    },
}

/// How the beneficiary can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mobility {
    /// Can travel so far; none: cannot travel.
    pub max_travel_metres: Option<u32>,
    /// Someone may come to the home.
    pub home_visit: bool,
    /// Goods may be brought to the door.
    pub delivery: bool,
    /// Phone or online is fine.
    pub remote: bool,
}

/// The way a need came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 宁夏救助通 mini-programme.
    MiniProgramme,
    /// 12349 hotline.
    Hotline,
    /// A volunteer consultant's lead (救助顾问).
    Consultant,
    /// A home visit (三级走访).
    HomeVisit,
    /// One form (一类事一次办).
    OneForm,
    /// Case management.
    CaseManagement,
    /// A partner organization.
    Partner,
    /// An import.
    Import,
}

/// Where a need stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedState {
    /// Nothing delivered yet.
    Open,
    /// Some of it delivered.
    PartlyServed,
    /// All of it delivered.
    Served,
    /// Taken back.
    Withdrawn,
    /// Closed without being served.
    Closed,
}

impl NeedState {
    /// Whether the need still looks for help.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::PartlyServed)
    }
}

/// That something is wanted again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recurrence {
    /// Once in each of these.
    pub every: PeriodLength,
    /// How many times, 1..=`RECURRENCE_OCCURRENCES_MAX`.
    pub occurrences: u32,
}

/// One thing that is lacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedItem {
    /// Place among the need's items, counted from 1.
    pub ordinal: u16,
    /// What.
    pub category: CategoryCode,
    /// How much, each time when recurring; 1..=`QUANTITY_MAX`.
    pub quantity: i64,
    /// In which unit.
    pub unit: Unit,
    /// Again and again.
    pub recurrence: Option<Recurrence>,
    /// May be served by several resources together.
    pub splittable: bool,
}

/// The public, identity-free projection of a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Neutral wording that identifies nobody.
    pub title: String,
    /// When publication was consented to.
    pub consented_at: Timestamp,
    /// Who consented: the beneficiary or a guardian, by role.
    pub consent_given_by: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// What a need holds that is personal, in the clear. Lives only in memory.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NeedPersonal {
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// Free text per item, by ordinal.
    #[serde(default)]
    pub item_notes: Vec<(u16, String)>,
    /// Facts for eligibility.
    #[serde(default)]
    pub facts: Facts,
}

impl std::fmt::Debug for NeedPersonal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NeedPersonal(..)")
    }
}

/// What a beneficiary or household lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Identifier.
    pub id: NeedId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// Who lacks it.
    pub beneficiary: Option<BeneficiaryId>,
    /// Which household lacks it.
    pub household: Option<HouseholdId>,
    /// What is lacked, 1..=`NEED_ITEMS_MAX`.
    pub items: Vec<NeedItem>,
    /// How urgent.
    pub urgency: Urgency,
    /// When.
    pub timing: Option<Timing>,
    /// Where, exactly. Never leaves for partners.
    pub place: Option<Point>,
    /// Where, coarsely.
    pub division: Option<DivisionCode>,
    /// How the beneficiary can be reached.
    pub mobility: Mobility,
    /// Groups.
    #[serde(default)]
    pub group_tags: Vec<GroupTag>,
    /// Whether minors are involved, so that the organization must be vetted for them.
    pub involves_minors: bool,
    /// The way it came in.
    pub channel: Channel,
    /// [`NeedPersonal`], sealed under the beneficiary's key, or the need's own where it names none.
    pub personal: Option<Sealed>,
    /// Its public projection, when consented to.
    pub wish: Option<Wish>,
    /// Where it stands.
    pub state: NeedState,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
