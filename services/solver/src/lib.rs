//! Finds optimal allocations and the certificates that prove them. Pure and deterministic: the same problem gives the same bytes,
//! however many threads work on it.

pub mod components;
pub mod control;
pub mod gap;
pub mod integer;
mod numbers;
pub mod parallel;
pub mod simplex;
mod solve;
pub mod transport;

pub use components::Components;
pub use control::{Cancelled, Control, Unwatched, Watch};
pub use solve::{Options, Solution, SolveError, solve};
