//! Carries this process's changes to the others.

use std::sync::Arc;

use redis::AsyncCommands;
use redis::aio::ConnectionManager;

use super::message;
use super::{Backoff, Shared};
use crate::Notice;

/// Publishes until the handle is dropped.
pub(super) async fn run(shared: Arc<Shared>, mut connection: ConnectionManager) {
    let mut backoff = Backoff::START;
    while let Some(notice) = shared.outgoing.take().await {
        let text = message::write(shared.origin, &notice);
        // The connection manager bounds the time of a try and reconnects by itself.
        match connection.publish::<_, _, i64>(&shared.channel, text).await {
            Ok(_listeners) => {
                backoff = Backoff::START;
                shared.publishing.note(Ok(()));
            }
            Err(error) => {
                shared.publishing.note(Err(error.category()));
                put_back(&shared, notice);
                backoff.pause().await;
            }
        }
    }
    shared.publishing.end();
}

/// Keeps a notice for the next try; a newer position that came meanwhile wins.
fn put_back(shared: &Shared, notice: Notice) {
    match notice {
        Notice::Changed(change) => shared.outgoing.post(change),
        Notice::MayHaveMissed => shared.outgoing.post_missed(),
    }
}
