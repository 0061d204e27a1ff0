//! The few shapes of the protobuf wire format that an answer has.

use prost::Message;
use prost::bytes::Bytes;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// Bytes of a message that is being written.
#[derive(Debug)]
pub(super) struct Wire {
    out: Vec<u8>,
}

impl Wire {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.out.into()
    }

    /// A message in a field. Its length stands before it and is known after it: one byte is kept, which suffices for most,
    /// and a longer message moves up.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        encode_key(field, WireType::LengthDelimited, &mut self.out);
        let kept = self.out.len();
        self.out.push(0);
        write(self);
        let start = kept + 1;
        let length = self.out.len() - start;
        let width = encoded_len_varint(length as u64);
        if width > 1 {
            let end = self.out.len();
            self.out.resize(end + width - 1, 0);
            self.out.copy_within(start..end, kept + width);
        }
        if let Some(mut prefix) = self.out.get_mut(kept..kept + width) {
            encode_varint(length as u64, &mut prefix);
        }
    }

    /// A message of the generated types in a field.
    pub(super) fn encode(&mut self, field: u32, message: &impl Message) {
        encode_key(field, WireType::LengthDelimited, &mut self.out);
        encode_varint(message.encoded_len() as u64, &mut self.out);
        message.encode_raw(&mut self.out);
    }

    /// A string, unless it is empty.
    pub(super) fn string(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.present_string(field, text);
        }
    }

    /// A string, also when it is empty.
    pub(super) fn present_string(&mut self, field: u32, text: &str) {
        encode_key(field, WireType::LengthDelimited, &mut self.out);
        encode_varint(text.len() as u64, &mut self.out);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A resource name: a collection with its slash, and a UUID in lower case with hyphens.
    pub(super) fn name(&mut self, field: u32, collection: &str, id: u128) {
        const HEX: [u8; 16] = *b"0123456789abcdef";
        const UUID_BYTES: usize = 36;
        encode_key(field, WireType::LengthDelimited, &mut self.out);
        encode_varint((collection.len() + UUID_BYTES) as u64, &mut self.out);
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

    /// A number, also when it is 0.
    pub(super) fn present_int32(&mut self, field: u32, value: i32) {
        self.present_int64(field, value.into());
    }

    /// A number, also when it is 0.
    pub(super) fn present_int64(&mut self, field: u32, value: i64) {
        encode_key(field, WireType::Varint, &mut self.out);
        encode_varint(value.cast_unsigned(), &mut self.out);
    }

    /// A list of numbers, unless it is empty.
    pub(super) fn packed(&mut self, field: u32, values: impl ExactSizeIterator<Item = i32>) {
        if values.len() > 0 {
            self.message(field, |wire| {
                for value in values {
                    encode_varint(i64::from(value).cast_unsigned(), &mut wire.out);
                }
            });
        }
    }
}
