//! Made-up problems with everything in them: caps and groups in forests, convex prices of load, tiers and worths, and if wanted what
//! needs whole numbers.

use wishwell_allocation::{
    Bundle, Cap, Contacts, Group, Item, Level, Partners, Pool, Problem, ProblemError, ProblemParts, Segment, Split,
};

use crate::random::Random;

/// Makes up problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixed {
    /// The same seed makes the same problem.
    pub seed: u64,
    /// Items.
    pub items: u32,
    /// Pools.
    pub pools: u32,
    /// Whether some of it needs whole numbers.
    pub whole: bool,
}

const TIERS: u64 = 3;
const ARCS_EACH_MAX: u64 = 8;
const DISTANCE: u64 = 100;
const POOLS_PER_PARTNER: u32 = 3;

impl Mixed {
    /// Makes it.
    ///
    /// # Errors
    ///
    /// Sizes beyond the limits of a problem.
    pub fn make(&self) -> Result<Problem, ProblemError> {
        let mut random = Random(self.seed);
        // Few enough that all levels fit into one 64-bit price, which is all that some peers have.
        let (caps, groups) = (self.pools / 20 + 2, self.items / 400 + 2);
        let mut parts = ProblemParts {
            levels: (0..TIERS as u8).map(Level::Tier).chain([Level::Guarantee, Level::Distance, Level::Load]).collect(),
            pools: (0..self.pools).map(|nth| pool(&mut random, nth, caps)).collect(),
            caps: (0..caps)
                .map(|nth| Cap { segments: segments(&mut random, 150), cap: above(&mut random, nth) })
                .collect(),
            groups: (0..groups)
                .map(|nth| Group { guarantee: random.below(60), group: above(&mut random, nth) })
                .collect(),
            first: vec![0],
            ..ProblemParts::default()
        };
        for _ in 0..self.items {
            self.item(&mut random, groups, &mut parts);
        }
        if self.whole {
            ties(&mut random, &mut parts);
        }
        Problem::new(parts)
    }

    fn item(&self, random: &mut Random, groups: u32, parts: &mut ProblemParts) {
        let split = if self.whole && random.below(3) > 0 { Split::Whole } else { Split::Any };
        let quantity = 1 + random.below(9);
        let mut pools: Vec<u32> =
            (0..1 + random.below(ARCS_EACH_MAX)).map(|_| random.below(u64::from(self.pools)) as u32).collect();
        pools.sort_unstable();
        pools.dedup();
        for pool in pools {
            let further = random.below(u64::from(self.pools)) as u32;
            if split == Split::Whole && random.below(6) == 0 && further != pool {
                parts.draws.push((parts.arc_pool.len() as u32, further));
            }
            parts.arc_pool.push(pool);
            parts.arc_distance.push(random.below(DISTANCE) as u32);
        }
        parts.first.push(parts.arc_pool.len() as u32);
        parts.items.push(Item {
            quantity,
            tier: random.below(TIERS) as u8,
            worth: if random.below(2) == 0 { 1 } else { 1 + random.below(5) },
            group: (random.below(3) == 0).then(|| random.below(u64::from(groups)) as u32),
            split,
        });
    }
}

fn pool(random: &mut Random, nth: u32, caps: u32) -> Pool {
    Pool {
        segments: segments(random, 20),
        cap: (random.below(2) == 0).then(|| random.below(u64::from(caps)) as u32),
        partner: nth / POOLS_PER_PARTNER,
    }
}

/// One to three stretches, each dearer than the one before; sometimes none.
fn segments(random: &mut Random, most: u64) -> Vec<Segment> {
    let mut price = 0;
    let count = random.below(4);
    let stretch = |_| {
        let segment = Segment { units: 1 + random.below(most), price };
        price += random.below(3) as u32;
        segment
    };
    (0..count).map(stretch).collect()
}

fn above(random: &mut Random, nth: u32) -> Option<u32> {
    // Four below each keeps forests shallow.
    (nth > 0 && random.below(3) > 0).then_some(nth / 4)
}

/// Bundles of two or three, needs of a few partners, partners of a few contacts.
fn ties(random: &mut Random, parts: &mut ProblemParts) {
    let items = parts.items.len() as u32;
    let mut at = 0;
    while at + 3 < items {
        let size = 2 + random.below(2) as u32;
        match random.below(5) {
            0 => parts.bundles.push(Bundle { items: (at..at + size).collect() }),
            1 => {
                let items = (at..at + size).collect();
                parts.partners.push(Partners { items, most: 1 + random.below(2) as u32, already: Vec::new() });
            }
            _ => {}
        }
        at += size;
    }
    let partners = parts.pools.last().map_or(0, |pool| pool.partner + 1);
    for partner in (0..partners).filter(|_| random.below(4) == 0).collect::<Vec<_>>() {
        parts.contacts.push(Contacts { partner, most: 1 + random.below(4) as u32 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_problem_with_everything_in_it() {
        let mixed = Mixed { seed: 5, items: 200, pools: 40, whole: true };
        let problem = mixed.make().unwrap();
        assert_eq!(mixed.make().unwrap(), problem);
        let parts = problem.parts();
        assert!(
            parts.caps.iter().any(|cap| cap.cap.is_some()) && parts.groups.iter().any(|group| group.group.is_some())
        );
        assert!(!parts.bundles.is_empty() && !parts.partners.is_empty() && !parts.contacts.is_empty());
        assert!(!parts.draws.is_empty() && parts.items.iter().any(|item| item.split == Split::Any));
        assert!(Mixed { whole: false, ..mixed }.make().unwrap().is_flow());
    }
}
