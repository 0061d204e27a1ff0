//! Allocation problems for tests and benchmarks: read from the files of public collections, and made up at any size.
//!
//! A crate of its own below `tests/`, because the solver's tests and the benchmarks both need it, and because nothing that ships
//! does.

pub mod dimacs;
pub mod mixed;
pub mod orlib;
mod random;
pub mod synthetic;
mod words;

pub use words::InstanceError;
