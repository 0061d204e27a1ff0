//! Errors are told as the service tells its own, over every protocol.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use http::{Method, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::contract;
use wishwell_transcoding::{Code, Detail, Lookup, Status, connect, stream};

const DOMAIN: &str = "wishwell.v1";

fn json_of(status: &Status) -> Value {
    serde_json::from_slice(&status.to_json(contract().answers())).unwrap()
}

#[test]
fn every_code_has_the_code_of_http_that_google_rpc_gives_it() {
    for (code, http) in [
        (0, 200),
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
        (17, 500),
        (-1, 500),
    ] {
        assert_eq!(Code(code).http_status().as_u16(), http, "{code}");
    }
    assert_eq!(Code(9).snake_case(), "failed_precondition");
    assert_eq!(Code(99).snake_case(), "unknown");
}

#[test]
fn a_status_of_the_service_keeps_its_details() {
    let made = Status::with_reason(Code::NOT_FOUND, "心 was not found", DOMAIN, "NOT_FOUND", &[("name", "needs/a")]);
    let status = Status::from_grpc(5, "%E5%BF%83 was not found", &made.to_wire());
    assert_eq!(status, made);
    assert_eq!(status.http_status(), StatusCode::NOT_FOUND);
    assert_eq!(
        json_of(&status),
        json!({
            "code": 5,
            "message": "心 was not found",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "NOT_FOUND",
                "domain": "wishwell.v1",
                "metadata": {"name": "needs/a"},
            }],
        })
    );
    assert_eq!(Status::from_wire(&made.to_wire()), Some(made));
}

#[test]
fn details_that_are_broken_or_unknown_lose_neither_code_nor_message() {
    let status = Status::from_grpc(14, "50% gone %zz %", b"\xff\xff");
    assert_eq!(json_of(&status), json!({"code": 14, "message": "50% gone %zz %", "details": []}));
    let broken = |name: &str| Detail { type_url: format!("type.googleapis.com/{name}"), value: vec![0xff] };
    let details = vec![broken("google.rpc.ErrorInfo"), broken("nobody.Knows")];
    let status = Status { code: Code(0), message: String::new(), details };
    assert_eq!(
        json_of(&status),
        json!({"code": 2, "message": "", "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "value": "/w=="},
            {"@type": "type.googleapis.com/nobody.Knows", "value": "/w=="},
        ]})
    );
}

fn refused(body: &str) -> Status {
    let Lookup::Found(route, captures) = contract().find(&Method::POST, "/v1/needs") else { panic!() };
    Status::from_violations(&route.request(&captures, None, body.as_bytes()).unwrap_err(), DOMAIN)
}

#[test]
fn violations_are_an_invalid_argument_with_all_of_them() {
    let status = refused(r#"{"need": {"nothing": 1, "items": [{"quantity": {"value": "many"}}]}}"#);
    assert_eq!(status.http_status(), StatusCode::BAD_REQUEST);
    let told = json_of(&status);
    assert_eq!(told["message"], "2 field violation(s), first: need.nothing: wishwell.v1.Need has no such field");
    assert_eq!(told["details"][0]["reason"], "INVALID_FIELDS");
    assert_eq!(
        told["details"][1],
        json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [
            {"field": "need.nothing", "description": "wishwell.v1.Need has no such field", "reason": "JSON_UNKNOWN_FIELD"},
            {"field": "need.items[0].quantity.value", "description": "must be a whole number (got \"many\")", "reason": "JSON_TYPE"},
        ]})
    );
    assert_eq!(json_of(&refused("{"))["details"][0]["reason"], "MALFORMED_MESSAGE");
}

#[test]
fn every_reason_that_is_given_is_one_of_the_contract() {
    let known = wishwell_api::descriptor_pool().get_enum_by_name("wishwell.v1.ErrorReason").unwrap();
    let lookups = ["/v1/nowhere", "/v1//", "/v1/needs"].map(|path| contract().find(&Method::DELETE, path));
    let statuses = lookups.iter().map(|lookup| Status::from_lookup(lookup, DOMAIN).unwrap().1);
    for status in statuses.chain([refused("{"), refused(r#"{"a": 1}"#)]) {
        let reason = json_of(&status)["details"][0]["reason"].as_str().unwrap().to_owned();
        assert!(known.get_value_by_name(&format!("ERROR_REASON_{reason}")).is_some(), "{reason}");
        let code = known.get_value_by_name(&format!("ERROR_REASON_{reason}")).unwrap().number();
        assert_ne!(code, 0);
    }
}

#[test]
fn a_request_without_a_route_is_told_what_there_is() {
    let told = |method: Method, path: &str| Status::from_lookup(&contract().find(&method, path), DOMAIN);
    let (http, status) = told(Method::DELETE, "/v1/needs").unwrap();
    assert_eq!(http, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(json_of(&status)["message"], "this path takes GET, POST");
    let (http, status) = told(Method::GET, "/v1/needs/").unwrap();
    assert_eq!((http, status.code), (StatusCode::NOT_FOUND, Code::NOT_FOUND));
    let (http, status) = told(Method::GET, "/v1/../needs").unwrap();
    assert_eq!((http, status.code), (StatusCode::BAD_REQUEST, Code::INVALID_ARGUMENT));
    assert!(told(Method::GET, "/v1/needs").is_none());
}

#[test]
fn connect_tells_an_error_by_its_name_and_its_details_by_their_bytes() {
    let status = Status::with_reason(Code::NOT_FOUND, "gone", DOMAIN, "NOT_FOUND", &[]);
    let mut out = Vec::new();
    connect::write_error(&status, contract().answers(), &mut out);
    let told: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(told["code"], "not_found");
    assert_eq!(told["message"], "gone");
    assert_eq!(told["details"][0]["type"], "google.rpc.ErrorInfo");
    assert_eq!(told["details"][0]["value"], "CglOT1RfRk9VTkQSC3dpc2h3ZWxsLnYx");
    assert_eq!(told["details"][0]["debug"]["reason"], "NOT_FOUND");
    for (content_type, codec) in [
        ("application/json", Some(connect::Codec::Json)),
        ("Application/JSON; charset=utf-8", Some(connect::Codec::Json)),
        ("application/proto", Some(connect::Codec::Proto)),
        ("application/grpc", None),
        ("", None),
    ] {
        assert_eq!(connect::Codec::of_content_type(content_type), codec, "{content_type}");
    }
}

#[test]
fn a_connect_call_is_found_by_its_path_and_read_whole() {
    let call = contract().call("/wishwell.v1.NeedService/GetNeed").unwrap();
    assert!(call.is_unary());
    assert_eq!(call.request(br#"{"name": "a"}"#).unwrap(), [0x0a, 1, b'a']);
    assert!(call.request(br#"{"nam": "a"}"#).is_err());
    assert!(contract().call("/wishwell.v1.NeedService/getNeed").is_none());
    assert!(!contract().call("/wishwell.v1.ReferralService/WatchEvents").unwrap().is_unary());
}

#[test]
fn streams_are_lines_or_events_and_end_with_their_error() {
    let status = Status { code: Code(10), message: "too\nslow".to_owned(), details: Vec::new() };
    let answers = contract().answers();
    let mut lines = Vec::new();
    stream::line(br#"{"a":1}"#, &mut lines);
    stream::error_line(&status, answers, &mut lines);
    let expected = "{\"a\":1}\n{\"error\":{\"code\":10,\"message\":\"too\\nslow\",\"details\":[]}}\n";
    assert_eq!(String::from_utf8(lines).unwrap(), expected);
    let mut events = Vec::new();
    stream::event(Some("5\n6\r\0"), Some("events"), br#"{"a":1}"#, &mut events);
    stream::event(None, None, b"{}", &mut events);
    stream::error_event(&status, answers, &mut events);
    let expected = "id: 56\nevent: events\ndata: {\"a\":1}\n\ndata: {}\n\n\
                    event: error\ndata: {\"code\":10,\"message\":\"too\\nslow\",\"details\":[]}\n\n";
    assert_eq!(String::from_utf8(events).unwrap(), expected);
}

proptest! {
    #[test]
    fn no_status_of_a_service_makes_it_panic(code: i32, message: String, details: Vec<u8>, type_url: String) {
        let mut status = Status::from_grpc(code, &message, &details);
        status.details.push(Detail { type_url, value: details });
        let told = json_of(&status);
        prop_assert!(told["code"].is_i64());
        let mut out = Vec::new();
        connect::write_error(&status, contract().answers(), &mut out);
        prop_assert!(serde_json::from_slice::<Value>(&out).is_ok());
    }
}
