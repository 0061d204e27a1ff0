//! A fresh database for one case, with what the contract does not offer: a second store over the same data, a clock that
//! stands, and a look behind the store's back.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, SqlSafeStr as _, SqliteConnection, SqlitePool};
use tempfile::TempDir;
use wishwell_domain::ids::TenantId;
use wishwell_domain::organization::Organization;
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
        let database = TestDatabase::copy_of("store_0012", |url| async move {
            PostgresStore::connect(&url, PostgresOptions::default()).await.unwrap().close().await;
        })
        .await;
        let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
        Self { store, place: Place::Postgres(database) }
    }

    /// Where the server of a fixture on PostgreSQL is.
    pub fn url(&self) -> &str {
        match &self.place {
            Place::Sqlite { .. } => panic!("a file has no address"),
            Place::Postgres(database) => database.url(),
        }
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

    /// Throws everything away and makes the tables as the first program made them, with an organization, its event, and the
    /// answer to [`samples::request`]`(1, 1)`.
    pub async fn start_over_at_version_one(&self, organization: &Organization, event: &str) {
        self.store.close().await;
        let first = |sql: &'static str| {
            let migration = Migration::new(1, "foundation".into(), MigrationType::Simple, sql.into_sql_str(), false);
            Migrator::with_migrations(vec![migration])
        };
        let (id, request, digest) = match &self.place {
            Place::Sqlite { path, .. } => {
                std::fs::remove_file(path).unwrap();
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
                let pool = SqlitePool::connect_with(options).await.unwrap();
                first(include_str!("../../migrations/sqlite/0001_foundation.sql")).run(&pool).await.unwrap();
                pool.close().await;
                let blob = |uuid: uuid::Uuid| format!("x'{}'", uuid.simple());
                (blob(organization.id.as_uuid()), blob(samples::uuid(1)), format!("x'{}'", "01".repeat(32)))
            }
            Place::Postgres(database) => {
                self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
                let pool = PgPool::connect(database.url()).await.unwrap();
                first(include_str!("../../migrations/postgres/0001_foundation.sql")).run(&pool).await.unwrap();
                pool.close().await;
                let text = |uuid: uuid::Uuid| format!("'{uuid}'");
                (text(organization.id.as_uuid()), text(samples::uuid(1)), format!("'\\x{}'", "01".repeat(32)))
            }
        };
        let (tenant, code) = (samples::tenant(), organization.social_credit_code.as_ref().unwrap().as_str());
        let (external, name, contact) =
            (organization.external.as_ref().unwrap(), &organization.name, &organization.contact);
        let (minors, key) = (organization.vetted_for_minors.as_ref().unwrap(), samples::request(1, 1));
        let (principal, method) = (&key.principal, key.request.as_ref().unwrap().method);
        self.execute(&format!(
            "INSERT INTO organizations VALUES ('{tenant}', {id}, '{}', '{}', '{}', '{}', 'social_work_agency', \
             'suspended', '{code}', NULL, '{}', '{}', '{}', '{}', '{}', '{}', '', NULL, 1, 0, 0); \
             INSERT INTO log_heads (tenant, position) VALUES ('{tenant}', 1); \
             INSERT INTO events (tenant, position, at, principal, kind, subject, payload) \
             VALUES ('{tenant}', 1, 0, '{principal}', 'organization', '{}', '{event}'); \
             INSERT INTO request_outcomes \
             VALUES ('{tenant}', '{principal}', '{method}', {request}, {digest}, 0, 1, '[]')",
            external.source,
            external.external_id,
            name.zh,
            name.en,
            contact.phone,
            contact.email,
            contact.url,
            contact.address,
            minors.note,
            minors.valid_until.unwrap(),
            organization.id.name(),
        ))
        .await;
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
