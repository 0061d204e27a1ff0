//! Counted in Redis, for all replicas together.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Script};

use super::{InProcessRates, Rate, RateKey, Rates, Verdict};
use crate::HintsError;

/// How long a request waits for Redis before it is counted here.
const RESPONSE_MILLISECONDS_MAX: u64 = 50;
/// Questions without an answer in between, from which on Redis is told to be away: the first one makes the connection.
const MISSES_TOLD: u64 = 3;
/// How long none had an answer by then: many are asked at once, and one slow moment is all of theirs.
const MISSING_TOLD: Duration = Duration::from_secs(5);

/// The generic cell rate algorithm: the key holds when, in microseconds, all that was asked will have been at the steady rate. Answers 0,
/// or the microseconds to wait. By Redis's clock, so that replicas need not agree on theirs.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + step
local wait = arrival - now - step * burst
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
return 0
";

/// What is to be told.
#[derive(Debug, PartialEq, Eq)]
enum Telling {
    Away,
    Back,
}

/// Questions without an answer since the last one that had one.
#[derive(Debug, Default)]
struct Misses(Mutex<Missing>);

#[derive(Debug, Default)]
struct Missing {
    count: u64,
    since: Option<Instant>,
    is_told: bool,
}

impl Misses {
    fn note(&self, reached: bool, now: Instant) -> Option<Telling> {
        let mut missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reached {
            return std::mem::take(&mut *missing).is_told.then_some(Telling::Back);
        }
        missing.count += 1;
        let since = *missing.since.get_or_insert(now);
        let is_away = missing.count >= MISSES_TOLD && now.duration_since(since) >= MISSING_TOLD;
        let first = is_away && !std::mem::replace(&mut missing.is_told, is_away);
        first.then_some(Telling::Away)
    }
}

/// Counts in Redis; for itself while Redis is away.
pub struct RedisRates {
    connection: ConnectionManager,
    script: Script,
    prefix: String,
    rate: Rate,
    alone: InProcessRates,
    misses: Misses,
}

impl std::fmt::Debug for RedisRates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisRates").field("rate", &self.rate).field("misses", &self.misses).finish_non_exhaustive()
    }
}

impl RedisRates {
    /// Counts in the Redis at `url`, which need not be there yet. `prefix` keeps several Wishwells on one Redis apart.
    ///
    /// # Errors
    /// [`HintsError::Url`] when the URL cannot be understood.
    pub fn new(url: &str, prefix: &str, rate: Rate) -> Result<Self, HintsError> {
        let bad_url = |error: redis::RedisError| HintsError::Url { reason: error.category().to_owned() };
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(Duration::from_millis(RESPONSE_MILLISECONDS_MAX)))
            .set_connection_timeout(Some(Duration::from_millis(RESPONSE_MILLISECONDS_MAX)))
            .set_number_of_retries(0);
        let client = Client::open(url).map_err(bad_url)?;
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(bad_url)?,
            script: Script::new(TAKE),
            prefix: prefix.to_owned(),
            rate,
            alone: InProcessRates::new(rate),
            misses: Misses::default(),
        })
    }

    async fn ask(&self, key: &RateKey) -> Result<i64, redis::RedisError> {
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let step = 1_000_000 / u64::from(self.rate.per_second.get());
        let mut connection = self.connection.clone();
        self.script
            .key(format!("{}:rate:{key}", self.prefix))
            .arg(step.max(1))
            .arg(self.rate.burst.get())
            .invoke_async(&mut connection)
            .await
    }
}

impl Rates for RedisRates {
    fn per_second(&self) -> NonZeroU32 {
        self.rate.per_second
    }

    fn take(&self, key: RateKey) -> BoxFuture<'_, Verdict> {
        Box::pin(async move {
            let asked = tokio::time::timeout(Duration::from_millis(RESPONSE_MILLISECONDS_MAX), self.ask(&key)).await;
            let reached = matches!(asked, Ok(Ok(_)));
            match self.misses.note(reached, Instant::now()) {
                Some(Telling::Away) => tracing::warn!(
                    "redis is away: requests are counted in this process alone; look whether redis_url is right and answers"
                ),
                Some(Telling::Back) => tracing::info!("requests are counted in redis again"),
                None => {}
            }
            match asked {
                Ok(Ok(0)) => Verdict::Go,
                Ok(Ok(wait)) => Verdict::Wait(Duration::from_micros(u64::try_from(wait).unwrap_or(1))),
                _ => self.alone.take_now(&key),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_not_an_absence_and_an_absence_is_told_once() {
        let misses = Misses::default();
        let start = Instant::now();
        let told = |(seconds, reached): (u64, bool)| misses.note(reached, start + Duration::from_secs(seconds));
        // A hundred at once in one slow moment, and two long after another.
        assert!((0..100).all(|_| told((0, false)).is_none()) && told((1, true)).is_none());
        assert_eq!([(10, false), (20, false), (21, true)].map(told), [None, None, None]);
        let absence = [(30, false), (31, false), (32, false), (35, false), (36, false), (40, false)];
        assert_eq!(absence.map(told), [None, None, None, Some(Telling::Away), None, None]);
        assert_eq!([(41, true), (42, true)].map(told), [Some(Telling::Back), None]);
    }
}
