//! The requests of every method, so that code can be written over all of them, and which of them carry an update mask.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use prost_reflect::DescriptorPool;

pub(crate) fn generate(pool: &DescriptorPool) -> String {
    let mut code = String::from("// This file is @generated from the methods of every service.\n");
    let mut seen = BTreeSet::new();
    for service in pool.services().filter(|service| service.package_name() == "wishwell.v1") {
        for method in service.methods() {
            let input = method.input();
            if !seen.insert(input.full_name().to_owned()) {
                continue;
            }
            if input.fields().len() == 0 {
                // The generator of rules leaves out what can break none.
                let _ = write!(
                    code,
                    "\nimpl ::prost_protovalidate::Validate for crate::v1::{} {{\n    \
                     fn validate(&self) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {{\n        \
                     Ok(())\n    }}\n}}\n",
                    input.name()
                );
            }
            let _ = write!(code, "\nimpl crate::Request for crate::v1::{} ", input.name());
            let masked = input.get_field_by_name("update_mask").and_then(|_| {
                input
                    .fields()
                    .find(|field| field.kind().as_message().is_some_and(|kind| kind.package_name() == "wishwell.v1"))
            });
            match masked {
                None => code.push_str("{}\n"),
                Some(entity) => {
                    let _ = write!(
                        code,
                        "{{\n    fn masked(&self) -> ::core::option::Option<crate::Masked<'_>> {{\n        \
                         let paths = self.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();\n        \
                         Some(crate::Masked {{ entity: \"{}\", paths }})\n    }}\n}}\n",
                        entity.name()
                    );
                }
            }
        }
    }
    code
}
