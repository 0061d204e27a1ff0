//! Who belongs to a household is kept at the beneficiaries and shown as the household's. So whoever joins or leaves one changes it too: a
//! version stands for one list of members, and a list that was read before cannot be written over one that has changed since.

use std::collections::{HashMap, HashSet};

use wishwell_domain::beneficiary::{Beneficiary, Household};
use wishwell_domain::event::Change;
use wishwell_domain::ids::{BeneficiaryId, HouseholdId, TenantId};

use super::record::{self, Key, Reading, Record as _};
use super::session::{Failure, Session};
use super::statement::Value;
use super::write::Writing;
use crate::contract::{Effect, Outcome};

/// The households that somebody joined or left whom a write has put.
pub(super) fn moved<'b>(before: &[Beneficiary], put: impl Iterator<Item = &'b Beneficiary>) -> HashSet<HouseholdId> {
    let before: HashMap<BeneficiaryId, Option<HouseholdId>> =
        before.iter().map(|known| (known.id, known.household)).collect();
    put.flat_map(|put| left_and_joined(before.get(&put.id).copied().flatten(), put.household)).collect()
}

/// Both, unless nobody moves.
fn left_and_joined<T: PartialEq>(left: Option<T>, joined: Option<T>) -> impl Iterator<Item = T> {
    let moves = left != joined;
    [left, joined].into_iter().flatten().filter(move |_| moves)
}

/// The households that beneficiaries would join or leave by a put as they are stored now: to lock them before the beneficiaries, as
/// whoever writes a household with its members does.
pub(super) async fn to_be_moved(
    session: &mut Session,
    tenant: &TenantId,
    put: &[&Beneficiary],
) -> Result<Vec<Key>, Failure> {
    if put.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = session.statement("SELECT id, household_id FROM beneficiaries WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND ");
    statement.push_in_uuids("id", put.iter().map(|put| put.id.as_uuid()).collect());
    let stored = session.fetch_all(statement, |fields| Ok((fields.uuid()?, fields.opt_uuid()?))).await?;
    let stored: HashMap<_, _> = stored.into_iter().collect();
    let left = |put: &Beneficiary| stored.get(&put.id.as_uuid()).copied().flatten();
    let moved =
        put.iter().flat_map(|put| left_and_joined(left(put), put.household.map(|household| household.as_uuid())));
    Ok(moved.map(Key::Id).collect())
}

/// Gives the households that somebody joined or left a version for it, but those that the write has changed itself.
pub(super) async fn follow_members(writing: &mut Writing<'_>) -> Result<(), Failure> {
    let changed = writing.outcomes.iter().flatten().filter(|outcome| outcome.effect != Effect::Unchanged);
    for household in changed.filter_map(|outcome| Household::from_change(outcome.after.as_ref()?)) {
        writing.moved.remove(&household.id);
    }
    if writing.moved.is_empty() {
        return Ok(());
    }
    let keys: Vec<Key> = writing.moved.iter().map(|household| Key::Id(household.as_uuid())).collect();
    let (session, tenant) = (&mut writing.session, &writing.context.tenant);
    let known = record::find::<Household>(session, tenant, keys.clone(), Reading::ForUpdate).await?;
    let now = writing.now;
    let next = |known: &Household| {
        let mut next = known.clone();
        next.succeed(known, now);
        next
    };
    let households: Vec<Household> = known.iter().map(next).collect();
    record::write(session, tenant, &households.iter().collect::<Vec<_>>(), &keys).await?;
    for household in households {
        let is_it = |outcome: &&mut Outcome| {
            outcome.after.as_ref().and_then(Household::from_change).is_some_and(|put| put.id == household.id)
        };
        match writing.outcomes.iter_mut().flatten().find(is_it) {
            // It was put as it was.
            Some(outcome) => *outcome = Outcome { effect: Effect::Updated, after: Some(household.into_change()) },
            None => writing.following.push(Change::Household(household)),
        }
    }
    Ok(())
}
