//! Nothing that identifies a beneficiary leaves by logs, spans, figures, errors or the store's plain text (I8).
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use wishwell_scenarios::canary::{Bytes, Canaries, Marker, Spirit};
use wishwell_scenarios::receiver::Receiver;
use wishwell_scenarios::{Served, admin};

/// Calls a method with bytes, as the first of these keys that may.
async fn call(served: &Served, path: &str, message: &[u8]) -> Result<Vec<u8>, Status> {
    let mut denied = None;
    for key in ["demo-hotline", "demo-operator"] {
        let mut client = tonic::client::Grpc::new(served.channel());
        client.ready().await.expect("the server takes calls");
        let mut request = Request::new(message.to_vec());
        let bearer = MetadataValue::try_from(format!("Bearer {key}")).expect("a header");
        request.metadata_mut().insert("authorization", bearer);
        match client.unary(request, path.parse().expect("a path"), Bytes).await {
            Err(status) if status.code() == Code::PermissionDenied => denied = Some(status),
            answer => return answer.map(tonic::Response::into_inner),
        }
    }
    Err(denied.expect("a key was tried"))
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// Every method, in an order in which things exist before they are asked for and are erased last.
fn methods() -> Vec<MethodDescriptor> {
    let pool = wishwell_api::descriptor_pool();
    let mut methods: Vec<_> = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    methods.sort_by_key(|method| match method.name() {
        "CreateOrganization" => 0,
        "CreateCapacityPool" => 1,
        "CreateResource" => 2,
        "CreateBeneficiary" => 3,
        "CreateHousehold" => 4,
        "SubmitNeed" => 5,
        "WithdrawNeed" => 8,
        "EraseBeneficiary" => 9,
        name if name.starts_with("Batch") => 7,
        _ => 6,
    });
    methods
}

/// What a caller is told when it is refused, in full.
fn told(status: &Status) -> Vec<u8> {
    [status.message().as_bytes(), status.details()].concat()
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// Markers that are found, each with its field. One pass, because there are thousands of markers and megabytes of text.
fn found<'a>(text: &[u8], markers: &'a [Marker], of_interest: impl Fn(&Marker) -> bool) -> Vec<&'a str> {
    const WIDTH: usize = "canary00000z".len();
    let hits = text.windows(WIDTH).filter(|window| window.starts_with(b"canary"));
    let hits = hits.filter_map(|window| std::str::from_utf8(window).ok()?.get(6..11)?.parse::<usize>().ok());
    let mut fields: Vec<_> =
        hits.filter_map(|index| markers.get(index)).filter(|m| of_interest(m)).map(|m| m.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

#[tokio::test]
async fn no_marked_value_of_any_field_of_any_call_gets_out() {
    let receiver = Receiver::start().await;
    let endpoint = receiver.endpoint();
    let telemetry =
        ["--otlp-endpoint", &endpoint, "--trace-sample-ratio", "1", "--log-format", "json", "--log-level", "debug"];
    let mut served = Served::start(&telemetry, &[]).await;
    let mut canaries = Canaries::new();
    let mut wrong = Vec::new();
    let mut refused = Vec::new();
    for method in methods() {
        let message = canaries.request(&method.input(), Spirit::Valid).encode_to_vec();
        match call(&served, &path(&method), &message).await {
            Ok(answer) => {
                let answer = DynamicMessage::decode(method.output(), answer.as_slice()).expect("the answer's message");
                if !method.name().starts_with("Get") && !method.name().starts_with("Find") {
                    canaries.learn(&answer);
                }
            }
            Err(status) => {
                let fields = found(&told(&status), &canaries.markers, |marker| marker.sensitive);
                wrong.extend(fields.into_iter().map(|field| format!("{field} in the error of {}", method.name())));
                refused.push(format!("{}: {status:?}", method.name()));
            }
        }
    }
    assert!(refused.is_empty(), "a valid request of each method is taken, but:\n{}", refused.join("\n"));
    for spirit in [Spirit::Wrong, Spirit::TooLong] {
        for method in methods() {
            let message = canaries.request(&method.input(), spirit).encode_to_vec();
            // The last byte missing, and text that is not UTF-8: refused by the decoder, in its own words.
            let torn = message[..message.len().saturating_sub(1)].to_vec();
            let latin = message.iter().map(|byte| if *byte == b'z' { 0xff } else { *byte }).collect::<Vec<_>>();
            for message in [message, torn, latin] {
                if let Err(status) = call(&served, &path(&method), &message).await {
                    let fields = found(&told(&status), &canaries.markers, |marker| marker.sensitive);
                    wrong.extend(fields.into_iter().map(|field| format!("{field} in the error of {}", method.name())));
                }
            }
        }
    }
    call(&served, "/wishwell.v1.NeedService/canaryMethod", b"canaryBody").await.expect_err("no such method");

    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    served.process.terminate();
    assert!(served.process.wait_until_ended(std::time::Duration::from_secs(20)).await.success());
    let spans = format!("{:?}", receiver.received());
    let log = served.process.output();
    for (place, text) in [("the log", &log), ("the spans", &spans), ("the figures", &metrics)] {
        wrong.extend(
            found(text.as_bytes(), &canaries.markers, |_| true).iter().map(|field| format!("{field} in {place}")),
        );
        for made_up in ["canaryMethod", "canaryBody", "Bearer"] {
            if let Some(line) = text.lines().find(|line| line.starts_with('{') && line.contains(made_up)) {
                wrong.push(format!("{made_up} in {place}: {line}"));
            }
        }
    }
    assert!(spans.contains("SubmitNeed") && metrics.contains("SubmitNeed"), "the calls were watched");
    assert!(log.contains("\"severity_text\":\"DEBUG\""), "the log was at its most talkative");
    let mut kept = 0;
    for file in std::fs::read_dir(served.process.folder().join("wishwell-data")).expect("the store's folder") {
        let file = file.expect("an entry");
        let bytes = std::fs::read(file.path()).expect("readable");
        let fields = found(&bytes, &canaries.markers, |marker| marker.sensitive);
        wrong.extend(fields.into_iter().map(|field| format!("{field} in {:?}", file.file_name())));
        kept += found(&bytes, &canaries.markers, |marker| !marker.sensitive).len();
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(kept > 10, "what is not sensitive is found in the store, so what is sensitive would be: {kept}");
    let sensitive = canaries.markers.iter().filter(|marker| marker.sensitive).count();
    assert!(
        sensitive > 50 && contains(metrics.as_bytes(), "rpc_server_call_duration_seconds"),
        "{sensitive} were sent"
    );
}
