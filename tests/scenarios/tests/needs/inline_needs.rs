//! Needs that are asked about without being stored: whom they name counts, for whoever may submit them, and all that is wrong with them
//! is told at once.

use std::time::{Duration, Instant};

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, resource};
use wishwell_scenarios::needing::{item, need};
use wishwell_scenarios::told::{quantity, refused, text, told, violations};
use wishwell_scenarios::{Served, external};

const HOTLINE: &str = "demo-hotline";
const CASE_WORKER: &str = "demo-case-worker";
const AUDITOR: &str = "demo-auditor";
/// Beneficiaries and households that nobody has.
const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

fn yes(key: &str, value: bool) -> v1::Fact {
    v1::Fact { key: key.to_owned(), bool_value: Some(value), ..v1::Fact::default() }
}

async fn find(served: &Served, key: &'static str, need: v1::Need) -> Result<v1::ItemMatches, Status> {
    let request = v1::FindResourcesRequest { inline_need: Some(need), top_k: Some(100), ..Default::default() };
    let answer = told(served.matching(key).find_resources(request).await)?;
    Ok(answer.items.into_iter().next().expect("an item"))
}

/// What an answer says of who may have a resource; nothing where it is no candidate.
fn verdict(found: &v1::ItemMatches, resource: &str) -> Option<v1::EligibilityVerdict> {
    let named = |candidate: &&v1::Candidate| candidate.resource.as_ref().is_some_and(|found| found.name == resource);
    found.candidates.iter().find(named).map(v1::Candidate::eligibility)
}

/// A desk for those of whom a rule holds.
async fn for_whom(served: &Served, id: &str, expression: &str) -> String {
    let eligibility = v1::Eligibility { expression: expression.to_owned(), statement: text("some") };
    let resource = v1::Resource { eligibility: Some(eligibility), ..resource(id, "o-1") };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    told(served.catalog(OPERATOR).create_resource(request).await).expect("created").resource.expect("one").name
}

async fn person(served: &Served, id: &str, division: &str, facts: Vec<v1::Fact>) -> String {
    let beneficiary = v1::Beneficiary {
        external: Some(external("test", id)),
        residence_division: division.to_owned(),
        facts,
        ..v1::Beneficiary::default()
    };
    let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
    told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one").name
}

async fn household(served: &Served, id: &str, tags: &[v1::GroupTag]) -> String {
    let household = v1::Household {
        external: Some(external("test", id)),
        residence_division: "640104".to_owned(),
        group_tags: tags.iter().map(|tag| (*tag).into()).collect(),
        ..v1::Household::default()
    };
    let request = v1::CreateHouseholdRequest { household: Some(household), request_id: String::new() };
    told(served.needs(HOTLINE).create_household(request).await).expect("created").household.expect("one").name
}

/// Resources for those who live alone, and for veterans.
async fn desks(served: &Served) -> (String, String) {
    let created = Operator(served).create_organization(organization("o-1")).await.expect("created");
    let verify = v1::VerifyOrganizationRequest { name: created.name, ..Default::default() };
    told(served.catalog(OPERATOR).verify_organization(verify).await).expect("verified");
    let alone = for_whom(served, "r-alone", "lives_alone").await;
    (alone, for_whom(served, "r-veteran", "is_veteran").await)
}

#[tokio::test]
async fn whom_a_need_names_counts_whether_or_not_it_is_stored() {
    use v1::EligibilityVerdict::{Eligible, Unknown};
    let served = Served::demo().await;
    let (alone, veteran) = desks(&served).await;
    let lives_alone = person(&served, "p-1", "640104", vec![yes("lives_alone", true)]).await;
    let of_veterans = household(&served, "h-1", &[v1::GroupTag::Veteran]).await;
    let by_name = v1::Need { beneficiary: lives_alone.clone(), ..need() };
    let by_identity = v1::Need { beneficiary_external: Some(external("test", "p-1")), ..need() };
    let denies = v1::Need { facts: vec![yes("lives_alone", false)], ..by_name.clone() };
    let household_by_name = v1::Need { household: of_veterans, ..need() };
    let household_by_identity = v1::Need { household_external: Some(external("test", "h-1")), ..need() };
    for (what, asked, expected) in [
        ("of nobody", need(), (Some(Unknown), Some(Unknown))),
        ("of somebody, by name", by_name.clone(), (Some(Eligible), Some(Unknown))),
        ("of somebody, by identity", by_identity, (Some(Eligible), Some(Unknown))),
        ("that says otherwise itself", denies, (None, Some(Unknown))),
        ("of a household, by name", household_by_name, (Some(Unknown), Some(Eligible))),
        ("of a household, by identity", household_by_identity, (Some(Unknown), Some(Eligible))),
    ] {
        let found = find(&served, HOTLINE, asked.clone()).await.expect(what);
        assert_eq!((verdict(&found, &alone), verdict(&found, &veteran)), expected, "a need {what}");
        // The same need, stored, is answered the same.
        let request = v1::SubmitNeedRequest { need: Some(asked), request_id: String::new() };
        let stored = told(served.needs(HOTLINE).submit_need(request).await).expect("submitted");
        let request = v1::FindResourcesRequest {
            need: stored.need.expect("one").name,
            top_k: Some(100),
            min_position: stored.log_position,
            ..Default::default()
        };
        let answer = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
        let told = (verdict(&answer.items[0], &alone), verdict(&answer.items[0], &veteran));
        assert_eq!(told, expected, "a stored need {what}");
    }
}

#[tokio::test]
async fn only_who_may_submit_a_need_names_somebody_within_its_divisions_and_leaves_a_trace() {
    let served = Served::demo().await;
    let ours = person(&served, "ours", "640104", vec![]).await;
    let theirs = person(&served, "theirs", "640106", vec![]).await;
    let of = |beneficiary: &str| v1::Need { beneficiary: beneficiary.to_owned(), ..need() };
    let called = |id: &str| v1::Need { beneficiary_external: Some(external("test", id)), ..need() };
    let traced = |name: &str| {
        served.process.output().lines().any(|line| line.contains("personal data was asked for") && line.contains(name))
    };

    for key in [OPERATOR, AUDITOR] {
        find(&served, key, need()).await.expect("about nobody");
        for asked in [of(&ours), called("ours"), v1::Need { household: format!("households/{NOBODY}"), ..need() }] {
            let status = refused(key, find(&served, key, asked).await, "PERMISSION_DENIED", "");
            assert_eq!(status.code(), Code::PermissionDenied);
        }
    }
    let field = "inline_need.beneficiary";
    refused("elsewhere", find(&served, CASE_WORKER, of(&theirs)).await, "UNKNOWN_REFERENCE", field);
    let field = "inline_need.beneficiary_external";
    refused("elsewhere", find(&served, CASE_WORKER, called("theirs")).await, "UNKNOWN_REFERENCE", field);
    refused("nobody", find(&served, HOTLINE, called("nobody")).await, "UNKNOWN_REFERENCE", field);
    assert!(!traced(&ours) && !traced(&theirs), "nobody was told anything of them");

    find(&served, CASE_WORKER, of(&ours)).await.expect("its own");
    let asked = Instant::now();
    while !traced(&ours) {
        assert!(asked.elapsed() < Duration::from_secs(5), "no trace of who asked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let erase = v1::EraseBeneficiaryRequest { name: ours.clone(), ..Default::default() };
    told(served.needs(HOTLINE).erase_beneficiary(erase).await).expect("erased");
    let status = refused("somebody erased", find(&served, HOTLINE, of(&ours)).await, "ERASED", "");
    assert_eq!(status.code(), Code::FailedPrecondition);
}

/// A need in which each item and each reference is wrong in its own way.
fn spoilt() -> v1::Need {
    let furlongs = v1::NeedItem { quantity: quantity(1, "furlong"), ..item("moon.cheese") };
    v1::Need {
        items: vec![item("moon.rocks"), furlongs, item("education.desk"), item("mars.rocks")],
        division: "999999".to_owned(),
        beneficiary: format!("beneficiaries/{NOBODY}"),
        household_external: Some(external("test", "nobody")),
        mobility: Some(v1::Mobility::default()),
        facts: vec![yes("lives_alone", true), yes("shoe_size", true)],
        ..need()
    }
}

/// What is wrong with it: field within the need, and rule.
const WRONG: [(&str, &str); 9] = [
    ("beneficiary", "REFERENCE"),
    ("division", "DIVISION_UNKNOWN"),
    ("facts[1].key", "FACT_UNKNOWN_KEY"),
    ("household_external", "REFERENCE"),
    ("items[0].category", "CATEGORY_UNKNOWN"),
    ("items[1].category", "CATEGORY_UNKNOWN"),
    ("items[1].quantity.unit", "UNIT"),
    ("items[3].category", "CATEGORY_UNKNOWN"),
    ("mobility", "MOBILITY_SOME"),
];

/// Holds a refusal to exactly these violations.
#[track_caller]
fn assert_wrong<'w>(status: &Status, expected: impl IntoIterator<Item = (String, &'w str)>) {
    let mut expected: Vec<_> = expected.into_iter().map(|(field, rule)| (field, rule.to_owned())).collect();
    let mut told: Vec<_> = violations(status).into_iter().map(|told| (told.field, told.rule)).collect();
    expected.sort();
    told.sort();
    assert_eq!(told, expected, "{status:?}");
}

#[tokio::test]
async fn what_breaks_rules_of_the_domain_and_what_refers_to_nothing_come_in_one_answer() {
    let served = Served::demo().await;
    let wrong = |field: &'static str| WRONG.into_iter().map(move |(within, rule)| (format!("{field}.{within}"), rule));

    let request = v1::FindResourcesRequest { inline_need: Some(spoilt()), item_ordinal: 5, ..Default::default() };
    let status = told(served.matching(HOTLINE).find_resources(request).await).expect_err("much is wrong");
    let no_item = ("item_ordinal".to_owned(), "ITEM_UNKNOWN");
    assert_wrong(&status, wrong("inline_need").chain([no_item]));
    let told_value = violations(&status).into_iter().find(|told| told.field == "inline_need.items[3].category");
    assert!(told_value.expect("told").description.contains("mars.rocks"), "{status:?}");

    let passed = Some(prost_types::Timestamp { seconds: 1_000_000_000, nanos: 0 });
    let late = v1::Need { deadline: passed, ..spoilt() };
    let request = v1::SubmitNeedRequest { need: Some(late), request_id: String::new() };
    let status = told(served.needs(HOTLINE).submit_need(request).await).expect_err("much is wrong");
    let too_late = ("need.deadline".to_owned(), "TIMING_FUTURE");
    assert_wrong(&status, wrong("need").chain([too_late]));

    // A place that nobody knows is wrong, not another's: a case worker is told so as well.
    let request = v1::FindResourcesRequest { inline_need: Some(spoilt()), ..Default::default() };
    let status = told(served.matching(CASE_WORKER).find_resources(request).await).expect_err("much is wrong");
    assert_wrong(&status, wrong("inline_need"));

    let stored = v1::SubmitNeedRequest { need: Some(need()), request_id: String::new() };
    let stored = told(served.needs(HOTLINE).submit_need(stored).await).expect("submitted").need.expect("one");
    let paths = ["items", "division", "beneficiary", "household_external", "mobility", "facts"];
    let request = v1::UpdateNeedRequest {
        name: stored.name,
        need: Some(spoilt()),
        update_mask: wishwell_scenarios::told::mask(&paths),
        ..Default::default()
    };
    let status = told(served.needs(HOTLINE).update_need(request).await).expect_err("much is wrong");
    assert_wrong(&status, wrong("need"));
}
