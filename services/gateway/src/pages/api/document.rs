//! The OpenAPI document, taken apart for reading.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// As it is checked in; a test of the transcoder holds that it is what the contract says.
pub(super) const DOCUMENT: &str = include_str!("../../../../../docs/api/openapi.json");

static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap_or_default());
static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| read_services(&PARSED));

/// The calls of a service.
#[derive(Debug)]
pub(super) struct Service {
    /// Such as `NeedService`.
    pub(super) name: String,
    pub(super) description: String,
    /// In the order of their paths.
    pub(super) operations: Vec<Operation>,
}

/// One method of HTTP at one path.
#[derive(Debug)]
pub(super) struct Operation {
    /// Such as `NeedService_GetNeed`.
    pub(super) id: String,
    /// In capital letters.
    pub(super) verb: String,
    /// With `{id}` where an id stands.
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) parameters: Vec<Parameter>,
    /// What the body is: a schema and an example of it.
    pub(super) body: Option<(Value, Value)>,
    /// What an answer is, by content type.
    pub(super) answers: Vec<(String, Value)>,
}

/// A part of the path or of the query.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) in_path: bool,
    pub(super) is_required: bool,
    pub(super) description: String,
    pub(super) schema: Value,
    /// As it stands in an address.
    pub(super) example: Option<String>,
}

/// Every service, in the order of the document.
pub(super) fn services() -> &'static [Service] {
    &SERVICES
}

/// A type of the contract.
pub(super) fn schema(name: &str) -> Option<&'static Value> {
    PARSED.get("components")?.get("schemas")?.get(name)
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn entries<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn read_services(document: &Value) -> Vec<Service> {
    let mut services: Vec<Service> = list(document, "tags")
        .map(|tag| Service { name: text(tag, "name"), description: text(tag, "description"), operations: Vec::new() })
        .collect();
    for (path, item) in entries(document, "paths") {
        for (verb, operation) in item.as_object().into_iter().flat_map(Map::iter) {
            let tag = list(operation, "tags").next().and_then(Value::as_str).unwrap_or_default();
            if let Some(service) = services.iter_mut().find(|service| service.name == tag) {
                service.operations.push(read_operation(path, verb, operation));
            }
        }
    }
    services
}

fn read_operation(path: &str, verb: &str, operation: &Value) -> Operation {
    let body = operation.pointer("/requestBody/content/application~1json");
    let answered = operation.get("responses").and_then(|responses| responses.get("200"));
    Operation {
        id: text(operation, "operationId"),
        verb: verb.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        parameters: list(operation, "parameters").map(read_parameter).collect(),
        body: body.map(|body| {
            let part = |name: &str| body.get(name).cloned().unwrap_or_default();
            (part("schema"), part("example"))
        }),
        answers: answered
            .into_iter()
            .flat_map(|answered| entries(answered, "content"))
            .map(|(kind, content)| (kind.clone(), content.get("schema").cloned().unwrap_or_default()))
            .collect(),
    }
}

fn read_parameter(parameter: &Value) -> Parameter {
    let example = parameter.get("example");
    Parameter {
        name: text(parameter, "name"),
        in_path: text(parameter, "in") == "path",
        is_required: parameter.get("required").and_then(Value::as_bool).unwrap_or(false),
        description: text(parameter, "description"),
        schema: parameter.get("schema").cloned().unwrap_or_default(),
        example: example.map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_document_is_there_to_read() {
        let paths: usize =
            PARSED["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
        let shown: usize = services().iter().map(|service| service.operations.len()).sum();
        assert!(paths > 60);
        assert_eq!(paths, shown);
        assert!(services().iter().all(|service| !service.operations.is_empty()));
    }

    #[test]
    fn every_operation_has_words_and_an_answer() {
        for operation in services().iter().flat_map(|service| &service.operations) {
            assert!(!operation.summary.is_empty() && !operation.answers.is_empty(), "{}", operation.id);
        }
    }
}
