//! A growable array whose clones share their memory: changing one element copies one chunk.

use std::sync::Arc;

/// Elements of one chunk: small enough that copying one costs microseconds, large enough that cloning the list of chunks does too.
const CHUNK_ELEMENTS: usize = 1024;

/// A growable array in copy-on-write chunks.
#[derive(Debug, Clone)]
pub(crate) struct Chunked<T> {
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Chunked<T> {
    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The element at `at`, which a [`Self::push`] returned.
    #[inline]
    pub(crate) fn get(&self, at: u32) -> Option<&T> {
        self.chunks.get(at as usize / CHUNK_ELEMENTS)?.get(at as usize % CHUNK_ELEMENTS)
    }

    /// Appends an element and returns its place.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        if self.len.is_multiple_of(CHUNK_ELEMENTS) {
            self.chunks.push(Arc::new(Vec::new()));
        }
        if let Some(last) = self.chunks.last_mut() {
            Arc::make_mut(last).push(value);
        }
        self.len += 1;
        // The bounds of the catalogue (`limits`) keep every table far below 2^32 elements.
        u32::try_from(self.len - 1).unwrap_or(u32::MAX)
    }

    /// The element at `at`, to be changed; its chunk is copied when shared.
    pub(crate) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        Arc::make_mut(self.chunks.get_mut(at as usize / CHUNK_ELEMENTS)?).get_mut(at as usize % CHUNK_ELEMENTS)
    }

    /// All elements in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Gives unused room back.
    pub(crate) fn shrink(&mut self) {
        for chunk in &mut self.chunks {
            if let Some(chunk) = Arc::get_mut(chunk) {
                chunk.shrink_to_fit();
            }
        }
        self.chunks.shrink_to_fit();
    }

    /// Bytes of the chunks, without what elements point to.
    pub(crate) fn memory_bytes(&self) -> usize {
        let chunks: usize = self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<T>() + 40).sum();
        chunks + self.chunks.capacity() * size_of::<Arc<Vec<T>>>()
    }
}
