//! What is refused, by field and rule; one line a case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use prost_types::FieldMask;
use support::{UUID, beneficiary, need, pool, resource, text};
use wishwell_api::{FieldViolation, Request, VIOLATIONS_MAX, v1, validate};

/// Field and rule of every violation.
fn broken(request: &impl Request) -> Vec<(String, String)> {
    let violations = validate(request).err().unwrap_or_default();
    violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
}

fn one(request: &impl Request) -> FieldViolation {
    let mut violations = validate(request).expect_err("something is broken");
    assert_eq!(violations.len(), 1, "{violations:?}");
    violations.remove(0)
}

fn create_resource(change: impl FnOnce(&mut v1::Resource)) -> v1::CreateResourceRequest {
    let mut resource = resource();
    change(&mut resource);
    v1::CreateResourceRequest { resource: Some(resource), request_id: UUID.into() }
}

fn submit_need(change: impl FnOnce(&mut v1::Need)) -> v1::SubmitNeedRequest {
    let mut need = need();
    change(&mut need);
    v1::SubmitNeedRequest { need: Some(need), request_id: String::new() }
}

#[test]
fn requests_that_break_nothing_pass() {
    validate(&create_resource(|_| {})).unwrap();
    validate(&submit_need(|_| {})).unwrap();
    validate(&v1::CreateCapacityPoolRequest { capacity_pool: Some(pool()), ..Default::default() }).unwrap();
    validate(&v1::CreateBeneficiaryRequest { beneficiary: Some(beneficiary()), ..Default::default() }).unwrap();
    validate(&v1::FindResourcesRequest { inline_need: Some(need()), ..Default::default() }).unwrap();
    validate(&v1::FindResourcesRequest { need: format!("needs/{UUID}"), top_k: Some(100), ..Default::default() })
        .unwrap();
    validate(&v1::ListNeedsRequest::default()).unwrap();
}

#[test]
fn each_broken_field_of_a_resource_is_named_with_its_rule() {
    type Case = (fn(&mut v1::Resource), &'static str, &'static str);
    let cases: &[Case] = &[
        (|r| r.title = None, "resource.title", "required"),
        (|r| r.content.clear(), "resource.content", "string.min_len"),
        (|r| r.responsible_party.clear(), "resource.responsible_party", "string.min_len"),
        (|r| r.service_standard.clear(), "resource.service_standard", "string.min_len"),
        (|r| r.content = "字".repeat(4_001), "resource.content", "string.max_len"),
        (|r| r.title = text(&"字".repeat(201), ""), "resource.title.zh", "string.max_len"),
        (|r| r.organization = "organizations/7".into(), "resource.organization", "string.pattern"),
        (|r| r.organization.clear(), "resource", "message.oneof"),
        (|r| r.organization_external = support::external("o"), "resource", "message.oneof"),
        (|r| r.categories.clear(), "resource.categories", "repeated.min_items"),
        (|r| r.categories = vec!["a".into(), "a".into()], "resource.categories", "repeated.unique"),
        (|r| r.categories.push("no spaces".into()), "resource.categories[1]", "string.pattern"),
        (|r| r.unit = "Piece".into(), "resource.unit", "string.pattern"),
        (|r| r.place.as_mut().unwrap().latitude = 91.0, "resource.place.latitude", "double.gte_lte"),
        (|r| r.place.as_mut().unwrap().longitude = -180.5, "resource.place.longitude", "double.gte_lte"),
        (|r| r.place.as_mut().unwrap().datum = 0, "resource.place.datum", "enum.not_in"),
        (|r| r.place.as_mut().unwrap().datum = 9, "resource.place.datum", "enum.defined_only"),
        (|r| r.division = "64010".into(), "resource.division", "string.pattern"),
        (|r| r.areas.clear(), "resource.areas", "repeated.min_items"),
        (|r| r.areas.push(v1::ServiceArea::default()), "resource.areas[3]", "message.oneof"),
        (|r| r.areas[1].division = "64".into(), "resource.areas[1]", "message.oneof"),
        (|r| r.areas[1].radius.as_mut().unwrap().metres = 0, "resource.areas[1].radius.metres", "int32.gte_lte"),
        (|r| r.modes.clear(), "resource.modes", "repeated.min_items"),
        (|r| r.modes.push(0), "resource.modes[2]", "enum.not_in"),
        (|r| r.schedule.as_mut().unwrap().time_zone.clear(), "resource.schedule.time_zone", "string.pattern"),
        (
            |r| r.schedule.as_mut().unwrap().weekly[0].weekday = 0,
            "resource.schedule.weekly[0].weekday",
            "int32.gte_lte",
        ),
        (
            |r| r.schedule.as_mut().unwrap().exceptions[0].date = "31.12.".into(),
            "resource.schedule.exceptions[0].date",
            "string.pattern",
        ),
        (|r| r.eligibility.as_mut().unwrap().expression.clear(), "resource.eligibility.expression", "string.min_len"),
        (
            |r| r.eligibility.as_mut().unwrap().expression = "x".repeat(513),
            "resource.eligibility.expression",
            "string.max_bytes",
        ),
        (|r| r.draws = vec![r.draws[0].clone(); 5], "resource.draws", "repeated.max_items"),
        (|r| r.draws[0].quantity_per_unit = 0, "resource.draws[0].quantity_per_unit", "int64.gt_lte"),
        (|r| r.valid_from = "2026-1-1".into(), "resource.valid_from", "string.pattern"),
        (|r| r.lifecycle = 3, "resource.lifecycle", "enum.defined_only"),
        (|r| r.external.as_mut().unwrap().source.clear(), "resource.external.source", "string.pattern"),
    ];
    for (change, field, rule) in cases {
        assert_eq!(broken(&create_resource(change)), [((*field).to_owned(), (*rule).to_owned())]);
    }
}

#[test]
fn each_broken_field_of_a_need_is_named_with_its_rule() {
    type Case = (fn(&mut v1::Need), &'static str, &'static str);
    let cases: &[Case] = &[
        (|n| n.items.clear(), "need.items", "repeated.min_items"),
        (|n| n.items = vec![n.items[0].clone(); 33], "need.items", "repeated.max_items"),
        (|n| n.items[0].category.clear(), "need.items[0].category", "string.pattern"),
        (|n| n.items[0].quantity = None, "need.items[0].quantity", "required"),
        (|n| n.items[0].quantity.as_mut().unwrap().value = 0, "need.items[0].quantity.value", "int64.gt_lte"),
        (|n| n.items[0].quantity.as_mut().unwrap().unit.clear(), "need.items[0].quantity.unit", "string.pattern"),
        (
            |n| n.items[0].recurrence = Some(v1::Recurrence { every: 2, occurrences: 0 }),
            "need.items[0].recurrence.occurrences",
            "int32.gte_lte",
        ),
        (|n| n.urgency = 0, "need.urgency", "enum.not_in"),
        (|n| n.channel = 0, "need.channel", "enum.not_in"),
        (|n| n.mobility = None, "need.mobility", "required"),
        (
            |n| n.mobility.as_mut().unwrap().max_travel_metres = Some(0),
            "need.mobility.max_travel_metres",
            "int32.gte_lte",
        ),
        (|n| n.group_tags = vec![2, 2], "need.group_tags", "repeated.unique"),
        (|n| n.facts[0].int_value = None, "need.facts[0]", "message.oneof"),
        (|n| n.facts[0].key = "Age".into(), "need.facts[0].key", "string.pattern"),
        (|n| n.description = "x".repeat(4_001), "need.description", "string.max_len"),
        (|n| n.window = Some(v1::TimeWindow::default()), "need.window.start_time", "required"),
        (
            |n| {
                n.wish = Some(v1::Wish {
                    title: "一盏台灯".into(),
                    consent_given_by: "guardian".into(),
                    ..Default::default()
                })
            },
            "need.wish.consent_time",
            "required",
        ),
    ];
    for (change, field, rule) in cases {
        let broken = broken(&submit_need(change));
        assert_eq!(broken.first(), Some(&((*field).to_owned(), (*rule).to_owned())), "{broken:?}");
    }
}

#[test]
fn a_question_names_exactly_one_need() {
    let neither = v1::FindResourcesRequest::default();
    let both =
        v1::FindResourcesRequest { need: format!("needs/{UUID}"), inline_need: Some(need()), ..Default::default() };
    assert_eq!(one(&neither).message, "one of need, inline_need must be set");
    assert_eq!(one(&both).message, "only one of need, inline_need can be set");
}

#[test]
fn all_violations_are_told_at_once_and_in_the_order_of_the_fields() {
    let request = create_resource(|r| {
        r.content.clear();
        r.unit = "?".into();
        r.modes.clear();
    });
    let fields: Vec<String> = broken(&request).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["resource.content", "resource.unit", "resource.modes"]);
}

#[test]
fn a_batch_that_is_broken_everywhere_tells_no_more_violations_than_the_bound() {
    let resources = vec![v1::Resource::default(); 500];
    let request = v1::BatchUpsertResourcesRequest { resources, ..Default::default() };
    assert_eq!(broken(&request).len(), VIOLATIONS_MAX);
    let too_many = v1::BatchUpsertResourcesRequest { resources: vec![resource(); 501], ..Default::default() };
    assert_eq!(one(&too_many).rule, "repeated.max_items");
    assert_eq!(one(&too_many).value.as_deref(), Some("501 entries"));
}

#[test]
fn a_violation_shows_the_value_in_short() {
    let shown = |request: &v1::CreateResourceRequest| one(request).value;
    assert_eq!(shown(&create_resource(|r| r.unit = "Piece".into())).as_deref(), Some("Piece"));
    assert_eq!(shown(&create_resource(|r| r.place.as_mut().unwrap().latitude = 91.0)).as_deref(), Some("91"));
    assert_eq!(shown(&create_resource(|r| r.place.as_mut().unwrap().datum = 0)).as_deref(), Some("DATUM_UNSPECIFIED"));
    assert_eq!(shown(&create_resource(|r| r.title = None)), None);
    let long = shown(&create_resource(|r| r.content = "字".repeat(5_000))).unwrap();
    assert_eq!(long.chars().count(), 81);
}

#[test]
fn a_violation_in_a_sensitive_field_shows_no_value() {
    let marked = format!("CANARY {}", "x".repeat(5_000));
    let request = submit_need(|n| {
        n.description = marked.clone();
        n.items[0].note = marked.clone();
        n.facts[0].string_value = Some(marked.clone());
        n.place.as_mut().unwrap().latitude = 4_711.0;
    });
    let violations = validate(&request).unwrap_err();
    assert_eq!(violations.len(), 5);
    let text = format!("{violations:?}");
    assert!(!text.contains("CANARY") && !text.contains("4711"), "{text}");
}

#[test]
fn an_update_is_checked_only_in_the_fields_that_its_mask_names() {
    let update = |paths: &[&str], resource: v1::Resource| v1::UpdateResourceRequest {
        name: format!("resources/{UUID}"),
        resource: Some(resource),
        update_mask: Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    };
    let renamed = v1::Resource { title: text("新名", ""), ..Default::default() };
    validate(&update(&["title"], renamed.clone())).unwrap();
    assert_eq!(
        broken(&update(&["title", "content"], renamed.clone())),
        [("resource.content".into(), "string.min_len".into())]
    );
    assert_eq!(broken(&update(&["organization"], renamed.clone())), [("update_mask".into(), "field_mask.in".into())]);
    let both = one(&update(&["organization", "title", "name"], renamed.clone()));
    assert_eq!(both.value.as_deref(), Some("organization, name"), "those that cannot be changed");
    let without_mask = v1::UpdateResourceRequest { update_mask: None, ..update(&[], renamed) };
    assert_eq!(broken(&without_mask), [("update_mask".into(), "required".into())], "nothing of what may not be meant");
}

#[test]
fn patterns_and_formats_are_explained_in_words() {
    let message = |request: &v1::CreateResourceRequest| one(request).message;
    assert_eq!(message(&create_resource(|r| r.valid_until = "tomorrow".into())), "must be a date as `YYYY-MM-DD`");
    assert_eq!(
        message(&v1::CreateResourceRequest { request_id: "7".into(), ..create_resource(|_| {}) }),
        "must be a UUID"
    );
    assert_eq!(message(&create_resource(|r| r.content = "x".repeat(4_001))), "length must be at most 4000 characters");
    assert_eq!(message(&create_resource(|r| r.title = None)), "is required");
}
