//! Subscriptions in tables.

use jiff::Timestamp;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{ExternalId, OrganizationId, SubscriptionId, Version};
use wishwell_domain::notification::{SecretGeneration, Subscription};

use super::record::{Key, Record, Reference, settled};
use super::session::Fields;
use super::statement::{Statement, Value};
use crate::error::StoreError;
use crate::notifications::SubscriptionFilter;

impl Record for Subscription {
    const KIND: &'static str = "subscription";
    const TABLE: &'static str = "subscriptions";
    const KEY: &'static str = "id";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "organization_id",
        "categories",
        "divisions",
        "daily_budget",
        "offers",
        "time_zone",
        "state",
        "active_since",
        "webhook_url",
        "secret_number",
        "secret_given_at",
        "version",
        "created_at",
        "updated_at",
    ];

    fn key(&self) -> Key {
        Key::Id(self.id.as_uuid())
    }
    fn name(&self) -> String {
        self.id.name()
    }
    fn external(&self) -> Option<&ExternalId> {
        None
    }
    fn version(&self) -> Version {
        self.version
    }
    fn from_change(change: &Change) -> Option<&Self> {
        if let Change::Subscription(subscription) = change { Some(subscription) } else { None }
    }
    fn into_change(self) -> Change {
        Change::Subscription(Box::new(self))
    }
    fn found(&mut self, now: Timestamp) {
        self.version = Version(1);
        self.created_at = now;
        self.updated_at = now;
    }
    fn succeed(&mut self, known: &Self, now: Timestamp) {
        self.id = known.id;
        self.version = Version(known.version.0 + 1);
        self.created_at = known.created_at;
        self.updated_at = now;
    }
    fn settle(&mut self) {
        self.secret.given_at = settled(self.secret.given_at);
        self.active_since = settled(self.active_since);
    }

    fn row(&self) -> Result<Vec<Value>, StoreError> {
        Ok(vec![
            Value::Uuid(Some(self.id.as_uuid())),
            Value::Uuid(Some(self.organization.as_uuid())),
            Value::json(&self.categories)?,
            Value::json(&self.divisions)?,
            Value::Int(Some(i64::from(self.daily_budget))),
            Value::Bool(self.offers),
            Value::text(&self.time_zone),
            Value::word(self.state)?,
            Value::time(self.active_since),
            Value::opt_text(self.webhook_url.as_deref()),
            Value::Int(Some(i64::from(self.secret.number))),
            Value::time(self.secret.given_at),
            Value::Int(Some(self.version.0)),
            Value::time(self.created_at),
            Value::time(self.updated_at),
        ])
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: SubscriptionId::from_uuid(fields.uuid()?),
            organization: OrganizationId::from_uuid(fields.uuid()?),
            categories: fields.json()?,
            divisions: fields.json()?,
            daily_budget: fields.number()?,
            offers: fields.bool()?,
            time_zone: fields.text()?,
            state: fields.word()?,
            active_since: fields.time()?,
            webhook_url: fields.opt_text()?,
            secret: SecretGeneration { number: fields.number()?, given_at: fields.time()? },
            version: Version(fields.int()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }

    fn references(&self) -> Vec<Reference> {
        vec![Reference::id("organization", "organizations", self.organization.as_uuid())]
    }
}

impl SubscriptionFilter {
    pub(super) fn push(&self, statement: &mut Statement) -> Result<(), StoreError> {
        if let Some(organization) = self.organization {
            statement.push(" AND organization_id = ").bind(Value::Uuid(Some(organization.as_uuid())));
        }
        if !self.states.is_empty() {
            let states = self.states.iter().map(|state| state.name().to_owned()).collect();
            statement.push(" AND ").push_in_texts("state", states);
        }
        Ok(())
    }
}
