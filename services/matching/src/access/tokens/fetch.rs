//! Asks an issuer for its keys: one GET over HTTP/1.1, with bounds for time and size, and without following anything.

use std::net::IpAddr;
use std::time::Duration;

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::keys::JWKS_BYTES_MAX;
use crate::tls;

/// Longest time for asking an issuer for its keys, from the look-up of its name to the last byte.
pub const JWKS_FETCH_SECONDS_MAX: u64 = 5;

/// Where an issuer publishes its keys.
#[derive(Clone)]
pub(super) struct Endpoint {
    host: String,
    port: u16,
    /// The host as it stands in the URL.
    authority: String,
    target: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({}{})", self.authority, self.target)
    }
}

impl Endpoint {
    /// Reads a URL. `https`, or `http` to this machine: whoever answers decides who everybody is. `trusted` holds the certificates of
    /// authorities, in PEM form.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn parse(url: &str, trusted: &[u8]) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "is no URL".to_owned())?;
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a name or a password".to_owned());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (port, tls) = match uri.scheme_str() {
            Some("https") => {
                let name =
                    ServerName::try_from(host.clone()).map_err(|_| "names no host that can have a certificate")?;
                let connector = tls::connector(trusted).map_err(|error| error.to_string())?;
                (443, Some((connector, name)))
            }
            Some("http") if loopback => (80, None),
            _ => return Err("must begin with https:// (http:// is for this machine alone)".to_owned()),
        };
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let port = authority.port_u16().unwrap_or(port);
        Ok(Self { host, port, authority: authority.to_string(), target, tls })
    }

    /// The key set as it is published.
    ///
    /// # Errors
    /// What went wrong, in words; nothing of what was answered is in them.
    pub(super) async fn fetch(&self) -> Result<Bytes, String> {
        let time = Duration::from_secs(JWKS_FETCH_SECONDS_MAX);
        let late = |_| Err(format!("it did not answer within {JWKS_FETCH_SECONDS_MAX} seconds"));
        tokio::time::timeout(time, self.connect_and_ask()).await.unwrap_or_else(late)
    }

    async fn connect_and_ask(&self) -> Result<Bytes, String> {
        let unreachable = |error: std::io::Error| format!("it cannot be reached: {error}");
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        match &self.tls {
            Some((connector, name)) => {
                self.ask(connector.connect(name.clone(), stream).await.map_err(unreachable)?).await
            }
            None => self.ask(stream).await,
        }
    }

    async fn ask(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Bytes, String> {
        let failed = |error: hyper::Error| format!("it did not answer: {error}");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        let request = Request::get(&self.target)
            .header(header::HOST, &self.authority)
            .header(header::ACCEPT, "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|error| format!("it cannot be asked: {error}"))?;
        let asking = async {
            let answer = sender.send_request(request).await.map_err(failed)?;
            // A redirect is not followed: whoever may choose where keys come from may choose the keys.
            if answer.status() != StatusCode::OK {
                return Err(format!("it answered {}", answer.status().as_u16()));
            }
            let body = Limited::new(answer.into_body(), JWKS_BYTES_MAX).collect().await;
            Ok(body.map_err(|error| format!("its answer cannot be read: {error}"))?.to_bytes())
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
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_asked_for_over_tls_or_on_this_machine() {
        for good in ["http://127.0.0.1:8080/keys?a=b", "http://localhost/keys", "http://[::1]:1/"] {
            assert!(Endpoint::parse(good, b"").is_ok(), "{good}");
        }
        let endpoint = Endpoint::parse("http://127.0.0.1:8080/keys?a=b", b"").unwrap();
        assert_eq!((endpoint.port, endpoint.target.as_str()), (8080, "/keys?a=b"));
        for bad in [
            "http://id.example.org/keys",
            "http://127.0.0.1.example.org/keys",
            "http://somebody@127.0.0.1/keys",
            "ftp://127.0.0.1/keys",
            "file:///etc/keys.json",
            "/keys",
            "",
        ] {
            assert!(Endpoint::parse(bad, b"").is_err(), "{bad}");
        }
        // Without an authority to trust, nobody can be asked over TLS.
        assert!(Endpoint::parse("https://id.example.org/keys", b"").is_err());
    }
}
