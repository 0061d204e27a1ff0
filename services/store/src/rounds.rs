//! What a store promises about rounds: the results of each, in bounded pages, and who works on it.

use async_trait::async_trait;
use uuid::Uuid;

use wishwell_domain::ids::{RoundId, TenantId};
use wishwell_domain::round::{OutcomeState, Round, RoundOutcome, RoundReport, RoundState};

use crate::contract::{Page, PageRequest};
use crate::error::StoreError;

/// Which rounds a list shows. Empty fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoundFilter {
    /// In any of these states.
    pub states: Vec<RoundState>,
    /// Only those of which more is to become.
    pub unfinished_only: bool,
}

/// Remembers rounds. Part of every store. A round itself is put like any entity, with [`crate::Mutation::Put`], and is in the log.
///
/// Its results are not: they follow from what the round was decided upon, which the log tells, and the round holds their digest.
/// They are written by whoever holds the round's lease, and by nobody else. Leases are by the database's clock.
#[async_trait]
pub trait Rounds: Send + Sync + std::fmt::Debug {
    /// One round.
    async fn round(&self, tenant: &TenantId, id: RoundId) -> Result<Option<Round>, StoreError>;

    /// Rounds by id.
    async fn list_rounds(
        &self,
        tenant: &TenantId,
        filter: &RoundFilter,
        page: &PageRequest,
    ) -> Result<Page<Round>, StoreError>;

    /// Takes the lease of the oldest unfinished round that nobody holds, for so many seconds. Of many who ask at once, one gets it.
    async fn lease_round(&self, tenant: &TenantId, holder: Uuid, seconds: i64) -> Result<Option<Round>, StoreError>;

    /// Extends a lease to so many seconds from now, and tells where the round stands; none when another has taken it up since, and
    /// for 0 seconds gives it back.
    async fn renew_round_lease(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        seconds: i64,
    ) -> Result<Option<RoundState>, StoreError>;

    /// Drops all results of a round, so that they can be written anew. Answers whether `holder` holds it; otherwise nothing changed.
    async fn clear_round(&self, tenant: &TenantId, id: RoundId, holder: Uuid) -> Result<bool, StoreError>;

    /// Writes outcomes, at most `ROUND_OUTCOMES_WRITTEN_MAX`, over those of the same ordinals. Answers whether `holder` holds the
    /// round; otherwise nothing changed.
    async fn put_round_outcomes(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        outcomes: &[RoundOutcome],
    ) -> Result<bool, StoreError>;

    /// Outcomes of a round in one of these states (none for all), by ordinal, those after `after`, at most `limit`
    /// (1..=`PAGE_SIZE_MAX`).
    async fn round_outcomes(
        &self,
        tenant: &TenantId,
        id: RoundId,
        states: &[OutcomeState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<RoundOutcome>, StoreError>;

    /// Writes the report of a round over the one that is there. Answers whether `holder` holds the round; otherwise nothing changed.
    async fn put_round_report(
        &self,
        tenant: &TenantId,
        id: RoundId,
        holder: Uuid,
        report: &RoundReport,
    ) -> Result<bool, StoreError>;

    /// The report of a round; none while there is none, or once its results were dropped.
    async fn round_report(&self, tenant: &TenantId, id: RoundId) -> Result<Option<RoundReport>, StoreError>;

    /// Rounds whose report is kept, the newest first; at most `limit` (1..=`PAGE_SIZE_MAX`).
    async fn rounds_with_results(&self, tenant: &TenantId, limit: usize) -> Result<Vec<RoundId>, StoreError>;

    /// Drops the results of finished rounds but for the newest `keep` and for `also`, those of a few rounds at a time. Answers of how
    /// many.
    async fn drop_old_round_results(
        &self,
        tenant: &TenantId,
        keep: usize,
        also: Option<RoundId>,
    ) -> Result<u64, StoreError>;
}
