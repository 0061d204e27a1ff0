//! What a page may load and run: itself, from here.

use std::fmt::Write as _;

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Marks the scripts and styles that the page itself wrote: 122 random bits, new with each answer.
#[derive(Debug, Clone)]
pub(crate) struct Nonce(String);

impl Nonce {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Puts the policy on a page; other kinds of answers are never shown as one.
pub(super) fn guard(nonce: &Nonce, headers: &mut HeaderMap) {
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if headers.contains_key(CONTENT_SECURITY_POLICY) {
        return;
    }
    let mut policy = String::from("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    if is_page {
        let _ = write!(
            policy,
            "; script-src 'self' 'nonce-{0}'; style-src 'self' 'nonce-{0}'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; manifest-src 'self'",
            nonce.as_str()
        );
        let nothing = "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)";
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(nothing));
    }
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
}
