//! Durable holds through gRPC beside pgbench writing the same rows on the same server, many pools and few.

mod pgbench;
mod report;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use wishwell_store::{PostgresOptions, PostgresStore};
use wishwell_test_support::postgres::TestDatabase;

use crate::load::{self, Target};
use crate::machine::Machine;
use crate::report::median;
use crate::wishwell::Wishwell;
use report::{CaseResult, Results, Side};
use world::World;

/// How to measure holds.
#[derive(Debug, Clone, Args)]
pub(crate) struct HoldArgs {
    /// Pools that holds are spread over.
    #[arg(long, default_value_t = 10_000)]
    pools: usize,
    /// Pools that everybody wants at once.
    #[arg(long, default_value_t = 10)]
    hot_pools: usize,
    /// Rounds; each runs pgbench, then Wishwell.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measured seconds of a round and side.
    #[arg(long, default_value_t = 5)]
    round_seconds: u64,
    /// Folder for the results.
    #[arg(long, default_value = "tests/results")]
    results: PathBuf,
}

/// Connections that the clients share.
const CONNECTIONS: usize = 8;
/// Holds a second and client beyond which a round would run out of requests.
const HOLDS_PER_SECOND_MAX: usize = 20_000;

/// One line of the table.
struct Case {
    name: &'static str,
    pools: usize,
    clients: usize,
    ratio_min: f64,
    p99_share_max: Option<f64>,
}

/// Measures every case, prints a table and writes JSON.
pub(crate) async fn run(args: &HoldArgs) {
    let machine = Machine::this();
    let cases = [
        Case { name: "spread", pools: args.pools, clients: 32, ratio_min: 3.0, p99_share_max: None },
        Case { name: "spread", pools: args.pools, clients: 64, ratio_min: 3.0, p99_share_max: None },
        Case { name: "hot", pools: args.hot_pools, clients: 64, ratio_min: 4.0, p99_share_max: Some(0.25) },
    ];
    let mut results = Vec::new();
    for case in cases {
        results.push(measure(args, &case).await);
    }
    let exhaustion = exhaust(args).await;
    let results =
        Results { machine, rounds: args.rounds, round_seconds: args.round_seconds, cases: results, exhaustion };
    report::print(&results);
    report::write(&results, &args.results);
}

async fn measure(args: &HoldArgs, case: &Case) -> CaseResult {
    eprintln!("measuring {} pools, {} clients", case.pools, case.clients);
    let rival = pgbench::Rival::create(case.pools).await;
    let database = TestDatabase::create().await;
    let world = World::fill(&database, case.pools, i64::from(u32::MAX)).await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (url, path) = (database.url().to_owned(), folder.path().to_owned());
    let wishwell = tokio::task::spawn_blocking(move || Wishwell::start_on(&url, &path)).await.expect("it starts");
    let seconds = Duration::from_secs(args.round_seconds);
    let count = HOLDS_PER_SECOND_MAX * (args.round_seconds as usize + 1) * args.rounds;
    let target = wishwell.hold_target(Arc::new(world.requests(count)));
    let next = Arc::new(AtomicUsize::new(0));
    let (mut theirs, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let their_round = rival.run(case.clients, args.round_seconds);
        let our_round = hold(&target, case.clients, seconds, &next).await;
        ratios.push(our_round.per_second / their_round.per_second);
        theirs.push(their_round);
        ours.push(our_round);
    }
    let held = i64::try_from(next.load(Ordering::Relaxed)).expect("few holds");
    world.must_add_up(&database, held).await;
    CaseResult {
        name: case.name,
        pools: case.pools,
        clients: case.clients,
        pgbench: Side::median(&theirs),
        wishwell: Side::median(&ours),
        ratio: median(&mut ratios),
        ratio_min: case.ratio_min,
        p99_share_max: case.p99_share_max,
    }
}

async fn hold(target: &Target, clients: usize, duration: Duration, next: &Arc<AtomicUsize>) -> Side {
    let (target, next) = (target.clone(), Arc::clone(next));
    let timed = move || load::timed_loop(&target, CONNECTIONS, clients, duration, &next);
    let times = tokio::task::spawn_blocking(timed).await.expect("the round runs to its end");
    Side::of(times, duration)
}

/// Asks for more than there is: exactly what there is must be held, and everybody else be told why not.
async fn exhaust(args: &HoldArgs) -> report::Exhaustion {
    let (pools, each, asked) = (args.hot_pools, 200, 5_000);
    let database = TestDatabase::create().await;
    let world = World::fill(&database, pools, each).await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (url, path) = (database.url().to_owned(), folder.path().to_owned());
    let wishwell = tokio::task::spawn_blocking(move || Wishwell::start_on(&url, &path)).await.expect("it starts");
    let target = wishwell.hold_target(Arc::new(world.requests(asked)));
    let asking = tokio::task::spawn_blocking(move || load::each_by_many(&target, CONNECTIONS, 64));
    let (held, refused) = asking.await.expect("everybody is answered");
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.expect("the store opens");
    let found = store.verify(&world.tenant).await.expect("the ledger can be added up");
    store.close().await;
    report::Exhaustion {
        there: pools as u64 * each.unsigned_abs(),
        asked: asked as u64,
        held,
        refused,
        discrepancies: found.discrepancies.len(),
    }
}
