//! Who is signed in: a token, sealed into a cookie. The gateway keeps nothing.

mod cookie;
mod seal;

use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use wishwell_api::v1;

use crate::options::Token;

use seal::Sealer;
pub use seal::SessionKey;

/// How long a session lasts; after it one signs in again.
pub(crate) const SESSION_HOURS_MAX: i64 = 12;
/// Bytes of a token that fits into a cookie when sealed: browsers keep 4,096 bytes of a cookie with its name and attributes.
pub(crate) const TOKEN_BYTES_MAX: usize = 2_600;

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
        }
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
        let sealed = cookie::read(headers, self.cookie_name())?;
        let content: Content = serde_json::from_slice(&self.sealer.open(sealed)?).ok()?;
        let ends = Timestamp::from_second(content.ends).ok()?;
        (now < ends).then_some(())?;
        Some(Session {
            token: Token::new(content.token),
            principal: content.principal,
            role: v1::PrincipalRole::try_from(content.role).ok()?,
            organization: content.organization,
            divisions: content.divisions,
            ends,
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
        };
        let sealed = self.sealer.seal(&serde_json::to_vec(&content).ok()?)?;
        cookie::write(self.cookie_name(), &sealed, session.ends.as_second() - now.as_second(), self.secure)
    }

    /// The header that makes a browser forget it.
    pub(crate) fn forget(&self) -> Option<HeaderValue> {
        cookie::write(self.cookie_name(), "", 0, self.secure)
    }

    /// Whether browsers reach the gateway over TLS.
    pub(crate) const fn secure(&self) -> bool {
        self.secure
    }

    /// With the prefix, browsers take it over TLS only and from this very host only.
    const fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-wishwell-session" } else { "wishwell-session" }
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
