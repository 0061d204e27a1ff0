//! `NotificationService`.

use std::sync::Arc;

use jiff::Timestamp;
use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::notification_service_server::NotificationService;
use wishwell_domain::ids::{NotificationId, SubscriptionId};
use wishwell_domain::need::Need;
use wishwell_domain::notification::{Fit, Notification, Subscription};
use wishwell_domain::referral::Referral;
use wishwell_domain::{Error, Violations};
use wishwell_engine::Snapshot;
use wishwell_store::Written;

use super::call::{Update, merge_fields, read, required, retry_update, update_once, write};
use super::convert::common::code_out;
use super::convert::notification as convert;
use super::convert::referral::{Shown, referral_out};
use super::listing::{self, Listing};
use super::matching::position;
use super::meant::{self, Meant as _};
use super::referrals::{wish_item_out, wish_out};
use crate::cases::notices::Given;
use crate::cases::places::place_of_offer;
use crate::cases::{Caller, Platform, only, subscriptions_of};

/// Handlers of `NotificationService`.
#[derive(Debug, Clone)]
pub(crate) struct NotificationHandlers {
    platform: Arc<Platform>,
}

impl NotificationHandlers {
    pub(crate) const fn new(platform: Arc<Platform>) -> Self {
        Self { platform }
    }
}

/// One line for each method: how it is served, its name, its handler, and who reads a message that breaks rules of the contract where
/// reading finds more than they do.
macro_rules! methods {
    ($($serve:ident $method:ident = $rpc:literal : $request:ident -> $response:ident => $handler:path $(, besides $reading:path)?;)*) => {
        #[tonic::async_trait]
        impl NotificationService for NotificationHandlers {
            $(async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                let method = concat!("wishwell.v1.NotificationService/", $rpc);
                let call = $serve(method, request);
                $(let call = call.besides(async |caller, message| $reading(&self.platform, &caller, message).await).await;)?
                call.handle(|caller, message| $handler(&self.platform, caller, message)).await
            })*
        }
    };
}

methods! {
    write create_subscription = "CreateSubscription": CreateSubscriptionRequest -> CreateSubscriptionResponse => create, besides read_new;
    read get_subscription = "GetSubscription": GetSubscriptionRequest -> GetSubscriptionResponse => get;
    read list_subscriptions = "ListSubscriptions": ListSubscriptionsRequest -> ListSubscriptionsResponse => list, besides listing::read;
    write update_subscription = "UpdateSubscription": UpdateSubscriptionRequest -> UpdateSubscriptionResponse => update, besides read_update;
    write delete_subscription = "DeleteSubscription": DeleteSubscriptionRequest -> DeleteSubscriptionResponse => delete, besides meant::read;
    write rotate_subscription_secret = "RotateSubscriptionSecret": RotateSubscriptionSecretRequest -> RotateSubscriptionSecretResponse => rotate, besides meant::read;
    write test_subscription = "TestSubscription": TestSubscriptionRequest -> TestSubscriptionResponse => test;
    read list_notifications = "ListNotifications": ListNotificationsRequest -> ListNotificationsResponse => notifications, besides listing::read;
    write mark_notifications_seen = "MarkNotificationsSeen": MarkNotificationsSeenRequest -> MarkNotificationsSeenResponse => mark_seen;
}

/// Where a request carries a subscription.
const FIELD: &str = "subscription";

fn id(name: &str) -> Result<SubscriptionId, Error> {
    Ok(SubscriptionId::parse_name("name", name)?)
}

/// Reads a new subscription.
async fn read_new(
    platform: &Platform,
    caller: &Caller,
    message: v1::CreateSubscriptionRequest,
) -> Result<Subscription, Error> {
    let mut violations = Violations::new();
    let asked = convert::asked(FIELD, required(FIELD, message.subscription)?, &mut violations);
    let organization = platform.subscriber(caller, asked.organization, &mut violations)?;
    let (secret, now) = platform.new_secret();
    let new_id = SubscriptionId::from_uuid(platform.new_uuid());
    let subscription = asked.into_new(new_id, organization, secret, now);
    platform.check_subscription(caller, &subscription, violations).await?;
    Ok(subscription)
}

async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateSubscriptionRequest,
) -> Result<v1::CreateSubscriptionResponse, Error> {
    let written = platform
        .once(&caller, async {
            let subscription = read_new(platform, &caller, message).await?;
            platform.create_subscription(&caller, subscription).await
        })
        .await?;
    let Given { subscription, secret, position } = platform.given(&caller, written).await?;
    let subscription = Some(convert::subscription_out(&subscription));
    Ok(v1::CreateSubscriptionResponse { subscription, secret, log_position: position })
}

async fn get(
    platform: &Platform,
    caller: Caller,
    message: v1::GetSubscriptionRequest,
) -> Result<v1::GetSubscriptionResponse, Error> {
    platform.snapshot(&caller, position(message.min_position)).await?;
    let found = platform.subscription(&caller, id(&message.name)?).await?;
    Ok(v1::GetSubscriptionResponse { subscription: Some(convert::subscription_out(&found)) })
}

async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListSubscriptionsRequest,
) -> Result<v1::ListSubscriptionsResponse, Error> {
    let listing = Listing::of(platform, &caller, &message)?;
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let organization = convert::organization("organization", &message.organization, &mut violations);
    violations.into_result()?;
    let found = platform.list_subscriptions(&caller, organization, &listing.by_uuid()).await?;
    let (subscriptions, next_page_token) =
        listing.shown(&found, |subscription| subscription.id.as_uuid(), convert::subscription_out)?;
    Ok(v1::ListSubscriptionsResponse { subscriptions, next_page_token })
}

fn answer(written: Written) -> Result<(Box<Subscription>, i64), Error> {
    let log_position = written.position.0;
    Ok((only(subscriptions_of(written))?, log_position))
}

fn asked(message: v1::UpdateSubscriptionRequest) -> Result<Update<SubscriptionId, v1::Subscription>, Error> {
    let name = SubscriptionId::parse_name("name", &message.name);
    Update::read(name, (FIELD, message.subscription), message.update_mask, &message.etag)
}

/// A subscription as it is stored and as an update leaves it.
async fn changed(
    platform: &Platform,
    caller: &Caller,
    asked: &Update<SubscriptionId, v1::Subscription>,
) -> Result<(Subscription, Subscription), Error> {
    let stored = platform.subscription(caller, asked.id).await?;
    if let Some(expected) = asked.etag.filter(|etag| *etag != stored.version) {
        return Err(Error::EtagMismatch { name: asked.id.name(), expected: expected.0, actual: stored.version.0 });
    }
    let mut merged = convert::subscription_out(&stored);
    // What the receiver said stays, unless somebody says otherwise.
    merged.state = 0;
    merge_fields!(asked, merged, [categories, divisions, daily_budget, time_zone, state, webhook_url, offers]);
    let mut violations = asked.violations.clone();
    let changed = convert::asked(FIELD, merged, &mut violations).into_changed(&stored);
    platform.check_subscription(caller, &changed, violations).await?;
    Ok((stored, changed))
}

/// Reads an update.
async fn read_update(
    platform: &Platform,
    caller: &Caller,
    message: v1::UpdateSubscriptionRequest,
) -> Result<(), Error> {
    changed(platform, caller, &asked(message)?).await.map(drop)
}

async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateSubscriptionRequest,
) -> Result<v1::UpdateSubscriptionResponse, Error> {
    let asked = asked(message)?;
    let written = update_once!(platform, &caller, asked.etag, async {
        let (stored, changed) = changed(platform, &caller, &asked).await?;
        platform.update_subscription(&caller, &stored, changed).await
    })?;
    let (subscription, log_position) = answer(written)?;
    let subscription = Some(convert::subscription_out(&subscription));
    Ok(v1::UpdateSubscriptionResponse { subscription, log_position })
}

async fn delete(
    platform: &Platform,
    caller: Caller,
    message: v1::DeleteSubscriptionRequest,
) -> Result<v1::DeleteSubscriptionResponse, Error> {
    let (id, etag) = message.meant()?;
    let written = retry_update!(etag, platform.delete_subscription(&caller, id, etag))?;
    Ok(v1::DeleteSubscriptionResponse { log_position: written.position.0 })
}

async fn rotate(
    platform: &Platform,
    caller: Caller,
    message: v1::RotateSubscriptionSecretRequest,
) -> Result<v1::RotateSubscriptionSecretResponse, Error> {
    let (id, etag) = message.meant()?;
    let given = retry_update!(etag, platform.rotate_secret(&caller, id, etag))?;
    let Given { subscription, secret, position } = given;
    let subscription = Some(convert::subscription_out(&subscription));
    Ok(v1::RotateSubscriptionSecretResponse { subscription, secret, log_position: position })
}

async fn test(
    platform: &Platform,
    caller: Caller,
    message: v1::TestSubscriptionRequest,
) -> Result<v1::TestSubscriptionResponse, Error> {
    let (trial, log_position) = platform.try_subscription(&caller, id(&message.name)?).await?;
    Ok(v1::TestSubscriptionResponse {
        status: trial.status.map_or(0, i32::from),
        failure: trial.failure,
        milliseconds: i32::try_from(trial.milliseconds).unwrap_or(i32::MAX),
        log_position,
    })
}

async fn notifications(
    platform: &Platform,
    caller: Caller,
    message: v1::ListNotificationsRequest,
) -> Result<v1::ListNotificationsResponse, Error> {
    let listing = Listing::of(platform, &caller, &message)?;
    let sent = message.filter.unwrap_or_default();
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let filter = convert::filter("filter", &sent, &mut violations);
    violations.into_result()?;
    let found = platform.list_notifications(&caller, filter, &listing.by_uuid()).await?;
    let show = |notification: &Notification| {
        let wish = platform.wish_of_fit(&caller, &notification.fit).map(wish_out);
        convert::notification_out(notification, wish.unwrap_or_default())
    };
    let (notifications, next_page_token) = listing.shown(&found, |notification| notification.id.as_uuid(), show)?;
    Ok(v1::ListNotificationsResponse { notifications, next_page_token })
}

async fn mark_seen(
    platform: &Platform,
    caller: Caller,
    message: v1::MarkNotificationsSeenRequest,
) -> Result<v1::MarkNotificationsSeenResponse, Error> {
    let mut violations = Violations::new();
    let names = message.names.iter().enumerate();
    let ids: Vec<NotificationId> = names
        .filter_map(|(index, name)| violations.take(NotificationId::parse_name(&format!("names[{index}]"), name)))
        .collect();
    violations.into_result()?;
    let (marked, log_position) = platform.mark_seen(&caller, &ids).await?;
    Ok(v1::MarkNotificationsSeenResponse { marked: i32::try_from(marked).unwrap_or(i32::MAX), log_position })
}

/// What is said of a fit to a partner's own tools; none when the wish is not published any more.
pub(crate) fn wish_fits(
    platform: &Platform,
    caller: &Caller,
    need: &Need,
    fit: &Fit,
    now: Timestamp,
) -> Option<v1::WishFits> {
    let item = need.items.iter().find(|item| item.ordinal == fit.item_ordinal)?;
    Some(v1::WishFits {
        item: Some(wish_item_out(platform, caller, need, item, now)?),
        resource: fit.resource.name(),
        organization: fit.organization.name(),
        subscription: fit.subscription.name(),
    })
}

/// What is said of an open offer to a partner's own tools, as the partner sees it.
pub(crate) fn offer_made(referral: &Referral, fit: &Fit, snapshot: &Snapshot) -> v1::OfferMade {
    let place = place_of_offer(referral, snapshot);
    let shown = referral_out(referral, Shown { wish: String::new(), need: false, division: code_out(place.as_ref()) });
    v1::OfferMade {
        referral: shown.name,
        resource: shown.resource,
        organization: shown.organization,
        subscription: fit.subscription.name(),
        category: shown.category,
        quantity: shown.quantity,
        recurrence: shown.recurrence,
        urgency: shown.urgency,
        division: shown.division,
        expire_time: shown.expire_time,
        enquiry: shown.enquiry,
    }
}
