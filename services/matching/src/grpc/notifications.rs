//! `NotificationService`.

use std::sync::Arc;

use jiff::Timestamp;
use prost::Message;
use tonic::{Request, Response, Status};

use wishwell_api::v1;
use wishwell_api::v1::notification_service_server::NotificationService;
use wishwell_domain::ids::{NotificationId, SubscriptionId};
use wishwell_domain::need::Need;
use wishwell_domain::notification::{Fit, Subscription};
use wishwell_domain::{Error, Violations};
use wishwell_store::Written;

use super::call::{mask_paths, merge_fields, next_token, page, read, required, retry_update, write};
use super::convert::{common, notification as convert};
use super::matching::position;
use super::referrals::{wish_item_out, wish_out};
use crate::cases::notices::Given;
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

/// One line for each method: how it is served, its name, its handler.
macro_rules! methods {
    ($($serve:ident $method:ident = $rpc:literal : $request:ident -> $response:ident => $handler:path;)*) => {
        #[tonic::async_trait]
        impl NotificationService for NotificationHandlers {
            $(async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                let method = concat!("wishwell.v1.NotificationService/", $rpc);
                $serve(method, request, |caller, message| $handler(&self.platform, caller, message)).await
            })*
        }
    };
}

methods! {
    write create_subscription = "CreateSubscription": CreateSubscriptionRequest -> CreateSubscriptionResponse => create;
    read get_subscription = "GetSubscription": GetSubscriptionRequest -> GetSubscriptionResponse => get;
    read list_subscriptions = "ListSubscriptions": ListSubscriptionsRequest -> ListSubscriptionsResponse => list;
    write update_subscription = "UpdateSubscription": UpdateSubscriptionRequest -> UpdateSubscriptionResponse => update;
    write delete_subscription = "DeleteSubscription": DeleteSubscriptionRequest -> DeleteSubscriptionResponse => delete;
    write rotate_subscription_secret = "RotateSubscriptionSecret": RotateSubscriptionSecretRequest -> RotateSubscriptionSecretResponse => rotate;
    write test_subscription = "TestSubscription": TestSubscriptionRequest -> TestSubscriptionResponse => test;
    read list_notifications = "ListNotifications": ListNotificationsRequest -> ListNotificationsResponse => notifications;
    write mark_notifications_seen = "MarkNotificationsSeen": MarkNotificationsSeenRequest -> MarkNotificationsSeenResponse => mark_seen;
}

fn id(name: &str) -> Result<SubscriptionId, Error> {
    Ok(SubscriptionId::parse_name("name", name)?)
}

async fn create(
    platform: &Platform,
    caller: Caller,
    message: v1::CreateSubscriptionRequest,
) -> Result<v1::CreateSubscriptionResponse, Error> {
    let mut violations = Violations::new();
    let asked = convert::asked("subscription", required("subscription", message.subscription)?, &mut violations);
    violations.into_result()?;
    let organization = platform.subscriber(&caller, asked.organization)?;
    let (secret, now) = platform.new_secret();
    let new_id = SubscriptionId::from_uuid(platform.new_uuid());
    let made = platform.create_subscription(&caller, asked.into_new(new_id, organization, secret, now)).await?;
    let Given { subscription, secret, position } = made;
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
    let query = v1::ListSubscriptionsRequest { organization: message.organization.clone(), ..Default::default() };
    let scope = platform.page_scope(&caller, &query.encode_to_vec());
    let page = page(&scope, message.page_size, &message.page_token)?;
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let organization = convert::organization("organization", &message.organization, &mut violations);
    violations.into_result()?;
    let found = platform.list_subscriptions(&caller, organization, &page).await?;
    Ok(v1::ListSubscriptionsResponse {
        subscriptions: found.entries.iter().map(convert::subscription_out).collect(),
        next_page_token: next_token(&scope, found.next_after)?,
    })
}

fn answer(written: Written) -> Result<(Box<Subscription>, i64), Error> {
    let log_position = written.position.0;
    Ok((only(subscriptions_of(written))?, log_position))
}

async fn update(
    platform: &Platform,
    caller: Caller,
    message: v1::UpdateSubscriptionRequest,
) -> Result<v1::UpdateSubscriptionResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
    let sent = required("subscription", message.subscription)?;
    let mask = mask_paths(message.update_mask)?;
    let written = match platform.answered(&caller).await? {
        Some(written) => written,
        None => retry_update!(etag, async {
            let stored = platform.subscription(&caller, id).await?;
            if let Some(expected) = etag.filter(|etag| *etag != stored.version) {
                return Err(Error::EtagMismatch { name: id.name(), expected: expected.0, actual: stored.version.0 });
            }
            let mut merged = convert::subscription_out(&stored);
            // What the receiver said stays, unless somebody says otherwise.
            merged.state = 0;
            merge_fields!(mask, merged, sent, [categories, divisions, daily_budget, time_zone, state, webhook_url]);
            let mut violations = Violations::new();
            let asked = convert::asked("subscription", merged, &mut violations);
            violations.into_result()?;
            platform.update_subscription(&caller, &stored, asked.into_changed(&stored)).await
        })?,
    };
    let (subscription, log_position) = answer(written)?;
    let subscription = Some(convert::subscription_out(&subscription));
    Ok(v1::UpdateSubscriptionResponse { subscription, log_position })
}

async fn delete(
    platform: &Platform,
    caller: Caller,
    message: v1::DeleteSubscriptionRequest,
) -> Result<v1::DeleteSubscriptionResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
    let written = retry_update!(etag, platform.delete_subscription(&caller, id, etag))?;
    Ok(v1::DeleteSubscriptionResponse { log_position: written.position.0 })
}

async fn rotate(
    platform: &Platform,
    caller: Caller,
    message: v1::RotateSubscriptionSecretRequest,
) -> Result<v1::RotateSubscriptionSecretResponse, Error> {
    let mut violations = Violations::new();
    let etag = common::etag("etag", &message.etag, &mut violations);
    violations.into_result()?;
    let id = id(&message.name)?;
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
    let sent = message.filter.unwrap_or_default();
    let scope = platform.page_scope(&caller, &sent.encode_to_vec());
    let page = page(&scope, message.page_size, &message.page_token)?;
    platform.snapshot(&caller, position(message.min_position)).await?;
    let mut violations = Violations::new();
    let organization = convert::organization("filter.organization", &sent.organization, &mut violations);
    let subscription = (!sent.subscription.is_empty())
        .then(|| violations.take(SubscriptionId::parse_name("filter.subscription", &sent.subscription)))
        .flatten();
    violations.into_result()?;
    let found = platform.list_notifications(&caller, organization, subscription, sent.unseen_only, &page).await?;
    let shown = found.entries.iter().map(|notification| {
        convert::notification_out(notification, wish_out(platform.name_of_fit(&caller, &notification.fit)))
    });
    Ok(v1::ListNotificationsResponse {
        notifications: shown.collect(),
        next_page_token: next_token(&scope, found.next_after)?,
    })
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
