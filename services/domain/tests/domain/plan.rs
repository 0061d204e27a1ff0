use jiff::civil::Weekday;
use uuid::Uuid;
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId};
use wishwell_domain::ledger::{Ask, Offering, Plan, plan};
use wishwell_domain::limits::{HOLD_LINES_MAX, QUANTITY_MAX};
use wishwell_domain::referral::LineState;
use wishwell_domain::resource::{Draw, ResourceLifecycle};
use wishwell_domain::schedule::{Schedule, ScheduleException};

use crate::fixtures::{at, date, office_hours, pool, weekly};

/// Monday, ten in the morning in Yinchuan.
const MONDAY: &str = "2026-11-23T02:00:00Z";

fn id(number: u128) -> CapacityPoolId {
    CapacityPoolId::from_uuid(Uuid::from_u128(number))
}

fn pool_of(number: u128, kind: PoolKind, total: Option<i64>) -> CapacityPool {
    let mut pool = CapacityPool { id: id(number), ..pool(kind) };
    pool.figures.total = total;
    pool
}

fn days(number: u128, total: Option<i64>) -> CapacityPool {
    let period = Some(PeriodRule { length: PeriodLength::Day, time_zone: "Asia/Shanghai".into() });
    CapacityPool { period, ..pool_of(number, PoolKind::Slots, total) }
}

fn offering(draws: &[(u128, i64)], schedule: Option<Schedule>) -> Offering {
    let draw =
        |(pool, quantity_per_unit): &(u128, i64)| Draw { pool: id(*pool), quantity_per_unit: *quantity_per_unit };
    Offering {
        resource: ResourceId::from_uuid(Uuid::from_u128(2)),
        organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
        unit: None,
        draws: draws.iter().map(draw).collect(),
        schedule,
        lifecycle: ResourceLifecycle::Active,
        valid_from: None,
        valid_until: None,
    }
}

/// So much once, from Monday on for two weeks.
fn once(quantity: i64) -> Ask<'static> {
    Ask { quantity, every: None, periods: &[], start: at(MONDAY), end: at("2026-12-07T02:00:00Z"), in_part: false }
}

/// Once in each of so many periods, from Monday on.
fn every(every: PeriodLength, occurrences: usize) -> Ask<'static> {
    every_from("2026-11-23", every, occurrences)
}

fn every_from(day: &str, every: PeriodLength, occurrences: usize) -> Ask<'static> {
    let days = std::iter::successors(Some(every.start_of(date(day))), |day| Some(every.next_start(*day)));
    Ask {
        every: Some(every),
        end: jiff::Timestamp::MAX,
        periods: days.take(occurrences).collect::<Vec<_>>().leak(),
        ..once(1)
    }
}

fn planned(pools: &[CapacityPool], offering: &Offering, ask: &Ask) -> Result<Plan, Error> {
    plan(offering, ask, |id| pools.iter().find(|pool| pool.id == id))
}

/// Period and units of each line.
fn lines(plan: Result<Plan, Error>) -> Vec<(Option<String>, i64)> {
    let lines = plan.unwrap().lines;
    assert!(lines.iter().all(|line| line.state == LineState::Pending));
    lines.iter().map(|line| (line.period_start.map(|start| start.to_string()), line.units)).collect()
}

fn own(start: &str, total: Option<i64>, pending: i64) -> PeriodFigures {
    let mut figures = wishwell_domain::capacity_pool::Figures { total, ..Default::default() };
    figures.pending = pending;
    PeriodFigures { period_start: date(start), inherits: false, figures }
}

#[test]
fn what_is_taken_of_each_kind_of_pool_depends_on_occurrences_or_not() {
    let ask = Ask { quantity: 2, ..every(PeriodLength::Week, 8) };
    let cases = [
        (PoolKind::Stock, 16),
        (PoolKind::Budget, 16),
        (PoolKind::Unbounded, 16),
        // The same two places for all of the time.
        (PoolKind::Caseload, 2),
    ];
    for (kind, units) in cases {
        let pool = pool_of(3, kind, (kind != PoolKind::Unbounded).then_some(1_000));
        assert_eq!(lines(planned(&[pool], &offering(&[(3, 5)], None), &ask)), [(None, units)], "{kind:?}");
    }
}

#[test]
fn the_first_period_that_is_open_and_has_enough_is_taken() {
    let mut pool = days(3, Some(4));
    pool.periods = vec![own("2026-11-23", Some(4), 3), own("2026-11-24", Some(4), 2), own("2026-11-25", None, 0)];
    let offering = |schedule| offering(&[(3, 2)], schedule);
    let only = |weekday: Weekday| Schedule {
        weekly: vec![weekly(weekday.to_monday_one_offset().try_into().unwrap(), 540, 1_020)],
        ..office_hours("Asia/Shanghai")
    };
    type Case = (&'static str, Option<Schedule>, i64, &'static str, bool);
    let cases: [Case; 6] = [
        ("one pair fits on Tuesday", None, 1, "2026-11-24", false),
        ("two pairs fit where nobody said how many", None, 2, "2026-11-25", true),
        ("closed on Tuesday", Some(only(Weekday::Thursday)), 1, "2026-11-26", false),
        ("open on the full day only, then a week later", Some(only(Weekday::Monday)), 1, "2026-11-30", false),
        ("office hours", Some(office_hours("Asia/Shanghai")), 1, "2026-11-24", false),
        ("at the weekend", Some(only(Weekday::Saturday)), 2, "2026-11-28", false),
    ];
    for (name, schedule, quantity, day, enquiry) in cases {
        let found = planned(std::slice::from_ref(&pool), &offering(schedule), &once(quantity)).unwrap();
        assert_eq!(found.enquiry, enquiry, "{name}");
        assert_eq!(lines(Ok(found)), [(Some(day.to_owned()), quantity)], "{name}");
    }
    let friday = Ask { end: at("2026-11-24T00:00:00Z"), ..once(1) };
    let refused = planned(&[pool], &offering(Some(only(Weekday::Friday))), &friday);
    assert!(matches!(refused, Err(Error::CapacityExhausted { .. })), "closed all the time: {refused:?}");
}

#[test]
fn a_day_counts_as_open_only_for_what_is_left_of_it() {
    let pool = days(3, Some(4));
    // Office hours end at five in the afternoon.
    for (start, day) in [("2026-11-23T08:59:00Z", "2026-11-23"), ("2026-11-23T09:00:00Z", "2026-11-24")] {
        let ask = Ask { start: at(start), ..once(1) };
        let found =
            planned(std::slice::from_ref(&pool), &offering(&[(3, 1)], Some(office_hours("Asia/Shanghai"))), &ask);
        assert_eq!(lines(found), [(Some(day.to_owned()), 1)]);
    }
}

#[test]
fn weekly_visits_for_eight_weeks_take_one_period_of_each_week() {
    let mut pool = days(3, Some(1));
    pool.periods = vec![own("2026-11-30", Some(1), 1), own("2026-12-01", Some(1), 1)];
    let found =
        planned(&[pool], &offering(&[(3, 1)], Some(office_hours("Asia/Shanghai"))), &every(PeriodLength::Week, 8));
    let days = ["11-23", "12-02", "12-07", "12-14", "12-21", "12-28"].map(|day| format!("2026-{day}"));
    let days = days.into_iter().chain(["2027-01-04".to_owned(), "2027-01-11".to_owned()]);
    assert_eq!(lines(found), days.map(|day| (Some(day), 1)).collect::<Vec<_>>());
}

#[test]
fn occurrences_in_the_same_period_share_a_line_and_never_more_than_it_has() {
    let months = |total| CapacityPool {
        period: Some(PeriodRule { length: PeriodLength::Month, time_zone: "Asia/Shanghai".into() }),
        ..pool_of(3, PoolKind::Slots, Some(total))
    };
    let ask = Ask { quantity: 2, ..every(PeriodLength::Week, 4) };
    let of_a_month = |total| planned(&[months(total)], &offering(&[(3, 1)], None), &ask);
    // The second week reaches from November into December.
    let found = [(Some("2026-11-01".to_owned()), 4), (Some("2026-12-01".to_owned()), 4)];
    assert_eq!(lines(of_a_month(4)), found);
    assert_eq!(lines(of_a_month(8)), found);
    let exhausted =
        Error::CapacityExhausted { pool: id(3).name(), period_start: Some(date("2026-12-01")), asked: 2, left: 3 };
    assert_eq!(of_a_month(3), Err(exhausted));
}

#[test]
fn all_pools_are_held_or_none() {
    let pools = [days(3, Some(1)), pool_of(4, PoolKind::Budget, Some(7_999)), pool_of(5, PoolKind::Stock, Some(0))];
    let visits = every(PeriodLength::Week, 8);
    let found = planned(&pools, &offering(&[(3, 1), (4, 999)], None), &visits).unwrap();
    assert_eq!(
        (found.lines.len(), found.lines[8].units, found.lines[8].amounts().pending, found.enquiry),
        (9, 8, 7_992, false)
    );
    let refused = planned(&pools, &offering(&[(3, 1), (4, 1_000)], None), &visits).unwrap_err();
    let exhausted = |pool, asked, left| Error::CapacityExhausted { pool, period_start: None, asked, left };
    assert_eq!(refused, exhausted(id(4).name(), 8_000, 7_999));
    assert_eq!(planned(&pools, &offering(&[(3, 1), (5, 1)], None), &once(1)), Err(exhausted(id(5).name(), 1, 0)));
    let unknown = planned(&pools, &offering(&[(3, 1), (9, 1)], None), &once(1));
    assert_eq!(unknown, Err(Error::NotFound { name: id(9).name() }));
}

#[test]
fn what_may_be_served_in_part_is_held_as_far_as_all_pools_last() {
    let part = Ask { in_part: true, ..every(PeriodLength::Week, 8) };
    let week = |day: &str| (Some(day.to_owned()), 1);
    let slots = |full: &[&str]| {
        let periods = full.iter().map(|day| own(day, Some(1), 1)).collect();
        CapacityPool { periods, ..weeks(3, Some(1)) }
    };
    let held = |full: &[&str], money: i64| {
        let pools = [slots(full), pool_of(4, PoolKind::Budget, Some(money)), pool_of(5, PoolKind::Caseload, Some(1))];
        planned(&pools, &offering(&[(3, 1), (4, 1_000), (5, 1)], None), &part)
    };
    let three = held(&["2026-11-23", "2026-12-07"], 3_999);
    let expected = [week("2026-11-30"), week("2026-12-14"), week("2026-12-21"), (None, 3), (None, 1)];
    assert_eq!(lines(three.clone()), expected);
    assert_eq!(three.unwrap().periods, ["2026-11-30", "2026-12-14", "2026-12-21"].map(date));
    assert_eq!(held(&[], 1 << 40).unwrap().periods.len(), 8);
    let exhausted = |pool, period_start: Option<&str>, asked, left| {
        Err(Error::CapacityExhausted { pool: id(pool).name(), period_start: period_start.map(date), asked, left })
    };
    assert_eq!(held(&[], 999), exhausted(4, None, 1_000, 999), "not for one");
    let one = Ask { periods: &part.periods[..1], ..part };
    let full = planned(&[slots(&["2026-11-23"])], &offering(&[(3, 1)], None), &one);
    assert_eq!(full, exhausted(3, Some("2026-11-23"), 1, 0));
}

#[test]
fn what_nobody_said_a_total_of_is_asked_not_promised() {
    let pools = [
        pool_of(3, PoolKind::Stock, None),
        pool_of(4, PoolKind::Stock, Some(9)),
        days(5, None),
        pool_of(6, PoolKind::Unbounded, None),
    ];
    let cases: [(&[(u128, i64)], bool); 6] = [
        (&[], true),
        (&[(3, 1)], true),
        (&[(4, 1)], false),
        (&[(4, 1), (3, 1)], true),
        (&[(5, 1)], true),
        (&[(6, 1)], false),
    ];
    for (draws, enquiry) in cases {
        let plan = planned(&pools, &offering(draws, None), &once(1)).unwrap();
        assert_eq!((plan.enquiry, plan.lines.len()), (enquiry, draws.len()), "{draws:?}");
    }
}

#[test]
fn what_has_no_total_is_still_not_counted_beyond_all_bounds() {
    for kind in [PoolKind::Unbounded, PoolKind::Stock] {
        let mut pool = pool_of(3, kind, None);
        pool.figures.pending = QUANTITY_MAX - 10;
        assert!(planned(std::slice::from_ref(&pool), &offering(&[(3, 5)], None), &once(2)).is_ok());
        for ask in [once(3), once(QUANTITY_MAX), Ask { quantity: QUANTITY_MAX, ..every(PeriodLength::Day, 366) }] {
            let refused = planned(std::slice::from_ref(&pool), &offering(&[(3, 5)], None), &ask);
            assert!(matches!(refused, Err(Error::CapacityExhausted { left: 10, .. })), "{refused:?}");
        }
    }
}

#[test]
fn more_lines_than_there_may_be_are_refused() {
    let pools = [days(3, Some(1)), days(4, Some(1)), days(5, Some(1))];
    let ask = every(PeriodLength::Day, 366);
    assert_eq!(planned(&pools, &offering(&[(3, 1), (4, 1)], None), &ask).unwrap().lines.len(), 732);
    let three = offering(&[(3, 1), (4, 1), (5, 1)], None);
    let refused = Error::TooManyHoldLines { name: three.resource.name(), lines: 1_098, max: HOLD_LINES_MAX };
    assert_eq!(planned(&pools, &three, &ask), Err(refused));
}

fn weeks(number: u128, total: Option<i64>) -> CapacityPool {
    let period = Some(PeriodRule { length: PeriodLength::Week, time_zone: "Asia/Shanghai".into() });
    CapacityPool { period, ..pool_of(number, PoolKind::Slots, total) }
}

/// Pool, period and units of each line.
fn lines_by_pool(plan: &Plan) -> Vec<(u128, String, i64)> {
    let line = |line: &wishwell_domain::referral::HoldLine| {
        (line.pool.as_uuid().as_u128(), line.period_start.unwrap().to_string(), line.units)
    };
    plan.lines.iter().map(line).collect()
}

#[test]
fn what_draws_on_several_pools_of_slots_finds_a_moment_in_which_all_have_it() {
    let (mut nurse, mut car) = (days(3, Some(1)), days(4, Some(1)));
    let full = |days: &[&str]| days.iter().map(|day| own(day, Some(1), 1)).collect();
    // Each has a day in both weeks on which the other has none; on Thursdays, and on the second Tuesday, both do.
    nurse.periods = full(&["2026-11-23", "2026-11-25", "2026-11-30"]);
    car.periods = full(&["2026-11-24"]);
    let both = offering(&[(3, 1), (4, 1)], Some(office_hours("Asia/Shanghai")));
    let pools = [nurse.clone(), car.clone()];
    let once_found = planned(&pools, &both, &once(1)).unwrap();
    assert_eq!(lines_by_pool(&once_found), [(3, "2026-11-26".into(), 1), (4, "2026-11-26".into(), 1)]);
    let visits = planned(&pools, &both, &every(PeriodLength::Week, 2)).unwrap();
    let days = ["2026-11-26", "2026-12-01"];
    let expected: Vec<_> =
        [3, 4].iter().flat_map(|pool| days.iter().map(|day| (*pool, (*day).to_owned(), 1))).collect();
    assert_eq!(lines_by_pool(&visits), expected);
    // A week that has room in each pool, but on no day in both, is refused.
    car.periods = full(&["2026-11-24", "2026-11-26", "2026-11-27"]);
    let refused = planned(&[nurse, car], &both, &every(PeriodLength::Week, 2)).unwrap_err();
    assert!(matches!(refused, Error::CapacityExhausted { asked: 1, left: 0, .. }), "{refused:?}");
}

#[test]
fn pools_of_slots_with_periods_of_other_lengths_share_the_moment() {
    let (mut day, mut week) = (days(3, Some(2)), weeks(4, Some(2)));
    day.periods = ["2026-11-30", "2026-12-01", "2026-12-02"].map(|day| own(day, Some(2), 2)).into();
    week.periods = vec![own("2026-11-23", Some(2), 1)];
    let both = offering(&[(3, 1), (4, 1)], None);
    let found = planned(&[day, week], &both, &once(2)).unwrap();
    assert_eq!(lines_by_pool(&found), [(3, "2026-12-03".into(), 2), (4, "2026-11-30".into(), 2)]);
}

#[test]
fn a_period_in_which_it_is_closed_is_left_out_and_one_without_enough_is_not() {
    let hours = || {
        let closed = (0..5).map(|day| ScheduleException {
            date: date("2026-11-30").checked_add(jiff::Span::new().days(day)).unwrap(),
            intervals: Vec::new(),
        });
        Some(Schedule { exceptions: closed.collect(), ..office_hours("Asia/Shanghai") })
    };
    let visits = every(PeriodLength::Week, 3);
    let found = planned(&[days(3, Some(1))], &offering(&[(3, 1)], hours()), &visits);
    let kept = ["2026-11-23", "2026-12-07"];
    assert_eq!(found.as_ref().unwrap().periods, kept.map(date));
    assert_eq!(lines(found), kept.map(|day| (Some(day.to_owned()), 1)));
    // Without slots the hours still say in which weeks it is there.
    let stock = planned(&[pool_of(3, PoolKind::Stock, Some(9))], &offering(&[(3, 1)], hours()), &visits);
    assert_eq!(lines(stock), [(None, 2)]);
    let mut full = weeks(3, Some(1));
    full.periods = vec![own("2026-11-30", Some(1), 1)];
    let refused = planned(&[full], &offering(&[(3, 1)], None), &visits);
    assert!(matches!(refused, Err(Error::CapacityExhausted { .. })), "{refused:?}");
}
