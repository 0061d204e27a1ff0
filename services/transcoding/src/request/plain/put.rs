//! Writing one value into protobuf bytes.

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use crate::request::scalar;
use crate::table::{Known, Scalar, Slot, Tables};

/// A JSON value without parts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plain<'v> {
    Bool(bool),
    Integer(i128),
    Double(f64),
    Text(&'v str),
}

impl Plain<'_> {
    /// Whether a field that does not tell its presence is as good as absent with it. Of what is no value of the field, anything.
    pub(super) fn is_default(&self, tables: &Tables, scalar: Scalar) -> bool {
        match (self, scalar) {
            (_, Scalar::Message(_)) => false,
            (Self::Bool(value), Scalar::Bool) => !value,
            (Self::Text(value), Scalar::Text | Scalar::Bytes) => value.is_empty(),
            (Self::Text(name), Scalar::Enum(kind)) => {
                tables.enums.get(kind).is_some_and(|kind| kind.number(name) == Some(0))
            }
            (Self::Integer(value), Scalar::Enum(_)) => *value == 0,
            (Self::Integer(0), Scalar::Double | Scalar::Float) => true,
            // What is too small for 32 bits is zero, too.
            (Self::Double(value), Scalar::Float) => *value as f32 == 0.0,
            (Self::Double(value), Scalar::Double) => *value == 0.0,
            (value, scalar) => is_whole(scalar) && value.whole() == Some(0),
        }
    }

    /// A whole number: as a number, or as text of nothing but digits.
    fn whole(&self) -> Option<i128> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Text(text) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| text.parse().ok())?
            }
            Self::Bool(_) | Self::Double(_) => None,
        }
    }

    fn double(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Double(value) => Some(*value),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }
}

fn is_whole(scalar: Scalar) -> bool {
    !matches!(
        scalar,
        Scalar::Float
            | Scalar::Double
            | Scalar::Bool
            | Scalar::Text
            | Scalar::Bytes
            | Scalar::Enum(_)
            | Scalar::Message(_)
    )
}

/// Writes a value behind its key, if it is to have one. None when it is no plain value of the field; what was written then is worth nothing.
pub(super) fn put(tables: &Tables, slot: &Slot, value: &Plain<'_>, has_key: bool, out: &mut Vec<u8>) -> Option<()> {
    let key = |kind: WireType, out: &mut Vec<u8>| {
        if has_key {
            encode_key(slot.number, kind, out);
        }
    };
    let whole = || value.whole();
    let varint = |bits: u64, out: &mut Vec<u8>| {
        key(WireType::Varint, out);
        encode_varint(bits, out);
    };
    let short = |bytes: [u8; 4], out: &mut Vec<u8>| {
        key(WireType::ThirtyTwoBit, out);
        out.extend_from_slice(&bytes);
    };
    let long = |bytes: [u8; 8], out: &mut Vec<u8>| {
        key(WireType::SixtyFourBit, out);
        out.extend_from_slice(&bytes);
    };
    match slot.scalar {
        // Negative numbers of 32 bits are written as those of 64.
        Scalar::Int32 => varint(i64::from(i32::try_from(whole()?).ok()?).cast_unsigned(), out),
        Scalar::Int64 => varint(i64::try_from(whole()?).ok()?.cast_unsigned(), out),
        Scalar::Uint32 => varint(u32::try_from(whole()?).ok()?.into(), out),
        Scalar::Uint64 => varint(u64::try_from(whole()?).ok()?, out),
        Scalar::Sint32 => varint(zigzag(i32::try_from(whole()?).ok()?.into()), out),
        Scalar::Sint64 => varint(zigzag(i64::try_from(whole()?).ok()?), out),
        Scalar::Fixed32 => short(u32::try_from(whole()?).ok()?.to_le_bytes(), out),
        Scalar::Sfixed32 => short(i32::try_from(whole()?).ok()?.to_le_bytes(), out),
        Scalar::Fixed64 => long(u64::try_from(whole()?).ok()?.to_le_bytes(), out),
        Scalar::Sfixed64 => long(i64::try_from(whole()?).ok()?.to_le_bytes(), out),
        Scalar::Float => {
            let value = value.double().filter(|value| value.abs() <= f64::from(f32::MAX))?;
            short((value as f32).to_le_bytes(), out);
        }
        Scalar::Double => long(value.double()?.to_le_bytes(), out),
        Scalar::Bool => {
            let Plain::Bool(value) = value else { return None };
            varint((*value).into(), out);
        }
        Scalar::Enum(kind) => {
            let number = match value {
                Plain::Text(name) => tables.enums.get(kind)?.number(name)?,
                Plain::Integer(number) => i32::try_from(*number).ok()?,
                Plain::Bool(_) | Plain::Double(_) => return None,
            };
            varint(i64::from(number).cast_unsigned(), out);
        }
        Scalar::Text | Scalar::Bytes => {
            let Plain::Text(text) = value else { return None };
            key(WireType::LengthDelimited, out);
            if slot.scalar == Scalar::Text {
                delimited(text.as_bytes(), out);
            } else {
                delimited(&scalar::base64(text).ok()?, out);
            }
        }
        Scalar::Message(index) => {
            let Plain::Text(text) = value else { return None };
            let known = tables.messages.get(index)?.known;
            if known == Known::FieldMask {
                let inside = open(slot.number, out);
                mask(text, out)?;
                close(inside, out);
                return Some(());
            }
            (known == Known::Timestamp).then_some(())?;
            let (seconds, nanos) = instant(text)?;
            let inside = open(slot.number, out);
            for (number, value) in [(1, seconds), (2, nanos)] {
                if value != 0 {
                    encode_key(number, WireType::Varint, out);
                    encode_varint(value.cast_unsigned(), out);
                }
            }
            close(inside, out);
        }
    }
    Some(())
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn delimited(bytes: &[u8], out: &mut Vec<u8>) {
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Begins what has its length in front, which is not known yet: one byte is kept free for it. Where the content begins is the answer.
pub(super) fn open(number: u32, out: &mut Vec<u8>) -> usize {
    encode_key(number, WireType::LengthDelimited, out);
    out.push(0);
    out.len()
}

/// Ends it: the length is put in front of the content, which moves if one byte does not suffice.
pub(super) fn close(inside: usize, out: &mut Vec<u8>) {
    let length = out.len() - inside;
    let more = encoded_len_varint(length as u64) - 1;
    if more > 0 {
        out.resize(out.len() + more, 0);
        out.copy_within(inside..inside + length, inside + more);
    }
    if let Some(mut place) = out.get_mut(inside - 1..inside + more) {
        encode_varint(length as u64, &mut place);
    }
}

/// The paths of a mask as canonical JSON has it, `title,needs.groupTags`; none of any other form, nor of one without any.
fn mask(text: &str, out: &mut Vec<u8>) -> Option<()> {
    for path in text.split(',') {
        let is_plain = path.split('.').all(|name| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        is_plain.then_some(())?;
        let inside = open(1, out);
        for letter in path.bytes() {
            if letter.is_ascii_uppercase() {
                out.push(b'_');
            }
            out.push(letter.to_ascii_lowercase());
        }
        close(inside, out);
    }
    Some(())
}

/// Seconds and nanoseconds of an instant in UTC as canonical JSON has it, `2026-05-01T08:00:00.5Z`; none of any other form of RFC 3339.
fn instant(text: &str) -> Option<(i64, i64)> {
    let (head, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *head else {
        return None;
    };
    let year = digits(&[y1, y2, y3, y4])?;
    let [month, day, hour, minute, second] =
        [[o1, o2], [d1, d2], [h1, h2], [m1, m2], [s1, s2]].map(|pair| digits(&pair));
    let (month, day, hour, minute, second) = (month?, day?, hour?, minute?, second?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    if year < 1 || !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) || !is_time {
        return None;
    }
    let nanos = match rest {
        [b'Z'] => 0,
        [b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => {
            let places = u32::try_from(fraction.len()).ok()?;
            digits(fraction)? * 10_i64.pow(9 - places)
        }
        _ => return None,
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds, nanos))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1 January 1970 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
