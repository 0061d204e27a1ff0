//! What an answered write survives rests on a few pragmas of the connection that wrote it. They are asked for on every way to such a
//! connection, and after everything a store does with one.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use tempfile::TempDir;
use uuid::Uuid;
use wishwell_domain::beneficiary::{Beneficiary, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, TenantId, Version};

use super::*;
use crate::contract::{Mutation, RequestKey, WriteContext, WriteMode};

/// A store with its inside open to the test.
struct Opened {
    store: SqlStore,
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl Opened {
    async fn fresh(durability: Durability) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let opened = Self::at(path, durability).await;
        Self { _folder: Some(folder), ..opened }
    }

    async fn at(path: PathBuf, durability: Durability) -> Self {
        let store = open_store(&path, durability, Thread::Own, Schema::BroughtUpToDate).await.unwrap();
        Self { store, path, _folder: None }
    }

    fn writer(&self) -> &Writer {
        match &*self.store.database {
            Database::Sqlite { writer, .. } => writer,
            Database::Postgres { .. } => unreachable!("a file was opened"),
        }
    }

    fn readers(&self) -> &SqlitePool {
        match &*self.store.database {
            Database::Sqlite { readers, .. } => readers,
            Database::Postgres { .. } => unreachable!("a file was opened"),
        }
    }

    async fn pragma<T: FromSql + Send + 'static>(&self, name: &'static str) -> T {
        let asked = self.writer().call(move |connection| {
            connection.pragma_query_value(None, name, |row| row.get(0)).map_err(direct::failure)
        });
        asked.await.unwrap()
    }

    async fn assert_in_force(&self, durability: Durability, when: &str) {
        let numbers = [
            ("synchronous", synchronous_of(durability)),
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("cell_size_check", 1),
            ("trusted_schema", 0),
            ("wal_autocheckpoint", LOGGED_PAGES_MAX.parse().unwrap()),
            // Reading what was not committed, or writing the schema, would undo the rest.
            ("read_uncommitted", 0),
            ("writable_schema", 0),
            ("query_only", 0),
            ("ignore_check_constraints", 0),
        ];
        for (pragma, expected) in numbers {
            let found: i64 = self.pragma(pragma).await;
            assert_eq!(found, expected, "{pragma} {when}");
        }
        for (pragma, expected) in [("journal_mode", "wal"), ("locking_mode", "normal")] {
            let found: String = self.pragma(pragma).await;
            assert_eq!(found, expected, "{pragma} {when}");
        }
    }
}

fn context(n: u128) -> WriteContext {
    WriteContext {
        tenant: TenantId::parse("tenant", "main").unwrap(),
        principal: "desk".to_owned(),
        request: Some(RequestKey { method: "/a.B/C", request_id: Uuid::from_u128(n), body_digest: [1; 32] }),
    }
}

fn somebody(id: BeneficiaryId) -> Mutation {
    let beneficiary = Beneficiary {
        id,
        external: None,
        personal: None,
        identity_digest: None,
        residence_division: None,
        registration_division: None,
        household: None,
        group_tags: Vec::new(),
        consents: Vec::new(),
        erased_at: None,
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    Mutation::Put { entity: Change::Beneficiary(beneficiary), mode: WriteMode::Create }
}

#[tokio::test]
async fn what_an_answered_write_rests_on_is_in_force_after_everything_a_store_does() {
    for durability in [Durability::Full, Durability::Relaxed] {
        let opened = Opened::fresh(durability).await;
        opened.assert_in_force(durability, "in a new file, once its tables are made").await;
        let id = BeneficiaryId::from_uuid(Uuid::from_u128(7));
        let key = Mutation::PutKey { subject: id.name(), key: WrappedKey(vec![1]) };
        opened.store.write(&context(1), vec![somebody(id), key]).await.unwrap();
        opened.assert_in_force(durability, "after a write").await;
        opened.store.write(&context(2), vec![somebody(id)]).await.unwrap_err();
        opened.assert_in_force(durability, "after a write that was refused").await;
        opened.store.keep_answer(&context(1), serde_json::json!([])).await.unwrap();
        opened.assert_in_force(durability, "after an answer was kept").await;
        opened.store.write(&context(3), vec![Mutation::EraseBeneficiary { id }]).await.unwrap();
        opened.assert_in_force(durability, "after an erasure, which empties the log of writes").await;
        // Enough of them that old answers were swept.
        for n in 100..700 {
            opened.store.write(&context(n), Vec::new()).await.unwrap();
        }
        opened.assert_in_force(durability, "after a sweep").await;
        let tenant = context(1).tenant;
        opened.store.load_catalog(&tenant, &|_| {}).await.unwrap();
        opened.assert_in_force(durability, "after a load over the second driver").await;
        let given_up = opened.store.database.begin_write().await.unwrap();
        drop(given_up);
        opened.assert_in_force(durability, "after a write that its caller gave up").await;
        opened.store.close().await;
    }
}

#[tokio::test]
async fn a_file_that_is_opened_again_is_written_with_the_durability_of_this_time() {
    let first = Opened::fresh(Durability::Relaxed).await;
    first.store.write(&context(1), Vec::new()).await.unwrap();
    first.store.close().await;
    // In between somebody's tool leaves the file in another journal mode, which the file keeps.
    let options = SqliteConnectOptions::new().filename(&first.path).journal_mode(SqliteJournalMode::Delete);
    let tool = options.synchronous(SqliteSynchronous::Off).connect().await.unwrap();
    tool.close().await.unwrap();
    for durability in [Durability::Full, Durability::Relaxed, Durability::Full] {
        let again = Opened::at(first.path.clone(), durability).await;
        again.assert_in_force(durability, "after reopening").await;
        again.store.close().await;
    }
}

#[tokio::test]
async fn a_writer_connection_that_takes_the_place_of_a_broken_one_has_them_too() {
    let opened = Opened::fresh(Durability::Full).await;
    for round in 0..3 {
        // Whatever was done to a connection ends with it.
        let spoil = |connection: &mut rusqlite::Connection| {
            connection.execute_batch("PRAGMA synchronous = OFF").map_err(direct::failure)
        };
        opened.writer().call(spoil).await.unwrap();
        opened.writer().give_up_connection().await;
        opened.assert_in_force(Durability::Full, "on a connection in place of another").await;
        opened.store.write(&context(round), Vec::new()).await.unwrap();
    }
    opened.store.close().await;
}

#[tokio::test]
async fn readers_cannot_write() {
    let opened = Opened::fresh(Durability::Full).await;
    let refused = sqlx::query("DELETE FROM log_heads").execute(opened.readers()).await.unwrap_err();
    assert!(refused.to_string().contains("readonly"), "{refused}");
    opened.store.close().await;
}

#[test]
fn a_file_that_cannot_have_a_write_ahead_log_is_refused_instead_of_written_without() {
    // A database in memory has no write-ahead log, and SQLite says nothing when it is asked for one.
    let refused = open_to_write(Path::new(":memory:"), Durability::Full).unwrap_err();
    assert!(matches!(&refused, StoreError::CannotWrite(reason) if reason.contains("wal")), "{refused:?}");
}
