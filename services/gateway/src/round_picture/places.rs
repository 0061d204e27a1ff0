//! Where help comes from and goes to.

use std::collections::{BTreeMap, HashMap};

use wishwell_api::v1::{RoundOutcome, Serving};
use wishwell_report::{Amount, DivisionPlace, Flow, SupplyPlace};

use super::catalogue::Catalogue;
use super::words::{name, per, unit};

/// The divisions of a catalogue, what is above before what is below, and each one's index by its code.
pub(super) fn divisions(catalogue: &Catalogue) -> (Vec<DivisionPlace>, HashMap<String, usize>) {
    let parent = |code: &str| catalogue.divisions.get(code).map(|division| division.parent.as_str());
    // No chain of parents is longer than there are divisions, whatever the server says.
    let depth = |code: &str| {
        std::iter::successors(Some(code), |code| parent(code))
            .take(catalogue.divisions.len())
            .filter(|code| !code.is_empty())
            .count()
    };
    let mut codes: Vec<(usize, &String)> = catalogue.divisions.keys().map(|code| (depth(code), code)).collect();
    codes.sort_unstable();
    let nth: HashMap<String, usize> = codes.iter().enumerate().map(|(nth, (_, code))| ((*code).clone(), nth)).collect();
    let places = codes
        .iter()
        .filter_map(|(_, code)| catalogue.divisions.get(*code))
        .map(|division| DivisionPlace {
            code: division.code.clone(),
            name: name(division.title.as_ref()),
            parent: nth.get(&division.parent).copied(),
            centre: division.centre.as_ref().map(|centre| (centre.latitude, centre.longitude)),
        })
        .collect();
    (places, nth)
}

/// The mean distance of items, each counting for as much as is served of it: money and visits weigh the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    weight: u128,
    weighted_metres: u128,
}

impl Mean {
    /// Counts what serves an item.
    pub(super) fn add(&mut self, outcome: &RoundOutcome, serving: &Serving) {
        if let Some(metres) = serving.distance_metres {
            let weight = share_millionths(outcome, units(serving));
            self.weight += weight;
            self.weighted_metres += weight * u128::from(metres.max(0).unsigned_abs());
        }
    }

    /// The mean in metres; none of nothing.
    pub(super) fn metres(&self) -> Option<u64> {
        (self.weighted_metres + self.weight / 2).checked_div(self.weight).and_then(|metres| u64::try_from(metres).ok())
    }
}

/// So many units of an item as a share of what it asks, in millionths.
pub(super) fn share_millionths(outcome: &RoundOutcome, units: u64) -> u128 {
    let positive = |value: i64| value.max(0).unsigned_abs();
    let asked = u128::from(positive(outcome.quantity)) * u128::from(positive(outcome.occurrences.into()));
    (u128::from(units).min(asked) * 1_000_000).checked_div(asked).unwrap_or_default()
}

/// Units that a serving gives over all its occurrences.
pub(super) fn units(serving: &Serving) -> u64 {
    let positive = |value: i64| value.max(0).unsigned_abs();
    positive(serving.quantity).saturating_mul(positive(serving.occurrences.into()))
}

/// What goes over one way.
#[derive(Debug, Default)]
struct Way {
    allocations: u64,
    quantities: BTreeMap<String, u64>,
    mean: Mean,
}

/// So many of a unit of the catalogue, as people count it.
fn amount(code: &str, units: u64) -> Amount {
    Amount { unit: unit(code), units, per: per(code) }
}

/// The places of what serves, and what goes from each to each division. Resources of an organization at the same spot are one place.
pub(super) fn flows(
    catalogue: &Catalogue,
    outcomes: &[RoundOutcome],
    nth_division: &HashMap<String, usize>,
) -> (Vec<SupplyPlace>, Vec<Flow>) {
    let mut places: Vec<SupplyPlace> = Vec::new();
    let mut nth_place: HashMap<(String, Option<(u64, u64)>), usize> = HashMap::new();
    let mut ways: BTreeMap<(usize, Option<usize>), Way> = BTreeMap::new();
    for outcome in outcomes {
        let division = nth_division.get(&outcome.division).copied();
        for serving in &outcome.servings {
            let point = catalogue.resources.get(&serving.resource).and_then(|resource| resource.place.as_ref());
            let point = point.map(|point| (point.latitude, point.longitude));
            let spot = point.map(|(latitude, longitude)| (latitude.to_bits(), longitude.to_bits()));
            let place = *nth_place.entry((serving.organization.clone(), spot)).or_insert_with(|| {
                places.push(SupplyPlace { organization: catalogue.organization(&serving.organization), point });
                places.len() - 1
            });
            let way = ways.entry((place, division)).or_default();
            way.allocations += 1;
            way.mean.add(outcome, serving);
            let unit = catalogue.unit(&serving.resource, &outcome.category).to_owned();
            let sum = way.quantities.entry(unit).or_default();
            *sum = sum.saturating_add(units(serving));
        }
    }
    let flows = ways.into_iter().map(|((place, division), way)| Flow {
        place,
        division,
        allocations: way.allocations,
        quantities: way.quantities.into_iter().map(|(code, units)| amount(&code, units)).collect(),
        distance_metres: way.mean.metres(),
    });
    (places, flows.collect())
}
