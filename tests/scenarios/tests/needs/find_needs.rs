//! The reverse question: which needs could a resource serve, and how much of them is shown to whom.

use std::collections::BTreeSet;

use wishwell_api::v1;
use wishwell_scenarios::told::{point, quantity, refused, text, told};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const PARTNER: &str = "demo-partner";
const OPERATOR: &str = "demo-operator";
const AUDITOR: &str = "demo-auditor";
/// A community below a street of Xingqing.
const COMMUNITY: &str = "640104001777";

/// A category of its own, so that the demo's needs stay out of it, a community, and a resource of the demo's partner.
async fn resource(served: &Served) -> String {
    resource_for(served, None).await
}

/// The same for those whom a rule admits.
async fn resource_for(served: &Served, eligibility: Option<&str>) -> String {
    let rule = eligibility.map(|rule| v1::Eligibility { expression: rule.to_owned(), statement: text("for some") });
    let mut catalog = served.catalog(OPERATOR);
    let category = v1::Category { code: "test.trunk".to_owned(), title: text("trunk"), ..v1::Category::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
    told(catalog.batch_upsert_categories(request).await).expect("put");
    let community = v1::Division {
        code: COMMUNITY.to_owned(),
        edition: 2020,
        parent: "640104001".to_owned(),
        title: text("a community"),
        ..v1::Division::default()
    };
    let request = v1::BatchUpsertDivisionsRequest { divisions: vec![community], request_id: String::new() };
    told(catalog.batch_upsert_divisions(request).await).expect("put");
    let resource = v1::Resource {
        organization_external: Some(external("demo", "org-xq-nuanyang")),
        title: text("a trunk"),
        content: "a trunk".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec!["test.trunk".to_owned()],
        place: point(38.40, 106.20),
        areas: ["640104", "640106"]
            .map(|code| v1::ServiceArea { division: code.to_owned(), ..v1::ServiceArea::default() })
            .to_vec(),
        modes: vec![v1::DeliveryMode::Delivery.into(), v1::DeliveryMode::OnSite.into()],
        eligibility: rule,
        ..v1::Resource::default()
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    told(catalog.create_resource(request).await).expect("created").resource.expect("one").name
}

fn need(urgency: v1::Urgency, latitude: f64, title: &str) -> v1::Need {
    let wish = v1::Wish {
        title: title.to_owned(),
        consent_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        consent_given_by: "herself".to_owned(),
        publish_time: None,
        division: String::new(),
    };
    v1::Need {
        items: vec![v1::NeedItem {
            category: "test.trunk".to_owned(),
            quantity: quantity(1, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: urgency.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { max_travel_metres: Some(50_000), delivery: true, ..v1::Mobility::default() }),
        place: point(latitude, 106.20),
        division: COMMUNITY.to_owned(),
        description: "secret".to_owned(),
        wish: (!title.is_empty()).then_some(wish),
        ..v1::Need::default()
    }
}

async fn submit(served: &Served, need: v1::Need) -> v1::SubmitNeedResponse {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(HOTLINE).submit_need(request).await).expect("submitted")
}

async fn find(served: &Served, key: &'static str, request: v1::FindNeedsRequest) -> v1::FindNeedsResponse {
    told(served.matching(key).find_needs(request).await).expect("an answer")
}

#[tokio::test]
async fn a_partner_sees_wishes_from_afar_an_operator_needs_by_division_and_the_hotline_where_they_are() {
    let served = Served::demo().await;
    let resource = resource(&served).await;
    let wished = submit(&served, need(v1::Urgency::Urgent, 38.43, "a trunk for school")).await;
    let wished = wished.need.expect("one");
    let silent = submit(&served, need(v1::Urgency::Normal, 38.41, "")).await;
    let silent_name = silent.need.expect("one").name;
    let ask =
        || v1::FindNeedsRequest { resource: resource.clone(), min_position: silent.log_position, ..Default::default() };

    let seen = find(&served, PARTNER, ask()).await;
    assert_eq!(seen.matches.len(), 1, "only what is published: {seen:?}");
    let wish = &seen.matches[0];
    assert_eq!((wish.title.as_str(), wish.category.as_str()), ("a trunk for school", "test.trunk"));
    assert_eq!((wish.need.as_str(), wish.distance_metres), ("", None), "no name, no number");
    let listed = v1::ListWishesRequest { wish: wish.wish.clone(), ..Default::default() };
    let listed = told(served.referrals(PARTNER).list_wishes(listed).await).expect("listed").items;
    let named: Vec<_> = listed.iter().map(|item| (item.title.as_str(), item.item_ordinal)).collect();
    assert_eq!(named, [("a trunk for school", wish.item_ordinal)], "the pool knows it by the same name");
    assert_eq!(wish.eligibility(), v1::EligibilityVerdict::Unspecified);
    assert_eq!(
        wish.distance_band(),
        v1::DistanceBand::Unspecified,
        "from a place that is not shown there is no distance"
    );
    assert_eq!(wish.division, "", "nobody else lacks the same");
    assert_eq!(wish.urgency(), v1::Urgency::Urgent);
    let monday: Vec<_> = wish.published_week.split('-').collect();
    assert_eq!((monday.len(), wish.published_week.len()), (3, 10), "{}", wish.published_week);
    let said = format!("{seen:?}");
    for hidden in [wished.name.as_str(), "secret", "herself", "38.4", COMMUNITY] {
        assert!(!said.contains(hidden), "{hidden} is shown: {said}");
    }

    let seen = find(&served, HOTLINE, ask()).await.matches;
    assert_eq!(seen.iter().map(|found| found.need.as_str()).collect::<Vec<_>>(), [&wished.name, &silent_name]);
    assert_eq!((seen[0].item_ordinal, seen[0].title.as_str(), seen[1].title.as_str()), (1, "a trunk for school", ""));
    assert_eq!((seen[0].wish.as_str() == wish.wish, seen[1].wish.as_str()), (true, ""));
    assert!((3_300..3_400).contains(&seen[0].distance_metres.expect("both have a place")), "{:?}", seen[0]);
    assert_eq!(seen[0].eligibility(), v1::EligibilityVerdict::Eligible);
    // Two kilometres apart, they are equally far for whoever does not see where people live.
    for key in [OPERATOR, AUDITOR] {
        let from_afar = find(&served, key, ask()).await.matches;
        assert_eq!(from_afar.iter().map(|found| &found.need).collect::<Vec<_>>(), [&wished.name, &silent_name]);
        assert_eq!(from_afar[0].distance_metres, from_afar[1].distance_metres, "{key}");
    }

    // What was withdrawn a moment ago is not shown, whatever the snapshot still has.
    let withdraw = v1::WithdrawNeedRequest { name: wished.name.clone(), ..v1::WithdrawNeedRequest::default() };
    told(served.needs(HOTLINE).withdraw_need(withdraw).await).expect("withdrawn");
    assert!(find(&served, PARTNER, ask()).await.matches.is_empty());
    let unknown = v1::FindNeedsRequest {
        resource: "resources/01890000-0000-7000-8000-000000000000".to_owned(),
        ..Default::default()
    };
    refused("a resource nobody knows", told(served.matching(PARTNER).find_needs(unknown).await), "NOT_FOUND", "");
}

#[tokio::test]
async fn needs_come_by_urgency_then_nearest_first_and_pages_hold_each_exactly_once() {
    use v1::Urgency::{Emergency, Low, Normal, Urgent};
    let served = Served::demo().await;
    let resource = resource(&served).await;
    let sent = [
        (Low, 38.405),
        (Normal, 38.43),
        (Emergency, 38.44),
        (Normal, 38.41),
        (Urgent, 38.42),
        (Emergency, 38.415),
        (Low, 38.45),
    ];
    let mut position = 0;
    for (urgency, latitude) in sent {
        position = submit(&served, need(urgency, latitude, &format!("{urgency:?} {latitude}"))).await.log_position;
    }
    let mut expected: Vec<_> = sent.to_vec();
    expected.sort_by(|a, b| (a.0 as i32).cmp(&(b.0 as i32)).then(a.1.total_cmp(&b.1)));
    let expected: Vec<_> = expected.into_iter().map(|(urgency, latitude)| format!("{urgency:?} {latitude}")).collect();
    let (mut titles, mut token) = (Vec::new(), String::new());
    loop {
        let request = v1::FindNeedsRequest {
            resource: resource.clone(),
            page_size: 3,
            page_token: token.clone(),
            min_position: position,
            evaluation_time: None,
        };
        let page = find(&served, HOTLINE, request).await;
        assert!(page.matches.len() <= 3);
        titles.extend(page.matches.into_iter().map(|found| found.title));
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(titles, expected);
    let other = served.demo_resource("res-nuanyang-visit").await;
    let other = v1::FindNeedsRequest { resource: other, page_token: token, ..Default::default() };
    let other = told(served.matching(HOTLINE).find_needs(other).await);
    refused("the token of another resource", other, "INVALID_PAGE_TOKEN", "page_token");
}

#[tokio::test]
async fn between_two_pages_needs_come_and_go_and_nothing_else_shifts_or_tells_who_it_is() {
    use v1::Urgency::{Emergency, Low, Normal};
    let served = Served::demo().await;
    let resource = resource(&served).await;
    let mut submitted = Vec::new();
    let mut position = 0;
    for latitude in [38.401, 38.402, 38.403, 38.404, 38.405, 38.406, 38.407] {
        let answer = submit(&served, need(Normal, latitude, &format!("Normal {latitude}"))).await;
        position = answer.log_position;
        submitted.push(answer.need.expect("one").name);
    }
    let page = async |token: &str, position: i64, key| {
        let request = v1::FindNeedsRequest {
            resource: resource.clone(),
            page_size: 2,
            page_token: token.to_owned(),
            min_position: position,
            evaluation_time: None,
        };
        find(&served, key, request).await
    };
    let withdraw = async |name: &str| {
        let request = v1::WithdrawNeedRequest { name: name.to_owned(), ..v1::WithdrawNeedRequest::default() };
        told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn").log_position
    };
    let first = page("", position, HOTLINE).await;
    assert_eq!(first.matches.len(), 2);
    for name in &submitted {
        let id = name.trim_start_matches("needs/").replace('-', "");
        assert!(!first.next_page_token.contains(&id), "a token names a need");
    }
    // Both needs of the first page go, the most urgent and the least come.
    withdraw(&submitted[0]).await;
    withdraw(&submitted[1]).await;
    submit(&served, need(Emergency, 38.4005, "Emergency")).await;
    let position = submit(&served, need(Low, 38.4005, "Low")).await.log_position;
    let mut titles: Vec<_> = first.matches.into_iter().map(|found| found.title).collect();
    let second = page(&first.next_page_token, position, HOTLINE).await;
    // One that is still to come goes, too.
    withdraw(&submitted[5]).await;
    let mut next = second.next_page_token.clone();
    titles.extend(second.matches.into_iter().map(|found| found.title));
    while !next.is_empty() {
        let page = page(&next, 0, HOTLINE).await;
        titles.extend(page.matches.into_iter().map(|found| found.title));
        next = page.next_page_token;
    }
    let expected = ["38.401", "38.402", "38.403", "38.404", "38.405", "38.407"].map(|at| format!("Normal {at}"));
    assert_eq!(titles, expected.into_iter().chain(["Low".to_owned()]).collect::<Vec<_>>());

    // A caller that is held to divisions gets whole pages of what lies in them.
    let elsewhere = v1::Need { division: "640106".to_owned(), ..need(Emergency, 38.4001, "elsewhere") };
    let mut position = 0;
    for _ in 0..5 {
        position = submit(&served, elsewhere.clone()).await.log_position;
    }
    let everything = page("", position, HOTLINE).await.matches;
    assert!(everything.iter().all(|found| found.title == "elsewhere"), "they come first: {everything:?}");
    let mine = page("", position, "demo-case-worker").await.matches;
    assert_eq!(mine.iter().map(|found| found.title.as_str()).collect::<Vec<_>>(), ["Emergency", "Normal 38.403"]);
}

#[tokio::test]
async fn what_fits_in_one_direction_fits_in_the_other() {
    let served = Served::demo().await;
    let evaluation_time = Some("2026-11-24T02:00:00Z".parse().expect("RFC 3339"));
    let request = v1::ListNeedsRequest {
        filter: Some(v1::NeedFilter { states: vec![v1::NeedState::Open.into()], ..Default::default() }),
        page_size: 1_000,
        ..Default::default()
    };
    let needs = told(served.needs(OPERATOR).list_needs(request).await).expect("listed").needs;
    // By where people live, and by their divisions.
    for key in [HOTLINE, OPERATOR] {
        fits_both_ways(&served, key, &needs, evaluation_time).await;
    }
}

async fn fits_both_ways(
    served: &Served,
    key: &'static str,
    needs: &[v1::Need],
    evaluation_time: Option<prost_types::Timestamp>,
) {
    let mut pairs: Vec<(String, i32, String)> = Vec::new();
    for need in needs {
        let request = v1::FindResourcesRequest {
            need: need.name.clone(),
            top_k: Some(100),
            near_miss_limit: Some(0),
            evaluation_time,
            ..Default::default()
        };
        let found = told(served.matching(key).find_resources(request).await).expect("an answer");
        for item in found.items {
            let names = item.candidates.into_iter().map(|candidate| candidate.resource.expect("one").name);
            pairs.extend(names.map(|name| (need.name.clone(), item.item_ordinal, name)));
        }
    }
    assert!(pairs.len() > 30, "{key}: {}", pairs.len());
    let resources: BTreeSet<_> = pairs.iter().map(|pair| pair.2.clone()).collect();
    let mut reverse: BTreeSet<(String, i32, String)> = BTreeSet::new();
    for resource in resources {
        let request = v1::FindNeedsRequest {
            resource: resource.clone(),
            page_size: 1_000,
            evaluation_time,
            ..Default::default()
        };
        let found = find(served, key, request).await.matches;
        reverse.extend(found.into_iter().map(|found| (found.need, found.item_ordinal, resource.clone())));
    }
    let missing: Vec<_> = pairs.iter().filter(|pair| !reverse.contains(pair)).collect();
    assert!(missing.is_empty(), "{key}: {} of {} pairs are missing: {missing:?}", missing.len(), pairs.len());
}

#[tokio::test]
async fn a_rule_weighs_groups_and_facts_of_whom_a_need_is_for_as_a_search_for_it_does() {
    let served = Served::demo().await;
    let rule = "'elderly' in group_tags && age_years >= 70";
    let resource = resource_for(&served, Some(rule)).await;
    let (mut submitted, mut min_position) = (Vec::new(), 0);
    for (elderly, age) in [(true, Some(71)), (true, Some(65)), (false, Some(71)), (true, None)] {
        let group_tags = if elderly { vec![v1::GroupTag::Elderly.into()] } else { Vec::new() };
        let age = age.map(|age| v1::Fact { key: "age_years".to_owned(), int_value: Some(age), ..v1::Fact::default() });
        let person = v1::Beneficiary { group_tags, facts: age.into_iter().collect(), ..v1::Beneficiary::default() };
        let request = v1::CreateBeneficiaryRequest { beneficiary: Some(person), request_id: String::new() };
        let person = told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary;
        // Not a word of it in the need itself.
        let need = v1::Need { beneficiary: person.expect("one").name, ..need(v1::Urgency::Normal, 38.40, "a wish") };
        let stored = submit(&served, need).await;
        min_position = stored.log_position;
        submitted.push(stored.need.expect("one").name);
    }
    let request = v1::FindNeedsRequest { resource: resource.clone(), page_size: 1, min_position, ..Default::default() };
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = v1::FindNeedsRequest { page_token: page_token.clone(), ..request.clone() };
        let answer = find(&served, HOTLINE, page).await;
        found.extend(answer.matches.into_iter().map(|one| (one.need, one.eligibility)));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    found.sort();
    let (eligible, open) = (v1::EligibilityVerdict::Eligible.into(), v1::EligibilityVerdict::Unknown.into());
    // Who is not known to be of the group may be.
    let mut expected = [(0, eligible), (2, open), (3, open)].map(|(at, verdict)| (submitted[at].clone(), verdict));
    expected.sort();
    assert_eq!(found, expected);
    // The same the other way round.
    for (at, need) in submitted.iter().enumerate() {
        let request = v1::FindResourcesRequest { need: need.clone(), ..Default::default() };
        let answer = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
        let candidates = &answer.items[0].candidates;
        let fits = candidates.iter().any(|one| one.resource.as_ref().expect("one").name == resource);
        assert_eq!(fits, at != 1, "{at}");
    }
    // What is sealed counts for nobody who may not see it: whoever's age the rule asks for is unknown, of the group or not.
    for key in [OPERATOR, AUDITOR] {
        let page = v1::FindNeedsRequest { page_size: 10, ..request.clone() };
        let found = find(&served, key, page).await.matches;
        assert_eq!(found.len(), 4, "{key}");
        assert!(found.iter().all(|one| one.eligibility() == v1::EligibilityVerdict::Unknown), "{key}: {found:?}");
        for need in &submitted {
            let request = v1::FindResourcesRequest { need: need.clone(), ..Default::default() };
            let answer = told(served.matching(key).find_resources(request).await).expect("found");
            let mut candidates = answer.items[0].candidates.iter();
            let found = candidates.find(|one| one.resource.as_ref().expect("one").name == resource).expect("it may be");
            let missing = found.missing_facts.iter().any(|fact| fact == "age_years");
            assert_eq!((found.eligibility(), missing), (v1::EligibilityVerdict::Unknown, true), "{key}");
        }
    }
    // Partners are told nothing of who it is, not even by absence.
    assert_eq!(find(&served, PARTNER, v1::FindNeedsRequest { page_size: 10, ..request }).await.matches.len(), 4);
}

#[tokio::test]
async fn how_far_a_stored_need_is_tells_whoever_may_not_see_its_place_its_division_alone() {
    let served = Served::demo().await;
    let resource = resource(&served).await;
    // All of an answer but which need it is of.
    let told_of = async |key: &'static str, need: &str, min_position: i64| {
        let request = v1::FindResourcesRequest {
            need: need.to_owned(),
            min_position,
            evaluation_time: Some("2026-11-24T02:00:00Z".parse().expect("RFC 3339")),
            ..Default::default()
        };
        let answer = told(served.matching(key).find_resources(request).await).expect("found");
        assert!(answer.items[0].candidates.iter().any(|one| one.resource.as_ref().expect("one").name == resource));
        answer.items
    };
    let mut answers = Vec::new();
    for latitude in [38.401, 38.43] {
        let stored = submit(&served, need(v1::Urgency::Normal, latitude, "")).await;
        let (name, position) = (stored.need.expect("one").name, stored.log_position);
        let mut of_roles = Vec::new();
        for key in [HOTLINE, OPERATOR, AUDITOR] {
            of_roles.push(told_of(key, &name, position).await);
        }
        answers.push(of_roles);
    }
    let [near, far] = &answers[..] else { panic!("two") };
    assert_ne!(near[0], far[0], "the hotline sees where they live");
    assert_eq!(near[1..], far[1..], "nobody else does");
}

#[tokio::test]
async fn an_answer_for_a_stored_need_says_how_much_of_an_item_can_still_be_referred() {
    use wishwell_scenarios::referring::{NEAR, demo, draw, offer, pool, sharing, stock, submit, to, trunk};
    let served = demo().await;
    let trunks = pool(&served, stock(NEAR, Some(9))).await;
    let trunk = wishwell_scenarios::referring::resource(&served, trunk(NEAR, vec![draw(&trunks, 1)], 38.41)).await;
    let need = submit(&served, sharing(3)).await.name;
    // What can be referred of the item, and what its candidate would serve.
    let told_of = async || {
        let request = v1::FindResourcesRequest { need: need.clone(), ..Default::default() };
        let answer = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
        (answer.items[0].outstanding_quantity, answer.items[0].candidates[0].served_quantity)
    };
    let two = v1::ReferralOffer { quantity: Some(2), ..to(&need, &trunk) };
    offer(&served, HOTLINE, two).await.expect("offered");
    assert_eq!(told_of().await, (Some(1), 1));
    let last = offer(&served, HOTLINE, to(&need, &trunk)).await.expect("offered").name;
    assert_eq!(told_of().await, (Some(0), 3), "as if nothing were referred");
    let withdraw =
        v1::WithdrawReferralRequest { name: last, reason: v1::StepReason::Other.into(), ..Default::default() };
    told(served.referrals(HOTLINE).withdraw_referral(withdraw).await).expect("withdrawn");
    assert_eq!(told_of().await, (Some(1), 1));
    let withdraw = v1::WithdrawNeedRequest { name: need.clone(), ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(withdraw).await).expect("withdrawn");
    assert_eq!(told_of().await.0, Some(0));
}
