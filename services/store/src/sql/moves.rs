//! What a transaction of offers logs, in one row of the log: referrals whole, and of pools and needs what offers move in them, instead of a row for
//! each after-image, with its entries in two indexes.
//!
//! Such a row stands at the position of its last event; its events have the positions up to there. The after-image of a pool or need is the
//! last one that has a row of its own, with what was moved put into it. So what is personal is in rows of their own alone, where an
//! erasure finds it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, LogPosition, NeedId, TenantId, Version};
use wishwell_domain::ledger::{Changed, Changes};
use wishwell_domain::need::{Need, NeedState};
use wishwell_domain::occurrence::TakenPeriod;
use wishwell_domain::referral::Referral;

use super::session::{Failure, Session};
use super::statement::Value;
use crate::error::StoreError;

/// The kind of such a row. No change is of this kind.
pub(super) const KIND: &str = "moves";
/// Events of one row at most: who reads some of them reads the row.
pub(super) const ROW_EVENTS_MAX: usize = 1_024;
/// Room for an event in JSON before it is written.
const EVENT_BYTES_EXPECTED: usize = 512;

/// What offers move in an entity, as it is afterwards; or any change, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Moved<C> {
    Pool(PoolMoved),
    Need(NeedMoved),
    Whole(C),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PoolMoved {
    id: CapacityPoolId,
    figures: Figures,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    periods: Vec<PeriodFigures>,
    version: Version,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct NeedMoved {
    id: NeedId,
    state: NeedState,
    items: Vec<ItemMoved>,
    /// What its publication says of tidings, which is noted with every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untold_after: Option<Version>,
    version: Version,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ItemMoved {
    ordinal: u16,
    referred: i64,
    served: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<TakenPeriod>,
}

/// An event of a row: in whose name, and what.
type Entry<'e, C> = (Cow<'e, str>, Moved<C>);

/// What is moved in an entity; none for entities in which nothing is.
pub(super) fn moved<C>(change: &Change) -> Option<Moved<C>> {
    match change {
        Change::CapacityPool(pool) => Some(Moved::Pool(PoolMoved::of(pool))),
        Change::Need(need) => Some(Moved::Need(NeedMoved::of(need))),
        _ => None,
    }
}

impl PoolMoved {
    fn of(pool: &CapacityPool) -> Self {
        let CapacityPool { id, figures, periods, version, updated_at, .. } = pool;
        Self { id: *id, figures: *figures, periods: periods.clone(), version: *version, updated_at: *updated_at }
    }

    fn onto(self, pool: &mut CapacityPool) {
        let Self { id: _, figures, periods, version, updated_at } = self;
        (pool.figures, pool.periods, pool.version, pool.updated_at) = (figures, periods, version, updated_at);
    }
}

impl NeedMoved {
    fn of(need: &Need) -> Self {
        let items = need.items.iter().map(|item| ItemMoved {
            ordinal: item.ordinal,
            referred: item.referred,
            served: item.served,
            taken: item.taken.clone(),
        });
        let untold_after = need.publication.as_ref().and_then(|publication| publication.untold_after);
        let Need { id, state, version, updated_at, .. } = need;
        let (items, version, updated_at) = (items.collect(), *version, *updated_at);
        Self { id: *id, state: *state, items, untold_after, version, updated_at }
    }

    fn onto(self, need: &mut Need) {
        let Self { id: _, state, items, untold_after, version, updated_at } = self;
        (need.state, need.version, need.updated_at) = (state, version, updated_at);
        if let Some(publication) = &mut need.publication {
            publication.untold_after = untold_after;
        }
        for ItemMoved { ordinal, referred, served, taken } in items {
            if let Some(item) = need.items.iter_mut().find(|item| item.ordinal == ordinal) {
                (item.referred, item.served, item.taken) = (referred, served, taken);
            }
        }
    }
}

impl<C> Moved<C> {
    /// Kind and subject of the change.
    fn named(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Pool(pool) => Some(("capacity_pool", pool.id.name())),
            Self::Need(need) => Some(("need", need.id.name())),
            Self::Whole(_) => None,
        }
    }
}

impl Moved<Change> {
    /// The change, made of the after-image before it where it is not whole.
    pub(super) fn onto(self, before: Option<&Change>) -> Result<Change, StoreError> {
        match (self, before) {
            (Self::Whole(change), _) => Ok(change),
            (Self::Pool(moved), Some(Change::CapacityPool(pool))) => {
                let mut pool = pool.clone();
                moved.onto(&mut pool);
                Ok(Change::CapacityPool(pool))
            }
            (Self::Need(moved), Some(Change::Need(need))) => {
                let mut need = need.clone();
                moved.onto(&mut need);
                Ok(Change::Need(need))
            }
            (moved, _) => {
                let (_, subject) = moved.named().unwrap_or_default();
                Err(StoreError::Corrupt(format!("the log moves {subject} and does not have it")))
            }
        }
    }
}

/// Whether what was moved is all that differs, so that it says all there is to say: put into what was before, it comes to what is now.
pub(super) fn are_all(changes: &Changes) -> bool {
    let pool = |Changed { before, after }: &Changed<CapacityPool>| {
        before.as_ref().is_some_and(|before| {
            let mut pool = before.as_ref().clone();
            PoolMoved::of(after).onto(&mut pool);
            pool == *after
        })
    };
    let need = |Changed { before, after }: &Changed<Need>| {
        before.as_ref().is_some_and(|before| {
            let mut need = before.as_ref().clone();
            NeedMoved::of(after).onto(&mut need);
            need == *after
        })
    };
    // Of resources, the log is asked for the last after-image by their name, as it is of pools and needs.
    changes.resources.is_empty() && changes.pools.iter().all(pool) && changes.needs.iter().all(need)
}

/// The rows that log changes from a position on, each position with the JSON of its row.
pub(super) fn rows<'c>(
    first: LogPosition,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
) -> Result<Vec<(LogPosition, Value)>, StoreError> {
    let entries: Vec<Entry<'_, &Change>> =
        changes.map(|(by, change)| (by.into(), moved(change).unwrap_or(Moved::Whole(change)))).collect();
    let mut last = first.0 - 1;
    let row = |entries: &[Entry<'_, &Change>]| {
        last += i64::try_from(entries.len()).unwrap_or_default();
        Ok((LogPosition(last), Value::json_of(entries, entries.len() * EVENT_BYTES_EXPECTED)?))
    };
    entries.chunks(ROW_EVENTS_MAX).map(row).collect()
}

/// The events of a row that ends at a position, as they were written.
#[derive(Debug)]
pub(super) struct Row {
    first: i64,
    entries: Vec<(String, Moved<Change>)>,
}

impl Row {
    pub(super) fn read(last: i64, payload: &str) -> Result<Self, StoreError> {
        let entries: Vec<_> =
            serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("column payload: {error}")))?;
        Ok(Self { first: last + 1 - i64::try_from(entries.len()).unwrap_or_default(), entries })
    }

    /// The last of its positions, where it stands.
    pub(super) fn last(&self) -> i64 {
        self.first - 1 + i64::try_from(self.entries.len()).unwrap_or_default()
    }

    /// The event at a position.
    pub(super) fn take(mut self, position: i64) -> Option<Moved<Change>> {
        let at = self.place(position)?;
        Some(self.entries.swap_remove(at).1)
    }

    /// Full resource name of what the event at a position tells of.
    pub(super) fn subject(&self, position: i64) -> Option<String> {
        match &self.entries.get(self.place(position)?)?.1 {
            Moved::Whole(change) => Some(change.subject()),
            moved => moved.named().map(|(_, subject)| subject),
        }
    }

    fn place(&self, position: i64) -> Option<usize> {
        usize::try_from(position - self.first).ok().filter(|at| *at < self.entries.len())
    }

    /// Positions, names and changes in order.
    pub(super) fn into_entries(self) -> impl Iterator<Item = (i64, String, Moved<Change>)> {
        (self.first..).zip(self.entries).map(|(position, (by, moved))| (position, by, moved))
    }

    /// Full resource names of what is to be looked up before this can be read.
    pub(super) fn moves(&self) -> impl Iterator<Item = String> {
        self.entries.iter().filter_map(|(_, moved)| moved.named().map(|(_, subject)| subject))
    }
}

/// The JSON of a row after its referrals were changed; none when none was.
pub(super) fn with_referrals(
    payload: &str,
    mut change: impl FnMut(&mut Referral) -> bool,
) -> Result<Option<Value>, StoreError> {
    let mut entries: Vec<(String, Moved<Change>)> =
        serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("column payload: {error}")))?;
    let mut changed = false;
    for (_, moved) in &mut entries {
        if let Moved::Whole(Change::Referral(referral)) = moved {
            changed |= change(referral);
        }
    }
    changed.then(|| Value::json_of(&entries, payload.len())).transpose()
}

/// Kind and subject of each pool and need in a row, with its position.
pub(super) fn subjects(last: i64, payload: &str) -> Result<Vec<(LogPosition, &'static str, String)>, StoreError> {
    let entries: Vec<(IgnoredAny, Moved<IgnoredAny>)> =
        serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("column payload: {error}")))?;
    let first = last + 1 - i64::try_from(entries.len()).unwrap_or_default();
    let named = (first..).zip(&entries).filter_map(|(position, (_, moved))| Some((position, moved.named()?)));
    Ok(named.map(|(position, (kind, subject))| (LogPosition(position), kind, subject)).collect())
}

/// After-images that have rows of their own, by full resource name: what moves are read upon.
#[derive(Debug, Default)]
pub(super) struct Images(HashMap<String, Change>);

impl Images {
    /// The last of these up to a position.
    pub(super) async fn at(
        session: &mut Session,
        tenant: &TenantId,
        position: i64,
        subjects: BTreeSet<String>,
    ) -> Result<Self, Failure> {
        if subjects.is_empty() {
            return Ok(Self::default());
        }
        let tenant = Value::text(tenant.as_str());
        let mut statement = session.statement("SELECT MAX(position) FROM events WHERE tenant = ");
        statement.bind(tenant.clone()).push(" AND ").push_in_texts("subject", subjects.into_iter().collect());
        statement.push(" AND position <= ").bind(Value::Int(Some(position)));
        statement.push(" AND kind <> 'referral' GROUP BY subject");
        let positions = session.fetch_all(statement, |fields| fields.int()).await?;
        let mut statement = session.statement("SELECT payload FROM events WHERE tenant = ");
        statement.bind(tenant).push(" AND ").push_in_ints("position", positions);
        let found = session.fetch_all(statement, |fields| fields.json::<Change>()).await?;
        Ok(Self(found.into_iter().map(|change| (change.subject(), change)).collect()))
    }

    /// A later one.
    pub(super) fn note(&mut self, change: &Change) {
        if let Change::CapacityPool(_) | Change::Need(_) = change {
            self.0.insert(change.subject(), change.clone());
        }
    }

    /// What a move comes to.
    pub(super) fn complete(&self, moved: Moved<Change>) -> Result<Change, StoreError> {
        let before = moved.named().and_then(|(_, subject)| self.0.get(&subject));
        moved.onto(before)
    }
}

#[cfg(test)]
mod tests;
