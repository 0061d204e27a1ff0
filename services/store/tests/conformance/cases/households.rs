//! Members are kept at the beneficiaries and belong to what a household is: its version tells of them.

use std::sync::Arc;

use wishwell_domain::beneficiary::{Beneficiary, Household};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{HouseholdId, LogPosition, Version};
use wishwell_store::{BeneficiaryFilter, Mutation, PageRequest, StoreError, WriteMode};

use crate::fixture::Fixture;

use crate::samples::{self, context, create, instant, put, update, upsert};

const HOME: u128 = 4;
const OTHER: u128 = 5;

fn id(n: u128) -> HouseholdId {
    samples::household(n).id
}

async fn stored(fixture: &Fixture, n: u128) -> Household {
    fixture.store.household(&fixture.tenant(), id(n)).await.unwrap().unwrap()
}

async fn version(fixture: &Fixture, n: u128) -> i64 {
    stored(fixture, n).await.version.0
}

fn living(n: u128, household: Option<u128>) -> Change {
    Change::Beneficiary(samples::beneficiary(n, household))
}

pub async fn whoever_joins_or_leaves_a_household_changes_it_once_for_each_write(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (home, other) = (samples::household(HOME), samples::household(OTHER));
    let both = [home.clone(), other].map(|household| create(Change::Household(household)));
    fixture.write(both.into_iter().chain([create(living(10, Some(HOME)))]).collect()).await;
    assert_eq!(version(&fixture, HOME).await, 1, "it came with its member");

    let (before, now) = (stored(&fixture, HOME).await, instant("2030-01-01T00:00:00Z"));
    fixture.set_clock(now).await;
    let written = fixture.write(vec![create(living(11, Some(HOME))), create(living(12, Some(HOME)))]).await;
    let after = stored(&fixture, HOME).await;
    assert_eq!(after, Household { version: Version(2), updated_at: now, ..before }, "but for this it is as it was");
    let logged = fixture.store.events(&fixture.tenant(), LogPosition(written.position.0 - 1), 10).await.unwrap();
    let changes: Vec<Change> = logged.into_iter().map(|event| event.change).collect();
    assert_eq!(changes, [Change::Household(after)], "told of once, behind those who joined");

    for (mutation, expected, what) in [
        (update(living(11, Some(HOME)), None), (2, 1), "who stays changes none"),
        (upsert(living(11, Some(HOME))), (2, 1), "nor does who is the same"),
        (put(living(11, Some(OTHER)), WriteMode::CreateOrGet), (2, 1), "nor who is known and stays as she is"),
        (update(living(11, Some(OTHER)), None), (3, 2), "who moves changes both"),
        (update(living(11, None), None), (3, 3), "who leaves changes the one"),
        (upsert(living(11, Some(HOME))), (4, 3), "and so does who is put back"),
        (Mutation::EraseBeneficiary { id: samples::beneficiary(12, None).id }, (4, 3), "who is forgotten stays in it"),
    ] {
        fixture.write_one(mutation).await;
        assert_eq!((version(&fixture, HOME).await, version(&fixture, OTHER).await), expected, "{what}");
    }

    // With the household itself it is one change.
    let with_members = vec![update(Change::Household(home.clone()), Some(4)), update(living(10, None), None)];
    fixture.write(with_members).await;
    assert_eq!(version(&fixture, HOME).await, 5);
    // One that is put as it is, and answered so, is answered as its members leave it.
    let known = put(Change::Household(home.clone()), WriteMode::CreateOrGet);
    let written = fixture.write(vec![known, update(living(10, Some(HOME)), None)]).await;
    assert_eq!(written.outcomes[0].after, Some(Change::Household(stored(&fixture, HOME).await)));
    assert_eq!(version(&fixture, HOME).await, 6);

    let stale = vec![update(Change::Household(home.clone()), Some(5))];
    let refused = fixture.store.write(&context(), stale).await;
    let name = home.id.name();
    assert_eq!(refused, Err(StoreError::VersionMismatch { name, expected: 5, actual: 6 }));
}

/// One says who the members are while the other joins: whoever is first, nobody is in or out whom the later did not know of.
pub async fn of_a_change_of_members_and_of_the_household_at_once_the_later_sees_the_first(fixture: Fixture) {
    const ROUNDS: u128 = 12;
    let fixture = fixture.grounded().await;
    let other = fixture.another().await;
    fixture.write(vec![create(Change::Household(samples::household(HOME))), create(living(10, Some(HOME)))]).await;
    for round in 0..ROUNDS {
        let read = version(&fixture, HOME).await;
        let joining = tokio::spawn({
            let store = Arc::clone(&other);
            async move { store.write(&context(), vec![create(living(100 + round, Some(HOME)))]).await.map(drop) }
        });
        let leaving = Change::Beneficiary(Beneficiary { household: None, ..samples::beneficiary(10, None) });
        let said = vec![update(Change::Household(samples::household(HOME)), Some(read)), update(leaving, None)];
        let said = fixture.store.write(&context(), said).await;
        joining.await.unwrap().unwrap();
        let changes = match said {
            Ok(_) => 2,
            Err(StoreError::VersionMismatch { .. }) => 1,
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(version(&fixture, HOME).await, read + changes);
        if changes == 2 {
            fixture.write_one(update(living(10, Some(HOME)), None)).await;
        }
    }
    let filter = BeneficiaryFilter { households: vec![id(HOME)], ..BeneficiaryFilter::default() };
    let page = PageRequest { after: None, limit: 100 };
    let members = fixture.store.list_beneficiaries(&fixture.tenant(), &filter, &page).await.unwrap().entries;
    assert_eq!(members.len(), 13, "nobody who joined was put out");
}
