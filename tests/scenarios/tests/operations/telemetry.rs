//! What operators see: one span tree a call, figures, log lines, joined by the ids of W3C trace contexts.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Request;
use wishwell_api::v1;
use wishwell_scenarios::receiver::{Receiver, attribute, hex};
use wishwell_scenarios::{Served, admin, external};
use wishwell_test_support::process;

const CALLER: &str = "b7ad6b7169203331";

/// A trace id that no other test uses, and the header with it.
fn traceparent(number: u32, sampled: bool) -> (String, String) {
    let trace = format!("0af7651916cd43dd8448eb21{number:08x}");
    let header = format!("00-{trace}-{CALLER}-0{}", u8::from(sampled));
    (trace, header)
}

fn traced<M>(message: M, header: &str) -> Request<M> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("traceparent", header.parse().expect("a header"));
    request
}

async fn start(receiver: &Receiver, more: &[&str]) -> Served {
    let endpoint = receiver.endpoint();
    let mut arguments = vec!["--otlp-endpoint", &endpoint, "--log-format", "json"];
    arguments.extend(more);
    // Spans leave every fifth of a second instead of every fifth second: only the tests' patience differs.
    Served::start(&arguments, &[("OTEL_BSP_SCHEDULE_DELAY", "200")]).await
}

fn need(id: &str) -> v1::SubmitNeedRequest {
    let item = v1::NeedItem {
        category: "education.desk".to_owned(),
        quantity: Some(v1::Quantity { value: 1, unit: "piece".to_owned() }),
        ..v1::NeedItem::default()
    };
    let need = v1::Need {
        external: Some(external("telemetry", id)),
        items: vec![item],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        ..v1::Need::default()
    };
    v1::SubmitNeedRequest { need: Some(need), ..v1::SubmitNeedRequest::default() }
}

fn is_call(span: &Span) -> bool {
    span.kind() == SpanKind::Server
}

/// Names from a span up to the call's, and the id of what the call's span is below.
fn way_up(span: &Span, spans: &[Span]) -> (Vec<String>, String) {
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (&span.span_id, span)).collect();
    let (mut names, mut at) = (vec![span.name.clone()], span);
    while let Some(parent) = by_id.get(&at.parent_span_id) {
        names.push(parent.name.clone());
        at = parent;
    }
    (names, hex(&at.parent_span_id))
}

#[tokio::test]
async fn a_sampled_call_is_one_tree_of_method_use_case_engine_and_store_below_its_caller() {
    let receiver = Receiver::start().await;
    let served = start(&receiver, &["--trace-sample-ratio", "0"]).await;
    let (trace, header) = traceparent(1, true);
    let submitted = served.needs("demo-hotline").submit_need(traced(need("one"), &header)).await.expect("taken");
    let need = submitted.into_inner().need.expect("the need").name;
    let spans = receiver.trace(&trace, is_call).await;
    for span in &spans {
        let (names, above) = way_up(span, &spans);
        assert_eq!(names.last().map(String::as_str), Some("wishwell.v1.NeedService/SubmitNeed"), "{names:?}");
        assert_eq!(above, CALLER, "{names:?} is joined to the caller's span");
    }
    let call = spans.iter().find(|span| is_call(span)).expect("the call");
    assert_eq!(attribute(call, "rpc.system.name").as_deref(), Some("grpc"));
    assert_eq!(attribute(call, "rpc.method").as_deref(), Some("wishwell.v1.NeedService/SubmitNeed"));
    assert_eq!(attribute(call, "rpc.response.status_code").as_deref(), Some("OK"));
    let write = spans.iter().find(|span| attribute(span, "db.collection.name").as_deref() == Some("events"));
    let write = write.unwrap_or_else(|| panic!("a span of the store in {spans:#?}"));
    assert_eq!(write.kind(), SpanKind::Client);
    assert_eq!(attribute(write, "db.system.name").as_deref(), Some("sqlite"));
    assert!(attribute(write, "db.operation.name").is_some_and(|name| write.name.starts_with(&name)));
    let (names, _) = way_up(write, &spans);
    assert_eq!(names[1..], ["SubmitNeed", "wishwell.v1.NeedService/SubmitNeed"], "the use case is in between");

    let (trace, header) = traceparent(2, true);
    let question = v1::FindResourcesRequest { need: need.clone(), ..v1::FindResourcesRequest::default() };
    served.matching("demo-hotline").find_resources(traced(question, &header)).await.expect("an answer");
    let spans = receiver.trace(&trace, is_call).await;
    let engine = spans.iter().find(|span| span.name == "engine.find").expect("a span of the engine");
    let (names, above) = way_up(engine, &spans);
    assert_eq!(names, ["engine.find", "FindResources", "wishwell.v1.MatchingService/FindResources"]);
    assert_eq!(above, CALLER);
    assert!(spans.iter().any(|span| attribute(span, "db.collection.name").as_deref() == Some("needs")));

    let (trace, header) = traceparent(9, true);
    let offered = v1::AutoReferRequest { need: need.clone(), item_ordinal: 1, ..v1::AutoReferRequest::default() };
    served.referrals("demo-hotline").auto_refer(traced(offered, &header)).await.expect("offered");
    let spans = receiver.trace(&trace, is_call).await;
    let engine = spans.iter().find(|span| span.name == "engine.find").expect("a span of the engine");
    let (names, above) = way_up(engine, &spans);
    assert_eq!(names, ["engine.find", "AutoRefer", "wishwell.v1.ReferralService/AutoRefer"]);
    assert_eq!(above, CALLER);

    // Asking for personal data leaves a line in the log, and the line leads to the trace.
    let (trace, header) = traceparent(8, true);
    let asked = v1::GetNeedRequest { name: need, include_personal: true, ..v1::GetNeedRequest::default() };
    served.needs("demo-hotline").get_need(traced(asked, &header)).await.expect("the need");
    let spans = receiver.trace(&trace, is_call).await;
    let line = line_of(&served, &trace);
    assert!(spans.iter().any(|span| line["span_id"] == hex(&span.span_id)), "{line}");
}

/// The first log line that names a trace.
fn line_of(served: &Served, trace: &str) -> serde_json::Value {
    let log = served.process.output();
    let line = log.lines().find(|line| line.contains(trace)).unwrap_or_else(|| panic!("{trace} in {log}"));
    serde_json::from_str(line).expect("a line of JSON")
}

#[tokio::test]
async fn log_lines_of_a_call_that_its_caller_does_not_sample_name_the_callers_trace() {
    let receiver = Receiver::start().await;
    let served = start(&receiver, &["--trace-sample-ratio", "1"]).await;
    let submitted = served.needs("demo-hotline").submit_need(need("unsampled")).await.expect("taken").into_inner();
    let name = submitted.need.expect("the need").name;
    let (trace, plain) = traceparent(31, false);
    let (other, _) = traceparent(32, false);
    // Flags that only a later version knows: read another way.
    for (trace, header) in [(trace, plain), (other.clone(), format!("00-{other}-{CALLER}-02"))] {
        let asked = v1::GetNeedRequest { name: name.clone(), include_personal: true, ..v1::GetNeedRequest::default() };
        served.needs("demo-hotline").get_need(traced(asked, &header)).await.expect("the need");
        let line = line_of(&served, &trace);
        assert_eq!((&line["target"], &line["span_id"]), (&"wishwell::disclosure".into(), &CALLER.into()), "{line}");
    }
}

#[tokio::test]
async fn a_browsers_trace_goes_through_gateway_service_and_engine_to_the_database_whole_or_not_at_all() {
    let receiver = Receiver::start().await;
    let served = start(&receiver, &["--trace-sample-ratio", "1"]).await;
    let web = served.web.expect("pages and REST");
    let get = async |path: &str, header: String| {
        let mut stream = TcpStream::connect(web).await.expect("a connection");
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {web}\r\nconnection: close\r\nauthorization: Bearer demo-hotline\r\ntraceparent: {header}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    };
    let (trace, header) = traceparent(21, true);
    get("/v1/needs?pageSize=1", header).await;
    let spans = receiver.trace(&trace, |span| span.name == "GET /v1").await;
    let read = spans.iter().find(|span| attribute(span, "db.collection.name").as_deref() == Some("needs"));
    let (names, above) = way_up(read.unwrap_or_else(|| panic!("a span of the store in {spans:#?}")), &spans);
    assert_eq!(names[1..], ["ListNeeds", "wishwell.v1.NeedService/ListNeeds", "GET /v1"]);
    assert_eq!(above, CALLER);
    let request = spans.iter().find(|span| span.name == "GET /v1").expect("the request");
    assert_eq!(attribute(request, "http.response.status_code").as_deref(), Some("200"));

    // A page's calls are its own.
    let (trace, header) = traceparent(22, true);
    get("/wishes", header).await;
    let spans = receiver.trace(&trace, |span| span.name == "GET /wishes").await;
    assert!(spans.iter().any(|span| span.name == "wishwell.v1.ReferralService/ListWishes"), "{spans:#?}");

    let (unsampled, header) = traceparent(23, false);
    get("/v1/needs?pageSize=1", header).await;
    let (after, header) = traceparent(24, true);
    get("/v1/needs?pageSize=1", header).await;
    receiver.trace(&after, |span| span.name == "GET /v1").await;
    assert!(receiver.spans().iter().all(|span| hex(&span.trace_id) != unsampled), "nothing of what is not sampled");
}

#[tokio::test]
async fn a_call_whose_caller_does_not_sample_leaves_no_span_and_the_store_none_of_its_own() {
    let receiver = Receiver::start().await;
    let mut served = start(&receiver, &["--trace-sample-ratio", "0"]).await;
    let (unsampled, header) = traceparent(3, false);
    served.needs("demo-hotline").submit_need(traced(need("two"), &header)).await.expect("taken");
    served.needs("demo-hotline").submit_need(need("three")).await.expect("taken");
    let (sampled, header) = traceparent(4, true);
    served.needs("demo-hotline").submit_need(traced(need("four"), &header)).await.expect("taken");
    receiver.trace(&sampled, is_call).await;
    served.process.terminate();
    assert!(served.process.wait_until_ended(std::time::Duration::from_secs(20)).await.success());
    let others: Vec<_> = receiver.spans().into_iter().filter(|span| hex(&span.trace_id) != sampled).collect();
    assert!(others.is_empty(), "unsampled {unsampled}: {others:#?}");
}

#[tokio::test]
async fn a_failed_call_says_so_by_the_conventions_and_its_log_lines_carry_its_ids() {
    let receiver = Receiver::start().await;
    let served = start(&receiver, &["--trace-sample-ratio", "0", "--log-level", "debug"]).await;
    let (trace, header) = traceparent(5, true);
    let never = v1::ListNeedsRequest { min_position: 1 << 40, ..v1::ListNeedsRequest::default() };
    served.needs("demo-hotline").list_needs(traced(never, &header)).await.expect_err("nobody gets there");
    let spans = receiver.trace(&trace, is_call).await;
    let call = spans.iter().find(|span| is_call(span)).expect("the call");
    assert_eq!(attribute(call, "rpc.response.status_code").as_deref(), Some("UNAVAILABLE"));
    assert_eq!(attribute(call, "error.type").as_deref(), Some("UNAVAILABLE"));
    assert_eq!(call.status.as_ref().map(|status| status.code()), Some(StatusCode::Error));
    let (trace, header) = traceparent(6, true);
    let wrong = v1::GetNeedRequest { name: "nonsense".to_owned(), ..v1::GetNeedRequest::default() };
    served.needs("demo-hotline").get_need(traced(wrong, &header)).await.expect_err("no name");
    let spans = receiver.trace(&trace, is_call).await;
    let call = spans.iter().find(|span| is_call(span)).expect("the call");
    assert_eq!(attribute(call, "rpc.response.status_code").as_deref(), Some("INVALID_ARGUMENT"));
    assert_ne!(call.status.as_ref().map(|s| s.code()), Some(StatusCode::Error), "the caller's mistake is not ours");
    let log = served.process.output();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    for line in lines {
        assert!(line["timestamp"].is_string() && line["severity_text"].is_string(), "{line}");
        assert_eq!(line.get("trace_id").is_some(), line.get("span_id").is_some(), "{line}");
    }
}

#[tokio::test]
async fn commands_pass_on_the_trace_they_were_started_in() {
    let receiver = Receiver::start().await;
    let served = start(&receiver, &["--trace-sample-ratio", "0"]).await;
    let (trace, header) = traceparent(7, true);
    let mut command = process::command();
    command.args(["find", "--category", "education.desk", "--division", "640104", "--delivery"]);
    command.args(["--server", &format!("http://{}", served.address)]).env("TRACEPARENT", &header);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = |span: &Span| span.name == "wishwell.v1.MatchingService/FindResources";
    let spans = receiver.trace(&trace, found).await;
    assert!(spans.iter().filter(|span| is_call(span)).all(|span| hex(&span.parent_span_id) == CALLER));
}

#[tokio::test]
async fn figures_count_every_call_by_method_and_code_and_the_admin_port_tells_health() {
    let served = Served::demo().await;
    let (_, before) = admin::get(served.admin, "/metrics").await;
    let wrong = v1::GetNeedRequest { name: "nonsense".to_owned(), ..v1::GetNeedRequest::default() };
    for _ in 0..3 {
        served.needs("demo-hotline").get_need(wrong.clone()).await.expect_err("no name");
        served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("needs");
    }
    served.needs("").list_needs(v1::ListNeedsRequest::default()).await.expect_err("no key");
    let (status, after) = admin::get(served.admin, "/metrics").await;
    assert_eq!(status, 200);
    let count = |method: &str, code: &str| {
        let method = format!("wishwell.v1.NeedService/{method}");
        admin::calls(&after, &method, code) - admin::calls(&before, &method, code)
    };
    assert_eq!(
        [count("GetNeed", "INVALID_ARGUMENT"), count("ListNeeds", "OK"), count("ListNeeds", "UNAUTHENTICATED")],
        [3.0, 3.0, 1.0]
    );
    for name in [
        "wishwell_calls_active",
        "wishwell_streams_active",
        "wishwell_calls_shed_total",
        "wishwell_snapshot_position",
        "wishwell_snapshot_memory_bytes",
    ] {
        assert!(after.contains(name), "{name} in\n{after}");
    }
    assert!(after.contains("# UNIT rpc_server_call_duration_seconds seconds") && after.ends_with("# EOF\n"));
    assert!(!after.contains("rpc_response_status_code=\"DATA_LOSS\""), "what never happened has no series");
    assert_eq!(admin::get(served.admin, "/healthz").await.0, 200);
    assert_eq!(admin::get(served.admin, "/readyz").await.0, 200);
    assert_eq!(admin::get(served.admin, "/nothing").await.0, 404);
}

#[tokio::test]
async fn a_stream_of_answers_is_counted_once_with_how_it_ended_and_its_span_says_so() {
    const WATCH: &str = "wishwell.v1.ReferralService/WatchEvents";
    let receiver = Receiver::start().await;
    let mut served = start(&receiver, &["--trace-sample-ratio", "0"]).await;
    let counted = async |code| admin::calls(&admin::get(served.admin, "/metrics").await.1, WATCH, code);
    let under_way = async || admin::figure(&admin::get(served.admin, "/metrics").await.1, &["wishwell_streams_active"]);
    assert_eq!(under_way().await, 0.0);
    let watch = async |number, until_now| {
        let (trace, header) = traceparent(number, true);
        let request = v1::WatchEventsRequest { after_position: -1, until_now, ..v1::WatchEventsRequest::default() };
        let answers = served.referrals("demo-operator").watch_events(traced(request, &header)).await;
        let mut answers = answers.expect("watched").into_inner();
        answers.message().await.expect("no refusal").expect("where the log is");
        (trace, answers)
    };
    let said = |span: &Span| {
        let failed = span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error);
        (attribute(span, "rpc.response.status_code").expect("a code"), failed)
    };
    let (whole, mut answers) = watch(41, true).await;
    while answers.message().await.expect("no refusal").is_some() {}
    let (left, answers) = watch(42, false).await;
    assert_eq!([counted("OK").await, counted("CANCELLED").await], [1.0, 0.0], "one goes on");
    assert_eq!(under_way().await, 1.0);
    drop(answers);
    let (stopped, mut answers) = watch(43, false).await;
    for (trace, code) in [(&whole, "OK"), (&left, "CANCELLED")] {
        let spans = receiver.trace(trace, is_call).await;
        assert_eq!(said(spans.iter().find(|span| is_call(span)).expect("the call")), (code.to_owned(), false));
        assert_eq!(counted(code).await, 1.0, "{code}");
    }
    assert_eq!([counted("UNAVAILABLE").await, under_way().await], [0.0, 1.0]);

    served.process.terminate();
    let refused = loop {
        if let Err(status) = answers.message().await {
            break status;
        }
    };
    assert_eq!(refused.code(), tonic::Code::Unavailable);
    assert!(served.process.wait_until_ended(std::time::Duration::from_secs(20)).await.success());
    let spans = receiver.trace(&stopped, is_call).await;
    assert_eq!(said(spans.iter().find(|span| is_call(span)).expect("the call")), ("UNAVAILABLE".to_owned(), true));
}

#[tokio::test]
async fn traces_that_do_not_arrive_are_told_once_with_the_setting_that_is_wrong() {
    // Nobody listens there.
    let arguments = ["--otlp-endpoint", "http://127.0.0.1:1", "--log-format", "json", "--trace-sample-ratio", "1"];
    let served = Served::start(&arguments, &[("OTEL_BSP_SCHEDULE_DELAY", "100")]).await;
    let log = || served.process.output();
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !log().contains("traces are lost") {
        assert!(tokio::time::Instant::now() < until, "{}", log());
        served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("needs");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // Several batches more.
    for _ in 0..10 {
        served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("needs");
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    let log = log();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("traces are lost")).collect();
    let [line] = lines.as_slice() else { panic!("once: {log}") };
    assert!(line.contains(r#""otlp_endpoint":"http://127.0.0.1:1""#), "{line}");
    assert!(!log.contains(r#""message":"""#), "no line without words: {log}");
}
