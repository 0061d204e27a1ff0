//! The answer of one component.

use wishwell_allocation::Problem;

use super::cost::Cost;
use super::flow::Flow;
use super::incoming::Incoming;
use super::network::Network;
use super::prices;
use super::primal::Primal;
use super::search::Search;
use super::start::Start;
use super::weights::{Levels, Weights};
use crate::components::Components;
use crate::control::{Cancelled, Control};

/// A component of a problem, and what is known about its answer.
pub(super) struct Place<'a> {
    pub(super) problem: &'a Problem,
    pub(super) levels: &'a Levels,
    pub(super) components: &'a Components,
    pub(super) component: u32,
    pub(super) start: Option<&'a Start>,
}

/// The answer of one component, in the whole's arcs and weights.
pub(super) struct Part {
    pub(super) flows: Vec<(u32, u64)>,
    pub(super) prices: Vec<i128>,
}

impl Place<'_> {
    pub(super) fn answer(&self, control: &dyn Control) -> Result<Part, Cancelled> {
        let network = Network::of(self.problem, self.levels, self.components, self.component);
        match Weights::own(self.levels, network.size()) {
            Some(weights) => self.solve::<i64>(network.weighed(weights), control),
            None => self.solve(network.weighed(Weights::whole(self.levels)), control),
        }
    }

    fn solve<C: Cost>(&self, network: Network<C>, control: &dyn Control) -> Result<Part, Cancelled> {
        let (items, pools) = (network.items() as u32, network.pools());
        let mut order: Vec<u32> = (0..items).collect();
        order.sort_by_key(|item| std::cmp::Reverse(network.rank[*item as usize]));
        let mut flow = Flow::new(network);
        if let Some(start) = self.start {
            self.adopt(start, &mut flow);
            finish(&mut flow, &mut Search::new(pools), &order, control)?;
        } else {
            let mut primal = Primal::new(&flow.network);
            primal.optimize(&order, control)?;
            primal.leave().leave(&mut flow);
        }
        control.settled(u64::from(items));
        let prices = prices::lowest(&flow, self.levels);
        Ok(Part { flows: self.flows(&flow), prices })
    }

    /// Takes prices over, and of the start's plan as much as is best at these prices.
    fn adopt<C: Cost>(&self, start: &Start, flow: &mut Flow<C>) {
        let whole = Weights::whole(self.levels);
        for (nth, pool) in self.components.pools(self.component).iter().enumerate() {
            let digits = whole.apart(start.prices.get(*pool as usize).copied().unwrap_or(0));
            flow.price[nth] = flow.network.weights.put_together(digits).unwrap_or(C::ZERO);
        }
        for (nth, item) in (0..).zip(self.components.items(self.component)) {
            let arcs = self.problem.arcs(*item);
            let first = start.flows.partition_point(|(arc, _)| (*arc as usize) < arcs.start);
            let carried = start.flows[first..].iter().take_while(|(arc, _)| (*arc as usize) < arcs.end);
            for (arc, units) in carried {
                let at = flow.network.first[nth as usize] + (arc - arcs.start as u32);
                flow.give_if_best(nth, at, *units);
            }
        }
    }

    fn flows<C: Cost>(&self, flow: &Flow<C>) -> Vec<(u32, u64)> {
        let items = self.components.items(self.component);
        let firsts = &self.problem.parts().first;
        let of_whole =
            |item: u32, arc: u32| firsts[items[item as usize] as usize] + (arc - flow.network.first[item as usize]);
        flow.pieces.iter().flatten().map(|piece| (of_whole(piece.item, piece.arc), piece.units)).collect()
    }
}

/// Makes the flow optimal, whatever its prices, if what it gives is best at them: what items lack is placed in this order, then what
/// pools have left at less than their price is filled.
pub(super) fn finish<C: Cost>(
    flow: &mut Flow<C>,
    search: &mut Search<C>,
    order: &[u32],
    control: &dyn Control,
) -> Result<(), Cancelled> {
    for item in order {
        if control.stopped() {
            return Err(Cancelled);
        }
        search.place(flow, *item);
    }
    let too_dear = |flow: &Flow<C>, pool: u32| flow.ask[pool as usize] < flow.price[pool as usize];
    let pools = flow.network.pools() as u32;
    if (0..pools).any(|pool| too_dear(flow, pool)) {
        let incoming = Incoming::of(&flow.network);
        for pool in 0..pools {
            if control.stopped() {
                return Err(Cancelled);
            }
            search.fill(flow, &incoming, pool);
        }
    }
    Ok(())
}
