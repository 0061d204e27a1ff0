//! Turns of writers and movers: after so many transactions writers begin nothing until the ledger was asked so often. In that time it is alone
//! with those that are slow, and its transactions come to rows of their own kind, for which nobody else may log anything meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Transactions of writers in one turn.
const WRITTEN: usize = 48;
/// Requests of movers in one turn: the ledger first has to trust again what it remembers.
const ASKED: usize = 120;
/// Pause of a writer that waits.
const PAUSE: Duration = Duration::from_millis(2);

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turns {
    /// Whether there are movers, all of them at work.
    taken: AtomicBool,
    quiet: AtomicBool,
    over: AtomicBool,
    written: AtomicUsize,
    asked: AtomicUsize,
}

impl Turns {
    pub(super) const fn new(taken: bool) -> Self {
        let (written, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let taken = AtomicBool::new(taken);
        Self { taken, quiet: AtomicBool::new(false), over: AtomicBool::new(false), written, asked }
    }

    /// Waits until writers may begin something.
    pub(super) async fn writers(&self) {
        while self.quiet.load(Ordering::Relaxed) && self.taken.load(Ordering::Relaxed) {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Notes a transaction of a writer.
    pub(super) fn written(&self) {
        let last = (self.written.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(WRITTEN);
        if last && self.taken.load(Ordering::Relaxed) {
            self.quiet.store(true, Ordering::Relaxed);
        }
    }

    /// Notes a request of a mover.
    pub(super) fn asked(&self) {
        let quiet = self.quiet.load(Ordering::Relaxed);
        if quiet && (self.asked.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(ASKED) {
            self.quiet.store(false, Ordering::Relaxed);
        }
    }

    /// A mover goes to work. When the first of them ends, however it does, writers wait for none any more.
    pub(super) const fn move_along(&self) -> Moving<'_> {
        Moving(self)
    }

    /// Tells movers that writers have written everything.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(super) fn are_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// A mover at work.
#[derive(Debug)]
pub(super) struct Moving<'t>(&'t Turns);

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::Relaxed);
    }
}
