//! Consents that are taken back, and the wishes that go with them.

use std::sync::Arc;

use tracing::instrument::WithSubscriber as _;
use wishwell_domain::beneficiary::{Beneficiary, ConsentPurpose, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::need::Need;
use wishwell_store::{Effect, Mutation, NeedFilter, PageRequest, Store, StoreError, WriteMode};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, instant, put, tenant, update, upsert};
use crate::telemetry::Told;

const BENEFICIARY: u128 = 5;

/// She who withholds `purpose`.
fn withholding(purpose: ConsentPurpose) -> Beneficiary {
    let mut beneficiary = samples::beneficiary(BENEFICIARY, None);
    for consent in beneficiary.consents.iter_mut().filter(|consent| consent.purpose == purpose) {
        consent.withdrawn_at = Some(instant("2026-11-25T00:00:00Z"));
    }
    beneficiary
}

fn wish(n: u128) -> Change {
    Change::Need(Box::new(samples::need(n, Some(BENEFICIARY))))
}

async fn wishes(store: &dyn Store) -> Vec<Need> {
    let id = samples::beneficiary(BENEFICIARY, None).id;
    let filter = NeedFilter { beneficiary: Some(id), wishes_only: true, ..NeedFilter::default() };
    store.list_needs(&tenant(), &filter, &PageRequest { after: None, limit: 100 }).await.unwrap().entries
}

/// What takes these wishes back, as they were read.
fn unpublishing(wishes: Vec<Need>) -> Vec<Mutation> {
    let taken_back = |mut need: Need| {
        let known = need.version.0;
        need.unpublish();
        update(Change::Need(Box::new(need)), Some(known))
    };
    wishes.into_iter().map(taken_back).collect()
}

pub async fn who_took_the_consent_back_has_no_wish_in_the_pool(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (store, consenting) = (&*fixture.store, samples::beneficiary(BENEFICIARY, None));
    fixture.write_one(create(Change::Beneficiary(consenting.clone()))).await;
    for (n, purpose) in [(20, ConsentPurpose::WishPublication), (30, ConsentPurpose::Matching)] {
        let withholds = update(Change::Beneficiary(withholding(purpose)), None);
        fixture.write_one(create(wish(n))).await;
        assert_eq!(store.write(&context(), vec![withholds.clone()]).await, Err(StoreError::Outdated), "{purpose:?}");
        let known = store.beneficiary(&tenant(), consenting.id).await.unwrap().unwrap();
        assert_eq!(known.consents, consenting.consents, "nothing was done");

        let mut mutations = unpublishing(wishes(store).await);
        mutations.push(withholds);
        fixture.write(mutations).await;
        for refused in [create(wish(n + 1)), update(wish(n), None), upsert(wish(n))] {
            assert_eq!(store.write(&context(), vec![refused]).await, Err(StoreError::Outdated), "{purpose:?}");
        }
        assert!(wishes(store).await.is_empty());
        let found = fixture.write_one(put(wish(n), WriteMode::CreateOrGet)).await;
        assert_eq!(found.effect, Effect::Unchanged, "what is known is answered as it is");
        let private = samples::private_need(n + 2, Some(BENEFICIARY));
        fixture.write_one(create(Change::Need(Box::new(private)))).await;

        fixture.write_one(update(Change::Beneficiary(consenting.clone()), None)).await;
        fixture.write_one(update(wish(n), None)).await;
    }
}

/// What a household wishes for is withheld by each of its members, from when she joins it until she leaves it or is forgotten.
pub async fn what_a_household_wishes_for_is_withheld_by_each_of_its_members(fixture: Fixture) {
    const HOME: u128 = 4;
    let fixture = fixture.grounded().await;
    let store = &*fixture.store;
    let home = samples::household(HOME);
    let living = |household| move |her: Beneficiary| Change::Beneficiary(Beneficiary { household, ..her });
    let (at_home, elsewhere) = (living(Some(home.id)), living(None));
    let consenting = || samples::beneficiary(BENEFICIARY, None);
    let wish = |n| {
        let need = Need { household: Some(home.id), beneficiary: None, ..samples::need(n, None) };
        Change::Need(Box::new(need))
    };
    let id = |n| match wish(n) {
        Change::Need(need) => need.id,
        other => panic!("{other:?}"),
    };
    let outdated = async |change| {
        assert_eq!(store.write(&context(), vec![change]).await, Err(StoreError::Outdated));
    };
    fixture.write(vec![create(Change::Household(home.clone())), create(at_home(consenting()))]).await;
    for (n, purpose) in [(20, ConsentPurpose::WishPublication), (30, ConsentPurpose::Matching)] {
        fixture.write_one(create(wish(n))).await;
        outdated(update(at_home(withholding(purpose)), None)).await;
        fixture.write_one(update(elsewhere(withholding(purpose)), None)).await;
        outdated(update(at_home(withholding(purpose)), None)).await;
        let known = store.need(&tenant(), id(n)).await.unwrap().unwrap();
        let mut mutations = unpublishing(vec![known]);
        mutations.push(update(at_home(withholding(purpose)), None));
        fixture.write(mutations).await;
        for refused in [create(wish(n + 1)), update(wish(n), None)] {
            outdated(refused).await;
        }
        fixture.write_one(update(elsewhere(withholding(purpose)), None)).await;
        fixture.write_one(update(wish(n), None)).await;
        let known = store.need(&tenant(), id(n)).await.unwrap().unwrap();
        fixture.write(unpublishing(vec![known])).await;
        fixture.write_one(update(at_home(consenting()), None)).await;
    }
    fixture.write_one(update(at_home(withholding(ConsentPurpose::Matching)), None)).await;
    let her = consenting().id;
    fixture.write(vec![Mutation::EraseBeneficiary { id: her }]).await;
    fixture.write_one(create(wish(40))).await;
}

pub async fn a_wish_that_was_left_in_the_pool_is_in_the_way_of_no_other_change(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::Beneficiary(samples::beneficiary(BENEFICIARY, None))), create(wish(20))]).await;
    fixture.execute("UPDATE beneficiary_consents SET withdrawn_at = given_at").await;
    let id = samples::beneficiary(BENEFICIARY, None).id;
    let mut moving = fixture.store.beneficiary(&tenant(), id).await.unwrap().unwrap();
    moving.residence_division = None;
    assert_eq!(fixture.write_one(update(Change::Beneficiary(moving), None)).await.effect, Effect::Updated);
}

/// Each takes the other for done, or sees it.
pub async fn what_is_published_while_the_consent_is_taken_back_is_not_in_the_pool_afterwards(fixture: Fixture) {
    const ROUNDS: u128 = 8;
    const WISHES: u128 = 6;
    let fixture = fixture.grounded().await;
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let consenting = || Change::Beneficiary(samples::beneficiary(BENEFICIARY, None));
    fixture.write_one(create(consenting())).await;
    let purposes = [ConsentPurpose::WishPublication, ConsentPurpose::Matching];
    for (round, purpose) in (0..ROUNDS).zip(purposes.into_iter().cycle()) {
        let of_round = 1_000 + round * 100;
        let private = |n| create(Change::Need(Box::new(samples::private_need(of_round + n, Some(BENEFICIARY)))));
        fixture.write((0..WISHES / 2).map(private).collect()).await;
        // One half of them is known, the other is new.
        let publishing = (0..WISHES).map(|n| {
            let mutation = if n < WISHES / 2 { update(wish(of_round + n), None) } else { create(wish(of_round + n)) };
            let store = Arc::clone(&stores[usize::from(n % 2 == 0)]);
            tokio::spawn(async move { store.write(&context(), vec![mutation]).await.map(drop) })
        });
        let publishing: Vec<_> = publishing.collect();
        let mut attempts = 0;
        loop {
            let mut mutations = unpublishing(wishes(&*fixture.store).await);
            mutations.push(update(Change::Beneficiary(withholding(purpose)), None));
            match fixture.store.write(&context(), mutations).await {
                Err(StoreError::Outdated | StoreError::VersionMismatch { .. }) => attempts += 1,
                written => break drop(written.unwrap()),
            }
            assert!(attempts <= WISHES, "each wish comes once");
        }
        assert_eq!(wishes(&*fixture.store).await, [], "as soon as it is answered");
        for published in publishing {
            let published = published.await.unwrap();
            assert!(matches!(published, Ok(()) | Err(StoreError::Outdated)), "{published:?}");
        }
        assert_eq!(wishes(&*fixture.store).await, [], "and from then on");
        fixture.write_one(update(consenting(), None)).await;
    }
}

/// As above, of a household that somebody joins who withholds its wishes.
pub async fn what_a_household_publishes_while_somebody_joins_is_not_in_the_pool_afterwards(fixture: Fixture) {
    const ROUNDS: u128 = 12;
    let fixture = fixture.grounded().await;
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let home = samples::household(4);
    let living =
        |household| Change::Beneficiary(Beneficiary { household, ..withholding(ConsentPurpose::WishPublication) });
    fixture.write(vec![create(Change::Household(home.clone())), create(living(None))]).await;
    for round in 0..ROUNDS {
        let need = Need { household: Some(home.id), beneficiary: None, ..samples::need(1_000 + round, None) };
        let id = need.id;
        let publishing = tokio::spawn({
            let store = Arc::clone(&stores[1]);
            async move { store.write(&context(), vec![create(Change::Need(Box::new(need)))]).await.map(drop) }
        });
        let joined = loop {
            let known = fixture.store.need(&tenant(), id).await.unwrap();
            let mut mutations = unpublishing(known.into_iter().filter(|need| need.wish.is_some()).collect());
            mutations.push(update(living(Some(home.id)), None));
            match fixture.store.write(&context(), mutations).await {
                Err(StoreError::Outdated | StoreError::VersionMismatch { .. }) => {}
                written => break written,
            }
        };
        joined.unwrap();
        let published = publishing.await.unwrap();
        assert!(matches!(published, Ok(()) | Err(StoreError::Outdated)), "{published:?}");
        let known = fixture.store.need(&tenant(), id).await.unwrap();
        assert!(known.is_none_or(|need| need.wish.is_none()), "round {round}");
        fixture.write_one(update(living(None), None)).await;
    }
}

/// Each of several steps, the need's coming first in the one and last in the other: neither has to be done again.
pub async fn whoever_publishes_and_whoever_joins_a_household_wait_for_each_other_in_one_order(fixture: Fixture) {
    const ROUNDS: u128 = 60;
    let fixture = fixture.grounded().await;
    let other = fixture.another().await;
    let home = samples::household(4);
    let living =
        |household| Change::Beneficiary(Beneficiary { household, ..withholding(ConsentPurpose::WishPublication) });
    fixture.write(vec![create(Change::Household(home.clone())), create(living(None))]).await;
    let told = Told::default();
    let mut published = 0;
    for round in 0..ROUNDS {
        let wish = Need { household: Some(home.id), beneficiary: None, ..samples::need(1_000 + round, None) };
        let mut private = wish.clone();
        private.unpublish();
        fixture.write_one(create(Change::Need(Box::new(private.clone())))).await;
        let key = Mutation::PutKey { subject: wish.id.name(), key: WrappedKey(vec![1; 40]) };
        let publishing = vec![key, update(Change::Need(Box::new(wish)), None)];
        let joining = vec![update(Change::Need(Box::new(private)), None), update(living(Some(home.id)), None)];
        let (context, store) = (context(), &fixture.store);
        let both = async { tokio::join!(other.write(&context, publishing), store.write(&context, joining)) };
        let (publishing, joining) = both.with_subscriber(told.subscriber(tracing::Level::DEBUG)).await;
        joining.unwrap();
        match publishing {
            // It came first, and was taken back with what joining writes.
            Ok(_) => published += 1,
            Err(refused) => assert_eq!(refused, StoreError::Outdated),
        }
        fixture.write_one(update(living(None), None)).await;
    }
    let told = told.text();
    let again: Vec<&str> = told.lines().filter(|line| line.contains("trying again")).collect();
    assert!(again.is_empty(), "of {ROUNDS}, {published} published first: {again:?}");
}
