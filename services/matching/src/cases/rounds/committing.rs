//! From a plan to offers, and from what was refused to another plan.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use futures::StreamExt as _;

use wishwell_domain::Error;
use wishwell_domain::ids::{NeedId, OrganizationId, ResourceId};
use wishwell_domain::limits::{
    ROUND_OFFERS_AT_ONCE_MAX, ROUND_OUTCOMES_WRITTEN_MAX, ROUND_PASSES_MAX, ROUND_SCOPE_NEEDS_MAX,
};
use wishwell_domain::round::{ItemOutcome, OfferFate, RoundOffer, RoundOutcome, RoundRules, RoundStep};

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

impl Refused {
    /// Notes an outcome of which something was refused in its plan, or less was offered than planned; the plan is this one or a later one.
    fn note(&mut self, outcome: &RoundOutcome, since: u32) {
        if outcome.pass >= since && outcome.is_to_plan_anew() {
            self.needs.insert(outcome.need());
            self.items += 1;
        }
    }
}

/// What is offered together: a bundle, all or nothing, or one item.
type Parcel = Vec<RoundOutcome>;

fn is_bundled(parcel: &Parcel) -> bool {
    parcel.iter().any(|outcome| outcome.item.bundle.is_some())
}

/// Outcomes in their order, in which bundles stand together, as what is offered together.
fn parcels(outcomes: Vec<RoundOutcome>) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    for outcome in outcomes {
        let bundle = outcome.item.bundle;
        match parcels.last_mut() {
            Some(last) if bundle.is_some() && last.iter().all(|other| other.item.bundle == bundle) => {
                last.push(outcome)
            }
            _ => parcels.push(vec![outcome]),
        }
    }
    parcels
}

/// What of outcomes that come page by page is whole. The next page may have more of a bundle at the end, which stays in `outcomes`.
fn whole_parcels(outcomes: &mut Vec<RoundOutcome>, at_end: bool) -> Vec<Parcel> {
    let mut parcels = parcels(std::mem::take(outcomes));
    if !at_end && let Some(last) = parcels.pop_if(|last| is_bundled(last)) {
        *outcomes = last;
    }
    parcels
}

/// Parcels in runs that may be written in one go.
fn within_one_write(parcels: &[Parcel]) -> Vec<&[Parcel]> {
    let mut runs = Vec::new();
    let (mut from, mut outcomes) = (0, 0);
    for (at, parcel) in parcels.iter().enumerate() {
        if outcomes + parcel.len() > ROUND_OUTCOMES_WRITTEN_MAX && at > from {
            runs.push(&parcels[from..at]);
            (from, outcomes) = (at, 0);
        }
        outcomes += parcel.len();
    }
    runs.push(&parcels[from..]);
    runs
}

/// Whether what was decided of an item anew is to be told instead of the plan before. Where all of that was offered, of some less than was
/// planned, and nobody has the rest, it is not: what was offered is told by its own plan, with why and how far.
fn tells_more(before: &RoundOutcome, anew: &ItemOutcome) -> bool {
    let mut of_plan = before.offers_of_plan().peekable();
    let all_offered = of_plan.peek().is_some() && of_plan.all(RoundOffer::is_made);
    !anew.servings.is_empty() || !all_offered
}

impl Held {
    /// Makes offers of the plan, plans anew what was refused, and so on, until nothing is refused or enough plans were made. What was
    /// refused of plans from that on which the round knows of was not planned anew yet.
    pub(super) async fn commit(&mut self) -> Result<(), Stopped> {
        loop {
            let refused = self.offer_plan(self.round.progress.passes).await?;
            let more = self.pass < ROUND_PASSES_MAX && !refused.needs.is_empty();
            if !more || !self.plan_anew(refused).await? {
                self.round.progress.passes = self.pass;
                return self.step(RoundStep::Finish).await;
            }
        }
    }

    /// Makes every offer of the current plan that was not made or refused yet; answers what is refused of it, and of those from `since` on.
    async fn offer_plan(&mut self, since: u32) -> Result<Refused, Stopped> {
        let pass = self.pass;
        let mut refused = Refused::default();
        let mut open: Vec<RoundOutcome> = Vec::new();
        let mut after = 0;
        loop {
            if self.is_stopped() {
                return Err(Stopped::Left);
            }
            let page = self.outcomes(after).await?;
            let at_end = page.is_empty();
            after = page.last().map_or(after, |last| last.ordinal);
            for outcome in page {
                if outcome.pass == pass && outcome.to_offer().next().is_some() {
                    open.push(outcome);
                } else {
                    refused.note(&outcome, since);
                }
            }
            let parcels = whole_parcels(&mut open, at_end);
            if !parcels.is_empty() {
                let offered = self.offer_parcels(parcels).await?;
                offered.iter().for_each(|outcome| refused.note(outcome, since));
                self.save().await?;
            }
            if at_end {
                return Ok(refused);
            }
        }
    }

    /// Makes the offers of some outcomes, several parcels at once, and keeps what became of them, whatever else happens.
    async fn offer_parcels(&mut self, parcels: Vec<Parcel>) -> Result<Vec<RoundOutcome>, Stopped> {
        let before: Vec<usize> = parcels.iter().flatten().map(|outcome| outcome.offers.len()).collect();
        let this = &*self;
        let tried = futures::stream::iter(parcels)
            .map(|parcel| this.offer_patiently(parcel))
            .buffered(ROUND_OFFERS_AT_ONCE_MAX)
            .collect::<Vec<_>>()
            .await;
        let (parcels, results): (Vec<Parcel>, Vec<_>) = tried.into_iter().unzip();
        for (outcome, before) in parcels.iter().flatten().zip(before) {
            for offer in outcome.offers.iter().skip(before) {
                let progress = &mut self.round.progress;
                match offer.fate {
                    OfferFate::Offered(_) => progress.offered += 1,
                    OfferFate::Refused(_) => progress.refused += 1,
                }
                progress.short += u64::from(offer.came_short());
            }
        }
        self.keep_parcels(&parcels).await?;
        results.into_iter().collect::<Result<(), Stopped>>()?;
        Ok(parcels.concat())
    }

    async fn offer_patiently(&self, mut parcel: Parcel) -> (Parcel, Result<(), Stopped>) {
        let mut wait = Duration::from_millis(TROUBLE_FIRST_WAIT_MILLISECONDS);
        for attempt in 1.. {
            if self.is_stopped() {
                return (parcel, Err(Stopped::Left));
            }
            match self.platform.offer_parcel(&self.caller, self.round.id, &mut parcel).await {
                Ok(()) => break,
                Err(error) if attempt >= TROUBLE_ATTEMPTS_MAX => return (parcel, Err(Stopped::Trouble(error))),
                Err(error) => {
                    tracing::debug!(%error, "an offer of a round is tried again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        (parcel, Ok(()))
    }

    /// Plans what was refused on the picture of now, around what stands. Answers whether there is anything to offer.
    async fn plan_anew(&mut self, refused: Refused) -> Result<bool, Stopped> {
        let mut rules: RoundRules = self.round.rules.clone();
        rules.scope.needs = refused.needs.iter().copied().take(ROUND_SCOPE_NEEDS_MAX).collect();
        // What was pinned was offered or refused with the first plan.
        rules.pinned.clear();
        let contacted = self.asked_of_organizations(&mut rules).await?;
        let result = self.plan(rules, contacted).await?;
        let pass = self.pass + 1;
        let mut planned: HashMap<(NeedId, u16), _> =
            result.outcomes.into_iter().map(|item| ((item.need, item.item_ordinal), item)).collect();
        let (mut offers, mut after, mut changed) = (0, 0, Vec::new());
        loop {
            let page = self.outcomes(after).await?;
            let at_end = page.is_empty();
            after = page.last().map_or(after, |last| last.ordinal);
            for mut outcome in page {
                let item = planned.remove(&(outcome.need(), outcome.item_ordinal()));
                if let Some(item) = item.filter(|item| tells_more(&outcome, item)) {
                    (outcome.item, outcome.pass) = (item, pass);
                    offers += outcome.to_offer().count() as u64;
                    changed.push(outcome);
                }
            }
            self.keep_parcels(&whole_parcels(&mut changed, at_end)).await?;
            if at_end {
                break;
            }
        }
        self.pass = pass;
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
                let made = outcome.offers.iter().filter(|offer| offer.is_made());
                let mut of_item: BTreeSet<OrganizationId> = BTreeSet::new();
                for (offer, organization) in made.filter_map(|offer| Some((offer, organization_of(offer.resource)?))) {
                    of_item.insert(organization);
                    let units = outcome.units_of(offer).offered;
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

    /// Counts again what became of offers, after an interruption or when it was called off, and answers how many plans there are: where that
    /// came while something was planned anew, what is kept of it tells of a plan that the round does not know of.
    pub(super) async fn count_offers(&mut self) -> Result<u32, Stopped> {
        let (mut offered, mut refused, mut short, mut open, mut after) = (0, 0, 0, 0, 0);
        let mut passes = self.round.progress.passes;
        loop {
            let page = self.outcomes(after).await?;
            let Some(last) = page.last() else { break };
            after = last.ordinal;
            for outcome in &page {
                passes = passes.max(outcome.pass);
                open += outcome.to_offer().count() as u64;
            }
            for offer in page.iter().flat_map(|outcome| &outcome.offers) {
                match offer.fate {
                    OfferFate::Offered(_) => offered += 1,
                    OfferFate::Refused(_) => refused += 1,
                }
                short += u64::from(offer.came_short());
            }
        }
        let progress = &mut self.round.progress;
        (progress.offered, progress.refused, progress.planned) = (offered, refused, offered + refused + open);
        progress.short = short;
        Ok(passes)
    }

    async fn outcomes(&self, after: u32) -> Result<Vec<RoundOutcome>, Stopped> {
        let (store, tenant) = (&self.platform.store, self.caller.tenant());
        let page = store.round_outcomes(tenant, self.round.id, &[], after, ROUND_OUTCOMES_WRITTEN_MAX).await;
        page.map_err(|error| Stopped::Trouble(Error::from(error)))
    }

    /// Writes parcels over what was in their places, each in one go: whoever takes the round up finds all of a bundle or nothing.
    async fn keep_parcels(&self, parcels: &[Parcel]) -> Result<(), Stopped> {
        for parcels in within_one_write(parcels) {
            self.keep_outcomes(&parcels.concat()).await?;
        }
        Ok(())
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
