//! What a new usual total makes of periods that have ended, go on and are to come; and who is named where too much is used up.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodLength, PoolKind};
use wishwell_domain::ledger::{Command, NewTotal, Refusal, SetFigures};
use wishwell_domain::need::{NeedItem, Recurrence};
use wishwell_domain::referral::{Action, ReferralState, StepReason};

use crate::fixtures::{at, date};
use crate::ledger_world::{
    World, confirmation, giving, lacking, monday, much, offering, pool_of, referral_id, step, total_of,
};

/// Ten visits a week, and needs of visits in each of so many weeks.
fn visits<const N: usize>(weeks: [u32; N]) -> World {
    let visit = |occurrences| NeedItem {
        recurrence: (occurrences > 1).then_some(Recurrence { every: PeriodLength::Week, occurrences }),
        ..much(1, 10)
    };
    let needs = (60..).zip(weeks).map(|(n, weeks)| lacking(n, vec![visit(weeks)])).collect();
    World::new(vec![pool_of(20, PoolKind::Slots, Some(10))], vec![giving(30, &[(20, 1)])], needs)
}

fn in_weeks(weeks: i64) -> Timestamp {
    monday() + SignedDuration::from_hours(weeks * 7 * 24)
}

/// The visits of one week that is over: ten were accepted, and this happened to them.
fn after_a_week_of(happened: &[Action]) -> World {
    let mut world = visits([1, 1]);
    world.ask(offering(100, 60, 30, 10));
    for action in happened {
        world.ask(step(100, *action));
    }
    world.now = in_weeks(1);
    world
}

/// Totals of the listed periods, in order.
fn totals(world: &World) -> Vec<(String, Option<i64>)> {
    let periods = world.pools[0].periods.iter();
    periods.map(|period| (period.period_start.to_string(), period.figures.total)).collect()
}

fn total(total: i64, force: bool) -> Command {
    total_of(20, NewTotal::Known(total), force)
}

/// Who is in the way of a command.
fn in_the_way(world: &mut World, command: Command) -> Vec<u128> {
    match world.try_ask(&[command]) {
        Err(Refusal::Refused(Error::CapacityHeld { referrals, .. })) => {
            (100..110).rev().filter(|n| referrals.contains(&referral_id(*n).name())).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lower_usual_total_leaves_a_week_that_is_over_with_what_it_had() {
    for happened in [&[Action::Accept, Action::Deliver][..], &[Action::Accept], &[Action::Accept, Action::Start]] {
        for force in [false, true] {
            let mut world = after_a_week_of(happened);
            let before = world.referral(100).clone();
            world.ask(total(8, force));
            assert_eq!(totals(&world), [("2026-11-23".to_owned(), Some(10))], "{happened:?}");
            assert_eq!(*world.referral(100), before, "nothing of it is called off, by force {force}");
            assert_eq!(world.pools[0].remaining_in(date("2026-11-30")).covers(9), Some(false));
            // Also after a second one, and what is done in it afterwards counts in it.
            world.ask(total(3, force));
            if !happened.contains(&Action::Deliver) {
                world.ask(step(100, Action::Deliver));
            }
            let ended = world.pools[0].periods[0].figures;
            assert_eq!((ended.total, ended.consumed, ended.held()), (Some(10), 10, 0));
            let refused = world.refusal(offering(101, 61, 30, 4));
            assert!(refused.contains("has 3 left in"), "{refused}");
        }
    }
}

#[test]
fn what_is_used_elsewhere_and_what_nobody_knows_are_said_of_weeks_to_come_alone() {
    let elsewhere = SetFigures { used_elsewhere: Some(7), ..confirmation(20) };
    for said in [Command::SetFigures(elsewhere), total_of(20, NewTotal::Unknown, false)] {
        let mut world = after_a_week_of(&[Action::Accept]);
        world.ask(said);
        let ended = world.pools[0].periods[0].figures;
        assert_eq!((ended.total, ended.used_elsewhere), (Some(10), 0));
    }
}

#[test]
fn a_week_ends_at_midnight_where_the_pool_is() {
    let midnight = at("2026-11-29T16:00:00Z");
    let mut world = after_a_week_of(&[Action::Accept]);
    world.now = midnight - SignedDuration::from_micros(1);
    assert_eq!(in_the_way(&mut world, total(8, false)), [100]);
    world.now = midnight;
    world.ask(total(8, false));
    assert_eq!(totals(&world), [("2026-11-23".to_owned(), Some(10))]);
}

#[test]
fn a_week_that_goes_on_is_counted_with_those_to_come() {
    let mut world = after_a_week_of(&[Action::Accept, Action::Deliver]);
    world.ask(offering(101, 61, 30, 10));
    world.ask(step(101, Action::Accept));
    assert_eq!(in_the_way(&mut world, total(8, false)), [101], "not those of last week");
    let mut forced = world.clone();
    forced.ask(total(8, true));
    assert_eq!(forced.referral(101).state, ReferralState::Cancelled);
    assert_eq!(forced.referral(101).last.reason, Some(StepReason::Shortfall));
    assert_eq!(forced.referral(100).state, ReferralState::Delivered);
    // What was delivered this week nobody calls off: this week keeps its ten when that is said of it first.
    world.ask(step(101, Action::Deliver));
    assert_eq!(in_the_way(&mut world, total(8, true)), [101]);
    let this_week = SetFigures { period_start: Some(date("2026-11-30")), ..confirmation(20) };
    world.ask(Command::SetFigures(this_week));
    world.ask(total(8, false));
    let stays = ["2026-11-23", "2026-11-30"].map(|start| (start.to_owned(), Some(10)));
    assert_eq!((totals(&world), world.pools[0].figures.total), (stays.to_vec(), Some(8)));
}

#[test]
fn force_calls_off_no_more_than_the_coming_weeks_lack() {
    let mut world = visits([2, 4]);
    world.ask(offering(100, 60, 30, 4));
    world.ask(offering(101, 61, 30, 6));
    for n in [100, 101] {
        world.ask(step(n, Action::Accept));
    }
    // The first is for two weeks that are over, the second for these and two more.
    world.now = in_weeks(2);
    world.ask(total(6, true));
    assert_eq!([100, 101].map(|n| world.referral(n).state), [ReferralState::Accepted; 2]);
    assert_eq!(totals(&world).iter().map(|(_, total)| total.unwrap()).collect::<Vec<_>>(), [10, 10, 6, 6]);
    assert_eq!(in_the_way(&mut world, total(5, false)), [101]);
    world.ask(total(5, true));
    assert_eq!([100, 101].map(|n| world.referral(n).state), [ReferralState::Accepted, ReferralState::Cancelled]);
    assert_eq!(totals(&world).len(), 2, "those to come hold nothing any more");
}

#[test]
fn a_week_that_is_over_can_be_said_anew_by_itself() {
    let mut world = after_a_week_of(&[Action::Accept, Action::Deliver]);
    world.ask(total(8, false));
    let last_week = |total| {
        let period_start = Some(date("2026-11-23"));
        Command::SetFigures(SetFigures { period_start, total: NewTotal::Known(total), ..confirmation(20) })
    };
    world.ask(last_week(12));
    assert_eq!(totals(&world), [("2026-11-23".to_owned(), Some(12))]);
    assert_eq!(in_the_way(&mut world, last_week(9)), [100]);
}

#[test]
fn whoever_used_up_more_than_there_shall_be_is_named() {
    for kind in [PoolKind::Stock, PoolKind::Slots] {
        let pool: CapacityPool = pool_of(20, kind, Some(10));
        let needs = (60..64).map(|n| lacking(n, vec![much(1, 2)])).collect();
        let mut world = World::new(vec![pool], vec![giving(30, &[(20, 1)])], needs);
        for n in 0..4 {
            world.ask(offering(100 + n, 60 + n, 30, 2));
        }
        for n in [100, 101, 102] {
            world.ask(step(n, Action::Accept));
        }
        for n in [100, 101] {
            world.ask(step(n, Action::Deliver));
        }
        let before = world.clone();
        assert_eq!(in_the_way(&mut world, total(4, false)), [103, 102], "{kind:?}: four are used up, and covered");
        assert_eq!(in_the_way(&mut world, total(3, false)), [103, 102, 101, 100]);
        assert_eq!(in_the_way(&mut world, total(3, true)), [101, 100], "by force the others could go");
        assert_eq!(world, before);
        world.ask(total(4, true));
    }
}
