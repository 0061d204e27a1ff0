//! A PostgreSQL database per test, on the private server of `tests/run`.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Where the private server of `tests/run` is: a URL of its maintenance database.
pub const URL_VARIABLE: &str = "WISHWELL_TEST_POSTGRES_URL";

/// Serialises the making of templates over all test processes.
const TEMPLATE_LOCK: i64 = 0x77_69_73_68;

/// A database that belongs to one test. Dropped with the value, also when somebody is still connected.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// Makes an empty database.
    ///
    /// # Panics
    /// When the tests do not run under `tests/run`, or the server refuses.
    pub async fn create() -> Self {
        let name = unique_name();
        execute_on_server(&format!("CREATE DATABASE {name}")).await;
        Self::named(name)
    }

    /// Makes a database that is a copy of one prepared once for all tests: `prepare` gets the URL of an empty database,
    /// fills it (migrations, fixed data) and closes its connections. `template` names the preparation, and what it
    /// consists of: another preparation needs another name.
    ///
    /// # Panics
    /// As [`TestDatabase::create`], and when `template` is no plain lower-case name.
    pub async fn copy_of<F, R>(template: &str, prepare: F) -> Self
    where
        F: FnOnce(String) -> R,
        R: Future<Output = ()>,
    {
        assert!(
            template.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
            "a template's name is lower-case letters, digits and underscores: {template:?}"
        );
        let template = format!("wishwell_template_{template}");
        make_template_once(&template, prepare).await;
        let name = unique_name();
        execute_on_server(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self::named(name)
    }

    /// A copy of it as it is now, as a backup is one. Whoever is connected is cut off, and may connect again afterwards.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn back_up(&self) -> Self {
        let (name, copy) = (&self.name, unique_name());
        execute_on_server(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        let cut_off = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        execute_on_server(&cut_off).await;
        execute_on_server(&format!("CREATE DATABASE {copy} TEMPLATE {name}")).await;
        execute_on_server(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
        Self::named(copy)
    }

    /// Puts a backup in its place, whoever is connected.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn restore(&self, backup: &Self) {
        execute_on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
        execute_on_server(&format!("CREATE DATABASE {} TEMPLATE {}", self.name, backup.name)).await;
    }

    /// The URL to connect with.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn named(name: String) -> Self {
        let url = url_of(&name);
        Self { name, url }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A thread of its own, because the test may be dropping this inside a runtime.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(execute_on_server(&statement));
        });
        // A failed clean-up of a throw-away server must not hide what the test found.
        if dropping.join().is_err() {
            eprintln!("could not drop the test database {}", self.name);
        }
    }
}

/// The server's maintenance database.
///
/// # Panics
/// When the tests do not run under `tests/run`.
#[must_use]
pub fn server_url() -> String {
    crate::set_by_tests_run(URL_VARIABLE)
}

async fn make_template_once<F, R>(template: &str, prepare: F)
where
    F: FnOnce(String) -> R,
    R: Future<Output = ()>,
{
    let mut server = connect_to_server().await;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut server).await.expect("a lock");
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(template)
        .fetch_one(&mut server)
        .await
        .expect("the server lists its databases");
    if !exists {
        // Prepared under another name and renamed at the end, so that a preparation that panics leaves no half template.
        let draft = unique_name();
        execute(&mut server, &format!("CREATE DATABASE {draft}")).await;
        prepare(url_of(&draft)).await;
        execute(&mut server, &format!("ALTER DATABASE {draft} RENAME TO {template}")).await;
    }
    // Closing the session gives the lock back.
    server.close().await.expect("the session ends");
}

fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("wishwell_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The server's URL with another database in it.
fn url_of(database: &str) -> String {
    with_database(&server_url(), database)
}

fn with_database(server: &str, database: &str) -> String {
    let (address, options) =
        server.split_once('?').map_or((server, None), |(address, options)| (address, Some(options)));
    let (authority, _) = address.rsplit_once('/').expect("a database URL names a database");
    match options {
        Some(options) => format!("{authority}/{database}?{options}"),
        None => format!("{authority}/{database}"),
    }
}

async fn connect_to_server() -> PgConnection {
    PgConnection::connect(&server_url()).await.expect("the test server answers")
}

async fn execute_on_server(statement: &str) {
    let mut server = connect_to_server().await;
    execute(&mut server, statement).await;
    server.close().await.expect("the session ends");
}

/// Runs a statement made here, from names made here.
async fn execute(server: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(server)
        .await
        .unwrap_or_else(|error| panic!("`{statement}`: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_its_options_when_the_database_changes() {
        assert_eq!(
            with_database("postgres://me@localhost/postgres?host=/tmp/socket", "mine"),
            "postgres://me@localhost/mine?host=/tmp/socket"
        );
        assert_eq!(with_database("postgres://me@localhost:5433/postgres", "mine"), "postgres://me@localhost:5433/mine");
    }

    #[tokio::test]
    async fn two_tests_get_two_databases_and_both_are_gone_afterwards() {
        let (one, two) = (TestDatabase::create().await, TestDatabase::create().await);
        assert_ne!(one.url(), two.url());
        let names = [one.name.clone(), two.name.clone()];
        let still_connected = PgConnection::connect(one.url()).await.expect("the database answers");
        drop((one, two));
        let mut server = connect_to_server().await;
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = ANY ($1)")
            .bind(&names[..])
            .fetch_one(&mut server)
            .await
            .expect("the server lists its databases");
        assert_eq!(left, 0);
        drop(still_connected);
    }

    #[tokio::test]
    async fn what_is_restored_is_as_it_was_backed_up() {
        let count = async |url: &str| -> i64 {
            let mut connection = PgConnection::connect(url).await.expect("the database answers");
            sqlx::query_scalar("SELECT count(*) FROM kept")
                .fetch_one(&mut connection)
                .await
                .expect("the table is there")
        };
        let database = TestDatabase::create().await;
        let mut connected = PgConnection::connect(database.url()).await.expect("the database answers");
        execute(&mut connected, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)").await;
        let backup = database.back_up().await;
        let mut connected = PgConnection::connect(database.url()).await.expect("it lets in again");
        execute(&mut connected, "INSERT INTO kept VALUES (2)").await;
        assert_eq!((count(database.url()).await, count(backup.url()).await), (2, 1));
        database.restore(&backup).await;
        assert_eq!(count(database.url()).await, 1);
    }

    #[tokio::test]
    async fn a_copy_of_a_template_has_what_was_prepared_and_shares_nothing() {
        async fn prepare(url: String) {
            let mut connection = PgConnection::connect(&url).await.expect("the draft answers");
            execute(&mut connection, "CREATE TABLE prepared (n int); INSERT INTO prepared VALUES (1)").await;
            connection.close().await.expect("the session ends");
        }
        async fn count(connection: &mut PgConnection) -> i64 {
            sqlx::query_scalar("SELECT count(*) FROM prepared").fetch_one(connection).await.expect("the table is there")
        }
        let one = TestDatabase::copy_of("support_self_test", prepare).await;
        let two = TestDatabase::copy_of("support_self_test", prepare).await;
        let mut in_one = PgConnection::connect(one.url()).await.expect("the copy answers");
        let mut in_two = PgConnection::connect(two.url()).await.expect("the copy answers");
        execute(&mut in_one, "INSERT INTO prepared VALUES (2)").await;
        assert_eq!((count(&mut in_one).await, count(&mut in_two).await), (2, 1));
    }
}
