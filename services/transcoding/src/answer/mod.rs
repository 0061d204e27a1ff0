//! Answers as canonical protobuf JSON, written from the wire: no message is built in between.
//!
//! Fields come in the order of their numbers, entries of maps in the order of their keys: the same bytes give the same text,
//! and so do equal messages that were encoded differently.

mod append;
mod gather;
mod known;
mod text;
mod value;
mod wire;
mod write;

use std::sync::Arc;

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

pub use wire::{WIRE_DEPTH_MAX, WireError};

pub(crate) use append::Name;
pub(crate) use text::string as write_string;

use crate::routes::CompileError;
use crate::table::Tables;
use wire::{Raw, Wire};
use write::{Order, Stop, Writer};

/// What is needed to write every message of a contract. Clones share it.
#[derive(Debug, Clone)]
pub struct Answers {
    tables: Arc<Tables>,
}

impl Answers {
    /// Compiles every message of the pool.
    ///
    /// # Errors
    /// When a message has a group among its fields, which JSON has no form for.
    pub fn compile(pool: &DescriptorPool) -> Result<Self, CompileError> {
        Ok(Self { tables: Arc::new(Tables::compile(pool)?) })
    }

    /// The tables behind it.
    pub(crate) fn tables(&self) -> &Arc<Tables> {
        &self.tables
    }

    /// What writes this message; none when the pool did not have it.
    #[must_use]
    pub fn writer(&self, message: &MessageDescriptor) -> Option<AnswerWriter> {
        self.writer_by_name(message.full_name())
    }

    /// What writes the message of this full name, such as `google.rpc.Status`.
    #[must_use]
    pub fn writer_by_name(&self, name: &str) -> Option<AnswerWriter> {
        let root = *self.tables.by_name.get(name)?;
        Some(AnswerWriter { tables: Arc::clone(&self.tables), root, only: None })
    }

    /// Writes a `google.protobuf.Any` given by its parts. What is unknown or does not decode keeps its bytes, in base64.
    pub(crate) fn any(&self, type_url: &str, value: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let written = [Order::AsOnWire, Order::Gathered]
            .into_iter()
            .map(|order| {
                out.truncate(start);
                Writer::new(&self.tables, out, order).any_parts(type_url, value)
            })
            .find(|written| !matches!(written, Err(Stop::Irregular)));
        if !matches!(written, Some(Ok(()))) {
            out.truncate(start);
            known::opaque_any(type_url, value, out);
        }
    }
}

/// Writes one type of message.
#[derive(Debug, Clone)]
pub struct AnswerWriter {
    tables: Arc<Tables>,
    root: usize,
    /// The number of the field that is the whole answer.
    only: Option<u32>,
}

impl AnswerWriter {
    /// Writes the one field of the message and nothing around it.
    pub(crate) fn of_field(&self, field: &FieldDescriptor) -> Option<Self> {
        self.tables.messages.get(self.root)?.slot(field.number())?;
        Some(Self { only: Some(field.number()), ..self.clone() })
    }

    /// Writes the message with these protobuf bytes as JSON on one line, behind what is in `out`.
    ///
    /// # Errors
    /// When the bytes are no message of this type, or hold what canonical JSON cannot say; `out` is then as it was.
    pub fn write(&self, wire: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
        /// More than what JSON needs for each byte of protobuf, in messages such as ours, which is a little over two: to grow would be
        /// to copy nearly all of it. What is not written costs nothing.
        const JSON_PER_WIRE: usize = 3;
        out.reserve(wire.len().saturating_mul(JSON_PER_WIRE));
        let start = out.len();
        let result = match self.attempt(wire, out, Order::AsOnWire) {
            Err(Stop::Irregular) => {
                out.truncate(start);
                self.attempt(wire, out, Order::Gathered)
            }
            result => result,
        };
        match result {
            Ok(()) => Ok(()),
            Err(stop) => {
                out.truncate(start);
                Err(match stop {
                    Stop::Error(error) => error,
                    // Gathering meets every order.
                    Stop::Irregular => WireError::Tag,
                })
            }
        }
    }

    fn attempt(&self, wire: &[u8], out: &mut Vec<u8>, order: Order) -> Result<(), Stop> {
        let mut writer = Writer::new(&self.tables, out, order);
        match self.only {
            None => writer.message(self.root, wire),
            Some(number) => writer.only(self.root, number, wire),
        }
    }
}

/// The parts of the last `google.protobuf.Any`-like pair of fields 1 (text) and 2 (bytes) of a message.
pub(crate) fn any_parts(wire: &[u8]) -> Result<(&str, &[u8]), WireError> {
    let (mut type_url, mut value): (&str, &[u8]) = ("", &[]);
    let mut wire = Wire::new(wire);
    while let Some((number, raw)) = wire.field()? {
        match (number, raw) {
            (1, Raw::Bytes(bytes)) => type_url = std::str::from_utf8(bytes).map_err(|_| WireError::Utf8(1))?,
            (2, Raw::Bytes(bytes)) => value = bytes,
            (1 | 2, _) => return Err(WireError::WireType(number)),
            _ => {}
        }
    }
    Ok((type_url, value))
}
