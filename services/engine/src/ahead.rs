//! Memory that will be read soon, on its way before it is read: the search waits for memory more than for anything else.
//!
//! To ask for memory costs an instruction and waits for nothing; to read it too early would stop the processor until it is there.

use prefetch_index::prefetch_index;

/// Asks for the cache line in which a value begins.
#[inline]
pub(crate) fn line_of<T>(value: &T) {
    prefetch_index(std::slice::from_ref(value), 0);
}

/// Asks for the cache lines in which a value smaller than one may lie.
#[inline]
pub(crate) fn lines_of<T>(value: &T) {
    let value = std::slice::from_ref(value);
    prefetch_index(value, 0);
    // What begins behind it: in the line where it ends, unless it fills that.
    prefetch_index(value, 1);
}

/// Asks for the cache line of an element; nothing where there is none.
#[inline]
pub(crate) fn element<T>(slice: &[T], at: usize) {
    if let Some(value) = slice.get(at) {
        line_of(value);
    }
}

/// Asks for three cache lines of elements of 24 bytes, eight of them.
#[inline]
pub(crate) fn elements<T>(slice: &[T], from: usize) {
    const { assert!(size_of::<T>() == 24, "three elements are more than a cache line") };
    [0, 3, 6].into_iter().for_each(|at| element(slice, from + at));
}
