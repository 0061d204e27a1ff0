//! Values of the contract in the words of people.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wishwell_api::v1::{
    DeliveryMode, LocalizedText, NeedState, Quantity, RecurrencePeriod, ReferralOrigin, ReferralState, ScoreTerm,
    StepReason, Urgency,
};
use wishwell_domain::fact_catalogue::definition;
use wishwell_domain::figures::{Distance, money};
use wishwell_domain::resource;
use wishwell_domain::unit::{UNITS, is_money, many};
use wishwell_domain::zone::told;

use crate::lang::Lang;

const TO_THE_MINUTE: &str = "%Y-%m-%d %H:%M";

/// A text in the reader's language, or in the other when there is none.
pub(super) fn text(text: Option<&LocalizedText>, lang: Lang) -> &str {
    text.map_or("", |text| lang.prefer(&text.en, &text.zh))
}

/// Metres as people say them.
pub(super) fn distance(metres: impl Into<i64>, lang: Lang) -> String {
    let distance = Distance::of_metres(metres.into().unsigned_abs());
    match lang {
        Lang::En => distance.en(),
        Lang::Zh => distance.zh(),
    }
}

/// A share of millionths with three decimals.
pub(super) fn share(millionths: i32) -> String {
    let thousandths = millionths.max(0) / 1_000;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// A unit of the catalogue, as it stands behind a number.
pub(super) fn unit(value: i64, code: &str, lang: Lang) -> String {
    match UNITS.iter().find(|entry| entry.0 == code) {
        Some((_, zh, en)) => lang.pick(&if value == 1 { (*en).to_owned() } else { many(en) }, zh).to_owned(),
        // A newer server's.
        None => code.to_owned(),
    }
}

/// A number of units.
pub(super) fn quantity(quantity: Option<&Quantity>, lang: Lang) -> String {
    quantity.map(|quantity| amount(quantity.value, &quantity.unit, lang)).unwrap_or_default()
}

/// A number of units; money as everywhere.
pub(super) fn amount(value: i64, code: &str, lang: Lang) -> String {
    match code {
        "" => value.to_string(),
        code if is_money(code) => money(value),
        code => format!("{value} {}", unit(value, code, lang)),
    }
}

/// A way of help to reach a person.
pub(super) fn mode(mode: i32, lang: Lang) -> &'static str {
    let mode = match DeliveryMode::try_from(mode).unwrap_or_default() {
        DeliveryMode::OnSite => resource::DeliveryMode::OnSite,
        DeliveryMode::HomeVisit => resource::DeliveryMode::HomeVisit,
        DeliveryMode::Delivery => resource::DeliveryMode::Delivery,
        DeliveryMode::Remote => resource::DeliveryMode::Remote,
        DeliveryMode::Unspecified => return "",
    };
    lang.pick(mode.en(), mode.zh())
}

/// What a fact says, with the key by which it is given.
pub(super) fn fact(key: &str, lang: Lang) -> String {
    let named = definition(key).map(|fact| lang.pick(fact.en, fact.zh).to_owned() + &bracketed(key, lang));
    named.unwrap_or_else(|| key.to_owned())
}

/// What stands in parentheses behind a word.
pub(super) fn bracketed(inside: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(" ({inside})"),
        Lang::Zh => format!("（{inside}）"),
    }
}

/// How soon.
pub(super) fn urgency(urgency: i32, lang: Lang) -> &'static str {
    match Urgency::try_from(urgency).unwrap_or_default() {
        Urgency::Emergency => lang.pick("emergency", "特急"),
        Urgency::Urgent => lang.pick("urgent", "紧急"),
        Urgency::Normal => lang.pick("normal", "一般"),
        Urgency::Low => lang.pick("low", "不急"),
        Urgency::Unspecified => "",
    }
}

/// Where a need stands.
pub(super) fn state(state: i32, lang: Lang) -> &'static str {
    match NeedState::try_from(state).unwrap_or_default() {
        NeedState::Open => lang.pick("open", "待满足"),
        NeedState::PartlyServed => lang.pick("partly served", "部分满足"),
        NeedState::Served => lang.pick("served", "已满足"),
        NeedState::Withdrawn => lang.pick("withdrawn", "已撤回"),
        NeedState::Closed => lang.pick("closed", "已关闭"),
        NeedState::Unspecified => "",
    }
}

/// Where a referral stands.
pub(super) fn referral_state(state: i32, lang: Lang) -> &'static str {
    match ReferralState::try_from(state).unwrap_or_default() {
        ReferralState::Offered => lang.pick("offered", "待答复"),
        ReferralState::Accepted => lang.pick("accepted", "已接受"),
        ReferralState::Declined => lang.pick("declined", "已婉拒"),
        ReferralState::Expired => lang.pick("expired", "超时未答"),
        ReferralState::Withdrawn => lang.pick("withdrawn", "已收回"),
        ReferralState::InProgress => lang.pick("in progress", "服务中"),
        ReferralState::Delivered => lang.pick("delivered", "已提供"),
        ReferralState::Confirmed => lang.pick("confirmed", "已确认"),
        ReferralState::Disputed => lang.pick("disputed", "有异议"),
        ReferralState::Cancelled => lang.pick("cancelled", "已取消"),
        ReferralState::Failed => lang.pick("failed", "未成"),
        ReferralState::Unspecified => "",
    }
}

/// How a referral came about, as pages call it.
pub(super) fn origin(origin: ReferralOrigin, lang: Lang) -> &'static str {
    match origin {
        ReferralOrigin::Chosen => lang.pick("sent to one chosen resource", "指定转介"),
        ReferralOrigin::Automatic => lang.pick("offered automatically", "自动转介"),
        ReferralOrigin::Claim => lang.pick("wish claimed", "心愿认领"),
        ReferralOrigin::Pledge => lang.pick("wish pledged", "心愿认捐"),
        ReferralOrigin::Round => lang.pick("offered by a round", "统筹转介"),
        ReferralOrigin::Unspecified => "",
    }
}

/// Why a step was taken.
pub(super) fn step_reason(reason: i32, lang: Lang) -> &'static str {
    match StepReason::try_from(reason).unwrap_or_default() {
        StepReason::NoCapacity => lang.pick("nothing left after all", "已没有余量"),
        StepReason::OutsideArea => lang.pick("outside the area", "不在服务范围"),
        StepReason::NotEligible => lang.pick("not eligible", "不符合条件"),
        StepReason::NotReachable => lang.pick("could not be reached", "联系不上本人"),
        StepReason::WrongService => lang.pick("not what was asked for", "不是所需的服务"),
        StepReason::NoSuitableTime => lang.pick("no time that suits both", "时间不合适"),
        StepReason::NotWanted => lang.pick("not wanted", "本人不需要了"),
        StepReason::NeedClosed => lang.pick("the need has ended", "需求已结束"),
        StepReason::Shortfall => lang.pick("shortfall", "容量减少，无法履约"),
        StepReason::PoorQuality => lang.pick("of poor quality", "质量不佳或不完整"),
        StepReason::NotDelivered => lang.pick("did not arrive", "没有收到"),
        StepReason::Other => lang.pick("another reason", "其他原因"),
        StepReason::Unspecified => "",
    }
}

/// How often.
pub(super) fn every(period: i32, lang: Lang) -> &'static str {
    match RecurrencePeriod::try_from(period).unwrap_or_default() {
        RecurrencePeriod::Day => lang.pick("a day", "每天"),
        RecurrencePeriod::Week => lang.pick("a week", "每周"),
        RecurrencePeriod::Month => lang.pick("a month", "每月"),
        RecurrencePeriod::Unspecified => "",
    }
}

/// A term of the score.
pub(super) fn term(term: i32, lang: Lang) -> &'static str {
    match ScoreTerm::try_from(term).unwrap_or_default() {
        ScoreTerm::Distance => lang.pick("distance", "距离"),
        ScoreTerm::SpareCapacity => lang.pick("spare", "余量"),
        ScoreTerm::CapacityFreshness => lang.pick("fresh", "容量核实"),
        ScoreTerm::EligibilityCertainty => lang.pick("eligible", "资格明确"),
        ScoreTerm::CategoryExactness => lang.pick("category", "类别贴合"),
        ScoreTerm::TrackRecord => lang.pick("record", "履约"),
        ScoreTerm::RecentContact => lang.pick("contact", "近期联系"),
        ScoreTerm::Scarcity => lang.pick("scarcity", "稀缺"),
        ScoreTerm::Unspecified => "",
    }
}

/// What ends a list that has more entries than were asked for.
pub(super) fn more(limit: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("… there is more than these {limit}: --limit N\n"),
        Lang::Zh => format!("… 未列完，以上为前 {limit} 条，可用 --limit N 多列\n"),
    }
}

/// What stands above a column of times, whose zone is named once.
pub(super) fn times(en: &str, zh: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{en} (Beijing time)"),
        Lang::Zh => format!("{zh}（北京时间）"),
    }
}

/// An instant in the zone in which pages tell times too, to the minute.
pub(super) fn time(instant: Option<&prost_types::Timestamp>) -> String {
    instant_in(instant, &told())
}

/// The same where no column says which zone it is.
pub(super) fn time_alone(instant: Option<&prost_types::Timestamp>) -> String {
    alone_in(instant, &told())
}

/// An instant as a clock on the wall of `zone` shows it, to the minute, with what it is ahead of UTC.
pub(super) fn alone_in(instant: Option<&prost_types::Timestamp>, zone: &TimeZone) -> String {
    let zoned = read(instant).map(|instant| instant.to_zoned_datetime(zone.clone()));
    zoned.map(|zoned| format!("{} {}", zoned.strftime(TO_THE_MINUTE), zoned.offset())).unwrap_or_default()
}

/// An instant as a clock on the wall of `zone` shows it, to the minute.
pub(super) fn instant_in(instant: Option<&prost_types::Timestamp>, zone: &TimeZone) -> String {
    let zoned = read(instant).map(|instant| instant.to_zoned_datetime(zone.clone()));
    zoned.map(|zoned| zoned.strftime(TO_THE_MINUTE).to_string()).unwrap_or_default()
}

fn read(instant: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    instant.and_then(|instant| Timestamp::new(instant.seconds, instant.nanos).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_pages_and_say_so_where_they_stand_alone() {
        let instant = prost_types::Timestamp { seconds: 1_795_507_200, nanos: 0 };
        assert_eq!(time(Some(&instant)), "2026-11-24 16:00");
        assert_eq!(time_alone(Some(&instant)), "2026-11-24 16:00 +08");
        assert_eq!([time(None), time_alone(None)], ["", ""]);
        assert_eq!(times("due", "期限", Lang::Zh), "期限（北京时间）");
    }

    #[test]
    fn figures_read_as_people_say_them() {
        assert_eq!([distance(3_594, Lang::En), distance(3_594, Lang::Zh)], ["3.6 km", "3.6 公里"]);
        assert_eq!(share(873_456), "0.873");
        assert_eq!(share(1_000_000), "1.000");
        assert_eq!(amount(250_050, "fen", Lang::En), "¥2,500.50");
        assert_eq!(amount(2, "piece", Lang::Zh), "2 件");
        assert_eq!(amount(2, "", Lang::Zh), "2");
        for (value, code, en, zh) in [
            (0, "piece", "0 pieces", "0 件"),
            (1, "piece", "1 piece", "1 件"),
            (15, "piece", "15 pieces", "15 件"),
            (3, "box", "3 boxes", "3 箱"),
            (1, "class_hour", "1 class hour", "1 课时"),
            (2, "kg", "2 kilograms", "2 千克"),
            (2, "unheard_of", "2 unheard_of", "2 unheard_of"),
        ] {
            assert_eq!((amount(value, code, Lang::En).as_str(), amount(value, code, Lang::Zh).as_str()), (en, zh));
        }
    }
}
