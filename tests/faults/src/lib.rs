//! The closed loop under faults, on the real thing: replicas of `wishwell serve` over PostgreSQL and Redis, or over a SQLite
//! file, killed, paused and cut off while clients work, and checked afterwards against everything they were told.
//!
//! `cargo test` runs the short forms; `cargo run -p wishwell-faults -- campaign --minutes 20` the long ones. Servers are the
//! campaign's own, because it stops and kills them.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

pub mod aftermath;
pub mod ask;
pub mod board;
pub mod campaign;
pub mod checker;
pub mod choose;
pub mod clock;
pub mod door;
pub mod durability;
pub mod history;
pub mod late;
pub mod play;
pub mod postgres;
pub mod random;
pub mod replica;
pub mod storm;
pub mod tally;
pub mod watcher;
pub mod world;

/// A number from the environment, for tests that can be made longer or repeated with another seed.
///
/// # Panics
/// When it is set and is no number.
#[must_use]
pub fn setting(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")),
        Err(_) => usual,
    }
}
