//! The picture each answer is computed from: one immutable snapshot per tenant, kept up with the tenant's log.

mod feed;
mod follower;
mod prices;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use wishwell_bus::ChangeHints;
use wishwell_domain::Error;
use wishwell_domain::event::Mark;
use wishwell_domain::ids::{LogPosition, TenantId};
use wishwell_domain::limits::MIN_POSITION_WAIT_MILLISECONDS_MAX;
use wishwell_engine::{Snapshot, SnapshotBuilder};
use wishwell_store::{Catalog, LoadProgress, Store};

use crate::known_needs::KnownNeeds;
use crate::metrics::Metrics;
use crate::trouble::{Troubles, Work};
use crate::watch::Tail;
use follower::{Ended, Follower, RETRY_MILLISECONDS};
use prices::Prices;

pub use follower::POLL_INTERVAL_MILLISECONDS;
pub(crate) use prices::pricing_round;

/// How long a log may be out of reading before answers count as too old, in seconds.
pub const UNREAD_SECONDS_MAX: u64 = 10;

/// One tenant's current snapshot. Reading it is one atomic load.
#[derive(Debug)]
pub struct TenantSnapshot {
    current: ArcSwap<Snapshot>,
    reached: watch::Sender<LogPosition>,
    tail: Tail,
    known_needs: KnownNeeds,
    /// When its log was last read.
    followed_at: Mutex<Instant>,
    /// Cancelled when the store has another log than this is a picture of.
    replaced: CancellationToken,
}

impl TenantSnapshot {
    /// Of a snapshot that stands where the log has `mark`.
    fn new(snapshot: Snapshot, mark: Option<Mark>) -> Self {
        let position = snapshot.position();
        Self {
            current: ArcSwap::from_pointee(snapshot),
            reached: watch::Sender::new(position),
            tail: Tail::behind(position, mark),
            known_needs: KnownNeeds::default(),
            followed_at: Mutex::new(Instant::now()),
            replaced: CancellationToken::new(),
        }
    }

    /// The snapshot of this moment.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// The snapshot, at `min_position` or later. Waits for it at most [`MIN_POSITION_WAIT_MILLISECONDS_MAX`].
    ///
    /// # Errors
    /// [`Error::PositionNotReached`] when the wait was too short.
    pub async fn at_least(&self, min_position: Option<LogPosition>) -> Result<Arc<Snapshot>, Error> {
        let current = self.current();
        let Some(asked) = min_position.filter(|asked| *asked > current.position()) else { return Ok(current) };
        drop(current);
        Box::pin(self.reaching(asked)).await
    }

    async fn reaching(&self, asked: LogPosition) -> Result<Arc<Snapshot>, Error> {
        let mut reached = self.reached.subscribe();
        let wait = Duration::from_millis(MIN_POSITION_WAIT_MILLISECONDS_MAX);
        let arrived = tokio::time::timeout(wait, reached.wait_for(|position| *position >= asked)).await;
        if matches!(arrived, Ok(Ok(_))) {
            return Ok(self.current());
        }
        Err(Error::PositionNotReached { asked: asked.0, reached: self.current().position().0 })
    }

    /// Tells the position that was reached, and each later one.
    pub(crate) fn subscribe(&self) -> watch::Receiver<LogPosition> {
        self.reached.subscribe()
    }

    /// Ends when the store has another log than this is a picture of.
    pub(crate) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }

    /// The end of the log.
    pub(crate) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Needs kept at hand.
    pub(crate) const fn known_needs(&self) -> &KnownNeeds {
        &self.known_needs
    }

    /// Its log could be read.
    fn was_followed(&self) {
        *self.followed_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether its log could be read lately.
    fn is_followed(&self) -> bool {
        let last = *self.followed_at.lock().unwrap_or_else(PoisonError::into_inner);
        last.elapsed() < Duration::from_secs(UNREAD_SECONDS_MAX)
    }

    fn replace(&self, snapshot: Snapshot) {
        let position = snapshot.position();
        self.current.store(Arc::new(snapshot));
        self.reached.send_replace(position);
    }
}

/// What the snapshots are kept up with.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hints: Arc<dyn ChangeHints>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) troubles: Arc<Troubles>,
    /// Whether snapshots have the prices of the last round.
    pub(crate) look_ahead: bool,
}

/// The snapshots of all tenants.
#[derive(Debug)]
pub struct Snapshots {
    sources: Sources,
    tenants: Arc<Mutex<Tenants>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Debug, Default)]
struct Tenants {
    loaded: HashMap<TenantId, Arc<TenantSnapshot>>,
    /// Those whose log turned out to be another one, until that is loaded.
    replaced: HashSet<TenantId>,
}

impl Tenants {
    /// The snapshot of a tenant that is loaded.
    fn known(&self, tenant: &TenantId) -> Result<Option<Arc<TenantSnapshot>>, Error> {
        match self.loaded.get(tenant) {
            Some(known) => Ok(Some(Arc::clone(known))),
            None if self.replaced.contains(tenant) => {
                Err(Error::Unavailable("the store was restored, and is being loaded anew".to_owned()))
            }
            None => Ok(None),
        }
    }
}

impl Snapshots {
    pub(crate) fn new(sources: Sources) -> Self {
        Self { sources, tenants: Arc::default(), stop: CancellationToken::new(), tasks: TaskTracker::new() }
    }

    /// Loads a tenant's snapshot from the store and starts to follow its log. Does nothing for a tenant that is loaded.
    ///
    /// # Errors
    /// What the store answers; [`Error::Unavailable`] while it is being loaded anew.
    pub async fn load(
        &self,
        tenant: &TenantId,
        progress: &(dyn Fn(LoadProgress) + Send + Sync),
    ) -> Result<Arc<TenantSnapshot>, Error> {
        if let Some(known) = self.lock().known(tenant)? {
            return Ok(known);
        }
        let follower = load(&self.sources, tenant, progress).await?;
        let mut tenants = self.lock();
        if let Some(known) = tenants.known(tenant)? {
            return Ok(known);
        }
        let loaded = Arc::clone(follower.target());
        tenants.loaded.insert(tenant.clone(), Arc::clone(&loaded));
        let shared = Arc::clone(&self.tenants);
        // With the lock still held, so that nobody sees a tenant that is not followed yet.
        self.tasks.spawn(keep_up(shared, self.sources.clone(), tenant.clone(), follower, self.stop.clone()));
        Ok(loaded)
    }

    /// A tenant's snapshot. A tenant that appears while running is loaded at its first call.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn of(&self, tenant: &TenantId) -> Result<Arc<TenantSnapshot>, Error> {
        match self.get(tenant) {
            Some(known) => Ok(known),
            // In a box, as all that seldom waits here: a call's future has room for everything in it that could, and is moved.
            None => Box::pin(self.load(tenant, &|_| {})).await,
        }
    }

    /// The tenants that are loaded.
    pub(crate) fn tenants(&self) -> Vec<TenantId> {
        self.lock().loaded.keys().cloned().collect()
    }

    fn get(&self, tenant: &TenantId) -> Option<Arc<TenantSnapshot>> {
        self.lock().loaded.get(tenant).map(Arc::clone)
    }

    fn lock(&self) -> MutexGuard<'_, Tenants> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether every snapshot is kept up with its log. Otherwise answers would grow older and older without anybody noticing: because a
    /// follower ended, which it does by itself only when it panics, or because nobody here can read what stands in the log.
    #[must_use]
    pub fn are_followed(&self) -> bool {
        let Tenants { loaded, replaced } = &*self.lock();
        self.tasks.len() >= loaded.len() && replaced.is_empty() && loaded.values().all(|tenant| tenant.is_followed())
    }

    /// Stops following and waits for the followers to end.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// A tenant's snapshot, and who will keep it up with the log.
async fn load(
    sources: &Sources,
    tenant: &TenantId,
    progress: &(dyn Fn(LoadProgress) + Send + Sync),
) -> Result<Follower, Error> {
    let prices = Prices::last(sources.look_ahead, sources.store.as_ref(), tenant).await?;
    let mut catalog = sources.store.load_catalog(tenant, progress).await?;
    let mark = catalog.mark.take();
    let snapshot = tokio::task::spawn_blocking(move || build(catalog))
        .await
        .map_err(|e| Error::Internal(format!("building the snapshot: {e}")))?;
    let loaded = Arc::new(TenantSnapshot::new(prices.onto(&snapshot), mark.clone()));
    Ok(Follower::new(tenant.clone(), loaded, mark, sources.clone(), prices))
}

/// Follows a tenant's log until told to stop. Where that turns out to be another one, what is known of the tenant is dropped, also what its
/// watchers wait for, and nobody is answered by it until all is loaded anew.
async fn keep_up(
    tenants: Arc<Mutex<Tenants>>,
    sources: Sources,
    tenant: TenantId,
    mut follower: Follower,
    stop: CancellationToken,
) {
    let lock = || tenants.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let before = Arc::clone(follower.target());
        if follower.run(stop.clone()).await == Ended::Stopped {
            return;
        }
        {
            let mut tenants = lock();
            tenants.loaded.remove(&tenant);
            tenants.replaced.insert(tenant.clone());
        }
        before.replaced.cancel();
        follower = loop {
            let loaded = tokio::select! {
                () = stop.cancelled() => return,
                loaded = load(&sources, &tenant, &|_| {}) => loaded,
            };
            match loaded {
                Ok(follower) => break follower,
                Err(error) => sources.troubles.note(Work::Log, &tenant, Err(error)),
            }
            tokio::time::sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
        };
        let mut tenants = lock();
        tenants.replaced.remove(&tenant);
        tenants.loaded.insert(tenant.clone(), Arc::clone(follower.target()));
    }
}

fn build(catalog: Catalog) -> Snapshot {
    let mut builder = SnapshotBuilder::new();
    for category in &catalog.categories {
        builder.category(category);
    }
    for division in &catalog.divisions {
        builder.division(division);
    }
    for organization in &catalog.organizations {
        builder.organization(organization);
    }
    for pool in &catalog.capacity_pools {
        builder.pool(pool);
    }
    for resource in &catalog.resources {
        builder.resource(resource);
    }
    for need in &catalog.open_needs {
        builder.need(need);
    }
    builder.build(catalog.position)
}
