//! What happens around every request, as one pipe: a name for it, its place in a trace, what refuses it before anything is read, and
//! what every answer carries.

mod content_security;
mod origin;
mod request_id;
mod trace;

use std::net::SocketAddr;

use axum::body::Body;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use wishwell_transcoding::CompileError;

use crate::app::App;
use crate::pages;
use crate::rest::{self, Rest};

pub(crate) use content_security::Nonce;
pub(crate) use request_id::RequestId;

/// Bytes of a request's target.
const TARGET_BYTES_MAX: usize = 8 * 1024;

/// Ends when the server stops: what streams without an end looks at it.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(pub(crate) CancellationToken);

/// Where a request came from. Nothing in its headers changes that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The pipe. Cloned for each connection; clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    app: App,
    rest: Rest,
    pages: axum::Router,
}

impl Edge {
    /// # Errors
    /// When the contract's annotations cannot be compiled.
    pub(crate) fn new(app: App) -> Result<Self, CompileError> {
        let rest = Rest::new(app.upstream().clone())?;
        let pages = pages::router(app.clone());
        Ok(Self { app, rest, pages })
    }

    /// Answers a request, whatever it is.
    pub(crate) async fn answer(
        &self,
        peer: SocketAddr,
        request: Request<Incoming>,
        stopping: CancellationToken,
    ) -> Response<Body> {
        let id = RequestId::of(request.headers());
        let span = trace::span(request.method(), request.uri().path(), request.headers(), &id);
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert(id.clone());
        extensions.insert(Peer(peer));
        let stopping = Stopping(stopping);
        extensions.insert(stopping.clone());
        let mut response = self.route(request, &stopping).instrument(span.clone()).await;
        trace::record(&span, response.status());
        self.sign(&id, &mut response);
        response
    }

    async fn route(&self, mut request: Request<Body>, stopping: &Stopping) -> Response<Body> {
        if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX) {
            return plain(StatusCode::URI_TOO_LONG, "the address is too long\n");
        }
        if rest::is_call(&request) {
            return self.rest.answer(request, stopping).await;
        }
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if changes && !origin::is_own(request.headers(), request.uri()) {
            return plain(StatusCode::FORBIDDEN, "the request comes from another site\n");
        }
        let nonce = Nonce::new();
        request.extensions_mut().insert(nonce.clone());
        // A router is always ready and cannot fail.
        let mut response = match self.pages.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        content_security::guard(&nonce, response.headers_mut());
        response
    }

    /// What every answer carries.
    fn sign(&self, id: &RequestId, response: &mut Response<Body>) {
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            headers.insert(request_id::HEADER, value);
        }
        headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(http::header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
        if self.app.sessions().secure() {
            let year = HeaderValue::from_static("max-age=31536000");
            headers.insert(http::header::STRICT_TRANSPORT_SECURITY, year);
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
