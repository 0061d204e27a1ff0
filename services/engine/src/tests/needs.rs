//! The reverse question.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wishwell_domain::area::ServiceArea;
use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::division::Division;
use wishwell_domain::event::Change;
use wishwell_domain::ids::{DivisionCode, LogPosition, NeedId, Version};
use wishwell_domain::need::{Channel, Need, NeedItem, NeedState, Recurrence, Timing, Urgency, Wish};
use wishwell_domain::occurrence::TakenPeriod;
use wishwell_domain::resource::Resource;

use super::worlds::{Asking, Dice, date, now, place, plain_resource, random_asking, random_world, resource_id, unit};
use crate::answer::NeedsAnswer;
use crate::query::{NeedsQuery, QueryError, Scratch, TimeWindow};
use crate::score::ScoringRules;
use crate::snapshot::{CatalogInput, Snapshot};

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
            referred: 0,
            served: 0,
            taken: Vec::new(),
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
        request_id: None,
        departure: None,
        publication: None,
        erased_at: None,
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
    numbers_of(&snapshot.find_needs(resource_id(0), &NeedsQuery { wishes_only, ..all() }).expect("it is known"))
}

fn all() -> NeedsQuery<'static> {
    NeedsQuery {
        now: now(),
        wishes_only: false,
        coarsely: false,
        divisions: &[],
        whoever: false,
        after: None,
        limit: 100,
    }
}

fn numbers_of(answer: &NeedsAnswer) -> Vec<u128> {
    answer.matches.iter().map(|found| found.rank.need.as_uuid().as_u128()).collect()
}

fn wish(place: Option<DivisionCode>) -> Wish {
    Wish {
        title: "一张书桌".into(),
        consented_at: now(),
        consent_given_by: "guardian".into(),
        published_at: now(),
        place,
        lot: None,
    }
}

fn world(needs: Vec<Need>) -> Snapshot {
    let input = CatalogInput { resources: vec![plain_resource(0)], needs, ..random_world(&mut Dice(1), 0, 1) };
    Snapshot::build(&input, LogPosition(1))
}

#[test]
fn needs_are_ordered_by_urgency_that_ages_then_by_distance() {
    let near = Asking::plain();
    let far = Asking { place: Some(place(3_000, 0)), ..Asking::plain() };
    let snapshot = world(vec![
        need(1, &near, Urgency::Normal, 1),
        need(2, &near, Urgency::Urgent, 1),
        need(3, &far, Urgency::Urgent, 9),
        need(4, &near, Urgency::Normal, 61),
        need(5, &far, Urgency::Emergency, 0),
        need(6, &near, Urgency::Low, 181),
        need(7, &Asking { unit: unit("set"), ..near }, Urgency::Emergency, 0),
    ]);
    assert_eq!(numbers(&snapshot, false), [5, 4, 2, 3, 6, 1]);
}

#[test]
fn seen_coarsely_a_need_is_where_its_division_is() {
    let division = |input: &CatalogInput| input.divisions.iter().find(|division| division.centre.is_some()).cloned();
    let mut dice = Dice(3);
    let (mut compared, mut told_apart) = (0, 0);
    for _ in 0..20 {
        let input = random_world(&mut dice, 6, 1);
        let Some(division) = division(&input) else { continue };
        let asking = |north| Asking { place: Some(place(north, 0)), ..Asking::plain() };
        let needs = [(1, asking(500)), (2, asking(9_000))].map(|(number, asking)| {
            let mut need = need(number, &asking, Urgency::Normal, 1);
            need.division = Some(division.code.clone());
            need
        });
        let input = CatalogInput { resources: vec![plain_resource(0)], needs: needs.to_vec(), ..input };
        let snapshot = Snapshot::build(&input, LogPosition(1));
        let distances = |coarsely| {
            let query = NeedsQuery { coarsely, ..all() };
            let found = snapshot.find_needs(resource_id(0), &query).expect("known").matches;
            let weighed = found.iter().map(|found| {
                let facts = wishwell_domain::fact::Facts::default();
                snapshot.weigh_need(resource_id(0), &found.rank, &[], &facts, &query).expect("known").expect("it fits")
            });
            let weighed: Vec<_> = weighed.map(|found| found.distance_metres).collect();
            let found: Vec<_> = found.iter().map(|found| found.distance_metres).collect();
            assert_eq!(found, weighed);
            found
        };
        if let [one, other] = distances(true)[..] {
            assert_eq!(one, other);
            compared += 1;
        }
        if let [one, other] = distances(false)[..] {
            assert_ne!(one, other);
            told_apart += 1;
        }
    }
    assert!(compared > 0 && told_apart > 0, "nothing was compared");
}

#[test]
fn partners_are_shown_needs_with_a_wish_only() {
    let mut wished = need(2, &Asking::plain(), Urgency::Normal, 1);
    wished.wish = Some(wish(None));
    let snapshot = world(vec![need(1, &Asking::plain(), Urgency::Normal, 2), wished]);
    assert_eq!(numbers(&snapshot, false), [1, 2]);
    assert_eq!(numbers(&snapshot, true), [2]);
}

#[test]
fn among_wishes_named_one_by_one_the_same_fit_as_among_all() {
    let mut dice = Dice(7);
    let (mut looked, mut fitting) = (0, 0);
    for _ in 0..40 {
        let input = random_world(&mut dice, 12, 60);
        let mut needs: Vec<Need> = (1..=20)
            .map(|number| need(number, &random_asking(&mut dice, 60), Urgency::Normal, number as i64))
            .collect();
        needs.iter_mut().step_by(2).for_each(|need| need.wish = Some(wish(need.division.clone())));
        let ids: Vec<NeedId> = needs.iter().map(|need| need.id).collect();
        let organizations = input.organizations.iter().map(|organization| organization.id).collect();
        let snapshot = Snapshot::build(&CatalogInput { needs, ..input }, LogPosition(1));
        let resources: Vec<_> = snapshot.resources_of(&organizations).into_values().flatten().collect();
        looked += resources.len();
        for resource in resources {
            let among_all = snapshot.find_needs(resource, &NeedsQuery { wishes_only: true, ..all() }).expect("known");
            let named = snapshot.find_among_wishes(resource, &ids, now()).expect("known");
            assert_eq!(named, among_all.matches);
            fitting += named.len();
        }
    }
    assert!(looked > 100 && fitting > 10, "{looked}, {fitting}");
}

#[test]
fn a_wish_is_shown_to_whoever_helps_in_any_part_of_where_it_may_be() {
    let divisions = super::worlds::divisions().into_iter().map(|division| match division.code.as_str() {
        // Two kilometres from the centre of the district around it.
        "640104001" => Division { centre: Some(place(2_500, 0)), ..division },
        _ => division,
    });
    let divisions: Vec<_> = divisions.collect();
    let around = |north: i32| {
        let corners = [(-300, -300), (-300, 300), (300, 300), (300, -300)];
        ServiceArea::Polygon(corners.iter().map(|(up, right)| place(north + up, *right)).collect())
    };
    let mut wished = need(1, &Asking { place: None, ..Asking::plain() }, Urgency::Normal, 1);
    wished.wish = Some(wish(Some(DivisionCode::parse("division", "640104").expect("a code"))));
    for (area, shown) in [(around(500), true), (around(2_400), true), (around(4_000), false)] {
        let resources = vec![Resource { areas: vec![area.clone()], ..plain_resource(0) }];
        let input = CatalogInput {
            resources,
            needs: vec![wished.clone()],
            divisions: divisions.clone(),
            ..random_world(&mut Dice(1), 0, 1)
        };
        let snapshot = Snapshot::build(&input, LogPosition(1));
        assert_eq!(numbers(&snapshot, true), if shown { vec![1] } else { vec![] }, "{area:?}");
        let fits = snapshot.wish_fits(resource_id(0), wished.id, 1, now()).expect("known");
        assert_eq!(fits, Some(shown), "{area:?}");
    }
}

/// Pages of every size, the needs changing between any two of them as `change` says.
fn paged(snapshot: &Snapshot, limit: usize, mut change: impl FnMut(&Snapshot, usize) -> Snapshot) -> Vec<u128> {
    let (mut snapshot, mut seen, mut query) = (snapshot.clone(), Vec::new(), NeedsQuery { limit, ..all() });
    for page in 0.. {
        let answer = snapshot.find_needs(resource_id(0), &query).expect("the resource is known");
        assert!(answer.matches.len() <= limit);
        seen.extend(numbers_of(&answer));
        if !answer.more {
            break;
        }
        query.after = answer.matches.last().map(|last| last.rank);
        snapshot = change(&snapshot, page);
    }
    seen
}

#[test]
fn pages_of_any_size_are_the_whole_list() {
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let needs = (0..40)
            .map(|number| {
                // Few values, so that most ranks are decided by what comes after urgency and distance.
                let place = super::worlds::place(1_000 * i32::from(dice.chance(50)), 0);
                let asking = Asking { place: dice.chance(75).then_some(place), ..Asking::plain() };
                need(number, &asking, dice.pick(&Urgency::ALL), dice.below(3) as i64)
            })
            .collect();
        let snapshot = world(needs);
        let whole = numbers(&snapshot, false);
        assert!(whole.len() > 20, "{}", whole.len());
        for limit in [1, 2, 3, 7, 40, 100] {
            assert_eq!(paged(&snapshot, limit, |snapshot, _| snapshot.clone()), whole, "pages of {limit}");
        }
    }
}

#[test]
fn what_comes_and_goes_between_two_pages_shifts_nothing_else() {
    let plain = Asking::plain();
    let submitted = |number, urgency| Change::Need(Box::new(need(number, &plain, urgency, 1)));
    let withdrawn = |number| {
        let gone = Need { state: NeedState::Withdrawn, ..need(number, &plain, Urgency::Normal, 1) };
        Change::Need(Box::new(gone))
    };
    let snapshot = world((10..30).map(|number| need(number, &plain, Urgency::Normal, 1)).collect());
    let seen = paged(&snapshot, 4, |snapshot, page| {
        let changes = match page {
            // One that was shown, among it the one at which the page ended, and one before everything.
            0 => vec![withdrawn(11), withdrawn(13), submitted(1, Urgency::Emergency)],
            // One that is still to come, and one after everything.
            1 => vec![withdrawn(25), submitted(40, Urgency::Low)],
            _ => Vec::new(),
        };
        snapshot.apply(&changes, LogPosition(2 + page as i64))
    });
    let expected: Vec<u128> = (10..30).filter(|number| *number != 25).chain([40]).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_caller_held_to_divisions_is_shown_the_needs_in_them_and_below() {
    let mut dice = Dice(3);
    let mut input = random_world(&mut dice, 6, 60);
    let placed = |number, division: &DivisionCode| {
        need(number, &Asking { division: Some(division.clone()), ..Asking::plain() }, Urgency::Normal, 1)
    };
    let known: Vec<DivisionCode> = input.divisions.iter().map(|division| division.code.clone()).collect();
    assert!(input.divisions.iter().any(|division| division.parent.is_some()), "there are levels");
    input.resources = vec![plain_resource(0)];
    input.needs = (0..).zip(&known).map(|(number, code)| placed(number, code)).collect();
    input.needs.push(need(1_000, &Asking { division: None, ..Asking::plain() }, Urgency::Normal, 1));
    let snapshot = Snapshot::build(&input, LogPosition(1));
    let everywhere = numbers(&snapshot, false);
    assert_eq!(everywhere.len(), known.len() + 1, "each of them fits");
    for own in &known {
        let query = NeedsQuery { divisions: std::slice::from_ref(own), ..all() };
        let found = numbers_of(&snapshot.find_needs(resource_id(0), &query).expect("it is known"));
        let within = |number: &u128| {
            let lies = usize::try_from(*number).ok().and_then(|at| known.get(at));
            lies.is_some_and(|lies| snapshot.division_is_within(lies, own))
        };
        assert_eq!(found, everywhere.iter().copied().filter(within).collect::<Vec<_>>(), "{own}");
    }
    let nowhere = [DivisionCode::parse("code", "999999").expect("a code")];
    let query = NeedsQuery { divisions: &nowhere, ..all() };
    assert!(snapshot.find_needs(resource_id(0), &query).expect("it is known").matches.is_empty());
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
        let mut needs: Vec<Need> = Vec::new();
        let mut askings: Vec<Asking> = Vec::new();
        for number in 0..6 {
            let mut asking =
                Asking { facts: super::worlds::facts(None, None), top_k: 100, ..random_asking(&mut dice, 60) };
            let urgency = dice.pick(&[Urgency::Urgent, Urgency::Normal, Urgency::Low]);
            let mut need = need(number, &asking, urgency, dice.pick(&[1, 61, 241]));
            need.timing = dice.pick(&[need.timing, None, Some(Timing::Deadline(asking.window.end))]);
            // What the reverse question asks with, a caller of the other one asks with.
            let (start, end) = need.window(now());
            asking.window = TimeWindow { start, end };
            asking.until = need.recurs_until(now());
            needs.push(need);
            askings.push(asking);
        }
        let input = CatalogInput { needs, ..random_world(&mut dice, 6, 60) };
        let snapshot = Snapshot::build(&input, LogPosition(1));
        for resource in &input.resources {
            let mut found = numbers_of(&snapshot.find_needs(resource.id, &all()).expect("the resource is known"));
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
fn a_need_whose_weeks_within_its_window_are_all_taken_is_shown_to_nobody() {
    let weekly = Some(Recurrence { every: PeriodLength::Week, occurrences: 5 });
    let need = |number, weeks: &[i8]| {
        let mut need = need(number, &Asking { recurrence: weekly, ..Asking::plain() }, Urgency::Normal, 1);
        let taken = |day: &i8| TakenPeriod { period_start: date(11, *day), units: 1 };
        need.items[0].taken = weeks.iter().map(taken).collect();
        need.items[0].referred = weeks.len() as i64;
        need
    };
    // Its window ends on a Friday.
    let unbounded = Need { timing: None, ..need(3, &[23]) };
    let snapshot = world(vec![need(1, &[]), need(2, &[23]), unbounded]);
    assert_eq!(numbers(&snapshot, false), [1, 3]);
}

#[test]
fn an_unknown_resource_is_refused_by_name() {
    let error = world(Vec::new()).find_needs(resource_id(99), &all()).expect_err("no such resource");
    assert_eq!(error, QueryError::UnknownResource(resource_id(99)));
}
