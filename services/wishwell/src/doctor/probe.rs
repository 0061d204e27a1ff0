//! Reaching for others over the network, within a bound.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use crate::lang::Lang;

/// Longest time for one look.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Whether somebody takes connections at a URL's host, at its port or else the usual one.
pub(super) async fn reach(url: &str, usual_port: u16, lang: Lang) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if scheme.contains("unix") {
        return within(UnixStream::connect(rest), lang).await.map(|_| ());
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port { host.to_owned() } else { format!("{host}:{usual_port}") };
    within(TcpStream::connect(address), lang).await.map(|_| ())
}

/// The status line of an HTTP answer.
pub(super) async fn http_status(address: std::net::SocketAddr, path: &str, lang: Lang) -> Result<String, String> {
    let mut stream = within(TcpStream::connect(address), lang).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    within(stream.write_all(request.as_bytes()), lang).await?;
    let mut answer = Vec::new();
    within(stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer), lang).await?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

async fn within<T>(work: impl Future<Output = std::io::Result<T>>, lang: Lang) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(match lang {
            Lang::En => format!("no answer in {} seconds", PATIENCE.as_secs()),
            Lang::Zh => format!("{} 秒内没有应答", PATIENCE.as_secs()),
        }),
    }
}
