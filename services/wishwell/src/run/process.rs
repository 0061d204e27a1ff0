//! A server from its parts to its end: ports taken, snapshots loaded, calls served, calls drained, all within bounds.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wishwell_bus::ChangeHints;
use wishwell_matching::{
    Authorities, Credentials, Dependencies, MasterKey, Metrics, Reach, Sampling, Server, ServerOptions, ServerTls,
};
use wishwell_store::Store;

use super::gateway::Web;
use super::loads::Loads;
use super::store::must_open_keys;
use super::system_clock::SystemClock;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;

/// Calls under way are answered for this long after the signal. With the store's end and the last traces, the process is
/// gone within 10 seconds.
const DRAIN: Duration = Duration::from_secs(7);
/// Longest time for the store to finish.
const CLOSE: Duration = Duration::from_secs(1);

/// What a server is made of.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) store: Arc<dyn Store>,
    pub(super) hints: Arc<dyn ChangeHints>,
    pub(super) credentials: Credentials,
    pub(super) master_key: MasterKey,
    pub(super) metrics: Arc<Metrics>,
    pub(super) trace_sample_ratio: f64,
    /// Calls under way at once; none for the server's own bound.
    pub(super) calls_active_max: Option<usize>,
    /// Whether single needs are decided by the prices of the last round.
    pub(super) look_ahead: bool,
    /// Where messages to partners' webhooks may go; none sends none.
    pub(super) webhooks: Option<Reach>,
    /// Authorities that vouch for them besides those that browsers trust.
    pub(super) webhook_authorities: Option<Authorities>,
    /// TLS of callers; none serves them in the clear.
    pub(super) tls: Option<ServerTls>,
    /// The language of who looks on while it starts.
    pub(super) lang: Lang,
}

impl Parts {
    /// Loads the snapshots and builds the server.
    pub(super) async fn start(self, shown: &str) -> Result<Server, Failure> {
        must_open_keys(self.store.as_ref(), &self.master_key, shown, Lang::En).await?;
        let mut options = ServerOptions {
            sampling: Sampling::ratio(self.trace_sample_ratio),
            tls: self.tls,
            look_ahead: self.look_ahead,
            webhooks: self.webhooks,
            webhook_authorities: self.webhook_authorities,
            ..ServerOptions::default()
        };
        if let Some(max) = self.calls_active_max {
            options.limits.calls_active_max = max;
        }
        let dependencies = Dependencies {
            store: self.store,
            hints: self.hints,
            credentials: Arc::new(self.credentials),
            master_key: self.master_key,
            clock: Arc::new(SystemClock),
            metrics: self.metrics,
        };
        let started = Instant::now();
        let loads = Loads::new(self.lang);
        let note = |tenant: &_, load| loads.note(tenant, load);
        let server = loads.show(Server::start(dependencies, options, &note)).await.map_err(|error| {
            let what = error.to_string();
            Failure::one(
                Exit::Storage,
                format!("the store {shown} cannot be loaded"),
                what,
                "`wishwell doctor` looks at it",
            )
        })?;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(milliseconds, "snapshots loaded");
        Ok(server)
    }
}

/// Serves until `stop`, then drains, pages and REST beside it too, and ends within [`DRAIN`].
pub(super) async fn serve(
    server: Server,
    listener: TcpListener,
    web: Option<Web>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let stopped = stop.clone();
    let serving = async {
        let serving = server.serve(listener, async move { stopped.cancelled().await });
        let beside = async {
            if let Some(web) = web {
                web.ended().await;
            }
        };
        tokio::join!(serving, beside).0
    };
    let cut = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = serving => served.map_err(|error| {
            Failure::one(Exit::Unavailable, "the server stopped", error.to_string(), "")
        }),
        () = cut => {
            tracing::warn!(seconds = DRAIN.as_secs(), "calls were still under way at the end of the drain and were cut off");
            Ok(())
        }
    }
}

/// Ends the store: what was answered is durable already, this only tidies up.
pub(super) async fn close(store: &Arc<dyn Store>) {
    if tokio::time::timeout(CLOSE, store.close()).await.is_err() {
        tracing::warn!("the store did not close in time");
    }
}

/// Says in the log what the process serves and how safely. Relaxed durability never goes unsaid.
pub(super) fn log_start(
    listen: SocketAddr,
    tls: bool,
    http: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    store: &Arc<dyn Store>,
    relaxed: bool,
) {
    let store = store.describe();
    let shown = |address: Option<SocketAddr>| address.map_or_else(|| "off".to_owned(), |address| address.to_string());
    let (http, admin) = (shown(http), shown(admin));
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        %listen,
        tls,
        http,
        admin,
        store = store.backend,
        store.version = store.backend_version,
        store.location = store.location,
        durability = store.durability,
        "serving"
    );
    if relaxed {
        tracing::warn!("durability is relaxed: the last answered writes are lost when the power goes");
    }
}

/// Reads or makes the master key of development mode, readable by its owner alone.
pub(super) fn master_key_of(path: &Path) -> Result<MasterKey, Failure> {
    if path.exists() {
        return crate::config::read_key_file(path)
            .map_err(|problem| Failure::configuration("the master key cannot be used", vec![problem]));
    }
    let failed =
        |what: String| Failure::one(Exit::Storage, "no master key can be made", what, "look at who owns the folder");
    let key = MasterKey::random().map_err(|error| failed(error.to_string()))?;
    write_private(path, &crate::config::format_key(&key))
        .map_err(|error| failed(format!("{}: {error}", path.display())))?;
    Ok(key)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_master_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = master_key_of(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(master_key_of(&path).unwrap().as_bytes(), made.as_bytes());
        std::fs::write(&path, "too short").unwrap();
        assert_eq!(master_key_of(&path).unwrap_err().exit, Exit::Configuration);
    }
}
