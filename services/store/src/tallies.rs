//! What a store promises about figures: how many there are, without reading them.

use async_trait::async_trait;
use jiff::SignedDuration;

use wishwell_domain::ids::{DivisionCode, TenantId};
use wishwell_domain::need::{NeedState, Urgency};
use wishwell_domain::referral::ReferralState;

use crate::contract::NeedFilter;
use crate::error::StoreError;
use crate::ledger::ReferralFilter;

/// How many needs are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedTally {
    /// Where; none where it is not known.
    pub division: Option<DivisionCode>,
    /// Where they stand.
    pub state: NeedState,
    /// How soon.
    pub urgency: Urgency,
    /// Whether they are served by what was said, and a delivery of theirs is disputed.
    pub disputed: bool,
    /// How many, at least 1.
    pub needs: u64,
}

/// How many referrals are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferralTally {
    /// Where they stand.
    pub state: ReferralState,
    /// How many, at least 1.
    pub referrals: u64,
}

/// How long providers took to say yes or no to an offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnswerTimes {
    /// Offers that were answered.
    pub answered: u64,
    /// Half of the answers took so long or less (the lower median); none of none.
    pub median: Option<SignedDuration>,
    /// Nine tenths of the answers took so long or less (nearest rank); none of none.
    pub ninth_decile: Option<SignedDuration>,
}

/// Counts. Part of every store. Whatever a list with the same filter shows is counted, at the moment of counting; two figures are not
/// of the same moment. How many rows come back is bounded by the catalogue, never by how many needs or referrals there are.
#[async_trait]
pub trait Tallies: Send + Sync + std::fmt::Debug {
    /// Needs that a list would show, by division, state and urgency, those that are served also by whether that is disputed.
    async fn tally_needs(&self, tenant: &TenantId, filter: &NeedFilter) -> Result<Vec<NeedTally>, StoreError>;

    /// Referrals that a list would show, by state.
    async fn tally_referrals(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
    ) -> Result<Vec<ReferralTally>, StoreError>;

    /// How long the answered ones among the referrals that a list would show took to be answered.
    async fn answer_times(&self, tenant: &TenantId, filter: &ReferralFilter) -> Result<AnswerTimes, StoreError>;
}
