//! `wishwell rebuild`: do the tables follow from the log? They are made again from it, in a new store, and compared.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use wishwell_domain::ids::{LogPosition, ReferralId, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::{Durability, SqliteStore, Store, StoreError};

use super::{Audited, open, refused};
use crate::cli::AuditArgs;
use crate::config::{Variables, language};
use crate::exit::{Exit, Failure, say};
use crate::lang::Lang;
use crate::progress::Progress;

/// Most differences that are shown.
const DIFFERENCES_SHOWN_MAX: usize = 50;

/// Makes all tables again, in a file that is gone afterwards, and compares.
pub(crate) async fn run(arguments: &AuditArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let audited = open(arguments, variables).await?;
    let scratch = tempfile::tempdir().map_err(|error| {
        Failure::one(Exit::Storage, "there is no room for a second store", error.to_string(), "set TMPDIR")
    })?;
    let path = scratch.path().join("rebuilt.db");
    let rebuilt = SqliteStore::open(&path, Durability::Relaxed).await.map_err(|error| refused(&audited, &error))?;
    let mut page = String::new();
    let mut wrong = 0;
    for tenant in audited.store.tenants().await.map_err(|error| refused(&audited, &error))? {
        let (events, differences) =
            compare(&audited, rebuilt.as_ref(), &tenant, lang).await.map_err(|error| refused(&audited, &error))?;
        let verdict = if differences.is_empty() { "the same tables" } else { "OTHER tables" };
        page += &format!("{tenant}: {events} events make {verdict}\n");
        for difference in differences.iter().take(DIFFERENCES_SHOWN_MAX) {
            page += &format!("  {difference}\n");
        }
        wrong += differences.len();
    }
    rebuilt.close().await;
    audited.store.close().await;
    if wrong == 0 {
        return Ok(page);
    }
    say(&page);
    let what = format!("{wrong} entities or movements are not as the log says");
    let remedy = "stop writing while this runs; if it stays so, keep a copy of the store and report this";
    Err(Failure::one(Exit::Failed, "the tables do not follow from the log", what, remedy))
}

/// Answers the number of events and the names of what differs.
async fn compare(
    audited: &Audited,
    rebuilt: &dyn Store,
    tenant: &TenantId,
    lang: Lang,
) -> Result<(i64, Vec<String>), StoreError> {
    let end = audited.store.position(tenant).await?;
    let progress = Progress::new();
    progress.begin(&format!("{} {tenant}", lang.pick("rebuilding", "重建")), u64::try_from(end.0).unwrap_or_default());
    let mut position = LogPosition(0);
    while position < end {
        let events = audited.store.events(tenant, position, LOG_PAGE_EVENTS_MAX).await?;
        if events.is_empty() {
            break;
        }
        position = rebuilt.restore(tenant, &events).await?;
        progress.at(u64::try_from(position.0).unwrap_or_default());
    }
    progress.begin(&format!("{} {tenant}", lang.pick("comparing", "比对")), 0);
    let (stored, made) = (audited.store.everything(tenant).await?, rebuilt.everything(tenant).await?);
    let mut differences = differing(&stored, &made, String::clone);
    let (stored, made) = (audited.store.movements(tenant).await?, rebuilt.movements(tenant).await?);
    let of_referral = |id: &ReferralId| format!("what {} moved", id.name());
    differences.extend(differing(&stored, &made, of_referral));
    // The sums of what was made again are those of the ledger that was logged.
    for discrepancy in rebuilt.verify(tenant).await?.discrepancies {
        differences.push(format!("{}: {} does not add up", discrepancy.name, discrepancy.figure));
    }
    progress.end();
    Ok((position.0, differences))
}

/// What is not the same in the tables and in those that were made again, by name.
fn differing<K: Ord + Hash, V: PartialEq>(
    stored: &HashMap<K, V>,
    made: &HashMap<K, V>,
    name: impl Fn(&K) -> String,
) -> Vec<String> {
    let keys: BTreeSet<&K> = stored.keys().chain(made.keys()).collect();
    let differing = keys.into_iter().filter_map(|key| match (stored.get(key), made.get(key)) {
        (Some(stored), Some(made)) if stored == made => None,
        (Some(_), Some(_)) => Some(format!("{} differs", name(key))),
        (Some(_), None) => Some(format!("{} is in the tables only", name(key))),
        (None, _) => Some(format!("{} is in the log only", name(key))),
    });
    differing.collect()
}
