//! How much one organization may claim, by what is in the tables.

use jiff::SignedDuration;
use wishwell_domain::Error;
use wishwell_domain::ledger::{Command, Offer, Step};
use wishwell_domain::limits::{CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX, CLAIMS_LIVE_PER_ORGANIZATION_MAX};
use wishwell_domain::principal::Role;
use wishwell_domain::referral::{Action, Origin};

use crate::fixture::Fixture;
use crate::ledger_world::{MONDAY, giving, item, lacking, offer, offering, step_of, stock};
use crate::samples;

/// A claim of a need by its number, with the one resource there is.
pub fn claiming(need: u128) -> Command {
    Command::Offer(Box::new(Offer { origin: Origin::Claim, ..offer(1_000 + need, need, 30, Some(1)) }))
}

fn by_partner(need: u128, action: Action) -> Command {
    Command::Step(Step { role: Role::Partner, ..step_of(1_000 + need, action) })
}

async fn with_wishes(fixture: Fixture) -> Fixture {
    let needs = (1_000..1_200).map(|n| lacking(n, vec![item(1, 1)])).collect();
    fixture.with(vec![stock(20, Some(1_000))], vec![giving(30, &[(20, 1)])], needs).await
}

pub async fn claims_under_way_are_counted_until_they_are_delivered(fixture: Fixture) {
    let most = CLAIMS_LIVE_PER_ORGANIZATION_MAX;
    let fixture = with_wishes(fixture).await;
    let last = 1_000 + most as u128;
    for need in 1_000..last {
        fixture.ask(vec![claiming(need)]).await;
    }
    let (limit, wait) = ("claims_live_per_organization_max", None);
    let too_many = Error::TooManyClaims { limit, max: most, wait };
    let before = fixture.picture().await;
    assert_eq!(fixture.refused(vec![claiming(last)]).await, too_many);
    assert_eq!(fixture.picture().await, before);
    // What was begun is not there yet, and what is said not to have arrived is not either.
    fixture.ask(vec![by_partner(1_000, Action::Start)]).await;
    assert_eq!(fixture.refused(vec![claiming(last)]).await, too_many);
    fixture.ask(vec![by_partner(1_000, Action::Deliver)]).await;
    fixture.ask(vec![claiming(last)]).await;
    fixture.ask(vec![crate::ledger_world::step(2_000, Action::Dispute)]).await;
    assert_eq!(fixture.refused(vec![claiming(last + 1)]).await, too_many);
    // Whom somebody chooses may be asked all the same.
    fixture.ask(vec![offering(3_000, last + 1, 30, 1)]).await;
    fixture.everything_adds_up().await;
}

pub async fn what_an_organization_gave_up_is_counted_for_a_day(fixture: Fixture) {
    let most = CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX;
    let fixture = with_wishes(fixture).await;
    let start = samples::instant(MONDAY);
    let hours = SignedDuration::from_hours;
    fixture.set_clock(start).await;
    let last = 1_000 + most as u128;
    for need in 1_000..last {
        fixture.ask(vec![claiming(need)]).await;
        fixture.set_clock(start + hours(i64::from(need > 1_000))).await;
        let action = if need % 2 == 0 { Action::Cancel } else { Action::Fail };
        fixture.ask(vec![by_partner(need, action)]).await;
    }
    let too_many = |wait| {
        let limit = "claims_given_up_per_organization_and_day_max";
        Error::TooManyClaims { limit, max: most, wait: Some(wait) }
    };
    assert_eq!(fixture.refused(vec![claiming(last)]).await, too_many(hours(23)));
    fixture.set_clock(start + hours(23)).await;
    assert_eq!(fixture.refused(vec![claiming(last)]).await, too_many(hours(1)));
    // The first one was given up a day ago; what others call off counts for nobody.
    fixture.set_clock(start + hours(24)).await;
    for need in last..last + 3 {
        fixture.ask(vec![claiming(need)]).await;
        fixture.ask(vec![crate::ledger_world::step(1_000 + need, Action::Cancel)]).await;
    }
    fixture.ask(vec![claiming(last + 3)]).await;
    fixture.ask(vec![by_partner(last + 3, Action::Cancel)]).await;
    assert_eq!(fixture.refused(vec![claiming(last + 4)]).await, too_many(hours(1)));
    fixture.everything_adds_up().await;
}
