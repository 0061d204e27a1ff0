//! Items that count alike, whatever they ask: a unit is worth so much that a whole item is worth what every other is.

use std::collections::BTreeSet;

use crate::objective::PriceWeights;
use crate::problem::ProblemParts;
use crate::problem::limits::{ITEM_PARTS, WORTH_MAX};

impl ProblemParts {
    /// Makes all items count alike: a unit is worth [`ITEM_PARTS`] times [`Self::finer`] over the quantity, rounded down. That is exact
    /// for every quantity of which the whole is a multiple, the smallest of a problem as far as they fit; of the others an item
    /// lacks less than one in [`ITEM_PARTS`] of the whole. Where there are groups, what the levels weigh bounds how fine that can be: then
    /// an item may lack more, and one of more units than the whole has parts counts more than others.
    ///
    /// Everything else has to be there: whether the levels fit together depends on it.
    pub fn count_items_alike(&mut self) {
        // One by one: there are few different ones among many.
        let mut quantities = BTreeSet::new();
        for item in &self.items {
            quantities.insert(item.quantity.max(1));
        }
        let mut most = WORTH_MAX;
        loop {
            let whole = whole_of(&quantities, most);
            self.finer = whole / u64::from(ITEM_PARTS);
            for item in &mut self.items {
                item.worth = (whole / item.quantity.max(1)).max(1);
            }
            if self.finer == 1 || PriceWeights::of(self).is_ok() {
                return;
            }
            most = (most / 4).max(u64::from(ITEM_PARTS));
        }
    }
}

/// What an item counts in parts, at most so many: a multiple of [`ITEM_PARTS`], of as many quantities as fit, the smallest first, and
/// so large that rounding a unit's share of it loses little.
fn whole_of(quantities: &BTreeSet<u64>, most: u64) -> u64 {
    let least = u64::from(ITEM_PARTS);
    let mut whole = least;
    let mut exact = true;
    for quantity in quantities {
        let multiple = (whole / divisor(whole, *quantity)).checked_mul(*quantity).filter(|multiple| *multiple <= most);
        exact &= multiple.is_some();
        whole = multiple.unwrap_or(whole);
    }
    let largest = quantities.last().copied().unwrap_or(1);
    while !exact && whole / least < largest && whole <= most / 2 {
        whole *= 2;
    }
    whole
}

fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::Level;
    use crate::problem::limits::UNITS_MAX;
    use crate::problem::{Group, Item, Problem, Split};

    fn items(quantities: &[u64]) -> ProblemParts {
        let item = |quantity: &u64| Item { quantity: *quantity, tier: 0, worth: 1, group: None, split: Split::Any };
        ProblemParts {
            levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
            items: quantities.iter().map(item).collect(),
            first: vec![0; quantities.len() + 1],
            ..ProblemParts::default()
        }
    }

    fn whole(parts: &ProblemParts) -> u64 {
        u64::from(ITEM_PARTS) * parts.finer
    }

    #[test]
    fn small_quantities_count_in_the_usual_parts() {
        let mut parts = items(&[1, 2, 3, 7, 10, 12, 2_520]);
        parts.count_items_alike();
        assert_eq!(parts.finer, 1);
        assert_eq!(
            parts.items.iter().map(|item| item.worth).collect::<Vec<_>>(),
            [2_520, 1_260, 840, 360, 252, 210, 1]
        );
    }

    #[test]
    fn amounts_of_money_count_like_everything_else() {
        let mut parts = items(&[1, 11, 1_300, 50_000, 120_000, 300_000, 3_000_000]);
        parts.count_items_alike();
        for item in &parts.items {
            assert_eq!(item.worth * item.quantity, whole(&parts), "{}", item.quantity);
        }
        Problem::new(parts).expect("they fit");
    }

    /// A generator of numbers that look random (xorshift).
    fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
        move |below| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        }
    }

    #[test]
    fn whatever_is_asked_an_item_is_worth_one_to_within_a_part() {
        let mut number = numbers(0x5eed);
        for round in 0..500 {
            let quantities: Vec<u64> = (0..1 + number(40))
                .map(|_| {
                    let digits = 1 + number(12) as u32;
                    (1 + number(10_u64.pow(digits))).min(UNITS_MAX)
                })
                .collect();
            let mut parts = items(&quantities);
            parts.count_items_alike();
            let whole = whole(&parts);
            assert!(whole <= WORTH_MAX, "round {round}");
            for item in &parts.items {
                let worth = item.worth * item.quantity;
                let lacking = whole.checked_sub(worth).expect("never more than an item");
                assert!(lacking <= whole / u64::from(ITEM_PARTS), "round {round}: {item:?} of {whole}");
            }
            Problem::new(parts).expect("they fit");
        }
    }

    #[test]
    fn beside_guarantees_they_count_as_finely_as_fits() {
        let mut parts = items(&[1, 300_007]);
        parts.groups = vec![Group { guarantee: 1, group: None }; 4];
        parts.distance_told = 100_000;
        parts.count_items_alike();
        assert!(parts.finer > 119, "{}", parts.finer);
        let coarse = parts.finer;
        let one = parts.items[1];
        parts.items.extend((1..8).map(|tier| Item { tier, ..one }));
        parts.first = vec![0; parts.items.len() + 1];
        parts.levels = (0..8).map(Level::Tier).chain([Level::Guarantee, Level::Distance, Level::Load]).collect();
        parts.count_items_alike();
        assert!(parts.finer < coarse, "{} {coarse}", parts.finer);
        Problem::new(parts).expect("they fit");
    }
}
