//! What claims are held to: no organization has more of them under way, or gives up more in a day, than it may. Counted in the transaction that
//! adds to it, with the organizations locked, as automatic offers are.

use std::collections::BTreeSet;

use uuid::Uuid;
use wishwell_domain::ids::{OrganizationId, TenantId};
use wishwell_domain::ledger::{Books, Claims};
use wishwell_domain::limits::CLAIMS_GIVEN_UP_DAY_HOURS;

use crate::sql::session::{Failure, Session};
use crate::sql::statement::Value;

/// How long one that was given up counts, in microseconds.
const DAY: i64 = CLAIMS_GIVEN_UP_DAY_HOURS * 3_600 * 1_000_000;

/// A claim under way, as [`wishwell_domain::referral::Referral::is_live_claim`] says it.
const LIVE: &str = "state IN ('accepted', 'in_progress', 'disputed')";

/// Brings what these organizations have claimed. They are locked already.
pub(super) async fn bring(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    claiming: &BTreeSet<OrganizationId>,
) -> Result<(), Failure> {
    if claiming.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = claiming.iter().map(OrganizationId::as_uuid).collect();
    let mut statement = session.statement("SELECT organization_id, SUM(CASE WHEN ");
    statement
        .push(LIVE)
        .push(" THEN 1 ELSE 0 END), SUM(CASE WHEN ")
        .push(LIVE)
        .push(" THEN 0 ELSE 1 END), MIN(CASE WHEN ");
    statement.push(LIVE).push(" THEN NULL ELSE last_at END) FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids("organization_id", ids);
    // The states of both, for the index.
    statement.push(" AND state IN ('accepted', 'in_progress', 'disputed', 'cancelled', 'failed')");
    statement.push(" AND origin IN ('claim', 'pledge') AND (").push(LIVE);
    statement.push(" OR (state IN ('cancelled', 'failed') AND last_side = 'provider' AND last_at > ").push_now();
    statement.push(" - ").bind(Value::Int(Some(DAY))).push(")) GROUP BY organization_id");
    let counted = session
        .fetch_all(statement, |fields| {
            let organization = OrganizationId::from_uuid(fields.uuid()?);
            let (live, given_up) = (fields.int()?, fields.int()?);
            Ok((organization, Claims { live, given_up, given_up_first_at: fields.opt_time()? }))
        })
        .await?;
    for (organization, claims) in counted {
        books.bring_claims(organization, claims);
    }
    // Of who has claimed nothing there is nothing to be read, but what it claims now is counted.
    Ok(())
}
