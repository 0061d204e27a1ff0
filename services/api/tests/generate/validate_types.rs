//! The generated half of the vendored `prost-protovalidate-types`; see its README.

use std::error::Error;
use std::fs;
use std::path::Path;

use protox::Compiler;

use super::{Files, root};

const CRATE: &str = "third_party/prost-protovalidate-types";
const PROTO: &str = "buf/validate/validate.proto";

fn compile(source_info: bool) -> Result<Compiler, Box<dyn Error>> {
    let mut compiler = Compiler::new([root().join(CRATE).join("proto")])?;
    compiler.include_imports(true).include_source_info(source_info);
    compiler.open_file(PROTO)?;
    Ok(compiler)
}

pub(crate) fn generate() -> Result<Files, Box<dyn Error>> {
    let compiler = compile(true)?;
    let directory = tempfile::tempdir()?;
    let mut config = prost_build::Config::new();
    config.out_dir(directory.path());
    for message in compiler.descriptor_pool().all_messages() {
        if message.package_name() == "buf.validate" {
            let name = message.full_name();
            config.type_attribute(name, "#[cfg_attr(feature = \"reflect\", derive(::prost_reflect::ReflectMessage))]");
            config.type_attribute(
                name,
                format!(
                    "#[cfg_attr(feature = \"reflect\", prost_reflect(message_name = \"{name}\", \
                     descriptor_pool = \"crate::DESCRIPTOR_POOL\"))]"
                ),
            );
        }
    }
    config.compile_fds(compiler.file_descriptor_set())?;
    let out = Path::new(CRATE).join("src/generated");
    Ok(Files::from([
        (out.join("buf.validate.rs"), fs::read(directory.path().join("buf.validate.rs"))?),
        (out.join("file_descriptor_set.bin"), compile(false)?.encode_file_descriptor_set()),
    ]))
}
