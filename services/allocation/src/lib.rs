//! What an allocation of many needs at once is: the [`Problem`], the [`Plan`], the [`Certificate`] that proves how good the plan is,
//! and the check of both.
//!
//! This room defines what is right, in integers, and knows no way of finding it: the solvers (`wishwell-solver`) depend on it, it
//! depends on nobody. What the check accepts is true whatever the solvers do.

mod alike;
pub mod assignment_check;
mod certificate;
mod check;
mod marks;
mod objective;
mod plan;
mod problem;

pub use certificate::{Branch, Certificate, Component, Cut, Decision, LevelPrices, Prices, Proof, SUMS_MAX};
pub use check::{Fault, Node, Rule, Subject, Verdict, check};
pub use objective::{Level, Objective, PriceWeights};
pub use plan::Plan;
pub use problem::{
    Bundle, Cap, Contacts, Group, Item, Partners, Pool, Problem, ProblemError, ProblemParts, Segment, Split, limits,
};
