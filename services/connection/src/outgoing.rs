//! One question to somebody else's server, over a connection of its own.

use std::future::Future;
use std::net::IpAddr;

use http::{Request, Response, Uri};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::ConnectionError;

/// Longest head of an answer that is read, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Where a question goes that only a trusted server may answer: over TLS, or in the clear to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name or address, without brackets.
    pub host: String,
    /// The port, named or usual.
    pub port: u16,
    /// Host and port as they stand in the URL.
    pub authority: String,
    /// Path and query.
    pub target: String,
    /// Whether over TLS.
    pub secure: bool,
}

impl Place {
    /// Reads a URL: `https`, or `http` to this machine.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "is no URL")?;
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a name or a password");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (usual, secure) = match uri.scheme_str() {
            Some("https") => (443, true),
            Some("http") if here => (80, false),
            _ => return Err("must begin with https:// (http:// is for this machine alone)"),
        };
        Ok(Self {
            port: authority.port_u16().unwrap_or(usual),
            authority: authority.to_string(),
            target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            host,
            secure,
        })
    }
}

/// Sends one request over HTTP/1.1 and has its answer read; the connection ends with that. Redirects are the reader's to see, none is
/// followed.
///
/// # Errors
/// Those of the connection, until the head of the answer has come; what follows is the reader's.
pub async fn ask<B, T, F>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<B>,
    read: impl FnOnce(Response<Incoming>) -> F,
) -> Result<T, hyper::Error>
where
    B: Body<Data: Send, Error: Into<ConnectionError>> + Send + 'static,
    F: Future<Output = T>,
{
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).handshake(TokioIo::new(stream)).await?;
    let asking = async { Ok(read(sender.send_request(request).await?).await) };
    // The connection does the work of the request, and ends with it.
    tokio::pin!(asking);
    tokio::select! {
        answer = &mut asking => answer,
        ended = connection => match ended {
            Ok(()) => asking.await,
            Err(error) => Err(error),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_reached_over_tls_or_is_this_machine() {
        for (url, host, port, authority, target, secure) in [
            ("https://id.example.org/realms/a?b=c", "id.example.org", 443, "id.example.org", "/realms/a?b=c", true),
            ("https://id.example.org:8443", "id.example.org", 8443, "id.example.org:8443", "/", true),
            ("http://127.0.0.1:8080/keys", "127.0.0.1", 8080, "127.0.0.1:8080", "/keys", false),
            ("http://[::1]/a", "::1", 80, "[::1]", "/a", false),
            ("http://localhost/keys", "localhost", 80, "localhost", "/keys", false),
        ] {
            let (host, authority, target) = (host.to_owned(), authority.to_owned(), target.to_owned());
            assert_eq!(Place::parse(url).unwrap(), Place { host, port, authority, target, secure }, "{url}");
        }
        for bad in [
            "http://id.example.org/keys",
            "http://127.0.0.1.example.org/keys",
            "http://somebody@127.0.0.1/keys",
            "https://a@id.example.org/",
            "ftp://127.0.0.1/keys",
            "file:///etc/keys.json",
            "javascript:alert(1)",
            "/keys",
            "",
        ] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}
