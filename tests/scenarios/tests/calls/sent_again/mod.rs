//! Every write of the contract with its request id: sent four times at once and again when the world has moved on, it has one effect and one
//! answer, to the byte; with another body the id is refused. A write of the contract that has no row here fails.

mod writes;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use sqlx::Connection as _;
use tokio::task::JoinSet;
use tonic::{Code, Status};
use wishwell_scenarios::halves::{CATEGORY, DIVISIONS, Half, Halves, Who, method};
use wishwell_scenarios::told::{metadata, reason, request_id};
use wishwell_test_support::postgres::TestDatabase;

use writes::{MADE, Write};

/// How long the server may take to do something by itself, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a round may end before it is called off.
const ROUNDS_TOO_FAST_MAX: usize = 20;
/// The call that takes an open need back before it erases it.
const ERASE: &str = "NeedService/EraseNeed";
/// Where needs are: it belongs to one street or the other, which are of different districts.
const COURT: &str = "640104001900";
const STREETS: [&str; 2] = ["640104001", "640104900"];

/// Every write that may be sent again, and who sends it. Where somebody is shown less than is written, it is the partner.
const WRITES: &[(&str, &str)] = &[
    ("CatalogService/CreateOrganization", "operator"),
    ("CatalogService/UpdateOrganization", "partner"),
    ("CatalogService/BatchUpsertOrganizations", "operator"),
    ("CatalogService/VerifyOrganization", "operator"),
    ("CatalogService/SuspendOrganization", "operator"),
    ("CatalogService/CreateResource", "partner"),
    ("CatalogService/UpdateResource", "partner"),
    ("CatalogService/BatchUpsertResources", "operator"),
    ("CatalogService/CreateCapacityPool", "partner"),
    ("CatalogService/UpdateCapacityPool", "partner"),
    ("CatalogService/BatchUpsertCapacityPools", "operator"),
    ("CatalogService/SetCapacity", "partner"),
    ("CatalogService/BatchUpsertCategories", "operator"),
    ("CatalogService/BatchUpsertDivisions", "operator"),
    ("NeedService/CreateBeneficiary", "internal_service"),
    ("NeedService/UpdateBeneficiary", "internal_service"),
    ("NeedService/EraseBeneficiary", "operator"),
    ("NeedService/CreateHousehold", "internal_service"),
    ("NeedService/UpdateHousehold", "internal_service"),
    ("NeedService/SubmitNeed", "internal_service"),
    ("NeedService/UpdateNeed", "internal_service"),
    ("NeedService/WithdrawNeed", "internal_service"),
    ("NeedService/CloseNeed", "internal_service"),
    ("NeedService/EraseNeed", "operator"),
    ("MatchingService/CreateRound", "operator"),
    ("MatchingService/CancelRound", "operator"),
    ("ReferralService/CreateReferral", "internal_service"),
    ("ReferralService/BatchCreateReferrals", "internal_service"),
    ("ReferralService/BatchTryCreateReferrals", "internal_service"),
    ("ReferralService/AutoRefer", "internal_service"),
    ("ReferralService/AcceptReferral", "partner"),
    ("ReferralService/DeclineReferral", "partner"),
    ("ReferralService/WithdrawReferral", "internal_service"),
    ("ReferralService/StartReferral", "partner"),
    ("ReferralService/DeliverReferral", "partner"),
    ("ReferralService/ConfirmReferral", "internal_service"),
    ("ReferralService/DisputeReferral", "internal_service"),
    ("ReferralService/CancelReferral", "partner"),
    ("ReferralService/FailReferral", "partner"),
    ("ReferralService/ClaimWish", "partner"),
    ("NotificationService/CreateSubscription", "partner"),
    ("NotificationService/UpdateSubscription", "partner"),
    ("NotificationService/DeleteSubscription", "partner"),
    ("NotificationService/RotateSubscriptionSecret", "partner"),
    ("NotificationService/TestSubscription", "partner"),
    ("NotificationService/MarkNotificationsSeen", "partner"),
];

/// Writes whose answer shows what never changes any more, or no entity.
const AT_REST: &[&str] =
    &["EraseBeneficiary", "CancelRound", "DeleteSubscription", "TestSubscription", "MarkNotificationsSeen"];

struct World {
    halves: Halves,
    /// How often everything has moved on.
    moves: AtomicUsize,
}

impl World {
    async fn start(database_url: &str) -> Self {
        let halves = Halves::start_on(database_url, &["--webhook-networks", "127.0.0.0/8"]).await;
        let world = Self { halves, moves: AtomicUsize::new(0) };
        let street =
            |code: &str, parent: &str| json!({"code": code, "edition": 2026, "parent": parent, "title": {"zh": code}});
        let streets = [street(STREETS[0], DIVISIONS[0]), street(STREETS[1], DIVISIONS[1]), street(COURT, STREETS[0])];
        world.ask("operator", "CatalogService/BatchUpsertDivisions", json!({"divisions": streets})).await;
        let subscription = json!({"subscription": {"dailyBudget": 1_000}});
        world.ask("partner", "NotificationService/CreateSubscription", subscription).await;
        world
    }

    fn own(&self) -> &Half {
        &self.halves.halves[0]
    }

    async fn ask(&self, role: &'static str, method: &str, message: Value) -> Value {
        self.halves.must(Who { tenant: "main", role }, method, message).await
    }

    async fn made(&self, role: &'static str, method: &str, message: Value) -> String {
        self.halves.made(Who { tenant: "main", role }, method, message).await
    }

    async fn send(&self, role: &'static str, method: &str, message: &Value) -> Result<Vec<u8>, Status> {
        self.halves.call_for_bytes(Who { tenant: "main", role }, method, message).await
    }

    /// The log's position: what marks nothing tells it.
    async fn position(&self) -> Value {
        let nothing = json!({"names": [format!("notifications/{}", request_id())]});
        self.ask("operator", "NotificationService/MarkNotificationsSeen", nothing).await["logPosition"].clone()
    }

    /// Everything that most answers are about is called otherwise, and the court belongs to another street.
    async fn move_on(&self) {
        let turn = self.moves.fetch_add(1, Ordering::Relaxed) + 1;
        let Half { organization, pool, resource, .. } = self.own();
        let title = json!({"zh": format!("title {turn}")});
        let titled = |code: &str| json!({"code": code, "title": title});
        let court = json!({"code": COURT, "edition": 2026, "parent": STREETS[turn % 2], "title": title});
        let district = json!({"code": DIVISIONS[0], "edition": 2020, "parent": DIVISIONS[0][..4], "title": title});
        for (method, message) in [
            ("UpdateResource", json!({"name": resource, "resource": {"title": title}, "updateMask": "title"})),
            (
                "UpdateCapacityPool",
                json!({"name": pool, "capacityPool": {"title": title["zh"]}, "updateMask": "title"}),
            ),
            ("SetCapacity", json!({"name": pool, "total": (1_000 + turn).to_string()})),
            (
                "UpdateOrganization",
                json!({"name": organization, "organization": {"title": title}, "updateMask": "title"}),
            ),
            ("BatchUpsertCategories", json!({"categories": [titled(CATEGORY)]})),
            ("BatchUpsertDivisions", json!({"divisions": [court, district]})),
        ] {
            self.ask("operator", &format!("CatalogService/{method}"), message).await;
        }
    }

    /// An entity as it is now.
    async fn read(&self, role: &'static str, name: &str, min_position: &Value) -> Value {
        let method = reading(name).expect("an entity that can be read");
        self.ask(role, method, json!({"name": name, "minPosition": min_position})).await
    }

    async fn rounds_have_ended(&self) {
        let started = Instant::now();
        loop {
            let listed = self.ask("operator", "MatchingService/ListRounds", json!({"pageSize": 1_000})).await;
            let rounds = listed["rounds"].as_array().cloned().unwrap_or_default();
            if rounds.iter().all(|round| !round["endTime"].is_null()) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "rounds go on: {listed}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The name of the first entity in an answer.
fn first_name(answer: &Value) -> Option<String> {
    match answer {
        Value::Object(fields) => {
            let own = fields.get("name").and_then(Value::as_str).filter(|name| reading(name).is_some());
            own.map(str::to_owned).or_else(|| fields.values().find_map(first_name))
        }
        Value::Array(entries) => entries.iter().find_map(first_name),
        _ => None,
    }
}

/// What reads the entity of that name.
fn reading(name: &str) -> Option<&'static str> {
    Some(match name.split_once('/')?.0 {
        "organizations" => "CatalogService/GetOrganization",
        "resources" => "CatalogService/GetResource",
        "capacityPools" => "CatalogService/GetCapacityPool",
        "categories" => "CatalogService/GetCategory",
        "divisions" => "CatalogService/GetDivision",
        "beneficiaries" => "NeedService/GetBeneficiary",
        "households" => "NeedService/GetHousehold",
        "needs" => "NeedService/GetNeed",
        "rounds" => "MatchingService/GetRound",
        "referrals" => "ReferralService/GetReferral",
        "subscriptions" => "NotificationService/GetSubscription",
        _ => return None,
    })
}

fn with_id(message: &Value, id: &str) -> Value {
    let mut message = message.clone();
    message["requestId"] = json!(id);
    message
}

/// Sends a write so many times at once. All that are answered are answered the same.
async fn at_once(
    world: &Arc<World>,
    role: &'static str,
    name: &'static str,
    message: &Value,
    count: usize,
) -> Result<Vec<u8>, Status> {
    let sent = (0..count).map(|_| {
        let (world, message) = (Arc::clone(world), message.clone());
        async move { world.send(role, name, &message).await }
    });
    let mut answers = sent.collect::<JoinSet<_>>().join_all().await.into_iter();
    let first = answers.next().expect("one at least")?;
    for other in answers {
        let other =
            other.unwrap_or_else(|status| panic!("{name} is answered to one and refused to another: {status:?}"));
        assert!(other == first, "{name} is answered differently at the same time");
    }
    Ok(first)
}

/// Sends a write for the first time. A round may end before it is called off.
async fn for_the_first_time(
    world: &Arc<World>,
    (name, role): (&'static str, &'static str),
    count: usize,
) -> (Write, String, Vec<u8>) {
    for _ in 0..ROUNDS_TOO_FAST_MAX {
        let write = world.prepare(name).await;
        let id = request_id();
        let message = with_id(&write.message, &id);
        match at_once(world, role, name, &message, count).await {
            Ok(first) => return (write, id, first),
            Err(status) if name.ends_with("/CancelRound") && reason(&status) == "ILLEGAL_STATE" => {}
            Err(status) => panic!("{name} {message}: {status:?}"),
        }
    }
    panic!("{name}: each round had ended");
}

async fn is_answered_again(world: &Arc<World>, (name, role): (&'static str, &'static str)) {
    let (write, id, first) = for_the_first_time(world, (name, role), 4).await;
    let answer = DynamicMessage::decode(method(name).output(), first.as_slice()).expect("the method's answer");
    let answer = serde_json::to_value(answer).expect("JSON");
    let made = first_name(&answer);
    let shown = match &made {
        // It goes on by itself.
        Some(_) if name.ends_with("/CreateRound") => Some(json!({"round": answer["round"]})),
        Some(made) => Some(world.read(role, made, &answer["logPosition"]).await),
        None => None,
    };
    if name.contains("Round") {
        world.rounds_have_ended().await;
    } else {
        assert_eq!(world.position().await, answer["logPosition"], "{name} has one effect");
    }
    for (role, method, message) in &write.later {
        let message = message.to_string().replace(MADE, made.as_deref().unwrap_or_default());
        world.ask(role, method, serde_json::from_str(&message).expect("JSON")).await;
    }
    world.move_on().await;
    let position = world.position().await;
    if let (Some(made), Some(shown)) = (&made, shown)
        && !AT_REST.iter().any(|method| name.ends_with(method))
    {
        assert_ne!(world.read(role, made, &position).await, shown, "{name}: what it shows has changed");
    }

    let again = world.send(role, name, &with_id(&write.message, &id)).await;
    let again = again.unwrap_or_else(|status| panic!("{name} is refused the second time: {status:?}"));
    let in_words = || DynamicMessage::decode(method(name).output(), again.as_slice()).map(|again| again.to_string());
    assert!(again == first, "{name} is answered differently the second time:\n{answer}\n{:?}", in_words());
    let other = world.send(role, name, &with_id(&write.other, &id)).await;
    let status = other.expect_err("another body under the same id");
    let told = (status.code(), reason(&status), metadata(&status, "request_id"));
    assert_eq!(told, (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned(), id.clone()), "{name}");
    assert_eq!(world.position().await, position, "{name} is done once");
}

/// Every method of the contract whose message has a request id.
fn writes_of_the_contract() -> BTreeSet<String> {
    let pool = wishwell_api::descriptor_pool();
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    let writes = methods.filter(|method| method.input().get_field_by_name("request_id").is_some());
    writes.map(|method| format!("{}/{}", method.parent_service().name(), method.name())).collect()
}

async fn every_write_is_answered_again(database_url: &str) {
    let table: BTreeSet<String> = WRITES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, writes_of_the_contract(), "every write of the contract has a row");
    let world = Arc::new(World::start(database_url).await);
    let mut failed = Vec::new();
    for write in WRITES {
        let world = Arc::clone(&world);
        // In a task of its own, so that the others are looked at as well.
        if tokio::spawn(async move { is_answered_again(&world, *write).await }).await.is_err() {
            failed.push(write.0);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn every_write_that_is_sent_again_is_answered_with_the_same_bytes_and_done_once() {
    every_write_is_answered_again("sqlite:wishwell.db").await;
}

#[tokio::test]
async fn every_write_that_is_sent_again_over_postgresql_is_answered_with_the_same_bytes_and_done_once() {
    let database = TestDatabase::create().await;
    every_write_is_answered_again(database.url()).await;
}

#[tokio::test]
async fn a_write_that_comes_again_while_the_first_is_under_way_is_not_refused_for_what_that_has_done() {
    let database = TestDatabase::create().await;
    let world = Arc::new(World::start(database.url()).await);
    // Each of them would be refused if it came again under another id.
    let once_and_no_more = ["SuspendOrganization", "DeleteSubscription", "CloseNeed", "EraseNeed", "DeclineReferral"];
    for write in WRITES.iter().filter(|(name, _)| once_and_no_more.iter().any(|method| name.ends_with(method))) {
        for _ in 0..8 {
            for_the_first_time(&world, *write, 16).await;
        }
    }
}

#[tokio::test]
async fn an_erasure_of_one_version_that_comes_again_while_the_first_is_under_way_is_answered_the_same() {
    let database = TestDatabase::create().await;
    let world = Arc::new(World::start(database.url()).await);
    for _ in 0..8 {
        let message = with_id(&erasure_of_its_version(&world).await, &request_id());
        at_once(&world, "operator", ERASE, &message, 16).await.expect("erased");
    }
}

/// What erases an open need in the version that it is in.
async fn erasure_of_its_version(world: &World) -> Value {
    let mut message = world.prepare(ERASE).await.message;
    let need = world.read("operator", message["name"].as_str().expect("a need"), &json!(0)).await["need"].clone();
    assert!(need["state"] == "NEED_STATE_OPEN" || need["state"] == "NEED_STATE_PARTLY_SERVED", "{need}");
    message["etag"] = need["etag"].clone();
    message
}

#[tokio::test]
async fn an_erasure_that_broke_off_after_taking_the_need_back_is_done_when_it_comes_again() {
    let database = TestDatabase::create().await;
    let world = World::start(database.url()).await;
    let message = with_id(&erasure_of_its_version(&world).await, &request_id());
    let need = broken_off(&world, &database, &message).await;
    assert_ne!(need["etag"], message["etag"]);

    // Under another id it is another version that is meant.
    let status = world.send("operator", ERASE, &with_id(&message, &request_id())).await.expect_err("taken back");
    assert_eq!(reason(&status), "ETAG_MISMATCH", "{status:?}");
    let first = world.send("operator", ERASE, &message).await.expect("erased");
    assert_eq!(world.send("operator", ERASE, &message).await.expect("answered again"), first);
}

/// Sends an erasure that takes its need back, and gets no further; the need.
async fn broken_off(world: &World, database: &TestDatabase, message: &Value) -> Value {
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    // As if the server had ended in between.
    let no_erasure = "ALTER TABLE needs ADD CONSTRAINT none_is_erased CHECK (erased_at IS NULL) NOT VALID";
    sqlx::query(no_erasure).execute(&mut connection).await.expect("forbidden");
    world.send("operator", ERASE, message).await.expect_err("broken off");
    sqlx::query("ALTER TABLE needs DROP CONSTRAINT none_is_erased").execute(&mut connection).await.expect("allowed");
    let need = world.read("operator", message["name"].as_str().expect("a need"), &json!(0)).await["need"].clone();
    assert_eq!(need["state"], "NEED_STATE_WITHDRAWN", "{need}");
    need
}

#[tokio::test]
async fn an_erasure_that_broke_off_is_refused_under_its_id_with_another_version_or_none() {
    let database = TestDatabase::create().await;
    let world = World::start(database.url()).await;
    for names_its_version in [true, false] {
        let of_its_version = with_id(&erasure_of_its_version(&world).await, &request_id());
        let mut of_any = of_its_version.clone();
        of_any.as_object_mut().expect("an object").remove("etag");
        let message = if names_its_version { &of_its_version } else { &of_any };
        let need = broken_off(&world, &database, message).await;
        let mut of_what_is_left = of_its_version.clone();
        of_what_is_left["etag"] = need["etag"].clone();
        for other in [&of_any, &of_what_is_left].into_iter().filter(|other| *other != message) {
            let status = world.send("operator", ERASE, other).await.expect_err("another body");
            assert_eq!(reason(&status), "REQUEST_ID_REUSED", "{other}: {status:?}");
        }
        world.send("operator", ERASE, message).await.expect("erased");
    }
}

#[tokio::test]
async fn what_is_marked_is_counted_for_each_of_several_that_come_at_once() {
    let database = TestDatabase::create().await;
    let world = Arc::new(World::start(database.url()).await);
    let mark = "NotificationService/MarkNotificationsSeen";
    for _ in 0..8 {
        let message = with_id(&world.prepare(mark).await.message, &request_id());
        let answer = at_once(&world, "partner", mark, &message, 16).await.expect("marked");
        let answer = DynamicMessage::decode(method(mark).output(), answer.as_slice()).expect("the method's answer");
        assert_eq!(serde_json::to_value(answer).expect("JSON")["marked"], 1);
    }
}

#[tokio::test]
async fn a_refused_write_may_come_again_under_its_id_and_is_done_once_when_nothing_speaks_against_it_any_more() {
    let world = World::start("sqlite:wishwell.db").await;
    // Refused for the state of things, and then not.
    let confirm = "ReferralService/ConfirmReferral";
    let Write { message, .. } = world.prepare("ReferralService/DeliverReferral").await;
    let message = with_id(&json!({"name": message["name"], "rating": 4}), &request_id());
    for _ in 0..2 {
        let status = world.send("internal_service", confirm, &message).await.expect_err("nothing was delivered");
        assert_eq!(reason(&status), "ILLEGAL_STATE", "{status:?}");
    }
    world.ask("partner", "ReferralService/DeliverReferral", json!({"name": message["name"]})).await;
    let first = world.send("internal_service", confirm, &message).await.expect("confirmed");
    let position = world.position().await;
    assert_eq!(world.send("internal_service", confirm, &message).await.expect("answered again"), first);
    assert_eq!(world.position().await, position);

    // What was refused has left its id to whatever comes with it next.
    let update = "CatalogService/UpdateOrganization";
    let Write { message, .. } = world.prepare(update).await;
    let current = world.read("partner", &world.own().organization, &json!(0)).await["organization"]["etag"].clone();
    let id = request_id();
    let [stale, right] = [json!("77"), current].map(|etag| {
        let mut message = with_id(&message, &id);
        message["etag"] = etag;
        message
    });
    let status = world.send("partner", update, &stale).await.expect_err("another version");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let first = world.send("partner", update, &right).await.expect("changed");
    assert_eq!(world.send("partner", update, &right).await.expect("answered again"), first);
    let status = world.send("partner", update, &stale).await.expect_err("the id is taken now");
    assert_eq!(reason(&status), "REQUEST_ID_REUSED", "{status:?}");

    // A message on trial that can go nowhere is none.
    let (test, create) = ("NotificationService/TestSubscription", "NotificationService/CreateSubscription");
    let silent = world.made("partner", create, json!({"subscription": {"dailyBudget": 1}})).await;
    let id = request_id();
    let nowhere = world.send("partner", test, &with_id(&json!({"name": silent}), &id)).await;
    assert_eq!(reason(&nowhere.expect_err("no webhook")), "INVALID_FIELDS");
    let Write { message, .. } = world.prepare(test).await;
    world.send("partner", test, &with_id(&message, &id)).await.expect("tried");
}

#[tokio::test]
async fn what_broke_off_when_its_request_was_noted_is_done_when_it_comes_again() {
    let database = TestDatabase::create().await;
    let world = World::start(database.url()).await;
    let mark = "NotificationService/MarkNotificationsSeen";
    let message = with_id(&world.prepare(mark).await.message, &request_id());
    let first = world.ask("partner", mark, message.clone()).await;
    assert_eq!(first["marked"], 1);
    // As if the server had ended in between.
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    for statement in ["UPDATE request_outcomes SET answer = NULL", "UPDATE notifications SET seen_at = NULL"] {
        sqlx::query(statement).execute(&mut connection).await.expect("forgotten");
    }
    assert_eq!(world.ask("partner", mark, message.clone()).await, first);
    let unseen = json!({"filter": {"unseenOnly": true}});
    let unseen = world.ask("partner", "NotificationService/ListNotifications", unseen).await;
    assert!(unseen["notifications"].as_array().is_none_or(Vec::is_empty), "{unseen}");
}
