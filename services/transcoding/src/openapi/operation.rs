//! One operation: a route with its parameters, body and answers.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::Generator;
use super::rules::Rules;
use super::schema::Use;
use crate::request::is_parameter;
use crate::routes::{Body, Route, Segment, Variable};
use crate::stream;

/// A path in OpenAPI's spelling and the parameters in it, each with the variable that it is a part of.
pub(super) struct Path {
    pub(super) text: String,
    /// Name of the parameter, variable, the variable's text before the parameter, whether it may have slashes.
    parameters: Vec<(String, Option<Variable>, String, bool)>,
}

/// Every star becomes a parameter: the last part of a name is its `id`.
pub(super) fn path(route: &Route) -> Path {
    let template = route.template();
    let mut path = Path { text: String::new(), parameters: Vec::new() };
    for (at, segment) in template.segments.iter().enumerate() {
        path.text.push('/');
        if let Segment::Literal(literal) = segment {
            path.text.push_str(literal);
            continue;
        }
        let variable = template.variables.iter().find(|variable| (variable.start..variable.end).contains(&at));
        let is_alone = variable.is_some_and(|variable| variable.end - variable.start == 1);
        let base = match variable {
            Some(variable) if is_alone => variable.field_path.clone(),
            _ => "id".to_owned(),
        };
        let taken = path.parameters.iter().filter(|(name, ..)| name.starts_with(&base)).count();
        let name = if taken == 0 { base } else { format!("{base}{}", taken + 1) };
        let before: String = variable.map_or(String::new(), |variable| {
            let literals = template.segments.get(variable.start..at).unwrap_or_default().iter();
            literals
                .map(|segment| if let Segment::Literal(text) = segment { format!("{text}/") } else { "*/".to_owned() })
                .collect()
        });
        path.text.push_str(&format!("{{{name}}}"));
        path.parameters.push((name, variable.cloned(), before, *segment == Segment::Rest));
    }
    if !template.verb.is_empty() {
        path.text.push(':');
        path.text.push_str(&template.verb);
    }
    path
}

impl Generator<'_> {
    pub(super) fn operation(&mut self, route: &Route, path: &Path, id: String) -> Value {
        let method = route.method();
        let service = method.parent_service();
        let description = self.comments.get(service.parent_file().name(), method.path()).to_owned();
        let summary = description.split_once(". ").map_or(description.trim_end_matches('.'), |(first, _)| first);
        let mut parameters = self.path_parameters(route, path);
        parameters.extend(self.query_parameters(route));
        let mut operation = json!({
            "operationId": id,
            "tags": [service.name()],
            "summary": summary,
            "description": description,
            "x-grpc-method": route.call_path(),
            "responses": { "200": self.answer(route), "default": { "$ref": "#/components/responses/Error" } },
        });
        if let Value::Object(operation) = &mut operation {
            if !parameters.is_empty() {
                operation.insert("parameters".to_owned(), parameters.into());
            }
            if let Some(body) = self.body(route) {
                operation.insert("requestBody".to_owned(), body);
            }
        }
        operation
    }

    fn path_parameters(&mut self, route: &Route, path: &Path) -> Vec<Value> {
        let mut parameters = Vec::new();
        for (name, variable, before, has_slashes) in &path.parameters {
            let bound = variable.as_ref().and_then(|variable| route.variables().find(|(other, _)| *other == variable));
            let field = bound.and_then(|(_, fields)| fields.last().cloned());
            let mut schema = json!({ "type": "string" });
            let mut description = String::new();
            let mut example = Value::Null;
            if let Some(field) = &field {
                let rules = Rules::of(field);
                description = self.comments.get(field.parent_file().name(), field.path()).to_owned();
                // `^needs/[0-9a-f]...$` without what the path says already.
                let pattern = rules
                    .pattern()
                    .and_then(|pattern| Some(format!("^{}", pattern.strip_prefix('^')?.strip_prefix(before)?)));
                if let Some(pattern) = pattern {
                    schema = json!({ "type": "string", "pattern": pattern });
                }
                example = self.examples.field(field, &rules, 0).unwrap_or_default();
                if let Some(rest) = example.as_str().and_then(|example| example.strip_prefix(before)) {
                    example = rest.into();
                }
                if !before.is_empty() {
                    description = format!("What follows `{before}` in `{}`. {description}", field.name());
                }
            }
            if *has_slashes {
                description.push_str(" It may contain slashes.");
            }
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "description": description.trim(), "schema": schema, "example": example,
            }));
        }
        parameters
    }

    fn query_parameters(&mut self, route: &Route) -> Vec<Value> {
        let mut found = Vec::new();
        if *route.body() != Body::Whole {
            let input = route.method().input();
            let written = self.examples.of_operation(route.method().full_name(), "query").cloned().unwrap_or_default();
            self.flatten(route, &input, "", &mut vec![input.full_name().to_owned()], &written, &mut found);
        }
        found
    }

    /// The fields of a message as parameters; those of a message inside of it with its name before theirs.
    fn flatten(
        &mut self,
        route: &Route,
        message: &MessageDescriptor,
        prefix: &str,
        above: &mut Vec<String>,
        written: &Value,
        found: &mut Vec<Value>,
    ) {
        for field in message.fields() {
            let is_bound = route.variables().any(|(_, fields)| fields.last() == Some(&field));
            let is_body = prefix.is_empty() && matches!(route.body(), Body::Field(body) if *body == field);
            if is_bound || is_body {
                continue;
            }
            let name = format!("{prefix}{}", field.json_name());
            if is_parameter(&field) {
                found.push(self.query_parameter(&field, &name, prefix.is_empty(), written));
            } else if let Kind::Message(inner) = field.kind()
                && !field.is_list()
                && !field.is_map()
                && !inner.full_name().starts_with("google.protobuf.")
                && !above.iter().any(|name| name == inner.full_name())
            {
                above.push(inner.full_name().to_owned());
                self.flatten(route, &inner, &format!("{name}."), above, written, found);
                above.pop();
            }
        }
    }

    fn query_parameter(&mut self, field: &FieldDescriptor, name: &str, is_top: bool, written: &Value) -> Value {
        let rules = Rules::of(field);
        let mut schema = self.schemas.field(field, &rules, Use::Input);
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description")).unwrap_or_default();
        let mut parameter = json!({ "name": name, "in": "query", "schema": schema });
        if let Value::Object(parameter) = &mut parameter {
            if !description.is_null() {
                parameter.insert("description".to_owned(), description);
            }
            if rules.is_required && is_top {
                parameter.insert("required".to_owned(), true.into());
            }
            let example = match written.get(name) {
                Some(example) => Some(example.clone()),
                None if rules.is_required && is_top => self.examples.field(field, &rules, 0),
                None => None,
            };
            if let Some(example) = example {
                parameter.insert("example".to_owned(), example);
            }
        }
        parameter
    }

    fn body(&mut self, route: &Route) -> Option<Value> {
        let method = route.method();
        let written = self.examples.of_operation(method.full_name(), "body").cloned();
        let (schema, example, is_required) = match route.body() {
            Body::None => return None,
            Body::Whole => {
                let bound: Vec<FieldDescriptor> = route
                    .variables()
                    .filter_map(|(_, fields)| if let [field] = fields { Some(field.clone()) } else { None })
                    .collect();
                let input = method.input();
                let schema = self.schemas.object(&input, Use::Input, &bound);
                let is_required = schema.get("required").is_some() || schema.get("allOf").is_some();
                (schema, written.or_else(|| self.examples.message(&input, &bound, 0)), is_required)
            }
            Body::Field(field) => {
                let rules = Rules::of(field);
                let schema = self.schemas.field(field, &rules, Use::Input);
                (schema, written.or_else(|| self.examples.field(field, &rules, 0)), rules.is_required)
            }
        };
        let mut media = Map::from_iter([("schema".to_owned(), schema)]);
        if let Some(example) = example {
            media.insert("example".to_owned(), example);
        }
        Some(json!({ "required": is_required, "content": { "application/json": media } }))
    }

    fn answer(&mut self, route: &Route) -> Value {
        let output = route.method().output();
        let schema = match route.response_body() {
            Some(field) => self.schemas.field(field, &Rules::of(field), Use::Answer),
            None => self.schemas.message(&output, Use::Answer),
        };
        if !route.server_streaming() {
            let description = self.comments.get(output.parent_file().name(), output.path());
            let description = if description.is_empty() { "The answer." } else { description };
            return json!({ "description": description, "content": { "application/json": { "schema": schema } } });
        }
        json!({
            "description": "A stream: one message a line, or one server-sent event each, by what `Accept` asks for. An error at its end \
                is a line `{\"error\": ...}` or an event named `error`.",
            "content": { (stream::NDJSON): { "schema": schema }, (stream::EVENT_STREAM): { "schema": schema } },
        })
    }
}
