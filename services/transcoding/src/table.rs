//! What is to be known of each message to write it as JSON and to read it from there: compiled from the descriptors once.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use crate::answer::{Name, write_string};
use crate::names::Names;
use crate::routes::CompileError;

/// Field numbers below this are looked up by index.
const DENSE_NUMBERS_MAX: u32 = 256;
/// Most oneofs of a message that are written in the order of the wire.
pub(crate) const ONEOFS_IN_ORDER_MAX: u16 = 64;

/// All messages and enums of a pool.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) messages: Vec<MessageTable>,
    pub(crate) enums: Vec<EnumTable>,
    pub(crate) by_name: HashMap<String, usize>,
}

/// One message.
#[derive(Debug)]
pub(crate) struct MessageTable {
    pub(crate) known: Known,
    /// By field number.
    pub(crate) slots: Vec<Slot>,
    /// Index into `slots` plus 1 by field number; 0 where there is none.
    dense: Vec<u16>,
    /// Index into `slots` by name: that of JSON, and that of the contract.
    names: Names<usize>,
    pub(crate) oneofs: u16,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) number: u32,
    /// The name with its quotes and colon.
    pub(crate) key: Name,
    pub(crate) scalar: Scalar,
    pub(crate) shape: Shape,
    /// Index of the oneof it is a member of.
    pub(crate) oneof: Option<u16>,
    /// Whether encoders put all values of a list together.
    pub(crate) is_packed: bool,
}

/// How often a field may be there, and whether its default is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Once; its default is as good as absent.
    Implicit,
    /// Once; whatever it holds is told.
    Explicit,
    /// Any number of times.
    List,
    /// Any number of entries.
    Map,
}

/// The type of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
    Bool,
    Text,
    Bytes,
    /// Index into the enums.
    Enum(usize),
    /// Index into the messages.
    Message(usize),
}

/// Messages whose JSON is not an object of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    No,
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    /// `google.protobuf.Int32Value` and its kin.
    Wrapper,
    /// Its JSON is `{}`, but inside of `Any` it counts among these.
    Empty,
}

/// One enum.
#[derive(Debug)]
pub(crate) struct EnumTable {
    pub(crate) is_null: bool,
    first: i32,
    /// Names with their quotes, from the smallest number on; empty where a number has no name.
    dense: Vec<Name>,
    /// Names of what is too far off.
    sparse: HashMap<i32, Name>,
    numbers: Names<i32>,
}

impl Tables {
    pub(crate) fn compile(pool: &DescriptorPool) -> Result<Self, CompileError> {
        let descriptors: Vec<MessageDescriptor> = pool.all_messages().collect();
        let enum_descriptors: Vec<EnumDescriptor> = pool.all_enums().collect();
        let by_name: HashMap<String, usize> =
            descriptors.iter().enumerate().map(|(at, message)| (message.full_name().to_owned(), at)).collect();
        let enums_by_name: HashMap<&str, usize> =
            enum_descriptors.iter().enumerate().map(|(at, kind)| (kind.full_name(), at)).collect();
        let messages = descriptors
            .iter()
            .map(|message| MessageTable::compile(message, &by_name, &enums_by_name))
            .collect::<Result<_, _>>()?;
        let enums = enum_descriptors.iter().map(EnumTable::compile).collect();
        Ok(Self { messages, enums, by_name })
    }

    /// Whether `null` is a value of this type; of all other ones it says that there is none.
    pub(crate) fn takes_null(&self, scalar: Scalar) -> bool {
        match scalar {
            Scalar::Message(index) => self.messages.get(index).is_some_and(|table| table.known == Known::Value),
            Scalar::Enum(kind) => self.enums.get(kind).is_some_and(|kind| kind.is_null),
            _ => false,
        }
    }
}

impl MessageTable {
    fn compile(
        message: &MessageDescriptor,
        messages: &HashMap<String, usize>,
        enums: &HashMap<&str, usize>,
    ) -> Result<Self, CompileError> {
        let fail =
            |message: &str, subject: &str| CompileError { subject: subject.to_owned(), message: message.to_owned() };
        let oneofs: Vec<_> = message.oneofs().filter(|oneof| !oneof.is_synthetic()).collect();
        let mut slots = Vec::new();
        for field in message.fields() {
            if field.is_group() {
                return Err(fail("groups have no JSON", field.full_name()));
            }
            let scalar = scalar(&field, messages, enums).ok_or_else(|| fail("has no type", field.full_name()))?;
            let oneof = field.containing_oneof().and_then(|oneof| oneofs.iter().position(|other| *other == oneof));
            slots.push(Slot {
                number: field.number(),
                key: key(field.json_name()),
                scalar,
                shape: shape(&field),
                oneof: oneof.and_then(|at| u16::try_from(at).ok()),
                is_packed: field.is_packed(),
            });
        }
        slots.sort_by_key(|slot| slot.number);
        // Where a field is named in the contract as another one is in JSON, JSON's name counts.
        let fields: Vec<FieldDescriptor> = message.fields().collect();
        let all_names = fields.iter().map(|field| (field.name(), field.number()));
        let all_names = all_names.chain(fields.iter().map(|field| (field.json_name(), field.number())));
        let names =
            Names::new(all_names.filter_map(|(name, number)| {
                Some((name, slots.binary_search_by_key(&number, |slot| slot.number).ok()?))
            }));
        let width = slots.iter().map(|slot| slot.number).filter(|number| *number < DENSE_NUMBERS_MAX).max();
        let mut dense = vec![0; width.map_or(0, |width| width as usize + 1)];
        for (at, slot) in slots.iter().enumerate() {
            if let Some(entry) = dense.get_mut(slot.number as usize) {
                *entry = u16::try_from(at + 1).map_err(|_| fail("has too many fields", message.full_name()))?;
            }
        }
        let oneofs = u16::try_from(oneofs.len()).map_err(|_| fail("has too many oneofs", message.full_name()))?;
        Ok(Self { known: known(message.full_name()), slots, dense, names, oneofs })
    }

    /// Index of the field with this number.
    #[inline]
    pub(crate) fn slot(&self, number: u32) -> Option<usize> {
        if let Some(entry) = self.dense.get(number as usize) {
            return usize::from(*entry).checked_sub(1);
        }
        if number < DENSE_NUMBERS_MAX {
            return None;
        }
        self.slots.binary_search_by_key(&number, |slot| slot.number).ok()
    }

    /// Index of the field with this name.
    pub(crate) fn slot_by_name(&self, name: &str) -> Option<usize> {
        self.names.get(name)
    }
}

impl EnumTable {
    fn compile(kind: &EnumDescriptor) -> Self {
        /// Widest span of numbers that is looked up by index.
        const SPAN_MAX: i64 = 1024;
        let first = kind.values().map(|value| value.number()).min().unwrap_or(0);
        let mut dense: Vec<Name> = Vec::new();
        let mut sparse = HashMap::new();
        for value in kind.values() {
            let name = Name::new(format!("\"{}\"", value.name()).as_bytes());
            let offset = i64::from(value.number()) - i64::from(first);
            match usize::try_from(offset) {
                Ok(at) if offset < SPAN_MAX => {
                    if dense.len() <= at {
                        dense.resize(at + 1, Name::new(b""));
                    }
                    // Of aliases the first one is the name.
                    if let Some(entry) = dense.get_mut(at)
                        && entry.is_empty()
                    {
                        *entry = name;
                    }
                }
                _ => drop(sparse.entry(value.number()).or_insert(name)),
            }
        }
        let values: Vec<_> = kind.values().collect();
        let numbers = Names::new(values.iter().map(|value| (value.name(), value.number())));
        Self { is_null: kind.full_name() == "google.protobuf.NullValue", first, dense, sparse, numbers }
    }

    /// The number of the value with this name.
    pub(crate) fn number(&self, name: &str) -> Option<i32> {
        self.numbers.get(name)
    }

    /// The name of a value with its quotes.
    #[inline]
    pub(crate) fn name(&self, number: i32) -> Option<&Name> {
        let at = usize::try_from(i64::from(number) - i64::from(self.first)).ok()?;
        match self.dense.get(at) {
            Some(name) if !name.is_empty() => Some(name),
            _ => self.sparse.get(&number),
        }
    }
}

/// A name in quotes and a colon.
fn key(name: &str) -> Name {
    let mut key = Vec::with_capacity(name.len() + 3);
    write_string(name, &mut key);
    key.push(b':');
    Name::new(&key)
}

fn shape(field: &FieldDescriptor) -> Shape {
    if field.is_map() {
        Shape::Map
    } else if field.is_list() {
        Shape::List
    } else if field.supports_presence() {
        Shape::Explicit
    } else {
        Shape::Implicit
    }
}

fn scalar(field: &FieldDescriptor, messages: &HashMap<String, usize>, enums: &HashMap<&str, usize>) -> Option<Scalar> {
    Some(match field.kind() {
        Kind::Int32 => Scalar::Int32,
        Kind::Int64 => Scalar::Int64,
        Kind::Uint32 => Scalar::Uint32,
        Kind::Uint64 => Scalar::Uint64,
        Kind::Sint32 => Scalar::Sint32,
        Kind::Sint64 => Scalar::Sint64,
        Kind::Fixed32 => Scalar::Fixed32,
        Kind::Fixed64 => Scalar::Fixed64,
        Kind::Sfixed32 => Scalar::Sfixed32,
        Kind::Sfixed64 => Scalar::Sfixed64,
        Kind::Float => Scalar::Float,
        Kind::Double => Scalar::Double,
        Kind::Bool => Scalar::Bool,
        Kind::String => Scalar::Text,
        Kind::Bytes => Scalar::Bytes,
        Kind::Enum(kind) => Scalar::Enum(*enums.get(kind.full_name())?),
        Kind::Message(message) => Scalar::Message(*messages.get(message.full_name())?),
    })
}

fn known(name: &str) -> Known {
    match name {
        "google.protobuf.Any" => Known::Any,
        "google.protobuf.Timestamp" => Known::Timestamp,
        "google.protobuf.Duration" => Known::Duration,
        "google.protobuf.FieldMask" => Known::FieldMask,
        "google.protobuf.Struct" => Known::Struct,
        "google.protobuf.Value" => Known::Value,
        "google.protobuf.ListValue" => Known::ListValue,
        "google.protobuf.Empty" => Known::Empty,
        "google.protobuf.DoubleValue"
        | "google.protobuf.FloatValue"
        | "google.protobuf.Int64Value"
        | "google.protobuf.UInt64Value"
        | "google.protobuf.Int32Value"
        | "google.protobuf.UInt32Value"
        | "google.protobuf.BoolValue"
        | "google.protobuf.StringValue"
        | "google.protobuf.BytesValue" => Known::Wrapper,
        _ => Known::No,
    }
}
