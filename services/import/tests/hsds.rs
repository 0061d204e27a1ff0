//! Small directories of our own, in every form of HSDS that is read: dirty, tabular, JSON, and none at all.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use wishwell_api::v1;
use wishwell_import::{
    Action, Area, Directory, Format, ImportError, Options, Report, Resource, Rule, Trust, plan, read,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn import(name: &str) -> (Directory, Report) {
    let (directory, report) = read(&fixture(name), &Options::default()).unwrap();
    assert!(report.counts.iter().all(wishwell_import::FileCounts::adds_up), "{name}: {:?}", report.counts);
    let plan = plan(&directory, Trust::Verified);
    let request_id = String::new();
    wishwell_api::validate(&v1::BatchUpsertCategoriesRequest {
        categories: plan.categories,
        request_id: request_id.clone(),
    })
    .unwrap();
    wishwell_api::validate(&v1::BatchUpsertOrganizationsRequest {
        organizations: plan.organizations,
        request_id: request_id.clone(),
    })
    .unwrap();
    wishwell_api::validate(&v1::BatchUpsertResourcesRequest { resources: plan.resources, request_id }).unwrap();
    (directory, report)
}

fn resource<'d>(directory: &'d Directory, key: &str) -> &'d Resource {
    directory.resources.iter().find(|resource| resource.external_id == key).unwrap()
}

fn spans(resource: &Resource) -> Vec<(u8, u16, u16)> {
    let schedule = resource.schedule.as_ref().unwrap();
    schedule.weekly.iter().map(|span| (span.weekday, span.opens_minute, span.closes_minute)).collect()
}

#[test]
fn a_dirty_directory_is_repaired_or_set_aside_row_by_row() {
    let (directory, report) = import("hsds1_dirty");
    assert_eq!(directory.format, Format::HsdsTabular1);
    let line = |file: &str, row: u64| -> Vec<(Rule, Action)> {
        report.entries.iter().filter(|e| e.file == file && e.row == row).map(|e| (e.rule, e.action)).collect()
    };
    use Action::{Merged, Repaired, SetAside};
    for (file, row, expected) in [
        ("organizations.csv", 2, vec![(Rule::UrlBackslash, Repaired)]),
        ("organizations.csv", 4, vec![(Rule::RowDuplicate, Merged)]),
        ("organizations.csv", 5, vec![(Rule::OrganizationNoName, SetAside)]),
        ("organizations.csv", 6, vec![(Rule::RowNoKey, SetAside)]),
        ("services.csv", 5, vec![(Rule::OrganizationUnknown, SetAside)]),
        ("services.csv", 6, vec![(Rule::ServiceInactive, SetAside)]),
        ("services.csv", 7, vec![(Rule::ServiceNoName, SetAside)]),
        ("services.csv", 8, vec![(Rule::OrganizationUnknown, SetAside)]),
        (
            "locations.csv",
            3,
            vec![(Rule::CoordinateSameAddress, Repaired), (Rule::OrganizationThroughService, Repaired)],
        ),
        ("locations.csv", 4, vec![(Rule::CoordinateSign, Repaired)]),
        ("locations.csv", 5, vec![(Rule::RowUnused, SetAside)]),
        ("services_at_location.csv", 5, vec![(Rule::RowDuplicate, Merged)]),
        ("services_at_location.csv", 7, vec![(Rule::LocationUnknown, SetAside)]),
        ("physical_addresses.csv", 7, vec![(Rule::RowEmpty, SetAside)]),
        ("regular_schedules.csv", 2, vec![(Rule::TimeMissingM, Repaired)]),
        ("regular_schedules.csv", 3, vec![(Rule::TimeAmbiguousMeridiem, SetAside)]),
        ("regular_schedules.csv", 4, vec![(Rule::TimeFromOriginalText, Repaired), (Rule::TextMojibake, Repaired)]),
        ("regular_schedules.csv", 5, vec![(Rule::ScheduleOvernight, Repaired)]),
        ("regular_schedules.csv", 6, vec![(Rule::ScheduleClosesBeforeOpens, SetAside)]),
        ("regular_schedules.csv", 7, vec![(Rule::ScheduleWeekday, SetAside)]),
        ("regular_schedules.csv", 8, vec![(Rule::ScheduleSuperseded, SetAside)]),
        ("regular_schedules.csv", 10, vec![(Rule::ServiceUnknown, SetAside)]),
        ("eligibility.csv", 2, vec![(Rule::RowNoKey, SetAside)]),
        ("eligibility.csv", 3, vec![]),
        ("languages.csv", 3, vec![(Rule::RowDuplicate, Merged)]),
        ("languages.csv", 4, vec![(Rule::TextMojibakeGuess, Repaired)]),
        ("languages.csv", 7, vec![(Rule::RowMissingFields, SetAside)]),
        ("languages.csv", 8, vec![(Rule::RowExtraFields, SetAside)]),
        ("services_taxonomy.csv", 4, vec![(Rule::RowDuplicate, Merged)]),
        ("services_taxonomy.csv", 5, vec![(Rule::CategoryUnknown, SetAside)]),
        ("taxonomy.csv", 6, vec![(Rule::CategoryParentUnknown, Repaired)]),
        ("funding.csv", 2, vec![(Rule::TableNotImported, SetAside)]),
    ] {
        assert_eq!(line(file, row), expected, "{file} row {row}");
    }
}

#[test]
fn what_is_left_of_a_dirty_directory_is_clean() {
    let (directory, _) = import("hsds1_dirty");
    let pantry = resource(&directory, "30");
    assert!(pantry.content.starts_with("State’s food.\n\n"));
    for part in [
        "Address: 100 North Main Street, Miami, FL 33101",
        "Who it is for: Residents of the harbor",
        "Languages: English, Español",
        "Accessibility: Ramp",
    ] {
        assert!(pantry.content.contains(part), "{part} in {}", pantry.content);
    }
    assert_eq!(pantry.service_standard, "How to apply: Call");
    assert_eq!(pantry.categories, ["airs.BD-1800.2000", "airs.YB-9500"], "what it is goes before whom it is for");
    assert_eq!(spans(pantry), [(1, 540, 1020), (3, 510, 1020), (4, 1200, 1440), (5, 0, 360)]);
    let south = resource(&directory, "31");
    assert_eq!((south.organization.as_str(), south.responsible_party.as_str()), ("1", "HARBOR FOOD BANK"));
    assert_eq!(south.service_standard, "As published by hsds:1-dirty; no standard is stated.");
    assert_eq!(south.categories, ["airs.unclassified"]);
    assert_eq!(spans(south), [(7, 0, 1440)], "its own hours go before the service's");
    assert_eq!(resource(&directory, "32").service_standard, "How to apply: None\nFees: Free\nWaiting time: 2 days");
    let telephone = resource(&directory, "service:17");
    assert!(telephone.paused && telephone.place.is_none());
    let law = directory.categories.iter().find(|category| category.code == "airs.F").unwrap();
    assert_eq!(law.name_en, "Legal Services", "created from the name its children give it");
    let pantries = directory.categories.iter().find(|category| category.code == "airs.BD-1800.2000").unwrap();
    assert_eq!(pantries.synonyms, ["Food Shelves"]);
}

#[test]
fn tables_of_hsds_3_are_read() {
    let (directory, report) = import("hsds3_tabular");
    assert_eq!(directory.format, Format::HsdsTabular3);
    let counselling = resource(&directory, "a1");
    assert_eq!(
        spans(counselling),
        [(1, 540, 1020), (2, 540, 720)],
        "spans that touch are joined, other periods and months set aside"
    );
    assert!(counselling.content.contains("Hours as published: Every second Thursday of the month"));
    assert_eq!(counselling.eligibility.as_ref().unwrap().expression, "age_years >= 12 && age_years <= 25");
    assert_eq!(counselling.categories, ["open-eligibility.1102", "open-eligibility.1101"]);
    let Area::Polygon(corners) = &counselling.areas[0] else { panic!("{:?}", counselling.areas) };
    assert_eq!(corners.len(), 4, "the ring is not closed");
    for part in [
        "Programme: Young Minds",
        "Address: 1 River Street, New York, NY 10001, US; PO Box 1",
        "At this place: Second floor",
        "Documents needed: Proof of address",
    ] {
        assert!(counselling.content.contains(part), "{part} in {}", counselling.content);
    }
    assert!(resource(&directory, "a2").place.is_none(), "a virtual location is no place");
    let helpline = resource(&directory, "service:s2");
    assert_eq!(spans(helpline), [(1, 0, 120), (6, 1200, 1440), (7, 0, 120), (7, 1200, 1440)]);
    assert_eq!(helpline.service_standard, "Costs: Adults 5 USD each call");
    assert!(helpline.content.contains("Serves: The whole state") && helpline.areas == [Area::Everywhere]);
    let meals = resource(&directory, "a3");
    assert_eq!((meals.schedule.is_none(), meals.content.contains("每天中午")), (true, true));
    assert_eq!(directory.organizations[0].phone, "+1 212 555 0100");
    let rules = report.by_rule();
    for rule in
        [Rule::ScheduleOtherPeriod, Rule::ScheduleDate, Rule::CategoryCycle, Rule::AreaUnreadable, Rule::AgeUnreadable]
    {
        assert_eq!(rules.get(&rule), Some(&1), "{}", rule.id());
    }
    let names = plan(&directory, Trust::Verified);
    assert_eq!(names.organizations[1].title.as_ref().unwrap().zh, "银川助老中心");
}

#[test]
fn every_shape_of_hsds_3_json_gives_the_same_resources() {
    let (expected, _) = import("hsds3_json/services_array.json");
    let keys = |directory: &Directory| directory.resources.iter().map(|r| r.external_id.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&expected), ["a1", "service:s2"]);
    for name in ["services_page.json", "services.ndjson", "organizations_array.json"] {
        let options = Options { source: Some(expected.source.clone()), ..Options::default() };
        let (directory, _) = read(&fixture("hsds3_json").join(name), &options).unwrap();
        assert_eq!(directory.format, Format::HsdsJson3);
        assert_eq!(directory.resources, expected.resources, "{name}");
    }
    let (tables, report) = import("hsds3_json/tables.json");
    assert_eq!(keys(&tables), keys(&expected));
    assert_eq!(report.total().merged, 0);
}

#[test]
fn repeated_objects_of_json_are_merged_and_fill_each_others_gaps() {
    let (directory, report) = import("hsds3_json/services_array.json");
    let organization = &directory.organizations[0];
    assert_eq!((organization.email.as_str(), organization.url.as_str()), ("desk@example.org", "https://example.org"));
    let counts = |table: &str| report.counts.iter().find(|c| c.file.ends_with(table)).unwrap().clone();
    assert_eq!((counts("#organization").read, counts("#organization").merged), (2, 1));
    assert_eq!((counts("#service").read, counts("#service").set_aside), (3, 1), "what is no object is set aside");
}

#[test]
fn a_wrong_folder_is_told_what_was_looked_for() {
    let error = read(&fixture(""), &Options::default()).unwrap_err().to_string();
    assert!(
        error.contains("services.csv and organizations.csv") && error.contains("LinkSF") && error.contains("no files"),
        "{error}"
    );
    let error = read(&fixture("nowhere"), &Options::default()).unwrap_err();
    assert!(matches!(error, ImportError::Io { .. }), "{error}");
}

#[test]
fn files_that_are_not_what_their_name_says_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("services.json");
    std::fs::write(&file, "{\"id\": 1,\n oops}").unwrap();
    let error = read(&file, &Options::default()).unwrap_err().to_string();
    assert!(error.contains("line 2 column 2"), "{error}");
    std::fs::write(&file, "[1, 2]").unwrap();
    assert!(matches!(read(&file, &Options::default()), Err(ImportError::UnknownFormat { .. })));
    for (name, text) in [("services.csv", "identifier;name\n1;x\n"), ("organizations.csv", "id,name\n1,x\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let error = read(folder.path(), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("services.csv has no column id; its header says identifier;name"), "{error}");
}

#[test]
fn hours_without_any_hint_of_a_time_zone_ask_for_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("organizations.csv", "id,name\n1,One\n"),
        ("services.csv", "id,organization_id,name\n1,1,Help\n"),
        ("regular_schedules.csv", "id,service_id,weekday,opens_at,closes_at\n1,1,Monday,9:00,17:00\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    assert!(matches!(read(folder.path(), &Options::default()), Err(ImportError::TimeZoneRequired)));
    let chosen = Options { time_zone: Some("Asia/Shanghai".to_owned()), ..Options::default() };
    let (directory, _) = read(folder.path(), &chosen).unwrap();
    assert_eq!(directory.resources[0].schedule.as_ref().unwrap().time_zone, "Asia/Shanghai");
}

#[test]
fn options_that_make_no_sense_are_refused_by_name() {
    for (options, name) in [
        (Options { time_zone: Some("Florida".to_owned()), ..Options::default() }, "--time-zone"),
        (Options { source: Some("a b".to_owned()), ..Options::default() }, "--source"),
        (Options { source: Some(String::new()), ..Options::default() }, "--source"),
        (Options { category_prefix: Some("a.b".to_owned()), ..Options::default() }, "--category-prefix"),
    ] {
        let error = read(&fixture("hsds1_dirty"), &options).unwrap_err().to_string();
        assert!(error.starts_with(name), "{error}");
    }
}

#[test]
fn the_report_is_lines_of_json_that_end_with_the_counts() {
    let (_, report) = import("hsds1_dirty");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.jsonl");
    report.write(&file).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((of("entry"), of("counts"), of("total")), (report.entries.len(), report.counts.len(), 1));
    let total = lines.last().unwrap();
    assert_eq!(total["read"].as_u64(), Some(65));
    let sum: u64 =
        ["clean", "repaired", "merged", "set_aside"].iter().map(|field| total[field].as_u64().unwrap()).sum();
    assert_eq!(sum, 65);
    let error = report.write(&folder.path().join("no/such/folder.jsonl")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write"), "{error}");
}

#[test]
fn a_dirty_linksf_file_is_repaired_or_set_aside_too() {
    let (directory, report) = import("linksf/facilities.json");
    assert_eq!((directory.format, directory.source.as_str()), (Format::LinkSf, "linksf"));
    let counts: Vec<_> = report.counts.iter().map(|c| (c.read, c.clean, c.repaired, c.merged, c.set_aside)).collect();
    assert_eq!(counts, [(5, 0, 2, 1, 2), (7, 1, 3, 1, 2)]);
    let beds = resource(&directory, "s1");
    assert_eq!(spans(beds), (1..=7).map(|day| (day, 0, 1440)).collect::<Vec<_>>());
    let expression = &beds.eligibility.as_ref().unwrap().expression;
    assert_eq!(expression, "gender == \"female\" && (age_years <= 12 || age_years >= 55)");
    assert_eq!(spans(resource(&directory, "s2")), [(2, 1320, 1440), (3, 0, 120), (7, 0, 60), (7, 1020, 1440)]);
    let clinic = resource(&directory, "s5");
    assert_eq!(clinic.place.map(|place| place.longitude), Some(-122.39), "the sign is repaired");
    assert_eq!((clinic.categories[0].as_str(), clinic.eligibility.is_none()), ("linksf.Medical---dental", true));
    assert_eq!(resource(&directory, "s3").categories, ["linksf.unclassified"]);
}
