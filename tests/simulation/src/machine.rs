//! The machine that the store runs on: a process with a runtime of one thread, one file, the clock in a table, and what an end of the
//! process or of the power leaves of it.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wishwell_store::{Durability, SqliteStore, Store};

use crate::dice::Dice;

/// Where the header of a write-ahead log has its salt, which changes when the log starts over
/// (<https://www.sqlite.org/fileformat2.html#walformat>).
const SALT: std::ops::Range<usize> = 16..24;

/// A machine whose process runs.
pub(crate) struct Machine {
    // In the order in which they go: nothing may outlive the runtime that it was made on.
    store: Option<Arc<dyn Store>>,
    runtime: Option<Runtime>,
    behind: Option<rusqlite::Connection>,
    path: PathBuf,
    lives: u32,
    folder: TempDir,
}

/// What a file held at one moment.
pub(crate) struct Held {
    file: Vec<u8>,
    log: Vec<u8>,
}

impl Machine {
    /// A new store, whose clock the simulation moves.
    pub(crate) fn new(now: Timestamp) -> Self {
        let folder = scratch();
        let path = folder.path().join("0.db");
        std::fs::write(&path, template()).unwrap();
        let mut machine = Self { store: None, runtime: None, behind: None, path, lives: 0, folder };
        machine.open();
        machine.set_clock(now);
        machine
    }

    fn open(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        self.store = Some(runtime.block_on(SqliteStore::open_to_write_in_place(&self.path, Durability::Full)).unwrap());
        self.runtime = Some(runtime);
        let behind = rusqlite::Connection::open(&self.path).unwrap();
        behind.busy_timeout(Duration::from_secs(20)).unwrap();
        self.behind = Some(behind);
    }

    /// Ends everything where it stands, whatever was under way.
    fn fall(&mut self) {
        self.behind = None;
        if let Some(runtime) = self.runtime.take() {
            // Connections that are given up ask for a runtime, if only to be told that it ends.
            let within = runtime.enter();
            self.store = None;
            drop(within);
            runtime.shutdown_background();
        }
    }

    /// The store.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(self.store.as_ref().unwrap())
    }

    /// Runs work on the store's thread. What the store has begun by itself goes on only meanwhile.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.as_ref().unwrap().block_on(work)
    }

    /// Polls `work`, then lets what the store has begun by itself go on to where it waits next. Answers whether `work` is done.
    pub(crate) fn go_on(&self, work: &mut (impl Future + Unpin)) -> bool {
        self.run(async {
            let done = poll_fn(|task| Poll::Ready(pin!(&mut *work).poll(task).is_ready())).await;
            if !done {
                tokio::task::yield_now().await;
            }
            done
        })
    }

    /// Runs work up to its await of that number, counted from 0, and gives it up there. Answers whether it was done before.
    pub(crate) fn give_up(&self, work: impl Future, awaits: usize) -> bool {
        // It ends where it was begun: what a connection has to do when it is given up, it does in a runtime.
        self.run(async {
            let mut work = pin!(work);
            let mut left = awaits;
            poll_fn(|task| match work.as_mut().poll(task) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if left == 0 => Poll::Ready(false),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await
        })
    }

    /// A number that changes with each transaction that the store commits.
    pub(crate) fn commits(&self) -> i64 {
        self.behind.as_ref().unwrap().query_row("PRAGMA data_version", (), |row| row.get(0)).unwrap()
    }

    /// Moves the database's clock. Nothing may be under way.
    pub(crate) fn set_clock(&self, now: Timestamp) {
        self.execute(&format!("UPDATE simulated_clock SET microseconds = {}", now.as_microsecond()));
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn execute(&self, sql: &str) {
        self.behind.as_ref().unwrap().execute_batch(sql).unwrap();
    }

    /// Runs SQL behind the store's back that the tables' rules may refuse.
    pub(crate) fn try_execute(&self, sql: &str) -> bool {
        self.behind.as_ref().unwrap().execute_batch(sql).is_ok()
    }

    /// Where the write-ahead log lies.
    pub(crate) fn log_path(&self) -> PathBuf {
        self.path.with_extension("db-wal")
    }

    /// The bytes of file and write-ahead log. Nothing may be under way.
    pub(crate) fn held(&self) -> Held {
        Held { file: std::fs::read(&self.path).unwrap(), log: std::fs::read(self.log_path()).unwrap_or_default() }
    }

    /// The process ends and starts again: the file is what it is.
    pub(crate) fn restart(&mut self) {
        self.fall();
        self.open();
        // How far the last process came with its log is not for the seed to say. Whatever hinders this ends with that process.
        let behind = self.behind.as_ref().unwrap();
        while behind.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, i64>(0)) != Ok(0) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The power fails at a random byte of what was written since `before`, and what comes after it was never written, or is
    /// zeros or nonsense. Answers from which length of the write-ahead log on nothing is left, none when it had started over since and
    /// all of it stays.
    pub(crate) fn lose_power(&mut self, before: Held, dice: &mut Dice, lose_more: bool) -> Option<u64> {
        let after = self.held();
        let started_over = before.log.get(SALT) != after.log.get(SALT);
        let span = after.log.len().saturating_sub(before.log.len());
        // Drawn whether or not it is needed: what chance decides later must not depend on it.
        let (lost, rest) = (dice.below(span + 1), dice.below(3));
        let mut log = after.log;
        let mut kept = log.len() - lost;
        if lose_more {
            kept = kept.min(before.log.len() / 2);
        }
        let whole = started_over;
        if !whole {
            match rest {
                0 => log.truncate(kept),
                1 => log[kept..].fill(0),
                _ => log[kept..].fill(0xA5),
            }
        }
        self.fall();
        self.lives += 1;
        self.path = self.folder.path().join(format!("{}.db", self.lives));
        std::fs::write(&self.path, if whole { after.file } else { before.file }).unwrap();
        std::fs::write(self.log_path(), log).unwrap();
        self.open();
        (!whole).then(|| u64::try_from(kept).unwrap())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.fall();
    }
}

/// Memory where there is some that is a folder: a simulated crash needs no disk.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = TempDir::new_in(memory)
    {
        return folder;
    }
    tempfile::tempdir().unwrap()
}

/// An empty store's file, with a table in place of the clock. Made once: the tables take longer to make than a simulation to run.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = scratch();
        let path = folder.path().join("template.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { SqliteStore::open(&path, Durability::Full).await.unwrap().close().await });
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE simulated_clock (microseconds INTEGER NOT NULL); \
                 INSERT INTO simulated_clock VALUES (0); \
                 DROP VIEW wishwell_now; \
                 CREATE VIEW wishwell_now AS SELECT microseconds FROM simulated_clock",
            )
            .unwrap();
        connection.close().unwrap();
        std::fs::read(&path).unwrap()
    })
}
