//! The contract over plain HTTP: REST by its annotations, Connect and gRPC-Web by its names. No route is written here.
//!
//! Credentials are those of the request's headers and are passed on as they came; cookies open nothing here, so that no other site can
//! act through a browser.

mod body;
mod call;
mod conditional;
mod connect;
mod grpc_web;
mod stream;
mod unary;

use std::sync::Arc;

use axum::body::Body;
use axum::response::IntoResponse as _;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use wishwell_transcoding::{Code, CompileError, Lookup, RouteTable, Status};

use crate::edge::Stopping;
use crate::upstream::Upstream;

pub(crate) use body::read as read_body;
pub(crate) use conditional::{answer as conditional, answer_tagged as conditional_tagged, tag};

/// Domain of the reasons in errors, as the service has it.
const ERROR_DOMAIN: &str = "wishwell.v1";
/// After how many seconds one may try again when the service is away or has too much to do.
const RETRY_SECONDS: u32 = 1;

/// Answers the contract's calls. Clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Rest(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    upstream: Upstream,
    routes: RouteTable,
}

/// Marks an answer that was found without asking the service, so that nobody looked at the request's credentials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unproven;

/// Whether a request is for the contract and not for a page.
pub(crate) fn is_call<B>(request: &Request<B>) -> bool {
    let path = request.uri().path();
    path.starts_with("/v1/") || path == "/v1" || is_by_name(path)
}

/// `/package.Service/Method`, as Connect and gRPC-Web spell it: no page has a dot in its first segment.
pub(crate) fn is_by_name(path: &str) -> bool {
    path.strip_prefix('/').and_then(|path| path.split_once('/')).is_some_and(|(service, _)| service.contains('.'))
}

impl Rest {
    /// Compiles the contract's routes.
    ///
    /// # Errors
    /// When the contract's annotations cannot be compiled: a defect of the build, held by a test.
    pub(crate) fn new(upstream: Upstream) -> Result<Self, CompileError> {
        let routes = RouteTable::compile(wishwell_api::descriptor_pool())?;
        Ok(Self(Arc::new(Parts { upstream, routes })))
    }

    /// Answers a request for which [`is_call`] holds.
    pub(crate) async fn answer(&self, request: Request<Incoming>, stopping: Stopping) -> Response<Body> {
        if !is_by_name(request.uri().path()) {
            return self.rest(request, stopping).await;
        }
        // Boxed as all is that is not a plain call of a route, whose future would be as large as the largest.
        Box::pin(self.by_name(request)).await
    }

    async fn by_name(&self, request: Request<Incoming>) -> Response<Body> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/grpc-web") {
            let is_open = self.0.routes.call(request.uri().path()).is_none();
            let response = grpc_web::answer(&self.0.upstream, request).await;
            return if is_open { unproven(response) } else { response };
        }
        connect::answer(self, request).await
    }

    async fn rest(&self, request: Request<Incoming>, stopping: Stopping) -> Response<Body> {
        // What can be read can be asked about without its content; hyper leaves that out.
        let head = *request.method() == Method::HEAD;
        let method = if head { &Method::GET } else { request.method() };
        let lookup = self.0.routes.find(method, request.uri().path());
        let Lookup::Found(route, captures) = lookup else { return self.no_route(&lookup) };
        if route.server_streaming() {
            return Box::pin(stream::answer(self, &route, &captures, request, stopping)).await;
        }
        unary::answer(self, &route, &captures, request).await
    }

    fn no_route(&self, lookup: &Lookup) -> Response<Body> {
        let Some((code, status)) = Status::from_lookup(lookup, ERROR_DOMAIN) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = unproven(self.refusal(&status));
        *response.status_mut() = code;
        if let Lookup::MethodNotAllowed(allowed) = lookup {
            let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
            if let Ok(allowed) = HeaderValue::from_str(&allowed) {
                response.headers_mut().insert(ALLOW, allowed);
            }
        }
        response
    }

    /// The refusal of one who asks more often than so many times a second, and may come back after so many seconds.
    pub(crate) fn too_many(&self, by_name: bool, per_second: u32, seconds: u32) -> Response<Body> {
        let message = "too many requests; wait as long as Retry-After says";
        let max = per_second.to_string();
        let metadata = [("limit", "http_requests_per_second"), ("max", max.as_str())];
        let status = Status::with_reason(Code::RESOURCE_EXHAUSTED, message, ERROR_DOMAIN, "OVERLOADED", &metadata);
        let mut response = self.refusal_as(by_name, &status.retry_after(seconds));
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        response
    }

    /// The refusal of an address that is too long.
    pub(crate) fn too_long(&self, by_name: bool, bytes_max: usize) -> Response<Body> {
        let unreadable = body::Unreadable::too_long(bytes_max);
        self::unreadable(self.refusal_as(by_name, &unreadable.1), unreadable.0)
    }

    /// An error as whoever calls by name reads it, which is Connect's form, or by a route.
    fn refusal_as(&self, by_name: bool, status: &Status) -> Response<Body> {
        if by_name { connect::refusal(self, status) } else { self.refusal(status) }
    }

    /// An error as `google.rpc.Status`.
    fn refusal(&self, status: &Status) -> Response<Body> {
        refused(json(status.to_json(self.0.routes.answers())), status)
    }
}

/// Says that the service was not asked.
fn unproven(mut response: Response<Body>) -> Response<Body> {
    response.extensions_mut().insert(Unproven);
    response
}

/// A request that could not be read.
fn unreadable(mut refusal: Response<Body>, code: StatusCode) -> Response<Body> {
    *refusal.status_mut() = code;
    // What is too large stays so.
    refusal.headers_mut().remove(RETRY_AFTER);
    unproven(refusal)
}

/// Puts the code of HTTP on an error, and the headers that go with some of them.
fn refused(mut response: Response<Body>, status: &Status) -> Response<Body> {
    let code = status.http_status();
    *response.status_mut() = code;
    if matches!(code, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    }
    if code == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// An answer that no cache keeps for anybody else.
fn json(text: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_pages_by_their_paths() {
        for (path, call) in [
            ("/v1/needs", true),
            ("/v1", true),
            ("/v1beta/needs", false),
            ("/wishwell.v1.NeedService/GetNeed", true),
            ("/grpc.health.v1.Health/Check", true),
            ("/wishes", false),
            ("/portal/wishes/a.b/claim", false),
            ("/", false),
        ] {
            assert_eq!(is_call(&Request::get(path).body(()).unwrap_or_default()), call, "{path}");
        }
    }

    #[test]
    fn every_annotation_of_the_contract_compiles() {
        assert!(RouteTable::compile(wishwell_api::descriptor_pool()).is_ok_and(|table| table.routes().len() > 60));
    }
}
