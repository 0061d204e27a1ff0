//! Watching the log: each watcher reads at its own pace, from memory where it is close to the end, from the store where it is not,
//! and is told to resume when it does not keep up. Nothing is buffered for it beyond a few batches.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use wishwell_domain::Error;
use wishwell_domain::event::Event;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::{
    WATCH_BATCH_EVENTS_MAX, WATCH_BATCH_SECONDS_MAX, WATCH_BATCHES_WAITING_MAX, WATCH_KEEPALIVE_SECONDS,
    WATCH_TAIL_EVENTS_MAX, WATCHERS_MAX,
};
use wishwell_engine::Snapshot;
use wishwell_store::Store;

use crate::access::Standing;
use crate::snapshots::TenantSnapshot;

/// The end of a tenant's log, kept for those who watch it.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    events: Mutex<VecDeque<Arc<Event>>>,
}

impl Tail {
    /// Adds events that follow those before.
    pub(crate) fn add(&self, events: impl IntoIterator<Item = Arc<Event>>) {
        let mut kept = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(events);
        let surplus = kept.len().saturating_sub(WATCH_TAIL_EVENTS_MAX);
        kept.drain(..surplus);
    }

    /// Events after a position, at most so many; none when the first of them is no longer, or not yet, here.
    fn after(&self, position: LogPosition, limit: usize) -> Option<Vec<Arc<Event>>> {
        let kept = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.front()?.position.0;
        // Positions have no gaps, so that a place follows from them.
        let skip = usize::try_from(position.0.saturating_add(1) - first).ok()?;
        Some(kept.iter().skip(skip).take(limit).cloned().collect())
    }
}

/// Events to pick from, in order, and how far they reach.
pub(crate) struct Batch<'b> {
    pub(crate) events: &'b [Arc<Event>],
    pub(crate) position: LogPosition,
    pub(crate) snapshot: &'b Snapshot,
}

/// Who watches what.
pub(crate) struct Watcher<P> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tenant_id: TenantId,
    pub(crate) tenant: Arc<TenantSnapshot>,
    /// Ends the stream when everything up to there was looked at; none for never.
    pub(crate) until: Option<LogPosition>,
    /// Ends the stream: the server drains.
    pub(crate) stop: CancellationToken,
    /// Ends the stream when it lapses; none for who came without a token.
    pub(crate) standing: Option<Standing>,
    /// Makes an answer of what the watcher may see of a batch.
    pub(crate) pick: P,
}

/// An answer that may have nothing in it.
pub(crate) trait Picked: Send + 'static {
    /// Whether there is no event in it.
    fn is_empty(&self) -> bool;
}

impl Picked for wishwell_api::v1::WatchEventsResponse {
    fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// The watchers of this replica, at most [`WATCHERS_MAX`].
#[derive(Debug)]
pub(crate) struct Watchers(Arc<Semaphore>);

impl Default for Watchers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WATCHERS_MAX)))
    }
}

impl Watchers {
    /// Starts to watch after a position.
    ///
    /// # Errors
    /// [`Error::LimitReached`] when there are as many watchers as there may be.
    pub(crate) fn start<P, A>(
        &self,
        watcher: Watcher<P>,
        after: LogPosition,
    ) -> Result<impl Stream<Item = Result<A, Error>> + Send + 'static + use<P, A>, Error>
    where
        P: Fn(Batch<'_>) -> A + Send + Sync + 'static,
        A: Picked,
    {
        let place = Arc::clone(&self.0).try_acquire_owned().map_err(|_| Error::LimitReached {
            limit: "watchers_max",
            max: i64::try_from(WATCHERS_MAX).unwrap_or(i64::MAX),
        })?;
        let (batches, answers) = mpsc::channel(WATCH_BATCHES_WAITING_MAX);
        // Apart from the batches: whoever reads too slowly has no room for it, and is to hear it after the last of them.
        let (tell, end) = oneshot::channel();
        tokio::spawn(async move {
            if let Err(error) = watcher.follow(after, &batches).await {
                // Nobody may be listening any more.
                let _ = tell.send(error);
            }
            drop(place);
        });
        let end = stream::once(end).filter_map(async |told| told.ok().map(Err));
        Ok(ReceiverStream::new(answers).map(Ok).chain(end))
    }
}

impl<P> Watcher<P> {
    async fn follow<A: Picked>(&self, after: LogPosition, batches: &mpsc::Sender<A>) -> Result<(), Error>
    where
        P: Fn(Batch<'_>) -> A + Send + Sync + 'static,
    {
        let mut reached = self.tenant.subscribe();
        let mut position = after;
        let lapse = async {
            match &self.standing {
                Some(standing) => standing.lapse().await,
                None => std::future::pending().await,
            }
        };
        let mut ended = pin!(async {
            tokio::select! {
                () = self.stop.cancelled() => Err(Error::NotServing),
                refused = lapse => Err(refused),
                () = batches.closed() => Ok(()),
            }
        });
        // The first answer comes at once: it tells that the watch has begun, and from where.
        let mut silent_since = None::<tokio::time::Instant>;
        loop {
            let events = self.read(position).await?;
            position = events.last().map_or(position, |event| event.position);
            // What happened is judged by a picture in which it has happened: another knows no division that came with it.
            tokio::select! {
                biased;
                ended = &mut ended => return ended,
                // Ends with the process at the latest, as the sender does.
                _ = reached.wait_for(|reached| *reached >= position) => {}
            }
            let snapshot = self.tenant.current();
            let answer = (self.pick)(Batch { events: &events, position, snapshot: &snapshot });
            let quiet =
                silent_since.is_some_and(|since| since.elapsed() < Duration::from_secs(WATCH_KEEPALIVE_SECONDS));
            let over = self.until.is_some_and(|until| position >= until);
            if over || !(answer.is_empty() && quiet) {
                let patience = Duration::from_secs(WATCH_BATCH_SECONDS_MAX);
                let sent = tokio::select! {
                    biased;
                    ended = &mut ended => return ended,
                    sent = batches.send_timeout(answer, patience) => sent,
                };
                match sent {
                    Ok(()) => silent_since = Some(tokio::time::Instant::now()),
                    Err(mpsc::error::SendTimeoutError::Closed(_)) => return Ok(()),
                    Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                        return Err(Error::WatchTooSlow {
                            position: events.first().map_or(position.0, |e| e.position.0 - 1),
                        });
                    }
                }
            }
            if over {
                return Ok(());
            }
            if events.len() == WATCH_BATCH_EVENTS_MAX {
                continue;
            }
            tokio::select! {
                ended = &mut ended => return ended,
                _ = reached.wait_for(|reached| *reached > position) => {}
                () = tokio::time::sleep(Duration::from_secs(WATCH_KEEPALIVE_SECONDS)) => {}
            }
        }
    }

    async fn read(&self, position: LogPosition) -> Result<Vec<Arc<Event>>, Error> {
        if let Some(events) = self.tenant.tail().after(position, WATCH_BATCH_EVENTS_MAX) {
            return Ok(events);
        }
        let events = self.store.events(&self.tenant_id, position, WATCH_BATCH_EVENTS_MAX).await?;
        Ok(events.into_iter().map(Arc::new).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;
    use wishwell_domain::event::Change;
    use wishwell_domain::ids::BeneficiaryId;

    use super::*;

    fn event(position: i64) -> Event {
        let at = Timestamp::UNIX_EPOCH;
        let change = Change::BeneficiaryErased { id: BeneficiaryId::from_uuid(uuid::Uuid::nil()), at };
        Event { position: LogPosition(position), at, principal: "someone".to_owned(), change }
    }

    fn positions(tail: &Tail, after: i64) -> Option<Vec<i64>> {
        let found = tail.after(LogPosition(after), 3)?;
        Some(found.iter().map(|event| event.position.0).collect())
    }

    #[test]
    fn the_tail_answers_for_what_it_holds_and_leaves_the_rest_to_the_store() {
        let tail = Tail::default();
        assert_eq!(positions(&tail, 0), None);
        tail.add((5..=9).map(event).map(Arc::new));
        assert_eq!(positions(&tail, 3), None);
        assert_eq!(positions(&tail, 4), Some(vec![5, 6, 7]));
        assert_eq!(positions(&tail, 8), Some(vec![9]));
        assert_eq!(positions(&tail, 9), Some(vec![]));
    }

    #[test]
    fn the_tail_forgets_its_beginning() {
        let tail = Tail::default();
        let end = i64::try_from(WATCH_TAIL_EVENTS_MAX).unwrap() + 10;
        tail.add((1..=end).map(event).map(Arc::new));
        assert_eq!(positions(&tail, 9), None);
        assert_eq!(positions(&tail, 10), Some(vec![11, 12, 13]));
    }
}
