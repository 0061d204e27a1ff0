//! Periods of renewed capacity: calendar days, weeks from Monday and months, in the time zone of their place.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::capacity_pool::{PeriodLength, PeriodRule};
use crate::error::Violation;
use crate::zone::{Zone, date_of_day, day_of_date, weekday_index};

impl PeriodLength {
    /// First day of the period that holds a date.
    #[must_use]
    pub fn start_of(self, date: Date) -> Date {
        match self {
            Self::Day => date,
            Self::Week => {
                let day = day_of_date(date);
                date_of_day(day - i64::try_from(weekday_index(day)).unwrap_or(0))
            }
            Self::Month => date.first_of_month(),
        }
    }

    /// First day of the period after the one that holds a date.
    #[must_use]
    pub fn next_start(self, date: Date) -> Date {
        let start = day_of_date(self.start_of(date));
        match self {
            Self::Day => date_of_day(start + 1),
            Self::Week => date_of_day(start + 7),
            Self::Month => date_of_day(start + i64::from(date.days_in_month())),
        }
    }
}

/// A [`PeriodRule`] made ready for questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    length: PeriodLength,
    zone: Arc<Zone>,
}

impl Periods {
    /// Compiles a rule.
    ///
    /// # Errors
    /// A violation of rule `time_zone` for `field` when the zone is not known.
    pub fn new(field: &str, rule: &PeriodRule) -> Result<Self, Violation> {
        Ok(Self { length: rule.length, zone: Zone::named(field, &rule.time_zone)? })
    }

    /// How long a period is.
    #[must_use]
    pub const fn length(&self) -> PeriodLength {
        self.length
    }

    /// First day of the period that an instant lies in.
    #[must_use]
    pub fn period_start(&self, at: Timestamp) -> Date {
        self.length.start_of(self.date_at(at))
    }

    /// The date of an instant in the periods' zone.
    #[must_use]
    pub fn date_at(&self, at: Timestamp) -> Date {
        self.zone.date_at(at)
    }

    /// The first instant of a day in the periods' zone.
    #[must_use]
    pub fn start_of_day(&self, date: Date) -> Timestamp {
        self.zone.start_of(date)
    }

    /// First day of the period after the one that holds `date`.
    #[must_use]
    pub fn next_period_start(&self, date: Date) -> Date {
        self.length.next_start(date)
    }

    /// First instant of the period that holds `date`, and first instant after it.
    #[must_use]
    pub fn bounds(&self, date: Date) -> (Timestamp, Timestamp) {
        (self.zone.start_of(self.length.start_of(date)), self.zone.start_of(self.length.next_start(date)))
    }

    /// First days of the periods that share an instant with `start..end`, in order; that of `start` when `end` is not after it.
    pub fn starts_between(&self, start: Timestamp, end: Timestamp) -> impl Iterator<Item = Date> + use<> {
        let length = self.length;
        let last_instant = end.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(end).max(start);
        let last = self.period_start(last_instant);
        let first = self.period_start(start);
        std::iter::successors(Some(first), move |date| {
            let next = length.next_start(*date);
            (next > *date && next <= last).then_some(next)
        })
    }
}

impl PeriodRule {
    /// The form that answers questions.
    ///
    /// # Errors
    /// A violation of rule `time_zone` when the zone is not known.
    pub fn compile(&self) -> Result<Periods, Violation> {
        Periods::new("time_zone", self)
    }

    /// The same, by UTC when the zone is not known, which a checked rule's always is.
    fn periods(&self) -> Periods {
        self.compile().unwrap_or_else(|_| Periods { length: self.length, zone: Zone::utc() })
    }

    /// First day of the period that an instant lies in. Callers with many questions compile the rule once.
    #[must_use]
    pub fn period_start(&self, at: Timestamp) -> Date {
        self.periods().period_start(at)
    }

    /// First day of the period after the one that holds `date`.
    #[must_use]
    pub fn next_period_start(&self, date: Date) -> Date {
        self.length.next_start(date)
    }

    /// First instant of the period that holds `date`, and first instant after it.
    #[must_use]
    pub fn period_bounds(&self, date: Date) -> (Timestamp, Timestamp) {
        self.periods().bounds(date)
    }
}
