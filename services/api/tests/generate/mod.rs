//! Writes the committed code of the contract from its protos, with neither protoc nor a build script.
#![allow(dead_code)] // Each test that shares this module uses some of it.

mod debug;
mod requests;
mod validate_types;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::DescriptorPool;
use protox::Compiler;

#[allow(unused_imports)] // Each test that shares this module uses some of it.
pub(crate) use debug::is_sensitive;

/// Generated files by their path from the root of the repository.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Protos of other houses that answers carry inside `google.protobuf.Any`, so nothing of ours imports them.
const ANSWERED_DETAILS: [&str; 2] = ["google/rpc/error_details.proto", "google/rpc/status.proto"];
const OUT: &str = "services/api/src/generated";

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compiles the whole contract.
pub(crate) fn compile(source_info: bool) -> Result<Compiler, Box<dyn Error>> {
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(root().join("proto/wishwell/v1"))? {
        names.push(Path::new("wishwell/v1").join(entry?.file_name()));
    }
    names.retain(|name| name.extension().is_some_and(|extension| extension == "proto"));
    names.sort();
    names.extend(ANSWERED_DETAILS.map(PathBuf::from));
    let mut compiler = Compiler::new([root().join("proto"), root().join("third_party/proto")])?;
    compiler.include_imports(true).include_source_info(source_info);
    compiler.open_files(names)?;
    Ok(compiler)
}

/// Every file that is generated and committed.
pub(crate) fn everything() -> Result<Files, Box<dyn Error>> {
    let compiler = compile(true)?;
    let pool = compiler.descriptor_pool();
    let bare_set = compile(false)?.encode_file_descriptor_set();
    let out = Path::new(OUT);
    let mut files = validate_types::generate()?;
    files.insert(out.join("wishwell.v1.rs"), messages_and_services(&compiler, &pool)?);
    files.insert(out.join("validate.rs"), validators(&bare_set)?);
    files.insert(out.join("debug.rs"), debug::generate(&pool).into_bytes());
    files.insert(out.join("requests.rs"), requests::generate(&pool).into_bytes());
    files.insert(out.join("file_descriptor_set.binpb"), bare_set);
    Ok(files)
}

/// Messages of the package itself, without map entries.
pub(crate) fn own_messages(pool: &DescriptorPool) -> impl Iterator<Item = prost_reflect::MessageDescriptor> {
    pool.all_messages().filter(|message| message.package_name() == "wishwell.v1" && !message.is_map_entry())
}

fn messages_and_services(compiler: &Compiler, pool: &DescriptorPool) -> Result<Vec<u8>, Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let mut config = prost_build::Config::new();
    config.out_dir(directory.path()).enable_type_names();
    // The status of one entry of a batch is the one that tonic knows.
    config.extern_path(".google.rpc", "::tonic_types::pb");
    config.skip_debug(debug::messages_with_sensitive_fields(pool).map(|message| format!(".{}", message.full_name())));
    tonic_prost_build::configure()
        .out_dir(directory.path())
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    let code = fs::read_to_string(directory.path().join("wishwell.v1.rs"))?;
    Ok(answer_encoded(&code)?.into_bytes())
}

/// Lets the server answer `FindResources` with bytes it has already encoded: it is the hot path, and most of an answer is
/// the same for every call.
fn answer_encoded(code: &str) -> Result<String, Box<dyn Error>> {
    const ANSWER: &str = "super::FindResourcesResponse";
    let (client, server) =
        code.split_once("pub mod matching_service_server").ok_or("there is no server of MatchingService")?;
    let (server, rest) = match server.split_once("\npub mod ") {
        Some((server, rest)) => (server, format!("\npub mod {rest}")),
        None => (server, String::new()),
    };
    if !server.contains(ANSWER) {
        return Err("the server of MatchingService does not answer FindResources".into());
    }
    let server = server.replace(ANSWER, &format!("crate::Encoded<{ANSWER}>"));
    Ok(format!("{client}pub mod matching_service_server{server}{rest}"))
}

fn validators(file_descriptor_set: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    prost_protovalidate_build::Builder::new()
        .file_descriptor_set_bytes(file_descriptor_set.to_vec())
        .out_dir(directory.path())
        // Whatever is extern gets no code: these packages carry no rules of ours.
        .extern_path(".google.api", "google::api")
        .extern_path(".google.rpc", "google::rpc")
        .fail_on_runtime_only(true)
        .compile()?;
    let code = fs::read_to_string(directory.path().join("validate_impl.rs"))?;
    // Most patterns are simpler than what a regular expression's engine costs.
    Ok(code.replace("::prost_protovalidate::regex::Regex", "crate::validation::Pattern").into_bytes())
}
