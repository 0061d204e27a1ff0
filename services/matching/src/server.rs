//! The server: snapshots loaded, services built, connections accepted until told to stop, then drained.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use wishwell_bus::ChangeHints;
use wishwell_domain::Error;
use wishwell_domain::clock::Clock;
use wishwell_domain::ids::TenantId;
use wishwell_engine::ScoringRules;
use wishwell_store::{LoadProgress, Store};

use crate::access::{Credentials, Upkeep, keep_fresh};
use crate::cases::plan::Planners;
use crate::cases::refused_claims::RefusedClaims;
use crate::cases::rounds::{Bell, worker};
use crate::cases::{IdSource, Platform, notices};
use crate::connection;
use crate::health;
use crate::in_process::InProcessCalls;
use crate::metrics::Metrics;
use crate::privacy::{DerivedKeys, MasterKey};
use crate::snapshots::{Snapshots, Sources};
use crate::stack::{CallStack, Sampling, Services, StackLimits};
use crate::sweeper;
use crate::tls::{Authorities, ServerTls};
use crate::trouble::Troubles;
use crate::watch::Watchers;
use crate::webhook::{self, Reach, Sender};

pub use crate::health::Health;

/// Longest time between the signal to stop and the end: calls under way are answered until then.
pub const DRAIN_SECONDS_MAX: u64 = 10;
/// Connections open at once; the next waits in the listener's queue.
const CONNECTIONS_MAX: usize = 10_000;
/// Wait after an accept failed for want of descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// How often it is told that no connection can be accepted.
const REMINDER: Duration = Duration::from_secs(60);
/// How often readiness looks at the store.
const READINESS_INTERVAL: Duration = Duration::from_secs(1);

/// What a server works with. Only the binary knows which backends these are.
#[derive(Debug, Clone)]
pub struct Dependencies {
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Says that logs have grown.
    pub hints: Arc<dyn ChangeHints>,
    /// Who may call.
    pub credentials: Arc<Credentials>,
    /// Wraps beneficiaries' keys.
    pub master_key: MasterKey,
    /// Tells the present.
    pub clock: Arc<dyn Clock>,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

/// What can be set.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Bounds of the call stack.
    pub limits: StackLimits,
    /// Share of calls that are traced.
    pub sampling: Sampling,
    /// Weights of the score where nothing is looked ahead to.
    pub rules: ScoringRules,
    /// Whether single needs are decided by the prices of the last round, so that they do not take what others need more.
    pub look_ahead: bool,
    /// Where messages to partners' tools may go; none sends none.
    pub webhooks: Option<Reach>,
    /// Authorities that vouch for partners' tools besides those that browsers trust.
    pub webhook_authorities: Option<Authorities>,
    /// TLS of callers; none serves them in the clear.
    pub tls: Option<ServerTls>,
    /// Threads that a round is planned with, at least 1. What it decides does not depend on them.
    pub round_threads: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            limits: StackLimits::default(),
            sampling: Sampling::ratio(1.0),
            rules: ScoringRules::default(),
            look_ahead: true,
            webhooks: Some(Reach::Public),
            webhook_authorities: None,
            tls: None,
            round_threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }
}

/// What would be told many times a second is told once a minute.
#[derive(Debug, Default)]
struct Reminder(Option<Instant>);

impl Reminder {
    fn is_due(&mut self, now: Instant) -> bool {
        let due = self.0.is_none_or(|told_at| now.duration_since(told_at) >= REMINDER);
        if due {
            self.0 = Some(now);
        }
        due
    }
}

/// A connection counts as open for as long as this lives.
#[derive(Debug)]
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connections_active.inc();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections_active.dec();
    }
}

/// A server whose snapshots are loaded.
#[derive(Debug)]
pub struct Server {
    platform: Arc<Platform>,
    health: Health,
    stack: CallStack,
    tls: Option<ServerTls>,
    metrics: Arc<Metrics>,
    /// Issuers whose keys and denied tokens are looked at while the server runs.
    issuers: Upkeep,
}

impl Server {
    /// Loads the snapshots of all tenants that have a principal or data, and builds the services.
    ///
    /// # Errors
    /// What the store answers while loading.
    pub async fn start(
        dependencies: Dependencies,
        options: ServerOptions,
        progress: &(dyn Fn(&TenantId, LoadProgress) + Send + Sync),
    ) -> Result<Self, Error> {
        let Dependencies { store, hints, credentials, master_key, clock, metrics } = dependencies;
        options.tls.iter().flat_map(ServerTls::ends).for_each(|end| metrics.certificate_ends(end));
        let troubles = Arc::new(Troubles::new(Arc::clone(&metrics)));
        let sources = Sources {
            store: Arc::clone(&store),
            hints: Arc::clone(&hints),
            metrics: Arc::clone(&metrics),
            troubles: Arc::clone(&troubles),
            look_ahead: options.look_ahead,
        };
        let snapshots = Snapshots::new(sources);
        let mut tenants = store.tenants().await?;
        tenants.extend(credentials.tenants());
        tenants.sort();
        tenants.dedup();
        for tenant in &tenants {
            progress(tenant, LoadProgress::default());
            snapshots.load(tenant, &|loaded| progress(tenant, loaded)).await?;
        }
        let issuers = credentials.tokens().begin(&clock, &metrics).await;
        let platform = Arc::new(Platform {
            store,
            hints,
            snapshots,
            master_key,
            derived_keys: DerivedKeys::default(),
            clock,
            rules: options.rules.clone(),
            rules_ahead: ScoringRules::looking_ahead(),
            ids: IdSource::default(),
            watchers: Watchers::new(Arc::clone(&metrics)),
            bell: Bell::default(),
            planners: Planners::new(Arc::clone(&metrics)),
            round_threads: options.round_threads.max(1),
            refused_claims: RefusedClaims::default(),
            webhooks: options
                .webhooks
                .map(|reach| Sender::new(reach, options.webhook_authorities.clone()))
                .transpose()?,
            troubles,
            draining: CancellationToken::new(),
        });
        let health = Health::new();
        let services = Services::new(&platform, &health)?;
        let stack = CallStack::new(
            services,
            credentials,
            Arc::clone(&platform.clock),
            Arc::clone(&metrics),
            options.sampling,
            options.limits,
        );
        Ok(Self { platform, health, stack, tls: options.tls, metrics, issuers })
    }

    /// Tells whether the server serves; shared with the admin port.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// The way to its calls from within this process, without a connection: the whole pipe, authentication included.
    #[must_use]
    pub fn calls(&self) -> InProcessCalls {
        InProcessCalls(self.stack.clone())
    }

    /// Accepts connections until `shutdown` ends, then answers what is under way, at most [`DRAIN_SECONDS_MAX`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the listener fails for good.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), Error> {
        let connections = TaskTracker::new();
        let drain = self.platform.draining.clone();
        let sweeper = tokio::spawn(sweeper::run(Arc::clone(&self.platform), drain.clone()));
        keep_fresh(std::mem::take(&mut self.issuers), &drain);
        let rounds = tokio::spawn(worker::run(Arc::clone(&self.platform), drain.clone()));
        let notices = tokio::spawn(notices::worker::run(Arc::clone(&self.platform), drain.clone()));
        let webhooks = tokio::spawn(webhook::worker::run(Arc::clone(&self.platform), drain.clone()));
        let watcher = tokio::spawn(health::watch(
            self.health.clone(),
            Arc::clone(&self.platform),
            READINESS_INTERVAL,
            drain.clone(),
        ));
        self.health.set_serving(true);
        tokio::select! {
            () = self.accept(&listener, &connections, &drain) => {}
            () = shutdown => {}
        }
        // First no new work comes in and everybody who asks is told; then what is under way is finished.
        self.health.set_draining();
        drop(listener);
        drain.cancel();
        connections.close();
        let drained = tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), connections.wait()).await;
        if drained.is_err() {
            tracing::warn!(connections = connections.len(), "connections were still open at the end of the drain");
        }
        // Whoever works on a round leaves it where it stands, for another to take up.
        if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), rounds).await.is_err() {
            tracing::warn!("a round was still being worked on at the end of the drain");
        }
        self.platform.snapshots.stop().await;
        // All end by themselves with the token; they cannot fail.
        let _ = tokio::join!(watcher, sweeper, notices, webhooks);
        Ok(())
    }

    async fn accept(&self, listener: &TcpListener, connections: &TaskTracker, drain: &CancellationToken) {
        let mut told = Reminder::default();
        loop {
            if connections.len() >= CONNECTIONS_MAX {
                if told.is_due(Instant::now()) {
                    let open = connections.len();
                    tracing::warn!(
                        open,
                        "as many connections are open as may be, and others wait: callers should keep theirs and share them"
                    );
                }
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let (tls, stack) = (self.tls.clone(), self.stack.clone());
                    let open = Open::new(&self.metrics);
                    let serving = connection::serve(stream, peer, tls, stack, drain.clone());
                    connections.spawn(async move {
                        serving.await;
                        drop(open);
                    });
                }
                Err(error) => {
                    if told.is_due(Instant::now()) {
                        tracing::warn!(%error, "accepting a connection failed and is tried again: look at the limit of open files (LimitNOFILE)");
                    }
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_many_times_a_second_is_told_once_a_minute() {
        let (mut reminder, start) = (Reminder::default(), Instant::now());
        let told = (0..20 * 60 * 5).filter(|tries| reminder.is_due(start + ACCEPT_RETRY * *tries)).count();
        assert_eq!(told, 5, "in five minutes");
    }

    #[test]
    fn a_connection_counts_while_it_is_open() {
        let metrics = Arc::new(Metrics::new());
        let open = [Open::new(&metrics), Open::new(&metrics)];
        assert!(metrics.encode().contains("wishwell_connections_active 2\n"));
        drop(open);
        assert!(metrics.encode().contains("wishwell_connections_active 0\n"));
    }
}
