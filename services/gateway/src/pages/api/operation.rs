//! What one operation takes and answers, with an example to copy.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::document::{Operation, Parameter};
use super::schema;
use crate::pages::visit::Visit;

/// All about it.
pub(super) fn show(visit: &Visit, operation: &Operation) -> Markup {
    html! {
        div lang="en" { (schema::prose(&operation.description)) }
        @if !operation.parameters.is_empty() {
            h3 { (visit.say("参数", "Parameters")) }
            table class="fields" {
                thead { tr {
                    th scope="col" { (visit.say("名称", "Name")) }
                    th scope="col" { (visit.say("类型", "Type")) }
                    th scope="col" { (visit.say("说明", "What it is")) }
                } }
                tbody { @for parameter in &operation.parameters { (row(visit, parameter)) } }
            }
        }
        @if let Some((body, _)) = &operation.body {
            h3 { (visit.say("请求体", "Body")) }
            (schema::show(visit, body))
        }
        h3 { (visit.say("返回", "Answer")) }
        ul {
            @for (kind, answer) in &operation.answers {
                li { code { (kind) } ": " (schema::kind(answer)) }
            }
            li { (visit.say("出错时：", "In case of an error: ")) a href="/api/types/google.rpc.Status" { code { "google.rpc.Status" } } }
        }
        h3 { (visit.say("示例", "Example")) }
        pre class="example" { code { (curl(operation)) } }
    }
}

fn row(visit: &Visit, parameter: &Parameter) -> Markup {
    html! {
        tr {
            th scope="row" {
                code { (parameter.name) }
                @if parameter.in_path { " " span class="note" { (visit.say("路径", "path")) } }
                @else if parameter.is_required { " " span class="note" { (visit.say("必填", "required")) } }
            }
            td { (schema::kind(&parameter.schema)) }
            td lang="en" { (schema::prose(&parameter.description)) }
        }
    }
}

/// A line for a shell.
fn curl(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    let mut query = String::new();
    for parameter in &operation.parameters {
        let Some(example) = &parameter.example else { continue };
        if parameter.in_path {
            path = path.replace(&format!("{{{}}}", parameter.name), example);
        } else {
            let separator = if query.is_empty() { '?' } else { '&' };
            let _ = write!(query, "{separator}{}={example}", parameter.name);
        }
    }
    let is_stream = operation.answers.iter().any(|(kind, _)| kind == "text/event-stream");
    let verb = if operation.verb == "GET" { String::new() } else { format!("-X {} ", operation.verb) };
    let options = if is_stream { "-N -H \"Accept: text/event-stream\" " } else { "" };
    let mut line = format!("curl {options}{verb}-H \"Authorization: Bearer $KEY\" \"$URL{path}{query}\"");
    if let Some((_, example)) = &operation.body {
        let text = serde_json::to_string_pretty(example).unwrap_or_default();
        // Within single quotes, a shell leaves everything but those alone.
        let text = text.replace('\'', "'\\''");
        let _ = write!(line, " \\\n  -H \"Content-Type: application/json\" \\\n  -d '{text}'");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::document::services;
    use super::*;

    #[test]
    fn an_example_is_one_command_with_nothing_left_to_fill_in() {
        for operation in services().iter().flat_map(|service| &service.operations) {
            let line = curl(operation);
            assert!(!operation.path.contains('{') || !line.contains("{id}"), "{line}");
            assert_eq!(line.matches('\'').count() % 2, 0, "{line}");
        }
    }
}
