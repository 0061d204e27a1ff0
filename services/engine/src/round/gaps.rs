//! Where capacity is missing, and what capacity was worth.

use std::cmp::Reverse;
use std::collections::HashMap;

use wishwell_allocation::{Level, Plan, Pool, limits::ITEM_PARTS};
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::limits::ROUND_SUPPLY_GAPS_MAX;
use wishwell_domain::need::Urgency;
use wishwell_domain::round::{Counting, ScarcityPrice, SupplyGap};

use super::Draft;
use super::network::Below;
use super::prices::AllPrices;
use super::shortage::{Capacities, Shortage};
use crate::score::Millionths;
use crate::snapshot::row::NONE;

/// What an item of each tier counts beside an emergency's, in millionths: four times as much from tier to tier.
pub const TIER_MILLIONTHS: [Millionths; 4] = [1_000_000, 250_000, 62_500, 15_625];

/// What an item of a tier counts, in millionths of an emergency's.
#[must_use]
pub const fn tier_worth(urgency: Urgency) -> Millionths {
    TIER_MILLIONTHS[urgency.tier() as usize - 1]
}

/// Digits of the code of a county.
const COUNTY_DIGITS: usize = 6;

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
            Counting::People => i128::from(ITEM_PARTS) * i128::from(problem.parts().finer.max(1)),
        };
        let millionths = |price: i128| {
            let levels = problem.weights().levels().iter().zip(problem.weights().apart(price));
            let of_tiers = levels.map(|((level, _), figure)| match level {
                Level::Tier(tier) => {
                    figure * i128::from(TIER_MILLIONTHS.get(usize::from(*tier)).copied().unwrap_or(0)) / whole
                }
                _ => 0,
            });
            u32::try_from(of_tiers.sum::<i128>().clamp(0, 1_000_000)).unwrap_or(0)
        };
        let parts = problem.parts();
        let priced = self.made.pools.pools.iter().zip(&parts.pools).zip(&prices.pools).collect::<Vec<_>>();
        let of_pool = priced.chunk_by(|((one, _), _), ((other, _), _)| one.id == other.id);
        let mut scarcity = Vec::new();
        for periods in of_pool {
            // A search knows a pool's dearest price and not its period: what is used up must not spoil what is left.
            let is_left = |pool: &Pool| !pool.segments.is_empty();
            let any_left = periods.iter().any(|((_, pool), _)| is_left(pool));
            let told = periods.iter().filter(|((_, pool), _)| is_left(pool) || !any_left);
            scarcity.extend(
                told.map(|((pool, _), price)| ScarcityPrice {
                    at: pool.at(),
                    scarcity_millionths: millionths(**price),
                })
                .filter(|price| price.scarcity_millionths > 0),
            );
        }
        scarcity
    }

    /// Where capacity is missing: at pools that would serve more, and where nothing can be reached at all.
    pub(super) fn gaps(
        &self,
        plan: &Plan,
        prices: &AllPrices,
        below: &Below<'_>,
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

    fn gaps_at_pools(&self, plan: &Plan, prices: &AllPrices, below: &Below<'_>) -> Vec<SupplyGap> {
        let capacities = Capacities { problem: self.problem(), prices, below };
        let gap = |short: Shortage| {
            let (category, division) = self.where_asked(short.item);
            SupplyGap {
                category,
                division,
                tier: short.tier + 1,
                at: self.made.pools.pools.get(short.pool as usize).map(super::pools::RoundPool::at),
                resource: Some(self.snapshot.resource_id(self.resource(short.arc))),
                price: short.price,
                units: i64::try_from(short.units).unwrap_or(i64::MAX),
                exact: short.exact,
            }
        };
        let shortages = capacities.shortages(plan, self.given.threads, |row| self.where_asked(row));
        shortages.into_iter().map(gap).collect()
    }
}
