//! Rounds of a made-up province: the same whatever the threads, and nobody is forgotten.

use wishwell_domain::ids::LogPosition;
use wishwell_domain::round::RoundRules;
use wishwell_solver::{Options, Unwatched};

use super::{Side, carry_out_within};
use crate::round::draft;
use crate::snapshot::{CatalogInput, Snapshot};
use crate::synthetic::Synthetic;

fn province(resources: usize, needs: usize) -> (Synthetic, CatalogInput, Side) {
    let made = Synthetic::new(7, resources);
    let mut input = made.catalog();
    let mut side = Side::default();
    for at in 0..needs {
        let need = made.need(at);
        let entity = need.entity(made.seed, at);
        side.facts.insert(entity.id, need.facts.clone());
        input.needs.push(entity);
    }
    (made, input, side)
}

/// Few nodes: what is compared need not be the best.
fn few(threads: usize) -> Options {
    Options { threads, nodes_max: 3 }
}

#[test]
fn a_round_is_the_same_on_one_thread_and_on_two() {
    let (made, input, side) = province(800, 600);
    let snapshot = Snapshot::build(&input, LogPosition(1));
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    let results: Vec<_> = [1, 2]
        .into_iter()
        .map(|threads| {
            let given = side.given(made.now, threads);
            let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules are in order");
            (draft.problem().clone(), carry_out_within(&draft, few(threads)).0)
        })
        .collect();
    assert_eq!(results[0], results[1]);
    let totals = &results[0].1.totals;
    assert_eq!(totals.all.items, 600);
    assert!(totals.all.served > 100, "{totals:#?}");
}

#[test]
fn a_round_does_not_depend_on_how_its_picture_came_about() {
    let (made, mut input, side) = province(500, 200);
    let rules = RoundRules::default();
    let given = side.given(made.now, 1);
    let results: Vec<_> = (0..2)
        .map(|_| {
            let snapshot = Snapshot::build(&input, LogPosition(1));
            let draft = draft(&snapshot, &rules, &given, &Unwatched).expect("the rules are in order");
            let result = carry_out_within(&draft, few(1)).0;
            input.resources.reverse();
            input.pools.reverse();
            input.needs.reverse();
            input.organizations.reverse();
            result
        })
        .collect();
    assert_eq!(results[0], results[1]);
}
