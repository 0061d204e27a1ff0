//! Values at some of many places.

/// Values at some of many places, forgotten all at once without looking at them.
pub(super) struct Marked<T> {
    /// At each place a value, and when it was put there.
    places: Vec<(u32, T)>,
    now: u32,
}

impl<T: Copy + Default> Marked<T> {
    /// Of so many places, none with a value.
    pub(super) fn new(places: usize) -> Self {
        Self { places: vec![(0, T::default()); places], now: 1 }
    }

    /// The value at a place, if there is one.
    pub(super) fn get(&self, place: usize) -> Option<T> {
        self.places.get(place).filter(|(put, _)| *put == self.now).map(|(_, value)| *value)
    }

    /// Puts a value at a place, over what was there.
    pub(super) fn put(&mut self, place: usize, value: T) {
        self.places[place] = (self.now, value);
    }

    /// Leaves no value anywhere.
    pub(super) fn forget(&mut self) {
        if self.now == u32::MAX {
            self.places.iter_mut().for_each(|(put, _)| *put = 0);
            self.now = 0;
        }
        self.now += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Marked;

    #[test]
    fn what_is_put_is_there_until_all_is_forgotten() {
        let mut marked = Marked::new(3);
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
}
