//! The ledger's transactions one after the other, each thought out while the one before it is written.

use std::sync::Arc;
use std::time::Duration;

use wishwell_domain::Error;
use wishwell_store::StoreError;

use crate::fixture::Fixture;
use crate::ledger_world::{giving, item, lacking, offering, stock, total_of};
use crate::samples::{context, request};

/// Clients that ask, wait for the answer and ask again.
const CLIENTS: u128 = 32;
/// What each of them asks.
const ASKED_EACH: u128 = 12;
/// Nobody waits for ever.
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn groups_that_follow_each_other_hold_all_there_is_and_no_more(fixture: Fixture) {
    let pools = (20..24).map(|n| stock(n, Some(60))).collect();
    let resources = (30..34).map(|n| giving(n, &[(n - 10, 1)])).collect();
    let needs = (1_000..1_010).map(|n| lacking(n, vec![item(1, 1_000)])).collect();
    let fixture = Arc::new(fixture.with(pools, resources, needs).await);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move {
                let mut held = 0;
                for n in 0..ASKED_EACH {
                    let id = 10_000 + client * ASKED_EACH + n;
                    let commands = vec![offering(id, 1_000 + id % 10, 30 + id % 4, 1)];
                    match fixture.store.carry_out(&request(id, 1), commands).await {
                        Ok(written) => held += u64::from(!written.replayed),
                        Err(StoreError::Refused(error)) => {
                            assert!(matches!(*error, Error::CapacityExhausted { .. }), "{error:?}");
                        }
                        Err(error) => panic!("{error:?}"),
                    }
                }
                held
            })
        })
        .collect();
    // Somebody else changes the same pools meanwhile.
    let other = fixture.another().await;
    for round in 0..10 {
        other.carry_out(&context(), vec![total_of(20 + round % 4, 60 + round as i64 / 4, false)]).await.unwrap();
    }
    let mut held = 0;
    for client in clients {
        held += tokio::time::timeout(PATIENCE, client).await.unwrap().unwrap();
    }
    let mut pending = 0;
    for n in 20..24 {
        let figures = fixture.pool(n).await.figures;
        assert!(figures.total.unwrap() >= figures.pending, "{figures:?}");
        pending += figures.pending.unsigned_abs();
    }
    assert_eq!(held, pending);
    assert!(held >= 240, "all that was there from the start is held: {held}");
    fixture.everything_adds_up().await;
}

pub async fn a_request_that_comes_again_while_it_is_written_is_answered_the_same(fixture: Fixture) {
    let needs = (1_000..1_032).map(|n| lacking(n, vec![item(1, 1)])).collect();
    let fixture = fixture.with(vec![stock(20, Some(32))], vec![giving(30, &[(20, 1)])], needs).await;
    let fixture = Arc::new(fixture);
    // Each takes the last of its need: whoever is not known to be the same is refused.
    let asking: Vec<_> = (0..128)
        .map(|n| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(200 * n as u64)).await;
                let commands = vec![offering(2_000 + n, 1_000 + n % 32, 30, 1)];
                (n % 32, fixture.store.carry_out(&request(500 + n % 32, 1), commands).await.unwrap())
            })
        })
        .collect();
    let mut answers = std::collections::BTreeMap::new();
    let mut new = 0;
    for asked in asking {
        let (which, written) = tokio::time::timeout(PATIENCE, asked).await.unwrap().unwrap();
        new += usize::from(!written.replayed);
        let answer = (written.outcomes, written.position);
        assert_eq!(answers.entry(which).or_insert_with(|| answer.clone()), &answer);
    }
    assert_eq!((new, answers.len()), (32, 32));
    assert_eq!(fixture.count("SELECT COUNT(*) FROM referrals").await, 32);
    fixture.everything_adds_up().await;
}
