//! Deadlines of needs, and what they make of offers and promises, under a clock that the cases set.

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::capacity_pool::{PeriodLength, PoolKind};
use wishwell_domain::ids::Version;
use wishwell_domain::ledger::{Command, Done, Offer, retimed};
use wishwell_domain::need::{Need, NeedItem, Recurrence, Timing, Urgency};
use wishwell_domain::referral::{Action, Origin, Referral, ReferralState};

use crate::fixtures::at;
use crate::ledger_world::{World, giving, lacking, late, monday, much, nobody_left, offer, pool_of, referral_id, step};

fn in_minutes(minutes: i64) -> Timestamp {
    monday() + SignedDuration::from_mins(minutes)
}

/// Two who give, and a need that is wanted by then.
fn wanted_by(timing: Option<Timing>, urgency: Urgency) -> World {
    let pools = vec![pool_of(20, PoolKind::Stock, Some(10)), pool_of(21, PoolKind::Stock, Some(10))];
    let need = Need { timing, urgency, ..lacking(60, vec![much(1, 6)]) };
    World::new(pools, vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])], vec![need])
}

fn deadline(minutes: i64) -> Option<Timing> {
    Some(Timing::Deadline(in_minutes(minutes)))
}

fn automatic(id: u128, resource: u128, previous: Option<u128>) -> Command {
    let previous = previous.map(referral_id);
    Command::Offer(Box::new(Offer { origin: Origin::Automatic, previous, ..offer(id, 60, resource, None) }))
}

fn within(minutes: i64) -> Command {
    let answer_within = SignedDuration::from_mins(minutes);
    Command::Offer(Box::new(Offer { answer_within, ..offer(100, 60, 30, None) }))
}

#[test]
fn nobody_has_longer_to_answer_than_help_is_of_use_but_for_a_minute() {
    const DAY: i64 = 24 * 60;
    let window = Some(Timing::Window { start: in_minutes(DAY), end: in_minutes(2 * DAY) });
    // What was said, how long the provider is given, how long it has.
    let cases = [
        (None, 60, 60),
        (None, 100 * DAY, 60 * DAY),
        (deadline(180), 60, 60),
        (deadline(180), 180, 180),
        (deadline(180), 2 * DAY, 180),
        (deadline(1), 60, 1),
        (window, 3 * DAY, 2 * DAY),
        // It has passed: there are two weeks.
        (deadline(-1), 60, 60),
        (deadline(-1), 30 * DAY, 14 * DAY),
    ];
    for (timing, given, left) in cases {
        let mut world = wanted_by(timing, Urgency::Normal);
        world.ask(within(given));
        let referral = world.referral(100);
        assert_eq!(referral.expires_at, in_minutes(left), "{timing:?}, {given} minutes");
        assert!(referral.expires_at <= referral.due_at);
    }
    let mut world = wanted_by(Some(Timing::Deadline(monday() + SignedDuration::from_secs(10))), Urgency::Normal);
    world.ask(within(60));
    assert_eq!(world.referral(100).expires_at, in_minutes(1), "nobody reads an offer in ten seconds");
}

#[test]
fn of_an_offer_that_lapsed_in_time_nobody_is_told_however_late_somebody_looks() {
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    world.ask(within(60));
    world.now = in_minutes(200);
    world.ask(Command::Look { referral: referral_id(100) });
    let referral = world.referral(100);
    assert_eq!((referral.state, referral.escalated_at), (ReferralState::Expired, None));
}

#[test]
fn what_missed_its_deadline_is_due_as_soon_as_what_is_urgent_and_looked_for_as_far_as_ever() {
    for (urgency, horizon, due) in
        [(Urgency::Emergency, 3, 3), (Urgency::Urgent, 14, 14), (Urgency::Normal, 60, 14), (Urgency::Low, 180, 14)]
    {
        let days = |days: i64| monday() + SignedDuration::from_hours(24 * days);
        for (timing, due) in [(deadline(0), due), (None, horizon)] {
            let mut world = wanted_by(timing, urgency);
            world.ask(within(60));
            assert_eq!(world.referral(100).due_at, days(due), "{urgency:?} {timing:?}");
            assert_eq!(world.needs[0].window(monday()).1, days(horizon));
        }
    }
}

#[test]
fn a_deadline_that_passes_while_an_offer_waits_is_told_once_and_the_next_one_is_asked() {
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    let patient = |id, resource, previous: Option<u128>| {
        let (answer_within, previous) = (SignedDuration::from_hours(48), previous.map(referral_id));
        let offer = Offer { origin: Origin::Automatic, answer_within, previous, ..offer(id, 60, resource, None) };
        Command::Offer(Box::new(offer))
    };
    world.ask(patient(100, 30, None));
    world.now = in_minutes(180);
    world.ask(Command::Look { referral: referral_id(100) });
    let lapsed = world.referral(100);
    assert_eq!((lapsed.state, lapsed.next_is_due), (ReferralState::Expired, true));
    assert_eq!(lapsed.escalated_at, Some(in_minutes(180)), "told at once");
    let left = world.clone();
    // Help that comes late is better than none.
    world.now = in_minutes(181);
    world.ask(patient(101, 31, Some(100)));
    let next = world.referral(101);
    assert_eq!((next.expires_at, next.escalated_at), (in_minutes(181 + 48 * 60), None));
    assert_eq!((world.referral(100).escalated_at, world.referral(100).next_is_due), (Some(in_minutes(180)), false));
    // Where nobody is left, that was told already.
    let mut nobody = left;
    nobody.now = in_minutes(200);
    assert_eq!(nobody.ask(nobody_left(100)), Done::Referral(referral_id(100)));
    assert_eq!((nobody.referral(100).escalated_at, nobody.referral(100).next_is_due), (Some(in_minutes(180)), false));
    assert_eq!(nobody.ask(nobody_left(100)), Done::Unchanged(referral_id(100)));
}

#[test]
fn of_an_offer_that_lapses_in_time_nobody_is_told_and_of_one_that_somebody_chose_somebody_is() {
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    world.ask(automatic(100, 30, None));
    world.now = in_minutes(60);
    world.ask(Command::Look { referral: referral_id(100) });
    world.ask(automatic(101, 31, Some(100)));
    assert_eq!((world.referral(100).state, world.referral(100).escalated_at), (ReferralState::Expired, None));
    world.ask(step(101, Action::Withdraw));
    world.ask(Command::Offer(Box::new(Offer {
        answer_within: SignedDuration::from_hours(9),
        ..offer(102, 60, 30, None)
    })));
    world.now = in_minutes(180);
    world.ask(Command::Look { referral: referral_id(102) });
    let chosen = world.referral(102);
    assert_eq!((chosen.escalated_at, chosen.next_is_due), (Some(world.now), false));
}

/// A referral of a world whose need is wanted by another time now.
fn after(world: &World, timing: Option<Timing>) -> Option<Referral> {
    let need = Need { timing, ..world.needs[0].clone() };
    retimed(&world.referrals[0], &need, world.offerings.first(), world.now)
}

#[test]
fn offers_follow_a_deadline_that_is_brought_forward_or_put_off() {
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    world.ask(within(120));
    world.now = in_minutes(30);
    let times = |timing| after(&world, timing).map(|after| (after.due_at, after.expires_at));
    assert_eq!(times(deadline(180)), None, "as it is");
    assert_eq!(times(deadline(90)), Some((in_minutes(90), in_minutes(90))), "brought forward");
    assert_eq!(times(deadline(600)), Some((in_minutes(600), in_minutes(120))), "nobody is given more than was said");
    let soon = Some(Timing::Deadline(in_minutes(30) + SignedDuration::from_secs(1)));
    assert_eq!(times(soon).unwrap().1, in_minutes(31), "a minute is left");
    let end_of_horizon = in_minutes(30) + SignedDuration::from_hours(24 * 60);
    assert_eq!(times(None), Some((end_of_horizon, in_minutes(120))));
    let moved = after(&world, deadline(90)).unwrap();
    assert_eq!((moved.version, moved.updated_at), (Version(2), world.now));
    let before = &world.referrals[0];
    let said = Referral { due_at: before.due_at, expires_at: before.expires_at, ..moved };
    assert_eq!(Referral { version: before.version, updated_at: before.updated_at, ..said }, *before, "and no more");
    world.now = in_minutes(120);
    assert_eq!(after(&world, deadline(600)), None, "it has lapsed");
}

#[test]
fn promises_follow_a_deadline_and_are_told_of_anew_once_they_are_late_again() {
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    world.ask(within(60));
    world.ask(step(100, Action::Accept));
    world.now = in_minutes(180);
    world.ask(late(100));
    assert!(world.referral(100).is_overdue(world.now));
    let put_off = after(&world, deadline(600)).unwrap();
    assert_eq!((put_off.is_overdue(world.now), put_off.escalated_at), (false, None));
    world.referrals[0] = put_off;
    world.needs[0].timing = deadline(600);
    assert_eq!(world.ask(late(100)), Done::Unchanged(referral_id(100)), "not yet");
    world.now = in_minutes(600);
    assert_eq!(world.ask(late(100)), Done::Referral(referral_id(100)));
    world.ask(step(100, Action::Deliver));
    assert_eq!(after(&world, deadline(900)), None, "it has arrived");
}

#[test]
fn that_nobody_is_left_for_the_rest_stays_told_of_when_the_deadline_is_put_off() {
    let part = |world: &mut World| {
        world.ask(Command::Offer(Box::new(Offer { origin: Origin::Automatic, ..offer(100, 60, 30, Some(4)) })));
        world.ask(step(100, Action::Accept));
        world.ask(nobody_left(100));
    };
    let told = |world: &World| after(world, deadline(600)).map(|after| after.escalated_at);
    let mut world = wanted_by(deadline(180), Urgency::Normal);
    part(&mut world);
    assert_eq!(told(&world), Some(Some(monday())), "two are open, and nobody is asked");
    world.now = in_minutes(180);
    world.ask(late(100));
    assert_eq!(told(&world), Some(Some(in_minutes(180))));
    // What is late by then is told of again.
    world.referrals[0] = after(&world, deadline(600)).unwrap();
    world.now = in_minutes(600);
    assert_eq!(world.ask(late(100)), Done::Referral(referral_id(100)));
    let mut covered = wanted_by(deadline(180), Urgency::Normal);
    part(&mut covered);
    covered.ask(Command::Offer(Box::new(offer(101, 60, 31, Some(2)))));
    assert_eq!(told(&covered), Some(None), "somebody was asked for the rest");
}

#[test]
fn what_recurs_is_due_with_its_last_occurrence_whatever_becomes_of_the_deadline() {
    let visits = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }), ..much(1, 1) };
    let mut world = wanted_by(None, Urgency::Urgent);
    world.needs[0].items = vec![visits];
    world.ask(offering_of_what_is_left());
    let last = at("2027-01-17T16:00:00Z");
    assert_eq!(world.referral(100).due_at, last);
    assert_eq!(after(&world, deadline(600)), None);
    let later = at("2027-02-01T00:00:00Z");
    assert_eq!(after(&world, Some(Timing::Deadline(later))).map(|after| after.due_at), Some(later));
}

fn offering_of_what_is_left() -> Command {
    Command::Offer(Box::new(offer(100, 60, 31, None)))
}
