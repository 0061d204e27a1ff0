//! `wishwell verify`: does everything add up?

use super::{open, refused};
use crate::cli::AuditArgs;
use crate::config::{Variables, language};
use crate::exit::{Exit, Failure, say};
use crate::progress::Progress;

/// Adds up the ledgers of all tenants.
pub(crate) async fn run(arguments: &AuditArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let audited = open(arguments, variables).await?;
    let tenants = audited.store.tenants().await.map_err(|error| refused(&audited, &error))?;
    let mut page = String::new();
    let mut wrong = 0;
    for tenant in &tenants {
        let what = format!("{} {tenant}", lang.pick("verifying", "核对"));
        let found =
            Progress::beside(&what, audited.store.verify(tenant)).await.map_err(|error| refused(&audited, &error))?;
        page += &format!(
            "{tenant}: {} pools, {} referrals, {} movements: {}\n",
            found.pools,
            found.referrals,
            found.movements,
            if found.discrepancies.is_empty() { "everything adds up" } else { "NOT everything adds up" }
        );
        for discrepancy in &found.discrepancies {
            let (name, figure, of) = (&discrepancy.name, discrepancy.figure, discrepancy.of);
            page += &format!(
                "  {name}: {figure} is {}, the sum of its {of} is {}\n",
                discrepancy.stored, discrepancy.summed
            );
        }
        wrong += found.discrepancies.len();
    }
    audited.store.close().await;
    if wrong == 0 {
        return Ok(page);
    }
    say(&page);
    let what = format!("{wrong} figures are not the sums they should be");
    let remedy = "keep a copy of the store as it is, and report this: the ledger is meant to make it impossible";
    Err(Failure::one(Exit::Failed, "the ledger does not add up", what, remedy))
}
