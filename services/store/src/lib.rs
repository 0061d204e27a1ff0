//! Remembers: the Store contract, its conformance suite, SQLite and PostgreSQL behind it.

pub mod contract;
pub mod error;

pub use contract::*;
pub use error::StoreError;
