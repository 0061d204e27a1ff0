//! Prices of pools that are about right, found fast: where the exact method begins.
//!
//! The prices that prove an optimum are those of the Lagrangian dual that relaxes what pools have to give. An incremental subgradient
//! method (A. Nedić and D. P. Bertsekas, "Incremental Subgradient Methods for Nondifferentiable Optimization", 2001) comes near to
//! them in a few looks at every item: who chooses a pool raises its price, and all prices fall by what they would rise if every pool
//! were asked for exactly what it has. Steps halve from look to look.
//!
//! What comes out only says which arcs to try first; that is why it may count in floating point, and let tiers be worth a few
//! mean distances instead of more than all of them. Only sums, products and quotients are used, which are the same on every machine.

use super::cost::Cost;
use super::flow::NONE;
use super::network::{Arc, Network, least};

/// Fewer items than this are solved from nothing as fast.
const ITEMS_MIN: usize = 64;
/// Looks at every item.
const LOOKS: u32 = 8;
/// Mean distances by which a pool's price rises in the first look when it is asked for all that it has.
const FIRST_STEP: f32 = 2.0;
/// Mean distances that a step from one rank to the next is worth.
const RANK: f32 = 4.0;
/// Fewest items between two falls of all prices.
const BLOCK_MIN: usize = 64;

/// Estimated prices of a network's pools.
pub(super) struct Estimate<'a, C> {
    network: &'a Network<C>,
    /// Of each pool; without bound where it has nothing to give.
    prices: Vec<f32>,
    /// What a step in rank is worth.
    rank: f32,
}

impl<'a, C: Cost> Estimate<'a, C> {
    /// An estimate, with the items in order of what they are worth, the highest first; none, where it would not help: there are few
    /// items, or what counts first is not distance.
    pub(super) fn of(network: &'a Network<C>, order: &[u32]) -> Option<Self> {
        let load_first = network.weights.load > network.weights.distance;
        if order.len() < ITEMS_MIN || network.arcs.is_empty() || (load_first && network.has_prices()) {
            return None;
        }
        let sum: u64 = network.arcs.iter().map(|arc| u64::from(arc.distance)).sum();
        let mean = (sum as f32 / network.arcs.len() as f32).max(1.0);
        let units: Vec<u64> = (0..network.pools() as u32).map(|pool| network.units(pool)).collect();
        let rank = RANK * mean;
        let begin = (last_served(network, order, units.iter().sum()) as f32 * rank - mean).max(0.0);
        let begins = |units: &u64| if *units > 0 { begin } else { f32::INFINITY };
        let mut estimate = Self { network, prices: units.iter().map(begins).collect(), rank };
        let mut step = FIRST_STEP * mean;
        for _ in 0..LOOKS {
            estimate.look(&units, step);
            step /= 2.0;
        }
        Some(estimate)
    }

    /// The arc over which an item's units cost least at these prices; [`NONE`], if it goes without.
    pub(super) fn best(&self, item: u32) -> u32 {
        let worth = self.network.rank[item as usize] as f32 * self.rank;
        let arcs = self.network.arcs(item);
        let total = |arc: &Arc| arc.distance as i32 as f32 + self.prices[arc.pool as usize];
        // The least first and then where it is: that needs no branches.
        let of = &self.network.arcs[arcs.clone()];
        let least = least(of, worth, total);
        if least >= worth {
            return NONE;
        }
        of.iter().position(|arc| total(arc) == least).map_or(NONE, |nth| (arcs.start + nth) as u32)
    }

    /// Looks at every item once, in the order of the network, which is that of memory.
    fn look(&mut self, units: &[u64], step: f32) {
        let items = self.network.items();
        let rates: Vec<f32> = units.iter().map(|units| step / *units as f32).collect();
        // Falling is no more work than looking.
        let block = BLOCK_MIN.max(units.len() / 4);
        let fall = step * block as f32 / items as f32;
        for item in 0..items {
            let arc = self.best(item as u32);
            if arc != NONE {
                let pool = self.network.arcs[arc as usize].pool as usize;
                self.prices[pool] += rates[pool] * self.network.quantity[item] as f32;
            }
            if (item + 1) % block == 0 {
                for price in &mut self.prices {
                    *price = (*price - fall).max(0.0);
                }
            }
        }
    }
}

/// The rank at which everything is given away, if items in this order could be served from anywhere; 0, if there is enough for all.
fn last_served<C: Cost>(network: &Network<C>, order: &[u32], units: u64) -> u32 {
    let mut left = units;
    for item in order {
        match left.checked_sub(network.quantity[*item as usize]) {
            Some(less) => left = less,
            None => return network.rank[*item as usize],
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use wishwell_allocation::{Item, Level, Pool, Problem, ProblemParts, Segment, Split};

    use super::{Estimate, NONE};
    use crate::components::Components;
    use crate::transport::network::Network;
    use crate::transport::weights::{Levels, Weights};

    /// Everybody is nearest to a pool that has nothing, then to one that has a quarter of what is asked for, and a unit of every fifth
    /// item is worth less than that of the others.
    fn problem() -> Problem {
        let mut parts = ProblemParts {
            levels: vec![Level::Tier(0), Level::Tier(1), Level::Guarantee, Level::Distance, Level::Load],
            first: vec![0],
            ..ProblemParts::default()
        };
        for units in [0, 100, 250] {
            let segments = if units > 0 { vec![Segment { units, price: 0 }] } else { Vec::new() };
            parts.pools.push(Pool { segments, cap: None, partner: 0 });
        }
        for nth in 0..400_u32 {
            let tier = u8::from(nth % 5 == 0);
            parts.items.push(Item { quantity: 1, tier, worth: 1, group: None, split: Split::Any });
            parts.arc_pool.extend([0, 1, 2]);
            parts.arc_distance.extend([1, 10 + nth % 7, 20 + nth % 83]);
            parts.first.push(parts.arc_pool.len() as u32);
        }
        Problem::new(parts).unwrap()
    }

    #[test]
    fn estimated_prices_send_about_as_many_to_each_pool_as_it_has_units_for_and_nobody_to_an_empty_one() {
        let problem = problem();
        let (components, levels) = (Components::of(&problem), Levels::of(&problem));
        let network = Network::of(&problem, &levels, &components, 0);
        let weights = Weights::<i64>::own(&levels, network.size()).unwrap();
        let network = network.weighed(weights);
        let mut order: Vec<u32> = (0..400).collect();
        order.sort_by_key(|item| std::cmp::Reverse(network.rank[*item as usize]));
        let estimate = Estimate::of(&network, &order).unwrap();
        let mut sent = [0; 4];
        for item in 0..400 {
            let arc = estimate.best(item);
            sent[if arc == NONE { 3 } else { network.arcs[arc as usize].pool as usize }] += 1;
        }
        assert_eq!(sent[0], 0, "{sent:?}");
        assert!((75..=125).contains(&sent[1]), "{sent:?}");
        assert!((220..=280).contains(&sent[2]), "{sent:?}");
    }
}
