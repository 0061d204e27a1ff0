//! The event log: positions in the order of commits, without gaps.

use std::collections::HashMap;

use jiff::Timestamp;
use wishwell_domain::event::{Change, Event, Mark};
use wishwell_domain::ids::{LogPosition, TenantId};

use super::moves;
use super::record::chunks;
use super::session::{Failure, Session};
use super::statement::{Dialect, Statement, Value};
use super::steps::{self, Step};
use crate::contract::{Effect, LogPage, Outcome, WriteContext};
use crate::error::StoreError;

const COLUMNS: &[&str] = &["tenant", "position", "at", "principal", "kind", "subject", "payload"];

/// The head of a log, and when the event there was written: another log that has come as far was written at other times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) position: LogPosition,
    /// None of an empty log.
    pub(super) at: Option<Timestamp>,
}

/// Where the events of a write went.
pub(super) struct Logged {
    /// The log's head after the write.
    pub(super) position: LogPosition,
    /// The first event's position, where there is any; the others follow in the order of mutations.
    pub(super) first: LogPosition,
}

/// Whether an outcome is logged.
pub(super) fn is_logged(outcome: &Outcome) -> bool {
    outcome.effect != Effect::Unchanged && outcome.after.is_some()
}

/// Logs what changed: what was asked for, then what follows from it.
pub(super) async fn append(
    session: &mut Session,
    context: &WriteContext,
    now: Timestamp,
    outcomes: &[Outcome],
    following: &[Change],
) -> Result<Logged, Failure> {
    let changes = outcomes.iter().filter(|outcome| is_logged(outcome)).filter_map(|outcome| outcome.after.as_ref());
    let changes = changes.chain(following).map(|change| (context.principal.as_str(), change));
    append_changes(session, &context.tenant, now, changes).await
}

/// Logs changes, each in somebody's name.
pub(super) async fn append_changes<'c>(
    session: &mut Session,
    tenant: &TenantId,
    now: Timestamp,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
) -> Result<Logged, Failure> {
    // Everything that takes time comes before the head's row is locked.
    let rows = event_rows(tenant, now, changes)?;
    let count = i64::try_from(rows.len()).map_err(|_| StoreError::Defect("too many events".to_owned()))?;
    let position = if count == 0 { head(session, tenant).await? } else { advance(session, tenant, count).await? };
    let logged = Logged { position, first: LogPosition(position.0 - count + 1) };
    let steps = inserting(session.dialect(), rows, logged.first);
    steps::run(session, steps).await?;
    Ok(logged)
}

/// The steps that log what offers changed right behind a position, which must be the head's still, and where that goes.
pub(super) fn appending<'c>(
    dialect: Dialect,
    tenant: &TenantId,
    now: Timestamp,
    head: LogPosition,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
    together: bool,
) -> Result<(Vec<Step>, Logged), StoreError> {
    let first = LogPosition(head.0 + 1);
    let (position, rows) = rows_behind(tenant, now, head, changes, together)?;
    let mut steps: Vec<Step> = chunks(rows).map(|rows| insert(dialect, rows)).collect();
    if position > head {
        let mut statement = Statement::new(dialect, "UPDATE log_heads SET position = ");
        statement.bind(Value::Int(Some(position.0))).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND position = ").bind(Value::Int(Some(head.0)));
        steps.push(Step::exactly(1, statement));
    }
    Ok((steps, Logged { position, first }))
}

/// The rows of changes behind a position, and the last position: together, in few rows that say what was moved, or whole, each in its own.
fn rows_behind<'c>(
    tenant: &TenantId,
    now: Timestamp,
    head: LogPosition,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
    together: bool,
) -> Result<(LogPosition, Vec<Vec<Value>>), StoreError> {
    let first = LogPosition(head.0 + 1);
    if !together {
        let mut rows = event_rows(tenant, now, changes)?;
        let end = number(&mut rows, first);
        return Ok((end, rows));
    }
    let rows = moves::rows(first, changes)?;
    let end = rows.last().map_or(head, |(last, _)| *last);
    let row = |(last, payload): (LogPosition, Value)| {
        let (tenant, nobody) = (Value::text(tenant.as_str()), Value::text(""));
        let at = Value::time(now);
        vec![tenant, Value::Int(Some(last.0)), at, nobody.clone(), Value::text(moves::KIND), nobody, payload]
    };
    Ok((end, rows.into_iter().map(row).collect()))
}

/// Numbers rows from a position on; answers the last one, which is the position before it where there are none.
fn number(rows: &mut [Vec<Value>], first: LogPosition) -> LogPosition {
    let mut last = first.0 - 1;
    for row in rows {
        last += 1;
        row.insert(1, Value::Int(Some(last)));
    }
    LogPosition(last)
}

fn inserting(dialect: Dialect, mut rows: Vec<Vec<Value>>, first: LogPosition) -> Vec<Step> {
    number(&mut rows, first);
    chunks(rows).map(|rows| insert(dialect, rows)).collect()
}

fn insert(dialect: Dialect, rows: Vec<Vec<Value>>) -> Step {
    let mut statement = Statement::new(dialect, "INSERT INTO events (");
    statement.push_names(COLUMNS).push(") ").push_rows(rows);
    Step::any(statement)
}

fn event_rows<'c>(
    tenant: &TenantId,
    now: Timestamp,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    changes.map(|(principal, change)| event_row(tenant, principal, now, change)).collect()
}

/// An event's row but for its position.
fn event_row(tenant: &TenantId, principal: &str, now: Timestamp, change: &Change) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        Value::text(tenant.as_str()),
        Value::time(now),
        Value::text(principal),
        Value::text(change.kind()),
        Value::text(change.subject()),
        Value::json(change)?,
    ])
}

/// Takes the next `count` positions. Locks the tenant's head until the transaction ends; answers the last position taken.
async fn advance(session: &mut Session, tenant: &TenantId, count: i64) -> Result<LogPosition, Failure> {
    let mut statement = session.statement("INSERT INTO log_heads (tenant, position) VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(", ").bind(Value::Int(Some(count)));
    statement.push(
        ") ON CONFLICT (tenant) DO UPDATE SET position = log_heads.position + excluded.position RETURNING position",
    );
    let position = session.fetch_one(statement, |fields| fields.int()).await?;
    position.map(LogPosition).ok_or_else(|| StoreError::Defect("the log has no head".to_owned()).into())
}

/// The tenant's current position.
pub(super) async fn head(session: &mut Session, tenant: &TenantId) -> Result<LogPosition, Failure> {
    let mut statement = session.statement("SELECT position FROM log_heads WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str()));
    Ok(LogPosition(session.fetch_one(statement, |fields| fields.int()).await?.unwrap_or_default()))
}

/// When the event was written that ends a transaction at a position.
pub(super) async fn written_at(
    session: &mut Session,
    tenant: &TenantId,
    position: LogPosition,
) -> Result<Option<Timestamp>, Failure> {
    let mut statement = session.statement("SELECT at FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position = ").bind(Value::Int(Some(position.0)));
    session.fetch_one(statement, |fields| fields.time()).await
}

/// What a row of the log holds.
enum Held {
    One(Box<Event>),
    Moves(Timestamp, moves::Row),
}

/// Events after a position, in order, and what stands there: in one statement, so that no other log comes in between.
pub(super) async fn read(
    session: &mut Session,
    tenant: &TenantId,
    after: LogPosition,
    limit: i64,
) -> Result<LogPage, Failure> {
    let end = after.0.saturating_add(limit);
    let mut statement = session.statement("SELECT position, at, principal, kind, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position >= ").bind(Value::Int(Some(after.0)));
    // A row of moves stands at the last of its positions: the one that holds the end may stand behind it, and is the first that does.
    statement.push(" AND position <= COALESCE((SELECT MIN(position) FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position >= ").bind(Value::Int(Some(end)));
    statement.push("), ").bind(Value::Int(Some(end))).push(") ORDER BY position");
    let rows = session
        .fetch_all(statement, |fields| {
            let (position, at, principal) = (fields.int()?, fields.time()?, fields.text()?);
            if fields.str()? == moves::KIND {
                return Ok(Held::Moves(at, moves::Row::read(position, fields.str()?)?));
            }
            let event = Event { position: LogPosition(position), at, principal, change: fields.json()? };
            Ok(Held::One(Box::new(event)))
        })
        .await?;
    let moved = rows.iter().filter_map(|row| if let Held::Moves(_, row) = row { Some(row) } else { None });
    let subjects = moved.filter(|row| row.last() > after.0).flat_map(moves::Row::moves).collect();
    let mut images = moves::Images::at(session, tenant, after.0, subjects).await?;
    let (mut before, mut events) = (None, Vec::new());
    for row in rows {
        match row {
            Held::One(event) if event.position == after => before = Some(event.mark()),
            Held::One(event) => {
                images.note(&event.change);
                events.push(*event);
            }
            Held::Moves(at, row) => {
                before = row.subject(after.0).map(|subject| Mark { at, subject }).or(before);
                for (position, principal, moved) in row.into_entries().filter(|(at, ..)| *at > after.0 && *at <= end) {
                    events.push(Event {
                        position: LogPosition(position),
                        at,
                        principal,
                        change: images.complete(moved)?,
                    });
                }
            }
        }
    }
    Ok(LogPage { before, events })
}

/// After-images by their positions.
pub(super) async fn changes(
    session: &mut Session,
    tenant: &TenantId,
    positions: Vec<i64>,
) -> Result<HashMap<i64, Change>, Failure> {
    let mut changes = HashMap::with_capacity(positions.len());
    if positions.is_empty() {
        return Ok(changes);
    }
    let mut statement = session.statement("SELECT position, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_ints("position", positions.clone());
    statement.push(" AND kind <> ").bind(Value::text(moves::KIND));
    session
        .fetch(statement, |fields| {
            changes.insert(fields.int()?, fields.json()?);
            Ok(())
        })
        .await?;
    for position in positions {
        if !changes.contains_key(&position)
            && let Some(change) = moved(session, tenant, position).await?
        {
            changes.insert(position, change);
        }
    }
    Ok(changes)
}

/// The after-image that a need, or whatever else never begins with a step of the ledger, began with.
pub(super) async fn first_image(
    session: &mut Session,
    tenant: &TenantId,
    subject: String,
) -> Result<Option<Change>, Failure> {
    let mut statement = session.statement("SELECT payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND subject = ").bind(Value::text(subject));
    statement.push(" AND kind <> 'referral' ORDER BY position LIMIT 1");
    session.fetch_one(statement, |fields| fields.json()).await
}

/// The change that a row of its own holds.
pub(super) fn change_of(payload: &str) -> Result<Change, StoreError> {
    serde_json::from_str(payload).map_err(|error| StoreError::Corrupt(format!("column payload: {error}")))
}

/// Writes what an erasure leaves of a row over it.
pub(super) async fn rewrite(
    session: &mut Session,
    tenant: &TenantId,
    position: i64,
    payload: Value,
) -> Result<(), Failure> {
    let mut statement = session.statement("UPDATE events SET payload = ");
    statement.bind(payload).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND position = ").bind(Value::Int(Some(position)));
    session.execute(statement).await.map(drop)
}

/// The after-image at a position that lies in a row with others.
async fn moved(session: &mut Session, tenant: &TenantId, position: i64) -> Result<Option<Change>, Failure> {
    let mut statement = session.statement("SELECT position, kind, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position >= ").bind(Value::Int(Some(position)));
    statement.push(" ORDER BY position LIMIT 1");
    let row = session
        .fetch_one(statement, |fields| {
            let last = fields.int()?;
            if fields.str()? == moves::KIND { moves::Row::read(last, fields.str()?).map(Some) } else { Ok(None) }
        })
        .await?;
    let Some(row) = row.flatten() else { return Ok(None) };
    let subjects = row.moves().collect();
    let images = moves::Images::at(session, tenant, position, subjects).await?;
    Ok(row.take(position).map(|moved| images.complete(moved)).transpose()?)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;
    use wishwell_domain::ids::BeneficiaryId;

    use super::*;

    /// Positions and kinds of the rows of three changes behind position 4, and the last position.
    fn rows_of_three(together: bool) -> (i64, Vec<(i64, String)>) {
        let id = BeneficiaryId::from_uuid(Uuid::nil());
        let change = Change::BeneficiaryErased { id, at: Timestamp::UNIX_EPOCH };
        let three = [("desk", &change), ("desk", &change), ("partner", &change)].into_iter();
        let tenant = TenantId::parse("tenant", "north").unwrap();
        let (end, rows) = rows_behind(&tenant, Timestamp::UNIX_EPOCH, LogPosition(4), three, together).unwrap();
        let said = |row: Vec<Value>| match &row[..] {
            [_, Value::Int(Some(position)), _, _, Value::Text(Some(kind)), _, _] => (*position, kind.clone()),
            other => panic!("{other:?}"),
        };
        (end.0, rows.into_iter().map(said).collect())
    }

    #[test]
    fn what_was_moved_is_one_row_at_the_last_position() {
        assert_eq!(rows_of_three(true), (7, vec![(7, "moves".to_owned())]));
    }

    #[test]
    fn whole_after_images_have_rows_of_their_own() {
        let own = |position| (position, "beneficiary_erased".to_owned());
        assert_eq!(rows_of_three(false), (7, (5..=7).map(own).collect()));
    }
}
