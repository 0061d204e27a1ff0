//! How far away an instant is, as people say it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use wishwell_report::Language;

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

/// The week in which a wish was published, by its Monday.
pub(in crate::pages) fn week(language: Language, monday: Date) -> String {
    language.pick(format!("{monday} 那周许下"), format!("wished in the week of {monday}"))
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
        let monday = jiff::civil::date(2026, 11, 23);
        assert_eq!(week(Language::Zh, monday), "2026-11-23 那周许下");
        assert_eq!(week(Language::En, monday), "wished in the week of 2026-11-23");
    }
}
