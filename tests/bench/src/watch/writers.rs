//! The log of a busy platform, without the platform: events of pools, each the whole pool, written straight into the log as other
//! replicas write them, and told over the bus as they tell it. What is measured is who watches, not who writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::task::JoinSet;
use wishwell_bus::{Change, ChangeHints, RedisHints, RedisOptions};
use wishwell_domain::ids::{LogPosition, TenantId};

use super::world::POOLS;
use crate::seed::TENANT;

/// Writers that share the rate, so that a slow commit holds up only its own.
const WRITERS: u32 = 8;
/// The pools as the log has them, by number.
const TEMPLATES: &str = "CREATE TABLE bench_events AS \
    SELECT row_number() OVER (ORDER BY position) - 1 AS number, kind, subject, payload FROM events \
    WHERE tenant = 'bench' AND kind = 'capacity_pool'";
const KEY: &str = "ALTER TABLE bench_events ADD PRIMARY KEY (number)";
/// A transaction that logs so many events from a number on. The head is locked until it commits, as the store does it.
const APPEND: &str = "WITH head AS (\
      UPDATE log_heads SET position = position + $2 WHERE tenant = 'bench' RETURNING position), \
    inserted AS (\
      INSERT INTO events (tenant, position, at, principal, kind, subject, payload) \
      SELECT 'bench', head.position - $2 + 1 + number - $1, now.at, 'bench', kind, subject, payload \
      FROM head, bench_events, (SELECT wishwell_now() AS at) AS now WHERE number >= $1 AND number < $1 + $2) \
    SELECT position FROM head";

/// What is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Events a second.
    pub(super) rate: usize,
    /// Events of one transaction; divides the number of pools.
    pub(super) batch: usize,
    pub(super) duration: Duration,
}

/// Writers at work.
pub(super) struct Writers {
    running: JoinSet<i64>,
    reached: Arc<AtomicI64>,
}

impl Writers {
    /// Lets writers write from now on, each batch when its turn has come.
    pub(super) async fn start(database_url: &str, redis_url: String, plan: Plan) -> Self {
        assert!(POOLS.is_multiple_of(plan.batch), "a batch divides {POOLS}");
        let pool = PgPoolOptions::new().max_connections(WRITERS).connect(database_url).await.expect("connected");
        for statement in [TEMPLATES, KEY, "ANALYZE bench_events"] {
            sqlx::query(statement).execute(&pool).await.expect("templates are made");
        }
        let hints = Arc::new(RedisHints::start(RedisOptions::new(redis_url)).expect("a Redis URL"));
        let (mut running, reached) = (JoinSet::new(), Arc::new(AtomicI64::new(0)));
        let begun = Instant::now();
        for writer in 0..WRITERS as usize {
            running.spawn(write(writer, pool.clone(), Arc::clone(&hints), Arc::clone(&reached), plan, begun));
        }
        Self { running, reached }
    }

    /// How far the log has come.
    pub(super) fn reached(&self) -> i64 {
        self.reached.load(Ordering::Relaxed)
    }

    /// Waits until everything is written; how many events.
    pub(super) async fn end(mut self, patience: Duration) -> i64 {
        let mut written = 0;
        while let Some(one) = tokio::time::timeout(patience, self.running.join_next()).await.expect("writers end") {
            written += one.expect("a writer writes to the end");
        }
        written
    }
}

async fn write(
    writer: usize,
    pool: PgPool,
    hints: Arc<RedisHints>,
    reached: Arc<AtomicI64>,
    plan: Plan,
    begun: Instant,
) -> i64 {
    let tenant = TenantId::parse("tenant", TENANT).expect("a tenant's name");
    let size = i64::try_from(plan.batch).expect("a small batch");
    let batches = (plan.duration.as_secs_f64() * plan.rate as f64) as usize / plan.batch;
    let interval = Duration::from_secs_f64(plan.batch as f64 / plan.rate as f64);
    let mut written = 0;
    for number in (writer..batches).step_by(WRITERS as usize) {
        let due = begun + interval * u32::try_from(number).expect("few batches");
        tokio::time::sleep_until(due.into()).await;
        let first = i64::try_from(number * plan.batch % POOLS).expect("few pools");
        let append = sqlx::query_scalar(APPEND).bind(first).bind(size);
        let position: i64 = append.fetch_one(&pool).await.expect("events are logged");
        hints.publish(Change { tenant: tenant.clone(), position: LogPosition(position) });
        reached.fetch_max(position, Ordering::Relaxed);
        written += size;
    }
    written
}
