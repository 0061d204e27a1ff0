//! Cleaning of single values: pure functions that say which rules they applied.

pub(crate) mod mojibake;
pub(crate) mod places;
pub(crate) mod points;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod week;
