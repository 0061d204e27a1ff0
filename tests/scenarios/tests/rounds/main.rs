//! Many needs at once: plans, rounds, and what single decisions learn of them.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod command;
mod looking_ahead;
mod origin;
mod plan_allocation;
mod rounds;
mod under_way;
mod weeks;
