//! What is refused is refused clearly: the field, the rule, the value unless it is sensitive, everything at once.

use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::told::{metadata, reason};

/// What is wrong with a request: its field, rule and description, one for each violation.
fn violations(status: &Status) -> Vec<(String, String, String)> {
    let told = wishwell_scenarios::told::violations(status);
    told.into_iter().map(|told| (told.field, told.rule, told.description)).collect()
}

fn item() -> v1::NeedItem {
    v1::NeedItem {
        category: "education.desk".to_owned(),
        quantity: Some(v1::Quantity { value: 1, unit: "piece".to_owned() }),
        ..v1::NeedItem::default()
    }
}

fn need() -> v1::Need {
    v1::Need {
        items: vec![item()],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        ..v1::Need::default()
    }
}

fn place(latitude: f64, longitude: f64, datum: v1::Datum) -> Option<v1::GeoPoint> {
    Some(v1::GeoPoint { latitude, longitude, datum: datum.into() })
}

async fn find(served: &Served, need: v1::Need) -> Result<v1::FindResourcesResponse, Status> {
    let request = v1::FindResourcesRequest { inline_need: Some(need), ..v1::FindResourcesRequest::default() };
    served.matching("demo-hotline").find_resources(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_need_that_breaks_rules_is_told_each_of_them_by_field_rule_and_value() {
    let served = Served::demo().await;
    find(&served, need()).await.expect("the need is fine before it is spoilt");
    let cases: Vec<(&str, v1::Need, &str, &str)> = vec![
        ("no items", v1::Need { items: vec![], ..need() }, "inline_need.items", "INVALID_FIELDS"),
        ("10,000 items", v1::Need { items: vec![item(); 10_000], ..need() }, "inline_need.items", "INVALID_FIELDS"),
        (
            "a category nobody knows",
            v1::Need { items: vec![v1::NeedItem { category: "moon.rocks".to_owned(), ..item() }], ..need() },
            "inline_need.items[0].category",
            "UNKNOWN_CATEGORY",
        ),
        (
            "a unit nobody knows",
            v1::Need {
                items: vec![v1::NeedItem {
                    quantity: Some(v1::Quantity { value: 1, unit: "furlong".to_owned() }),
                    ..item()
                }],
                ..need()
            },
            "inline_need.items[0].quantity.unit",
            "UNKNOWN_UNIT",
        ),
        (
            "a point without a datum",
            v1::Need { place: place(38.47, 106.28, v1::Datum::Unspecified), ..need() },
            "inline_need.place.datum",
            "INVALID_FIELDS",
        ),
        (
            "a latitude of 91",
            v1::Need { place: place(91.0, 106.28, v1::Datum::Wgs84), ..need() },
            "inline_need.place.latitude",
            "INVALID_FIELDS",
        ),
        (
            "a latitude that is no number",
            v1::Need { place: place(f64::NAN, 106.28, v1::Datum::Wgs84), ..need() },
            "inline_need.place.latitude",
            "INVALID_FIELDS",
        ),
        (
            "a division nobody knows",
            v1::Need { division: "999999".to_owned(), ..need() },
            "inline_need.division",
            "UNKNOWN_DIVISION",
        ),
        (
            "nothing that may be done",
            v1::Need { mobility: Some(v1::Mobility::default()), ..need() },
            "inline_need.mobility",
            "INVALID_FIELDS",
        ),
        (
            "a window that ends before it starts",
            v1::Need {
                window: Some(v1::TimeWindow {
                    start_time: Some(prost_types::Timestamp { seconds: 2_000_000_000, nanos: 0 }),
                    end_time: Some(prost_types::Timestamp { seconds: 1_900_000_000, nanos: 0 }),
                }),
                ..need()
            },
            "inline_need.window.end_time",
            "INVALID_FIELDS",
        ),
    ];
    for (what, spoilt, field, expected) in cases {
        let status = find(&served, spoilt).await.expect_err(what);
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        assert_eq!(reason(&status), expected, "{what}");
        let told = violations(&status);
        assert!(told.iter().any(|violation| violation.0 == field), "{what}: {told:?}");
    }
}

#[tokio::test]
async fn a_question_about_no_need_is_told_once_that_it_lacks_one() {
    let served = Served::demo().await;
    let nothing = served.matching("demo-hotline").find_resources(v1::FindResourcesRequest::default()).await;
    let told = violations(&nothing.expect_err("there is no need to find anything for"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("", "MESSAGE_ONEOF"), "{told:?}");
}

#[tokio::test]
async fn all_violations_come_at_once_and_a_beneficiarys_place_is_not_among_the_values() {
    let served = Served::demo().await;
    let spoilt = v1::Need {
        items: vec![v1::NeedItem { quantity: Some(v1::Quantity { value: 0, unit: "piece".to_owned() }), ..item() }],
        urgency: 0,
        place: place(91.5, 181.25, v1::Datum::Wgs84),
        description: "x".repeat(20_000),
        ..need()
    };
    let status = find(&served, spoilt).await.expect_err("four fields are wrong");
    let told = violations(&status);
    for field in [
        "inline_need.items[0].quantity.value",
        "inline_need.urgency",
        "inline_need.place.latitude",
        "inline_need.place.longitude",
        "inline_need.description",
    ] {
        assert!(told.iter().any(|violation| violation.0 == field), "{field}: {told:?}");
    }
    let said = format!("{status:?}");
    assert!(!said.contains("91.5") && !said.contains("181.25") && !said.contains("xxxx"), "{said}");
}

#[tokio::test]
async fn a_resource_without_content_responsible_party_or_standard_is_refused_by_name() {
    let served = Served::demo().await;
    let resource = v1::Resource {
        external: Some(wishwell_scenarios::external("test", "r-1")),
        organization_external: Some(wishwell_scenarios::external("demo", "org-xq-nuanyang")),
        title: Some(v1::LocalizedText { zh: "书桌".to_owned(), en: String::new() }),
        categories: vec!["education.desk".to_owned()],
        areas: vec![v1::ServiceArea { radius: Some(v1::RadiusArea { metres: 0 }), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        ..v1::Resource::default()
    };
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    let status = served.catalog("demo-operator").create_resource(request).await.expect_err("much is missing");
    assert_eq!(status.code(), Code::InvalidArgument);
    let told = violations(&status);
    for field in [
        "resource.content",
        "resource.responsible_party",
        "resource.service_standard",
        "resource.areas[0].radius.metres",
    ] {
        assert!(told.iter().any(|violation| violation.0 == field), "{field}: {told:?}");
    }
}

fn resource() -> v1::Resource {
    v1::Resource {
        external: Some(wishwell_scenarios::external("test", "r-2")),
        organization_external: Some(wishwell_scenarios::external("demo", "org-xq-nuanyang")),
        title: Some(v1::LocalizedText { zh: "书桌".to_owned(), en: String::new() }),
        content: "一张书桌".to_owned(),
        responsible_party: "示例机构".to_owned(),
        service_standard: "七日内送达".to_owned(),
        categories: vec!["education.desk".to_owned()],
        areas: vec![v1::ServiceArea { division: "640104".to_owned(), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        ..v1::Resource::default()
    }
}

async fn create(served: &Served, resource: v1::Resource) -> Result<v1::CreateResourceResponse, Status> {
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    served.catalog("demo-operator").create_resource(request).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn schedules_polygons_and_expressions_that_make_no_sense_are_refused_where_they_go_wrong() {
    let served = Served::demo().await;
    let hours = |opens_minute, closes_minute| v1::Schedule {
        time_zone: "Asia/Shanghai".to_owned(),
        weekly: vec![v1::WeeklyHours { weekday: 1, opens_minute, closes_minute }],
        ..v1::Schedule::default()
    };
    let backwards = v1::Resource { schedule: Some(hours(1_000, 900)), ..resource() };
    let status = create(&served, backwards).await.expect_err("it ends before it starts");
    assert!(violations(&status).iter().any(|v| v.0.starts_with("resource.schedule.weekly[0]")), "{status:?}");

    let rule = |expression: &str| {
        let statement = Some(v1::LocalizedText { zh: "条件".to_owned(), en: String::new() });
        v1::Resource {
            eligibility: Some(v1::Eligibility { expression: expression.to_owned(), statement }),
            ..resource()
        }
    };
    let status = create(&served, rule("age_years >= ")).await.expect_err("it does not parse");
    assert_eq!(reason(&status), "INVALID_EXPRESSION");
    let told = violations(&status);
    assert_eq!(told[0].0, "resource.eligibility.expression");
    assert!(told[0].2.contains("line 1, column ") && told[0].2.ends_with(r#"(got "age_years >= ")"#), "{told:?}");

    let deep = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let status = create(&served, rule(&deep)).await.expect_err("it is nested too deep");
    assert_eq!(reason(&status), "INVALID_EXPRESSION");
    let status = create(&served, rule("shoe_size > 40")).await.expect_err("no such fact");
    assert!(violations(&status)[0].2.contains("shoe_size"), "{status:?}");

    let vertex = |latitude, longitude| v1::GeoPoint { latitude, longitude, datum: v1::Datum::Wgs84.into() };
    let bow_tie = v1::Polygon {
        vertices: vec![vertex(38.0, 106.0), vertex(39.0, 107.0), vertex(39.0, 106.0), vertex(38.0, 107.0)],
    };
    let area = v1::ServiceArea { polygon: Some(bow_tie), ..v1::ServiceArea::default() };
    let status =
        create(&served, v1::Resource { areas: vec![area], ..resource() }).await.expect_err("it crosses itself");
    assert!(violations(&status).iter().any(|v| v.0.starts_with("resource.areas[0].polygon")), "{status:?}");

    create(&served, resource()).await.expect("the resource is fine when it is not spoilt");
}

#[tokio::test]
async fn what_the_transport_refuses_carries_a_reason_too() {
    let served = Served::demo().await;
    let unary = |path: &'static str, bytes: Vec<u8>| {
        let served = &served;
        async move { served.call_raw(path, "demo-hotline", bytes).await.expect_err("refused") }
    };
    let find = "/wishwell.v1.MatchingService/FindResources";
    let garbage = unary(find, vec![0xff; 64]).await;
    assert_eq!((garbage.code(), reason(&garbage).as_str()), (Code::InvalidArgument, "MALFORMED_MESSAGE"));
    // Field 1 (`need`), two bytes that are not UTF-8.
    let not_utf8 = unary(find, vec![0x0a, 0x02, 0xc3, 0x28]).await;
    assert_eq!((not_utf8.code(), reason(&not_utf8).as_str()), (Code::InvalidArgument, "MALFORMED_MESSAGE"));
    let large = unary(find, [vec![0x0a, 0x80, 0x80, 0x80, 0x01], vec![b'x'; 2 * 1024 * 1024]].concat()).await;
    assert_eq!((large.code(), reason(&large).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    let unknown = unary("/wishwell.v1.MatchingService/FindTreasure", vec![]).await;
    assert_eq!((unknown.code(), reason(&unknown).as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
    assert_eq!(metadata(&unknown, "method"), "wishwell.v1.MatchingService/FindTreasure");
    let stranger = served.call_raw("/wishwell.v1.MatchingService/FindTreasure", "nobody", vec![]).await;
    assert_eq!(stranger.expect_err("a stranger").code(), Code::Unauthenticated);
    for open in [
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ] {
        let garbage = unary(open, vec![0xff; 64]).await;
        let told = (garbage.code(), reason(&garbage));
        assert_eq!(told, (Code::InvalidArgument, "MALFORMED_MESSAGE".to_owned()), "{open}");
    }
    let unserved = unary("/grpc.health.v1.Health/Ping", vec![]).await;
    assert_eq!((unserved.code(), reason(&unserved).as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
    // After all of that the server still serves.
    self::find(&served, need()).await.expect("an answer");
}
