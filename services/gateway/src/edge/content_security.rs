//! What a page may load and run: itself, from here, and tiles of maps from where they are configured. No page writes scripts or styles of
//! its own, so none needs to be marked as meant.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use wishwell_report::Tiles;

/// What a page may do, before and behind where pictures may come from besides.
const PAGE: [&str; 2] = [
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
    "; connect-src 'self'; form-action 'self'; manifest-src 'self'",
];
/// What is no page is never shown as one.
const OTHER: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const PERMISSIONS: &str = "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)";

/// What pages may do.
#[derive(Debug)]
pub(super) struct Policy(HeaderValue);

impl Policy {
    /// With or without tiles below maps.
    pub(super) fn with(tiles: Option<&Tiles>) -> Self {
        let [before, behind] = PAGE;
        let tiles = tiles.map(|tiles| format!(" {}", tiles.origin())).unwrap_or_default();
        // An origin is letters, digits and points; were it not, pages could load nothing rather than anything.
        let policy = HeaderValue::from_str(&format!("{before}{tiles}{behind}"));
        Self(policy.unwrap_or(HeaderValue::from_static(OTHER)))
    }
}

/// Puts the policy on an answer that has none. One that says that nothing has changed leaves what it is about as it was, its policy
/// included: browsers take over the headers of such an answer.
pub(super) fn guard<B>(policy: &Policy, response: &mut Response<B>) {
    if response.status() == StatusCode::NOT_MODIFIED || response.headers().contains_key(CONTENT_SECURITY_POLICY) {
        return;
    }
    let headers = response.headers_mut();
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS));
    }
    let policy = if is_page { policy.0.clone() } else { HeaderValue::from_static(OTHER) };
    headers.insert(CONTENT_SECURITY_POLICY, policy);
}
