//! The running server, if there is one: who has its ports, and what it says of itself.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::subject::Subject;
use super::{Finding, probe};
use crate::lang::Lang;
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
pub(super) async fn examine(ports: &Ports, lang: Lang) -> Vec<Finding> {
    let &Ports { listen, tls, pages, admin } = ports;
    let mut findings = Vec::new();
    let runs = reserve(listen, "--listen").is_err();
    if !runs {
        let what = format!("{listen} {}", lang.pick("is free: no server runs there", "空闲：没有服务器在那里运行"));
        findings.push(Finding::ok(Subject::Port, what));
    } else if tls {
        findings.push(behind_tls(listen, admin, lang));
    } else {
        findings.push(health(listen, lang).await);
    }
    findings.extend(pages.map(|pages| port_of_pages(pages, runs, lang)));
    if let Some(admin) = admin {
        findings.push(admin_port(admin, lang).await);
    }
    findings
}

/// Who has the port of pages: the server, where one runs.
fn port_of_pages(pages: SocketAddr, runs: bool, lang: Lang) -> Finding {
    if reserve(pages, "--http-listen").is_ok() {
        return Finding::ok(Subject::PortOfPages, free(pages, lang));
    }
    let what = format!("{} {} {pages}", holder(pages, lang), lang.pick("has", "占用"));
    if runs {
        return Finding::ok(Subject::PortOfPages, what);
    }
    let remedy =
        lang.pick("stop it, or choose another port with --http-listen", "请停止该进程，或用 --http-listen 另选端口");
    Finding::fail(Subject::PortOfPages, what, remedy)
}

fn free(address: SocketAddr, lang: Lang) -> String {
    format!("{address} {}", lang.pick("is free", "空闲"))
}

/// Who has a port where TLS is spoken. By which name and certificates callers trust it is not known here, so it is not asked.
fn behind_tls(listen: SocketAddr, admin: Option<SocketAddr>, lang: Lang) -> Finding {
    let holder = holder(listen, lang);
    let what = match lang {
        Lang::En => format!("{holder} has {listen}, where TLS is spoken"),
        Lang::Zh => format!("{holder} 占用 {listen}，那里使用 TLS"),
    };
    match (admin, lang) {
        (Some(admin), Lang::En) => Finding::ok(Subject::Server, format!("{what}; how it is, {admin} says")),
        (Some(admin), Lang::Zh) => Finding::ok(Subject::Server, format!("{what}；状态见 {admin}")),
        (None, _) => {
            let not_asked = lang.pick("; how it is was not asked", "；未查询其状态");
            let remedy = lang.pick("turn admin_listen on to see", "打开 admin_listen 即可查看");
            Finding::warn(Subject::Server, format!("{what}{not_asked}"), remedy)
        }
    }
}

fn holder(listen: SocketAddr, lang: Lang) -> String {
    match holder_of(listen) {
        None => lang.pick("another process", "另一个进程").to_owned(),
        Some((id, name)) => match lang {
            Lang::En => format!("process {id} ({name})"),
            Lang::Zh => format!("进程 {id}（{name}）"),
        },
    }
}

async fn health(listen: SocketAddr, lang: Lang) -> Finding {
    let holder = holder(listen, lang);
    match ask(listen).await {
        Ok(ServingStatus::Serving) => Finding::ok(
            Subject::Server,
            lang.pick(&format!("{holder} serves at {listen}"), &format!("{holder} 在 {listen} 提供服务")),
        ),
        Ok(status) => {
            let status = status.as_str_name();
            let what = lang
                .pick(&format!("{holder} at {listen} says {status}"), &format!("{holder}（{listen}）报告 {status}"))
                .to_owned();
            let remedy = lang.pick(
                "it is starting, stopping, or its store does not answer: look at its log",
                "它正在启动、正在停止，或存储没有应答：请查看其日志",
            );
            Finding::fail(Subject::Server, what, remedy)
        }
        Err(error) => {
            let what = match lang {
                Lang::En => format!("{holder} has {listen} and does not answer as Wishwell would: {error}"),
                Lang::Zh => format!("{holder} 占用 {listen}，应答与 Wishwell 不符：{error}"),
            };
            let remedy =
                lang.pick("stop it, or choose another port with --listen", "请停止该进程，或用 --listen 另选端口");
            Finding::fail(Subject::Server, what, remedy)
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

async fn admin_port(admin: SocketAddr, lang: Lang) -> Finding {
    if reserve(admin, "--admin-listen").is_ok() {
        return Finding::ok(Subject::AdminPort, free(admin, lang));
    }
    match probe::http_status(reachable(admin), "/readyz", lang).await {
        Ok(status) if status.contains(" 200 ") => {
            Finding::ok(Subject::AdminPort, format!("{admin} {}", lang.pick("says ready", "报告已就绪")))
        }
        Ok(status) => {
            let remedy = lang.pick("look at the server's log", "请查看服务器日志");
            Finding::warn(Subject::AdminPort, format!("{admin} {} {status}", lang.pick("says", "报告")), remedy)
        }
        Err(error) => {
            let remedy = lang.pick("choose another with --admin-listen", "请用 --admin-listen 另选端口");
            Finding::fail(Subject::AdminPort, format!("{admin}: {error}"), remedy)
        }
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
