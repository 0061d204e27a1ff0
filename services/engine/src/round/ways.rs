//! The ways in which a resource can serve an item: from which pools, in which of their periods.
//!
//! A round counts units of the item. A pool of which a resource takes several for each unit is counted in units as well, at the largest
//! number that any resource of the round takes (`PoolRow` figures divided by it, rounded down): what is planned always fits.

use wishwell_domain::limits::ROUND_PERIODS_PER_CANDIDATE_MAX;

use crate::assess::{Eligible, Memo};
use crate::capacity::{self, When, draws, left_in};
use crate::context::{Context, Span};
use crate::find::Hit;
use crate::near_miss::when;
use crate::recurring::recurring_with_days;
use crate::snapshot::pool::{Left, PoolRow, Renewal, UNKNOWN, UNLIMITED};
use crate::snapshot::row::{NONE, Row};

/// The day of what has no periods.
pub(super) const NO_DAY: i32 = i32::MIN;

/// A pool, by its place, in a period, by its first day or [`NO_DAY`].
pub(super) type Key = (u32, i32);

/// How what is taken over several occurrences adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// The quantity of one occurrence, from each pool and period.
    Each,
    /// The quantity of all occurrences together, from each pool.
    All,
}

/// Whether what a resource has can be counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Countable {
    /// In the ways that were told; `None` where one and all occurrences are the same.
    Yes(Option<Times>),
    /// It has, but a round cannot count how much of it goes.
    No,
    /// Nobody said how much there is.
    Unknown,
}

/// What can be taken together, of pools and periods in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) keys: Vec<Key>,
    /// Occurrences covered, 1 when not recurring.
    pub(super) occurrences: u32,
}

/// The ways of a resource that fits, the earliest first; at most [`ROUND_PERIODS_PER_CANDIDATE_MAX`], of more periods some that
/// are spread evenly, from one on that `salt` says, so that many items together reach all of them.
pub(super) fn ways(
    context: &Context<'_>,
    row: &Row,
    hit: &Hit,
    salt: usize,
    memo: &mut Memo,
    ways: &mut Vec<Way>,
) -> Countable {
    ways.clear();
    if row.draw == NONE {
        return Countable::Unknown;
    }
    let when = when(context, row);
    if context.recurrence.is_some() {
        return recurring(context, row, when, ways);
    }
    if !capacity::is_renewed(context, row) {
        if hit.assessment.capacity.unknown {
            return Countable::Unknown;
        }
        let draws = draws(context, row);
        let keys = draws.as_slice().iter().map(|(place, _)| (*place, NO_DAY)).collect();
        ways.push(Way { keys: sorted(keys), occurrences: 1 });
        return Countable::Yes(None);
    }
    let unknown = moments(context, row, when, memo, ways);
    thin(ways, salt);
    if !ways.is_empty() {
        Countable::Yes(None)
    } else if unknown {
        Countable::Unknown
    } else {
        Countable::No
    }
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys
}

/// Every stretch of the window within which no pool changes its period, in which the resource is open and there is enough. Answers
/// whether there would be more, did somebody say how much there is.
fn moments(context: &Context<'_>, row: &Row, when: When<'_>, memo: &mut Memo, ways: &mut Vec<Way>) -> bool {
    let draws = draws(context, row);
    let needed = if context.splittable { 1 } else { context.quantity };
    let mut unknown = false;
    let mut from = when.offered.start;
    while from < when.offered.end {
        let mut until = when.offered.end;
        let (mut enough, mut known) = (true, true);
        let mut keys = Vec::with_capacity(draws.as_slice().len());
        for (place, per_unit) in draws.as_slice() {
            let Some(pool) = context.tables.pools.rows.get(*place) else { continue };
            let (left, day) = match memo.periods.span_at(context, pool, from) {
                Some(span) => {
                    until = until.min(span.end);
                    (left_in(pool, span.day), span.day)
                }
                None => (pool.left, NO_DAY),
            };
            known &= left.remaining != UNKNOWN;
            enough &= left.remaining == UNKNOWN || left.remaining / per_unit.max(&1) >= needed;
            keys.push((*place, day));
        }
        if enough && when.open_in(Span { start: from, end: until }) {
            let keys = sorted(keys);
            unknown |= !known;
            if known && ways.last().is_none_or(|last| last.keys != keys) {
                ways.push(Way { keys, occurrences: 1 });
            }
        }
        from = until.max(from + 1);
    }
    unknown
}

/// Keeps some that are spread evenly.
fn thin<T>(ways: &mut Vec<T>, salt: usize) {
    let (count, most) = (ways.len(), ROUND_PERIODS_PER_CANDIDATE_MAX);
    if count <= most {
        return;
    }
    let mut kept: Vec<usize> = (0..most).map(|nth| (nth * count / most + salt) % count).collect();
    kept.sort_unstable();
    kept.dedup();
    let mut at = 0;
    ways.retain(|_| {
        at += 1;
        kept.binary_search(&(at - 1)).is_ok()
    });
}

/// The pools and periods of a resource that have nothing left and from which an item could be served otherwise, the earliest first; as
/// many as there are ways at the most. Answers whether one unit more of any of them is all that a unit of the item takes: of what draws on
/// several pools, and for what recurs, only the first is told, and it may not be enough.
pub(super) fn used_up(context: &Context<'_>, row: &Row, salt: usize, memo: &mut Memo, keys: &mut Vec<Key>) -> bool {
    keys.clear();
    let draws = draws(context, row);
    for (place, per_unit) in draws.as_slice() {
        let Some(pool) = context.tables.pools.rows.get(*place) else { continue };
        let is_spent = |left: Left| (0..(*per_unit).max(1)).contains(&left.remaining);
        if pool.renewal != Renewal::EachPeriod {
            keys.extend(is_spent(pool.left).then_some((*place, NO_DAY)));
            continue;
        }
        let own = pool.overrides.as_deref().unwrap_or_default();
        if !is_spent(pool.left) && !own.iter().any(|period| is_spent(period.left)) {
            continue;
        }
        let when = when(context, row);
        let mut from = when.offered.start;
        while from < when.offered.end {
            let Some(span) = memo.periods.span_at(context, pool, from) else { break };
            let until = when.offered.end.min(span.end);
            if is_spent(left_in(pool, span.day)) && when.open_in(Span { start: from, end: until }) {
                keys.push((*place, span.day));
            }
            from = until.max(from + 1);
        }
    }
    let enough = draws.as_slice().len() == 1 && context.recurrence.is_none();
    if enough {
        thin(keys, salt);
    } else {
        keys.truncate(1);
    }
    enough
}

/// The one way in which a resource serves what recurs: each occurrence at its earliest moment.
fn recurring(context: &Context<'_>, row: &Row, when: When<'_>, ways: &mut Vec<Way>) -> Countable {
    let (view, renewed) = recurring_with_days(context, row, when);
    if view.unknown {
        return Countable::Unknown;
    }
    let wanted = context.recurrence.map_or(1, |recurrence| recurrence.occurrences.max(1));
    let mut keys = Vec::new();
    let (mut each, mut all) = (false, false);
    for (place, _) in draws(context, row).as_slice() {
        let Some(pool) = context.tables.pools.rows.get(*place) else { continue };
        match pool.renewal {
            Renewal::EachPeriod => each = true,
            Renewal::Returned => each |= limited(pool),
            Renewal::Consumed => all = true,
        }
        if pool.renewal != Renewal::EachPeriod {
            keys.push((*place, NO_DAY));
        }
    }
    for (place, days) in renewed {
        keys.extend(days.into_iter().map(|day| (place, day)));
    }
    let keys = sorted(keys);
    let twice = keys.windows(2).any(|pair| pair[0] == pair[1]);
    // What is used up by every occurrence and what is not do not add up to one quantity; neither does a part of the occurrences.
    if twice || wanted > 1 && all && (each || view.occurrences != wanted) || view.occurrences == 0 {
        return Countable::No;
    }
    ways.push(Way { keys, occurrences: view.occurrences });
    Countable::Yes(match (wanted, each, all) {
        (1, ..) | (_, false, false) => None,
        (_, _, true) => Some(Times::All),
        (_, true, false) => Some(Times::Each),
    })
}

fn limited(pool: &PoolRow) -> bool {
    pool.left.remaining != UNLIMITED
}

/// What a way says of how an answer has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u8);

impl Flags {
    const OPEN_ELIGIBILITY: u8 = 1;
    const NO_DISTANCE: u8 = 2;

    pub(super) fn of(hit: &Hit) -> Self {
        let open = if hit.assessment.eligible == Eligible::Unknown { Self::OPEN_ELIGIBILITY } else { 0 };
        let nowhere = if hit.distance == crate::assess::UNKNOWN_DISTANCE { Self::NO_DISTANCE } else { 0 };
        Self(open | nowhere)
    }

    /// Whether some fact that matters for eligibility is not known.
    pub(super) const fn eligibility_open(self) -> bool {
        self.0 & Self::OPEN_ELIGIBILITY != 0
    }

    /// Whether the distance is one that was assumed.
    pub(super) const fn distance_assumed(self) -> bool {
        self.0 & Self::NO_DISTANCE != 0
    }
}
