//! From a path to a cleaned directory: finds out the format, reads, cleans.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::directory::{Directory, Format};
use crate::error::ImportError;
use crate::options::{Options, SOURCE_CHARS_MAX};
use crate::report::{Ledger, Report};
use crate::table::{Kind, Tables};
use crate::{csv_input, hsds, json_input, linksf};

/// What is looked for, in the words of the error that says it was not there.
const LOOKED_FOR: &str = "an HSDS tabular package (a folder with services.csv and organizations.csv), \
    HSDS 3 JSON (organizations or services with ids, as an array, one object on each line, or under \"contents\"), \
    or LinkSF facilities (a JSON array of objects with objectId, services and location)";

/// Reads a directory of services and cleans it. The same input gives the same result, in the same order.
///
/// # Errors
/// [`ImportError`] says what is wrong with the input as a whole, or with an option. Dirty rows are no errors: they are in the report.
pub fn read(path: &Path, options: &Options) -> Result<(Directory, Report), ImportError> {
    options.check()?;
    let mut ledger = Ledger::default();
    let directory = match find(path)? {
        Found::Csv { format, files } => {
            let mut tables = Tables::default();
            for (file, name, kind) in files {
                tables.tables.push(csv_input::read(&file, &name, kind, &mut ledger)?);
            }
            require_columns(path, &tables)?;
            hsds::build(&tables, format, &source(path, format, options), options, &mut ledger)?
        }
        Found::LinkSf { file, value } => {
            let source = source(path, Format::LinkSf, options);
            linksf::build(&name_of(&file), &value, &source, options, &mut ledger)
        }
        Found::HsdsJson { files } => {
            let mut tables = Tables::default();
            for (file, value) in files {
                tables.tables.extend(json_input::tables(&name_of(&file), &value, &mut ledger).tables);
            }
            let source = source(path, Format::HsdsJson3, options);
            hsds::build(&tables, Format::HsdsJson3, &source, options, &mut ledger)?
        }
    };
    Ok((directory, ledger.finish()))
}

enum Found {
    Csv { format: Format, files: Vec<(PathBuf, String, Kind)> },
    HsdsJson { files: Vec<(PathBuf, Value)> },
    LinkSf { file: PathBuf, value: Value },
}

fn find(path: &Path) -> Result<Found, ImportError> {
    let failed = |source| ImportError::Io { action: "read", path: path.to_owned(), source };
    let mut files = Vec::new();
    if std::fs::metadata(path).map_err(failed)?.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_file() {
                files.push(entry);
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    let with = |endings: &[&str]| -> Vec<PathBuf> {
        let has = |file: &&PathBuf| {
            file.extension().is_some_and(|e| endings.iter().any(|ending| e.eq_ignore_ascii_case(ending)))
        };
        files.iter().filter(has).cloned().collect()
    };
    let csv: Vec<(PathBuf, String, Kind)> = with(&["csv"])
        .into_iter()
        .map(|file| {
            let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            (file.clone(), name_of(&file), Kind::of(&stem))
        })
        .collect();
    let has = |kind: Kind| csv.iter().any(|(_, _, have)| *have == kind);
    if has(Kind::Service) && has(Kind::Organization) {
        return Ok(Found::Csv { format: version(&csv), files: csv });
    }
    find_json(path, &files, with(&["json", "ndjson", "jsonl"]))
}

fn find_json(path: &Path, all: &[PathBuf], json: Vec<PathBuf>) -> Result<Found, ImportError> {
    let mut hsds = Vec::new();
    for file in json.into_iter().filter(|file| file.file_name().is_none_or(|name| name != "datapackage.json")) {
        let value = json_input::read_value(&file)?;
        if linksf::is_linksf(&value) {
            return Ok(Found::LinkSf { file, value });
        }
        if json_input::is_hsds(&value) {
            hsds.push((file, value));
        }
    }
    if !hsds.is_empty() {
        return Ok(Found::HsdsJson { files: hsds });
    }
    let names: Vec<String> = all.iter().take(12).map(|file| name_of(file)).collect();
    let found = if names.is_empty() { "no files".to_owned() } else { names.join(", ") };
    Err(ImportError::UnknownFormat { path: path.to_owned(), looked_for: LOOKED_FOR.to_owned(), found })
}

/// HSDS 3 has tables that 1.x lacks or names otherwise.
fn version(files: &[(PathBuf, String, Kind)]) -> Format {
    let is_new = |name: &str, kind: Kind| {
        matches!(kind, Kind::TaxonomyTerm | Kind::Attribute)
            || ["schedule.", "schedules.", "service_at_location.", "service_at_locations.", "address.", "addresses."]
                .iter()
                .any(|start| name.to_ascii_lowercase().starts_with(start))
    };
    if files.iter().any(|(_, name, kind)| is_new(name, *kind)) { Format::HsdsTabular3 } else { Format::HsdsTabular1 }
}

/// Without these columns nothing can be linked: a wrong file, or one without its header.
fn require_columns(path: &Path, tables: &Tables) -> Result<(), ImportError> {
    for table in &tables.tables {
        let needed: &[&'static str] = match table.kind {
            Kind::Organization | Kind::Service => &["id", "name"],
            Kind::Location => &["id"],
            Kind::ServiceAtLocation => &["service_id", "location_id"],
            _ => &[],
        };
        for column in needed {
            if !table.has(column) {
                let header = table.columns().join(",");
                return Err(ImportError::MissingColumn { path: path.join(table.file()), column, header });
            }
        }
    }
    Ok(())
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The external source: the option, else the format and the folder's or file's name.
fn source(path: &Path, format: Format, options: &Options) -> String {
    if let Some(source) = &options.source {
        return source.clone();
    }
    if format == Format::LinkSf {
        return "linksf".to_owned();
    }
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = stem.trim_start_matches("hsds").trim_start_matches(['_', '-', '.', ' ']);
    let name: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(SOURCE_CHARS_MAX - 5).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "hsds:directory".to_owned() } else { format!("hsds:{name}") }
}
