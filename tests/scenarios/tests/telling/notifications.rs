//! Telling organizations of new wishes: what fits, once, within the day's budget, to nobody else.

use std::time::{Duration, Instant};

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::partners;
use wishwell_scenarios::referring::{
    AUDITOR, FAR, HOTLINE, NEAR, OPERATOR, PARTNER, PATIENCE, TRUNK, demo, draw, neighbours, pool, resource, stock,
    submit, trunk, trunks, wanting, wishing,
};
use wishwell_scenarios::told::{mask, refused, request_id, told, violations};
use wishwell_scenarios::{Served, external};
use wishwell_test_support::postgres::TestDatabase;

/// Long enough for a wish to be told that is to be told.
pub(super) const A_WHILE: Duration = Duration::from_secs(4);
/// How long whoever tells keeps others from it, at most.
pub(super) const LEASE: Duration = Duration::from_secs(30);

pub(super) fn asking(budget: i32) -> v1::Subscription {
    v1::Subscription { daily_budget: budget, categories: vec![TRUNK.to_owned()], ..v1::Subscription::default() }
}

pub(super) async fn subscribe(
    served: &Served,
    key: &'static str,
    subscription: v1::Subscription,
) -> Result<v1::CreateSubscriptionResponse, Status> {
    let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id: request_id() };
    told(served.notifications(key).create_subscription(request).await)
}

pub(super) async fn subscribed(served: &Served, key: &'static str, subscription: v1::Subscription) -> v1::Subscription {
    subscribe(served, key, subscription).await.expect("made").subscription.expect("one")
}

pub(super) async fn listed(
    served: &Served,
    key: &'static str,
    filter: v1::NotificationFilter,
) -> Vec<v1::Notification> {
    let request = v1::ListNotificationsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    told(served.notifications(key).list_notifications(request).await).expect("listed").notifications
}

pub(super) async fn all(served: &Served, key: &'static str) -> Vec<v1::Notification> {
    listed(served, key, v1::NotificationFilter::default()).await
}

/// What somebody was told, once it is so much.
pub(super) async fn once(served: &Served, key: &'static str, count: usize) -> Vec<v1::Notification> {
    once_within(served, key, count, PATIENCE).await
}

pub(super) async fn once_within(
    served: &Served,
    key: &'static str,
    count: usize,
    patience: Duration,
) -> Vec<v1::Notification> {
    let started = Instant::now();
    loop {
        let found = all(served, key).await;
        if found.len() >= count {
            return found;
        }
        assert!(started.elapsed() < patience, "{count} were to be told: {found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The wish in the pool with this title.
async fn wish(served: &Served, title: &str) -> String {
    let request = v1::ListWishesRequest { category: TRUNK.to_owned(), page_size: 1_000, ..Default::default() };
    let items = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items;
    items.into_iter().find(|item| item.title == title).expect("published").wish
}

pub(super) async fn update(
    served: &Served,
    key: &'static str,
    subscription: v1::Subscription,
    paths: &[&str],
) -> Result<v1::Subscription, Status> {
    let request = v1::UpdateSubscriptionRequest {
        name: subscription.name.clone(),
        etag: subscription.etag.clone(),
        subscription: Some(subscription),
        update_mask: mask(paths),
        request_id: request_id(),
    };
    told(served.notifications(key).update_subscription(request).await).map(|answer| answer.subscription.expect("one"))
}

#[tokio::test]
async fn a_partner_is_told_once_of_each_new_wish_that_its_best_resource_fits_and_marks_it_as_seen() {
    let served = demo().await;
    neighbours(&served).await;
    submit(&served, wishing(1, "before")).await;
    let pool = pool(&served, stock(NEAR, Some(9))).await;
    let _far = resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.9)).await;
    let near = resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.401)).await;
    let subscription = subscribed(&served, PARTNER, asking(10)).await;
    assert!(all(&served, PARTNER).await.is_empty());
    // One that is not published, and one that is.
    submit(&served, wanting(1)).await;
    let need = submit(&served, wishing(2, "fits")).await;
    let found = once(&served, PARTNER, 1).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let notification = &found[0];
    assert_eq!(notification.wish, wish(&served, "fits").await);
    assert_eq!((notification.item_ordinal, &notification.resource), (1, &near));
    assert_eq!(
        (&notification.subscription, &notification.organization),
        (&subscription.name, &subscription.organization)
    );
    assert_eq!((notification.delivery(), notification.seen_time), (v1::DeliveryState::None, None));
    assert!(!format!("{found:?}").contains(&need.name));
    // It changes, and is not told again.
    let request = v1::UpdateNeedRequest {
        name: need.name.clone(),
        need: Some(v1::Need { urgency: v1::Urgency::Emergency.into(), ..v1::Need::default() }),
        update_mask: mask(&["urgency"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_need(request).await).expect("updated");
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(all(&served, PARTNER).await, found);

    let request = v1::MarkNotificationsSeenRequest { names: vec![notification.name.clone()], request_id: request_id() };
    let mark = async |request: v1::MarkNotificationsSeenRequest| {
        told(served.notifications(PARTNER).mark_notifications_seen(request).await)
    };
    assert_eq!(mark(request.clone()).await.expect("marked").marked, 1);
    assert_eq!(mark(request.clone()).await.expect("the same answer").marked, 1);
    let reused = v1::MarkNotificationsSeenRequest { names: vec![format!("notifications/{}", request_id())], ..request };
    refused("another body", mark(reused).await, "REQUEST_ID_REUSED", "");
    let unseen = v1::NotificationFilter { unseen_only: true, ..Default::default() };
    assert!(listed(&served, PARTNER, unseen).await.is_empty());
    assert!(all(&served, PARTNER).await[0].seen_time.is_some());
}

#[tokio::test]
async fn a_wish_that_is_withdrawn_or_not_for_a_subscription_is_not_told() {
    let served = demo().await;
    neighbours(&served).await;
    trunks(&served, NEAR, Some(9)).await;
    let elsewhere = v1::Subscription { divisions: vec!["6402".to_owned()], ..asking(10) };
    subscribed(&served, PARTNER, elsewhere).await;
    let desks = v1::Subscription { categories: vec!["education.desk".to_owned()], ..asking(10) };
    subscribed(&served, PARTNER, desks).await;
    submit(&served, wishing(1, "of neither")).await;
    let within = v1::Subscription { divisions: vec!["640104".to_owned()], categories: Vec::new(), ..asking(10) };
    let within = subscribed(&served, PARTNER, within).await;
    submit(&served, wishing(1, "within")).await;
    let found = once(&served, PARTNER, 1).await;
    assert_eq!((found.len(), &found[0].wish), (1, &wish(&served, "within").await));
    assert_eq!(found[0].subscription, within.name);

    let paused = v1::Subscription { state: v1::SubscriptionState::Paused.into(), ..within };
    let paused = update(&served, PARTNER, paused, &["state"]).await.expect("paused");
    submit(&served, wishing(1, "meanwhile")).await;
    tokio::time::sleep(A_WHILE).await;
    let active = v1::Subscription { state: v1::SubscriptionState::Active.into(), ..paused };
    update(&served, PARTNER, active, &["state"]).await.expect("active again");
    submit(&served, wishing(1, "afterwards")).await;
    let found = once(&served, PARTNER, 2).await;
    assert_eq!((found.len(), &found[0].wish), (2, &wish(&served, "afterwards").await), "the newest first");
}

#[tokio::test]
async fn no_more_is_told_in_a_day_than_its_budget_and_the_best_first() {
    let served = demo().await;
    trunks(&served, NEAR, Some(99)).await;
    let subscription = subscribed(&served, PARTNER, asking(2)).await;
    for number in 0..5 {
        submit(&served, wishing(1, &format!("trunk {number}"))).await;
    }
    assert_eq!(once(&served, PARTNER, 2).await.len(), 2);
    let urgent = v1::Need { urgency: v1::Urgency::Emergency.into(), ..wishing(1, "an emergency") };
    submit(&served, urgent).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(all(&served, PARTNER).await.len(), 2, "the budget is spent");
    let more = v1::Subscription { daily_budget: 3, ..subscription };
    let more = update(&served, PARTNER, more, &["daily_budget"]).await.expect("raised");
    let found = once(&served, PARTNER, 3).await;
    assert_eq!(found[0].wish, wish(&served, "an emergency").await, "the most urgent of those that wait");
    update(&served, PARTNER, v1::Subscription { daily_budget: 10, ..more }, &["daily_budget"]).await.expect("raised");
    assert_eq!(once(&served, PARTNER, 6).await.len(), 6, "nothing is lost");
}

#[tokio::test]
async fn nobody_reaches_what_is_another_organizations() {
    let served = demo().await;
    trunks(&served, NEAR, Some(9)).await;
    trunks(&served, FAR, Some(9)).await;
    let filter = v1::OrganizationFilter { external: Some(external("demo", FAR)), ..Default::default() };
    let request = v1::ListOrganizationsRequest { filter: Some(filter), ..Default::default() };
    let far = told(served.catalog(OPERATOR).list_organizations(request).await).expect("listed").organizations.remove(0);
    let foreign = v1::Subscription { organization: far.name.clone(), ..asking(5) };
    let denied = subscribe(&served, PARTNER, foreign.clone()).await.expect_err("another's");
    assert_eq!(denied.code(), Code::PermissionDenied);
    refused("whose", subscribe(&served, OPERATOR, asking(5)).await, "INVALID_FIELDS", "subscription.organization");
    let foreign = subscribed(&served, OPERATOR, foreign).await;
    subscribed(&served, PARTNER, asking(5)).await;
    submit(&served, wishing(1, "for both")).await;
    once(&served, OPERATOR, 2).await;
    let mine = all(&served, PARTNER).await;
    assert!(mine.len() == 1 && mine[0].organization != far.name, "{mine:?}");

    let mut client = served.notifications(PARTNER);
    let (name, organization) = (foreign.name.clone(), far.name.clone());
    let get = v1::GetSubscriptionRequest { name: name.clone(), ..Default::default() };
    refused("a look", told(client.get_subscription(get.clone()).await), "NOT_FOUND", "");
    refused("a change", update(&served, PARTNER, foreign, &["daily_budget"]).await, "NOT_FOUND", "");
    let request = v1::DeleteSubscriptionRequest { name: name.clone(), ..Default::default() };
    refused("its end", told(client.delete_subscription(request).await), "NOT_FOUND", "");
    let request = v1::RotateSubscriptionSecretRequest { name: name.clone(), ..Default::default() };
    refused("its secret", told(client.rotate_subscription_secret(request).await), "NOT_FOUND", "");
    let request = v1::TestSubscriptionRequest { name, ..Default::default() };
    refused("a trial", told(client.test_subscription(request).await), "NOT_FOUND", "");
    let request = v1::ListSubscriptionsRequest { organization: organization.clone(), ..Default::default() };
    assert_eq!(told(client.list_subscriptions(request).await).expect_err("denied").code(), Code::PermissionDenied);
    let filter = v1::NotificationFilter { organization: organization.clone(), ..Default::default() };
    let request = v1::ListNotificationsRequest { filter: Some(filter.clone()), ..Default::default() };
    assert_eq!(told(client.list_notifications(request).await).expect_err("denied").code(), Code::PermissionDenied);
    let theirs = listed(&served, AUDITOR, filter).await;
    assert_eq!(theirs.len(), 1);
    let request = v1::MarkNotificationsSeenRequest { names: vec![theirs[0].name.clone()], ..Default::default() };
    assert_eq!(told(client.mark_notifications_seen(request).await).expect("nothing of it").marked, 0);
    let request = v1::ListSubscriptionsRequest::default();
    let seen = told(client.list_subscriptions(request).await).expect("listed").subscriptions;
    assert!(seen.len() == 1 && seen[0].organization != organization);
    told(served.notifications(AUDITOR).get_subscription(get).await).expect("auditors read");
}

#[tokio::test]
async fn a_subscription_is_kept_like_any_entity_and_its_secret_is_shown_once() {
    let served = demo().await;
    let request = v1::CreateSubscriptionRequest { subscription: Some(asking(5)), request_id: request_id() };
    let made = told(served.notifications(PARTNER).create_subscription(request.clone()).await).expect("made");
    let again = told(served.notifications(PARTNER).create_subscription(request).await).expect("the same answer");
    assert_eq!(again, made);
    assert!(made.secret.starts_with("whsec_") && made.secret.len() == 50, "32 bytes in base64");
    assert!(!format!("{made:?}").contains(&made.secret));
    let subscription = made.subscription.expect("one");
    assert_eq!(
        (subscription.state(), subscription.time_zone.as_str()),
        (v1::SubscriptionState::Active, "Asia/Shanghai")
    );
    let stale = v1::Subscription { etag: "9".to_owned(), ..subscription.clone() };
    refused("stale", update(&served, PARTNER, stale, &["daily_budget"]).await, "ETAG_MISMATCH", "");
    for (changed, field) in [
        (v1::Subscription { daily_budget: 0, ..asking(1) }, "daily_budget"),
        (v1::Subscription { daily_budget: 1_001, ..asking(1) }, "daily_budget"),
        (v1::Subscription { time_zone: "Mars/Olympus".to_owned(), ..asking(1) }, "time_zone"),
        (v1::Subscription { categories: vec!["no.such".to_owned()], ..asking(1) }, "categories[0]"),
        (v1::Subscription { divisions: vec!["99".to_owned()], ..asking(1) }, "divisions[0]"),
        (v1::Subscription { state: v1::SubscriptionState::Gone.into(), ..asking(1) }, "state"),
    ] {
        let status = subscribe(&served, PARTNER, changed).await.expect_err(field);
        let fields: Vec<_> = violations(&status).into_iter().map(|told| told.field).collect();
        assert_eq!(fields, [format!("subscription.{field}")], "{status:?}");
    }
    for _ in 1..16 {
        subscribed(&served, PARTNER, asking(1)).await;
    }
    let status = refused("one too many", subscribe(&served, PARTNER, asking(1)).await, "LIMIT_REACHED", "");
    assert!(status.message().contains("delete one"), "{status:?}");
    let request = v1::DeleteSubscriptionRequest { name: subscription.name.clone(), ..Default::default() };
    told(served.notifications(PARTNER).delete_subscription(request.clone()).await).expect("ended");
    refused("twice", told(served.notifications(PARTNER).delete_subscription(request).await), "NOT_FOUND", "");
    let get = v1::GetSubscriptionRequest { name: subscription.name, ..Default::default() };
    refused("a look", told(served.notifications(PARTNER).get_subscription(get).await), "NOT_FOUND", "");
    subscribed(&served, PARTNER, asking(1)).await;
}

#[tokio::test]
async fn whoever_is_killed_between_finding_and_telling_tells_once_afterwards() {
    let mut served = demo().await;
    trunks(&served, NEAR, Some(99)).await;
    subscribed(&served, PARTNER, asking(1_000)).await;
    for round in 1..=3 {
        for number in 0..10 {
            submit(&served, wishing(1, &format!("trunk {round} {number}"))).await;
        }
        // At another moment each time.
        tokio::time::sleep(Duration::from_millis(350 * round)).await;
        served.process.kill();
        let folder = served.process.into_folder();
        served = Served::start_in(folder, &[], &[]).await;
    }
    // Where the kill struck a turn at telling, the turn is taken over when its lease is over.
    let found = once_within(&served, PARTNER, 30, LEASE + PATIENCE).await;
    tokio::time::sleep(A_WHILE).await;
    let wishes: std::collections::BTreeSet<_> = all(&served, PARTNER).await.into_iter().map(|told| told.wish).collect();
    assert_eq!((found.len(), wishes.len()), (30, 30));
}

#[tokio::test]
async fn of_two_replicas_one_tells_and_the_other_takes_over_when_it_is_killed() {
    let database = TestDatabase::create().await;
    let first = deployment::serve(deployment::folder(CALLERS), database.url(), &["--demo-principals"]).await;
    let mut partners = partners::found(&first, 1).await;
    let partner = partners.remove(0);
    let pool = pool(&first, stock(&partner.external_id, Some(99))).await;
    resource(&first, trunk(&partner.external_id, vec![draw(&pool, 1)], 38.401)).await;
    let organization = partner.organization.clone();
    subscribed(&first, OPERATOR, v1::Subscription { organization, ..asking(1_000) }).await;
    let mut second = deployment::serve(deployment::folder(CALLERS), database.url(), &["--demo-principals"]).await;
    for number in 0..20 {
        submit(if number % 2 == 0 { &first } else { &second }, wishing(1, &format!("trunk {number}"))).await;
    }
    assert_eq!(once(&first, OPERATOR, 20).await.len(), 20);
    let mut first = first;
    // Whichever of the two it was: the other one goes on, at the latest when the lease is over.
    first.process.kill();
    for number in 20..30 {
        submit(&second, wishing(1, &format!("trunk {number}"))).await;
    }
    let started = Instant::now();
    while all(&second, OPERATOR).await.len() < 30 {
        assert!(started.elapsed() < Duration::from_secs(90), "nobody takes over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(A_WHILE).await;
    let found = all(&second, OPERATOR).await;
    let wishes: std::collections::BTreeSet<_> = found.iter().map(|told| &told.wish).collect();
    assert_eq!((found.len(), wishes.len()), (30, 30));
    second.process.kill();
}
