//! The server: snapshots loaded, services built, connections accepted until told to stop, then drained.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tower::ServiceExt;

use wishwell_api::v1::catalog_service_server::CatalogServiceServer;
use wishwell_api::v1::matching_service_server::MatchingServiceServer;
use wishwell_api::v1::need_service_server::NeedServiceServer;
use wishwell_api::v1::referral_service_server::ReferralServiceServer;
use wishwell_bus::ChangeHints;
use wishwell_domain::Error;
use wishwell_domain::clock::Clock;
use wishwell_domain::ids::TenantId;
use wishwell_domain::limits::REQUEST_BODY_BYTES_MAX;
use wishwell_engine::ScoringRules;
use wishwell_store::{LoadProgress, Store};

use crate::access::Credentials;
use crate::cases::{IdSource, Platform};
use crate::grpc::{CatalogHandlers, MatchingHandlers, NeedHandlers, ReferralHandlers};
use crate::health;
use crate::metrics::Metrics;
use crate::privacy::MasterKey;
use crate::snapshots::{Snapshots, Sources};
use crate::stack::{self, CallStack, Sampling, StackLimits};
use crate::sweeper;
use crate::tls::ServerTls;
use crate::transport;
use crate::watch::Watchers;

pub use crate::health::Health;

/// Longest time between the signal to stop and the end: calls under way are answered until then.
pub const DRAIN_SECONDS_MAX: u64 = 10;
/// Calls under way at once on one connection.
const STREAMS_PER_CONNECTION_MAX: u32 = 1_024;
/// Streams a peer may open and reset before they are accepted (CVE-2023-44487); beyond it the connection is closed.
const PENDING_ACCEPT_RESET_STREAMS_MAX: usize = 20;
/// Streams reset for the peer's own errors before the connection is closed (hyper's guard, which tonic 0.14 turns off).
const LOCAL_ERROR_RESET_STREAMS_MAX: usize = 1_024;
/// Size of a request's headers.
const HEADER_LIST_BYTES_MAX: u32 = 16 * 1024;
/// Connections open at once; the next waits in the listener's queue.
const CONNECTIONS_MAX: usize = 10_000;
/// A silent connection is asked whether it still lives after this long, and closed when it does not answer.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for a new connection to say that it speaks HTTP/2, its TLS handshake included. A peer that connects and says nothing must
/// not hold a place.
const PREFACE_SECONDS_MAX: u64 = 10;
/// Wait after an accept failed for want of descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
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
    /// Weights of the score.
    pub rules: ScoringRules,
    /// TLS of callers; none serves them in the clear.
    pub tls: Option<ServerTls>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            limits: StackLimits::default(),
            sampling: Sampling::ratio(1.0),
            rules: ScoringRules::default(),
            tls: None,
        }
    }
}

/// A server whose snapshots are loaded.
#[derive(Debug)]
pub struct Server {
    platform: Arc<Platform>,
    health: Health,
    stack: CallStack,
    tls: Option<ServerTls>,
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
        let sources = Sources { store: Arc::clone(&store), hints: Arc::clone(&hints), metrics: Arc::clone(&metrics) };
        let snapshots = Snapshots::new(sources);
        let mut tenants = store.tenants().await?;
        tenants.extend(credentials.tenants());
        tenants.sort();
        tenants.dedup();
        for tenant in &tenants {
            snapshots.load(tenant, &|loaded| progress(tenant, loaded)).await?;
        }
        let platform = Arc::new(Platform {
            store,
            hints,
            snapshots,
            master_key,
            clock,
            rules: options.rules.clone(),
            ids: IdSource::default(),
            watchers: Watchers::default(),
            draining: CancellationToken::new(),
        });
        let health = Health::new();
        let routes = routes(&platform, &health)?;
        let stack = stack::build(routes, credentials, metrics, options.sampling, options.limits);
        Ok(Self { platform, health, stack, tls: options.tls })
    }

    /// Tells whether the server serves; shared with the admin port.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Accepts connections until `shutdown` ends, then answers what is under way, at most [`DRAIN_SECONDS_MAX`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the listener fails for good.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let connections = TaskTracker::new();
        let drain = self.platform.draining.clone();
        let sweeper = tokio::spawn(sweeper::run(Arc::clone(&self.platform), drain.clone()));
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
        self.platform.snapshots.stop().await;
        // Both end by themselves with the token; they cannot fail.
        let _ = tokio::join!(watcher, sweeper);
        Ok(())
    }

    async fn accept(&self, listener: &TcpListener, connections: &TaskTracker, drain: &CancellationToken) {
        loop {
            if connections.len() >= CONNECTIONS_MAX {
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let (tls, stack) = (self.tls.clone(), self.stack.clone());
                    connections.spawn(serve_connection(stream, peer, tls, stack, drain.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<ServerTls>,
    stack: CallStack,
    drain: CancellationToken,
) {
    // Answers are small and awaited: waiting to fill a segment only makes them late.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
    }
    let opening = tokio::time::timeout(Duration::from_secs(PREFACE_SECONDS_MAX), transport::open(stream, tls.as_ref()));
    let stream = tokio::select! {
        opened = opening => match opened {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(%peer, %error, "a connection did not open");
                return;
            }
            Err(_) => {
                tracing::debug!(%peer, "a connection said nothing and was closed");
                return;
            }
        },
        // Nothing was asked yet, so nothing is left unanswered.
        () = drain.cancelled() => return,
    };
    let service = TowerToHyperService::new(
        stack.map_request(|request: http::Request<hyper::body::Incoming>| request.map(tonic::body::Body::new)),
    );
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .max_pending_accept_reset_streams(PENDING_ACCEPT_RESET_STREAMS_MAX)
        .max_local_error_reset_streams(LOCAL_ERROR_RESET_STREAMS_MAX)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = drain.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

fn routes(platform: &Arc<Platform>, health: &Health) -> Result<Routes, Error> {
    let catalog = CatalogServiceServer::new(CatalogHandlers::new(Arc::clone(platform)))
        .max_decoding_message_size(REQUEST_BODY_BYTES_MAX)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let needs = NeedServiceServer::new(NeedHandlers::new(Arc::clone(platform)))
        .max_decoding_message_size(REQUEST_BODY_BYTES_MAX)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let matching = MatchingServiceServer::new(MatchingHandlers::new(Arc::clone(platform)))
        .max_decoding_message_size(REQUEST_BODY_BYTES_MAX)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let referrals = ReferralServiceServer::new(ReferralHandlers::new(Arc::clone(platform)))
        .max_decoding_message_size(REQUEST_BODY_BYTES_MAX)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wishwell_api::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let failed = |error: tonic_reflection::server::Error| Error::Internal(format!("reflection: {error}"));
    Ok(Routes::new(catalog)
        .add_service(needs)
        .add_service(matching)
        .add_service(referrals)
        .add_service(health.service())
        .add_service(reflection().build_v1().map_err(failed)?)
        .add_service(reflection().build_v1alpha().map_err(failed)?))
}
