//! Occurrences of what recurs: which calendar periods of an item are taken, and which are to be referred next.
//!
//! A weekly visit for eight weeks is eight visits, at most one in each calendar week. The first may be in the week in which the
//! need's window starts, even if that is a Thursday; weeks that somebody serves already are passed over, so that the rest of what
//! one provider took in part is for the next one, in the weeks that are left. No visit lies after the end of a need that says when help
//! is of use: weeks that begin later are not asked for, however many are left.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::need::Recurrence;
use crate::zone::Zone;

/// Units that live and delivered referrals take of one calendar period of a recurring item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenPeriod {
    /// First day of the period.
    pub period_start: Date,
    /// Units of the item, at least 1.
    pub units: i64,
}

/// What is asked of an item, and what of it is taken.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Quantity of each occurrence.
    pub quantity: i64,
    /// Again and again.
    pub recurrence: Option<Recurrence>,
    /// Units that are neither referred nor served, over all occurrences.
    pub left: i64,
    /// By period, in order.
    pub taken: &'a [TakenPeriod],
}

/// A share of an item: so much in each of some calendar periods, or so much once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Quantity of each occurrence.
    pub quantity: i64,
    /// First days of the periods, in order; empty when not recurring.
    pub periods: Vec<Date>,
}

impl Share {
    /// How often, 1 when not recurring.
    #[must_use]
    pub fn occurrences(&self) -> u32 {
        u32::try_from(self.periods.len()).unwrap_or(u32::MAX).max(1)
    }

    /// Units over all occurrences.
    #[must_use]
    pub fn units(&self) -> i64 {
        self.quantity.saturating_mul(i64::from(self.occurrences()))
    }
}

/// A share that is still to be referred, as a question to whoever could serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outstanding {
    /// Quantity of each occurrence.
    pub quantity: i64,
    /// As often as it is still wanted.
    pub recurrence: Option<Recurrence>,
    /// Not before.
    pub start: Timestamp,
    /// Whether nothing of the item can be referred any more; what is asked is then all of it.
    pub is_covered: bool,
}

impl Asked<'_> {
    /// What is asked of resources from `start` on, of what recurs before `until`: what can be referred next, or all of the item where
    /// nothing is left. Gaps between the periods that are left are not told.
    #[must_use]
    pub fn outstanding(&self, start: Timestamp, until: Option<Timestamp>, quantity: Option<i64>) -> Outstanding {
        let zone = Zone::of_places();
        let (first, last) = (zone.date_at(start), until.map(|until| zone.last_date_before(until)));
        let Some(share) = self.next(first, last, quantity) else {
            let (recurrence, is_covered) = (self.recurrence, self.next(first, last, None).is_none());
            return Outstanding { quantity: quantity.unwrap_or(self.quantity), recurrence, start, is_covered };
        };
        let occurrences = share.occurrences();
        Outstanding {
            quantity: share.quantity,
            recurrence: self.recurrence.map(|recurrence| Recurrence { occurrences, ..recurrence }),
            start: share.periods.first().map_or(start, |first| zone.start_of(*first).max(start)),
            is_covered: false,
        }
    }

    /// What can be referred next, in the period that holds `from` at the earliest and that of `last` at the latest: `quantity` each
    /// time, or what the first period with something left still lacks. None when nothing, or not so much, is left.
    #[must_use]
    pub fn next(&self, from: Date, last: Option<Date>, quantity: Option<i64>) -> Option<Share> {
        let Some(Recurrence { every, occurrences }) = self.recurrence else {
            let quantity = quantity.unwrap_or(self.left);
            return (1..=self.left).contains(&quantity).then(|| Share { quantity, periods: Vec::new() });
        };
        if self.left < 1 || quantity.is_some_and(|quantity| quantity < 1) {
            return None;
        }
        let periods = std::iter::successors(Some(every.start_of(from)), |day| {
            let next = every.next_start(*day);
            (next > *day).then_some(next)
        });
        let mut periods = periods.take_while(|day| last.is_none_or(|last| *day <= last));
        let wanted = quantity.unwrap_or(1);
        let first = periods.by_ref().take(self.taken.len() + 1).find(|day| self.lacking_on(*day) >= wanted)?;
        let quantity = quantity.unwrap_or_else(|| self.lacking_on(first).min(self.left));
        let count = usize::try_from(self.left / quantity.max(1)).unwrap_or(usize::MAX).min(occurrences as usize);
        let lacking = std::iter::once(first).chain(periods).filter(|day| self.lacking_on(*day) >= quantity);
        let periods: Vec<Date> = lacking.take(count).collect();
        (!periods.is_empty()).then_some(Share { quantity, periods })
    }

    fn lacking_on(&self, day: Date) -> i64 {
        let at = self.taken.binary_search_by_key(&day, |taken| taken.period_start);
        let taken = at.ok().and_then(|at| self.taken.get(at)).map_or(0, |taken| taken.units);
        self.quantity.saturating_sub(taken)
    }
}

/// What `units` are of the periods of a share, the earliest first, `quantity` in each.
pub fn spread(periods: &[Date], quantity: i64, units: i64) -> impl Iterator<Item = TakenPeriod> + use<'_> {
    let mut left = units;
    periods.iter().map_while(move |day| {
        let units = quantity.min(left);
        left -= units;
        (units > 0).then_some(TakenPeriod { period_start: *day, units })
    })
}

/// Adds what is taken.
pub(crate) fn take(taken: &mut Vec<TakenPeriod>, more: &[TakenPeriod]) {
    for more in more {
        match taken.binary_search_by_key(&more.period_start, |known| known.period_start) {
            Ok(at) => taken.iter_mut().skip(at).take(1).for_each(|known| known.units += more.units),
            Err(at) => taken.insert(at, *more),
        }
    }
}

/// Takes it off again; periods of which nothing is taken any more go.
pub(crate) fn give_back(taken: &mut Vec<TakenPeriod>, less: &[TakenPeriod]) {
    for known in taken.iter_mut() {
        let less = less.iter().filter(|less| less.period_start == known.period_start);
        known.units -= less.map(|less| less.units).sum::<i64>();
    }
    taken.retain(|known| known.units > 0);
}
