//! What a provider says of itself (OpenID Connect Discovery 1.0).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::http::{Client, is_allowed};

/// How long a document is believed, in seconds.
const AGE_SECONDS_MAX: i64 = 3_600;
/// Where a document is, after the issuer.
const PATH: &str = "/.well-known/openid-configuration";

/// The parts that signing in needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Document {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    /// Where somebody signs out, if anywhere.
    #[serde(default)]
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    /// Whether answers name their issuer (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Document {
    /// Reads a document of this issuer.
    ///
    /// # Errors
    /// Why it cannot be believed, in words.
    fn read(json: &[u8], issuer: &str) -> Result<Self, String> {
        let document: Self =
            serde_json::from_slice(json).map_err(|error| format!("its discovery document cannot be read: {error}"))?;
        if document.issuer != issuer {
            return Err("its discovery document is another issuer's".to_owned());
        }
        let ends = document.end_session_endpoint.iter();
        let urls = [&document.authorization_endpoint, &document.token_endpoint].into_iter().chain(ends);
        if urls.into_iter().any(|url| !is_allowed(url)) {
            return Err("its discovery document names an address without TLS".to_owned());
        }
        // Whoever says nothing of PKCE must ignore what it does not know (RFC 6749, 3.1).
        if document.code_challenge_methods_supported.as_ref().is_some_and(|known| !known.iter().any(|m| m == "S256")) {
            return Err("it does not take PKCE with S256".to_owned());
        }
        Ok(document)
    }

    /// Whether a client's secret goes into the form rather than into a header, which is the usual way.
    pub(super) fn takes_secret_in_form(&self) -> bool {
        let named = |method: &str| {
            self.token_endpoint_auth_methods_supported.as_ref().is_some_and(|known| known.iter().any(|m| m == method))
        };
        named("client_secret_post") && !named("client_secret_basic")
    }
}

/// The document of one issuer, asked for when it is needed and kept for a while. While the issuer is away an older one is as good.
#[derive(Debug)]
pub(super) struct Discovery {
    issuer: String,
    known: Mutex<Option<(Timestamp, Arc<Document>)>>,
}

impl Discovery {
    pub(super) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), known: Mutex::new(None) }
    }

    /// # Errors
    /// Why there is none, in words.
    pub(super) async fn document(&self, client: &Client, now: Timestamp) -> Result<Arc<Document>, String> {
        // Whoever comes meanwhile waits for the same answer.
        let mut known = self.known.lock().await;
        if let Some((at, document)) = &*known
            && now.as_second() - at.as_second() < AGE_SECONDS_MAX
        {
            return Ok(Arc::clone(document));
        }
        match self.fetch(client).await {
            Ok(document) => {
                let document = Arc::new(document);
                *known = Some((now, Arc::clone(&document)));
                Ok(document)
            }
            Err(why) => match &*known {
                Some((_, document)) => {
                    tracing::warn!(
                        issuer = self.issuer,
                        why,
                        "a provider's document cannot be asked for; the last one holds"
                    );
                    Ok(Arc::clone(document))
                }
                None => Err(why),
            },
        }
    }

    async fn fetch(&self, client: &Client) -> Result<Document, String> {
        let answer = client.get(&format!("{}{PATH}", self.issuer.trim_end_matches('/'))).await?;
        if !answer.status.is_success() {
            return Err(format!("its discovery document was answered {}", answer.status.as_u16()));
        }
        Document::read(&answer.body, &self.issuer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example.org";

    fn read(changes: &Value) -> Result<Document, String> {
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.org/authorize",
            "token_endpoint": "https://id.example.org/token",
        });
        for (key, value) in changes.as_object().unwrap() {
            document[key] = value.clone();
        }
        Document::read(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn a_document_is_its_own_issuer_s_over_tls_and_with_s256() {
        let plain = read(&json!({})).unwrap();
        assert!(plain.end_session_endpoint.is_none() && !plain.takes_secret_in_form());
        read(&json!({"code_challenge_methods_supported": ["plain", "S256"]})).unwrap();
        let post = read(&json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]})).unwrap();
        assert!(post.takes_secret_in_form());
        for (bad, expected) in [
            (json!({"issuer": "https://id.example.org/"}), "another issuer's"),
            (json!({"token_endpoint": "http://id.example.org/token"}), "without TLS"),
            (json!({"authorization_endpoint": "javascript:alert(1)"}), "without TLS"),
            (json!({"end_session_endpoint": "http://elsewhere.example/"}), "without TLS"),
            (json!({"code_challenge_methods_supported": ["plain"]}), "PKCE"),
            (json!({"token_endpoint": 7}), "cannot be read"),
        ] {
            let told = read(&bad).unwrap_err();
            assert!(told.contains(expected), "{bad}: {told}");
        }
        assert!(Document::read(b"<html>", ISSUER).is_err());
    }
}
