//! A growable array whose clones share their memory: changing one element copies one chunk.

use std::sync::Arc;

/// Elements of one chunk: small enough that copying one costs microseconds, large enough that cloning the list of chunks does too.
const CHUNK_ELEMENTS: usize = 1024;

/// A growable array in copy-on-write chunks: full ones, found by one pointer, and the one that grows.
#[derive(Debug, Clone)]
pub(crate) struct Chunked<T> {
    full: Vec<Arc<[T]>>,
    growing: Arc<Vec<T>>,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { full: Vec::new(), growing: Arc::default() }
    }
}

impl<T: Clone> Chunked<T> {
    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.full.len() * CHUNK_ELEMENTS + self.growing.len()
    }

    /// The element at `at`, which a [`Self::push`] returned.
    #[inline]
    pub(crate) fn get(&self, at: u32) -> Option<&T> {
        let (chunk, at) = (at as usize / CHUNK_ELEMENTS, at as usize % CHUNK_ELEMENTS);
        match self.full.get(chunk) {
            Some(elements) => elements.get(at),
            None if chunk == self.full.len() => self.growing.get(at),
            None => None,
        }
    }

    /// Appends an element and returns its place.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        let growing = Arc::make_mut(&mut self.growing);
        growing.push(value);
        if growing.len() == CHUNK_ELEMENTS {
            self.full.push(std::mem::take(growing).into());
        }
        // The bounds of the catalogue (`limits`) keep every table far below 2^32 elements.
        u32::try_from(self.len() - 1).unwrap_or(u32::MAX)
    }

    /// The element at `at`, to be changed; its chunk is copied when shared.
    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        let (chunk, at) = (at as usize / CHUNK_ELEMENTS, at as usize % CHUNK_ELEMENTS);
        if chunk == self.full.len() {
            return Arc::make_mut(&mut self.growing).get_mut(at);
        }
        Arc::make_mut(self.full.get_mut(chunk)?).get_mut(at)
    }

    /// All elements in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(self.growing.iter())
    }

    /// Gives unused room back.
    pub(crate) fn shrink(&mut self) {
        if let Some(growing) = Arc::get_mut(&mut self.growing) {
            growing.shrink_to_fit();
        }
        self.full.shrink_to_fit();
    }

    /// Bytes of the chunks, without what elements point to.
    pub(crate) fn memory_bytes(&self) -> usize {
        let elements = self.full.len() * CHUNK_ELEMENTS + self.growing.capacity();
        elements * size_of::<T>() + self.full.capacity() * (size_of::<Arc<[T]>>() + 16)
    }
}
