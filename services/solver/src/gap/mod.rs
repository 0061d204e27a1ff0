//! The generalised assignment problem: each job wholly to one agent, no agent beyond its capacity, at the least cost.
//!
//! [`solve`] brings a heuristic and a proof together:
//!
//! - the Lagrangian relaxation of "each job exactly once" bounds the cost by a knapsack an agent; integer multipliers make the bound
//!   exact, and the answer carries them, so that anybody can check it (Fisher, "The Lagrangian relaxation method for solving integer
//!   programming problems", Management Science 27, 1981);
//! - a depth-first search asks whether anything as cheap as a goal exists, from the bound upwards (Posta, Ferland and Michelon 2012);
//! - meanwhile local search and large neighbourhoods make assignments cheaper from above.
//!
//! The search and the neighbourhoods take turns by counted work, never by the clock: the same instance and limits give the same answer.

mod dual;
mod instance;
mod knapsack;
mod local;
mod neighbourhood;
mod random;
mod relaxation;
mod search;
mod solve;
mod state;

pub use instance::{Instance, InstanceError, limits};
pub use solve::{Limits, Outcome, RootBound, solve};
