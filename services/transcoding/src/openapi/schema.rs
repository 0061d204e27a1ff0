//! Schemas of messages and enums, each once for every way in which it is used.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::comments::Comments;
use super::rules::{Rules, required_choices};

/// How a message is used. The rules differ, and so do the schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// In an answer: fields at their default are absent.
    Answer,
    /// In a request.
    Input,
    /// In a request, as the new values of those fields that a mask names: nothing is required.
    Patch,
}

impl Use {
    fn suffix(self) -> &'static str {
        match self {
            Self::Answer => "",
            Self::Input => "Input",
            Self::Patch => "Patch",
        }
    }
}

/// Collects the schemas that are referred to.
#[derive(Debug)]
pub(super) struct Schemas<'c> {
    comments: &'c Comments,
    /// Names of this package stand without it.
    package: String,
    components: BTreeMap<String, Value>,
}

impl<'c> Schemas<'c> {
    pub(super) fn new(comments: &'c Comments, package: &str) -> Self {
        Self { comments, package: format!("{package}."), components: BTreeMap::new() }
    }

    pub(super) fn into_components(self) -> Map<String, Value> {
        self.components.into_iter().collect()
    }

    /// The schema of a message: a reference, unless its JSON has a form of its own.
    pub(super) fn message(&mut self, message: &MessageDescriptor, used: Use) -> Value {
        if let Some(known) = known(message) {
            return known;
        }
        let name = self.component(message.full_name(), used);
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        if !self.components.contains_key(&name) {
            // The name is taken before the fields are looked at: a message may contain itself.
            self.components.insert(name.clone(), Value::Null);
            let schema = self.object(message, used, &[]);
            self.components.insert(name, schema);
        }
        reference
    }

    /// The schema of an object with the fields of a message, without those that the path has.
    pub(super) fn object(&mut self, message: &MessageDescriptor, used: Use, left_out: &[FieldDescriptor]) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let masks = message.get_field_by_name("update_mask").is_some();
        for field in message.fields().filter(|field| !left_out.contains(field)) {
            let rules = Rules::of(&field);
            if rules.is_input && used == Use::Answer {
                continue;
            }
            let inner = if used == Use::Input && masks { Use::Patch } else { used };
            properties.insert(field.json_name().to_owned(), self.field(&field, &rules, inner));
            if rules.is_required && used == Use::Input {
                required.push(field.json_name().to_owned());
            }
        }
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        let description = self.comments.get(message.parent_file().name(), message.path());
        if !description.is_empty() {
            schema.insert("description".to_owned(), description.into());
        }
        schema.insert("properties".to_owned(), properties.into());
        if used != Use::Answer {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        let choices = if used == Use::Input { required_choices(message) } else { Vec::new() };
        let choices: Vec<Value> = choices
            .iter()
            .filter(|fields| !fields.iter().any(|field| left_out.contains(field)))
            .map(|fields| {
                let one = fields.iter().map(|field| json!({ "required": [field.json_name()] }));
                json!({ "oneOf": one.collect::<Vec<_>>() })
            })
            .collect();
        if !choices.is_empty() {
            schema.insert("allOf".to_owned(), choices.into());
        }
        schema.into()
    }

    /// The schema of a field with its description and rules.
    pub(super) fn field(&mut self, field: &FieldDescriptor, rules: &Rules, used: Use) -> Value {
        let mut schema = self.shape(field, rules, used);
        let description = self.comments.get(field.parent_file().name(), field.path());
        if !description.is_empty() {
            schema.insert("description".to_owned(), description.into());
        }
        if rules.is_output && used != Use::Answer {
            schema.insert("readOnly".to_owned(), true.into());
        }
        if rules.is_input && used != Use::Answer {
            schema.insert("writeOnly".to_owned(), true.into());
        }
        schema.into()
    }

    fn shape(&mut self, field: &FieldDescriptor, rules: &Rules, used: Use) -> Map<String, Value> {
        if field.is_map() {
            let kind = field.kind();
            let value = kind.as_message().map(MessageDescriptor::map_entry_value_field);
            let value = value.map(|value| self.value(&value.kind(), &Rules::default(), used)).unwrap_or_default();
            return Map::from_iter([
                ("type".to_owned(), "object".into()),
                ("additionalProperties".to_owned(), value.into()),
            ]);
        }
        if !field.is_list() {
            return self.value(&field.kind(), rules, used);
        }
        let items = self.value(&field.kind(), &rules.items(), used);
        let mut schema = Map::from_iter([("type".to_owned(), "array".into()), ("items".to_owned(), items.into())]);
        if used != Use::Answer {
            let (least, most) = rules.entries();
            for (name, bound) in [("minItems", least), ("maxItems", most)] {
                if let Some(bound) = bound {
                    schema.insert(name.to_owned(), bound.into());
                }
            }
            if rules.is_unique() {
                schema.insert("uniqueItems".to_owned(), true.into());
            }
        }
        schema
    }

    /// The schema of one value.
    fn value(&mut self, kind: &Kind, rules: &Rules, used: Use) -> Map<String, Value> {
        let schema = match kind {
            Kind::Message(message) => self.message(message, used),
            Kind::Enum(kind) => self.enumeration(kind),
            other => scalar(other),
        };
        let Value::Object(mut schema) = schema else { return Map::new() };
        if used != Use::Answer {
            rules.constrain(kind, &mut schema);
        }
        schema
    }

    fn enumeration(&mut self, kind: &EnumDescriptor) -> Value {
        if kind.full_name() == "google.protobuf.NullValue" {
            return json!({ "type": "null" });
        }
        let name = self.component(kind.full_name(), Use::Answer);
        if !self.components.contains_key(&name) {
            let file = kind.parent_file();
            let mut description = self.comments.get(file.name(), kind.path()).to_owned();
            for value in kind.values() {
                let comment = self.comments.get(file.name(), value.path());
                description.push_str(&format!("\n- `{}`: {comment}", value.name()));
            }
            let names: Vec<String> = kind.values().map(|value| value.name().to_owned()).collect();
            let schema = json!({ "type": "string", "enum": names, "description": description.trim_start() });
            self.components.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    fn component(&self, full_name: &str, used: Use) -> String {
        format!("{}{}", full_name.strip_prefix(&self.package).unwrap_or(full_name), used.suffix())
    }
}

/// The schema of a type that is neither a message nor an enum.
fn scalar(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
        Kind::Uint32 | Kind::Fixed32 => json!({ "type": "integer", "format": "uint32", "minimum": 0 }),
        // A text, because many readers of JSON keep 53 bits only.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            json!({ "type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$" })
        }
        Kind::Uint64 | Kind::Fixed64 => json!({ "type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$" }),
        Kind::Float => json!({ "type": "number", "format": "float" }),
        Kind::Double => json!({ "type": "number", "format": "double" }),
        Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::String | Kind::Message(_) | Kind::Enum(_) => json!({ "type": "string" }),
    }
}

/// The schema of a message whose JSON is not an object of its fields.
fn known(message: &MessageDescriptor) -> Option<Value> {
    Some(match message.full_name() {
        "google.protobuf.Timestamp" => json!({ "type": "string", "format": "date-time" }),
        "google.protobuf.Duration" => json!({ "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$" }),
        "google.protobuf.FieldMask" => json!({ "type": "string" }),
        "google.protobuf.Struct" => json!({ "type": "object" }),
        "google.protobuf.Value" => json!({}),
        "google.protobuf.ListValue" => json!({ "type": "array", "items": {} }),
        "google.protobuf.Empty" => json!({ "type": "object" }),
        "google.protobuf.Any" => json!({
            "type": "object",
            "properties": { "@type": { "type": "string" } },
            "required": ["@type"],
        }),
        name if name.starts_with("google.protobuf.") && name.ends_with("Value") => {
            scalar(&message.get_field_by_name("value")?.kind())
        }
        _ => return None,
    })
}
