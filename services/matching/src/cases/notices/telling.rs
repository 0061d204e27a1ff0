//! Telling what was found, the best first, as far as the day's budget goes. What is beyond it waits for the next day.

use std::collections::HashMap;

use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, NotificationId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::need::Need;
use wishwell_domain::notification::{Fit, Subscription, SubscriptionState};
use wishwell_domain::zone::Zone;
use wishwell_store::Told;

use crate::cases::{Caller, Platform};

/// Fits that are told in one transaction.
const TOLD_AT_ONCE_MAX: usize = 100;

impl Platform {
    /// The name of the wish that fits.
    pub(crate) fn name_of_fit(&self, caller: &Caller, fit: &Fit) -> Uuid {
        self.name_of_lot(caller, fit.need, (fit.lot != fit.need.as_uuid()).then_some(fit.lot))
    }

    /// Whether the wish that fits is still in the pool, under that name, and wants something.
    pub(crate) fn is_in_the_pool(&self, caller: &Caller, need: &Need, fit: &Fit) -> bool {
        let wants = |item: &wishwell_domain::need::NeedItem| item.ordinal == fit.item_ordinal && item.left() > 0;
        let Some(wish) = &need.wish else { return false };
        self.name_of_lot(caller, need.id, wish.lot) == self.name_of_fit(caller, fit)
            && need.state.is_open()
            && need.items.iter().any(wants)
    }
}

/// Tells what waits. Answers whether `holder` still had the lease at the end.
pub(super) async fn tell_all(platform: &Platform, caller: &Caller, holder: Uuid) -> Result<bool, Error> {
    for id in platform.store.waiting_subscriptions(caller.tenant(), PAGE_SIZE_MAX).await? {
        let found = platform.store.subscription(caller.tenant(), id).await?;
        let Some(subscription) = found.filter(|found| found.state == SubscriptionState::Active) else { continue };
        while let Some(told) = tell_some(platform, caller, holder, &subscription).await? {
            if !told {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Tells a few; none when nothing waits or the budget of the day is spent, otherwise whether `holder` has the lease.
async fn tell_some(
    platform: &Platform,
    caller: &Caller,
    holder: Uuid,
    subscription: &Subscription,
) -> Result<Option<bool>, Error> {
    let (tenant, store) = (caller.tenant(), &platform.store);
    let day = Zone::named("time_zone", &subscription.time_zone)?.day_at(platform.clock.now());
    let told = store.told_on(tenant, subscription.id, day).await?;
    let left = usize::try_from(subscription.daily_budget).unwrap_or(usize::MAX).saturating_sub(told);
    if left == 0 {
        return Ok(None);
    }
    let fits = store.waiting_fits(tenant, subscription.id, left.min(TOLD_AT_ONCE_MAX)).await?;
    if fits.is_empty() {
        return Ok(None);
    }
    // The log, and the snapshot with it, may be behind: what was withdrawn a moment ago is not told.
    let ids: Vec<NeedId> = fits.iter().map(|fit| fit.need).collect();
    let needs = store.needs(tenant, &ids).await?;
    let needs: HashMap<NeedId, Need> = needs.into_iter().map(|need| (need.id, need)).collect();
    let stays = |fit: &&Fit| needs.get(&fit.need).is_some_and(|need| platform.is_in_the_pool(caller, need, fit));
    let (stay, gone): (Vec<&Fit>, Vec<&Fit>) = fits.iter().partition(stays);
    let send = subscription.webhook_url.is_some() && platform.webhooks.is_some();
    let told: Vec<Told> = stay
        .into_iter()
        .map(|fit| Told {
            organization: fit.organization,
            lot: fit.lot,
            id: NotificationId::from_uuid(platform.new_uuid()),
            day,
            send,
        })
        .collect();
    let dropped: Vec<_> = gone.into_iter().map(|fit| (fit.organization, fit.lot)).collect();
    store.tell(tenant, holder, &told, &dropped).await.map(Some).map_err(Error::from)
}
