//! Asks a provider: one request over HTTP/1.1, bounded in time and size, following nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use wishwell_connection::outgoing::{Place, ask};

/// Longest time for one question, from the look-up of the name to the last byte.
const ANSWER_SECONDS_MAX: u64 = 5;
/// Largest answer, in bytes: a discovery document or a few tokens.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Asks over TLS whom its authorities vouch for.
#[derive(Clone)]
pub(super) struct Client(Option<TlsConnector>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

/// What a provider answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Whether a URL is one that a provider may have: `https`, or `http` to this machine.
pub(super) fn is_allowed(url: &str) -> bool {
    Place::parse(url).is_ok()
}

impl Client {
    /// A client that trusts these authorities. Without any, only this machine is asked.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub(super) fn new(trusted: &[u8]) -> Result<Self, String> {
        if trusted.is_empty() {
            return Ok(Self(None));
        }
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(trusted) {
            let certificate = certificate.map_err(|error| format!("authorities cannot be read: {error}"))?;
            // The system's file may hold some that are of no use.
            let _ = roots.add(certificate);
        }
        if roots.is_empty() {
            return Err("there is no authority in PEM form that can be used".to_owned());
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Some(TlsConnector::from(Arc::new(config)))))
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Why there is none, in words; nothing of what was answered is in them.
    pub(super) async fn get(&self, url: &str) -> Result<Answer, String> {
        self.ask(Method::GET, url, &HeaderMap::new(), Bytes::new()).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// Why there is no answer, in words; nothing of what was sent or answered is in them.
    pub(super) async fn post(&self, url: &str, headers: &HeaderMap, form: String) -> Result<Answer, String> {
        self.ask(Method::POST, url, headers, form.into()).await
    }

    async fn ask(&self, method: Method, url: &str, more: &HeaderMap, body: Bytes) -> Result<Answer, String> {
        let place = Place::parse(url)?;
        let is_form = method == Method::POST;
        let mut request = Request::builder()
            .method(method)
            .uri(&place.target)
            .header(header::HOST, &place.authority)
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body))
            .map_err(|_| "it cannot be asked".to_owned())?;
        if is_form {
            let kind = header::HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        request.headers_mut().extend(more.clone());
        let late = |_| Err(format!("it did not answer within {ANSWER_SECONDS_MAX} seconds"));
        let time = Duration::from_secs(ANSWER_SECONDS_MAX);
        tokio::time::timeout(time, self.connect_and_ask(place, request)).await.unwrap_or_else(late)
    }

    async fn connect_and_ask(&self, place: Place, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let unreachable = |error: std::io::Error| format!("it cannot be reached: {error}");
        let stream = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(unreachable)?;
        if !place.secure {
            return exchange(stream, request).await;
        }
        let connector = self.0.as_ref().ok_or("no authority is named that could vouch for it")?;
        let name = ServerName::try_from(place.host).map_err(|_| "no certificate can be for its host".to_owned())?;
        exchange(connector.connect(name, stream).await.map_err(unreachable)?, request).await
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Answer, String> {
    let read = async |answer: Response<Incoming>| {
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| "its answer does not end where it should".to_owned())?.to_bytes();
        Ok(Answer { status, body })
    };
    ask(stream, request, read).await.unwrap_or_else(|error| Err(format!("it did not answer: {error}")))
}
