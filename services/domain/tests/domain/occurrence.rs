use wishwell_domain::capacity_pool::PeriodLength;
use wishwell_domain::need::Recurrence;
use wishwell_domain::occurrence::{Asked, TakenPeriod, spread};

use crate::fixtures::date;

fn taken(periods: &[(&str, i64)]) -> Vec<TakenPeriod> {
    periods.iter().map(|(day, units)| TakenPeriod { period_start: date(day), units: *units }).collect()
}

/// Quantity and days of what is next of two a week for four weeks, from Thursday the 26th on.
fn next(periods: &[(&str, i64)], quantity: Option<i64>) -> Option<(i64, Vec<String>)> {
    let taken = taken(periods);
    let left = 8 - taken.iter().map(|taken| taken.units).sum::<i64>();
    let recurrence = Some(Recurrence { every: PeriodLength::Week, occurrences: 4 });
    let asked = Asked { quantity: 2, recurrence, left, taken: &taken };
    let share = asked.next(date("2026-11-26"), quantity)?;
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
    let quantity = |left, quantity| once(left).next(date("2026-11-26"), quantity).map(|share| share.quantity);
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
        asked.next(date(from), None).unwrap().periods
    };
    let months = ["2026-12-01", "2027-01-01", "2027-02-01"].map(date);
    assert_eq!(asked(PeriodLength::Month, 3, 7, "2026-12-31"), months);
    assert_eq!(asked(PeriodLength::Day, 2, 1, "2027-02-28"), ["2027-02-28", "2027-03-01"].map(date));
    assert!(asked(PeriodLength::Day, 366, 1, "9999-12-30").len() <= 366);
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
