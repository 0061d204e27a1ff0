//! `[[token_issuers]]`: whose tokens are believed, and by which keys.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use wishwell_matching::access::JWKS_BYTES_MAX;
use wishwell_matching::{IssuerEntry, KeySource};

use super::{FileReader, TEXT, TEXTS, list};
use crate::client::trusted_certificates;

const ISSUER: &str = "token issuer";
const ISSUER_KEYS: [&str; 17] = [
    "issuer",
    "audiences",
    "algorithms",
    "jwks_file",
    "jwks_url",
    "jwks_ca",
    "tenant",
    "tenants",
    "name_prefix",
    "leeway_seconds",
    "lifetime_seconds_max",
    "tenant_claim",
    "role_claim",
    "organization_claim",
    "divisions_claim",
    "name_claim",
    "denied_file",
];
/// Largest file with certificates, in bytes.
const CERTIFICATE_BYTES_MAX: usize = 4 * 1024 * 1024;

fn text(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn seconds(value: &DeValue<'_>) -> Option<u32> {
    match value {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

impl FileReader<'_> {
    /// Reads one table.
    pub(super) fn issuer(&mut self, table: &DeTable<'_>, at: usize) -> Option<IssuerEntry> {
        let before = self.problems.len();
        self.known_keys(table, ISSUER, &ISSUER_KEYS);
        let issuer = self.text(table, ISSUER, "issuer", at);
        let audiences = self.texts(table, ISSUER, "audiences", at);
        let algorithms = self.texts(table, ISSUER, "algorithms", at);
        let keys = self.keys(table, at);
        let mut entry = IssuerEntry::new(issuer?, audiences?, algorithms?, keys?);
        let tenant = self.optional(table, "tenant", text, TEXT);
        let tenants = self.optional(table, "tenants", list, TEXTS);
        match (tenant, tenants) {
            (Some(tenant), None) => entry.tenants = vec![tenant],
            (None, Some(tenants)) => entry.tenants = tenants,
            (Some(_), Some(_)) => self.problem(at, "a token issuer has either `tenant` or `tenants`", ""),
            (None, None) => {
                let remedy = "`tenant` for one, `tenants` for several that tokens choose from";
                self.problem(at, "a token issuer lacks the tenants that it may speak for", remedy);
            }
        }
        let claims = &mut entry.claims;
        for (key, name) in [
            ("tenant_claim", &mut claims.tenant),
            ("role_claim", &mut claims.role),
            ("organization_claim", &mut claims.organization),
            ("divisions_claim", &mut claims.divisions),
            ("name_claim", &mut claims.name),
            ("name_prefix", &mut entry.name_prefix),
        ] {
            if let Some(given) = self.optional(table, key, text, TEXT) {
                *name = given;
            }
        }
        for (key, number) in
            [("leeway_seconds", &mut entry.leeway_seconds), ("lifetime_seconds_max", &mut entry.lifetime_seconds_max)]
        {
            if let Some(given) = self.optional(table, key, seconds, "a whole number of seconds, without quotes") {
                *number = given;
            }
        }
        entry.denied_file = self.optional(table, "denied_file", text, TEXT).map(PathBuf::from);
        (self.problems.len() == before).then_some(entry)
    }

    /// Where the keys come from: either a file, read now, or a URL, asked later.
    fn keys(&mut self, table: &DeTable<'_>, at: usize) -> Option<KeySource> {
        let file = self.optional(table, "jwks_file", text, TEXT);
        let url = self.optional(table, "jwks_url", text, TEXT);
        let named = self.optional(table, "jwks_ca", text, TEXT);
        match (file, url) {
            (Some(file), None) if named.is_none() => {
                self.contents("jwks_file", Path::new(&file), JWKS_BYTES_MAX, at).map(KeySource::Set)
            }
            (None, Some(url)) => {
                let certificates = match named {
                    Some(named) => Some(PathBuf::from(named)),
                    None => url.starts_with("https://").then(trusted_certificates),
                };
                let trusted = match certificates {
                    Some(path) => self.contents("jwks_ca", &path, CERTIFICATE_BYTES_MAX, at)?,
                    None => Vec::new(),
                };
                Some(KeySource::Url { url, trusted })
            }
            (Some(_), None) => {
                self.problem(at, "`jwks_ca` is for a `jwks_url`", "leave it out");
                None
            }
            _ => {
                self.problem(at, "a token issuer has either `jwks_file` or `jwks_url`", "name one of them");
                None
            }
        }
    }

    fn contents(&mut self, key: &str, path: &Path, bytes_max: usize, at: usize) -> Option<Vec<u8>> {
        let shown = path.display();
        let read = std::fs::File::open(path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
        });
        match read {
            Ok(bytes) if bytes.len() <= bytes_max => Some(bytes),
            Ok(_) => {
                let what = format!("{key} {shown} is too large: at most {bytes_max} bytes are read");
                self.problem(at, &what, "name the right file");
                None
            }
            Err(error) => {
                let what = format!("{key} {shown} cannot be read: {error}");
                self.problem(at, &what, "name a file that is there and may be read");
                None
            }
        }
    }
}
