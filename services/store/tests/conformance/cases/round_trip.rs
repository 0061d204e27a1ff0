//! What goes in comes out.

use std::sync::Mutex;

use wishwell_domain::event::Change;
use wishwell_domain::ids::Version;
use wishwell_store::{Effect, Mutation};

use crate::fixture::Fixture;
use crate::samples::{self, create};

/// One of each, whole.
fn one_of_each() -> Vec<Mutation> {
    let mut need = samples::need(6, Some(5));
    need.household = Some(samples::household(4).id);
    need.request_id = Some(samples::uuid(500));
    vec![
        create(Change::CapacityPool(samples::pool(2, 1))),
        create(Change::Resource(Box::new(samples::drawing(samples::resource(3, 1), 2)))),
        create(Change::Household(samples::household(4))),
        create(Change::Beneficiary(samples::beneficiary(5, Some(4)))),
        create(Change::Need(Box::new(need))),
        create(Change::Round(Box::new(samples::round(7)))),
        create(Change::Subscription(Box::new(samples::subscription(8, 1)))),
    ]
}

pub async fn every_field_of_every_entity_comes_back_as_it_was_put(fixture: Fixture) {
    let mut mutations = samples::ground();
    mutations.extend(one_of_each());
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let written = fixture.write(mutations.clone()).await;
    assert_eq!(written.position.0, mutations.len() as i64);
    for (mutation, outcome) in mutations.iter().zip(&written.outcomes) {
        let Mutation::Put { entity, .. } = mutation else { unreachable!() };
        assert_eq!(outcome.effect, Effect::Created);
        let after = outcome.after.clone().unwrap();
        let stored = match &after {
            Change::Category(it) => store.category(&tenant, &it.code).await.unwrap().map(Change::Category),
            Change::Division(it) => store.division(&tenant, &it.code).await.unwrap().map(Change::Division),
            Change::Organization(it) => store.organization(&tenant, it.id).await.unwrap().map(Change::Organization),
            Change::Resource(it) => {
                store.resource(&tenant, it.id).await.unwrap().map(|it| Change::Resource(Box::new(it)))
            }
            Change::CapacityPool(it) => store.capacity_pool(&tenant, it.id).await.unwrap().map(Change::CapacityPool),
            Change::Beneficiary(it) => store.beneficiary(&tenant, it.id).await.unwrap().map(Change::Beneficiary),
            Change::Household(it) => store.household(&tenant, it.id).await.unwrap().map(Change::Household),
            Change::Need(it) => store.need(&tenant, it.id).await.unwrap().map(|it| Change::Need(Box::new(it))),
            Change::Round(it) => store.round(&tenant, it.id).await.unwrap().map(|it| Change::Round(Box::new(it))),
            Change::Subscription(it) => {
                store.subscription(&tenant, it.id).await.unwrap().map(|it| Change::Subscription(Box::new(it)))
            }
            Change::BeneficiaryErased { .. } | Change::Referral(_) => unreachable!(),
        };
        assert_eq!(stored.as_ref(), Some(&after), "what is read is what was answered");
        assert_eq!(without_store_fields(after), without_store_fields(entity.clone()), "and what was put");
    }
    let events = store.events(&tenant, wishwell_domain::ids::LogPosition(0), 1_000).await.unwrap();
    let logged: Vec<_> = events.into_iter().map(|event| event.change).collect();
    let answered: Vec<_> = written.outcomes.into_iter().filter_map(|outcome| outcome.after).collect();
    assert_eq!(logged, answered, "the log holds the same after-images");
}

/// Takes away what the store sets.
fn without_store_fields(mut change: Change) -> Change {
    let epoch = jiff::Timestamp::UNIX_EPOCH;
    let (version, times) = match &mut change {
        Change::Category(it) => (&mut it.version, None),
        Change::Division(it) => (&mut it.version, None),
        Change::Organization(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Resource(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::CapacityPool(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Beneficiary(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Household(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Need(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Round(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::Subscription(it) => (&mut it.version, Some((&mut it.created_at, &mut it.updated_at))),
        Change::BeneficiaryErased { .. } | Change::Referral(_) => return change,
    };
    *version = Version(0);
    if let Some((created_at, updated_at)) = times {
        *created_at = epoch;
        *updated_at = epoch;
    }
    change
}

pub async fn the_catalogue_holds_the_same_entities_without_long_texts_and_sealed_fields(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let written = fixture.write(one_of_each()).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let seen = Mutex::new(Vec::new());
    let catalog = store.load_catalog(&tenant, &|progress| seen.lock().unwrap().push(progress)).await.unwrap();

    assert_eq!(catalog.position, written.position);
    assert_eq!((catalog.categories.len(), catalog.divisions.len()), (3, 2));
    assert_eq!(
        Some(&catalog.categories[1]),
        store.category(&tenant, &catalog.categories[1].code).await.unwrap().as_ref()
    );
    assert_eq!(
        catalog.organizations,
        vec![store.organization(&tenant, samples::organization(1).id).await.unwrap().unwrap()]
    );
    assert_eq!(
        catalog.capacity_pools,
        vec![store.capacity_pool(&tenant, samples::pool(2, 1).id).await.unwrap().unwrap()]
    );
    let mut resource = store.resource(&tenant, samples::resource(3, 1).id).await.unwrap().unwrap();
    for text in [&mut resource.content, &mut resource.responsible_party, &mut resource.service_standard] {
        text.clear();
    }
    assert_eq!(catalog.resources, vec![resource]);
    let mut need = store.need(&tenant, samples::need(6, None).id).await.unwrap().unwrap();
    need.personal = None;
    need.publication.as_mut().unwrap().sharing = None;
    assert_eq!(catalog.open_needs, vec![need]);

    let last = seen.lock().unwrap().last().copied().unwrap();
    assert_eq!((last.done, last.total), (9, 9));
}
