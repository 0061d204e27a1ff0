//! Somebody who is on the way to a provider and back: what was sent along, sealed into a cookie of a few minutes. The gateway keeps nothing,
//! so that whichever replica they come back to knows them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

/// How long somebody may take to sign in at a provider, in seconds.
pub(super) const PENDING_SECONDS_MAX: i64 = 600;
/// Random bytes of a state, a nonce and a verifier: 43 characters, which PKCE needs at least (RFC 7636, 4.1).
const RANDOM_BYTES: usize = 32;

/// What goes with a question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    /// The provider that was chosen.
    pub(super) provider: String,
    /// Comes back in the address: the answer is to this browser's question.
    pub(super) state: String,
    /// Comes back in the ID token: the token was made for this question.
    pub(super) nonce: String,
    /// Proves that the code is brought by who asked for it.
    pub(super) verifier: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// Until when, in seconds since 1970.
    pub(super) ends: i64,
}

impl Pending {
    /// A new question; none when the system gives no random numbers.
    pub(super) fn begin(provider: &str, next: &str, now: Timestamp) -> Option<Self> {
        let random = SystemRandom::new();
        let word = || {
            let mut bytes = [0; RANDOM_BYTES];
            random.fill(&mut bytes).ok().map(|()| URL_SAFE_NO_PAD.encode(bytes))
        };
        Some(Self {
            provider: provider.to_owned(),
            state: word()?,
            nonce: word()?,
            verifier: word()?,
            next: next.to_owned(),
            ends: now.as_second() + PENDING_SECONDS_MAX,
        })
    }

    /// What is told of the verifier beforehand (RFC 7636, 4.2: S256).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_words_of_its_own() {
        let (one, two) = (
            Pending::begin("a", "/", Timestamp::UNIX_EPOCH).unwrap(),
            Pending::begin("a", "/", Timestamp::UNIX_EPOCH).unwrap(),
        );
        let words = [&one.state, &one.nonce, &one.verifier, &two.state, &two.nonce, &two.verifier];
        let distinct: std::collections::BTreeSet<_> = words.iter().collect();
        assert_eq!(distinct.len(), 6);
        assert!(words.iter().all(|word| word.len() == 43));
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let pending = Pending { verifier, ..Pending::begin("a", "/", Timestamp::UNIX_EPOCH).unwrap() };
        assert_eq!(pending.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
