//! Types of the contract as people read them.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::document::text;
use crate::pages::visit::Visit;

/// What a reference to a type begins with.
const REFERENCE: &str = "#/components/schemas/";
/// What bounds a value, and how it is said.
const BOUNDS: [(&str, &str); 12] = [
    ("minLength", "≥ {} characters"),
    ("maxLength", "≤ {} characters"),
    ("minItems", "≥ {} entries"),
    ("maxItems", "≤ {} entries"),
    ("minimum", "≥ {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMinimum", "> {}"),
    ("exclusiveMaximum", "< {}"),
    ("x-minimum", "≥ {}"),
    ("x-maximum", "≤ {}"),
    ("x-exclusiveMinimum", "> {}"),
    ("x-exclusiveMaximum", "< {}"),
];

/// A type as a link, or in a word.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(REFERENCE)) {
        return html! { a href=(format!("/api/types/{name}")) { code { (name) } } };
    }
    if let Some(entries) = schema.get("items") {
        return html! { "[" (kind(entries)) "]" (bounds(schema)) };
    }
    let whole = match (text(schema, "type").as_str(), text(schema, "format").as_str()) {
        ("string", "int64" | "uint64") => "int64, as text".to_owned(),
        ("", _) => "any".to_owned(),
        (name, "") => name.to_owned(),
        (name, format) => format!("{name}, {format}"),
    };
    html! { (whole) (bounds(schema)) }
}

fn bounds(schema: &Value) -> Markup {
    let said = BOUNDS.iter().filter_map(|(name, words)| Some(words.replace("{}", &schema.get(name)?.to_string())));
    let pattern = schema.get("pattern").and_then(Value::as_str);
    html! {
        @for said in said { " " span class="note" { (said) } }
        @if let Some(pattern) = pattern { " " code class="pattern" { (pattern) } }
    }
}

/// The fields of a message, the values of an enum, or what else it is.
pub(super) fn show(visit: &Visit, schema: &Value) -> Markup {
    let fields = schema.get("properties").and_then(Value::as_object);
    let values = schema.get("enum").and_then(Value::as_array);
    html! {
        @if schema.get("$ref").is_some() { p { (kind(schema)) } }
        div lang="en" { (prose(&text(schema, "description"))) }
        @if let Some(fields) = fields.filter(|fields| !fields.is_empty()) { (table(visit, schema, fields)) }
        @else if let Some(values) = values {
            ul { @for value in values { li { code { (value.as_str().unwrap_or_default()) } } } }
        } @else if schema.get("$ref").is_none() { p { (kind(schema)) } }
    }
}

fn table(visit: &Visit, schema: &Value, fields: &Map<String, Value>) -> Markup {
    let is_required = |name: &str| {
        schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name))
    };
    html! {
        table class="fields" {
            thead { tr {
                th scope="col" { (visit.say("字段", "Field")) }
                th scope="col" { (visit.say("类型", "Type")) }
                th scope="col" { (visit.say("说明", "What it is")) }
            } }
            tbody {
                @for (name, field) in fields {
                    tr {
                        th scope="row" {
                            code { (name) }
                            @if is_required(name) { " " span class="note" { (visit.say("必填", "required")) } }
                        }
                        td { (kind(field)) }
                        td lang="en" { (prose(&text(field, "description"))) }
                    }
                }
            }
        }
    }
}

/// A comment of the contract: paragraphs, lists, and what stands in backquotes.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            @let (words, entries) = paragraph.split_once("\n- ").unwrap_or((paragraph, ""));
            @if let Some(first) = words.strip_prefix("- ") {
                ul { li { (line(first)) } @for entry in entries.split("\n- ").filter(|entry| !entry.is_empty()) { li { (line(entry)) } } }
            } @else {
                p { (line(words)) }
                @if !entries.is_empty() { ul { @for entry in entries.split("\n- ") { li { (line(entry)) } } } }
            }
        }
    }
}

fn line(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_paragraphs_and_lists_and_nothing_of_them_is_markup() {
        let shown = prose("One `a<b` & two.\n- first\n- `second`\n\nThree.").into_string();
        let expected =
            "<p>One <code>a&lt;b</code> &amp; two.</p><ul><li>first</li><li><code>second</code></li></ul><p>Three.</p>";
        assert_eq!(shown, expected);
    }
}
