//! An issuer as the configuration names it.

use std::path::PathBuf;

use jsonwebtoken::Algorithm;
use wishwell_domain::error::{Violation, Violations};
use wishwell_domain::ids::TenantId;

use super::denied::Denied;
use super::fetch::Endpoint;
use super::keys::KeySet;

/// Issuers of one configuration.
pub const ISSUERS_MAX: usize = 16;
/// Difference between the clocks of issuer and server that is forgiven, in seconds, when nothing is said.
pub const LEEWAY_SECONDS_DEFAULT: u32 = 30;
/// Largest difference that may be forgiven, in seconds.
pub const LEEWAY_SECONDS_MAX: u32 = 300;
/// Longest time for which a token may hold, in seconds, when nothing is said: a day.
pub const TOKEN_LIFETIME_SECONDS_DEFAULT: u32 = 86_400;
/// Longest time that may be set, in seconds: a week.
pub const TOKEN_LIFETIME_SECONDS_MAX: u32 = 7 * 86_400;

/// The accepted algorithms. All are asymmetric: with a symmetric one, whoever can check a token can also make one.
pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// Where an issuer's keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A key set that was read from a file.
    Set(Vec<u8>),
    /// Asked for at start, and again while the server runs.
    Url {
        /// `https`, or `http` to this machine.
        url: String,
        /// Certificates of the authorities by which the host is trusted, in PEM form.
        trusted: Vec<u8>,
    },
}

/// Names of the claims that say who a token's bearer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Tenant, where the issuer may speak for several.
    pub tenant: String,
    /// Role.
    pub role: String,
    /// Organization, `organizations/{uuid}`.
    pub organization: String,
    /// Division codes: a list, or a text with spaces between them.
    pub divisions: String,
    /// Name for logs and events.
    pub name: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            tenant: "wishwell_tenant".to_owned(),
            role: "wishwell_role".to_owned(),
            organization: "wishwell_organization".to_owned(),
            divisions: "wishwell_divisions".to_owned(),
            name: "sub".to_owned(),
        }
    }
}

/// One issuer of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerEntry {
    /// What its tokens hold as `iss`, to the letter.
    pub issuer: String,
    /// One of these stands in `aud`.
    pub audiences: Vec<String>,
    /// Some of [`ALGORITHMS`].
    pub algorithms: Vec<String>,
    /// Where its keys come from.
    pub keys: KeySource,
    /// Tenants that it may speak for. With one, tokens need not name it.
    pub tenants: Vec<String>,
    /// Names of claims.
    pub claims: ClaimNames,
    /// Put before the names of its principals, so that those of two issuers cannot be mistaken for each other.
    pub name_prefix: String,
    /// Difference of clocks that is forgiven, in seconds.
    pub leeway_seconds: u32,
    /// Longest time for which a token may hold, in seconds.
    pub lifetime_seconds_max: u32,
    /// JSON file with the tokens that are refused before their end; none for none.
    pub denied_file: Option<PathBuf>,
}

impl IssuerEntry {
    /// An issuer with what holds when nothing is said: default claims, leeway and lifetime.
    #[must_use]
    pub fn new(issuer: String, audiences: Vec<String>, algorithms: Vec<String>, keys: KeySource) -> Self {
        Self {
            issuer,
            audiences,
            algorithms,
            keys,
            tenants: Vec::new(),
            claims: ClaimNames::default(),
            name_prefix: String::new(),
            leeway_seconds: LEEWAY_SECONDS_DEFAULT,
            lifetime_seconds_max: TOKEN_LIFETIME_SECONDS_DEFAULT,
            denied_file: None,
        }
    }
}

/// An entry that was read.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) tenants: Vec<TenantId>,
    pub(super) claims: ClaimNames,
    pub(super) name_prefix: String,
    pub(super) leeway: i64,
    pub(super) lifetime_max: i64,
    pub(super) denied: Denied,
}

/// Keys that are there, or where they will come from.
#[derive(Debug)]
pub(super) enum Keys {
    Fixed(KeySet),
    Fetched(Endpoint),
}

/// Reads an entry. Everything that is wrong with it goes to the violations.
pub(super) fn read(field: &str, entry: &IssuerEntry, violations: &mut Violations) -> Option<(Rules, Keys)> {
    let before = violations.as_slice().len();
    let mut require = |ok: bool, name: &str, rule: &str, message: &str| {
        violations.require(ok, || Violation::new(format!("{field}.{name}"), rule, message));
    };
    let named = |texts: &[String]| !texts.is_empty() && texts.iter().all(|text| !text.trim().is_empty());
    require(!entry.issuer.trim().is_empty(), "issuer", "issuer.required", "must be what tokens hold as `iss`");
    require(named(&entry.audiences), "audiences", "audiences.required", "must name what tokens hold as `aud`");
    require(named(&entry.tenants), "tenants", "tenants.required", "must name the tenants that it may speak for");
    let leeway = (0..=LEEWAY_SECONDS_MAX).contains(&entry.leeway_seconds);
    require(leeway, "leeway_seconds", "leeway_seconds.range", "must be 300 at most");
    let lifetime = (1..=TOKEN_LIFETIME_SECONDS_MAX).contains(&entry.lifetime_seconds_max);
    require(lifetime, "lifetime_seconds_max", "lifetime_seconds_max.range", "must be from 1 to 604800");
    let ClaimNames { tenant, role, organization, divisions, name } = &entry.claims;
    for claim in [tenant, role, organization, divisions, name] {
        require(!claim.trim().is_empty(), "claims", "claims.required", "must not be empty");
    }
    let known = |name: &String| ALGORITHMS.contains(&name.as_str());
    require(
        !entry.algorithms.is_empty() && entry.algorithms.iter().all(known),
        "algorithms",
        "algorithms.known",
        "must be some of RS256, PS256, ES256 and EdDSA",
    );
    let algorithms = entry.algorithms.iter().filter_map(|name| name.parse().ok()).collect();
    let tenants =
        entry.tenants.iter().enumerate().filter_map(|(index, tenant)| {
            violations.take(TenantId::parse(&format!("{field}.tenants[{index}]"), tenant))
        });
    let tenants = tenants.collect();
    let keys = match &entry.keys {
        KeySource::Set(json) => KeySet::read(json).map(Keys::Fixed).map_err(|why| ("jwks_file", why)),
        KeySource::Url { url, trusted } => {
            Endpoint::parse(url, trusted).map(Keys::Fetched).map_err(|why| ("jwks_url", why))
        }
    };
    let keys = keys.map_err(|(name, why)| Violation::new(format!("{field}.{name}"), name, why));
    let denied = Denied::read(entry.denied_file.as_deref());
    let denied = denied.map_err(|why| Violation::new(format!("{field}.denied_file"), "denied_file", why));
    let (keys, denied) = (violations.take(keys), violations.take(denied));
    let (keys, denied) = (keys?, denied?);
    let rules = Rules {
        issuer: entry.issuer.clone(),
        audiences: entry.audiences.clone(),
        algorithms,
        tenants,
        claims: entry.claims.clone(),
        name_prefix: entry.name_prefix.clone(),
        leeway: entry.leeway_seconds.into(),
        lifetime_max: entry.lifetime_seconds_max.into(),
        denied,
    };
    (violations.as_slice().len() == before).then_some((rules, keys))
}
