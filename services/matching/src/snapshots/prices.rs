//! What capacity was worth in the last round about everything, for searches that look ahead until the next one.

use std::sync::Arc;

use jiff::Timestamp;

use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{RoundId, TenantId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::round::Round;
use wishwell_engine::{RoundPrices, Snapshot};
use wishwell_store::{Store, StoreError};

use super::Sources;
use crate::trouble::Work;

/// A round that prices capacity; of two, the one that ended later does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pricing {
    until: Timestamp,
    round: RoundId,
}

impl Pricing {
    fn of(round: &Round) -> Option<Self> {
        Some(Self { until: round.prices_until()?, round: round.id })
    }

    /// The last one whose report is kept.
    async fn last(store: &dyn Store, tenant: &TenantId) -> Result<Option<Self>, StoreError> {
        let mut last = None;
        for id in store.rounds_with_results(tenant, PAGE_SIZE_MAX).await? {
            last = last.max(store.round(tenant, id).await?.as_ref().and_then(Self::of));
        }
        Ok(last)
    }

    /// Its prices; none when its report is not kept any more.
    async fn read(self, store: &dyn Store, tenant: &TenantId) -> Result<Option<RoundPrices>, StoreError> {
        let report = store.round_report(tenant, self.round).await?;
        Ok(report.map(|report| RoundPrices { round: self.round, until: self.until, scarcity: report.scarcity }))
    }
}

/// The round whose prices are looked at, or would be if anybody looked ahead; none when there is none whose report is kept.
pub(crate) async fn pricing_round(store: &dyn Store, tenant: &TenantId) -> Result<Option<RoundId>, StoreError> {
    Ok(Pricing::last(store, tenant).await?.map(|pricing| pricing.round))
}

/// The prices that a tenant's snapshots have, and those that are still to be read.
#[derive(Debug)]
pub(super) struct Prices {
    on: bool,
    known: Option<RoundPrices>,
    due: Option<Pricing>,
}

impl Prices {
    /// Those of the last round whose report is kept; none where nobody looks ahead. Read before the snapshot is loaded, so that it
    /// knows every pool that has a price.
    pub(super) async fn last(on: bool, store: &dyn Store, tenant: &TenantId) -> Result<Self, StoreError> {
        let mut prices = Self { on, known: None, due: None };
        if on {
            prices.due = Pricing::last(store, tenant).await?;
            prices.read_due(store, tenant).await?;
        }
        Ok(prices)
    }

    /// Notes the rounds among events that price capacity.
    pub(super) fn note(&mut self, events: &[Arc<Event>]) {
        if !self.on {
            return;
        }
        let pricing = |event: &Arc<Event>| match &event.change {
            Change::Round(round) => Pricing::of(round),
            _ => None,
        };
        let known = self.known.as_ref().map(|prices| Pricing { until: prices.until, round: prices.round });
        let last = events.iter().filter_map(pricing).max();
        self.due = self.due.max(last.filter(|last| Some(*last) > known));
    }

    /// Reads what is to be read; answers whether the snapshots have other prices now. What cannot be read now is read later.
    pub(super) async fn renew(&mut self, sources: &Sources, tenant: &TenantId) -> bool {
        if self.due.is_none() {
            return false;
        }
        let read = self.read_due(sources.store.as_ref(), tenant).await;
        sources.troubles.note(Work::Prices, tenant, read.as_ref().map(|_| ()));
        read.unwrap_or(false)
    }

    async fn read_due(&mut self, store: &dyn Store, tenant: &TenantId) -> Result<bool, StoreError> {
        let Some(due) = self.due else { return Ok(false) };
        self.known = due.read(store, tenant).await?;
        self.due = None;
        match &self.known {
            Some(prices) => {
                let (round, until, scarce) = (prices.round, prices.until, prices.scarcity.len());
                tracing::info!(%tenant, %round, %until, scarce, "looking ahead by the prices of a round");
            }
            None => {
                let round = due.round;
                tracing::warn!(%tenant, %round, "the prices of the last round are not kept: nothing is looked ahead to");
            }
        }
        Ok(true)
    }

    /// The same snapshot with these prices.
    pub(super) fn onto(&self, snapshot: &Snapshot) -> Snapshot {
        snapshot.with_prices(self.known.as_ref())
    }
}
