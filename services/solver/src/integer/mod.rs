//! What needs whole numbers: items taken wholly, draws on several pools, bundles, bounds on partners and contacts.
//!
//! The flow that is left when these are forgotten bounds every plan; plans are made of it, improved by local search, and a tree of
//! decisions closes the gap as far as its bound of nodes allows. Everything is counted, nothing timed: the same problem gives the same
//! answer.

mod chain;
mod construct;
mod dive;
mod divide;
mod dual;
mod improve;
mod index;
mod keep;
mod large;
mod plans;
mod priced;
mod relaxation;
mod score;
mod search;
mod state;
mod steps;
mod window;

use wishwell_allocation::{Branch, Component, LevelPrices, Objective, Plan, Problem};

use crate::control::{Cancelled, Control};

/// A plan, and how good it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The best plan found.
    pub plan: Plan,
    /// What it reaches.
    pub objective: Objective,
    /// What no plan exceeds. The plan is optimal where that is what it reaches.
    pub bound: Objective,
    /// The tree of decisions that proves the bound.
    pub root: Branch,
    /// Prices that bound the plans too, with all that they draw on.
    pub priced: Option<Box<LevelPrices>>,
    /// What bounds the items of all tiers but the last by themselves.
    pub above: Vec<Component>,
    /// Nodes that were looked at.
    pub nodes: u64,
}

/// The best plan of a problem of one component that can be found and bounded with at most so many nodes (at least the root is looked
/// at). `start` is a plan to begin with: what of it is feasible is taken over.
///
/// # Errors
///
/// When it was asked to stop.
pub fn solve(
    problem: &Problem,
    nodes_max: u64,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Answer, Cancelled> {
    let index = index::Index::of(problem);
    if problem.parts().arc_pool.len() >= large::ARCS_MIN
        && let Some(answer) = large::solve(&index, nodes_max, start, control)?
    {
        return Ok(answer);
    }
    let found = search::Tree::new(&index, control).search(nodes_max, start)?;
    let search::Found { plan, objective, bound, root, nodes } = found;
    Ok(Answer { plan, objective, bound, root, priced: None, above: Vec::new(), nodes })
}

/// The same by what large components are solved by, whatever the size: none, where that needs other means.
///
/// # Errors
///
/// When it was asked to stop.
pub fn solve_as_large(
    problem: &Problem,
    nodes_max: u64,
    start: Option<&Plan>,
    control: &dyn Control,
) -> Result<Option<Answer>, Cancelled> {
    large::solve(&index::Index::of(problem), nodes_max, start, control)
}
