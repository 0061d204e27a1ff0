//! Reading protobuf's wire format without building anything.

use std::fmt;

/// Deepest nesting of messages and groups that is read; what prost reads, too.
pub const WIRE_DEPTH_MAX: u32 = 100;

/// Bytes that are no message of the expected type, or one that JSON cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireError {
    /// The bytes end in the middle of a field.
    Truncated,
    /// A number has more than ten bytes.
    Varint,
    /// A field has the number 0 or a wire type that does not exist, or a group ends that did not begin.
    Tag,
    /// A field comes in another wire type than the contract says; its number.
    WireType(u32),
    /// A text field is not UTF-8; its number.
    Utf8(u32),
    /// Nested deeper than [`WIRE_DEPTH_MAX`].
    Depth,
    /// An instant, a duration, a field mask or a number that canonical JSON has no spelling for.
    Unspeakable(&'static str),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the message is cut off"),
            Self::Varint => f.write_str("a number has more than ten bytes"),
            Self::Tag => f.write_str("a tag is none"),
            Self::WireType(number) => write!(f, "field {number} has another wire type"),
            Self::Utf8(number) => write!(f, "field {number} is not UTF-8"),
            Self::Depth => write!(f, "nested deeper than {WIRE_DEPTH_MAX}"),
            Self::Unspeakable(what) => write!(f, "{what} cannot be said in JSON"),
        }
    }
}

impl std::error::Error for WireError {}

/// One field as it lies on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Raw<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
    /// Read over; no field of the contract is one.
    Group,
}

/// A position in a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next field and its number; none at the end.
    #[inline(always)]
    pub(super) fn field(&mut self) -> Result<Option<(u32, Raw<'a>)>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        Ok(Some((number, self.value(number, wire_type, 0)?)))
    }

    /// The number and wire type of the next field.
    #[inline(always)]
    pub(super) fn tag(&mut self) -> Result<(u32, u8), WireError> {
        let tag = u32::try_from(self.varint()?).map_err(|_| WireError::Tag)?;
        match tag >> 3 {
            0 => Err(WireError::Tag),
            number => Ok((number, (tag & 7) as u8)),
        }
    }

    /// What stands behind a tag.
    #[inline(always)]
    pub(super) fn value(&mut self, number: u32, wire_type: u8, depth: u32) -> Result<Raw<'a>, WireError> {
        match wire_type {
            0 => self.varint().map(Raw::Varint),
            1 => self.array().map(|bytes| Raw::Fixed64(u64::from_le_bytes(bytes))),
            2 => self.bytes().map(Raw::Bytes),
            3 => self.skip_group(number, depth + 1),
            5 => self.array().map(|bytes| Raw::Fixed32(u32::from_le_bytes(bytes))),
            _ => Err(WireError::Tag),
        }
    }

    /// What has its length in front.
    #[inline(always)]
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(self.varint()?).map_err(|_| WireError::Truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn skip_group(&mut self, group: u32, depth: u32) -> Result<Raw<'a>, WireError> {
        if depth > WIRE_DEPTH_MAX {
            return Err(WireError::Depth);
        }
        loop {
            let (number, wire_type) = self.tag()?;
            match wire_type {
                4 if number == group => return Ok(Raw::Group),
                4 => return Err(WireError::Tag),
                _ => self.value(number, wire_type, depth)?,
            };
        }
    }

    /// One number of a packed list.
    #[inline(always)]
    pub(super) fn varint(&mut self) -> Result<u64, WireError> {
        match self.rest {
            [first, rest @ ..] if *first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        for (at, byte) in self.rest.iter().enumerate() {
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if at == 10 || (at == 9 && bits > 1) {
                return Err(WireError::Varint);
            }
            value |= bits << (7 * at);
            if *byte < 0x80 {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(if self.rest.len() >= 10 { WireError::Varint } else { WireError::Truncated })
    }

    /// So many bytes of a packed list.
    #[inline(always)]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }
}
