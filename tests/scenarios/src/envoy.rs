//! Envoy with the configuration of `deploy/envoy.yaml` before a running server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::admin;

/// Names Envoy's binary; set by `tests/run` where it could be installed.
pub const BINARY_VARIABLE: &str = "WISHWELL_TEST_ENVOY";
/// How long Envoy may take to start on a busy machine.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// The configuration as it is published.
pub const CONFIGURATION: &str = include_str!("../../../deploy/envoy.yaml");

/// A running Envoy, ended when dropped.
#[derive(Debug)]
pub struct Envoy {
    process: Child,
    folder: TempDir,
    /// Where it answers.
    pub address: SocketAddr,
}

/// The binary, where there is one.
#[must_use]
pub fn binary() -> Option<PathBuf> {
    std::env::var_os(BINARY_VARIABLE).map(PathBuf::from).filter(|path| path.is_file())
}

impl Envoy {
    /// Starts it before a matching service. Of the published configuration only the three places change that it names as one's own: the ports, the
    /// address of the service, and the path of the descriptor set.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(binary: &Path, upstream: SocketAddr) -> Self {
        let folder = tempfile::Builder::new().prefix("wishwell-envoy-").tempdir().expect("a scratch folder");
        let descriptors = folder.path().join("wishwell.binpb");
        std::fs::write(&descriptors, wishwell_api::FILE_DESCRIPTOR_SET).expect("written");
        let mut text = CONFIGURATION.to_owned();
        for (published, ours) in [
            ("/etc/envoy/wishwell.binpb", descriptors.display().to_string()),
            ("port_value: 9901", "port_value: 0".to_owned()),
            ("port_value: 8081", "port_value: 0".to_owned()),
            ("port_value: 50051", format!("port_value: {}", upstream.port())),
        ] {
            assert_eq!(text.matches(published).count(), 1, "{published} is there once");
            text = text.replace(published, &ours);
        }
        let configuration = folder.path().join("envoy.yaml");
        std::fs::write(&configuration, text).expect("written");
        let admin_file = folder.path().join("admin");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let process = Command::new(binary)
            .arg("-c")
            .arg(&configuration)
            .arg("--admin-address-path")
            .arg(&admin_file)
            .args(["--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("Envoy starts");
        let mut envoy = Self { process, folder, address: upstream };
        envoy.address = envoy.listening(&admin_file).await;
        envoy
    }

    async fn listening(&mut self, admin_file: &Path) -> SocketAddr {
        let started = Instant::now();
        loop {
            let admin = std::fs::read_to_string(admin_file).ok().and_then(|text| text.trim().parse().ok());
            if let Some(admin) = admin {
                let (_, listeners) = admin::get(admin, "/listeners").await;
                // `rest::127.0.0.1:40123`
                let address = listeners.lines().find_map(|line| line.strip_prefix("rest::")?.trim().parse().ok());
                let (ready, _) = admin::get(admin, "/ready").await;
                if let Some(address) = address.filter(|_| ready == 200) {
                    return address;
                }
            }
            let ended = self.process.try_wait().expect("its state").is_some();
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(!ended && started.elapsed() < START_PATIENCE, "Envoy does not serve:\n{}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
