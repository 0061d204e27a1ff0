//! The event log: positions in the order of commits, without gaps.

use jiff::Timestamp;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{LogPosition, TenantId};

use super::record::chunks;
use super::session::{Failure, Session};
use super::statement::{Dialect, Statement, Value};
use super::steps::{self, Step};
use crate::contract::{Effect, Outcome, WriteContext};
use crate::error::StoreError;

const COLUMNS: &[&str] = &["tenant", "position", "at", "principal", "kind", "subject", "payload"];

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

/// Logs what changed.
pub(super) async fn append(
    session: &mut Session,
    context: &WriteContext,
    now: Timestamp,
    outcomes: &[Outcome],
) -> Result<Logged, Failure> {
    let changes = outcomes.iter().filter(|outcome| is_logged(outcome)).filter_map(|outcome| outcome.after.as_ref());
    append_changes(session, &context.tenant, now, changes.map(|change| (context.principal.as_str(), change))).await
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

/// The steps that log changes right behind a position, which must be the head's still, and where they go.
pub(super) fn appending<'c>(
    dialect: Dialect,
    tenant: &TenantId,
    now: Timestamp,
    head: LogPosition,
    changes: impl Iterator<Item = (&'c str, &'c Change)>,
) -> Result<(Vec<Step>, Logged), StoreError> {
    let rows = event_rows(tenant, now, changes)?;
    let count = i64::try_from(rows.len()).map_err(|_| StoreError::Defect("too many events".to_owned()))?;
    let logged = Logged { position: LogPosition(head.0 + count), first: LogPosition(head.0 + 1) };
    let mut steps = inserting(dialect, rows, logged.first);
    if count > 0 {
        let mut statement = Statement::new(dialect, "UPDATE log_heads SET position = ");
        statement.bind(Value::Int(Some(logged.position.0))).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND position = ").bind(Value::Int(Some(head.0)));
        steps.push(Step::exactly(1, statement));
    }
    Ok((steps, logged))
}

fn inserting(dialect: Dialect, mut rows: Vec<Vec<Value>>, first: LogPosition) -> Vec<Step> {
    for (row, position) in rows.iter_mut().zip(first.0..) {
        row.insert(1, Value::Int(Some(position)));
    }
    let insert = |rows| {
        let mut statement = Statement::new(dialect, "INSERT INTO events (");
        statement.push_names(COLUMNS).push(") ").push_rows(rows);
        Step::any(statement)
    };
    chunks(rows).map(insert).collect()
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

/// Events after a position, in order.
pub(super) async fn read(
    session: &mut Session,
    tenant: &TenantId,
    after: LogPosition,
    limit: i64,
) -> Result<Vec<Event>, Failure> {
    let mut statement = session.statement("SELECT position, at, principal, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position > ").bind(Value::Int(Some(after.0)));
    statement.push(" ORDER BY position LIMIT ").bind(Value::Int(Some(limit)));
    session
        .fetch_all(statement, |fields| {
            Ok(Event {
                position: LogPosition(fields.int()?),
                at: fields.time()?,
                principal: fields.text()?,
                change: fields.json()?,
            })
        })
        .await
}
