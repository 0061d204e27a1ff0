//! Where everything that is left to chance comes from.

use jiff::Timestamp;
use uuid::Uuid;

/// SplitMix64: the same seed throws the same numbers, on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to before `bound`, which is at least 1.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(usize::try_from(to - from + 1).unwrap())).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// An identifier of version 7 made at `now`; those of one instant are in no order.
    pub(crate) fn uuid(&mut self, now: Timestamp) -> Uuid {
        let milliseconds = u128::try_from(now.as_millisecond()).unwrap();
        let random = (u128::from(self.next()) << 64 | u128::from(self.next())) & 0x0fff_3fff_ffff_ffff_ffff;
        Uuid::from_u128(milliseconds << 80 | random | 0x7000_8000_0000_0000_0000)
    }
}
