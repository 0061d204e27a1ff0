//! The bus of several replicas: Redis publish/subscribe, with everything it may lose made visible.
//!
//! Listeners in this process are told directly; Redis carries the hint to the other replicas. Two tasks work in the
//! background: one publishes what waits in an outgoing mailbox (so a Redis that is away costs memory for one position
//! per tenant, and nothing else), one listens, and reconnects when the connection breaks or falls silent.

mod listener;
mod message;
mod publisher;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::Client;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::task::JoinHandle;

use crate::hub::{Hub, Subscription};
use crate::mailbox::Mailbox;
use crate::{Change, ChangeHints};

use self::message::Origin;

/// How long Redis may take to accept a connection or answer a command before it counts as away.
const RESPONSE_SECONDS_MAX: u64 = 2;

/// First and longest pause between two tries to reach Redis.
const RETRY_MILLISECONDS_MIN: u64 = 50;
const RETRY_MILLISECONDS_MAX: u64 = 2_000;

/// What can be wrong with the configuration. Nothing that happens later is an error: it is a degraded bus.
#[derive(Debug, thiserror::Error)]
pub enum HintsError {
    /// The address is no Redis URL. The URL itself may carry a password and is not repeated.
    #[error("not a redis url: {reason}")]
    Url {
        /// What the client library says about it.
        reason: String,
    },
}

/// Where the bus is.
#[derive(Debug, Clone)]
pub struct RedisOptions {
    /// `redis://host:port/db` or `redis+unix:///path`.
    pub url: String,
    /// Keeps several Wishwells on one Redis apart; the channel is `{prefix}:changes`.
    pub prefix: String,
    /// How often the listening connection is checked.
    pub heartbeat: Duration,
}

impl RedisOptions {
    /// The usual options for a URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), prefix: "wishwell".to_owned(), heartbeat: Duration::from_secs(5) }
    }
}

/// What the two background tasks share with the handle.
#[derive(Debug)]
struct Shared {
    hub: Hub,
    outgoing: Mailbox,
    channel: String,
    origin: Origin,
    heartbeat: Duration,
    listening: Half,
    publishing: Half,
}

/// Hints between replicas, over Redis.
#[derive(Debug)]
pub struct RedisHints {
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

impl RedisHints {
    /// Starts the background tasks on the current Tokio runtime. Redis need not be there yet.
    ///
    /// # Errors
    /// [`HintsError::Url`] when the URL cannot be understood.
    ///
    /// # Panics
    /// When called outside a Tokio runtime.
    pub fn start(options: RedisOptions) -> Result<Self, HintsError> {
        let bad_url = |error: redis::RedisError| HintsError::Url { reason: error.category().to_owned() };
        let client = Client::open(options.url).map_err(bad_url)?;
        let connection =
            ConnectionManager::new_lazy_with_config(client.clone(), connection_config()).map_err(bad_url)?;
        let shared = Arc::new(Shared {
            hub: Hub::default(),
            outgoing: Mailbox::default(),
            channel: format!("{}:changes", options.prefix),
            origin: Origin::random(),
            heartbeat: options.heartbeat,
            listening: Half::new("listening", false),
            publishing: Half::new("publishing", true),
        });
        let tasks = [
            tokio::spawn(publisher::run(shared.clone(), connection)),
            tokio::spawn(listener::run(shared.clone(), client)),
        ];
        Ok(Self { shared, tasks })
    }
}

impl ChangeHints for RedisHints {
    fn publish(&self, change: Change) {
        self.shared.hub.post(&change);
        self.shared.outgoing.post(change);
    }

    fn subscribe(&self) -> Subscription {
        self.shared.hub.subscribe()
    }

    fn is_degraded(&self) -> bool {
        !(self.shared.listening.works() && self.shared.publishing.works())
    }
}

impl Drop for RedisHints {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        // The aborted tasks may hold the hub a moment longer; whoever listens learns of the end now.
        self.shared.hub.close();
    }
}

fn connection_config() -> ConnectionManagerConfig {
    let bound = Duration::from_secs(RESPONSE_SECONDS_MAX);
    // One try per command: the publisher has its own retries, which always send the newest position.
    ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(bound))
        .set_response_timeout(Some(bound))
}

/// A pause that doubles from try to try, up to a bound.
#[derive(Debug)]
struct Backoff(Duration);

impl Backoff {
    const START: Self = Self(Duration::from_millis(RETRY_MILLISECONDS_MIN));

    async fn pause(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_millis(RETRY_MILLISECONDS_MAX));
    }
}

/// One half of the connection, and what the log was told of it.
#[derive(Debug)]
struct Half {
    name: &'static str,
    works: AtomicBool,
    /// Whoever reads the log takes it to work until told otherwise, also one that never did.
    believed: AtomicBool,
}

impl Half {
    const fn new(name: &'static str, works: bool) -> Self {
        Self { name, works: AtomicBool::new(works), believed: AtomicBool::new(true) }
    }

    fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }

    /// Notes that it ended with the process, which needs no word.
    fn end(&self) {
        self.works.store(false, Ordering::Relaxed);
    }

    /// Sets its state and says so when it is not what is believed, once.
    fn note(&self, outcome: Result<(), &str>) {
        let half = self.name;
        match (self.is_news(outcome.is_ok()), outcome) {
            (false, _) => {}
            (true, Ok(())) => tracing::info!(half, "change hints reach the other replicas again"),
            (true, Err(reason)) => tracing::warn!(
                half,
                reason,
                "change hints do not reach the other replicas; they poll the log meanwhile: look whether redis_url is right and answers"
            ),
        }
    }

    /// Sets its state; answers whether that has to be told.
    fn is_news(&self, works: bool) -> bool {
        self.works.store(works, Ordering::Relaxed);
        self.believed.swap(works, Ordering::Relaxed) != works
    }
}

#[cfg(test)]
mod tests {
    use super::Half;

    #[test]
    fn a_half_that_never_worked_is_told_and_one_that_works_from_the_start_is_not() {
        let away = Half::new("listening", false);
        assert!(away.is_news(false), "started with a Redis that is not there");
        assert!(!away.is_news(false), "once");
        assert!(away.is_news(true) && away.works());
        let there = Half::new("listening", false);
        assert!(!there.is_news(true), "nothing was away");
        assert!(there.is_news(false) && !there.works());
    }
}
