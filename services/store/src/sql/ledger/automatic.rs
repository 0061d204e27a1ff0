//! What automatic offers are held to: nobody is asked twice for an item, and no organization more often than its contact budget
//! allows. Counted in the transaction that adds to it, with the organizations locked.

use std::collections::BTreeSet;

use uuid::Uuid;
use wishwell_domain::ids::{NeedId, OrganizationId, ReferralId, ResourceId, TenantId};
use wishwell_domain::ledger::{Books, Command, Offer};
use wishwell_domain::limits::AUTO_OFFERS_DAY_HOURS;
use wishwell_domain::referral::Origin;

use super::Asked;
use crate::sql::session::{Failure, Fields, Session};
use crate::sql::statement::Value;

/// How long an offer counts, in microseconds.
const DAY: i64 = AUTO_OFFERS_DAY_HOURS * 3_600 * 1_000_000;

/// Brings what automatic offers are held to. Their needs and organizations are locked already; `organization_of` knows whose a resource is.
pub(super) async fn bring(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    asked: &[&Asked],
    organization_of: impl Fn(ResourceId) -> Option<OrganizationId>,
) -> Result<(), Failure> {
    let offers: Vec<&Offer> = asked.iter().flat_map(|asked| &asked.commands).filter_map(automatic).collect();
    if offers.is_empty() {
        return Ok(());
    }
    let organizations = offers.iter().filter_map(|offer| organization_of(offer.resource));
    let organizations: BTreeSet<Uuid> = organizations.map(|organization| organization.as_uuid()).collect();
    let organizations: Vec<Uuid> = organizations.into_iter().collect();
    let mut statement =
        session.statement("SELECT organization_id, COUNT(*), MIN(created_at) FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND origin = 'automatic' AND ");
    statement.push_in_uuids("organization_id", organizations).push(" AND created_at > ").push_now().push(" - ");
    statement.bind(Value::Int(Some(DAY))).push(" GROUP BY organization_id");
    let contacts = |fields: &mut Fields<'_>| Ok((fields.uuid()?, fields.int()?, fields.time()?));
    for (organization, offers, first_at) in session.fetch_all(statement, contacts).await? {
        books.bring_contacts(OrganizationId::from_uuid(organization), offers, first_at);
    }
    let needs: BTreeSet<Uuid> = offers.iter().map(|offer| offer.need.as_uuid()).collect();
    let mut statement = session.statement("SELECT need_id, item_ordinal, resource_id FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_uuids("need_id", needs.into_iter().collect());
    let before = |fields: &mut Fields<'_>| Ok((fields.uuid()?, fields.number()?, fields.uuid()?));
    for (need, item_ordinal, resource) in session.fetch_all(statement, before).await? {
        books.bring_asked(NeedId::from_uuid(need), item_ordinal, ResourceId::from_uuid(resource));
    }
    Ok(())
}

/// Brings which offers come after which in the chains that are gone on with. Their needs are locked already, so that nobody else goes on with
/// them meanwhile.
pub(super) async fn bring_chains(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    asked: &[&Asked],
) -> Result<(), Failure> {
    let following = asked.iter().flat_map(|asked| &asked.commands).filter_map(|command| match command {
        Command::Offer(offer) if offer.previous.is_some() => Some(offer.need.as_uuid()),
        _ => None,
    });
    let needs: BTreeSet<Uuid> = following.collect();
    if needs.is_empty() {
        return Ok(());
    }
    let mut statement = session.statement("SELECT previous_id, id, attempt FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND previous_id IS NOT NULL AND ");
    statement.push_in_uuids("need_id", needs.into_iter().collect());
    let follower = |fields: &mut Fields<'_>| Ok((fields.uuid()?, fields.uuid()?, fields.number()?));
    for (previous, id, attempt) in session.fetch_all(statement, follower).await? {
        books.bring_follower(ReferralId::from_uuid(previous), ReferralId::from_uuid(id), attempt);
    }
    Ok(())
}

fn automatic(command: &Command) -> Option<&Offer> {
    match command {
        Command::Offer(offer) if offer.origin == Origin::Automatic => Some(offer),
        _ => None,
    }
}
