//! Exact optima of transportation problems: items, pools with convex prices of load, and arcs, without caps and groups.

mod component;
mod cost;
mod estimate;
mod fill;
mod flow;
mod incoming;
mod network;
mod prices;
mod primal;
mod search;
mod standing;
mod start;
mod tree;
mod weights;

use wishwell_allocation::{Plan, Prices, Problem};

use crate::components::Components;
use crate::control::{Cancelled, Control};
use crate::parallel;
use component::Place;
pub use standing::{Standing, Unfit};
pub use start::Start;
use weights::Levels;

/// An optimal plan and the prices that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The plan.
    pub plan: Plan,
    /// Of each pool the lowest price that proves the plan: what one more unit there would bring. No caps, no groups.
    pub prices: Prices,
}

/// Whether [`solve`] takes this problem: a flow without caps and groups.
#[must_use]
pub fn handles(problem: &Problem) -> bool {
    problem.is_flow() && problem.parts().caps.is_empty() && problem.parts().groups.is_empty()
}

/// The optimum of a problem that [`handles`] accepts, found on so many threads; the answer does not depend on how many.
///
/// # Errors
///
/// [`Cancelled`], if `control` asked to stop before the optimum was found.
///
/// # Panics
///
/// If [`handles`] refuses the problem.
pub fn solve(problem: &Problem, threads: usize, control: &dyn Control) -> Result<Solution, Cancelled> {
    solve_from(problem, None, threads, control)
}

/// Like [`solve`], beginning with something known about the answer. The prices and what the plan reaches do not depend on it; of plans
/// that are equally good, it may be another.
///
/// # Errors
///
/// [`Cancelled`], if `control` asked to stop before the optimum was found.
///
/// # Panics
///
/// If [`handles`] refuses the problem.
pub fn solve_from(
    problem: &Problem,
    start: Option<&Start>,
    threads: usize,
    control: &dyn Control,
) -> Result<Solution, Cancelled> {
    assert!(handles(problem), "a transportation problem has neither sides nor whole parts");
    let components = Components::of(problem);
    let levels = Levels::of(problem);
    let parts = parallel::each(
        &components.by_size(),
        threads,
        || (),
        |(), component| Place { problem, levels: &levels, components: &components, component, start }.answer(control),
    );
    let mut flows = Vec::new();
    let mut prices = Prices { pools: vec![0; problem.parts().pools.len()], caps: Vec::new(), groups: Vec::new() };
    for (component, part) in (0..).zip(parts) {
        let part = part?;
        for (pool, price) in components.pools(component).iter().zip(part.prices) {
            prices.pools[*pool as usize] = price;
        }
        flows.extend(part.flows);
    }
    Ok(Solution { plan: Plan::new(flows), prices })
}
