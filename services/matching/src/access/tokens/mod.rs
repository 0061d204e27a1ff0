//! Bearer tokens: JWTs (RFC 7519) of issuers that the configuration names, verified by keys that each of them publishes.
//!
//! What of a token is believed before its signature holds: the name of its issuer and of its key, to look both up. Everything that
//! would let a token say by which key it is to be believed (`jku`, `jwk`, `x5u`, `x5c`), or that it is to be read differently (`crit`,
//! `b64`, `zip`, `enc`), has it refused (RFC 8725).

mod cache;
mod claims;
mod denied;
mod entry;
mod fetch;
mod issuer;
mod keys;
mod provider;
mod refresh;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures::future::join_all;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Header, decode_header};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use wishwell_domain::Error;
use wishwell_domain::clock::Clock;
use wishwell_domain::error::{Violation, Violations};
use wishwell_domain::ids::TenantId;
use wishwell_domain::principal::Principal;

use crate::metrics::Metrics;
use cache::{Cache, Digest, Verified};
use issuer::Issuer;
use refresh::Freshness;

pub use cache::TOKENS_CACHED_MAX;
pub use claims::{DIVISIONS_PER_TOKEN_MAX, TOKEN_NAME_CHARS_MAX};
pub use denied::{DENIED_BYTES_MAX, DENIED_REFRESH_SECONDS};
pub use entry::{
    ALGORITHMS, ClaimNames, ISSUERS_MAX, IssuerEntry, KeySource, LEEWAY_SECONDS_DEFAULT, LEEWAY_SECONDS_MAX,
    TOKEN_LIFETIME_SECONDS_DEFAULT, TOKEN_LIFETIME_SECONDS_MAX,
};
pub use fetch::JWKS_FETCH_SECONDS_MAX;
pub use keys::{JWKS_BYTES_MAX, KEYS_PER_ISSUER_MAX};
pub use refresh::{JWKS_KEPT_SECONDS_MAX, JWKS_REFRESH_SECONDS, JWKS_REFRESH_SECONDS_MIN};

/// Largest token, in bytes: twice what issuers make with all their claims.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Types of tokens that are for calling (RFC 7519, RFC 9068); others, such as those for logging out, are for something else.
const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// Why a token is refused. What is said to the caller is less: it must not help whoever makes tokens up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It never was one, or is not for here.
    Invalid(&'static str),
    /// It was one once.
    Expired,
    /// Its key is not known, or not yet.
    KeyUnknown,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Expired => Self::TokenExpired,
            Refusal::KeyUnknown => Self::TokenKeyUnknown,
            Refusal::Invalid(why) => {
                tracing::debug!(why, "a token was refused");
                Self::Unauthenticated
            }
        }
    }
}

/// What is made of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is a key, and no token.
    Key,
    /// It was verified before.
    Known,
    /// It was verified now.
    Verified,
}

/// All issuers, and the tokens of theirs that were verified.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issuers: Vec<Arc<Issuer>>,
    cache: Cache,
}

/// What is to be looked at again while the server runs.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    /// Issuers whose keys are asked for.
    keys: Vec<Freshness>,
    /// Issuers of whose tokens a file denies some.
    denying: Vec<Arc<Issuer>>,
}

/// The one claim that is read before the signature is checked, to know whose key to check it with.
#[derive(Deserialize)]
struct Named {
    iss: String,
}

/// Whether a credential has the form of a token, which no key has that `wishwell key new` makes: three parts with dots between.
pub(crate) fn looks_like_a_token(credential: &[u8]) -> bool {
    credential.iter().filter(|byte| **byte == b'.').count() == 2
}

impl Tokens {
    /// Reads the configuration.
    pub(crate) fn from_entries(entries: &[IssuerEntry], violations: &mut Violations) -> Self {
        provider::install();
        violations.require(entries.len() <= ISSUERS_MAX, || {
            Violation::new("token_issuers", "token_issuers.count", format!("at most {ISSUERS_MAX} are taken"))
        });
        let mut issuers = Vec::new();
        for (index, entry) in entries.iter().enumerate().take(ISSUERS_MAX) {
            let field = format!("token_issuers[{index}]");
            for other in &entries[..index] {
                violations.require(other.issuer != entry.issuer, || {
                    Violation::new(format!("{field}.issuer"), "issuer.unique", "stands twice in the configuration")
                });
                let (one, two) = (&other.name_prefix, &entry.name_prefix);
                violations.require(!one.starts_with(two.as_str()) && !two.starts_with(one.as_str()), || {
                    let message = "must differ between issuers, and none begin with another's";
                    Violation::new(format!("{field}.name_prefix"), "name_prefix.distinct", message)
                });
            }
            if let Some((rules, keys)) = entry::read(&field, entry, violations) {
                issuers.push(Arc::new(Issuer::new(rules, keys)));
            }
        }
        Self { issuers, cache: Cache::default() }
    }

    /// Whether there is no issuer.
    pub(crate) fn is_empty(&self) -> bool {
        self.issuers.is_empty()
    }

    /// Whether tokens of an issuer are believed, which is named to the letter.
    pub(crate) fn believes(&self, issuer: &str) -> bool {
        self.issuers.iter().any(|known| known.rules.issuer == issuer)
    }

    /// Tenants that an issuer may speak for.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.issuers.iter().flat_map(|issuer| &issuer.rules.tenants)
    }

    /// Asks all issuers for their keys once, at the same time and within a bound. Whoever does not answer is asked again later.
    pub(crate) async fn begin(&self, clock: &Arc<dyn Clock>, metrics: &Arc<Metrics>) -> Upkeep {
        let fetched = self.issuers.iter().filter(|issuer| issuer.endpoint.is_some());
        let asked = fetched.map(|issuer| {
            let mut freshness = Freshness::new(Arc::clone(issuer), Arc::clone(clock), Arc::clone(metrics));
            async move {
                freshness.ask().await;
                freshness
            }
        });
        let denying = self.issuers.iter().filter(|issuer| issuer.rules.denied.may_change()).cloned().collect();
        Upkeep { keys: join_all(asked).await, denying }
    }

    /// Whose a token is. `digest` is its SHA-256, `taken` says who may not come with a token.
    pub(crate) fn principal(
        &self,
        token: &[u8],
        digest: &Digest,
        now: i64,
        taken: impl FnOnce(&Principal) -> bool,
    ) -> Result<(Arc<Principal>, Outcome), Refusal> {
        if let Some(known) = self.cache.get(digest)
            && self.issuers.get(known.issuer).is_some_and(|issuer| issuer.generation() == known.generation)
        {
            return if now < known.until { Ok((known.principal, Outcome::Known)) } else { Err(Refusal::Expired) };
        }
        let (index, found) = self.verify(token, now)?;
        if taken(&found.principal) {
            return Err(Refusal::Invalid("its name is that of a configured principal"));
        }
        let principal = Arc::new(found.principal);
        let verified = Verified {
            principal: Arc::clone(&principal),
            until: found.until,
            issuer: index,
            generation: found.generation,
        };
        self.cache.put(*digest, verified);
        Ok((principal, Outcome::Verified))
    }

    fn verify(&self, token: &[u8], now: i64) -> Result<(usize, issuer::Found), Refusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refusal::Invalid("it is too large"));
        }
        let header = decode_header(token).map_err(|_| Refusal::Invalid("its header cannot be read"))?;
        let kid = plain(&header)?;
        let named: Named = insecure_decode_claims(token).map_err(|_| Refusal::Invalid("it names no issuer"))?;
        let issuer = self.issuers.iter().position(|issuer| issuer.rules.issuer == named.iss);
        let index = issuer.ok_or(Refusal::Invalid("its issuer is not known"))?;
        Ok((index, self.issuers[index].verify(token, kid, header.alg, now)?))
    }
}

/// The identifier of the key, when the header says nothing that is not to be believed.
fn plain(header: &Header) -> Result<&str, Refusal> {
    let Header { typ, alg: _, cty, jku, jwk, kid, x5u, x5c, x5t: _, x5t_s256: _, crit, enc, zip, url, nonce, extras } =
        header;
    let foreign = jku.is_some() || jwk.is_some() || x5u.is_some() || x5c.is_some();
    let different = crit.is_some() || enc.is_some() || zip.is_some() || extras.inner().contains_key("b64");
    if foreign {
        return Err(Refusal::Invalid("its header brings a key"));
    }
    if different || cty.is_some() || url.is_some() || nonce.is_some() {
        return Err(Refusal::Invalid("its header asks to be read differently"));
    }
    if typ.as_ref().is_some_and(|typ| !TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ))) {
        return Err(Refusal::Invalid("it is for something else"));
    }
    let kid = kid.as_deref().filter(|kid| !kid.is_empty() && kid.len() <= keys::KID_BYTES_MAX);
    kid.ok_or(Refusal::Invalid("it names no key"))
}

/// Keeps the keys of all issuers fresh, and what of their tokens is denied, until `drain`.
pub(crate) fn keep_fresh(upkeep: Upkeep, drain: &CancellationToken) {
    for freshness in upkeep.keys {
        tokio::spawn(freshness.keep(drain.clone()));
    }
    for issuer in upkeep.denying {
        let drain = drain.clone();
        tokio::spawn(async move { issuer.rules.denied.keep(&issuer.rules.issuer, &drain).await });
    }
}
