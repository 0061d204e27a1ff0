//! The binary `wishwell` as a test runs it: in a folder of its own, with what it prints kept.

use std::ffi::OsString;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Where the built binary is; set by `tests/run`.
pub const BINARY_VARIABLE: &str = "WISHWELL_TEST_BINARY";

/// How often a starting server is asked whether it is ready.
const POLL_MILLISECONDS: u64 = 20;

/// The built binary: what `tests/run` names, else the one beside the running test.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn binary() -> PathBuf {
    let path = std::env::var_os(BINARY_VARIABLE).map(PathBuf::from).unwrap_or_else(|| {
        // target/debug/deps/some_test-0123 -> target/debug/wishwell
        let test = std::env::current_exe().expect("a running test knows its path");
        test.ancestors().nth(2).expect("tests are built below the target folder").join("wishwell")
    });
    assert!(path.is_file(), "{} is not built: run `cargo build -p wishwell`, or `tests/run`", path.display());
    path
}

/// The built binary as a command to run. Settings come from the test alone, not from whatever the machine or the test command has set.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn command() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        command.env_remove(name);
    }
    command
}

/// A running `wishwell`, killed when dropped.
#[derive(Debug)]
pub struct Wishwell {
    child: Child,
    folder: TempDir,
}

impl Wishwell {
    /// Starts the binary with these arguments and environment, in an empty folder of its own.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn spawn<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("wishwell-run-").tempdir().expect("a scratch folder");
        Self::spawn_in(folder, arguments, environment)
    }

    /// As [`Wishwell::spawn`], in a folder that an earlier run left behind ([`Wishwell::into_folder`]).
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn spawn_in<A: Into<OsString>>(
        folder: TempDir,
        arguments: impl IntoIterator<Item = A>,
        environment: &[(&str, &str)],
    ) -> Self {
        let output = |name: &str| {
            let path = folder.path().join(name);
            File::options().create(true).append(true).open(path).expect("the output is kept in a file")
        };
        let child = command()
            .args(arguments.into_iter().map(Into::into))
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("the binary starts");
        Self { child, folder }
    }

    /// Waits until the health service at `address` says `SERVING`.
    ///
    /// # Panics
    /// When the process ends first or the time is over, with what it printed.
    pub async fn wait_until_serving(&mut self, address: SocketAddr, patience: Duration) {
        let started = Instant::now();
        while !is_serving(address).await {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                panic!("wishwell ended with {status} before it was ready:\n{}", self.output());
            }
            assert!(started.elapsed() < patience, "wishwell was not ready in {patience:?}:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(POLL_MILLISECONDS)).await;
        }
    }

    /// Everything it has printed so far, standard output first.
    #[must_use]
    pub fn output(&self) -> String {
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        let (stdout, stderr) = (read("stdout"), read("stderr"));
        format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
    }

    /// The folder it runs in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM, as an operator or a container runtime does.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn terminate(&self) {
        send_signal(self.id(), "TERM");
    }

    /// Ends it as a crash would (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process can be ended");
        self.child.wait().expect("the process ends");
    }

    /// Makes it stand still (SIGSTOP), as a machine without time or memory to give does: its connections stay open.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn freeze(&self) {
        send_signal(self.id(), "STOP");
    }

    /// Ends [`Wishwell::freeze`].
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn thaw(&self) {
        send_signal(self.id(), "CONT");
    }

    /// Whether it still runs.
    ///
    /// # Panics
    /// When the system cannot say.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the process can be asked").is_none()
    }

    /// Waits for it to end by itself.
    ///
    /// # Panics
    /// When it runs on for longer than `patience`.
    pub async fn wait_until_ended(&mut self, patience: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(started.elapsed() < patience, "wishwell still runs after {patience:?}:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(POLL_MILLISECONDS)).await;
        }
    }

    /// Ends it and keeps its folder, for a next run on the same store.
    ///
    /// # Panics
    /// When it cannot be ended.
    #[must_use]
    pub fn into_folder(mut self) -> TempDir {
        let _ = self.child.kill();
        self.child.wait().expect("the process ends");
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a scratch folder"))
    }
}

impl Drop for Wishwell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, named without `SIG`, to a process that this test started.
pub(crate) fn send_signal(process: u32, name: &str) {
    // The shell's own kill: neither unsafe code nor another package for one signal.
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
    assert!(status.expect("sh is there").success(), "process {process} takes the signal {name}");
}

/// Whether the health service at `address` says `SERVING` for the server as a whole.
pub async fn is_serving(address: SocketAddr) -> bool {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address makes a URI");
    let Ok(channel) = endpoint.connect_timeout(Duration::from_secs(1)).timeout(Duration::from_secs(2)).connect().await
    else {
        return false;
    };
    HealthClient::new(channel)
        .check(HealthCheckRequest { service: String::new() })
        .await
        .is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
}
