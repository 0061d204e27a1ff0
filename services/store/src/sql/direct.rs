//! SQLite without a thread in between: statements run and catalogues are read on the thread that asks for it.
//!
//! sqlx steps a SQLite statement on a thread of its own and copies every value of every row on its way to the reader. That
//! is right for a query, and two thirds of the time when a hundred thousand resources with their lists are read at start.
//! So this one read, and whatever [`super::writer`] does on its own thread, goes over a second driver, on the same SQLite
//! library, on a thread that may block. Statements, columns and the way from a row to an entity are the same.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{FromSqlError, FromSqlResult, Value as Stored, ValueRef};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;
use wishwell_domain::ids::TenantId;

use super::catalog;
use super::session::{Failure, Session};
use super::statement::{ForEach, Statement, Value};
use crate::contract::{Catalog, LoadProgress};
use crate::error::StoreError;
use crate::sqlite;

/// Longest wait for a checkpoint that keeps readers out.
const BUSY_WAIT_SECONDS_MAX: u64 = 5;

/// Reads a tenant's catalogue from a file, on a thread of its own.
pub(super) async fn load_catalog(
    path: &Path,
    tenant: &TenantId,
    progress: &(dyn Fn(LoadProgress) + Send + Sync),
) -> Result<Catalog, Failure> {
    let (path, tenant) = (path.to_owned(), tenant.clone());
    let (told, mut telling) = tokio::sync::watch::channel(LoadProgress::default());
    let runtime = tokio::runtime::Handle::current();
    let loading = tokio::task::spawn_blocking(move || {
        let mut session = open(&path)?;
        // Nobody listens any more when the caller gave up.
        let tell = |progress| told.send(progress).unwrap_or_default();
        runtime.block_on(catalog::load(&mut session, &tenant, &tell))
    });
    // Ends when the loading thread drops its end; the last report is always seen.
    while telling.changed().await.is_ok() {
        progress(*telling.borrow_and_update());
    }
    loading.await.map_err(|_| StoreError::Defect("loading the catalogue panicked".to_owned()))?
}

/// A session that sees one moment of the file and cannot write.
fn open(path: &Path) -> Result<Session, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failure)?;
    connection.busy_timeout(Duration::from_secs(BUSY_WAIT_SECONDS_MAX)).map_err(failure)?;
    connection.execute_batch("BEGIN").map_err(failure)?;
    Ok(Session::SqliteDirect(connection))
}

/// Runs a query and hands each row to `each`.
pub(super) fn fetch(
    connection: &Connection,
    statement: Statement,
    mut each: impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>,
) -> Result<(), Failure> {
    let (sql, values, for_each) = statement.into_direct()?;
    if for_each.is_some() {
        return Err(StoreError::Defect("a query that is given rows".to_owned()).into());
    }
    let mut prepared = connection.prepare_cached(&sql).map_err(failure)?;
    bind(&mut prepared, values.iter())?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(failure)? {
        each(row)?;
    }
    Ok(())
}

/// Runs statements in order, each with how many rows it must touch if it must; answers how many they have touched.
/// [`Failure::Conflict`] at the first that touches others.
pub(super) fn execute_each(connection: &Connection, statements: Vec<(Statement, Option<u64>)>) -> Result<u64, Failure> {
    let mut touched = 0;
    for (statement, expected) in statements {
        let rows = execute(connection, statement)?;
        if expected.is_some_and(|expected| expected != rows) {
            return Err(Failure::Conflict);
        }
        touched += rows;
    }
    Ok(touched)
}

/// Runs a statement, once for each of the rows it was given if any; answers how many rows it has touched.
fn execute(connection: &Connection, statement: Statement) -> Result<u64, Failure> {
    let (sql, values, for_each) = statement.into_direct()?;
    let mut prepared = connection.prepare_cached(&sql).map_err(failure)?;
    let mut run = |values: &mut dyn Iterator<Item = &Value>| {
        bind(&mut prepared, values)?;
        let mut rows = prepared.raw_query();
        while rows.next().map_err(failure)?.is_some() {}
        drop(rows);
        Ok::<u64, Failure>(connection.changes())
    };
    let Some(ForEach { at, rows }) = for_each else { return run(&mut values.iter()) };
    let (before, after) = values.split_at(at.min(values.len()));
    let mut touched = 0;
    let mut waiting: Vec<&Vec<Value>> = rows.iter().collect();
    // A row may refer to one that comes after it, as it could if one statement wrote them all: it has its turn again when that is there.
    loop {
        let mut too_early = Vec::new();
        for &row in &waiting {
            match run(&mut before.iter().chain(row).chain(after)) {
                Ok(rows) => touched += rows,
                Err(Failure::ForeignKey(_)) => too_early.push(row),
                Err(failure) => return Err(failure),
            }
        }
        if too_early.is_empty() {
            return Ok(touched);
        }
        if too_early.len() == waiting.len() {
            return Err(Failure::ForeignKey(String::new()));
        }
        waiting = too_early;
    }
}

/// Binds values in order. Each is used at once, so text is not copied on the way here.
fn bind<'v>(prepared: &mut rusqlite::Statement<'_>, values: impl Iterator<Item = &'v Value>) -> Result<(), Failure> {
    let json = |list: serde_json::Result<String>| list.map_err(|error| StoreError::Defect(format!("json: {error}")));
    for (index, value) in (1..).zip(values) {
        match value {
            Value::Int(int) => prepared.raw_bind_parameter(index, int),
            Value::Bool(truth) => prepared.raw_bind_parameter(index, truth),
            Value::Text(text) => prepared.raw_bind_parameter(index, text.as_deref()),
            Value::Json(json) => prepared.raw_bind_parameter(index, json.as_deref()),
            Value::Uuid(uuid) => prepared.raw_bind_parameter(index, uuid.as_ref().map(|uuid| &uuid.as_bytes()[..])),
            Value::Bytes(bytes) => prepared.raw_bind_parameter(index, bytes.as_deref()),
            Value::Texts(texts) => prepared.raw_bind_parameter(index, json(serde_json::to_string(texts))?),
            Value::Ints(ints) => prepared.raw_bind_parameter(index, json(serde_json::to_string(ints))?),
            Value::Uuids(uuids) => {
                let simple: Vec<String> = uuids.iter().map(|uuid| uuid.simple().to_string()).collect();
                prepared.raw_bind_parameter(index, json(serde_json::to_string(&simple))?)
            }
            Value::Column(_) => return Err(StoreError::Defect("a column where rows are taken".to_owned()).into()),
        }
        .map_err(failure)?;
    }
    Ok(())
}

/// What a driver's error means.
pub(crate) fn failure(error: rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::SqliteFailure(cause, message) => {
            sqlite::failure_of(cause.extended_code, &message.unwrap_or_else(|| cause.to_string()))
        }
        error => StoreError::Defect(format!("sqlite: {error}")).into(),
    }
}

/// A column's value.
pub(super) fn get<'r, T: Column<'r>>(row: &'r rusqlite::Row<'r>, index: usize) -> FromSqlResult<T> {
    T::of(row.get_ref(index).map_err(FromSqlError::other)?)
}

/// As [`get`], of a row that was copied.
pub(super) fn get_stored<'r, T: Column<'r>>(row: &'r [Stored], index: usize) -> FromSqlResult<T> {
    T::of(row.get(index).map_or(ValueRef::Null, ValueRef::from))
}

/// A type that a column can have; texts are borrowed from the row.
pub(super) trait Column<'r>: Sized {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self>;
}

impl<'r> Column<'r> for i64 {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_i64()
    }
}

impl<'r> Column<'r> for bool {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_i64().map(|value| value != 0)
    }
}

impl<'r> Column<'r> for &'r str {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_str()
    }
}

impl<'r> Column<'r> for Vec<u8> {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_blob().map(<[u8]>::to_vec)
    }
}

impl<'r> Column<'r> for Uuid {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        Self::from_slice(value.as_blob()?).map_err(FromSqlError::other)
    }
}

impl<'r, T: Column<'r>> Column<'r> for Option<T> {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        if matches!(value, ValueRef::Null) { Ok(None) } else { T::of(value).map(Some) }
    }
}
