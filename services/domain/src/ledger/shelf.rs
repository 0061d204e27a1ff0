//! Entities under change, with what they were: as stored, and before the commands under way.

use std::collections::BTreeMap;

/// Entities by key. Changes can be taken back to the last [`Shelf::settle`].
#[derive(Debug)]
pub(super) struct Shelf<K, T> {
    entries: BTreeMap<K, Entry<T>>,
    /// What was touched since the last settling, as it was; none where there was nothing.
    journal: Vec<(K, Option<Entry<T>>)>,
}

#[derive(Debug, Clone)]
struct Entry<T> {
    /// As the store has it; none when new.
    stored: Option<T>,
    current: T,
    changed: bool,
}

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), journal: Vec::new() }
    }
}

impl<K: Ord + Copy, T: Clone> Shelf<K, T> {
    /// Brings an entity from the store.
    pub(super) fn bring(&mut self, key: K, entity: T) {
        self.entries.insert(key, Entry { stored: None, current: entity, changed: false });
    }

    /// Adds a new entity.
    pub(super) fn add(&mut self, key: K, entity: T) {
        let before = self.entries.insert(key, Entry { stored: None, current: entity, changed: true });
        self.journal.push((key, before));
    }

    pub(super) fn get(&self, key: K) -> Option<&T> {
        self.entries.get(&key).map(|entry| &entry.current)
    }

    /// Whether it was changed or added since it was brought.
    pub(super) fn is_changed(&self, key: K) -> bool {
        self.entries.get(&key).is_some_and(|entry| entry.changed)
    }

    /// Whether it was changed or added since the last settling. The journal is short: what one request touches.
    pub(super) fn is_unsettled(&self, key: K) -> bool {
        self.journal.iter().any(|(touched, _)| *touched == key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.values().map(|entry| &entry.current)
    }

    /// The entity, to be changed.
    pub(super) fn change(&mut self, key: K) -> Option<&mut T> {
        let journaled = self.is_unsettled(key);
        let entry = self.entries.get_mut(&key)?;
        if !journaled {
            self.journal.push((key, Some(entry.clone())));
        }
        if !entry.changed {
            entry.changed = true;
            entry.stored = Some(entry.current.clone());
        }
        Some(&mut entry.current)
    }

    /// Keeps what was changed.
    pub(super) fn settle(&mut self) {
        self.journal.clear();
    }

    /// Takes back what was changed since the last settling.
    pub(super) fn take_back(&mut self) {
        while let Some((key, before)) = self.journal.pop() {
            match before {
                Some(entry) => self.entries.insert(key, entry),
                None => self.entries.remove(&key),
            };
        }
    }

    /// What was changed, by key: as stored (none when new), and as it is now.
    pub(super) fn into_changed(self) -> Vec<(Option<T>, T)> {
        let changed = self.entries.into_values().filter(|entry| entry.changed);
        changed.map(|entry| (entry.stored, entry.current)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_settled_can_be_taken_back_however_often_it_changed() {
        let mut shelf = Shelf::default();
        shelf.bring(1, "stored");
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "settled";
        shelf.settle();
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "twice";
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "changed";
        shelf.add(2, "new");
        shelf.take_back();
        assert_eq!(shelf.get(1), Some(&"settled"));
        assert_eq!(shelf.get(2), None);
        assert_eq!(shelf.into_changed(), vec![(Some("stored"), "settled")]);
    }
}
