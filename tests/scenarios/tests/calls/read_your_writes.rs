//! A write answers where the log is; a read that names this position sees the write, or says that it is not there yet.

use std::time::{Duration, Instant};

use prost::Message as _;
use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::told::{metadata, quantity, reason, text, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const OPERATOR: &str = "demo-operator";

fn resource(draws: Vec<v1::CapacityDraw>) -> v1::Resource {
    v1::Resource {
        organization_external: Some(external("demo", "org-xq-nuanyang")),
        title: text("a visit"),
        content: "a visit".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["living-care.regular-visit".to_owned()],
        areas: vec![v1::ServiceArea { division: "640104".to_owned(), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Remote.into()],
        draws,
        ..v1::Resource::default()
    }
}

/// A visit on 5 January 2027 in the morning, asked for on the fourth.
async fn ask(served: &Served, min_position: i64) -> v1::ItemMatches {
    let window = v1::TimeWindow {
        start_time: Some("2027-01-05T01:00:00Z".parse().expect("RFC 3339")),
        end_time: Some("2027-01-05T05:00:00Z".parse().expect("RFC 3339")),
    };
    let need = v1::Need {
        items: vec![v1::NeedItem {
            category: "living-care.regular-visit".to_owned(),
            quantity: quantity(1, "visit"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { remote: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        window: Some(window),
        ..v1::Need::default()
    };
    let request = v1::FindResourcesRequest {
        inline_need: Some(need),
        top_k: Some(100),
        near_miss_limit: Some(50),
        min_position,
        evaluation_time: Some("2027-01-04T00:00:00Z".parse().expect("RFC 3339")),
        ..v1::FindResourcesRequest::default()
    };
    let found = told(served.matching(HOTLINE).find_resources(request).await).expect("an answer");
    assert!(found.log_position >= min_position);
    found.items.into_iter().next().expect("one item")
}

fn is(resource: Option<&v1::ResourceSummary>, name: &str) -> bool {
    resource.is_some_and(|resource| resource.name == name)
}

#[tokio::test]
async fn a_question_that_names_the_position_of_a_write_sees_it_every_time() {
    let served = Served::demo().await;
    let mut catalog = served.catalog(OPERATOR);
    let mut position = 0;
    for _ in 0..20 {
        let request = v1::CreateResourceRequest { resource: Some(resource(Vec::new())), request_id: String::new() };
        let answer = told(catalog.create_resource(request).await).expect("created");
        assert!(answer.log_position > position, "positions grow");
        position = answer.log_position;
        let name = answer.resource.expect("one").name;
        let seen = ask(&served, position).await;
        assert!(seen.candidates.iter().any(|found| is(found.resource.as_ref(), &name)), "{name} at {position}");
        let pause = v1::UpdateResourceRequest {
            name: name.clone(),
            resource: Some(v1::Resource { lifecycle: v1::ResourceLifecycle::Paused.into(), ..Default::default() }),
            update_mask: wishwell_scenarios::told::mask(&["lifecycle"]),
            ..Default::default()
        };
        position = told(catalog.update_resource(pause).await).expect("paused").log_position;
        let seen = ask(&served, position).await;
        assert!(!seen.candidates.iter().any(|found| is(found.resource.as_ref(), &name)), "{name} is paused");
    }
}

#[tokio::test]
async fn a_used_up_resource_becomes_a_near_miss_that_says_when_it_is_free_again() {
    let served = Served::demo().await;
    let mut catalog = served.catalog(OPERATOR);
    let pool = v1::CapacityPool {
        organization_external: Some(external("demo", "org-xq-nuanyang")),
        title: "visits".to_owned(),
        kind: v1::CapacityKind::Slots.into(),
        unit: "visit".to_owned(),
        period: v1::CapacityPeriod::Day.into(),
        time_zone: "Asia/Shanghai".to_owned(),
        total: Some(2),
        ..v1::CapacityPool::default()
    };
    let request = v1::CreateCapacityPoolRequest { capacity_pool: Some(pool), request_id: String::new() };
    let pool = told(catalog.create_capacity_pool(request).await).expect("created").capacity_pool.expect("one").name;
    let draw = v1::CapacityDraw { pool: pool.clone(), quantity_per_unit: 1, ..v1::CapacityDraw::default() };
    let request = v1::CreateResourceRequest { resource: Some(resource(vec![draw])), request_id: String::new() };
    let created = told(catalog.create_resource(request).await).expect("created");
    let name = created.resource.expect("one").name;
    let left = |seen: &v1::ItemMatches| {
        let found = seen.candidates.iter().find(|found| is(found.resource.as_ref(), &name))?;
        found.capacity.as_ref().and_then(|capacity| capacity.remaining)
    };
    assert_eq!(left(&ask(&served, created.log_position).await), Some(2));

    let set = |day: &str, used| v1::SetCapacityRequest {
        name: pool.clone(),
        period_start: day.to_owned(),
        used_elsewhere: Some(used),
        ..Default::default()
    };
    let at = told(catalog.set_capacity(set("2027-01-05", 1)).await).expect("set").log_position;
    assert_eq!(left(&ask(&served, at).await), Some(1));
    told(catalog.set_capacity(set("2027-01-06", 2)).await).expect("set");
    let at = told(catalog.set_capacity(set("2027-01-05", 2)).await).expect("set").log_position;
    let seen = ask(&served, at).await;
    assert_eq!(left(&seen), None, "used up");
    let miss = seen.near_misses.iter().find(|miss| is(miss.resource.as_ref(), &name)).expect("a near miss");
    assert_eq!(miss.reasons.len(), 1, "{miss:?}");
    let why = &miss.reasons[0];
    assert_eq!((why.code(), why.date.as_str()), (v1::MissReason::NoCapacity, "2027-01-07"));
    assert_eq!(why.text.as_ref().expect("in words").en, "fully used, free again on 7 January");
    let at = told(catalog.set_capacity(set("2027-01-05", 0)).await).expect("set").log_position;
    assert_eq!(left(&ask(&served, at).await), Some(2), "and a candidate again");
}

#[tokio::test]
async fn each_read_waits_two_seconds_for_a_position_and_then_says_how_far_it_is() {
    let served = Served::demo().await;
    let far = i64::MAX;
    let id = "01890000-0000-7000-8000-000000000000";
    let named = |kind: &str| format!("{kind}/{id}");
    let calls: Vec<(&str, Vec<u8>)> = vec![
        (
            "CatalogService/GetOrganization",
            v1::GetOrganizationRequest { name: named("organizations"), min_position: far }.encode_to_vec(),
        ),
        (
            "CatalogService/GetResource",
            v1::GetResourceRequest { name: named("resources"), min_position: far }.encode_to_vec(),
        ),
        (
            "CatalogService/GetCapacityPool",
            v1::GetCapacityPoolRequest { name: named("capacityPools"), min_position: far }.encode_to_vec(),
        ),
        (
            "CatalogService/ListOrganizations",
            v1::ListOrganizationsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "CatalogService/ListResources",
            v1::ListResourcesRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "CatalogService/ListCapacityPools",
            v1::ListCapacityPoolsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "CatalogService/ListCategories",
            v1::ListCategoriesRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "CatalogService/ListDivisions",
            v1::ListDivisionsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "CatalogService/GetCategory",
            v1::GetCategoryRequest { name: "categories/education".to_owned(), min_position: far }.encode_to_vec(),
        ),
        (
            "CatalogService/GetDivision",
            v1::GetDivisionRequest { name: "divisions/64".to_owned(), min_position: far }.encode_to_vec(),
        ),
        (
            "NeedService/GetBeneficiary",
            v1::GetBeneficiaryRequest { name: named("beneficiaries"), min_position: far, ..Default::default() }
                .encode_to_vec(),
        ),
        (
            "NeedService/GetHousehold",
            v1::GetHouseholdRequest { name: named("households"), min_position: far }.encode_to_vec(),
        ),
        (
            "NeedService/GetNeed",
            v1::GetNeedRequest { name: named("needs"), min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "NeedService/ListBeneficiaries",
            v1::ListBeneficiariesRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        ("NeedService/ListNeeds", v1::ListNeedsRequest { min_position: far, ..Default::default() }.encode_to_vec()),
        (
            "MatchingService/FindResources",
            v1::FindResourcesRequest { need: named("needs"), min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "MatchingService/FindNeeds",
            v1::FindNeedsRequest { resource: named("resources"), min_position: far, ..Default::default() }
                .encode_to_vec(),
        ),
        ("MatchingService/GetRound", v1::GetRoundRequest { name: named("rounds"), min_position: far }.encode_to_vec()),
        (
            "MatchingService/ListRounds",
            v1::ListRoundsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "MatchingService/ListRoundOutcomes",
            v1::ListRoundOutcomesRequest { round: named("rounds"), min_position: far, ..Default::default() }
                .encode_to_vec(),
        ),
        (
            "MatchingService/GetRoundReport",
            v1::GetRoundReportRequest { round: named("rounds"), min_position: far }.encode_to_vec(),
        ),
        (
            "ReferralService/GetReferral",
            v1::GetReferralRequest { name: named("referrals"), min_position: far, ..Default::default() }
                .encode_to_vec(),
        ),
        (
            "ReferralService/ListReferrals",
            v1::ListReferralsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "ReferralService/GetSupervision",
            v1::GetSupervisionRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "NotificationService/GetSubscription",
            v1::GetSubscriptionRequest { name: format!("subscriptions/{id}"), min_position: far }.encode_to_vec(),
        ),
        (
            "NotificationService/ListSubscriptions",
            v1::ListSubscriptionsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "NotificationService/ListNotifications",
            v1::ListNotificationsRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
        (
            "ReferralService/ListWishes",
            v1::ListWishesRequest { min_position: far, ..Default::default() }.encode_to_vec(),
        ),
    ];
    let with_position: usize = wishwell_api::descriptor_pool()
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .filter(|method| method.input().get_field_by_name("min_position").is_some())
        .count();
    assert_eq!(calls.len(), with_position, "every read of the contract that takes a position is asked");
    let served = &served;
    let waiting = calls.into_iter().map(|(method, message)| async move {
        let started = Instant::now();
        let key = if method.starts_with("NotificationService") { "demo-operator" } else { HOTLINE };
        let status = served.call_raw(&format!("/wishwell.v1.{method}"), key, message).await.expect_err(method);
        (method, status, started.elapsed())
    });
    let mut handles = Vec::new();
    for call in waiting {
        handles.push(call);
    }
    for (method, status, waited) in join_all(handles).await {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "POSITION_NOT_REACHED"), "{method}");
        assert_eq!(metadata(&status, "asked"), far.to_string(), "{method}");
        assert!(metadata(&status, "reached").parse::<i64>().expect("a number") > 0, "{method}");
        assert!((Duration::from_millis(1_900)..Duration::from_secs(6)).contains(&waited), "{method}: {waited:?}");
    }
}

/// All of them at once, in order.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
