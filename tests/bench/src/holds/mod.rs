//! Durable holds through gRPC beside what writes the same without Wishwell, on the same server or disk: pgbench on PostgreSQL, single
//! commits on SQLite.

mod commits;
mod markdown;
mod on_postgres;
mod on_sqlite;
mod pgbench;
mod report;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::load::{self, Target};
use crate::process;
use crate::wishwell::Wishwell;
use report::{Cpu, Side};

/// What Wishwell stores in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Beside pgbench.
    Postgres,
    /// Beside single commits.
    Sqlite,
}

/// How to measure holds.
#[derive(Debug, Clone, Args)]
pub(crate) struct HoldArgs {
    /// What Wishwell stores in, and thereby what it is measured beside.
    #[arg(long, value_enum, default_value = "postgres")]
    store: Kind,
    /// Pools that holds are spread over.
    #[arg(long, default_value_t = 10_000)]
    pools: usize,
    /// Pools that everybody wants at once.
    #[arg(long, default_value_t = 10)]
    hot_pools: usize,
    /// Rounds; each runs the rival, then Wishwell.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measured seconds of a round and side.
    #[arg(long, default_value_t = 5)]
    round_seconds: u64,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// Connections that the clients share.
const CONNECTIONS: usize = 8;
/// Holds a second beyond which a round would run out of requests.
const HOLDS_PER_SECOND_MAX: usize = 20_000;

impl HoldArgs {
    fn round(&self) -> Duration {
        Duration::from_secs(self.round_seconds)
    }

    /// Requests enough for all rounds, one of them to warm up.
    fn requests(&self) -> usize {
        HOLDS_PER_SECOND_MAX * (self.round_seconds as usize + 1) * (self.rounds + 1)
    }
}

/// Measures, prints tables, and writes JSON and Markdown.
pub(crate) async fn run(args: &HoldArgs) {
    match args.store {
        Kind::Postgres => on_postgres::run(args).await,
        Kind::Sqlite => on_sqlite::run(args).await,
    }
}

/// A running Wishwell and the requests that were not sent yet.
struct Holder {
    wishwell: Arc<Wishwell>,
    target: Target,
    next: Arc<AtomicUsize>,
    /// The database server's first process, where there is one to look at.
    database: Option<u32>,
}

impl Holder {
    /// Starts Wishwell on a filled store.
    async fn start(url: String, folder: PathBuf, requests: Vec<prost::bytes::Bytes>) -> Self {
        let started = tokio::task::spawn_blocking(move || Wishwell::start_on(&url, &folder)).await;
        let wishwell = Arc::new(started.expect("it starts"));
        let target = wishwell.hold_target(Arc::new(requests));
        Self { wishwell, target, next: Arc::default(), database: None }
    }

    /// Looks at the processor time of a database server as well, by the process that started all others.
    const fn beside(mut self, database: Option<u32>) -> Self {
        self.database = database;
        self
    }

    /// Processor time used so far by clients, Wishwell and database.
    fn cpu(&self) -> [Duration; 3] {
        [process::own_cpu(), self.wishwell.process.cpu(), self.database.map_or(Duration::ZERO, process::family_cpu)]
    }

    /// One round.
    async fn hold(&self, clients: usize, duration: Duration) -> Side {
        let (target, next) = (self.target.clone(), Arc::clone(&self.next));
        let before = self.cpu();
        let timed = move || load::timed_loop(&target, CONNECTIONS, clients, duration, &next);
        let times = tokio::task::spawn_blocking(timed).await.expect("the round runs to its end");
        let used = self.cpu();
        let mut side = Side::of(times, duration);
        let holds = (side.per_second * duration.as_secs_f64()).max(1.0);
        let [clients_micros, server_micros, database_micros] =
            [0, 1, 2].map(|at: usize| used[at].saturating_sub(before[at]).as_secs_f64() * 1e6 / holds);
        side.cpu = Some(Cpu { clients_micros, server_micros, database_micros });
        side
    }

    /// Holds that were asked for, every one of which was answered.
    fn held(&self) -> i64 {
        i64::try_from(self.next.load(Ordering::Relaxed)).expect("few holds")
    }

    /// Asks for everything that is left to ask; answers how many were held and how many refused.
    async fn rest(&self) -> (u64, u64) {
        let target = self.target.clone();
        let asking = tokio::task::spawn_blocking(move || load::each_by_many(&target, CONNECTIONS, 64));
        asking.await.expect("everybody is answered")
    }
}
