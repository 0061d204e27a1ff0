//! What decisions tell of where the erased live, taken out of referrals, of the log and of what rounds came to.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId, ReferralId, TenantId, Version};
use wishwell_domain::referral::{Decision, Referral};
use wishwell_domain::round::RoundOutcome;

use super::session::{Failure, Session};
use super::statement::Value;
use super::{log, moves};

/// Positions of the log that are searched in one statement.
const STRETCH_POSITIONS: i64 = 10_000;

/// Whose decisions: needs, each with the last version that was somebody's who was erased; none where all were.
pub(super) type Forgotten = BTreeMap<NeedId, Option<Version>>;

/// A referral of which images are still to be found in the log: as many as it has versions, behind the position it was decided at.
struct Sought {
    referral: ReferralId,
    need: NeedId,
    after: LogPosition,
    left: i64,
}

/// Takes scores, their terms and distances out of what was decided for needs.
pub(super) async fn decisions(session: &mut Session, tenant: &TenantId, needs: &Forgotten) -> Result<(), Failure> {
    if needs.is_empty() {
        return Ok(());
    }
    let mut sought = in_referrals(session, tenant, needs).await?;
    let head = log::head(session, tenant).await?;
    let mut at = LogPosition(0);
    loop {
        sought.retain(|sought| sought.left > 0);
        let begin = sought.iter().map(|sought| sought.after.max(at)).min();
        let Some(begin) = begin.filter(|begin| *begin < head) else { break };
        let end = LogPosition(begin.0 + STRETCH_POSITIONS);
        in_stretch(session, tenant, (begin, end), &mut sought).await?;
        at = end;
    }
    // Last: who plans a round waits for it.
    in_outcomes(session, tenant, needs).await
}

fn uuids(needs: &Forgotten) -> Vec<Uuid> {
    needs.keys().map(NeedId::as_uuid).collect()
}

/// Of the results of rounds that are kept.
async fn in_outcomes(session: &mut Session, tenant: &TenantId, needs: &Forgotten) -> Result<(), Failure> {
    // Whoever puts results holds the round's row: they are there by now, or come after this and find the erasure.
    let mut statement = session.statement("SELECT id FROM rounds WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND finished_at IS NULL ORDER BY id").push_for_update();
    session.fetch(statement, |_| Ok(())).await?;
    let mut statement = session.statement("SELECT round_id, ordinal, outcome FROM round_outcomes WHERE tenant = ");
    // Their key begins with the round.
    statement.bind(Value::text(tenant.as_str())).push(" AND round_id IN (SELECT id FROM rounds WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(") AND ").push_in_uuids("need_id", uuids(needs));
    let found = session
        .fetch_all(statement, |fields| Ok((fields.uuid()?, fields.int()?, fields.json::<RoundOutcome>()?)))
        .await?;
    for (round, ordinal, mut outcome) in found {
        if !outcome.item.erase() {
            continue;
        }
        let mut statement = session.statement("UPDATE round_outcomes SET outcome = ");
        statement.bind(Value::json(&outcome)?).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND round_id = ").bind(Value::Uuid(Some(round)));
        statement.push(" AND ordinal = ").bind(Value::Int(Some(ordinal)));
        session.execute(statement).await?;
    }
    Ok(())
}

/// Of referrals; answers those of which the log holds it as well.
async fn in_referrals(session: &mut Session, tenant: &TenantId, needs: &Forgotten) -> Result<Vec<Sought>, Failure> {
    let mut statement = session.statement("SELECT id, need_id, version, decision FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND decision IS NOT NULL AND ");
    statement.push_in_uuids("need_id", uuids(needs)).push(" ORDER BY id").push_for_update();
    let found = session
        .fetch_all(statement, |fields| {
            let (id, need) = (ReferralId::from_uuid(fields.uuid()?), NeedId::from_uuid(fields.uuid()?));
            Ok((id, need, fields.int()?, fields.json::<Decision>()?))
        })
        .await?;
    let mut sought = Vec::new();
    for (referral, need, versions, mut decision) in found {
        let last = needs.get(&need).copied().flatten();
        let is_of_another = last.zip(decision.need_version).is_some_and(|(last, read)| read > last);
        if is_of_another || !decision.erase() {
            continue;
        }
        let mut statement = session.statement("UPDATE referrals SET decision = ");
        statement.bind(Value::json(&decision)?).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
        statement.push(" AND id = ").bind(Value::Uuid(Some(referral.as_uuid())));
        session.execute(statement).await?;
        sought.push(Sought { referral, need, after: decision.position, left: versions });
    }
    Ok(sought)
}

/// Of the log's rows behind a position and up to another.
async fn in_stretch(
    session: &mut Session,
    tenant: &TenantId,
    (begin, end): (LogPosition, LogPosition),
    sought: &mut [Sought],
) -> Result<(), Failure> {
    let needs: BTreeSet<NeedId> = sought.iter().filter(|sought| sought.after < end).map(|sought| sought.need).collect();
    let mut statement = session.statement("SELECT position, kind, payload FROM events WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" AND position > ").bind(Value::Int(Some(begin.0)));
    statement.push(" AND position <= ").bind(Value::Int(Some(end.0)));
    statement.push(" AND kind IN ('referral', ").bind(Value::text(moves::KIND)).push(") AND (");
    for (index, need) in needs.into_iter().enumerate() {
        statement.push(if index == 0 { "" } else { " OR " }).push_holds("payload", need.as_uuid().to_string());
    }
    statement.push(") ORDER BY position");
    let found = session
        .fetch_all(statement, |fields| Ok((fields.int()?, fields.str()? == moves::KIND, fields.text()?)))
        .await?;
    for (position, together, payload) in found {
        let mut erase = |referral: &mut Referral| {
            let of_it = sought.iter_mut().find(|sought| sought.referral == referral.id);
            of_it.is_some_and(|sought| {
                sought.left -= 1;
                referral.decision.as_mut().is_some_and(Decision::erase)
            })
        };
        let cleaned = if together {
            moves::with_referrals(&payload, erase)?
        } else {
            let mut change = log::change_of(&payload)?;
            let erased = if let Change::Referral(referral) = &mut change { erase(referral) } else { false };
            erased.then(|| Value::json(&change)).transpose()?
        };
        if let Some(payload) = cleaned {
            log::rewrite(session, tenant, position, payload).await?;
        }
    }
    Ok(())
}

/// Which of these needs were erased, or are of somebody who was.
pub(super) async fn erased_among(
    session: &mut Session,
    tenant: &TenantId,
    needs: Vec<Uuid>,
) -> Result<BTreeSet<NeedId>, Failure> {
    let mut statement = session.statement(
        "SELECT needs.id FROM needs LEFT JOIN beneficiaries ON beneficiaries.tenant = needs.tenant \
         AND beneficiaries.id = needs.beneficiary_id \
         WHERE COALESCE(needs.erased_at, beneficiaries.erased_at) IS NOT NULL AND needs.tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(" AND ").push_in_uuids("needs.id", needs);
    let found = session.fetch_all(statement, |fields| fields.uuid().map(NeedId::from_uuid)).await?;
    Ok(found.into_iter().collect())
}
