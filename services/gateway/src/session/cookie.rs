//! Cookies as RFC 6265 writes them.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The value of a cookie; the first one, when several have the name.
pub(crate) fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A cookie for the whole site that scripts cannot read; 0 seconds make a browser forget it. None when the value cannot stand in a header.
pub(crate) fn write(name: &str, value: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", seconds.max(0));
    HeaderValue::from_str(&text).ok()
}
