//! Where it happens, and what makes it slow there.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use wishwell_store::{Durability, PostgresOptions, PostgresStore, SqliteStore, Store};

use crate::aftermath::tenant;
use crate::postgres::PostgresServer;
use crate::replica::{Ground, Replica, folder};
use crate::world::makers;

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A server of its own.
    Postgres,
    /// A file that several processes have open.
    Sqlite,
}

/// Some transactions wait in their middle, so that others that began later overtake them, and some wait where they commit,
/// so that whoever reads meanwhile reads over them: of the ledger's, whose events may lie in a row at the last of their positions, more.
const SLOW: &str = "
    CREATE FUNCTION wait_in_the_middle() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(substr(NEW.phone, 6)::float / 1000); RETURN NEW; END $$;
    CREATE TRIGGER in_the_middle BEFORE UPDATE ON organizations
    FOR EACH ROW WHEN (NEW.phone LIKE 'late %') EXECUTE FUNCTION wait_in_the_middle();
    CREATE FUNCTION wait_at_commit() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() * 0.01); RETURN NEW; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.position % 499 = 0 OR (NEW.kind = 'moves' AND NEW.position % 5 = 0))
    EXECUTE FUNCTION wait_at_commit();
    CREATE FUNCTION wait_while_moving() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() * 0.2); RETURN NEW; END $$;
    CREATE TRIGGER while_moving BEFORE UPDATE ON capacity_pools
    FOR EACH ROW WHEN (NEW.version % 97 = 0) EXECUTE FUNCTION wait_while_moving()";

/// What a log has whose numbers come from a sequence: each is taken when its row changes and written when it is logged.
const EARLY: &str = "
    CREATE SEQUENCE early;
    SELECT setval('early', (SELECT position FROM log_heads WHERE tenant = 'main'));
    CREATE FUNCTION take_early() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
      PERFORM set_config('test.position', nextval('early')::text, true);
      PERFORM pg_sleep(random() * 0.01);
      RETURN NEW;
    END $$;
    CREATE TRIGGER early BEFORE UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION take_early();
    CREATE FUNCTION use_early() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN NEW.position := current_setting('test.position')::bigint; RETURN NEW; END $$;
    CREATE TRIGGER early BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION use_early()";

/// A database.
pub(super) enum Place {
    Postgres(PostgresServer),
    Sqlite(TempDir),
}

impl Place {
    pub(super) async fn make(backend: Backend) -> Self {
        match backend {
            Backend::Postgres => {
                Self::Postgres(tokio::task::spawn_blocking(PostgresServer::start).await.expect("PostgreSQL starts"))
            }
            Backend::Sqlite => Self::Sqlite(tempfile::tempdir().expect("a scratch folder")),
        }
    }

    pub(super) async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::Postgres(server) => PostgresStore::connect(&server.url(), PostgresOptions::default()).await,
            Self::Sqlite(folder) => SqliteStore::open(file(folder), Durability::Full).await,
        }
        .expect("the store opens")
    }

    pub(super) async fn position(&self, store: &Arc<dyn Store>) -> i64 {
        store.position(&tenant()).await.expect("the store answers").0
    }

    /// SQLite has one writer at a time: there, nobody overtakes.
    pub(super) async fn make_slow(&self, hand_out_early: bool) {
        if let Self::Postgres(server) = self {
            server.execute(SLOW);
            if hand_out_early {
                server.execute(EARLY);
            }
        }
    }

    /// Rows of the log that hold the events of whole transactions; none where that cannot be seen from here.
    pub(super) fn rows_of_moves(&self) -> Option<i64> {
        match self {
            Self::Postgres(server) => server.execute("SELECT COUNT(*) FROM events WHERE kind = 'moves'").parse().ok(),
            Self::Sqlite(_) => None,
        }
    }

    pub(super) async fn replica(&self) -> Replica {
        let database_url = match self {
            Self::Postgres(server) => server.url(),
            Self::Sqlite(folder) => format!("sqlite:{}", file(folder).display()),
        };
        let replica = Replica::start(folder(&makers()), Ground::over(database_url)).await;
        replica.wait_until_serving().await;
        replica
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("wishwell.db")
}
