//! The messages of `google.protobuf` that have a JSON form of their own.

use super::gather::{gather, merged};
use super::text;
use super::value::Value;
use super::wire::{Raw, Wire, WireError};
use super::write::{Stop, Writer};
use crate::table::{Known, MessageTable, Scalar, Shape, Slot};

/// The first and last second of the years 1 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Longest duration: about 10,000 years.
const DURATION_SECONDS_MAX: u64 = 315_576_000_000;
const NANOS_PER_SECOND: i32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl<'t> Writer<'t> {
    pub(super) fn known(&mut self, table: &'t MessageTable, bytes: &[u8]) -> Result<(), Stop> {
        match table.known {
            Known::No | Known::Empty => {
                // Whatever an empty message holds is unknown, but it must be fields.
                self.out.extend_from_slice(b"{");
                self.fields(table, bytes, true)?;
                self.out.extend_from_slice(b"}");
            }
            Known::Any => {
                let (type_url, value) = super::any_parts(bytes)?;
                self.any_parts(type_url, value)?;
            }
            Known::Timestamp => {
                let (seconds, nanos) = seconds_and_nanos(bytes)?;
                timestamp(seconds, nanos, self.out)?;
            }
            Known::Duration => {
                let (seconds, nanos) = seconds_and_nanos(bytes)?;
                duration(seconds, nanos, self.out)?;
            }
            Known::FieldMask => field_mask(bytes, self.out)?,
            Known::Wrapper | Known::Struct | Known::ListValue => self.only_field(table, bytes)?,
            Known::Value => self.value_of_struct(table, bytes)?,
        }
        Ok(())
    }

    /// Writes a message that is its only field.
    fn only_field(&mut self, table: &'t MessageTable, bytes: &[u8]) -> Result<(), Stop> {
        let slot = table.slots.first().ok_or(WireError::Tag)?;
        let gathered = gather(table, bytes)?;
        let raws = gathered.first().map(|field| field.raws.as_slice()).unwrap_or_default();
        match slot.shape {
            Shape::List => self.list(slot, raws),
            Shape::Map => self.map(slot, raws),
            Shape::Implicit | Shape::Explicit => self.value_or_default(slot, raws),
        }
    }

    /// Writes a `google.protobuf.Value`; of one without a kind, `null`.
    fn value_of_struct(&mut self, table: &'t MessageTable, bytes: &[u8]) -> Result<(), Stop> {
        let gathered = gather(table, bytes)?;
        let Some(field) = gathered.last() else {
            self.out.extend_from_slice(b"null");
            return Ok(());
        };
        let slot: &Slot = &table.slots[field.at];
        if slot.scalar == Scalar::Double
            && let Some(raw) = field.raws.last()
            && let Value::Double(number) = Value::read(slot.scalar, slot.number, *raw)?
            && !number.is_finite()
        {
            return Err(WireError::Unspeakable("a number of google.protobuf.Value that is not finite").into());
        }
        match slot.scalar {
            Scalar::Message(index) => self.message(index, &merged(slot.number, &field.raws)?),
            _ => self.value_or_default(slot, &field.raws),
        }
    }

    /// Writes a `google.protobuf.Any`: what the contract knows with its fields, anything else with its bytes.
    pub(super) fn any_parts(&mut self, type_url: &str, value: &[u8]) -> Result<(), Stop> {
        let name = type_url.rsplit_once('/').map(|(_, name)| name);
        let index = name.and_then(|name| self.tables.by_name.get(name).copied());
        let Some(index) = index else {
            opaque_any(type_url, value, self.out);
            return Ok(());
        };
        let table = self.table(index)?;
        self.out.extend_from_slice(b"{\"@type\":");
        text::string(type_url, self.out);
        if table.known == Known::No {
            self.nested(|writer| writer.fields(table, value, false))?;
        } else {
            self.out.extend_from_slice(b",\"value\":");
            self.message(index, value)?;
        }
        self.out.push(b'}');
        Ok(())
    }
}

/// Writes an `Any` whose type is not known; without type and bytes it is `{}`.
pub(super) fn opaque_any(type_url: &str, value: &[u8], out: &mut Vec<u8>) {
    out.push(b'{');
    if !type_url.is_empty() || !value.is_empty() {
        out.extend_from_slice(b"\"@type\":");
        text::string(type_url, out);
        out.extend_from_slice(b",\"value\":");
        text::bytes(value, out);
    }
    out.push(b'}');
}

fn seconds_and_nanos(bytes: &[u8]) -> Result<(i64, i32), WireError> {
    let (mut seconds, mut nanos) = (0_i64, 0_i32);
    let mut wire = Wire::new(bytes);
    while let Some((number, raw)) = wire.field()? {
        match (number, raw) {
            (1, Raw::Varint(bits)) => seconds = bits.cast_signed(),
            (2, Raw::Varint(bits)) => nanos = (bits as u32).cast_signed(),
            (1 | 2, _) => return Err(WireError::WireType(number)),
            _ => {}
        }
    }
    Ok((seconds, nanos))
}

/// An instant in RFC 3339, in UTC.
fn timestamp(seconds: i64, nanos: i32, out: &mut Vec<u8>) -> Result<(), WireError> {
    if !INSTANTS.contains(&seconds) || !(0..NANOS_PER_SECOND).contains(&nanos) {
        return Err(WireError::Unspeakable("an instant outside of the years 1 to 9999"));
    }
    let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
    let second = seconds.rem_euclid(SECONDS_PER_DAY);
    let mut text = *b"\"0000-00-00T00:00:00";
    let parts = [(1, year / 100), (3, year % 100), (6, month), (9, day)];
    let times = [(12, second / 3600), (15, second / 60 % 60), (18, second % 60)];
    for (at, value) in parts.into_iter().chain(times) {
        text[at] += (value / 10) as u8;
        text[at + 1] += (value % 10) as u8;
    }
    out.extend_from_slice(&text);
    fraction(nanos, out);
    out.extend_from_slice(b"Z\"");
    Ok(())
}

/// A duration in seconds.
fn duration(seconds: i64, nanos: i32, out: &mut Vec<u8>) -> Result<(), WireError> {
    let signs_agree = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    if seconds.unsigned_abs() > DURATION_SECONDS_MAX
        || nanos.unsigned_abs() >= NANOS_PER_SECOND.unsigned_abs()
        || !signs_agree
    {
        return Err(WireError::Unspeakable("a duration of more than 10,000 years or with two signs"));
    }
    out.push(b'"');
    if seconds < 0 || nanos < 0 {
        out.push(b'-');
    }
    text::integer(seconds.unsigned_abs(), out);
    fraction(nanos.abs(), out);
    out.extend_from_slice(b"s\"");
    Ok(())
}

/// A fraction of a second with 0, 3, 6 or 9 digits.
fn fraction(nanos: i32, out: &mut Vec<u8>) {
    if nanos == 0 {
        return;
    }
    out.push(b'.');
    match i64::from(nanos) {
        nanos if nanos % 1_000_000 == 0 => digits::<3>(nanos / 1_000_000, out),
        nanos if nanos % 1_000 == 0 => digits::<6>(nanos / 1_000, out),
        nanos => digits::<9>(nanos, out),
    }
}

/// So many digits of a number that has no more.
fn digits<const N: usize>(mut value: i64, out: &mut Vec<u8>) {
    let mut text = [b'0'; N];
    for digit in text.iter_mut().rev() {
        *digit += (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&text);
}

/// Year, month and day of a day since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", civil_from_days).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A field mask: its paths in lowerCamelCase, joined by commas.
fn field_mask(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let mut joined = String::new();
    let mut wire = Wire::new(bytes);
    let mut is_first = true;
    while let Some((number, raw)) = wire.field()? {
        let Raw::Bytes(path) = raw else {
            if number == 1 {
                return Err(WireError::WireType(1));
            }
            continue;
        };
        if number != 1 {
            continue;
        }
        if !is_first {
            joined.push(',');
        }
        is_first = false;
        let path = std::str::from_utf8(path).map_err(|_| WireError::Utf8(1))?;
        camel(path, &mut joined).ok_or(WireError::Unspeakable("a path of a field mask that is not in snake_case"))?;
    }
    text::string(&joined, out);
    Ok(())
}

/// `created_time.seconds` as `createdTime.seconds`; none when that could not be read back.
fn camel(path: &str, out: &mut String) -> Option<()> {
    let mut after_underscore = false;
    for letter in path.chars() {
        if after_underscore {
            if !letter.is_ascii_lowercase() {
                return None;
            }
            out.push(letter.to_ascii_uppercase());
            after_underscore = false;
        } else if letter == '_' {
            after_underscore = true;
        } else if letter.is_ascii_uppercase() || letter == ',' {
            return None;
        } else {
            out.push(letter);
        }
    }
    (!after_underscore).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(seconds: i64, nanos: i32) -> Option<String> {
        let mut out = Vec::new();
        timestamp(seconds, nanos, &mut out).ok().map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn instants_are_written_in_utc_with_as_few_digits_as_needed() {
        for (seconds, nanos, expected) in [
            (0, 0, "\"1970-01-01T00:00:00Z\""),
            (-1, 1, "\"1969-12-31T23:59:59.000000001Z\""),
            (951_782_400, 500_000_000, "\"2000-02-29T00:00:00.500Z\""),
            (1_709_164_799, 1_000, "\"2024-02-28T23:59:59.000001Z\""),
            (*INSTANTS.start(), 0, "\"0001-01-01T00:00:00Z\""),
            (*INSTANTS.end(), 999_999_999, "\"9999-12-31T23:59:59.999999999Z\""),
        ] {
            assert_eq!(instant(seconds, nanos).as_deref(), Some(expected));
        }
        assert_eq!(instant(*INSTANTS.end() + 1, 0), None);
        assert_eq!(instant(0, -1), None);
        assert_eq!(instant(0, NANOS_PER_SECOND), None);
    }

    #[test]
    fn durations_have_one_sign() {
        for (seconds, nanos, expected) in [
            (0, 0, Some("\"0s\"")),
            (-3, 0, Some("\"-3s\"")),
            (0, -1_000_000, Some("\"-0.001s\"")),
            (1, 500_000, Some("\"1.000500s\"")),
            (1, -1, None),
            (i64::MIN, 0, None),
            (0, i32::MIN, None),
        ] {
            let mut out = Vec::new();
            let written = duration(seconds, nanos, &mut out).ok().map(|()| String::from_utf8(out).unwrap());
            assert_eq!(written.as_deref(), expected);
        }
    }
}
