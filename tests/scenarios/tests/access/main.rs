//! Who may call what, and how one says who one is.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod certificates_end;
mod client_certificates;
mod matrix;
mod roles;
mod tenants;
mod tls;
mod token_keys_over_tls;
mod tokens;
