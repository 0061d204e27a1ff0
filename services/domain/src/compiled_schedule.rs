//! Schedules in the form that answers "open between?" in nanoseconds.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::error::Violation;
use crate::limits::LOOK_AHEAD_DAYS_MAX;
use crate::schedule::{DayInterval, Schedule};
use crate::zone::{DAY_SECONDS, Zone, ceil_second, day_of_date, floor_second, weekday_index};

/// A [`Schedule`] made ready for questions. It is open at an instant when the local clock then shows a time from `opens` to before
/// `closes` of that local date: hours that a change to summer time skips do not happen, hours it repeats happen twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledSchedule {
    zone: Arc<Zone>,
    /// All intervals: first the weekdays' from Monday, then the exceptions', each run in order of opening.
    intervals: Box<[DayInterval]>,
    /// Where each weekday's run ends.
    weekday_ends: [u16; 7],
    /// Dates that differ, in order.
    exceptions: Box<[ExceptionRun]>,
    /// First and last day since 1970-01-01 on which the schedule holds.
    valid_days: (i64, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ExceptionRun {
    day: i64,
    start: u16,
    end: u16,
}

impl CompiledSchedule {
    /// Compiles a schedule.
    ///
    /// # Errors
    /// A violation of rule `time_zone` when the zone is not known; anything else compiles (`Schedule::check` says what is right).
    pub fn new(schedule: &Schedule) -> Result<Self, Violation> {
        let zone = Zone::named("schedule.time_zone", &schedule.time_zone)?;
        let mut weekly = schedule.weekly.clone();
        weekly.sort_unstable();
        let mut intervals: Vec<DayInterval> = weekly.iter().map(|entry| entry.interval).collect();
        let weekday_ends = std::array::from_fn(|index| {
            index_of(weekly.partition_point(|entry| usize::from(entry.weekday) <= index + 1))
        });
        let mut exceptions = Vec::with_capacity(schedule.exceptions.len());
        for exception in &schedule.exceptions {
            let start = index_of(intervals.len());
            let mut hours = exception.intervals.clone();
            hours.sort_unstable();
            intervals.extend(hours);
            exceptions.push(ExceptionRun { day: day_of_date(exception.date), start, end: index_of(intervals.len()) });
        }
        exceptions.sort_by_key(|exception| exception.day);
        let valid_days =
            (schedule.valid_from.map_or(i64::MIN, day_of_date), schedule.valid_until.map_or(i64::MAX, day_of_date));
        Ok(Self { zone, intervals: intervals.into(), weekday_ends, exceptions: exceptions.into(), valid_days })
    }

    /// The zone of the schedule's place.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn open_at(&self, at: Timestamp) -> bool {
        let second = floor_second(at);
        self.first_open(second, second.saturating_add(1)).is_some()
    }

    /// Whether it is open at some instant from `start` to before `end`; at `start` when `end` is not after it.
    #[must_use]
    pub fn open_between(&self, start: Timestamp, end: Timestamp) -> bool {
        if end <= start {
            return self.open_at(start);
        }
        // It opens and closes on whole seconds, so that widening to them changes nothing.
        self.first_open(floor_second(start), ceil_second(end)).is_some()
    }

    /// The first instant from `after` on at which it is open: `after` itself when open then; none within
    /// [`LOOK_AHEAD_DAYS_MAX`].
    #[must_use]
    pub fn next_opening(&self, after: Timestamp) -> Option<Timestamp> {
        let end = after.saturating_add(SignedDuration::from_hours(24 * LOOK_AHEAD_DAYS_MAX)).ok()?;
        let second = self.first_open(floor_second(after), ceil_second(end))?;
        Timestamp::from_second(second).ok().map(|opening| opening.max(after))
    }

    /// First open second in `start..end`, both UTC.
    fn first_open(&self, start: i64, end: i64) -> Option<i64> {
        let mut from = start;
        while from < end {
            let span = self.zone.span_at(from);
            let until = end.min(span.end);
            // Within a span the local clock runs evenly, so that its first open second is the first in UTC.
            if let Some(local) = self.first_open_local(from + span.offset, until.saturating_add(span.offset)) {
                return Some(local - span.offset);
            }
            from = until;
        }
        None
    }

    /// First open second in `start..end`, both on the local clock.
    fn first_open_local(&self, start: i64, end: i64) -> Option<i64> {
        let (first_valid, last_valid) = self.valid_days;
        let first_day = start.div_euclid(DAY_SECONDS).max(first_valid);
        let last_day = (end - 1).div_euclid(DAY_SECONDS).min(last_valid);
        let mut exception = self.exceptions.partition_point(|run| run.day < first_day);
        let repeats = self.weekday_ends[6] > 0;
        let mut day = first_day;
        while day <= last_day {
            let run = self.exceptions.get(exception).filter(|run| run.day == day);
            let intervals = match run {
                Some(run) => self.run(run.start, run.end),
                None => self.weekday_run(weekday_index(day)),
            };
            let midnight = day * DAY_SECONDS;
            let open = intervals.iter().find(|i| midnight + i64::from(i.closes_minute) * 60 > start);
            if let Some(interval) = open {
                let second = start.max(midnight + i64::from(interval.opens_minute) * 60);
                return (second < end).then_some(second);
            }
            exception += usize::from(run.is_some());
            // Without weekly hours only the exceptions need a look, however long the window.
            day = if repeats { day + 1 } else { self.exceptions.get(exception)?.day };
        }
        None
    }

    fn weekday_run(&self, weekday: usize) -> &[DayInterval] {
        let start = if weekday == 0 { 0 } else { self.weekday_ends[weekday - 1] };
        self.run(start, self.weekday_ends[weekday])
    }

    fn run(&self, start: u16, end: u16) -> &[DayInterval] {
        self.intervals.get(usize::from(start)..usize::from(end)).unwrap_or(&[])
    }
}

/// Fewer intervals than this type counts, by the bounds of a schedule; what lies beyond is cut off.
fn index_of(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
