//! Resources: what one organization can give at one place.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::area::ServiceArea;
use crate::geo::Point;
use crate::ids::{CapacityPoolId, CategoryCode, DivisionCode, ExternalId, OrganizationId, ResourceId, Version};
use crate::schedule::Schedule;
use crate::text::LocalizedText;
use crate::unit::Unit;

/// How help reaches the beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// The beneficiary comes to the resource's place.
    OnSite,
    /// Someone enters the home; the organization must be vetted for it.
    HomeVisit,
    /// Goods are brought to the door.
    Delivery,
    /// By phone or online.
    Remote,
}

impl DeliveryMode {
    /// Every mode, in the order in which ties are broken.
    pub const ALL: [Self; 4] = [Self::OnSite, Self::HomeVisit, Self::Delivery, Self::Remote];
}

/// Who may have it: an expression over facts, and the same in words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Eligibility {
    /// A CEL expression over the fact catalogue, at most `ELIGIBILITY_EXPRESSION_BYTES_MAX` bytes.
    pub expression: String,
    /// The rule in words.
    pub statement: LocalizedText,
}

/// What serving one unit of the resource takes from a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Draw {
    /// Which pool.
    pub pool: CapacityPoolId,
    /// Quantity in the pool's unit for each unit served, at least 1.
    pub quantity_per_unit: i64,
}

/// Whether a resource is offered at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceLifecycle {
    /// Offered.
    Active,
    /// Not offered for now.
    Paused,
}

/// What one organization can give at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Identifier.
    pub id: ResourceId,
    /// What it is called where it came from.
    pub external: Option<ExternalId>,
    /// Who gives it.
    pub organization: OrganizationId,
    /// Title.
    pub title: LocalizedText,
    /// What is given (服务内容). Required.
    pub content: String,
    /// Who answers for it (责任主体). Required.
    pub responsible_party: String,
    /// To what standard (服务标准). Required.
    pub service_standard: String,
    /// Categories it serves, the first the main one.
    pub categories: Vec<CategoryCode>,
    /// Unit it is counted in; none serves any unit.
    pub unit: Option<Unit>,
    /// Where it is; none when it has no place.
    pub place: Option<Point>,
    /// Division it is in.
    pub division: Option<DivisionCode>,
    /// Where it serves: any one of these.
    pub areas: Vec<ServiceArea>,
    /// How help reaches the beneficiary: any one of these.
    pub modes: Vec<DeliveryMode>,
    /// When it is open; none means by appointment.
    pub schedule: Option<Schedule>,
    /// Who may have it; none means anyone.
    pub eligibility: Option<Eligibility>,
    /// What it draws on; none means that its capacity is unknown.
    pub draws: Vec<Draw>,
    /// Whether it is offered.
    pub lifecycle: ResourceLifecycle,
    /// First day it is offered.
    pub valid_from: Option<Date>,
    /// Last day it is offered.
    pub valid_until: Option<Date>,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
