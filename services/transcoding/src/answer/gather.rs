//! Writing a message whose fields come in any order and any number of times: gathered first, by protobuf's rules of merging.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::text;
use super::value::Value;
use super::wire::{Raw, Wire, WireError};
use super::write::{Stop, Writer, is_packable};
use crate::table::{MessageTable, Scalar, Shape, Slot};

/// All that lies on the wire of one field, in order.
pub(super) struct Gathered<'a> {
    pub(super) at: usize,
    pub(super) raws: Vec<Raw<'a>>,
}

/// The fields of a message by number. Of a oneof only what came since its last member changed is kept.
pub(super) fn gather<'a>(table: &MessageTable, bytes: &'a [u8]) -> Result<Vec<Gathered<'a>>, WireError> {
    let mut all: Vec<(usize, Raw<'a>)> = Vec::new();
    // For each oneof its member and where its run begins.
    let mut members: Vec<(usize, usize)> = vec![(usize::MAX, 0); usize::from(table.oneofs)];
    let mut wire = Wire::new(bytes);
    while let Some((number, raw)) = wire.field()? {
        let Some(at) = table.slot(number) else { continue };
        if let Some(member) = oneof_of(table, at).and_then(|oneof| members.get_mut(oneof))
            && member.0 != at
        {
            *member = (at, all.len());
        }
        all.push((at, raw));
    }
    let mut kept: Vec<(usize, Raw<'a>)> = all
        .into_iter()
        .enumerate()
        .filter(|(position, (at, _))| {
            let member = oneof_of(table, *at).and_then(|oneof| members.get(oneof));
            member.is_none_or(|(current, start)| current == at && position >= start)
        })
        .map(|(_, entry)| entry)
        .collect();
    kept.sort_by_key(|(at, _)| *at);
    let mut gathered: Vec<Gathered<'a>> = Vec::new();
    for (at, raw) in kept {
        match gathered.last_mut() {
            Some(last) if last.at == at => last.raws.push(raw),
            _ => gathered.push(Gathered { at, raws: vec![raw] }),
        }
    }
    Ok(gathered)
}

fn oneof_of(table: &MessageTable, at: usize) -> Option<usize> {
    table.slots.get(at)?.oneof.map(usize::from)
}

/// The bytes of a message that came in several parts: what follows is merged into what was, which is what the parts say when
/// they are put together.
pub(super) fn merged<'a>(number: u32, raws: &[Raw<'a>]) -> Result<Cow<'a, [u8]>, WireError> {
    let mut parts = raws.iter().map(|raw| match raw {
        Raw::Bytes(bytes) => Ok(*bytes),
        _ => Err(WireError::WireType(number)),
    });
    let Some(first) = parts.next().transpose()? else { return Ok(Cow::Borrowed(&[])) };
    let mut whole = Cow::Borrowed(first);
    for part in parts {
        whole.to_mut().extend_from_slice(part?);
    }
    Ok(whole)
}

impl<'t> Writer<'t> {
    pub(super) fn fields_gathered(
        &mut self,
        table: &'t MessageTable,
        bytes: &[u8],
        mut is_empty: bool,
    ) -> Result<(), Stop> {
        for Gathered { at, raws } in gather(table, bytes)? {
            let slot = &table.slots[at];
            match slot.shape {
                Shape::List if has_elements(slot, &raws) => {
                    self.key(slot, &mut is_empty);
                    self.list(slot, &raws)?;
                }
                // A list of which only empty packages came; they are looked at for their wire type.
                Shape::List => raws.iter().try_for_each(|raw| self.elements(slot, *raw, true))?,
                Shape::Map => {
                    self.key(slot, &mut is_empty);
                    self.map(slot, &raws)?;
                }
                Shape::Implicit | Shape::Explicit => self.last(slot, &raws, &mut is_empty)?,
            }
        }
        Ok(())
    }

    /// Writes a field that counts once: the last value, or all parts of a message together.
    fn last(&mut self, slot: &Slot, raws: &[Raw<'_>], is_empty: &mut bool) -> Result<(), Stop> {
        if let Scalar::Message(index) = slot.scalar {
            let whole = merged(slot.number, raws)?;
            self.key(slot, is_empty);
            return self.message(index, &whole);
        }
        // What is overridden must be well-formed all the same.
        for raw in raws {
            Value::read(slot.scalar, slot.number, *raw)?;
        }
        raws.last().map_or(Ok(()), |raw| self.singular(slot, *raw, is_empty))
    }

    /// Writes a list with its brackets.
    pub(super) fn list(&mut self, slot: &Slot, raws: &[Raw<'_>]) -> Result<(), Stop> {
        self.out.push(b'[');
        let start = self.out.len();
        for raw in raws {
            let is_first = self.out.len() == start;
            self.elements(slot, *raw, is_first)?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes a map with its braces, by the order of its keys. Of entries with the same key the last one counts.
    pub(super) fn map(&mut self, slot: &Slot, raws: &[Raw<'_>]) -> Result<(), Stop> {
        let Scalar::Message(entry) = slot.scalar else { return Err(WireError::WireType(slot.number).into()) };
        let entry = self.table(entry)?;
        let (Some(key_slot), Some(value_slot)) = (entry.slots.first(), entry.slots.get(1)) else {
            return Err(WireError::Tag.into());
        };
        let mut entries: BTreeMap<Key<'_>, Vec<Raw<'_>>> = BTreeMap::new();
        for raw in raws {
            let Raw::Bytes(bytes) = raw else { return Err(WireError::WireType(slot.number).into()) };
            let (mut key, mut values) = (Key::default_of(key_slot.scalar), Vec::new());
            let mut wire = Wire::new(bytes);
            while let Some((number, raw)) = wire.field()? {
                match number {
                    1 => key = Key::of(Value::read(key_slot.scalar, 1, raw)?),
                    2 => values.push(raw),
                    _ => {}
                }
            }
            entries.insert(key.ok_or(WireError::Tag)?, values);
        }
        self.nested(|writer| {
            writer.out.push(b'{');
            for (at, (key, values)) in entries.iter().enumerate() {
                if at > 0 {
                    writer.out.push(b',');
                }
                key.write(writer.out);
                writer.out.push(b':');
                writer.value_or_default(value_slot, values)?;
            }
            writer.out.push(b'}');
            Ok(())
        })
    }

    /// Writes a value that is told, whatever it is, from its occurrences.
    pub(super) fn value_or_default(&mut self, slot: &Slot, raws: &[Raw<'_>]) -> Result<(), Stop> {
        if let Scalar::Message(index) = slot.scalar {
            return self.message(index, &merged(slot.number, raws)?);
        }
        let mut value = Value::default(slot.scalar).ok_or(WireError::Tag)?;
        for raw in raws {
            value = Value::read(slot.scalar, slot.number, *raw)?;
        }
        value.write(self.tables, self.out);
        Ok(())
    }

    /// Writes one field of a message and nothing around it; of what is not there the default, or `null`.
    pub(super) fn only(&mut self, index: usize, number: u32, bytes: &[u8]) -> Result<(), Stop> {
        let table = self.table(index)?;
        let slot = table.slot(number).and_then(|at| table.slots.get(at)).ok_or(WireError::Tag)?;
        let gathered = gather(table, bytes)?;
        let raws = gathered.iter().find(|field| table.slots[field.at].number == number);
        let raws = raws.map(|field| field.raws.as_slice()).unwrap_or_default();
        match slot.shape {
            Shape::List => self.list(slot, raws),
            Shape::Map => self.map(slot, raws),
            Shape::Explicit if raws.is_empty() => {
                self.out.extend_from_slice(b"null");
                Ok(())
            }
            Shape::Explicit | Shape::Implicit => self.value_or_default(slot, raws),
        }
    }
}

fn has_elements(slot: &Slot, raws: &[Raw<'_>]) -> bool {
    raws.iter().any(|raw| !matches!(raw, Raw::Bytes(bytes) if bytes.is_empty() && is_packable(slot.scalar)))
}

/// The key of an entry of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Text(&'a str),
}

impl<'a> Key<'a> {
    fn default_of(scalar: Scalar) -> Option<Self> {
        Value::default(scalar).and_then(Key::of)
    }

    fn of(value: Value<'a>) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(value),
            Value::Signed(value) => Self::Signed(value.into()),
            Value::SignedLong(value) => Self::Signed(value),
            Value::Unsigned(value) => Self::Unsigned(value.into()),
            Value::UnsignedLong(value) => Self::Unsigned(value),
            Value::Text(value) => Self::Text(value),
            Value::Float(_) | Value::Double(_) | Value::Enum(..) | Value::Bytes(_) => return None,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bool(value) => out.extend_from_slice(if *value { b"\"true\"" } else { b"\"false\"" }),
            Self::Signed(value) => text::long(*value, out),
            Self::Unsigned(value) => text::long(*value, out),
            Self::Text(value) => text::string(value, out),
        }
    }
}
