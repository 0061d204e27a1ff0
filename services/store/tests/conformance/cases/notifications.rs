//! Subscriptions and notifications: found by one at a time, told once, sent by one at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId, NotificationId, ReferralId, ResourceId, SubscriptionId};
use wishwell_domain::notification::{
    Delivery, DeliveryState, Fit, Kind, Notification, Subject, Subscription, SubscriptionState,
};
use wishwell_store::{NotificationFilter, PageRequest, Places, Store, StoreError, SubscriptionFilter, Told};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, instant, subscription, update, uuid};

const ALL: PageRequest = PageRequest { after: None, limit: 100 };
const SECONDS: i64 = 20;
const DAY: i64 = 20_000;

fn put(subscription: Subscription) -> Vec<wishwell_store::Mutation> {
    vec![create(Change::Subscription(Box::new(subscription)))]
}

fn none() -> NotificationFilter {
    NotificationFilter::default()
}

/// So many places, for any organization.
fn places(kind: Kind, free: usize) -> Places {
    Places { kind, free, per_organization: free, under_way: HashMap::new() }
}

/// Subscriptions 1 and 2 of organizations 1 and 2, and needs 11 to 15.
async fn subscribed(fixture: Fixture) -> Fixture {
    let fixture = fixture.grounded().await;
    fixture.write(vec![create(Change::Organization(samples::organization(2)))]).await;
    fixture.write(put(subscription(1, 1))).await;
    fixture.write(put(subscription(2, 2))).await;
    for n in 11..=15 {
        fixture.write(vec![create(Change::Need(Box::new(samples::need(n, None))))]).await;
    }
    fixture
}

/// The wish of a need, by its lot.
fn wish(need: u128) -> Subject {
    Subject::Wish(uuid(need + 1_000))
}

/// An offer of a need.
fn offer(need: u128) -> Subject {
    Subject::Offer(ReferralId::from_uuid(uuid(need + 2_000)))
}

/// That the wish of a need fits, by subscription `of`; smaller metres are better.
fn fit(of: u128, need: u128, metres: u32) -> Fit {
    Fit {
        organization: samples::organization(of).id,
        subscription: SubscriptionId::from_uuid(uuid(of)),
        need: NeedId::from_uuid(uuid(need)),
        subject: wish(need),
        item_ordinal: 1,
        resource: ResourceId::from_uuid(uuid(40)),
        rank: (3, metres, instant("2026-01-02T03:04:05.678901Z")),
    }
}

fn told(of: u128, need: u128, id: u128, send: bool) -> Told {
    Told {
        organization: samples::organization(of).id,
        subject: wish(need),
        subscription: SubscriptionId::from_uuid(uuid(of)),
        id: NotificationId::from_uuid(uuid(id)),
        day: DAY,
        send,
    }
}

async fn keep(store: &Arc<dyn Store>, holder: u128, fits: &[Fit]) {
    let tenant = samples::tenant();
    let position = store.lease_notices(&tenant, uuid(holder), SECONDS).await.unwrap().unwrap();
    assert!(store.keep_fits(&tenant, uuid(holder), LogPosition(position.0 + 1), fits).await.unwrap());
}

async fn waiting(store: &Arc<dyn Store>, of: u128) -> Vec<NeedId> {
    let id = SubscriptionId::from_uuid(uuid(of));
    store.waiting_fits(&samples::tenant(), id, Kind::Wish, 10).await.unwrap().into_iter().map(|fit| fit.need).collect()
}

async fn listed(store: &Arc<dyn Store>, filter: &NotificationFilter) -> Vec<Notification> {
    store.list_notifications(&samples::tenant(), filter, &ALL).await.unwrap().entries
}

fn ids(numbers: &[u128]) -> Vec<NotificationId> {
    numbers.iter().map(|n| NotificationId::from_uuid(uuid(*n))).collect()
}

pub async fn a_subscription_goes_on_by_versions_and_is_made_again_from_the_log(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let alone = Subscription { daily_budget: 0, ..subscription(3, 1) };
    fixture.write(put(alone)).await;
    let paused =
        Subscription { state: SubscriptionState::Paused, webhook_url: None, offers: false, ..subscription(1, 1) };
    fixture.write_one(update(Change::Subscription(Box::new(paused)), None)).await;
    let stored = store.subscription(&tenant, SubscriptionId::from_uuid(uuid(1))).await.unwrap().unwrap();
    assert_eq!((stored.version.0, stored.state, stored.webhook_url.as_deref()), (2, SubscriptionState::Paused, None));
    assert!(!stored.offers);
    let alone = store.subscription(&tenant, SubscriptionId::from_uuid(uuid(3))).await.unwrap().unwrap();
    assert_eq!((alone.daily_budget, alone.offers), (0, true));
    let events = store.events(&tenant, LogPosition(0), 1_000).await.unwrap();
    let copy = samples::tenant_called("copy");
    store.restore(&copy, &events).await.unwrap();
    assert_eq!(store.everything(&copy).await.unwrap(), store.everything(&tenant).await.unwrap());
    assert_eq!(store.subscription(&copy, stored.id).await.unwrap(), Some(stored));
}

pub async fn subscriptions_are_filtered_by_each_field(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    fixture.write(put(Subscription { state: SubscriptionState::Deleted, ..subscription(3, 1) })).await;
    let of = |organization| Some(samples::organization(organization).id);
    for (organization, states, expected) in [
        (None, vec![], vec![1, 2, 3]),
        (of(1), vec![], vec![1, 3]),
        (of(1), SubscriptionState::SHOWN.to_vec(), vec![1]),
        (None, vec![SubscriptionState::Active], vec![1, 2]),
        (of(2), vec![SubscriptionState::Gone], vec![]),
    ] {
        let filter = SubscriptionFilter { organization, states };
        let found = fixture.store.list_subscriptions(&fixture.tenant(), &filter, &ALL).await.unwrap();
        let found: Vec<_> = found.entries.iter().map(|found| found.id.as_uuid()).collect();
        assert_eq!(found, expected.into_iter().map(uuid).collect::<Vec<_>>(), "{filter:?}");
    }
}

pub async fn what_no_subscription_is_the_tables_refuse(fixture: Fixture) {
    let fixture = fixture.grounded().await;
    for (daily_budget, offers) in [(0, false), (1_001, false), (1_001, true)] {
        let asked = Subscription { daily_budget, offers, ..subscription(1, 1) };
        let refused = fixture.store.write(&context(), put(asked)).await;
        let constraint = "subscriptions_daily_budget".to_owned();
        assert_eq!(refused, Err(StoreError::ConstraintViolated { mutation: 0, constraint }));
    }
    let refused = fixture.store.write(&context(), put(subscription(1, 9))).await;
    assert_eq!(refused, Err(StoreError::DanglingReference { mutation: 0, field: "organization" }));
}

pub async fn wishes_are_looked_at_from_where_the_log_ended_and_by_one_holder(fixture: Fixture) {
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    let fixture = subscribed(fixture).await;
    let (store, tenant, other) = (&fixture.store, fixture.tenant(), fixture.another().await);
    store.begin_notices(&tenant).await.unwrap();
    let begun = store.position(&tenant).await.unwrap();
    fixture.write(put(subscription(3, 1))).await;
    store.begin_notices(&tenant).await.unwrap();
    assert_eq!(store.lease_notices(&tenant, uuid(98), SECONDS).await.unwrap(), Some(begun));
    assert_eq!(other.lease_notices(&tenant, uuid(99), SECONDS).await.unwrap(), None);
    assert!(store.keep_fits(&tenant, uuid(98), LogPosition(begun.0 + 1), &[fit(1, 11, 5)]).await.unwrap());
    fixture.set_clock(instant("2030-01-01T00:00:15Z")).await;
    assert_eq!(store.lease_notices(&tenant, uuid(98), SECONDS).await.unwrap(), Some(LogPosition(begun.0 + 1)));
    fixture.set_clock(instant("2030-01-01T00:00:34.999999Z")).await;
    assert_eq!(other.lease_notices(&tenant, uuid(99), SECONDS).await.unwrap(), None);
    fixture.set_clock(instant("2030-01-01T00:00:35Z")).await;
    assert_eq!(other.lease_notices(&tenant, uuid(99), SECONDS).await.unwrap(), Some(LogPosition(begun.0 + 1)));
    // Whoever was silent for too long writes nothing any more.
    assert!(!store.keep_fits(&tenant, uuid(98), LogPosition(begun.0 + 9), &[fit(1, 12, 5)]).await.unwrap());
    assert!(!store.tell(&tenant, uuid(98), &[told(1, 11, 51, true)], &[]).await.unwrap());
    assert_eq!(waiting(store, 1).await, [NeedId::from_uuid(uuid(11))]);
    assert_eq!(other.lease_notices(&tenant, uuid(99), SECONDS).await.unwrap(), Some(LogPosition(begun.0 + 1)));
}

pub async fn of_many_who_want_to_tell_one_may(fixture: Fixture) {
    let stores = [Arc::clone(&fixture.store), fixture.another().await];
    let tellers = (0..16).map(|teller| {
        let store = Arc::clone(&stores[teller % 2]);
        tokio::spawn(async move {
            store.lease_notices(&samples::tenant(), uuid(1_000 + teller as u128), SECONDS).await.unwrap()
        })
    });
    let mut leased = 0;
    for teller in tellers.collect::<Vec<_>>() {
        leased += usize::from(teller.await.unwrap().is_some());
    }
    assert_eq!(leased, 1);
}

pub async fn of_a_publication_an_organization_is_told_once(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    keep(store, 9, &[fit(1, 12, 7), fit(1, 11, 5), fit(2, 11, 6)]).await;
    keep(store, 9, &[Fit { item_ordinal: 2, ..fit(1, 11, 1) }, fit(1, 13, 6)]).await;
    let needs = |numbers: &[u128]| numbers.iter().map(|n| NeedId::from_uuid(uuid(*n))).collect::<Vec<_>>();
    assert_eq!(waiting(store, 1).await, needs(&[11, 13, 12]), "the best first");
    assert_eq!(
        store.waiting_fits(&tenant, SubscriptionId::from_uuid(uuid(1)), Kind::Wish, 1).await.unwrap(),
        [fit(1, 11, 5)]
    );
    assert_eq!(
        store.waiting_subscriptions(&tenant, Kind::Wish, 10).await.unwrap(),
        [1, 2].map(|n| SubscriptionId::from_uuid(uuid(n)))
    );
    let drop = [(samples::organization(1).id, wish(12))];
    assert!(store.tell(&tenant, uuid(9), &[told(1, 11, 51, false), told(1, 13, 52, true)], &drop).await.unwrap());
    assert!(store.tell(&tenant, uuid(9), &[told(1, 11, 53, true), told(1, 12, 54, true)], &drop).await.unwrap());
    assert_eq!((waiting(store, 1).await, waiting(store, 2).await), (vec![], needs(&[11])));
    // Found again, it is not told again; what was dropped may be.
    keep(store, 9, &[fit(1, 11, 1), fit(1, 12, 1)]).await;
    assert_eq!(waiting(store, 1).await, needs(&[12]));
    // A need that is published again is another wish.
    keep(store, 9, &[Fit { subject: Subject::Wish(uuid(7)), ..fit(1, 11, 9) }]).await;
    assert_eq!(waiting(store, 1).await, needs(&[12, 11]));
    let found = listed(store, &none()).await;
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), ids(&[52, 51]), "the newest first");
    assert_eq!((&found[1].fit, found[1].seen_at), (&fit(1, 11, 5), None));
    assert_eq!(
        found[1].delivery,
        Delivery { state: DeliveryState::None, attempts: 0, status: None, next_attempt_at: None }
    );
    assert!(found[0].delivery.next_attempt_at >= Some(found[0].told_at));
    let one = SubscriptionId::from_uuid(uuid(1));
    assert_eq!(store.told_on(&tenant, one, DAY).await.unwrap(), 2);
    assert_eq!(store.told_on(&tenant, one, DAY + 1).await.unwrap(), 0);
    assert_eq!(store.told_on(&tenant, SubscriptionId::from_uuid(uuid(2)), DAY).await.unwrap(), 0);
}

pub async fn an_offer_is_told_once_beside_the_wish_of_its_need_and_no_budget_counts_it(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    let (store, tenant, one) = (&fixture.store, fixture.tenant(), SubscriptionId::from_uuid(uuid(1)));
    let offered = |need, metres| Fit { subject: offer(need), ..fit(1, need, metres) };
    keep(store, 9, &[fit(1, 11, 5), offered(11, 0), offered(12, 0)]).await;
    keep(store, 9, &[Fit { item_ordinal: 2, ..offered(11, 0) }]).await;
    let waiting = async |kind| store.waiting_fits(&tenant, one, kind, 10).await.unwrap();
    assert_eq!(waiting(Kind::Wish).await, [fit(1, 11, 5)]);
    assert_eq!(waiting(Kind::Offer).await, [offered(11, 0), offered(12, 0)]);
    let of = async |kind| store.waiting_subscriptions(&tenant, kind, 10).await.unwrap();
    assert_eq!((of(Kind::Wish).await, of(Kind::Offer).await), (vec![one], vec![one]));
    let told_of = |need, id| Told { subject: offer(need), ..told(1, need, id, true) };
    let drop = [(samples::organization(1).id, offer(12))];
    assert!(store.tell(&tenant, uuid(9), &[told_of(11, 51)], &drop).await.unwrap());
    assert_eq!((waiting(Kind::Wish).await.len(), waiting(Kind::Offer).await), (1, vec![]), "the wish waits on");
    assert_eq!(store.told_on(&tenant, one, DAY).await.unwrap(), 0);
    assert!(store.tell(&tenant, uuid(9), &[told(1, 11, 52, false)], &[]).await.unwrap());
    assert_eq!(store.told_on(&tenant, one, DAY).await.unwrap(), 1);
    keep(store, 9, &[offered(11, 0)]).await;
    assert_eq!(waiting(Kind::Offer).await, [], "it was told");
    let found = listed(store, &NotificationFilter { kind: Some(Kind::Offer), ..none() }).await;
    assert_eq!((found.len(), &found[0].fit, found[0].delivery.state), (1, &offered(11, 0), DeliveryState::Pending));
    let found = listed(store, &NotificationFilter { kind: Some(Kind::Wish), ..none() }).await;
    assert_eq!((found.len(), &found[0].fit), (1, &fit(1, 11, 5)));
    assert_eq!(store.mark_seen(&samples::context_of(&tenant), None, &ids(&[51])).await.unwrap(), 1);
    assert_eq!(store.take_due(&tenant, SECONDS, &places(Kind::Wish, 10)).await.unwrap(), [], "it is no wish");
    let due = store.take_due(&tenant, SECONDS, &places(Kind::Offer, 10)).await.unwrap();
    assert_eq!((due.len(), due[0].fit.subject), (1, offer(11)));
}

pub async fn what_was_found_for_one_subscription_may_be_told_by_another(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    let (store, another) = (&fixture.store, SubscriptionId::from_uuid(uuid(3)));
    fixture.write(put(subscription(3, 1))).await;
    keep(store, 9, &[fit(1, 11, 5)]).await;
    let by_another = Told { subscription: another, ..told(1, 11, 51, true) };
    assert!(store.tell(&fixture.tenant(), uuid(9), &[by_another], &[]).await.unwrap());
    let found = listed(store, &NotificationFilter { subscription: Some(another), ..none() }).await;
    assert_eq!(found.iter().map(|told| told.id).collect::<Vec<_>>(), ids(&[51]));
    assert_eq!(store.told_on(&fixture.tenant(), another, DAY).await.unwrap(), 1);
    assert_eq!(waiting(store, 1).await, []);
}

pub async fn what_waits_for_too_long_is_dropped(fixture: Fixture) {
    let fixture = subscribed(fixture).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    fixture.set_clock(instant("2030-01-01T00:00:00Z")).await;
    keep(store, 9, &[fit(1, 11, 5), fit(1, 12, 5)]).await;
    store.tell(&tenant, uuid(9), &[told(1, 11, 51, false)], &[]).await.unwrap();
    assert_eq!(store.drop_old_fits(&tenant, instant("2030-01-01T00:00:00Z")).await.unwrap(), 0);
    assert_eq!(store.drop_old_fits(&tenant, instant("2030-01-01T00:00:00.000001Z")).await.unwrap(), 1);
    assert_eq!((waiting(store, 1).await, listed(store, &none()).await.len()), (vec![], 1));
}

/// Notifications 51 to 55 of needs 11 to 15: the odd ones of organization 1, the even ones of organization 2.
async fn five_told(fixture: Fixture, send: bool) -> Fixture {
    let fixture = subscribed(fixture).await;
    let of = |n: u128| if n % 2 == 1 { 1 } else { 2 };
    let fits: Vec<_> = (11..=15).map(|n| fit(of(n), n, 5)).collect();
    keep(&fixture.store, 9, &fits).await;
    let all: Vec<_> = (11..=15).map(|n| told(of(n), n, n + 40, send)).collect();
    assert!(fixture.store.tell(&fixture.tenant(), uuid(9), &all, &[]).await.unwrap());
    fixture
}

pub async fn notifications_are_filtered_by_each_field_and_come_in_pages_the_newest_first(fixture: Fixture) {
    let fixture = five_told(fixture, false).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let (mine, foreign) = (samples::organization(1).id, samples::organization(2).id);
    let anybody = samples::context_of(&tenant);
    assert_eq!(store.mark_seen(&anybody, Some(mine), &ids(&[51, 52, 53, 99])).await.unwrap(), 2);
    assert_eq!(store.mark_seen(&anybody, Some(mine), &ids(&[51])).await.unwrap(), 0, "it was seen");
    assert_eq!(store.mark_seen(&anybody, None, &ids(&[52])).await.unwrap(), 1);
    for (filter, expected) in [
        (none(), vec![55, 54, 53, 52, 51]),
        (NotificationFilter { organization: Some(foreign), ..none() }, vec![54, 52]),
        (NotificationFilter { subscription: Some(SubscriptionId::from_uuid(uuid(1))), ..none() }, vec![55, 53, 51]),
        (NotificationFilter { unseen_only: true, ..none() }, vec![55, 54]),
        (NotificationFilter { organization: Some(mine), unseen_only: true, ..none() }, vec![55]),
    ] {
        let found: Vec<_> = listed(store, &filter).await.iter().map(|found| found.id).collect();
        assert_eq!(found, ids(&expected), "{filter:?}");
    }
    let first = store.list_notifications(&tenant, &none(), &PageRequest { after: None, limit: 3 }).await.unwrap();
    assert_eq!((first.entries.len(), first.next_after), (3, Some(uuid(53))));
    let page = PageRequest { after: first.next_after, limit: 3 };
    let rest = store.list_notifications(&tenant, &none(), &page).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next_after), (2, None));
    let elsewhere = samples::tenant_called("other");
    assert!(store.list_notifications(&elsewhere, &none(), &ALL).await.unwrap().entries.is_empty());
    assert_eq!(store.mark_seen(&samples::context_of(&elsewhere), None, &ids(&[54])).await.unwrap(), 0);
}

pub async fn a_request_that_marks_is_answered_what_it_has_marked_however_often_it_comes(fixture: Fixture) {
    let fixture = five_told(fixture, false).await;
    let (mark, other) = (samples::request(500, 1), samples::request(501, 1));
    for context in [&mark, &other] {
        fixture.write_as(context, Vec::new()).await;
    }
    let marked = async |context, numbers: &[u128]| fixture.store.mark_seen(context, None, &ids(numbers)).await.unwrap();
    assert_eq!(marked(&mark, &[51, 52]).await, 2);
    assert_eq!(marked(&mark, &[51, 52]).await, 2, "nothing was left to mark, but by this very request");
    assert_eq!(marked(&other, &[52, 53]).await, 1, "another request marked the other");
    assert_eq!(marked(&other, &[52, 53]).await, 1);
    let kept = fixture.store.answered(&mark).await.unwrap().expect("noted").kept;
    assert_eq!(kept.and_then(|kept| kept.as_u64()), Some(2));

    // Those that come at once wait for each other.
    let at_once = samples::request(502, 1);
    fixture.write_as(&at_once, Vec::new()).await;
    let (left, same) = (ids(&[54, 55]), &at_once);
    let answers = futures::future::join_all((0..8).map(|_| fixture.store.mark_seen(same, None, &left))).await;
    assert!(answers.iter().all(|answer| *answer == Ok(2)), "{answers:?}");
}

pub async fn a_message_that_is_due_is_given_to_one_sender_until_its_time_is_up(fixture: Fixture) {
    let start = instant("2030-01-01T00:00:00Z");
    fixture.set_clock(start).await;
    let fixture = five_told(fixture, true).await;
    let (tenant, other) = (fixture.tenant(), fixture.another().await);
    let stores = [Arc::clone(&fixture.store), other];
    let takers = (0..8).map(|taker| {
        let store = Arc::clone(&stores[taker % 2]);
        tokio::spawn(async move { store.take_due(&samples::tenant(), SECONDS, &places(Kind::Wish, 2)).await })
    });
    let mut taken: Vec<NotificationId> = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        // One that was in another's way comes again.
        taken.extend(taker.await.unwrap().unwrap_or_default().iter().map(|taken| taken.id));
    }
    while let Some(more) =
        stores[0].take_due(&tenant, SECONDS, &places(Kind::Wish, 2)).await.ok().filter(|more| !more.is_empty())
    {
        taken.extend(more.iter().map(|taken| taken.id));
    }
    let distinct: BTreeSet<_> = taken.iter().copied().collect();
    assert_eq!((taken.len(), distinct.len()), (5, 5));
    fixture.set_clock(start + SignedDuration::from_secs(SECONDS)).await;
    let again = stores[1].take_due(&tenant, SECONDS, &places(Kind::Wish, 10)).await.unwrap();
    assert_eq!(again.len(), 5);
    assert!(again.iter().all(|again| again.delivery.attempts == 2));
}

pub async fn messages_are_taken_for_those_who_have_a_place(fixture: Fixture) {
    let fixture = five_told(fixture, true).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let (one, two) = (samples::organization(1).id, samples::organization(2).id);
    let take = async |places: &Places| {
        let taken = store.take_due(&tenant, SECONDS, places).await.unwrap();
        taken.iter().map(|taken| taken.fit.organization).collect::<Vec<_>>()
    };
    let mut room = Places { per_organization: 2, under_way: [(one, 1)].into(), ..places(Kind::Wish, 9) };
    let mut taken = take(&room).await;
    taken.sort();
    assert_eq!(taken, [one, two, two], "one of three: another is under way");
    for organization in taken {
        assert!(room.take(organization));
    }
    assert_eq!((room.free, room.take(one)), (6, false));
    assert_eq!(take(&room).await, [], "nobody has a place");
    room.give_back(two);
    assert_eq!(take(&room).await, [], "nothing is left for whom has one");
    room.give_back(one);
    assert_eq!(take(&Places { free: 0, ..room.clone() }).await, [], "nor is there any in all");
    assert_eq!(take(&room).await, [one]);
    room.give_back(one);
    assert_eq!(take(&room).await, [one]);
    room.under_way.clear();
    assert_eq!(take(&room).await, [], "all are taken");
}

pub async fn how_a_message_fares_is_kept_of_its_last_sender(fixture: Fixture) {
    let fixture = five_told(fixture, true).await;
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let taken = store.take_due(&tenant, 0, &places(Kind::Wish, 10)).await.unwrap();
    let one = &taken[0];
    let later: Timestamp = instant("2040-01-01T00:00:00Z");
    let failed = Delivery { status: Some(500), next_attempt_at: Some(later), ..one.delivery };
    assert!(store.keep_delivery(&tenant, one.id, &failed).await.unwrap());
    let found = listed(store, &none()).await.into_iter().find(|found| found.id == one.id).unwrap();
    assert_eq!(found.delivery, failed);
    assert_eq!(store.take_due(&tenant, 0, &places(Kind::Wish, 10)).await.unwrap().len(), 4, "it is not due before");
    let two = &taken[1];
    let delivered =
        Delivery { state: DeliveryState::Delivered, status: Some(204), next_attempt_at: None, ..two.delivery };
    assert!(!store.keep_delivery(&tenant, two.id, &delivered).await.unwrap(), "another has taken it since");
    let delivered = Delivery { attempts: 2, ..delivered };
    assert!(store.keep_delivery(&tenant, two.id, &delivered).await.unwrap());
    assert!(!store.keep_delivery(&tenant, two.id, &failed).await.unwrap(), "it is delivered");
    assert_eq!(store.take_due(&tenant, 0, &places(Kind::Wish, 10)).await.unwrap().len(), 3);
}
