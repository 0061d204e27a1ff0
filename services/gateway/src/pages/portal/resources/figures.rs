//! What a pool has now: of slots, the figures of the present period.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use wishwell_api::v1::{self, CapacityPeriod};

use crate::pages::words::figures::CHINA;

/// What is left now, in the pool's unit; none when the total is unknown or there is no limit.
pub(super) fn left_now(pool: &v1::CapacityPool, now: Timestamp) -> Option<i64> {
    let Some(start) = period_start(pool, now) else { return pool.remaining };
    let start = start.to_string();
    let (total, taken) = match pool.overrides.iter().find(|figures| figures.period_start == start) {
        Some(figures) => (
            figures.total.or(pool.total.filter(|_| !figures.total_unknown))?,
            [figures.used_elsewhere, figures.pending, figures.committed, figures.consumed],
        ),
        None => (pool.total?, [pool.used_elsewhere, 0, 0, 0]),
    };
    Some(taken.into_iter().fold(total, i64::saturating_sub).max(0))
}

/// First day of the present period by the clock of the pool's place; none for what has no periods.
fn period_start(pool: &v1::CapacityPool, now: Timestamp) -> Option<Date> {
    let zone = TimeZone::get(&pool.time_zone).unwrap_or_else(|_| CHINA.to_time_zone());
    let today = zone.to_datetime(now).date();
    match pool.period() {
        CapacityPeriod::Unspecified => None,
        CapacityPeriod::Day => Some(today),
        CapacityPeriod::Week => {
            let since_monday = i64::from(today.weekday().since(Weekday::Monday));
            today.checked_sub(since_monday.days()).ok()
        }
        CapacityPeriod::Month => Some(today.first_of_month()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn slots_have_what_is_left_of_this_period_and_stock_what_is_left_of_all() {
        // Monday morning in China, still Sunday in Greenwich.
        let now: Timestamp = "2026-11-29T17:00:00Z".parse().unwrap();
        let week = v1::CapacityOverride {
            period_start: "2026-11-30".to_owned(),
            used_elsewhere: 5,
            committed: 4,
            ..v1::CapacityOverride::default()
        };
        let mut pool = v1::CapacityPool {
            total: Some(60),
            used_elsewhere: 18,
            remaining: Some(42),
            period: CapacityPeriod::Week.into(),
            time_zone: "Asia/Shanghai".to_owned(),
            overrides: vec![week],
            ..v1::CapacityPool::default()
        };
        assert_eq!(left_now(&pool, now), Some(51));
        pool.overrides[0].total_unknown = true;
        assert_eq!(left_now(&pool, now), None, "nothing is known of this week, whatever is of others");
        pool.overrides.clear();
        assert_eq!(left_now(&pool, now), Some(42));
        pool.total = None;
        assert_eq!(left_now(&pool, now), None);
        pool.period = CapacityPeriod::Unspecified.into();
        assert_eq!(left_now(&pool, now), Some(42), "as the service says it");
    }
}
