use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::need::Recurrence;
use wishwell_domain::occurrence::{Asked, TakenPeriod, spread};

use crate::fixtures::{at, date};

fn taken(periods: &[(&str, i64)]) -> Vec<TakenPeriod> {
    periods.iter().map(|(day, units)| TakenPeriod { period_start: date(day), units: *units }).collect()
}

/// Quantity and days of what is next of two a week for four weeks, from Thursday the 26th on.
fn next(periods: &[(&str, i64)], quantity: Option<i64>) -> Option<(i64, Vec<String>)> {
    let taken = taken(periods);
    let left = 8 - taken.iter().map(|taken| taken.units).sum::<i64>();
    let recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 4 });
    let asked = Asked { quantity: 2, recurrence, left, taken: &taken };
    let share = asked.next(date("2026-11-26"), None, quantity)?;
    assert!(share.units() <= left, "{share:?} of {left}");
    Some((share.quantity, share.periods.iter().map(|day| day.strftime("%m-%d").to_string()).collect()))
}

#[test]
fn what_is_next_lies_in_the_calendar_periods_that_are_left() {
    type Case<'c> = (&'c [(&'c str, i64)], Option<i64>, i64, &'c [&'c str]);
    let whole = ["11-23", "11-30", "12-07", "12-14"];
    let cases: [Case; 9] = [
        // The window starts on a Thursday: the first week is the calendar week of that Thursday.
        (&[], None, 2, &whole),
        (&[], Some(1), 1, &whole),
        // Somebody serves the first two weeks.
        (&[("2026-11-23", 2), ("2026-11-30", 2)], None, 2, &["12-07", "12-14"]),
        // Half of the first week is served: first that half, each week, as long as anything is left.
        (&[("2026-11-23", 1)], None, 1, &whole),
        (&[("2026-11-23", 1)], Some(2), 2, &["11-30", "12-07", "12-14"]),
        // Gaps are filled.
        (&[("2026-11-30", 2)], None, 2, &["11-23", "12-07", "12-14"]),
        // What was served before the window started counts, wherever it was.
        (&[("2026-11-02", 2), ("2026-11-09", 1)], None, 2, &["11-23", "11-30"]),
        (&[("2026-11-02", 2), ("2026-11-09", 2), ("2026-11-16", 2)], Some(1), 1, &["11-23", "11-30"]),
        // Less than one occurrence.
        (&[("2026-11-02", 2), ("2026-11-09", 2), ("2026-11-16", 2), ("2026-11-23", 1)], None, 1, &["11-23"]),
    ];
    for (taken, asked, quantity, days) in cases {
        let expected = days.iter().map(|day| (*day).to_owned()).collect();
        assert_eq!(next(taken, asked), Some((quantity, expected)), "{taken:?} {asked:?}");
    }
}

#[test]
fn nothing_is_next_where_nothing_or_not_so_much_is_left() {
    let all = [("2026-11-02", 2), ("2026-11-09", 2), ("2026-11-16", 2), ("2026-11-23", 2)];
    assert_eq!(next(&all, None), None);
    for (taken, quantity) in [(&all[..0], 3), (&all[..0], 0), (&all[..0], -1), (&all[..0], i64::MAX), (&all[1..], 3)] {
        assert_eq!(next(taken, Some(quantity)), None, "{taken:?} {quantity}");
    }
    let once = |left| Asked { quantity: 5, recurrence: None, left, taken: &[] };
    let quantity = |left, quantity| once(left).next(date("2026-11-26"), None, quantity).map(|share| share.quantity);
    assert_eq!(
        [quantity(3, None), quantity(3, Some(2)), quantity(3, Some(4)), quantity(0, None)],
        [Some(3), Some(2), None, None]
    );
}

#[test]
fn days_and_months_are_periods_too_and_the_last_day_of_the_calendar_ends_them() {
    let asked = |every, occurrences, quantity, from| {
        let recurrence = Some(Recurrence { every, occurrences });
        let asked = Asked { quantity, recurrence, left: quantity * i64::from(occurrences), taken: &[] };
        asked.next(date(from), None, None).unwrap().periods
    };
    let months = ["2026-12-01", "2027-01-01", "2027-02-01"].map(date);
    assert_eq!(asked(PeriodLength::Month, 3, 7, "2026-12-31"), months);
    assert_eq!(asked(PeriodLength::Day, 2, 1, "2027-02-28"), ["2027-02-28", "2027-03-01"].map(date));
    assert!(asked(PeriodLength::Day, 366, 1, "9999-12-30").len() <= 366);
}

#[test]
fn no_period_begins_after_the_last_day() {
    let recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 4 });
    let next = |taken: &[TakenPeriod], last: &str| {
        let left = 8 - taken.iter().map(|taken| taken.units).sum::<i64>();
        let asked = Asked { quantity: 2, recurrence, left, taken };
        let share = asked.next(date("2026-11-26"), Some(date(last)), None)?;
        Some((share.quantity, share.periods.len()))
    };
    // The week of the last day counts, however little of it is left.
    let counts = ["2026-11-26", "2026-11-29", "2026-11-30", "2026-12-06", "2026-12-07", "2027-12-31"];
    assert_eq!(counts.map(|last| next(&[], last).map_or(0, |(_, periods)| periods)), [1, 1, 2, 2, 3, 4]);
    let first = taken(&[("2026-11-23", 2)]);
    assert_eq!((next(&first, "2026-11-29"), next(&first, "2026-11-30")), (None, Some((2, 1))));
    assert_eq!(next(&taken(&[("2026-11-23", 1)]), "2026-11-29"), Some((1, 1)), "half of the one week");
}

#[test]
fn what_is_outstanding_ends_with_the_window_and_is_covered_when_its_weeks_are() {
    let recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 4 });
    let (start, until) = (at("2026-11-26T02:00:00Z"), Some(at("2026-12-06T16:00:00Z")));
    let outstanding = |taken: &[TakenPeriod], until| {
        let asked = Asked { quantity: 1, recurrence, left: 4 - taken.len() as i64, taken };
        let outstanding = asked.outstanding(start, until, None);
        (outstanding.recurrence.map(|recurrence| recurrence.occurrences), outstanding.is_covered)
    };
    let weeks = taken(&[("2026-11-23", 1), ("2026-11-30", 1)]);
    assert_eq!(outstanding(&[], None), (Some(4), false));
    assert_eq!(outstanding(&[], until), (Some(2), false), "the third week begins when the window ends");
    assert_eq!(outstanding(&weeks[..1], until), (Some(1), false));
    assert_eq!((outstanding(&weeks, until), outstanding(&weeks, None)), ((Some(4), true), (Some(2), false)));
}

#[test]
fn less_than_a_share_is_the_earliest_of_it() {
    let days = ["2026-11-23", "2026-11-30", "2026-12-07"].map(date);
    for (units, expected) in [
        (0, &[][..]),
        (1, &[("2026-11-23", 1)][..]),
        (3, &[("2026-11-23", 2), ("2026-11-30", 1)]),
        (6, &[("2026-11-23", 2), ("2026-11-30", 2), ("2026-12-07", 2)]),
    ] {
        assert_eq!(spread(&days, 2, units).collect::<Vec<_>>(), taken(expected), "{units}");
    }
}
