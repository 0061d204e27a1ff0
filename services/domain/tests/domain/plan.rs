use jiff::civil::Weekday;
use uuid::Uuid;
use wishwell_domain::Error;
use wishwell_domain::capacity_pool::{CapacityPool, PeriodFigures, PeriodLength, PeriodRule, PoolKind};
use wishwell_domain::ids::{CapacityPoolId, OrganizationId, ResourceId};
use wishwell_domain::ledger::{Ask, Offering, plan};
use wishwell_domain::limits::{HOLD_LINES_MAX, QUANTITY_MAX};
use wishwell_domain::referral::{HoldLine, LineState};
use wishwell_domain::resource::{Draw, ResourceLifecycle};
use wishwell_domain::schedule::Schedule;

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
fn once(quantity: i64) -> Ask {
    Ask { quantity, occurrences: 1, every: None, start: at(MONDAY), end: at("2026-12-07T02:00:00Z") }
}

fn every(every: PeriodLength, occurrences: u32) -> Ask {
    Ask { occurrences, every: Some(every), ..once(1) }
}

fn planned(pools: &[CapacityPool], offering: &Offering, ask: &Ask) -> Result<(Vec<HoldLine>, bool), Error> {
    plan(offering, ask, |id| pools.iter().find(|pool| pool.id == id))
}

/// Period and units of each line.
fn lines(plan: Result<(Vec<HoldLine>, bool), Error>) -> Vec<(Option<String>, i64)> {
    let (lines, _) = plan.unwrap();
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
        assert_eq!(found.1, enquiry, "{name}");
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
    assert_eq!((found.0.len(), found.0[8].units, found.0[8].amounts().pending, found.1), (9, 8, 7_992, false));
    let refused = planned(&pools, &offering(&[(3, 1), (4, 1_000)], None), &visits).unwrap_err();
    let exhausted = |pool, asked, left| Error::CapacityExhausted { pool, period_start: None, asked, left };
    assert_eq!(refused, exhausted(id(4).name(), 8_000, 7_999));
    assert_eq!(planned(&pools, &offering(&[(3, 1), (5, 1)], None), &once(1)), Err(exhausted(id(5).name(), 1, 0)));
    let unknown = planned(&pools, &offering(&[(3, 1), (9, 1)], None), &once(1));
    assert_eq!(unknown, Err(Error::NotFound { name: id(9).name() }));
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
        let (lines, asks) = planned(&pools, &offering(draws, None), &once(1)).unwrap();
        assert_eq!((asks, lines.len()), (enquiry, draws.len()), "{draws:?}");
    }
}

#[test]
fn what_has_no_total_is_still_not_counted_beyond_all_bounds() {
    for kind in [PoolKind::Unbounded, PoolKind::Stock] {
        let mut pool = pool_of(3, kind, None);
        pool.figures.pending = QUANTITY_MAX - 10;
        assert!(planned(std::slice::from_ref(&pool), &offering(&[(3, 5)], None), &once(2)).is_ok());
        for ask in [once(3), once(QUANTITY_MAX), Ask { occurrences: 366, ..once(QUANTITY_MAX) }] {
            let refused = planned(std::slice::from_ref(&pool), &offering(&[(3, 5)], None), &ask);
            assert!(matches!(refused, Err(Error::CapacityExhausted { left: 10, .. })), "{refused:?}");
        }
    }
}

#[test]
fn more_lines_than_there_may_be_are_refused() {
    let pools = [days(3, Some(1)), days(4, Some(1)), days(5, Some(1))];
    let ask = every(PeriodLength::Day, 366);
    assert_eq!(planned(&pools, &offering(&[(3, 1), (4, 1)], None), &ask).unwrap().0.len(), 732);
    let refused = planned(&pools, &offering(&[(3, 1), (4, 1), (5, 1)], None), &ask);
    assert_eq!(refused, Err(Error::LimitReached { limit: "hold_lines_max", max: HOLD_LINES_MAX as i64 }));
}
