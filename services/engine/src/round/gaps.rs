//! Where capacity is missing, and what capacity was worth.

use std::cmp::Reverse;
use std::collections::HashMap;

use wishwell_allocation::{Level, Plan, limits::WORTH_MAX};
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::limits::ROUND_SUPPLY_GAPS_MAX;
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{Counting, ScarcityPrice, SupplyGap};
use wishwell_solver::parallel::each;

use super::Draft;
use super::network::Below;
use super::prices::{AllPrices, by_level, leading};
use super::residual::{Gain, Question, Residual};
use crate::score::Millionths;
use crate::snapshot::row::NONE;

/// What an item of each tier counts beside an emergency's, in millionths: four times as much from tier to tier.
pub const TIER_MILLIONTHS: [Millionths; 4] = [1_000_000, 250_000, 62_500, 15_625];

/// What an item of a tier counts, in millionths of an emergency's.
#[must_use]
pub const fn tier_worth(urgency: Urgency) -> Millionths {
    TIER_MILLIONTHS[urgency.tier() as usize - 1]
}

/// Most pools that are asked what a unit more would be worth.
const ASKED_MAX: usize = 4 * ROUND_SUPPLY_GAPS_MAX;
/// Most of them of one category and county.
const ASKED_EACH_MAX: usize = 4;
/// Pools that are asked at a time.
const ASKED_TOGETHER: usize = 32;
/// Most nodes that are looked at for all of them.
const VISITED_MAX: u64 = 1_000_000;
/// Digits of the code of a county.
const COUNTY_DIGITS: usize = 6;

/// A pool with something to gain.
struct Scarce {
    pool: u32,
    tier: u8,
    rent: i128,
    /// The row and arc that stand for whom it serves.
    row: u32,
    arc: u32,
}

impl Draft<'_> {
    /// The county of a division, or what is above it.
    pub(super) fn county(&self, division: u32) -> Option<&DivisionCode> {
        if division == NONE {
            return None;
        }
        let tables = &self.snapshot.tables;
        let codes = tables.division_ancestors(division).filter_map(|at| Some(&tables.divisions.get(at)?.code));
        let mut last = None;
        for code in codes {
            last = Some(code);
            if code.as_str().len() <= COUNTY_DIGITS {
                break;
            }
        }
        last
    }

    /// Category and county of a row.
    fn where_asked(&self, row: u32) -> (CategoryCode, Option<DivisionCode>) {
        let item = &self.made.items.items[self.made.rows[row as usize] as usize];
        (self.category(self.made.items.open(item).category), self.county(self.made.items.need(item).division).cloned())
    }

    /// What one unit more of each pool would have brought on the tiers, where that is something, in the order of the pools.
    pub(super) fn scarcity(&self, prices: &AllPrices) -> Vec<ScarcityPrice> {
        let problem = self.problem();
        let whole = match self.rules.counting {
            Counting::Units => 1,
            Counting::People => i128::from(WORTH_MAX),
        };
        let millionths = |price: i128| {
            let levels = problem.weights().levels().iter().zip(problem.weights().apart(price));
            let of_tiers = levels.map(|((level, _), digit)| match level {
                Level::Tier(tier) => {
                    digit * i128::from(TIER_MILLIONTHS.get(usize::from(*tier)).copied().unwrap_or(0)) / whole
                }
                _ => 0,
            });
            u32::try_from(of_tiers.sum::<i128>().clamp(0, 1_000_000)).unwrap_or(0)
        };
        let priced = self.made.pools.pools.iter().zip(&prices.pools);
        priced
            .map(|(pool, price)| ScarcityPrice { at: pool.at(), scarcity_millionths: millionths(*price) })
            .filter(|price| price.scarcity_millionths > 0)
            .collect()
    }

    /// Where capacity is missing: at pools that would serve more, and where nothing can be reached at all.
    pub(super) fn gaps(
        &self,
        plan: &Plan,
        prices: &AllPrices,
        below: &Below,
        unreached: &[(CategoryCode, Option<DivisionCode>, u8, i64)],
    ) -> Vec<SupplyGap> {
        let mut gaps = self.gaps_at_pools(plan, prices, below);
        let mut missing: HashMap<(CategoryCode, Option<DivisionCode>, u8), i64> = HashMap::new();
        for (category, division, tier, units) in unreached {
            *missing.entry((category.clone(), division.clone(), *tier)).or_default() += units;
        }
        gaps.extend(missing.into_iter().map(|((category, division, tier), units)| SupplyGap {
            category,
            division,
            tier,
            at: None,
            resource: None,
            price: Vec::new(),
            units,
            exact: true,
        }));
        gaps.sort_by(|a, b| {
            let key = |gap: &SupplyGap| (gap.tier, Reverse(gap.units));
            let place = |gap: &SupplyGap| (gap.category.clone(), gap.division.clone(), gap.at);
            key(a).cmp(&key(b)).then_with(|| place(a).cmp(&place(b)))
        });
        gaps.truncate(ROUND_SUPPLY_GAPS_MAX);
        gaps
    }

    fn gaps_at_pools(&self, plan: &Plan, prices: &AllPrices, below: &Below) -> Vec<SupplyGap> {
        let problem = self.problem();
        let scarce = self.scarce_pools(prices, below);
        if scarce.is_empty() {
            return Vec::new();
        }
        let proven = *prices.flow == *plan.flows();
        let residual = Residual::new(problem, prices, below);
        let mut gaps = Vec::new();
        let mut visited = 0;
        for some in scarce.chunks(ASKED_TOGETHER) {
            // Each is asked for itself, so that it does not matter how many threads ask.
            let order: Vec<u32> = (0..).zip(some).map(|(nth, _)| nth).collect();
            let told = each(
                &order,
                self.given.threads,
                || Question::new(&residual),
                |question, nth| {
                    let Scarce { pool, tier, .. } = some[nth as usize];
                    question.gains(pool, |weighted| {
                        leading(problem, weighted)
                            .is_some_and(|(level, amount)| level == Level::Tier(tier) && amount > 0)
                    })
                },
            );
            for (scarce, gains) in some.iter().zip(told) {
                if visited > VISITED_MAX {
                    return gaps;
                }
                visited += gains.visited;
                let exact = gains.to_the_end && proven && prices.exact[scarce.pool as usize];
                gaps.extend(self.gap(scarce, &gains.gains, exact));
            }
        }
        gaps
    }

    /// The gap at a pool, where units more gain something.
    fn gap(&self, Scarce { pool, tier, row, arc, .. }: &Scarce, gains: &[Gain], exact: bool) -> Option<SupplyGap> {
        let Gain { weighted, row: first, .. } = gains.first().copied()?;
        let units = gains.iter().fold(0_u64, |sum, gain| sum.saturating_add(gain.units));
        let (category, division) = self.where_asked(first.unwrap_or(*row));
        Some(SupplyGap {
            category,
            division,
            tier: tier + 1,
            at: self.made.pools.pools.get(*pool as usize).map(super::pools::RoundPool::at),
            resource: Some(self.snapshot.resource_id(self.origin(*arc).resource)),
            price: by_level(self.problem(), weighted),
            units: i64::try_from(units).unwrap_or(i64::MAX),
            exact,
        })
    }

    /// Pools whose own capacity has a price on a tier, the most urgent and dearest first.
    fn scarce_pools(&self, prices: &AllPrices, below: &Below) -> Vec<Scarce> {
        let problem = self.problem();
        let parts = problem.parts();
        let mut of_pool: Vec<u32> = vec![NONE; parts.pools.len()];
        for (arc, pool) in (0..).zip(&parts.arc_pool) {
            let slot = &mut of_pool[*pool as usize];
            if *slot == NONE || parts.arc_distance[arc as usize] < parts.arc_distance[*slot as usize] {
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
                scarce.push(Scarce { pool: at, tier, rent, row: below.rows.of(problem, arc), arc });
            }
        }
        scarce.sort_by_key(|scarce| (scarce.tier, Reverse(scarce.rent), scarce.pool));
        let mut seen: HashMap<(u8, CategoryCode, Option<DivisionCode>), usize> = HashMap::new();
        let mut kept = Vec::new();
        for scarce in scarce {
            let (category, division) = self.where_asked(scarce.row);
            let count = seen.entry((scarce.tier, category, division)).or_default();
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
