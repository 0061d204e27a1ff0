//! What has nothing left when a round looks takes part all the same: it is told what was lost to it, and what more of it would bring.

use jiff::SignedDuration;
use wishwell_domain::capacity_pool::{PeriodLength, PoolKind};
use wishwell_domain::need::{Recurrence, Timing, Urgency};
use wishwell_domain::round::{Change, PoolPeriod, RoundLevel, RoundRules, UnservedReason};

use super::{Side, item, need, outcome, round, world};
use crate::snapshot::CatalogInput;
use crate::tests::worlds::{self, date, now, organization_id, plain_resource, pool, pool_id, resource_id};

fn whole(number: usize) -> PoolPeriod {
    PoolPeriod { pool: pool_id(number), period_start: None }
}

#[test]
fn who_finds_nothing_left_is_told_where_and_what_one_more_would_bring() {
    let mut input = world(&[0]);
    input.needs = (1..=3).map(|number| need(number, 100 * number as i32)).collect();
    input.needs[2].urgency = Urgency::Emergency;
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert!(result.optimal && result.is_flow);
    for number in 1..=3 {
        let told = outcome(&result, number, 1).unserved.as_ref().expect("nothing is left");
        assert_eq!(told.reason, UnservedReason::Capacity);
        assert_eq!((told.lost_to.len(), told.lost_to[0].at), (1, whole(0)));
        assert_eq!(told.changes[0], Change::Units { resource: resource_id(0), at: whole(0), units: 1 });
    }
    let price = |number| &outcome(&result, number, 1).unserved.as_ref().expect("nothing is left").lost_to[0].price;
    assert!(price(3).is_empty(), "the first unit more is the emergency's: {:#?}", price(3));
    assert_eq!(price(1)[0].level, RoundLevel::Tier(1), "whoever else had it would take it from an emergency");
    // One for the emergency, then two for the others.
    let [gap] = result.gaps.as_slice() else { panic!("one gap: {:#?}", result.gaps) };
    assert_eq!((gap.tier, gap.at, gap.units, gap.exact), (1, Some(whole(0)), 1, true));
    assert_eq!(gap.resource, Some(resource_id(0)));
}

#[test]
fn a_pledge_that_was_given_is_no_gap_and_nothing_is_lost_to_it() {
    let mut input = world(&[0]);
    input.pools[0].pledged = true;
    input.needs = vec![need(1, 100)];
    let result = round(&input, &RoundRules::default(), &Side::default());
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("nothing is left");
    assert_eq!(told.reason, UnservedReason::NoCandidate);
    assert!(told.lost_to.is_empty() && told.changes.is_empty() && told.near_misses.is_empty(), "{told:#?}");
    assert!(result.gaps.iter().all(|gap| gap.resource.is_none() && gap.at.is_none()), "{:#?}", result.gaps);
}

#[test]
fn what_is_used_up_beside_what_is_left_is_priced_by_what_it_would_free() {
    // The near one has nothing left, the far one serves one of two.
    let mut input = world(&[0, 1]);
    input.needs = vec![need(1, 0), need(2, 500)];
    let rules = RoundRules { load_steps: Vec::new(), ..RoundRules::default() };
    let result = round(&input, &rules, &Side::default());
    assert_eq!(result.totals.all.units_served, 1);
    let near = result.gaps.iter().find(|gap| gap.at == Some(whole(0))).expect("more of it would serve one more");
    assert_eq!((near.units, near.exact), (1, true));
    let lost = outcome(&result, 1, 1).unserved.as_ref().expect("it is farther from what is left");
    let pools: Vec<_> = lost.lost_to.iter().map(|lost| lost.at).collect();
    assert_eq!(pools, [whole(0), whole(1)], "the cheaper first");
}

#[test]
fn a_week_without_a_free_place_is_told_and_the_next_week_is_none_the_dearer() {
    let mut input = world(&[0]);
    input.pools = vec![pool(0, PoolKind::Slots, 2, 2, 0)];
    input.needs = vec![need(1, 0), need(2, 0)];
    // In the first week nothing is free; in the second one ten are.
    input.needs[1].timing = Some(Timing::Deadline(now() + SignedDuration::from_hours(24 * 12)));
    let result = round(&input, &RoundRules::default(), &Side::default());
    let this_week = PoolPeriod { pool: pool_id(0), period_start: Some(date(11, 23)) };
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("its window is this week");
    assert_eq!((told.reason, told.lost_to[0].at), (UnservedReason::Capacity, this_week));
    assert_eq!(outcome(&result, 2, 1).servings.len(), 1);
    assert_eq!(result.gaps.iter().map(|gap| gap.at).collect::<Vec<_>>(), [Some(this_week)]);
    assert!(result.scarcity.is_empty(), "a search that looks ahead knows no weeks: {:#?}", result.scarcity);
}

#[test]
fn who_would_take_more_for_each_unit_does_not_change_how_the_rest_is_counted() {
    let mut input = world(&[1]);
    let mut greedy = plain_resource(1);
    greedy.draws = worlds::draws(&[0]);
    greedy.draws[0].quantity_per_unit = 2;
    input.resources.push(greedy);
    input.needs = vec![need(1, 0)];
    let result = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(outcome(&result, 1, 1).servings[0].resource, resource_id(0));
    // The other alone has nothing to give, for want of the second.
    input.resources.remove(0);
    let alone = round(&input, &RoundRules::default(), &Side::default());
    assert_eq!(outcome(&alone, 1, 1).unserved.as_ref().map(|told| told.reason), Some(UnservedReason::Capacity));
}

#[test]
fn a_range_that_a_bound_may_cut_short_is_not_told_as_exact() {
    let mut input = world(&[1, 0]);
    input.needs = (1..=4).map(|number| need(number, 0)).collect();
    let of = |rules: &RoundRules, input: &CatalogInput| {
        let gap = round(input, rules, &Side::default()).gaps;
        let gap = gap.into_iter().find(|gap| gap.at == Some(whole(1))).expect("more would serve");
        (gap.units, gap.exact)
    };
    let free = RoundRules { contacts_per_organization_max: None, ..RoundRules::default() };
    assert_eq!(of(&free, &input), (3, true));
    // An organization that is asked about one item more, and about two of those who wait.
    let asked = RoundRules { contacts_per_organization_max: Some(3), ..RoundRules::default() };
    assert_eq!(of(&asked, &input), (2, true));
    // Whole quantities are not served by one unit.
    input.needs[0].items = vec![item(1, "a.b", 2)];
    input.needs[0].urgency = Urgency::Emergency;
    assert!(!of(&free, &input).1);
    // Of an organization that has nothing at all left, the bound is all that is said.
    let mut input = world(&[0]);
    input.resources[0].organization = organization_id(0);
    input.needs = (1..=4).map(|number| need(number, 0)).collect();
    let gap = round(&input, &asked, &Side::default()).gaps;
    assert_eq!((gap[0].units, gap[0].exact), (3, true));
}

#[test]
fn weekly_visits_without_a_free_week_are_told_what_they_lack_and_no_more_than_is_known() {
    let mut input = world(&[0]);
    input.pools = vec![pool(0, PoolKind::Slots, 2, 0, 0)];
    input.pools[0].figures.total = Some(0);
    input.needs = vec![need(1, 0)];
    input.needs[0].items[0].recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 3 });
    input.needs[0].timing = None;
    let result = round(&input, &RoundRules::default(), &Side::default());
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("no week is free");
    assert_eq!((told.reason, told.units), (UnservedReason::Capacity, 3));
    assert_eq!(told.lost_to.iter().map(|lost| lost.at.period_start).collect::<Vec<_>>(), [Some(date(11, 23))]);
    let units = told.changes.iter().any(|change| matches!(change, Change::Units { .. }));
    assert!(!units, "one week more is not three: {:#?}", told.changes);
    let [gap] = result.gaps.as_slice() else { panic!("one gap: {:#?}", result.gaps) };
    assert_eq!((gap.resource, gap.exact), (Some(resource_id(0)), false));
}

#[test]
fn who_finds_something_left_but_not_the_whole_is_told_that() {
    let mut input = world(&[2]);
    input.needs = vec![need(1, 0)];
    input.needs[0].items[0].quantity = 3;
    let result = round(&input, &RoundRules::default(), &Side::default());
    let told = outcome(&result, 1, 1).unserved.as_ref().expect("two are not three");
    assert_eq!(told.reason, UnservedReason::Whole);
    assert_eq!(told.changes, [Change::Quantity { resource: resource_id(0), quantity: 2 }]);
    assert!(result.gaps.is_empty(), "no new resource is needed: {:#?}", result.gaps);
}
