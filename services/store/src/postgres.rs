//! Connecting to PostgreSQL, and what its errors mean.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Semaphore;

use crate::contract::{Store, StoreDescription};
use crate::error::StoreError;
use crate::migrations::{self, Schema};
use crate::sql::SqlStore;
use crate::sql::database::Database;
use crate::sql::session::{Failure, TEXT_WITHOUT_NUL};
use crate::sqlite::Durability;

/// Tenants whose ledgers have connections of their own at once, two each: while one transaction is written, the next is thought out. Those
/// that find no room write as everybody else does.
const LEDGER_LANES_MAX: u32 = 4;
/// What else is set for the ledger's connections. A plan is made once for each and kept, and it looks rows up by key, however few of them
/// there were, or were counted, when it was made: every other way of joining is off, and looking up is said to cost little.
const LEDGER_SETTINGS: &str = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), \
     set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), \
     set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false), \
     set_config('random_page_cost', '0.1', false), set_config('jit', 'off', false)";

/// How to connect.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Most connections at once, at least 2, beside up to eight of the ledger.
    pub connections_max: u32,
    /// Longest wait for a connection; then [`StoreError::Unavailable`].
    pub connection_wait: Duration,
    /// Longest wait for what the ledger asks of the server in one go, locks included, however many it waits for; then
    /// [`StoreError::Unavailable`], as for a connection that broke, and the connection is given up. A server that vanished without a word
    /// never answers, and all of a tenant's requests wait for one.
    pub ledger_wait: Duration,
    /// Longest wait for rows or tables that somebody else has locked, for each lock by itself; then [`StoreError::Unavailable`]. Less than
    /// callers wait for an answer, so that they hear of it, and when to try again.
    pub lock_wait: Duration,
    /// What an answered write survives. `Relaxed` sets `synchronous_commit = off` for the store's sessions.
    pub durability: Durability,
    /// What becomes of tables that are not this program's.
    pub schema: Schema,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections_max: 16,
            connection_wait: Duration::from_secs(10),
            ledger_wait: Duration::from_secs(20),
            lock_wait: Duration::from_secs(10),
            durability: Durability::Full,
            schema: Schema::BroughtUpToDate,
        }
    }
}

/// A store in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore;

impl PostgresStore {
    /// Connects to `postgres://user:password@host:port/database` (or a socket by `?host=/run/...`) and brings its tables up
    /// to date, where the options do not say otherwise.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached or lets nobody in, [`StoreError::NewerSchema`] when
    /// a later program made the tables, [`StoreError::OlderSchema`] when they are older and to be left as they are.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Arc<dyn Store>, StoreError> {
        let connect = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Unavailable("the address of the PostgreSQL server cannot be read".to_owned()))?
            .application_name("wishwell")
            // Spans tell what happens; the text of a batch would fill a log.
            .disable_statement_logging();
        let location = location(&connect);
        let (durability, lock_wait) = (options.durability, options.lock_wait);
        let pool = PgPoolOptions::new()
            .max_connections(options.connections_max.max(2))
            .acquire_timeout(options.connection_wait)
            .after_connect(move |connection, _| Box::pin(set_up_session(connection, durability, lock_wait)))
            .connect_with(connect.clone())
            .await
            .map_err(error)?;
        let ledger = PgPoolOptions::new()
            .max_connections(2 * LEDGER_LANES_MAX)
            .acquire_timeout(options.connection_wait)
            .after_connect(move |connection, _| Box::pin(set_up_ledger_session(connection, durability, lock_wait)))
            // They are given back seldom; one that does not answer is not kept.
            .after_release(move |connection, _| Box::pin(answers_within(connection, options.connection_wait)))
            .connect_lazy_with(connect.clone());
        match prepare(&pool, connect, options.schema).await {
            Ok((backend_version, durability)) => {
                let schema_version = migrations::SCHEMA_VERSION;
                let description =
                    StoreDescription { backend: "postgresql", backend_version, location, durability, schema_version };
                let lanes = Arc::new(Semaphore::new(LEDGER_LANES_MAX as usize));
                Ok(Arc::new(SqlStore::new(
                    Database::Postgres { pool, ledger, lanes, ledger_wait: options.ledger_wait },
                    description,
                )))
            }
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }
}

/// Host and database, without credentials.
fn location(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(
        || format!("{}:{}", options.get_host(), options.get_port()),
        |socket| socket.display().to_string(),
    );
    format!("{host}/{}", options.get_database().unwrap_or_else(|| options.get_username()))
}

/// An answered write is durable even where server or role say otherwise; stricter settings (`remote_apply`) stay. Statements
/// are planned for the tables as they are: a plan kept from when a table was empty reads all of it once for each of a
/// batch's five hundred entities, until the server happens to analyse it. A replica that stands still in the middle of a
/// transaction, or is cut off without its connections being closed, loses it after some seconds: the rows that it locked are
/// those that every other replica waits for.
async fn set_up_session(
    connection: &mut sqlx::PgConnection,
    durability: Durability,
    lock_wait: Duration,
) -> Result<(), sqlx::Error> {
    let sql = match durability {
        Durability::Full => {
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', false), set_config('lock_timeout', $1, false), \
             set_config('idle_in_transaction_session_timeout', '5s', false), set_config('synchronous_commit', \
             CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
             ELSE current_setting('synchronous_commit') END, false)"
        }
        Durability::Relaxed => {
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', false), set_config('lock_timeout', $1, false), \
             set_config('idle_in_transaction_session_timeout', '5s', false), \
             set_config('synchronous_commit', 'off', false)"
        }
    };
    sqlx::query(sql).bind(format!("{}ms", lock_wait.as_millis())).execute(connection).await.map(|_| ())
}

/// As [`set_up_session`], and for few statements that come again and again.
async fn set_up_ledger_session(
    connection: &mut sqlx::PgConnection,
    durability: Durability,
    lock_wait: Duration,
) -> Result<(), sqlx::Error> {
    set_up_session(connection, durability, lock_wait).await?;
    sqlx::query(LEDGER_SETTINGS).execute(connection).await.map(|_| ())
}

/// Whether a connection answers.
async fn answers_within(connection: &mut sqlx::PgConnection, wait: Duration) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(wait, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        // It is not asked once more to close in good order.
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Checks the schema's version and brings it up to date; answers the server's version and its durability in words.
async fn prepare(pool: &PgPool, connect: PgConnectOptions, schema: Schema) -> Result<(String, String), StoreError> {
    let mut connection = pool.acquire().await.map_err(error)?;
    let (version, synchronous_commit, fsync, migrated): (String, String, String, bool) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'), \
         to_regclass('_sqlx_migrations') IS NOT NULL",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(error)?;
    let mut found = None;
    if migrated {
        found = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await
            .map_err(error)?;
    }
    drop(connection);
    if schema.migrates(found)? {
        // A session of its own waits as long as it takes: another replica may be at it.
        let maker = PgPoolOptions::new().max_connections(1).connect_with(connect).await.map_err(error)?;
        let migrated = migrations::postgres().run(&maker).await;
        maker.close().await;
        migrated.map_err(|failed| match failed {
            sqlx::migrate::MigrateError::Execute(failed) | sqlx::migrate::MigrateError::ExecuteMigration(failed, _) => {
                error(failed)
            }
            other => StoreError::Corrupt(format!("the schema cannot be brought up to date: {other}")),
        })?;
    }
    let promise = match (synchronous_commit.as_str(), fsync.as_str()) {
        (_, "off") => "none: the server runs with fsync=off",
        ("off", _) => "relaxed: a crash of the server may take the last writes back",
        _ => "full: an answered write survives power loss",
    };
    Ok((version, format!("{promise} (synchronous_commit={synchronous_commit}, fsync={fsync})")))
}

pub(crate) fn error(error: sqlx::Error) -> StoreError {
    failure(error).into_store_error()
}

/// What a driver's error means.
pub(crate) fn failure(error: sqlx::Error) -> Failure {
    let sqlx::Error::Database(database) = &error else {
        return Failure::Store(connection_error(error));
    };
    let code = database.code().unwrap_or_default();
    let constraint = || database.constraint().unwrap_or_default().to_owned();
    let message = database.message();
    // <https://www.postgresql.org/docs/current/errcodes-appendix.html>; the first two characters are the class.
    match (code.as_ref(), code.get(..2).unwrap_or_default()) {
        ("23505", _) => Failure::Unique(constraint()),
        ("23503", _) => Failure::ForeignKey(constraint()),
        ("23514" | "23502", _) => Failure::Check(constraint()),
        // Neither text nor JSON can hold U+0000.
        ("22021" | "22P05", _) => Failure::Check(TEXT_WITHOUT_NUL.to_owned()),
        ("40001" | "40P01", _) => Failure::Conflict,
        ("53100", _) => Failure::Store(StoreError::CannotWrite("no space is left on the server's disk".to_owned())),
        ("42501", _) => Failure::Store(StoreError::CannotWrite(message.to_owned())),
        // A standby, until it is promoted, or a server that was made read-only for a while.
        ("25006", _) => Failure::Store(StoreError::Unavailable(format!("the server takes no writes: {message}"))),
        // Connections, operator intervention, resources, credentials, a database that is not there.
        // A transaction that stood still for too long is over with its connection.
        ("55P03" | "3D000" | "25P03", _) | (_, "08" | "53" | "57" | "28") => {
            Failure::Store(StoreError::Unavailable(message.to_owned()))
        }
        (_, "XX") => Failure::Store(StoreError::Corrupt(message.to_owned())),
        _ => Failure::Store(StoreError::Defect(format!("postgresql {code}: {message}"))),
    }
}

fn connection_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolClosed => StoreError::Unavailable("closed".to_owned()),
        sqlx::Error::PoolTimedOut => StoreError::Unavailable("no connection became free".to_owned()),
        sqlx::Error::WorkerCrashed => StoreError::Unavailable("a connection ended".to_owned()),
        sqlx::Error::Io(error) => StoreError::Unavailable(error.to_string()),
        sqlx::Error::Tls(error) => StoreError::Unavailable(error.to_string()),
        // What is there does not speak as a server does: one that is killed while it lets somebody in says nothing more.
        sqlx::Error::Protocol(message) => StoreError::Unavailable(message),
        sqlx::Error::ColumnDecode { index, source } => StoreError::Corrupt(format!("column {index}: {source}")),
        error => StoreError::Defect(format!("postgresql: {error}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// What it is to connect to somebody who reads what is said first and answers so much.
    async fn connecting_to_whoever_answers(answer: &'static [u8]) -> StoreError {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("postgres://wishwell@{}/wishwell", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 64]).await;
                let _ = stream.write_all(answer).await;
            }
        });
        let options = PostgresOptions { connection_wait: Duration::from_secs(2), ..PostgresOptions::default() };
        let connected = PostgresStore::connect(&url, options).await;
        answering.abort();
        connected.err().unwrap()
    }

    #[tokio::test]
    async fn a_server_that_ends_or_talks_nonsense_while_it_lets_somebody_in_is_away() {
        for answer in [&b""[..], b"N", b"!", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"N?\0\0\0\x04"] {
            let error = connecting_to_whoever_answers(answer).await;
            assert!(matches!(error, StoreError::Unavailable(_)), "{answer:?}: {error:?}");
        }
    }
}
