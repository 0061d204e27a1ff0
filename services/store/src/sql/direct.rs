//! Reading a catalogue from a SQLite file without a thread in between.
//!
//! sqlx steps a SQLite statement on a thread of its own and copies every value of every row on its way to the reader. That
//! is right for a query, and two thirds of the time when a hundred thousand resources with their lists are read at start.
//! So this one read goes over a second driver, on the same SQLite library, on a thread that may block. Statements, columns
//! and the way from a row to an entity are the same.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;
use wishwell_domain::ids::TenantId;

use super::catalog;
use super::session::{Failure, Session};
use super::statement::Statement;
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
    let (told, mut telling) = tokio::sync::watch::channel(LoadProgress { done: 0, total: 0 });
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
    let (sql, values) = statement.into_direct()?;
    let mut prepared = connection.prepare(&sql).map_err(failure)?;
    let mut rows = prepared.query(rusqlite::params_from_iter(values)).map_err(failure)?;
    while let Some(row) = rows.next().map_err(failure)? {
        each(row)?;
    }
    Ok(())
}

fn failure(error: rusqlite::Error) -> Failure {
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
