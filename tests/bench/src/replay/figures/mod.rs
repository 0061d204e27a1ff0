//! What a replay comes to, in the figures of Samorani, Bala, Jacob and He, "An Open-Source Framework for the PPE Matching
//! Problem" (INFORMS Journal on Computing, doi 10.1287/ijoc.2022.1203).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::clock::Delivery;
use super::distances::MILE;
use super::world::World;

/// What a replay comes to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figures {
    /// By category the mean over requests of received by asked, at most 1; then the mean over categories. A request is all that a
    /// recipient asked of a category.
    pub(super) fill: f64,
    /// Miles of a unit, mean over the units shipped.
    pub(super) unit_miles: f64,
    /// Days from a donation's offer until it was shipped, mean over the units shipped.
    pub(super) holding_days: f64,
    /// Shipments of a donor, mean over the donors that ship anything. What one donor sends one recipient in one round is a shipment.
    pub(super) shipments_per_donor: f64,
    pub(super) units: u64,
    pub(super) shipments: usize,
    pub(super) donors: usize,
    /// Requests that received everything.
    pub(super) filled: usize,
    /// Requests that received anything.
    pub(super) reached: usize,
    pub(super) fill_by_category: BTreeMap<String, f64>,
}

/// All that each recipient asked of each category, by (category, recipient).
pub(super) fn asked(world: &World) -> BTreeMap<(u32, u32), u64> {
    let mut asked = BTreeMap::new();
    for request in &world.requests {
        *asked.entry((request.category, request.party)).or_default() += request.units;
    }
    asked
}

impl Figures {
    pub(super) fn of(world: &World, deliveries: &[Delivery]) -> Self {
        let asked = asked(world);
        let mut received: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for delivery in deliveries {
            *received.entry((delivery.category, delivery.recipient)).or_default() += delivery.units;
        }
        let fill_by_category = fill_by_category(world, &asked, &received);
        let units: u64 = deliveries.iter().map(|delivery| delivery.units).sum();
        let mean = |of: fn(&Delivery) -> f64| {
            deliveries.iter().map(|delivery| delivery.units as f64 * of(delivery)).sum::<f64>() / units.max(1) as f64
        };
        let shipments: BTreeSet<_> =
            deliveries.iter().map(|delivery| (delivery.donor, delivery.recipient, delivery.round)).collect();
        let donors: BTreeSet<u32> = deliveries.iter().map(|delivery| delivery.donor).collect();
        Self {
            fill: mean_of(fill_by_category.values().copied()),
            unit_miles: mean(|delivery| f64::from(delivery.distance) / f64::from(MILE)),
            holding_days: mean(|delivery| delivery.days as f64),
            shipments_per_donor: shipments.len() as f64 / donors.len().max(1) as f64,
            units,
            shipments: shipments.len(),
            donors: donors.len(),
            filled: received.iter().filter(|(request, units)| asked.get(request) == Some(units)).count(),
            reached: received.len(),
            fill_by_category,
        }
    }
}

/// The mean fill of each category that anybody asks for.
pub(super) fn fill_by_category(
    world: &World,
    asked: &BTreeMap<(u32, u32), u64>,
    received: &BTreeMap<(u32, u32), u64>,
) -> BTreeMap<String, f64> {
    let mut fills: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (request, asked) in asked {
        let received = received.get(request).copied().unwrap_or(0);
        fills.entry(request.0).or_default().push((received as f64 / *asked as f64).min(1.0));
    }
    fills.into_iter().map(|(of, fills)| (world.categories.name(of).to_owned(), mean_of(fills.into_iter()))).collect()
}

fn mean_of(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

#[cfg(test)]
mod tests;
