//! Deadlines, overload and peers that do not behave: each is held by a bound, and costs nobody else anything.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{Operator, organization};
use wishwell_scenarios::frames::{
    Connection, DATA, END_STREAM, ENHANCE_YOUR_CALM, GOAWAY, HEADERS, REFUSED_STREAM, RST_STREAM, SETTINGS, call,
    frame, overflow, reset,
};
use wishwell_scenarios::raw::RawCodec;
use wishwell_scenarios::{Served, admin};
use wishwell_test_support::process::is_serving;

const LIST_NEEDS: &str = "/wishwell.v1.NeedService/ListNeeds";
const WATCH_EVENTS: &str = "/wishwell.v1.ReferralService/WatchEvents";
const KEY: (&str, &str) = ("authorization", "Bearer demo-hotline");
/// A position that the log never reaches: the answer waits for it.
const NEVER: i64 = 1 << 40;

/// A call that waits two seconds for a position.
fn waiting() -> v1::ListNeedsRequest {
    v1::ListNeedsRequest { min_position: NEVER, ..v1::ListNeedsRequest::default() }
}

/// What the server says to a call that waits for ever, with this `grpc-timeout`.
async fn told_by_the_server(served: &Served, timeout: &str) -> Status {
    let answer = served.asked_over_h2(LIST_NEEDS, &[KEY, ("grpc-timeout", timeout)], &waiting()).await;
    Status::from_header_map(answer.headers()).expect("refused without a body")
}

#[tokio::test]
async fn a_call_past_its_deadline_is_answered_deadline_exceeded_by_the_server() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let asked = Instant::now();
    let status = told_by_the_server(&served, "100m").await;
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().map(|info| info.reason.as_str()), Some("DEADLINE_EXCEEDED"));
    assert!(asked.elapsed() >= Duration::from_millis(100));
    let status = served.needs("demo-hotline").list_needs(waiting()).await.expect_err("nobody gets there");
    assert_eq!(status.code(), Code::Unavailable, "without a deadline it is the wait that ends: {status:?}");
    let status = told_by_the_server(&served, "soon").await;
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
}

#[tokio::test]
async fn a_stream_ends_at_its_deadline_and_without_one_it_goes_on() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let watch = v1::WatchEventsRequest { after_position: -1, ..Default::default() };
    let (asked, second) = (Instant::now(), Duration::from_secs(1));
    let mut lasting = served.asked_over_h2(WATCH_EVENTS, &[KEY], &watch).await.into_body();
    let mut bounded = served.asked_over_h2(WATCH_EVENTS, &[KEY, ("grpc-timeout", "5S")], &watch).await.into_body();
    assert!(!lasting.data().await.expect("an answer").expect("no reset").is_empty());
    let trailers = tokio::time::timeout(60 * second, async {
        while let Some(answer) = bounded.data().await {
            answer.expect("no reset");
        }
        bounded.trailers().await.expect("no reset").expect("trailers")
    });
    let status = Status::from_header_map(&trailers.await.expect("an end")).expect("a status");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().map(|info| info.reason.as_str()), Some("DEADLINE_EXCEEDED"));
    assert!(asked.elapsed() >= 5 * second);
    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    let method = WATCH_EVENTS.trim_start_matches('/');
    assert_eq!(admin::calls(&metrics, method, "DEADLINE_EXCEEDED"), 1.0, "{metrics}");
    let more = tokio::time::timeout(second, lasting.data()).await;
    assert!(more.is_err(), "the other one is still open: {more:?}");
}

#[tokio::test]
async fn a_stream_whose_reader_takes_nothing_ends_at_its_deadline_and_tells_it_when_the_reader_goes_on() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let watch = v1::WatchEventsRequest { after_position: -1, ..Default::default() };
    // Room for one byte: the first answer does not get through, the second one waits behind it, and nobody asks for a third one.
    let mut narrow = h2::client::Builder::new();
    narrow.initial_window_size(1);
    let (asked, seconds) = (Instant::now(), Duration::from_secs);
    let headers = [KEY, ("grpc-timeout", "4S")];
    let mut answers = served.asked_through(&narrow, WATCH_EVENTS, &headers, &watch).await.into_body();
    let anywhere = v1::Organization { division: String::new(), ..organization("o-1") };
    Operator(&served).create_organization(anywhere).await.expect("created");
    let metrics = async || admin::get(served.admin, "/metrics").await.1;
    let under_way = async || admin::figure(&metrics().await, &["wishwell_streams_active"]);
    assert_eq!(under_way().await, 1.0);
    while under_way().await > 0.0 {
        assert!(asked.elapsed() < seconds(60), "it is under way for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(asked.elapsed() >= seconds(4));
    let method = WATCH_EVENTS.trim_start_matches('/');
    assert_eq!(admin::calls(&metrics().await, method, "DEADLINE_EXCEEDED"), 1.0);
    let trailers = tokio::time::timeout(seconds(60), async {
        while let Some(answer) = answers.data().await {
            let bytes = answer.expect("no reset").len();
            answers.flow_control().release_capacity(bytes).expect("as much as came");
        }
        answers.trailers().await.expect("no reset").expect("trailers")
    });
    let status = Status::from_header_map(&trailers.await.expect("an end")).expect("a status");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert_eq!(admin::calls(&metrics().await, method, "DEADLINE_EXCEEDED"), 1.0, "counted once");
}

#[tokio::test]
async fn beyond_its_bound_a_server_refuses_at_once_and_still_tells_its_health() {
    let served = Served::start(&["--demo=false", "--calls-active-max", "2"], &[]).await;
    let calls: Vec<_> = (0..2)
        .map(|_| {
            let mut needs = served.needs("demo-hotline");
            tokio::spawn(async move { needs.list_needs(waiting()).await })
        })
        .collect();
    // The two wait for two seconds; while both are there, the third is refused.
    while admin::figure(&admin::get(served.admin, "/metrics").await.1, &["wishwell_calls_active"]) < 2.0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let third = served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await;
    let status = third.expect_err("the third call is refused while two are under way");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let details = status.get_error_details();
    let info = details.error_info().expect("a reason");
    assert_eq!(info.reason, "OVERLOADED");
    assert_eq!(info.metadata.get("limit").map(String::as_str), Some("calls_active_max"));
    let health = HealthClient::new(served.channel()).check(HealthCheckRequest::default()).await;
    assert!(health.is_ok(), "{health:?}");
    for call in calls {
        let status = call.await.unwrap().expect_err("nobody gets there");
        assert_eq!(status.code(), Code::Unavailable, "those under way are finished");
    }
    let again = served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await;
    assert!(again.is_ok(), "there is room again: {again:?}");
    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    assert!(admin::figure(&metrics, &["wishwell_calls_shed_total"]) >= 1.0);
}

#[tokio::test]
async fn a_flood_of_streams_opened_and_reset_ends_the_connection_and_no_other() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut flood = Connection::open(served.address).await;
    let mut open = true;
    for burst in 0..100_u32 {
        let streams = (0..100).map(|number| 2 * (burst * 100 + number) + 1);
        let bytes: Vec<u8> =
            streams.flat_map(|stream| [call(stream, LIST_NEEDS, &[KEY]), reset(stream)].concat()).collect();
        open = flood.send(&bytes).await;
        if !open {
            break;
        }
    }
    let end = flood.next_of(|frame| frame.kind == GOAWAY).await;
    if let Some(goaway) = &end {
        assert_eq!(goaway.error_code(), ENHANCE_YOUR_CALM);
    }
    assert!(end.is_some() || !open, "the flood was ended");
    while flood.next().await.is_some() {}
    assert!(is_serving(served.address).await);
    served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("others are served");
    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    assert_eq!(admin::figure(&metrics, &["wishwell_calls_active"]), 0.0, "nothing is left of it");
}

#[tokio::test]
async fn a_peer_that_makes_the_server_reset_its_streams_over_and_over_loses_its_connection_and_nobody_else_does() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut other = Connection::open(served.address).await;
    assert!(other.send(&call(1, LIST_NEEDS, &[KEY])).await);
    let mut provoker = Connection::open(served.address).await;
    let mut end = None;
    // Each of these streams is reset by the server, for an error that is the peer's; more than a thousand are enough.
    for stream in (0..3_000_u32).map(|number| 2 * number + 1) {
        if !provoker.send(&[call(stream, LIST_NEEDS, &[KEY]), overflow(stream)].concat()).await {
            break;
        }
        end =
            provoker.next_of(|frame| frame.kind == GOAWAY || frame.kind == RST_STREAM && frame.stream == stream).await;
        if end.as_ref().is_none_or(|frame| frame.kind == GOAWAY) {
            break;
        }
    }
    let goaway = end.expect("told why");
    assert_eq!((goaway.kind, goaway.error_code()), (GOAWAY, ENHANCE_YOUR_CALM), "{goaway:?}");
    while provoker.next().await.is_some() {}
    // The call that was under way on another connection is answered once its body is there: an empty message.
    assert!(other.send(&frame(DATA, END_STREAM, 1, &[0; 5])).await);
    let answer = other.next_of(|frame| frame.stream == 1 && frame.kind == HEADERS).await.expect("an answer");
    assert!(!answer.payload.is_empty());
    served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("others are served");
}

#[tokio::test]
async fn more_streams_than_a_connection_may_have_are_refused() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut greedy = Connection::open(served.address).await;
    let settings = greedy.next_of(|frame| frame.kind == SETTINGS && !frame.payload.is_empty()).await.expect("settings");
    let announced = settings.payload.chunks(6).find(|setting| setting[..2] == [0, 3]).expect("a bound on streams");
    let bound = u32::from_be_bytes(announced[2..6].try_into().unwrap());
    assert_eq!(bound, 1_024);
    // Calls whose bodies never come stay under way.
    for number in 0..bound + 8 {
        assert!(greedy.send(&call(2 * number + 1, LIST_NEEDS, &[KEY])).await);
    }
    let refused = greedy.next_of(|frame| frame.kind == RST_STREAM).await.expect("a refusal");
    assert_eq!((refused.error_code(), refused.stream), (REFUSED_STREAM, 2 * bound + 1));
    served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("others are served");
}

#[tokio::test]
async fn headers_beyond_their_bound_are_refused_without_being_read_further() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let large = "x".repeat(15_000);
    let mut client = Connection::open(served.address).await;
    // 16,384 bytes are the most a frame may have, and names and lengths count as well.
    assert!(client.send(&call(1, LIST_NEEDS, &[KEY, ("x-filler", &large), ("x-more", &"y".repeat(1_100))])).await);
    let answer = client.next_of(|frame| frame.stream == 1 || frame.kind == GOAWAY).await.expect("an answer");
    assert!([HEADERS, RST_STREAM, GOAWAY].contains(&answer.kind), "{answer:?}");
    if answer.kind == HEADERS {
        // 431, request header fields too large, as it is compressed.
        assert_eq!(answer.payload, [0x48, 0x83, 0x69, 0x90, 0xff]);
    }
    served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("others are served");
}

#[tokio::test]
async fn a_caller_whose_body_never_ends_is_answered_at_its_deadline() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut slow = Connection::open(served.address).await;
    assert!(slow.send(&call(1, LIST_NEEDS, &[KEY, ("grpc-timeout", "200m")])).await);
    // The head of a message of 100 bytes, and one byte of it.
    assert!(slow.send(&frame(DATA, 0, 1, &[0, 0, 0, 0, 100, 10])).await);
    let answer = slow.next_of(|frame| frame.stream == 1 && frame.kind == HEADERS).await.expect("an answer");
    assert!(!answer.payload.is_empty());
    let (_, metrics) = admin::get(served.admin, "/metrics").await;
    let counted = ["_count", "ListNeeds", "DEADLINE_EXCEEDED"];
    assert_eq!(admin::figure(&metrics, &counted), 1.0, "{metrics}");
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_as_sent_and_as_unpacked() {
    let served = Served::start(&["--demo=false"], &[]).await;
    // Three mebibytes of an unknown field: a few kilobytes compressed, more than a body may have once unpacked.
    let mut large = vec![0x7a];
    prost::encoding::encode_varint(3 << 20, &mut large);
    large.resize(large.len() + (3 << 20), 0);
    for compressed in [false, true] {
        let mut client = tonic::client::Grpc::new(served.channel());
        if compressed {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        client.ready().await.expect("the server takes calls");
        let mut request = Request::new(large.clone());
        request.metadata_mut().insert("authorization", KEY.1.parse().unwrap());
        let path = http::uri::PathAndQuery::from_static(LIST_NEEDS);
        let status = client.unary(request, path, RawCodec).await.expect_err("too large");
        assert_eq!(status.code(), Code::ResourceExhausted, "compressed {compressed}: {status:?}");
        let details = status.get_error_details();
        let reason = details.error_info().map(|info| info.reason.clone());
        assert_eq!(reason.as_deref(), Some("MESSAGE_TOO_LARGE"), "compressed {compressed}: {status:?}");
    }
    served.needs("demo-hotline").list_needs(v1::ListNeedsRequest::default()).await.expect("others are served");
}

#[tokio::test]
async fn a_connection_that_says_nothing_does_not_hold_up_the_end() {
    let mut served = Served::start(&["--demo=false"], &[]).await;
    let mute = tokio::net::TcpStream::connect(served.address).await.expect("accepted");
    let mut half = tokio::net::TcpStream::connect(served.address).await.expect("accepted");
    half.write_all(b"PRI * HTTP/2.0").await.expect("taken");
    let asked = Instant::now();
    served.process.terminate();
    assert!(served.process.wait_until_ended(Duration::from_secs(10)).await.success());
    assert!(asked.elapsed() < Duration::from_secs(6), "nobody was under way, and yet it took {:?}", asked.elapsed());
    drop((mute, half));
}
