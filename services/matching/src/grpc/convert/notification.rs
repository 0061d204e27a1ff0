//! Subscriptions and notifications.

use wishwell_api::v1;
use wishwell_domain::ids::{CategoryCode, DivisionCode, OrganizationId, SubscriptionId, Version};
use wishwell_domain::notification::{
    DeliveryState, Kind, Notification, SecretGeneration, Subject, Subscription, SubscriptionState,
};
use wishwell_domain::zone::DEFAULT_TIME_ZONE;
use wishwell_domain::{Violation, Violations};
use wishwell_store::NotificationFilter;

use super::common;

/// What a subscription is asked to be, besides whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) organization: Option<OrganizationId>,
    categories: Vec<CategoryCode>,
    divisions: Vec<DivisionCode>,
    daily_budget: u32,
    offers: bool,
    time_zone: String,
    state: Option<SubscriptionState>,
    webhook_url: Option<String>,
}

/// Reads what a subscription is asked to be. As long as there are violations it is good for further checks, and for nothing else.
pub(crate) fn asked(field: &str, sent: v1::Subscription, violations: &mut Violations) -> Asked {
    let state = match sent.state() {
        v1::SubscriptionState::Unspecified => None,
        v1::SubscriptionState::Active => Some(SubscriptionState::Active),
        v1::SubscriptionState::Paused => Some(SubscriptionState::Paused),
        v1::SubscriptionState::Gone => {
            violations.add(Violation::new(format!("{field}.state"), "enum.not_in", "is the receiver's to say"));
            None
        }
    };
    Asked {
        organization: organization(&format!("{field}.organization"), &sent.organization, violations),
        categories: common::categories(format_args!("{field}.categories"), &sent.categories, violations),
        divisions: common::divisions(format_args!("{field}.divisions"), &sent.divisions, violations),
        daily_budget: u32::try_from(sent.daily_budget).unwrap_or_default(),
        offers: sent.offers,
        time_zone: if sent.time_zone.is_empty() { DEFAULT_TIME_ZONE.to_owned() } else { sent.time_zone },
        state,
        webhook_url: (!sent.webhook_url.is_empty()).then_some(sent.webhook_url),
    }
}

/// An empty name means none.
pub(crate) fn organization(field: &str, name: &str, violations: &mut Violations) -> Option<OrganizationId> {
    if name.is_empty() { None } else { violations.take(OrganizationId::parse_name(field, name)) }
}

impl Asked {
    /// A new subscription.
    pub(crate) fn into_new(
        self,
        id: wishwell_domain::ids::SubscriptionId,
        organization: OrganizationId,
        secret: SecretGeneration,
        now: jiff::Timestamp,
    ) -> Subscription {
        Subscription {
            id,
            organization,
            categories: self.categories,
            divisions: self.divisions,
            daily_budget: self.daily_budget,
            offers: self.offers,
            time_zone: self.time_zone,
            state: self.state.unwrap_or(SubscriptionState::Active),
            active_since: now,
            webhook_url: self.webhook_url,
            secret,
            version: Version::default(),
            created_at: now,
            updated_at: now,
        }
    }

    /// A stored one with all of this in it.
    pub(crate) fn into_changed(self, stored: &Subscription) -> Subscription {
        Subscription {
            categories: self.categories,
            divisions: self.divisions,
            daily_budget: self.daily_budget,
            offers: self.offers,
            time_zone: self.time_zone,
            state: self.state.unwrap_or(stored.state),
            webhook_url: self.webhook_url,
            ..stored.clone()
        }
    }
}

pub(crate) fn subscription_out(subscription: &Subscription) -> v1::Subscription {
    let state = match subscription.state {
        SubscriptionState::Active => v1::SubscriptionState::Active,
        SubscriptionState::Paused => v1::SubscriptionState::Paused,
        SubscriptionState::Gone => v1::SubscriptionState::Gone,
        // Nobody is shown one that was ended, but for who ends it.
        SubscriptionState::Deleted => v1::SubscriptionState::Unspecified,
    };
    v1::Subscription {
        name: subscription.id.name(),
        organization: subscription.organization.name(),
        categories: subscription.categories.iter().map(ToString::to_string).collect(),
        divisions: subscription.divisions.iter().map(ToString::to_string).collect(),
        daily_budget: i32::try_from(subscription.daily_budget).unwrap_or(i32::MAX),
        time_zone: subscription.time_zone.clone(),
        state: state.into(),
        webhook_url: subscription.webhook_url.clone().unwrap_or_default(),
        secret_time: Some(common::timestamp_out(subscription.secret.given_at)),
        etag: common::etag_out(subscription.version),
        create_time: Some(common::timestamp_out(subscription.created_at)),
        update_time: Some(common::timestamp_out(subscription.updated_at)),
        offers: subscription.offers,
    }
}

/// Reads which notifications are asked for.
pub(crate) fn filter(field: &str, sent: &v1::NotificationFilter, violations: &mut Violations) -> NotificationFilter {
    let subscription = (!sent.subscription.is_empty())
        .then(|| violations.take(SubscriptionId::parse_name(&format!("{field}.subscription"), &sent.subscription)))
        .flatten();
    NotificationFilter {
        organization: organization(&format!("{field}.organization"), &sent.organization, violations),
        subscription,
        unseen_only: sent.unseen_only,
        kind: match sent.kind() {
            v1::NotificationKind::Unspecified => None,
            v1::NotificationKind::Wish => Some(Kind::Wish),
            v1::NotificationKind::Offer => Some(Kind::Offer),
        },
    }
}

/// A notification of the wish that has this name, none of an offer.
pub(crate) fn notification_out(notification: &Notification, wish: String) -> v1::Notification {
    let (fit, delivery) = (&notification.fit, &notification.delivery);
    let state = match delivery.state {
        DeliveryState::None => v1::DeliveryState::None,
        DeliveryState::Pending => v1::DeliveryState::Pending,
        DeliveryState::Delivered => v1::DeliveryState::Delivered,
        DeliveryState::Failed => v1::DeliveryState::Failed,
        DeliveryState::Withdrawn => v1::DeliveryState::Withdrawn,
    };
    let (kind, referral) = match fit.subject {
        Subject::Wish(_) => (v1::NotificationKind::Wish, String::new()),
        Subject::Offer(referral) => (v1::NotificationKind::Offer, referral.name()),
    };
    v1::Notification {
        name: notification.id.name(),
        organization: fit.organization.name(),
        subscription: fit.subscription.name(),
        wish,
        item_ordinal: fit.item_ordinal.into(),
        resource: fit.resource.name(),
        create_time: Some(common::timestamp_out(notification.told_at)),
        seen_time: notification.seen_at.map(common::timestamp_out),
        delivery: state.into(),
        delivery_attempts: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
        delivery_status: delivery.status.map_or(0, i32::from),
        next_attempt_time: delivery.next_attempt_at.map(common::timestamp_out),
        kind: kind.into(),
        referral,
    }
}
