//! Losing Redis costs time, never truth: what is said while it is away, and after it came back.

use std::time::{Duration, Instant};

use wishwell_bus::{ChangeHints, HintsError, Notice, RedisHints, RedisOptions};
use wishwell_test_support::redis::{self, RedisServer};

use crate::{change, connected, hear, next, start_redis, within_patience};

async fn degraded(hints: &dyn ChangeHints) {
    within_patience("the bus to notice", async {
        while !hints.is_degraded() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn without_redis_a_process_still_hears_itself_at_once() {
    let hints = start_redis("redis+unix:///nowhere/redis.sock", "any");
    let mut listener = hints.subscribe();
    let started = Instant::now();
    hints.publish(change("xingqing", 1));
    assert_eq!(next(&mut listener).await, Notice::Changed(change("xingqing", 1)));
    assert!(started.elapsed() < Duration::from_secs(1));
    assert!(hints.is_degraded());
}

#[tokio::test]
async fn what_was_published_while_redis_was_away_arrives_when_it_is_back() {
    let mut server = RedisServer::start();
    let (one, two) = (start_redis(&server.url(), "away"), start_redis(&server.url(), "away"));
    connected(&one).await;
    connected(&two).await;
    let mut listener = two.subscribe();

    server.stop();
    degraded(&two).await;
    for position in 1..=1_000 {
        one.publish(change("xingqing", position));
    }
    server.restart();

    // The break is announced, so that the listener looks by itself, and the newest position follows in any case,
    // though perhaps only with the next change: what is sent before the other side listens again is gone.
    assert_eq!(next(&mut listener).await, Notice::MayHaveMissed);
    connected(&two).await;
    one.publish(change("xingqing", 1_001));
    hear(&mut listener, "xingqing", 1_001).await;
    connected(&one).await;
}

#[tokio::test]
async fn a_bus_started_before_redis_connects_when_it_comes() {
    let mut server = RedisServer::start();
    server.stop();
    let hints = start_redis(&server.url(), "early");
    let mut listener = hints.subscribe();
    degraded(&hints).await;
    server.restart();
    assert_eq!(next(&mut listener).await, Notice::MayHaveMissed);
    connected(&hints).await;
}

#[tokio::test]
async fn a_redis_that_hangs_is_noticed_and_holds_no_publisher_up() {
    let server = RedisServer::start();
    let hints = start_redis(&server.url(), "hangs");
    connected(&hints).await;
    server.freeze();
    let started = Instant::now();
    for position in 1..=1_000 {
        hints.publish(change("xingqing", position));
    }
    assert!(started.elapsed() < Duration::from_millis(500), "publishing waits for nobody");
    degraded(&hints).await;
    server.thaw();
    connected(&hints).await;
}

#[tokio::test]
async fn two_wishwells_on_one_redis_do_not_hear_each_other() {
    let url = redis::url();
    let (ours, theirs) = (redis::unique_prefix(), redis::unique_prefix());
    let (one, two, other) = (start_redis(&url, &ours), start_redis(&url, &ours), start_redis(&url, &theirs));
    for hints in [&one, &two, &other] {
        connected(hints).await;
    }
    let mut listener = two.subscribe();
    other.publish(change("not-ours", 1));
    one.publish(change("ours", 1));
    assert_eq!(next(&mut listener).await, Notice::Changed(change("ours", 1)));
}

#[tokio::test]
async fn a_message_nobody_understands_makes_listeners_look_by_themselves() {
    let server = RedisServer::start();
    let hints = start_redis(&server.url(), "garbage");
    connected(&hints).await;
    let mut listener = hints.subscribe();
    server.command(&["PUBLISH", "garbage:changes", "9 from the future"]);
    assert_eq!(next(&mut listener).await, Notice::MayHaveMissed);
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_without_repeating_its_password() {
    let refused = RedisHints::start(RedisOptions::new("postgres://me:secret@localhost")).unwrap_err();
    assert!(matches!(refused, HintsError::Url { .. }));
    assert!(!refused.to_string().contains("secret"), "{refused}");
}
