//! The admin port, asked as a scraper or a service manager asks it.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Status and body of a GET.
///
/// # Panics
/// When nobody listens or the answer is not HTTP.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("the admin port is open");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it takes requests");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// The figure of the first sample whose line holds all of `parts`; 0 when there is none.
///
/// # Panics
/// When a figure is not a number.
#[must_use]
pub fn figure(metrics: &str, parts: &[&str]) -> f64 {
    let line = metrics.lines().find(|line| !line.starts_with('#') && parts.iter().all(|part| line.contains(part)));
    line.and_then(|line| line.rsplit(' ').next()).map_or(0.0, |figure| figure.parse().expect("a number"))
}

/// How many calls of a method, `package.Service/Method`, had ended with a code when these figures were taken.
///
/// # Panics
/// When a figure is not a number.
#[must_use]
pub fn calls(metrics: &str, method: &str, code: &str) -> f64 {
    let method = format!("rpc_method=\"{method}\"");
    let code = format!("rpc_response_status_code=\"{code}\"");
    figure(metrics, &["rpc_server_call_duration_seconds_count", &method, &code])
}
