//! What recurs: taken in part by one and for the rest by the next, and more lines than one request looks at.

use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodLength, PeriodRule};
use wishwell_domain::ledger::{Command, Step};
use wishwell_domain::limits::LEDGER_HELD_LINES_MAX;
use wishwell_domain::need::{NeedItem, NeedState, Recurrence};
use wishwell_domain::occurrence::TakenPeriod;
use wishwell_domain::referral::{Action, Referral, ReferralState};
use wishwell_store::ReferralFilter;

use crate::fixture::Fixture;
use crate::ledger_world::{MONDAY, giving, item, lacking, offer, referral_id, step, step_of, total_of, weekly};
use crate::samples::instant;

/// A visit in each of eight weeks, which two could make.
async fn visits(fixture: Fixture) -> Fixture {
    let visit = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Week, occurrences: 8 }), ..item(1, 1) };
    let pools = vec![weekly(20, Some(1)), weekly(21, Some(1))];
    let resources = vec![giving(30, &[(20, 1)]), giving(31, &[(21, 1)])];
    let fixture = fixture.with(pools, resources, vec![lacking(60, vec![visit])]).await;
    fixture.set_clock(instant(MONDAY)).await;
    fixture
}

fn rest(id: u128, resource: u128) -> Command {
    Command::Offer(Box::new(offer(id, 60, resource, None)))
}

fn days(referral: &Referral) -> Vec<String> {
    referral.periods.iter().map(ToString::to_string).collect()
}

pub async fn the_rest_of_what_recurs_is_for_the_next_in_the_weeks_that_are_left(fixture: Fixture) {
    let fixture = visits(fixture).await;
    let first = fixture.ask_one(rest(100, 30)).await;
    assert_eq!(first.periods.len(), 8);
    fixture.ask_one(Command::Step(Step { units: Some(3), ..step_of(100, Action::Accept) })).await;
    let taken = |day: &str| TakenPeriod { period_start: day.parse().unwrap(), units: 1 };
    let of_first = ["2026-11-23", "2026-11-30", "2026-12-07"].map(taken);
    assert_eq!(fixture.need(60).await.items[0].taken, of_first);
    let second = fixture.ask_one(rest(101, 31)).await;
    assert_eq!(days(&second), ["2026-12-14", "2026-12-21", "2026-12-28", "2027-01-04", "2027-01-11"]);
    assert_eq!(fixture.referral(101).await, second, "what was answered is what is read");
    let refused = fixture.refused(vec![rest(102, 30)]).await;
    assert!(matches!(refused, Error::ItemCovered { left: 0, .. }), "{refused:?}");
    fixture.everything_adds_up().await;
    for action in [Action::Accept, Action::Deliver] {
        fixture.ask_one(step(101, action)).await;
    }
    fixture.ask_one(step(100, Action::Cancel)).await;
    let third = fixture.ask_one(rest(103, 30)).await;
    assert_eq!(days(&third), ["2026-11-23", "2026-11-30", "2026-12-07"]);
    for action in [Action::Accept, Action::Deliver] {
        fixture.ask_one(step(103, action)).await;
    }
    let need = fixture.need(60).await;
    assert_eq!((need.state, need.items[0].served, need.items[0].taken.len()), (NeedState::Served, 8, 8));
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn of_many_who_want_the_rest_at_once_one_has_it(fixture: Fixture) {
    let fixture = visits(fixture).await;
    fixture.ask_one(rest(100, 30)).await;
    fixture.ask_one(Command::Step(Step { units: Some(3), ..step_of(100, Action::Accept) })).await;
    let asked = (0..20).map(|n| fixture.try_ask(vec![rest(200 + n, if n % 2 == 0 { 30 } else { 31 })]));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let item = fixture.need(60).await.items.remove(0);
    assert_eq!((item.left(), item.taken.len()), (0, 8));
    assert!(item.taken.iter().all(|taken| taken.units == 1));
    fixture.everything_adds_up().await;
}

pub async fn of_a_pool_that_holds_more_than_one_request_looks_at_the_newest_are_called_off(fixture: Fixture) {
    const DAYS: u32 = 366;
    let daily = NeedItem { recurrence: Some(Recurrence { every: PeriodLength::Day, occurrences: DAYS }), ..item(1, 1) };
    let rule = PeriodRule { length: PeriodLength::Day, time_zone: "Asia/Shanghai".to_owned() };
    let pool = CapacityPool { period: Some(rule), ..weekly(20, Some(9)) };
    let needs = (60..67).map(|n| lacking(n, vec![daily.clone()])).collect();
    let fixture = fixture.with(vec![pool], vec![giving(30, &[(20, 1)])], needs).await;
    for n in 0..7 {
        fixture.ask_one(Command::Offer(Box::new(offer(100 + n, 60 + n, 30, None)))).await;
    }
    assert!(7 * DAYS as usize > LEDGER_HELD_LINES_MAX, "more lines than are looked at");
    match fixture.refused(vec![total_of(20, 0, true)]).await {
        Error::InvalidArgument(told) => assert_eq!(told[0].rule, "pool.shortfall_steps"),
        other => panic!("{other:?}"),
    }
    fixture.ask(vec![total_of(20, 3, true)]).await;
    let live = fixture.referrals(ReferralFilter { states: vec![ReferralState::Offered], ..Default::default() }).await;
    assert_eq!(live.iter().map(|referral| referral.id).collect::<Vec<_>>(), [100, 101, 102].map(referral_id));
    fixture.ask(vec![total_of(20, 0, true)]).await;
    fixture.everything_adds_up().await;
}
