//! Canonical protobuf JSON: `lowerCamelCase` names, 64-bit integers as strings, instants in RFC 3339, enums by name.

use std::fmt;

use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};

use crate::descriptor_pool;

/// Text that is not the JSON of the message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, naming the field where there is one; it may carry a part of the text.
    pub message: String,
    /// Line of the text, from 1; 0 when it is not known.
    pub line: usize,
    /// Column in that line, from 1; 0 when it is not known.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self { message: error.to_string(), line: error.line(), column: error.column() }
    }
}

/// Reads a message from its canonical JSON.
///
/// # Errors
/// When the text is not JSON, has a field that the message does not have (named), or a value that the field cannot hold.
pub fn from_json<M>(text: &str) -> Result<M, JsonError>
where
    M: prost::Message + prost::Name + Default,
{
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let dynamic = DynamicMessage::deserialize_with_options(descriptor::<M>()?, &mut deserializer, &options)?;
    deserializer.end()?;
    dynamic.transcode_to().map_err(|error| JsonError { message: error.to_string(), line: 0, column: 0 })
}

/// Writes a message as canonical JSON on one line. Fields at their default are left out.
///
/// # Errors
/// When the message carries a value that JSON cannot say, such as an instant beyond the year 9999.
pub fn to_json<M>(message: &M) -> Result<String, JsonError>
where
    M: prost::Message + prost::Name,
{
    let mut text = Vec::new();
    serialize(message, &mut serde_json::Serializer::new(&mut text))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Writes a message as canonical JSON, indented for people.
///
/// # Errors
/// As [`to_json`].
pub fn to_json_pretty<M>(message: &M) -> Result<String, JsonError>
where
    M: prost::Message + prost::Name,
{
    let mut text = Vec::new();
    serialize(message, &mut serde_json::Serializer::pretty(&mut text))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn serialize<M, F>(message: &M, serializer: &mut serde_json::Serializer<&mut Vec<u8>, F>) -> Result<(), JsonError>
where
    M: prost::Message + prost::Name,
    F: serde_json::ser::Formatter,
{
    let dynamic = DynamicMessage::decode(descriptor::<M>()?, message.encode_to_vec().as_slice())
        .map_err(|error| JsonError { message: error.to_string(), line: 0, column: 0 })?;
    dynamic.serialize_with_options(serializer, &SerializeOptions::new())?;
    Ok(())
}

/// The descriptor of a message of the contract.
pub(crate) fn descriptor<M: prost::Name>() -> Result<MessageDescriptor, JsonError> {
    let name = M::full_name();
    descriptor_pool().get_message_by_name(&name).ok_or_else(|| JsonError {
        message: format!("{name} is no message of the contract"),
        line: 0,
        column: 0,
    })
}
