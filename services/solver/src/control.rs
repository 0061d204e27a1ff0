//! Who watches a solve: may ask it to stop, and hears how far it is.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Watches a solve. Called from several threads, thousands of times a second: answers must be cheap.
pub trait Control: Sync {
    /// Whether the solve shall stop now. Once true, it stays true.
    fn stopped(&self) -> bool {
        false
    }

    /// So many more items have got their final place. An item is told of once.
    fn settled(&self, _items: u64) {}
}

/// Lets a solve run to its end, unheard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Control for Unwatched {}

/// A switch to stop a solve with, and a count of the items settled.
#[derive(Debug, Default)]
pub struct Watch {
    stop: AtomicBool,
    settled: AtomicU64,
}

impl Watch {
    /// Asks the solve to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Items settled so far.
    #[must_use]
    pub fn items_settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }
}

impl Control for Watch {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn settled(&self, items: u64) {
        self.settled.fetch_add(items, Ordering::Relaxed);
    }
}

/// The solve was asked to stop before it had an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("asked to stop before the optimum was found")
    }
}

impl std::error::Error for Cancelled {}
