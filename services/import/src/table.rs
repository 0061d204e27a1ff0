//! Input as tables: every format is first brought to named tables of text cells, so that one reader cleans them all.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::clean::text::{self, Kind as TextKind};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;

/// The tables of HSDS that are told apart; other tables are counted and set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Organization,
    Program,
    Service,
    Location,
    ServiceAtLocation,
    /// Terms in HSDS 1.x, vocabularies in 3.x.
    Taxonomy,
    TaxonomyTerm,
    /// Links of services to terms in HSDS 1.x.
    ServiceTaxonomy,
    /// Links of anything to terms in HSDS 3.x.
    Attribute,
    Schedule,
    ServiceArea,
    Eligibility,
    Language,
    Accessibility,
    Address,
    Phone,
    CostOption,
    RequiredDocument,
    Other,
}

/// Tables of HSDS that Wishwell has no place for.
const NOT_IMPORTED: [&str; 18] = [
    "contact",
    "contacts",
    "funding",
    "fundings",
    "holiday_schedule",
    "holiday_schedules",
    "meta_table_description",
    "meta_table_descriptions",
    "metadata",
    "organization_identifier",
    "organization_identifiers",
    "payment_accepted",
    "service_capacity",
    "service_capacities",
    "unit",
    "units",
    "url",
    "urls",
];

impl Kind {
    /// Reads a table's name, as files and JSON properties have it.
    pub(crate) fn of(name: &str) -> Self {
        Self::named(name).unwrap_or(Self::Other)
    }

    /// The same; none for words that are no table of HSDS.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "organization" | "organizations" => Self::Organization,
            "program" | "programs" => Self::Program,
            "service" | "services" => Self::Service,
            "location" | "locations" => Self::Location,
            "service_at_location" | "service_at_locations" | "services_at_location" | "services_at_locations" => {
                Self::ServiceAtLocation
            }
            "taxonomy" | "taxonomies" => Self::Taxonomy,
            "taxonomy_term" | "taxonomy_terms" => Self::TaxonomyTerm,
            "service_taxonomy" | "services_taxonomy" | "service_taxonomies" => Self::ServiceTaxonomy,
            "attribute" | "attributes" | "service_attribute" | "service_attributes" => Self::Attribute,
            "schedule" | "schedules" | "regular_schedule" | "regular_schedules" => Self::Schedule,
            "service_area" | "service_areas" => Self::ServiceArea,
            "eligibility" | "eligibilities" => Self::Eligibility,
            "language" | "languages" => Self::Language,
            "accessibility" | "accessibility_for_disabilities" => Self::Accessibility,
            "address" | "addresses" | "physical_address" | "physical_addresses" => Self::Address,
            "phone" | "phones" => Self::Phone,
            "cost_option" | "cost_options" => Self::CostOption,
            "required_document" | "required_documents" => Self::RequiredDocument,
            name if NOT_IMPORTED.contains(&name) => Self::Other,
            _ => return None,
        })
    }
}

/// One input table.
#[derive(Debug)]
pub(crate) struct Table {
    pub kind: Kind,
    file: String,
    id: usize,
    columns: Vec<String>,
    index: HashMap<String, usize>,
    asked: RefCell<Vec<bool>>,
    rows: Vec<(RowId, Vec<String>)>,
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub id: RowId,
    table: &'a Table,
    cells: &'a [String],
}

impl Table {
    /// An empty table with its header; of two columns with one name the first stands.
    pub(crate) fn new(kind: Kind, ledger: &mut Ledger, file: &str, columns: Vec<String>) -> Self {
        let mut index = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            index.entry(column.clone()).or_insert(at);
        }
        let asked = RefCell::new(vec![false; columns.len()]);
        Self { kind, file: file.to_owned(), id: ledger.table(file), columns, index, asked, rows: Vec::new() }
    }

    /// Whether the header names a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.index.contains_key(column)
    }

    /// What reports call its file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The header.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Adds a row, read as row `number` of its file. A row that does not fit the header is set aside here.
    pub(crate) fn push(&mut self, ledger: &mut Ledger, number: u64, cells: Vec<String>) -> RowId {
        let key = self.index.get("id").and_then(|at| cells.get(*at)).map_or("", |key| key.trim());
        let id = ledger.row(self.id, number, key);
        match cells.len().cmp(&self.columns.len()) {
            std::cmp::Ordering::Less => ledger.set_aside(id, "", &cells.join(","), Rule::RowMissingFields),
            std::cmp::Ordering::Greater => ledger.set_aside(id, "", &cells.join(","), Rule::RowExtraFields),
            std::cmp::Ordering::Equal => self.rows.push((id, cells)),
        }
        id
    }

    /// Adds a row to the account that is not to be read: the caller says why in the ledger.
    pub(crate) fn out(&self, ledger: &mut Ledger, number: u64, cells: &[String]) -> RowId {
        let key = self.index.get("id").and_then(|at| cells.get(*at)).map_or("", |key| key.trim());
        ledger.row(self.id, number, key)
    }

    /// The rows that fit the header.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(id, cells)| Row { id: *id, table: self, cells })
    }

    /// Tells the ledger which columns have values that nobody asked for.
    pub(crate) fn close(&self, ledger: &mut Ledger) {
        let asked = self.asked.borrow();
        for (at, column) in self.columns.iter().enumerate() {
            // The key is in every report line; what else a row's key is good for depends on its table.
            if !asked[at] && column != "id" {
                let values = self.rows.iter().filter(|(_, cells)| !cells[at].trim().is_empty()).count();
                if values > 0 {
                    ledger.not_carried(&self.file, column, values as u64);
                }
            }
        }
    }
}

impl<'a> Row<'a> {
    /// The cell as it stands; empty when there is no such column.
    pub(crate) fn raw(&self, column: &str) -> &'a str {
        let Some(at) = self.table.index.get(column) else { return "" };
        self.table.asked.borrow_mut()[*at] = true;
        self.cells.get(*at).map_or("", String::as_str)
    }

    /// A key: white space around it means nothing.
    pub(crate) fn key(&self, column: &str) -> &'a str {
        self.raw(column).trim()
    }

    /// The first of several columns with a value.
    pub(crate) fn first(&self, columns: &[&'static str]) -> (&'static str, &'a str) {
        let found =
            columns.iter().map(|column| (*column, self.raw(column))).find(|(_, value)| !value.trim().is_empty());
        found.unwrap_or((columns.first().copied().unwrap_or(""), ""))
    }

    /// A cleaned cell; the ledger hears of every change.
    pub(crate) fn text(&self, ledger: &mut Ledger, column: &str, kind: TextKind) -> String {
        let (text, changes) = text::clean(self.raw(column), kind);
        for change in changes {
            ledger.repair(self.id, column, &change.before, change.rule, &change.after);
        }
        text
    }

    /// The first of several columns with a value, cleaned.
    pub(crate) fn first_text(&self, ledger: &mut Ledger, columns: &[&'static str], kind: TextKind) -> String {
        let (column, _) = self.first(columns);
        self.text(ledger, column, kind)
    }

    /// The whole row as a report shows it: each column that has a value.
    pub(crate) fn words(&self) -> String {
        let columns = self.table.columns.iter().zip(self.cells).map(|(column, cell)| (column, cell.trim()));
        let said: Vec<String> =
            columns.filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| format!("{column}: {cell}")).collect();
        said.join(", ")
    }

    /// Whether no column but the given ones has a value.
    pub(crate) fn is_empty_but(&self, keys: &[&str]) -> bool {
        self.table
            .columns
            .iter()
            .zip(self.cells)
            .all(|(column, cell)| cell.trim().is_empty() || keys.contains(&column.as_str()))
    }
}

/// All tables of one input.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub tables: Vec<Table>,
}

impl Tables {
    /// The rows of every table of a kind, that are still in.
    pub(crate) fn rows(&self, kind: Kind) -> impl Iterator<Item = Row<'_>> {
        self.tables.iter().filter(move |table| table.kind == kind).flat_map(Table::rows)
    }

    /// Whether there is a table of a kind.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.tables.iter().any(|table| table.kind == kind)
    }

    /// Tells the ledger which columns were not carried over, and sets aside rows that nobody took and tables that Wishwell has no
    /// place for.
    pub(crate) fn close(&self, ledger: &mut Ledger) {
        for table in &self.tables {
            let is_other = table.kind == Kind::Other;
            let rule = if is_other { Rule::TableNotImported } else { Rule::RowUnused };
            for row in table.rows() {
                if is_other || !ledger.is_taken(row.id) && !ledger.is_out(row.id) {
                    ledger.set_aside(row.id, "", &row.words(), rule);
                }
            }
            if !is_other {
                table.close(ledger);
            }
        }
    }
}
