use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::prelude::*;
use wishwell_domain::zone::{Zone, date_of_day, day_of_date};

use crate::fixtures::{at, date};

/// Zones with and without summer time, with half-hour and quarter-hour offsets, with a change at midnight, with a skipped day.
pub(crate) const ZONES: [&str; 14] = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "America/New_York",
    "America/Los_Angeles",
    "America/Port-au-Prince",
    "America/Havana",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
];

#[test]
fn an_unknown_or_misspelt_zone_is_refused_by_name() {
    for name in
        ["", "Asia/Yinchuan", "asia/shanghai", "UTC+8", "../../etc/passwd", "Asia/Shanghai\0", "CST6CDT4", "中国"]
    {
        let violation = Zone::named("schedule.time_zone", name).unwrap_err();
        assert_eq!((violation.field.as_str(), violation.rule.as_str()), ("schedule.time_zone", "time_zone"), "{name}");
        assert_eq!(violation.value.as_deref(), Some(name));
    }
    assert_eq!(Zone::named("z", "asia/shanghai").unwrap_err().message, "must be spelt Asia/Shanghai");
}

#[test]
fn a_zone_is_tabled_once_and_shared() {
    let first = Zone::named("z", "Asia/Shanghai").unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &Zone::named("z", "Asia/Shanghai").unwrap()));
    assert_eq!(first.name(), "Asia/Shanghai");
    assert_eq!(first.span_at(0).end, i64::MAX, "China has had one offset since 1991");
}

#[test]
fn every_zone_of_the_database_is_known_by_its_own_name() {
    let database = TimeZoneDatabase::bundled();
    let mut count = 0;
    for name in database.available() {
        let zone = Zone::named("z", name.as_str()).unwrap();
        let expected = database.get(name.as_str()).unwrap().to_offset(at("2026-07-01T12:00:00Z")).seconds();
        assert_eq!(zone.span_at(1_782_907_200).offset, i64::from(expected), "{}", name.as_str());
        count += 1;
    }
    assert!(count > 400, "{count} zones");
}

#[test]
fn a_date_begins_after_the_gap_where_its_midnight_is_skipped() {
    let cases = [
        ("Asia/Shanghai", "2026-11-23", "2026-11-22T16:00:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"),
        ("America/New_York", "2026-11-02", "2026-11-02T05:00:00Z"),
        // Cuba's clocks go from 0:00 to 1:00 in spring, and from 1:00 back to 0:00 in autumn.
        ("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
        // Samoa had no 30 December 2011; it begins with the 31st.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ];
    for (zone, day, start) in cases {
        assert_eq!(Zone::named("z", zone).unwrap().start_of(date(day)), at(start), "{zone} {day}");
    }
}

#[test]
fn a_fraction_of_a_second_before_midnight_is_the_day_before_also_before_1970() {
    let zone = Zone::named("z", "UTC").unwrap();
    for (instant, day) in [
        ("1969-12-31T23:59:59.5Z", "1969-12-31"),
        ("1969-12-30T23:59:59.999999999Z", "1969-12-30"),
        ("1970-01-01T00:00:00.5Z", "1970-01-01"),
    ] {
        assert_eq!(zone.date_at(at(instant)), date(day), "{instant}");
    }
}

#[test]
fn the_ends_of_time_are_answered_too() {
    let zone = Zone::named("z", "America/New_York").unwrap();
    assert_eq!(zone.start_of(Date::MIN), Timestamp::MIN);
    assert!(zone.start_of(Date::MAX) <= Timestamp::MAX);
    for instant in [Timestamp::MIN, Timestamp::MAX] {
        assert!((Date::MIN..=Date::MAX).contains(&zone.date_at(instant)));
    }
    assert_eq!(date_of_day(i64::MIN), Date::MIN);
    assert_eq!(date_of_day(i64::MAX), Date::MAX);
}

#[test]
fn days_count_every_date_of_four_centuries() {
    let mut day = day_of_date(date("1900-01-01"));
    assert_eq!(day_of_date(date("1970-01-01")), 0);
    let mut current = date("1900-01-01");
    while current < date("2300-01-01") {
        assert_eq!(day_of_date(current), day);
        assert_eq!(date_of_day(day), current);
        current = current.tomorrow().unwrap();
        day += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_tables_agree_with_the_time_zone_database(
        zone in proptest::sample::select(&ZONES[..]), second in 946_684_800_i64..4_102_444_800, nanosecond in 0..1_000_000_000_i32,
    ) {
        let instant = Timestamp::new(second, nanosecond).unwrap();
        let table = Zone::named("z", zone).unwrap();
        let zoned = instant.to_zoned_datetime(TimeZoneDatabase::bundled().get(zone).unwrap());
        prop_assert_eq!(table.span_at(second).offset, i64::from(zoned.offset().seconds()));
        prop_assert_eq!(table.date_at(instant), zoned.date());
        prop_assert_eq!(table.start_of(zoned.date()), zoned.start_of_day().unwrap().timestamp());
        let span = table.span_at(second);
        prop_assert!(span.start <= second && second < span.end);
        prop_assert_eq!(table.date_at(instant + SignedDuration::from_nanos(0)), zoned.date());
    }
}
