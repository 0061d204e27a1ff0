//! Subscriptions and notifications, as they are read and marked. How they come about is [`super::notifying`]'s.

use jiff::Timestamp;
use wishwell_domain::ids::{NeedId, NotificationId, OrganizationId, ResourceId, SubscriptionId, TenantId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::notification::{Delivery, Fit, Kind, Notification, Subject};

use super::session::{Failure, Fields, Session};
use super::statement::{Statement, Value};
use crate::contract::{Page, PageRequest};
use crate::error::StoreError;
use crate::notifications::NotificationFilter;

/// Columns of a fit, in the order that [`read_fit`] keeps.
pub(super) const FIT: &[&str] = &[
    "organization_id",
    "subscription_id",
    "need_id",
    "kind",
    "subject_id",
    "item_ordinal",
    "resource_id",
    "rank_tier",
    "rank_metres",
    "rank_since",
];
/// Columns of a notification after those of its fit.
pub(super) const TOLD: &[&str] = &["id", "told_at", "seen_at", "delivery", "attempts", "status", "next_attempt_at"];

pub(super) fn fit_row(fit: &Fit) -> Vec<Value> {
    let subject = fit.subject;
    let (tier, metres, since) = fit.rank;
    vec![
        Value::Uuid(Some(fit.organization.as_uuid())),
        Value::Uuid(Some(fit.subscription.as_uuid())),
        Value::Uuid(Some(fit.need.as_uuid())),
        Value::text(subject.kind().name()),
        Value::Uuid(Some(subject.as_uuid())),
        Value::Int(Some(i64::from(fit.item_ordinal))),
        Value::Uuid(Some(fit.resource.as_uuid())),
        Value::Int(Some(i64::from(tier))),
        Value::Int(Some(i64::from(metres))),
        Value::time(since),
    ]
}

pub(super) fn read_fit(fields: &mut Fields<'_>) -> Result<Fit, StoreError> {
    Ok(Fit {
        organization: OrganizationId::from_uuid(fields.uuid()?),
        subscription: SubscriptionId::from_uuid(fields.uuid()?),
        need: NeedId::from_uuid(fields.uuid()?),
        subject: Subject::of(fields.word()?, fields.uuid()?),
        item_ordinal: fields.number()?,
        resource: ResourceId::from_uuid(fields.uuid()?),
        rank: (fields.number()?, fields.number()?, fields.time()?),
    })
}

pub(super) fn read_notification(fields: &mut Fields<'_>) -> Result<Notification, StoreError> {
    let fit = read_fit(fields)?;
    Ok(Notification {
        id: NotificationId::from_uuid(fields.uuid()?),
        fit,
        told_at: fields.time()?,
        seen_at: fields.opt_time()?,
        delivery: Delivery {
            state: fields.word()?,
            attempts: fields.number()?,
            status: fields.opt_number()?,
            next_attempt_at: fields.opt_time()?,
        },
    })
}

/// Adds the condition that a row is of this tenant.
pub(super) fn push_tenant(statement: &mut Statement, tenant: &TenantId) {
    statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
}

/// Adds the condition that a row is of this kind.
pub(super) fn push_kind(statement: &mut Statement, kind: Kind) {
    // As a literal: a partial index is of one kind.
    statement.push(" AND kind = '").push(kind.name()).push("'");
}

/// A page of what was told, the newest first.
pub(super) async fn list(
    session: &mut Session,
    tenant: &TenantId,
    filter: &NotificationFilter,
    page: &PageRequest,
) -> Result<Page<Notification>, Failure> {
    let limit = page.limit.clamp(1, PAGE_SIZE_MAX);
    let mut statement = session.statement("SELECT ");
    statement.push_names(FIT).push(", ").push_names(TOLD).push(" FROM notifications");
    push_tenant(&mut statement, tenant);
    statement.push(" AND id IS NOT NULL");
    if let Some(organization) = filter.organization {
        statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
    }
    if let Some(subscription) = filter.subscription {
        statement.push(" AND subscription_id = ").bind(Value::Uuid(Some(subscription.as_uuid())));
    }
    if filter.unseen_only {
        statement.push(" AND seen_at IS NULL");
    }
    if let Some(kind) = filter.kind {
        push_kind(&mut statement, kind);
    }
    if let Some(after) = page.after {
        statement.push(" AND id < ").bind(Value::Uuid(Some(after)));
    }
    // One more than asked for tells whether there is a next page.
    statement.push(" ORDER BY id DESC LIMIT ").bind(Value::Int(i64::try_from(limit + 1).ok()));
    let mut entries = session.fetch_all(statement, read_notification).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next_after = entries.last().filter(|_| more).map(|last| last.id.as_uuid());
    Ok(Page { entries, next_after })
}

/// Marks as seen what is not.
pub(super) async fn mark_seen(
    session: &mut Session,
    tenant: &TenantId,
    organization: Option<OrganizationId>,
    ids: &[NotificationId],
) -> Result<u64, Failure> {
    let mut statement = session.statement("UPDATE notifications SET seen_at = ");
    statement.push_now();
    push_tenant(&mut statement, tenant);
    statement.push(" AND seen_at IS NULL AND ");
    statement.push_in_uuids("id", ids.iter().map(NotificationId::as_uuid).collect());
    if let Some(organization) = organization {
        statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
    }
    session.execute(statement).await
}

/// Drops what was found long ago and still waits.
pub(super) async fn drop_old(session: &mut Session, tenant: &TenantId, before: Timestamp) -> Result<u64, Failure> {
    let mut statement = session.statement("DELETE FROM notifications");
    push_tenant(&mut statement, tenant);
    statement.push(" AND id IS NULL AND found_at < ").bind(Value::time(before));
    session.execute(statement).await
}
