//! A read directory as the catalogue it becomes: the same entities as after its import through the API, without a server.

#![allow(clippy::expect_used, clippy::missing_panics_doc)]

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::category::Category;
use wishwell_domain::geo::{Datum, Point};
use wishwell_domain::ids::{CategoryCode, OrganizationId, ResourceId, Version};
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::resource::{DeliveryMode, Eligibility, Resource, ResourceLifecycle};
use wishwell_domain::schedule::{DayInterval, Schedule, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_engine::CatalogInput;
use wishwell_import as import;

/// The catalogue of a directory, all organizations verified.
#[must_use]
pub fn catalogue(directory: &import::Directory, now: Timestamp) -> CatalogInput {
    let organizations: HashMap<&str, OrganizationId> =
        (0..).zip(&directory.organizations).map(|(at, one)| (one.external_id.as_str(), id_of(at))).collect();
    let resource =
        |(at, one): (u128, &import::Resource)| resource(at, one, organizations[one.organization.as_str()], now);
    CatalogInput {
        categories: directory.categories.iter().map(category).collect(),
        organizations: (0..).zip(&directory.organizations).map(|(at, one)| organization(at, one, now)).collect(),
        resources: (0..).zip(&directory.resources).map(resource).collect(),
        ..CatalogInput::default()
    }
}

fn id_of(at: u128) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(at))
}

/// A category's code as the domain has it.
#[must_use]
pub fn code(code: &str) -> CategoryCode {
    CategoryCode::parse("code", code).expect("an imported code")
}

fn category(one: &import::Category) -> Category {
    Category {
        code: code(&one.code),
        parent: one.parent.as_deref().map(code),
        name: LocalizedText::new(&one.name_zh, &one.name_en),
        synonyms: one.synonyms.clone(),
        default_unit: None,
        source: None,
        version: Version(1),
    }
}

fn organization(at: u128, one: &import::Organization, now: Timestamp) -> Organization {
    Organization {
        id: id_of(at),
        external: None,
        name: LocalizedText::new("", &one.name),
        kind: OrganizationKind::Other,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        suspension_reason: String::new(),
        version: Version(1),
        created_at: now,
        updated_at: now,
    }
}

fn resource(at: u128, one: &import::Resource, organization: OrganizationId, now: Timestamp) -> Resource {
    Resource {
        id: ResourceId::from_uuid(Uuid::from_u128(at)),
        external: None,
        organization,
        title: LocalizedText::new("", &one.title),
        content: one.content.clone(),
        responsible_party: one.responsible_party.clone(),
        service_standard: one.service_standard.clone(),
        categories: one.categories.iter().map(|named| code(named)).collect(),
        unit: None,
        place: one.place.map(point),
        division: None,
        areas: one.areas.iter().map(area).collect(),
        modes: vec![if one.place.is_some() { DeliveryMode::OnSite } else { DeliveryMode::Remote }],
        schedule: one.schedule.as_ref().map(schedule),
        eligibility: one.eligibility.as_ref().map(|rule| Eligibility {
            expression: rule.expression.clone(),
            statement: LocalizedText::new(&rule.statement_zh, &rule.statement_en),
        }),
        draws: Vec::new(),
        lifecycle: if one.paused { ResourceLifecycle::Paused } else { ResourceLifecycle::Active },
        valid_from: None,
        valid_until: None,
        version: Version(1),
        created_at: now,
        updated_at: now,
    }
}

fn point(point: import::Point) -> Point {
    Point::from_degrees("place", point.latitude, point.longitude, Datum::Wgs84).expect("an imported point")
}

fn area(area: &import::Area) -> ServiceArea {
    match area {
        import::Area::Everywhere => ServiceArea::Everywhere,
        import::Area::Polygon(corners) => ServiceArea::Polygon(corners.iter().copied().map(point).collect()),
    }
}

fn schedule(schedule: &import::Schedule) -> Schedule {
    let weekly = schedule.weekly.iter().map(|span| WeeklyInterval {
        weekday: span.weekday,
        interval: DayInterval { opens_minute: span.opens_minute, closes_minute: span.closes_minute },
    });
    Schedule {
        time_zone: schedule.time_zone.clone(),
        weekly: weekly.collect(),
        valid_from: schedule.valid_from,
        valid_until: schedule.valid_until,
        exceptions: Vec::new(),
    }
}
