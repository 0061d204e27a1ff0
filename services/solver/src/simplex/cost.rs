//! The integers that costs and prices are counted in.

use std::fmt::Debug;
use std::ops::{Add, Neg, Sub};

/// A signed integer that is wide enough for a network's costs: 64 bits where they fit, else 128.
pub(super) trait Cost:
    Copy + Ord + Debug + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Neg<Output = Self> + 'static
{
    /// Nothing.
    const ZERO: Self;

    /// The farthest from zero that an artificial cost may be: three of them in one sum do not overflow.
    const FAR: i128;

    /// The same number; what does not fit is cut off, which callers rule out beforehand.
    fn of(value: i128) -> Self;

    /// The same number.
    fn wide(self) -> i128;
}

impl Cost for i64 {
    const ZERO: Self = 0;
    const FAR: i128 = 1 << 61;

    fn of(value: i128) -> Self {
        debug_assert!(Self::try_from(value).is_ok());
        value as Self
    }

    fn wide(self) -> i128 {
        i128::from(self)
    }
}

impl Cost for i128 {
    const ZERO: Self = 0;
    const FAR: i128 = 1 << 125;

    fn of(value: i128) -> Self {
        value
    }

    fn wide(self) -> i128 {
        self
    }
}
