//! A fresh database for one case, with what the contract does not offer: a second store over the same data, a clock that
//! stands, and a look behind the store's back.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use wishwell_domain::ids::TenantId;
use wishwell_store::{
    Durability, Mutation, Outcome, PostgresOptions, PostgresStore, SqliteStore, Store, StoreError, WriteContext,
    Written,
};
use wishwell_test_support::postgres::TestDatabase;

use crate::samples;

pub struct Fixture {
    pub store: Arc<dyn Store>,
    place: Place,
}

enum Place {
    Sqlite { _folder: TempDir, path: PathBuf },
    Postgres(TestDatabase),
}

impl Fixture {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let store = SqliteStore::open(&path, Durability::Full).await.unwrap();
        Self { store, place: Place::Sqlite { _folder: folder, path } }
    }

    pub async fn postgres() -> Self {
        let database = TestDatabase::copy_of("store_0001", |url| async move {
            PostgresStore::connect(&url, PostgresOptions::default()).await.unwrap().close().await;
        })
        .await;
        let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
        Self { store, place: Place::Postgres(database) }
    }

    /// Another store over the same data, as another replica has one.
    pub async fn another(&self) -> Arc<dyn Store> {
        self.try_another().await.unwrap()
    }

    pub async fn try_another(&self) -> Result<Arc<dyn Store>, StoreError> {
        match &self.place {
            Place::Sqlite { path, .. } => SqliteStore::open(path, Durability::Full).await,
            Place::Postgres(database) => PostgresStore::connect(database.url(), PostgresOptions::default()).await,
        }
    }

    /// Makes the data look as if a program with this schema version had made it.
    pub async fn set_schema_version(&self, version: i64) {
        self.execute(&format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT {version}, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1"
        ))
        .await;
    }

    /// Stops the database's clock at an instant.
    pub async fn set_clock(&self, now: Timestamp) {
        let microseconds = now.as_microsecond();
        let sql = match &self.place {
            Place::Sqlite { .. } => {
                format!("DROP VIEW wishwell_now; CREATE VIEW wishwell_now AS SELECT {microseconds} AS microseconds")
            }
            Place::Postgres(_) => format!(
                "CREATE OR REPLACE FUNCTION wishwell_now() RETURNS BIGINT LANGUAGE sql VOLATILE AS \
                 $$ SELECT {microseconds}::BIGINT $$"
            ),
        };
        self.execute(&sql).await;
    }

    /// Makes commits come late: PostgreSQL waits a random while at the end of each transaction that logs something, and
    /// before it. SQLite has one writer, whose transactions cannot overlap.
    pub async fn slow_commits(&self) {
        if let Place::Postgres(_) = &self.place {
            self.execute(
                "CREATE FUNCTION dawdle() RETURNS TRIGGER LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_sleep(random() * 0.004); RETURN NEW; END $$; \
                 CREATE TRIGGER before_the_log BEFORE INSERT ON capacity_pools \
                 FOR EACH ROW EXECUTE FUNCTION dawdle(); \
                 CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION dawdle()",
            )
            .await;
        }
    }

    /// Runs SQL behind the store's back.
    pub async fn execute(&self, sql: &str) {
        match &self.place {
            Place::Sqlite { path, .. } => {
                let mut connection = SqliteConnection::connect(&path.display().to_string()).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Place::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// What a counting query counts, asked behind the store's back.
    pub async fn count(&self, sql: &str) -> i64 {
        match &self.place {
            Place::Sqlite { path, .. } => {
                let mut connection = SqliteConnection::connect(&path.display().to_string()).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
            }
            Place::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Writes without a request id, for the tenant of most cases.
    pub async fn write(&self, mutations: Vec<Mutation>) -> Written {
        self.store.write(&samples::context(), mutations).await.unwrap()
    }

    /// The same for one mutation, answering its outcome.
    pub async fn write_one(&self, mutation: Mutation) -> Outcome {
        self.write(vec![mutation]).await.outcomes.remove(0)
    }

    pub async fn write_as(&self, context: &WriteContext, mutations: Vec<Mutation>) -> Written {
        self.store.write(context, mutations).await.unwrap()
    }

    /// Puts what the samples refer to.
    pub async fn grounded(self) -> Self {
        self.write(samples::ground()).await;
        self
    }

    pub fn tenant(&self) -> TenantId {
        samples::tenant()
    }
}
