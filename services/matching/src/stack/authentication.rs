//! Who calls, and whether the role table lets it in.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};

use wishwell_domain::Error;
use wishwell_domain::clock::Clock;
use wishwell_domain::principal::Principal;

use crate::access::{Access, Credentials, Method, Standing};
use crate::metrics::Metrics;

/// The same key without the `Bearer` scheme, for callers whose tools set plain headers only.
static API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Whose certificate the connection of a request showed. Put into a request by the connection alone.
#[derive(Debug, Clone)]
pub(crate) struct Certified(pub(crate) Arc<Principal>);

/// Knows callers.
#[derive(Debug)]
pub(super) struct Authentication {
    pub(super) credentials: Arc<Credentials>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Authentication {
    /// The principal behind a call; none for a method that is open to all.
    pub(super) fn authenticate(
        &self,
        metrics: &Metrics,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        certified: Option<&Certified>,
    ) -> Result<Option<Arc<Principal>>, Error> {
        let Access::Roles(roles) = method.access else { return Ok(None) };
        let principal = match (presented(headers)?, certified) {
            (Some(credential), _) => self.bearer(credential, metrics)?,
            (None, Some(certified)) => Arc::clone(&certified.0),
            (None, None) => return Err(Error::Unauthenticated),
        };
        match method.name {
            _ if roles.contains(&principal.role) => Ok(Some(principal)),
            Some(name) => {
                Err(Error::PermissionDenied { role: principal.role.name(), method: name.to_owned(), how: "" })
            }
            None => Err(Error::UnknownMethod { method: shortened(path) }),
        }
    }

    /// Whoever shows a key or a token is who that says, whatever connection it comes over: a gateway has one for everybody.
    fn bearer(&self, credential: &[u8], metrics: &Metrics) -> Result<Arc<Principal>, Error> {
        let Some(found) = self.credentials.bearer(credential, || self.clock.now()) else {
            return Err(Error::Unauthenticated);
        };
        metrics.token(found.as_ref().map(|(_, outcome)| *outcome).map_err(|refusal| *refusal));
        let (principal, _) = found?;
        Ok(principal)
    }

    /// The token that a call was let in by, if it was by one.
    pub(super) fn standing(&self, headers: &HeaderMap) -> Option<Standing> {
        let credential = presented(headers).ok().flatten()?;
        Standing::of(&self.credentials, &self.clock, credential)
    }
}

/// Made-up names of methods are not echoed at length.
fn shortened(path: &str) -> String {
    path.trim_start_matches('/').chars().take(120).collect()
}

/// The key or token in the headers. Two of a kind are refused: whoever sits between would read one of them, and we the other.
fn presented(headers: &HeaderMap) -> Result<Option<&[u8]>, Error> {
    let only = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Error::Unauthenticated),
        }
    };
    let (bearer, key) = (only(&AUTHORIZATION)?, only(&API_KEY_HEADER)?);
    let Some(value) = bearer else { return Ok(key.map(http::HeaderValue::as_bytes)) };
    match value.as_bytes().split_at_checked(7) {
        Some((scheme, credential)) if scheme.eq_ignore_ascii_case(b"bearer ") => Ok(Some(credential)),
        _ => Err(Error::Unauthenticated),
    }
}
