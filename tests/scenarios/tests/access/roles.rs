//! Who may call what: every method by every role, partners held to their organization, case workers to their divisions,
//! and nobody shown more of a person than the role may see.

use std::collections::BTreeSet;

use prost::Message as _;
use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::jinfeng;
use wishwell_scenarios::told::{mask, metadata, point, quantity, reason, refused, request_id, text, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const PARTNER: &str = "demo-partner";
const CASE_WORKER: &str = "demo-case-worker";
const OPERATOR: &str = "demo-operator";
const AUDITOR: &str = "demo-auditor";
const VISITOR: &str = "demo-visitor";

/// Roles in the order of the table's columns: internal service, partner, case worker, operator, auditor, visitor.
const KEYS: [&str; 6] = [HOTLINE, PARTNER, CASE_WORKER, OPERATOR, AUDITOR, VISITOR];

/// Who may call which method; written down once more, so that neither table changes by mistake.
const TABLE: &[(&str, &str)] = &[
    ("AccessService/GetPrincipal", "ipcoav"),
    ("CatalogService/CreateOrganization", "---o--"),
    ("CatalogService/GetOrganization", "ipcoa-"),
    ("CatalogService/UpdateOrganization", "-p-o--"),
    ("CatalogService/ListOrganizations", "ipcoa-"),
    ("CatalogService/BatchUpsertOrganizations", "---o--"),
    ("CatalogService/VerifyOrganization", "---o--"),
    ("CatalogService/SuspendOrganization", "---o--"),
    ("CatalogService/CreateResource", "-p-o--"),
    ("CatalogService/GetResource", "ipcoa-"),
    ("CatalogService/UpdateResource", "-p-o--"),
    ("CatalogService/ListResources", "ipcoa-"),
    ("CatalogService/BatchUpsertResources", "---o--"),
    ("CatalogService/CreateCapacityPool", "-p-o--"),
    ("CatalogService/GetCapacityPool", "ipcoa-"),
    ("CatalogService/UpdateCapacityPool", "-p-o--"),
    ("CatalogService/ListCapacityPools", "ipcoa-"),
    ("CatalogService/BatchUpsertCapacityPools", "---o--"),
    ("CatalogService/SetCapacity", "-p-o--"),
    ("CatalogService/GetCategory", "ipcoav"),
    ("CatalogService/ListCategories", "ipcoav"),
    ("CatalogService/BatchUpsertCategories", "---o--"),
    ("CatalogService/GetDivision", "ipcoav"),
    ("CatalogService/ListDivisions", "ipcoav"),
    ("CatalogService/BatchUpsertDivisions", "---o--"),
    ("NeedService/CreateBeneficiary", "i-c---"),
    ("NeedService/GetBeneficiary", "i-coa-"),
    ("NeedService/UpdateBeneficiary", "i-c---"),
    ("NeedService/ListBeneficiaries", "i-coa-"),
    ("NeedService/EraseBeneficiary", "i--o--"),
    ("NeedService/CreateHousehold", "i-c---"),
    ("NeedService/GetHousehold", "i-coa-"),
    ("NeedService/UpdateHousehold", "i-c---"),
    ("NeedService/SubmitNeed", "i-c---"),
    ("NeedService/GetNeed", "i-coa-"),
    ("NeedService/ListNeeds", "i-coa-"),
    ("NeedService/UpdateNeed", "i-c---"),
    ("NeedService/WithdrawNeed", "i-c---"),
    ("NeedService/CloseNeed", "i-c---"),
    ("NeedService/EraseNeed", "i--o--"),
    ("MatchingService/FindResources", "i-coa-"),
    ("MatchingService/FindNeeds", "ipcoa-"),
    ("MatchingService/CreateRound", "i--o--"),
    ("MatchingService/GetRound", "i--oa-"),
    ("MatchingService/ListRounds", "i--oa-"),
    ("MatchingService/CancelRound", "i--o--"),
    ("MatchingService/ListRoundOutcomes", "i--oa-"),
    ("MatchingService/GetRoundReport", "i--oa-"),
    ("MatchingService/PlanAllocation", "i--o--"),
    ("ReferralService/CreateReferral", "i-c---"),
    ("ReferralService/BatchCreateReferrals", "i-c---"),
    ("ReferralService/BatchTryCreateReferrals", "i-c---"),
    ("ReferralService/AutoRefer", "i-c---"),
    ("ReferralService/AcceptReferral", "-pc---"),
    ("ReferralService/DeclineReferral", "-pc---"),
    ("ReferralService/WithdrawReferral", "i-co--"),
    ("ReferralService/StartReferral", "-pc---"),
    ("ReferralService/DeliverReferral", "-pc---"),
    ("ReferralService/ConfirmReferral", "i-c---"),
    ("ReferralService/DisputeReferral", "i-c---"),
    ("ReferralService/CancelReferral", "ipco--"),
    ("ReferralService/FailReferral", "ipco--"),
    ("ReferralService/GetReferral", "ipcoa-"),
    ("ReferralService/ListReferrals", "ipcoa-"),
    ("ReferralService/GetSupervision", "i-coa-"),
    ("ReferralService/ListWishes", "ipcoav"),
    ("ReferralService/ClaimWish", "-p----"),
    ("ReferralService/WatchEvents", "ipcoa-"),
    ("NotificationService/CreateSubscription", "-p-o--"),
    ("NotificationService/GetSubscription", "-p-oa-"),
    ("NotificationService/ListSubscriptions", "-p-oa-"),
    ("NotificationService/UpdateSubscription", "-p-o--"),
    ("NotificationService/DeleteSubscription", "-p-o--"),
    ("NotificationService/RotateSubscriptionSecret", "-p-o--"),
    ("NotificationService/TestSubscription", "-p-o--"),
    ("NotificationService/ListNotifications", "-p-oa-"),
    ("NotificationService/MarkNotificationsSeen", "-p-o--"),
];

/// A message that is refused by its rules or answered, but only where the role is let in. An empty one, except where the answer
/// would never end.
fn harmless(method: &str) -> Vec<u8> {
    match method {
        "ReferralService/WatchEvents" => {
            v1::WatchEventsRequest { after_position: -2, ..v1::WatchEventsRequest::default() }.encode_to_vec()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn each_role_may_call_exactly_what_the_table_says_and_nobody_without_a_key_calls_anything() {
    let served = Served::demo().await;
    let contract: BTreeSet<String> = wishwell_api::descriptor_pool()
        .services()
        .flat_map(|service| {
            let name = service.name().to_owned();
            service.methods().map(|method| format!("{name}/{}", method.name())).collect::<Vec<_>>()
        })
        .collect();
    let table: BTreeSet<String> = TABLE.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(table, contract, "every method of the contract stands in the table");
    let mut wrong = Vec::new();
    for (method, roles) in TABLE {
        let path = format!("/wishwell.v1.{method}");
        for (key, role) in KEYS.into_iter().zip(roles.chars()) {
            let answer = served.call_raw(&path, key, harmless(method)).await;
            let denied = answer.as_ref().is_err_and(|status| status.code() == Code::PermissionDenied);
            if denied != (role == '-') {
                wrong.push(format!("{method} by {key}: {answer:?}"));
            }
            if let Err(status) = answer
                && !matches!(status.code(), Code::PermissionDenied | Code::InvalidArgument)
            {
                wrong.push(format!("{method} by {key}: {status:?}"));
            }
        }
        for key in ["", "nobodys-key", "demo-hotline "] {
            let status = served.call_raw(&path, key, harmless(method)).await.expect_err("nobody gets in");
            if (status.code(), reason(&status).as_str()) != (Code::Unauthenticated, "UNAUTHENTICATED") {
                wrong.push(format!("{method} by {key:?}: {status:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn denied<T: std::fmt::Debug>(what: &str, answer: Result<T, Status>, role: &str) {
    let status = refused(what, answer, "PERMISSION_DENIED", "");
    assert_eq!((status.code(), metadata(&status, "role").as_str()), (Code::PermissionDenied, role), "{what}");
}

fn resource(organization: &str) -> v1::Resource {
    v1::Resource {
        organization_external: Some(external("demo", organization)),
        title: text("a desk"),
        content: "a desk".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["education.desk".to_owned()],
        areas: vec![v1::ServiceArea { division: "640104".to_owned(), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        ..v1::Resource::default()
    }
}

fn pool(organization: &str) -> v1::CapacityPool {
    v1::CapacityPool {
        organization_external: Some(external("demo", organization)),
        title: "desks".to_owned(),
        kind: v1::CapacityKind::Stock.into(),
        unit: "piece".to_owned(),
        total: Some(10),
        ..v1::CapacityPool::default()
    }
}

async fn pools(served: &Served, key: &'static str, filter: v1::CapacityPoolFilter) -> Vec<v1::CapacityPool> {
    let request = v1::ListCapacityPoolsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    told(served.catalog(key).list_capacity_pools(request).await).expect("listed").capacity_pools
}

#[tokio::test]
async fn a_partner_keeps_its_own_organization_and_sees_no_capacity_of_others() {
    let served = Served::demo().await;
    let (own, other) = ("org-xq-nuanyang", "org-dwk-mujiang");
    let organization = |id: &'static str| {
        let filter = v1::OrganizationFilter { external: Some(external("demo", id)), ..Default::default() };
        let request = v1::ListOrganizationsRequest { filter: Some(filter), ..Default::default() };
        let mut catalog = served.catalog(OPERATOR);
        async move { told(catalog.list_organizations(request).await).expect("listed").organizations }
    };
    let every = pools(&served, OPERATOR, v1::CapacityPoolFilter::default()).await;
    let own_name = organization(own).await.remove(0).name;
    let theirs = every.iter().find(|pool| pool.organization != own_name).expect("others have pools").clone();
    let other_name = theirs.organization.clone();
    assert!(organization(other).await.len() <= 1);

    let update = |name: &str, path: &str| v1::UpdateOrganizationRequest {
        name: name.to_owned(),
        organization: Some(v1::Organization { title: text("renamed"), ..Default::default() }),
        update_mask: mask(&[path]),
        ..Default::default()
    };
    told(served.catalog(PARTNER).update_organization(update(&own_name, "contact")).await).expect("its own");
    for path in ["contact", "title"] {
        let answer = told(served.catalog(PARTNER).update_organization(update(&other_name, path)).await);
        denied("another's", answer, "partner");
    }

    let create = |resource| v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    let made = told(served.catalog(PARTNER).create_resource(create(resource(own))).await).expect("its own");
    let made = made.resource.expect("one");
    let named = v1::Resource { organization: other_name.clone(), organization_external: None, ..resource(own) };
    denied("a resource for another", told(served.catalog(PARTNER).create_resource(create(named)).await), "partner");
    let stolen = v1::CapacityDraw { pool: theirs.name.clone(), quantity_per_unit: 1, ..Default::default() };
    let stolen = v1::Resource { draws: vec![stolen], ..resource(own) };
    let stolen = told(served.catalog(PARTNER).create_resource(create(stolen)).await);
    refused("another's pool does not exist for it", stolen, "UNKNOWN_REFERENCE", "resource.draws[0].pool");

    let all = v1::ListResourcesRequest { page_size: 1_000, ..Default::default() };
    let all = told(served.catalog(PARTNER).list_resources(all).await).expect("listed").resources;
    let foreign = all.iter().find(|resource| resource.organization == other_name).expect("the catalogue is public");
    let update = |name: &str| v1::UpdateResourceRequest {
        name: name.to_owned(),
        resource: Some(v1::Resource { lifecycle: v1::ResourceLifecycle::Paused.into(), ..Default::default() }),
        update_mask: mask(&["lifecycle"]),
        ..Default::default()
    };
    told(served.catalog(PARTNER).update_resource(update(&made.name)).await).expect("its own");
    denied("another's resource", told(served.catalog(PARTNER).update_resource(update(&foreign.name)).await), "partner");

    let create =
        |capacity_pool| v1::CreateCapacityPoolRequest { capacity_pool: Some(capacity_pool), request_id: String::new() };
    let mine = told(served.catalog(PARTNER).create_capacity_pool(create(pool(own))).await).expect("its own");
    let mine = mine.capacity_pool.expect("one").name;
    let named = v1::CapacityPool { organization: other_name.clone(), organization_external: None, ..pool(own) };
    denied("a pool for another", told(served.catalog(PARTNER).create_capacity_pool(create(named)).await), "partner");
    let set = |name: &str| v1::SetCapacityRequest { name: name.to_owned(), total: Some(1_000), ..Default::default() };
    told(served.catalog(PARTNER).set_capacity(set(&mine)).await).expect("its own");
    let hidden = told(served.catalog(PARTNER).set_capacity(set(&theirs.name)).await);
    assert_eq!(refused("another's figures", hidden, "NOT_FOUND", "").code(), Code::NotFound);
    let get = v1::GetCapacityPoolRequest { name: theirs.name.clone(), ..Default::default() };
    refused("another's pool", told(served.catalog(PARTNER).get_capacity_pool(get).await), "NOT_FOUND", "");
    let rename = v1::UpdateCapacityPoolRequest {
        name: theirs.name.clone(),
        capacity_pool: Some(v1::CapacityPool { title: "renamed".to_owned(), ..Default::default() }),
        update_mask: mask(&["title"]),
        ..Default::default()
    };
    refused("another's title", told(served.catalog(PARTNER).update_capacity_pool(rename).await), "NOT_FOUND", "");
    let seen = pools(&served, PARTNER, v1::CapacityPoolFilter::default()).await;
    assert!(!seen.is_empty() && seen.iter().all(|pool| pool.organization == own_name));
    let by_identity = v1::CapacityPoolFilter { external: theirs.external.clone(), ..Default::default() };
    assert!(pools(&served, PARTNER, by_identity).await.is_empty());
    let asked = v1::CapacityPoolFilter { organization: other_name, ..Default::default() };
    let asked = v1::ListCapacityPoolsRequest { filter: Some(asked), ..Default::default() };
    denied("a list of another's", told(served.catalog(PARTNER).list_capacity_pools(asked).await), "partner");
    let find = |resource: &str| v1::FindNeedsRequest { resource: resource.to_owned(), ..Default::default() };
    told(served.matching(PARTNER).find_needs(find(&made.name)).await).expect("its own");
    denied("needs for another's", told(served.matching(PARTNER).find_needs(find(&foreign.name)).await), "partner");
    let still = pools(&served, OPERATOR, v1::CapacityPoolFilter::default()).await;
    assert!(still.contains(&theirs), "nothing of another's has changed");
}

fn need(division: &str) -> v1::Need {
    v1::Need {
        items: vec![v1::NeedItem {
            category: "education.desk".to_owned(),
            quantity: quantity(1, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: division.to_owned(),
        place: point(38.4, 106.2),
        description: "secret description".to_owned(),
        ..v1::Need::default()
    }
}

async fn submit(served: &Served, key: &'static str, need: v1::Need) -> Result<v1::SubmitNeedResponse, Status> {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(key).submit_need(request).await)
}

async fn create(served: &Served, key: &'static str, id: &str, division: &str) -> Result<v1::Beneficiary, Status> {
    let beneficiary = v1::Beneficiary {
        external: Some(external("test", id)),
        personal: Some(v1::PersonalData { name: "secret name".to_owned(), ..Default::default() }),
        residence_division: division.to_owned(),
        consents: vec![v1::Consent {
            purpose: v1::ConsentPurpose::Matching.into(),
            give_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
            given_by: "secret giver".to_owned(),
            withdraw_time: None,
        }],
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
    told(served.needs(key).create_beneficiary(request).await).map(|answer| answer.beneficiary.expect("one"))
}

#[tokio::test]
async fn a_case_worker_is_held_to_its_divisions_in_all_that_is_read_and_written() {
    let served = Served::demo().await;
    // The demo's case worker works in 640104 and 6402.
    let outside = jinfeng(&served).await;
    let (inside, outside) = ("640104", outside.as_str());
    let theirs = create(&served, HOTLINE, "theirs", outside).await.expect("created");
    let ours = create(&served, CASE_WORKER, "ours", inside).await.expect("created");
    assert_eq!(ours.personal.as_ref().expect("shown").name, "secret name");
    denied("someone elsewhere", create(&served, CASE_WORKER, "elsewhere", outside).await, "case_worker");
    denied("someone nowhere", create(&served, CASE_WORKER, "nowhere", "").await, "case_worker");
    let known = create(&served, CASE_WORKER, "theirs", inside).await;
    let status = refused("someone known elsewhere by the same identity", known, "EXTERNAL_ID_TAKEN", "");
    assert!(!format!("{status:?}").contains("secret"), "{status:?}");

    let get = |name: &str| v1::GetBeneficiaryRequest { name: name.to_owned(), ..Default::default() };
    told(served.needs(CASE_WORKER).get_beneficiary(get(&ours.name)).await).expect("its own");
    let hidden = told(served.needs(CASE_WORKER).get_beneficiary(get(&theirs.name)).await);
    refused("another's person does not exist for it", hidden, "NOT_FOUND", "");
    let update = |name: &str, division: &str| v1::UpdateBeneficiaryRequest {
        name: name.to_owned(),
        beneficiary: Some(v1::Beneficiary { residence_division: division.to_owned(), ..Default::default() }),
        update_mask: mask(&["residence_division"]),
        ..Default::default()
    };
    let taken = told(served.needs(CASE_WORKER).update_beneficiary(update(&theirs.name, inside)).await);
    refused("taking somebody over", taken, "NOT_FOUND", "");
    let sent = told(served.needs(CASE_WORKER).update_beneficiary(update(&ours.name, outside)).await);
    denied("sending somebody away", sent, "case_worker");

    let list = |key: &'static str, filter: v1::BeneficiaryFilter| {
        let request = v1::ListBeneficiariesRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
        let mut needs = served.needs(key);
        async move { told(needs.list_beneficiaries(request).await) }
    };
    let seen = list(CASE_WORKER, v1::BeneficiaryFilter::default()).await.expect("listed").beneficiaries;
    let within = |code: &str| code.starts_with("640104") || code.starts_with("6402");
    assert!(!seen.is_empty() && seen.iter().all(|person| within(&person.residence_division)));
    let by_identity = v1::BeneficiaryFilter { external: Some(external("test", "theirs")), ..Default::default() };
    assert!(list(CASE_WORKER, by_identity).await.expect("listed").beneficiaries.is_empty());
    let asked = v1::BeneficiaryFilter { division: outside.to_owned(), ..Default::default() };
    denied("a list of elsewhere", list(CASE_WORKER, asked).await, "case_worker");
    let above = v1::BeneficiaryFilter { division: "64".to_owned(), ..Default::default() };
    denied("a list of all above", list(CASE_WORKER, above).await, "case_worker");

    let elsewhere = submit(&served, HOTLINE, v1::Need { external: Some(external("test", "n-1")), ..need(outside) });
    let elsewhere = elsewhere.await.expect("submitted").need.expect("one").name;
    submit(&served, CASE_WORKER, need(inside)).await.expect("its own");
    denied("a need elsewhere", submit(&served, CASE_WORKER, need(outside)).await, "case_worker");
    let known = v1::Need { external: Some(external("test", "n-1")), ..need(inside) };
    let status = refused("a need known elsewhere", submit(&served, CASE_WORKER, known).await, "EXTERNAL_ID_TAKEN", "");
    assert!(!format!("{status:?}").contains("secret"), "{status:?}");
    let of_theirs = v1::Need { beneficiary: theirs.name.clone(), ..need(inside) };
    let of_theirs = submit(&served, CASE_WORKER, of_theirs).await;
    refused("a need of somebody elsewhere", of_theirs, "UNKNOWN_REFERENCE", "need.beneficiary");
    let get = v1::GetNeedRequest { name: elsewhere.clone(), ..Default::default() };
    refused("another's need", told(served.needs(CASE_WORKER).get_need(get).await), "NOT_FOUND", "");
    let withdraw = v1::WithdrawNeedRequest { name: elsewhere.clone(), ..Default::default() };
    refused("its end", told(served.needs(CASE_WORKER).withdraw_need(withdraw).await), "NOT_FOUND", "");
    let request = v1::ListNeedsRequest { page_size: 1_000, ..Default::default() };
    let seen = told(served.needs(CASE_WORKER).list_needs(request).await).expect("listed").needs;
    assert!(!seen.is_empty() && seen.iter().all(|need| within(&need.division)));
    let find = v1::FindResourcesRequest { need: elsewhere.clone(), ..Default::default() };
    refused("resources for it", told(served.matching(CASE_WORKER).find_resources(find).await), "NOT_FOUND", "");
    let find = |need| v1::FindResourcesRequest { inline_need: Some(need), ..Default::default() };
    told(served.matching(CASE_WORKER).find_resources(find(need(inside))).await).expect("its own");
    let inline = told(served.matching(CASE_WORKER).find_resources(find(need(outside))).await);
    denied("a question about elsewhere", inline, "case_worker");

    let household = |division: &str, members: Vec<String>| v1::CreateHouseholdRequest {
        household: Some(v1::Household { members, residence_division: division.to_owned(), ..Default::default() }),
        request_id: request_id(),
    };
    let mut needs = served.needs(CASE_WORKER);
    let mine = told(needs.create_household(household(inside, vec![ours.name.clone()])).await).expect("its own");
    denied("a household elsewhere", told(needs.create_household(household(outside, vec![])).await), "case_worker");
    let member = told(needs.create_household(household(inside, vec![theirs.name.clone()])).await);
    refused("a member elsewhere", member, "UNKNOWN_REFERENCE", "household.members[0]");
    let foreign = told(served.needs(HOTLINE).create_household(household(outside, vec![])).await).expect("created");
    let foreign = foreign.household.expect("one").name;
    let get = v1::GetHouseholdRequest { name: foreign.clone(), ..Default::default() };
    refused("another's household", told(needs.get_household(get).await), "NOT_FOUND", "");
    let join = v1::UpdateBeneficiaryRequest {
        name: ours.name.clone(),
        beneficiary: Some(v1::Beneficiary { household: foreign, ..Default::default() }),
        update_mask: mask(&["household"]),
        ..Default::default()
    };
    let join = told(needs.update_beneficiary(join).await);
    refused("joining it", join, "UNKNOWN_REFERENCE", "beneficiary.household");
    assert_eq!(mine.household.expect("one").members, [ours.name]);
}

#[tokio::test]
async fn operators_and_auditors_see_needs_and_people_without_what_identifies_them() {
    let served = Served::demo().await;
    let person = create(&served, HOTLINE, "somebody", "640104").await.expect("created").name;
    let wished = v1::Need {
        beneficiary: person.clone(),
        facts: vec![v1::Fact { key: "age_years".to_owned(), int_value: Some(71), ..v1::Fact::default() }],
        wish: Some(v1::Wish {
            title: "a desk".to_owned(),
            consent_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
            consent_given_by: "secret giver".to_owned(),
            publish_time: None,
            division: String::new(),
        }),
        ..need("640104")
    };
    let stored = submit(&served, HOTLINE, wished).await.expect("submitted").need.expect("one").name;
    for (key, role) in [(OPERATOR, "operator"), (AUDITOR, "auditor")] {
        let get = |include_personal| v1::GetBeneficiaryRequest {
            name: person.clone(),
            include_personal,
            ..Default::default()
        };
        denied("the personal data", told(served.needs(key).get_beneficiary(get(true)).await), role);
        let seen = told(served.needs(key).get_beneficiary(get(false)).await).expect("read");
        assert!(!format!("{seen:?}").contains("secret"), "{seen:?}");
        let seen = seen.beneficiary.expect("one");
        assert_eq!((seen.personal, seen.facts.len(), seen.consents[0].given_by.as_str()), (None, 0, ""));
        let get =
            |include_personal| v1::GetNeedRequest { name: stored.clone(), include_personal, ..Default::default() };
        denied("the description", told(served.needs(key).get_need(get(true)).await), role);
        let seen = told(served.needs(key).get_need(get(false)).await).expect("read").need.expect("one");
        assert_eq!((seen.description.as_str(), seen.facts.len(), seen.place), ("", 0, None));
        assert_eq!(seen.wish.expect("published").consent_given_by, "");
        let request = v1::ListNeedsRequest { page_size: 1_000, ..Default::default() };
        let listed = told(served.needs(key).list_needs(request).await).expect("listed").needs;
        assert!(listed.iter().all(|need| need.place.is_none() && need.description.is_empty() && need.facts.is_empty()));
    }
    let get = v1::GetNeedRequest { name: stored.clone(), include_personal: true, ..Default::default() };
    let seen = told(served.needs(CASE_WORKER).get_need(get).await).expect("read").need.expect("one");
    assert_eq!(seen.description, "secret description");
    let output = served.process.output();
    let recorded = output.lines().find(|line| line.contains("personal data was asked for") && line.contains(&stored));
    assert!(recorded.is_some_and(|line| line.contains(CASE_WORKER)), "asking leaves a trace: {output}");
}
