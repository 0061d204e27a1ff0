//! The index: per category and its subtree, packed trees over places and lists of what has no place.

pub(crate) mod leaf;
pub(crate) mod tree;
