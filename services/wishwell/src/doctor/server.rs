//! The running server, if there is one: who has its ports, and what it says of itself.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{Finding, probe};
use crate::run::{holder_of, reserve};

/// Longest time for the server to say how it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a server listens.
pub(super) struct Ports {
    /// gRPC.
    pub(super) listen: SocketAddr,
    /// Whether callers speak TLS there.
    pub(super) tls: bool,
    /// Pages and REST.
    pub(super) pages: Option<SocketAddr>,
    /// Figures and health.
    pub(super) admin: Option<SocketAddr>,
}

/// Looks at each port.
pub(super) async fn examine(ports: &Ports) -> Vec<Finding> {
    let &Ports { listen, tls, pages, admin } = ports;
    let mut findings = Vec::new();
    let runs = reserve(listen, "--listen").is_err();
    if !runs {
        findings.push(Finding::ok("port", format!("{listen} is free: no server runs there")));
    } else if tls {
        findings.push(behind_tls(listen, admin));
    } else {
        findings.push(health(listen).await);
    }
    findings.extend(pages.map(|pages| port_of_pages(pages, runs)));
    if let Some(admin) = admin {
        findings.push(admin_port(admin).await);
    }
    findings
}

/// Who has the port of pages: the server, where one runs.
fn port_of_pages(pages: SocketAddr, runs: bool) -> Finding {
    if reserve(pages, "--http-listen").is_ok() {
        return Finding::ok("port of pages", format!("{pages} is free"));
    }
    let what = format!("{} has {pages}", holder(pages));
    if runs {
        return Finding::ok("port of pages", what);
    }
    Finding::fail("port of pages", what, "stop it, or choose another port with --http-listen")
}

/// Who has a port where TLS is spoken. By which name and certificates callers trust it is not known here, so it is not asked.
fn behind_tls(listen: SocketAddr, admin: Option<SocketAddr>) -> Finding {
    let what = format!("{} has {listen}, where TLS is spoken", holder(listen));
    match admin {
        Some(admin) => Finding::ok("server", format!("{what}; how it is, {admin} says")),
        None => Finding::warn("server", format!("{what}; how it is was not asked"), "turn admin_listen on to see"),
    }
}

fn holder(listen: SocketAddr) -> String {
    holder_of(listen).map_or_else(|| "another process".to_owned(), |(id, name)| format!("process {id} ({name})"))
}

async fn health(listen: SocketAddr) -> Finding {
    let holder = holder(listen);
    match ask(listen).await {
        Ok(ServingStatus::Serving) => Finding::ok("server", format!("{holder} serves at {listen}")),
        Ok(status) => {
            let what = format!("{holder} at {listen} says {}", status.as_str_name());
            Finding::fail("server", what, "it is starting, stopping, or its store does not answer: look at its log")
        }
        Err(error) => {
            let what = format!("{holder} has {listen} and does not answer as Wishwell would: {error}");
            Finding::fail("server", what, "stop it, or choose another port with --listen")
        }
    }
}

async fn ask(listen: SocketAddr) -> Result<ServingStatus, String> {
    let endpoint = Endpoint::from_shared(format!("http://{}", reachable(listen))).map_err(|error| error.to_string())?;
    let endpoint = endpoint.connect_timeout(PATIENCE).timeout(PATIENCE);
    let channel = endpoint.connect().await.map_err(|error| error.to_string())?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    answer.map(|answer| answer.into_inner().status()).map_err(|status| status.message().to_owned())
}

async fn admin_port(admin: SocketAddr) -> Finding {
    if reserve(admin, "--admin-listen").is_ok() {
        return Finding::ok("admin port", format!("{admin} is free"));
    }
    match probe::http_status(reachable(admin), "/readyz").await {
        Ok(status) if status.contains(" 200 ") => Finding::ok("admin port", format!("{admin} says ready")),
        Ok(status) => Finding::warn("admin port", format!("{admin} says {status}"), "look at the server's log"),
        Err(error) => Finding::fail("admin port", format!("{admin}: {error}"), "choose another with --admin-listen"),
    }
}

/// Where to connect to somebody who listens on all interfaces.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port())),
        _ => address,
    }
}
