//! `WatchEvents` under ten thousand events a second: how late they arrive, and what the server needs for it.

mod report;
mod watchers;
mod world;
mod writers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use wishwell_test_support::postgres::TestDatabase;
use wishwell_test_support::redis;

use crate::machine::Machine;
use crate::wishwell::Wishwell;
use report::{Delays, Results, Second};
use watchers::{Told, watch};
use world::World;
use writers::{Plan, Writers};

/// How to measure watching.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// Events a second.
    #[arg(long, default_value_t = 10_000)]
    rate: usize,
    /// Events of one transaction.
    #[arg(long, default_value_t = 100)]
    batch: usize,
    /// Watchers that see one organization in a hundred each.
    #[arg(long, default_value_t = 100)]
    filtered: usize,
    /// Watchers that see everything.
    #[arg(long, default_value_t = 5)]
    unfiltered: usize,
    /// Measured seconds.
    #[arg(long, default_value_t = 60)]
    seconds: usize,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// Not measured: connections are made, memory is taken for the first time.
const WARM_UP: Duration = Duration::from_secs(5);
/// Longest wait for what was written to arrive.
const STRAGGLE: Duration = Duration::from_secs(30);

/// Measures, prints a table and writes JSON and Markdown.
pub(crate) async fn run(args: &WatchArgs) {
    let machine = Machine::this();
    let database = TestDatabase::create().await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (url, path) = (database.url().to_owned(), folder.path().to_owned());
    let start = move || Wishwell::start_with(&url, &path, Some(&redis::url()));
    let wishwell = tokio::task::spawn_blocking(start).await.expect("it starts");
    let world = World::make(&wishwell).await;
    let start = world.position;

    let told: Vec<Arc<Told>> = (0..args.filtered + args.unfiltered).map(|_| Arc::new(Told::new(start))).collect();
    let mut watching = JoinSet::new();
    for (number, told) in told.iter().enumerate() {
        let organization = (number < args.filtered).then(|| world.organization(number));
        watching.spawn(watch(wishwell.endpoint(), wishwell.operator_key(), organization, start, Arc::clone(told)));
    }
    let duration = WARM_UP + Duration::from_secs(u64::try_from(args.seconds).expect("some seconds"));
    let plan = Plan { rate: args.rate, batch: args.batch, duration };
    let writers = Writers::start(database.url(), redis::url(), plan).await;
    let begun = Instant::now();

    tokio::time::sleep(WARM_UP).await;
    told.iter().for_each(|told| told.measure());
    let mut seconds = Vec::new();
    let mut before = (wishwell.process.cpu(), writers.reached());
    for second in 1..=args.seconds {
        let due = begun + WARM_UP + Duration::from_secs(u64::try_from(second).unwrap_or(0));
        tokio::time::sleep_until(due.into()).await;
        let now = (wishwell.process.cpu(), writers.reached());
        seconds.push(Second {
            events: now.1 - before.1,
            cpu: (now.0 - before.0).as_secs_f64(),
            resident_mib: wishwell.process.resident_bytes() as f64 / f64::from(1 << 20),
        });
        before = now;
    }
    let end = start + writers.end(duration + STRAGGLE).await;
    let waiting = Instant::now();
    while told.iter().any(|told| told.position() < end) && waiting.elapsed() < STRAGGLE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watching.abort_all();
    let (filtered, unfiltered) = told.split_at(args.filtered);
    let results = Results {
        machine,
        rate: args.rate,
        batch: args.batch,
        filtered: Delays::of(filtered),
        unfiltered: Delays::of(unfiltered),
        wrong: wrong(&told, filtered, unfiltered, &world, (start, end)),
        seconds,
    };
    report::print(&results);
    report::write(&results, &args.results);
}

/// What somebody was told too often, too seldom or in another order.
fn wrong(
    told: &[Arc<Told>],
    filtered: &[Arc<Told>],
    unfiltered: &[Arc<Told>],
    world: &World,
    (start, end): (i64, i64),
) -> Vec<String> {
    let mut wrong: Vec<String> = told.iter().filter_map(|told| told.wrong()).collect();
    let behind = told.iter().filter(|told| told.position() < end).count();
    if behind > 0 {
        wrong.push(format!("{behind} watchers did not come to the end"));
    }
    let expected = end - start;
    wrong.extend(
        unfiltered
            .iter()
            .filter(|told| told.count() != expected)
            .map(|told| format!("an unfiltered watcher was told {} of {expected} events", told.count())),
    );
    if filtered.len() == world.organizations() {
        let sum: i64 = filtered.iter().map(|told| told.count()).sum();
        if sum != expected {
            wrong.push(format!("all filtered watchers together were told {sum} of {expected} events"));
        }
    }
    wrong
}
