//! What every counter of requests promises; and what Redis adds: one count for all replicas, and being away.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use wishwell_bus::{InProcessRates, Rate, RateKey, Rates, RedisRates, Verdict};
use wishwell_test_support::redis;

const ONE: RateKey = [1; 16];
const OTHER: RateKey = [2; 16];
/// One in a second, five at once.
const RATE: Rate = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(5).unwrap() };

async fn taken(rates: &dyn Rates, key: RateKey, times: usize) -> usize {
    let mut taken = 0;
    for _ in 0..times {
        taken += usize::from(rates.take(key).await == Verdict::Go);
    }
    taken
}

async fn a_burst_goes_and_then_one_waits_as_long_as_said(rates: &dyn Rates) {
    let started = Instant::now();
    assert_eq!(taken(rates, ONE, 5).await, 5, "the burst");
    let Verdict::Wait(wait) = rates.take(ONE).await else { panic!("the sixth at once waits") };
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
    assert!(wait + started.elapsed() >= Duration::from_millis(999), "{wait:?}");
    assert_eq!(rates.take(OTHER).await, Verdict::Go, "another key has its own burst");
    tokio::time::sleep(wait).await;
    assert_eq!(rates.take(ONE).await, Verdict::Go, "after the wait");
    assert!(matches!(rates.take(ONE).await, Verdict::Wait(_)), "and only one");
}

#[tokio::test]
async fn a_process_counts() {
    a_burst_goes_and_then_one_waits_as_long_as_said(&InProcessRates::new(RATE)).await;
}

#[tokio::test]
async fn redis_counts() {
    let rates = RedisRates::new(&redis::url(), &redis::unique_prefix(), RATE).unwrap();
    a_burst_goes_and_then_one_waits_as_long_as_said(&rates).await;
}

#[tokio::test]
async fn replicas_that_share_redis_count_together() {
    let prefix = redis::unique_prefix();
    let replica = || RedisRates::new(&redis::url(), &prefix, RATE).unwrap();
    let (one, two) = (replica(), replica());
    assert_eq!(taken(&one, ONE, 3).await + taken(&two, ONE, 3).await, 5);
}

#[tokio::test]
async fn a_replica_counts_for_itself_while_redis_is_away_and_together_again_afterwards() {
    let mut server = redis::RedisServer::start();
    let rates = RedisRates::new(&server.url(), "away", RATE).unwrap();
    assert_eq!(taken(&rates, ONE, 5).await, 5);
    server.stop();
    let started = Instant::now();
    assert_eq!(taken(&rates, ONE, 7).await, 5, "its own burst");
    assert!(started.elapsed() < Duration::from_secs(2), "nobody waits for a redis that is away");
    server.restart();
    let started = Instant::now();
    // Here the burst is used up; in Redis, which came back empty, it is whole.
    while taken(&rates, ONE, 5).await < 5 {
        assert!(started.elapsed() < Duration::from_secs(20), "never counted together again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
