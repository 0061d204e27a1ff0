//! Values of fields: of their type, whatever the rules of the contract say about them; and values of other types.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::Random;

/// Deepest nesting of a made message.
const DEPTH_MAX: usize = 3;

/// Whether the service waits for what a field says: a position that is not there yet takes its time, and tells nothing about transcoding.
fn is_waited_for(field: &FieldDescriptor) -> bool {
    field.name() == "min_position"
}

/// A value of a field's type.
pub(super) fn of_field(field: &FieldDescriptor, random: &mut Random, depth: usize) -> Value {
    if is_waited_for(field) {
        return random.one(&[json!("1"), json!(1), json!("0")]).clone();
    }
    if field.is_map() {
        let kind = field.kind();
        let entry = kind.as_message().expect("a map has entries");
        return json!({ "a": of_kind(&entry.map_entry_value_field().kind(), random, depth + 1) });
    }
    if field.is_list() {
        return (0..random.below(3)).map(|_| of_kind(&field.kind(), random, depth + 1)).collect();
    }
    of_kind(&field.kind(), random, depth)
}

fn of_kind(kind: &Kind, random: &mut Random, depth: usize) -> Value {
    match kind {
        Kind::Message(message) => of_message(message, random, depth + 1),
        other => scalar(other, random),
    }
}

/// A message with some of its fields.
fn of_message(message: &MessageDescriptor, random: &mut Random, depth: usize) -> Value {
    match message.full_name() {
        "google.protobuf.Timestamp" => return instant(random),
        "google.protobuf.Duration" => return (*random.one(&["60s", "1.5s", "-3s", "0.000000001s", "0s"])).into(),
        "google.protobuf.FieldMask" => return (*random.one(&["title", "need.urgency", "groupTags,facts", ""])).into(),
        _ => {}
    }
    let mut object = Map::new();
    if depth > DEPTH_MAX {
        return Value::Object(object);
    }
    for field in message.fields() {
        if random.chance(40) {
            object.insert(field.json_name().to_owned(), of_field(&field, random, depth));
        }
    }
    Value::Object(object)
}

/// A value of a type that is no message.
fn scalar(kind: &Kind, random: &mut Random) -> Value {
    match kind {
        Kind::Bool => random.chance(50).into(),
        Kind::String => text(random),
        Kind::Bytes => (*random.one(&["", "AAE=", "AAE", "_-8", "/+8="])).into(),
        Kind::Enum(kind) => {
            let values: Vec<_> = kind.values().collect();
            let value = random.one(&values);
            if random.chance(70) { value.name().into() } else { value.number().into() }
        }
        Kind::Float | Kind::Double => {
            random.one(&[json!(0.5), json!(-38.25), json!(1e10), json!("7.5"), json!(0)]).clone()
        }
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
            random.one(&[json!("17"), json!(17), json!("9007199254740993"), json!(0), json!("1")]).clone()
        }
        _ => random.one(&[json!(1), json!(0), json!(640_104), json!("12"), json!(2020)]).clone(),
    }
}

/// A text, more or less plain.
pub(super) fn text(random: &mut Random) -> Value {
    let texts = [
        "text",
        "",
        "640104",
        "education.desk",
        "心愿",
        "a \"b\" \\ c",
        "line\nline",
        "\u{1f49a}",
        "<b>&amp;</b>",
        "a b",
    ];
    (*random.one(&texts)).into()
}

/// An instant, in any of its forms.
fn instant(random: &mut Random) -> Value {
    let instants = [
        "2026-05-01T08:00:00Z",
        "2026-05-01T08:00:00.5Z",
        "2026-05-01T16:00:00+08:00",
        "2026-05-01T08:00:00.000000001Z",
    ];
    (*random.one(&instants)).into()
}

/// A value that hardly any field takes.
pub(super) fn of_another_type(random: &mut Random) -> Value {
    let values = [
        json!(true),
        json!(17),
        json!(-1),
        json!("text"),
        json!([]),
        json!({}),
        json!([1]),
        json!(1.5),
        json!({ "a": 1 }),
        json!([[]]),
        json!("99999999999999999999999999"),
        json!(1e300),
    ];
    random.one(&values).clone()
}

/// A number in one of the ways in which JSON may write one.
pub(super) fn number(field: &FieldDescriptor, random: &mut Random) -> Value {
    if is_waited_for(field) {
        return random
            .one(&[json!("1"), json!(1), json!(-1), json!("01"), json!("1.0"), json!("+1"), json!(1.5)])
            .clone();
    }
    let values = [
        json!("1"),
        json!(1),
        json!(1.0),
        json!(-1),
        json!("-1"),
        json!("01"),
        json!(" 1"),
        json!("1.0"),
        json!("1e2"),
        json!(1e2),
        json!(1.5),
        json!("1.5"),
        json!("9223372036854775807"),
        json!("9223372036854775808"),
        json!(9_223_372_036_854_775_807_i64),
        json!(18_446_744_073_709_551_615_u64),
        json!(2_147_483_648_i64),
        json!("0x10"),
        json!(""),
        json!("+1"),
        json!("NaN"),
    ];
    random.one(&values).clone()
}

/// An instant, a duration or a mask that may be none.
pub(super) fn known(random: &mut Random) -> Value {
    let values = [
        json!("2026-05-01T08:00:00Z"),
        json!("2026-05-01T08:00:00z"),
        json!("2026-05-01t08:00:00Z"),
        json!("2026-05-01T08:00:00"),
        json!("2026-05-01 08:00:00Z"),
        json!("2026-02-30T08:00:00Z"),
        json!("2026-05-01T24:00:00Z"),
        json!("2026-05-01T08:00:00.1234567890Z"),
        json!("2026-05-01T08:00:00+08:00"),
        json!("10000-01-01T00:00:00Z"),
        json!("0001-01-01T00:00:00Z"),
        json!("60s"),
        json!("60"),
        json!("1.5s"),
        json!("title"),
        json!("capacityPool.title"),
        json!("group_tags"),
        json!("groupTags"),
        json!(1_700_000_000),
        json!({ "seconds": 5 }),
        json!(""),
    ];
    random.one(&values).clone()
}
