//! Follows one tenant's log: hints say when to look, polling bounds the delay when there are none.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use wishwell_bus::Notice;
use wishwell_domain::event::{Event, Mark};
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_engine::Snapshot;
use wishwell_store::StoreError;

use super::feed::Feed;
use super::prices::Prices;
use super::{Sources, TenantSnapshot};
use crate::trouble::Work;

/// How long the log is left unread when no hint comes: the bound on a replica's delay with its bus gone.
pub const POLL_INTERVAL_MILLISECONDS: u64 = 500;
/// How long events gather while one batch follows the other: each batch copies the parts of the snapshot that it touches.
const GATHERING: Duration = Duration::from_millis(10);
/// How often it is told how large the snapshot is: telling it takes time.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Wait before reading again after the store failed.
pub(super) const RETRY_MILLISECONDS: u64 = 500;
/// Said when it is.
const LOG_REPLACED: &str = "the log is another one than was followed: the store was restored, or lost its last writes; loading everything anew";
/// Most events kept for replay while the indexes are rebuilt; beyond it the rebuild is thrown away and started again.
const REBUILD_BACKLOG_EVENTS_MAX: usize = 200_000;

/// Why a follower ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Stopped,
    /// The log is another one than it has followed.
    LogReplaced,
}

pub(super) struct Follower {
    tenant: TenantId,
    target: Arc<TenantSnapshot>,
    /// What stands where the log was read to.
    mark: Option<Mark>,
    sources: Sources,
    prices: Prices,
    rebuild: Option<Rebuild>,
}

/// Indexes being built anew in the background, and what happened meanwhile.
struct Rebuild {
    task: JoinHandle<Snapshot>,
    since: Vec<Arc<Event>>,
}

impl Follower {
    /// Of a tenant whose snapshot stands where the log has `mark`.
    pub(super) fn new(
        tenant: TenantId,
        target: Arc<TenantSnapshot>,
        mark: Option<Mark>,
        sources: Sources,
        prices: Prices,
    ) -> Self {
        Self { tenant, target, mark, sources, prices, rebuild: None }
    }

    /// Whose snapshot it keeps up with the log.
    pub(super) const fn target(&self) -> &Arc<TenantSnapshot> {
        &self.target
    }

    pub(super) async fn run(mut self, stop: CancellationToken) -> Ended {
        let mut hints = self.sources.hints.subscribe();
        // Before the log is read for the first time, so that nothing falls between.
        let mut feed = Feed::new(self.tenant.clone(), self.sources.store.appended());
        self.report();
        let mut expected = LogPosition(i64::MAX);
        let mut read_at = Instant::now();
        let mut reported_at = read_at;
        let mut looked_at = read_at;
        loop {
            let mut wait = Duration::from_millis(POLL_INTERVAL_MILLISECONDS);
            tokio::time::sleep_until(looked_at + GATHERING).await;
            looked_at = Instant::now();
            let missed = self.take(&mut feed).await;
            // Others' events come by the store alone; hints of them may be lost.
            if missed || self.target.current().position() < expected || read_at.elapsed() >= wait {
                match self.catch_up().await {
                    Ok(true) => self.sources.troubles.note(Work::Log, &self.tenant, Ok::<_, StoreError>(())),
                    Ok(false) => {
                        let position = self.target.current().position().0;
                        tracing::error!(tenant = %self.tenant, position, "{LOG_REPLACED}");
                        return Ended::LogReplaced;
                    }
                    Err(error) => {
                        tracing::debug!(tenant = %self.tenant, %error, "cannot read the log, trying again");
                        self.sources.troubles.note(Work::Log, &self.tenant, Err(error));
                        wait = Duration::from_millis(RETRY_MILLISECONDS);
                    }
                }
                read_at = Instant::now();
            }
            self.renew_prices().await;
            if reported_at.elapsed() >= REPORT_INTERVAL {
                self.report();
                reported_at = Instant::now();
            }
            self.rebuild_when_worthwhile();
            let position = self.target.current().position();
            expected = tokio::select! {
                () = stop.cancelled() => return Ended::Stopped,
                () = tokio::time::sleep(wait) => LogPosition(i64::MAX),
                hinted = hint_for(&mut hints, &self.tenant, position) => hinted,
                () = rebuilt(&mut self.rebuild) => {
                    self.adopt_rebuild().await;
                    position
                }
            };
        }
    }

    /// Takes what this replica's own ledger appended; answers whether something is missing.
    async fn take(&mut self, feed: &mut Feed) -> bool {
        let fed = feed.take(self.target.current().position(), self.mark.as_ref().map(|mark| mark.at));
        self.apply(fed.events).await;
        fed.missed
    }

    /// Reads the log to its end. Answers whether it is the one that was read before: what stands where that had come to is what stood there.
    async fn catch_up(&mut self) -> Result<bool, StoreError> {
        loop {
            let position = self.target.current().position();
            let page = self.sources.store.log_page(&self.tenant, position, LOG_PAGE_EVENTS_MAX).await?;
            if page.before != self.mark {
                return Ok(false);
            }
            let whole_page = page.events.len() == LOG_PAGE_EVENTS_MAX;
            self.apply(page.events.into_iter().map(Arc::new).collect()).await;
            self.target.was_followed();
            if !whole_page {
                return Ok(true);
            }
        }
    }

    async fn apply(&mut self, events: Vec<Arc<Event>>) {
        let Some(event) = events.last() else { return };
        let last = event.position;
        self.mark = Some(event.mark());
        let mut next = self.target.current().apply(events.iter().map(|event| &event.change), last);
        if let Some(rebuild) = &mut self.rebuild {
            rebuild.since.extend(events.iter().cloned());
        }
        if let Some(last) = events.iter().rfind(|event| event.change.is_erasure()) {
            self.target.known_needs().erase(last.position);
        }
        // Whoever sees the end of a round sees its prices.
        self.prices.note(&events);
        if self.prices.renew(&self.sources, &self.tenant).await {
            next = self.prices.onto(&next);
        }
        self.target.tail().add(events);
        self.target.replace(next);
    }

    /// Reads prices that could not be read when their round ended.
    async fn renew_prices(&mut self) {
        if self.prices.renew(&self.sources, &self.tenant).await {
            self.target.replace(self.prices.onto(&self.target.current()));
        }
    }

    fn rebuild_when_worthwhile(&mut self) {
        if self.rebuild.as_ref().is_some_and(|rebuild| rebuild.since.len() > REBUILD_BACKLOG_EVENTS_MAX) {
            self.rebuild = None;
        }
        let current = self.target.current();
        if self.rebuild.is_none() && current.needs_merge() {
            let task = tokio::task::spawn_blocking(move || current.merged());
            self.rebuild = Some(Rebuild { task, since: Vec::new() });
        }
    }

    /// Takes the rebuilt snapshot and applies what was logged since it was begun.
    async fn adopt_rebuild(&mut self) {
        let Some(rebuild) = self.rebuild.take() else { return };
        match rebuild.task.await {
            Ok(merged) => {
                let position = rebuild.since.last().map_or(merged.position(), |event| event.position);
                let next = merged.apply(rebuild.since.iter().map(|event| &event.change), position);
                // Those that came since it was begun.
                self.target.replace(self.prices.onto(&next));
                self.report();
            }
            Err(error) => tracing::error!(tenant = %self.tenant, %error, "rebuilding the indexes failed"),
        }
    }

    fn report(&self) {
        let snapshot = self.target.current();
        self.sources.metrics.snapshot(
            &self.tenant,
            snapshot.position().0,
            snapshot.resource_count(),
            snapshot.memory_bytes(),
        );
    }
}

/// Ends when somebody says that this tenant's log has grown, with the position it has reached; the farthest there is when hints were
/// lost.
async fn hint_for(hints: &mut wishwell_bus::Subscription, tenant: &TenantId, position: LogPosition) -> LogPosition {
    loop {
        match hints.next().await {
            Some(Notice::Changed(change)) if change.tenant == *tenant && change.position > position => {
                return change.position;
            }
            Some(Notice::Changed(_)) => {}
            Some(Notice::MayHaveMissed) => return LogPosition(i64::MAX),
            // The bus is gone; polling goes on.
            None => std::future::pending().await,
        }
    }
}

/// Ends when the rebuild is done; never while there is none.
async fn rebuilt(rebuild: &mut Option<Rebuild>) {
    match rebuild {
        // A finished handle is awaited again by whoever takes it, so only its being finished is looked at here.
        Some(rebuild) => {
            while !rebuild.task.is_finished() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        None => std::future::pending().await,
    }
}
