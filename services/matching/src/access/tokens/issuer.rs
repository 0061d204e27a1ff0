//! One issuer: its rules, the keys it has now, and how a token of its is verified.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jsonwebtoken::{Algorithm, Validation, decode};
use tokio::sync::Notify;
use wishwell_domain::principal::Principal;

use super::Refusal;
use super::claims::Claims;
use super::entry::Rules;
use super::fetch::Endpoint;
use super::keys::KeySet;

/// The keys of one moment.
#[derive(Debug, Default)]
pub(super) struct Generation {
    /// Counted up with every change.
    pub(super) number: u64,
    pub(super) keys: KeySet,
}

/// An issuer.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) rules: Rules,
    /// Where its keys are asked for; none when they are fixed.
    pub(super) endpoint: Option<Endpoint>,
    current: ArcSwap<Generation>,
    /// Somebody came with a key that is not known.
    pub(super) wanted: Notify,
}

/// A token whose signature and claims were found to be right.
pub(super) struct Found {
    pub(super) principal: Principal,
    pub(super) until: i64,
    pub(super) generation: u64,
}

impl Issuer {
    pub(super) fn new(rules: Rules, keys: super::entry::Keys) -> Self {
        let (endpoint, keys) = match keys {
            super::entry::Keys::Fixed(keys) => (None, keys),
            super::entry::Keys::Fetched(endpoint) => (Some(endpoint), KeySet::default()),
        };
        let current = ArcSwap::from_pointee(Generation { number: 0, keys });
        Self { rules, endpoint, current, wanted: Notify::new() }
    }

    /// The number of the keys that hold and the tokens that are denied now: both only grow.
    pub(super) fn generation(&self) -> u64 {
        self.current.load().number + self.rules.denied.number()
    }

    /// How many keys hold now.
    pub(super) fn keys(&self) -> usize {
        self.current.load().keys.len()
    }

    /// Puts other keys in the place of those that held. Only one task does.
    pub(super) fn replace(&self, keys: KeySet) {
        let number = self.current.load().number + 1;
        self.current.store(Arc::new(Generation { number, keys }));
    }

    /// Verifies a token that names this issuer. Nothing of its header is believed but which key and which algorithm to try, and both
    /// must be ones that the issuer has.
    pub(super) fn verify(&self, token: &[u8], kid: &str, algorithm: Algorithm, now: i64) -> Result<Found, Refusal> {
        if !self.rules.algorithms.contains(&algorithm) {
            return Err(Refusal::Invalid("its algorithm is not one of its issuer's"));
        }
        // Should more be denied meanwhile, it is verified again.
        let denied = self.rules.denied.number();
        let generation = self.current.load();
        let Some(key) = generation.keys.get(kid) else {
            self.wanted.notify_one();
            return Err(Refusal::KeyUnknown);
        };
        if !key.fits(algorithm) {
            return Err(Refusal::Invalid("its algorithm does not fit its key"));
        }
        let decoded = decode::<Claims>(token, &key.decoding, &self.validation(algorithm));
        let claims = decoded.map_err(|_| Refusal::Invalid("its signature, issuer, audience or form is wrong"))?.claims;
        let until = claims.holds_until(&self.rules, now)?;
        if claims.is_denied(&self.rules) {
            return Err(Refusal::Invalid("it was taken back"));
        }
        Ok(Found { principal: claims.principal(&self.rules)?, until, generation: generation.number + denied })
    }

    /// What the library checks. Times are not among it: it would ask the system's clock for them.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.rules.issuer]);
        validation.set_audience(&self.rules.audiences);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }
}
