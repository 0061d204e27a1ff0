//! Cookies with sealed contents, each for a purpose of its own.

use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cookie;
use super::seal::Sealer;

/// Bytes of a whole cookie that every browser keeps, with its name and attributes (RFC 6265, 6.1).
const COOKIE_BYTES_MAX: usize = 4_096;

/// Puts things into cookies and takes them out again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shelf<'s> {
    pub(super) sealer: &'s Sealer,
    /// Whether browsers reach the gateway over TLS.
    pub(super) secure: bool,
}

impl Shelf<'_> {
    /// The header that makes a browser keep something for a time; none when it is too large, or the system gives no random numbers.
    pub(crate) fn put(&self, name: &str, content: &impl Serialize, seconds: i64) -> Option<HeaderValue> {
        let sealed = self.sealer.seal(&purpose(name), &serde_json::to_vec(content).ok()?)?;
        let cookie = cookie::write(&self.cookie_name(name), &sealed, seconds, self.secure)?;
        (cookie.len() <= COOKIE_BYTES_MAX).then_some(cookie)
    }

    /// What a browser kept: none without it, or with one that was not put there under this name.
    pub(crate) fn take<T: DeserializeOwned>(&self, headers: &HeaderMap, name: &str) -> Option<T> {
        let sealed = cookie::read(headers, &self.cookie_name(name))?;
        serde_json::from_slice(&self.sealer.open(&purpose(name), sealed)?).ok()
    }

    /// The header that makes a browser forget it.
    pub(crate) fn clear(&self, name: &str) -> Option<HeaderValue> {
        cookie::write(&self.cookie_name(name), "", 0, self.secure)
    }

    /// With the prefix, browsers take it over TLS only and from this very host only.
    fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}wishwell-{name}")
    }
}

fn purpose(name: &str) -> String {
    format!("wishwell {name} 1")
}
