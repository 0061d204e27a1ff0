//! The engine's part: a snapshot that follows the log at its own pace, whom it would ask, and whether that can be told again later.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{LogPosition, NeedId, ResourceId};
use wishwell_domain::need::Need;
use wishwell_domain::referral::{AskedFor, Decision, Origin, Referral};
use wishwell_engine::{CatalogInput, ENGINE_VERSION, Query, ScoringRules, Scratch, Snapshot, Wanted};
use wishwell_store::Catalog;

/// Most candidates that are looked at.
const CANDIDATES_MAX: usize = 50;

/// A resource that could be asked.
pub(crate) struct Chance {
    pub(crate) resource: ResourceId,
    pub(crate) serves: i64,
    pub(crate) decision: Decision,
}

/// A snapshot that follows the log.
pub(crate) struct Follower {
    snapshot: Snapshot,
    rules: ScoringRules,
}

impl Follower {
    pub(crate) fn new() -> Self {
        let snapshot = Snapshot::build(&CatalogInput::default(), LogPosition(0));
        Self { snapshot, rules: ScoringRules::default() }
    }

    pub(crate) fn position(&self) -> i64 {
        self.snapshot.position().0
    }

    /// Reads the log up to a position.
    pub(crate) fn follow(&mut self, events: &[Event], to: i64) {
        let from = usize::try_from(self.position()).unwrap();
        let Some(events) = usize::try_from(to).ok().and_then(|to| events.get(from..to)) else { return };
        self.snapshot = self.snapshot.apply(events.iter().map(|event| &event.change), LogPosition(to));
    }

    /// Whom the engine would ask for an item of a need, which may be newer or older than the snapshot, the best first; nobody for what
    /// is not open.
    pub(crate) fn chances(&self, need: &Need, ordinal: u16, now: Timestamp) -> Vec<Chance> {
        if !need.state.is_open() {
            return Vec::new();
        }
        let Some(item) = need.items.iter().find(|item| item.ordinal == ordinal) else { return Vec::new() };
        let facts = Facts::default();
        let wanted = Wanted { top_k: CANDIDATES_MAX, near_misses: 0, quantity: None };
        let query = Query::of_item(need, item, &facts, now, wanted);
        let mut scratch = Scratch::default();
        let answer = self.snapshot.find(&query, &self.rules, &mut scratch).unwrap();
        (1..)
            .zip(&answer.candidates)
            .map(|(rank, candidate)| Chance {
                resource: self.snapshot.resource_id(candidate.resource),
                serves: candidate.serves,
                decision: Decision {
                    position: self.snapshot.position(),
                    need_version: Some(need.version),
                    asked: Some(AskedFor::Left),
                    evaluated_at: now,
                    engine_version: format!("{ENGINE_VERSION}.{}", self.rules.version),
                    prices: None,
                    rank: Some(rank),
                    score: Some(candidate.score),
                    terms: candidate.terms.0.to_vec(),
                },
            })
            .collect()
    }
}

/// Automatic offers whose decision does not come out the same when it is made again from the log.
pub(crate) fn not_replayable(
    events: &[Event],
    referrals: &BTreeMap<wishwell_domain::ids::ReferralId, Referral>,
) -> Vec<String> {
    let automatic = referrals.values().filter(|referral| referral.origin == Origin::Automatic);
    let mut decided: Vec<(&Referral, &Decision)> =
        automatic.filter_map(|referral| Some((referral, referral.decision.as_ref()?))).collect();
    decided.sort_by_key(|(_, decision)| decision.position);
    let mut follower = Follower::new();
    let mut faults = Vec::new();
    for (referral, decision) in decided {
        follower.follow(events, decision.position.0);
        let read = events.iter().find_map(|event| match &event.change {
            Change::Need(need) if need.id == referral.need => {
                (Some(need.version) == decision.need_version).then_some(need.as_ref())
            }
            _ => None,
        });
        let chances = read.map(|need| follower.chances(need, referral.item_ordinal, decision.evaluated_at));
        let chances = chances.unwrap_or_default();
        let again = chances.iter().find(|chance| chance.resource == referral.resource).map(|chance| &chance.decision);
        if again != Some(decision) {
            faults.push(format!("I7: {} was decided by {decision:?}, again it is {again:?}", referral.id));
        }
    }
    faults
}

/// Whether a snapshot from the store's catalogue answers for every open item as the one that followed the log does.
pub(crate) fn differences(
    catalog: Catalog,
    events: &[Event],
    needs: &BTreeMap<NeedId, Need>,
    now: Timestamp,
) -> Vec<String> {
    let position = catalog.position;
    let mut followed = Follower::new();
    followed.follow(events, position.0);
    let input = CatalogInput {
        categories: catalog.categories,
        divisions: catalog.divisions,
        organizations: catalog.organizations,
        pools: catalog.capacity_pools,
        resources: catalog.resources,
        needs: catalog.open_needs,
    };
    let loaded = Follower { snapshot: Snapshot::build(&input, position), rules: ScoringRules::default() };
    let mut faults = Vec::new();
    for need in needs.values().filter(|need| need.state.is_open()) {
        for item in &need.items {
            let told = |follower: &Follower| -> Vec<(ResourceId, i64, Decision)> {
                let chances = follower.chances(need, item.ordinal, now);
                chances.into_iter().map(|chance| (chance.resource, chance.serves, chance.decision)).collect()
            };
            let (loaded, followed) = (told(&loaded), told(&followed));
            if loaded != followed {
                faults.push(format!("{} is answered {loaded:?} from the tables, {followed:?} from the log", need.id));
            }
        }
    }
    faults
}
