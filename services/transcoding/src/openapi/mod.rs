//! The contract's REST side as an OpenAPI 3.1 document, from the same routes that requests take.
//!
//! Descriptions are the comments of the protos, so the pool should be one with source information. The same pool gives the same
//! document, byte for byte.

mod comments;
mod example;
mod operation;
mod rules;
mod schema;

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, ServiceDescriptor};
use serde_json::{Map, Value, json};

use crate::routes::{CompileError, RouteTable};
use comments::Comments;
use example::Examples;
use schema::{Schemas, Use};

/// What a document says that the contract does not.
#[derive(Debug, Clone, Copy)]
pub struct Info<'i> {
    /// Name of the API.
    pub title: &'i str,
    /// Version of the API.
    pub version: &'i str,
    /// What it is for, in CommonMark.
    pub description: &'i str,
    /// Package whose messages are named without it, such as `wishwell.v1`.
    pub package: &'i str,
    /// Examples written by hand: an object with `operations` (by full name of a method: `query` and `body`), `types` (by full name
    /// of a message), `patterns` (by pattern of a text) and `fields` (by name of a text field), all optional. What it leaves out is
    /// made of what the contract requires.
    pub examples: &'i Value,
}

struct Generator<'g> {
    comments: &'g Comments,
    schemas: Schemas<'g>,
    examples: Examples<'g>,
}

/// The document.
///
/// # Errors
/// As [`RouteTable::compile`].
pub fn document(pool: &DescriptorPool, info: &Info<'_>) -> Result<Value, CompileError> {
    let table = RouteTable::compile(pool)?;
    let comments = Comments::of(pool);
    let mut generator = Generator {
        comments: &comments,
        schemas: Schemas::new(&comments, info.package),
        examples: Examples(info.examples),
    };
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut bindings: BTreeMap<String, usize> = BTreeMap::new();
    let mut services: Vec<ServiceDescriptor> = Vec::new();
    for route in table.routes() {
        let path = operation::path(route);
        let service = route.method().parent_service();
        let binding = bindings.entry(route.method().full_name().to_owned()).or_default();
        *binding += 1;
        let number = if *binding == 1 { String::new() } else { format!("_{binding}") };
        let id = format!("{}_{}{number}", service.name(), route.method().name());
        let operation = generator.operation(route, &path, id);
        paths.entry(path.text).or_default().insert(route.http_method().as_str().to_ascii_lowercase(), operation);
        if !services.contains(service) {
            services.push(service.clone());
        }
    }
    let tags: Vec<Value> = services
        .iter()
        .map(|service| {
            let description = comments.get(service.parent_file().name(), service.path());
            json!({ "name": service.name(), "description": description })
        })
        .collect();
    let error = generator.error(pool);
    Ok(json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": { "title": info.title, "version": info.version, "description": info.description },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }, { "apiKey": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": generator.schemas.into_components(),
            "responses": { "Error": error },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "An access key, or a JWT of a configured issuer." },
                "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key", "description": "An access key." },
            },
        },
    }))
}

impl Generator<'_> {
    /// What every operation answers that does not succeed.
    fn error(&mut self, pool: &DescriptorPool) -> Value {
        let status = pool.get_message_by_name("google.rpc.Status");
        let schema = status.map(|status| self.schemas.message(&status, Use::Answer)).unwrap_or_else(|| json!({}));
        json!({
            "description": "The call failed. `code` is a `google.rpc.Code`; `details` has a `google.rpc.ErrorInfo` with the reason, and a \
                `google.rpc.BadRequest` with every field that breaks a rule. 400: INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE; \
                401: UNAUTHENTICATED; 403: PERMISSION_DENIED; 404: NOT_FOUND; 405: another method; 409: ALREADY_EXISTS, ABORTED; \
                429: RESOURCE_EXHAUSTED; 500: INTERNAL, UNKNOWN, DATA_LOSS; 501: UNIMPLEMENTED; 503: UNAVAILABLE; \
                504: DEADLINE_EXCEEDED.",
            "content": { "application/json": { "schema": schema } },
        })
    }
}

/// A path of fields as canonical JSON spells it.
fn lower_camel(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut after_underscore = false;
    for letter in path.chars() {
        match letter {
            '_' => after_underscore = true,
            letter if after_underscore => {
                camel.push(letter.to_ascii_uppercase());
                after_underscore = false;
            }
            letter => camel.push(letter),
        }
    }
    camel
}
