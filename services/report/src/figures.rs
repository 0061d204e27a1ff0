//! Figures as people say them.

use crate::language::Language;

/// A whole number with its thousands apart.
pub(crate) fn count(value: impl Into<i128>) -> String {
    let value: i128 = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

/// Metres: below a kilometre as metres, above in kilometres with one decimal, from a hundred without.
pub(crate) fn distance(language: Language, metres: u64) -> String {
    let (metre, kilometre) = language.pick((" 米", " 公里"), (" m", " km"));
    match metres {
        0..1_000 => format!("{metres}{metre}"),
        1_000..99_950 => {
            let tenths = (metres + 50) / 100;
            format!("{}.{}{kilometre}", tenths / 10, tenths % 10)
        }
        _ => format!("{}{kilometre}", count((metres + 500) / 1_000)),
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
        assert_eq!(distance(Language::Zh, 12_440), "12.4 公里");
        assert_eq!(distance(Language::En, 99_960), "100 km");
        assert_eq!(days(Language::En, 86_400), "1 day");
        assert_eq!(days(Language::Zh, 3 * 86_400 + 17_280), "3.2 天");
    }

    #[test]
    fn parts_of_a_unit_are_shown_as_decimals() {
        assert_eq!(parts(2520 * 3 + 1260, 2520), "3.5");
        assert_eq!(parts(-2520, 2520), "−1");
        assert_eq!(parts(840, 2520), "0.33");
    }
}
