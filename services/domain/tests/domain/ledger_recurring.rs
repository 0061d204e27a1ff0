use wishwell_domain::capacity_pool::{PeriodLength, PoolKind};
use wishwell_domain::ledger::{Command, NewTotal, Offering, SetFigures, Step};
use wishwell_domain::need::{Need, NeedItem, NeedState, Recurrence, Timing};
use wishwell_domain::referral::{Action, LineState};

use crate::fixtures::{at, date, office_hours};
use crate::ledger_world::{
    World, confirmation, giving, lacking, monday, much, offer, offering, pool_of, step, step_of,
};

/// A visit each week for eight weeks, that two partners with a place a week could make.
fn visits() -> World {
    let visit = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }), ..much(1, 1) };
    World::new(
        vec![pool_of(20, PoolKind::Slots, Some(1)), pool_of(21, PoolKind::Slots, Some(1))],
        vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])],
        vec![lacking(60, vec![visit])],
    )
}

fn days(world: &World, referral: u128) -> Vec<String> {
    let lines = &world.referral(referral).lines;
    let held = lines.iter().filter(|line| matches!(line.state, LineState::Pending | LineState::Committed));
    held.map(|line| line.period_start.unwrap().strftime("%m-%d").to_string()).collect()
}

fn left(world: &World) -> i64 {
    world.needs[0].items[0].left()
}

fn rest(id: u128, resource: u128) -> Command {
    Command::Offer(Box::new(offer(id, 60, resource, None)))
}

fn accepted(id: u128, units: i64) -> Command {
    Command::Step(Step { units: Some(units), ..step_of(id, Action::Accept) })
}

#[test]
fn the_rest_of_what_was_taken_in_part_is_for_the_next_partner_in_the_weeks_that_are_left() {
    let mut world = visits();
    world.ask(rest(100, 30));
    assert_eq!((days(&world, 100).len(), left(&world)), (8, 0));
    world.ask(accepted(100, 3));
    assert_eq!(days(&world, 100), ["11-23", "11-30", "12-07"]);
    assert_eq!(left(&world), 5);
    world.ask(rest(101, 31));
    assert_eq!(days(&world, 101), ["12-14", "12-21", "12-28", "01-04", "01-11"]);
    assert_eq!((world.referral(101).occurrences, world.referral(101).units, left(&world)), (5, 5, 0));
    assert!(world.refusal(rest(102, 30)).contains("has 0 unit(s) left"));
    for id in [100, 101] {
        if id == 101 {
            world.ask(step(id, Action::Accept));
        }
        world.ask(step(id, Action::Deliver));
    }
    let need = &world.needs[0];
    assert_eq!((need.state, need.items[0].served), (NeedState::Served, 8));
}

#[test]
fn what_a_partner_gives_up_or_leaves_undone_is_in_the_same_weeks_for_somebody_else() {
    let mut world = visits();
    world.ask(rest(100, 30));
    world.ask(accepted(100, 3));
    world.ask(rest(101, 31));
    world.ask(step(101, Action::Accept));
    world.ask(step(100, Action::Cancel));
    world.ask(rest(102, 30));
    assert_eq!(days(&world, 102), ["11-23", "11-30", "12-07"]);
    world.ask(step(102, Action::Accept));
    // Two visits came about: the third is still lacking.
    world.ask(Command::Step(Step { units: Some(2), ..step_of(102, Action::Deliver) }));
    world.ask(rest(103, 30));
    assert_eq!((days(&world, 103), left(&world)), (vec!["12-07".to_owned()], 0));
    // It was not true after all that they came about.
    world.ask(step(103, Action::Decline));
    world.ask(step(102, Action::Dispute));
    world.ask(step(102, Action::Fail));
    assert_eq!(left(&world), 3);
}

#[test]
fn weeks_that_went_by_are_made_up_for_later() {
    let mut world = visits();
    world.ask(rest(100, 30));
    world.ask(accepted(100, 3));
    world.ask(step(100, Action::Deliver));
    world.now = at("2027-01-06T02:00:00Z");
    world.ask(rest(101, 31));
    assert_eq!(days(&world, 101), ["01-04", "01-11", "01-18", "01-25", "02-01"]);
}

#[test]
fn a_share_of_each_week_leaves_the_other_share_of_each() {
    let mut world = visits();
    world.needs[0].items[0].quantity = 2;
    world.ask(Command::Offer(Box::new(offer(100, 60, 30, Some(1)))));
    assert_eq!((world.referral(100).units, left(&world)), (8, 8));
    world.ask(accepted(100, 5));
    world.ask(rest(101, 31));
    assert_eq!((days(&world, 101).len(), world.referral(101).quantity, left(&world)), (8, 1, 3));
    // What the first did not take of the last three weeks.
    world.ask(step(101, Action::Accept));
    world.ask(rest(102, 30));
    assert_eq!(days(&world, 102), ["12-28", "01-04", "01-11"]);
}

#[test]
fn what_recurs_and_draws_on_stock_and_a_caseload_is_taken_in_part_as_well() {
    let mut world = visits();
    world.pools.extend([pool_of(22, PoolKind::Stock, Some(6)), pool_of(23, PoolKind::Caseload, Some(1))]);
    world.offerings.push(giving(32, &[(22, 1), (23, 1)]));
    let mut whole = world.clone();
    whole.needs[0].items[0].splittable = false;
    assert!(whole.refusal(rest(100, 32)).contains("has 6 left, 8 asked"));
    let mut first = world.clone();
    first.ask(rest(100, 32));
    let units: Vec<_> = first.referral(100).lines.iter().map(|line| line.units).collect();
    assert_eq!((units, left(&first)), (vec![6, 1], 2), "as often as it lasts");
    world.ask(rest(100, 30));
    world.ask(accepted(100, 3));
    world.ask(rest(101, 32));
    let units: Vec<_> = world.referral(101).lines.iter().map(|line| line.units).collect();
    assert_eq!((units, world.referral(101).periods.len()), (vec![5, 1], 5));
}

#[test]
fn an_item_that_cannot_be_split_is_referred_whole_and_again_after_less_was_delivered() {
    let mut world = visits();
    world.needs[0].items[0].splittable = false;
    world.ask(rest(100, 30));
    assert_eq!(world.refusal(accepted(100, 3)), "item.not_splittable");
    world.ask(accepted(100, 8));
    world.ask(Command::Step(Step { units: Some(3), ..step_of(100, Action::Deliver) }));
    world.ask(rest(101, 31));
    assert_eq!((days(&world, 101).len(), left(&world)), (5, 0));
}

#[test]
fn the_week_in_which_the_window_starts_is_the_first_when_the_resource_can_serve_in_what_is_left_of_it() {
    let thursday = |hours: bool, full: bool| {
        let mut world = visits();
        let window = Timing::Window { start: at("2026-11-26T10:00:00Z"), end: at("2027-02-01T00:00:00Z") };
        world.needs[0] = Need { timing: Some(window), ..world.needs[0].clone() };
        let schedule = hours.then(|| {
            let mut hours = office_hours("Asia/Shanghai");
            hours.weekly.truncate(3);
            hours
        });
        world.offerings[0] = Offering { schedule, ..world.offerings[0].clone() };
        if full {
            let week = Some(date("2026-11-23"));
            world.ask(Command::SetFigures(SetFigures {
                period_start: week,
                total: NewTotal::Known(0),
                ..confirmation(20)
            }));
        }
        world.ask(rest(100, 30));
        assert_eq!(left(&world), 0);
        let days = days(&world, 100);
        assert_eq!(days.len(), 8, "no visit is lost");
        days[0].clone()
    };
    assert_eq!(office_hours("Asia/Shanghai").weekly.len(), 5, "Monday to Friday");
    assert_eq!(thursday(false, false), "11-23");
    assert_eq!(thursday(true, false), "11-30", "from Thursday evening on it is closed");
    assert_eq!(thursday(false, true), "11-30", "this week is full");
    assert!(monday() < at("2026-11-26T10:00:00Z"));
}

/// [`visits`] of a need of which help is of use until then.
fn visits_until(end: &str) -> World {
    let mut world = visits();
    world.needs[0].timing = Some(Timing::Deadline(at(end)));
    world
}

#[test]
fn no_visit_lies_after_the_deadline_and_those_that_do_not_fit_stay_left() {
    for (end, expected) in [
        // Midnight between Sunday and Monday: the next week begins when it is over.
        ("2026-12-20T16:00:00Z", &["11-23", "11-30", "12-07", "12-14"][..]),
        ("2026-12-20T16:00:01Z", &["11-23", "11-30", "12-07", "12-14", "12-21"]),
        ("2026-11-24T00:00:00Z", &["11-23"]),
    ] {
        let mut world = visits_until(end);
        world.ask(rest(100, 30));
        assert_eq!(days(&world, 100), expected, "{end}");
        let (referral, visits) = (world.referral(100), expected.len() as i64);
        assert_eq!((referral.units, referral.due_at, left(&world)), (visits, at(end), 8 - visits));
        // Nobody else is asked for what would come too late.
        assert!(world.refusal(rest(101, 31)).contains("has 0 unit(s) left"));
        world.needs[0].timing = None;
        world.ask(rest(101, 31));
        assert_eq!((days(&world, 101).len() as i64, left(&world)), (8 - visits, 0));
    }
}

#[test]
fn the_last_week_is_served_only_where_it_is_open_before_the_end_and_refuses_when_it_is_full() {
    // The window ends in the night to Wednesday; the resource opens on Thursdays and Fridays, or every day.
    let offered = |open_early: bool, full: bool| {
        let mut world = visits_until("2026-12-08T16:00:00Z");
        let mut hours = office_hours("Asia/Shanghai");
        if !open_early {
            hours.weekly.drain(..3);
        }
        world.offerings[0] = Offering { schedule: Some(hours), ..world.offerings[0].clone() };
        if full {
            let week = Some(date("2026-12-07"));
            let none = SetFigures { period_start: week, total: NewTotal::Known(0), ..confirmation(20) };
            world.ask(Command::SetFigures(none));
        }
        world
    };
    for (open_early, full, expected) in [(true, false, 3), (false, false, 2), (false, true, 2)] {
        let mut world = offered(open_early, full);
        world.ask(rest(100, 30));
        assert_eq!(days(&world, 100).len(), expected, "{open_early} {full}");
    }
    let mut full = offered(true, true);
    full.needs[0].items[0].splittable = false;
    assert!(full.refusal(rest(100, 30)).contains("2026-12-07"));
    let mut in_part = offered(true, true);
    in_part.ask(rest(100, 30));
    assert_eq!(days(&in_part, 100).len(), 2);
}

#[test]
fn a_first_week_that_is_full_is_made_up_for_only_before_the_end() {
    let full = |end: &str| {
        let mut world = visits_until(end);
        let week = Some(date("2026-11-23"));
        world.ask(Command::SetFigures(SetFigures {
            period_start: week,
            total: NewTotal::Known(0),
            ..confirmation(20)
        }));
        world
    };
    let mut world = full("2026-12-06T16:00:00Z");
    world.ask(rest(100, 30));
    assert_eq!(days(&world, 100), ["11-30"]);
    let told = full("2026-11-29T16:00:00Z").refusal(rest(100, 30));
    assert!(told.contains("2026-11-23"), "{told}");
}

#[test]
fn nothing_is_held_after_the_last_day_on_which_a_resource_is_offered() {
    let ending = |day: &str, start: &str| {
        let mut world = visits();
        world.pools.push(pool_of(22, PoolKind::Stock, Some(20)));
        world.offerings.push(giving(32, &[(22, 1)]));
        for offering in &mut world.offerings {
            offering.valid_until = Some(date(day));
        }
        let window = Timing::Window { start: at(start), end: at("2027-02-01T00:00:00Z") };
        world.needs[0].timing = Some(window);
        world
    };
    for resource in [30, 32] {
        for (day, weeks) in [("2026-12-06", 2), ("2026-12-07", 3), ("2027-03-01", 8)] {
            let mut world = ending(day, "2026-11-23T02:00:00Z");
            world.ask(rest(100, resource));
            assert_eq!(
                (world.referral(100).periods.len(), left(&world)),
                (weeks, 8 - weeks as i64),
                "{resource} {day}"
            );
        }
        for once in [false, true] {
            let mut world = ending("2026-12-06", "2026-12-08T02:00:00Z");
            if once {
                world.needs[0].items[0].recurrence = None;
            }
            assert!(world.refusal(rest(100, resource)).contains("is not offered"), "{resource} {once}");
        }
    }
}

#[test]
fn what_recurs_and_draws_on_stock_alone_ends_with_the_window_too() {
    let mut world = visits_until("2026-12-06T16:00:00Z");
    world.pools.push(pool_of(22, PoolKind::Stock, Some(2)));
    world.offerings.push(giving(32, &[(22, 1)]));
    world.ask(rest(100, 32));
    assert_eq!((world.referral(100).units, world.referral(100).periods.len(), left(&world)), (2, 2, 6));
}

/// Visits, and the first partner has no place in the third week and the last two.
fn full_later_on() -> World {
    let mut world = visits();
    for week in ["2026-12-07", "2027-01-04", "2027-01-11"] {
        let none = SetFigures { period_start: Some(date(week)), total: NewTotal::Known(0), ..confirmation(20) };
        world.ask(Command::SetFigures(none));
    }
    world
}

#[test]
fn a_week_that_is_full_later_on_refuses_all_of_what_cannot_be_split() {
    let mut world = full_later_on();
    world.needs[0].items[0].splittable = false;
    let before = world.clone();
    let told = world.refusal(rest(100, 30));
    assert!(told.contains("2026-12-07"), "{told}");
    assert_eq!(world, before);
    world.ask(offering(101, 60, 31, 1));
}

#[test]
fn weeks_that_are_full_later_on_are_for_the_next_partner() {
    let mut world = full_later_on();
    world.ask(rest(100, 30));
    assert_eq!(days(&world, 100), ["11-23", "11-30", "12-14", "12-21", "12-28"]);
    assert_eq!((world.referral(100).occurrences, world.referral(100).units, left(&world)), (5, 5, 3));
    let told = world.clone().refusal(rest(101, 30));
    assert!(told.contains("2026-12-07"), "the first has nothing for what is left: {told}");
    world.ask(rest(101, 31));
    assert_eq!((days(&world, 101), left(&world)), (["12-07", "01-04", "01-11"].map(str::to_owned).to_vec(), 0));
}
