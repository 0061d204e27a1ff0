//! Figures as people say them.

use wishwell_domain::figures::{Apart, Distance, money};
use wishwell_domain::text::LocalizedText;
use wishwell_domain::unit::many;

use crate::language::Language;

/// So many parts are one of the unit where money is counted, in its main unit.
const PARTS_OF_MONEY: u64 = 100;

/// A whole number with its thousands apart.
pub(crate) fn count(value: impl Into<i128>) -> String {
    let value: i128 = value.into();
    format!("{}{}", if value < 0 { "−" } else { "" }, Apart(value.unsigned_abs()))
}

/// A count with what is counted, in English in the number it needs: `1 item`, `2 items`; `2 项`.
pub(crate) fn counted(language: Language, value: u64, zh: &str, one: &str, many: &str) -> String {
    let number = count(value);
    language.pick(format!("{number} {zh}"), format!("{number} {}", if value == 1 { one } else { many }))
}

/// Part of a whole in per cent with one decimal. All is 100% and nothing is 0%, and only they are.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let exact = u128::from(part) * 1000;
    let rounded = (exact + u128::from(whole) / 2) / u128::from(whole);
    let thousandths = match part {
        0 => 0,
        part if part >= whole => 1000,
        _ => rounded.clamp(1, 999),
    };
    match thousandths % 10 {
        0 => format!("{}%", thousandths / 10),
        tenth => format!("{}.{tenth}%", thousandths / 10),
    }
}

/// Metres.
pub(crate) fn distance(language: Language, metres: u64) -> String {
    let distance = Distance::of_metres(metres);
    match language {
        Language::Zh => distance.zh(),
        Language::En => distance.en(),
    }
}

/// Seconds as days with one decimal.
pub(crate) fn days(language: Language, seconds: u64) -> String {
    let tenths = (u128::from(seconds) * 10 + 43_200) / 86_400;
    let number = match tenths % 10 {
        0 => count((tenths / 10) as i128),
        tenth => format!("{}.{tenth}", count((tenths / 10) as i128)),
    };
    language.pick(format!("{number} 天"), format!("{number} {}", if tenths == 10 { "day" } else { "days" }))
}

/// A whole number of parts, `per` to the unit, as units with up to two decimals.
pub(crate) fn parts(value: i128, per: u64) -> String {
    let per = i128::from(per.max(1));
    let hundredths = (value.abs() % per) * 100 / per;
    let whole = count(value.abs() / per);
    let sign = if value < 0 { "−" } else { "" };
    match hundredths {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    }
}

/// So many parts of a unit, `per` to one: money as it is written everywhere, anything else with its unit.
pub(crate) fn amount(language: Language, parts_of: u64, per: u64, unit: &LocalizedText) -> String {
    match (i64::try_from(parts_of), language) {
        (Ok(fen), _) if per == PARTS_OF_MONEY => money(fen),
        (_, Language::En) if parts_of != per => format!("{} {}", parts(parts_of.into(), per), many(language.of(unit))),
        _ => format!("{} {}", parts(parts_of.into(), per), language.of(unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(-1_234_567), "−1,234,567");
    }

    #[test]
    fn only_all_is_a_hundred_per_cent_and_only_nothing_is_none() {
        assert_eq!(percent(53, 71), "74.6%");
        assert_eq!(percent(1, 2), "50%");
        assert_eq!(percent(99_999, 100_000), "99.9%");
        assert_eq!(percent(1, 100_000), "0.1%");
        assert_eq!(percent(7, 7), "100%");
        assert_eq!(percent(0, 7), "0%");
        assert_eq!(percent(0, 0), "–");
    }

    #[test]
    fn distances_and_days_read_as_people_say_them() {
        assert_eq!(distance(Language::En, 850), "850 m");
        assert_eq!(distance(Language::Zh, 3_594), "3.6 公里");
        assert_eq!(days(Language::En, 86_400), "1 day");
        assert_eq!(days(Language::Zh, 3 * 86_400 + 17_280), "3.2 天");
    }

    #[test]
    fn parts_of_a_unit_are_shown_as_decimals() {
        assert_eq!(parts(2520 * 3 + 1260, 2520), "3.5");
        assert_eq!(parts(-2520, 2520), "−1");
        assert_eq!(parts(840, 2520), "0.33");
    }

    #[test]
    fn an_amount_is_told_in_its_unit_and_money_as_everywhere() {
        let (yuan, box_of) = (LocalizedText::new("元", "yuan"), LocalizedText::new("箱", "box"));
        for (parts_of, per, unit, zh, en) in [
            (12_345_600, 100, &yuan, "¥123,456.00", "¥123,456.00"),
            (100, 100, &yuan, "¥1.00", "¥1.00"),
            (1, 1, &box_of, "1 箱", "1 box"),
            (1_200, 1, &box_of, "1,200 箱", "1,200 boxes"),
        ] {
            assert_eq!(amount(Language::Zh, parts_of, per, unit), zh);
            assert_eq!(amount(Language::En, parts_of, per, unit), en);
        }
    }
}
