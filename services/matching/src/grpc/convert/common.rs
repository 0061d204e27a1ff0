//! Values that stand in many messages.

use std::collections::HashSet;
use std::fmt::Arguments;

use jiff::Timestamp;
use jiff::civil::Date;

use wishwell_api::v1;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactValue, Facts, unknown_key};
use wishwell_domain::fact_catalogue::definition;
use wishwell_domain::geo::{Datum, Disclosure, Point};
use wishwell_domain::ids::{CategoryCode, DivisionCode, ExternalId, Version};
use wishwell_domain::schedule::{DayInterval, Schedule, ScheduleException, WeeklyInterval};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::{Field, Violation, Violations};

/// Reads an enumerated value that validation already held to the defined ones.
pub(crate) fn undefined(field: impl Field, value: i32) -> Violation {
    Violation::new(field, "enum.defined_only", "is not a known value").with_value(value)
}

pub(crate) fn text(text: Option<v1::LocalizedText>) -> LocalizedText {
    let text = text.unwrap_or_default();
    LocalizedText { zh: text.zh, en: text.en }
}

pub(crate) fn text_out(text: &LocalizedText) -> v1::LocalizedText {
    v1::LocalizedText { zh: text.zh.clone(), en: text.en.clone() }
}

pub(crate) fn external(external: Option<v1::ExternalId>) -> Option<ExternalId> {
    external.map(|external| ExternalId { source: external.source, external_id: external.external_id })
}

pub(crate) fn external_out(external: Option<&ExternalId>) -> Option<v1::ExternalId> {
    external
        .map(|external| v1::ExternalId { source: external.source.clone(), external_id: external.external_id.clone() })
}

/// Reads a point. The coordinates of a beneficiary are read with [`Disclosure::Hidden`].
pub(crate) fn point(
    field: impl Field,
    point: Option<v1::GeoPoint>,
    disclosure: Disclosure,
    violations: &mut Violations,
) -> Option<Point> {
    let point = point?;
    let datum = match point.datum() {
        v1::Datum::Wgs84 => Datum::Wgs84,
        v1::Datum::Gcj02 => Datum::Gcj02,
        v1::Datum::Bd09 => Datum::Bd09,
        v1::Datum::Unspecified => {
            violations.add(Violation::new(
                format!("{field}.datum"),
                "datum.required",
                "must say which datum the coordinates are in: WGS84, GCJ02 or BD09",
            ));
            return None;
        }
    };
    match Point::from_degrees_disclosed(field, point.latitude, point.longitude, datum, disclosure) {
        Ok(point) => Some(point),
        Err(found) => {
            for violation in found.into_vec() {
                violations.add(violation);
            }
            None
        }
    }
}

pub(crate) fn point_out(point: Option<Point>) -> Option<v1::GeoPoint> {
    point.map(|point| {
        let (latitude, longitude) = point.degrees();
        v1::GeoPoint { latitude, longitude, datum: v1::Datum::Wgs84.into() }
    })
}

/// The entries of a list that can be read, each with the path it was sent at. The others are told of and left out; whatever is found
/// later of those that stay is told where they were sent.
pub(crate) fn readable<M, T>(
    list: impl Field,
    sent: impl IntoIterator<Item = M>,
    violations: &mut Violations,
    mut read: impl FnMut(Arguments<'_>, M, &mut Violations) -> Option<T>,
) -> Vec<T> {
    let sent = sent.into_iter();
    let (mut entries, mut places) = (Vec::with_capacity(sent.size_hint().0), Vec::new());
    let mut is_whole = true;
    for (place, sent) in sent.enumerate() {
        match read(format_args!("{list}[{place}]"), sent, violations) {
            Some(entry) => {
                entries.push(entry);
                places.push(place);
            }
            None => is_whole = false,
        }
    }
    if !is_whole {
        violations.leave_out(list, places);
    }
    entries
}

/// An empty code means that there is none.
pub(crate) fn division(field: impl Field, code: &str, violations: &mut Violations) -> Option<DivisionCode> {
    if code.is_empty() { None } else { violations.take(DivisionCode::parse(field, code)) }
}

/// Those codes of a list that can be read.
pub(crate) fn divisions(list: impl Field, codes: &[String], violations: &mut Violations) -> Vec<DivisionCode> {
    readable(list, codes, violations, |path, code, violations| violations.take(DivisionCode::parse(path, code)))
}

pub(crate) fn code_out(code: Option<&DivisionCode>) -> String {
    code.map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn category(field: impl Field, code: &str, violations: &mut Violations) -> Option<CategoryCode> {
    violations.take(CategoryCode::parse(field, code))
}

/// Those codes of a list that can be read.
pub(crate) fn categories(list: impl Field, codes: &[String], violations: &mut Violations) -> Vec<CategoryCode> {
    readable(list, codes, violations, |path, code, violations| category(path, code, violations))
}

/// An empty date means that there is none.
pub(crate) fn date(field: impl Field, text: &str, violations: &mut Violations) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    required_date(field, text, violations)
}

pub(crate) fn required_date(field: impl Field, text: &str, violations: &mut Violations) -> Option<Date> {
    violations.take(
        text.parse::<Date>()
            .map_err(|_| Violation::new(field, "date", "must be a calendar date, YYYY-MM-DD").with_value(text)),
    )
}

pub(crate) fn date_out(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

pub(crate) fn timestamp(
    field: impl Field,
    timestamp: Option<prost_types::Timestamp>,
    violations: &mut Violations,
) -> Option<Timestamp> {
    let timestamp = timestamp?;
    violations.take(Timestamp::new(timestamp.seconds, timestamp.nanos).map_err(|_| {
        Violation::new(field, "timestamp", "must lie between the years 1 and 9999")
            .with_value(format!("{} s {} ns", timestamp.seconds, timestamp.nanos))
    }))
}

pub(crate) fn timestamp_out(timestamp: Timestamp) -> prost_types::Timestamp {
    // Both of a timestamp's parts have the same sign in jiff; on the wire nanoseconds count forward.
    let (mut seconds, mut nanos) = (timestamp.as_second(), timestamp.subsec_nanosecond());
    if nanos < 0 {
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    prost_types::Timestamp { seconds, nanos }
}

pub(crate) fn etag_out(version: Version) -> String {
    version.0.to_string()
}

/// An empty etag asks for no check.
pub(crate) fn etag(field: impl Field, etag: &str, violations: &mut Violations) -> Option<Version> {
    if etag.is_empty() {
        return None;
    }
    violations.take(
        etag.parse()
            .map(Version)
            .map_err(|_| Violation::new(field, "etag", "must be an etag as it was answered").with_value(etag)),
    )
}

/// The group of a filter; none when any will do.
pub(crate) fn group_tag(tag: i32) -> Option<GroupTag> {
    match v1::GroupTag::try_from(tag) {
        Ok(v1::GroupTag::Elderly) => Some(GroupTag::Elderly),
        Ok(v1::GroupTag::Minor) => Some(GroupTag::Minor),
        Ok(v1::GroupTag::Disabled) => Some(GroupTag::Disabled),
        Ok(v1::GroupTag::InDifficulty) => Some(GroupTag::InDifficulty),
        Ok(v1::GroupTag::Veteran) => Some(GroupTag::Veteran),
        Ok(v1::GroupTag::SevereIllness) => Some(GroupTag::SevereIllness),
        Ok(v1::GroupTag::Unspecified) | Err(_) => None,
    }
}

pub(crate) fn group_tags(field: impl Field, tags: &[i32], violations: &mut Violations) -> Vec<GroupTag> {
    let mut read: Vec<GroupTag> = tags
        .iter()
        .enumerate()
        .filter_map(|(index, tag)| {
            let known = group_tag(*tag).ok_or_else(|| undefined(format_args!("{field}[{index}]"), *tag));
            violations.take(known)
        })
        .collect();
    read.sort_unstable();
    read.dedup();
    read
}

pub(crate) fn group_tags_out(tags: &[GroupTag]) -> Vec<i32> {
    tags.iter().map(|tag| group_tag_out(*tag)).collect()
}

pub(crate) fn group_tag_out(tag: GroupTag) -> i32 {
    i32::from(match tag {
        GroupTag::Elderly => v1::GroupTag::Elderly,
        GroupTag::Minor => v1::GroupTag::Minor,
        GroupTag::Disabled => v1::GroupTag::Disabled,
        GroupTag::InDifficulty => v1::GroupTag::InDifficulty,
        GroupTag::Veteran => v1::GroupTag::Veteran,
        GroupTag::SevereIllness => v1::GroupTag::SevereIllness,
    })
}

/// Reads facts and checks them here, where it is known which one each is, also of those that stand twice. Their values never show up in a
/// violation.
pub(crate) fn facts(field: impl Field, facts: Vec<v1::Fact>, violations: &mut Violations) -> Facts {
    let mut read = Facts::default();
    let mut keys = HashSet::new();
    for (index, fact) in facts.into_iter().enumerate() {
        let Some(definition) = definition(&fact.key) else {
            violations.add(unknown_key(format_args!("{field}[{index}].key")));
            continue;
        };
        let (place, value) = match (fact.bool_value, fact.int_value, fact.string_value) {
            (Some(value), _, _) => ("bool_value", FactValue::Bool(value)),
            (_, Some(value), _) => ("int_value", FactValue::Int(value)),
            (_, _, Some(value)) => ("string_value", FactValue::Text(value)),
            _ => ("string_values", FactValue::Texts(fact.string_values)),
        };
        let mut wrong = Violations::new();
        definition.check(format_args!("{field}[{index}].{place}"), &value, &mut wrong);
        let is_sound = wrong.is_empty();
        violations.extend(wrong);
        if !keys.insert(definition.key) {
            violations.add(Violation::new(format!("{field}[{index}].key"), "fact.unique", "stands twice"));
        }
        // What is wrong is told of, and by its key it would be a second time.
        if is_sound {
            read.0.insert(fact.key, value);
        }
    }
    read
}

pub(crate) fn facts_out(facts: &Facts) -> Vec<v1::Fact> {
    facts
        .0
        .iter()
        .map(|(key, value)| {
            let mut fact = v1::Fact { key: key.clone(), ..v1::Fact::default() };
            match value {
                FactValue::Bool(value) => fact.bool_value = Some(*value),
                FactValue::Int(value) => fact.int_value = Some(*value),
                FactValue::Text(value) => fact.string_value = Some(value.clone()),
                FactValue::Texts(values) => fact.string_values.clone_from(values),
            }
            fact
        })
        .collect()
}

/// Minutes and weekdays were bounded by validation; what does not fit becomes a value that the domain's check refuses.
fn small<T: TryFrom<i32> + Default>(value: i32) -> T {
    T::try_from(value).unwrap_or_default()
}

pub(crate) fn schedule(
    field: impl Field,
    schedule: Option<v1::Schedule>,
    violations: &mut Violations,
) -> Option<Schedule> {
    let schedule = schedule?;
    let weekly = schedule
        .weekly
        .iter()
        .map(|hours| WeeklyInterval {
            weekday: small(hours.weekday),
            interval: DayInterval {
                opens_minute: small(hours.opens_minute),
                closes_minute: small(hours.closes_minute),
            },
        })
        .collect();
    let exceptions = readable(
        format_args!("{field}.exceptions"),
        &schedule.exceptions,
        violations,
        |path, exception, violations| {
            let date = required_date(format_args!("{path}.date"), &exception.date, violations)?;
            let intervals = exception
                .hours
                .iter()
                .map(|hours| DayInterval {
                    opens_minute: small(hours.opens_minute),
                    closes_minute: small(hours.closes_minute),
                })
                .collect();
            Some(ScheduleException { date, intervals })
        },
    );
    Some(Schedule {
        valid_from: date(format_args!("{field}.valid_from"), &schedule.valid_from, violations),
        valid_until: date(format_args!("{field}.valid_until"), &schedule.valid_until, violations),
        time_zone: schedule.time_zone,
        weekly,
        exceptions,
    })
}

pub(crate) fn schedule_out(schedule: Option<&Schedule>) -> Option<v1::Schedule> {
    let schedule = schedule?;
    Some(v1::Schedule {
        time_zone: schedule.time_zone.clone(),
        weekly: schedule
            .weekly
            .iter()
            .map(|hours| v1::WeeklyHours {
                weekday: hours.weekday.into(),
                opens_minute: hours.interval.opens_minute.into(),
                closes_minute: hours.interval.closes_minute.into(),
            })
            .collect(),
        valid_from: date_out(schedule.valid_from),
        valid_until: date_out(schedule.valid_until),
        exceptions: schedule
            .exceptions
            .iter()
            .map(|exception| v1::ScheduleException {
                date: exception.date.to_string(),
                hours: exception
                    .intervals
                    .iter()
                    .map(|hours| v1::DayHours {
                        opens_minute: hours.opens_minute.into(),
                        closes_minute: hours.closes_minute.into(),
                    })
                    .collect(),
            })
            .collect(),
    })
}
