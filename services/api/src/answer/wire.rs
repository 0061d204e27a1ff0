//! The few shapes of the protobuf wire format that an answer has.

use prost::bytes::Bytes;
use prost::encoding::{WireType, encoded_len_varint};

use crate::encoded::{FRAME_PREFIX_BYTES, frame_prefix};

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

    /// A message in a field. Its length stands before it and is known after it: one byte is kept, which suffices for most,
    /// and a longer message moves up.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, WireType::LengthDelimited);
        let kept = self.out.len();
        self.out.push(0);
        write(self);
        let start = kept + 1;
        let mut length = (self.out.len() - start) as u64;
        let width = encoded_len_varint(length);
        if width > 1 {
            let end = self.out.len();
            self.out.resize(end + width - 1, 0);
            self.out.copy_within(start..end, kept + width);
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
        const HEX: [u8; 16] = *b"0123456789abcdef";
        const UUID_BYTES: usize = 36;
        self.key(field, WireType::LengthDelimited);
        self.varint((collection.len() + UUID_BYTES) as u64);
        self.out.extend_from_slice(collection.as_bytes());
        let mut uuid = [b'-'; UUID_BYTES];
        let mut at = 0;
        for (index, byte) in id.to_be_bytes().into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                at += 1;
            }
            uuid[at] = HEX[usize::from(byte >> 4)];
            uuid[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
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
