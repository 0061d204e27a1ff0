//! A replica of `wishwell serve` behind a door, killed, paused and started again while its address stays.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};
use wishwell_scenarios::announced;
use wishwell_scenarios::deployment::key_digest;
use wishwell_test_support::process::{Wishwell, is_serving};

use crate::clock::Clock;
use crate::door::Door;

/// How long a replica may take to serve, on a busy machine and with a database that is away for a while.
const SERVE_PATIENCE: Duration = Duration::from_secs(90);
/// How long a caller waits for a connection.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// How long a replica may take to drain.
const DRAIN_PATIENCE: Duration = Duration::from_secs(60);
/// Wait before a replica that did not start is started again, as a supervisor would.
const START_AGAIN: Duration = Duration::from_millis(300);
/// How a line of the log begins to tell of a fault of the server's own.
const INTERNAL_ERROR: &str = "internal error";

/// A caller: its name, role and, for a partner, organization. Its key is its name.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Name, and key.
    pub name: String,
    /// Role as the configuration names it.
    pub role: &'static str,
    /// Full resource name; empty for none.
    pub organization: String,
}

/// A folder with a master key and these callers.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn folder(callers: &[Caller]) -> TempDir {
    let folder = tempfile::Builder::new().prefix("wishwell-faults-").tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("master.key"), "5a".repeat(32)).expect("the master key is written");
    write_callers(folder.path(), callers);
    folder
}

/// Writes who may call, for the next start.
pub(crate) fn write_callers(folder: &Path, callers: &[Caller]) {
    let mut text = String::new();
    for Caller { name, role, organization } in callers {
        let digest = key_digest(name);
        let _ = write!(text, "[[principals]]\ntenant = \"main\"\nname = \"{name}\"\nrole = \"{role}\"\n");
        if !organization.is_empty() {
            let _ = writeln!(text, "organization = \"{organization}\"");
        }
        let _ = writeln!(text, "key_sha256 = [\"{digest}\"]\n");
    }
    std::fs::write(folder.join("principals.toml"), text).expect("the callers are written");
}

/// What a replica runs on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// URL of its store.
    pub database_url: String,
    /// URL of its Redis; none for none.
    pub redis_url: Option<String>,
    /// Its machine's clock.
    pub clock: Clock,
}

impl Ground {
    /// This store, no Redis and a clock that is right.
    #[must_use]
    pub fn over(database_url: impl Into<String>) -> Self {
        Self { database_url: database_url.into(), redis_url: None, clock: Clock::default() }
    }

    /// With this Redis.
    #[must_use]
    pub fn with_redis(self, url: String) -> Self {
        Self { redis_url: Some(url), ..self }
    }

    /// On a machine with this clock.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }
}

/// A replica.
#[derive(Debug)]
pub struct Replica {
    ground: Ground,
    door: Door,
    process: Option<Wishwell>,
    folder: Option<TempDir>,
    /// Where it serves metrics and health over HTTP, while it runs.
    pub admin: Option<SocketAddr>,
}

impl Replica {
    /// Starts a replica.
    ///
    /// # Panics
    /// When it does not serve.
    pub async fn start(folder: TempDir, ground: Ground) -> Self {
        let mut replica = Self { ground, door: Door::open().await, process: None, folder: Some(folder), admin: None };
        replica.start_again().await;
        replica
    }

    /// Where callers find it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// A way to it that outlives its restarts.
    ///
    /// # Panics
    /// Never: an address makes a URI.
    #[must_use]
    pub fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address())).expect("an address makes a URI");
        endpoint.connect_timeout(CONNECT_PATIENCE).connect_lazy()
    }

    /// Ends it as a crash would.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) {
        self.door.leads_to(None);
        self.admin = None;
        let process = self.process.take().expect("it runs");
        self.folder = Some(process.into_folder());
    }

    /// Ends it as an operator would, and waits until it has drained.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn terminate(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.terminate();
        process.wait_until_ended(DRAIN_PATIENCE).await;
        self.door.leads_to(None);
        self.admin = None;
        self.folder = Some(process.into_folder());
    }

    /// Ends it, where it still runs, and gives its folder away.
    ///
    /// # Panics
    /// Never: it runs or has left a folder.
    #[must_use]
    pub fn into_folder(mut self) -> TempDir {
        let left = self.process.take().map(Wishwell::into_folder);
        left.or(self.folder).expect("it runs or has left a folder")
    }

    /// Makes it stand still.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        self.process.as_ref().expect("it runs").freeze();
    }

    /// Ends [`Replica::freeze`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        self.process.as_ref().expect("it runs").thaw();
    }

    /// Cuts all connections of its callers.
    pub fn cut(&self) {
        self.door.cut();
    }

    /// What the last run printed.
    #[must_use]
    pub fn output(&self) -> String {
        self.process.as_ref().map(Wishwell::output).unwrap_or_default()
    }

    /// What it said in all its runs of faults of its own. Callers are told of these without why.
    #[must_use]
    pub fn own_faults(&self) -> Vec<String> {
        let folder = self.process.as_ref().map(Wishwell::folder).or(self.folder.as_ref().map(TempDir::path));
        let logs = folder.into_iter().flat_map(|folder| ["stdout", "stderr"].map(|name| folder.join(name)));
        let said = logs.map(|log| std::fs::read(log).unwrap_or_default()).collect::<Vec<_>>().concat();
        let lines = String::from_utf8_lossy(&said);
        lines.lines().filter(|line| line.contains(INTERNAL_ERROR)).map(str::to_owned).collect()
    }

    /// Starts it, again and again where it ends because the database is away, until it serves.
    ///
    /// # Panics
    /// When it never does.
    pub async fn start_again(&mut self) {
        let started = Instant::now();
        loop {
            let folder = self.folder.take().expect("it does not run");
            match self.try_to_start(folder).await {
                Some(process) => {
                    self.process = Some(process);
                    return;
                }
                None => assert!(started.elapsed() < SERVE_PATIENCE, "a replica never served again"),
            }
            tokio::time::sleep(START_AGAIN).await;
        }
    }

    /// One start; none when the process ended.
    async fn try_to_start(&mut self, folder: TempDir) -> Option<Wishwell> {
        let log = folder.path().join("stderr");
        let before = usize::try_from(std::fs::metadata(&log).map_or(0, |log| log.len())).unwrap_or_default();
        let mut arguments = vec!["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
        arguments.extend(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        arguments.extend(self.ground.redis_url.iter().flat_map(|url| ["--redis-url", url.as_str()]));
        let clock = self.ground.clock.environment();
        let mut environment: Vec<_> = clock.iter().map(|(name, value)| (*name, value.as_str())).collect();
        environment.push(("WISHWELL_DATABASE_URL", &self.ground.database_url));
        let mut process = Wishwell::spawn_in(folder, arguments, &environment);
        let started = Instant::now();
        loop {
            let said = std::fs::read(&log).unwrap_or_default();
            let said = String::from_utf8_lossy(said.get(before..).unwrap_or_default()).into_owned();
            if let Some((address, admin)) = announced("listen", &said).zip(announced("admin", &said)) {
                self.door.leads_to(Some(address));
                self.admin = Some(admin);
                return Some(process);
            }
            if !process.is_running() {
                self.folder = Some(process.into_folder());
                return None;
            }
            assert!(started.elapsed() < SERVE_PATIENCE, "a replica says nothing:\n{}", process.output());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it says that it serves.
    ///
    /// # Panics
    /// When it never does.
    pub async fn wait_until_serving(&self) {
        let started = Instant::now();
        while !is_serving(self.address()).await {
            assert!(started.elapsed() < SERVE_PATIENCE, "a replica is not ready:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
