use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::error::Error;
use wishwell_domain::geo::Point;
use wishwell_domain::ids::CapacityPoolId;
use wishwell_domain::limits;
use wishwell_domain::resource::{DeliveryMode, Draw, Eligibility, Resource};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::{Violation, Violations};

use crate::fixtures::{Expected, broken, category_code, date, resource, rules, violations, weekly};

fn check(resource: &Resource) -> Vec<(String, String)> {
    broken(|violations| resource.check("resource", violations))
}

fn draw(pool: u128, quantity_per_unit: i64) -> Draw {
    Draw { pool: CapacityPoolId::from_uuid(Uuid::from_u128(pool)), quantity_per_unit }
}

/// A polygon of so many corners on a circle.
fn round(corners: u32) -> ServiceArea {
    let corner = |number| {
        let (sine, cosine) = (f64::from(number) / f64::from(corners) * std::f64::consts::TAU).sin_cos();
        let e7 = |degrees: f64| (degrees * 1e7) as i32;
        Point { latitude_e7: e7(38.0 + 0.1 * sine), longitude_e7: e7(106.0 + 0.1 * cosine) }
    };
    ServiceArea::Polygon((0..corners).map(corner).collect())
}

#[test]
fn a_resource_has_so_many_corners_in_all() {
    let of = |areas| Resource { areas, ..resource() };
    assert_eq!(check(&of(vec![round(256); 4])), []);
    assert_eq!(limits::RESOURCE_VERTICES_MAX, 4 * 256);
}

#[test]
fn a_resource_with_everything_it_needs_is_accepted() {
    assert_eq!(check(&resource()), []);
    let remote = Resource {
        place: None,
        areas: vec![ServiceArea::Everywhere],
        modes: vec![DeliveryMode::Remote],
        schedule: None,
        unit: None,
        ..resource()
    };
    assert_eq!(check(&remote), []);
}

#[test]
fn a_resource_lacking_content_party_or_standard_is_refused_by_name() {
    let broken_by = |change: fn(&mut Resource)| {
        let mut resource = resource();
        change(&mut resource);
        check(&resource)
    };
    assert_eq!(broken_by(|r| r.content.clear()), rules(&[("resource.content", "text.required")]));
    assert_eq!(
        broken_by(|r| r.responsible_party = " \u{3000}".into()),
        rules(&[("resource.responsible_party", "text.required")])
    );
    assert_eq!(broken_by(|r| r.service_standard.clear()), rules(&[("resource.service_standard", "text.required")]));
    assert_eq!(
        broken_by(|r| {
            r.content.clear();
            r.responsible_party.clear();
            r.service_standard = "长".repeat(limits::TEXT_CHARS_MAX + 1);
        }),
        rules(&[
            ("resource.content", "text.required"),
            ("resource.responsible_party", "text.required"),
            ("resource.service_standard", "text.max_length"),
        ])
    );
}

#[test]
fn each_fault_of_a_resource_is_told_by_field_and_rule() {
    let nowhere: fn(&mut Resource) = |r| r.place = None;
    type Case = (&'static str, fn(&mut Resource), Expected<'static>);
    let cases: Vec<Case> = vec![
        ("no title", |r| r.title = LocalizedText::default(), &[("resource.title", "localized_text.required")]),
        ("no category", |r| r.categories.clear(), &[("resource.categories", "list.min_items")]),
        (
            "a category twice",
            |r| r.categories = vec![category_code("a"), category_code("b"), category_code("a")],
            &[("resource.categories[2]", "list.unique")],
        ),
        (
            "too many categories",
            |r| r.categories = (0..33).map(|i| category_code(&format!("c{i}"))).collect(),
            &[("resource.categories", "list.max_items")],
        ),
        ("no area", |r| r.areas.clear(), &[("resource.areas", "list.min_items")]),
        (
            "too many corners in all",
            |r| r.areas = [&vec![round(256); 4][..], &[ServiceArea::Everywhere, round(3)]].concat(),
            &[("resource.areas", "areas.vertices")],
        ),
        ("too many areas", |r| r.areas = vec![ServiceArea::Everywhere; 33], &[("resource.areas", "list.max_items")]),
        (
            "a radius of 0",
            |r| r.areas = vec![ServiceArea::RadiusMetres(0)],
            &[("resource.areas[0].radius.metres", "radius.range")],
        ),
        (
            "no place for radius and visitors",
            nowhere,
            &[("resource.areas[0].radius", "radius.place_required"), ("resource.place", "resource.place_required")],
        ),
        ("no mode", |r| r.modes.clear(), &[("resource.modes", "list.min_items")]),
        ("a mode twice", |r| r.modes = vec![DeliveryMode::Remote; 2], &[("resource.modes[1]", "list.unique")]),
        (
            "a schedule that ends before it starts",
            |r| r.schedule.as_mut().unwrap().weekly.push(weekly(6, 600, 540)),
            &[("resource.schedule.weekly[5].closes_minute", "schedule.closes_after_opens")],
        ),
        (
            "a draw of nothing",
            |r| r.draws = vec![draw(1, 0)],
            &[("resource.draws[0].quantity_per_unit", "quantity.range")],
        ),
        (
            "a pool drawn twice",
            |r| r.draws = vec![draw(1, 1), draw(2, 1), draw(1, 1)],
            &[("resource.draws[2].pool", "list.unique")],
        ),
        (
            "too many draws",
            |r| r.draws = (0..5).map(|pool| draw(pool, 1)).collect(),
            &[("resource.draws", "list.max_items")],
        ),
        (
            "offered backwards in time",
            |r| (r.valid_from, r.valid_until) = (Some(date("2026-12-02")), Some(date("2026-12-01"))),
            &[("resource.valid_until", "date.order")],
        ),
        (
            "a rule without words",
            |r| r.eligibility = Some(Eligibility { expression: String::new(), statement: LocalizedText::default() }),
            &[
                ("resource.eligibility.expression", "text.required"),
                ("resource.eligibility.statement", "localized_text.required"),
            ],
        ),
        (
            "a rule that is too long",
            |r| {
                r.eligibility =
                    Some(Eligibility { expression: "a".repeat(513), statement: LocalizedText::new("任何人", "") })
            },
            &[("resource.eligibility.expression", "expression.max_bytes")],
        ),
    ];
    for (name, change, expected) in cases {
        let mut resource = resource();
        change(&mut resource);
        assert_eq!(check(&resource), rules(expected), "{name}");
    }
}

#[test]
fn what_was_sent_and_could_not_be_read_is_not_missing() {
    let resource = Resource {
        place: None,
        areas: vec![ServiceArea::RadiusMetres(1_000)],
        modes: vec![DeliveryMode::OnSite],
        categories: vec![],
        ..resource()
    };
    let illegible = ["resource.place.datum", "resource.categories[1]"];
    let told = broken(|violations| {
        illegible.iter().for_each(|field| violations.add(Violation::new(field, "illegible", "cannot be read")));
        resource.check("resource", violations);
    });
    assert_eq!(told, rules(&illegible.map(|field| (field, "illegible"))));
    assert_eq!(check(&resource).len(), 3, "each of them is missed where it was not sent");
}

#[test]
fn a_resource_is_offered_from_its_first_through_its_last_day() {
    let mut resource = resource();
    assert!(resource.valid_on(date("2026-11-23")));
    (resource.valid_from, resource.valid_until) = (Some(date("2026-11-24")), Some(date("2026-11-25")));
    let offered = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"].map(|day| resource.valid_on(date(day)));
    assert_eq!(offered, [false, true, true, false]);
}

#[test]
fn violations_are_bounded_shortened_and_all_told() {
    let mut resource = resource();
    resource.draws = (0..10_000).map(|pool| draw(pool, -1)).collect();
    let found = violations(|violations| resource.check("resource", violations));
    assert_eq!(found.len(), limits::VIOLATIONS_MAX);
    let long = Violation::new("f", "r", "m").with_value("值".repeat(10_000));
    assert_eq!(long.value.unwrap().chars().count(), limits::VIOLATION_VALUE_CHARS_MAX + 1);

    let mut all = Violations::new();
    assert_eq!(all.take_all::<()>(Err(Violation::new("a", "r", "m").into())), None);
    assert_eq!(all.take_all(Ok(7)), Some(7));
    all.extend(Violation::new("b", "r", "must be right").with_value(3).into());
    assert_eq!(all.as_slice().len(), 2);
    let error = all.into_result().unwrap_err();
    assert_eq!(error.to_string(), "2 field violation(s), first: a: m");
    let Error::InvalidArgument(list) = error else { panic!("another error") };
    assert_eq!(list[1].to_string(), "b: must be right (got \"3\")");
    assert_eq!(Violation::new("", "r", "one of a, b must be set").to_string(), "one of a, b must be set");
}

#[test]
fn a_resource_survives_json() {
    let mut original = resource();
    original.areas.push(ServiceArea::Polygon(vec![crate::fixtures::point(1.0, 2.0); 3]));
    original.draws = vec![draw(1, 2)];
    let json = serde_json::to_string(&original).unwrap();
    assert_eq!(serde_json::from_str::<Resource>(&json).unwrap(), original);
}
