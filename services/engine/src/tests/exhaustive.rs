//! All small cases: every combination of attribute values that bear on the same constraints, judged one by one; and every small world
//! made of a few archetypes.

use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodLength, PoolKind};
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::{Mobility, Recurrence};
use wishwell_domain::resource::{Resource, ResourceLifecycle};

use super::worlds::{
    Asking, KINDS, areas, at, categories, category, date, division, divisions, draws, facts, modes, now,
    organization_id, organizations, place, plain_resource, pool, rules, schedules, unit, windows,
};
use super::{compare, compare_judgements};
use crate::brute_force::BruteForce;
use crate::query::{Scratch, TimeWindow};
use crate::score::ScoringRules;
use crate::snapshot::{CatalogInput, Snapshot};

fn world(resources: Vec<Resource>, pools: Vec<CapacityPool>) -> CatalogInput {
    let (categories, divisions, organizations) = (categories(), divisions(), organizations());
    CatalogInput { categories, divisions, organizations, pools, resources, needs: Vec::new() }
}

/// Compares the judgements on every resource of the world for every query.
fn judge_all(world: &CatalogInput, askings: &[Asking]) {
    let (snapshot, brute) = (Snapshot::build(world, LogPosition(1)), BruteForce::new(world));
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    for asking in askings {
        let query = asking.query();
        for judgement in brute.judge_all(&query, &rules) {
            compare_judgements(&snapshot, &brute, &judgement, &query, &rules, &mut scratch);
        }
    }
}

#[test]
fn every_combination_of_area_place_mode_and_vetting_is_judged_as_by_brute_force() {
    let mut resources = Vec::new();
    for areas in areas() {
        for modes in modes() {
            for organization in 0..6 {
                for at in [None, Some(place(100, 0)), Some(place(1_200, 0))] {
                    resources.push(Resource {
                        areas: areas.clone(),
                        modes: modes.clone(),
                        organization: organization_id(organization),
                        place: at,
                        ..plain_resource(resources.len())
                    });
                }
            }
        }
    }
    let mut askings = Vec::new();
    for at in [None, Some(place(0, 0)), Some(place(900, 900))] {
        for code in [None, Some("640104001"), Some("640202001"), Some("64")] {
            for (max_travel_metres, home_visit, remote, delivery) in [
                (Some(1_000), false, false, false),
                (None, true, false, true),
                (Some(100), true, true, false),
                (None, false, false, false),
            ] {
                for involves_minors in [false, true] {
                    let mobility = Mobility { max_travel_metres, home_visit, remote, delivery };
                    askings.push(Asking {
                        place: at,
                        division: code.map(division),
                        mobility,
                        involves_minors,
                        ..Asking::plain()
                    });
                }
            }
        }
    }
    judge_all(&world(resources, Vec::new()), &askings);
}

#[test]
fn every_combination_of_vetting_validity_mode_and_window_is_judged_as_by_brute_force() {
    let mut resources = Vec::new();
    for modes in modes() {
        for organization in 0..6 {
            for schedule in schedules() {
                for valid_until in [None, Some(date(11, 24)), Some(date(11, 25)), Some(date(12, 20))] {
                    resources.push(Resource {
                        modes: modes.clone(),
                        organization: organization_id(organization),
                        schedule: schedule.clone(),
                        valid_until,
                        ..plain_resource(resources.len())
                    });
                }
            }
        }
    }
    let recurrence = |every, occurrences| Some(Recurrence { every, occurrences });
    let midnight = TimeWindow { start: now(), end: at("2026-11-24T16:00:00Z") };
    let mut askings = Vec::new();
    for window in windows().into_iter().chain([midnight]) {
        for recurrence in [None, recurrence(PeriodLength::Week, 2), recurrence(PeriodLength::Day, 2)] {
            for until in [None, Some(window.end)] {
                for involves_minors in [false, true] {
                    askings.push(Asking { window, until, recurrence, involves_minors, ..Asking::plain() });
                }
            }
        }
    }
    judge_all(&world(resources, Vec::new()), &askings);
}

#[test]
fn every_combination_of_schedule_validity_and_window_is_judged_as_by_brute_force() {
    let days: [Option<Date>; 4] = [None, Some(date(11, 22)), Some(date(11, 25)), Some(date(12, 20))];
    let pools = vec![pool(0, PoolKind::Slots, 1, 3, 5), pool(1, PoolKind::Slots, 0, 2, 5)];
    let mut resources = Vec::new();
    for schedule in schedules() {
        for valid_from in days {
            for valid_until in days {
                for drawn in [&[][..], &[0], &[1], &[0, 1]] {
                    resources.push(Resource {
                        schedule: schedule.clone(),
                        valid_from,
                        valid_until,
                        draws: draws(drawn),
                        ..plain_resource(resources.len())
                    });
                }
            }
        }
    }
    let recurrence = |every, occurrences| Some(Recurrence { every, occurrences });
    let mut askings = Vec::new();
    for window in windows() {
        for recurrence in [None, recurrence(PeriodLength::Week, 2), recurrence(PeriodLength::Day, 3)] {
            for until in [None, Some(window.end)] {
                askings.push(Asking { window, until, recurrence, ..Asking::plain() });
            }
        }
    }
    judge_all(&world(resources, pools), &askings);
}

#[test]
fn every_combination_of_pool_and_quantity_is_judged_as_by_brute_force() {
    let mut pools = Vec::new();
    for kind in KINDS {
        for figure in 0..4 {
            for overrides in 0..6 {
                pools.push(pool(pools.len(), kind, figure, overrides, [0, 100, 9_000][figure % 3]));
            }
        }
    }
    let single = (0..pools.len()).map(|at| vec![at]);
    let double = (0..pools.len()).map(|at| vec![at, (at * 7 + 3) % pools.len()]);
    let drawn = single.chain(double).chain([vec![], vec![999], vec![0, 0], vec![5, 999]]);
    let resources: Vec<Resource> =
        drawn.enumerate().map(|(number, drawn)| Resource { draws: draws(&drawn), ..plain_resource(number) }).collect();
    let recurrence = |every, occurrences| Some(Recurrence { every, occurrences });
    let mut askings = Vec::new();
    for quantity in [1, 2, 10, 11] {
        for splittable in [false, true] {
            for window in windows() {
                for recurrence in [
                    None,
                    recurrence(PeriodLength::Week, 2),
                    recurrence(PeriodLength::Day, 5),
                    recurrence(PeriodLength::Month, 1),
                ] {
                    for until in [None, Some(window.end)] {
                        askings.push(Asking { quantity, splittable, window, until, recurrence, ..Asking::plain() });
                    }
                }
            }
        }
    }
    judge_all(&world(resources, pools), &askings);
}

#[test]
fn every_combination_of_rule_unit_lifecycle_and_category_is_judged_as_by_brute_force() {
    let mut resources = Vec::new();
    for eligibility in rules() {
        for unit in [None, Some(unit("piece")), Some(unit("set"))] {
            for lifecycle in [ResourceLifecycle::Active, ResourceLifecycle::Paused] {
                for codes in [vec!["a"], vec!["a.b"], vec!["a.b.c"], vec!["a.d", "a.b.c"], vec!["e"], vec!["unknown"]] {
                    resources.push(Resource {
                        eligibility: eligibility.clone(),
                        unit,
                        lifecycle,
                        categories: codes.into_iter().map(category).collect(),
                        ..plain_resource(resources.len())
                    });
                }
            }
        }
    }
    let mut askings = Vec::new();
    for age in [None, Some(70), Some(12)] {
        for orphan in [None, Some(false), Some(true)] {
            for code in ["a", "a.b", "a.b.c", "a.d", "e"] {
                askings.push(Asking { facts: facts(age, orphan), category: category(code), ..Asking::plain() });
            }
        }
    }
    judge_all(&world(resources, Vec::new()), &askings);
}

/// Archetypes: near and known, far and known, near and unknown, used up, closed, ineligible, without a place here, and elsewhere.
fn archetype(kind: usize, number: usize) -> Resource {
    let plain = plain_resource(number);
    match kind {
        0 => Resource { draws: draws(&[0]), ..plain },
        1 => Resource { draws: draws(&[0]), place: Some(place(5_000, 0)), ..plain },
        2 => plain,
        3 => Resource { draws: draws(&[1]), ..plain },
        4 => Resource { schedule: schedules()[5].clone(), ..plain },
        5 => Resource { eligibility: rules()[1].clone(), draws: draws(&[0]), ..plain },
        6 => Resource { place: None, areas: areas()[2].clone(), draws: draws(&[0]), ..plain },
        _ => Resource { place: None, areas: areas()[3].clone(), ..plain },
    }
}

#[test]
fn every_world_of_up_to_four_archetypes_is_answered_as_by_brute_force() {
    let pools = vec![pool(0, PoolKind::Stock, 2, 0, 5), pool(1, PoolKind::Stock, 0, 0, 5)];
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    for size in 0..=4_u32 {
        for code in 0..8_usize.pow(size) {
            let kinds = (0..size).map(|digit| code / 8_usize.pow(digit) % 8);
            let resources: Vec<Resource> = kinds.enumerate().map(|(number, kind)| archetype(kind, number)).collect();
            let world = world(resources, pools.clone());
            let (snapshot, brute) = (Snapshot::build(&world, LogPosition(1)), BruteForce::new(&world));
            for top_k in 1..=2 {
                let asking = Asking { top_k, facts: facts(Some(30), None), ..Asking::plain() };
                compare(&snapshot, &brute, &asking.query(), &rules, &mut scratch);
            }
        }
    }
}
