//! Reasons, one by one.
