//! Who runs the calls of a connection.
//!
//! Most calls are answered from memory, without waiting. Running each as a task of its own costs more than its layers do: it
//! is queued, may move to another core, wakes the connection's task when it is done, and its answer is sent alone. So a call is
//! begun where it was read, and becomes a task when it has to wait.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// Calls begun in one turn of a connection; more become tasks at once. It bounds how long the first answer waits for the last,
/// and lets a single busy connection use all cores.
const CALLS_BEGUN_PER_TURN_MAX: usize = 16;

/// Runs the calls of one connection.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Calls begun in this turn.
    begun: AtomicUsize,
    /// Calls that have become tasks and are not done.
    waiting: AtomicUsize,
}

impl Calls {
    /// The connection's task is run anew.
    pub(crate) fn begin_turn(&self) {
        self.0.begun.store(0, Ordering::Relaxed);
    }

    /// Whether answers may come from elsewhere than the connection's own task.
    pub(crate) fn are_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) > 0
    }

    /// Whether a call is to be begun here. Only the connection's own task asks, so there is no race to lose.
    fn takes_one_more(&self) -> bool {
        self.0.begun.fetch_add(1, Ordering::Relaxed) < CALLS_BEGUN_PER_TURN_MAX
    }
}

/// A call that waits, counted until it is done or dropped.
struct Waits(Arc<Counts>);

impl Waits {
    fn in_line(counts: &Arc<Counts>) -> Self {
        counts.waiting.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counts))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<F> hyper::rt::Executor<F> for Calls
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, call: F) {
        let mut call = Box::pin(call);
        if self.takes_one_more() {
            // Nobody needs to be woken: whoever is not done is polled again, as a task.
            let mut context = Context::from_waker(Waker::noop());
            match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context))) {
                Ok(Poll::Ready(())) => return,
                Ok(Poll::Pending) => {}
                // As for a task that panics: it is gone, which resets its stream, and the connection lives.
                Err(_) => return,
            }
        }
        let waits = Waits::in_line(&self.0);
        tokio::spawn(async move {
            call.await;
            drop(waits);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use hyper::rt::Executor as _;

    use super::*;

    fn mark(done: &Arc<AtomicBool>) -> impl Future<Output = ()> + use<> {
        let done = Arc::clone(done);
        async move { done.store(true, Ordering::Relaxed) }
    }

    #[tokio::test]
    async fn a_call_that_need_not_wait_is_done_at_once_up_to_the_bound_of_a_turn() {
        let calls = Calls::default();
        for turn in 0..2 {
            calls.begin_turn();
            for call in 0..=CALLS_BEGUN_PER_TURN_MAX {
                let done = Arc::new(AtomicBool::new(false));
                calls.execute(mark(&done));
                let at_once = done.load(Ordering::Relaxed);
                assert_eq!(at_once, call < CALLS_BEGUN_PER_TURN_MAX, "call {call} of turn {turn}");
                tokio::task::yield_now().await;
                assert!(done.load(Ordering::Relaxed), "call {call} of turn {turn}");
            }
        }
    }

    #[tokio::test]
    async fn a_call_that_waits_goes_on_as_a_task() {
        let (told, waits) = tokio::sync::oneshot::channel();
        let (done, is_done) = tokio::sync::oneshot::channel();
        Calls::default().execute(async move {
            // Ends in an error when the other side is gone, which this test would see.
            let _ = done.send(waits.await);
        });
        assert_eq!(told.send(7), Ok(()));
        assert_eq!(is_done.await, Ok(Ok(7)));
    }

    #[tokio::test]
    async fn a_call_that_panics_costs_nothing_but_itself() {
        let calls = Calls::default();
        calls.execute(async { panic!("a rule of the code does not hold") });
        let done = Arc::new(AtomicBool::new(false));
        calls.execute(mark(&done));
        assert!(done.load(Ordering::Relaxed));
    }
}
