//! `wishwell serve`: its callers, its log lines, its traces at a real receiver, its end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use serde_json::Value;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use wishwell_test_support::ports::free_address;
use wishwell_test_support::process::Wishwell;

const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver of traces that keeps what it gets.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Vec<ResourceSpans>>>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().extend(request.into_inner().resource_spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Receiver {
    async fn start() -> (Self, SocketAddr) {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = TraceServiceServer::new(receiver.clone());
        let serving = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
        (receiver, address)
    }

    fn spans(&self) -> Vec<Span> {
        let received = self.0.lock().unwrap();
        received.iter().flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }

    fn resource_attribute(&self, key: &str) -> Option<String> {
        let received = self.0.lock().unwrap();
        let attributes = received.first()?.resource.as_ref()?.attributes.clone();
        let value = attributes.into_iter().find(|attribute| attribute.key == key)?.value?.value?;
        match value {
            AnyValue::StringValue(text) => Some(text),
            _ => None,
        }
    }
}

/// Starts a deployment with one operator whose key is `secret`.
async fn start(arguments: &[&str], environment: &[(&str, &str)]) -> (Wishwell, SocketAddr) {
    let folder = tempfile::Builder::new().prefix("wishwell-serve-").tempdir().unwrap();
    let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let config = format!(
        "database_url = \"sqlite:wishwell.db\"\nmaster_key_file = \"master.key\"\nadmin_listen = \"off\"\n\
         [[principals]]\ntenant = \"main\"\nname = \"desk\"\nrole = \"operator\"\nkey_sha256 = [\"{digest}\"]\n"
    );
    std::fs::write(folder.path().join("wishwell.toml"), config).unwrap();
    std::fs::write(folder.path().join("master.key"), "ab".repeat(32)).unwrap();
    let address = free_address();
    let listen = address.to_string();
    let line = ["serve", "--config", "wishwell.toml", "--listen", &listen].into_iter().chain(arguments.iter().copied());
    let line: Vec<String> = line.map(ToOwned::to_owned).collect();
    let mut process = Wishwell::spawn_in(folder, line, environment);
    process.wait_until_serving(address, PATIENCE).await;
    (process, address)
}

/// Runs a client's command and answers whether it succeeded, and what it said.
fn ask(address: SocketAddr, folder: &Path, key: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wishwell"));
    command.env_clear().env("WISHWELL_API_KEY", key).env("WISHWELL_SERVER", format!("http://{address}"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn log_lines(process: &Wishwell) -> Vec<Value> {
    let text = std::fs::read_to_string(process.folder().join("stderr")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[tokio::test]
async fn only_configured_keys_are_let_in_and_every_log_line_is_json() {
    let (mut process, address) = start(&[], &[]).await;
    let folder = process.folder().to_owned();
    let (let_in, said) = ask(address, &folder, "secret", &["categories"]);
    assert!(let_in, "{said}");
    for key in ["wrong", "demo-operator"] {
        let (let_in, said) = ask(address, &folder, key, &["categories"]);
        assert!(!let_in && said.contains("UNAUTHENTICATED"), "{said}");
    }
    process.terminate();
    assert!(process.wait_until_ended(Duration::from_secs(10)).await.success());
    let lines = log_lines(&process);
    let messages: Vec<&str> = lines.iter().filter_map(|line| line["message"].as_str()).collect();
    assert!(messages.contains(&"serving") && messages.last() == Some(&"stopped"), "{messages:?}");
    assert!(!process.output().contains("secret"), "{}", process.output());
}

#[tokio::test]
async fn relaxed_durability_is_never_silent() {
    let (process, _) = start(&["--relaxed-durability"], &[]).await;
    let warned = log_lines(&process).iter().any(|line| {
        line["severity_text"] == "WARN"
            && line["message"].as_str().is_some_and(|text| text.contains("durability is relaxed"))
    });
    assert!(warned, "{}", process.output());
}

#[tokio::test]
async fn traces_reach_a_receiver_as_one_tree_a_call_with_the_process_named() {
    let (receiver, endpoint) = Receiver::start().await;
    let endpoint = format!("http://{endpoint}");
    let (mut process, address) = start(
        &["--otlp-endpoint", &endpoint, "--trace-sample-ratio", "1"],
        &[("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")],
    )
    .await;
    let (let_in, said) = ask(address, process.folder(), "secret", &["needs"]);
    assert!(let_in, "{said}");
    process.terminate();
    assert!(process.wait_until_ended(Duration::from_secs(10)).await.success());
    assert_eq!(receiver.resource_attribute("service.name").as_deref(), Some("wishwell"));
    assert_eq!(receiver.resource_attribute("service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(receiver.resource_attribute("deployment.environment.name").as_deref(), Some("test"));
    assert_eq!(receiver.resource_attribute("service.instance.id").map(|id| id.len()), Some(36));
    let spans = receiver.spans();
    let call = spans.iter().find(|span| span.name == "wishwell.v1.NeedService/ListNeeds");
    let call = call.unwrap_or_else(|| panic!("{:?}", spans.iter().map(|span| &span.name).collect::<Vec<_>>()));
    assert!(call.parent_span_id.is_empty());
    let below: Vec<&Span> =
        spans.iter().filter(|span| span.trace_id == call.trace_id && span.span_id != call.span_id).collect();
    assert!(!below.is_empty(), "nothing below the call");
    for span in below {
        let has_parent =
            spans.iter().any(|parent| parent.span_id == span.parent_span_id && parent.trace_id == span.trace_id);
        assert!(has_parent, "{} hangs in the air", span.name);
    }
}

#[tokio::test]
async fn a_receiver_that_is_away_delays_neither_start_nor_end() {
    let (mut process, address) =
        start(&["--otlp-endpoint", "http://127.0.0.1:1", "--trace-sample-ratio", "1"], &[]).await;
    let (let_in, said) = ask(address, process.folder(), "secret", &["categories"]);
    assert!(let_in, "{said}");
    process.terminate();
    assert!(process.wait_until_ended(Duration::from_secs(10)).await.success());
}

#[tokio::test]
async fn a_watch_of_health_hears_of_the_end_and_does_not_hold_it_up() {
    let admin = free_address().to_string();
    let (mut process, address) = start(&["--admin-listen", &admin], &[]).await;
    assert!(readiness(&admin).is_some_and(|answer| answer.contains(" 200 ")));
    let channel =
        tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
    let watch = health.watch(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();
    let mut watch = watch.into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    process.terminate();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert_eq!(watch.message().await.unwrap(), None);
    // While anything is open the process drains; whoever asks is told not to send more.
    assert!(readiness(&admin).is_none_or(|answer| answer.contains(" 503 ")));
    assert!(process.wait_until_ended(Duration::from_secs(5)).await.success());
}

/// The status line of `/readyz`; none when nobody listens any more.
fn readiness(admin: &str) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(admin).ok()?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.lines().next().map(ToOwned::to_owned)
}
