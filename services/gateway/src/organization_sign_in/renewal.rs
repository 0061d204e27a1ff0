//! A new token before the old one ends. Several requests of one browser come at once, and a refresh token is good once where providers
//! rotate them: whoever comes with one that was just used is given what came of it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use super::tokens::Given;

/// How long what came of a refresh is given to whoever still brings the old token, in seconds.
const KEPT_SECONDS: i64 = 60;
/// How soon a refresh that failed is tried again, in seconds.
const AGAIN_SECONDS: i64 = 5;
/// Refreshes that are remembered; beyond it the oldest go first.
const REMEMBERED_MAX: usize = 4_096;

type Outcome = Shared<BoxFuture<'static, Option<Given>>>;

struct Begun {
    at: i64,
    outcome: Outcome,
}

/// Refreshes under way and just done, by the digest of the token they used.
#[derive(Default)]
pub(super) struct Renewals(Mutex<HashMap<[u8; 32], Begun>>);

impl std::fmt::Debug for Renewals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Renewals")
    }
}

impl Renewals {
    /// What comes of a refresh token, asked for once.
    pub(super) async fn once(
        &self,
        refresh: &str,
        now: Timestamp,
        ask: impl Future<Output = Option<Given>> + Send + 'static,
    ) -> Option<Given> {
        let outcome = self.outcome(refresh, now.as_second(), ask);
        outcome.await
    }

    fn outcome(&self, refresh: &str, now: i64, ask: impl Future<Output = Option<Given>> + Send + 'static) -> Outcome {
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, refresh.as_bytes()).as_ref());
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |begun: &Begun| {
            let failed = matches!(begun.outcome.peek(), Some(None));
            now - begun.at < if failed { AGAIN_SECONDS } else { KEPT_SECONDS }
        };
        if let Some(found) = begun.get(&key).filter(|found| holds(found)) {
            return found.outcome.clone();
        }
        if begun.len() >= REMEMBERED_MAX {
            begun.retain(|_, begun| holds(begun));
        }
        if begun.len() >= REMEMBERED_MAX
            && let Some(oldest) = begun.iter().min_by_key(|(_, begun)| begun.at).map(|(key, _)| *key)
        {
            begun.remove(&oldest);
        }
        // A task of its own: whoever asked first may leave before the answer comes, and the token is used all the same.
        let task = tokio::spawn(ask);
        let outcome = async move { task.await.unwrap_or_default() }.boxed().shared();
        begun.insert(key, Begun { at: now, outcome: outcome.clone() });
        outcome
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::options::Token;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn whoever_comes_at_once_or_soon_after_is_given_the_same_and_the_provider_is_asked_once() {
        let (renewals, asked) = (Renewals::default(), Arc::new(AtomicUsize::new(0)));
        let ask = |good: bool| {
            let asked = Arc::clone(&asked);
            async move {
                tokio::task::yield_now().await;
                let nth = asked.fetch_add(1, Ordering::SeqCst);
                good.then(|| Given { token: Token::new(nth.to_string()), ends: None, refresh: None })
            }
        };
        let (one, two) = futures::join!(renewals.once("a", at(0), ask(true)), renewals.once("a", at(1), ask(true)));
        assert_eq!((one.unwrap().token.reveal(), two.unwrap().token.reveal()), ("0", "0"));
        assert_eq!(renewals.once("a", at(59), ask(true)).await.unwrap().token.reveal(), "0");
        assert_eq!(renewals.once("b", at(1), ask(true)).await.unwrap().token.reveal(), "1", "another token");
        assert_eq!(renewals.once("a", at(60), ask(true)).await.unwrap().token.reveal(), "2", "forgotten by then");
        assert!(renewals.once("c", at(0), ask(false)).await.is_none());
        assert!(renewals.once("c", at(4), ask(true)).await.is_none(), "what failed is not tried again at once");
        assert!(renewals.once("c", at(5), ask(true)).await.is_some());
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let renewals = Renewals::default();
        for number in 0..REMEMBERED_MAX + 10 {
            renewals.once(&number.to_string(), at(number as i64 / 1_000), async { None }).await;
        }
        assert!(renewals.0.lock().unwrap().len() <= REMEMBERED_MAX);
    }
}
