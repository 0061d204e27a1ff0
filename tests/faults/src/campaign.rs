//! A campaign: clients play while a storm rages, and when it is over everything must add up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::{PostgresOptions, PostgresStore, Store};
use wishwell_test_support::redis::RedisServer;

use crate::ask::{Ask, DEADLINE, Told, outcome, send};
use crate::board::Board;
use crate::checker::{Violation, check};
use crate::choose;
use crate::history::{Attempt, Evidence, Kind, Logged, Outcome};
use crate::postgres::PostgresServer;
use crate::random::Random;
use crate::replica::{Ground, Replica, folder};
use crate::storm::{Strikes, Targets, rage};
use crate::watcher::Watcher;
use crate::world::{World, makers};

/// Replicas over one database.
const REPLICAS: usize = 3;
/// Times a client sends a request again at once when it does not know what became of it.
const RETRIES_MAX: usize = 3;
/// Times a request is sent again when the storm is over, until somebody knows.
const CLASSIFY_ATTEMPTS_MAX: usize = 100;
/// Longest wait for the watcher to have seen everything.
const WATCHER_PATIENCE: Duration = Duration::from_secs(60);

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
    calls: BTreeMap<Kind, BTreeMap<String, u64>>,
    strikes: Strikes,
    requests_sent_again: usize,
    unknown_at_first: usize,
    happened: usize,
    log: usize,
    watched: usize,
    resumed: u64,
    /// Everything that must never be and was.
    pub violations: Vec<Violation>,
}

impl Report {
    /// Calls, attempts counted one by one.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.values().flat_map(BTreeMap::values).sum()
    }

    /// How often each fault struck.
    #[must_use]
    pub const fn strikes(&self) -> &Strikes {
        &self.strikes
    }

    /// Calls that were answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.calls.values().filter_map(|outcomes| outcomes.get("answered")).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { seed, time, clients } = self.settings;
        writeln!(f, "seed {seed}, {} s of storm, {clients} clients, {REPLICAS} replicas", time.as_secs())?;
        for (kind, outcomes) in &self.calls {
            write!(f, "{:>16}", format!("{kind:?}"))?;
            outcomes.iter().try_for_each(|(outcome, count)| write!(f, "  {count} {outcome}"))?;
            writeln!(f)?;
        }
        write!(f, "faults:")?;
        self.strikes.iter().try_for_each(|(fault, count)| write!(f, "  {count} {fault:?}"))?;
        writeln!(f)?;
        writeln!(
            f,
            "{} calls; {} requests were unknown at first, {} of them had happened, {} were sent again afterwards",
            self.calls(),
            self.unknown_at_first,
            self.happened,
            self.requests_sent_again
        )?;
        writeln!(f, "{} events, {} watched, resumed {} times", self.log, self.watched, self.resumed)?;
        self.violations.iter().take(50).try_for_each(|violation| writeln!(f, "VIOLATION {violation}"))?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// Everything the clients share.
#[derive(Debug)]
struct Play {
    world: World,
    board: Arc<Board>,
    channels: Vec<Channel>,
    started: Instant,
    over: AtomicBool,
    attempts: SyncMutex<Vec<Attempt>>,
    unknown: SyncMutex<Vec<Ask>>,
}

impl Play {
    /// Sends a request once, to one of the replicas, and notes what came.
    async fn attempt(&self, ask: &Ask, replica: usize) -> Outcome {
        let Some(channel) = self.channels.get(replica % REPLICAS) else { unreachable!("replicas are counted") };
        let invoked = self.now();
        let told = send(channel, ask).await;
        let ended = self.now();
        let outcome = outcome(&told);
        let attempt = Attempt { request: ask.request, kind: ask.kind, invoked, ended, outcome: outcome.clone() };
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
        match told {
            Ok(Told::Referral(referral, _)) => self.board.referral(&referral),
            Ok(Told::Pool(pool, _)) => self.board.pool(&pool),
            Ok(Told::Need(need, _)) => self.board.need(need.name),
            Ok(Told::Wishes(wishes)) => self.board.wishes(wishes),
            Err(_) => {}
        }
        outcome
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Sends a request as impatient callers do: sometimes to two replicas at once, and again when nobody knows.
    async fn carry_out(&self, ask: Ask, random: &mut Random) {
        let replica = random.below(REPLICAS);
        let mut outcomes = if !ask.kind.is_read() && random.percent(5) {
            let (one, other) = tokio::join!(self.attempt(&ask, replica), self.attempt(&ask, replica + 1));
            vec![one, other]
        } else {
            vec![self.attempt(&ask, replica).await]
        };
        if ask.kind.is_read() {
            return;
        }
        let is_done = |outcomes: &[Outcome]| outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(_)));
        let is_unknown = |outcomes: &[Outcome]| outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unknown(_)));
        for _ in 0..RETRIES_MAX {
            if !is_unknown(&outcomes) || is_done(&outcomes) || random.percent(40) {
                break;
            }
            tokio::time::sleep(random.between(Duration::from_millis(20), Duration::from_millis(500))).await;
            outcomes.push(self.attempt(&ask, random.below(REPLICAS)).await);
        }
        if is_done(&outcomes) && random.percent(8) {
            outcomes.push(self.attempt(&ask, random.below(REPLICAS)).await);
        }
        // Also when it was refused in the end: what was sent first may still have been on its way.
        if is_unknown(&outcomes) {
            self.unknown.lock().unwrap_or_else(PoisonError::into_inner).push(ask);
        }
    }

    async fn client(self: Arc<Self>, mut random: Random) {
        while !self.over.load(Ordering::Relaxed) {
            match choose::next(&mut random, &self.world, &self.board) {
                Some(ask) => self.carry_out(ask, &mut random).await,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
            tokio::time::sleep(random.between(Duration::ZERO, Duration::from_millis(30))).await;
        }
    }

    /// Sends what is unknown again until somebody knows; how many there were.
    async fn classify(self: &Arc<Self>) -> usize {
        let unknown = std::mem::take(&mut *self.unknown.lock().unwrap_or_else(PoisonError::into_inner));
        let count = unknown.len();
        let mut running = JoinSet::new();
        for (number, ask) in unknown.into_iter().enumerate() {
            if running.len() >= 16 {
                running.join_next().await;
            }
            let play = Arc::clone(self);
            running.spawn(async move {
                for attempt in 0..CLASSIFY_ATTEMPTS_MAX {
                    if !matches!(play.attempt(&ask, number + attempt).await, Outcome::Unknown(_)) {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            });
        }
        while running.join_next().await.is_some() {}
        count
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
    let mut clients = JoinSet::new();
    for number in 0..settings.clients {
        clients.spawn(Arc::clone(&play).client(random.fork(1_000 + u64::try_from(number).unwrap_or_default())));
    }
    let strikes = rage(targets.clone(), random.fork(2), settings.time).await;
    play.over.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended.expect("a client plays to the end");
    }
    for replica in &targets.replicas {
        replica.lock().await.wait_until_serving().await;
    }
    // What callers gave up is done or refused by then.
    tokio::time::sleep(DEADLINE).await;
    let requests_sent_again = play.classify().await;
    let evidence = gather(&targets, &play, &watcher, start).await;
    watching.abort();
    let (unknown_at_first, happened) = unknown(&evidence.attempts);
    Report {
        settings,
        calls: count(&evidence.attempts),
        strikes,
        requests_sent_again,
        unknown_at_first,
        happened,
        log: evidence.log.len(),
        watched: evidence.watched.len(),
        resumed: watcher.resumed(),
        violations: check(&evidence),
    }
}

async fn set_up() -> (Targets, Arc<Play>) {
    let postgres = tokio::task::spawn_blocking(PostgresServer::start).await.expect("PostgreSQL starts");
    let redis = RedisServer::start();
    let ground = Ground { database_url: postgres.url(), redis_url: Some(redis.url()) };
    let mut maker = Replica::start(folder(&makers()), ground.clone()).await;
    maker.wait_until_serving().await;
    let world = World::make(&channel(&maker)).await;
    maker.terminate().await;
    let mut replicas = Vec::new();
    for _ in 0..REPLICAS {
        replicas.push(Replica::start(folder(&world.callers()), ground.clone()).await);
    }
    let mut channels = Vec::new();
    for replica in &replicas {
        replica.wait_until_serving().await;
        channels.push(channel(replica));
    }
    let play = Play {
        world,
        board: Arc::default(),
        channels,
        started: Instant::now(),
        over: AtomicBool::new(false),
        attempts: SyncMutex::default(),
        unknown: SyncMutex::default(),
    };
    let targets = Targets {
        replicas: replicas.into_iter().map(|replica| Arc::new(Mutex::new(replica))).collect(),
        postgres: Arc::new(Mutex::new(postgres)),
        redis: Arc::new(Mutex::new(redis)),
    };
    (targets, Arc::new(play))
}

fn channel(replica: &Replica) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", replica.address())).expect("an address makes a URI");
    endpoint.connect_timeout(Duration::from_secs(2)).connect_lazy()
}

async fn open_store(targets: &Targets) -> Arc<dyn Store> {
    let url = targets.postgres.lock().await.url();
    PostgresStore::connect(&url, PostgresOptions::default()).await.expect("the store opens")
}

/// The tenant of every caller.
fn tenant() -> TenantId {
    TenantId::parse("tenant", "main").expect("it is a tenant's name")
}

async fn store_position(targets: &Targets) -> i64 {
    let store = open_store(targets).await;
    let position = store.position(&tenant()).await.expect("the store answers");
    store.close().await;
    position.0
}

/// Waits for the watcher, stops the replicas and reads everything.
async fn gather(targets: &Targets, play: &Play, watcher: &Watcher, start: i64) -> Evidence {
    let (store, tenant) = (open_store(targets).await, tenant());
    let aim = store.position(&tenant).await.expect("the store answers").0;
    let waiting = Instant::now();
    while watcher.position() < aim && waiting.elapsed() < WATCHER_PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for replica in &targets.replicas {
        replica.lock().await.terminate().await;
    }
    let mut log: Vec<Logged> = Vec::new();
    loop {
        let after = LogPosition(log.last().map_or(start, |event| event.position));
        let page = store.events(&tenant, after, LOG_PAGE_EVENTS_MAX).await.expect("the store answers");
        if page.is_empty() {
            break;
        }
        log.extend(page.iter().map(Logged::from));
    }
    let verified = store.verify(&tenant).await.expect("the store answers");
    let mut discrepancies: Vec<String> = verified.discrepancies.iter().map(|found| format!("{found:?}")).collect();
    if verified.referrals == 0 || verified.movements == 0 {
        discrepancies.push("the ledger is empty: nothing was verified".to_owned());
    }
    store.close().await;
    let watched_to = watcher.position().max(aim);
    let mut attempts = std::mem::take(&mut *play.attempts.lock().unwrap_or_else(PoisonError::into_inner));
    attempts.sort_by_key(|attempt| attempt.ended);
    Evidence { attempts, watched: watcher.take(), log, start, watched_to, discrepancies }
}

fn count(attempts: &[Attempt]) -> BTreeMap<Kind, BTreeMap<String, u64>> {
    let mut calls: BTreeMap<Kind, BTreeMap<String, u64>> = BTreeMap::new();
    for attempt in attempts {
        let name = match &attempt.outcome {
            Outcome::Done(_) => "answered".to_owned(),
            Outcome::Refused(refusal) => refusal.reason.clone(),
            Outcome::Unknown(refusal) => format!("unknown ({refusal})"),
        };
        *calls.entry(attempt.kind).or_default().entry(name).or_default() += 1;
    }
    calls
}

/// Requests whose first attempt was unknown, and how many of them had happened by the time somebody was told.
fn unknown(attempts: &[Attempt]) -> (usize, usize) {
    let mut first: BTreeMap<uuid::Uuid, u64> = BTreeMap::new();
    let mut happened: BTreeMap<uuid::Uuid, bool> = BTreeMap::new();
    let mut reached = 0;
    for attempt in attempts.iter().filter(|attempt| !attempt.kind.is_read()) {
        match &attempt.outcome {
            Outcome::Unknown(_) => {
                first.entry(attempt.request).or_insert(reached);
            }
            Outcome::Done(answer) => {
                if first.contains_key(&attempt.request) {
                    // An answer from below what others have reached is one from before.
                    let before = u64::try_from(answer.position).unwrap_or_default() < reached;
                    happened.entry(attempt.request).or_insert(before);
                }
                reached = reached.max(u64::try_from(answer.position).unwrap_or_default());
            }
            Outcome::Refused(_) => {}
        }
    }
    (first.len(), happened.values().filter(|happened| **happened).count())
}
