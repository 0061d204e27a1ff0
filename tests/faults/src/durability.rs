//! The embedded store under a server that is killed (SIGKILL) in the middle of writes, again and again.
//!
//! What the kernel was given survives the process that gave it, so this proves that an answer is never ahead of its
//! transaction and that recovery works; that a commit reaches the disk is `services/store`'s to prove (`synchronous=FULL`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use wishwell_store::{Durability, SqliteStore, Store};
use wishwell_test_support::process::Wishwell;

use crate::aftermath::{discrepancies, log_after, tenant};
use crate::ask::DEADLINE;
use crate::checker::{Violation, check, lost};
use crate::clock::Pace;
use crate::history::{Evidence, Logged, Outcome};
use crate::play::Play;
use crate::random::Random;
use crate::replica::{Ground, Replica, folder, write_callers};
use crate::tally::Tally;
use crate::watcher::Watcher;
use crate::world::{World, makers};

/// The store's file, in the folder of the server.
const STORE_FILE: &str = "wishwell.db";
/// Its address, as the server is told it.
const STORE_URL: &str = "sqlite:wishwell.db";
/// How long a server lives after it was looked into.
const LIFE: (Duration, Duration) = (Duration::ZERO, Duration::from_millis(250));
/// Longest wait for a command that audits the store.
const AUDIT_PATIENCE: Duration = Duration::from_secs(120);

/// What a run is to be like.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides what clients do and when the server is killed; not how the machine runs them.
    pub seed: u64,
    /// Times that the server is killed.
    pub rounds: usize,
    /// Clients at once.
    pub clients: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    settings: Settings,
    /// The calls.
    pub tally: Tally,
    /// Rounds in which the kill cut off writes while others had been answered.
    pub rounds_amid_writes: usize,
    log: usize,
    watched: usize,
    slowest_start: Duration,
    /// Everything that must never be and was, with the round after which it was seen.
    pub violations: Vec<(usize, Violation)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { seed, rounds, clients } = self.settings;
        writeln!(
            f,
            "seed {seed}, killed {rounds} times, {} of them amid writes, {clients} clients",
            self.rounds_amid_writes
        )?;
        write!(f, "{}", self.tally)?;
        writeln!(f, "{} events, {} watched; slowest start {:?}", self.log, self.watched, self.slowest_start)?;
        let shown = self.violations.iter().take(50);
        shown
            .into_iter()
            .try_for_each(|(round, violation)| writeln!(f, "VIOLATION after kill {round}: {violation}"))?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// Kills a server of its own again and again. `meddle` is called after each kill with its number, counted from 1, and the path of the
/// store, which nobody uses at that moment.
///
/// # Panics
/// When a server does not start.
pub async fn run(settings: Settings, mut meddle: impl FnMut(usize, &Path)) -> Report {
    let random = Random::new(settings.seed);
    let (mut replica, world, store) = set_up().await;
    let mut watch = Watch::begin(store).await;
    let play = Play::new(world, vec![replica.channel()], watch.pace);
    let watcher = Watcher::after(watch.start);
    let watching =
        tokio::spawn(Arc::clone(&watcher).run(play.channels.clone(), Arc::clone(&play.board), random.fork(1)));
    let clients = play.start(settings.clients, &random);
    let mut instants = random.fork(2);
    for round in 1..=settings.rounds {
        tokio::time::sleep(instants.between(LIFE.0, LIFE.1)).await;
        replica.kill();
        meddle(round, &watch.store);
        let started = Instant::now();
        replica.start_again().await;
        replica.wait_until_serving().await;
        watch.slowest_start = watch.slowest_start.max(started.elapsed());
        watch.look(round, &play).await;
    }
    play.end(clients).await;
    // What callers gave up is done or refused by then.
    tokio::time::sleep(DEADLINE).await;
    play.classify().await;
    watch.look(settings.rounds, &play).await;
    watcher.wait_for(watch.position()).await;
    replica.terminate().await;
    watching.abort();
    watch.conclude(settings, &play, &watcher, replica).await
}

async fn set_up() -> (Replica, World, PathBuf) {
    let ground = Ground::over(STORE_URL);
    let place = folder(&makers());
    let store = place.path().join(STORE_FILE);
    let mut maker = Replica::start(place, ground.clone()).await;
    maker.wait_until_serving().await;
    let world = World::make(&maker.channel()).await;
    maker.terminate().await;
    let place = maker.into_folder();
    write_callers(place.path(), &world.callers());
    let replica = Replica::start(place, ground).await;
    replica.wait_until_serving().await;
    (replica, world, store)
}

/// Whoever looks into the store after each kill.
struct Watch {
    store: PathBuf,
    pace: Pace,
    start: i64,
    log: Vec<Logged>,
    attempts_known: usize,
    rounds_amid_writes: usize,
    slowest_start: Duration,
    violations: Vec<(usize, Violation)>,
}

impl Watch {
    async fn begin(store: PathBuf) -> Self {
        let opened = open(&store).await;
        let start = opened.position(&tenant()).await.expect("the store answers").0;
        let pace = Pace::of(opened.now().await.expect("the store answers").as_microsecond(), 1);
        opened.close().await;
        Self {
            store,
            pace,
            start,
            log: Vec::new(),
            attempts_known: 0,
            rounds_amid_writes: 0,
            slowest_start: Duration::ZERO,
            violations: Vec::new(),
        }
    }

    fn position(&self) -> i64 {
        self.log.last().map_or(self.start, |event| event.position)
    }

    /// Everything that was answered by now must be there, and the file be whole. Nothing of this may outlive the look: a
    /// connection that stays would spare the next server its recovery.
    async fn look(&mut self, round: usize, play: &Play) {
        let attempts = play.attempts_after(self.attempts_known);
        self.attempts_known += attempts.len();
        let writes = || attempts.iter().filter(|attempt| !attempt.kind.is_read());
        let answered = writes().any(|attempt| matches!(attempt.outcome, Outcome::Done(_)));
        if answered && writes().any(|attempt| matches!(attempt.outcome, Outcome::Unknown(_))) {
            self.rounds_amid_writes += 1;
        }
        let store = open(&self.store).await;
        self.log.extend(log_after(store.as_ref(), self.position()).await);
        store.close().await;
        self.violations.extend(lost(&attempts, &self.log).into_iter().map(|found| (round, found)));
        let defects = defects(&self.store).await;
        self.violations.extend(defects.into_iter().map(|found| (round, Violation::Books(found))));
    }

    async fn conclude(mut self, settings: Settings, play: &Play, watcher: &Watcher, replica: Replica) -> Report {
        let store = open(&self.store).await;
        let log = log_after(store.as_ref(), self.start).await;
        let mut discrepancies = discrepancies(store.as_ref()).await;
        store.close().await;
        // After the last look the server may have written by itself until it ended: an offer lapsed.
        if log.get(..self.log.len()) != Some(&self.log) {
            let seen = self.log.iter().zip(&log).find(|(seen, now)| seen != now);
            let lengths = (self.log.len(), log.len());
            discrepancies.push(format!("the log is not what was seen of it while it grew: {lengths:?}, {seen:?}"));
        }
        let ground = replica.into_folder();
        discrepancies.extend(audits(ground).await);
        let (attempts, watched_to) = (play.attempts(), watcher.position().max(self.position()));
        // Nobody waits here until offers have lapsed and rounds have ended.
        let (watched, start, let_go_by) = (watcher.take(), self.start, 0);
        let evidence =
            Evidence { attempts, watched, log, start, watched_to, let_go_by, discrepancies, ..Evidence::default() };
        self.violations.extend(check(&evidence).into_iter().map(|found| (settings.rounds, found)));
        Report {
            settings,
            tally: Tally::of(&evidence.attempts),
            rounds_amid_writes: self.rounds_amid_writes,
            log: evidence.log.len(),
            watched: evidence.watched.len(),
            slowest_start: self.slowest_start,
            violations: self.violations,
        }
    }
}

async fn open(path: &Path) -> Arc<dyn Store> {
    SqliteStore::open(path, Durability::Full).await.expect("the store opens")
}

/// What SQLite itself finds wrong with the file.
async fn defects(path: &Path) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(20));
    let mut connection = options.connect().await.expect("the file opens");
    let mut lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut connection)
        .await
        .unwrap_or_else(|error| vec![error.to_string()]);
    connection.close().await.expect("nothing was written");
    lines.retain(|line| line != "ok");
    lines
}

/// What the program's own audits say that is not in order.
async fn audits(mut folder: TempDir) -> Vec<String> {
    let mut found = Vec::new();
    for (command, verdict) in [("verify", "everything adds up"), ("rebuild", "the same tables")] {
        let arguments = [command, "--database-url", STORE_URL, "--master-key-file", "master.key"];
        let mut process = Wishwell::spawn_in(folder, arguments, &[]);
        let status = process.wait_until_ended(AUDIT_PATIENCE).await;
        let said = process.output();
        if !status.success() || !said.contains(verdict) {
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            found.push(format!("`wishwell {command}` ended with {status}: {last:?}"));
        }
        folder = process.into_folder();
    }
    found
}
