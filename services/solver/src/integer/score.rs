//! What a plan reaches, kept while the plan changes.

use wishwell_allocation::{Level, ProblemParts, Segment, limits};

/// Most levels an objective has: tiers, guarantees, distance and load.
const LEVELS_MAX: usize = limits::TIERS_MAX as usize + 3;

/// One figure a level, most important first; levels that the problem does not have stay 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score([i128; LEVELS_MAX]);

impl Score {
    pub(super) fn add(&mut self, place: usize, figure: i128) {
        self.0[place] += figure;
    }
}

/// The place of each level in a score.
#[derive(Clone, Debug)]
pub(super) struct Places {
    tiers: [usize; limits::TIERS_MAX as usize],
    pub(super) guarantee: usize,
    pub(super) distance: usize,
    pub(super) load: usize,
}

impl Places {
    pub(super) fn of(parts: &ProblemParts) -> Self {
        let mut places = Self { tiers: [0; limits::TIERS_MAX as usize], guarantee: 0, distance: 0, load: 0 };
        for (place, level) in parts.levels.iter().enumerate() {
            match level {
                Level::Tier(tier) => {
                    if let Some(of) = places.tiers.get_mut(usize::from(*tier)) {
                        *of = place;
                    }
                }
                Level::Guarantee => places.guarantee = place,
                Level::Distance => places.distance = place,
                Level::Load => places.load = place,
            }
        }
        places
    }

    pub(super) fn tier(&self, tier: u8) -> usize {
        self.tiers[usize::from(tier)]
    }
}

/// The price of so many units, segments filled from the first.
pub(super) fn priced(segments: &[Segment], units: u64) -> i128 {
    let mut left = units;
    let mut sum = 0;
    for segment in segments {
        let taken = left.min(segment.units);
        sum += i128::from(taken) * i128::from(segment.price);
        left -= taken;
    }
    sum
}
