//! Opening, describing, closing.

use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, Version};
use wishwell_domain::organization::OrganizationState;
use wishwell_store::StoreError;

use crate::fixture::Fixture;
use crate::samples::{self, context, create, request, update};

pub async fn a_store_describes_itself_without_credentials(fixture: Fixture) {
    let description = fixture.store.describe();
    assert!(["sqlite", "postgresql"].contains(&description.backend));
    assert!(description.backend_version.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(description.schema_version, 24);
    assert!(!description.location.is_empty() && !description.location.contains('@'));
}

pub async fn what_was_written_is_there_for_every_store_that_opens_later(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.store.close().await;
    let later = fixture.another().await;
    assert_eq!(later.position(&fixture.tenant()).await.unwrap(), LogPosition(6));
    let organization = later.organization(&fixture.tenant(), samples::organization(1).id).await.unwrap();
    assert_eq!(organization.map(|organization| organization.name), Some(samples::organization(1).name));
}

pub async fn a_closed_store_says_that_it_is_unavailable(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    store.close().await;
    store.close().await;
    let closed = StoreError::Unavailable("closed".to_owned());
    let written = store.write(&context(), vec![create(Change::Organization(samples::organization(2)))]).await;
    assert_eq!(written, Err(closed.clone()));
    assert_eq!(store.position(&tenant).await, Err(closed.clone()));
    assert_eq!(store.organization(&tenant, samples::organization(1).id).await, Err(closed.clone()));
    assert_eq!(store.load_catalog(&tenant, &|_| {}).await.map(|catalog| catalog.position), Err(closed));
}

pub async fn tables_of_an_earlier_program_are_brought_up_to_date_with_all_they_hold(fixture: Fixture) {
    let mut suspended = samples::organization(1);
    suspended.state = OrganizationState::Suspended;
    (suspended.division, suspended.version) = (None, Version(1));
    // As it was logged then.
    let mut logged = serde_json::to_value(Change::Organization(suspended.clone())).unwrap();
    let fields = logged.as_object_mut().unwrap().values_mut().next().unwrap().as_object_mut().unwrap();
    assert!(fields.remove("suspension_reason").is_some());
    fixture.start_over_at_version_one(&suspended, &logged.to_string()).await;

    let store = fixture.another().await;
    let tenant = fixture.tenant();
    let found = store.organization(&tenant, suspended.id).await.unwrap();
    assert_eq!(found, Some(suspended.clone()));
    let events = store.events(&tenant, LogPosition(0), 10).await.unwrap();
    assert_eq!(
        events.into_iter().map(|event| event.change).collect::<Vec<_>>(),
        [Change::Organization(suspended.clone())]
    );
    // What an earlier program answered is answered again, and what it did not keep is kept from now on.
    let answered = store.answered(&request(1, 1)).await.unwrap().unwrap();
    assert_eq!((answered.position, answered.kept), (LogPosition(1), None));
    suspended.suspension_reason = "since then".to_owned();
    let written = store.write(&context(), vec![update(Change::Organization(suspended.clone()), None)]).await.unwrap();
    assert_eq!(written.position, LogPosition(2));
    let found = store.organization(&tenant, suspended.id).await.unwrap().unwrap();
    assert_eq!(found.suspension_reason, "since then");
    store.close().await;
}

pub async fn closing_waits_for_writes_that_have_begun(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let store = std::sync::Arc::clone(&fixture.store);
    let batch = (0..500).map(|n| create(Change::Resource(Box::new(samples::resource(1_000 + n, 1))))).collect();
    let write = tokio::spawn(async move { store.write(&context(), batch).await });
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    fixture.store.close().await;
    let answer = write.await.unwrap();
    let later = fixture.another().await;
    let position = later.position(&fixture.tenant()).await.unwrap();
    match answer {
        Ok(written) => assert_eq!((written.position, position), (LogPosition(506), LogPosition(506))),
        Err(StoreError::Unavailable(_)) => assert_eq!(position, LogPosition(6)),
        Err(error) => panic!("{error}"),
    }
}

pub async fn tables_of_a_later_program_are_refused_and_left_as_they_are(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let known = fixture.store.describe().schema_version;
    fixture.store.close().await;
    fixture.set_schema_version(known + 1).await;
    let refused = fixture.try_another().await.map(|store| store.describe());
    assert_eq!(refused, Err(StoreError::NewerSchema { found: known + 1, known }));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM organizations").await, 1);
}
