//! What had arrived when a promise ended early: it is used up and served, and the rest is open again.

use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{PeriodLength, PoolKind};
use wishwell_domain::ledger::{Arrived, Command, NewTotal, Refusal, Step};
use wishwell_domain::need::{Ending, NeedItem, NeedState, Recurrence};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, LineState, Origin, ReferralState};

use crate::ledger_world::{
    World, ending, giving, lacking, much, need_id, offer, offered, offering, pool_of, referral_id, resource_id, step,
    step_of, total_of, two_needs,
};

/// The step, by a case worker, after so much had arrived.
fn after(units: i64, action: Action) -> Command {
    Command::Step(Step { units: Some(units), ..step_of(100, action) })
}

/// A need of eight, of which one resource that draws on a pool of each kind has promised all.
fn promised() -> World {
    let kinds = [PoolKind::Stock, PoolKind::Budget, PoolKind::Caseload, PoolKind::Unbounded];
    let pools = (20..).zip(kinds).map(|(n, kind)| pool_of(n, kind, (kind != PoolKind::Unbounded).then_some(20)));
    let mut world = World::new(
        pools.collect(),
        vec![giving(30, &[(20, 1), (21, 2), (22, 1), (23, 1)])],
        vec![lacking(60, vec![much(1, 8)])],
    );
    world.ask(offering(100, 60, 30, 8));
    world.ask(step(100, Action::Accept));
    world
}

/// The settlement of a dispute, by a case worker: so many units had arrived, and so many of the others are there still.
fn settled(arrived: Option<i64>, returned: i64) -> Command {
    Command::Step(Step { units: arrived, returned: Some(returned), ..step_of(100, Action::Fail) })
}

/// A need of eight, all of which was said to be delivered, and is disputed.
fn disputed() -> World {
    let mut world = promised();
    world.ask(step(100, Action::Deliver));
    world.ask(step(100, Action::Dispute));
    world
}

/// The fields and rules by which a command is refused.
fn refused_by(world: &mut World, command: Command) -> Vec<(String, String)> {
    match world.try_ask(&[command]) {
        Err(Refusal::Refused(Error::InvalidArgument(found))) => {
            found.iter().map(|violation| (violation.field.clone(), violation.rule.clone())).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// What is promised and used up of each pool.
fn figures(world: &World) -> Vec<(i64, i64)> {
    world.pools.iter().map(|pool| (pool.figures.held(), pool.figures.consumed)).collect()
}

/// What is referred, served and left of the need's item.
fn counts(world: &World) -> (i64, i64, i64) {
    let item = &world.needs[0].items[0];
    (item.referred, item.served, item.left())
}

#[test]
fn what_had_arrived_is_used_up_and_served_and_the_rest_is_open_again() {
    for (action, state) in [(Action::Cancel, ReferralState::Cancelled), (Action::Fail, ReferralState::Failed)] {
        for begun in [false, true] {
            let mut world = promised();
            if begun {
                world.ask(step(100, Action::Start));
            }
            world.ask(after(3, action));
            let referral = world.referral(100);
            assert_eq!((referral.state, referral.units, referral.arrived), (state, 8, 3));
            // No case stays open: its place is there for the next one.
            assert_eq!(figures(&world), [(0, 3), (0, 6), (0, 0), (0, 3)], "{action:?}");
            assert_eq!((counts(&world), world.needs[0].state), ((0, 3, 5), NeedState::PartlyServed));
            // The rest is referred and delivered like that of a partial delivery.
            world.ask(Command::Offer(Box::new(offer(101, 60, 30, None))));
            assert_eq!((world.referral(101).units, counts(&world)), (5, (5, 3, 0)));
            world.ask(step(101, Action::Accept));
            world.ask(step(101, Action::Deliver));
            assert_eq!((counts(&world), world.needs[0].state), ((0, 8, 0), NeedState::Served));
            assert_eq!(figures(&world)[0], (0, 8));
        }
    }
}

#[test]
fn a_part_that_had_arrived_counts_as_a_partial_delivery_does() {
    let (mut ended, mut delivered) = (promised(), promised());
    ended.ask(after(3, Action::Cancel));
    delivered.ask(after(3, Action::Deliver));
    delivered.ask(step(100, Action::Confirm));
    assert_eq!((figures(&ended), &ended.needs), (figures(&delivered), &delivered.needs));
}

#[test]
fn without_a_quantity_or_with_none_nothing_had_arrived() {
    for units in [None, Some(0)] {
        let mut world = promised();
        world.ask(Command::Step(Step { units, ..step_of(100, Action::Cancel) }));
        assert_eq!((world.referral(100).arrived, counts(&world)), (0, (0, 0, 8)));
        assert_eq!((world.needs[0].state, figures(&world)), (NeedState::Open, vec![(0, 0); 4]));
    }
}

#[test]
fn a_quantity_that_is_no_part_is_refused_by_field_rule_and_value() {
    let mut world = promised();
    let before = world.clone();
    let refused = |world: &mut World, units, action| match world.try_ask(&[after(units, action)]) {
        Err(Refusal::Refused(Error::InvalidArgument(found))) => {
            let found = &found[0];
            (found.field.clone(), found.rule.clone(), found.value.clone().unwrap(), found.message.clone())
        }
        other => panic!("{other:?}"),
    };
    for action in [Action::Cancel, Action::Fail] {
        for (units, rule, message) in [
            (8, "step.quantity_whole", "must be less than 8, which is all of it: deliver it instead"),
            (9, "step.quantity_range", "must be 0 to 7, less than all of it"),
            (-1, "step.quantity_range", "must be 0 to 7, less than all of it"),
        ] {
            let expected = ("quantity".to_owned(), rule.to_owned(), units.to_string(), message.to_owned());
            assert_eq!(refused(&mut world, units, action), expected, "{action:?}");
            assert_eq!(world, before);
        }
    }
    // Before it was accepted nothing can have arrived.
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 4));
    assert_eq!(world.refusal(after(1, Action::Withdraw)), "step.quantity");
    assert_eq!(world.refusal(after(1, Action::Decline)), "step.quantity");
}

#[test]
fn the_earliest_weeks_of_a_series_are_used_up_and_the_others_are_for_somebody_else() {
    let weekly = Some(Recurrence { every: PeriodLength::Week, occurrences: 8 });
    let mut world = World::new(
        vec![pool_of(20, PoolKind::Slots, Some(1)), pool_of(21, PoolKind::Budget, Some(800))],
        vec![giving(30, &[(20, 1), (21, 100)])],
        vec![lacking(60, vec![NeedItem { recurrence: weekly, ..much(1, 1) }])],
    );
    world.ask(offering(100, 60, 30, 1));
    world.ask(step(100, Action::Accept));
    world.ask(step(100, Action::Start));
    world.ask(after(3, Action::Fail));
    let slots: Vec<_> = world.referral(100).lines.iter().filter(|line| line.kind == PoolKind::Slots).collect();
    let used: Vec<String> = slots
        .iter()
        .filter(|line| line.state == LineState::Consumed)
        .map(|line| line.period_start.unwrap().strftime("%m-%d").to_string())
        .collect();
    assert_eq!(used, ["11-23", "11-30", "12-07"]);
    assert!(slots.iter().skip(3).all(|line| line.state == LineState::Returned));
    assert_eq!((world.pools[1].figures.held(), world.pools[1].figures.consumed), (0, 300), "what was spent");
    let item = &world.needs[0].items[0];
    assert_eq!((item.taken.len(), item.served, item.left()), (3, 3, 5));
    world.ask(Command::Offer(Box::new(offer(101, 60, 30, None))));
    let periods = &world.referral(101).periods;
    assert_eq!((periods.len(), periods[0].strftime("%m-%d").to_string()), (5, "12-14".to_owned()));
}

#[test]
fn a_dispute_may_be_settled_with_a_part_that_had_arrived() {
    let mut world = promised();
    for action in [Action::Deliver, Action::Dispute] {
        world.ask(step(100, action));
    }
    assert_eq!(world.refusal(after(8, Action::Fail)), "step.quantity_whole", "that is a confirmation");
    world.ask(after(3, Action::Fail));
    assert_eq!((world.referral(100).state, world.referral(100).arrived), (ReferralState::Failed, 3));
    assert_eq!((counts(&world), world.needs[0].state), ((0, 3, 5), NeedState::PartlyServed));
    // What was delivered stays used up where nobody says that it is there still; the case closes.
    assert_eq!(figures(&world), [(0, 8), (0, 16), (0, 0), (0, 8)]);
}

#[test]
fn what_is_there_still_after_a_dispute_is_free_again_and_the_rest_stays_used_up() {
    for (arrived, returned, used) in [(None, 8, 0), (None, 5, 3), (Some(3), 5, 3), (Some(3), 2, 6), (Some(0), 0, 8)] {
        let mut world = disputed();
        world.ask(settled(arrived, returned));
        let (referral, arrived) = (world.referral(100), arrived.unwrap_or_default());
        assert_eq!((referral.state, referral.arrived, referral.returned), (ReferralState::Failed, arrived, returned));
        // Of the caseload nothing is used up: its case closes, whatever came of it.
        assert_eq!(figures(&world), [(0, used), (0, 2 * used), (0, 0), (0, used)], "{arrived} {returned}");
        assert_eq!(counts(&world), (0, arrived, 8 - arrived), "what is there still has not arrived");
        // What is free again can be promised to somebody else.
        assert_eq!(world.pools[0].remaining().covers(20 - used), Some(true));
        assert_eq!(world.pools[0].remaining().covers(21 - used), Some(false));
    }
}

#[test]
fn a_wheelchair_that_never_left_serves_the_need_after_all() {
    let mut world = World::new(
        vec![pool_of(20, PoolKind::Stock, Some(1))],
        vec![giving(30, &[(20, 1)])],
        vec![lacking(60, vec![much(1, 1)])],
    );
    world.ask(offering(100, 60, 30, 1));
    for action in [Action::Accept, Action::Deliver, Action::Dispute] {
        world.ask(step(100, action));
    }
    world.ask(settled(None, 1));
    world.ask(offering(101, 60, 30, 1));
    for action in [Action::Accept, Action::Deliver, Action::Confirm] {
        world.ask(step(101, action));
    }
    assert_eq!((figures(&world), world.needs[0].state), (vec![(0, 1)], NeedState::Served));
}

#[test]
fn what_is_there_still_is_said_of_a_dispute_and_of_no_more_than_had_not_arrived() {
    let range = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
    let mut world = disputed();
    let before = world.clone();
    for (arrived, returned, refused) in [
        (None, 9, vec![range("returned_quantity", "step.returned_range")]),
        (None, -1, vec![range("returned_quantity", "step.returned_range")]),
        (Some(3), 6, vec![range("returned_quantity", "step.returned_range")]),
        (Some(8), 0, vec![range("quantity", "step.quantity_whole")]),
        // All that is wrong at once.
        (Some(9), 9, vec![range("quantity", "step.quantity_range"), range("returned_quantity", "step.returned_range")]),
    ] {
        assert_eq!(refused_by(&mut world, settled(arrived, returned)), refused, "{arrived:?} {returned}");
        assert_eq!(world, before);
    }
    // Whatever else ends gives back by itself what had not arrived.
    let elsewhere = |action| Command::Step(Step { returned: Some(1), ..step_of(100, action) });
    let expected = [range("returned_quantity", "step.returned")];
    for action in [Action::Deliver, Action::Cancel, Action::Fail] {
        assert_eq!(refused_by(&mut promised(), elsewhere(action)), expected, "{action:?}");
    }
    assert_eq!(refused_by(&mut disputed(), elsewhere(Action::Confirm)), expected);
}

#[test]
fn the_latest_weeks_of_a_series_are_there_still_also_one_that_nobody_lists_any_more() {
    let weekly = Some(Recurrence { every: PeriodLength::Week, occurrences: 3 });
    let mut world = World::new(
        vec![pool_of(20, PoolKind::Slots, Some(1))],
        vec![giving(30, &[(20, 1)])],
        vec![lacking(60, vec![NeedItem { recurrence: weekly, ..much(1, 1) }])],
    );
    world.ask(offering(100, 60, 30, 1));
    for action in [Action::Accept, Action::Deliver, Action::Dispute] {
        world.ask(step(100, action));
    }
    let used = |world: &World| {
        let periods = world.pools[0].periods.iter();
        periods.map(|period| (period.period_start.to_string(), period.figures.consumed)).collect::<Vec<_>>()
    };
    let weeks = ["2026-11-23", "2026-11-30", "2026-12-07"].map(|week| (week.to_owned(), 1));
    assert_eq!(used(&world), weeks);
    let mut forgetful = world.clone();
    world.ask(settled(Some(1), 2));
    assert_eq!(used(&world), weeks[..1], "of the others there is nothing to say any more");
    // The figures of a week that was forgotten are gone; the movements of the referral say what became of it.
    forgetful.pools[0].periods.remove(0);
    forgetful.ask(settled(None, 3));
    assert_eq!(used(&forgetful), []);
    assert!(forgetful.referral(100).lines.iter().all(|line| line.state == LineState::Returned));
}

#[test]
fn whoever_gives_up_a_rest_is_followed_by_the_next_and_a_case_worker_decides() {
    for (role, next_is_due) in [(Role::Partner, true), (Role::CaseWorker, false)] {
        let mut world = two_needs();
        world.ask(offered(|offer| offer.origin = Origin::Automatic));
        world.ask(step(100, Action::Accept));
        world.ask(Command::Step(Step { units: Some(2), role, ..step_of(100, Action::Cancel) }));
        assert_eq!((world.referral(100).next_is_due, counts(&world)), (next_is_due, (0, 2, 4)), "{role:?}");
    }
}

#[test]
fn what_had_arrived_nobody_takes_back() {
    let mut world = promised();
    world.ask(after(3, Action::Cancel));
    for action in [Action::Confirm, Action::Dispute, Action::Cancel, Action::Fail, Action::Deliver] {
        assert!(world.refusal(step(100, action)).contains("is cancelled"), "{action:?}");
    }
    let Err(Refusal::Refused(Error::CapacityHeld { referrals, taken, .. })) =
        world.try_ask(&[total_of(20, NewTotal::Known(2), true)])
    else {
        panic!("three are used up")
    };
    assert_eq!((referrals, taken), (vec![world.referral(100).id.name()], 3));
    world.ask(ending(60, Ending::Closed, None));
    assert_eq!((world.needs[0].state, counts(&world)), (NeedState::Closed, (0, 3, 5)));
}

#[test]
fn what_a_pledge_gives_back_is_there_for_nobody_else() {
    type Case = (&'static str, Origin, Command, i64, (i64, i64));
    let cases: [Case; 11] = [
        ("called off", Origin::Pledge, step(100, Action::Cancel), 4, (0, 0)),
        ("called off after a part", Origin::Pledge, after(2, Action::Cancel), 6, (0, 2)),
        ("come to nothing", Origin::Pledge, step(100, Action::Fail), 4, (0, 0)),
        ("delivered in part", Origin::Pledge, after(5, Action::Deliver), 9, (0, 5)),
        ("delivered", Origin::Pledge, step(100, Action::Deliver), 10, (0, 6)),
        ("begun", Origin::Pledge, step(100, Action::Start), 10, (6, 0)),
        ("disputed, and gone", Origin::Pledge, step(100, Action::Fail), 10, (0, 6)),
        ("disputed, and there still", Origin::Pledge, settled(Some(1), 4), 6, (0, 2)),
        ("its need ended", Origin::Pledge, ending(60, Ending::Closed, None), 4, (0, 0)),
        // Whoever has it has just said how much there is.
        ("counted anew", Origin::Pledge, total_of(20, NewTotal::Known(3), true), 3, (0, 0)),
        ("claimed from a catalogue", Origin::Claim, step(100, Action::Cancel), 10, (0, 0)),
    ];
    for (told, origin, command, total, used) in cases {
        let mut world = two_needs();
        world.ask(offered(|offer| offer.origin = origin));
        assert_eq!((world.referral(100).units, world.pools[0].figures.total), (6, Some(10)), "{told}");
        if told.starts_with("disputed") {
            world.ask(step(100, Action::Deliver));
            world.ask(step(100, Action::Dispute));
        }
        world.ask(command);
        assert_eq!((world.pools[0].figures.total, figures(&world)[0]), (Some(total), used), "{told}");
    }
    // Of a total that nobody knows nothing can be taken off.
    let mut world = two_needs();
    world.ask(offered(|offer| (offer.origin, offer.resource) = (Origin::Pledge, resource_id(31))));
    world.ask(step(100, Action::Cancel));
    assert_eq!((world.pools[1].figures.total, figures(&world)[1]), (None, (0, 0)));
}

#[test]
fn a_pledge_is_one_until_something_of_it_is_there_for_others() {
    let said = |total| total_of(20, total, true);
    let cases = [
        ("called off", vec![step(100, Action::Cancel)], true),
        ("delivered in part", vec![after(5, Action::Deliver)], true),
        ("delivered", vec![step(100, Action::Deliver)], true),
        ("as much as was given", vec![said(NewTotal::Known(6))], true),
        ("less, and called off for it", vec![said(NewTotal::Known(0))], true),
        ("still true", vec![said(NewTotal::Unchanged)], true),
        ("one more", vec![said(NewTotal::Known(7))], false),
        ("more after it was given", vec![step(100, Action::Deliver), said(NewTotal::Known(9))], false),
        ("less, and called off for it, and some left", vec![said(NewTotal::Known(3))], false),
        ("nobody knows how much", vec![said(NewTotal::Unknown)], false),
    ];
    for (told, commands, pledged) in cases {
        let mut world = two_needs();
        world.pools[0].pledged = true;
        world.pools[0].figures.total = Some(6);
        world.ask(offered(|offer| offer.origin = Origin::Pledge));
        for command in commands {
            world.ask(command);
        }
        assert_eq!(world.pools[0].pledged, pledged, "{told}: {:?}", world.pools[0].figures);
    }
}

/// The end of the need 60, of which so much had arrived of some referrals.
fn ended_after(ending: Ending, arrived: &[(u128, i64)]) -> Command {
    let arrived = arrived.iter().map(|(n, units)| Arrived { referral: referral_id(*n), units: *units }).collect();
    Command::EndNeed { need: need_id(60), ending, arrived, personal: None, expected: None }
}

/// A need of eight: three are promised, two begun, two offered.
fn under_way() -> World {
    let mut world = World::new(
        vec![pool_of(20, PoolKind::Stock, Some(20)), pool_of(21, PoolKind::Caseload, Some(20))],
        vec![giving(30, &[(20, 1), (21, 1)])],
        vec![lacking(60, vec![much(1, 8)]), lacking(61, vec![much(1, 8)])],
    );
    for (n, need, units) in [(100, 60, 3), (101, 60, 2), (102, 60, 2), (103, 61, 4)] {
        world.ask(offering(n, need, 30, units));
    }
    for n in [100, 101, 103] {
        world.ask(step(n, Action::Accept));
    }
    world.ask(step(101, Action::Start));
    world
}

#[test]
fn who_ends_a_need_says_how_much_had_arrived_of_what_ends_with_it() {
    for (ending, state) in [(Ending::Withdrawn, NeedState::Withdrawn), (Ending::Closed, NeedState::Closed)] {
        let mut world = under_way();
        world.ask(ended_after(ending, &[(101, 1), (100, 2)]));
        let ended = [100, 101, 102].map(|n| (world.referral(n).state, world.referral(n).arrived));
        let (cancelled, withdrawn) = (ReferralState::Cancelled, ReferralState::Withdrawn);
        assert_eq!(ended, [(cancelled, 2), (cancelled, 1), (withdrawn, 0)]);
        // Of another need nothing ends. No case of what has ended stays open.
        assert_eq!((figures(&world), counts(&world)), (vec![(4, 3), (4, 0)], (0, 3, 5)));
        assert_eq!(world.needs[0].state, state);
    }
}

#[test]
fn the_end_of_a_need_says_of_each_referral_what_calling_it_off_says() {
    let (mut ended, mut one_by_one) = (under_way(), under_way());
    ended.ask(ended_after(Ending::Closed, &[(100, 2)]));
    one_by_one.ask(Command::Step(Step { units: Some(2), ..step_of(100, Action::Cancel) }));
    one_by_one.ask(ended_after(Ending::Closed, &[]));
    assert_eq!((figures(&ended), &ended.needs[0].items), (figures(&one_by_one), &one_by_one.needs[0].items));
    // Nothing said is nothing arrived, and so is nothing that is said.
    let (mut unsaid, mut nothing) = (under_way(), under_way());
    unsaid.ask(ended_after(Ending::Closed, &[]));
    nothing.ask(ended_after(Ending::Closed, &[(100, 0), (101, 0)]));
    assert_eq!(unsaid, nothing);
    assert_eq!(figures(&unsaid), [(4, 0), (4, 0)]);
}

#[test]
fn all_that_cannot_have_arrived_is_told_at_once_and_the_need_stays() {
    let mut world = under_way();
    world.ask(step(101, Action::Deliver));
    let before = world.clone();
    let said = [(100, 3), (101, 1), (102, 1), (103, 1), (999, 1), (100, 4), (100, -1)];
    let refused = refused_by(&mut world, ended_after(Ending::Withdrawn, &said));
    let expected = [
        ("arrived[0].quantity", "step.quantity_whole"),
        // Delivered, offered, of another need, and of nobody.
        ("arrived[1].referral", "need.not_under_way"),
        ("arrived[2].referral", "need.not_under_way"),
        ("arrived[3].referral", "need.not_under_way"),
        ("arrived[4].referral", "need.not_under_way"),
        ("arrived[5].referral", "list.unique"),
        ("arrived[5].quantity", "step.quantity_range"),
        ("arrived[6].referral", "list.unique"),
        ("arrived[6].quantity", "step.quantity_range"),
    ];
    assert_eq!(refused, expected.map(|(field, rule)| (field.to_owned(), rule.to_owned())));
    assert_eq!(world, before);
}
