//! Messages to partners' own tools: signed, sent again until they are taken, and to nowhere that is not everybody's.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tonic::Status;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{HOTLINE, NEAR, PARTNER, TRUNK, demo, submit, trunks, wishing};
use wishwell_scenarios::told::{mask, refused, request_id, told};
use wishwell_scenarios::webhooks::Tool;

const PATIENCE: Duration = Duration::from_secs(60);

async fn subscribe(served: &Served, url: &str) -> Result<v1::CreateSubscriptionResponse, Status> {
    let subscription = v1::Subscription {
        daily_budget: 100,
        categories: vec![TRUNK.to_owned()],
        webhook_url: url.to_owned(),
        ..v1::Subscription::default()
    };
    let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() };
    told(served.notifications(PARTNER).create_subscription(request).await)
}

/// The notifications, once the message of the newest is as far as asked.
async fn once(served: &Served, is_so: impl Fn(&v1::Notification) -> bool) -> Vec<v1::Notification> {
    let started = Instant::now();
    loop {
        let request = v1::ListNotificationsRequest { page_size: 1_000, ..Default::default() };
        let found = told(served.notifications(PARTNER).list_notifications(request).await).expect("listed");
        if found.notifications.first().is_some_and(&is_so) {
            return found.notifications;
        }
        assert!(started.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn stored(served: &Served, name: &str) -> v1::Subscription {
    let request = v1::GetSubscriptionRequest { name: name.to_owned(), ..Default::default() };
    told(served.notifications(PARTNER).get_subscription(request).await).expect("there").subscription.expect("one")
}

#[tokio::test]
async fn a_message_says_what_the_pool_shows_as_a_signed_cloud_event_and_nothing_of_whose_wish_it_is() {
    let served = demo().await;
    let (_, trunk) = trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(204).await;
    let made = subscribe(&served, &tool.url()).await.expect("made");
    let subscription = made.subscription.expect("one");
    let need = v1::Need { description: "a secret description".to_owned(), ..wishing(2, "a trunk") };
    let need = submit(&served, need).await;
    let notification = once(&served, |told| told.delivery() == v1::DeliveryState::Delivered).await.remove(0);
    assert_eq!((notification.delivery_attempts, notification.delivery_status), (1, 204));
    let messages = tool.once(1).await;
    let message = &messages[0];
    assert_eq!(message.request, "POST /wishes?team=1 HTTP/1.1");
    assert_eq!(message.header("content-type"), "application/cloudevents+json; charset=utf-8");
    assert_eq!(message.header("host"), tool.address().to_string());
    assert_eq!(message.header("webhook-id"), notification.name);
    let sent: i64 = message.header("webhook-timestamp").parse().expect("seconds");
    let told_at = notification.create_time.expect("when it was told").seconds;
    assert!((told_at - sent).abs() < 60, "{sent}");
    assert_eq!((message.signed_with(&made.secret), message.header("webhook-signature").split(' ').count()), (1, 1));
    let another = format!("whsec_{}", "A".repeat(43) + "=");
    assert_eq!(message.signed_with(&another), 0);

    let event = message.json();
    for (attribute, value) in [
        ("specversion", "1.0"),
        ("type", "wishwell.wish.fits.v1"),
        ("id", &notification.name),
        ("source", &format!("/v1/{}", subscription.name)),
        ("subject", &notification.wish),
        ("datacontenttype", "application/json"),
    ] {
        assert_eq!(event[attribute], value);
    }
    let data: v1::WishFits =
        wishwell_api::json::from_json(&event["data"].to_string()).expect("a message of the contract");
    assert_eq!((data.resource, data.subscription), (trunk, subscription.name));
    let request = v1::ListWishesRequest { category: TRUNK.to_owned(), ..Default::default() };
    let shown = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
    assert_eq!(data.item.as_ref(), shown.first());
    for hidden in [&need.name, need.name.split('/').nth(1).expect("an id"), "secret", "herself", "38.4", "106.2"] {
        assert!(!message.body.contains(hidden), "{hidden} in {}", message.body);
    }
}

#[tokio::test]
async fn a_message_that_is_not_taken_comes_again_under_the_same_id_until_it_is() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(204).await;
    let (address, url) = (tool.address(), tool.url());
    let secret = subscribe(&served, &url).await.expect("made").secret;
    drop(tool);
    tokio::time::sleep(Duration::from_millis(100)).await;
    submit(&served, wishing(1, "a trunk")).await;
    let away = once(&served, |told| told.delivery_attempts == 1).await.remove(0);
    assert_eq!((away.delivery(), away.delivery_status), (v1::DeliveryState::Pending, 0));
    // It is back, and neither an error nor a redirect is taking it.
    let tool = Tool::start_at(address, 500).await;
    let first = tool.once(1).await.remove(0);
    once(&served, |told| told.delivery_status == 500 && told.next_attempt_time.is_some()).await;
    tool.answer(307);
    let second = tool.once(2).await.remove(1);
    once(&served, |told| told.delivery_status == 307).await;
    tool.answer(200);
    let messages = tool.once(3).await;
    let delivered = once(&served, |told| told.delivery() == v1::DeliveryState::Delivered).await.remove(0);
    assert_eq!((delivered.delivery_attempts, delivered.next_attempt_time), (4, None));
    for message in [&first, &second, &messages[2]] {
        assert_eq!((message.header("webhook-id"), message.signed_with(&secret)), (delivered.name.as_str(), 1));
    }
    let times: BTreeSet<_> = messages.iter().map(|message| message.header("webhook-timestamp")).collect();
    assert_eq!((times.len(), messages.len()), (3, 3), "each is signed for its own time, and none goes elsewhere");
}

#[tokio::test]
async fn while_a_receiver_changes_over_messages_are_signed_with_both_secrets() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(200).await;
    let made = subscribe(&served, &tool.url()).await.expect("made");
    let name = made.subscription.expect("one").name;
    let request = v1::RotateSubscriptionSecretRequest { name, request_id: request_id(), ..Default::default() };
    let mut client = served.notifications(PARTNER);
    let rotated = told(client.rotate_subscription_secret(request.clone()).await).expect("given");
    let again = told(client.rotate_subscription_secret(request).await).expect("the same answer");
    assert_eq!(again, rotated);
    assert_ne!(rotated.secret, made.secret);
    submit(&served, wishing(1, "a trunk")).await;
    let message = tool.once(1).await.remove(0);
    assert_eq!((message.signed_with(&rotated.secret), message.signed_with(&made.secret)), (1, 1));
    assert_eq!(message.header("webhook-signature").split(' ').count(), 2);
}

#[tokio::test]
async fn a_receiver_that_is_gone_pauses_its_subscription_until_somebody_makes_it_active() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(410).await;
    let name = subscribe(&served, &tool.url()).await.expect("made").subscription.expect("one").name;
    submit(&served, wishing(1, "a trunk")).await;
    let gone = once(&served, |told| told.delivery() == v1::DeliveryState::Failed).await.remove(0);
    assert_eq!((gone.delivery_attempts, gone.delivery_status), (1, 410));
    let subscription = stored(&served, &name).await;
    assert_eq!(subscription.state(), v1::SubscriptionState::Gone);
    submit(&served, wishing(1, "another")).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(tool.received().len(), 1, "nothing is sent any more");
    tool.answer(200);
    let request = v1::UpdateSubscriptionRequest {
        name: name.clone(),
        subscription: Some(v1::Subscription { state: v1::SubscriptionState::Active.into(), ..Default::default() }),
        update_mask: mask(&["state"]),
        ..Default::default()
    };
    told(served.notifications(PARTNER).update_subscription(request).await).expect("active again");
    submit(&served, wishing(1, "a third")).await;
    once(&served, |told| told.delivery() == v1::DeliveryState::Delivered).await;
    assert_eq!(tool.received().len(), 2);
}

#[tokio::test]
async fn what_has_left_the_pool_before_it_was_taken_is_not_sent_any_more() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(503).await;
    subscribe(&served, &tool.url()).await.expect("made");
    let need = submit(&served, wishing(1, "a trunk")).await;
    tool.once(1).await;
    let request = v1::WithdrawNeedRequest { name: need.name, ..Default::default() };
    told(served.needs(HOTLINE).withdraw_need(request).await).expect("withdrawn");
    tool.answer(200);
    once(&served, |told| told.delivery() == v1::DeliveryState::Withdrawn).await;
    assert_eq!(tool.received().len(), 1);
}

#[tokio::test]
async fn a_server_that_was_killed_while_it_sent_sends_again_and_nothing_is_lost() {
    let mut served = demo().await;
    trunks(&served, NEAR, Some(99)).await;
    let tool = Tool::start(200).await;
    subscribe(&served, &tool.url()).await.expect("made");
    for number in 0..20 {
        submit(&served, wishing(1, &format!("trunk {number}"))).await;
    }
    tool.once(1).await;
    served.process.kill();
    let served = Served::start_in(served.process.into_folder(), &[], &[]).await;
    let started = Instant::now();
    loop {
        let request = v1::ListNotificationsRequest { page_size: 1_000, ..Default::default() };
        let found = told(served.notifications(PARTNER).list_notifications(request).await).expect("listed");
        let delivered = |told: &v1::Notification| told.delivery() == v1::DeliveryState::Delivered;
        if found.notifications.len() == 20 && found.notifications.iter().all(delivered) {
            let ids: BTreeSet<_> =
                tool.received().iter().map(|message| message.header("webhook-id").to_owned()).collect();
            assert_eq!(ids, found.notifications.into_iter().map(|told| told.name).collect());
            return;
        }
        // What it was sending is due again when its time is up.
        assert!(started.elapsed() < Duration::from_secs(120), "{found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_message_on_trial_goes_at_once_and_tells_what_came_back() {
    let served = demo().await;
    let tool = Tool::start(418).await;
    let made = subscribe(&served, &tool.url()).await.expect("made");
    let name = made.subscription.expect("one").name;
    let request = v1::TestSubscriptionRequest { name: name.clone(), request_id: request_id() };
    let mut client = served.notifications(PARTNER);
    let trial = told(client.test_subscription(request.clone()).await).expect("tried");
    assert_eq!((trial.status, trial.failure.as_str()), (418, ""));
    assert_eq!(told(client.test_subscription(request).await).expect("the same answer"), trial);
    let messages = tool.received();
    assert_eq!(messages.len(), 1, "sent once");
    assert_eq!(messages[0].json()["type"], "wishwell.subscription.test.v1");
    assert_eq!(messages[0].signed_with(&made.secret), 1);
    drop(tool);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let again = v1::TestSubscriptionRequest { name, request_id: request_id() };
    let trial = told(client.test_subscription(again).await).expect("tried");
    assert_eq!((trial.status, trial.failure.as_str()), (0, "the receiver cannot be connected to"));
    let silent = subscribe(&served, "").await.expect("made").subscription.expect("one").name;
    let request = v1::TestSubscriptionRequest { name: silent, request_id: request_id() };
    refused("no webhook", told(client.test_subscription(request).await), "INVALID_FIELDS", "name");
}

#[tokio::test]
async fn no_message_goes_to_an_address_that_is_not_everybodys() {
    let served = demo().await;
    for url in [
        "http://tools.example.org/",
        "https://10.0.0.1/",
        "https://172.16.5.4/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://somebody:secret@tools.example.org/",
        "https://tools.example.org:22/",
        "https://tools.example.org/#part",
        "ftp://tools.example.org/",
        "file:///etc/passwd",
        "tools.example.org",
    ] {
        let answer = subscribe(&served, url).await;
        refused(url, answer, "INVALID_FIELDS", "subscription.webhook_url");
    }
    subscribe(&served, "https://tools.example.org:8443/wishes").await.expect("made");
    let off = Served::start(&["--webhooks=false"], &[]).await;
    wishwell_scenarios::referring::category(&off, wishwell_scenarios::referring::OPERATOR).await;
    let answer = subscribe(&off, "https://tools.example.org/").await;
    refused("switched off", answer, "INVALID_FIELDS", "subscription.webhook_url");
    subscribe(&off, "").await.expect("told here alone");
}
