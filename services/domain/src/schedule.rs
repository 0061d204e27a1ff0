//! Weekly schedules with exceptions, in the time zone of their place.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
