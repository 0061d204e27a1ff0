//! JSON of the HSDS 3 API as tables: nested objects become rows of their own, linked by keys as the tabular form links them.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use crate::clean::mojibake;
use crate::csv_input;
use crate::error::ImportError;
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Table, Tables};

/// Deepest nesting of objects; organization → service → service at location → location → phone → language are six.
const DEPTH_MAX: usize = 12;

/// Reads a JSON file: one value, or one object on each line.
///
/// # Errors
/// [`ImportError::Json`] with line and column, [`ImportError::Io`], [`ImportError::TooLarge`].
pub(crate) fn read_value(path: &Path) -> Result<Value, ImportError> {
    let mut bytes = Vec::new();
    let failed = |source| ImportError::Io { action: "read", path: path.to_owned(), source };
    csv_input::open(path)?.read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8(bytes).unwrap_or_else(|e| mojibake::from_windows_1252(e.as_bytes()));
    let text = text.trim_start_matches('\u{FEFF}').trim();
    let one = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value @ Value::Object(_)) => lines.push(value),
            // The whole file's error says more than the first line's, unless lines before it were fine.
            _ if lines.is_empty() => return Err(ImportError::Json { path: path.to_owned(), reason: one.to_string() }),
            Ok(_) => lines.push(Value::Null),
            Err(error) => {
                let reason = format!("{error} (in record {})", lines.len() + 1);
                return Err(ImportError::Json { path: path.to_owned(), reason });
            }
        }
    }
    Ok(Value::Array(lines))
}

/// Whether a value looks like HSDS 3: objects with the names of HSDS, in any of the API's shapes.
pub(crate) fn is_hsds(value: &Value) -> bool {
    roots(value).iter().any(|object| object.as_object().is_some_and(|object| root_kind(object).is_some()))
        || value.as_object().is_some_and(|object| tabular(object).next().is_some())
}

/// Brings a value to tables. `file` is what reports call it.
pub(crate) fn tables(file: &str, value: &Value, ledger: &mut Ledger) -> Tables {
    let mut collector = Collector { file, kinds: Vec::new(), index: HashMap::new(), seen: HashMap::new() };
    let by_table: Vec<(Kind, &Vec<Value>)> = value.as_object().into_iter().flat_map(tabular).collect();
    if by_table.is_empty() {
        for object in roots(value) {
            let kind = object.as_object().and_then(root_kind).unwrap_or(Kind::Service);
            collector.object(kind, object, &Parent::default(), 0);
        }
    }
    for (kind, rows) in by_table {
        for row in rows {
            collector.object(kind, row, &Parent::default(), 0);
        }
    }
    collector.into_tables(ledger)
}

/// The objects of an array, of `{contents: [..]}`, or a single one.
fn roots(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(object) => match object.get("contents").and_then(Value::as_array) {
            Some(items) => items.iter().collect(),
            None if root_kind(object).is_some() => vec![value],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// `{organizations: [..], services: [..]}`: one array for each table.
fn tabular(object: &Map<String, Value>) -> impl Iterator<Item = (Kind, &Vec<Value>)> {
    let is_record = object.contains_key("id") || object.contains_key("name");
    object.iter().filter_map(move |(name, value)| match (Kind::of(name), value) {
        (Kind::Other, _) | (_, Value::Null) => None,
        (kind, Value::Array(rows)) if !is_record => Some((kind, rows)),
        _ => None,
    })
}

/// What a top-level object is, told by what only it has.
fn root_kind(object: &Map<String, Value>) -> Option<Kind> {
    let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
    if has(&["service", "service_id"]) && has(&["location", "location_id"]) {
        Some(Kind::ServiceAtLocation)
    } else if has(&[
        "service_at_locations",
        "organization_id",
        "organization",
        "application_process",
        "fees_description",
    ]) || (has(&["status"]) && has(&["name"]))
    {
        Some(Kind::Service)
    } else if has(&[
        "services",
        "website",
        "tax_status",
        "legal_status",
        "organization_identifiers",
        "year_incorporated",
    ]) {
        Some(Kind::Organization)
    } else if has(&["latitude", "longitude", "location_type", "addresses"]) {
        Some(Kind::Location)
    } else if has(&["id"]) && has(&["name"]) {
        Some(Kind::Organization)
    } else {
        None
    }
}

/// What an object lies in.
#[derive(Debug, Clone, Default)]
struct Parent {
    kind: Option<Kind>,
    id: String,
}

/// Rows of one kind before their header is known.
struct Draft {
    kind: Kind,
    name: &'static str,
    rows: Vec<DraftRow>,
}

struct DraftRow {
    cells: Vec<(String, String)>,
    fate: Option<Fate>,
}

enum Fate {
    NotAnObject(String),
    TooNested,
    /// The same object again; its cells have filled gaps of the first one, at this place of the draft.
    Again(usize),
}

struct Collector<'a> {
    file: &'a str,
    kinds: Vec<Draft>,
    index: HashMap<Kind, usize>,
    /// Where an object with this kind and id is, so that repeated ones are found.
    seen: HashMap<(Kind, String), usize>,
}

impl Collector<'_> {
    fn object(&mut self, kind: Kind, value: &Value, parent: &Parent, depth: usize) -> String {
        let Some(object) = value.as_object() else {
            self.push(kind, DraftRow { cells: Vec::new(), fate: Some(Fate::NotAnObject(value.to_string())) });
            return String::new();
        };
        if depth > DEPTH_MAX {
            self.push(kind, DraftRow { cells: Vec::new(), fate: Some(Fate::TooNested) });
            return String::new();
        }
        let id = object.get("id").map(scalar).unwrap_or_default();
        let here = Parent { kind: Some(kind), id: id.clone() };
        let mut cells = Vec::new();
        for (name, value) in object {
            let nested =
                matches!(value, Value::Object(_)) || value.as_array().is_some_and(|a| a.iter().any(Value::is_object));
            if !nested || name == "extent" {
                cells.push((name.to_ascii_lowercase(), scalar(value)));
                continue;
            }
            let items = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
            for item in items {
                let child = self.object(Kind::of(name), item, &here, depth + 1);
                if let (Some(column), Value::Object(_)) = (owned_by(Kind::of(name)), value) {
                    cells.push((column.to_owned(), child));
                }
            }
        }
        link(kind, parent, &mut cells);
        self.insert(kind, id.clone(), cells);
        id
    }

    fn insert(&mut self, kind: Kind, id: String, cells: Vec<(String, String)>) {
        if id.is_empty() {
            self.push(kind, DraftRow { cells, fate: None });
            return;
        }
        if let Some(first) = self.seen.get(&(kind, id.clone())).copied() {
            let draft = self.index[&kind];
            let have = &mut self.kinds[draft].rows[first].cells;
            for (name, value) in &cells {
                match have.iter_mut().find(|(n, _)| n == name) {
                    Some((_, old)) if old.is_empty() => old.clone_from(value),
                    Some(_) => {}
                    None => have.push((name.clone(), value.clone())),
                }
            }
            self.push(kind, DraftRow { cells, fate: Some(Fate::Again(first)) });
            return;
        }
        let at = self.push(kind, DraftRow { cells, fate: None });
        self.seen.insert((kind, id), at);
    }

    fn push(&mut self, kind: Kind, row: DraftRow) -> usize {
        let draft = *self.index.entry(kind).or_insert_with(|| {
            self.kinds.push(Draft { kind, name: table_name(kind), rows: Vec::new() });
            self.kinds.len() - 1
        });
        let rows = &mut self.kinds[draft].rows;
        rows.push(row);
        rows.len() - 1
    }

    fn into_tables(mut self, ledger: &mut Ledger) -> Tables {
        self.kinds.sort_by_key(|draft| draft.kind);
        let file = self.file;
        Tables { tables: self.kinds.into_iter().map(|draft| table(file, draft, ledger)).collect() }
    }
}

fn table(file: &str, draft: Draft, ledger: &mut Ledger) -> Table {
    let mut columns: Vec<String> =
        draft.rows.iter().flat_map(|row| row.cells.iter().map(|(name, _)| name.clone())).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut table = Table::new(draft.kind, ledger, &format!("{file}#{}", draft.name), columns.clone());
    let mut ids: Vec<RowId> = Vec::with_capacity(draft.rows.len());
    for (at, row) in draft.rows.into_iter().enumerate() {
        let mut by_name: HashMap<String, String> = row.cells.into_iter().collect();
        let cells = columns.iter().map(|column| by_name.remove(column).unwrap_or_default()).collect();
        let number = at as u64 + 1;
        let id = match row.fate {
            None => table.push(ledger, number, cells),
            Some(fate) => {
                let id = table.out(ledger, number, &cells);
                match fate {
                    Fate::NotAnObject(value) => ledger.set_aside(id, "", &value, Rule::RowNotAnObject),
                    Fate::TooNested => ledger.set_aside(id, "", "", Rule::RowTooNested),
                    Fate::Again(first) => ledger.merge(id, Rule::RowDuplicate, ids[first]),
                }
                id
            }
        };
        ids.push(id);
    }
    table
}

/// Where an object that stands in a property of its own is linked: `organization: {..}` gives `organization_id`.
fn owned_by(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Organization => Some("organization_id"),
        Kind::Program => Some("program_id"),
        Kind::Service => Some("service_id"),
        Kind::Location => Some("location_id"),
        Kind::TaxonomyTerm => Some("taxonomy_term_id"),
        Kind::Taxonomy => Some("taxonomy_id"),
        _ => None,
    }
}

/// Links an object to what it lies in, unless it says so itself.
fn link(kind: Kind, parent: &Parent, cells: &mut Vec<(String, String)>) {
    let column = match (parent.kind, kind) {
        (_, Kind::Attribute) => Some("link_id"),
        // A service or a place in a property of its own is linked from the other side.
        (Some(Kind::ServiceAtLocation), Kind::Service | Kind::Location) | (Some(Kind::Service), Kind::Organization) => {
            None
        }
        (Some(Kind::Organization), _) => Some("organization_id"),
        (Some(Kind::Service), _) => Some("service_id"),
        (Some(Kind::Location), _) => Some("location_id"),
        (Some(Kind::ServiceAtLocation), _) => Some("service_at_location_id"),
        (Some(Kind::Phone), Kind::Language) => Some("phone_id"),
        _ => None,
    };
    if let Some(column) = column
        && !cells.iter().any(|(name, value)| name == column && !value.is_empty())
    {
        cells.retain(|(name, _)| name != column);
        cells.push((column.to_owned(), parent.id.clone()));
    }
    if kind == Kind::Attribute
        && let Some(parent_kind) = parent.kind
        && !cells.iter().any(|(name, _)| name == "link_entity")
    {
        cells.push(("link_entity".to_owned(), table_name(parent_kind).to_owned()));
    }
}

fn table_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "organization",
        Kind::Program => "program",
        Kind::Service => "service",
        Kind::Location => "location",
        Kind::ServiceAtLocation => "service_at_location",
        Kind::Taxonomy => "taxonomy",
        Kind::TaxonomyTerm => "taxonomy_term",
        Kind::ServiceTaxonomy => "service_taxonomy",
        Kind::Attribute => "attribute",
        Kind::Schedule => "schedule",
        Kind::ServiceArea => "service_area",
        Kind::Eligibility => "eligibility",
        Kind::Language => "language",
        Kind::Accessibility => "accessibility",
        Kind::Address => "address",
        Kind::Phone => "phone",
        Kind::CostOption => "cost_option",
        Kind::RequiredDocument => "required_document",
        Kind::Other => "other",
    }
}

/// A value without objects in it as a cell.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(scalar).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
