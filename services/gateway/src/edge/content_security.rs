//! What a page may load and run: itself, from here. No page writes scripts or styles of its own, so none needs to be marked as meant.

use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};

/// What a page may do.
const PAGE: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; style-src 'self'; \
                    img-src 'self' data:; connect-src 'self'; form-action 'self'; manifest-src 'self'";
/// What is no page is never shown as one.
const OTHER: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const PERMISSIONS: &str = "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)";

/// Puts the policy on an answer that has none. One that says that nothing has changed leaves what it is about as it was, its policy
/// included: browsers take over the headers of such an answer.
pub(super) fn guard<B>(response: &mut Response<B>) {
    if response.status() == StatusCode::NOT_MODIFIED || response.headers().contains_key(CONTENT_SECURITY_POLICY) {
        return;
    }
    let headers = response.headers_mut();
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS));
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(if is_page { PAGE } else { OTHER }));
}
