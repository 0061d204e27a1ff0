//! A bounded queue of changes that keeps only what a late reader still has to know: the newest position per tenant.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wishwell_domain::ids::{LogPosition, TenantId};

use crate::{Change, Notice};

/// Most tenants with a change that was not taken yet, per mailbox. One more, and the mailbox forgets all of them and
/// says [`Notice::MayHaveMissed`] instead.
pub const TENANTS_PENDING_MAX: usize = 10_000;

#[derive(Debug, Default)]
struct Pending {
    /// Tenants in the order they came in, so that a busy one does not starve the others.
    order: VecDeque<TenantId>,
    newest: HashMap<TenantId, LogPosition>,
    may_have_missed: bool,
    closed: bool,
}

/// Many write, one reads.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    pending: Mutex<Pending>,
    filled: Notify,
}

impl Mailbox {
    /// Adds a change, or raises the position of one that was not taken yet.
    pub(crate) fn post(&self, change: Change) {
        {
            let mut pending = self.pending();
            if let Some(newest) = pending.newest.get_mut(&change.tenant) {
                *newest = (*newest).max(change.position);
            } else if pending.newest.len() >= TENANTS_PENDING_MAX {
                forget_all(&mut pending);
            } else {
                pending.order.push_back(change.tenant.clone());
                pending.newest.insert(change.tenant, change.position);
            }
        }
        self.filled.notify_one();
    }

    /// Says that changes may have been lost.
    pub(crate) fn post_missed(&self) {
        self.pending().may_have_missed = true;
        self.filled.notify_one();
    }

    /// Nothing more will come: the reader takes what is left, and then learns of the end.
    pub(crate) fn close(&self) {
        self.pending().closed = true;
        self.filled.notify_one();
    }

    /// Waits for the next notice; none after [`Mailbox::close`]. Giving up while it waits loses nothing.
    pub(crate) async fn take(&self) -> Option<Notice> {
        loop {
            // A notification that comes between the look and the wait is kept by Notify, so none is slept through.
            if let Some(ready) = self.take_ready() {
                return ready;
            }
            self.filled.notified().await;
        }
    }

    /// A notice that is there (or the end), without waiting.
    fn take_ready(&self) -> Option<Option<Notice>> {
        let mut pending = self.pending();
        if pending.may_have_missed {
            pending.may_have_missed = false;
            return Some(Some(Notice::MayHaveMissed));
        }
        while let Some(tenant) = pending.order.pop_front() {
            if let Some(position) = pending.newest.remove(&tenant) {
                return Some(Some(Notice::Changed(Change { tenant, position })));
            }
        }
        pending.closed.then_some(None)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // Nothing below panics while it holds the lock, and a half-done change would still be a valid hint.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_all(pending: &mut Pending) {
    pending.order.clear();
    pending.newest.clear();
    pending.may_have_missed = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(tenant: &str, position: i64) -> Change {
        Change { tenant: tenant.parse().unwrap(), position: LogPosition(position) }
    }

    #[tokio::test]
    async fn changes_that_nobody_took_become_one_with_the_highest_position() {
        let mailbox = Mailbox::default();
        for position in [3, 9, 4] {
            mailbox.post(change("xingqing", position));
        }
        mailbox.close();
        assert_eq!(mailbox.take().await, Some(Notice::Changed(change("xingqing", 9))));
        assert_eq!(mailbox.take().await, None);
    }

    #[tokio::test]
    async fn tenants_are_told_in_the_order_they_came_in() {
        let mailbox = Mailbox::default();
        for (tenant, position) in [("z", 1), ("a", 1), ("z", 2), ("m", 1)] {
            mailbox.post(change(tenant, position));
        }
        for expected in [change("z", 2), change("a", 1), change("m", 1)] {
            assert_eq!(mailbox.take().await, Some(Notice::Changed(expected)));
        }
    }

    #[tokio::test]
    async fn one_tenant_too_many_becomes_a_warning_that_hints_were_lost() {
        let mailbox = Mailbox::default();
        for number in 0..=TENANTS_PENDING_MAX {
            mailbox.post(change(&format!("t{number}"), 1));
        }
        mailbox.post(change("later", 7));
        assert_eq!(mailbox.take().await, Some(Notice::MayHaveMissed));
        assert_eq!(mailbox.take().await, Some(Notice::Changed(change("later", 7))));
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let mailbox = std::sync::Arc::new(Mailbox::default());
        let reader = tokio::spawn({
            let mailbox = mailbox.clone();
            async move { mailbox.take().await }
        });
        tokio::task::yield_now().await;
        mailbox.post_missed();
        assert_eq!(reader.await.unwrap(), Some(Notice::MayHaveMissed));
    }
}
