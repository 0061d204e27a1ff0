//! How far a reading is, for whoever looks on from beside it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a reading is. It may be looked at from another thread while [`crate::read_beside`] reads.
#[derive(Debug, Default)]
pub struct Reading {
    rows: AtomicU64,
    spoken_for: AtomicU64,
    cleaning: AtomicBool,
}

/// What a reading is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingStage {
    /// Files are read; how many rows they have is not known yet.
    Reading {
        /// Rows so far.
        rows: u64,
    },
    /// Rows are cleaned.
    Cleaning {
        /// Rows that are spoken for.
        done: u64,
        /// Rows that were read.
        total: u64,
    },
}

impl Reading {
    /// How far it is by now.
    #[must_use]
    pub fn stage(&self) -> ReadingStage {
        let rows = self.rows.load(Ordering::Relaxed);
        if !self.cleaning.load(Ordering::Relaxed) {
            return ReadingStage::Reading { rows };
        }
        ReadingStage::Cleaning { done: self.spoken_for.load(Ordering::Relaxed).min(rows), total: rows }
    }

    pub(crate) fn row(&self) {
        self.rows.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn spoken_for(&self) {
        self.spoken_for.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn clean(&self) {
        self.cleaning.store(true, Ordering::Relaxed);
    }
}
