//! Opening, describing, closing.

use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_store::StoreError;

use crate::fixture::Fixture;
use crate::samples::{self, context, create};

pub async fn a_store_describes_itself_without_credentials(fixture: Fixture) {
    let description = fixture.store.describe();
    assert!(["sqlite", "postgresql"].contains(&description.backend));
    assert!(description.backend_version.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(description.schema_version, 1);
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
    fixture.store.close().await;
    fixture.set_schema_version(7).await;
    let refused = fixture.try_another().await.map(|store| store.describe());
    assert_eq!(refused, Err(StoreError::NewerSchema { found: 7, known: 1 }));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM organizations").await, 1);
}
