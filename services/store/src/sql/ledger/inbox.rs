//! What waits for a tenant's ledger, and how much of it the ledger waits for: it is woken once for a transaction, not once for each
//! request of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Why something is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// As much waits as there is room for.
    Full,
    /// Nobody will look at it.
    Closed,
}

/// Where requests are put. When it is dropped, what is in it is still taken out, and nothing more is put in.
#[derive(Debug)]
pub(super) struct Inlet<T>(Arc<Inbox<T>>);

/// Where they are taken out. When it is dropped, so is what waits.
#[derive(Debug)]
pub(super) struct Outlet<T>(Arc<Inbox<T>>);

#[derive(Debug)]
struct Inbox<T> {
    held: Mutex<Held<T>>,
    enough: Notify,
}

#[derive(Debug)]
struct Held<T> {
    waiting: VecDeque<T>,
    room: usize,
    /// With so many, whoever takes them is woken; 0 while nobody waits for them.
    wanted: usize,
    closed: bool,
}

/// An inbox with room for so many.
pub(super) fn inbox<T>(room: usize) -> (Inlet<T>, Outlet<T>) {
    let held = Held { waiting: VecDeque::new(), room, wanted: 0, closed: false };
    let inbox = Arc::new(Inbox { held: Mutex::new(held), enough: Notify::new() });
    (Inlet(Arc::clone(&inbox)), Outlet(inbox))
}

impl<T> Inbox<T> {
    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Inlet<T> {
    /// Puts one in.
    pub(super) fn put(&self, one: T) -> Result<(), NotTaken> {
        let mut held = self.0.held();
        if held.closed {
            return Err(NotTaken::Closed);
        }
        if held.waiting.len() >= held.room {
            return Err(NotTaken::Full);
        }
        held.waiting.push_back(one);
        if held.wanted > 0 && held.waiting.len() >= held.wanted {
            held.wanted = 0;
            drop(held);
            self.0.enough.notify_one();
        }
        Ok(())
    }

    /// Whether nobody takes anything out any more.
    pub(super) fn is_closed(&self) -> bool {
        self.0.held().closed
    }
}

impl<T> Drop for Inlet<T> {
    fn drop(&mut self) {
        self.0.held().closed = true;
        self.0.enough.notify_one();
    }
}

impl<T> Outlet<T> {
    /// Waits until so many are in it, or for its closing. May be given up and begun again.
    pub(super) async fn wait_for(&self, count: usize) {
        loop {
            {
                let mut held = self.0.held();
                if held.closed || held.waiting.len() >= count {
                    held.wanted = 0;
                    return;
                }
                held.wanted = count;
            }
            self.0.enough.notified().await;
        }
    }

    /// Takes out up to so many.
    pub(super) fn take(&self, most: usize) -> impl Iterator<Item = T> + use<T> {
        let mut held = self.0.held();
        let taken = most.min(held.waiting.len());
        let rest = held.waiting.split_off(taken);
        std::mem::replace(&mut held.waiting, rest).into_iter()
    }

    /// Whether nothing is in it, and nothing more will be.
    pub(super) fn is_done(&self) -> bool {
        let held = self.0.held();
        held.closed && held.waiting.is_empty()
    }
}

impl<T> Drop for Outlet<T> {
    fn drop(&mut self) {
        let mut held = self.0.held();
        held.closed = true;
        let waiting = std::mem::take(&mut held.waiting);
        // What is dropped may ask others, who may come here.
        drop(held);
        drop(waiting);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn waits(outlet: &Outlet<u32>, count: usize) -> bool {
        tokio::time::timeout(Duration::from_millis(20), outlet.wait_for(count)).await.is_err()
    }

    #[tokio::test]
    async fn whoever_waits_for_some_is_woken_by_the_last_of_them() {
        let (inlet, outlet) = inbox(10);
        assert!(waits(&outlet, 3).await);
        let putting = async {
            for one in 0..3 {
                assert_eq!(inlet.put(one), Ok(()));
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(outlet.wait_for(3), putting);
        assert_eq!(outlet.take(2).collect::<Vec<_>>(), [0, 1]);
        assert!(waits(&outlet, 2).await);
        assert_eq!(outlet.take(2).collect::<Vec<_>>(), [2]);
    }

    #[tokio::test]
    async fn a_full_one_takes_nothing_and_a_closed_one_gives_what_it_has() {
        let (inlet, outlet) = inbox(1);
        assert_eq!(inlet.put(1), Ok(()));
        assert_eq!(inlet.put(2), Err(NotTaken::Full));
        drop(inlet);
        outlet.wait_for(5).await;
        assert!(!outlet.is_done());
        assert_eq!(outlet.take(5).collect::<Vec<_>>(), [1]);
        assert!(outlet.is_done());
    }

    #[tokio::test]
    async fn what_waits_is_dropped_with_whoever_would_take_it_out() {
        let (inlet, outlet) = inbox(2);
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        assert!(inlet.put(tell).is_ok());
        drop(outlet);
        assert!(told.await.is_err());
        assert!(inlet.is_closed());
    }
}
