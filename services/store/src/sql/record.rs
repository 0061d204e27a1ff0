//! How an entity lies in tables: one row of its own, and rows in the tables that hold its lists. Each entity says so once
//! ([`Record`]); reading and writing rows is the same for all of them.

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use wishwell_domain::capacity_pool::Figures;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{CapacityPoolId, ExternalId, TenantId, Version};

use super::session::{Failure, Fields, Session};
use super::statement::{Dialect, Statement, Value};
use super::steps::{self, Step};
use crate::error::StoreError;

/// Values bound in one statement at most: SQLite takes 32 766, PostgreSQL 65 535.
const STATEMENT_VALUES_MAX: usize = 32_000;

/// What identifies an entity within its tenant and kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    Id(Uuid),
    Code(String),
}

impl Key {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Id(id) => Value::Uuid(Some(*id)),
            Self::Code(code) => Value::text(code.clone()),
        }
    }

    fn read<T: Record>(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        if T::KEY == "code" { fields.text().map(Self::Code) } else { fields.uuid().map(Self::Id) }
    }
}

/// A table that holds a list of an entity, in the list's order.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) table: &'static str,
    /// The column that names the entity.
    pub(crate) owner: &'static str,
    /// The other columns, the one that orders the list first.
    pub(crate) columns: &'static [&'static str],
}

/// A reference to another entity, for saying which one leads nowhere.
pub(crate) struct Reference {
    /// Path of the field in the entity.
    pub(crate) field: &'static str,
    pub(crate) table: &'static str,
    pub(crate) key: Key,
}

impl Reference {
    pub(crate) fn id(field: &'static str, table: &'static str, id: Uuid) -> Self {
        Self { field, table, key: Key::Id(id) }
    }

    pub(crate) fn code(field: &'static str, table: &'static str, code: &str) -> Self {
        Self { field, table, key: Key::Code(code.to_owned()) }
    }
}

/// An entity that lies in tables.
pub(crate) trait Record: Clone + PartialEq + Send + Sync + 'static {
    /// Name of its kind, as [`Change::kind`].
    const KIND: &'static str;
    const TABLE: &'static str;
    /// The key's column, `id` or `code`.
    const KEY: &'static str;
    /// Columns of its row but the tenant, the key first. [`Self::row`] and [`Self::read`] keep to this order.
    const COLUMNS: &'static [&'static str];
    /// Columns that a snapshot does without, with what is read instead.
    const LEFT_OUT_OF_CATALOG: &'static [(&'static str, &'static str)] = &[];
    const PARTS: &'static [Part] = &[];

    fn key(&self) -> Key;
    /// Full resource name.
    fn name(&self) -> String;
    fn external(&self) -> Option<&ExternalId>;
    fn version(&self) -> Version;
    fn from_change(change: &Change) -> Option<&Self>;
    fn into_change(self) -> Change;

    /// Makes a new entity of it.
    fn found(&mut self, now: Timestamp);
    /// Makes the version after `known` of it.
    fn succeed(&mut self, known: &Self, now: Timestamp);
    /// Takes over what the ledger alone changes, whatever a put says at `now`.
    fn keep_ledger(&mut self, _known: &Self, _now: Timestamp) {}
    /// Of a pool, the figures whose total no longer covers what counts against it, and of which period they are.
    fn overdrawn(&self) -> Option<(CapacityPoolId, Option<Date>, Figures)> {
        None
    }
    /// Takes over what an upsert leaves alone in a known entity.
    fn keep(&mut self, _known: &Self) {}
    /// Rounds instants to what a column holds, so that what was written equals what is read.
    fn settle(&mut self) {}
    /// Whether it takes no more changes.
    fn is_erased(&self) -> bool {
        false
    }

    /// The request that it came in with, where what comes under the same one is the same entity. Kept in a column of that name.
    fn request_id(&self) -> Option<Uuid> {
        None
    }
    /// Whether it may be what came in under the same request, as that was `submitted`.
    fn may_be(&self, _submitted: &Self) -> bool {
        true
    }

    fn row(&self) -> Result<Vec<Value>, StoreError>;
    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError>;
    /// The rows of the part with this index, without tenant and owner.
    fn part_rows(&self, _part: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        Ok(Vec::new())
    }
    fn read_part(&mut self, _part: usize, _fields: &mut Fields<'_>) -> Result<(), StoreError> {
        Ok(())
    }
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
}

/// Which rows are read how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// All columns.
    Whole,
    /// All columns, the rows locked for a change.
    ForUpdate,
    /// Without what a snapshot does without.
    ForCatalog,
}

/// Starts `SELECT columns FROM table WHERE tenant = $1`.
pub(crate) fn select<T: Record>(session: &Session, tenant: &TenantId, reading: Reading) -> Statement {
    let mut statement = select_columns::<T>(session, reading);
    statement.push(" FROM ").push(T::TABLE).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement
}

fn select_columns<T: Record>(session: &Session, reading: Reading) -> Statement {
    let mut statement = session.statement("SELECT ");
    for (index, column) in T::COLUMNS.iter().enumerate() {
        let left_out = T::LEFT_OUT_OF_CATALOG.iter().find(|(name, _)| reading == Reading::ForCatalog && name == column);
        statement.push(if index == 0 { "" } else { ", " }).push(left_out.map_or(column, |(_, instead)| instead));
    }
    statement
}

/// Entities by key, ordered by key, with their lists.
pub(crate) async fn find<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    keys: Vec<Key>,
    reading: Reading,
) -> Result<Vec<T>, Failure> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = select_columns::<T>(session, reading);
    push_from_keys(&mut statement, tenant, T::TABLE, T::KEY, keys);
    complete(session, tenant, statement, reading).await
}

/// Entities by external identity, ordered by key, with their lists.
pub(crate) async fn find_external<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    external: &[&ExternalId],
    reading: Reading,
) -> Result<Vec<T>, Failure> {
    if external.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = select::<T>(session, tenant, reading);
    statement.push(" AND ").push_in_external(T::TABLE, tenant, external);
    complete(session, tenant, statement, reading).await
}

/// The entity that came in with a request, with its lists.
pub(crate) async fn find_requested<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    request_id: Uuid,
    reading: Reading,
) -> Result<Option<T>, Failure> {
    let mut statement = select::<T>(session, tenant, reading);
    statement.push(" AND request_id = ").bind(Value::Uuid(Some(request_id)));
    Ok(complete(session, tenant, statement, reading).await?.pop())
}

/// Locks the rows of these keys and external identities, in order of key.
pub(crate) async fn lock<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    keys: Vec<Key>,
    external: &[&ExternalId],
) -> Result<(), Failure> {
    let start = |session: &Session| {
        let mut statement = session.statement("SELECT ");
        statement.push(T::KEY);
        statement
    };
    let mut statements = Vec::new();
    if !keys.is_empty() {
        let mut statement = start(session);
        push_from_keys(&mut statement, tenant, T::TABLE, T::KEY, keys);
        statements.push(statement);
    }
    if !external.is_empty() {
        let mut statement = start(session);
        statement.push(" FROM ").push(T::TABLE).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND ").push_in_external(T::TABLE, tenant, external);
        statements.push(statement);
    }
    for mut statement in statements {
        statement.push(" ORDER BY ").push(T::KEY).push_for_update();
        session.execute(statement).await?;
    }
    Ok(())
}

async fn complete<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    mut statement: Statement,
    reading: Reading,
) -> Result<Vec<T>, Failure> {
    statement.push(" ORDER BY ").push(T::KEY);
    if reading == Reading::ForUpdate {
        statement.push_for_update();
    }
    let mut entities = session.fetch_all(statement, T::read).await?;
    attach(session, tenant, &mut entities).await?;
    Ok(entities)
}

/// The ids behind external identities in a table, in the order asked.
pub(crate) async fn resolve(
    session: &mut Session,
    tenant: &TenantId,
    table: &'static str,
    external: &[ExternalId],
) -> Result<Vec<Option<Uuid>>, Failure> {
    if external.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = session.statement("SELECT id, source, external_id FROM ");
    statement.push(table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_external(table, tenant, &external.iter().collect::<Vec<_>>());
    let mut known = HashMap::with_capacity(external.len());
    session
        .fetch(statement, |fields| {
            let id = fields.uuid()?;
            known.insert((fields.text()?, fields.text()?), id);
            Ok(())
        })
        .await?;
    let id_of = |e: &ExternalId| known.get(&(e.source.clone(), e.external_id.clone())).copied();
    Ok(external.iter().map(id_of).collect())
}

/// Reads the lists of entities that are ordered by key.
pub(crate) async fn attach<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    entities: &mut [T],
) -> Result<(), Failure> {
    if entities.is_empty() {
        return Ok(());
    }
    let keys: Vec<Key> = entities.iter().map(T::key).collect();
    for (index, part) in T::PARTS.iter().enumerate() {
        let mut statement = select_part_columns(session, part);
        push_from_keys(&mut statement, tenant, part.table, part.owner, keys.clone());
        push_part_order(&mut statement, part);
        let mut merge = Merge::new(entities);
        session.fetch(statement, |fields| merge.add(index, fields)).await?;
    }
    Ok(())
}

/// Starts `SELECT owner, columns FROM part WHERE tenant = $1`.
pub(crate) fn select_part(session: &Session, tenant: &TenantId, part: &'static Part) -> Statement {
    let mut statement = select_part_columns(session, part);
    statement.push(" FROM ").push(part.table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    statement
}

fn select_part_columns(session: &Session, part: &'static Part) -> Statement {
    let mut statement = session.statement("SELECT ");
    statement.push(part.owner).push(", ").push_names(part.columns);
    statement
}

pub(crate) fn push_part_order(statement: &mut Statement, part: &'static Part) {
    statement.push(" ORDER BY ").push(part.owner).push(", ").push_names(&part.columns[..1]);
}

/// Brings rows of a part, ordered by owner, to entities that are ordered by key.
pub(crate) struct Merge<'e, T> {
    entities: &'e mut [T],
    at: usize,
}

impl<'e, T: Record> Merge<'e, T> {
    pub(crate) fn new(entities: &'e mut [T]) -> Self {
        Self { entities, at: 0 }
    }

    pub(crate) fn add(&mut self, part: usize, fields: &mut Fields<'_>) -> Result<(), StoreError> {
        let owner = Key::read::<T>(fields)?;
        while let Some(entity) = self.entities.get_mut(self.at) {
            match entity.key().cmp(&owner) {
                Ordering::Less => self.at += 1,
                Ordering::Equal => return entity.read_part(part, fields),
                // Owned by an entity that was not asked for.
                Ordering::Greater => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Adds ` FROM table`, restricted to a tenant's rows with these keys, each row once. PostgreSQL gets them as a table of whole keys to look
/// up: asked for a tenant's rows that have one of many identifiers, it may read all of the tenant's as long as nobody has counted them.
pub(crate) fn push_from_keys(
    statement: &mut Statement,
    tenant: &TenantId,
    table: &'static str,
    column: &'static str,
    mut keys: Vec<Key>,
) {
    statement.push(" FROM ").push(table);
    if statement.dialect() == Dialect::Sqlite {
        statement.push(" WHERE tenant = ").bind(Value::text(tenant.as_str())).push(" AND ");
        push_in_keys(statement, column, keys);
        return;
    }
    keys.sort_unstable();
    keys.dedup();
    let rows = keys.iter().map(|key| vec![Value::text(tenant.as_str()), key.value()]).collect();
    statement.push(" JOIN (").push_lockable_rows(rows).push(") AS given (given_tenant, given_key) ON ");
    statement.push(table).push(".tenant = given_tenant AND ").push(table).push(".").push(column).push(" = given_key");
}

pub(crate) fn push_in_keys(statement: &mut Statement, column: &'static str, keys: Vec<Key>) {
    let mut ids = Vec::new();
    let mut codes = Vec::new();
    for key in keys {
        match key {
            Key::Id(id) => ids.push(id),
            Key::Code(code) => codes.push(code),
        }
    }
    if codes.is_empty() {
        statement.push_in_uuids(column, ids);
    } else {
        statement.push_in_texts(column, codes);
    }
}

/// Writes entities whose versions were decided: 1 for a new one, one more than the stored one otherwise. `known` says for
/// each whether it is stored already, so that new ones need no clearing of lists.
///
/// A row whose stored version is another than decided upon stays as it is, and the answer is [`Failure::Conflict`].
pub(crate) async fn write<T: Record>(
    session: &mut Session,
    tenant: &TenantId,
    entities: &[&T],
    known: &[Key],
) -> Result<(), Failure> {
    let steps = writing(session.dialect(), tenant, entities, known)?;
    steps::run(session, steps).await
}

/// The steps of [`write`].
pub(crate) fn writing<T: Record>(
    dialect: Dialect,
    tenant: &TenantId,
    entities: &[&T],
    known: &[Key],
) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    for rows in chunks(rows_of(tenant, entities)?) {
        let count = rows.len();
        let mut statement = insert::<T>(dialect, rows);
        statement.push(" ON CONFLICT (tenant, ").push(T::KEY).push(") DO UPDATE SET ");
        for (index, column) in T::COLUMNS.iter().skip(1).enumerate() {
            statement.push(if index == 0 { "" } else { ", " }).push(column).push(" = excluded.").push(column);
        }
        statement.push(" WHERE ").push(T::TABLE).push(".version = excluded.version - 1");
        steps.push(Step::exactly(count, statement));
    }
    for (index, part) in T::PARTS.iter().enumerate() {
        if !known.is_empty() {
            let mut statement = Statement::new(dialect, "DELETE FROM ");
            statement.push(part.table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str())).push(" AND ");
            push_in_keys(&mut statement, part.owner, known.to_vec());
            steps.push(Step::clearing(statement));
        }
        steps.extend(inserting_part(dialect, tenant, entities, index, part)?);
    }
    Ok(steps)
}

/// The steps that write entities that are new. One that is stored already is a [`Failure::Unique`].
pub(crate) fn inserting<T: Record>(
    dialect: Dialect,
    tenant: &TenantId,
    entities: &[&T],
) -> Result<Vec<Step>, StoreError> {
    let rows = rows_of(tenant, entities)?;
    let mut steps: Vec<Step> = chunks(rows).map(|rows| Step::any(insert::<T>(dialect, rows))).collect();
    for (index, part) in T::PARTS.iter().enumerate() {
        steps.extend(inserting_part(dialect, tenant, entities, index, part)?);
    }
    Ok(steps)
}

fn rows_of<T: Record>(tenant: &TenantId, entities: &[&T]) -> Result<Vec<Vec<Value>>, StoreError> {
    entities.iter().map(|entity| Ok(with_owner([Value::text(tenant.as_str())], entity.row()?))).collect()
}

fn insert<T: Record>(dialect: Dialect, rows: Vec<Vec<Value>>) -> Statement {
    let mut statement = Statement::new(dialect, "INSERT INTO ");
    statement.push(T::TABLE).push(" (tenant, ").push_names(T::COLUMNS).push(") ").push_rows(rows);
    statement
}

fn inserting_part<T: Record>(
    dialect: Dialect,
    tenant: &TenantId,
    entities: &[&T],
    index: usize,
    part: &'static Part,
) -> Result<Vec<Step>, StoreError> {
    let mut rows = Vec::new();
    for entity in entities {
        let owner = [Value::text(tenant.as_str()), entity.key().value()];
        rows.extend(entity.part_rows(index)?.into_iter().map(|row| with_owner(owner.clone(), row)));
    }
    let insert = |rows| {
        let mut statement = Statement::new(dialect, "INSERT INTO ");
        statement.push(part.table).push(" (tenant, ").push(part.owner).push(", ").push_names(part.columns);
        statement.push(") ").push_rows(rows);
        Step::any(statement)
    };
    Ok(chunks(rows).map(insert).collect())
}

fn with_owner<const N: usize>(owner: [Value; N], row: Vec<Value>) -> Vec<Value> {
    owner.into_iter().chain(row).collect()
}

/// Splits rows so that each statement stays within [`STATEMENT_VALUES_MAX`].
pub(crate) fn chunks(rows: Vec<Vec<Value>>) -> impl Iterator<Item = Vec<Vec<Value>>> {
    let width = rows.first().map_or(1, Vec::len).max(1);
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(rows.by_ref().take(STATEMENT_VALUES_MAX / width).collect())
    })
}

/// Identity, version and times of an entity that has an id and all of them.
macro_rules! entity_identity {
    ($entity:ident, $kind:literal, $variant:ident $(, $boxed:ident $(, $note:ident)?)?) => {
        const KIND: &'static str = $kind;
        const KEY: &'static str = "id";

        fn key(&self) -> Key {
            Key::Id(self.id.as_uuid())
        }
        fn name(&self) -> String {
            self.id.name()
        }
        fn external(&self) -> Option<&ExternalId> {
            self.external.as_ref()
        }
        fn version(&self) -> Version {
            self.version
        }
        fn from_change(change: &Change) -> Option<&Self> {
            if let Change::$variant(entity) = change { Some(entity) } else { None }
        }
        fn into_change(self) -> Change {
            Change::$variant($($boxed::new)?(self))
        }
        fn found(&mut self, now: Timestamp) {
            self.version = Version(1);
            self.created_at = now;
            self.updated_at = now;
        }
        fn succeed(&mut self, known: &Self, now: Timestamp) {
            self.id = known.id;
            self.version = Version(known.version.0 + 1);
            self.created_at = known.created_at;
            self.updated_at = now;
            $($(self.$note(known);)?)?
        }
    };
}
pub(crate) use entity_identity;

/// The external identity from its two columns.
pub(crate) fn read_external(fields: &mut Fields<'_>) -> Result<Option<ExternalId>, StoreError> {
    let source = fields.opt_text()?;
    let external_id = fields.opt_text()?;
    Ok(source.zip(external_id).map(|(source, external_id)| ExternalId { source, external_id }))
}

/// The external identity for its two columns.
pub(crate) fn external_values(external: Option<&ExternalId>) -> [Value; 2] {
    [
        Value::opt_text(external.map(|external| external.source.as_str())),
        Value::opt_text(external.map(|external| external.external_id.as_str())),
    ]
}

/// A point from its two columns.
pub(crate) fn read_point(fields: &mut Fields<'_>) -> Result<Option<wishwell_domain::geo::Point>, StoreError> {
    let latitude_e7 = fields.opt_number()?;
    let longitude_e7 = fields.opt_number()?;
    Ok(latitude_e7
        .zip(longitude_e7)
        .map(|(latitude_e7, longitude_e7)| wishwell_domain::geo::Point { latitude_e7, longitude_e7 }))
}

/// A point for its two columns.
pub(crate) fn point_values(point: Option<wishwell_domain::geo::Point>) -> [Value; 2] {
    [
        Value::Int(point.map(|point| i64::from(point.latitude_e7))),
        Value::Int(point.map(|point| i64::from(point.longitude_e7))),
    ]
}

/// An instant cut to microseconds, which is what a column holds.
pub(crate) fn settled(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}
