//! The gateway: beside the server in one process, or before one elsewhere.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wishwell_bus::{InProcessRates, Rate, Rates, RedisRates};
use wishwell_gateway::{DemoUser, Figures, Gateway, GatewayOptions, Hosts, SessionKey, Token, Upstream};
use wishwell_matching::Server;

use super::{SystemClock, notify, ports, signals};
use crate::admin::{self, GatewayState};
use crate::client;
use crate::config::{DevConfig, GatewayConfig, ServeConfig, WebConfig};
use crate::exit::{Exit, Failure};
use crate::telemetry::Telemetry;

const FLAG: &str = "--http-listen";
const ADMIN_FLAG: &str = "--admin-listen";
/// So many times the steady rate may come at once.
const BURST_FACTOR: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// A gateway that serves.
#[derive(Debug)]
pub(super) struct Web {
    address: SocketAddr,
    figures: Arc<Figures>,
    serving: JoinHandle<()>,
}

impl Web {
    /// Where pages and REST are.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

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
        hosts: Hosts::ThisMachineForDemoKeys,
        sign_in: None,
        map_tiles: config.map_tiles.clone(),
        case_workers: config.case_workers.clone(),
        rates: Some(rates(config.requests_per_second, None)?),
        allowed_origins: Vec::new(),
        trace_sample_ratio: config.common.telemetry.trace_sample_ratio,
        secure: false,
    };
    match ports::reserve(address, FLAG).and_then(|port| port.open(FLAG)) {
        Ok(port) => start(port, Upstream::new(server.calls()), options, stop).map(Some),
        Err(failure) if config.common.http_listen_given => Err(failure),
        Err(_) => {
            tracing::warn!(%address, "no pages and no REST: the address is taken; choose another with --http-listen");
            Ok(None)
        }
    }
}

/// Starts it beside a server of a deployment.
pub(super) fn start_beside(
    config: &ServeConfig,
    web: &WebConfig,
    server: &Server,
    stop: &CancellationToken,
) -> Result<Web, Failure> {
    let port = ports::reserve(web.listen, FLAG)?.open(FLAG)?;
    let options = options(web, config.redis_url.as_deref(), config.common.telemetry.trace_sample_ratio)?;
    let hosts = if config.demo_principals { Hosts::ThisMachineForDemoKeys } else { options.hosts.clone() };
    let options = GatewayOptions { hosts, ..options };
    start(port, Upstream::new(server.calls()), options, stop)
}

/// `wishwell gateway`: serves until a signal comes. The service need not be there yet, nor stay.
pub(crate) async fn run(config: GatewayConfig) -> Result<(), Failure> {
    let telemetry = Telemetry::start(&config.telemetry)?;
    let served = serve(&config).await;
    telemetry.stop().await;
    served
}

async fn serve(config: &GatewayConfig) -> Result<(), Failure> {
    let stop = signals::listen()?;
    let port = ports::reserve(config.web.listen, FLAG)?.open(FLAG)?;
    let channel = client::channel_when_needed(&config.upstream, config.upstream_ca.as_deref())?;
    let admin_port = config.admin_listen.map(|address| ports::reserve(address, ADMIN_FLAG)?.open(ADMIN_FLAG));
    let admin_port = admin_port.transpose()?;
    let web = start(
        port,
        Upstream::new(channel.clone()),
        options(&config.web, config.redis_url.as_deref(), config.telemetry.trace_sample_ratio)?,
        &stop,
    )?;
    let admin = admin_port.map(|(listener, address)| {
        let state = GatewayState { figures: Arc::clone(&web.figures), upstream: channel, stop: stop.clone() };
        tokio::spawn(admin::serve_gateway(listener, state));
        tracing::field::display(address)
    });
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, http = %web.address, admin, upstream = config.upstream, "serving");
    notify::say("READY=1");
    stop.cancelled().await;
    notify::say("STOPPING=1");
    web.ended().await;
    tracing::info!("stopped");
    Ok(())
}

fn start(
    (listener, address): (TcpListener, SocketAddr),
    upstream: Upstream,
    options: GatewayOptions,
    stop: &CancellationToken,
) -> Result<Web, Failure> {
    if !Gateway::may_listen_on(&options, address) {
        let what = "it has users of the demo, whom anybody could be there".to_owned();
        return Err(Failure::one(
            Exit::Configuration,
            "the gateway listens on this machine alone",
            what,
            "use 127.0.0.1",
        ));
    }
    let gateway = Gateway::new(upstream, options)
        .map_err(|error| Failure::one(Exit::Defect, "the gateway cannot start", error.to_string(), ""))?;
    let (stop, figures) = (stop.clone(), gateway.figures());
    let serving = tokio::spawn(async move { gateway.serve(listener, stop.cancelled_owned()).await });
    Ok(Web { address, figures, serving })
}

fn options(config: &WebConfig, redis_url: Option<&str>, trace_sample_ratio: f64) -> Result<GatewayOptions, Failure> {
    let session_key = match config.session_key {
        Some(bytes) => SessionKey::from_bytes(bytes),
        None => {
            tracing::warn!(
                "no session_key_file: whoever is signed in has to sign in again after a restart, and at each replica"
            );
            random_key()?
        }
    };
    if config.visitor_key.is_none() {
        tracing::info!("no visitor_key_file: the wishing pool is not public");
    }
    Ok(GatewayOptions {
        clock: Arc::new(SystemClock),
        session_key,
        visitor: config.visitor_key.clone().map(Token::new),
        demo_users: Vec::new(),
        hosts: config.hosts.clone(),
        sign_in: config.sign_in.clone(),
        map_tiles: config.map_tiles.clone(),
        case_workers: config.case_workers.clone(),
        rates: Some(rates(config.requests_per_second, redis_url)?),
        allowed_origins: config.allowed_origins.clone(),
        trace_sample_ratio,
        secure: config.secure,
    })
}

fn rates(per_second: NonZeroU32, redis_url: Option<&str>) -> Result<Arc<dyn Rates>, Failure> {
    let rate = Rate { per_second, burst: per_second.saturating_mul(BURST_FACTOR) };
    let Some(url) = redis_url else { return Ok(Arc::new(InProcessRates::new(rate))) };
    let rates = RedisRates::new(url, "wishwell", rate).map_err(|error| {
        // The error may quote the URL, which may hold a password.
        let what = error.to_string().replace(url, &crate::config::without_password(url));
        Failure::one(Exit::Configuration, "redis_url cannot be used", what, "for example redis://127.0.0.1:6379")
    })?;
    Ok(Arc::new(rates))
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
        user("demo-partner", "入驻机构：暖阳社工", "Partner: Nuanyang social work"),
        user("demo-volunteer", "入驻机构：红马甲志愿服务队", "Partner: Red Vest volunteers"),
        user("demo-case-worker", "社工（兴庆区、石嘴山市）", "Case worker (Xingqing, Shizuishan)"),
        user("demo-operator", "平台管理员", "Operator"),
        user("demo-auditor", "审计员", "Auditor"),
    ]
}
