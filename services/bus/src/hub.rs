//! Fan-out inside one process: every subscription has a mailbox of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::mailbox::Mailbox;
use crate::{Change, Notice};

/// One listener's view of the bus. Dropping it ends listening.
#[derive(Debug)]
pub struct Subscription(Arc<Mailbox>);

impl Subscription {
    /// Waits for the next notice; none when the bus is gone. Cancel-safe: a notice is lost only with the subscription.
    pub async fn next(&mut self) -> Option<Notice> {
        self.0.take().await
    }
}

/// Hands every change to every subscription that still lives.
#[derive(Debug, Default)]
pub(crate) struct Hub(Mutex<Vec<Weak<Mailbox>>>);

impl Hub {
    pub(crate) fn subscribe(&self) -> Subscription {
        let mailbox = Arc::new(Mailbox::default());
        let mut mailboxes = self.mailboxes();
        mailboxes.retain(|other| other.strong_count() > 0);
        mailboxes.push(Arc::downgrade(&mailbox));
        Subscription(mailbox)
    }

    pub(crate) fn post(&self, change: &Change) {
        self.for_each(|mailbox| mailbox.post(change.clone()));
    }

    pub(crate) fn post_missed(&self) {
        self.for_each(Mailbox::post_missed);
    }

    /// Ends every subscription, after what is already in its mailbox.
    pub(crate) fn close(&self) {
        self.for_each(Mailbox::close);
    }

    fn for_each(&self, tell: impl Fn(&Mailbox)) {
        for mailbox in self.mailboxes().iter().filter_map(Weak::upgrade) {
            tell(&mailbox);
        }
    }

    fn mailboxes(&self) -> MutexGuard<'_, Vec<Weak<Mailbox>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.close();
    }
}
