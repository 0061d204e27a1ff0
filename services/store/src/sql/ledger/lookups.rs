//! Questions about referrals, and the ledger's contract.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast;
use tracing::Instrument as _;
use wishwell_domain::ids::{NeedId, ReferralId, TenantId, Version};
use wishwell_domain::ledger::Command;
use wishwell_domain::limits::{LEDGER_COMMANDS_MAX, PAGE_SIZE_MAX};
use wishwell_domain::referral::Referral;

use super::verify;
use crate::contract::{Page, PageRequest, WriteContext, Written};
use crate::error::StoreError;
use crate::ledger::{Appended, Basis, Booked, Due, DueReferral, Ledger, ReferralFilter, Turn, Verification};
use crate::sql::SqlStore;
use crate::sql::record::Key;
use crate::sql::restore;
use crate::sql::session::Failure;
use crate::sql::statement::Value;
use crate::sql::store::span;
use crate::sql::turns;

#[async_trait]
impl Ledger for SqlStore {
    async fn carry_out_upon(
        &self,
        context: &WriteContext,
        commands: Vec<Command>,
        basis: Option<Basis>,
    ) -> Result<Written, StoreError> {
        if commands.len() > LEDGER_COMMANDS_MAX {
            return Err(StoreError::Defect(format!("{} commands are more than one request has", commands.len())));
        }
        let work = async {
            let written = self.queues.carry_out(&self.database, context, commands, basis).await?;
            self.sweep(context).await;
            Ok(written)
        };
        work.instrument(span!(self, "WRITE", "referrals")).await
    }

    fn appended(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.queues.appended()
    }

    async fn referral(&self, tenant: &TenantId, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "referrals")).await
    }

    async fn referrals(&self, tenant: &TenantId, ids: &[ReferralId]) -> Result<Vec<Referral>, StoreError> {
        let keys = ids.iter().take(PAGE_SIZE_MAX).map(|id| Key::Id(id.as_uuid())).collect();
        self.get_all(tenant, keys).instrument(span!(self, "SELECT", "referrals")).await
    }

    async fn list_referrals(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
        page: &PageRequest,
    ) -> Result<Page<Referral>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement, tenant));
        work.instrument(span!(self, "SELECT", "referrals")).await
    }

    async fn referrals_in_turn(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
        page: &PageRequest<Turn>,
    ) -> Result<Page<Referral, Turn>, StoreError> {
        let work = async {
            let mut session = self.database.begin_read().await?;
            let found = turns::list(&mut session, tenant, filter, page).await?;
            session.end().await?;
            Ok::<_, Failure>(found)
        };
        work.instrument(span!(self, "SELECT", "referrals")).await.map_err(Failure::into_store_error)
    }

    async fn due(
        &self,
        tenant: &TenantId,
        due: Due,
        after: Option<&DueReferral>,
        limit: usize,
    ) -> Result<Vec<DueReferral>, StoreError> {
        let work = async {
            let mut session = self.database.begin_read().await?;
            let since = match due {
                Due::Lapsed => "expires_at",
                Due::Overdue => "due_at",
                Due::ToFollow => "updated_at",
            };
            let mut statement = session.statement("SELECT id, need_id, item_ordinal, version, ");
            statement.push(since).push(" FROM referrals WHERE tenant = ").bind(Value::text(tenant.as_str()));
            match due {
                Due::Lapsed => statement.push(" AND state = 'offered' AND expires_at <= ").push_now(),
                Due::Overdue => {
                    statement.push(" AND state IN ('accepted', 'in_progress') AND due_at <= ").push_now();
                    statement.push(" AND (escalated_at IS NULL OR escalated_at < due_at)")
                }
                Due::ToFollow => statement.push(" AND next_is_due"),
            };
            if let Some(after) = after {
                statement.push(" AND (").push(since).push(", id) > (").bind(Value::time(after.since));
                statement.push(", ").bind(Value::Uuid(Some(after.id.as_uuid()))).push(")");
            }
            statement.push(" ORDER BY ").push(since).push(", id LIMIT ");
            statement.bind(Value::Int(i64::try_from(limit.clamp(1, PAGE_SIZE_MAX)).ok()));
            let found = session
                .fetch_all(statement, |fields| {
                    Ok(DueReferral {
                        id: ReferralId::from_uuid(fields.uuid()?),
                        need: NeedId::from_uuid(fields.uuid()?),
                        item_ordinal: fields.number()?,
                        version: Version(fields.int()?),
                        since: fields.time()?,
                    })
                })
                .await?;
            session.end().await?;
            Ok::<_, Failure>(found)
        };
        work.instrument(span!(self, "SELECT", "referrals")).await.map_err(Failure::into_store_error)
    }

    async fn verify(&self, tenant: &TenantId) -> Result<Verification, StoreError> {
        let work = async {
            let mut session = self.database.begin_read().await?;
            let verification = verify::verify(&mut session, tenant).await?;
            session.end().await?;
            Ok(verification)
        };
        work.instrument(span!(self, "SELECT", "ledger_movements")).await.map_err(Failure::into_store_error)
    }

    async fn movements(&self, tenant: &TenantId) -> Result<HashMap<ReferralId, Vec<Booked>>, StoreError> {
        let work = self.read(async |session| restore::movements(session, tenant).await);
        work.instrument(span!(self, "SELECT", "ledger_movements")).await
    }
}
