//! What each write sends: a message, the same with something else in it, and what changes what it shows later.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wishwell_scenarios::halves::{self, CATEGORY, DIVISIONS, Half, SECRET};
use wishwell_scenarios::told::request_id;

use super::{COURT, PATIENCE, STREETS, World};

/// Stands for the name of what a write has made or changed.
pub(super) const MADE: &str = "$made";

/// Role, method and message.
pub(super) type Call = (&'static str, &'static str, Value);

/// A write before it is sent: its message, another one, and what changes what it shows later.
pub(super) struct Write {
    pub(super) message: Value,
    pub(super) other: Value,
    pub(super) later: Vec<Call>,
}

/// A message, the same with something else in it, and what comes later.
fn write(message: Value, differently: &Value, later: Vec<Call>) -> Write {
    let mut other = message.clone();
    merge(&mut other, differently);
    Write { message, other, later }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.iter().for_each(|(key, value)| merge(into.entry(key.clone()).or_insert(Value::Null), value));
        }
        (into, from) => *into = from.clone(),
    }
}

fn organization(title: &str) -> Value {
    json!({"title": {"zh": title}, "kind": "ORGANIZATION_KIND_SOCIAL_WORK_AGENCY", "division": DIVISIONS[0]})
}

/// An entry of a batch.
fn external(entity: Value, id: &str) -> Value {
    let mut entity = entity;
    entity["external"] = json!({"source": "test", "externalId": id});
    entity
}

impl World {
    /// What a write sends, with what must be there before it.
    pub(super) async fn prepare(&self, name: &str) -> Write {
        let (service, method) = name.split_once('/').expect("a service and a method");
        match service {
            "CatalogService" => self.of_the_catalogue(method).await,
            "NeedService" => self.of_needs(method).await,
            "MatchingService" => self.of_rounds(method).await,
            "ReferralService" => self.of_referrals(method).await,
            _ => self.of_notifications(method).await,
        }
    }

    async fn of_the_catalogue(&self, method: &str) -> Write {
        let Half { organization: own, pool, resource, .. } = self.own();
        let called = |phone: &str| json!({"organization": {"contact": {"phone": phone}}, "updateMask": "contact"});
        let ring = |phone| {
            let mut message = called(phone);
            message["name"] = json!(MADE);
            ("operator", "CatalogService/UpdateOrganization", message)
        };
        let reword = (
            "operator",
            "CatalogService/UpdateResource",
            json!({"name": MADE, "resource": {"content": "better desks"}, "updateMask": "content"}),
        );
        let fill = ("operator", "CatalogService/SetCapacity", json!({"name": MADE, "total": "77"}));
        let id = request_id();
        match method {
            "CreateOrganization" => {
                let differently = json!({"organization": {"title": {"zh": "another"}}});
                write(json!({"organization": organization("one")}), &differently, vec![ring("000-2")])
            }
            "UpdateOrganization" => {
                let mut message = called("000-3");
                message["name"] = json!(own);
                write(message, &called("000-4"), vec![ring("000-5")])
            }
            "BatchUpsertOrganizations" => {
                let batch = |title| json!({"organizations": [external(organization(title), &id)]});
                write(batch("one"), &batch("another"), vec![ring("000-6")])
            }
            "VerifyOrganization" | "SuspendOrganization" => {
                let message = json!({"organization": organization("one")});
                let name = self.made("operator", "CatalogService/CreateOrganization", message).await;
                let verify = ("operator", "CatalogService/VerifyOrganization", json!({"name": name}));
                let suspend = json!({"name": name, "reason": "for a test"});
                if method == "VerifyOrganization" {
                    let suspend = ("operator", "CatalogService/SuspendOrganization", suspend);
                    return write(verify.2, &json!({"vetting": {"minors": {"note": "seen"}}}), vec![suspend]);
                }
                self.ask(verify.0, verify.1, verify.2.clone()).await;
                write(suspend, &json!({"reason": "for another"}), vec![verify])
            }
            "CreateResource" => {
                let message = json!({"resource": halves::resource(own, pool)});
                write(message, &json!({"resource": {"content": "other desks"}}), vec![reword])
            }
            "UpdateResource" => {
                let message =
                    json!({"name": resource, "resource": {"content": "desks again"}, "updateMask": "content"});
                write(message, &json!({"resource": {"content": "other desks"}}), vec![reword])
            }
            "BatchUpsertResources" => {
                let mut other = halves::resource(own, pool);
                other["content"] = json!("other desks");
                let batch = |resource| json!({"resources": [external(resource, &id)]});
                write(batch(halves::resource(own, pool)), &batch(other), vec![reword])
            }
            "CreateCapacityPool" => {
                let message = json!({"capacityPool": halves::pool(own)});
                write(message, &json!({"capacityPool": {"total": "8"}}), vec![fill])
            }
            "UpdateCapacityPool" => {
                let message = json!({"name": pool, "capacityPool": {"title": "more desks"}, "updateMask": "title"});
                write(message, &json!({"capacityPool": {"title": "fewer desks"}}), vec![])
            }
            "BatchUpsertCapacityPools" => {
                let mut other = halves::pool(own);
                other["total"] = json!("8");
                let batch = |pool| json!({"capacityPools": [external(pool, &id)]});
                write(batch(halves::pool(own)), &batch(other), vec![fill])
            }
            "SetCapacity" => write(json!({"name": pool, "total": "900"}), &json!({"total": "901"}), vec![]),
            "BatchUpsertCategories" => {
                let batch = |title| json!({"categories": [{"code": "again", "title": {"zh": title}}]});
                let later = ("operator", "CatalogService/BatchUpsertCategories", batch("later"));
                write(batch("one"), &batch("another"), vec![later])
            }
            "BatchUpsertDivisions" => {
                let batch = |title| {
                    let code = "640104901";
                    json!({"divisions": [{"code": code, "edition": 2026, "parent": DIVISIONS[0], "title": {"zh": title}}]})
                };
                let later = ("operator", "CatalogService/BatchUpsertDivisions", batch("later"));
                write(batch("one"), &batch("another"), vec![later])
            }
            other => panic!("{other} has no message"),
        }
    }

    async fn person(&self) -> String {
        let message = json!({"beneficiary": halves::beneficiary(DIVISIONS[0])});
        self.made("internal_service", "NeedService/CreateBeneficiary", message).await
    }

    async fn submitted(&self, need: &Value) -> String {
        self.made("internal_service", "NeedService/SubmitNeed", json!({"need": need})).await
    }

    async fn of_needs(&self, method: &str) -> Write {
        let registered = |division: &str| json!({"registrationDivision": division});
        let [here, there] = DIVISIONS;
        match method {
            "CreateBeneficiary" | "UpdateBeneficiary" => {
                let of = |name: &str, division: &str| json!({"name": name, "beneficiary": registered(division), "updateMask": "registrationDivision"});
                let later = ("internal_service", "NeedService/UpdateBeneficiary", of(MADE, there));
                let message = if method == "CreateBeneficiary" {
                    json!({"beneficiary": halves::beneficiary(here)})
                } else {
                    of(&self.person().await, here)
                };
                write(message, &json!({"beneficiary": registered(STREETS[0])}), vec![later])
            }
            "EraseBeneficiary" => write(json!({"name": self.person().await}), &json!({"etag": "77"}), vec![]),
            "CreateHousehold" | "UpdateHousehold" => {
                let mut message = json!({"household": {"members": [self.person().await], "residenceDivision": here}});
                if method == "UpdateHousehold" {
                    let name = self.made("internal_service", "NeedService/CreateHousehold", message).await;
                    message =
                        json!({"name": name, "household": registered(here), "updateMask": "registrationDivision"});
                }
                let join =
                    json!({"name": self.person().await, "beneficiary": {"household": MADE}, "updateMask": "household"});
                let join = ("internal_service", "NeedService/UpdateBeneficiary", join);
                write(message, &json!({"household": registered(there)}), vec![join])
            }
            "SubmitNeed" | "UpdateNeed" => {
                let urgent = |urgency: &str| json!({"need": {"urgency": urgency}});
                let mut later = urgent("URGENCY_EMERGENCY");
                merge(&mut later, &json!({"name": MADE, "updateMask": "urgency"}));
                let message = if method == "SubmitNeed" {
                    json!({"need": self.published()})
                } else {
                    let mut message = later.clone();
                    merge(&mut message, &urgent("URGENCY_URGENT"));
                    message["name"] = json!(self.submitted(&self.published()).await);
                    message
                };
                let later = ("internal_service", "NeedService/UpdateNeed", later);
                write(message, &urgent("URGENCY_LOW"), vec![later])
            }
            "WithdrawNeed" | "CloseNeed" | "EraseNeed" => {
                let mut need = self.wanting();
                let mut differently = json!({"reason": "another"});
                if method == "EraseNeed" {
                    need.as_object_mut().expect("a need").remove("beneficiary");
                    differently = json!({"etag": "77"});
                }
                let need = self.submitted(&need).await;
                // What has arrived stays so when the need ends, and may still turn out not to have arrived.
                let arrived = self.referred(&need, &["AcceptReferral", "DeliverReferral"]).await;
                let mut message = json!({"name": need});
                if method != "EraseNeed" {
                    message["reason"] = json!(SECRET);
                }
                let never_arrived =
                    |step| ("internal_service", step, json!({"name": arrived, "reason": "STEP_REASON_NOT_DELIVERED"}));
                let later = ["ReferralService/DisputeReferral", "ReferralService/FailReferral"].map(never_arrived);
                write(message, &differently, later.to_vec())
            }
            other => panic!("{other} has no message"),
        }
    }

    /// A need in the court that is published.
    fn published(&self) -> Value {
        halves::need(COURT, &self.own().beneficiary)
    }

    /// A need in the court that is not.
    fn wanting(&self) -> Value {
        let mut need = self.published();
        need.as_object_mut().expect("a need").remove("wish");
        need
    }

    async fn of_rounds(&self, method: &str) -> Write {
        let round = json!({"round": {"rules": {"scope": {"categories": [CATEGORY]}}, "dryRun": true}});
        if method == "CreateRound" {
            return write(round, &json!({"round": {"dryRun": false}}), vec![]);
        }
        // The last of several waits until those before it have ended.
        let mut name = String::new();
        for _ in 0..16 {
            name = self.made("operator", "MatchingService/CreateRound", round.clone()).await;
        }
        write(json!({"name": name}), &json!({"etag": "77"}), vec![])
    }

    fn offer(&self, need: &str, quantity: i64) -> Value {
        json!({"need": need, "itemOrdinal": 1, "resource": self.own().resource, "quantity": quantity.to_string()})
    }

    /// A referral of a need after these steps of the partner's.
    async fn referred(&self, need: &str, steps: &[&str]) -> String {
        let message = json!({"offer": self.offer(need, 2)});
        let name = self.made("internal_service", "ReferralService/CreateReferral", message).await;
        for step in steps {
            self.ask("partner", &format!("ReferralService/{step}"), json!({"name": name})).await;
        }
        name
    }

    async fn of_referrals(&self, method: &str) -> Write {
        let because = |reason: &str| json!({"reason": format!("STEP_REASON_{reason}")});
        let withdraw = ("internal_service", "ReferralService/WithdrawReferral", {
            let mut message = because("NOT_WANTED");
            message["name"] = json!(MADE);
            message
        });
        let partners = |method| ("partner", method, json!({"name": MADE}));
        if method == "ClaimWish" {
            let title = request_id();
            let mut need = self.published();
            need["wish"]["title"] = json!(title);
            self.submitted(&need).await;
            let listed = self.ask("partner", "ReferralService/ListWishes", json!({"pageSize": 1_000})).await;
            let items = listed["items"].as_array().expect("items");
            let wish = items.iter().find(|item| item["title"] == json!(title)).expect("published")["wish"].clone();
            let message = json!({"wish": wish, "itemOrdinal": 1, "resource": self.own().resource, "quantity": "2"});
            return write(message, &json!({"quantity": "1"}), vec![partners("ReferralService/StartReferral")]);
        }
        let need = self.submitted(&self.wanting()).await;
        let (steps, message, differently, later): (&[&str], _, _, _) = match method {
            "CreateReferral" => {
                let message = json!({"offer": self.offer(&need, 2)});
                return write(message, &json!({"offer": self.offer(&need, 1)}), vec![withdraw]);
            }
            "BatchCreateReferrals" | "BatchTryCreateReferrals" => {
                // Of those that are tried one is refused, for which there is room once the other is withdrawn.
                let second = if method == "BatchCreateReferrals" { 1 } else { 5 };
                let batch = |first| json!({"offers": [self.offer(&need, first), self.offer(&need, second)]});
                return write(batch(1), &batch(2), vec![withdraw]);
            }
            "AutoRefer" => {
                let differently = json!({"need": self.submitted(&self.wanting()).await});
                return write(json!({"need": need, "itemOrdinal": 1}), &differently, vec![withdraw]);
            }
            "AcceptReferral" => {
                let later = vec![partners("ReferralService/StartReferral")];
                (&[], json!({"quantity": "1"}), json!({"quantity": "2"}), later)
            }
            "DeclineReferral" | "WithdrawReferral" => (&[], because("NOT_WANTED"), because("OTHER"), vec![]),
            "StartReferral" => {
                let later = vec![partners("ReferralService/DeliverReferral")];
                (&["AcceptReferral"], json!({}), json!({"etag": "77"}), later)
            }
            "DeliverReferral" => {
                let later = vec![("internal_service", "ReferralService/ConfirmReferral", json!({"name": MADE}))];
                (&["AcceptReferral"], json!({"note": SECRET}), json!({"note": "another"}), later)
            }
            "ConfirmReferral" => {
                (&["AcceptReferral", "DeliverReferral"], json!({"rating": 4}), json!({"rating": 5}), vec![])
            }
            "DisputeReferral" => {
                let later = vec![("internal_service", "ReferralService/ConfirmReferral", json!({"name": MADE}))];
                (&["AcceptReferral", "DeliverReferral"], because("NOT_DELIVERED"), because("OTHER"), later)
            }
            "CancelReferral" | "FailReferral" => {
                (&["AcceptReferral"], because("NOT_REACHABLE"), because("OTHER"), vec![])
            }
            other => panic!("{other} has no message"),
        };
        let mut message: Value = message;
        message["name"] = json!(self.referred(&need, steps).await);
        write(message, &differently, later)
    }

    async fn of_notifications(&self, method: &str) -> Write {
        let budget = |name: &str, budget: i32| json!({"name": name, "subscription": {"dailyBudget": budget}, "updateMask": "dailyBudget"});
        let changed = ("partner", "NotificationService/UpdateSubscription", budget(MADE, 9));
        let rotate = ("partner", "NotificationService/RotateSubscriptionSecret", json!({"name": MADE}));
        let mut subscription = json!({"subscription": {"dailyBudget": 1}});
        match method {
            "CreateSubscription" => {
                return write(subscription, &json!({"subscription": {"dailyBudget": 2}}), vec![changed, rotate]);
            }
            "MarkNotificationsSeen" => {
                self.submitted(&self.published()).await;
                let another = json!({"names": [format!("notifications/{}", request_id())]});
                return write(json!({"names": [self.notification().await]}), &another, vec![]);
            }
            "TestSubscription" => {
                // Nobody listens there any more.
                let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
                subscription["subscription"]["webhookUrl"] = json!(format!("https://127.0.0.1:{port}/"));
            }
            _ => {}
        }
        let name = self.made("partner", "NotificationService/CreateSubscription", subscription).await;
        let etag = json!({"etag": "77"});
        match method {
            "UpdateSubscription" => write(budget(&name, 3), &budget(&name, 4), vec![changed, rotate]),
            "DeleteSubscription" => write(json!({"name": name}), &etag, vec![]),
            "RotateSubscriptionSecret" => write(json!({"name": name}), &etag, vec![rotate]),
            "TestSubscription" => {
                let delete = ("partner", "NotificationService/DeleteSubscription", json!({"name": name}));
                let another = json!({"name": format!("subscriptions/{}", request_id())});
                write(json!({"name": name}), &another, vec![delete])
            }
            other => panic!("{other} has no message"),
        }
    }

    /// The name of a notification that nobody has seen.
    async fn notification(&self) -> Value {
        let started = Instant::now();
        loop {
            let unseen = json!({"filter": {"unseenOnly": true}});
            let listed = self.ask("partner", "NotificationService/ListNotifications", unseen).await;
            if let name @ Value::String(_) = &listed["notifications"][0]["name"] {
                return name.clone();
            }
            assert!(started.elapsed() < PATIENCE, "nobody was told of a wish");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
