//! From a plan to offers, and from what was refused to another plan.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use futures::StreamExt as _;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::limits::{
    ROUND_OFFERS_AT_ONCE_MAX, ROUND_OUTCOMES_WRITTEN_MAX, ROUND_PASSES_MAX, ROUND_SCOPE_NEEDS_MAX,
};
use wishwell_domain::round::{OfferFate, RoundOutcome, RoundRules, RoundStep};

use super::worker::{Held, Stopped};

/// Times that an offer is tried whose refusal may pass, such as that of a full queue.
const TROUBLE_ATTEMPTS_MAX: u32 = 6;
/// Wait before the second of these; it doubles with each.
const TROUBLE_FIRST_WAIT_MILLISECONDS: u64 = 50;

/// What is to be planned anew.
#[derive(Default)]
struct Refused {
    needs: BTreeSet<NeedId>,
    items: u64,
}

impl Held {
    /// Makes offers of the plan, plans anew what was refused, and so on, until nothing is refused or enough plans were made.
    pub(super) async fn commit(&mut self) -> Result<(), Stopped> {
        loop {
            let refused = self.offer_plan().await?;
            let more = self.round.progress.passes < ROUND_PASSES_MAX && !refused.needs.is_empty();
            if !more || !self.plan_anew(refused).await? {
                return self.step(RoundStep::Finish).await;
            }
        }
    }

    /// Makes every offer of the current plan that was not made or refused yet; answers what is refused of it.
    async fn offer_plan(&mut self) -> Result<Refused, Stopped> {
        let pass = self.round.progress.passes;
        let mut refused = Refused::default();
        let mut after = 0;
        loop {
            if self.is_stopped() {
                return Err(Stopped::Left);
            }
            let page = self.outcomes(after).await?;
            let Some(last) = page.last() else { return Ok(refused) };
            after = last.ordinal;
            let (open, done): (Vec<_>, Vec<_>) =
                page.into_iter().partition(|outcome| outcome.pass == pass && outcome.to_offer().next().is_some());
            let had_open = !open.is_empty();
            let offered = if had_open { self.offer_page(open).await? } else { Vec::new() };
            for outcome in offered.iter().chain(&done).filter(|outcome| is_refused(outcome, pass)) {
                refused.needs.insert(outcome.need());
                refused.items += 1;
            }
            if had_open {
                self.save().await?;
            }
        }
    }

    /// Makes the offers of some outcomes, several at once, and keeps what became of them, whatever else happens.
    async fn offer_page(&mut self, open: Vec<RoundOutcome>) -> Result<Vec<RoundOutcome>, Stopped> {
        let before: Vec<usize> = open.iter().map(|outcome| outcome.offers.len()).collect();
        let this = &*self;
        let tried = futures::stream::iter(open)
            .map(|outcome| this.offer_patiently(outcome))
            .buffered(ROUND_OFFERS_AT_ONCE_MAX)
            .collect::<Vec<_>>()
            .await;
        let mut offered = Vec::with_capacity(tried.len());
        let mut trouble = None;
        for ((outcome, result), before) in tried.into_iter().zip(before) {
            for offer in outcome.offers.iter().skip(before) {
                match offer.fate {
                    OfferFate::Offered(_) => self.round.progress.offered += 1,
                    OfferFate::Refused(_) => self.round.progress.refused += 1,
                }
            }
            trouble = trouble.or(result.err());
            offered.push(outcome);
        }
        self.keep_outcomes(&offered).await?;
        match trouble {
            Some(stopped) => Err(stopped),
            None => Ok(offered),
        }
    }

    async fn offer_patiently(&self, mut outcome: RoundOutcome) -> (RoundOutcome, Result<(), Stopped>) {
        let mut wait = Duration::from_millis(TROUBLE_FIRST_WAIT_MILLISECONDS);
        for attempt in 1.. {
            if self.is_stopped() {
                return (outcome, Err(Stopped::Left));
            }
            let (reached, result) = self.platform.offer_all(&self.caller, self.round.id, outcome).await;
            outcome = reached;
            match result {
                Ok(()) => break,
                Err(error) if attempt >= TROUBLE_ATTEMPTS_MAX => return (outcome, Err(Stopped::Trouble(error))),
                Err(error) => {
                    tracing::debug!(%error, "an offer of a round is tried again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        (outcome, Ok(()))
    }

    /// Plans what was refused on the picture of now, around what stands. Answers whether there is anything to offer.
    async fn plan_anew(&mut self, refused: Refused) -> Result<bool, Stopped> {
        let mut rules: RoundRules = self.round.rules.clone();
        rules.scope.needs = refused.needs.iter().copied().take(ROUND_SCOPE_NEEDS_MAX).collect();
        // What was pinned was offered or refused with the first plan.
        rules.pinned.clear();
        let contacted = self.asked_of_organizations(&mut rules).await?;
        let result = self.plan(rules, contacted).await?;
        let pass = self.round.progress.passes + 1;
        let mut planned: HashMap<(NeedId, u16), _> =
            result.outcomes.into_iter().map(|item| ((item.need, item.item_ordinal), item)).collect();
        let (mut offers, mut after) = (0, 0);
        loop {
            let page = self.outcomes(after).await?;
            let Some(last) = page.last() else { break };
            after = last.ordinal;
            let mut changed = Vec::new();
            for mut outcome in page {
                if let Some(item) = planned.remove(&(outcome.need(), outcome.item_ordinal())) {
                    (outcome.item, outcome.pass) = (item, pass);
                    offers += outcome.to_offer().count() as u64;
                    changed.push(outcome);
                }
            }
            self.keep_outcomes(&changed).await?;
        }
        let progress = &mut self.round.progress;
        progress.passes = pass;
        progress.planned += offers;
        progress.replanned += refused.items;
        self.save().await?;
        Ok(offers > 0)
    }

    /// About how many items the round has asked each organization so far; what it gives already is taken off its cap.
    async fn asked_of_organizations(&self, rules: &mut RoundRules) -> Result<HashMap<OrganizationId, u32>, Stopped> {
        let snapshot = self.platform.snapshot(&self.caller, None).await?;
        let organization_of =
            |resource: ResourceId| snapshot.resource(resource).map(|found| snapshot.organization_id(found));
        let mut asked: HashMap<OrganizationId, u32> = HashMap::new();
        let mut after = 0;
        loop {
            let page = self.outcomes(after).await?;
            let Some(last) = page.last() else { return Ok(asked) };
            after = last.ordinal;
            for outcome in &page {
                let made = outcome.offers.iter().filter(|offer| matches!(offer.fate, OfferFate::Offered(_)));
                let mut of_item: BTreeSet<OrganizationId> = BTreeSet::new();
                for (offer, organization) in made.filter_map(|offer| Some((offer, organization_of(offer.resource)?))) {
                    of_item.insert(organization);
                    let units = offer.quantity.saturating_mul(i64::from(outcome.item.occurrences));
                    for cap in rules.organization_caps.iter_mut().filter(|cap| cap.organization == organization) {
                        cap.units = cap.units.saturating_sub(units).max(0);
                    }
                }
                for organization in of_item {
                    *asked.entry(organization).or_default() += 1;
                }
            }
        }
    }

    /// Counts again what became of offers, after an interruption or when it was called off.
    pub(super) async fn count_offers(&mut self) -> Result<(), Stopped> {
        let (mut offered, mut refused, mut after) = (0, 0, 0);
        loop {
            let page = self.outcomes(after).await?;
            let Some(last) = page.last() else { break };
            after = last.ordinal;
            for offer in page.iter().flat_map(|outcome| &outcome.offers) {
                match offer.fate {
                    OfferFate::Offered(_) => offered += 1,
                    OfferFate::Refused(_) => refused += 1,
                }
            }
        }
        (self.round.progress.offered, self.round.progress.refused) = (offered, refused);
        Ok(())
    }

    async fn outcomes(&self, after: u32) -> Result<Vec<RoundOutcome>, Stopped> {
        let (store, tenant) = (&self.platform.store, self.caller.tenant());
        let page = store.round_outcomes(tenant, self.round.id, &[], after, ROUND_OUTCOMES_WRITTEN_MAX).await;
        page.map_err(|error| Stopped::Trouble(Error::from(error)))
    }

    /// Writes outcomes over those of the same places.
    pub(super) async fn keep_outcomes(&self, outcomes: &[RoundOutcome]) -> Result<(), Stopped> {
        let (store, tenant) = (&self.platform.store, self.caller.tenant());
        for chunk in outcomes.chunks(ROUND_OUTCOMES_WRITTEN_MAX) {
            let held = store.put_round_outcomes(tenant, self.round.id, self.holder, chunk).await;
            Self::must_hold(held.map_err(|error| Stopped::Trouble(Error::from(error)))?)?;
        }
        Ok(())
    }
}

/// Whether something of the item was refused in this plan.
fn is_refused(outcome: &RoundOutcome, pass: u32) -> bool {
    let refused = |fate: &OfferFate| matches!(fate, OfferFate::Refused(_));
    outcome.pass == pass && outcome.offers.iter().any(|offer| offer.pass == pass && refused(&offer.fate))
}
