//! Exact optima of transportation problems: items, pools with convex prices of load, and arcs, without caps and groups.

mod auction;
mod cost;
mod fill;
mod flow;
mod network;
mod prices;
mod search;

use wishwell_allocation::{Plan, Prices, Problem};

use crate::components::Components;
use crate::control::{Cancelled, Control};
use crate::parallel;
use auction::Auction;
use cost::Cost;
use fill::Incoming;
use flow::Flow;
use network::{Levels, Network, Size, Weights};
use search::Search;

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
    assert!(handles(problem), "a transportation problem has neither sides nor whole parts");
    let components = Components::of(problem);
    let levels = Levels::of(problem);
    let parts = parallel::each(
        &components.by_size(),
        threads,
        || (),
        |(), component| solve_component(problem, &levels, &components, component, control),
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

/// The answer of one component, in the whole's arcs and weights.
struct Part {
    flows: Vec<(u32, u64)>,
    prices: Vec<i128>,
}

fn solve_component(
    problem: &Problem,
    levels: &Levels,
    components: &Components,
    component: u32,
    control: &dyn Control,
) -> Result<Part, Cancelled> {
    let at = Place { problem, levels, components, component };
    match Weights::own(levels, Size::of(problem, components, component)) {
        Some(weights) => at.solve(weights, control),
        None => at.solve(Weights::whole(levels), control),
    }
}

/// A component of a problem.
struct Place<'a> {
    problem: &'a Problem,
    levels: &'a Levels,
    components: &'a Components,
    component: u32,
}

impl Place<'_> {
    fn solve<C: Cost>(&self, weights: Weights<C>, control: &dyn Control) -> Result<Part, Cancelled> {
        let network = &Network::of(self.problem, self.levels, self.components, self.component, weights);
        let mut flow = Flow::new(network);
        let mut search = Search::new(network.pools());
        let mut order: Vec<u32> = (0..network.items() as u32).collect();
        order.sort_by_key(|item| std::cmp::Reverse(network.rank[*item as usize]));
        if let Some(weights) = Weights::rough(self.levels, Size::of(self.problem, self.components, self.component)) {
            let mut auction = Auction::new(network, &weights);
            if !auction.run(&order, || control.stopped()) {
                return Err(Cancelled);
            }
            auction.finish(&mut flow);
        }
        for item in order {
            if control.stopped() {
                return Err(Cancelled);
            }
            search.place(&mut flow, item);
        }
        if (0..network.pools()).any(|pool| flow.ask[pool] < flow.price[pool]) {
            let incoming = Incoming::of(network);
            for pool in 0..network.pools() as u32 {
                if control.stopped() {
                    return Err(Cancelled);
                }
                search.fill(&mut flow, &incoming, pool);
            }
        }
        control.settled(network.items() as u64);
        let prices = prices::lowest(&mut flow, self.levels);
        let items = self.components.items(self.component);
        let mut flows = Vec::new();
        for piece in flow.pieces.iter().flatten() {
            let item = items[piece.item as usize];
            let arc = self.problem.parts().first[item as usize] + (piece.arc - network.first[piece.item as usize]);
            flows.push((arc, piece.units));
        }
        Ok(Part { flows, prices })
    }
}
