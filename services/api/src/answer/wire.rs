//! The few shapes of the protobuf wire format that an answer has.

use prost::bytes::Bytes;
use prost::encoding::{WireType, encoded_len_varint};

use crate::encoded::{FRAME_PREFIX_BYTES, frame_prefix};

/// Characters of a UUID: digits, and four hyphens.
const UUID_BYTES: usize = 36;
/// What one byte holds of a number on the wire.
const ONE_BYTE: u64 = 0x80;

/// Bytes of a message that is being written.
#[derive(Debug)]
pub(super) struct Wire {
    out: Vec<u8>,
}

impl Wire {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut out = Vec::with_capacity(FRAME_PREFIX_BYTES + bytes);
        // Its length is known at the end.
        out.extend_from_slice(&[0; FRAME_PREFIX_BYTES]);
        Self { out }
    }

    /// Bytes of the message so far.
    pub(super) const fn bytes(&self) -> usize {
        self.out.len() - FRAME_PREFIX_BYTES
    }

    /// What was written, as a frame.
    pub(super) fn into_frame(mut self) -> Bytes {
        // An answer has at most 32 items of 150 entries: far from the 4 GiB that a frame can hold.
        let prefix = frame_prefix(self.out.len() - FRAME_PREFIX_BYTES).unwrap_or_default();
        for (byte, value) in self.out.iter_mut().zip(prefix) {
            *byte = value;
        }
        self.out.into()
    }

    /// A message in a field, usually of less than 128 bytes.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.message_with_room::<1>(field, write);
    }

    /// A message in a field, usually of more.
    pub(super) fn long_message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.message_with_room::<2>(field, write);
    }

    /// A message in a field. Its length stands before it and is known after it: bytes are kept for the usual length, and a message for
    /// whose length they are too few or too many moves.
    fn message_with_room<const KEPT: usize>(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, WireType::LengthDelimited);
        let kept = self.out.len();
        self.out.extend_from_slice(&[0; KEPT]);
        write(self);
        let (start, end) = (kept + KEPT, self.out.len());
        let mut length = (end - start) as u64;
        let width = encoded_len_varint(length);
        if width != KEPT {
            self.out.resize(end + width.saturating_sub(KEPT), 0);
            self.out.copy_within(start..end, kept + width);
            self.out.truncate(kept + width + (end - start));
        }
        for byte in self.out.iter_mut().skip(kept).take(width - 1) {
            *byte = (length & 0x7f) as u8 | 0x80;
            length >>= 7;
        }
        if let Some(last) = self.out.get_mut(kept + width - 1) {
            *last = (length & 0x7f) as u8;
        }
    }

    #[inline]
    fn key(&mut self, field: u32, wire_type: WireType) {
        self.varint(key(field, wire_type));
    }

    /// Seven bits a byte, the lowest first. The usual widths are written at once.
    #[inline]
    fn varint(&mut self, value: u64) {
        let last = |at: u32| (value >> (7 * at)) as u8;
        let more = |at: u32| last(at) | 0x80;
        match value {
            0..0x80 => self.out.push(last(0)),
            0x80..0x4000 => self.out.extend_from_slice(&[more(0), last(1)]),
            0x4000..0x20_0000 => self.out.extend_from_slice(&[more(0), more(1), last(2)]),
            0x20_0000..0x1000_0000 => self.out.extend_from_slice(&[more(0), more(1), more(2), last(3)]),
            // The seconds of instants.
            0x1000_0000..0x8_0000_0000 => {
                self.out.extend_from_slice(&[more(0), more(1), more(2), more(3), last(4)]);
            }
            _ => self.wide_varint(value),
        }
    }

    #[cold]
    fn wide_varint(&mut self, mut value: u64) {
        while value >= ONE_BYTE {
            self.out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    /// What stands before so many bytes in a field.
    #[inline]
    fn head(&mut self, field: u32, bytes: usize) {
        let (key, bytes) = (key(field, WireType::LengthDelimited), bytes as u64);
        if key < ONE_BYTE && bytes < ONE_BYTE {
            self.out.extend_from_slice(&[key as u8, bytes as u8]);
        } else {
            self.varint(key);
            self.varint(bytes);
        }
    }

    /// A string, unless it is empty.
    #[inline]
    pub(super) fn string(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.present_string(field, text);
        }
    }

    /// A string, also when it is empty.
    #[inline]
    pub(super) fn present_string(&mut self, field: u32, text: &str) {
        self.head(field, text.len());
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A message of two strings in its first fields, of which empty ones are left out.
    pub(super) fn two_strings(&mut self, field: u32, first: &str, second: &str) {
        self.head(field, string_bytes(first) + string_bytes(second));
        self.string(1, first);
        self.string(2, second);
    }

    /// A resource name: a collection with its slash, and a UUID in lower case with hyphens.
    #[inline]
    pub(super) fn name<const BYTES: usize>(&mut self, field: u32, collection: &[u8; BYTES], id: u128) {
        self.head(field, BYTES + UUID_BYTES);
        self.out.extend_from_slice(collection);
        self.out.extend_from_slice(&uuid(id));
    }

    /// A number, unless it is 0.
    pub(super) fn int32(&mut self, field: u32, value: i32) {
        self.int64(field, value.into());
    }

    /// A number, unless it is 0.
    pub(super) fn int64(&mut self, field: u32, value: i64) {
        if value != 0 {
            self.present_int64(field, value);
        }
    }

    /// A number if there is one, also when it is 0.
    pub(super) fn optional_int64(&mut self, field: u32, value: Option<i64>) {
        if let Some(value) = value {
            self.present_int64(field, value);
        }
    }

    fn present_int64(&mut self, field: u32, value: i64) {
        self.key(field, WireType::Varint);
        self.varint(value.cast_unsigned());
    }

    /// A list of numbers, unless it is empty.
    pub(super) fn packed(&mut self, field: u32, values: impl ExactSizeIterator<Item = i32>) {
        if values.len() > 0 {
            self.message(field, |wire| {
                for value in values {
                    wire.varint(i64::from(value).cast_unsigned());
                }
            });
        }
    }
}

fn key(field: u32, wire_type: WireType) -> u64 {
    u64::from(field << 3 | wire_type as u32)
}

/// What a string takes in one of the first fields; nothing when it is empty.
#[inline]
fn string_bytes(text: &str) -> usize {
    if text.is_empty() { 0 } else { 1 + encoded_len_varint(text.len() as u64) + text.len() }
}

/// A UUID in lower case with hyphens.
#[inline]
fn uuid(id: u128) -> [u8; UUID_BYTES] {
    let digits = |shift: u32| eight_digits((id >> shift) as u32);
    let (first, second, third, fourth) = (digits(96), digits(64), digits(32), digits(0));
    let mut written = [b'-'; UUID_BYTES];
    written[..8].copy_from_slice(&first);
    written[9..13].copy_from_slice(&second[..4]);
    written[14..18].copy_from_slice(&second[4..]);
    written[19..23].copy_from_slice(&third[..4]);
    written[24..28].copy_from_slice(&third[4..]);
    written[28..].copy_from_slice(&fourth);
    written
}

/// A word's digits in lower case hexadecimal, all at once: its nibbles are spread over bytes, and those from ten on moved to the letters.
#[inline]
fn eight_digits(word: u32) -> [u8; 8] {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let spread = u64::from(word);
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // Ten and more carry into the next nibble when six is added.
    let letters = (nibbles + 6 * EACH) >> 4 & EACH;
    (nibbles + u64::from(b'0') * EACH + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_written_as_its_own_type_writes_it() {
        let all_digits = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;
        let each_digit_everywhere = (0..16).map(|digit| u128::MAX / 15 * digit);
        let one_bit_each = (0..128).map(|bit| 1 << bit);
        for id in each_digit_everywhere.chain(one_bit_each).chain([all_digits, !all_digits]) {
            let expected = format!("{id:032x}");
            let written = uuid(id);
            let hyphens: Vec<usize> = (0..UUID_BYTES).filter(|at| written.get(*at) == Some(&b'-')).collect();
            assert_eq!(hyphens, [8, 13, 18, 23]);
            assert!(written.into_iter().filter(|byte| *byte != b'-').eq(expected.bytes()), "{expected}");
        }
    }

    #[test]
    fn a_number_of_any_width_is_written_as_prost_writes_it() {
        for bit in 0..64 {
            for value in [(1_u64 << bit) - 1, 1 << bit, u64::MAX >> bit] {
                let mut expected = Vec::new();
                prost::encoding::encode_varint(value, &mut expected);
                let mut wire = Wire { out: Vec::new() };
                wire.varint(value);
                assert_eq!(wire.out, expected, "{value}");
            }
        }
    }
}
