//! The contract's methods: each opens the session it needs and a span, and hands over to the file of its subject.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use tracing::Instrument as _;
use uuid::Uuid;
use wishwell_domain::beneficiary::{Beneficiary, Household, WrappedKey};
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{
    BeneficiaryId, CapacityPoolId, CategoryCode, DivisionCode, ExternalId, HouseholdId, LogPosition, NeedId,
    OrganizationId, ResourceId, TenantId,
};
use wishwell_domain::limits::{LOG_PAGE_EVENTS_MAX, PAGE_SIZE_MAX};
use wishwell_domain::need::Need;
use wishwell_domain::organization::Organization;
use wishwell_domain::publication::Lack;
use wishwell_domain::resource::Resource;

use super::database::Database;
use super::gathered::Gathered;
use super::ledger::Queues;
use super::record::{self, Key, Reading, Record};
use super::session::{Failure, Session};
use super::statement::{Statement, Value};
use super::{catalog, direct, duplicates, erase, log, request, restore, wishes};
use crate::contract::{
    BeneficiaryFilter, CapacityPoolFilter, Catalog, DuplicateQuery, LoadProgress, LogPage, Mutation, NeedFilter,
    OrganizationFilter, Page, PageRequest, ResourceFilter, Store, StoreDescription, WriteContext, Written,
};
use crate::error::StoreError;
use crate::sqlite;

/// Writes between two sweeps for outdated answers to requests.
const WRITES_BETWEEN_SWEEPS: u64 = 512;

/// A store over SQL.
#[derive(Debug)]
pub(crate) struct SqlStore {
    pub(crate) database: Arc<Database>,
    pub(super) queues: Queues,
    pub(super) description: StoreDescription,
    writes: AtomicU64,
    gathered_needs: Gathered<Need>,
    gathered_beneficiaries: Gathered<Beneficiary>,
}

impl Drop for SqlStore {
    /// A file can be opened again at once.
    fn drop(&mut self) {
        if let Database::Sqlite { writer, .. } = &*self.database {
            writer.finish();
        }
    }
}

/// A span by the conventions for database clients: its name is operation and collection, and it carries no values.
macro_rules! span {
    ($store:expr, $operation:literal, $collection:literal) => {
        tracing::debug_span!(
            concat!($operation, " ", $collection),
            otel.kind = "client",
            db.system.name = $store.description.backend,
            db.operation.name = $operation,
            db.collection.name = $collection,
        )
    };
}
pub(super) use span;

impl SqlStore {
    pub(crate) fn new(database: Database, description: StoreDescription) -> Self {
        Self {
            queues: Queues::of(&database),
            database: Arc::new(database),
            description,
            writes: AtomicU64::new(0),
            gathered_needs: Gathered::default(),
            gathered_beneficiaries: Gathered::default(),
        }
    }

    pub(super) async fn get<T: Record>(&self, tenant: &TenantId, key: Key) -> Result<Option<T>, StoreError> {
        self.get_all(tenant, vec![key]).await.map(|found| found.into_iter().next())
    }

    /// As [`Self::get`], on PostgreSQL together with others that are asked for at the same time. SQLite has no round trips to save.
    async fn get_gathered<T: Record>(
        &self,
        gathered: &Gathered<T>,
        tenant: &TenantId,
        id: Uuid,
    ) -> Result<Option<T>, StoreError> {
        match &*self.database {
            Database::Sqlite { .. } => self.get(tenant, Key::Id(id)).await,
            Database::Postgres { .. } => gathered.get(&self.database, tenant, Key::Id(id)).await,
        }
    }

    pub(super) async fn get_all<T: Record>(&self, tenant: &TenantId, keys: Vec<Key>) -> Result<Vec<T>, StoreError> {
        let read = async {
            let mut session = self.database.begin_read().await?;
            let found = record::find::<T>(&mut session, tenant, keys, Reading::Whole).await?;
            session.end().await?;
            Ok(found)
        };
        read.await.map_err(Failure::into_store_error)
    }

    pub(super) async fn list<T: Record>(
        &self,
        tenant: &TenantId,
        page: &PageRequest,
        filter: impl FnOnce(&mut Statement) -> Result<(), StoreError> + Send,
    ) -> Result<Page<T>, StoreError> {
        let id_of = |entry: &T| match entry.key() {
            Key::Id(id) => Some(id),
            Key::Code(_) => None,
        };
        self.list_in_order(tenant, page, (T::KEY, id_of), filter).await
    }

    /// One page of what passes the filter, in the order of an expression whose value an entry tells as well.
    pub(super) async fn list_in_order<T: Record>(
        &self,
        tenant: &TenantId,
        page: &PageRequest,
        (order, place_of): (&'static str, fn(&T) -> Option<Uuid>),
        filter: impl FnOnce(&mut Statement) -> Result<(), StoreError> + Send,
    ) -> Result<Page<T>, StoreError> {
        let read = async {
            let mut session = self.database.begin_read().await?;
            let limit = page.limit.clamp(1, PAGE_SIZE_MAX);
            let mut statement = record::select::<T>(&session, tenant, Reading::Whole);
            filter(&mut statement)?;
            if let Some(after) = page.after {
                statement.push(" AND ").push(order).push(" > ").bind(Value::Uuid(Some(after)));
            }
            // One more than asked for tells whether there is a next page.
            let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            statement.push(" ORDER BY ").push(order).push(" LIMIT ").bind(Value::Int(Some(one_more)));
            let mut entries = session.fetch_all(statement, T::read).await?;
            let more = entries.len() > limit;
            entries.truncate(limit);
            let next_after = entries.last().filter(|_| more).and_then(place_of);
            // What belongs to them is attached in the order of their keys.
            entries.sort_by_key(T::key);
            record::attach(&mut session, tenant, &mut entries).await?;
            session.end().await?;
            if order != T::KEY {
                entries.sort_by_key(place_of);
            }
            Ok(Page { entries, next_after })
        };
        read.await.map_err(Failure::into_store_error)
    }

    /// Runs one reading statement, or a few that need not see the same moment.
    pub(super) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut Session) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut session = self.database.reader().await.map_err(Failure::into_store_error)?;
        work(&mut session).await.map_err(Failure::into_store_error)
    }

    /// Drops outdated answers now and then, in a transaction of its own: a write never waits or fails for it.
    pub(super) async fn sweep(&self, context: &WriteContext) {
        let count = self.writes.fetch_add(1, Ordering::Relaxed);
        if context.request.is_some() && count % WRITES_BETWEEN_SWEEPS == WRITES_BETWEEN_SWEEPS - 1 {
            // In a box: every write's future would have room for it, and is moved.
            Box::pin(self.drop_outdated(context)).await;
        }
    }

    async fn drop_outdated(&self, context: &WriteContext) {
        let sweep = async {
            let mut session = self.database.begin_write().await?;
            let dropped = request::drop_outdated(&mut session, context).await?;
            session.commit().await?;
            Ok::<u64, Failure>(dropped)
        };
        match sweep.await {
            Ok(dropped) => tracing::debug!(dropped, "dropped outdated answers to requests"),
            Err(failure) => tracing::debug!(?failure, "outdated answers to requests stay for now"),
        }
    }
}

fn erases(mutations: &[Mutation]) -> bool {
    let is_erasure =
        |mutation: &Mutation| matches!(mutation, Mutation::EraseBeneficiary { .. } | Mutation::EraseNeed { .. });
    mutations.iter().any(is_erasure)
}

#[async_trait]
impl Store for SqlStore {
    fn describe(&self) -> StoreDescription {
        self.description.clone()
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.read(async |session| super::now(session).await).await
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let work = self.read(async |session| {
            let statement = session.statement("SELECT tenant FROM log_heads ORDER BY tenant");
            session.fetch_all(statement, |fields| fields.parse()).await
        });
        work.instrument(span!(self, "SELECT", "log_heads")).await
    }

    async fn write(&self, context: &WriteContext, mutations: Vec<Mutation>) -> Result<Written, StoreError> {
        let work = async {
            let written = self.write_mutations(context, &mutations, None).await?;
            if erases(&mutations) {
                self.database.scrub().await;
            }
            self.sweep(context).await;
            Ok(written)
        };
        work.instrument(span!(self, "WRITE", "events")).await
    }

    async fn answered(&self, context: &WriteContext) -> Result<Option<Written>, StoreError> {
        let Some(key) = &context.request else { return Ok(None) };
        let work = self.read(async |session| request::answered(session, context, key).await);
        work.instrument(span!(self, "SELECT", "request_outcomes")).await
    }

    async fn keep_answer(
        &self,
        context: &WriteContext,
        answer: serde_json::Value,
    ) -> Result<serde_json::Value, StoreError> {
        let Some(key) = &context.request else { return Ok(answer) };
        let work = async {
            let mut session = self.database.begin_write().await?;
            let kept = request::keep_answer(&mut session, context, key, &answer).await?;
            session.commit().await?;
            Ok(kept)
        };
        let kept = work.instrument(span!(self, "UPDATE", "request_outcomes")).await;
        kept.map(|kept| kept.unwrap_or(answer)).map_err(Failure::into_store_error)
    }

    async fn answer_once(&self, context: &WriteContext, answer: serde_json::Value) -> Result<Written, StoreError> {
        let work = self.write_mutations(context, &[], Some(answer));
        work.instrument(span!(self, "INSERT", "request_outcomes")).await
    }

    async fn category(&self, tenant: &TenantId, code: &CategoryCode) -> Result<Option<Category>, StoreError> {
        let key = Key::Code(code.as_str().to_owned());
        self.get(tenant, key).instrument(span!(self, "SELECT", "categories")).await
    }

    async fn division(&self, tenant: &TenantId, code: &DivisionCode) -> Result<Option<Division>, StoreError> {
        let key = Key::Code(code.as_str().to_owned());
        self.get(tenant, key).instrument(span!(self, "SELECT", "divisions")).await
    }

    async fn organization(&self, tenant: &TenantId, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "organizations")).await
    }

    async fn resource(&self, tenant: &TenantId, id: ResourceId) -> Result<Option<Resource>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "resources")).await
    }

    async fn capacity_pool(&self, tenant: &TenantId, id: CapacityPoolId) -> Result<Option<CapacityPool>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "capacity_pools")).await
    }

    async fn beneficiary(&self, tenant: &TenantId, id: BeneficiaryId) -> Result<Option<Beneficiary>, StoreError> {
        let work = self.get_gathered(&self.gathered_beneficiaries, tenant, id.as_uuid());
        work.instrument(span!(self, "SELECT", "beneficiaries")).await
    }

    async fn beneficiaries(&self, tenant: &TenantId, ids: &[BeneficiaryId]) -> Result<Vec<Beneficiary>, StoreError> {
        let keys = ids.iter().take(PAGE_SIZE_MAX).map(|id| Key::Id(id.as_uuid())).collect();
        self.get_all(tenant, keys).instrument(span!(self, "SELECT", "beneficiaries")).await
    }

    async fn household(&self, tenant: &TenantId, id: HouseholdId) -> Result<Option<Household>, StoreError> {
        self.get(tenant, Key::Id(id.as_uuid())).instrument(span!(self, "SELECT", "households")).await
    }

    async fn households(&self, tenant: &TenantId, ids: &[HouseholdId]) -> Result<Vec<Household>, StoreError> {
        let keys = ids.iter().take(PAGE_SIZE_MAX).map(|id| Key::Id(id.as_uuid())).collect();
        self.get_all(tenant, keys).instrument(span!(self, "SELECT", "households")).await
    }

    async fn need(&self, tenant: &TenantId, id: NeedId) -> Result<Option<Need>, StoreError> {
        self.get_gathered(&self.gathered_needs, tenant, id.as_uuid()).instrument(span!(self, "SELECT", "needs")).await
    }

    async fn needs(&self, tenant: &TenantId, ids: &[NeedId]) -> Result<Vec<Need>, StoreError> {
        let keys = ids.iter().take(PAGE_SIZE_MAX).map(|id| Key::Id(id.as_uuid())).collect();
        self.get_all(tenant, keys).instrument(span!(self, "SELECT", "needs")).await
    }

    async fn needs_by_lot(&self, tenant: &TenantId, lots: &[Uuid]) -> Result<Vec<Need>, StoreError> {
        let lots = lots.iter().take(PAGE_SIZE_MAX).copied().collect();
        let work = self.read(async |session| wishes::by_lot(session, tenant, lots).await);
        work.instrument(span!(self, "SELECT", "needs")).await
    }

    async fn resolve_external(
        &self,
        tenant: &TenantId,
        kind: &'static str,
        external: &[ExternalId],
    ) -> Result<Vec<Option<Uuid>>, StoreError> {
        let table = match kind {
            Organization::KIND => Organization::TABLE,
            Resource::KIND => Resource::TABLE,
            CapacityPool::KIND => CapacityPool::TABLE,
            Beneficiary::KIND => Beneficiary::TABLE,
            Household::KIND => Household::TABLE,
            Need::KIND => Need::TABLE,
            other => return Err(StoreError::Defect(format!("{other} has no external identity"))),
        };
        let work = self.read(async |session| record::resolve(session, tenant, table, external).await);
        work.instrument(tracing::debug_span!(
            "SELECT external",
            otel.kind = "client",
            db.system.name = self.description.backend,
            db.operation.name = "SELECT",
            db.collection.name = table,
        ))
        .await
    }

    async fn list_organizations(
        &self,
        tenant: &TenantId,
        filter: &OrganizationFilter,
        page: &PageRequest,
    ) -> Result<Page<Organization>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement));
        work.instrument(span!(self, "SELECT", "organizations")).await
    }

    async fn list_resources(
        &self,
        tenant: &TenantId,
        filter: &ResourceFilter,
        page: &PageRequest,
    ) -> Result<Page<Resource>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement));
        work.instrument(span!(self, "SELECT", "resources")).await
    }

    async fn count_resources(&self, tenant: &TenantId, organization: OrganizationId) -> Result<usize, StoreError> {
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT COUNT(*) FROM resources WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str())).push(" AND organization_id = ");
            statement.bind(Value::Uuid(Some(organization.as_uuid())));
            session.fetch_one(statement, |fields| fields.number()).await
        });
        Ok(work.instrument(span!(self, "SELECT", "resources")).await?.unwrap_or(0))
    }

    async fn list_capacity_pools(
        &self,
        tenant: &TenantId,
        filter: &CapacityPoolFilter,
        page: &PageRequest,
    ) -> Result<Page<CapacityPool>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement));
        work.instrument(span!(self, "SELECT", "capacity_pools")).await
    }

    async fn list_needs(
        &self,
        tenant: &TenantId,
        filter: &NeedFilter,
        page: &PageRequest,
    ) -> Result<Page<Need>, StoreError> {
        let push = |statement: &mut Statement| filter.push(statement);
        let span = span!(self, "SELECT", "needs");
        if filter.wishes_only {
            return self.list_in_order(tenant, page, wishes::BY_LOT, push).instrument(span).await;
        }
        self.list(tenant, page, push).instrument(span).await
    }

    async fn list_beneficiaries(
        &self,
        tenant: &TenantId,
        filter: &BeneficiaryFilter,
        page: &PageRequest,
    ) -> Result<Page<Beneficiary>, StoreError> {
        let work = self.list(tenant, page, |statement| filter.push(statement));
        work.instrument(span!(self, "SELECT", "beneficiaries")).await
    }

    async fn likely_duplicates(&self, tenant: &TenantId, query: &DuplicateQuery) -> Result<Vec<Need>, StoreError> {
        let work = async {
            let mut session = self.database.begin_read().await?;
            let found = duplicates::find(&mut session, tenant, query).await?;
            session.end().await?;
            Ok(found)
        };
        work.instrument(span!(self, "SELECT", "needs")).await.map_err(Failure::into_store_error)
    }

    async fn lacks(
        &self,
        tenant: &TenantId,
        categories: &[CategoryCode],
        until: Timestamp,
        but: NeedId,
    ) -> Result<Vec<Lack>, StoreError> {
        let work = self.read(async |session| wishes::lacks(session, tenant, categories, until, but).await);
        work.instrument(span!(self, "SELECT", "needs")).await
    }

    async fn erasures(
        &self,
        tenant: &TenantId,
        beneficiaries: &[BeneficiaryId],
    ) -> Result<HashMap<BeneficiaryId, Timestamp>, StoreError> {
        let beneficiaries = beneficiaries.iter().take(PAGE_SIZE_MAX).copied().collect();
        let work = self.read(async |session| erase::erasures(session, tenant, beneficiaries).await);
        work.instrument(span!(self, "SELECT", "beneficiaries")).await
    }

    async fn key(&self, tenant: &TenantId, subject: &str) -> Result<Option<WrappedKey>, StoreError> {
        let work = self.read(async |session| erase::key(session, tenant, subject).await);
        work.instrument(span!(self, "SELECT", "sealing_keys")).await
    }

    async fn keys(&self, tenant: &TenantId, subjects: &[String]) -> Result<HashMap<String, WrappedKey>, StoreError> {
        let subjects = subjects.iter().take(PAGE_SIZE_MAX).cloned().collect();
        let work = self.read(async |session| erase::keys(session, tenant, subjects).await);
        work.instrument(span!(self, "SELECT", "sealing_keys")).await
    }

    async fn some_keys(&self, tenant: &TenantId, limit: usize) -> Result<HashMap<String, WrappedKey>, StoreError> {
        let work = self.read(async |session| erase::some_keys(session, tenant, limit).await);
        work.instrument(span!(self, "SELECT", "sealing_keys")).await
    }

    async fn load_catalog(
        &self,
        tenant: &TenantId,
        progress: &(dyn Fn(LoadProgress) + Send + Sync),
    ) -> Result<Catalog, StoreError> {
        let work = async {
            if let Database::Sqlite { readers, path, .. } = &*self.database {
                // Taken so that the load counts among the readers and closing waits for it.
                let _permit = readers.acquire().await.map_err(sqlite::failure)?;
                return direct::load_catalog(path, tenant, progress).await;
            }
            let mut session = self.database.begin_read().await?;
            let catalog = catalog::load(&mut session, tenant, progress).await?;
            session.end().await?;
            Ok(catalog)
        };
        work.instrument(span!(self, "SELECT", "catalog")).await.map_err(Failure::into_store_error)
    }

    async fn position(&self, tenant: &TenantId) -> Result<LogPosition, StoreError> {
        let work = self.read(async |session| log::head(session, tenant).await);
        work.instrument(span!(self, "SELECT", "log_heads")).await
    }

    async fn events(&self, tenant: &TenantId, after: LogPosition, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.log_page(tenant, after, limit).await?.events)
    }

    async fn log_page(&self, tenant: &TenantId, after: LogPosition, limit: usize) -> Result<LogPage, StoreError> {
        let limit = i64::try_from(limit.clamp(1, LOG_PAGE_EVENTS_MAX)).unwrap_or(1);
        let work = self.read(async |session| log::read(session, tenant, after, limit).await);
        work.instrument(span!(self, "SELECT", "events")).await
    }

    async fn restore(&self, tenant: &TenantId, events: &[Event]) -> Result<LogPosition, StoreError> {
        let work = self.restore_events(tenant, events);
        work.instrument(span!(self, "INSERT", "events")).await.map_err(Failure::into_store_error)
    }

    async fn everything(&self, tenant: &TenantId) -> Result<HashMap<String, Change>, StoreError> {
        let work = async {
            let mut session = self.database.begin_read().await?;
            let found = restore::everything(&mut session, tenant).await?;
            session.end().await?;
            Ok::<_, Failure>(found)
        };
        work.instrument(span!(self, "SELECT", "everything")).await.map_err(Failure::into_store_error)
    }

    async fn close(&self) {
        self.queues.close();
        self.database.close().await;
    }
}
