//! Connections accepted until told to stop, then drained.

mod connection;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use wishwell_transcoding::CompileError;

use crate::app::App;
use crate::edge::Edge;
use crate::figures::Figures;
use crate::options::GatewayOptions;
use crate::upstream::Upstream;

/// Longest time between the signal to stop and the end: requests under way are answered until then. With the last traces, the process is
/// gone within 10 seconds.
pub const DRAIN_SECONDS_MAX: u64 = 7;
/// Connections open at once; the next waits in the listener's queue.
const CONNECTIONS_MAX: usize = 10_000;
/// Wait after an accept failed for want of descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// A gateway that is ready to serve.
#[derive(Debug, Clone)]
pub struct Gateway {
    edge: Arc<Edge>,
    drain: CancellationToken,
}

impl Gateway {
    /// A gateway before a matching service.
    ///
    /// # Errors
    /// When the contract's annotations cannot be compiled: a defect of the build.
    pub fn new(upstream: Upstream, options: GatewayOptions) -> Result<Self, CompileError> {
        Ok(Self { edge: Arc::new(Edge::new(App::new(upstream, options))?), drain: CancellationToken::new() })
    }

    /// What it counts from now on.
    #[must_use]
    pub fn figures(&self) -> Arc<Figures> {
        self.edge.figures()
    }

    /// Whether it may listen on this address: with users of the demo only on loopback, where nobody else can be one of them.
    #[must_use]
    pub fn may_listen_on(options: &GatewayOptions, address: SocketAddr) -> bool {
        options.demo_users.is_empty() || address.ip().is_loopback()
    }

    /// Accepts connections until `shutdown` ends, then answers what is under way, at most [`DRAIN_SECONDS_MAX`].
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        let connections = TaskTracker::new();
        tokio::select! {
            () = self.accept(&listener, &connections) => {}
            () = shutdown => {}
        }
        drop(listener);
        self.drain.cancel();
        connections.close();
        if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), connections.wait()).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                "connections of the gateway were still open at the end of the drain"
            );
        }
    }

    async fn accept(&self, listener: &TcpListener, connections: &TaskTracker) {
        loop {
            if connections.len() >= CONNECTIONS_MAX {
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
            match listener.accept().await {
                Ok((stream, peer)) => {
                    connections.spawn(connection::serve(stream, peer, Arc::clone(&self.edge), self.drain.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection of the gateway failed");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
}
