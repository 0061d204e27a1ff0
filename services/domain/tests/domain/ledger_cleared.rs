//! Who may promise.

use wishwell_domain::Error;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::ledger::{Command, Provider, Refusal, Step};
use wishwell_domain::need::{Mobility, Need, Recurrence, Timing};
use wishwell_domain::organization::{Organization, OrganizationState, Vetting};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, ReferralState};
use wishwell_domain::resource::DeliveryMode::{self, Delivery, HomeVisit, OnSite, Remote};

use crate::fixtures::{at, date, need, organization, point};
use crate::ledger_world::{World, lacking, much, offering, step, step_of, two_needs};

const HOMES: &str = "NOT_VETTED_FOR_HOME_VISITS";
const MINORS: &str = "NOT_VETTED_FOR_MINORS";
const UNVERIFIED: &str = "ORGANIZATION_NOT_VERIFIED";

fn until(day: &str) -> Option<Vetting> {
    Some(Vetting { valid_until: Some(date(day)), note: String::new() })
}

type Case<'c> = (bool, bool, bool, Mobility, &'c [DeliveryMode], &'c [&'c str]);

#[test]
fn one_way_of_helping_that_asks_for_no_vetting_it_lacks_is_enough() {
    let everywhere = Mobility { max_travel_metres: Some(3_000), home_visit: true, delivery: true, remote: true };
    let at_home = Mobility { max_travel_metres: None, home_visit: true, delivery: false, remote: false };
    let by_telephone = Mobility { home_visit: false, remote: true, ..at_home };
    let travelling = Mobility { max_travel_metres: Some(3_000), ..at_home };
    // Vetted for minors, for homes; minors are involved; how the need lets itself be reached, and how the resource reaches; what bars it.
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        (true,  true,  true,  at_home,      &[HomeVisit],         &[]),
        (true,  false, true,  at_home,      &[HomeVisit],         &[HOMES]),
        (false, true,  true,  at_home,      &[HomeVisit],         &[MINORS]),
        (false, true,  false, at_home,      &[HomeVisit],         &[]),
        (false, false, true,  at_home,      &[HomeVisit],         &[MINORS, HOMES]),
        (false, false, true,  everywhere,   &[HomeVisit, Remote], &[MINORS]),
        (false, false, true,  everywhere,   &[HomeVisit, Delivery], &[]),
        (true,  false, true,  everywhere,   &[HomeVisit, Remote], &[]),
        // What cannot be had of what it offers does not clear it.
        (true,  false, true,  at_home,      &[HomeVisit, Remote], &[HOMES]),
        (false, false, true,  by_telephone, &[HomeVisit, Delivery, Remote], &[MINORS]),
        (true,  false, false, travelling,   &[HomeVisit, OnSite], &[]),
        // It comes in none of these ways any more: one of its own has to do.
        (false, false, true,  by_telephone, &[HomeVisit],         &[MINORS, HOMES]),
        (false, false, true,  by_telephone, &[Delivery],          &[]),
    ];
    let day = date("2026-11-23");
    for (minors, homes, involves_minors, mobility, modes, barred) in cases {
        let vetted = |vetted: bool| vetted.then(|| Vetting { valid_until: None, note: String::new() });
        let organization = Organization {
            vetted_for_minors: vetted(*minors),
            vetted_for_home_visits: vetted(*homes),
            ..organization()
        };
        let need = Need { involves_minors: *involves_minors, mobility: *mobility, ..need() };
        let provider = Provider::reaching(organization.clone(), modes.to_vec(), None);
        assert_eq!(
            provider.barred_by(&need, day),
            *barred,
            "{minors} {homes} {involves_minors} {mobility:?} {modes:?}"
        );
        for state in [OrganizationState::Applied, OrganizationState::Suspended] {
            let provider = Provider { state, ..provider.clone() };
            assert_eq!(provider.barred_by(&need, day), [&[UNVERIFIED], *barred].concat());
        }
    }
}

#[test]
fn a_place_that_is_too_far_to_travel_to_is_no_way_of_helping() {
    let mobility = Mobility { max_travel_metres: Some(3_000), home_visit: true, delivery: false, remote: false };
    let need = Need { involves_minors: false, mobility, ..need() };
    let barred =
        |place| Provider::reaching(organization(), vec![OnSite, HomeVisit], place).barred_by(&need, date("2026-11-23"));
    assert_eq!(barred(Some(point(38.473, 106.290))), [""; 0]);
    assert_eq!(barred(Some(point(38.573, 106.290))), [HOMES]);
    assert_eq!(barred(None), [""; 0], "how far it is, nobody said");
}

/// Ten of a stock, offered to a need of which its provider visits the home, by now or for some weeks.
fn visiting(timing: Option<Timing>, weeks: Option<u32>) -> World {
    let mut world = two_needs();
    let recurrence = weeks.map(|occurrences| Recurrence { every: PeriodLength::Week, occurrences });
    let item = wishwell_domain::need::NeedItem { recurrence, ..much(1, 1) };
    let mobility = Mobility { max_travel_metres: None, home_visit: true, delivery: false, remote: false };
    world.needs.push(Need { timing, mobility, involves_minors: true, ..lacking(62, vec![item]) });
    world.modes = vec![HomeVisit];
    (world.organization.vetted_for_minors, world.organization.vetted_for_home_visits) =
        (until("2099-01-01"), until("2099-01-01"));
    world.ask(offering(100, 62, 30, 1));
    world
}

fn accepted_by(world: &mut World, role: Role) -> Result<(), Vec<&'static str>> {
    match world.try_ask(&[Command::Step(Step { role, ..step_of(100, Action::Accept) })]) {
        Ok(_) => Ok(()),
        Err(Refusal::Refused(Error::OrganizationNotCleared { name, reasons })) => {
            assert_eq!(name, world.organization.id.name());
            Err(reasons)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_offer_is_accepted_by_who_is_cleared_for_it_by_now_and_by_nobody_else() {
    for role in [Role::Partner, Role::CaseWorker] {
        let mut world = visiting(None, None);
        world.organization.state = OrganizationState::Suspended;
        let before = world.clone();
        assert_eq!(accepted_by(&mut world, role), Err(vec![UNVERIFIED]));
        assert_eq!(world, before, "nothing moves");
        world.organization.state = OrganizationState::Verified;
        world.organization.vetted_for_home_visits = None;
        assert_eq!(accepted_by(&mut world, role), Err(vec![HOMES]));
        world.organization.vetted_for_home_visits = until("2099-01-01");
        world.organization.vetted_for_minors = None;
        // Whom the help is for, an offer does not show.
        assert_eq!(accepted_by(&mut world, role), Err(if role == Role::Partner { vec![] } else { vec![MINORS] }));
        world.organization.vetted_for_minors = until("2099-01-01");
        assert_eq!(accepted_by(&mut world, role), Ok(()));
        // What is promised stands, and goes on.
        world.organization.state = OrganizationState::Suspended;
        world.ask(step(100, Action::Deliver));
    }
    let mut world = visiting(None, None);
    world.organization.state = OrganizationState::Suspended;
    world.ask(step(100, Action::Decline));
    assert_eq!(world.referral(100).state, ReferralState::Declined);
}

#[test]
fn a_vetting_holds_until_the_last_day_on_which_the_help_may_come() {
    let by = |end: &str| Some(Timing::Deadline(at(end)));
    // By when, for how many weeks, and the last day that is not enough with the first one that is.
    for (timing, weeks, short, enough) in [
        (None, None, "2026-11-22", "2026-11-23"),
        (by("2026-11-27T16:00:00Z"), None, "2026-11-26", "2026-11-27"),
        (by("2026-11-27T16:00:01Z"), None, "2026-11-27", "2026-11-28"),
        (None, Some(2), "2026-12-05", "2026-12-06"),
        (by("2026-12-02T16:00:00Z"), Some(2), "2026-12-01", "2026-12-02"),
    ] {
        let mut world = visiting(timing, weeks);
        world.organization.vetted_for_minors = until(short);
        assert_eq!(accepted_by(&mut world, Role::CaseWorker), Err(vec![MINORS]), "{timing:?} {weeks:?}");
        world.organization.vetted_for_minors = until(enough);
        assert_eq!(accepted_by(&mut world, Role::CaseWorker), Ok(()), "{timing:?} {weeks:?}");
    }
}

#[test]
fn what_was_offered_a_moment_ago_waits_until_it_is_known_who_keeps_it() {
    let world = two_needs();
    let mut books = world.books();
    books.carry_out("desk", &[offering(100, 60, 30, 1)]).unwrap();
    assert_eq!(books.carry_out("partner", &[step(100, Action::Accept)]), Err(Refusal::Later));
}
