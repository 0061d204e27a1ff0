//! Paths lead to the calls that the contract says, and to nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use http::Method;
use proptest::prelude::*;
use support::{compile, contract, everything};
use wishwell_transcoding::{Lookup, MalformedPath, RouteTable};

const ID: &str = "0197a000-0000-7000-8000-000000000001";

/// The call and what its variables captured, or what else became of it.
fn found(table: &RouteTable, method: &str, path: &str) -> String {
    match table.find(&Method::from_bytes(method.as_bytes()).unwrap(), path) {
        Lookup::Found(route, captures) => {
            format!("{} {}", route.method().name(), captures.values().join(" ")).trim_end().to_owned()
        }
        Lookup::MethodNotAllowed(allowed) => {
            format!("allowed {}", allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(" "))
        }
        Lookup::NotFound => "not found".to_owned(),
        Lookup::Malformed(why) => format!("{why:?}"),
    }
}

#[test]
fn every_method_without_a_stream_of_requests_has_a_route_that_leads_to_it() {
    let pool = wishwell_api::descriptor_pool();
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let routes: Vec<_> = contract().routes().filter(|route| *route.method() == method).collect();
        assert_eq!(routes.is_empty(), method.is_client_streaming(), "{}", method.full_name());
        for route in routes {
            let path: String = route
                .path_template()
                .split('{')
                .map(|part| part.split_once('=').map_or(part, |(_, pattern)| pattern).replace('}', "").replace('*', ID))
                .collect();
            let Lookup::Found(same, _) = contract().find(route.http_method(), &path) else { panic!("{path}") };
            assert_eq!(same.call_path(), route.call_path(), "{path}");
            assert!(contract().call(route.call_path()).is_some());
        }
    }
}

#[test]
fn paths_of_the_contract() {
    for (method, path, expected) in [
        ("GET", "/v1/needs/a", "GetNeed needs/a"),
        ("PATCH", "/v1/needs/a", "UpdateNeed needs/a"),
        ("POST", "/v1/needs/a:withdraw", "WithdrawNeed needs/a"),
        ("POST", "/v1/needs/a:close", "CloseNeed needs/a"),
        ("POST", "/v1/needs/a:autoRefer", "AutoRefer needs/a"),
        ("GET", "/v1/needs/a:b", "GetNeed needs/a:b"),
        ("GET", "/v1/needs/a%3Awithdraw", "GetNeed needs/a:withdraw"),
        ("GET", "/v1/needs/a%2Fb", "GetNeed needs/a%2Fb"),
        ("GET", "/v1/needs/%E5%BF%83", "GetNeed needs/心"),
        ("POST", "/v1/resources:find", "FindResources"),
        ("GET", "/v1/events:watch", "WatchEvents"),
        ("POST", "/v1/needs", "SubmitNeed"),
        ("DELETE", "/v1/needs", "allowed GET POST"),
        ("GET", "/v1/needs/a:withdraw", "allowed POST"),
        ("DELETE", "/v1/needs/a:withdraw", "allowed POST"),
        ("GET", "/v1/needs/", "not found"),
        ("GET", "/v1/needs/a/", "not found"),
        ("GET", "/v1/needs/a/b", "not found"),
        ("GET", "/v1/Needs", "not found"),
        ("GET", "/v2/needs", "not found"),
        ("GET", "/", "not found"),
        ("GET", "/v1/needs/:withdraw", "GetNeed needs/:withdraw"),
        ("GET", "/v1//needs", "EmptySegment"),
        ("GET", "/v1/needs/..", "Traversal"),
        ("GET", "/v1/needs/a%00", "ControlCharacter"),
        ("POST", "/v1/plan", "not found"),
    ] {
        assert_eq!(found(contract(), method, path), expected, "{method} {path}");
    }
}

#[test]
fn forms_of_templates_that_the_contract_does_not_use() {
    let (_, table) = everything();
    for (method, path, expected) in [
        ("GET", "/v1/things/x", "Read things/x"),
        ("GET", "/v1/things/exact", "Exact"),
        ("PUT", "/v1/things/exact/leaf", "Write things/exact"),
        ("GET", "/v1/things:watch", "Watch"),
        ("GET", "/v1/leaves/a%2Fb%20c/numbers/-7", "Read a/b c -7"),
        ("GET", "/v1/files", "Read files"),
        ("GET", "/v1/files/a/b%2Fc/d", "Read files/a/b%2Fc/d"),
        ("REPORT", "/v1/things", "Read"),
        ("GET", "/v1/things", "allowed REPORT"),
        ("POST", "/v1/things:upload", "not found"),
        ("DELETE", "/v1/things/exact", "Write things/exact"),
    ] {
        assert_eq!(found(table, method, path), expected, "{method} {path}");
    }
}

fn with_rule(rule: &str) -> Result<RouteTable, String> {
    let text = format!(
        r#"syntax = "proto3";
        package wrong.v1;
        import "google/api/annotations.proto";
        message Asked {{ string name = 1; repeated string names = 2; Asked inner = 3; bytes some = 4; }}
        service Wrong {{
          rpc First(Asked) returns (Asked) {{ option (google.api.http) = {{get: "/v1/a/*" additional_bindings {{get: "/v1/b/*:go"}} }}; }}
          rpc Second(Asked) returns (Asked) {{ option (google.api.http) = {{ {rule} }}; }}
        }}"#
    );
    RouteTable::compile(&compile("wrong.proto", &text)).map_err(|error| error.to_string())
}

#[test]
fn rules_that_cannot_be_kept_are_refused_when_they_are_compiled() {
    for (rule, part) in [
        (r#"get: "/v1/a/*""#, "fit one path"),
        (r#"get: "/v1/{name=a/*}""#, "fit one path"),
        (r#"get: "/v1/*/b""#, "fit one path"),
        (r#"get: "/v1/{name=b/*}:go""#, "fit one path"),
        (r#"get: "/v1/c/{nothing}""#, "no field of the request"),
        (r#"get: "/v1/c/{name.more}""#, "no field of the request"),
        (r#"get: "/v1/c/{names}""#, "repeated"),
        (r#"get: "/v1/c/{inner}""#, "a type that cannot be in a path"),
        (r#"get: "/v1/c/{some}""#, "a type that cannot be in a path"),
        (r#"post: "/v1/c" body: "nothing""#, "no field of the request"),
        (r#"post: "/v1/c/{inner.name}" body: "inner""#, "in the path and in the body"),
        (r#"get: "/v1/c" response_body: "nothing""#, "no field of the answer"),
        (r#"get: "v1/c""#, "slash"),
        (r#"body: "*""#, "no path"),
        (r#"custom: {kind: "A B" path: "/v1/c"}"#, "no method of HTTP"),
    ] {
        let refused = with_rule(rule).expect_err(rule);
        assert!(refused.contains(part) && refused.contains("wrong.v1.Wrong.Second"), "{rule}: {refused}");
    }
    for rule in [
        r#"post: "/v1/a/*""#,
        r#"get: "/v1/a/b""#,
        r#"get: "/v1/**""#,
        r#"get: "/v1/a/*:go""#,
        r#"get: "/v1/c/{inner.inner.name}""#,
    ] {
        with_rule(rule).expect(rule);
    }
}

#[test]
fn a_malformed_path_says_what_is_wrong() {
    let why = match contract().find(&Method::GET, "/v1/%zz") {
        Lookup::Malformed(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why, MalformedPath::BrokenEscape);
    assert!(why.message().contains("hexadecimal"));
}

proptest! {
    #[test]
    fn no_path_makes_it_panic(path in ".{0,60}", rest in "(/(v1|needs|things|files|leaf|%2[fF]|%[0-9a-f]{2}|\\.|:|[a-z]){0,4}){0,6}") {
        for table in [contract(), &everything().1] {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                let _ = table.find(&method, &path);
                if let Lookup::Found(_, captures) = table.find(&method, &rest) {
                    for value in captures.values() {
                        prop_assert!(!value.split('/').any(|part| part == ".." || part == "."), "{rest}");
                        prop_assert!(!value.contains(|letter: char| letter.is_control()));
                    }
                }
            }
        }
    }
}
