//! Opening hours, with what settles most questions at a glance.

use std::sync::Arc;

use wishwell_domain::compiled_schedule::CompiledSchedule;
use wishwell_domain::schedule::Schedule;
use wishwell_domain::zone::day_of_date;

use crate::context::Span;

const DAY_SECONDS: i64 = 86_400;
const MICROSECONDS: i64 = 1_000_000;
/// 2001-01-01T00:00:00Z: zones without a transition after it have one offset for all the time that matters.
const MODERN_SECOND: i64 = 978_307_200;

/// A schedule with its summary.
#[derive(Debug, Clone)]
pub(crate) struct Hours {
    pub(crate) compiled: Arc<CompiledSchedule>,
    /// Seconds to add to UTC, where the zone has one offset.
    offset: Option<i32>,
    /// Bit 0 for Monday: open at some time of each such day without an exception.
    weekdays: u8,
    /// First and last day with an exception.
    exceptions: (i64, i64),
    /// First and last day on which it holds.
    valid: (i64, i64),
}

/// The whole local days of a window, for one offset from UTC.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WholeDays {
    offset: i32,
    first: i64,
    last: i64,
    weekdays: u8,
}

impl WholeDays {
    /// The whole days of a window.
    pub(crate) fn new(window: Span, offset: i32) -> Self {
        let seconds = i64::from(offset);
        let first = (window.start.div_euclid(MICROSECONDS) + seconds + DAY_SECONDS).div_euclid(DAY_SECONDS);
        let last = (window.end.div_euclid(MICROSECONDS) + seconds).div_euclid(DAY_SECONDS) - 1;
        // 1970-01-01 was a Thursday.
        let weekdays = (first..=last.min(first + 6)).fold(0, |days, day| days | 1 << (day + 3).rem_euclid(7));
        Self { offset, first, last, weekdays }
    }
}

impl Hours {
    /// Compiles a schedule; none when its zone is not known.
    pub(crate) fn new(schedule: &Schedule) -> Option<Self> {
        let compiled = schedule.compile().ok()?;
        let span = compiled.zone().span_at(MODERN_SECOND);
        let days = || schedule.exceptions.iter().map(|exception| day_of_date(exception.date));
        Some(Self {
            offset: if span.end == i64::MAX { i32::try_from(span.offset).ok() } else { None },
            weekdays: schedule.weekly.iter().fold(0, |days, hours| days | 1 << (hours.weekday.clamp(1, 7) - 1)),
            exceptions: (days().min().unwrap_or(i64::MAX), days().max().unwrap_or(i64::MIN)),
            valid: (
                schedule.valid_from.map_or(i64::MIN, day_of_date),
                schedule.valid_until.map_or(i64::MAX, day_of_date),
            ),
            compiled: Arc::new(compiled),
        })
    }

    /// Whether it is open at some time of the window. `days` keeps the window's days from one question to the next; it is for this window.
    pub(crate) fn open_in(&self, window: Span, days: &mut Option<WholeDays>) -> bool {
        if let Some(offset) = self.offset {
            let days = match days {
                Some(days) if days.offset == offset => days,
                days => days.insert(WholeDays::new(window, offset)),
            };
            let (first, last) = self.exceptions;
            let regular = last < days.first || first > days.last;
            let holds = self.valid.0 <= days.first && self.valid.1 >= days.last;
            if days.weekdays & self.weekdays != 0 && regular && holds && days.first >= MODERN_SECOND / DAY_SECONDS {
                return true;
            }
        }
        let (start, end) = window.instants();
        self.compiled.open_between(start, end)
    }
}
