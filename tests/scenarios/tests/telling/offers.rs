//! Telling organizations of offers that are made to them: each once, at once, beside the budget of wishes, and none that waits for no answer
//! any more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use wishwell_api::v1;
use wishwell_scenarios::deployment::{self, CALLERS};
use wishwell_scenarios::referring::{
    FAR, HOTLINE, NEAR, OPERATOR, PARTNER, PATIENCE, Step, TRUNK, auto_refer, demo, draw, following, offer, pool,
    resource, sharing, stock, submit, to, trunk, trunks, wanting, wishing,
};
use wishwell_scenarios::told::{refused, request_id, told};
use wishwell_scenarios::{Served, external, partners};
use wishwell_test_support::postgres::TestDatabase;

use super::notifications::{A_WHILE, LEASE, all, asking, listed, once, once_within, subscribe, subscribed, update};

/// Wishes up to a budget, and offers.
fn of_both(budget: i32) -> v1::Subscription {
    v1::Subscription { offers: true, ..asking(budget) }
}

/// Offers a trunk for a need of its own; the referral's name.
async fn offered(served: &Served, resource: &str) -> String {
    let need = submit(served, wanting(1)).await;
    offer(served, HOTLINE, to(&need.name, resource)).await.expect("offered").name
}

/// The name of [`FAR`].
async fn far_away(served: &Served) -> String {
    let filter = v1::OrganizationFilter { external: Some(external("demo", FAR)), ..Default::default() };
    let request = v1::ListOrganizationsRequest { filter: Some(filter), ..Default::default() };
    let found = told(served.catalog(OPERATOR).list_organizations(request).await).expect("listed").organizations;
    found.into_iter().next().expect("one").name
}

/// The offers that were told; nothing for a wish.
fn names(found: &[v1::Notification]) -> Vec<&str> {
    found.iter().map(|told| told.referral.as_str()).collect()
}

#[tokio::test]
async fn offers_are_told_once_beside_wishes_and_take_nothing_of_their_budget() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    offered(&served, &resource).await;
    let subscription = subscribed(&served, PARTNER, of_both(1)).await;
    assert!(subscription.offers);
    submit(&served, wishing(1, "within the budget")).await;
    once(&served, PARTNER, 1).await;
    submit(&served, wishing(1, "beyond it")).await;
    let need = submit(&served, wanting(1)).await;
    let first = offer(&served, HOTLINE, to(&need.name, &resource)).await.expect("offered").name;
    once(&served, PARTNER, 2).await;
    let second = offered(&served, &resource).await;
    let found = once(&served, PARTNER, 3).await;
    assert_eq!(names(&found), [second.as_str(), first.as_str(), ""], "the newest first");
    let (offer, wish) = (&found[1], &found[2]);
    assert_eq!((offer.kind(), wish.kind()), (v1::NotificationKind::Offer, v1::NotificationKind::Wish));
    assert_eq!((offer.wish.as_str(), offer.item_ordinal, &offer.resource), ("", 1, &resource));
    assert_eq!((&offer.subscription, &offer.organization), (&subscription.name, &subscription.organization));
    assert_eq!((offer.delivery(), &offer.seen_time), (v1::DeliveryState::None, &None));
    assert!(!format!("{found:?}").contains(&need.name));
    let of = async |kind: v1::NotificationKind| {
        let filter = v1::NotificationFilter { kind: kind.into(), ..Default::default() };
        listed(&served, PARTNER, filter).await
    };
    assert_eq!(of(v1::NotificationKind::Offer).await, found[..2]);
    assert_eq!(of(v1::NotificationKind::Wish).await, found[2..]);
    let request = v1::MarkNotificationsSeenRequest { names: vec![offer.name.clone()], request_id: request_id() };
    assert_eq!(told(served.notifications(PARTNER).mark_notifications_seen(request).await).expect("marked").marked, 1);
    // It is answered, which tells nothing again, and the other wish waits for another day.
    Step::Accept(None).take(&served, PARTNER, &first).await.expect("accepted");
    tokio::time::sleep(A_WHILE).await;
    let unseen = v1::NotificationFilter { unseen_only: true, ..Default::default() };
    assert_eq!(names(&listed(&served, PARTNER, unseen).await), [second.as_str(), ""]);
    assert_eq!(all(&served, PARTNER).await.len(), 3);
    // Nor is there less room for wishes than there was.
    let more = v1::Subscription { daily_budget: 2, ..subscription };
    update(&served, PARTNER, more, &["daily_budget"]).await.expect("raised");
    assert_eq!(once(&served, PARTNER, 4).await[0].kind(), v1::NotificationKind::Wish);
}

#[tokio::test]
async fn a_subscription_that_does_not_ask_for_offers_is_told_of_none_and_one_may_be_for_offers_alone() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    subscribed(&served, PARTNER, asking(5)).await;
    offered(&served, &resource).await;
    submit(&served, wishing(1, "a wish")).await;
    assert_eq!(once(&served, PARTNER, 1).await[0].kind(), v1::NotificationKind::Wish);
    refused(
        "nothing at all",
        subscribe(&served, PARTNER, asking(0)).await,
        "INVALID_FIELDS",
        "subscription.daily_budget",
    );
    let alone = v1::Subscription { organization: far_away(&served).await, ..of_both(0) };
    let alone = subscribed(&served, OPERATOR, alone).await;
    assert_eq!((alone.daily_budget, alone.offers), (0, true));
    let (_, theirs) = trunks(&served, FAR, Some(9)).await;
    submit(&served, wishing(1, "another wish")).await;
    let made = offered(&served, &theirs).await;
    let of_theirs = async || {
        let filter = v1::NotificationFilter { subscription: alone.name.clone(), ..Default::default() };
        listed(&served, OPERATOR, filter).await
    };
    once(&served, OPERATOR, 3).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(names(&of_theirs().await), [made.as_str()]);
    let neither = v1::Subscription { offers: false, ..alone.clone() };
    let answer = update(&served, OPERATOR, neither, &["offers"]).await;
    refused("neither", answer, "INVALID_FIELDS", "subscription.daily_budget");
    let wishes = v1::Subscription { offers: false, daily_budget: 5, ..alone.clone() };
    update(&served, OPERATOR, wishes, &["offers", "daily_budget"]).await.expect("changed");
    offered(&served, &theirs).await;
    submit(&served, wishing(1, "a third")).await;
    once(&served, OPERATOR, 5).await;
    let kinds: Vec<_> = of_theirs().await.iter().map(v1::Notification::kind).collect();
    assert_eq!(kinds, [v1::NotificationKind::Wish, v1::NotificationKind::Offer]);
}

#[tokio::test]
async fn what_is_elsewhere_of_another_kind_claimed_or_made_during_a_pause_is_not_told() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    let elsewhere = v1::Subscription { divisions: vec!["6402".to_owned()], ..of_both(0) };
    subscribed(&served, PARTNER, elsewhere).await;
    let desks = v1::Subscription { categories: vec!["education.desk".to_owned()], ..of_both(0) };
    subscribed(&served, PARTNER, desks).await;
    offered(&served, &resource).await;
    // It shows the district: the street that is asked for may be the one.
    let street = v1::Subscription { divisions: vec!["640104001".to_owned()], categories: Vec::new(), ..of_both(0) };
    let street = subscribed(&served, PARTNER, street).await;
    submit(&served, wishing(1, "claimed")).await;
    let request = v1::ListWishesRequest { category: TRUNK.to_owned(), ..Default::default() };
    let item = told(served.referrals(PARTNER).list_wishes(request).await).expect("listed").items.remove(0);
    let claim = v1::ClaimWishRequest {
        wish: item.wish,
        item_ordinal: 1,
        resource: resource.clone(),
        ..v1::ClaimWishRequest::default()
    };
    told(served.referrals(PARTNER).claim_wish(claim).await).expect("claimed");
    let within = offered(&served, &resource).await;
    let found = once(&served, PARTNER, 1).await;
    assert_eq!((names(&found), &found[0].subscription), (vec![within.as_str()], &street.name));

    let paused = v1::Subscription { state: v1::SubscriptionState::Paused.into(), ..street };
    let paused = update(&served, PARTNER, paused, &["state"]).await.expect("paused");
    offered(&served, &resource).await;
    tokio::time::sleep(A_WHILE).await;
    let active = v1::Subscription { state: v1::SubscriptionState::Active.into(), ..paused };
    update(&served, PARTNER, active, &["state"]).await.expect("active again");
    let afterwards = offered(&served, &resource).await;
    once(&served, PARTNER, 2).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(names(&all(&served, PARTNER).await), [afterwards.as_str(), within.as_str()]);
}

#[tokio::test]
async fn whoever_is_asked_next_is_told_of_its_own_offer() {
    let served = demo().await;
    let near = pool(&served, stock(NEAR, Some(9))).await;
    resource(&served, trunk(NEAR, vec![draw(&near, 1)], 38.401)).await;
    let far = pool(&served, stock(FAR, Some(9))).await;
    resource(&served, trunk(FAR, vec![draw(&far, 1)], 38.9)).await;
    let other = far_away(&served).await;
    let mine = subscribed(&served, PARTNER, of_both(0)).await;
    let theirs = v1::Subscription { organization: other.clone(), ..of_both(0) };
    let theirs = subscribed(&served, OPERATOR, theirs).await;
    let need = submit(&served, wanting(1)).await.name;
    let first = auto_refer(&served, &need).await.expect("offered");
    assert_eq!(first.organization, mine.organization);
    let found = once(&served, PARTNER, 1).await;
    assert_eq!(names(&found), [first.name.as_str()]);
    Step::Decline.take(&served, PARTNER, &first.name).await.expect("declined");
    let next = following(&served, &need, &first.name).await;
    assert_eq!(next.organization, other);
    let found = once(&served, OPERATOR, 2).await;
    assert_eq!(names(&found), [next.name.as_str(), first.name.as_str()]);
    assert_eq!((&found[0].subscription, &found[1].subscription), (&theirs.name, &mine.name));
    assert_eq!(names(&all(&served, PARTNER).await), [first.name.as_str()], "another's is nobody else's");
}

#[tokio::test]
async fn whoever_is_killed_between_finding_offers_and_telling_tells_them_once_afterwards() {
    let mut served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(99)).await;
    subscribed(&served, PARTNER, of_both(0)).await;
    let mut made = BTreeSet::new();
    for round in 1..=3 {
        for _ in 0..10 {
            made.insert(offered(&served, &resource).await);
        }
        // At another moment each time.
        tokio::time::sleep(Duration::from_millis(350 * round)).await;
        served.process.kill();
        served = Served::start_in(served.process.into_folder(), &[], &[]).await;
    }
    // Where the kill struck a turn at telling, the turn is taken over when its lease is over.
    once_within(&served, PARTNER, 30, LEASE + PATIENCE).await;
    tokio::time::sleep(A_WHILE).await;
    let found = all(&served, PARTNER).await;
    assert_eq!(found.len(), 30);
    assert_eq!(found.into_iter().map(|told| told.referral).collect::<BTreeSet<_>>(), made);
}

/// Two replicas over one database, the second of which knows the partner's key, and the partner's trunk.
struct Pair {
    first: Served,
    second: Served,
    partner: partners::Partner,
    resource: String,
    database: TestDatabase,
}

async fn pair() -> Pair {
    let database = TestDatabase::create().await;
    let first = deployment::serve(deployment::folder(CALLERS), database.url(), &["--demo-principals"]).await;
    let known = partners::found(&first, 1).await;
    let second = deployment::serve(partners::folder(&known), database.url(), &["--demo-principals"]).await;
    let partner = known.into_iter().next().expect("one");
    let pool = pool(&first, stock(&partner.external_id, Some(99))).await;
    let resource = resource(&first, trunk(&partner.external_id, vec![draw(&pool, 1)], 38.401)).await;
    Pair { first, second, partner, resource, database }
}

#[tokio::test]
async fn of_two_replicas_one_tells_of_an_offer_and_the_other_goes_on_when_it_is_killed() {
    let Pair { mut first, mut second, partner, resource, database: _database } = pair().await;
    let organization = partner.organization.clone();
    subscribed(&first, OPERATOR, v1::Subscription { organization, ..of_both(0) }).await;
    let mut made = BTreeSet::new();
    for number in 0..20 {
        made.insert(offered(if number % 2 == 0 { &first } else { &second }, &resource).await);
    }
    once(&first, OPERATOR, 20).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(all(&second, partner.key).await.len(), 20, "none twice");
    // Whichever of the two it was: the other one goes on, at the latest when the lease is over.
    first.process.kill();
    for _ in 0..10 {
        made.insert(offered(&second, &resource).await);
    }
    once_within(&second, OPERATOR, 30, LEASE * 3).await;
    tokio::time::sleep(A_WHILE).await;
    let found = all(&second, partner.key).await;
    assert_eq!(found.len(), 30);
    assert_eq!(found.into_iter().map(|told| told.referral).collect::<BTreeSet<_>>(), made);
    second.process.kill();
}

/// As if somebody else were at it all the while.
const TAKEN: &str = "UPDATE notice_cursors SET lease_holder = gen_random_uuid(), lease_until = 4102444800000000";
const FREE: &str = "UPDATE notice_cursors SET lease_holder = NULL, lease_until = NULL";

async fn change(connection: &mut sqlx::PgConnection, statement: &'static str) {
    let changed = sqlx::query(statement).execute(connection).await.expect("changed");
    assert_eq!(changed.rows_affected(), 1, "{statement}");
}

/// Looks until a number of the database is as wanted.
async fn counted(connection: &mut sqlx::PgConnection, question: &'static str, is_so: impl Fn(i64) -> bool) {
    let started = Instant::now();
    loop {
        let count: i64 = sqlx::query_scalar(question).fetch_one(&mut *connection).await.expect("counted");
        if is_so(count) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{question} is {count}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_was_found_is_told_by_a_subscription_that_was_paused_and_by_none_that_was_ended_or_wants_no_offers() {
    let Pair { mut first, mut second, partner, resource, database } = pair().await;
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    // Nobody else is subscribed, so that nothing is looked for where none is active any more.
    for (what, count) in [("paused", 1), ("ended", 0), ("wants no offers", 0)] {
        let asked = v1::Subscription { organization: partner.organization.clone(), ..of_both(0) };
        let subscription = subscribed(&first, OPERATOR, asked).await;
        let of_it = v1::NotificationFilter { subscription: subscription.name.clone(), ..Default::default() };
        let before = all(&first, OPERATOR).await.len();
        offered(&first, &resource).await;
        once(&first, OPERATOR, before + 1).await;
        // As if whoever found it had ended before it was told.
        change(&mut connection, TAKEN).await;
        let found = "UPDATE notifications SET id = NULL, told_at = NULL, told_day = NULL \
                     WHERE id = (SELECT id FROM notifications WHERE id IS NOT NULL ORDER BY id DESC LIMIT 1)";
        change(&mut connection, found).await;
        assert!(listed(&first, OPERATOR, of_it.clone()).await.is_empty(), "{what}");
        if what == "ended" {
            let request = v1::DeleteSubscriptionRequest { name: subscription.name, ..Default::default() };
            told(first.notifications(OPERATOR).delete_subscription(request).await).expect(what);
        } else {
            let state = v1::SubscriptionState::Paused.into();
            let changed = v1::Subscription { state, offers: false, daily_budget: 5, ..subscription };
            let paths = if what == "paused" { &["state"][..] } else { &["offers", "daily_budget"] };
            update(&first, OPERATOR, changed, paths).await.expect(what);
        }
        change(&mut connection, FREE).await;
        counted(&mut connection, "SELECT COUNT(*) FROM notifications WHERE id IS NULL", |waiting| waiting == 0).await;
        assert_eq!(listed(&first, OPERATOR, of_it).await.len(), count, "{what}");
    }
    first.process.kill();
    second.process.kill();
}

#[tokio::test]
async fn what_was_found_for_a_subscription_that_is_ended_is_told_by_the_next_one_that_is_for_it() {
    let Pair { mut first, mut second, partner, resource, database } = pair().await;
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    let asked = |budget| v1::Subscription { organization: partner.organization.clone(), ..of_both(budget) };
    let ended = subscribed(&first, OPERATOR, asked(0)).await;
    // Of those that are left, the oldest wants no offers.
    subscribed(&first, OPERATOR, v1::Subscription { offers: false, ..asked(1) }).await;
    let next = subscribed(&first, OPERATOR, asked(0)).await;
    let name = offered(&first, &resource).await;
    once(&first, OPERATOR, 1).await;
    // As if whoever found it had ended before it was told.
    change(&mut connection, TAKEN).await;
    change(&mut connection, "UPDATE notifications SET id = NULL, told_at = NULL, told_day = NULL").await;
    let request = v1::DeleteSubscriptionRequest { name: ended.name, ..Default::default() };
    told(first.notifications(OPERATOR).delete_subscription(request).await).expect("ended");
    change(&mut connection, FREE).await;
    let found = once(&first, OPERATOR, 1).await;
    assert_eq!((found[0].referral.as_str(), &found[0].subscription), (name.as_str(), &next.name));
    first.process.kill();
    second.process.kill();
}

#[tokio::test]
async fn whoever_subscribes_while_the_log_is_looked_at_is_told_of_the_offers_that_follow() {
    let Pair { mut first, mut second, partner, resource, database } = pair().await;
    let organization = &partner.organization;
    // Somebody is subscribed, so that the log is looked at, but not to offers.
    let wishes = v1::Subscription { organization: organization.clone(), ..asking(5) };
    subscribed(&first, OPERATOR, wishes).await;
    submit(&first, wishing(1, "before")).await;
    once(&first, OPERATOR, 1).await;
    // Whoever looks next is stopped where it takes the lease.
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    let mut looking = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    let mut held = connection.begin().await.expect("begun");
    sqlx::query("SELECT 1 FROM notice_cursors FOR UPDATE").execute(&mut *held).await.expect("locked");
    submit(&first, wanting(1)).await;
    let stopped = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                   AND query LIKE 'UPDATE notice_cursors%'";
    counted(&mut looking, stopped, |count| count > 0).await;
    subscribed(&first, OPERATOR, v1::Subscription { organization: organization.clone(), ..of_both(0) }).await;
    let made = offered(&first, &resource).await;
    held.rollback().await.expect("released");
    let found = once(&first, OPERATOR, 2).await;
    assert_eq!(names(&found), [made.as_str(), ""]);
    first.process.kill();
    second.process.kill();
}

#[tokio::test]
async fn an_offer_that_is_answered_or_taken_back_before_it_is_told_is_not_told() {
    let Pair { mut first, mut second, partner, resource, database } = pair().await;
    let organization = partner.organization.clone();
    subscribed(&first, OPERATOR, v1::Subscription { organization, ..of_both(0) }).await;
    let mut connection = sqlx::PgConnection::connect(database.url()).await.expect("the database answers");
    change(&mut connection, TAKEN).await;
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(offered(&first, &resource).await);
    }
    Step::Decline.take(&second, partner.key, &made[0]).await.expect("declined");
    Step::Accept(None).take(&second, partner.key, &made[1]).await.expect("accepted");
    Step::Withdraw.take(&first, HOTLINE, &made[2]).await.expect("withdrawn");
    tokio::time::sleep(A_WHILE).await;
    assert!(all(&first, OPERATOR).await.is_empty());
    change(&mut connection, FREE).await;
    once(&first, OPERATOR, 1).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(names(&all(&second, partner.key).await), [made[3].as_str()]);
    first.process.kill();
    second.process.kill();
}

#[tokio::test]
async fn an_offer_that_came_to_a_part_is_called_so_among_notifications_and_on_its_page() {
    let served = demo().await;
    let (_, resource) = trunks(&served, NEAR, Some(9)).await;
    subscribed(&served, PARTNER, of_both(0)).await;
    let need = submit(&served, sharing(8)).await.name;
    let name = offer(&served, HOTLINE, to(&need, &resource)).await.expect("offered").name;
    once(&served, PARTNER, 1).await;
    for step in [Step::Accept(None), Step::FailAfter(3)] {
        step.take(&served, PARTNER, &name).await.expect("a step");
    }
    let mut portal = served.web();
    let cookie = portal.signed_in(PARTNER).await;
    for target in ["/portal/notifications", &format!("/portal/{name}")] {
        let headers = [("cookie", cookie.as_str()), ("accept-language", "en")];
        let page = portal.ask("GET", target, &headers, b"").await.text();
        assert!(page.contains("Came to a part only") && !page.contains("Came to nothing"), "{target}: {page}");
    }
}
