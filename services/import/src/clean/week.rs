//! Weeks of opening hours: days of the week in words, spans past midnight, spans that overlap.

use super::time::{self, Hours, Style};
use crate::directory::Span;

/// Minutes of a day, and the closing time at its end.
pub(crate) const END_OF_DAY: u16 = 1440;

/// Reads a day of the week: an English name or its beginning (two letters at least), or `MO` to `SU` of iCalendar.
pub(crate) fn weekday(text: &str) -> Option<u8> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    // Thurs and Tues are beginnings, weds is not.
    let text = if text == "weds" { "wed" } else { &text };
    if text.len() < 2 {
        return None;
    }
    NAMES.iter().position(|name| name.starts_with(text)).and_then(|at| u8::try_from(at + 1).ok())
}

/// One day's hours as spans of the week: two when they pass midnight.
pub(crate) fn spans(weekday: u8, hours: &Hours) -> Vec<Span> {
    let span = |weekday, opens_minute, closes_minute| Span { weekday, opens_minute, closes_minute };
    if hours.closes > hours.opens {
        return vec![span(weekday, hours.opens, hours.closes)];
    }
    vec![span(weekday, hours.opens, END_OF_DAY), span(weekday % 7 + 1, 0, hours.closes)]
}

/// Sorts spans and joins those of one day that overlap or touch. Says whether any were joined.
pub(crate) fn join(mut spans: Vec<Span>) -> (Vec<Span>, bool) {
    spans.sort_unstable();
    let before = spans.len();
    let mut joined: Vec<Span> = Vec::with_capacity(before);
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.weekday == span.weekday && span.opens_minute <= last.closes_minute => {
                last.closes_minute = last.closes_minute.max(span.closes_minute);
            }
            _ => joined.push(span),
        }
    }
    let changed = joined.len() < before;
    (joined, changed)
}

/// The hours of one weekday as a published text states them, for example `8:30am–5:00pm, Mon-Fri`; none unless exactly one
/// passage speaks of that day.
pub(crate) fn hours_in_text(text: &str, day: u8) -> Option<Hours> {
    let text = text.to_ascii_lowercase();
    let mut found = None;
    for passage in text.split(['\n', ';']) {
        if let Some((hours, days)) = passage_hours(passage.trim())
            && days.contains(&day)
            && found.replace(hours).is_some()
        {
            return None;
        }
    }
    found
}

fn passage_hours(passage: &str) -> Option<(Hours, Vec<u8>)> {
    let (opens, rest) = time::take(passage, Style::TwelveHour).ok()?;
    let rest = rest.trim_start_matches([' ', '-', '–', '—']);
    let (closes, rest) = time::take(rest, Style::TwelveHour).ok()?;
    let hours = time::span(opens, closes).ok()?;
    Some((hours, days(rest.trim_start_matches([',', ' ']))?))
}

/// `mon-fri`, `mon, wed, fri` or both mixed; nothing else may stand there.
fn days(text: &str) -> Option<Vec<u8>> {
    let mut days = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once(['-', '–']) {
            None => days.push(weekday(part)?),
            Some((first, last)) => {
                let (first, last) = (weekday(first)?, weekday(last)?);
                let length = (last + 7 - first) % 7;
                days.extend((0..=length).map(|ahead| (first - 1 + ahead) % 7 + 1));
            }
        }
    }
    (!days.is_empty()).then_some(days)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_read_in_words_and_codes() {
        for (text, day) in
            [("Monday", 1), ("Thur", 4), ("Thurs.", 4), ("Tues", 2), ("SU", 7), ("weds", 3), (" sat ", 6)]
        {
            assert_eq!(weekday(text), Some(day), "{text}");
        }
        for text in ["", "T", "Mondays", "8", "星期一"] {
            assert_eq!(weekday(text), None, "{text}");
        }
    }

    #[test]
    fn hours_past_midnight_become_two_spans() {
        let hours = Hours { opens: 1200, closes: 360, rules: vec![] };
        let spans = spans(7, &hours);
        assert_eq!(
            spans.iter().map(|s| (s.weekday, s.opens_minute, s.closes_minute)).collect::<Vec<_>>(),
            [(7, 1200, 1440), (1, 0, 360)]
        );
    }

    #[test]
    fn overlapping_spans_are_joined() {
        let span = |opens_minute, closes_minute| Span { weekday: 1, opens_minute, closes_minute };
        assert_eq!(join(vec![span(600, 700), span(540, 600)]), (vec![span(540, 700)], true));
        assert_eq!(join(vec![span(600, 700), span(540, 599)]), (vec![span(540, 599), span(600, 700)], false));
        assert_eq!(join(vec![span(600, 700), span(610, 620)]), (vec![span(600, 700)], true));
    }

    #[test]
    fn published_text_gives_hours_when_one_passage_speaks_of_the_day() {
        let on = |text: &str, day| hours_in_text(text, day).map(|h| (h.opens, h.closes));
        assert_eq!(on("8:30am–5:00pm, Mon-Fri", 3), Some((510, 1020)));
        assert_eq!(on("10:00am- -3:00pm, Mon-Fri", 1), Some((600, 900)));
        assert_eq!(on("2:00pm 6:00pm, Mon-Fri", 5), Some((840, 1080)));
        assert_eq!(on("9:00am-6:00pm, Mon-Fri;\n10:00am-2:00pm, Sat", 6), Some((600, 840)));
        assert_eq!(on("School Hours: \n8:00am-4:00pm, Mon-Fri", 2), Some((480, 960)));
        assert_eq!(on("8:30am–5:00pm, Mon-Fri", 7), None);
        assert_eq!(on("2:00pm-6:00pm, Mon-Fri\n3:00pm-6:00pm, Mon", 1), None, "two passages speak of Monday");
        assert_eq!(on("Dismissal - 6:00pm, Mon-Fri", 1), None);
        assert_eq!(on("8:00m-5:00pm, Mon-Fri", 1), None);
        assert_eq!(on("9:15am–10:30am, Mon, Wed", 3), Some((555, 630)));
    }
}
