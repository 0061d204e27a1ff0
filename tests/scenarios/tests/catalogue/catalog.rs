//! The catalogue from outside: what is created is read back, changed under its etag, listed whole, imported again without
//! change, and refused where it refers to nothing.

use std::collections::BTreeSet;

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, outcomes, pool, resource};
use wishwell_scenarios::told::{metadata, refused, text, told, violations};
use wishwell_scenarios::{Served, external};

#[tokio::test]
async fn what_is_created_is_read_back_and_changed_only_where_the_mask_says_and_the_etag_is_current() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let claims = v1::Organization { state: v1::OrganizationState::Verified.into(), ..organization("o-1") };
    let created = operator.create_organization(claims).await.expect("created");
    assert_eq!(created.state(), v1::OrganizationState::Applied, "registering is not verifying");
    let get = v1::GetOrganizationRequest { name: created.name.clone(), min_position: 0 };
    let read = told(served.catalog(OPERATOR).get_organization(get).await).expect("read").organization;
    assert_eq!(read.as_ref(), Some(&created));

    let again = operator.create_organization(organization("o-1")).await;
    let status = refused("an external identity twice", again, "EXTERNAL_ID_TAKEN", "");
    assert_eq!((status.code(), metadata(&status, "name").as_str()), (Code::AlreadyExists, "test/o-1"));

    let renamed = v1::Organization { title: text("renamed"), ..v1::Organization::default() };
    let changed = operator.update_organization(&created.name, renamed.clone(), &["title"], &created.etag).await;
    let changed = changed.expect("changed");
    assert_eq!(changed.title, text("renamed"));
    assert_eq!(
        (&changed.contact, &changed.external, changed.kind),
        (&created.contact, &created.external, created.kind)
    );
    assert_ne!(changed.etag, created.etag);

    let stale = operator.update_organization(&created.name, renamed.clone(), &["title"], &created.etag).await;
    let status = refused("a stale etag", stale, "ETAG_MISMATCH", "");
    assert_eq!(status.code(), Code::Aborted);
    let invented = operator.update_organization(&created.name, renamed.clone(), &["title"], "not-an-etag").await;
    refused("an invented etag", invented, "INVALID_FIELDS", "etag");

    for (what, paths) in [("an empty mask", &[][..]), ("an unknown path", &["shoe_size"]), ("an output", &["state"])] {
        let answer = operator.update_organization(&created.name, renamed.clone(), paths, "").await;
        let status = refused(what, answer, "INVALID_FIELDS", "");
        assert!(violations(&status)[0].field.starts_with("update_mask"), "{what}: {status:?}");
    }
    let phone = v1::OrganizationContact { phone: "000-2".to_owned(), ..v1::OrganizationContact::default() };
    let part = v1::Organization { contact: Some(phone), ..v1::Organization::default() };
    let answer = operator.update_organization(&created.name, part, &["contact.phone"], "").await;
    refused("a part of a field would overwrite the rest", answer, "INVALID_FIELDS", "update_mask");
    let get = v1::GetOrganizationRequest { name: created.name.clone(), min_position: 0 };
    let read = told(served.catalog(OPERATOR).get_organization(get).await).expect("read").organization.expect("one");
    assert_eq!(read, changed, "what was refused changed nothing");

    let nobody = "organizations/01890000-0000-7000-8000-000000000000";
    let answer = operator.update_organization(nobody, renamed, &["title"], "").await;
    assert_eq!(refused("nobody", answer, "NOT_FOUND", "").code(), Code::NotFound);
}

#[tokio::test]
async fn updates_at_once_without_an_etag_are_all_kept() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let created = operator.create_organization(organization("o-1")).await.expect("created");
    let title = v1::Organization { title: text("new title"), ..v1::Organization::default() };
    let kind = v1::Organization { kind: v1::OrganizationKind::School.into(), ..v1::Organization::default() };
    let seat = v1::Organization { division: "640202".to_owned(), ..v1::Organization::default() };
    let (a, b, c) = tokio::join!(
        operator.update_organization(&created.name, title, &["title"], ""),
        operator.update_organization(&created.name, kind, &["kind"], ""),
        operator.update_organization(&created.name, seat, &["division"], ""),
    );
    for answer in [a, b, c] {
        answer.expect("changed");
    }
    let get = v1::GetOrganizationRequest { name: created.name, min_position: 0 };
    let read = told(served.catalog(OPERATOR).get_organization(get).await).expect("read").organization.expect("one");
    assert_eq!(read.title, text("new title"));
    assert_eq!((read.kind(), read.division.as_str()), (v1::OrganizationKind::School, "640202"));
}

#[tokio::test]
async fn pages_hold_every_entry_exactly_once_and_tokens_continue_their_own_list_only() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let filter = || v1::ResourceFilter { division: "6401".to_owned(), ..v1::ResourceFilter::default() };
    let whole = operator.list(filter(), 1_000, "").await.expect("listed");
    assert!(whole.next_page_token.is_empty() && whole.resources.len() > 40, "{}", whole.resources.len());
    let (mut names, mut token) = (Vec::new(), String::new());
    let first_token = loop {
        let page = operator.list(filter(), 7, &token).await.expect("listed");
        assert!(page.resources.len() <= 7);
        names.extend(page.resources.into_iter().map(|resource| resource.name));
        if page.next_page_token.is_empty() {
            break token;
        }
        token = page.next_page_token;
    };
    assert_eq!(names, whole.resources.iter().map(|resource| resource.name.clone()).collect::<Vec<_>>());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());

    let token = first_token;
    let other_filter = operator.list(v1::ResourceFilter::default(), 7, &token).await;
    refused("the token of another filter", other_filter, "INVALID_PAGE_TOKEN", "page_token");
    let other_method =
        v1::ListOrganizationsRequest { page_token: token.clone(), ..v1::ListOrganizationsRequest::default() };
    let other_method = told(served.catalog(OPERATOR).list_organizations(other_method).await);
    refused("the token of another method", other_method, "INVALID_PAGE_TOKEN", "page_token");
    let mut forged = token.clone().into_bytes();
    let last = forged.last_mut().expect("not empty");
    *last = if *last == b'0' { b'1' } else { b'0' };
    for forged in [String::from_utf8(forged).expect("hex"), "zz".to_owned(), "é".to_owned(), "00".repeat(16)] {
        refused("a forged token", operator.list(filter(), 7, &forged).await, "INVALID_PAGE_TOKEN", "page_token");
    }
    refused("a negative page", operator.list(filter(), -1, "").await, "INVALID_FIELDS", "page_size");
    refused("too large a page", operator.list(filter(), 1_001, "").await, "INVALID_FIELDS", "page_size");
    let nowhere = v1::ResourceFilter { division: "999999".to_owned(), ..v1::ResourceFilter::default() };
    let answer = operator.list(nowhere, 10, "").await;
    refused("an unknown division is neither all nor nothing", answer, "UNKNOWN_DIVISION", "filter.division");

    // Categories and divisions are listed from memory; the same holds.
    let (mut codes, mut token) = (Vec::new(), String::new());
    loop {
        let request =
            v1::ListCategoriesRequest { page_size: 9, page_token: token, ..v1::ListCategoriesRequest::default() };
        let page = told(served.catalog(OPERATOR).list_categories(request).await).expect("listed");
        codes.extend(page.categories.into_iter().map(|category| category.code));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert!(codes.len() > 20 && codes.is_sorted() && codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
}

#[tokio::test]
async fn filters_narrow_a_list_and_none_is_ignored() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let all = operator.list(v1::ResourceFilter::default(), 1_000, "").await.expect("listed").resources;
    let nuanyang = served.demo_resource("res-nuanyang-visit").await;
    let nuanyang = all.iter().find(|resource| resource.name == nuanyang).expect("listed").organization.clone();
    type Keeps = Box<dyn Fn(&v1::Resource) -> bool>;
    let cases: Vec<(&str, v1::ResourceFilter, Keeps)> = vec![
        (
            "organization",
            v1::ResourceFilter { organization: nuanyang.clone(), ..v1::ResourceFilter::default() },
            Box::new(move |resource| resource.organization == nuanyang),
        ),
        (
            "category with all below it",
            v1::ResourceFilter { category: "education".to_owned(), ..v1::ResourceFilter::default() },
            Box::new(|resource| resource.categories.iter().any(|code| code.starts_with("education"))),
        ),
        (
            "division with all below it",
            v1::ResourceFilter { division: "6402".to_owned(), ..v1::ResourceFilter::default() },
            Box::new(|resource| resource.division.starts_with("6402")),
        ),
        (
            "lifecycle",
            v1::ResourceFilter { lifecycle: v1::ResourceLifecycle::Paused.into(), ..v1::ResourceFilter::default() },
            Box::new(|resource| resource.lifecycle() == v1::ResourceLifecycle::Paused),
        ),
    ];
    for (what, filter, keeps) in cases {
        let found: BTreeSet<_> =
            operator.list(filter, 1_000, "").await.expect(what).resources.into_iter().map(|r| r.name).collect();
        let expected: BTreeSet<_> = all.iter().filter(|r| keeps(r)).map(|r| r.name.clone()).collect();
        assert_eq!(found, expected, "{what}");
        assert!(!expected.is_empty() && expected.len() < all.len(), "{what} says something: {}", expected.len());
    }

    let list = |filter| async {
        let request = v1::ListOrganizationsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
        told(served.catalog(OPERATOR).list_organizations(request).await).expect("listed").organizations
    };
    let everybody = list(v1::OrganizationFilter::default()).await;
    let applied = v1::OrganizationState::Applied;
    let waiting = list(v1::OrganizationFilter { state: applied.into(), ..Default::default() }).await;
    assert!(!waiting.is_empty() && waiting.len() == everybody.iter().filter(|o| o.state() == applied).count());
    let firm = v1::OrganizationKind::LawFirm;
    let firms = list(v1::OrganizationFilter { kind: firm.into(), ..Default::default() }).await;
    assert!(!firms.is_empty() && firms.len() == everybody.iter().filter(|o| o.kind() == firm).count());

    let pools = |filter| async {
        let request = v1::ListCapacityPoolsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
        told(served.catalog(OPERATOR).list_capacity_pools(request).await).expect("listed").capacity_pools
    };
    let every = pools(v1::CapacityPoolFilter::default()).await;
    for kind in [v1::CapacityKind::Stock, v1::CapacityKind::Slots, v1::CapacityKind::Caseload] {
        let found = pools(v1::CapacityPoolFilter { kind: kind.into(), ..Default::default() }).await;
        assert_eq!(found.len(), every.iter().filter(|pool| pool.kind() == kind).count(), "{kind:?}");
    }
    let one = v1::CapacityPoolFilter { external: Some(external("demo", "pool-nuanyang-visits")), ..Default::default() };
    assert_eq!(pools(one).await.len(), 1);
    let none = v1::CapacityPoolFilter { external: Some(external("demo", "no such pool")), ..Default::default() };
    assert!(pools(none).await.is_empty());
}

#[tokio::test]
async fn an_import_sent_again_changes_nothing_and_a_changed_entry_changes_alone() {
    use v1::UpsertOutcome::{Created, Unchanged, Updated};
    let served = Served::demo().await;
    let operator = Operator(&served);
    let upsert = |organizations| async {
        let request = v1::BatchUpsertOrganizationsRequest { organizations, request_id: String::new() };
        told(served.catalog(OPERATOR).batch_upsert_organizations(request).await).map(|a| outcomes(&a.results))
    };
    let both = || vec![organization("o-1"), organization("o-2")];
    assert_eq!(upsert(both()).await.expect("created"), [Created, Created]);
    assert_eq!(upsert(both()).await.expect("unchanged"), [Unchanged, Unchanged]);

    let slots = || v1::CapacityPool {
        kind: v1::CapacityKind::Slots.into(),
        unit: "visit".to_owned(),
        period: v1::CapacityPeriod::Week.into(),
        time_zone: "Asia/Shanghai".to_owned(),
        overrides: vec![v1::CapacityOverride {
            period_start: "2027-02-01".to_owned(),
            used_elsewhere: 3,
            ..v1::CapacityOverride::default()
        }],
        ..pool("p-2", "o-1")
    };
    let pools = || vec![pool("p-1", "o-1"), slots()];
    assert_eq!(operator.upsert_pools(pools()).await.expect("created"), [Created, Created]);
    assert_eq!(operator.upsert_pools(pools()).await.expect("unchanged"), [Unchanged, Unchanged]);
    let find = v1::CapacityPoolFilter { external: Some(external("test", "p-2")), ..Default::default() };
    let request = v1::ListCapacityPoolsRequest { filter: Some(find), ..Default::default() };
    let found = told(served.catalog(OPERATOR).list_capacity_pools(request).await).expect("listed").capacity_pools;
    assert_eq!(found[0].overrides[0].total, Some(10), "a period that says no total has the pool's");
    let unknown = v1::CapacityOverride { total_unknown: true, ..slots().overrides.remove(0) };
    let unknown = || vec![v1::CapacityPool { overrides: vec![unknown.clone()], ..slots() }];
    assert_eq!(operator.upsert_pools(unknown()).await.expect("changed"), [Updated]);
    assert_eq!(
        operator.upsert_pools(unknown()).await.expect("unchanged"),
        [Unchanged],
        "unknown is not the pool's total"
    );
    let mut both = unknown();
    both[0].overrides[0].total = Some(1);
    refused("known and unknown", operator.upsert_pools(both).await, "INVALID_FIELDS", "capacity_pools[0].overrides[0]");

    let draws = |id: &str| v1::Resource {
        draws: vec![v1::CapacityDraw {
            pool_external: Some(external("test", "p-1")),
            quantity_per_unit: 1,
            ..v1::CapacityDraw::default()
        }],
        ..resource(id, "o-1")
    };
    let desks = || vec![draws("r-1"), draws("r-2"), draws("r-3")];
    assert_eq!(operator.upsert_resources(desks()).await.expect("created"), [Created; 3]);
    assert_eq!(operator.upsert_resources(desks()).await.expect("unchanged"), [Unchanged; 3]);
    let mut changed = desks();
    changed[1].content = "two desks".to_owned();
    assert_eq!(operator.upsert_resources(changed).await.expect("one changed"), [Unchanged, Updated, Unchanged]);

    let more = v1::CapacityPool { total: Some(11), ..pool("p-1", "o-1") };
    assert_eq!(operator.upsert_pools(vec![more]).await.expect("changed"), [Updated]);
    let moved = operator.upsert_pools(vec![pool("p-1", "o-2")]).await;
    refused("a pool that changes hands", moved, "INVALID_FIELDS", "capacity_pools[0].organization");
    let moved = operator.upsert_resources(vec![resource("r-1", "o-2")]).await;
    refused("a resource that changes hands", moved, "INVALID_FIELDS", "resources[0].organization");
    let recounted = v1::CapacityPool { unit: "kit".to_owned(), ..pool("p-1", "o-1") };
    let recounted = operator.upsert_pools(vec![recounted]).await;
    refused("a pool that counts something else", recounted, "INVALID_FIELDS", "capacity_pools[0].unit");
}

#[tokio::test]
async fn a_batch_with_one_bad_entry_writes_nothing_and_names_the_field_and_the_value() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    for id in ["o-1", "o-2"] {
        operator.create_organization(organization(id)).await.expect("created");
    }
    let theirs = operator.create_pool(pool("p-2", "o-2")).await.expect("created");
    let with_pool = |draw| v1::Resource { draws: vec![draw], ..resource("bad", "o-1") };
    let draw = || v1::CapacityDraw { quantity_per_unit: 1, ..v1::CapacityDraw::default() };
    let unknown_pool = "capacityPools/01890000-0000-7000-8000-000000000000";
    let cases = [
        (
            "an organization nobody knows",
            resource("bad", "o-9"),
            "UNKNOWN_REFERENCE",
            "resources[1].organization_external",
            "test/o-9",
        ),
        (
            "a pool nobody knows by external identity",
            with_pool(v1::CapacityDraw { pool_external: Some(external("test", "p-9")), ..draw() }),
            "UNKNOWN_REFERENCE",
            "resources[1].draws[0].pool_external",
            "test/p-9",
        ),
        (
            "a pool nobody knows by name",
            with_pool(v1::CapacityDraw { pool: unknown_pool.to_owned(), ..draw() }),
            "UNKNOWN_REFERENCE",
            "resources[1].draws[0].pool",
            unknown_pool,
        ),
        (
            "a pool of another organization",
            with_pool(v1::CapacityDraw { pool: theirs.name.clone(), ..draw() }),
            "POOL_OF_OTHER_ORGANIZATION",
            "resources[1].draws[0].pool",
            theirs.name.as_str(),
        ),
        (
            "a category nobody knows",
            v1::Resource { categories: vec!["moon.rocks".to_owned()], ..resource("bad", "o-1") },
            "UNKNOWN_CATEGORY",
            "resources[1].categories[0]",
            "moon.rocks",
        ),
        (
            "an entry without identity",
            v1::Resource { external: None, ..resource("bad", "o-1") },
            "INVALID_FIELDS",
            "resources[1].external",
            "",
        ),
        ("an entry twice", resource("good", "o-1"), "INVALID_FIELDS", "resources[1].external", "test/good"),
        (
            "an empty text",
            v1::Resource { content: String::new(), ..resource("bad", "o-1") },
            "INVALID_FIELDS",
            "resources[1].content",
            "",
        ),
    ];
    for (what, bad, expected, field, value) in cases {
        let answer = operator.upsert_resources(vec![resource("good", "o-1"), bad]).await;
        let status = refused(what, answer, expected, field);
        assert_eq!(status.code(), Code::InvalidArgument, "{what}");
        let told = violations(&status);
        let told = told.iter().find(|told| told.field == field).expect("it is among them");
        assert!(told.description.contains(value), "{what}: {told:?}");
        let filter = v1::ResourceFilter { external: Some(external("test", "good")), ..Default::default() };
        let found = operator.list(filter, 10, "").await.expect("listed").resources;
        assert!(found.is_empty(), "{what}: the good entry was not written");
    }
    let cycle = |code: &str, parent: &str| v1::Category {
        code: code.to_owned(),
        parent: parent.to_owned(),
        title: text(code),
        ..v1::Category::default()
    };
    let upsert = |categories| async {
        let request = v1::BatchUpsertCategoriesRequest { categories, request_id: String::new() };
        told(served.catalog(OPERATOR).batch_upsert_categories(request).await)
    };
    let circle = upsert(vec![cycle("a", "b"), cycle("b", "c"), cycle("c", "a")]).await;
    refused("a circle", circle, "HIERARCHY_CYCLE", "categories[0].parent");
    let orphan = upsert(vec![cycle("a", "nobody")]).await;
    refused("a parent nobody knows", orphan, "UNKNOWN_CATEGORY", "categories[0].parent");
    upsert(vec![cycle("a", "b"), cycle("b", "")]).await.expect("children may come before their parents");
    let closing = upsert(vec![cycle("b", "a")]).await;
    refused("a circle through what is stored", closing, "HIERARCHY_CYCLE", "categories[0].parent");

    // Eight levels are the most; also for what hangs below an entry that moves.
    let code = |level: usize| format!("level-{level}");
    let levels = (1..=9).map(|level| cycle(&code(level), &if level == 1 { String::new() } else { code(level - 1) }));
    let levels: Vec<_> = levels.collect();
    refused("nine levels", upsert(levels.clone()).await, "INVALID_FIELDS", "categories[8].parent");
    upsert(levels[..8].to_vec()).await.expect("eight levels");
    let moved = upsert(vec![cycle(&code(1), "b")]).await;
    refused("a root put below something", moved, "INVALID_FIELDS", "categories[0].parent");
    upsert(vec![cycle(&code(8), "b")]).await.expect("a leaf may move");
}

#[tokio::test]
async fn a_request_id_is_a_uuid() {
    let served = Served::demo().await;
    let bad = v1::CreateOrganizationRequest { organization: Some(organization("o-3")), request_id: "7".to_owned() };
    let bad = told(served.catalog(OPERATOR).create_organization(bad).await);
    refused("an id that is no UUID", bad, "INVALID_FIELDS", "request_id");
}
