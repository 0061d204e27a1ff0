//! Parts of what is said in words: texts, numbers, distances and dates, written without the machinery of `format!`, which costs an
//! answer more than judging what it tells.

use std::fmt::Write as _;

use jiff::civil::{Date, Time};
use wishwell_domain::figures::Distance;

/// What can be added to a text.
pub(crate) trait Part {
    /// Adds it.
    fn add_to(self, text: &mut String);
}

impl Part for &str {
    fn add_to(self, text: &mut String) {
        text.push_str(self);
    }
}

/// A whole number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal(pub(crate) i64);

impl Part for Decimal {
    fn add_to(self, text: &mut String) {
        text.push_str(itoa::Buffer::new().format(self.0));
    }
}

/// A distance in Chinese.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chinese(pub(crate) Distance);

impl Part for Chinese {
    fn add_to(self, text: &mut String) {
        self.0.add_zh_to(text);
    }
}

/// A distance in English.
#[derive(Debug, Clone, Copy)]
pub(crate) struct English(pub(crate) Distance);

impl Part for English {
    fn add_to(self, text: &mut String) {
        self.0.add_en_to(text);
    }
}

/// Month and day as Chinese writes them, `%-m月%-d日`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthDay(pub(crate) Date);

impl Part for MonthDay {
    fn add_to(self, text: &mut String) {
        Decimal(self.0.month().into()).add_to(text);
        text.push('月');
        Decimal(self.0.day().into()).add_to(text);
        text.push('日');
    }
}

/// Day and month as English writes them, `%-d %B`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DayMonth(pub(crate) Date);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Part for DayMonth {
    fn add_to(self, text: &mut String) {
        Decimal(self.0.day().into()).add_to(text);
        text.push(' ');
        let month = usize::try_from(self.0.month() - 1).ok().and_then(|at| MONTHS.get(at));
        text.push_str(month.copied().unwrap_or_default());
    }
}

/// The year, `%Y`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Year(pub(crate) Date);

impl Part for Year {
    fn add_to(self, text: &mut String) {
        match self.0.year() {
            year @ 1_000.. => Decimal(year.into()).add_to(text),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(text, "{}", self.0.strftime("%Y"));
            }
        }
    }
}

/// The time of the day, `%H:%M`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(pub(crate) Time);

impl Part for Clock {
    fn add_to(self, text: &mut String) {
        two_digits(text, self.0.hour());
        text.push(':');
        two_digits(text, self.0.minute());
    }
}

/// A whole date, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsoDate(pub(crate) Date);

impl Part for IsoDate {
    fn add_to(self, text: &mut String) {
        if self.0.year() < 1_000 {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}", self.0);
            return;
        }
        Decimal(self.0.year().into()).add_to(text);
        text.push('-');
        two_digits(text, self.0.month());
        text.push('-');
        two_digits(text, self.0.day());
    }
}

/// A number below a hundred, of two digits.
fn two_digits(text: &mut String, number: i8) {
    if number < 10 {
        text.push('0');
    }
    Decimal(number.into()).add_to(text);
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::*;

    fn said(part: impl Part) -> String {
        let mut text = String::new();
        part.add_to(&mut text);
        text
    }

    #[test]
    fn dates_are_written_as_their_own_type_writes_them() {
        let leap_year = (0..366).map(|day| date(2028, 1, 1).saturating_add(day.days()));
        let years = [-9_999, -44, -1, 0, 1, 33, 476, 999, 1_000, 1_949, 9_999].map(|year| date(year, 2, 28));
        for day in leap_year.chain(years) {
            assert_eq!(said(IsoDate(day)), day.to_string());
            assert_eq!(said(Year(day)), day.strftime("%Y").to_string());
            assert_eq!(said(MonthDay(day)), day.strftime("%-m月%-d日").to_string());
            assert_eq!(said(DayMonth(day)), day.strftime("%-d %B").to_string());
        }
    }

    #[test]
    fn times_of_the_day_are_written_as_their_own_type_writes_them() {
        for minute in 0..24 * 60 {
            let time = Time::midnight().saturating_add(i64::from(minute).minutes());
            assert_eq!(said(Clock(time)), time.strftime("%H:%M").to_string());
        }
    }

    #[test]
    fn numbers_are_written_in_digits() {
        for number in [0, 7, 10, -1, i64::MAX, i64::MIN] {
            assert_eq!(said(Decimal(number)), number.to_string());
        }
    }

    #[test]
    fn distances_are_written_in_either_language() {
        let distance = Distance::of_metres(1_050);
        assert_eq!((said(Chinese(distance)), said(English(distance))), ("1.1 公里".to_owned(), "1.1 km".to_owned()));
    }
}
