//! TLS: whoever trusts the authority is served, over HTTP/2, and nobody else; what is silent or speaks in the clear is let go.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Error};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, OPERATOR};
use wishwell_test_support::ports::free_address;
use wishwell_test_support::process::{self, Wishwell};

const PATIENCE: Duration = Duration::from_secs(60);
/// The name the server's certificate is for.
const NAME: &str = "wishwell.example.org";

/// An authority, and a certificate of its for [`NAME`] and for this machine, written as PEM files.
fn certify(folder: &Path) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed");
    let key = KeyPair::generate().expect("a key");
    let names = [NAME, "127.0.0.1", "localhost"].map(str::to_owned);
    let certificate = CertificateParams::new(names).expect("names").signed_by(&key, &authority).expect("signed");
    std::fs::write(folder.join("ca.pem"), authority.pem()).expect("written");
    std::fs::write(folder.join("server.pem"), certificate.pem()).expect("written");
    std::fs::write(folder.join("server.key"), key.serialize_pem()).expect("written");
    authority
}

/// A deployment that speaks TLS.
struct Secured {
    process: Wishwell,
    address: SocketAddr,
}

impl Secured {
    async fn start() -> Self {
        let folder = deployment::folder(deployment::CALLERS);
        certify(folder.path());
        let address = free_address();
        let listen = address.to_string();
        let arguments = [
            "serve",
            "--master-key-file",
            "master.key",
            "--principals-file",
            "principals.toml",
            "--admin-listen",
            "off",
            "--tls-cert",
            "server.pem",
            "--tls-key",
            "server.key",
            "--listen",
            &listen,
        ];
        let environment = [("WISHWELL_DATABASE_URL", "sqlite:wishwell.db")];
        let process = Wishwell::spawn_in(folder, arguments, &environment);
        let started = Instant::now();
        let secured = Self { process, address };
        while secured.connect(NAME, "ca.pem").await.is_err() {
            assert!(started.elapsed() < PATIENCE, "it does not serve:\n{}", secured.process.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        secured
    }

    /// Connects as a client that looks for `name` and trusts the authority in a file.
    async fn connect(&self, name: &str, authority: &str) -> Result<tonic::transport::Channel, Error> {
        let pem = std::fs::read(self.process.folder().join(authority)).expect("an authority");
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)).domain_name(name);
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address)).expect("a URI").tls_config(tls)?;
        endpoint.connect_timeout(Duration::from_secs(5)).connect().await
    }

    fn find(&self, more: &[&str]) -> (bool, String) {
        let mut command = process::command();
        command.env_clear().env("WISHWELL_API_KEY", OPERATOR).current_dir(self.process.folder());
        let output = command.arg("categories").args(more).output().expect("the binary starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

#[tokio::test]
async fn who_trusts_the_authority_is_served_and_nobody_is_without_tls() {
    let secured = Secured::start().await;
    let channel = secured.connect(NAME, "ca.pem").await.expect("trusted");
    let health = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await.expect("answered");
    assert_eq!(health.into_inner().status(), ServingStatus::Serving);
    // Calls in both directions of size: a batch in, a page out.
    let mut catalog = v1::catalog_service_client::CatalogServiceClient::with_interceptor(
        channel,
        |mut request: tonic::Request<()>| {
            let bearer = format!("Bearer {OPERATOR}").parse().expect("ASCII");
            request.metadata_mut().insert("authorization", bearer);
            Ok(request)
        },
    );
    let title = Some(v1::LocalizedText { zh: String::new(), en: "x".repeat(100) });
    let categories = (0..400)
        .map(|n| v1::Category { code: format!("c{n}"), title: title.clone(), ..v1::Category::default() })
        .collect();
    let request = v1::BatchUpsertCategoriesRequest { categories, request_id: String::new() };
    let position = catalog.batch_upsert_categories(request).await.expect("put").into_inner().log_position;
    let request = v1::ListCategoriesRequest { page_size: 1_000, min_position: position, ..Default::default() };
    let listed = catalog.list_categories(request).await.expect("listed").into_inner();
    assert_eq!(listed.categories.len(), 400);

    // Another name, another authority, or none.
    secured.connect("other.example.org", "ca.pem").await.expect_err("not the server that was looked for");
    let stranger = tempfile::tempdir().expect("a folder");
    certify(stranger.path());
    std::fs::copy(stranger.path().join("ca.pem"), secured.process.folder().join("stranger.pem")).expect("copied");
    secured.connect(NAME, "stranger.pem").await.expect_err("nobody this one trusts");
    let plain = Endpoint::from_shared(format!("http://{}", secured.address)).expect("a URI");
    let plain = async {
        HealthClient::new(plain.connect().await?).check(HealthCheckRequest::default()).await.map_err(Box::from)
    };
    plain.await.map_err(|error: Box<dyn std::error::Error + Send + Sync>| error).expect_err("not in the clear");
}

#[tokio::test]
async fn the_command_line_asks_over_tls_with_an_authority_of_its_own() {
    let secured = Secured::start().await;
    let by_address = format!("https://{}", secured.address);
    let by_name = format!("https://localhost:{}", secured.address.port());
    for server in [&by_address, &by_name] {
        let (done, said) = secured.find(&["--server", server, "--tls-ca", "ca.pem"]);
        assert!(done, "{said}");
    }
    let (done, said) = secured.find(&["--server", &by_address]);
    assert!(!done, "the system's authorities do not know it: {said}");
    assert!(said.contains("name the file with the certificate of its issuer with --tls-ca"), "{said}");
    let (done, said) = secured.find(&["--server", &by_address, "--tls-ca", "missing.pem"]);
    assert!(!done && said.contains("missing.pem"), "{said}");
    let plain = by_address.replace("https", "http");
    let (done, said) = secured.find(&["--server", &plain, "--tls-ca", "ca.pem"]);
    assert!(!done && said.contains("tls_ca"), "{said}");
}

#[tokio::test]
async fn what_is_silent_before_or_after_the_handshake_is_let_go_and_hinders_neither_callers_nor_the_end() {
    let mut secured = Secured::start().await;
    let mut silent = tokio::net::TcpStream::connect(secured.address).await.expect("connected");
    let mut wrong = tokio::net::TcpStream::connect(secured.address).await.expect("connected");
    wrong.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    let cut = tokio::time::timeout(PATIENCE, wrong.read_to_end(&mut answer)).await.expect("an end");
    assert!(cut.is_err() || !answer.starts_with(b"\0"), "no frame of HTTP/2 comes in the clear: {answer:?}");
    secured.connect(NAME, "ca.pem").await.expect("others are served meanwhile");
    let held = secured.connect(NAME, "ca.pem").await.expect("connected");
    secured.process.terminate();
    assert!(secured.process.wait_until_ended(Duration::from_secs(10)).await.success());
    drop(held);
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, silent.read_to_end(&mut rest)).await.expect("an end");
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn doctor_does_not_take_a_server_behind_tls_for_a_stranger() {
    let secured = Secured::start().await;
    let listen = secured.address.to_string();
    let mut command = process::command();
    command.env_clear().env("WISHWELL_DATABASE_URL", "sqlite:wishwell.db").current_dir(secured.process.folder());
    command.args(["doctor", "--master-key-file", "master.key", "--principals-file", "principals.toml"]);
    command.args(["--tls-cert", "server.pem", "--tls-key", "server.key", "--admin-listen", "off", "--listen", &listen]);
    let said = String::from_utf8_lossy(&command.output().expect("the binary starts").stdout).into_owned();
    assert!(said.contains("where TLS is spoken") && !said.contains("FAIL"), "{said}");
}

/// `serve` with these settings, and what it says when it does not start.
fn refusal(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = process::command();
    command.env_clear().env("WISHWELL_DATABASE_URL", "sqlite:wishwell.db").current_dir(folder);
    command.args(["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"]).args(more);
    let output = command.output().expect("the binary starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_certificate_and_a_key_that_cannot_be_used_together_are_refused_by_their_settings() {
    let folder = deployment::folder(deployment::CALLERS);
    let folder = folder.path();
    certify(folder);
    let other = tempfile::tempdir().expect("a folder");
    certify(other.path());
    std::fs::copy(other.path().join("server.key"), folder.join("other.key")).expect("copied");
    std::fs::write(folder.join("empty"), "").expect("written");
    let broken = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    std::fs::write(folder.join("broken.pem"), broken).expect("written");
    let key = std::fs::read_to_string(folder.join("server.key")).expect("a key");
    for (arguments, said) in [
        (&["--tls-cert", "server.pem"][..], "tls_cert is given without tls_key"),
        (&["--tls-key", "server.key"], "tls_key is given without tls_cert"),
        (&["--tls-cert", "server.pem", "--tls-key", "missing"], "tls_key missing cannot be read"),
        (&["--tls-cert", "empty", "--tls-key", "server.key"], "tls_cert empty: the certificate cannot be used"),
        (
            &["--tls-cert", "broken.pem", "--tls-key", "server.key"],
            "tls_cert broken.pem: the certificate cannot be used",
        ),
        (
            &["--tls-cert", "server.pem", "--tls-key", "server.pem"],
            "tls_key server.pem: the private key cannot be used",
        ),
        (&["--tls-cert", "server.pem", "--tls-key", "other.key"], "tls_key other.key: the private key is not that of"),
    ] {
        let (code, told) = refusal(folder, arguments);
        assert_eq!(code, Some(78), "{arguments:?}: {told}");
        assert!(told.contains(said), "{arguments:?}: {told}");
        assert!(key.lines().skip(1).all(|line| line.starts_with('-') || !told.contains(line)), "{told}");
    }
}
