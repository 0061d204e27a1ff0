//! Who follows: each notes how far it came and by which way, and what was wrong with it at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use tokio::time::timeout;
use tonic::transport::Channel;
use wishwell_api::v1;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::LogPosition;
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::{Catalog, Store};

use super::VIOLATIONS_MAX;
use crate::aftermath::tenant;
use crate::ask::keyed;
use crate::random::Random;
use crate::world::OPERATOR;

/// Longest wait for a log that grows to go on.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Where the log ends, once that is known.
#[derive(Debug, Clone)]
pub(super) struct End(Arc<AtomicI64>);

impl End {
    pub(super) fn unknown() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }

    /// Says where. Whoever waits for something to be told learns of it with what is told next.
    pub(super) fn is_at(&self, position: i64) {
        self.0.store(position, Ordering::Release);
    }

    pub(super) fn position(&self) -> i64 {
        self.0.load(Ordering::Acquire)
    }
}

/// A way through the log.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) position: i64,
    /// Of everything that was told, in its order.
    pub(super) digest: u64,
    pub(super) wrong: Vec<String>,
}

impl Trail {
    fn from(position: i64) -> Self {
        Self { position, digest: 0, wrong: Vec::new() }
    }

    fn take(&mut self, position: i64, subject: &str) {
        if position != self.position + 1 {
            self.note(format!("after {} came {position}", self.position));
        }
        self.position = self.position.max(position);
        let mut hasher = DefaultHasher::new();
        (self.digest, position, subject).hash(&mut hasher);
        self.digest = hasher.finish();
    }

    fn note(&mut self, wrong: String) {
        if self.wrong.len() < VIOLATIONS_MAX {
            self.wrong.push(wrong);
        }
    }
}

/// One that reads the store's log and looks into it.
pub(super) struct Reader {
    pub(super) trail: Trail,
    /// The last version of each subject, and how many there were.
    versions: HashMap<String, (i64, i64)>,
    /// The last images of pools and needs.
    images: HashMap<String, Change>,
    /// Events of the ledger.
    pub(super) moved: usize,
    pub(super) transactions: usize,
    pub(super) overtaken: usize,
    pub(super) latest: Duration,
    at: i64,
    latest_at: i64,
}

impl Reader {
    /// Reads from `start` to `end`, in pages of any size, as soon as there is something.
    pub(super) async fn follow(store: Arc<dyn Store>, start: i64, end: End, mut random: Random) -> Self {
        let mut reader = Self {
            trail: Trail::from(start),
            versions: HashMap::new(),
            images: HashMap::new(),
            moved: 0,
            transactions: 0,
            overtaken: 0,
            latest: Duration::ZERO,
            at: 0,
            latest_at: 0,
        };
        let mut silent = Duration::ZERO;
        while reader.trail.position < end.position() && silent < SILENCE_MAX {
            let limit = 1 + random.below(LOG_PAGE_EVENTS_MAX);
            let page = store.events(&tenant(), LogPosition(reader.trail.position), limit).await;
            let page = page.expect("the store answers");
            silent = if page.is_empty() { silent + PAUSE } else { Duration::ZERO };
            page.iter().for_each(|event| reader.take(event));
            tokio::time::sleep(if page.is_empty() { PAUSE } else { Duration::ZERO }).await;
        }
        reader
    }

    fn take(&mut self, event: &Event) {
        let subject = event.change.subject();
        self.trail.take(event.position.0, &subject);
        let Some((version, before)) = versions(&event.change) else {
            self.trail.note(format!("{subject} was written by nobody"));
            return;
        };
        if let Change::CapacityPool(_) | Change::Need(_) = &event.change {
            self.images.insert(subject.clone(), event.change.clone());
        }
        self.moved += usize::from(!matches!(event.change, Change::Organization(_)));
        let (last, count) = self.versions.entry(subject.clone()).or_insert((before, 0));
        if version != *last + 1 {
            let wrong = format!("after version {last} of {subject} came {version}");
            self.trail.note(wrong);
        }
        (*last, *count) = (version, *count + 1);
        self.time(event.at.as_microsecond());
    }

    /// The events of a transaction have the instant at which it began.
    fn time(&mut self, at: i64) {
        if at == self.at {
            return;
        }
        self.at = at;
        self.transactions += 1;
        if at < self.latest_at {
            self.overtaken += 1;
            self.latest = self.latest.max(Duration::from_micros(self.latest_at.abs_diff(at)));
        }
        self.latest_at = self.latest_at.max(at);
    }

    /// What it has seen against what was written: versions of subjects, which had `before` when it began.
    pub(super) fn against<'w>(&self, written: impl Iterator<Item = (&'w String, &'w i64)>, before: i64) -> Vec<String> {
        let wrong = written.filter_map(|(subject, &version)| {
            let (last, count) = self.versions.get(subject).copied().unwrap_or((before, 0));
            let same = last == version && count == version - before;
            (!same).then(|| format!("{subject} was written {} times and seen {count} times", version - before))
        });
        wrong.take(VIOLATIONS_MAX).collect()
    }

    /// What it has seen of pools and needs against what the tables hold of them.
    pub(super) fn against_tables(&self, tables: &HashMap<String, Change>) -> Vec<String> {
        let other =
            |(subject, image): &(&String, &Change)| self.images.get(*subject).is_some_and(|seen| seen != *image);
        let wrong = tables.iter().filter(other);
        wrong.map(|(subject, _)| format!("{subject} is another one in the tables than it was told")).collect()
    }

    /// What it has seen of one subject against what somebody was told who asked for that one alone.
    pub(super) fn against_one(&self, subject: &str, told: &[i64]) -> Vec<String> {
        let count = self.versions.get(subject).map_or(0, |(_, count)| *count);
        let in_order = told.windows(2).all(|pair| pair[0] < pair[1]);
        if in_order && i64::try_from(told.len()) == Ok(count) {
            return Vec::new();
        }
        vec![format!(
            "{subject} changed {count} times and its watcher was told {} times, in order: {in_order}",
            told.len()
        )]
    }
}

/// The version of an entity that somebody writes, and the one it had before anybody did.
const fn versions(change: &Change) -> Option<(i64, i64)> {
    match change {
        Change::Organization(organization) => Some((organization.version.0, 1)),
        Change::CapacityPool(pool) => Some((pool.version.0, 1)),
        Change::Need(need) => Some((need.version.0, 1)),
        Change::Referral(referral) => Some((referral.version.0, 0)),
        _ => None,
    }
}

/// What is read once from the tables while they change, and from then on followed in the log, as snapshots are: by name, what it comes to.
pub(super) async fn picture(store: Arc<dyn Store>, end: End) -> HashMap<String, Change> {
    let catalog = store.load_catalog(&tenant(), &|_| {}).await.expect("the store answers");
    let mut position = catalog.position.0;
    let mut picture = by_name(catalog);
    let mut silent = Duration::ZERO;
    while position < end.position() && silent < SILENCE_MAX {
        let page = store.events(&tenant(), LogPosition(position), LOG_PAGE_EVENTS_MAX).await;
        let page = page.expect("the store answers");
        silent = if page.is_empty() { silent + PAUSE } else { Duration::ZERO };
        position = page.last().map_or(position, |last| last.position.0);
        let told = page.into_iter().map(|event| event.change);
        let kept = told.filter(|change| !matches!(change, Change::Referral(_)));
        picture.extend(kept.map(|change| (change.subject(), change)));
        tokio::time::sleep(if silent.is_zero() { Duration::ZERO } else { PAUSE }).await;
    }
    picture
}

/// Organizations, pools and needs of a catalogue by their names.
pub(super) fn by_name(catalog: Catalog) -> HashMap<String, Change> {
    let organizations = catalog.organizations.into_iter().map(Change::Organization);
    let pools = catalog.capacity_pools.into_iter().map(Change::CapacityPool);
    let needs = catalog.open_needs.into_iter().map(|need| Change::Need(Box::new(need)));
    organizations.chain(pools).chain(needs).map(|change| (change.subject(), change)).collect()
}

/// Pause of a reader that has come to the end.
const PAUSE: Duration = Duration::from_millis(2);

/// Watches from `start` to `end`; with random numbers, goes away now and then and resumes.
pub(super) async fn watch(channel: Channel, start: i64, end: End, mut goes: Option<Random>) -> Trail {
    let (mut trail, mut moved) = (Trail::from(start), Instant::now());
    while trail.position < end.position() && moved.elapsed() < SILENCE_MAX {
        let batches = goes.as_mut().map_or(usize::MAX, |random| 1 + random.below(20));
        let filter = v1::EventFilter::default();
        let before = trail.position;
        follow(&channel, before, &end, filter, batches, |batch| {
            batch.events.iter().for_each(|event| trail.take(event.log_position, &event.subject));
            if batch.log_position != trail.position {
                let wrong = format!("told to be at {} when at {}", batch.log_position, trail.position);
                trail.note(wrong);
            }
        })
        .await;
        if trail.position > before {
            moved = Instant::now();
        }
    }
    trail
}

/// Watches what happens to one organization; the positions.
pub(super) async fn watch_one(channel: Channel, organization: String, start: i64, end: End) -> Vec<i64> {
    let mut positions = Vec::new();
    let filter = v1::EventFilter { organization, ..v1::EventFilter::default() };
    follow(&channel, start, &end, filter, usize::MAX, |batch| {
        positions.extend(batch.events.iter().map(|event| event.log_position));
    })
    .await;
    positions
}

/// Follows a stream until it has come to `end`, brought so many batches, or comes no further.
async fn follow(
    channel: &Channel,
    after_position: i64,
    end: &End,
    filter: v1::EventFilter,
    batches_max: usize,
    mut take: impl FnMut(&v1::WatchEventsResponse),
) {
    let request = v1::WatchEventsRequest { after_position, filter: Some(filter), ..Default::default() };
    let mut client = ReferralServiceClient::new(channel.clone());
    let answer = client.watch_events(keyed(OPERATOR, request, None)).await.expect("it is watched");
    let mut stream = answer.into_inner();
    let (mut reached, mut moved) = (after_position, Instant::now());
    for _ in 0..batches_max {
        let Ok(said) = timeout(SILENCE_MAX, stream.message()).await else { return };
        let batch = said.expect("no watcher is too slow here").expect("the server does not go");
        take(&batch);
        if batch.log_position > reached {
            (reached, moved) = (batch.log_position, Instant::now());
        }
        if reached >= end.position() || moved.elapsed() > SILENCE_MAX {
            return;
        }
    }
}
