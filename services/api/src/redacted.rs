//! What stands in debugging output in place of a sensitive value.

use std::fmt;

/// Prints as `[redacted]`, whether a value is there or not.
#[derive(Clone, Copy)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
