//! Lists: filters restrict, pages hold everything once.

use std::collections::HashMap;

use wishwell_domain::beneficiary::{GroupTag, WrappedKey};
use wishwell_domain::capacity_pool::PoolKind;
use wishwell_domain::event::Change;
use wishwell_domain::need::{Channel, NeedState, Urgency};
use wishwell_domain::organization::{OrganizationKind, OrganizationState};
use wishwell_domain::resource::{Resource, ResourceLifecycle};
use wishwell_domain::text::LocalizedText;
use wishwell_store::{
    BeneficiaryFilter, CapacityPoolFilter, Mutation, NeedFilter, OrganizationFilter, PageRequest, ResourceFilter,
    WriteContext,
};

use crate::fixture::Fixture;
use crate::samples::{self, category_code, create, division_code, instant};

const ALL: PageRequest = PageRequest { after: None, limit: 100 };

pub async fn pages_hold_every_entity_once_in_order_of_id(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let created = [7, 3, 12, 5, 9, 4, 8].map(|n| create(Change::Resource(Box::new(samples::resource(n, 1)))));
    fixture.write(created.to_vec()).await;
    for limit in [1, 2, 3, 7, 100] {
        let mut seen = Vec::new();
        let mut page = PageRequest { after: None, limit };
        loop {
            let found =
                fixture.store.list_resources(&fixture.tenant(), &ResourceFilter::default(), &page).await.unwrap();
            assert!(found.entries.len() <= limit && !found.entries.is_empty());
            assert!(found.entries.iter().all(|resource| resource.categories.len() == 2 && resource.areas.len() == 4));
            seen.extend(found.entries.iter().map(|resource| resource.id));
            page.after = found.next_after;
            if page.after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = [3, 4, 5, 7, 8, 9, 12].map(|n| samples::resource(n, 1).id).to_vec();
        assert_eq!(seen, expected, "pages of {limit}");
    }
}

pub async fn resources_of_an_organization_are_counted(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::Organization(samples::organization(2)))]).await;
    let elsewhere = WriteContext { tenant: samples::tenant_called("other"), ..samples::context() };
    fixture.write_as(&elsewhere, samples::ground()).await;
    let count = async |number| {
        let organization = samples::organization(number).id;
        fixture.store.count_resources(&fixture.tenant(), organization).await.unwrap()
    };
    assert_eq!((count(1).await, count(2).await), (0, 0));
    let created = [7, 3, 12].map(|n| create(Change::Resource(Box::new(samples::resource(n, 1)))));
    fixture.write(created.to_vec()).await;
    let theirs = Resource { organization: samples::organization(2).id, draws: Vec::new(), ..samples::resource(5, 1) };
    fixture.write(vec![create(Change::Resource(Box::new(theirs)))]).await;
    fixture.write_as(&elsewhere, vec![create(Change::Resource(Box::new(samples::resource(4, 1))))]).await;
    assert_eq!((count(1).await, count(2).await, count(3).await), (3, 1, 0));
}

pub async fn needs_are_read_together_each_once_in_order_of_id(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write([7, 3, 5].map(|n| create(Change::Need(Box::new(samples::need(n, None))))).to_vec()).await;
    let elsewhere = WriteContext { tenant: samples::tenant_called("other"), ..samples::context() };
    fixture.write_as(&elsewhere, samples::ground()).await;
    fixture.write_as(&elsewhere, vec![create(Change::Need(Box::new(samples::need(4, None))))]).await;

    let asked = [5, 99, 3, 5, 4].map(|n| samples::need(n, None).id);
    let found = fixture.store.needs(&fixture.tenant(), &asked).await.unwrap();
    let mut one_by_one = Vec::new();
    for n in [3, 5] {
        one_by_one.extend(fixture.store.need(&fixture.tenant(), samples::need(n, None).id).await.unwrap());
    }
    assert!(one_by_one.iter().all(|need| need.items.len() == 2 && need.personal.is_some()), "{one_by_one:?}");
    assert_eq!(found, one_by_one);
    assert_eq!(fixture.store.needs(&fixture.tenant(), &[]).await.unwrap(), []);
}

pub async fn people_and_their_keys_are_read_together(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let (a, b) = (samples::beneficiary(10, Some(9)), samples::beneficiary(11, None));
    let key = |subject: String, n| Mutation::PutKey { subject, key: WrappedKey(vec![n]) };
    fixture
        .write(vec![
            create(Change::Household(samples::household(9))),
            create(Change::Beneficiary(a.clone())),
            create(Change::Beneficiary(b.clone())),
            key(a.id.name(), 1),
            key(b.id.name(), 2),
        ])
        .await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let mut expected = Vec::new();
    for id in [a.id, b.id] {
        expected.extend(store.beneficiary(&tenant, id).await.unwrap());
    }
    let unknown = samples::beneficiary(12, None).id;
    assert_eq!(store.beneficiaries(&tenant, &[b.id, unknown, a.id, b.id]).await.unwrap(), expected);
    let household = store.household(&tenant, samples::household(9).id).await.unwrap();
    let households = [samples::household(8).id, samples::household(9).id];
    assert_eq!(store.households(&tenant, &households).await.unwrap(), Vec::from_iter(household));
    let asked = [a.id.name(), unknown.name(), b.id.name()];
    let found = store.keys(&tenant, &asked).await.unwrap();
    assert_eq!(found, HashMap::from([(a.id.name(), WrappedKey(vec![1])), (b.id.name(), WrappedKey(vec![2]))]));
    assert_eq!(store.some_keys(&tenant, 9).await.unwrap(), found);
    assert_eq!(store.some_keys(&tenant, 1).await.unwrap().len(), 1);
    fixture.write(vec![Mutation::EraseBeneficiary { id: a.id }]).await;
    let left = HashMap::from([(b.id.name(), WrappedKey(vec![2]))]);
    assert_eq!(store.keys(&tenant, &asked).await.unwrap(), left);
    assert_eq!(store.some_keys(&tenant, 9).await.unwrap(), left);
    assert_eq!(store.some_keys(&samples::tenant_called("other"), 9).await.unwrap(), HashMap::new());
    assert_eq!(store.keys(&samples::tenant_called("other"), &asked).await.unwrap(), HashMap::new());
    assert_eq!(store.keys(&tenant, &[]).await.unwrap(), HashMap::new());
}

pub async fn organizations_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::organization(2);
    other.state = OrganizationState::Applied;
    other.kind = OrganizationKind::Shop;
    other.division = Some(division_code("640104001"));
    other.external.as_mut().unwrap().source = "hsds".to_owned();
    other.name = LocalizedText::new("", "Corner SHOP 100%_\\ déjà");
    fixture.write_one(create(Change::Organization(other.clone()))).await;
    let none = OrganizationFilter::default;
    let contains = |part: &str| OrganizationFilter { name_contains: Some(part.to_owned()), ..none() };
    for (filter, expected) in [
        (none(), 2),
        (OrganizationFilter { external: other.external.clone(), ..none() }, 1),
        (OrganizationFilter { state: Some(OrganizationState::Applied), ..none() }, 1),
        (OrganizationFilter { kind: Some(OrganizationKind::Shop), ..none() }, 1),
        (OrganizationFilter { kind: Some(OrganizationKind::School), ..none() }, 0),
        (OrganizationFilter { divisions: vec![division_code("640104001")], ..none() }, 1),
        (OrganizationFilter { divisions: vec![division_code("640104"), division_code("640104001")], ..none() }, 2),
        (OrganizationFilter { source: Some("hsds".to_owned()), ..none() }, 1),
        (contains("corner shop"), 1),
        (contains("阳光"), 1),
        (contains("100%_\\"), 1),
        (contains("1%0"), 0),
        (contains("c_rner"), 0),
        (contains("DÉJÀ"), 0),
        (contains("déJà"), 1),
    ] {
        let found = fixture.store.list_organizations(&fixture.tenant(), &filter, &ALL).await.unwrap();
        assert_eq!(found.entries.len(), expected, "{filter:?}");
    }
}

pub async fn resources_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::resource(21, 2);
    other.categories = vec![category_code("goods")];
    other.division = Some(division_code("640104001"));
    other.lifecycle = ResourceLifecycle::Paused;
    other.external.as_mut().unwrap().source = "hsds".to_owned();
    other.title = LocalizedText::new("书桌", "Desk");
    fixture
        .write(vec![
            create(Change::Organization(samples::organization(2))),
            create(Change::Resource(Box::new(samples::resource(20, 1)))),
            create(Change::Resource(Box::new(other.clone()))),
        ])
        .await;
    let none = ResourceFilter::default;
    for (filter, expected) in [
        (none(), 2),
        (ResourceFilter { external: other.external.clone(), ..none() }, 1),
        (ResourceFilter { organization: Some(samples::organization(2).id), ..none() }, 1),
        (ResourceFilter { categories: vec![category_code("goods")], ..none() }, 1),
        (ResourceFilter { categories: vec![category_code("care"), category_code("care.visit")], ..none() }, 1),
        (ResourceFilter { categories: vec![category_code("nowhere")], ..none() }, 0),
        (ResourceFilter { divisions: vec![division_code("640104001")], ..none() }, 1),
        (ResourceFilter { lifecycle: Some(ResourceLifecycle::Paused), ..none() }, 1),
        (ResourceFilter { source: Some("hsds".to_owned()), ..none() }, 1),
        (ResourceFilter { title_contains: Some("DESK".to_owned()), ..none() }, 1),
        (
            ResourceFilter {
                title_contains: Some("陪伴".to_owned()),
                lifecycle: Some(ResourceLifecycle::Paused),
                ..none()
            },
            0,
        ),
    ] {
        let found = fixture.store.list_resources(&fixture.tenant(), &filter, &ALL).await.unwrap();
        assert_eq!(found.entries.len(), expected, "{filter:?}");
    }
}

pub async fn pools_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::pool(21, 2);
    (other.kind, other.period, other.periods) = (PoolKind::Stock, None, Vec::new());
    other.confirmed_at = instant("2026-01-01T00:00:00Z");
    fixture
        .write(vec![
            create(Change::Organization(samples::organization(2))),
            create(Change::CapacityPool(samples::pool(20, 1))),
            create(Change::CapacityPool(other.clone())),
        ])
        .await;
    let none = CapacityPoolFilter::default;
    for (filter, expected) in [
        (none(), 2),
        (CapacityPoolFilter { external: other.external.clone(), ..none() }, 1),
        (CapacityPoolFilter { organization: Some(samples::organization(2).id), ..none() }, 1),
        (CapacityPoolFilter { kind: Some(PoolKind::Slots), ..none() }, 1),
        (CapacityPoolFilter { confirmed_before: Some(instant("2026-01-01T00:00:00.000001Z")), ..none() }, 1),
        (CapacityPoolFilter { confirmed_before: Some(instant("2026-01-01T00:00:00Z")), ..none() }, 0),
        (CapacityPoolFilter { running_low_from: Some(jiff::civil::date(2026, 11, 23)), ..none() }, 1),
        (CapacityPoolFilter { running_low_from: Some(jiff::civil::date(2026, 11, 24)), ..none() }, 0),
    ] {
        let found = fixture.store.list_capacity_pools(&fixture.tenant(), &filter, &ALL).await.unwrap();
        assert_eq!(found.entries.len(), expected, "{filter:?}");
    }
}

pub async fn needs_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::need(21, Some(5));
    other.household = Some(samples::household(4).id);
    other.items.truncate(1);
    (other.urgency, other.channel, other.state) = (Urgency::Low, Channel::Import, NeedState::Withdrawn);
    other.division = Some(division_code("640104"));
    other.wish = None;
    other.request_id = Some(samples::uuid(500));
    fixture
        .write(vec![
            create(Change::Household(samples::household(4))),
            create(Change::Beneficiary(samples::beneficiary(5, Some(4)))),
            create(Change::Need(Box::new(samples::need(20, None)))),
            create(Change::Need(Box::new(other.clone()))),
        ])
        .await;
    let none = NeedFilter::default;
    for (filter, expected) in [
        (none(), 2),
        (NeedFilter { external: other.external.clone(), ..none() }, 1),
        (NeedFilter { request_id: other.request_id, ..none() }, 1),
        (NeedFilter { request_id: Some(samples::uuid(501)), ..none() }, 0),
        (NeedFilter { states: vec![NeedState::Withdrawn, NeedState::Closed], ..none() }, 1),
        (NeedFilter { states: vec![NeedState::PartlyServed], ..none() }, 0),
        (NeedFilter { urgency: Some(Urgency::Low), ..none() }, 1),
        (NeedFilter { channel: Some(Channel::Import), ..none() }, 1),
        (NeedFilter { categories: vec![category_code("goods")], ..none() }, 1),
        (NeedFilter { categories: vec![category_code("goods"), category_code("care.visit")], ..none() }, 2),
        (NeedFilter { divisions: vec![division_code("640104")], ..none() }, 1),
        (NeedFilter { beneficiary: Some(samples::beneficiary(5, None).id), ..none() }, 1),
        (NeedFilter { household: Some(samples::household(4).id), ..none() }, 1),
        (NeedFilter { wishes_only: true, ..none() }, 1),
        (NeedFilter { without_division: true, ..none() }, 0),
        (NeedFilter { wanting_only: true, ..none() }, 2),
    ] {
        let found = fixture.store.list_needs(&fixture.tenant(), &filter, &ALL).await.unwrap();
        assert_eq!(found.entries.len(), expected, "{filter:?}");
    }
}

pub async fn beneficiaries_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    let mut other = samples::beneficiary(6, None);
    other.residence_division = Some(division_code("640104"));
    other.group_tags = vec![GroupTag::Minor];
    fixture
        .write(vec![
            create(Change::Household(samples::household(4))),
            create(Change::Beneficiary(samples::beneficiary(5, Some(4)))),
            create(Change::Beneficiary(other.clone())),
        ])
        .await;
    let none = BeneficiaryFilter::default;
    for (filter, expected) in [
        (none(), 2),
        (BeneficiaryFilter { external: other.external.clone(), ..none() }, 1),
        (BeneficiaryFilter { households: vec![samples::household(4).id], ..none() }, 1),
        (BeneficiaryFilter { residence_divisions: vec![division_code("640104")], ..none() }, 1),
        (BeneficiaryFilter { group_tag: Some(GroupTag::Veteran), ..none() }, 1),
        (BeneficiaryFilter { group_tag: Some(GroupTag::Elderly), ..none() }, 0),
        (BeneficiaryFilter { identity_digest: Some("digest-6".to_owned()), ..none() }, 1),
        (BeneficiaryFilter { identity_digest: Some("digest-7".to_owned()), ..none() }, 0),
    ] {
        let found = fixture.store.list_beneficiaries(&fixture.tenant(), &filter, &ALL).await.unwrap();
        assert_eq!(found.entries.len(), expected, "{filter:?}");
    }
}

pub async fn a_filter_takes_more_codes_than_a_statement_takes_values(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_one(create(Change::Resource(Box::new(samples::resource(20, 1))))).await;
    let mut divisions: Vec<_> = (0..100_000).map(|n| division_code(&format!("{}", 110_000_000_000_u64 + n))).collect();
    divisions.push(division_code("640104"));
    let filter = ResourceFilter { divisions, ..ResourceFilter::default() };
    let found = fixture.store.list_resources(&fixture.tenant(), &filter, &ALL).await.unwrap();
    assert_eq!(found.entries.len(), 1);
}

pub async fn external_identities_resolve_in_the_order_asked(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    fixture.write_one(create(Change::Organization(samples::organization(2)))).await;
    let asked: Vec<_> =
        ["org-2", "nobody", "org-1", "org-2"].iter().filter_map(|external_id| samples::external(external_id)).collect();
    let (one, two) = (samples::organization(1).id.as_uuid(), samples::organization(2).id.as_uuid());
    let store = &fixture.store;
    let found = store.resolve_external(&fixture.tenant(), "organization", &asked).await.unwrap();
    assert_eq!(found, [Some(two), None, Some(one), Some(two)]);
    assert_eq!(store.resolve_external(&fixture.tenant(), "resource", &asked).await.unwrap(), [None; 4]);
    assert!(store.resolve_external(&fixture.tenant(), "need", &[]).await.unwrap().is_empty());
}
