//! Who is known: by an API key, by a token of an issuer, or by the certificate of a connection.
//!
//! API keys are kept as SHA-256 digests, two valid at once per principal so that a key can be changed without an outage.
//!
//! A plain digest is right here (and a slow password hash is not): keys are 256 random bits, so there is nothing to guess,
//! and the look-up is on the path of every call.

use std::collections::HashMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::Deserialize;

use wishwell_domain::error::{Violation, Violations};
use wishwell_domain::ids::{DivisionCode, OrganizationId, TenantId};
use wishwell_domain::principal::{Principal, Role};

use super::tokens::{IssuerEntry, Outcome, Refusal, Tokens, looks_like_a_token};

/// Keys one principal may have at once: the current one and the one it replaces.
pub const KEYS_PER_PRINCIPAL_MAX: usize = 2;

type KeyDigest = [u8; 32];

/// One principal of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialEntry {
    /// Tenant whose data it sees.
    pub tenant: String,
    /// Stable name, for logs and events; no other of its tenant has it.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Full resource name of its organization; required for partners.
    #[serde(default)]
    pub organization: Option<String>,
    /// Division codes it works in; required for case workers.
    #[serde(default)]
    pub divisions: Vec<String>,
    /// One or two SHA-256 digests of its keys, 64 hexadecimal digits each. None for whoever comes with a certificate alone.
    #[serde(default)]
    pub key_sha256: Vec<String>,
    /// Names by which certificates of connections are its: the URI (`spiffe://...`) or DNS name of a subject alternative name.
    #[serde(default)]
    pub certificate_names: Vec<String>,
}

/// Everybody who is known.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    by_digest: HashMap<KeyDigest, Arc<Principal>>,
    by_certificate: HashMap<String, Arc<Principal>>,
    tokens: Arc<Tokens>,
}

/// A well-known key of development mode. Only ever accepted on loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoKey {
    /// The key itself.
    pub key: &'static str,
    /// Its role.
    pub role: Role,
}

/// The keys of development mode, one for each role that needs no organization or division, and a case worker of the demo's
/// districts.
pub const DEMO_KEYS: [DemoKey; 5] = [
    DemoKey { key: "demo-hotline", role: Role::InternalService },
    DemoKey { key: "demo-case-worker", role: Role::CaseWorker },
    DemoKey { key: "demo-operator", role: Role::Operator },
    DemoKey { key: "demo-auditor", role: Role::Auditor },
    DemoKey { key: "demo-visitor", role: Role::Visitor },
];

/// The tenant of development mode.
pub const DEMO_TENANT: &str = "demo";
const DEMO_DIVISIONS: [&str; 2] = ["640104", "6402"];

/// SHA-256 of a key, as it stands in the configuration: 64 lower-case hexadecimal digits.
#[must_use]
pub fn hash_key(key: &str) -> String {
    digest(&SHA256, key.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key_digest(key: &[u8]) -> KeyDigest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, key).as_ref());
    bytes
}

impl Credentials {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Every violation in it: malformed tenants, digests, names of organizations and divisions, names and keys given twice, partners
    /// without an organization, case workers without divisions.
    pub fn from_entries(entries: &[CredentialEntry]) -> Result<Self, Vec<Violation>> {
        let mut credentials = Self::default();
        let mut violations = Violations::new();
        let mut named = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let field = format!("principals[{index}]");
            // Requests that are sent again are known by the name of who sends them: of two of a name, each would be answered what the
            // other has done.
            if let Some(first) = named.insert((&entry.tenant, &entry.name), index) {
                let message = format!("is the name of principals[{first}] in the same tenant");
                violations.add(
                    Violation::new(format!("{field}.name"), "name.unique", message).with_value(entry.name.clone()),
                );
            }
            let Some(principal) = read_principal(&field, entry, &mut violations) else { continue };
            let principal = Arc::new(principal);
            let known_otherwise = entry.key_sha256.is_empty() && !entry.certificate_names.is_empty();
            if !known_otherwise && entry.key_sha256.is_empty() || entry.key_sha256.len() > KEYS_PER_PRINCIPAL_MAX {
                violations.add(Violation::new(
                    format!("{field}.key_sha256"),
                    "key_sha256.count",
                    "must hold one or two digests",
                ));
            }
            for (number, text) in entry.key_sha256.iter().enumerate() {
                let field = format!("{field}.key_sha256[{number}]");
                let Some(digest) = violations.take(read_digest(&field, text)) else { continue };
                if credentials.by_digest.insert(digest, Arc::clone(&principal)).is_some() {
                    violations.add(Violation::new(field, "key_sha256.unique", "stands twice in the configuration"));
                }
            }
            for (number, name) in entry.certificate_names.iter().enumerate() {
                let field = format!("{field}.certificate_names[{number}]");
                let name = certificate_name(name);
                violations.require(!name.is_empty(), || {
                    Violation::new(&field, "certificate_name.required", "must not be empty")
                });
                if credentials.by_certificate.insert(name, Arc::clone(&principal)).is_some() {
                    violations.add(Violation::new(
                        field,
                        "certificate_name.unique",
                        "stands twice in the configuration",
                    ));
                }
            }
        }
        if violations.is_empty() { Ok(credentials) } else { Err(violations.into_vec()) }
    }

    /// Believes these issuers of tokens, too.
    ///
    /// # Errors
    /// Every violation in the entries.
    pub fn with_issuers(self, entries: &[IssuerEntry]) -> Result<Self, Vec<Violation>> {
        let mut violations = Violations::new();
        let tokens = Tokens::from_entries(entries, &mut violations);
        if violations.is_empty() { Ok(Self { tokens: Arc::new(tokens), ..self }) } else { Err(violations.into_vec()) }
    }

    /// The demo principals. The caller accepts them on loopback only.
    #[must_use]
    pub fn demo() -> Self {
        // The entries are constants; a test reads them.
        Self::from_entries(&Self::demo_entries()).unwrap_or_default()
    }

    /// The demo principals as they would stand in a configuration.
    #[must_use]
    pub fn demo_entries() -> Vec<CredentialEntry> {
        let divisions = |role| match role {
            Role::CaseWorker => DEMO_DIVISIONS.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        let entry = |demo: &DemoKey| CredentialEntry {
            tenant: DEMO_TENANT.to_owned(),
            name: demo.key.to_owned(),
            role: demo.role,
            organization: None,
            divisions: divisions(demo.role),
            key_sha256: vec![hash_key(demo.key)],
            certificate_names: Vec::new(),
        };
        DEMO_KEYS.iter().map(entry).collect()
    }

    /// Adds a partner principal for development mode; its key is its name.
    pub fn add_demo_partner(&mut self, name: &str, organization: OrganizationId) {
        let Ok(tenant) = TenantId::parse("tenant", DEMO_TENANT) else { return };
        let principal = Principal {
            tenant,
            name: name.to_owned(),
            role: Role::Partner,
            organization: Some(organization),
            divisions: Vec::new(),
        };
        self.by_digest.insert(key_digest(name.as_bytes()), Arc::new(principal));
    }

    /// The principal behind a key. The look-up is by digest, so its time says nothing about keys.
    #[must_use]
    pub fn principal(&self, key: &[u8]) -> Option<&Arc<Principal>> {
        self.by_digest.get(&key_digest(key))
    }

    /// Whom a bearer presents a key or a token of; none for a key that is not known. Both are looked up by their digest, and a token
    /// that was not seen before is verified, at `now`.
    ///
    /// # Errors
    /// Why a token is refused.
    pub fn bearer(
        &self,
        credential: &[u8],
        now: impl FnOnce() -> jiff::Timestamp,
    ) -> Option<Result<(Arc<Principal>, Outcome), Refusal>> {
        let digest = key_digest(credential);
        if let Some(principal) = self.by_digest.get(&digest) {
            return Some(Ok((Arc::clone(principal), Outcome::Key)));
        }
        if self.tokens.is_empty() || !looks_like_a_token(credential) {
            return None;
        }
        // Nobody comes with a token under the name of somebody who is configured.
        let taken = |principal: &Principal| self.configured(principal);
        Some(self.tokens.principal(credential, &digest, now().as_second(), taken))
    }

    fn configured(&self, principal: &Principal) -> bool {
        let known = self.by_digest.values().chain(self.by_certificate.values());
        known.into_iter().any(|known| known.tenant == principal.tenant && known.name == principal.name)
    }

    /// The principal of a connection whose certificate has these names, when exactly one is known by them.
    pub(crate) fn certified<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Arc<Principal>> {
        let mut known = names.into_iter().filter_map(|name| self.by_certificate.get(&certificate_name(name)));
        let first = known.next()?;
        known.all(|other| Arc::ptr_eq(other, first)).then(|| Arc::clone(first))
    }

    /// The issuers of tokens and the tokens that were seen.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Whether tokens of an issuer are believed, which is named to the letter.
    #[must_use]
    pub fn believes(&self, issuer: &str) -> bool {
        self.tokens.believes(issuer)
    }

    /// Tenants that have a principal, each once, in order.
    #[must_use]
    pub fn tenants(&self) -> Vec<TenantId> {
        let principals = self.by_digest.values().chain(self.by_certificate.values());
        let mut tenants: Vec<_> = principals.map(|principal| principal.tenant.clone()).collect();
        tenants.extend(self.tokens.tenants().cloned());
        tenants.sort();
        tenants.dedup();
        tenants
    }

    /// Whether nobody is known at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_digest.is_empty() && self.by_certificate.is_empty() && self.tokens.is_empty()
    }
}

/// A principal as complete as its role needs, or violations.
pub(super) fn read_principal(field: &str, entry: &CredentialEntry, violations: &mut Violations) -> Option<Principal> {
    let tenant = violations.take(TenantId::parse(&format!("{field}.tenant"), &entry.tenant));
    let organization = entry
        .organization
        .as_ref()
        .and_then(|name| violations.take(OrganizationId::parse_name(&format!("{field}.organization"), name)));
    let divisions: Vec<DivisionCode> = entry
        .divisions
        .iter()
        .enumerate()
        .filter_map(|(i, code)| violations.take(DivisionCode::parse(&format!("{field}.divisions[{i}]"), code)))
        .collect();
    violations.require(!entry.name.trim().is_empty(), || {
        Violation::new(format!("{field}.name"), "name.required", "must not be empty")
    });
    violations.require(entry.role != Role::Partner || entry.organization.is_some(), || {
        Violation::new(format!("{field}.organization"), "organization.required", "a partner acts for an organization")
    });
    violations.require(entry.role != Role::CaseWorker || !entry.divisions.is_empty(), || {
        Violation::new(format!("{field}.divisions"), "divisions.required", "a case worker works in divisions")
    });
    violations.require(entry.role != Role::Visitor || entry.organization.is_none(), || {
        Violation::new(format!("{field}.organization"), "organization.none", "a visitor belongs to no organization")
    });
    violations.require(entry.role != Role::Visitor || entry.divisions.is_empty(), || {
        Violation::new(format!("{field}.divisions"), "divisions.none", "a visitor works in no division")
    });
    Some(Principal { tenant: tenant?, name: entry.name.clone(), role: entry.role, organization, divisions })
}

/// A name of a certificate as it is looked up: URIs to the letter, DNS names without regard to case (RFC 5280, 4.2.1.6).
fn certificate_name(name: &str) -> String {
    if name.contains("://") { name.to_owned() } else { name.to_ascii_lowercase() }
}

fn read_digest(field: &str, text: &str) -> Result<KeyDigest, Violation> {
    let violation = || Violation::new(field, "key_sha256", "must be 64 hexadecimal digits, the SHA-256 of the key");
    if text.len() != 64 || !text.is_ascii() {
        return Err(violation());
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| violation())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| violation())?;
    }
    Ok(digest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry() -> CredentialEntry {
        CredentialEntry {
            tenant: "xingqing".to_owned(),
            name: "hotline-12349".to_owned(),
            role: Role::InternalService,
            organization: None,
            divisions: Vec::new(),
            key_sha256: vec![hash_key("old"), hash_key("new")],
            certificate_names: Vec::new(),
        }
    }

    #[test]
    fn two_keys_of_a_principal_are_valid_at_once() {
        let credentials = Credentials::from_entries(&[entry()]).unwrap();
        assert_eq!(credentials.principal(b"old"), credentials.principal(b"new"));
        assert_eq!(credentials.principal(b"old").unwrap().name, "hotline-12349");
        assert_eq!(credentials.principal(b"neither"), None);
    }

    #[test]
    fn a_certificate_is_known_by_its_names_and_by_nothing_like_them() {
        let names = ["spiffe://example.org/Hotline", "Hotline.example.org"].map(ToOwned::to_owned).to_vec();
        let certified = CredentialEntry { key_sha256: Vec::new(), certificate_names: names, ..entry() };
        let other = CredentialEntry {
            name: "desk".to_owned(),
            key_sha256: Vec::new(),
            certificate_names: vec!["desk.example.org".to_owned()],
            ..entry()
        };
        let credentials = Credentials::from_entries(&[certified.clone(), other]).unwrap();
        let found = |names: &[&str]| credentials.certified(names.iter().copied()).map(|found| found.name.clone());
        assert_eq!(found(&["spiffe://example.org/Hotline"]).as_deref(), Some("hotline-12349"));
        assert_eq!(found(&["localhost", "HOTLINE.example.org"]).as_deref(), Some("hotline-12349"));
        for names in [&["spiffe://example.org/hotline"][..], &["example.org"], &["x.hotline.example.org"], &[]] {
            assert_eq!(found(names), None, "{names:?}");
        }
        assert_eq!(found(&["desk.example.org", "hotline.example.org"]), None, "two principals are nobody");
        let again = CredentialEntry { name: "again".to_owned(), ..certified.clone() };
        let violations = Credentials::from_entries(&[certified, again]).unwrap_err();
        assert!(violations.iter().all(|violation| violation.rule == "certificate_name.unique"), "{violations:?}");
    }

    #[test]
    fn a_name_is_one_principals_in_its_tenant() {
        let other = CredentialEntry { key_sha256: vec![hash_key("other")], ..entry() };
        let elsewhere =
            CredentialEntry { tenant: "jinfeng".to_owned(), key_sha256: vec![hash_key("elsewhere")], ..entry() };
        assert!(Credentials::from_entries(&[entry(), elsewhere.clone()]).is_ok());
        let violations = Credentials::from_entries(&[entry(), elsewhere, other]).unwrap_err();
        let told: Vec<_> = violations.iter().map(|v| (v.field.as_str(), v.rule.as_str())).collect();
        assert_eq!(told, [("principals[2].name", "name.unique")]);
        assert_eq!(violations[0].message, "is the name of principals[0] in the same tenant");
    }

    #[test]
    fn every_demo_key_is_accepted() {
        let credentials = Credentials::demo();
        for demo in DEMO_KEYS {
            assert_eq!(credentials.principal(demo.key.as_bytes()).unwrap().role, demo.role);
        }
    }

    #[test]
    fn all_mistakes_in_the_configuration_are_told_at_once_and_keys_are_not_shown() {
        let bad = CredentialEntry {
            tenant: "Xing Qing".to_owned(),
            name: " ".to_owned(),
            role: Role::Partner,
            organization: None,
            divisions: vec!["64010".to_owned()],
            key_sha256: vec!["secret".to_owned()],
            certificate_names: Vec::new(),
        };
        let visitor = CredentialEntry {
            name: "visitor".to_owned(),
            role: Role::Visitor,
            organization: Some("organizations/00000000-0000-0000-0000-000000000001".to_owned()),
            divisions: vec!["640104".to_owned()],
            key_sha256: vec![hash_key("v")],
            ..entry()
        };
        let third_key = CredentialEntry { key_sha256: vec![hash_key("a"), hash_key("b"), hash_key("c")], ..entry() };
        let twice = CredentialEntry { name: "desk".to_owned(), key_sha256: vec![hash_key("a")], ..entry() };
        let violations = Credentials::from_entries(&[bad, third_key, twice, visitor]).unwrap_err();
        let told: Vec<_> = violations.iter().map(|v| (v.field.as_str(), v.rule.as_str())).collect();
        assert_eq!(
            told,
            [
                ("principals[0].tenant", "tenant_id"),
                ("principals[0].divisions[0]", "division_code"),
                ("principals[0].name", "name.required"),
                ("principals[0].organization", "organization.required"),
                ("principals[1].key_sha256", "key_sha256.count"),
                ("principals[2].key_sha256[0]", "key_sha256.unique"),
                ("principals[3].organization", "organization.none"),
                ("principals[3].divisions", "divisions.none"),
            ]
        );
        assert!(violations.iter().all(|v| v.value.as_deref() != Some("secret")));
    }
}
