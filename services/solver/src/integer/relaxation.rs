//! What decisions leave of a problem as a flow, as the certificate's page defines it (`wishwell_allocation::Certificate`).

use std::collections::{BTreeMap, BTreeSet};

use wishwell_allocation::{Cut, Decision, Partners, SUMS_MAX, Segment};

use super::index::Index;
use crate::simplex::Relaxed;

/// Decisions on the way to a node, each with whether it holds.
pub(super) type Path = Vec<(Decision, bool)>;

/// What is decided, item by item and bound by bound.
struct Decided {
    required: Vec<bool>,
    closed: Vec<bool>,
    chosen: BTreeSet<u32>,
}

/// The relaxation under decisions; or the pool or cap that alone has nothing left of more than it has.
pub(super) fn relax(index: &Index<'_>, path: &[(Decision, bool)]) -> Result<Relaxed, Cut> {
    let mut decided = served_and_refused(index, path);
    exclude(index, path, &mut decided);
    let Decided { required, mut closed, chosen } = decided;
    let mut given = Given::of(index);
    for arc in &chosen {
        given.choose(index, *arc);
    }
    for arc in (0..closed.len() as u32).filter(|arc| !chosen.contains(arc)) {
        closed[arc as usize] |= index.whole(index.item_of[arc as usize]) && !given.fits(index, arc);
    }
    shorten_to_sums(index, &closed, &chosen, &mut given);
    given.negative().map_or(Ok(()), Err)?;
    let nothing_closed = closed.iter().all(|closed| !closed);
    let usable = (0_u32..).zip(&closed).filter(|(_, closed)| !**closed).map(|(arc, _)| arc);
    let whole = |units: Vec<i128>| units.into_iter().map(|units| units as u64).collect();
    Ok(Relaxed {
        usable: (!nothing_closed).then(|| usable.collect()),
        required: required.contains(&true).then_some(required),
        pools: whole(given.pools),
        caps: whole(given.caps),
    })
}

fn served_and_refused(index: &Index<'_>, path: &[(Decision, bool)]) -> Decided {
    let parts = index.parts();
    let mut required = vec![false; parts.items.len()];
    let mut refused = vec![false; parts.items.len()];
    let mut closed = vec![false; parts.arc_pool.len()];
    let mut chosen = BTreeSet::new();
    let together = |item: u32| match index.bundle_of[item as usize] {
        Some(bundle) => parts.bundles[bundle as usize].items.clone(),
        None => vec![item],
    };
    for (on, holds) in path {
        let (items, to) = match (*on, *holds) {
            (Decision::Item(item), true) => (together(item), &mut required),
            (Decision::Item(item), false) => (together(item), &mut refused),
            (Decision::Bundle(bundle), true) => (parts.bundles[bundle as usize].items.clone(), &mut required),
            (Decision::Bundle(bundle), false) => (parts.bundles[bundle as usize].items.clone(), &mut refused),
            (Decision::Arc(arc), true) => {
                let item = index.item_of[arc as usize];
                for other in index.problem.arcs(item).filter(|other| *other != arc as usize) {
                    closed[other] = true;
                }
                chosen.insert(arc);
                (together(item), &mut required)
            }
            (Decision::Arc(arc), false) => {
                closed[arc as usize] = true;
                continue;
            }
            (Decision::Partner(..) | Decision::Contact(..), _) => continue,
        };
        for item in items {
            to[item as usize] = true;
        }
    }
    for (item, _) in (0_u32..).zip(&refused).filter(|(_, refused)| **refused) {
        closed[index.problem.arcs(item)].fill(true);
    }
    Decided { required, closed, chosen }
}

/// Who is among those of each bound, and who is not.
#[derive(Default)]
struct Among {
    yes: BTreeSet<u32>,
    no: BTreeSet<u32>,
}

impl Among {
    /// Of a bound on partners: who helps already is one of them, whatever is decided.
    fn of(bound: &Partners) -> Self {
        Self { yes: bound.already.iter().copied().collect(), no: BTreeSet::new() }
    }

    fn excludes(&self, who: u32, most: u32) -> bool {
        self.no.contains(&who)
            || self.yes.len() > most as usize
            || self.yes.len() == most as usize && !self.yes.contains(&who)
    }

    fn decide(&mut self, who: u32, holds: bool) {
        if holds {
            self.yes.insert(who)
        } else {
            self.no.insert(who)
        };
    }
}

/// Closes the arcs that touch partners which the bounds on partners and contacts exclude.
fn exclude(index: &Index<'_>, path: &[(Decision, bool)], decided: &mut Decided) {
    let parts = index.parts();
    let mut partners: BTreeMap<u32, Among> = BTreeMap::new();
    let mut contacts: BTreeMap<u32, Among> = BTreeMap::new();
    let among = |bound: u32| Among::of(&parts.partners[bound as usize]);
    for (nth, bound) in (0_u32..).zip(&parts.contacts) {
        if bound.most == 0 {
            contacts.insert(nth, Among::default());
        }
    }
    for (on, holds) in path {
        match *on {
            Decision::Partner(bound, partner) => {
                partners.entry(bound).or_insert_with(|| among(bound)).decide(partner, *holds);
            }
            Decision::Contact(bound, item) => contacts.entry(bound).or_default().decide(item, *holds),
            _ => {}
        }
    }
    for arc in &decided.chosen {
        let item = index.item_of[*arc as usize];
        for partner in index.partners(*arc) {
            for bound in index.bounds_of.of(item) {
                partners.entry(*bound).or_insert_with(|| among(*bound)).decide(partner, true);
            }
            for bound in index.contacts_of(partner) {
                contacts.entry(*bound).or_default().decide(item, true);
            }
        }
    }
    for (bound, among) in &partners {
        let bound = &parts.partners[*bound as usize];
        for arc in bound.items.iter().flat_map(|item| index.problem.arcs(*item)) {
            decided.closed[arc] |= index.partners(arc as u32).any(|partner| among.excludes(partner, bound.most));
        }
    }
    for (bound, among) in &contacts {
        let bound = &parts.contacts[*bound as usize];
        for (arc, item) in (0_u32..).zip(&index.item_of) {
            decided.closed[arc as usize] |= among.excludes(*item, bound.most) && index.touches(arc, bound.partner);
        }
    }
}

/// What pools and caps have, and what is left of it.
struct Given {
    /// Capacity less what is reserved.
    pools: Vec<i128>,
    caps: Vec<i128>,
    /// What decided arcs carry themselves.
    carried_pools: Vec<i128>,
    carried_caps: Vec<i128>,
}

fn capacity(segments: &[Segment]) -> i128 {
    segments.iter().map(|segment| i128::from(segment.units)).sum()
}

impl Given {
    fn of(index: &Index<'_>) -> Self {
        let parts = index.parts();
        Self {
            pools: parts.pools.iter().map(|pool| capacity(&pool.segments)).collect(),
            caps: parts.caps.iter().map(|cap| capacity(&cap.segments)).collect(),
            carried_pools: vec![0; parts.pools.len()],
            carried_caps: vec![0; parts.caps.len()],
        }
    }

    fn choose(&mut self, index: &Index<'_>, arc: u32) {
        let quantity = i128::from(index.quantity(index.item_of[arc as usize]));
        let pool = index.parts().arc_pool[arc as usize];
        self.carried_pools[pool as usize] += quantity;
        for cap in index.caps_above(pool) {
            self.carried_caps[cap as usize] += quantity;
        }
        for pool in index.draws(arc) {
            self.pools[*pool as usize] -= quantity;
            for cap in index.caps_above(*pool) {
                self.caps[cap as usize] -= quantity;
            }
        }
    }

    fn left(&self, pool: u32) -> i128 {
        self.pools[pool as usize] - self.carried_pools[pool as usize]
    }

    fn left_below(&self, cap: u32) -> i128 {
        self.caps[cap as usize] - self.carried_caps[cap as usize]
    }

    /// Whether the whole quantity fits over an arc beside what decided arcs take.
    fn fits(&self, index: &Index<'_>, arc: u32) -> bool {
        let quantity = i128::from(index.quantity(index.item_of[arc as usize]));
        if index.draws(arc).is_empty() {
            let pool = index.parts().arc_pool[arc as usize];
            return quantity <= self.left(pool) && index.caps_above(pool).all(|cap| quantity <= self.left_below(cap));
        }
        let mut caps: BTreeMap<u32, i128> = BTreeMap::new();
        for pool in index.touched(arc) {
            if quantity > self.left(pool) {
                return false;
            }
            for cap in index.caps_above(pool) {
                *caps.entry(cap).or_default() += quantity;
            }
        }
        caps.iter().all(|(cap, units)| *units <= self.left_below(*cap))
    }

    /// A pool or cap of which more is reserved than it has.
    fn negative(&self) -> Option<Cut> {
        let first = |of: &[i128]| of.iter().position(|units| *units < 0).map(|nth| nth as u32);
        let cut = |pools: Vec<u32>, caps: Vec<u32>| Cut { items: Vec::new(), pools, caps };
        match first(&self.pools) {
            Some(pool) => Some(cut(vec![pool], Vec::new())),
            None => first(&self.caps).map(|cap| cut(Vec::new(), vec![cap])),
        }
    }
}

/// Where only whole items use a pool, only sums of their quantities fit.
fn shorten_to_sums(index: &Index<'_>, closed: &[bool], chosen: &BTreeSet<u32>, given: &mut Given) {
    let parts = index.parts();
    let mut all_whole = vec![true; parts.pools.len()];
    let mut quantities: Vec<Vec<u64>> = vec![Vec::new(); parts.pools.len()];
    let mut last = vec![u32::MAX; parts.pools.len()];
    for (arc, pool) in (0_u32..).zip(&parts.arc_pool).filter(|(arc, _)| !closed[*arc as usize]) {
        let pool = *pool as usize;
        let item = index.item_of[arc as usize];
        if !index.whole(item) {
            all_whole[pool] = false;
        } else if !chosen.contains(&arc) && last[pool] != item {
            last[pool] = item;
            quantities[pool].push(index.quantity(item));
        }
    }
    for (pool, quantities) in quantities.iter().enumerate() {
        let left = given.left(pool as u32);
        if all_whole[pool] && left > 0 {
            given.pools[pool] = given.carried_pools[pool] + i128::from(largest_sum(quantities, left as u64));
        }
    }
}

/// The largest sum of some of the quantities that is at most `left`; where that is more than [`SUMS_MAX`], the largest multiple of
/// their greatest common divisor.
fn largest_sum(quantities: &[u64], left: u64) -> u64 {
    if quantities.iter().fold(0_u64, |sum, quantity| sum.saturating_add(*quantity)) <= left && left <= SUMS_MAX {
        return quantities.iter().sum();
    }
    let divisor = quantities.iter().fold(0, |one, other| divisor(one, *other));
    if divisor == 0 {
        return 0;
    }
    if left > SUMS_MAX {
        return left - left % divisor;
    }
    let mut sums = vec![0_u64; left as usize / 64 + 1];
    sums[0] = 1;
    for quantity in quantities.iter().filter(|quantity| **quantity <= left) {
        add_to_all(&mut sums, *quantity as usize);
    }
    (0..=left).rev().find(|sum| sums[*sum as usize / 64] >> (sum % 64) & 1 == 1).unwrap_or(0)
}

/// Each sum, and each with the quantity added.
fn add_to_all(sums: &mut [u64], quantity: usize) {
    let (words, bits) = (quantity / 64, quantity % 64);
    for word in (words..sums.len()).rev() {
        let mut shifted = sums[word - words] << bits;
        if bits > 0 && word > words {
            shifted |= sums[word - words - 1] >> (64 - bits);
        }
        sums[word] |= shifted;
    }
}

fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sum_is_that_of_the_best_subset() {
        let quantities = [3_u64, 5, 5, 9, 70, 131];
        for left in 0..300 {
            let sums = (0..1_u32 << quantities.len()).map(|subset| {
                let chosen = quantities.iter().enumerate().filter(|(nth, _)| subset >> nth & 1 == 1);
                chosen.map(|(_, quantity)| quantity).sum::<u64>()
            });
            assert_eq!(Some(largest_sum(&quantities, left)), sums.filter(|sum| *sum <= left).max());
        }
    }

    #[test]
    fn above_the_bound_only_the_divisor_counts() {
        assert_eq!(largest_sum(&[6, 9], SUMS_MAX + 3), SUMS_MAX + 3 - (SUMS_MAX + 3) % 3);
        assert_eq!(largest_sum(&[], SUMS_MAX + 3), 0);
    }
}
