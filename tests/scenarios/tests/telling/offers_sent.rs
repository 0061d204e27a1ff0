//! Messages of offers to partners' own tools: what they say, that they come again until they are taken, and that none comes of an offer that
//! waits for no answer any more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::behind::store_in;
use wishwell_scenarios::referring::{
    CASE_WORKER, HOTLINE, NEAR, PARTNER, Step, TRUNK, demo, offer, seen, submit, to, trunks, wanting, wishing,
};
use wishwell_scenarios::told::{request_id, told};
use wishwell_scenarios::webhooks::{SILENCE, Tool};

const PATIENCE: Duration = Duration::from_secs(60);

async fn subscribe(served: &Served, tool: &Tool) -> v1::CreateSubscriptionResponse {
    let subscription = v1::Subscription { offers: true, webhook_url: tool.url(), ..v1::Subscription::default() };
    let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() };
    told(served.notifications(PARTNER).create_subscription(request).await).expect("made")
}

/// The only notification, once its message is as far as asked.
async fn once(served: &Served, is_so: impl Fn(&v1::Notification) -> bool) -> v1::Notification {
    let started = Instant::now();
    loop {
        let request = v1::ListNotificationsRequest::default();
        let found = told(served.notifications(PARTNER).list_notifications(request).await).expect("listed");
        if let [notification] = &found.notifications[..]
            && is_so(notification)
        {
            return notification.clone();
        }
        assert!(started.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_message_says_of_an_offer_what_its_partner_sees_and_nothing_of_whose_need_it_is() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(204).await;
    let made = subscribe(&served, &tool).await;
    let subscription = made.subscription.expect("one");
    let secretive =
        v1::Need { description: "a secret description".to_owned(), urgency: v1::Urgency::Urgent.into(), ..wanting(2) };
    let need = submit(&served, secretive).await;
    let referral = offer(&served, HOTLINE, to(&need.name, &resource)).await.expect("offered");
    let notification = once(&served, |told| told.delivery() == v1::DeliveryState::Delivered).await;
    let message = tool.once(1).await.remove(0);
    assert_eq!(message.header("webhook-id"), notification.name);
    assert_eq!(message.signed_with(&made.secret), 1);
    let event = message.json();
    for (attribute, value) in [
        ("specversion", "1.0"),
        ("type", "wishwell.offer.made.v1"),
        ("id", &notification.name),
        ("source", &format!("/v1/{}", subscription.name)),
        ("subject", &referral.name),
        ("datacontenttype", "application/json"),
    ] {
        assert_eq!(event[attribute], value);
    }
    let data: v1::OfferMade =
        wishwell_api::json::from_json(&event["data"].to_string()).expect("a message of the contract");
    let shown = seen(&served, PARTNER, &referral.name).await.expect("there");
    assert_eq!((&data.division, data.urgency()), (&"640104".to_owned(), v1::Urgency::Urgent));
    let expected = v1::OfferMade {
        referral: shown.name,
        resource,
        organization: subscription.organization,
        subscription: subscription.name,
        category: TRUNK.to_owned(),
        quantity: shown.quantity,
        recurrence: None,
        urgency: shown.urgency,
        division: shown.division,
        expire_time: shown.expire_time,
        enquiry: false,
    };
    assert_eq!(data, expected);
    let fields: BTreeSet<_> = event["data"].as_object().expect("an object").keys().map(String::as_str).collect();
    let known = ["referral", "resource", "organization", "subscription", "category", "quantity", "urgency", "division"];
    assert_eq!(fields, known.into_iter().chain(["expireTime"]).collect());
    for hidden in [&need.name, need.name.split('/').nth(1).expect("an id"), "secret", "640104001"] {
        assert!(!message.body.contains(hidden), "{hidden} in {}", message.body);
    }
}

#[tokio::test]
async fn an_offer_that_is_answered_before_its_message_was_taken_is_not_sent_any_more() {
    for (step, key) in [(Step::Decline, PARTNER), (Step::Withdraw, CASE_WORKER)] {
        let served = demo().await;
        let (_, resource) = trunks(&served, NEAR, Some(9)).await;
        let tool = Tool::start(503).await;
        subscribe(&served, &tool).await;
        let need = submit(&served, wanting(1)).await;
        let referral = offer(&served, HOTLINE, to(&need.name, &resource)).await.expect("offered").name;
        once(&served, |told| told.delivery_status == 503).await;
        step.take(&served, key, &referral).await.expect("taken");
        tool.answer(200);
        let notification = once(&served, |told| told.delivery() == v1::DeliveryState::Withdrawn).await;
        assert_eq!((&notification.referral, notification.delivery_attempts > 1), (&referral, true));
        assert_eq!(tool.received().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn a_replica_whose_clock_is_ahead_of_the_database_s_tells_and_sends_every_offer_that_waits() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let mut database = store_in(served.process.folder()).await;
    // By the database it is ten minutes earlier from now on.
    let behind = "BEGIN IMMEDIATE; DROP VIEW wishwell_now; CREATE VIEW wishwell_now AS \
                  SELECT CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER) * 1000 - 600000000 AS microseconds; COMMIT";
    sqlx::raw_sql(behind).execute(&mut database).await.expect("changed");
    let tool = Tool::start(503).await;
    subscribe(&served, &tool).await;
    let need = submit(&served, wanting(1)).await;
    let short = v1::ReferralOffer {
        answer_within: Some(prost_types::Duration { seconds: 300, nanos: 0 }),
        ..to(&need.name, &resource)
    };
    let referral = offer(&served, HOTLINE, short).await.expect("offered");
    let notification = once(&served, |told| told.delivery_attempts > 0).await;
    tool.once(1).await;
    assert_eq!((&notification.referral, notification.delivery()), (&referral.name, v1::DeliveryState::Pending));
    let (next, ends) = (notification.next_attempt_time.expect("it is sent again"), referral.expire_time.expect("some"));
    assert!(next.seconds < ends.seconds, "{next:?} {ends:?}");
}

#[tokio::test]
async fn a_message_comes_again_as_long_as_its_offer_waits_and_is_given_up_with_it() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let tool = Tool::start(503).await;
    subscribe(&served, &tool).await;
    let need = submit(&served, wanting(1)).await;
    let short = v1::ReferralOffer {
        answer_within: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        ..to(&need.name, &resource)
    };
    let referral = offer(&served, HOTLINE, short).await.expect("offered");
    once(&served, |told| told.delivery_attempts > 1 && told.delivery_status == 503).await;
    let ends = referral.expire_time.expect("it lapses");
    let settled = once(&served, |told| told.delivery() != v1::DeliveryState::Pending).await;
    // With the last attempt before it lapses; where that comes a moment too late, it is not sent any more.
    assert!(matches!(settled.delivery(), v1::DeliveryState::Failed | v1::DeliveryState::Withdrawn), "{settled:?}");
    assert_eq!((settled.delivery_status, settled.next_attempt_time), (503, None));
    let sent = tool.received();
    let times = sent.iter().map(|message| message.header("webhook-timestamp").parse::<i64>().expect("seconds"));
    assert!(sent.len() > 1 && times.max() <= Some(ends.seconds));
}

#[tokio::test]
async fn an_offer_goes_at_once_while_somebody_else_s_tool_answers_nothing() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    let (_, theirs) = trunks(&served, "org-xq-hongmajia", Some(9)).await;
    let (silent, tool) = (Tool::start(SILENCE).await, Tool::start(204).await);
    let wishes = v1::Subscription {
        daily_budget: 100,
        categories: vec![TRUNK.to_owned()],
        webhook_url: silent.url(),
        ..v1::Subscription::default()
    };
    let offers = v1::Subscription { offers: true, webhook_url: tool.url(), ..v1::Subscription::default() };
    for (key, subscription) in [(PARTNER, wishes), ("demo-volunteer", offers)] {
        let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() };
        told(served.notifications(key).create_subscription(request).await).expect("made");
    }
    let need = submit(&served, v1::Need { urgency: v1::Urgency::Emergency.into(), ..wanting(1) }).await;
    for number in 0..24 {
        submit(&served, wishing(1, &format!("trunk {number}"))).await;
    }
    silent.once(2).await;
    let silent_since = Instant::now();
    let referral = offer(&served, HOTLINE, to(&need.name, &theirs)).await.expect("offered");
    let message = tool.once(1).await.remove(0);
    let event = message.json();
    assert_eq!((&event["type"], &event["subject"]), (&"wishwell.offer.made.v1".into(), &referral.name.into()));
    assert!(silent_since.elapsed() < Duration::from_secs(8), "nobody has waited for the silent one's 10 seconds");
    assert_eq!(silent.received().len(), 2, "so many are under way to one organization");
}
