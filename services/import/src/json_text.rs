//! A JSON file as values: one value, or one object on each line. What cannot be read of it is kept for the report.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::clean::mojibake;
use crate::csv_input;
use crate::error::ImportError;
use crate::report::{Ledger, clip};
use crate::rules::Rule;

/// Stands in a string that was not UTF-8 until its row is known: a noncharacter, which no text has.
const DECODED: char = '\u{FDD0}';

/// A JSON file.
#[derive(Debug)]
pub(crate) struct Document {
    /// The value; where one object stands on each line, the array of them.
    pub value: Value,
    /// Lines that hold no object, where one object stands on each line.
    broken: Vec<BrokenLine>,
}

#[derive(Debug)]
struct BrokenLine {
    /// From 1.
    number: u64,
    text: String,
    rule: Rule,
}

impl Document {
    /// Sets aside the lines that hold no object. `file` is what reports call it.
    pub(crate) fn account(&self, file: &str, ledger: &mut Ledger) {
        if self.broken.is_empty() {
            return;
        }
        let table = ledger.table(file);
        for line in &self.broken {
            let id = ledger.row(table, line.number, "");
            ledger.set_aside(id, "", &line.text, line.rule);
        }
    }
}

/// Reads a JSON file.
///
/// # Errors
/// [`ImportError::Json`] with line and column, [`ImportError::Io`], [`ImportError::TooLarge`]. Where one object stands on each line, a
/// line that cannot be read stops nothing.
pub(crate) fn read(path: &Path) -> Result<Document, ImportError> {
    let mut bytes = Vec::new();
    let failed = |source| ImportError::Io { action: "read", path: path.to_owned(), source };
    csv_input::open(path)?.read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8(bytes).unwrap_or_else(|error| decode(error.as_bytes()));
    let text = text.trim_start_matches('\u{FEFF}');
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(Document { value, broken: Vec::new() }),
        Err(error) => error,
    };
    let (objects, broken) = lines(text);
    let says_lines = path.extension().is_some_and(|ending| !ending.eq_ignore_ascii_case("json"));
    // Some lines of an array that was cut off are objects too, but few.
    if objects.is_empty() || (broken.len() > objects.len() && !says_lines) {
        return Err(ImportError::Json { path: path.to_owned(), reason: error.to_string() });
    }
    Ok(Document { value: Value::Array(objects), broken })
}

/// The objects that stand on lines of their own, and all other lines.
fn lines(text: &str) -> (Vec<Value>, Vec<BrokenLine>) {
    let (mut objects, mut broken) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let rule = match serde_json::from_str(line) {
            Ok(object @ Value::Object(_)) => {
                objects.push(object);
                continue;
            }
            Ok(_) => Rule::RowNotAnObject,
            Err(_) => Rule::RowNotJson,
        };
        let mut text = line.trim().to_owned();
        unmark(&mut text);
        broken.push(BrokenLine { number, text: clip(&text), rule });
    }
    (objects, broken)
}

/// Reads as Windows-1252 what is not UTF-8: string by string, so that one stray byte spoils no other. Such strings are marked.
fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let (mut start, mut in_string, mut escaped) = (0, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        // No string goes beyond its line, so that a quotation mark too few or too many ends there.
        if *byte == b'\n' || (*byte == b'"' && !escaped) {
            push(&mut text, &bytes[start..at], in_string);
            text.push(char::from(*byte));
            start = at + 1;
            in_string = *byte == b'"' && !in_string;
        }
        escaped = in_string && *byte == b'\\' && !escaped;
    }
    push(&mut text, &bytes[start..], in_string);
    text
}

fn push(text: &mut String, piece: &[u8], in_string: bool) {
    match std::str::from_utf8(piece) {
        Ok(piece) => text.push_str(piece),
        Err(_) => {
            if in_string {
                text.push(DECODED);
            }
            text.push_str(&mojibake::from_windows_1252(piece));
        }
    }
}

/// Takes the mark off a text that was decoded; the text as UTF-8 had it, if there was a mark.
pub(crate) fn unmark(text: &mut String) -> Option<String> {
    if !text.contains(DECODED) {
        return None;
    }
    text.retain(|c| c != DECODED);
    Some(text.chars().map(|c| if c.is_ascii() { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_is_not_utf_8_is_decoded_and_marked_and_its_neighbours_are_left_alone() {
        let bytes =
            b"{\"a\": \"Jos\xE9 \\\"Pepe\\\"\", \"b\": \"\xE9\x93\xB6\xE5\xB7\x9D\"}\n{\"c: \xE9\n{\"d\": \"\xE9\"}";
        let text = decode(bytes);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "{\"a\": \"\u{FDD0}José \\\"Pepe\\\"\", \"b\": \"银川\"}");
        assert_eq!(lines[2], "{\"d\": \"\u{FDD0}é\"}", "a string that does not end spoils no other line");
        let mut name = "\u{FDD0}José".to_owned();
        assert_eq!(unmark(&mut name).as_deref(), Some("Jos\u{FFFD}"));
        assert_eq!((unmark(&mut name), name.as_str()), (None, "José"));
    }
}
