//! What happens around every request, as one pipe: a name for it, its place in a trace, what refuses it before anything is read, and
//! what every answer carries.

mod content_security;
mod cross_origin;
mod host;
mod origin;
mod rates;
mod renewed;
mod request_id;
mod trace;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::header::ACCEPT_ENCODING;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};
use tower_http::compression::Compression;
use tower_http::cors::CorsLayer;

use wishwell_transcoding::CompileError;

use crate::app::App;
use crate::figures::Figures;
use crate::pages::{self, assets};
use crate::rest::{self, Rest};

use content_security::Policy;
pub use host::Hosts;
pub(crate) use request_id::RequestId;
pub use trace::REQUEST_SPAN_TARGET;
pub(crate) use trace::inject as inject_trace;
use trace::{Sampling, Traced};

/// Bytes of a request's target.
const TARGET_BYTES_MAX: usize = 8 * 1024;

/// Ends when the server stops: what streams without an end looks at it.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(pub(crate) CancellationToken);

/// A form as it was sent, for a page that has to ask for it again.
#[derive(Debug, Clone)]
pub(crate) struct SentForm(pub(crate) Bytes);

/// Where a request came from. Nothing in its headers changes that.
#[derive(Debug, Clone, Copy)]
struct Peer(SocketAddr);

/// The pipe, shared by all connections.
#[derive(Debug)]
pub(crate) struct Edge {
    app: App,
    rest: Rest,
    pages: axum::Router,
    cross_origin: CorsLayer,
    sampling: Sampling,
    policy: Policy,
    figures: Arc<Figures>,
}

impl Edge {
    /// # Errors
    /// When the contract's annotations cannot be compiled.
    pub(crate) fn new(app: App) -> Result<Self, CompileError> {
        let rest = Rest::new(app.upstream().clone())?;
        let pages = pages::router(app.clone());
        let cross_origin = cross_origin::layer(&app.options().allowed_origins);
        let sampling = Sampling::ratio(app.options().trace_sample_ratio);
        let policy = Policy::with(app.options().map_tiles.as_ref());
        let figures = Arc::new(Figures::new());
        Ok(Self { app, rest, pages, cross_origin, sampling, policy, figures })
    }

    /// What it counts.
    pub(crate) fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.figures)
    }

    /// Answers a request, whatever it is.
    pub(crate) async fn answer(
        &self,
        peer: SocketAddr,
        request: Request<Incoming>,
        stopping: CancellationToken,
    ) -> Response<Body> {
        let id = RequestId::of(request.headers());
        let (method, path) = (request.method(), request.uri().path());
        let traced = Traced::begin(&self.sampling, method, path, request.headers(), &id);
        // Boxed once, here: the future of a page is large, and would be moved with every call that is none.
        let mut response = if let Some(refusal) = self.app.options().hosts.refusal(&request) {
            plain(StatusCode::MISDIRECTED_REQUEST, refusal)
        } else if rest::is_call(&request) {
            traced.around(Box::pin(self.call(Peer(peer), request, Stopping(stopping)))).await
        } else {
            let mut request = request.map(Body::new);
            let extensions = request.extensions_mut();
            extensions.insert(id.clone());
            extensions.insert(Stopping(stopping));
            traced.around(Box::pin(self.page(Peer(peer), request))).await
        };
        traced.end(response.status());
        self.figures.answered(response.status());
        self.sign(&id, &mut response);
        response
    }

    /// Answers a call, unless calls come too often from there; compresses what the reader takes compressed.
    async fn call(&self, peer: Peer, request: Request<Incoming>, stopping: Stopping) -> Response<Body> {
        let by_name = rest::is_by_name(request.uri().path());
        if is_too_long(request.uri()) {
            return self.rest.too_long(by_name, TARGET_BYTES_MAX);
        }
        let shown = rates::shown(request.headers());
        if let Some(time) = rates::wait(&self.app, peer, shown).await {
            return self.too_many(by_name, time);
        }
        let had_credentials = shown.is_some();
        let is_plain =
            self.app.options().allowed_origins.is_empty() && !request.headers().contains_key(ACCEPT_ENCODING);
        let response = if is_plain {
            self.rest.answer(request, stopping).await
        } else {
            Box::pin(self.call_in_layers(request, stopping)).await
        };
        let unproven = had_credentials && rates::leaves_unproven(&response);
        if unproven && let Some(time) = rates::wait_unproven(&self.app, peer).await {
            return self.too_many(by_name, time);
        }
        response
    }

    /// Answers a call that another site's script may have made, or whose reader takes answers compressed.
    async fn call_in_layers(&self, request: Request<Incoming>, stopping: Stopping) -> Response<Body> {
        let rest = service_fn(|request| {
            let stopping = stopping.clone();
            async move { Ok::<_, Infallible>(self.rest.answer(request, stopping).await) }
        });
        let inner = service_fn(|request: Request<Incoming>| async {
            if self.app.options().allowed_origins.is_empty() {
                rest.oneshot(request).await
            } else {
                self.cross_origin.layer(rest).oneshot(request).await
            }
        });
        compressed(inner, request).await
    }

    /// Answers a request for a page, or for what belongs to one.
    async fn page(&self, peer: Peer, mut request: Request<Body>) -> Response<Body> {
        if is_too_long(request.uri()) {
            return plain(StatusCode::URI_TOO_LONG, "the address is too long\n");
        }
        let mut cookies = Vec::new();
        if !assets::is_one(request.uri().path()) {
            // Opened here once, for whoever looks who is signed in: cookies open pages and never a call.
            let mut session = self.app.sessions().of(request.headers(), self.app.now());
            let token = session.as_ref().map(|session| session.token.reveal().as_bytes());
            let waits = rates::wait(&self.app, peer, token).await;
            if waits.is_none()
                && let Some(due) = session.take()
            {
                (session, cookies) = renewed::renewed(&self.app, due, request.headers()).await;
            }
            if let Some(session) = session {
                request.extensions_mut().insert(session);
            }
            if let Some(time) = waits {
                return self.too_many_pages(request, time).await;
            }
        }
        let mut response = compressed(service_fn(|request| self.own_page(request)), request).await;
        renewed::before(cookies, &mut response);
        response
    }

    /// A page, unless another site asks to change something.
    async fn own_page(&self, mut request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if changes && !origin::is_own(request.headers(), request.uri()) {
            return Ok(plain(StatusCode::FORBIDDEN, "the request comes from another site\n"));
        }
        if changes {
            // A form is read here, under the bounds of every body; what reads it later would wait for as long as its sender likes.
            let (parts, content) = request.into_parts();
            request = match rest::read_body(content).await {
                Ok(content) => {
                    let mut request = Request::from_parts(parts, Body::from(content.clone()));
                    request.extensions_mut().insert(SentForm(content));
                    request
                }
                Err(unreadable) => return Ok(plain(unreadable.0, "the form did not come as a whole\n")),
            };
        }
        let mut response = self.pages.clone().oneshot(request).await?;
        content_security::guard(&self.policy, &mut response);
        Ok(response)
    }

    fn too_many(&self, by_name: bool, time: Duration) -> Response<Body> {
        let per_second = self.app.options().rates.as_ref().map_or(0, |rates| rates.per_second().get());
        self.rest.too_many(by_name, per_second, u32::try_from(whole_seconds(time)).unwrap_or(u32::MAX))
    }

    /// The same for people, in words.
    async fn too_many_pages(&self, request: Request<Body>, time: Duration) -> Response<Body> {
        let (mut parts, _) = request.into_parts();
        let mut response = pages::too_many(&self.app, &mut parts, whole_seconds(time)).await;
        content_security::guard(&self.policy, &mut response);
        response
    }

    /// What every answer carries.
    fn sign(&self, id: &RequestId, response: &mut Response<Body>) {
        let headers = response.headers_mut();
        headers.insert(request_id::HEADER, id.header());
        headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(http::header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
        if self.app.sessions().secure() {
            let year = HeaderValue::from_static("max-age=31536000");
            headers.insert(http::header::STRICT_TRANSPORT_SECURITY, year);
        }
    }
}

/// Compresses the answer if the reader takes it so.
async fn compressed<S, B>(service: S, request: Request<B>) -> Response<Body>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
{
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        let Ok(response) = service.oneshot(request).await;
        return response;
    }
    // Its service cannot fail, so it cannot either.
    match Compression::new(service).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

fn is_too_long(target: &Uri) -> bool {
    target.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX)
}

/// Rounded up.
const fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + (time.subsec_nanos() > 0) as u64
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
