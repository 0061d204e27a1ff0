//! Wishes of those who took the consent to them back: none comes after that, and none stays. Whoever puts a wish keeps its beneficiary as
//! it is, and whoever takes the consent back changes her: of two at once the second sees what the first did. For what a household lacks
//! that is each of its members, and nobody joins it meanwhile.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use wishwell_domain::beneficiary::Beneficiary;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, TenantId};
use wishwell_domain::need::Need;

use super::record::{self, Key, Reading};
use super::session::{Failure, Session};
use super::statement::{Dialect, Value};
use super::write::{Writing, entities};
use crate::error::StoreError;

/// The households of which wishes are among these needs that name nobody else.
pub(super) fn wishing_households<'n>(needs: impl Iterator<Item = &'n Need>) -> HashSet<HouseholdId> {
    needs.filter(|need| need.wish.is_some()).filter_map(Need::household_alone).collect()
}

/// Keeps the members of households as they are, of which wishes are put that name nobody else.
pub(super) async fn keep_members(writing: &mut Writing<'_>, step: Range<usize>) -> Result<(), Failure> {
    let of = wishing_households(entities::<Need>(writing.mutations, step).into_iter().map(|(_, need, _)| need));
    let (session, tenant) = (&mut writing.session, &writing.context.tenant);
    if of.is_empty() || session.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let ids: Vec<_> = of.iter().map(HouseholdId::as_uuid).collect();
    // Whoever joins refers to it, and waits.
    let mut statement = session.statement("SELECT id FROM households WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids("id", ids.clone());
    statement.push(" ORDER BY id FOR UPDATE");
    session.fetch(statement, |_| Ok(())).await?;
    let mut statement = session.statement("SELECT id FROM beneficiaries WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids("household_id", ids);
    statement.push(" ORDER BY id").push_for_share();
    session.fetch(statement, |_| Ok(())).await.map(drop)
}

/// Who the members of households are.
pub(super) async fn member_ids(
    session: &mut Session,
    tenant: &TenantId,
    households: HashSet<HouseholdId>,
) -> Result<Vec<BeneficiaryId>, Failure> {
    if households.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = session.statement("SELECT id FROM beneficiaries WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_uuids("household_id", households.iter().map(HouseholdId::as_uuid).collect());
    session.fetch_all(statement, |fields| fields.uuid().map(BeneficiaryId::from_uuid)).await
}

/// The members of households.
async fn members(
    session: &mut Session,
    tenant: &TenantId,
    households: HashSet<HouseholdId>,
) -> Result<Vec<Beneficiary>, Failure> {
    let ids = member_ids(session, tenant, households).await?;
    let keys = ids.into_iter().map(|id| Key::Id(id.as_uuid())).collect();
    record::find::<Beneficiary>(session, tenant, keys, Reading::Whole).await
}

/// Refuses wishes that are withheld by now. Their beneficiaries must be locked already ([`super::erase::refuse_needs_of_erased`]), and the
/// members of their households ([`keep_members`]).
pub(super) async fn refuse_withheld_wishes<'n>(
    session: &mut Session,
    tenant: &TenantId,
    put: impl Iterator<Item = &'n Need>,
) -> Result<(), Failure> {
    let wishes: Vec<&Need> = put.filter(|need| need.wish.is_some()).collect();
    let of_all = wishes.iter().filter_map(|need| need.household_alone()).collect();
    if members(session, tenant, of_all).await?.iter().any(Beneficiary::withholds_wishes_of_household) {
        return Err(StoreError::Outdated.into());
    }
    let of: HashSet<BeneficiaryId> = wishes.iter().filter_map(|need| need.beneficiary).collect();
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
    let before: HashMap<BeneficiaryId, &Beneficiary> = before.iter().map(|known| (known.id, known)).collect();
    let (mut own, mut of_households) = (Vec::new(), Vec::new());
    for put in put.filter(|put| put.withholds_wishes()) {
        let known = before.get(&put.id).filter(|known| known.withholds_wishes());
        if known.is_none() && before.contains_key(&put.id) {
            own.push(put.id.as_uuid());
        }
        // One that withholds wishes and joins a household withholds those of the household from then on.
        let joined = put.household.filter(|household| known.and_then(|known| known.household) != Some(*household));
        of_households.extend(joined.map(|household| household.as_uuid()));
    }
    for (column, ids, alone) in
        [("beneficiary_id", own, ""), ("household_id", of_households, " AND beneficiary_id IS NULL")]
    {
        if ids.is_empty() {
            continue;
        }
        let mut statement = session.statement("SELECT 1 FROM needs WHERE tenant = ");
        statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids(column, ids).push(alone);
        statement.push(" AND wish_title IS NOT NULL LIMIT 1");
        if session.fetch(statement, |_| Ok(())).await? > 0 {
            return Err(StoreError::Outdated.into());
        }
    }
    Ok(())
}
