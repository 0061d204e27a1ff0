//! Whoever waits for what happens is told: watchers, partners' tools, notifications.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod notifications;
mod offers;
mod offers_sent;
mod watch;
mod webhooks;
mod webhooks_of_replicas;
