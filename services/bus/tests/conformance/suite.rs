//! The promises of `ChangeHints`, one test each.

use std::collections::HashMap;

use wishwell_bus::{Notice, TENANTS_PENDING_MAX};

use crate::{Replicas, change, hear, next, within_patience};

/// Makes one test of each promise, for replicas made by `$replicas`.
macro_rules! instantiate {
    ($replicas:path) => {
        $crate::suite::instantiate!($replicas;
            a_hint_reaches_every_subscription_of_every_replica,
            hints_of_different_tenants_are_kept_apart,
            a_late_reader_is_told_the_newest_position_and_not_every_one,
            a_reader_that_never_reads_holds_nobody_up,
            a_reader_that_fell_too_far_behind_is_told_so,
            many_publishers_at_once_lose_no_tenant,
            a_dropped_subscription_disturbs_nobody,
            nobody_has_to_listen,
            giving_up_a_wait_loses_no_hint,
            a_bus_that_ends_ends_its_subscriptions,
        );
    };
    ($replicas:path; $($promise:ident,)+) => {
        $(
            #[tokio::test]
            async fn $promise() {
                $crate::suite::$promise($replicas().await).await;
            }
        )+
    };
}
pub(crate) use instantiate;

pub(crate) async fn a_hint_reaches_every_subscription_of_every_replica(replicas: Replicas) {
    let mut listeners = [replicas.one.subscribe(), replicas.one.subscribe(), replicas.two.subscribe()];
    replicas.one.publish(change("xingqing", 7));
    for listener in &mut listeners {
        assert_eq!(next(listener).await, Notice::Changed(change("xingqing", 7)));
    }
}

pub(crate) async fn hints_of_different_tenants_are_kept_apart(replicas: Replicas) {
    let mut listener = replicas.two.subscribe();
    replicas.one.publish(change("xingqing", 7));
    replicas.one.publish(change("dawukou", 3));
    let mut heard = HashMap::new();
    while heard.len() < 2 {
        if let Notice::Changed(change) = next(&mut listener).await {
            heard.insert(change.tenant.to_string(), change.position.0);
        }
    }
    assert_eq!(heard, HashMap::from([("xingqing".to_owned(), 7), ("dawukou".to_owned(), 3)]));
}

pub(crate) async fn a_late_reader_is_told_the_newest_position_and_not_every_one(replicas: Replicas) {
    let mut listener = replicas.one.subscribe();
    for position in 1..=5_000 {
        replicas.one.publish(change("xingqing", position));
    }
    assert_eq!(next(&mut listener).await, Notice::Changed(change("xingqing", 5_000)));
}

pub(crate) async fn a_reader_that_never_reads_holds_nobody_up(replicas: Replicas) {
    let _never_read = replicas.two.subscribe();
    let mut listener = replicas.two.subscribe();
    for position in 1..=20_000 {
        replicas.one.publish(change("xingqing", position));
    }
    hear(&mut listener, "xingqing", 20_000).await;
}

pub(crate) async fn a_reader_that_fell_too_far_behind_is_told_so(replicas: Replicas) {
    let mut listener = replicas.one.subscribe();
    for tenant in 0..=TENANTS_PENDING_MAX {
        replicas.one.publish(change(&format!("t{tenant}"), 1));
    }
    assert_eq!(next(&mut listener).await, Notice::MayHaveMissed);
}

pub(crate) async fn many_publishers_at_once_lose_no_tenant(replicas: Replicas) {
    const TENANTS: usize = 40;
    let mut listener = replicas.two.subscribe();
    for tenant in 0..TENANTS {
        let hints = if tenant % 2 == 0 { replicas.one.clone() } else { replicas.two.clone() };
        tokio::spawn(async move {
            for position in 1..=50 {
                hints.publish(change(&format!("t{tenant}"), position));
                tokio::task::yield_now().await;
            }
        });
    }
    let mut newest = HashMap::new();
    while newest.values().filter(|position| **position == 50).count() < TENANTS {
        if let Notice::Changed(change) = next(&mut listener).await {
            let known = newest.entry(change.tenant.to_string()).or_insert(0);
            *known = change.position.0.max(*known);
        }
    }
}

pub(crate) async fn a_dropped_subscription_disturbs_nobody(replicas: Replicas) {
    let dropped = replicas.two.subscribe();
    let mut listener = replicas.two.subscribe();
    drop(dropped);
    replicas.one.publish(change("xingqing", 1));
    hear(&mut listener, "xingqing", 1).await;
}

pub(crate) async fn nobody_has_to_listen(replicas: Replicas) {
    replicas.one.publish(change("xingqing", 1));
    let mut listener = replicas.two.subscribe();
    replicas.one.publish(change("xingqing", 2));
    hear(&mut listener, "xingqing", 2).await;
}

pub(crate) async fn giving_up_a_wait_loses_no_hint(replicas: Replicas) {
    let mut listener = replicas.two.subscribe();
    for position in 1..=200 {
        // Publishes while a wait is being given up, again and again.
        let wait = listener.next();
        replicas.one.publish(change("xingqing", position));
        if let Ok(notice) = tokio::time::timeout(std::time::Duration::from_micros(50), wait).await {
            assert!(notice.is_some());
        }
    }
    replicas.one.publish(change("xingqing", 201));
    hear(&mut listener, "xingqing", 201).await;
}

pub(crate) async fn a_bus_that_ends_ends_its_subscriptions(replicas: Replicas) {
    let mut listener = replicas.two.subscribe();
    drop(replicas);
    assert_eq!(within_patience("the end", listener.next()).await, None);
}
