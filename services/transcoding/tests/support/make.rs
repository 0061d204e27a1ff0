//! Random messages of any type.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

/// Random bytes that run out: then everything is zero, and messages end.
pub(crate) struct Entropy<'a>(pub(crate) std::slice::Iter<'a, u8>);

impl Entropy<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }

    fn long(&mut self) -> u64 {
        // Small numbers, limits and anything.
        match self.below(4) {
            0 => u64::from(self.byte()),
            1 => [0, 1, u64::MAX, i64::MAX as u64, i64::MIN as u64, u64::from(u32::MAX), 1 << 53][self.below(7)],
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    fn double(&mut self) -> f64 {
        let value = match self.below(3) {
            0 => f64::from(self.byte()) / 4.0,
            1 => self.long() as f64,
            _ => f64::from_bits(self.long()),
        };
        // What is not finite has its own tests: prost-reflect writes it as null in wrappers.
        if value.is_finite() && value != 0.0 { value } else { 1.5 }
    }

    pub(crate) fn text(&mut self) -> String {
        const LETTERS: [&str; 16] =
            ["a", "B", "7", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1f}", "\u{7f}", "é", "心", "😀", "\u{2028}", "<"];
        (0..self.below(12)).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }
}

/// A message of this type.
pub(crate) fn message(descriptor: &MessageDescriptor, entropy: &mut Entropy<'_>, depth: usize) -> DynamicMessage {
    if let Some(known) = known(descriptor, entropy, depth) {
        return known;
    }
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        // Of many fields few are set, so that the bytes last.
        let is_set = entropy.below(if depth == 0 { 2 } else { 4 }) == 1;
        let is_message = matches!(field.kind(), Kind::Message(_));
        if !is_set || (is_message && depth > 4) {
            continue;
        }
        let value = value(&field, entropy, depth);
        message.set_field(&field, value);
    }
    message
}

fn value(field: &FieldDescriptor, entropy: &mut Entropy<'_>, depth: usize) -> Value {
    if field.is_map() {
        let kind = field.kind();
        let entry = kind.as_message().unwrap();
        let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        return Value::Map(
            (0..entropy.below(4)).map(|_| (map_key(&key, entropy), single(&value, entropy, depth))).collect(),
        );
    }
    if field.is_list() {
        return Value::List((0..entropy.below(4)).map(|_| single(&field.kind(), entropy, depth)).collect());
    }
    single(&field.kind(), entropy, depth)
}

fn single(kind: &Kind, entropy: &mut Entropy<'_>, depth: usize) -> Value {
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(entropy.long() as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(entropy.long() as i64),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(entropy.long() as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(entropy.long()),
        Kind::Float => {
            let value = entropy.double() as f32;
            Value::F32(if value.is_finite() && value != 0.0 { value } else { 0.1 })
        }
        Kind::Double => Value::F64(entropy.double()),
        Kind::Bool => Value::Bool(entropy.below(2) == 1),
        Kind::String => Value::String(entropy.text()),
        Kind::Bytes => Value::Bytes((0..entropy.below(9)).map(|_| entropy.byte()).collect::<Vec<u8>>().into()),
        Kind::Enum(kind) if kind.full_name() == "google.protobuf.NullValue" => Value::EnumNumber(0),
        Kind::Enum(kind) => match entropy.below(8) {
            0 => Value::EnumNumber(entropy.long() as i32),
            _ => Value::EnumNumber(kind.values().nth(entropy.below(kind.values().len())).unwrap().number()),
        },
        Kind::Message(inner) => Value::Message(message(inner, entropy, depth + 1)),
    }
}

fn map_key(kind: &Kind, entropy: &mut Entropy<'_>) -> MapKey {
    match single(kind, entropy, 0) {
        Value::Bool(value) => MapKey::Bool(value),
        Value::I32(value) => MapKey::I32(value),
        Value::I64(value) => MapKey::I64(value),
        Value::U32(value) => MapKey::U32(value),
        Value::U64(value) => MapKey::U64(value),
        Value::String(value) => MapKey::String(value),
        other => panic!("{other:?} is no key"),
    }
}

/// A message whose JSON has a form of its own, within what that form can say.
fn known(descriptor: &MessageDescriptor, entropy: &mut Entropy<'_>, depth: usize) -> Option<DynamicMessage> {
    let mut made = DynamicMessage::new(descriptor.clone());
    match descriptor.full_name() {
        "google.protobuf.Timestamp" => {
            made.set_field_by_name("seconds", Value::I64(entropy.long() as i64 % 62_135_596_800));
            made.set_field_by_name("nanos", Value::I32(nanos(entropy)));
        }
        "google.protobuf.Duration" => {
            let seconds = entropy.long() as i64 % 315_576_000_000;
            let nanos = nanos(entropy);
            made.set_field_by_name("seconds", Value::I64(seconds));
            made.set_field_by_name("nanos", Value::I32(if seconds < 0 { -nanos } else { nanos }));
        }
        "google.protobuf.FieldMask" => {
            let paths = ["title", "contact.phone_number", "a.b.c_d"];
            let paths = (0..entropy.below(4)).map(|_| Value::String(paths[entropy.below(3)].to_owned()));
            made.set_field_by_name("paths", Value::List(paths.collect()));
        }
        "google.protobuf.Value" => {
            let fields: Vec<FieldDescriptor> = descriptor.fields().collect();
            let field = &fields[if depth > 6 { 1 } else { entropy.below(fields.len()) }];
            made.set_field(field, single(&field.kind(), entropy, depth + 1));
        }
        "google.protobuf.Any" => {
            let candidates = [
                "google.protobuf.Timestamp",
                "google.protobuf.Empty",
                "google.protobuf.Struct",
                "google.rpc.BadRequest",
                "everything.v1.Leaf",
            ];
            let pool = descriptor.parent_pool();
            let known: Vec<_> = candidates.iter().filter_map(|name| pool.get_message_by_name(name)).collect();
            let inner = known[entropy.below(known.len())].clone();
            let name = inner.full_name().to_owned();
            let value = prost::Message::encode_to_vec(&message(&inner, entropy, depth + 1));
            made.set_field_by_name("type_url", Value::String(format!("type.googleapis.com/{name}")));
            made.set_field_by_name("value", Value::Bytes(value.into()));
        }
        _ => return None,
    }
    Some(made)
}

fn nanos(entropy: &mut Entropy<'_>) -> i32 {
    let nanos = (entropy.long() % 1_000_000_000) as i32;
    [0, nanos, nanos / 1_000 * 1_000, nanos / 1_000_000 * 1_000_000][entropy.below(4)]
}
