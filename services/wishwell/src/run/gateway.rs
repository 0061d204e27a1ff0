//! The gateway beside the server, in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wishwell_gateway::{DemoUser, Gateway, GatewayOptions, SessionKey, Token, Upstream};
use wishwell_matching::Server;

use super::{SystemClock, ports};
use crate::config::DevConfig;
use crate::exit::{Exit, Failure};

/// A gateway that serves.
#[derive(Debug)]
pub(super) struct Web {
    /// Where pages and REST are.
    pub(super) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Web {
    /// Waits until what was under way is answered, after the signal to stop.
    pub(super) async fn ended(self) {
        // It ends by itself with the signal; a panic in it was logged where it happened.
        let _ = self.serving.await;
    }
}

/// Starts it in development mode: with users of the demo, and sessions that end with the process. Like the admin port it is not worth
/// refusing to start for, unless somebody asked for this very address.
pub(super) fn start_for_development(
    config: &DevConfig,
    server: &Server,
    stop: &CancellationToken,
) -> Result<Option<Web>, Failure> {
    let Some(address) = config.common.http_listen else { return Ok(None) };
    let options = GatewayOptions {
        clock: Arc::new(SystemClock),
        session_key: random_key()?,
        visitor: Some(Token::new("demo-visitor")),
        demo_users: demo_users(),
        secure: false,
    };
    match ports::reserve(address, "--http-listen").and_then(|port| port.open("--http-listen")) {
        Ok((listener, address)) => start(listener, address, server, options, stop).map(Some),
        Err(failure) if config.common.http_listen_given => Err(failure),
        Err(_) => {
            tracing::warn!(%address, "no pages and no REST: the address is taken; choose another with --http-listen");
            Ok(None)
        }
    }
}

fn start(
    listener: TcpListener,
    address: SocketAddr,
    server: &Server,
    options: GatewayOptions,
    stop: &CancellationToken,
) -> Result<Web, Failure> {
    let gateway = Gateway::new(Upstream::new(server.calls()), options)
        .map_err(|error| Failure::one(Exit::Unavailable, "the gateway cannot start", error.to_string(), ""))?;
    let stop = stop.clone();
    let serving = tokio::spawn(async move { gateway.serve(listener, stop.cancelled_owned()).await });
    Ok(Web { address, serving })
}

fn random_key() -> Result<SessionKey, Failure> {
    SessionKey::random().ok_or_else(|| {
        Failure::one(
            Exit::Unavailable,
            "no session key can be made",
            "the system gives no random numbers".to_owned(),
            "",
        )
    })
}

fn demo_users() -> Vec<DemoUser> {
    let user = |id: &'static str, title_zh: &str, title_en: &str| DemoUser {
        id,
        title_zh: title_zh.to_owned(),
        title_en: title_en.to_owned(),
        token: Token::new(id),
    };
    vec![
        user("demo-partner", "入驻单位：暖阳社工", "Partner: Nuanyang social work"),
        user("demo-volunteer", "入驻单位：红马甲志愿服务队", "Partner: Red Vest volunteers"),
        user("demo-case-worker", "社工（兴庆区、石嘴山市）", "Case worker (Xingqing, Shizuishan)"),
        user("demo-operator", "平台管理员", "Operator"),
        user("demo-auditor", "审计员", "Auditor"),
    ]
}
