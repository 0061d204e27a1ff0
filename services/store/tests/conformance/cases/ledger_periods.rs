//! What a lower usual total leaves of weeks that are over; and who is named where too much is used up.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures, PeriodLength, PeriodRule};
use wishwell_domain::event::Change;
use wishwell_domain::ledger::{Command, NewTotal, SetFigures};
use wishwell_domain::referral::{Action, ReferralState};
use wishwell_store::{Effect, StoreError};

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, confirmation, giving, item, lacking, offering, pool_id, referral_id, step, stock, total_of, weekly,
};
use crate::samples::{context, instant, period, update, upsert};

fn in_days(days: i64) -> Timestamp {
    instant(MONDAY) + SignedDuration::from_hours(24 * days)
}

/// Ten a week. Of last week six are delivered and four were promised, of which nobody has said anything since.
async fn a_week_later(fixture: Fixture) -> Fixture {
    let needs = (60..63).map(|n| lacking(n, vec![item(1, 10)])).collect();
    let fixture = fixture.with(vec![weekly(20, Some(10))], vec![giving(30, &[(20, 1)])], needs).await;
    fixture.set_clock(in_days(0)).await;
    fixture.ask(vec![offering(100, 60, 30, 6), offering(101, 61, 30, 4)]).await;
    fixture.ask(vec![step(100, Action::Accept), step(101, Action::Accept)]).await;
    fixture.ask(vec![step(100, Action::Deliver)]).await;
    fixture.set_clock(in_days(7)).await;
    fixture
}

/// The week that is over, with what it had.
async fn is_as_it_was(fixture: &Fixture) -> PeriodFigures {
    let week = fixture.pool(20).await.periods[0];
    assert_eq!((week.period_start, week.figures.total, week.figures.used_elsewhere), (date(2026, 11, 23), Some(10), 0));
    let states = [fixture.referral(100).await.state, fixture.referral(101).await.state];
    assert_eq!(states, [ReferralState::Delivered, ReferralState::Accepted]);
    fixture.everything_adds_up().await;
    week
}

/// What is still promised of the week that is over arrives, and this week has so many.
async fn goes_on_with(fixture: &Fixture, left: i64) {
    fixture.ask(vec![step(101, Action::Deliver)]).await;
    assert_eq!(fixture.pool(20).await.periods[0].figures.consumed, 10);
    let refused = fixture.refused(vec![offering(102, 62, 30, left + 1)]).await;
    assert!(refused.to_string().contains(&format!("has {left} left in")), "{refused}");
    fixture.ask(vec![offering(103, 62, 30, left)]).await;
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn a_lower_usual_total_leaves_weeks_that_are_over_as_they_were(fixture: Fixture) {
    let fixture = a_week_later(fixture).await;
    for (total, force) in [(8, false), (5, true)] {
        fixture.ask(vec![total_of(20, total, force)]).await;
        is_as_it_was(&fixture).await;
    }
    let elsewhere = SetFigures { used_elsewhere: Some(2), ..confirmation(20) };
    fixture.ask(vec![Command::SetFigures(elsewhere)]).await;
    is_as_it_was(&fixture).await;
    goes_on_with(&fixture, 3).await;
    // This week's are in the way as before.
    match fixture.refused(vec![total_of(20, 4, false)]).await {
        Error::CapacityHeld { referrals, .. } => assert_eq!(referrals, [referral_id(103).name()]),
        other => panic!("{other:?}"),
    }
}

pub async fn a_put_of_a_lower_usual_total_leaves_weeks_that_are_over_as_they_were(fixture: Fixture) {
    let fixture = a_week_later(fixture).await;
    let said = |total| {
        let mut pool: CapacityPool = weekly(20, Some(total));
        pool.figures.used_elsewhere = 1;
        Change::CapacityPool(pool)
    };
    for effect in [Effect::Updated, Effect::Unchanged] {
        assert_eq!(fixture.write(vec![upsert(said(8))]).await.outcomes[0].effect, effect);
        is_as_it_was(&fixture).await;
    }
    fixture.write(vec![update(said(4), None)]).await;
    let week = is_as_it_was(&fixture).await;
    assert!(week.inherits, "nobody has said anything of it");
    goes_on_with(&fixture, 3).await;
}

/// By a command and by a put alike: what was used up is named after what could be called off.
pub async fn whoever_used_up_more_than_there_shall_be_is_named(fixture: Fixture) {
    let needs = (60..63).map(|n| lacking(n, vec![item(1, 2)])).collect();
    let resources = vec![giving(30, &[(20, 1), (21, 1)])];
    let fixture = fixture.with(vec![stock(20, Some(9)), weekly(21, Some(9))], resources, needs).await;
    fixture.set_clock(in_days(0)).await;
    fixture.ask((0..3).map(|n| offering(100 + n, 60 + n, 30, 2)).collect()).await;
    for action in [Action::Accept, Action::Deliver] {
        fixture.ask(vec![step(100, action), step(101, action)]).await;
    }
    let before = fixture.picture().await;
    let held = |n, taken, becomes: i64, referrals: &[u128]| Error::CapacityHeld {
        name: pool_id(n).name(),
        taken,
        becomes: becomes.to_string(),
        referrals: referrals.iter().map(|n| referral_id(*n).name()).collect(),
    };
    for pool in [stock(20, Some(3)), weekly(21, Some(3))] {
        let n = if pool.id == pool_id(20) { 20 } else { 21 };
        assert_eq!(fixture.refused(vec![total_of(n, 4, false)]).await, held(n, 6, 4, &[102]));
        assert_eq!(fixture.refused(vec![total_of(n, 3, false)]).await, held(n, 6, 3, &[102, 101, 100]));
        assert_eq!(fixture.refused(vec![total_of(n, 3, true)]).await, held(n, 4, 3, &[101, 100]));
        let put = fixture.store.write(&context(), vec![upsert(Change::CapacityPool(pool))]).await.unwrap_err();
        assert_eq!(put, StoreError::Refused(Box::new(held(n, 6, 3, &[102, 101, 100]))));
        assert_eq!(fixture.picture().await, before);
    }
    fixture.ask(vec![total_of(20, 4, true)]).await;
    assert_eq!(fixture.referral(102).await.state, ReferralState::Withdrawn);
    fixture.everything_adds_up().await;
}

/// Figures of so many days from one on.
fn days_from(first: i8, count: i64) -> Vec<PeriodFigures> {
    let day = |days| date(2026, 11, first) + jiff::Span::new().days(days);
    (0..count).map(|days| period(day(days), Some(7), 0)).collect()
}

/// A day in America has begun before the day that it is in Greenwich, and goes on: neither figures of four hundred others nor a movement
/// forgets what was used up in it. Once it has ended it may be forgotten, and nothing is said of it any more.
pub async fn a_period_that_goes_on_is_not_forgotten_for_others(fixture: Fixture) {
    let rule = PeriodRule { length: PeriodLength::Day, time_zone: "America/New_York".to_owned() };
    let daily = CapacityPool { period: Some(rule), ..weekly(20, Some(5)) };
    let said = |periods| Change::CapacityPool(CapacityPool { periods, ..daily.clone() });
    let needs = (60..64).map(|n| lacking(n, vec![item(1, 5)])).collect();
    let fixture = fixture.with(vec![daily.clone()], vec![giving(30, &[(20, 1)])], needs).await;
    // Sunday evening in New York.
    fixture.set_clock(instant("2026-11-30T03:00:00Z")).await;
    fixture.ask(vec![offering(100, 60, 30, 5)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    fixture.ask(vec![step(100, Action::Deliver)]).await;
    // Of a day that is over and in which nothing was, records are put right.
    let of = |start, total| SetFigures { period_start: Some(start), total: NewTotal::Known(total), ..confirmation(20) };
    fixture.ask(vec![Command::SetFigures(of(date(2026, 11, 28), 4))]).await;
    let before = fixture.picture().await;
    match fixture.store.write(&context(), vec![upsert(said(days_from(30, 400)))]).await.unwrap_err() {
        StoreError::Refused(error) => assert!(error.to_string().contains(&pool_id(20).name()), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(fixture.picture().await, before);
    fixture.write(vec![upsert(said(days_from(30, 399)))]).await;
    let sunday = fixture.pool(20).await.periods[0];
    assert_eq!((sunday.period_start, sunday.figures.consumed), (date(2026, 11, 29), 5));
    let later = Command::SetFigures(of(date(2029, 1, 1), 7));
    match fixture.refused(vec![later.clone()]).await {
        Error::InvalidArgument(violations) => assert_eq!(violations[0].rule, "list.max_items"),
        other => panic!("{other:?}"),
    }
    let refused = fixture.refused(vec![offering(101, 61, 30, 6)]).await;
    assert!(refused.to_string().contains("left"), "{refused}");
    fixture.everything_adds_up().await;
    // Monday: Sunday makes room.
    fixture.set_clock(instant("2026-11-30T06:00:00Z")).await;
    fixture.ask(vec![later]).await;
    assert_eq!(fixture.pool(20).await.periods[0].period_start, date(2026, 11, 30));
    match fixture.refused(vec![Command::SetFigures(of(date(2026, 11, 29), 5))]).await {
        Error::InvalidArgument(violations) => assert_eq!(violations[0].rule, "pool.period_forgotten"),
        other => panic!("{other:?}"),
    }
    let again = fixture.store.write(&context(), vec![upsert(said(days_from(29, 2)))]).await.unwrap_err();
    assert!(matches!(&again, StoreError::Refused(error) if matches!(**error, Error::InvalidArgument(_))), "{again:?}");
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}
