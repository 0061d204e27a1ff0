use jiff::Timestamp;
use proptest::prelude::*;
use wishwell_domain::capacity_pool::{
    CapacityPool, Figures, PeriodFigures, PeriodLength, PeriodRule, PoolKind, Remaining, WindowCapacity,
};
use wishwell_domain::limits;
use wishwell_domain::referral::hold::Amounts;
use wishwell_domain::zone::Zone;

use crate::fixtures::{Expected, at, broken, date, pool, rules, unit, violations};
use crate::zone::ZONES;

fn figures(total: Option<i64>, used_elsewhere: i64, pending: i64, committed: i64) -> Figures {
    Figures { total, used_elsewhere, pending, committed, consumed: 0 }
}

fn week(start: &str, total: i64, committed: i64) -> PeriodFigures {
    PeriodFigures { period_start: date(start), inherits: false, figures: figures(Some(total), 0, 0, committed) }
}

#[test]
fn each_kind_of_pool_is_accepted_as_it_should_be() {
    for kind in [PoolKind::Stock, PoolKind::Slots, PoolKind::Caseload, PoolKind::Budget, PoolKind::Unbounded] {
        assert_eq!(broken(|violations| pool(kind).check("pool", violations)), [], "{kind:?}");
        let unknown = CapacityPool { figures: Figures::default(), ..pool(kind) };
        assert_eq!(broken(|violations| unknown.check("pool", violations)), [], "{kind:?} with unknown total");
    }
}

#[test]
fn what_does_not_fit_the_kind_is_refused_by_name() {
    let period = Some(PeriodRule { length: PeriodLength::Day, time_zone: "Asia/Shanghai".into() });
    let unknown_zone = Some(PeriodRule { length: PeriodLength::Day, time_zone: "Mars/Olympus".into() });
    let cases: Vec<(&str, CapacityPool, Expected<'_>)> = vec![
        (
            "a stock with a period",
            CapacityPool { period: period.clone(), ..pool(PoolKind::Stock) },
            &[("pool.period", "pool.period_forbidden")],
        ),
        (
            "slots without a period",
            CapacityPool { period: None, ..pool(PoolKind::Slots) },
            &[("pool.period", "pool.period_required")],
        ),
        (
            "slots in an unknown zone",
            CapacityPool { period: unknown_zone, ..pool(PoolKind::Slots) },
            &[("pool.time_zone", "time_zone")],
        ),
        (
            "a stock of money",
            CapacityPool { currency: Some("CNY".into()), ..pool(PoolKind::Stock) },
            &[("pool.currency", "pool.currency_forbidden")],
        ),
        (
            "a budget without currency",
            CapacityPool { currency: None, ..pool(PoolKind::Budget) },
            &[("pool.currency", "pool.currency_required")],
        ),
        (
            "a budget in lower case",
            CapacityPool { currency: Some("cny".into()), ..pool(PoolKind::Budget) },
            &[("pool.currency", "pool.currency")],
        ),
        (
            "a budget in sessions",
            CapacityPool { unit: unit("session"), ..pool(PoolKind::Budget) },
            &[("pool.unit", "pool.budget_unit")],
        ),
        (
            "dollars in fen",
            CapacityPool { currency: Some("USD".into()), ..pool(PoolKind::Budget) },
            &[("pool.unit", "pool.budget_unit")],
        ),
        (
            "dollars in cents",
            CapacityPool { currency: Some("USD".into()), unit: unit("minor_unit"), ..pool(PoolKind::Budget) },
            &[],
        ),
        (
            "a bounded unbounded one",
            CapacityPool { figures: figures(Some(5), 0, 0, 0), ..pool(PoolKind::Unbounded) },
            &[("pool.total", "pool.unbounded_total")],
        ),
        ("nameless", CapacityPool { name: " ".into(), ..pool(PoolKind::Stock) }, &[("pool.title", "text.required")]),
        (
            "periods of a stock",
            CapacityPool { periods: vec![week("2026-11-23", 1, 0)], ..pool(PoolKind::Stock) },
            &[("pool.overrides", "pool.overrides_forbidden")],
        ),
    ];
    for (name, pool, expected) in cases {
        assert_eq!(broken(|violations| pool.check("pool", violations)), rules(expected), "{name}");
    }
}

#[test]
fn negative_absurd_and_overdrawn_figures_are_refused() {
    let beyond = limits::QUANTITY_MAX + 1;
    let cases: Vec<(Figures, Expected<'_>)> = vec![
        (figures(Some(0), 0, 0, 0), &[]),
        (figures(Some(limits::QUANTITY_MAX), 1, 2, limits::QUANTITY_MAX - 3), &[]),
        (figures(None, 7, 0, 0), &[]),
        (figures(Some(-1), 0, 0, 0), &[("pool.total", "pool.figure_range")]),
        (figures(Some(beyond), 0, 0, 0), &[("pool.total", "pool.figure_range")]),
        (
            figures(Some(1), -1, -1, -1),
            &[
                ("pool.used_elsewhere", "pool.figure_range"),
                ("pool.pending", "pool.figure_range"),
                ("pool.committed", "pool.figure_range"),
            ],
        ),
        (
            figures(Some(i64::MIN), i64::MAX, i64::MAX, i64::MAX),
            &[
                ("pool.total", "pool.figure_range"),
                ("pool.used_elsewhere", "pool.figure_range"),
                ("pool.pending", "pool.figure_range"),
                ("pool.committed", "pool.figure_range"),
            ],
        ),
        (figures(Some(5), 2, 2, 2), &[("pool.total", "pool.total_covers")]),
    ];
    for (figures, expected) in cases {
        assert_eq!(broken(|violations| figures.check("pool", violations)), rules(expected), "{figures:?}");
        assert!(figures.remaining().is_none_or(|left| left >= 0));
    }
}

#[test]
fn periods_begin_on_their_first_day_and_come_once() {
    let mut pool = pool(PoolKind::Slots);
    pool.periods =
        vec![week("2026-11-23", 5, 0), week("2026-11-24", 5, 0), week("2026-11-23", 5, 6), week("1815-06-19", 1, 0)];
    let violations = violations(|violations| pool.check("pool", violations));
    let broken: Vec<_> = violations.iter().map(|v| (v.field.clone(), v.rule.clone())).collect();
    assert_eq!(
        broken,
        rules(&[
            ("pool.overrides[1].period_start", "pool.period_start"),
            ("pool.overrides[2].period_start", "pool.period_unique"),
            ("pool.overrides[2].total", "pool.total_covers"),
            ("pool.overrides[3].period_start", "date.range"),
        ])
    );
    assert_eq!(violations[0].message, "must be the first day of its period, 2026-11-23");
    let first = date("2026-01-05");
    pool.periods = (0..=limits::POOL_PERIODS_MAX)
        .map(|index| first + jiff::Span::new().weeks(i64::try_from(index).unwrap()))
        .map(|period_start| PeriodFigures { period_start, inherits: false, figures: Figures::default() })
        .collect();
    assert_eq!(
        crate::fixtures::broken(|violations| pool.check("pool", violations)),
        rules(&[("pool.overrides", "list.max_items")])
    );
}

#[test]
fn periods_follow_the_calendar_of_their_place() {
    let cases = [
        (PeriodLength::Day, "Asia/Shanghai", "2026-11-22T16:00:00Z", "2026-11-23", "2026-11-24"),
        (PeriodLength::Day, "Asia/Shanghai", "2026-11-22T15:59:59.999999999Z", "2026-11-22", "2026-11-23"),
        (PeriodLength::Week, "Asia/Shanghai", "2026-11-22T16:00:00Z", "2026-11-23", "2026-11-30"),
        (PeriodLength::Week, "Asia/Shanghai", "2026-11-22T15:00:00Z", "2026-11-16", "2026-11-23"),
        // Over a new year.
        (PeriodLength::Week, "UTC", "2027-01-02T00:00:00Z", "2026-12-28", "2027-01-04"),
        (PeriodLength::Month, "UTC", "2024-02-29T23:00:00Z", "2024-02-01", "2024-03-01"),
        (PeriodLength::Month, "America/New_York", "2027-01-01T04:00:00Z", "2026-12-01", "2027-01-01"),
    ];
    for (length, zone, instant, start, next) in cases {
        let rule = PeriodRule { length, time_zone: zone.into() };
        assert_eq!(rule.period_start(at(instant)), date(start), "{instant} {zone}");
        assert_eq!(rule.next_period_start(date(start)), date(next));
        let (from, until) = rule.period_bounds(date(start));
        assert!(from <= at(instant) && at(instant) < until, "{from} {until}");
    }
    let rule = PeriodRule { length: PeriodLength::Day, time_zone: "America/New_York".into() };
    let bounds = rule.period_bounds(date("2026-03-08"));
    assert_eq!(bounds, (at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")), "a day of 23 hours");
}

#[test]
fn slots_answer_with_the_best_week_of_the_window_and_the_next_free_one_after_it() {
    let mut pool = pool(PoolKind::Slots);
    pool.periods = vec![
        week("2026-11-23", 10, 10),
        week("2026-11-30", 10, 4),
        week("2026-12-07", 10, 4),
        week("2026-12-14", 3, 3),
    ];
    let window = |start: &str, end: &str| pool.remaining_between(at(start), at(end));
    assert_eq!(
        window("2026-11-23T00:00:00Z", "2026-12-10T00:00:00Z"),
        WindowCapacity {
            remaining: Remaining::Known(6),
            period_start: Some(date("2026-11-30")),
            next_free: Some((date("2026-12-21"), 10)),
        },
        "the first of equally good weeks; the full week after the window is passed over"
    );
    assert_eq!(
        window("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        WindowCapacity {
            remaining: Remaining::Known(0),
            period_start: Some(date("2026-11-23")),
            next_free: Some((date("2026-11-30"), 6)),
        }
    );
    // The end is not part of the window: this one ends as the next week begins.
    let ends_with_the_week = window("2026-11-23T00:00:00Z", "2026-11-29T16:00:00Z");
    assert_eq!(ends_with_the_week.period_start, Some(date("2026-11-23")));
    assert_eq!(ends_with_the_week.next_free, Some((date("2026-11-30"), 6)));
    assert_eq!(pool.next_period_with(7, at("2026-11-24T00:00:00Z")), Some((date("2026-12-21"), 10)));
    assert_eq!(pool.next_period_with(11, at("2026-11-24T00:00:00Z")), None);
}

#[test]
fn pools_without_periods_have_what_they_have_now() {
    let (start, end) = (at("2026-11-23T00:00:00Z"), at("2026-12-23T00:00:00Z"));
    let mut stock = pool(PoolKind::Stock);
    stock.figures = figures(Some(10), 1, 2, 3);
    let left = |pool: &CapacityPool| {
        let window = pool.remaining_between(start, end);
        assert_eq!((window.period_start, window.next_free), (None, None));
        window.remaining
    };
    assert_eq!(left(&stock), Remaining::Known(4));
    stock.figures.total = None;
    assert_eq!(left(&stock), Remaining::Unknown);
    assert_eq!(left(&pool(PoolKind::Unbounded)), Remaining::Unlimited);
    assert_eq!(stock.next_period_with(1, start), None);
}

#[test]
fn unknown_promises_nothing_and_unlimited_covers_all() {
    assert!(Remaining::Unknown < Remaining::Known(0));
    assert!(Remaining::Known(3) < Remaining::Known(4));
    assert!(Remaining::Known(i64::MAX) < Remaining::Unlimited);
    let cases = [
        (Remaining::Unknown, 1, None),
        (Remaining::Known(4), 4, Some(true)),
        (Remaining::Known(4), 5, Some(false)),
        (Remaining::Unlimited, i64::MAX, Some(true)),
    ];
    for (remaining, quantity, covers) in cases {
        assert_eq!(remaining.covers(quantity), covers);
    }
}

fn lengths() -> impl Strategy<Value = PeriodLength> {
    prop_oneof![Just(PeriodLength::Day), Just(PeriodLength::Week), Just(PeriodLength::Month)]
}

fn amounts(pending: i64) -> Amounts {
    Amounts { pending, ..Amounts::default() }
}

#[test]
fn a_period_is_listed_in_its_place_once_something_moves_in_it() {
    let mut pool = pool(PoolKind::Slots);
    (pool.figures.used_elsewhere, pool.periods) = (3, vec![week("2026-11-30", 5, 1)]);
    for start in ["2026-12-07", "2026-11-23", "2026-11-30", "2026-12-07"] {
        pool.add(Some(date(start)), amounts(2));
    }
    let listed: Vec<_> = pool
        .periods
        .iter()
        .map(|period| (period.period_start.to_string(), period.inherits, period.figures.total, period.figures.held()))
        .collect();
    let expected =
        [("2026-11-23", true, Some(10), 2), ("2026-11-30", false, Some(5), 3), ("2026-12-07", true, Some(10), 4)];
    assert_eq!(listed, expected.map(|(start, inherits, total, held)| (start.to_owned(), inherits, total, held)));
    assert_eq!(pool.figures.held(), 0, "what is held in a period is not held in the pool itself");
    // Those of which nobody has said anything else have the usual total, whatever becomes of it.
    (pool.figures.total, pool.figures.used_elsewhere) = (Some(8), 1);
    pool.pass_usual_figures_on(at("2026-11-23T02:00:00Z"));
    let left = pool.periods.iter().map(|period| period.figures.remaining()).collect::<Vec<_>>();
    assert_eq!(left, [Some(5), Some(2), Some(3)]);
    assert_eq!(pool.figures_in(Some(date("2026-12-14"))), figures(Some(8), 1, 0, 0), "as every other period");
    assert_eq!(pool.remaining_in(date("2026-12-14")), Remaining::Known(7));
}

#[test]
fn periods_of_which_there_is_nothing_to_say_are_forgotten() {
    let mut pool = pool(PoolKind::Slots);
    let consumed = Amounts { pending: -2, consumed: 2, ..Amounts::default() };
    for (start, then) in [("2026-11-23", amounts(-2)), ("2026-11-30", consumed), ("2026-12-07", amounts(0))] {
        pool.add(Some(date(start)), amounts(2));
        pool.add(Some(date(start)), then);
    }
    pool.periods.push(week("2026-12-14", 10, 0));
    pool.forget_empty_periods(at("2026-11-23T02:00:00Z"));
    let left: Vec<_> = pool.periods.iter().map(|period| period.period_start).collect();
    assert_eq!(left, ["2026-11-30", "2026-12-07", "2026-12-14"].map(date), "used up, held, said");
}

/// As many periods as there may be, from the first of these days on, one day after the other.
fn full_from(first: &str, zone: &str) -> CapacityPool {
    let mut pool = pool(PoolKind::Slots);
    pool.period = Some(PeriodRule { length: PeriodLength::Day, time_zone: zone.into() });
    let day = |days| date(first) + jiff::Span::new().days(days);
    pool.periods = (0..i64::try_from(limits::POOL_PERIODS_MAX).unwrap())
        .map(|days| PeriodFigures { period_start: day(days), inherits: false, figures: figures(Some(5), 0, 0, 0) })
        .collect();
    pool
}

#[test]
fn a_period_that_goes_on_is_never_forgotten_and_the_oldest_that_has_ended_is() {
    let [ended, in_new_york, running] = ["2026-11-28", "2026-11-29", "2026-11-30"];
    let now = at("2026-11-30T03:00:00Z");
    // The zone, the first day that is listed, and whether it may go at three in the morning in Greenwich.
    let cases = [
        ("UTC", ended, true),
        ("UTC", in_new_york, true),
        ("UTC", running, false),
        ("America/New_York", ended, true),
        ("America/New_York", in_new_york, false),
        ("Asia/Shanghai", running, false),
    ];
    for (zone, first, goes) in cases {
        let mut pool = full_from(first, zone);
        pool.periods[0].figures.consumed = 5;
        assert_eq!(pool.make_room(now), goes, "{first} {zone}");
        assert_eq!(pool.periods.iter().all(|period| period.period_start != date(first)), goes, "{first} {zone}");
        assert_eq!(pool.may_have_forgotten(date(first), now), goes, "{first} {zone}");
    }
    let mut held = full_from(ended, "UTC");
    held.periods[0].figures.pending = 1;
    assert!(held.make_room(now), "of the next day nothing is held");
    assert_eq!((held.periods[0].period_start, held.periods[1].period_start), (date(ended), date(running)));
    let (mut weeks, mut room) = (full_from("2026-11-30", "UTC"), full_from(ended, "UTC"));
    weeks.period = Some(PeriodRule { length: PeriodLength::Week, time_zone: "UTC".into() });
    assert!(!weeks.make_room(at("2026-12-06T23:00:00Z")), "the week goes on until Sunday is over");
    room.periods.pop();
    assert!(!room.make_room(now), "there is room");
}

#[test]
fn more_periods_than_there_may_be_with_those_that_are_kept_are_refused() {
    let mut known = full_from("2026-11-30", "UTC");
    let mut put = known.clone();
    put.periods.insert(0, week("2026-11-23", 5, 0));
    let refused = put.must_keep_to_the_bound(&known).unwrap_err();
    assert_eq!((refused.field.as_str(), refused.rule.as_str()), ("overrides", "list.max_items"));
    assert!(refused.message.contains(&known.id.name()), "{refused:?}");
    known.periods.insert(0, week("2026-11-23", 5, 0));
    put.must_keep_to_the_bound(&known).unwrap();
}

#[test]
fn a_stock_counts_in_itself() {
    let mut pool = pool(PoolKind::Stock);
    pool.add(None, Amounts { pending: 4, committed: 3, consumed: 2 });
    assert_eq!((pool.figures.held(), pool.figures.taken(), pool.remaining()), (7, 9, Remaining::Known(1)));
    assert!(pool.periods.is_empty());
}

proptest! {
    #[test]
    fn the_periods_of_a_window_are_those_of_its_instants(
        length in lengths(), zone in proptest::sample::select(&ZONES[..]), start in 1_790_000_000_i64..1_830_000_000, seconds in 0_i64..4_000_000,
    ) {
        let periods = PeriodRule { length, time_zone: zone.into() }.compile().unwrap();
        let instant = |second| Timestamp::from_second(second).unwrap();
        let found: Vec<_> = periods.starts_between(instant(start), instant(start + seconds)).collect();
        let mut expected = vec![periods.period_start(instant(start))];
        // Quarters of an hour reach every local date: none is shorter in the years asked about.
        expected.extend((start..start + seconds).step_by(900).map(|second| periods.period_start(instant(second))));
        if seconds > 0 {
            expected.push(periods.period_start(instant(start + seconds - 1)));
        }
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(&found, &expected);
        for start in found {
            let (from, until) = periods.bounds(start);
            prop_assert_eq!(periods.period_start(from), start);
            prop_assert_eq!(periods.period_start(until), periods.next_period_start(start));
            prop_assert_eq!(Zone::named("z", zone).unwrap().start_of(start), from);
        }
    }
}
