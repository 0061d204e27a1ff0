//! What each way of putting an entity does.

use jiff::ToSpan as _;
use jiff::civil::date;
use wishwell_domain::capacity_pool::CapacityPool;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::limits::BATCH_ENTRIES_MAX;
use wishwell_domain::organization::{Organization, OrganizationState};
use wishwell_domain::resource::Resource;
use wishwell_store::{Effect, Mutation, Outcome, StoreError, WriteMode};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, instant, put, update, upsert};

fn organization_of(outcome: Outcome) -> Organization {
    match outcome.after {
        Some(Change::Organization(organization)) => organization,
        other => panic!("no organization: {other:?}"),
    }
}

fn pool_of(outcome: Outcome) -> CapacityPool {
    match outcome.after {
        Some(Change::CapacityPool(pool)) => pool,
        other => panic!("no pool: {other:?}"),
    }
}

fn resource_of(outcome: Outcome) -> Resource {
    match outcome.after {
        Some(Change::Resource(resource)) => *resource,
        other => panic!("no resource: {other:?}"),
    }
}

pub async fn a_new_entity_has_version_one_and_the_times_of_the_databases_clock(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let now = instant("2030-01-02T03:04:05.678901Z");
    fixture.set_clock(now).await;
    let created = organization_of(fixture.write_one(create(Change::Organization(samples::organization(2)))).await);
    assert_eq!((created.version, created.created_at, created.updated_at), (Version(1), now, now));
    assert_eq!(fixture.store.now().await.unwrap(), now);
    let events = fixture.store.events(&fixture.tenant(), LogPosition(0), 100).await.unwrap();
    assert_eq!(events.last().unwrap().at, now);
}

pub async fn the_databases_clock_tells_the_time(fixture: Fixture) {
    let started: jiff::Timestamp = std::time::SystemTime::UNIX_EPOCH.try_into().unwrap();
    let now = fixture.store.now().await.unwrap();
    // The machine's own clock is not asked: between 2026 and 2100 is what a clock that runs would say.
    assert!(now > started + 489_000.hours() && now < started + 1_140_000.hours(), "{now}");
    let later = fixture.store.now().await.unwrap();
    assert!(later >= now);
}

pub async fn an_update_adds_one_to_the_version_and_keeps_the_time_of_creation(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (before, after) = (instant("2030-01-01T00:00:00Z"), instant("2030-06-01T00:00:00Z"));
    fixture.set_clock(before).await;
    fixture.write_one(create(Change::Organization(samples::organization(2)))).await;
    fixture.set_clock(after).await;
    let mut changed = samples::organization(2);
    changed.state = OrganizationState::Suspended;
    changed.vetted_for_minors = None;
    let outcome = fixture.write_one(update(Change::Organization(changed), Some(1))).await;
    assert_eq!(outcome.effect, Effect::Updated);
    let updated = organization_of(outcome);
    assert_eq!((updated.version, updated.created_at, updated.updated_at), (Version(2), before, after));
    assert_eq!((updated.state, updated.vetted_for_minors.clone()), (OrganizationState::Suspended, None));
    assert_eq!(fixture.store.organization(&fixture.tenant(), updated.id).await.unwrap(), Some(updated));
}

pub async fn an_update_from_another_version_is_refused_and_changes_nothing(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let known = samples::organization(1);
    let mut changed = known.clone();
    changed.contact.phone = "0".to_owned();
    let refused = fixture.store.write(&context(), vec![update(Change::Organization(changed), Some(7))]).await;
    let name = known.id.name();
    assert_eq!(refused, Err(StoreError::VersionMismatch { name, expected: 7, actual: 1 }));
    let stored = fixture.store.organization(&fixture.tenant(), known.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.contact), (Version(1), known.contact));
}

pub async fn an_update_without_an_expected_version_takes_any(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for version in 2..5 {
        let outcome = fixture.write_one(update(Change::Organization(samples::organization(1)), None)).await;
        assert_eq!(organization_of(outcome).version, Version(version));
    }
}

pub async fn an_update_of_what_is_not_there_is_not_found(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for (entity, name) in [
        (Change::Organization(samples::organization(9)), samples::organization(9).id.name()),
        (Change::Category(samples::category("none", None)), "categories/none".to_owned()),
        (Change::Division(samples::division("110101", None)), "divisions/110101".to_owned()),
    ] {
        let refused = fixture.store.write(&context(), vec![update(entity, None)]).await;
        assert_eq!(refused, Err(StoreError::NotFound { name }));
    }
}

pub async fn create_refuses_a_known_id_and_a_known_external_identity(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut same_id = samples::organization(1);
    same_id.external = None;
    let mut same_external = samples::organization(2);
    same_external.external = samples::external("org-1");
    for (entity, name) in [
        (Change::Organization(same_id), samples::organization(1).id.name()),
        (Change::Organization(same_external), "12349/org-1".to_owned()),
        (Change::Category(samples::category("care", None)), "categories/care".to_owned()),
    ] {
        let refused = fixture.store.write(&context(), vec![create(entity)]).await;
        assert_eq!(refused, Err(StoreError::AlreadyExists { name }));
    }
}

pub async fn an_update_cannot_take_another_ones_external_identity(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_one(create(Change::Organization(samples::organization(2)))).await;
    let mut thief = samples::organization(2);
    thief.external = samples::external("org-1");
    let refused = fixture.store.write(&context(), vec![update(Change::Organization(thief), None)]).await;
    assert_eq!(refused, Err(StoreError::AlreadyExists { name: "12349/org-1".to_owned() }));
}

pub async fn two_entities_without_external_identity_do_not_collide(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for n in [2, 3] {
        let mut organization = samples::organization(n);
        organization.external = None;
        let outcome = fixture.write_one(put(Change::Organization(organization), WriteMode::CreateOrGet)).await;
        assert_eq!(outcome.effect, Effect::Created);
    }
}

pub async fn create_or_get_answers_the_known_entity_and_leaves_it_alone(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let known = fixture.store.organization(&fixture.tenant(), samples::organization(1).id).await.unwrap();
    let mut other = samples::organization(2);
    other.external = samples::external("org-1");
    other.contact.phone = "another".to_owned();
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    let written = fixture.write(vec![put(Change::Organization(other), WriteMode::CreateOrGet)]).await;
    assert_eq!(written.position, position, "nothing is logged");
    assert_eq!(written.outcomes[0].effect, Effect::Unchanged);
    assert_eq!(Some(organization_of(written.outcomes[0].clone())), known);
}

pub async fn an_upsert_creates_then_leaves_alone_then_updates(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for entity in [
        Change::Category(samples::category("new", Some("care"))),
        Change::Division(samples::division("640202", None)),
        Change::Organization(samples::organization(2)),
        Change::CapacityPool(samples::pool(3, 1)),
        Change::Resource(Box::new(samples::drawing(samples::resource(4, 1), 3))),
        Change::Household(samples::household(5)),
        Change::Beneficiary(samples::beneficiary(6, Some(5))),
        Change::Need(Box::new(samples::need(7, Some(6)))),
    ] {
        let kind = entity.kind();
        assert_eq!(fixture.write_one(upsert(entity.clone())).await.effect, Effect::Created, "{kind}");
        let position = fixture.store.position(&fixture.tenant()).await.unwrap();
        let again = fixture.write(vec![upsert(entity.clone())]).await;
        assert_eq!((again.outcomes[0].effect, again.position), (Effect::Unchanged, position), "{kind}");
        let updated = fixture.write(vec![upsert(changed(entity))]).await;
        assert_eq!((updated.outcomes[0].effect, updated.position.0), (Effect::Updated, position.0 + 1), "{kind}");
    }
}

/// The same with one field changed.
fn changed(mut entity: Change) -> Change {
    match &mut entity {
        Change::Category(it) => it.synonyms.push("more".to_owned()),
        Change::Division(it) => it.edition_year += 1,
        Change::Organization(it) => it.contact.phone.push('1'),
        Change::Resource(it) => it.categories.truncate(1),
        Change::CapacityPool(it) => it.periods.truncate(1),
        Change::Beneficiary(it) => it.consents.truncate(1),
        Change::Household(it) => it.group_tags.truncate(1),
        Change::Need(it) => it.items[1].quantity += 1,
        Change::Round(it) => it.progress.items += 1,
        Change::Subscription(it) => it.daily_budget += 1,
        Change::BeneficiaryErased { .. } | Change::Referral(_) => unreachable!(),
    }
    entity
}

pub async fn an_upsert_keeps_the_id_state_and_vetting_of_a_known_organization(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut imported = samples::organization(99);
    imported.external = samples::external("org-1");
    imported.state = OrganizationState::Applied;
    imported.vetted_for_minors = None;
    imported.vetted_for_home_visits = None;
    imported.contact.phone = "0951-1".to_owned();
    let outcome = fixture.write_one(upsert(Change::Organization(imported))).await;
    assert_eq!(outcome.effect, Effect::Updated);
    let (known, after) = (samples::organization(1), organization_of(outcome));
    assert_eq!((after.id, after.state), (known.id, known.state));
    assert_eq!(after.vetted_for_minors, known.vetted_for_minors);
    assert_eq!(after.vetted_for_home_visits, known.vetted_for_home_visits);
    assert_eq!(after.contact.phone, "0951-1");
}

pub async fn an_upsert_keeps_why_a_known_organization_is_suspended(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut suspended = samples::organization(1);
    suspended.state = OrganizationState::Suspended;
    suspended.suspension_reason = "a complaint is being looked into".to_owned();
    fixture.write_one(update(Change::Organization(suspended.clone()), None)).await;
    let mut imported = samples::organization(1);
    imported.contact.phone = "0951-1".to_owned();
    let after = organization_of(fixture.write_one(upsert(Change::Organization(imported))).await);
    assert_eq!((after.state, &after.suspension_reason), (suspended.state, &suspended.suspension_reason));
    assert_eq!(after.contact.phone, "0951-1");
}

pub async fn an_upsert_keeps_what_a_pool_has_promised(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut known = samples::pool(2, 1);
    known.figures.committed = 4;
    known.periods =
        vec![samples::period(date(2026, 11, 23), Some(10), 1), samples::period(date(2026, 11, 30), Some(9), 0)];
    known.periods[0].figures.pending = 5;
    fixture.write_one(create(Change::CapacityPool(known.clone()))).await;

    let mut imported = samples::pool(99, 1);
    imported.external = known.external.clone();
    imported.figures.total = Some(30);
    imported.periods = vec![samples::period(date(2026, 12, 7), Some(1), 0)];
    let after = pool_of(fixture.write_one(upsert(Change::CapacityPool(imported))).await);
    assert_eq!((after.id, after.figures.total, after.figures.committed), (known.id, Some(30), 4));
    // The period in which something is held stays, the other one that the import does not name goes.
    assert_eq!(after.periods, vec![known.periods[0], samples::period(date(2026, 12, 7), Some(1), 0)]);
    assert_eq!(fixture.store.capacity_pool(&fixture.tenant(), after.id).await.unwrap(), Some(after));
}

pub async fn an_upsert_of_another_entity_under_a_known_id_is_refused(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::organization(1);
    other.external = samples::external("org-77");
    let refused = fixture.store.write(&context(), vec![upsert(Change::Organization(other.clone()))]).await;
    assert_eq!(refused, Err(StoreError::AlreadyExists { name: other.id.name() }));
}

pub async fn lists_become_what_the_update_says(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::CapacityPool(samples::pool(2, 1)))]).await;
    let mut resource = samples::drawing(samples::resource(3, 1), 2);
    fixture.write_one(create(Change::Resource(Box::new(resource.clone())))).await;
    resource.categories.reverse();
    resource.areas.truncate(1);
    resource.draws.clear();
    resource.schedule = None;
    let after = resource_of(fixture.write_one(update(Change::Resource(Box::new(resource.clone())), Some(1))).await);
    assert_eq!(
        (&after.categories, &after.areas, &after.draws),
        (&resource.categories, &resource.areas, &resource.draws)
    );
    assert_eq!(fixture.store.resource(&fixture.tenant(), after.id).await.unwrap(), Some(after));
}

pub async fn a_write_is_all_of_its_mutations_or_none(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    let mut dangling = samples::resource(3, 1);
    dangling.categories = vec![samples::category_code("nowhere")];
    let mutations = vec![
        create(Change::Organization(samples::organization(2))),
        Mutation::PutKey { subject: "needs/x".to_owned(), key: wishwell_domain::beneficiary::WrappedKey(vec![1]) },
        create(Change::Resource(Box::new(dangling))),
    ];
    let refused = fixture.store.write(&context(), mutations).await;
    assert_eq!(refused, Err(StoreError::DanglingReference { mutation: 2, field: "categories" }));
    let tenant = fixture.tenant();
    assert_eq!(fixture.store.organization(&tenant, samples::organization(2).id).await.unwrap(), None);
    assert_eq!(fixture.store.key(&tenant, "needs/x").await.unwrap(), None);
    assert_eq!(fixture.store.position(&tenant).await.unwrap(), position);
}

pub async fn the_same_entity_several_times_in_one_write_ends_as_the_last_one_says(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mutations = (1..=4)
        .map(|n| {
            let mut organization = samples::organization(2);
            organization.contact.phone = n.to_string();
            upsert(Change::Organization(organization))
        })
        .collect();
    let written = fixture.write(mutations).await;
    let effects: Vec<Effect> = written.outcomes.iter().map(|outcome| outcome.effect).collect();
    assert_eq!(effects, [Effect::Created, Effect::Updated, Effect::Updated, Effect::Updated]);
    let stored = fixture.store.organization(&fixture.tenant(), samples::organization(2).id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.contact.phone.as_str()), (Version(4), "4"));
}

pub async fn a_batch_of_the_largest_size_is_one_write(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let count = BATCH_ENTRIES_MAX as u128;
    let batch = |content: &str| -> Vec<Mutation> {
        // Not in order of id, and answered in the order asked all the same.
        (0..count)
            .rev()
            .map(|n| {
                let mut resource = samples::resource(1_000 + n, 1);
                resource.content = content.to_owned();
                upsert(Change::Resource(Box::new(resource)))
            })
            .collect()
    };
    for (content, effect, version) in
        [("first", Effect::Created, 1), ("second", Effect::Updated, 2), ("second", Effect::Unchanged, 2)]
    {
        let written = fixture.write(batch(content)).await;
        for (n, outcome) in (0..count).rev().zip(written.outcomes) {
            assert_eq!(outcome.effect, effect);
            let after = resource_of(outcome);
            assert_eq!((after.id, after.version), (samples::resource(1_000 + n, 1).id, Version(version)));
        }
    }
    let catalog = fixture.store.load_catalog(&fixture.tenant(), &|_| {}).await.unwrap();
    assert_eq!(catalog.resources.len(), BATCH_ENTRIES_MAX);
    assert!(catalog.resources.iter().all(|resource| resource.categories.len() == 2 && resource.areas.len() == 4));
}

pub async fn a_write_of_nothing_answers_the_position(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let position = fixture.store.position(&fixture.tenant()).await.unwrap();
    let written = fixture.write(Vec::new()).await;
    assert_eq!((written.outcomes.len(), written.position), (0, position));
}
