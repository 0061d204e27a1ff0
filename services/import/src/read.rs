//! From a path to a cleaned directory: finds out the format, reads, cleans.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::directory::{Directory, Format};
use crate::error::ImportError;
use crate::json_text::Document;
use crate::note::Note;
use crate::options::{Options, SOURCE_CHARS_MAX};
use crate::reading::Reading;
use crate::report::{LINES, Ledger, Report};
use crate::table::{Kind, Tables};
use crate::{csv_input, hsds, json_input, json_text, linksf};

/// What is looked for, in the words of the error that says it was not there.
const LOOKED_FOR: &str = "an HSDS tabular package (a folder with services.csv and organizations.csv), \
    HSDS 3 JSON (organizations or services with ids, as an array, one object on each line, or under \"contents\"), \
    or LinkSF facilities (a JSON array of objects with objectId, services and location)";

/// Describes a tabular package, and has no rows.
const DESCRIPTION: &str = "datapackage.json";
/// Most files that are named because they were not read.
const NAMES_MAX: usize = 12;

/// Reads a directory of services and cleans it. The same input gives the same result, in the same order.
///
/// # Errors
/// [`ImportError`] says what is wrong with the input as a whole, or with an option. Dirty rows are no errors: they are in the report.
pub fn read(path: &Path, options: &Options) -> Result<(Directory, Report), ImportError> {
    read_beside(path, options, &Arc::default())
}

/// As [`read`], while somebody looks on.
///
/// # Errors
/// As [`read`].
pub fn read_beside(path: &Path, options: &Options, reading: &Arc<Reading>) -> Result<(Directory, Report), ImportError> {
    options.check()?;
    let mut ledger = Ledger::watched(Arc::clone(reading));
    let listing = list(path)?;
    let found = find(path, &listing)?;
    if let Some(note) = not_read(&listing, &found) {
        ledger.note(note);
    }
    let directory = match found {
        Found::Csv { format, files } => {
            let mut tables = Tables::default();
            for (file, name, kind) in files {
                tables.tables.push(csv_input::read(&file, &name, kind, &mut ledger)?);
            }
            require_columns(path, &tables)?;
            reading.clean();
            hsds::build(&tables, format, &source(path, format, options), options, &mut ledger)?
        }
        Found::LinkSf { file, document } => {
            let source = source(path, Format::LinkSf, options);
            let file = name_of(&file);
            document.account(&file, &mut ledger);
            reading.clean();
            linksf::build(&file, &document.value, &source, options, &mut ledger)
        }
        Found::HsdsJson { files } => {
            let mut tables = Tables::default();
            let alone = files.len() == 1;
            for (file, document) in files {
                let file = name_of(&file);
                document.account(&file, &mut ledger);
                tables.tables.extend(json_input::tables(&file, alone, &document.value, &mut ledger).tables);
            }
            let source = source(path, Format::HsdsJson3, options);
            reading.clean();
            hsds::build(&tables, Format::HsdsJson3, &source, options, &mut ledger)?
        }
    };
    Ok((directory, ledger.finish()))
}

enum Found {
    Csv { format: Format, files: Vec<(PathBuf, String, Kind)> },
    HsdsJson { files: Vec<(PathBuf, Document)> },
    LinkSf { file: PathBuf, document: Document },
}

/// What lies in a folder, by name; a file by itself.
fn list(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let failed = |source| ImportError::Io { action: "read", path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut listing = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        listing.push(entry.map_err(failed)?.path());
    }
    listing.sort();
    Ok(listing)
}

/// Names what lies in the folder and is not read.
fn not_read(listing: &[PathBuf], found: &Found) -> Option<Note> {
    let is_read = |path: &PathBuf| match found {
        Found::Csv { files, .. } => files.iter().any(|(file, _, _)| file == path),
        Found::HsdsJson { files } => files.iter().any(|(file, _)| file == path),
        Found::LinkSf { file, .. } => file == path,
    };
    let mut files: Vec<String> =
        listing.iter().filter(|path| !is_read(path)).map(|path| name_of(path)).filter(|n| n != DESCRIPTION).collect();
    let more = files.len().saturating_sub(NAMES_MAX);
    files.truncate(NAMES_MAX);
    (!files.is_empty()).then_some(Note::NotRead { files, more })
}

fn find(path: &Path, listing: &[PathBuf]) -> Result<Found, ImportError> {
    let files: Vec<PathBuf> = listing.iter().filter(|path| path.is_file()).cloned().collect();
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
    let mut files = Vec::new();
    for file in json.into_iter().filter(|file| name_of(file) != DESCRIPTION) {
        let document = json_text::read(&file)?;
        if linksf::is_linksf(&document.value) {
            return Ok(Found::LinkSf { file, document });
        }
        if !is_report(&document.value) {
            files.push((file, document));
        }
    }
    // One file that is HSDS makes the others tables beside it, known by their names or set aside.
    if files.iter().any(|(file, document)| json_input::is_hsds(&name_of(file), &document.value)) {
        return Ok(Found::HsdsJson { files });
    }
    let names: Vec<String> = all.iter().take(NAMES_MAX).map(|file| name_of(file)).collect();
    let found = if names.is_empty() { "no files".to_owned() } else { names.join(", ") };
    Err(ImportError::UnknownFormat { path: path.to_owned(), looked_for: LOOKED_FOR.to_owned(), found })
}

/// Whether a value is the report of an import, which may lie in the folder that was imported.
fn is_report(value: &Value) -> bool {
    let is_line = |line: &Value| line["type"].as_str().is_some_and(|kind| LINES.contains(&kind));
    value.as_array().is_some_and(|lines| !lines.is_empty() && lines.iter().all(is_line))
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
