//! The rivals on SQLite: a loop that commits one row at a time, and one that commits the rows of one hold at a time. One connection,
//! prepared statements, WAL and synchronous=FULL as Wishwell has it, no gRPC, in this process.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::report::median;

/// Pages of a file that is written over and synchronised, one at a time.
const SYNCED_PAGES: u64 = 64;
const PAGE_BYTES: usize = 4_096;
/// Bytes of an event's payload, as pgbench's.
const PAYLOAD_BYTES: usize = 1_100;

/// What a rival commits at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// One row.
    Row,
    /// The rows that a hold is at the least: the pool's figure, the hold, a row of the ledger, an event and the record of the request.
    Hold,
}

/// How long the disk of `folder` takes to have a page of a file that is written over, in microseconds; the median. Blocks.
pub(super) fn sync_micros(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("synced")).expect("a file can be made");
    let page = [7_u8; PAGE_BYTES];
    for _ in 0..SYNCED_PAGES {
        file.write_all(&page).expect("a page is written");
    }
    file.sync_all().expect("the disk has it");
    let mut times: Vec<f64> = (0..SYNCED_PAGES)
        .map(|at| {
            let started = Instant::now();
            file.seek(SeekFrom::Start(at * PAGE_BYTES as u64)).expect("a page is there");
            file.write_all(&page).expect("a page is written");
            file.sync_data().expect("the disk has it");
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    median(&mut times)
}

pub(super) struct Rival {
    connection: Connection,
    pools: i64,
    next: i64,
    payload: String,
}

impl Rival {
    /// A file of its own in `folder`.
    pub(super) fn create(folder: &Path, pools: usize) -> Self {
        let connection = Connection::open(folder.join("commits.db")).expect("a file can be made");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE pool (id INTEGER PRIMARY KEY, total INTEGER NOT NULL, pending INTEGER NOT NULL,
                     CHECK (pending <= total));
                 CREATE TABLE hold (id INTEGER PRIMARY KEY, pool INTEGER NOT NULL, quantity INTEGER NOT NULL,
                     state TEXT NOT NULL, expires_at INTEGER NOT NULL);
                 CREATE TABLE ledger (hold INTEGER PRIMARY KEY, pool INTEGER NOT NULL, pending INTEGER NOT NULL);
                 CREATE TABLE event (position INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload TEXT NOT NULL);
                 CREATE TABLE request (id INTEGER PRIMARY KEY, digest BLOB NOT NULL, outcome TEXT NOT NULL);",
            )
            .expect("tables can be made");
        let synchronous: i64 =
            connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).expect("a pragma answers");
        assert_eq!(synchronous, 2, "each commit waits for the disk");
        let pools = i64::try_from(pools).expect("few pools");
        connection
            .execute(
                "INSERT INTO pool SELECT value, 4294967295, 0 FROM (WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL \
                 SELECT value + 1 FROM numbers WHERE value < ?1) SELECT value FROM numbers)",
                [pools],
            )
            .expect("pools are made");
        Self { connection, pools, next: 1, payload: "x".repeat(PAYLOAD_BYTES) }
    }

    /// Commits a second over a round. Blocks.
    pub(super) fn run(&mut self, unit: Unit, duration: Duration) -> f64 {
        let prepare = |sql| self.connection.prepare(sql).expect("SQL");
        let mut begin = prepare("BEGIN IMMEDIATE");
        let mut commit = prepare("COMMIT");
        let mut pool = prepare("UPDATE pool SET pending = pending + 1 WHERE id = ?1 AND pending + 1 <= total");
        let mut hold = prepare("INSERT INTO hold VALUES (?1, ?2, 1, 'pending', ?3)");
        let mut ledger = prepare("INSERT INTO ledger VALUES (?1, ?2, 1)");
        let mut event = prepare("INSERT INTO event VALUES (?1, ?2, ?3)");
        let mut request = prepare("INSERT INTO request VALUES (?1, ?2, '[]')");
        let started = Instant::now();
        let mut commits = 0_u64;
        while started.elapsed() < duration {
            let id = self.next;
            let taken = id.wrapping_mul(104_729) % self.pools + 1;
            if unit == Unit::Hold {
                begin.execute([]).expect("a transaction");
                assert_eq!(pool.execute([taken]).expect("a figure"), 1);
                ledger.execute([id, taken]).expect("a row");
                event.execute(params![id, id, self.payload]).expect("a row");
                request.execute(params![id, [7_u8; 32]]).expect("a row");
            }
            hold.execute([id, taken, id]).expect("a row");
            if unit == Unit::Hold {
                commit.execute([]).expect("a transaction");
            }
            self.next += 1;
            commits += 1;
        }
        commits as f64 / started.elapsed().as_secs_f64()
    }
}
