//! What an entry says of what is known.

use wishwell_domain::capacity_pool::{CapacityPool, Figures};
use wishwell_domain::ids::{ExternalId, OrganizationId, ResourceId};
use wishwell_domain::resource::Resource;
use wishwell_domain::{Violation, Violations};

use super::Caller;

/// Whose a resource is is settled when it is created: its referrals are with that organization.
pub(super) fn check_same_owner(
    field: &str,
    resource: &Resource,
    known: (ResourceId, OrganizationId),
    violations: &mut Violations,
) {
    let (id, organization) = known;
    violations.require(resource.organization == organization, || {
        let message = format!("cannot change: {} has another", id.name());
        Violation::new(format!("{field}.organization"), "resource.immutable", message)
    });
}

/// Holds a partner to external identities of its own, but for one that is there already: under those of other systems it would stand in the
/// way of whoever brings them from there, and a refusal of one that is taken would tell of what others have.
pub(crate) fn check_own_source(
    caller: &Caller,
    field: &str,
    external: Option<&ExternalId>,
    known: Option<&ExternalId>,
    violations: &mut Violations,
) {
    let Some(own) = caller.principal.organization.filter(|_| caller.is_partner()) else { return };
    let Some(external) = external.filter(|external| known != Some(external)) else { return };
    violations.require(external.is_of(own), || {
        let message = format!("must be {0}, or begin with {0} and a colon, where a partner says it", own.as_uuid());
        Violation::new(format!("{field}.external.source"), "external.own_source", message).with_value(&external.source)
    });
}

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
