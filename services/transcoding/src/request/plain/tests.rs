use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

use super::*;
use crate::answer::Answers;
use crate::request::{Body, Collector, read_body};
use crate::routes::{Captures, RouteTable};
use make::Entropy;

#[path = "../../../tests/support/make.rs"]
mod make;

/// A message with every type of field, as prost-reflect's JSON and ours have it.
fn everything() -> &'static (DescriptorPool, Answers) {
    static EVERYTHING: LazyLock<(DescriptorPool, Answers)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = folder.path().join("everything.proto");
        std::fs::copy(root.join("tests/support/everything.proto"), &file).unwrap();
        let mut compiler = protox::Compiler::new([folder.path(), &root.join("../../third_party/proto")]).unwrap();
        compiler.include_imports(true).open_file("everything.proto").unwrap();
        let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap();
        let answers = Answers::compile(&pool).unwrap();
        (pool, answers)
    });
    &EVERYTHING
}

fn thing() -> (MessageDescriptor, PlainReader) {
    let (pool, answers) = everything();
    let thing = pool.get_message_by_name("everything.v1.Everything").unwrap();
    let reader = PlainReader::new(answers.tables(), &thing).unwrap();
    (thing, reader)
}

/// The way of a request that is not plain; none where something is wrong.
fn by_message(descriptor: &MessageDescriptor, text: &str) -> Option<DynamicMessage> {
    let (mut found, mut message) = (Collector::default(), DynamicMessage::new(descriptor.clone()));
    read_body(&Body::Whole, text.as_bytes(), &mut message, &mut found);
    found.into_result().is_ok().then_some(message)
}

/// Whether it was read plainly; then both ways must have come to the same bytes.
fn is_plain(text: &str) -> bool {
    let (descriptor, reader) = thing();
    let Some(wire) = reader.read(text.as_bytes(), &[]) else { return false };
    let message = by_message(&descriptor, text).unwrap_or_else(|| panic!("refused: {text}"));
    assert_eq!(wire, message.encode_to_vec(), "{text}");
    true
}

#[test]
fn what_is_plain_is_read_to_the_bytes_that_a_message_would_give() {
    for text in [
        "",
        " ",
        r#"{}"#,
        r#"{"mask": "a"}"#,
        r#"{"mask": "title,needs.groupTags,aBC.d"}"#,
        r#" {"anInt32": -5, "an_int64": "9007199254740993", "anUint32": 4294967295, "anUint64": "18446744073709551615"} "#,
        r#"{"aSint32": -3, "aSint64": "-4", "aFixed32": 1, "aFixed64": 2, "aSfixed32": -1, "aSfixed64": "-2"}"#,
        r#"{"aFloat": 0.1, "aDouble": -1.5e300, "aBool": true, "aString": "心\n\"", "aBytes": "+/8=", "aShade": "SHADE_DEEP"}"#,
        // Defaults are as good as absent where presence is not told.
        r#"{"anInt32": 0, "anInt64": "0", "aFloat": 1e-60, "aDouble": 0, "aBool": false, "aString": "", "aBytes": "",
            "aShade": 0}"#,
        r#"{"aDouble": 0.0, "aFloat": -0.0, "aShade": "SHADE_UNSPECIFIED", "anInt64": "-0"}"#,
        r#"{"maybeInt32": 0, "maybeString": "", "maybeBool": false, "maybeBytes": "", "maybeShade": 7, "maybeDouble": 0}"#,
        r#"{"int32s": [1, 0, -1], "sint64s": ["-1"], "fixed32s": [7], "doubles": [0.5, 2], "bools": [true, false]}"#,
        r#"{"strings": ["a", ""], "someBytes": ["", "AA=="], "shades": ["SHADE_DARK", 0], "unpacked": [3, 0], "floats": [1]}"#,
        r#"{"int32s": [], "strings": [], "children": [], "timestamps": []}"#,
        r#"{"children": [{"aString": "a"}, {}], "child": {"child": {"leaf": {"number": "0"}}}, "leaf": {}}"#,
        // In any order, and `null` is absent.
        r#"{"farther": "x", "far": "y", "aString": "z", "child": {"leaf": {"numbers": [1], "name": "n"}, "anInt32": 1}}"#,
        r#"{"leaf": null, "aString": null, "int32s": null, "counts": null, "an \"odd\" name": "odd"}"#,
        r#"{"choiceNumber": null, "choiceText": "x", "choiceLeaf": null}"#,
        r#"{"choiceNumber": 0}"#,
        r#"{"timestamp": "2026-05-01T08:00:00Z", "timestamps": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"]}"#,
        r#"{"timestamps": ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "2024-02-29T00:00:00.123Z", "2000-02-29T12:00:00Z"]}"#,
    ] {
        assert!(is_plain(text), "{text}");
    }
    let long =
        format!(r#"{{"child": {{"leaf": {{"name": "{}"}}}}, "int32s": [{}1]}}"#, "x".repeat(20_000), "1, ".repeat(300));
    assert!(is_plain(&long));
}

#[test]
fn whatever_is_not_plain_is_left_to_the_other_way() {
    for text in [
        "null",
        "[]",
        "{",
        "{} x",
        r#"{"anInt32": 1,}"#,
        "{\"aString\": \"\u{1}\"}",
        r#"{"unknown": 1}"#,
        r#"{"anInt32": 1, "anInt32": 1}"#,
        r#"{"anInt32": 1, "an_int32": null}"#,
        r#"{"choiceNumber": 1, "choiceText": "x"}"#,
        r#"{"choiceLeaf": {}, "choiceText": ""}"#,
        r#"{"anInt32": 2147483648}"#,
        r#"{"anInt32": 1.0}"#,
        r#"{"anInt32": "1e2"}"#,
        r#"{"anInt32": true}"#,
        r#"{"anInt32": "-"}"#,
        r#"{"anUint32": -1}"#,
        r#"{"anInt64": "99999999999999999999999999999999999999999999"}"#,
        r#"{"aFloat": 1e39}"#,
        r#"{"aDouble": "NaN"}"#,
        r#"{"aDouble": "1"}"#,
        r#"{"aBool": "true"}"#,
        r#"{"aString": 1}"#,
        r#"{"aBytes": "?"}"#,
        r#"{"aShade": "SHADE_OTHER"}"#,
        r#"{"aShade": 1.0}"#,
        r#"{"int32s": 1}"#,
        r#"{"int32s": [null]}"#,
        r#"{"int32s": [[1]]}"#,
        r#"{"leaf": []}"#,
        r#"{"leaf": "x"}"#,
        r#"{"aString": {}}"#,
        r#"{"counts": {"a": "1"}}"#,
        r#"{"value": null}"#,
        r#"{"choiceNull": null}"#,
        r#"{"struct": {}}"#,
        r#"{"empty": {}}"#,
        r#"{"duration": "1s"}"#,
        r#"{"mask": ""}"#,
        r#"{"mask": "a,"}"#,
        r#"{"mask": "a..b"}"#,
        r#"{"mask": "Title"}"#,
        r#"{"mask": "group_tags"}"#,
        r#"{"mask": "line1"}"#,
        r#"{"mask": " a"}"#,
        r#"{"mask": 1}"#,
        r#"{"stringValue": "x"}"#,
        r#"{"timestamp": "2026-05-01T08:00:00+08:00"}"#,
        r#"{"timestamp": "2026-05-01t08:00:00z"}"#,
        r#"{"timestamp": "2026-02-29T08:00:00Z"}"#,
        r#"{"timestamp": "1900-02-29T08:00:00Z"}"#,
        r#"{"timestamp": "2026-05-01T24:00:00Z"}"#,
        r#"{"timestamp": "2026-05-01T08:00:60Z"}"#,
        r#"{"timestamp": "0000-05-01T08:00:00Z"}"#,
        r#"{"timestamp": "2026-05-01T08:00:00.Z"}"#,
        r#"{"timestamp": "2026-05-01T08:00:00.0123456789Z"}"#,
        r#"{"timestamp": {}}"#,
    ] {
        assert!(!is_plain(text), "{text}");
    }
    let deep = format!("{}{}", r#"{"child": "#.repeat(PLAIN_DEPTH_MAX + 1), "}".repeat(PLAIN_DEPTH_MAX + 1));
    assert!(!is_plain(&deep.replace(": }", ": {}}")));
    assert_eq!(thing().1.read(b"{\"aString\": \"\xff\"}", &[]), None);
}

#[test]
fn requests_of_the_contract_are_read_the_same_both_ways() {
    let pool = wishwell_api::descriptor_pool();
    let answers = Answers::compile(pool).unwrap();
    let requests: Vec<MessageDescriptor> = pool
        .services()
        .flat_map(|service| service.methods().map(|method| method.input()).collect::<Vec<_>>())
        .collect();
    let plain = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 3_000, ..Config::default() });
    let bytes = (any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 0..300));
    runner
        .run(&bytes, |(which, bytes)| {
            let descriptor = which.get(&requests);
            let reader = PlainReader::new(answers.tables(), descriptor).unwrap();
            let made = make::message(descriptor, &mut Entropy(bytes.iter()), 0);
            let text = serde_json::to_string(&made).unwrap();
            // A second time with its names in the order of the alphabet.
            let sorted = serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string();
            for text in [text, sorted] {
                let Some(wire) = reader.read(text.as_bytes(), &[]) else { continue };
                plain.set(plain.get() + 1);
                let message = by_message(descriptor, &text);
                prop_assert_eq!(Some(wire), message.map(|message| message.encode_to_vec()), "{}", text);
            }
            Ok(())
        })
        .unwrap();
    assert!(plain.get() > 2_000, "only {} were plain", plain.get());
}

#[test]
fn what_a_path_says_is_read_the_same_both_ways() {
    let table = RouteTable::compile(wishwell_api::descriptor_pool()).unwrap();
    let (mut plain, mut other) = (0, 0);
    for route in table.routes() {
        let count = route.variables().count();
        let input = route.method().input();
        for value in ["needs/0197f000-0000-7000-8000-000000000001", "640104", "a b", "心/%2F\"", ""] {
            let captures = Captures { values: vec![value.to_owned(); count] };
            let same = route.variables().map(|(_, fields)| format!("{:?}: {:?}", fields[0].json_name(), value));
            let same = format!("{{{}}}", same.collect::<Vec<_>>().join(", "));
            let mut bodies = vec![String::new(), "{}".to_owned(), " ".to_owned(), "{".to_owned(), same];
            for seed in 0..20_u8 {
                let bytes: Vec<u8> =
                    (0..120).map(|at: u8| at.wrapping_mul(seed).wrapping_add(seed) ^ (at >> 2)).collect();
                let made = make::message(&input, &mut Entropy(bytes.iter()), 0);
                bodies.push(serde_json::to_string(&made).unwrap());
            }
            for (query, body) in bodies.iter().flat_map(|body| [(None, body), (Some("pageSize=3"), body)]) {
                let Some(wire) = route.plain(&captures, query, body.as_bytes()) else {
                    other += 1;
                    continue;
                };
                plain += usize::from(count > 0);
                let expected = route.by_message(&captures, query, body.as_bytes());
                assert_eq!(Ok(wire), expected, "{} {value} {body}", route.path_template());
            }
        }
    }
    assert!(plain > 1_000 && other > 1_000, "{plain} were plain and {other} were not");
}
