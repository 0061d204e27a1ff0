//! Sends what is due. Every replica does: a message that one has taken is not given to another until its time is up, and what one does
//! not finish is sent again under the same id.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use wishwell_domain::Error;
use wishwell_domain::limits::{
    NOTICE_POLL_MILLISECONDS, WEBHOOK_CLAIM_SECONDS, WEBHOOK_GIVE_UP_HOURS, WEBHOOK_ROOM_MILLISECONDS,
    WEBHOOK_SENDS_AT_ONCE_MAX, WEBHOOK_SENDS_PER_ORGANIZATION_MAX,
};
use wishwell_domain::notification::{
    Delivery, DeliveryState, Kind, Notification, Subject, Subscription, SubscriptionState, next_attempt,
};
use wishwell_store::Places;

use super::Sender;
use super::event::{Event, OFFER_MADE, WISH_FITS};
use crate::cases::notices::worker::caller_of;
use crate::cases::{Caller, Platform};
use crate::grpc::{offer_made, wish_fits};
use crate::trouble::Work;

/// How often what has become due is looked for.
const POLL: Duration = Duration::from_millis(NOTICE_POLL_MILLISECONDS);
/// What a receiver answers that is gone for good.
const GONE: u16 = 410;

/// Sends what is due of all tenants until told to stop. Offers and wishes of each tenant go side by side, so that none waits for another's
/// receivers.
pub(crate) async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    let Some(sender) = platform.webhooks.clone() else { return };
    let (mut lanes, mut known) = (JoinSet::new(), HashSet::new());
    loop {
        for tenant in platform.snapshots.tenants() {
            if known.insert(tenant.clone()) {
                for kind in [Kind::Offer, Kind::Wish] {
                    lanes.spawn(send_due(Arc::clone(&platform), sender.clone(), caller_of(&tenant), kind));
                }
            }
        }
        tokio::select! {
            // What is cut off with the lanes is due again when its time is up.
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Sends messages of one kind to the organizations of one tenant.
async fn send_due(platform: Arc<Platform>, sender: Sender, caller: Caller, kind: Kind) {
    let mut places = Places {
        kind,
        free: WEBHOOK_SENDS_AT_ONCE_MAX,
        per_organization: WEBHOOK_SENDS_PER_ORGANIZATION_MAX,
        under_way: HashMap::new(),
    };
    let send = async |notification: Notification| {
        let organization = notification.fit.organization;
        if let Err(error) = send_one(&platform, &sender, &caller, notification).await {
            tracing::debug!(%error, "a message was not sent and is tried again");
        }
        organization
    };
    // Each kind by itself: that there is nothing of one to send says nothing of the other.
    let work = match kind {
        Kind::Offer => Work::WebhookOffers,
        Kind::Wish => Work::WebhookWishes,
    };
    let mut sends = FuturesUnordered::new();
    loop {
        let taken = platform.store.take_due(caller.tenant(), WEBHOOK_CLAIM_SECONDS, &places).await;
        platform.troubles.note(work, caller.tenant(), taken.as_ref().map(|_| ()));
        match taken {
            // There may be more, for others.
            Ok(due) if !due.is_empty() => {
                for notification in due {
                    places.take(notification.fit.organization);
                    sends.push(send(notification));
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(tenant = %caller.tenant(), %error, "messages that are due were not read; tried again");
            }
        }
        tokio::select! {
            Some(organization) = sends.next() => places.give_back(organization),
            () = tokio::time::sleep(POLL) => {}
        }
        // What ends at about the same time makes room together: each look is a question to the store.
        let mut more = pin!(tokio::time::sleep(Duration::from_millis(WEBHOOK_ROOM_MILLISECONDS)));
        loop {
            tokio::select! {
                Some(organization) = sends.next() => places.give_back(organization),
                () = &mut more => break,
            }
        }
    }
}

async fn send_one(
    platform: &Platform,
    sender: &Sender,
    caller: &Caller,
    notification: Notification,
) -> Result<(), Error> {
    let now = platform.clock.now();
    let keep = async |state, status, next_attempt_at| {
        let delivery = Delivery { state, status, next_attempt_at, ..notification.delivery };
        platform.store.keep_delivery(caller.tenant(), notification.id, &delivery).await
    };
    let found = platform.store.subscription(caller.tenant(), notification.fit.subscription).await?;
    let active = found.filter(|found| found.state == SubscriptionState::Active);
    let age = now.duration_since(notification.told_at);
    let (Some(subscription), false) = (active, age > SignedDuration::from_hours(WEBHOOK_GIVE_UP_HOURS)) else {
        keep(DeliveryState::Failed, notification.delivery.status, None).await?;
        return Ok(());
    };
    let Some(url) = &subscription.webhook_url else {
        keep(DeliveryState::Failed, notification.delivery.status, None).await?;
        return Ok(());
    };
    let Some(saying) = saying(platform, caller, &subscription, &notification, now).await? else {
        keep(DeliveryState::Withdrawn, notification.delivery.status, None).await?;
        return Ok(());
    };
    let secrets = platform.secrets(caller, &subscription, now).await?;
    let sent = sender.send(url, &secrets, &saying.event, now).await;
    let status = sent.as_ref().ok().copied();
    match status {
        Some(200..300) => keep(DeliveryState::Delivered, status, None).await?,
        Some(GONE) => {
            platform.receiver_is_gone(caller, &subscription).await?;
            keep(DeliveryState::Failed, status, None).await?
        }
        _ => {
            // Attempts fall due, and offers end, by the database's clock.
            let by_database = platform.store.now().await?;
            let next = next_attempt(notification.told_at, notification.delivery.attempts, by_database, jitter());
            // Nobody can accept an offer any more by then.
            let next = next.filter(|next| saying.ends_at.is_none_or(|ends_at| *next < ends_at));
            let state = if next.is_some() { DeliveryState::Pending } else { DeliveryState::Failed };
            tracing::debug!(notification = %notification.id, ?sent, "a message was not taken");
            keep(state, status, next).await?
        }
    };
    Ok(())
}

/// A message, and when what it tells of ends, if that is known.
struct Saying {
    event: Event,
    ends_at: Option<Timestamp>,
}

/// What is said of a wish or an offer; none when the one has left the pool, or the other is open no more.
async fn saying(
    platform: &Platform,
    caller: &Caller,
    subscription: &Subscription,
    notification: &Notification,
    now: Timestamp,
) -> Result<Option<Saying>, Error> {
    let fit = &notification.fit;
    let (kind, subject, data, ends_at) = match fit.subject {
        Subject::Wish(_) => {
            let Some(need) = platform.store.need(caller.tenant(), fit.need).await? else { return Ok(None) };
            if !platform.is_in_the_pool(caller, &need, fit) {
                return Ok(None);
            }
            let Some(fits) = wish_fits(platform, caller, &need, fit, now) else { return Ok(None) };
            let data = wishwell_api::json::to_json(&fits);
            (WISH_FITS, fits.item.map(|item| item.wish), data, None)
        }
        Subject::Offer(id) => {
            let Some(referral) = platform.open_offers(caller, &[id]).await?.remove(&id) else { return Ok(None) };
            let snapshot = platform.snapshot(caller, None).await?;
            let made = offer_made(&referral, fit, &snapshot);
            (OFFER_MADE, Some(id.name()), wishwell_api::json::to_json(&made), Some(referral.expires_at))
        }
    };
    let data = data.map_err(|error| Error::Internal(format!("a message: {error}")))?;
    let event = Event {
        id: notification.id.name(),
        kind,
        subscription: subscription.id.name(),
        subject,
        time: notification.told_at,
        data: serde_json::from_str(&data).map_err(|error| Error::Internal(format!("a message: {error}")))?,
    };
    Ok(Some(Saying { event, ends_at }))
}

/// Takes away a share of a wait, so that replicas and messages do not all come back at once.
fn jitter() -> u8 {
    let drawn = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ());
    drawn.to_le_bytes()[0]
}

impl Platform {
    /// The secrets that sign for a subscription at an instant, the newest first.
    pub(super) async fn secrets(
        &self,
        caller: &Caller,
        subscription: &Subscription,
        now: Timestamp,
    ) -> Result<Vec<[u8; 32]>, Error> {
        let mut secrets = Vec::with_capacity(2);
        for number in subscription.secrets_at(now) {
            secrets.extend(self.secret(caller, subscription, number).await?);
        }
        if secrets.is_empty() {
            return Err(Error::DataLoss(format!("the secret of {} is not there", subscription.id)));
        }
        Ok(secrets)
    }
}
