//! The cases, by subject.

pub mod round_trip;
