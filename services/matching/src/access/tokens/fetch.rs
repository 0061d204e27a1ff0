//! Asks an issuer for its keys: one GET over HTTP/1.1, with bounds for time and size, and without following anything.

use std::time::Duration;

use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use wishwell_connection::outgoing::{self, Place};

use super::keys::JWKS_BYTES_MAX;
use crate::tls;

/// Longest time for asking an issuer for its keys, from the look-up of its name to the last byte.
pub const JWKS_FETCH_SECONDS_MAX: u64 = 5;

/// Where an issuer publishes its keys.
#[derive(Clone)]
pub(super) struct Endpoint {
    place: Place,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({}{})", self.place.authority, self.place.target)
    }
}

impl Endpoint {
    /// Reads a URL. `https`, or `http` to this machine: whoever answers decides who everybody is. `trusted` holds the certificates of
    /// authorities, in PEM form.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn parse(url: &str, trusted: &[u8]) -> Result<Self, String> {
        let place = Place::parse(url)?;
        let tls = if place.secure {
            let name =
                ServerName::try_from(place.host.clone()).map_err(|_| "names no host that can have a certificate")?;
            Some((tls::connector(trusted).map_err(|error| error.to_string())?, name))
        } else {
            None
        };
        Ok(Self { place, tls })
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
        let stream = TcpStream::connect((self.place.host.as_str(), self.place.port)).await.map_err(unreachable)?;
        match &self.tls {
            Some((connector, name)) => {
                self.ask(connector.connect(name.clone(), stream).await.map_err(unreachable)?).await
            }
            None => self.ask(stream).await,
        }
    }

    async fn ask(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Bytes, String> {
        let request = Request::get(&self.place.target)
            .header(header::HOST, &self.place.authority)
            .header(header::ACCEPT, "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|error| format!("it cannot be asked: {error}"))?;
        let read = async |answer: Response<Incoming>| {
            // A redirect is not followed: whoever may choose where keys come from may choose the keys.
            if answer.status() != StatusCode::OK {
                return Err(format!("it answered {}", answer.status().as_u16()));
            }
            let body = Limited::new(answer.into_body(), JWKS_BYTES_MAX).collect().await;
            Ok(body.map_err(|error| format!("its answer cannot be read: {error}"))?.to_bytes())
        };
        outgoing::ask(stream, request, read).await.unwrap_or_else(|error| Err(format!("it did not answer: {error}")))
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
        assert_eq!((endpoint.place.port, endpoint.place.target.as_str()), (8080, "/keys?a=b"));
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
