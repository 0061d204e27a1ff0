//! The faults, one after the other and some at once, in an order that the seed decides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use wishwell_test_support::redis::RedisServer;

use crate::postgres::PostgresServer;
use crate::random::Random;
use crate::replica::Replica;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A replica is killed and started again.
    KillReplica,
    /// A replica stands still for a while.
    PauseReplica,
    /// A replica is told to stop and started again.
    DrainReplica,
    /// All connections to a replica are cut.
    CutConnections,
    /// PostgreSQL is stopped in order and started again.
    RestartPostgres,
    /// PostgreSQL is killed with all its processes and started again.
    KillPostgres,
    /// One session of PostgreSQL is killed, upon which it recovers by itself.
    KillSession,
    /// Redis loses everything it knows; each second while it runs.
    FlushRedis,
    /// Redis is killed and started again.
    KillRedis,
}

/// Those that strike one by one; Redis is flushed all the time beside them.
const STRIKES: [Fault; 8] = [
    Fault::KillReplica,
    Fault::PauseReplica,
    Fault::CutConnections,
    Fault::KillPostgres,
    Fault::DrainReplica,
    Fault::KillRedis,
    Fault::RestartPostgres,
    Fault::KillSession,
];
/// Rest between two faults.
const REST: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(2_500));
/// How long something is away.
const AWAY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How long a replica stands still: sometimes longer than its callers wait.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(6));

/// What the faults strike.
#[derive(Debug, Clone)]
pub struct Targets {
    /// The replicas.
    pub replicas: Vec<Arc<Mutex<Replica>>>,
    /// The database.
    pub postgres: Arc<Mutex<PostgresServer>>,
    /// The bus.
    pub redis: Arc<Mutex<RedisServer>>,
}

/// How often each fault struck.
pub type Strikes = BTreeMap<Fault, u64>;

/// Lets faults strike until the time is over, and everything that was struck is back.
pub async fn rage(targets: Targets, mut random: Random, time: Duration) -> Strikes {
    let strikes: Arc<SyncMutex<Strikes>> = Arc::default();
    let started = Instant::now();
    let flushing = tokio::spawn(flush_each_second(Arc::clone(&targets.redis), Arc::clone(&strikes)));
    let mut running = JoinSet::new();
    let mut order: Vec<Fault> = Vec::new();
    while started.elapsed() < time {
        tokio::time::sleep(random.between(REST.0, REST.1)).await;
        if order.is_empty() {
            order.extend(STRIKES);
        }
        let fault = order.swap_remove(random.below(order.len()));
        let (targets, random, strikes) = (targets.clone(), random.fork(random.clone().next()), Arc::clone(&strikes));
        running.spawn(async move {
            if strike(fault, &targets, random).await {
                count(&strikes, fault);
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("a fault strikes as it should");
    }
    flushing.abort();
    let counted = strikes.lock().unwrap_or_else(PoisonError::into_inner);
    counted.clone()
}

fn count(strikes: &SyncMutex<Strikes>, fault: Fault) {
    *strikes.lock().unwrap_or_else(PoisonError::into_inner).entry(fault).or_default() += 1;
}

async fn flush_each_second(redis: Arc<Mutex<RedisServer>>, strikes: Arc<SyncMutex<Strikes>>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // Held by whoever has killed it.
        if let Ok(redis) = redis.try_lock() {
            redis.command(&["FLUSHALL"]);
            count(&strikes, Fault::FlushRedis);
        }
    }
}

/// Strikes; answers whether it did: what is struck already is left alone.
async fn strike(fault: Fault, targets: &Targets, mut random: Random) -> bool {
    let away = random.between(AWAY.0, AWAY.1);
    match fault {
        Fault::KillReplica | Fault::PauseReplica | Fault::DrainReplica | Fault::CutConnections => {
            let Some(Ok(mut replica)) = random.pick(&targets.replicas).map(|replica| replica.try_lock()) else {
                return false;
            };
            match fault {
                Fault::CutConnections => replica.cut(),
                Fault::PauseReplica => {
                    replica.freeze();
                    tokio::time::sleep(random.between(PAUSE.0, PAUSE.1)).await;
                    replica.thaw();
                }
                Fault::DrainReplica => {
                    replica.terminate().await;
                    replica.start_again().await;
                }
                _ => {
                    replica.kill();
                    tokio::time::sleep(away).await;
                    replica.start_again().await;
                }
            }
            true
        }
        Fault::RestartPostgres | Fault::KillPostgres | Fault::KillSession => {
            let Ok(postgres) = Arc::clone(&targets.postgres).try_lock_owned() else { return false };
            let choose = random.below(1_000);
            let struck = tokio::task::spawn_blocking(move || {
                match fault {
                    Fault::RestartPostgres => postgres.stop(),
                    Fault::KillPostgres => postgres.kill(),
                    _ => return postgres.kill_one_session(choose),
                }
                std::thread::sleep(away);
                postgres.start_again();
            });
            struck.await.expect("PostgreSQL is struck as it should");
            true
        }
        Fault::FlushRedis | Fault::KillRedis => {
            let Ok(mut redis) = targets.redis.try_lock() else { return false };
            redis.stop();
            tokio::time::sleep(away * 2).await;
            redis.restart();
            true
        }
    }
}
