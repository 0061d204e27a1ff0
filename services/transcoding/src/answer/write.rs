//! Writing a message in one pass over its bytes.
//!
//! Encoders write fields in the order of their numbers, each once, so that they can be written as they come. Whatever is encoded
//! otherwise stops the pass, and the whole message is written again by gathering its fields first (`gather`): at most twice the
//! work, whoever made the bytes.

use super::text;
use super::value::{Value, unpack};
use super::wire::{Raw, WIRE_DEPTH_MAX, Wire, WireError};
use crate::table::{Known, MessageTable, ONEOFS_IN_ORDER_MAX, Scalar, Shape, Slot, Tables};

/// Which of the two ways a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    AsOnWire,
    Gathered,
}

/// Why writing stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The fields do not come in order.
    Irregular,
    Error(WireError),
}

impl From<WireError> for Stop {
    fn from(error: WireError) -> Self {
        Self::Error(error)
    }
}

/// Writes into one buffer.
pub(super) struct Writer<'t> {
    pub(super) tables: &'t Tables,
    pub(super) out: &'t mut Vec<u8>,
    order: Order,
    depth: u32,
}

/// What is open inside one object.
struct Open {
    /// Index of the last field plus 1.
    last: usize,
    /// Whether that field is a list with an element written.
    list: bool,
    /// Bits of the oneofs that have a member.
    oneofs: u64,
    /// Whether nothing was written into the object.
    is_empty: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(tables: &'t Tables, out: &'t mut Vec<u8>, order: Order) -> Self {
        Self { tables, out, order, depth: 0 }
    }

    /// Writes a message, whatever its form.
    pub(super) fn message(&mut self, index: usize, bytes: &[u8]) -> Result<(), Stop> {
        let table = self.table(index)?;
        self.nested(|writer| {
            if table.known != Known::No {
                return writer.known(table, bytes);
            }
            writer.out.push(b'{');
            writer.fields(table, bytes, true)?;
            writer.out.push(b'}');
            Ok(())
        })
    }

    /// Runs one level deeper.
    pub(super) fn nested(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.depth >= WIRE_DEPTH_MAX {
            return Err(WireError::Depth.into());
        }
        self.depth += 1;
        let result = write(self);
        self.depth -= 1;
        result
    }

    pub(super) fn table(&self, index: usize) -> Result<&'t MessageTable, Stop> {
        // Indices come from the tables themselves.
        self.tables.messages.get(index).ok_or(Stop::Error(WireError::Tag))
    }

    /// Writes the fields of an object whose brace is open.
    pub(super) fn fields(&mut self, table: &'t MessageTable, bytes: &[u8], is_empty: bool) -> Result<(), Stop> {
        match self.order {
            Order::AsOnWire => self.fields_in_order(table, bytes, is_empty),
            Order::Gathered => self.fields_gathered(table, bytes, is_empty),
        }
    }

    fn fields_in_order(&mut self, table: &'t MessageTable, bytes: &[u8], is_empty: bool) -> Result<(), Stop> {
        if table.oneofs > ONEOFS_IN_ORDER_MAX {
            return Err(Stop::Irregular);
        }
        let mut open = Open { last: 0, list: false, oneofs: 0, is_empty };
        let mut wire = Wire::new(bytes);
        while !wire.is_empty() {
            let (number, wire_type) = wire.tag()?;
            let Some(at) = table.slot(number) else {
                wire.value(number, wire_type, 0)?;
                continue;
            };
            let slot = &table.slots[at];
            if at + 1 != open.last {
                if at + 1 < open.last {
                    return Err(Stop::Irregular);
                }
                if open.list {
                    self.out.push(b']');
                    open.list = false;
                }
                open.last = at + 1;
                if let Some(oneof) = slot.oneof {
                    let bit = 1 << oneof;
                    if open.oneofs & bit != 0 {
                        return Err(Stop::Irregular);
                    }
                    open.oneofs |= bit;
                }
            } else if slot.shape != Shape::List {
                return Err(Stop::Irregular);
            }
            match slot.shape {
                Shape::List => {
                    let raw = wire.value(number, wire_type, 0)?;
                    self.elements_in_order(slot, raw, &mut open)?;
                }
                Shape::Map => {
                    let raw = wire.value(number, wire_type, 0)?;
                    self.key(slot, &mut open.is_empty);
                    let entries = run(&mut wire, number, raw)?;
                    self.map(slot, &entries)?;
                }
                Shape::Implicit | Shape::Explicit => {
                    self.read_singular(slot, &mut wire, wire_type, &mut open.is_empty)?;
                }
            }
        }
        if open.list {
            self.out.push(b']');
        }
        Ok(())
    }

    /// Reads and writes a field that is there once. The usual types are decided upon once: what a field is, how it is read and how it is written.
    #[inline(always)]
    fn read_singular(
        &mut self,
        slot: &Slot,
        wire: &mut Wire<'_>,
        wire_type: u8,
        is_empty: &mut bool,
    ) -> Result<(), Stop> {
        let is_told = slot.shape == Shape::Explicit;
        match (slot.scalar, wire_type) {
            (Scalar::Message(index), 2) => {
                let bytes = wire.bytes()?;
                self.key(slot, is_empty);
                self.message(index, bytes)?;
            }
            (Scalar::Text, 2) => {
                let bytes = wire.bytes()?;
                if is_told || !bytes.is_empty() {
                    self.key(slot, is_empty);
                    self.text(slot.number, bytes)?;
                }
            }
            (Scalar::Int32, 0) => {
                let value = (wire.varint()? as u32).cast_signed();
                if is_told || value != 0 {
                    self.key(slot, is_empty);
                    text::integer(value, self.out);
                }
            }
            (Scalar::Int64, 0) => {
                let value = wire.varint()?.cast_signed();
                if is_told || value != 0 {
                    self.key(slot, is_empty);
                    text::long(value, self.out);
                }
            }
            _ => {
                let raw = wire.value(slot.number, wire_type, 0)?;
                self.singular(slot, raw, is_empty)?;
            }
        }
        Ok(())
    }

    /// Writes a name, with a comma before it unless it is the first one.
    #[inline(always)]
    pub(super) fn key(&mut self, slot: &Slot, is_empty: &mut bool) {
        self.comma(std::mem::take(is_empty));
        slot.key.write(self.out);
    }

    /// Writes a field that is there once, unless it holds a default that is not told.
    #[inline(always)]
    pub(super) fn singular(&mut self, slot: &Slot, raw: Raw<'_>, is_empty: &mut bool) -> Result<(), Stop> {
        if let Scalar::Message(index) = slot.scalar {
            let Raw::Bytes(bytes) = raw else { return Err(WireError::WireType(slot.number).into()) };
            self.key(slot, is_empty);
            return self.message(index, bytes);
        }
        if let (Scalar::Text, Raw::Bytes(bytes)) = (slot.scalar, raw) {
            if slot.shape == Shape::Explicit || !bytes.is_empty() {
                self.key(slot, is_empty);
                self.text(slot.number, bytes)?;
            }
            return Ok(());
        }
        let value = Value::read(slot.scalar, slot.number, raw)?;
        if slot.shape == Shape::Explicit || !value.is_default() {
            self.key(slot, is_empty);
            value.write(self.tables, self.out);
        }
        Ok(())
    }

    fn elements_in_order(&mut self, slot: &Slot, raw: Raw<'_>, open: &mut Open) -> Result<(), Stop> {
        let has_elements = !matches!(raw, Raw::Bytes(bytes) if bytes.is_empty() && is_packable(slot.scalar));
        if has_elements && !open.list {
            self.key(slot, &mut open.is_empty);
            self.out.push(b'[');
            open.list = true;
            return self.elements(slot, raw, true);
        }
        self.elements(slot, raw, false)
    }

    /// Writes the elements of one occurrence of a list: one, or all that are packed in it.
    pub(super) fn elements(&mut self, slot: &Slot, raw: Raw<'_>, mut is_first: bool) -> Result<(), Stop> {
        let Raw::Bytes(bytes) = raw else {
            self.comma(is_first);
            Value::read(slot.scalar, slot.number, raw)?.write(self.tables, self.out);
            return Ok(());
        };
        if !is_packable(slot.scalar) {
            self.comma(is_first);
            if slot.scalar == Scalar::Text {
                return self.text(slot.number, bytes);
            }
            return self.value(slot.scalar, slot.number, raw);
        }
        let mut packed = Wire::new(bytes);
        while !packed.is_empty() {
            let Some(raw) = unpack(slot.scalar, &mut packed)? else { break };
            self.comma(is_first);
            is_first = false;
            Value::read(slot.scalar, slot.number, raw)?.write(self.tables, self.out);
        }
        Ok(())
    }

    #[inline(always)]
    fn text(&mut self, number: u32, bytes: &[u8]) -> Result<(), Stop> {
        text::of_wire(bytes, self.out).map_err(|_| WireError::Utf8(number).into())
    }

    #[inline(always)]
    fn comma(&mut self, is_first: bool) {
        if !is_first {
            self.out.push(b',');
        }
    }

    /// Writes a value that is told, whatever it is.
    pub(super) fn value(&mut self, scalar: Scalar, number: u32, raw: Raw<'_>) -> Result<(), Stop> {
        match (scalar, raw) {
            (Scalar::Message(index), Raw::Bytes(bytes)) => self.message(index, bytes),
            (Scalar::Message(_), _) => Err(WireError::WireType(number).into()),
            _ => {
                Value::read(scalar, number, raw)?.write(self.tables, self.out);
                Ok(())
            }
        }
    }
}

/// Whether several values may lie in one occurrence of a list.
pub(super) fn is_packable(scalar: Scalar) -> bool {
    !matches!(scalar, Scalar::Text | Scalar::Bytes | Scalar::Message(_))
}

/// The occurrences of one field that follow one another, from the one that was read.
fn run<'a>(wire: &mut Wire<'a>, number: u32, first: Raw<'a>) -> Result<Vec<Raw<'a>>, WireError> {
    let mut found = vec![first];
    loop {
        let mut ahead = *wire;
        match ahead.field()? {
            Some((other, raw)) if other == number => {
                found.push(raw);
                *wire = ahead;
            }
            _ => return Ok(found),
        }
    }
}
