//! Locations with their addresses and points.

use std::collections::BTreeMap;

use crate::clean::points::{self, Address, Verdict};
use crate::clean::text;
use crate::clean::text::Kind as TextKind;
use crate::directory::Point;
use crate::report::Ledger;
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};

/// What becomes of a location without a believable point.
const NO_POINT: &str = "no point: reached by phone or online first, serves everywhere";

/// A location.
pub(super) struct Place<'a> {
    pub row: Row<'a>,
    /// The organization key as the row gives it.
    pub organization: &'a str,
    /// Street address in one line, empty when there is none.
    pub address_line: String,
    /// State of the address, empty when not given.
    pub state: String,
    /// Address row that the line was read from.
    pub address_row: Option<Row<'a>>,
    verdict: Verdict,
    is_virtual: bool,
}

/// All locations by key.
pub(super) struct Places<'a> {
    places: BTreeMap<String, Place<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Place<'a>> {
        self.places.get(key)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Place<'a>> {
        self.places.values()
    }
}

impl Place<'_> {
    /// The point, where there is one that is believed.
    pub(super) fn point(&self) -> Option<Point> {
        if self.is_virtual { None } else { self.verdict.point() }
    }

    /// Tells the ledger what was done about the coordinates; called once the location is known to be used.
    pub(super) fn report(&self, ledger: &mut Ledger) {
        let given = format!("{}, {}", self.row.raw("latitude").trim(), self.row.raw("longitude").trim());
        let field = "latitude, longitude";
        match self.verdict {
            Verdict::Given(_) => {}
            Verdict::Repaired(point, rule) => {
                ledger.repair(self.row.id, field, &given, rule, &format!("{}, {}", point.latitude, point.longitude));
            }
            Verdict::Missing if self.is_virtual => {}
            Verdict::Missing => ledger.repair(self.row.id, field, "", Rule::CoordinateMissing, NO_POINT),
            Verdict::Refused(rule) => ledger.drop_value(self.row.id, field, &given, rule),
        }
    }
}

pub(super) fn read<'a>(tables: &'a Tables, ledger: &mut Ledger) -> Places<'a> {
    let rows = super::by_key(tables, Kind::Location, ledger);
    let addresses = physical_addresses(tables);
    let inputs: Vec<(String, String, Address)> = rows
        .iter()
        .map(|(key, row)| {
            let address = addresses.get(key.as_str()).map(address_of).unwrap_or_default();
            (row.raw("latitude").to_owned(), row.raw("longitude").to_owned(), address)
        })
        .collect();
    let verdicts = points::judge(&inputs);
    let mut places = BTreeMap::new();
    for (((key, row), (_, _, address)), verdict) in rows.into_iter().zip(inputs).zip(verdicts) {
        let address_row = addresses.get(key.as_str()).copied();
        let address_line = address_row.map(|row| address_line(&row, ledger)).unwrap_or_default();
        let is_virtual = row.key("location_type").eq_ignore_ascii_case("virtual");
        let organization = row.key("organization_id");
        let place = Place { row, organization, address_line, state: address.state, address_row, verdict, is_virtual };
        places.insert(key, place);
    }
    Places { places }
}

/// Each location's first physical address; without one, its first address.
fn physical_addresses(tables: &Tables) -> BTreeMap<&str, Row<'_>> {
    let mut addresses: BTreeMap<&str, Row<'_>> = BTreeMap::new();
    let postal = |row: &Row<'_>| row.key("address_type").eq_ignore_ascii_case("postal");
    for row in tables.rows(Kind::Address) {
        let location = row.key("location_id");
        if location.is_empty() || row.is_empty_but(super::details::KEYS) {
            continue;
        }
        match addresses.get(location) {
            Some(have) if !postal(have) || postal(&row) => {}
            _ => drop(addresses.insert(location, row)),
        }
    }
    addresses
}

fn address_of(row: &Row<'_>) -> Address {
    let plain = |column: &str| text::clean(row.raw(column), TextKind::Line).0;
    Address {
        street: text::clean(row.first(&["address_1", "address"]).1, TextKind::Line).0,
        city: plain("city"),
        state: plain("state_province"),
        postal_code: plain("postal_code"),
    }
}

/// An address in one line, cleaned.
pub(super) fn address_line(row: &Row<'_>, ledger: &mut Ledger) -> String {
    let mut part = |columns: &[&'static str]| row.first_text(ledger, columns, TextKind::Line);
    let streets = [part(&["attention"]), part(&["address_1", "address"]), part(&["address_2"]), part(&["city"])];
    let state = [part(&["state_province"]), part(&["postal_code"])];
    let (region, country) = (part(&["region"]), part(&["country"]));
    let state = state.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let parts = streets.into_iter().chain([region, state, country]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
