//! `wishwell gateway`: a gateway of its own before a matching service elsewhere.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wishwell_test_support::process::Wishwell;

use crate::web::Plain;

/// How long it may take to start on a busy machine.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    /// The process.
    pub process: Wishwell,
    /// Where it serves.
    pub address: SocketAddr,
}

impl Gateway {
    /// Starts it before this address, with more arguments, in a folder with a visitor's key (`visitor.key`) and a session key (`session.key`).
    ///
    /// # Panics
    /// When it does not serve.
    pub async fn before(upstream: SocketAddr, more: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("wishwell-gateway-").tempdir().expect("a scratch folder");
        Self::in_folder(folder, upstream, more).await
    }

    async fn in_folder(folder: TempDir, upstream: SocketAddr, more: &[&str]) -> Self {
        std::fs::write(folder.path().join("session.key"), "5e".repeat(32)).expect("written");
        std::fs::write(folder.path().join("visitor.key"), "demo-visitor").expect("written");
        let log = folder.path().join("stderr");
        let upstream = format!("http://{upstream}");
        let mut arguments = vec!["gateway", "--upstream", &upstream, "--http-listen", "127.0.0.1:0"];
        arguments.extend(["--session-key-file", "session.key", "--visitor-key-file", "visitor.key"]);
        arguments.extend(more);
        let process = Wishwell::spawn_in(folder, arguments, &[]);
        let started = Instant::now();
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if let Some(address) = said.lines().filter(|line| line.contains("serving")).find_map(announced) {
                return Self { process, address };
            }
            assert!(
                started.elapsed() < START_PATIENCE && !said.contains("error: "),
                "no gateway:\n{}",
                process.output()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Plain {
        Plain::to(self.address)
    }
}

/// Where a gateway alone serves.
fn announced(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("\"http\":\"").or_else(|| line.split_once("http="))?;
    rest.split(['"', ' ', ',']).next()?.parse().ok()
}
