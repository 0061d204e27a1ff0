//! The made-up catalogue: large enough for deep trees.

use wishwell_domain::ids::LogPosition;

use super::compare;
use crate::brute_force::BruteForce;
use crate::query::Scratch;
use crate::score::ScoringRules;
use crate::snapshot::Snapshot;
use crate::synthetic::Synthetic;

#[test]
fn the_made_up_catalogue_is_answered_as_by_brute_force() {
    let made = Synthetic::new(3, 6_000);
    let catalog = made.catalog();
    let (snapshot, brute) = (Snapshot::build(&catalog, LogPosition(1)), BruteForce::new(&catalog));
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    for at in 0..40 {
        compare(&snapshot, &brute, &made.need(at).query(10, 5), &rules, &mut scratch);
    }
    let root = wishwell_domain::ids::CategoryCode::parse("code", "root").expect("a code");
    let group = wishwell_domain::ids::CategoryCode::parse("code", "group-1").expect("a code");
    for (at, code) in [(41, &root), (42, &group), (43, &root)] {
        let need = made.need(at);
        compare(&snapshot, &brute, &crate::Query { category: code, ..need.query(10, 5) }, &rules, &mut scratch);
    }
}

#[test]
fn the_nearest_misses_are_those_of_brute_force_however_few_fit_and_however_many_are_told() {
    let made = Synthetic::new(5, 1_500);
    let catalog = made.catalog();
    let (snapshot, brute) = (Snapshot::build(&catalog, LogPosition(1)), BruteForce::new(&catalog));
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    for at in 0..60 {
        let need = made.need(at);
        for (top_k, near_miss_limit) in [(1, 1), (2, 5), (5, 0), (5, 50), (40, 1), (40, 5), (100, 50)] {
            compare(&snapshot, &brute, &need.query(top_k, near_miss_limit), &rules, &mut scratch);
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_entities() {
    let (one, other, third) = (Synthetic::new(1, 500), Synthetic::new(1, 500), Synthetic::new(2, 500));
    assert_eq!(one.resource(77), other.resource(77));
    assert_eq!(one.pool(20), other.pool(20));
    assert_ne!(one.resource(77).id, third.resource(77).id);
}

#[test]
fn made_up_entities_pass_the_checks_of_the_domain() {
    let made = Synthetic::new(1, 500);
    let mut violations = wishwell_domain::Violations::new();
    for at in 0..500 {
        made.resource(at)
            .areas
            .iter()
            .for_each(|area| area.check("area", made.resource(at).place.is_some(), &mut violations));
        made.resource(at).schedule.into_iter().for_each(|schedule| schedule.check("schedule", &mut violations));
        made.pool(at).into_iter().for_each(|pool| pool.check("pool", &mut violations));
        let rule = made.resource(at).eligibility.map(|rule| crate::eligibility::Program::compile(&rule.expression));
        assert!(rule.is_none_or(|rule| rule.is_ok()));
    }
    assert_eq!(violations.into_vec(), []);
}

#[test]
fn a_resource_takes_at_most_400_bytes() {
    let snapshot = Snapshot::build(&Synthetic::new(1, 20_000).catalog(), LogPosition(1));
    let each = snapshot.memory_bytes() / 20_000;
    assert!(each <= 400, "{each} bytes");
}
