//! Hears the changes of the other processes.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use redis::{Client, Msg};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Backoff, RESPONSE_SECONDS_MAX, Shared, message};
use crate::Notice;

/// Listens until the handle is dropped; a connection that ends is made anew.
pub(super) async fn run(shared: Arc<Shared>, client: Client) {
    let mut backoff = Backoff::START;
    loop {
        let mut heard = false;
        let reason = listen(&shared, &client, &mut heard).await;
        shared.listening.note(Err(reason));
        if heard {
            backoff = Backoff::START;
        }
        backoff.pause().await;
    }
}

/// One connection's life; gives back why it ended.
async fn listen(shared: &Shared, client: &Client, heard: &mut bool) -> &'static str {
    let Some(Ok(connection)) = bounded(client.get_async_pubsub()).await else {
        return "cannot connect";
    };
    let (mut commands, mut messages) = connection.split();
    let Some(Ok(())) = bounded(commands.subscribe(&shared.channel)).await else {
        return "cannot subscribe";
    };
    *heard = true;
    // Whatever was published while this process did not listen is unknown to it.
    shared.hub.post_missed();
    shared.listening.note(Ok(()));

    // A connection whose other end vanished without a word looks like a quiet one: ask now and then.
    let mut heartbeat = interval(shared.heartbeat);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = messages.next() => match message {
                Some(message) => tell(shared, &message),
                None => return "the connection ended",
            },
            _ = heartbeat.tick() => {
                let Some(Ok(_)) = bounded(commands.ping::<redis::Value>()).await else {
                    return "no answer to a ping";
                };
            }
        }
    }
}

fn tell(shared: &Shared, message: &Msg) {
    let text: String = message.get_payload().unwrap_or_default();
    match message::read(shared.origin, &text) {
        Some(Notice::Changed(change)) => shared.hub.post(&change),
        Some(Notice::MayHaveMissed) => shared.hub.post_missed(),
        None => {}
    }
}

async fn bounded<T>(work: impl Future<Output = T>) -> Option<T> {
    timeout(Duration::from_secs(RESPONSE_SECONDS_MAX), work).await.ok()
}
