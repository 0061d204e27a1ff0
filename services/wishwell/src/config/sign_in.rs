//! The file that names identity providers for signing in to pages.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use wishwell_gateway::{CallToken, SignIn, SignInOptions, SignInProvider, Token};

use super::reader::Reader;
use super::{tls, toml_file, values};
use crate::client::trusted_certificates;
use crate::exit::Problem;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: String,
    #[serde(default)]
    providers: Vec<Named>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    issuer: String,
    title: Title,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_variable: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    calls_with: Which,
    ca: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    zh: String,
    en: String,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    AccessToken,
    IdToken,
}

/// Reads the file, if one is named. `secure` says whether browsers reach pages over TLS.
pub(super) fn read(reader: &mut Reader<'_>, secure: bool) -> Option<Arc<SignIn>> {
    let path = reader.read("sign_in_file", values::path)?;
    let before = reader.problems.len();
    let file: File = toml_file::read(reader, "sign_in_file", &path, "docs/security.md")?;
    if secure && !file.public_url.starts_with("https://") {
        let what =
            format!("sign_in_file {}: public_url is without TLS, and cookies travel over nothing else", path.display());
        reader.problem(&what, "an https:// URL; or http_secure = false on this machine");
    }
    let providers =
        file.providers.into_iter().enumerate().filter_map(|(nth, named)| provider(reader, &path, nth, named));
    let options = SignInOptions { public_url: file.public_url, providers: providers.collect() };
    if reader.problems.len() > before {
        return None;
    }
    match SignIn::new(options) {
        Ok(sign_in) => Some(Arc::new(sign_in)),
        Err(wrong) => {
            let told =
                wrong.into_iter().map(|what| Problem::new(format!("sign_in_file {}: {what}", path.display()), ""));
            reader.problems.extend(told);
            None
        }
    }
}

fn provider(reader: &mut Reader<'_>, path: &Path, nth: usize, named: Named) -> Option<SignInProvider> {
    let at = |name: &str, what: &str| format!("sign_in_file {}: providers[{nth}].{name} {what}", path.display());
    let client_secret = match (named.client_secret_file, named.client_secret_variable) {
        (Some(_), Some(_)) => {
            reader.problem(&at("client_secret_file", "and client_secret_variable are both given"), "leave one out");
            return None;
        }
        (Some(file), None) => Some(Token::new(reader.secret_file(&file)?)),
        (None, Some(variable)) => match std::env::var(&variable) {
            Ok(secret) => Some(Token::new(secret.trim())),
            Err(_) => {
                let what = at("client_secret_variable", &format!("names {variable}, which is not set"));
                reader.problem(&what, "set it, or name a file with client_secret_file");
                return None;
            }
        },
        (None, None) => None,
    };
    let certificates = named.ca.or_else(|| named.issuer.starts_with("https://").then(trusted_certificates));
    let trusted = match certificates {
        Some(file) => tls::contents(reader, "ca", &file)?,
        None => Vec::new(),
    };
    Some(SignInProvider {
        id: named.id,
        issuer: named.issuer,
        title_zh: named.title.zh,
        title_en: named.title.en,
        client_id: named.client_id,
        client_secret,
        scopes: named.scopes,
        calls_with: match named.calls_with {
            Which::AccessToken => CallToken::Access,
            Which::IdToken => CallToken::Id,
        },
        trusted,
    })
}
