//! What is known about an answer beforehand.

use wishwell_allocation::{Plan, Problem};

use super::Solution;
use super::weights::{Levels, Weights};

/// What is known about an answer: prices near those that prove it, and a plan near to it. Any will do; the nearer, the faster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Of each pool, in the problem's weights; 0 for those behind the last.
    pub(super) prices: Vec<i128>,
    /// (arc, units), arcs ascending. More than an item asks for or a pool has is not taken over.
    pub(super) flows: Vec<(u32, u64)>,
}

impl Start {
    /// Begins with this plan and the pools' prices, both in the problem's arcs, pools and weights.
    #[must_use]
    pub fn new(plan: &Plan, prices: &[i128]) -> Self {
        Self { prices: prices.to_vec(), flows: plan.flows().to_vec() }
    }

    /// The answer of an earlier problem, told in a new one's arcs, pools and weights.
    ///
    /// `items` names for each item of the new problem, `pools` for each of its pools, the one of the earlier problem that it was, if it
    /// was there; two may not have been the same. What has changed about an item or pool meanwhile does not matter.
    #[must_use]
    pub fn carried(
        earlier: &Problem,
        answer: &Solution,
        problem: &Problem,
        items: &[Option<u32>],
        pools: &[Option<u32>],
    ) -> Self {
        let (before, now) = (earlier.parts(), problem.parts());
        let (old_levels, new_levels) = (Levels::of(earlier), Levels::of(problem));
        let (old, new) = (Weights::whole(&old_levels), Weights::whole(&new_levels));
        let same_levels = before.levels == now.levels;
        let price = |pool: &Option<u32>| {
            let price = answer.prices.pools.get((*pool)? as usize)?;
            same_levels.then(|| new.put_together(new_levels.translated(old.apart(*price), &old_levels))).flatten()
        };
        let mut pool_now = vec![None; before.pools.len()];
        for (nth, pool) in (0_u32..).zip(pools) {
            if let Some(at) = pool.and_then(|pool| pool_now.get_mut(pool as usize)) {
                *at = Some(nth);
            }
        }
        let mut flows = Vec::with_capacity(answer.plan.flows().len());
        for (nth, item) in (0_u32..).zip(items).take(now.items.len()) {
            let Some(item) = item.filter(|item| (*item as usize) < before.items.len()) else { continue };
            let (arcs, arcs_now) = (earlier.arcs(item), problem.arcs(nth));
            let carried = answer.plan.flows();
            let first = carried.partition_point(|(arc, _)| (*arc as usize) < arcs.start);
            let mut of_item: Vec<(u32, u64)> = carried[first..]
                .iter()
                .take_while(|(arc, _)| (*arc as usize) < arcs.end)
                .filter_map(|(arc, units)| {
                    let pool = pool_now[before.arc_pool[*arc as usize] as usize]?;
                    let place = now.arc_pool[arcs_now.clone()].binary_search(&pool).ok()?;
                    Some(((arcs_now.start + place) as u32, *units))
                })
                .collect();
            of_item.sort_unstable();
            flows.extend(of_item);
        }
        Self { prices: pools.iter().map(|pool| price(pool).unwrap_or(0)).collect(), flows }
    }
}
