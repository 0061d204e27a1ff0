//! Query parameters: a path of fields and a text each.

use std::borrow::Cow;
use std::collections::HashSet;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _};

use super::json::Json;
use super::message::{self, Reader};
use super::scalar::Source;
use super::violation::{Collector, Place, Rule};
use crate::routes::{Body, Route, hex};

/// Most query parameters of a request.
pub const QUERY_PARAMETERS_MAX: usize = 1000;

/// Reads all parameters into the message.
pub(super) fn read(route: &Route, query: &str, message: &mut DynamicMessage, found: &mut Collector) {
    let mut given: HashSet<String> = HashSet::new();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    for (at, pair) in pairs.enumerate() {
        if found.is_full() {
            return;
        }
        if at >= QUERY_PARAMETERS_MAX {
            let message = format!("there must be at most {QUERY_PARAMETERS_MAX} query parameters");
            found.add(&Place::Request, Rule::Parameters, message);
            return;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(decoded), Some(value)) = (decode(name), decode(value)) else {
            found.add(&Place::Unknown(&Place::Request, name), Rule::Encoding, "must be percent-encoded UTF-8");
            continue;
        };
        match resolve(route, &decoded, message) {
            Ok(fields) => parameter(route, &fields, &value, &mut given, message, found),
            Err(why) => found.add(&Place::Unknown(&Place::Request, &decoded), Rule::UnknownParameter, why),
        }
    }
}

fn parameter(
    route: &Route,
    fields: &[FieldDescriptor],
    value: &str,
    given: &mut HashSet<String>,
    message: &mut DynamicMessage,
    found: &mut Collector,
) {
    let Some(last) = fields.last() else { return };
    let place = Place::Path(fields);
    let path = fields.iter().map(FieldDescriptor::name).collect::<Vec<_>>().join(".");
    if route.variables().any(|(variable, _)| variable.field_path == path) {
        found.add(&place, Rule::PathBound, "is in the path already");
        return;
    }
    if matches!(route.body(), Body::Field(body) if fields.first() == Some(body)) {
        found.add(&place, Rule::UnknownParameter, "is in the body");
        return;
    }
    if !last.is_list() && !given.insert(path) {
        found.add(&place, Rule::Duplicate, "must be given once");
        return;
    }
    let json = Json::Text(value.to_owned());
    let mut reader = Reader { found, source: Source::Text };
    let Some(value) = reader.single(&last.kind(), &json, &place, 1) else { return };
    if let Some(rival) = super::set(message, fields, value) {
        found.add(&place, Rule::Oneof, format!("must not be given together with `{}`", rival.name()));
    }
}

/// The fields that a parameter's name leads through.
fn resolve(route: &Route, name: &str, message: &DynamicMessage) -> Result<Vec<FieldDescriptor>, String> {
    if *route.body() == Body::Whole {
        return Err("the body holds the whole request: there are no query parameters".to_owned());
    }
    let mut descriptor = Some(message.descriptor());
    let mut fields: Vec<FieldDescriptor> = Vec::new();
    for part in name.split('.') {
        let Some(current) = descriptor else {
            return Err(format!("`{}` has no fields", fields.last().map(FieldDescriptor::name).unwrap_or_default()));
        };
        let field = current.get_field_by_json_name(part).or_else(|| current.get_field_by_name(part));
        let field = field.ok_or_else(|| format!("{} has no such field", current.full_name()))?;
        let is_single = !field.is_list() && !field.is_map();
        descriptor = field.kind().as_message().filter(|inner| is_single && !message::is_text(inner)).cloned();
        fields.push(field);
    }
    match fields.last() {
        Some(last) if is_parameter(last) => Ok(fields),
        _ => Err("has a type that a query parameter cannot say".to_owned()),
    }
}

/// Whether a query parameter can hold the field's value, or one of its values.
pub(crate) fn is_parameter(field: &FieldDescriptor) -> bool {
    match field.kind() {
        Kind::Message(inner) => !field.is_map() && message::is_text(&inner),
        _ => true,
    }
}

/// Percent-decodes a part of a query, where a plus is a space.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let high = hex(after.first().copied())?;
                bytes.push(high * 16 + hex(after.get(1).copied())?);
                rest = after.get(2..).unwrap_or_default();
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
