//! Telling what was found: every offer, and wishes, the best first, as far as the day's budget goes. What is beyond it waits for the next day.

use std::collections::HashMap;

use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, NotificationId, ReferralId, SubscriptionId};
use wishwell_domain::limits::{NOTICE_LEASE_SECONDS, PAGE_SIZE_MAX};
use wishwell_domain::need::Need;
use wishwell_domain::notification::{Fit, Kind, Subject, Subscription, SubscriptionState};
use wishwell_domain::zone::Zone;
use wishwell_store::Told;

use super::offers::Made;
use crate::cases::{Caller, Platform};

/// Fits that are told in one transaction.
const TOLD_AT_ONCE_MAX: usize = 100;

impl Platform {
    /// The name of the wish that fits; none of an offer.
    pub(crate) fn wish_of_fit(&self, caller: &Caller, fit: &Fit) -> Option<Uuid> {
        let Subject::Wish(lot) = fit.subject else { return None };
        Some(self.name_of_lot(caller, fit.need, (lot != fit.need.as_uuid()).then_some(lot)))
    }

    /// Whether the wish that fits is still in the pool, under that name, and wants something.
    pub(crate) fn is_in_the_pool(&self, caller: &Caller, need: &Need, fit: &Fit) -> bool {
        let wants = |item: &wishwell_domain::need::NeedItem| item.ordinal == fit.item_ordinal && item.left() > 0;
        let Some(wish) = &need.wish else { return false };
        Some(self.name_of_lot(caller, need.id, wish.lot)) == self.wish_of_fit(caller, fit)
            && need.state.is_open()
            && need.items.iter().any(wants)
    }
}

/// Whether something waits to be told.
pub(super) async fn has_waiting(platform: &Platform, caller: &Caller) -> Result<bool, Error> {
    for kind in [Kind::Offer, Kind::Wish] {
        if !platform.store.waiting_subscriptions(caller.tenant(), kind, 1).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells what waits. Answers whether `holder` still had the lease at the end.
pub(super) async fn tell_all(platform: &Platform, caller: &Caller, holder: Uuid) -> Result<bool, Error> {
    // Somebody waits for the answers to offers, and nothing that waits for another day is in their way.
    for id in platform.store.waiting_subscriptions(caller.tenant(), Kind::Offer, PAGE_SIZE_MAX).await? {
        let Some(subscription) = platform.store.subscription(caller.tenant(), id).await? else { continue };
        while let Some(told) = tell_offers(platform, caller, holder, &subscription).await? {
            if !(told && renew(platform, caller, holder).await?) {
                return Ok(false);
            }
        }
    }
    for id in platform.store.waiting_subscriptions(caller.tenant(), Kind::Wish, PAGE_SIZE_MAX).await? {
        let found = platform.store.subscription(caller.tenant(), id).await?;
        let Some(subscription) = found.filter(|found| found.state == SubscriptionState::Active) else { continue };
        while let Some(told) = tell_wishes(platform, caller, holder, &subscription).await? {
            if !(told && renew(platform, caller, holder).await?) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether `holder` has the lease, from now on for its whole time again: there may be more to tell than one is long.
async fn renew(platform: &Platform, caller: &Caller, holder: Uuid) -> Result<bool, Error> {
    Ok(platform.store.lease_notices(caller.tenant(), holder, NOTICE_LEASE_SECONDS).await?.is_some())
}

/// Tells a few offers; none when nothing waits, otherwise whether `holder` has the lease. They were made while the subscription was active:
/// by one that is paused since they are told all the same, though nowhere else. Where it was ended, or asks for no offers any more, they are
/// told by the next subscription of the organization that is for them, if there is one.
async fn tell_offers(
    platform: &Platform,
    caller: &Caller,
    holder: Uuid,
    subscription: &Subscription,
) -> Result<Option<bool>, Error> {
    let fits = platform.store.waiting_fits(caller.tenant(), subscription.id, Kind::Offer, TOLD_AT_ONCE_MAX).await?;
    if fits.is_empty() {
        return Ok(None);
    }
    let referral = |fit: &Fit| ReferralId::from_uuid(fit.subject.as_uuid());
    let ids: Vec<ReferralId> = fits.iter().map(referral).collect();
    let open = platform.open_offers(caller, &ids).await?;
    if subscription.offers && subscription.state != SubscriptionState::Deleted {
        let (stay, gone): (Vec<&Fit>, Vec<&Fit>) = fits.iter().partition(|fit| open.contains_key(&referral(fit)));
        return tell(platform, caller, holder, subscription, &stay, &gone).await.map(Some);
    }
    let next = platform.active_subscriptions(caller).await?;
    let snapshot = platform.snapshot(caller, None).await?;
    let found: HashMap<Subject, SubscriptionId> = Made::of(open.into_values())
        .fits(&snapshot, &next)
        .into_iter()
        .map(|fit| (fit.subject, fit.subscription))
        .collect();
    let (mut told, mut gone) = (Vec::new(), Vec::new());
    for fit in &fits {
        let by = found.get(&fit.subject).and_then(|id| next.iter().find(|subscription| subscription.id == *id));
        match by {
            Some(subscription) => told.push(telling(platform, subscription, fit)?),
            None => gone.push((fit.organization, fit.subject)),
        }
    }
    platform.store.tell(caller.tenant(), holder, &told, &gone).await.map(Some).map_err(Error::from)
}

/// Tells a few wishes; none when nothing waits or the budget of the day is spent, otherwise whether `holder` has the lease.
async fn tell_wishes(
    platform: &Platform,
    caller: &Caller,
    holder: Uuid,
    subscription: &Subscription,
) -> Result<Option<bool>, Error> {
    let (tenant, store) = (caller.tenant(), &platform.store);
    let day = day_of(platform, subscription)?;
    let told = store.told_on(tenant, subscription.id, day).await?;
    let left = usize::try_from(subscription.daily_budget).unwrap_or(usize::MAX).saturating_sub(told);
    if left == 0 {
        return Ok(None);
    }
    let fits = store.waiting_fits(tenant, subscription.id, Kind::Wish, left.min(TOLD_AT_ONCE_MAX)).await?;
    if fits.is_empty() {
        return Ok(None);
    }
    // The log, and the snapshot with it, may be behind: what was withdrawn a moment ago is not told.
    let ids: Vec<NeedId> = fits.iter().map(|fit| fit.need).collect();
    let needs = store.needs(tenant, &ids).await?;
    let needs: HashMap<NeedId, Need> = needs.into_iter().map(|need| (need.id, need)).collect();
    let stays = |fit: &&Fit| needs.get(&fit.need).is_some_and(|need| platform.is_in_the_pool(caller, need, fit));
    let (stay, gone): (Vec<&Fit>, Vec<&Fit>) = fits.iter().partition(stays);
    tell(platform, caller, holder, subscription, &stay, &gone).await.map(Some)
}

/// Tells some that wait and drops others. Answers whether `holder` has the lease.
async fn tell(
    platform: &Platform,
    caller: &Caller,
    holder: Uuid,
    subscription: &Subscription,
    stay: &[&Fit],
    gone: &[&Fit],
) -> Result<bool, Error> {
    let told: Vec<Told> = stay.iter().map(|fit| telling(platform, subscription, fit)).collect::<Result<_, _>>()?;
    let dropped: Vec<_> = gone.iter().map(|fit| (fit.organization, fit.subject)).collect();
    platform.store.tell(caller.tenant(), holder, &told, &dropped).await.map_err(Error::from)
}

/// That a fit is told now by a subscription.
fn telling(platform: &Platform, subscription: &Subscription, fit: &Fit) -> Result<Told, Error> {
    let active = subscription.state == SubscriptionState::Active;
    Ok(Told {
        organization: fit.organization,
        subject: fit.subject,
        subscription: subscription.id,
        id: NotificationId::from_uuid(platform.new_uuid()),
        day: day_of(platform, subscription)?,
        send: active && subscription.webhook_url.is_some() && platform.webhooks.is_some(),
    })
}

/// The day of a subscription's zone, counted from 1970-01-01.
fn day_of(platform: &Platform, subscription: &Subscription) -> Result<i64, Error> {
    Ok(Zone::named("time_zone", &subscription.time_zone)?.day_at(platform.clock.now()))
}
