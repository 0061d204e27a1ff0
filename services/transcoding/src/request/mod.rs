//! From an HTTP request to the protobuf bytes of the call: path, query and body together, or all that is wrong with them.

mod json;
mod message;
mod plain;
mod query;
mod scalar;
mod violation;

use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage as _, Value};

pub(crate) use plain::PlainReader;
pub use query::QUERY_PARAMETERS_MAX;
pub(crate) use query::is_parameter;
pub use violation::{Rule, VIOLATION_VALUE_CHARS_MAX, VIOLATIONS_MAX, Violation, Violations};

use crate::routes::{Body, Call, Captures, Route};
use json::Json;
use message::Reader;
use scalar::Source;
use violation::{Collector, Place};

/// Deepest nesting of a JSON body, in objects and lists.
pub const JSON_DEPTH_MAX: usize = 64;

impl Route {
    /// The request of the call as protobuf bytes.
    ///
    /// `query` is what stands behind the question mark, percent-encoded; `body` is JSON. Names of fields may be in lowerCamelCase
    /// or as the contract spells them. A field that the path binds may be in the body with the same value.
    ///
    /// # Errors
    /// Everything that is wrong, at most [`VIOLATIONS_MAX`]. Rules of the contract on values are not checked here: the service does.
    pub fn request(&self, captures: &Captures, query: Option<&str>, body: &[u8]) -> Result<Vec<u8>, Violations> {
        if let Some(message) = self.plain(captures, query, body) {
            return Ok(message);
        }
        self.by_message(captures, query, body)
    }

    /// The request, if all of it is plain.
    fn plain(&self, captures: &Captures, query: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
        let may_be = match self.body() {
            Body::Whole => true,
            Body::None => body.trim_ascii().is_empty(),
            Body::Field(_) => false,
        };
        (may_be && query.unwrap_or_default().is_empty()).then_some(())?;
        let bound: Vec<plain::Bound<'_>> =
            self.plain_bound()?.iter().copied().zip(captures.values.iter().map(String::as_str)).collect();
        self.call().plain().read(body, &bound)
    }

    /// The request, or all that is wrong with it.
    fn by_message(&self, captures: &Captures, query: Option<&str>, body: &[u8]) -> Result<Vec<u8>, Violations> {
        let mut found = Collector::default();
        let mut message = DynamicMessage::new(self.method().input());
        read_body(self.body(), body, &mut message, &mut found);
        for ((variable, fields), value) in self.variables().zip(&captures.values) {
            bind(fields, &variable.field_path, value, &mut message, &mut found);
        }
        query::read(self, query.unwrap_or_default(), &mut message, &mut found);
        found.into_result()?;
        Ok(message.encode_to_vec())
    }
}

impl Call {
    /// The request of the call as protobuf bytes, from a body that holds all of it as JSON, as Connect sends it.
    ///
    /// # Errors
    /// As [`Route::request`].
    pub fn request(&self, body: &[u8]) -> Result<Vec<u8>, Violations> {
        if let Some(message) = self.plain().read(body, &[]) {
            return Ok(message);
        }
        let mut found = Collector::default();
        let mut message = DynamicMessage::new(self.method().input());
        read_body(&Body::Whole, body, &mut message, &mut found);
        found.into_result()?;
        Ok(message.encode_to_vec())
    }
}

fn read_body(body: &Body, text: &[u8], message: &mut DynamicMessage, found: &mut Collector) {
    if text.trim_ascii().is_empty() {
        return;
    }
    if *body == Body::None {
        found.add(&Place::Request, Rule::NoBody, "the body must be empty: fields are query parameters");
        return;
    }
    let json = match Json::parse(text) {
        Ok(json) => json,
        Err(error) if error.starts_with("recursion limit") => {
            found.add(&Place::Request, Rule::Depth, format!("must not be nested deeper than {JSON_DEPTH_MAX}"));
            return;
        }
        Err(error) => {
            found.add(&Place::Request, Rule::Syntax, format!("the body is not JSON: {error}"));
            return;
        }
    };
    let mut reader = Reader { found, source: Source::Json };
    match (body, &json) {
        (Body::Field(field), Json::Null) if field.kind().as_message().is_some() => {}
        (Body::Field(field), json) => {
            if let Some(value) = reader.field(field, json, &Place::Field(&Place::Request, field), 1) {
                message.set_field(field, value);
            }
        }
        // A request that has a form of its own, such as google.protobuf.Empty, is read in that form.
        (_, json) => {
            if let Some(read) = reader.message(&message.descriptor(), json, &Place::Request, 1) {
                *message = read;
            }
        }
    }
}

/// Sets what the path says.
fn bind(fields: &[FieldDescriptor], path: &str, text: &str, message: &mut DynamicMessage, found: &mut Collector) {
    let Some(last) = fields.last() else { return };
    let place = Place::Path(fields);
    let json = Json::Text(text.to_owned());
    let Some(value) = (Reader { found, source: Source::Text }).single(&last.kind(), &json, &place, 1) else { return };
    match get(message, fields) {
        Some(given) if given != value => {
            let message = format!("the path says `{path}` already, and another value");
            found.add_value(&place, Rule::PathBound, message, shown(&given));
        }
        _ => {
            if let Some(rival) = set(message, fields, value) {
                let message = format!("must not be given together with `{}`", rival.name());
                found.add(&place, Rule::Oneof, message);
            }
        }
    }
}

/// The value at a path of fields, if it is set.
fn get(message: &DynamicMessage, fields: &[FieldDescriptor]) -> Option<Value> {
    let (first, rest) = fields.split_first()?;
    if !message.has_field(first) {
        return None;
    }
    let value = message.get_field(first);
    if rest.is_empty() { Some(value.into_owned()) } else { get(value.as_message()?, rest) }
}

/// Sets the value at a path of fields; of a list, adds it. Answers the member of a choice that is in the way.
fn set(message: &mut DynamicMessage, fields: &[FieldDescriptor], value: Value) -> Option<FieldDescriptor> {
    let (first, rest) = fields.split_first()?;
    if let Some(rival) = message::rival(message, first) {
        return Some(rival);
    }
    if !rest.is_empty() {
        return match message.get_field_mut(first) {
            Value::Message(inner) => set(inner, rest, value),
            _ => None,
        };
    }
    match (first.is_list(), message.get_field_mut(first)) {
        (true, Value::List(entries)) => entries.push(value),
        (_, place) => *place = value,
    }
    None
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::I32(value) => Some(value.to_string()),
        Value::I64(value) => Some(value.to_string()),
        Value::U32(value) => Some(value.to_string()),
        Value::U64(value) => Some(value.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
