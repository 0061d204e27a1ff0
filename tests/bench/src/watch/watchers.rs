//! Those who watch: each over a connection of its own, as programs of others do.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tonic::transport::Endpoint;
use wishwell_api::v1;
use wishwell_api::v1::referral_service_client::ReferralServiceClient;

use crate::wishwell::keyed;

/// What a watcher was told.
#[derive(Debug)]
pub(super) struct Told {
    position: AtomicI64,
    count: AtomicI64,
    measures: AtomicBool,
    /// Microseconds from the beginning of an event's transaction, by the database's clock, until it was here.
    delays: Mutex<Vec<u32>>,
    wrong: Mutex<Option<String>>,
}

impl Told {
    pub(super) fn new(position: i64) -> Self {
        let (count, measures) = (AtomicI64::new(0), AtomicBool::new(false));
        Self { position: AtomicI64::new(position), count, measures, delays: Mutex::default(), wrong: Mutex::default() }
    }

    /// From now on delays count.
    pub(super) fn measure(&self) {
        self.measures.store(true, Ordering::Relaxed);
    }

    pub(super) fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    pub(super) fn count(&self) -> i64 {
        self.count.load(Ordering::Acquire)
    }

    pub(super) fn wrong(&self) -> Option<String> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn delays(&self) -> Vec<u32> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn say(&self, wrong: String) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(wrong);
    }

    fn take(&self, batch: &v1::WatchEventsResponse, last: &mut i64) {
        let now = now();
        let mut delays = self.delays.lock().unwrap_or_else(PoisonError::into_inner);
        let measures = self.measures.load(Ordering::Relaxed);
        for event in &batch.events {
            if event.log_position <= *last {
                self.say(format!("after {last} came {}", event.log_position));
            }
            *last = event.log_position;
            let at = event.event_time.as_ref().map_or(0, |at| {
                u128::try_from(at.seconds).unwrap_or_default() * 1_000_000
                    + u128::try_from(at.nanos).unwrap_or_default() / 1_000
            });
            if measures {
                delays.push(u32::try_from(now.saturating_sub(at)).unwrap_or(u32::MAX));
            }
        }
        self.count.fetch_add(i64::try_from(batch.events.len()).unwrap_or_default(), Ordering::AcqRel);
        self.position.fetch_max(batch.log_position, Ordering::AcqRel);
    }
}

/// The present by the clock that the database has too, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "what is measured here is the present")]
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros())
}

/// Watches until it is stopped.
pub(super) async fn watch(
    endpoint: Endpoint,
    key: &'static str,
    organization: Option<String>,
    after_position: i64,
    told: Arc<Told>,
) {
    let channel = endpoint.connect().await.expect("the server lets somebody in");
    let filter = v1::EventFilter { organization: organization.unwrap_or_default(), ..v1::EventFilter::default() };
    let request = v1::WatchEventsRequest { after_position, filter: Some(filter), ..Default::default() };
    let mut client = ReferralServiceClient::new(channel);
    let mut batches = client.watch_events(keyed(key, request)).await.expect("it is watched").into_inner();
    let mut last = after_position;
    loop {
        match batches.message().await {
            Ok(Some(batch)) => told.take(&batch, &mut last),
            Ok(None) => return told.say("the server ended a stream".to_owned()),
            Err(status) => return told.say(format!("the server ended a stream: {status}")),
        }
    }
}
