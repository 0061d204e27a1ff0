//! What every bus promises, asked of each implementation; and what Redis adds: being away.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod rates;
mod redis_away;
mod suite;

use std::sync::Arc;
use std::time::Duration;

use wishwell_bus::{Change, ChangeHints, InProcessHints, Notice, RedisHints, RedisOptions, Subscription};
use wishwell_domain::ids::LogPosition;
use wishwell_test_support::redis;

/// How long a promise may take before the test calls it broken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Two replicas that share a bus.
struct Replicas {
    one: Arc<dyn ChangeHints>,
    two: Arc<dyn ChangeHints>,
}

mod in_process {
    use super::*;

    /// In one process both replicas are the same one.
    async fn replicas() -> Replicas {
        let hints: Arc<dyn ChangeHints> = Arc::new(InProcessHints::new());
        Replicas { one: hints.clone(), two: hints }
    }

    suite::instantiate!(replicas);
}

mod over_redis {
    use super::*;

    async fn replicas() -> Replicas {
        let prefix = redis::unique_prefix();
        let start = || -> Arc<dyn ChangeHints> { Arc::new(start_redis(&redis::url(), &prefix)) };
        let replicas = Replicas { one: start(), two: start() };
        connected(&*replicas.one).await;
        connected(&*replicas.two).await;
        replicas
    }

    suite::instantiate!(replicas);
}

fn start_redis(url: &str, prefix: &str) -> RedisHints {
    RedisHints::start(RedisOptions {
        url: url.to_owned(),
        prefix: prefix.to_owned(),
        heartbeat: Duration::from_millis(200),
    })
    .unwrap()
}

async fn connected(hints: &dyn ChangeHints) {
    within_patience("the bus to connect", async {
        while hints.is_degraded() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

fn change(tenant: &str, position: i64) -> Change {
    Change { tenant: tenant.parse().unwrap(), position: LogPosition(position) }
}

async fn within_patience<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("waited for {what} in vain"))
}

async fn next(subscription: &mut Subscription) -> Notice {
    within_patience("a notice", subscription.next()).await.expect("the bus lives")
}

/// Listens until a tenant's log is said to reach a position, whatever else is said.
async fn hear(subscription: &mut Subscription, tenant: &str, position: i64) {
    within_patience("a position", async {
        loop {
            match subscription.next().await.expect("the bus lives") {
                Notice::Changed(heard) if heard.tenant.as_str() == tenant && heard.position.0 >= position => return,
                Notice::Changed(_) | Notice::MayHaveMissed => {}
            }
        }
    })
    .await;
}
