//! Whatever lies in a directory, nothing of it vanishes: what is not imported has its line in the report, and the counts add up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wishwell_import::{
    Action, Directory, Entry, FileCounts, Options, Reading, ReadingStage, Report, Rule, read_beside,
};

const ORGANIZATIONS: &str = r#"[{"id": "o1", "name": "One"}]"#;
const SERVICES: &str = r#"[{"id": "s1", "organization_id": "o1", "name": "Help", "description": "All kinds."}]"#;

fn import(files: &[(&str, &[u8])]) -> (Directory, Report) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    import_from(folder.path())
}

/// Reads, and holds the report to its promise: each row that is not clean has a line with what it said. Whoever looked on saw every row done.
fn import_from(path: &Path) -> (Directory, Report) {
    let options = Options { time_zone: Some("America/New_York".to_owned()), ..Options::default() };
    let reading = Arc::new(Reading::default());
    let (directory, report) = read_beside(path, &options, &reading).unwrap();
    let total = report.total().read;
    assert_eq!(reading.stage(), ReadingStage::Cleaning { done: total, total });
    let mut fates: BTreeMap<(&str, u64), Action> = BTreeMap::new();
    for entry in &report.entries {
        let fate = fates.entry((&entry.file, entry.row)).or_insert(entry.action);
        *fate = (*fate).max(entry.action);
        let says = entry.action == Action::Merged || !entry.field.is_empty() || !entry.value.is_empty();
        assert!(says, "neither field nor value: {entry:?}");
    }
    for counts in &report.counts {
        assert!(counts.adds_up(), "{counts:?}");
        let of = |wanted: &[Action]| {
            fates.iter().filter(|((file, _), action)| *file == counts.file && wanted.contains(action)).count() as u64
        };
        assert_eq!(of(&[Action::SetAside]), counts.set_aside, "{counts:?}");
        assert_eq!(of(&[Action::Merged]), counts.merged, "{counts:?}");
        assert_eq!(of(&[Action::Repaired, Action::ValueSetAside]), counts.repaired, "{counts:?}");
    }
    (directory, report)
}

/// Rows read, clean, repaired, merged, set aside.
fn counts(report: &Report, file: &str) -> [u64; 5] {
    let FileCounts { read, clean, repaired, merged, set_aside, .. } =
        report.counts.iter().find(|counts| counts.file == file).cloned().unwrap_or_default();
    [read, clean, repaired, merged, set_aside]
}

/// Row, field, value and rule of each line about a file.
fn lines<'r>(report: &'r Report, file: &str) -> Vec<(u64, &'r str, &'r str, Rule)> {
    let line = |entry: &'r Entry| (entry.row, entry.field.as_str(), entry.value.as_str(), entry.rule);
    report.entries.iter().filter(|entry| entry.file == file).map(line).collect()
}

fn keys(directory: &Directory) -> Vec<&str> {
    directory.resources.iter().map(|resource| resource.external_id.as_str()).collect()
}

#[test]
fn tables_of_json_that_wishwell_has_no_place_for_are_counted_and_set_aside() {
    let tables = format!(
        r#"{{"organizations": {ORGANIZATIONS}, "services": {SERVICES}, "total": 3, "nothing": null,
             "contacts": [{{"id": "o1", "name": "Ana", "phones": [{{"id": "p1", "number": "1"}}]}}, "Ben", null],
             "funding": [{{"id": "o1", "source": "A grant"}}, {{"id": "o1", "source": "Another"}}],
             "version": {{"name": "3.0"}}}}"#
    );
    let (directory, report) = import(&[("tables.json", tables.as_bytes())]);
    assert_eq!(keys(&directory), ["service:s1"]);
    assert_eq!(counts(&report, "tables.json#contacts"), [3, 0, 0, 0, 3]);
    assert_eq!(
        lines(&report, "tables.json#contacts"),
        [
            (1, "", "id: o1, name: Ana", Rule::TableNotImported),
            (2, "", "\"Ben\"", Rule::RowNotAnObject),
            (3, "", "null", Rule::RowNotAnObject),
        ]
    );
    assert_eq!(counts(&report, "tables.json#funding"), [2, 0, 0, 0, 2], "one key says nothing of another table");
    assert_eq!(counts(&report, "tables.json#version"), [1, 0, 0, 0, 1]);
    assert_eq!(counts(&report, "tables.json#phone"), [1, 0, 0, 0, 1]);
    let not_carried: Vec<(&str, &str)> =
        report.not_carried.iter().map(|one| (one.file.as_str(), one.column.as_str())).collect();
    assert_eq!(not_carried, [("tables.json", "total")]);
    let page = format!(r#"{{"contents": {SERVICES}, "page_number": 1, "facets": [{{"id": "f1"}}]}}"#);
    let (_, report) = import(&[("organizations.json", ORGANIZATIONS.as_bytes()), ("page.json", page.as_bytes())]);
    assert_eq!(counts(&report, "page.json#facets"), [1, 0, 0, 0, 1]);
    assert_eq!(report.not_carried.iter().map(|one| one.column.as_str()).collect::<Vec<_>>(), ["page_number"]);
}

#[test]
fn json_files_of_a_folder_are_the_tables_that_their_names_say_and_others_are_set_aside() {
    let (directory, report) = import(&[
        ("organizations.json", ORGANIZATIONS.as_bytes()),
        ("services.json", SERVICES.as_bytes()),
        ("phones.json", br#"[{"id": "p1", "organization_id": "o1", "number": "+1 212 555 0100"}]"#),
        ("taxonomy_terms.json", br#"[{"id": "t1", "name": "Food"}]"#),
        ("attributes.json", br#"[{"id": "a1", "link_id": "s1", "taxonomy_term_id": "t1"}]"#),
        ("contacts.json", br#"[{"id": "c1", "organization_id": "o1", "name": "Ana"}]"#),
        ("mystery.json", br#"[{"id": "m1", "name": "What is it?"}, 7]"#),
        ("settings.json", br#"{"color": "blue"}"#),
        ("datapackage.json", b"{}"),
        ("notes.txt", b"Call Ana"),
        ("report.jsonl", b"{\"type\": \"note\", \"text\": \"a\"}\n{\"type\": \"total\", \"read\": 1}\n"),
    ]);
    let names: Vec<&str> = directory.organizations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names, keys(&directory)), (vec!["One"], vec!["service:s1"]));
    assert_eq!(directory.organizations[0].phone, "+1 212 555 0100");
    assert_eq!(directory.categories.iter().map(|one| one.name_en.as_str()).collect::<Vec<_>>(), ["Food"]);
    assert_eq!(counts(&report, "taxonomy_terms.json#taxonomy_term"), [1, 1, 0, 0, 0]);
    for (file, expected) in [
        ("contacts.json#contacts", vec![(1, "", "id: c1, name: Ana, organization_id: o1", Rule::TableNotImported)]),
        (
            "mystery.json#mystery",
            vec![(1, "", "id: m1, name: What is it?", Rule::TableNotImported), (2, "", "7", Rule::RowNotAnObject)],
        ),
        ("settings.json#settings", vec![(1, "", "color: blue", Rule::TableNotImported)]),
    ] {
        assert_eq!(lines(&report, file), expected, "{file}");
    }
    assert!(notes(&report).contains(&"not read: notes.txt, report.jsonl".to_owned()), "{:?}", report.notes);
}

fn notes(report: &Report) -> Vec<String> {
    report.notes.iter().map(ToString::to_string).collect()
}

#[test]
fn objects_with_nothing_but_a_name_are_organizations_where_nothing_else_is_there() {
    let (directory, _) = import(&[("directory.json", ORGANIZATIONS.as_bytes())]);
    assert_eq!(directory.organizations.len(), 1);
    let (directory, report) = import(&[("taxonomy_terms.json", ORGANIZATIONS.as_bytes())]);
    assert_eq!((directory.organizations.len(), directory.categories.len()), (0, 1));
    assert_eq!(counts(&report, "taxonomy_terms.json#taxonomy_term"), [1, 1, 0, 0, 0]);
    let nested = br#"[{"id": "o1", "name": "One", "services": [{"id": "s1", "name": "Help"}]}]"#;
    let (directory, _) = import(&[("services.json", nested)]);
    assert_eq!((directory.organizations.len(), keys(&directory)), (1, vec!["service:s1"]), "a file with a wrong name");
}

#[test]
fn files_beside_tables_of_csv_and_beside_linksf_are_named() {
    let (_, report) = import(&[
        ("organizations.csv", b"id,name\n1,One\n"),
        ("services.csv", b"id,organization_id,name\n1,1,Help\n"),
        ("phones.json", b"[]"),
    ]);
    assert!(notes(&report).contains(&"not read: phones.json".to_owned()), "{:?}", report.notes);
    let facilities = br#"{"results": [{"objectId": "f1", "name": "One", "services": [], "location": {}}], "count": 1}"#;
    let (directory, report) = import(&[("a.json", facilities), ("b.json", facilities)]);
    assert_eq!(directory.organizations.len(), 1);
    assert!(notes(&report).contains(&"not read: b.json".to_owned()), "{:?}", report.notes);
    assert_eq!((report.not_carried[0].file.as_str(), report.not_carried[0].column.as_str()), ("a.json", "count"));
}

#[test]
fn a_line_of_json_that_cannot_be_read_stops_no_other() {
    let lines_of_json = [
        r#"{"id": "o0", "name": "Cut o"#,
        r#"{"id": "o1", "name": "One", "services": [{"id": "s1", "name": "Help"}]}"#,
        "",
        "7",
        r#"{"id": "o2", "name": "Two", "services": [{"id": "s2", "name": "Advice"}]},"#,
        r#"{"id": "o3", "name": "Three", "services": [{"id": "s3", "name": "Food"}]}"#,
    ]
    .join("\n");
    let (directory, report) = import(&[("organizations.ndjson", lines_of_json.as_bytes())]);
    assert_eq!(keys(&directory), ["service:s1", "service:s3"]);
    assert_eq!(counts(&report, "organizations.ndjson"), [3, 0, 0, 0, 3]);
    assert_eq!(
        lines(&report, "organizations.ndjson"),
        [
            (1, "", r#"{"id": "o0", "name": "Cut o"#, Rule::RowNotJson),
            (4, "", "7", Rule::RowNotAnObject),
            (5, "", r#"{"id": "o2", "name": "Two", "services": [{"id": "s2", "name": "Advice"}]},"#, Rule::RowNotJson),
        ]
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("organizations.json");
    std::fs::write(&file, "[\n{\"id\": 1, \"name\": \"a\"},\n{\"id\": 2, \"name\": \"b\"}\n").unwrap();
    let error = wishwell_import::read(&file, &Options::default()).unwrap_err().to_string();
    assert!(
        error.contains("is not JSON: EOF while parsing a list"),
        "an array that was cut off is no such file: {error}"
    );
}

#[test]
fn text_of_json_that_is_not_utf_8_is_decoded_by_itself_and_reported() {
    let organizations = b"[{\"id\": \"o1\", \"name\": \"Caf\xE9 \\\"Uno\\\"\", \"tags\": [\"a\", \"\xE9\"]}, \
        {\"id\": \"o2\", \"name\": \"\xE9\x93\xB6\xE5\xB7\x9D\"}]";
    let (directory, report) = import(&[("organizations.json", organizations)]);
    let names: Vec<&str> = directory.organizations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Café \"Uno\"", "银川"], "one stray byte spoils no other text");
    let file = "organizations.json#organization";
    assert_eq!(counts(&report, file), [2, 1, 1, 0, 0]);
    assert_eq!(
        lines(&report, file),
        [(1, "name", "Caf\u{FFFD} \"Uno\"", Rule::TextNotUtf8), (1, "tags", "a, \u{FFFD}", Rule::TextNotUtf8),]
    );
    assert!(report.entries.iter().any(|entry| entry.to == "Café \"Uno\""));
    let facilities = b"[{\"objectId\": \"f1\", \"name\": \"Caf\xE9\", \"location\": {},
        \"services\": [{\"objectId\": \"s1\", \"name\": \"\xC9t\xE9\", \"category\": \"food\", \"description\": \"Meals\", \"notes\": \"Come\"}]}]";
    let (directory, report) = import(&[("linksf.json", facilities)]);
    assert_eq!((directory.organizations[0].name.as_str(), directory.resources[0].title.as_str()), ("Café", "Été"));
    assert_eq!(lines(&report, "linksf.json#services"), [(1, "name", "\u{FFFD}t\u{FFFD}", Rule::TextNotUtf8)],);
    assert!(lines(&report, "linksf.json#facilities").contains(&(1, "name", "Caf\u{FFFD}", Rule::TextNotUtf8)));
}

#[test]
fn every_cell_of_csv_that_is_not_utf_8_is_reported() {
    let (directory, report) = import(&[
        ("organizations.csv", b"id,name,email,\xE9\n1,Caf\xE9,\xE9@example.org,x\n"),
        ("services.csv", b"id,organization_id,name\n1,1,Help\n"),
    ]);
    assert_eq!(directory.organizations[0].email, "é@example.org");
    assert_eq!(
        lines(&report, "organizations.csv"),
        [(2, "email", "\u{FFFD}@example.org", Rule::TextNotUtf8), (2, "name", "Caf\u{FFFD}", Rule::TextNotUtf8),]
    );
    assert!(notes(&report).iter().any(|note| note.starts_with("organizations.csv: the header is not UTF-8")));
}

#[test]
fn hours_of_linksf_in_another_shape_are_left_out_with_a_line() {
    let service = |key: &str, hours: &str| {
        format!(
            r#"{{"objectId": "{key}", "name": "A", "category": "food", "description": "B", "notes": "C", "openHours": {hours}}}"#
        )
    };
    let services = [
        service("s1", r#"{"1": "noon", "2": null, "3": [], "4": [[900, 1700]], "5": [[1], [2]]}"#),
        service("s2", r#"[[900, 1700]]"#),
        service("s3", r#""always""#),
        service("s4", "null"),
        service("s5", r#"{}"#),
    ];
    let services = services.join(",");
    let facility = format!(
        r#"[{{"objectId": "f1", "name": "One", "services": [{services}], "location": {{"latitude": 37.79, "longitude": -122.39}}}},
            {{"objectId": "f2", "name": "Two", "services": "none", "location": {{"latitude": 37.79, "longitude": -122.39}}}}]"#
    );
    let (directory, report) = import(&[("linksf.json", facility.as_bytes())]);
    let with_hours = directory.resources.iter().filter(|resource| resource.schedule.is_some()).count();
    assert_eq!((directory.resources.len(), with_hours), (5, 1));
    assert_eq!(
        lines(&report, "linksf.json#services"),
        [
            (1, "openHours.1", "\"noon\"", Rule::ScheduleShape),
            (1, "openHours.5", "[1]", Rule::TimeUnreadable),
            (1, "openHours.5", "[2]", Rule::TimeUnreadable),
            (2, "openHours", "[[900,1700]]", Rule::ScheduleShape),
            (3, "openHours", "\"always\"", Rule::ScheduleShape),
            (6, "", "\"none\"", Rule::RowNotAnObject),
        ]
    );
    assert_eq!(counts(&report, "linksf.json#services"), [6, 2, 3, 0, 1]);
}

#[test]
fn values_of_linksf_that_are_cut_or_are_no_text_are_reported() {
    let long = "long ".repeat(700);
    let facility = format!(
        r#"[{{"objectId": 5, "name": "One", "website": ["https://example.org"], "notes": "{long}", "age": ["X", "Z", 5],
              "location": {{"latitude": 37.79, "longitude": -122.39}}, "beds": 12,
              "services": [{{"objectId": "s1", "name": "A", "category": "food", "description": "{long}", "notes": "C", "phone": "1"}}]}}]"#
    );
    let (directory, report) = import(&[("linksf.json", facility.as_bytes())]);
    assert_eq!(directory.organizations[0].external_id, "5");
    assert!((3_990..=4_000).contains(&directory.resources[0].content.chars().count()));
    let cut = lines(&report, "linksf.json#services").into_iter().find(|(.., rule)| *rule == Rule::TextTooLong);
    let (1, "description", characters, _) = cut.expect("a line about what was cut") else { panic!("{cut:?}") };
    assert!(characters.ends_with(" characters"), "{characters}");
    let facilities = lines(&report, "linksf.json#facilities");
    for expected in [
        (1, "website", r#"["https://example.org"]"#, Rule::TextNotText),
        (1, "age", "5", Rule::AgeUnreadable),
        (1, "age", "X", Rule::AgeUnreadable),
        (1, "age", "Z", Rule::AgeUnreadable),
    ] {
        assert!(facilities.contains(&expected), "{expected:?} in {facilities:?}");
    }
    let not_carried: Vec<(&str, &str)> =
        report.not_carried.iter().map(|one| (one.file.as_str(), one.column.as_str())).collect();
    assert_eq!(not_carried, [("linksf.json#facilities", "beds"), ("linksf.json#services", "phone")]);
}

#[test]
fn a_row_that_is_set_aside_as_a_whole_says_what_it_said() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let (_, report) = import_from(&fixtures.join("hsds1_dirty"));
    for (file, line) in [
        ("funding.csv", (2, "", "id: 1, organization_id: 1, source: A grant", Rule::TableNotImported)),
        ("physical_addresses.csv", (7, "", "id: 6, location_id: 20", Rule::RowEmpty)),
        ("accessibility_for_disabilities.csv", (3, "", "id: 2, location_id: 21", Rule::RowEmpty)),
        (
            "locations.csv",
            (5, "", "id: 23, organization_id: 2, name: Unused, latitude: 25.78, longitude: -80.20", Rule::RowUnused),
        ),
    ] {
        assert!(lines(&report, file).contains(&line), "{line:?} in {:?}", lines(&report, file));
    }
    for fixture in ["hsds3_tabular", "hsds3_json", "linksf"] {
        import_from(&fixtures.join(fixture));
    }
}
