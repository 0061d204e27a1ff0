//! Examples of requests: what the contract requires and nothing else, unless one was written by hand.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::rules::{Rules, required_choices};

/// Deepest nesting of an example that nobody wrote.
const DEPTH_MAX: usize = 8;

/// Examples written by hand, as one JSON object:
///
/// - `operations`: by full name of a method, with `query` (an object of parameters) and `body`, both optional;
/// - `types`: by full name of a message, its JSON;
/// - `patterns`: by pattern of a text, a text;
/// - `fields`: by name of a text field without a pattern, a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'e>(pub(super) &'e Value);

impl<'e> Examples<'e> {
    fn written(&self, table: &str, name: &str) -> Option<&'e Value> {
        self.0.get(table)?.get(name)
    }

    /// A part of an operation's example that was written by hand.
    pub(super) fn of_operation(&self, method: &str, part: &str) -> Option<&'e Value> {
        self.written("operations", method)?.get(part)
    }

    /// An example of a message, without the fields that the path has.
    pub(super) fn message(
        &self,
        message: &MessageDescriptor,
        left_out: &[FieldDescriptor],
        depth: usize,
    ) -> Option<Value> {
        if let Some(known) = self.written("types", message.full_name()).cloned().or_else(|| known(message)) {
            return Some(known);
        }
        if depth > DEPTH_MAX {
            return None;
        }
        let choices = required_choices(message);
        let masks = message.get_field_by_name("update_mask");
        let mut object = Map::new();
        for field in message.fields().filter(|field| !left_out.contains(field)) {
            let rules = Rules::of(&field);
            let is_chosen = choices
                .iter()
                .any(|fields| fields.first() == Some(&field) && !fields.iter().any(|field| left_out.contains(field)));
            if rules.is_required || is_chosen {
                object.insert(field.json_name().to_owned(), self.field(&field, &rules, depth)?);
            }
        }
        // An update's example changes what its mask names.
        if let Some(path) = masks.map(|mask| Rules::of(&mask)).and_then(|rules| rules.mask_paths().first().cloned()) {
            object.insert("updateMask".to_owned(), super::lower_camel(&path).into());
        }
        Some(object.into())
    }

    /// An example of a field's value.
    pub(super) fn field(&self, field: &FieldDescriptor, rules: &Rules, depth: usize) -> Option<Value> {
        if field.is_map() {
            return Some(json!({}));
        }
        if !field.is_list() {
            return self.value(field, &field.kind(), rules, depth);
        }
        let least = rules.entries().0.unwrap_or(1).max(1);
        let one = self.value(field, &field.kind(), &rules.items(), depth)?;
        Some((0..least).map(|_| one.clone()).collect())
    }

    fn value(&self, field: &FieldDescriptor, kind: &Kind, rules: &Rules, depth: usize) -> Option<Value> {
        Some(match kind {
            Kind::Message(message) if message.full_name() == "google.protobuf.FieldMask" => {
                super::lower_camel(rules.mask_paths().first()?).into()
            }
            Kind::Message(message) => self.message(message, &[], depth + 1)?,
            Kind::Enum(kind) => {
                let excluded = rules.excluded();
                let value = kind.values().find(|value| value.number() != 0 && !excluded.contains(&value.number()))?;
                value.name().into()
            }
            Kind::String => self.text(field, rules),
            Kind::Bytes => "".into(),
            Kind::Bool => true.into(),
            Kind::Float | Kind::Double => rules.smallest(kind).into(),
            Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
                (rules.smallest(kind) as i64).to_string().into()
            }
            _ => (rules.smallest(kind) as i64).into(),
        })
    }

    fn text(&self, field: &FieldDescriptor, rules: &Rules) -> Value {
        let written = match rules.pattern() {
            Some(pattern) => self.written("patterns", &pattern),
            None => self.written("fields", field.name()),
        };
        written.cloned().unwrap_or_else(|| "text".into())
    }
}

fn known(message: &MessageDescriptor) -> Option<Value> {
    Some(match message.full_name() {
        "google.protobuf.Timestamp" => "2026-05-01T08:00:00Z".into(),
        "google.protobuf.Duration" => "60s".into(),
        "google.protobuf.Empty" | "google.protobuf.Struct" => json!({}),
        _ => return None,
    })
}
