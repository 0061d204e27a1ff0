//! Resources: what one organization can give at one place.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::area::ServiceArea;
use crate::error::{Violation, Violations};
use crate::geo::{Disclosure, Point};
use crate::ids::{CapacityPoolId, CategoryCode, DivisionCode, ExternalId, OrganizationId, ResourceId, Version};
use crate::limits::{
    ELIGIBILITY_EXPRESSION_BYTES_MAX, QUANTITY_MAX, RESOURCE_AREAS_MAX, RESOURCE_CATEGORIES_MAX, RESOURCE_DRAWS_MAX,
    RESOURCE_VERTICES_MAX, TEXT_CHARS_MAX,
};
use crate::schedule::{Schedule, check_date_order};
use crate::text::{LocalizedText, check_count, check_required, check_unique};
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

    /// Its Chinese name.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        self.names().0
    }

    /// Its English name.
    #[must_use]
    pub const fn en(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::OnSite => ("到点服务", "on site"),
            Self::HomeVisit => ("上门服务", "home visit"),
            Self::Delivery => ("送货上门", "delivery"),
            Self::Remote => ("电话或线上", "by telephone or online"),
        }
    }
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

impl Resource {
    /// Whether it is offered on a date: within its first and last day.
    #[must_use]
    pub fn valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_until.is_none_or(|until| date <= until)
    }

    /// Checks everything that can be said of the resource alone, each missing text by its name.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(&format!("{field}.external"), violations);
        }
        self.title.check_title(&format!("{field}.title"), violations);
        let texts = [
            ("content", &self.content),
            ("responsible_party", &self.responsible_party),
            ("service_standard", &self.service_standard),
        ];
        for (name, text) in texts {
            check_required(&format!("{field}.{name}"), text, TEXT_CHARS_MAX, violations);
        }
        let categories = format!("{field}.categories");
        check_some(&categories, self.categories.len(), RESOURCE_CATEGORIES_MAX, violations);
        check_unique(&categories, &self.categories, violations);
        self.check_reach(field, violations);
        if let Some(schedule) = &self.schedule {
            schedule.check(&format!("{field}.schedule"), violations);
        }
        if let Some(eligibility) = &self.eligibility {
            eligibility.check(&format!("{field}.eligibility"), violations);
        }
        self.check_draws(field, violations);
        check_date_order(field, self.valid_from, self.valid_until, violations);
    }

    /// Place, areas and modes, and that they fit together.
    fn check_reach(&self, field: &str, violations: &mut Violations) {
        let path = format!("{field}.place");
        if let Some(place) = &self.place {
            place.check(&path, Disclosure::Shown, violations);
        }
        // One that was said and could not be read is not missing.
        let placed = self.place.is_some() || violations.tells_of(&path);
        let areas = format!("{field}.areas");
        check_some(&areas, self.areas.len(), RESOURCE_AREAS_MAX, violations);
        for (index, area) in self.areas.iter().take(RESOURCE_AREAS_MAX).enumerate() {
            area.check(&format!("{areas}[{index}]"), placed, violations);
        }
        let vertices: usize = self.areas.iter().map(ServiceArea::vertices).sum();
        violations.require(vertices <= RESOURCE_VERTICES_MAX, || {
            let message = format!("must have at most {RESOURCE_VERTICES_MAX} corners in all polygons together");
            Violation::new(&areas, "areas.vertices", message).with_value(vertices)
        });
        let modes = format!("{field}.modes");
        check_some(&modes, self.modes.len(), DeliveryMode::ALL.len(), violations);
        check_unique(&modes, &self.modes, violations);
        violations.require(placed || !self.modes.contains(&DeliveryMode::OnSite), || {
            let message = "is required: with the on-site mode people come to it";
            Violation::new(path, "resource.place_required", message)
        });
    }

    fn check_draws(&self, field: &str, violations: &mut Violations) {
        let draws = format!("{field}.draws");
        check_count(&draws, self.draws.len(), RESOURCE_DRAWS_MAX, violations);
        for (index, draw) in self.draws.iter().enumerate() {
            violations.require((1..=QUANTITY_MAX).contains(&draw.quantity_per_unit), || {
                let message = format!("must be 1 to {QUANTITY_MAX}");
                Violation::new(format!("{draws}[{index}].quantity_per_unit"), "quantity.range", message)
                    .with_value(draw.quantity_per_unit)
            });
            let repeats = self.draws.iter().take(index).any(|other| other.pool == draw.pool);
            violations.require(!repeats, || {
                Violation::new(format!("{draws}[{index}].pool"), "list.unique", "must not repeat a pool")
                    .with_value(draw.pool)
            });
        }
    }
}

impl Eligibility {
    /// Checks lengths; whether the expression parses, the engine says.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        let path = format!("{field}.expression");
        if self.expression.trim().is_empty() {
            violations.add(Violation::new(&path, "text.required", "must not be empty"));
        }
        let bytes = self.expression.len();
        violations.require(bytes <= ELIGIBILITY_EXPRESSION_BYTES_MAX, || {
            let message = format!("must be at most {ELIGIBILITY_EXPRESSION_BYTES_MAX} bytes");
            Violation::new(&path, "expression.max_bytes", message).with_value(format!("{bytes} bytes"))
        });
        self.statement.check(&format!("{field}.statement"), TEXT_CHARS_MAX, violations);
    }
}

/// Checks that a list has entries, and no more than `max`. One whose entries could not be read is not empty.
fn check_some(field: &str, count: usize, max: usize, violations: &mut Violations) {
    let some = count > 0 || violations.tells_of(field);
    violations.require(some, || Violation::new(field, "list.min_items", "must have at least one entry"));
    check_count(field, count, max, violations);
}
