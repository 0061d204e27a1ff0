//! The check: whether a plan is feasible, and whether its certificate bounds what any plan can reach.
//!
//! It believes nobody. It takes the problem as given and the plan and the certificate as claims, in whatever shape they come: lengths,
//! indices and magnitudes are verified before they are used, sums and prices are checked for overflow, and a claim that cannot be
//! verified is refused. It finds nothing by itself and shares no code with what does. The rules it verifies are written down at
//! [`crate::Certificate`]'s module; to audit it, read in this order:
//!
//! 1. `plan`: what a plan must respect, whole numbers included.
//! 2. `part`: components share nothing, so that their bounds add up.
//! 3. `tree`: a component's decisions leave out no plan, so that its best leaf bounds them all.
//! 4. `decided`, `relaxed`, `room`: what the decisions leave of the component, as a flow.
//! 5. `slackness`: why prices prove that a leaf's flow is the best one. `cut`: why a kind of plan is empty.
//! 6. `priced`: why prices of levels bound every plan.
//! 7. `totals`: units through each node, and what they add up to on each level.
//!
//! For each leaf, time is linear in the size of its component (times [`crate::SUMS_MAX`] / 64 for whole items); beside the claims
//! themselves, some words a node are kept, and a bit an arc where arcs are closed.

mod cut;
mod decided;
mod fault;
mod part;
mod plan;
mod priced;
mod relaxed;
mod room;
mod slackness;
mod steps;
#[cfg(test)]
mod tests;
mod totals;
mod tree;

pub use fault::{Fault, Node, Rule, Subject};

use crate::certificate::Certificate;
use crate::objective::Objective;
use crate::plan::Plan;
use crate::problem::Problem;
use fault::Faults;

/// What is true of a plan: it is feasible, and no plan reaches more than the bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the plan reaches on each level.
    pub objective: Objective,
    /// What no plan exceeds; compared level by level, most important first.
    pub bound: Objective,
    /// Bound less objective, level by level. All levels above the first that is not 0 are optimal; below it a figure of either sign
    /// says little.
    pub gap: Vec<i128>,
    /// Whether no plan does better.
    pub optimal: bool,
    /// Leaves of the certificate, over all components.
    pub leaves: usize,
}

/// Verifies a plan and its certificate.
///
/// # Errors
///
/// What is wrong: with the plan, with the components, or with the first leaves that prove nothing; at most [`Fault::MOST`].
pub fn check(problem: &Problem, plan: &Plan, certificate: &Certificate) -> Result<Verdict, Vec<Fault>> {
    let mut faults = Faults::new();
    let objective = plan::verify(problem, plan, &mut faults);
    let proven = tree::verify(problem, certificate, &mut faults);
    faults.about(Subject::Plan);
    let (Some(objective), Some((bound, leaves)), true) = (objective, proven, faults.is_empty()) else {
        return Err(faults.into_found());
    };
    // Both were verified, so this cannot be; if it is, the check itself is wrong, and nothing must be built on it.
    if objective > bound {
        faults.say(Rule::BeatsBound);
        return Err(faults.into_found());
    }
    let gap: Vec<i128> = bound.0.iter().zip(&objective.0).map(|(bound, reached)| bound - reached).collect();
    let optimal = objective == bound;
    Ok(Verdict { objective, bound, gap, optimal, leaves })
}
