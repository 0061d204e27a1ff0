//! The rules of the house, applied to this repository.

use std::path::Path;

use wishwell_house::repository::{TextFile, packages, root, text_files};
use wishwell_house::{documents, edges, manifests, sources, traces, words};

/// The places of what ships that ask the system for the time, and why they may. Everything else takes a `Clock`.
const CLOCK_READERS: &[(&str, &str)] = &[
    ("services/wishwell/src/run/system_clock.rs", "it is the clock that everything else is given"),
    ("services/wishwell/src/telemetry/format.rs", "a log line says when it was written"),
];

#[track_caller]
fn assert_none(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn file<'a>(files: &'a [TextFile], path: &str) -> Option<&'a TextFile> {
    files.iter().find(|file| file.path == path)
}

#[test]
fn dependencies_run_one_way() {
    assert_none(edges::violations(&packages()));
}

#[test]
fn members_inherit_version_edition_lints_and_dependencies_from_the_workspace() {
    let read = |path: &str| -> toml::Table {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        text.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let mut found = manifests::workspace_violations(&read("Cargo.toml"));
    for package in packages() {
        let path = format!("{}/Cargo.toml", package.folder);
        found.extend(manifests::member_violations(&path, &read(&path)));
    }
    assert_none(found);
}

#[test]
fn no_source_file_is_longer_than_600_lines() {
    assert_none(sources::too_long(&text_files()));
}

#[test]
fn domain_and_engine_never_read_the_present() {
    assert_none(sources::reads_the_present(&text_files()));
}

#[test]
fn only_the_binary_names_concrete_backends() {
    assert_none(sources::names_backends(&text_files()));
}

#[test]
fn the_systems_clock_is_read_only_where_it_says_so() {
    let mut elsewhere = sources::reads_the_clock_by_permission(&text_files());
    elsewhere.retain(|path| !CLOCK_READERS.iter().any(|(reader, _)| reader == path));
    assert_none(elsewhere);
}

#[test]
fn nobody_asks_for_unsafe_code() {
    assert_none(sources::allows_unsafe(&text_files()));
}

#[test]
fn no_file_names_a_registrys_host_or_a_path_of_one_machine() {
    assert_none(traces::violations(&text_files()));
}

#[test]
fn no_word_that_was_given_up_is_said_again() {
    assert_none(words::violations(&text_files()));
}

#[test]
fn chinese_has_marks_of_full_width() {
    assert_none(words::half_width(&text_files()));
}

#[test]
fn the_readme_and_its_chinese_twin_have_the_same_headings() {
    let files = text_files();
    assert_none(documents::twin_violations(file(&files, "README.md"), file(&files, "README.zh-CN.md")));
}

#[test]
fn decision_records_are_numbered_without_gaps_and_fit_a_screen() {
    assert_none(documents::record_violations(&text_files()));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = root();
    assert_none(documents::dead_links(&text_files(), |path: &Path| root.join(path).exists()));
}

#[test]
fn the_toolchain_is_the_one_the_workspace_asks_for() {
    let table = |path: &str| -> toml::Table { std::fs::read_to_string(root().join(path)).unwrap().parse().unwrap() };
    let toolchain = table("rust-toolchain.toml");
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap().to_owned();
    let workspace = table("Cargo.toml");
    let minimum = workspace["workspace"]["package"]["rust-version"].as_str().unwrap().to_owned();
    assert!(channel.starts_with(&minimum), "rust-toolchain.toml says {channel}, Cargo.toml says {minimum}");
}
