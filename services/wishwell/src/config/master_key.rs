//! The master key: 64 hexadecimal digits in a file or a variable.

use std::path::Path;

use wishwell_matching::MasterKey;

use super::reader::{Reader, read_secret};
use super::values;
use crate::exit::Problem;

const REMEDY: &str = "`wishwell key master > FILE` makes one; keep it apart from backups of the store";

/// Reads the key from where the settings say it is.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<MasterKey> {
    let file = reader.read("master_key_file", values::path);
    match (file, reader.is_given("master_key")) {
        (Some(_), true) => {
            reader.problem(
                "the master key is given twice: WISHWELL_MASTER_KEY and master_key_file",
                "leave one of them out, so that it is clear which one opens the store",
            );
            None
        }
        (None, true) => {
            reader.read("master_key", |text| parse(text).map_err(|what| (what.to_owned(), REMEDY.to_owned())))
        }
        (Some(path), false) => match read_key_file(&path) {
            Ok(key) => Some(key),
            Err(problem) => {
                reader.problems.push(problem);
                None
            }
        },
        (None, false) => {
            if !reader.is_given("master_key_file") {
                reader.problem("there is no master key: personal fields cannot be sealed", REMEDY);
            }
            None
        }
    }
}

/// Reads the key in a file.
pub(crate) fn read_key_file(path: &Path) -> Result<MasterKey, Problem> {
    let text = read_secret(path)?;
    parse(&text).map_err(|what| Problem::new(format!("the master key in {} {what}", path.display()), REMEDY))
}

/// The key as it stands in a file: 64 hexadecimal digits and a line end.
pub(crate) fn format_key(key: &MasterKey) -> String {
    let mut text: String = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    text
}

fn parse(text: &str) -> Result<MasterKey, &'static str> {
    values::key(text).map(MasterKey::from_bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_written_is_read_again() {
        let key = MasterKey::random().unwrap();
        assert_eq!(parse(&format_key(&key)).unwrap().as_bytes(), key.as_bytes());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        for text in ["", "abc", &"g".repeat(64), &"0".repeat(64), &"é".repeat(32)] {
            assert!(parse(text).is_err_and(|what| !what.contains("abc")), "{text}");
        }
    }
}
