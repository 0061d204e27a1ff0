//! Time zones as tables of offsets: converting an instant costs a comparison for fixed zones and a binary search for others.
//!
//! The tables come from the time zone database compiled into the program, not from the machine's, so that the same decision
//! replays to the same bytes everywhere.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use crate::error::Violation;

/// The zone of places that do not say theirs.
pub const DEFAULT_TIME_ZONE: &str = "Asia/Shanghai";
/// Transitions from this second on are in the table (2000-01-01T00:00:00Z); before it the first offset holds.
const TABLE_START_SECOND: i64 = 946_684_800;
/// Transitions up to this second are in the table (2200-01-01T00:00:00Z); after it the last offset holds.
const TABLE_END_SECOND: i64 = 7_258_118_400;
/// Seconds of a day without transitions.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// One zone of the IANA database with its offsets from 2000 to 2200.
#[derive(Debug, PartialEq, Eq)]
pub struct Zone {
    name: Box<str>,
    /// First second of each offset after the first one.
    transitions: Box<[i64]>,
    /// Seconds to add to UTC; one more than `transitions`.
    offsets: Box<[i64]>,
}

/// A stretch of time with one offset: seconds from `start` to before `end`, and what to add to UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetSpan {
    /// First UTC second; `i64::MIN` for the first span.
    pub start: i64,
    /// Second after the last; `i64::MAX` for the last span.
    pub end: i64,
    /// Local seconds minus UTC seconds.
    pub offset: i64,
}

impl Zone {
    /// Looks a zone up by its IANA name, exactly spelt. Tables are made once and shared.
    ///
    /// # Errors
    /// A violation of rule `time_zone` for `field` with the value when there is no such zone.
    pub fn named(field: &str, name: &str) -> Result<Arc<Self>, Violation> {
        static ZONES: OnceLock<RwLock<HashMap<Box<str>, Arc<Zone>>>> = OnceLock::new();
        let zones = ZONES.get_or_init(RwLock::default);
        if let Some(zone) = zones.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Arc::clone(zone));
        }
        let violation = |message: String| Violation::new(field, "time_zone", message).with_value(name);
        let zone = bundled().get(name).ok().filter(|zone| zone.iana_name().is_some());
        let zone =
            zone.ok_or_else(|| violation("must be a time zone of the IANA database, such as Asia/Shanghai".into()))?;
        // One spelling per zone also bounds the number of tables.
        let spelt = zone.iana_name().unwrap_or_default();
        if spelt != name {
            return Err(violation(format!("must be spelt {spelt}")));
        }
        let zone = Arc::new(Self::tabulate(name, &zone));
        let mut zones = zones.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(zones.entry(name.into()).or_insert(zone)))
    }

    /// The zone named by [`DEFAULT_TIME_ZONE`].
    #[must_use]
    pub fn of_places() -> Arc<Self> {
        Self::named("time_zone", DEFAULT_TIME_ZONE).unwrap_or_else(|_| Self::utc())
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Arc<Self> {
        Arc::new(Self { name: "UTC".into(), transitions: [].into(), offsets: [0].into() })
    }

    fn tabulate(name: &str, zone: &TimeZone) -> Self {
        let start = Timestamp::from_second(TABLE_START_SECOND).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut transitions = Vec::new();
        let mut offsets = vec![i64::from(zone.to_offset(start).seconds())];
        for transition in zone.following(start) {
            let second = transition.timestamp().as_second();
            if second >= TABLE_END_SECOND {
                break;
            }
            // A transition may change the abbreviation only.
            let offset = i64::from(transition.offset().seconds());
            if offsets.last() != Some(&offset) {
                transitions.push(second);
                offsets.push(offset);
            }
        }
        Self { name: name.into(), transitions: transitions.into(), offsets: offsets.into() }
    }

    /// IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stretch of equal offset that holds a UTC second.
    #[must_use]
    pub fn span_at(&self, second: i64) -> OffsetSpan {
        let index = self.transitions.partition_point(|transition| *transition <= second);
        OffsetSpan {
            start: index.checked_sub(1).and_then(|i| self.transitions.get(i)).copied().unwrap_or(i64::MIN),
            end: self.transitions.get(index).copied().unwrap_or(i64::MAX),
            offset: self.offsets.get(index).copied().unwrap_or(0),
        }
    }

    /// The local date at an instant, as days since 1970-01-01.
    #[must_use]
    pub fn day_at(&self, at: Timestamp) -> i64 {
        let second = floor_second(at);
        (second + self.span_at(second).offset).div_euclid(DAY_SECONDS)
    }

    /// The local date at an instant.
    #[must_use]
    pub fn date_at(&self, at: Timestamp) -> Date {
        date_of_day(self.day_at(at))
    }

    /// The local date just before an instant: the last one of what ends then.
    #[must_use]
    pub fn last_date_before(&self, end: Timestamp) -> Date {
        self.date_at(end.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN))
    }

    /// The first instant at which the local clock shows a date: after the gap where its midnight does not exist. The nearest
    /// there is at the ends of time.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        let midnight = day_of_date(date) * DAY_SECONDS;
        // No offset reaches two days, so that the date begins after this.
        let mut span = self.span_at(midnight - 2 * DAY_SECONDS);
        while span.end.saturating_add(span.offset) <= midnight {
            span = self.span_at(span.end);
        }
        let second = span.start.max(midnight - span.offset);
        let limits = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Timestamp::from_second(second.clamp(limits.0, limits.1)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// The zone named by [`DEFAULT_TIME_ZONE`], in which people are told times that are of no other place: on pages, by commands and in reports
/// alike, wherever they run.
#[must_use]
pub fn told() -> TimeZone {
    bundled().get(DEFAULT_TIME_ZONE).unwrap_or(TimeZone::UTC)
}

fn bundled() -> &'static TimeZoneDatabase {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled)
}

/// The second an instant lies in, downwards also before 1970.
pub(crate) fn floor_second(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// The first second not before an instant.
pub(crate) fn ceil_second(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// Days since 1970-01-01.
#[must_use]
pub fn day_of_date(date: Date) -> i64 {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let month = i64::from(date.month());
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day()) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of days since 1970-01-01; the nearest there is outside the years -9999 to 9999.
#[must_use]
pub fn date_of_day(day: i64) -> Date {
    // The same source, civil_from_days.
    let shifted = day.clamp(day_of_date(Date::MIN), day_of_date(Date::MAX)) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |value: i64| i8::try_from(value).unwrap_or(1);
    Date::new(i16::try_from(year).unwrap_or(0), small(month), small(day)).unwrap_or(Date::ZERO)
}

/// Index of the weekday of a day since 1970-01-01: 0 Monday to 6 Sunday.
pub(crate) fn weekday_index(day: i64) -> usize {
    // 1970-01-01 was a Thursday.
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}
