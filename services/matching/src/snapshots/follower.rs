//! Follows one tenant's log: hints say when to look, polling bounds the delay when there are none.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use wishwell_bus::Notice;
use wishwell_domain::event::Event;
use wishwell_domain::ids::TenantId;
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_engine::Snapshot;
use wishwell_store::StoreError;

use super::{Sources, TenantSnapshot};

/// How long the log is left unread when no hint comes: the bound on a replica's delay with its bus gone.
pub const POLL_INTERVAL_MILLISECONDS: u64 = 500;
/// Wait before reading again after the store failed.
const RETRY_MILLISECONDS: u64 = 500;
/// Most events kept for replay while the indexes are rebuilt; beyond it the rebuild is thrown away and started again.
const REBUILD_BACKLOG_EVENTS_MAX: usize = 200_000;

pub(super) struct Follower {
    tenant: TenantId,
    target: Arc<TenantSnapshot>,
    sources: Sources,
    rebuild: Option<Rebuild>,
}

/// Indexes being built anew in the background, and what happened meanwhile.
struct Rebuild {
    task: JoinHandle<Snapshot>,
    since: Vec<Event>,
}

impl Follower {
    pub(super) fn new(tenant: TenantId, target: Arc<TenantSnapshot>, sources: Sources) -> Self {
        Self { tenant, target, sources, rebuild: None }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut hints = self.sources.hints.subscribe();
        self.report();
        loop {
            let wait = match self.catch_up().await {
                Ok(()) => Duration::from_millis(POLL_INTERVAL_MILLISECONDS),
                Err(error) => {
                    tracing::warn!(tenant = %self.tenant, %error, "cannot read the log, trying again");
                    Duration::from_millis(RETRY_MILLISECONDS)
                }
            };
            self.rebuild_when_worthwhile();
            let position = self.target.current().position();
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                () = hint_for(&mut hints, &self.tenant, position) => {}
                () = rebuilt(&mut self.rebuild) => self.adopt_rebuild().await,
            }
        }
    }

    /// Reads the log to its end.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        loop {
            let current = self.target.current();
            let events = self.sources.store.events(&self.tenant, current.position(), LOG_PAGE_EVENTS_MAX).await?;
            let Some(last) = events.last().map(|event| event.position) else { return Ok(()) };
            let next = current.apply(events.iter().map(|event| &event.change), last);
            let whole_page = events.len() == LOG_PAGE_EVENTS_MAX;
            if let Some(rebuild) = &mut self.rebuild {
                rebuild.since.extend(events.iter().cloned());
            }
            self.target.tail().add(events);
            self.target.replace(next);
            self.report();
            if !whole_page {
                return Ok(());
            }
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
                self.target.replace(next);
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

/// Ends when somebody says that this tenant's log has grown, or that hints were lost.
async fn hint_for(
    hints: &mut wishwell_bus::Subscription,
    tenant: &TenantId,
    position: wishwell_domain::ids::LogPosition,
) {
    loop {
        match hints.next().await {
            Some(Notice::Changed(change)) if change.tenant == *tenant && change.position > position => return,
            Some(Notice::Changed(_)) => {}
            Some(Notice::MayHaveMissed) => return,
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
