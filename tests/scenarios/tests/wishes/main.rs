//! The wishing pool: what is shown, claimed and kept secret.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod by_name;
mod contact;
mod pledges;
mod privacy;
mod publications;
mod wishes;
