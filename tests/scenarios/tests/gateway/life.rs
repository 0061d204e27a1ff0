//! A need's whole life over plain HTTP, and every example of the published document against a running server.

use serde_json::{Value, json};
use wishwell_scenarios::Served;
use wishwell_scenarios::made::{EXAMPLE_ID, Operation, operations};
use wishwell_scenarios::referring::{CASE_WORKER, HOTLINE, OPERATOR, PARTNER};
use wishwell_scenarios::web::Plain;

/// The example of an operation, by its call.
fn example(call: &str) -> Value {
    operations().into_iter().find(|operation| operation.name() == call).expect("an operation").body
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

#[tokio::test]
async fn a_need_is_submitted_matched_referred_accepted_delivered_and_confirmed_over_rest_alone() {
    let served = Served::demo().await;
    let mut web = served.web();
    let mut body = example("NeedService.SubmitNeed");
    body["need"]["external"]["externalId"] = "life-1".into();
    let submitted = web.post(HOTLINE, "/v1/needs", &body).await.ok();
    let need = text(&submitted, "/need/name").to_owned();
    let position = text(&submitted, "/logPosition");

    let question = json!({ "need": need, "minPosition": position, "topK": 10 });
    let found = web.post(HOTLINE, "/v1/resources:find", &question).await.ok();
    let candidates = found.pointer("/items/0/candidates").and_then(Value::as_array).expect("candidates");
    let candidate = candidates.first().expect("somebody has a desk");
    let resource = candidate["resource"].as_str().unwrap_or_else(|| text(candidate, "/resource/name")).to_owned();

    let offer = json!({ "offer": { "need": need, "itemOrdinal": 1, "resource": resource }, "requestId": "0197f000-0000-7000-8000-00000000000a" });
    let offered = web.post(CASE_WORKER, "/v1/referrals", &offer).await.ok();
    let again = web.post(CASE_WORKER, "/v1/referrals", &offer).await.ok();
    assert_eq!(offered, again, "the same request is one referral");
    let referral = text(&offered, "/referral/name").to_owned();
    let mut state = text(&offered, "/referral/state").to_owned();
    for (step, body, then) in [
        ("accept", json!({}), "REFERRAL_STATE_ACCEPTED"),
        ("start", json!({}), "REFERRAL_STATE_IN_PROGRESS"),
        ("deliver", json!({}), "REFERRAL_STATE_DELIVERED"),
        ("confirm", json!({ "rating": 5 }), "REFERRAL_STATE_CONFIRMED"),
    ] {
        let answer = web.post(CASE_WORKER, &format!("/v1/{referral}:{step}"), &body).await.ok();
        text(&answer, "/referral/state").clone_into(&mut state);
        assert_eq!(state, then, "{step}");
    }
    let last = web.post(CASE_WORKER, &format!("/v1/{referral}:accept"), &json!({})).await;
    assert_eq!(
        (last.status, last.reason().as_str()),
        (400, "ILLEGAL_STATE"),
        "what is confirmed is not accepted again"
    );
    let read = web.get(HOTLINE, &format!("/v1/{need}")).await.ok();
    assert!(["NEED_STATE_SERVED", "NEED_STATE_PARTLY_SERVED"].contains(&text(&read, "/need/state")), "{read}");
    let listed = web.get(HOTLINE, &format!("/v1/referrals?filter.need={need}")).await.ok();
    assert_eq!(text(&listed, "/referrals/0/name"), referral);
}

/// The need of the example, under another external identity.
async fn submitted(web: &mut Plain, external_id: String) -> String {
    let mut need = example("NeedService.SubmitNeed");
    need["need"]["external"]["externalId"] = external_id.into();
    text(&web.post(HOTLINE, "/v1/needs", &need).await.ok(), "/need/name").to_owned()
}

/// An entity of the demo for an operation's example: the first of its collection, made where there is none yet.
async fn entity(web: &mut Plain, collection: &str, state: &mut u32) -> String {
    *state += 1;
    match collection {
        // One of its own: the example before may have ended those of the demo.
        "needs" => submitted(web, format!("replayed-{state}")).await,
        "referrals" => {
            let need = submitted(web, format!("replayed-{state}")).await;
            let found = web.post(HOTLINE, "/v1/resources:find", &json!({ "need": need })).await.ok();
            let candidate = &found["items"][0]["candidates"][0];
            let resource = candidate["resource"].as_str().unwrap_or_else(|| text(candidate, "/resource/name"));
            let offer = json!({ "offer": { "need": need, "itemOrdinal": 1, "resource": resource } });
            text(&web.post(CASE_WORKER, "/v1/referrals", &offer).await.ok(), "/referral/name").to_owned()
        }
        "rounds" => {
            text(&web.post(OPERATOR, "/v1/rounds", &example("MatchingService.CreateRound")).await.ok(), "/round/name")
                .to_owned()
        }
        "households" => {
            let mut household = example("NeedService.CreateHousehold");
            household["household"]["external"]["externalId"] = format!("replayed-{state}").into();
            text(&web.post(HOTLINE, "/v1/households", &household).await.ok(), "/household/name").to_owned()
        }
        "beneficiaries" => {
            let mut beneficiary = example("NeedService.CreateBeneficiary");
            beneficiary["beneficiary"]["external"]["externalId"] = format!("replayed-{state}").into();
            text(&web.post(HOTLINE, "/v1/beneficiaries", &beneficiary).await.ok(), "/beneficiary/name").to_owned()
        }
        "subscriptions" => {
            let subscription = example("NotificationService.CreateSubscription");
            text(&web.post(PARTNER, "/v1/subscriptions", &subscription).await.ok(), "/subscription/name").to_owned()
        }
        "wishes" => {
            // A wish of its own: the round of an example may have served those of the demo by now.
            let mut need = example("NeedService.SubmitNeed");
            need["need"]["external"]["externalId"] = format!("wished-{state}").into();
            need["need"]["wish"] =
                json!({ "title": "一盏台灯", "consentTime": "2026-01-01T00:00:00Z", "consentGivenBy": "herself" });
            web.post(HOTLINE, "/v1/needs", &need).await.ok();
            let listed = web.get(PARTNER, "/v1/wishes").await.ok();
            text(&listed, "/items/0/wish").to_owned()
        }
        collection => {
            let listed = web.get(OPERATOR, &format!("/v1/{collection}?pageSize=1")).await.ok();
            text(&listed, &format!("/{collection}/0/name")).to_owned()
        }
    }
}

/// Puts entities in place of the example's ids.
async fn with_entities(web: &mut Plain, value: &Value, state: &mut u32) -> Value {
    let mut written = value.to_string();
    for collection in ["needs", "resources"] {
        let name = format!("{collection}/{EXAMPLE_ID}");
        if written.contains(&name) {
            let entity = match collection {
                // What can be offered is a need with a fitting resource.
                "needs" => {
                    *state += 1;
                    submitted(web, format!("offered-{state}")).await
                }
                _ => {
                    let question = json!({ "inlineNeed": example("MatchingService.FindResources")["inlineNeed"] });
                    let found = web.post(HOTLINE, "/v1/resources:find", &question).await.ok();
                    let candidate = &found["items"][0]["candidates"][0];
                    candidate["resource"].as_str().unwrap_or_else(|| text(candidate, "/resource/name")).to_owned()
                }
            };
            written = written.replace(&name, &entity);
        }
    }
    serde_json::from_str(&written).expect("still JSON")
}

/// What an example may be answered with besides success, and why: the demo is where it stands.
fn may_be_refused(operation: &Operation) -> &'static [&'static str] {
    match operation.method.name() {
        // A fresh referral is offered: these steps come later in its life.
        "StartReferral" | "DeliverReferral" | "ConfirmReferral" | "DisputeReferral" | "FailReferral"
        | "CancelReferral" => &["ILLEGAL_STATE"],
        // The round may have ended by itself.
        "CancelRound" | "GetRoundReport" => &["ILLEGAL_STATE"],
        // The example's subscription has no webhook.
        "TestSubscription" => &["INVALID_FIELDS"],
        // The resource of the example is not the partner's.
        "ClaimWish" => &["PERMISSION_DENIED", "NOT_FOUND", "WRONG_ORGANIZATION", "NOT_A_CANDIDATE"],
        _ => &[],
    }
}

/// Who asks for an operation.
fn key(operation: &Operation) -> &'static str {
    match (operation.method.parent_service().name(), operation.method.name()) {
        (_, "ClaimWish" | "ListWishes") | ("NotificationService", _) => PARTNER,
        ("NeedService", _) => HOTLINE,
        ("ReferralService", "WatchEvents") => OPERATOR,
        ("ReferralService", _) => CASE_WORKER,
        ("MatchingService", "FindResources" | "FindNeeds") => HOTLINE,
        _ => OPERATOR,
    }
}

#[tokio::test]
async fn every_example_of_the_document_is_taken_by_a_running_demo() {
    let served = Served::demo().await;
    let mut web = served.web();
    let mut state = 0;
    let mut refused = Vec::new();
    for operation in operations().iter().filter(|operation| !operation.method.is_server_streaming()) {
        let path = match &operation.id {
            Some(id) if id == EXAMPLE_ID => {
                let name = entity(&mut web, operation.collection(), &mut state).await;
                operation.path.replace("{id}", name.split('/').nth(1).expect("an id"))
            }
            Some(id) => operation.path.replace("{id}", id),
            None => operation.path.clone(),
        };
        let query: Vec<_> = operation.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let target = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let body = with_entities(&mut web, &operation.body, &mut state).await;
        let bytes = if operation.has_body { body.to_string().into_bytes() } else { Vec::new() };
        let credentials = format!("Bearer {}", key(operation));
        let headers = [("authorization", credentials.as_str()), ("content-type", "application/json")];
        let answer = web.ask(&operation.verb, &target, &headers, &bytes).await;
        if answer.status != 200 && !may_be_refused(operation).contains(&answer.reason().as_str()) {
            refused.push(format!("{} {target} {body}: {} {}", operation.verb, answer.status, answer.text()));
        }
    }
    assert!(refused.is_empty(), "{} refused:\n{}", refused.len(), refused.join("\n"));
}
