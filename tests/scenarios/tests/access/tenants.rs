//! Two tenants on one server see nothing of each other.

use std::fmt::Write as _;

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::deployment::{folder, key_digest, serve};
use wishwell_scenarios::told::{quantity, refused, request_id, text, told};
use wishwell_scenarios::{Served, external};

/// Keys of each tenant: its operator and its hotline.
const NORTH: (&str, &str) = ("north-operator", "north-hotline");
const SOUTH: (&str, &str) = ("south-operator", "south-hotline");

async fn two_tenants() -> Served {
    let folder = folder(&[]);
    let mut text = String::new();
    for (tenant, keys) in [("north", NORTH), ("south", SOUTH)] {
        for (role, key) in [("operator", keys.0), ("internal_service", keys.1)] {
            let digest = key_digest(key);
            writeln!(text, "[[principals]]\ntenant = \"{tenant}\"\nname = \"{role}\"\nrole = \"{role}\"\nkey_sha256 = [\"{digest}\"]")
                .expect("a String takes everything");
        }
    }
    std::fs::write(folder.path().join("principals.toml"), text).expect("the callers are written");
    serve(folder, "sqlite:wishwell.db", &[]).await
}

fn category() -> v1::Category {
    v1::Category { code: "desk".to_owned(), title: text("desk"), ..v1::Category::default() }
}

fn resource(organization: &str, id: usize) -> v1::Resource {
    v1::Resource {
        external: Some(external("test", &format!("r-{id}"))),
        organization: organization.to_owned(),
        title: text("a desk"),
        content: "a desk".to_owned(),
        responsible_party: "the charity".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["desk".to_owned()],
        areas: vec![v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Remote.into()],
        ..v1::Resource::default()
    }
}

fn need() -> v1::Need {
    v1::Need {
        external: Some(external("test", "n-1")),
        items: vec![v1::NeedItem {
            category: "desk".to_owned(),
            quantity: quantity(1, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { remote: true, ..v1::Mobility::default() }),
        ..v1::Need::default()
    }
}

/// What a tenant has after it was set up: its organization, three resources, a person and a need.
struct Names {
    organization: String,
    resources: Vec<String>,
    person: String,
    need: String,
    position: i64,
}

async fn set_up(served: &Served, keys: (&'static str, &'static str), id: &str) -> Result<Names, Status> {
    let (mut catalog, mut needs) = (served.catalog(keys.0), served.needs(keys.1));
    let request_id = id.to_owned();
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category()], request_id: request_id.clone() };
    told(catalog.batch_upsert_categories(request).await)?;
    let organization = v1::Organization {
        external: Some(external("test", "o-1")),
        title: text("the charity"),
        kind: v1::OrganizationKind::Charity.into(),
        state: v1::OrganizationState::Verified.into(),
        ..v1::Organization::default()
    };
    let request =
        v1::BatchUpsertOrganizationsRequest { organizations: vec![organization], request_id: request_id.clone() };
    let organization = told(catalog.batch_upsert_organizations(request).await)?.results.remove(0).name;
    let resources = (0..3).map(|id| resource(&organization, id)).collect();
    let request = v1::BatchUpsertResourcesRequest { resources, request_id: request_id.clone() };
    let resources = told(catalog.batch_upsert_resources(request).await)?.results.into_iter().map(|r| r.name).collect();
    let person = v1::Beneficiary { external: Some(external("test", "p-1")), ..v1::Beneficiary::default() };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: request_id.clone() };
    let person = told(needs.create_beneficiary(request).await)?.beneficiary.expect("one").name;
    let request = v1::SubmitNeedRequest { need: Some(need()), request_id };
    let answer = told(needs.submit_need(request).await)?;
    assert!(!answer.existing && answer.likely_duplicates.is_empty(), "{answer:?}");
    let (need, position) = (answer.need.expect("one").name, answer.log_position);
    Ok(Names { organization, resources, person, need, position })
}

#[tokio::test]
async fn two_tenants_with_the_same_identities_never_see_each_other() {
    let served = two_tenants().await;
    // The same request ids and external identities in both: neither is taken by the other.
    let id = request_id();
    let north = set_up(&served, NORTH, &id).await.expect("set up");
    let south = set_up(&served, SOUTH, &id).await.expect("set up");
    assert_eq!(north.position, south.position, "each has a log of its own");
    assert_ne!(north.need, south.need);
    let (mut catalog, mut needs) = (served.catalog(SOUTH.0), served.needs(SOUTH.1));

    let get = v1::GetOrganizationRequest { name: north.organization.clone(), ..Default::default() };
    refused("an organization", told(catalog.get_organization(get).await), "NOT_FOUND", "");
    let get = v1::GetResourceRequest { name: north.resources[0].clone(), ..Default::default() };
    refused("a resource", told(catalog.get_resource(get).await), "NOT_FOUND", "");
    let get = v1::GetBeneficiaryRequest { name: north.person.clone(), ..Default::default() };
    refused("a person", told(needs.get_beneficiary(get).await), "NOT_FOUND", "");
    let get = v1::GetNeedRequest { name: north.need.clone(), ..Default::default() };
    refused("a need", told(needs.get_need(get).await), "NOT_FOUND", "");
    let withdraw = v1::WithdrawNeedRequest { name: north.need.clone(), ..Default::default() };
    refused("its end", told(needs.withdraw_need(withdraw).await), "NOT_FOUND", "");
    let erase = v1::EraseBeneficiaryRequest { name: north.person.clone(), ..Default::default() };
    refused("an erasure", told(needs.erase_beneficiary(erase).await), "NOT_FOUND", "");
    let find = v1::FindNeedsRequest { resource: north.resources[0].clone(), ..Default::default() };
    refused("its needs", told(served.matching(SOUTH.1).find_needs(find).await), "NOT_FOUND", "");
    let find = v1::FindResourcesRequest { need: north.need.clone(), ..Default::default() };
    refused("its resources", told(served.matching(SOUTH.1).find_resources(find).await), "NOT_FOUND", "");
    let borrowed = v1::CreateResourceRequest {
        resource: Some(v1::Resource { external: None, ..resource(&north.organization, 9) }),
        request_id: String::new(),
    };
    let borrowed = told(catalog.create_resource(borrowed).await);
    refused("an organization to name", borrowed, "UNKNOWN_REFERENCE", "");
    let foreign = v1::SubmitNeedRequest {
        need: Some(v1::Need { external: None, beneficiary: north.person.clone(), ..need() }),
        request_id: String::new(),
    };
    refused("a person to name", told(needs.submit_need(foreign).await), "UNKNOWN_REFERENCE", "need.beneficiary");

    let list = |page_token: String, page_size| v1::ListResourcesRequest { page_token, page_size, ..Default::default() };
    let seen = told(catalog.list_resources(list(String::new(), 1_000)).await).expect("listed").resources;
    assert_eq!(seen.into_iter().map(|resource| resource.name).collect::<Vec<_>>(), south.resources);
    let mut northern = served.catalog(NORTH.0);
    let page = told(northern.list_resources(list(String::new(), 1)).await).expect("listed");
    let stolen = told(catalog.list_resources(list(page.next_page_token.clone(), 1)).await);
    refused("the other's page token", stolen, "INVALID_PAGE_TOKEN", "page_token");
    told(northern.list_resources(list(page.next_page_token, 1)).await).expect("its own continues");

    let find = v1::FindResourcesRequest { need: south.need, min_position: south.position, ..Default::default() };
    let found = told(served.matching(SOUTH.1).find_resources(find).await).expect("an answer");
    let mut found: Vec<_> =
        found.items[0].candidates.iter().map(|c| c.resource.as_ref().expect("one").name.clone()).collect();
    found.sort();
    assert_eq!(found, south.resources, "only its own are candidates");
}
