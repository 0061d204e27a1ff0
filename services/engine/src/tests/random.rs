//! Random worlds.

use wishwell_domain::ids::LogPosition;

use super::compare;
use super::worlds::{Dice, random_asking, random_world};
use crate::brute_force::BruteForce;
use crate::query::Scratch;
use crate::score::ScoringRules;
use crate::snapshot::Snapshot;

fn compare_random_worlds(worlds: u64, resources: usize, spread: i32, queries: usize) {
    let mut scratch = Scratch::default();
    for seed in 0..worlds {
        let mut dice = Dice(seed * 7_919 + resources as u64);
        let world = random_world(&mut dice, resources, spread);
        let (snapshot, brute) = (Snapshot::build(&world, LogPosition(1)), BruteForce::new(&world));
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
    let mut weight = |usual: u32| dice.pick(&[usual, usual, 0, 1, 100_000]);
    ScoringRules {
        distance: weight(usual.distance),
        distance_half_metres: weight(usual.distance_half_metres).max(1),
        capacity_known: weight(usual.capacity_known),
        capacity_spare: weight(usual.capacity_spare),
        capacity_freshness: weight(usual.capacity_freshness),
        eligibility_certain: weight(usual.eligibility_certain),
        ..usual
    }
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
