//! Watching the log: each watcher reads at its own pace, from memory where it is close to the end, from the store where it is not,
//! and is told to resume when it does not keep up. Nothing is buffered for it beyond a few batches.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use wishwell_domain::Error;
use wishwell_domain::event::{Change, Event, Mark};
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::{
    WATCH_BATCH_EVENTS_MAX, WATCH_BATCH_SECONDS_MAX, WATCH_BATCHES_WAITING_MAX, WATCH_KEEPALIVE_SECONDS,
    WATCH_TAIL_BYTES_MAX, WATCH_TAIL_EVENTS_MAX, WATCHERS_MAX, WATCHERS_PER_CALLER_MAX, WATCHERS_PER_TENANT_MAX,
};
use wishwell_engine::Snapshot;
use wishwell_store::{LogPage, Store};

use crate::access::Standing;
use crate::cases::Caller;
use crate::metrics::Metrics;
use crate::shares::{Bound, Bounds, Shares};
use crate::snapshots::TenantSnapshot;

/// The end of a tenant's log, kept for those who watch it.
#[derive(Debug)]
pub(crate) struct Tail(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    /// What the events follow: a position, and what stands there.
    behind: (LogPosition, Option<Mark>),
    /// Each with its weight.
    events: VecDeque<(Arc<Event>, usize)>,
    /// Of all of them.
    weight: usize,
}

/// Events, and what stands at the position they follow.
#[derive(Debug, PartialEq)]
struct Stretch {
    before: Option<Mark>,
    events: Vec<Arc<Event>>,
}

/// About how many bytes an event holds in memory.
fn weight(event: &Event) -> usize {
    size_of_val(event) + event.principal.len() + weight_of_change(&event.change)
}

/// What the ledger moves comes with every hold, and is weighed by its parts that grow; anything else by what it says.
fn weight_of_change(change: &Change) -> usize {
    match change {
        Change::Referral(referral) => size_of_val(&**referral) + size_of_val(&*referral.lines),
        Change::CapacityPool(pool) => pool.name.len() + size_of_val(&*pool.periods),
        Change::Need(need) => {
            let taken: usize = need.items.iter().map(|item| size_of_val(&*item.taken)).sum();
            let sealed = need.personal.as_ref().map_or(0, |personal| personal.0.len());
            let title = need.wish.as_ref().map_or(0, |wish| wish.title.len());
            size_of_val(&**need) + size_of_val(&*need.items) + taken + sealed + title
        }
        other => said(other),
    }
}

/// Bytes that a change takes in the log.
fn said(change: &Change) -> usize {
    /// Counts what is written.
    struct Counted(usize);

    impl io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counted = Counted(0);
    // It is in the log in this form: it has one.
    let _ = serde_json::to_writer(&mut counted, change);
    counted.0
}

impl Tail {
    /// What will be added follows a position at which `mark` stands.
    pub(crate) fn behind(position: LogPosition, mark: Option<Mark>) -> Self {
        Self(Mutex::new(Kept { behind: (position, mark), events: VecDeque::new(), weight: 0 }))
    }

    /// Adds events that follow those before, and forgets the first ones as far as there are too many, or they are too large together.
    pub(crate) fn add(&self, events: impl IntoIterator<Item = Arc<Event>>) {
        // Before anybody waits for the lock.
        let weighed: Vec<(Arc<Event>, usize)> = events
            .into_iter()
            .map(|event| {
                let weight = weight(&event);
                (event, weight)
            })
            .collect();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { behind, events: end, weight: all } = &mut *kept;
        *all += weighed.iter().map(|(_, weight)| weight).sum::<usize>();
        end.extend(weighed);
        let mut last = None;
        while end.len() > WATCH_TAIL_EVENTS_MAX || *all > WATCH_TAIL_BYTES_MAX {
            let Some((first, weight)) = end.pop_front() else { break };
            *all -= weight;
            last = Some(first);
        }
        if let Some(last) = last {
            *behind = (last.position, Some(last.mark()));
        }
    }

    /// Events after a position, at most so many; none when the log there is no longer, or not yet, here.
    fn after(&self, position: LogPosition, limit: usize) -> Option<Stretch> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, mark) = &kept.behind;
        // Positions have no gaps, so that a place follows from them.
        let skip = usize::try_from(position.0 - first.0).ok()?;
        let before = match skip.checked_sub(1) {
            None => mark.clone(),
            Some(place) => Some(kept.events.get(place)?.0.mark()),
        };
        let events = kept.events.iter().skip(skip).take(limit).map(|(event, _)| Arc::clone(event)).collect();
        Some(Stretch { before, events })
    }
}

/// Whether who followed the log to a position, where it found what `is_known` knows, can go on from there. What this replica has not read, and
/// what it may have read of another log, the store knows.
///
/// # Errors
/// [`Error::LogReplaced`] when something else stands there, or nothing; what the store answers.
pub(crate) async fn goes_on(
    store: &dyn Store,
    (id, tenant): (&TenantId, &TenantSnapshot),
    position: LogPosition,
    is_known: impl Fn(Option<&Mark>) -> bool,
) -> Result<(), Error> {
    if tenant.tail().after(position, 0).is_some_and(|stretch| is_known(stretch.before.as_ref())) {
        return Ok(());
    }
    let page = store.log_page(id, position, 1).await?;
    let is_there = position.0 == 0 || page.before.is_some();
    if is_there && is_known(page.before.as_ref()) { Ok(()) } else { Err(Error::LogReplaced { position: position.0 }) }
}

/// Events to pick from, in order.
pub(crate) struct Batch<'b> {
    pub(crate) events: &'b [Arc<Event>],
    /// What they follow: a position, and what stands there; nothing at 0.
    pub(crate) behind: (LogPosition, Option<Mark>),
    pub(crate) snapshot: &'b Snapshot,
}

impl Batch<'_> {
    /// How far so many of its events reach, and what stands there; nothing at 0.
    pub(crate) fn up_to(&self, count: usize) -> (LogPosition, Option<Mark>) {
        let last = count.checked_sub(1).and_then(|last| self.events.get(last));
        last.map_or_else(|| self.behind.clone(), |last| (last.position, Some(last.mark())))
    }
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
    /// Makes an answer of what the watcher may see of a batch, or of its first events, and says how many of them: of any, one at least.
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

/// The watchers of this replica, each with a share of the places that there are.
#[derive(Debug)]
pub(crate) struct Watchers(Shares);

impl Watchers {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        let bounds = Bounds {
            caller: Bound { limit: "watchers_per_caller_max", max: WATCHERS_PER_CALLER_MAX },
            tenant: Bound { limit: "watchers_per_tenant_max", max: WATCHERS_PER_TENANT_MAX },
            all: Bound { limit: "watchers_max", max: WATCHERS_MAX },
        };
        Self(Shares::new(bounds, metrics))
    }

    /// Starts to watch after a position.
    ///
    /// # Errors
    /// [`Error::TooMuchAtOnce`] when there are as many watchers as there may be, of the caller, its tenant or in all.
    pub(crate) fn start<P, A>(
        &self,
        caller: &Caller,
        watcher: Watcher<P>,
        after: LogPosition,
    ) -> Result<impl Stream<Item = Result<A, Error>> + Send + 'static + use<P, A>, Error>
    where
        P: Fn(&Batch<'_>) -> (A, usize) + Send + Sync + 'static,
        A: Picked,
    {
        let place = self.0.take(caller)?;
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
        P: Fn(&Batch<'_>) -> (A, usize) + Send + Sync + 'static,
    {
        let mut reached = self.tenant.subscribe();
        let (mut position, mut mark) = (after, None);
        let lapse = async {
            match &self.standing {
                Some(standing) => standing.lapse().await,
                None => std::future::pending().await,
            }
        };
        let mut ended = pin!(async {
            tokio::select! {
                () = self.stop.cancelled() => Err(Some(Error::NotServing)),
                refused = lapse => Err(Some(refused)),
                () = batches.closed() => Ok(()),
                () = self.tenant.replaced() => Err(None),
            }
        });
        // Without an error of its own, it ended because the log is another one.
        let told = |ended: Result<(), Option<Error>>, LogPosition(position): LogPosition| {
            ended.map_err(|error| error.unwrap_or(Error::LogReplaced { position }))
        };
        // The first answer comes at once: it tells that the watch has begun, and from where.
        let mut silent_since = None::<tokio::time::Instant>;
        loop {
            let Stretch { before, events } = self.read(position, mark).await?;
            mark = before;
            // What happened is judged by a picture in which it has happened: another knows no division that came with it.
            let end = events.last().map_or(position, |last| last.position);
            tokio::select! {
                biased;
                ended = &mut ended => return told(ended, position),
                // Ends with the process at the latest, as the sender does.
                _ = reached.wait_for(|reached| *reached >= end) => {}
            }
            let snapshot = self.tenant.current();
            let mut left = events.as_slice();
            loop {
                let from = position;
                let batch = Batch { events: left, behind: (position, mark), snapshot: &snapshot };
                let (answer, looked_at) = (self.pick)(&batch);
                (position, mark) = batch.up_to(looked_at);
                left = left.get(looked_at..).unwrap_or_default();
                let quiet =
                    silent_since.is_some_and(|since| since.elapsed() < Duration::from_secs(WATCH_KEEPALIVE_SECONDS));
                let over = self.until.is_some_and(|until| position >= until);
                if over || !(answer.is_empty() && quiet) {
                    let patience = Duration::from_secs(WATCH_BATCH_SECONDS_MAX);
                    let sent = tokio::select! {
                        biased;
                        ended = &mut ended => return told(ended, position),
                        sent = batches.send_timeout(answer, patience) => sent,
                    };
                    match sent {
                        Ok(()) => silent_since = Some(tokio::time::Instant::now()),
                        Err(mpsc::error::SendTimeoutError::Closed(_)) => return Ok(()),
                        Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                            return Err(Error::WatchTooSlow { position: from.0 });
                        }
                    }
                }
                if over {
                    return Ok(());
                }
                if left.is_empty() {
                    break;
                }
            }
            if events.len() == WATCH_BATCH_EVENTS_MAX {
                continue;
            }
            tokio::select! {
                ended = &mut ended => return told(ended, position),
                _ = reached.wait_for(|reached| *reached > position) => {}
                () = tokio::time::sleep(Duration::from_secs(WATCH_KEEPALIVE_SECONDS)) => {}
            }
        }
    }

    /// Reads on from a position; at the first time, nobody knows what stands there.
    async fn read(&self, position: LogPosition, mark: Option<Mark>) -> Result<Stretch, Error> {
        let follows = |before: &Option<Mark>| mark.is_none() || *before == mark;
        let kept = self.tenant.tail().after(position, WATCH_BATCH_EVENTS_MAX);
        if let Some(stretch) = kept.filter(|stretch| follows(&stretch.before)) {
            return Ok(stretch);
        }
        let LogPage { before, events } = self.store.log_page(&self.tenant_id, position, WATCH_BATCH_EVENTS_MAX).await?;
        if follows(&before) {
            Ok(Stretch { before, events: events.into_iter().map(Arc::new).collect() })
        } else {
            Err(Error::LogReplaced { position: position.0 })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;
    use wishwell_domain::ids::BeneficiaryId;

    use super::*;

    fn event(position: i64) -> Event {
        let at = Timestamp::UNIX_EPOCH;
        let id = BeneficiaryId::from_uuid(uuid::Uuid::from_u128(position.unsigned_abs().into()));
        let change = Change::BeneficiaryErased { id, at };
        Event { position: LogPosition(position), at, principal: "someone".to_owned(), change }
    }

    fn positions(tail: &Tail, after: i64) -> Option<Vec<i64>> {
        let found = tail.after(LogPosition(after), 3)?;
        let expected = (after > 0).then(|| event(after).mark());
        assert_eq!(found.before, expected, "what stands at {after}");
        Some(found.events.iter().map(|event| event.position.0).collect())
    }

    #[test]
    fn the_tail_answers_for_what_it_holds_and_leaves_the_rest_to_the_store() {
        let tail = Tail::behind(LogPosition(4), Some(event(4).mark()));
        assert_eq!((positions(&tail, 0), positions(&tail, 4), positions(&tail, 5)), (None, Some(vec![]), None));
        tail.add((5..=9).map(event).map(Arc::new));
        assert_eq!(positions(&tail, 3), None);
        assert_eq!(positions(&tail, 4), Some(vec![5, 6, 7]));
        assert_eq!(positions(&tail, 8), Some(vec![9]));
        assert_eq!(positions(&tail, 9), Some(vec![]));
        assert_eq!(positions(&tail, 10), None);
    }

    /// An event that says much.
    fn large(position: i64, bytes: usize) -> Event {
        Event { principal: "x".repeat(bytes), ..event(position) }
    }

    fn weight_of(tail: &Tail) -> usize {
        let kept = tail.0.lock().unwrap();
        assert_eq!(kept.weight, kept.events.iter().map(|(_, weight)| weight).sum::<usize>());
        kept.weight
    }

    #[test]
    fn the_tail_forgets_what_is_too_large_to_be_kept_and_whoever_is_behind_reads_the_store() {
        let tail = Tail::behind(LogPosition(0), None);
        tail.add((1..=100).map(event).map(Arc::new));
        let eighth = WATCH_TAIL_BYTES_MAX / 8;
        for position in 101..=120 {
            tail.add([Arc::new(large(position, eighth))]);
            assert!(weight_of(&tail) <= WATCH_TAIL_BYTES_MAX, "{position}");
        }
        assert_eq!(positions(&tail, 112), None, "eight of them are a little more than what is kept");
        assert_eq!(positions(&tail, 117), Some(vec![118, 119, 120]));
        tail.add([Arc::new(large(121, WATCH_TAIL_BYTES_MAX))]);
        assert_eq!((weight_of(&tail), positions(&tail, 120)), (0, None), "too large by itself");
        assert_eq!(positions(&tail, 121), Some(vec![]));
        tail.add((122..=123).map(event).map(Arc::new));
        assert_eq!(positions(&tail, 122), Some(vec![123]), "it goes on");
    }

    #[test]
    fn a_batch_says_how_far_some_of_its_events_reach() {
        let events: Vec<Arc<Event>> = (5..=7).map(event).map(Arc::new).collect();
        let snapshot = wishwell_engine::SnapshotBuilder::new().build(LogPosition(0));
        let behind = (LogPosition(4), Some(event(4).mark()));
        let batch = Batch { events: &events, behind: behind.clone(), snapshot: &snapshot };
        assert_eq!(batch.up_to(0), behind);
        assert_eq!(batch.up_to(2), (LogPosition(6), Some(event(6).mark())));
        assert_eq!(batch.up_to(3).0, LogPosition(7));
    }

    #[test]
    fn the_tail_forgets_its_beginning() {
        let tail = Tail::behind(LogPosition(0), None);
        let end = i64::try_from(WATCH_TAIL_EVENTS_MAX).unwrap() + 10;
        tail.add((1..=end).map(event).map(Arc::new));
        assert_eq!(positions(&tail, 9), None);
        assert_eq!(positions(&tail, 10), Some(vec![11, 12, 13]));
    }
}
