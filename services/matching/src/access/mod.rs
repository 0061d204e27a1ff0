//! Who calls and what the caller may do. Nothing is allowed that the role table does not allow.

mod credentials;
mod roles;

pub use credentials::{
    CredentialEntry, Credentials, DEMO_KEYS, DEMO_TENANT, DemoKey, KEYS_PER_PRINCIPAL_MAX, hash_key,
};
pub(crate) use roles::known_methods;
pub use roles::{Access, ROLE_TABLE, access_to};
