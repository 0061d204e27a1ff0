//! Times of day as directories write them.

use super::week::END_OF_DAY;
use crate::rules::Rule;

/// Longest span that is believed when something about it had to be read into it: a guess at am or pm, or hours past midnight.
const BELIEVED_MINUTES_MAX: u16 = 14 * 60;

/// How a table writes its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// With am and pm; a bare `8:00` is ambiguous.
    TwelveHour,
    /// From 00:00 to 24:00; a bare `8:00` is in the morning.
    TwentyFourHour,
}

/// A time of day, with the rules that it took to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Time {
    /// Minutes from midnight, 0 to 1440; the morning's reading when `ambiguous`.
    pub minute: u16,
    /// Whether twelve hours later is meant just as well.
    pub ambiguous: bool,
    /// Rules applied.
    pub rules: Vec<Rule>,
}

/// A span of hours on one day; `closes` may lie on the next day when it is at most `opens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hours {
    /// Minutes from midnight.
    pub opens: u16,
    /// Minutes from midnight, 1 to 1440.
    pub closes: u16,
    /// Rules applied.
    pub rules: Vec<Rule>,
}

/// Whether a table uses am and pm.
pub(crate) fn style_of<'a>(values: impl Iterator<Item = &'a str>) -> Style {
    let mut meridiems = values.filter(|v| v.bytes().any(|b| matches!(b, b'a' | b'p' | b'A' | b'P')));
    if meridiems.next().is_some() { Style::TwelveHour } else { Style::TwentyFourHour }
}

/// Reads one time.
///
/// # Errors
/// The rule by which the time cannot be taken.
pub(crate) fn parse(input: &str, style: Style) -> Result<Time, Rule> {
    let text = input.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Err(Rule::TimeMissing);
    }
    let (time, rest) = take(&text, style)?;
    let mut time = time;
    match rest.trim_start() {
        "" => {}
        tail if is_offset(tail) => time.rules.push(Rule::TimeOffset),
        tail if tail.len() < rest.len() || tail.starts_with('(') => time.rules.push(Rule::TimeTrailingText),
        _ => return Err(Rule::TimeUnreadable),
    }
    Ok(time)
}

/// Reads a time at the start of a lower-case text, and gives what follows.
pub(crate) fn take(text: &str, style: Style) -> Result<(Time, &str), Rule> {
    for (word, minute) in [("noon", 720), ("midnight", 0)] {
        if let Some(rest) = text.strip_prefix(word) {
            return Ok((Time { minute, ambiguous: false, rules: Vec::new() }, rest));
        }
    }
    let mut rules = Vec::new();
    let (digits, rest) = digits(text);
    let (hour, minute, padded, rest) = match (digits.len(), rest.strip_prefix(':')) {
        (1 | 2, Some(rest)) => {
            let (minutes, rest) = self::digits(rest);
            if minutes.len() == 1 {
                rules.push(Rule::TimeShortMinutes);
            }
            let minute = match minutes.len() {
                1 => number(minutes)? * 10,
                2 => number(minutes)?,
                _ => return Err(Rule::TimeUnreadable),
            };
            (number(digits)?, minute, digits.len() == 2 && digits.starts_with('0'), seconds(rest)?)
        }
        (1 | 2, None) => {
            rules.push(Rule::TimeNoMinutes);
            (number(digits)?, 0, false, rest)
        }
        (3 | 4, None) => {
            rules.push(Rule::TimeNoColon);
            let (hours, minutes) = digits.split_at(digits.len() - 2);
            (number(hours)?, number(minutes)?, digits.starts_with('0'), rest)
        }
        _ => return Err(Rule::TimeUnreadable),
    };
    if minute > 59 {
        return Err(Rule::TimeUnreadable);
    }
    let (meridiem, rest) = meridiem(rest, &mut rules)?;
    let (minute, ambiguous) = minute_of_day(hour, minute, meridiem, padded, style)?;
    Ok((Time { minute, ambiguous, rules }, rest))
}

/// Puts an opening and a closing time together.
///
/// # Errors
/// The rule by which they make no span.
pub(crate) fn span(opens: Time, closes: Time) -> Result<Hours, Rule> {
    let mut rules: Vec<Rule> = opens.rules.iter().chain(&closes.rules).copied().collect();
    let (from, to) = if opens.ambiguous || closes.ambiguous {
        rules.push(Rule::TimeNoMeridiem);
        only_reading(&opens, &closes).ok_or(Rule::TimeNoMeridiemAmbiguous)?
    } else {
        (opens.minute, closes.minute)
    };
    if from >= END_OF_DAY {
        return Err(Rule::TimeUnreadable);
    }
    let to = match to {
        0 | 1439 => {
            rules.push(Rule::ScheduleEndOfDay);
            END_OF_DAY
        }
        to => to,
    };
    if from == to {
        return Err(Rule::ScheduleEmptySpan);
    }
    if to < from {
        if END_OF_DAY - from + to > BELIEVED_MINUTES_MAX {
            return Err(Rule::ScheduleClosesBeforeOpens);
        }
        rules.push(Rule::ScheduleOvernight);
    }
    rules.sort_unstable();
    rules.dedup();
    Ok(Hours { opens: from, closes: to, rules })
}

fn only_reading(opens: &Time, closes: &Time) -> Option<(u16, u16)> {
    let readings = |time: &Time| if time.ambiguous { vec![time.minute, time.minute + 720] } else { vec![time.minute] };
    let mut found = None;
    for from in readings(opens) {
        for to in readings(closes) {
            let end = if to == 0 { END_OF_DAY } else { to };
            if end > from && end - from <= BELIEVED_MINUTES_MAX && found.replace((from, to)).is_some() {
                return None;
            }
        }
    }
    found
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn number(digits: &str) -> Result<u16, Rule> {
    digits.parse().map_err(|_| Rule::TimeUnreadable)
}

/// Passes over `:00`; other seconds are nothing that opening hours have.
fn seconds(rest: &str) -> Result<&str, Rule> {
    match rest.strip_prefix(':') {
        None => Ok(rest),
        Some(rest) => {
            let (seconds, rest) = digits(rest);
            let rest = rest.strip_prefix(".000").unwrap_or(rest);
            if seconds.len() == 2 { Ok(rest) } else { Err(Rule::TimeUnreadable) }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meridiem {
    Am,
    Pm,
    None,
}

fn meridiem<'a>(rest: &'a str, rules: &mut Vec<Rule>) -> Result<(Meridiem, &'a str), Rule> {
    let text = rest.trim_start();
    let spaced = text.len() < rest.len();
    let word_end = |text: &str| !text.chars().next().is_some_and(char::is_alphanumeric);
    for (word, meridiem, rule) in [
        ("a.m.", Meridiem::Am, None),
        ("p.m.", Meridiem::Pm, None),
        ("am", Meridiem::Am, None),
        ("pm", Meridiem::Pm, None),
        ("a", Meridiem::Am, Some(Rule::TimeMissingM)),
        ("p", Meridiem::Pm, Some(Rule::TimeMissingM)),
    ] {
        if let Some(tail) = text.strip_prefix(word)
            && word_end(tail)
        {
            rules.extend(rule);
            rules.extend(spaced.then_some(Rule::TimeSpaces));
            return Ok((meridiem, tail));
        }
    }
    if text.strip_prefix('m').is_some_and(word_end) {
        return Err(Rule::TimeAmbiguousMeridiem);
    }
    Ok((Meridiem::None, rest))
}

fn minute_of_day(hour: u16, minute: u16, meridiem: Meridiem, padded: bool, style: Style) -> Result<(u16, bool), Rule> {
    let at = hour * 60 + minute;
    match (meridiem, hour) {
        (Meridiem::Am, 12) => Ok((minute, false)),
        (Meridiem::Am, 1..=11) | (Meridiem::Pm, 12) => Ok((at, false)),
        (Meridiem::Pm, 1..=11) => Ok((at + 720, false)),
        (Meridiem::None, 24) if minute == 0 => Ok((END_OF_DAY, false)),
        (Meridiem::None, 0 | 13..=23) => Ok((at, false)),
        (Meridiem::None, 1..=12) if padded || style == Style::TwentyFourHour => Ok((at, false)),
        (Meridiem::None, 12) => Ok((minute, true)),
        (Meridiem::None, 1..=11) => Ok((at, true)),
        _ => Err(Rule::TimeUnreadable),
    }
}

/// `z`, `+05:00`, `-0500` or `-05`.
fn is_offset(tail: &str) -> bool {
    let Some(rest) = tail.strip_prefix(['+', '-']) else { return tail == "z" };
    matches!(rest.len(), 2 | 4 | 5) && rest.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(input: &str, style: Style) -> Result<(u16, bool, Vec<Rule>), Rule> {
        parse(input, style).map(|time| (time.minute, time.ambiguous, time.rules))
    }

    #[test]
    fn twelve_hour_times_are_read_by_stated_rules() {
        for (input, minute, rules) in [
            ("9:00am", 540, vec![]),
            ("12:00am", 0, vec![]),
            ("12:30pm", 750, vec![]),
            ("5:00 p.m.", 1020, vec![Rule::TimeSpaces]),
            ("9:00a", 540, vec![Rule::TimeMissingM]),
            ("9am", 540, vec![Rule::TimeNoMinutes]),
            ("830am", 510, vec![Rule::TimeNoColon]),
            ("9:0am", 540, vec![Rule::TimeShortMinutes]),
            ("7:30 am ", 450, vec![Rule::TimeSpaces]),
            ("12:00pm (dispensing)", 720, vec![Rule::TimeTrailingText]),
            ("5:00pm Mon", 1020, vec![Rule::TimeTrailingText]),
            ("noon", 720, vec![]),
            ("13:30", 810, vec![]),
            ("08:15", 495, vec![]),
            ("24:00", 1440, vec![]),
        ] {
            assert_eq!(at(input, Style::TwelveHour), Ok((minute, false, rules)), "{input}");
        }
        assert_eq!(at("8:00", Style::TwelveHour), Ok((480, true, vec![])));
        assert_eq!(at("12:00", Style::TwelveHour), Ok((0, true, vec![])));
    }

    #[test]
    fn times_that_cannot_be_read_name_their_rule() {
        for (input, rule) in [
            ("", Rule::TimeMissing),
            ("  ", Rule::TimeMissing),
            ("8:00m", Rule::TimeAmbiguousMeridiem),
            ("6:300pm", Rule::TimeUnreadable),
            ("9:75am", Rule::TimeUnreadable),
            ("25:00", Rule::TimeUnreadable),
            ("13:00pm", Rule::TimeUnreadable),
            ("0:30am", Rule::TimeUnreadable),
            ("dawn", Rule::TimeUnreadable),
            ("9:00amx", Rule::TimeUnreadable),
            ("99999999999", Rule::TimeUnreadable),
            ("9:", Rule::TimeUnreadable),
            ("下午三点", Rule::TimeUnreadable),
        ] {
            assert_eq!(at(input, Style::TwelveHour), Err(rule), "{input}");
        }
    }

    #[test]
    fn twenty_four_hour_times_are_read_with_seconds_and_offsets() {
        for (input, minute, rules) in [
            ("9:00", 540, vec![]),
            ("10:00:00", 600, vec![]),
            ("09:00-05:00", 540, vec![Rule::TimeOffset]),
            ("17:30Z", 1050, vec![Rule::TimeOffset]),
            ("0900", 540, vec![Rule::TimeNoColon]),
        ] {
            assert_eq!(at(input, Style::TwentyFourHour), Ok((minute, false, rules)), "{input}");
        }
        assert_eq!(style_of(["9:00", "17:00"].into_iter()), Style::TwentyFourHour);
        assert_eq!(style_of(["9:00", "5:00pm"].into_iter()), Style::TwelveHour);
    }

    fn hours(opens: &str, closes: &str) -> Result<(u16, u16, Vec<Rule>), Rule> {
        let time = |text| parse(text, Style::TwelveHour).unwrap();
        span(time(opens), time(closes)).map(|h| (h.opens, h.closes, h.rules))
    }

    #[test]
    fn spans_are_put_together_by_stated_rules() {
        for (opens, closes, expected) in [
            ("9:00am", "5:00pm", Ok((540, 1020, vec![]))),
            ("4:00pm", "12:00am", Ok((960, 1440, vec![Rule::ScheduleEndOfDay]))),
            ("12:00am", "11:59pm", Ok((0, 1440, vec![Rule::ScheduleEndOfDay]))),
            ("12:00am", "12:00am", Ok((0, 1440, vec![Rule::ScheduleEndOfDay]))),
            ("8:00pm", "6:00am", Ok((1200, 360, vec![Rule::ScheduleOvernight]))),
            ("9:00pm", "7:00pm", Err(Rule::ScheduleClosesBeforeOpens)),
            ("9:00am", "9:00am", Err(Rule::ScheduleEmptySpan)),
            ("8:00", "4:00pm", Ok((480, 960, vec![Rule::TimeNoMeridiem]))),
            ("9:00am", "5:00", Ok((540, 1020, vec![Rule::TimeNoMeridiem]))),
            ("6:00", "8:00pm", Err(Rule::TimeNoMeridiemAmbiguous)),
            ("24:00", "5:00pm", Err(Rule::TimeUnreadable)),
        ] {
            assert_eq!(hours(opens, closes), expected, "{opens} to {closes}");
        }
    }
}
