//! Administrative divisions, with their edition year and an explicit parent.

use serde::{Deserialize, Serialize};

use crate::geo::Point;
use crate::ids::{DivisionCode, Version};
use crate::text::LocalizedText;

/// One division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// Statistical division code.
    pub code: DivisionCode,
    /// Year of the edition the code is from.
    pub edition_year: i16,
    /// The division above; codes are not paths.
    pub parent: Option<DivisionCode>,
    /// Name in Chinese and English.
    pub name: LocalizedText,
    /// A point to place it on a map by (its office), where known.
    pub centre: Option<Point>,
    /// Version, counted from 1.
    pub version: Version,
}
