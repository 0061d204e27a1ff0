//! `wishwell serve`.

use std::sync::Arc;

use wishwell_bus::{ChangeHints, InProcessHints, RedisHints, RedisOptions};
use wishwell_matching::Metrics;

use super::process::{self, Parts};
use super::{certificates, gateway, notify, ports, signals, store};
use crate::admin::{self, AdminState, Readiness};
use crate::config::ServeConfig;
use crate::exit::{Exit, Failure};
use crate::telemetry::Telemetry;

/// Serves until a signal comes.
pub(crate) async fn run(config: ServeConfig) -> Result<(), Failure> {
    let telemetry = Telemetry::start(&config.common.telemetry)?;
    let served = serve(config).await;
    telemetry.stop().await;
    served
}

async fn serve(config: ServeConfig) -> Result<(), Failure> {
    let stop = signals::listen()?;
    let common = &config.common;
    let metrics = Arc::new(Metrics::new());
    let readiness = Readiness::default();
    let listen = ports::reserve(common.listen, "--listen")?;
    let admin = match common.admin_listen {
        Some(address) => {
            let (listener, address) = ports::reserve(address, "--admin-listen")?.open("--admin-listen")?;
            let state = AdminState { metrics: Arc::clone(&metrics), readiness: readiness.clone() };
            tokio::spawn(admin::serve(listener, state));
            Some(address)
        }
        None => None,
    };
    if config.credentials.is_empty() {
        tracing::warn!("no principals are configured: every call but health and reflection will be refused");
    }
    let ends = config.tls.iter().flat_map(|tls| tls.ends().to_vec()).collect();
    tokio::spawn(certificates::watch(ends, stop.clone()));
    let hints = hints(config.redis_url.as_deref())?;
    let shown = config.database.shown();
    let starting = async {
        let store = store::open(&config.database, common.relaxed_durability).await?;
        let parts = Parts {
            store: Arc::clone(&store),
            hints,
            credentials: config.credentials.clone(),
            master_key: config.master_key.clone(),
            metrics,
            trace_sample_ratio: common.telemetry.trace_sample_ratio,
            calls_active_max: common.calls_active_max,
            look_ahead: common.look_ahead,
            webhooks: common.webhooks.then(|| config.webhooks.reach.clone()),
            webhook_authorities: config.webhooks.authorities.clone(),
            tls: config.tls.clone(),
            lang: common.lang,
        };
        Ok((parts.start(&shown).await?, store))
    };
    let (server, store) = tokio::select! {
        started = starting => started?,
        // A signal during a long load ends it; nothing was promised yet.
        () = stop.cancelled() => return Ok(()),
    };
    readiness.ask(server.health());
    let web = match &config.web {
        Some(web) => Some(gateway::start_beside(&config, web, &server, &stop)?),
        None => None,
    };
    let (listener, address) = listen.open("--listen")?;
    process::log_start(
        address,
        config.tls.is_some(),
        web.as_ref().map(gateway::Web::address),
        admin,
        &store,
        common.relaxed_durability,
    );
    notify::say("READY=1");
    let stopping = stop.clone();
    tokio::spawn(async move {
        stopping.cancelled().await;
        notify::say("STOPPING=1");
    });
    let served = process::serve(server, listener, web, stop).await;
    process::close(&store).await;
    tracing::info!("stopped");
    served
}

fn hints(redis_url: Option<&str>) -> Result<Arc<dyn ChangeHints>, Failure> {
    let Some(url) = redis_url else { return Ok(Arc::new(InProcessHints::new())) };
    let hints = RedisHints::start(RedisOptions::new(url)).map_err(|error| {
        // The error may quote the URL, which may hold a password.
        let shown = crate::config::without_password(url);
        let what = error.to_string().replace(url, &shown);
        Failure::one(Exit::Configuration, "redis_url cannot be used", what, "for example redis://127.0.0.1:6379")
    })?;
    Ok(Arc::new(hints))
}
