//! What makes an offer: figures of pools of every kind, and organizations that are verified for what they do.

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, outcomes, pool, resource};
use wishwell_scenarios::told::{mask, metadata, quantity, refused, text, told};
use wishwell_scenarios::{Served, external};

#[tokio::test]
async fn each_kind_of_pool_takes_the_figures_that_make_sense_for_it() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    operator.create_organization(organization("o-1")).await.expect("created");
    let of = |kind: v1::CapacityKind, unit: &str, id: &str| v1::CapacityPool {
        kind: kind.into(),
        unit: unit.to_owned(),
        ..pool(id, "o-1")
    };
    let stock = operator.create_pool(of(v1::CapacityKind::Stock, "piece", "stock")).await.expect("stock");
    let caseload = operator.create_pool(of(v1::CapacityKind::Caseload, "case", "caseload")).await.expect("caseload");
    let slots = v1::CapacityPool {
        period: v1::CapacityPeriod::Week.into(),
        time_zone: "Asia/Shanghai".to_owned(),
        ..of(v1::CapacityKind::Slots, "visit", "slots")
    };
    let slots = operator.create_pool(slots).await.expect("slots");
    let budget = v1::CapacityPool { currency: "CNY".to_owned(), ..of(v1::CapacityKind::Budget, "fen", "budget") };
    let budget = operator.create_pool(budget).await.expect("budget");
    let unbounded = v1::CapacityPool { total: None, ..of(v1::CapacityKind::Unbounded, "item", "unbounded") };
    let unbounded = operator.create_pool(unbounded).await.expect("unbounded");
    let wrong_unit = v1::CapacityPool { currency: "CNY".to_owned(), ..of(v1::CapacityKind::Budget, "piece", "b-2") };
    refused("money in pieces", operator.create_pool(wrong_unit).await, "UNIT_MISMATCH", "capacity_pool.unit");

    let set = v1::SetCapacityRequest::default;
    for pool in [&stock, &caseload, &slots, &budget] {
        let changed =
            operator.set(&pool.name, v1::SetCapacityRequest { total: Some(20), used_elsewhere: Some(5), ..set() });
        let changed = changed.await.expect("set");
        assert_eq!(
            (changed.total, changed.used_elsewhere, changed.remaining),
            (Some(20), 5, Some(15)),
            "{}",
            pool.title
        );
        let below = operator.set(&pool.name, v1::SetCapacityRequest { total: Some(4), ..set() }).await;
        let status = refused("a total below what is used", below, "CAPACITY_BELOW_USE", "");
        assert_eq!((status.code(), metadata(&status, "name")), (Code::FailedPrecondition, pool.name.clone()));
        let unknown =
            operator.set(&pool.name, v1::SetCapacityRequest { total_unknown: true, ..set() }).await.expect("set");
        assert_eq!((unknown.total, unknown.remaining), (None, None));
        let known = operator.set(&pool.name, v1::SetCapacityRequest { total: Some(9), ..set() }).await.expect("set");
        assert_eq!(known.remaining, Some(4));
        let confirmed = operator.set(&pool.name, set()).await.expect("confirmed");
        assert_eq!(confirmed.total, Some(9));
        assert!(confirmed.confirm_time.unwrap().seconds >= known.confirm_time.unwrap().seconds);
    }
    let bounded = operator.set(&unbounded.name, v1::SetCapacityRequest { total: Some(1), ..set() }).await;
    refused("a total of what has none", bounded, "INVALID_FIELDS", "total");
    operator.set(&unbounded.name, set()).await.expect("confirmed");
    let both = operator.set(&stock.name, v1::SetCapacityRequest { total: Some(1), total_unknown: true, ..set() }).await;
    refused("known and unknown", both, "INVALID_FIELDS", "");
    let negative = operator.set(&stock.name, v1::SetCapacityRequest { total: Some(-1), ..set() }).await;
    refused("less than nothing", negative, "INVALID_FIELDS", "total");

    let week = |start: &str| v1::SetCapacityRequest {
        period_start: start.to_owned(),
        total: Some(2),
        used_elsewhere: Some(0),
        ..set()
    };
    let changed = operator.set(&slots.name, week("2027-02-01")).await.expect("a Monday");
    assert_eq!(changed.total, Some(9), "the usual figures stay");
    assert_eq!(changed.overrides.len(), 1);
    assert_eq!((changed.overrides[0].total, changed.overrides[0].used_elsewhere), (Some(2), 0));
    let next = v1::SetCapacityRequest { total: None, total_unknown: true, ..week("2027-02-08") };
    let unknown = operator.set(&slots.name, next).await.expect("the Monday after");
    let said: Vec<_> = unknown.overrides.iter().map(|figures| (figures.total, figures.total_unknown)).collect();
    assert_eq!(said, [(Some(2), false), (None, true)], "of one week nothing is known, whatever is of others");
    refused("a Tuesday", operator.set(&slots.name, week("2027-02-02")).await, "INVALID_FIELDS", "period_start");
    refused("no date", operator.set(&slots.name, week("2027-02-30")).await, "INVALID_FIELDS", "period_start");
    refused(
        "stock has no periods",
        operator.set(&stock.name, week("2027-02-01")).await,
        "INVALID_FIELDS",
        "period_start",
    );
    let renamed = v1::UpdateCapacityPoolRequest {
        name: slots.name.clone(),
        capacity_pool: Some(v1::CapacityPool { title: "renamed".to_owned(), total: Some(77), ..Default::default() }),
        update_mask: mask(&["title"]),
        ..Default::default()
    };
    let renamed = told(served.catalog(OPERATOR).update_capacity_pool(renamed).await).expect("renamed");
    let renamed = renamed.capacity_pool.expect("one");
    assert_eq!((renamed.title.as_str(), renamed.total), ("renamed", Some(9)), "figures are set by SetCapacity only");
    assert_eq!((&renamed.overrides, &renamed.confirm_time), (&unknown.overrides, &unknown.confirm_time));
}

fn desk_need(minors: bool) -> v1::Need {
    v1::Need {
        items: vec![v1::NeedItem {
            category: "education.desk".to_owned(),
            quantity: quantity(1, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { home_visit: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        involves_minors: minors,
        ..v1::Need::default()
    }
}

/// Whether a resource is a candidate, and if not, why not.
async fn fits(served: &Served, need: v1::Need, resource: &str, min_position: i64) -> Result<(), Vec<String>> {
    let request = v1::FindResourcesRequest {
        inline_need: Some(need),
        top_k: Some(100),
        near_miss_limit: Some(50),
        min_position,
        ..v1::FindResourcesRequest::default()
    };
    let found = told(served.matching("demo-hotline").find_resources(request).await).expect("an answer");
    let item = &found.items[0];
    if item.candidates.iter().any(|c| c.resource.as_ref().is_some_and(|r| r.name == resource)) {
        return Ok(());
    }
    let miss = item.near_misses.iter().find(|miss| miss.resource.as_ref().is_some_and(|r| r.name == resource));
    Err(miss.into_iter().flat_map(|miss| &miss.reasons).map(|r| r.code().as_str_name().to_owned()).collect())
}

#[tokio::test]
async fn an_organization_is_offered_once_verified_for_what_it_was_vetted_for_and_until_it_is_suspended() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    let created = operator.create_organization(organization("o-1")).await.expect("created");
    let visits = v1::Resource { modes: vec![v1::DeliveryMode::HomeVisit.into()], ..resource("r-1", "o-1") };
    let request = v1::CreateResourceRequest { resource: Some(visits), request_id: String::new() };
    let answer = told(served.catalog(OPERATOR).create_resource(request).await).expect("created");
    let (name, at) = (answer.resource.expect("one").name, answer.log_position);
    let why = |reasons: &[&str]| Err(reasons.iter().map(|reason| format!("MISS_REASON_{reason}")).collect::<Vec<_>>());
    let not_verified = fits(&served, desk_need(false), &name, at).await.expect_err("not yet");
    assert!(not_verified.contains(&"MISS_REASON_ORGANIZATION_NOT_VERIFIED".to_owned()), "{not_verified:?}");

    let verify = |vetting: Option<v1::Vetting>| {
        let (served, organization) = (&served, created.name.clone());
        async move {
            let request = v1::VerifyOrganizationRequest { name: organization, vetting, ..Default::default() };
            told(served.catalog(OPERATOR).verify_organization(request).await).expect("verified").log_position
        }
    };
    let grant = |until: &str| Some(v1::VettingGrant { valid_until: until.to_owned(), note: String::new() });
    let at = verify(None).await;
    assert_eq!(fits(&served, desk_need(false), &name, at).await, why(&["NOT_VETTED_FOR_HOME_VISITS"]));
    let at = verify(Some(v1::Vetting { home_visits: grant(""), minors: None })).await;
    assert_eq!(fits(&served, desk_need(false), &name, at).await, Ok(()));
    assert_eq!(fits(&served, desk_need(true), &name, at).await, why(&["NOT_VETTED_FOR_MINORS"]));
    let at = verify(Some(v1::Vetting { home_visits: grant(""), minors: grant("2020-01-01") })).await;
    assert_eq!(fits(&served, desk_need(true), &name, at).await, why(&["NOT_VETTED_FOR_MINORS"]), "it ran out");
    let at = verify(Some(v1::Vetting { home_visits: grant(""), minors: grant("2099-01-01") })).await;
    assert_eq!(fits(&served, desk_need(true), &name, at).await, Ok(()));

    // What ends before the help might still come is as good as none.
    let seconds = created.create_time.as_ref().expect("stored").seconds;
    let soon = prost_types::Timestamp { seconds: seconds + 2 * 86_400, nanos: 0 }.to_string()[..10].to_owned();
    let at = verify(Some(v1::Vetting { home_visits: grant(""), minors: grant(&soon) })).await;
    let weekly = |need: v1::Need| {
        let recurrence = Some(v1::Recurrence { every: v1::RecurrencePeriod::Week.into(), occurrences: 26 });
        v1::Need { items: need.items.into_iter().map(|item| v1::NeedItem { recurrence, ..item }).collect(), ..need }
    };
    let today = || v1::Need {
        deadline: Some(prost_types::Timestamp { seconds: seconds + 3_600, nanos: 0 }),
        ..desk_need(true)
    };
    let later = v1::Need {
        deadline: Some(prost_types::Timestamp { seconds: seconds + 4 * 86_400, nanos: 0 }),
        ..desk_need(true)
    };
    for need in [later, weekly(desk_need(true))] {
        assert_eq!(fits(&served, need, &name, at).await, why(&["NOT_VETTED_FOR_MINORS"]), "it ends before the last");
    }
    for need in [desk_need(true), today(), weekly(today())] {
        assert_eq!(fits(&served, need, &name, at).await, Ok(()), "it holds until the deadline, or nobody said by when");
    }

    let suspend = || v1::SuspendOrganizationRequest {
        name: created.name.clone(),
        reason: "a complaint".to_owned(),
        request_id: String::new(),
        etag: String::new(),
    };
    let at = told(served.catalog(OPERATOR).suspend_organization(suspend()).await).expect("suspended").log_position;
    assert_eq!(fits(&served, desk_need(true), &name, at).await, why(&["ORGANIZATION_NOT_VERIFIED"]));
    let twice = told(served.catalog(OPERATOR).suspend_organization(suspend()).await);
    assert_eq!(refused("suspending twice", twice, "ILLEGAL_STATE", "").code(), Code::FailedPrecondition);

    // What people decided is not undone by an import.
    let stated = v1::Organization { state: v1::OrganizationState::Verified.into(), ..organization("o-1") };
    let request = v1::BatchUpsertOrganizationsRequest { organizations: vec![stated], request_id: String::new() };
    let answer = told(served.catalog(OPERATOR).batch_upsert_organizations(request).await).expect("imported");
    assert_eq!(outcomes(&answer.results), [v1::UpsertOutcome::Unchanged]);
    let at = verify(None).await;
    assert_eq!(fits(&served, desk_need(false), &name, at).await, why(&["NOT_VETTED_FOR_HOME_VISITS"]));
}

#[tokio::test]
async fn opening_times_come_with_the_zone_of_their_place_and_are_printed_in_it_wherever_they_are_asked_for() {
    let served = Served::demo().await;
    let category = v1::Category { code: "test.trunk".to_owned(), title: text("trunk"), ..v1::Category::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_categories(request).await).expect("put");
    // Mondays from nine, by the clocks of each place.
    let schedule = |zone: &str| v1::Schedule {
        time_zone: zone.to_owned(),
        weekly: vec![v1::WeeklyHours { weekday: 1, opens_minute: 9 * 60, closes_minute: 17 * 60 }],
        ..v1::Schedule::default()
    };
    let (mut expected, mut at) = (Vec::new(), 0);
    for (id, zone) in [("r-1", "Europe/Berlin"), ("r-2", "Asia/Shanghai"), ("r-3", "")] {
        let made = v1::Resource {
            organization_external: Some(external("demo", "org-xq-nuanyang")),
            categories: vec!["test.trunk".to_owned()],
            schedule: (!zone.is_empty()).then(|| schedule(zone)),
            ..resource(id, "")
        };
        let request = v1::CreateResourceRequest { resource: Some(made), request_id: String::new() };
        let answer = told(served.catalog(OPERATOR).create_resource(request).await).expect("created");
        expected.push((answer.resource.expect("one").name, zone.to_owned()));
        at = answer.log_position;
    }
    // A Friday.
    let asked_at = "2026-11-27T12:00:00Z";
    let item =
        v1::NeedItem { category: "test.trunk".to_owned(), quantity: quantity(1, "piece"), ..v1::NeedItem::default() };
    let mobility = Some(v1::Mobility { delivery: true, ..v1::Mobility::default() });
    let request = v1::FindResourcesRequest {
        inline_need: Some(v1::Need { items: vec![item], mobility, ..desk_need(false) }),
        evaluation_time: Some(asked_at.parse().expect("RFC 3339")),
        min_position: at,
        ..v1::FindResourcesRequest::default()
    };
    let found = told(served.matching(OPERATOR).find_resources(request).await).expect("an answer");
    let mut zones: Vec<_> =
        found.items[0].candidates.iter().map(|c| (c.resource.clone().unwrap().name, c.time_zone.clone())).collect();
    zones.sort();
    expected.sort();
    assert_eq!(zones, expected);

    let server = format!("http://{}", served.address);
    // Whatever the clocks of the machine that asks.
    for zone in ["UTC", "Europe/Berlin"] {
        let mut command = wishwell_test_support::process::command();
        command.env_clear().env("TZ", zone).current_dir(served.process.folder());
        command.args(["find", "--category", "test.trunk", "--division", "640104", "--delivery", "--unit", "piece"]);
        let output = command.args(["--at", asked_at, "--server", &server, "--lang", "en"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in ["2026-11-30 09:00 Europe/Berlin", "2026-11-30 09:00\n", "as of 2026-11-27 20:00 Asia/Shanghai"] {
            assert!(said.contains(line), "{zone}: {said}{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
