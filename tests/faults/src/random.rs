//! Random numbers that a seed decides (SplitMix64: Steele, Lea and Flood, 2014).

use std::time::Duration;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for part of a campaign.
    #[must_use]
    pub fn fork(&self, part: u64) -> Self {
        let mut fork = Self(self.0 ^ part.wrapping_mul(0xd134_2543_de82_ef95));
        fork.next();
        fork
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// Whether something of this likelihood in a hundred happens.
    pub fn percent(&mut self, likelihood: usize) -> bool {
        self.below(100) < likelihood
    }

    /// A time between two.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let room = most.saturating_sub(least).as_micros();
        let room = u64::try_from(room).unwrap_or(u64::MAX).max(1);
        least + Duration::from_micros(self.next() % room)
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    /// A request id.
    pub fn uuid(&mut self) -> uuid::Uuid {
        uuid::Builder::from_u128(u128::from(self.next()) << 64 | u128::from(self.next())).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_parts_differ() {
        let (mut one, mut again) = (Random::new(7), Random::new(7));
        assert!((0..100).all(|_| one.next() == again.next()));
        assert_ne!(Random::new(7).fork(1).next(), Random::new(7).fork(2).next());
        assert!((0..1000).all(|_| one.below(3) < 3));
    }
}
