//! The world as the log had it.

use std::collections::HashMap;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, Household};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, LogPosition, NeedId, OrganizationId, ReferralId, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_domain::need::Need;
use wishwell_engine::{Snapshot, SnapshotBuilder};
use wishwell_store::Store;

/// The catalogue at a position of the log, whoever was known then, and the needs that were asked for.
pub(super) struct Past {
    pub(super) snapshot: Snapshot,
    pub(super) needs: HashMap<NeedId, Need>,
    pub(super) beneficiaries: HashMap<BeneficiaryId, Beneficiary>,
    pub(super) households: HashMap<HouseholdId, Household>,
    /// Referrals of which help is to come or has come: of which need, and by whom.
    pub(super) helping: HashMap<ReferralId, (NeedId, OrganizationId)>,
}

impl Past {
    /// Reads the log up to a position. Of needs the latest images are kept for which `wanted` holds.
    pub(super) async fn at(
        store: &dyn Store,
        tenant: &TenantId,
        position: LogPosition,
        wanted: &(dyn Fn(&Need) -> bool + Sync),
    ) -> Result<Self, Error> {
        let mut past = Self {
            snapshot: SnapshotBuilder::new().build(LogPosition(0)),
            needs: HashMap::new(),
            beneficiaries: HashMap::new(),
            households: HashMap::new(),
            helping: HashMap::new(),
        };
        while past.snapshot.position() < position {
            let left = usize::try_from(position.0 - past.snapshot.position().0).unwrap_or(LOG_PAGE_EVENTS_MAX);
            let events = store.events(tenant, past.snapshot.position(), left.min(LOG_PAGE_EVENTS_MAX)).await?;
            let Some(last) = events.last().map(|event| event.position) else {
                return Err(Error::DataLoss(format!("the log ends before position {}", position.0)));
            };
            past.snapshot = past.snapshot.apply(events.iter().map(|event| &event.change), last);
            if past.snapshot.needs_merge() {
                past.snapshot = past.snapshot.merged();
            }
            for event in events {
                match event.change {
                    Change::Need(need) => past.pass(*need, wanted),
                    Change::Beneficiary(found) => drop(past.beneficiaries.insert(found.id, found)),
                    Change::Household(found) => drop(past.households.insert(found.id, found)),
                    Change::Referral(found) if found.covered_units() > 0 => {
                        past.helping.insert(found.id, (found.need, found.organization));
                    }
                    Change::Referral(found) => drop(past.helping.remove(&found.id)),
                    _ => {}
                }
            }
        }
        Ok(past)
    }

    /// Reads on for images of needs alone, until `enough` holds or the log ends: a need may have been read from the store when it was
    /// newer than the picture that it was decided upon.
    pub(super) async fn read_on(
        &mut self,
        store: &dyn Store,
        tenant: &TenantId,
        wanted: &(dyn Fn(&Need) -> bool + Sync),
        enough: &(dyn Fn(&Self) -> bool + Sync),
    ) -> Result<(), Error> {
        let mut after = self.snapshot.position();
        while !enough(self) {
            let events = store.events(tenant, after, LOG_PAGE_EVENTS_MAX).await?;
            let Some(last) = events.last().map(|event| event.position) else { break };
            for event in events {
                if let Change::Need(need) = event.change {
                    self.pass(*need, wanted);
                }
            }
            after = last;
        }
        Ok(())
    }

    fn pass(&mut self, need: Need, wanted: &(dyn Fn(&Need) -> bool + Sync)) {
        if wanted(&need) {
            self.needs.insert(need.id, need);
        }
    }
}
