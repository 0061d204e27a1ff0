//! The printed answer.

use wishwell_api::v1::{
    CandidateCapacity, DeliveryMode, EligibilityVerdict, ExternalId, LocalizedText, MissDetail, NeedItem, Quantity,
    ResourceSummary, ScoreTerm, ScoreWeight, Urgency,
};

use super::*;

fn title(en: &str, zh: &str) -> Option<LocalizedText> {
    Some(LocalizedText { zh: zh.to_owned(), en: en.to_owned() })
}

fn resource(en: &str, zh: &str) -> Option<ResourceSummary> {
    Some(ResourceSummary {
        title: title(en, zh),
        organization_title: title("Shanyuan", "善缘慈善会"),
        ..ResourceSummary::default()
    })
}

fn answer() -> FindResourcesResponse {
    let weight = |term: ScoreTerm, weight| ScoreWeight { term: term.into(), weight };
    let near = Candidate {
        resource: resource("Desk for a pupil", "学生书桌"),
        modes: vec![DeliveryMode::Delivery.into()],
        distance_metres: Some(1_240),
        capacity: Some(CandidateCapacity {
            remaining: Some(12),
            unit: "piece".to_owned(),
            period_start: String::new(),
        }),
        score: 873_000,
        term_values: vec![473_000, 400_000, 0],
        ..Candidate::default()
    };
    let unknown = Candidate {
        resource: resource("Old desks", ""),
        modes: vec![DeliveryMode::OnSite.into(), DeliveryMode::Delivery.into()],
        eligibility: EligibilityVerdict::Unknown.into(),
        missing_facts: vec!["is_student".to_owned()],
        score: 410_000,
        term_values: vec![400_000, 10_000, 0],
        next_opening_time: Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 }),
        ..Candidate::default()
    };
    let miss = NearMiss {
        resource: resource("Desk shop", "书桌店"),
        reasons: vec![MissDetail {
            code: MissReason::OutsideArea.into(),
            text: title("12.4 km away, radius 8 km", "距离 12.4 公里，服务半径 8 公里"),
            ..MissDetail::default()
        }],
        distance_metres: Some(12_400),
        score_if_fitting: 500_000,
    };
    FindResourcesResponse {
        items: vec![ItemMatches {
            item_ordinal: 1,
            candidates: vec![near, unknown],
            near_misses: vec![miss],
            considered_count: 7,
            outstanding_quantity: Some(2),
        }],
        score_weights: vec![
            weight(ScoreTerm::Distance, 500_000),
            weight(ScoreTerm::SpareCapacity, 500_000),
            weight(ScoreTerm::Scarcity, 0),
        ],
        log_position: 42,
        evaluation_time: Some(prost_types::Timestamp { seconds: 1_795_507_200, nanos: 0 }),
        engine_version: "1".to_owned(),
        prices: String::new(),
    }
}

fn need() -> Need {
    Need {
        name: "needs/0190".to_owned(),
        external: Some(ExternalId { source: "demo".to_owned(), external_id: "need-desk".to_owned() }),
        urgency: Urgency::Normal.into(),
        items: vec![NeedItem {
            ordinal: 1,
            category: "education.desk".to_owned(),
            quantity: Some(Quantity { value: 2, unit: "piece".to_owned() }),
            ..NeedItem::default()
        }],
        ..Need::default()
    }
}

#[test]
fn opening_times_are_those_of_the_place_whatever_the_zone_of_who_asks() {
    let opens = |asked_from: &str, time_zone: &str| {
        let page = Page { lang: Lang::En, zone: TimeZone::get(asked_from).unwrap(), width: None };
        let time_zone = time_zone.to_owned();
        let next_opening_time = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
        page.opens(&Candidate { next_opening_time, time_zone, ..Candidate::default() })
    };
    // 2026-11-24T09:00:00Z.
    for (asked_from, time_zone, expected) in [
        ("Asia/Shanghai", "Asia/Shanghai", "2026-11-24 17:00"),
        ("Europe/Berlin", "Asia/Shanghai", "2026-11-24 17:00 Asia/Shanghai"),
        ("UTC", "America/New_York", "2026-11-24 04:00 America/New_York"),
        ("Europe/Berlin", "", "2026-11-24 10:00"),
        ("Europe/Berlin", "Nowhere/Else", "2026-11-24 10:00"),
    ] {
        assert_eq!(opens(asked_from, time_zone), expected, "{time_zone} asked from {asked_from}");
    }
}

#[test]
fn what_is_left_to_be_referred_is_said_where_it_is_not_all_that_was_asked() {
    let said = |outstanding, lang| {
        let mut answer = answer();
        answer.items[0].outstanding_quantity = outstanding;
        let page = Page { lang, zone: TimeZone::UTC, width: None };
        page.render(&need(), &Titles::default(), &answer).lines().nth(3).unwrap_or_default().to_owned()
    };
    assert_eq!(said(Some(2), Lang::En), "");
    assert_eq!(said(None, Lang::En), "", "an older server does not say");
    assert_eq!(said(Some(1), Lang::En), "Still to be referred: 1 piece");
    let none = "Nothing of it can be referred any more; told is what would fit if nothing were yet.";
    assert_eq!(said(Some(0), Lang::En), none);
    assert_eq!(said(Some(0), Lang::Zh), "该项已无可转介的数量；以下按尚未转介任何数量查询。");
}

#[test]
fn an_eligibility_that_is_unknown_says_what_it_hangs_on_or_that_nothing_would_settle_it() {
    let mut answer = answer();
    let said = |answer: &FindResourcesResponse, lang| {
        let page = Page { lang, zone: TimeZone::UTC, width: None };
        let printed = page.render(&need(), &Titles::default(), answer);
        printed
            .lines()
            .filter(|line| line.contains("eligib") || line.contains("资格"))
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&answer, Lang::Zh), ["资格待定，缺少：在校学生（is_student）"]);
    answer.items[0].candidates[1].missing_facts.clear();
    assert_eq!(said(&answer, Lang::En), ["eligibility unknown: its rule cannot be computed from what is known"]);
    assert_eq!(said(&answer, Lang::Zh), ["资格待定：按已知情况算不出条件是否满足"]);
}

fn printed(lang: Lang) -> String {
    Page { lang, zone: TimeZone::UTC, width: None }.render(&need(), &Titles::default(), &answer())
}

#[test]
fn an_answer_reads_as_a_table_with_every_term_and_what_would_have_to_change() {
    let expected = "\
Need demo/need-desk · normal · needs/0190

Item 1: education.desk 2 pieces

#  score  resource          organization  distance  left       how                opens
1  0.873  Desk for a pupil  Shanyuan        1.2 km  12 pieces  delivery           by appointment
     distance 0.473/0.500 · spare 0.400/0.500
2  0.410  Old desks         Shanyuan             –  unknown    on site, delivery  2026-11-24 09:00
     distance 0.400/0.500 · spare 0.010/0.500
     eligibility unknown without: is at school (is_student)

nearly fits  organization  distance  why not, and what would have to change
Desk shop    Shanyuan       12.4 km  OUTSIDE_AREA: 12.4 km away, radius 8 km

7 resources carry the category

as of 2026-11-24 08:00 UTC · log position 42 · engine 1
";
    assert_eq!(printed(Lang::En), expected);
}

#[test]
fn the_same_answer_reads_in_chinese_with_its_columns_in_line() {
    let page = printed(Lang::Zh);
    let rows: Vec<&str> = page.lines().filter(|line| line.contains("0.873") || line.contains("得分")).collect();
    let column = |row: &str, text: &str| row.find(text).map(|at| crate::table::cells(&row[..at]));
    assert_eq!(column(rows[0], "机构"), column(rows[1], "善缘慈善会"), "{page}");
    assert!(page.contains("1.2 公里") && page.contains("书桌店"), "{page}");
    assert!(page.contains("  距离 12.4 公里，服务半径 8 公里\n") && !page.contains("OUTSIDE_AREA"), "{page}");
    assert!(page.contains("资格待定，缺少：在校学生（is_student）\n"), "{page}");
    // What has no Chinese name keeps its own.
    assert!(page.contains("Old desks"), "{page}");
}

#[test]
fn what_was_assumed_of_an_inline_need_is_said() {
    let mobility = wishwell_api::v1::Mobility { max_travel_metres: Some(30_000), remote: true, ..Default::default() };
    let inline = Need { name: String::new(), mobility: Some(mobility), ..need() };
    let mut answer = answer();
    answer.items[0].near_misses[0].reasons[0].division = "640104".to_owned();
    let page = |lang| Page { lang, zone: TimeZone::UTC, width: None }.render(&inline, &Titles::default(), &answer);
    let (en, zh) = (page(Lang::En), page(Lang::Zh));
    assert!(en.starts_with("Asked: normal · travels 30 km, by telephone or online\nWithout --division,"), "{en}");
    assert!(zh.starts_with("查询：一般 · 最远可去 30 公里、电话或线上\n"), "{zh}");
}

#[test]
fn an_item_that_nothing_fits_says_so() {
    let mut answer = answer();
    answer.items[0].candidates.clear();
    let page = Page { lang: Lang::En, zone: TimeZone::UTC, width: None }.render(&need(), &Titles::default(), &answer);
    assert!(page.contains("No resource fits."), "{page}");
}

#[test]
fn the_samples_of_the_readmes_have_the_columns_that_are_printed() {
    let english = include_str!("../../../../../README.md");
    let chinese = include_str!("../../../../../README.zh-CN.md");
    for (lang, page) in [(Lang::En, english), (Lang::Zh, chinese)] {
        let printed = columns(lang).map(|(title, _)| title);
        let samples: Vec<Vec<&str>> =
            page.lines().filter(|line| line.starts_with("#  ")).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(samples, [printed.to_vec()]);
    }
}
