//! Services, and which organization answers for each.

use std::collections::BTreeMap;

use super::organizations::Entry;
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
        if matches!(status.as_str(), "inactive" | "defunct") {
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
