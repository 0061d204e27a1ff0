//! The log while many connections write at once, begin in one order and commit in another, some of them late: whoever follows it,
//! in the store or over `WatchEvents`, gets each event once, in order, and without a gap at any moment.

mod followers;
mod ground;
mod writers;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use wishwell_domain::limits::BATCH_ENTRIES_MAX;

use crate::random::Random;
use followers::{Reader, Trail};
pub use ground::Backend;
use ground::Place;
use writers::Writer;

/// Servers that writers are spread over, each with connections of its own, as replicas are.
const STORES: usize = 3;
/// Violations that are noted of each follower.
const VIOLATIONS_MAX: usize = 20;

/// What a run is to be like.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides what writers write and when they are slow; not how the machine runs them.
    pub seed: u64,
    /// Events that are written.
    pub events: i64,
    /// Writers at once.
    pub writers: usize,
    /// Most events of one transaction.
    pub batch_events_max: usize,
    /// Where.
    pub backend: Backend,
    /// Replicas that are watched beside the stores.
    pub replicas: usize,
    /// Whether positions are handed out as a sequence does, before their transactions are in line: a lie that must be found.
    pub hand_out_early: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            events: 100_000,
            writers: 24,
            batch_events_max: BATCH_ENTRIES_MAX,
            backend: Backend::Postgres,
            replicas: 2,
            hand_out_early: false,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    settings: Settings,
    /// Events in the log.
    pub events: i64,
    /// Transactions that committed after one that had begun later.
    pub overtaken: usize,
    /// The longest time that a transaction began before one that was already in the log.
    pub latest: Duration,
    transactions: usize,
    followers: usize,
    writing: Duration,
    following: Duration,
    /// Everything that must never be and was.
    pub violations: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { seed, writers, backend, .. } = self.settings;
        writeln!(
            f,
            "{backend:?}, seed {seed}: {} events in {} transactions of {writers} writers in {:.1?}, {} of them overtaken, by up to {:.1?}",
            self.events, self.transactions, self.writing, self.overtaken, self.latest
        )?;
        writeln!(f, "{} followers had seen everything after {:.1?}", self.followers, self.following)?;
        self.violations.iter().try_for_each(|violation| writeln!(f, "VIOLATION {violation}"))?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// Writes and follows, on servers of its own.
///
/// # Panics
/// When a server does not start or refuses what it should take.
pub async fn run(settings: Settings) -> Report {
    let random = Random::new(settings.seed);
    let place = Place::make(settings.backend).await;
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(place.open().await);
    }
    let mut all = Vec::new();
    for number in 0..settings.writers {
        let store = Arc::clone(&stores[number % STORES]);
        all.push(
            Writer::with_organizations(store, number, random.fork(u64::try_from(number).unwrap_or_default())).await,
        );
    }
    let start = place.position(&stores[0]).await;
    place.make_slow(settings.hand_out_early).await;
    let end = start + settings.events;

    let mut replicas = Vec::new();
    for _ in 0..settings.replicas {
        replicas.push(place.replica().await);
    }
    let readers: Vec<_> = (0..2)
        .map(|number| {
            tokio::spawn(Reader::follow(Arc::clone(&stores[number]), start, end, random.fork(100 + number as u64)))
        })
        .collect();
    let subject = all[0].some_subject();
    let (mut watchers, mut choosy) = (Vec::new(), Vec::new());
    for (number, replica) in replicas.iter().enumerate() {
        let (steady, fickle) = (replica.channel(), replica.channel());
        watchers.push(tokio::spawn(followers::watch(steady, start, end, None)));
        watchers.push(tokio::spawn(followers::watch(fickle, start, end, Some(random.fork(200 + number as u64)))));
        choosy.push(tokio::spawn(followers::watch_one(replica.channel(), subject.clone(), start, end)));
    }

    let started = Instant::now();
    let mut running = JoinSet::new();
    // One event is kept for the end: whoever watches one subject alone hears of the end with it.
    let (mut rest, mut left) = (settings.events - 1, i64::try_from(settings.writers).unwrap_or(1));
    for mut writer in all {
        let share = rest / left;
        (rest, left) = (rest - share, left - 1);
        running.spawn(async move {
            writer.write(share, settings.batch_events_max).await;
            writer
        });
    }
    let mut written = running.join_all().await;
    for writer in written.iter_mut().filter(|writer| writer.some_subject() == subject) {
        writer.write_some_subject().await;
    }
    let writing = started.elapsed();

    let mut violations = Vec::new();
    let mut trails = Vec::new();
    let mut seen = None;
    for reader in readers {
        let reader = reader.await.expect("a reader reads to the end");
        violations.extend(reader.against(&written));
        trails.push(reader.trail.clone());
        seen.get_or_insert(reader);
    }
    for watcher in watchers {
        trails.push(watcher.await.expect("a watcher watches to the end"));
    }
    let seen = seen.expect("there are readers");
    let followers = trails.len() + choosy.len();
    for watcher in choosy {
        violations.extend(seen.against_one(&subject, &watcher.await.expect("a watcher watches to the end")));
    }
    violations.extend(compare(&trails, end));
    let following = started.elapsed();
    for mut replica in replicas {
        replica.terminate().await;
    }
    for store in stores {
        store.close().await;
    }
    Report {
        settings,
        events: seen.trail.position - start,
        overtaken: seen.overtaken,
        latest: seen.latest,
        transactions: seen.transactions,
        followers,
        writing,
        following,
        violations,
    }
}

/// All followers must have come to the end, and by the same way.
fn compare(trails: &[Trail], end: i64) -> Vec<String> {
    let mut found: Vec<String> = trails.iter().flat_map(|trail| trail.wrong.clone()).collect();
    for trail in trails {
        if trail.position != end {
            found.push(format!("a follower came to {}, not to {end}", trail.position));
        }
        if trail.digest != trails[0].digest {
            found.push("two followers were told different stories".to_owned());
        }
    }
    found
}
