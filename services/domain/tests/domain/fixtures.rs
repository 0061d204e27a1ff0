//! Acceptable values that a test changes in one place, and what a check says about them.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::geo::{Datum, Point};
use wishwell_domain::ids::{
    BeneficiaryId, CapacityPoolId, CategoryCode, DivisionCode, ExternalId, NeedId, OrganizationId, ResourceId, Version,
};
use wishwell_domain::need::{Channel, Mobility, Need, NeedItem, NeedState, Urgency};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::resource::{DeliveryMode, Resource, ResourceLifecycle};
use wishwell_domain::schedule::{DayInterval, Schedule, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_domain::{Violation, Violations};

/// The instant of an RFC 3339 text.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The date of an ISO 8601 text.
pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A WGS-84 point.
pub(crate) fn point(latitude: f64, longitude: f64) -> Point {
    Point::from_degrees("point", latitude, longitude, Datum::Wgs84).unwrap()
}

pub(crate) fn category_code(code: &str) -> CategoryCode {
    CategoryCode::parse("category", code).unwrap()
}

pub(crate) fn division_code(code: &str) -> DivisionCode {
    DivisionCode::parse("division", code).unwrap()
}

pub(crate) fn unit(code: &str) -> Unit {
    Unit::parse("unit", code).unwrap()
}

/// Everything a check reports.
pub(crate) fn violations(check: impl FnOnce(&mut Violations)) -> Vec<Violation> {
    let mut violations = Violations::new();
    check(&mut violations);
    violations.into_vec()
}

/// Field and rule of everything a check reports.
pub(crate) fn broken(check: impl FnOnce(&mut Violations)) -> Vec<(String, String)> {
    violations(check).into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

/// Field and rule of what a check should report.
pub(crate) type Expected<'a> = &'a [(&'a str, &'a str)];

/// The same as a check reports it.
pub(crate) fn rules(expected: Expected<'_>) -> Vec<(String, String)> {
    expected.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect()
}

pub(crate) fn external() -> ExternalId {
    ExternalId { source: "hsds:miami".into(), external_id: "1042".into() }
}

pub(crate) fn weekly(weekday: u8, opens_minute: u16, closes_minute: u16) -> WeeklyInterval {
    WeeklyInterval { weekday, interval: DayInterval { opens_minute, closes_minute } }
}

/// Monday to Friday, nine to five.
pub(crate) fn office_hours(time_zone: &str) -> Schedule {
    Schedule {
        time_zone: time_zone.into(),
        weekly: (1..=5).map(|weekday| weekly(weekday, 540, 1020)).collect(),
        valid_from: None,
        valid_until: None,
        exceptions: Vec::new(),
    }
}

pub(crate) fn organization() -> Organization {
    Organization {
        id: OrganizationId::from_uuid(Uuid::from_u128(1)),
        external: Some(external()),
        name: LocalizedText::new("晨光社工站", "Morning Light Social Work"),
        kind: OrganizationKind::SocialWorkAgency,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: Some(division_code("640104")),
        contact: Contact::default(),
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        suspension_reason: String::new(),
        version: Version(1),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

pub(crate) fn resource() -> Resource {
    Resource {
        id: ResourceId::from_uuid(Uuid::from_u128(2)),
        external: Some(external()),
        organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
        title: LocalizedText::new("课后辅导", "Tutoring"),
        content: "每周两次课后辅导".into(),
        responsible_party: "晨光社工站".into(),
        service_standard: "每次九十分钟".into(),
        categories: vec![category_code("education.tutoring")],
        unit: Some(unit("session")),
        place: Some(point(38.473, 106.285)),
        division: Some(division_code("640104")),
        areas: vec![ServiceArea::RadiusMetres(8_000)],
        modes: vec![DeliveryMode::OnSite],
        schedule: Some(office_hours("Asia/Shanghai")),
        eligibility: None,
        draws: Vec::new(),
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
        version: Version(1),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

pub(crate) fn pool(kind: PoolKind) -> CapacityPool {
    CapacityPool {
        id: CapacityPoolId::from_uuid(Uuid::from_u128(3)),
        external: None,
        organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
        name: "辅导名额".into(),
        kind,
        unit: unit(if kind == PoolKind::Budget { "fen" } else { "session" }),
        currency: (kind == PoolKind::Budget).then(|| "CNY".to_owned()),
        period: (kind == PoolKind::Slots)
            .then(|| PeriodRule { length: PeriodLength::Week, time_zone: "Asia/Shanghai".into() }),
        figures: Figures { total: (kind != PoolKind::Unbounded).then_some(10), ..Figures::default() },
        periods: Vec::new(),
        pledged: false,
        confirmed_at: at("2026-01-01T00:00:00Z"),
        version: Version(1),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

pub(crate) fn beneficiary() -> Beneficiary {
    Beneficiary {
        id: BeneficiaryId::from_uuid(Uuid::from_u128(4)),
        external: None,
        personal: None,
        identity_digest: None,
        residence_division: Some(division_code("640104001")),
        registration_division: None,
        household: None,
        group_tags: Vec::new(),
        consents: Vec::new(),
        erased_at: None,
        version: Version(1),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

pub(crate) fn item(ordinal: u16) -> NeedItem {
    NeedItem {
        ordinal,
        category: category_code("education.tutoring"),
        quantity: 2,
        unit: unit("session"),
        recurrence: None,
        splittable: false,
        referred: 0,
        served: 0,
        taken: Vec::new(),
    }
}

pub(crate) fn need() -> Need {
    Need {
        id: NeedId::from_uuid(Uuid::from_u128(5)),
        external: None,
        beneficiary: None,
        household: None,
        items: vec![item(1)],
        urgency: Urgency::Normal,
        timing: None,
        place: Some(point(38.473, 106.285)),
        division: None,
        mobility: Mobility { max_travel_metres: Some(3_000), home_visit: false, delivery: false, remote: false },
        group_tags: Vec::new(),
        involves_minors: true,
        channel: Channel::Hotline,
        personal: None,
        wish: None,
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
        state: NeedState::Open,
        version: Version(1),
        created_at: at("2026-11-01T00:00:00Z"),
        updated_at: at("2026-11-01T00:00:00Z"),
    }
}
