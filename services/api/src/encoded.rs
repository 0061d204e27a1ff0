//! An answer that may have been encoded already.

use prost::bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType};
use prost::{DecodeError, Message};

/// A message, or the bytes that encode it. On the wire the two are the same.
///
/// A server that answers the same parts again and again puts their bytes together instead of building and encoding
/// hundreds of small values for each call. Whoever makes `Bytes` promises that they decode as `M`.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoded<M> {
    /// A message that is encoded when it is sent.
    Message(M),
    /// The encoding of an `M`.
    Bytes(Bytes),
}

impl<M: Message + Default> Encoded<M> {
    /// The message, decoded if need be.
    ///
    /// # Errors
    /// When the bytes do not encode an `M`.
    pub fn into_message(self) -> Result<M, DecodeError> {
        match self {
            Self::Message(message) => Ok(message),
            Self::Bytes(bytes) => M::decode(bytes),
        }
    }
}

impl<M> From<M> for Encoded<M> {
    fn from(message: M) -> Self {
        Self::Message(message)
    }
}

impl<M: Default> Default for Encoded<M> {
    fn default() -> Self {
        Self::Message(M::default())
    }
}

impl<M: Message + Default> Message for Encoded<M> {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        match self {
            Self::Message(message) => message.encode_raw(buf),
            Self::Bytes(bytes) => buf.put_slice(bytes),
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        if let Self::Bytes(bytes) = self {
            *self = Self::Message(M::decode(bytes.clone())?);
        }
        match self {
            Self::Message(message) => message.merge_field(tag, wire_type, buf, ctx),
            Self::Bytes(_) => Ok(()),
        }
    }

    fn encoded_len(&self) -> usize {
        match self {
            Self::Message(message) => message.encoded_len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    fn clear(&mut self) {
        *self = Self::Message(M::default());
    }
}
