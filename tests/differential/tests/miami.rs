//! The directory of 211 Miami, asked with its own categories and around its own places, by the engine's search and by the obviously
//! correct one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use wishwell_differential::catalogue;
use wishwell_domain::beneficiary::GroupTag;
use wishwell_domain::fact::{FactValue, Facts};
use wishwell_domain::geo::Point;
use wishwell_domain::ids::{CategoryCode, LogPosition};
use wishwell_domain::need::{Mobility, Urgency};
use wishwell_domain::unit::Unit;
use wishwell_engine::brute_force::{BruteAnswer, BruteForce, Judgement};
use wishwell_engine::round::tier_worth;
use wishwell_engine::{Answer, CatalogInput, Query, ScoringRules, Scratch, Snapshot, TimeWindow};
use wishwell_import::{Options, read};
use wishwell_test_support::data_or_skip;

/// Needs asked by each test.
const NEEDS: usize = 150;

fn now() -> Timestamp {
    "2026-11-23T15:00:00Z".parse().expect("an instant")
}

/// A need in the directory's own words.
struct Asking {
    category: CategoryCode,
    place: Option<Point>,
    mobility: Mobility,
    window: TimeWindow,
    involves_minors: bool,
    group_tags: Vec<GroupTag>,
    facts: Facts,
    top_k: usize,
}

impl Asking {
    /// The need with a number; numbers go through categories, places and circumstances at paces of their own.
    fn new(input: &CatalogInput, number: usize, levels_up: usize) -> Self {
        let resources = &input.resources;
        let asked = &resources[number * 37 % resources.len()];
        let mut category = asked.categories[number % asked.categories.len()].clone();
        for _ in 0..levels_up {
            let known = input.categories.iter().find(|known| known.code == category);
            category = known.and_then(|known| known.parent.clone()).unwrap_or(category);
        }
        // Some metres beside somebody's door.
        let beside = |place: Point| {
            let off = i32::try_from(number * 7 % 40_000).expect("small");
            Point::from_e7(place.latitude_e7 + off, place.longitude_e7 - off / 2)
        };
        let hours = |hours: usize| now().saturating_add(SignedDuration::from_hours(hours as i64)).expect("an instant");
        let start = number * 5 % 72;
        let age = FactValue::Int(i64::try_from(number * 13 % 95).expect("small"));
        let tags = [GroupTag::Elderly, GroupTag::Minor, GroupTag::Disabled];
        Self {
            category,
            place: if number.is_multiple_of(11) {
                None
            } else {
                resources[number * 101 % resources.len()].place.and_then(beside)
            },
            mobility: Mobility {
                max_travel_metres: [Some(3_000), Some(10_000), Some(40_000), None][number % 4],
                home_visit: number.is_multiple_of(2),
                delivery: number.is_multiple_of(3),
                remote: number % 5 < 3,
            },
            window: TimeWindow { start: hours(start), end: hours(start + 6 + number * 17 % 300) },
            involves_minors: number.is_multiple_of(7),
            group_tags: tags.into_iter().skip(number % 4).collect(),
            facts: Facts(BTreeMap::from_iter((!number.is_multiple_of(3)).then(|| ("age_years".to_owned(), age)))),
            top_k: [10, 1, 3, 25][number / 2 % 4],
        }
    }

    fn query(&self) -> Query<'_> {
        Query {
            category: &self.category,
            quantity: 1,
            unit: Unit::parse("unit", "person").or_else(|_| Unit::parse("unit", "piece")).expect("a unit"),
            splittable: false,
            recurrence: None,
            window: self.window,
            until: None,
            now: now(),
            place: self.place,
            division: None,
            mobility: self.mobility,
            involves_minors: self.involves_minors,
            group_tags: &self.group_tags,
            facts: &self.facts,
            worth: tier_worth(Urgency::Normal),
            top_k: self.top_k,
            near_miss_limit: 5,
        }
    }
}

/// What both say of one resource.
fn told(judgement: &Judgement) -> String {
    let Judgement { id, failed, terms, distance, modes, capacity, .. } = judgement;
    format!("{id} {failed:?} {terms:?} {distance:?} {modes:?} {capacity:?}")
}

fn compare(snapshot: &Snapshot, answer: &Answer, expected: &BruteAnswer) {
    let candidates: Vec<String> = answer
        .candidates
        .iter()
        .map(|c| {
            let (id, failed) = (snapshot.resource_id(c.resource), [(); 0]);
            format!("{id} {failed:?} {:?} {:?} {:?} {:?}", c.terms, c.distance_metres, c.modes, c.capacity)
        })
        .collect();
    assert_eq!(candidates, expected.candidates.iter().map(told).collect::<Vec<_>>());
    let misses: Vec<_> = answer
        .near_misses
        .iter()
        .map(|miss| {
            let mut codes: Vec<_> = answer.reasons(miss).iter().map(wishwell_engine::Reason::code).collect();
            codes.sort_unstable();
            (snapshot.resource_id(miss.resource), miss.score_if_it_fitted, miss.distance_metres, codes)
        })
        .collect();
    let wanted: Vec<_> =
        expected.near_misses.iter().map(|miss| (miss.id, miss.score(), miss.distance, miss.failed.clone())).collect();
    assert_eq!(misses, wanted);
    assert_eq!(answer.considered as usize, expected.considered);
}

/// Asks needs so many levels above the categories of resources; answers how many had candidates and how many near misses.
fn ask_both(folder: &std::path::Path, levels_up: usize) -> (usize, usize) {
    let (directory, _) = read(folder, &Options::default()).expect("the directory is read");
    let input = catalogue(&directory, now());
    let (snapshot, brute) = (Snapshot::build(&input, LogPosition(1)), BruteForce::new(&input));
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    let (mut served, mut missed) = (0, 0);
    for number in 0..NEEDS {
        let asking = Asking::new(&input, number + levels_up * NEEDS, levels_up);
        let answer = snapshot.find(&asking.query(), &rules, &mut scratch).expect("a category of the directory");
        let expected = brute.find(&asking.query(), &rules);
        compare(&snapshot, answer, &expected);
        served += usize::from(!answer.candidates.is_empty());
        missed += usize::from(!answer.near_misses.is_empty());
    }
    (served, missed)
}

#[test]
fn needs_in_the_directory_s_categories_are_answered_as_by_brute_force() {
    let folder = data_or_skip!("hsds_miami");
    let (served, missed) = ask_both(&folder, 0);
    assert!(served > NEEDS / 4 && missed > NEEDS / 4, "{served} served, {missed} with near misses");
}

#[test]
fn needs_in_the_categories_above_are_answered_as_by_brute_force() {
    let folder = data_or_skip!("hsds_miami");
    let (served, missed) = ask_both(&folder, 2);
    assert!(served > NEEDS / 4 && missed > NEEDS / 4, "{served} served, {missed} with near misses");
}
