//! Offering to the best candidate, and to the next when that comes to nothing: never to the same one twice, and to nobody more
//! often than its contact budget allows. What others need as much, by the prices of the last round, is left to the next one.

use std::collections::HashSet;

use wishwell_domain::Error;
use wishwell_domain::error::Precondition;
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId};
use wishwell_domain::ledger::{Command, Offer};
use wishwell_domain::limits::{AUTO_REFER_ATTEMPTS_MAX, PAGE_SIZE_MAX, TOP_K_MAX};
use wishwell_domain::referral::{Decision, Origin, Referral};
use wishwell_engine::{Candidate, Query, Scratch, Snapshot, Wanted};
use wishwell_store::{PageRequest, ReferralFilter, StoreError, Written};

use super::find::query_error;
use super::referrals::{OFFER_ATTEMPTS_MAX, Subject, decided, for_attempt, item_of};
use super::{Caller, Platform, Scoring};
use crate::known_needs::KnownNeed;

/// A candidate as an offer: copied out of the snapshot.
struct Chance {
    resource: ResourceId,
    organization: OrganizationId,
    serves: i64,
    /// Whether others gain as much by the same capacity, by the prices of the last round.
    better_left: bool,
    decision: Decision,
}

impl Platform {
    /// Offers a need item to the best resource that was not asked before; `previous` is the offer that came to nothing.
    pub(crate) async fn auto_refer(
        &self,
        caller: &Caller,
        need: NeedId,
        item_ordinal: u16,
        previous: Option<ReferralId>,
    ) -> Result<Written, Error> {
        if let Some(written) = self.answered(caller).await? {
            return Ok(written);
        }
        for attempt in 1..=OFFER_ATTEMPTS_MAX {
            match self.offer_to_the_best(caller, need, item_ordinal, previous, attempt).await {
                Ok(None) => {}
                // Others took of it since the need was read. What they left is to be offered still.
                Err(Error::ItemCovered { left, .. }) if left > 0 => {}
                Ok(Some(written)) => return Ok(written),
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Outdated.into())
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
        let item = item_of(need, item_ordinal, "")?;
        let tried = self.tried(caller, need_id, item_ordinal).await?;
        // A chain whose next offer is due is taken on, whoever asks first.
        let previous = previous.or_else(|| tried.iter().find(|referral| referral.next_is_due).map(|r| r.id));
        let attempts = tried.iter().filter(|referral| referral.origin == Origin::Automatic).count();
        let asked: HashSet<ResourceId> = tried.iter().map(|referral| referral.resource).collect();
        let subject = Subject { need, item, facts };
        let chances = self.chances(&snapshot, &subject, &asked)?;
        let mut asked_enough: HashSet<OrganizationId> = HashSet::new();
        let mut left_to_next_round = false;
        let left = (AUTO_REFER_ATTEMPTS_MAX as usize).saturating_sub(attempts);
        for chance in if left == 0 { Vec::new() } else { chances } {
            if asked_enough.contains(&chance.organization) {
                continue;
            }
            if chance.better_left {
                left_to_next_round = true;
                continue;
            }
            let offer = Offer {
                id: ReferralId::from_uuid(self.new_uuid()),
                need: need_id,
                item_ordinal,
                resource: chance.resource,
                // Of what can be split, a resource gives what it has.
                quantity: item.splittable.then_some(chance.serves),
                origin: Origin::Automatic,
                answer_within: need.urgency.answer_within(),
                decision: Some(chance.decision),
                previous,
                wish: None,
                refusal: None,
            };
            let basis = for_attempt(known.basis_with(chance.resource, &snapshot), attempt);
            let offered = self.carry_out_upon(caller, vec![Command::Offer(Box::new(offer))], Some(basis)).await;
            if matches!(offered, Err(StoreError::Outdated)) {
                return Ok(None);
            }
            match offered.map_err(Error::from) {
                // Taken, asked by somebody else or paused since they were looked at: the next one then.
                Err(Error::CapacityExhausted { .. } | Error::AlreadyExists { .. }) => {}
                // It has enough, but not in one hold.
                Err(Error::TooManyHoldLines { .. }) => {}
                Err(Error::LimitReached { limit: "auto_offers_per_organization_and_day_max", .. }) => {
                    asked_enough.insert(chance.organization);
                }
                Err(Error::FailedPrecondition { precondition: Precondition::ResourceNotOffered, .. }) => {}
                written => return written.map(Some),
            }
        }
        // An item that is covered needs nobody. Only said here: an offer that has lapsed may still count in what was read.
        if item.left() <= 0 {
            let (name, asked) = (need_id.name(), item.asked());
            return Err(Error::ItemCovered { name, item: item_ordinal, asked, left: 0 });
        }
        if left_to_next_round {
            return Err(Error::FailedPrecondition {
                precondition: Precondition::LeftToNextRound,
                message: format!(
                    "what could serve item {item_ordinal} of {need_id} is worth as much to others: it is left to the next round"
                ),
                name: need_id.name(),
            });
        }
        Err(Error::FailedPrecondition {
            precondition: Precondition::NobodyLeftToAsk,
            message: format!("nobody is left who could be asked for item {item_ordinal} of {need_id}"),
            name: need_id.name(),
        })
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

    fn chances(
        &self,
        snapshot: &Snapshot,
        subject: &Subject<'_>,
        asked: &HashSet<ResourceId>,
    ) -> Result<Vec<Chance>, Error> {
        let now = self.clock.now();
        let wanted = Wanted { top_k: TOP_K_MAX, near_misses: 0, quantity: None };
        let question = Query::of_item(subject.need, subject.item, subject.facts, now, wanted);
        let Scoring { rules, prices } = self.scoring(snapshot, now);
        let mut scratch = Scratch::default();
        let answer = tracing::info_span!("engine.find", wishwell.need.items = 1)
            .in_scope(|| snapshot.find(&question, rules, &mut scratch))
            .map_err(|error| query_error("need", error))?;
        let chance = |(rank, candidate): (u32, &Candidate)| {
            let mut decision = self.decision(snapshot, subject.need, None, now);
            decided(&mut decision, Some(rank), candidate);
            Chance {
                resource: snapshot.resource_id(candidate.resource),
                organization: snapshot.organization_id(candidate.resource),
                serves: candidate.serves,
                better_left: prices.is_some() && candidate.is_better_left(question.worth),
                decision,
            }
        };
        let chances = (1..).zip(&answer.candidates).map(chance);
        Ok(chances.filter(|chance| !asked.contains(&chance.resource)).collect())
    }
}
