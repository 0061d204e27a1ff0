//! Pairs of an item and a resource in one of its ways: found in pieces, kept side by side, a few bytes each.

use std::collections::HashMap;

use wishwell_domain::limits::ROUND_PAIRS_MAX;

use super::DraftError;
use super::exhausted::{Exhausted, Pair};
use super::gather::{Choice, UsedUp};
use super::ways::{Flags, Key, Times};
use crate::capacity::draws_in;
use crate::snapshot::row::NONE;
use crate::snapshot::{ResourceRef, Snapshot};

/// A pool, who offers it, and how much is taken of it for each unit.
pub(super) type Taker = (u32, u32, i64);

/// What was found for some items that follow one another.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Pairs of each item, by how many there are after it.
    ends: Vec<u32>,
    times: Vec<Option<Times>>,
    resources: Vec<ResourceRef>,
    metres: Vec<u32>,
    flags: Vec<Flags>,
    /// First pool and period of each pair; once it is finished, by its place among the keys.
    own: Vec<Key>,
    numbers: Vec<u32>,
    /// The others: by pair.
    further: Vec<(u32, Key)>,
    /// Occurrences of the pairs that are of more than one.
    occurrences: Vec<(u32, u16)>,
    /// Every pool and period, each once.
    keys: Vec<Key>,
    /// Each combination once.
    takers: Vec<Taker>,
    /// Pairs with what has nothing left, whose pools are known by their keys until the piece is finished; and who takes from them.
    used_up: Exhausted,
    used_up_keys: Vec<Key>,
    used_up_takers: Vec<Taker>,
}

impl Piece {
    pub(super) fn add(&mut self, snapshot: &Snapshot, times: Option<Times>, choices: impl IntoIterator<Item = Choice>) {
        self.times.push(times);
        for choice in choices {
            let at = self.len();
            let mut keys = choice.way.keys.into_iter();
            let Some(own) = keys.next() else { continue };
            self.own.push(own);
            self.further.extend(keys.map(|key| (at, key)));
            self.resources.push(choice.resource);
            self.metres.push(choice.metres);
            self.flags.push(choice.flags);
            if choice.way.occurrences != 1 {
                self.occurrences.push((at, u16::try_from(choice.way.occurrences).unwrap_or(u16::MAX)));
            }
            if let Some(row) = snapshot.row(choice.resource) {
                let draws = draws_in(&snapshot.tables, row);
                self.takers.extend(draws.as_slice().iter().map(|(place, k)| (*place, row.organization, (*k).max(1))));
            }
        }
        self.ends.push(self.len());
    }

    /// Adds what has nothing left for the item that was added last.
    pub(super) fn add_used_up(&mut self, snapshot: &Snapshot, used_up: Vec<UsedUp>) {
        if used_up.iter().any(|used_up| !used_up.enough) {
            self.used_up.be_partial();
        }
        for UsedUp { key, metres, resource, .. } in used_up {
            self.used_up_keys.push(key);
            self.used_up.push(Pair { pool: NONE, metres, resource });
            if let Some(row) = snapshot.row(resource) {
                let draws = draws_in(&snapshot.tables, row);
                let takers = draws.as_slice().iter().map(|(place, k)| (*place, row.organization, (*k).max(1)));
                self.used_up_takers.extend(takers);
            }
        }
        self.used_up.end();
    }

    fn len(&self) -> u32 {
        u32::try_from(self.own.len()).unwrap_or(u32::MAX)
    }

    /// Numbers the keys.
    pub(super) fn finish(mut self) -> Self {
        let of_pairs = self.own.iter().copied().chain(self.further.iter().map(|(_, key)| *key));
        self.keys = of_pairs.chain(self.used_up_keys.iter().copied()).collect();
        self.keys.sort_unstable();
        self.keys.dedup();
        for takers in [&mut self.takers, &mut self.used_up_takers] {
            takers.sort_unstable();
            takers.dedup();
        }
        let keys = &self.keys;
        self.numbers = std::mem::take(&mut self.own).iter().map(|key| place(keys, key)).collect();
        self.used_up.pools = std::mem::take(&mut self.used_up_keys).iter().map(|key| place(keys, key)).collect();
        self
    }
}

fn place(keys: &[Key], key: &Key) -> u32 {
    u32::try_from(keys.partition_point(|of| of < key)).unwrap_or(u32::MAX)
}

/// What was found for all items, in their order.
///
/// A round may have tens of millions of pairs: every field is an array of its own, and what few pairs have lies apart.
#[derive(Debug)]
pub(super) struct Pairs {
    /// How many items there will be.
    items: usize,
    /// Where the pairs of each item begin, and one more.
    pub(super) first: Vec<u32>,
    /// How the quantities of occurrences add up, by item.
    pub(super) times: Vec<Option<Times>>,
    /// First pool and period of each pair, by its number: the place among the keys.
    pub(super) pools: Vec<u32>,
    /// In metres, the assumed ones where they are not known.
    pub(super) metres: Vec<u32>,
    pub(super) origins: Origins,
    /// Further pools and periods: (pair, number), ascending by pair.
    pub(super) further: Vec<(u32, u32)>,
    /// Every pool and period, each once, in the order in which they came.
    pub(super) keys: Vec<Key>,
    numbers: HashMap<Key, u32>,
    /// Each combination at least once.
    pub(super) takers: Takers,
    /// Pairs with what has nothing left, by item, their pools by number or place like those above; and who takes from them.
    pub(super) used_up: Exhausted,
    pub(super) used_up_takers: Takers,
}

impl Pairs {
    /// None yet, of so many items.
    pub(super) fn of(items: usize) -> Self {
        Self {
            items,
            first: [0].into(),
            times: Vec::with_capacity(items),
            pools: Vec::new(),
            metres: Vec::new(),
            origins: Origins::default(),
            further: Vec::new(),
            keys: Vec::new(),
            numbers: HashMap::new(),
            takers: Takers::default(),
            used_up: Exhausted::default(),
            used_up_takers: Takers::default(),
        }
    }

    /// Adds those of the next items.
    ///
    /// # Errors
    /// More than a round has.
    pub(super) fn add(&mut self, piece: Piece) -> Result<(), DraftError> {
        let before = self.pools.len();
        let found = before + piece.numbers.len();
        if found > ROUND_PAIRS_MAX {
            return Err(DraftError::TooLarge { what: "pairs", most: ROUND_PAIRS_MAX, found });
        }
        self.make_room(piece.ends.len(), found);
        let of_piece: Vec<u32> = piece.keys.iter().map(|key| self.number(*key)).collect();
        let number = |at: &u32| of_piece.get(*at as usize).copied().unwrap_or(u32::MAX);
        // Pairs are fewer than numbers of four bytes.
        let offset = before as u32;
        self.first.extend(piece.ends.iter().map(|end| offset + end));
        self.times.extend(piece.times);
        self.pools.extend(piece.numbers.iter().map(number));
        self.metres.extend(piece.metres);
        let further = piece.further.iter().map(|(at, key)| (offset + at, number(&place(&piece.keys, key))));
        self.further.extend(further);
        self.origins.resources.extend(piece.resources);
        self.origins.flags.extend(piece.flags);
        self.origins.occurrences.extend(piece.occurrences.iter().map(|(at, count)| (offset + at, *count)));
        self.takers.add(piece.takers);
        let used_up = self.used_up.len() as usize + piece.used_up.len() as usize;
        let expected = self.expected(0, used_up);
        self.used_up.extend(&piece.used_up, |at| number(&at), expected);
        self.used_up_takers.add(piece.used_up_takers);
        Ok(())
    }

    fn number(&mut self, key: Key) -> u32 {
        let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.keys.push(key);
        }
        number
    }

    /// Room for what is expected by what came: growing step by step would take twice as much for a while.
    fn make_room(&mut self, items: usize, pairs: usize) {
        let expected = self.expected(items, pairs);
        let grow = |of: &mut Vec<u32>| {
            if of.capacity() < pairs {
                of.reserve_exact(expected - of.len());
            }
        };
        grow(&mut self.pools);
        grow(&mut self.metres);
        if self.origins.flags.capacity() < pairs {
            self.origins.resources.reserve_exact(expected - self.origins.resources.len());
            self.origins.flags.reserve_exact(expected - self.origins.flags.len());
        }
    }

    /// How many pairs all items will have, once as many more have been added as these are pairs of.
    fn expected(&self, items: usize, pairs: usize) -> usize {
        let done = self.times.len() + items;
        let expected = (pairs as u64 * self.items as u64).div_ceil(done.max(1) as u64);
        usize::try_from(expected + expected / 32).unwrap_or(pairs).clamp(pairs, ROUND_PAIRS_MAX.max(pairs))
    }

    /// Adds what pinned parts draw on, which are no pairs: to keys and takers alone.
    pub(super) fn add_drawn(&mut self, piece: Piece) {
        for key in piece.keys {
            self.number(key);
        }
        self.takers.add(piece.takers);
    }

    /// Tells pools and periods by these places instead of numbers, and forgets what else is known of them.
    pub(super) fn by_place(&mut self, place: impl Fn(Key) -> Option<u32>) {
        let places: Vec<u32> = self.keys.iter().map(|key| place(*key).unwrap_or(u32::MAX)).collect();
        let put = |number: &mut u32| *number = places.get(*number as usize).copied().unwrap_or(u32::MAX);
        self.pools.iter_mut().for_each(put);
        self.further.iter_mut().for_each(|(_, number)| put(number));
        self.used_up.pools.iter_mut().for_each(put);
        (self.keys, self.numbers) = (Vec::new(), HashMap::new());
        (self.takers, self.used_up_takers) = (Takers::default(), Takers::default());
    }

    /// The pairs of an item.
    pub(super) fn choices(&self, item: usize) -> Choices<'_> {
        let (from, to) = (self.first[item] as usize, self.first[item + 1] as usize);
        let further = |end: usize| self.further.partition_point(|(pair, _)| (*pair as usize) < end);
        Choices {
            from,
            pools: &self.pools[from..to],
            metres: &self.metres[from..to],
            further: &self.further[further(from)..further(to)],
        }
    }
}

/// The pairs of one item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choices<'a> {
    /// The first of them.
    pub(super) from: usize,
    pub(super) pools: &'a [u32],
    pub(super) metres: &'a [u32],
    /// Their further pools: (pair, pool).
    pub(super) further: &'a [(u32, u32)],
}

/// Takers that may have come more than once.
const TAKERS_UNSETTLED_MAX: usize = 1 << 16;

/// Who takes from which pools: each combination at least once.
#[derive(Debug, Default)]
pub(super) struct Takers {
    pub(super) all: Vec<Taker>,
    settled: usize,
}

impl Takers {
    /// Adds what a piece takes; those known already are left out once there are many.
    fn add(&mut self, takers: Vec<Taker>) {
        self.all.extend(takers);
        if self.all.len() > 2 * self.settled + TAKERS_UNSETTLED_MAX {
            self.all.sort_unstable();
            self.all.dedup();
            self.settled = self.all.len();
        }
    }
}

/// The resource behind a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) resource: ResourceRef,
    pub(super) occurrences: u16,
    pub(super) flags: Flags,
}

/// The resources behind pairs.
#[derive(Debug, Default)]
pub(super) struct Origins {
    resources: Vec<ResourceRef>,
    flags: Vec<Flags>,
    /// Occurrences of those that are of more than one, ascending.
    occurrences: Vec<(u32, u16)>,
}

impl Origins {
    pub(super) fn get(&self, at: usize) -> Origin {
        let apart = self.occurrences.binary_search_by_key(&at, |(of, _)| *of as usize).ok();
        let occurrences = apart.and_then(|place| self.occurrences.get(place)).map_or(1, |(_, count)| *count);
        Origin { resource: self.resources[at], occurrences, flags: self.flags[at] }
    }

    /// Those that are put together anew from some of these, over which they are written.
    pub(super) fn rewrite(&mut self) -> Rewritten<'_> {
        Rewritten { occurrences: Vec::new(), len: 0, of: self }
    }
}

/// Origins that are written over others; those have been read before.
pub(super) struct Rewritten<'a> {
    of: &'a mut Origins,
    len: usize,
    occurrences: Vec<(u32, u16)>,
}

impl Rewritten<'_> {
    /// One of those that are not written over yet.
    pub(super) fn get(&self, at: usize) -> Origin {
        self.of.get(at)
    }

    pub(super) fn push(&mut self, origin: Origin) {
        self.of.resources[self.len] = origin.resource;
        self.of.flags[self.len] = origin.flags;
        if origin.occurrences != 1 {
            self.occurrences.push((u32::try_from(self.len).unwrap_or(u32::MAX), origin.occurrences));
        }
        self.len += 1;
    }

    pub(super) fn finish(self) {
        self.of.resources.truncate(self.len);
        self.of.flags.truncate(self.len);
        self.of.occurrences = self.occurrences;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Pieces with an item each, whose pairs are to these pools and periods.
    fn pieces(of: &[&[&[Key]]]) -> Pairs {
        let mut pairs = Pairs::of(of.len());
        for item in of {
            let mut piece = Piece::default();
            for (nth, keys) in (0..).zip(*item) {
                let (own, further) = keys.split_first().unwrap();
                piece.own.push(*own);
                piece.further.extend(further.iter().map(|key| (nth, *key)));
                piece.resources.push(ResourceRef(nth));
                piece.metres.push(10 * nth);
                piece.flags.push(Flags::default());
                piece.occurrences.extend((nth > 0).then_some((nth, 5)));
            }
            piece.times.push(None);
            piece.ends.push(piece.len());
            pairs.add(piece.finish()).unwrap();
        }
        pairs
    }

    #[test]
    fn pairs_of_several_pieces_lead_to_the_pools_they_were_found_with() {
        let found: [&[&[Key]]; 4] = [&[&[(7, 1)], &[(3, 2), (9, 0), (7, 1)]], &[], &[&[(3, 2)]], &[&[(9, 0), (3, 2)]]];
        let mut pairs = pieces(&found);
        let mut keys: Vec<Key> = pairs.keys.clone();
        keys.sort_unstable();
        assert_eq!(keys, [(3, 2), (7, 1), (9, 0)]);
        pairs.by_place(|key| keys.binary_search(&key).ok().map(|at| at as u32));
        let mut seen = 0;
        for (item, of_item) in found.iter().enumerate() {
            let choices = pairs.choices(item);
            assert_eq!((choices.from, choices.pools.len()), (seen, of_item.len()));
            for (nth, of_pair) in of_item.iter().enumerate() {
                let further = choices.further.iter().filter(|(pair, _)| *pair as usize == seen + nth);
                let places = std::iter::once(choices.pools[nth]).chain(further.map(|(_, pool)| *pool));
                let told: Vec<Key> = places.map(|place| keys[place as usize]).collect();
                assert_eq!(told, *of_pair);
                assert_eq!(choices.metres[nth] as usize, 10 * nth);
            }
            seen += of_item.len();
        }
    }

    #[test]
    fn origins_written_over_others_are_those_that_were_put() {
        let pairs = pieces(&[&[&[(1, 0)], &[(2, 0)], &[(3, 0)]], &[&[(1, 0)], &[(2, 0)]]]);
        let mut origins = pairs.origins;
        let told = |origin: Origin| (origin.resource.0, origin.occurrences);
        assert_eq!(
            (0..5).map(|at| told(origins.get(at))).collect::<Vec<_>>(),
            [(0, 1), (1, 5), (2, 5), (0, 1), (1, 5)]
        );
        let mut written = origins.rewrite();
        for at in [2, 1, 4] {
            let origin = written.get(at);
            // What is put is behind what is read, as rows are made of later pairs.
            written.push(origin);
        }
        written.finish();
        assert_eq!((0..3).map(|at| told(origins.get(at))).collect::<Vec<_>>(), [(2, 5), (1, 5), (1, 5)]);
        assert_eq!(origins.flags.len(), 3);
    }

    #[test]
    fn more_pairs_than_a_round_has_are_refused_as_they_come() {
        let mut pairs = Pairs::of(2);
        pairs.pools = vec![0; ROUND_PAIRS_MAX];
        let piece = Piece { numbers: vec![0], ..Piece::default() };
        let refused = pairs.add(piece);
        assert!(
            matches!(refused, Err(DraftError::TooLarge { what: "pairs", most: ROUND_PAIRS_MAX, found }) if found > ROUND_PAIRS_MAX)
        );
    }
}
