//! The reverse question.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{LogPosition, NeedId, Version};
use wishwell_domain::need::{Channel, Need, NeedItem, NeedState, Timing, Urgency, Wish};

use super::worlds::{Asking, Dice, at, now, plain_resource, random_asking, random_world, resource_id, unit};
use crate::query::{QueryError, Scratch, TimeWindow};
use crate::score::ScoringRules;
use crate::snapshot::{CatalogInput, Snapshot};
use crate::{WINDOW_DAYS_DEFAULT, aged_urgency};

fn need(number: u128, asking: &Asking, urgency: Urgency, days_waiting: i64) -> Need {
    Need {
        id: NeedId::from_uuid(Uuid::from_u128(number)),
        external: None,
        beneficiary: None,
        household: None,
        items: vec![NeedItem {
            ordinal: 1,
            category: asking.category.clone(),
            quantity: asking.quantity,
            unit: asking.unit,
            recurrence: asking.recurrence,
            splittable: asking.splittable,
        }],
        urgency,
        timing: Some(Timing::Window { start: asking.window.start, end: asking.window.end }),
        place: asking.place,
        division: asking.division.clone(),
        mobility: asking.mobility,
        group_tags: asking.group_tags.clone(),
        involves_minors: asking.involves_minors,
        channel: Channel::Hotline,
        personal: None,
        wish: None,
        state: NeedState::Open,
        version: Version(1),
        created_at: ago(days_waiting),
        updated_at: now(),
    }
}

fn ago(days: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_hours(24 * days)).expect("a timestamp")
}

fn numbers(snapshot: &Snapshot, wishes_only: bool) -> Vec<u128> {
    let answer = snapshot.find_needs(resource_id(0), now(), wishes_only, 10).expect("the resource is known");
    answer.matches.iter().map(|found| found.need.as_uuid().as_u128()).collect()
}

fn world(needs: Vec<Need>) -> Snapshot {
    let input = CatalogInput { resources: vec![plain_resource(0)], needs, ..random_world(&mut Dice(1), 0, 1) };
    Snapshot::build(&input, LogPosition(1))
}

#[test]
fn needs_are_ordered_by_urgency_that_ages_then_by_distance() {
    let near = Asking::plain();
    let far = Asking { place: Some(super::worlds::place(3_000, 0)), ..Asking::plain() };
    let snapshot = world(vec![
        need(1, &near, Urgency::Normal, 1),
        need(2, &near, Urgency::Urgent, 1),
        need(3, &far, Urgency::Urgent, 9),
        need(4, &near, Urgency::Normal, 15),
        need(5, &far, Urgency::Emergency, 0),
        need(6, &near, Urgency::Low, 30),
        need(7, &Asking { unit: unit("set"), ..near }, Urgency::Emergency, 0),
    ]);
    assert_eq!(numbers(&snapshot, false), [5, 4, 2, 3, 6, 1]);
}

#[test]
fn waiting_raises_the_tier_but_never_to_an_emergency() {
    let tier = |urgency, days| aged_urgency(urgency, ago(days), now());
    assert_eq!(tier(Urgency::Normal, 13), Urgency::Normal);
    assert_eq!(tier(Urgency::Normal, 14), Urgency::Urgent);
    assert_eq!(tier(Urgency::Low, 28), Urgency::Normal);
    assert_eq!(tier(Urgency::Low, 42), Urgency::Urgent);
    assert_eq!(tier(Urgency::Urgent, 4_000), Urgency::Urgent);
}

#[test]
fn partners_are_shown_needs_with_a_wish_only() {
    let mut wished = need(2, &Asking::plain(), Urgency::Normal, 1);
    let wish = Wish {
        title: "一张书桌".into(),
        consented_at: now(),
        consent_given_by: "guardian".into(),
        published_at: now(),
    };
    wished.wish = Some(wish);
    let snapshot = world(vec![need(1, &Asking::plain(), Urgency::Normal, 2), wished]);
    assert_eq!(numbers(&snapshot, false), [1, 2]);
    assert_eq!(numbers(&snapshot, true), [2]);
}

#[test]
fn needs_come_and_go_with_changes() {
    let snapshot = world(vec![need(1, &Asking::plain(), Urgency::Normal, 1)]);
    let submitted =
        snapshot.apply(&[Change::Need(Box::new(need(2, &Asking::plain(), Urgency::Urgent, 1)))], LogPosition(2));
    assert_eq!((numbers(&submitted, false), submitted.open_need_count()), (vec![2, 1], 2));
    let mut withdrawn = need(1, &Asking::plain(), Urgency::Normal, 1);
    withdrawn.state = NeedState::Withdrawn;
    let later = submitted.merged().apply(&[Change::Need(Box::new(withdrawn.clone()))], LogPosition(3));
    assert_eq!((numbers(&later, false), later.open_need_count()), (vec![2], 1));
    withdrawn.state = NeedState::Open;
    let reopened = later.apply(&[Change::Need(Box::new(withdrawn))], LogPosition(4));
    assert_eq!((numbers(&reopened, false), reopened.open_need_count()), (vec![2, 1], 2));
    assert_eq!(numbers(&snapshot, false), [1], "the older picture stays as it was");
}

#[test]
fn a_need_is_found_for_a_resource_when_the_resource_is_found_for_the_need() {
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let askings: Vec<Asking> = (0..6)
            .map(|_| Asking { facts: super::worlds::facts(None, None), top_k: 100, ..random_asking(&mut dice, 60) })
            .collect();
        let mut input = random_world(&mut dice, 6, 60);
        input.needs = (0..).zip(&askings).map(|(number, asking)| need(number, asking, Urgency::Normal, 1)).collect();
        let snapshot = Snapshot::build(&input, LogPosition(1));
        for resource in &input.resources {
            let found = snapshot.find_needs(resource.id, now(), false, 100).expect("the resource is known");
            let mut found: Vec<u128> = found.matches.iter().map(|found| found.need.as_uuid().as_u128()).collect();
            found.sort_unstable();
            let served = (0..).zip(&askings).filter(|(_, asking)| {
                let answer = snapshot.find(&asking.query(), &rules, &mut scratch).expect("a valid query");
                answer.candidates.iter().any(|candidate| snapshot.resource_id(candidate.resource) == resource.id)
            });
            assert_eq!(found, served.map(|(number, _)| number).collect::<Vec<u128>>());
        }
    }
}

#[test]
fn a_window_follows_from_what_the_need_says() {
    let deadline = at("2026-12-01T00:00:00Z");
    assert_eq!(TimeWindow::of(Some(Timing::Deadline(deadline)), now()), TimeWindow { start: now(), end: deadline });
    assert_eq!(TimeWindow::of(None, now()), TimeWindow { start: now(), end: ago(-WINDOW_DAYS_DEFAULT) });
}

#[test]
fn an_unknown_resource_is_refused_by_name() {
    let error = world(Vec::new()).find_needs(resource_id(99), now(), false, 10).expect_err("no such resource");
    assert_eq!(error, QueryError::UnknownResource(resource_id(99)));
}
