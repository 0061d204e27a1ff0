//! LinkSF facilities: like HSDS and not HSDS. A facility is an organization at one place with services, each with its own hours.
//!
//! Hours are by weekday, 0 Sunday to 6 Saturday, as pairs of HHMM numbers; 2359 is the end of the day. Age groups are letters without
//! years: C children, Y youth, A adults, S seniors.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::clean::points::{self, Address};
use crate::clean::text::{self, Kind as TextKind};
use crate::clean::time::{self, Time};
use crate::clean::week;
use crate::directory::{Area, Category, Directory, Eligibility, Format, Organization, Resource, Schedule, Span};
use crate::hsds::age_limits;
use crate::options::{KEY_CHARS_MAX, Options, TEXT_CHARS_MAX, TITLE_CHARS_MAX, URL_CHARS_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;

/// Where LinkSF's places are.
const STATE: &str = "CA";
/// The zone of their hours.
const TIME_ZONE: &str = "America/Los_Angeles";

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

/// A JSON object with its row in the report.
#[derive(Clone, Copy)]
struct Record<'v> {
    id: RowId,
    object: &'v Map<String, Value>,
}

impl<'v> Record<'v> {
    fn text(&self, ledger: &mut Ledger, field: &str, kind: TextKind) -> String {
        let (text, changes) = text::clean(self.plain(field), kind);
        for change in changes {
            ledger.repair(self.id, field, &change.before, change.rule, &change.after);
        }
        let most = match kind {
            TextKind::Line => TITLE_CHARS_MAX,
            TextKind::Prose => TEXT_CHARS_MAX,
            // Half a web address leads nowhere.
            TextKind::Url if text.chars().count() > URL_CHARS_MAX => {
                ledger.drop_value(self.id, field, &text, Rule::TextTooLong);
                return String::new();
            }
            TextKind::Url => URL_CHARS_MAX,
        };
        match text::cut(&text, most) {
            None => text,
            Some(cut) => {
                ledger.repair(self.id, field, &text, Rule::TextTooLong, &cut);
                cut
            }
        }
    }

    fn plain(&self, field: &str) -> &'v str {
        self.object.get(field).and_then(Value::as_str).unwrap_or("")
    }
}

/// Cleans LinkSF facilities.
pub(crate) fn build(file: &str, value: &Value, source: &str, options: &Options, ledger: &mut Ledger) -> Directory {
    let prefix = options.category_prefix.clone().unwrap_or_else(|| "linksf".to_owned());
    let zone = options.time_zone.clone().unwrap_or_else(|| TIME_ZONE.to_owned());
    ledger.note(format!("opening hours are in {zone}"));
    let tables = (ledger.table(&format!("{file}#facilities")), ledger.table(&format!("{file}#services")));
    let facilities = records(facilities(value), tables.0, &mut 0, ledger);
    let mut first_of: BTreeMap<&str, Record<'_>> = BTreeMap::new();
    let mut services: BTreeMap<&str, (Record<'_>, usize)> = BTreeMap::new();
    let mut kept: Vec<Record<'_>> = Vec::new();
    let mut number = 0;
    for facility in facilities {
        let key = facility.plain("objectId");
        let own = facility.object.get("services").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let own = records(own, tables.1, &mut number, ledger);
        if !accept(key, facility, first_of.get(key), Rule::OrganizationNoName, ledger) {
            // The same facility is listed once for each of its categories: its services are too.
            for service in own {
                let first = services.get(service.plain("objectId")).map(|(first, _)| *first);
                match first {
                    Some(first) => ledger.merge(service.id, Rule::RowDuplicate, first.id),
                    None if first_of.contains_key(key) => {
                        keep(service, index_of(&kept, first_of.get(key)), &mut services, ledger)
                    }
                    None => ledger.set_aside(service.id, "facility", key, Rule::OrganizationUnknown),
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
    assemble(&kept, &services, source, &prefix, &zone, ledger)
}

fn index_of(kept: &[Record<'_>], record: Option<&Record<'_>>) -> usize {
    kept.iter().position(|have| record.is_some_and(|record| record.id == have.id)).unwrap_or(0)
}

fn records<'v>(values: &'v [Value], table: usize, number: &mut u64, ledger: &mut Ledger) -> Vec<Record<'v>> {
    let mut records = Vec::with_capacity(values.len());
    for value in values {
        *number += 1;
        let key = value.get("objectId").and_then(Value::as_str).unwrap_or("");
        let id = ledger.row(table, *number, key);
        match value.as_object() {
            Some(object) => records.push(Record { id, object }),
            None => ledger.set_aside(id, "", &value.to_string(), Rule::RowNotAnObject),
        }
    }
    records
}

/// Whether a record is the first with a key of its own; otherwise the ledger hears why not.
fn accept(key: &str, record: Record<'_>, first: Option<&Record<'_>>, no_name: Rule, ledger: &mut Ledger) -> bool {
    if key.is_empty() {
        ledger.set_aside(record.id, "objectId", "", Rule::RowNoKey);
    } else if key.chars().count() > KEY_CHARS_MAX {
        ledger.set_aside(record.id, "objectId", key, Rule::KeyTooLong);
    } else if let Some(first) = first {
        ledger.merge(record.id, Rule::RowDuplicate, first.id);
    } else if text::clean(record.plain("name"), TextKind::Line).0.is_empty() {
        ledger.set_aside(record.id, "name", "", no_name);
    } else {
        return true;
    }
    false
}

fn keep<'v>(
    service: Record<'v>,
    facility: usize,
    services: &mut BTreeMap<&'v str, (Record<'v>, usize)>,
    ledger: &mut Ledger,
) {
    let key = service.plain("objectId");
    let first = services.get(key).map(|(first, _)| *first);
    if accept(key, service, first.as_ref(), Rule::ServiceNoName, ledger) {
        services.insert(key, (service, facility));
    }
}

fn assemble(
    facilities: &[Record<'_>],
    services: &BTreeMap<&str, (Record<'_>, usize)>,
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
        ledger.take(service.id);
        let category = service.text(ledger, "category", TextKind::Line);
        let code = crate::hsds::category_code(prefix, if category.is_empty() { "unclassified" } else { &category });
        if category.is_empty() {
            ledger.repair(service.id, "category", "", Rule::ServiceNoCategory, &code);
        }
        codes.entry(code.clone()).or_insert(category);
        resources.push(Resource {
            external_id: (*key).to_owned(),
            organization: organization.external_id.clone(),
            title: service.text(ledger, "name", TextKind::Line),
            content: content(facility, service, organization, ledger),
            responsible_party: organization.name.clone(),
            service_standard: standard(service, source, ledger),
            categories: vec![code],
            place: verdict.point(),
            areas: vec![Area::Everywhere],
            paused: false,
            schedule: schedule(service, zone, ledger),
            eligibility: eligibility(facility, ledger),
        });
    }
    organizations.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    let categories = codes.into_iter().map(|(code, name)| category(code, &name, source)).collect();
    Directory { format: Format::LinkSf, source: source.to_owned(), categories, organizations, resources }
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
    let of = |field: &str| match facility.object.get("location").and_then(|location| location.get(field)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let address = Address {
        street: facility.plain("address").trim().to_owned(),
        city: facility.plain("city").trim().to_owned(),
        state: STATE.to_owned(),
        postal_code: String::new(),
    };
    (of("latitude"), of("longitude"), address)
}

fn report_point(facility: &Record<'_>, verdict: points::Verdict, ledger: &mut Ledger) {
    let given = facility.object.get("location").map(Value::to_string).unwrap_or_default();
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
    ledger.take(facility.id);
    let address = ["address", "city"].map(|field| facility.text(ledger, field, TextKind::Line));
    let mut line: Vec<String> = address.into_iter().filter(|part| !part.is_empty()).collect();
    if !line.is_empty() {
        line.push(STATE.to_owned());
    }
    Organization {
        external_id: facility.plain("objectId").to_owned(),
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
    let text = parts.join("\n\n");
    text::cut(&text, TEXT_CHARS_MAX).unwrap_or(text)
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

fn schedule(service: &Record<'_>, zone: &str, ledger: &mut Ledger) -> Option<Schedule> {
    let hours = service.object.get("openHours").and_then(Value::as_object)?;
    let noon_is_midnight = always_until_noon(hours) && says_24_hours(service);
    let mut weekly: Vec<Span> = Vec::new();
    for (day, spans) in hours {
        let field = format!("openHours.{day}");
        let weekday = match day.parse::<u8>() {
            Ok(0) => 7,
            Ok(day @ 1..=6) => day,
            _ => {
                ledger.drop_value(service.id, &field, &spans.to_string(), Rule::ScheduleWeekday);
                continue;
            }
        };
        for span in spans.as_array().map_or(&[][..], Vec::as_slice) {
            match day_span(span, noon_is_midnight) {
                Ok((hours, rules)) => {
                    for rule in rules {
                        let to = format!("{} to {} minutes", hours.opens, hours.closes);
                        ledger.repair(service.id, &field, &span.to_string(), rule, &to);
                    }
                    weekly.extend(week::spans(weekday, &hours));
                }
                Err(rule) => ledger.drop_value(service.id, &field, &span.to_string(), rule),
            }
        }
    }
    let before = weekly.len();
    let (weekly, joined) = week::join(weekly);
    if joined {
        let to = format!("{} spans", weekly.len());
        ledger.repair(service.id, "openHours", &format!("{before} spans"), Rule::ScheduleOverlap, &to);
    }
    (!weekly.is_empty()).then(|| Schedule { time_zone: zone.to_owned(), weekly, valid_from: None, valid_until: None })
}

fn day_span(span: &Value, noon_is_midnight: bool) -> Result<(time::Hours, Vec<Rule>), Rule> {
    let at = |at: usize| {
        span.get(at).and_then(Value::as_u64).and_then(|v| u16::try_from(v).ok()).ok_or(Rule::TimeUnreadable)
    };
    let clock = |hhmm: u16| match (hhmm / 100, hhmm % 100) {
        (0..=23, minute @ 0..=59) => Ok(Time { minute: hhmm / 100 * 60 + minute, ambiguous: false, rules: Vec::new() }),
        (24, 0) => Ok(Time { minute: week::END_OF_DAY, ambiguous: false, rules: Vec::new() }),
        _ => Err(Rule::TimeUnreadable),
    };
    if span.as_array().map(Vec::len) != Some(2) {
        return Err(Rule::TimeUnreadable);
    }
    if noon_is_midnight {
        return Ok((
            time::Hours { opens: 0, closes: week::END_OF_DAY, rules: Vec::new() },
            vec![Rule::ScheduleNoonForMidnight],
        ));
    }
    let hours = time::span(clock(at(0)?)?, clock(at(1)?)?)?;
    let rules = hours.rules.clone();
    Ok((hours, rules))
}

fn always_until_noon(hours: &Map<String, Value>) -> bool {
    hours.len() == 7 && hours.values().all(|spans| *spans == serde_json::json!([[0, 1200]]))
}

fn says_24_hours(service: &Record<'_>) -> bool {
    let words = format!("{} {}", service.plain("notes"), service.plain("description")).to_lowercase();
    ["24 hour", "24-hour", "24hr", "24 hr"].iter().any(|phrase| words.contains(phrase))
}

/// Limits of the facility hold for all its services.
fn eligibility(facility: &Record<'_>, ledger: &mut Ledger) -> Option<Eligibility> {
    let age = ages(facility, ledger);
    let gender = match facility.object.get("gender") {
        None | Some(Value::Null) => None,
        Some(Value::String(letter)) if letter == "F" => Some(("female", "Women", "女性")),
        Some(Value::String(letter)) if letter == "M" => Some(("male", "Men", "男性")),
        Some(other) => {
            ledger.drop_value(facility.id, "gender", &other.to_string(), Rule::GenderUnreadable);
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
    let groups = match facility.object.get("age") {
        None | Some(Value::Null) => return None,
        Some(Value::Array(groups)) => groups,
        Some(other) => {
            ledger.drop_value(facility.id, "age", &other.to_string(), Rule::AgeUnreadable);
            return None;
        }
    };
    let letters: BTreeSet<&str> = groups.iter().filter_map(Value::as_str).collect();
    let mut ranges: Vec<(i64, Option<i64>)> = Vec::new();
    for letter in &letters {
        ranges.push(match *letter {
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
    let given: Vec<&str> = letters.into_iter().collect();
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
