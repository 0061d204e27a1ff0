//! What is tried again and again: its failures are counted, and told once they have lasted, and now and then after that, and when it goes
//! well again. Whatever one does at each failure would be told thousands of times while a store is away, or never.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wishwell_domain::ids::TenantId;
use wishwell_store::StoreError;

use crate::metrics::Metrics;

/// How long something fails, with nothing done meanwhile, before it is told: shorter troubles pass by themselves.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is told again while it lasts, and how long after its last failure nobody knows any more whether it does.
const REMINDER: Duration = Duration::from_secs(600);

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    /// Writing what callers and time ask for.
    Writes,
    /// Keeping snapshots up with the log.
    Log,
    /// Reading what the last round says is scarce.
    Prices,
    /// Letting offers go that lapsed.
    LapsedOffers,
    /// Escalating promised help that is late.
    OverdueHelp,
    /// Asking next candidates.
    Chains,
    /// Looking for rounds to work on.
    Rounds,
    /// Finding wishes and offers to tell subscribers of.
    Notices,
    /// Looking for messages of offers to send.
    WebhookOffers,
    /// Looking for messages of wishes to send.
    WebhookWishes,
}

impl Work {
    /// All there is.
    pub(crate) const ALL: [Self; 10] = [
        Self::Writes,
        Self::Log,
        Self::Prices,
        Self::LapsedOffers,
        Self::OverdueHelp,
        Self::Chains,
        Self::Rounds,
        Self::Notices,
        Self::WebhookOffers,
        Self::WebhookWishes,
    ];

    /// As figures and log lines name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::Log => "log",
            Self::Prices => "prices",
            Self::LapsedOffers => "lapsed_offers",
            Self::OverdueHelp => "overdue_help",
            Self::Chains => "chains_of_offers",
            Self::Rounds => "rounds",
            Self::Notices => "notices",
            Self::WebhookOffers => "webhook_offers",
            Self::WebhookWishes => "webhook_wishes",
        }
    }

    /// What somebody who reads the log is told.
    const fn fails(self) -> &'static str {
        match self {
            Self::Writes => {
                "the store takes no writes: look whether its disk is full, it is read-only or a standby, or something holds its locks"
            }
            Self::Log => {
                "the log is not read, and nobody is answered by what came since: look whether the store answers"
            }
            Self::Prices => {
                "what the last round says is scarce is not read, and not looked ahead to: look at the store"
            }
            Self::LapsedOffers => "offers that lapsed are not let go: look whether the store answers and takes writes",
            Self::OverdueHelp => "help that is late is not escalated: look whether the store answers and takes writes",
            Self::Chains => "next candidates are not asked: look whether the store answers and takes writes",
            Self::Rounds => "rounds are not taken up: look whether the store answers and takes writes",
            Self::Notices => {
                "subscribers are not told of wishes and offers: look whether the store answers and takes writes"
            }
            Self::WebhookOffers => {
                "messages of offers are not sent to webhooks: look whether the store answers and takes writes"
            }
            Self::WebhookWishes => {
                "messages of wishes are not sent to webhooks: look whether the store answers and takes writes"
            }
        }
    }
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// Fails, and has for so long.
    Fails(Duration),
    /// Goes well again, after so long.
    Works(Duration),
}

/// Since when something fails.
#[derive(Debug, Default)]
struct Trouble {
    since: Option<Instant>,
    told_at: Option<Instant>,
    failed_at: Option<Instant>,
}

impl Trouble {
    fn note(&mut self, works: bool, now: Instant) -> Option<Telling> {
        if works {
            let since = self.since.take();
            let told = self.told_at.take().is_some();
            return since.filter(|_| told).map(|since| Telling::Works(now.duration_since(since)));
        }
        self.failed_at = Some(now);
        let lasted = now.duration_since(*self.since.get_or_insert(now));
        let silent_for = self.told_at.map_or(lasted, |at| now.duration_since(at));
        let due = silent_for >= if self.told_at.is_some() { REMINDER } else { PATIENCE };
        due.then(|| {
            self.told_at = Some(now);
            Telling::Fails(lasted)
        })
    }

    /// Whether it was not tried for so long that nothing is known of it: a write that failed in the evening and one in the morning are two
    /// troubles.
    fn is_stale(&self, now: Instant) -> bool {
        self.failed_at.is_some_and(|at| now.duration_since(at) > REMINDER)
    }
}

/// What fails now, of all tenants.
#[derive(Debug)]
pub(crate) struct Troubles {
    metrics: Arc<Metrics>,
    /// At most one for each kind of work of each tenant, of those that fail.
    of: Mutex<HashMap<(Work, TenantId), Trouble>>,
    /// How many there are: none nearly always, and what goes well then costs nothing.
    count: AtomicUsize,
}

impl Troubles {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, of: Mutex::default(), count: AtomicUsize::new(0) }
    }

    /// Notes how a try went.
    pub(crate) fn note<E: Display>(&self, work: Work, tenant: &TenantId, outcome: Result<(), E>) {
        self.note_at(work, tenant, outcome, Instant::now());
    }

    /// Notes how a write went. What is refused for what it says tells nothing of the store.
    pub(crate) fn note_write<T>(&self, tenant: &TenantId, outcome: &Result<T, StoreError>) {
        match outcome {
            Ok(_) => self.note(Work::Writes, tenant, Ok::<_, &StoreError>(())),
            Err(error @ (StoreError::Unavailable(_) | StoreError::CannotWrite(_))) => {
                self.note(Work::Writes, tenant, Err(error));
            }
            Err(_) => {}
        }
    }

    fn note_at<E: Display>(&self, work: Work, tenant: &TenantId, outcome: Result<(), E>, now: Instant) {
        if outcome.is_err() {
            self.metrics.work_failed(work);
        } else if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let telling = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            of.retain(|(stale, _), trouble| {
                let keep = !trouble.is_stale(now);
                if !keep && trouble.told_at.is_some() {
                    self.metrics.work_is_failing(*stale, false);
                }
                keep
            });
            let key = (work, tenant.clone());
            let telling = if outcome.is_ok() {
                of.remove(&key).and_then(|mut trouble| trouble.note(true, now))
            } else {
                let trouble = of.entry(key).or_default();
                let first = trouble.told_at.is_none();
                let telling = trouble.note(false, now);
                if first && telling.is_some() {
                    self.metrics.work_is_failing(work, true);
                }
                telling
            };
            self.count.store(of.len(), Ordering::Relaxed);
            telling
        };
        match (telling, outcome) {
            (Some(Telling::Fails(lasted)), Err(error)) => {
                let (work_name, seconds, message) = (work.name(), lasted.as_secs(), work.fails());
                tracing::warn!(%tenant, work = work_name, seconds, %error, "{message}");
            }
            (Some(Telling::Works(lasted)), _) => {
                self.metrics.work_is_failing(work, false);
                let (work_name, seconds) = (work.name(), lasted.as_secs());
                tracing::info!(%tenant, work = work_name, seconds, "what failed goes well again");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_once_it_lasts_and_now_and_then_and_when_it_is_over() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        // Twice a second for a day, as somebody does who follows a log.
        let told: Vec<_> = (0..86_400 * 2)
            .filter_map(|tries| trouble.note(false, start + Duration::from_millis(500 * tries)))
            .collect();
        assert_eq!(told.first(), Some(&Telling::Fails(PATIENCE)));
        assert_eq!(told.len(), 1 + (86_400 - 30 - 1) / 600, "once, and every ten minutes");
        assert_eq!(trouble.note(true, at(86_400)), Some(Telling::Works(Duration::from_secs(86_400))));
        assert_eq!(trouble.note(true, at(86_401)), None, "once");
    }

    #[test]
    fn what_passes_soon_is_not_told() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(trouble.note(false, at(0)), None);
        assert_eq!(trouble.note(false, at(29)), None);
        assert_eq!(trouble.note(true, at(30)), None);
        assert_eq!(trouble.note(false, at(31)), None, "a trouble of its own");
    }

    #[test]
    fn figures_tell_what_fails_from_the_start_and_whose_it_is_not() {
        let metrics = Arc::new(Metrics::new());
        let (troubles, start) = (Troubles::new(Arc::clone(&metrics)), Instant::now());
        let failing = |work: &str, tenants| format!("wishwell_work_failing{{work=\"{work}\"}} {tenants}\n");
        for work in Work::ALL {
            let told = metrics.encode();
            assert!(told.contains(&failing(work.name(), 0)), "{told}");
            assert!(told.contains(&format!("wishwell_work_failures_total{{work=\"{}\"}} 0\n", work.name())), "{told}");
        }
        let tenants = ["main", "north"].map(|name| TenantId::parse("tenant", name).expect("a tenant"));
        for seconds in [0, 31, 32] {
            for tenant in &tenants {
                let now = start + Duration::from_secs(seconds);
                troubles.note_at(Work::LapsedOffers, tenant, Err("read-only"), now);
            }
        }
        let told = metrics.encode();
        assert!(told.contains(&failing("lapsed_offers", 2)) && told.contains(&failing("writes", 0)), "{told}");
        assert!(told.contains("wishwell_work_failures_total{work=\"lapsed_offers\"} 6\n"), "{told}");
        troubles.note_at(Work::LapsedOffers, &tenants[0], Ok::<_, &str>(()), start + Duration::from_secs(40));
        assert!(metrics.encode().contains(&failing("lapsed_offers", 1)));
    }

    #[test]
    fn what_is_not_tried_any_more_fails_no_more_and_what_fails_seldom_is_told_anew() {
        let metrics = Arc::new(Metrics::new());
        let (troubles, start) = (Troubles::new(Arc::clone(&metrics)), Instant::now());
        let tenant = TenantId::parse("tenant", "main").expect("a tenant");
        let at = |work, outcome: Result<(), &str>, seconds| {
            troubles.note_at(work, &tenant, outcome, start + Duration::from_secs(seconds));
        };
        let failing =
            |tenants| metrics.encode().contains(&format!("wishwell_work_failing{{work=\"writes\"}} {tenants}\n"));
        [0, 31].into_iter().for_each(|seconds| at(Work::Writes, Err("away"), seconds));
        assert!(failing(1));
        // Nobody writes; the log is read all the same.
        at(Work::Log, Ok(()), 600);
        assert!(failing(1), "perhaps it does");
        at(Work::Log, Ok(()), 632);
        assert!(failing(0));
        at(Work::Writes, Err("away"), 1_000);
        at(Work::Writes, Err("away"), 36_000);
        assert!(failing(0), "two failures ten hours apart are not one of ten hours");
    }

    #[test]
    fn a_refused_write_says_nothing_of_the_store() {
        let metrics = Arc::new(Metrics::new());
        let troubles = Troubles::new(Arc::clone(&metrics));
        let tenant = TenantId::parse("tenant", "main").expect("a tenant");
        troubles.note_write::<()>(&tenant, &Err(StoreError::Outdated));
        assert!(metrics.encode().contains("wishwell_work_failures_total{work=\"writes\"} 0\n"));
    }
}
