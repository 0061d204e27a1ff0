//! Pools of descriptors, and messages made of nothing but random bytes.
#![allow(dead_code)] // Each test that shares this module uses some of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod make;
pub(crate) mod scramble;

use std::path::Path;
use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use wishwell_transcoding::RouteTable;

/// The routes of the contract.
pub(crate) fn contract() -> &'static RouteTable {
    static TABLE: LazyLock<RouteTable> =
        LazyLock::new(|| RouteTable::compile(wishwell_api::descriptor_pool()).expect("the contract compiles"));
    &TABLE
}

/// A contract with every type of field and every form of route.
pub(crate) fn everything() -> &'static (DescriptorPool, RouteTable) {
    static EVERYTHING: LazyLock<(DescriptorPool, RouteTable)> = LazyLock::new(|| {
        let pool = compile("everything.proto", include_str!("everything.proto"));
        let table = RouteTable::compile(&pool).expect("everything compiles");
        (pool, table)
    });
    &EVERYTHING
}

/// Compiles one proto, given as text, that may import what is vendored.
pub(crate) fn compile(name: &str, text: &str) -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../third_party/proto");
    let mut compiler = protox::Compiler::new([folder.path(), &vendored]).unwrap();
    compiler.include_imports(true);
    compiler.open_file(name).unwrap_or_else(|error| panic!("{error:?}"));
    // Encoded, options keep their extensions.
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

/// Every message type of a package.
pub(crate) fn messages_of(pool: &DescriptorPool, package: &str) -> Vec<MessageDescriptor> {
    pool.all_messages().filter(|message| message.package_name() == package && !message.is_map_entry()).collect()
}

/// The message as JSON, as prost-reflect writes it.
pub(crate) fn reference(message: &DynamicMessage) -> Option<serde_json::Value> {
    // Through text: a value would widen numbers of 32 bits.
    let text = serde_json::to_string(message).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// The message as JSON, from its bytes.
pub(crate) fn written(table: &RouteTable, message: &MessageDescriptor, wire: &[u8]) -> serde_json::Value {
    let mut out = b"before ".to_vec();
    let writer = table.answers().writer(message).unwrap();
    writer.write(wire, &mut out).unwrap_or_else(|error| panic!("{}: {error}: {wire:?}", message.full_name()));
    let text = std::str::from_utf8(&out).unwrap().strip_prefix("before ").unwrap();
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A request as an OpenAPI document shows it.
pub(crate) struct ShownRequest {
    /// Path of the call, such as `/wishwell.v1.NeedService/GetNeed`.
    pub(crate) call: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

/// The example of every operation of a document.
pub(crate) fn read_requests(document: &serde_json::Value) -> Vec<ShownRequest> {
    let mut requests = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut request = ShownRequest {
                call: operation["x-grpc-method"].as_str().unwrap().to_owned(),
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                query: String::new(),
                body: operation
                    .pointer("/requestBody/content/application~1json/example")
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            };
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let Some(example) = parameter.get("example") else { continue };
                let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                if parameter["in"] == "path" {
                    request.path = request.path.replace(&format!("{{{name}}}"), &example);
                } else {
                    // The examples have nothing that needs percent-encoding.
                    request.query.push_str(&format!("&{name}={example}"));
                }
            }
            requests.push(request);
        }
    }
    requests
}
