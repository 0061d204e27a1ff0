//! What the log tells, held against the invariants. Nothing here asks the ledger's own code what should have happened.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use ring::digest::{Context, SHA256};
use wishwell_domain::capacity_pool::{CapacityPool, PoolKind};
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::{CapacityPoolId, LogPosition, NeedId, ReferralId, ResourceId};
use wishwell_domain::need::{Need, NeedState};
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::referral::{Origin, Referral, ReferralState, StepReason};
use wishwell_domain::resource::Resource;

use crate::counts::{Counts, Happening};
use crate::steps;
use crate::world;

/// Everything that was logged, and what it comes to.
#[derive(Default)]
pub(crate) struct Audit {
    /// In order.
    pub(crate) events: Vec<Event>,
    pub(crate) pools: BTreeMap<CapacityPoolId, CapacityPool>,
    /// Pools as they were before their latest change.
    pools_before: BTreeMap<CapacityPoolId, CapacityPool>,
    pub(crate) needs: BTreeMap<NeedId, Need>,
    pub(crate) resources: BTreeMap<ResourceId, Resource>,
    pub(crate) referrals: BTreeMap<ReferralId, Referral>,
    /// Referrals in the order in which they were offered.
    pub(crate) offered: Vec<ReferralId>,
    /// The position at which a referral was called off for want of capacity, and its pools.
    pub(crate) called_off: Vec<(i64, Vec<CapacityPoolId>)>,
    /// Chains of offers that nobody need be asked for any more, unless their item still lacks something.
    left_off: Vec<Referral>,
    /// Where each entity's latest after-image is among the events.
    latest: BTreeMap<String, usize>,
    faults: Vec<String>,
}

type Place = (CapacityPoolId, Option<Date>);

impl Audit {
    /// The position of the last event.
    pub(crate) fn position(&self) -> i64 {
        i64::try_from(self.events.len()).unwrap()
    }

    /// Reads on, and says what is wrong.
    pub(crate) fn follow(&mut self, events: Vec<Event>) -> Vec<String> {
        for event in events {
            self.read(event);
        }
        self.add_up();
        self.look_for_who_was_left_off();
        std::mem::take(&mut self.faults)
    }

    /// The newest after-image of an entity.
    pub(crate) fn latest(&self, subject: &str) -> Option<&Change> {
        Some(&self.events[*self.latest.get(subject)?].change)
    }

    /// A need as it was at a position of the log; none where it was not there.
    pub(crate) fn need_at(&self, id: NeedId, position: LogPosition) -> Option<&Need> {
        let until = usize::try_from(position.0).unwrap().min(self.events.len());
        self.events[..until].iter().rev().find_map(|event| match &event.change {
            Change::Need(need) if need.id == id => Some(need.as_ref()),
            _ => None,
        })
    }

    /// Everything by its name, as the log has it.
    pub(crate) fn everything(&self) -> impl Iterator<Item = (&String, &Change)> {
        self.latest.iter().map(|(name, at)| (name, &self.events[*at].change))
    }

    /// Whether an after-image is what was logged of that version.
    pub(crate) fn has(&self, change: &Change) -> bool {
        self.events.iter().rev().any(|event| event.change == *change)
    }

    /// SHA-256 of the whole log, a line of JSON an event, in hexadecimal.
    pub(crate) fn log_hash(&self) -> String {
        let mut hash = Context::new(&SHA256);
        for event in &self.events {
            hash.update(&serde_json::to_vec(event).unwrap());
            hash.update(b"\n");
        }
        hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Notes what became of all referrals.
    pub(crate) fn note(&self, counts: &mut Counts) {
        let mut note = |what, is: fn(&Referral) -> bool| {
            counts.note(what, self.referrals.values().filter(|referral| is(referral)).count());
        };
        note(Happening::Automatic, |referral| referral.origin == Origin::Automatic);
        note(Happening::Followed, |referral| referral.previous.is_some());
        note(Happening::Delivered, |referral| referral.served_units() > 0);
        note(Happening::ArrivedInPart, |referral| referral.arrived > 0);
        note(Happening::CameBack, |referral| referral.returned > 0);
        note(Happening::Lapsed, |referral| referral.state == ReferralState::Expired);
        note(Happening::Escalated, |referral| referral.escalated_at.is_some());
        note(Happening::GivenUp, |referral| referral.origin == Origin::Automatic && steps::was_given_up(referral));
        let erased = self.needs.values().filter(|need| need.erased_at.is_some()).count();
        counts.note(Happening::Erased, erased);
        counts.note(Happening::CalledOff, self.called_off.len());
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    fn read(&mut self, event: Event) {
        let at = event.position.0;
        if at != self.position() + 1 {
            self.fault(format!("I5: the log goes on with {at} after {}", self.position()));
        }
        if self.events.last().is_some_and(|last| last.at > event.at) {
            self.fault(format!("the log goes back in time at {at}"));
        }
        let subject = event.change.subject();
        let before = self.latest(&subject).map(version);
        let expected = before.unwrap_or(0) + 1;
        if version(&event.change) != expected {
            self.fault(format!("{subject} goes to version {} at {at}, not {expected}", version(&event.change)));
        }
        match &event.change {
            Change::CapacityPool(pool) => self.read_pool(pool.clone(), at),
            Change::Need(need) => self.read_need(need.as_ref().clone(), at),
            Change::Resource(resource) => drop(self.resources.insert(resource.id, resource.as_ref().clone())),
            Change::Referral(referral) => self.read_referral(referral.as_ref().clone(), event.at, at),
            _ => {}
        }
        self.latest.insert(subject, self.events.len());
        self.events.push(event);
    }

    fn read_pool(&mut self, pool: CapacityPool, at: i64) {
        let periods = pool.periods.iter().map(|period| (Some(period.period_start), period.figures));
        for (start, figures) in std::iter::once((None, pool.figures)).chain(periods) {
            let negative = figures.pending < 0 || figures.committed < 0 || figures.consumed < 0;
            if negative || figures.total.is_some_and(|total| figures.taken() > total) {
                self.faults.push(format!("I1: {} {start:?} has {figures:?} at {at}", pool.id));
            }
        }
        let id = pool.id;
        if let Some(before) = self.pools.insert(id, pool) {
            self.pools_before.insert(id, before);
        }
    }

    fn read_need(&mut self, need: Need, at: i64) {
        for item in &need.items {
            if item.left() < 0 || item.referred < 0 || item.served < 0 {
                self.faults.push(format!("I11: {} has {item:?} at {at}", need.id));
            }
        }
        let ended = self.needs.get(&need.id).map(|before| before.state).filter(|state| has_ended(*state));
        let erased_at = self.needs.get(&need.id).and_then(|before| before.erased_at);
        if erased_at.is_some() && need.erased_at != erased_at {
            self.fault(format!("{} is as if it were not erased at {at}", need.id));
        }
        if need.erased_at.is_some() {
            self.read_erased(&need, at);
        }
        // What it counts as served may still turn out not to have arrived.
        if ended.is_some_and(|ended| need.state != ended) {
            self.fault(format!("{} is {:?} at {at} after it had ended", need.id, need.state));
        }
        self.needs.insert(need.id, need);
    }

    /// What was erased has no text, now and in every earlier image, and looks for nobody. What was decided for it has no score any more.
    fn read_erased(&mut self, need: &Need, at: i64) {
        let mut without = need.clone();
        world::take_text_from(&mut without);
        if *need != without || need.state.is_open() {
            self.fault(format!("I8: {} was erased and is {need:?} at {at}", need.id));
        }
        for event in &mut self.events {
            match &mut event.change {
                Change::Need(image) if image.id == need.id => world::take_text_from(image),
                Change::Referral(image) if image.need == need.id => world::take_score_from(image),
                _ => {}
            }
        }
        let offered = self.referrals.values_mut().filter(|referral| referral.need == need.id);
        offered.for_each(world::take_score_from);
    }

    fn read_referral(&mut self, referral: Referral, when: Timestamp, at: i64) {
        let found = match self.referrals.get(&referral.id) {
            Some(before) => {
                // Whoever calls off what a part was promised by decides what follows.
                let called_off = before.is_of_use() && !referral.is_of_use();
                let left_off = before.next_is_due && !referral.next_is_due && referral.escalated_at.is_none();
                let left_off = left_off && !called_off;
                if left_off && self.lacks_something(&referral, when) {
                    self.left_off.push(referral.clone());
                }
                let moved = before.state != referral.state;
                if moved && referral.last.reason == Some(StepReason::Shortfall) {
                    self.called_off.push((at, referral.lines.iter().map(|line| line.pool).collect()));
                }
                let mut found = steps::faults(before, &referral, when);
                if !self.was_given_once(before, &referral, when) {
                    found.push("what a pledge gave back is on offer");
                }
                found
            }
            None => {
                self.offered.push(referral.id);
                let chain = self.chain(&referral);
                let need = self.needs.get(&referral.need);
                steps::faults_of_new(&referral, &chain, need, |pool| self.pools.get(&pool))
            }
        };
        self.faults.extend(found.into_iter().map(|fault| format!("{fault}, at {at}: {referral:?}")));
        if let Some(previous) = referral.previous
            && self.referrals.values().any(|other| other.id != referral.id && other.previous == Some(previous))
        {
            self.fault(format!("{previous} was followed twice, at {at}"));
        }
        self.referrals.insert(referral.id, referral);
    }

    /// Whether what a pledge gives back is taken off its pool's total, unless somebody says a new one at that moment.
    fn was_given_once(&self, before: &Referral, after: &Referral, when: Timestamp) -> bool {
        let mut lines = before.lines.iter().zip(&after.lines).filter(|_| after.origin == Origin::Pledge);
        lines.all(|(before, after)| {
            let counts = |line| {
                let Amounts { pending, committed, consumed } = steps::amounts(line);
                pending + committed + consumed
            };
            let given_back = counts(before) - counts(after);
            let (Some(pool), Some(known)) = (self.pools.get(&after.pool), self.pools_before.get(&after.pool)) else {
                return given_back == 0;
            };
            let said = pool.confirmed_at == when;
            given_back == 0 || said || pool.figures.total == known.figures.total.map(|total| total - given_back)
        })
    }

    /// Whether a referral's item still looks for somebody: what lapsed offers hold of it, they hold no more.
    fn lacks_something(&self, referral: &Referral, when: Timestamp) -> bool {
        let Some(need) = self.needs.get(&referral.need).filter(|need| need.state.is_open()) else { return false };
        let of_item = |other: &&Referral| (other.need, other.item_ordinal) == (referral.need, referral.item_ordinal);
        let lapsed = self.referrals.values().filter(of_item).filter(|other| other.has_lapsed(when));
        let lapsed: i64 = lapsed.map(|other| other.units).sum();
        need.items.iter().any(|item| item.ordinal == referral.item_ordinal && item.left() + lapsed > 0)
    }

    /// Whoever is left off is followed in the same transaction, or somebody is told.
    fn look_for_who_was_left_off(&mut self) {
        for left in std::mem::take(&mut self.left_off) {
            let of_item = |other: &&Referral| (other.need, other.item_ordinal) == (left.need, left.item_ordinal);
            let mut others = self.referrals.values().filter(of_item);
            if !others.any(|other| other.previous.is_some() && other.created_at == left.updated_at) {
                self.fault(format!("{} was left off: nobody else was asked, and nobody was told", left.id));
            }
        }
    }

    /// The offers that came before one, the latest first.
    fn chain(&self, referral: &Referral) -> Vec<Referral> {
        let mut chain: Vec<Referral> = Vec::new();
        let mut previous = referral.previous;
        while let Some(before) = previous.and_then(|id| self.referrals.get(&id)) {
            chain.push(before.clone());
            previous = before.previous;
        }
        chain
    }

    /// Adds up what referrals hold, refer and serve, and compares.
    fn add_up(&mut self) {
        let mut held: BTreeMap<Place, Amounts> = BTreeMap::new();
        let mut counted: BTreeMap<(NeedId, u16), (i64, i64)> = BTreeMap::new();
        let mut taken: BTreeMap<(NeedId, u16), BTreeMap<Date, i64>> = BTreeMap::new();
        for referral in self.referrals.values() {
            for line in &referral.lines {
                let sum = held.entry((line.pool, line.period_start)).or_default();
                *sum = sum.plus(steps::amounts(line));
            }
            for (day, units) in steps::taken(referral) {
                *taken.entry((referral.need, referral.item_ordinal)).or_default().entry(day).or_default() += units;
            }
            let sum = counted.entry((referral.need, referral.item_ordinal)).or_default();
            match referral.state {
                ReferralState::Offered | ReferralState::Accepted | ReferralState::InProgress => sum.0 += referral.units,
                ReferralState::Delivered | ReferralState::Confirmed | ReferralState::Disputed => {
                    sum.1 += referral.units
                }
                _ => sum.1 += referral.arrived,
            }
            let ended = self.needs.get(&referral.need).is_none_or(|need| has_ended(need.state));
            if ended && referral.state.is_live() {
                self.faults.push(format!("{} is live for a need that has ended", referral.id));
            }
        }
        for pool in self.pools.values() {
            let periods = pool.periods.iter().map(|period| (Some(period.period_start), period.figures));
            for (start, figures) in std::iter::once((None, pool.figures)).chain(periods) {
                let Amounts { pending, committed, consumed } = held.remove(&(pool.id, start)).unwrap_or_default();
                if (pending, committed, consumed) != (figures.pending, figures.committed, figures.consumed) {
                    let fault = format!(
                        "I1: {} {start:?} says {figures:?}, held are {pending}, {committed}, {consumed}",
                        pool.id
                    );
                    self.faults.push(fault);
                }
            }
        }
        // A period that was forgotten had nothing held in it any more.
        for ((pool, start), sum) in held {
            if sum.pending != 0 || sum.committed != 0 {
                self.faults.push(format!("I1: {pool} {start:?} does not list {sum:?}"));
            }
        }
        for need in self.needs.values() {
            for item in &need.items {
                let (referred, served) = counted.remove(&(need.id, item.ordinal)).unwrap_or_default();
                if (referred, served) != (item.referred, item.served) {
                    self.faults.push(format!("I11: {} counts {item:?}, not {referred} and {served}", need.id));
                }
                let taken = taken.remove(&(need.id, item.ordinal)).unwrap_or_default();
                let stored = item.taken.iter().map(|taken| (taken.period_start, taken.units)).collect();
                if taken != stored || taken.values().any(|units| *units > item.quantity) {
                    self.faults.push(format!("I11: {} counts {item:?} by period, not {taken:?}", need.id));
                }
            }
            self.faults.extend(state_fault(need));
        }
    }
}

/// Whether somebody took the need back or closed it.
const fn has_ended(state: NeedState) -> bool {
    matches!(state, NeedState::Withdrawn | NeedState::Closed)
}

fn state_fault(need: &Need) -> Option<String> {
    let served: i64 = need.items.iter().map(|item| item.served).sum();
    let asked: i64 = need.items.iter().map(|item| item.quantity * i64::from(item.occurrences().max(1))).sum();
    let state = match served {
        _ if has_ended(need.state) => need.state,
        0 => NeedState::Open,
        served if served == asked => NeedState::Served,
        _ => NeedState::PartlyServed,
    };
    (need.state != state).then(|| format!("{} is {:?}, not {state:?}", need.id, need.state))
}

fn version(change: &Change) -> i64 {
    match change {
        Change::Category(category) => category.version.0,
        Change::Division(division) => division.version.0,
        Change::Organization(organization) => organization.version.0,
        Change::Resource(resource) => resource.version.0,
        Change::CapacityPool(pool) => pool.version.0,
        Change::Beneficiary(beneficiary) => beneficiary.version.0,
        Change::BeneficiaryErased { .. } => 0,
        Change::Household(household) => household.version.0,
        Change::Need(need) => need.version.0,
        Change::Referral(referral) => referral.version.0,
        Change::Round(round) => round.version.0,
        Change::Subscription(subscription) => subscription.version.0,
    }
}

/// Whether a pool renews.
pub(crate) fn renews(pool: &CapacityPool) -> bool {
    pool.kind == PoolKind::Slots
}
