//! What the ledger promises: capacity held once, referrals followed, all of it in the order of one log.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::broadcast;

use wishwell_domain::event::Event;
use wishwell_domain::ids::{
    DivisionCode, LogPosition, NeedId, OrganizationId, ReferralId, ResourceId, TenantId, Version,
};
use wishwell_domain::ledger::Command;
use wishwell_domain::need::Need;
use wishwell_domain::referral::{Movement, Referral, ReferralState};

use crate::contract::{Page, PageRequest, WriteContext, Written};
use crate::error::StoreError;

/// Which referrals a list shows. Empty fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReferralFilter {
    /// Of this need.
    pub need: Option<NeedId>,
    /// Of this item of it.
    pub item_ordinal: Option<u16>,
    /// To this resource.
    pub resource: Option<ResourceId>,
    /// To this organization.
    pub organization: Option<OrganizationId>,
    /// In any of these states.
    pub states: Vec<ReferralState>,
    /// For needs in any of these divisions (the caller expands the subtree).
    pub divisions: Vec<DivisionCode>,
    /// Only those that should have arrived by now, by the database's clock. What was delivered has.
    pub overdue_only: bool,
    /// Only escalated ones that are not settled: neither confirmed, withdrawn, cancelled nor failed. An automatic offer that was let down on
    /// its provider's side is not settled by that: when it is escalated, nobody was left to ask instead, until another automatic one was
    /// made for the item. Nor is a confirmed one, as long as something of the item of an open need is neither referred nor served.
    pub escalated_only: bool,
    /// Only those to whose offer the provider has said yes or no.
    pub answered_only: bool,
    /// Only those that nobody looks after: not automatic, come to nothing, and of whose item of an open need something is neither referred
    /// nor served and nothing was offered since. What was withdrawn counts as nothing; the last to come to nothing stands for the others.
    pub unattended_only: bool,
    /// Only those after which the next candidate is still to be asked.
    pub next_is_due_only: bool,
    /// Only these.
    pub ids: Vec<ReferralId>,
}

/// Where a referral stands among others: the most urgent first, of those the one whose time is up the soonest, of those by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Number of the urgency's tier, 1 the most urgent.
    pub tier: u8,
    /// Until when somebody has time to answer or to deliver; of what nobody has to, since when it is as it is.
    pub since: Timestamp,
    /// Which.
    pub id: ReferralId,
}

impl Turn {
    /// That of a referral.
    #[must_use]
    pub const fn of(referral: &Referral) -> Self {
        let since = match referral.state {
            ReferralState::Offered => referral.expires_at,
            ReferralState::Accepted | ReferralState::InProgress => referral.due_at,
            _ => referral.last.at,
        };
        Self { tier: referral.urgency.tier(), since, id: referral.id }
    }
}

/// What a request was decided upon before the ledger was asked. The ledger refuses it with [`StoreError::Outdated`] when something of it
/// has changed since; whoever asked decides anew upon what is true now.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// Everything is at least as new as this position of the log.
    pub position: LogPosition,
    /// Full resource names of what must not have changed since.
    pub subjects: Vec<String>,
    /// Needs, as they were judged: they must ask for the same still.
    pub needs: Vec<Arc<Need>>,
    /// Whether needs must only want the same still, for the same people: for those that change faster than is decided.
    pub roughly: bool,
}

/// Events that a ledger has appended to a tenant's log, in order and without gaps among them. They are durable.
#[derive(Debug)]
pub struct Appended {
    /// Whose log.
    pub tenant: TenantId,
    /// When that was written which they stand right behind; none at the beginning of the log.
    pub behind: Option<Timestamp>,
    /// As a reader of the log finds them.
    pub events: Vec<Arc<Event>>,
}

/// What time alone makes of referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Offers whose time to answer is over and that still hold capacity.
    Lapsed,
    /// Promised help that is overdue and not escalated as that yet.
    Overdue,
    /// Automatic offers that came to nothing or to a part, and whose next candidate is to be asked.
    ToFollow,
}

/// A referral that time has made something of: which, and what it is for. Nothing more is read of it, so that one whose row is damaged
/// hides no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueReferral {
    /// Which.
    pub id: ReferralId,
    /// Since when it waits: when its offer lapsed, its help was due, or it came to nothing or to a part.
    pub since: Timestamp,
    /// For which need.
    pub need: NeedId,
    /// For which of its items, counted from 1.
    pub item_ordinal: u16,
    /// Its version.
    pub version: Version,
}

/// A row of the ledger: what one version of a referral moved in one pool or period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// Version of the referral.
    pub version: Version,
    /// Which of that version's movements, from 1.
    pub ordinal: i64,
    /// When, by the database's clock.
    pub at: Timestamp,
    /// What moved.
    pub movement: Movement,
}

/// A figure that is not the sum of its movements, of what is held, or of what had arrived; or that is held in a state in which nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// Full resource name, with item or period where there is one.
    pub name: String,
    /// Which figure, such as `pending`.
    pub figure: &'static str,
    /// In the table.
    pub stored: i64,
    /// By the sum.
    pub summed: i64,
    /// Sum of what.
    pub of: &'static str,
}

/// What was looked at, and what does not add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Pools.
    pub pools: u64,
    /// Referrals.
    pub referrals: u64,
    /// Movements.
    pub movements: u64,
    /// Everything that does not add up, at most `VERIFY_DISCREPANCIES_MAX`.
    pub discrepancies: Vec<Discrepancy>,
}

/// Most discrepancies that one verification tells.
pub const VERIFY_DISCREPANCIES_MAX: usize = 1_000;

/// Moves capacity. Part of every store.
///
/// A ledger promises: of pools and periods with a known total never more than that is taken, and of a need item never more
/// referred and served than asked, under any interleaving; the commands of a request are carried out together or not at all;
/// whoever is refused is told why and disturbs nobody else; offers lapse by the database's clock, swept or not.
///
/// A ledger does not promise an order among requests that are under way at once, nor that each has a transaction of its own.
#[async_trait]
pub trait Ledger: Send + Sync + std::fmt::Debug {
    /// All commands of a request, or none, with the same promises as [`crate::Store::write`]: durable when answered, one effect
    /// for one request key. Outcomes are in the order of commands. Goes on when the caller stops waiting.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with what the domain says, and whatever else a write can answer.
    async fn carry_out(&self, context: &WriteContext, commands: Vec<Command>) -> Result<Written, StoreError> {
        self.carry_out_upon(context, commands, None).await
    }

    /// As [`Ledger::carry_out`], as long as what the commands were decided upon has not changed.
    ///
    /// # Errors
    /// In addition [`StoreError::Outdated`], when something of the basis changed, or may have: nothing was done.
    async fn carry_out_upon(
        &self,
        context: &WriteContext,
        commands: Vec<Command>,
        basis: Option<Basis>,
    ) -> Result<Written, StoreError>;

    /// What this store's own ledger appends from now on, tenants mixed: whoever follows the log need not read that much of it. What
    /// others append is not here, and whoever is slow is told that it has missed something.
    fn appended(&self) -> broadcast::Receiver<Arc<Appended>>;

    /// One referral.
    async fn referral(&self, tenant: &TenantId, id: ReferralId) -> Result<Option<Referral>, StoreError>;

    /// The referrals of these ids that are known, as [`crate::Store::needs`].
    async fn referrals(&self, tenant: &TenantId, ids: &[ReferralId]) -> Result<Vec<Referral>, StoreError>;

    /// Referrals by id.
    async fn list_referrals(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
        page: &PageRequest,
    ) -> Result<Page<Referral>, StoreError>;

    /// Referrals in the order of their turns. What moves between two pages to a place before the second is on neither; what moves behind its
    /// place may be on both.
    async fn referrals_in_turn(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
        page: &PageRequest<Turn>,
    ) -> Result<Page<Referral, Turn>, StoreError>;

    /// Referrals that time has made something of, those that wait longest first, at most `limit`: of those that come after `after` in that
    /// order, or of all.
    async fn due(
        &self,
        tenant: &TenantId,
        due: Due,
        after: Option<&DueReferral>,
        limit: usize,
    ) -> Result<Vec<DueReferral>, StoreError>;

    /// Adds up everything and compares. Reads one moment.
    async fn verify(&self, tenant: &TenantId) -> Result<Verification, StoreError>;

    /// Every movement by its referral, in the order of versions. For audits: it is all in memory at once.
    async fn movements(&self, tenant: &TenantId) -> Result<HashMap<ReferralId, Vec<Booked>>, StoreError>;
}
