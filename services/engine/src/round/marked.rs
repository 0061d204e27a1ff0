//! Values at some of many places.

/// Values at some of many places, forgotten all at once without looking at them.
///
/// A table with open addressing (D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4): few of very many places have a
/// value at a time, and an array of all of them would be neither small nor near.
pub(super) struct Marked<T> {
    /// When something was put there, for which place, and what. As many as a power of two.
    slots: Vec<(u32, u32, T)>,
    now: u32,
    count: usize,
}

/// Slots at first.
const SLOTS: usize = 1 << 10;
/// 2^32 divided by the golden ratio.
const SCATTER: u32 = 0x9e37_79b9;

impl<T: Copy + Default> Marked<T> {
    /// None with a value.
    pub(super) fn new() -> Self {
        Self { slots: vec![(0, 0, T::default()); SLOTS], now: 1, count: 0 }
    }

    /// The slot of a place, or the free one where it would be put.
    fn slot(&self, place: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (place.wrapping_mul(SCATTER) >> (u32::BITS - self.slots.len().ilog2())) as usize;
        while self.slots[at].0 == self.now && self.slots[at].1 != place {
            at = (at + 1) & mask;
        }
        at
    }

    /// The value at a place, if there is one.
    pub(super) fn get(&self, place: u32) -> Option<T> {
        let (put, _, value) = self.slots[self.slot(place)];
        (put == self.now).then_some(value)
    }

    /// Puts a value at a place, over what was there.
    pub(super) fn put(&mut self, place: u32, value: T) {
        let at = self.slot(place);
        self.count += usize::from(self.slots[at].0 != self.now);
        self.slots[at] = (self.now, place, value);
        if self.count > self.slots.len() / 2 {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let larger = vec![(0, 0, T::default()); 2 * self.slots.len()];
        let (slots, now) = (std::mem::replace(&mut self.slots, larger), self.now);
        for (_, place, value) in slots.into_iter().filter(|(put, ..)| *put == now) {
            let at = self.slot(place);
            self.slots[at] = (now, place, value);
        }
    }

    /// Leaves no value anywhere.
    pub(super) fn forget(&mut self) {
        if self.now == u32::MAX {
            self.slots.iter_mut().for_each(|(put, ..)| *put = 0);
            self.now = 0;
        }
        self.now += 1;
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Marked, SLOTS};

    #[test]
    fn what_is_put_is_there_until_all_is_forgotten() {
        let mut marked = Marked::new();
        assert_eq!(marked.get(1), None);
        marked.put(1, 7);
        marked.put(1, 8);
        assert_eq!((marked.get(0), marked.get(1), marked.get(9)), (None, Some(8), None));
        marked.forget();
        assert_eq!(marked.get(1), None);
        marked.now = u32::MAX;
        marked.put(2, 5);
        marked.forget();
        assert_eq!((marked.get(1), marked.get(2)), (None, None));
    }

    #[test]
    fn more_values_than_there_were_slots_are_all_there() {
        let (mut marked, mut known) = (Marked::new(), HashMap::new());
        for round in 0..3_u32 {
            marked.forget();
            known.clear();
            for nth in 0..3 * SLOTS as u32 {
                let place = nth.wrapping_mul(2_654_435_769 + 2 * round) >> 12;
                marked.put(place, nth);
                known.insert(place, nth);
            }
            assert!((0..1 << 20).all(|place| marked.get(place) == known.get(&place).copied()));
        }
    }
}
