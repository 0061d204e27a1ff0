//! Answers written from the wire are those that a built message gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::json;
use support::make::{self, Entropy};
use support::scramble::scramble;
use support::{contract, everything, messages_of, reference, written};
use wishwell_transcoding::{RouteTable, WireError};

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

/// Runs a check on random bytes for every message of a package.
fn for_each_message(
    pool: &DescriptorPool,
    package: &str,
    cases: u32,
    check: impl Fn(&MessageDescriptor, &[u8]) -> Result<(), TestCaseError>,
) {
    let messages = messages_of(pool, package);
    assert!(!messages.is_empty());
    for message in messages {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        if let Err(error) = runner.run(&bytes(600), |entropy| check(&message, &entropy)) {
            panic!("{}: {error}", message.full_name());
        }
    }
}

fn is_as_built(table: &RouteTable, descriptor: &MessageDescriptor, entropy: &[u8]) -> Result<(), TestCaseError> {
    let mut entropy = Entropy(entropy.iter());
    let message = make::message(descriptor, &mut entropy, 0);
    let wire = message.encode_to_vec();
    prop_assert_eq!(written(table, descriptor, &wire), reference(&message).unwrap());
    Ok(())
}

fn is_as_built_whatever_the_order(
    table: &RouteTable,
    descriptor: &MessageDescriptor,
    entropy: &[u8],
) -> Result<(), TestCaseError> {
    let mut entropy = Entropy(entropy.iter());
    let message = make::message(descriptor, &mut entropy, 0);
    let wire = scramble(descriptor, &message.encode_to_vec(), &mut entropy);
    let built = DynamicMessage::decode(descriptor.clone(), wire.as_slice()).unwrap();
    // What parts put together cannot say, such as an Any of two types, is not compared.
    if let Some(reference) = reference(&built) {
        prop_assert_eq!(written(table, descriptor, &wire), reference);
    }
    Ok(())
}

#[test]
fn every_message_of_the_contract_is_written_as_the_built_one() {
    let pool = wishwell_api::descriptor_pool();
    for_each_message(pool, "wishwell.v1", 24, |message, entropy| is_as_built(contract(), message, entropy));
    for_each_message(pool, "google.rpc", 24, |message, entropy| is_as_built(contract(), message, entropy));
}

#[test]
fn every_type_of_field_is_written_as_the_built_one() {
    let (pool, table) = everything();
    for_each_message(pool, "everything.v1", 600, |message, entropy| is_as_built(table, message, entropy));
    for_each_message(pool, "google.protobuf", 40, |message, entropy| is_as_built(table, message, entropy));
}

#[test]
fn fields_in_any_order_are_merged_as_in_the_built_one() {
    let (pool, table) = everything();
    for_each_message(pool, "everything.v1", 600, |message, entropy| {
        is_as_built_whatever_the_order(table, message, entropy)
    });
    for_each_message(wishwell_api::descriptor_pool(), "wishwell.v1", 12, |message, entropy| {
        is_as_built_whatever_the_order(contract(), message, entropy)
    });
}

#[test]
fn arbitrary_bytes_are_refused_or_written_as_the_built_one() {
    let (pool, table) = everything();
    let descriptor = pool.get_message_by_name("everything.v1.Everything").unwrap();
    let writer = table.answers().writer(&descriptor).unwrap();
    let mut runner = TestRunner::new(Config { cases: 4000, failure_persistence: None, ..Config::default() });
    let result = runner.run(&(bytes(300), bytes(8), any::<bool>()), |(entropy, noise, whole)| {
        // Half of them began as a message: random bytes alone end at their first field.
        let mut entropy = Entropy(entropy.iter());
        let mut wire = if whole { noise.clone() } else { make::message(&descriptor, &mut entropy, 0).encode_to_vec() };
        for byte in noise {
            if !wire.is_empty() {
                let at = entropy.below(wire.len());
                wire[at] ^= byte;
            }
        }
        let mut out = Vec::new();
        match writer.write(&wire, &mut out) {
            Ok(()) => {
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
                let built = DynamicMessage::decode(descriptor.clone(), wire.as_slice());
                prop_assert!(built.is_ok(), "{:?} was written as {}", wire, String::from_utf8_lossy(&out));
            }
            Err(_) => prop_assert!(out.is_empty()),
        }
        Ok(())
    });
    result.unwrap();
}

fn everything_json(wire: &[u8]) -> Result<String, WireError> {
    let (_, table) = everything();
    let mut out = Vec::new();
    table.answers().writer_by_name("everything.v1.Everything").unwrap().write(wire, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn fields_come_in_the_order_of_the_contract_whatever_the_order_on_the_wire() {
    // 2: 1, 1: 1
    assert_eq!(everything_json(&[0x10, 1, 0x08, 1]).unwrap(), r#"{"anInt32":1,"anInt64":"1"}"#);
    assert_eq!(everything_json(&[0x08, 1, 0x10, 1]).unwrap(), r#"{"anInt32":1,"anInt64":"1"}"#);
}

#[test]
fn defaults_are_told_only_where_presence_is() {
    assert_eq!(everything_json(&[0x08, 0]).unwrap(), "{}");
    // 20: 0
    assert_eq!(everything_json(&[0xa0, 0x01, 0]).unwrap(), r#"{"maybeInt32":0}"#);
    // The last value counts, also when it is the default.
    assert_eq!(everything_json(&[0x08, 5, 0x08, 0]).unwrap(), "{}");
}

#[test]
fn numbers_that_are_not_finite_are_words() {
    for (bits, word) in [(f64::NAN, "NaN"), (f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")] {
        let wire = [&[0x61], bits.to_le_bytes().as_slice()].concat();
        assert_eq!(everything_json(&wire).unwrap(), format!(r#"{{"aDouble":"{word}"}}"#));
        // In a wrapper, too (90).
        let wrapped = [&[0xd2, 0x05, 9, 0x09], bits.to_le_bytes().as_slice()].concat();
        assert_eq!(everything_json(&wrapped).unwrap(), format!(r#"{{"doubleValue":"{word}"}}"#));
    }
    assert_eq!(
        everything_json(&[&[0x61], (-0.0_f64).to_le_bytes().as_slice()].concat()).unwrap(),
        r#"{"aDouble":-0.0}"#
    );
    // A number of google.protobuf.Value has no such words (84).
    let value = [&[0xa2, 0x05, 9, 0x11], f64::NAN.to_le_bytes().as_slice()].concat();
    assert!(matches!(everything_json(&value), Err(WireError::Unspeakable(_))));
}

#[test]
fn an_enum_value_without_a_name_is_its_number() {
    assert_eq!(everything_json(&[0x80, 0x01, 5]).unwrap(), r#"{"aShade":"SHADE_DARK"}"#);
    assert_eq!(everything_json(&[0x80, 0x01, 4]).unwrap(), r#"{"aShade":4}"#);
    assert_eq!(everything_json(&[0x80, 0x01, 0x80, 0xa8, 0xd6, 0xb9, 7]).unwrap(), r#"{"aShade":"SHADE_FAR"}"#);
}

#[test]
fn an_any_of_an_unknown_type_keeps_its_bytes() {
    let any = [&[0x0a, 6], b"x/y.Z!".as_slice(), &[0x12, 2, 0xff, 0xfe]].concat();
    let wire = [&[0xb2, 0x05, any.len() as u8], any.as_slice()].concat();
    assert_eq!(everything_json(&wire).unwrap(), r#"{"any":{"@type":"x/y.Z!","value":"//4="}}"#);
    assert_eq!(everything_json(&[0xb2, 0x05, 0]).unwrap(), r#"{"any":{}}"#);
}

#[test]
fn what_is_malformed_says_how() {
    for (wire, error) in [
        (&[0x08][..], WireError::Truncated),
        (&[0x08, 0x80], WireError::Truncated),
        (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], WireError::Varint),
        (&[0x00, 0x00], WireError::Tag),
        (&[0x0c], WireError::Tag),
        (&[0x0f, 0], WireError::Tag),
        (&[0x0a, 1, 1], WireError::WireType(1)),
        (&[0x72, 1, 0xff], WireError::Utf8(14)),
        (&[0x72, 5, 0x61], WireError::Truncated),
        (&[0x9a, 0x07], WireError::Truncated),
    ] {
        assert_eq!(everything_json(wire), Err(error), "{wire:?}");
    }
}

#[test]
fn nesting_is_bounded_in_whatever_order_the_fields_come() {
    let nest = |levels: usize, innermost: &[u8]| {
        let mut wire = innermost.to_vec();
        for _ in 0..levels {
            let mut outer = vec![0xba, 0x04];
            let mut length = wire.len();
            while length >= 0x80 {
                outer.push(length as u8 | 0x80);
                length >>= 7;
            }
            outer.push(length as u8);
            outer.extend(wire);
            wire = outer;
        }
        wire
    };
    assert!(everything_json(&nest(90, &[0x10, 1, 0x08, 1])).unwrap().contains("anInt32"));
    assert_eq!(everything_json(&nest(200, &[])), Err(WireError::Depth));
    // Groups nest, too.
    assert_eq!(everything_json(&[0xa3, 0x06].repeat(500)), Err(WireError::Depth));
}

#[test]
fn one_field_can_be_the_whole_answer() {
    let (_, table) = everything();
    let answer = |template: &str, method: &str, wire: &[u8]| {
        let route = table
            .routes()
            .find(|route| route.path_template() == template && route.http_method().as_str() == method)
            .unwrap();
        let mut out = Vec::new();
        route.answer(wire, &mut out).unwrap();
        serde_json::from_slice::<serde_json::Value>(&out).unwrap()
    };
    let leaf = [0xb2, 0x04, 3, 0x0a, 1, b'x'];
    assert_eq!(answer("/v1/{a_string=things/*}/leaf", "PUT", &leaf), json!({"name": "x"}));
    assert_eq!(answer("/v1/{a_string=things/*}/leaf", "PUT", &[]), json!(null));
    assert_eq!(answer("/v1/{a_string=things/*}/strings", "PUT", &[0x9a, 0x02, 1, b'x']), json!(["x"]));
    assert_eq!(answer("/v1/{a_string=things/*}/strings", "PUT", &[]), json!([]));
    assert_eq!(answer("/v1/{a_string=things/*}", "DELETE", &[]), json!("SHADE_UNSPECIFIED"));
}
