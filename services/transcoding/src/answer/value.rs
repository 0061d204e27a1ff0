//! One value of a field: from its wire form into JSON.

use super::text;
use super::wire::{Raw, Wire, WireError};
use crate::table::{Scalar, Tables};

/// What a value of a scalar type is once it was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Signed(i32),
    Unsigned(u32),
    SignedLong(i64),
    UnsignedLong(u64),
    Float(f32),
    Double(f64),
    Bool(bool),
    Enum(i32, usize),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Reads a value that is no message.
    #[inline(always)]
    pub(super) fn read(scalar: Scalar, number: u32, raw: Raw<'a>) -> Result<Self, WireError> {
        Ok(match (scalar, raw) {
            (Scalar::Text, Raw::Bytes(bytes)) => {
                Self::Text(std::str::from_utf8(bytes).map_err(|_| WireError::Utf8(number))?)
            }
            (Scalar::Bytes, Raw::Bytes(bytes)) => Self::Bytes(bytes),
            (scalar, Raw::Varint(bits)) => Self::of_varint(scalar, bits).ok_or(WireError::WireType(number))?,
            (Scalar::Fixed32, Raw::Fixed32(bits)) => Self::Unsigned(bits),
            (Scalar::Sfixed32, Raw::Fixed32(bits)) => Self::Signed(bits.cast_signed()),
            (Scalar::Float, Raw::Fixed32(bits)) => Self::Float(f32::from_bits(bits)),
            (Scalar::Fixed64, Raw::Fixed64(bits)) => Self::UnsignedLong(bits),
            (Scalar::Sfixed64, Raw::Fixed64(bits)) => Self::SignedLong(bits.cast_signed()),
            (Scalar::Double, Raw::Fixed64(bits)) => Self::Double(f64::from_bits(bits)),
            _ => return Err(WireError::WireType(number)),
        })
    }

    #[inline(always)]
    fn of_varint(scalar: Scalar, bits: u64) -> Option<Self> {
        // Protobuf keeps the lower half of what is too long.
        let low = bits as u32;
        Some(match scalar {
            Scalar::Int32 => Self::Signed(low.cast_signed()),
            Scalar::Int64 => Self::SignedLong(bits.cast_signed()),
            Scalar::Uint32 => Self::Unsigned(low),
            Scalar::Uint64 => Self::UnsignedLong(bits),
            Scalar::Sint32 => Self::Signed((low >> 1).cast_signed() ^ -(low & 1).cast_signed()),
            Scalar::Sint64 => Self::SignedLong((bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()),
            Scalar::Bool => Self::Bool(bits != 0),
            Scalar::Enum(kind) => Self::Enum(low.cast_signed(), kind),
            _ => return None,
        })
    }

    /// The value of a field that is not there.
    pub(super) fn default(scalar: Scalar) -> Option<Self> {
        Some(match scalar {
            Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => Self::Signed(0),
            Scalar::Uint32 | Scalar::Fixed32 => Self::Unsigned(0),
            Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => Self::SignedLong(0),
            Scalar::Uint64 | Scalar::Fixed64 => Self::UnsignedLong(0),
            Scalar::Float => Self::Float(0.0),
            Scalar::Double => Self::Double(0.0),
            Scalar::Bool => Self::Bool(false),
            Scalar::Enum(kind) => Self::Enum(0, kind),
            Scalar::Text => Self::Text(""),
            Scalar::Bytes => Self::Bytes(b""),
            Scalar::Message(_) => return None,
        })
    }

    /// Whether it is as good as absent where presence is not told. A negative zero is a value.
    #[inline(always)]
    pub(super) fn is_default(&self) -> bool {
        match self {
            Self::Signed(value) | Self::Enum(value, _) => *value == 0,
            Self::Unsigned(value) => *value == 0,
            Self::SignedLong(value) => *value == 0,
            Self::UnsignedLong(value) => *value == 0,
            Self::Float(value) => value.to_bits() == 0,
            Self::Double(value) => value.to_bits() == 0,
            Self::Bool(value) => !value,
            Self::Text(value) => value.is_empty(),
            Self::Bytes(value) => value.is_empty(),
        }
    }

    /// Writes it.
    #[inline(always)]
    pub(super) fn write(&self, tables: &Tables, out: &mut Vec<u8>) {
        match self {
            Self::Signed(value) => text::integer(*value, out),
            Self::Unsigned(value) => text::integer(*value, out),
            Self::SignedLong(value) => text::long(*value, out),
            Self::UnsignedLong(value) => text::long(*value, out),
            Self::Float(value) => text::float(*value, out),
            Self::Double(value) => text::double(*value, out),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Text(value) => text::string(value, out),
            Self::Bytes(value) => text::bytes(value, out),
            Self::Enum(value, kind) => match tables.enums.get(*kind) {
                Some(kind) if kind.is_null => out.extend_from_slice(b"null"),
                kind => match kind.and_then(|kind| kind.name(*value)) {
                    Some(name) => name.write(out),
                    None => text::integer(*value, out),
                },
            },
        }
    }
}

/// The next value of a packed list; none for types that cannot be packed.
#[inline]
pub(super) fn unpack<'a>(scalar: Scalar, wire: &mut Wire<'a>) -> Result<Option<Raw<'a>>, WireError> {
    Ok(Some(match scalar {
        Scalar::Text | Scalar::Bytes | Scalar::Message(_) => return Ok(None),
        Scalar::Fixed32 | Scalar::Sfixed32 | Scalar::Float => Raw::Fixed32(u32::from_le_bytes(wire.array()?)),
        Scalar::Fixed64 | Scalar::Sfixed64 | Scalar::Double => Raw::Fixed64(u64::from_le_bytes(wire.array()?)),
        _ => Raw::Varint(wire.varint()?),
    }))
}
