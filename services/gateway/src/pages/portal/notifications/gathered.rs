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
    /// An offer.
    Offer(Box<v1::Referral>),
}

impl About {
    fn category(&self) -> &str {
        match self {
            Self::Wish(item) => item.as_ref().map_or("", |item| &item.category),
            Self::Offer(referral) => &referral.category,
        }
    }

    fn division(&self) -> &str {
        match self {
            Self::Wish(item) => item.as_ref().map_or("", |item| &item.division),
            Self::Offer(referral) => &referral.division,
        }
    }
}

/// A subscription and how it fares.
#[derive(Debug)]
pub(super) struct Subscribed {
    pub(super) subscription: v1::Subscription,
    /// How many wishes were told today, at most the budget.
    pub(super) today: usize,
    /// The newest whose message was to be sent.
    pub(super) last: Option<v1::Notification>,
}

impl Gathered {
    pub(super) async fn of(partner: &Partner, filter: &Filter) -> Result<Self, Status> {
        let (page, subscriptions, resources) =
            futures::try_join!(told(partner, filter), subscriptions(partner), Resources::of(partner))?;
        let (mut items, mut offers) =
            futures::try_join!(wishes(partner, &page.notifications), offers(partner, &page.notifications))?;
        let told = page.notifications.into_iter().map(|notification| {
            let about = match offers.remove(&notification.referral) {
                Some(referral) => About::Offer(Box::new(referral)),
                None => {
                    let item = items.remove(&(notification.wish.clone(), notification.item_ordinal));
                    About::Wish(item.map(Box::new))
                }
            };
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

/// The wishes that were told, as the pool shows them now, by name and ordinal.
async fn wishes(
    partner: &Partner,
    notifications: &[v1::Notification],
) -> Result<BTreeMap<(String, i32), v1::WishItem>, Status> {
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

/// The offers that were told, as they stand now, by name. What is decided of them stays with them: none of them is ever gone.
async fn offers(
    partner: &Partner,
    notifications: &[v1::Notification],
) -> Result<BTreeMap<String, v1::Referral>, Status> {
    let names = notifications.iter().map(|notification| &notification.referral).filter(|name| !name.is_empty());
    let found = names.map(async |name| {
        let request = v1::GetReferralRequest { name: name.clone(), ..v1::GetReferralRequest::default() };
        let found = partner.calls.referrals().get_referral(request).await?.into_inner().referral;
        found.ok_or_else(|| Status::internal("an answer without a referral"))
    });
    let found = try_join_all(found).await?;
    Ok(found.into_iter().map(|referral| (referral.name.clone(), referral)).collect())
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
    let looked_through = subscription.daily_budget.clamp(LOOKED_THROUGH_MIN, LOOKED_THROUGH_MAX);
    let newest = async |kind: NotificationKind, page_size| {
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
    let (wishes, all) = futures::try_join!(
        newest(NotificationKind::Wish, looked_through),
        newest(NotificationKind::Unspecified, LOOKED_THROUGH_MIN)
    )?;
    let since = start_of_day(&subscription.time_zone, partner.visit.app.now());
    let today = wishes.iter().filter(|told| instant(told.create_time.as_ref()) >= Some(since)).count();
    let budget = usize::try_from(subscription.daily_budget).unwrap_or_default();
    let last = all.into_iter().find(|told| told.delivery() != DeliveryState::None);
    Ok(Subscribed { subscription, today: today.min(budget), last })
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
