//! Capacity and items: never more taken than there is, never more referred than asked, whenever anybody looked.

use std::collections::{BTreeSet, HashMap};

use super::Violation;
use crate::history::{Evidence, Fact, FiguresSeen, Logged, NeedSeen, Outcome, PoolSeen, ReferralLogged, Seen};

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    for attempt in &evidence.attempts {
        if let Outcome::Done(answer) = &attempt.outcome {
            match &answer.seen {
                Seen::Pool(pool) => figures(pool, &mut found),
                Seen::Need(need) => items(need, answer.position, &mut found),
                Seen::Referral(_) | Seen::Round(_) | Seen::Nothing => {}
            }
        }
    }
    let mut sums = Sums::default();
    // The events of one transaction have one instant; between them the picture is not whole.
    for transaction in evidence.log.chunk_by(|one, next| one.at == next.at) {
        sums.transaction(transaction, &mut found);
    }
    found
}

fn figures(pool: &PoolSeen, found: &mut Vec<Violation>) {
    for seen in &pool.figures {
        let FiguresSeen { total, used_elsewhere, pending, committed, consumed, .. } = *seen;
        if [total.unwrap_or(0), used_elsewhere, pending, committed, consumed].iter().any(|figure| *figure < 0) {
            found.push(Violation::Negative { name: pool.name.clone(), figures: format!("{seen:?}") });
        }
        if total.is_some_and(|total| used_elsewhere + pending + committed + consumed > total) {
            found.push(Violation::Overcommitted { pool: pool.name.clone(), figures: seen.clone() });
        }
    }
}

fn items(need: &NeedSeen, position: i64, found: &mut Vec<Violation>) {
    for (number, item) in (1..).zip(&need.items) {
        let name = item_name(&need.name, number);
        if item.referred < 0 || item.served < 0 {
            found.push(Violation::Negative { name: name.clone(), figures: format!("{item:?}") });
        }
        let counted = item.referred + item.served;
        if counted > item.asked {
            found.push(Violation::BeyondAsked { item: name, asked: item.asked, counted, position });
        }
    }
}

fn item_name(need: &str, item: u16) -> String {
    format!("{need} item {item}")
}

/// What the referrals of each item add up to, followed through the log.
#[derive(Default)]
struct Sums<'l> {
    counted: HashMap<(&'l str, u16), i64>,
    of_referral: HashMap<&'l str, i64>,
    written: HashMap<&'l str, &'l NeedSeen>,
}

impl<'l> Sums<'l> {
    fn transaction(&mut self, events: &'l [Logged], found: &mut Vec<Violation>) {
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for event in events {
            match &event.fact {
                Fact::Referral(referral) => {
                    self.count(referral);
                    touched.insert(&referral.need);
                }
                Fact::Need(need) => {
                    items(need, event.position, found);
                    self.written.insert(&need.name, need);
                    touched.insert(&need.name);
                }
                Fact::Pool(pool) => figures(pool, found),
                Fact::Round(_) | Fact::Other => {}
            }
        }
        let position = events.last().map_or(0, |event| event.position);
        for need in touched.into_iter().filter_map(|name| self.written.get(name)) {
            for (number, item) in (1..).zip(&need.items) {
                let counted = self.counted.get(&(need.name.as_str(), number)).copied().unwrap_or(0);
                let (name, written) = (item_name(&need.name, number), item.referred + item.served);
                if counted > item.asked {
                    let (item, asked) = (name.clone(), item.asked);
                    found.push(Violation::BeyondAsked { item, asked, counted, position });
                }
                if counted != written {
                    found.push(Violation::ItemMiscounted { item: name, written, summed: counted, position });
                }
            }
        }
    }

    fn count(&mut self, referral: &'l ReferralLogged) {
        let counts = matches!(
            referral.seen.state.as_str(),
            "offered" | "accepted" | "in_progress" | "delivered" | "confirmed" | "disputed"
        );
        let now = if counts { referral.seen.units } else { referral.seen.arrived };
        let before = self.of_referral.insert(&referral.seen.name, now).unwrap_or(0);
        *self.counted.entry((&referral.need, referral.item)).or_default() += now - before;
    }
}
