//! Debug for messages with sensitive fields: what is marked `debug_redact` never reaches a log line by way of `{:?}`.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

pub(crate) fn is_sensitive(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool()).unwrap_or(false)
}

pub(crate) fn messages_with_sensitive_fields(pool: &DescriptorPool) -> impl Iterator<Item = MessageDescriptor> {
    super::own_messages(pool).filter(|message| message.fields().any(|field| is_sensitive(&field)))
}

pub(crate) fn generate(pool: &DescriptorPool) -> String {
    let mut code = String::from("// This file is @generated from the fields that are marked debug_redact.\n");
    for message in messages_with_sensitive_fields(pool) {
        let name = message.name();
        let _ = write!(
            code,
            "\nimpl ::core::fmt::Debug for crate::v1::{name} {{\n    \
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
             f.debug_struct(\"{name}\")\n"
        );
        for field in message.fields() {
            let field_name = field.name();
            let value = if is_sensitive(&field) { "crate::Redacted".to_owned() } else { format!("self.{field_name}") };
            let _ = writeln!(code, "            .field(\"{field_name}\", &{value})");
        }
        code.push_str("            .finish()\n    }\n}\n");
    }
    code
}
