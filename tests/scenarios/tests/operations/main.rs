//! What who runs servers relies on: starting and ending, stores, replicas, audits, and what is told of all that.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod audit;
mod compose;
mod drain;
mod postgres;
mod progress;
mod replicas;
mod restored;
mod store_files;
mod supervision;
mod telemetry;
