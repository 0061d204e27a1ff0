//! The gateway: plain HTTP, pages and their sessions.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod against_envoy;
mod against_envoy_steps;
mod away;
mod bad_input;
mod fuzz;
mod http2;
mod life;
mod manners;
mod owasp;
mod pages_again;
mod rates;
mod sessions;
mod sign_in;
mod streams;
