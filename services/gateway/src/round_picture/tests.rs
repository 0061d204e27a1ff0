use prost_types::{Duration, Timestamp};
use wishwell_api::v1::{
    Category, Datum, Division, FairnessFigure, GeoPoint, GroupTag, LocalizedText, PoolPeriod, Resource, Round,
    RoundAim, RoundCounting, RoundGuarantee, RoundLevel, RoundLevelKind, RoundLoadStep, RoundOffer,
    RoundOrganizationCap, RoundOutcome, RoundOutcomeState, RoundProgress, RoundReached, RoundReport, RoundRules,
    RoundState, RoundTally, RoundTierTally, RoundTotals, Serving, SupplyGap, Unserved, UnservedReason,
};
use wishwell_domain::text::LocalizedText as Name;
use wishwell_report::{Certified, Language, Outcome, RoundKind, RoundPicture, disagreements, gap_in_words, render};

use super::catalogue::Catalogue;
use super::{ToldRound, assemble};

const NEED: &str = "needs/01a20a3f-2176-7214-80f3-0045186faf60";

fn title(zh: &str, en: &str) -> Option<LocalizedText> {
    Some(LocalizedText { zh: zh.to_owned(), en: en.to_owned() })
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (code, parent, zh, en, latitude) in [
        ("640104", "6401", "兴庆区", "Xingqing", 38.47),
        ("640104011", "640104", "丽景街街道", "Lijingjie", 38.489),
        ("6401", "", "银川市", "Yinchuan", 38.48),
    ] {
        let centre = Some(GeoPoint { latitude, longitude: 106.28, datum: Datum::Wgs84.into() });
        let (code, parent) = (code.to_owned(), parent.to_owned());
        let division = Division { code: code.clone(), parent, title: title(zh, en), centre, ..Division::default() };
        catalogue.divisions.insert(code, division);
    }
    let room =
        Category { title: title("无菌室", "Sterile room"), default_unit: "set".to_owned(), ..Category::default() };
    catalogue.categories.insert("room".to_owned(), room);
    for (name, latitude) in [("resources/a", Some(38.46)), ("resources/b", None)] {
        let place = latitude.map(|latitude| GeoPoint { latitude, longitude: 106.27, datum: Datum::Wgs84.into() });
        let organization = "organizations/a".to_owned();
        let resource = Resource { title: title("上门", "At home"), organization, place, ..Resource::default() };
        catalogue.resources.insert(name.to_owned(), resource);
    }
    catalogue.organizations.insert("organizations/a".to_owned(), Name::new("洁净", "Clean"));
    catalogue
}

fn serving(resource: &str, quantity: i64, distance_metres: Option<i32>) -> Serving {
    let (resource, organization) = (resource.to_owned(), "organizations/a".to_owned());
    Serving { resource, organization, quantity, occurrences: 1, distance_metres, ..Serving::default() }
}

fn item(state: RoundOutcomeState, tier: i32, division: &str, servings: Vec<Serving>) -> RoundOutcome {
    let given: i64 = servings.iter().map(|serving| serving.quantity).sum();
    let unserved = Unserved { units: 4 - given, reason: UnservedReason::Capacity.into(), ..Unserved::default() };
    RoundOutcome {
        pass: 1,
        state: state.into(),
        need: NEED.to_owned(),
        category: "room".to_owned(),
        division: division.to_owned(),
        tier,
        quantity: 4,
        occurrences: 1,
        waiting_duration: Some(Duration { seconds: 86_400 * i64::from(tier), nanos: 0 }),
        servings,
        unserved: (given < 4).then_some(unserved),
        ..RoundOutcome::default()
    }
}

fn outcomes() -> Vec<RoundOutcome> {
    vec![
        item(
            RoundOutcomeState::Served,
            1,
            "640104011",
            vec![serving("resources/a", 3, Some(1_000)), serving("resources/b", 1, None)],
        ),
        item(RoundOutcomeState::PartlyServed, 2, "640104011", vec![serving("resources/a", 1, Some(5_000))]),
        item(RoundOutcomeState::Unserved, 2, "999999", Vec::new()),
    ]
}

fn round() -> Round {
    let tally = |items, served_items, partly_served_items, unserved_items| {
        Some(RoundTally { items, served_items, partly_served_items, unserved_items, ..RoundTally::default() })
    };
    let tiers = vec![
        RoundTierTally { tier: 1, tally: tally(1, 1, 0, 0) },
        RoundTierTally { tier: 2, tally: tally(2, 0, 1, 1) },
    ];
    let level = RoundLevel {
        kind: RoundLevelKind::Tier.into(),
        tier: 1,
        reached: "2520".to_owned(),
        bound: "2520".to_owned(),
        gap: "0".to_owned(),
    };
    Round {
        name: "rounds/01a20a3f-2176-7214-80f3-0045186faf61".to_owned(),
        dry_run: true,
        state: RoundState::Solved.into(),
        reached: Some(RoundReached {
            evaluation_time: Some(Timestamp { seconds: 1_764_000_000, nanos: 0 }),
            levels: vec![level],
            optimal: true,
            certificate_verified: true,
            totals: Some(RoundTotals { all: tally(3, 1, 1, 1), tiers, ..RoundTotals::default() }),
            ..RoundReached::default()
        }),
        ..Round::default()
    }
}

fn report() -> RoundReport {
    RoundReport {
        gaps: vec![SupplyGap {
            category: "room".to_owned(),
            division: "640104".to_owned(),
            tier: 2,
            at: Some(PoolPeriod::default()),
            resource: "resources/a".to_owned(),
            units: 7,
            exact: true,
            ..SupplyGap::default()
        }],
        group_tags: vec![FairnessFigure {
            group_tag: GroupTag::Elderly.into(),
            tally: Some(RoundTally { items: 2, ..RoundTally::default() }),
            share_permille: 625,
            ..FairnessFigure::default()
        }],
        ..RoundReport::default()
    }
}

fn picture_of(round: &Round, outcomes: &[RoundOutcome]) -> RoundPicture {
    let told = ToldRound { round: round.clone(), report: report(), outcomes: outcomes.to_vec() };
    assemble::picture(&told, &catalogue())
}

#[test]
fn what_the_server_says_of_a_round_becomes_a_picture_that_adds_up() {
    let picture = picture_of(&round(), &outcomes());
    assert_eq!(disagreements(&picture), Vec::<Name>::new());
    assert_eq!(picture.outcome, Outcome { served: 1, partly: 1, unserved: 1 });
    assert_eq!((picture.needs, picture.allocations), (1, 3));
    assert_eq!((picture.kind, picture.certified, picture.optimal), (RoundKind::DryRun, Certified::Verified, true));
    assert_eq!(picture.planned_at, "2025-11-25 00:00 +08");
    // Three quarters of an item over 1 km and a quarter over 5 km; the one without a place has no distance.
    assert_eq!(picture.distance_metres, Some(2_000));
    assert_eq!(picture.fairness.overall.share_permille, 416);
    assert_eq!(picture.fairness.overall.waiting_unserved_seconds, Some(2 * 86_400));
    assert_eq!(picture.levels[0].per, 2_520);
}

#[test]
fn divisions_come_after_what_is_above_them_and_unknown_ones_are_nowhere() {
    let picture = picture_of(&round(), &outcomes());
    let codes: Vec<&str> = picture.divisions.iter().map(|division| division.code.as_str()).collect();
    assert_eq!(codes, ["6401", "640104", "640104011"]);
    assert_eq!(picture.divisions[2].parent, Some(1));
    let found: Vec<Option<usize>> = picture.by_division.iter().map(|figures| figures.division).collect();
    assert_eq!(found, [None, Some(2)]);
}

#[test]
fn an_organizations_resources_are_one_place_where_they_are_at_one_spot() {
    let picture = picture_of(&round(), &outcomes());
    assert_eq!(picture.places.len(), 2);
    let told: Vec<(usize, u64, u64)> =
        picture.flows.iter().map(|flow| (flow.place, flow.allocations, flow.quantities[0].units)).collect();
    assert_eq!(told, [(0, 2, 4), (1, 1, 1)]);
    assert_eq!(picture.flows[0].quantities[0].unit, Name::new("套", "set"));
}

#[test]
fn money_is_counted_in_yuan() {
    let mut catalogue = catalogue();
    catalogue.categories.get_mut("room").unwrap().default_unit = "fen".to_owned();
    let told = ToldRound { round: round(), report: report(), outcomes: outcomes() };
    let picture = assemble::picture(&told, &catalogue);
    let (amount, gap) = (&picture.flows[0].quantities[0], &picture.gaps[0]);
    assert_eq!((&amount.unit, amount.units, amount.per), (&Name::new("元", "yuan"), 4, 100));
    assert_eq!((&gap.unit, gap.units, gap.per), (&Name::new("元", "yuan"), 7, 100));
}

#[test]
fn a_gap_is_named_in_both_languages() {
    let gap = &picture_of(&round(), &outcomes()).gaps[0];
    assert_eq!((gap.category.en.as_str(), gap.units, gap.tier), ("Sterile room", 7, 2));
    assert_eq!(gap.resource, Some(Name::new("上门（洁净）", "At home (Clean)")));
    assert_eq!(gap.tier_name, Name::new("紧急", "Urgent"));
    let said = [Language::Zh, Language::En].map(|language| gap_in_words(gap, language));
    assert_eq!(
        said,
        [
            "兴庆区再增加 1 套“无菌室”，可多满足 1 套第 2 级（紧急）需求：上门（洁净）",
            "One more set of “Sterile room” in Xingqing serves one more set of tier 2 (urgent) need: At home (Clean)",
        ]
    );
}

#[test]
fn figures_of_the_plan_and_of_its_outcomes_that_differ_raise_the_alarm() {
    let mut outcomes = outcomes();
    outcomes.pop();
    assert!(!disagreements(&picture_of(&round(), &outcomes)).is_empty());
    // A later plan decided some of it anew: then the outcomes are what counts.
    outcomes[0].pass = 2;
    assert_eq!(disagreements(&picture_of(&round(), &outcomes)), Vec::<Name>::new());
}

#[test]
fn of_a_round_that_makes_offers_what_was_offered_counts_and_not_what_was_planned() {
    let mut round = round();
    (round.dry_run, round.state) = (false, RoundState::Committed.into());
    round.progress =
        Some(RoundProgress { planned_offers: 3, made_offers: 1, refused_offers: 2, ..RoundProgress::default() });
    let mut outcomes = outcomes();
    let offer = |resource: &str, quantity, referral: &str, refusal: &str| {
        let [resource, referral, refusal] = [resource, referral, refusal].map(str::to_owned);
        let offered_units = if refusal.is_empty() { quantity } else { 0 };
        RoundOffer { pass: 1, resource, quantity, referral, refusal, planned_units: quantity, offered_units }
    };
    outcomes[0].offers =
        vec![offer("resources/a", 3, "referrals/a", ""), offer("resources/b", 1, "", "CAPACITY_EXHAUSTED")];
    outcomes[1].offers = vec![offer("resources/a", 1, "", "ITEM_COVERED")];
    let picture = picture_of(&round, &outcomes);
    assert_eq!(disagreements(&picture), Vec::<Name>::new());
    assert_eq!(picture.outcome, Outcome { served: 0, partly: 1, unserved: 2 });
    assert_eq!((picture.allocations, picture.flows.len(), picture.flows[0].quantities[0].units), (1, 1, 3));
    let reasons: Vec<(&str, u64)> = picture.reasons.iter().map(|why| (why.code.as_str(), why.items)).collect();
    assert_eq!(reasons, [("REFUSED", 2), ("CAPACITY", 1)]);
    let offers = picture.offers.as_ref().unwrap();
    let refused: Vec<&str> = offers.refused.iter().map(|why| why.code.as_str()).collect();
    assert_eq!((offers.planned, offers.made, refused), (3, 1, vec!["CAPACITY_EXHAUSTED", "ITEM_COVERED"]));
    for (language, words) in [
        (
            Language::En,
            "Offers planned: 3, made: 1, refused: 2 (the capacity was taken meanwhile: 1; the item was covered",
        ),
        (Language::Zh, "计划转介 3 次，已转介 1 次，因情况变化未成 2 次"),
    ] {
        assert!(render(&picture, language).contains(words), "{words}");
    }
    // What an earlier plan offered of an item that was planned anew is part of what it asked.
    outcomes[0].offers = vec![
        offer("resources/b", 2, "referrals/b", ""),
        RoundOffer { pass: 2, ..offer("resources/a", 4, "referrals/a", "") },
    ];
    (outcomes[0].pass, outcomes[0].servings) = (2, vec![serving("resources/a", 4, Some(1_000))]);
    let picture = picture_of(&round, &outcomes);
    assert_eq!((picture.outcome.served, picture.allocations), (1, 2));
    assert_eq!(picture.places.len(), 2, "{:?}", picture.places);
}

#[test]
fn what_is_offered_for_fewer_weeks_than_planned_counts_for_those_and_for_no_others() {
    let mut round = round();
    (round.dry_run, round.state) = (false, RoundState::Committed.into());
    round.progress =
        Some(RoundProgress { planned_offers: 1, made_offers: 1, short_offers: 1, ..RoundProgress::default() });
    // Twice a week for eight weeks, of which one has filled since.
    let weekly = Serving { occurrences: 8, ..serving("resources/a", 2, Some(1_000)) };
    let offer = |pass, resource: &str, planned_units, offered_units| RoundOffer {
        pass,
        resource: resource.to_owned(),
        quantity: 2,
        referral: "referrals/a".to_owned(),
        refusal: String::new(),
        planned_units,
        offered_units,
    };
    let mut outcome = RoundOutcome {
        quantity: 2,
        occurrences: 8,
        servings: vec![weekly],
        unserved: None,
        offers: vec![offer(1, "resources/a", 16, 14)],
        ..item(RoundOutcomeState::Served, 1, "640104011", Vec::new())
    };
    let told = |outcome: &RoundOutcome| picture_of(&round, std::slice::from_ref(outcome));
    let picture = told(&outcome);
    assert_eq!(disagreements(&picture), Vec::<Name>::new());
    assert_eq!(
        (picture.outcome, picture.flows[0].quantities[0].units),
        (Outcome { partly: 1, ..Outcome::default() }, 14)
    );
    assert_eq!(picture.fairness.overall.share_permille, 875);
    assert_eq!(picture.reasons[0].code, "CAME_SHORT");
    for (language, words) in [
        (Language::En, "made: 1 (1 of less than planned), refused: 0"),
        (Language::Zh, "已转介 1 次（其中 1 次少于计划）"),
    ] {
        assert!(render(&picture, language).contains(words), "{words}");
    }
    let came_to = |dry_run| {
        let round = Round { dry_run, ..round.clone() };
        ToldRound { round, outcomes: vec![outcome.clone()], ..ToldRound::default() }.came_to()
    };
    assert_eq!(came_to(false), Some(Outcome { partly: 1, ..Outcome::default() }));
    assert_eq!(came_to(true), None);

    // Another plan has given the week to somebody else.
    (outcome.pass, outcome.quantity, outcome.occurrences) = (2, 2, 1);
    outcome.servings = vec![serving("resources/b", 2, Some(3_000))];
    outcome.offers.push(offer(2, "resources/b", 2, 2));
    let picture = told(&outcome);
    assert_eq!(picture.outcome, Outcome { served: 1, ..Outcome::default() });
    assert_eq!((picture.fairness.overall.share_permille, picture.reasons.len()), (1_000, 0));
    // And what had filled was free again, before it was offered.
    (outcome.pass, outcome.offers) = (1, vec![offer(1, "resources/a", 14, 16)]);
    (outcome.quantity, outcome.occurrences, outcome.state) = (2, 8, RoundOutcomeState::PartlyServed.into());
    outcome.servings = vec![Serving { occurrences: 7, ..serving("resources/a", 2, Some(1_000)) }];
    outcome.unserved = Some(Unserved { units: 2, reason: UnservedReason::Occurrences.into(), ..Unserved::default() });
    let picture = told(&outcome);
    assert_eq!((picture.outcome.served, picture.reasons.len()), (1, 0));
}

#[test]
fn a_round_says_by_which_rules_it_was_made_where_they_are_not_the_usual_ones() {
    assert!(picture_of(&round(), &outcomes()).rules.is_empty());
    // As the service tells the rules of a round that named none.
    let usual = RoundRules {
        counting: RoundCounting::People.into(),
        aims: [RoundAim::Guarantee, RoundAim::Distance, RoundAim::Load].map(i32::from).to_vec(),
        load_steps: [(500, 1), (800, 4)].map(|(from_permille, price)| RoundLoadStep { from_permille, price }).to_vec(),
        contacts_per_organization_max: Some(20),
        candidates_per_item_max: Some(20),
        ..RoundRules::default()
    };
    let picture = picture_of(&Round { rules: Some(usual), ..round() }, &outcomes());
    assert_eq!(picture.rules, Vec::<Name>::new());
    let guarantee = RoundGuarantee {
        group_tag: GroupTag::Elderly.into(),
        division: "640104".to_owned(),
        share_permille: 500,
        ..RoundGuarantee::default()
    };
    let cap = RoundOrganizationCap { organization: "organizations/a".to_owned(), units: 17 };
    let rules = RoundRules {
        counting: RoundCounting::Units.into(),
        guarantee_first: true,
        guarantees: vec![guarantee],
        organization_caps: vec![cap; 7],
        contacts_per_organization_max: Some(3),
        ..RoundRules::default()
    };
    let picture = picture_of(&Round { rules: Some(rules), ..round() }, &outcomes());
    for (language, words) in [
        (
            Language::En,
            [
                "guaranteed to Xingqing, Old people: 500 in 1000",
                "Clean gives at most 17",
                "2 more caps",
                "at most 3 items",
            ],
        ),
        (
            Language::Zh,
            ["保障兴庆区老年人所求数量的 500‰", "洁净至多 17", "另有 2 家机构的上限", "每家机构至多联系 3 项"],
        ),
    ] {
        let page = render(&picture, language);
        for words in words {
            assert!(page.contains(words), "{words}");
        }
    }
}

#[test]
fn the_page_names_no_need() {
    let page = render(&picture_of(&round(), &outcomes()), Language::Zh);
    assert!(page.contains("丽景街街道") && page.contains("Lijingjie"));
    assert!(!page.contains("needs/") && !page.contains(NEED.trim_start_matches("needs/")));
}
