//! Development mode: one command, everything on this machine.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use wishwell_bus::InProcessHints;
use wishwell_domain::ids::{ExternalId, OrganizationId, TenantId};
use wishwell_matching::access::DEMO_TENANT;
use wishwell_matching::{Credentials, MasterKey, Metrics, Reach};
use wishwell_store::Store;

use super::banner::{Banner, DemoState};
use super::process::{self, Parts};
use super::{gateway, ports, signals, store};
use crate::admin::{self, AdminState, Readiness};
use crate::client::Server as Client;
use crate::config::{ClientConfig, Database, DevConfig};
use crate::demo::{self, Found};
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::progress::Progress;
use crate::telemetry::Telemetry;

/// The store's file in the data folder.
pub(crate) const STORE_FILE: &str = "wishwell.db";
/// The master key's file in the data folder.
pub(crate) const MASTER_KEY_FILE: &str = "master.key";
/// Keys of demo partners, and the organization of the demo for which each acts.
pub(super) const DEMO_PARTNERS: [(&str, &str); 2] =
    [("demo-partner", "org-xq-nuanyang"), ("demo-volunteer", "org-xq-hongmajia")];

/// Serves until a signal comes.
pub(crate) async fn run(config: DevConfig) -> Result<(), Failure> {
    let telemetry = Telemetry::start(&config.common.telemetry)?;
    let served = serve(&config).await;
    telemetry.stop().await;
    served
}

async fn serve(config: &DevConfig) -> Result<(), Failure> {
    let stop = signals::listen()?;
    let common = &config.common;
    let listen = ports::reserve(common.listen, "--listen")?;
    make_folder(&config.data_dir)?;
    let master_key_file = config.data_dir.join(MASTER_KEY_FILE);
    let database = Database::Sqlite(config.data_dir.join(STORE_FILE));
    let store = store::open(&database, common.relaxed_durability).await?;
    let shown = database.shown();
    if !master_key_file.exists() {
        store::must_need_no_key(store.as_ref(), &master_key_file, &shown, Lang::En).await?;
    }
    let master_key = process::master_key_of(&master_key_file)?;
    let demo =
        if config.demo { load_demo(&store, &master_key, &shown, common.lang, &stop).await? } else { DemoState::None };
    if stop.is_cancelled() {
        process::close(&store).await;
        return Ok(());
    }
    let mut credentials = Credentials::demo();
    for (key, organization) in DEMO_PARTNERS {
        let found =
            organization_of(&store, organization).await.map_err(|error| store::failure(&shown, &error, Lang::En))?;
        found.into_iter().for_each(|found| credentials.add_demo_partner(key, found));
    }
    let parts = Parts {
        trace_sample_ratio: common.telemetry.trace_sample_ratio,
        calls_active_max: common.calls_active_max,
        look_ahead: common.look_ahead,
        webhooks: common.webhooks.then_some(Reach::PublicAndThisMachine),
        tls: None,
        ..parts(&store, credentials, &master_key, common.lang)
    };
    let metrics = Arc::clone(&parts.metrics);
    let server = parts.start(&shown).await?;
    let readiness = Readiness::default();
    readiness.ask(server.health());
    let admin = start_admin(config, AdminState { metrics, readiness })?;
    let web = gateway::start_for_development(config, &server, &stop)?;
    let (listener, address) = listen.open("--listen")?;
    process::log_start(
        address,
        false,
        web.as_ref().map(gateway::Web::address),
        admin,
        &store,
        common.relaxed_durability,
    );
    let banner = Banner {
        lang: common.lang,
        program: program(),
        listen: address,
        web: web.as_ref().map(gateway::Web::address),
        admin,
        store: store.describe(),
        relaxed: common.relaxed_durability,
        master_key_file: master_key_file.display().to_string(),
        demo,
    };
    crate::exit::say(&banner.to_string());
    let served = process::serve(server, listener, web, stop).await;
    process::close(&store).await;
    tracing::info!("stopped");
    served
}

/// A server on this store that traces nothing.
fn parts(store: &Arc<dyn Store>, credentials: Credentials, master_key: &MasterKey, lang: Lang) -> Parts {
    Parts {
        store: Arc::clone(store),
        hints: Arc::new(InProcessHints::new()),
        credentials,
        master_key: master_key.clone(),
        metrics: Arc::new(Metrics::new()),
        trace_sample_ratio: 0.0,
        calls_active_max: None,
        look_ahead: true,
        webhooks: None,
        webhook_authorities: None,
        tls: None,
        lang,
    }
}

/// The admin port is worth having but not worth refusing to start for, unless somebody asked for this very address.
fn start_admin(config: &DevConfig, state: AdminState) -> Result<Option<SocketAddr>, Failure> {
    let Some(address) = config.common.admin_listen else { return Ok(None) };
    match ports::reserve(address, "--admin-listen").and_then(|port| port.open("--admin-listen")) {
        Ok((listener, address)) => {
            tokio::spawn(admin::serve(listener, state));
            Ok(Some(address))
        }
        Err(failure) if config.common.admin_listen_given => Err(failure),
        Err(_) => {
            tracing::warn!(%address, "no admin port: the address is taken; choose another with --admin-listen");
            Ok(None)
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| {
        let what = format!("{}: {error}", folder.display());
        Failure::one(Exit::Storage, "the data folder cannot be made", what, "choose another with --data-dir")
    })
}

/// Loads the demo through a server that nobody else knows of, so that the real one is ready only when its data is.
async fn load_demo(
    store: &Arc<dyn Store>,
    master_key: &MasterKey,
    shown: &str,
    lang: Lang,
    stop: &CancellationToken,
) -> Result<DemoState, Failure> {
    let server = parts(store, Credentials::demo(), master_key, lang).start(shown).await?;
    let (listener, address) = ports::reserve(SocketAddr::from(([127, 0, 0, 1], 0)), "--listen")?.open("--listen")?;
    let loaded = CancellationToken::new();
    let until = loaded.clone();
    let serving = tokio::spawn(async move { server.serve(listener, async move { until.cancelled().await }).await });
    let server = format!("http://{address}");
    let client = |key: &str| ClientConfig {
        server: server.clone(),
        tls_ca: None,
        api_key: key.to_owned(),
        demo_key: false,
        lang,
    };
    let work = async {
        let operator = Client::connect(&client(demo::OPERATOR_KEY)).await?;
        match demo::look(&operator).await? {
            Found::Nothing => {
                let channel = Client::connect(&client(demo::CHANNEL_KEY)).await?;
                let case_worker = Client::connect(&client(demo::CASE_WORKER_KEY)).await?;
                demo::load(&operator, &channel, &case_worker, &Progress::new()).await?;
                demo::contents().map(DemoState::Loaded)
            }
            Found::Demo => demo::contents().map(DemoState::There),
            Found::SomethingElse => Ok(DemoState::None),
        }
    };
    let state = tokio::select! {
        state = work => state,
        // Interrupted in the middle: the next start goes on, everything is loaded by external identity.
        () = stop.cancelled() => Ok(DemoState::None),
    };
    loaded.cancel();
    // The client is gone by now; its server has nothing to drain.
    let _ = serving.await;
    state
}

/// How this program was called, so that commands of the banner can be copied.
fn program() -> String {
    std::env::args_os()
        .next()
        .and_then(|name| name.into_string().ok())
        .filter(|name| name.contains('/'))
        .unwrap_or_else(|| "wishwell".to_owned())
}

/// An organization of the demo, once that is there.
async fn organization_of(
    store: &Arc<dyn Store>,
    external_id: &str,
) -> Result<Option<OrganizationId>, wishwell_store::StoreError> {
    let Ok(tenant) = TenantId::parse("tenant", DEMO_TENANT) else { return Ok(None) };
    let external = ExternalId { source: demo::SOURCE.to_owned(), external_id: external_id.to_owned() };
    let found = store.resolve_external(&tenant, "organization", &[external]).await?;
    Ok(found.into_iter().flatten().next().map(OrganizationId::from_uuid))
}
