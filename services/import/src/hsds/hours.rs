//! Opening hours: `regular_schedules` of HSDS 1.x and `schedules` of 3.x (RRULE-like) to weeks.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::details::Target;
use super::places::{Place, Places};
use crate::clean::text::{self, Kind as TextKind};
use crate::clean::time::{self, Hours as DayHours, Style};
use crate::clean::{places as states, week};
use crate::directory::{Schedule, Span};
use crate::error::ImportError;
use crate::note::Note;
use crate::options::{Options, SCHEDULE_SPANS_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};

/// Columns of a recurrence that is not the same each week.
const NOT_WEEKLY: [&str; 4] = ["bymonthday", "byyearday", "byweekno", "count"];

/// Years that the API takes.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// All hours, by what they belong to.
pub(super) struct Hours<'a> {
    by_key: HashMap<(&'static str, &'a str), Vec<(Row<'a>, Parsed)>>,
    any: bool,
}

/// One row of hours.
#[derive(Clone)]
struct Parsed {
    /// Empty when the hours are in words only.
    spans: Vec<Span>,
    from: Option<Date>,
    until: Option<Date>,
}

/// Hours of one resource.
#[derive(Default)]
pub(super) struct Found {
    /// Without its time zone.
    pub weekly: Vec<Span>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// As published, in words.
    pub words: String,
}

impl Found {
    /// The schedule in a zone; none without hours in figures.
    pub(super) fn schedule(&self, time_zone: &str) -> Option<Schedule> {
        let schedule = || Schedule {
            time_zone: time_zone.to_owned(),
            weekly: self.weekly.clone(),
            valid_from: self.from,
            valid_until: self.until,
        };
        (!self.weekly.is_empty()).then(schedule)
    }
}

pub(super) fn read<'a>(tables: &'a Tables, ledger: &mut Ledger) -> Hours<'a> {
    let mut hours = Hours { by_key: HashMap::new(), any: false };
    for table in tables.tables.iter().filter(|table| table.kind == Kind::Schedule) {
        let style = time::style_of(table.rows().flat_map(|row| [row.raw("opens_at"), row.raw("closes_at")]));
        for row in table.rows() {
            let keys = ["service_at_location_id", "service_id", "location_id"].map(|column| (column, row.key(column)));
            let Some(key) = keys.into_iter().find(|(_, key)| !key.is_empty()) else {
                ledger.set_aside(row.id, "service_id", "", Rule::RowNoKey);
                continue;
            };
            if let Some(parsed) = parse(&row, style, ledger) {
                hours.any |= !parsed.spans.is_empty();
                hours.by_key.entry(key).or_default().push((row, parsed));
            }
        }
    }
    hours
}

impl Hours<'_> {
    /// Whether there are any hours in figures.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// The hours of a resource: those of this service at this place, else the service's, else the place's.
    pub(super) fn of(&self, target: Target<'_>, ledger: &mut Ledger) -> Found {
        let levels = [
            ("service_at_location_id", target.service_at_location),
            ("service_id", target.service),
            ("location_id", target.location),
        ];
        for level in levels {
            let rows: Vec<&(Row<'_>, Parsed)> = self
                .by_key
                .get(&level)
                .into_iter()
                .flatten()
                .filter(|(row, _)| row.key("location_id").is_empty() || row.key("location_id") == target.location)
                .collect();
            if !rows.is_empty() {
                return together(&rows, ledger);
            }
        }
        Found::default()
    }
}

/// Puts the rows of one level together: one period stands, its spans are joined, the words are kept.
fn together(rows: &[&(Row<'_>, Parsed)], ledger: &mut Ledger) -> Found {
    let mut found = Found::default();
    let mut words: Vec<String> = Vec::new();
    let periods: Vec<(Option<Date>, Option<Date>)> = rows
        .iter()
        .filter(|(_, parsed)| !parsed.spans.is_empty())
        .map(|(_, parsed)| (parsed.from, parsed.until))
        .collect();
    // Open-ended hours go before hours with an end, later ones before earlier ones.
    let period = periods.into_iter().max_by_key(|(from, until)| (until.is_none(), *from, *until)).unwrap_or_default();
    (found.from, found.until) = period;
    for (row, parsed) in rows {
        if !parsed.spans.is_empty() && (parsed.from, parsed.until) != period {
            ledger.set_aside(row.id, "valid_from, valid_to", &dates(parsed), Rule::ScheduleOtherPeriod);
            continue;
        }
        ledger.take(row.id);
        for column in ["original_text", "description"] {
            let text = row.text(ledger, column, TextKind::Prose);
            if !text.is_empty() && !words.contains(&text) {
                words.push(text);
            }
        }
        if found.weekly.iter().any(|have| parsed.spans.iter().any(|span| touches(*have, *span))) {
            ledger.repair(row.id, "opens_at, closes_at", &both(row), Rule::ScheduleOverlap, "joined");
        }
        if found.weekly.len() + parsed.spans.len() > SCHEDULE_SPANS_MAX {
            ledger.drop_value(row.id, "opens_at, closes_at", &both(row), Rule::ScheduleTooMany);
            continue;
        }
        found.weekly.extend(&parsed.spans);
        found.weekly = week::join(std::mem::take(&mut found.weekly)).0;
    }
    found.words = words.join("\n");
    found
}

fn touches(a: Span, b: Span) -> bool {
    a.weekday == b.weekday && a.opens_minute <= b.closes_minute && b.opens_minute <= a.closes_minute
}

fn dates(parsed: &Parsed) -> String {
    let date = |date: Option<Date>| date.map_or_else(|| "open".to_owned(), |date| date.to_string());
    format!("{} to {}", date(parsed.from), date(parsed.until))
}

fn both(row: &Row<'_>) -> String {
    format!("{} to {}", row.raw("opens_at").trim(), row.raw("closes_at").trim())
}

/// Reads one row; none when it was set aside.
fn parse(row: &Row<'_>, style: Style, ledger: &mut Ledger) -> Option<Parsed> {
    let has_words = !row.key("description").is_empty();
    let words_only = Parsed { spans: Vec::new(), from: None, until: None };
    let set_aside = |ledger: &mut Ledger, field: &str, value: &str, rule: Rule| {
        if has_words {
            ledger.drop_value(row.id, field, value, rule);
            return Some(words_only.clone());
        }
        ledger.set_aside(row.id, field, value, rule);
        None
    };
    if has_words && row.key("opens_at").is_empty() && row.key("closes_at").is_empty() {
        return Some(words_only.clone());
    }
    if let Some((field, value)) = not_weekly(row) {
        return set_aside(ledger, field, value, Rule::ScheduleNotWeekly);
    }
    let (days_field, days_value) = row.first(&["weekday", "byday"]);
    let Some(days) = weekdays(days_value) else {
        return set_aside(ledger, days_field, days_value, Rule::ScheduleWeekday);
    };
    let (from, until) = match (date(row.key("valid_from")), date(row.first(&["valid_to", "until"]).1.trim())) {
        (Ok(from), Ok(until)) if from.is_none() || until.is_none() || from <= until => (from, until),
        _ => {
            let value = format!("{} to {}", row.key("valid_from"), row.key("valid_to"));
            return set_aside(ledger, "valid_from, valid_to", &value, Rule::ScheduleDate);
        }
    };
    let mut spans = Vec::new();
    for day in days {
        match day_hours(row, style, day, ledger) {
            Ok(hours) => spans.extend(week::spans(day, &hours)),
            Err((field, value, rule)) => return set_aside(ledger, field, &value, rule),
        }
    }
    Some(Parsed { spans, from, until })
}

/// The hours of one day: from the columns, else from the published text.
fn day_hours(
    row: &Row<'_>,
    style: Style,
    day: u8,
    ledger: &mut Ledger,
) -> Result<DayHours, (&'static str, String, Rule)> {
    let (opens, closes) = (row.raw("opens_at"), row.raw("closes_at"));
    let read = |field, value: &str| time::parse(value, style).map_err(|rule| (field, value.to_owned(), rule));
    let from_columns = read("opens_at", opens)
        .and_then(|from| Ok((from, read("closes_at", closes)?)))
        .and_then(|(from, to)| time::span(from, to).map_err(|rule| ("opens_at, closes_at", both(row), rule)));
    let failed = match from_columns {
        Ok(hours) => {
            for rule in &hours.rules {
                let to = format!("{} to {}", clock(hours.opens), clock(hours.closes));
                ledger.repair(row.id, "opens_at, closes_at", &both(row), *rule, &to);
            }
            return Ok(hours);
        }
        Err(failed) => failed,
    };
    let published = text::clean(row.raw("original_text"), TextKind::Prose).0;
    let Some(hours) = week::hours_in_text(&published, day) else { return Err(failed) };
    let to = format!("{} to {}", clock(hours.opens), clock(hours.closes));
    ledger.repair(row.id, "opens_at, closes_at", &both(row), Rule::TimeFromOriginalText, &to);
    Ok(hours)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn not_weekly<'a>(row: &Row<'a>) -> Option<(&'static str, &'a str)> {
    let freq = row.key("freq");
    if !freq.is_empty() && !freq.eq_ignore_ascii_case("weekly") {
        return Some(("freq", freq));
    }
    let interval = row.key("interval");
    if !matches!(interval, "" | "1" | "1.0") {
        return Some(("interval", interval));
    }
    NOT_WEEKLY.into_iter().map(|column| (column, row.key(column))).find(|(_, value)| !value.is_empty())
}

/// One weekday, or several as iCalendar lists them.
fn weekdays(value: &str) -> Option<Vec<u8>> {
    let days: Option<Vec<u8>> = value.split(',').map(week::weekday).collect();
    days.filter(|days| !days.is_empty())
}

fn date(value: &str) -> Result<Option<Date>, ()> {
    if value.is_empty() {
        return Ok(None);
    }
    // A date and time is taken as its date.
    let day: Date = value.get(..10).unwrap_or(value).parse().map_err(|_| ())?;
    if YEARS.contains(&day.year()) { Ok(Some(day)) } else { Err(()) }
}

/// Which time zone a place's hours are in.
pub(super) struct Zones {
    chosen: Option<String>,
    most_frequent: String,
}

impl Zones {
    /// Takes the option, else the zone of most places' states.
    ///
    /// # Errors
    /// [`ImportError::TimeZoneRequired`] when there are hours and neither is there.
    pub(super) fn new(options: &Options, places: &Places<'_>, any_hours: bool) -> Result<Self, ImportError> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for zone in places.all().filter_map(|place| states::time_zone(&place.state)) {
            *counts.entry(zone).or_insert(0) += 1;
        }
        let most_frequent =
            counts.into_iter().max_by_key(|(zone, count)| (*count, std::cmp::Reverse(*zone))).map(|(zone, _)| zone);
        if any_hours && options.time_zone.is_none() && most_frequent.is_none() {
            return Err(ImportError::TimeZoneRequired);
        }
        Ok(Self { chosen: options.time_zone.clone(), most_frequent: most_frequent.unwrap_or("UTC").to_owned() })
    }

    /// What the choice rests on, for the report.
    pub(super) fn note(&self) -> Note {
        match &self.chosen {
            Some(zone) => Note::HoursIn { zone: zone.clone(), chosen: true },
            None => Note::HoursByState { otherwise: self.most_frequent.clone() },
        }
    }

    /// The zone of a place. `row` hears of it when it had to be guessed.
    pub(super) fn of(&self, place: Option<&Place<'_>>, row: RowId, ledger: &mut Ledger) -> &str {
        if let Some(zone) = &self.chosen {
            return zone;
        }
        let state = place.map_or("", |place| place.state.as_str());
        states::time_zone(state).unwrap_or_else(|| {
            ledger.repair(row, "time_zone", state, Rule::ScheduleTimeZoneGuess, &self.most_frequent);
            &self.most_frequent
        })
    }
}
