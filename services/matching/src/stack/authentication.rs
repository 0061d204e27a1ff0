//! Who calls, and whether the role table lets it in.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use wishwell_domain::Error;
use wishwell_domain::principal::Principal;

use crate::access::{Access, Credentials, Method};

/// The same key without the `Bearer` scheme, for callers whose tools set plain headers only.
const API_KEY_HEADER: &str = "x-api-key";

/// The principal behind a call; none for a method that is open to all.
pub(super) fn authenticate(
    credentials: &Credentials,
    method: Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<Arc<Principal>>, Error> {
    let Access::Roles(roles) = method.access else { return Ok(None) };
    let key = key_of(headers).ok_or(Error::Unauthenticated)?;
    let principal = credentials.principal(key).ok_or(Error::Unauthenticated)?;
    if roles.contains(&principal.role) {
        Ok(Some(Arc::clone(principal)))
    } else {
        Err(Error::PermissionDenied { role: principal.role.name(), method: shortened(path) })
    }
}

/// Methods that do not exist are denied too; their made-up names are not echoed at length.
fn shortened(path: &str) -> String {
    path.trim_start_matches('/').chars().take(120).collect()
}

fn key_of(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (scheme, key) = value.as_bytes().split_at_checked(7)?;
        return scheme.eq_ignore_ascii_case(b"bearer ").then_some(key);
    }
    headers.get(API_KEY_HEADER).map(http::HeaderValue::as_bytes)
}
