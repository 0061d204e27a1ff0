//! Entities under change, with what they were: as stored, and before the commands under way. What is brought is shared with whoever
//! brings it, and copied once it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Entities by key. Changes can be taken back to the last [`Shelf::settle`].
#[derive(Debug)]
pub(super) struct Shelf<K, T> {
    entries: BTreeMap<K, Entry<T>>,
    /// What was touched since the last settling, as it was; none where there was nothing.
    journal: Vec<(K, Option<Entry<T>>)>,
}

#[derive(Debug)]
struct Entry<T> {
    /// As the store has it; none when new.
    stored: Option<Arc<T>>,
    current: Arc<T>,
    changed: bool,
}

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self { stored: self.stored.clone(), current: Arc::clone(&self.current), changed: self.changed }
    }
}

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), journal: Vec::new() }
    }
}

impl<K: Ord + Copy, T: Clone> Shelf<K, T> {
    /// Brings an entity from the store.
    pub(super) fn bring(&mut self, key: K, entity: Arc<T>) {
        self.entries.insert(key, Entry { stored: None, current: entity, changed: false });
    }

    /// Adds a new entity.
    pub(super) fn add(&mut self, key: K, entity: T) {
        let entry = Entry { stored: None, current: Arc::new(entity), changed: true };
        let before = self.entries.insert(key, entry);
        self.journal.push((key, before));
    }

    pub(super) fn get(&self, key: K) -> Option<&T> {
        self.entries.get(&key).map(|entry| entry.current.as_ref())
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
        self.entries.values().map(|entry| entry.current.as_ref())
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
            entry.stored = Some(Arc::clone(&entry.current));
        }
        Some(Arc::make_mut(&mut entry.current))
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
    pub(super) fn into_changed(self) -> Vec<(Option<Arc<T>>, T)> {
        // The journal's copies, if any are left, are not worth a copy of everything.
        drop(self.journal);
        let changed = self.entries.into_values().filter(|entry| entry.changed);
        changed.map(|entry| (entry.stored, Arc::unwrap_or_clone(entry.current))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_settled_can_be_taken_back_however_often_it_changed() {
        let mut shelf = Shelf::default();
        shelf.bring(1, Arc::new("stored"));
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "settled";
        shelf.settle();
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "twice";
        *shelf.change(1).unwrap_or_else(|| unreachable!()) = "changed";
        shelf.add(2, "new");
        shelf.take_back();
        assert_eq!(shelf.get(1), Some(&"settled"));
        assert_eq!(shelf.get(2), None);
        assert_eq!(shelf.into_changed(), vec![(Some(Arc::new("stored")), "settled")]);
    }
}
