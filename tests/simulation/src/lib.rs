//! The ledger's loop as a whole, under a scheduler that decides everything by a seed: who asks what, in which order and how many
//! at once, when time passes, when a caller goes away, between which two awaits the process ends, at which byte the power fails.
//! Domain, engine and embedded store are the real ones: the store a SQLite file (in memory where there is a folder for that), with a
//! table in place of its clock. After each step the log is held against the invariants, at the end the tables against the log, and
//! tables made again from the log against both.
//!
//! Nothing runs beside what a seed decides: one thread, one store. What the disk may still decide, which of two awaits a process had
//! come to when it ended, is no part of the outcome: what was sent is sent again at once under the same key, so that the same seed
//! leads to the same log.
//!
//! `cargo test -p wishwell-simulation` runs a thousand seeds, `WISHWELL_SIMULATION_SEEDS=20000` that many instead, and
//! `WISHWELL_SIMULATION_SEED=17` one of them, told step by step.

// Test code: a broken assumption is a failed test, and the panic is how it says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actors;
mod audit;
mod candidates;
mod catalogue;
mod counts;
mod dice;
mod ending;
mod machine;
mod plants;
mod requests;
mod sending;
mod simulation;
mod steps;
mod sweeper;
mod upon;
mod wave;
mod world;

pub use counts::{Counts, Happening};
pub use plants::Plant;
pub use simulation::{Options, Report, run};
