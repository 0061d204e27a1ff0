//! What is open, late, waiting and running out: counted by the store, put together by the catalogue's trees.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, Figures};
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::limits::{PAGE_SIZE_MAX, SUPERVISION_CATEGORIES_MAX, TREE_DEPTH_MAX};
use wishwell_domain::need::{NeedState, Urgency};
use wishwell_domain::period::Periods;
use wishwell_domain::referral::ReferralState;
use wishwell_engine::Snapshot;
use wishwell_store::{
    AnswerTimes, CapacityPoolFilter, NeedFilter, NeedTally, PageRequest, ReferralFilter, ReferralTally,
};

use super::{Caller, Platform};

/// Longest period of a pool, in days, and a day for the difference of time zones.
const PERIOD_DAYS_MAX: i32 = 32;

/// Needs of a part of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Open or partly served.
    pub(crate) open: u64,
    /// Served, and nobody disputes it.
    pub(crate) served: u64,
    /// Served by what was said, and disputed.
    pub(crate) disputed: u64,
}

impl Counted {
    fn add(&mut self, tally: &NeedTally) {
        if tally.disputed {
            self.disputed += tally.needs;
        } else if tally.state.is_open() {
            self.open += tally.needs;
        } else if tally.state == NeedState::Served {
            self.served += tally.needs;
        }
    }
}

/// Open needs of an urgency, those that are late, and beside them those of which it is disputed that they are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfUrgency {
    pub(crate) urgency: Urgency,
    pub(crate) open: u64,
    pub(crate) overdue: u64,
    pub(crate) disputed: u64,
}

/// A pool that is nearly empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scarce {
    pub(crate) pool: CapacityPool,
    pub(crate) total: i64,
    pub(crate) remaining: i64,
    /// Of this period.
    pub(crate) period_start: Option<Date>,
}

/// What is counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// In this division and below it; none for everywhere the caller works.
    pub(crate) division: Option<DivisionCode>,
    /// Needs with an item of this category or below it; none for all.
    pub(crate) category: Option<CategoryCode>,
}

/// All figures.
#[derive(Debug)]
pub(crate) struct Supervision {
    pub(crate) urgencies: Vec<OfUrgency>,
    pub(crate) divisions: Vec<(Option<DivisionCode>, Counted)>,
    pub(crate) categories: Vec<(CategoryCode, Counted)>,
    pub(crate) referrals: Vec<ReferralTally>,
    pub(crate) overdue: u64,
    pub(crate) escalated: u64,
    pub(crate) unattended: u64,
    pub(crate) answers: AnswerTimes,
    pub(crate) scarce: Vec<Scarce>,
}

impl Platform {
    /// Counts what a caller may see of a part of the whole.
    pub(crate) async fn supervision(
        &self,
        caller: &Caller,
        scope: &Scope,
        snapshot: &Snapshot,
        street: impl Fn(&DivisionCode) -> Option<DivisionCode>,
    ) -> Result<Supervision, Error> {
        let division = scope.division.as_ref();
        let divisions = caller.divisions_to_list(division, snapshot)?;
        let tenant = caller.tenant();
        let categories = scope.category.as_ref().map(|code| snapshot.category_subtree(code)).unwrap_or_default();
        let within = NeedFilter { divisions: divisions.clone(), categories, ..NeedFilter::default() };
        let tallies = self.store.tally_needs(tenant, &within).await?;
        let late = self.store.tally_needs(tenant, &NeedFilter { overdue_only: true, ..within.clone() }).await?;
        let referred = ReferralFilter { divisions, ..ReferralFilter::default() };
        let overdue = ReferralFilter { overdue_only: true, ..referred.clone() };
        let escalated = ReferralFilter { escalated_only: true, ..referred.clone() };
        let unattended = ReferralFilter { unattended_only: true, ..referred.clone() };
        let mut referrals = self.store.tally_referrals(tenant, &referred).await?;
        referrals.sort_by_key(|tally| ReferralState::ALL.iter().position(|state| *state == tally.state));
        Ok(Supervision {
            urgencies: Urgency::ALL.into_iter().map(|urgency| of_urgency(urgency, &tallies, &late)).collect(),
            divisions: by_division(&tallies, snapshot, |code| {
                // A row is a list that this caller may ask for, and no wider than what was asked.
                let row = street(code).filter(|row| caller.works_in(Some(row), snapshot));
                let within = |row: &DivisionCode| {
                    division.is_none_or(|asked| row == asked || snapshot.division_is_within(row, asked))
                };
                row.filter(within).unwrap_or_else(|| code.clone())
            }),
            categories: self.by_category(caller, &within, scope.category.as_ref(), snapshot).await?,
            referrals,
            overdue: sum(&self.store.tally_referrals(tenant, &overdue).await?),
            escalated: sum(&self.store.tally_referrals(tenant, &escalated).await?),
            unattended: sum(&self.store.tally_referrals(tenant, &unattended).await?),
            answers: self.store.answer_times(tenant, &referred).await?,
            scarce: self.scarce(caller).await?,
        })
    }

    /// A need with items of two kinds counts in both, and once in each: each kind is counted for itself.
    async fn by_category(
        &self,
        caller: &Caller,
        within: &NeedFilter,
        above: Option<&CategoryCode>,
        snapshot: &Snapshot,
    ) -> Result<Vec<(CategoryCode, Counted)>, Error> {
        let right_below = snapshot.categories().filter(|found| found.parent.as_ref() == above);
        let mut rows: Vec<CategoryCode> = right_below.map(|found| found.code.clone()).collect();
        rows.sort_unstable();
        rows.truncate(SUPERVISION_CATEGORIES_MAX);
        let mut counted = Vec::with_capacity(rows.len());
        for row in rows {
            let filter = NeedFilter {
                categories: snapshot.category_subtree(&row),
                states: vec![NeedState::Open, NeedState::PartlyServed, NeedState::Served],
                ..within.clone()
            };
            let mut figures = Counted::default();
            self.store.tally_needs(caller.tenant(), &filter).await?.iter().for_each(|tally| figures.add(tally));
            if figures != Counted::default() {
                counted.push((row, figures));
            }
        }
        Ok(counted)
    }

    async fn scarce(&self, caller: &Caller) -> Result<Vec<Scarce>, Error> {
        let now = self.clock.now();
        let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
        let from = today.checked_sub(Span::new().days(PERIOD_DAYS_MAX)).unwrap_or(today);
        let filter = CapacityPoolFilter { running_low_from: Some(from), ..CapacityPoolFilter::default() };
        let page = PageRequest { after: None, limit: PAGE_SIZE_MAX };
        let found = self.store.list_capacity_pools(caller.tenant(), &filter, &page).await?;
        let mut scarce: Vec<Scarce> = found.entries.into_iter().filter_map(|pool| nearly_empty(pool, now)).collect();
        scarce.sort_by(least_share_first);
        Ok(scarce)
    }
}

fn of_urgency(urgency: Urgency, tallies: &[NeedTally], late: &[NeedTally]) -> OfUrgency {
    let of = |tallies: &[NeedTally]| {
        let alike = tallies.iter().filter(|tally| tally.urgency == urgency && tally.state.is_open());
        alike.map(|tally| tally.needs).sum()
    };
    let disputed = tallies.iter().filter(|tally| tally.urgency == urgency && tally.disputed);
    OfUrgency { urgency, open: of(tallies), overdue: of(late), disputed: disputed.map(|tally| tally.needs).sum() }
}

fn sum(tallies: &[ReferralTally]) -> u64 {
    tallies.iter().map(|tally| tally.referrals).sum()
}

/// Every street (or what is above it, where it is known no closer) with all that is below it.
fn by_division(
    tallies: &[NeedTally],
    snapshot: &Snapshot,
    row_of: impl Fn(&DivisionCode) -> DivisionCode,
) -> Vec<(Option<DivisionCode>, Counted)> {
    let rows: BTreeSet<DivisionCode> = tallies.iter().filter_map(|tally| tally.division.as_ref()).map(row_of).collect();
    let mut counted: BTreeMap<Option<DivisionCode>, Counted> = BTreeMap::new();
    for tally in tallies.iter().filter(|tally| tally.state.is_open() || tally.state == NeedState::Served) {
        let Some(division) = &tally.division else {
            counted.entry(None).or_default().add(tally);
            continue;
        };
        for above in line_of(division, snapshot).filter(|above| rows.contains(above)) {
            counted.entry(Some(above)).or_default().add(tally);
        }
    }
    counted.into_iter().collect()
}

/// A division and all above it. Trees are shallow, and a circle in one must not hold up an answer.
fn line_of(division: &DivisionCode, snapshot: &Snapshot) -> impl Iterator<Item = DivisionCode> {
    let parent = |code: &DivisionCode| snapshot.division(code.as_str()).and_then(|found| found.parent.clone());
    std::iter::successors(Some(division.clone()), parent).take(TREE_DEPTH_MAX)
}

/// A pool of which at most a tenth is left, now.
fn nearly_empty(pool: CapacityPool, now: Timestamp) -> Option<Scarce> {
    let period_start = match &pool.period {
        Some(rule) => Some(Periods::new("period", rule).ok()?.period_start(now)),
        None => None,
    };
    let figures: Figures = pool.figures_in(period_start);
    let (total, remaining) = (figures.total?, figures.remaining()?);
    let low = i128::from(remaining) * 10 <= i128::from(total);
    low.then_some(Scarce { pool, total, remaining, period_start })
}

fn least_share_first(a: &Scarce, b: &Scarce) -> Ordering {
    let cross = |one: &Scarce, other: &Scarce| i128::from(one.remaining) * i128::from(other.total);
    cross(a, b).cmp(&cross(b, a)).then_with(|| a.pool.id.cmp(&b.pool.id))
}
