//! What callers do with subscriptions: make, read, change, end, and get a new secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use wishwell_domain::event::Change;
use wishwell_domain::ids::{OrganizationId, SubscriptionId, Version};
use wishwell_domain::limits::{SUBSCRIPTIONS_ACTIVE_MAX, SUBSCRIPTIONS_PER_ORGANIZATION_MAX};
use wishwell_domain::notification::{SecretGeneration, Subscription, SubscriptionState};
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::{Page, PageRequest, SubscriptionFilter, WriteMode, Written};

use crate::cases::{Caller, Platform, only, put, put_key, references, subscriptions_of};
use crate::webhook::Address;

/// A subscription with the secret that was given, this once.
pub(crate) struct Given {
    pub(crate) subscription: Subscription,
    pub(crate) secret: String,
    pub(crate) position: i64,
}

impl Platform {
    /// Whose subscriptions a caller may make: a partner its own. Nobody's, which is a violation, where it is not said.
    pub(crate) fn subscriber(
        &self,
        caller: &Caller,
        asked: Option<OrganizationId>,
        violations: &mut Violations,
    ) -> Result<OrganizationId, Error> {
        let own = caller.principal.organization.filter(|_| caller.is_partner());
        let Some(organization) = asked.or(own) else {
            let field = "subscription.organization";
            // One that was said and could not be read is told of already.
            violations.require(violations.tells_of(field), || {
                Violation::new(field, "required", "is required of whoever is not of one")
            });
            return Ok(OrganizationId::from_uuid(Uuid::nil()));
        };
        caller.may_keep(organization)?;
        Ok(organization)
    }

    /// Makes a subscription that was checked, and its first secret.
    pub(crate) async fn create_subscription(&self, caller: &Caller, mut asked: Subscription) -> Result<Written, Error> {
        self.refuse_too_many_subscriptions(caller, asked.organization).await?;
        asked.active_since = self.begin_telling(caller).await?;
        let subject = asked.secret_subject(asked.secret.number);
        let (_, key) = self.keys(caller).new_key(&subject)?;
        let change = Change::Subscription(Box::new(asked));
        self.write(caller, vec![put(change, WriteMode::Create), put_key(subject, key)]).await
    }

    /// What is published or offered from the next moment on is to be found. Answers that moment, by the clock that is behind: wishes are
    /// published by a replica's and offers made by the database's, and missing one costs more than a message too many.
    async fn begin_telling(&self, caller: &Caller) -> Result<Timestamp, Error> {
        self.store.begin_notices(caller.tenant()).await?;
        Ok(self.store.now().await?.min(self.clock.now()))
    }

    /// Gives a subscription a new secret.
    pub(crate) async fn rotate_secret(
        &self,
        caller: &Caller,
        id: SubscriptionId,
        expected: Option<Version>,
    ) -> Result<Given, Error> {
        let written = self
            .once(caller, async {
                let mut subscription = self.expected_subscription(caller, id, expected).await?;
                let number = subscription.secret.number.saturating_add(1);
                subscription.secret = SecretGeneration { number, given_at: self.clock.now() };
                let subject = subscription.secret_subject(number);
                let (_, key) = self.keys(caller).new_key(&subject)?;
                let mode = WriteMode::Update { expected: Some(subscription.version) };
                let change = Change::Subscription(Box::new(subscription));
                self.write(caller, vec![put(change, mode), put_key(subject, key)]).await
            })
            .await?;
        self.given(caller, written).await
    }

    /// A subscription that was written, with its newest secret.
    pub(crate) async fn given(&self, caller: &Caller, written: Written) -> Result<Given, Error> {
        let position = written.position.0;
        let subscription = only(subscriptions_of(written))?;
        let key = self.secret(caller, &subscription, subscription.secret.number).await?;
        let key = key.ok_or_else(|| Error::DataLoss(format!("the secret of {} is not there", subscription.id)))?;
        Ok(Given { subscription: *subscription, secret: format!("whsec_{}", STANDARD.encode(key)), position })
    }

    /// A secret of a subscription in the clear, none when it is not there.
    pub(crate) async fn secret(
        &self,
        caller: &Caller,
        subscription: &Subscription,
        number: u32,
    ) -> Result<Option<[u8; 32]>, Error> {
        let key = self.key(caller, &subscription.secret_subject(number)).await?;
        Ok(key.map(|key| *key.as_bytes()))
    }

    /// A subscription within the caller's reach; others, and those that were ended, do not exist for it.
    pub(crate) async fn subscription(&self, caller: &Caller, id: SubscriptionId) -> Result<Subscription, Error> {
        let found = self.store.subscription(caller.tenant(), id).await?;
        found
            .filter(|found| found.state != SubscriptionState::Deleted && caller.may_keep(found.organization).is_ok())
            .ok_or_else(|| Error::NotFound { name: id.name() })
    }

    async fn expected_subscription(
        &self,
        caller: &Caller,
        id: SubscriptionId,
        expected: Option<Version>,
    ) -> Result<Subscription, Error> {
        let found = self.subscription(caller, id).await?;
        match expected.filter(|expected| *expected != found.version) {
            Some(expected) => {
                Err(Error::EtagMismatch { name: id.name(), expected: expected.0, actual: found.version.0 })
            }
            None => Ok(found),
        }
    }

    /// Subscriptions within the caller's reach.
    pub(crate) async fn list_subscriptions(
        &self,
        caller: &Caller,
        organization: Option<OrganizationId>,
        page: &PageRequest,
    ) -> Result<Page<Subscription>, Error> {
        let organization = self.reader(caller, organization)?;
        let filter = SubscriptionFilter { organization, states: SubscriptionState::SHOWN.to_vec() };
        Ok(self.store.list_subscriptions(caller.tenant(), &filter, page).await?)
    }

    /// Whose subscriptions and notifications a caller is shown: a partner its own.
    pub(crate) fn reader(
        &self,
        caller: &Caller,
        asked: Option<OrganizationId>,
    ) -> Result<Option<OrganizationId>, Error> {
        if let Some(asked) = asked {
            caller.may_keep(asked)?;
        }
        if !caller.is_partner() {
            return Ok(asked);
        }
        caller.principal.organization.map(Some).ok_or(Error::Unauthenticated)
    }

    /// Changes a subscription that was checked from the version that was read. Made active again, it is told of what is published from now on.
    pub(crate) async fn update_subscription(
        &self,
        caller: &Caller,
        stored: &Subscription,
        mut changed: Subscription,
    ) -> Result<Written, Error> {
        if stored.state != SubscriptionState::Active && changed.state == SubscriptionState::Active {
            changed.active_since = self.begin_telling(caller).await?;
        }
        let mode = WriteMode::Update { expected: Some(stored.version) };
        self.write(caller, vec![put(Change::Subscription(Box::new(changed)), mode)]).await
    }

    /// Ends a subscription.
    pub(crate) async fn delete_subscription(
        &self,
        caller: &Caller,
        id: SubscriptionId,
        expected: Option<Version>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            let found = self.expected_subscription(caller, id, expected).await?;
            let mode = WriteMode::Update { expected: Some(found.version) };
            let ended = Subscription { state: SubscriptionState::Deleted, webhook_url: None, ..found };
            self.write(caller, vec![put(Change::Subscription(Box::new(ended)), mode)]).await
        })
        .await
    }

    /// Pauses a subscription whose receiver is gone, unless somebody has changed it meanwhile.
    pub(crate) async fn receiver_is_gone(&self, caller: &Caller, subscription: &Subscription) -> Result<(), Error> {
        let mode = WriteMode::Update { expected: Some(subscription.version) };
        let gone = Subscription { state: SubscriptionState::Gone, ..subscription.clone() };
        match self.write(caller, vec![put(Change::Subscription(Box::new(gone)), mode)]).await {
            Ok(_) | Err(Error::EtagMismatch { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Checks a subscription and what it refers to, and tells it with what was found wrong before.
    pub(crate) async fn check_subscription(
        &self,
        caller: &Caller,
        subscription: &Subscription,
        mut violations: Violations,
    ) -> Result<(), Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let field = "subscription";
        subscription.check(field, &mut violations);
        for (index, code) in subscription.categories.iter().enumerate() {
            references::category(&format!("{field}.categories[{index}]"), code, &snapshot, &mut violations);
        }
        for (index, code) in subscription.divisions.iter().enumerate() {
            references::division(&format!("{field}.divisions[{index}]"), Some(code), &snapshot, &mut violations);
        }
        if let Some(url) = &subscription.webhook_url {
            let read = match &self.webhooks {
                None => Err("messages are not sent by this server".to_owned()),
                Some(sender) => Address::parse(url, sender.reach()).map(drop),
            };
            violations.take(read.map_err(|message| {
                Violation::new(format!("{field}.webhook_url"), "webhook_url", message).with_value(url)
            }));
        }
        violations.into_result()
    }

    async fn refuse_too_many_subscriptions(&self, caller: &Caller, organization: OrganizationId) -> Result<(), Error> {
        let filter = SubscriptionFilter { organization: Some(organization), states: SubscriptionState::SHOWN.to_vec() };
        let page = PageRequest { after: None, limit: SUBSCRIPTIONS_PER_ORGANIZATION_MAX };
        let found = self.store.list_subscriptions(caller.tenant(), &filter, &page).await?;
        if found.entries.len() < SUBSCRIPTIONS_PER_ORGANIZATION_MAX {
            return Ok(());
        }
        Err(Error::NoRoom {
            limit: "subscriptions_per_organization_max",
            max: SUBSCRIPTIONS_PER_ORGANIZATION_MAX,
            instead: "change one that the organization has, or delete one first",
        })
    }

    /// Whether any subscription is told.
    pub(super) async fn has_active_subscriptions(&self, caller: &Caller) -> Result<bool, Error> {
        let page = PageRequest { after: None, limit: 1 };
        Ok(!self.store.list_subscriptions(caller.tenant(), &active(), &page).await?.entries.is_empty())
    }

    /// Every subscription that is told, the oldest first.
    pub(super) async fn active_subscriptions(&self, caller: &Caller) -> Result<Vec<Subscription>, Error> {
        let filter = active();
        let mut found = Vec::new();
        let mut page = PageRequest { after: None, limit: wishwell_domain::limits::PAGE_SIZE_MAX };
        while found.len() < SUBSCRIPTIONS_ACTIVE_MAX {
            let next = self.store.list_subscriptions(caller.tenant(), &filter, &page).await?;
            found.extend(next.entries);
            match next.next_after {
                Some(after) => page.after = Some(after),
                None => break,
            }
        }
        Ok(found)
    }

    /// What a new subscription begins with besides what was asked.
    pub(crate) fn new_secret(&self) -> (SecretGeneration, Timestamp) {
        let now = self.clock.now();
        (SecretGeneration { number: 1, given_at: now }, now)
    }
}

fn active() -> SubscriptionFilter {
    SubscriptionFilter { organization: None, states: vec![SubscriptionState::Active] }
}
