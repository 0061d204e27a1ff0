//! The pools of a database that was opened, and the kinds of session they give out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, SqlitePool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::direct;
use super::session::{Failure, Session};
use super::writer::Writer;
use crate::error::StoreError;
use crate::{postgres, sqlite};

/// The tables in which an erasure leaves rows deleted or written over, but for the log, which may be long: that is vacuumed by itself, soon.
const VACUUM_ERASED: &str = "VACUUM (SKIP_LOCKED) sealing_keys, beneficiaries, needs, referrals, round_outcomes";

/// An open database.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite {
        /// One connection: SQLite has one writer at a time.
        writer: Writer,
        /// These see the last commit, whatever the writer is doing.
        readers: SqlitePool,
        /// The file.
        path: PathBuf,
    },
    Postgres {
        /// For everything but the ledger's own path.
        pool: PgPool,
        /// Whose statements are few and always the same, with rows found by keys: planned once and for an index, whatever the tables
        /// held when they were planned.
        ledger: PgPool,
        /// Tenants that may use them at once, two each.
        lanes: Arc<Semaphore>,
        /// Longest wait for what the ledger asks in one go.
        ledger_wait: Duration,
    },
}

/// A tenant's connections for its ledger, each opened when it is first used.
#[derive(Default)]
pub(crate) struct Lane {
    /// Where a transaction is thought out.
    pub(crate) looking: Option<Session>,
    /// Where one is written.
    pub(crate) writing: Option<Session>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Database {
    /// A transaction that may write.
    pub(crate) async fn begin_write(&self) -> Result<Session, Failure> {
        match self {
            Self::Sqlite { writer, .. } => writer.begin().await.map(Session::SqliteWriting),
            // Each statement sees what was committed before it: rows are locked before they are decided upon, so nothing
            // stricter is needed. READ WRITE is not asked for: a server that was made read-only is to stay so, and a standby
            // would refuse the words before it could say why.
            Self::Postgres { pool, .. } => begin(pool, "BEGIN ISOLATION LEVEL READ COMMITTED").await,
        }
    }

    /// Room for a tenant's ledger to write on connections of its own, as long as it is kept; none on SQLite, or while as many tenants as
    /// there is room for write at once.
    pub(crate) fn lane(&self) -> Option<Lane> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { lanes, .. } => {
                let room = Arc::clone(lanes).try_acquire_owned().ok()?;
                Some(Lane { looking: None, writing: None, _room: Some(room) })
            }
        }
    }

    /// A session of the ledger, in which each statement is a transaction of its own.
    pub(crate) async fn ledger(&self) -> Result<Session, Failure> {
        match self {
            Self::Sqlite { .. } => self.reader().await,
            Self::Postgres { ledger, .. } => {
                ledger.acquire().await.map(Session::PostgresStatement).map_err(postgres::failure)
            }
        }
    }

    /// Waits for what the ledger asks of a server, as long as it is waited for. A file is always there; what it keeps somebody waiting for
    /// is its disk.
    pub(crate) async fn bounded<T>(&self, asking: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let Self::Postgres { ledger_wait, .. } = self else { return asking.await };
        tokio::time::timeout(*ledger_wait, asking).await.unwrap_or_else(|_| {
            let seconds = ledger_wait.as_secs_f32();
            Err(StoreError::Unavailable(format!("the database did not answer within {seconds} seconds")).into())
        })
    }

    /// A transaction whose statements all see the same moment.
    pub(crate) async fn begin_read(&self) -> Result<Session, Failure> {
        match self {
            Self::Sqlite { readers, .. } => {
                readers.begin_with("BEGIN").await.map(Session::SqliteTransaction).map_err(sqlite::failure)
            }
            Self::Postgres { pool, .. } => begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
    }

    /// A session for one reading statement.
    pub(crate) async fn reader(&self) -> Result<Session, Failure> {
        match self {
            Self::Sqlite { readers, .. } => {
                readers.acquire().await.map(Session::SqliteStatement).map_err(sqlite::failure)
            }
            Self::Postgres { pool, .. } => {
                pool.acquire().await.map(Session::PostgresStatement).map_err(postgres::failure)
            }
        }
    }

    /// After an erasure: writes the pages that no longer hold it over those that do, and empties SQLite's write-ahead log. If
    /// a reader is in the way, the next checkpoint does it. PostgreSQL vacuums the tables; what a reader still sees it leaves to its own
    /// vacuum, and its log to the time when that is recycled.
    pub(crate) async fn scrub(&self) {
        match self {
            Self::Sqlite { writer, .. } => {
                let truncate = |connection: &mut rusqlite::Connection| {
                    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).map_err(direct::failure)
                };
                if let Err(failure) = writer.call(truncate).await {
                    tracing::debug!(?failure, "the write-ahead log keeps its contents until the next checkpoint");
                }
            }
            Self::Postgres { pool, .. } => {
                let pool = pool.clone();
                // To its end, whether or not anybody waits for it, as a transaction is begun.
                let vacuuming =
                    tokio::spawn(async move { sqlx::query(VACUUM_ERASED).persistent(false).execute(&pool).await });
                if let Ok(Err(failure)) = vacuuming.await {
                    tracing::debug!(?failure, "the tables keep deleted rows until they are vacuumed");
                }
            }
        }
    }

    /// Waits for running sessions and closes.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, ledger, .. } => {
                ledger.close().await;
                pool.close().await;
            }
        }
    }
}

/// Begins a transaction to its end, whether or not anybody waits for it. One whose beginning is given up while the server answers is
/// forgotten by the driver, and whoever has the connection next would read and write in it.
async fn begin(pool: &PgPool, sql: &'static str) -> Result<Session, Failure> {
    let pool = pool.clone();
    let beginning = tokio::spawn(async move { pool.begin_with(sql).await });
    let begun =
        beginning.await.map_err(|_| StoreError::Unavailable("a transaction's beginning broke off".to_owned()))?;
    begun.map(Session::PostgresTransaction).map_err(postgres::failure)
}
