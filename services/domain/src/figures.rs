//! Figures as people read them: the same on pages, on the command line, in reports and in the reasons of an answer.

use std::fmt::{self, Write as _};

/// Hundredths of a unit of money's main unit.
const FEN_PER_YUAN: u64 = 100;

/// A whole number with its thousands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart(pub u128);

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0..1_000 => write!(f, "{}", self.0),
            _ => write!(f, "{},{:03}", Self(self.0 / 1_000), self.0 % 1_000),
        }
    }
}

/// Money in its main unit: `¥30,000.00`. The one way in which an amount of it is written.
#[must_use]
pub fn money(fen: i64) -> String {
    let (sign, fen) = (if fen < 0 { "−" } else { "" }, fen.unsigned_abs());
    format!("{sign}¥{}.{:02}", Apart((fen / FEN_PER_YUAN).into()), fen % FEN_PER_YUAN)
}

/// A distance, rounded to what says something: whole metres below a kilometre, from there on tenths of a kilometre, from a hundred kilometres
/// on whole ones. A tenth that is none is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    whole: u64,
    tenths: u64,
    is_in_kilometres: bool,
}

impl Distance {
    /// Of so many metres, to the nearest.
    #[must_use]
    pub const fn of_metres(metres: u64) -> Self {
        match metres {
            0..1_000 => Self { whole: metres, tenths: 0, is_in_kilometres: false },
            1_000..99_950 => {
                let tenths = (metres + 50) / 100;
                Self { whole: tenths / 10, tenths: tenths % 10, is_in_kilometres: true }
            }
            _ => Self { whole: metres.saturating_add(500) / 1_000, tenths: 0, is_in_kilometres: true },
        }
    }

    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> String {
        let mut text = String::new();
        self.add_zh_to(&mut text);
        text
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> String {
        let mut text = String::new();
        self.add_en_to(&mut text);
        text
    }

    /// Adds it in Chinese.
    pub fn add_zh_to(self, text: &mut String) {
        self.add_number_to(text);
        text.push_str(if self.is_in_kilometres { " 公里" } else { " 米" });
    }

    /// Adds it in English.
    pub fn add_en_to(self, text: &mut String) {
        self.add_number_to(text);
        text.push_str(if self.is_in_kilometres { " km" } else { " m" });
    }

    /// Digit by digit where nearly all distances are: the machinery of `format!` costs an answer more than judging what it tells.
    fn add_number_to(self, text: &mut String) {
        let digit = |at: u64| char::from_digit(u32::try_from(self.whole / at % 10).unwrap_or_default(), 10);
        match self.whole {
            0..10 => text.extend(digit(1)),
            10..100 => text.extend([digit(10), digit(1)].into_iter().flatten()),
            100..1_000 => text.extend([digit(100), digit(10), digit(1)].into_iter().flatten()),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(text, "{}", Apart(self.whole.into()));
            }
        }
        if self.tenths > 0 {
            text.push('.');
            text.extend(char::from_digit(u32::try_from(self.tenths).unwrap_or_default(), 10));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (u128::from(u64::MAX), "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(Apart(number).to_string(), shown);
        }
    }

    #[test]
    fn money_is_told_to_the_fen_in_yuan() {
        for (fen, shown) in [
            (0, "¥0.00"),
            (1, "¥0.01"),
            (250_050, "¥2,500.50"),
            (3_000_000, "¥30,000.00"),
            (100_000_000_000_007, "¥1,000,000,000,000.07"),
            (-1_205, "−¥12.05"),
            (i64::MIN, "−¥92,233,720,368,547,758.08"),
        ] {
            assert_eq!(money(fen), shown);
        }
    }

    #[test]
    fn distances_are_rounded_to_the_nearest_and_read_alike_in_both_languages() {
        for (metres, number, zh, en) in [
            (0, "0", "米", "m"),
            (7, "7", "米", "m"),
            (64, "64", "米", "m"),
            (656, "656", "米", "m"),
            (999, "999", "米", "m"),
            (1_000, "1", "公里", "km"),
            (1_049, "1", "公里", "km"),
            (1_050, "1.1", "公里", "km"),
            (3_594, "3.6", "公里", "km"),
            (12_440, "12.4", "公里", "km"),
            (12_460, "12.5", "公里", "km"),
            (99_949, "99.9", "公里", "km"),
            (99_950, "100", "公里", "km"),
            (123_499, "123", "公里", "km"),
            (1_234_567, "1,235", "公里", "km"),
            (u64::MAX, "18,446,744,073,709,551", "公里", "km"),
        ] {
            let distance = Distance::of_metres(metres);
            assert_eq!(
                (distance.zh(), distance.en()),
                (format!("{number} {zh}"), format!("{number} {en}")),
                "{metres}"
            );
        }
    }
}
