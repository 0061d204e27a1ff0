//! Who writes: each its own organizations, over and over, in transactions large and small, quick and slow.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{OrganizationId, Version};
use wishwell_domain::limits::BATCH_ENTRIES_MAX;
use wishwell_domain::organization::{Contact, Organization, OrganizationKind, OrganizationState};
use wishwell_domain::text::LocalizedText;
use wishwell_store::{Mutation, Store, WriteContext, WriteMode};

use super::turns::Turns;
use crate::aftermath::tenant;
use crate::random::Random;

/// One in so many transactions waits in its middle.
const LATE_ONE_IN: usize = 25;
/// How long one that waits does.
const LATE_MILLISECONDS_MAX: usize = 800;

/// A writer.
pub(super) struct Writer {
    store: Arc<dyn Store>,
    organizations: Vec<Organization>,
    /// How often each was written, by its name.
    pub(super) versions: HashMap<String, i64>,
    random: Random,
}

impl Writer {
    /// A writer with a batch of organizations, made in one transaction.
    pub(super) async fn with_organizations(store: Arc<dyn Store>, number: usize, mut random: Random) -> Self {
        let organizations: Vec<_> = (0..BATCH_ENTRIES_MAX).map(|_| organization(number, &mut random)).collect();
        let put = |organization: &Organization| Mutation::Put {
            entity: Change::Organization(organization.clone()),
            mode: WriteMode::Create,
        };
        store.write(&context(), organizations.iter().map(put).collect()).await.expect("organizations are made");
        let versions = organizations.iter().map(|organization| (organization.id.name(), 1)).collect();
        Self { store, organizations, versions, random }
    }

    /// The name of one of its organizations.
    pub(super) fn some_subject(&self) -> String {
        self.organizations[0].id.name()
    }

    /// Writes so many events, in turns with the movers: what is slow by then goes on.
    pub(super) async fn write(&mut self, mut events: i64, batch_events_max: usize, turns: &Turns) {
        while events > 0 {
            turns.writers().await;
            let most = batch_events_max.min(usize::try_from(events).unwrap_or(batch_events_max));
            let size = match self.random.below(4) {
                0 | 1 => 1 + self.random.below(3),
                2 => 1 + self.random.below(batch_events_max),
                _ => batch_events_max,
            };
            let size = size.min(most);
            let first = self.random.below(self.organizations.len() - size + 1);
            self.batch(first, size).await;
            turns.written();
            events -= i64::try_from(size).unwrap_or_default();
        }
    }

    /// Writes one event of [`Self::some_subject`].
    pub(super) async fn write_some_subject(&mut self) {
        self.batch(0, 1).await;
    }

    async fn batch(&mut self, first: usize, size: usize) {
        let late = self.random.below(LATE_ONE_IN) == 0;
        let wait = 1 + self.random.below(LATE_MILLISECONDS_MAX);
        let mut mutations = Vec::with_capacity(size);
        for (place, organization) in self.organizations[first..first + size].iter_mut().enumerate() {
            let version = self.versions.entry(organization.id.name()).or_default();
            *version += 1;
            organization.contact.phone = if late && place == 0 { format!("late {wait}") } else { version.to_string() };
            let mode = WriteMode::Update { expected: None };
            mutations.push(Mutation::Put { entity: Change::Organization(organization.clone()), mode });
        }
        self.store.write(&context(), mutations).await.expect("it is written");
    }
}

/// On whose behalf everything is written.
pub(super) fn context() -> WriteContext {
    WriteContext { tenant: tenant(), principal: "writer".to_owned(), request: None }
}

fn organization(number: usize, random: &mut Random) -> Organization {
    Organization {
        id: OrganizationId::from_uuid(random.uuid()),
        external: None,
        name: LocalizedText::new(String::new(), format!("of writer {number}")),
        kind: OrganizationKind::Charity,
        state: OrganizationState::Verified,
        social_credit_code: None,
        division: None,
        contact: Contact::default(),
        vetted_for_minors: None,
        vetted_for_home_visits: None,
        suspension_reason: String::new(),
        version: Version(0),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}
