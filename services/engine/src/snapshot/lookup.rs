//! A map from keys to places in a table whose clones share all but the latest entries.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Keys to places. Entries are only added or overwritten.
#[derive(Debug, Clone)]
pub(crate) struct Lookup<K> {
    base: Arc<HashMap<K, u32>>,
    recent: HashMap<K, u32>,
}

impl<K> Default for Lookup<K> {
    fn default() -> Self {
        Self { base: Arc::new(HashMap::new()), recent: HashMap::new() }
    }
}

impl<K: Hash + Eq + Clone> Lookup<K> {
    /// The place of a key.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        if !self.recent.is_empty()
            && let Some(at) = self.recent.get(key)
        {
            return Some(*at);
        }
        self.base.get(key).copied()
    }

    /// All keys with their places, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, u32)> {
        let base = self.base.iter().filter(|(key, _)| !self.recent.contains_key(*key));
        base.chain(&self.recent).map(|(key, at)| (key, *at))
    }

    /// Sets the place of a key: in the shared part as long as nobody shares it, beside it afterwards.
    pub(crate) fn insert(&mut self, key: K, at: u32) {
        match Arc::get_mut(&mut self.base) {
            Some(base) if self.recent.is_empty() => base.insert(key, at),
            _ => self.recent.insert(key, at),
        };
    }

    /// Entries that clones have to copy.
    pub(crate) fn recent_len(&self) -> usize {
        self.recent.len()
    }

    /// Replaces every place by the one that `places` has for it.
    pub(crate) fn renumber(&mut self, places: &[u32]) {
        self.fold();
        for at in Arc::make_mut(&mut self.base).values_mut() {
            *at = places.get(*at as usize).copied().unwrap_or(*at);
        }
    }

    /// Moves the latest entries to the shared part.
    pub(crate) fn fold(&mut self) {
        if !self.recent.is_empty() {
            Arc::make_mut(&mut self.base).extend(std::mem::take(&mut self.recent));
        }
    }

    /// Bytes of the maps, without what keys point to (an estimate of the standard library's table: a control byte an entry).
    pub(crate) fn memory_bytes(&self) -> usize {
        // The table holds a power of two of slots, filled to seven eighths at most.
        let slots = |capacity: usize| if capacity == 0 { 0 } else { (capacity * 8 / 7).next_power_of_two() };
        (slots(self.base.capacity()) + slots(self.recent.capacity())) * (size_of::<(K, u32)>() + 1)
    }
}
