//! Referrals in the order of their turns. What a filter leaves is put in order for each page: an index in that order would be written anew with
//! every step of every referral, and lists of what waits for somebody are as long as what waits.

use std::collections::HashMap;

use wishwell_domain::ids::{ReferralId, TenantId};
use wishwell_domain::limits::PAGE_SIZE_MAX;
use wishwell_domain::referral::Referral;

use super::record::{self, Key, Reading};
use super::session::{Failure, Session};
use super::statement::Value;
use crate::contract::{Page, PageRequest};
use crate::ledger::{ReferralFilter, Turn};

/// A place in the order, as [`Turn`] has it.
const PLACE: &str = "CAST(CASE urgency WHEN 'emergency' THEN 1 WHEN 'urgent' THEN 2 WHEN 'normal' THEN 3 ELSE 4 END AS BIGINT), \
     CASE WHEN state = 'offered' THEN expires_at WHEN state IN ('accepted', 'in_progress') THEN due_at ELSE last_at END, id";

/// A page of them.
pub(super) async fn list(
    session: &mut Session,
    tenant: &TenantId,
    filter: &ReferralFilter,
    page: &PageRequest<Turn>,
) -> Result<Page<Referral, Turn>, Failure> {
    let limit = page.limit.clamp(1, PAGE_SIZE_MAX);
    // Whole rows are read of those alone that are on the page.
    let mut statement = session.statement("SELECT ");
    statement.push(PLACE).push(" FROM referrals WHERE tenant = ").bind(Value::text(tenant.as_str()));
    filter.push(&mut statement, tenant)?;
    if let Some(after) = page.after {
        statement.push(" AND (").push(PLACE).push(") > (").bind(Value::Int(Some(after.tier.into())));
        statement.push(", ").bind(Value::time(after.since));
        statement.push(", ").bind(Value::Uuid(Some(after.id.as_uuid()))).push(")");
    }
    // One more than asked for tells whether there is a next page.
    statement.push(" ORDER BY 1, 2, 3 LIMIT ").bind(Value::Int(i64::try_from(limit + 1).ok()));
    let mut turns = session
        .fetch_all(statement, |fields| {
            Ok(Turn { tier: fields.number()?, since: fields.time()?, id: ReferralId::from_uuid(fields.uuid()?) })
        })
        .await?;
    let more = turns.len() > limit;
    turns.truncate(limit);
    let keys = turns.iter().map(|turn| Key::Id(turn.id.as_uuid())).collect();
    let found: Vec<Referral> = record::find(session, tenant, keys, Reading::Whole).await?;
    let mut found: HashMap<ReferralId, Referral> = found.into_iter().map(|referral| (referral.id, referral)).collect();
    let entries = turns.iter().filter_map(|turn| found.remove(&turn.id)).collect();
    Ok(Page { entries, next_after: turns.last().filter(|_| more).copied() })
}
