//! Reading a request in one pass over its JSON, straight into protobuf bytes.
//!
//! Most requests are right, and then nobody asks where in the text a value stood: it is written as it is read, and neither a tree of
//! the text nor a message is built. Whatever is not as plain as that gives up, a mistake above all. Such a request is read again by
//! `message`, which knows every form of a value and tells everything that is wrong. What both read is the same bytes.

mod put;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::fmt;
use std::sync::Arc;

use prost_reflect::MessageDescriptor;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::table::{Known, MessageTable, Scalar, Shape, Slot, Tables};
use put::{Plain, close, open, put};

/// Deepest nesting of a request that is read here, in objects and lists; few come to ten.
const PLAIN_DEPTH_MAX: usize = 32;

/// A field that the path of a request has set, and its value.
pub(crate) type Bound<'b> = (usize, &'b str);

/// Reads the requests of one type that are plain.
#[derive(Debug, Clone)]
pub(crate) struct PlainReader {
    tables: Arc<Tables>,
    root: usize,
}

impl PlainReader {
    /// What reads this message; none when the tables do not know it.
    pub(crate) fn new(tables: &Arc<Tables>, message: &MessageDescriptor) -> Option<Self> {
        let root = *tables.by_name.get(message.full_name())?;
        Some(Self { tables: Arc::clone(tables), root })
    }

    /// A field that a path may set plainly: a text that is there once, whatever else is.
    pub(crate) fn text_field(&self, number: u32) -> Option<usize> {
        let table = self.tables.messages.get(self.root)?;
        let at = table.slot(number)?;
        let slot = table.slots.get(at)?;
        let is_single = matches!(slot.shape, Shape::Implicit | Shape::Explicit) && slot.oneof.is_none();
        (is_single && slot.scalar == Scalar::Text).then_some(at)
    }

    /// The protobuf bytes of a request; none when it is not plain, whatever the reason. `bound` are the fields that the path has set, by
    /// [`Self::text_field`]. No text at all is a request of nothing else.
    pub(crate) fn read(&self, text: &[u8], bound: &[Bound<'_>]) -> Option<Vec<u8>> {
        let table = self.tables.messages.get(self.root).filter(|table| table.known == Known::No)?;
        let text = std::str::from_utf8(text).ok()?;
        let of_path: usize = bound.iter().map(|(_, value)| value.len() + 4).sum();
        // Protobuf is shorter: names are numbers.
        let mut out = Vec::with_capacity(text.len() + of_path);
        let mut fields = Fields { tables: &self.tables, table, out: &mut out, bound, depth: 1 };
        if text.trim_ascii().is_empty() {
            fields.finish(Vec::new(), true)?;
        } else {
            let mut json = serde_json::Deserializer::from_str(text);
            json.deserialize_map(fields).ok()?;
            json.end().ok()?;
        }
        Some(out)
    }
}

/// Ends the reading here. Nobody sees the message.
fn give_up<E: Error>() -> E {
    E::custom("not plain")
}

/// The fields of one object.
struct Fields<'t, 'o> {
    tables: &'t Tables,
    table: &'t MessageTable,
    out: &'o mut Vec<u8>,
    /// What the path has set of them.
    bound: &'t [Bound<'t>],
    depth: usize,
}

impl Fields<'_, '_> {
    /// Adds what the path has set, and brings all that was written, these parts, into order. None when the object had it, too.
    fn finish(&mut self, mut parts: Vec<Part>, mut in_order: bool) -> Option<()> {
        let Self { tables, table, bound, .. } = *self;
        for (at, value) in bound {
            if parts.iter().any(|part| part.at == *at) {
                return None;
            }
            let (slot, start) = (table.slots.get(*at)?, self.out.len());
            let value = Plain::Text(value);
            if slot.shape == Shape::Explicit || !value.is_default(tables, slot.scalar) {
                put(tables, slot, &value, true, self.out)?;
            }
            in_order &= parts.last().is_none_or(|last| last.at < *at);
            parts.push(Part { at: *at, start, end: self.out.len() });
        }
        if !in_order {
            sort(&mut parts, self.out);
        }
        Some(())
    }
}

/// Where in the buffer a field lies.
struct Part {
    at: usize,
    start: usize,
    end: usize,
}

impl<'de> Visitor<'de> for Fields<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let Self { tables, table, depth, .. } = self;
        let mut parts: Vec<Part> = Vec::with_capacity(table.slots.len().min(16));
        let mut in_order = true;
        while let Some(at) = object.next_key_seed(Name(table))? {
            let slot = table.slots.get(at).ok_or_else(give_up)?;
            let start = self.out.len();
            object.next_value_seed(Field { tables, slot, out: &mut *self.out, depth, in_list: false })?;
            let end = self.out.len();
            // Names that come twice, and two of a choice. An absent one of a choice, which is `null`, writes nothing.
            let is_rival = |part: &Part| {
                let other = table.slots.get(part.at).and_then(|other| other.oneof);
                part.at == at || (other.is_some() && other == slot.oneof && part.start < part.end && start < end)
            };
            if parts.iter().any(is_rival) {
                return Err(give_up());
            }
            in_order &= parts.last().is_none_or(|last| last.at < at);
            parts.push(Part { at, start, end });
        }
        self.finish(parts, in_order).ok_or_else(give_up)
    }
}

/// Brings what was written last, these parts, into the order of the fields' numbers.
fn sort(parts: &mut [Part], out: &mut Vec<u8>) {
    let Some(start) = parts.first().map(|part| part.start) else { return };
    let written = out.split_off(start);
    parts.sort_unstable_by_key(|part| part.at);
    for part in parts {
        out.extend_from_slice(written.get(part.start - start..part.end - start).unwrap_or_default());
    }
}

/// A name, read as the index of its field.
struct Name<'t>(&'t MessageTable);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.slot_by_name(name).ok_or_else(give_up)
    }
}

/// The value of a field, or one of its list. It is written with its key, unless all of a list are packed behind one.
struct Field<'t, 'o> {
    tables: &'t Tables,
    slot: &'t Slot,
    out: &'o mut Vec<u8>,
    depth: usize,
    in_list: bool,
}

impl Field<'_, '_> {
    fn plain<E: Error>(self, value: Plain<'_>) -> Result<(), E> {
        let Self { tables, slot, out, in_list, .. } = self;
        match slot.shape {
            _ if in_list => put(tables, slot, &value, !slot.is_packed, out).ok_or_else(give_up),
            Shape::Implicit if value.is_default(tables, slot.scalar) => Ok(()),
            Shape::Implicit | Shape::Explicit => put(tables, slot, &value, true, out).ok_or_else(give_up),
            Shape::List | Shape::Map => Err(give_up()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Field<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Field<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.in_list || self.tables.takes_null(self.slot.scalar) { Err(give_up()) } else { Ok(()) }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.plain(Plain::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.plain(Plain::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.plain(Plain::Integer(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.plain(Plain::Double(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.plain(Plain::Text(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        if !self.in_list && matches!(self.slot.shape, Shape::List | Shape::Map) {
            return Err(give_up());
        }
        message(self, object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { tables, slot, out, depth, in_list } = self;
        if in_list || slot.shape != Shape::List || depth >= PLAIN_DEPTH_MAX {
            return Err(give_up());
        }
        let start = out.len();
        let inside = if slot.is_packed { Some(open(slot.number, out)) } else { None };
        let mut is_empty = true;
        while list.next_element_seed(Field { tables, slot, out: &mut *out, depth: depth + 1, in_list: true })?.is_some()
        {
            is_empty = false;
        }
        match inside {
            _ if is_empty => out.truncate(start),
            Some(inside) => close(inside, out),
            None => {}
        }
        Ok(())
    }
}

/// Reads a message that is an object of its fields, with its key.
fn message<'de, A: MapAccess<'de>>(field: Field<'_, '_>, object: A) -> Result<(), A::Error> {
    let Field { tables, slot, out, depth, .. } = field;
    let Scalar::Message(index) = slot.scalar else { return Err(give_up()) };
    let table = tables.messages.get(index).filter(|table| table.known == Known::No && depth < PLAIN_DEPTH_MAX);
    let table = table.ok_or_else(give_up)?;
    let inside = open(slot.number, out);
    Fields { tables, table, out: &mut *out, bound: &[], depth: depth + 1 }.visit_map(object)?;
    close(inside, out);
    Ok(())
}
