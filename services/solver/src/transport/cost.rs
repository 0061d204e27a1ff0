//! Numbers that costs are counted in.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A signed integer to count costs in. Whoever chooses one sees to it that nothing overflows.
pub(super) trait Cost:
    Copy
    + Ord
    + Debug
    + Send
    + Sync
    + From<u32>
    + TryFrom<i128>
    + Into<i128>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
{
    const ZERO: Self;
    /// More than any path costs, and far enough from overflow that a path may be added to it.
    const FAR: Self;
}

impl Cost for i64 {
    const ZERO: Self = 0;
    const FAR: Self = i64::MAX / 4;
}

impl Cost for i128 {
    const ZERO: Self = 0;
    const FAR: Self = i128::MAX / 4;
}
