//! The log while many connections write at once, begin in one order and commit in another, some of them late: whoever follows it,
//! in the store or over `WatchEvents`, gets each event once, in order, and without a gap at any moment.

mod followers;
mod ground;
mod movers;
mod turns;
mod writers;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, JoinSet};
use wishwell_domain::event::Change;
use wishwell_domain::limits::BATCH_ENTRIES_MAX;
use wishwell_store::Store;

use crate::aftermath::tenant;
use crate::random::Random;
use crate::replica::Replica;
use followers::{End, Reader, Trail};
pub use ground::Backend;
use ground::Place;
use movers::{Mover, Stock};
use turns::Turns;
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
    /// Events that writers write; those of the ledger come on top.
    pub events: i64,
    /// Writers at once.
    pub writers: usize,
    /// Who asks the ledger at once, while writers write.
    pub movers: usize,
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
            movers: 6,
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
    /// Those of them that the ledger logged.
    pub moved: usize,
    /// Rows of the log that hold several of these; none where that is not known.
    pub rows_of_moves: Option<i64>,
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
        write!(f, "{} of them by the ledger", self.moved)?;
        match self.rows_of_moves {
            Some(rows) => writeln!(f, ", in {rows} rows of moves")?,
            None => writeln!(f)?,
        }
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
    let cast = Cast::of(settings, &stores, place.open().await, &random).await;
    let (start, subject) = (place.position(&stores[0]).await, cast.writers[0].some_subject());
    place.make_slow(settings.hand_out_early).await;
    let mut replicas = Vec::new();
    for _ in 0..settings.replicas {
        replicas.push(place.replica().await);
    }
    let end = End::unknown();
    let followers = Followers::start(&stores, &replicas, &subject, start, &end, &random);

    let started = Instant::now();
    let mut cast = cast.write(settings).await;
    // One event more: whoever waits for something to be told, and whoever watches one subject alone, hears of the end with it.
    end.is_at(place.position(&stores[0]).await + 1);
    cast.writers
        .iter_mut()
        .find(|writer| writer.some_subject() == subject)
        .expect("it writes")
        .write_some_subject()
        .await;
    let writing = started.elapsed();

    let seen = followers.end(&cast, end.position()).await;
    let following = started.elapsed();
    for mut replica in replicas {
        replica.terminate().await;
    }
    let rows_of_moves = place.rows_of_moves();
    stores.push(cast.moving);
    for store in stores {
        store.close().await;
    }
    let Seen { reader, followers, violations } = seen;
    Report {
        settings,
        events: reader.trail.position - start,
        moved: reader.moved,
        rows_of_moves,
        overtaken: reader.overtaken,
        latest: reader.latest,
        transactions: reader.transactions,
        followers,
        writing,
        following,
        violations,
    }
}

/// Who writes, and what.
struct Cast {
    writers: Vec<Writer>,
    movers: Vec<Mover>,
    stock: Stock,
    /// The server that the movers ask: a ledger of its own.
    moving: Arc<dyn Store>,
}

impl Cast {
    async fn of(settings: Settings, stores: &[Arc<dyn Store>], moving: Arc<dyn Store>, random: &Random) -> Self {
        let mut writers = Vec::new();
        for number in 0..settings.writers {
            let own = random.fork(u64::try_from(number).unwrap_or_default());
            writers.push(Writer::with_organizations(Arc::clone(&stores[number % STORES]), number, own).await);
        }
        let stock = Stock::make(moving.as_ref(), &mut random.fork(300)).await;
        let mover = |number| Mover::new(Arc::clone(&moving), stock.clone(), random.fork(301 + number as u64));
        Self { writers, movers: (0..settings.movers).map(mover).collect(), stock, moving }
    }

    /// Lets all of them write until the writers have written what they should.
    async fn write(mut self, settings: Settings) -> Self {
        let turns = Arc::new(Turns::new(settings.movers > 0));
        let mut moving = JoinSet::new();
        for mut mover in self.movers.drain(..) {
            let turns = Arc::clone(&turns);
            moving.spawn(async move {
                mover.move_until_over(&turns).await;
                mover
            });
        }
        let mut writing = JoinSet::new();
        let (mut rest, mut left) = (settings.events - 1, i64::try_from(settings.writers).unwrap_or(1));
        for mut writer in self.writers.drain(..) {
            let (share, turns) = (rest / left, Arc::clone(&turns));
            (rest, left) = (rest - share, left - 1);
            writing.spawn(async move {
                writer.write(share, settings.batch_events_max, &turns).await;
                writer
            });
        }
        self.writers = writing.join_all().await;
        turns.end();
        self.movers = moving.join_all().await;
        self
    }
}

/// Who follows.
struct Followers {
    readers: Vec<JoinHandle<Reader>>,
    picture: JoinHandle<HashMap<String, Change>>,
    watchers: Vec<JoinHandle<Trail>>,
    /// Those who watch one subject alone.
    choosy: Vec<JoinHandle<Vec<i64>>>,
    subject: String,
    store: Arc<dyn Store>,
}

/// What they have seen.
struct Seen {
    reader: Reader,
    followers: usize,
    violations: Vec<String>,
}

impl Followers {
    fn start(
        stores: &[Arc<dyn Store>],
        replicas: &[Replica],
        subject: &str,
        start: i64,
        end: &End,
        random: &Random,
    ) -> Self {
        let reader = |number: usize| {
            let random = random.fork(100 + number as u64);
            tokio::spawn(Reader::follow(Arc::clone(&stores[number]), start, end.clone(), random))
        };
        let readers = (0..2).map(reader).collect();
        let picture = tokio::spawn(followers::picture(Arc::clone(&stores[0]), end.clone()));
        let (mut watchers, mut choosy) = (Vec::new(), Vec::new());
        for (number, replica) in replicas.iter().enumerate() {
            let fickle = Some(random.fork(200 + number as u64));
            for goes in [None, fickle] {
                watchers.push(tokio::spawn(followers::watch(replica.channel(), start, end.clone(), goes)));
            }
            choosy.push(tokio::spawn(followers::watch_one(replica.channel(), subject.to_owned(), start, end.clone())));
        }
        Self { readers, picture, watchers, choosy, subject: subject.to_owned(), store: Arc::clone(&stores[0]) }
    }

    /// Waits for all of them, and says what is wrong with what they have seen.
    async fn end(self, cast: &Cast, end: i64) -> Seen {
        let mut violations = Vec::new();
        let mut trails = Vec::new();
        let mut seen = None;
        let written = || cast.writers.iter().flat_map(|writer| &writer.versions);
        let referrals = || cast.movers.iter().flat_map(|mover| &mover.versions);
        let tables = cast.stock.images(cast.moving.as_ref()).await;
        for reader in self.readers {
            let reader = reader.await.expect("a reader reads to the end");
            violations.extend(reader.against(written(), 1));
            violations.extend(reader.against(referrals(), 0));
            violations.extend(reader.against_tables(&tables));
            trails.push(reader.trail.clone());
            seen.get_or_insert(reader);
        }
        for watcher in self.watchers {
            trails.push(watcher.await.expect("a watcher watches to the end"));
        }
        let reader = seen.expect("there are readers");
        let followers = trails.len() + self.choosy.len() + 1;
        for watcher in self.choosy {
            let told = watcher.await.expect("a watcher watches to the end");
            violations.extend(reader.against_one(&self.subject, &told));
        }
        let picture = self.picture.await.expect("a picture is followed to the end");
        let now = self.store.load_catalog(&tenant(), &|_| {}).await.expect("the store answers");
        if picture != followers::by_name(now) {
            violations.push("a picture that followed the log is not what the tables hold".to_owned());
        }
        violations.extend(compare(&trails, end));
        Seen { reader, followers, violations }
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
