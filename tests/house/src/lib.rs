//! Structure as a test: what may depend on what, and the rules of the house.
//!
//! Each rule is a function from what was read to the violations found, so that it can be shown to bite on a sample; the
//! tests in `tests/` apply all of them to this repository. A rule that stands in the way is changed here, in the open,
//! with the reason in `docs/adr/`.

// Test code: a broken assumption is a failed test, and the panic is how it says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod documents;
pub mod edges;
pub mod manifests;
pub mod repository;
pub mod sources;
pub mod traces;
pub mod words;
