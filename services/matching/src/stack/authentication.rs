//! Who calls, and whether the role table lets it in. Leaves the `Principal` in the request's extensions.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tower::{Layer, Service};

use wishwell_domain::Error;
use wishwell_domain::principal::Principal;

use crate::access::{Access, Credentials, access_to};
use crate::grpc::status::to_status;

use super::{Request, Response, method_of};

/// The same key without the `Bearer` scheme, for callers whose tools set plain headers only.
const API_KEY_HEADER: &str = "x-api-key";

#[derive(Debug, Clone)]
pub(super) struct AuthenticationLayer {
    credentials: Arc<Credentials>,
}

impl AuthenticationLayer {
    pub(super) const fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials }
    }
}

impl<S> Layer<S> for AuthenticationLayer {
    type Service = Authentication<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Authentication { inner, credentials: Arc::clone(&self.credentials) }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Authentication<S> {
    inner: S,
    credentials: Arc<Credentials>,
}

impl<S> Authentication<S> {
    fn admit(&self, request: &Request) -> Result<Option<Arc<Principal>>, Error> {
        let method = method_of(request);
        let Access::Roles(roles) = access_to(method) else { return Ok(None) };
        let key = key_of(request.headers()).ok_or(Error::Unauthenticated)?;
        let principal = self.credentials.principal(key).ok_or(Error::Unauthenticated)?;
        if roles.contains(&principal.role) {
            Ok(Some(Arc::clone(principal)))
        } else {
            Err(Error::PermissionDenied { role: principal.role.name(), method: shortened(method) })
        }
    }
}

/// Methods that do not exist are denied too; their made-up names are not echoed at length.
fn shortened(method: &str) -> String {
    method.chars().take(120).collect()
}

fn key_of(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (scheme, key) = value.as_bytes().split_at_checked(7)?;
        return scheme.eq_ignore_ascii_case(b"bearer ").then_some(key);
    }
    headers.get(API_KEY_HEADER).map(http::HeaderValue::as_bytes)
}

impl<S> Service<Request> for Authentication<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.admit(&request) {
            Ok(principal) => {
                if let Some(principal) = principal {
                    request.extensions_mut().insert(principal);
                }
                Box::pin(self.inner.call(request))
            }
            Err(error) => Box::pin(std::future::ready(Ok(to_status(error).into_http()))),
        }
    }
}
