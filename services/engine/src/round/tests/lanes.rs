//! A pool of which some take more for a unit than others: each is counted by what it takes.

use wishwell_domain::need::Urgency;
use wishwell_domain::round::{Pin, RoundResult, RoundRules, UnservedReason};

use super::{Side, item, need, need_id, outcome, round, world};
use crate::snapshot::CatalogInput;
use crate::tests::worlds::{self, category, place, plain_resource, resource_id};

/// A fund of so much that gives grants by the fen, as a.b, and kits of 18,000 fen, as e.
fn fund(fen: i64) -> CatalogInput {
    let mut input = world(&[fen]);
    let mut kits = plain_resource(1);
    kits.categories = vec![category("e")];
    kits.draws = worlds::draws(&[0]);
    kits.draws[0].quantity_per_unit = 18_000;
    kits.place = Some(place(900, 0));
    input.resources.push(kits);
    input
}

/// Asks for these amounts, and for kits, one after the other.
fn ask(input: &mut CatalogInput, fen: &[i64], kits: &[i64]) {
    let amounts = fen.iter().map(|fen| item(1, "a.b", *fen));
    let asked = amounts.chain(kits.iter().map(|kits| item(1, "e", *kits)));
    input.needs = (1..)
        .zip(asked)
        .map(|(number, item)| {
            let mut need = need(number, 100);
            need.items = vec![item];
            need
        })
        .collect();
}

fn usual() -> RoundRules {
    RoundRules { contacts_per_organization_max: None, ..RoundRules::default() }
}

/// Fen of the fund that are planned.
fn taken(result: &RoundResult) -> i64 {
    let servings = result.outcomes.iter().flat_map(|outcome| &outcome.servings);
    servings.map(|serving| serving.quantity * if serving.resource == resource_id(1) { 18_000 } else { 1 }).sum()
}

#[test]
fn grants_and_kits_of_one_fund_are_all_given_as_long_as_the_fund_has_them() {
    let mut input = fund(36_000_000);
    ask(&mut input, &[150_000, 120_000], &[1, 16]);
    let result = round(&input, &usual(), &Side::default());
    assert_eq!(result.totals.all.served, 4, "{:#?}", result.totals);
    assert!(result.optimal);
    // To the last fen.
    let mut input = fund(150_000 + 120_000 + 17 * 18_000);
    ask(&mut input, &[150_000, 120_000], &[1, 16]);
    let result = round(&input, &usual(), &Side::default());
    assert_eq!((result.totals.all.served, result.optimal), (4, true), "{:#?}", result.totals);
}

#[test]
fn of_a_fund_that_is_too_small_the_most_urgent_have_theirs_and_no_plan_is_called_the_best() {
    // A fen less than all of it.
    let mut input = fund(150_000 + 120_000 + 17 * 18_000 - 1);
    ask(&mut input, &[150_000, 120_000], &[1, 16]);
    input.needs[3].urgency = Urgency::Emergency;
    let result = round(&input, &usual(), &Side::default());
    let served = |number| outcome(&result, number, 1).unserved.is_none();
    assert_eq!([1, 2, 3, 4].map(served), [false, true, true, true], "{:#?}", result.outcomes);
    assert!(!result.optimal, "another division may be better");
    assert!(taken(&result) < 150_000 + 120_000 + 17 * 18_000);
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("it is the largest of the less urgent");
    assert_eq!(told.reason, UnservedReason::Whole, "what is left is a fen too little: {told:#?}");
}

#[test]
fn what_others_do_not_take_in_the_end_is_not_told_as_too_little() {
    // The emergency's kits may be had nearby, for less distance than from the fund, which holds them for it all the same.
    let mut input = fund(18_000 * 10);
    ask(&mut input, &[18_000 * 5], &[10]);
    input.needs[1].urgency = Urgency::Emergency;
    let stock = world(&[0, 10]);
    input.pools.push(stock.pools[1].clone());
    let mut near = plain_resource(2);
    near.categories = vec![category("e")];
    near.draws = worlds::draws(&[1]);
    near.place = input.needs[1].place;
    input.resources.push(near);
    let result = round(&input, &usual(), &Side::default());
    assert_eq!(outcome(&result, 2, 1).servings[0].resource, resource_id(2));
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("the fund was divided before");
    assert_eq!((told.reason, result.optimal), (UnservedReason::NotProven, false), "{told:#?}");
}

#[test]
fn what_is_pinned_is_taken_off_by_what_it_takes_itself() {
    let mut input = fund(18_000 * 3);
    ask(&mut input, &[18_000, 18_000], &[1]);
    let pin = Pin { need: need_id(3), item_ordinal: 1, resource: resource_id(1), quantity: 1 };
    let result = round(&input, &RoundRules { pinned: vec![pin], ..usual() }, &Side::default());
    assert_eq!((result.totals.all.served, taken(&result)), (3, 18_000 * 3), "{:#?}", result.totals);
    assert!(result.optimal);
}
