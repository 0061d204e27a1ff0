//! Who follows: each notes how far it came and by which way, and what was wrong with it at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;
use tonic::transport::Channel;
use wishwell_api::v1;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;
use wishwell_domain::event::{Change, Event};
use wishwell_domain::ids::LogPosition;
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::Store;

use super::VIOLATIONS_MAX;
use super::writers::Writer;
use crate::aftermath::tenant;
use crate::ask::keyed;
use crate::random::Random;
use crate::world::OPERATOR;

/// Longest wait for a log that grows to go on.
const SILENCE_MAX: Duration = Duration::from_secs(30);

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
    pub(super) transactions: usize,
    pub(super) overtaken: usize,
    pub(super) latest: Duration,
    at: i64,
    latest_at: i64,
}

impl Reader {
    /// Reads from `start` to `end`, in pages of any size, as soon as there is something.
    pub(super) async fn follow(store: Arc<dyn Store>, start: i64, end: i64, mut random: Random) -> Self {
        let mut reader = Self {
            trail: Trail::from(start),
            versions: HashMap::new(),
            transactions: 0,
            overtaken: 0,
            latest: Duration::ZERO,
            at: 0,
            latest_at: 0,
        };
        let mut silent = Duration::ZERO;
        while reader.trail.position < end && silent < SILENCE_MAX {
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
        let Change::Organization(organization) = &event.change else {
            self.trail.note(format!("{subject} was written by nobody"));
            return;
        };
        let (last, count) = self.versions.entry(subject.clone()).or_insert((1, 0));
        *count += 1;
        if organization.version.0 != *last + 1 {
            let wrong = format!("after version {last} of {subject} came {}", organization.version.0);
            self.trail.note(wrong);
        }
        if let Some((last, _)) = self.versions.get_mut(&subject) {
            *last = organization.version.0;
        }
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

    /// What it has seen against what was written.
    pub(super) fn against(&self, writers: &[Writer]) -> Vec<String> {
        let written = writers.iter().flat_map(|writer| &writer.versions);
        let wrong = written.filter_map(|(subject, version)| {
            let (last, count) = self.versions.get(subject).copied().unwrap_or((1, 0));
            let same = last == *version && count == *version - 1;
            (!same).then(|| format!("{subject} was written {} times and seen {count} times", version - 1))
        });
        wrong.take(VIOLATIONS_MAX).collect()
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

/// Pause of a reader that has come to the end.
const PAUSE: Duration = Duration::from_millis(2);

/// Watches from `start` to `end`; with random numbers, goes away now and then and resumes.
pub(super) async fn watch(channel: Channel, start: i64, end: i64, mut goes: Option<Random>) -> Trail {
    let (mut trail, mut moved) = (Trail::from(start), Instant::now());
    while trail.position < end && moved.elapsed() < SILENCE_MAX {
        let batches = goes.as_mut().map_or(usize::MAX, |random| 1 + random.below(20));
        let filter = v1::EventFilter::default();
        let before = trail.position;
        follow(&channel, before, end, filter, batches, |batch| {
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
pub(super) async fn watch_one(channel: Channel, organization: String, start: i64, end: i64) -> Vec<i64> {
    let mut positions = Vec::new();
    let filter = v1::EventFilter { organization, ..v1::EventFilter::default() };
    follow(&channel, start, end, filter, usize::MAX, |batch| {
        positions.extend(batch.events.iter().map(|event| event.log_position));
    })
    .await;
    positions
}

/// Follows a stream until it has come to `end`, brought so many batches, or comes no further.
async fn follow(
    channel: &Channel,
    after_position: i64,
    end: i64,
    filter: v1::EventFilter,
    batches_max: usize,
    mut take: impl FnMut(&v1::WatchEventsResponse),
) {
    let request = v1::WatchEventsRequest { after_position, filter: Some(filter), until_now: false };
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
        if reached >= end || moved.elapsed() > SILENCE_MAX {
            return;
        }
    }
}
