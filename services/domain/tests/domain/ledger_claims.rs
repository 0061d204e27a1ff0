//! How much one organization may claim.

use jiff::SignedDuration;
use wishwell_domain::Error;
use wishwell_domain::ledger::{Claims, Command, Refusal, Step};
use wishwell_domain::limits::{CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX, CLAIMS_LIVE_PER_ORGANIZATION_MAX};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin};

use crate::ledger_world::{monday, offer, offered, step, step_of, two_needs};

fn claim(id: u128) -> Command {
    let mut claim = offer(id, 60, 30, Some(1));
    claim.origin = Origin::Claim;
    Command::Offer(Box::new(claim))
}

#[test]
fn whoever_has_much_to_deliver_or_gave_much_up_claims_no_more_and_is_offered_as_before() {
    let (live, given_up) = (CLAIMS_LIVE_PER_ORGANIZATION_MAX, CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX);
    let hours = |hours| SignedDuration::from_hours(hours);
    let too_many = |limit, max, wait| Some(Error::TooManyClaims { limit, max, wait });
    let delivering = too_many("claims_live_per_organization_max", live, None);
    let giving_up = |wait| too_many("claims_given_up_per_organization_and_day_max", given_up, Some(wait));
    for (claims, refusal) in [
        (Claims { live: live - 1, given_up: given_up - 1, given_up_first_at: Some(monday()) }, None),
        (Claims { live, given_up: 0, given_up_first_at: None }, delivering),
        (Claims { live: 0, given_up, given_up_first_at: Some(monday() - hours(20)) }, giving_up(hours(4))),
        (Claims { live, given_up, given_up_first_at: Some(monday()) }, giving_up(hours(24))),
    ] {
        for origin in [Origin::Claim, Origin::Pledge] {
            let mut world = two_needs();
            world.claims = Some(claims);
            let before = world.clone();
            let done = world.try_ask(&[offered(|offer| offer.origin = origin)]);
            match &refusal {
                None => assert!(done.is_ok(), "{claims:?} {done:?}"),
                Some(error) => {
                    assert_eq!(done, Err(Refusal::Refused(error.clone())), "{claims:?}");
                    assert_eq!(world, before);
                }
            }
        }
        let mut world = two_needs();
        world.claims = Some(claims);
        world.ask(offered(|offer| offer.origin = Origin::Chosen));
    }
}

#[test]
fn claims_of_one_moment_are_counted_together_and_what_was_refused_is_not() {
    let mut world = two_needs();
    world.claims = Some(Claims { live: CLAIMS_LIVE_PER_ORGANIZATION_MAX - 2, given_up: 0, given_up_first_at: None });
    let mut books = world.books();
    assert!(books.carry_out("one", &[claim(100), step(1, Action::Accept)]).is_err(), "the second of it is of nobody");
    assert!(books.carry_out("one", &[claim(100)]).is_ok());
    assert!(books.carry_out("one", &[claim(101)]).is_ok());
    let third = books.carry_out("one", &[claim(102)]);
    assert!(matches!(third, Err(Refusal::Refused(Error::TooManyClaims { wait: None, .. }))), "{third:?}");
}

#[test]
fn what_its_provider_gives_up_counts_in_the_same_moment_and_what_others_call_off_does_not() {
    let one_left = Claims {
        live: 1,
        given_up: CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX - 1,
        given_up_first_at: Some(monday()),
    };
    for (action, role, counts) in [
        (Action::Cancel, Role::Partner, true),
        (Action::Fail, Role::Partner, true),
        (Action::Cancel, Role::CaseWorker, false),
        (Action::Deliver, Role::Partner, false),
    ] {
        let mut world = two_needs();
        world.ask(claim(100));
        world.claims = Some(one_left);
        let mut books = world.books();
        let ended = Step { role, ..step_of(100, action) };
        assert!(books.carry_out("one", &[Command::Step(ended)]).is_ok(), "{action:?} {role:?}");
        assert_eq!(books.carry_out("one", &[claim(101)]).is_err(), counts, "{action:?} {role:?}");
    }
}
