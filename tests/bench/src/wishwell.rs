//! A running `wishwell serve`, configured as in production: keys, tracing sampled and exported, metrics on.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use prost::bytes::Bytes;
use tonic::transport::{Channel, Endpoint};
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_test_support::ports::free_address;

use crate::load::{Form, Target};
use crate::process::Process;
use crate::seed::TENANT;

const API_KEY: &str = "wishwell_bench_key_of_a_throw_away_server";
const OPERATOR_KEY: &str = "wishwell_bench_operators_key_of_a_throw_away_server";
const VISITOR_KEY: &str = "wishwell_bench_visitors_key_of_a_throw_away_server";
const START_PATIENCE: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(2);
/// [`FIND_RESOURCES`] as its annotation spells it.
const FIND_RESOURCES_BY_REST: &str = "/v1/resources:find";
const CREATE_REFERRAL: &str = "/wishwell.v1.ReferralService/CreateReferral";
const FIND_RESOURCES: &str = "/wishwell.v1.MatchingService/FindResources";

/// A running server, its receiver of traces, and how it started.
#[derive(Debug)]
pub(crate) struct Wishwell {
    pub(crate) process: Process,
    /// From the start of the process until it said that it is ready.
    pub(crate) ready_after: Duration,
    receiver: Process,
    pub(crate) address: SocketAddr,
    /// Where pages and REST are.
    pub(crate) web: SocketAddr,
    admin: SocketAddr,
}

impl Wishwell {
    /// Starts it on a filled file and waits until it is ready. Blocks.
    pub(crate) fn start(store: &Path, folder: &Path) -> Self {
        Self::start_on(&format!("sqlite:{}", store.display()), folder)
    }

    /// Starts it on a filled store and waits until it is ready. Blocks.
    pub(crate) fn start_on(database_url: &str, folder: &Path) -> Self {
        Self::start_with(database_url, folder, None)
    }

    /// As [`Self::start_on`], one of several replicas that share a Redis. Blocks.
    pub(crate) fn start_with(database_url: &str, folder: &Path, redis_url: Option<&str>) -> Self {
        let (receiver, traces) = Process::start_self(&["receive"], folder, "receiver");
        let (address, admin, web) = (free_address(), free_address(), free_address());
        let key_file = folder.join("master.key");
        std::fs::write(&key_file, "11".repeat(32)).expect("a key can be written");
        let principals = folder.join("principals.toml");
        let written = [
            ("bench", "internal_service", API_KEY),
            ("operator", "operator", OPERATOR_KEY),
            ("visitor", "visitor", VISITOR_KEY),
        ]
        .map(|(name, role, key)| {
            let digest = key_digest(key);
            format!(
                "[[principals]]\ntenant = {TENANT:?}\nname = {name:?}\nrole = {role:?}\nkey_sha256 = [{digest:?}]\n"
            )
        })
        .concat();
        std::fs::write(&principals, written).expect("the principals can be written");
        let mut arguments = vec![
            "serve".to_owned(),
            format!("--database-url={database_url}"),
            format!("--listen={address}"),
            format!("--admin-listen={admin}"),
            format!("--master-key-file={}", key_file.display()),
            format!("--principals-file={}", principals.display()),
            format!("--otlp-endpoint=http://{traces}"),
            "--trace-sample-ratio=0.01".to_owned(),
        ];
        arguments.extend(redis_url.map(|url| format!("--redis-url={url}")));
        let visitor_file = folder.join("visitor.key");
        std::fs::write(&visitor_file, VISITOR_KEY).expect("a key can be written");
        arguments.extend(web_arguments(web, &visitor_file));
        private(&key_file);
        let started = Instant::now();
        let mut process = Process::start(&binary(), &arguments, folder, "wishwell");
        while !get(admin, "/readyz").starts_with("HTTP/1.1 200") {
            process.must_run();
            assert!(started.elapsed() < START_PATIENCE, "not ready:\n{}", process.printed());
            std::thread::sleep(POLL);
        }
        Self { process, ready_after: started.elapsed(), receiver, address, web, admin }
    }

    pub(crate) fn target(&self, frames: Arc<Vec<Bytes>>) -> Target {
        Target {
            address: self.address,
            path: FIND_RESOURCES,
            form: Form::Grpc,
            api_key: Some(API_KEY.to_owned()),
            frames,
        }
    }

    /// The same questions as JSON, at a REST port: the server's own, a gateway's or an edge's.
    pub(crate) fn rest_target(address: SocketAddr, bodies: Arc<Vec<Bytes>>) -> Target {
        let api_key = Some(API_KEY.to_owned());
        Target { address, path: FIND_RESOURCES_BY_REST, form: Form::Json, api_key, frames: bodies }
    }

    /// A gateway in a process of its own before this server.
    pub(crate) fn gateway(&self, folder: &Path) -> (Process, SocketAddr) {
        let address = free_address();
        let mut arguments = vec!["gateway".to_owned(), format!("--upstream=http://{}", self.address)];
        arguments.extend(web_arguments(address, &folder.join("visitor.key")));
        let mut process = Process::start(&binary(), &arguments, folder, "gateway");
        let started = Instant::now();
        while !get(address, "/").starts_with("HTTP/1.1 200") {
            process.must_run();
            assert!(started.elapsed() < START_PATIENCE, "not ready:\n{}", process.printed());
            std::thread::sleep(POLL);
        }
        (process, address)
    }

    /// To hold capacity.
    pub(crate) fn hold_target(&self, frames: Arc<Vec<Bytes>>) -> Target {
        Target {
            address: self.address,
            path: CREATE_REFERRAL,
            form: Form::Grpc,
            api_key: Some(API_KEY.to_owned()),
            frames,
        }
    }

    /// Where it serves.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::from_shared(format!("http://{}", self.address)).expect("an address makes a URI")
    }

    /// Key of an internal service.
    pub(crate) const fn key(&self) -> &'static str {
        API_KEY
    }

    /// Key of the operator.
    pub(crate) const fn operator_key(&self) -> &'static str {
        OPERATOR_KEY
    }

    /// Its catalogue, over a connection of its own.
    pub(crate) fn catalog(&self) -> CatalogServiceClient<Channel> {
        CatalogServiceClient::new(self.endpoint().connect_lazy())
    }

    /// Its needs, over a connection of its own.
    pub(crate) fn needs(&self) -> NeedServiceClient<Channel> {
        NeedServiceClient::new(self.endpoint().connect_lazy())
    }

    /// Memory of the snapshot, as the server itself accounts for it.
    pub(crate) fn snapshot_bytes(&self) -> f64 {
        let metrics = get(self.admin, "/metrics");
        let line = metrics.lines().find_map(|line| line.strip_prefix("wishwell_snapshot_memory_bytes{"));
        let value = line.and_then(|line| line.rsplit_once(' ')).and_then(|(_, value)| value.parse().ok());
        value.unwrap_or_else(|| panic!("no snapshot among the metrics:\n{metrics}"))
    }

    /// Batches of traces that have arrived.
    pub(crate) fn exports(&self) -> usize {
        self.receiver.printed().lines().filter(|line| *line == "export").count()
    }
}

/// Pages and REST, as often as anybody asks.
fn web_arguments(listen: SocketAddr, visitor_key_file: &Path) -> Vec<String> {
    vec![
        format!("--http-listen={listen}"),
        "--http-secure=false".to_owned(),
        "--http-requests-per-second=1000000".to_owned(),
        format!("--visitor-key-file={}", visitor_key_file.display()),
    ]
}

/// The release binary: what `tests/bench/run` names, else the one beside this program.
fn binary() -> PathBuf {
    let path = std::env::var_os("WISHWELL_TEST_BINARY").map(PathBuf::from).unwrap_or_else(|| {
        std::env::current_exe().expect("a running program knows its path").with_file_name("wishwell")
    });
    assert!(path.is_file(), "{} is not built: `tests/bench/run` builds it", path.display());
    path
}

/// A request with a key.
pub(crate) fn keyed<M>(key: &str, message: M) -> tonic::Request<M> {
    let mut request = tonic::Request::new(message);
    let value = format!("Bearer {key}").parse().expect("a key is plain text");
    request.metadata_mut().insert("authorization", value);
    request
}

fn key_digest(key: &str) -> String {
    let mut hashing = Command::new(binary())
        .args(["key", "hash"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = hashing.stdin.take().expect("a pipe");
    input.write_all(key.as_bytes()).expect("the binary reads");
    drop(input);
    let output = hashing.wait_with_output().expect("the binary ends");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("the key's file is ours");
}

/// What a plain HTTP server answers; empty while there is none.
fn get(address: SocketAddr, path: &str) -> String {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().unwrap_or_default()
}
