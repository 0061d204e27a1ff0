//! Tenants never see each other.

use wishwell_domain::beneficiary::WrappedKey;
use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_store::{
    BeneficiaryFilter, CapacityPoolFilter, DuplicateQuery, Mutation, NeedFilter, OrganizationFilter, PageRequest,
    ResourceFilter, StoreError,
};

use crate::fixture::Fixture;
use crate::samples::{self, context_of, create, tenant_called, update};

fn everything() -> Vec<Mutation> {
    let mut mutations = samples::ground();
    mutations.extend([
        create(Change::CapacityPool(samples::pool(2, 1))),
        create(Change::Resource(Box::new(samples::drawing(samples::resource(3, 1), 2)))),
        create(Change::Household(samples::household(4))),
        create(Change::Beneficiary(samples::beneficiary(5, Some(4)))),
        Mutation::PutKey { subject: samples::beneficiary(5, None).id.name(), key: WrappedKey(vec![7]) },
        create(Change::Need(Box::new(samples::private_need(6, Some(5))))),
    ]);
    mutations
}

pub async fn what_one_tenant_has_no_method_shows_to_another(fixture: Fixture) {
    let (owner, other) = (tenant_called("owner"), tenant_called("other"));
    fixture.write_as(&context_of(&owner), everything()).await;
    fixture.write_as(&context_of(&other), vec![create(Change::Category(samples::category("mine", None)))]).await;
    let store = &fixture.store;
    let page = PageRequest { after: None, limit: 10 };

    assert_eq!(store.category(&other, &samples::category_code("care")).await.unwrap(), None);
    assert_eq!(store.division(&other, &samples::division_code("640104")).await.unwrap(), None);
    assert_eq!(store.organization(&other, samples::organization(1).id).await.unwrap(), None);
    assert_eq!(store.capacity_pool(&other, samples::pool(2, 1).id).await.unwrap(), None);
    assert_eq!(store.resource(&other, samples::resource(3, 1).id).await.unwrap(), None);
    assert_eq!(store.household(&other, samples::household(4).id).await.unwrap(), None);
    assert_eq!(store.beneficiary(&other, samples::beneficiary(5, None).id).await.unwrap(), None);
    assert_eq!(store.need(&other, samples::need(6, None).id).await.unwrap(), None);
    assert_eq!(store.key(&other, &samples::beneficiary(5, None).id.name()).await.unwrap(), None);
    assert!(store.list_organizations(&other, &OrganizationFilter::default(), &page).await.unwrap().entries.is_empty());
    assert!(store.list_resources(&other, &ResourceFilter::default(), &page).await.unwrap().entries.is_empty());
    assert!(store.list_capacity_pools(&other, &CapacityPoolFilter::default(), &page).await.unwrap().entries.is_empty());
    assert!(store.list_needs(&other, &NeedFilter::default(), &page).await.unwrap().entries.is_empty());
    assert!(store.list_beneficiaries(&other, &BeneficiaryFilter::default(), &page).await.unwrap().entries.is_empty());
    let external: Vec<_> = samples::external("org-1").into_iter().collect();
    assert_eq!(store.resolve_external(&other, "organization", &external).await.unwrap(), vec![None]);
    let query = DuplicateQuery { beneficiary: Some(samples::beneficiary(5, None).id), ..DuplicateQuery::default() };
    assert!(store.likely_duplicates(&other, &query).await.unwrap().is_empty());
    let catalog = store.load_catalog(&other, &|_| {}).await.unwrap();
    assert_eq!((catalog.position.0, catalog.categories.len(), catalog.resources.len()), (1, 1, 0));
    assert!(catalog.organizations.is_empty() && catalog.divisions.is_empty() && catalog.open_needs.is_empty());
    assert_eq!(store.position(&other).await.unwrap(), LogPosition(1));
    assert_eq!(store.events(&other, LogPosition(0), 100).await.unwrap().len(), 1);
}

pub async fn the_same_ids_and_external_identities_live_apart_in_two_tenants(fixture: Fixture) {
    let (one, two) = (tenant_called("one"), tenant_called("two"));
    fixture.write_as(&context_of(&one), everything()).await;
    fixture.write_as(&context_of(&two), everything()).await;
    let mut changed = samples::resource(3, 1);
    changed.content = "changed".to_owned();
    changed.categories.truncate(1);
    fixture.write_as(&context_of(&two), vec![update(Change::Resource(Box::new(changed)), Some(1))]).await;
    let resource = fixture.store.resource(&one, samples::resource(3, 1).id).await.unwrap().unwrap();
    assert_eq!((resource.version.0, resource.categories.len(), resource.draws.len()), (1, 2, 1));

    let erase = Mutation::EraseBeneficiary { id: samples::beneficiary(5, None).id };
    fixture.write_as(&context_of(&two), vec![erase]).await;
    let kept = fixture.store.beneficiary(&one, samples::beneficiary(5, None).id).await.unwrap().unwrap();
    assert!(kept.personal.is_some() && kept.erased_at.is_none());
    assert!(fixture.store.key(&one, &kept.id.name()).await.unwrap().is_some());
}

pub async fn a_reference_into_another_tenant_leads_nowhere(fixture: Fixture) {
    let (one, two) = (tenant_called("one"), tenant_called("two"));
    fixture.write_as(&context_of(&one), everything()).await;
    let mut pool = samples::pool(2, 1);
    pool.external = None;
    let refused = fixture.store.write(&context_of(&two), vec![create(Change::CapacityPool(pool))]).await;
    assert_eq!(refused, Err(StoreError::DanglingReference { mutation: 0, field: "organization" }));
}

pub async fn tenants_that_have_anything_are_listed_in_order(fixture: Fixture) {
    assert!(fixture.store.tenants().await.unwrap().is_empty());
    for name in ["zhongwei", "dawukou", "yinchuan"] {
        let category = create(Change::Category(samples::category("care", None)));
        fixture.write_as(&context_of(&tenant_called(name)), vec![category]).await;
    }
    let names: Vec<String> = fixture.store.tenants().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["dawukou", "yinchuan", "zhongwei"]);
}
