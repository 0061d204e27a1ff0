//! Services, and which organization answers for each.

use std::collections::{BTreeMap, BTreeSet};

use super::organizations::Entry;
use crate::directory::{Absence, Resource};
use crate::report::Ledger;
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};

/// How many services are followed from one to the next in search of an organization.
const CHAIN_MAX: usize = 8;

/// A service whose organization is known.
pub(super) struct Service<'a> {
    pub row: Row<'a>,
    pub organization: String,
    pub name: String,
    pub paused: bool,
}

pub(super) fn read<'a>(
    tables: &'a Tables,
    organizations: &BTreeMap<String, Entry>,
    ledger: &mut Ledger,
) -> BTreeMap<String, Service<'a>> {
    let rows = super::by_key(tables, Kind::Service, ledger);
    let programs: BTreeMap<&str, &str> =
        tables.rows(Kind::Program).map(|row| (row.key("id"), row.key("organization_id"))).collect();
    let mut services = BTreeMap::new();
    for (key, row) in &rows {
        let status = row.key("status").to_ascii_lowercase();
        if has_ended(&status) {
            ledger.set_aside(row.id, "status", &status, Rule::ServiceInactive);
            continue;
        }
        let given = row.key("organization_id");
        let given = if given.is_empty() { programs.get(row.key("program_id")).copied().unwrap_or("") } else { given };
        let Some(organization) = organization_of(given, &rows, organizations) else {
            ledger.set_aside(row.id, "organization_id", given, Rule::OrganizationUnknown);
            continue;
        };
        let name = super::title(row, ledger, "name");
        if name.is_empty() {
            ledger.set_aside(row.id, "name", "", Rule::ServiceNoName);
            continue;
        }
        if organization != given {
            ledger.repair(row.id, "organization_id", given, Rule::OrganizationThroughService, organization);
        }
        let paused = status == "temporarily closed";
        services.insert(key.clone(), Service { row: *row, organization: organization.to_owned(), name, paused });
    }
    services
}

/// Whether a status says that a service is not given any more.
fn has_ended(status: &str) -> bool {
    matches!(status, "inactive" | "defunct")
}

/// Keys of resources that the tables speak of besides those they give, with the reason.
pub(super) fn left_out(tables: &Tables, resources: &[Resource]) -> BTreeMap<String, Absence> {
    let over = |row: &Row<'_>| has_ended(&row.key("status").to_ascii_lowercase());
    let ended: BTreeSet<&str> = tables.rows(Kind::Service).filter(over).map(|row| row.key("id")).collect();
    let absence = |service: &str| if ended.contains(service) { Absence::Ended } else { Absence::NotImported };
    let alone = tables.rows(Kind::Service).map(|row| (without_place(row.key("id")), absence(row.key("id"))));
    let placed = tables.rows(Kind::ServiceAtLocation).map(|row| {
        let service = row.key("service_id");
        (at_place(row.key("id"), service, row.key("location_id")), absence(service))
    });
    let mut left_out: BTreeMap<String, Absence> = alone.chain(placed).collect();
    for resource in resources {
        left_out.remove(&resource.external_id);
    }
    left_out
}

/// Key of the resource that a service without a place is.
pub(super) fn without_place(service: &str) -> String {
    format!("service:{service}")
}

/// Key of the resource that a service at a place is: that of the link between both, where it has one.
pub(super) fn at_place(link: &str, service: &str, location: &str) -> String {
    if link.is_empty() { format!("{service}@{location}") } else { link.to_owned() }
}

/// The organization that a key means: the key of one, or of a service (a site that is listed as a service of its own), whose
/// organization is then asked for.
fn organization_of<'r>(
    given: &'r str,
    services: &BTreeMap<String, Row<'r>>,
    organizations: &BTreeMap<String, Entry>,
) -> Option<&'r str> {
    let mut key = given;
    for _ in 0..CHAIN_MAX {
        if organizations.contains_key(key) {
            return Some(key);
        }
        let next = services.get(key)?.key("organization_id");
        if next == key {
            return None;
        }
        key = next;
    }
    None
}
