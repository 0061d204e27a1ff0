//! Parts of items that are decided already: they are taken off what is asked and what is left, before the problem is made.

use std::collections::HashMap;

use wishwell_domain::error::Violation;
use wishwell_domain::round::Pin;

use super::DraftError;
use super::gather::{Choice, Gatherer};
use super::pairs::Piece;
use super::pools::RoundPools;
use crate::query::Scratch;

/// A pinned part with the ways in which it could be.
#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) item: u32,
    pub(super) quantity: i64,
    choices: Vec<Choice>,
    at: usize,
}

/// A pinned part in its place.
#[derive(Debug, Clone)]
pub(super) struct PinnedPart {
    pub(super) item: u32,
    pub(super) quantity: i64,
    pub(super) choice: Choice,
    /// Places among the round's pools.
    pub(super) pools: Vec<u32>,
}

/// Finds the ways of every pinned part.
pub(super) fn resolve(gatherer: &Gatherer<'_>) -> Result<Vec<Pinned>, DraftError> {
    let mut scratch = Scratch::default();
    let resolve = |(at, pin): (usize, &Pin)| {
        let item = place_of(gatherer, pin).ok_or_else(|| invalid(at, "item_ordinal", "must be open, and in scope"))?;
        let resource = gatherer.snapshot.resource(pin.resource);
        let resource = resource.ok_or_else(|| invalid(at, "resource", "must be in the catalogue"))?;
        let asked = &gatherer.items.items[item];
        let choices = gatherer.find_only(item, asked, resource, &mut scratch);
        if choices.is_empty() {
            return Err(invalid(at, "resource", "must fit the item, and say how much it has"));
        }
        let item = u32::try_from(item).unwrap_or(u32::MAX);
        Ok(Pinned { item, quantity: pin.quantity, choices, at })
    };
    gatherer.rules.pinned.iter().enumerate().map(resolve).collect()
}

fn place_of(gatherer: &Gatherer<'_>, pin: &Pin) -> Option<usize> {
    let items = gatherer.items;
    let of_pin = |item: &super::items::RoundItem| (items.need(item).id, items.open(item).ordinal);
    items.items.binary_search_by_key(&(pin.need, pin.item_ordinal), of_pin).ok()
}

/// What the pinned parts draw on, for the list of pools.
pub(super) fn piece(gatherer: &Gatherer<'_>, pinned: &[Pinned]) -> Piece {
    let mut piece = Piece::default();
    for pinned in pinned {
        piece.add(gatherer.snapshot, None, pinned.choices.iter().cloned());
    }
    piece.finish()
}

/// Takes every pinned part off what is left of its pools, in their first way that has enough.
pub(super) fn place(
    gatherer: &Gatherer<'_>,
    pinned: Vec<Pinned>,
    pools: &mut RoundPools,
) -> Result<Vec<PinnedPart>, DraftError> {
    let mut taken: Vec<i64> = Vec::new();
    let mut parts = Vec::with_capacity(pinned.len());
    for Pinned { item, quantity, choices, at } in pinned {
        let at_item = item as usize;
        taken.resize(taken.len().max(at_item + 1), 0);
        taken[at_item] += quantity;
        if gatherer.items.items.get(at_item).is_none_or(|item| taken[at_item] > item.quantity) {
            return Err(invalid(at, "quantity", "must be at most what is open of the item"));
        }
        let units = quantity.unsigned_abs();
        let placed = choices.into_iter().find_map(|choice| {
            let places: Option<Vec<u32>> = choice.way.keys.iter().map(|key| pools.place(*key)).collect();
            let lane = |place| pools.lane(gatherer.snapshot, place, choice.resource);
            let places: Vec<u32> = places?.into_iter().map(lane).collect();
            let enough = |place: &u32| RoundPools::left(gatherer.snapshot, &pools.pools[*place as usize]) >= units;
            places.iter().all(enough).then_some((choice, places))
        });
        let (choice, places) = placed.ok_or_else(|| invalid(at, "quantity", "must be left of the resource"))?;
        for place in &places {
            pools.pin(*place, units);
        }
        parts.push(PinnedPart { item, quantity, choice, pools: places });
    }
    Ok(parts)
}

/// Quantity of each occurrence that is decided, by item.
pub(super) fn by_item(parts: &[PinnedPart]) -> HashMap<u32, i64> {
    let mut pinned: HashMap<u32, i64> = HashMap::new();
    for part in parts {
        *pinned.entry(part.item).or_default() += part.quantity;
    }
    pinned
}

fn invalid(at: usize, field: &str, message: &str) -> DraftError {
    DraftError::invalid(Violation::new(format!("rules.pinned[{at}].{field}"), "round.pinned", message))
}
