//! What is in a store when all is over.

use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::Store;

use crate::history::Logged;

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
