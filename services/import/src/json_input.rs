//! JSON of the HSDS 3 API as tables: nested objects become rows of their own, linked by keys as the tabular form links them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::json_text;
use crate::report::{Ledger, RowId, clip};
use crate::rules::Rule;
use crate::table::{Kind, Table, Tables};

/// Deepest nesting of objects; organization → service → service at location → location → phone → language are six.
const DEPTH_MAX: usize = 12;

/// Whether a value looks like HSDS 3: objects with the names of HSDS, in any of the API's shapes. `file` is its file's name.
pub(crate) fn is_hsds(file: &str, value: &Value) -> bool {
    let named = Kind::named(stem(file));
    let mut objects = roots(value).into_iter().filter_map(Value::as_object);
    is_tabular(value)
        || objects.any(|object| {
            matches!(named, Some(Kind::Organization | Kind::Service)) || root_kind(object).is_some() || is_named(object)
        })
}

/// Brings a value to tables. `file` is what reports call it; `alone` says that it is all there is of the directory, so that objects with
/// nothing but a name are organizations unless the file's name says otherwise.
pub(crate) fn tables(file: &str, alone: bool, value: &Value, ledger: &mut Ledger) -> Tables {
    let mut collector = Collector { file, kinds: Vec::new(), index: HashMap::new(), seen: HashMap::new() };
    let roots = roots(value);
    let kinds = RootKinds::new(stem(file), alone, &roots);
    for root in roots {
        let kind = kinds.of(root);
        collector.object(kind, stem(file), root, &Parent::default(), 0);
    }
    for (name, value) in beside(value) {
        match value {
            Value::Null => {}
            Value::Array(rows) => {
                for row in rows {
                    collector.object(Kind::of(name), name, row, &Parent::default(), 0);
                }
            }
            Value::Object(_) => {
                collector.object(Kind::of(name), name, value, &Parent::default(), 0);
            }
            _ => ledger.not_carried(file, name, 1),
        }
    }
    collector.into_tables(ledger)
}

/// A file's name without its ending.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// `{organizations: [..], services: [..]}`: one array for each table. A record has a key or a name of its own.
fn is_tabular(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        !object.contains_key("id")
            && !object.contains_key("name")
            && object.iter().any(|(name, value)| value.is_array() && Kind::of(name) != Kind::Other)
    })
}

/// The objects of an array, of `{contents: [..]}`, or a single one; none where each table has an array.
fn roots(value: &Value) -> Vec<&Value> {
    match value {
        _ if is_tabular(value) => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        _ => {
            value.get("contents").and_then(Value::as_array).map_or_else(|| vec![value], |items| items.iter().collect())
        }
    }
}

/// What the top of a file has that is no root: the tables by their names, or what stands beside `contents`.
fn beside(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let is_tabular = is_tabular(value);
    let is_page = !is_tabular && value.get("contents").is_some_and(Value::is_array);
    let object = value.as_object().filter(|_| is_tabular || is_page);
    object.into_iter().flatten().filter(move |(name, _)| !is_page || *name != "contents")
}

/// What the objects at the top of a file are.
struct RootKinds {
    named: Option<Kind>,
    /// What is taken for certain of the first object that shows what it is.
    first: Option<Kind>,
    alone: bool,
}

impl RootKinds {
    fn new(stem: &str, alone: bool, roots: &[&Value]) -> Self {
        let first = roots.iter().find_map(|root| root_kind(root.as_object()?));
        Self { named: Kind::named(stem), first, alone }
    }

    fn of(&self, root: &Value) -> Kind {
        let unknown = self.first.unwrap_or(if self.alone { Kind::Service } else { Kind::Other });
        let Some(object) = root.as_object() else { return self.named.unwrap_or(unknown) };
        let nests = |name: &str| object.get(name).is_some_and(|value| value.is_object() || value.is_array());
        match self.named {
            // The one lies in the other, whatever the file is called.
            Some(Kind::Service) if nests("services") => Kind::Organization,
            Some(Kind::Organization) if nests("organization") => Kind::Service,
            Some(kind) => kind,
            None => match root_kind(object) {
                Some(kind) => kind,
                None if is_named(object) && (self.alone || self.first.is_some()) => Kind::Organization,
                None => unknown,
            },
        }
    }
}

/// A key and a name are all that an organization needs, but other things have them too.
fn is_named(object: &Map<String, Value>) -> bool {
    object.contains_key("id") && object.contains_key("name")
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
    name: String,
    rows: Vec<DraftRow>,
}

#[derive(Default)]
struct DraftRow {
    cells: Vec<(String, String)>,
    /// Cells that were not UTF-8, as UTF-8 has them.
    decoded: Vec<(String, String)>,
    fate: Option<Fate>,
}

enum Fate {
    NotAnObject(String),
    TooNested(String),
    /// The same object again; its cells have filled gaps of the first one, at this place of the draft.
    Again(usize),
}

struct Collector<'a> {
    file: &'a str,
    kinds: Vec<Draft>,
    /// Where a table of this name is.
    index: HashMap<String, usize>,
    /// Where an object with this kind and id is, so that repeated ones are found.
    seen: HashMap<(Kind, String), usize>,
}

impl DraftRow {
    fn add(&mut self, name: &str, value: &Value) {
        let (mut name, mut cell) = (name.to_ascii_lowercase(), scalar(value));
        json_text::unmark(&mut name);
        if let Some(before) = json_text::unmark(&mut cell) {
            self.decoded.push((name.clone(), before));
        }
        self.cells.push((name, cell));
    }
}

impl Collector<'_> {
    /// Takes an object apart into rows; its id. `name` is what the property is called that it lies in.
    fn object(&mut self, kind: Kind, name: &str, value: &Value, parent: &Parent, depth: usize) -> String {
        let object = match value {
            Value::Object(object) if depth <= DEPTH_MAX => object,
            _ => {
                let fate = if value.is_object() { Fate::TooNested } else { Fate::NotAnObject };
                let fate = Some(fate(as_it_stands(value)));
                self.push(kind, name, DraftRow { fate, ..DraftRow::default() });
                return String::new();
            }
        };
        let id = object.get("id").map(plain).unwrap_or_default();
        let here = Parent { kind: Some(kind), id: id.clone() };
        let mut row = DraftRow::default();
        for (name, value) in object {
            let nested =
                matches!(value, Value::Object(_)) || value.as_array().is_some_and(|a| a.iter().any(Value::is_object));
            if !nested || name == "extent" {
                row.add(name, value);
                continue;
            }
            let items = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
            for item in items {
                let child = self.object(Kind::of(name), name, item, &here, depth + 1);
                if let (Some(column), Value::Object(_)) = (owned_by(Kind::of(name)), value) {
                    row.cells.push((column.to_owned(), child));
                }
            }
        }
        link(kind, parent, &mut row.cells);
        self.insert(kind, name, id.clone(), row);
        id
    }

    fn insert(&mut self, kind: Kind, name: &str, id: String, row: DraftRow) {
        if id.is_empty() || kind == Kind::Other {
            self.push(kind, name, row);
            return;
        }
        if let Some(first) = self.seen.get(&(kind, id.clone())).copied() {
            let draft = self.index[&table_name(kind, name)];
            let have = &mut self.kinds[draft].rows[first].cells;
            for (name, value) in &row.cells {
                match have.iter_mut().find(|(n, _)| n == name) {
                    Some((_, old)) if old.is_empty() => old.clone_from(value),
                    Some(_) => {}
                    None => have.push((name.clone(), value.clone())),
                }
            }
            self.push(kind, name, DraftRow { fate: Some(Fate::Again(first)), ..row });
            return;
        }
        let at = self.push(kind, name, row);
        self.seen.insert((kind, id), at);
    }

    fn push(&mut self, kind: Kind, name: &str, row: DraftRow) -> usize {
        let name = table_name(kind, name);
        let draft = *self.index.entry(name.clone()).or_insert_with(|| {
            self.kinds.push(Draft { kind, name, rows: Vec::new() });
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
        let decoded: Vec<(String, String, String)> = row
            .decoded
            .into_iter()
            .map(|(name, before)| (by_name.get(&name).cloned().unwrap_or_default(), name, before))
            .collect();
        let cells = columns.iter().map(|column| by_name.remove(column).unwrap_or_default()).collect();
        let number = at as u64 + 1;
        let id = match row.fate {
            None => table.push(ledger, number, cells),
            Some(fate) => {
                let id = table.out(ledger, number, &cells);
                match fate {
                    Fate::NotAnObject(value) => ledger.set_aside(id, "", &value, Rule::RowNotAnObject),
                    Fate::TooNested(value) => ledger.set_aside(id, "", &value, Rule::RowTooNested),
                    Fate::Again(first) => ledger.merge(id, Rule::RowDuplicate, ids[first]),
                }
                id
            }
        };
        for (after, name, before) in decoded {
            ledger.repair(id, &name, &before, Rule::TextNotUtf8, &after);
        }
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
        cells.push(("link_entity".to_owned(), table_name(parent_kind, "other")));
    }
}

/// What reports call the table of a kind; one that Wishwell has no place for is called as in the input.
fn table_name(kind: Kind, name: &str) -> String {
    let name = match kind {
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
        Kind::Other => return clip(&plain(&Value::String(name.to_ascii_lowercase()))),
    };
    name.to_owned()
}

/// A value as text.
pub(crate) fn plain(value: &Value) -> String {
    let mut text = scalar(value);
    json_text::unmark(&mut text);
    text
}

/// A value as JSON, for a report.
pub(crate) fn as_it_stands(value: &Value) -> String {
    let mut text = value.to_string();
    json_text::unmark(&mut text);
    text
}

/// A value without objects in it as a cell.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(scalar).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
