//! The catalogue of units in which quantities are counted.

use serde::{Deserialize, Serialize};

use crate::error::{Field, Violation};

/// A unit of the catalogue, by its place in [`UNITS`]. Two quantities compare only in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit(u8);

/// One entry of the catalogue: code, Chinese name as it stands behind a figure, English name.
pub type UnitEntry = (&'static str, &'static str, &'static str);

/// The catalogue, in the order of their codes' first use; entries are only ever appended.
pub const UNITS: &[UnitEntry] = &[
    ("piece", "件", "piece"),
    ("set", "套", "set"),
    ("kit", "组", "kit"),
    ("pair", "双", "pair"),
    ("box", "箱", "box"),
    ("kg", "千克", "kilogram"),
    ("litre", "升", "litre"),
    ("minute", "分钟", "minute"),
    ("hour", "小时", "hour"),
    ("day", "天", "day"),
    ("night", "晚", "night"),
    ("week", "周", "week"),
    ("month", "个月", "month"),
    ("term", "个学期", "school term"),
    ("visit", "次上门", "visit"),
    ("session", "次", "session"),
    ("trip", "趟", "trip"),
    ("meal", "餐", "meal"),
    ("person", "人", "person"),
    ("place", "个名额", "place"),
    ("bed", "张床位", "bed"),
    ("job", "个岗位", "job"),
    ("case", "例", "case"),
    ("household", "户", "household"),
    ("fen", "分（人民币）", "fen (CNY minor unit)"),
    ("minor_unit", "最小货币单位", "minor currency unit"),
    ("item", "项", "item"),
    ("portion", "份", "portion"),
    ("bag", "袋", "bag"),
    ("bottle", "瓶", "bottle"),
    ("call", "通电话", "call"),
    ("class_hour", "课时", "class hour"),
    ("square_metre", "平方米", "square metre"),
    ("kilometre", "公里", "kilometre"),
];

/// The unit that money is counted in.
const MONEY: &str = "fen";

/// Whether an amount in a unit is money, which people count in its main unit.
#[must_use]
pub fn is_money(code: &str) -> bool {
    code == MONEY
}

/// An English name as it stands behind any number but one.
#[must_use]
pub fn many(en: &str) -> String {
    format!("{en}{}", if en.ends_with('x') { "es" } else { "s" })
}

impl Unit {
    /// What is counted one by one: the first of the catalogue.
    pub const PIECE: Self = Self(0);

    /// Looks a unit up by its code.
    ///
    /// # Errors
    /// A violation of rule `unit` for `field` when the catalogue has no such unit.
    pub fn parse(field: impl Field, code: &str) -> Result<Self, Violation> {
        UNITS.iter().position(|entry| entry.0 == code).and_then(|index| u8::try_from(index).ok()).map(Self).ok_or_else(
            || {
                let codes: Vec<_> = UNITS.iter().map(|entry| entry.0).collect();
                Violation::new(field, "unit", format!("must be one of {}", codes.join(", "))).with_value(code)
            },
        )
    }

    fn entry(self) -> UnitEntry {
        UNITS.get(usize::from(self.0)).copied().unwrap_or(("", "", ""))
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// Its Chinese name.
    #[must_use]
    pub fn zh(self) -> &'static str {
        self.entry().1
    }

    /// Its English name.
    #[must_use]
    pub fn en(self) -> &'static str {
        self.entry().2
    }

    /// Its place in the catalogue.
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }
}

impl TryFrom<String> for Unit {
    type Error = Violation;
    fn try_from(code: String) -> Result<Self, Violation> {
        Self::parse("unit", &code)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.code().to_owned()
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
