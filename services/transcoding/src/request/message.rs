//! A message from JSON: every field is looked at, whatever is wrong with the ones before it.

use std::collections::{HashMap, HashSet};

use prost_reflect::{
    DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

use super::JSON_DEPTH_MAX;
use super::json::Json;
use super::scalar::{self, Source, wrong_type};
use super::violation::{Collector, Place, Rule};

/// Reads a message and collects what is wrong with it.
pub(super) struct Reader<'c> {
    pub(super) found: &'c mut Collector,
    pub(super) source: Source,
}

impl Reader<'_> {
    /// Reads the fields of an object into a message.
    pub(super) fn fields(
        &mut self,
        message: &mut DynamicMessage,
        entries: &[(String, Json)],
        place: &Place<'_>,
        depth: usize,
    ) {
        let descriptor = message.descriptor();
        let mut seen: HashSet<u32> = HashSet::with_capacity(entries.len());
        let mut unknown: HashSet<&str> = HashSet::new();
        for (name, json) in entries {
            if self.found.is_full() {
                return;
            }
            let field = descriptor.get_field_by_json_name(name).or_else(|| descriptor.get_field_by_name(name));
            let Some(field) = field else {
                if unknown.insert(name) {
                    let message = format!("{} has no such field", descriptor.full_name());
                    self.found.add(&Place::Unknown(place, name), Rule::UnknownField, message);
                }
                continue;
            };
            let here = Place::Field(place, &field);
            if !seen.insert(field.number()) {
                self.found.add(&here, Rule::Duplicate, "must be given once");
                continue;
            }
            if *json == Json::Null && !takes_null(&field) {
                continue;
            }
            if let Some(other) = rival(message, &field) {
                self.found.add(&here, Rule::Oneof, format!("must not be given together with `{}`", other.name()));
                continue;
            }
            if let Some(value) = self.field(&field, json, &here, depth) {
                message.set_field(&field, value);
            }
        }
    }

    /// Reads the value of a field, whatever its shape; none when it was refused.
    pub(super) fn field(
        &mut self,
        field: &FieldDescriptor,
        json: &Json,
        place: &Place<'_>,
        depth: usize,
    ) -> Option<Value> {
        if depth > JSON_DEPTH_MAX {
            self.found.add(place, Rule::Depth, format!("must not be nested deeper than {JSON_DEPTH_MAX}"));
            return None;
        }
        if field.is_map() {
            return self.map(field, json, place, depth);
        }
        if field.is_list() {
            let Json::List(entries) = json else {
                self.refuse_shape(place, "a list", json);
                return None;
            };
            return self.list(&field.kind(), entries, place, depth);
        }
        self.single(&field.kind(), json, place, depth)
    }

    /// Reads all entries of a list; none when one of them was refused.
    fn list(&mut self, kind: &Kind, entries: &[Json], place: &Place<'_>, depth: usize) -> Option<Value> {
        let mut values = Vec::with_capacity(entries.len());
        for (at, json) in entries.iter().enumerate() {
            if self.found.is_full() {
                return None;
            }
            values.push(self.single(kind, json, &Place::Entry(place, at), depth + 1));
        }
        values.into_iter().collect::<Option<Vec<Value>>>().map(Value::List)
    }

    /// Reads one value.
    pub(super) fn single(&mut self, kind: &Kind, json: &Json, place: &Place<'_>, depth: usize) -> Option<Value> {
        if let Kind::Message(message) = kind {
            return self.message(message, json, place, depth + 1).map(Value::Message);
        }
        match scalar::read(kind, json, self.source) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.refuse(place, refusal, json);
                None
            }
        }
    }

    /// Reads a message in whatever form it has in JSON.
    pub(super) fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        json: &Json,
        place: &Place<'_>,
        depth: usize,
    ) -> Option<DynamicMessage> {
        if depth > JSON_DEPTH_MAX {
            self.found.add(place, Rule::Depth, format!("must not be nested deeper than {JSON_DEPTH_MAX}"));
            return None;
        }
        if let Some(field) = wrapped(descriptor) {
            let value = self.single(&field.kind(), json, place, depth)?;
            let mut message = DynamicMessage::new(descriptor.clone());
            message.set_field(&field, value);
            return Some(message);
        }
        if let Some(expected) = form_of_its_own(descriptor) {
            return self.known(descriptor, expected, json, place, depth);
        }
        let Json::Object(entries) = json else {
            self.refuse_shape(place, "an object", json);
            return None;
        };
        let mut message = DynamicMessage::new(descriptor.clone());
        self.fields(&mut message, entries, place, depth);
        Some(message)
    }

    /// Reads a message that has a form of its own, such as an instant.
    fn known(
        &mut self,
        descriptor: &MessageDescriptor,
        expected: &str,
        json: &Json,
        place: &Place<'_>,
        depth: usize,
    ) -> Option<DynamicMessage> {
        if !self.is_plain(json, place, depth) {
            return None;
        }
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        match DynamicMessage::deserialize_with_options(descriptor.clone(), json.to_value(), &options) {
            Ok(message) => Some(message),
            Err(_) => {
                self.refuse(place, (Rule::Format, format!("must be {expected}")), json);
                None
            }
        }
    }

    /// Whether a value of no fixed form repeats no name and is not nested too deep.
    fn is_plain(&mut self, json: &Json, place: &Place<'_>, depth: usize) -> bool {
        if depth > JSON_DEPTH_MAX {
            self.found.add(place, Rule::Depth, format!("must not be nested deeper than {JSON_DEPTH_MAX}"));
            return false;
        }
        match json {
            Json::List(values) => {
                values.iter().enumerate().all(|(at, value)| self.is_plain(value, &Place::Entry(place, at), depth + 1))
            }
            Json::Object(entries) => {
                let mut seen = HashSet::with_capacity(entries.len());
                entries.iter().all(|(name, value)| {
                    if !seen.insert(name) {
                        self.found.add(&Place::Key(place, name), Rule::Duplicate, "must be given once");
                        return false;
                    }
                    self.is_plain(value, &Place::Key(place, name), depth + 1)
                })
            }
            _ => true,
        }
    }

    fn map(&mut self, field: &FieldDescriptor, json: &Json, place: &Place<'_>, depth: usize) -> Option<Value> {
        let kind = field.kind();
        let entry = kind.as_message()?;
        let Json::Object(entries) = json else {
            self.refuse_shape(place, "an object", json);
            return None;
        };
        let (key_kind, value_kind) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        let mut map = HashMap::with_capacity(entries.len());
        let mut is_whole = true;
        for (name, json) in entries {
            let here = Place::Key(place, name);
            let value = self.single(&value_kind, json, &here, depth + 1);
            match (map_key(&key_kind, name), value) {
                (Some(key), Some(value)) => {
                    if map.insert(key, value).is_some() {
                        self.found.add(&here, Rule::Duplicate, "must be given once");
                        is_whole = false;
                    }
                }
                (None, _) => {
                    self.found.add(&here, Rule::Type, "the key has another type");
                    is_whole = false;
                }
                (_, None) => is_whole = false,
            }
        }
        is_whole.then_some(Value::Map(map))
    }

    pub(super) fn refuse(&mut self, place: &Place<'_>, (rule, message): scalar::Refusal, json: &Json) {
        self.found.add_value(place, rule, message, json.shown());
    }

    /// Refuses what stands where an object or a list belongs, without its value: what would be held back in a field of it may stand there.
    fn refuse_shape(&mut self, place: &Place<'_>, expected: &str, json: &Json) {
        let (rule, message) = wrong_type(expected, json);
        self.found.add(place, rule, message);
    }
}

/// Another member of the field's choice that is set.
pub(super) fn rival(message: &DynamicMessage, field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let oneof = field.containing_oneof()?;
    oneof.fields().find(|other| other.number() != field.number() && message.has_field(other))
}

/// Whether `null` is a value of the field; for all other ones it means absent.
fn takes_null(field: &FieldDescriptor) -> bool {
    let kind = field.kind();
    let name = kind.as_message().map(MessageDescriptor::full_name).or(kind.as_enum().map(|kind| kind.full_name()));
    !field.is_list() && !field.is_map() && matches!(name, Some("google.protobuf.Value" | "google.protobuf.NullValue"))
}

/// The one field of `google.protobuf.Int32Value` and its kin.
fn wrapped(message: &MessageDescriptor) -> Option<FieldDescriptor> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    const WRAPPERS: [&str; 9] = [
        "DoubleValue",
        "FloatValue",
        "Int64Value",
        "UInt64Value",
        "Int32Value",
        "UInt32Value",
        "BoolValue",
        "StringValue",
        "BytesValue",
    ];
    if WRAPPERS.contains(&name) { message.get_field(1) } else { None }
}

/// What the JSON of a message looks like that is not an object of its fields.
fn form_of_its_own(message: &MessageDescriptor) -> Option<&'static str> {
    Some(match message.full_name() {
        "google.protobuf.Timestamp" => "an instant as RFC 3339, such as `2026-05-01T08:00:00Z`",
        "google.protobuf.Duration" => "a duration in seconds, such as `1.5s`",
        "google.protobuf.FieldMask" => "names of fields in lowerCamelCase, joined by commas",
        "google.protobuf.Any" => "an object with the type as `@type`",
        "google.protobuf.Struct" => "an object",
        "google.protobuf.ListValue" => "a list",
        "google.protobuf.Value" => "a JSON value with numbers that a double can hold",
        "google.protobuf.Empty" => "an empty object",
        _ => return None,
    })
}

/// Whether a message has its JSON form in one text, so that a parameter can say it.
pub(super) fn is_text(message: &MessageDescriptor) -> bool {
    wrapped(message).is_some()
        || matches!(
            message.full_name(),
            "google.protobuf.Timestamp" | "google.protobuf.Duration" | "google.protobuf.FieldMask"
        )
}

fn map_key(kind: &Kind, name: &str) -> Option<MapKey> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => MapKey::I32(name.parse().ok()?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => MapKey::I64(name.parse().ok()?),
        Kind::Uint32 | Kind::Fixed32 => MapKey::U32(name.parse().ok()?),
        Kind::Uint64 | Kind::Fixed64 => MapKey::U64(name.parse().ok()?),
        Kind::Bool => MapKey::Bool(name.parse().ok()?),
        Kind::String => MapKey::String(name.to_owned()),
        _ => return None,
    })
}
