//! Path, query and body become one request, or everything that is wrong with them is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use support::make::{self, Entropy};
use support::{contract, everything, reference, written};
use wishwell_transcoding::{JSON_DEPTH_MAX, Lookup, QUERY_PARAMETERS_MAX, RouteTable, VIOLATIONS_MAX};

/// The request as JSON again, or the violations as `field rule (value)`.
fn ask(table: &RouteTable, method: &str, target: &str, body: &str) -> Result<Value, Vec<String>> {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let Lookup::Found(route, captures) = table.find(&Method::from_bytes(method.as_bytes()).unwrap(), path) else {
        panic!("no route {method} {path}")
    };
    match route.request(&captures, query, body.as_bytes()) {
        Ok(wire) => Ok(written(table, &route.method().input(), &wire)),
        Err(violations) => Err(violations
            .as_slice()
            .iter()
            .map(|violation| {
                let value = violation.value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
                format!("{} {}{value}", violation.field, violation.rule.name()).trim_start().to_owned()
            })
            .collect()),
    }
}

fn read(target: &str) -> Result<Value, Vec<String>> {
    ask(&everything().1, "GET", target, "")
}

fn write(body: &str) -> Result<Value, Vec<String>> {
    let result = ask(&everything().1, "POST", "/v1/things/x:write", body);
    result.map(|mut value| {
        value.as_object_mut().unwrap().remove("aString");
        value
    })
}

#[test]
fn path_query_and_body_come_together() {
    let id = "organizations/0197a000-0000-7000-8000-000000000001";
    assert_eq!(
        ask(contract(), "GET", "/v1/wishes?category=food&pageSize=3&min_position=9007199254740993", "").unwrap(),
        json!({"category": "food", "pageSize": 3, "minPosition": "9007199254740993"})
    );
    assert_eq!(ask(contract(), "GET", &format!("/v1/{id}"), "").unwrap(), json!({"name": id}));
    let patch = r#"{"need": {"urgency": "URGENCY_NORMAL"}, "update_mask": "urgency"}"#;
    let with_name = patch.replacen('{', r#"{"name": "needs/a","#, 1);
    let expected = json!({"name": "needs/a", "need": {"urgency": "URGENCY_NORMAL"}, "updateMask": "urgency"});
    for body in [patch, &with_name] {
        assert_eq!(ask(contract(), "PATCH", "/v1/needs/a", body).unwrap(), expected);
    }
    // No body at all is an empty one.
    assert_eq!(ask(contract(), "POST", "/v1/needs/a:withdraw", "").unwrap(), json!({"name": "needs/a"}));
}

#[test]
fn a_body_that_is_one_field_leaves_the_others_to_the_query() {
    let table = &everything().1;
    assert_eq!(
        ask(table, "PUT", "/v1/things/x/leaf?anInt32=5&child.aBool=true", r#"{"name": "n"}"#).unwrap(),
        json!({"aString": "things/x", "anInt32": 5, "leaf": {"name": "n"}, "child": {"aBool": true}})
    );
    assert_eq!(
        ask(table, "PUT", "/v1/things/x/strings", r#"["a", "b"]"#).unwrap(),
        json!({"aString": "things/x", "strings": ["a", "b"]})
    );
    assert_eq!(
        ask(table, "PUT", "/v1/things/x/leaf?leaf.name=b", "null").unwrap_err(),
        ["leaf.name query.unknown_parameter"]
    );
}

#[test]
fn parameters_of_every_type_are_read() {
    for (query, expected) in [
        ("anInt64=-9223372036854775808", json!({"anInt64": "-9223372036854775808"})),
        ("an_uint64=18446744073709551615", json!({"anUint64": "18446744073709551615"})),
        ("aDouble=1e3", json!({"aDouble": 1000.0})),
        ("aDouble=NaN", json!({"aDouble": "NaN"})),
        ("aBool=true&maybeBool=false", json!({"aBool": true, "maybeBool": false})),
        ("aShade=SHADE_DARK", json!({"aShade": "SHADE_DARK"})),
        ("aShade=5&maybeShade=-3", json!({"aShade": "SHADE_DARK", "maybeShade": "SHADE_DEEP"})),
        ("aBytes=-_8%3D", json!({"aBytes": "+/8="})),
        ("int32s=1&int32s=2&int32s=3", json!({"int32s": [1, 2, 3]})),
        ("strings=a%26b&strings=&strings=c+d%2Be", json!({"strings": ["a&b", "", "c d+e"]})),
        ("leaf.name=%E5%BF%83&leaf.numbers=4", json!({"leaf": {"name": "心", "numbers": ["4"]}})),
        ("child.child.leaf.number=0", json!({"child": {"child": {"leaf": {"number": "0"}}}})),
        ("timestamp=2026-05-01T08:00:00%2B08:00", json!({"timestamp": "2026-05-01T00:00:00Z"})),
        ("timestamps=2026-05-01T00:00:00Z", json!({"timestamps": ["2026-05-01T00:00:00Z"]})),
        ("duration=-1.5s", json!({"duration": "-1.500s"})),
        ("mask=title,contact.phoneNumber", json!({"mask": "title,contact.phoneNumber"})),
        (
            "int64Value=7&boolValue=false&stringValue=",
            json!({"int64Value": "7", "boolValue": false, "stringValue": ""}),
        ),
        ("choiceLeaf.name=x", json!({"choiceLeaf": {"name": "x"}})),
        ("&&anInt32=1&", json!({"anInt32": 1})),
        ("aString", json!({})),
    ] {
        if query == "aString" {
            assert_eq!(read("/v1/things/x?aString").unwrap_err(), ["a_string http.path_bound"]);
            continue;
        }
        let mut got = read(&format!("/v1/things/x?{query}")).unwrap_or_else(|error| panic!("{query}: {error:?}"));
        got.as_object_mut().unwrap().remove("aString");
        assert_eq!(got, expected, "{query}");
    }
}

#[test]
fn parameters_that_are_wrong_are_named_all_at_once() {
    for (query, expected) in [
        (
            "nothing=1&leaf.nothing=2&anInt32.more=3",
            "nothing query.unknown_parameter; leaf.nothing query.unknown_parameter; anInt32.more query.unknown_parameter",
        ),
        ("anInt32=1&an_int32=1", "an_int32 json.duplicate"),
        ("anInt32=2147483648", "an_int32 json.range (2147483648)"),
        (
            "anInt32=1.5&anInt64=NaN&aBool=yes",
            "an_int32 json.type (1.5); an_int64 json.type (NaN); a_bool json.type (yes)",
        ),
        (
            "anUint32=-1&anUint64=99999999999999999999999",
            "an_uint32 json.range (-1); an_uint64 json.range (99999999999999999999999)",
        ),
        ("aFloat=1e39", "a_float json.range (1e39)"),
        ("aShade=PINK", "a_shade json.unknown_value (PINK)"),
        ("aBytes=*", "a_bytes json.format (*)"),
        ("timestamp=yesterday", "timestamp json.format (yesterday)"),
        (
            "leaf=x&children.anInt32=1&counts=1&struct=x",
            "leaf query.unknown_parameter; children.anInt32 query.unknown_parameter; counts query.unknown_parameter; struct query.unknown_parameter",
        ),
        ("aString=things/x", "a_string http.path_bound"),
        ("choiceNumber=1&choiceText=x", "choice_text json.oneof"),
        ("aBytes=%ff", "aBytes query.encoding"),
        ("%zz=1", "%zz query.encoding"),
        ("secret=1&secretLeaf.number=oops", "secret_leaf.number json.type"),
    ] {
        assert_eq!(read(&format!("/v1/things/x?{query}")).unwrap_err().join("; "), expected, "{query}");
    }
    let many = "int32s=1&".repeat(QUERY_PARAMETERS_MAX + 1);
    assert_eq!(read(&format!("/v1/things/x?{many}")).unwrap_err(), ["query.parameters"]);
    assert_eq!(ask(contract(), "POST", "/v1/needs?need=1", "").unwrap_err(), ["need query.unknown_parameter"]);
    assert_eq!(ask(contract(), "GET", "/v1/needs", "{}").unwrap_err(), ["http.no_body"]);
    assert!(ask(contract(), "GET", "/v1/needs", " \n").is_ok());
    assert_eq!(read("/v1/leaves/a/numbers/x").unwrap_err(), ["an_int64 json.type (x)"]);
}

#[test]
fn every_form_of_json_that_protobuf_knows_is_read() {
    for (body, expected) in [
        (r#"{"an_int32": 1, "anInt64": 2}"#, json!({"anInt32": 1, "anInt64": "2"})),
        (
            r#"{"anInt64": "9223372036854775807", "anUint64": 18446744073709551615}"#,
            json!({"anInt64": "9223372036854775807", "anUint64": "18446744073709551615"}),
        ),
        (
            r#"{"anInt32": 1e2, "aSint32": -2.0, "aFixed32": "3.0"}"#,
            json!({"anInt32": 100, "aSint32": -2, "aFixed32": 3}),
        ),
        (
            r#"{"aDouble": "Infinity", "aFloat": "-Infinity", "maybeDouble": "1.5"}"#,
            json!({"aDouble": "Infinity", "aFloat": "-Infinity", "maybeDouble": 1.5}),
        ),
        (r#"{"anInt32": null, "leaf": null, "strings": null, "counts": null, "timestamp": null}"#, json!({})),
        (r#"{"value": null, "choiceNull": null}"#, json!({"value": null, "choiceNull": null})),
        (r#"{"choiceText": null, "choiceNumber": 0}"#, json!({"choiceNumber": 0})),
        (r#"{"maybeInt32": 0, "maybeString": ""}"#, json!({"maybeInt32": 0, "maybeString": ""})),
        (
            r#"{"counts": {"a": 1, "": "2"}, "leaves": {"true": {}}, "names": {"-5": "x"}}"#,
            json!({"counts": {"a": "1", "": "2"}, "leaves": {"true": {}}, "names": {"-5": "x"}}),
        ),
        (
            r#"{"struct": {"a": [1, {"b": null}]}, "list": [true, "x"]}"#,
            json!({"struct": {"a": [1.0, {"b": null}]}, "list": [true, "x"]}),
        ),
        (
            r#"{"any": {"@type": "type.googleapis.com/everything.v1.Leaf", "number": "4"}}"#,
            json!({"any": {"@type": "type.googleapis.com/everything.v1.Leaf", "number": "4"}}),
        ),
        (
            r#"{"empty": {}, "stringValue": "x", "uint64Value": "5"}"#,
            json!({"empty": {}, "stringValue": "x", "uint64Value": "5"}),
        ),
        (r#"{"an \"odd\" name": "x"}"#, json!({"an \"odd\" name": "x"})),
        (r#"{"aShade": 77}"#, json!({"aShade": 77})),
        (r#"{"aBytes": "+/8", "maybeBytes": "-_8="}"#, json!({"aBytes": "+/8=", "maybeBytes": "+/8="})),
        (r#"{"aString": "things/x"}"#, json!({})),
    ] {
        assert_eq!(write(body).unwrap_or_else(|error| panic!("{body}: {error:?}")), expected, "{body}");
    }
}

#[test]
fn everything_that_is_wrong_in_a_body_is_told_with_its_place_and_its_value() {
    for (body, expected) in [
        (
            r#"{"nothing": 1, "leaf": {"nobody": 2}, "children": [{}, {"none": 3}]}"#,
            "nothing json.unknown_field; leaf.nobody json.unknown_field; children[1].none json.unknown_field",
        ),
        (r#"{"anInt32": 1, "anInt32": 1}"#, "an_int32 json.duplicate"),
        (r#"{"anInt32": 1, "an_int32": 2}"#, "an_int32 json.duplicate"),
        (r#"{"leaf": {"name": "a", "name": "b"}}"#, "leaf.name json.duplicate"),
        (r#"{"counts": {"a": 1, "a": 2}}"#, r#"counts["a"] json.duplicate"#),
        (r#"{"struct": {"a": {"b": 1, "b": 2}}}"#, r#"struct["a"]["b"] json.duplicate"#),
        (
            r#"{"anInt32": "x", "aBool": "true", "aString": 5, "leaf": [], "strings": "a", "counts": []}"#,
            "an_int32 json.type (x); a_bool json.type (true); a_string json.type (5); leaf json.type; strings json.type; counts json.type",
        ),
        (
            r#"{"anInt32": 2147483648, "anInt64": 9223372036854775808, "anUint64": -1}"#,
            "an_int32 json.range (2147483648); an_int64 json.range (9223372036854775808); an_uint64 json.range (-1)",
        ),
        (
            r#"{"anInt64": "99999999999999999999999999999999999999999999", "anInt32": 1e300, "aFixed32": 0.5}"#,
            "an_int64 json.range (99999999999999999999999999999999999999999999); an_int32 json.range (1e+300); a_fixed32 json.type (0.5)",
        ),
        (
            r#"{"anInt32": "NaN", "anInt64": " 1", "anUint32": "+1", "anUint64": "0x1"}"#,
            "an_int32 json.type (NaN); an_int64 json.type ( 1); an_uint32 json.type (+1); an_uint64 json.type (0x1)",
        ),
        (r#"{"aDouble": "inf", "aFloat": 1e39}"#, "a_double json.type (inf); a_float json.range (1e+39)"),
        (
            r#"{"aShade": "PINK", "shades": ["SHADE_LIGHT", "x", null]}"#,
            "a_shade json.unknown_value (PINK); shades[1] json.unknown_value (x); shades[2] json.type (null)",
        ),
        (r#"{"choiceNumber": 1, "choiceText": "x"}"#, "choice_text json.oneof"),
        (
            r#"{"timestamp": "2026-02-30T00:00:00Z", "duration": "1", "mask": "a_b", "any": {}, "empty": {"a": 1}}"#,
            "timestamp json.format (2026-02-30T00:00:00Z); duration json.format (1); mask json.format (a_b); any json.format; empty json.format",
        ),
        (r#"{"names": {"x": "y"}, "leaves": {"TRUE": {}}}"#, r#"names["x"] json.type; leaves["TRUE"] json.type"#),
        (
            r#"{"secret": 5, "secretLeaf": {"number": "oops", "5544": 1}}"#,
            "secret json.type; secret_leaf.number json.type; secret_leaf.5544 json.unknown_field",
        ),
        // What would be held back in a field may stand in place of the whole.
        (
            r#"{"leaf": "Zhang San", "children": "Zhang San", "leaves": {"true": 139}, "counts": "Zhang San", "strings": 139}"#,
            r#"leaf json.type; children json.type; leaves["true"] json.type; counts json.type; strings json.type"#,
        ),
        (r#"{"children": ["Zhang San", {}, 139]}"#, "children[0] json.type; children[2] json.type"),
        ("[]", "json.type"),
        ("\"Zhang San\"", "json.type"),
        ("{", "json.syntax"),
        ("{} x", "json.syntax"),
        (r#"{"aDouble": 1e999}"#, "json.syntax"),
        (r#"{"aString": "\ud800"}"#, "json.syntax"),
        ("{\"aString\": \"\u{1}\"}", "json.syntax"),
    ] {
        let told = write(body).expect_err(body).join("; ");
        assert_eq!(told, expected, "{body}");
    }
}

#[test]
fn a_body_that_is_not_utf8_is_no_json() {
    let (_, table) = everything();
    let Lookup::Found(route, captures) = table.find(&Method::POST, "/v1/things/x:write") else { panic!() };
    let refused = route.request(&captures, None, b"{\"aString\": \"\xff\"}").unwrap_err();
    assert!(refused.is_malformed());
    assert!(refused.as_slice()[0].message.contains("UTF-8"), "{refused}");
}

#[test]
fn nesting_and_the_number_of_violations_are_bounded() {
    let deep = |levels: usize| format!("{}{{}}{}", r#"{"child":"#.repeat(levels), "}".repeat(levels));
    assert!(write(&deep(JSON_DEPTH_MAX - 2)).is_ok());
    assert_eq!(write(&deep(JSON_DEPTH_MAX + 1)).unwrap_err().len(), 1);
    for text in [
        deep(100_000),
        format!(r#"{{"list": {}}}"#, "[".repeat(100_000)),
        format!(r#"{{"value": {}1{}}}"#, "[".repeat(90), "]".repeat(90)),
    ] {
        let told = write(&text).unwrap_err();
        assert!(told.len() == 1 && told[0].ends_with("json.depth"), "{told:?}");
    }
    let many = (0..1000).map(|at| format!("\"f{at}\": 1")).collect::<Vec<_>>().join(",");
    assert_eq!(write(&format!("{{{many}}}")).unwrap_err().len(), VIOLATIONS_MAX);
}

#[test]
fn the_path_wins_over_an_equal_body_and_refuses_another_one() {
    let table = &everything().1;
    let refused = ask(table, "POST", "/v1/things/x:write", r#"{"aString": "things/y"}"#).unwrap_err();
    assert_eq!(refused, ["a_string http.path_bound (things/y)"]);
}

#[test]
fn every_request_of_the_contract_reads_back_what_was_written() {
    for call in contract().calls() {
        let descriptor = call.method().input();
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let result = runner.run(&proptest::collection::vec(any::<u8>(), 0..500), |entropy| {
            let message = make::message(&descriptor, &mut Entropy(entropy.iter()), 0);
            let json = reference(&message).unwrap();
            let wire =
                call.request(json.to_string().as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let back = DynamicMessage::decode(descriptor.clone(), wire.as_slice()).unwrap();
            prop_assert_eq!(reference(&back).unwrap(), json);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", call.path()));
    }
}

#[test]
fn every_type_of_field_reads_back_what_was_written() {
    let (pool, table) = everything();
    let descriptor = pool.get_message_by_name("everything.v1.Everything").unwrap();
    let call = table.call("/everything.v1.EverythingService/Read").unwrap();
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    let result = runner.run(&proptest::collection::vec(any::<u8>(), 0..500), |entropy| {
        let message = make::message(&descriptor, &mut Entropy(entropy.iter()), 0);
        let json = written(table, &descriptor, &message.encode_to_vec());
        let wire = call.request(json.to_string().as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(written(table, &descriptor, &wire), json);
        Ok(())
    });
    result.unwrap();
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_query_and_no_body_makes_it_panic(
        query in "((anInt32|leaf|leaf\\.name|mask|timestamp|any|value|aShade|choiceText|\\.|%[0-9a-f]{2}|[a-z.]{1,5})=?[-0-9a-zA-Z.%+:&]{0,9}&?){0,5}",
        body in "(\\{|\\}|\\[|\\]|,|:|\"(anInt32|leaf|name|children|any|@type|value|counts|struct)\"|null|true|-?[0-9]{1,25}(e[0-9]{1,3})?|\"[ -~]{0,9}\"|[ -~]){0,30}",
        noise in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let (_, table) = everything();
        for (method, path) in [("GET", "/v1/things/x"), ("POST", "/v1/things/x:write"), ("PUT", "/v1/things/x/leaf")] {
            let Lookup::Found(route, captures) = table.find(&Method::from_bytes(method.as_bytes()).unwrap(), path) else { panic!() };
            for body in [body.as_bytes(), noise.as_slice(), b"{}"] {
                if let Err(violations) = route.request(&captures, Some(&query), body) {
                    prop_assert!((1..=VIOLATIONS_MAX).contains(&violations.as_slice().len()));
                }
            }
        }
    }
}
