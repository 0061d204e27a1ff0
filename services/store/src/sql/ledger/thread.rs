//! A thread of its own for a store's ledgers. Whether the database writes or waits depends on how soon a ledger hears that it has written:
//! among all that a server does, its turn comes a millisecond later, and a server's calls wait for it together.

use std::pin::Pin;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A ledger's work, until nobody can ask it any more.
pub(super) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Ends when it is dropped and its work is done.
#[derive(Debug)]
pub(super) struct LedgerThread(mpsc::UnboundedSender<Work>);

impl LedgerThread {
    /// Starts it; none where the system gives no thread.
    pub(super) fn start() -> Option<Self> {
        let (begin, work) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let thread = std::thread::Builder::new().name("wishwell-ledger".to_owned());
        thread.spawn(move || runtime.block_on(run(work))).ok()?;
        Some(Self(begin))
    }

    /// Does this as well.
    pub(super) fn begin(&self, work: Work) {
        // It runs as long as this is there.
        let _ = self.0.send(work);
    }
}

async fn run(mut work: mpsc::UnboundedReceiver<Work>) {
    let mut running = JoinSet::new();
    while let Some(work) = work.recv().await {
        running.spawn(work);
        // Those that have ended are not waited for.
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}
