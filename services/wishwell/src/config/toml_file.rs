//! Files beside the configuration that hold tables of their own.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::reader::Reader;

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// What such a file holds. What is wrong with it goes to the problems, with the setting that names it and the page that shows what it holds.
pub(super) fn read<T: DeserializeOwned>(
    reader: &mut Reader<'_>,
    setting: &str,
    path: &Path,
    shown_by: &str,
) -> Option<T> {
    let shown = path.display();
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > FILE_BYTES_MAX) {
        reader.problem(&format!("{setting} {shown} is too large"), "name the right file");
        return None;
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let what = format!("{setting} {shown} cannot be read: {error}");
            reader.problem(&what, "name a file that is there and may be read");
            return None;
        }
    };
    match toml::from_str(&text) {
        Ok(file) => Some(file),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            let what = format!("{setting} {shown}, line {line}: {}", error.message());
            reader.problem(&what, &format!("{shown_by} shows what it holds"));
            None
        }
    }
}
