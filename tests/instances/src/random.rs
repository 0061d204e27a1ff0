//! Numbers that look random and are the same for the same seed.

/// Steele, Lea and Flood's SplitMix64 ("Fast splittable pseudorandom number generators", OOPSLA 2014), from this seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below this one, which is above 0.
    pub(crate) const fn below(&mut self, most: u64) -> u64 {
        ((self.next() as u128 * most as u128) >> 64) as u64
    }
}
