//! Who works on a round, and the results of it.

use async_trait::async_trait;
use tracing::Instrument as _;
use uuid::Uuid;
use wishwell_domain::ids::{NeedId, RoundId, TenantId};
use wishwell_domain::limits::{PAGE_SIZE_MAX, ROUND_OUTCOMES_WRITTEN_MAX};
use wishwell_domain::round::{OutcomeState, Round, RoundOutcome, RoundReport, RoundState};

use super::SqlStore;
use super::forget;
use super::record::{self, Key, Reading, chunks};
use super::session::{Failure, Session};
use super::statement::{Statement, Value};
use super::store::span;
use crate::contract::{Page, PageRequest};
use crate::error::StoreError;
use crate::rounds::{RoundFilter, Rounds};

/// Rounds whose results are dropped in one go: each may have many.
const DROPPED_AT_ONCE_MAX: i64 = 4;

#[async_trait]
impl Rounds for SqlStore {
    async fn round(&self, tenant: &TenantId, id: RoundId) -> Result<Option<Round>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "rounds")).await
    }

    async fn list_rounds(
        &self,
        tenant: &TenantId,
        filter: &RoundFilter,
        page: &PageRequest,
    ) -> Result<Page<Round>, StoreError> {
        let work = self.list(tenant, page, |statement| {
            filter.push(statement);
            Ok(())
        });
        work.instrument(span!(self, "SELECT", "rounds")).await
    }

    async fn lease_round(&self, tenant: &TenantId, holder: Uuid, seconds: i64) -> Result<Option<Round>, StoreError> {
        let work = async {
            let Some(candidate) = self.read(async |session| unheld(session, tenant).await).await? else {
                return Ok(None);
            };
            let mut session = self.database.begin_write().await.map_err(Failure::into_store_error)?;
            let taken = take(&mut session, tenant, candidate, holder, seconds).await;
            let taken = taken.map_err(Failure::into_store_error)?;
            session.commit().await.map_err(Failure::into_store_error)?;
            Ok(taken)
        };
        work.instrument(span!(self, "UPDATE", "rounds")).await
    }

    async fn renew_round_lease(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        seconds: i64,
    ) -> Result<Option<RoundState>, StoreError> {
        let work = async {
            let mut session = self.database.begin_write().await?;
            let mut statement = session.statement("UPDATE rounds SET ");
            if seconds > 0 {
                statement.push("lease_until = ").push_now().push(" + ");
                statement.bind(Value::Int(Some(seconds * 1_000_000)));
            } else {
                statement.push("lease_holder = NULL, lease_until = NULL");
            }
            push_held(&mut statement, tenant, id, holder);
            statement.push(" RETURNING state");
            let state = session.fetch_one(statement, |fields| fields.word()).await?;
            session.commit().await?;
            Ok(state)
        };
        work.instrument(span!(self, "UPDATE", "rounds")).await.map_err(Failure::into_store_error)
    }

    async fn clear_round(&self, tenant: &TenantId, id: RoundId, holder: Uuid) -> Result<bool, StoreError> {
        let work = self.as_holder(tenant, id, holder, async |session| {
            for table in ["round_outcomes", "round_reports"] {
                let mut statement = session.statement("DELETE FROM ");
                statement.push(table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
                statement.push(" AND round_id = ").bind(Value::Uuid(Some(id.as_uuid())));
                session.execute(statement).await?;
            }
            Ok(())
        });
        work.instrument(span!(self, "DELETE", "round_outcomes")).await
    }

    async fn put_round_outcomes(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        outcomes: &[RoundOutcome],
    ) -> Result<bool, StoreError> {
        if outcomes.len() > ROUND_OUTCOMES_WRITTEN_MAX {
            return Err(StoreError::Defect(format!("{} outcomes are more than are written in one go", outcomes.len())));
        }
        let work = self.as_holder(tenant, id, holder, async |session| {
            let needs = outcomes.iter().map(|outcome| outcome.need().as_uuid()).collect();
            let erased = forget::erased_among(session, tenant, needs).await?;
            let row = |outcome: &RoundOutcome| {
                let mut outcome = outcome.clone();
                // Whoever decided it may have read the need before.
                if erased.contains(&outcome.need()) {
                    outcome.item.erase();
                }
                outcome_row(tenant, id, &outcome)
            };
            let rows = outcomes.iter().map(row).collect::<Result<Vec<_>, _>>()?;
            for rows in chunks(rows) {
                let mut statement = session.statement(
                    "INSERT INTO round_outcomes \
                     (tenant, round_id, ordinal, need_id, item_ordinal, state, outcome) ",
                );
                statement.push_rows(rows);
                statement.push(
                    " ON CONFLICT (tenant, round_id, ordinal) DO UPDATE SET need_id = excluded.need_id, \
                     item_ordinal = excluded.item_ordinal, state = excluded.state, outcome = excluded.outcome",
                );
                session.execute(statement).await?;
            }
            Ok(())
        });
        work.instrument(span!(self, "INSERT", "round_outcomes")).await
    }

    async fn round_outcomes(
        &self,
        tenant: &TenantId,
        id: RoundId,
        states: &[OutcomeState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<RoundOutcome>, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT outcome FROM round_outcomes WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str())).push(" AND round_id = ");
            statement.bind(Value::Uuid(Some(id.as_uuid()))).push(" AND ordinal > ");
            statement.bind(Value::Int(Some(i64::from(after))));
            if !states.is_empty() {
                let states = states.iter().map(|state| state.name().to_owned()).collect();
                statement.push(" AND ").push_in_texts("state", states);
            }
            statement.push(" ORDER BY ordinal LIMIT ");
            statement.bind(Value::Int(i64::try_from(limit.clamp(1, PAGE_SIZE_MAX)).ok()));
            session.fetch_all(statement, |fields| fields.json()).await
        });
        work.instrument(span!(self, "SELECT", "round_outcomes")).await
    }

    async fn put_round_report(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        report: &RoundReport,
    ) -> Result<bool, StoreError> {
        let report = Value::json(report)?;
        let work = self.as_holder(tenant, id, holder, async |session| {
            let mut statement = session.statement("INSERT INTO round_reports (tenant, round_id, report) VALUES (");
            statement.bind(Value::text(tenant.as_str())).push(", ").bind(Value::Uuid(Some(id.as_uuid())));
            statement.push(", ").bind(report);
            statement.push(") ON CONFLICT (tenant, round_id) DO UPDATE SET report = excluded.report");
            session.execute(statement).await.map(drop)
        });
        work.instrument(span!(self, "INSERT", "round_reports")).await
    }

    async fn round_report(&self, tenant: &TenantId, id: RoundId) -> Result<Option<RoundReport>, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT report FROM round_reports WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str())).push(" AND round_id = ");
            statement.bind(Value::Uuid(Some(id.as_uuid())));
            session.fetch_one(statement, |fields| fields.json()).await
        });
        work.instrument(span!(self, "SELECT", "round_reports")).await
    }

    async fn rounds_with_results(&self, tenant: &TenantId, limit: usize) -> Result<Vec<RoundId>, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT round_id FROM round_reports WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str())).push(" ORDER BY round_id DESC LIMIT ");
            statement.bind(Value::Int(i64::try_from(limit.clamp(1, PAGE_SIZE_MAX)).ok()));
            session.fetch_all(statement, |fields| fields.uuid().map(RoundId::from_uuid)).await
        });
        work.instrument(span!(self, "SELECT", "round_reports")).await
    }

    async fn drop_old_round_results(
        &self,
        tenant: &TenantId,
        keep: usize,
        also: Option<RoundId>,
    ) -> Result<u64, StoreError> {
        let work = async {
            let mut session = self.database.begin_write().await?;
            let mut statement = session.statement(
                "SELECT id FROM rounds WHERE finished_at IS NOT NULL AND EXISTS (SELECT 1 FROM round_reports \
                 WHERE round_reports.tenant = rounds.tenant AND round_reports.round_id = rounds.id) AND tenant = ",
            );
            statement.bind(Value::text(tenant.as_str())).push(" ORDER BY id DESC LIMIT ");
            statement.bind(Value::Int(Some(DROPPED_AT_ONCE_MAX))).push(" OFFSET ");
            statement.bind(Value::Int(i64::try_from(keep).ok()));
            let mut old = session.fetch_all(statement, |fields| fields.uuid()).await?;
            old.retain(|id| also.is_none_or(|also| *id != also.as_uuid()));
            for table in ["round_outcomes", "round_reports"] {
                let mut statement = session.statement("DELETE FROM ");
                statement.push(table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str())).push(" AND ");
                statement.push_in_uuids("round_id", old.clone());
                session.execute(statement).await?;
            }
            session.commit().await?;
            Ok(old.len() as u64)
        };
        work.instrument(span!(self, "DELETE", "round_outcomes")).await.map_err(Failure::into_store_error)
    }
}

impl SqlStore {
    /// Writes as long as `holder` holds the round; answers whether it does.
    async fn as_holder(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        work: impl AsyncFnOnce(&mut Session) -> Result<(), Failure>,
    ) -> Result<bool, StoreError> {
        let write = async {
            let mut session = self.database.begin_write().await?;
            let mut statement = session.statement("SELECT 1 FROM rounds");
            push_held(&mut statement, tenant, id, holder);
            // Whoever wants to take it up waits until this is written.
            statement.push_for_update();
            let held = session.fetch(statement, |_| Ok(())).await? > 0;
            if held {
                work(&mut session).await?;
                session.commit().await?;
            } else {
                session.end().await?;
            }
            Ok(held)
        };
        write.await.map_err(Failure::into_store_error)
    }
}

fn push_held(statement: &mut Statement, tenant: &TenantId, id: RoundId, holder: Uuid) {
    statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND id = ").bind(Value::Uuid(Some(id.as_uuid())));
    statement.push(" AND lease_holder = ").bind(Value::Uuid(Some(holder)));
}

fn push_unheld(statement: &mut Statement) {
    statement.push(" AND finished_at IS NULL AND (lease_until IS NULL OR lease_until <= ").push_now().push(")");
}

/// The oldest round that waits for somebody.
async fn unheld(session: &mut Session, tenant: &TenantId) -> Result<Option<Uuid>, Failure> {
    let mut statement = session.statement("SELECT id FROM rounds WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str()));
    push_unheld(&mut statement);
    statement.push(" ORDER BY id LIMIT 1");
    session.fetch_one(statement, |fields| fields.uuid()).await
}

/// Takes it, unless somebody else was faster.
async fn take(
    session: &mut Session,
    tenant: &TenantId,
    id: Uuid,
    holder: Uuid,
    seconds: i64,
) -> Result<Option<Round>, Failure> {
    let mut statement = session.statement("UPDATE rounds SET lease_holder = ");
    statement.bind(Value::Uuid(Some(holder))).push(", lease_until = ").push_now().push(" + ");
    statement.bind(Value::Int(Some(seconds.max(0) * 1_000_000)));
    statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND id = ").bind(Value::Uuid(Some(id)));
    push_unheld(&mut statement);
    if session.execute(statement).await? == 0 {
        return Ok(None);
    }
    let found = record::find::<Round>(session, tenant, vec![Key::Id(id)], Reading::Whole).await?;
    Ok(found.into_iter().next())
}

fn outcome_row(tenant: &TenantId, round: RoundId, outcome: &RoundOutcome) -> Result<Vec<Value>, StoreError> {
    let need: NeedId = outcome.need();
    Ok(vec![
        Value::text(tenant.as_str()),
        Value::Uuid(Some(round.as_uuid())),
        Value::Int(Some(i64::from(outcome.ordinal))),
        Value::Uuid(Some(need.as_uuid())),
        Value::Int(Some(i64::from(outcome.item_ordinal()))),
        Value::word(outcome.state())?,
        Value::json(outcome)?,
    ])
}
