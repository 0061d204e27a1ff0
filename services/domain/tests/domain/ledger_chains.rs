//! Chains of automatic offers, and help that is late: who is asked next, and of what somebody is told.

use jiff::SignedDuration;
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::ledger::{Books, Command, Done, NewTotal, Offer, Refusal, Step};
use wishwell_domain::limits;
use wishwell_domain::need::Ending;
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin, ReferralState, Side};

use crate::ledger_world::{
    World, ending, giving, late, monday, need_id, nobody_left, offer, offered, offering, pool_of, referral_id,
    resource_id, step, step_of, total_of, two_needs, withdrawing,
};

#[test]
fn a_chain_of_offers_is_followed_once_and_an_end_is_told_once() {
    let mut world = two_needs();
    let automatic = |id, previous: Option<u128>| {
        offered(|offer| {
            (offer.id, offer.origin) = (referral_id(id), Origin::Automatic);
            offer.previous = previous.map(referral_id);
        })
    };
    world.ask(automatic(100, None));
    assert!(world.refusal(automatic(101, Some(100))).contains("be followed"), "it is still open");
    world.ask(step(100, Action::Decline));
    assert!(world.referral(100).next_is_due);
    world.ask(automatic(101, Some(100)));
    assert_eq!((world.referral(101).attempt, world.referral(101).previous), (2, Some(referral_id(100))));
    assert!(!world.referral(100).next_is_due);
    world.now = monday() + SignedDuration::from_hours(1);
    assert!(world.refusal(automatic(102, Some(100))).contains("be followed"), "it was followed already");
    assert_eq!((world.referral(101).state, world.referral(101).next_is_due), (ReferralState::Expired, true));
    let escalation = nobody_left(101);
    assert_eq!(world.ask(escalation.clone()), Done::Referral(referral_id(101)));
    assert_eq!((world.referral(101).escalated_at, world.referral(101).next_is_due), (Some(world.now), false));
    assert_eq!(world.ask(escalation), Done::Unchanged(referral_id(101)));
    assert!(world.refusal(automatic(102, Some(101))).contains("be followed"), "somebody looks after it now");
    // What was taken back or chosen by somebody goes no further.
    world.ask(automatic(103, None));
    world.ask(step(103, Action::Withdraw));
    world.ask(offering(104, 60, 30, 1));
    world.ask(step(104, Action::Decline));
    assert!(!world.referral(103).next_is_due && !world.referral(104).next_is_due);
}

/// Steps after an automatic offer, the last of them by this role, and on whose side it is; whether the next candidate is due.
#[test]
fn what_was_let_down_on_its_providers_side_goes_on_to_the_next_and_what_was_taken_back_does_not() {
    let accepted = &[Action::Accept][..];
    let begun = &[Action::Accept, Action::Start][..];
    let disputed = &[Action::Accept, Action::Deliver, Action::Dispute][..];
    let cases = [
        (&[][..], Action::Decline, Role::Partner, Side::Provider, true),
        (&[], Action::Decline, Role::CaseWorker, Side::Provider, true),
        (&[], Action::Withdraw, Role::CaseWorker, Side::Arranger, false),
        (accepted, Action::Cancel, Role::Partner, Side::Provider, true),
        (accepted, Action::Fail, Role::Partner, Side::Provider, true),
        (begun, Action::Cancel, Role::Partner, Side::Provider, true),
        (begun, Action::Fail, Role::Partner, Side::Provider, true),
        (accepted, Action::Cancel, Role::CaseWorker, Side::Arranger, false),
        (accepted, Action::Fail, Role::CaseWorker, Side::Arranger, false),
        (begun, Action::Cancel, Role::InternalService, Side::Arranger, false),
        (begun, Action::Fail, Role::Operator, Side::Arranger, false),
        (disputed, Action::Fail, Role::CaseWorker, Side::Recipient, false),
        (&[], Action::Accept, Role::Partner, Side::Provider, false),
        (accepted, Action::Deliver, Role::Partner, Side::Provider, false),
    ];
    for (way, action, role, side, next_is_due) in cases {
        for origin in [Origin::Automatic, Origin::Chosen, Origin::Round] {
            let mut world = two_needs();
            world.ask(offered(|offer| offer.origin = origin));
            for action in way {
                world.ask(step(100, *action));
            }
            world.ask(Command::Step(Step { role, ..step_of(100, action) }));
            let referral = world.referral(100);
            let expected = (Some(side), next_is_due && origin == Origin::Automatic);
            assert_eq!((referral.last.side, referral.next_is_due), expected, "{way:?} {action:?} {role:?} {origin:?}");
        }
    }
}

#[test]
fn what_a_case_worker_records_of_a_provider_is_followed_as_if_the_provider_had_said_it() {
    let accepted = || {
        let mut world = two_needs();
        world.ask(offered(|offer| offer.origin = Origin::Automatic));
        world.ask(step(100, Action::Accept));
        world
    };
    for action in [Action::Cancel, Action::Fail] {
        for units in [None, Some(1)] {
            let gives_up = |role, by_provider| {
                let mut world = accepted();
                world.ask(Command::Step(Step { role, by_provider, units, ..step_of(100, action) }));
                world.referral(100).clone()
            };
            let recorded = gives_up(Role::CaseWorker, true);
            assert_eq!(recorded, gives_up(Role::Partner, false), "{action:?} {units:?}");
            assert_eq!(recorded, gives_up(Role::Partner, true), "a partner speaks for itself: {action:?} {units:?}");
            assert!(recorded.next_is_due && recorded.was_let_down());
        }
        for role in [Role::InternalService, Role::Operator] {
            let step = Step { role, by_provider: true, ..step_of(100, action) };
            let refused = accepted().refusal(Command::Step(step));
            assert!(refused.ends_with("for the provider"), "{role:?}: {refused}");
        }
    }
    let mut disputed = accepted();
    disputed.ask(step(100, Action::Deliver));
    disputed.ask(step(100, Action::Dispute));
    let settled = disputed.refusal(Command::Step(Step { by_provider: true, ..step_of(100, Action::Fail) }));
    assert!(settled.ends_with("for the provider"), "a dispute is not the provider's to settle: {settled}");
}

#[test]
fn what_ends_with_something_else_ends_on_the_side_of_that() {
    let automatic = |world: &mut World| world.ask(offered(|offer| offer.origin = Origin::Automatic));
    let ended = |world: &World| (world.referral(100).last.side, world.referral(100).next_is_due);
    for accepted in [false, true] {
        let (mut short, mut closed) = (two_needs(), two_needs());
        for world in [&mut short, &mut closed] {
            automatic(world);
            if accepted {
                world.ask(step(100, Action::Accept));
            }
        }
        short.ask(total_of(20, NewTotal::Known(0), true));
        assert_eq!(ended(&short), (Some(Side::Provider), true));
        closed.ask(ending(60, Ending::Closed, None));
        assert_eq!(ended(&closed), (Some(Side::Arranger), false));
    }
    let mut lapsed = two_needs();
    automatic(&mut lapsed);
    assert_eq!(ended(&lapsed), (None, false), "an offer is no step");
    lapsed.now = lapsed.referral(100).expires_at;
    lapsed.ask(Command::Look { referral: referral_id(100) });
    assert_eq!(ended(&lapsed), (Some(Side::Clock), true));
    let mut claimed = two_needs();
    claimed.ask(offered(|offer| offer.origin = Origin::Claim));
    assert_eq!(ended(&claimed), (Some(Side::Provider), false));
    claimed.ask(Command::Step(Step { role: Role::Partner, ..step_of(100, Action::Cancel) }));
    assert_eq!(ended(&claimed), (Some(Side::Provider), false), "nobody was asked, so nobody is asked next");
}

/// When help is to have arrived says nothing of when somebody is to confirm it: a case may go on for months.
#[test]
fn what_was_delivered_is_late_no_more_whatever_it_was_taken_from() {
    for kind in [PoolKind::Stock, PoolKind::Slots, PoolKind::Caseload, PoolKind::Budget, PoolKind::Unbounded] {
        let total = (kind != PoolKind::Unbounded).then_some(10);
        let mut world = two_needs();
        world.pools.push(pool_of(22, kind, total));
        world.offerings.push(giving(32, &[(22, 1)]));
        world.ask(offering(100, 60, 32, 1));
        world.ask(step(100, Action::Accept));
        world.now = world.referral(100).due_at;
        assert!(world.referral(100).is_overdue(world.now), "{kind:?}");
        world.ask(step(100, Action::Deliver));
        assert!(!world.referral(100).is_overdue(world.now), "{kind:?}");
        assert_eq!(world.ask(late(100)), Done::Unchanged(referral_id(100)));
    }
}

#[test]
fn an_end_is_told_once_also_of_what_was_late_before() {
    let mut world = two_needs();
    let escalation = nobody_left(100);
    world.ask(offered(|offer| (offer.origin, offer.quantity) = (Origin::Automatic, Some(6))));
    world.ask(step(100, Action::Accept));
    world.now = world.referral(100).due_at;
    world.ask(late(100));
    assert_eq!(world.referral(100).escalated_at, Some(world.now));
    world.ask(total_of(20, NewTotal::Known(0), true));
    // Somebody else is asked: nobody need be told as long as somebody is left.
    assert_eq!((world.referral(100).escalated_at, world.referral(100).next_is_due), (None, true));
    let due = world.clone();
    world.now += SignedDuration::from_hours(1);
    assert_eq!(world.ask(escalation.clone()), Done::Referral(referral_id(100)));
    assert_eq!((world.referral(100).escalated_at, world.referral(100).next_is_due), (Some(world.now), false));
    assert_eq!(world.ask(escalation.clone()), Done::Unchanged(referral_id(100)));
    // Of what is covered meanwhile nobody is told.
    let mut covered = due.clone();
    covered.ask(Command::Offer(Box::new(offer(101, 60, 31, Some(6)))));
    covered.ask(escalation.clone());
    assert_eq!((covered.referral(100).escalated_at, covered.referral(100).next_is_due), (None, false));
    // A mark that was left beside an escalation of what was promised goes as well.
    let mut left = due;
    left.referrals[0].escalated_at = Some(monday());
    left.ask(escalation);
    assert_eq!((left.referral(100).escalated_at, left.referral(100).next_is_due), (Some(left.now), false));
}

#[test]
fn an_automatic_offer_asks_nobody_twice_and_no_organization_too_often() {
    let world = two_needs();
    let most = limits::AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX;
    let automatic = |id, resource: u128| {
        offered(|offer| {
            (offer.id, offer.origin, offer.quantity) = (referral_id(id), Origin::Automatic, Some(1));
            offer.resource = resource_id(resource);
        })
    };
    let mut books = world.books();
    books.bring_asked(need_id(60), 1, resource_id(31));
    let first = monday() - SignedDuration::from_hours(9);
    books.bring_contacts(world.offerings[0].organization, most - 1, first);
    let ask = |books: &mut Books, commands: &[Command]| books.carry_out("desk", commands).map(|_| ());
    let asked_before = Box::new(Error::AlreadyExists { name: resource_id(31).name() });
    let twice = Err(Refusal::Refused(Error::OneOfSeveral { index: 1, error: asked_before }));
    assert_eq!(ask(&mut books, &[automatic(100, 30), automatic(101, 31)]), twice, "asked before");
    // What was refused counts for nothing.
    assert_eq!(ask(&mut books, &[automatic(100, 30)]), Ok(()));
    let (name, free_at) = (world.offerings[0].organization.name(), first + SignedDuration::from_hours(24));
    let spent = Err(Refusal::Refused(Error::ContactBudgetSpent { name, free_at }));
    let of_another_need = offered(|offer| {
        (offer.id, offer.need, offer.origin) = (referral_id(102), need_id(61), Origin::Automatic);
    });
    assert_eq!(ask(&mut books, &[of_another_need]), spent);
    assert_eq!(ask(&mut books, &[offering(103, 60, 30, 1)]), Ok(()), "whoever is chosen is not counted");
}

#[test]
fn overdue_help_is_escalated_once_and_only_when_it_was_promised() {
    let mut world = two_needs();
    world.ask(offering(100, 60, 30, 1));
    world.ask(step(100, Action::Accept));
    let escalation = late(100);
    assert_eq!(world.ask(escalation.clone()), Done::Unchanged(referral_id(100)));
    world.now = world.referral(100).due_at;
    assert_eq!(world.ask(escalation.clone()), Done::Referral(referral_id(100)));
    world.now += SignedDuration::from_hours(1);
    assert_eq!(world.ask(escalation), Done::Unchanged(referral_id(100)));
}

/// What of an item of six an automatic offer gives, in the hands of its provider.
#[test]
fn what_is_left_of_an_item_after_a_part_was_taken_is_for_the_next() {
    let said = |units, action| Command::Step(Step { units: Some(units), role: Role::Partner, ..step_of(100, action) });
    let due = |world: &World| world.referral(100).next_is_due;
    let automatic = |quantity| {
        let mut world = two_needs();
        world.ask(offered(|offer| (offer.origin, offer.quantity) = (Origin::Automatic, quantity)));
        world
    };
    let mut whole = automatic(None);
    whole.ask(said(6, Action::Accept));
    assert!(!due(&whole), "nothing is left");
    whole.ask(said(4, Action::Deliver));
    assert!(due(&whole), "two did not arrive");
    let mut part = automatic(None);
    part.ask(said(4, Action::Accept));
    assert!(due(&part), "two were not accepted");
    part.ask(step(100, Action::Start));
    assert!(due(&part), "until somebody is asked");
    let mut covering = automatic(Some(4));
    assert!(!due(&covering), "the next is asked once it is known what this one gives");
    covering.ask(step(100, Action::Accept));
    assert!(due(&covering), "two were not offered");
    let next = Offer { previous: Some(referral_id(100)), origin: Origin::Automatic, ..offer(101, 60, 31, Some(2)) };
    covering.ask(Command::Offer(Box::new(next)));
    assert!(!due(&covering) && covering.referral(101).attempt == 2);
    let mut short = covering.clone();
    covering.ask(said(4, Action::Deliver));
    assert!(!due(&covering), "nothing is left for others");
    short.ask(said(1, Action::Deliver));
    assert!(due(&short), "three did not arrive");
    short.offerings.push(giving(32, &[(21, 1)]));
    short.offerings.push(giving(33, &[(21, 1)]));
    let again = |id, resource, previous| {
        let origin = Origin::Automatic;
        Command::Offer(Box::new(Offer {
            previous: Some(referral_id(previous)),
            origin,
            ..offer(id, 60, resource, Some(1))
        }))
    };
    short.ask(again(102, 32, 100));
    let place = |world: &World, id| (world.referral(id).previous, world.referral(id).attempt);
    assert_eq!(place(&short, 102), (Some(referral_id(101)), 3), "after whoever was asked meanwhile");
    assert!(!due(&short));
    short.ask(step(101, Action::Decline));
    short.ask(again(103, 33, 101));
    assert_eq!(place(&short, 103), (Some(referral_id(102)), 4));
    let mut given_up = automatic(Some(4));
    given_up.ask(step(100, Action::Accept));
    given_up.ask(Command::Step(Step { role: Role::Partner, ..step_of(100, Action::Cancel) }));
    assert!(due(&given_up), "all of it is open again");
    let mut called_off = automatic(Some(4));
    called_off.ask(step(100, Action::Accept));
    called_off.ask(step(100, Action::Cancel));
    assert!(!due(&called_off), "a case worker decides what follows");
    let mut ended = automatic(Some(4));
    ended.ask(withdrawing(60, None));
    assert!(!due(&ended));
    let mut chosen = two_needs();
    chosen.ask(offered(|offer| offer.quantity = Some(4)));
    chosen.ask(step(100, Action::Accept));
    assert!(!due(&chosen), "there is no chain");
}

#[test]
fn a_chain_that_waits_for_long_is_told_of_once_and_goes_on() {
    let waiting = |referral| Command::TellOfWaiting { referral: referral_id(referral) };
    let told = |world: &World| (world.referral(100).escalated_at, world.referral(100).next_is_due);
    let mut world = two_needs();
    world.ask(offered(|offer| offer.origin = Origin::Automatic));
    assert_eq!(world.ask(waiting(100)), Done::Unchanged(referral_id(100)), "it is answered by nobody yet");
    world.ask(step(100, Action::Decline));
    assert_eq!(told(&world), (None, true));
    assert_eq!(world.ask(waiting(100)), Done::Referral(referral_id(100)));
    let at = world.now;
    assert_eq!(told(&world), (Some(at), true));
    world.now = at + SignedDuration::from_hours(1);
    assert_eq!(world.ask(waiting(100)), Done::Unchanged(referral_id(100)), "once");
    let mut ended = world.clone();
    ended.ask(nobody_left(100));
    assert_eq!(told(&ended), (Some(at), false), "its end was told of when it waited");
    let next = Offer { previous: Some(referral_id(100)), origin: Origin::Automatic, ..offer(101, 60, 31, Some(2)) };
    world.ask(Command::Offer(Box::new(next)));
    assert_eq!(told(&world), (Some(at), false));
    let mut rest = two_needs();
    rest.ask(offered(|offer| (offer.origin, offer.quantity) = (Origin::Automatic, Some(4))));
    rest.ask(step(100, Action::Accept));
    rest.ask(waiting(100));
    rest.ask(step(100, Action::Start));
    assert_eq!(told(&rest), (Some(at), true), "work on the other part says nothing of it");
    let next = Offer { previous: Some(referral_id(100)), origin: Origin::Automatic, ..offer(101, 60, 31, Some(2)) };
    rest.ask(Command::Offer(Box::new(next)));
    assert_eq!(told(&rest), (None, false), "what it promised itself may still be late");
}

#[test]
fn lateness_of_a_part_ends_no_chain_and_neither_hides_the_other() {
    let told = |world: &World| (world.referral(100).escalated_at, world.referral(100).next_is_due);
    let next = Offer { previous: Some(referral_id(100)), origin: Origin::Automatic, ..offer(101, 60, 31, Some(2)) };
    let mut world = two_needs();
    world.ask(offered(|offer| (offer.origin, offer.quantity) = (Origin::Automatic, Some(4))));
    world.ask(step(100, Action::Accept));
    assert_eq!(world.ask(late(100)), Done::Unchanged(referral_id(100)), "not yet");
    // Nobody is left for the rest; then the part is late as well.
    let mut left = world.clone();
    let early = left.now;
    left.ask(nobody_left(100));
    assert_eq!(told(&left), (Some(early), false));
    left.now = left.referral(100).due_at;
    assert_eq!(left.ask(late(100)), Done::Referral(referral_id(100)));
    assert_eq!(told(&left), (Some(left.now), false));
    left.now += SignedDuration::from_hours(1);
    assert_eq!(left.ask(late(100)), Done::Unchanged(referral_id(100)), "once");
    // It is late while the rest waits.
    let due_at = world.referral(100).due_at;
    world.now = due_at;
    world.ask(late(100));
    assert_eq!(told(&world), (Some(due_at), true), "somebody is to be asked for the rest still");
    let mut ended = world.clone();
    ended.now += SignedDuration::from_hours(1);
    assert_eq!(ended.ask(nobody_left(100)), Done::Referral(referral_id(100)));
    assert_eq!(told(&ended), (Some(due_at), false));
    world.ask(Command::Offer(Box::new(next)));
    assert_eq!(told(&world), (Some(due_at), false), "it is late all the same");
    assert_eq!(world.ask(late(100)), Done::Unchanged(referral_id(100)), "once");
}
