//! Adds everything up: figures of pools and periods against the movements of the ledger and against what referrals hold, items
//! of needs against their referrals, and both against rows of what is not there.

use wishwell_domain::ids::{CapacityPoolId, NeedId, ReferralId, TenantId};

use crate::error::StoreError;
use crate::ledger::{Discrepancy, VERIFY_DISCREPANCIES_MAX, Verification};
use crate::sql::session::{Failure, Fields, Session};
use crate::sql::statement::Value;

/// Figures of pools and of periods. A pool of slots holds nothing outside its periods.
const FIGURES: &str = "SELECT id, NULL AS period_start, pending, committed, consumed FROM capacity_pools, tenants \
     WHERE tenant = given_tenant \
     UNION ALL SELECT capacity_pool_id, period_start, pending, committed, consumed FROM capacity_pool_periods, tenants \
     WHERE tenant = given_tenant";

const MOVED: &str = "SELECT capacity_pool_id AS id, period_start, CAST(SUM(pending) AS BIGINT) AS pending, \
     CAST(SUM(committed) AS BIGINT) AS committed, CAST(SUM(consumed) AS BIGINT) AS consumed \
     FROM ledger_movements, tenants WHERE tenant = given_tenant GROUP BY capacity_pool_id, period_start";

const HELD: &str = "SELECT capacity_pool_id AS id, period_start, \
     CAST(SUM(CASE WHEN state = 'pending' THEN units * quantity_per_unit ELSE 0 END) AS BIGINT) AS pending, \
     CAST(SUM(CASE WHEN state = 'committed' THEN units * quantity_per_unit ELSE 0 END) AS BIGINT) AS committed, \
     CAST(SUM(CASE WHEN state = 'consumed' THEN units * quantity_per_unit ELSE 0 END) AS BIGINT) AS consumed \
     FROM hold_lines, tenants WHERE tenant = given_tenant GROUP BY capacity_pool_id, period_start";

const REFERRED: &str = "SELECT need_id, item_ordinal, \
     CAST(SUM(CASE WHEN state IN ('offered', 'accepted', 'in_progress') THEN units ELSE 0 END) AS BIGINT) AS referred, \
     CAST(SUM(CASE WHEN state IN ('delivered', 'confirmed', 'disputed') THEN units ELSE 0 END) AS BIGINT) AS served \
     FROM referrals, tenants WHERE tenant = given_tenant GROUP BY need_id, item_ordinal";

pub(super) async fn verify(session: &mut Session, tenant: &TenantId) -> Result<Verification, Failure> {
    let mut verification = Verification {
        pools: count(session, tenant, "capacity_pools").await?,
        referrals: count(session, tenant, "referrals").await?,
        movements: count(session, tenant, "ledger_movements").await?,
        discrepancies: Vec::new(),
    };
    for (sums, of) in [(MOVED, "movements"), (HELD, "holds")] {
        compare_pools(session, tenant, sums, of, &mut verification.discrepancies).await?;
    }
    compare_items(session, tenant, &mut verification.discrepancies).await?;
    for (table, figure) in [("hold_lines", "lines of holds"), ("ledger_movements", "movements")] {
        find_orphans(session, tenant, table, figure, &mut verification.discrepancies).await?;
    }
    verification.discrepancies.truncate(VERIFY_DISCREPANCIES_MAX);
    Ok(verification)
}

async fn count(session: &mut Session, tenant: &TenantId, table: &'static str) -> Result<u64, Failure> {
    let mut statement = session.statement("SELECT COUNT(*) FROM ");
    statement.push(table).push(" WHERE tenant = ").bind(Value::text(tenant.as_str()));
    let count = session.fetch_one(statement, |fields| fields.int()).await?;
    Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
}

/// Figures that differ from sums of the same pool and period. Periods that were forgotten had nothing held in them; what was
/// consumed there is only in the ledger.
async fn compare_pools(
    session: &mut Session,
    tenant: &TenantId,
    sums: &'static str,
    of: &'static str,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let mut statement = session.statement("WITH tenants (given_tenant) AS (VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(")), figures AS (");
    statement.push(FIGURES).push("), sums AS (").push(sums).push(
        ") SELECT COALESCE(figures.id, sums.id), COALESCE(figures.period_start, sums.period_start), \
         COALESCE(figures.pending, 0), COALESCE(sums.pending, 0), COALESCE(figures.committed, 0), \
         COALESCE(sums.committed, 0), COALESCE(figures.consumed, COALESCE(sums.consumed, 0)), \
         COALESCE(sums.consumed, 0) FROM figures FULL JOIN sums \
         ON sums.id = figures.id AND COALESCE(sums.period_start, '') = COALESCE(figures.period_start, '')",
    );
    session
        .fetch(statement, |fields| {
            let pool = CapacityPoolId::from_uuid(fields.uuid()?);
            let name = match fields.opt_text()? {
                Some(start) => format!("{} in the period from {start}", pool.name()),
                None => pool.name(),
            };
            for figure in ["pending", "committed", "consumed"] {
                add(fields, &name, figure, of, found)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

async fn compare_items(session: &mut Session, tenant: &TenantId, found: &mut Vec<Discrepancy>) -> Result<(), Failure> {
    let mut statement = session.statement("WITH tenants (given_tenant) AS (VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(")), sums AS (").push(REFERRED).push(
        "), items AS (SELECT need_id, ordinal, referred, served FROM need_items JOIN tenants ON tenant = given_tenant) \
         SELECT COALESCE(items.need_id, sums.need_id), COALESCE(items.ordinal, sums.item_ordinal), \
         COALESCE(items.referred, 0), COALESCE(sums.referred, 0), COALESCE(items.served, 0), COALESCE(sums.served, 0) \
         FROM items FULL JOIN sums ON sums.need_id = items.need_id AND sums.item_ordinal = items.ordinal",
    );
    session
        .fetch(statement, |fields| {
            let need = NeedId::from_uuid(fields.uuid()?);
            let name = format!("{} item {}", need.name(), fields.int()?);
            for figure in ["referred", "served"] {
                add(fields, &name, figure, "referrals", found)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Rows of referrals that are not there. PostgreSQL has no foreign key that would refuse them (see `docs/adr/0011-ledger.md`).
async fn find_orphans(
    session: &mut Session,
    tenant: &TenantId,
    table: &'static str,
    figure: &'static str,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let mut statement = session.statement("SELECT rows_of.referral_id, COUNT(*), CAST(0 AS BIGINT) FROM ");
    statement.push(table).push(
        " AS rows_of LEFT JOIN referrals ON referrals.tenant = rows_of.tenant AND referrals.id = rows_of.referral_id \
         WHERE referrals.id IS NULL AND rows_of.tenant = ",
    );
    statement.bind(Value::text(tenant.as_str())).push(" GROUP BY rows_of.referral_id");
    session
        .fetch(statement, |fields| {
            let referral = ReferralId::from_uuid(fields.uuid()?);
            add(fields, &referral.name(), figure, "referrals", found)
        })
        .await?;
    Ok(())
}

fn add(
    fields: &mut Fields<'_>,
    name: &str,
    figure: &'static str,
    of: &'static str,
    found: &mut Vec<Discrepancy>,
) -> Result<(), StoreError> {
    let (stored, summed) = (fields.int()?, fields.int()?);
    if stored != summed && found.len() < VERIFY_DISCREPANCIES_MAX {
        found.push(Discrepancy { name: name.to_owned(), figure, stored, summed, of });
    }
    Ok(())
}
