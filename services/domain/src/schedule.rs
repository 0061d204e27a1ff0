//! Weekly schedules with exceptions, in the time zone of their place.

use std::collections::HashSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::compiled_schedule::CompiledSchedule;
use crate::error::{Violation, Violations};
use crate::limits::{
    DATE_YEAR_MAX, DATE_YEAR_MIN, EXCEPTION_INTERVALS_MAX, SCHEDULE_EXCEPTIONS_MAX, SCHEDULE_INTERVALS_MAX,
};
use crate::text::check_count;
use crate::zone::Zone;

const MINUTES_OF_DAY: u16 = 1440;

/// Minutes from midnight, 0..=1440; `closes` after `opens`. Hours that pass midnight are two intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DayInterval {
    /// Opens, 0..1440.
    pub opens_minute: u16,
    /// Closes, 1..=1440.
    pub closes_minute: u16,
}

/// Opening hours on one day of each week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WeeklyInterval {
    /// ISO weekday, 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// When on that day.
    #[serde(flatten)]
    pub interval: DayInterval,
}

/// A date whose hours differ from the week's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScheduleException {
    /// Which date, in the schedule's zone.
    pub date: Date,
    /// Hours on that date; none means closed.
    pub intervals: Vec<DayInterval>,
}

/// When a resource is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    /// IANA time zone of the place, for example `Asia/Shanghai`.
    pub time_zone: String,
    /// Hours that repeat each week.
    pub weekly: Vec<WeeklyInterval>,
    /// First date it holds.
    pub valid_from: Option<Date>,
    /// Last date it holds.
    pub valid_until: Option<Date>,
    /// Dates that differ.
    #[serde(default)]
    pub exceptions: Vec<ScheduleException>,
}

impl Schedule {
    /// The form that answers questions.
    ///
    /// # Errors
    /// A violation of rule `time_zone` when the zone is not known.
    pub fn compile(&self) -> Result<CompiledSchedule, Violation> {
        CompiledSchedule::new(self)
    }

    /// Checks the zone, the hours, the dates and the bounds.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        violations.take(Zone::named(&format!("{field}.time_zone"), &self.time_zone));
        check_count(&format!("{field}.weekly"), self.weekly.len(), SCHEDULE_INTERVALS_MAX, violations);
        check_count(&format!("{field}.exceptions"), self.exceptions.len(), SCHEDULE_EXCEPTIONS_MAX, violations);
        for (index, entry) in self.weekly.iter().enumerate() {
            let path = format!("{field}.weekly[{index}]");
            violations.require((1..=7).contains(&entry.weekday), || {
                Violation::new(format!("{path}.weekday"), "schedule.weekday", "must be 1 (Monday) to 7 (Sunday)")
                    .with_value(entry.weekday)
            });
            entry.interval.check(&path, violations);
        }
        for weekday in 1..=7 {
            let day = self.weekly.iter().enumerate().filter(|(_, entry)| entry.weekday == weekday);
            check_overlap(&format!("{field}.weekly"), day.map(|(index, entry)| (index, entry.interval)), violations);
        }
        self.check_exceptions(field, violations);
        check_date_order(field, self.valid_from, self.valid_until, violations);
        let never_open = self.weekly.is_empty() && self.exceptions.iter().all(|e| e.intervals.is_empty());
        // On days that could not be read it may be.
        let is_open = !never_open || violations.tells_of(format_args!("{field}.exceptions"));
        violations.require(is_open, || {
            Violation::new(format!("{field}.weekly"), "schedule.never_open", "must be open at some time")
        });
    }

    fn check_exceptions(&self, field: &str, violations: &mut Violations) {
        let mut dates = HashSet::new();
        for (index, exception) in self.exceptions.iter().enumerate() {
            let path = format!("{field}.exceptions[{index}]");
            violations.require(dates.insert(exception.date), || {
                Violation::new(format!("{path}.date"), "schedule.exception_unique", "must not repeat a date")
                    .with_value(exception.date)
            });
            let hours = format!("{path}.hours");
            check_count(&hours, exception.intervals.len(), EXCEPTION_INTERVALS_MAX, violations);
            for (i, interval) in exception.intervals.iter().enumerate() {
                interval.check(&format!("{hours}[{i}]"), violations);
            }
            check_overlap(&hours, exception.intervals.iter().copied().enumerate(), violations);
        }
    }
}

impl DayInterval {
    fn check(self, field: &str, violations: &mut Violations) {
        violations.require(self.opens_minute < MINUTES_OF_DAY, || {
            Violation::new(format!("{field}.opens_minute"), "schedule.minute", "must be 0 to 1439")
                .with_value(self.opens_minute)
        });
        violations.require(self.closes_minute <= MINUTES_OF_DAY, || {
            Violation::new(format!("{field}.closes_minute"), "schedule.minute", "must be 1 to 1440")
                .with_value(self.closes_minute)
        });
        violations.require(self.opens_minute < self.closes_minute, || {
            let message = "must be after opens_minute; hours that pass midnight are two intervals";
            Violation::new(format!("{field}.closes_minute"), "schedule.closes_after_opens", message)
                .with_value(format!("{} to {}", self.opens_minute, self.closes_minute))
        });
    }
}

/// Reports the intervals of one day that share a minute with another one; touching ones are fine.
fn check_overlap(field: &str, day: impl Iterator<Item = (usize, DayInterval)>, violations: &mut Violations) {
    let mut intervals: Vec<(DayInterval, usize)> = day.map(|(index, interval)| (interval, index)).collect();
    intervals.sort_unstable();
    for ((first, before), (second, index)) in intervals.iter().zip(intervals.iter().skip(1)) {
        violations.require(second.opens_minute >= first.closes_minute, || {
            let message = format!("must not overlap {field}[{before}]");
            Violation::new(format!("{field}[{index}]"), "schedule.overlap", message)
                .with_value(format!("{} to {}", second.opens_minute, second.closes_minute))
        });
    }
}

/// Checks that dates are within [`DATE_YEAR_MIN`]..=[`DATE_YEAR_MAX`] and that `valid_from` is not after `valid_until`.
pub(crate) fn check_date_order(field: &str, from: Option<Date>, until: Option<Date>, violations: &mut Violations) {
    for (name, date) in [("valid_from", from), ("valid_until", until)] {
        if let Some(date) = date {
            check_date(&format!("{field}.{name}"), date, violations);
        }
    }
    if let (Some(from), Some(until)) = (from, until) {
        violations.require(from <= until, || {
            Violation::new(format!("{field}.valid_until"), "date.order", "must not be before valid_from")
                .with_value(format!("{from} to {until}"))
        });
    }
}

/// Checks that a date is within [`DATE_YEAR_MIN`]..=[`DATE_YEAR_MAX`].
pub(crate) fn check_date(field: &str, date: Date, violations: &mut Violations) {
    violations.require((DATE_YEAR_MIN..=DATE_YEAR_MAX).contains(&date.year()), || {
        let message = format!("must be in the years {DATE_YEAR_MIN} to {DATE_YEAR_MAX}");
        Violation::new(field, "date.range", message).with_value(date)
    });
}
