//! Asks a provider: one request over HTTP/1.1, bounded in time and size, following nothing.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

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

/// Where a question goes, when it may go there at all.
struct Place {
    host: String,
    port: u16,
    authority: String,
    target: String,
    secure: bool,
}

/// Whether a URL is one that a provider may have: `https`, or `http` to this machine.
pub(super) fn is_allowed(url: &str) -> bool {
    place(url).is_ok()
}

fn place(url: &str) -> Result<Place, String> {
    let uri: Uri = url.parse().map_err(|_| "is no URL".to_owned())?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or("names no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let (usual, secure) = match uri.scheme_str() {
        Some("https") => (443, true),
        Some("http") if here => (80, false),
        _ => return Err("must begin with https:// (http:// is for this machine alone)".to_owned()),
    };
    Ok(Place {
        port: authority.port_u16().unwrap_or(usual),
        authority: authority.to_string(),
        target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        host,
        secure,
    })
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
        let place = place(url)?;
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
    let failed = |error: hyper::Error| format!("it did not answer: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let asking = async {
        let answer = sender.send_request(request).await.map_err(failed)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| "its answer does not end where it should".to_owned())?.to_bytes();
        Ok(Answer { status, body })
    };
    // The connection does the work of the request, and ends with it.
    tokio::pin!(asking);
    tokio::select! {
        answer = &mut asking => answer,
        ended = connection => match ended {
            Ok(()) => asking.await,
            Err(error) => Err(failed(error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_asked_over_tls_or_on_this_machine() {
        for good in
            ["https://id.example.org/realms/a", "https://id.example.org:8443", "http://127.0.0.1:1/", "http://[::1]/a"]
        {
            assert!(is_allowed(good), "{good}");
        }
        for bad in
            ["http://id.example.org/", "https://a@id.example.org/", "ftp://127.0.0.1/", "/a", "", "javascript:alert(1)"]
        {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
