//! Counted in this process.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, ready};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::{Rate, RateKey, Rates, Verdict};

/// After so many requests, keys that ask no more are forgotten: memory follows who asks now, not who ever asked.
const REQUESTS_PER_SWEEP: usize = 10_000;

/// Counts for this process alone.
#[derive(Debug)]
pub struct InProcessRates {
    limiter: RateLimiter<RateKey, DefaultKeyedStateStore<RateKey>, DefaultClock>,
    clock: DefaultClock,
    asked: AtomicUsize,
    per_second: NonZeroU32,
}

impl InProcessRates {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            asked: AtomicUsize::new(0),
            per_second: rate.per_second,
        }
    }

    pub(super) fn take_now(&self, key: &RateKey) -> Verdict {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(REQUESTS_PER_SWEEP) {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(key) {
            Ok(()) => Verdict::Go,
            Err(early) => Verdict::Wait(early.wait_time_from(self.clock.now()).max(Duration::from_millis(1))),
        }
    }
}

impl Rates for InProcessRates {
    fn take(&self, key: RateKey) -> BoxFuture<'_, Verdict> {
        Box::pin(ready(self.take_now(&key)))
    }

    fn per_second(&self) -> NonZeroU32 {
        self.per_second
    }
}
