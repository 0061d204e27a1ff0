//! The index: per category and its subtree, packed trees over places and lists of what has no place.

pub(crate) mod tree;
