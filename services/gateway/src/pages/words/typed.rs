//! Amounts as people type and read them: money in its main unit, to the hundredth of it, and everything else in whole units of its own.
//! Nothing else makes the one of the other.

pub(crate) use wishwell_domain::unit::is_money;
use wishwell_report::Language;

use super::figures;

/// How many of them its main unit has.
const FEN_PER_YUAN: i64 = 100;
/// Places behind the point.
const PLACES: usize = 2;

/// How many of a unit are one of that in which amounts are typed.
pub(crate) fn per(unit: &str) -> u64 {
    if is_money(unit) { FEN_PER_YUAN.unsigned_abs() } else { 1 }
}

/// The unit in which amounts are typed.
pub(crate) fn unit(language: Language, code: &str) -> &str {
    if is_money(code) { language.pick("元", "yuan") } else { figures::unit(language, code) }
}

/// The same for many of them.
pub(in crate::pages) fn units(language: Language, code: &str) -> String {
    if code.is_empty() || is_money(code) { unit(language, code).to_owned() } else { figures::units(language, code) }
}

/// An amount as a field holds it.
pub(in crate::pages) fn value(amount: i64, unit: &str) -> String {
    match (is_money(unit), amount / FEN_PER_YUAN, amount % FEN_PER_YUAN) {
        (false, ..) => amount.to_string(),
        (true, yuan, 0) => yuan.to_string(),
        (true, yuan, fen) => format!("{yuan}.{fen:02}"),
    }
}

/// What was typed; none where it is no amount of the unit, or too large for one.
pub(in crate::pages) fn read(entered: &str, unit: &str) -> Option<i64> {
    let entered = entered.trim();
    if is_money(unit) { fen(entered) } else { entered.parse().ok().filter(|number: &i64| *number >= 0) }
}

/// Money to the hundredth, digit by digit: no figure of it is ever rounded.
fn fen(entered: &str) -> Option<i64> {
    let (yuan, hundredths) = match entered.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (entered, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || !digits(yuan) || !digits(hundredths) || hundredths.len() > PLACES {
        return None;
    }
    let hundredths: i64 = format!("{hundredths:0<PLACES$}").parse().ok()?;
    yuan.parse::<i64>().ok()?.checked_mul(FEN_PER_YUAN)?.checked_add(hundredths)
}

/// Why something typed is no amount of the unit.
pub(in crate::pages) fn refused(language: Language, entered: &str, unit: &str) -> String {
    if is_money(unit) {
        return language.pick(
            format!("“{entered}”不是金额，请填元，最多两位小数，例如 3000 或 3000.50。"),
            format!("“{entered}” is no amount of money; please enter yuan with at most two decimals, such as 3000 or 3000.50."),
        );
    }
    language.pick(
        format!("“{entered}”不是数量，请填整数。"),
        format!("“{entered}” is no quantity; please enter a whole number."),
    )
}

#[cfg(test)]
mod tests {
    use wishwell_domain::figures::money;

    use super::*;

    #[test]
    fn money_is_read_to_the_fen_and_written_as_it_was_read() {
        for (entered, fen, shown) in [
            ("3000", 300_000, "¥3,000.00"),
            (" 3000.5 ", 300_050, "¥3,000.50"),
            ("3000.05", 300_005, "¥3,000.05"),
            ("0.01", 1, "¥0.01"),
            ("0", 0, "¥0.00"),
            // No number between them and the next is a fraction of two.
            ("0.29", 29, "¥0.29"),
            ("1000000000000.07", 100_000_000_000_007, "¥1,000,000,000,000.07"),
        ] {
            assert_eq!(read(entered, "fen"), Some(fen), "{entered}");
            assert_eq!(money(fen), shown);
            assert_eq!(read(&value(fen, "fen"), "fen"), Some(fen), "{entered}");
        }
        assert_eq!([value(300_000, "fen"), value(300_005, "fen")], ["3000", "3000.05"]);
        for wrong in ["", "-1", "+1", "1.", ".5", "1.005", "1,000", "1e3", "一", "1.2.3", "99999999999999999999"] {
            assert_eq!(read(wrong, "fen"), None, "{wrong}");
        }
    }

    #[test]
    fn everything_else_is_whole() {
        assert_eq!(read(" 12 ", "piece"), Some(12));
        for wrong in ["", "-1", "1.5", "一", "99999999999999999999"] {
            assert_eq!(read(wrong, "piece"), None, "{wrong}");
        }
        assert_eq!((value(12, "piece").as_str(), unit(Language::Zh, "piece")), ("12", "件"));
        assert_eq!(units(Language::En, "piece"), "pieces");
        assert_eq!([unit(Language::Zh, "fen"), unit(Language::En, "fen")], ["元", "yuan"]);
    }
}
