//! Capacity pools: how much there is, an entity that several resources may draw on.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Violation, Violations};
use crate::ids::{CapacityPoolId, ExternalId, OrganizationId, Version};
use crate::limits::{LOOK_AHEAD_DAYS_MAX, POOL_PERIODS_MAX, QUANTITY_MAX, TITLE_CHARS_MAX};
use crate::referral::hold::Amounts;
use crate::schedule::check_date;
use crate::text::check_required;
use crate::unit::Unit;
use crate::zone::{Zone, day_of_date};

/// How a pool behaves when something is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// Consumed: what is delivered is gone.
    Stock,
    /// Renewed each period.
    Slots,
    /// So many at once; a place comes back when the case closes.
    Caseload,
    /// Money, in minor units.
    Budget,
    /// No limit, for example a policy.
    Unbounded,
}

/// How long a period of a [`PoolKind::Slots`] pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodLength {
    /// A calendar day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
}

/// The periods of a pool, in the time zone of its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PeriodRule {
    /// How long.
    pub length: PeriodLength,
    /// IANA time zone in which a period begins at midnight.
    pub time_zone: String,
}

/// Figures of a pool, or of one of its periods, in the pool's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Figures {
    /// How much there is; none when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Taken outside Wishwell.
    #[serde(default)]
    pub used_elsewhere: i64,
    /// Held, not yet accepted.
    #[serde(default)]
    pub pending: i64,
    /// Held and accepted.
    #[serde(default)]
    pub committed: i64,
    /// Delivered, and not coming back: counts against the total for good, in SLOTS for the period.
    #[serde(default)]
    pub consumed: i64,
}

impl Figures {
    /// What is left; none when the total is unknown. Never negative.
    #[must_use]
    pub fn remaining(&self) -> Option<i64> {
        self.total.map(|total| total.saturating_sub(self.taken()).max(0))
    }

    /// What is held and can still be given back.
    #[must_use]
    pub const fn held(&self) -> i64 {
        self.pending.saturating_add(self.committed)
    }

    /// Everything that counts against the total.
    #[must_use]
    pub const fn taken(&self) -> i64 {
        self.used_elsewhere.saturating_add(self.held()).saturating_add(self.consumed)
    }

    /// Whether more counts against the total than it is.
    #[must_use]
    pub fn is_overdrawn(&self) -> bool {
        self.total.is_some_and(|total| total < self.taken())
    }

    /// Whether more is used up, here and elsewhere, than the total is: nobody can give that back.
    #[must_use]
    pub fn is_used_beyond(&self) -> bool {
        self.total.is_some_and(|total| total < self.used_elsewhere.saturating_add(self.consumed))
    }

    /// Adds what a movement says.
    pub const fn add(&mut self, amounts: Amounts) {
        self.pending += amounts.pending;
        self.committed += amounts.committed;
        self.consumed += amounts.consumed;
    }
}

/// Figures of one period that differ from the pool's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PeriodFigures {
    /// First day of the period.
    pub period_start: Date,
    /// Whether `total` and `used_elsewhere` are the pool's usual ones and change with them until the period has ended: nobody has said
    /// otherwise of this period, it is here for what is held in it.
    #[serde(default)]
    pub inherits: bool,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How much there is of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityPool {
    /// Identifier.
    pub id: CapacityPoolId,
    /// What it is called where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalId>,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// How it behaves.
    pub kind: PoolKind,
    /// Unit it is counted in.
    pub unit: Unit,
    /// ISO 4217 code, for [`PoolKind::Budget`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Periods, for [`PoolKind::Slots`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodRule>,
    /// The pool's figures; for SLOTS those of every period that has none of its own.
    #[serde(flatten)]
    pub figures: Figures,
    /// Periods that differ, by date, each at most once.
    #[serde(default)]
    pub periods: Vec<PeriodFigures>,
    /// Whether it was pledged with a wish, and nothing of it is there for anybody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pledged: bool,
    /// When somebody last said that the figures are true.
    pub confirmed_at: Timestamp,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How much is left. Ordered: less than more than no limit; unknown is the least, because it promises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remaining {
    /// Nobody said how much there is.
    Unknown,
    /// So many, in the pool's unit; never negative.
    Known(i64),
    /// No limit.
    Unlimited,
}

impl Remaining {
    /// Whether `quantity` can be taken; none when unknown.
    #[must_use]
    pub fn covers(self, quantity: i64) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Known(left) => Some(left >= quantity),
            Self::Unlimited => Some(true),
        }
    }
}

/// What a pool has in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowCapacity {
    /// The most that is left: now for pools without periods, in the best period of the window for SLOTS.
    pub remaining: Remaining,
    /// First day of that period (the first of equals); SLOTS only.
    pub period_start: Option<Date>,
    /// The first period after the window with anything left and how much that is, within [`LOOK_AHEAD_DAYS_MAX`]; SLOTS only.
    pub next_free: Option<(Date, i64)>,
}

impl CapacityPool {
    /// What is left of the pool itself; for SLOTS of a period without figures of its own.
    #[must_use]
    pub fn remaining(&self) -> Remaining {
        self.left(&self.figures)
    }

    /// What is left in the period that begins on `period_start`.
    #[must_use]
    pub fn remaining_in(&self, period_start: Date) -> Remaining {
        let own = self.periods.iter().find(|period| period.period_start == period_start);
        self.left(own.map_or(&self.figures, |period| &period.figures))
    }

    /// The figures of the pool itself, or of one period.
    #[must_use]
    pub fn figures_in(&self, period_start: Option<Date>) -> Figures {
        let Some(start) = period_start else { return self.figures };
        match self.periods.iter().find(|period| period.period_start == start) {
            Some(period) => period.figures,
            None => self.usual(),
        }
    }

    /// Makes a pledge a pool like any other once something of it is there for others, or nobody says how much: whoever has it has said so.
    pub fn settle_pledge(&mut self) {
        self.pledged &= self.figures.remaining() == Some(0);
    }

    /// Where more counts against a total than it is: the pool itself, then its periods in order.
    #[must_use]
    pub fn overdrawn(&self) -> Option<(Option<Date>, Figures)> {
        self.all_figures().find(|(_, figures)| figures.is_overdrawn())
    }

    /// Where more is used up than the total is: the pool itself, then its periods in order.
    #[must_use]
    pub fn used_beyond(&self) -> Option<(Option<Date>, Figures)> {
        self.all_figures().find(|(_, figures)| figures.is_used_beyond())
    }

    /// The figures of the pool itself, then those of its periods in order.
    fn all_figures(&self) -> impl Iterator<Item = (Option<Date>, Figures)> {
        let periods = self.periods.iter().map(|period| (Some(period.period_start), period.figures));
        std::iter::once((None, self.figures)).chain(periods)
    }

    /// The figures of a period in which nothing is held and of which nobody has said anything.
    fn usual(&self) -> Figures {
        Figures { pending: 0, committed: 0, consumed: 0, ..self.figures }
    }

    /// Adds a movement to the figures of the pool itself, or of one period, which from now on is listed. What was used up in a period that is not
    /// listed was forgotten with it: nothing can be taken off it any more.
    pub fn add(&mut self, period_start: Option<Date>, amounts: Amounts) {
        let Some(start) = period_start else { return self.figures.add(amounts) };
        let usual = self.usual();
        let at = self.periods.partition_point(|period| period.period_start < start);
        if self.periods.get(at).is_none_or(|period| period.period_start != start) {
            if amounts.consumed < 0 {
                return;
            }
            self.periods.insert(at, PeriodFigures { period_start: start, inherits: true, figures: usual });
        }
        if let Some(period) = self.periods.get_mut(at) {
            period.figures.add(amounts);
        }
    }

    /// Brings the periods of which nobody has said anything else up to the pool's usual figures. Those that have ended by `now`, in the
    /// time zone of the pool's place, keep what they had: how much there is from now on says nothing of how much there was.
    pub fn pass_usual_figures_on(&mut self, now: Timestamp) {
        let Figures { total, used_elsewhere, .. } = self.figures;
        let current = self.current_period(now);
        let goes_on = |start: Date| current.is_none_or(|current| start >= current);
        for period in self.periods.iter_mut().filter(|period| period.inherits && goes_on(period.period_start)) {
            period.figures = Figures { total, used_elsewhere, ..period.figures };
        }
    }

    /// First day of the period that goes on, in the time zone of the pool's place; none for pools without periods.
    fn current_period(&self, now: Timestamp) -> Option<Date> {
        self.period.as_ref().map(|rule| rule.period_start(now))
    }

    /// Whether a period has ended and is not listed: either there was nothing to say of it, or it was forgotten.
    #[must_use]
    pub fn may_have_forgotten(&self, period_start: Date, now: Timestamp) -> bool {
        let ended = self.current_period(now).is_some_and(|current| period_start < current);
        ended && self.periods.iter().all(|period| period.period_start != period_start)
    }

    /// Forgets periods of which there is nothing to say: those that are here for what was held and hold nothing any more.
    pub fn forget_empty_periods(&mut self, now: Timestamp) {
        self.periods.retain(|period| !period.inherits || period.figures.held() > 0 || period.figures.consumed > 0);
        self.keep_to_the_bound(now);
    }

    /// Forgets what may be forgotten of periods while there are more than there may be.
    pub fn keep_to_the_bound(&mut self, now: Timestamp) {
        while self.periods.len() > POOL_PERIODS_MAX && self.make_room(now) {}
    }

    /// Forgets the oldest period that has ended and in which nothing is held, when there are as many as there may be: whoever sets
    /// figures day by day must not come to an end after a year. One that goes on is never forgotten: what was used up in it would be
    /// promised again. Answers whether one was forgotten.
    pub fn make_room(&mut self, now: Timestamp) -> bool {
        let Some(current) = self.current_period(now).filter(|_| self.periods.len() >= POOL_PERIODS_MAX) else {
            return false;
        };
        let free = |period: &&PeriodFigures| period.figures.held() == 0 && period.period_start < current;
        let oldest = self.periods.iter().filter(free).map(|period| period.period_start).min();
        if let Some(oldest) = oldest {
            self.periods.retain(|period| period.period_start != oldest);
        }
        oldest.is_some()
    }

    /// Refuses more periods than there may be together with what was kept of those `known` that were not named. As many as were there
    /// before are in nobody's way: movements list a period whatever the bound is.
    ///
    /// # Errors
    /// A violation of rule `list.max_items` for `overrides`.
    pub fn must_keep_to_the_bound(&self, known: &Self) -> Result<(), Violation> {
        let count = self.periods.len();
        if count <= POOL_PERIODS_MAX.max(known.periods.len()) {
            return Ok(());
        }
        let message = format!(
            "must be at most {POOL_PERIODS_MAX} together with periods of {} in which something is held or was used up",
            self.id.name()
        );
        Err(Violation::new("overrides", "list.max_items", message).with_value(count))
    }

    /// What is said against figures of a period that was forgotten: what was used up in it would not be among them.
    #[must_use]
    pub fn is_forgotten(&self, field: &str, period_start: Date) -> Violation {
        let message = format!(
            "must not have ended before the oldest period that is kept of {}: its figures were forgotten",
            self.id.name()
        );
        Violation::new(field, "pool.period_forgotten", message).with_value(period_start)
    }

    fn left(&self, figures: &Figures) -> Remaining {
        match (self.kind, figures.remaining()) {
            (PoolKind::Unbounded, _) => Remaining::Unlimited,
            (_, Some(left)) => Remaining::Known(left),
            (_, None) => Remaining::Unknown,
        }
    }

    /// What the pool has from `start` to before `end`.
    #[must_use]
    pub fn remaining_between(&self, start: Timestamp, end: Timestamp) -> WindowCapacity {
        let Some(periods) =
            self.period.as_ref().filter(|_| self.kind == PoolKind::Slots).and_then(|r| r.compile().ok())
        else {
            return WindowCapacity { remaining: self.remaining(), period_start: None, next_free: None };
        };
        let mut best: Option<(Remaining, Date)> = None;
        for date in periods.starts_between(start, end) {
            let left = self.remaining_in(date);
            if best.is_none_or(|(most, _)| left > most) {
                best = Some((left, date));
            }
        }
        WindowCapacity {
            remaining: best.map_or(Remaining::Unknown, |(left, _)| left),
            period_start: best.map(|(_, date)| date),
            next_free: self.next_period_with(1, end),
        }
    }

    /// The first period that begins at or after an instant and has `quantity` left, with how much is left; none within
    /// [`LOOK_AHEAD_DAYS_MAX`], and none for pools without periods.
    #[must_use]
    pub fn next_period_with(&self, quantity: i64, after: Timestamp) -> Option<(Date, i64)> {
        let periods = self.period.as_ref().filter(|_| self.kind == PoolKind::Slots)?.compile().ok()?;
        let current = periods.period_start(after);
        let first = if periods.bounds(current).0 >= after { current } else { periods.next_period_start(current) };
        let last = day_of_date(first) + LOOK_AHEAD_DAYS_MAX;
        let mut date = first;
        while day_of_date(date) <= last {
            if let Remaining::Known(left) = self.remaining_in(date)
                && left >= quantity
            {
                return Some((date, left));
            }
            date = periods.next_period_start(date);
        }
        None
    }

    /// Checks the name, that kind, period, currency, unit and totals fit together, and that nothing is promised twice.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        if let Some(external) = &self.external {
            external.check(&format!("{field}.external"), violations);
        }
        check_required(&format!("{field}.title"), &self.name, TITLE_CHARS_MAX, violations);
        self.check_period_rule(field, violations);
        self.check_currency(field, violations);
        if self.kind == PoolKind::Unbounded {
            violations.require(self.figures.total.is_none(), || {
                Violation::new(format!("{field}.total"), "pool.unbounded_total", "must not be set on an unbounded pool")
                    .with_value(self.figures.total.unwrap_or_default())
            });
        }
        self.figures.check(field, violations);
        self.check_overrides(field, violations);
    }

    fn check_period_rule(&self, field: &str, violations: &mut Violations) {
        match (&self.period, self.kind) {
            (Some(rule), PoolKind::Slots) => {
                violations.take(Zone::named(&format!("{field}.time_zone"), &rule.time_zone));
            }
            (None, PoolKind::Slots) => {
                let message = "is required for slots, with a time_zone: they are renewed each period";
                violations.add(Violation::new(format!("{field}.period"), "pool.period_required", message));
            }
            (Some(_), _) => {
                let message = "must not be set: only slots are renewed each period";
                violations.add(Violation::new(format!("{field}.period"), "pool.period_forbidden", message));
            }
            (None, _) => {}
        }
    }

    fn check_currency(&self, field: &str, violations: &mut Violations) {
        let path = format!("{field}.currency");
        match (&self.currency, self.kind) {
            (Some(currency), PoolKind::Budget) => {
                let valid = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
                violations.require(valid, || {
                    let message = "must be the three capital letters of an ISO 4217 code, such as CNY";
                    Violation::new(&path, "pool.currency", message).with_value(currency)
                });
                // The fen is the minor unit of the renminbi; every other currency counts in minor units of its own.
                let expected = if currency == "CNY" { "fen" } else { "minor_unit" };
                violations.require(!valid || [expected, "minor_unit"].contains(&self.unit.code()), || {
                    let message = format!("must be {expected} for a budget in {currency}");
                    Violation::new(format!("{field}.unit"), "pool.budget_unit", message).with_value(self.unit)
                });
            }
            (None, PoolKind::Budget) => {
                violations.add(Violation::new(path, "pool.currency_required", "is required for a budget"));
            }
            (Some(currency), _) => {
                let message = "must not be set: only a budget is money";
                violations.add(Violation::new(path, "pool.currency_forbidden", message).with_value(currency));
            }
            (None, _) => {}
        }
    }

    fn check_overrides(&self, field: &str, violations: &mut Violations) {
        let path = format!("{field}.overrides");
        let count = self.periods.len();
        violations.require(count <= POOL_PERIODS_MAX, || {
            Violation::new(&path, "list.max_items", format!("must have at most {POOL_PERIODS_MAX} entries"))
                .with_value(count)
        });
        let Some(rule) = self.period.as_ref().filter(|_| self.kind == PoolKind::Slots) else {
            violations.require(count == 0, || {
                Violation::new(&path, "pool.overrides_forbidden", "must be empty: only slots have periods")
                    .with_value(count)
            });
            return;
        };
        let mut seen = HashSet::new();
        for (index, period) in self.periods.iter().enumerate() {
            let (path, date) = (format!("{path}[{index}]"), period.period_start);
            let start = format!("{path}.period_start");
            check_date(&start, date, violations);
            let first_day = rule.length.start_of(date);
            violations.require(first_day == date, || {
                let message = format!("must be the first day of its period, {first_day}");
                Violation::new(&start, "pool.period_start", message).with_value(date)
            });
            violations.require(seen.insert(date), || {
                Violation::new(&start, "pool.period_unique", "must not repeat a period").with_value(date)
            });
            period.figures.check(&path, violations);
        }
    }
}

impl Figures {
    /// Checks that no figure is negative or absurd, and that no more is taken than there is.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        let figures = [
            ("total", self.total.unwrap_or(0)),
            ("used_elsewhere", self.used_elsewhere),
            ("pending", self.pending),
            ("committed", self.committed),
            ("consumed", self.consumed),
        ];
        let mut in_range = true;
        for (name, value) in figures {
            let valid = (0..=QUANTITY_MAX).contains(&value);
            in_range &= valid;
            violations.require(valid, || {
                let message = format!("must be 0 to {QUANTITY_MAX}");
                Violation::new(format!("{field}.{name}"), "pool.figure_range", message).with_value(value)
            });
        }
        let taken = self.taken();
        violations.require(!in_range || self.total.is_none_or(|total| taken <= total), || {
            let message = "must cover what is used elsewhere, pending, committed and consumed";
            Violation::new(format!("{field}.total"), "pool.total_covers", message)
                .with_value(format!("{} of {taken}", self.total.unwrap_or_default()))
        });
    }
}
