//! What the page knows: what was told, of wishes as the pool shows them and of offers as they stand now, and what is subscribed to.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use jiff::Timestamp;
use tonic::Status;
use wishwell_api::v1::{self, DeliveryState, NotificationKind};
use wishwell_domain::limits::SUBSCRIPTIONS_PER_ORGANIZATION_MAX;
use wishwell_domain::zone::Zone;

use super::Filter;
use crate::pages::names::Names;
use crate::pages::portal::own::Resources;
use crate::pages::portal::partner::Partner;
use crate::pages::words::figures::instant;

/// Notifications on a page.
const PAGE_SIZE: i32 = 24;
/// Notifications of a subscription that are looked through for the newest message, and for wishes that were told today.
const LOOKED_THROUGH_MIN: i32 = 50;
const LOOKED_THROUGH_MAX: i32 = 1_000;

/// Everything.
#[derive(Debug)]
pub(super) struct Gathered {
    /// The newest first.
    pub(super) told: Vec<(v1::Notification, About)>,
    /// Token of the next page.
    pub(super) next: String,
    /// The oldest first.
    pub(super) subscriptions: Vec<Subscribed>,
    pub(super) resources: Resources,
    pub(super) names: Names,
}

/// What a notification tells of, as it is now.
#[derive(Debug)]
pub(super) enum About {
    /// A wish; none that has left the pool.
    Wish(Option<Box<v1::WishItem>>),
    /// An offer; none that cannot be read now.
    Offer(Option<Box<v1::Referral>>),
}

/// Wishes as the pool shows them now, by name and ordinal.
type Wishes = BTreeMap<(String, i32), v1::WishItem>;
/// Offers as they stand now, by name.
type Offers = BTreeMap<String, v1::Referral>;

impl About {
    fn of(notification: &v1::Notification, wishes: &mut Wishes, offers: &mut Offers) -> Self {
        if notification.kind() == NotificationKind::Offer {
            return Self::Offer(offers.remove(&notification.referral).map(Box::new));
        }
        Self::Wish(wishes.remove(&(notification.wish.clone(), notification.item_ordinal)).map(Box::new))
    }

    fn category(&self) -> &str {
        match self {
            Self::Wish(item) => item.as_ref().map_or("", |item| &item.category),
            Self::Offer(referral) => referral.as_ref().map_or("", |referral| &referral.category),
        }
    }

    fn division(&self) -> &str {
        match self {
            Self::Wish(item) => item.as_ref().map_or("", |item| &item.division),
            Self::Offer(referral) => referral.as_ref().map_or("", |referral| &referral.division),
        }
    }
}

/// A subscription and how it fares.
#[derive(Debug)]
pub(super) struct Subscribed {
    pub(super) subscription: v1::Subscription,
    /// How many wishes were told today, at most the budget.
    pub(super) today: usize,
    /// The newest whose message was to be sent, where there is a webhook.
    pub(super) last: Option<v1::Notification>,
}

impl Gathered {
    pub(super) async fn of(partner: &Partner, filter: &Filter) -> Result<Self, Status> {
        let (page, subscriptions, resources) =
            futures::try_join!(told(partner, filter), subscriptions(partner), Resources::of(partner))?;
        let (wishes, mut offers) =
            futures::join!(wishes(partner, &page.notifications), offers(partner, &page.notifications));
        let mut wishes = wishes?;
        let told = page.notifications.into_iter().map(|notification| {
            let about = About::of(&notification, &mut wishes, &mut offers);
            (notification, about)
        });
        let told: Vec<_> = told.collect();
        let categories = told
            .iter()
            .map(|(_, about)| about.category())
            .chain(resources.0.values().flat_map(|resource| resource.categories.iter().map(String::as_str)))
            .chain(subscriptions.iter().flat_map(|each| each.subscription.categories.iter().map(String::as_str)));
        let divisions = told
            .iter()
            .map(|(_, about)| about.division())
            .chain(subscriptions.iter().flat_map(|each| each.subscription.divisions.iter().map(String::as_str)));
        let names = Names::of(&partner.calls, categories, divisions).await?;
        Ok(Self { told, next: page.next_page_token, subscriptions, resources, names })
    }
}

async fn told(partner: &Partner, filter: &Filter) -> Result<v1::ListNotificationsResponse, Status> {
    let asked = v1::NotificationFilter {
        organization: partner.organization.clone(),
        unseen_only: filter.unread_only(),
        ..v1::NotificationFilter::default()
    };
    let request = v1::ListNotificationsRequest {
        filter: Some(asked),
        page_size: PAGE_SIZE,
        page_token: filter.page.clone(),
        ..v1::ListNotificationsRequest::default()
    };
    Ok(partner.calls.notifications().list_notifications(request).await?.into_inner())
}

/// The wishes that were told.
async fn wishes(partner: &Partner, notifications: &[v1::Notification]) -> Result<Wishes, Status> {
    let names = notifications.iter().map(|notification| notification.wish.as_str());
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        // No name would mean any.
        return Ok(BTreeMap::new());
    }
    let wishes = names.into_iter().map(ToOwned::to_owned).collect();
    let request = v1::ListWishesRequest { wishes, ..v1::ListWishesRequest::default() };
    let items = partner.calls.referrals().list_wishes(request).await?.into_inner().items;
    Ok(items.into_iter().map(|item| ((item.wish.clone(), item.item_ordinal), item)).collect())
}

/// The offers that were told; none where they cannot be read now: what else was told is shown all the same.
async fn offers(partner: &Partner, notifications: &[v1::Notification]) -> Offers {
    let names = notifications.iter().map(|notification| notification.referral.as_str());
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        // No name would mean any.
        return BTreeMap::new();
    }
    let referrals = names.into_iter().map(ToOwned::to_owned).collect();
    let filter = v1::ReferralFilter { referrals, ..v1::ReferralFilter::default() };
    let request =
        v1::ListReferralsRequest { filter: Some(filter), page_size: PAGE_SIZE, ..v1::ListReferralsRequest::default() };
    let found = partner.calls.referrals().list_referrals(request).await;
    let found = found.map(|answer| answer.into_inner().referrals).unwrap_or_default();
    found.into_iter().map(|referral| (referral.name.clone(), referral)).collect()
}

async fn subscriptions(partner: &Partner) -> Result<Vec<Subscribed>, Status> {
    let request = v1::ListSubscriptionsRequest {
        organization: partner.organization.clone(),
        page_size: i32::try_from(SUBSCRIPTIONS_PER_ORGANIZATION_MAX).unwrap_or(i32::MAX),
        ..v1::ListSubscriptionsRequest::default()
    };
    let found = partner.calls.notifications().list_subscriptions(request).await?.into_inner().subscriptions;
    try_join_all(found.into_iter().map(|subscription| fares(partner, subscription))).await
}

async fn fares(partner: &Partner, subscription: v1::Subscription) -> Result<Subscribed, Status> {
    let newest = async |kind: NotificationKind, page_size| {
        if page_size == 0 {
            return Ok(Vec::new());
        }
        let filter = v1::NotificationFilter {
            organization: partner.organization.clone(),
            subscription: subscription.name.clone(),
            kind: kind.into(),
            ..v1::NotificationFilter::default()
        };
        let request =
            v1::ListNotificationsRequest { filter: Some(filter), page_size, ..v1::ListNotificationsRequest::default() };
        Ok::<_, Status>(partner.calls.notifications().list_notifications(request).await?.into_inner().notifications)
    };
    let (wishes, all) = looked_through(&subscription);
    let (wishes, all) =
        futures::try_join!(newest(NotificationKind::Wish, wishes), newest(NotificationKind::Unspecified, all))?;
    let since = start_of_day(&subscription.time_zone, partner.visit.app.now());
    let today = wishes.iter().filter(|told| instant(told.create_time.as_ref()) >= Some(since)).count();
    let budget = usize::try_from(subscription.daily_budget).unwrap_or_default();
    let last = all.into_iter().find(|told| told.delivery() != DeliveryState::None);
    Ok(Subscribed { subscription, today: today.min(budget), last })
}

/// How many of the wishes told by a subscription are looked through for those of today, and how many of all that it told for the newest
/// message: none where it is told of no wishes, or has no webhook.
fn looked_through(subscription: &v1::Subscription) -> (i32, i32) {
    let wishes = match subscription.daily_budget {
        0 => 0,
        budget => budget.clamp(LOOKED_THROUGH_MIN, LOOKED_THROUGH_MAX),
    };
    (wishes, if subscription.webhook_url.is_empty() { 0 } else { LOOKED_THROUGH_MIN })
}

/// When the day of a zone began.
fn start_of_day(zone: &str, now: Timestamp) -> Timestamp {
    let zone = Zone::named("time_zone", zone).unwrap_or_else(|_| Zone::of_places());
    zone.start_of(zone.date_at(now))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_that_cannot_be_read_is_told_as_an_offer_and_a_wish_that_is_gone_as_a_wish() {
        let offer = |name: &str| v1::Notification {
            kind: NotificationKind::Offer.into(),
            referral: name.to_owned(),
            ..v1::Notification::default()
        };
        let wish = |name: &str| v1::Notification {
            kind: NotificationKind::Wish.into(),
            wish: name.to_owned(),
            item_ordinal: 1,
            ..v1::Notification::default()
        };
        let referral = v1::Referral { name: "referrals/1".to_owned(), ..v1::Referral::default() };
        let mut offers = Offers::from([(referral.name.clone(), referral)]);
        let mut wishes = Wishes::from([(("wishes/1".to_owned(), 1), v1::WishItem::default())]);
        let mut about = |told: v1::Notification| About::of(&told, &mut wishes, &mut offers);
        assert!(matches!(about(offer("referrals/1")), About::Offer(Some(_))));
        assert!(matches!(about(offer("referrals/2")), About::Offer(None)));
        assert!(matches!(about(wish("wishes/1")), About::Wish(Some(_))));
        assert!(matches!(about(wish("wishes/2")), About::Wish(None)));
    }

    #[test]
    fn of_a_subscription_to_no_wishes_or_without_a_webhook_nothing_is_looked_through_for_these() {
        for (daily_budget, webhook_url, expected) in [
            (0, "", (0, 0)),
            (1, "", (50, 0)),
            (51, "", (51, 0)),
            (0, "https://tool.example/", (0, 50)),
            (1_000, "https://tool.example/", (1_000, 50)),
        ] {
            let webhook_url = webhook_url.to_owned();
            let subscription = v1::Subscription { daily_budget, webhook_url, ..v1::Subscription::default() };
            assert_eq!(looked_through(&subscription), expected, "{daily_budget}");
        }
    }

    #[test]
    fn a_day_begins_by_the_clock_of_the_subscription_s_zone() {
        let now: Timestamp = "2026-11-28T17:00:00Z".parse().unwrap();
        for (zone, start) in [
            ("Asia/Shanghai", "2026-11-28T16:00:00Z"),
            ("Europe/Berlin", "2026-11-27T23:00:00Z"),
            ("nowhere", "2026-11-28T16:00:00Z"),
        ] {
            assert_eq!(start_of_day(zone, now), start.parse().unwrap(), "{zone}");
        }
    }
}
