//! Organizations, and how to reach them.

use std::collections::BTreeMap;

use super::places::Places;
use crate::clean::text::Kind as TextKind;
use crate::directory::Organization;
use crate::options::{ADDRESS_CHARS_MAX, EMAIL_CHARS_MAX, PHONE_CHARS_MAX, URL_CHARS_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Tables};
use crate::upload::Stage;

/// An organization with the row it was read from.
pub(super) struct Entry {
    pub organization: Organization,
}

pub(super) fn read(tables: &Tables, ledger: &mut Ledger) -> BTreeMap<String, Entry> {
    let mut organizations = BTreeMap::new();
    for (key, row) in super::by_key(tables, Kind::Organization, ledger) {
        let name = super::title(&row, ledger, "name");
        if name.is_empty() {
            ledger.set_aside(row.id, "name", "", Rule::OrganizationNoName);
            continue;
        }
        ledger.becomes(Stage::Organizations, &key);
        ledger.take(row.id);
        let url = row.first_text(ledger, &["website", "url"], TextKind::Url);
        let email = row.text(ledger, "email", TextKind::Line);
        let organization = Organization {
            external_id: key.clone(),
            name,
            url: bounded(url, URL_CHARS_MAX, row.id, "url", ledger),
            email: bounded(email, EMAIL_CHARS_MAX, row.id, "email", ledger),
            ..Organization::default()
        };
        organizations.insert(key, Entry { organization });
    }
    organizations
}

/// A contact that is too long to be one is left out.
fn bounded(value: String, chars_max: usize, row: RowId, field: &str, ledger: &mut Ledger) -> String {
    if value.chars().count() <= chars_max {
        return value;
    }
    ledger.drop_value(row, field, &value, Rule::TextTooLong);
    String::new()
}

/// Adds telephones and addresses: those that name the organization alone, else the address of its first own location.
pub(super) fn add_contacts(
    tables: &Tables,
    organizations: &mut BTreeMap<String, Entry>,
    places: &Places<'_>,
    ledger: &mut Ledger,
) {
    for row in tables.rows(Kind::Phone) {
        let own = ["service_id", "location_id", "service_at_location_id", "contact_id"]
            .iter()
            .all(|key| row.key(key).is_empty());
        if let Some(entry) = organizations.get_mut(row.key("organization_id"))
            && own
            && !ledger.is_out(row.id)
        {
            let number = row.text(ledger, "number", TextKind::Line);
            if number.is_empty() {
                continue;
            }
            ledger.becomes(Stage::Organizations, &entry.organization.external_id);
            ledger.take(row.id);
            let phone = &mut entry.organization.phone;
            let joined = if phone.is_empty() { number } else { format!("{phone}; {number}") };
            if joined.chars().count() <= PHONE_CHARS_MAX {
                *phone = joined;
            } else {
                ledger.drop_value(row.id, "number", &joined, Rule::TextTooLong);
            }
        }
    }
    for row in tables.rows(Kind::Address) {
        if row.key("location_id").is_empty()
            && let Some(entry) = organizations.get_mut(row.key("organization_id"))
            && !row.is_empty_but(super::details::KEYS)
        {
            ledger.becomes(Stage::Organizations, &entry.organization.external_id);
            ledger.take(row.id);
            if entry.organization.address.is_empty() {
                let line = super::places::address_line(&row, ledger);
                entry.organization.address = bounded(line, ADDRESS_CHARS_MAX, row.id, "address", ledger);
            }
        }
    }
    for place in places.all() {
        if let Some(entry) = organizations.get_mut(place.organization)
            && entry.organization.address.is_empty()
            && place.address_line.chars().count() <= ADDRESS_CHARS_MAX
        {
            entry.organization.address.clone_from(&place.address_line);
        }
    }
}
