//! Bad input of every sort has a clear answer, and never one that is the server's fault.

use prost::Message as _;
use tonic::{Code, Status};
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::catalogue::{OPERATOR, Operator, organization, pool, resource};
use wishwell_scenarios::needing::need;
use wishwell_scenarios::told::{point, quantity, reason, refused, text, told, violations};

const HOTLINE: &str = "demo-hotline";

async fn submit(served: &Served, need: v1::Need) -> Result<v1::SubmitNeedResponse, Status> {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(HOTLINE).submit_need(request).await)
}

fn at(seconds: i64, nanos: i32) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos })
}

fn fact(key: &str) -> v1::Fact {
    v1::Fact { key: key.to_owned(), ..v1::Fact::default() }
}

#[tokio::test]
async fn each_thing_that_can_be_wrong_with_a_need_is_told_by_its_field() {
    let served = Served::demo().await;
    submit(&served, need()).await.expect("it is fine before it is spoilt");
    let item = |item: v1::NeedItem| v1::Need { items: vec![item], ..need() };
    let sound = || need().items.remove(0);
    let count = |value, unit| item(v1::NeedItem { quantity: quantity(value, unit), ..sound() });
    let recurring = |every: v1::RecurrencePeriod, occurrences| {
        let recurrence = Some(v1::Recurrence { every: every.into(), occurrences });
        item(v1::NeedItem { recurrence, ..sound() })
    };
    let facts = |facts: Vec<v1::Fact>| v1::Need { facts, ..need() };
    let travel = |metres| v1::Mobility { max_travel_metres: Some(metres), ..v1::Mobility::default() };
    let window = |start, end| v1::Need {
        window: Some(v1::TimeWindow { start_time: at(start, 0), end_time: at(end, 0) }),
        ..need()
    };
    let age = v1::Fact { int_value: Some(7), ..fact("age_years") };
    let twice = facts(vec![
        v1::Fact { int_value: Some(-3), ..fact("age_years") },
        v1::Fact { bool_value: Some(true), ..fact("age_years") },
    ]);
    let week = v1::RecurrencePeriod::Week;
    let empty_identity = v1::ExternalId { source: "test".to_owned(), external_id: String::new() };
    let cases: Vec<(&str, v1::Need, &str)> = vec![
        ("nothing of it", count(0, "piece"), "need.items[0].quantity.value"),
        ("less than nothing", count(-1, "piece"), "need.items[0].quantity.value"),
        ("more than there is", count(i64::MAX, "piece"), "need.items[0].quantity.value"),
        ("no unit", count(1, ""), "need.items[0].quantity.unit"),
        ("no quantity", item(v1::NeedItem { quantity: None, ..sound() }), "need.items[0].quantity"),
        ("an empty category", item(v1::NeedItem { category: String::new(), ..sound() }), "need.items[0].category"),
        ("no occurrence", recurring(week, 0), "need.items[0].recurrence.occurrences"),
        ("too many of them", recurring(week, i32::MAX), "need.items[0].recurrence.occurrences"),
        ("no period", recurring(v1::RecurrencePeriod::Unspecified, 1), "need.items[0].recurrence.every"),
        ("an urgency nobody knows", v1::Need { urgency: 77, ..need() }, "need.urgency"),
        ("a channel nobody knows", v1::Need { channel: -1, ..need() }, "need.channel"),
        ("negative travel", v1::Need { mobility: Some(travel(-1)), ..need() }, "need.mobility.max_travel_metres"),
        ("no mobility", v1::Need { mobility: None, ..need() }, "need.mobility"),
        ("nowhere", v1::Need { division: String::new(), ..need() }, "need.place"),
        ("a short division", v1::Need { division: "64010".to_owned(), ..need() }, "need.division"),
        ("a division in letters", v1::Need { division: "xingqing".to_owned(), ..need() }, "need.division"),
        ("an empty identity", v1::Need { external: Some(empty_identity), ..need() }, "need.external.external_id"),
        ("a deadline that has passed", v1::Need { deadline: at(1, 0), ..need() }, "need.deadline"),
        ("a deadline after the end of time", v1::Need { deadline: at(i64::MAX, 0), ..need() }, "need.deadline"),
        ("a deadline in the year 9999", v1::Need { deadline: at(253_402_300_799, 0), ..need() }, "need.deadline"),
        ("a window backwards", window(4_000_000_000, 3_900_000_000), "need.window.end_time"),
        ("a window of a thousand years", window(1_900_000_000, 33_000_000_000), "need.window.end_time"),
        (
            "a window without a start",
            v1::Need { window: Some(v1::TimeWindow { start_time: None, end_time: at(4_000_000_000, 0) }), ..need() },
            "need.window.start_time",
        ),
        ("a fact without a value", facts(vec![fact("age_years")]), "need.facts[0]"),
        ("a fact with two values", facts(vec![v1::Fact { bool_value: Some(true), ..age.clone() }]), "need.facts[0]"),
        (
            "a fact of the wrong type",
            facts(vec![v1::Fact { bool_value: Some(true), ..fact("age_years") }]),
            "need.facts[0].bool_value",
        ),
        (
            "a fact out of range",
            facts(vec![v1::Fact { int_value: Some(-1), ..fact("age_years") }]),
            "need.facts[0].int_value",
        ),
        ("a fact nobody knows", facts(vec![v1::Fact { int_value: Some(1), ..fact("shoe_size") }]), "need.facts[0].key"),
        ("a fact twice", facts(vec![age.clone(), age]), "need.facts[1].key"),
        ("a fact twice and the first one wrong", twice.clone(), "need.facts[0].int_value"),
        ("a fact twice and the second one wrong", twice.clone(), "need.facts[1].bool_value"),
        ("a fact twice, whatever is wrong with it", twice, "need.facts[1].key"),
        ("a group twice", v1::Need { group_tags: vec![1, 1], ..need() }, "need.group_tags"),
        ("a group nobody knows", v1::Need { group_tags: vec![77], ..need() }, "need.group_tags[0]"),
        ("a name that is no name", v1::Need { beneficiary: "somebody".to_owned(), ..need() }, "need.beneficiary"),
        (
            "an empty wish",
            v1::Need { wish: Some(v1::Wish { consent_time: at(1, 0), ..v1::Wish::default() }), ..need() },
            "need.wish.title",
        ),
        (
            "a wish without a consent",
            v1::Need { wish: Some(v1::Wish { title: "a desk".to_owned(), ..v1::Wish::default() }), ..need() },
            "need.wish.consent_time",
        ),
        ("a zero byte", v1::Need { description: "a\0b".to_owned(), ..need() }, "need.description"),
    ];
    for (what, spoilt, field) in cases {
        let answer = submit(&served, spoilt).await;
        let status = match answer {
            Err(status) => status,
            Ok(answer) => {
                assert_eq!(what, "a zero byte", "{what}: {answer:?}");
                continue;
            }
        };
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        let told = violations(&status);
        assert!(told.iter().any(|told| told.field == field), "{what}: {told:?}");
        let mut rules: Vec<_> = told.iter().map(|told| (&told.field, &told.description)).collect();
        rules.sort();
        rules.dedup();
        assert_eq!(rules.len(), told.len(), "{what}: nothing is told twice: {told:?}");
        assert!(told.iter().all(|told| !told.description.is_empty() && !told.rule.is_empty()), "{what}: {told:?}");
    }
    for name in ["", "needs/", "needs/x", "resources/01890000-0000-7000-8000-000000000000", "needs/NOT-A-UUID"] {
        let get = v1::GetNeedRequest { name: name.to_owned(), ..v1::GetNeedRequest::default() };
        refused(name, told(served.needs(HOTLINE).get_need(get).await), "INVALID_FIELDS", "name");
    }
}

/// Says that a corner of a resource's first area is given in another datum.
fn datum_of(resource: &mut v1::Resource, corner: usize, datum: v1::Datum) {
    let polygon = resource.areas[0].polygon.as_mut().expect("its area is a polygon");
    polygon.vertices[corner].datum = datum.into();
}

#[tokio::test]
async fn corners_of_several_datums_are_refused_all_at_once_and_those_of_one_are_taken_whichever_it_is() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    operator.create_organization(organization("o-1")).await.expect("created");
    let corners = [(38.0, 106.0), (39.0, 106.0), (39.0, 107.0), (38.0, 107.0)];
    let vertices = corners.iter().filter_map(|(latitude, longitude)| point(*latitude, *longitude)).collect();
    let area = v1::ServiceArea { polygon: Some(v1::Polygon { vertices }), ..v1::ServiceArea::default() };
    let square = |id: &str| v1::Resource { areas: vec![area.clone()], ..resource(id, "o-1") };
    let create = async |resource: v1::Resource| {
        let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
        told(served.catalog(OPERATOR).create_resource(request).await)
    };
    let mut mixed = v1::Resource { unit: "furlong".to_owned(), ..square("mixed") };
    datum_of(&mut mixed, 1, v1::Datum::Gcj02);
    datum_of(&mut mixed, 3, v1::Datum::Bd09);
    let found = violations(&create(mixed).await.expect_err("mixed"));
    let corner = |index: usize, got: &str| {
        let field = format!("resource.areas[0].polygon.vertices[{index}].datum");
        let description = format!("must be DATUM_WGS84, as that of the corners before (got {got:?})");
        (field, "POLYGON_DATUM".to_owned(), description)
    };
    let mut datums: Vec<_> = found.iter().map(|v| (v.field.clone(), v.rule.clone(), v.description.clone())).collect();
    datums.retain(|(field, ..)| field != "resource.unit");
    assert_eq!(datums, [corner(1, "DATUM_GCJ02"), corner(3, "DATUM_BD09")], "{found:?}");
    assert_eq!(found.len(), 3, "and what else is wrong: {found:?}");

    let mut one = square("one");
    (0..corners.len()).for_each(|corner| datum_of(&mut one, corner, v1::Datum::Gcj02));
    let created = create(one).await.expect("all of one datum").resource.expect("one");
    let kept = created.areas[0].polygon.as_ref().expect("a polygon");
    assert!(kept.vertices.iter().all(|vertex| vertex.datum() == v1::Datum::Wgs84), "answered as it is stored");
    assert!((kept.vertices[0].latitude - 38.0).abs() > 1e-6, "and converted: {kept:?}");
}

#[tokio::test]
async fn each_thing_that_can_be_wrong_with_a_resource_is_told_by_its_field() {
    let served = Served::demo().await;
    let operator = Operator(&served);
    operator.create_organization(organization("o-1")).await.expect("created");
    let sound = || v1::Resource { external: None, place: point(38.4, 106.2), ..resource("r", "o-1") };
    let area = |area: v1::ServiceArea| v1::Resource { areas: vec![area], ..sound() };
    let radius = |metres| area(v1::ServiceArea { radius: Some(v1::RadiusArea { metres }), ..Default::default() });
    let polygon = |corners: &[(f64, f64)]| {
        let vertices = corners.iter().filter_map(|(latitude, longitude)| point(*latitude, *longitude)).collect();
        area(v1::ServiceArea { polygon: Some(v1::Polygon { vertices }), ..Default::default() })
    };
    let mut mixed = polygon(&[(38.0, 106.0), (39.0, 106.0), (39.0, 107.0)]);
    datum_of(&mut mixed, 2, v1::Datum::Gcj02);
    let schedule = |schedule: v1::Schedule| v1::Resource { schedule: Some(schedule), ..sound() };
    let shanghai = || v1::Schedule { time_zone: "Asia/Shanghai".to_owned(), ..v1::Schedule::default() };
    let exception = |date: &str| v1::ScheduleException { date: date.to_owned(), hours: vec![] };
    let both = v1::ServiceArea {
        division: "640104".to_owned(),
        everywhere: Some(v1::EverywhereArea {}),
        ..v1::ServiceArea::default()
    };
    let rule = |expression: String| {
        let eligibility = Some(v1::Eligibility { expression, statement: text("a rule") });
        v1::Resource { eligibility, ..sound() }
    };
    let cases: Vec<(&str, v1::Resource, &str)> = vec![
        ("no title", v1::Resource { title: text(""), ..sound() }, "resource.title"),
        ("no category", v1::Resource { categories: vec![], ..sound() }, "resource.categories"),
        (
            "a category twice",
            v1::Resource { categories: vec!["education.desk".to_owned(); 2], ..sound() },
            "resource.categories",
        ),
        ("no area", v1::Resource { areas: vec![], ..sound() }, "resource.areas"),
        ("an empty area", area(v1::ServiceArea::default()), "resource.areas[0]"),
        ("an area of two kinds", area(both), "resource.areas[0]"),
        ("a radius of nothing", radius(0), "resource.areas[0].radius.metres"),
        ("a radius around the world", radius(i32::MAX), "resource.areas[0].radius.metres"),
        ("a radius around nowhere", v1::Resource { place: None, ..radius(1_000) }, "resource.areas[0].radius"),
        ("two corners", polygon(&[(38.0, 106.0), (39.0, 106.0)]), "resource.areas[0].polygon.vertices"),
        ("a line", polygon(&[(38.0, 106.0), (38.5, 106.0), (39.0, 106.0)]), "resource.areas[0].polygon"),
        ("a corner of another datum", mixed, "resource.areas[0].polygon.vertices[2].datum"),
        ("no mode", v1::Resource { modes: vec![], ..sound() }, "resource.modes"),
        ("a unit nobody knows", v1::Resource { unit: "furlong".to_owned(), ..sound() }, "resource.unit"),
        (
            "a zone nobody knows",
            schedule(v1::Schedule { time_zone: "Mars/Base".to_owned(), ..shanghai() }),
            "resource.schedule.time_zone",
        ),
        (
            "an eighth day",
            schedule(v1::Schedule {
                weekly: vec![v1::WeeklyHours { weekday: 8, opens_minute: 1, closes_minute: 2 }],
                ..shanghai()
            }),
            "resource.schedule.weekly[0].weekday",
        ),
        (
            "a thirtieth of February",
            schedule(v1::Schedule { exceptions: vec![exception("2027-02-30")], ..shanghai() }),
            "resource.schedule.exceptions[0].date",
        ),
        (
            "an empty date",
            schedule(v1::Schedule { exceptions: vec![exception("")], ..shanghai() }),
            "resource.schedule.exceptions[0].date",
        ),
        (
            "an end before the start",
            v1::Resource { valid_from: "2027-02-01".to_owned(), valid_until: "2027-01-01".to_owned(), ..sound() },
            "resource.valid_until",
        ),
        ("an empty rule", rule(String::new()), "resource.eligibility.expression"),
        ("a rule that calls", rule("size([1]) > 0".to_owned()), "resource.eligibility.expression"),
        ("a rule that loops", rule("[1,2].all(x, x > 0)".to_owned()), "resource.eligibility.expression"),
        ("a rule too long", rule("true || ".repeat(80) + "true"), "resource.eligibility.expression"),
        ("a rule of brackets", rule("!".repeat(500) + "true"), "resource.eligibility.expression"),
        ("a rule of lists", rule("[".repeat(200) + &"]".repeat(200)), "resource.eligibility.expression"),
        ("a rule that is no yes or no", rule("age_years + 1".to_owned()), "resource.eligibility.expression"),
    ];
    for (what, spoilt, field) in cases {
        let request = v1::CreateResourceRequest { resource: Some(spoilt), request_id: String::new() };
        let status = told(served.catalog(OPERATOR).create_resource(request).await).expect_err(what);
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        let told = violations(&status);
        assert!(told.iter().any(|told| told.field.starts_with(field)), "{what}: {told:?}");
    }
    let credit = v1::Organization { social_credit_code: "91640100MA7600000X".to_owned(), ..organization("o-2") };
    let credit = operator.create_organization(credit).await;
    refused("a check character that is wrong", credit, "INVALID_FIELDS", "organization.social_credit_code");
    let slots = v1::CapacityPool { kind: v1::CapacityKind::Slots.into(), ..pool("p", "o-1") };
    refused(
        "slots without a period",
        operator.create_pool(slots.clone()).await,
        "INVALID_FIELDS",
        "capacity_pool.period",
    );
    // That the unit is unknown hides nothing else, and a zone is in no slots' way.
    let spoilt = v1::CapacityPool {
        unit: "lightyear".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        currency: "CNY".to_owned(),
        used_elsewhere: 11,
        ..slots
    };
    let told_of: Vec<_> = violations(&operator.create_pool(spoilt).await.expect_err("spoilt"))
        .into_iter()
        .map(|violation| violation.field)
        .collect();
    let fields = ["unit", "period", "currency", "total"].map(|field| format!("capacity_pool.{field}"));
    assert_eq!(told_of, fields);
    let money = v1::CapacityPool {
        kind: v1::CapacityKind::Budget.into(),
        unit: "lightyear".to_owned(),
        currency: "CNY".to_owned(),
        ..pool("p", "o-1")
    };
    let status = operator.create_pool(money).await.expect_err("no unit");
    refused("an unknown unit of money", Err::<(), _>(status.clone()), "UNKNOWN_UNIT", "capacity_pool.unit");
    assert_eq!(violations(&status).len(), 1, "once: {status:?}");
    let negative = v1::CapacityPool { total: Some(-1), ..pool("p", "o-1") };
    refused("less than nothing", operator.create_pool(negative).await, "INVALID_FIELDS", "capacity_pool.total");
    let many = vec![resource("r", "o-1"); 501];
    refused("more than a batch holds", operator.upsert_resources(many).await, "INVALID_FIELDS", "resources");
    refused("an empty batch", operator.upsert_resources(vec![]).await, "INVALID_FIELDS", "resources");
}

#[tokio::test]
async fn questions_about_the_ends_of_time_are_answered_quickly_or_refused() {
    let served = Served::demo().await;
    let year_1 = -62_135_596_800;
    let year_9999 = 253_402_200_000;
    let find = |evaluation_time, deadline| {
        let mut need = need();
        need.items[0].recurrence = Some(v1::Recurrence { every: v1::RecurrencePeriod::Day.into(), occurrences: 366 });
        need.deadline = deadline;
        let inline_need = Some(need);
        let request = v1::FindResourcesRequest { inline_need, evaluation_time, ..Default::default() };
        let mut matching = served.matching(HOTLINE);
        async move { told(matching.find_resources(request).await) }
    };
    for (now, deadline) in [
        (at(year_1, 0), None),
        (at(year_9999, 999_999_999), None),
        (at(year_1, 0), at(year_9999, 0)),
        (None, at(year_9999, 999_999_999)),
        (at(year_9999, 0), at(year_1, 0)),
    ] {
        find(now, deadline).await.expect("an answer");
    }
    for (what, seconds, nanos) in [
        ("after the end", i64::MAX, 0),
        ("before the beginning", i64::MIN, 0),
        ("nanoseconds beyond a second", 1, i32::MAX),
        ("negative nanoseconds", 1, -1),
    ] {
        match find(at(seconds, nanos), None).await {
            Ok(_) => assert_eq!(what, "negative nanoseconds"),
            Err(status) => assert_eq!(reason(&status), "INVALID_FIELDS", "{what}: {status:?}"),
        }
    }
    let needs = v1::FindNeedsRequest {
        resource: served.demo_resource("res-nuanyang-visit").await,
        evaluation_time: at(year_9999, 0),
        ..Default::default()
    };
    told(served.matching(HOTLINE).find_needs(needs).await).expect("an answer");
    let needs = v1::FindNeedsRequest {
        resource: served.demo_resource("res-nuanyang-visit").await,
        evaluation_time: at(year_1, 0),
        ..Default::default()
    };
    told(served.matching(HOTLINE).find_needs(needs).await).expect("an answer");
}

#[tokio::test]
async fn nested_and_swollen_messages_are_refused_before_they_cost_anything() {
    let served = Served::demo().await;
    let find = "/wishwell.v1.MatchingService/FindResources";
    // Field 99 as a group within a group, ten thousand deep: nothing that the contract knows.
    let groups = [0x9b_u8, 0x06].repeat(10_000);
    let status = served.call_raw(find, HOTLINE, groups).await.expect_err("refused");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MALFORMED_MESSAGE"));
    // A need within a need's field, as text, deeper than anything.
    let mut nested = Vec::new();
    for _ in 0..64 {
        let mut outer = vec![0x12];
        prost::encoding::encode_varint(nested.len() as u64, &mut outer);
        outer.extend(&nested);
        nested = outer;
    }
    let status = served.call_raw(find, HOTLINE, nested).await.expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let items = v1::FindResourcesRequest {
        inline_need: Some(v1::Need { items: vec![need().items.remove(0); 10_000], ..need() }),
        ..Default::default()
    };
    let status = served.call_raw(find, HOTLINE, items.encode_to_vec()).await.expect_err("refused");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
    assert!(violations(&status).len() <= 100);
    // 100,000 empty items: within the limit of bytes, and each breaks rules, of which no more are told than anybody reads.
    let empty = [0x12_u8, 0xc0, 0x9a, 0x0c].into_iter().chain([0x2a, 0x00].repeat(100_000)).collect::<Vec<_>>();
    let status = served.call_raw(find, HOTLINE, empty).await.expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    assert!((1..=100).contains(&violations(&status).len()), "{status:?}");
    // 64 MiB that gzip makes small.
    let bomb = v1::GetNeedRequest { name: "x".repeat(64 * 1024 * 1024), ..Default::default() };
    let mut needs = served.needs(HOTLINE).send_compressed(tonic::codec::CompressionEncoding::Gzip);
    let status = told(needs.get_need(bomb).await).expect_err("refused");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"), "{status:?}");
    submit(&served, need()).await.expect("the server goes on");
}

/// Numbers that look random and are the same every time (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).expect("31 bits") % bound
    }

    /// A message with some of its bytes changed, taken out, doubled or cut off.
    fn spoil(&mut self, message: &[u8]) -> Vec<u8> {
        let mut spoilt = message.to_vec();
        for _ in 0..=self.below(4) {
            if spoilt.is_empty() {
                break;
            }
            let at = self.below(spoilt.len());
            match self.below(5) {
                0 => spoilt[at] ^= 1 << self.below(8),
                1 => spoilt[at] = [0x00, 0x7f, 0x80, 0xff][self.below(4)],
                2 => drop(spoilt.remove(at)),
                3 => spoilt.insert(at, spoilt[at]),
                _ => spoilt.truncate(at),
            }
        }
        spoilt
    }
}

#[tokio::test]
async fn whatever_bytes_come_no_answer_says_that_the_server_is_at_fault() {
    let served = Served::demo().await;
    let demo_need = served.demo_need("need-three-grandchildren").await;
    let demo_resource = served.demo_resource("res-nuanyang-visit").await;
    let full = v1::Resource {
        schedule: Some(v1::Schedule {
            time_zone: "Asia/Shanghai".to_owned(),
            weekly: vec![v1::WeeklyHours { weekday: 1, opens_minute: 540, closes_minute: 1_020 }],
            exceptions: vec![v1::ScheduleException { date: "2027-02-01".to_owned(), hours: vec![] }],
            ..v1::Schedule::default()
        }),
        eligibility: Some(v1::Eligibility { expression: "age_years >= 60".to_owned(), statement: text("old") }),
        place: point(38.4, 106.2),
        ..v1::Resource {
            organization_external: Some(wishwell_scenarios::external("demo", "org-xq-nuanyang")),
            ..resource("f", "x")
        }
    };
    let told_need = v1::Need {
        place: point(38.4, 106.2),
        deadline: at(1_828_000_000, 0),
        facts: vec![v1::Fact { int_value: Some(71), ..fact("age_years") }],
        group_tags: vec![1, 2],
        description: "a description".to_owned(),
        ..need()
    };
    let find = v1::FindResourcesRequest { inline_need: Some(told_need.clone()), top_k: Some(5), ..Default::default() };
    let stored = v1::FindResourcesRequest { need: demo_need, item_ordinal: 1, ..Default::default() };
    let seeds: Vec<(&str, &str, Vec<u8>)> = vec![
        ("MatchingService/FindResources", HOTLINE, find.encode_to_vec()),
        ("MatchingService/FindResources", HOTLINE, stored.encode_to_vec()),
        (
            "MatchingService/FindNeeds",
            HOTLINE,
            v1::FindNeedsRequest { resource: demo_resource.clone(), page_size: 3, ..Default::default() }
                .encode_to_vec(),
        ),
        (
            "NeedService/SubmitNeed",
            HOTLINE,
            v1::SubmitNeedRequest { need: Some(told_need), request_id: String::new() }.encode_to_vec(),
        ),
        (
            "CatalogService/CreateResource",
            OPERATOR,
            v1::CreateResourceRequest { resource: Some(full.clone()), request_id: String::new() }.encode_to_vec(),
        ),
        (
            "CatalogService/UpdateResource",
            OPERATOR,
            v1::UpdateResourceRequest {
                name: demo_resource,
                resource: Some(full),
                update_mask: wishwell_scenarios::told::mask(&["schedule", "place", "areas", "eligibility", "modes"]),
                ..Default::default()
            }
            .encode_to_vec(),
        ),
        (
            "CatalogService/CreateCapacityPool",
            OPERATOR,
            v1::CreateCapacityPoolRequest {
                capacity_pool: Some(v1::CapacityPool {
                    organization_external: Some(wishwell_scenarios::external("demo", "org-xq-nuanyang")),
                    kind: v1::CapacityKind::Slots.into(),
                    period: v1::CapacityPeriod::Week.into(),
                    time_zone: "Asia/Shanghai".to_owned(),
                    ..pool("f", "x")
                }),
                request_id: String::new(),
            }
            .encode_to_vec(),
        ),
        (
            "CatalogService/ListResources",
            HOTLINE,
            v1::ListResourcesRequest { page_size: 5, page_token: "00".repeat(32), ..Default::default() }
                .encode_to_vec(),
        ),
    ];
    let mut numbers = Numbers(0x5EED);
    let mut wrong = Vec::new();
    for (method, key, seed) in &seeds {
        for _ in 0..150 {
            let spoilt = numbers.spoil(seed);
            let Err(status) = served.call_raw(&format!("/wishwell.v1.{method}"), key, spoilt.clone()).await else {
                continue;
            };
            let fair = match status.code() {
                Code::InvalidArgument | Code::NotFound | Code::AlreadyExists | Code::FailedPrecondition => true,
                Code::Unavailable => reason(&status) == "POSITION_NOT_REACHED",
                _ => false,
            };
            if !fair {
                wrong.push(format!("{method} {spoilt:02x?}: {status:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
