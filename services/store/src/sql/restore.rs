//! Making tables again from a log: each after-image is written as it is, in the order of the log, and the ledger's movements as
//! the differences they are.

use std::collections::HashMap;
use std::sync::Arc;

use wishwell_domain::beneficiary::{Beneficiary, Household};
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{BeneficiaryId, CapacityPoolId, LogPosition, ReferralId, TenantId, Version};
use wishwell_domain::ledger::Changed;
use wishwell_domain::need::Need;
use wishwell_domain::notification::Subscription;
use wishwell_domain::organization::Organization;
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::referral::{Movement, Referral};
use wishwell_domain::resource::Resource;
use wishwell_domain::round::Round;

use super::ledger::saving_referrals;
use super::record::{self, Key, Reading, Record};
use super::session::{Failure, Session};
use super::statement::Value;
use super::{SqlStore, log, steps};
use crate::error::StoreError;
use crate::ledger::Booked;

impl SqlStore {
    pub(super) async fn restore_events(&self, tenant: &TenantId, events: &[Event]) -> Result<LogPosition, Failure> {
        let mut session = self.database.begin_write().await?;
        let mut head = log::head(&mut session, tenant).await?;
        for event in events {
            if event.position.0 != head.0 + 1 {
                let (at, expected) = (event.position.0, head.0 + 1);
                return Err(
                    StoreError::Corrupt(format!("the log goes on with position {at} instead of {expected}")).into()
                );
            }
            restore(&mut session, tenant, event).await?;
            let entry = std::iter::once((event.principal.as_str(), &event.change));
            head = log::append_changes(&mut session, tenant, event.at, entry).await?.position;
        }
        session.commit().await?;
        Ok(head)
    }
}

async fn restore(session: &mut Session, tenant: &TenantId, event: &Event) -> Result<(), Failure> {
    match &event.change {
        Change::Category(entity) => put::<Category>(session, tenant, entity).await,
        Change::Division(entity) => put::<Division>(session, tenant, entity).await,
        Change::Organization(entity) => put::<Organization>(session, tenant, entity).await,
        Change::Resource(entity) => put::<Resource>(session, tenant, entity).await,
        Change::CapacityPool(entity) => put::<CapacityPool>(session, tenant, entity).await,
        Change::Beneficiary(entity) => put::<Beneficiary>(session, tenant, entity).await,
        Change::Household(entity) => put::<Household>(session, tenant, entity).await,
        Change::Need(entity) => put::<Need>(session, tenant, entity).await,
        Change::Round(entity) => put::<Round>(session, tenant, entity).await,
        Change::Subscription(entity) => put::<Subscription>(session, tenant, entity).await,
        Change::Referral(referral) => {
            let key = vec![Key::Id(referral.id.as_uuid())];
            let before = record::find::<Referral>(session, tenant, key, Reading::Whole).await?.pop();
            let changed = Changed { before: before.map(Arc::new), after: referral.as_ref().clone() };
            let steps = saving_referrals(session.dialect(), tenant, std::slice::from_ref(&changed))?;
            steps::run(session, steps).await
        }
        Change::BeneficiaryErased { id, at } => erased(session, tenant, *id, *at).await,
    }
}

/// Writes the version that follows the one in the table, or the first.
async fn put<T: Record>(session: &mut Session, tenant: &TenantId, entity: &T) -> Result<(), Failure> {
    let known = if entity.version().0 > 1 { vec![entity.key()] } else { Vec::new() };
    record::write(session, tenant, &[entity], &known).await
}

/// The log holds nothing sealed of it any more; its record says that it was erased.
async fn erased(
    session: &mut Session,
    tenant: &TenantId,
    id: BeneficiaryId,
    at: jiff::Timestamp,
) -> Result<(), Failure> {
    let mut statement = session.statement(
        "UPDATE beneficiaries SET personal = NULL, identity_digest = NULL, version = version + 1, erased_at = ",
    );
    statement.bind(Value::time(at)).push(", updated_at = ").bind(Value::time(at));
    statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND id = ").bind(Value::Uuid(Some(id.as_uuid())));
    session.execute(statement).await.map(drop)
}

/// Every entity of a kind, by its full resource name.
async fn all<T: Record>(session: &mut Session, tenant: &TenantId) -> Result<HashMap<String, Change>, Failure> {
    let mut statement = record::select::<T>(session, tenant, Reading::Whole);
    statement.push(" ORDER BY ").push(T::KEY);
    let mut entities = session.fetch_all(statement, T::read).await?;
    record::attach(session, tenant, &mut entities).await?;
    Ok(entities.into_iter().map(|entity| (entity.name(), entity.into_change())).collect())
}

/// Everything that the tables hold, by its full resource name.
pub(super) async fn everything(session: &mut Session, tenant: &TenantId) -> Result<HashMap<String, Change>, Failure> {
    let mut found = all::<Category>(session, tenant).await?;
    found.extend(all::<Division>(session, tenant).await?);
    found.extend(all::<Organization>(session, tenant).await?);
    found.extend(all::<CapacityPool>(session, tenant).await?);
    found.extend(all::<Resource>(session, tenant).await?);
    found.extend(all::<Household>(session, tenant).await?);
    found.extend(all::<Beneficiary>(session, tenant).await?);
    found.extend(all::<Need>(session, tenant).await?);
    found.extend(all::<Referral>(session, tenant).await?);
    found.extend(all::<Round>(session, tenant).await?);
    found.extend(all::<Subscription>(session, tenant).await?);
    Ok(found)
}

/// Every movement by its referral, in the order of versions.
pub(super) async fn movements(
    session: &mut Session,
    tenant: &TenantId,
) -> Result<HashMap<ReferralId, Vec<Booked>>, Failure> {
    let mut statement = session.statement(
        "SELECT referral_id, version, ordinal, at, capacity_pool_id, period_start, pending, committed, consumed \
         FROM ledger_movements WHERE tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(" ORDER BY referral_id, version, ordinal");
    let mut found: HashMap<ReferralId, Vec<Booked>> = HashMap::new();
    session
        .fetch(statement, |fields| {
            let referral = ReferralId::from_uuid(fields.uuid()?);
            let (version, ordinal, at) = (Version(fields.int()?), fields.int()?, fields.time()?);
            let (pool, period_start) = (CapacityPoolId::from_uuid(fields.uuid()?), fields.opt_date()?);
            let amounts = Amounts { pending: fields.int()?, committed: fields.int()?, consumed: fields.int()? };
            let movement = Movement { pool, period_start, amounts };
            found.entry(referral).or_default().push(Booked { version, ordinal, at, movement });
            Ok(())
        })
        .await?;
    Ok(found)
}
