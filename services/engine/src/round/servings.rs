//! Who serves an item, and why.

use wishwell_domain::round::{Alternative, Serving};

use super::Draft;
use super::pairs::Origin;
use super::pins::PinnedPart;
use super::prices::{AllPrices, by_level};
use super::room::Room;
use crate::snapshot::ResourceRef;
use wishwell_domain::limits::ROUND_ALTERNATIVES_MAX;

impl Draft<'_> {
    /// The servings of a row by the plan's flows over its arcs.
    pub(super) fn servings(&self, row: u32, flows: &[(u32, u64)], prices: &AllPrices, room: &Room<'_>) -> Vec<Serving> {
        let mut serving = Vec::with_capacity(flows.len());
        let used: Vec<ResourceRef> = flows.iter().map(|(arc, _)| self.origin(*arc).resource).collect();
        for (arc, units) in flows {
            let origin = self.origin(*arc);
            let occurrences = u32::from(origin.occurrences.max(1));
            let all = self.made.all_occurrences[row as usize];
            let each = if all { units / u64::from(occurrences) } else { *units };
            let metres = self.problem().parts().arc_distance[*arc as usize];
            serving.push(Serving {
                resource: self.snapshot.resource_id(origin.resource),
                organization: self.snapshot.organization_id(origin.resource),
                quantity: i64::try_from(each).unwrap_or(i64::MAX),
                occurrences,
                pools: room.pools_of(*arc).iter().map(|pool| self.made.pools.pools[*pool as usize].at()).collect(),
                distance_metres: (!origin.flags.distance_assumed()).then_some(metres),
                eligibility_open: origin.flags.eligibility_open(),
                pinned: false,
                alternatives: self.alternatives(row, *arc, &used, prices),
            });
        }
        serving
    }

    /// What was decided before.
    pub(super) fn pinned_serving(&self, part: &PinnedPart) -> Serving {
        let choice = &part.choice;
        Serving {
            resource: self.snapshot.resource_id(choice.resource),
            organization: self.snapshot.organization_id(choice.resource),
            quantity: part.quantity,
            occurrences: choice.way.occurrences.max(1),
            pools: part.pools.iter().map(|pool| self.made.pools.pools[*pool as usize].at()).collect(),
            distance_metres: (!choice.flags.distance_assumed()).then_some(choice.metres),
            eligibility_open: choice.flags.eligibility_open(),
            pinned: true,
            alternatives: Vec::new(),
        }
    }

    pub(super) fn origin(&self, arc: u32) -> Origin {
        self.made.origins.get(arc as usize)
    }

    /// The resource of an arc; of pairs with what has nothing left, which are numbered behind them, as well.
    pub(super) fn resource(&self, arc: u32) -> ResourceRef {
        let carrying = self.problem().parts().arc_pool.len();
        let beyond = (arc as usize).checked_sub(carrying);
        beyond.map_or_else(|| self.origin(arc).resource, |nth| self.made.exhausted.pair(nth).resource)
    }

    /// The other resources that could serve a row, the cheapest first.
    fn alternatives(&self, row: u32, arc: u32, used: &[ResourceRef], prices: &AllPrices) -> Vec<Alternative> {
        let problem = self.problem();
        let chosen = prices.cost(problem, arc as usize);
        let mut others: Vec<(i128, u32, u32)> = problem
            .arcs(row)
            .filter_map(|other| u32::try_from(other).ok())
            .filter(|other| !used.contains(&self.origin(*other).resource))
            .map(|other| {
                let loss = (prices.cost_of_taking(problem, other as usize) - chosen).max(0);
                (loss, problem.parts().arc_distance[other as usize], other)
            })
            .collect();
        others.sort_unstable();
        let mut told: Vec<ResourceRef> = Vec::new();
        let mut alternatives = Vec::new();
        for (loss, metres, other) in others {
            let origin = self.origin(other);
            if alternatives.len() == ROUND_ALTERNATIVES_MAX || told.contains(&origin.resource) {
                continue;
            }
            told.push(origin.resource);
            alternatives.push(Alternative {
                resource: self.snapshot.resource_id(origin.resource),
                distance_metres: (!origin.flags.distance_assumed()).then_some(metres),
                price: by_level(problem, loss),
            });
        }
        alternatives
    }
}
