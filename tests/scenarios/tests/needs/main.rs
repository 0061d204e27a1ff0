//! People and their needs, and which resources can serve them.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod channels;
mod demo;
mod erased_needs;
mod find_needs;
mod inline_needs;
mod needs;
mod people;
