//! What tests share: input data, private databases and servers, the running binary.
//!
//! Servers come from `tests/run`, which starts a private PostgreSQL and a private Redis and says where they are. A test
//! run without it panics and names that command, instead of starting servers of its own: a server started by each test
//! process would cost a second apiece and outlive a killed test. Everything a test takes from a server is its own (a
//! database, a key prefix), so tests never meet.

// Test code: a broken assumption is a failed test, and the panic is how it says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod data;
pub mod mount;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod redis;
pub mod skip;
pub mod terminal;
pub mod tokens;

/// The value of a variable that `tests/run` sets.
///
/// # Panics
/// When it is not set; the message says which command sets it.
fn set_by_tests_run(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run `tests/run --only rust -- -p PACKAGE`, or `tests/run --with COMMAND`")
    })
}
