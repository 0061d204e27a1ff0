//! Wishes of those who took the consent to them back: none comes after that, and none stays. Whoever puts a wish keeps its beneficiary as
//! it is, and whoever takes the consent back changes her: of two at once the second sees what the first did.

use std::collections::HashSet;

use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::ids::{BeneficiaryId, TenantId};
use wishwell_domain::need::Need;

use super::record::{self, Key, Reading};
use super::session::{Failure, Session};
use super::statement::Value;
use crate::error::StoreError;

/// Refuses wishes that are withheld by now. Their beneficiaries must be locked already ([`super::erase::refuse_needs_of_erased`]).
pub(super) async fn refuse_withheld_wishes<'n>(
    session: &mut Session,
    tenant: &TenantId,
    put: impl Iterator<Item = &'n Need>,
) -> Result<(), Failure> {
    let wishes = put.filter(|need| need.wish.is_some());
    let of: HashSet<BeneficiaryId> = wishes.filter_map(|need| need.beneficiary).collect();
    let keys = of.into_iter().map(|id| Key::Id(id.as_uuid())).collect();
    let found = record::find::<Beneficiary>(session, tenant, keys, Reading::Whole).await?;
    if found.iter().any(Beneficiary::withholds_wishes) { Err(StoreError::Outdated.into()) } else { Ok(()) }
}

/// Refuses to withhold wishes from now on while some are there still. Who withheld them `before` is not asked again: what was left over
/// from other times is in nobody's way.
pub(super) async fn refuse_withholding_amid_wishes<'b>(
    session: &mut Session,
    tenant: &TenantId,
    before: &[Beneficiary],
    put: impl Iterator<Item = &'b Beneficiary>,
) -> Result<(), Failure> {
    let let_publish: HashSet<BeneficiaryId> =
        before.iter().filter(|known| !known.withholds_wishes()).map(|known| known.id).collect();
    let withholding = put.filter(|put| put.withholds_wishes() && let_publish.contains(&put.id));
    let withholding: Vec<_> = withholding.map(|put| put.id.as_uuid()).collect();
    if withholding.is_empty() {
        return Ok(());
    }
    let mut statement = session.statement("SELECT 1 FROM needs WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids("beneficiary_id", withholding);
    statement.push(" AND wish_title IS NOT NULL LIMIT 1");
    if session.fetch(statement, |_| Ok(())).await? == 0 { Ok(()) } else { Err(StoreError::Outdated.into()) }
}
