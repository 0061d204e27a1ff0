//! What anybody who knew everything beforehand could have done.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::{Ask, Delivery, Open, Rule, Shipment, replay_once};
use super::direct;
use super::figures::asked;
use super::pairs::{Pairs, Policy};
use super::world::World;

/// The most that requests can be filled over the whole time, and with that the least distance: nothing expires, so that all donations
/// can wait for all requests.
///
/// It is exact. What can be served of each request is a polymatroid (units of donations are matched to units of requests), and over a
/// polymatroid a sum with a weight for each request is highest where the requests are served greedily, the heaviest first (Edmonds,
/// "Submodular functions, matroids, and certain polyhedra", 1970). So of the weights only the order counts, and the rank of a
/// request's quantity says the same as one over the quantity, in whole numbers.
pub(super) fn hindsight(world: &World, policy: &Policy) -> Vec<Delivery> {
    replay_once(world, &mut Greatest { policy: *policy })
}

struct Greatest {
    policy: Policy,
}

impl Rule for Greatest {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let pairs = Pairs::of(world, open, &self.policy);
        let ranks = ranks(&pairs.asks);
        let plan = direct::solve(&direct::problem(&pairs, |category, ask| ranks[&(category, ask.asked)]));
        direct::shipments(&pairs, &plan)
    }
}

/// The place of each quantity among those of its category, from the largest: 1 and up.
fn ranks(asks: &[(u32, Ask)]) -> BTreeMap<(u32, u64), u64> {
    let mut quantities: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for (category, ask) in asks {
        quantities.entry(*category).or_default().insert(ask.asked);
    }
    let ranked = |(category, quantities): (u32, BTreeSet<u64>)| {
        let descending = quantities.into_iter().rev().zip(1..);
        descending.map(move |(quantity, rank)| ((category, quantity), rank)).collect::<Vec<_>>()
    };
    quantities.into_iter().flat_map(ranked).collect()
}

/// A bound on the fill of anybody, with hindsight or without, whose average unit-miles are so many.
///
/// With a price `p` of a mile, `g(p)` is the greatest fill less miles at the price that any plan has. Whoever ships at most `U` units at
/// `b` miles on average then fills at most `g(p) + p * b * U` (weak duality); `U` is all that is given. Prices are tried in turn, and
/// the lowest bound counts.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    /// Price of a mile, and the greatest fill less miles at that price.
    priced: Vec<(f64, f64)>,
    /// Units given.
    units: f64,
}

impl Frontier {
    /// With so many prices: at the first, a mile of everything given costs a hundredth, each next is half as high.
    pub(super) fn of(world: &World, prices: i32) -> Self {
        let units: u64 = world.donations.iter().map(|donation| donation.units).sum();
        let highest = 1e-2 / units as f64;
        let priced = (0..prices).map(|nth| highest * 0.5_f64.powi(nth)).map(|price| {
            let mut rule = PricedHindsight { price, best: 0.0 };
            replay_once(world, &mut rule);
            (price, rule.best)
        });
        Self { priced: priced.collect(), units: units as f64 }
    }

    /// The bound at so many average unit-miles.
    pub(super) fn at(&self, unit_miles: f64) -> f64 {
        let bound = |(price, best): &(f64, f64)| best + price * unit_miles * self.units;
        self.priced.iter().map(bound).fold(f64::INFINITY, f64::min)
    }
}

/// Serves for the greatest fill less miles at a price, knowing everything.
struct PricedHindsight {
    /// Of a mile, in fill.
    price: f64,
    /// What was reached; never less than what can be.
    best: f64,
}

impl Rule for PricedHindsight {
    fn ship(&mut self, world: &World, open: &[Open]) -> Vec<Shipment> {
        let pairs = Pairs::of(world, open, &Policy::default());
        let mut requests: BTreeMap<u32, usize> = BTreeMap::new();
        asked(world).keys().for_each(|(category, _)| *requests.entry(*category).or_default() += 1);
        // What a unit adds to the fill, in a coin of which the most valuable one has many; rounded up, and ways down, so that what
        // comes out is not too low.
        let smallest = requests.values().min().copied().unwrap_or(1);
        let coin = direct::VALUE_MAX as f64 * (smallest * requests.len()) as f64;
        let value = |category: u32, asked: u64| {
            let fill = 1.0 / (requests.len() * requests[&category]) as f64 / asked as f64;
            ((coin * fill).ceil() as u64).min(direct::VALUE_MAX)
        };
        let problem = direct::priced_problem(&pairs, value, coin * self.price);
        let plan = direct::solve_priced(&problem);
        self.best = direct::gain(&problem, &plan) as f64 / coin;
        direct::priced_shipments(&pairs, &problem, &plan)
    }
}

/// The same bound as [`hindsight`]'s without any solver, from what is given and asked of each category alone, as if every pair were allowed: the smallest
/// requests first. Mean over categories.
pub(super) fn bound_without_pairs(world: &World) -> f64 {
    let mut given: BTreeMap<u32, u64> = BTreeMap::new();
    for donation in &world.donations {
        *given.entry(donation.category).or_default() += donation.units;
    }
    let mut requests: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for ((category, _), units) in asked(world) {
        requests.entry(category).or_default().push(units);
    }
    let mut sum = 0.0;
    for (category, requests) in &mut requests {
        requests.sort_unstable();
        let mut left = given.get(category).copied().unwrap_or(0);
        let mut fill = 0.0;
        for units in requests.iter() {
            let taken = left.min(*units);
            left -= taken;
            fill += taken as f64 / *units as f64;
        }
        sum += fill / requests.len() as f64;
    }
    sum / requests.len().max(1) as f64
}
