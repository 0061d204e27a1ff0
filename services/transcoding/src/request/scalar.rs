//! One value of a field, from JSON or from the text of a parameter.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost_reflect::{EnumDescriptor, Kind, Value};

use super::json::Json;
use super::violation::Rule;

/// Why a value is none of the field.
pub(super) type Refusal = (Rule, String);

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A body: a value has a type.
    Json,
    /// A path or a query: everything is text.
    Text,
}

/// Padding may be there or not; readers of canonical JSON take both.
const BASE64: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, BASE64);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, BASE64);

/// The value of a type that is no message.
pub(super) fn read(kind: &Kind, json: &Json, source: Source) -> Result<Value, Refusal> {
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            integer(json, i32::MIN.into(), i32::MAX.into()).map(|value| Value::I32(value as i32))
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            integer(json, i64::MIN.into(), i64::MAX.into()).map(|value| Value::I64(value as i64))
        }
        Kind::Uint32 | Kind::Fixed32 => integer(json, 0, u32::MAX.into()).map(|value| Value::U32(value as u32)),
        Kind::Uint64 | Kind::Fixed64 => integer(json, 0, u64::MAX.into()).map(|value| Value::U64(value as u64)),
        Kind::Float => {
            let value = double(json)?;
            if value.is_finite() && value.abs() > f64::from(f32::MAX) {
                return Err((Rule::Range, "must fit into 32 bits".to_owned()));
            }
            Ok(Value::F32(value as f32))
        }
        Kind::Double => double(json).map(Value::F64),
        Kind::Bool => boolean(json, source).map(Value::Bool),
        Kind::String => match json {
            Json::Text(text) => Ok(Value::String(text.clone())),
            other => Err(wrong_type("a text", other)),
        },
        Kind::Bytes => match json {
            Json::Text(text) => base64(text).map(|bytes| Value::Bytes(bytes.into())),
            other => Err(wrong_type("bytes in base64", other)),
        },
        Kind::Enum(kind) => enumeration(kind, json, source),
        Kind::Message(message) => Err((Rule::Type, format!("{} is no single value", message.full_name()))),
    }
}

pub(super) fn wrong_type(expected: &str, got: &Json) -> Refusal {
    (Rule::Type, format!("must be {expected}, not {}", got.kind()))
}

/// A whole number: as a number, also one that is written with a fraction of zero or an exponent, or as text.
fn integer(json: &Json, min: i128, max: i128) -> Result<i128, Refusal> {
    let out_of_range = || (Rule::Range, format!("must be from {min} to {max}"));
    let value = match json {
        Json::Integer(value) => *value,
        Json::Double(value) => of_double(*value).ok_or_else(|| not_whole(*value, min, max))?,
        Json::Text(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            if is_plain {
                text.parse().map_err(|_| out_of_range())?
            } else {
                let is_number =
                    text.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                let number = if is_number { serde_json::from_str::<f64>(text).ok() } else { None };
                let number = number.ok_or((Rule::Type, "must be a whole number".to_owned()))?;
                of_double(number).ok_or_else(|| not_whole(number, min, max))?
            }
        }
        other => return Err(wrong_type("a whole number", other)),
    };
    if (min..=max).contains(&value) { Ok(value) } else { Err(out_of_range()) }
}

/// A number without a fraction, as long as it is told exactly.
fn of_double(value: f64) -> Option<i128> {
    /// Far beyond 64 bits, and within what `i128` holds.
    const WHOLE_MAX: f64 = 1e30;
    (value.fract() == 0.0 && value.abs() < WHOLE_MAX).then_some(value as i128)
}

fn not_whole(value: f64, min: i128, max: i128) -> Refusal {
    if value.fract() == 0.0 {
        (Rule::Range, format!("must be from {min} to {max}"))
    } else {
        (Rule::Type, "must be a whole number".to_owned())
    }
}

fn double(json: &Json) -> Result<f64, Refusal> {
    match json {
        Json::Integer(value) => Ok(*value as f64),
        Json::Double(value) => Ok(*value),
        Json::Text(text) => match text.as_str() {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            // JSON's own grammar of numbers: Rust's would take `inf` and `+1`, too.
            text => serde_json::from_str(text).map_err(|_| (Rule::Type, "must be a number".to_owned())),
        },
        other => Err(wrong_type("a number", other)),
    }
}

fn boolean(json: &Json, source: Source) -> Result<bool, Refusal> {
    match (json, source) {
        (Json::Bool(value), _) => Ok(*value),
        (Json::Text(text), Source::Text) if text == "true" => Ok(true),
        (Json::Text(text), Source::Text) if text == "false" => Ok(false),
        (_, Source::Text) => Err((Rule::Type, "must be true or false".to_owned())),
        (other, Source::Json) => Err(wrong_type("true or false", other)),
    }
}

/// Bytes from base64, of either alphabet.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, Refusal> {
    let engine = if text.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    engine.decode(text).map_err(|_| (Rule::Format, "must be base64".to_owned()))
}

/// A value of an enum by its name or its number; a number that has no name is kept, as the contract's newer versions may have it.
fn enumeration(kind: &EnumDescriptor, json: &Json, source: Source) -> Result<Value, Refusal> {
    if kind.full_name() == "google.protobuf.NullValue" && *json == Json::Null {
        return Ok(Value::EnumNumber(0));
    }
    let unknown = || (Rule::UnknownValue, format!("must be a value of {}", kind.full_name()));
    match json {
        Json::Text(name) => match kind.get_value_by_name(name) {
            Some(value) => Ok(Value::EnumNumber(value.number())),
            None if source == Source::Text => name.parse().map(Value::EnumNumber).map_err(|_| unknown()),
            None => Err(unknown()),
        },
        Json::Integer(_) | Json::Double(_) => {
            integer(json, i32::MIN.into(), i32::MAX.into()).map(|value| Value::EnumNumber(value as i32))
        }
        other => Err(wrong_type("the name of a value", other)),
    }
}
