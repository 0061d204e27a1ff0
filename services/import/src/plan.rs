//! A directory as messages of the API, in the order in which they must be sent.

use std::collections::BTreeMap;

use wishwell_api::v1;

use crate::directory::{Absence, Area, Category, Directory, Eligibility, Organization, Point, Resource, Schedule};
use crate::options::SOURCE_CHARS_MAX;

/// Whether the organizations of a directory count as verified.
///
/// Only resources of verified organizations are found. Whoever publishes a directory has looked at whom it lists, and whoever imports
/// it vouches for that; vetting for work with minors or home visits is never imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// New organizations are verified.
    #[default]
    Verified,
    /// New organizations have applied; an operator verifies each.
    Applied,
}

/// Everything to be sent: categories with parents first, then organizations, then resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// External source of all entries.
    pub source: String,
    /// Categories, parents before their children.
    pub categories: Vec<v1::Category>,
    /// Organizations by key.
    pub organizations: Vec<v1::Organization>,
    /// Resources by key.
    pub resources: Vec<v1::Resource>,
    /// Keys that the directory has and that are no resources, with the reason.
    pub left_out: BTreeMap<String, Absence>,
}

/// Brings a directory to messages. The same directory gives the same messages.
#[must_use]
pub fn plan(directory: &Directory, trust: Trust) -> Plan {
    let source = directory.source.as_str();
    Plan {
        source: source.to_owned(),
        categories: directory.categories.iter().map(category).collect(),
        organizations: directory.organizations.iter().map(|one| organization(one, source, trust)).collect(),
        resources: directory.resources.iter().map(|one| resource(one, source)).collect(),
        left_out: directory.left_out.clone(),
    }
}

fn category(category: &Category) -> v1::Category {
    let mut title = text(&category.name_en);
    if !category.name_zh.is_empty() {
        title.zh.clone_from(&category.name_zh);
    }
    v1::Category {
        code: category.code.clone(),
        parent: category.parent.clone().unwrap_or_default(),
        title: Some(title),
        synonyms: category.synonyms.clone(),
        source: vocabulary(&category.vocabulary),
        ..v1::Category::default()
    }
}

/// A vocabulary's name with the letters that the API takes.
fn vocabulary(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("-");
    name.truncate(SOURCE_CHARS_MAX);
    name
}

fn organization(organization: &Organization, source: &str, trust: Trust) -> v1::Organization {
    let state = match trust {
        Trust::Verified => v1::OrganizationState::Verified,
        Trust::Applied => v1::OrganizationState::Applied,
    };
    v1::Organization {
        external: Some(external(source, &organization.external_id)),
        title: Some(text(&organization.name)),
        kind: v1::OrganizationKind::Other.into(),
        state: state.into(),
        contact: Some(v1::OrganizationContact {
            phone: organization.phone.clone(),
            email: organization.email.clone(),
            url: organization.url.clone(),
            address: organization.address.clone(),
        }),
        ..v1::Organization::default()
    }
}

fn resource(resource: &Resource, source: &str) -> v1::Resource {
    let mode = if resource.place.is_some() { v1::DeliveryMode::OnSite } else { v1::DeliveryMode::Remote };
    let lifecycle = if resource.paused { v1::ResourceLifecycle::Paused } else { v1::ResourceLifecycle::Active };
    v1::Resource {
        external: Some(external(source, &resource.external_id)),
        organization_external: Some(external(source, &resource.organization)),
        title: Some(text(&resource.title)),
        content: resource.content.clone(),
        responsible_party: resource.responsible_party.clone(),
        service_standard: resource.service_standard.clone(),
        categories: resource.categories.clone(),
        place: resource.place.map(point),
        areas: resource.areas.iter().map(area).collect(),
        modes: vec![mode.into()],
        schedule: resource.schedule.as_ref().map(schedule),
        eligibility: resource.eligibility.as_ref().map(eligibility),
        lifecycle: lifecycle.into(),
        ..v1::Resource::default()
    }
}

fn external(source: &str, external_id: &str) -> v1::ExternalId {
    v1::ExternalId { source: source.to_owned(), external_id: external_id.to_owned() }
}

/// Text in the language it is in: Chinese when it has Chinese characters, else English.
fn text(value: &str) -> v1::LocalizedText {
    let is_chinese = value.chars().any(|c| matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'));
    let (zh, en) = if is_chinese { (value.to_owned(), String::new()) } else { (String::new(), value.to_owned()) };
    v1::LocalizedText { zh, en }
}

fn point(point: Point) -> v1::GeoPoint {
    v1::GeoPoint { latitude: point.latitude, longitude: point.longitude, datum: v1::Datum::Wgs84.into() }
}

fn area(area: &Area) -> v1::ServiceArea {
    match area {
        Area::Everywhere => v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..v1::ServiceArea::default() },
        Area::Polygon(corners) => {
            let vertices = corners.iter().copied().map(point).collect();
            v1::ServiceArea { polygon: Some(v1::Polygon { vertices }), ..v1::ServiceArea::default() }
        }
    }
}

fn schedule(schedule: &Schedule) -> v1::Schedule {
    let weekly = schedule.weekly.iter().map(|span| v1::WeeklyHours {
        weekday: span.weekday.into(),
        opens_minute: span.opens_minute.into(),
        closes_minute: span.closes_minute.into(),
    });
    let date = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
    v1::Schedule {
        time_zone: schedule.time_zone.clone(),
        weekly: weekly.collect(),
        valid_from: date(schedule.valid_from),
        valid_until: date(schedule.valid_until),
        exceptions: Vec::new(),
    }
}

fn eligibility(eligibility: &Eligibility) -> v1::Eligibility {
    let statement = v1::LocalizedText { zh: eligibility.statement_zh.clone(), en: eligibility.statement_en.clone() };
    v1::Eligibility { expression: eligibility.expression.clone(), statement: Some(statement) }
}
