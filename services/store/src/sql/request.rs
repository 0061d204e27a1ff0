//! Answers kept by request id: the same request has one effect and one answer.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::limits::REQUEST_ID_KEPT_HOURS;

use super::log::{self, Logged, is_logged};
use super::moves::{Moved, moved};
use super::record::chunks;
use super::session::{Failure, Session};
use super::statement::{Dialect, Statement, Value};
use super::steps::Step;
use crate::contract::{Effect, Outcome, RequestKey, WriteContext, Written};
use crate::error::StoreError;

/// Outdated answers dropped in one go.
const OUTDATED_DROPPED_MAX: i64 = 1_000;

/// An outcome as it is kept: the after-image stays in the log, so that nothing is kept twice and an erasure cleans one
/// place.
#[derive(Debug, Serialize, Deserialize)]
struct KeptOutcome {
    effect: Effect,
    position: Option<i64>,
    /// What offers had moved since, of an entity that stayed as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<Moved<Change>>,
}

/// Whether a request is new.
pub(super) enum Claim {
    /// It is; the present is told on the way.
    New(Timestamp),
    /// It was answered before, like this.
    Answered(Written),
}

/// Claims a request. Another transaction that claimed the same one is waited for: PostgreSQL does so at its unique key,
/// SQLite has one writer.
pub(super) async fn claim(session: &mut Session, context: &WriteContext, key: &RequestKey) -> Result<Claim, Failure> {
    let mut statement = session.statement(
        "INSERT INTO request_outcomes \
         (tenant, principal, method, request_id, body_digest, answered_at, position, outcomes) VALUES (",
    );
    for value in identity(context, key) {
        statement.bind(value).push(", ");
    }
    statement.bind(Value::Bytes(Some(key.body_digest.to_vec()))).push(", ").push_now();
    statement.push(", 0, '[]') ON CONFLICT (tenant, principal, method, request_id) DO NOTHING RETURNING answered_at");
    match session.fetch_one(statement, |fields| fields.time()).await? {
        Some(now) => Ok(Claim::New(now)),
        None => match answered(session, context, key).await? {
            Some(written) => Ok(Claim::Answered(written)),
            // Dropped for its age between the two statements.
            None => Err(Failure::Conflict),
        },
    }
}

/// The answer to an earlier request.
pub(super) async fn answered(
    session: &mut Session,
    context: &WriteContext,
    key: &RequestKey,
) -> Result<Option<Written>, Failure> {
    let mut statement = session.statement("SELECT body_digest, position, outcomes, answer FROM request_outcomes");
    push_identity(&mut statement, context, key);
    let kept = session
        .fetch_one(statement, |fields| {
            Ok((fields.bytes()?, fields.int()?, fields.json::<Vec<KeptOutcome>>()?, fields.opt_json()?))
        })
        .await?;
    let Some((digest, position, kept, answer)) = kept else { return Ok(None) };
    if digest != key.body_digest {
        return Err(StoreError::RequestIdReused { request_id: key.request_id.to_string() }.into());
    }
    let positions = kept.iter().filter_map(|outcome| outcome.position).collect();
    let changes = log::changes(session, &context.tenant, positions).await?;
    let outcomes = kept
        .into_iter()
        .map(|KeptOutcome { effect, position, moved }| {
            let after = position.and_then(|position| changes.get(&position));
            let after = match moved {
                Some(moved) if after.is_some() => Some(moved.onto(after)?),
                _ => after.cloned(),
            };
            Ok(Outcome { effect, after })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Some(Written { outcomes, position: LogPosition(position), replayed: true, kept: answer }))
}

/// A request's principal, method and id.
pub(super) type RequestIdentity = (String, String, Uuid);

/// The answers to those of many requests that came before, or that the id came with another body.
pub(super) async fn answered_many<'c>(
    session: &mut Session,
    contexts: impl Iterator<Item = &'c WriteContext>,
) -> Result<HashMap<RequestIdentity, Result<Written, StoreError>>, Failure> {
    let mut asked: HashMap<RequestIdentity, &WriteContext> = HashMap::new();
    for context in contexts {
        if let Some(key) = &context.request {
            // Of several with one id the first is answered now.
            asked.entry((context.principal.clone(), key.method.to_owned(), key.request_id)).or_insert(context);
        }
    }
    let mut known = HashMap::new();
    let Some(context) = asked.values().next() else { return Ok(known) };
    let mut statement = session.statement("SELECT principal, method, request_id FROM request_outcomes WHERE tenant = ");
    statement.bind(Value::text(context.tenant.as_str())).push(" AND ");
    statement.push_in_texts("principal", distinct(asked.keys().map(|(principal, ..)| principal)));
    statement.push(" AND ").push_in_texts("method", distinct(asked.keys().map(|(_, method, _)| method)));
    statement.push(" AND ").push_in_uuids("request_id", asked.keys().map(|(.., id)| *id).collect());
    let found = session.fetch_all(statement, |fields| Ok((fields.text()?, fields.text()?, fields.uuid()?))).await?;
    for identity in found {
        let Some((context, key)) = asked.get(&identity).and_then(|context| Some((context, context.request.as_ref()?)))
        else {
            continue;
        };
        match answered(session, context, key).await {
            Ok(Some(written)) => drop(known.insert(identity, Ok(written))),
            // Dropped for its age between the two statements.
            Ok(None) => {}
            Err(Failure::Store(error @ StoreError::RequestIdReused { .. })) => drop(known.insert(identity, Err(error))),
            Err(failure) => return Err(failure),
        }
    }
    Ok(known)
}

fn distinct<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    texts.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
}

/// The steps that keep the answers to requests, each with the log positions of its outcomes' after-images. Somebody else's answer to one of
/// them is a [`Failure::Unique`].
pub(super) fn keeping_answered(
    dialect: Dialect,
    now: Timestamp,
    answers: Vec<(&WriteContext, &RequestKey, &Written, Vec<Option<i64>>)>,
) -> Result<Vec<Step>, StoreError> {
    let mut rows = Vec::with_capacity(answers.len());
    for (context, key, written, positions) in answers {
        let kept: Vec<KeptOutcome> = written
            .outcomes
            .iter()
            .zip(positions)
            .map(|(outcome, position)| KeptOutcome { effect: outcome.effect, position, moved: None })
            .collect();
        let mut row: Vec<Value> = identity(context, key).into();
        row.extend([
            Value::Bytes(Some(key.body_digest.to_vec())),
            Value::time(now),
            Value::Int(Some(written.position.0)),
            Value::json(&kept)?,
        ]);
        rows.push(row);
    }
    let insert = |rows| {
        let mut statement = Statement::new(
            dialect,
            "INSERT INTO request_outcomes \
             (tenant, principal, method, request_id, body_digest, answered_at, position, outcomes) ",
        );
        statement.push_rows(rows);
        Step::any(statement)
    };
    Ok(chunks(rows).map(insert).collect())
}

/// Keeps the answer to a claimed request.
pub(super) async fn keep(
    session: &mut Session,
    context: &WriteContext,
    key: &RequestKey,
    outcomes: &[Outcome],
    logged: &Logged,
) -> Result<(), Failure> {
    let unchanged = last_positions(session, context, outcomes).await?;
    let mut next = logged.first.0;
    let kept: Vec<KeptOutcome> = outcomes
        .iter()
        .map(|outcome| {
            if is_logged(outcome) {
                next += 1;
                return KeptOutcome { effect: outcome.effect, position: Some(next - 1), moved: None };
            }
            let after = outcome.after.as_ref();
            let position = after.and_then(|after| unchanged.get(&after.subject()).copied());
            KeptOutcome { effect: outcome.effect, position, moved: after.and_then(moved) }
        })
        .collect();
    let mut statement = session.statement("UPDATE request_outcomes SET position = ");
    statement.bind(Value::Int(Some(logged.position.0))).push(", outcomes = ").bind(Value::json(&kept)?);
    push_identity(&mut statement, context, key);
    session.execute(statement).await.map(|_| ())
}

/// Keeps what else a request was answered, unless something is kept already; tells what is kept, none where the request is not.
pub(super) async fn keep_answer(
    session: &mut Session,
    context: &WriteContext,
    key: &RequestKey,
    answer: &serde_json::Value,
) -> Result<Option<serde_json::Value>, Failure> {
    let mut statement = session.statement("UPDATE request_outcomes SET answer = COALESCE(answer, ");
    statement.bind(Value::json(answer)?).push(")");
    push_identity(&mut statement, context, key);
    statement.push(" AND body_digest = ").bind(Value::Bytes(Some(key.body_digest.to_vec()))).push(" RETURNING answer");
    session.fetch_one(statement, |fields| fields.json()).await
}

/// Where the log has after-images of entities that stayed as they were, but for what offers moved.
async fn last_positions(
    session: &mut Session,
    context: &WriteContext,
    outcomes: &[Outcome],
) -> Result<HashMap<String, i64>, Failure> {
    let subjects: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.effect == Effect::Unchanged)
        .filter_map(|outcome| outcome.after.as_ref().map(Change::subject))
        .collect();
    let mut positions = HashMap::with_capacity(subjects.len());
    if !subjects.is_empty() {
        let mut statement = session.statement("SELECT subject, MAX(position) FROM events WHERE tenant = ");
        statement.bind(Value::text(context.tenant.as_str())).push(" AND ").push_in_texts("subject", subjects);
        statement.push(" AND kind <> 'referral' GROUP BY subject");
        session
            .fetch(statement, |fields| {
                positions.insert(fields.text()?, fields.int()?);
                Ok(())
            })
            .await?;
    }
    Ok(positions)
}

/// Drops answers that are older than [`REQUEST_ID_KEPT_HOURS`], at most [`OUTDATED_DROPPED_MAX`] of them.
pub(super) async fn drop_outdated(session: &mut Session, context: &WriteContext) -> Result<u64, Failure> {
    let tenant = Value::text(context.tenant.as_str());
    let mut statement = session.statement("SELECT request_id FROM request_outcomes WHERE tenant = ");
    statement.bind(tenant.clone()).push(" AND answered_at < ").push_now().push(" - ");
    statement.bind(Value::Int(Some(REQUEST_ID_KEPT_HOURS * 3_600_000_000)));
    statement.push(" ORDER BY answered_at LIMIT ").bind(Value::Int(Some(OUTDATED_DROPPED_MAX)));
    let outdated = session.fetch_all(statement, |fields| fields.uuid()).await?;
    if outdated.is_empty() {
        return Ok(0);
    }
    let mut statement = session.statement("DELETE FROM request_outcomes WHERE tenant = ");
    statement.bind(tenant).push(" AND answered_at < ").push_now().push(" - ");
    statement.bind(Value::Int(Some(REQUEST_ID_KEPT_HOURS * 3_600_000_000)));
    statement.push(" AND ").push_in_uuids("request_id", outdated);
    session.execute(statement).await
}

fn identity(context: &WriteContext, key: &RequestKey) -> [Value; 4] {
    [
        Value::text(context.tenant.as_str()),
        Value::text(&context.principal),
        Value::text(key.method),
        Value::Uuid(Some(key.request_id)),
    ]
}

fn push_identity(statement: &mut Statement, context: &WriteContext, key: &RequestKey) {
    let conditions = [" WHERE tenant = ", " AND principal = ", " AND method = ", " AND request_id = "];
    for (condition, value) in conditions.into_iter().zip(identity(context, key)) {
        statement.push(condition).bind(value);
    }
}
