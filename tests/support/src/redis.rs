//! Redis for tests: a key prefix of one's own on the shared server, or a whole server that may be stopped.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Where the private server of `tests/run` is.
pub const URL_VARIABLE: &str = "WISHWELL_TEST_REDIS_URL";

/// Longest wait for a server to listen.
const START_SECONDS_MAX: u64 = 10;

/// The shared server's address.
///
/// # Panics
/// When the tests do not run under `tests/run`.
#[must_use]
pub fn url() -> String {
    crate::set_by_tests_run(URL_VARIABLE)
}

/// A prefix for keys and channels that no other test uses.
#[must_use]
pub fn unique_prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A Redis of the test's own, for tests that stop it. Stopped when dropped.
#[derive(Debug)]
pub struct RedisServer {
    folder: TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts a server on a socket of its own, without persistence.
    ///
    /// # Panics
    /// When `redis-server` is missing (`tests/run --install` installs it) or does not start in time.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("wishwell-redis-").tempdir_in("/tmp").expect("a scratch folder");
        let mut server = Self { folder, process: None };
        server.restart();
        server
    }

    /// The address, the same over restarts.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Stops the server the hard way, as a crash would.
    ///
    /// # Panics
    /// When the process cannot be ended.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("the server can be ended");
            process.wait().expect("the server ends");
        }
    }

    /// Starts it again, empty, at the same address.
    ///
    /// # Panics
    /// As [`RedisServer::start`].
    pub fn restart(&mut self) {
        self.stop();
        // A killed server leaves its socket behind.
        let _ = std::fs::remove_file(self.socket());
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(self.socket())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed (`tests/run --install` installs it)");
        self.process = Some(child);
        let started = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            assert!(started.elapsed() < Duration::from_secs(START_SECONDS_MAX), "redis-server did not listen in time");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Makes the server hang (SIGSTOP): connections stand, nothing answers.
    ///
    /// # Panics
    /// When the server does not run.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Ends [`RedisServer::freeze`].
    ///
    /// # Panics
    /// When the server does not run.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Runs one command on the server and gives back what the client prints.
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn command(&self, words: &[&str]) -> String {
        let output = Command::new("redis-cli").arg("-s").arg(self.socket()).args(words).output();
        let output = output.expect("redis-cli is installed with redis-server");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn signal(&self, name: &str) {
        let process = self.process.as_ref().expect("the server runs");
        crate::process::send_signal(process.id(), name);
    }

    fn socket(&self) -> std::path::PathBuf {
        self.folder.path().join("redis.sock")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
