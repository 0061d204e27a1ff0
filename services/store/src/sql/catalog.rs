//! What a snapshot is built from, read in one sweep: each table once, in key order, lists merged as they arrive.

use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::TenantId;
use wishwell_domain::need::Need;
use wishwell_domain::organization::Organization;
use wishwell_domain::resource::Resource;

use super::log;
use super::record::{self, Merge, Reading, Record};
use super::session::{Failure, Session};
use super::statement::{Statement, Value};
use crate::contract::{Catalog, LoadProgress};

/// Entities between two reports of progress.
const PROGRESS_EVERY_ENTITIES: u64 = 4_096;

/// Narrows to the needs that look for help.
const OPEN: &str = " AND state IN ('open', 'partly_served')";
const OF_OPEN_NEED: &str = " AND need_id IN (SELECT id FROM needs WHERE tenant = ";

struct Loading<'l> {
    session: &'l mut Session,
    tenant: &'l TenantId,
    done: u64,
    total: u64,
    progress: &'l (dyn Fn(LoadProgress) + Send + Sync),
}

/// Reads a tenant's catalogue over a session that sees one moment.
pub(super) async fn load(
    session: &mut Session,
    tenant: &TenantId,
    progress: &(dyn Fn(LoadProgress) + Send + Sync),
) -> Result<Catalog, Failure> {
    let position = log::head(session, tenant).await?;
    let mark = log::read(session, tenant, position, 1).await?.before;
    let total = count(session, tenant).await?;
    let mut loading = Loading { session, tenant, done: 0, total, progress };
    loading.report();
    Ok(Catalog {
        position,
        mark,
        categories: loading.all::<Category>("").await?,
        divisions: loading.all::<Division>("").await?,
        organizations: loading.all::<Organization>("").await?,
        resources: loading.all::<Resource>("").await?,
        capacity_pools: loading.all::<CapacityPool>("").await?,
        open_needs: loading.all::<Need>(OPEN).await?,
    })
}

async fn count(session: &mut Session, tenant: &TenantId) -> Result<u64, Failure> {
    let mut total = 0;
    for (table, condition) in [
        (Category::TABLE, ""),
        (Division::TABLE, ""),
        (Organization::TABLE, ""),
        (Resource::TABLE, ""),
        (CapacityPool::TABLE, ""),
        (Need::TABLE, OPEN),
    ] {
        let mut statement = session.statement("SELECT COUNT(*) FROM ");
        statement.push(table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str())).push(condition);
        total += session.fetch_one(statement, |fields| fields.number::<u64>()).await?.unwrap_or_default();
    }
    Ok(total)
}

impl Loading<'_> {
    fn report(&self) {
        (self.progress)(LoadProgress { done: self.done, total: self.total });
    }

    /// Every entity of a kind that meets `condition`, ordered by key, with its lists.
    async fn all<T: Record>(&mut self, condition: &'static str) -> Result<Vec<T>, Failure> {
        let mut statement = record::select::<T>(self.session, self.tenant, Reading::ForCatalog);
        statement.push(condition).push(" ORDER BY ").push(T::KEY);
        let mut entities: Vec<T> = Vec::new();
        let (mut done, total, progress) = (self.done, self.total, self.progress);
        self.session
            .fetch(statement, |fields| {
                entities.push(T::read(fields)?);
                done += 1;
                if done % PROGRESS_EVERY_ENTITIES == 0 {
                    progress(LoadProgress { done, total });
                }
                Ok(())
            })
            .await?;
        self.done = done;
        self.report();
        for (index, part) in T::PARTS.iter().enumerate() {
            let mut statement = record::select_part(self.session, self.tenant, part);
            if !condition.is_empty() {
                self.push_of_open_need(&mut statement);
            }
            record::push_part_order(&mut statement, part);
            let mut merge = Merge::new(&mut entities);
            self.session.fetch(statement, |fields| merge.add(index, fields)).await?;
        }
        Ok(entities)
    }

    fn push_of_open_need(&self, statement: &mut Statement) {
        statement.push(OF_OPEN_NEED).bind(Value::text(self.tenant.as_str())).push(OPEN).push(")");
    }
}
