//! The prices that prove a plan, as prices of things of the domain.

use std::collections::HashSet;

use wishwell_allocation::{Branch, Certificate, Level, Objective, Plan, Problem, Proof, Split};
use wishwell_domain::round::{LevelFigure, LevelPrice, RoundLevel};

use super::exhausted::Exhausted;
use super::network::Below;
use super::residual::Residual;

/// A level in the domain's words.
pub(super) const fn level(level: Level) -> RoundLevel {
    match level {
        Level::Tier(tier) => RoundLevel::Tier(tier + 1),
        Level::Guarantee => RoundLevel::Guarantee,
        Level::Distance => RoundLevel::Distance,
        Level::Load => RoundLevel::Load,
    }
}

/// What one unit weighs on the levels of a problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub(super) guarantee: i128,
    pub(super) distance: i128,
    pub(super) load: i128,
}

impl Weights {
    pub(super) fn of(problem: &Problem) -> Self {
        let weights = problem.weights();
        Self {
            guarantee: weights.weight(Level::Guarantee),
            distance: weights.weight(Level::Distance),
            load: weights.weight(Level::Load),
        }
    }
}

/// Prices of the whole problem, put together from those of its components. What is in no component has the price 0.
#[derive(Debug)]
pub(super) struct AllPrices {
    pub(super) weights: Weights,
    pub(super) pools: Vec<i128>,
    /// Of each pool, what a unit taken from those who have it costs; [`Self::pools`] says what one more brings.
    pub(super) taken: Vec<i128>,
    pub(super) caps: Vec<i128>,
    pub(super) groups: Vec<i128>,
    /// The flow that the prices prove: by arc, ascending.
    pub(super) flow: Vec<(u32, u64)>,
    /// By pool, whether its component is a flow, so that the prices are those of the plan itself.
    pub(super) exact: Vec<bool>,
}

impl AllPrices {
    pub(super) fn new(problem: &Problem, certificate: &Certificate, below: &Below<'_>) -> Self {
        let parts = problem.parts();
        let mut prices = Self {
            weights: Weights::of(problem),
            pools: vec![0; parts.pools.len()],
            taken: Vec::new(),
            caps: vec![0; parts.caps.len()],
            groups: vec![0; parts.groups.len()],
            flow: Vec::new(),
            exact: vec![true; parts.pools.len()],
        };
        let mut whole = needs_whole_numbers(problem, below);
        for component in &certificate.components {
            let Some(proof) = first_leaf(&component.root) else { continue };
            let put = |all: &mut [i128], places: &[u32], values: &[i128]| {
                for (place, value) in places.iter().zip(values) {
                    all[*place as usize] = *value;
                }
            };
            put(&mut prices.pools, &component.pools, &proof.prices.pools);
            put(&mut prices.caps, &component.caps, &proof.prices.caps);
            put(&mut prices.groups, &component.groups, &proof.prices.groups);
            prices.flow.extend_from_slice(proof.flow.flows());
            let exact =
                matches!(component.root, Branch::Leaf(_)) && !component.items.iter().any(|item| whole[*item as usize]);
            for pool in &component.pools {
                prices.exact[*pool as usize] = exact;
            }
            for item in component.items.iter().filter(|_| !exact) {
                whole[*item as usize] = true;
            }
        }
        prices.flow = Plan::new(prices.flow).flows().to_vec();
        prices.price_exhausted(problem, below.exhausted, whole);
        prices.taken = Residual::new(problem, &prices, below).dearest();
        prices
    }

    /// Prices what has nothing left: the lowest price at which nobody would rather have a unit of it, all else being priced as it is. So
    /// it is part of a proof, and where the other prices are what a unit more brings, so is this one: whoever takes it was without or
    /// gives another back. `unsure` says by row whether its part of the problem needs whole numbers.
    fn price_exhausted(&mut self, problem: &Problem, exhausted: &Exhausted, mut unsure: Vec<bool>) {
        let parts = problem.parts();
        for pool in &exhausted.pools {
            let above = parts.pools[*pool as usize].cap;
            self.pools[*pool as usize] = above.map_or(0, |cap| self.caps[cap as usize]);
        }
        for row in &exhausted.unsure {
            unsure[*row as usize] = true;
        }
        for row in 0..parts.items.len() {
            let pairs = exhausted.of(row);
            if pairs.is_empty() {
                continue;
            }
            let (row, unsure) = (row as u32, unsure[row]);
            let cheapest = problem.arcs(row).map(|arc| self.cost(problem, arc)).min();
            let pays = self.worth(problem, row).min(cheapest.unwrap_or(i128::MAX));
            for pair in pairs.map(|nth| exhausted.pair(nth)) {
                let price = &mut self.pools[pair.pool as usize];
                *price = (*price).max(pays - self.weights.distance * i128::from(pair.metres));
                self.exact[pair.pool as usize] &= !unsure;
            }
        }
        let asked: HashSet<u32> = parts.contacts.iter().map(|contacts| contacts.partner).collect();
        for pool in &exhausted.pools {
            self.exact[*pool as usize] &= asked.is_empty() || !asked.contains(&parts.pools[*pool as usize].partner);
        }
        for pool in &exhausted.unsure_pools {
            self.exact[*pool as usize] = false;
        }
    }

    /// What a unit of an item is worth, in weighted levels, less what it costs its group.
    pub(super) fn worth(&self, problem: &Problem, row: u32) -> i128 {
        let item = &problem.parts().items[row as usize];
        let group = item.group.map_or(0, |group| self.groups[group as usize]);
        value(problem, row) - group
    }

    /// What a unit over an arc costs, in weighted levels: distance and pool.
    pub(super) fn cost(&self, problem: &Problem, arc: usize) -> i128 {
        self.cost_at(problem, arc, &self.pools)
    }

    /// What a unit over an arc costs where it is taken from those who have it.
    pub(super) fn cost_of_taking(&self, problem: &Problem, arc: usize) -> i128 {
        self.cost_at(problem, arc, &self.taken)
    }

    /// What a unit costs from a pool at a distance.
    pub(super) fn cost_of(&self, pool: u32, metres: u32) -> i128 {
        self.weights.distance * i128::from(metres) + self.pools[pool as usize]
    }

    fn cost_at(&self, problem: &Problem, arc: usize, pools: &[i128]) -> i128 {
        let parts = problem.parts();
        self.weights.distance * i128::from(parts.arc_distance[arc]) + pools[parts.arc_pool[arc] as usize]
    }
}

/// What a served unit of a row is worth on its tier's level, weighted.
pub(super) fn value(problem: &Problem, row: u32) -> i128 {
    let item = &problem.parts().items[row as usize];
    problem.weights().unit(item.tier, item.worth)
}

/// How many times finer a level's figures are than they are told.
fn finer(problem: &Problem, level: Level) -> i128 {
    if matches!(level, Level::Tier(_)) { i128::from(problem.parts().finer.max(1)) } else { 1 }
}

/// Divides away from zero: what is something is told as something.
fn divided(figure: i128, by: i128) -> i128 {
    figure / by + if figure % by == 0 { 0 } else { figure.signum() }
}

/// A weighted price by levels; those without anything are left out.
pub(super) fn by_level(problem: &Problem, price: i128) -> Vec<LevelPrice> {
    let levels = problem.weights().levels().iter().map(|(of, _)| *of);
    let figures = problem.weights().apart(price).into_iter();
    let clamped = |figure: i128| i64::try_from(figure).unwrap_or(if figure > 0 { i64::MAX } else { i64::MIN });
    levels
        .zip(figures)
        .filter(|(_, figure)| *figure != 0)
        .map(|(of, figure)| LevelPrice { level: level(of), amount: clamped(divided(figure, finer(problem, of))) })
        .collect()
}

/// What a plan reaches on each level, and what none exceeds, as it is told: what is reached at the least, a bound that is above it at
/// the most.
#[must_use]
pub fn level_figures(problem: &Problem, reached: &Objective, bound: &Objective) -> Vec<LevelFigure> {
    let figures = problem.weights().levels().iter().zip(reached.0.iter().zip(&bound.0));
    let told = |((of, _), (reached, bound)): (&(Level, i128), (&i128, &i128))| {
        let by = finer(problem, *of);
        let least = reached.div_euclid(by);
        let most = if bound > reached { divided(*bound, by) } else { bound.div_euclid(by) };
        LevelFigure { level: level(*of), reached: least, bound: most }
    };
    figures.map(told).collect()
}

/// The level that a price is on first, and the amount there.
pub(super) fn leading(problem: &Problem, price: i128) -> Option<(Level, i128)> {
    let digits = problem.weights().apart(price);
    let levels = problem.weights().levels().iter().map(|(level, _)| *level);
    levels.zip(digits).find(|(_, digit)| *digit != 0)
}

/// The first leaf, on the side where decisions hold: of a flow, the only one.
fn first_leaf(branch: &Branch) -> Option<&Proof> {
    match branch {
        Branch::Leaf(proof) => Some(proof),
        Branch::Impossible(_) => None,
        Branch::Fork { yes, no, .. } => first_leaf(yes).or_else(|| first_leaf(no)),
    }
}

/// By row, whether something about it needs whole numbers to be chosen.
fn needs_whole_numbers(problem: &Problem, below: &Below<'_>) -> Vec<bool> {
    let parts = problem.parts();
    let mut whole: Vec<bool> = parts.items.iter().map(|item| item.split == Split::Whole && item.quantity > 1).collect();
    for (arc, _) in &parts.draws {
        if let Some(row) = whole.get_mut(below.row(*arc) as usize) {
            *row = true;
        }
    }
    let bundled = parts.bundles.iter().flat_map(|bundle| &bundle.items);
    let bounded = parts.partners.iter().flat_map(|bound| &bound.items);
    for row in bundled.chain(bounded) {
        whole[*row as usize] = true;
    }
    let asked: HashSet<u32> = parts.contacts.iter().map(|contacts| contacts.partner).collect();
    if !asked.is_empty() {
        for (row, whole) in whole.iter_mut().enumerate() {
            let pools = parts.first[row] as usize..parts.first[row + 1] as usize;
            *whole |= pools.into_iter().any(|arc| asked.contains(&parts.pools[parts.arc_pool[arc] as usize].partner));
        }
    }
    whole
}
