//! The few shapes of the protobuf wire format that an answer has.

use prost::bytes::Bytes;
use prost::encoding::{WireType, encoded_len_varint};

use crate::encoded::{FRAME_PREFIX_BYTES, frame_prefix};

/// Where the two digits of each byte of a UUID stand.
const DIGITS_AT: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Each byte in hexadecimal digits.
const HEX: [[u8; 2]; 256] = {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut all = [[0; 2]; 256];
    let mut byte = 0;
    while byte < all.len() {
        all[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    all
};

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

    fn key(&mut self, field: u32, wire_type: WireType) {
        self.varint(u64::from(field << 3 | wire_type as u32));
    }

    /// Seven bits a byte, the lowest first; most values here take one to three.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    /// A string, unless it is empty.
    pub(super) fn string(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.present_string(field, text);
        }
    }

    /// A string, also when it is empty.
    pub(super) fn present_string(&mut self, field: u32, text: &str) {
        self.key(field, WireType::LengthDelimited);
        self.varint(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A resource name: a collection with its slash, and a UUID in lower case with hyphens.
    pub(super) fn name(&mut self, field: u32, collection: &str, id: u128) {
        const UUID_BYTES: usize = 36;
        self.key(field, WireType::LengthDelimited);
        self.varint((collection.len() + UUID_BYTES) as u64);
        self.out.extend_from_slice(collection.as_bytes());
        let mut uuid = [b'-'; UUID_BYTES];
        for (byte, at) in id.to_be_bytes().into_iter().zip(DIGITS_AT) {
            [uuid[at], uuid[at + 1]] = HEX[usize::from(byte)];
        }
        self.out.extend_from_slice(&uuid);
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
