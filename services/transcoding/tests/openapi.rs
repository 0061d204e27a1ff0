//! The committed OpenAPI document is what the protos say, and its examples are requests that the contract takes.
//! `WISHWELL_REGENERATE=1 cargo test -p wishwell-transcoding --test openapi` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use http::Method;
use prost_protovalidate::Validator;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Value, json};
use support::{contract, everything, read_requests};
use wishwell_transcoding::openapi::{Info, document};

const DESCRIPTION: &str = "Needs of people in difficulty, resources that could help, and the referrals between them. The same calls are \
    offered over gRPC, gRPC-Web and Connect.\n\nMessages are canonical protobuf JSON: 64-bit integers are texts, instants are RFC 3339, \
    enums are names, and fields at their default are left out of answers. Fields and parameters that do not exist are refused.";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The contract with its comments.
fn commented_pool() -> DescriptorPool {
    let mut compiler = protox::Compiler::new([root().join("proto"), root().join("third_party/proto")]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    let mut names: Vec<PathBuf> = std::fs::read_dir(root().join("proto/wishwell/v1"))
        .unwrap()
        .map(|entry| Path::new("wishwell/v1").join(entry.unwrap().file_name()))
        .filter(|name| name.extension().is_some_and(|extension| extension == "proto"))
        .collect();
    names.sort();
    names.extend(["google/rpc/error_details.proto", "google/rpc/status.proto"].map(PathBuf::from));
    compiler.open_files(names).unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

fn generated() -> Value {
    let examples = std::fs::read_to_string(root().join("docs/api/examples.json")).unwrap();
    let examples: Value = serde_json::from_str(&examples).unwrap();
    let info = Info {
        title: "Wishwell",
        version: "v1",
        description: DESCRIPTION,
        package: "wishwell.v1",
        examples: &examples,
    };
    document(&commented_pool(), &info).unwrap()
}

fn committed() -> Value {
    let text = std::fs::read_to_string(root().join("docs/api/openapi.json")).expect("docs/api/openapi.json is there");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_committed_document_is_what_the_protos_say() {
    let path = root().join("docs/api/openapi.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&generated()).unwrap());
    if std::env::var_os("WISHWELL_REGENERATE").is_some_and(|value| value == "1") {
        // In one step: the other tests read it meanwhile.
        let written = path.with_extension("json.new");
        std::fs::write(&written, &text).unwrap();
        std::fs::rename(&written, &path).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).ok().as_deref() == Some(text.as_str()),
        "run WISHWELL_REGENERATE=1 cargo test -p wishwell-transcoding --test openapi: {} differs from the protos",
        path.display()
    );
}

/// Calls the visitor with every value of a document and where it stands.
fn visit(value: &Value, at: &str, visitor: &mut impl FnMut(&str, &Value)) {
    visitor(at, value);
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| visit(value, &format!("{at}/{name}"), visitor))
        }
        Value::Array(values) => values.iter().for_each(|value| visit(value, at, visitor)),
        _ => {}
    }
}

fn assert_well_formed(document: &Value) {
    let mut references = BTreeSet::new();
    visit(document, "", &mut |_, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            references.insert(reference.to_owned());
        }
    });
    assert!(!references.is_empty());
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some_and(Value::is_object), "{reference} leads nowhere");
    }
    // And nothing is there that nobody refers to.
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(references.contains(&format!("#/components/schemas/{name}")), "{name} is of no use");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{name}");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
            let names = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in names.iter().filter(|parameter| parameter["in"] == "path") {
                assert_eq!(parameter["required"], true, "{path}");
                assert!(path.contains(&format!("{{{}}}", parameter["name"].as_str().unwrap())), "{path}");
            }
            let in_path = names.iter().filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{path}");
            let distinct: BTreeSet<_> = names.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
            assert_eq!(distinct.len(), names.len(), "{path}");
        }
    }
}

#[test]
fn every_reference_resolves_and_every_parameter_is_declared() {
    assert_well_formed(&committed());
    let (pool, _) = everything();
    let info = Info { title: "E", version: "1", description: "", package: "everything.v1", examples: &json!({}) };
    assert_well_formed(&document(pool, &info).unwrap());
}

#[test]
fn every_route_is_in_the_document_and_described() {
    let document = committed();
    let operations: Vec<Value> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values().cloned().collect::<Vec<_>>())
        .collect();
    assert_eq!(operations.len(), contract().routes().len());
    for operation in &operations {
        let id = &operation["operationId"];
        assert!(!operation["description"].as_str().unwrap().is_empty(), "{id}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {parameter}");
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas["GeoPointInput"]["properties"]["latitude"]["maximum"], 90);
    assert_eq!(schemas["GeoPoint"]["properties"]["latitude"].get("maximum"), None);
    assert_eq!(schemas["QuantityInput"]["required"], json!(["value", "unit"]));
    assert_eq!(schemas["LocalizedTextInput"]["properties"]["zh"]["maxLength"], 200);
    assert!(schemas["Urgency"]["description"].as_str().unwrap().contains("`URGENCY_UNSPECIFIED`"));
}

/// Whether the service looks at a field: of an update's entity it reads what the mask names and nothing else.
fn is_read(request: &DynamicMessage, path: &str) -> bool {
    let Some(mask) = request.get_field_by_name("update_mask") else { return true };
    let paths = mask.as_message().unwrap().get_field_by_name("paths").unwrap().into_owned();
    let (entity, inside) = path.split_once('.').unwrap_or((path, ""));
    let is_entity = request.get_field_by_name(entity).is_some_and(|value| value.as_message().is_some());
    let masked = paths.as_list().unwrap().iter().any(|masked| inside.starts_with(masked.as_str().unwrap()));
    entity == "update_mask" || !is_entity || masked
}

#[test]
fn every_example_is_a_request_that_the_contract_takes() {
    let validator = Validator::new();
    let requests = read_requests(&committed());
    assert_eq!(requests.len(), contract().routes().len());
    let mut wrong = Vec::new();
    for request in requests {
        let method: Method = request.method.parse().unwrap();
        let wishwell_transcoding::Lookup::Found(route, captures) = contract().find(&method, &request.path) else {
            panic!("{} {} has no route", request.method, request.path)
        };
        assert_eq!(route.call_path(), request.call);
        match route.request(&captures, Some(&request.query), request.body.as_bytes()) {
            Err(violations) => {
                wrong.extend(violations.as_slice().iter().map(|violation| format!("{}: {violation}", request.call)))
            }
            Ok(wire) => {
                let message = DynamicMessage::decode(route.method().input(), wire.as_slice()).unwrap();
                let broken = match validator.validate(&message) {
                    Ok(()) => Vec::new(),
                    Err(prost_protovalidate::Error::Validation(error)) => error.into_violations(),
                    Err(error) => panic!("{}: {error}", request.call),
                };
                let broken = broken.iter().filter(|violation| is_read(&message, &violation.field_path()));
                wrong.extend(broken.map(|violation| format!("{}: {violation:?}", request.call)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
