//! Tokens that were verified, by their digests: verifying costs tens of microseconds, looking up less than one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wishwell_domain::principal::Principal;

/// Verified tokens that are remembered; the ones not seen for longest are forgotten first.
pub const TOKENS_CACHED_MAX: usize = 16_384;

/// SHA-256 of a token.
pub(super) type Digest = [u8; 32];

/// A token that was verified.
#[derive(Debug, Clone)]
pub(super) struct Verified {
    /// Whose it is.
    pub(super) principal: Arc<Principal>,
    /// Until when it holds, in seconds since 1970, leeway included.
    pub(super) until: i64,
    /// Its issuer's place among the issuers.
    pub(super) issuer: usize,
    /// The generation of the issuer's keys that it was verified by. With another one it is verified again, so that a key that was
    /// taken back takes its tokens with it.
    pub(super) generation: u64,
}

/// Bounded: entries move from the young half to the old one when that is full, and from there away; whoever is asked for stays.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<Digest, Verified>,
    old: HashMap<Digest, Verified>,
}

impl Cache {
    /// What is remembered of a token.
    pub(super) fn get(&self, digest: &Digest) -> Option<Verified> {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = halves.young.get(digest) {
            return Some(found.clone());
        }
        let found = halves.old.remove(digest)?;
        halves.put(*digest, found.clone());
        Some(found)
    }

    /// Remembers a token.
    pub(super) fn put(&self, digest: Digest, verified: Verified) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(digest, verified);
    }
}

impl Halves {
    fn put(&mut self, digest: Digest, verified: Verified) {
        if self.young.len() >= TOKENS_CACHED_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest, verified);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wishwell_domain::ids::TenantId;
    use wishwell_domain::principal::Role;

    use super::*;

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_asked_for() {
        let principal = Arc::new(Principal {
            tenant: TenantId::parse("tenant", "main").unwrap(),
            name: "somebody".to_owned(),
            role: Role::Visitor,
            organization: None,
            divisions: Vec::new(),
        });
        let digest = |number: usize| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            digest
        };
        let cache = Cache::default();
        for number in 0..3 * TOKENS_CACHED_MAX {
            let verified = Verified { principal: Arc::clone(&principal), until: 0, issuer: 0, generation: 0 };
            cache.put(digest(number), verified);
            assert!(cache.get(&digest(0)).is_some(), "asked for all the time");
            let halves = cache.0.lock().unwrap();
            assert!(halves.young.len() + halves.old.len() <= TOKENS_CACHED_MAX, "{number}");
        }
        assert!(cache.get(&digest(1)).is_none(), "never asked for");
    }
}
