//! The network simplex: minimum-cost flows of any network, exact, with the prices that prove them.
//!
//! [`Network`] takes any nodes, supplies, arcs, bounds and costs. [`Relaxed`] makes a network of an allocation and reads plan and
//! prices from its optimum.

mod cost;
mod network;
mod pivot;
mod reading;
mod relaxed;
mod start;
mod tree;

pub use network::{Network, NetworkArc, NetworkError, NetworkFlow};
pub use relaxed::{Outcome, Relaxed};
