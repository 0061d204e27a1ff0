//! Who calls and what the caller may do. Nothing is allowed that the role table does not allow.

mod credentials;
mod roles;

pub use credentials::{
    CredentialEntry, Credentials, DEMO_KEYS, DEMO_TENANT, DemoKey, KEYS_PER_PRINCIPAL_MAX, hash_key,
};
pub use roles::{Access, ROLE_TABLE, access_to};
pub(crate) use roles::{Method, known_methods};
