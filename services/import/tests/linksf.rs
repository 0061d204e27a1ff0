//! LinkSF, whole: hours, limits of age and gender, facilities listed more than once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use wishwell_api::v1;
use wishwell_import::{Format, Options, Rule, Span, Trust, plan, read};
use wishwell_test_support::data_or_skip;

fn span(weekday: u8, opens_minute: u16, closes_minute: u16) -> Span {
    Span { weekday, opens_minute, closes_minute }
}

#[test]
fn facilities_and_services_add_up_and_repeated_ones_are_merged() {
    let folder = data_or_skip!("linksf");
    let (directory, report) = read(&folder, &Options::default()).unwrap();
    assert_eq!((directory.format, directory.source.as_str()), (Format::LinkSf, "linksf"));
    let counts: Vec<_> = report.counts.iter().map(|c| (c.read, c.clean, c.repaired, c.merged, c.set_aside)).collect();
    assert_eq!(counts, [(89, 52, 24, 13, 0), (130, 53, 43, 34, 0)]);
    assert!(report.counts.iter().all(wishwell_import::FileCounts::adds_up));
    assert_eq!((directory.organizations.len(), directory.resources.len(), directory.categories.len()), (76, 96, 5));
    assert!(directory.resources.iter().all(|resource| resource.place.is_some()));
    let not_carried: Vec<(&str, &str, u64)> = report
        .not_carried
        .iter()
        .map(|one| (one.file.trim_start_matches("linksf_facilities.json"), one.column.as_str(), one.values))
        .collect();
    assert_eq!(
        not_carried,
        [
            ("#facilities", "__type", 89),
            ("#facilities", "categories", 89),
            ("#facilities", "className", 89),
            ("#facilities", "createdAt", 89),
            ("#facilities", "updatedAt", 89),
            ("#services", "__type", 130),
            ("#services", "className", 130),
            ("#services", "createdAt", 130),
            ("#services", "facility", 130),
            ("#services", "updatedAt", 130),
        ]
    );
}

#[test]
fn hours_are_read_from_sunday_as_0_and_2359_as_the_end_of_the_day() {
    let folder = data_or_skip!("linksf");
    let (directory, report) = read(&folder, &Options::default()).unwrap();
    let hours: BTreeMap<(&str, &str), &[Span]> = directory
        .resources
        .iter()
        .filter_map(|r| {
            Some(((r.responsible_party.as_str(), r.title.as_str()), r.schedule.as_ref()?.weekly.as_slice()))
        })
        .collect();
    // "Dinner: Tues-Fri arrive 5:45pm for 6pm. Lunch: Saturday 1pm-3pm."
    let meal = hours[&("City Team Ministries", "Free hot meal")];
    let expected: Vec<Span> = (2..=5).map(|day| span(day, 1065, 1140)).chain([span(6, 780, 900)]).collect();
    assert_eq!(meal, expected);
    // 0 to 700 and 1500 to 2359 on each day.
    let shelter = hours[&("Providence Foundation Family Shelters: First Friendship Family Shelter", "Family shelter")];
    assert_eq!(shelter.len(), 14);
    assert_eq!(&shelter[..2], [span(1, 0, 420), span(1, 900, 1440)]);
    // 0 to 1200 on every day, and the notes say "24 hours a day everyday".
    let intake = hours[&("La Casa de las Madres", "Domestic violence emergency shelter")];
    assert_eq!(intake, (1..=7).map(|day| span(day, 0, 1440)).collect::<Vec<_>>());
    assert_eq!(report.by_rule()[&Rule::ScheduleNoonForMidnight], 7);
    assert!(
        directory.resources.iter().filter_map(|r| r.schedule.as_ref()).all(|s| s.time_zone == "America/Los_Angeles")
    );
}

#[test]
fn limits_of_age_and_gender_become_expressions_over_facts() {
    let folder = data_or_skip!("linksf");
    let (directory, _) = read(&folder, &Options::default()).unwrap();
    let expression = |party: &str| {
        let resource = directory.resources.iter().find(|r| r.responsible_party == party).unwrap();
        resource.eligibility.as_ref().map(|eligibility| eligibility.expression.clone())
    };
    assert_eq!(expression("La Casa de las Madres").as_deref(), Some("gender == \"female\""));
    assert_eq!(expression("Curry Senior Center").as_deref(), Some("age_years >= 55"));
    assert_eq!(expression("Huckleberry House").as_deref(), Some("age_years <= 24"));
    assert_eq!(
        expression("Larkin Street Youth Services: Diamond Youth Shelter").as_deref(),
        Some("age_years >= 12 && age_years <= 24")
    );
    assert_eq!(expression("Episcopal Community Services - Next Door Shelter").as_deref(), Some("age_years >= 18"));
    assert_eq!(expression("Glide Memorial Church"), None);
}

#[test]
fn the_whole_plan_keeps_the_rules_of_the_contract() {
    let folder = data_or_skip!("linksf");
    let (directory, _) = read(&folder.join("linksf_facilities.json"), &Options::default()).unwrap();
    let plan = plan(&directory, Trust::Applied);
    assert!(plan.organizations.iter().all(|organization| organization.state() == v1::OrganizationState::Applied));
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
}
