//! Each rule of a round does what it says.

use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::capacity_pool::{PeriodLength, PoolKind};
use wishwell_domain::ids::{CategoryCode, DivisionCode, HouseholdId, LogPosition};
use wishwell_domain::need::{NeedItem, Recurrence, Timing, Urgency};
use wishwell_domain::occurrence::TakenPeriod;
use wishwell_domain::round::{
    Bundling, Change, Cohort, Guarantee, Minimum, OrganizationCap, Pin, RoundLevel, RoundRules, Scope, UnservedReason,
};
use wishwell_solver::Unwatched;

use super::{Side, item, need, need_id, outcome, round, world};
use crate::round::{DraftError, draft};
use crate::snapshot::Snapshot;
use crate::tests::worlds::{date, division, now, organization_id, pool, resource_id};

fn reason(result: &wishwell_domain::round::RoundResult, number: u128) -> Option<UnservedReason> {
    outcome(result, number, 1).unserved.as_ref().map(|told| told.reason)
}

#[test]
fn the_most_urgent_is_served_first_and_then_the_nearest() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 0), need(2, 300), need(3, 900)];
    input.needs[2].urgency = Urgency::Emergency;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(
        [1, 2, 3].map(|n| reason(&result, n)),
        [Some(UnservedReason::Capacity), Some(UnservedReason::Capacity), None]
    );
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("it lost");
    let price = &told.lost_to[0].price;
    assert_eq!(price[0].level, RoundLevel::Tier(1), "it would take an emergency's: {price:#?}");
    let at = told.lost_to[0].at;
    assert_eq!(told.changes, [Change::Units { resource: resource_id(0), at, units: 1 }]);
}

#[test]
fn waiting_ages_a_need_upwards() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 0), need(2, 300)];
    input.needs[0].urgency = Urgency::Normal;
    input.needs[1].urgency = Urgency::Low;
    // Beyond the horizons of low and of normal.
    input.needs[1].created_at = now() - jiff::SignedDuration::from_hours(24 * 250);
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(outcome(&result, 2, 1).tier, 2);
    assert_eq!([1, 2].map(|n| reason(&result, n)), [Some(UnservedReason::Capacity), None]);
}

#[test]
fn people_come_before_units() {
    let mut input = world(&[3]);
    input.needs = vec![need(1, 0), need(2, 100), need(3, 100), need(4, 100)];
    input.needs[0].items[0].quantity = 3;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!([1, 2, 3, 4].map(|n| reason(&result, n).is_none()), [false, true, true, true]);
}

#[test]
fn an_amount_of_money_counts_like_any_other_item() {
    let served = |result: &wishwell_domain::round::RoundResult| -> Vec<u128> {
        let served = result.outcomes.iter().filter(|outcome| outcome.unserved.is_none());
        served.map(|outcome| outcome.need.as_uuid().as_u128()).collect()
    };
    // Three are helped with a thousand each, though one who is nearer asks for all of it.
    let mut input = world(&[300_000]);
    input.needs = vec![need(1, 0), need(2, 900), need(3, 900), need(4, 900)];
    for (need, fen) in input.needs.iter_mut().zip([300_000, 100_000, 100_000, 100_000]) {
        need.items[0].quantity = fen;
        need.items[0].splittable = true;
    }
    let rules = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert!(result.is_flow && result.optimal);
    assert_eq!(served(&result), [2, 3, 4]);
    assert_eq!((result.levels[0].reached, result.levels[0].bound), (3 * 2_520, 3 * 2_520));
    let price = &outcome(&result, 1, 1).unserved.as_ref().expect("it lost").lost_to[0].price;
    assert_eq!((price[0].level, price[0].amount), (RoundLevel::Tier(2), 1), "what a fen counts is told as something");

    // Of a grant and a visit only one may be asked: the grant counts no more, and the visit costs less distance.
    let mut input = world(&[400_000]);
    input.needs = vec![need(1, 100), need(2, 900)];
    input.needs[0].items[0].quantity = 300_000;
    let rules = RoundRules { contacts_per_organization_max: Some(1), ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert!(!result.is_flow && result.optimal);
    assert_eq!(served(&result), [2]);
    assert_eq!(reason(&result, 1), Some(UnservedReason::Contacts));
    assert_eq!((result.levels[0].reached, result.levels[0].bound), (2_520, 2_520));
}

#[test]
fn what_is_out_of_scope_takes_no_part() {
    let mut input = world(&[5]);
    input.needs = (1..=4).map(|number| need(number, 0)).collect();
    input.needs[1].division = Some(division("640202001"));
    input.needs[2].group_tags = vec![GroupTag::Elderly];
    input.needs[3].items = vec![item(1, "e", 1)];
    let numbers = |scope: Scope| {
        let result = round(&input, &RoundRules { scope, ..RoundRules::default() }, &Side::default());
        result.outcomes.iter().map(|outcome| outcome.need.as_uuid().as_u128()).collect::<Vec<_>>()
    };
    let code = |code: &str| CategoryCode::parse("code", code).expect("a code");
    let county = DivisionCode::parse("code", "640104").expect("a code");
    assert_eq!(numbers(Scope::default()), [1, 2, 3, 4]);
    assert_eq!(numbers(Scope { divisions: vec![county], ..Scope::default() }), [1, 3, 4]);
    assert_eq!(numbers(Scope { categories: vec![code("a")], ..Scope::default() }), [1, 2, 3]);
    assert_eq!(numbers(Scope { group_tags: vec![GroupTag::Elderly], ..Scope::default() }), [3]);
    assert_eq!(numbers(Scope { needs: vec![need_id(2), need_id(9)], ..Scope::default() }), [2]);
}

#[test]
fn what_nothing_may_be_offered_for_takes_no_part_and_no_place() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 0), need(2, 900)];
    let side = Side { withheld: [need_id(1)].into(), ..Side::default() };
    let result = round(&input, &RoundRules::default(), &side);
    assert_eq!(result.outcomes.iter().map(|outcome| outcome.need).collect::<Vec<_>>(), [need_id(2)]);
    assert_eq!(reason(&result, 2), None, "what it does not take is another's");
    let named = Scope { needs: vec![need_id(1)], ..Scope::default() };
    assert!(round(&input, &RoundRules { scope: named, ..RoundRules::default() }, &side).outcomes.is_empty());
}

#[test]
fn a_guarantee_before_the_tiers_is_met_first() {
    let mut input = world(&[2]);
    input.needs = vec![need(1, 0), need(2, 0), need(3, 900)];
    input.needs[2].urgency = Urgency::Low;
    input.needs[2].group_tags = vec![GroupTag::Minor];
    let minors = Guarantee { group_tag: Some(GroupTag::Minor), division: None, minimum: Minimum::SharePermille(500) };
    let rules = RoundRules { guarantees: vec![minors], guarantee_first: true, ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert!(result.is_flow);
    assert_eq!(reason(&result, 3), None);
    let lost: Vec<_> = [1, 2].into_iter().filter_map(|n| reason(&result, n)).collect();
    assert_eq!(lost, [UnservedReason::Guarantee]);
    let after = RoundRules { guarantee_first: false, ..rules };
    assert_eq!(reason(&round(&input, &after, &Side::default()), 3), Some(UnservedReason::Capacity));
}

#[test]
fn groups_of_the_people_a_need_is_for_count_as_its_own() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 0), need(2, 900)];
    let side = Side { group_tags: [(need_id(2), vec![GroupTag::Minor])].into(), ..Side::default() };
    let minors = Guarantee { group_tag: Some(GroupTag::Minor), division: None, minimum: Minimum::Units(1) };
    let guaranteed = RoundRules { guarantees: vec![minors], guarantee_first: true, ..RoundRules::default() };
    let result = round(&input, &guaranteed, &side);
    assert_eq!(reason(&result, 2), None, "the guarantee counts it");
    let cohorts: Vec<_> =
        result.fairness.by_group_tag.iter().map(|figure| (&figure.cohort, figure.tally.served)).collect();
    assert_eq!(cohorts, [(&Cohort::NoGroupTag, 0), (&Cohort::GroupTag(GroupTag::Minor), 1)]);
    assert_eq!(reason(&round(&input, &guaranteed, &Side::default()), 2), Some(UnservedReason::Capacity));
    let scope = Scope { group_tags: vec![GroupTag::Minor], ..Scope::default() };
    let scoped = round(&input, &RoundRules { scope, ..RoundRules::default() }, &side);
    assert_eq!(scoped.outcomes.iter().map(|outcome| outcome.need).collect::<Vec<_>>(), [need_id(2)]);
    assert_eq!(reason(&scoped, 2), None);
}

#[test]
fn guarantees_that_cross_are_refused() {
    let input = world(&[1]);
    let snapshot = Snapshot::build(&input, LogPosition(1));
    let guarantee =
        |tag, code: &str| Guarantee { group_tag: tag, division: Some(division(code)), minimum: Minimum::Units(1) };
    let side = Side::default();
    let given = side.given(now(), 1);
    let of = |guarantees| RoundRules { guarantees, ..RoundRules::default() };
    let nested = of(vec![guarantee(None, "64"), guarantee(Some(GroupTag::Minor), "640104"), guarantee(None, "640202")]);
    assert!(draft(&snapshot, &nested, &given, &Unwatched).is_ok());
    let crossing = of(vec![guarantee(Some(GroupTag::Minor), "64"), guarantee(None, "640104")]);
    let Err(DraftError::Invalid(violations)) = draft(&snapshot, &crossing, &given, &Unwatched) else {
        panic!("they cross")
    };
    assert_eq!(violations.as_slice()[0].rule, "round.guarantees_cross");
}

#[test]
fn an_organization_gives_no_more_than_its_cap_over_all_resources() {
    let mut input = world(&[5, 5]);
    input.needs = (1..=4).map(|number| need(number, 0)).collect();
    input.needs[3].items[0].quantity = 2;
    let cap = OrganizationCap { organization: organization_id(0), units: 3 };
    let rules = RoundRules { organization_caps: vec![cap], ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert_eq!(result.totals.all.units_served, 3);
    assert_eq!(reason(&result, 4), Some(UnservedReason::OrganizationCap));
    let changes = &outcome(&result, 4, 1).unserved.as_ref().expect("it lost").changes;
    assert_eq!(changes[0], Change::Organization { organization: organization_id(0), more: 2 });
}

#[test]
fn contacts_that_were_made_already_count_in_the_budget() {
    let mut input = world(&[9]);
    input.needs = (1..=3).map(|number| need(number, 0)).collect();
    input.needs[0].items[0].quantity = 2;
    let side = Side { contacted: [(organization_id(0), 19)].into(), ..Side::default() };
    let result = round(&input, &RoundRules::default(), &side);
    assert!(!result.is_flow && result.optimal, "items of several units are counted one by one");
    assert_eq!(result.totals.all.served, 1);
    assert_eq!(result.totals.reasons[0].reason, UnservedReason::Contacts);
}

#[test]
fn a_need_has_no_more_partners_than_it_may() {
    let mut input = world(&[2, 2]);
    input.resources[1].organization = organization_id(1);
    input.resources[1].modes = vec![wishwell_domain::resource::DeliveryMode::Delivery];
    input.needs = vec![need(1, 0)];
    input.needs[0].items[0].quantity = 3;
    input.needs[0].items[0].splittable = true;
    let free = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(outcome(&free, 1, 1).servings.len(), 2);
    let rules = RoundRules { partners_per_need_max: Some(1), ..RoundRules::default() };
    let bound = round(&input, &rules, &Side::default());
    assert_eq!(outcome(&bound, 1, 1).units_served(), 2);
    assert_eq!(reason(&bound, 1), Some(UnservedReason::Partners));
}

#[test]
fn who_helps_a_need_already_counts_among_its_partners() {
    let mut input = world(&[2, 2]);
    input.resources[1].organization = organization_id(1);
    input.resources[1].modes = vec![wishwell_domain::resource::DeliveryMode::Delivery];
    input.needs = vec![need(1, 0)];
    input.needs[0].items[0].quantity = 3;
    input.needs[0].items[0].splittable = true;
    let with = |most: u32, helping: &[usize]| {
        let helping = helping.iter().map(|number| organization_id(*number)).collect();
        let side = Side { helping: [(need_id(1), helping)].into(), ..Side::default() };
        let rules = RoundRules { partners_per_need_max: Some(most), ..RoundRules::default() };
        let result = round(&input, &rules, &side);
        let servings = outcome(&result, 1, 1).servings.iter().map(|serving| (serving.organization, serving.quantity));
        (servings.collect::<Vec<_>>(), reason(&result, 1))
    };
    let partners = Some(UnservedReason::Partners);
    assert_eq!(with(1, &[1]), (vec![(organization_id(1), 2)], Some(UnservedReason::Capacity)), "the same again");
    assert_eq!(with(1, &[9]), (vec![], partners), "nobody else");
    assert_eq!(with(2, &[9]), (vec![(organization_id(0), 2)], partners), "one more");
    assert_eq!(with(3, &[9]).0.len(), 2);
    assert_eq!(with(2, &[0, 1]).0.len(), 2, "those who help, both again");
}

#[test]
fn who_helps_already_and_is_asked_again_counts_once() {
    // One piece each; the third is of the organization that helps already, and none of them has all that is asked.
    let mut input = world(&[1, 1, 1]);
    for (number, resource) in input.resources.iter_mut().enumerate() {
        resource.organization = organization_id([0, 1, 4][number]);
        resource.modes = vec![wishwell_domain::resource::DeliveryMode::Delivery];
    }
    input.needs = vec![need(1, 0)];
    input.needs[0].items = vec![item(1, "a.b", 2), item(2, "a.b", 1)];
    input.needs[0].items[0].splittable = true;
    let of = |most: u32, helping: &[usize]| {
        let helping = helping.iter().map(|number| organization_id(*number)).collect();
        let side = Side { helping: [(need_id(1), helping)].into(), ..Side::default() };
        let rules = RoundRules { partners_per_need_max: Some(most), ..RoundRules::default() };
        let result = round(&input, &rules, &side);
        assert!(result.optimal);
        let mut serving: Vec<_> =
            result.outcomes.iter().flat_map(|outcome| &outcome.servings).map(|serving| serving.organization).collect();
        serving.sort_unstable();
        serving
    };
    let [first, second, third] = [0, 1, 4].map(organization_id);
    assert_eq!(of(2, &[4]), [first, third], "the one who helps, and one more");
    assert_eq!(of(3, &[4]), [first, second, third], "the one who helps, and two more");
    assert_eq!(of(3, &[4, 9]), [first, third], "one who helps has nothing here");
    assert_eq!(of(2, &[]), [first, second], "the nearest two");
    assert_eq!(of(1, &[4]), [third], "nobody else");
}

#[test]
fn a_household_is_served_together_or_not_at_all() {
    let mut input = world(&[2]);
    let household = HouseholdId::from_uuid(uuid::Uuid::from_u128(1));
    input.needs = vec![need(1, 0), need(2, 0), need(3, 400)];
    input.needs[0].household = Some(household);
    input.needs[1].items = vec![item(1, "e", 1)];
    let side = Side { households: [(need_id(2), household)].into(), ..Side::default() };
    let rules = RoundRules { bundling: Bundling::Households, ..RoundRules::default() };
    let result = round(&input, &rules, &side);
    assert_eq!(reason(&result, 1), Some(UnservedReason::Bundle));
    assert_eq!(reason(&result, 2), Some(UnservedReason::NoCandidate));
    assert_eq!(reason(&result, 3), None);
    let apart = round(&input, &RoundRules::default(), &side);
    assert_eq!(reason(&apart, 1), None);
}

#[test]
fn what_is_pinned_is_in_the_plan() {
    let mut input = world(&[1, 1]);
    input.needs = vec![need(1, 0), need(2, 500)];
    let pin = Pin { need: need_id(1), item_ordinal: 1, resource: resource_id(1), quantity: 1 };
    let rules = RoundRules { pinned: vec![pin], ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    let serving = &outcome(&result, 1, 1).servings[0];
    assert_eq!((serving.resource, serving.pinned), (resource_id(1), true));
    assert_eq!(outcome(&result, 2, 1).servings[0].resource, resource_id(0));
    for (wrong, field) in [
        (Pin { quantity: 2, ..pin }, "rules.pinned[0].quantity"),
        (Pin { need: need_id(9), ..pin }, "rules.pinned[0].item_ordinal"),
        (Pin { resource: resource_id(9), ..pin }, "rules.pinned[0].resource"),
    ] {
        let rules = RoundRules { pinned: vec![wrong], ..RoundRules::default() };
        let snapshot = Snapshot::build(&input, LogPosition(1));
        let side = Side::default();
        let given = side.given(now(), 1);
        let Err(DraftError::Invalid(violations)) = draft(&snapshot, &rules, &given, &Unwatched) else {
            panic!("it is wrong: {wrong:?}")
        };
        assert_eq!(violations.as_slice()[0].field, field);
    }
}

#[test]
fn a_bound_on_the_radius_says_how_much_farther_would_do() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 800)];
    let rules = RoundRules { radius_metres_max: Some(500), ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert_eq!(reason(&result, 1), Some(UnservedReason::NoCandidate));
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("it is not served");
    let [Change::Radius { more_metres, .. }] = told.changes.as_slice() else { panic!("{:#?}", told.changes) };
    assert!((295..=305).contains(more_metres), "{more_metres}");
}

#[test]
fn a_pool_of_unknown_total_can_be_asked_and_promises_nothing() {
    let mut input = world(&[1]);
    input.pools[0].figures.total = None;
    input.needs = vec![need(1, 0)];
    let result = round(&input, &RoundRules::default(), &Side::default());
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("it is not served");
    assert_eq!(told.reason, UnservedReason::OnlyUnknownCapacity);
    assert_eq!(told.can_be_asked, [resource_id(0)]);
}

/// That help is of use for so many days.
fn in_days(days: i64) -> Option<Timing> {
    Some(Timing::Deadline(now() + jiff::SignedDuration::from_hours(24 * days)))
}

#[test]
fn what_recurs_is_served_within_its_window_and_looks_for_nobody_once_its_weeks_are_taken() {
    let mut input = world(&[9]);
    input.needs = vec![need(1, 0), need(2, 100)];
    for need in &mut input.needs {
        need.items[0].recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 5 });
        need.timing = in_days(8);
    }
    let taken = |day| TakenPeriod { period_start: date(11, day), units: 1 };
    input.needs[1].items[0] =
        NeedItem { referred: 2, taken: vec![taken(23), taken(30)], ..input.needs[1].items[0].clone() };
    let result = round(&input, &RoundRules::default(), &Side::default());
    let told = outcome(&result, 1, 1);
    assert_eq!((told.units_served(), told.unserved.is_none()), (2, true), "this week and the next: {told:#?}");
    assert_eq!(result.outcomes.len(), 1, "of the other both weeks are taken: {:#?}", result.outcomes);
}

#[test]
fn weekly_visits_draw_on_every_week() {
    let mut input = world(&[1, 1]);
    let weekly = |number| {
        let mut slots = pool(number, PoolKind::Slots, 2, 0, 0);
        slots.figures.total = Some(1);
        slots
    };
    input.pools = vec![weekly(0), weekly(1)];
    input.needs = vec![need(1, 0), need(2, 100), need(3, 200)];
    let visits = |occurrences| Some(Recurrence { every: PeriodLength::Week, occurrences });
    input.needs[0].items[0].recurrence = visits(3);
    input.needs[1].items[0].recurrence = visits(2);
    input.needs[..2].iter_mut().for_each(|need| need.timing = in_days(28));
    input.needs[2].urgency = Urgency::Normal;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert!(result.optimal);
    for number in 1..=2 {
        let told = outcome(&result, number, 1);
        assert_eq!((told.unserved.is_none(), told.servings.len()), (true, 1), "{told:#?}");
        assert_eq!(told.servings[0].pools.len(), told.servings[0].occurrences as usize);
    }
    // Both are taken in the week in which the third has its window.
    assert_eq!(reason(&result, 3), Some(UnservedReason::Capacity));
}

#[test]
fn recurring_items_take_from_stock_for_every_occurrence() {
    let mut input = world(&[5]);
    input.needs = vec![need(1, 0), need(2, 100)];
    input.needs[0].items[0].recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 3 });
    input.needs[0].timing = in_days(28);
    input.needs[0].urgency = Urgency::Emergency;
    input.needs[1].items[0].quantity = 3;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(outcome(&result, 1, 1).units_served(), 3);
    assert_eq!(reason(&result, 2), Some(UnservedReason::Whole));
    let changes = &outcome(&result, 2, 1).unserved.as_ref().expect("it lost").changes;
    assert!(changes.contains(&Change::Quantity { resource: resource_id(0), quantity: 2 }), "{changes:#?}");
}

#[test]
fn given_distances_replace_the_map_and_forbid_what_they_leave_out() {
    let mut input = world(&[1, 1]);
    input.resources[1].areas = vec![wishwell_domain::area::ServiceArea::Division(division("640202"))];
    input.needs = vec![need(1, 0), need(2, 0)];
    let distances = [
        (need_id(1), vec![(resource_id(0), 7_000), (resource_id(1), 9_000)]),
        (need_id(2), vec![(resource_id(0), 1_000)]),
    ];
    let side = Side { distances: Some(distances.into()), ..Side::default() };
    let result = round(&input, &RoundRules::default(), &side);
    let of = |number| {
        let serving = &outcome(&result, number, 1).servings[0];
        (serving.resource, serving.distance_metres)
    };
    assert_eq!(of(1), (resource_id(1), Some(9_000)));
    assert_eq!(of(2), (resource_id(0), Some(1_000)));
}

#[test]
fn an_alternative_says_what_it_would_cost() {
    let mut input = world(&[2, 2]);
    input.needs = vec![need(1, 0)];
    let rules = RoundRules { load_steps: Vec::new(), ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    let serving = &outcome(&result, 1, 1).servings[0];
    assert_eq!((serving.resource, serving.alternatives.len()), (resource_id(0), 1));
    let price = &serving.alternatives[0].price;
    assert_eq!(price.len(), 1, "{price:#?}");
    assert_eq!(price[0].level, RoundLevel::Distance);
    assert!((495..=505).contains(&price[0].amount), "{price:#?}");
}

#[test]
fn a_round_about_nothing_is_empty_and_optimal() {
    let result = round(&world(&[1]), &RoundRules::default(), &Side::default());
    assert!(result.optimal && result.outcomes.is_empty());
    assert_eq!(result.totals.all.items, 0);
}

#[test]
fn a_need_that_missed_its_deadline_looks_for_help_all_the_same() {
    let mut input = world(&[1]);
    input.needs = vec![need(1, 0)];
    let passed = now() - jiff::SignedDuration::from_hours(48);
    input.needs[0].timing = Some(wishwell_domain::need::Timing::Deadline(passed));
    assert_eq!(reason(&round(&input, &RoundRules::default(), &Side::default()), 1), None);
}

#[test]
fn the_largest_quantities_are_counted_exactly() {
    let most = wishwell_domain::limits::QUANTITY_MAX;
    let mut input = world(&[most, 1]);
    input.needs = vec![need(1, 0), need(2, 0)];
    input.needs[0].items[0].quantity = most;
    input.needs[0].items[0].splittable = true;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert!(result.optimal);
    assert_eq!(result.totals.all.units_served, most + 1);
}
