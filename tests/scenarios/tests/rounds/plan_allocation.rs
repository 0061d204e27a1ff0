//! Plans of what a caller brings: nothing is stored, every bound is told, and nothing of a size or shape gets a wrong optimum.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tonic::{Code, Request, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{HOTLINE, OPERATOR, PARTNER};
use wishwell_scenarios::told::{metadata, point, reason, refused, told, violations};

/// Most units anywhere.
const MOST: i64 = 1 << 40;

fn rules(rules: v1::PlanRules) -> v1::PlanAllocationRequest {
    v1::PlanAllocationRequest { rules: Some(rules), ..v1::PlanAllocationRequest::default() }
}

fn usual() -> v1::PlanAllocationRequest {
    rules(v1::PlanRules::default())
}

fn needs(needs: Vec<v1::PlanNeed>) -> v1::PlanAllocationRequest {
    v1::PlanAllocationRequest { needs: Some(v1::PlanNeeds { needs }), ..v1::PlanAllocationRequest::default() }
}

fn resources(resources: Vec<v1::PlanResource>) -> v1::PlanAllocationRequest {
    let resources = Some(v1::PlanResources { resources });
    v1::PlanAllocationRequest { resources, ..v1::PlanAllocationRequest::default() }
}

fn pairs(need_index: i32, of: &[(i32, f64)]) -> v1::PlanAllocationRequest {
    let (resource_indexes, distances) = of.iter().copied().unzip();
    let pairs = Some(v1::PlanPairs { need_index, resource_indexes, distances });
    v1::PlanAllocationRequest { pairs, ..v1::PlanAllocationRequest::default() }
}

fn need(id: &str, quantity: i64, tier: i32) -> v1::PlanNeed {
    v1::PlanNeed { id: id.to_owned(), quantity, tier, categories: vec!["kit".to_owned()], ..v1::PlanNeed::default() }
}

fn resource(id: &str, capacity: i64) -> v1::PlanResource {
    v1::PlanResource { id: id.to_owned(), capacity, categories: vec!["kit".to_owned()], ..Default::default() }
}

async fn plan(
    served: &Served,
    key: &'static str,
    messages: Vec<v1::PlanAllocationRequest>,
) -> Result<v1::PlanAllocationResponse, Status> {
    told(served.matching(key).plan_allocation(tokio_stream::iter(messages)).await)
}

fn shown(answer: &v1::PlanAllocationResponse) -> Vec<(i32, i32, i64)> {
    answer.servings.iter().map(|serving| (serving.need_index, serving.resource_index, serving.units)).collect()
}

#[tokio::test]
async fn the_most_urgent_come_first_then_what_is_nearest_and_the_same_question_has_the_same_answer() {
    let served = Served::demo().await;
    let messages = vec![
        rules(v1::PlanRules { given_pairs_only: true, ..v1::PlanRules::default() }),
        needs(vec![need("low", 2, 4), need("emergency", 3, 1)]),
        resources(vec![resource("near", 2), resource("far", 2)]),
        needs(vec![need("nobody", 1, 1)]),
        pairs(0, &[(0, 1.5), (1, 0.25)]),
        pairs(1, &[(1, 20.0), (0, 10.0)]),
    ];
    let answer = plan(&served, OPERATOR, messages.clone()).await.expect("planned");
    assert!(answer.certificate_verified && answer.optimal, "{answer:?}");
    // The emergency takes what is near and one of what is far; the one left goes to the other.
    assert_eq!(shown(&answer), [(0, 1, 1), (1, 0, 2), (1, 1, 1)]);
    assert_eq!(answer.servings[0].distance, 0.25);
    let unserved: Vec<_> = answer.unserved.iter().map(|left| (left.need_index, left.units, left.reason())).collect();
    assert_eq!(unserved, [(0, 1, v1::UnservedReason::Capacity), (2, 1, v1::UnservedReason::NoCandidate)]);
    let tally = answer.tally.expect("told");
    assert_eq!((tally.items, tally.served_items, tally.partly_served_items, tally.unserved_items), (3, 1, 1, 1));
    assert_eq!((tally.asked_units, tally.served_units), (6, 4));
    assert!(answer.levels.iter().all(|level| level.gap == "0"));
    assert_eq!(plan(&served, OPERATOR, messages).await.expect("again"), answer);
}

/// What something costs or gains by level and tier.
type Levels = Vec<(v1::RoundLevelKind, i32, i64)>;

fn priced(price: &[v1::RoundPrice]) -> Levels {
    price.iter().map(|level| (level.kind(), level.tier, level.amount)).collect()
}

/// The resources with a price, and what it is.
fn prices(answer: &v1::PlanAllocationResponse) -> Vec<(i32, Levels)> {
    answer.prices.iter().map(|of| (of.resource_index, priced(&of.price))).collect()
}

#[tokio::test]
async fn what_one_unit_more_gains_is_told_and_comes_true() {
    use v1::RoundLevelKind::{Distance, Load, Tier};
    let served = Served::demo().await;
    let question = |scarce: i64, whole: bool| {
        let by_units = v1::PlanRules { counting: v1::RoundCounting::Units.into(), ..v1::PlanRules::default() };
        vec![
            rules(v1::PlanRules { given_pairs_only: true, ..by_units }),
            needs(vec![need("first", 3, 1), need("second", 4, 2), v1::PlanNeed { whole, ..need("third", 2, 3) }]),
            resources(vec![resource("scarce", scarce), resource("plenty", 9)]),
            pairs(0, &[(0, 1.0), (1, 5.0)]),
            pairs(1, &[(0, 2.0)]),
            pairs(2, &[(1, 3.0)]),
        ]
    };
    let answer = plan(&served, OPERATOR, question(2, false)).await.expect("planned");
    assert!(answer.flow && answer.optimal);
    // The second gets what the first can get elsewhere, and two more; a unit more of the scarce one serves it, two away, and
    // its load costs one.
    assert_eq!(shown(&answer), [(0, 1, 3), (1, 0, 2), (2, 1, 2)]);
    assert_eq!(prices(&answer), [(0, vec![(Tier, 2, 1), (Distance, 0, -2_000)])]);
    let gap = &answer.gaps[0];
    assert_eq!((answer.gaps.len(), gap.resource_index, gap.tier, gap.need_index), (1, 0, 2, 1));
    assert_eq!(
        (gap.units, gap.exact, priced(&gap.price)),
        (2, true, vec![(Tier, 2, 1), (Distance, 0, -2_000), (Load, 0, -1)])
    );
    let served_units = |answer: &v1::PlanAllocationResponse| answer.tally.as_ref().expect("told").served_units;
    let before = served_units(&answer);
    for more in 1..=3 {
        let answer = plan(&served, OPERATOR, question(2 + more, false)).await.expect("planned");
        assert_eq!(served_units(&answer), before + more.min(gap.units), "{more} more");
        assert_eq!(answer.gaps.is_empty(), more >= gap.units, "{more} more");
    }
    // What needs whole numbers has no prices that prove it.
    let answer = plan(&served, OPERATOR, question(2, true)).await.expect("planned");
    assert!(!answer.flow && answer.prices.is_empty() && answer.gaps.is_empty(), "{answer:?}");
}

#[tokio::test]
async fn without_pairs_categories_and_places_say_who_can_serve_whom() {
    let served = Served::demo().await;
    let placed = |mut need: v1::PlanNeed, latitude| {
        need.place = point(latitude, 106.2);
        need
    };
    let there = |mut resource: v1::PlanResource, latitude| {
        resource.place = point(latitude, 106.2);
        resource
    };
    let other = v1::PlanNeed { categories: vec!["bed".to_owned()], ..need("bed", 1, 1) };
    let messages = vec![
        rules(v1::PlanRules { distance_max: Some(20_000.0), ..v1::PlanRules::default() }),
        resources(vec![there(resource("south", 1), 38.0), there(resource("north", 1), 38.5)]),
        needs(vec![placed(need("north", 1, 3), 38.49), placed(need("south", 1, 3), 38.01), other]),
    ];
    let answer = plan(&served, OPERATOR, messages).await.expect("planned");
    assert_eq!(shown(&answer), [(0, 1, 1), (1, 0, 1)]);
    assert!(answer.servings.iter().all(|serving| (1_000.0..1_300.0).contains(&serving.distance)), "{answer:?}");
    assert_eq!(answer.unserved[0].reason(), v1::UnservedReason::NoCandidate);
}

#[tokio::test]
async fn what_binds_is_kept_and_named() {
    let served = Served::demo().await;
    let of = |organization: &str, resource: v1::PlanResource| v1::PlanResource {
        organization: organization.to_owned(),
        ..resource
    };
    let cap = v1::PlanOrganizationCap { organization: "a".to_owned(), units: 3 };
    let capped = vec![
        rules(v1::PlanRules { organization_caps: vec![cap], ..v1::PlanRules::default() }),
        resources(vec![of("a", resource("one", 2)), of("a", resource("two", 2))]),
        needs(vec![need("x", 2, 1), need("y", 2, 2)]),
    ];
    let answer = plan(&served, OPERATOR, capped).await.expect("planned");
    assert_eq!(answer.tally.expect("told").served_units, 3);
    assert_eq!(answer.unserved[0].reason(), v1::UnservedReason::OrganizationCap);

    let whole = vec![
        usual(),
        resources(vec![resource("one", 2)]),
        needs(vec![v1::PlanNeed { whole: true, ..need("x", 3, 1) }]),
    ];
    let answer = plan(&served, OPERATOR, whole).await.expect("planned");
    assert_eq!((shown(&answer), answer.unserved[0].reason()), (vec![], v1::UnservedReason::Whole));

    let bundled = |id, quantity| v1::PlanNeed { bundle: "home".to_owned(), ..need(id, quantity, 1) };
    let together = vec![
        usual(),
        resources(vec![resource("one", 4)]),
        needs(vec![bundled("bed", 2), bundled("lift", 3), need("alone", 4, 4)]),
    ];
    let answer = plan(&served, OPERATOR, together).await.expect("planned");
    assert_eq!(shown(&answer), [(2, 0, 4)], "a bundle that can never fit takes nothing");
    assert_eq!(answer.unserved[0].reason(), v1::UnservedReason::Bundle);

    let half = v1::PlanGuarantee { group: "old".to_owned(), share_permille: 500 };
    let old = v1::PlanNeed { group: "old".to_owned(), ..need("old", 4, 4) };
    let guaranteed = vec![
        rules(v1::PlanRules { guarantees: vec![half], guarantee_first: true, ..v1::PlanRules::default() }),
        resources(vec![resource("one", 4)]),
        needs(vec![need("urgent", 4, 1), old]),
    ];
    let answer = plan(&served, OPERATOR, guaranteed).await.expect("planned");
    assert_eq!(shown(&answer), [(0, 0, 2), (1, 0, 2)]);
}

#[tokio::test]
async fn the_largest_quantities_and_distances_are_planned_exactly() {
    let served = Served::demo().await;
    let far = f64::from(1 << 30);
    let messages = vec![
        rules(v1::PlanRules { given_pairs_only: true, ..v1::PlanRules::default() }),
        needs(vec![need("all", MOST, 1), need("rest", MOST, 2)]),
        resources(vec![resource("one", MOST), resource("none", 0), resource("little", 1)]),
        pairs(0, &[(0, far), (1, 0.0)]),
        pairs(1, &[(0, 0.0), (2, far)]),
    ];
    let answer = plan(&served, OPERATOR, messages).await.expect("planned");
    assert!(answer.certificate_verified && answer.optimal);
    assert_eq!(shown(&answer), [(0, 0, MOST), (1, 2, 1)]);
    assert_eq!(answer.unserved[0].units, MOST - 1);
    let distance = answer.levels.iter().find(|level| level.kind() == v1::RoundLevelKind::Distance).expect("a level");
    assert_eq!(distance.reached.parse::<i128>().unwrap(), -(i128::from(MOST) + 1) * (1 << 30));
}

#[tokio::test]
async fn everything_wrong_with_a_plan_is_told_at_once() {
    let served = Served::demo().await;
    let late = v1::PlanNeed { time_left: Some(prost_types::Duration { seconds: -1, nanos: 0 }), ..need("late", 1, 1) };
    let messages = vec![
        usual(),
        needs(vec![need("a", 1, 1), need("a", 0, 9), late, need("b", MOST + 1, 1)]),
        resources(vec![resource("a", -1), resource("a", 1)]),
        pairs(0, &[(0, f64::INFINITY), (1, -1.0)]),
        pairs(1, &[(0, f64::NAN), (0, 1.0)]),
        pairs(1, &[(7, 1.0)]),
        pairs(99, &[(1, 1.0)]),
        usual(),
    ];
    let status = plan(&served, OPERATOR, messages).await.expect_err("refused");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
    let fields: BTreeSet<String> = violations(&status).into_iter().map(|told| told.field).collect();
    for expected in [
        "messages[1].needs.needs[1].id",
        "messages[1].needs.needs[1].quantity",
        "messages[1].needs.needs[1].tier",
        "messages[1].needs.needs[2].time_left",
        "messages[1].needs.needs[3].quantity",
        "messages[2].resources.resources[0].capacity",
        "messages[2].resources.resources[1].id",
        "messages[3].pairs.distances[0]",
        "messages[3].pairs.distances[1]",
        "messages[4].pairs.distances[0]",
        "messages[4].pairs.resource_indexes",
        "messages[5].pairs.need_index",
        "messages[5].pairs.resource_indexes",
        "messages[6].pairs.need_index",
        "messages[7].rules",
    ] {
        assert!(fields.contains(expected), "{expected} in {fields:?}");
    }
    let status = plan(&served, OPERATOR, vec![needs(vec![need("a", 1, 1)])]).await.expect_err("no rules");
    assert!(violations(&status).iter().any(|told| told.field == "messages[0].needs"), "{status:?}");
    let status = plan(&served, OPERATOR, Vec::new()).await.expect_err("nothing");
    assert_eq!(reason(&status), "INVALID_FIELDS");
    let bent = v1::PlanRules { aims: vec![v1::RoundAim::Load.into()], ..v1::PlanRules::default() };
    let status = plan(&served, OPERATOR, vec![rules(bent)]).await.expect_err("one aim");
    assert!(violations(&status).iter().any(|told| told.field == "messages[0].rules.aims"), "{status:?}");
    refused("a partner", plan(&served, PARTNER, vec![usual()]).await, "PERMISSION_DENIED", "");
    // It goes on as before.
    plan(&served, OPERATOR, vec![usual()]).await.expect("nothing to plan is a plan");
}

#[tokio::test]
async fn more_than_a_plan_holds_is_refused_before_it_is_kept() {
    let served = Served::demo().await;
    let row: Vec<(i32, f64)> = (0..50_000).map(|resource| (resource, 1.0)).collect();
    let mut messages = vec![usual()];
    messages.extend(
        (0..5).map(|chunk| resources((0..10_000).map(|number| resource(&format!("{chunk}-{number}"), 1)).collect())),
    );
    messages.push(needs((0..200).map(|number| need(&number.to_string(), 1, 1)).collect()));
    let mut given = messages.clone();
    given.extend((0..200).map(|number| pairs(number, &row)));
    let status = refused("pairs", plan(&served, OPERATOR, given).await, "MESSAGE_TOO_LARGE", "");
    assert_eq!((metadata(&status, "limit").as_str(), metadata(&status, "max").as_str()), ("plan_pairs_max", "8000000"));
    // As many by their categories alone.
    let status = refused("found pairs", plan(&served, OPERATOR, messages.clone()).await, "MESSAGE_TOO_LARGE", "");
    assert_eq!(metadata(&status, "limit"), "plan_pairs_max");
    messages.push(resources(vec![resource("one more", 1)]));
    let status = refused("resources", plan(&served, OPERATOR, messages).await, "MESSAGE_TOO_LARGE", "");
    assert_eq!(metadata(&status, "limit"), "plan_resources_max");
    let mut many = vec![usual()];
    many.extend((0..11).map(|chunk| needs((0..10_000).map(|n| need(&format!("{chunk}-{n}"), 1, 1)).collect())));
    let status = refused("needs", plan(&served, OPERATOR, many).await, "MESSAGE_TOO_LARGE", "");
    assert_eq!(metadata(&status, "limit"), "plan_needs_max");
}

#[tokio::test]
async fn an_answer_that_is_longer_than_the_caller_takes_is_refused() {
    let served = Served::demo().await;
    let taking = |answer_bytes_max| {
        let rules = rules(v1::PlanRules { answer_bytes_max, ..v1::PlanRules::default() });
        vec![rules, needs(vec![need("a", 1, 1)]), resources(vec![resource("b", 1)])]
    };
    let answer = plan(&served, OPERATOR, taking(0)).await.expect("4 MiB are enough");
    let bytes = i32::try_from(prost::Message::encoded_len(&answer)).expect("few");
    let same = plan(&served, OPERATOR, taking(bytes)).await.expect("just enough");
    assert_eq!(same.servings, answer.servings);
    let status = refused("less", plan(&served, OPERATOR, taking(bytes - 1)).await, "ANSWER_TOO_LARGE", "");
    assert_eq!((status.code(), metadata(&status, "max")), (Code::FailedPrecondition, (bytes - 1).to_string()));
    assert!(status.message().contains("answer_bytes_max"), "{status:?}");
}

#[tokio::test]
async fn a_call_whose_time_is_over_ends_and_frees_its_place() {
    let served = Served::demo().await;
    for _ in 0..4 {
        let started = Instant::now();
        // Messages that never end.
        let endless = tokio_stream::StreamExt::chain(tokio_stream::iter(vec![usual()]), tokio_stream::pending());
        let mut request = Request::new(endless);
        request.set_timeout(Duration::from_millis(200));
        let status = told(served.matching(OPERATOR).plan_allocation(request).await).expect_err("no time");
        assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
    plan(&served, OPERATOR, vec![usual()]).await.expect("there is a place");
}

#[tokio::test]
async fn whoever_sends_nothing_keeps_no_one_else_from_planning() {
    let served = Served::demo().await;
    let silent = || {
        let mut client = served.matching(OPERATOR);
        tokio::spawn(async move {
            // Refused as long as the questions below are in its place.
            loop {
                let first = tokio_stream::StreamExt::chain(tokio_stream::iter([usual()]), tokio_stream::pending());
                let _ = client.plan_allocation(first).await;
            }
        })
    };
    let held = [silent(), silent()];
    let messages = || vec![usual(), needs(vec![need("one", 1, 1)]), resources(vec![resource("that", 1)])];
    let started = Instant::now();
    let status = loop {
        match plan(&served, OPERATOR, messages()).await {
            Err(status) => break status,
            Ok(_) => assert!(started.elapsed() < Duration::from_secs(20), "the two hold nothing"),
        }
    };
    let told = ["limit", "max"].map(|key| metadata(&status, key));
    assert_eq!(
        (status.code(), told),
        (Code::ResourceExhausted, ["plans_kept_per_caller_max".to_owned(), "2".to_owned()])
    );
    let answer = plan(&served, HOTLINE, messages()).await.expect("planned beside them");
    assert_eq!(shown(&answer), [(0, 0, 1)]);
    for held in held {
        held.abort();
    }
    let started = Instant::now();
    while plan(&served, OPERATOR, messages()).await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "nobody made room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
