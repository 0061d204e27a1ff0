//! Streams and the other protocols on the gateway's port: server-sent events, lines, Connect and gRPC-Web.

use std::time::Duration;

use prost::Message as _;
use serde_json::{Value, json};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::made::operations;
use wishwell_scenarios::referring::{HOTLINE, OPERATOR};
use wishwell_scenarios::web::{Plain, Stream};

const SOON: Duration = Duration::from_secs(20);
const OPERATORS: (&str, &str) = ("authorization", "Bearer demo-operator");

async fn watch(web: Plain, target: &str, headers: &[(&str, &str)]) -> Stream {
    let headers = [&[OPERATORS][..], headers].concat();
    web.open("GET", target, &headers, b"").await
}

/// Submits needs of these numbers.
async fn submit(served: &Served, numbers: std::ops::Range<u32>) {
    let mut body = operations().into_iter().find(|one| one.name() == "NeedService.SubmitNeed").unwrap().body;
    for number in numbers {
        body["need"]["external"]["externalId"] = format!("streamed-{number}").into();
        served.web().post(HOTLINE, "/v1/needs", &body).await.ok();
    }
}

/// Id and data of an event; comments are passed over.
async fn next_event(stream: &mut Stream) -> (String, Value) {
    loop {
        let event = stream.event(SOON).await.expect("an event");
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
            let data: Value = serde_json::from_str(&data).expect("JSON");
            let place = ["logPosition", "logMark"].map(|name| data[name].as_str().expect("a text"));
            assert_eq!(id, place.join("-"), "how far the log was read, and its mark there");
            return (id, data);
        }
        assert!(event.starts_with(':'), "neither an event nor a comment: {event:?}");
    }
}

/// Positions of the events in an answer.
fn positions(data: &Value) -> Vec<u64> {
    let events = data["events"].as_array().cloned().unwrap_or_default();
    events.iter().map(|event| event["logPosition"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_listener_that_comes_back_with_its_last_id_misses_nothing_and_hears_nothing_twice() {
    let served = Served::demo().await;
    submit(&served, 0..6).await;
    let mut whole =
        watch(served.web(), "/v1/events:watch?filter.kinds=EVENT_KIND_NEED", &[("accept", "text/event-stream")]).await;
    assert_eq!(whole.head.status, 200, "{:?}", whole.head);
    assert_eq!(whole.head.header("content-type"), Some("text/event-stream"));
    assert_eq!(whole.head.header("cache-control"), Some("no-store"));
    let (mut all, mut end) = (Vec::new(), String::new());
    while all.len() < 6 {
        let (id, data) = next_event(&mut whole).await;
        all.extend(positions(&data));
        end = id;
    }
    drop(whole);
    // Leave after the first event of each visit, and come back with its id.
    submit(&served, 6..9).await;
    let (mut heard, mut last, mut visits) = (Vec::new(), "0".to_owned(), 0);
    while heard.len() < all.len() + 3 {
        visits += 1;
        assert!(visits < 100, "heard {heard:?} after {all:?}");
        let headers = [("accept", "text/event-stream"), ("last-event-id", last.as_str())];
        let mut stream = watch(served.web(), "/v1/events:watch?filter.kinds=EVENT_KIND_NEED", &headers).await;
        let (id, data) = next_event(&mut stream).await;
        heard.extend(positions(&data));
        last = id;
    }
    assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "in order and never twice: {heard:?}");
    assert_eq!(&heard[..all.len()], &all[..], "without a gap");
    let position = |id: &str| id.split_once('-').and_then(|(position, _)| position.parse::<u64>().ok()).expect("one");
    assert!(position(&last) > position(&end));
}

#[tokio::test]
async fn a_silent_stream_is_kept_open_by_comments_and_ends_when_the_server_stops() {
    // Nothing happens in an empty store.
    let mut served = Served::start(&["--demo=false"], &[]).await;
    let mut stream = watch(served.web(), "/v1/events:watch", &[("accept", "text/event-stream")]).await;
    assert_eq!(stream.head.status, 200, "{:?}", stream.head);
    let comment = async {
        while let Some(said) = stream.event(Duration::from_secs(50)).await {
            if said.starts_with(':') {
                return true;
            }
        }
        false
    };
    let comment = tokio::time::timeout(Duration::from_secs(50), comment).await;
    assert_eq!(comment, Ok(true), "no comment keeps the stream open");
    served.process.terminate();
    let mut said = String::new();
    let end = async {
        while let Some(event) = stream.event(SOON).await {
            said.push_str(&event);
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(8), end).await;
    assert!(ended.is_ok(), "the stream outlives the server's signal to stop");
    assert!(said.contains("event: error") && said.contains("NOT_SERVING") && said.contains("retryDelay"), "{said}");
    assert!(served.process.wait_until_ended(Duration::from_secs(10)).await.success());
}

#[tokio::test]
async fn a_stream_is_a_line_of_json_for_each_answer_where_nobody_asks_for_events() {
    let served = Served::demo().await;
    submit(&served, 0..2).await;
    let mut stream = watch(served.web(), "/v1/events:watch?filter.kinds=EVENT_KIND_NEED", &[]).await;
    assert_eq!((stream.head.status, stream.head.header("content-type")), (200, Some("application/x-ndjson")));
    // The first line may tell no more than how far the log was read.
    let mut told = Vec::new();
    while told.is_empty() {
        let line = stream.line(SOON).await.expect("a line");
        told = positions(&serde_json::from_str(&line).expect("JSON on one line"));
    }
    let refused = served.web().get("", "/v1/events:watch").await;
    assert_eq!((refused.status, refused.header("content-type")), (401, Some("application/json")));
    let refused = served.web().get(OPERATOR, "/v1/events:watch?afterPosition=x").await;
    assert_eq!(
        (refused.status, refused.violations()),
        (400, vec![("after_position".to_owned(), "JSON_TYPE".to_owned())])
    );
}

const GET_PRINCIPAL: &str = "/wishwell.v1.AccessService/GetPrincipal";
const GET_NEED: &str = "/wishwell.v1.NeedService/GetNeed";

#[tokio::test]
async fn connect_takes_json_and_protobuf_and_words_errors_its_own_way() {
    let served = Served::demo().await;
    let mut web = served.web();
    let answer = web.post(HOTLINE, GET_PRINCIPAL, &json!({})).await.ok();
    assert_eq!(answer["principal"]["role"], "PRINCIPAL_ROLE_INTERNAL_SERVICE", "{answer}");
    let headers = [("authorization", "Bearer demo-hotline"), ("content-type", "application/proto")];
    let answer = web.ask("POST", GET_PRINCIPAL, &headers, b"").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/proto")));
    let answer = v1::GetPrincipalResponse::decode(answer.body.as_slice()).expect("the answer's message");
    assert_eq!(answer.principal.expect("somebody").role(), v1::PrincipalRole::InternalService);

    let nobody = json!({ "name": "needs/0197f000-0000-7000-8000-0000000000ff" });
    let answer = web.post(HOTLINE, GET_NEED, &nobody).await;
    let error = answer.json();
    assert_eq!((answer.status, error["code"].as_str()), (404, Some("not_found")), "{error}");
    assert_eq!(error["details"][0]["type"], "google.rpc.ErrorInfo");
    assert_eq!(error["details"][0]["debug"]["reason"], "NOT_FOUND");
    let request = v1::GetNeedRequest { name: nobody["name"].as_str().unwrap().to_owned(), ..Default::default() };
    let answer = web.ask("POST", GET_NEED, &headers, &request.encode_to_vec()).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("not_found")), "JSON whatever the codec");

    for (path, body, status, code) in [
        (GET_NEED, json!({ "nmae": "x" }), 400, "invalid_argument"),
        ("/wishwell.v1.NeedService/Nothing", json!({}), 501, "unimplemented"),
        ("/wishwell.v1.ReferralService/WatchEvents", json!({}), 501, "unimplemented"),
    ] {
        let answer = web.post(HOTLINE, path, &body).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{path}");
    }
    let answer = web.post("", GET_PRINCIPAL, &json!({})).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("unauthenticated")));
    let answer = web.ask("GET", GET_PRINCIPAL, &headers, b"").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    let answer = web.ask("POST", GET_PRINCIPAL, &[("content-type", "text/plain")], b"{}").await;
    assert_eq!(answer.status, 415);
}

/// Frames of a gRPC-Web body: whether it is the trailers, and its content.
fn frames(mut body: &[u8]) -> Vec<(bool, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flags, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        frames.push((flags & 0x80 != 0, rest[..length].to_vec()));
        body = &rest[length..];
    }
    frames
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&[0], u32::try_from(message.len()).unwrap().to_be_bytes().as_slice(), message].concat()
}

#[tokio::test]
async fn grpc_web_carries_the_message_and_then_its_trailers_in_the_body() {
    let served = Served::demo().await;
    let mut web = served.web();
    let headers =
        [("authorization", "Bearer demo-hotline"), ("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    let answer = web.ask("POST", GET_PRINCIPAL, &headers, &framed(b"")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/grpc-web+proto"));
    let frames_of = frames(&answer.body);
    let [(false, message), (true, trailers)] = frames_of.as_slice() else { panic!("{frames_of:?}") };
    let message = v1::GetPrincipalResponse::decode(message.as_slice()).expect("the answer's message");
    assert_eq!(message.principal.expect("somebody").role(), v1::PrincipalRole::InternalService);
    assert!(String::from_utf8_lossy(trailers).contains("grpc-status:0"), "{trailers:?}");

    let request =
        v1::GetNeedRequest { name: "needs/0197f000-0000-7000-8000-0000000000ff".to_owned(), ..Default::default() };
    let answer = web.ask("POST", GET_NEED, &headers, &framed(&request.encode_to_vec())).await;
    let trailers = frames(&answer.body)
        .into_iter()
        .find(|(trailers, _)| *trailers)
        .map(|(_, text)| String::from_utf8(text).unwrap());
    let said = trailers.unwrap_or_else(|| format!("grpc-status:{}", answer.header("grpc-status").unwrap_or_default()));
    assert!(said.contains("grpc-status:5"), "{said} {answer:?}");
}
