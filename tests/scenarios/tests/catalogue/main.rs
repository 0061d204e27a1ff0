//! Organizations and what they offer, and directories that are imported.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod catalog;
mod import;
mod import_again;
mod large;
mod organizations;
