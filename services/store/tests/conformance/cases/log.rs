//! The log is complete, gap-free, and in the order of commits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::{Mutation, PageRequest, Store};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, put, update, upsert};

pub async fn positions_count_from_one_and_name_who_and_when(fixture: Fixture) {
    let tenant = fixture.tenant();
    assert_eq!(fixture.store.position(&tenant).await.unwrap(), LogPosition(0));
    assert!(fixture.store.events(&tenant, LogPosition(0), 10).await.unwrap().is_empty());
    let now = samples::instant("2030-01-01T00:00:00Z");
    fixture.set_clock(now).await;
    let written = fixture.write(samples::ground()).await;
    assert_eq!(written.position, LogPosition(6));
    let events = fixture.store.events(&tenant, LogPosition(0), 10).await.unwrap();
    for (position, event) in (1..).zip(&events) {
        assert_eq!((event.position.0, event.at, event.principal.as_str()), (position, now, "desk"));
    }
    assert_eq!(events.len(), 6);
    assert_eq!(fixture.store.position(&tenant).await.unwrap(), LogPosition(6));
}

pub async fn events_come_in_pages_of_the_size_asked(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let batch = (0..500).map(|n| create(Change::Organization(samples::organization(1_000 + n)))).collect::<Vec<_>>();
    fixture.write(batch).await;
    for n in 0..600 {
        let mut organization = samples::organization(1_000);
        organization.contact.phone = n.to_string();
        fixture.write(vec![update(Change::Organization(organization), None)]).await;
    }
    let tenant = fixture.tenant();
    let mut read = Vec::new();
    while let Some(page) = Some(fixture.store.events(&tenant, LogPosition(read.len() as i64), 70).await.unwrap())
        .filter(|page: &Vec<Event>| !page.is_empty())
    {
        assert!(page.len() <= 70);
        read.extend(page.iter().map(|event| event.position.0));
    }
    assert_eq!(read, (1..=1_106).collect::<Vec<_>>());
    let largest = fixture.store.events(&tenant, LogPosition(0), usize::MAX).await.unwrap();
    assert_eq!(largest.len(), LOG_PAGE_EVENTS_MAX, "a page is bounded whatever is asked");
    assert_eq!(fixture.store.events(&tenant, LogPosition(1_105), 70).await.unwrap().len(), 1);
    assert!(fixture.store.events(&tenant, LogPosition(5_000), 70).await.unwrap().is_empty());
}

/// Writers whose commits come late and in another order than their beginnings; readers that poll meanwhile.
pub async fn readers_never_miss_an_event_of_writers_that_commit_late(fixture: Fixture) {
    const WRITERS: usize = 8;
    const WRITES: usize = 25;
    let fixture = fixture.grounded().await;
    fixture.slow_commits().await;
    let start = fixture.store.position(&fixture.tenant()).await.unwrap();
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let last = start.0 + (WRITERS * WRITES * 2) as i64;

    let readers: Vec<_> =
        (0..3).map(|n| tokio::spawn(follow(Arc::clone(&stores[n % 2]), fixture.tenant(), start, last))).collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&stores[writer % 2]);
            tokio::spawn(async move {
                for n in 0..WRITES {
                    let id = (1_000 + writer * WRITES + n) as u128;
                    // Two events each, so that a torn write would show.
                    let mutations = vec![
                        create(Change::Organization(samples::organization(id))),
                        create(Change::CapacityPool(samples::pool(id, id))),
                    ];
                    let written = store.write(&context(), mutations).await.unwrap();
                    let own = store.events(&samples::tenant(), LogPosition(written.position.0 - 2), 2).await.unwrap();
                    assert_eq!(own[0].change.subject(), samples::organization(id).id.name());
                    assert_eq!(own[1].change.subject(), samples::pool(id, id).id.name());
                    tokio::time::sleep(Duration::from_micros((writer * 137 + n * 71) as u64 % 900)).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        let seen = reader.await.unwrap();
        assert_eq!(seen.len(), WRITERS * WRITES * 2);
        let mut subjects: Vec<_> = seen.iter().map(|event| event.change.subject()).collect();
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), seen.len(), "none twice, none missing");
    }
}

/// Follows the log to `last`; each page goes on exactly where the one before ended.
async fn follow(store: Arc<dyn Store>, tenant: TenantId, start: LogPosition, last: i64) -> Vec<Event> {
    let mut seen: Vec<Event> = Vec::new();
    let mut at = start;
    while at.0 < last {
        let head = store.position(&tenant).await.unwrap();
        let page = store.events(&tenant, at, 7).await.unwrap();
        for event in page {
            assert_eq!(event.position.0, at.0 + 1, "no gap, not even for a moment");
            at = event.position;
            seen.push(event);
        }
        assert!(at >= LogPosition(head.0.min(start.0 + seen.len() as i64)));
        tokio::task::yield_now().await;
    }
    seen
}

pub async fn folding_the_log_gives_the_same_entities_as_the_tables(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (a, b) = (samples::beneficiary(10, Some(9)), samples::beneficiary(11, None));
    let mut own_need = samples::private_need(20, Some(10));
    own_need.household = Some(samples::household(9).id);
    let mut changed = samples::resource(31, 1);
    changed.areas.truncate(1);
    let mut overdrawn = samples::pool(40, 1);
    overdrawn.figures.committed = 100;
    fixture
        .write(vec![
            create(Change::Household(samples::household(9))),
            create(Change::Beneficiary(a.clone())),
            create(Change::Beneficiary(b)),
            create(Change::Need(Box::new(own_need))),
            create(Change::Need(Box::new(samples::need(21, Some(11))))),
            create(Change::CapacityPool(samples::pool(30, 1))),
            create(Change::Resource(Box::new(samples::drawing(samples::resource(31, 1), 30)))),
        ])
        .await;
    fixture.write(vec![upsert(Change::Resource(Box::new(changed))), Mutation::EraseBeneficiary { id: a.id }]).await;
    fixture.store.write(&context(), vec![create(Change::CapacityPool(overdrawn))]).await.unwrap_err();
    fixture.write(vec![upsert(Change::Category(samples::category("care", None)))]).await;
    fixture.write(vec![put(Change::Organization(samples::organization(1)), wishwell_store::WriteMode::Upsert)]).await;

    let folded = fold(&fixture).await;
    let stored = tables(&fixture).await;
    assert_eq!(folded.len(), 13);
    for (subject, change) in &stored {
        assert_eq!(folded.get(subject), Some(change), "{subject}");
    }
    assert_eq!(folded.len(), stored.len());
}

/// Applies the whole log, one event after the other.
async fn fold(fixture: &Fixture) -> BTreeMap<String, Change> {
    let mut entities = BTreeMap::new();
    for event in fixture.store.events(&fixture.tenant(), LogPosition(0), LOG_PAGE_EVENTS_MAX).await.unwrap() {
        let Change::BeneficiaryErased { id, at } = event.change else {
            entities.insert(event.change.subject(), event.change);
            continue;
        };
        for entity in entities.values_mut() {
            match entity {
                Change::Beneficiary(beneficiary) if beneficiary.id == id => {
                    (beneficiary.personal, beneficiary.identity_digest) = (None, None);
                    (beneficiary.erased_at, beneficiary.updated_at) = (Some(at), at);
                    beneficiary.version.0 += 1;
                }
                Change::Need(need) if need.beneficiary == Some(id) => {
                    need.personal = None;
                    need.place = need.place.filter(|_| need.division.is_none());
                }
                _ => {}
            }
        }
    }
    entities
}

/// Every entity of the tables.
async fn tables(fixture: &Fixture) -> BTreeMap<String, Change> {
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let page = PageRequest { after: None, limit: 1_000 };
    let mut changes = Vec::new();
    let catalog = store.load_catalog(&tenant, &|_| {}).await.unwrap();
    changes.extend(catalog.categories.into_iter().map(Change::Category));
    changes.extend(catalog.divisions.into_iter().map(Change::Division));
    let organizations = store.list_organizations(&tenant, &Default::default(), &page).await.unwrap();
    changes.extend(organizations.entries.into_iter().map(Change::Organization));
    let resources = store.list_resources(&tenant, &Default::default(), &page).await.unwrap();
    changes.extend(resources.entries.into_iter().map(|resource| Change::Resource(Box::new(resource))));
    let pools = store.list_capacity_pools(&tenant, &Default::default(), &page).await.unwrap();
    changes.extend(pools.entries.into_iter().map(Change::CapacityPool));
    let beneficiaries = store.list_beneficiaries(&tenant, &Default::default(), &page).await.unwrap();
    changes.extend(beneficiaries.entries.into_iter().map(Change::Beneficiary));
    changes.extend(store.household(&tenant, samples::household(9).id).await.unwrap().map(Change::Household));
    let needs = store.list_needs(&tenant, &Default::default(), &page).await.unwrap();
    changes.extend(needs.entries.into_iter().map(|need| Change::Need(Box::new(need))));
    changes.into_iter().map(|change| (change.subject(), change)).collect()
}
