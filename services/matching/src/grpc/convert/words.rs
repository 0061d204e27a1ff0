//! Reasons in words, Chinese and English: what is missing and what would have to change.

use jiff::Timestamp;
use jiff::civil::DateTime;

use wishwell_domain::organization::OrganizationState;
use wishwell_domain::resource::DeliveryMode;
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::Unit;
use wishwell_engine::{ModeSet, Reason, ResourceRef, Snapshot};

/// A near miss's reason in words.
pub(crate) fn reason(snapshot: &Snapshot, unit: Unit, missed: ResourceRef, reason: &Reason) -> LocalizedText {
    let (zh, en) = match *reason {
        Reason::Category => ("类别不符".to_owned(), "another category".to_owned()),
        Reason::Unit { counted_in } => (
            format!("按“{}”计量,而需求按“{}”", counted_in.zh(), unit.zh()),
            format!("counted in {}, the need in {}", counted_in.en(), unit.en()),
        ),
        Reason::OrganizationNotVerified { state } => match state {
            OrganizationState::Suspended => ("机构已暂停".to_owned(), "the organization is suspended".to_owned()),
            _ => ("机构尚未通过审核".to_owned(), "the organization is not verified yet".to_owned()),
        },
        Reason::NotVettedForMinors { expired_on } => vetting(expired_on, "未成年人服务", "work with minors"),
        Reason::NotVettedForHomeVisits { expired_on } => vetting(expired_on, "入户服务", "visits to homes"),
        Reason::Mode { offered } => modes(offered),
        Reason::TooFar { distance_metres, limit_metres } => (
            format!("距离{},可出行{}", kilometres_zh(distance_metres), kilometres_zh(limit_metres)),
            format!("{} away, can travel {}", kilometres_en(distance_metres), kilometres_en(limit_metres)),
        ),
        Reason::OutsideArea { distance_metres, radius_metres, polygon_metres, division } => {
            outside(snapshot, distance_metres, radius_metres, polygon_metres, division)
        }
        Reason::ClosedInWindow { next_opening: Some(at) } => {
            let at = local(snapshot, missed, at);
            (
                format!("需求时段内不开放,{}再开放", at.strftime("%-m月%-d日 %H:%M")),
                format!("closed in the time wanted, opens again on {}", at.strftime("%-d %B at %H:%M")),
            )
        }
        Reason::ClosedInWindow { next_opening: None } => {
            ("需求时段内不开放".to_owned(), "closed in the time wanted".to_owned())
        }
        Reason::NoCapacity { asked, remaining, next_free, occurrences } => {
            capacity(unit, asked, remaining, next_free, occurrences)
        }
        Reason::Ineligible { .. } => {
            let (zh, en) = snapshot.eligibility_statement(missed).unwrap_or(("", ""));
            let (zh, en) = (if zh.is_empty() { en } else { zh }, if en.is_empty() { zh } else { en });
            (format!("不符合条件:{zh}"), format!("not eligible: {en}"))
        }
        Reason::Paused => ("暂不提供".to_owned(), "paused".to_owned()),
        Reason::NotValidYet { valid_from } => (
            format!("自{}起提供", valid_from.strftime("%Y年%-m月%-d日")),
            format!("offered from {}", valid_from.strftime("%-d %B %Y")),
        ),
        Reason::Expired { valid_until } => (
            format!("已于{}结束", valid_until.strftime("%Y年%-m月%-d日")),
            format!("ended on {}", valid_until.strftime("%-d %B %Y")),
        ),
    };
    LocalizedText { zh, en }
}

/// An instant in the time of a resource's place.
fn local(snapshot: &Snapshot, resource: ResourceRef, at: Timestamp) -> DateTime {
    let offset = snapshot.time_zone(resource).map_or(0, |zone| zone.span_at(at.as_second()).offset);
    let offset = i32::try_from(offset).unwrap_or_default();
    jiff::tz::Offset::from_seconds(offset).unwrap_or(jiff::tz::Offset::UTC).to_datetime(at)
}

fn vetting(expired_on: Option<jiff::civil::Date>, zh: &str, en: &str) -> (String, String) {
    match expired_on {
        Some(date) => (
            format!("机构的{zh}资质已于{}到期", date.strftime("%Y年%-m月%-d日")),
            format!("the organization's vetting for {en} ran out on {}", date.strftime("%-d %B %Y")),
        ),
        None => (format!("机构未取得{zh}资质"), format!("the organization is not vetted for {en}")),
    }
}

const fn mode_words(mode: DeliveryMode) -> (&'static str, &'static str) {
    match mode {
        DeliveryMode::OnSite => ("到店", "on site"),
        DeliveryMode::HomeVisit => ("入户", "at home"),
        DeliveryMode::Delivery => ("送货上门", "by delivery"),
        DeliveryMode::Remote => ("线上", "remotely"),
    }
}

fn modes(offered: ModeSet) -> (String, String) {
    let (zh, en): (Vec<_>, Vec<_>) = offered.iter().map(mode_words).unzip();
    (format!("只能{}提供", zh.join("、")), format!("only offered {}", en.join(", ")))
}

fn outside(
    snapshot: &Snapshot,
    distance_metres: Option<u32>,
    radius_metres: Option<u32>,
    polygon_metres: Option<u32>,
    division: Option<u32>,
) -> (String, String) {
    if let (Some(distance), Some(radius)) = (distance_metres, radius_metres) {
        return (
            format!("距离{},服务半径{}", kilometres_zh(distance), kilometres_zh(radius)),
            format!("{} away, radius {}", kilometres_en(distance), kilometres_en(radius)),
        );
    }
    if let Some(beyond) = polygon_metres {
        return (
            format!("在服务范围外{}", kilometres_zh(beyond)),
            format!("{} outside its service area", kilometres_en(beyond)),
        );
    }
    match division.and_then(|division| snapshot.division_name(division)) {
        Some((code, zh, en)) => {
            let code = code.as_str();
            let zh_name = [zh, en, code].into_iter().find(|name| !name.is_empty()).unwrap_or(code);
            let en_name = [en, zh, code].into_iter().find(|name| !name.is_empty()).unwrap_or(code);
            (format!("只服务{zh_name}"), format!("serves {en_name} only"))
        }
        None => ("不在服务范围内".to_owned(), "outside its service area".to_owned()),
    }
}

fn capacity(
    unit: Unit,
    asked: i64,
    remaining: i64,
    next_free: Option<jiff::civil::Date>,
    occurrences: Option<(u32, u32)>,
) -> (String, String) {
    let (mut zh, mut en) = match occurrences {
        Some((served, requested)) => {
            (format!("{requested}次中只能安排{served}次"), format!("can serve {served} of {requested} occurrences"))
        }
        None if remaining == 0 => ("已约满".to_owned(), "fully used".to_owned()),
        None => (
            format!("剩余{remaining}{},需要{asked}{}", unit.zh(), unit.zh()),
            format!("{remaining} {} left, {asked} needed", unit.en()),
        ),
    };
    if let Some(date) = next_free {
        zh.push_str(&format!(",{}起有名额", date.strftime("%-m月%-d日")));
        en.push_str(&format!(", free again on {}", date.strftime("%-d %B")));
    }
    (zh, en)
}

fn kilometres_zh(metres: u32) -> String {
    if metres < 1_000 { format!("{metres}米") } else { format!("{}公里", tenths(metres)) }
}

fn kilometres_en(metres: u32) -> String {
    if metres < 1_000 { format!("{metres} m") } else { format!("{} km", tenths(metres)) }
}

/// Kilometres with one decimal, without a trailing `.0`.
fn tenths(metres: u32) -> String {
    let tenths = (metres + 50) / 100;
    if tenths.is_multiple_of(10) { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_read_as_people_say_them() {
        for (metres, zh, en) in
            [(0, "0米", "0 m"), (999, "999米", "999 m"), (8_000, "8公里", "8 km"), (12_449, "12.4公里", "12.4 km")]
        {
            assert_eq!((kilometres_zh(metres).as_str(), kilometres_en(metres).as_str()), (zh, en));
        }
    }

    #[test]
    fn what_is_free_later_says_when() {
        let date = jiff::civil::date(2026, 12, 2);
        assert_eq!(
            capacity(Unit::parse("unit", "visit").unwrap_or_else(|e| unreachable!("{e}")), 1, 0, Some(date), None).1,
            "fully used, free again on 2 December"
        );
    }
}
