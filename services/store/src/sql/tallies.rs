//! Counting in SQL.

use async_trait::async_trait;
use jiff::SignedDuration;
use tracing::Instrument as _;
use wishwell_domain::ids::TenantId;

use super::session::{Failure, Session};
use super::statement::{Statement, Value};
use super::store::{SqlStore, span};
use crate::contract::NeedFilter;
use crate::error::StoreError;
use crate::ledger::ReferralFilter;
use crate::tallies::{AnswerTimes, NeedTally, ReferralTally, Tallies};

#[async_trait]
impl Tallies for SqlStore {
    async fn tally_needs(&self, tenant: &TenantId, filter: &NeedFilter) -> Result<Vec<NeedTally>, StoreError> {
        let work = self.read(async |session| {
            // There are few disputes at any time, and many needs that are served: those of the disputes are looked for once, not for each.
            let mut statement =
                session.statement("SELECT division_code, state, urgency, CAST(CASE WHEN state = 'served' AND ");
            statement.push(
                "id IN (SELECT part.need_id FROM referrals AS part WHERE part.state = 'disputed' AND part.tenant = ",
            );
            statement
                .bind(Value::text(tenant.as_str()))
                .push(") THEN 1 ELSE 0 END AS BIGINT), COUNT(*) FROM needs WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str()));
            filter.push(&mut statement)?;
            statement.push(" GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
            let read = session.fetch_all(statement, |fields| {
                Ok(NeedTally {
                    division: fields.opt_parse()?,
                    state: fields.word()?,
                    urgency: fields.word()?,
                    disputed: fields.int()? == 1,
                    needs: fields.number()?,
                })
            });
            read.await
        });
        work.instrument(span!(self, "SELECT", "needs")).await
    }

    async fn tally_referrals(
        &self,
        tenant: &TenantId,
        filter: &ReferralFilter,
    ) -> Result<Vec<ReferralTally>, StoreError> {
        let work = self.read(async |session| {
            let statement = tally_of_referrals(session.statement(""), tenant, filter)?;
            let read = session.fetch_all(statement, |fields| {
                Ok(ReferralTally { state: fields.word()?, referrals: fields.number()? })
            });
            read.await
        });
        work.instrument(span!(self, "SELECT", "referrals")).await
    }

    async fn answer_times(&self, tenant: &TenantId, filter: &ReferralFilter) -> Result<AnswerTimes, StoreError> {
        let filter = ReferralFilter { answered_only: true, ..filter.clone() };
        let work = self.read(async |session| {
            let mut statement = session.statement("SELECT COUNT(*) FROM referrals WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str()));
            filter.push(&mut statement, tenant)?;
            let answered: i64 = session.fetch_one(statement, |fields| fields.int()).await?.unwrap_or_default();
            Ok(AnswerTimes {
                answered: answered.unsigned_abs(),
                median: nth_answer(session, tenant, &filter, rank(answered, 5)).await?,
                ninth_decile: nth_answer(session, tenant, &filter, rank(answered, 9)).await?,
            })
        });
        work.instrument(span!(self, "SELECT", "referrals")).await
    }
}

/// Counts referrals by their states. Of what wants somebody's attention there is little, whatever there was: SQLite finds that by its
/// identifiers first, unless it may walk all referrals in the order of their states, which would spare it to sort.
fn tally_of_referrals(
    mut statement: Statement,
    tenant: &TenantId,
    filter: &ReferralFilter,
) -> Result<Statement, StoreError> {
    let few = filter.escalated_only || filter.unattended_only;
    statement.push(if few { "SELECT state || ''" } else { "SELECT state" });
    statement.push(", COUNT(*) FROM referrals WHERE tenant = ").bind(Value::text(tenant.as_str()));
    filter.push(&mut statement, tenant)?;
    statement.push(" GROUP BY 1 ORDER BY 1");
    Ok(statement)
}

/// Place, from 0, of the value that so many tenths of `count` values do not exceed: the nearest rank.
const fn rank(count: i64, tenths: i64) -> i64 {
    let rank = (count * tenths + 9) / 10 - 1;
    if rank < 0 { 0 } else { rank }
}

async fn nth_answer(
    session: &mut Session,
    tenant: &TenantId,
    filter: &ReferralFilter,
    nth: i64,
) -> Result<Option<SignedDuration>, Failure> {
    let mut statement = session.statement("SELECT answered_at - created_at FROM referrals WHERE tenant = ");
    statement.bind(Value::text(tenant.as_str()));
    filter.push(&mut statement, tenant)?;
    statement.push(" ORDER BY answered_at - created_at LIMIT 1 OFFSET ").bind(Value::Int(Some(nth)));
    session.fetch_one(statement, |fields| Ok(SignedDuration::from_micros(fields.int()?))).await
}

#[cfg(test)]
mod tests {
    use wishwell_domain::ids::DivisionCode;

    use super::super::statement::{Dialect, steps_on_sqlite};
    use super::*;

    #[tokio::test]
    async fn what_wants_attention_is_counted_without_walking_all_that_was_ever_referred() {
        let divisions = vec![DivisionCode::parse("", "640104").unwrap()];
        for filter in [
            ReferralFilter { unattended_only: true, ..ReferralFilter::default() },
            ReferralFilter { escalated_only: true, ..ReferralFilter::default() },
            ReferralFilter { unattended_only: true, divisions: divisions.clone(), ..ReferralFilter::default() },
            ReferralFilter { escalated_only: true, divisions, ..ReferralFilter::default() },
        ] {
            let tenant = TenantId::parse("tenant", "demo").unwrap();
            let statement = tally_of_referrals(Statement::new(Dialect::Sqlite, ""), &tenant, &filter).unwrap();
            let steps = steps_on_sqlite(statement).await;
            let outer = steps.iter().find(|step| step.contains(" referrals ")).expect("the table that is counted");
            assert!(outer.contains("(tenant=? AND id=?)"), "{filter:?}: {steps:#?}");
            let walks = |step: &&String| step.contains("INDEX referrals_by_") && step.ends_with("(tenant=?)");
            assert_eq!(steps.iter().find(walks), None, "{filter:?}: {steps:#?}");
        }
    }

    #[test]
    fn a_rank_is_the_nearest_one() {
        for (count, half, nine_tenths) in
            [(0, 0, 0), (1, 0, 0), (2, 0, 1), (3, 1, 2), (10, 4, 8), (11, 5, 9), (100, 49, 89)]
        {
            assert_eq!((rank(count, 5), rank(count, 9)), (half, nine_tenths), "{count}");
        }
    }
}
