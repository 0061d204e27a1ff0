//! What no client should send to the gateway: each has a clear answer that names what is wrong, within a time, and costs nobody else anything.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wishwell_scenarios::Served;
use wishwell_scenarios::made::operations;
use wishwell_scenarios::referring::HOTLINE;
use wishwell_scenarios::web::Plain;

const KEY: (&str, &str) = ("authorization", "Bearer demo-hotline");
const JSON: (&str, &str) = ("content-type", "application/json");

fn need() -> Value {
    operations().into_iter().find(|one| one.name() == "NeedService.SubmitNeed").expect("an operation").body
}

/// The need with one value put somewhere.
fn with(pointer: &str, name: &str, value: Value) -> Value {
    let mut body = need();
    body.pointer_mut(pointer).expect("a place").as_object_mut().expect("an object").insert(name.to_owned(), value);
    body
}

#[tokio::test]
async fn wrong_types_and_unknown_fields_are_named_all_at_once() {
    let served = Served::demo().await;
    let mut web = served.web();
    for (body, field, reason) in [
        (with("/need", "nmae", json!(1)), "need.nmae", "JSON_UNKNOWN_FIELD"),
        (with("/need/items/0", "category", json!(17)), "need.items[0].category", "JSON_TYPE"),
        (with("/need", "items", json!({})), "need.items", "JSON_TYPE"),
        (with("/need", "urgency", json!("URGENT")), "need.urgency", "JSON_UNKNOWN_VALUE"),
        (
            with("/need/items/0/quantity", "value", json!("9223372036854775808")),
            "need.items[0].quantity.value",
            "JSON_RANGE",
        ),
        (with("/need/items/0/quantity", "value", json!("1e400")), "need.items[0].quantity.value", "JSON_TYPE"),
        (
            with("/need/items/0/quantity", "value", json!("9".repeat(10_000))),
            "need.items[0].quantity.value",
            "JSON_RANGE",
        ),
        (with("/need/items/0/quantity", "value", json!(1.5)), "need.items[0].quantity.value", "JSON_TYPE"),
        (with("/need/place", "latitude", json!("north")), "need.place.latitude", "JSON_TYPE"),
        (with("/need", "deadline", json!("tomorrow")), "need.deadline", "JSON_"),
        (json!({ "need": 1 }), "need", "JSON_TYPE"),
    ] {
        let answer = web.post(HOTLINE, "/v1/needs", &body).await;
        let violations = answer.violations();
        let (found, why) = violations.first().unwrap_or_else(|| panic!("{}", answer.text()));
        assert_eq!((answer.status, found.as_str()), (400, field), "{}", answer.text());
        assert!(why.starts_with(reason), "{field}: {why}");
    }
    let mut several = need();
    several["need"]["nmae"] = 1.into();
    several["need"]["urgency"] = true.into();
    several["requetsId"] = "x".into();
    let answer = web.post(HOTLINE, "/v1/needs", &several).await;
    assert_eq!((answer.status, answer.violations().len()), (400, 3), "{}", answer.text());
    // What can be read is held to the contract and to what there is in one go.
    let mut broken = need();
    broken["need"]["urgency"] = "URGENCY_UNSPECIFIED".into();
    broken["need"]["items"][0]["category"] = "no.such".into();
    let answer = web.post(HOTLINE, "/v1/needs", &broken).await;
    let fields: Vec<String> = answer.violations().into_iter().map(|(field, _)| field).collect();
    assert_eq!((answer.status, fields.join(" ").as_str()), (400, "need.urgency need.items[0].category"));
    for (query, field, reason) in [
        ("pageSzie=3", "pageSzie", "QUERY_UNKNOWN_PARAMETER"),
        ("pageSize=many", "page_size", "JSON_TYPE"),
        ("pageSize=99999999999", "page_size", "JSON_RANGE"),
        ("pageSize=3&page_size=4", "page_size", "JSON_DUPLICATE"),
        ("filter.urgency=HIGH", "filter.urgency", "JSON_UNKNOWN_VALUE"),
        ("filter.nothing.at.all=1", "filter.nothing.at.all", "QUERY_UNKNOWN_PARAMETER"),
        ("pageToken=%ff", "pageToken", "QUERY_ENCODING"),
        ("pageToken=%zz", "pageToken", "QUERY_ENCODING"),
    ] {
        let answer = web.get(HOTLINE, &format!("/v1/needs?{query}")).await;
        let expected = vec![(field.to_owned(), reason.to_owned())];
        assert_eq!((answer.status, answer.violations()), (400, expected), "{query}");
    }
    let many = vec!["pageSize=1"; 1_200].join("&");
    let answer = web.get(HOTLINE, &format!("/v1/needs?{}", &many[..7_000])).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_so() {
    let served = Served::demo().await;
    let mut web = served.web();
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for body in [
        &b"{"[..],
        b"{\"need\": {\"place\": \xff}}",
        b"{\"requestId\": \"\xc3\x28\"}",
        b"{\"requestId\": \"\\ud800\"}",
        b"not json",
        b"[]",
        b"{} {}",
        b"\0",
        deep.as_bytes(),
    ] {
        let answer = web.ask("POST", "/v1/needs", &[KEY, JSON], body).await;
        assert_eq!(answer.status, 400, "{body:?}");
        assert!(["MALFORMED_MESSAGE", "INVALID_FIELDS"].contains(&answer.reason().as_str()), "{}", answer.text());
    }
    let twice = b"{\"need\": {\"urgency\": \"URGENCY_NORMAL\", \"urgency\": \"URGENCY_CRITICAL\"}}";
    let answer = web.ask("POST", "/v1/needs", &[KEY, JSON], twice).await;
    assert_eq!(answer.violations(), [("need.urgency".to_owned(), "JSON_DUPLICATE".to_owned())]);
    let answer = web.ask("GET", "/v1/needs", &[KEY, JSON], b"{\"pageSize\": 3}").await;
    assert_eq!((answer.status, answer.violations()[0].1.as_str()), (400, "HTTP_NO_BODY"));
}

#[tokio::test]
async fn a_path_cannot_leave_where_it_is_and_must_be_text() {
    let served = Served::demo().await;
    let mut web = served.web();
    for path in [
        "/v1/needs/../../etc/passwd",
        "/v1/needs/%2e%2e/organizations",
        "/v1/needs/..%2f..%2fetc",
        "/v1/needs/..%5c..%5cetc",
        "/v1//needs",
        "/v1/needs/%ff",
        "/v1/needs/%c3%28",
        "/v1/needs/%00",
        "/v1/needs/%",
        "/v1/needs/%0d%0aset-cookie:a=b",
    ] {
        let answer = web.get(HOTLINE, path).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "MALFORMED_MESSAGE"), "{path}");
    }
    for path in ["/../v1/needs", "/assets/../../Cargo.toml", "/assets/%2e%2e%2fCargo.toml", "/%2e%2e/etc/passwd"] {
        let answer = web.get("", path).await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    // Bytes beyond ASCII are no target of HTTP.
    let mut raw = Plain::to(served.web.unwrap());
    let answer = raw
        .exchange(
            b"GET /v1/needs/\xff\xfe HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer demo-hotline\r\n\r\n",
            false,
        )
        .await;
    assert_eq!(answer.expect("an answer").status, 400);
}

#[tokio::test]
async fn what_is_too_long_is_refused_by_its_own_code() {
    let served = Served::demo().await;
    let mut web = served.web();
    let long = "x".repeat(9_000);
    let answer = web.get(HOTLINE, &format!("/v1/needs?pageToken={long}")).await;
    assert_eq!((answer.status, answer.reason().as_str()), (414, "MESSAGE_TOO_LARGE"), "{answer:?}");
    assert_eq!(answer.header("retry-after"), None, "it stays too long");
    let by_name = format!("/wishwell.v1.NeedService/GetNeed?message={long}");
    let answer = served.web().ask("POST", &by_name, &[KEY, JSON], b"{}").await;
    assert_eq!((answer.status, &answer.json()["code"]), (414, &json!("resource_exhausted")), "{answer:?}");
    let huge = "x".repeat(40_000);
    let answer = web.ask("GET", "/v1/needs", &[KEY, ("x-filler", &huge)], b"").await;
    assert_eq!(answer.status, 431);
    let names: Vec<String> = (0..80).map(|number| format!("x-filler-{number}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(Plain::to(served.web.unwrap()).ask("GET", "/v1/needs", &many, b"").await.status, 431);
    let large = format!("{{\"requestId\": \"{}\"}}", "x".repeat(1024 * 1024));
    let answer = Plain::to(served.web.unwrap()).ask("POST", "/v1/needs", &[KEY, JSON], large.as_bytes()).await;
    assert_eq!((answer.status, answer.reason().as_str()), (413, "MESSAGE_TOO_LARGE"));
    // Announced or not: chunks are counted as they come.
    let head = format!(
        "POST /v1/needs HTTP/1.1\r\nhost: localhost\r\n{}: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        KEY.0, KEY.1
    );
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, "y".repeat(64 * 1024));
    let chunked = [head.as_bytes(), chunk.repeat(17).as_bytes(), b"0\r\n\r\n"].concat();
    let answer = Plain::to(served.web.unwrap()).exchange(&chunked, false).await.expect("an answer");
    assert_eq!(answer.status, 413);
    served.web().get(HOTLINE, "/v1/needs").await.ok();
}

#[tokio::test]
async fn a_body_of_another_type_or_compressed_is_refused_before_it_is_read() {
    let served = Served::demo().await;
    let mut web = served.web();
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "",
    ] {
        let answer = web.ask("POST", "/v1/needs", &[KEY, ("content-type", kind)], b"{}").await;
        assert_eq!((answer.status, answer.reason().as_str()), (415, "MALFORMED_MESSAGE"), "{kind:?}");
    }
    for encoding in ["gzip", "br", "deflate", "identity, gzip"] {
        let answer = web.ask("POST", "/v1/needs", &[KEY, JSON, ("content-encoding", encoding)], b"{}").await;
        assert_eq!((answer.status, answer.reason().as_str()), (415, "MALFORMED_MESSAGE"), "{encoding}");
    }
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        let answer = web.ask("POST", "/v1/resources:find", &[KEY, ("content-type", kind)], b"{}").await;
        assert_eq!(answer.status, 400, "{kind}: read, and then found to be empty");
    }
}

#[tokio::test]
async fn whoever_sends_too_slowly_is_answered_within_the_bound() {
    let served = Served::demo().await;
    let address = served.web.unwrap();
    let started = Instant::now();
    let slow_body = tokio::spawn(async move {
        let head = format!(
            "POST /v1/needs HTTP/1.1\r\nhost: localhost\r\n{}: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
            KEY.0, KEY.1
        );
        Plain::to(address).exchange(head.as_bytes(), false).await
    });
    let slow_page = tokio::spawn(async move {
        let head = "POST /sign-in HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nt";
        Plain::to(address).exchange(head.as_bytes(), false).await
    });
    let slow_head = tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("accepted");
        stream.write_all(b"GET /v1/needs HTTP/1.1\r\nhost: ").await.expect("taken");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    });
    let mute = tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("accepted");
        stream.read_to_end(&mut Vec::new()).await
    });
    // Others are served meanwhile.
    served.web().get(HOTLINE, "/v1/needs").await.ok();
    let answer = slow_body.await.unwrap().expect("an answer");
    assert_eq!((answer.status, answer.reason().as_str()), (408, "MALFORMED_MESSAGE"));
    let answer = slow_page.await.unwrap().expect("an answer");
    assert_eq!(answer.status, 408, "{answer:?}");
    let _ = slow_head.await.unwrap();
    let _ = mute.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[tokio::test]
async fn requests_that_two_readers_could_take_apart_differently_are_refused() {
    let served = Served::demo().await;
    let address = served.web.unwrap();
    for head in [
        "POST /v1/resources:find HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n{}{}",
        "POST /v1/resources:find HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n{}",
        "POST /v1/resources:find HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "GET /v1/needs HTTP/1.1\r\nhost : localhost\r\n\r\n",
        "GET /v1/ne eds HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "GET /v1/needs HTTP/9.9\r\nhost: localhost\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let answer = Plain::to(address).exchange(head.as_bytes(), false).await;
        let status = answer.map_or(400, |answer| answer.status);
        assert!((400..500).contains(&status), "{head:?}: {status}");
    }
    served.web().get(HOTLINE, "/v1/needs").await.ok();
}
