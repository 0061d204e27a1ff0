use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use wishwell_domain::limits;
use wishwell_domain::schedule::{DayInterval, Schedule, ScheduleException, WeeklyInterval};

use crate::fixtures::{at, broken, date, office_hours, rules, violations, weekly};
use crate::zone::ZONES;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The definition, spelt out: the local clock shows a date on which the schedule holds and a time within the date's hours.
fn is_open(schedule: &Schedule, zone: &TimeZone, instant: Timestamp) -> bool {
    let local = zone.to_datetime(instant);
    let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
    let shows = |interval: &DayInterval| {
        i32::from(interval.opens_minute) <= minute && minute < i32::from(interval.closes_minute)
    };
    if schedule.valid_from.is_some_and(|from| local.date() < from)
        || schedule.valid_until.is_some_and(|u| local.date() > u)
    {
        return false;
    }
    match schedule.exceptions.iter().find(|exception| exception.date == local.date()) {
        Some(exception) => exception.intervals.iter().any(shows),
        None => {
            let weekday = u8::try_from(local.weekday().to_monday_one_offset()).unwrap();
            schedule.weekly.iter().any(|entry| entry.weekday == weekday && shows(&entry.interval))
        }
    }
}

/// The first open minute from `start` (on a whole minute) to before `end`, one minute after another. Every offset of the tested
/// years is a whole number of minutes.
fn first_open_minute(schedule: &Schedule, zone: &TimeZone, start: Timestamp, end: Timestamp) -> Option<Timestamp> {
    std::iter::successors(Some(start), |instant| Some(*instant + MINUTE))
        .take_while(|instant| *instant < end)
        .find(|instant| is_open(schedule, zone, *instant))
}

/// Hours of one day that do not overlap: sorted distinct cut points, taken in pairs.
fn day_hours() -> impl Strategy<Value = Vec<DayInterval>> {
    proptest::collection::btree_set(0..=1440_u16, 0..5).prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        cuts.chunks_exact(2).map(|pair| DayInterval { opens_minute: pair[0], closes_minute: pair[1] }).collect()
    })
}

/// Around a change of clocks in one of the zones, so that changes are hit often, or anywhere in the year.
fn instants() -> impl Strategy<Value = Timestamp> {
    let changes = [
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-04-04T15:00:00Z",
    ];
    let around = (proptest::sample::select(changes.map(at).to_vec()), -3_000_i64..3_000);
    prop_oneof![
        around.prop_map(|(change, minutes)| change + SignedDuration::from_mins(minutes)),
        (0_i64..525_600).prop_map(|minutes| at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes)),
    ]
}

prop_compose! {
    fn schedules()(
        zone in proptest::sample::select(&ZONES[..]),
        days in proptest::collection::vec(day_hours(), 7),
        kept in proptest::collection::vec(proptest::bool::weighted(0.4), 7),
        exceptions in proptest::collection::btree_map(0_i32..420, day_hours(), 0..12),
        valid_from in proptest::option::weighted(0.2, 0_i32..365),
        valid_for in proptest::option::weighted(0.2, 0_i32..200),
    ) -> Schedule {
        let day = |offset: i32| date("2025-12-20") + jiff::Span::new().days(offset);
        let weekly = (1_u8..).zip(&days).zip(kept).filter(|(_, kept)| *kept).flat_map(|((weekday, hours), _)| {
            hours.iter().map(move |interval| WeeklyInterval { weekday, interval: *interval })
        });
        Schedule {
            time_zone: zone.to_owned(),
            weekly: weekly.collect(),
            valid_from: valid_from.map(day),
            valid_until: valid_for.map(|length| day(valid_from.unwrap_or(150) + length)),
            exceptions: exceptions.into_iter().map(|(offset, intervals)| ScheduleException { date: day(offset), intervals }).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_compiled_schedule_agrees_with_looking_at_every_minute(
        schedule in schedules(), start in instants(), minutes in 0_i64..4_000, start_nanos in 0_i64..60_000_000_000, end_nanos in 1_i64..60_000_000_000,
    ) {
        let zone = TimeZoneDatabase::bundled().get(&schedule.time_zone).unwrap();
        let compiled = schedule.compile().unwrap();
        let end = start + SignedDuration::from_mins(minutes);
        prop_assert_eq!(compiled.open_at(start), is_open(&schedule, &zone, start));
        // A window within whole minutes and a little more: its first minute is cut, its last one is begun.
        let (from, until) = (start + SignedDuration::from_nanos(start_nanos), end + SignedDuration::from_nanos(end_nanos));
        let first = first_open_minute(&schedule, &zone, start, until.max(start + MINUTE));
        if from < until {
            prop_assert_eq!(compiled.open_between(from, until), first.is_some(), "{:?}", first);
        }
        if let Some(first) = first {
            prop_assert_eq!(compiled.next_opening(from), Some(first.max(from)));
        } else if let Some(opening) = compiled.next_opening(from) {
            prop_assert!(opening >= until);
            prop_assert!(is_open(&schedule, &zone, opening));
            prop_assert!(!is_open(&schedule, &zone, opening - MINUTE));
        }
        let check = violations(|v| schedule.check("schedule", v));
        prop_assert!(check.iter().all(|violation| violation.rule == "schedule.never_open"), "{:?}", check);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_next_opening_is_the_first_of_all_minutes_ahead(mut schedule in schedules(), start in instants()) {
        // Few hours a month, so that the search is long.
        schedule.weekly.clear();
        schedule.valid_from = None;
        let zone = TimeZoneDatabase::bundled().get(&schedule.time_zone).unwrap();
        let end = start + SignedDuration::from_hours(24 * limits::LOOK_AHEAD_DAYS_MAX);
        let expected = first_open_minute(&schedule, &zone, start, end);
        prop_assert_eq!(schedule.compile().unwrap().next_opening(start), expected);
    }
}

#[test]
fn hours_that_summer_time_skips_do_not_happen_and_repeated_ones_happen_twice() {
    let mut schedule = office_hours("America/New_York");
    schedule.weekly = vec![weekly(7, 120, 180)];
    let compiled = schedule.compile().unwrap();
    // 8 March 2026: from 2:00 straight to 3:00.
    assert!(!compiled.open_between(at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")));
    assert_eq!(compiled.next_opening(at("2026-03-08T05:00:00Z")), Some(at("2026-03-15T06:00:00Z")));
    // 1 November 2026: 1:00 to 2:00 twice.
    schedule.weekly = vec![weekly(7, 60, 120)];
    let compiled = schedule.compile().unwrap();
    for (instant, open) in [("T04:59:59Z", false), ("T05:30:00Z", true), ("T06:30:00Z", true), ("T07:00:00Z", false)] {
        assert_eq!(compiled.open_at(at(&format!("2026-11-01{instant}"))), open, "{instant}");
    }
}

#[test]
fn an_exception_replaces_the_hours_of_its_date() {
    let mut schedule = office_hours("Asia/Shanghai");
    schedule.exceptions = vec![
        ScheduleException { date: date("2026-10-01"), intervals: Vec::new() },
        // A working Saturday after the holidays.
        ScheduleException {
            date: date("2026-10-10"),
            intervals: vec![DayInterval { opens_minute: 540, closes_minute: 720 }],
        },
    ];
    let compiled = schedule.compile().unwrap();
    assert_eq!(compiled.next_opening(at("2026-10-01T01:30:00Z")), Some(at("2026-10-02T01:00:00Z")));
    assert_eq!(compiled.next_opening(at("2026-10-10T00:00:00Z")), Some(at("2026-10-10T01:00:00Z")));
    assert!(!compiled.open_at(at("2026-10-10T04:00:00Z")));
    assert_eq!(compiled.zone().name(), "Asia/Shanghai");
}

#[test]
fn what_never_opens_again_has_no_next_opening_even_over_all_of_time() {
    let mut schedule = office_hours("Europe/Berlin");
    schedule.valid_until = Some(date("2026-01-01"));
    let compiled = schedule.compile().unwrap();
    assert_eq!(compiled.next_opening(at("2026-01-02T00:00:00Z")), None);
    assert!(!compiled.open_between(at("2026-01-02T00:00:00Z"), Timestamp::MAX));
    assert!(compiled.open_between(Timestamp::MIN, Timestamp::MAX));
    assert!(compiled.next_opening(Timestamp::MIN).is_some());
    assert_eq!(compiled.next_opening(Timestamp::MAX), None);
    schedule.weekly.clear();
    let compiled = schedule.compile().unwrap();
    assert!(!compiled.open_between(Timestamp::MIN, Timestamp::MAX));
}

#[test]
fn a_window_of_no_length_asks_about_its_start() {
    let compiled = office_hours("Asia/Shanghai").compile().unwrap();
    let (open, closed) = (at("2026-11-23T01:00:00Z"), at("2026-11-23T00:59:59.999999999Z"));
    assert!(compiled.open_between(open, open));
    assert!(!compiled.open_between(closed, closed));
    assert!(compiled.open_between(open, closed), "an end before the start counts as the start");
    // The end is not part of the window, but every instant before it is.
    assert!(compiled.open_between(at("2026-11-22T00:00:00Z"), at("2026-11-23T01:00:00.000000001Z")));
    assert!(!compiled.open_between(at("2026-11-22T00:00:00Z"), open));
}

#[test]
fn every_fault_of_a_schedule_is_told_at_once() {
    let schedule = Schedule {
        time_zone: "Asia/Yinchuan".into(),
        weekly: vec![
            weekly(0, 540, 1020),
            weekly(8, 540, 1020),
            weekly(1, 1020, 540),
            weekly(2, 600, 600),
            weekly(3, 1440, 1441),
            weekly(4, 540, 720),
            weekly(4, 700, 900),
            weekly(4, 900, 1000),
        ],
        valid_from: Some(date("2026-12-01")),
        valid_until: Some(date("2026-11-30")),
        exceptions: vec![
            ScheduleException { date: date("2026-10-01"), intervals: Vec::new() },
            ScheduleException {
                date: date("2026-10-01"),
                intervals: vec![
                    DayInterval { opens_minute: 60, closes_minute: 120 },
                    DayInterval { opens_minute: 0, closes_minute: 61 },
                ],
            },
        ],
    };
    assert_eq!(
        broken(|violations| schedule.check("resource.schedule", violations)),
        rules(&[
            ("resource.schedule.time_zone", "time_zone"),
            ("resource.schedule.weekly[0].weekday", "schedule.weekday"),
            ("resource.schedule.weekly[1].weekday", "schedule.weekday"),
            ("resource.schedule.weekly[2].closes_minute", "schedule.closes_after_opens"),
            ("resource.schedule.weekly[3].closes_minute", "schedule.closes_after_opens"),
            ("resource.schedule.weekly[4].opens_minute", "schedule.minute"),
            ("resource.schedule.weekly[4].closes_minute", "schedule.minute"),
            ("resource.schedule.weekly[6]", "schedule.overlap"),
            ("resource.schedule.exceptions[1].date", "schedule.exception_unique"),
            ("resource.schedule.exceptions[1].hours[0]", "schedule.overlap"),
            ("resource.schedule.valid_until", "date.order"),
        ])
    );
}

#[test]
fn a_schedule_within_its_bounds_is_accepted_and_one_beyond_is_refused() {
    let mut schedule = office_hours("Asia/Shanghai");
    assert_eq!(broken(|violations| schedule.check("schedule", violations)), []);
    let day = |offset: usize| date("2026-01-01") + jiff::Span::new().days(i64::try_from(offset).unwrap());
    schedule.exceptions = (0..=limits::SCHEDULE_EXCEPTIONS_MAX)
        .map(|offset| ScheduleException { date: day(offset), intervals: Vec::new() })
        .collect();
    schedule.weekly = (0..=limits::SCHEDULE_INTERVALS_MAX)
        .map(|index| u16::try_from(index).unwrap())
        .map(|index| weekly(u8::try_from(index % 7 + 1).unwrap(), index * 10, index * 10 + 10))
        .collect();
    assert_eq!(
        broken(|violations| schedule.check("schedule", violations)),
        rules(&[("schedule.weekly", "list.max_items"), ("schedule.exceptions", "list.max_items")])
    );
    schedule.weekly.pop();
    schedule.exceptions.pop();
    assert_eq!(broken(|violations| schedule.check("schedule", violations)), []);
}

#[test]
fn a_schedule_that_never_opens_or_holds_in_absurd_years_is_refused() {
    let mut schedule = office_hours("Asia/Shanghai");
    schedule.weekly.clear();
    schedule.valid_until = Some(Date::MAX);
    assert_eq!(
        broken(|violations| schedule.check("schedule", violations)),
        rules(&[("schedule.valid_until", "date.range"), ("schedule.weekly", "schedule.never_open")])
    );
}
