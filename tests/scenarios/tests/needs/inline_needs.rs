//! Needs that are asked about without being stored: whom they name counts, for whoever may submit them, and all that is wrong with them
//! is told at once.

use std::time::{Duration, Instant};

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, resource};
use wishwell_scenarios::needing::{item, need};
use wishwell_scenarios::referring::{offer, to};
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
    find_after(served, key, need, 0).await
}

/// As [`find`], once the log has been read so far.
async fn find_after(
    served: &Served,
    key: &'static str,
    need: v1::Need,
    min_position: i64,
) -> Result<v1::ItemMatches, Status> {
    let request =
        v1::FindResourcesRequest { inline_need: Some(need), top_k: Some(100), min_position, ..Default::default() };
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

/// Verdicts of one resource after the other, in the answer for a need that is not stored and for the same need stored; and the need.
async fn verdicts(
    served: &Served,
    what: &str,
    asked: v1::Need,
    resources: &[String],
) -> (Vec<Option<v1::EligibilityVerdict>>, String) {
    let of = |found: &v1::ItemMatches| resources.iter().map(|resource| verdict(found, resource)).collect::<Vec<_>>();
    let request = v1::SubmitNeedRequest { need: Some(asked.clone()), request_id: String::new() };
    let stored = told(served.needs(HOTLINE).submit_need(request).await).expect("submitted");
    let (need, min_position) = (stored.need.expect("one").name, stored.log_position);
    let inline = of(&find_after(served, HOTLINE, asked, min_position).await.expect(what));
    let request = v1::FindResourcesRequest { need: need.clone(), top_k: Some(100), min_position, ..Default::default() };
    let answer = told(served.matching(HOTLINE).find_resources(request).await).expect("found");
    assert_eq!(of(&answer.items[0]), inline, "a stored need {what}");
    // And the other way round.
    for (resource, verdict) in resources.iter().zip(&inline) {
        let request =
            v1::FindNeedsRequest { resource: resource.clone(), min_position, page_size: 100, ..Default::default() };
        let found = told(served.matching(HOTLINE).find_needs(request).await).expect("found").matches;
        let found = found.iter().find(|found| found.need == need).map(v1::NeedMatch::eligibility);
        assert_eq!(found, *verdict, "{resource} asked for needs, {what}");
    }
    (inline, need)
}

#[tokio::test]
async fn what_is_on_record_of_a_household_counts_for_its_needs_and_for_its_members_where_nothing_else_is_said() {
    use v1::EligibilityVerdict::{Eligible, Unknown};
    use v1::GroupTag::{Elderly, InDifficulty};
    let served = Served::demo().await;
    desks(&served).await;
    let mut resources = Vec::new();
    for (id, rule) in [
        ("r-lives", "residence_division.startsWith('640104')"),
        ("r-registered", "registration_division.startsWith('640104')"),
        ("r-difficulty", "is_in_difficulty"),
        ("r-old", "is_elderly"),
    ] {
        resources.push(for_whom(&served, id, rule).await);
    }
    let home = v1::Household {
        residence_division: "640104".to_owned(),
        registration_division: "640104".to_owned(),
        group_tags: vec![InDifficulty.into(), Elderly.into()],
        ..v1::Household::default()
    };
    let request = v1::CreateHouseholdRequest { household: Some(home), request_id: String::new() };
    let home =
        told(served.needs(HOTLINE).create_household(request).await).expect("created").household.expect("one").name;
    let member = async |id: &str, registration: &str, household: &str| {
        let beneficiary = v1::Beneficiary {
            external: Some(external("test", id)),
            registration_division: registration.to_owned(),
            household: household.to_owned(),
            ..v1::Beneficiary::default()
        };
        let request = v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary), request_id: String::new() };
        told(served.needs(HOTLINE).create_beneficiary(request).await).expect("created").beneficiary.expect("one").name
    };
    let child = member("child", "", &home).await;
    let lodger = member("lodger", "640106", &home).await;
    let stranger = member("stranger", "", "").await;
    let says = |division: &str| {
        let string_value = Some(division.to_owned());
        vec![v1::Fact { key: "residence_division".to_owned(), string_value, ..v1::Fact::default() }]
    };
    let of = |beneficiary: &str, household: &str| v1::Need {
        beneficiary: beneficiary.to_owned(),
        household: household.to_owned(),
        ..need()
    };
    let yes = Some(Eligible);
    let mut referred = Vec::new();
    for (what, asked, expected) in [
        ("of the household", of("", &home), [yes, yes, yes, yes]),
        (
            "of the household that has moved since",
            v1::Need { facts: says("640106"), ..of("", &home) },
            [None, yes, yes, yes],
        ),
        // Who of it is old, the record of a household does not say.
        ("of a member", of(&child, ""), [yes, yes, yes, Some(Unknown)]),
        ("of a member who is registered elsewhere", of(&lodger, ""), [yes, None, yes, Some(Unknown)]),
        ("of a member and the household", of(&child, &home), [yes, yes, yes, yes]),
        ("of somebody and the household", of(&stranger, &home), [yes, yes, yes, yes]),
        ("of somebody without one", of(&stranger, ""), [Some(Unknown); 4]),
    ] {
        let (told, need) = verdicts(&served, what, asked, &resources).await;
        assert_eq!(told, expected, "a need {what}");
        referred.push(need);
    }
    // What was decided upon it comes out again, though the household moves.
    let mut decided = Vec::new();
    for need in [&referred[0], &referred[2], &referred[4]] {
        decided.push(offer(&served, HOTLINE, to(need, &resources[1])).await.expect("offered").name);
    }
    let moved = v1::Household { registration_division: "640106".to_owned(), ..v1::Household::default() };
    let request = v1::UpdateHouseholdRequest {
        name: home,
        household: Some(moved),
        update_mask: wishwell_scenarios::told::mask(&["registration_division"]),
        ..Default::default()
    };
    told(served.needs(HOTLINE).update_household(request).await).expect("moved");
    let late = verdicts(&served, "of a member, once the household has moved", of(&child, ""), &resources).await.0;
    assert_eq!(late[1], None);
    for referral in decided {
        let mut command = wishwell_test_support::process::command();
        command.env_clear().current_dir(served.process.folder());
        let output = command.args(["replay", &referral, "--data-dir", "wishwell-data"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.ends_with("identical\n"), "{referral}: {said}");
    }
}

#[tokio::test]
async fn a_rule_that_cannot_be_computed_is_unknown_with_nothing_missing() {
    use v1::EligibilityVerdict::{Eligible, Unknown};
    let served = Served::demo().await;
    desks(&served).await;
    let shared_out = for_whom(&served, "r-shares", "100 / (household_size - 1) > 20").await;
    let request = v1::SubmitNeedRequest { need: Some(need()), request_id: String::new() };
    let position = told(served.needs(HOTLINE).submit_need(request).await).expect("submitted").log_position;
    let of = |persons: i64| v1::Need {
        facts: vec![v1::Fact { key: "household_size".to_owned(), int_value: Some(persons), ..v1::Fact::default() }],
        ..need()
    };
    for (asked, expected, missing) in [
        (of(2), Eligible, vec![]),
        // It divides by 0.
        (of(1), Unknown, vec![]),
        (need(), Unknown, vec!["household_size".to_owned()]),
    ] {
        let found = find_after(&served, HOTLINE, asked, position).await.expect("asked");
        let named = |candidate: &&v1::Candidate| candidate.resource.as_ref().is_some_and(|it| it.name == shared_out);
        let candidate = found.candidates.iter().find(named).expect("a candidate");
        assert_eq!((candidate.eligibility(), candidate.missing_facts.clone()), (expected, missing));
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
