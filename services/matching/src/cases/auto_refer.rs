//! Offering to the best candidate, and to the next when that comes to nothing or gives a part: whom to ask is the engine's to say
//! ([`wishwell_engine::asking`]); here is read what it goes by, and the ledger asked.

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, ReferralId};
use wishwell_domain::ledger::Command;
use wishwell_domain::limits::{OFFER_ATTEMPTS_MAX, PAGE_SIZE_MAX};
use wishwell_domain::referral::Referral;
use wishwell_engine::{Asking, Chance, Onward, Snapshot, Subject};
use wishwell_store::{PageRequest, ReferralFilter, StoreError, Written};

use super::find::query_error;
use super::referrals::{for_attempt, item_of};
use super::{Caller, Platform};
use crate::known_needs::KnownNeed;

impl Platform {
    /// Offers a need item to the best resource that was not asked before; `previous` is the referral whose next offer is due.
    pub(crate) async fn auto_refer(
        &self,
        caller: &Caller,
        need: NeedId,
        item_ordinal: u16,
        previous: Option<ReferralId>,
    ) -> Result<Written, Error> {
        self.once(caller, async {
            for attempt in 1..=OFFER_ATTEMPTS_MAX {
                if let Some(written) = self.offer_to_the_best(caller, need, item_ordinal, previous, attempt).await? {
                    return Ok(written);
                }
            }
            Err(StoreError::Outdated.into())
        })
        .await
    }

    /// As [`Self::auto_refer`], upon the need as it is read once; nothing where what was decided upon has changed since.
    async fn offer_to_the_best(
        &self,
        caller: &Caller,
        need_id: NeedId,
        item_ordinal: u16,
        previous: Option<ReferralId>,
        attempt: usize,
    ) -> Result<Option<Written>, Error> {
        let snapshot = self.fresh_snapshot(caller).await?;
        let known = self.known_need(caller, need_id, &snapshot).await?;
        let KnownNeed { need, facts, .. } = &known;
        let subject = Subject { need, item: item_of(need, item_ordinal, "")?, facts };
        let tried = self.tried(caller, need_id, item_ordinal).await?;
        let mut asking = Asking::among(self.chances(&snapshot, subject)?, subject, &tried, previous);
        while let Some(offer) = asking.next_offer(ReferralId::from_uuid(self.new_uuid())) {
            let basis = for_attempt(known.basis_with(offer.resource, &snapshot), attempt);
            match self.carry_out_upon(caller, vec![Command::Offer(Box::new(offer))], Some(basis)).await {
                Ok(written) => return Ok(Some(written)),
                Err(StoreError::Outdated) => return Ok(None),
                Err(error) => match asking.refused(error.into()) {
                    Onward::Next => {}
                    Onward::Anew => return Ok(None),
                    Onward::End(error) => return Err(error),
                },
            }
        }
        Err(asking.nobody_left())
    }

    /// Every referral of an item so far.
    async fn tried(&self, caller: &Caller, need: NeedId, item_ordinal: u16) -> Result<Vec<Referral>, Error> {
        let filter = ReferralFilter { need: Some(need), item_ordinal: Some(item_ordinal), ..ReferralFilter::default() };
        let mut tried = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { after, limit: PAGE_SIZE_MAX };
            let found = self.store.list_referrals(caller.tenant(), &filter, &page).await?;
            tried.extend(found.entries);
            after = found.next_after;
            if after.is_none() {
                return Ok(tried);
            }
        }
    }

    fn chances(&self, snapshot: &Snapshot, subject: Subject<'_>) -> Result<Vec<Chance>, Error> {
        let now = self.clock.now();
        let (rules, blank) = (self.scoring(snapshot, now).rules, self.decision(snapshot, subject.need, None, now));
        tracing::info_span!("engine.find", wishwell.need.items = 1)
            .in_scope(|| snapshot.chances(rules, subject, &blank))
            .map_err(|error| query_error("need", error))
    }
}
