//! Opening a SQLite file, and what its errors mean.
//!
//! One file, with `-wal` and `-shm` beside it. Writes go through one connection, reads through several that never wait for
//! it. A second process may open the same file: SQLite's own locks keep the two apart, and a write waits up to
//! [`BUSY_WAIT_SECONDS_MAX`] for the other's. It works, but two servers on one file are slower than one; for several
//! replicas there is PostgreSQL. The file must lie on a local disk: WAL does not work over a network file system.

pub(crate) mod identity;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::contract::{Store, StoreDescription};
use crate::error::StoreError;
use crate::migrations::{self, Schema};
use crate::sql::SqlStore;
use crate::sql::database::Database;
use crate::sql::direct;
use crate::sql::session::Failure;
use crate::sql::writer::{Thread, Writer};

/// Connections that read.
const READERS_MAX: u32 = 4;
/// Longest wait for the writes of another process. SQLite does not queue them: who waits tries again now and then.
const BUSY_WAIT_SECONDS_MAX: u64 = 20;
/// Longest wait for a connection.
const CONNECTION_WAIT_SECONDS_MAX: u64 = 30;
/// Rows that the driver's thread reads ahead.
const ROWS_READ_AHEAD_MAX: usize = 1_024;
/// Page cache of a connection, as SQLite wants it: negative, in KiB.
const CACHE_KIBIBYTES: &str = "-32768";

/// Pages in the write-ahead log from which a commit brings them to the file: 64 MiB. A page that is written time and again goes there
/// once; at SQLite's own thousand, that was a fifth of what a hold cost.
const LOGGED_PAGES_MAX: &str = "16384";

/// What an answered write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Power loss: each write reaches the disk before it is answered.
    #[default]
    Full,
    /// The end of the process. Power loss or a crash of the machine may take the last writes back; what is there stays whole.
    Relaxed,
}

/// A store in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore;

impl SqliteStore {
    /// Opens a file, creates it (readable by its owner alone) when it is not there, and brings its tables up to date. The
    /// folder must exist.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the file is no database or damaged, [`StoreError::AnotherProgram`] when it is a database of
    /// something else, [`StoreError::NewerSchema`] when a later program wrote it, [`StoreError::CannotWrite`] when file or folder cannot be written, [`StoreError::Unavailable`] when
    /// another process keeps it locked.
    pub async fn open(path: impl AsRef<Path>, durability: Durability) -> Result<Arc<dyn Store>, StoreError> {
        let store = open_store(path.as_ref(), durability, Thread::Own, Schema::BroughtUpToDate).await?;
        Ok(Arc::new(store))
    }

    /// As [`Self::open`], but a file that is there, with tables that stay as they are: for whoever looks into it.
    ///
    /// # Errors
    /// As [`Self::open`], and [`StoreError::OlderSchema`] when an earlier program made the tables.
    pub async fn open_as_it_is(path: impl AsRef<Path>, durability: Durability) -> Result<Arc<dyn Store>, StoreError> {
        let store = open_store(path.as_ref(), durability, Thread::Own, Schema::AsItIs).await?;
        Ok(Arc::new(store))
    }

    /// As [`Self::open`], but what is written is written on the threads that ask for it, each of which waits for the disk meanwhile. On a
    /// runtime of one thread, what comes before what is then for the runtime alone to say: for simulations, which happen again as they
    /// happened.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_to_write_in_place(
        path: impl AsRef<Path>,
        durability: Durability,
    ) -> Result<Arc<dyn Store>, StoreError> {
        let store = open_store(path.as_ref(), durability, Thread::Askers, Schema::BroughtUpToDate).await?;
        Ok(Arc::new(store))
    }
}

async fn open_store(
    path: &Path,
    durability: Durability,
    thread: Thread,
    schema: Schema,
) -> Result<SqlStore, StoreError> {
    let location = path.display().to_string();
    identity::must_be_ours(path).map_err(|error| explain(error, &location))?;
    if schema == Schema::BroughtUpToDate {
        create_private(path)?;
    }
    let options = connect_options(path, durability);
    // Tables are made over a connection that ends with that.
    let maker = pool(options.clone(), 1);
    let opened = match prepare(&maker, schema).await {
        Ok(version) => start_writer(path, durability, thread).await.map(|writer| (version, writer)),
        Err(error) => Err(error),
    };
    maker.close().await;
    let (backend_version, writer) = opened.map_err(|error| explain(error, &location))?;
    let readers = pool(options.pragma("query_only", "ON"), READERS_MAX);
    let description = StoreDescription {
        backend: "sqlite",
        backend_version,
        location,
        durability: match durability {
            Durability::Full => "full: an answered write survives power loss (WAL, synchronous=FULL)",
            Durability::Relaxed => {
                "relaxed: an answered write survives the process, but power loss may take the last ones \
                     (WAL, synchronous=NORMAL)"
            }
        }
        .to_owned(),
        schema_version: migrations::SCHEMA_VERSION,
    };
    Ok(SqlStore::new(Database::Sqlite { writer, readers, path: path.to_owned() }, description))
}

async fn start_writer(path: &Path, durability: Durability, thread: Thread) -> Result<Writer, StoreError> {
    let path = path.to_owned();
    let open = move || open_to_write(&path, durability).map_err(Failure::from);
    let wait_max = Duration::from_secs(CONNECTION_WAIT_SECONDS_MAX);
    Writer::start(thread, open, wait_max).await.map_err(Failure::into_store_error)
}

/// Creates the file for its owner alone; SQLite gives `-wal` and `-shm` the same mode.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::CannotWrite(format!("{} cannot be created: {error}", path.display()))),
    }
}

/// What is set on every connection, whichever driver opens it; foreign keys, journal mode and durability beside it.
const PRAGMAS: [(&str, &str); 5] = [
    ("cache_size", CACHE_KIBIBYTES),
    ("wal_autocheckpoint", LOGGED_PAGES_MAX),
    // What is deleted is overwritten: a destroyed key leaves no trace in the file.
    ("secure_delete", "ON"),
    // A damaged file answers with an error instead of nonsense.
    ("cell_size_check", "ON"),
    ("trusted_schema", "OFF"),
];

/// Opens the connection that writes. Blocks.
fn open_to_write(path: &Path, durability: Durability) -> Result<rusqlite::Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let set_up = |path| {
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(BUSY_WAIT_SECONDS_MAX))?;
        // Answers what it is then, which is looked at below.
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", synchronous_of(durability))?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        for (name, value) in PRAGMAS {
            // Some answer what they are then.
            connection.execute_batch(&format!("PRAGMA {name} = {value}"))?;
        }
        Ok(connection)
    };
    let connection = set_up(path).map_err(direct_error)?;
    in_force(&connection, durability)?;
    Ok(connection)
}

fn connect_options(path: &Path, durability: Durability) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Relaxed => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(BUSY_WAIT_SECONDS_MAX))
        .row_buffer_size(ROWS_READ_AHEAD_MAX)
        // Spans tell what happens; the text of a batch would fill a log.
        .disable_statement_logging();
    PRAGMAS.into_iter().fold(options, |options, (name, value)| options.pragma(name, value))
}

fn pool(options: SqliteConnectOptions, connections_max: u32) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(CONNECTION_WAIT_SECONDS_MAX))
        // A connection to a file does not go stale, but SQLite ends a transaction by itself when the disk is full, and then the
        // driver counts one that is no more. The ping comes after whatever the last user left to be done.
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options)
}

/// Checks the schema's version, brings it up to date in a file that says whose it is, and answers SQLite's version.
async fn prepare(writer: &SqlitePool, schema: Schema) -> Result<String, StoreError> {
    let mut connection = writer.acquire().await.map_err(error)?;
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await.map_err(error)?;
    let migrated: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await
            .map_err(error)?;
    let mut found = None;
    if migrated == 1 {
        found = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await
            .map_err(error)?;
    }
    let migrates = schema.migrates(found)?;
    if schema == Schema::BroughtUpToDate {
        let says: i32 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(error)?;
        if says != identity::APPLICATION_ID {
            let say = sqlx::AssertSqlSafe(format!("PRAGMA application_id = {}", identity::APPLICATION_ID));
            sqlx::query(say).execute(&mut *connection).await.map_err(error)?;
        }
    }
    drop(connection);
    if migrates {
        let applied = migrations::sqlite().run(writer).await;
        applied.map_err(|failed| match failed {
            sqlx::migrate::MigrateError::Execute(failed) | sqlx::migrate::MigrateError::ExecuteMigration(failed, _) => {
                error(failed)
            }
            other => StoreError::Corrupt(format!("the schema cannot be brought up to date: {other}")),
        })?;
    }
    Ok(version)
}

/// Checks that what was asked of the connection is what it does. SQLite does not say so when it cannot: a journal mode that the
/// file's disk does not allow stays what it was, without an error.
fn in_force(connection: &rusqlite::Connection, durability: Durability) -> Result<(), StoreError> {
    let journal: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(direct_error)?;
    let synchronous: i64 =
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(direct_error)?;
    if journal != "wal" {
        let reason =
            format!("the journal mode is {journal} and cannot be made wal here; the file must lie on a local disk");
        return Err(StoreError::CannotWrite(reason));
    }
    if synchronous != synchronous_of(durability) {
        return Err(StoreError::Defect(format!("synchronous is {synchronous}, which is not what was asked for")));
    }
    Ok(())
}

/// The number by which SQLite calls what a durability needs: 2 waits for the disk at each commit, 1 at checkpoints only.
const fn synchronous_of(durability: Durability) -> i64 {
    match durability {
        Durability::Full => 2,
        Durability::Relaxed => 1,
    }
}

/// Says which file, and what to do about it.
fn explain(error: StoreError, location: &str) -> StoreError {
    match error {
        StoreError::Corrupt(reason) => {
            StoreError::Corrupt(format!("{location}: {reason}; restore it from a copy, nothing was changed"))
        }
        StoreError::CannotWrite(reason) => StoreError::CannotWrite(format!("{location}: {reason}")),
        StoreError::Unavailable(reason) => StoreError::Unavailable(format!("{location}: {reason}")),
        error => error,
    }
}

fn direct_error(error: rusqlite::Error) -> StoreError {
    direct::failure(error).into_store_error()
}

/// What a driver's error means when no constraint can be broken.
pub(crate) fn error(error: sqlx::Error) -> StoreError {
    failure(error).into_store_error()
}

/// What a driver's error means.
pub(crate) fn failure(error: sqlx::Error) -> Failure {
    let sqlx::Error::Database(database) = &error else {
        return Failure::Store(pool_error(error));
    };
    let code = database.code().and_then(|code| code.parse().ok()).unwrap_or_default();
    failure_of(code, database.message())
}

/// What an extended result code means, <https://www.sqlite.org/rescode.html>: its low byte is the primary one.
pub(crate) fn failure_of(code: i32, message: &str) -> Failure {
    let store_error = match (code, code & 0xff) {
        (275, _) => return Failure::Check(message.rsplit(": ").next().unwrap_or_default().to_owned()),
        (787 | 3091, _) => return Failure::ForeignKey(String::new()),
        (1555 | 2067, _) => return Failure::Unique(unique_name(message)),
        (_, 19) => return Failure::Check(message.to_owned()),
        (_, 5 | 6) => StoreError::Unavailable("another process is writing to the file".to_owned()),
        (_, 13) => StoreError::CannotWrite("no space is left on the disk".to_owned()),
        (_, 14) => StoreError::CannotWrite("the file, or its companions -wal and -shm, cannot be opened".to_owned()),
        (_, 3 | 8 | 23) => StoreError::CannotWrite(message.to_owned()),
        // Short reads and failed reads speak of the file, other failures of input and output of the disk.
        (266 | 522, _) | (_, 11) => StoreError::Corrupt(format!("the file is damaged ({message})")),
        (_, 26) => StoreError::Corrupt(format!("this is not a Wishwell store ({message})")),
        (_, 10) => StoreError::CannotWrite(message.to_owned()),
        _ => StoreError::Defect(format!("sqlite {code}: {message}")),
    };
    Failure::Store(store_error)
}

/// SQLite names the columns of a broken unique constraint, not the constraint.
fn unique_name(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let table = columns.split('.').next().unwrap_or_default();
    let suffix = if columns.ends_with(".external_id") {
        "external_key"
    } else if columns.ends_with(".request_id") && table == "needs" {
        "request_key"
    } else if table == "resource_categories" || table == "resource_draws" {
        "once"
    } else {
        "pkey"
    };
    format!("{table}_{suffix}")
}

fn pool_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolClosed => StoreError::Unavailable("closed".to_owned()),
        sqlx::Error::PoolTimedOut => StoreError::Unavailable("no connection became free".to_owned()),
        sqlx::Error::WorkerCrashed => StoreError::Unavailable("a connection's thread ended".to_owned()),
        sqlx::Error::Io(error) => StoreError::CannotWrite(error.to_string()),
        sqlx::Error::ColumnDecode { index, source } => StoreError::Corrupt(format!("column {index}: {source}")),
        error => StoreError::Defect(format!("sqlite: {error}")),
    }
}

#[cfg(test)]
mod pragma_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_unique_constraints_are_named_as_postgresql_names_them() {
        for (message, name) in [
            ("UNIQUE constraint failed: needs.tenant, needs.source, needs.external_id", "needs_external_key"),
            ("UNIQUE constraint failed: needs.tenant, needs.request_id", "needs_request_key"),
            ("UNIQUE constraint failed: resource_draws.tenant, resource_draws.resource_id", "resource_draws_once"),
            ("UNIQUE constraint failed: need_items.tenant, need_items.need_id, need_items.ordinal", "need_items_pkey"),
        ] {
            assert_eq!(unique_name(message), name);
        }
    }
}
