//! An identity provider as organizations have one: OpenID Connect over HTTP on this machine, with discovery, a page to sign in on, codes that
//! are good once and bound by PKCE, tokens signed with RS256 and ES256, refresh tokens that are good once, and a place to sign out. It can be
//! told to do wrong what an attacker or a broken one would.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::tokens::{Signer, base64url, key_set, sha256};

/// How the gateway is known to the provider.
pub const CLIENT_ID: &str = "wishwell-portal";
/// What the provider knows it by.
pub const CLIENT_SECRET: &str = "a secret: with signs & spaces";
/// The audience of its access tokens.
pub const AUDIENCE: &str = "wishwell";
/// Where people may be sent back to: any port of this machine, as for clients on it (RFC 8252, 7.3).
const RETURN_PREFIX: &str = "http://127.0.0.1:";

/// What it does otherwise than it should.
#[derive(Debug, Clone, Default)]
pub struct Tweaks {
    /// Claims of ID tokens, in place of the right ones.
    pub id_claims: BTreeMap<String, Value>,
    /// Claims of access tokens, in place of the right ones.
    pub access_claims: BTreeMap<String, Value>,
    /// What an answer names as its issuer; empty names none.
    pub iss: Option<String>,
    /// How long access tokens hold, in seconds; none for 300.
    pub access_seconds: Option<i64>,
    /// Whether no refresh tokens are given.
    pub no_refresh: bool,
    /// The status of the token endpoint, in place of an answer.
    pub token_status: Option<u16>,
    /// Whether nobody is signed in: they called it off.
    pub denies: bool,
}

/// Somebody who may sign in: their name and claims.
pub type Users = BTreeMap<String, Value>;

struct Grant {
    redirect_uri: String,
    nonce: String,
    challenge: String,
    user: String,
}

struct State {
    issuer: String,
    users: Users,
    rsa: Signer,
    ec: Signer,
    codes: HashMap<String, Grant>,
    refresh: HashMap<String, String>,
    tweaks: Tweaks,
    count: u64,
    /// Refresh tokens that came a second time.
    reused: usize,
    refreshed: usize,
    ended: usize,
}

/// A running provider.
#[derive(Clone)]
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.address)
    }
}

impl Provider {
    /// Starts one with these users.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start(users: Users) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            issuer: format!("http://{address}/realms/partners"),
            users,
            rsa: Signer::rs256("rsa-1"),
            ec: Signer::es256("ec-1"),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            tweaks: Tweaks::default(),
            count: 0,
            reused: 0,
            refreshed: 0,
            ended: 0,
        };
        let provider = Self { address, state: Arc::new(Mutex::new(state)) };
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().answer(stream));
            }
        });
        provider
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.state().issuer.clone()
    }

    /// Where its keys are.
    #[must_use]
    pub fn keys_url(&self) -> String {
        format!("{}/keys", self.issuer())
    }

    /// Lets somebody else sign in, or somebody with other claims.
    pub fn know(&self, user: &str, claims: Value) {
        self.state().users.insert(user.to_owned(), claims);
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does this wrong from now on.
    pub fn tweak(&self, tweaks: Tweaks) {
        self.state().tweaks = tweaks;
    }

    /// How many refresh tokens were taken, and how many came a second time.
    #[must_use]
    pub fn refreshed(&self) -> (usize, usize) {
        let state = self.state();
        (state.refreshed, state.reused)
    }

    /// How many have signed out.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.state().ended
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let (head, body) = loop {
            let mut chunk = [0; 4_096];
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
            if let Some(request) = whole(&bytes) {
                break request;
            }
        };
        let answer = self.state().respond(&head, &body);
        // Whoever asked may be gone.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

fn whole(bytes: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.into_iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl State {
    fn respond(&mut self, head: &str, body: &str) -> String {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let fields = fields(query);
        match path.strip_prefix("/realms/partners").unwrap_or_default() {
            "/.well-known/openid-configuration" => json_answer(200, &self.document()),
            "/keys" => {
                let keys: Value = serde_json::from_str(&key_set(&[self.rsa.jwk(), self.ec.jwk()])).expect("JSON");
                json_answer(200, &keys)
            }
            "/authorize" => self.page(query, &fields),
            "/authorize/as" => self.authorize(&fields),
            "/token" => self.token(head, body),
            "/logout" => {
                self.ended += 1;
                found(fields.get("post_logout_redirect_uri").map_or("/", String::as_str))
            }
            _ => text_answer(404, "text/plain", "nothing"),
        }
    }

    fn document(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "end_session_endpoint": at("/logout"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// The page on which one signs in: a link for each user.
    fn page(&self, query: &str, fields: &BTreeMap<String, String>) -> String {
        if let Some(wrong) = wrong_question(fields) {
            return text_answer(400, "text/plain", wrong);
        }
        let links: String = self
            .users
            .keys()
            .map(|user| {
                format!(
                    "<li><a href=\"/realms/partners/authorize/as?user={user}&amp;{}\">{user}</a></li>",
                    query.replace('&', "&amp;")
                )
            })
            .collect();
        let page = format!(
            "<!doctype html><html lang=\"en\"><link rel=\"icon\" href=\"data:,\"><title>Accounts</title><h1>Choose an account</h1><ul>{links}</ul></html>"
        );
        text_answer(200, "text/html; charset=utf-8", &page)
    }

    fn authorize(&mut self, fields: &BTreeMap<String, String>) -> String {
        if let Some(wrong) = wrong_question(fields) {
            return text_answer(400, "text/plain", wrong);
        }
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let iss = self.tweaks.iss.clone().unwrap_or_else(|| self.issuer.clone());
        let iss = if iss.is_empty() { String::new() } else { format!("&iss={}", encoded(&iss)) };
        let (redirect_uri, state) = (field("redirect_uri"), encoded(&field("state")));
        if self.tweaks.denies {
            return found(&format!("{redirect_uri}?error=access_denied&state={state}{iss}"));
        }
        let code = self.word("code");
        let grant = Grant {
            redirect_uri: redirect_uri.clone(),
            nonce: field("nonce"),
            challenge: field("code_challenge"),
            user: field("user"),
        };
        self.codes.insert(code.clone(), grant);
        found(&format!("{redirect_uri}?code={code}&state={state}{iss}"))
    }

    fn word(&mut self, of: &str) -> String {
        self.count += 1;
        base64url(&sha256(format!("{of} {} {}", self.count, self.issuer).as_bytes()))
    }

    fn token(&mut self, head: &str, body: &str) -> String {
        if let Some(status) = self.tweaks.token_status {
            return json_answer(status, &json!({"error": "server_error"}));
        }
        let expected =
            format!("Basic {}", base64(format!("{}:{}", encoded(CLIENT_ID), encoded(CLIENT_SECRET)).as_bytes()));
        if header(head, "authorization") != Some(&expected) {
            return json_answer(401, &json!({"error": "invalid_client"}));
        }
        let refused = || json_answer(400, &json!({"error": "invalid_grant"}));
        let fields = fields(body);
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        match field("grant_type") {
            "authorization_code" => {
                // Whatever comes of it, a code is good once.
                let Some(grant) = self.codes.remove(field("code")) else { return refused() };
                let proven = base64url(&sha256(field("code_verifier").as_bytes())) == grant.challenge;
                if !proven || grant.redirect_uri != field("redirect_uri") {
                    return refused();
                }
                self.tokens(&grant.user, Some(&grant.nonce))
            }
            "refresh_token" => match self.refresh.remove(field("refresh_token")) {
                Some(user) => {
                    self.refreshed += 1;
                    self.tokens(&user, None)
                }
                None => {
                    self.reused += 1;
                    refused()
                }
            },
            _ => json_answer(400, &json!({"error": "unsupported_grant_type"})),
        }
    }

    fn tokens(&mut self, user: &str, nonce: Option<&str>) -> String {
        let now = seconds_now();
        let seconds = self.tweaks.access_seconds.unwrap_or(300);
        let mut access = json!({"iss": self.issuer, "aud": [AUDIENCE], "sub": user, "iat": now, "exp": now + seconds, "jti": self.word("jti")});
        merge(&mut access, self.users.get(user).and_then(Value::as_object).cloned().unwrap_or_default());
        merge(&mut access, self.tweaks.access_claims.clone());
        let access = self.ec.token(&access);
        let hash = base64url(&sha256(access.as_bytes())[..16]);
        let mut id =
            json!({"iss": self.issuer, "aud": CLIENT_ID, "sub": user, "iat": now, "exp": now + 300, "at_hash": hash});
        if let Some(nonce) = nonce {
            id["nonce"] = json!(nonce);
        }
        merge(&mut id, self.tweaks.id_claims.clone());
        let mut answer = json!({"token_type": "Bearer", "access_token": access, "expires_in": seconds, "id_token": self.rsa.token(&id)});
        if !self.tweaks.no_refresh {
            let refresh = self.word("refresh");
            self.refresh.insert(refresh.clone(), user.to_owned());
            answer["refresh_token"] = json!(refresh);
        }
        json_answer(200, &answer)
    }
}

fn merge(into: &mut Value, claims: impl IntoIterator<Item = (String, Value)>) {
    let members = into.as_object_mut().expect("an object");
    members.extend(claims);
    members.retain(|_, value| !value.is_null());
}

fn wrong_question(fields: &BTreeMap<String, String>) -> Option<&'static str> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let redirect_uri = field("redirect_uri");
    let known = redirect_uri.starts_with(RETURN_PREFIX)
        && redirect_uri.ends_with("/return")
        && !redirect_uri.contains(['?', '#']);
    let scopes = field("scope").split(' ').any(|scope| scope == "openid");
    if field("client_id") != CLIENT_ID || !known {
        Some("no such client, or it may not be sent back to there")
    } else if field("response_type") != "code" || field("code_challenge_method") != "S256" || !scopes {
        Some("a question of another kind")
    } else if ["state", "nonce", "code_challenge"].iter().any(|name| field(name).len() < 43) {
        Some("too little that cannot be guessed")
    } else {
        None
    }
}

#[expect(clippy::disallowed_methods, reason = "what is made for a server holds by the clock that it has")]
fn seconds_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a while to go")
}

fn fields(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap_or("0"), 16).unwrap_or(0)
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// A value of a form: spaces as `+`, letters and digits as they are.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Bytes in base64 with padding (RFC 4648, 4).
fn base64(bytes: &[u8]) -> String {
    let text = base64url(bytes).replace('-', "+").replace('_', "/");
    let padding = (4 - text.len() % 4) % 4;
    text + &"=".repeat(padding)
}

fn found(target: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn json_answer(status: u16, value: &Value) -> String {
    text_answer(status, "application/json", &value.to_string())
}

fn text_answer(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Answer\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
