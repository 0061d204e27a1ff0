//! CSV files as tables.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::clean::mojibake;
use crate::error::ImportError;
use crate::note::Note;
use crate::options::FILE_BYTES_MAX;
use crate::report::Ledger;
use crate::rules::Rule;
use crate::table::{Kind, Table};

/// Opens a file within the bound of what is read.
pub(crate) fn open(path: &Path) -> Result<File, ImportError> {
    let failed = |source| ImportError::Io { action: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(ImportError::TooLarge { path: path.to_owned(), bytes, max: FILE_BYTES_MAX });
    }
    Ok(file)
}

/// Reads one CSV file. `name` is what reports call it.
///
/// # Errors
/// [`ImportError::Io`], [`ImportError::TooLarge`]. A row that cannot be read is set aside; it stops nothing.
pub(crate) fn read(path: &Path, name: &str, kind: Kind, ledger: &mut Ledger) -> Result<Table, ImportError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(open(path)?));
    let mut record = csv::ByteRecord::new();
    let mut next = |record: &mut csv::ByteRecord| {
        reader.read_byte_record(record).map_err(|e| ImportError::Io {
            action: "read",
            path: path.to_owned(),
            source: std::io::Error::other(e),
        })
    };
    let mut columns = Vec::new();
    if next(&mut record)? {
        if record.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
            ledger.note(Note::HeaderNotUtf8 { file: name.to_owned() });
        }
        columns.extend(record.iter().map(|cell| {
            let cell = String::from_utf8_lossy(cell);
            cell.trim_start_matches('\u{FEFF}').trim().to_ascii_lowercase()
        }));
    }
    let mut table = Table::new(kind, ledger, name, columns);
    let mut number = 1;
    while next(&mut record)? {
        number += 1;
        let mut foreign = Vec::new();
        let cells: Vec<String> = record
            .iter()
            .enumerate()
            .map(|(at, cell)| match std::str::from_utf8(cell) {
                Ok(cell) => cell.to_owned(),
                Err(_) => {
                    let decoded = mojibake::from_windows_1252(cell);
                    foreign.push((at, String::from_utf8_lossy(cell).into_owned(), decoded.clone()));
                    decoded
                }
            })
            .collect();
        let id = table.push(ledger, number, cells);
        if ledger.is_out(id) {
            continue;
        }
        for (at, before, after) in foreign {
            let column = table.columns().get(at).cloned().unwrap_or_default();
            ledger.repair(id, &column, &before, Rule::TextNotUtf8, &after);
        }
    }
    Ok(table)
}
