//! The whole directory of 211 Miami: every row of every file is accounted for, and what comes out keeps the API's rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use wishwell_api::v1;
use wishwell_import::{Action, Area, Directory, Format, Options, Report, Rule, Trust, plan, read};
use wishwell_test_support::data_or_skip;

/// Rows, and how many of them are clean, repaired, merged and set aside.
const EXPECTED: [(&str, [u64; 5]); 11] = [
    ("accessibility_for_disabilities.csv", [4_089, 1_620, 0, 0, 2_469]),
    ("eligibility.csv", [2_244, 0, 0, 0, 2_244]),
    ("languages.csv", [9_364, 9_324, 33, 0, 7]),
    ("locations.csv", [4_089, 459, 3_630, 0, 0]),
    ("organizations.csv", [1_074, 1_074, 0, 0, 0]),
    ("physical_addresses.csv", [4_089, 0, 4_059, 0, 30]),
    ("regular_schedules.csv", [11_350, 10_565, 704, 0, 81]),
    ("services.csv", [4_089, 1_182, 2_907, 0, 0]),
    ("services_at_location.csv", [4_089, 4_089, 0, 0, 0]),
    ("services_taxonomy.csv", [26_259, 17_104, 0, 9_155, 0]),
    ("taxonomy.csv", [1_994, 1_991, 0, 3, 0]),
];

/// Reads the directory, once for all tests of this process.
fn import(folder: &Path) -> &'static (Directory, Report) {
    static READ: OnceLock<(Directory, Report)> = OnceLock::new();
    READ.get_or_init(|| read(folder, &Options::default()).expect("the directory is read"))
}

/// Rows of a CSV file as an independent reader counts them.
fn rows(file: &Path) -> u64 {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).unwrap();
    reader.byte_records().map(|record| record.map(|_| 1).unwrap()).sum()
}

#[test]
fn the_counts_of_every_file_add_up_to_its_rows() {
    let folder = data_or_skip!("hsds_miami");
    let (_, report) = import(&folder);
    let counted: Vec<(&str, [u64; 5])> =
        report.counts.iter().map(|c| (c.file.as_str(), [c.read, c.clean, c.repaired, c.merged, c.set_aside])).collect();
    assert_eq!(counted, EXPECTED);
    for counts in &report.counts {
        assert!(counts.adds_up(), "{counts:?}");
        assert_eq!(counts.read, rows(&folder.join(&counts.file)), "{}", counts.file);
    }
    let files = std::fs::read_dir(&folder)
        .unwrap()
        .filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "csv"))
        .count();
    assert_eq!(report.counts.len(), files, "every file is accounted for");
}

#[test]
fn every_row_that_is_not_clean_has_its_line_in_the_report() {
    let folder = data_or_skip!("hsds_miami");
    let (_, report) = import(&folder);
    let mut fates: BTreeMap<&str, BTreeMap<u64, Action>> = BTreeMap::new();
    for entry in &report.entries {
        let fate = fates.entry(&entry.file).or_default().entry(entry.row).or_insert(entry.action);
        *fate = (*fate).max(entry.action);
    }
    for counts in &report.counts {
        let of = |wanted: &[Action]| {
            fates
                .get(counts.file.as_str())
                .map_or(0, |rows| rows.values().filter(|action| wanted.contains(action)).count() as u64)
        };
        assert_eq!(of(&[Action::SetAside]), counts.set_aside, "{}", counts.file);
        assert_eq!(of(&[Action::Merged]), counts.merged, "{}", counts.file);
        assert_eq!(of(&[Action::Repaired, Action::ValueSetAside]), counts.repaired, "{}", counts.file);
    }
}

#[test]
fn what_is_known_to_be_wrong_with_the_data_is_found() {
    let folder = data_or_skip!("hsds_miami");
    let (directory, report) = import(&folder);
    let by_rule = report.by_rule();
    let times = |rule: Rule| by_rule.get(&rule).copied().unwrap_or(0);
    assert_eq!(
        times(Rule::CoordinateMissing) + times(Rule::CoordinateSameAddress),
        1_829,
        "locations without coordinates"
    );
    assert_eq!(times(Rule::OrganizationThroughService), 3_015 + 447, "dangling organization keys");
    assert_eq!(times(Rule::OrganizationUnknown), 0, "all of them lead to an organization");
    assert_eq!(times(Rule::TimeMissingM), 5, "'9:00a'");
    assert_eq!(times(Rule::TimeAmbiguousMeridiem), 5, "'8:00m'");
    assert_eq!(times(Rule::RowNoKey), 2_244, "eligibility that names no service");
    assert_eq!(times(Rule::ServiceNoCategory), 500);
    assert_eq!(times(Rule::CoordinateOutsideState), 12);
    let victims = directory.resources.iter().find(|resource| resource.external_id == "144").unwrap();
    assert!(victims.service_standard.contains("State Attorney’s Office"), "{}", victims.service_standard);
}

#[test]
fn no_trace_of_mojibake_or_markers_is_left() {
    let folder = data_or_skip!("hsds_miami");
    let (directory, _) = import(&folder);
    let organizations = directory.organizations.iter().map(|o| &o.name);
    let resources =
        directory.resources.iter().flat_map(|r| [&r.title, &r.content, &r.service_standard, &r.responsible_party]);
    for text in organizations.chain(resources) {
        for trace in ["GÇ", "+í", "+¬", "+¦", "-á", "-«", "###", "\\n", "\u{FFFD}"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
}

#[test]
fn every_service_at_a_location_becomes_a_resource_of_a_listed_organization_in_listed_categories() {
    let folder = data_or_skip!("hsds_miami");
    let (directory, _) = import(&folder);
    assert_eq!((directory.format, directory.source.as_str()), (Format::HsdsTabular1, "hsds:miami"));
    assert_eq!((directory.organizations.len(), directory.resources.len()), (1_074, 4_089));
    assert_eq!(directory.categories.len(), 1_992, "1,991 codes, and one for services without any");
    let organizations: BTreeSet<&str> = directory.organizations.iter().map(|o| o.external_id.as_str()).collect();
    let mut categories = BTreeSet::new();
    for category in &directory.categories {
        assert!(
            category.parent.as_ref().is_none_or(|parent| categories.contains(parent.as_str())),
            "{category:?}: its parent comes first"
        );
        categories.insert(category.code.as_str());
    }
    for resource in &directory.resources {
        assert!(organizations.contains(resource.organization.as_str()), "{}", resource.external_id);
        assert!(resource.categories.iter().all(|code| categories.contains(code.as_str())), "{}", resource.external_id);
        assert_eq!(resource.areas, [Area::Everywhere]);
    }
    let placed = directory.resources.iter().filter(|r| r.place.is_some()).count();
    assert_eq!(placed, 4_089 - 1_331 - 12 - 12 - 13 - 2);
    assert_eq!(directory.resources.iter().filter(|r| r.schedule.is_some()).count(), 2_567);
    let support_groups = directory.categories.iter().find(|c| c.code == "airs.PN-8100.4500-240").unwrap();
    assert_eq!(support_groups.parent.as_deref(), Some("airs.PN-8100"), "the nearest ancestor that the taxonomy has");
}

#[test]
fn the_whole_plan_keeps_the_rules_of_the_contract() {
    let folder = data_or_skip!("hsds_miami");
    let (directory, _) = import(&folder);
    let plan = plan(directory, Trust::Verified);
    for categories in plan.categories.chunks(500).map(<[_]>::to_vec) {
        wishwell_api::validate(&v1::BatchUpsertCategoriesRequest { categories, request_id: String::new() }).unwrap();
    }
    for organizations in plan.organizations.chunks(500).map(<[_]>::to_vec) {
        wishwell_api::validate(&v1::BatchUpsertOrganizationsRequest { organizations, request_id: String::new() })
            .unwrap();
    }
    for resources in plan.resources.chunks(500).map(<[_]>::to_vec) {
        wishwell_api::validate(&v1::BatchUpsertResourcesRequest { resources, request_id: String::new() }).unwrap();
    }
}

#[test]
fn the_same_directory_gives_the_same_plan_and_the_same_report() {
    let folder = data_or_skip!("hsds_miami");
    let (first, second) = (import(&folder), read(&folder, &Options::default()).unwrap());
    assert_eq!(plan(&first.0, Trust::Verified), plan(&second.0, Trust::Verified));
    assert_eq!(first.1, second.1);
}

#[test]
fn the_page_for_people_who_run_an_import_states_these_counts() {
    let page = include_str!("../../../docs/import.md");
    let thousands = |count: u64| match count {
        0..1_000 => count.to_string(),
        _ => format!("{},{:03}", count / 1_000, count % 1_000),
    };
    for (file, counts) in EXPECTED {
        let line = format!("| {file} | {} |", counts.map(thousands).join(" | "));
        assert!(page.contains(&line), "docs/import.md lacks this line: {line}");
    }
}
