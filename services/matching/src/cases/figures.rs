//! What an entry of a batch says of a pool that is known.

use wishwell_domain::capacity_pool::{CapacityPool, Figures};
use wishwell_domain::{Violation, Violations};

/// Whose a pool is and what it counts is settled when it is created: resources draw on it.
pub(super) fn check_same_pool(field: &str, pool: &CapacityPool, known: &CapacityPool, violations: &mut Violations) {
    let settled = [
        ("organization", pool.organization == known.organization),
        ("kind", pool.kind == known.kind),
        ("unit", pool.unit == known.unit),
        ("period", pool.period == known.period),
        ("currency", pool.currency == known.currency),
    ];
    for (name, same) in settled {
        // What could not be read is told of.
        let same = same || violations.tells_of(format_args!("{field}.{name}"));
        violations.require(same, || {
            let message = format!("cannot change: {} has another", known.id.name());
            Violation::new(format!("{field}.{name}"), "pool.immutable", message)
        });
    }
}

/// Whether an entry says of a pool what is known; what is held is not the entry's to say.
pub(super) fn same_figures(known: &CapacityPool, pool: &CapacityPool) -> bool {
    let said = |figures: &Figures| (figures.total, figures.used_elsewhere);
    let periods = |pool: &CapacityPool| {
        let said_of = pool.periods.iter().filter(|period| !period.inherits);
        let mut periods: Vec<_> = said_of.map(|p| (p.period_start, said(&p.figures))).collect();
        periods.sort_unstable_by_key(|period| period.0);
        periods
    };
    said(&known.figures) == said(&pool.figures) && periods(known) == periods(pool)
}
