//! Quantities, distances, instants and durations as people say them.

use jiff::Timestamp;
use jiff::tz::Offset;
use wishwell_api::v1::{Quantity, Recurrence, RecurrencePeriod, Referral, ReferralState};
use wishwell_domain::figures::{Distance, money};
use wishwell_domain::unit::{UNITS, is_money, many};
use wishwell_report::Language;

use super::need::every;

/// All of China keeps one time, eight hours before Greenwich.
pub(in crate::pages) const CHINA: Offset = jiff::tz::offset(8);

/// Metres.
pub(in crate::pages) fn distance(language: Language, metres: i32) -> String {
    let distance = Distance::of_metres(metres.unsigned_abs().into());
    match language {
        Language::Zh => distance.zh(),
        Language::En => distance.en(),
    }
}

/// A unit of the catalogue, as it stands behind a number.
pub(in crate::pages) fn unit(language: Language, code: &str) -> &str {
    UNITS.iter().find(|entry| entry.0 == code).map_or(code, |entry| language.pick(entry.1, entry.2))
}

/// A number of units; money in its main unit.
pub(in crate::pages) fn amount(language: Language, value: i64, unit_code: &str) -> String {
    match unit_code {
        "" => value.to_string(),
        code if is_money(code) => money(value),
        code if value == 1 => format!("{value} {}", unit(language, code)),
        code => format!("{value} {}", units(language, code)),
    }
}

/// A unit of the catalogue as it stands behind more than one.
pub(in crate::pages) fn units(language: Language, code: &str) -> String {
    match language {
        Language::Zh => unit(language, code).to_owned(),
        Language::En => many(unit(language, code)),
    }
}

/// What is left of something over all its occurrences, and in how many.
pub(in crate::pages) fn left(language: Language, left: Option<&Quantity>, recurrence: Option<&Recurrence>) -> String {
    let Some(left) = left else { return String::new() };
    let all = amount(language, left.value, &left.unit);
    match recurrence {
        None => all,
        Some(again) => {
            let (often, long) = (every(language, again.every()), lasting(language, again));
            language.pick(format!("共 {all}（{often}，连续 {long}）"), format!("{all} in all ({often} for {long})"))
        }
    }
}

/// A quantity, and how often it recurs.
pub(in crate::pages) fn quantity(
    language: Language,
    quantity: Option<&Quantity>,
    recurrence: Option<&Recurrence>,
) -> String {
    let Some(quantity) = quantity else { return String::new() };
    let once = amount(language, quantity.value, &quantity.unit);
    match recurrence {
        None => once,
        Some(again) => {
            let (often, long) = (every(language, again.every()), lasting(language, again));
            let total = quantity.value.saturating_mul(again.occurrences.into());
            let all = amount(language, total, &quantity.unit);
            // In English the unit is said once; money carries its own.
            let number = if is_money(&quantity.unit) { all.clone() } else { total.to_string() };
            language.pick(
                format!("{often} {once}，连续 {long}，共 {all}"),
                format!("{once} {often} for {long}, {number} in all"),
            )
        }
    }
}

/// How much has arrived of what was asked for, where that is less than all of it. Whether it is less than was promised is not known any
/// more: who is asked for ten may accept for four. Of what ended early, how much had arrived of what it was for.
pub(in crate::pages) fn arrived(language: Language, referral: &Referral) -> Option<String> {
    if referral.arrived_units > 0 {
        return Some(had_arrived(language, referral));
    }
    let delivered =
        matches!(referral.state(), ReferralState::Delivered | ReferralState::Confirmed | ReferralState::Disputed);
    let quantity = referral.quantity.as_ref().filter(|_| delivered)?;
    let times = referral.recurrence.map_or(1, |again| i64::from(again.occurrences));
    let asked = quantity.value.saturating_mul(times);
    (referral.units < asked).then(|| {
        let (some, all) = (amount(language, referral.units, &quantity.unit), amount(language, asked, &quantity.unit));
        let number = if is_money(&quantity.unit) { some.clone() } else { referral.units.to_string() };
        language.pick(format!("提供 {some}（请求 {all}）"), format!("{number} of the {all} asked for"))
    })
}

/// How much had arrived when a referral ended early.
fn had_arrived(language: Language, referral: &Referral) -> String {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    let (some, all) = (amount(language, referral.arrived_units, unit), amount(language, referral.units, unit));
    let number = if is_money(unit) { some.clone() } else { referral.arrived_units.to_string() };
    language.pick(format!("此前已提供 {some}（约定 {all}）"), format!("{number} of the {all} promised had arrived"))
}

/// How much of what was said to be delivered, and was not, is there still where that was settled.
pub(in crate::pages) fn returned(language: Language, referral: &Referral) -> Option<String> {
    let unit = referral.quantity.as_ref().map_or("", |quantity| quantity.unit.as_str());
    (referral.returned_units > 0).then(|| {
        let some = amount(language, referral.returned_units, unit);
        language.pick(format!("没有用掉或已退回 {some}"), format!("not used, or given back: {some}"))
    })
}

/// For how many days, weeks or months something recurs.
fn lasting(language: Language, again: &Recurrence) -> String {
    periods(language, again.every(), again.occurrences.into())
}

/// So many days, weeks or months.
pub(in crate::pages) fn periods(language: Language, every: RecurrencePeriod, count: i64) -> String {
    let (zh, en) = match every {
        RecurrencePeriod::Day => ("天", "day"),
        RecurrencePeriod::Week => ("周", "week"),
        RecurrencePeriod::Month => ("个月", "month"),
        RecurrencePeriod::Unspecified => ("次", "time"),
    };
    language.pick(format!("{count} {zh}"), counted(count, en))
}

/// An instant of the wire; none where it cannot be one.
pub(in crate::pages) fn instant(time: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok())
}

/// An instant of the wire as [`moment`] tells it; empty where there is none.
pub(in crate::pages) fn clock(time: Option<&prost_types::Timestamp>) -> String {
    instant(time).map(moment).unwrap_or_default()
}

/// An instant as a clock on the wall shows it, to the minute, in either language.
pub(in crate::pages) fn moment(at: Timestamp) -> String {
    CHINA.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// How long, in the two largest units that say something.
pub(in crate::pages) fn duration(language: Language, seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let day = |count: i64| language.pick(format!("{count} 天"), counted(count, "day"));
    let hour = |count: i64| language.pick(format!("{count} 小时"), counted(count, "hour"));
    let minute = |count: i64| language.pick(format!("{count} 分钟"), counted(count, "minute"));
    match (days, hours, minutes) {
        (0, 0, 0) => language.pick("不到 1 分钟".to_owned(), "less than a minute".to_owned()),
        (0, 0, minutes) => minute(minutes),
        (0, hours, 0) => hour(hours),
        (0, hours, minutes) => format!("{} {}", hour(hours), minute(minutes)),
        (days, 0, _) => day(days),
        (days, hours, _) => format!("{} {}", day(days), hour(hours)),
    }
}

fn counted(count: i64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_by_the_clock_in_china() {
        let at = |seconds| prost_types::Timestamp { seconds, nanos: 0 };
        assert_eq!(clock(Some(&at(1_795_507_200))), "2026-11-24 16:00");
        // The eve of a year elsewhere.
        assert_eq!(clock(Some(&at(1_798_732_800))), "2027-01-01 00:00");
        assert_eq!(clock(None), "");
    }

    #[test]
    fn what_recurs_is_said_with_its_total() {
        let (zh, en) = (Language::Zh, Language::En);
        let again = |every: RecurrencePeriod, occurrences| Recurrence { every: every.into(), occurrences };
        let say = |language, value, unit: &str, again: Recurrence| {
            quantity(language, Some(&Quantity { value, unit: unit.to_owned() }), Some(&again))
        };
        let weeks = again(RecurrencePeriod::Week, 3);
        assert_eq!(say(zh, 2, "session", weeks), "每周 2 次，连续 3 周，共 6 次");
        assert_eq!(say(en, 2, "session", weeks), "2 sessions each week for 3 weeks, 6 in all");
        let months = again(RecurrencePeriod::Month, 12);
        assert_eq!(say(zh, 30_000, "fen", months), "每月 ¥300.00，连续 12 个月，共 ¥3,600.00");
        assert_eq!(say(en, 30_000, "fen", months), "¥300.00 each month for 12 months, ¥3,600.00 in all");
        assert_eq!(say(zh, 1, "meal", again(RecurrencePeriod::Day, 1)), "每天 1 餐，连续 1 天，共 1 餐");
        assert_eq!(say(en, 1, "meal", again(RecurrencePeriod::Day, 1)), "1 meal each day for 1 day, 1 in all");
    }

    #[test]
    fn what_arrived_is_said_where_it_is_less_than_was_asked_for() {
        let referral = |state: ReferralState, units| Referral {
            state: state.into(),
            quantity: Some(Quantity { value: 1, unit: "visit".to_owned() }),
            recurrence: Some(Recurrence { every: RecurrencePeriod::Week.into(), occurrences: 12 }),
            units,
            ..Referral::default()
        };
        let one = referral(ReferralState::Delivered, 1);
        assert_eq!(arrived(Language::En, &one).as_deref(), Some("1 of the 12 visits asked for"));
        assert_eq!(arrived(Language::Zh, &one).as_deref(), Some("提供 1 次上门（请求 12 次上门）"));
        assert_eq!(arrived(Language::En, &referral(ReferralState::Confirmed, 12)), None);
        assert_eq!(arrived(Language::En, &referral(ReferralState::Accepted, 1)), None, "nothing has arrived");
        let ended = |state, arrived_units| Referral { arrived_units, ..referral(state, 8) };
        let cancelled = ended(ReferralState::Cancelled, 3);
        assert_eq!(arrived(Language::En, &cancelled).as_deref(), Some("3 of the 8 visits promised had arrived"));
        assert_eq!(arrived(Language::Zh, &cancelled).as_deref(), Some("此前已提供 3 次上门（约定 8 次上门）"));
        assert_eq!(arrived(Language::En, &ended(ReferralState::Failed, 0)), None, "nothing had arrived");
        let settled = Referral { returned_units: 4, ..ended(ReferralState::Failed, 3) };
        assert_eq!(returned(Language::En, &settled).as_deref(), Some("not used, or given back: 4 visits"));
        assert_eq!(returned(Language::Zh, &settled).as_deref(), Some("没有用掉或已退回 4 次上门"));
        assert_eq!(returned(Language::En, &cancelled), None, "of what was called off nobody says so");
        // Accepted for four of ten, and all four delivered: nobody agreed to ten.
        let part = Referral {
            quantity: Some(Quantity { value: 10, unit: "piece".to_owned() }),
            recurrence: None,
            ..referral(ReferralState::Delivered, 4)
        };
        assert_eq!(arrived(Language::En, &part).as_deref(), Some("4 of the 10 pieces asked for"));
        assert_eq!(arrived(Language::Zh, &part).as_deref(), Some("提供 4 件（请求 10 件）"));
        let money = Quantity { value: 300_000, unit: "fen".to_owned() };
        let part = Referral { quantity: Some(money), units: 100_000, ..part };
        assert_eq!(arrived(Language::En, &part).as_deref(), Some("¥1,000.00 of the ¥3,000.00 asked for"));
    }

    #[test]
    fn figures_read_as_people_say_them() {
        let (zh, en) = (Language::Zh, Language::En);
        assert_eq!(amount(zh, 250_050, "fen"), "¥2,500.50");
        assert_eq!(amount(zh, 2, "piece"), "2 件");
        let hours = Quantity { value: 4, unit: "hour".to_owned() };
        let weekly = Recurrence { every: RecurrencePeriod::Week.into(), occurrences: 8 };
        assert_eq!(quantity(zh, Some(&hours), Some(&weekly)), "每周 4 小时，连续 8 周，共 32 小时");
        assert_eq!(quantity(en, Some(&hours), None), "4 hours");
        assert_eq!(left(zh, Some(&hours), Some(&weekly)), "共 4 小时（每周，连续 8 周）");
        assert_eq!(left(en, Some(&hours), Some(&weekly)), "4 hours in all (each week for 8 weeks)");
        assert_eq!(amount(en, 2, "box"), "2 boxes");
        assert_eq!([distance(zh, 3_594), distance(en, 3_594)], ["3.6 公里", "3.6 km"]);
        assert_eq!(duration(zh, 59), "不到 1 分钟");
        assert_eq!(duration(en, 3_600), "1 hour");
        assert_eq!(duration(en, 7_260), "2 hours 1 minute");
        assert_eq!(duration(zh, 90_000), "1 天 1 小时");
        let time = prost_types::Timestamp { seconds: 1_795_507_200, nanos: 0 };
        assert_eq!(clock(Some(&time)), "2026-11-24 16:00");
    }
}
