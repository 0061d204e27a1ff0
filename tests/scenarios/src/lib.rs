//! The whole of Wishwell from outside: the built binary, real sockets, real stores.
//!
//! [`Served`] starts the binary; the scenarios below `tests/` call it as its users would.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

pub mod admin;
pub mod authority;
pub mod behind;
pub mod canary;
pub mod catalogue;
pub mod deployment;
pub mod envoy;
pub mod frames;
pub mod gateway;
pub mod halves;
pub mod issuer;
pub mod made;
pub mod needing;
pub mod organization_accounts;
pub mod partners;
pub mod raw;
pub mod receiver;
pub mod referring;
pub mod rounds;
pub mod told;
pub mod traces;
pub mod web;
pub mod webhooks;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;
use wishwell_api::v1::need_service_client::NeedServiceClient;
use wishwell_api::v1::notification_service_client::NotificationServiceClient;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;
use wishwell_test_support::process::Wishwell;

/// How long a server may take to start, the demo included, on a busy machine.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// Sends a key with each call.
#[derive(Debug, Clone)]
pub struct Key(&'static str);

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if !self.0.is_empty() {
            let value: MetadataValue<_> = format!("Bearer {}", self.0).parse().expect("keys are ASCII");
            request.metadata_mut().insert("authorization", value);
        }
        Ok(request)
    }
}

/// A channel that sends a key with each call.
pub type Keyed = InterceptedService<Channel, Key>;

/// A running server.
#[derive(Debug)]
pub struct Served {
    /// The process.
    pub process: Wishwell,
    /// Where it serves gRPC.
    pub address: SocketAddr,
    /// Where it serves pages and REST; none when it does not.
    pub web: Option<SocketAddr>,
    /// Where it serves metrics and health over HTTP.
    pub admin: SocketAddr,
    channel: Channel,
}

impl Served {
    /// Starts development mode with its demo in a folder of its own.
    pub async fn demo() -> Self {
        Self::start(&[], &[]).await
    }

    /// Starts development mode with more arguments and environment.
    pub async fn start(more: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("wishwell-run-").tempdir().expect("a scratch folder");
        Self::start_in(folder, more, environment).await
    }

    /// As [`Served::start`], in a folder that is there already. The first argument may be another mode (`serve`).
    pub async fn start_in(folder: TempDir, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut arguments = more.to_vec();
        // Ports that the system gives when they are taken: one that was free a moment ago may not be free any more.
        arguments.extend(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        if more.first() != Some(&"serve") && !more.contains(&"--http-listen") {
            arguments.extend(["--http-listen", "127.0.0.1:0"]);
        }
        Self::start_as(folder, &arguments, environment).await
    }

    /// Starts the program with these arguments and nothing besides, in a folder that is there already. What listens everywhere is
    /// asked on this machine.
    pub async fn start_as(folder: TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let log = folder.path().join("stderr");
        let said_before = std::fs::metadata(&log).map_or(0, |log| log.len());
        let said_before = usize::try_from(said_before).expect("a short log");
        let mut process = Wishwell::spawn_in(folder, arguments.iter().copied(), environment);
        let started = Instant::now();
        let (address, admin, web) = loop {
            let said = std::fs::read(&log).unwrap_or_default();
            let said = String::from_utf8_lossy(said.get(said_before..).unwrap_or_default()).into_owned();
            if let Some((address, admin)) = announced("listen", &said).zip(announced("admin", &said)) {
                break (on_this_machine(address), on_this_machine(admin), announced("http", &said));
            }
            let failed = said.contains("error: ") || started.elapsed() > START_PATIENCE;
            assert!(!failed, "wishwell does not serve:\n{}", process.output());
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        process.wait_until_serving(address, START_PATIENCE).await;
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .expect("an address makes a URI")
            .connect()
            .await
            .expect("a serving server accepts");
        Self { process, address, web, admin, channel }
    }

    /// A client of pages and REST.
    ///
    /// # Panics
    /// When they are not served.
    #[must_use]
    pub fn web(&self) -> web::Plain {
        web::Plain::to(self.web.expect("pages and REST are served"))
    }

    /// The bare channel.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The catalogue, asked with a key (empty: none).
    #[must_use]
    pub fn catalog(&self, key: &'static str) -> CatalogServiceClient<Keyed> {
        CatalogServiceClient::with_interceptor(self.channel(), Key(key))
    }

    /// Referrals, asked with a key (empty: none).
    #[must_use]
    pub fn referrals(&self, key: &'static str) -> ReferralServiceClient<Keyed> {
        ReferralServiceClient::with_interceptor(self.channel(), Key(key))
    }

    /// Needs, asked with a key (empty: none).
    #[must_use]
    pub fn needs(&self, key: &'static str) -> NeedServiceClient<Keyed> {
        NeedServiceClient::with_interceptor(self.channel(), Key(key))
    }

    /// Notifications, asked with a key (empty: none).
    #[must_use]
    pub fn notifications(&self, key: &'static str) -> NotificationServiceClient<Keyed> {
        NotificationServiceClient::with_interceptor(self.channel(), Key(key))
    }

    /// Matching, asked with a key (empty: none).
    #[must_use]
    pub fn matching(&self, key: &'static str) -> MatchingServiceClient<Keyed> {
        MatchingServiceClient::with_interceptor(self.channel(), Key(key))
    }

    /// The name of a need of the demo, by its external id.
    pub async fn demo_need(&self, external_id: &str) -> String {
        let filter = v1::NeedFilter { external: Some(external("demo", external_id)), ..v1::NeedFilter::default() };
        let request = v1::ListNeedsRequest { filter: Some(filter), ..v1::ListNeedsRequest::default() };
        let found = self.needs("demo-hotline").list_needs(request).await.expect("needs are listed").into_inner().needs;
        assert_eq!(found.len(), 1, "{external_id} is one need of the demo");
        found.into_iter().next().expect("there is one").name
    }

    /// The name of a resource of the demo, by its external id.
    pub async fn demo_resource(&self, external_id: &str) -> String {
        let filter =
            v1::ResourceFilter { external: Some(external("demo", external_id)), ..v1::ResourceFilter::default() };
        let request = v1::ListResourcesRequest { filter: Some(filter), ..v1::ListResourcesRequest::default() };
        let found = self.catalog("demo-hotline").list_resources(request).await.expect("resources are listed");
        let found = found.into_inner().resources;
        assert_eq!(found.len(), 1, "{external_id} is one resource of the demo");
        found.into_iter().next().expect("there is one").name
    }
}

fn on_this_machine(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { (Ipv4Addr::LOCALHOST, address.port()).into() } else { address }
}

/// An address (`listen`, `admin`) in the log line that says where the server serves, written for people or as JSON.
#[must_use]
pub fn announced(field: &str, log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("serving") && line.contains("listen"))?;
    let (_, rest) = line.split_once(&format!("{field}=")).or_else(|| line.split_once(&format!("\"{field}\":")))?;
    let rest = rest.trim_start_matches('"');
    rest.split(['"', ' ', ',', '}']).next()?.parse().ok()
}

/// An external identity.
#[must_use]
pub fn external(source: &str, external_id: &str) -> v1::ExternalId {
    v1::ExternalId { source: source.to_owned(), external_id: external_id.to_owned() }
}
