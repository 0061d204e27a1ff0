//! Writes what changed, each row found by its whole key: joined by a tenant that is said beside what is given, every row of the tenant may be
//! compared with every one that is given, as long as the server has not counted them. Figures are changed by what is added to them, and
//! only where the total still covers it: even a defect above could not promise anything twice.

use jiff::Timestamp;
use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures};
use wishwell_domain::ids::TenantId;
use wishwell_domain::ledger::{Changed, Changes};
use wishwell_domain::need::Need;
use wishwell_domain::referral::hold::{Amounts, movements};
use wishwell_domain::referral::{HoldLine, Referral};
use wishwell_domain::resource::Resource;

use crate::error::StoreError;
use crate::sql::record::{self, Record, chunks};
use crate::sql::statement::{Dialect, Statement, Value};
use crate::sql::steps::Step;

/// The steps that write everything that changed.
pub(super) fn saving(
    dialect: Dialect,
    tenant: &TenantId,
    now: Timestamp,
    changes: &Changes,
) -> Result<Vec<Step>, StoreError> {
    let mut steps = saving_pools(dialect, tenant, now, &changes.pools)?;
    let resources: Vec<&Resource> = changes.resources.iter().map(|changed| &changed.after).collect();
    steps.extend(record::writing(dialect, tenant, &resources, &[])?);
    steps.extend(saving_needs(dialect, tenant, now, &changes.needs)?);
    steps.extend(saving_referrals(dialect, tenant, &changes.referrals)?);
    Ok(steps)
}

/// The steps that write referrals with their lines, and what that moved.
pub(in crate::sql) fn saving_referrals(
    dialect: Dialect,
    tenant: &TenantId,
    changed: &[Changed<Referral>],
) -> Result<Vec<Step>, StoreError> {
    // Those that follow another come after it, whatever their identifiers.
    let mut after: Vec<&Referral> = changed.iter().map(|changed| &changed.after).collect();
    after.sort_by_key(|referral| referral.attempt);
    let known: Vec<_> =
        changed.iter().filter(|changed| changed.before.is_some()).map(|changed| changed.after.key()).collect();
    let mut steps = if known.is_empty() {
        record::inserting(dialect, tenant, &after)?
    } else {
        record::writing(dialect, tenant, &after, &known)?
    };
    let nothing: &[HoldLine] = &[];
    let mut rows = Vec::new();
    for Changed { before, after } in changed {
        let before = before.as_ref().map_or(nothing, |before| &before.lines);
        for (ordinal, movement) in (1..).zip(movements(before, &after.lines)) {
            rows.push(vec![
                Value::text(tenant.as_str()),
                Value::Uuid(Some(after.id.as_uuid())),
                Value::Int(Some(after.version.0)),
                Value::Int(Some(ordinal)),
                Value::Uuid(Some(movement.pool.as_uuid())),
                Value::opt_date(movement.period_start),
                Value::time(after.updated_at),
                Value::Int(Some(movement.amounts.pending)),
                Value::Int(Some(movement.amounts.committed)),
                Value::Int(Some(movement.amounts.consumed)),
            ]);
        }
    }
    for rows in chunks(rows) {
        let mut statement = Statement::new(
            dialect,
            "INSERT INTO ledger_movements (tenant, referral_id, version, ordinal, capacity_pool_id, period_start, at, \
             pending, committed, consumed) ",
        );
        statement.push_rows(rows);
        steps.push(Step::any(statement));
    }
    Ok(steps)
}

fn saving_needs(
    dialect: Dialect,
    tenant: &TenantId,
    now: Timestamp,
    changed: &[Changed<Need>],
) -> Result<Vec<Step>, StoreError> {
    // Which periods of a recurring item are taken is written with the whole of it.
    let same_periods = |before: &Need, after: &Need| {
        before.items.iter().map(|item| &item.taken).eq(after.items.iter().map(|item| &item.taken))
    };
    let only_moved = |before: &Need, after: &Need| {
        before.wish == after.wish
            && before.publication == after.publication
            && before.personal == after.personal
            && same_periods(before, after)
    };
    let (moved, other): (Vec<_>, Vec<_>) =
        changed.iter().partition(|changed| changed.before.as_ref().is_some_and(|b| only_moved(b, &changed.after)));
    let whole: Vec<&Need> = other.iter().map(|changed| &changed.after).collect();
    let known: Vec<_> = whole.iter().map(|need| need.key()).collect();
    let mut steps = record::writing(dialect, tenant, &whole, &known)?;
    let mut rows = Vec::new();
    let mut same_state = Vec::new();
    let mut items = Vec::new();
    for Changed { before, after } in moved {
        let key = [Value::text(tenant.as_str()), Value::Uuid(Some(after.id.as_uuid()))];
        let version = Value::Int(Some(after.version.0));
        // SQLite writes the index by state anew where a state is said, even if it is the same.
        if dialect == Dialect::Sqlite && before.as_ref().is_some_and(|before| before.state == after.state) {
            same_state.push([&key[..], &[version]].concat());
        } else {
            rows.push([&key[..], &[Value::word(after.state)?, version]].concat());
        }
        let before = before.as_ref().map_or(&[][..], |before| &before.items);
        for (before, after) in before.iter().zip(&after.items).filter(|(before, after)| before != after) {
            let moved = [i64::from(after.ordinal), after.referred - before.referred, after.served - before.served];
            items.push([&key[..], &moved.map(|number| Value::Int(Some(number)))].concat());
        }
    }
    for rows in chunks(rows) {
        let count = rows.len();
        let mut statement = Statement::new(dialect, "");
        statement.push_given(&["tenant", "id", "state", "version"], rows);
        statement.push("UPDATE needs SET state = given.state, version = given.version, updated_at = ");
        statement.bind(Value::time(now)).push(" FROM given WHERE needs.tenant = given.tenant AND needs.id = given.id");
        statement.push(" AND needs.version = given.version - 1");
        steps.push(Step::exactly(count, statement));
    }
    for rows in chunks(same_state) {
        let count = rows.len();
        let mut statement = Statement::new(dialect, "");
        statement.push_given(&["tenant", "id", "version"], rows);
        statement.push("UPDATE needs SET version = given.version, updated_at = ").bind(Value::time(now));
        statement.push(" FROM given WHERE needs.tenant = given.tenant AND needs.id = given.id");
        statement.push(" AND needs.version = given.version - 1");
        steps.push(Step::exactly(count, statement));
    }
    for rows in chunks(items) {
        let count = rows.len();
        let mut statement = Statement::new(dialect, "");
        statement.push_given(&["tenant", "need_id", "ordinal", "referred", "served"], rows);
        statement.push(
            "UPDATE need_items SET referred = need_items.referred + given.referred, \
             served = need_items.served + given.served FROM given WHERE need_items.tenant = given.tenant \
             AND need_items.need_id = given.need_id AND need_items.ordinal = given.ordinal",
        );
        steps.push(Step::exactly(count, statement));
    }
    Ok(steps)
}

fn saving_pools(
    dialect: Dialect,
    tenant: &TenantId,
    now: Timestamp,
    changed: &[Changed<CapacityPool>],
) -> Result<Vec<Step>, StoreError> {
    let (moved, said): (Vec<_>, Vec<_>) =
        changed.iter().partition(|changed| changed.before.as_ref().is_some_and(|b| only_moved(b, &changed.after)));
    let whole: Vec<&CapacityPool> = said.iter().map(|changed| &changed.after).collect();
    let known: Vec<_> = whole.iter().map(|pool| pool.key()).collect();
    let mut steps = record::writing(dialect, tenant, &whole, &known)?;
    let mut periods = Periods::default();
    let mut rows = Vec::new();
    for Changed { before, after } in moved {
        let Some(before) = before else { continue };
        let mut row = vec![Value::text(tenant.as_str()), Value::Uuid(Some(after.id.as_uuid()))];
        row.push(Value::Int(Some(after.version.0)));
        row.extend(added(&before.figures, &after.figures));
        rows.push(row);
        periods.compare(before, after);
    }
    for rows in chunks(rows) {
        let count = rows.len();
        let mut statement = Statement::new(dialect, "");
        statement.push_given(&["tenant", "id", "version", "pending", "committed", "consumed"], rows);
        statement.push(
            "UPDATE capacity_pools SET pending = capacity_pools.pending + given.pending, \
             committed = capacity_pools.committed + given.committed, \
             consumed = capacity_pools.consumed + given.consumed, version = given.version, updated_at = ",
        );
        statement.bind(Value::time(now)).push(
            " FROM given WHERE capacity_pools.tenant = given.tenant \
             AND capacity_pools.id = given.id AND capacity_pools.version = given.version - 1 \
             AND (capacity_pools.total IS NULL OR capacity_pools.used_elsewhere + capacity_pools.pending \
             + capacity_pools.committed + capacity_pools.consumed + given.pending + given.committed + given.consumed \
             <= capacity_pools.total)",
        );
        steps.push(Step::exactly(count, statement));
    }
    steps.extend(periods.saving(dialect, tenant));
    Ok(steps)
}

/// Whether only what is held and consumed differs, not what somebody said. The time of saying does not tell: two may speak within
/// one tick of the clock.
fn only_moved(before: &CapacityPool, after: &CapacityPool) -> bool {
    let said = |figures: &Figures| (figures.total, figures.used_elsewhere);
    before.confirmed_at == after.confirmed_at
        && before.pledged == after.pledged
        && said(&before.figures) == said(&after.figures)
        && after.periods.iter().all(|period| {
            period_of(before, period.period_start)
                .is_none_or(|known| known.inherits == period.inherits && said(&known.figures) == said(&period.figures))
        })
}

fn period_of(pool: &CapacityPool, start: Date) -> Option<&PeriodFigures> {
    pool.periods.iter().find(|period| period.period_start == start)
}

/// What is added to figures.
fn added(before: &Figures, after: &Figures) -> [Value; 3] {
    let amounts = |figures: &Figures| Amounts {
        pending: figures.pending,
        committed: figures.committed,
        consumed: figures.consumed,
    };
    let added = amounts(after).minus(amounts(before));
    [added.pending, added.committed, added.consumed].map(|amount| Value::Int(Some(amount)))
}

/// Rows of periods that are new, moved or no longer worth a row.
#[derive(Default)]
struct Periods {
    new: Vec<Vec<Value>>,
    moved: Vec<Vec<Value>>,
    gone: Vec<Vec<Value>>,
}

impl Periods {
    fn compare(&mut self, before: &CapacityPool, after: &CapacityPool) {
        let pool = Value::Uuid(Some(after.id.as_uuid()));
        for period in &after.periods {
            let start = Value::opt_date(Some(period.period_start));
            let figures = &period.figures;
            match period_of(before, period.period_start) {
                Some(known) if known == period => {}
                Some(known) => {
                    let mut row = vec![pool.clone(), start];
                    row.extend(added(&known.figures, figures));
                    self.moved.push(row);
                }
                None => self.new.push(vec![
                    pool.clone(),
                    start,
                    Value::Bool(period.inherits),
                    Value::Int(figures.total),
                    Value::Int(Some(figures.used_elsewhere)),
                    Value::Int(Some(figures.pending)),
                    Value::Int(Some(figures.committed)),
                    Value::Int(Some(figures.consumed)),
                ]),
            }
        }
        for period in before.periods.iter().filter(|period| period_of(after, period.period_start).is_none()) {
            self.gone.push(vec![pool.clone(), Value::opt_date(Some(period.period_start))]);
        }
    }

    fn saving(self, dialect: Dialect, tenant: &TenantId) -> Vec<Step> {
        let mut steps = Vec::new();
        for rows in chunks(self.gone) {
            let count = rows.len();
            let mut statement = Statement::new(dialect, "");
            statement.push_given(&["pool", "period_start"], rows);
            statement.push("DELETE FROM capacity_pool_periods WHERE tenant = ");
            statement.bind(Value::text(tenant.as_str()));
            statement
                .push(" AND (capacity_pool_id, period_start) IN (SELECT given.pool, given.period_start FROM given)");
            steps.push(Step::exactly(count, statement));
        }
        let of_tenant = |rows: Vec<Vec<Value>>| {
            let owned = |row| std::iter::once(Value::text(tenant.as_str())).chain(row).collect();
            rows.into_iter().map(owned).collect::<Vec<Vec<Value>>>()
        };
        for rows in chunks(of_tenant(self.new)) {
            let mut statement = Statement::new(
                dialect,
                "INSERT INTO capacity_pool_periods (tenant, capacity_pool_id, period_start, inherits, total, \
                 used_elsewhere, pending, committed, consumed) ",
            );
            statement.push_rows(rows);
            steps.push(Step::any(statement));
        }
        for rows in chunks(of_tenant(self.moved)) {
            let count = rows.len();
            let mut statement = Statement::new(dialect, "");
            statement.push_given(&["tenant", "pool", "period_start", "pending", "committed", "consumed"], rows);
            statement.push(
                "UPDATE capacity_pool_periods SET pending = capacity_pool_periods.pending + given.pending, \
                 committed = capacity_pool_periods.committed + given.committed, \
                 consumed = capacity_pool_periods.consumed + given.consumed FROM given \
                 WHERE capacity_pool_periods.tenant = given.tenant AND capacity_pool_periods.capacity_pool_id = given.pool \
                 AND capacity_pool_periods.period_start = given.period_start \
                 AND (capacity_pool_periods.total IS NULL OR capacity_pool_periods.used_elsewhere \
                 + capacity_pool_periods.pending + capacity_pool_periods.committed + capacity_pool_periods.consumed \
                 + given.pending + given.committed + given.consumed <= capacity_pool_periods.total)",
            );
            steps.push(Step::exactly(count, statement));
        }
        steps
    }
}
