//! What a provider gives for a code or a refresh token, and what of its ID token is checked here (OpenID Connect Core 1.0, 3.1.3.7).
//!
//! The ID token comes from the token endpoint over TLS, so that its sender is known (rule 6). The token that opens the service is verified
//! by the service, signature first, whichever of the two it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::Value;

use super::options::{CallToken, SignInProvider};
use crate::options::Token;

/// Difference between the clocks of provider and gateway that is forgiven, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// Half of a SHA-256, which `at_hash` holds.
const HALF_DIGEST_BYTES: usize = 16;

/// An answer of the token endpoint (RFC 6749, 5.1).
#[derive(Deserialize)]
struct Answer {
    token_type: String,
    access_token: String,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<i64>,
}

/// The claims of an ID token that are looked at.
#[derive(Deserialize)]
struct IdClaims {
    iss: String,
    aud: Value,
    #[serde(default)]
    azp: Option<String>,
    exp: f64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
}

/// The algorithm in a token's header.
#[derive(Deserialize)]
struct Algorithm {
    alg: String,
}

/// The end of a token, whichever it is.
#[derive(Deserialize)]
struct End {
    exp: f64,
}

/// What somebody has now.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// Opens the service.
    pub(crate) token: Token,
    /// When that ends, in seconds since 1970; none when nobody says.
    pub(crate) ends: Option<i64>,
    /// Gives another one.
    pub(crate) refresh: Option<Token>,
}

/// Reads an answer. `nonce` is the one that was sent, or none at a refresh, where an ID token need not hold one.
///
/// # Errors
/// Why it is not taken, in words; nothing of a token is in them.
pub(super) fn read(
    json: &[u8],
    provider: &SignInProvider,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Given, &'static str> {
    let answer: Answer = serde_json::from_slice(json).map_err(|_| "its answer holds no tokens")?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err("its token is for another way of calling");
    }
    match &answer.id_token {
        Some(id_token) => check(id_token, &answer.access_token, provider, nonce, now)?,
        None if nonce.is_some() => return Err("it gave no ID token"),
        None => {}
    }
    let token = match provider.calls_with {
        CallToken::Access => answer.access_token,
        CallToken::Id => answer.id_token.ok_or("it gave no ID token")?,
    };
    // The token says itself how long it holds; `expires_in` is of the access token.
    let said = claims::<End>(&token).map(|end| end.exp as i64);
    let expires_in = answer.expires_in.filter(|_| provider.calls_with == CallToken::Access);
    let ends = said.or_else(|| expires_in.map(|seconds| now.as_second().saturating_add(seconds)));
    Ok(Given { token: Token::new(token), ends, refresh: answer.refresh_token.map(Token::new) })
}

fn check(
    id_token: &str,
    access_token: &str,
    provider: &SignInProvider,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<(), &'static str> {
    let claims: IdClaims = claims(id_token).ok_or("its ID token cannot be read")?;
    if claims.iss != provider.issuer {
        return Err("its ID token is another issuer's");
    }
    let ours = |value: &Value| value.as_str() == Some(&provider.client_id);
    let (is_for_us, several) = match &claims.aud {
        Value::Array(all) => (all.iter().any(ours), all.len() > 1),
        one => (ours(one), false),
    };
    let by_another = claims.azp.as_ref().is_some_and(|party| *party != provider.client_id);
    if !is_for_us || by_another || (several && claims.azp.is_none()) {
        return Err("its ID token is for somebody else");
    }
    if claims.exp < (now.as_second() - LEEWAY_SECONDS) as f64 {
        return Err("its ID token has expired");
    }
    let is_answer = match (nonce, &claims.nonce) {
        (Some(sent), Some(came)) => sent == came,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !is_answer {
        return Err("its ID token is the answer to another question");
    }
    let algorithm: Algorithm = part(id_token, 0).ok_or("its ID token cannot be read")?;
    if algorithm.alg.eq_ignore_ascii_case("none") {
        return Err("its ID token is not signed");
    }
    if algorithm.alg.ends_with("256")
        && let Some(hash) = &claims.at_hash
    {
        let half = digest(&SHA256, access_token.as_bytes());
        let half = URL_SAFE_NO_PAD.encode(half.as_ref().get(..HALF_DIGEST_BYTES).unwrap_or_default());
        if *hash != half {
            return Err("its ID token goes with another access token");
        }
    }
    Ok(())
}

fn claims<T: serde::de::DeserializeOwned>(token: &str) -> Option<T> {
    part(token, 1)
}

/// One of the parts of a JWT.
fn part<T: serde::de::DeserializeOwned>(token: &str, nth: usize) -> Option<T> {
    let mut parts = token.split('.');
    let part = parts.nth(nth)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn provider(calls_with: CallToken) -> SignInProvider {
        SignInProvider {
            id: "a".to_owned(),
            issuer: "https://id".to_owned(),
            title_zh: String::new(),
            title_en: String::new(),
            client_id: "portal".to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            calls_with,
            trusted: Vec::new(),
        }
    }

    fn jwt(header: &Value, claims: &Value) -> String {
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", encoded(header), encoded(claims))
    }

    fn access() -> String {
        jwt(&json!({"alg": "ES256"}), &json!({"exp": NOW + 300}))
    }

    fn answer(changes: &Value, algorithm: &str) -> Vec<u8> {
        let hash = digest(&SHA256, access().as_bytes());
        let hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
        let mut claims = json!({
            "iss": "https://id", "aud": "portal", "exp": NOW + 60, "nonce": "n", "at_hash": hash, "sub": "somebody"
        });
        for (key, value) in changes.as_object().unwrap() {
            claims[key] = value.clone();
        }
        let id = jwt(&json!({"alg": algorithm}), &claims);
        json!({"token_type": "Bearer", "access_token": access(), "id_token": id, "refresh_token": "r", "expires_in": 9})
            .to_string()
            .into_bytes()
    }

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    #[test]
    fn an_answer_to_the_question_that_was_asked_is_taken_and_any_other_is_not() {
        let read = |changes: Value, algorithm: &str| {
            super::read(&answer(&changes, algorithm), &provider(CallToken::Access), Some("n"), now())
        };
        let good = read(json!({}), "RS256").unwrap();
        assert_eq!((good.token.reveal(), good.ends), (access().as_str(), Some(NOW + 300)));
        assert_eq!(good.refresh.unwrap().reveal(), "r");
        read(json!({"aud": ["portal", "other"], "azp": "portal"}), "RS256").unwrap();
        read(json!({"at_hash": null}), "RS256").unwrap();
        for (bad, algorithm) in [
            (json!({"iss": "https://id/"}), "RS256"),
            (json!({"iss": null}), "RS256"),
            (json!({"aud": "other"}), "RS256"),
            (json!({"aud": []}), "RS256"),
            (json!({"aud": ["portal", "other"]}), "RS256"),
            (json!({"azp": "other"}), "RS256"),
            (json!({"exp": NOW - 61}), "RS256"),
            (json!({"exp": "never"}), "RS256"),
            (json!({"nonce": "m"}), "RS256"),
            (json!({"nonce": null}), "RS256"),
            (json!({"at_hash": "AAAA"}), "ES256"),
            (json!({}), "none"),
        ] {
            assert!(read(bad.clone(), algorithm).is_err(), "{bad} {algorithm}");
        }
    }

    #[test]
    fn what_is_no_answer_gives_no_token() {
        let read = |json: &[u8], nonce| super::read(json, &provider(CallToken::Access), nonce, now());
        for bad in [&b"<html>"[..], b"{}", br#"{"token_type":"DPoP","access_token":"a"}"#] {
            assert!(read(bad, None).is_err());
        }
        let without = br#"{"token_type":"bearer","access_token":"a","expires_in":60}"#;
        assert!(read(without, Some("n")).is_err(), "signing in needs an ID token");
        assert_eq!(read(without, None).unwrap().ends, Some(NOW + 60), "a refresh does not");
        assert!(super::read(without, &provider(CallToken::Id), None, now()).is_err(), "unless it opens the service");
    }

    #[test]
    fn an_id_token_opens_the_service_where_that_is_said() {
        let given = super::read(&answer(&json!({}), "RS256"), &provider(CallToken::Id), Some("n"), now()).unwrap();
        assert_eq!(given.ends, Some(NOW + 60));
        assert_ne!(given.token.reveal(), access());
    }
}
