//! Wishes: in which order they are listed, and who lacks the same as they do.

use jiff::Timestamp;
use uuid::Uuid;
use wishwell_domain::ids::{CategoryCode, NeedId, TenantId};
use wishwell_domain::limits::WISH_SHARING_LACKS_MAX;
use wishwell_domain::need::Need;
use wishwell_domain::publication::Lack;

use super::record::{self, Reading, Record as _};
use super::session::{Failure, Fields, Session};
use super::statement::Value;

/// The order of published needs, and an entry's place in it.
pub(super) const BY_LOT: (&str, fn(&Need) -> Option<Uuid>) = ("COALESCE(wish_lot, id)", lot_of);

fn lot_of(need: &Need) -> Option<Uuid> {
    need.wish.as_ref().and_then(|wish| wish.lot).or(Some(need.id.as_uuid()))
}

/// Published needs by lot, or by identifier where they have none.
pub(super) async fn by_lot(session: &mut Session, tenant: &TenantId, lots: Vec<Uuid>) -> Result<Vec<Need>, Failure> {
    let mut statement = record::select::<Need>(session, tenant, Reading::Whole);
    statement.push(" AND wish_title IS NOT NULL AND ").push_in_uuids(BY_LOT.0, lots);
    // Their lists are read in that order.
    statement.push(" ORDER BY id");
    let mut found = session.fetch_all(statement, Need::read).await?;
    record::attach(session, tenant, &mut found).await?;
    Ok(found)
}

/// Each household's lacks in each category and division, once. What is referred or served in full is lacked no more.
pub(super) async fn lacks(
    session: &mut Session,
    tenant: &TenantId,
    categories: &[CategoryCode],
    until: Timestamp,
    but: NeedId,
) -> Result<Vec<Lack>, Failure> {
    let mut statement = session.statement(
        "SELECT DISTINCT COALESCE(needs.household_id, person.household_id, needs.beneficiary_id, needs.id) AS who, \
         part.category_code, needs.division_code FROM need_items AS part \
         JOIN needs ON needs.tenant = part.tenant AND needs.id = part.need_id \
         LEFT JOIN beneficiaries AS person ON person.tenant = needs.tenant AND person.id = needs.beneficiary_id \
         WHERE part.tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_texts("part.category_code", super::texts(categories));
    statement.push(" AND needs.state IN ('open', 'partly_served') AND needs.division_code IS NOT NULL");
    statement.push(" AND part.referred + part.served < part.quantity * COALESCE(part.recurrence_occurrences, 1)");
    statement.push(" AND needs.created_at <= ").bind(Value::time(until));
    statement.push(" AND needs.id <> ").bind(Value::Uuid(Some(but.as_uuid())));
    statement.push(" ORDER BY 1, 2, 3 LIMIT ");
    statement.bind(Value::Int(Some(i64::try_from(WISH_SHARING_LACKS_MAX).unwrap_or(i64::MAX))));
    let read = |fields: &mut Fields<'_>| {
        Ok(Lack { who: fields.uuid()?, category: fields.parse()?, division: fields.parse()? })
    };
    session.fetch_all(statement, read).await
}
