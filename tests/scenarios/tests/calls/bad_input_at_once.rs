//! A message that breaks rules of the contract is told of them together with all that reading it finds besides.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, pool, resource};
use wishwell_scenarios::needing::{item, need};
use wishwell_scenarios::told::{all_are_told_at_once, mask, text, told, violations};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const PARTNER: &str = "demo-partner";

async fn submit(served: &Served, need: v1::Need) -> Result<v1::SubmitNeedResponse, Status> {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(HOTLINE).submit_need(request).await)
}

#[tokio::test]
async fn what_breaks_the_contract_is_told_with_what_reading_finds_of_needs_and_people() {
    let served = Served::demo().await;
    let mut needs = served.needs(HOTLINE);
    let known = submit(&served, need()).await.expect("it is fine before it is spoilt").need.expect("one").name;
    let person = v1::Beneficiary { residence_division: "640104".to_owned(), ..Default::default() };
    let home = v1::Household { residence_division: "640104".to_owned(), ..Default::default() };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person.clone()), ..Default::default() };
    let of = told(needs.create_beneficiary(request).await).expect("created").beneficiary.expect("one").name;
    let request = v1::CreateHouseholdRequest { household: Some(home.clone()), ..Default::default() };
    let at_home = told(needs.create_household(request).await).expect("created").household.expect("one").name;
    let items = vec![v1::NeedItem { category: "-".to_owned(), ..item("education.desk") }, item("no.such")];
    let spoilt = || v1::Need {
        items: vec![item("no.such")],
        urgency: 77,
        deadline: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
        description: "x".repeat(5),
        ..need()
    };
    let update = v1::UpdateNeedRequest {
        name: known,
        // What the mask does not name is not read.
        need: Some(v1::Need { division: "somewhere".to_owned(), channel: 99, ..spoilt() }),
        update_mask: mask(&["items", "urgency", "deadline"]),
        etag: "no number".to_owned(),
        request_id: String::new(),
    };
    let (name, request_id, etag) = (update.name.clone(), "no id".to_owned(), "no number".to_owned());
    let withdraw = v1::WithdrawNeedRequest {
        name: name.clone(),
        reason: "r".repeat(5_000),
        etag: etag.clone(),
        ..Default::default()
    };
    let close = v1::CloseNeedRequest {
        name: name.clone(),
        reason: "r".repeat(5_000),
        etag: etag.clone(),
        ..Default::default()
    };
    let erase = v1::EraseNeedRequest { name, etag, request_id };
    let find = v1::FindResourcesRequest { inline_need: Some(spoilt()), item_ordinal: 3, ..Default::default() };
    let changed = v1::UpdateBeneficiaryRequest {
        name: of,
        beneficiary: Some(v1::Beneficiary {
            group_tags: vec![77],
            residence_division: "990000".to_owned(),
            registration_division: "no division".to_owned(),
            ..person.clone()
        }),
        update_mask: mask(&["group_tags", "residence_division"]),
        ..Default::default()
    };
    let person = v1::Beneficiary { group_tags: vec![77], registration_division: "990000".to_owned(), ..person };
    let home = v1::Household { group_tags: vec![77], registration_division: "990000".to_owned(), ..home };
    let rehoused = v1::UpdateHouseholdRequest {
        name: at_home,
        household: Some(home.clone()),
        update_mask: mask(&["group_tags", "registration_division"]),
        ..Default::default()
    };
    let create = v1::CreateBeneficiaryRequest { beneficiary: Some(person), ..Default::default() };
    let found = v1::CreateHouseholdRequest { household: Some(home), ..Default::default() };
    let nowhere = v1::Need { division: "no division".to_owned(), items, ..need() };
    all_are_told_at_once(vec![
        (
            "SubmitNeed",
            submit(&served, spoilt()).await.map(drop),
            "need.urgency",
            &["need.deadline", "need.items[0].category"],
        ),
        (
            "SubmitNeed of an item that cannot be read, nowhere that can be read",
            submit(&served, nowhere).await.map(drop),
            "need.division",
            &["need.items[0].category", "need.items[1].category"],
        ),
        (
            "UpdateNeed",
            told(needs.update_need(update).await).map(drop),
            "need.urgency",
            &["etag", "need.deadline", "need.items[0].category"],
        ),
        ("WithdrawNeed", told(needs.withdraw_need(withdraw).await).map(drop), "reason", &["etag"]),
        ("CloseNeed", told(needs.close_need(close).await).map(drop), "reason", &["etag"]),
        ("EraseNeed", told(needs.erase_need(erase).await).map(drop), "request_id", &["etag"]),
        (
            "FindResources",
            told(served.matching(HOTLINE).find_resources(find).await).map(drop),
            "inline_need.urgency",
            &["inline_need.items[0].category", "item_ordinal"],
        ),
        (
            "CreateBeneficiary",
            told(needs.create_beneficiary(create).await).map(drop),
            "beneficiary.group_tags[0]",
            &["beneficiary.registration_division"],
        ),
        (
            "UpdateBeneficiary",
            told(needs.update_beneficiary(changed).await).map(drop),
            "beneficiary.group_tags[0]",
            &["beneficiary.residence_division"],
        ),
        (
            "CreateHousehold",
            told(needs.create_household(found).await).map(drop),
            "household.group_tags[0]",
            &["household.registration_division"],
        ),
        (
            "UpdateHousehold",
            told(needs.update_household(rehoused).await).map(drop),
            "household.group_tags[0]",
            &["household.registration_division"],
        ),
    ]);
}

#[tokio::test]
async fn what_breaks_the_contract_is_told_with_what_reading_finds_of_the_catalogue() {
    let served = Served::demo().await;
    let mut catalog = served.catalog(OPERATOR);
    let operator = Operator(&served);
    let charity = operator.create_organization(organization("o-1")).await.expect("created").name;
    let stock = operator.create_pool(pool("p-1", "o-1")).await.expect("created").name;
    let request = v1::CreateResourceRequest { resource: Some(resource("r-1", "o-1")), request_id: String::new() };
    let desk = told(catalog.create_resource(request).await).expect("created").resource.expect("one").name;
    let spoilt = || v1::Resource {
        modes: vec![77],
        categories: vec!["education.desk".to_owned(), "no.such".to_owned()],
        schedule: Some(v1::Schedule {
            time_zone: "Mars/Base".to_owned(),
            weekly: vec![v1::WeeklyHours { weekday: 1, opens_minute: 540, closes_minute: 1_020 }],
            ..Default::default()
        }),
        eligibility: Some(v1::Eligibility { expression: "age_years + 1".to_owned(), statement: text("a rule") }),
        ..resource("r-2", "o-1")
    };
    let nobodys = v1::Resource { organization: "nobody".to_owned(), organization_external: None, ..spoilt() };
    let create = |resource| v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    let changed = v1::UpdateResourceRequest {
        name: desk,
        resource: Some(spoilt()),
        update_mask: mask(&["modes", "eligibility", "categories"]),
        ..Default::default()
    };
    let resources = vec![v1::Resource { modes: vec![], ..resource("r-3", "o-1") }, resource("r-3", "o-2")];
    let charities = v1::Organization {
        kind: 77,
        social_credit_code: "91640100MA7600000X".to_owned(),
        division: "990000".to_owned(),
        ..organization("o-2")
    };
    let charity_update = v1::UpdateOrganizationRequest {
        name: charity.clone(),
        organization: Some(charities.clone()),
        update_mask: mask(&["kind", "division"]),
        ..Default::default()
    };
    let vetting = v1::VettingGrant { valid_until: "2027-02-30".to_owned(), note: "n".repeat(513) };
    let verify = v1::VerifyOrganizationRequest {
        name: charity,
        vetting: Some(v1::Vetting { minors: Some(vetting), home_visits: None }),
        ..Default::default()
    };
    let slots = v1::CapacityPool { kind: v1::CapacityKind::Slots.into(), total: Some(-1), ..pool("p-2", "o-1") };
    let renamed = v1::UpdateCapacityPoolRequest {
        name: stock.clone(),
        capacity_pool: Some(v1::CapacityPool::default()),
        update_mask: mask(&["title"]),
        etag: "no number".to_owned(),
        request_id: String::new(),
    };
    let figures = v1::SetCapacityRequest {
        name: stock,
        used_elsewhere: Some(-1),
        period_start: "2027-02-30".to_owned(),
        ..Default::default()
    };
    let category = |code: &str, parent: &str, title| v1::Category {
        code: code.to_owned(),
        parent: parent.to_owned(),
        title,
        ..Default::default()
    };
    let categories = vec![category("a", "", None), category("b", "no.such", text("b"))];
    let division = |code: &str, parent: &str, title| v1::Division {
        code: code.to_owned(),
        parent: parent.to_owned(),
        edition: 2026,
        title,
        ..Default::default()
    };
    let divisions = vec![division("980000", "", None), division("970100", "970000", text("b"))];
    let organizations = vec![charities.clone(), v1::Organization { external: None, ..organization("o-3") }];
    let upsert = v1::BatchUpsertOrganizationsRequest { organizations, request_id: String::new() };
    let upsert_categories = v1::BatchUpsertCategoriesRequest { categories, request_id: String::new() };
    let upsert_divisions = v1::BatchUpsertDivisionsRequest { divisions, request_id: String::new() };
    let of_rule = "resource.eligibility.expression";
    all_are_told_at_once(vec![
        (
            "CreateResource",
            told(catalog.create_resource(create(spoilt())).await).map(drop),
            "resource.modes[0]",
            &["resource.categories[1]", of_rule, "resource.schedule.time_zone"],
        ),
        (
            "CreateResource of nobody",
            told(catalog.create_resource(create(nobodys)).await).map(drop),
            "resource.organization",
            &["resource.categories[1]", of_rule, "resource.modes[0]", "resource.schedule.time_zone"],
        ),
        (
            "UpdateResource",
            told(catalog.update_resource(changed).await).map(drop),
            "resource.modes[0]",
            &["resource.categories[1]", of_rule],
        ),
        (
            "BatchUpsertResources",
            operator.upsert_resources(resources).await.map(drop),
            "resources[0].modes",
            &["resources[1].external", "resources[1].organization_external"],
        ),
        (
            "CreateOrganization",
            operator.create_organization(charities).await.map(drop),
            "organization.kind",
            &["organization.division", "organization.social_credit_code"],
        ),
        (
            "UpdateOrganization",
            told(catalog.update_organization(charity_update).await).map(drop),
            "organization.kind",
            &["organization.division"],
        ),
        (
            "BatchUpsertOrganizations",
            told(catalog.batch_upsert_organizations(upsert).await).map(drop),
            "organizations[0].kind",
            &["organizations[0].division", "organizations[0].social_credit_code", "organizations[1].external"],
        ),
        (
            "VerifyOrganization",
            told(catalog.verify_organization(verify).await).map(drop),
            "vetting.minors.note",
            &["vetting.minors.valid_until"],
        ),
        (
            "CreateCapacityPool",
            operator.create_pool(slots.clone()).await.map(drop),
            "capacity_pool.total",
            &["capacity_pool.period"],
        ),
        (
            "UpdateCapacityPool",
            told(catalog.update_capacity_pool(renamed).await).map(drop),
            "capacity_pool.title",
            &["etag"],
        ),
        (
            "BatchUpsertCapacityPools",
            operator.upsert_pools(vec![slots, pool("p-2", "o-1")]).await.map(drop),
            "capacity_pools[0].total",
            &["capacity_pools[0].period", "capacity_pools[1].external"],
        ),
        ("SetCapacity", told(catalog.set_capacity(figures).await).map(drop), "used_elsewhere", &["period_start"]),
        (
            "BatchUpsertCategories",
            told(catalog.batch_upsert_categories(upsert_categories).await).map(drop),
            "categories[0].title",
            &["categories[1].parent"],
        ),
        (
            "BatchUpsertDivisions",
            told(catalog.batch_upsert_divisions(upsert_divisions).await).map(drop),
            "divisions[0].title",
            &["divisions[1].parent"],
        ),
    ]);
}

#[tokio::test]
async fn what_breaks_the_contract_is_told_with_what_reading_finds_of_rounds_plans_and_subscriptions() {
    let served = Served::demo().await;
    let mut subscriptions = served.notifications(PARTNER);
    let sound = || v1::Subscription { daily_budget: 5, ..Default::default() };
    let request = v1::CreateSubscriptionRequest { subscription: Some(sound()), ..Default::default() };
    let known =
        told(subscriptions.create_subscription(request).await).expect("created").subscription.expect("one").name;
    let spoilt = v1::Subscription {
        daily_budget: -1,
        time_zone: "Mars/Base".to_owned(),
        categories: vec!["no.such".to_owned()],
        ..sound()
    };
    let create = v1::CreateSubscriptionRequest { subscription: Some(spoilt.clone()), ..Default::default() };
    let update = v1::UpdateSubscriptionRequest {
        name: known,
        subscription: Some(spoilt),
        update_mask: mask(&["daily_budget", "categories"]),
        ..Default::default()
    };
    let rules = v1::RoundRules {
        candidates_per_item_max: Some(0),
        scope: Some(v1::RoundScope { categories: vec!["no.such".to_owned()], ..Default::default() }),
        load_steps: vec![
            v1::RoundLoadStep { from_permille: 500, price: 2 },
            v1::RoundLoadStep { from_permille: 100, price: 1 },
        ],
        ..Default::default()
    };
    let load_steps = rules.load_steps.clone();
    let round = v1::Round { rules: Some(rules), ..Default::default() };
    let round = v1::CreateRoundRequest { round: Some(round), request_id: String::new() };
    let rules = v1::PlanRules { partners_per_need_max: Some(-1), load_steps, ..Default::default() };
    let unplaced = v1::PlanNeed {
        id: String::new(),
        categories: vec!["c".to_owned()],
        quantity: 1,
        place: Some(v1::GeoPoint { latitude: 38.4, longitude: 106.2, datum: 0 }),
        ..Default::default()
    };
    let plan = vec![
        v1::PlanAllocationRequest { rules: Some(rules), ..Default::default() },
        v1::PlanAllocationRequest { needs: Some(v1::PlanNeeds { needs: vec![unplaced] }), ..Default::default() },
    ];
    all_are_told_at_once(vec![
        (
            "CreateSubscription",
            told(subscriptions.create_subscription(create).await).map(drop),
            "subscription.daily_budget",
            &["subscription.categories[0]", "subscription.time_zone"],
        ),
        (
            "UpdateSubscription",
            told(subscriptions.update_subscription(update).await).map(drop),
            "subscription.daily_budget",
            &["subscription.categories[0]"],
        ),
        (
            "CreateRound",
            told(served.matching(OPERATOR).create_round(round).await).map(drop),
            "round.rules.candidates_per_item_max",
            &["round.rules.load_steps", "round.rules.scope.categories[0]"],
        ),
        (
            "PlanAllocation",
            told(served.matching(OPERATOR).plan_allocation(tokio_stream::iter(plan)).await).map(drop),
            "messages[0].rules.partners_per_need_max",
            &[
                "messages[0].rules.load_steps",
                "messages[1].needs.needs[0].id",
                "messages[1].needs.needs[0].place.datum",
            ],
        ),
    ]);
}

#[tokio::test]
async fn the_other_entries_of_a_list_are_looked_up_and_told_of_where_they_were_sent() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    for id in ["o-1", "o-2"] {
        operator.create_organization(organization(id)).await.expect("created");
    }
    operator.create_pool(pool("p-2", "o-2")).await.expect("created");
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<String>>();
    let (categories, divisions) = (codes(&["-", "education.desk", "no.such"]), codes(&["nowhere", "990000"]));
    let area = |division: &String| v1::ServiceArea { division: division.clone(), ..v1::ServiceArea::default() };
    let closed = |date: &str| v1::ScheduleException { date: date.to_owned(), ..v1::ScheduleException::default() };
    let anothers = Some(external("test", "p-2"));
    let spoilt = v1::Resource {
        categories: categories.clone(),
        areas: divisions.iter().map(area).collect(),
        schedule: Some(v1::Schedule {
            time_zone: "Asia/Shanghai".to_owned(),
            exceptions: ["no day", "2027-01-01", "2027-01-01"].map(closed).into(),
            ..v1::Schedule::default()
        }),
        draws: vec![
            v1::CapacityDraw { pool: "none".to_owned(), quantity_per_unit: 1, ..v1::CapacityDraw::default() },
            v1::CapacityDraw { pool_external: anothers, quantity_per_unit: 1, ..v1::CapacityDraw::default() },
        ],
        ..resource("r-1", "o-1")
    };
    let spoilt = v1::CreateResourceRequest { resource: Some(spoilt), request_id: String::new() };
    let subscription = v1::Subscription {
        daily_budget: 5,
        categories: categories.clone(),
        divisions: divisions.clone(),
        ..v1::Subscription::default()
    };
    let subscription = v1::CreateSubscriptionRequest { subscription: Some(subscription), ..Default::default() };
    let guarantee = |division: &String| v1::RoundGuarantee {
        division: division.clone(),
        units: 1,
        ..v1::RoundGuarantee::default()
    };
    let guarantees = divisions.iter().map(guarantee).collect();
    let scope = Some(v1::RoundScope { categories, divisions, ..v1::RoundScope::default() });
    let rules = Some(v1::RoundRules { scope, guarantees, ..v1::RoundRules::default() });
    let round = Some(v1::Round { rules, ..v1::Round::default() });
    let round = v1::CreateRoundRequest { round, request_id: String::new() };
    let members = codes(&["nobody", "beneficiaries/01890000-0000-7000-8000-00000000dead"]);
    let household = Some(v1::Household { members, ..v1::Household::default() });
    let household = v1::CreateHouseholdRequest { household, ..v1::CreateHouseholdRequest::default() };
    let category = |code: &str, parent: &str| v1::Category {
        code: code.to_owned(),
        parent: parent.to_owned(),
        title: text(code),
        ..v1::Category::default()
    };
    let categories = vec![category("-", ""), category("a", ""), category("b", "no.such"), category("c", "a")];
    let categories = v1::BatchUpsertCategoriesRequest { categories, request_id: String::new() };
    let division = |code: &str, parent: &str, edition| v1::Division {
        code: code.to_owned(),
        parent: parent.to_owned(),
        title: text(code),
        edition,
        ..v1::Division::default()
    };
    // What lies below one whose code can be read has something above it.
    let divisions = vec![
        division("nowhere", "", 2026),
        division("980000", "", 70_000),
        division("980100", "980000", 2026),
        division("970100", "970000", 2026),
    ];
    let divisions = v1::BatchUpsertDivisionsRequest { divisions, request_id: String::new() };
    all_are_told_at_once(vec![
        (
            "CreateResource",
            told(served.catalog(OPERATOR).create_resource(spoilt).await).map(drop),
            "resource.categories[0]",
            &[
                "resource.areas[0].division",
                "resource.areas[1].division",
                "resource.categories[2]",
                "resource.draws[0].pool",
                "resource.draws[1].pool",
                "resource.schedule.exceptions[0].date",
                "resource.schedule.exceptions[2].date",
            ],
        ),
        (
            "CreateSubscription",
            told(served.notifications(PARTNER).create_subscription(subscription).await).map(drop),
            "subscription.categories[0]",
            &["subscription.categories[2]", "subscription.divisions[0]", "subscription.divisions[1]"],
        ),
        (
            "CreateRound",
            told(served.matching(OPERATOR).create_round(round).await).map(drop),
            "round.rules.scope.divisions[0]",
            &[
                "round.rules.guarantees[0].division",
                "round.rules.guarantees[1].division",
                "round.rules.scope.categories[0]",
                "round.rules.scope.categories[2]",
                "round.rules.scope.divisions[1]",
            ],
        ),
        (
            "CreateHousehold",
            told(served.needs(HOTLINE).create_household(household).await).map(drop),
            "household.members[0]",
            &["household.members[1]"],
        ),
        (
            "BatchUpsertCategories",
            told(served.catalog(OPERATOR).batch_upsert_categories(categories).await).map(drop),
            "categories[0].code",
            &["categories[2].parent"],
        ),
        (
            "BatchUpsertDivisions",
            told(served.catalog(OPERATOR).batch_upsert_divisions(divisions).await).map(drop),
            "divisions[0].code",
            &["divisions[1].edition", "divisions[3].parent"],
        ),
    ]);
}

#[tokio::test]
async fn what_two_readings_find_is_told_once() {
    let served = Served::demo().await;
    let mut catalog = served.catalog(OPERATOR);
    Operator(&served).create_organization(organization("o-1")).await.expect("created");
    Operator(&served).create_pool(pool("p-1", "o-1")).await.expect("created");
    let circle = v1::Category {
        code: "test.circle".to_owned(),
        parent: "test.circle".to_owned(),
        title: text("a circle"),
        ..Default::default()
    };
    let circle = v1::BatchUpsertCategoriesRequest { categories: vec![circle], ..Default::default() };
    let circle = told(catalog.batch_upsert_categories(circle).await).map(drop);
    let blank = v1::Eligibility { expression: "  ".to_owned(), statement: text("a rule") };
    let blank = v1::Resource { eligibility: Some(blank), ..resource("r-1", "o-1") };
    let blank = v1::CreateResourceRequest { resource: Some(blank), request_id: String::new() };
    let blank = told(catalog.create_resource(blank).await).map(drop);
    let mut hotline = served.needs(HOTLINE);
    let known = submit(&served, need()).await.expect("submitted").need.expect("one").name;
    let auto = v1::AutoReferRequest { need: known.clone(), item_ordinal: 1, request_id: String::new() };
    told(served.referrals(HOTLINE).auto_refer(auto).await).expect("referred");
    // It would be every so often the same as before, but for what cannot be read.
    let items = need()
        .items
        .into_iter()
        .map(|item| v1::NeedItem { recurrence: Some(v1::Recurrence { every: 99, occurrences: 4 }), ..item });
    let update = v1::UpdateNeedRequest {
        name: known,
        need: Some(v1::Need { items: items.collect(), ..need() }),
        update_mask: mask(&["items"]),
        ..Default::default()
    };
    let recurring = told(hotline.update_need(update).await).map(drop);
    for (what, answer, field) in [
        ("its own parent", circle, "categories[0].parent"),
        ("a blank rule", blank, "resource.eligibility.expression"),
        ("a recurrence that is none", recurring, "need.items[0].recurrence.every"),
    ] {
        let told = violations(&answer.expect_err(what));
        let fields: Vec<&str> = told.iter().map(|told| told.field.as_str()).collect();
        assert_eq!(fields, [field], "{what}: {told:?}");
    }
}

#[tokio::test]
async fn a_message_that_breaks_the_contract_has_no_effect_and_tells_nothing_of_what_is_stored() {
    let served = Served::demo().await;
    let mut catalog = served.catalog(OPERATOR);
    let operator = Operator(&served);
    let charity = operator.create_organization(organization("o-1")).await.expect("created");
    // Everything but the mask's own field is sound, so that reading it comes to its end.
    let update = |name: &str, title| v1::UpdateOrganizationRequest {
        name: name.to_owned(),
        organization: Some(v1::Organization { title, ..organization("o-1") }),
        update_mask: mask(&["title"]),
        request_id: "no id".to_owned(),
        ..Default::default()
    };
    let status = told(catalog.update_organization(update(&charity.name, text("another"))).await).expect_err("refused");
    assert_eq!(violations(&status).len(), 1, "{status:?}");
    let get = v1::GetOrganizationRequest { name: charity.name.clone(), min_position: 0 };
    let kept = told(catalog.get_organization(get).await).expect("found").organization.expect("one");
    assert_eq!((kept.title, kept.etag), (charity.title.clone(), charity.etag.clone()));
    // Whether there is such an organization, and whose it is, is told once the message is mended.
    let none = "organizations/01890000-0000-7000-8000-00000000dead";
    for (key, name) in [(OPERATOR, none), (PARTNER, none), (PARTNER, charity.name.as_str())] {
        let answer = served.catalog(key).update_organization(update(name, text("another"))).await;
        let status = told(answer).expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert_eq!(violations(&status).len(), 1, "{status:?}");
    }
}
