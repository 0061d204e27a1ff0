//! Keeps the keys of an issuer fresh, beside the calls: no call ever waits for somebody else's server.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wishwell_domain::clock::Clock;

use super::issuer::Issuer;
use super::keys::KeySet;
use crate::metrics::Metrics;

/// How often an issuer is asked for its keys.
pub const JWKS_REFRESH_SECONDS: u64 = 300;
/// Shortest time between two questions, whoever comes with whatever key: nobody can make this server ask an issuer more often.
pub const JWKS_REFRESH_SECONDS_MIN: u64 = 5;
/// Longest time for which keys hold that could not be asked for again, in seconds: a day. Longer outages are rarer than keys that were
/// taken back for a reason.
pub const JWKS_KEPT_SECONDS_MAX: i64 = 86_400;

/// Asks once, and puts the answer in the place of the keys before.
///
/// # Errors
/// Why the keys stay as they are.
async fn refresh(issuer: &Issuer) -> Result<(), String> {
    let Some(endpoint) = &issuer.endpoint else { return Ok(()) };
    let answer = endpoint.fetch().await?;
    let keys = KeySet::read(&answer).map_err(|why| format!("its key set {why}"))?;
    issuer.replace(keys);
    Ok(())
}

/// An issuer, and what is known of the last questions.
#[derive(Debug)]
pub(crate) struct Freshness {
    issuer: Arc<Issuer>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    /// When keys came last, in seconds since 1970.
    fetched_at: Option<i64>,
    failures: u32,
}

impl Freshness {
    pub(super) fn new(issuer: Arc<Issuer>, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        Self { issuer, clock, metrics, fetched_at: None, failures: 0 }
    }

    /// Asks once, and says what came of it.
    pub(super) async fn ask(&mut self) {
        let answer = refresh(&self.issuer).await;
        let now = self.clock.now().as_second();
        self.note(answer, now);
    }

    fn note(&mut self, answer: Result<(), String>, now: i64) {
        let issuer = &self.issuer.rules.issuer;
        match answer {
            Ok(()) => {
                if self.fetched_at.is_none() || self.failures > 0 {
                    tracing::info!(issuer, keys = self.issuer.keys(), "the keys of a token issuer are there");
                }
                (self.fetched_at, self.failures) = (Some(now), 0);
            }
            Err(why) => {
                self.failures = self.failures.saturating_add(1);
                let age = self.fetched_at.map(|at| now.saturating_sub(at));
                if age.is_some_and(|age| age > JWKS_KEPT_SECONDS_MAX) && self.issuer.keys() > 0 {
                    self.issuer.replace(KeySet::default());
                    let hours = JWKS_KEPT_SECONDS_MAX / 3_600;
                    tracing::error!(
                        issuer,
                        why,
                        hours,
                        "the keys of a token issuer are too old: its tokens are refused"
                    );
                } else {
                    let kept = self.issuer.keys();
                    tracing::warn!(
                        issuer,
                        why,
                        kept,
                        "the keys of a token issuer cannot be asked for; those that are there hold"
                    );
                }
            }
        }
        let age = self.fetched_at.map(|at| now.saturating_sub(at));
        self.metrics.token_keys(issuer, self.failures == 0, self.issuer.keys(), age);
    }

    /// Until the next question when nobody wants keys sooner: soon after a failure, then less and less often.
    fn pause(&self) -> Duration {
        let seconds = match self.failures {
            0 => JWKS_REFRESH_SECONDS,
            failures => JWKS_REFRESH_SECONDS_MIN.saturating_mul(1 << failures.min(16).saturating_sub(1)),
        };
        Duration::from_secs(seconds.min(JWKS_REFRESH_SECONDS))
    }

    /// Asks again and again until `drain`.
    pub(super) async fn keep(mut self, drain: CancellationToken) {
        let least = Duration::from_secs(JWKS_REFRESH_SECONDS_MIN);
        loop {
            let pause = async {
                tokio::time::sleep(least).await;
                tokio::select! {
                    () = tokio::time::sleep(self.pause().saturating_sub(least)) => {}
                    () = self.issuer.wanted.notified() => {}
                }
            };
            tokio::select! {
                () = pause => {}
                () = drain.cancelled() => return,
            }
            self.ask().await;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wishwell_domain::clock::FixedClock;

    use super::super::entry::{IssuerEntry, KeySource, read};
    use super::*;

    fn freshness() -> Freshness {
        let source = KeySource::Url { url: "http://127.0.0.1:9/keys".to_owned(), trusted: Vec::new() };
        let texts = |text: &str| vec![text.to_owned()];
        let mut entry = IssuerEntry::new("https://id".to_owned(), texts("wishwell"), texts("EdDSA"), source);
        entry.tenants = texts("main");
        let (rules, keys) = read("x", &entry, &mut wishwell_domain::Violations::new()).unwrap();
        let clock = Arc::new(FixedClock(jiff::Timestamp::UNIX_EPOCH));
        Freshness::new(Arc::new(Issuer::new(rules, keys)), clock, Arc::new(Metrics::new()))
    }

    fn keys() -> KeySet {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        KeySet::read(format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{x}"}}]}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn keys_outlive_an_outage_for_a_day_and_no_longer() {
        let mut freshness = freshness();
        freshness.issuer.replace(keys());
        freshness.note(Ok(()), 1_000);
        let failed = "wishwell_token_keys_fetches_total{issuer=\"https://id\",outcome=\"failed\"} 0";
        assert!(freshness.metrics.encode().contains(failed), "the first failure is an increase");
        for (after, kept) in [(1, 1), (JWKS_KEPT_SECONDS_MAX, 1), (JWKS_KEPT_SECONDS_MAX + 1, 0)] {
            freshness.note(Err("away".to_owned()), 1_000 + after);
            assert_eq!(freshness.issuer.keys(), kept, "{after} seconds later");
        }
        let shown = freshness.metrics.encode();
        assert!(shown.contains("wishwell_token_keys{issuer=\"https://id\"} 0"), "{shown}");
        assert!(
            shown.contains("wishwell_token_keys_fetches_total{issuer=\"https://id\",outcome=\"failed\"} 3"),
            "{shown}"
        );
        freshness.issuer.replace(keys());
        freshness.note(Ok(()), 1_000_000);
        assert_eq!((freshness.issuer.keys(), freshness.failures), (1, 0));
    }

    #[test]
    fn an_issuer_that_is_away_is_asked_soon_and_then_less_and_less_often() {
        let mut freshness = freshness();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            pauses.push(freshness.pause().as_secs());
            freshness.note(Err("away".to_owned()), 0);
        }
        assert_eq!(pauses, [300, 5, 10, 20, 40, 80, 160, 300, 300]);
    }
}
