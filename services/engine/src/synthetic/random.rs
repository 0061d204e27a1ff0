//! Numbers that look random and depend on seed, stream and number alone.

use uuid::Uuid;
use wishwell_domain::geo::Point;

/// What numbers are drawn for, so that streams do not depend on one another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Division = 1,
    Organization,
    Pool,
    Resource,
    Need,
    Rule,
    Schedule,
    Entity,
}

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    pub(super) fn new(seed: u64, stream: Stream, at: usize) -> Self {
        let mut random = Self(seed ^ (stream as u64).wrapping_mul(GOLDEN).rotate_left(17));
        random.0 = random.next().wrapping_add((at as u64).wrapping_mul(GOLDEN));
        Self(random.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least 1.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // Below `bound`, so that it fits.
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// From 0 to below 1.
    pub(super) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From -1 to 1.
    pub(super) fn signed(&mut self) -> f64 {
        2.0 * self.fraction() - 1.0
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A UUID of version 7 whose time grows with the number, and that tells kinds of entities apart.
pub(super) fn uuid(seed: u64, stream: Stream, at: usize) -> Uuid {
    let milliseconds = 1_767_225_600_000_u128 + at as u128;
    let tail = Random::new(seed, stream, at).next() & 0x3fff_ffff_ffff_ffff;
    let head = milliseconds << 80 | 0x7 << 76 | (stream as u128) << 64;
    Uuid::from_u128(head | 1 << 63 | u128::from(tail))
}

/// A point from degrees.
pub(super) fn point(latitude: f64, longitude: f64) -> Option<Point> {
    // Units of 1e-7 degree of valid degrees fit.
    #[allow(clippy::cast_possible_truncation)]
    Point::from_e7((latitude * 1e7).round() as i32, (longitude * 1e7).round() as i32)
}
