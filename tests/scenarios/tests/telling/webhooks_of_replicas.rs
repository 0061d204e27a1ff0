//! Messages to partners' own tools from two replicas over one PostgreSQL: each is delivered, once unless somebody falls silent over it,
//! and under one id however often it comes. The tool stands in a network that the operator names, with a certificate of its authority.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::authority::Authority;
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::partners;
use wishwell_scenarios::referring::{OPERATOR, TRUNK, draw, pool, resource, stock, submit, trunk, wishing};
use wishwell_scenarios::told::{refused, request_id, told};
use wishwell_scenarios::webhooks::{Message, SILENCE, Tool};
use wishwell_test_support::postgres::TestDatabase;

/// Longest wait until everything is delivered: a message of a replica that was killed is given to another after 60 seconds.
const PATIENCE: Duration = Duration::from_secs(150);
/// What one replica sends at once.
const SENDS_AT_ONCE: usize = 16;

/// Two replicas, a tool, and the secret of the subscription that leads to it.
struct Scene {
    first: Served,
    second: Served,
    tool: Tool,
    secret: String,
    _database: TestDatabase,
}

async fn replica(database: &TestDatabase, authority: &Authority, networks: &str) -> Served {
    let folder = deployment::folder(CALLERS);
    std::fs::write(folder.path().join("partners.pem"), authority.pem()).expect("written");
    let more = ["--demo-principals", "--webhook-ca", "partners.pem", "--webhook-networks", networks];
    deployment::serve(folder, database.url(), &more).await
}

fn subscribing(organization: &str, url: &str) -> v1::CreateSubscriptionRequest {
    let subscription = v1::Subscription {
        organization: organization.to_owned(),
        daily_budget: 1_000,
        categories: vec![TRUNK.to_owned()],
        webhook_url: url.to_owned(),
        ..v1::Subscription::default()
    };
    v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() }
}

async fn scene(status: u16) -> Scene {
    let (database, authority) = (TestDatabase::create().await, Authority::new());
    let networks = "127.0.0.0/8,::1";
    let first = replica(&database, &authority, networks).await;
    let partner = partners::found(&first, 1).await.remove(0);
    let pool = pool(&first, stock(&partner.external_id, Some(99))).await;
    resource(&first, trunk(&partner.external_id, vec![draw(&pool, 1)], 38.401)).await;
    let tool = Tool::start_over_tls(status, authority.acceptor(&["localhost"])).await;
    let request = subscribing(&partner.organization, &tool.url());
    let made = told(first.notifications(OPERATOR).create_subscription(request).await).expect("made");
    let second = replica(&database, &authority, networks).await;
    Scene { first, second, tool, secret: made.secret, _database: database }
}

/// All notifications, once they are so many and each is so.
async fn once(served: &Served, count: usize, is_so: impl Fn(&v1::Notification) -> bool) -> Vec<v1::Notification> {
    let started = Instant::now();
    loop {
        let request = v1::ListNotificationsRequest { page_size: 1_000, ..Default::default() };
        let found =
            told(served.notifications(OPERATOR).list_notifications(request).await).expect("listed").notifications;
        if found.len() == count && found.iter().all(&is_so) {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{} of {count}: {found:#?}", found.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn delivered(notification: &v1::Notification) -> bool {
    notification.delivery() == v1::DeliveryState::Delivered
}

/// Messages by their ids.
fn by_id(messages: &[Message]) -> BTreeMap<&str, Vec<&Message>> {
    let mut by_id: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
    for message in messages {
        by_id.entry(message.header("webhook-id")).or_default().push(message);
    }
    by_id
}

#[tokio::test]
async fn two_replicas_deliver_each_message_exactly_once() {
    let scene = scene(200).await;
    for number in 0..40 {
        let to = if number % 2 == 0 { &scene.first } else { &scene.second };
        submit(to, wishing(1, &format!("trunk {number}"))).await;
    }
    let found = once(&scene.second, 40, delivered).await;
    // Whoever would send once more has looked by now.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let messages = scene.tool.received();
    let ids: BTreeSet<_> = by_id(&messages).into_keys().collect();
    assert_eq!(ids, found.iter().map(|told| told.name.as_str()).collect());
    assert_eq!(messages.len(), 40, "none comes twice");
    assert!(messages.iter().all(|message| message.signed_with(&scene.secret) == 1), "whichever replica sent it");
    assert!(found.iter().all(|told| told.delivery_attempts == 1));
    let wishes: BTreeSet<_> = found.iter().map(|told| told.wish.as_str()).collect();
    assert_eq!(wishes.len(), 40);
}

#[tokio::test]
async fn what_a_killed_replica_was_sending_comes_from_the_other_under_the_same_id() {
    let mut scene = scene(SILENCE).await;
    let (second, tool) = (&scene.second, &scene.tool);
    for number in 0..40 {
        submit(&scene.first, wishing(1, &format!("trunk {number}"))).await;
    }
    // More than one replica sends at once: both are waiting for an answer.
    tool.once(SENDS_AT_ONCE + 1).await;
    once(second, 40, |_| true).await;
    scene.first.process.kill();
    tool.answer(200);
    let found = once(second, 40, delivered).await;
    let messages = tool.received();
    let by_id = by_id(&messages);
    let ids: BTreeSet<_> = by_id.keys().copied().collect();
    assert_eq!(ids, found.iter().map(|told| told.name.as_str()).collect(), "nothing is lost, and nothing made up");
    assert!(messages.len() > 40, "what was not answered came again");
    for (id, messages) in by_id {
        for message in &messages {
            assert_eq!(message.signed_with(&scene.secret), 1);
            let (one, other) = (message.json(), messages[0].json());
            for attribute in ["id", "subject", "time", "type", "source"] {
                assert_eq!(one[attribute], other[attribute], "{id}: {attribute}");
            }
            assert_eq!(one["id"], id);
        }
    }
    let wishes: BTreeSet<_> = found.iter().map(|told| told.wish.as_str()).collect();
    assert_eq!(wishes.len(), 40, "whoever keeps ids for a week sees each once");
}

#[tokio::test]
async fn a_deployment_sends_to_the_networks_and_authorities_that_it_names_and_to_no_others() {
    let (database, authority, other) = (TestDatabase::create().await, Authority::new(), Authority::new());
    let served = replica(&database, &authority, "127.0.0.0/8,::1").await;
    let partner = partners::found(&served, 1).await.remove(0);
    let subscribe = async |url: &str| {
        let request = subscribing(&partner.organization, url);
        told(served.notifications(OPERATOR).create_subscription(request).await)
    };
    for url in ["https://10.0.0.1/", "https://169.254.169.254/", "https://127.0.0.1:80/", "http://127.0.0.1:8080/"] {
        refused(url, subscribe(url).await, "INVALID_FIELDS", "subscription.webhook_url");
    }
    let strange = Tool::start_over_tls(200, other.acceptor(&["localhost"])).await;
    let known = Tool::start_over_tls(200, authority.acceptor(&["localhost"])).await;
    for (tool, status, failure) in [(&strange, 0, "TLS with the receiver failed"), (&known, 200, "")] {
        let name = subscribe(&tool.url()).await.expect("made").subscription.expect("one").name;
        let request = v1::TestSubscriptionRequest { name, request_id: request_id() };
        let tried = told(served.notifications(OPERATOR).test_subscription(request).await).expect("tried");
        assert_eq!(tried.status, status, "{tried:?}");
        assert!(tried.failure.starts_with(failure), "{tried:?}");
    }
    assert_eq!((strange.received().len(), known.received().len()), (0, 1));
}
