//! The engine's part: a snapshot that follows the log at its own pace, whom it would ask, and whether that can be told again later.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::fact::Facts;
use wishwell_domain::ids::{LogPosition, NeedId, ReferralId};
use wishwell_domain::need::Need;
use wishwell_domain::referral::{AskedFor, Decision, Origin, Referral};
use wishwell_engine::{Asking, CatalogInput, Chance, ENGINE_VERSION, ScoringRules, Snapshot, Subject};
use wishwell_store::Catalog;

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

    /// Whom the engine would ask for an item of a need, which may be newer or older than the snapshot, the best first.
    pub(crate) fn chances(&self, need: &Need, ordinal: u16, now: Timestamp) -> Vec<Chance> {
        self.snapshot.chances(&self.rules, subject(need, ordinal), &self.blank(need, now)).unwrap()
    }

    /// Who is to be asked, one after the other, when `tried` are all referrals of the item so far.
    pub(crate) fn asking(
        &self,
        need: &Need,
        ordinal: u16,
        tried: &[Referral],
        previous: Option<ReferralId>,
        now: Timestamp,
    ) -> Asking {
        Asking::among(self.chances(need, ordinal, now), subject(need, ordinal), tried, previous)
    }

    /// The record of a decision made now, before what was decided is put into it.
    fn blank(&self, need: &Need, now: Timestamp) -> Decision {
        Decision {
            position: self.snapshot.position(),
            need_version: Some(need.version),
            asked: Some(AskedFor::Left),
            evaluated_at: now,
            engine_version: format!("{ENGINE_VERSION}.{}", self.rules.version),
            prices: None,
            rank: None,
            score: None,
            terms: Vec::new(),
            erased: false,
        }
    }
}

/// An item of a need, of which no fact is known.
fn subject(need: &Need, ordinal: u16) -> Subject<'_> {
    static NONE: Facts = Facts(BTreeMap::new());
    let item = need.items.iter().find(|item| item.ordinal == ordinal).unwrap();
    Subject { need, item, facts: &NONE }
}

/// Automatic offers whose decision does not come out the same when it is made again from the log.
pub(crate) fn not_replayable(events: &[Event], referrals: &BTreeMap<ReferralId, Referral>) -> Vec<String> {
    let automatic = referrals.values().filter(|referral| referral.origin == Origin::Automatic);
    let mut decided: Vec<(&Referral, &Decision)> =
        automatic.filter_map(|referral| Some((referral, referral.decision.as_ref()?))).collect();
    // What was erased of it is not there to be compared.
    decided.retain(|(_, decision)| !decision.erased);
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
            let told = |follower: &Follower| follower.chances(need, item.ordinal, now);
            let (loaded, followed) = (told(&loaded), told(&followed));
            if loaded != followed {
                faults.push(format!("{} is answered {loaded:?} from the tables, {followed:?} from the log", need.id));
            }
        }
    }
    faults
}
