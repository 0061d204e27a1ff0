//! Looks at a store without changing anything: no migration, no creation, no write.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StoreError;
use crate::{migrations, postgres, sqlite};

/// Defects that are listed at most (`quick_check` says the same number).
const DEFECTS_MAX: i64 = 10;
/// Longest wait for a server that does not answer.
const CONNECT_SECONDS_MAX: u64 = 5;

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Version of the database.
    pub backend_version: String,
    /// Version of the tables; none when there are none yet.
    pub schema_version: Option<i64>,
    /// Version of the tables that this program makes.
    pub schema_known: i64,
    /// What is damaged, at most ten lines. PostgreSQL is not asked.
    pub defects: Vec<String>,
    /// Settings of the server under which an answered write may be lost. SQLite has none that outlast who opened it.
    pub risks: Vec<String>,
    /// The present by the database's clock; none when that is this machine's.
    pub now: Option<Timestamp>,
}

/// Looks at a SQLite file, every page of it.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is no database or cannot be read, [`StoreError::AnotherProgram`] when it is a database of
/// something else, [`StoreError::CannotWrite`] when it cannot be opened,
/// [`StoreError::Unavailable`] when another process keeps it locked.
pub async fn inspect_sqlite(path: impl AsRef<Path>) -> Result<Inspection, StoreError> {
    let path = path.as_ref();
    sqlite::identity::must_be_ours(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(true)
        .busy_timeout(Duration::from_secs(CONNECT_SECONDS_MAX));
    let mut connection = options.connect().await.map_err(sqlite::error)?;
    let found = look_at_sqlite(&mut connection).await.map_err(sqlite::error);
    // Nothing was written; how the connection ends changes nothing.
    let _ = connection.close().await;
    found
}

async fn look_at_sqlite(connection: &mut SqliteConnection) -> Result<Inspection, sqlx::Error> {
    let backend_version = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await?;
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    let schema_version = match tables {
        0 => None,
        _ => sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await?,
    };
    let mut defects: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(10)").fetch_all(&mut *connection).await?;
    defects.retain(|line| line != "ok");
    let dangling: Vec<(String, String)> =
        sqlx::query_as("SELECT \"table\", \"parent\" FROM pragma_foreign_key_check LIMIT $1")
            .bind(DEFECTS_MAX)
            .fetch_all(&mut *connection)
            .await?;
    defects
        .extend(dangling.into_iter().map(|(table, parent)| format!("a row of {table} refers to no row of {parent}")));
    Ok(Inspection {
        backend_version,
        schema_version,
        schema_known: migrations::SCHEMA_VERSION,
        defects,
        // How a file lies there says nothing of how it is written: whoever opens it sets what it needs, the log ahead of writes too, which
        // a backup by VACUUM INTO comes without, and goes on with nothing else.
        risks: Vec::new(),
        now: None,
    })
}

/// Looks at a PostgreSQL database.
///
/// # Errors
/// [`StoreError::Unavailable`] when the server cannot be reached or lets nobody in.
pub async fn inspect_postgres(url: &str) -> Result<Inspection, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Unavailable("the address of the PostgreSQL server cannot be read".to_owned()))?
        .application_name("wishwell doctor");
    let connecting = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS_MAX), options.connect()).await;
    let mut connection = connecting
        .map_err(|_| StoreError::Unavailable(format!("no answer in {CONNECT_SECONDS_MAX} seconds")))?
        .map_err(postgres::error)?;
    let found = look_at_postgres(&mut connection).await.map_err(postgres::error);
    let _ = connection.close().await;
    found
}

async fn look_at_postgres(connection: &mut PgConnection) -> Result<Inspection, sqlx::Error> {
    let (backend_version, fsync, full_page_writes, tables, microseconds): (String, String, String, bool, i64) =
        sqlx::query_as(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'), \
         to_regclass('_sqlx_migrations') IS NOT NULL, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
        )
        .fetch_one(&mut *connection)
        .await?;
    let schema_version = match tables {
        false => None,
        true => sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await?,
    };
    let settings = [("fsync", fsync), ("full_page_writes", full_page_writes)];
    let risks =
        settings.into_iter().filter(|(_, value)| value == "off").map(|(name, _)| format!("{name} is off")).collect();
    Ok(Inspection {
        backend_version,
        schema_version,
        schema_known: migrations::SCHEMA_VERSION,
        defects: Vec::new(),
        risks,
        now: Timestamp::from_microsecond(microseconds).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, SqliteStore};

    #[tokio::test]
    async fn a_look_at_a_store_finds_its_version_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        let before = std::fs::read(&path).unwrap();
        let found = inspect_sqlite(&path).await.unwrap();
        assert_eq!(found.schema_version, Some(migrations::SCHEMA_VERSION));
        assert_eq!((found.defects, found.risks, found.now), (vec![], vec![], None));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    /// As the documents say how to make a backup and restore it.
    #[tokio::test]
    async fn a_backup_in_the_stores_place_is_well_and_written_ahead_from_its_first_start_on() {
        let folder = tempfile::tempdir().unwrap();
        let [path, backup] = ["wishwell.db", "backup.db"].map(|name| folder.path().join(name));
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
        connection.close().unwrap();
        std::fs::rename(&backup, &path).unwrap();
        // Bytes 18 and 19 of a file say by which journal it is written and read: 1 is one to roll back, 2 the one ahead of writes.
        let journal = || std::fs::read(&path).unwrap()[18..20].to_vec();
        assert_eq!(journal(), [1, 1], "what this is about");
        let found = inspect_sqlite(&path).await.unwrap();
        assert_eq!(found.schema_version, Some(migrations::SCHEMA_VERSION));
        assert_eq!((found.defects, found.risks, found.now), (vec![], vec![], None));
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        assert_eq!(journal(), [2, 2]);
    }

    #[tokio::test]
    async fn what_is_no_store_or_not_there_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.db");
        assert!(inspect_sqlite(&missing).await.is_err());
        assert!(!missing.exists());
        let other = folder.path().join("other.db");
        std::fs::write(&other, "not a database ".repeat(100)).unwrap();
        assert!(matches!(inspect_sqlite(&other).await, Err(StoreError::Corrupt(_))));
    }

    #[tokio::test]
    async fn a_damaged_page_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        SqliteStore::open(&path, Durability::Full).await.unwrap().close().await;
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4_096].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        let found = inspect_sqlite(&path).await;
        assert!(found.is_err() || found.is_ok_and(|found| !found.defects.is_empty()));
    }
}
