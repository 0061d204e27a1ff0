//! What a store promises about subscriptions and notifications: what was found, what was told, and what is still to be sent.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use wishwell_domain::ids::{LogPosition, NotificationId, OrganizationId, SubscriptionId, TenantId};
use wishwell_domain::notification::{Delivery, Fit, Kind, Notification, Subject, Subscription, SubscriptionState};

use crate::contract::{Page, PageRequest, WriteContext};
use crate::error::StoreError;

/// Which subscriptions a list shows. Empty fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubscriptionFilter {
    /// Whose.
    pub organization: Option<OrganizationId>,
    /// In any of these states.
    pub states: Vec<SubscriptionState>,
}

/// Which notifications a list shows. Empty fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NotificationFilter {
    /// Who was told.
    pub organization: Option<OrganizationId>,
    /// By which subscription.
    pub subscription: Option<SubscriptionId>,
    /// Only those that nobody has seen.
    pub unseen_only: bool,
    /// Of which kind is what they tell of.
    pub kind: Option<Kind>,
}

/// A fit that is told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Who is told.
    pub organization: OrganizationId,
    /// Of what.
    pub subject: Subject,
    /// By which subscription, which need not be the one that it was found for.
    pub subscription: SubscriptionId,
    /// Under which name.
    pub id: NotificationId,
    /// Day of the subscription's zone, counted from 1970-01-01.
    pub day: i64,
    /// Whether a message is to be sent.
    pub send: bool,
}

/// What a sender of messages has places for.
#[derive(Debug, Clone)]
pub struct Places {
    /// Of which kind.
    pub kind: Kind,
    /// How many in all.
    pub free: usize,
    /// How many for each organization, counting those that are under way.
    pub per_organization: usize,
    /// Messages that are under way already.
    pub under_way: HashMap<OrganizationId, usize>,
}

impl Places {
    /// Takes a place for an organization, if there is one.
    pub fn take(&mut self, organization: OrganizationId) -> bool {
        let of_organization = self.under_way.entry(organization).or_default();
        let is_free = self.free > 0 && *of_organization < self.per_organization;
        if is_free {
            self.free -= 1;
            *of_organization += 1;
        }
        is_free
    }

    /// Gives a place of an organization back.
    pub fn give_back(&mut self, organization: OrganizationId) {
        if let Some(of_organization) = self.under_way.get_mut(&organization) {
            *of_organization -= 1;
            self.free += 1;
            // Memory follows who is sent something now.
            if *of_organization == 0 {
                self.under_way.remove(&organization);
            }
        }
    }

    /// Organizations that have no place left.
    pub fn full(&self) -> impl Iterator<Item = OrganizationId> {
        let taken = self.under_way.iter().filter(|(_, taken)| **taken >= self.per_organization);
        taken.map(|(organization, _)| *organization)
    }
}

/// Remembers subscriptions and notifications. Part of every store. A subscription is put like any entity, with
/// [`crate::Mutation::Put`], and is in the log; its secrets are kept with [`crate::Mutation::PutKey`].
///
/// Notifications are not in the log: what fits whom follows from it. Of each publication and of each offer an organization is told once,
/// whoever asks how often.
/// They are found and told by whoever holds the tenant's lease, and by nobody else. Times are the database's.
#[async_trait]
pub trait Notifications: Send + Sync + std::fmt::Debug {
    /// One subscription, also a deleted one.
    async fn subscription(&self, tenant: &TenantId, id: SubscriptionId) -> Result<Option<Subscription>, StoreError>;

    /// Subscriptions by id.
    async fn list_subscriptions(
        &self,
        tenant: &TenantId,
        filter: &SubscriptionFilter,
        page: &PageRequest,
    ) -> Result<Page<Subscription>, StoreError>;

    /// Wishes that are published and offers that are made from now on are looked at, unless somebody has said so before.
    async fn begin_notices(&self, tenant: &TenantId) -> Result<(), StoreError>;

    /// Takes the lease of telling a tenant's organizations for so many seconds, or extends it when `holder` has it, and answers up to
    /// which position the log was looked at; none while another has it.
    async fn lease_notices(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        seconds: i64,
    ) -> Result<Option<LogPosition>, StoreError>;

    /// Keeps what was found in the log up to `position`; a fit of what its organization was told of or waits for changes nothing.
    /// Answers whether `holder` has the lease; otherwise nothing changed.
    async fn keep_fits(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        position: LogPosition,
        fits: &[Fit],
    ) -> Result<bool, StoreError>;

    /// Subscriptions for which fits of a kind wait, at most `limit`.
    async fn waiting_subscriptions(
        &self,
        tenant: &TenantId,
        kind: Kind,
        limit: usize,
    ) -> Result<Vec<SubscriptionId>, StoreError>;

    /// Fits of a kind that wait to be told by a subscription, the best first, at most `limit`.
    async fn waiting_fits(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        kind: Kind,
        limit: usize,
    ) -> Result<Vec<Fit>, StoreError>;

    /// How many wishes were told by a subscription on a day.
    async fn told_on(&self, tenant: &TenantId, subscription: SubscriptionId, day: i64) -> Result<usize, StoreError>;

    /// Tells fits that wait, and drops others that are to be told no more. Those that do not wait stay as they are. Answers whether
    /// `holder` has the lease; otherwise nothing changed.
    async fn tell(
        &self,
        tenant: &TenantId,
        holder: Uuid,
        told: &[Told],
        dropped: &[(OrganizationId, Subject)],
    ) -> Result<bool, StoreError>;

    /// Drops fits that were found before an instant and still wait. Answers how many.
    async fn drop_old_fits(&self, tenant: &TenantId, before: Timestamp) -> Result<u64, StoreError>;

    /// What was told, the newest first: `after` continues with older ones.
    async fn list_notifications(
        &self,
        tenant: &TenantId,
        filter: &NotificationFilter,
        page: &PageRequest,
    ) -> Result<Page<Notification>, StoreError>;

    /// Marks notifications (of one organization, when one is given) as seen, unless they are. Answers how many were not; a request whose
    /// key was noted is answered that together with the marking, and from then on the same, whatever is marked meanwhile.
    async fn mark_seen(
        &self,
        context: &WriteContext,
        organization: Option<OrganizationId>,
        ids: &[NotificationId],
    ) -> Result<u64, StoreError>;

    /// Takes messages that are due and have a place, the longest due first, for so many seconds: until then nobody else gets them. Each
    /// is counted as sent once more. There may be more as long as some were taken.
    async fn take_due(&self, tenant: &TenantId, seconds: i64, places: &Places)
    -> Result<Vec<Notification>, StoreError>;

    /// Keeps how a message fares, as long as it is still pending with so many attempts. Answers whether it was.
    async fn keep_delivery(
        &self,
        tenant: &TenantId,
        id: NotificationId,
        delivery: &Delivery,
    ) -> Result<bool, StoreError>;
}
