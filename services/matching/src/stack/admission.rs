//! Bounds the calls under way. Beyond the bound a call is refused at once: a queue would only make every caller late.

use tokio::sync::{Semaphore, SemaphorePermit};

use wishwell_domain::Error;

use crate::metrics::Metrics;

/// Places for calls.
#[derive(Debug)]
pub(super) struct Admission {
    places: Semaphore,
    max: usize,
}

impl Admission {
    pub(super) fn new(max: usize) -> Self {
        Self { places: Semaphore::new(max), max }
    }

    /// A place, held for as long as the call is under way; none for a call that needs none.
    pub(super) fn admit(&self, path: &str, metrics: &Metrics) -> Result<Option<SemaphorePermit<'_>>, Error> {
        // Health must be told also under load, or a busy server looks dead.
        if path.starts_with("/grpc.health.") {
            return Ok(None);
        }
        self.places.try_acquire().map(Some).map_err(|_| {
            metrics.calls_shed.inc();
            Error::TooMuchAtOnce { limit: "calls_active_max", max: i64::try_from(self.max).unwrap_or(i64::MAX) }
        })
    }
}
