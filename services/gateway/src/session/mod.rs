//! Who is signed in: a token, sealed into a cookie. The gateway keeps nothing.

mod cookie;
mod seal;
mod shelf;

use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tonic::Status;

use wishwell_api::v1;

use crate::app::App;
use crate::options::Token;
use crate::organization_sign_in::Given;

use seal::Sealer;
pub use seal::SessionKey;
pub(crate) use shelf::Shelf;

/// How long a session lasts; after it one signs in again.
pub(crate) const SESSION_HOURS_MAX: i64 = 12;
/// Bytes of a token that fits into a cookie when sealed: browsers keep 4,096 bytes of a cookie with its name and attributes.
pub(crate) const TOKEN_BYTES_MAX: usize = 2_600;
/// The longest time before a token's end at which another one is asked for, in seconds; a third of what is left of a shorter one.
const RENEWAL_LEAD_SECONDS_MAX: i64 = 60;
const SESSION: &str = "session";
const RENEWAL: &str = "renewal";

/// Somebody who is signed in. What it says about them is for showing: the service decides by the token.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// What opens the service for them.
    pub(crate) token: Token,
    /// Their stable name.
    pub(crate) principal: String,
    /// Their role.
    pub(crate) role: v1::PrincipalRole,
    /// Their organization, `organizations/{uuid}`; empty for all but partners.
    pub(crate) organization: String,
    /// Codes of the divisions they work in.
    pub(crate) divisions: Vec<String>,
    /// When the session ends.
    pub(crate) ends: Timestamp,
    /// The provider they signed in with, if they did not bring a key.
    pub(crate) provider: Option<String>,
    /// When the token is to be renewed, in seconds since 1970; none when it cannot be, or need not.
    renews: Option<i64>,
}

/// What gives a session another token, in a cookie of its own: two tokens are more than one cookie holds.
#[derive(Serialize, Deserialize)]
struct Renewal {
    provider: String,
    refresh: String,
}

/// Whose a token is, as the service says.
pub(crate) async fn principal_of(app: &App, token: &Token) -> Result<v1::Principal, Status> {
    let asked = app.calls(token.reveal()).access().get_principal(v1::GetPrincipalRequest {}).await?;
    Ok(asked.into_inner().principal.unwrap_or_default())
}

impl Session {
    /// A session that begins now.
    pub(crate) fn begin(token: Token, principal: v1::Principal, now: Timestamp) -> Self {
        let role = principal.role();
        Self {
            token,
            principal: principal.principal,
            role,
            organization: principal.organization,
            divisions: principal.divisions,
            ends: now.saturating_add(SignedDuration::from_hours(SESSION_HOURS_MAX)).unwrap_or(Timestamp::MAX),
            provider: None,
            renews: None,
        }
    }

    /// A session that begins now with what a provider gave. Without a way to renew it, it ends with its token.
    pub(crate) fn begin_with(provider: &str, given: &Given, principal: v1::Principal, now: Timestamp) -> Self {
        let mut session =
            Self { provider: Some(provider.to_owned()), ..Self::begin(given.token.clone(), principal, now) };
        let end = given.ends.and_then(|end| Timestamp::from_second(end).ok());
        if let Some(end) = end.filter(|_| given.refresh.is_none()) {
            session.ends = session.ends.min(end);
        }
        session.renews = renews(given, now);
        session
    }

    /// The same with another token. Signing in is not put off by it: the end stays.
    pub(crate) fn renew(self, given: &Given, principal: Option<v1::Principal>, now: Timestamp) -> Self {
        let Self { ends, provider, .. } = self.clone();
        let renewed = match principal {
            Some(principal) => Self::begin(given.token.clone(), principal, now),
            None => Self { token: given.token.clone(), ..self },
        };
        Self { ends, provider, renews: renews(given, now), ..renewed }
    }

    /// Whether its token is to be renewed.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.renews.is_some_and(|at| now.as_second() >= at)
    }
}

/// What is in the cookie, before it is sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    token: String,
    principal: String,
    role: i32,
    organization: String,
    divisions: Vec<String>,
    /// Seconds since 1970.
    ends: i64,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    renews: Option<i64>,
}

fn renews(given: &Given, now: Timestamp) -> Option<i64> {
    let end = given.ends.filter(|_| given.refresh.is_some())?;
    let lead = ((end - now.as_second()) / 3).clamp(0, RENEWAL_LEAD_SECONDS_MAX);
    Some(end - lead)
}

/// Reads and writes sessions.
#[derive(Debug)]
pub(crate) struct Sessions {
    sealer: Sealer,
    secure: bool,
}

impl Sessions {
    pub(crate) fn new(key: &SessionKey, secure: bool) -> Self {
        Self { sealer: Sealer::new(key), secure }
    }

    /// The session of a request: none without a cookie, with one that was not sealed here, or that has ended.
    pub(crate) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Option<Session> {
        let content: Content = self.shelf().take(headers, SESSION)?;
        let ends = Timestamp::from_second(content.ends).ok()?;
        (now < ends).then_some(())?;
        Some(Session {
            token: Token::new(content.token),
            principal: content.principal,
            role: v1::PrincipalRole::try_from(content.role).ok()?,
            organization: content.organization,
            divisions: content.divisions,
            ends,
            provider: content.provider,
            renews: content.renews,
        })
    }

    /// The header that makes a browser keep a session; none when the system gives no random numbers.
    pub(crate) fn keep(&self, session: &Session, now: Timestamp) -> Option<HeaderValue> {
        let content = Content {
            token: session.token.reveal().to_owned(),
            principal: session.principal.clone(),
            role: session.role.into(),
            organization: session.organization.clone(),
            divisions: session.divisions.clone(),
            ends: session.ends.as_second(),
            provider: session.provider.clone(),
            renews: session.renews,
        };
        self.shelf().put(SESSION, &content, session.ends.as_second() - now.as_second())
    }

    /// The headers that make a browser keep a session and what renews it. What is too large to be kept renews nothing.
    pub(crate) fn keep_with(
        &self,
        session: &Session,
        refresh: Option<&Token>,
        now: Timestamp,
    ) -> Option<Vec<HeaderValue>> {
        let mut cookies = vec![self.keep(session, now)?];
        let renewal = session.provider.clone().zip(refresh).and_then(|(provider, refresh)| {
            let content = Renewal { provider, refresh: refresh.reveal().to_owned() };
            self.shelf().put(RENEWAL, &content, session.ends.as_second() - now.as_second())
        });
        cookies.extend(renewal.or_else(|| self.shelf().clear(RENEWAL)));
        Some(cookies)
    }

    /// The provider of a session and what renews its token, if a request brings it.
    pub(crate) fn renewal(&self, headers: &HeaderMap, session: &Session) -> Option<(String, Token)> {
        let kept: Renewal = self.shelf().take(headers, RENEWAL)?;
        (session.provider.as_ref() == Some(&kept.provider)).then(|| (kept.provider, Token::new(kept.refresh)))
    }

    /// The header that makes a browser forget a session.
    pub(crate) fn forget(&self) -> Option<HeaderValue> {
        self.shelf().clear(SESSION)
    }

    /// The headers that make it forget what renews it, too.
    pub(crate) fn forget_all(&self) -> Vec<HeaderValue> {
        [SESSION, RENEWAL].into_iter().filter_map(|name| self.shelf().clear(name)).collect()
    }

    /// For other things that are sealed into cookies.
    pub(crate) const fn shelf(&self) -> Shelf<'_> {
        Shelf { sealer: &self.sealer, secure: self.secure }
    }

    /// Whether browsers reach the gateway over TLS.
    pub(crate) const fn secure(&self) -> bool {
        self.secure
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn session() -> Session {
        let principal = v1::Principal {
            tenant: "demo".to_owned(),
            principal: "demo-partner".to_owned(),
            role: v1::PrincipalRole::Partner.into(),
            organization: "organizations/x".to_owned(),
            divisions: Vec::new(),
        };
        Session::begin(Token::new("secret-token"), principal, at(0))
    }

    fn sent(sessions: &Sessions, session: &Session) -> HeaderMap {
        let kept = sessions.keep(session, at(0)).unwrap();
        let pair = kept.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap())])
    }

    #[test]
    fn a_session_is_read_back_until_it_ends_and_by_the_same_key_alone() {
        let sessions = Sessions::new(&SessionKey::from_bytes([7; 32]), false);
        let headers = sent(&sessions, &session());
        let read = sessions.of(&headers, at(60)).unwrap();
        assert_eq!((read.token.reveal(), read.role), ("secret-token", v1::PrincipalRole::Partner));
        assert!(sessions.of(&headers, at(SESSION_HOURS_MAX * 3_600)).is_none(), "it has ended");
        let other = Sessions::new(&SessionKey::from_bytes([8; 32]), false);
        assert!(other.of(&headers, at(60)).is_none(), "another key");
    }

    #[test]
    fn a_session_of_a_provider_ends_with_its_token_unless_that_can_be_renewed() {
        let given =
            |ends, refresh: Option<&str>| Given { token: Token::new("t"), ends, refresh: refresh.map(Token::new) };
        let begin = |given: &Given| Session::begin_with("partners", given, v1::Principal::default(), at(0));
        let whole = at(SESSION_HOURS_MAX * 3_600);
        let end = Some(at(300).as_second());
        assert_eq!((begin(&given(end, None)).ends, begin(&given(end, None)).renews), (at(300), None));
        assert_eq!((begin(&given(None, None)).ends, begin(&given(None, Some("r"))).renews), (whole, None));
        let kept = begin(&given(end, Some("r")));
        assert_eq!((kept.ends, kept.renews), (whole, Some(at(240).as_second())));
        assert!(!kept.is_due(at(239)) && kept.is_due(at(240)));
        let short = begin(&given(Some(at(30).as_second()), Some("r")));
        assert_eq!(short.renews, Some(at(20).as_second()), "a third of a short one");
        let later = kept.renew(&given(Some(at(600).as_second()), Some("s")), None, at(300));
        assert_eq!((later.ends, later.renews), (whole, Some(at(540).as_second())), "its end stays");
    }

    #[test]
    fn a_cookie_is_good_for_what_it_was_sealed_for_alone() {
        let sessions = Sessions::new(&SessionKey::from_bytes([7; 32]), false);
        let shelf = sessions.shelf();
        let kept = shelf.put("renewal", &vec!["x"], 60).unwrap();
        let sealed = kept.to_str().unwrap().split(';').next().unwrap().replace("renewal", "sign-in");
        let headers = |pair: &str| HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_str(pair).unwrap())]);
        assert_eq!(shelf.take::<Vec<String>>(&headers(&sealed), "sign-in"), None);
        let own = sealed.replace("sign-in", "renewal");
        assert_eq!(shelf.take::<Vec<String>>(&headers(&own), "renewal"), Some(vec!["x".to_owned()]));
        assert!(shelf.put("renewal", &"x".repeat(4_000), 60).is_none(), "more than a browser keeps");
    }

    #[test]
    fn a_cookie_that_was_changed_in_any_byte_is_nobodys() {
        let sessions = Sessions::new(&SessionKey::from_bytes([7; 32]), false);
        let whole = sessions.keep(&session(), at(0)).unwrap();
        let whole = whole.to_str().unwrap().split(';').next().unwrap().to_owned();
        let (name, sealed) = whole.split_once('=').unwrap();
        assert!(!sealed.contains("secret"));
        for place in 0..sealed.len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = format!("{name}={}", String::from_utf8(bytes).unwrap());
            let headers = HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_str(&changed).unwrap())]);
            assert!(sessions.of(&headers, at(1)).is_none(), "byte {place}");
        }
    }

    #[test]
    fn the_longest_token_makes_a_cookie_that_browsers_keep() {
        let sessions = Sessions::new(&SessionKey::from_bytes([7; 32]), true);
        let long = Session { token: Token::new("x".repeat(TOKEN_BYTES_MAX)), ..session() };
        let kept = sessions.keep(&long, at(0)).unwrap();
        assert!(kept.len() < 4_096, "{}", kept.len());
        let text = kept.to_str().unwrap();
        for attribute in ["__Host-", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=43200"] {
            assert!(text.contains(attribute), "{attribute} in {text}");
        }
    }
}
