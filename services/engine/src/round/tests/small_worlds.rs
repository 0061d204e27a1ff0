//! Rounds of small random worlds reach what the best of all allocations does.

use jiff::SignedDuration;
use wishwell_domain::need::{Timing, Urgency};
use wishwell_domain::resource::Draw;
use wishwell_domain::round::{Counting, LoadStep, RoundLevel, RoundRules, UnservedReason};

use super::brute::World;
use super::{Side, item, need, round};
use crate::snapshot::CatalogInput;
use crate::tests::worlds::{Dice, now, place, pool_id, random_pool, random_resource, random_world};

/// A world with few resources that draw on one pool each, and few needs of little.
fn world(dice: &mut Dice) -> CatalogInput {
    let pools = 1 + dice.below(3);
    let mut input = CatalogInput { ..random_world(dice, 0, 20) };
    input.pools = (0..pools).map(|number| random_pool(dice, number)).collect();
    input.resources = (0..1 + dice.below(5))
        .map(|number| {
            let mut resource = random_resource(dice, number, pools, 20);
            resource.draws = vec![Draw { pool: pool_id(dice.below(pools)), quantity_per_unit: 1 }];
            resource.eligibility = None;
            resource
        })
        .collect();
    input.needs = (0..1 + dice.below(4))
        .map(|number| {
            let metres = i32::try_from(dice.below(40)).expect("small") * 20 - 400;
            let mut need = need(number as u128 + 1, metres);
            need.place = Some(place(metres, i32::try_from(dice.below(20)).expect("small") * 10));
            need.urgency = dice.pick(&Urgency::ALL);
            let days = i64::try_from(dice.below(9)).expect("small");
            need.timing = Some(Timing::Deadline(now() + SignedDuration::from_hours(24 * days + 5)));
            let quantity = i64::try_from(1 + dice.below(3)).expect("small");
            need.items = vec![item(1, dice.pick(&["a", "a.b", "a.b", "a.d"]), quantity)];
            need.items[0].splittable = dice.chance(40);
            need
        })
        .collect();
    input
}

fn rules(dice: &mut Dice) -> RoundRules {
    RoundRules {
        counting: dice.pick(&[Counting::People, Counting::Units]),
        load_steps: dice.pick(&[
            Vec::new(),
            vec![LoadStep { from_permille: 0, price: 1 }, LoadStep { from_permille: 850, price: 7 }],
            RoundRules::default().load_steps,
        ]),
        ..RoundRules::default()
    }
}

#[test]
fn rounds_of_small_worlds_are_as_good_as_the_best_of_all_allocations() {
    let mut dice = Dice(20_261_128);
    let (mut served, mut used_up) = (0, 0);
    for nth in 0..1_000 {
        let input = world(&mut dice);
        let rules = rules(&mut dice);
        let result = round(&input, &rules, &Side::default());
        let world = World::new(&input, &rules);
        assert!(result.optimal, "world {nth}");
        let reached: Vec<i128> = result
            .levels
            .iter()
            .filter(|figure| figure.level != RoundLevel::Guarantee)
            .map(|figure| figure.reached)
            .collect();
        assert_eq!(reached, world.best(), "world {nth}: {input:#?} {result:#?}");
        let without = |reason: UnservedReason| {
            matches!(
                reason,
                UnservedReason::NoCandidate | UnservedReason::OnlyUnknownCapacity | UnservedReason::NotCountable
            )
        };
        for (outcome, hopeless) in result.outcomes.iter().zip(world.hopeless()) {
            let told = outcome.unserved.as_ref();
            let reason = told.map(|told| told.reason);
            assert!(!hopeless || told.is_some(), "world {nth}: {outcome:#?}");
            if hopeless && reason == Some(UnservedReason::Capacity) {
                let lost = &told.expect("it is not served").lost_to;
                assert!(lost.iter().all(|lost| world.is_used_up(lost.at)), "world {nth}: {outcome:#?}");
                assert!(!lost.is_empty(), "world {nth}: {outcome:#?}");
                used_up += 1;
            } else if hopeless && reason == Some(UnservedReason::Whole) {
                assert!(outcome.quantity > 1, "world {nth}: {outcome:#?}");
            } else {
                assert_eq!(reason.is_some_and(without), hopeless, "world {nth}: {outcome:#?}");
            }
        }
        served += result.totals.all.units_served;
    }
    assert!(served > 300, "the worlds are not all hopeless: {served}");
    assert!(used_up > 30, "others had it already: {used_up}");
}
