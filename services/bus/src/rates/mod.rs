//! How often somebody may ask: counted in this process, or in Redis for all replicas together.
//!
//! Both count by the generic cell rate algorithm (ITU-T I.371): a steady rate with a burst on top, one number per key, nothing to
//! sweep at the turn of a period. Redis gone means that each replica counts for itself until it is back: more is let through then, and
//! nobody is refused who should not be.

mod in_process;
mod redis_rates;

use std::num::NonZeroU32;
use std::time::Duration;

use futures::future::BoxFuture;

pub use in_process::InProcessRates;
pub use redis_rates::RedisRates;

/// Who asks: a digest, so that no credentials lie in Redis.
pub type RateKey = [u8; 16];

/// How often one may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: NonZeroU32,
    /// At once, after a pause.
    pub burst: NonZeroU32,
}

/// Whether one may ask now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, and it was counted.
    Go,
    /// Not before so long, and it was not counted.
    Wait(Duration),
}

/// Counts who asks.
pub trait Rates: Send + Sync + std::fmt::Debug {
    /// Counts one request of this key, unless it has to wait. Never fails; takes at most a few milliseconds.
    fn take(&self, key: RateKey) -> BoxFuture<'_, Verdict>;

    /// How many requests of a key are let through in a second, in the long run.
    fn per_second(&self) -> NonZeroU32;
}
