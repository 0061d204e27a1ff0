//! A campaign: clients play while a storm rages, and when it is over everything must add up.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use wishwell_store::{Due, PageRequest, PostgresOptions, PostgresStore, RoundFilter, Store};
use wishwell_test_support::redis::RedisServer;

use crate::aftermath::{discrepancies, log_after, results, tenant, unlike_the_log};
use crate::ask::DEADLINE;
use crate::checker::{Violation, check};
use crate::clock::Clock;
use crate::history::Evidence;
use crate::play::Play;
use crate::postgres::PostgresServer;
use crate::random::Random;
use crate::replica::{Ground, Replica, folder};
use crate::storm::{Strikes, Targets, rage};
use crate::tally::{Lapses, Rounds, Tally};
use crate::watcher::Watcher;
use crate::world::{World, makers};

/// Replicas over one database, by their machines' clocks.
const CLOCKS: [Clock; 3] = [Clock::FAST, Clock { seconds_ahead: 0 }, Clock::SLOW];

/// How many times as fast as everybody's the database's clock runs, by which offers lapse: the hour that somebody has who is asked to help in
/// an emergency takes six seconds.
const HASTE: u32 = 600;
/// Longest wait for lapsed offers to be let go when all replicas serve.
const LET_GO_PATIENCE: Duration = Duration::from_secs(60);

/// Longest wait for rounds to end when all replicas serve.
const ROUNDS_PATIENCE: Duration = Duration::from_secs(120);

/// What a campaign is to be like.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides what clients do and when faults strike; not how the machine runs them.
    pub seed: u64,
    /// How long the storm rages.
    pub time: Duration,
    /// Clients at once.
    pub clients: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    settings: Settings,
    /// The calls.
    pub tally: Tally,
    strikes: Strikes,
    requests_sent_again: usize,
    log: usize,
    /// The offers whose time was over.
    pub lapses: Lapses,
    /// The rounds.
    pub rounds: Rounds,
    watched: usize,
    resumed: u64,
    /// Everything that must never be and was.
    pub violations: Vec<Violation>,
    /// What replicas said of faults of their own.
    own_faults: Vec<String>,
}

impl Report {
    /// How often each fault struck.
    #[must_use]
    pub const fn strikes(&self) -> &Strikes {
        &self.strikes
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { seed, time, clients } = self.settings;
        writeln!(f, "seed {seed}, {} s of storm, {clients} clients, {} replicas", time.as_secs(), CLOCKS.len())?;
        write!(f, "{}", self.tally)?;
        write!(f, "faults:")?;
        self.strikes.iter().try_for_each(|(fault, count)| write!(f, "  {count} {fault:?}"))?;
        writeln!(f)?;
        writeln!(f, "{} requests were sent again afterwards", self.requests_sent_again)?;
        let Self { log, lapses: Lapses { lapsed, followed }, watched, resumed, .. } = self;
        writeln!(f, "{log} events, {watched} watched, resumed {resumed} times")?;
        writeln!(f, "{lapsed} offers lapsed, after {followed} of them somebody else was asked")?;
        writeln!(f, "rounds: {}", self.rounds)?;
        self.violations.iter().take(50).try_for_each(|violation| writeln!(f, "VIOLATION {violation}"))?;
        self.own_faults.iter().take(50).try_for_each(|line| writeln!(f, "a replica said: {line}"))?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// Runs a campaign on servers of its own.
///
/// # Panics
/// When servers do not start, or do not come back after the storm.
pub async fn run(settings: Settings) -> Report {
    let random = Random::new(settings.seed);
    let (targets, play) = set_up().await;
    let start = store_position(&targets).await;
    let watcher = Watcher::after(start);
    let watching =
        tokio::spawn(Arc::clone(&watcher).run(play.channels.clone(), Arc::clone(&play.board), random.fork(1)));
    let clients = play.start(settings.clients, &random);
    let strikes = rage(targets.clone(), random.fork(2), settings.time).await;
    play.end(clients).await;
    for replica in &targets.replicas {
        replica.lock().await.wait_until_serving().await;
    }
    // What callers gave up is done or refused by then.
    tokio::time::sleep(DEADLINE).await;
    let requests_sent_again = play.classify().await;
    let evidence = gather(&targets, &play, &watcher, start).await;
    watching.abort();
    let mut own_faults = Vec::new();
    for replica in &targets.replicas {
        own_faults.extend(replica.lock().await.own_faults());
    }
    Report {
        settings,
        tally: Tally::of(&evidence.attempts),
        strikes,
        requests_sent_again,
        log: evidence.log.len(),
        lapses: Lapses::of(&evidence.log),
        rounds: Rounds::of(&evidence.log),
        watched: evidence.watched.len(),
        resumed: watcher.resumed(),
        violations: check(&evidence),
        own_faults,
    }
}

async fn set_up() -> (Targets, Arc<Play>) {
    let postgres = tokio::task::spawn_blocking(PostgresServer::start).await.expect("PostgreSQL starts");
    let redis = RedisServer::start();
    let ground = Ground::over(postgres.url()).with_redis(redis.url());
    let mut maker = Replica::start(folder(&makers()), ground.clone()).await;
    maker.wait_until_serving().await;
    let world = World::make(&maker.channel()).await;
    maker.terminate().await;
    let pace = postgres.hasten(HASTE);
    let mut replicas = Vec::new();
    for clock in CLOCKS {
        replicas.push(Replica::start(folder(&world.callers()), ground.with_clock(clock)).await);
    }
    let mut channels = Vec::new();
    for replica in &replicas {
        replica.wait_until_serving().await;
        channels.push(replica.channel());
    }
    let play = Play::new(world, channels, pace);
    let targets = Targets {
        replicas: replicas.into_iter().map(|replica| Arc::new(Mutex::new(replica))).collect(),
        postgres: Arc::new(Mutex::new(postgres)),
        redis: Arc::new(Mutex::new(redis)),
    };
    (targets, play)
}

async fn open_store(targets: &Targets) -> Arc<dyn Store> {
    let url = targets.postgres.lock().await.url();
    PostgresStore::connect(&url, PostgresOptions::default()).await.expect("the store opens")
}

async fn store_position(targets: &Targets) -> i64 {
    let store = open_store(targets).await;
    let position = store.position(&tenant()).await.expect("the store answers");
    store.close().await;
    position.0
}

/// Waits for the watcher, stops the replicas and reads everything.
async fn gather(targets: &Targets, play: &Play, watcher: &Watcher, start: i64) -> Evidence {
    let store = open_store(targets).await;
    wait_until_rounds_end(store.as_ref()).await;
    let let_go_by = wait_until_let_go(store.as_ref()).await;
    let aim = store.position(&tenant()).await.expect("the store answers").0;
    watcher.wait_for(aim).await;
    for replica in &targets.replicas {
        replica.lock().await.terminate().await;
    }
    let log = log_after(store.as_ref(), start).await;
    let mut discrepancies = discrepancies(store.as_ref()).await;
    discrepancies.extend(unlike_the_log(store.as_ref(), &log).await);
    let (results_kept, outcomes) = results(store.as_ref(), &log).await;
    store.close().await;
    let watched_to = watcher.position().max(aim);
    let (attempts, watched) = (play.attempts(), watcher.take());
    Evidence {
        attempts,
        watched,
        log,
        start,
        watched_to,
        let_go_by,
        results_kept,
        outcomes,
        rounds_over: true,
        discrepancies,
    }
}

/// Waits until every round has ended, which they should by themselves.
async fn wait_until_rounds_end(store: &dyn Store) {
    let (filter, page) =
        (RoundFilter { unfinished_only: true, ..RoundFilter::default() }, PageRequest { after: None, limit: 1 });
    let started = Instant::now();
    while started.elapsed() < ROUNDS_PATIENCE {
        let unfinished = store.list_rounds(&tenant(), &filter, &page).await.expect("the store answers");
        if unfinished.entries.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until no offer holds anything whose time is over; the instant by the database's clock up to which that is so, or should be.
async fn wait_until_let_go(store: &dyn Store) -> i64 {
    let started = Instant::now();
    loop {
        let now = store.now().await.expect("the store answers");
        let lapsed = store.due(&tenant(), Due::Lapsed, None, 1).await.expect("the store answers");
        if lapsed.is_empty() || started.elapsed() > LET_GO_PATIENCE {
            return now.as_microsecond();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
