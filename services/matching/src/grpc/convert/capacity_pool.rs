//! Capacity pools.

use jiff::Timestamp;
use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, Version};
use wishwell_domain::unit::Unit;
use wishwell_domain::{Violation, Violations};

use super::common;

pub(crate) fn kind(value: i32) -> Option<PoolKind> {
    match v1::CapacityKind::try_from(value) {
        Ok(v1::CapacityKind::Stock) => Some(PoolKind::Stock),
        Ok(v1::CapacityKind::Slots) => Some(PoolKind::Slots),
        Ok(v1::CapacityKind::Caseload) => Some(PoolKind::Caseload),
        Ok(v1::CapacityKind::Budget) => Some(PoolKind::Budget),
        Ok(v1::CapacityKind::Unbounded) => Some(PoolKind::Unbounded),
        _ => None,
    }
}

const fn kind_out(kind: PoolKind) -> v1::CapacityKind {
    match kind {
        PoolKind::Stock => v1::CapacityKind::Stock,
        PoolKind::Slots => v1::CapacityKind::Slots,
        PoolKind::Caseload => v1::CapacityKind::Caseload,
        PoolKind::Budget => v1::CapacityKind::Budget,
        PoolKind::Unbounded => v1::CapacityKind::Unbounded,
    }
}

fn period(
    field: &str,
    message: &v1::CapacityPool,
    kind: Option<PoolKind>,
    violations: &mut Violations,
) -> Option<PeriodRule> {
    let length = match message.period() {
        v1::CapacityPeriod::Day => PeriodLength::Day,
        v1::CapacityPeriod::Week => PeriodLength::Week,
        v1::CapacityPeriod::Month => PeriodLength::Month,
        v1::CapacityPeriod::Unspecified => {
            // Slots lack the period, which is told of them.
            violations.require(message.time_zone.is_empty() || kind == Some(PoolKind::Slots), || {
                Violation::new(format!("{field}.time_zone"), "time_zone.without_period", "only goes with a period")
                    .with_value(&message.time_zone)
            });
            return None;
        }
    };
    Some(PeriodRule { length, time_zone: message.time_zone.clone() })
}

/// Reads a pool; none of what it counts is not known. As long as there are violations it is good for further checks, and for nothing
/// else: whose it is, and what it is counted in, may be unknown.
pub(crate) fn capacity_pool(
    field: &str,
    id: CapacityPoolId,
    organization: Option<OrganizationId>,
    message: v1::CapacityPool,
    violations: &mut Violations,
) -> Option<CapacityPool> {
    let kind =
        violations.take(kind(message.kind).ok_or_else(|| common::undefined(&format!("{field}.kind"), message.kind)));
    let unit = violations.take(Unit::parse(&format!("{field}.unit"), &message.unit));
    let period = period(field, &message, kind, violations);
    let periods = common::readable(
        format_args!("{field}.overrides"),
        &message.overrides,
        violations,
        |path, figures, violations| {
            let path = format_args!("{path}.period_start");
            Some(PeriodFigures {
                inherits: false,
                period_start: common::required_date(path, &figures.period_start, violations)?,
                figures: Figures {
                    // Left out, the pool's own total holds.
                    total: figures.total.or(message.total.filter(|_| !figures.total_unknown)),
                    used_elsewhere: figures.used_elsewhere,
                    ..Figures::default()
                },
            })
        },
    );
    let pool = CapacityPool {
        id,
        external: common::external(message.external),
        organization: organization.unwrap_or_else(|| OrganizationId::from_uuid(Uuid::nil())),
        name: message.title,
        kind: kind?,
        // One that goes with every kind and every currency, so that nothing more is said of it.
        unit: unit.or_else(|| Unit::parse("unit", "minor_unit").ok())?,
        currency: (!message.currency.is_empty()).then_some(message.currency),
        period,
        figures: Figures { total: message.total, used_elsewhere: message.used_elsewhere, ..Figures::default() },
        periods,
        pledged: false,
        confirmed_at: Timestamp::UNIX_EPOCH,
        version: Version::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    pool.check(field, violations);
    Some(pool)
}

pub(crate) fn capacity_pool_out(pool: &CapacityPool) -> v1::CapacityPool {
    let (period, time_zone) = match &pool.period {
        None => (v1::CapacityPeriod::Unspecified, String::new()),
        Some(rule) => {
            let length = match rule.length {
                PeriodLength::Day => v1::CapacityPeriod::Day,
                PeriodLength::Week => v1::CapacityPeriod::Week,
                PeriodLength::Month => v1::CapacityPeriod::Month,
            };
            (length, rule.time_zone.clone())
        }
    };
    v1::CapacityPool {
        name: pool.id.name(),
        external: common::external_out(pool.external.as_ref()),
        organization: pool.organization.name(),
        organization_external: None,
        title: pool.name.clone(),
        kind: kind_out(pool.kind).into(),
        unit: pool.unit.code().to_owned(),
        total: pool.figures.total,
        period: period.into(),
        time_zone,
        currency: pool.currency.clone().unwrap_or_default(),
        used_elsewhere: pool.figures.used_elsewhere,
        pending: pool.figures.pending,
        committed: pool.figures.committed,
        consumed: pool.figures.consumed,
        remaining: pool.figures.remaining(),
        confirm_time: Some(common::timestamp_out(pool.confirmed_at)),
        overrides: pool
            .periods
            .iter()
            .map(|period| v1::CapacityOverride {
                period_start: period.period_start.to_string(),
                total: period.figures.total,
                used_elsewhere: period.figures.used_elsewhere,
                pending: period.figures.pending,
                committed: period.figures.committed,
                consumed: period.figures.consumed,
                total_unknown: period.figures.total.is_none(),
            })
            .collect(),
        pledged: pool.pledged,
        etag: common::etag_out(pool.version),
        create_time: Some(common::timestamp_out(pool.created_at)),
        update_time: Some(common::timestamp_out(pool.updated_at)),
    }
}
