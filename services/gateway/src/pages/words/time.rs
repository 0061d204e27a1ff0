//! How far away an instant is, as people say it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use wishwell_report::Language;

use super::figures::CHINA;

/// How long is left until an instant, or for how long it is over.
pub(in crate::pages) fn left(language: Language, until: Timestamp, now: Timestamp) -> String {
    let distance = until.duration_since(now);
    let span = span(language, distance.abs());
    if distance.is_negative() {
        language.pick(format!("已超过 {span}"), format!("{span} overdue"))
    } else {
        language.pick(format!("还剩 {span}"), format!("{span} left"))
    }
}

/// How long ago an instant was.
pub(in crate::pages) fn ago(language: Language, at: Timestamp, now: Timestamp) -> String {
    let distance = now.duration_since(at);
    if distance < SignedDuration::from_mins(1) {
        return language.pick("刚刚", "just now").to_owned();
    }
    let span = span(language, distance);
    language.pick(format!("{span}前"), format!("{span} ago"))
}

/// An instant by the clock of the place.
pub(in crate::pages) fn moment(language: Language, at: Timestamp, now: Timestamp) -> String {
    let at = CHINA.to_datetime(at);
    format!("{} {}", day(language, at.date(), now), at.strftime("%H:%M"))
}

/// The week in which a wish was published, by its Monday.
pub(in crate::pages) fn week(language: Language, monday: Date, now: Timestamp) -> String {
    let monday = day(language, monday, now);
    language.pick(format!("{monday}那周许下"), format!("wished in the week of {monday}"))
}

/// A day, with its year where that is another than this one.
fn day(language: Language, day: Date, now: Timestamp) -> String {
    let (month, nth) = (day.month(), day.day());
    if day.year() == CHINA.to_datetime(now).year() {
        language.pick(format!("{month}月{nth}日"), day.strftime("%-d %b").to_string())
    } else {
        language.pick(format!("{}年{month}月{nth}日", day.year()), day.strftime("%-d %b %Y").to_string())
    }
}

/// The largest unit that says enough: minutes below two hours, hours below two days, then days.
fn span(language: Language, span: SignedDuration) -> String {
    let (minutes, hours) = (span.as_mins(), span.as_hours());
    let (count, zh, en) = match hours {
        ..2 => (minutes.max(1), "分钟", "minute"),
        2..48 => (hours, "小时", "hour"),
        _ => (hours / 24, "天", "day"),
    };
    let many = if count == 1 { "" } else { "s" };
    language.pick(format!("{count} {zh}"), format!("{count} {en}{many}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_time_are_said_in_the_unit_that_says_enough() {
        let now: Timestamp = "2026-11-28T11:05:00Z".parse().unwrap();
        let after = |minutes: i64| now + SignedDuration::from_mins(minutes);
        for (minutes, zh, en) in [
            (0, "还剩 1 分钟", "1 minute left"),
            (119, "还剩 119 分钟", "119 minutes left"),
            (185, "还剩 3 小时", "3 hours left"),
            (48 * 60, "还剩 2 天", "2 days left"),
            (-60 * 24, "已超过 24 小时", "24 hours overdue"),
        ] {
            assert_eq!(left(Language::Zh, after(minutes), now), zh);
            assert_eq!(left(Language::En, after(minutes), now), en);
        }
        assert_eq!(ago(Language::Zh, now, now), "刚刚");
        assert_eq!(ago(Language::Zh, after(-180), now), "3 小时前");
        assert_eq!(moment(Language::Zh, now, now), "11月28日 19:05");
        assert_eq!(moment(Language::En, now, now), "28 Nov 19:05");
        assert_eq!(week(Language::Zh, jiff::civil::date(2026, 11, 23), now), "11月23日那周许下");
        // Another year by the clock in China, where it is the eve of one elsewhere.
        let next_year: Timestamp = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(moment(Language::Zh, next_year, now), "2027年1月1日 00:00");
        assert_eq!(moment(Language::En, next_year, now), "1 Jan 2027 00:00");
        assert_eq!(week(Language::En, jiff::civil::date(2026, 12, 28), next_year), "wished in the week of 28 Dec 2026");
    }
}
