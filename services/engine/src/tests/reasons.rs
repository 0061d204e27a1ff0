//! Reasons, one by one: what is asked, what fails, what would have to change.

use jiff::civil::Date;
use wishwell_domain::capacity_pool::{CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_domain::need::{Mobility, Recurrence};
use wishwell_domain::organization::OrganizationState;
use wishwell_domain::resource::{DeliveryMode, Resource, ResourceLifecycle};

use super::worlds::{
    Asking, areas, at, categories, category, date, division, divisions, draws, facts, now, organization_id,
    organizations, place, plain_resource, pool, rules, schedules, unit,
};
use crate::answer::{Capacity, EligibilityState};
use crate::query::{QueryError, Scratch, TimeWindow};
use crate::reason::{ModeSet, Reason};
use crate::score::{ScoreTerm, ScoringRules};
use crate::snapshot::{CatalogInput, Snapshot};

fn snapshot(resources: Vec<Resource>) -> Snapshot {
    let pools = vec![
        pool(0, PoolKind::Stock, 2, 0, 5),
        pool(1, PoolKind::Stock, 0, 0, 5),
        pool(2, PoolKind::Slots, 0, 2, 5),
        pool(3, PoolKind::Stock, 1, 0, 5),
        pool(4, PoolKind::Slots, 0, 4, 5),
        pool(5, PoolKind::Slots, 2, 5, 5),
    ];
    let (categories, divisions, organizations) = (categories(), divisions(), organizations());
    let input = CatalogInput { categories, divisions, organizations, pools, resources, needs: Vec::new() };
    Snapshot::build(&input, LogPosition(1))
}

/// The reasons why one resource does not fit.
fn reasons(resource: Resource, asking: &Asking) -> Vec<Reason> {
    let snapshot = snapshot(vec![resource]);
    let mut scratch = Scratch::default();
    let answer = snapshot.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
    assert_eq!(answer.candidates, []);
    answer.near_misses.first().map(|miss| answer.reasons(miss).to_vec()).unwrap_or_default()
}

#[test]
fn each_failed_constraint_is_told_with_what_would_have_to_change() {
    let plain = || plain_resource(0);
    let asking = Asking::plain;
    let on_foot = Mobility { max_travel_metres: Some(1_000), home_visit: false, delivery: false, remote: false };
    let modes = |modes: &[DeliveryMode]| modes.iter().copied().collect::<ModeSet>();
    let cases: Vec<(Resource, Asking, Reason)> = vec![
        (plain(), Asking { unit: unit("set"), ..asking() }, Reason::Unit { counted_in: unit("piece") }),
        (
            Resource { organization: organization_id(3), ..plain() },
            asking(),
            Reason::OrganizationNotVerified { state: OrganizationState::Applied },
        ),
        (
            Resource { organization: organization_id(1), modes: vec![DeliveryMode::Remote], ..plain() },
            Asking { involves_minors: true, ..asking() },
            Reason::NotVettedForMinors { valid_until: None },
        ),
        (
            Resource { organization: organization_id(2), modes: vec![DeliveryMode::HomeVisit], ..plain() },
            asking(),
            Reason::NotVettedForHomeVisits { valid_until: Some(date(11, 22)) },
        ),
        (plain(), Asking { mobility: on_foot, ..asking() }, Reason::Mode { offered: modes(&[DeliveryMode::Delivery]) }),
        (
            Resource { modes: vec![DeliveryMode::OnSite], place: Some(place(5_000, 0)), ..plain() },
            Asking { mobility: on_foot, ..asking() },
            Reason::TooFar { distance_metres: 5_004, limit_metres: 1_000 },
        ),
        (
            Resource { areas: areas()[1].clone(), place: Some(place(5_000, 0)), ..plain() },
            asking(),
            Reason::OutsideArea {
                distance_metres: Some(5_004),
                radius_metres: Some(1_000),
                polygon_metres: None,
                division: None,
            },
        ),
        (
            Resource { areas: areas()[7].clone(), place: Some(place(5_000, 0)), ..plain() },
            Asking { place: Some(place(300, 0)), ..asking() },
            Reason::OutsideArea {
                distance_metres: Some(4_704),
                radius_metres: Some(100),
                polygon_metres: Some(100),
                division: None,
            },
        ),
        (
            Resource { schedule: schedules()[5].clone(), ..plain() },
            asking(),
            Reason::ClosedInWindow { next_opening: Some(at("2026-12-10T02:00:00Z")) },
        ),
        (
            Resource { draws: draws(&[1]), ..plain() },
            asking(),
            Reason::NoCapacity { asked: 1, remaining: 0, next_free: None, occurrences: None },
        ),
        (
            Resource { draws: draws(&[2]), ..plain() },
            asking(),
            Reason::NoCapacity { asked: 1, remaining: 0, next_free: Some(date(11, 30)), occurrences: None },
        ),
        (
            Resource { draws: draws(&[3]), ..plain() },
            Asking { quantity: 2, ..asking() },
            Reason::NoCapacity { asked: 2, remaining: 1, next_free: None, occurrences: None },
        ),
        (
            Resource { draws: draws(&[3]), ..plain() },
            Asking {
                recurrence: Some(Recurrence {
                    every: wishwell_domain::capacity_pool::PeriodLength::Week,
                    occurrences: 3,
                }),
                ..asking()
            },
            Reason::NoCapacity { asked: 1, remaining: 1, next_free: None, occurrences: Some((1, 3)) },
        ),
        (Resource { lifecycle: ResourceLifecycle::Paused, ..plain() }, asking(), Reason::Paused),
        (
            Resource { valid_from: Some(date(12, 20)), ..plain() },
            asking(),
            Reason::NotValidYet { valid_from: date(12, 20) },
        ),
        (
            Resource { valid_until: Some(date(11, 22)), ..plain() },
            asking(),
            Reason::Expired { valid_until: date(11, 22) },
        ),
    ];
    for (resource, asking, reason) in cases {
        assert_eq!(reasons(resource, &asking), [reason]);
    }
}

/// So many times, each week.
fn weekly(occurrences: u32) -> Option<Recurrence> {
    Some(Recurrence { every: PeriodLength::Week, occurrences })
}

#[test]
fn a_vetting_that_ends_before_help_might_still_come_counts_as_one_that_has_ended() {
    // Its vettings end with Tuesday the 24th.
    let ends = |mode| Resource { organization: organization_id(4), modes: vec![mode], ..plain_resource(0) };
    let until = |end: &str| TimeWindow { start: now(), end: at(end) };
    let minors = Asking { involves_minors: true, ..Asking::plain() };
    let by = |end: &str| Asking { window: until(end), until: Some(at(end)), ..Asking::plain() };
    let cases = [
        (
            DeliveryMode::HomeVisit,
            by("2026-12-01T16:00:00Z"),
            Reason::NotVettedForHomeVisits { valid_until: Some(date(11, 24)) },
        ),
        (
            DeliveryMode::HomeVisit,
            by("2026-11-24T16:00:01Z"),
            Reason::NotVettedForHomeVisits { valid_until: Some(date(11, 24)) },
        ),
        // 26 visits to a child, of which the first would come in time.
        (
            DeliveryMode::Remote,
            Asking { window: until("2026-11-24T10:00:00Z"), recurrence: weekly(26), ..minors.clone() },
            Reason::NotVettedForMinors { valid_until: Some(date(11, 24)) },
        ),
    ];
    for (mode, asking, reason) in cases {
        assert_eq!(reasons(ends(mode), &asking), [reason]);
    }
    // While it holds, whoever comes until its last midnight may.
    let end = at("2026-11-24T16:00:00Z");
    let mut scratch = Scratch::default();
    for recurrence in [None, weekly(26)] {
        let asking = Asking { window: until("2026-11-24T16:00:00Z"), until: Some(end), recurrence, ..minors.clone() };
        let snapshot = snapshot(vec![ends(DeliveryMode::HomeVisit)]);
        let answer = snapshot.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
        assert_eq!(answer.candidates.iter().map(|candidate| candidate.occurrences).collect::<Vec<_>>(), [1]);
    }
    // Of what comes once, by no day that was said, nobody knows when it will come.
    let undated = snapshot(vec![ends(DeliveryMode::HomeVisit)]);
    let answer = undated.find(&Asking::plain().query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
    assert_eq!(answer.candidates.len(), 1);
    // As long as it is not offered, nobody comes.
    let ended = Resource { valid_until: Some(date(11, 24)), ..ends(DeliveryMode::HomeVisit) };
    let snapshot = snapshot(vec![ended]);
    let dated = Asking { until: Some(minors.window.end), ..minors };
    let answer = snapshot.find(&dated.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
    assert_eq!(answer.candidates.len(), 1);
}

#[test]
fn no_occurrence_counts_after_the_end_of_the_window() {
    let resource = || Resource { draws: draws(&[0]), ..plain_resource(0) };
    let asked = |end: &str| Asking { until: Some(at(end)), recurrence: weekly(16), ..Asking::plain() };
    let mut scratch = Scratch::default();
    for (end, occurrences) in [
        ("2026-11-24T00:00:00Z", 1),
        ("2026-11-29T16:00:00Z", 1),
        ("2026-11-29T16:00:01Z", 2),
        ("2026-12-20T16:00:00Z", 4),
        // The pool has ten.
        ("2027-02-01T00:00:00Z", 10),
    ] {
        let asking = Asking { splittable: true, ..asked(end) };
        let snapshot = snapshot(vec![resource()]);
        let answer = snapshot.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
        assert_eq!(answer.candidates.first().map(|candidate| candidate.occurrences), Some(occurrences), "{end}");
    }
    // On Sundays only: closed before the end, so that there is a reason.
    let sundays = Resource { schedule: schedules()[3].clone(), ..resource() };
    let next_opening = Some(at("2026-11-28T16:00:00Z"));
    assert_eq!(reasons(sundays, &asked("2026-11-28T00:00:00Z")), [Reason::ClosedInWindow { next_opening }]);
}

#[test]
fn what_recurs_is_told_from_which_period_on_it_would_be_free() {
    let slots = |overrides: &[(Date, i64)], total: i64| {
        let mut pool = pool(2, PoolKind::Slots, 2, 0, 5);
        let figures = |total| Figures { total: Some(total), ..Figures::default() };
        pool.figures = figures(total);
        let own = |(start, total): &(Date, i64)| PeriodFigures {
            period_start: *start,
            inherits: false,
            figures: figures(*total),
        };
        pool.periods = overrides.iter().map(own).collect();
        pool
    };
    let told = |pool: CapacityPool, resource: Resource, asking: Asking| {
        let resources = vec![Resource { draws: draws(&[2]), ..resource }];
        let (categories, divisions, organizations) = (categories(), divisions(), organizations());
        let input =
            CatalogInput { categories, divisions, organizations, pools: vec![pool], resources, needs: Vec::new() };
        let (snapshot, mut scratch) = (Snapshot::build(&input, LogPosition(1)), Scratch::default());
        let answer = snapshot.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
        match answer.near_misses.first().map(|miss| answer.reasons(miss)) {
            Some([Reason::NoCapacity { next_free, .. }]) => *next_free,
            other => panic!("{other:?}"),
        }
    };
    let plain = || plain_resource(0);
    let asked = |occurrences| Asking { recurrence: weekly(occurrences), ..Asking::plain() };
    let full_in = |days: &[Date]| slots(&days.iter().map(|day| (*day, 0)).collect::<Vec<_>>(), 1);
    // The week that is full stands in the way of every run that meets it.
    assert_eq!(told(full_in(&[date(12, 7)]), plain(), asked(4)), Some(date(12, 14)));
    assert_eq!(told(full_in(&[date(12, 7), date(12, 21)]), plain(), asked(4)), Some(date(12, 28)));
    assert_eq!(told(full_in(&[date(11, 30), date(12, 14)]), plain(), asked(2)), Some(date(12, 21)));
    let mut splittable = asked(2);
    splittable.splittable = true;
    assert_eq!(told(slots(&[(date(12, 14), 1)], 0), plain(), splittable), Some(date(12, 14)));
    // Whenever the window ends.
    let bounded = Asking { until: Some(at("2026-11-30T00:00:00Z")), ..asked(2) };
    assert_eq!(told(full_in(&[date(11, 30)]), plain(), bounded), Some(date(12, 7)));
    // Nothing is ever free, or not while it is offered.
    assert_eq!(told(slots(&[], 0), plain(), asked(3)), None);
    let ends = Resource { valid_until: Some(date(12, 20)), ..plain() };
    assert_eq!(told(full_in(&[date(12, 7), date(12, 14)]), ends, asked(3)), None);
    // December has three, of which the week of the 30th takes none when November's one is left for it.
    let mut monthly = slots(&[(date(11, 1), 1)], 3);
    monthly.period = Some(PeriodRule { length: PeriodLength::Month, time_zone: "Asia/Shanghai".into() });
    assert_eq!(told(monthly, plain(), asked(5)), Some(date(11, 30)));
}

#[test]
fn what_draws_on_several_pools_is_free_again_when_all_of_them_have_enough() {
    let cases: [(&[usize], i64, Option<Date>); 8] = [
        // Pool 2 has something in the week from 30 November only, pool 4 in that from 28 December only, pool 5 each day from 1 December.
        (&[2], 1, Some(date(11, 30))),
        (&[4], 1, Some(date(12, 28))),
        (&[0, 2], 1, Some(date(11, 30))),
        (&[2, 5], 1, Some(date(12, 1))),
        (&[5, 4], 1, Some(date(12, 28))),
        // Never in the same week, and what is not renewed stays too little.
        (&[2, 4], 1, None),
        (&[1, 2], 1, None),
        (&[2, 3], 2, None),
    ];
    for (pools, quantity, free) in cases {
        let told =
            reasons(Resource { draws: draws(pools), ..plain_resource(0) }, &Asking { quantity, ..Asking::plain() });
        let [Reason::NoCapacity { next_free, .. }] = told.as_slice() else { panic!("{pools:?}: {told:?}") };
        assert_eq!(*next_free, free, "{pools:?}");
    }
}

#[test]
fn the_clause_and_the_division_have_their_words() {
    let ineligible = Resource { eligibility: rules()[2].clone(), ..plain_resource(0) };
    let elsewhere = Resource { areas: areas()[3].clone(), ..plain_resource(1) };
    let snapshot = snapshot(vec![ineligible, elsewhere]);
    let asking = Asking { facts: facts(Some(70), Some(false)), ..Asking::plain() };
    let mut scratch = Scratch::default();
    let answer = snapshot.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
    let reasons: Vec<Reason> = answer.near_misses.iter().flat_map(|miss| answer.reasons(miss)).copied().collect();
    let [Reason::Ineligible { clause, .. }, Reason::OutsideArea { division: Some(area), .. }] = reasons.as_slice()
    else {
        panic!("{reasons:?}");
    };
    assert_eq!(snapshot.clause_text(*clause), "is_orphan || age_years < 18");
    assert_eq!(
        snapshot.division_name(*area).map(|(code, zh, _)| (code.as_str(), zh)),
        Some(("640202001", "640202001"))
    );
    let first = answer.near_misses[0].resource;
    assert_eq!(snapshot.eligibility_statement(first), Some(("条件 is_orphan || age_years < 18", "")));
}

#[test]
fn a_pledge_that_was_given_is_no_near_miss_whatever_it_fails() {
    let spent = Resource { draws: draws(&[1]), ..plain_resource(0) };
    let elsewhere = Resource { areas: areas()[1].clone(), place: Some(place(5_000, 0)), ..spent.clone() };
    let counted_otherwise = Resource { unit: Some(unit("set")), ..spent.clone() };
    for resource in [spent, elsewhere, counted_otherwise] {
        let stock = pool(1, PoolKind::Stock, 0, 0, 5);
        let near_misses = |pledged| {
            let next = snapshot(vec![resource.clone()])
                .apply(&[Change::CapacityPool(CapacityPool { pledged, ..stock.clone() })], LogPosition(2));
            let (asking, mut scratch) = (Asking::plain(), Scratch::default());
            let answer = next.find(&asking.query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
            assert_eq!(answer.candidates, []);
            answer.near_misses.len()
        };
        assert_eq!((near_misses(false), near_misses(true)), (1, 0));
    }
}

#[test]
fn all_failed_constraints_are_told_together() {
    let resource = Resource {
        unit: Some(unit("set")),
        areas: areas()[3].clone(),
        draws: draws(&[1]),
        lifecycle: ResourceLifecycle::Paused,
        ..plain_resource(0)
    };
    use crate::reason::ReasonCode::{
        Mode, NoCapacity, NotVettedForHomeVisits, NotVettedForMinors, OutsideArea, Paused, Unit,
    };
    let codes = |resource: Resource, asking: &Asking| -> Vec<_> {
        reasons(resource, asking).iter().map(Reason::code).collect()
    };
    let counted = Resource { unit: None, ..resource.clone() };
    assert_eq!(codes(counted, &Asking::plain()), [OutsideArea, NoCapacity, Paused]);
    // What is left is counted in something else, so that it says nothing about what is asked.
    assert_eq!(codes(resource.clone(), &Asking::plain()), [Unit, OutsideArea, Paused]);
    let recurring = Asking { recurrence: weekly(2), ..Asking::plain() };
    assert_eq!(codes(resource, &recurring), [Unit, OutsideArea, Paused]);
    // An organization that is vetted for nothing, asked for by somebody with minors who wants none of its ways.
    let asked_for = |home_visit, involves_minors| Asking {
        mobility: Mobility { max_travel_metres: None, home_visit, remote: !home_visit, delivery: false },
        involves_minors,
        ..Asking::plain()
    };
    let comes = |modes: &[DeliveryMode]| Resource {
        organization: organization_id(1),
        modes: modes.to_vec(),
        place: Some(place(5_000, 0)),
        ..plain_resource(0)
    };
    let on_site = DeliveryMode::OnSite;
    assert_eq!(codes(comes(&[on_site]), &asked_for(true, true)), [NotVettedForMinors, Mode]);
    assert_eq!(codes(comes(&[on_site]), &asked_for(true, false)), [Mode]);
    assert_eq!(codes(comes(&[on_site, DeliveryMode::Delivery]), &asked_for(true, true)), [Mode]);
    assert_eq!(codes(comes(&[DeliveryMode::HomeVisit]), &asked_for(false, false)), [NotVettedForHomeVisits, Mode]);
    let both = [NotVettedForMinors, NotVettedForHomeVisits, Mode];
    assert_eq!(codes(comes(&[DeliveryMode::HomeVisit]), &asked_for(false, true)), both);
}

#[test]
fn unknown_capacity_and_unknown_eligibility_stay_candidates_and_rank_below_known_ones_however_near() {
    let far = place(20_000, 0);
    let near = plain_resource(0);
    let asked = Resource { eligibility: rules()[1].clone(), draws: draws(&[0]), ..plain_resource(1) };
    let known = Resource { draws: draws(&[0]), place: Some(far), ..plain_resource(2) };
    let snapshot = snapshot(vec![near, asked, known]);
    let mut scratch = Scratch::default();
    let answer =
        snapshot.find(&Asking::plain().query(), &ScoringRules::default(), &mut scratch).expect("a valid query");
    let order: Vec<u128> =
        answer.candidates.iter().map(|c| snapshot.resource_id(c.resource).as_uuid().as_u128()).collect();
    assert_eq!(order[0], 3, "the one of which everything is known is first");
    assert!(answer.candidates.iter().any(|c| c.capacity == Capacity::Unknown));
    let unknown = answer.candidates.iter().find_map(|c| match c.eligibility {
        EligibilityState::Unknown { missing } => Some(missing.iter().map(|fact| fact.key).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(unknown, Some(vec!["age_years"]));
}

#[test]
fn the_terms_add_up_to_the_score_and_the_weights_to_a_million() {
    let rules = ScoringRules::default();
    let best = rules.distance
        + rules.capacity_known
        + rules.capacity_spare
        + rules.capacity_freshness
        + rules.eligibility_certain
        + rules.category_exact
        + rules.neutral();
    assert_eq!(best, 1_000_000);
    let rest = rules.distance + rules.capacity_spare + rules.capacity_freshness + rules.category_exact;
    assert!(rules.capacity_known > rest && rules.eligibility_certain > rest, "the known goes before the unknown");
    let snapshot = snapshot(vec![Resource { draws: draws(&[0]), ..plain_resource(0) }]);
    let mut scratch = Scratch::default();
    let answer = snapshot.find(&Asking::plain().query(), &rules, &mut scratch).expect("a valid query");
    let candidate = answer.candidates[0];
    assert_eq!(candidate.terms.iter().map(|(_, value)| value).sum::<u32>(), candidate.score);
    assert_eq!(candidate.terms.get(ScoreTerm::Distance), rules.distance_term(100));
}

/// `candidate.proto` says so of each.
#[test]
fn terms_look_at_neither_mode_nor_quantity_nor_history() {
    let rules = ScoringRules::default();
    let terms = |resource: Resource, quantity: i64| {
        let snapshot = snapshot(vec![resource]);
        let asking = Asking { quantity, ..Asking::plain() };
        let mut scratch = Scratch::default();
        snapshot.find(&asking.query(), &rules, &mut scratch).expect("a valid query").candidates[0].terms
    };
    let drawing = |pool: usize| Resource { draws: draws(&[pool]), ..plain_resource(0) };
    for mode in [DeliveryMode::OnSite, DeliveryMode::Delivery, DeliveryMode::Remote] {
        let near = terms(Resource { modes: vec![mode], ..drawing(0) }, 1);
        assert_eq!(near.get(ScoreTerm::Distance), rules.distance_term(100), "{mode:?}");
        assert_eq!(near.get(ScoreTerm::TrackRecord), rules.track_record_neutral);
        assert_eq!(near.get(ScoreTerm::RecentContact), rules.recent_contact_neutral);
        assert_eq!(near.get(ScoreTerm::Scarcity), rules.scarcity_neutral);
    }
    let nowhere = Resource { place: None, modes: vec![DeliveryMode::Remote], ..drawing(0) };
    assert_eq!(terms(nowhere, 1).get(ScoreTerm::Distance), rules.distance_term(10_000));
    for quantity in [1, 5, 10] {
        let all_left = terms(drawing(0), quantity).get(ScoreTerm::SpareCapacity);
        assert_eq!(all_left, rules.capacity_term(10, 10), "{quantity} asked");
    }
    assert_eq!(terms(drawing(3), 1).get(ScoreTerm::SpareCapacity), rules.capacity_term(1, 10));
    let unknown = terms(plain_resource(0), 1);
    assert_eq!((unknown.get(ScoreTerm::SpareCapacity), unknown.get(ScoreTerm::CapacityFreshness)), (0, 0));
}

#[test]
fn the_distance_term_never_rises_with_the_distance() {
    let rules = ScoringRules::default();
    assert!((0..50_000).all(|metres| rules.distance_term(metres) >= rules.distance_term(metres + 1)));
    assert_eq!(rules.distance_term(rules.distance_half_metres), rules.distance / 2);
}

#[test]
fn what_the_catalogue_does_not_have_is_refused_by_name() {
    let snapshot = snapshot(vec![plain_resource(0)]);
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    let asking = Asking { category: category("none"), ..Asking::plain() };
    let error = snapshot.find(&asking.query(), &rules, &mut scratch).expect_err("no such category");
    assert_eq!(error, QueryError::UnknownCategory(category("none")));
    let asking = Asking { division: Some(division("650000")), ..Asking::plain() };
    let error = snapshot.find(&asking.query(), &rules, &mut scratch).expect_err("no such division");
    assert_eq!(error, QueryError::UnknownDivision(division("650000")));
}

#[test]
fn a_partial_quantity_is_a_candidate_only_when_the_item_may_be_split() {
    let snapshot = snapshot(vec![Resource { draws: draws(&[0]), ..plain_resource(0) }]);
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    let asking = Asking { quantity: 12, splittable: true, ..Asking::plain() };
    let answer = snapshot.find(&asking.query(), &rules, &mut scratch).expect("a valid query");
    assert_eq!(answer.candidates.first().map(|candidate| candidate.serves), Some(10));
    let asking = Asking { quantity: 12, splittable: false, ..Asking::plain() };
    let answer = snapshot.find(&asking.query(), &rules, &mut scratch).expect("a valid query");
    assert_eq!(answer.candidates, []);
}

#[test]
fn a_figure_that_changes_changes_the_answer() {
    let before = snapshot(vec![Resource { draws: draws(&[0]), ..plain_resource(0) }]);
    let used_up = pool(0, PoolKind::Stock, 0, 0, 0);
    let after = before.apply(&[Change::CapacityPool(used_up)], LogPosition(2));
    let (rules, mut scratch) = (ScoringRules::default(), Scratch::default());
    let asking = Asking::plain();
    let count = |snapshot: &Snapshot, scratch: &mut Scratch| {
        snapshot.find(&asking.query(), &rules, scratch).expect("a valid query").candidates.len()
    };
    assert_eq!((count(&before, &mut scratch), count(&after, &mut scratch)), (1, 0));
    assert_eq!((before.position(), after.position()), (LogPosition(1), LogPosition(2)));
}
