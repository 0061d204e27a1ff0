//! What a lower usual total leaves of weeks that are over; and who is named where too much is used up.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures};
use wishwell_domain::event::Change;
use wishwell_domain::ledger::{Command, SetFigures};
use wishwell_domain::referral::{Action, ReferralState};
use wishwell_store::{Effect, StoreError};

use crate::fixture::Fixture;
use crate::ledger_world::{
    MONDAY, confirmation, giving, item, lacking, offering, pool_id, referral_id, step, stock, total_of, weekly,
};
use crate::samples::{context, instant, update, upsert};

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
