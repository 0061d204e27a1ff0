//! The value at a field path, for a violation to show.

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage as _, Value};

use super::VIOLATION_VALUE_CHARS_MAX;
use crate::json;

/// The values of one request.
pub(super) struct Values(Option<DynamicMessage>);

impl Values {
    pub(super) fn of<M: prost::Message + prost::Name>(request: &M) -> Self {
        let descriptor = json::descriptor::<M>().ok();
        Self(
            descriptor
                .and_then(|descriptor| DynamicMessage::decode(descriptor, request.encode_to_vec().as_slice()).ok()),
        )
    }

    /// The value as short text; none when any field on the way is sensitive or not set.
    pub(super) fn get(&self, path: &str) -> Option<String> {
        find(self.0.as_ref()?, path)
    }
}

/// Borrows all the way down: a large message with many violations is walked, never copied.
fn find(message: &DynamicMessage, path: &str) -> Option<String> {
    let (segment, rest) = path.split_once('.').map_or((path, None), |(segment, rest)| (segment, Some(rest)));
    let (name, index) = split_index(segment);
    let field = message.descriptor().get_field_by_name(name)?;
    if is_sensitive(&field) || (field.supports_presence() && !message.has_field(&field)) {
        return None;
    }
    let value = message.get_field(&field);
    let value = match index {
        None => value.as_ref(),
        Some(index) => value.as_list()?.get(index)?,
    };
    match rest {
        None => show(&field, value),
        Some(rest) => find(value.as_message()?, rest),
    }
}

/// Whether the field is marked as one whose value is not to be shown.
fn is_sensitive(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool()).unwrap_or(false)
}

/// `items[2]` into `items` and 2.
fn split_index(segment: &str) -> (&str, Option<usize>) {
    match segment.strip_suffix(']').and_then(|segment| segment.split_once('[')) {
        Some((name, index)) => (name, index.parse().ok()),
        None => (segment, None),
    }
}

fn show(field: &FieldDescriptor, value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::I32(value) => Some(value.to_string()),
        Value::I64(value) => Some(value.to_string()),
        Value::U32(value) => Some(value.to_string()),
        Value::U64(value) => Some(value.to_string()),
        Value::F32(value) => Some(value.to_string()),
        Value::F64(value) => Some(value.to_string()),
        Value::String(text) => Some(shorten(text)),
        Value::EnumNumber(number) => {
            let known =
                field.kind().as_enum().and_then(|kind| kind.get_value(*number)).map(|value| value.name().to_owned());
            Some(known.unwrap_or_else(|| number.to_string()))
        }
        Value::List(entries) => Some(format!("{} entries", entries.len())),
        Value::Message(message) => refused_paths(field, message),
        Value::Bytes(_) | Value::Map(_) => None,
    }
}

/// Of a mask those of its paths that its field does not take.
fn refused_paths(field: &FieldDescriptor, mask: &DynamicMessage) -> Option<String> {
    let member = |message: &DynamicMessage, name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
    let options = field.options();
    let rules = options.extensions().find(|(extension, _)| extension.full_name() == "buf.validate.field")?.1;
    let known = member(member(rules.as_message()?, "field_mask")?.as_message()?, "in")?;
    let known: Vec<&str> = known.as_list()?.iter().filter_map(Value::as_str).collect();
    let takes = |path: &str| {
        known.iter().any(|known| path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    let paths = member(mask, "paths")?;
    let refused: Vec<&str> = paths.as_list()?.iter().filter_map(Value::as_str).filter(|path| !takes(path)).collect();
    (!refused.is_empty()).then(|| shorten(&refused.join(", ")))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(VIOLATION_VALUE_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
