//! Many at once, also over two stores on the same data.

use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::event::Change;
use wishwell_store::{Effect, Mutation, Store, StoreError, Written};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, update, upsert};

/// Runs writes at once, on two stores in turn; answers in the order given.
async fn at_once(fixture: &Fixture, writes: Vec<Vec<Mutation>>) -> Vec<Result<Written, StoreError>> {
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let running: Vec<_> = writes
        .into_iter()
        .zip(stores.iter().cycle().cloned())
        .map(|(mutations, store)| tokio::spawn(async move { store.write(&context(), mutations).await }))
        .collect();
    let mut answers = Vec::new();
    for write in running {
        answers.push(write.await.unwrap());
    }
    answers
}

pub async fn of_many_updates_from_one_version_one_wins(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for version in 1..=5 {
        let writes = (0..16)
            .map(|n| {
                let mut organization = samples::organization(1);
                organization.contact.phone = format!("{version}-{n}");
                vec![update(Change::Organization(organization), Some(version))]
            })
            .collect();
        let answers = at_once(&fixture, writes).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let name = samples::organization(1).id.name();
        let refusal = StoreError::VersionMismatch { name, expected: version, actual: version + 1 };
        assert!(answers.into_iter().filter_map(Result::err).all(|error| error == refusal));
    }
}

pub async fn updates_without_an_expected_version_all_happen_one_after_the_other(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let writes = (0..24)
        .map(|n| {
            let mut resource = samples::organization(1);
            resource.contact.phone = n.to_string();
            vec![update(Change::Organization(resource), None)]
        })
        .collect();
    let answers = at_once(&fixture, writes).await;
    let mut positions: Vec<i64> = answers.into_iter().map(|answer| answer.unwrap().position.0).collect();
    positions.sort_unstable();
    assert_eq!(positions, (7..31).collect::<Vec<_>>());
    let stored = fixture.store.organization(&fixture.tenant(), samples::organization(1).id).await.unwrap().unwrap();
    assert_eq!(stored.version.0, 25);
}

pub async fn of_many_creations_of_one_external_identity_one_wins(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let writes = (0..16)
        .map(|n| {
            let mut organization = samples::organization(100 + n);
            organization.external = samples::external("same");
            vec![create(Change::Organization(organization))]
        })
        .collect();
    let answers = at_once(&fixture, writes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refusal = StoreError::AlreadyExists { name: "12349/same".to_owned() };
    assert!(answers.into_iter().filter_map(Result::err).all(|error| error == refusal));
}

pub async fn of_many_creations_of_one_id_one_wins(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let writes = (0..16)
        .map(|n| {
            let mut organization = samples::organization(100);
            organization.external = samples::external(&format!("own-{n}"));
            vec![create(Change::Organization(organization))]
        })
        .collect();
    let answers = at_once(&fixture, writes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refusal = StoreError::AlreadyExists { name: samples::organization(100).id.name() };
    assert!(answers.into_iter().filter_map(Result::err).all(|error| error == refusal));
}

pub async fn imports_of_the_same_entities_in_any_order_create_each_once(fixture: Fixture) {
    const ENTITIES: u128 = 60;
    let fixture = fixture.grounded().await;
    let writes = (0..8_u128)
        .map(|import| {
            let mut batch: Vec<Mutation> = (0..ENTITIES)
                .map(|n| {
                    // Each import makes ids of its own for what it has not seen.
                    let mut resource = samples::resource(10_000 + import * 1_000 + n, 1);
                    resource.external = samples::external(&format!("same-{n}"));
                    upsert(Change::Resource(Box::new(resource)))
                })
                .collect();
            batch.rotate_left(usize::try_from(import * 13 % ENTITIES).unwrap());
            if import % 2 == 1 {
                batch.reverse();
            }
            batch
        })
        .collect();
    let answers = at_once(&fixture, writes).await;
    let effects = answers.into_iter().flat_map(|answer| answer.unwrap().outcomes).map(|outcome| outcome.effect);
    let (created, unchanged): (Vec<_>, Vec<_>) = effects.partition(|effect| *effect == Effect::Created);
    assert_eq!(created.len() as u128, ENTITIES);
    assert!(unchanged.iter().all(|effect| *effect == Effect::Unchanged));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM resources").await as u128, ENTITIES);
}

pub async fn writes_that_touch_the_same_entities_crosswise_all_happen(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::CapacityPool(samples::pool(2, 1)))]).await;
    let writes = (0..20)
        .map(|n| {
            let mut organization = samples::organization(1);
            organization.contact.phone = n.to_string();
            let mut pool = samples::pool(2, 1);
            pool.figures.used_elsewhere = n % 10;
            let mut pair =
                vec![update(Change::Organization(organization), None), update(Change::CapacityPool(pool), None)];
            if n % 2 == 0 {
                pair.reverse();
            }
            pair
        })
        .collect();
    for answer in at_once(&fixture, writes).await {
        answer.unwrap();
    }
    let stored = fixture.store.capacity_pool(&fixture.tenant(), samples::pool(2, 1).id).await.unwrap().unwrap();
    assert_eq!(stored.version.0, 21);
}

pub async fn a_write_that_its_caller_gave_up_happens_whole_or_not_at_all(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let tenant = fixture.tenant();
    for n in 0..40_u128 {
        let (organization, pool) = (samples::organization(100 + n), samples::pool(200 + n, 100 + n));
        let ids = (organization.id, pool.id);
        let write = async {
            let mutations = vec![create(Change::Organization(organization)), create(Change::CapacityPool(pool))];
            fixture.store.write(&context(), mutations).await
        };
        let _ = tokio::time::timeout(Duration::from_micros(n as u64 * 150), write).await;
        // The connection that was left in the middle serves the next write.
        fixture.write(vec![update(Change::Organization(samples::organization(1)), None)]).await;
        let organization = fixture.store.organization(&tenant, ids.0).await.unwrap().is_some();
        let pool = fixture.store.capacity_pool(&tenant, ids.1).await.unwrap().is_some();
        assert_eq!(organization, pool);
    }
    let head = fixture.store.position(&tenant).await.unwrap();
    let events = fixture.store.events(&tenant, wishwell_domain::ids::LogPosition(0), 1_000).await.unwrap();
    assert_eq!((events.len() as i64, events.last().unwrap().position), (head.0, head));
}

pub async fn readers_see_whole_entities_while_they_change(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_one(create(Change::Resource(Box::new(samples::resource(3, 1))))).await;
    let store: Arc<dyn Store> = Arc::clone(&fixture.store);
    let writer = tokio::spawn(async move {
        for n in 0..150 {
            let mut resource = samples::resource(3, 1);
            // Content and lists change together.
            resource.content = n.to_string();
            resource.areas.truncate(1 + n % 4);
            store.write(&context(), vec![update(Change::Resource(Box::new(resource)), None)]).await.unwrap();
        }
    });
    let tenant = fixture.tenant();
    while !writer.is_finished() {
        let resource = fixture.store.resource(&tenant, samples::resource(3, 1).id).await.unwrap().unwrap();
        if let Ok(n) = resource.content.parse::<usize>() {
            assert_eq!(resource.areas.len(), 1 + n % 4, "row and lists are of one moment");
        }
    }
    writer.await.unwrap();
}
