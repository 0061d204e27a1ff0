//! How notifications come about: who looks for fits, what was found, what is told, and what is sent.

use async_trait::async_trait;
use jiff::Timestamp;
use tracing::Instrument as _;
use uuid::Uuid;
use wishwell_domain::ids::{LogPosition, NotificationId, OrganizationId, SubscriptionId, TenantId};
use wishwell_domain::limits::{PAGE_SIZE_MAX, WEBHOOK_DUE_LOOKED_AT_MAX};
use wishwell_domain::notification::{Delivery, DeliveryState, Fit, Kind, Notification, Subject, Subscription};

use super::notifications::{self, FIT, TOLD, fit_row, push_kind, push_tenant, read_fit, read_notification};
use super::record::{Key, chunks};
use super::session::{Failure, Fields, Session};
use super::statement::{Statement, Value};
use super::store::span;
use super::{SqlStore, log, request};
use crate::contract::{Page, PageRequest, WriteContext};
use crate::error::StoreError;
use crate::notifications::{NotificationFilter, Notifications, Places, SubscriptionFilter, Told};

#[async_trait]
impl Notifications for SqlStore {
    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "subscriptions")).await
    }

    async fn list_subscriptions(
        &self,
        tenant: &TenantId,
        filter: &SubscriptionFilter,
        page: &PageRequest,
    ) -> Result<Page<Subscription>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement));
        work.instrument(span!(self, "SELECT", "subscriptions")).await
    }

    async fn begin_notices(&self, tenant: &TenantId) -> Result<(), StoreError> {
        let work = self.writing(async |session| begin(session, tenant).await);
        work.instrument(span!(self, "INSERT", "notice_cursors")).await
    }

    async fn lease_notices(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        seconds: i64,
    ) -> Result<Option<LogPosition>, StoreError> {
        let work = self.writing(async |session| {
            begin(session, tenant).await?;
            lease(session, tenant, holder, seconds).await
        });
        work.instrument(span!(self, "UPDATE", "notice_cursors")).await
    }

    async fn keep_fits(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        position: LogPosition,
        fits: &[Fit],
    ) -> Result<bool, StoreError> {
        let work = self.as_teller(tenant, holder, async |session| {
            insert(session, tenant, fits).await?;
            let mut statement = session.statement("UPDATE notice_cursors SET position = ");
            statement.bind(Value::Int(Some(position.0)));
            push_tenant(&mut statement, tenant);
            session.execute(statement).await.map(drop)
        });
        work.instrument(span!(self, "INSERT", "notifications")).await
    }

    async fn waiting_subscriptions(
        &self,
        tenant: &TenantId,
        kind: Kind,
        limit: usize,
    ) -> Result<Vec<SubscriptionId>, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT DISTINCT subscription_id FROM notifications");
            push_tenant(&mut statement, tenant);
            push_kind(&mut statement, kind);
            statement.push(" AND id IS NULL ORDER BY subscription_id LIMIT ").bind(limit_of(limit));
            session.fetch_all(statement, |fields| fields.uuid().map(SubscriptionId::from_uuid)).await
        });
        work.instrument(span!(self, "SELECT", "notifications")).await
    }

    async fn waiting_fits(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        kind: Kind,
        limit: usize,
    ) -> Result<Vec<Fit>, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT ");
            statement.push_names(FIT).push(" FROM notifications");
            push_tenant(&mut statement, tenant);
            push_kind(&mut statement, kind);
            statement.push(" AND subscription_id = ").bind(Value::Uuid(Some(subscription.as_uuid())));
            // The order of needs' identifiers is that of their submission, which no wish tells.
            statement.push(" AND id IS NULL ORDER BY rank_tier, rank_metres, rank_since, subject_id LIMIT ");
            statement.bind(limit_of(limit));
            session.fetch_all(statement, read_fit).await
        });
        work.instrument(span!(self, "SELECT", "notifications")).await
    }

    async fn told_on(&self, tenant: &TenantId, subscription: SubscriptionId, day: i64) -> Result<usize, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT COUNT(*) FROM notifications");
            push_tenant(&mut statement, tenant);
            push_kind(&mut statement, Kind::Wish);
            statement.push(" AND subscription_id = ").bind(Value::Uuid(Some(subscription.as_uuid())));
            statement.push(" AND told_day = ").bind(Value::Int(Some(day))).push(" AND id IS NOT NULL");
            session.fetch_one(statement, |fields| fields.number()).await
        });
        Ok(work.instrument(span!(self, "SELECT", "notifications")).await?.unwrap_or(0))
    }

    async fn tell(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        told: &[Told],
        dropped: &[(OrganizationId, Subject)],
    ) -> Result<bool, StoreError> {
        let work = self.as_teller(tenant, holder, async |session| {
            for told in told {
                tell_one(session, tenant, told).await?;
            }
            for (organization, subject) in dropped {
                let mut statement = session.statement("DELETE FROM notifications");
                push_waiting(&mut statement, tenant, *organization, *subject);
                session.execute(statement).await?;
            }
            Ok(())
        });
        work.instrument(span!(self, "UPDATE", "notifications")).await
    }

    async fn drop_old_fits(&self, tenant: &TenantId, before: Timestamp) -> Result<u64, StoreError> {
        let work = self.writing(async |session| notifications::drop_old(session, tenant, before).await);
        work.instrument(span!(self, "DELETE", "notifications")).await
    }

    async fn list_notifications(
        &self,
        tenant: &TenantId,
        filter: &NotificationFilter,
        page: &PageRequest,
    ) -> Result<Page<Notification>, StoreError> {
        let work = self.read(async |session| notifications::list(session, tenant, filter, page).await);
        work.instrument(span!(self, "SELECT", "notifications")).await
    }

    async fn mark_seen(
        &self,
        context: &WriteContext,
        organization: Option<OrganizationId>,
        ids: &[NotificationId],
    ) -> Result<u64, StoreError> {
        let work = self.writing(async |session| {
            let marked = notifications::mark_seen(session, &context.tenant, organization, ids).await?;
            let Some(key) = &context.request else { return Ok(marked) };
            // The same request may have come at once and waited for these rows: it is answered what the first one did.
            let kept = request::keep_answer(session, context, key, &serde_json::json!(marked)).await?;
            Ok(kept.as_ref().and_then(serde_json::Value::as_u64).unwrap_or(marked))
        });
        work.instrument(span!(self, "UPDATE", "notifications")).await
    }

    async fn take_due(
        &self,
        tenant: &TenantId,
        seconds: i64,
        places: &Places,
    ) -> Result<Vec<Notification>, StoreError> {
        if places.free == 0 {
            return Ok(Vec::new());
        }
        // Nearly always there is nothing, and finding that out writes nothing.
        let looking = self.read(async |session| {
            let statement = due_with_place(session.statement(""), tenant, places);
            let read = |fields: &mut Fields<'_>| Ok((OrganizationId::from_uuid(fields.uuid()?), fields.uuid()?));
            session.fetch_all(statement, read).await
        });
        let found = looking.instrument(span!(self, "SELECT", "notifications")).await?;
        let mut places = places.clone();
        let with_place = found.into_iter().filter(|(organization, _)| places.take(*organization));
        let ids: Vec<_> = with_place.map(|(_, id)| id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let work = self.writing(async |session| {
            let mut statement =
                session.statement("UPDATE notifications SET attempts = attempts + 1, next_attempt_at = ");
            statement.push_now().push(" + ").bind(Value::Int(Some(seconds.max(0) * 1_000_000)));
            // Whoever asks at the same time waits for these rows, and finds that they are not due any more.
            push_due(&mut statement, tenant);
            statement.push(" AND ").push_in_uuids("id", ids).push(" RETURNING ");
            statement.push_names(FIT).push(", ").push_names(TOLD);
            session.fetch_all(statement, read_notification).await
        });
        work.instrument(span!(self, "UPDATE", "notifications")).await
    }

    async fn keep_delivery(
        &self,
        tenant: &TenantId,
        id: NotificationId,
        delivery: &Delivery,
    ) -> Result<bool, StoreError> {
        let state = Value::word(delivery.state)?;
        let work = self.writing(async |session| {
            let mut statement = session.statement("UPDATE notifications SET delivery = ");
            statement.bind(state).push(", status = ").bind(Value::Int(delivery.status.map(i64::from)));
            statement.push(", next_attempt_at = ").bind(Value::opt_time(delivery.next_attempt_at));
            push_tenant(&mut statement, tenant);
            statement.push(" AND id = ").bind(Value::Uuid(Some(id.as_uuid())));
            statement.push(" AND delivery = 'pending' AND attempts = ");
            statement.bind(Value::Int(Some(i64::from(delivery.attempts))));
            Ok(session.execute(statement).await? > 0)
        });
        work.instrument(span!(self, "UPDATE", "notifications")).await
    }
}

impl SqlStore {
    /// Does something in a transaction of its own.
    async fn writing<T>(&self, work: impl AsyncFnOnce(&mut Session) -> Result<T, Failure>) -> Result<T, StoreError> {
        let write = async {
            let mut session = self.database.begin_write().await?;
            let done = work(&mut session).await?;
            session.commit().await?;
            Ok(done)
        };
        write.await.map_err(Failure::into_store_error)
    }

    /// Writes as long as `holder` has the lease; answers whether it does.
    async fn as_teller(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        work: impl AsyncFnOnce(&mut Session) -> Result<(), Failure>,
    ) -> Result<bool, StoreError> {
        let write = async {
            let mut session = self.database.begin_write().await?;
            let mut statement = session.statement("SELECT 1 FROM notice_cursors");
            push_tenant(&mut statement, tenant);
            statement.push(" AND lease_holder = ").bind(Value::Uuid(Some(holder)));
            // Whoever wants the lease waits until this is written.
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

fn limit_of(limit: usize) -> Value {
    Value::Int(i64::try_from(limit.clamp(1, PAGE_SIZE_MAX)).ok())
}

/// What is due of the organizations that have a place, the longest due first.
fn due_with_place(mut statement: Statement, tenant: &TenantId, places: &Places) -> Statement {
    statement.push("SELECT organization_id, id FROM notifications");
    push_due(&mut statement, tenant);
    push_kind(&mut statement, places.kind);
    let full = places.full().map(|organization| organization.as_uuid()).collect();
    statement.push(" AND NOT ").push_in_uuids("organization_id", full);
    statement.push(" ORDER BY next_attempt_at LIMIT ").bind(limit_of(WEBHOOK_DUE_LOOKED_AT_MAX));
    statement
}

fn push_due(statement: &mut Statement, tenant: &TenantId) {
    push_tenant(statement, tenant);
    statement.push(" AND delivery = 'pending' AND next_attempt_at <= ").push_now();
}

fn push_waiting(statement: &mut Statement, tenant: &TenantId, organization: OrganizationId, subject: Subject) {
    push_tenant(statement, tenant);
    statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
    statement.push(" AND subject_id = ").bind(Value::Uuid(Some(subject.as_uuid()))).push(" AND id IS NULL");
}

/// The first time, the log is looked at from where it ends.
async fn begin(session: &mut Session, tenant: &TenantId) -> Result<(), Failure> {
    let head = log::head(session, tenant).await?;
    let mut statement = session.statement("INSERT INTO notice_cursors (tenant, position) VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(", ").bind(Value::Int(Some(head.0)));
    statement.push(") ON CONFLICT (tenant) DO NOTHING");
    session.execute(statement).await.map(drop)
}

async fn lease(
    session: &mut Session,
    tenant: &TenantId,
    holder: Uuid,
    seconds: i64,
) -> Result<Option<LogPosition>, Failure> {
    let mut statement = session.statement("UPDATE notice_cursors SET lease_holder = ");
    statement.bind(Value::Uuid(Some(holder))).push(", lease_until = ").push_now().push(" + ");
    statement.bind(Value::Int(Some(seconds.max(0) * 1_000_000)));
    push_tenant(&mut statement, tenant);
    statement.push(" AND (lease_until IS NULL OR lease_until <= ").push_now().push(" OR lease_holder = ");
    statement.bind(Value::Uuid(Some(holder))).push(") RETURNING position");
    session.fetch_one(statement, |fields| fields.int().map(LogPosition)).await
}

async fn insert(session: &mut Session, tenant: &TenantId, fits: &[Fit]) -> Result<(), Failure> {
    let now = super::now(session).await?;
    let rows = fits.iter().map(|fit| {
        let mut row = vec![Value::text(tenant.as_str())];
        row.extend(fit_row(fit));
        row.extend([Value::time(now), Value::text("none"), Value::Int(Some(0))]);
        row
    });
    for rows in chunks(rows.collect()) {
        let mut statement = session.statement("INSERT INTO notifications (tenant, ");
        statement.push_names(FIT).push(", found_at, delivery, attempts) ").push_rows(rows);
        statement.push(" ON CONFLICT (tenant, organization_id, subject_id) DO NOTHING");
        session.execute(statement).await?;
    }
    Ok(())
}

async fn tell_one(session: &mut Session, tenant: &TenantId, told: &Told) -> Result<(), Failure> {
    let state = if told.send { DeliveryState::Pending } else { DeliveryState::None };
    let mut statement = session.statement("UPDATE notifications SET id = ");
    statement.bind(Value::Uuid(Some(told.id.as_uuid()))).push(", subscription_id = ");
    statement.bind(Value::Uuid(Some(told.subscription.as_uuid()))).push(", told_at = ").push_now();
    statement.push(", told_day = ").bind(Value::Int(Some(told.day)));
    statement.push(", delivery = ").bind(Value::word(state)?);
    if told.send {
        statement.push(", next_attempt_at = ").push_now();
    }
    push_waiting(&mut statement, tenant, told.organization, told.subject);
    session.execute(statement).await.map(drop)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use super::super::statement::{Dialect, steps_on_sqlite};
    use super::*;

    #[tokio::test]
    async fn what_is_due_of_one_kind_is_found_without_walking_past_the_other() {
        let tenant = TenantId::parse("tenant", "demo").unwrap();
        for kind in [Kind::Offer, Kind::Wish] {
            let places = Places { kind, free: 1, per_organization: 1, under_way: HashMap::new() };
            let statement = due_with_place(Statement::new(Dialect::Sqlite, ""), &tenant, &places);
            let steps = steps_on_sqlite(statement).await;
            let due = "notifications USING INDEX notifications_due (tenant=? AND kind=? AND next_attempt_at<?)";
            assert!(steps.iter().any(|step| step.ends_with(due)), "{kind:?}: {steps:#?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{kind:?}: {steps:#?}");
        }
    }
}
