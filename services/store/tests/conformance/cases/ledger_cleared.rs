//! Who may promise: an organization that is verified, and vetted for how its help comes, at the moment in which it promises.

use wishwell_domain::Error;
use wishwell_domain::event::Change;
use wishwell_domain::need::{Mobility, Need};
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::referral::{Action, ReferralState};
use wishwell_domain::resource::{DeliveryMode, Resource};

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offering, step, stock};
use crate::samples::{self, update};

/// Whoever is visited at home, a minor.
fn visited(n: u128) -> Need {
    let mobility = Mobility { max_travel_metres: None, home_visit: true, delivery: false, remote: false };
    Need { mobility, involves_minors: true, ..lacking(n, vec![item(1, 1)]) }
}

impl Fixture {
    /// Says anew where the organization stands that all resources are of.
    async fn standing(&self, change: impl FnOnce(&mut Organization)) {
        let mut organization = samples::organization(1);
        change(&mut organization);
        self.write(vec![update(Change::Organization(organization), None)]).await;
    }

    async fn what_bars(&self, referral: u128) -> Vec<&'static str> {
        match self.refused(vec![step(referral, Action::Accept)]).await {
            Error::OrganizationNotCleared { name, reasons } => {
                assert_eq!(name, samples::organization(1).id.name());
                reasons
            }
            other => panic!("{other:?}"),
        }
    }
}

pub async fn nothing_is_promised_by_who_is_suspended_or_not_vetted_for_it(fixture: Fixture) {
    let visits = Resource { modes: vec![DeliveryMode::HomeVisit], ..giving(30, &[(20, 1)]) };
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![visits], vec![visited(60), visited(61)]).await;
    fixture.ask(vec![offering(100, 60, 30, 1), offering(101, 61, 30, 1)]).await;
    let before = fixture.picture().await;
    for (state, minors, home_visits, barred) in [
        (OrganizationState::Suspended, true, true, vec!["ORGANIZATION_NOT_VERIFIED"]),
        (OrganizationState::Applied, true, true, vec!["ORGANIZATION_NOT_VERIFIED"]),
        (OrganizationState::Verified, false, true, vec!["NOT_VETTED_FOR_MINORS"]),
        (OrganizationState::Verified, true, false, vec!["NOT_VETTED_FOR_HOME_VISITS"]),
        (OrganizationState::Verified, false, false, vec!["NOT_VETTED_FOR_MINORS", "NOT_VETTED_FOR_HOME_VISITS"]),
    ] {
        let changed = |organization: &mut Organization| {
            organization.state = state;
            organization.vetted_for_minors.take_if(|_| !minors);
            organization.vetted_for_home_visits.take_if(|_| !home_visits);
        };
        fixture.standing(changed).await;
        assert_eq!(fixture.what_bars(100).await, barred);
    }
    assert_eq!(fixture.picture().await.entities, before.entities, "nothing moved");
    fixture.standing(|_| {}).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    fixture.standing(|organization| organization.state = OrganizationState::Suspended).await;
    // What was promised stands, and what was offered can be taken back or declined.
    fixture.ask(vec![step(100, Action::Deliver)]).await;
    fixture.ask(vec![step(101, Action::Decline)]).await;
    fixture.everything_adds_up().await;
    fixture.made_again_it_is_the_same().await;
}

pub async fn a_way_that_asks_for_no_vetting_is_enough_as_the_resource_is_now(fixture: Fixture) {
    let mobility = Mobility { max_travel_metres: None, home_visit: true, delivery: true, remote: false };
    let needs = vec![Need { mobility, ..visited(60) }];
    let both = |modes: &[DeliveryMode]| Resource { modes: modes.to_vec(), ..giving(30, &[(20, 1)]) };
    let resource = both(&[DeliveryMode::HomeVisit, DeliveryMode::Delivery]);
    let fixture = fixture.with(vec![stock(20, Some(9))], vec![resource], needs).await;
    fixture.ask(vec![offering(100, 60, 30, 1)]).await;
    fixture
        .standing(|organization| (organization.vetted_for_minors, organization.vetted_for_home_visits) = (None, None))
        .await;
    let by_visits_alone = Change::Resource(Box::new(both(&[DeliveryMode::HomeVisit])));
    fixture.write(vec![update(by_visits_alone, None)]).await;
    assert_eq!(fixture.what_bars(100).await, ["NOT_VETTED_FOR_MINORS", "NOT_VETTED_FOR_HOME_VISITS"]);
    let to_the_door = Change::Resource(Box::new(both(&[DeliveryMode::Delivery])));
    fixture.write(vec![update(to_the_door, None)]).await;
    fixture.ask(vec![step(100, Action::Accept)]).await;
    assert_eq!(fixture.referral(100).await.state, ReferralState::Accepted);
}
