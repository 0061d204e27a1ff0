//! A name for each request, by which its answer, its log lines and its trace are found.

use http::{HeaderMap, HeaderName};
use uuid::Uuid;

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of a caller's own.
const CHARACTERS_MAX: usize = 64;

/// Name of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The caller's own when it is short and plain, so that nobody writes into logs with it; a new one otherwise.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let own = headers.get(HEADER).and_then(|value| value.to_str().ok());
        let own = own.filter(|text| !text.is_empty() && text.len() <= CHARACTERS_MAX);
        let own = own.filter(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        Self(own.map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_plain_name_is_kept_and_anything_else_is_replaced() {
        let of = |text: &str| {
            let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
            RequestId::of(&HeaderMap::from_iter([(HEADER, value)])).0
        };
        assert_eq!(of("portal-17.a_B"), "portal-17.a_B");
        for wrong in ["", "a b", "a\tb", "字", &"x".repeat(CHARACTERS_MAX + 1)] {
            assert!(Uuid::parse_str(&of(wrong)).is_ok(), "{wrong}");
        }
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
