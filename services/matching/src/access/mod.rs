//! Who calls and what the caller may do. Nothing is allowed that the role table does not allow.

mod credentials;
mod roles;
mod standing;
mod tokens;

pub use credentials::{
    CredentialEntry, Credentials, DEMO_KEYS, DEMO_TENANT, DemoKey, KEYS_PER_PRINCIPAL_MAX, hash_key,
};
pub use roles::{Access, ROLE_TABLE, access_to};
pub(crate) use roles::{Method, known_methods};
pub(crate) use standing::Standing;
use tokens::looks_like_a_token;
pub use tokens::{
    ALGORITHMS, ClaimNames, DENIED_BYTES_MAX, DENIED_REFRESH_SECONDS, DIVISIONS_PER_TOKEN_MAX, ISSUERS_MAX,
    IssuerEntry, JWKS_BYTES_MAX, JWKS_FETCH_SECONDS_MAX, JWKS_KEPT_SECONDS_MAX, JWKS_REFRESH_SECONDS,
    JWKS_REFRESH_SECONDS_MIN, KEYS_PER_ISSUER_MAX, KeySource, LEEWAY_SECONDS_DEFAULT, LEEWAY_SECONDS_MAX,
    TOKEN_BYTES_MAX, TOKEN_LIFETIME_SECONDS_DEFAULT, TOKEN_LIFETIME_SECONDS_MAX, TOKEN_NAME_CHARS_MAX,
    TOKENS_CACHED_MAX,
};
pub use tokens::{Outcome, Refusal};
pub(crate) use tokens::{Upkeep, keep_fresh};
