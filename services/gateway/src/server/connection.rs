//! One connection, HTTP/1.1 or HTTP/2, under bounds that no peer can stretch.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use wishwell_connection::{Parts, Turns};

use crate::edge::Edge;

/// Time for the head of a request.
const HEAD_SECONDS_MAX: u64 = 10;
/// Time for the first request of a connection to begin. Longer than that for a head, so that a slow one is answered; what says nothing, or
/// not even which version of HTTP it speaks, has no head that could be slow.
const FIRST_REQUEST_SECONDS_MAX: u64 = HEAD_SECONDS_MAX + 2;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's head over HTTP/1.1.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Bytes of a request's headers over HTTP/2.
const HEADER_LIST_BYTES_MAX: u32 = 16 * 1024;
/// Requests under way at once on one HTTP/2 connection.
const STREAMS_PER_CONNECTION_MAX: u32 = 256;
/// Streams a peer may open and reset before they are accepted (CVE-2023-44487).
const PENDING_ACCEPT_RESET_STREAMS_MAX: usize = 20;
/// Streams reset for the peer's own errors before the connection is closed.
const LOCAL_ERROR_RESET_STREAMS_MAX: usize = 1_024;
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves one connection until its peer goes away, or until `drain`, when what is under way is answered first.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, edge: Arc<Edge>, drain: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
    }
    let ending = drain.clone();
    let spoke = Arc::new(AtomicBool::new(false));
    let speaks = Arc::clone(&spoke);
    let service = service_fn(move |request: http::Request<Incoming>| {
        speaks.store(true, Ordering::Relaxed);
        let (edge, ending) = (Arc::clone(&edge), ending.clone());
        async move { Ok::<_, Infallible>(edge.answer(peer, request, ending).await.map(Parts::of)) }
    });
    let (turns, calls, stream) = Turns::on(stream);
    let mut builder = auto::Builder::new(calls);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .max_pending_accept_reset_streams(PENDING_ACCEPT_RESET_STREAMS_MAX)
        .max_local_error_reset_streams(LOCAL_ERROR_RESET_STREAMS_MAX)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = turns.serve(connection, |connection| connection.graceful_shutdown(), &drain) => ended,
        () = mute(&spoke) => {
            tracing::debug!(%peer, "a connection asked nothing");
            return;
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection of the gateway ended");
    }
}

/// Ends when a connection has begun no request in its time; never when it has.
async fn mute(spoke: &AtomicBool) {
    tokio::time::sleep(Duration::from_secs(FIRST_REQUEST_SECONDS_MAX)).await;
    if spoke.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
