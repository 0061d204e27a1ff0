use jiff::SignedDuration;
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{PeriodFigures, PeriodLength, PoolKind};
use wishwell_domain::ids::Version;
use wishwell_domain::ledger::{Books, Command, Done, NewTotal, Offer, Offering, Refusal, SetFigures, Step};
use wishwell_domain::limits;
use wishwell_domain::need::{Ending, Need, NeedItem, NeedState, Recurrence, Timing, Urgency};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, LineState, Origin, ReferralState, StepReason};
use wishwell_domain::resource::ResourceLifecycle;

use crate::fixtures::{at, date, unit};
use crate::ledger_world::{
    World, confirmation, ending, giving, lacking, monday, much, need_id, offer, offered, offering, pool_id, pool_of,
    referral_id, resource_id, step, step_of, total_of, two_needs, withdrawing,
};

#[test]
fn an_offer_holds_counts_and_says_who_has_how_long() {
    let mut world = two_needs();
    assert_eq!(world.ask(offering(100, 60, 30, 4)), Done::Referral(referral_id(100)));
    let referral = world.referral(100);
    assert_eq!((referral.state, referral.units, referral.version), (ReferralState::Offered, 4, Version(1)));
    assert_eq!((referral.expires_at, referral.attempt), (monday() + SignedDuration::from_hours(1), 1));
    assert_eq!(referral.due_at, world.needs[0].window(monday()).1);
    assert_eq!((referral.last.action, referral.last.by.as_str()), (None, "desk"));
    assert_eq!((world.pools[0].figures.pending, world.pools[0].version), (4, Version(2)));
    assert_eq!((world.needs[0].items[0].left(), world.needs[0].version), (2, Version(2)));
    // Without a quantity it is for what is left.
    world.ask(offered(|offer| offer.id = referral_id(101)));
    assert_eq!((world.referral(101).quantity, world.needs[0].items[0].left()), (2, 0));
}

#[test]
fn what_cannot_be_offered_is_told_and_changes_nothing() {
    type Case = (&'static str, fn(&mut Offer));
    let cases: &[Case] = &[
        ("item.unknown", |o| o.item_ordinal = 2),
        ("quantity.range", |o| o.quantity = Some(0)),
        ("quantity.range", |o| o.quantity = Some(limits::QUANTITY_MAX + 1)),
        ("needs/00000000-0000-0000-0000-000000000009 was not found", |o| o.need = need_id(9)),
        ("resources/00000000-0000-0000-0000-000000000009 was not found", |o| o.resource = resource_id(9)),
        ("referrals/00000000-0000-0000-0000-00000000005a already exists", |o| o.id = referral_id(90)),
        ("item 1 of needs/00000000-0000-0000-0000-00000000003c has 5 unit(s) left to refer, 6 asked", |o| {
            o.quantity = Some(6);
        }),
        ("item.not_splittable", |o| (o.need, o.quantity) = (need_id(61), Some(1))),
        ("unit.mismatch", |o| o.resource = resource_id(32)),
        ("resources/00000000-0000-0000-0000-000000000021 is not offered now", |o| o.resource = resource_id(33)),
        ("resources/00000000-0000-0000-0000-000000000022 is not offered now", |o| o.resource = resource_id(34)),
        ("resources/00000000-0000-0000-0000-000000000023 is not offered now", |o| o.resource = resource_id(35)),
        ("capacityPools/00000000-0000-0000-0000-000000000014 has 9 left, 10 asked", |o| {
            (o.resource, o.quantity) = (resource_id(36), Some(1));
        }),
        ("needs/00000000-0000-0000-0000-00000000003e is withdrawn and takes no more changes", |o| o.need = need_id(62)),
        (
            "referrals/00000000-0000-0000-0000-00000000005a is offered: it cannot be followed by another offer any more, or not yet",
            |o| {
                o.previous = Some(referral_id(90));
            },
        ),
    ];
    let mut world = two_needs();
    world.needs.push(Need { state: NeedState::Withdrawn, ..lacking(62, vec![much(1, 1)]) });
    world.offerings.extend([
        Offering { unit: Some(unit("hour")), ..giving(32, &[]) },
        Offering { lifecycle: ResourceLifecycle::Paused, ..giving(33, &[]) },
        Offering { valid_from: Some(date("2026-11-24")), ..giving(34, &[]) },
        Offering { valid_until: Some(date("2026-11-22")), ..giving(35, &[]) },
        giving(36, &[(20, 10)]),
    ]);
    world.ask(offering(90, 60, 30, 1));
    let before = world.clone();
    for (told, change) in cases {
        assert_eq!(&world.refusal(offered(change)), told);
        assert_eq!(world, before, "{told}");
    }
    let Err(Refusal::Refused(Error::InvalidArgument(found))) =
        world.try_ask(&[offered(|o| o.resource = resource_id(32))])
    else {
        panic!("it counts in hours");
    };
    let resource = resource_id(32).name();
    assert_eq!((found[0].field.as_str(), found[0].value.as_deref()), ("resource", Some(resource.as_str())));
}

#[test]
fn a_whole_life_goes_step_by_step_and_the_need_follows() {
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 4));
    type Line = (Action, ReferralState, (i64, i64, i64), (i64, i64), NeedState);
    let life: [Line; 6] = [
        (Action::Accept, ReferralState::Accepted, (0, 4, 0), (4, 0), NeedState::Open),
        (Action::Start, ReferralState::InProgress, (0, 4, 0), (4, 0), NeedState::Open),
        (Action::Deliver, ReferralState::Delivered, (0, 0, 4), (0, 4), NeedState::PartlyServed),
        (Action::Dispute, ReferralState::Disputed, (0, 0, 4), (0, 4), NeedState::PartlyServed),
        (Action::Confirm, ReferralState::Confirmed, (0, 0, 4), (0, 4), NeedState::PartlyServed),
        (Action::Fail, ReferralState::Confirmed, (0, 0, 4), (0, 4), NeedState::PartlyServed),
    ];
    for (action, state, figures, counts, need) in life {
        let taken = world.try_ask(&[step(100, action)]);
        assert_eq!(taken.is_ok(), action != Action::Fail);
        let (pool, item) = (world.pools[0].figures, &world.needs[0].items[0]);
        assert_eq!((pool.pending, pool.committed, pool.consumed), figures, "{action:?}");
        assert_eq!((item.referred, item.served), counts, "{action:?}");
        assert_eq!((world.referral(100).state, world.needs[0].state), (state, need), "{action:?}");
    }
    world.ask(offering(101, 60, 30, 2));
    world.ask(step(101, Action::Accept));
    world.ask(step(101, Action::Deliver));
    assert_eq!(world.needs[0].state, NeedState::Served);
    world.ask(step(101, Action::Dispute));
    assert_eq!(world.needs[0].state, NeedState::Served, "a dispute does not open it before it is settled");
    world.ask(step(101, Action::Fail));
    assert_eq!((world.needs[0].state, world.needs[0].items[0].left()), (NeedState::PartlyServed, 2));
}

#[test]
fn less_than_was_offered_can_be_accepted_and_delivered_and_the_rest_is_free_again() {
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 6));
    world.ask(Command::Step(Step { units: Some(5), ..step_of(100, Action::Accept) }));
    assert_eq!((world.pools[0].figures.committed, world.needs[0].items[0].left()), (5, 1));
    world.ask(Command::Step(Step { units: Some(3), ..step_of(100, Action::Deliver) }));
    let (figures, item) = (world.pools[0].figures, &world.needs[0].items[0]);
    assert_eq!((figures.held(), figures.consumed, item.referred, item.served, item.left()), (0, 3, 0, 3, 3));
}

#[test]
fn steps_that_say_too_much_or_too_little_are_refused() {
    type Case = (&'static str, fn(&mut Step));
    let cases: &[Case] = &[
        ("step.quantity_range", |s| s.units = Some(0)),
        ("step.quantity_range", |s| s.units = Some(7)),
        ("step.quantity", |s| (s.action, s.units) = (Action::Decline, Some(1))),
        ("step.rating", |s| s.rating = Some(5)),
        ("enquiry.quantity", |s| s.referral = referral_id(101)),
        ("item.not_splittable", |s| (s.referral, s.units) = (referral_id(102), Some(1))),
        ("auditor may not call the step accept of referrals/00000000-0000-0000-0000-000000000064", |s| {
            s.role = Role::Auditor;
        }),
        ("referrals/00000000-0000-0000-0000-000000000064 is offered: it cannot confirm any more, or not yet", |s| {
            s.action = Action::Confirm;
        }),
        ("referrals/00000000-0000-0000-0000-000000000064 was changed meanwhile: etag 2 was sent, 1 is current", |s| {
            s.expected = Some(Version(2))
        }),
        ("referrals/00000000-0000-0000-0000-000000000009 was not found", |s| s.referral = referral_id(9)),
    ];
    let mut world = two_needs();
    world.needs.push(lacking(62, vec![much(1, 6)]));
    world.ask(offering(100, 60, 30, 6));
    world.ask(offering(101, 62, 31, 6));
    world.ask(offering(102, 61, 30, 2));
    let before = world.clone();
    for (told, change) in cases {
        let mut step = step_of(100, Action::Accept);
        change(&mut step);
        assert_eq!(&world.refusal(Command::Step(step)), told);
        assert_eq!(world, before, "{told}");
    }
    // An enquiry is answered with how much.
    world.ask(Command::Step(Step { units: Some(2), ..step_of(101, Action::Accept) }));
    assert!(!world.referral(101).enquiry);
    world.ask(Command::Step(Step { units: None, ..step_of(101, Action::Deliver) }));
    for rating in [0, 6] {
        assert_eq!(
            world.refusal(Command::Step(Step { rating: Some(rating), ..step_of(101, Action::Confirm) })),
            "step.rating"
        );
    }
    world.ask(Command::Step(Step { rating: Some(5), ..step_of(101, Action::Confirm) }));
    assert_eq!(world.referral(101).rating, Some(5));
}

#[test]
fn what_was_not_delivered_of_an_unsplittable_item_can_be_offered_again() {
    let mut world = two_needs();
    world.ask(offering(100, 61, 30, 2));
    world.ask(step(100, Action::Accept));
    world.ask(Command::Step(Step { units: Some(1), ..step_of(100, Action::Deliver) }));
    world.ask(Command::Offer(Box::new(offer(101, 61, 30, None))));
    assert_eq!((world.referral(101).quantity, world.needs[1].items[0].left()), (1, 0));
}

#[test]
fn a_claim_is_accepted_at_once_whatever_the_total() {
    for (origin, resource) in [(Origin::Claim, 30), (Origin::Pledge, 31)] {
        let mut world = two_needs();
        world.ask(offered(|offer| (offer.origin, offer.resource) = (origin, resource_id(resource))));
        let referral = world.referral(100);
        assert_eq!((referral.state, referral.enquiry, referral.version), (ReferralState::Accepted, false, Version(1)));
        assert_eq!((referral.last.action, referral.lines[0].state), (Some(Action::Accept), LineState::Committed));
        let pool = world.pools.iter().find(|pool| pool.id == referral.lines[0].pool).unwrap();
        assert_eq!((pool.figures.pending, pool.figures.committed), (0, 6), "{origin:?}");
    }
}

#[test]
fn recurring_help_is_due_when_its_last_occurrence_is_or_by_its_deadline() {
    let visits = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }), ..much(1, 1) };
    let by = at("2026-11-30T00:00:00Z");
    for (timing, due) in [
        // Eight weeks from the one of Monday the 23rd, by the clock of places that do not say theirs.
        (None, at("2027-01-17T16:00:00Z")),
        (Some(Timing::Deadline(by)), by),
    ] {
        let mut world = two_needs();
        world.needs.push(Need { timing, urgency: Urgency::Urgent, ..lacking(62, vec![visits.clone()]) });
        world.ask(offering(100, 62, 31, 1));
        assert_eq!(world.referral(100).due_at, due, "{timing:?}");
    }
}

#[test]
fn lapsed_offers_are_let_go_before_anything_else_and_stay_gone() {
    let mut world = two_needs();
    for n in 0..3 {
        world.ask(offering(100 + n, 60, 30, 2));
    }
    world.ask(step(101, Action::Accept));
    world.now = monday() + SignedDuration::from_mins(60) - SignedDuration::from_nanos(1);
    let mut books = world.books();
    books.let_lapsed_offers_go();
    let changes = books.close();
    assert!(changes.referrals.is_empty() && changes.pools.is_empty() && changes.needs.is_empty());
    world.now = monday() + SignedDuration::from_mins(60);
    assert!(world.refusal(step(100, Action::Accept)).contains("is expired"));
    let states = [100, 101, 102].map(|n| world.referral(n).state);
    assert_eq!(states, [ReferralState::Expired, ReferralState::Accepted, ReferralState::Expired]);
    assert_eq!(world.referral(100).last.by, "wishwell");
    assert_eq!((world.pools[0].figures.pending, world.needs[0].items[0].left()), (0, 4));
}

#[test]
fn a_request_is_carried_out_whole_or_not_at_all() {
    let mut world = two_needs();
    let before = world.clone();
    let refused = world.try_ask(&[offering(100, 60, 30, 1), offering(101, 61, 30, 2), offering(102, 60, 30, 9)]);
    let Err(Refusal::Refused(Error::OneOfSeveral { index: 2, error })) = refused else { panic!("{refused:?}") };
    assert!(matches!(*error, Error::ItemCovered { .. }), "{error:?}");
    assert_eq!(world, before);
    // What another request has done in the same books stays.
    let mut books = world.books();
    assert!(books.carry_out("one", &[offering(100, 60, 30, 1)]).is_ok());
    assert!(books.carry_out("two", &[offering(101, 60, 30, 1), offering(100, 60, 30, 1)]).is_err());
    assert!(books.carry_out("three", &[offering(102, 60, 30, 2)]).is_ok());
    world.write(books.close());
    let made: Vec<_> = world.referrals.iter().map(|referral| (referral.id, referral.last.by.as_str())).collect();
    assert_eq!(made, [(referral_id(100), "one"), (referral_id(102), "three")]);
    assert_eq!((world.pools[0].figures.pending, world.pools[0].version), (3, Version(2)));
}

#[test]
fn what_changed_in_the_same_books_waits_for_the_next_ones() {
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 1));
    let mut books = world.books();
    assert!(books.carry_out("one", &[step(100, Action::Accept)]).is_ok());
    assert_eq!(books.carry_out("two", &[step(100, Action::Start)]), Err(Refusal::Later));
    assert_eq!(books.carry_out("three", &[withdrawing(60, None)]), Err(Refusal::Later));
    // The need has its next version only when these books are written.
    assert_eq!(books.carry_out("four", &[offering(101, 60, 30, 1)]).unwrap().len(), 1);
    assert_eq!(books.carry_out("five", &[withdrawing(60, Some(2))]), Err(Refusal::Later));
    let set = |expected| Command::SetFigures(SetFigures { expected: Some(Version(expected)), ..confirmation(20) });
    assert_eq!(books.carry_out("six", &[set(2)]), Err(Refusal::Later));
    assert!(matches!(
        books.carry_out("seven", &[set(3)]),
        Err(Refusal::Refused(Error::EtagMismatch { actual: 2, .. }))
    ));
    world.write(books.close());
    assert_eq!(world.ask(step(100, Action::Start)), Done::Referral(referral_id(100)));
    assert_eq!(world.ask(set(3)), Done::Pool(pool_id(20)));
}

#[test]
fn a_request_that_would_wait_for_itself_is_refused() {
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 1));
    let before = world.clone();
    let set = Command::SetFigures(SetFigures { expected: Some(Version(2)), ..confirmation(20) });
    let cases: [(&str, [Command; 2]); 4] = [
        ("ledger.once", [step(100, Action::Accept), step(100, Action::Start)]),
        ("ledger.once", [offering(101, 60, 30, 1), withdrawing(60, None)]),
        ("ledger.once", [offering(101, 60, 30, 1), total_of(20, NewTotal::Known(0), true)]),
        ("etag 2 was sent, 3 is current", [set.clone(), set]),
    ];
    for (told, commands) in cases {
        let text = match world.try_ask(&commands) {
            Err(Refusal::Refused(Error::InvalidArgument(violations))) => violations[0].rule.clone(),
            Err(Refusal::Refused(error)) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(text.contains(told), "{text}");
        assert_eq!(world, before);
    }
}

#[test]
fn a_need_that_ends_calls_off_what_is_under_way_and_keeps_what_has_arrived() {
    for (how, state) in [(Ending::Withdrawn, NeedState::Withdrawn), (Ending::Closed, NeedState::Closed)] {
        let mut world = two_needs();
        for (n, actions) in [(100, &[][..]), (101, &[Action::Accept]), (102, &[Action::Accept, Action::Deliver])] {
            world.ask(offering(n, 60, 30, 2));
            for action in actions {
                world.ask(step(n, *action));
            }
        }
        assert!(world.refusal(ending(60, how, Some(1))).contains("etag 1 was sent"));
        world.ask(ending(60, how, None));
        let states = [100, 101, 102].map(|n| (world.referral(n).state, world.referral(n).last.reason));
        let called_off = Some(StepReason::NeedClosed);
        assert_eq!(
            states,
            [
                (ReferralState::Withdrawn, called_off),
                (ReferralState::Cancelled, called_off),
                (ReferralState::Delivered, None)
            ]
        );
        let (need, figures) = (&world.needs[0], world.pools[0].figures);
        assert_eq!((need.state, need.items[0].referred, need.items[0].served), (state, 0, 2));
        assert_eq!((figures.held(), figures.consumed), (0, 2));
        for again in [Ending::Withdrawn, Ending::Closed] {
            assert!(world.refusal(ending(60, again, None)).contains(&format!("is {}", state.name())));
        }
        // What has arrived is still confirmed, or not; the need stays as it ended.
        world.ask(step(102, Action::Dispute));
        world.ask(step(102, Action::Fail));
        assert_eq!((world.needs[0].state, world.needs[0].items[0].served), (state, 0));
    }
}

#[test]
fn figures_can_be_set_as_far_as_nothing_promised_is_in_the_way() {
    use NewTotal::{Known, Unchanged, Unknown};
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 3));
    world.ask(offering(101, 61, 31, 2));
    type Case = (&'static str, u128, NewTotal, Option<i64>);
    let cases: [Case; 11] = [
        ("", 20, Known(3), None),
        ("", 20, Known(10), Some(7)),
        ("", 20, Unchanged, None),
        ("has 10 used or promised, so its total cannot become 9", 20, Known(9), None),
        ("has 11 used or promised, so its total cannot become 10", 20, Unchanged, Some(8)),
        ("so its total cannot become unknown", 20, Unknown, None),
        ("pool.figure_range", 20, Known(-1), None),
        ("pool.figure_range", 20, Unchanged, Some(limits::QUANTITY_MAX + 1)),
        // Nobody knew it before: it stays a question.
        ("", 21, Unknown, None),
        ("so its total cannot become 1", 21, Known(1), None),
        ("", 21, Known(2), None),
    ];
    for (told, pool, total, used_elsewhere) in cases {
        let before = world.clone();
        let set = Command::SetFigures(SetFigures { total, used_elsewhere, ..confirmation(pool) });
        if told.is_empty() {
            assert_eq!(world.ask(set), Done::Pool(pool_id(pool)), "{total:?} {used_elsewhere:?}");
        } else {
            assert!(world.refusal(set).contains(told), "{total:?} {used_elsewhere:?}");
            assert_eq!(world, before);
        }
    }
}

#[test]
fn force_calls_off_offers_before_promises_and_the_newest_first_and_no_more_than_it_must() {
    let mut world = two_needs();
    world.needs[0].items[0].quantity = 100;
    for n in 0..5 {
        world.ask(offering(100 + n, 60, 30, 2));
    }
    world.ask(step(100, Action::Accept));
    world.ask(step(104, Action::Accept));
    let Err(Refusal::Refused(Error::CapacityHeld { referrals, .. })) =
        world.try_ask(&[total_of(20, NewTotal::Known(3), false)])
    else {
        panic!("ten are held")
    };
    assert_eq!(referrals, [103, 102, 101, 104, 100].map(|n| referral_id(n).name()));
    world.ask(total_of(20, NewTotal::Known(3), true));
    let live: Vec<_> = world.referrals.iter().filter(|referral| referral.state.is_live()).map(|r| r.id).collect();
    assert_eq!(live, [referral_id(100)]);
    assert_eq!(world.referral(104).last.reason, Some(StepReason::Shortfall));
    assert_eq!((world.pools[0].figures.total, world.pools[0].figures.held()), (Some(3), 2));
    // What was delivered nobody can call off.
    world.ask(step(100, Action::Deliver));
    assert!(world.refusal(total_of(20, NewTotal::Known(1), true)).contains("has 2 used or promised"));
}

#[test]
fn an_open_case_is_in_the_way_by_name_and_nobody_calls_it_off() {
    let mut world = two_needs();
    world.pools.push(pool_of(22, PoolKind::Caseload, Some(3)));
    world.offerings.push(giving(32, &[(22, 1)]));
    for n in 100..103 {
        world.ask(offering(n, 60, 32, 1));
    }
    for (n, action) in [(100, Action::Accept), (101, Action::Accept), (100, Action::Deliver)] {
        world.ask(step(n, action));
    }
    let in_the_way = |world: &mut World, force| match world.try_ask(&[total_of(22, NewTotal::Known(0), force)]) {
        Err(Refusal::Refused(Error::CapacityHeld { referrals, taken, .. })) => (referrals, taken),
        other => panic!("{other:?}"),
    };
    assert_eq!(in_the_way(&mut world, false), ([102, 101, 100].map(|n| referral_id(n).name()).to_vec(), 3));
    let before = world.clone();
    // By force all but the open case could go, and that does not suffice.
    assert_eq!(in_the_way(&mut world, true), (vec![referral_id(100).name()], 1));
    assert_eq!(world, before);
    world.ask(total_of(22, NewTotal::Known(1), true));
    let states = [100, 101, 102].map(|n| world.referral(n).state);
    assert_eq!(states, [ReferralState::Delivered, ReferralState::Cancelled, ReferralState::Withdrawn]);
    world.ask(step(100, Action::Confirm));
    world.ask(total_of(22, NewTotal::Known(0), false));
}

#[test]
fn more_than_can_be_called_off_at_once_is_told_as_that() {
    let mut world = two_needs();
    for n in 100..106 {
        world.ask(offering(n, 60, 30, 1));
    }
    // The store brought the newest two only.
    let mut books = World { referrals: world.referrals.split_off(4), ..world.clone() }.books();
    let forced = |books: &mut Books, total| books.carry_out("desk", &[total_of(20, NewTotal::Known(total), true)]);
    match forced(&mut books, 3) {
        Err(Refusal::Refused(Error::InvalidArgument(told))) => assert_eq!(told[0].rule, "pool.shortfall_steps"),
        other => panic!("{other:?}"),
    }
    assert!(forced(&mut books, 4).is_ok());
}

#[test]
fn a_period_has_the_usual_total_until_somebody_says_otherwise() {
    let visits = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 3 }), ..much(1, 2) };
    let mut world = World::new(
        vec![pool_of(20, PoolKind::Slots, Some(5))],
        vec![giving(30, &[(20, 1)])],
        vec![lacking(60, vec![visits])],
    );
    world.ask(offering(100, 60, 30, 2));
    let inherited = |world: &World| world.pools[0].periods.iter().filter(|period| period.inherits).count();
    assert_eq!((inherited(&world), world.pools[0].figures.pending), (3, 0));
    let second = |total| {
        let period_start = Some(date("2026-11-30"));
        Command::SetFigures(SetFigures { period_start, total: NewTotal::Known(total), ..confirmation(20) })
    };
    assert!(world.refusal(second(1)).contains("cannot become 1"));
    world.ask(second(2));
    world.ask(total_of(20, NewTotal::Known(4), false));
    let totals: Vec<_> = world.pools[0].periods.iter().map(|period| period.figures.total).collect();
    assert_eq!((totals, inherited(&world)), (vec![Some(4), Some(2), Some(4)], 2));
    assert!(world.refusal(total_of(20, NewTotal::Known(1), false)).contains("cannot become 1"));
    world.ask(step(100, Action::Decline));
    let left: Vec<PeriodFigures> = world.pools[0].periods.clone();
    assert_eq!((left.len(), left[0].period_start, left[0].figures.held()), (1, date("2026-11-30"), 0));
    for (rule, start) in [("pool.period_start", "2026-11-29"), ("date.range", "2149-12-29")] {
        let set = SetFigures { period_start: Some(date(start)), ..confirmation(20) };
        assert_eq!(world.refusal(Command::SetFigures(set)), rule);
    }
}

#[test]
fn a_period_that_was_forgotten_takes_no_figures_any_more() {
    let world = World::new(vec![pool_of(20, PoolKind::Slots, Some(5))], Vec::new(), Vec::new());
    let of = |start| SetFigures { period_start: Some(date(start)), total: NewTotal::Known(3), ..confirmation(20) };
    let mut books = world.books();
    assert_eq!(books.may_have_forgotten(&of("2026-11-16")), Some(date("2026-11-16")));
    assert_eq!(books.may_have_forgotten(&of("2026-11-23")), None, "it goes on");
    books.bring_forgotten(pool_id(20), date("2026-11-16"));
    match books.carry_out("desk", &[Command::SetFigures(of("2026-11-16"))]) {
        Err(Refusal::Refused(Error::InvalidArgument(violations))) => {
            assert_eq!(violations[0].rule, "pool.period_forgotten");
        }
        other => panic!("{other:?}"),
    }
    assert!(books.carry_out("desk", &[Command::SetFigures(of("2026-11-09"))]).is_ok(), "nothing was used up in it");
}

#[test]
fn an_unbounded_pool_takes_no_total() {
    let mut world = World::new(vec![pool_of(20, PoolKind::Unbounded, None)], Vec::new(), Vec::new());
    assert_eq!(world.refusal(total_of(20, NewTotal::Known(1), true)), "pool.unbounded_total");
    let set = SetFigures { period_start: Some(date("2026-11-23")), ..confirmation(20) };
    assert_eq!(world.refusal(Command::SetFigures(set)), "period.kind");
    world.ask(total_of(20, NewTotal::Unknown, false));
}
