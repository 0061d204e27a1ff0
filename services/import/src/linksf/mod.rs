//! LinkSF facilities: like HSDS and not HSDS. A facility is an organization at one place with services, each with its own hours.
//!
//! Hours are by weekday, 0 Sunday to 6 Saturday, as pairs of HHMM numbers; 2359 is the end of the day. Age groups are letters without
//! years: C children, Y youth, A adults, S seniors.

mod hours;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::clean::points::{self, Address};
use crate::clean::text::{self, Kind as TextKind};
use crate::directory::{Absence, Area, Category, Directory, Eligibility, Format, Organization, Resource};
use crate::hsds::{age_limits, bounded};
use crate::json_input::{as_it_stands, plain};
use crate::note::Note;
use crate::options::{KEY_CHARS_MAX, Options};
use crate::report::Ledger;
use crate::rules::Rule;
use crate::upload::Stage;
use records::{Record, Records};

/// Where LinkSF's places are.
const STATE: &str = "CA";
/// The zone of their hours.
const TIME_ZONE: &str = "America/Los_Angeles";

/// The field in which a facility has its services, which are records of their own.
const SERVICES: &str = "services";

/// Whether a value looks like LinkSF facilities.
pub(crate) fn is_linksf(value: &Value) -> bool {
    facilities(value).iter().any(|facility| {
        facility.get("objectId").is_some() && facility.get("services").is_some() && facility.get("location").is_some()
    })
}

/// The array itself, or Parse's `{results: [..]}`.
fn facilities(value: &Value) -> &[Value] {
    value.as_array().or_else(|| value.get("results").and_then(Value::as_array)).map_or(&[], Vec::as_slice)
}

/// Cleans LinkSF facilities.
pub(crate) fn build(file: &str, value: &Value, source: &str, options: &Options, ledger: &mut Ledger) -> Directory {
    let prefix = options.category_prefix.clone().unwrap_or_else(|| "linksf".to_owned());
    let zone = options.time_zone.clone().unwrap_or_else(|| TIME_ZONE.to_owned());
    ledger.note(Note::HoursIn { zone: zone.clone(), chosen: options.time_zone.is_some() });
    for (field, _) in
        value.as_object().into_iter().flatten().filter(|(field, beside)| *field != "results" && !beside.is_null())
    {
        ledger.not_carried(file, field, 1);
    }
    let all_facilities = Records::new(format!("{file}#facilities"), ledger);
    let all_services = Records::new(format!("{file}#services"), ledger);
    let mut first_of: BTreeMap<String, Record<'_>> = BTreeMap::new();
    let mut services: BTreeMap<String, (Record<'_>, usize)> = BTreeMap::new();
    let mut kept: Vec<Record<'_>> = Vec::new();
    let mut spoken_of: BTreeSet<String> = BTreeSet::new();
    for facility in all_facilities.read(facilities(value), SERVICES, ledger) {
        let key = facility.plain("objectId");
        let own = all_services.read(services_of(facility), "", ledger);
        spoken_of.extend(own.iter().map(|service| service.plain("objectId")));
        if !accept(&key, facility, first_of.get(&key), Rule::OrganizationNoName, ledger) {
            // The same facility is listed once for each of its categories: its services are too.
            for service in own {
                let first = services.get(&service.plain("objectId")).map(|(first, _)| *first);
                match first {
                    Some(first) => ledger.merge(service.id, Rule::RowDuplicate, first.id),
                    None if first_of.contains_key(&key) => {
                        keep(service, index_of(&kept, first_of.get(&key)), &mut services, ledger)
                    }
                    None => ledger.set_aside(service.id, "facility", &key, Rule::OrganizationUnknown),
                }
            }
            continue;
        }
        first_of.insert(key, facility);
        kept.push(facility);
        for service in own {
            keep(service, kept.len() - 1, &mut services, ledger);
        }
    }
    let mut directory = assemble(&kept, &services, source, &prefix, &zone, ledger);
    for resource in &directory.resources {
        spoken_of.remove(&resource.external_id);
    }
    directory.left_out = spoken_of.into_iter().map(|key| (key, Absence::NotImported)).collect();
    all_facilities.close(ledger);
    all_services.close(ledger);
    directory
}

/// The services of a facility; anything but a list is a list of one.
fn services_of(facility: Record<'_>) -> &[Value] {
    match facility.get(SERVICES) {
        None => &[],
        Some(Value::Array(services)) => services,
        Some(other) => std::slice::from_ref(other),
    }
}

fn index_of(kept: &[Record<'_>], record: Option<&Record<'_>>) -> usize {
    kept.iter().position(|have| record.is_some_and(|record| record.id == have.id)).unwrap_or(0)
}

/// Whether a record is the first with a key of its own; otherwise the ledger hears why not.
fn accept(key: &str, record: Record<'_>, first: Option<&Record<'_>>, no_name: Rule, ledger: &mut Ledger) -> bool {
    if key.is_empty() {
        let given = record.get("objectId").map(plain).unwrap_or_default();
        ledger.set_aside(record.id, "objectId", &given, Rule::RowNoKey);
    } else if key.chars().count() > KEY_CHARS_MAX {
        ledger.set_aside(record.id, "objectId", key, Rule::KeyTooLong);
    } else if let Some(first) = first {
        ledger.merge(record.id, Rule::RowDuplicate, first.id);
    } else if text::clean(&record.plain("name"), TextKind::Line).0.is_empty() {
        let given = record.get("name").map(plain).unwrap_or_default();
        ledger.set_aside(record.id, "name", &given, no_name);
    } else {
        return true;
    }
    false
}

fn keep<'v>(
    service: Record<'v>,
    facility: usize,
    services: &mut BTreeMap<String, (Record<'v>, usize)>,
    ledger: &mut Ledger,
) {
    let key = service.plain("objectId");
    let first = services.get(&key).map(|(first, _)| *first);
    if accept(&key, service, first.as_ref(), Rule::ServiceNoName, ledger) {
        services.insert(key, (service, facility));
    }
}

fn assemble(
    facilities: &[Record<'_>],
    services: &BTreeMap<String, (Record<'_>, usize)>,
    source: &str,
    prefix: &str,
    zone: &str,
    ledger: &mut Ledger,
) -> Directory {
    let verdicts = points::judge(&facilities.iter().map(coordinates).collect::<Vec<_>>());
    let mut organizations: Vec<Organization> =
        facilities.iter().map(|facility| organization(facility, ledger)).collect();
    for (facility, verdict) in facilities.iter().zip(&verdicts) {
        report_point(facility, *verdict, ledger);
    }
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    let mut resources = Vec::with_capacity(services.len());
    for (key, (service, at)) in services {
        let (Some(facility), Some(organization), Some(verdict)) =
            (facilities.get(*at), organizations.get(*at), verdicts.get(*at))
        else {
            continue;
        };
        ledger.becomes(Stage::Resources, key);
        ledger.take(service.id);
        let category = service.text(ledger, "category", TextKind::Line);
        let code = crate::hsds::category_code(prefix, if category.is_empty() { "unclassified" } else { &category });
        if category.is_empty() {
            ledger.repair(service.id, "category", "", Rule::ServiceNoCategory, &code);
        }
        codes.entry(code.clone()).or_insert(category);
        resources.push(Resource {
            external_id: key.clone(),
            organization: organization.external_id.clone(),
            title: service.text(ledger, "name", TextKind::Line),
            content: content(facility, service, organization, ledger),
            responsible_party: organization.name.clone(),
            service_standard: standard(service, source, ledger),
            categories: vec![code],
            place: verdict.point(),
            areas: vec![Area::Everywhere],
            paused: false,
            schedule: hours::schedule(service, zone, ledger),
            eligibility: eligibility(facility, ledger),
        });
    }
    organizations.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    let categories = codes.into_iter().map(|(code, name)| category(code, &name, source)).collect();
    let left_out = BTreeMap::new();
    Directory { format: Format::LinkSf, source: source.to_owned(), categories, organizations, resources, left_out }
}

fn category(code: String, name: &str, source: &str) -> Category {
    let mut letters = name.chars();
    let name_en = letters.next().map_or_else(
        || "Unclassified: the directory gives no category".to_owned(),
        |first| first.to_uppercase().chain(letters).collect(),
    );
    Category {
        code,
        parent: None,
        name_zh: String::new(),
        name_en,
        synonyms: Vec::new(),
        vocabulary: source.to_owned(),
    }
}

fn coordinates(facility: &Record<'_>) -> (String, String, Address) {
    let of =
        |field: &str| facility.get("location").and_then(|location| location.get(field)).map(plain).unwrap_or_default();
    let address = Address {
        street: facility.plain("address").trim().to_owned(),
        city: facility.plain("city").trim().to_owned(),
        state: STATE.to_owned(),
        postal_code: String::new(),
    };
    (of("latitude"), of("longitude"), address)
}

fn report_point(facility: &Record<'_>, verdict: points::Verdict, ledger: &mut Ledger) {
    let given = facility.get("location").map(as_it_stands).unwrap_or_default();
    match verdict {
        points::Verdict::Given(_) => {}
        points::Verdict::Repaired(point, rule) => {
            ledger.repair(facility.id, "location", &given, rule, &format!("{}, {}", point.latitude, point.longitude));
        }
        points::Verdict::Missing => {
            ledger.repair(
                facility.id,
                "location",
                &given,
                Rule::CoordinateMissing,
                "no point: reached by phone or online first, serves everywhere",
            );
        }
        points::Verdict::Refused(rule) => ledger.drop_value(facility.id, "location", &given, rule),
    }
}

fn organization(facility: &Record<'_>, ledger: &mut Ledger) -> Organization {
    let key = facility.plain("objectId");
    ledger.becomes(Stage::Organizations, &key);
    ledger.take(facility.id);
    let address = ["address", "city"].map(|field| facility.text(ledger, field, TextKind::Line));
    let mut line: Vec<String> = address.into_iter().filter(|part| !part.is_empty()).collect();
    if !line.is_empty() {
        line.push(STATE.to_owned());
    }
    Organization {
        external_id: key,
        name: facility.text(ledger, "name", TextKind::Line),
        url: facility.text(ledger, "website", TextKind::Url),
        address: line.join(", "),
        ..Organization::default()
    }
}

fn content(facility: &Record<'_>, service: &Record<'_>, organization: &Organization, ledger: &mut Ledger) -> String {
    let mut description = service.text(ledger, "description", TextKind::Prose);
    if description.is_empty() {
        description = service.text(ledger, "name", TextKind::Line);
        ledger.repair(service.id, "description", "", Rule::ServiceNoDescription, &description);
    }
    let mut parts = vec![description];
    for (label, text) in [
        ("About the place", facility.text(ledger, "notes", TextKind::Prose)),
        ("About the organization", facility.text(ledger, "description", TextKind::Prose)),
        ("Address", organization.address.clone()),
        ("Cross street", facility.text(ledger, "cross_street", TextKind::Line)),
        ("Web", organization.url.clone()),
    ] {
        if !text.is_empty() {
            parts.push(format!("{label}: {text}"));
        }
    }
    bounded(service.id, "description", parts.join("\n\n"), ledger)
}

fn standard(service: &Record<'_>, source: &str, ledger: &mut Ledger) -> String {
    let notes = service.text(ledger, "notes", TextKind::Prose);
    if notes.is_empty() {
        let text = format!("As published by {source}; no standard is stated.");
        ledger.repair(service.id, "notes", "", Rule::ServiceNoStandard, &text);
        return text;
    }
    notes
}

/// Limits of the facility hold for all its services.
fn eligibility(facility: &Record<'_>, ledger: &mut Ledger) -> Option<Eligibility> {
    let age = ages(facility, ledger);
    let gender = match facility.get("gender") {
        None => None,
        Some(Value::String(letter)) if letter == "F" => Some(("female", "Women", "女性")),
        Some(Value::String(letter)) if letter == "M" => Some(("male", "Men", "男性")),
        Some(other) => {
            ledger.drop_value(facility.id, "gender", &as_it_stands(other), Rule::GenderUnreadable);
            None
        }
    };
    let gender = gender.map(|(code, en, zh)| Eligibility {
        expression: format!("gender == \"{code}\""),
        statement_en: en.to_owned(),
        statement_zh: zh.to_owned(),
    });
    match (age, gender) {
        (Some(age), Some(gender)) => Some(Eligibility {
            expression: format!("{} && {}", gender.expression, age.expression),
            statement_en: format!("{}, {}", gender.statement_en, age.statement_en.to_lowercase()),
            statement_zh: format!("{}，{}", gender.statement_zh, age.statement_zh),
        }),
        (age, gender) => age.or(gender),
    }
}

fn ages(facility: &Record<'_>, ledger: &mut Ledger) -> Option<Eligibility> {
    let groups = match facility.get("age") {
        None => return None,
        Some(Value::Array(groups)) => groups,
        Some(other) => {
            ledger.drop_value(facility.id, "age", &as_it_stands(other), Rule::AgeUnreadable);
            return None;
        }
    };
    let letters: BTreeSet<String> = groups.iter().filter(|group| !group.is_null()).map(plain).collect();
    let mut ranges: Vec<(i64, Option<i64>)> = Vec::new();
    for letter in &letters {
        ranges.push(match letter.as_str() {
            "C" => (0, Some(12)),
            "Y" => (12, Some(24)),
            "A" => (18, None),
            "S" => (55, None),
            other => {
                ledger.drop_value(facility.id, "age", other, Rule::AgeUnreadable);
                continue;
            }
        });
    }
    let least = ranges.iter().map(|(from, _)| *from).min()?;
    let most =
        if ranges.iter().any(|(_, to)| to.is_none()) { None } else { ranges.iter().filter_map(|(_, to)| *to).max() };
    // Children and seniors without those between: the gap is stated too.
    let found = if letters.contains("C") && !letters.contains("A") && letters.contains("S") {
        let young = if letters.contains("Y") { 24 } else { 12 };
        Some(Eligibility {
            expression: format!("age_years <= {young} || age_years >= 55"),
            statement_en: format!("Aged {young} or under, or 55 or over"),
            statement_zh: format!("{young}岁及以下，或年满55岁"),
        })
    } else {
        age_limits(Some(least).filter(|least| *least > 0), most)
    };
    let to = found.as_ref().map_or("no limit", |found| found.expression.as_str());
    let given: Vec<String> = letters.into_iter().collect();
    ledger.repair(facility.id, "age", &given.join(", "), Rule::AgeGroup, to);
    found.map(parenthesized)
}

/// Keeps an alternative together when a further condition follows it.
fn parenthesized(eligibility: Eligibility) -> Eligibility {
    if eligibility.expression.contains("||") {
        return Eligibility { expression: format!("({})", eligibility.expression), ..eligibility };
    }
    eligibility
}

/// The state and zone of this module are ones that the tables of states know.
#[cfg(test)]
#[test]
fn the_state_is_known() {
    assert_eq!(crate::clean::places::time_zone(STATE), Some(TIME_ZONE));
}
