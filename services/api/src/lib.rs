//! The contract `wishwell.v1` in Rust: messages, clients and servers as prost and tonic write them, validation of every
//! request, canonical protobuf JSON, and what refusals are called for people.
//!
//! The generated code is committed; nothing but Rust is needed to build it. A test compiles the protos and fails when the
//! committed code differs.

pub mod answer;
mod encoded;
pub mod json;
mod redacted;
pub mod refusal;
mod request;
mod validation;

use std::sync::LazyLock;

pub use encoded::{Encoded, FRAME_PREFIX_BYTES, frame_prefix};
pub use prost_protovalidate::Validate;
pub use prost_reflect::DescriptorPool;
pub use redacted::Redacted;
pub use request::{Masked, Request};
pub use validation::{FieldViolation, VIOLATION_VALUE_CHARS_MAX, VIOLATIONS_MAX, validate};

/// Messages, clients and servers of the package `wishwell.v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic, rustdoc::all, unreachable_pub, clippy::expect_used)]
pub mod v1 {
    include!("generated/wishwell.v1.rs");
}

#[allow(clippy::all, clippy::pedantic, clippy::expect_used, unused_parens)]
mod generated {
    // The validators name a message by its package.
    use crate as wishwell;

    include!("generated/validate.rs");
    include!("generated/debug.rs");
    include!("generated/requests.rs");
}

/// Domain of every `google.rpc.ErrorInfo` that Wishwell answers.
pub const ERROR_DOMAIN: &str = "wishwell.v1";

/// The contract and all it imports as an encoded `google.protobuf.FileDescriptorSet`, with every option and without comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/file_descriptor_set.binpb");

/// The contract as a pool of descriptors.
///
/// # Panics
/// Never: a test decodes the committed bytes.
#[must_use]
pub fn descriptor_pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        #[allow(clippy::expect_used)] // The bytes are a constant of this crate.
        DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the committed descriptor set decodes")
    });
    &POOL
}

impl v1::ErrorReason {
    /// The reason as `google.rpc.ErrorInfo` carries it, such as `ETAG_MISMATCH`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        let name = self.as_str_name();
        name.strip_prefix("ERROR_REASON_").unwrap_or(name)
    }
}
