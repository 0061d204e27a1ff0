//! Signing in with an organization's own accounts: the authorization code flow of OpenID Connect with PKCE. The gateway brings somebody to
//! their provider and takes the token that comes back; whether it is a good one, and whose, is for the matching service to say, by the
//! same rules as for every call.

mod discovery;
mod http;
mod options;
mod pending;
mod renewal;
mod tokens;

use std::collections::HashSet;
use std::sync::Arc;

use ::http::header::AUTHORIZATION;
use ::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

pub use options::{CallToken, SignInOptions, SignInProvider};
use pending::Pending;
pub(crate) use tokens::Given;

use crate::options::Token;
use crate::session::Shelf;

/// Providers that may be named.
const PROVIDERS_MAX: usize = 16;
/// Where providers send people back to, within this site.
pub(crate) const RETURN_PATH: &str = "/sign-in/with";
const PENDING_COOKIE: &str = "sign-in";

/// Why nobody is signed in. A page says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such provider.
    Unknown,
    /// The answer is to no question of this browser, or comes too late.
    Lost,
    /// The answer is from somebody else than was asked.
    MixedUp,
    /// Whoever was to sign in did not, or may not.
    Denied,
    /// The provider refuses, or answers what cannot be believed.
    Refused,
    /// The provider cannot be reached.
    Away,
}

/// What comes back in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

/// Somebody who came back.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) given: Given,
    /// Where they were going.
    pub(crate) next: String,
}

#[derive(Debug)]
struct Provider {
    options: SignInProvider,
    client: http::Client,
    discovery: discovery::Discovery,
    renewals: renewal::Renewals,
}

/// All providers.
#[derive(Debug)]
pub struct SignIn {
    public_url: String,
    providers: Vec<Arc<Provider>>,
}

impl SignIn {
    /// The host at which browsers reach the pages, with its port where it has one.
    #[must_use]
    pub fn public_host(&self) -> &str {
        self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, host)| host)
    }

    /// Whose tokens it asks for, each to the letter.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.providers.iter().map(|provider| provider.options.issuer.as_str())
    }

    /// Takes what an operator named.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn new(options: SignInOptions) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut require = |ok: bool, what: String| {
            if !ok {
                wrong.push(what);
            }
        };
        let public_url = options.public_url.trim_end_matches('/').to_owned();
        let bare = public_url
            .split_once("://")
            .is_some_and(|(_, rest)| !rest.is_empty() && !rest.contains(['/', '?', '#', '@']));
        require(
            bare && http::is_allowed(&public_url),
            "public_url must be where browsers reach the pages, such as https://wishwell.example.org, without a path"
                .to_owned(),
        );
        let count = options.providers.len();
        require(
            (1..=PROVIDERS_MAX).contains(&count),
            format!("from 1 to {PROVIDERS_MAX} providers are taken, not {count}"),
        );
        let mut known = HashSet::new();
        let mut providers = Vec::new();
        for (nth, provider) in options.providers.into_iter().enumerate() {
            let at = |name: &str, what: &str| format!("providers[{nth}].{name} {what}");
            let word = !provider.id.is_empty()
                && provider.id.len() <= 32
                && provider.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            require(word, at("id", "must be a word of lower-case letters, digits and hyphens"));
            require(known.insert(provider.id.clone()), at("id", "stands twice"));
            require(
                http::is_allowed(&provider.issuer),
                at("issuer", "must be an https:// URL (http:// is for this machine alone)"),
            );
            require(!provider.client_id.trim().is_empty(), at("client_id", "must not be empty"));
            require(
                provider.client_secret.as_ref().is_none_or(|secret| !secret.reveal().trim().is_empty()),
                at("client_secret", "must not be empty"),
            );
            require(
                !provider.title_zh.trim().is_empty() && !provider.title_en.trim().is_empty(),
                at("title", "must not be empty"),
            );
            let scopes =
                provider.scopes.iter().all(|scope| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic()));
            require(scopes, at("scopes", "must be words"));
            match http::Client::new(&provider.trusted) {
                Ok(client) => providers.push(Arc::new(Provider {
                    client,
                    discovery: discovery::Discovery::new(&provider.issuer),
                    renewals: renewal::Renewals::default(),
                    options: provider,
                })),
                Err(why) => require(false, at("ca", &why)),
            }
        }
        if wrong.is_empty() { Ok(Self { public_url, providers }) } else { Err(wrong) }
    }

    /// The providers, in the order of their buttons.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &SignInProvider> {
        self.providers.iter().map(|provider| &provider.options)
    }

    fn provider(&self, id: &str) -> Result<&Arc<Provider>, Trouble> {
        self.providers.iter().find(|provider| provider.options.id == id).ok_or(Trouble::Unknown)
    }

    fn return_url(&self, id: &str) -> String {
        format!("{}{RETURN_PATH}/{id}/return", self.public_url)
    }

    /// Where to send a browser that wants to sign in, and the cookie that it is known by when it comes back.
    pub(crate) async fn begin(
        &self,
        id: &str,
        next: &str,
        language: &str,
        shelf: &Shelf<'_>,
        now: Timestamp,
    ) -> Result<(String, HeaderValue), Trouble> {
        let provider = self.provider(id)?;
        let document = provider.document(now).await?;
        let pending = Pending::begin(id, next, now).ok_or(Trouble::Away)?;
        let scopes = provider.options.scopes.iter().map(String::as_str).filter(|scope| *scope != "openid");
        let scope = std::iter::once("openid").chain(scopes).collect::<Vec<_>>().join(" ");
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &provider.options.client_id),
            ("redirect_uri", &self.return_url(id)),
            ("scope", &scope),
            ("state", &pending.state),
            ("nonce", &pending.nonce),
            ("code_challenge", &pending.challenge()),
            ("code_challenge_method", "S256"),
            ("ui_locales", language),
        ]);
        let cookie = shelf.put(PENDING_COOKIE, &pending, pending::PENDING_SECONDS_MAX).ok_or(Trouble::Away)?;
        Ok((with_query(&document.authorization_endpoint, &query), cookie))
    }

    /// Takes an answer, and gets the tokens for its code.
    pub(crate) async fn arrive(
        &self,
        id: &str,
        returned: &Returned,
        headers: &HeaderMap,
        shelf: &Shelf<'_>,
        now: Timestamp,
    ) -> Result<Arrived, Trouble> {
        let provider = self.provider(id)?;
        let pending: Pending = shelf.take(headers, PENDING_COOKIE).ok_or(Trouble::Lost)?;
        if now.as_second() >= pending.ends || pending.state != returned.state {
            return Err(Trouble::Lost);
        }
        let document = provider.document(now).await?;
        let named = match &returned.iss {
            Some(issuer) => *issuer == provider.options.issuer,
            None => !document.authorization_response_iss_parameter_supported,
        };
        if pending.provider != id || !named {
            return Err(Trouble::MixedUp);
        }
        if let Some(error) = &returned.error {
            let denied = ["access_denied", "login_required", "consent_required", "interaction_required"];
            tracing::debug!(provider = id, "a provider did not sign somebody in");
            return Err(if denied.contains(&error.as_str()) { Trouble::Denied } else { Trouble::Refused });
        }
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &returned.code),
            ("redirect_uri", &self.return_url(id)),
            ("code_verifier", &pending.verifier),
        ];
        let given = provider.ask(&document, &fields, Some(&pending.nonce), now).await?;
        Ok(Arrived { given, next: pending.next })
    }

    /// A new token for a refresh token; none when there is none to be had now.
    pub(crate) async fn renew(&self, id: &str, refresh: &Token, now: Timestamp) -> Option<Given> {
        let provider = Arc::clone(self.provider(id).ok()?);
        let asking = {
            let (provider, refresh) = (Arc::clone(&provider), refresh.clone());
            async move {
                let document = provider.document(now).await.ok()?;
                let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())];
                let mut given = provider.ask(&document, &fields, None, now).await.ok()?;
                // Who does not rotate them goes on with the one they have (RFC 6749, 6).
                given.refresh.get_or_insert(refresh);
                Some(given)
            }
        };
        provider.renewals.once(refresh.reveal(), now, asking).await
    }

    /// Where somebody signs out at their provider too, if it has a place for that.
    pub(crate) async fn end(&self, id: &str, token: &Token, now: Timestamp) -> Option<String> {
        let provider = self.provider(id).ok()?;
        let document = provider.document(now).await.ok()?;
        let endpoint = document.end_session_endpoint.as_ref()?;
        let back = format!("{}/", self.public_url);
        let mut fields = vec![("client_id", provider.options.client_id.as_str()), ("post_logout_redirect_uri", &back)];
        if provider.options.calls_with == CallToken::Id {
            fields.push(("id_token_hint", token.reveal()));
        }
        Some(with_query(endpoint, &form(&fields)))
    }

    /// The cookies of whoever is on the way.
    pub(crate) fn forget_pending(shelf: &Shelf<'_>) -> Option<HeaderValue> {
        shelf.clear(PENDING_COOKIE)
    }
}

impl Provider {
    async fn document(&self, now: Timestamp) -> Result<Arc<discovery::Document>, Trouble> {
        self.discovery.document(&self.client, now).await.map_err(|why| {
            tracing::warn!(issuer = self.options.issuer, why, "a provider for signing in cannot be asked");
            Trouble::Away
        })
    }

    async fn ask(
        &self,
        document: &discovery::Document,
        fields: &[(&str, &str)],
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<Given, Trouble> {
        let mut fields = fields.to_vec();
        let mut headers = HeaderMap::new();
        let client_id = self.options.client_id.as_str();
        match &self.options.client_secret {
            Some(secret) if document.takes_secret_in_form() => {
                fields.extend([("client_id", client_id), ("client_secret", secret.reveal())]);
            }
            Some(secret) => {
                let basic = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret.reveal())));
                let mut basic = HeaderValue::from_str(&format!("Basic {basic}")).map_err(|_| Trouble::Refused)?;
                basic.set_sensitive(true);
                headers.insert(AUTHORIZATION, basic);
            }
            None => fields.push(("client_id", client_id)),
        }
        let answer = self.client.post(&document.token_endpoint, &headers, form(&fields)).await;
        let issuer = &self.options.issuer;
        let answer = answer.map_err(|why| {
            tracing::warn!(issuer, why, "a provider for signing in cannot be asked for a token");
            Trouble::Away
        })?;
        if answer.status.is_server_error() {
            tracing::warn!(issuer, status = answer.status.as_u16(), "a provider for signing in gives no token now");
            return Err(Trouble::Away);
        }
        if !answer.status.is_success() {
            tracing::info!(issuer, status = answer.status.as_u16(), "a provider for signing in refuses a token");
            return Err(Trouble::Refused);
        }
        tokens::read(&answer.body, &self.options, nonce, now).map_err(|why| {
            tracing::warn!(issuer, why, "what a provider for signing in gave is not taken");
            Trouble::Refused
        })
    }
}

/// Fields as forms and queries have them.
fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap_or_default()
}

/// One value of a form (RFC 6749, 2.3.1 asks for it within Basic credentials too).
fn encoded(value: &str) -> String {
    form(&[("", value)]).trim_start_matches('=').to_owned()
}

fn with_query(endpoint: &str, query: &str) -> String {
    let sign = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{sign}{query}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn provider(id: &str) -> SignInProvider {
        SignInProvider {
            id: id.to_owned(),
            issuer: "https://id.example.org".to_owned(),
            title_zh: "甲".to_owned(),
            title_en: "A".to_owned(),
            client_id: "portal".to_owned(),
            client_secret: Some(Token::new("s")),
            scopes: vec!["profile".to_owned()],
            calls_with: CallToken::Access,
            trusted: Vec::new(),
        }
    }

    #[test]
    fn what_is_incomplete_is_told_all_at_once() {
        let options = |public_url: &str, providers: Vec<SignInProvider>| {
            SignIn::new(SignInOptions { public_url: public_url.to_owned(), providers })
        };
        assert!(options("https://wishwell.example.org/", vec![provider("a"), provider("b-2")]).is_ok());
        let bad = SignInProvider {
            id: "A b".to_owned(),
            issuer: "http://id.example.org".to_owned(),
            client_id: " ".to_owned(),
            client_secret: Some(Token::new("")),
            title_zh: String::new(),
            scopes: vec!["two words".to_owned()],
            trusted: b"nothing".to_vec(),
            ..provider("a")
        };
        let told = options("https://wishwell.example.org/pages", vec![provider("a"), provider("a"), bad]).unwrap_err();
        for expected in [
            "public_url",
            "providers[1].id stands twice",
            "providers[2].id",
            "providers[2].issuer",
            "providers[2].client_id",
            "providers[2].client_secret",
            "providers[2].title",
            "providers[2].scopes",
            "providers[2].ca",
        ] {
            assert!(told.iter().any(|told| told.starts_with(expected)), "{expected}\n{told:#?}");
        }
        assert!(options("https://wishwell.example.org", Vec::new()).is_err());
    }

    #[test]
    fn values_are_written_as_forms_have_them() {
        assert_eq!(encoded("a b&c=d:é"), "a+b%26c%3Dd%3A%C3%A9");
        assert_eq!(with_query("https://id/authorize?a=b", "c=d"), "https://id/authorize?a=b&c=d");
        assert_eq!(with_query("https://id/authorize", "c=d"), "https://id/authorize?c=d");
    }
}
