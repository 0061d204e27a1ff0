//! An issuer that publishes its keys over HTTP or HTTPS, and can change them, be away, or answer nonsense; and who believes it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tonic::{Code, Status};

use crate::Served;
use crate::deployment;
use crate::told::{reason, seconds_now as now};

/// The issuer of most tests.
pub const ISSUER: &str = "https://id.example.org/realms/wishwell";
/// Time within which a server asks for keys again when somebody comes with an unknown one.
pub const REFRESH_PATIENCE: Duration = Duration::from_secs(20);
/// What shows whether a token is accepted.
pub const LIST: &str = "/wishwell.v1.CatalogService/ListCategories";

/// The claims of a good token of [`ISSUER`], with some changed; null takes one away.
///
/// # Panics
/// When the changes are no object.
#[must_use]
pub fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER,
        "aud": ["account", "wishwell"],
        "sub": "somebody",
        "iat": now() - 5,
        "nbf": now() - 5,
        "exp": now() + 300,
        "wishwell_role": "auditor",
    });
    let members = claims.as_object_mut().expect("an object");
    for (key, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.clone(), value.clone());
        }
    }
    claims
}

/// A deployment that believes [`ISSUER`] by these keys: `jwks_file = ...` or `jwks_url = ...`.
///
/// # Panics
/// When it does not start.
pub async fn serve(keys: &str) -> Served {
    serve_with(keys, &[]).await
}

/// As [`serve`], with more arguments.
///
/// # Panics
/// When it does not start.
pub async fn serve_with(keys: &str, more: &[&str]) -> Served {
    let folder = deployment::folder(deployment::CALLERS);
    let file = folder.path().join("principals.toml");
    let mut text = std::fs::read_to_string(&file).expect("callers");
    write!(
        text,
        "[[token_issuers]]\nissuer = \"{ISSUER}\"\naudiences = [\"wishwell\"]\n\
         algorithms = [\"RS256\", \"PS256\", \"ES256\", \"EdDSA\"]\ntenant = \"main\"\n{keys}\n"
    )
    .expect("a String takes everything");
    std::fs::write(file, text).expect("written");
    deployment::serve(folder, "sqlite:wishwell.db", more).await
}

/// A call that whoever is known may make.
///
/// # Errors
/// The refusal as it came.
pub async fn call(served: &Served, token: &str) -> Result<Vec<u8>, Status> {
    served.call_raw(LIST, token, Vec::new()).await
}

/// Whether a call was refused with this reason, and as UNAUTHENTICATED.
#[must_use]
pub fn is_refused<T>(answer: &Result<T, Status>, expected: &str) -> bool {
    answer.as_ref().is_err_and(|status| status.code() == Code::Unauthenticated && reason(status) == expected)
}

/// Everything after the status line of an answer, or none to answer nothing at all.
type Answer = Arc<Mutex<(String, usize)>>;

/// A little HTTP server.
#[derive(Debug)]
pub struct Publisher {
    /// Where it listens.
    pub address: SocketAddr,
    is_secure: bool,
    answer: Answer,
}

impl Publisher {
    /// Starts to publish a key set.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start(key_set: &str) -> Self {
        Self::start_with(key_set, None).await
    }

    /// Starts to publish a key set over TLS.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start_over_tls(key_set: &str, acceptor: TlsAcceptor) -> Self {
        Self::start_with(key_set, Some(acceptor)).await
    }

    async fn start_with(key_set: &str, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_secure = acceptor.is_some();
        let answer = Answer::new(Mutex::new((ok(key_set), 0)));
        let shared = Arc::clone(&answer);
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        // Whoever does not believe the certificate has asked nothing.
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                answer_one(stream, &shared).await;
                            }
                        }
                        None => answer_one(stream, &shared).await,
                    }
                });
            }
        });
        Self { address, is_secure, answer }
    }

    /// The URL of its keys.
    #[must_use]
    pub fn url(&self) -> String {
        if self.is_secure {
            return format!("https://localhost:{}/keys?of=wishwell", self.address.port());
        }
        format!("http://{}/keys?of=wishwell", self.address)
    }

    /// Publishes another key set from now on.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    pub fn publish(&self, key_set: &str) {
        self.answer.lock().expect("no panic holds it").0 = ok(key_set);
    }

    /// Answers this from now on: a status line and all that follows.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    pub fn answer(&self, text: &str) {
        self.answer.lock().expect("no panic holds it").0 = text.to_owned();
    }

    /// How often it was asked.
    ///
    /// # Panics
    /// When a test has panicked meanwhile.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.answer.lock().expect("no panic holds it").1
    }

    /// Waits until it was asked once more.
    ///
    /// # Panics
    /// When it is not asked within the patience.
    pub async fn wait_until_asked(&self, patience: Duration) {
        let (before, started) = (self.asked(), Instant::now());
        while self.asked() == before {
            assert!(started.elapsed() < patience, "its keys are not asked for");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn answer_one(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &Answer) {
    let mut request = Vec::new();
    let mut buffer = [0; 1_024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    let text = {
        let mut answer = answer.lock().expect("no panic holds it");
        answer.1 += 1;
        answer.0.clone()
    };
    // Whoever asked may be gone.
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
