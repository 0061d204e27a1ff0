//! A name for each request, by which its answer, its log lines and its trace are found.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::fmt::Hyphenated;
use uuid::{Builder, Uuid};

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of a caller's own.
const CHARACTERS_MAX: usize = 64;

/// Name of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId {
    name: HeaderValue,
    random: Uuid,
}

impl RequestId {
    /// The caller's own when it is short and plain, so that nobody writes into logs with it; a new one otherwise.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let random = drawn();
        let own = headers.get(HEADER).filter(|value| {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
            !value.is_empty() && value.len() <= CHARACTERS_MAX && value.as_bytes().iter().all(plain)
        });
        let name = own.cloned().unwrap_or_else(|| {
            let mut text = [0; Hyphenated::LENGTH];
            // Hexadecimal digits and hyphens can stand in a header.
            HeaderValue::from_str(random.hyphenated().encode_lower(&mut text))
                .unwrap_or(const { HeaderValue::from_static("-") })
        });
        Self { name, random }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.name.to_str().unwrap_or_default()
    }

    /// The value of the header. A name comes once, so no table of a connection is to keep it.
    pub(super) fn header(&self) -> HeaderValue {
        let mut value = self.name.clone();
        value.set_sensitive(true);
        value
    }

    /// 122 random bits that were drawn for this request, also when its name is the caller's.
    pub(super) fn random(&self) -> Uuid {
        self.random
    }
}

/// 122 bits that no two requests have in common: a count, by the keyed hash (SipHash) whose key the standard library draws from the
/// system. To ask the system each time would cost more than all that is done with the name; nothing is kept secret by it.
fn drawn() -> Uuid {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let halves = [0_u8, 1].map(|half| KEY.hash_one((count, half)));
    Builder::from_random_bytes(Uuid::from_u64_pair(halves[0], halves[1]).into_bytes()).into_uuid()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_kept_and_anything_else_is_replaced() {
        let of = |text: &str| {
            let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
            RequestId::of(&HeaderMap::from_iter([(HEADER, value)])).as_str().to_owned()
        };
        assert_eq!(of("portal-17.a_B"), "portal-17.a_B");
        for wrong in ["", "a b", "a\tb", "字", &"x".repeat(CHARACTERS_MAX + 1)] {
            assert!(Uuid::parse_str(&of(wrong)).is_ok(), "{wrong}");
        }
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
