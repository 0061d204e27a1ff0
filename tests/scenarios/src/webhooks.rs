//! A partner's own tool: an HTTP server that takes what is posted to it, and looks at signatures with no help from the sender's code.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// No answer, in the place of a status.
pub const SILENCE: u16 = 0;
/// How long a message may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// One message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    /// Headers, their names in small letters.
    pub headers: HashMap<String, String>,
    /// The first line.
    pub request: String,
    /// The body, as it was signed.
    pub body: String,
}

impl Message {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// A header.
    ///
    /// # Panics
    /// When it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("{name} among {:?}", self.headers))
    }

    /// How many of the signatures are made with this secret: what is documented for receivers, step by step.
    #[must_use]
    pub fn signed_with(&self, secret: &str) -> usize {
        let key = base64_decoded(secret.strip_prefix("whsec_").expect("its prefix"));
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
        let signatures = self.header("webhook-signature").split(' ');
        let given = signatures.filter_map(|signature| signature.strip_prefix("v1,")).map(base64_decoded);
        given.filter(|given| ring::hmac::verify(&key, signed.as_bytes(), given).is_ok()).count()
    }
}

/// Decodes base64 (RFC 4648) the plain way.
fn base64_decoded(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut decoded) = (0_u32, 0, Vec::new());
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let digit = ALPHABET.iter().position(|letter| *letter == byte).expect("a letter of base64");
        bits = bits << 6 | u32::try_from(digit).expect("small");
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(u8::try_from(bits >> count & 0xFF).expect("a byte"));
        }
    }
    decoded
}

/// A tool that listens.
#[derive(Debug)]
pub struct Tool {
    received: Arc<Mutex<Vec<Message>>>,
    answer: Arc<AtomicU16>,
    address: SocketAddr,
    is_secure: bool,
    listening: JoinHandle<()>,
}

impl Drop for Tool {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Tool {
    /// Listens on a free port and answers each message with this status.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start(status: u16) -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), status).await
    }

    /// As [`Tool::start`], at an address.
    ///
    /// # Panics
    /// When it is taken.
    pub async fn start_at(address: SocketAddr, status: u16) -> Self {
        Self::start_with(address, status, None).await
    }

    /// As [`Tool::start`], over TLS.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start_over_tls(status: u16, acceptor: TlsAcceptor) -> Self {
        Self::start_with("127.0.0.1:0".parse().expect("an address"), status, Some(acceptor)).await
    }

    async fn start_with(address: SocketAddr, status: u16, acceptor: Option<TlsAcceptor>) -> Self {
        let is_secure = acceptor.is_some();
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (received, answer) = (Arc::default(), Arc::new(AtomicU16::new(status)));
        let (messages, status) = (Arc::clone(&received), Arc::clone(&answer));
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (messages, status, acceptor) = (Arc::clone(&messages), Arc::clone(&status), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        // Whoever does not believe the certificate has sent nothing.
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                take(stream, messages, status).await;
                            }
                        }
                        None => take(stream, messages, status).await,
                    }
                });
            }
        });
        Self { received, answer, address, is_secure, listening }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        if self.is_secure {
            return format!("https://localhost:{}/wishes?team=1", self.address.port());
        }
        format!("http://{}/wishes?team=1", self.address)
    }

    /// Answers with another status from now on; with [`SILENCE`] it takes messages and says nothing.
    pub fn answer(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// What came so far.
    ///
    /// # Panics
    /// When somebody panicked with it.
    #[must_use]
    pub fn received(&self) -> Vec<Message> {
        self.received.lock().expect("nobody panics with it").clone()
    }

    /// What came, once it is so much.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn once(&self, count: usize) -> Vec<Message> {
        let started = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(started.elapsed() < PATIENCE, "{count} messages were to come: {received:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Takes one message off a connection and answers it.
async fn take(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    messages: Arc<Mutex<Vec<Message>>>,
    status: Arc<AtomicU16>,
) {
    let mut bytes = Vec::new();
    let message = loop {
        let mut chunk = [0; 4_096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
        if let Some(message) = whole(&bytes) {
            break message;
        }
    };
    messages.lock().expect("nobody panics with it").push(message);
    // A redirect that must not be followed, and a body that nobody is to read.
    let status = status.load(Ordering::SeqCst);
    if status == SILENCE {
        // Until the sender has waited long enough.
        let _ = stream.read(&mut [0]).await;
        return;
    }
    let answer = format!(
        "HTTP/1.1 {status} Answer\r\nlocation: /elsewhere\r\ncontent-length: 9\r\nconnection: close\r\n\r\na body..."
    );
    // The sender may have gone already.
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn whole(bytes: &[u8]) -> Option<Message> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let request = lines.next()?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    (body.len() == length).then(|| Message { headers, request, body: body.to_owned() })
}
