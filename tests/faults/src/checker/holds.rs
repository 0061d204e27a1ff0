//! What offers hold, and until when: what referrals hold of each pool adds up after every transaction, so that nothing is given back twice or
//! never, and an offer whose time is over is over, by the database's clock and for everybody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wishwell_domain::referral::hold::Amounts;

use super::Violation;
use crate::history::{Evidence, Fact, FiguresSeen, Logged, PoolSeen, ReferralLogged};

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut sums = Sums::default();
    // The events of one transaction have one instant; between them the picture is not whole.
    for transaction in evidence.log.chunk_by(|one, next| one.at == next.at) {
        sums.transaction(transaction, &mut found);
    }
    lapses(evidence, &mut found);
    settlements(evidence, &mut found);
    found
}

/// A pool and, for slots, one of its periods.
type Place<'l> = (&'l str, &'l str);

/// What the referrals hold of each pool, followed through the log.
#[derive(Default)]
struct Sums<'l> {
    held: HashMap<Place<'l>, Amounts>,
    of_referral: HashMap<&'l str, BTreeMap<Place<'l>, Amounts>>,
    written: HashMap<&'l str, &'l PoolSeen>,
}

impl<'l> Sums<'l> {
    fn transaction(&mut self, events: &'l [Logged], found: &mut Vec<Violation>) {
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for event in events {
            match &event.fact {
                Fact::Referral(referral) => {
                    touched.extend(referral.lines.iter().map(|line| line.pool.as_str()));
                    self.count(referral);
                }
                Fact::Pool(pool) => {
                    self.written.insert(&pool.name, pool);
                    touched.insert(&pool.name);
                }
                Fact::Need(_) | Fact::Round(_) | Fact::Other => {}
            }
        }
        let position = events.last().map_or(0, |event| event.position);
        for pool in touched.into_iter().filter_map(|name| self.written.get(name)) {
            for written in &pool.figures {
                let summed = self.held.get(&(pool.name.as_str(), written.period.as_str())).copied().unwrap_or_default();
                if summed != amounts(written) {
                    let (pool, written) = (pool.name.clone(), written.clone());
                    found.push(Violation::PoolMiscounted { pool, written, summed, position });
                }
            }
        }
    }

    fn count(&mut self, referral: &'l ReferralLogged) {
        let mut now: BTreeMap<Place<'_>, Amounts> = BTreeMap::new();
        for line in &referral.lines {
            let sum = now.entry((&line.pool, &line.period)).or_default();
            *sum = sum.plus(line.amounts);
        }
        for (place, amounts) in &now {
            let sum = self.held.entry(*place).or_default();
            *sum = sum.plus(*amounts);
        }
        for (place, amounts) in self.of_referral.insert(&referral.seen.name, now).unwrap_or_default() {
            let sum = self.held.entry(place).or_default();
            *sum = sum.minus(amounts);
        }
    }
}

const fn amounts(figures: &FiguresSeen) -> Amounts {
    let FiguresSeen { pending, committed, consumed, .. } = *figures;
    Amounts { pending, committed, consumed }
}

/// Offers and their time: each lapses once, not before it is over, holds nothing then, and is taken by nobody any more.
fn lapses(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut known: HashMap<&str, &ReferralLogged> = HashMap::new();
    for event in &evidence.log {
        let Fact::Referral(now) = &event.fact else { continue };
        let before = known.insert(&now.seen.name, now);
        let state = |referral: &ReferralLogged| referral.seen.state.clone();
        let (from, to) = (before.map(state).unwrap_or_default(), state(now));
        let (referral, position) = (now.seen.name.clone(), event.position);
        let holds = now.lines.iter().any(|line| line.amounts.pending != 0 || line.amounts.committed != 0);
        match (from.as_str(), to.as_str()) {
            ("offered", "accepted") if event.at >= now.expires_at => {
                found.push(Violation::AcceptedLate { referral, position });
            }
            ("expired", "expired") if before.is_some_and(|before| before.stepped_at != now.stepped_at) => {
                found.push(Violation::LapsedTwice { referral, position });
            }
            (_, "expired") if event.at < now.expires_at => found.push(Violation::LapsedEarly { referral, position }),
            (_, "expired" | "declined" | "withdrawn") if holds => {
                found.push(Violation::HeldAfterItsEnd { referral, position });
            }
            _ => {}
        }
    }
    for referral in known.values().filter(|referral| referral.seen.state == "offered") {
        if referral.expires_at <= evidence.let_go_by {
            found.push(Violation::NeverLapsed { referral: referral.seen.name.clone() });
        }
    }
}

/// What was used up comes back where it is settled that it was not delivered, so much as was said to be there still, and by no other step.
fn settlements(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut known: HashMap<&str, &ReferralLogged> = HashMap::new();
    for event in &evidence.log {
        let Fact::Referral(now) = &event.fact else { continue };
        let Some(before) = known.insert(&now.seen.name, now) else { continue };
        let settled = (before.seen.state.as_str(), now.seen.state.as_str()) == ("disputed", "failed");
        let (units, returned) = (now.seen.units, now.seen.returned);
        let (used_before, used_now) = (used_up(before), used_up(now));
        let right = if settled {
            let kept = units - returned;
            (now.seen.arrived..=units).contains(&kept)
                && used_before.iter().all(|(pool, used)| used_now.get(pool).unwrap_or(&0) * units == used * kept)
        } else {
            returned == before.seen.returned
                && used_before.iter().all(|(pool, used)| used_now.get(pool).unwrap_or(&0) >= used)
        };
        if !right {
            let (referral, position) = (now.seen.name.clone(), event.position);
            found.push(Violation::GivenBackOtherwise { referral, position });
        }
    }
}

/// What a referral has used up of each pool.
fn used_up(referral: &ReferralLogged) -> BTreeMap<&str, i64> {
    let mut used = BTreeMap::new();
    for line in &referral.lines {
        *used.entry(line.pool.as_str()).or_default() += line.amounts.consumed;
    }
    used
}
