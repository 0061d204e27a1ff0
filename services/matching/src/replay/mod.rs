//! Making a decision again: the same snapshot, time and rules must say the same.

mod past;
mod round;

use jiff::Timestamp;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Beneficiary, Household, PersonalFields};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{ReferralId, TenantId};
use wishwell_domain::need::{Need, NeedPersonal};
use wishwell_domain::referral::{AskedFor, Decision, Origin, Referral};
use wishwell_engine::{ENGINE_VERSION, Query, RoundPrices, ScoringRules, Scratch, Snapshot, Subject, Wanted};
use wishwell_store::Store;

use crate::cases::find::{facts_with, household_of, query_error};
use crate::cases::needs::sealed_for;
use crate::cases::referrals::item_of;
use crate::privacy::MasterKey;

use past::Past;
pub use round::{RoundReplay, replay_round};

/// What making a decision again came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// As it was recorded.
    pub recorded: Decision,
    /// As it comes out now.
    pub replayed: Decision,
    /// Whether facts that it was decided upon are gone, because the need or its beneficiary was erased.
    pub erased: bool,
    /// Whether the prices that it was decided by are gone, because results are kept of newer rounds only.
    pub prices_gone: bool,
}

impl Replay {
    /// Whether both say the same.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.recorded == self.replayed
    }

    /// Whether both say the same, and only the engine that says it is another version.
    #[must_use]
    pub fn is_identical_but_for_engine(&self) -> bool {
        let engine_version = self.replayed.engine_version.clone();
        Decision { engine_version, ..self.recorded.clone() } == self.replayed
    }
}

/// Makes the decision of a referral again by the rules of then, from the log, the keys of those it was about, and the prices of the
/// round that it looked at. `None` for a referral that was not decided by the engine.
///
/// # Errors
/// [`Error::NotFound`] for an unknown referral, and what the store answers.
pub async fn replay(
    store: &dyn Store,
    master_key: &MasterKey,
    tenant: &TenantId,
    id: ReferralId,
) -> Result<Option<Replay>, Error> {
    let referral = store.referral(tenant, id).await?.ok_or_else(|| Error::NotFound { name: id.name() })?;
    let Some(recorded) = referral.decision.clone() else { return Ok(None) };
    // The latest image of the need, but none that is later than what was read.
    let meant = |need: &Need| need.id == referral.need && recorded.need_version.is_none_or(|read| need.version <= read);
    let mut past = Past::at(store, tenant, recorded.position, &meant).await?;
    let is_there = |past: &Past| {
        let found = past.needs.get(&referral.need);
        recorded.need_version.is_none_or(|read| found.is_some_and(|need| need.version >= read))
    };
    past.read_on(store, tenant, &meant, &is_there).await?;
    let prices = prices(store, tenant, &recorded).await?;
    past.snapshot = past.snapshot.with_prices(prices.as_ref());
    let need = past.needs.get(&referral.need).ok_or_else(|| Error::NotFound { name: referral.need.name() })?;
    let known = known(store, master_key, tenant, &past, need).await?;
    let (need, facts) = facts_with(need.clone(), known.facts, known.beneficiary, known.household);
    let replayed = decide(&past.snapshot, &rules_of(&recorded), &referral, &need, &facts, &recorded)?;
    let prices_gone = recorded.prices.is_some() && prices.is_none();
    Ok(Some(Replay { recorded, replayed, erased: known.erased, prices_gone }))
}

/// The rules that a decision was made by; the usual ones for those that this program does not have.
fn rules_of(recorded: &Decision) -> ScoringRules {
    let version = recorded.engine_version.rsplit_once('.').and_then(|(_, rules)| rules.parse().ok());
    version.and_then(ScoringRules::of_version).unwrap_or_default()
}

/// The prices that a decision was made by, whenever that was.
async fn prices(store: &dyn Store, tenant: &TenantId, recorded: &Decision) -> Result<Option<RoundPrices>, Error> {
    let Some(round) = recorded.prices else { return Ok(None) };
    let report = store.round_report(tenant, round).await?;
    Ok(report.map(|report| RoundPrices { round, until: Timestamp::MAX, scarcity: report.scarcity }))
}

fn decide(
    snapshot: &Snapshot,
    rules: &ScoringRules,
    referral: &Referral,
    need: &Need,
    facts: &Facts,
    recorded: &Decision,
) -> Result<Decision, Error> {
    let item = item_of(need, referral.item_ordinal, "")?;
    let mut decision = Decision {
        position: snapshot.position(),
        need_version: recorded.need_version,
        asked: recorded.asked,
        evaluated_at: recorded.evaluated_at,
        engine_version: format!("{ENGINE_VERSION}.{}", rules.version),
        prices: snapshot.prices_at(recorded.evaluated_at),
        rank: None,
        score: None,
        terms: Vec::new(),
        erased: false,
    };
    if referral.origin == Origin::Automatic {
        let chances = snapshot.chances(rules, Subject { need, item, facts }, &decision);
        let chances = chances.map_err(|error| query_error("need", error))?;
        let asked = chances.into_iter().find(|chance| chance.resource == referral.resource);
        return Ok(asked.map_or(decision, |chance| chance.decision));
    }
    let quantity = recorded.asked.map_or(Some(referral.quantity), AskedFor::quantity);
    let wanted = Wanted { top_k: 1, near_misses: 1, quantity };
    let question = Query::of_item(need, item, facts, recorded.evaluated_at, wanted);
    let mut scratch = Scratch::default();
    let answer = snapshot
        .explain(referral.resource, &question, rules, &mut scratch)
        .map_err(|error| query_error("need", error))?;
    if let Some(candidate) = answer.candidates.first() {
        candidate.put_into(&mut decision, None);
    }
    Ok(decision)
}

/// What was known of a need's people.
struct Known<'p> {
    facts: Facts,
    beneficiary: Option<(&'p Beneficiary, PersonalFields)>,
    household: Option<&'p Household>,
    erased: bool,
}

async fn known<'p>(
    store: &dyn Store,
    master_key: &MasterKey,
    tenant: &TenantId,
    past: &'p Past,
    need: &Need,
) -> Result<Known<'p>, Error> {
    let keys = master_key.tenant(tenant);
    let mut erased = false;
    let subject = sealed_for(need);
    let mut facts = Facts::default();
    match store.key(tenant, &subject).await? {
        Some(wrapped) => {
            if let Some(sealed) = &need.personal {
                facts = keys.unwrap_key(&subject, &wrapped)?.open::<NeedPersonal>(sealed)?.facts;
            }
        }
        None => erased = true,
    }
    let mut beneficiary = None;
    if let Some(found) = need.beneficiary.and_then(|id| past.beneficiaries.get(&id)) {
        let name = found.id.name();
        let personal = match (store.key(tenant, &name).await?, &found.personal) {
            (Some(wrapped), Some(sealed)) => keys.unwrap_key(&name, &wrapped)?.open(sealed)?,
            _ => {
                erased = true;
                PersonalFields::default()
            }
        };
        beneficiary = Some((found, personal));
    }
    let household = household_of(need, beneficiary.as_ref().map(|(found, _)| *found));
    let household = household.and_then(|id| past.households.get(&id));
    Ok(Known { facts, beneficiary, household, erased })
}
