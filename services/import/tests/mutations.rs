//! Whatever is done to a directory, reading it never panics, every row stays accounted for, and what comes out keeps the API's rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wishwell_api::v1;
use wishwell_import::{Action, FileCounts, Options, Trust, plan, read};

/// Text that has broken importers before.
const NASTY: [&str; 20] = [
    "",
    "\"",
    "\n",
    ",",
    "\r\n",
    "\u{0}",
    "\u{FEFF}",
    "GÇ",
    "+¦",
    "-Ç-",
    "99999999999999999999",
    "-0",
    "NaN",
    "25:61pm",
    "\\n\\n\\n",
    "####",
    "{\"type\":\"Polygon\",\"coordinates\":[[[1e308,1],[2,2],[3,3]]]}",
    "[[[[",
    "2026-02-30",
    "👩‍👩‍👧",
];

#[derive(Debug, Clone)]
enum Mutation {
    /// Cuts the file off.
    Truncate(prop::sample::Index),
    /// Puts text in.
    Insert(prop::sample::Index, prop::sample::Index),
    /// Replaces one byte.
    Byte(prop::sample::Index, u8),
    /// Takes a line out.
    DropLine(prop::sample::Index),
    /// Repeats a line.
    RepeatLine(prop::sample::Index),
    /// Exchanges two lines.
    SwapLines(prop::sample::Index, prop::sample::Index),
    /// Makes a cell longer than anything the API takes.
    Lengthen(prop::sample::Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        at().prop_map(Mutation::Truncate),
        (at(), at()).prop_map(|(at, what)| Mutation::Insert(at, what)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        at().prop_map(Mutation::DropLine),
        at().prop_map(Mutation::RepeatLine),
        (at(), at()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        at().prop_map(Mutation::Lengthen),
    ]
}

fn apply(mut bytes: Vec<u8>, mutation: &Mutation) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    match mutation {
        Mutation::Truncate(at) => bytes.truncate(at.index(bytes.len())),
        Mutation::Insert(at, what) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, NASTY[what.index(NASTY.len())].bytes());
        }
        Mutation::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Mutation::Lengthen(at) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, "long ".repeat(2_000).bytes());
        }
        Mutation::DropLine(at) => drop(lines.remove(at.index(lines.len()))),
        Mutation::RepeatLine(at) => lines.push(lines[at.index(lines.len())].clone()),
        Mutation::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
        }
    }
    if matches!(mutation, Mutation::DropLine(_) | Mutation::RepeatLine(_) | Mutation::SwapLines(..)) {
        lines.concat()
    } else {
        bytes
    }
}

/// Copies a fixture with mutations, each to a file of it.
fn mutated(fixture: &str, mutations: &[(prop::sample::Index, Mutation)]) -> tempfile::TempDir {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture);
    let mut files: Vec<PathBuf> = std::fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let folder = tempfile::tempdir().unwrap();
    let mut contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    for (file, mutation) in mutations {
        let at = file.index(contents.len());
        contents[at] = apply(std::mem::take(&mut contents[at]), mutation);
    }
    for (file, content) in files.iter().zip(contents) {
        std::fs::write(folder.path().join(file.file_name().unwrap()), content).unwrap();
    }
    folder
}

/// Reads; a directory that cannot be read as a whole says why, and that is fine.
fn holds(folder: &Path) -> Result<(), TestCaseError> {
    let options = Options { time_zone: Some("America/New_York".to_owned()), ..Options::default() };
    let Ok((directory, report)) = read(folder, &options) else { return Ok(()) };
    prop_assert!(report.counts.iter().all(FileCounts::adds_up));
    let out = |action: Action| {
        let rows: BTreeSet<(&str, u64)> =
            report.entries.iter().filter(|e| e.action == action).map(|e| (e.file.as_str(), e.row)).collect();
        rows.len() as u64
    };
    prop_assert!(out(Action::SetAside) == report.total().set_aside && out(Action::Merged) >= report.total().merged);
    let plan = plan(&directory, Trust::Verified);
    let request_id = String::new();
    let broken = |error: &dyn std::fmt::Debug| TestCaseError::fail(format!("{error:?}"));
    if !plan.categories.is_empty() {
        let request = v1::BatchUpsertCategoriesRequest { categories: plan.categories, request_id: request_id.clone() };
        wishwell_api::validate(&request).map_err(|error| broken(&error))?;
    }
    if !plan.organizations.is_empty() {
        let request =
            v1::BatchUpsertOrganizationsRequest { organizations: plan.organizations, request_id: request_id.clone() };
        wishwell_api::validate(&request).map_err(|error| broken(&error))?;
    }
    if !plan.resources.is_empty() {
        let request = v1::BatchUpsertResourcesRequest { resources: plan.resources, request_id };
        wishwell_api::validate(&request).map_err(|error| broken(&error))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_tables_never_panic_and_always_add_up(
        which in prop::sample::select(vec!["hsds1_dirty", "hsds3_tabular"]),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), mutation()), 1..12),
    ) {
        holds(mutated(which, &mutations).path())?;
    }

    #[test]
    fn mutated_json_never_panics_and_always_adds_up(
        which in prop::sample::select(vec!["hsds3_json", "linksf"]),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ) {
        holds(mutated(which, &mutations).path())?;
    }
}
