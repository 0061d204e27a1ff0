//! Brings who keeps what is to be promised: the organizations of referrals that are accepted, and how their resources reach people. Read without
//! locks: the log tells, before anything is written, whether somebody was suspended or lost a vetting meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{Books, Provider};
use wishwell_domain::organization::Organization;
use wishwell_domain::referral::Referral;

use super::load::find;
use crate::sql::record::{self, Key, Reading};
use crate::sql::session::{Failure, Session};

/// Brings who keeps each of these referrals. Answers the full resource names of what was read.
pub(super) async fn bring(
    session: &mut Session,
    tenant: &TenantId,
    books: &mut Books,
    accepted: &[Referral],
) -> Result<Vec<String>, Failure> {
    if accepted.is_empty() {
        return Ok(Vec::new());
    }
    let organizations: BTreeSet<Uuid> = accepted.iter().map(|referral| referral.organization.as_uuid()).collect();
    let organizations = find::<Organization>(session, tenant, &organizations, Reading::Whole).await?;
    let keys: BTreeSet<Uuid> = accepted.iter().map(|referral| referral.resource.as_uuid()).collect();
    let mut statement = session.statement("SELECT id, modes, latitude_e7, longitude_e7");
    record::push_from_keys(&mut statement, tenant, "resources", "id", keys.into_iter().map(Key::Id).collect());
    let reaching = session
        .fetch_all(statement, |fields| Ok((fields.uuid()?, (fields.json()?, record::read_point(fields)?))))
        .await?;
    let reaching: BTreeMap<Uuid, _> = reaching.into_iter().collect();
    let mut read = Vec::with_capacity(2 * accepted.len());
    for referral in accepted {
        let organization = organizations.iter().find(|organization| organization.id == referral.organization);
        let reached = reaching.get(&referral.resource.as_uuid());
        if let (Some(organization), Some((modes, place))) = (organization, reached) {
            let modes: &Vec<_> = modes;
            books.bring_provider(referral.id, Provider::reaching(organization.clone(), modes.clone(), *place));
        }
        read.extend([referral.organization.name(), referral.resource.name()]);
    }
    Ok(read)
}
