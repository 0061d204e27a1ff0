//! Made-up transportation problems of any size: needs around towns, and resources near them that could help.
//!
//! Twelve towns in a province of 240 by 240 km; four of five needs and resources lie around one of them, the others anywhere. Each is
//! of one of 30 categories, which all differ in how much is asked. A need asks for one to eight units on one of four urgency tiers. The
//! resources of a category have 70% of what its needs ask for. Arcs lead to the nearest resources that suit; distances are in metres.

use wishwell_allocation::{Item, Level, Pool, Problem, ProblemError, ProblemParts, Segment, Split};

use crate::random::Random;

/// Towns.
pub const TOWNS: usize = 12;
/// Categories.
pub const CATEGORIES: usize = 30;
/// Most arcs of a need.
pub const ARCS_EACH: usize = 20;
/// Share of what is asked that there is, in percent.
pub const CAPACITY_PERCENT: u64 = 70;
/// Categories that a need of [`Variant::SeveralCategories`] accepts.
pub const ACCEPTED: usize = 3;

/// Length of the province's sides.
pub const SIDE_METRES: u64 = 240_000;
const TOWN_METRES: u64 = 6_000;
const RESOURCES_PER_PARTNER: u32 = 10;

/// Which arcs a need has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// To the nearest resources of its category. Categories share nothing.
    Nearest,
    /// To resources of its category by chance, however far.
    Random,
    /// To the nearest resources of three categories. Nothing can be told apart.
    SeveralCategories,
}

/// Makes up problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// The same seed makes the same problem.
    pub seed: u64,
    /// Needs, one item each.
    pub needs: u32,
    /// Resources, one pool each.
    pub resources: u32,
    /// Which arcs.
    pub variant: Variant,
}

/// A made-up problem, with what its nodes are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The problem.
    pub problem: Problem,
    /// The category of each item; of [`Variant::SeveralCategories`] the first that it accepts.
    pub item_category: Vec<u8>,
    /// The category of each pool.
    pub pool_category: Vec<u8>,
}

/// A place in the province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Metres east of its western border, below [`SIDE_METRES`].
    pub x: u64,
    /// Metres north of its southern border, below [`SIDE_METRES`].
    pub y: u64,
}

/// A need with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Where.
    pub spot: Spot,
    /// Categories that it accepts, each once; of [`Variant::SeveralCategories`] several.
    pub accepts: Vec<u8>,
    /// What it asks.
    pub item: Item,
}

/// Needs and resources, before anybody looked for who is near to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Who asks.
    pub needs: Vec<Need>,
    /// Where each resource is.
    pub spots: Vec<Spot>,
    /// The category of each resource.
    pub categories: Vec<u8>,
    /// What each has.
    pub pools: Vec<Pool>,
}

impl Synthetic {
    /// A problem of the sizes that benchmarks name: a resource for so many needs, arcs to the nearest.
    #[must_use]
    pub const fn new(seed: u64, needs: u32, resources: u32, variant: Variant) -> Self {
        Self { seed, needs, resources, variant }
    }

    /// Makes who asks and who gives, without arcs.
    #[must_use]
    pub fn world(&self) -> World {
        self.world_by(&mut Random(self.seed))
    }

    fn world_by(&self, random: &mut Random) -> World {
        let towns: Vec<Spot> = (0..TOWNS).map(|_| random.anywhere()).collect();
        let needs: Vec<Need> = (0..self.needs).map(|_| self.need(random, &towns)).collect();
        // The first resources are of one category each, so that none is without.
        let categories: Vec<u8> = (0..self.resources)
            .map(|nth| if (nth as usize) < CATEGORIES { nth as u8 } else { random.below(CATEGORIES as u64) as u8 })
            .collect();
        let spots: Vec<Spot> = categories.iter().map(|_| random.spot(&towns)).collect();
        let pools = self.pools(random, &needs, &categories);
        World { needs, spots, categories, pools }
    }

    /// Makes it.
    ///
    /// # Errors
    ///
    /// Sizes beyond the limits of a problem.
    pub fn make(&self) -> Result<Made, ProblemError> {
        let mut random = Random(self.seed);
        let World { needs, spots, categories: pool_category, pools } = self.world_by(&mut random);
        let mut parts = ProblemParts {
            levels: (0..4).map(Level::Tier).chain([Level::Guarantee, Level::Distance, Level::Load]).collect(),
            pools,
            first: vec![0],
            ..ProblemParts::default()
        };
        let nearby = Nearby::of(&spots, &pool_category);
        let mut arcs = Vec::new();
        for need in &needs {
            match self.variant {
                Variant::Random => nearby.random(need, &mut random, &mut arcs),
                Variant::Nearest | Variant::SeveralCategories => nearby.nearest(need, &mut arcs),
            }
            arcs.sort_unstable_by_key(|(_, pool)| *pool);
            parts.arc_pool.extend(arcs.iter().map(|(_, pool)| *pool));
            parts.arc_distance.extend(arcs.iter().map(|(squared, _)| squared.isqrt() as u32));
            parts.first.push(parts.arc_pool.len() as u32);
        }
        let item_category = needs.iter().map(|need| need.accepts[0]).collect();
        parts.items = needs.into_iter().map(|need| need.item).collect();
        Ok(Made { problem: Problem::new(parts)?, item_category, pool_category })
    }

    fn need(&self, random: &mut Random, towns: &[Spot]) -> Need {
        // Some categories are asked for twice as often as others.
        let category =
            |random: &mut Random| random.below(CATEGORIES as u64).min(random.below(2 * CATEGORIES as u64)) as u8;
        let mut accepts = vec![category(random)];
        while self.variant == Variant::SeveralCategories && accepts.len() < ACCEPTED {
            let another = category(random);
            if !accepts.contains(&another) {
                accepts.push(another);
            }
        }
        let tier = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3][random.below(10) as usize];
        let quantity = 1 + random.below(8).min(random.below(8));
        Need {
            spot: random.spot(towns),
            accepts,
            item: Item { quantity, tier, worth: 1, group: None, split: Split::Any },
        }
    }

    /// Capacities share out, by chance, what each category has; needs that accept several ask of each a part.
    fn pools(&self, random: &mut Random, needs: &[Need], categories: &[u8]) -> Vec<Pool> {
        let mut asked = [0_u64; CATEGORIES];
        for need in needs {
            for category in &need.accepts {
                asked[*category as usize] += need.item.quantity * CAPACITY_PERCENT / need.accepts.len() as u64;
            }
        }
        let shares: Vec<u64> = categories.iter().map(|_| 1 + random.below(9)).collect();
        let mut of_category = [0_u64; CATEGORIES];
        for (category, share) in categories.iter().zip(&shares) {
            of_category[*category as usize] += share;
        }
        // Rounding gives each what is due up to it, less what was given before: the sum is exact.
        let mut passed = [0_u64; CATEGORIES];
        let pool = |(nth, (category, share)): (usize, (&u8, &u64))| {
            let at = *category as usize;
            let due = |shares: u64| asked[at] * shares / (of_category[at] * 100);
            let units = due(passed[at] + share) - due(passed[at]);
            passed[at] += share;
            let segments = if units > 0 { vec![Segment { units, price: 0 }] } else { Vec::new() };
            Pool { segments, cap: None, partner: nth as u32 / RESOURCES_PER_PARTNER }
        };
        categories.iter().zip(&shares).enumerate().map(pool).collect()
    }
}

/// The resources of each category from west to east.
struct Nearby {
    categories: Vec<Vec<(Spot, u32)>>,
}

impl Nearby {
    fn of(spots: &[Spot], categories: &[u8]) -> Self {
        let mut nearby = Self { categories: vec![Vec::new(); CATEGORIES] };
        for (pool, (spot, category)) in spots.iter().zip(categories).enumerate() {
            nearby.categories[*category as usize].push((*spot, pool as u32));
        }
        for category in &mut nearby.categories {
            category.sort_unstable_by_key(|(spot, pool)| (spot.x, *pool));
        }
        nearby
    }

    /// (squared distance, pool) of the nearest that suit, nearest first; of equally near ones those of the lower number.
    fn nearest(&self, need: &Need, into: &mut Vec<(u64, u32)>) {
        into.clear();
        for category in &need.accepts {
            let resources = &self.categories[*category as usize];
            let east = resources.partition_point(|(spot, _)| spot.x < need.spot.x);
            keep_nearest(need.spot, resources[east..].iter(), into);
            keep_nearest(need.spot, resources[..east].iter().rev(), into);
        }
    }

    fn random(&self, need: &Need, random: &mut Random, into: &mut Vec<(u64, u32)>) {
        into.clear();
        let resources = &self.categories[need.accepts[0] as usize];
        let mut tries = 0;
        while into.len() < ARCS_EACH.min(resources.len()) && tries < 10 * ARCS_EACH {
            tries += 1;
            let (spot, pool) = resources[random.below(resources.len() as u64) as usize];
            if into.iter().all(|(_, taken)| *taken != pool) {
                into.push((squared(need.spot, spot), pool));
            }
        }
    }
}

/// Goes away from the spot on one side and stops where east and west alone are too far.
fn keep_nearest<'a>(from: Spot, resources: impl Iterator<Item = &'a (Spot, u32)>, into: &mut Vec<(u64, u32)>) {
    for (spot, pool) in resources {
        let farthest = into.last().filter(|_| into.len() == ARCS_EACH).copied();
        let across = from.x.abs_diff(spot.x);
        if farthest.is_some_and(|(squared, _)| across * across > squared) {
            return;
        }
        let candidate = (squared(from, *spot), *pool);
        if farthest.is_none_or(|farthest| candidate < farthest) {
            into.insert(into.partition_point(|kept| *kept < candidate), candidate);
            into.truncate(ARCS_EACH);
        }
    }
}

const fn squared(a: Spot, b: Spot) -> u64 {
    let (x, y) = (a.x.abs_diff(b.x), a.y.abs_diff(b.y));
    x * x + y * y
}

impl Random {
    const fn anywhere(&mut self) -> Spot {
        Spot { x: self.below(SIDE_METRES), y: self.below(SIDE_METRES) }
    }

    /// Around one of the towns, denser towards its middle; one in five anywhere.
    fn spot(&mut self, towns: &[Spot]) -> Spot {
        if self.below(5) == 0 {
            return self.anywhere();
        }
        let town = towns[self.below(towns.len() as u64) as usize];
        let mut off = |middle: u64| {
            let away = self.below(TOWN_METRES) + self.below(TOWN_METRES) + self.below(TOWN_METRES);
            (middle + away).saturating_sub(TOWN_METRES * 3 / 2).min(SIDE_METRES - 1)
        };
        Spot { x: off(town.x), y: off(town.y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(variant: Variant) -> Made {
        Synthetic::new(7, 1_000, 200, variant).make().unwrap()
    }

    #[test]
    fn the_same_seed_makes_the_same_problem_and_another_seed_another() {
        for variant in [Variant::Nearest, Variant::Random, Variant::SeveralCategories] {
            assert_eq!(made(variant), made(variant));
            assert_ne!(made(variant), Synthetic::new(8, 1_000, 200, variant).make().unwrap());
        }
    }

    #[test]
    fn there_is_seventy_percent_of_what_is_asked() {
        for variant in [Variant::Nearest, Variant::Random, Variant::SeveralCategories] {
            let made = made(variant);
            let parts = made.problem.parts();
            let asked: u64 = parts.items.iter().map(|item| item.quantity).sum();
            let there: u64 = parts.pools.iter().flat_map(|pool| &pool.segments).map(|segment| segment.units).sum();
            assert!((there * 100).abs_diff(asked * CAPACITY_PERCENT) <= asked, "{there} of {asked}");
        }
    }

    #[test]
    fn arcs_lead_to_the_category_unless_several_are_accepted() {
        for variant in [Variant::Nearest, Variant::Random, Variant::SeveralCategories] {
            let made = made(variant);
            let parts = made.problem.parts();
            let mut others = 0;
            for item in 0..parts.items.len() {
                let arcs = made.problem.arcs(item as u32);
                assert!(!arcs.is_empty() && arcs.len() <= ARCS_EACH);
                others += arcs
                    .filter(|arc| made.pool_category[parts.arc_pool[*arc] as usize] != made.item_category[item])
                    .count();
            }
            assert_eq!(others > 0, variant == Variant::SeveralCategories);
        }
    }

    #[test]
    fn the_nearest_are_those_that_measuring_all_finds() {
        let mut random = Random(3);
        let towns: Vec<Spot> = (0..TOWNS).map(|_| random.anywhere()).collect();
        let spots: Vec<Spot> = (0..500).map(|_| random.spot(&towns)).collect();
        let categories: Vec<u8> = spots.iter().map(|_| random.below(4) as u8).collect();
        let nearby = Nearby::of(&spots, &categories);
        let made_up = Synthetic::new(1, 1, 1, Variant::Nearest);
        for _ in 0..200 {
            let mut need = made_up.need(&mut random, &towns);
            need.accepts = vec![0, 2];
            let mut found = Vec::new();
            nearby.nearest(&need, &mut found);
            let suit =
                spots.iter().zip(&categories).enumerate().filter(|(_, (_, category))| [0, 2].contains(*category));
            let mut all: Vec<(u64, u32)> =
                suit.map(|(pool, (spot, _))| (squared(need.spot, *spot), pool as u32)).collect();
            all.sort_unstable();
            all.truncate(ARCS_EACH);
            assert_eq!(found, all);
        }
    }
}
