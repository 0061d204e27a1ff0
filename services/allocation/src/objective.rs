//! What is to be reached: levels, each infinitely more important than the next.

use crate::marks::Marks;
use crate::plan::Plan;
use crate::problem::{Problem, ProblemParts};

/// A level of the objective. More is better on each; costs count negatively.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth served of the items of one urgency tier.
    Tier(u8),
    /// Units served within groups' guarantees, over all groups.
    Guarantee,
    /// Distance, summed over units, negative.
    Distance,
    /// Price of load, summed over pools and caps, negative.
    Load,
}

/// What a plan reaches: one figure a level, in the levels' order; compared level by level.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Objective(pub Vec<i128>);

impl Objective {
    /// What a plan reaches, whether or not it is feasible. Further draws count neither distance nor load.
    #[must_use]
    pub fn of(problem: &Problem, plan: &Plan) -> Self {
        crate::objective::evaluate(problem, plan)
    }
}

/// What the levels weigh where they are added to one price.
///
/// A flow is a lexicographic optimum if, and only if, no simple cycle of its residual network improves it lexicographically. The
/// change of level `k` along a simple cycle is at most `S_k` (each node is entered once), so with `w_k > sum of w_j * S_j over the
/// levels j below`, a cycle improves lexicographically exactly if its weighted sum does: the weights trade nothing away, and they
/// depend on the network's shape and not on its quantities.
///
/// Without groups no more than the order of worths matters on a tier: large ones stand there by marks, which take fewer digits. A
/// weight of a tier is that of one of its digits, then, and [`PriceWeights::unit`] says what a unit weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceWeights {
    levels: Vec<(Level, i128)>,
    /// By level; of others than tiers none.
    marks: Vec<Marks>,
    range: i128,
}

impl PriceWeights {
    /// Largest weighted sum that prices may reach along a path.
    pub const RANGE_MAX: i128 = 1 << 124;

    /// Up to so much worths stand for themselves, and marks are as even as that many make them: the first of which the levels fit together.
    const MARKS: [u64; 2] = [1 << 16, 1 << 12];

    pub(crate) fn of(parts: &ProblemParts) -> Result<Self, String> {
        let [fine, coarse] = Self::MARKS;
        Self::with_marks(parts, fine).or_else(|rule| match parts.groups.is_empty() {
            true => Self::with_marks(parts, coarse),
            false => Err(rule),
        })
    }

    fn with_marks(parts: &ProblemParts, even: u64) -> Result<Self, String> {
        // An item is entered over one arc and left over another. Arcs to items leave the source or a group, arcs to caps or the sink
        // leave pools or caps; of one side of each node on a simple cycle two arcs at the most are on it.
        let groups = parts.groups.len() as i128;
        let caps = parts.caps.len() as i128;
        let across = 2 * parts.items.len().min(parts.pools.len()) as i128 + 2;
        let dearest = parts.arc_distance.iter().copied().max().unwrap_or(0).max(parts.distance_told);
        let price = parts
            .pools
            .iter()
            .map(|pool| &pool.segments)
            .chain(parts.caps.iter().map(|cap| &cap.segments))
            .filter_map(|segments| segments.last())
            .map(|segment| segment.price)
            .max()
            .unwrap_or(0);
        let mut weights = Vec::with_capacity(parts.levels.len());
        let mut all_marks = Vec::with_capacity(parts.levels.len());
        let mut below: i128 = 0;
        for level in parts.levels.iter().rev() {
            let mut marks = Marks::default();
            let steepest = match level {
                Level::Tier(tier) => {
                    let of_tier = parts.items.iter().filter(|item| item.tier == *tier);
                    let worths = of_tier.map(|item| item.worth);
                    if parts.groups.is_empty() {
                        marks = Marks::of(worths.clone(), even);
                    }
                    2 * (groups + 1) * worths.max().map_or(0, |worth| i128::from(marks.mark(worth)))
                }
                Level::Guarantee => 2 * (groups + 1) * i128::from(u8::from(groups > 0)),
                Level::Distance => across * i128::from(dearest),
                Level::Load => 2 * (2 * caps + 1) * i128::from(price),
            };
            let weight = below + 1;
            weights.push((*level, weight));
            all_marks.push(marks);
            below = weight
                .checked_mul(steepest)
                .and_then(|range| range.checked_add(below))
                .filter(|range| *range <= Self::RANGE_MAX)
                .ok_or_else(|| {
                    format!(
                        "must span a smaller range: worths, distances and groups do not fit in {} bits together",
                        124
                    )
                })?;
        }
        weights.reverse();
        all_marks.reverse();
        Ok(Self { levels: weights, marks: all_marks, range: below })
    }

    /// What a level weighs; of a tier, one digit of it.
    #[must_use]
    pub fn weight(&self, level: Level) -> i128 {
        self.levels.iter().find(|(of, _)| *of == level).map_or(0, |(_, weight)| *weight)
    }

    /// What a unit weighs that is worth so much in a tier.
    #[must_use]
    pub fn unit(&self, tier: u8, worth: u64) -> i128 {
        self.weigh(Level::Tier(tier), i128::from(worth))
    }

    /// What a figure of a level weighs.
    #[must_use]
    pub fn weigh(&self, level: Level, figure: i128) -> i128 {
        let mut levels = self.levels.iter().zip(&self.marks);
        let of = levels.find(|((of, _), _)| *of == level);
        of.map_or(0, |((_, weight), marks)| marks.digit(figure).saturating_mul(*weight))
    }

    /// The levels in order with what each weighs.
    #[must_use]
    pub fn levels(&self) -> &[(Level, i128)] {
        &self.levels
    }

    /// No weighted sum along a simple path or cycle of the network is farther from zero.
    #[must_use]
    pub const fn range(&self) -> i128 {
        self.range
    }

    /// A price taken apart into levels, most important first: the digits nearest to zero, told as figures. On a tier with marks the
    /// figure of one item's unit is exact, and a difference of two is about right.
    #[must_use]
    pub fn apart(&self, price: i128) -> Vec<i128> {
        let mut rest = price;
        self.levels
            .iter()
            .zip(&self.marks)
            .map(|((_, weight), marks)| {
                let digit = (rest + rest.signum() * (weight / 2)) / weight;
                rest -= digit * weight;
                marks.figure(digit)
            })
            .collect()
    }
}

fn evaluate(problem: &Problem, plan: &Plan) -> Objective {
    let parts = problem.parts();
    let mut served = vec![0_u64; parts.items.len()];
    let mut given = vec![0_u64; parts.pools.len()];
    let mut distance = 0_i128;
    let mut item = 0_usize;
    for (arc, units) in plan.flows() {
        while parts.first[item + 1] <= *arc {
            item += 1;
        }
        served[item] += units;
        given[parts.arc_pool[*arc as usize] as usize] += units;
        distance += i128::from(*units) * i128::from(parts.arc_distance[*arc as usize]);
    }
    let mut through = vec![0_u64; parts.caps.len()];
    let mut load = 0_i128;
    for (pool, units) in parts.pools.iter().zip(&given) {
        load += priced(&pool.segments, *units);
        if let Some(cap) = pool.cap {
            through[cap as usize] += units;
        }
    }
    for nth in (0..parts.caps.len()).rev() {
        load += priced(&parts.caps[nth].segments, through[nth]);
        if let Some(cap) = parts.caps[nth].cap {
            through[cap as usize] += through[nth];
        }
    }
    let mut reached = vec![0_u64; parts.groups.len()];
    for (item, units) in parts.items.iter().zip(&served) {
        if let Some(group) = item.group {
            reached[group as usize] += units;
        }
    }
    let mut guaranteed = 0_i128;
    for nth in (0..parts.groups.len()).rev() {
        guaranteed += i128::from(reached[nth].min(parts.groups[nth].guarantee));
        if let Some(group) = parts.groups[nth].group {
            reached[group as usize] += reached[nth];
        }
    }
    let tier = |tier: u8| {
        let of = parts.items.iter().zip(&served).filter(|(item, _)| item.tier == tier);
        of.map(|(item, units)| i128::from(*units) * i128::from(item.worth)).sum()
    };
    Objective(
        parts
            .levels
            .iter()
            .map(|level| match level {
                Level::Tier(of) => tier(*of),
                Level::Guarantee => guaranteed,
                Level::Distance => -distance,
                Level::Load => -load,
            })
            .collect(),
    )
}

fn priced(segments: &[crate::problem::Segment], units: u64) -> i128 {
    let mut left = units;
    let mut sum = 0;
    for segment in segments {
        let taken = left.min(segment.units);
        sum += i128::from(taken) * i128::from(segment.price);
        left -= taken;
    }
    sum
}
