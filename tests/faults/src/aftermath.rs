//! What is in a store when all is over.

use std::collections::{BTreeMap, BTreeSet};

use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId, RoundId, TenantId};
use wishwell_domain::limits::{LOG_PAGE_EVENTS_MAX, PAGE_SIZE_MAX};
use wishwell_store::Store;

use crate::history::{Fact, Logged, OutcomeKept};

/// The tenant of every caller.
///
/// # Panics
/// Never.
#[must_use]
pub fn tenant() -> TenantId {
    TenantId::parse("tenant", "main").expect("it is a tenant's name")
}

/// The log after a position.
///
/// # Panics
/// When the store does not answer.
pub async fn log_after(store: &dyn Store, start: i64) -> Vec<Logged> {
    let (tenant, mut log): (_, Vec<Logged>) = (tenant(), Vec::new());
    loop {
        let after = LogPosition(log.last().map_or(start, |event| event.position));
        let page = store.events(&tenant, after, LOG_PAGE_EVENTS_MAX).await.expect("the store answers");
        if page.is_empty() {
            return log;
        }
        log.extend(page.iter().map(Logged::from));
    }
}

/// The rounds of a log whose results are kept, and what is kept of their items.
///
/// # Panics
/// When the store does not answer.
pub async fn results(store: &dyn Store, log: &[Logged]) -> (BTreeSet<String>, Vec<OutcomeKept>) {
    let (mut kept, mut outcomes) = (BTreeSet::new(), Vec::new());
    let rounds =
        log.iter().filter_map(|event| if let Fact::Round(round) = &event.fact { Some(&round.name) } else { None });
    for name in rounds.collect::<BTreeSet<_>>() {
        let id = RoundId::parse_name("round", name).expect("a round's name");
        if store.round_report(&tenant(), id).await.expect("the store answers").is_none() {
            continue;
        }
        kept.insert(name.clone());
        let mut after = 0;
        loop {
            let page = store.round_outcomes(&tenant(), id, &[], after, PAGE_SIZE_MAX).await.expect("the store answers");
            let Some(last) = page.last() else { break };
            after = last.ordinal;
            outcomes
                .extend(page.iter().map(|outcome| OutcomeKept { round: name.clone(), ..OutcomeKept::from(outcome) }));
        }
    }
    (kept, outcomes)
}

/// Needs and rounds that the store keeps otherwise than its log tells them last.
///
/// # Panics
/// When the store does not answer.
pub async fn unlike_the_log(store: &dyn Store, log: &[Logged]) -> Vec<String> {
    let last: BTreeMap<&str, &Fact> = log.iter().map(|event| (event.subject.as_str(), &event.fact)).collect();
    let mut found = Vec::new();
    for (name, logged) in last {
        let kept = match logged {
            Fact::Need(_) => {
                let id = NeedId::parse_name("need", name).expect("a need's name");
                let kept = store.need(&tenant(), id).await.expect("the store answers");
                kept.map(|need| Fact::from(&Change::Need(Box::new(need))))
            }
            Fact::Round(_) => {
                let id = RoundId::parse_name("round", name).expect("a round's name");
                let kept = store.round(&tenant(), id).await.expect("the store answers");
                kept.map(|round| Fact::from(&Change::Round(Box::new(round))))
            }
            _ => continue,
        };
        if kept.as_ref() != Some(logged) {
            found.push(format!("the store keeps {kept:?}, and its log says {logged:?}"));
        }
    }
    found
}

/// What the ledger's own verification finds; an empty ledger is a finding too.
///
/// # Panics
/// When the store does not answer.
pub async fn discrepancies(store: &dyn Store) -> Vec<String> {
    let verified = store.verify(&tenant()).await.expect("the store answers");
    let mut found: Vec<String> = verified.discrepancies.iter().map(|found| format!("{found:?}")).collect();
    if verified.referrals == 0 || verified.movements == 0 {
        found.push("the ledger is empty: nothing was verified".to_owned());
    }
    found
}
