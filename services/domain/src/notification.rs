//! Telling organizations of new wishes and of offers made to them: what they want to be told, and what they were.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Violation, Violations};
use crate::ids::{
    CategoryCode, DivisionCode, NeedId, NotificationId, OrganizationId, ReferralId, ResourceId, SubscriptionId, Version,
};
use crate::limits::{
    SUBSCRIPTION_DAILY_BUDGET_MAX, SUBSCRIPTION_SCOPE_ENTRIES_MAX, URL_CHARS_MAX, WEBHOOK_GIVE_UP_HOURS,
    WEBHOOK_RETRY_SECONDS_MAX, WEBHOOK_RETRY_SECONDS_MIN, WEBHOOK_SECRET_OVERLAP_HOURS,
};
use crate::zone::Zone;

/// Whether a subscription is told of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// It is told.
    Active,
    /// Somebody has paused it.
    Paused,
    /// Its receiver has answered that it is gone: paused until somebody makes it active again.
    Gone,
    /// It was ended for good. Its record stays, because notifications refer to it; nobody is shown it.
    Deleted,
}

impl SubscriptionState {
    /// Those of subscriptions that somebody is shown.
    pub const SHOWN: [Self; 3] = [Self::Active, Self::Paused, Self::Gone];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Gone => "gone",
            Self::Deleted => "deleted",
        }
    }
}

/// The secret that signs what is sent to a webhook, by its number. The secret itself is kept as keys of beneficiaries are, wrapped and
/// outside the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretGeneration {
    /// Counted from 1.
    pub number: u32,
    /// When it was given.
    pub given_at: Timestamp,
}

/// That an organization wants to be told of new wishes that its resources can serve, of offers that are made to it, or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Identifier.
    pub id: SubscriptionId,
    /// Whose.
    pub organization: OrganizationId,
    /// Only of wishes and offers in these categories or below them; none for any.
    pub categories: Vec<CategoryCode>,
    /// Only of wishes in these divisions or below them, and of offers that may be there; none for wherever.
    pub divisions: Vec<DivisionCode>,
    /// Most wishes told in a day, 1..=[`SUBSCRIPTION_DAILY_BUDGET_MAX`]; 0 for offers alone.
    pub daily_budget: u32,
    /// Whether it is told of offers, which no budget counts: each has a deadline, and is made to the organization.
    #[serde(default)]
    pub offers: bool,
    /// IANA name of the zone whose days the budget counts.
    pub time_zone: String,
    /// Whether it is told.
    pub state: SubscriptionState,
    /// Since when: wishes that were published before are not told, nor are offers that were made before.
    pub active_since: Timestamp,
    /// Where messages are sent; none for nowhere.
    pub webhook_url: Option<String>,
    /// What signs them.
    pub secret: SecretGeneration,
    /// Version, counted from 1.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Subscription {
    /// Checks what can be said without a catalogue. Where messages may be sent at all is the sender's to say.
    pub fn check(&self, field: &str, violations: &mut Violations) {
        let least = u32::from(!self.offers);
        violations.require((least..=SUBSCRIPTION_DAILY_BUDGET_MAX).contains(&self.daily_budget), || {
            let message =
                format!("must be from 1 to {SUBSCRIPTION_DAILY_BUDGET_MAX}, or 0 with offers for these alone");
            Violation::new(format!("{field}.daily_budget"), "daily_budget", message).with_value(self.daily_budget)
        });
        for (part, count) in [("categories", self.categories.len()), ("divisions", self.divisions.len())] {
            violations.require(count <= SUBSCRIPTION_SCOPE_ENTRIES_MAX, || {
                let message = format!("must be at most {SUBSCRIPTION_SCOPE_ENTRIES_MAX}");
                Violation::new(format!("{field}.{part}"), "max_items", message).with_value(count)
            });
        }
        violations.take(Zone::named(&format!("{field}.time_zone"), &self.time_zone));
        let length = self.webhook_url.as_ref().map_or(0, |url| url.chars().count());
        violations.require(length <= URL_CHARS_MAX, || {
            let message = format!("must have at most {URL_CHARS_MAX} characters");
            Violation::new(format!("{field}.webhook_url"), "max_len", message)
        });
    }

    /// Whether it is told of wishes.
    #[must_use]
    pub const fn wishes(&self) -> bool {
        self.daily_budget > 0
    }

    /// Under which name a secret is kept.
    #[must_use]
    pub fn secret_subject(&self, number: u32) -> String {
        format!("{}/secrets/{number}", self.id)
    }

    /// Numbers of the secrets that sign at an instant: the newest first, and the one before it for a while.
    pub fn secrets_at(&self, now: Timestamp) -> impl Iterator<Item = u32> {
        let overlap = SignedDuration::from_hours(WEBHOOK_SECRET_OVERLAP_HOURS);
        let newest = self.secret.number;
        let before = (newest > 1 && now.duration_since(self.secret.given_at) < overlap).then(|| newest - 1);
        std::iter::once(newest).chain(before)
    }
}

/// How far the message to a webhook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// There was no webhook.
    None,
    /// It is to be sent.
    Pending,
    /// It was taken.
    Delivered,
    /// It was given up.
    Failed,
    /// Its wish had left the pool before, or its offer was open no more.
    Withdrawn,
}

/// How the message of a notification fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// HTTP status of the last answer, if there was one.
    pub status: Option<u16>,
    /// When it is sent next; there exactly while it is pending.
    pub next_attempt_at: Option<Timestamp>,
}

/// Of which kind it is what somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A wish that fits.
    Wish,
    /// An offer that was made.
    Offer,
}

impl Kind {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wish => "wish",
            Self::Offer => "offer",
        }
    }
}

/// What an organization is told of, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A wish by its lot, which is its name; by the need's identifier where that was before names were of publications.
    Wish(Uuid),
    /// An offer.
    Offer(ReferralId),
}

impl Subject {
    /// Of which kind it is.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Wish(_) => Kind::Wish,
            Self::Offer(_) => Kind::Offer,
        }
    }

    /// What tells it from every other one.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        match self {
            Self::Wish(lot) => lot,
            Self::Offer(referral) => referral.as_uuid(),
        }
    }

    /// The one of a kind that this is of.
    #[must_use]
    pub const fn of(kind: Kind, id: Uuid) -> Self {
        match kind {
            Kind::Wish => Self::Wish(id),
            Kind::Offer => Self::Offer(ReferralId::from_uuid(id)),
        }
    }
}

/// That a wish fits a resource or that one was asked for by an offer, found and not yet told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Whose resource.
    pub organization: OrganizationId,
    /// By which subscription it is to be told.
    pub subscription: SubscriptionId,
    /// The need behind the wish, or the offer.
    pub need: NeedId,
    /// What is told.
    pub subject: Subject,
    /// Which item of the need, from 1.
    pub item_ordinal: u16,
    /// The resource that fits best, or that was asked for.
    pub resource: ResourceId,
    /// Its place among others, the best first: tier of urgency, then distance, then since when the need waits; of offers, which are told
    /// without regard to how near they are, 0 and when they lapse.
    pub rank: (u8, u32, Timestamp),
}

/// That somebody was told of a wish or an offer. There is one for each publication of a need and organization, ever, and for each offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Identifier, given when it was told.
    pub id: NotificationId,
    /// What was told.
    pub fit: Fit,
    /// When.
    pub told_at: Timestamp,
    /// When somebody of the organization marked it as seen.
    pub seen_at: Option<Timestamp>,
    /// How its message fares.
    pub delivery: Delivery,
}

/// When a message that was not taken is sent again: exponentially later, up to a bound, and with `jitter` (0..=255) taking away up to a
/// half, so that a receiver that comes back is not asked by everybody at once. None once it is to be given up.
#[must_use]
pub fn next_attempt(told_at: Timestamp, attempts: u32, now: Timestamp, jitter: u8) -> Option<Timestamp> {
    let doubled = WEBHOOK_RETRY_SECONDS_MIN.saturating_mul(1 << attempts.saturating_sub(1).min(30));
    let wait = doubled.min(WEBHOOK_RETRY_SECONDS_MAX) * 1_000;
    let wait = wait - wait / 2 * i64::from(jitter) / 255;
    let next = now + SignedDuration::from_millis(wait);
    (next.duration_since(told_at) <= SignedDuration::from_hours(WEBHOOK_GIVE_UP_HOURS)).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_for_three_days_with_waits_that_double_and_end_at_six_hours() {
        let told = Timestamp::UNIX_EPOCH;
        let (mut now, mut waits) = (told, Vec::new());
        while let Some(next) = next_attempt(told, waits.len() as u32 + 1, now, 0) {
            waits.push(next.duration_since(now).as_secs());
            now = next;
        }
        assert_eq!(waits[..4], [10, 20, 40, 80]);
        assert_eq!(waits.iter().max(), Some(&WEBHOOK_RETRY_SECONDS_MAX));
        assert!(waits.len() > 20, "{waits:?}");
        let hours = now.duration_since(told).as_hours();
        assert!((66..=WEBHOOK_GIVE_UP_HOURS).contains(&hours), "{hours}");
    }

    #[test]
    fn a_budget_of_no_wishes_is_for_offers_alone() {
        let subscription = |daily_budget, offers| Subscription {
            id: SubscriptionId::from_uuid(Uuid::from_u128(1)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(2)),
            categories: Vec::new(),
            divisions: Vec::new(),
            daily_budget,
            offers,
            time_zone: "Asia/Shanghai".to_owned(),
            state: SubscriptionState::Active,
            active_since: Timestamp::UNIX_EPOCH,
            webhook_url: None,
            secret: SecretGeneration { number: 1, given_at: Timestamp::UNIX_EPOCH },
            version: Version(1),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        for (daily_budget, offers, is_good) in [
            (0, true, true),
            (1, true, true),
            (1_000, true, true),
            (1_001, true, false),
            (0, false, false),
            (1, false, true),
            (1_001, false, false),
        ] {
            let mut violations = Violations::new();
            subscription(daily_budget, offers).check("subscription", &mut violations);
            let told = violations.tells_of("subscription.daily_budget");
            assert_eq!(told, !is_good, "{daily_budget} with offers: {offers}");
        }
        assert!(!subscription(0, true).wishes() && subscription(1, true).wishes());
    }

    #[test]
    fn jitter_takes_away_up_to_a_half() {
        let told = Timestamp::UNIX_EPOCH;
        let wait = |jitter| next_attempt(told, 1, told, jitter).map(|next| next.duration_since(told).as_millis());
        assert_eq!((wait(0), wait(255)), (Some(10_000), Some(5_000)));
    }
}
