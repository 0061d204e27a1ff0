//! An answer that may have been encoded already.

use prost::bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::encoding::{DecodeContext, WireType};
use prost::{DecodeError, Message};

/// Bytes before each message of a gRPC stream: whether it is compressed, and its length (big-endian).
pub const FRAME_PREFIX_BYTES: usize = 5;

/// What stands before an uncompressed message of so many bytes.
///
/// # Errors
/// For a message of 4 GiB and more, which a frame cannot hold.
pub fn frame_prefix(message_bytes: usize) -> Result<[u8; FRAME_PREFIX_BYTES], std::num::TryFromIntError> {
    let [a, b, c, d] = u32::try_from(message_bytes)?.to_be_bytes();
    Ok([0, a, b, c, d])
}

/// A message, or the bytes that encode it. On the wire the two are the same.
///
/// A server that answers the same parts again and again puts their bytes together instead of building and encoding
/// hundreds of small values for each call. Whoever makes a `Frame` promises that its message decodes as `M`.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoded<M> {
    /// A message that is encoded when it is sent.
    Message(M),
    /// The encoding of an `M` as it is sent, after [`FRAME_PREFIX_BYTES`] that [`frame_prefix`] gives.
    Frame(Bytes),
}

/// The message of a frame; of what is too short for one, an empty message.
fn message_in(frame: &Bytes) -> Bytes {
    frame.slice(FRAME_PREFIX_BYTES.min(frame.len())..)
}

impl<M: Message + Default> Encoded<M> {
    /// The message, decoded if need be.
    ///
    /// # Errors
    /// When the bytes do not encode an `M`.
    pub fn into_message(self) -> Result<M, DecodeError> {
        match self {
            Self::Message(message) => Ok(message),
            Self::Frame(frame) => M::decode(message_in(&frame)),
        }
    }

    /// The message as one frame of an uncompressed stream.
    ///
    /// # Errors
    /// For a message of 4 GiB and more.
    pub fn into_frame(self) -> Result<Bytes, std::num::TryFromIntError> {
        match self {
            Self::Frame(frame) => Ok(frame),
            Self::Message(message) => {
                let bytes = message.encoded_len();
                let mut frame = BytesMut::with_capacity(FRAME_PREFIX_BYTES + bytes);
                frame.put_slice(&frame_prefix(bytes)?);
                message.encode_raw(&mut frame);
                Ok(frame.freeze())
            }
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
            Self::Frame(frame) => buf.put_slice(&message_in(frame)),
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        if let Self::Frame(frame) = self {
            *self = Self::Message(M::decode(message_in(frame))?);
        }
        match self {
            Self::Message(message) => message.merge_field(tag, wire_type, buf, ctx),
            Self::Frame(_) => Ok(()),
        }
    }

    fn encoded_len(&self) -> usize {
        match self {
            Self::Message(message) => message.encoded_len(),
            Self::Frame(frame) => message_in(frame).len(),
        }
    }

    fn clear(&mut self) {
        *self = Self::Message(M::default());
    }
}
