//! One connection: its preface awaited, its calls answered, its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use wishwell_connection::{ConnectionError, Parts, Turns};

use crate::stack::CallStack;
use crate::tls::ServerTls;
use crate::transport::{self, Transport};

/// Calls under way at once on one connection.
const STREAMS_PER_CONNECTION_MAX: u32 = 1_024;
/// Streams a peer may open and reset before they are accepted (CVE-2023-44487); beyond it the connection is closed.
const PENDING_ACCEPT_RESET_STREAMS_MAX: usize = 20;
/// Streams reset for the peer's own errors before the connection is closed (hyper's guard, which tonic 0.14 turns off).
const LOCAL_ERROR_RESET_STREAMS_MAX: usize = 1_024;
/// Size of a request's headers.
const HEADER_LIST_BYTES_MAX: u32 = 16 * 1024;
/// A silent connection is asked whether it still lives after this long, and closed when it does not answer.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for a new connection to say that it speaks HTTP/2, its TLS handshake included. A peer that connects and says nothing must
/// not hold a place.
const PREFACE_SECONDS_MAX: u64 = 10;

/// Serves one connection until its peer goes away, or until `drain`, when what is under way is answered first.
pub(crate) async fn serve(
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
    if let Err(error) = speak(stream, stack, drain).await {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

async fn speak(stream: Transport, stack: CallStack, drain: CancellationToken) -> Result<(), ConnectionError> {
    let names = stream.names_shown();
    let certified = stack.certified(names.iter().map(String::as_str));
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        let stack = stack.clone();
        if let Some(certified) = &certified {
            request.extensions_mut().insert(certified.clone());
        }
        async move { Ok::<_, Infallible>(stack.answer(request).await.map(Parts::of)) }
    });
    let (turns, calls, stream) = Turns::on(stream);
    let connection = hyper::server::conn::http2::Builder::new(calls)
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .max_pending_accept_reset_streams(PENDING_ACCEPT_RESET_STREAMS_MAX)
        .max_local_error_reset_streams(LOCAL_ERROR_RESET_STREAMS_MAX)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    turns.serve(connection, |connection| connection.graceful_shutdown(), &drain).await
}
