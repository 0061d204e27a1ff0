//! LinkSF's opening hours: by weekday, 0 Sunday to 6 Saturday, as pairs of HHMM numbers; 2359 is the end of the day.

use serde_json::{Map, Value};

use super::records::{Record, has_value};
use crate::clean::time::{self, Time};
use crate::clean::week;
use crate::directory::{Schedule, Span};
use crate::json_input::as_it_stands;
use crate::json_text;
use crate::report::Ledger;
use crate::rules::Rule;

/// The week of a service; none when it gives no hours that can be read.
pub(super) fn schedule(service: &Record<'_>, zone: &str, ledger: &mut Ledger) -> Option<Schedule> {
    let given = service.get("openHours").filter(|hours| has_value(hours))?;
    let Some(hours) = given.as_object() else {
        ledger.drop_value(service.id, "openHours", &as_it_stands(given), Rule::ScheduleShape);
        return None;
    };
    let noon_is_midnight = always_until_noon(hours) && says_24_hours(service);
    let mut weekly: Vec<Span> = Vec::new();
    for (day, spans) in hours {
        let mut field = format!("openHours.{day}");
        json_text::unmark(&mut field);
        let weekday = match day.parse::<u8>() {
            Ok(0) => 7,
            Ok(day @ 1..=6) => day,
            _ => {
                ledger.drop_value(service.id, &field, &as_it_stands(spans), Rule::ScheduleWeekday);
                continue;
            }
        };
        if !spans.is_array() && has_value(spans) {
            ledger.drop_value(service.id, &field, &as_it_stands(spans), Rule::ScheduleShape);
        }
        for span in spans.as_array().map_or(&[][..], Vec::as_slice) {
            match day_span(span, noon_is_midnight) {
                Ok((hours, rules)) => {
                    for rule in rules {
                        let to = format!("{} to {} minutes", hours.opens, hours.closes);
                        ledger.repair(service.id, &field, &as_it_stands(span), rule, &to);
                    }
                    weekly.extend(week::spans(weekday, &hours));
                }
                Err(rule) => ledger.drop_value(service.id, &field, &as_it_stands(span), rule),
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
