//! The rivals: pgbench, one transaction a hold, with the rows that a hold is at the least: the pool's figure, the hold, a row of the
//! ledger, an event and the record of the request. Prepared statements, no round trip beyond those of the statements themselves. One takes the
//! event's position from a sequence, one keeps a log that others can follow.

use std::path::PathBuf;
use std::process::Command;

use sqlx::{Connection, Executor, PgConnection};
use wishwell_test_support::postgres::TestDatabase;

use super::report::Side;
use std::time::Duration;

/// Bytes of an event's payload: about what Wishwell logs of a new referral.
const PAYLOAD_BYTES: usize = 1_100;

/// Where the position of an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Positions {
    /// From a sequence: with gaps, and out of the order of commits. Whoever reads on after a position misses what commits late.
    Sequence,
    /// From a row with the log's head: without gaps and in the order of commits, as Wishwell's.
    Head,
}

pub(super) struct Rival {
    database: TestDatabase,
    folder: tempfile::TempDir,
    pools: usize,
}

impl Rival {
    pub(super) async fn create(pools: usize) -> Self {
        let database = TestDatabase::create().await;
        let mut connection = PgConnection::connect(database.url()).await.expect("PostgreSQL answers");
        for statement in [
            "CREATE TABLE pool (tenant text NOT NULL, id bigint NOT NULL, total bigint NOT NULL, pending bigint NOT NULL, \
             committed bigint NOT NULL, PRIMARY KEY (tenant, id), CHECK (pending + committed <= total))",
            "CREATE TABLE hold (tenant text NOT NULL, id uuid NOT NULL, pool bigint NOT NULL, quantity bigint NOT NULL, \
             state text NOT NULL, expires_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))",
            "CREATE TABLE ledger (tenant text NOT NULL, hold uuid NOT NULL, ordinal bigint NOT NULL, pool bigint NOT NULL, \
             pending bigint NOT NULL, committed bigint NOT NULL, PRIMARY KEY (tenant, hold, ordinal))",
            "CREATE SEQUENCE position",
            "CREATE TABLE log_head (tenant text PRIMARY KEY, position bigint NOT NULL)",
            // Behind everything that a sequence gives.
            "INSERT INTO log_head VALUES ('bench', 1000000000000)",
            "CREATE SEQUENCE hold_number",
            "CREATE FUNCTION next_id() RETURNS uuid LANGUAGE sql VOLATILE AS \
             $$ SELECT CAST(lpad(to_hex(nextval('hold_number')), 32, '0') AS uuid) $$",
            "CREATE TABLE event (tenant text NOT NULL, position bigint NOT NULL, at timestamptz NOT NULL, \
             principal text NOT NULL, payload text NOT NULL, PRIMARY KEY (tenant, position))",
            "CREATE TABLE request (tenant text NOT NULL, principal text NOT NULL, id uuid NOT NULL, digest bytea NOT NULL, \
             outcome text NOT NULL, PRIMARY KEY (tenant, principal, id))",
        ] {
            connection.execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        sqlx::query("INSERT INTO pool SELECT 'bench', id, 4294967295, 0, 0 FROM generate_series(1, $1) AS id")
            .bind(i64::try_from(pools).expect("few pools"))
            .execute(&mut connection)
            .await
            .expect("pools are made");
        connection.execute("ANALYZE").await.expect("statistics");
        let rival = Self { database, folder: tempfile::tempdir().expect("a scratch folder"), pools };
        for positions in [Positions::Sequence, Positions::Head] {
            std::fs::write(rival.script(positions), rival.transaction(positions)).expect("the script can be written");
        }
        rival
    }

    fn script(&self, positions: Positions) -> PathBuf {
        self.folder.path().join(format!("{positions:?}.sql"))
    }

    fn transaction(&self, positions: Positions) -> String {
        let payload = format!("{{\"kind\":\"hold\",\"after\":\"{}\"}}", "x".repeat(PAYLOAD_BYTES));
        // The head's row comes last: who holds it keeps everybody waiting until the commit lasts.
        let event = match positions {
            Positions::Sequence => {
                format!("INSERT INTO event VALUES ('bench', nextval('position'), now(), 'bench', '{payload}');\n")
            }
            Positions::Head => format!(
                "UPDATE log_head SET position = position + 1 WHERE tenant = 'bench' RETURNING position AS head \\gset\n\
                 INSERT INTO event VALUES ('bench', :head, now(), 'bench', '{payload}');\n"
            ),
        };
        format!(
            // Identifiers grow with time, as Wishwell's do, and cost no round trip.
            "\\set pool random(1, {})\n\
             BEGIN;\n\
             UPDATE pool SET pending = pending + 1 WHERE tenant = 'bench' AND id = :pool \
             AND pending + committed + 1 <= total;\n\
             INSERT INTO hold VALUES ('bench', next_id(), :pool, 1, 'pending', now() + interval '2 days') \
             RETURNING id AS hold \\gset\n\
             INSERT INTO ledger VALUES ('bench', CAST(:hold AS uuid), 1, :pool, 1, 0);\n\
             INSERT INTO request VALUES ('bench', 'bench', CAST(:hold AS uuid), \
             decode('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex'), '[]');\n\
             {event}\
             COMMIT;\n",
            self.pools
        )
    }

    /// One round. Blocks.
    pub(super) fn run(&self, positions: Positions, clients: usize, seconds: u64) -> Side {
        for entry in std::fs::read_dir(self.folder.path()).expect("the folder is ours").flatten() {
            if entry.file_name().to_string_lossy().starts_with("times") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        let output = Command::new(program())
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log", "--log-prefix=times"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={seconds}"))
            .arg(format!("--file={}", self.script(positions).display()))
            .arg(self.database.url())
            .current_dir(self.folder.path())
            .output()
            .expect("pgbench is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut times = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).expect("the folder is ours").flatten() {
            if !entry.file_name().to_string_lossy().starts_with("times") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).expect("pgbench logs text");
            // client, transaction, time in microseconds, script, and the instant.
            times.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u32>().ok()));
        }
        Side::of(times, Duration::from_secs(seconds))
    }
}

/// Beside the server that runs, which may not be on the path.
fn program() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin/pgbench")).collect();
    found.retain(|path| path.is_file());
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pgbench"))
}
