//! The needs of the demo, each after a case in the news, find the resources that a social worker would expect.

use std::collections::BTreeSet;

use serde_json::Value;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_test_support::data::repository;

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Codes of a near miss's reasons, without the enum's prefix, in order.
fn codes(miss: &v1::NearMiss) -> Vec<String> {
    let mut codes: Vec<_> = miss
        .reasons
        .iter()
        .map(|reason| reason.code().as_str_name().trim_start_matches("MISS_REASON_").to_owned())
        .collect();
    codes.sort();
    codes
}

fn name_of(resource: Option<&v1::ResourceSummary>) -> &str {
    resource.map(|resource| resource.name.as_str()).unwrap_or_default()
}

async fn answer(served: &Served, expectations: &Value, item: &Value) -> v1::ItemMatches {
    let mut request = v1::FindResourcesRequest {
        item_ordinal: i32::try_from(item["item"].as_i64().unwrap_or(1)).unwrap(),
        near_miss_limit: expectations["nearMissLimit"].as_i64().and_then(|limit| i32::try_from(limit).ok()),
        evaluation_time: Some(expectations["evaluationTime"].as_str().unwrap().parse().expect("RFC 3339")),
        ..v1::FindResourcesRequest::default()
    };
    match item.get("inlineNeed") {
        Some(inline) => {
            request.inline_need = Some(wishwell_api::json::from_json(&inline.to_string()).expect("a need"));
        }
        None => request.need = served.demo_need(item["need"].as_str().expect("a need")).await,
    }
    let found = served.matching("demo-hotline").find_resources(request).await.expect("an answer").into_inner();
    found.items.into_iter().next().expect("the item asked for")
}

/// Need, item and category of each expectation of a need of the demo, in order.
fn asked(items: &[Value]) -> Vec<(String, i64, String)> {
    let of_demo = items.iter().filter_map(|item| {
        let need = item.get("need")?.as_str()?.to_owned();
        Some((need, item["item"].as_i64()?, item["category"].as_str()?.to_owned()))
    });
    let mut asked: Vec<_> = of_demo.collect();
    asked.sort();
    asked
}

/// Need, item and category of whatever is lacked in the demo, in order.
fn lacked() -> Vec<(String, i64, String)> {
    let needs = std::fs::read(repository().join("deploy/demo/needs.json")).expect("readable");
    let needs: Value = serde_json::from_slice(&needs).expect("JSON");
    let mut lacked = Vec::new();
    for need in needs.as_array().expect("a list").iter().map(|request| &request["need"]) {
        let key = need["external"]["externalId"].as_str().expect("a key");
        for (ordinal, item) in (1..).zip(need["items"].as_array().expect("items")) {
            lacked.push((key.to_owned(), ordinal, item["category"].as_str().expect("a category").to_owned()));
        }
    }
    lacked.sort();
    lacked
}

#[tokio::test]
async fn every_need_of_the_demo_finds_the_resources_expected_and_says_why_not_the_others() {
    let served = Served::demo().await;
    let path = repository().join("deploy/demo/expectations.json");
    let expectations: Value = serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let mut wrong = Vec::new();
    let items = expectations["items"].as_array().expect("items");
    assert_eq!(asked(items), lacked(), "each item of the demo is asked for once, in its category");
    for item in items {
        assert!(!strings(&item["top"]).is_empty(), "somebody is expected for {item}");
        let label = format!("{} item {}", item["need"], item["item"]);
        let found = answer(&served, &expectations, item).await;
        let top = usize::try_from(expectations["topK"].as_u64().unwrap()).unwrap();
        let best: BTreeSet<_> = found.candidates.iter().take(top).map(|c| name_of(c.resource.as_ref())).collect();
        for expected in strings(&item["top"]) {
            if !best.contains(served.demo_resource(&expected).await.as_str()) {
                let titles: Vec<_> = found
                    .candidates
                    .iter()
                    .map(|c| c.resource.clone().unwrap_or_default().title.unwrap_or_default().en)
                    .collect();
                wrong.push(format!("{label}: {expected} is not among the best {top}, which are {titles:?}"));
            }
        }
        for expected in item["nearMisses"].as_array().into_iter().flatten() {
            let resource = expected["resource"].as_str().expect("a resource");
            let name = served.demo_resource(resource).await;
            let miss = found.near_misses.iter().find(|miss| name_of(miss.resource.as_ref()) == name);
            let reasons = miss.map(codes);
            let mut wanted = strings(&expected["reasons"]);
            wanted.sort();
            if reasons.as_ref() != Some(&wanted) {
                wrong.push(format!("{label}: {resource} should miss for {wanted:?}, but: {reasons:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn each_score_is_the_sum_of_its_terms_and_the_weights_add_up_to_the_whole() {
    let served = Served::demo().await;
    let need = served.demo_need("need-paralysed-father").await;
    let request = v1::FindResourcesRequest { need, ..v1::FindResourcesRequest::default() };
    let answer = served.matching("demo-hotline").find_resources(request).await.expect("an answer").into_inner();
    assert_eq!(answer.score_weights.iter().map(|weight| weight.weight).sum::<i32>(), 1_000_000);
    let candidates: Vec<_> = answer.items.iter().flat_map(|item| &item.candidates).collect();
    assert!(candidates.len() >= 4, "each of the four items has a candidate");
    for candidate in candidates {
        assert_eq!(candidate.term_values.iter().sum::<i32>(), candidate.score);
        for (value, weight) in candidate.term_values.iter().zip(&answer.score_weights) {
            assert!((0..=weight.weight).contains(value));
        }
    }
}
