//! Resources: each service at each of its places, and services without a place.

use std::collections::{BTreeMap, BTreeSet};

use super::areas;
use super::categories::Categories;
use super::details::{Details, Once, Target};
use super::hours::{Hours, Zones};
use super::organizations::Entry;
use super::places::{Place, Places};
use super::services::{Service, at_place, without_place};
use crate::clean::text::{self, Kind as TextKind};
use crate::directory::{Area, Eligibility, Resource};
use crate::options::{KEY_CHARS_MAX, RESOURCE_AREAS_MAX, TEXT_CHARS_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};
use crate::upload::Stage;

/// What resources are made of.
pub(super) struct Inputs<'a, 'i> {
    pub tables: &'a Tables,
    pub source: &'i str,
    pub services: &'i BTreeMap<String, Service<'a>>,
    pub places: &'i Places<'a>,
    pub hours: &'i Hours<'a>,
    pub categories: &'i Categories<'a>,
    pub zones: &'i Zones,
}

/// Tables that say more, by what they say it of.
struct More<'a> {
    languages: Details<'a>,
    accessibility: Details<'a>,
    addresses: Details<'a>,
    eligibility: Details<'a>,
    phones: Details<'a>,
    costs: Details<'a>,
    documents: Details<'a>,
    areas: Details<'a>,
    programs: BTreeMap<String, Row<'a>>,
}

/// A resource to be: a service, and where.
struct Slot<'a, 'i> {
    external_id: String,
    service_key: &'i str,
    service: &'i Service<'a>,
    location_key: &'i str,
    place: Option<&'i Place<'a>>,
    link: Option<Row<'a>>,
}

pub(super) fn build(
    inputs: &Inputs<'_, '_>,
    organizations: &BTreeMap<String, Entry>,
    ledger: &mut Ledger,
) -> Vec<Resource> {
    let more = More {
        languages: Details::new(inputs.tables, Kind::Language, ledger),
        accessibility: Details::new(inputs.tables, Kind::Accessibility, ledger),
        addresses: Details::new(inputs.tables, Kind::Address, ledger),
        eligibility: Details::new(inputs.tables, Kind::Eligibility, ledger),
        phones: Details::new(inputs.tables, Kind::Phone, ledger),
        costs: Details::new(inputs.tables, Kind::CostOption, ledger),
        documents: Details::new(inputs.tables, Kind::RequiredDocument, ledger),
        areas: Details::new(inputs.tables, Kind::ServiceArea, ledger),
        programs: super::by_key(inputs.tables, Kind::Program, ledger),
    };
    let slots = slots(inputs, ledger);
    let mut resources: Vec<Resource> =
        slots.iter().map(|slot| resource(slot, inputs, &more, organizations, ledger)).collect();
    resources.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    inputs.categories.close(ledger);
    if inputs.hours.any() {
        ledger.note(inputs.zones.note());
    }
    resources
}

/// Each service at each place it is linked to; a service that is linked to none by itself.
fn slots<'a, 'i>(inputs: &Inputs<'a, 'i>, ledger: &mut Ledger) -> Vec<Slot<'a, 'i>> {
    let mut slots: Vec<Slot<'a, 'i>> = Vec::new();
    let mut pairs = BTreeMap::new();
    let mut keys: BTreeMap<String, RowId> = BTreeMap::new();
    for row in inputs.tables.rows(Kind::ServiceAtLocation) {
        let Some((service_key, service)) = inputs.services.get_key_value(row.key("service_id")) else {
            ledger.set_aside(row.id, "service_id", row.key("service_id"), Rule::ServiceUnknown);
            continue;
        };
        let location_key = row.key("location_id");
        let Some(place) = inputs.places.get(location_key) else {
            ledger.set_aside(row.id, "location_id", location_key, Rule::LocationUnknown);
            continue;
        };
        let external_id = at_place(row.key("id"), service_key, location_key);
        if external_id.chars().count() > KEY_CHARS_MAX {
            ledger.set_aside(row.id, "id", &external_id, Rule::KeyTooLong);
            continue;
        }
        let first = pairs.get(&(service_key.as_str(), location_key)).or_else(|| keys.get(&external_id)).copied();
        if let Some(first) = first {
            ledger.merge(row.id, Rule::RowDuplicate, first);
            continue;
        }
        pairs.insert((service_key.as_str(), location_key), row.id);
        keys.insert(external_id.clone(), row.id);
        ledger.becomes(Stage::Resources, &external_id);
        ledger.take(row.id);
        slots.push(Slot { external_id, service_key, service, location_key, place: Some(place), link: Some(row) });
    }
    let placed: BTreeSet<&str> = slots.iter().map(|slot| slot.service_key).collect();
    for (service_key, service) in inputs.services {
        let external_id = without_place(service_key);
        if placed.contains(service_key.as_str()) {
            continue;
        }
        if external_id.chars().count() > KEY_CHARS_MAX {
            ledger.set_aside(service.row.id, "id", service_key, Rule::KeyTooLong);
            continue;
        }
        slots.push(Slot { external_id, service_key, service, location_key: "", place: None, link: None });
    }
    slots
}

fn resource(
    slot: &Slot<'_, '_>,
    inputs: &Inputs<'_, '_>,
    more: &More<'_>,
    organizations: &BTreeMap<String, Entry>,
    ledger: &mut Ledger,
) -> Resource {
    let row = slot.service.row;
    ledger.becomes(Stage::Resources, &slot.external_id);
    ledger.take(row.id);
    if let Some(place) = slot.place {
        use_place(place, slot.service, organizations, ledger);
    }
    let target = Target {
        service: slot.service_key,
        location: slot.location_key,
        service_at_location: slot.link.map_or("", |link| link.key("id")),
    };
    let found = inputs.hours.of(target, ledger);
    let schedule =
        if found.weekly.is_empty() { None } else { found.schedule(inputs.zones.of(slot.place, row.id, ledger)) };
    let (areas, area_words) = areas(target, more, ledger);
    let responsible_party =
        organizations.get(&slot.service.organization).map(|entry| entry.organization.name.clone()).unwrap_or_default();
    Resource {
        external_id: slot.external_id.clone(),
        organization: slot.service.organization.clone(),
        title: slot.service.name.clone(),
        content: content(slot, target, more, [("Hours as published", found.words), ("Serves", area_words)], ledger),
        responsible_party,
        service_standard: standard(slot, target, inputs.source, more, ledger),
        categories: inputs.categories.of(target, row.id, ledger),
        place: slot.place.and_then(Place::point),
        areas,
        paused: slot.service.paused,
        schedule,
        eligibility: ages(&row, ledger),
    }
}

/// The location is imported; what was done about it goes into the report.
fn use_place(place: &Place<'_>, service: &Service<'_>, organizations: &BTreeMap<String, Entry>, ledger: &mut Ledger) {
    let known = ledger.is_taken(place.row.id);
    ledger.take(place.row.id);
    if known {
        return;
    }
    place.report(ledger);
    if !place.organization.is_empty() && !organizations.contains_key(place.organization) {
        let rule = Rule::OrganizationThroughService;
        ledger.repair(place.row.id, "organization_id", place.organization, rule, &service.organization);
    }
}

/// What is given, and all that there is no field for: one passage each, at most 4,000 characters together.
fn content(
    slot: &Slot<'_, '_>,
    target: Target<'_>,
    more: &More<'_>,
    words: [(&str, String); 2],
    ledger: &mut Ledger,
) -> String {
    let row = slot.service.row;
    let mut description = row.text(ledger, "description", TextKind::Prose);
    if description.is_empty() {
        ledger.repair(row.id, "description", "", Rule::ServiceNoDescription, &slot.service.name);
        description.clone_from(&slot.service.name);
    }
    let mut parts = vec![description];
    let mut line = |label: &str, value: String| {
        if !value.is_empty() {
            parts.push(format!("{label}: {value}"));
        }
    };
    line("Also called", row.text(ledger, "alternate_name", TextKind::Line));
    line("Programme", program(&row, more, ledger));
    line("Note", row.text(ledger, "alert", TextKind::Prose));
    if let Some(place) = slot.place {
        line("Place", place_words(place, slot.service, ledger));
    }
    line("Address", addresses(slot, target, more, ledger));
    line("At this place", slot.link.map(|link| link.text(ledger, "description", TextKind::Prose)).unwrap_or_default());
    line("Who it is for", each(&more.eligibility, target, &["eligibility"], "\n", TextKind::Prose, ledger));
    line("Who may have it", row.text(ledger, "eligibility_description", TextKind::Prose));
    line("Documents needed", each(&more.documents, target, &["document"], "; ", TextKind::Line, ledger));
    line("Languages", each(&more.languages, target, &["language", "name", "code"], ", ", TextKind::Line, ledger));
    line("Interpretation", row.text(ledger, "interpretation_services", TextKind::Line));
    line(
        "Accessibility",
        each(&more.accessibility, target, &["accessibility", "description", "details"], "; ", TextKind::Line, ledger),
    );
    line("Telephone", each(&more.phones, target, &["number"], ", ", TextKind::Line, ledger));
    line("E-mail", row.text(ledger, "email", TextKind::Line));
    line("Web", row.text(ledger, "url", TextKind::Url));
    for (label, value) in words {
        line(label, value);
    }
    bounded(row.id, "description", parts.join("\n\n"), ledger)
}

fn program(row: &Row<'_>, more: &More<'_>, ledger: &mut Ledger) -> String {
    let Some(program) = more.programs.get(row.key("program_id")) else { return String::new() };
    ledger.take(program.id);
    program.text(ledger, "name", TextKind::Line)
}

/// What the location says that the service does not.
fn place_words(place: &Place<'_>, service: &Service<'_>, ledger: &mut Ledger) -> String {
    let mut words = Vec::new();
    let name = place.row.text(ledger, "name", TextKind::Line);
    if name != service.name {
        words.push(name);
    }
    for column in ["alternate_name", "description"] {
        // A copy of the service's own text adds nothing, and is cleaned there.
        if place.row.raw(column) != service.row.raw(column) {
            words.push(place.row.text(ledger, column, TextKind::Prose));
        }
    }
    words.push(place.row.text(ledger, "transportation", TextKind::Prose));
    words.retain(|text| !text.is_empty());
    words.join(". ")
}

fn addresses(slot: &Slot<'_, '_>, target: Target<'_>, more: &More<'_>, ledger: &mut Ledger) -> String {
    let mut lines = Once::default();
    if let Some(place) = slot.place
        && let Some(row) = place.address_row
        && !place.address_line.is_empty()
    {
        lines.add(&row, place.address_line.clone(), ledger);
    }
    for row in more.addresses.of(target) {
        let line = super::places::address_line(&row, ledger);
        lines.add(&row, line, ledger);
    }
    lines.join("; ")
}

/// The values of all rows that belong to a resource.
fn each(
    details: &Details<'_>,
    target: Target<'_>,
    columns: &[&'static str],
    separator: &str,
    kind: TextKind,
    ledger: &mut Ledger,
) -> String {
    let mut values = Once::default();
    for row in details.of(target) {
        let value = row.first_text(ledger, columns, kind);
        if value.is_empty() {
            ledger.set_aside(row.id, columns.first().copied().unwrap_or(""), &row.words(), Rule::RowEmpty);
        } else {
            values.add(&row, value, ledger);
        }
    }
    values.join(separator)
}

/// What is promised: how one applies, what it costs, how long one waits, and who vouches for it.
fn standard(slot: &Slot<'_, '_>, target: Target<'_>, source: &str, more: &More<'_>, ledger: &mut Ledger) -> String {
    let row = slot.service.row;
    let mut parts = Vec::new();
    for (label, columns) in [
        ("How to apply", &["application_process"][..]),
        ("Fees", &["fees_description", "fees"]),
        ("Waiting time", &["wait_time"]),
        ("Accreditations", &["accreditations"]),
        ("Licences", &["licenses"]),
    ] {
        let value = row.first_text(ledger, columns, TextKind::Prose);
        if !value.is_empty() {
            parts.push(format!("{label}: {value}"));
        }
    }
    let mut costs = Once::default();
    for cost in more.costs.of(target) {
        let words = ["option", "amount", "currency", "amount_description"]
            .map(|column| cost.text(ledger, column, TextKind::Line));
        costs.add(&cost, words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "), ledger);
    }
    let costs = costs.join("; ");
    if !costs.is_empty() {
        parts.push(format!("Costs: {costs}"));
    }
    if parts.is_empty() {
        let text = format!("As published by {source}; no standard is stated.");
        ledger.repair(row.id, "application_process", "", Rule::ServiceNoStandard, &text);
        return text;
    }
    bounded(row.id, "application_process", parts.join("\n"), ledger)
}

/// Text within the length that is taken.
pub(crate) fn bounded(row: RowId, field: &str, value: String, ledger: &mut Ledger) -> String {
    match text::cut(&value, TEXT_CHARS_MAX) {
        None => value,
        Some(cut) => {
            let count = value.chars().count();
            ledger.repair(
                row,
                field,
                &format!("{count} characters"),
                Rule::TextTooLong,
                &format!("{TEXT_CHARS_MAX} characters"),
            );
            cut
        }
    }
}

/// Polygons where they are given; everywhere otherwise, with the areas in words.
fn areas(target: Target<'_>, more: &More<'_>, ledger: &mut Ledger) -> (Vec<Area>, String) {
    let mut areas = Vec::new();
    let mut words = Once::default();
    for row in more.areas.of(target) {
        ledger.take(row.id);
        for area in areas::read(&row, ledger) {
            if areas.len() == RESOURCE_AREAS_MAX {
                ledger.drop_value(row.id, "extent", row.key("extent"), Rule::AreaSurplus);
                break;
            }
            areas.push((row.id, area));
        }
        let name = row.first_text(ledger, &["name", "service_area", "description"], TextKind::Line);
        if !name.is_empty() {
            words.add(&row, name, ledger);
        }
    }
    let mut areas = areas::together(areas, ledger);
    if areas.is_empty() {
        areas.push(Area::Everywhere);
    }
    (areas, words.join("; "))
}

/// Age limits in figures.
fn ages(row: &Row<'_>, ledger: &mut Ledger) -> Option<Eligibility> {
    const YEARS_MAX: f64 = 150.0;
    let mut read = |column: &'static str| {
        let value = row.key(column);
        match value.parse::<f64>() {
            _ if value.is_empty() => None,
            Ok(years) if (0.0..=YEARS_MAX).contains(&years) => Some(years),
            _ => {
                ledger.drop_value(row.id, column, value, Rule::AgeUnreadable);
                None
            }
        }
    };
    // Nobody is kept out by a limit of 0 or by one that few outlive.
    let least = read("minimum_age").map(|years| years.floor() as i64).filter(|years| *years > 0);
    let most = read("maximum_age").map(|years| years.floor() as i64).filter(|years| *years < 100);
    if let (Some(least), Some(most)) = (least, most)
        && most < least
    {
        ledger.drop_value(row.id, "minimum_age, maximum_age", &format!("{least} to {most}"), Rule::AgeUnreadable);
        return None;
    }
    age_limits(least, most)
}

/// An expression over `age_years` with its words; none without a limit.
pub(crate) fn age_limits(least: Option<i64>, most: Option<i64>) -> Option<Eligibility> {
    let (expression, statement_en, statement_zh) = match (least, most) {
        (Some(a), Some(b)) => {
            (format!("age_years >= {a} && age_years <= {b}"), format!("Aged {a} to {b}"), format!("年龄{a}至{b}岁"))
        }
        (Some(a), None) => (format!("age_years >= {a}"), format!("Aged {a} or over"), format!("年满{a}岁")),
        (None, Some(b)) => (format!("age_years <= {b}"), format!("Aged {b} or under"), format!("{b}岁及以下")),
        (None, None) => return None,
    };
    Some(Eligibility { expression, statement_en, statement_zh })
}
