//! What an operator decides of an organization, why, and who may see and change it.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, pool, resource};
use wishwell_scenarios::told::{mask, metadata, refused, request_id, text, told};
use wishwell_scenarios::{Served, external};

const PARTNER: &str = "demo-partner";
const HOTLINE: &str = "demo-hotline";
/// The organization of the demo's partner.
const OWN: &str = "org-xq-nuanyang";

async fn get(served: &Served, key: &'static str, name: &str) -> v1::Organization {
    let request = v1::GetOrganizationRequest { name: name.to_owned(), min_position: 0 };
    told(served.catalog(key).get_organization(request).await).expect("read").organization.expect("one")
}

async fn listed(served: &Served, key: &'static str, external: v1::ExternalId) -> v1::Organization {
    let filter = v1::OrganizationFilter { external: Some(external), ..v1::OrganizationFilter::default() };
    let request = v1::ListOrganizationsRequest { filter: Some(filter), ..v1::ListOrganizationsRequest::default() };
    let found = told(served.catalog(key).list_organizations(request).await).expect("listed").organizations;
    found.into_iter().next().expect("one")
}

async fn verify(served: &Served, name: &str) -> v1::Organization {
    let request = v1::VerifyOrganizationRequest { name: name.to_owned(), ..v1::VerifyOrganizationRequest::default() };
    told(served.catalog(OPERATOR).verify_organization(request).await).expect("verified").organization.expect("one")
}

async fn suspend(
    served: &Served,
    name: &str,
    reason: &str,
    request_id: &str,
) -> Result<v1::SuspendOrganizationResponse, Status> {
    let (name, reason, request_id) = (name.to_owned(), reason.to_owned(), request_id.to_owned());
    let request = v1::SuspendOrganizationRequest { name, reason, request_id, ..Default::default() };
    told(served.catalog(OPERATOR).suspend_organization(request).await)
}

#[tokio::test]
async fn why_an_organization_is_suspended_is_kept_until_it_is_verified_again() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let made = operator.create_organization(organization("charity")).await.expect("created");
    verify(&served, &made.name).await;
    let request = request_id();
    let first = suspend(&served, &made.name, "a complaint is being looked into", &request).await.expect("suspended");
    let suspended = first.organization.clone().expect("one");
    assert_eq!(suspended.state(), v1::OrganizationState::Suspended);
    assert_eq!(suspended.suspension_reason, "a complaint is being looked into");
    assert_eq!(get(&served, HOTLINE, &made.name).await, suspended, "who sends people there may know");

    // What another one is suspended for is none of a partner's business; what it is suspended for itself is.
    for seen in [get(&served, PARTNER, &made.name).await, listed(&served, PARTNER, external("test", "charity")).await] {
        assert_eq!((seen.state(), seen.suspension_reason.as_str()), (v1::OrganizationState::Suspended, ""));
    }
    let own = listed(&served, PARTNER, external("demo", OWN)).await;
    suspend(&served, &own.name, "the licence ran out", "").await.expect("suspended");
    assert_eq!(get(&served, PARTNER, &own.name).await.suspension_reason, "the licence ran out");

    // Neither an update nor an import says or unsays it.
    let changed = v1::Organization { suspension_reason: "another".to_owned(), ..organization("charity") };
    let updated = operator.update_organization(&made.name, changed.clone(), &["contact"], "").await.expect("updated");
    assert_eq!(updated.suspension_reason, suspended.suspension_reason);
    let batch = vec![v1::Organization { title: text("renamed"), ..changed }];
    let request_of = v1::BatchUpsertOrganizationsRequest { organizations: batch, request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_organizations(request_of).await).expect("imported");
    let seen = get(&served, OPERATOR, &made.name).await;
    assert_eq!((seen.suspension_reason, seen.title), (suspended.suspension_reason, text("renamed")));

    let verified = verify(&served, &made.name).await;
    assert_eq!((verified.state(), verified.suspension_reason.as_str()), (v1::OrganizationState::Verified, ""));
    let again = suspend(&served, &made.name, "a complaint is being looked into", &request).await.expect("answered");
    assert_eq!(again, first, "the request was answered before");
    assert_eq!(get(&served, OPERATOR, &made.name).await, verified);
}

fn uuid_of(name: &str) -> &str {
    name.split_once('/').expect("a resource name").1
}

#[tokio::test]
async fn what_a_partner_calls_its_own_stands_in_no_imports_way_and_tells_nothing_of_what_others_have() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let own = listed(&served, PARTNER, external("demo", OWN)).await;
    operator.create_organization(organization("o-1")).await.expect("another");
    operator.upsert_pools(vec![pool("p-1", "o-1")]).await.expect("its pool");
    let mine = || v1::CapacityPool { organization: own.name.clone(), organization_external: None, ..pool("desks", "") };
    let create = async |source: &str, id: &str| {
        let capacity_pool = Some(v1::CapacityPool { external: Some(external(source, id)), ..mine() });
        let request = v1::CreateCapacityPoolRequest { capacity_pool, request_id: String::new() };
        told(served.catalog(PARTNER).create_capacity_pool(request).await).map(|made| made.capacity_pool.expect("one"))
    };
    // One that another has, and one that nobody has: what is answered is the same.
    let field = "capacity_pool.external.source";
    let said = [create("test", "p-1").await, create("test", "p-9").await]
        .map(|answer| refused("another system's", answer, "INVALID_FIELDS", field).message().to_owned());
    assert_eq!(said[0], said[1]);
    let uuid = uuid_of(&own.name);
    refused("no name of its own", create(&format!("{uuid}x"), "p-1").await, "INVALID_FIELDS", field);
    let made = create(uuid, "p-1").await.expect("its own");
    create(&format!("{uuid}:shelves"), "p-1").await.expect("another of its own");
    assert_eq!(operator.upsert_pools(vec![pool("p-9", "o-1")]).await.expect("free"), [v1::UpsertOutcome::Created]);

    // A resource neither, nor what a pool is called afterwards; of what it has from an import all else may change.
    let of = v1::Resource { organization: own.name.clone(), organization_external: None, ..resource("r-1", "") };
    let request = v1::CreateResourceRequest { resource: Some(of), request_id: String::new() };
    let answer = told(served.catalog(PARTNER).create_resource(request).await);
    refused("a resource", answer, "INVALID_FIELDS", "resource.external.source");
    let update = async |name: &str, changed: v1::CapacityPool, paths: &[&str]| {
        let request = v1::UpdateCapacityPoolRequest {
            name: name.to_owned(),
            capacity_pool: Some(changed),
            update_mask: mask(paths),
            ..Default::default()
        };
        told(served.catalog(PARTNER).update_capacity_pool(request).await).map(|made| made.capacity_pool.expect("one"))
    };
    let renamed = v1::CapacityPool { external: Some(external("test", "p-2")), ..made.clone() };
    refused("afterwards", update(&made.name, renamed, &["external"]).await, "INVALID_FIELDS", field);
    let imported = v1::CapacityPool { organization_external: Some(external("demo", OWN)), ..pool("p-3", "") };
    operator.upsert_pools(vec![imported]).await.expect("imported for it");
    let filter = v1::CapacityPoolFilter { external: Some(external("test", "p-3")), ..Default::default() };
    let request = v1::ListCapacityPoolsRequest { filter: Some(filter), ..Default::default() };
    let imported = told(served.catalog(PARTNER).list_capacity_pools(request).await).expect("listed").capacity_pools;
    let titled = v1::CapacityPool { title: "more desks".to_owned(), ..imported[0].clone() };
    let titled = update(&imported[0].name, titled, &["title", "external"]).await.expect("called as before");
    assert_eq!((titled.title.as_str(), titled.external), ("more desks", Some(external("test", "p-3"))));

    // Which pools others have is not told to whoever draws on them either.
    let draws = async |id: &str| {
        let draw = v1::CapacityDraw {
            pool_external: Some(external("test", id)),
            quantity_per_unit: 1,
            ..v1::CapacityDraw::default()
        };
        let of = v1::Resource {
            external: None,
            organization: own.name.clone(),
            organization_external: None,
            draws: vec![draw],
            ..resource("r-2", "")
        };
        let request = v1::CreateResourceRequest { resource: Some(of), request_id: String::new() };
        let answer = told(served.catalog(PARTNER).create_resource(request).await);
        let said = refused("another's", answer, "UNKNOWN_REFERENCE", "resource.draws[0].pool_external");
        said.message().replace(id, "")
    };
    assert_eq!(draws("p-1").await, draws("p-8").await);
}

#[tokio::test]
async fn a_partner_cannot_become_somebody_else_once_it_was_verified() {
    const ANOTHER_CODE: &str = "91350100M000100Y43";
    let served = Served::demo().await;
    let own = listed(&served, PARTNER, external("demo", OWN)).await;
    assert_eq!(own.state(), v1::OrganizationState::Verified);
    assert_ne!(own.social_credit_code, ANOTHER_CODE);
    let update = |changed: v1::Organization, path: &'static str| {
        let mut catalog = served.catalog(PARTNER);
        let (name, organization, update_mask) = (own.name.clone(), Some(changed), mask(&[path]));
        async move {
            let request = v1::UpdateOrganizationRequest { name, organization, update_mask, ..Default::default() };
            told(catalog.update_organization(request).await).map(|answer| answer.organization.expect("one"))
        }
    };
    let kind = if own.kind() == v1::OrganizationKind::Shop {
        v1::OrganizationKind::School
    } else {
        v1::OrganizationKind::Shop
    };
    let others = [
        (v1::Organization { social_credit_code: ANOTHER_CODE.to_owned(), ..own.clone() }, "social_credit_code"),
        (v1::Organization { social_credit_code: String::new(), kind: kind.into(), ..own.clone() }, "kind"),
        (v1::Organization { title: text("Another Charity"), ..own.clone() }, "title"),
        (v1::Organization { external: Some(external(uuid_of(&own.name), "another")), ..own.clone() }, "external"),
    ];
    let refuse_each = async |when: &str| {
        for (changed, path) in &others {
            let status = refused(path, update(changed.clone(), path).await, "VERIFIED_IDENTITY", "");
            assert_eq!(
                (status.code(), metadata(&status, "name")),
                (Code::FailedPrecondition, own.name.clone()),
                "{when}"
            );
        }
    };
    refuse_each("while it is verified").await;
    assert_eq!(get(&served, PARTNER, &own.name).await, own, "nothing was changed");

    // What it is reached by is its own business, and saying what is so already is no change.
    let contact = v1::OrganizationContact { phone: "000-4711".to_owned(), ..own.contact.clone().unwrap_or_default() };
    let reached = update(v1::Organization { contact: Some(contact.clone()), ..own.clone() }, "contact").await;
    assert_eq!(reached.expect("its own").contact, Some(contact));
    let same = update(own.clone(), "social_credit_code").await.expect("the same");
    assert_eq!(same.state(), v1::OrganizationState::Verified);

    // It does not come back as somebody else by way of a suspension either.
    suspend(&served, &own.name, "the licence ran out", "").await.expect("suspended");
    refuse_each("while it is suspended").await;

    // Who verifies may make the change.
    let code = v1::Organization { social_credit_code: ANOTHER_CODE.to_owned(), ..own.clone() };
    let changed = Operator(&served).update_organization(&own.name, code, &["social_credit_code"], "").await;
    assert_eq!(changed.expect("an operator may").social_credit_code, ANOTHER_CODE);
}

#[tokio::test]
async fn what_was_checked_of_somebody_is_shown_to_those_who_vet_and_to_itself() {
    let served = Served::demo().await;
    let note = "the record of a volunteer was seen";
    let own = listed(&served, PARTNER, external("demo", OWN)).await;
    let grant = |note: &str| Some(v1::VettingGrant { note: note.to_owned(), valid_until: "2099-01-01".to_owned() });
    let vetting = Some(v1::Vetting { minors: grant(note), home_visits: grant(note) });
    let request = v1::VerifyOrganizationRequest { name: own.name.clone(), vetting, ..Default::default() };
    told(served.catalog(OPERATOR).verify_organization(request).await).expect("verified");
    for (key, shown) in [
        (OPERATOR, note),
        ("demo-auditor", note),
        (PARTNER, note),
        ("demo-volunteer", ""),
        (HOTLINE, ""),
        ("demo-case-worker", ""),
    ] {
        for seen in [get(&served, key, &own.name).await, listed(&served, key, external("demo", OWN)).await] {
            let vetting = seen.vetting.expect("there");
            assert_eq!(vetting, v1::Vetting { minors: grant(shown), home_visits: grant(shown) }, "{key}");
        }
    }
    // What the organization says of itself leaves it as it was.
    let update = v1::UpdateOrganizationRequest {
        name: own.name.clone(),
        organization: Some(v1::Organization {
            contact: Some(v1::OrganizationContact { phone: "000-1".to_owned(), ..Default::default() }),
            ..Default::default()
        }),
        update_mask: mask(&["contact"]),
        ..Default::default()
    };
    told(served.catalog(PARTNER).update_organization(update).await).expect("updated");
    let vetting = get(&served, OPERATOR, &own.name).await.vetting.expect("there");
    assert_eq!(vetting.minors, grant(note));
}
