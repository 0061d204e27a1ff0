//! Reads the event log over all faults: whatever ends a watch, the next one resumes where it ended, at any replica.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tonic::transport::Channel;
use wishwell_api::v1;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;

use crate::ask::keyed;
use crate::board::Board;
use crate::history::{ReferralSeen, Watched, need_state};
use crate::random::Random;
use crate::world::OPERATOR;

/// Silence after which a watch is given up: a server says something every 15 seconds.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Longest wait for everything to be seen.
const CATCH_UP_MAX: Duration = Duration::from_secs(60);
/// Wait before watching again.
const RESUME_AFTER: Duration = Duration::from_millis(50);

/// A watcher.
#[derive(Debug)]
pub struct Watcher {
    seen: Mutex<Vec<Watched>>,
    position: AtomicI64,
    /// The log's mark at the position: whatever is killed or cut off here, the log stays the same one.
    mark: Mutex<String>,
    resumed: AtomicU64,
}

impl Watcher {
    /// A watcher of what comes after a position.
    #[must_use]
    pub fn after(position: i64) -> Arc<Self> {
        let (position, resumed) = (AtomicI64::new(position), AtomicU64::new(0));
        Arc::new(Self { seen: Mutex::default(), position, mark: Mutex::default(), resumed })
    }

    /// How far it has watched.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    /// Waits until it has watched up to a position, or has had time enough.
    pub async fn wait_for(&self, position: i64) {
        let started = Instant::now();
        while self.position() < position && started.elapsed() < CATCH_UP_MAX {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How often it resumed.
    #[must_use]
    pub fn resumed(&self) -> u64 {
        self.resumed.load(Ordering::Relaxed)
    }

    /// What it got.
    #[must_use]
    pub fn take(&self) -> Vec<Watched> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Watches until the task is ended, and tells the board what it sees.
    pub async fn run(self: Arc<Self>, channels: Vec<Channel>, board: Arc<Board>, mut random: Random) {
        loop {
            if let Some(channel) = random.pick(&channels) {
                // Now and then it goes by itself, in the middle of a batch for all it knows.
                let patience = random.between(Duration::from_millis(500), Duration::from_secs(20));
                let _ = tokio::time::timeout(patience, self.watch(channel, &board)).await;
            }
            self.resumed.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(RESUME_AFTER).await;
        }
    }

    /// One watch; ends when anything goes wrong.
    async fn watch(&self, channel: &Channel, board: &Board) -> Option<()> {
        let after_mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let request = v1::WatchEventsRequest { after_position: self.position(), after_mark, ..Default::default() };
        let mut client = ReferralServiceClient::new(channel.clone());
        let mut batches = client.watch_events(keyed(OPERATOR, request, None)).await.ok()?.into_inner();
        loop {
            let batch = tokio::time::timeout(SILENCE_MAX, batches.message()).await.ok()?.ok()??;
            for referral in batch.events.iter().filter_map(|event| event.referral.as_ref()) {
                board.referral(referral);
            }
            let events = batch.events.iter().map(|event| Watched {
                position: event.log_position,
                subject: event.subject.clone(),
                referral: event.referral.as_ref().map(ReferralSeen::from),
                need_state: need_state(event.need_state()),
            });
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
            *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = batch.log_mark;
            self.position.store(batch.log_position, Ordering::Release);
        }
    }
}
