//! The same message encoded as no encoder would: fields in any order, repeated, split and interleaved.

use prost_reflect::{Kind, MessageDescriptor};

use super::make::Entropy;

/// Other bytes that any reader must understand, though they may say something else.
pub(crate) fn scramble(descriptor: &MessageDescriptor, wire: &[u8], entropy: &mut Entropy<'_>) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut rest = wire;
    while !rest.is_empty() {
        let (chunk, number, payload, after) = split(rest);
        let inner = descriptor.get_field(number).and_then(|field| match field.kind() {
            Kind::Message(inner) => Some(inner),
            _ => None,
        });
        chunks.push(match (inner, payload) {
            (Some(inner), Some(payload)) => {
                let payload = scramble(&inner, payload, entropy);
                let mut chunk = varint(u64::from(number) << 3 | 2);
                chunk.extend(varint(payload.len() as u64));
                chunk.extend(payload);
                chunk
            }
            _ => chunk.to_vec(),
        });
        rest = after;
    }
    if entropy.below(3) == 0 {
        // Something that nobody knows: a number, and a group with a text in it.
        chunks.push([varint(18_999 << 3), vec![7]].concat());
        chunks.push([varint(18_998 << 3 | 3), varint(1 << 3 | 2), vec![1, b'x'], varint(18_998 << 3 | 4)].concat());
    }
    for _ in 0..entropy.below(4) {
        if !chunks.is_empty() {
            let (from, to) = (entropy.below(chunks.len()), entropy.below(chunks.len()));
            if entropy.below(2) == 0 {
                let copy = chunks[from].clone();
                chunks.insert(to, copy);
            } else {
                chunks.swap(from, to);
            }
        }
    }
    chunks.concat()
}

/// The first field: all of it, its number, its bytes if it has a length, and what follows.
fn split(wire: &[u8]) -> (&[u8], u32, Option<&[u8]>, &[u8]) {
    let (tag, after_tag) = read_varint(wire);
    let (payload, after) = match tag & 7 {
        0 => (None, read_varint(after_tag).1),
        1 => (None, &after_tag[8..]),
        2 => {
            let (length, after_length) = read_varint(after_tag);
            let (payload, after) = after_length.split_at(length as usize);
            (Some(payload), after)
        }
        5 => (None, &after_tag[4..]),
        other => panic!("wire type {other}"),
    };
    (&wire[..wire.len() - after.len()], (tag >> 3) as u32, payload, after)
}

fn read_varint(wire: &[u8]) -> (u64, &[u8]) {
    let mut value = 0;
    for (at, byte) in wire.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return (value, &wire[at + 1..]);
        }
    }
    panic!("a number is cut off");
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
