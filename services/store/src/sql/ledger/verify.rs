//! Adds everything up: figures of pools and periods against the movements of the ledger and against what referrals hold, what each
//! referral holds against its movements, its state and what had arrived of it or is there still, items of needs against their
//! referrals, and rows against what is not there.

use uuid::Uuid;
use wishwell_domain::ids::{CapacityPoolId, NeedId, OrganizationId, ReferralId, ResourceId, TenantId};

use crate::error::StoreError;
use crate::ledger::{Discrepancy, VERIFY_DISCREPANCIES_MAX, Verification};
use crate::sql::session::{Failure, Fields, Session};
use crate::sql::statement::{Statement, Value};

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
     CAST(SUM(CASE WHEN state IN ('delivered', 'confirmed', 'disputed') THEN units ELSE arrived END) AS BIGINT) AS served \
     FROM referrals, tenants WHERE tenant = given_tenant GROUP BY need_id, item_ordinal";

/// What each referral holds of a pool or period now, and what its movements come to.
const HELD_AND_MOVED: &str = "SELECT referral_id, capacity_pool_id, period_start, \
     CASE WHEN state = 'pending' THEN units * quantity_per_unit ELSE 0 END AS pending, 0 AS pending_moved, \
     CASE WHEN state = 'committed' THEN units * quantity_per_unit ELSE 0 END AS committed, 0 AS committed_moved, \
     CASE WHEN state = 'consumed' THEN units * quantity_per_unit ELSE 0 END AS consumed, 0 AS consumed_moved \
     FROM hold_lines, tenants WHERE tenant = given_tenant \
     UNION ALL SELECT referral_id, capacity_pool_id, period_start, 0, pending, 0, committed, 0, consumed \
     FROM ledger_movements, tenants WHERE tenant = given_tenant";

/// Lines in which no referral of that state holds anything: only an offer holds what is not accepted, only help that is still to come what
/// is, but for places of cases that have not closed, and only where help arrived something is used up: how much of what ended early, see
/// [`USED_OF_ENDED`].
const OUT_OF_STATE: &str = "(line.state = 'pending' AND referral.state <> 'offered') \
     OR (line.state = 'committed' AND referral.state NOT IN ('accepted', 'in_progress') \
     AND NOT (line.kind = 'caseload' AND referral.state IN ('delivered', 'disputed'))) \
     OR (line.state = 'consumed' AND referral.state NOT IN ('delivered', 'disputed', 'confirmed', 'cancelled', 'failed'))";

/// What those that ended early have used up of each pool, beside what they should have: what had arrived, and of what a dispute settled, all
/// that was delivered but what was there still. Where it is not known on whose side one failed, it may be either. No case is used up.
const USED_OF_ENDED: &str = "SELECT line.referral_id, line.capacity_pool_id, CAST(NULL AS TEXT), \
     CAST(SUM(CASE WHEN line.state = 'consumed' THEN line.units * line.quantity_per_unit ELSE 0 END) AS BIGINT), \
     CAST(MAX(CASE WHEN line.kind = 'caseload' THEN 0 \
     WHEN referral.last_side = 'recipient' THEN (referral.units - referral.returned) * line.quantity_per_unit \
     ELSE referral.arrived * line.quantity_per_unit END) AS BIGINT) \
     FROM hold_lines AS line JOIN referrals AS referral ON referral.tenant = line.tenant AND referral.id = line.referral_id \
     JOIN tenants ON line.tenant = given_tenant WHERE referral.state IN ('cancelled', 'failed') \
     GROUP BY line.referral_id, line.capacity_pool_id \
     HAVING SUM(CASE WHEN line.state = 'consumed' THEN line.units ELSE 0 END) NOT IN ( \
     MAX(CASE WHEN line.kind = 'caseload' THEN 0 \
     WHEN referral.last_side = 'recipient' THEN referral.units - referral.returned ELSE referral.arrived END), \
     MAX(CASE WHEN line.kind = 'caseload' THEN 0 \
     WHEN referral.state = 'failed' AND (referral.last_side IS NULL OR referral.last_side = 'recipient') \
     THEN referral.units - referral.returned ELSE referral.arrived END))";

/// The figures that a line may count in, as the columns and states are called.
const LINE_FIGURES: [&str; 3] = ["pending", "committed", "consumed"];

/// A column of the ledger's rows that names something. PostgreSQL has no foreign key that would refuse a name of nothing (see
/// `docs/adr/0011-ledger.md`).
struct Reference {
    rows: &'static str,
    key: &'static str,
    /// Table of what is named.
    of: &'static str,
    /// What the rows are, in words.
    figure: &'static str,
    /// Full resource name of what is named.
    name: fn(Uuid) -> String,
}

const REFERENCES: &[Reference] = &[
    Reference { rows: "hold_lines", key: "referral_id", of: "referrals", figure: "lines of holds", name: referral },
    Reference {
        rows: "hold_lines",
        key: "capacity_pool_id",
        of: "capacity_pools",
        figure: "lines of holds",
        name: pool,
    },
    Reference { rows: "ledger_movements", key: "referral_id", of: "referrals", figure: "movements", name: referral },
    Reference {
        rows: "ledger_movements",
        key: "capacity_pool_id",
        of: "capacity_pools",
        figure: "movements",
        name: pool,
    },
    Reference {
        rows: "referrals",
        key: "need_id",
        of: "needs",
        figure: "referrals",
        name: |id| NeedId::from_uuid(id).name(),
    },
    Reference {
        rows: "referrals",
        key: "resource_id",
        of: "resources",
        figure: "referrals",
        name: |id| ResourceId::from_uuid(id).name(),
    },
    Reference {
        rows: "referrals",
        key: "organization_id",
        of: "organizations",
        figure: "referrals",
        name: |id| OrganizationId::from_uuid(id).name(),
    },
];

fn referral(id: Uuid) -> String {
    ReferralId::from_uuid(id).name()
}

fn pool(id: Uuid) -> String {
    CapacityPoolId::from_uuid(id).name()
}

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
    compare_referrals(session, tenant, &mut verification.discrepancies).await?;
    compare_states(session, tenant, &mut verification.discrepancies).await?;
    compare_arrived(session, tenant, &mut verification.discrepancies).await?;
    compare_items(session, tenant, &mut verification.discrepancies).await?;
    for reference in REFERENCES {
        find_orphans(session, tenant, reference, &mut verification.discrepancies).await?;
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
            let name = pool_or_period(fields)?;
            for figure in LINE_FIGURES {
                add(fields, &name, figure, of, found)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Full resource name of a pool, with the period where there is one.
fn pool_or_period(fields: &mut Fields<'_>) -> Result<String, StoreError> {
    let pool = pool(fields.uuid()?);
    Ok(match fields.opt_text()? {
        Some(start) => format!("{pool} in the period from {start}"),
        None => pool,
    })
}

/// Referrals that hold something else of a pool or period than their movements come to: sums of the pool do not tell whose they are.
async fn compare_referrals(
    session: &mut Session,
    tenant: &TenantId,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let mut statement = session.statement("WITH tenants (given_tenant) AS (VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(")), counted AS (").push(HELD_AND_MOVED).push(
        "), sums AS (SELECT referral_id, capacity_pool_id, period_start, \
         CAST(SUM(pending) AS BIGINT) AS pending, CAST(SUM(pending_moved) AS BIGINT) AS pending_moved, \
         CAST(SUM(committed) AS BIGINT) AS committed, CAST(SUM(committed_moved) AS BIGINT) AS committed_moved, \
         CAST(SUM(consumed) AS BIGINT) AS consumed, CAST(SUM(consumed_moved) AS BIGINT) AS consumed_moved \
         FROM counted GROUP BY referral_id, capacity_pool_id, period_start) \
         SELECT referral_id, capacity_pool_id, period_start, pending, pending_moved, committed, committed_moved, consumed, \
         consumed_moved FROM sums \
         WHERE pending <> pending_moved OR committed <> committed_moved OR consumed <> consumed_moved LIMIT ",
    );
    statement.bind(most_told());
    tell_of_referrals(session, statement, "movements", found).await
}

/// Referrals that hold something which their state does not let them hold.
async fn compare_states(session: &mut Session, tenant: &TenantId, found: &mut Vec<Discrepancy>) -> Result<(), Failure> {
    let mut statement = session.statement("SELECT line.referral_id, line.capacity_pool_id, line.period_start");
    for figure in LINE_FIGURES {
        statement.push(", CAST(CASE WHEN line.state = '").push(figure);
        statement.push("' THEN line.units * line.quantity_per_unit ELSE 0 END AS BIGINT), CAST(0 AS BIGINT)");
    }
    statement.push(" FROM hold_lines AS line JOIN referrals AS referral ON referral.tenant = line.tenant ");
    statement.push("AND referral.id = line.referral_id WHERE line.tenant = ").bind(Value::text(tenant.as_str()));
    statement.push(" AND (").push(OUT_OF_STATE).push(") LIMIT ").bind(most_told());
    tell_of_referrals(session, statement, "steps", found).await
}

/// Referrals that have used up something else than had arrived when they ended early, or than was gone when a dispute was settled.
async fn compare_arrived(
    session: &mut Session,
    tenant: &TenantId,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let mut statement = session.statement("WITH tenants (given_tenant) AS (VALUES (");
    statement.bind(Value::text(tenant.as_str())).push(")) ").push(USED_OF_ENDED).push(" LIMIT ").bind(most_told());
    let rows = session.fetch(statement, |fields| {
        let name = format!("{} of {}", referral(fields.uuid()?), pool_or_period(fields)?);
        add(fields, &name, "consumed", "arrivals", found)
    });
    rows.await.map(drop)
}

/// Adds what rows say of what referrals hold of pools and periods, figure by figure, beside what `summed` comes to.
async fn tell_of_referrals(
    session: &mut Session,
    statement: Statement,
    summed: &'static str,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let rows = session.fetch(statement, |fields| {
        let name = format!("{} of {}", referral(fields.uuid()?), pool_or_period(fields)?);
        LINE_FIGURES.iter().try_for_each(|figure| add(fields, &name, figure, summed, found))
    });
    rows.await.map(drop)
}

/// No more rows than are told.
fn most_told() -> Value {
    Value::Int(i64::try_from(VERIFY_DISCREPANCIES_MAX).ok())
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

/// Rows that refer to what is not there, counted by what is missing.
async fn find_orphans(
    session: &mut Session,
    tenant: &TenantId,
    reference: &Reference,
    found: &mut Vec<Discrepancy>,
) -> Result<(), Failure> {
    let Reference { rows, key, of, figure, name } = *reference;
    let mut statement = session.statement("SELECT rows_of.");
    statement.push(key).push(", COUNT(*), CAST(0 AS BIGINT) FROM ").push(rows).push(" AS rows_of LEFT JOIN ");
    statement.push(of).push(" AS there ON there.tenant = rows_of.tenant AND there.id = rows_of.").push(key);
    statement.push(" WHERE there.id IS NULL AND rows_of.").push(key).push(" IS NOT NULL AND rows_of.tenant = ");
    statement.bind(Value::text(tenant.as_str())).push(" GROUP BY rows_of.").push(key);
    session
        .fetch(statement, |fields| {
            let missing = name(fields.uuid()?);
            add(fields, &missing, figure, of, found)
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
