//! Random worlds.

use wishwell_domain::ids::LogPosition;
use wishwell_domain::round::{PoolPeriod, ScarcityPrice};

use super::compare;
use super::worlds::{Dice, priced, random_asking, random_world};
use crate::brute_force::BruteForce;
use crate::query::Scratch;
use crate::score::ScoringRules;
use crate::snapshot::{CatalogInput, Snapshot};

fn compare_random_worlds(worlds: u64, resources: usize, spread: i32, queries: usize) {
    let mut scratch = Scratch::default();
    for seed in 0..worlds {
        let mut dice = Dice(seed * 7_919 + resources as u64);
        let world = random_world(&mut dice, resources, spread);
        let prices = random_prices(&mut dice, &world);
        let snapshot = Snapshot::build(&world, LogPosition(1)).with_prices(Some(&priced(&prices)));
        let mut brute = BruteForce::new(&world);
        brute.put_scarcity(&prices);
        let rules = random_rules(&mut dice);
        for _ in 0..queries {
            let asking = random_asking(&mut dice, spread);
            compare(&snapshot, &brute, &asking.query(), &rules, &mut scratch);
        }
    }
}

/// The usual rules, or others: bounds must hold for any weights.
fn random_rules(dice: &mut Dice) -> ScoringRules {
    let usual = ScoringRules::default();
    let weight = |dice: &mut Dice, usual: u32| dice.pick(&[usual, usual, 0, 1, 100_000]);
    ScoringRules {
        distance: weight(dice, usual.distance),
        distance_half_metres: weight(dice, usual.distance_half_metres).max(1),
        capacity_known: weight(dice, usual.capacity_known),
        capacity_spare: weight(dice, usual.capacity_spare),
        capacity_freshness: weight(dice, usual.capacity_freshness),
        eligibility_certain: weight(dice, usual.eligibility_certain),
        scarcity: dice.pick(&[0, 0, 120_000]),
        ..usual
    }
}

/// Prices of some pools, as of a last round.
pub(super) fn random_prices(dice: &mut Dice, world: &CatalogInput) -> Vec<ScarcityPrice> {
    let mut prices = Vec::new();
    for pool in &world.pools {
        if dice.chance(40) {
            let at = PoolPeriod { pool: pool.id, period_start: None };
            prices.push(ScarcityPrice { at, scarcity_millionths: dice.pick(&[1, 15_625, 100_000, 1_000_000]) });
        }
    }
    prices
}

#[test]
fn small_random_worlds_are_answered_as_by_brute_force() {
    compare_random_worlds(300, 6, 50, 12);
}

#[test]
fn crowded_random_worlds_with_many_ties_are_answered_as_by_brute_force() {
    compare_random_worlds(20, 150, 1, 25);
}

#[test]
fn wide_random_worlds_are_answered_as_by_brute_force() {
    compare_random_worlds(12, 400, 2_000, 25);
}
