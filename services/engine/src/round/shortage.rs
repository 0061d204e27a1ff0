//! Pools of a problem that are short: what units more of them would gain, and for how many of them that is true.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use wishwell_allocation::{Certificate, Level, Plan, Problem};
use wishwell_domain::limits::ROUND_SUPPLY_GAPS_MAX;
use wishwell_domain::round::LevelPrice;
use wishwell_solver::parallel::each;

use super::exhausted::Exhausted;
use super::network::Below;
use super::prices::{AllPrices, by_level, leading};
use super::residual::{Gain, Question, Residual};
use crate::snapshot::row::NONE;

/// Most pools that are asked what a unit more would be worth.
const ASKED_MAX: usize = 4 * ROUND_SUPPLY_GAPS_MAX;
/// Most of them of one kind.
const ASKED_EACH_MAX: usize = 4;
/// Pools that are asked at a time.
const ASKED_TOGETHER: usize = 32;
/// Most nodes that are looked at for all of them.
const VISITED_MAX: u64 = 1_000_000;

/// A pool with something to gain.
struct Scarce {
    pool: u32,
    tier: u8,
    rent: i128,
    /// The row and arc that stand for whom it serves.
    row: u32,
    arc: u32,
}

/// A pool of which more would serve more of a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The pool.
    pub pool: u32,
    /// The tier of which each further unit serves more; 0 is the most urgent.
    pub tier: u8,
    /// An item that the first unit more serves.
    pub item: u32,
    /// An arc to the pool, the nearest.
    pub arc: u32,
    /// What the first unit more gains, by level, most important first; levels without gain or loss are left out.
    pub price: Vec<LevelPrice>,
    /// For so many units each serves more of the tier.
    pub units: u64,
    /// Whether `units` is exact.
    pub exact: bool,
}

/// The most urgent tiers first, in the order in which they were found.
fn in_order(mut found: Vec<Shortage>) -> Vec<Shortage> {
    found.sort_by_key(|shortage| shortage.tier);
    found
}

/// What the capacities of a problem are worth by an optimal plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// What one unit more of a pool gains, by level: of pools that have a price, ascending.
    pub prices: Vec<(u32, Vec<LevelPrice>)>,
    /// Pools that are short, the most urgent tier and the dearest first; at most 800, and 4 of one kind.
    pub shortages: Vec<Shortage>,
}

/// What the capacities of any problem are worth, by a plan and the certificate that a checker has accepted. `kind` says of an item
/// what its like has in common, so that the shortages of many alike do not hide all others. Answers the same on any number of threads.
pub fn worth<K: Hash + Eq>(
    problem: &Problem,
    plan: &Plan,
    certificate: &Certificate,
    threads: usize,
    kind: impl Fn(u32) -> K,
) -> Worth {
    let exhausted = Exhausted::default();
    let below = Below::new(problem, &exhausted);
    let prices = AllPrices::new(problem, certificate, &below);
    let priced = (0..).zip(&prices.pools).filter(|(_, price)| **price != 0);
    Worth {
        prices: priced.map(|(pool, price)| (pool, by_level(problem, *price))).collect(),
        shortages: Capacities { problem, prices: &prices, below: &below }.shortages(plan, threads, kind),
    }
}

/// A problem with the prices of its capacities.
pub(super) struct Capacities<'a> {
    pub(super) problem: &'a Problem,
    pub(super) prices: &'a AllPrices,
    pub(super) below: &'a Below<'a>,
}

impl Capacities<'_> {
    /// The pools that are short, the most urgent and dearest first; of each kind some.
    pub(super) fn shortages<K: Hash + Eq>(
        &self,
        plan: &Plan,
        threads: usize,
        kind: impl Fn(u32) -> K,
    ) -> Vec<Shortage> {
        let Self { problem, prices, below } = *self;
        let scarce = self.scarce(kind);
        if scarce.is_empty() {
            return Vec::new();
        }
        let proven = *prices.flow == *plan.flows();
        let residual = Residual::new(problem, prices, below);
        let mut found = Vec::new();
        let mut visited = 0;
        for some in scarce.chunks(ASKED_TOGETHER) {
            // Each is asked for itself, so that it does not matter how many threads ask.
            let order: Vec<u32> = (0..).zip(some).map(|(nth, _)| nth).collect();
            let told = each(
                &order,
                threads,
                || Question::new(&residual),
                |question, nth| {
                    // Of what the first unit serves more; a price that proves a plan may say more than a unit brings.
                    let mut tier = None;
                    let gains = question.gains(some[nth as usize].pool, |weighted| match leading(problem, weighted) {
                        Some((Level::Tier(of), amount)) if amount > 0 => *tier.get_or_insert(of) == of,
                        _ => false,
                    });
                    (tier, gains)
                },
            );
            for (Scarce { pool, row, arc, .. }, (tier, told)) in some.iter().zip(told) {
                if visited > VISITED_MAX {
                    return in_order(found);
                }
                visited += told.visited;
                let (Some(tier), Some(Gain { weighted, row: first, .. })) = (tier, told.gains.first().copied()) else {
                    continue;
                };
                found.push(Shortage {
                    pool: *pool,
                    tier,
                    item: first.unwrap_or(*row),
                    arc: *arc,
                    price: by_level(problem, weighted),
                    units: told.gains.iter().fold(0, |sum, gain| sum.saturating_add(gain.units)),
                    exact: told.to_the_end && proven && prices.exact[*pool as usize],
                });
            }
        }
        in_order(found)
    }

    /// Pools whose own capacity has a price on a tier, the most urgent and dearest first.
    fn scarce<K: Hash + Eq>(&self, kind: impl Fn(u32) -> K) -> Vec<Scarce> {
        let Self { problem, prices, below } = *self;
        let parts = problem.parts();
        let mut of_pool: Vec<u32> = vec![NONE; parts.pools.len()];
        let arcs = parts.arc_pool.iter().zip(&parts.arc_distance);
        for (arc, (pool, distance)) in (0..).zip(arcs.chain(below.exhausted.arcs())) {
            let slot = &mut of_pool[*pool as usize];
            if *slot == NONE || *distance < below.distance(*slot) {
                *slot = arc;
            }
        }
        let mut scarce: Vec<Scarce> = Vec::new();
        for (at, pool) in (0..).zip(&parts.pools) {
            let above = pool.cap.map_or(0, |cap| prices.caps[cap as usize]);
            let last = pool.segments.last().map_or(0, |segment| i128::from(segment.price)) * prices.weights.load;
            let rent = prices.pools[at as usize] - last - above;
            let arc = of_pool[at as usize];
            if let Some((Level::Tier(tier), amount)) = leading(problem, rent)
                && amount > 0
                && arc != NONE
            {
                scarce.push(Scarce { pool: at, tier, rent, row: below.row(arc), arc });
            }
        }
        scarce.sort_by_key(|scarce| (scarce.tier, Reverse(scarce.rent), scarce.pool));
        let mut seen: HashMap<(u8, K), usize> = HashMap::new();
        let mut kept = Vec::new();
        for scarce in scarce {
            let count = seen.entry((scarce.tier, kind(scarce.row))).or_default();
            *count += 1;
            if *count <= ASKED_EACH_MAX {
                kept.push(scarce);
            }
            if kept.len() >= ASKED_MAX {
                break;
            }
        }
        kept
    }
}
